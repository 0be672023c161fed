"""Who of the digital team cannot come on which days, and who leaves it: their shifts are dropped, the gaps called out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from core import clock
from core.errors import Invalid, NotFound
from core.i18n import N_
from core.text import clean
from models import DutyAbsence, DutyPattern, DutyShift, TeamMember, Unit
from services import access, audit, duty_free, home_visits, phone_surveys, roster, team_members
from services.access import Actor, May

REASON_MAX = 120


@dataclass(frozen=True)
class Away:
    """An absence that is not over, with how many shifts it left without its member."""

    absence: DutyAbsence
    name: str
    shifts: int


def be_away(
    session: Session, *, actor: Actor, member_id: UUID, first_on: date, last_on: date, reason: str = ""
) -> DutyAbsence:  # fmt: skip
    """A member cannot come on these days: their shifts are dropped, and the gaps called out.

    Raises:
        Invalid: the days cannot be right, or the reason is too long (`details["field"]`). NotAllowed: the actor may not write.
        NotFound: outside the actor's sight.
    """
    access.require(actor, May.KEEP_TEAM)
    return _away(session, actor, team_members.seen(session, actor, member_id), first_on, last_on, reason)


def be_away_oneself(session: Session, *, token: str, first_on: date, last_on: date, reason: str = "") -> DutyAbsence:
    """The same, said by the member on their own page.

    Raises:
        Invalid: as `be_away`. NotFound: as `team_members.opened`.
    """
    held = team_members.opened(session, token=token)
    return _away(session, held.actor, held.member, first_on, last_on, reason)


def _away(
    session: Session, actor: Actor, member: TeamMember, first_on: date, last_on: date, reason: str
) -> DutyAbsence:  # fmt: skip
    """Said twice, it is one."""
    words = clean(reason)
    if first_on < clock.today() or last_on < first_on:
        raise Invalid(N_("Ngày vắng bắt đầu từ hôm nay trở đi và không kết thúc trước khi bắt đầu."), field="first_on")
    if last_on - first_on > timedelta(days=366):
        raise Invalid(N_("Mỗi lần báo vắng nhiều nhất một năm."), field="last_on")
    if len(words) > REASON_MAX:
        raise Invalid(N_("Lý do dài quá {most} chữ."), most=REASON_MAX, field="reason")
    duty_free.locked(session, [member.id])
    said = session.exec(
        select(DutyAbsence).where(
            DutyAbsence.member_id == member.id, DutyAbsence.first_on == first_on, DutyAbsence.last_on == last_on,
            col(DutyAbsence.taken_back_at).is_(None),
        )
    ).first()  # fmt: skip
    if said is not None:
        return said
    made = DutyAbsence(member_id=member.id, first_on=first_on, last_on=last_on, reason=words)
    session.add(made)
    session.flush()
    within = (col(DutyShift.member_id) == member.id) & (col(DutyShift.day) >= first_on) & (col(DutyShift.day) <= last_on)
    dropped = duty_free.drop(session, within, absence_id=made.id)
    audit.record(
        session, actor=actor, action="duty.away", subject_kind="team_member", subject_id=member.id, shifts=dropped,
        first_on=first_on.isoformat(), last_on=last_on.isoformat(),
    )  # fmt: skip
    return made


def come_back(session: Session, *, actor: Actor, absence_id: UUID) -> int:
    """An absence is taken back: shifts it emptied that lie ahead, and that nobody has filled, are the member's again; how many.

    Raises:
        NotAllowed: the actor may not write. NotFound: outside the actor's sight.
    """
    access.require(actor, May.KEEP_TEAM)
    absence = session.get(DutyAbsence, absence_id)
    if absence is None:
        raise NotFound(N_("Không tìm thấy lần báo vắng này."))
    member = team_members.seen(session, actor, absence.member_id)
    return _back(session, actor, member, absence)


def come_back_oneself(session: Session, *, token: str, absence_id: UUID) -> int:
    """The same, by the member on their own page.

    Raises:
        NotFound: as `team_members.opened`, or it is not theirs.
    """
    held = team_members.opened(session, token=token)
    absence = session.get(DutyAbsence, absence_id)
    if absence is None or absence.member_id != held.member.id:
        raise NotFound(N_("Không tìm thấy lần báo vắng này."))
    return _back(session, held.actor, held.member, absence)


def _back(session: Session, actor: Actor, member: TeamMember, absence: DutyAbsence) -> int:
    [member] = duty_free.locked(session, [member.id])
    session.refresh(absence)
    if absence.taken_back_at is not None:
        return 0
    absence.taken_back_at = clock.now()
    session.add(absence)
    session.flush()
    emptied = session.exec(
        select(DutyShift)
        .where(DutyShift.absence_id == absence.id, DutyShift.starts_at > clock.now())
        .order_by(col(DutyShift.day))
    ).all()
    done = sum(_again(session, member, shift) for shift in emptied)
    audit.record(session, actor=actor, action="duty.back", subject_kind="team_member", subject_id=member.id, shifts=done)
    return done


def _again(session: Session, member: TeamMember, shift: DutyShift) -> bool:
    found = roster.of_posts(session, col(DutyPattern.id) == shift.pattern_id, shift.day, shift.day)
    if not found or not found[0].missing or not duty_free.is_free(session, member, shift.starts_at, shift.ends_at):
        return False
    shift.dropped_at = shift.absence_id = None
    session.add(shift)
    session.flush()
    return True


def absences(session: Session, *, actor: Actor) -> list[Away]:
    """Who is away today or will be, the next first.

    Raises:
        NotAllowed: the actor may not write.
    """
    access.require(actor, May.KEEP_TEAM)
    wanted = select(DutyAbsence, TeamMember).join(TeamMember, col(TeamMember.id) == DutyAbsence.member_id).join(
        Unit, col(Unit.id) == TeamMember.unit_id
    )  # fmt: skip
    return _told(session, wanted.where(access.path_range(actor.unit_path)))


def absences_of(session: Session, *, token: str) -> list[Away]:
    """A member's own, on their page.

    Raises:
        NotFound: as `team_members.opened`.
    """
    held = team_members.opened(session, token=token)
    wanted = select(DutyAbsence, TeamMember).join(TeamMember, col(TeamMember.id) == DutyAbsence.member_id)
    return _told(session, wanted.where(TeamMember.id == held.member.id))


def _told(session: Session, wanted: Select[DutyAbsence, TeamMember]) -> list[Away]:
    stands = col(DutyAbsence.taken_back_at).is_(None) & (col(DutyAbsence.last_on) >= clock.today())
    found = session.exec(wanted.where(stands).order_by(col(DutyAbsence.first_on), col(DutyAbsence.id))).all()
    shifts: Sequence[UUID | None] = session.exec(
        select(DutyShift.absence_id).where(col(DutyShift.absence_id).in_([one.id for one, _member in found]))
    ).all()
    return [Away(one, member.name, shifts.count(one.id)) for one, member in found]


def leave(session: Session, *, actor: Actor, member_id: UUID, on: date | None = None) -> TeamMember:
    """A member belongs to the team no more from the day `on` (today): shifts from then on are dropped, the addresses end.

    Raises:
        Invalid: the day has passed, or they have left. NotAllowed: the actor may not write. NotFound: outside the actor's sight.
    """
    access.require(actor, May.KEEP_TEAM)
    [member] = duty_free.locked(session, [team_members.seen(session, actor, member_id).id])
    day = on or clock.today()
    if member.left_on is not None:
        raise Invalid(N_("{name} không còn trong tổ công nghệ số từ ngày {day:%d/%m/%Y}."), name=member.name, day=member.left_on)
    if day < clock.today():
        raise Invalid(N_("Ngày này đã qua. Xin chọn từ hôm nay trở đi."), field="on")
    member.left_on = day
    session.add(member)
    duty_free.drop(session, (col(DutyShift.member_id) == member.id) & (col(DutyShift.day) >= day))
    home_visits.let_go(session, member_id=member.id)
    phone_surveys.let_go(session, member_id=member.id)
    audit.record(
        session, actor=actor, action="team_member.left", subject_kind="team_member", subject_id=member.id, on=day.isoformat()
    )  # fmt: skip
    return member
