"""Door lists on paper: what is printed for which unit."""

from uuid import UUID

from sqlmodel import Session, col, func, select

from core import clock, formats
from core.i18n import translate
from core.settings import settings
from models import FACT_LABELS, Announcement, DoorLine, DoorList, Household, Reach, Unit, User
from services import access, audit, door_addresses, door_lists, door_numbers, relays, resident_page, wards
from services.access import Actor
from services.ports import DoorNotice, DoorRow, DoorSheet

LEADERS_PAGE, WHOLE_TEXT = "Đánh dấu trên điện thoại (riêng tổ trưởng)", "Toàn văn, bản mới nhất"


def sheets(
    session: Session, *, actor: Actor, announcement_id: UUID, below: str = ""
) -> tuple[list[DoorSheet], DoorNotice]:  # fmt: skip
    """What to print of all units, or of those at and below a path: households that nobody has told yet, those not at home again.

    Beside them the notice.
    Households that have become due since get their number. That it was printed is kept in the audit.

    Raises:
        Invalid, NotAllowed, NotFound: as `door_lists.sent`.
    """
    announcement = door_lists.sent(session, actor=actor, announcement_id=announcement_id)
    door_numbers.prepare(session, announcement=announcement)
    wanted = (
        select(DoorList, Unit, User)
        .join(Unit, col(Unit.id) == DoorList.unit_id)
        .outerjoin(User, col(User.id) == DoorList.user_id)
        .where(DoorList.announcement_id == announcement.id, access.path_range(below))
        .order_by(col(Unit.code))
    )
    general = relays.general_url(session, announcement.id) or settings().public_url
    found = []
    for listed, unit, owner in session.exec(wanted).all():
        rows = _rows(session, listed)
        is_his = owner is not None and door_addresses.is_good(session, listed)
        url, says = (door_addresses.url_of(listed), LEADERS_PAGE) if is_his else (general, WHOLE_TEXT)
        if rows:
            found.append(DoorSheet(url, says, unit.label, owner.display_name if owner and is_his else "", rows))
    audit.record(
        session, actor=actor, action="door_list.printed", subject_kind="announcement", subject_id=announcement.id,
        units=len(found), households=sum(len(sheet.rows) for sheet in found),
    )  # fmt: skip
    return found, _notice(session, announcement)


def leaders(session: Session, *, actor: Actor, announcement_id: UUID) -> int:
    """How many units have anybody to tell, each with a sheet of its own. Households that have become due get their number.

    Raises:
        Invalid, NotAllowed, NotFound: as `door_lists.sent`.
    """
    announcement = door_lists.sent(session, actor=actor, announcement_id=announcement_id)
    door_numbers.prepare(session, announcement=announcement)
    wanted = (
        select(func.count(func.distinct(DoorList.id)))
        .select_from(DoorLine)
        .join(DoorList, col(DoorList.id) == DoorLine.door_list_id)
        .join(Household, col(Household.id) == DoorLine.household_id)
        .outerjoin(
            Reach, (col(Reach.household_id) == Household.id) & (col(Reach.announcement_id) == DoorList.announcement_id)
        )
        .where(DoorList.announcement_id == announcement.id, door_lists.still_to_tell())
    )  # fmt: skip
    return session.exec(wanted).one()


def _rows(session: Session, listed: DoorList) -> list[DoorRow]:
    lines = [line for line in door_lists.lines_of(session, listed) if line.is_to_tell]
    codes = dict(session.exec(select(Household.id, Household.code).where(Household.unit_id == listed.unit_id)).all())
    return [
        DoorRow(line.number, codes.get(line.household_id, ""), line.head_name, line.address, line.phone_end) for line in lines
    ]  # fmt: skip


def _notice(session: Session, announcement: Announcement) -> DoorNotice:
    """In the ward's language, as on every paper."""
    ward = wards.card_of(session, unit=session.get_one(Unit, announcement.unit_id))
    language = settings().language
    facts = [
        (translate(label, language=language), announcement.facts[name])
        for name, label in FACT_LABELS.items() if announcement.facts.get(name)
    ]  # fmt: skip
    stamp = resident_page.stamp_of(announcement.urgency)
    return DoorNotice(
        title=announcement.title, urgency=translate(stamp, language=language).upper() if stamp else "", facts=facts,
        words="" if facts else announcement.group_text or announcement.body,
        must_by=formats.moment(announcement.must_reach_by, language=language) if announcement.must_reach_by else "",
        ward_name=ward.name, ward_phone=ward.shown_phone, printed=f"{clock.local(clock.now()):%d/%m/%Y, %H:%M}",
    )  # fmt: skip
