"""Asking a provider how an account stands, and a message to oneself. The asking holds no transaction open."""

import asyncio
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session

from core import clock, phones
from core.errors import Invalid
from core.i18n import N_, translate
from core.ids import new_id
from core.settings import settings
from core.text import clean
from models import AccountState, Channel, ChannelAccount, Unit
from services import audit, channel_accounts, channel_values, training
from services.access import Actor
from services.ports import ports
from services.senders import Accepted, AccountBroken, AccountHealth, AccountKeys, Message, Outcome, Rejected, Sender, Unavailable

PUBLIC = (Channel.FACEBOOK, Channel.ZALO_BROADCAST)  # whatever is sent there everybody sees
CALLED = (Channel.ZNS, Channel.SMS)
LONGEST_RECIPIENT = 200
LOST = N_("Mất câu trả lời của nhà cung cấp: có thể đã tới. Hỏi người nhận trước khi thử lại.")
_SAMPLES = {
    "phuong": N_("Phường thử"), "tieu_de": N_("Tin thử"), "tin": N_("Đây là tin thử của phường."), "han": "31/12", "ho_ten": "A",
}  # fmt: skip


@dataclass(frozen=True)
class Question:
    """What is to be asked of a provider, read within a transaction, asked outside it."""

    account_id: UUID
    channel: Channel
    keys: AccountKeys
    opening: int  # whose keys these are


@dataclass(frozen=True)
class Tried:
    """What became of a message to oneself."""

    is_sent: bool
    says: str  # for a person, to be translated


def question(session: Session, *, actor: Actor, account_id: UUID) -> Question:
    """Read what is needed to ask an account's provider.

    Raises:
        Invalid: the kept secrets cannot be opened. NotAllowed, NotFound: as `channel_accounts.get`.
    """
    account = channel_accounts.get(session, actor=actor, account_id=account_id)
    try:
        return Question(account.id, account.channel, channel_accounts.keys(session, account=account), account.opening)
    except AccountBroken as broken:
        raise Invalid(str(broken)) from None


def ask(asked: Question) -> AccountHealth:
    """How the account stands, as its provider says; nothing is sent. Takes as long as the provider takes.

    Raises:
        Invalid: no adapter of this channel is installed here.
    """
    sender = _sender(asked.channel)
    try:
        return asyncio.run(sender.check(_renewing(asked)))
    except AccountBroken as broken:
        return AccountHealth(is_well=False, says=str(broken))


def note(session: Session, *, actor: Actor, account_id: UUID, opening: int, health: AccountHealth) -> ChannelAccount:
    """Keep what a provider said of an account: its quota, its pace, and whether it is broken.

    What it said of keys of before, of an earlier `opening`, says nothing of those that the account has now. A paused account
    stays paused, and one whose provider gives no answer stays as it was.

    Raises:
        NotAllowed, NotFound: as `channel_accounts.get`.
    """
    account = channel_accounts.get(session, actor=actor, account_id=account_id)
    account.checked_at = clock.now()
    if health.quota_left is not None:
        account.quota_left, account.quota_total, account.quota_at = health.quota_left, health.quota_total, account.checked_at
    if health.per_second is not None and health.per_second > 0:
        account.told_per_second = health.per_second
    if account.opening == opening:
        _take_over(session, account, health)
    session.add(account)
    audit.record(
        session, actor=actor, action="channel.checked", subject_kind="channel_account", subject_id=account.id,
        channel=account.channel.value, is_well=health.is_well, code=health.code,
    )  # fmt: skip
    return account


def _take_over(session: Session, account: ChannelAccount, health: AccountHealth) -> None:
    if health.is_well and account.state is not AccountState.PAUSED:
        if account.state is AccountState.BROKEN or account.failures or account.open_until is not None:
            channel_accounts.mend(session, account=account)
    elif health.is_well:
        account.failures, account.open_until = 0, None
    elif health.is_sure and account.state is AccountState.ACTIVE:
        account.state = AccountState.BROKEN
    account.message = health.says


def message_to(session: Session, *, actor: Actor, account_id: UUID, recipient: str) -> Message:
    """A message that says it is a trial, to one receiver.

    Raises:
        Invalid: the ward is in training, the channel is public, or the receiver cannot be one (`details["field"]`).
        NotAllowed, NotFound: as `channel_accounts.get`.
    """
    account = channel_accounts.get(session, actor=actor, account_id=account_id)
    unit = session.get_one(Unit, account.unit_id)
    if training.is_on(session, unit=unit):
        raise Invalid(N_("{unit} đang tập huấn: không gửi gì ra ngoài, cả tin thử. Tắt tập huấn trước."), unit=unit.name)
    if account.channel in PUBLIC:
        raise Invalid(N_("Kênh này ai cũng xem được, không gửi thử riêng. Dùng nút Kiểm tra."))
    language = settings().language
    blanks = channel_values.blanks_of(account.told)
    fill = {name: translate(text, language=language) for name, text in _SAMPLES.items()} | {
        "phuong": unit.name, "lien_ket": settings().public_url, "tu_choi": settings().public_url,
    }  # fmt: skip
    text = translate(N_("Tin thử từ Cầu Nối của {unit}. Không cần trả lời."), language=language).format(unit=unit.name)
    return Message(
        key=new_id().hex, recipient=_recipient(account.channel, recipient), text=text, link=settings().public_url,
        blanks={name: fill[source] for name, source in blanks.items()},
        title=translate(N_("Tin thử từ Cầu Nối"), language=language),
    )  # fmt: skip


def send(asked: Question, message: Message) -> Outcome:
    """Send one message now. Takes as long as the provider takes.

    Raises:
        Invalid: no adapter of this channel is installed here, or the account is broken.
    """
    sender = _sender(asked.channel)
    try:
        [outcome] = asyncio.run(sender.send(_renewing(asked), [message]))
    except AccountBroken as broken:
        raise Invalid(str(broken)) from None
    return outcome


def note_trial(session: Session, *, actor: Actor, account_id: UUID, opening: int, outcome: Outcome) -> Tried:
    """Keep that a message to oneself was sent, and what it cost of the quota; who got it is not kept.

    Raises:
        NotAllowed, NotFound: as `channel_accounts.get`.
    """
    account = channel_accounts.get(session, actor=actor, account_id=account_id)
    keep_quota(account, outcome)
    is_open = account.state is AccountState.ACTIVE and account.opening == opening
    if is_open and isinstance(outcome, Rejected) and outcome.trouble == "config":
        account.state, account.message = AccountState.BROKEN, outcome.reason
    session.add(account)
    audit.record(
        session, actor=actor, action="channel.tested", subject_kind="channel_account", subject_id=account.id,
        channel=account.channel.value, outcome=type(outcome).__name__.lower(),
    )  # fmt: skip
    return tried(outcome, taken=N_("Nhà cung cấp đã nhận tin. Xem máy của người nhận."))


def keep_quota(account: ChannelAccount, outcome: Outcome) -> None:
    """What an answer says of the quota of its account."""
    if isinstance(outcome, Accepted) and outcome.quota_left is not None:
        account.quota_left, account.quota_at = outcome.quota_left, clock.now()
        account.quota_total = outcome.quota_total if outcome.quota_total is not None else account.quota_total


def tried(outcome: Outcome, *, taken: str) -> Tried:
    """What to tell whoever sent one message; `taken` where the provider has it."""
    if isinstance(outcome, Accepted):
        return Tried(is_sent=True, says=taken)
    if isinstance(outcome, Rejected | Unavailable):
        return Tried(is_sent=False, says=outcome.reason)
    return Tried(is_sent=False, says=LOST)


def _recipient(channel: Channel, typed: str) -> str:
    value = clean(typed)
    if channel in CALLED:
        phone = phones.parse(value)
        if phone is None or not phones.is_mobile(phone):
            raise Invalid(N_("“{phone}” không phải số di động. Ví dụ đúng: 0912 345 678."), phone=value, field="recipient")
        return phone
    if channel is Channel.EMAIL and not channel_values.is_mail(value):
        raise Invalid(
            N_("“{value}” không phải địa chỉ thư. Ví dụ đúng: phuong@example.vn."), value=value, field="recipient"
        )  # fmt: skip
    if not value or len(value) > LONGEST_RECIPIENT or " " in value:
        raise Invalid(N_("Cần mã của người nhận, như nhà cung cấp ghi."), field="recipient")
    return value


def _renewing(asked: Question) -> AccountKeys:
    """A token that has ended meanwhile is renewed on the way, and kept for everybody."""
    return ports().renewing(asked.keys, asked.channel)


def _sender(channel: Channel) -> Sender:
    sender = ports().senders.get(channel)
    if sender is None:
        raise Invalid(N_("Máy này chưa nối được với kênh {channel}."), channel=channel.value)
    return sender
