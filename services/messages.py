"""What each channel says: composed once a batch from the announcement, its link and the account's template.

A text that is too long, a template without its blanks or a receiver that cannot be one is refused in a sentence; nothing else
stops.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import Session, col

from core import sms
from core.formats import moment
from core.i18n import N_, translate
from core.phones import MOBILE_DIGITS, MOBILE_LENGTH
from core.settings import settings
from models import Announcement, Batch, Channel, Household, Unit
from services import access, household_messages, leader_texts, links, withdrawals
from services.public_posts import EVERYBODY
from services.senders import Message, Rejected
from services.written_outcomes import Row

BY_TEMPLATE = (Channel.ZALO_TEMPLATE, Channel.ZNS)
TOO_LONG = N_("Nội dung dài hơn mức kênh này nhận. Hãy viết thêm bản ngắn cho nhóm.")
NO_PHONE = N_("Số điện thoại của người nhận không đúng.")
NO_RECEIVER = N_("Không có địa chỉ của người nhận trên kênh này.")
BLANK_UNKNOWN = N_("Mẫu tin có chỗ trống không biết điền gì. Xem lại các chỗ trống trong phần Kênh gửi.")
BLANK_TOO_LONG = N_("Nội dung dài hơn chỗ trống của mẫu tin. Hãy rút gọn hoặc đổi mẫu.")
BLANK_EMPTY = N_("Mẫu tin có chỗ trống mà thông báo này không có gì để điền.")
USUAL_BLANKS = "ward_name=phuong, title=tieu_de, content=tin, link=lien_ket"
NAME_OF_HEAD = "ho_ten"
STOP_LINK = "tu_choi"
STOP = N_("Không muốn nhận tin của phường nữa, bấm:")
STOP_MAIL = N_("Không muốn nhận thư này nữa, xin trả lời thư để phường biết.")
_KEY = re.compile(r"[0-9a-f]{32}\Z")  # of a household, as a row's name ends


@dataclass(frozen=True)
class Wording:
    """What a batch says. `refusal` is the sentence for why it cannot be said; `for_head` the blanks that hold a person's name,
    `for_stop` those that hold the address at which a household says that it wants no more."""

    channel: Channel
    text: str = ""
    title: str = ""
    link: str = ""
    blanks: Mapping[str, str] = field(default_factory=dict)
    for_head: tuple[str, ...] = ()
    for_stop: tuple[str, ...] = ()
    stop: str = ""  # what comes before that address at the end of a text
    refusal: str = ""
    by_name: Mapping[str, str] = field(default_factory=dict)  # where each row says something of its own


def wording(
    session: Session, *, announcement: Announcement, channel: Channel, account_settings: Mapping[str, str], longest: int,
    batch_id: UUID | None = None,
) -> Wording:  # fmt: skip
    """How a batch of an announcement is said on a channel."""
    link = links.public_url(links.for_announcement(session, announcement_id=announcement.id, unit_id=announcement.unit_id))
    if batch_id and session.get_one(Batch, batch_id).takes_back:
        announcement = withdrawals.as_withdrawn(announcement)
    elif batch_id and (own := _to_leaders(session, announcement, channel, account_settings, batch_id)):
        return Wording(channel, title=_nfc(announcement.title), link=link, by_name=own)
    return said_with(
        session, announcement=announcement, channel=channel, account_settings=account_settings, longest=longest, link=link
    )  # fmt: skip


def said_with(
    session: Session, *, announcement: Announcement, channel: Channel, account_settings: Mapping[str, str], longest: int,
    link: str,
) -> Wording:  # fmt: skip
    """How the words themselves are said with a link to their page: also of what is still being written, stored nowhere yet."""
    said = Wording(channel, title=_nfc(announcement.title), link=link)
    if channel in BY_TEMPLATE:
        ward = access.commune_of(session, session.get_one(Unit, announcement.unit_id))
        return _filled(said, announcement, ward.name, account_settings.get("blanks") or USUAL_BLANKS, longest=longest)
    stop, room = _stop(channel), longest
    if channel is Channel.ZALO_OA:  # the only text to one person that has room for an address of their own (docs/decisions/0036)
        room -= len(stop) + household_messages.PATH_LENGTH
    text = _text(announcement, channel, link, room, is_unicode=_takes_marks(account_settings))
    if channel is Channel.EMAIL:
        text, stop = f"{text}\n\n{stop}", ""
    return replace(said, text=text, stop=stop) if len(text) <= room else replace(said, refusal=TOO_LONG)


def _stop(channel: Channel) -> str:
    language = settings().language
    if channel is Channel.EMAIL:
        return translate(STOP_MAIL, language=language)
    return f"\n\n{translate(STOP, language=language)} {settings().public_url}" if channel is Channel.ZALO_OA else ""


def _to_leaders(
    session: Session, announcement: Announcement, channel: Channel, account_settings: Mapping[str, str], batch_id: UUID
) -> dict[str, str]:  # fmt: skip
    """By row, what a batch of reminders says; empty for a batch of the announcement itself."""
    own = leader_texts.of_batch(session, announcement=announcement, batch_id=batch_id)
    plain = channel is Channel.SMS and not _takes_marks(account_settings)
    return {name: sms.as_sent(text) if plain else _nfc(text) for name, text in own.items()}


def _takes_marks(account_settings: Mapping[str, str]) -> bool:
    return account_settings.get("is_unicode") in ("1", "true", "True")


def for_rows(session: Session | None, said: Wording, rows: Sequence[Row]) -> list[Message | Rejected]:
    """A message for each row, or why there is none. A session is needed where a blank holds a person's name."""
    names = _heads(session, said.channel, rows) if said.for_head and session else {}
    return [_message(said, row, names.get(row.recipient, "")) for row in rows]


def letter_of(title: str, text: str, link: str) -> str:
    """What is written where there is room: title, text and link, in one form."""
    return f"{_nfc(title)}\n\n{_nfc(text)}\n\n{link}"


def _text(announcement: Announcement, channel: Channel, link: str, longest: int, *, is_unicode: bool) -> str:
    short = _nfc(announcement.group_text or announcement.body)
    if channel is Channel.SMS:
        text = f"{short}\n{link}"
        return text if is_unicode else sms.as_sent(text)
    whole = letter_of(announcement.title, announcement.body, link)
    return whole if len(whole) <= longest else letter_of(announcement.title, short, link)


def _filled(said: Wording, announcement: Announcement, ward_name: str, written: str, *, longest: int) -> Wording:
    known = {
        "phuong": ward_name, "tieu_de": announcement.title, "tin": announcement.group_text or announcement.body,
        "lien_ket": said.link, "han": _until(announcement),
    }  # fmt: skip
    blanks, heads, stops = {}, [], []
    for pair in filter(None, (part.strip() for part in re.split(r"[,;\n]", written))):
        name, _, source = (part.strip() for part in pair.partition("="))
        source, _, most = source.partition(":")
        if source == NAME_OF_HEAD:
            heads.append(name)
            continue
        if source == STOP_LINK:
            stops.append(name)
            continue
        if not name or source not in known:
            return replace(said, refusal=BLANK_UNKNOWN)
        value = " ".join(_nfc(known[source]).split())
        if not value:
            return replace(said, refusal=BLANK_EMPTY)
        if len(value) > (int(most) if most.isdecimal() else longest):
            return replace(said, refusal=BLANK_TOO_LONG)
        blanks[name] = value
    return replace(said, blanks=blanks, for_head=tuple(heads), for_stop=tuple(stops))


def _until(announcement: Announcement) -> str:
    until = announcement.must_reach_by or announcement.expires_at
    return moment(until, language=settings().language) if until else ""


def _message(said: Wording, row: Row, name: str) -> Message | Rejected:
    if said.refusal:
        return Rejected("content", "", said.refusal)
    if said.channel in (Channel.SMS, Channel.ZNS) and not _is_mobile(row.recipient):
        return Rejected("recipient", "", NO_PHONE)
    if not row.recipient:
        return Rejected("recipient", "", NO_RECEIVER)
    blanks, text = said.blanks, said.by_name.get(row.name, said.text)
    if said.stop or said.for_stop:
        path = _stop_path(row)
        text = f"{text}{said.stop}{path}" if said.stop and path else text
        blanks = {**blanks, **dict.fromkeys(said.for_stop, settings().public_url + path)}
    if said.for_head:
        blanks = {**blanks, **dict.fromkeys(said.for_head, name)}
    to = "" if row.recipient == EVERYBODY else row.recipient
    return Message(row.key, to, text, blanks, said.title, said.link)


def _stop_path(row: Row) -> str:
    """Where the household that a row stands for says that it wants no more; "" for a row that stands for none."""
    key = row.name.rpartition(":")[2].replace("-", "")
    return household_messages.path_of_key(key) if _KEY.match(key) else ""


def _heads(session: Session, channel: Channel, rows: Sequence[Row]) -> dict[str, str]:
    """Who is written to, by the head of the household; of several that share a receiver one of them."""
    column = col(Household.phone if channel is Channel.ZNS else Household.zalo_user_id)
    wanted = [row.recipient for row in rows]
    found = session.execute(select(column, func.min(col(Household.head_name))).where(column.in_(wanted)).group_by(column))
    return {row[0]: row[1] for row in found}


def _is_mobile(number: str) -> bool:
    """As `phones.is_mobile`, for numbers that were read by it before: a twentieth of the time."""
    return len(number) == MOBILE_LENGTH and number[:3] == "+84" and number[3] in MOBILE_DIGITS and number[4:].isdecimal()


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)
