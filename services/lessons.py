"""Small lessons of the digital team: planned at the desk, held by a member, with how many came and which cards were shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, col, func, select

from core import clock
from core.errors import Invalid, NotFound
from core.i18n import N_
from core.text import clean
from models import Lesson, LessonGuest, Skill, TeamMember, Unit
from services import access, audit, duty_free, supports, team_members
from services.access import Actor, May

PLACE_MAX, PEOPLE_MAX = 120, 500
SHORTEST, LONGEST = 10, duty_free.LONGEST_LESSON // timedelta(minutes=1)  # minutes
MARGIN = timedelta(hours=2)  # before and after, in which cards are taken and people counted on the phone


@dataclass(frozen=True)
class LessonForm:
    """What, where, when, by whom."""

    unit_id: UUID
    member_id: UUID
    topic: Skill
    place: str
    starts_at: datetime
    minutes: int = 90


@dataclass(frozen=True)
class LessonRow:
    """A lesson with who holds it, whose it is, and how many households showed a card."""

    lesson: Lesson
    member: str
    unit_label: str
    cards: int


def plan(session: Session, *, actor: Actor, form: LessonForm) -> Lesson:
    """Plan a lesson.

    Raises:
        Invalid: a value cannot be right, or the member stands elsewhere then (`details["field"]`).
        NotAllowed: the actor may not write. NotFound: the unit or the member lies outside the actor's sight.
    """
    access.require(actor, May.KEEP_TEAM)
    unit = access.unit_for(session, actor=actor, unit_id=form.unit_id)
    member = team_members.seen(session, actor, form.member_id)
    place = clean(form.place)
    if not place or len(place) > PLACE_MAX:
        raise Invalid(N_("Xin ghi nơi mở lớp, nhiều nhất {most} chữ."), most=PLACE_MAX, field="place")
    if not SHORTEST <= form.minutes <= LONGEST:
        raise Invalid(N_("Một buổi từ {least} đến {most} phút."), least=SHORTEST, most=LONGEST, field="minutes")
    if form.starts_at < clock.now() - timedelta(minutes=5):
        raise Invalid(N_("Giờ này đã qua."), field="starts_at")
    ward = access.commune_of(session, unit)
    if member.ward_id != ward.id:
        raise NotFound(N_("Không tìm thấy thành viên này."))
    [member] = duty_free.locked(session, [member.id])
    duty_free.require_free(session, member, form.starts_at, form.starts_at + timedelta(minutes=form.minutes))
    made = Lesson(
        ward_id=ward.id, unit_id=unit.id, member_id=member.id, topic=form.topic, place=place, starts_at=form.starts_at,
        minutes=form.minutes,
    )  # fmt: skip
    session.add(made)
    session.flush()
    audit.record(session, actor=actor, action="lesson.planned", subject_kind="lesson", subject_id=made.id)
    return made


def call_off(session: Session, *, actor: Actor, lesson_id: UUID) -> None:
    """A lesson is not held. Said twice, nothing changes.

    Raises:
        Invalid: it was held. NotAllowed: the actor may not write. NotFound: outside the actor's sight.
    """
    access.require(actor, May.KEEP_TEAM)
    lesson = session.get(Lesson, lesson_id)
    unit = session.get(Unit, lesson.unit_id) if lesson else None
    if lesson is None or unit is None or not unit.path.startswith(actor.unit_path):
        raise NotFound(N_("Không tìm thấy buổi hướng dẫn này."))
    if lesson.people is not None:
        raise Invalid(N_("Buổi này đã ghi có người dự."))
    if lesson.called_off_at is None:
        lesson.called_off_at = clock.now()
        session.add(lesson)
        audit.record(session, actor=actor, action="lesson.called_off", subject_kind="lesson", subject_id=lesson.id)


def listing(session: Session, *, actor: Actor, limit: int = 100) -> Sequence[LessonRow]:
    """The lessons in sight that were not called off, the latest first. Two queries.

    Raises:
        NotAllowed: the actor may not write.
    """
    access.require(actor, May.KEEP_TEAM)
    found = session.exec(
        select(Lesson, TeamMember, Unit)
        .join(TeamMember, col(TeamMember.id) == Lesson.member_id)
        .join(Unit, col(Unit.id) == Lesson.unit_id)
        .where(access.path_range(actor.unit_path), col(Lesson.called_off_at).is_(None))
        .order_by(col(Lesson.starts_at).desc(), col(Lesson.id))
        .limit(limit)
    ).all()
    ids = [lesson.id for lesson, _member, _unit in found]
    counts = select(LessonGuest.lesson_id, func.count()).where(col(LessonGuest.lesson_id).in_(ids))
    cards = dict(session.exec(counts.group_by(col(LessonGuest.lesson_id))).all())
    return [LessonRow(lesson, member.name, unit.label, cards.get(lesson.id, 0)) for lesson, member, unit in found]


# ---- on the member's phone


def now(session: Session, *, token: str) -> list[Lesson]:
    """The member's lessons that are on, a little before and after with them.

    Raises:
        NotFound: as `team_members.opened`.
    """
    return [one for one in ahead(session, token=token) if _is_on(one)]


def ahead(session: Session, *, token: str) -> list[Lesson]:
    """The member's lessons to come, and those of the last days.

    Raises:
        NotFound: as `team_members.opened`.
    """
    held = team_members.opened(session, token=token)
    wanted = select(Lesson).where(
        Lesson.member_id == held.member.id, col(Lesson.called_off_at).is_(None),
        Lesson.starts_at > clock.now() - timedelta(days=7),
    )  # fmt: skip
    return list(session.exec(wanted.order_by(col(Lesson.starts_at))))


def _is_on(lesson: Lesson) -> bool:
    return lesson.starts_at - MARGIN <= clock.now() <= lesson.ends_at + MARGIN


def present(session: Session, *, token: str, lesson_id: UUID, card: str) -> None:
    """A household that shows its card is at the lesson. Shown twice, once.

    Raises:
        Invalid: the lesson is not on. NotFound: as `supports.log`, or the lesson is not the member's.
    """
    held = team_members.opened(session, token=token)
    lesson = _own(session, held.member.id, lesson_id)
    if not _is_on(lesson):
        raise Invalid(N_("Buổi này không phải bây giờ."))
    household_id = supports.household_of_card(session, held=held, card=card)
    known = select(LessonGuest).where(LessonGuest.lesson_id == lesson.id, LessonGuest.household_id == household_id)
    if session.exec(known).first() is None:
        session.add(LessonGuest(lesson_id=lesson.id, household_id=household_id))
        session.flush()


def count(session: Session, *, token: str, lesson_id: UUID, people: int, first_timers: int) -> None:
    """How many came, and how many of them did it for the first time; said again, the last holds.

    Raises:
        Invalid: a number cannot be right, or the lesson is still to come. NotFound: not the member's.
    """
    held = team_members.opened(session, token=token)
    lesson = _own(session, held.member.id, lesson_id)
    if not 0 <= people <= PEOPLE_MAX or not 0 <= first_timers <= people:
        raise Invalid(N_("Số người dự từ 0 đến {most}; số người làm lần đầu không nhiều hơn."), most=PEOPLE_MAX, field="people")
    if lesson.starts_at - MARGIN > clock.now():
        raise Invalid(N_("Buổi này chưa tới giờ."), field="people")
    lesson.people, lesson.first_timers = people, first_timers
    session.add(lesson)
    session.flush()


def _own(session: Session, member_id: UUID, lesson_id: UUID) -> Lesson:
    lesson = session.get(Lesson, lesson_id)
    if lesson is None or lesson.member_id != member_id or lesson.called_off_at is not None:
        raise NotFound(N_("Không tìm thấy buổi hướng dẫn này."))
    return lesson
