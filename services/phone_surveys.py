"""The survey of smartphones: households shared out among members as one walks, asked at the door, the answer put into the record.

What is said becomes how the household is from that day on, with how it was before kept (services.household_history); the next
count of smartphone rates has it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, update
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from core import clock
from core.db import changed
from core.errors import Invalid, NotFound
from core.i18n import N_
from core.text import clean, natural_key
from models import Extra, Household, PhoneSurvey, Role, SurveyHome, SurveyResult, TeamMember, Unit, UnitKind
from services import access, audit, consents, door_numbers, household_history, households, team_members, units
from services.access import Actor, May
from services.household_history import FromDay
from services.household_values import values_of
from services.presence import is_erased, lives_here
from services.team_members import Pass

TITLE_MAX, LONGEST, MOST_HOMES = 80, timedelta(days=366), 20_000


@dataclass(frozen=True)
class SurveyForm:
    """Which units, until when, by whom."""

    title: str
    unit_ids: tuple[UUID, ...]
    member_ids: tuple[UUID, ...]
    ends_on: date
    only_unknown: bool = False  # only households in which nobody is known to have a smartphone


@dataclass(frozen=True)
class SurveyRow:
    """A survey with how far it has come."""

    survey: PhoneSurvey
    homes: int
    answered: int
    not_home: int
    smartphones: int  # as said by those who answered
    before: int  # as was known of the same households


@dataclass(frozen=True)
class Share:
    """One member's part of a survey in one unit."""

    member_id: UUID | None
    member: str
    unit_label: str
    homes: int
    done: int


@dataclass(frozen=True)
class Door:
    """A household to ask, as little of it as whoever stands at the door needs."""

    id: UUID
    head_name: str
    address: str
    unit_label: str
    people: int
    smartphones: int
    result: SurveyResult | None


# ---- at the desk


def begin(session: Session, *, actor: Actor, form: SurveyForm) -> PhoneSurvey:
    """Share the households of the units out: in each its own members, else all chosen; every one a stretch of the walk.

    Raises:
        Invalid: a value cannot be right, or there is no household (`details["field"]`). NotAllowed: the actor may not write.
        NotFound: a unit or a member lies outside the actor's sight.
    """
    access.require(actor, May.KEEP_TEAM)
    ward = units.commune_for(session, actor=actor)
    title = clean(form.title)
    if not title or len(title) > TITLE_MAX:
        raise Invalid(N_("Xin đặt tên đợt khảo sát, nhiều nhất {most} chữ."), most=TITLE_MAX, field="title")
    if not clock.today() <= form.ends_on <= clock.today() + LONGEST:
        raise Invalid(N_("Ngày kết thúc phải từ hôm nay, trong một năm tới."), field="ends_on")
    members = [team_members.seen(session, actor, id_) for id_ in dict.fromkeys(form.member_ids)]
    if not members or any(one.ward_id != ward.id for one in members):
        raise Invalid(N_("Xin chọn ít nhất một thành viên của phường."), field="members")
    chosen = [access.unit_for(session, actor=actor, unit_id=id_) for id_ in dict.fromkeys(form.unit_ids)]
    if not chosen or any(one.kind is not UnitKind.RESIDENTIAL or one.parent_id != ward.id for one in chosen):
        raise Invalid(N_("Xin chọn ít nhất một tổ, thôn của phường."), field="units")
    survey = PhoneSurvey(ward_id=ward.id, title=title, starts_on=clock.today(), ends_on=form.ends_on)
    session.add(survey)
    session.flush()
    made = sum(_share_out(session, survey, unit, members, form) for unit in chosen)
    if not made:
        raise Invalid(N_("Các tổ, thôn này không có hộ nào cần hỏi."), field="units")
    audit.record(session, actor=actor, action="phone_survey.begun", subject_kind="phone_survey", subject_id=survey.id, homes=made)
    return survey


def _share_out(
    session: Session, survey: PhoneSurvey, unit: Unit, members: Sequence[TeamMember], form: SurveyForm
) -> int:  # fmt: skip
    wanted = select(Household).where(
        Household.unit_id == unit.id, lives_here(clock.today()), ~consents.is_against(Extra.SURVEYS, col(Household.id)),
        ~is_erased(col(Household.id)),
    )  # fmt: skip
    if form.only_unknown:
        wanted = wanted.where(Household.smartphones == 0)
    homes = sorted(session.exec(wanted.limit(MOST_HOMES)), key=_as_one_walks)
    walkers = [one for one in members if one.unit_id == unit.id] or list(members)
    for place, home in enumerate(homes):
        walker = walkers[place * len(walkers) // len(homes)]
        session.add(
            SurveyHome(
                survey_id=survey.id, household_id=home.id, member_id=walker.id, place=place, before=home.smartphones
            )
        )  # fmt: skip
    session.flush()
    return len(homes)


def _as_one_walks(home: Household) -> tuple[Any, ...]:
    return door_numbers.walking(home.head_name, home.address, home.id)


def listing(session: Session, *, actor: Actor) -> list[SurveyRow]:
    """The surveys in sight, the latest first. Two queries.

    Raises:
        NotAllowed: the actor may not write.
    """
    access.require(actor, May.KEEP_TEAM)
    here = col(PhoneSurvey.ward_id).in_(access.visible_units(actor))
    surveys = session.exec(select(PhoneSurvey).where(here).order_by(col(PhoneSurvey.created_at).desc())).all()
    answered = col(SurveyHome.result) == SurveyResult.ANSWERED
    counts = columns(
        col(SurveyHome.survey_id), func.count(), _sum(answered, 1), _sum(col(SurveyHome.result) == SurveyResult.NOT_HOME, 1),
        _sum(answered, col(SurveyHome.smartphones)), _sum(answered, col(SurveyHome.before)),
    ).where(col(SurveyHome.survey_id).in_([one.id for one in surveys]))  # fmt: skip
    found = {row[0]: row[1:] for row in session.execute(counts.group_by(col(SurveyHome.survey_id)))}
    return [SurveyRow(one, *(int(n) for n in found.get(one.id, (0,) * 5))) for one in surveys]


def _sum(which: ColumnElement[bool], what: Any) -> Any:
    return func.coalesce(func.sum(case((which, what), else_=0)), 0)


def shares(session: Session, *, actor: Actor, survey_id: UUID) -> list[Share]:
    """Who asks how many households of which unit, and how many are asked; by unit, then by name.

    Raises:
        NotAllowed: the actor may not write. NotFound: outside the actor's sight.
    """
    survey = get(session, actor=actor, survey_id=survey_id)
    keys = (col(SurveyHome.member_id), col(TeamMember.name), col(Unit.name), col(Unit.short_name))
    found = session.execute(
        columns(*keys, func.count(), _sum(~_is_left(), 1))
        .join(Household, col(Household.id) == col(SurveyHome.household_id))
        .join(Unit, col(Unit.id) == col(Household.unit_id))
        .outerjoin(TeamMember, col(TeamMember.id) == col(SurveyHome.member_id))
        .where(col(SurveyHome.survey_id) == survey.id)
        .group_by(*keys)
    )
    rows = [Share(id_, name or "", short or full, homes, int(n)) for id_, name, full, short, homes, n in found]
    return sorted(rows, key=lambda row: (natural_key(row.unit_label), team_members.by_name(row.member)))


def get(session: Session, *, actor: Actor, survey_id: UUID) -> PhoneSurvey:
    """One survey.

    Raises:
        NotAllowed: the actor may not write. NotFound: outside the actor's sight.
    """
    access.require(actor, May.KEEP_TEAM)
    here = col(PhoneSurvey.ward_id).in_(access.visible_units(actor))
    found = session.exec(select(PhoneSurvey).where(PhoneSurvey.id == survey_id, here)).first()
    if found is None:
        raise NotFound(N_("Không tìm thấy đợt khảo sát này."))
    return found


def hand_over(session: Session, *, actor: Actor, survey_id: UUID, from_id: UUID | None, to_id: UUID) -> int:
    """What one member (`from_id`; None: nobody) has not asked yet is another's; how many households.

    Raises:
        NotAllowed: the actor may not write. NotFound: the survey or the other lies outside the actor's sight.
    """
    survey = get(session, actor=actor, survey_id=survey_id)
    other = team_members.seen(session, actor, to_id)
    if other.ward_id != survey.ward_id or other.left_on is not None:
        raise NotFound(N_("Không tìm thấy thành viên này."))
    is_theirs = col(SurveyHome.member_id).is_(None) if from_id is None else col(SurveyHome.member_id) == from_id
    theirs = update(SurveyHome).where(col(SurveyHome.survey_id) == survey.id, is_theirs, _is_left())
    moved = changed(session, theirs.values(member_id=other.id))
    audit.record(
        session, actor=actor, action="phone_survey.handed_over", subject_kind="phone_survey", subject_id=survey.id, homes=moved
    )  # fmt: skip
    return moved


def let_go(session: Session, *, member_id: UUID) -> int:
    """A member leaves: whom they have not asked, or not met, is nobody's, for a service that has checked who asks; how many."""
    theirs = (col(SurveyHome.member_id) == member_id) & _is_left()
    return changed(session, update(SurveyHome).where(theirs).values(member_id=None))


def close(session: Session, *, actor: Actor, survey_id: UUID) -> None:
    """Nothing is asked any more. Closed already, nothing changes.

    Raises:
        NotAllowed, NotFound: as `get`.
    """
    survey = get(session, actor=actor, survey_id=survey_id)
    if survey.closed_at is None:
        survey.closed_at = clock.now()
        session.add(survey)
        audit.record(session, actor=actor, action="phone_survey.closed", subject_kind="phone_survey", subject_id=survey.id)


# ---- on the member's phone


def doors(session: Session, *, token: str) -> list[Door]:
    """The households a member is to ask, those left first, then as one walks; none of others.

    Raises:
        NotFound: as `team_members.opened`.
    """
    held = team_members.opened(session, token=token)
    found = session.exec(
        select(SurveyHome, Household, Unit)
        .join(Household, col(Household.id) == SurveyHome.household_id)
        .join(Unit, col(Unit.id) == Household.unit_id)
        .join(PhoneSurvey, col(PhoneSurvey.id) == SurveyHome.survey_id)
        .where(_asked_by(held.member))
    )
    rows = [(_door(line, home, unit), line.place) for line, home, unit in found]
    return [door for door, _place in sorted(rows, key=lambda pair: (is_done(pair[0]), natural_key(pair[0].unit_label), pair[1]))]


def _door(line: SurveyHome, home: Household, unit: Unit) -> Door:
    told = home.smartphones if line.smartphones is None else line.smartphones
    return Door(line.id, home.head_name, home.address, unit.label, home.people, told, line.result)


def is_done(door: Door) -> bool:
    """Whether nobody has to come back there."""
    return door.result is not None and door.result is not SurveyResult.NOT_HOME


def left(session: Session, *, token: str) -> int:
    """How many households a member is still to ask.

    Raises:
        NotFound: as `team_members.opened`.
    """
    held = team_members.opened(session, token=token)
    return session.exec(
        select(func.count())
        .select_from(SurveyHome)
        .join(Household, col(Household.id) == SurveyHome.household_id)
        .join(PhoneSurvey, col(PhoneSurvey.id) == SurveyHome.survey_id)
        .where(_asked_by(held.member), _is_left())
    ).one()


def _asked_by(member: TeamMember) -> ColumnElement[bool]:
    """The households of the surveys that run that are a member's to ask, and that still live here."""
    says_no = consents.is_against(Extra.SURVEYS, col(SurveyHome.household_id))  # said since it was shared out
    return (col(SurveyHome.member_id) == member.id) & _is_open() & lives_here(clock.today()) & ~says_no


def _is_left() -> ColumnElement[bool]:
    """Whether somebody has to come to a household, or come back."""
    return col(SurveyHome.result).is_(None) | (col(SurveyHome.result) == SurveyResult.NOT_HOME)


def _is_open() -> ColumnElement[bool]:
    return col(PhoneSurvey.closed_at).is_(None) & (col(PhoneSurvey.ends_on) >= clock.today())


def answer(
    session: Session, *, token: str, line_id: UUID, result: SurveyResult, people: int | None = None,
    smartphones: int | None = None,
) -> None:  # fmt: skip
    """What came of a door. Answered, people and smartphones hold for the household from today on; said again, the last holds.

    Raises:
        Invalid: a number cannot be right (`details["field"]`), the survey is over, or the household wants none.
        NotFound: not the member's household.
    """
    held = team_members.opened(session, token=token)
    line = session.get(SurveyHome, line_id, with_for_update=True)
    if line is None or line.member_id != held.member.id:
        raise NotFound(N_("Không tìm thấy hộ này."))
    survey = session.get_one(PhoneSurvey, line.survey_id)
    if not survey.runs_on(clock.today()):
        raise Invalid(N_("Đợt khảo sát này đã xong."))
    if result is SurveyResult.ANSWERED:
        consents.require(session, household_id=line.household_id, extra=Extra.SURVEYS)
        _put_into_record(session, held, line, people, smartphones)
    line.result, line.asked_at = result, clock.now()
    line.smartphones = smartphones if result is SurveyResult.ANSWERED else None
    session.add(line)
    session.flush()


def _put_into_record(session: Session, held: Pass, line: SurveyHome, people: int | None, smartphones: int | None) -> None:
    home = session.get_one(Household, line.household_id)
    unit = session.get_one(Unit, home.unit_id)
    many = home.people if people is None else people
    if smartphones is None or not 0 <= smartphones <= many:
        raise Invalid(N_("Số người có điện thoại thông minh phải từ 0 đến số nhân khẩu."), field="smartphones")
    if (many, smartphones) == (home.people, home.smartphones):
        return
    # The ward's staff have ordered the question: its answer is written in their name, told as this member's.
    staff = replace(held.actor, role=Role.STAFF, unit_id=unit.id, unit_path=unit.path)
    if home.arrived_on >= clock.today():
        told = replace(values_of(home), people=many, smartphones=smartphones)
        households.change(session, actor=staff, household_id=home.id, values=told)
        return
    told_from = FromDay(home.head_name, home.address, many, smartphones)
    household_history.change_from(session, actor=staff, household_id=home.id, values=told_from, on=clock.today())
