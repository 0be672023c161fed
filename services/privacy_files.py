"""Whom to turn to about personal data, the notice everybody may read, the impact assessment, and who outside gets data.

Law 91/2025/QH15: impact assessment Điều 21, transfer abroad Điều 20; state bodies are let off some of it: ask a legal officer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlmodel import Session, col, select

from core import clock, phones
from core.errors import Invalid, NotFound
from core.i18n import N_, SOURCE, translate
from core.text import clean, clean_lines, fold
from models import AccountState, Channel, ChannelAccount, LegalBasis, PrivacyFile, ProcessingPurpose, Processor, Unit
from services import access, audit, privacy_purposes, wards
from services.access import Actor, May
from services.wards import WardCard

LINE_MAX, NOTICE_MAX = 200, 4_000
OUTSIDE = (
    Channel.ZALO_OA, Channel.ZALO_TEMPLATE, Channel.ZALO_BROADCAST, Channel.ZALO_GROUP, Channel.ZNS, Channel.ZALO_BOT,
    Channel.FACEBOOK, Channel.SMS, Channel.EMAIL,
)  # fmt: skip


@dataclass(frozen=True)
class FileForm:
    """What a ward says of itself."""

    officer: str = ""
    phone: str = ""
    email: str = ""
    notice: str = ""
    assessment: str = ""
    assessed_on: date | None = None
    look_again_on: date | None = None


@dataclass(frozen=True)
class ProcessorForm:
    """Somebody outside as a form gives them."""

    name: str
    does: str = ""
    fields: str = ""
    country: str = "VN"
    contract: str = ""
    channels: tuple[Channel, ...] = ()


@dataclass(frozen=True)
class Alarm:
    """Where data goes and nobody has written down to whom: red until it is."""

    channel: Channel


@dataclass(frozen=True)
class UsedFor:
    """One thing a ward uses data for, as residents read it."""

    name: str
    fields: str
    receivers: str
    months: int | None
    needs_consent: bool


@dataclass(frozen=True)
class NoticePage:
    """What everybody may read."""

    ward: WardCard
    officer: str
    phone: str  # E.164
    shown_phone: str
    email: str
    words: str
    version: date
    purposes: Sequence[UsedFor]
    processors: Sequence[Processor]


def of(session: Session, *, actor: Actor, ward_id: UUID) -> PrivacyFile:
    """A ward's file; an empty one until somebody fills it.

    Raises:
        NotAllowed: the actor may not write. NotFound: the ward lies outside the actor's sight.
    """
    access.require(actor, May.KEEP_PRIVACY)
    ward = access.unit_for(session, actor=actor, unit_id=ward_id)
    return _of(session, ward.id) or PrivacyFile(unit_id=ward.id)


def write(session: Session, *, actor: Actor, ward_id: UUID, form: FileForm) -> PrivacyFile:
    """Keep it; the notice's version is the day on which its words last changed.

    Raises:
        Invalid: a number, an address or a day cannot be right. NotAllowed, NotFound: the actor does not decide here.
    """
    access.require(actor, May.DECIDE_PRIVACY)
    ward = access.unit_for(session, actor=actor, unit_id=ward_id)
    number = phones.read(form.phone)
    email = clean(form.email)
    if email and (email.count("@") != 1 or " " in email or len(email) > LINE_MAX):
        raise Invalid(N_("Địa chỉ thư điện tử chưa đúng."), field="email")
    if len(form.notice) > NOTICE_MAX:
        raise Invalid(N_("Xin viết ngắn hơn {most} chữ."), most=NOTICE_MAX, field="notice")
    if form.assessed_on and form.look_again_on and form.look_again_on <= form.assessed_on:
        raise Invalid(N_("Ngày xem lại phải sau ngày đánh giá."), field="look_again_on")
    made = _of(session, ward.id) or PrivacyFile(unit_id=ward.id)
    notice = clean_lines(form.notice)
    if notice != made.notice or made.notice_on is None:
        made.notice_on = clock.today()
    made.officer, made.phone, made.email, made.notice = clean(form.officer)[:LINE_MAX], number, email, notice
    made.assessment, made.assessed_on = clean(form.assessment)[:LINE_MAX], form.assessed_on
    made.look_again_on, made.version = form.look_again_on, made.version + 1
    session.add(made)
    session.flush()
    audit.record(session, actor=actor, action="privacy_file.written", subject_kind="unit", subject_id=ward.id)
    return made


# ---- who outside gets data


def processors(session: Session, *, actor: Actor, ward_id: UUID) -> list[Processor]:
    """Who gets data, those that still do first.

    Raises:
        NotAllowed, NotFound: as `of`.
    """
    access.require(actor, May.KEEP_PRIVACY)
    ward = access.unit_for(session, actor=actor, unit_id=ward_id)
    wanted = select(Processor).where(Processor.unit_id == ward.id)
    return list(session.exec(wanted.order_by(col(Processor.ended_on).is_not(None), col(Processor.created_at))))


def write_processor(session: Session, *, actor: Actor, ward_id: UUID, form: ProcessorForm) -> Processor:
    """Add one, or change the one of that name.

    Raises:
        Invalid: the name or the country cannot be right. NotAllowed, NotFound: the actor does not decide here.
    """
    access.require(actor, May.DECIDE_PRIVACY)
    ward = access.unit_for(session, actor=actor, unit_id=ward_id)
    name, country = clean(form.name), form.country.strip().upper()
    if not name or len(name) > LINE_MAX:
        raise Invalid(N_("Xin ghi tên bên nhận dữ liệu."), field="name")
    if len(country) != 2 or not country.isascii() or not country.isalpha():
        raise Invalid(N_("Ghi nước bằng hai chữ: VN, SG, US."), field="country")
    there = select(Processor).where(Processor.unit_id == ward.id)
    found = next((one for one in session.exec(there) if fold(one.name) == fold(name)), None)
    found = found or Processor(unit_id=ward.id, name=name)
    found.does, found.fields, found.contract = (clean(one)[:LINE_MAX] for one in (form.does, form.fields, form.contract))
    found.country, found.channels, found.ended_on = country, [channel.value for channel in form.channels], None
    session.add(found)
    session.flush()
    audit.record(session, actor=actor, action="processor.written", subject_kind="processor", subject_id=found.id, country=country)
    return found


def end_processor(session: Session, *, actor: Actor, ward_id: UUID, processor_id: UUID) -> None:
    """They get nothing any more; the line stays with its last day.

    Raises:
        NotAllowed, NotFound: the actor does not decide here, or there is none.
    """
    access.require(actor, May.DECIDE_PRIVACY)
    ward = access.unit_for(session, actor=actor, unit_id=ward_id)
    found = session.get(Processor, processor_id)
    if found is None or found.unit_id != ward.id:
        raise NotFound(N_("Không tìm thấy dòng này trong sổ."))
    if found.ended_on is None:
        found.ended_on = clock.today()
        session.add(found)
        audit.record(session, actor=actor, action="processor.ended", subject_kind="processor", subject_id=found.id)


def alarms(session: Session, *, actor: Actor, ward_id: UUID) -> list[Alarm]:
    """Accounts that send outside while nobody stands in the register for them.

    Raises:
        NotAllowed, NotFound: as `of`.
    """
    standing = [one for one in processors(session, actor=actor, ward_id=ward_id) if one.ended_on is None]
    known = {channel for one in standing for channel in one.channels}
    ward = access.unit_for(session, actor=actor, unit_id=ward_id)
    holders = [ward.id, *([ward.parent_id] if ward.parent_id else [])]
    wanted = select(ChannelAccount.channel).where(
        col(ChannelAccount.unit_id).in_(holders), ChannelAccount.state == AccountState.ACTIVE
    )  # fmt: skip
    found = dict.fromkeys(Channel(channel) for channel in session.exec(wanted))
    return [Alarm(channel) for channel in found if channel in OUTSIDE and channel.value not in known]


# ---- what everybody may read


def notice(session: Session, *, ward: Unit, language: str = SOURCE) -> NoticePage:
    """The notice of a ward: what for, which data, how long, whom to turn to. Public.

    What the house brings along is said in the reader's language, what a ward wrote itself as it wrote it.
    """
    own = _of(session, ward.id) or PrivacyFile(unit_id=ward.id)
    card = wards.card_of(session, unit=ward)
    lines = session.exec(
        select(ProcessingPurpose)
        .where(ProcessingPurpose.unit_id == ward.id, col(ProcessingPurpose.ended_on).is_(None))
        .order_by(col(ProcessingPurpose.created_at), col(ProcessingPurpose.id))
    ).all()
    standing = select(Processor).where(Processor.unit_id == ward.id, col(Processor.ended_on).is_(None))
    outside = session.exec(standing.order_by(col(Processor.created_at))).all()
    number = own.phone or card.phone
    staff = fold("Tài khoản cán bộ")
    purposes = [
        _as_read(one, language) for one in (lines or privacy_purposes.USUAL) if not fold(one.name).startswith(staff)
    ]  # fmt: skip
    return NoticePage(
        ward=card, officer=own.officer, phone=number or "", shown_phone=phones.show(number), email=own.email, words=own.notice,
        version=own.notice_on or date(2026, 11, 1), purposes=purposes, processors=outside,
    )  # fmt: skip


def _as_read(one: ProcessingPurpose | privacy_purposes.PurposeForm, language: str) -> UsedFor:
    name, fields, receivers = (translate(words, language=language) for words in (one.name, one.fields, one.receivers))
    return UsedFor(name, fields, receivers, one.months, needs_consent=one.basis is LegalBasis.CONSENT)


def _of(session: Session, ward_id: UUID) -> PrivacyFile | None:
    return session.exec(select(PrivacyFile).where(PrivacyFile.unit_id == ward_id)).first()
