"""Who comes to an event: what a phone is shown, and what the ward enters for whoever has none."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, select, update

from core import clock
from core.db import changed
from core.errors import Invalid, NotFound
from core.i18n import N_
from core.text import clean
from models import (
    Announcement,
    AnnouncementStatus,
    AsksFor,
    Attendance,
    Group,
    GroupKind,
    Household,
    How,
    Membership,
    Unit,
)
from services import access, attendance_places, audit, drafts, known_openings
from services.access import Actor, May
from services.attendance_places import PLACES_MAX, Party
from services.household_cards import Tied
from services.household_search import in_sight
from services.presence import is_member, lives_here, stands

KEPT = timedelta(days=7)
FORGOTTEN = "–"  # stands for a name that was taken away


@dataclass(frozen=True)
class Own:
    """What a phone's party has."""

    people: int
    turn: int  # in the queue; 0: it has a place
    code: str
    name: str
    arrived: int


@dataclass(frozen=True)
class Stand:
    """How it stands with coming, as a phone is shown it."""

    places: int | None
    left: int  # for who answers now; nothing while others wait
    waiting: int  # parties in the queue
    own: Own | None


# ---- on the phone


def stand(session: Session, *, announcement: Announcement, visitor: str | None, tie: Tied | None) -> Stand | None:
    """How it stands with coming; None where nobody is asked to, and once it is over or called off."""
    if announcement.asks_for is not AsksFor.ATTENDANCE or not takes_answers(announcement):
        return None
    event = attendance_places.event_of(session, announcement)
    taken, waiting = attendance_places.standing(session, event.id) if event.places else (0, 0)
    left = max(0, event.places - taken) if event.places and not waiting else 0
    rows = attendance_places.rows_of(
        session, event.id, household_id=tie.household_id if tie else None, visitor=visitor
    )  # fmt: skip
    own = (
        Own(rows[0].people, attendance_places.turn_of(session, rows[0]), rows[0].code, rows[0].name, rows[0].arrived)
        if rows
        else None
    )
    return Stand(event.places, left, waiting, own)


def takes_answers(announcement: Announcement) -> bool:
    """Whether it is neither over nor called off."""
    return announcement.status is not AnnouncementStatus.CANCELLED and not announcement.has_expired(clock.now())


# ---- by the ward


def enter(
    session: Session, *, actor: Actor, announcement_id: UUID, people: int, household_id: UUID | None = None, name: str = ""
) -> Attendance:
    """Put down who said by telephone or on paper that they come; a household again changes its number.

    A household is then known to have been told, as if it had answered by itself.

    Raises:
        Invalid: neither a household nor a name, or as `attendance_places.answered`; the event is over or called off.
        NotAllowed: the actor may not write. NotFound: the announcement or the household lies outside the actor's sight.
    """
    access.require(actor, May.KEEP_EVENTS)
    announcement, event = _event(session, actor, announcement_id)
    home = _household(session, actor, event, household_id) if household_id else None
    if home is None and not clean(name):
        raise Invalid(N_("Hãy chọn hộ, hoặc ghi tên người đi."), field="name")
    if not 1 <= people <= attendance_places.PEOPLE_MAX:
        raise Invalid(N_("Số người đi phải từ 1 đến {most}."), most=attendance_places.PEOPLE_MAX, field="people")
    group_id = _group_of(session, home.id) if home else None
    party = Party(home.id if home else None, None, name, group_id)
    row = attendance_places.answered(session, announcement=announcement, party=party, people=people)
    if row is None:
        raise NotFound(N_("Thông báo này không hỏi ai đi."))
    if home:
        _told(session, actor, announcement, home.id, How.ATTENDING, people)
    audit.record(
        session, actor=actor, action="attendance.entered", subject_kind="announcement", subject_id=announcement.id, people=people,
        household_id=str(household_id or ""),
    )  # fmt: skip
    return row


def change(session: Session, *, actor: Actor, attendance_id: UUID, people: int) -> None:
    """Another number of people for a party of the list; 0: it does not come, and the next move up.

    Raises:
        Invalid: as `attendance_places.answered`. NotAllowed, NotFound: as `enter`.
    """
    access.require(actor, May.KEEP_EVENTS)
    row = session.get(Attendance, attendance_id)
    if row is None:
        raise NotFound(N_("Không tìm thấy người này trong danh sách."))
    announcement, event = _event(session, actor, row.announcement_id)
    session.refresh(row)
    attendance_places.recount(session, event=event, row=row, people=people)
    if row.household_id:
        _told(session, actor, announcement, row.household_id, How.ATTENDING if people else How.PHONE, people)
    audit.record(
        session, actor=actor, action="attendance.changed", subject_kind="announcement", subject_id=announcement.id, people=people
    )  # fmt: skip


def change_places(session: Session, *, actor: Actor, announcement_id: UUID, places: int | None) -> int:
    """Another number of places for what is already sent, None for no end; how many people move up. The text stays.

    Raises:
        Invalid: no number of places, fewer than have one, or the event is over or called off.
        NotAllowed: the actor may not write. NotFound: it lies outside the actor's sight, or asks nobody to come.
    """
    access.require(actor, May.KEEP_EVENTS)
    _announcement, event = _event(session, actor, announcement_id)
    if places is not None and not 1 <= places <= PLACES_MAX:
        raise Invalid(N_("Số chỗ phải từ 1 đến {most}."), most=PLACES_MAX, field="places")
    taken = attendance_places.taken(session, event.id)
    if places is not None and places < taken:
        raise Invalid(
            N_("Đã có {taken} người được báo là có chỗ, nên số chỗ không thấp hơn {taken}."), taken=taken, field="places"
        )  # fmt: skip
    if places == event.places:
        return 0
    was, event.places = event.places, places
    session.add(event)
    session.flush()
    moved = sum(row.people for row in attendance_places.move_up(session, event=event))
    audit.record(
        session, actor=actor, action="attendance.places_changed", subject_kind="announcement", subject_id=event.id, was=was,
        places=places, moved_up=moved,
    )  # fmt: skip
    return moved


def _event(session: Session, actor: Actor, announcement_id: UUID) -> tuple[Announcement, Announcement]:
    """A sent announcement that asks who comes, and the locked event that holds its places."""
    announcement = drafts.get(session, actor=actor, announcement_id=announcement_id)
    if announcement.sent_at is None or announcement.asks_for is not AsksFor.ATTENDANCE:
        raise NotFound(N_("Thông báo này không hỏi ai đi."))
    if not takes_answers(announcement):
        raise Invalid(N_("Thông báo này đã hết hiệu lực nên không nhận câu trả lời nữa."))
    return announcement, attendance_places.locked(session, announcement)


def _household(session: Session, actor: Actor, event: Announcement, household_id: UUID) -> Household:
    ward = session.get_one(Unit, event.unit_id)
    found = session.exec(
        select(Household)
        .join(Unit, col(Unit.id) == col(Household.unit_id))
        .where(Household.id == household_id, in_sight(actor), access.path_range(ward.path), lives_here(clock.today()))
    ).first()
    if found is None:
        raise NotFound(N_("Không tìm thấy hộ này."))
    return found


def _group_of(session: Session, household_id: UUID) -> UUID | None:
    """The household group it is in today."""
    today = clock.today()
    wanted = select(Group.id).join(Membership, col(Membership.group_id) == col(Group.id))
    here = (Membership.household_id == household_id, Group.kind == GroupKind.HOUSEHOLD, is_member(today), stands(today))
    return session.exec(wanted.where(*here).order_by(col(Group.id))).first()


def _told(session: Session, actor: Actor, announcement: Announcement, household_id: UUID, how: How, people: int) -> None:
    reach = known_openings.tell(
        session, announcement_id=announcement.id, group_id=_group_of(session, household_id), household_id=household_id,
        visitor=None, at=clock.now(),
    )  # fmt: skip
    reach.how, reach.people, reach.told_by = how, people, actor.id
    session.add(reach)
    session.flush()


def old(before: datetime) -> ColumnElement[bool]:
    """Answers with a name or a phone in them, to events that ended before an instant and that no later one corrects."""
    later = select(Announcement.corrects_id).where(
        col(Announcement.corrects_id).is_not(None), col(Announcement.expires_at) > before
    )  # fmt: skip
    ended = select(Announcement.id).where(
        col(Announcement.expires_at) <= before, Announcement.asks_for == AsksFor.ATTENDANCE, col(Announcement.id).not_in(later)
    )  # fmt: skip
    has_some = or_(col(Attendance.visitor).is_not(None), col(Attendance.name) != FORGOTTEN)
    return col(Attendance.announcement_id).in_(ended) & col(Attendance.household_id).is_(None) & has_some


def forget_names(session: Session, *, before: datetime) -> int:
    """Of events that ended before an instant: take away names that were left, and which phones answered; how many."""
    left = update(Attendance).where(old(before))
    return changed(session, left.values(name=FORGOTTEN, visitor=None))
