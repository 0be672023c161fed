"""The digital team's roster: patterns, gaps, absences, swaps; nobody ever stands at two places at once."""

from contextlib import suppress
from datetime import date, time, timedelta
from threading import Barrier, Thread
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select
from time_machine import Traveller

from core import clock as house_clock
from core.db import transaction
from core.errors import Invalid, NotAllowed, NotFound, Refusal
from models import AuditEvent, DutyPattern, DutyShift, DutySwap, Role, Skill, SwapStatus, TeamMember, Unit
from services import duty_absences, duty_patterns, duty_swaps, roster, team_members
from services.access import TERMINAL, Actor
from services.duty_patterns import PatternForm
from services.team_members import MemberValues, token_of
from tests.databases import examples
from tests.factories import NOON, make_actor, make_unit, make_user

pytestmark = pytest.mark.usefixtures("clock")
MORNING, NOON_HOUR, EVENING = time(7, 30), time(11, 30), time(17)
TUESDAY = date(2026, 11, 24)  # today, at noon
WEDNESDAY = TUESDAY + timedelta(days=1)


def member(session: Session, actor: Actor, unit: Unit, name: str, **values: Any) -> TeamMember:
    made = team_members.add(session, actor=actor, values=MemberValues(name, unit.id, **values))
    session.commit()
    return made


def page(one: TeamMember) -> str:
    return token_of(one, "page")


class Desk:
    """The one-stop desk on Wednesday mornings, one person, and three members."""

    def __init__(self, session: Session, ward: Unit, writer: Actor) -> None:
        self.session, self.writer = session, writer
        self.minh, self.an, self.binh = (member(session, writer, ward, name) for name in ("Hà Thị Minh", "Lý Văn An", "Ma Bình"))
        self.post = duty_patterns.add_post(session, actor=writer, unit_id=ward.id, name="Bộ phận Một cửa")
        session.commit()

    def pattern(self, *members: TeamMember, **more: Any) -> DutyPattern:
        fields: dict[str, Any] = {"weekdays": (2,), "starts": MORNING, "ends": NOON_HOUR} | more
        form = PatternForm(fields.pop("post_id", self.post.id), member_ids=tuple(one.id for one in members), **fields)
        [made] = duty_patterns.add(self.session, actor=self.writer, form=form)
        self.session.commit()
        return made

    def wednesday(self) -> roster.Slot:
        return roster.slots(self.session, actor=self.writer, first=WEDNESDAY, last=WEDNESDAY)[0]

    def shift_of(self, one: TeamMember, day: date = WEDNESDAY) -> DutyShift:
        query = select(DutyShift).where(
            DutyShift.member_id == one.id,
            DutyShift.day == day,
            DutyShift.dropped_at == None,  # noqa: E711
        )
        return self.session.exec(query).one()


@pytest.fixture
def desk(session: Session, ward: Unit, writer: Actor) -> Desk:
    return Desk(session, ward, writer)


# ---- members


def test_a_member_is_kept_with_unit_and_skills_and_has_two_addresses(session: Session, place: Unit, writer: Actor) -> None:
    made = member(session, writer, place, "Nông  Thị Lan", phone="0912 345 678", skills=(Skill.ZALO, Skill.VNEID), is_head=True)

    [row] = team_members.listing(session, actor=writer)

    assert (row.member.name, row.member.phone, row.member.skills) == ("Nông Thị Lan", "+84912345678", ["vneid", "zalo"])
    assert row.unit_label == place.label
    assert token_of(made, "page") != token_of(made, "calendar")
    assert team_members.opened(session, token=token_of(made, "page")).member.id == made.id
    assert team_members.opened(session, token=token_of(made, "calendar"), kind="calendar").member.id == made.id
    with pytest.raises(NotFound):
        team_members.opened(session, token=token_of(made, "calendar"))


def test_an_account_belongs_to_one_member_of_its_own_ward(session: Session, ward: Unit, place: Unit, writer: Actor) -> None:
    user = make_user(session, unit=place, role=Role.LEAD, username="lan")
    make_user(session, unit=make_unit(session), username="stranger")
    made = member(session, writer, place, "Nông Thị Lan", username="Lan ")

    with pytest.raises(Invalid, match="đã là của thành viên khác"):
        member(session, writer, place, "Lý Văn An", username="lan")
    with pytest.raises(Invalid, match="không có tài khoản"):
        member(session, writer, place, "Lý Văn An", username="stranger")
    assert made.user_id == user.id


@pytest.mark.parametrize(("values", "field"), [({"name": " "}, "name"), ({"phone": "12"}, "phone")])
def test_what_cannot_be_right_of_a_member_is_refused(
    session: Session, place: Unit, writer: Actor, values: dict[str, str], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        team_members.add(session, actor=writer, values=MemberValues(**({"name": "Lan", "unit_id": place.id} | values)))  # type: ignore[arg-type]

    assert refused.value.details["field"] == field


def test_addresses_end_when_they_are_replaced_and_when_the_member_leaves(session: Session, place: Unit, writer: Actor) -> None:
    made = member(session, writer, place, "Nông Thị Lan")
    old = page(made)

    team_members.renew(session, actor=writer, member_id=made.id)

    with pytest.raises(NotFound):
        team_members.opened(session, token=old)
    new = page(made)
    duty_absences.leave(session, actor=writer, member_id=made.id)
    with pytest.raises(NotFound):
        team_members.opened(session, token=new)
    assert team_members.listing(session, actor=writer) == []


def test_only_staff_of_the_ward_see_and_change_its_team(session: Session, place: Unit, writer: Actor) -> None:
    made = member(session, writer, place, "Nông Thị Lan")
    stranger = make_actor(session, unit=make_unit(session))
    leader = make_actor(session, unit=place, role=Role.LEAD)

    assert team_members.listing(session, actor=stranger) == []
    with pytest.raises(NotFound):
        team_members.get(session, actor=stranger, member_id=made.id)
    for refused in (team_members.listing, roster.gaps, duty_patterns.posts, duty_absences.absences):
        with pytest.raises(NotAllowed):
            refused(session, actor=leader)


# ---- patterns and gaps


def test_a_pattern_makes_the_shifts_of_six_weeks_once(desk: Desk, session: Session, clock: Traveller) -> None:
    desk.pattern(desk.minh)

    made = session.exec(select(DutyShift)).all()
    days = [one.day for one in sorted(made, key=lambda one: one.day)]
    assert days == [WEDNESDAY + timedelta(weeks=n) for n in range(6)]
    assert duty_patterns.extend(session) == 0
    clock.shift(timedelta(weeks=1))
    assert duty_patterns.extend(session) == 1
    assert duty_patterns.extend(session) == 0


def test_a_slot_without_its_people_is_a_gap_until_it_is_over(desk: Desk, clock: Traveller) -> None:
    desk.pattern(desk.minh, people=2)

    [gap] = roster.gaps(desk.session, actor=desk.writer)

    assert (gap.day, gap.missing, [one.name for one in gap.on_duty]) == (WEDNESDAY, 1, ["Hà Thị Minh"])
    clock.shift(timedelta(days=1))
    assert roster.gaps(desk.session, actor=desk.writer) == []
    roster_next = roster.slots(desk.session, actor=desk.writer, first=WEDNESDAY, last=WEDNESDAY)
    assert roster_next[0].is_over


def test_a_gap_is_filled_by_one_who_is_free(desk: Desk, session: Session) -> None:
    pattern = desk.pattern()
    slot = desk.wednesday()
    assert [one.name for one in roster.free_members(session, actor=desk.writer, slot=slot)] == [
        "Lý Văn An",
        "Ma Bình",
        "Hà Thị Minh",
    ]

    for _twice in range(2):
        roster.assign(session, actor=desk.writer, pattern_id=pattern.id, day=WEDNESDAY, member_id=desk.an.id)

    assert desk.wednesday().missing == 0
    assert [one.name for one in roster.free_members(session, actor=desk.writer, slot=slot)] == ["Ma Bình", "Hà Thị Minh"]
    assert roster.gaps(session, actor=desk.writer) == []


def test_nobody_is_placed_at_two_posts_whose_hours_overlap(desk: Desk, session: Session, place: Unit) -> None:
    desk.pattern(desk.minh)
    hall = duty_patterns.add_post(session, actor=desk.writer, unit_id=place.id, name="Nhà văn hóa")
    session.commit()

    with pytest.raises(Invalid, match="đã trực ở Bộ phận Một cửa"):
        desk.pattern(desk.minh, post_id=hall.id, starts=time(11), ends=time(12))
    session.rollback()
    other = desk.pattern(post_id=hall.id, starts=time(11), ends=time(12))
    with pytest.raises(Invalid, match="Hà Thị Minh đã trực"):
        roster.assign(session, actor=desk.writer, pattern_id=other.id, day=WEDNESDAY, member_id=desk.minh.id)
    touching = desk.pattern(desk.minh, post_id=hall.id, starts=NOON_HOUR, ends=time(12))
    assert touching.people == 1


def test_a_day_off_has_no_slots_and_no_gaps(desk: Desk, session: Session) -> None:
    desk.pattern(desk.minh, people=2)

    duty_patterns.take_off(session, actor=desk.writer, day=WEDNESDAY, note="Nghỉ bù")

    assert roster.slots(session, actor=desk.writer, first=WEDNESDAY, last=WEDNESDAY) == []
    assert roster.gaps(session, actor=desk.writer) == []
    assert duty_swaps.upcoming(session, token=page(desk.minh))[0].starts_at.date() == WEDNESDAY + timedelta(weeks=1)
    [off] = duty_patterns.days_off(session, actor=desk.writer)
    assert off.note == "Nghỉ bù"


def test_hours_end_with_their_pattern_and_their_post(desk: Desk, session: Session) -> None:
    pattern, later = desk.pattern(desk.minh), desk.pattern(desk.an, starts=time(13), ends=EVENING)

    duty_patterns.end(session, actor=desk.writer, pattern_id=pattern.id, on=WEDNESDAY + timedelta(days=1))

    last = WEDNESDAY + timedelta(days=30)
    kept = roster.slots(session, actor=desk.writer, first=WEDNESDAY, last=last)
    assert [slot.day for slot in kept if slot.pattern_id == pattern.id] == [WEDNESDAY]
    duty_patterns.close_post(session, actor=desk.writer, post_id=desk.post.id)
    assert roster.slots(session, actor=desk.writer, first=WEDNESDAY, last=last) == []
    assert session.get(DutyPattern, later.id) is None or session.get_one(DutyPattern, later.id).last_on is not None
    assert duty_swaps.upcoming(session, token=page(desk.an)) == []


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"weekdays": ()}, "weekdays"), ({"weekdays": (7,)}, "weekdays"), ({"starts": EVENING}, "ends"),
        ({"starts": time(0), "ends": time(23)}, "ends"), ({"people": 10}, "people"),
        ({"first_on": date(2026, 11, 1)}, "first_on"),
        ({"first_on": TUESDAY, "last_on": TUESDAY}, "weekdays"),
    ],
)  # fmt: skip
def test_hours_that_cannot_be_are_refused(desk: Desk, wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        desk.pattern(**wrong)

    assert refused.value.details["field"] == field


# ---- absences


def test_an_absence_empties_shifts_and_coming_back_fills_what_is_still_empty(desk: Desk, session: Session) -> None:
    pattern = desk.pattern(desk.minh)
    duty_absences.be_away_oneself(
        session, token=page(desk.minh), first_on=WEDNESDAY, last_on=WEDNESDAY + timedelta(weeks=1), reason="Đi viện"
    )
    [away] = duty_absences.absences(session, actor=desk.writer)
    assert (away.name, away.shifts) == ("Hà Thị Minh", 2)
    assert desk.wednesday().missing == 1
    with pytest.raises(Invalid, match="đã báo vắng"):
        roster.assign(session, actor=desk.writer, pattern_id=pattern.id, day=WEDNESDAY, member_id=desk.minh.id)
    roster.assign(session, actor=desk.writer, pattern_id=pattern.id, day=WEDNESDAY, member_id=desk.an.id)

    back = duty_absences.come_back_oneself(session, token=page(desk.minh), absence_id=away.absence.id)

    assert back == 1
    assert [one.name for one in desk.wednesday().on_duty] == ["Lý Văn An"]
    assert desk.shift_of(desk.minh, WEDNESDAY + timedelta(weeks=1))
    assert duty_absences.come_back(session, actor=desk.writer, absence_id=away.absence.id) == 0


def test_an_absence_of_another_is_not_found(desk: Desk, session: Session) -> None:
    made = duty_absences.be_away(session, actor=desk.writer, member_id=desk.minh.id, first_on=WEDNESDAY, last_on=WEDNESDAY)

    with pytest.raises(NotFound):
        duty_absences.come_back_oneself(session, token=page(desk.an), absence_id=made.id)
    with pytest.raises(Invalid):
        duty_absences.be_away_oneself(session, token=page(desk.an), first_on=WEDNESDAY, last_on=TUESDAY)
    assert duty_absences.absences_of(session, token=page(desk.an)) == []


# ---- swaps


def test_who_agrees_to_a_swap_has_the_shift_from_then_on(desk: Desk, session: Session) -> None:
    desk.pattern(desk.minh)
    shift = desk.shift_of(desk.minh)
    swap = duty_swaps.ask(session, token=page(desk.minh), shift_id=shift.id, to_id=desk.an.id)
    assert duty_swaps.waiting(session, token=page(desk.binh)) == []
    [asked] = duty_swaps.waiting(session, token=page(desk.an))
    assert (asked.name, asked.shift.post, asked.in_return) == ("Hà Thị Minh", "Bộ phận Một cửa", None)

    for _twice in range(2):
        duty_swaps.agree(session, token=page(desk.an), swap_id=swap.id)

    assert [one.name for one in desk.wednesday().on_duty] == ["Lý Văn An"]
    assert duty_swaps.waiting(session, token=page(desk.an)) == []
    acts = [event.action for event in session.exec(select(AuditEvent).where(AuditEvent.subject_kind == "duty_shift"))]
    assert acts == ["duty_swap.asked", "duty_swap.agreed"]


def test_two_exchange_shifts_of_the_same_hour(desk: Desk, session: Session, place: Unit) -> None:
    hall = duty_patterns.add_post(session, actor=desk.writer, unit_id=place.id, name="Nhà văn hóa")
    desk.pattern(desk.minh)
    desk.pattern(desk.an, post_id=hall.id)
    mine, theirs = desk.shift_of(desk.minh), desk.shift_of(desk.an)
    with pytest.raises(Invalid, match="Lý Văn An đã trực"):
        duty_swaps.ask(session, token=page(desk.minh), shift_id=mine.id, to_id=desk.an.id)
    offered = duty_swaps.shifts_in_return(session, token=page(desk.minh), shift_id=mine.id, to_id=desk.an.id)
    assert theirs.id in [one.id for one in offered]

    swap = duty_swaps.ask(session, token=page(desk.minh), shift_id=mine.id, to_id=desk.an.id, return_shift_id=theirs.id)
    duty_swaps.agree(session, token=page(desk.an), swap_id=swap.id)

    session.expire_all()
    assert (mine.member_id, theirs.member_id) == (desk.an.id, desk.minh.id)


def test_of_two_who_take_an_open_shift_the_second_is_told(desk: Desk, session: Session) -> None:
    desk.pattern(desk.minh)
    swap = duty_swaps.ask(session, token=page(desk.minh), shift_id=desk.shift_of(desk.minh).id)
    [asked] = duty_swaps.waiting(session, token=page(desk.binh))
    assert asked.to_anyone
    duty_swaps.decline(session, token=page(desk.binh), swap_id=swap.id)

    duty_swaps.agree(session, token=page(desk.an), swap_id=swap.id)

    with pytest.raises(Invalid, match="đã xong rồi"):
        duty_swaps.agree(session, token=page(desk.binh), swap_id=swap.id)


def test_a_swap_is_declined_or_withdrawn_and_the_shift_stays(desk: Desk, session: Session) -> None:
    desk.pattern(desk.minh)
    shift = desk.shift_of(desk.minh)
    first = duty_swaps.ask(session, token=page(desk.minh), shift_id=shift.id, to_id=desk.an.id)
    duty_swaps.decline(session, token=page(desk.an), swap_id=first.id)
    second = duty_swaps.ask(session, token=page(desk.minh), shift_id=shift.id, to_id=desk.binh.id)
    third = duty_swaps.ask(session, token=page(desk.minh), shift_id=shift.id)
    with pytest.raises(NotFound):
        duty_swaps.withdraw(session, token=page(desk.an), swap_id=third.id)
    duty_swaps.withdraw(session, token=page(desk.minh), swap_id=third.id)

    session.expire_all()
    stands = [session.get_one(DutySwap, one.id).status for one in (first, second, third)]
    assert stands == [SwapStatus.DECLINED, SwapStatus.WITHDRAWN, SwapStatus.WITHDRAWN]
    assert desk.shift_of(desk.minh).id == shift.id


def test_strangers_and_other_wards_cannot_answer(desk: Desk, session: Session) -> None:
    desk.pattern(desk.minh)
    elsewhere = make_unit(session)
    stranger = member(session, TERMINAL, elsewhere, "Người lạ")
    shift = desk.shift_of(desk.minh)
    swap = duty_swaps.ask(session, token=page(desk.minh), shift_id=shift.id)

    with pytest.raises(NotFound):
        duty_swaps.agree(session, token=page(stranger), swap_id=swap.id)
    with pytest.raises(NotFound):
        duty_swaps.ask(session, token=page(desk.an), shift_id=shift.id)
    with pytest.raises(NotFound):
        duty_swaps.ask(session, token=page(desk.minh), shift_id=shift.id, to_id=stranger.id)
    assert duty_swaps.waiting(session, token=page(stranger)) == []


# ---- never at two places


def overlaps(session: Session, team: list[TeamMember]) -> list[tuple[UUID, UUID]]:
    """Pairs of shifts that stand, of one member, whose hours overlap."""
    ours = col(DutyShift.member_id).in_([one.id for one in team])
    standing = session.exec(select(DutyShift).where(ours, col(DutyShift.dropped_at).is_(None))).all()
    return [
        (one.id, other.id)
        for one in standing for other in standing
        if one.id < other.id and one.member_id == other.member_id
        and one.starts_at < other.ends_at and other.starts_at < one.ends_at
    ]  # fmt: skip


def test_two_who_place_a_member_at_the_same_moment_do_not_both(desk: Desk, session: Session, place: Unit) -> None:
    hall = duty_patterns.add_post(session, actor=desk.writer, unit_id=place.id, name="Nhà văn hóa")
    slots = [desk.pattern(), desk.pattern(post_id=hall.id, starts=time(8), ends=time(9))]
    together, refused = Barrier(2), list[str]()

    def place_minh(pattern_id: UUID) -> None:
        together.wait()
        try:
            with transaction() as own:
                roster.assign(own, actor=desk.writer, pattern_id=pattern_id, day=WEDNESDAY, member_id=desk.minh.id)
        except Invalid as refusal:
            refused.append(str(refusal))

    session.commit()
    threads = [Thread(target=place_minh, args=(one.id,)) for one in slots]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert len(refused) == 1
    assert "Hà Thị Minh đã trực" in refused[0]
    assert overlaps(session, [desk.minh]) == []


HOURS = st.sampled_from([(time(7), time(9)), (time(8), time(10)), (time(9), time(11)), (time(7), time(11))])
WHO = st.integers(0, 2)
ACTS = st.one_of(
    st.tuples(st.just("pattern"), HOURS, st.sets(WHO, max_size=2), st.integers(0, 1)),
    st.tuples(st.just("assign"), WHO, st.integers(0, 9)),
    st.tuples(st.just("take_out"), st.integers(0, 9)),
    st.tuples(st.just("away"), WHO, st.integers(0, 2)),
    st.tuples(st.just("back"), st.integers(0, 3)),
    st.tuples(st.just("swap"), st.integers(0, 9), WHO, st.booleans()),
    st.tuples(st.just("agree"), WHO, st.integers(0, 3)),
    st.tuples(st.just("week"),),
)  # fmt: skip


class Life:
    """A ward's team, and what somebody does in it; what is refused is refused."""

    def __init__(self, session: Session, clock: Traveller) -> None:
        ward = make_unit(session)
        self.session, self.clock, self.writer = session, clock, make_actor(session, unit=ward)
        desk = Desk(session, ward, self.writer)
        hall = make_unit(session, parent=ward)
        other = duty_patterns.add_post(session, actor=self.writer, unit_id=hall.id, name="Nhà văn hóa")
        self.team, self.posts = [desk.minh, desk.an, desk.binh], [desk.post.id, other.id]

    def shifts(self) -> list[DutyShift]:
        ours = col(DutyShift.member_id).in_([one.id for one in self.team])
        query = select(DutyShift).where(ours, col(DutyShift.dropped_at).is_(None), DutyShift.starts_at > house_clock.now())
        return list(self.session.exec(query.order_by(col(DutyShift.id)).limit(10)))

    def pattern(self, hours: tuple[time, time], who: set[int], post: int) -> None:
        form = PatternForm(self.posts[post], (2,), *hours, member_ids=tuple(self.team[n].id for n in sorted(who)))
        duty_patterns.add(self.session, actor=self.writer, form=form)

    def assign(self, who: int, n: int) -> None:
        today = house_clock.today()
        days = roster.slots(self.session, actor=self.writer, first=today, last=today + timedelta(days=9))
        if days:
            slot = days[n % len(days)]
            roster.assign(
                self.session, actor=self.writer, pattern_id=slot.pattern_id, day=slot.day, member_id=self.team[who].id
            )  # fmt: skip

    def take_out(self, n: int) -> None:
        if shifts := self.shifts():
            roster.take_out(self.session, actor=self.writer, shift_id=shifts[n % len(shifts)].id)

    def away(self, who: int, weeks: int) -> None:
        today = house_clock.today()
        duty_absences.be_away_oneself(
            self.session, token=page(self.team[who]), first_on=today, last_on=today + timedelta(weeks=weeks)
        )

    def back(self, n: int) -> None:
        if away := duty_absences.absences(self.session, actor=self.writer):
            duty_absences.come_back(self.session, actor=self.writer, absence_id=away[n % len(away)].absence.id)

    def swap(self, n: int, who: int, *in_return: bool) -> None:
        if not (shifts := self.shifts()):
            return
        shift = shifts[n % len(shifts)]
        asker = next(one for one in self.team if one.id == shift.member_id)
        theirs = [other for other in shifts if other.member_id == self.team[who].id]
        to_anyone = n % 3 == 0
        duty_swaps.ask(
            self.session, token=page(asker), shift_id=shift.id, to_id=None if to_anyone else self.team[who].id,
            return_shift_id=theirs[0].id if in_return[0] and theirs and not to_anyone else None,
        )  # fmt: skip

    def agree(self, who: int, n: int) -> None:
        if asked := duty_swaps.waiting(self.session, token=page(self.team[who])):
            duty_swaps.agree(self.session, token=page(self.team[who]), swap_id=asked[n % len(asked)].swap_id)

    def week(self) -> None:
        self.clock.shift(timedelta(weeks=1))
        duty_patterns.extend(self.session)


@settings(max_examples=examples(45), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(ACTS, min_size=3, max_size=12))
def test_whatever_is_planned_nobody_stands_at_two_places_at_once(
    session: Session, clock: Traveller, acts: list[tuple[Any, ...]]
) -> None:
    clock.move_to(NOON)
    life = Life(session, clock)
    for name, *more in acts:
        with suppress(Refusal), session.begin_nested():
            getattr(life, name)(*more)
        assert overlaps(session, life.team) == []
    session.commit()
