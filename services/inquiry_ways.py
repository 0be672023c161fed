"""By which ways an answer may go to whoever asked, and until when.

Zalo's official account may write within seven days of the person's last word (channels.md §2.1); a fan page within 24 hours
(Meta, Messenger Platform policy: standard messaging window). A comment is answered under it at any time.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from core import clock, phones
from core.i18n import N_
from models import Channel, Inquiry, InquiryChannel, RecipientKind
from services.inquiry_intake import PERSONAL
from services.senders import COMMENT

WINDOWS = {InquiryChannel.ZALO: timedelta(days=7), InquiryChannel.FACEBOOK: timedelta(hours=24)}


class Way(StrEnum):
    """A way to whoever asked."""

    ZALO = "zalo"
    FACEBOOK = "facebook"
    COMMENT = "comment"
    ZNS = "zns"
    SMS = "sms"
    PAGE = "page"
    CALL = "call"
    UNTOLD = "untold"
    SPOKEN = "spoken"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {
            "zalo": N_("nhắn qua Zalo OA"), "facebook": N_("nhắn qua fanpage"), "comment": N_("trả lời dưới bình luận"),
            "zns": N_("tin ZNS tới số điện thoại"), "sms": N_("tin SMS"), "page": N_("trang riêng của người hỏi"),
            "call": N_("gọi điện"), "untold": N_("chỉ ghi lại, người hỏi chưa được báo"), "spoken": N_("đã nói trực tiếp"),
        }[self]  # fmt: skip


@dataclass(frozen=True)
class Open:
    """A way that is there; `until` is when it closes. `channel` None: a person, or the page itself, carries the answer."""

    way: Way
    channel: Channel | None = None
    kind: RecipientKind = RecipientKind.FOLLOWER
    recipient: str = ""
    until: datetime | None = None

    @property
    def is_closed(self) -> bool:
        """Whether its time is over."""
        return self.until is not None and self.until <= clock.now()

    @property
    def reaches(self) -> bool:
        """Whether an answer that goes this way is before whoever asked, without anybody calling or meeting them."""
        return not self.is_closed and (self.channel is not None or self.way is Way.PAGE)


_OWN = {
    InquiryChannel.ZALO: (Way.ZALO, Channel.ZALO_OA, RecipientKind.FOLLOWER),
    InquiryChannel.FACEBOOK: (Way.FACEBOOK, Channel.FACEBOOK, RecipientKind.FOLLOWER),
    InquiryChannel.COMMENT: (Way.COMMENT, Channel.FACEBOOK, RecipientKind.PAGE),
    InquiryChannel.SMS: (Way.SMS, Channel.SMS, RecipientKind.PHONE),
}


def of(inquiry: Inquiry, *, works: Collection[Channel], last_number: str = "") -> list[Open]:
    """The ways to whoever asked, the natural one first, closed ones with the instant they closed. `works` are the channels by
    which the ward can send, `last_number` is the provider's own number of the person's last message.
    """
    ways = []
    if own := _OWN.get(inquiry.channel):
        way, channel, kind = own
        recipient = f"{COMMENT}{last_number.rpartition(':')[2]}" if way is Way.COMMENT else inquiry.from_id
        if channel in works and recipient.removeprefix(COMMENT):
            window = WINDOWS.get(inquiry.channel)
            ways.append(Open(way, channel, kind, recipient, inquiry.last_at + window if window else None))
    if inquiry.channel is InquiryChannel.FORM:
        ways.append(Open(Way.PAGE))
    phone = inquiry.from_phone or (inquiry.from_id if inquiry.channel is InquiryChannel.SMS else "")
    if phone and phones.is_mobile(phone):
        for way, channel in ((Way.ZNS, Channel.ZNS), (Way.SMS, Channel.SMS)):
            if channel in works and way not in [one.way for one in ways]:
                ways.append(Open(way, channel, RecipientKind.PHONE, phone))
    if inquiry.group_id:
        ways.append(Open(Way.PAGE))
    if phone:
        ways.append(Open(Way.CALL, recipient=phone))
    return [*ways, *_without_a_message(inquiry.channel, is_open=any(not one.is_closed for one in ways))]


def _without_a_message(channel: InquiryChannel, *, is_open: bool) -> list[Open]:
    """Where nothing else is open, an answer is kept as what it is: not told, until the person writes again or leaves a number."""
    untold = [Open(Way.UNTOLD)] if channel in PERSONAL and not is_open else []
    is_by_word = channel in (InquiryChannel.DESK, InquiryChannel.PHONE, InquiryChannel.LEADER)
    return [*untold, *([Open(Way.SPOKEN)] if is_by_word or not is_open else [])]


BY_HAND = (Way.CALL, Way.SPOKEN, Way.UNTOLD)  # nothing leaves and no page shows it: somebody says it, or nobody


def chosen(ways: Sequence[Open], wanted: Way | None = None) -> Open:
    """The way that was chosen, else the first that is open."""
    named = next((one for one in ways if one.way is wanted), None)
    return named or next((one for one in ways if not one.is_closed), ways[-1])
