"""A draft sent to one's own telephone by an account of the ward, as its receivers will get it, before anything is approved.

It goes to the number of whoever presses and to nobody else, some times a day, never in training; each one is in the audit.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from sqlmodel import Session, col, func, select

from core import clock, phones, sms
from core.errors import Invalid, NotAllowed
from core.i18n import N_
from core.ids import new_id
from models import AnnouncementStatus, AuditEvent, Channel, ChannelAccount, Unit, User
from services import access, audit, channel_accounts, channel_checks, drafts, messages, reach_rules, training, trials
from services.access import Actor, May
from services.channel_checks import Question, Tried
from services.ports import ports
from services.senders import AccountBroken, Message, Outcome, Rejected
from services.written_outcomes import Row

CHANNELS = (Channel.SMS, Channel.ZNS)
MOST_A_DAY = 5  # a person
MARK = "BẢN THỬ. "  # in the ward's language, as the message itself
SENT = "announcement.trial_sent"


@dataclass(frozen=True)
class Letter:
    """A message that may leave now: how its provider is reached, and what it is given."""

    asked: Question
    message: Message


def channels(session: Session, *, actor: Actor, announcement_id: UUID) -> Sequence[Channel]:
    """By which accounts the draft's ward could send it to the actor.

    Raises:
        NotAllowed: the actor does not write. NotFound: it lies outside the actor's sight.
    """
    access.require(actor, May.WRITE)
    item = drafts.get(session, actor=actor, announcement_id=announcement_id)
    working = _accounts(session, session.get_one(Unit, item.unit_id))
    return [channel for channel in CHANNELS if channel in working]


def prepare(session: Session, *, actor: Actor, announcement_id: UUID, channel: Channel) -> Letter:
    """The message for the actor's own telephone. It counts as sent from now on, whatever becomes of it.

    Raises:
        Invalid: the ward is in training, the actor has no mobile number or had enough for a day, what is left of the quota is
            kept for emergencies, or the words cannot be said on the channel.
        NotAllowed: the actor does not write, or it was sent or given up. NotFound: it lies outside the actor's sight.
    """
    access.require(actor, May.WRITE)
    item = drafts.get(session, actor=actor, announcement_id=announcement_id)
    if item.sent_at is not None or item.status is AnnouncementStatus.CANCELLED:
        raise NotAllowed(N_("Chỉ gửi thử được bản chưa gửi."))
    ward = session.get_one(Unit, item.unit_id)
    if training.is_on(session, unit=ward):
        raise Invalid(N_("{unit} đang tập huấn: không gửi gì ra ngoài, cả tin thử. Tắt tập huấn trước."), unit=ward.name)
    to = _own_number(session, actor)
    account = _account(session, ward, channel)
    _expect_few(session, actor)
    said = messages.said_with(
        session, announcement=item, channel=channel, account_settings=account.told, longest=_longest(channel),
        link=trials.address(session, actor=actor, announcement_id=item.id),
    )  # fmt: skip
    [made] = messages.for_rows(session, said, [Row(new_id().hex, to, 1, "")])
    if isinstance(made, Rejected):
        raise Invalid(made.reason)
    letter = Letter(_asked(session, account), _marked(made, said.for_head, actor))
    audit.record(
        session, actor=actor, action=SENT, subject_kind="announcement", subject_id=item.id, channel=channel.value
    )  # fmt: skip
    return letter


def send(letter: Letter) -> Outcome:
    """Send it now, outside any transaction. Takes as long as the provider takes.

    Raises:
        Invalid: the account is broken.
    """
    return channel_checks.send(letter.asked, letter.message)


def note(session: Session, *, letter: Letter, outcome: Outcome) -> Tried:
    """Keep what it cost of the account's quota; what to tell whoever pressed."""
    if account := session.get(ChannelAccount, letter.asked.account_id):
        channel_checks.keep_quota(account, outcome)
        session.flush()
    return channel_checks.tried(outcome, taken=N_("Nhà cung cấp đã nhận tin thử. Xem máy của ông/bà."))


def _accounts(session: Session, ward: Unit) -> dict[Channel, reach_rules.Account]:
    found = reach_rules.accounts(session, ward=ward)
    return {channel: one for channel, one in found.items() if channel in CHANNELS and one.works}


def _account(session: Session, ward: Unit, channel: Channel) -> ChannelAccount:
    working = _accounts(session, ward).get(channel)
    if working is None:
        raise Invalid(N_("Phường không có tài khoản đang dùng được cho kênh này."))
    account = session.get_one(ChannelAccount, working.id)
    if account.quota_left is not None and account.quota_left <= account.reserve:
        raise Invalid(N_("Hạn mức còn lại dành cho tin hỏa tốc nên không gửi thử."))
    return account


def _own_number(session: Session, actor: Actor) -> str:
    user = session.get(User, actor.id) if actor.id else None
    if user is None or not user.phone or not phones.is_mobile(user.phone):
        raise Invalid(N_("Tài khoản của ông/bà chưa có số di động. Nhờ người quản trị ghi số rồi gửi thử."))
    return user.phone


def _expect_few(session: Session, actor: Actor) -> None:
    """Two who press at once as the same person take turns at that person's row."""
    session.exec(select(User.id).where(User.id == actor.id).with_for_update())
    since = clock.now() - timedelta(days=1)
    before = session.exec(
        select(func.count()).select_from(AuditEvent).where(
            AuditEvent.action == SENT, AuditEvent.actor_id == actor.id, col(AuditEvent.created_at) > since
        )
    ).one()  # fmt: skip
    if before >= MOST_A_DAY:
        raise Invalid(N_("Trong một ngày chỉ gửi thử được {n} lần. Xin dùng bản thử trên trang."), n=MOST_A_DAY)


def _longest(channel: Channel) -> int:
    """What the message may hold beside the mark."""
    sender = ports().senders.get(channel)
    return (sender.longest if sender else 0) - (len(MARK) if channel is Channel.SMS else 0)


def _marked(message: Message, for_head: Sequence[str], actor: Actor) -> Message:
    """An SMS says itself that it is no news, a template by its page; a blank for the head's name holds the actor's."""
    named = dict.fromkeys(for_head, actor.display_name)
    mark = sms.as_sent(MARK) if message.text.isascii() else MARK
    return replace(message, text=f"{mark}{message.text}" if message.text else "", blanks={**message.blanks, **named})


def _asked(session: Session, account: ChannelAccount) -> Question:
    try:
        return Question(account.id, account.channel, channel_accounts.keys(session, account=account), account.opening)
    except AccountBroken as broken:
        raise Invalid(str(broken)) from None
