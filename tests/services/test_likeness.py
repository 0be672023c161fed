"""Two that may be one: a person says, is not asked again, and may take the answer back."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session, col, select

from core import clock
from core.errors import Invalid, NotAllowed, NotFound
from models import (
    AuditEvent,
    Group,
    Household,
    HouseholdPast,
    HouseholdToken,
    Likeness,
    Membership,
    PastCause,
    Role,
    Unit,
)
from services import change_sets, figures, household_history, imports, likeness, likeness_search, rollups
from services.access import TERMINAL, Actor
from services.household_history import FromDay
from services.household_values import search_text
from services.ports import Cell, Sheet
from tests.factories import LONG_AGO, make_actor, make_group, make_household, make_membership, make_unit
from tests.services.bac_kan import group_of, make_bac_kan
from tests.services.test_change_sets import everything

HEADER: list[Cell] = ["Mã hộ", "Họ tên", "Tổ", "Địa chỉ", "Điện thoại", "Số khẩu", "Trong nhóm Zalo"]


@pytest.fixture
def ward(session: Session) -> Unit:
    return make_bac_kan(session)


@pytest.fixture
def staff(session: Session, ward: Unit) -> Actor:
    return make_actor(session, unit=ward, display_name="Trần Thị Mai")


def paired(session: Session, later: Household, other: Household, **said: Any) -> Likeness:
    pair = Likeness(household_id=later.id, other_id=other.id, **{"score": 90, **said})
    session.add(pair)
    session.commit()
    return pair


def two(session: Session, ward: Unit) -> tuple[Household, Household, Likeness]:
    """One that has stood for long, and one that came with a list today."""
    unit = group_of(session, "SC12")
    old = make_household(session, unit=unit, code="H01", head_name="Hoàng Văn An", address="Số 5", people=4)
    new = make_household(
        session, unit=unit, code="H77", head_name="Hoàng Văn Ân", phone="+84912345678", people=5, arrived_on=clock.today(),
        search=search_text("Hoàng Văn Ân", "", "H77", "+84912345678"),
    )  # fmt: skip
    return old, new, paired(session, new, old)


def joined(session: Session, actor: Actor, pair: Likeness, keep: Household, **more: Any) -> Household:
    found = likeness.join(session, actor=actor, likeness_id=pair.id, keep_id=keep.id, **more)
    session.commit()
    session.expire_all()
    return found


def undone(session: Session, actor: Actor, pair: Likeness) -> None:
    likeness.undo(session, actor=actor, likeness_id=pair.id)
    session.commit()
    session.expire_all()


# What is asked


def test_the_pair_most_alike_is_asked_first_and_one_phone_weighs(session: Session, ward: Unit, staff: Actor) -> None:
    unit = group_of(session, "SC12")
    a, b, c, d = (make_household(session, unit=unit) for _ in range(4))
    first, second, third = (
        paired(session, a, b, score=95), paired(session, a, c, score=80, has_same_phone=True), paired(session, a, d, score=90),
    )  # fmt: skip

    seen: list[UUID] = []
    while pair := likeness.next_pair(session, actor=staff, but=seen):
        seen.append(pair.id)

    assert seen == [second.id, first.id, third.id]
    assert likeness.waiting(session, actor=staff) == 3


def test_a_pair_shows_both_the_older_first_and_what_differs(session: Session, ward: Unit, staff: Actor) -> None:
    old, new, _pair = two(session, ward)
    make_membership(session, household=old, group=make_group(session, unit=group_of(session, "SC12"), name="Bà con tổ 12"))
    session.commit()
    household_history.change_from(
        session, actor=staff, household_id=old.id, values=FromDay("Hoàng Văn An", "Số 5", 6, 0), on=clock.today()
    )  # fmt: skip

    pair = likeness.next_pair(session, actor=staff)

    assert pair
    assert [side.household.id for side in pair.sides] == [old.id, new.id]
    assert [(side.since, side.groups, side.unit_label) for side in pair.sides] == [
        (LONG_AGO, ("Bà con tổ 12",), "Tổ 12, Sông Cầu"), (clock.today(), (), "Tổ 12, Sông Cầu"),
    ]  # fmt: skip
    assert pair.differing == {"head_name", "address", "phone", "people", "code", "since", "groups"}


def test_nobody_is_asked_of_households_that_have_left_or_lie_elsewhere(session: Session, ward: Unit, staff: Actor) -> None:
    old, new, _pair = two(session, ward)
    other = make_household(session, unit=make_unit(session, parent=make_unit(session)))
    paired(session, other, old)
    new.left_on = clock.today()
    session.add(new)
    session.commit()

    assert likeness.waiting(session, actor=staff) == 0
    assert likeness.next_pair(session, actor=staff) is None
    assert likeness.waiting(session, actor=TERMINAL) == 1


def test_only_the_wards_staff_are_asked(session: Session, ward: Unit, staff: Actor) -> None:
    _old, new, pair = two(session, ward)
    stranger = make_actor(session, unit=make_unit(session))

    for role in (Role.LEAD, Role.VIEWER):
        actor = make_actor(session, unit=ward, role=role)
        with pytest.raises(NotAllowed):
            likeness.next_pair(session, actor=actor)
        with pytest.raises(NotAllowed):
            likeness.join(session, actor=actor, likeness_id=pair.id, keep_id=new.id)
        with pytest.raises(NotAllowed):
            likeness_search.find(session, actor=actor, unit_id=ward.id)
    with pytest.raises(NotFound):
        likeness.part(session, actor=stranger, likeness_id=pair.id)


# They are two


def test_a_no_is_remembered_and_taken_back(session: Session, ward: Unit, staff: Actor) -> None:
    _old, _new, pair = two(session, ward)

    likeness.part(session, actor=staff, likeness_id=pair.id)
    session.commit()

    assert likeness.waiting(session, actor=staff) == 0
    answer = likeness.last_answer(session, actor=staff)
    assert answer
    assert (answer.id, answer.is_same, set(answer.names)) == (pair.id, False, {"Hoàng Văn An", "Hoàng Văn Ân"})
    with pytest.raises(Invalid, match="đã được trả lời"):
        likeness.part(session, actor=staff, likeness_id=pair.id)
    undone(session, staff, pair)
    assert likeness.waiting(session, actor=staff) == 1
    assert likeness.last_answer(session, actor=staff) is None
    actions = session.exec(select(AuditEvent.action).where(AuditEvent.subject_kind == "likeness")).all()
    assert sorted(actions) == ["likeness.answered", "likeness.undone"]


def test_what_another_said_is_not_mine_to_take_back_by_a_click(session: Session, ward: Unit, staff: Actor) -> None:
    _old, _new, pair = two(session, ward)
    likeness.part(session, actor=make_actor(session, unit=ward), likeness_id=pair.id)

    assert likeness.last_answer(session, actor=staff) is None


# They are one


def test_the_later_one_ends_on_its_first_day_and_never_counted(session: Session, ward: Unit, staff: Actor) -> None:
    old, new, pair = two(session, ward)
    rollups.refresh(session, unit_ids=[old.unit_id])
    assert figures.coverage(session, actor=staff, on=clock.today()).total.households == 2

    kept = joined(session, staff, pair, old)

    session.refresh(new)
    assert (kept.id, kept.left_on, kept.arrived_on) == (old.id, None, LONG_AGO)
    assert (new.left_on, new.merged_into_id) == (new.arrived_on, old.id)
    assert figures.coverage(session, actor=staff, on=clock.today()).total.households == 1
    assert rollups.repair(session) == []
    assert likeness.waiting(session, actor=staff) == 0


@pytest.mark.parametrize("keeps", ["old", "new"])
def test_the_chosen_rows_values_stay_and_nothing_only_the_other_knows_is_lost(
    session: Session, ward: Unit, staff: Actor, keeps: str
) -> None:
    old, new, pair = two(session, ward)
    old.needs, new.needs, old.phone = ["disabled"], ["elderly_alone"], "+84987654321"
    session.add_all([old, new])
    session.commit()

    kept = joined(session, staff, pair, old if keeps == "old" else new)

    said = (kept.head_name, kept.people, kept.code, kept.phone, kept.other_phones)
    assert (
        said
        == {
            "old": ("Hoàng Văn An", 4, "H01", "+84987654321", ["+84912345678"]),
            "new": ("Hoàng Văn Ân", 5, "H77", "+84912345678", ["+84987654321"]),
        }[keeps]
    )
    assert (kept.id, kept.address, sorted(kept.needs)) == (old.id, "Số 5", ["disabled", "elderly_alone"])


def test_a_list_that_gives_the_kept_code_finds_the_household_again(session: Session, ward: Unit, staff: Actor) -> None:
    old, new, pair = two(session, ward)
    joined(session, staff, pair, new)

    sheet = Sheet(name="Hộ", rows=[HEADER, ["H77", "Hoàng Văn Ân", 12, "Số 9", "", 6, ""]])
    result = imports.run(session, actor=TERMINAL, unit_id=ward.id, sheet=sheet)

    assert (result.created, result.updated, result.alike) == (0, 1, 0)
    session.refresh(old)
    assert (old.address, old.people) == ("Số 9", 6)


def test_it_comes_into_the_groups_that_only_the_other_was_in(session: Session, ward: Unit, staff: Actor) -> None:
    old, new, pair = two(session, ward)
    unit = group_of(session, "SC12")
    both, only = make_group(session, unit=unit), make_group(session, unit=unit)
    since = clock.today()
    make_membership(session, household=old, group=both, people=2)
    make_membership(session, household=new, group=both, people=3, joined_on=since)
    make_membership(session, household=new, group=only, people=4, joined_on=since)

    joined(session, staff, pair, old)

    open_now = session.exec(select(Membership).where(col(Membership.left_on).is_(None))).all()
    assert {(one.household_id, one.group_id, one.people) for one in open_now} == {(old.id, both.id, 2), (old.id, only.id, 4)}
    ended = session.exec(select(Membership).where(Membership.household_id == new.id)).all()
    assert all(one.left_on == one.joined_on for one in ended)


def ago(days: int) -> date:
    return clock.today() - timedelta(days=days)


def stays_of(session: Session, household: Household) -> list[tuple[UUID, int, date, date | None]]:
    """Stays that lasted: group, people, from, until."""
    found = session.exec(select(Membership).where(Membership.household_id == household.id).order_by(col(Membership.joined_on)))
    return [(one.group_id, one.people, one.joined_on, one.left_on) for one in found if one.left_on != one.joined_on]


def test_days_past_on_which_only_the_other_was_in_a_group_stay_so(session: Session, ward: Unit, staff: Actor) -> None:
    old, _new, _pair = two(session, ward)
    new = make_household(session, unit=group_of(session, "SC12"), head_name="Hoàng Văn Ân", arrived_on=ago(100))
    group = make_group(session, unit=group_of(session, "SC12"))
    make_membership(session, household=old, group=group, people=2, joined_on=ago(70), left_on=ago(60))
    make_membership(session, household=new, group=group, people=3, joined_on=ago(80), left_on=ago(50))
    make_membership(session, household=new, group=group, people=4, joined_on=ago(20))
    rollups.refresh(session, unit_ids=[old.unit_id])
    session.commit()

    joined(session, staff, paired(session, new, old), old)

    assert stays_of(session, old) == [
        (group.id, 3, ago(80), ago(70)), (group.id, 2, ago(70), ago(60)), (group.id, 3, ago(60), ago(50)),
        (group.id, 4, ago(20), None),
    ]  # fmt: skip
    assert stays_of(session, new) == []
    seen = {days: figures.coverage(session, actor=staff, on=ago(days)).total for days in (90, 75, 65, 55, 30, 10)}
    assert {days: (one.joined, one.people_joined) for days, one in seen.items()} == {
        90: (0, 0), 75: (1, 3), 65: (1, 2), 55: (1, 3), 30: (0, 0), 10: (1, 4),
    }  # fmt: skip
    assert rollups.repair(session) == []


def test_a_group_of_a_unit_it_does_not_live_in_is_left_on_the_day_of_joining(session: Session, ward: Unit, staff: Actor) -> None:
    old, _new, _pair = two(session, ward)
    there = make_household(session, unit=group_of(session, "SC13"), head_name="Hoàng Văn Ân", arrived_on=ago(30))
    group, closed = (make_group(session, unit=group_of(session, "SC13")) for _ in range(2))
    make_membership(session, household=there, group=group, joined_on=ago(20))
    make_membership(session, household=there, group=closed, joined_on=ago(20))
    closed.closed_on = ago(10)
    session.commit()

    joined(session, staff, paired(session, there, old), old)

    assert {(one[0], *one[2:]) for one in stays_of(session, old)} == {
        (group.id, ago(20), clock.today()), (closed.id, ago(20), ago(10)),
    }  # fmt: skip


def test_days_before_the_other_stood_in_the_book_are_not_its_own(session: Session, ward: Unit, staff: Actor) -> None:
    old, _new, _pair = two(session, ward)
    new = make_household(session, unit=group_of(session, "SC12"), arrived_on=ago(30))
    group = make_group(session, unit=group_of(session, "SC12"))
    make_membership(session, household=new, group=group, joined_on=ago(60), left_on=ago(10))
    session.commit()

    joined(session, staff, paired(session, new, old), old)

    assert [one[2:] for one in stays_of(session, old)] == [(ago(30), ago(10))]


def test_a_join_with_days_past_is_taken_back_until_something_later_depends_on_it(
    session: Session, ward: Unit, staff: Actor
) -> None:
    old, _new, _pair = two(session, ward)
    new = make_household(session, unit=group_of(session, "SC12"), arrived_on=ago(100))
    group = make_group(session, unit=group_of(session, "SC12"))
    for since, until in ((ago(80), ago(50)), (ago(20), None)):
        make_membership(session, household=new, group=group, joined_on=since, left_on=until)
    rollups.refresh(session, unit_ids=[old.unit_id])
    session.commit()
    before, pair = everything(session), paired(session, new, old)
    kept = ("membership", "householdpast", "unitday", "unittotal")

    joined(session, staff, pair, old)
    undone(session, staff, pair)
    after = everything(session)
    joined(session, staff, pair, old)
    open_stay = session.exec(select(Membership).where(Membership.household_id == old.id, col(Membership.left_on).is_(None))).one()
    open_stay.left_on = clock.today()
    session.commit()

    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    with pytest.raises(Invalid, match="đã vào hoặc ra khỏi nhóm sau đó"):
        undone(session, staff, pair)


def test_what_was_done_to_the_other_before_is_taken_back_after_the_join_is(session: Session, ward: Unit, staff: Actor) -> None:
    old, new, pair = two(session, ward)
    new.arrived_on = ago(30)
    session.commit()
    household_history.change_from(
        session, actor=staff, household_id=new.id, values=FromDay("Hoàng Ân", "Số 6", 3, 0), on=ago(5)
    )  # fmt: skip
    session.commit()

    joined(session, staff, pair, old)
    undone(session, staff, pair)
    household_history.undo_last(session, actor=staff, household_id=new.id)
    session.commit()

    session.refresh(new)
    assert (new.head_name, new.people, new.arrived_on) == ("Hoàng Văn Ân", 5, ago(30))
    assert session.exec(select(HouseholdPast)).all() == []


def test_the_kept_unit_of_the_other_is_a_move_on_the_day_it_came(session: Session, ward: Unit, staff: Actor) -> None:
    old, _new, _pair = two(session, ward)
    day = clock.today() - timedelta(days=10)
    there = make_household(session, unit=group_of(session, "SC13"), code="H01", head_name="Hoàng Văn An", arrived_on=day)
    pair = paired(session, there, old)

    kept = joined(session, staff, pair, there)

    assert (kept.id, kept.unit_id, kept.code, kept.arrived_on) == (old.id, group_of(session, "SC13").id, "H01", day)
    past = session.exec(select(HouseholdPast)).one()
    assert (past.unit_id, past.started_on, past.ended_on, past.cause) == (
        group_of(session, "SC12").id, LONG_AGO, day, PastCause.MOVED,
    )  # fmt: skip
    assert rollups.repair(session) == []


def test_its_card_goes_on_to_mean_the_household(session: Session, ward: Unit, staff: Actor) -> None:
    old, new, pair = two(session, ward)
    session.add(HouseholdToken(household_id=new.id, token_hash="a"))
    session.commit()

    joined(session, staff, pair, old)
    assert session.exec(select(HouseholdToken.household_id)).one() == old.id
    undone(session, staff, pair)

    assert session.exec(select(HouseholdToken.household_id)).one() == new.id


@pytest.mark.parametrize("keeps", ["old", "new", "elsewhere"])
def test_taking_it_back_leaves_both_as_they_were(session: Session, ward: Unit, staff: Actor, keeps: str) -> None:
    old, new, pair = two(session, ward)
    if keeps == "elsewhere":
        new = make_household(
            session, unit=group_of(session, "SC13"), code="H01", head_name="An", arrived_on=clock.today() - timedelta(days=30)
        )
        pair = paired(session, new, old)
    group = make_group(session, unit=session.get_one(Unit, new.unit_id))
    make_membership(session, household=new, group=group, joined_on=new.arrived_on)
    session.commit()
    household_history.change_from(
        session, actor=staff, household_id=old.id, values=FromDay("Hoàng An", "Số 5", 6, 0), on=clock.today() - timedelta(days=40)
    )  # fmt: skip
    if keeps == "elsewhere":
        household_history.change_from(
            session, actor=staff, household_id=new.id, values=FromDay("An", "Số 6", 3, 0), on=clock.today() - timedelta(days=5)
        )  # fmt: skip
    rollups.refresh(session, unit_ids=[old.unit_id, new.unit_id])
    session.commit()
    before = everything(session)
    likenesses = session.exec(select(Likeness.id, Likeness.is_same)).all()

    joined(session, staff, pair, old if keeps == "old" else new)
    assert everything(session) != before
    undone(session, staff, pair)

    assert everything(session) == before
    assert session.exec(select(Likeness.id, Likeness.is_same)).all() == likenesses
    assert rollups.repair(session) == []
    assert household_history.last_act(session, actor=staff, household_id=old.id) is not None


def test_what_changed_since_is_not_taken_back(session: Session, ward: Unit, staff: Actor) -> None:
    old, _new, pair = two(session, ward)
    joined(session, staff, pair, old)
    household_history.change_from(
        session, actor=staff, household_id=old.id, values=FromDay("Hoàng An", "Số 5", 6, 0), on=clock.today()
    )  # fmt: skip
    session.commit()

    with pytest.raises(Invalid, match="Hoàng An"):
        undone(session, staff, pair)

    session.rollback()
    assert session.exec(select(Likeness.is_same)).one() is True


def test_a_household_that_changed_while_it_was_looked_at_is_not_joined(session: Session, ward: Unit, staff: Actor) -> None:
    old, new, pair = two(session, ward)

    with pytest.raises(Invalid, match="hộ này đã có thay đổi khác"):
        joined(session, staff, pair, old, versions={old.id: old.version, new.id: new.version - 1})


def test_values_of_a_third_are_not_taken(session: Session, ward: Unit, staff: Actor) -> None:
    _old, _new, pair = two(session, ward)

    with pytest.raises(Invalid, match="một trong hai hộ"):
        joined(session, staff, pair, make_household(session, unit=group_of(session, "SC12")))


def test_an_import_is_undone_again_once_the_join_is_taken_back(session: Session, ward: Unit, staff: Actor) -> None:
    make_household(session, unit=group_of(session, "SC12"), head_name="Hoàng Văn An", address="Số 5")
    sheet = Sheet(name="Hộ", rows=[HEADER, ["", "Hoàng Văn Án", 12, "Số 5", "0912345678", 4, "x"]])
    result = imports.run(session, actor=staff, unit_id=ward.id, sheet=sheet)
    session.commit()
    pair = session.exec(select(Likeness)).one()
    assert result.change_set_id
    joined(session, staff, pair, session.get_one(Household, pair.household_id))

    with pytest.raises(Invalid, match="đã ghép với một hộ khác"):
        change_sets.undo(session, actor=staff, change_set_id=result.change_set_id)
    session.rollback()
    undone(session, staff, pair)
    change_sets.undo(session, actor=staff, change_set_id=result.change_set_id)

    assert session.exec(select(Household.head_name)).all() == ["Hoàng Văn An"]
    assert session.exec(select(Group)).all() == []


# Found on demand


def test_households_of_the_book_that_look_alike_are_found_once(session: Session, ward: Unit, staff: Actor) -> None:
    unit = group_of(session, "SC12")
    old = make_household(session, unit=unit, head_name="Hoàng Văn An", address="Số 5, ngõ 12")
    new = make_household(session, unit=unit, head_name="Hoàng Văn Ân", address="số 5 ngõ 12")
    make_household(session, unit=unit, head_name="Hoàng Văn An", address="Số 6, ngõ 12")
    make_household(session, unit=group_of(session, "SC13"), head_name="Hoàng Văn An", address="Số 5, ngõ 12")

    assert likeness_search.find(session, actor=staff, unit_id=ward.id) == 1

    pair = session.exec(select(Likeness)).one()
    assert (pair.household_id, pair.other_id, pair.has_same_phone) == (new.id, old.id, False)
    likeness.part(session, actor=staff, likeness_id=pair.id)
    assert likeness_search.find(session, actor=staff, unit_id=ward.id) == 0


def test_a_number_is_found_across_units_unless_many_share_it(session: Session, ward: Unit, staff: Actor) -> None:
    here, there = group_of(session, "SC12"), group_of(session, "SC13")
    one = make_household(session, unit=here, head_name="Ma Én", phone="+84912345678")
    other = make_household(session, unit=there, head_name="Lý Cúc", other_phones=["+84912345678"])
    for _ in range(6):  # the leader's own number
        make_household(session, unit=here, phone="+84987654321")

    assert likeness_search.find(session, actor=staff, unit_id=ward.id) == 1

    pair = session.exec(select(Likeness)).one()
    assert ({pair.household_id, pair.other_id}, pair.has_same_phone) == ({one.id, other.id}, True)


def test_one_unit_is_searched_by_itself(session: Session, ward: Unit, staff: Actor) -> None:
    for code in ("SC12", "SC13"):
        for _ in range(2):
            make_household(session, unit=group_of(session, code), head_name="Ma Văn Én", address="Số 5")

    assert likeness_search.find(session, actor=staff, unit_id=group_of(session, "SC13").id) == 1


def test_a_province_is_not_searched_at_once(session: Session, ward: Unit) -> None:
    province = session.exec(select(Unit).where(Unit.code == "19")).one()

    with pytest.raises(Invalid, match="Xin chọn một phường"):
        likeness_search.find(session, actor=TERMINAL, unit_id=province.id)
