"""What people write to the ward's accounts, as their providers tell it: into the inbox of the ward the account belongs to."""

from uuid import UUID

from sqlmodel import Session, col, select

from core import clock
from core.errors import Invalid
from core.i18n import N_, translate
from core.settings import settings
from models import (
    Channel,
    ChannelAccount,
    Household,
    Inquiry,
    InquiryChannel,
    InquiryMessage,
    InquiryStatus,
    Unit,
    UnitKind,
    Voice,
)
from services import access, inquiry_answers, inquiry_intake, inquiry_replies, inquiry_ways
from services.channel_fields import OA
from services.inquiry_intake import TEXT_MAX, Asked, NotOurs
from services.told import Told

# Beginnings of the events by which somebody says something, or takes it back.
AFTERWARDS = ("message.deleted", "comment.edited", "comment.remove", "comment.hide", "comment.unhide")
WRITTEN = ("user_send_", "message.text", "comment.add", "sms_text", *AFTERWARDS)
# What became of a comment for everybody else; whoever wrote it still sees it, and still waits.
SEEN_BY_OTHERS = {
    "comment.hide": N_("Bình luận này đã bị ẩn trên fanpage: chỉ người viết và bạn bè của họ còn thấy."),
    "comment.unhide": N_("Bình luận này đã được hiện lại trên fanpage."),
}
_ELSEWHERE = ("user_send_group_", "message.text.received")  # a group's own talk; the bot's messages


def arrived(session: Session, *, provider: str, told: Told) -> bool:
    """Keep what somebody wrote. False: it is about a message that has not come yet. Told again it changes nothing.

    A complaint is not kept: whoever wrote it is told where complaints are received.
    """
    if told.name.startswith(_ELSEWHERE):
        return True
    number = f"{provider}:{told.said_id}" if told.said_id else None
    if number and told.name.startswith(AFTERWARDS):
        return _changed(session, number, told)
    ward = _ward(session, provider, told)
    if ward is None or not told.recipient:
        return True
    asked = Asked(
        _text(told), _channel(provider, told), from_id=told.recipient, name=told.from_name, at=min(told.at, clock.now()),
        phone=told.recipient if provider == "sms" else "", provider_id=number, language=settings().language,
        files=told.files,
    )  # fmt: skip
    try:
        inquiry_intake.take_in(session, ward=ward, asked=asked)
    except NotOurs as refusal:
        _tell_where(session, ward, asked, refusal)
    except Invalid:
        return True  # it says nothing that could be answered
    return True


def _changed(session: Session, number: str, told: Told) -> bool:
    """What became of a message afterwards. False: it has not come yet."""
    if told.name == "comment.edited":
        try:
            return inquiry_intake.edit(session, provider_id=number, text=told.text)
        except NotOurs as refusal:
            _reply(session, inquiry_intake.of_number(session, provider_id=number), refusal)
            return True
    if told.name in SEEN_BY_OTHERS:
        words = translate(SEEN_BY_OTHERS[told.name], language=settings().language)
        return inquiry_intake.note_on(session, provider_id=number, note_id=f"{told.name}:{told.digest}", text=words, at=told.at)
    return inquiry_intake.take_back(session, provider_id=number, at=told.at)


def _text(told: Told) -> str:
    """The words, and what came with them as far as it can be said in words."""
    return "\n".join(filter(None, (told.text[:TEXT_MAX], *told.attached)))[:TEXT_MAX]


def _channel(provider: str, told: Told) -> InquiryChannel:
    if provider == "sms":
        return InquiryChannel.SMS
    if provider == "facebook":
        return InquiryChannel.COMMENT if told.name.startswith("comment.") else InquiryChannel.FACEBOOK
    return InquiryChannel.ZALO


def _ward(session: Session, provider: str, told: Told) -> Unit | None:
    """Whose account was written to; of a province's the ward the person lives in, where that is known."""
    unit = _owner(session, provider, told)
    if unit is None or unit.kind is UnitKind.COMMUNE:
        return unit
    home = session.exec(
        select(Unit).join(Household, col(Household.unit_id) == Unit.id).where(
            (col(Household.phone) if provider == "sms" else col(Household.zalo_user_id)) == told.recipient,
            access.path_range(unit.path),
        ).limit(1)
    ).first()  # fmt: skip
    if home:
        return access.commune_of(session, home)
    below = select(Unit).where(access.path_range(unit.path), Unit.kind == UnitKind.COMMUNE, col(Unit.valid_to).is_(None))
    return session.exec(below.order_by(col(Unit.code)).limit(1)).first()


def _owner(session: Session, provider: str, told: Told) -> Unit | None:
    if provider == "sms":
        account = session.get(ChannelAccount, UUID(told.to)) if told.to else None
        return session.get(Unit, account.unit_id) if account else None
    channels, name = ((Channel.FACEBOOK,), "page_id") if provider == "facebook" else (OA, "oa_id")
    found = session.exec(select(ChannelAccount).where(col(ChannelAccount.channel).in_(channels)).order_by(col(ChannelAccount.id)))
    account = next((one for one in found.all() if one.told.get(name) == told.to), None)
    return session.get(Unit, account.unit_id) if account else None


def _tell_where(session: Session, ward: Unit, asked: Asked, refusal: NotOurs) -> None:
    """Answer a complaint with where it belongs. Of it only stands that somebody was told, and nothing of what they wrote."""
    now = clock.now()
    thread = Inquiry(
        unit_id=ward.id, channel=asked.channel, from_id=asked.from_id, text="", language=asked.language,
        status=InquiryStatus.CLOSED, asked_at=now, last_at=now, first_answer_at=now, closed_at=now,
    )  # fmt: skip
    session.add(thread)
    session.flush()
    mark = InquiryMessage(inquiry_id=thread.id, voice=Voice.ASKED, text="", at=now, deleted_at=now, provider_id=asked.provider_id)
    session.add(mark)
    session.flush()
    _reply(session, thread, refusal)


def _reply(session: Session, thread: Inquiry, refusal: NotOurs) -> None:
    words = translate(refusal.message, language=thread.language).format(**refusal.details)
    way = inquiry_ways.chosen(inquiry_answers.ways(session, inquiry=thread))
    reply = InquiryMessage(inquiry_id=thread.id, voice=Voice.REPLY, text=words, at=clock.now(), way=way.way.value)
    session.add(reply)
    session.flush()
    inquiry_replies.send(session, ward=session.get_one(Unit, thread.unit_id), replies=[(reply, way)])
