"""Reorganisations: what moves, what stays as it was said before the day, what goes on working, what is refused."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from threading import Barrier
from uuid import uuid4

import pytest
import time_machine
from sqlmodel import Session, col, select

from core import clock
from core.db import transaction
from core.errors import Invalid, NotAllowed, NotFound
from models import (
    AnnouncementStatus,
    Audience,
    AuditEvent,
    GroupKind,
    Household,
    HouseholdPast,
    JoinRequest,
    Membership,
    PastCause,
    ReorganisationStatus,
    Role,
    Term,
    Unit,
    UnitChange,
    UnitChangeKind,
    UnitChangeLink,
    UnitKind,
)
from models import (
    Part as Office,
)
from services import figures, households, join, links, rollups, units
from services import reorganisations as plans
from services.access import TERMINAL
from services.households import HouseholdValues
from services.reorganisations import Decision, Draft, Fate, Part, Rule
from tests.factories import (
    LONG_AGO,
    NOON,
    make_actor,
    make_announcement,
    make_group,
    make_household,
    make_link,
    make_membership,
    make_unit,
    make_user,
)
from tests.services.reorganising import (
    DAY,
    MERGE,
    TODAY,
    TRANSFER,
    carried,
    chat_of,
    living,
    make_ward,
    members,
    merge,
    split,
    tier,
    totals,
)

EVE = DAY - timedelta(days=1)


@pytest.fixture(autouse=True)
def noon() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def ward(session: Session) -> Unit:
    return make_ward(session, "01843", "Phường Bắc Kạn")


# Merging


def test_two_groups_become_one_and_days_before_say_what_they_said(session: Session, ward: Unit) -> None:
    four, five = tier(session, ward, 4), tier(session, ward, 5, homes=5)
    before = {unit.id: totals(session, unit, EVE) for unit in (ward, four, five)}

    new = carried(session, merge(four, five))

    assert before == {unit.id: totals(session, unit, EVE) for unit in (ward, four, five)}
    assert totals(session, new, EVE) == (0, 0, 0)
    assert totals(session, new, DAY) == totals(session, ward, DAY) == before[ward.id]
    assert totals(session, four, DAY) == (0, 0, 0)
    assert (four.valid_to, new.valid_from, new.parent_id) == (DAY, DAY, ward.id)
    assert {unit.id for unit in units.residential(session, actor=TERMINAL)} == {new.id}
    assert {unit.id for unit in units.residential(session, actor=TERMINAL, on=EVE)} == {four.id, five.id}


def test_each_household_keeps_its_id_and_gets_a_past_in_the_old_unit(session: Session, ward: Unit) -> None:
    four, five = tier(session, ward, 4, homes=1), tier(session, ward, 5, homes=1)
    [household] = session.exec(select(Household).where(Household.unit_id == four.id)).all()

    new = carried(session, merge(four, five))

    session.refresh(household)
    [past] = session.exec(select(HouseholdPast).where(HouseholdPast.household_id == household.id)).all()
    assert (household.unit_id, household.arrived_on, household.version) == (new.id, DAY, 2)
    assert (past.unit_id, past.started_on, past.ended_on, past.cause) == (four.id, LONG_AGO, DAY, PastCause.REORGANISED)


def test_codes_that_clash_get_the_old_units_sign_and_are_found_by_it(session: Session, ward: Unit) -> None:
    four, five = tier(session, ward, 4, homes=2), tier(session, ward, 5, homes=3)

    new = carried(session, merge(four, five))

    assert living(session, new) == ["001", "002", "003", "T5-001", "T5-002"]
    changed = session.exec(select(Household).where(Household.code == "T5-001")).one()
    assert "t5 001" in changed.search


def test_the_change_is_told_for_all_days_to_come(session: Session, ward: Unit) -> None:
    four, five = tier(session, ward, 4), tier(session, ward, 5)

    new = carried(session, replace(merge(four, five), decision_no=" 12/QĐ-UBND "))

    change = session.exec(select(UnitChange)).one()
    told = session.exec(select(UnitChangeLink)).all()
    assert (change.kind, change.effective_on, change.decision_no) == (MERGE, DAY, "12/QĐ-UBND")
    assert {(link.old_unit_id, link.new_unit_id, link.is_partial) for link in told} == {
        (four.id, new.id, False), (five.id, new.id, False),
    }  # fmt: skip
    [found] = units.find(session, actor=TERMINAL, words="tổ dân phố 5", kinds=(UnitKind.RESIDENTIAL,))
    assert (found.unit.id, found.by) == (new.id, "Tổ dân phố 5")


def test_a_group_may_go_into_one_that_stays(session: Session, ward: Unit) -> None:
    four, five = tier(session, ward, 4), tier(session, ward, 5)
    before = totals(session, five, EVE)

    kept = carried(session, merge(four, into=five))

    assert (kept.id, kept.valid_from, kept.valid_to) == (five.id, None, None)
    assert totals(session, five, EVE) == before
    assert totals(session, five, DAY)[0] == 6
    assert living(session, five) == ["001", "002", "003", "T4-001", "T4-002", "T4-003"]


def test_the_smaller_chat_is_merged_into_the_larger_and_its_households_go_on_there(session: Session, ward: Unit) -> None:
    four, five = tier(session, ward, 4), tier(session, ward, 5, homes=5)
    small, large = chat_of(session, four), chat_of(session, five)

    new = carried(session, merge(four, five))

    assert (small.closed_on, small.unit_id, large.closed_on, large.unit_id) == (DAY, four.id, None, new.id)
    assert (members(session, small, EVE), members(session, small), members(session, large, EVE)) == (2, 0, 4)
    assert members(session, large) == 6


def test_a_household_in_both_chats_is_in_the_one_that_stays_once(session: Session, ward: Unit) -> None:
    four, five = tier(session, ward, 4, homes=2), tier(session, ward, 5, homes=4)
    small, large = chat_of(session, four), chat_of(session, five)
    both = session.exec(select(Household).join(Membership).where(Membership.group_id == small.id)).one()
    make_membership(session, household=both, group=large, joined_on=date(2026, 1, 1))
    rollups.refresh(session, unit_ids=[four.id])

    new = carried(session, merge(four, five))

    assert members(session, large) == 4
    assert totals(session, new, DAY)[1] == 4


def test_an_official_may_let_both_chats_go_on_or_end_one(session: Session, ward: Unit) -> None:
    four, five, six = tier(session, ward, 4), tier(session, ward, 5), tier(session, ward, 6, homes=7)
    first, second = chat_of(session, four), chat_of(session, five)
    decided = {f"group:{first.id}": Decision(Fate.MOVED), f"group:{second.id}": Decision(Fate.ENDED)}

    new = carried(session, replace(merge(four, five, six), decisions=decided))

    assert (first.unit_id, first.closed_on, second.closed_on) == (new.id, None, DAY)
    assert (members(session, first), members(session, second)) == (2, 0)
    assert totals(session, new, DAY)[1] == 2 + 6


def test_printed_codes_and_join_pages_go_on_working(session: Session, ward: Unit) -> None:
    four, five = tier(session, ward, 4), tier(session, ward, 5, homes=5)
    small, large = chat_of(session, four), chat_of(session, five)
    joins, wall = links.join_link(session, group_id=small.id), make_link(session, unit_id=four.id, place="Nhà văn hóa")

    new = carried(session, merge(four, five))

    page = join.for_slug(session, slug=joins.slug)
    assert (page.group_name, page.is_closed) == (large.name, False)
    assert (wall.unit_id, wall.is_active) == (new.id, True)
    resolved = links.resolve(session, slug=wall.slug)
    assert resolved is not None and resolved.kind == "live"  # noqa: PT018


def test_a_code_that_is_ended_says_so(session: Session, ward: Unit) -> None:
    four, five = tier(session, ward, 4), tier(session, ward, 5)
    wall = make_link(session, unit_id=four.id)

    carried(session, replace(merge(four, five), decisions={f"link:{wall.id}": Decision(Fate.ENDED)}))

    resolved = links.resolve(session, slug=wall.slug)
    assert resolved is not None and resolved.kind == "gone"  # noqa: PT018


def test_leaders_and_their_terms(session: Session, ward: Unit) -> None:
    four, five = tier(session, ward, 4), tier(session, ward, 5, homes=5)
    leader, gone = make_user(session, unit=four, role=Role.LEAD), make_user(session, unit=five, role=Role.LEAD)
    small = chat_of(session, four)
    small.leader_id = leader.id
    session.add(Term(group_id=small.id, user_id=leader.id, part=Office.LEADER, started_on=LONG_AGO))
    session.commit()

    new = carried(session, replace(merge(four, five), decisions={f"user:{gone.id}": Decision(Fate.ENDED)}))

    term = session.exec(select(Term)).one()
    assert (leader.unit_id, leader.is_active, gone.unit_id, gone.is_active) == (new.id, True, new.id, False)
    assert term.ended_on == DAY


def test_what_waits_goes_to_the_group_that_stays(session: Session, ward: Unit) -> None:
    four, five = tier(session, ward, 4), tier(session, ward, 5, homes=5)
    small, large = chat_of(session, four), chat_of(session, five)
    child = make_group(session, unit=four, kind=GroupKind.SECTOR, parent_id=small.id)
    asked = JoinRequest(group_id=small.id, name="Hoàng Thị Mỷ")
    session.add(asked)
    session.commit()

    carried(session, merge(four, five))

    assert (asked.group_id, child.parent_id) == (large.id, large.id)


def test_an_announcement_not_yet_sent_is_for_the_new_unit(session: Session, ward: Unit) -> None:
    four, five, six = tier(session, ward, 4), tier(session, ward, 5), tier(session, ward, 6)
    planned = make_announcement(session, unit=ward, units=[four, five, six], status=AnnouncementStatus.DRAFT)
    over = make_announcement(session, unit=ward, units=[four], expires_at=clock.now() - timedelta(days=1))

    new = carried(session, merge(four, five))

    audience = session.exec(select(Audience.announcement_id, Audience.unit_id)).all()
    assert sorted(unit_id for id_, unit_id in audience if id_ == planned.id) == sorted([new.id, six.id])
    assert [unit_id for id_, unit_id in audience if id_ == over.id] == [four.id]


# Dividing


def test_a_division_sends_households_where_address_code_or_hand_say(session: Session, ward: Unit) -> None:
    old = tier(session, ward, 4, homes=6)
    by_hand = session.exec(select(Household).where(Household.code == "006")).one()
    rules = (
        Rule(1, "address", "ngo 1; Ngõ 2"), Rule(1, "codes", "3-3; 006"), Rule(0, "hand", str(by_hand.id)),
    )  # fmt: skip

    draft = split(old, "4A", "4B", rules=rules)
    outlook = plans.look(session, actor=TERMINAL, draft=draft)
    carried(session, draft)

    first, second = (units.by_code(session, actor=TERMINAL, code=code) for code in ("S-4A", "S-4B"))
    assert [part.households for part in outlook.parts] == [3, 3]
    assert (living(session, first), living(session, second)) == (["004", "005", "006"], ["001", "002", "003"])
    assert totals(session, old, EVE)[0] == 6
    assert [totals(session, unit, DAY)[0] for unit in (first, second, old, ward)] == [3, 3, 0, 6]
    assert all(link.is_partial for link in session.exec(select(UnitChangeLink)))


def test_an_address_is_not_half_a_word(session: Session, ward: Unit) -> None:
    old = make_unit(session, parent=ward)
    for number in (1, 12, 21):
        make_household(session, unit=old, code=str(number), address=f"Số {number} ngõ {number}, phố Đức Xuân")

    outlook = plans.look(session, actor=TERMINAL, draft=split(old, "A", "B", rules=(Rule(1, "address", "ngõ 1"),)))

    assert [part.households for part in outlook.parts] == [2, 1]
    assert outlook.unmatched == []


def test_a_range_means_the_numbers_codes_end_in(session: Session, ward: Unit) -> None:
    old = make_unit(session, parent=ward)
    for code in ("NT02-001", "NT02-012", "NT02-013", "A12B"):
        make_household(session, unit=old, code=code)

    outlook = plans.look(session, actor=TERMINAL, draft=split(old, "A", "B", rules=(Rule(1, "codes", "001-12"),)))

    assert [part.households for part in outlook.parts] == [2, 2]


def test_the_chat_stays_with_the_part_of_most_and_the_others_leave_it(session: Session, ward: Unit) -> None:
    old = tier(session, ward, 4, homes=6)
    chat = chat_of(session, old)
    leader = make_user(session, unit=old, role=Role.LEAD)
    chat.leader_id = leader.id
    session.commit()

    carried(session, split(old, "4A", "4B", rules=(Rule(1, "codes", "1-4"),)))

    second = units.by_code(session, actor=TERMINAL, code="S-4B")
    assert (chat.unit_id, leader.unit_id, members(session, chat, EVE), members(session, chat)) == (second.id, second.id, 5, 3)
    assert totals(session, second, DAY)[:2] == (4, 3)


def test_a_part_may_take_the_old_name_and_code(session: Session, ward: Unit) -> None:
    old = tier(session, ward, 4)

    carried(session, replace(split(old, "x", "y"), parts=(Part(old.name, old.code), Part("Tổ dân phố 14", "T14"))))

    assert units.by_code(session, actor=TERMINAL, code=old.code).id != old.id
    assert units.by_code(session, actor=TERMINAL, code=old.code, on=EVE).id == old.id


def test_a_rule_that_fits_nobody_is_told(session: Session, ward: Unit) -> None:
    draft = split(tier(session, ward, 4), "A", "B", rules=(Rule(1, "address", "phố Không Có"),))

    assert plans.look(session, actor=TERMINAL, draft=draft).unmatched == list(draft.rules)


# Other wards


def test_a_group_goes_to_another_ward_with_its_chat(session: Session, ward: Unit) -> None:
    other = make_ward(session, "01840", "Phường Đức Xuân")
    four = tier(session, ward, 4)
    chat = chat_of(session, four)
    old_leaders = make_group(session, unit=ward, kind=GroupKind.LEADERS)
    leaders = make_group(session, unit=other, kind=GroupKind.LEADERS)
    chat.parent_id = old_leaders.id
    session.commit()
    before = totals(session, ward, EVE)

    new = carried(session, Draft(TRANSFER, DAY, (four.id,), ward_id=other.id))

    assert (new.parent_id, new.code, new.name, new.area) == (other.id, four.code, four.name, "Bắc Kạn")
    assert (totals(session, ward, EVE), totals(session, other, EVE)) == (before, (0, 0, 0))
    assert (totals(session, ward, DAY), totals(session, other, DAY)) == ((0, 0, 0), before)
    assert (chat.unit_id, chat.parent_id, members(session, chat)) == (new.id, leaders.id, 2)


def test_a_ward_goes_into_another_with_all_that_is_in_it(session: Session, ward: Unit) -> None:
    other = make_ward(session, "01840", "Phường Đức Xuân")
    four, twin = tier(session, ward, 4), make_unit(session, parent=other, name="Tổ dân phố 4", code="x")
    official, lead = make_user(session, unit=ward, role=Role.OFFICIAL), make_user(session, unit=four, role=Role.LEAD)
    said = make_announcement(session, unit=ward, status=AnnouncementStatus.SENT, expires_at=clock.now() - timedelta(days=90))
    mine, theirs = make_group(session, unit=ward, kind=GroupKind.LEADERS), make_group(session, unit=other, kind=GroupKind.LEADERS)
    chat = chat_of(session, four)
    chat.parent_id = mine.id
    session.commit()
    before = totals(session, ward, EVE)

    carried(session, merge(ward, into=other))

    moved = session.exec(select(Unit).where(Unit.parent_id == other.id, Unit.id != twin.id)).one()
    assert (moved.code, moved.name, moved.label, moved.valid_from) == (four.code, four.name, "Tổ 4, Bắc Kạn", DAY)
    assert (totals(session, ward, EVE), totals(session, other, EVE), totals(session, other, DAY)) == (before, (0, 0, 0), before)
    assert (official.unit_id, lead.unit_id, said.unit_id) == (other.id, moved.id, other.id)
    assert (mine.closed_on, chat.parent_id, chat.unit_id, members(session, chat)) == (DAY, theirs.id, moved.id, 2)
    by_ward = figures.coverage(session, actor=TERMINAL, on=EVE, by="ward")
    assert {row.unit_name: row.households for row in by_ward.rows} == {"Phường Bắc Kạn": 3, "Phường Đức Xuân": 0}


def test_wards_may_become_a_new_one_that_takes_a_code_of_theirs(session: Session, ward: Unit) -> None:
    other = make_ward(session, "01840", "Phường Đức Xuân")
    tier(session, ward, 4)
    tier(session, other, 4, area="Đức Xuân")

    new = carried(session, merge(ward, other, name="Phường Sông Cầu", code="1843"))

    assert (new.code, new.name, new.subtype, new.phone) == ("01843", "Phường Sông Cầu", "phuong", ward.phone)
    assert totals(session, new, DAY)[0] == 6
    assert [unit.area for unit in units.residential(session, actor=TERMINAL)] == ["Bắc Kạn", "Đức Xuân"]


# Days


def test_a_future_day_waits_for_the_night_of_its_day(session: Session, ward: Unit, noon: time_machine.Traveller) -> None:
    four, five = tier(session, ward, 4), tier(session, ward, 5)
    day = TODAY + timedelta(days=2)
    kept = plans.plan(session, actor=TERMINAL, draft=merge(four, five, on=day))

    with pytest.raises(Invalid, match="Chưa tới ngày 26/11/2026"):
        plans.carry_out(session, actor=TERMINAL, plan_id=kept.id, confirmed=6)
    assert (plans.due(session), four.valid_to) == ([], None)
    noon.shift(timedelta(days=2))
    assert plans.due(session) == [kept.id]
    assert (plans.carry_out_due(session, plan_id=kept.id), plans.carry_out_due(session, plan_id=kept.id)) == (True, False)
    assert (kept.status, four.valid_to, plans.due(session)) == (ReorganisationStatus.DONE, day, [])


def test_a_day_in_the_past_counts_who_came_and_went_since(session: Session, ward: Unit) -> None:
    four, five, six = tier(session, ward, 4, homes=2), tier(session, ward, 5, homes=2), tier(session, ward, 6, homes=0)
    make_household(session, unit=four, code="new", arrived_on=DAY + timedelta(days=5))
    make_household(session, unit=four, code="gone", left_on=DAY - timedelta(days=5))
    make_household(session, unit=four, code="left", left_on=DAY + timedelta(days=5))
    moved = make_household(session, unit=six, code="moved", arrived_on=DAY + timedelta(days=7))
    session.add(
        HouseholdPast(
            household_id=moved.id, unit_id=four.id, code="moved", head_name="x", people=4, started_on=LONG_AGO,
            ended_on=DAY + timedelta(days=7), cause=PastCause.MOVED,
        )
    )  # fmt: skip
    rollups.refresh(session, unit_ids=[four.id, six.id])
    session.commit()
    days = [DAY + timedelta(days=number) for number in range(-10, 15)]
    before = [totals(session, ward, day) for day in days]

    new = carried(session, merge(four, five))

    assert [totals(session, ward, day) for day in days] == before
    assert [totals(session, four, day)[0] for day in (DAY - timedelta(days=6), EVE, DAY)] == [5, 4, 0]
    assert [totals(session, new, DAY + timedelta(days=number))[0] for number in (0, 5, 7)] == [6, 6, 5]
    pasts = session.exec(
        select(HouseholdPast).where(HouseholdPast.household_id == moved.id).order_by(col(HouseholdPast.started_on))
    )
    assert [(past.unit_id, past.cause) for past in pasts] == [(four.id, PastCause.REORGANISED), (new.id, PastCause.MOVED)]


def test_memberships_that_ended_since_count_in_the_chat_that_stays(session: Session, ward: Unit) -> None:
    four, five = tier(session, ward, 4, homes=2), tier(session, ward, 5, homes=4)
    [spell] = session.exec(select(Membership).where(Membership.group_id == chat_of(session, four).id)).all()
    spell.left_on = DAY + timedelta(days=10)
    rollups.refresh(session, unit_ids=[four.id])
    session.commit()
    days = [DAY + timedelta(days=number) for number in (-1, 0, 9, 10)]
    before = [totals(session, ward, day) for day in days]

    carried(session, merge(four, five))

    assert [totals(session, ward, day) for day in days] == before


def test_one_after_the_other_leads_through_all_days(session: Session, ward: Unit) -> None:
    four, five, six = (tier(session, ward, number) for number in (4, 5, 6))

    first = carried(session, merge(four, five, on=date(2026, 10, 1), code="A"))
    second = carried(session, merge(first, six, on=DAY, code="B", name="Tổ dân phố Cuối"))

    assert [totals(session, ward, day)[0] for day in (date(2026, 9, 30), date(2026, 10, 1), DAY)] == [9, 9, 9]
    assert [totals(session, unit, EVE)[0] for unit in (first, second)] == [6, 0]
    assert plans.listing(session, actor=TERMINAL)[0].new == "Tổ dân phố Cuối"


# Refusals


def refused(session: Session, draft: Draft) -> tuple[str, str]:
    with pytest.raises(Invalid) as refusal:
        plans.plan(session, actor=TERMINAL, draft=draft)
    session.rollback()
    assert session.exec(select(UnitChange)).all() == []
    return str(refusal.value.details.get("field")), str(refusal.value)


def test_what_cannot_be_right_is_a_sentence_at_its_field(session: Session, ward: Unit) -> None:
    four, five = tier(session, ward, 4), tier(session, ward, 5)
    other = make_ward(session, "99999", "Phường Khác")
    far = make_unit(session, parent=other)
    ended = make_unit(session, parent=ward, name="Tổ đã thôi", valid_to=date(2026, 1, 1))
    young = make_unit(session, parent=ward, name="Tổ trẻ", valid_from=DAY)
    make_unit(session, parent=ward, code="TAKEN", name="Tổ có mã")
    cases = [
        (merge(), "old_ids", "Chọn đơn vị"),
        (merge(four), "old_ids", "ít nhất hai đơn vị"),
        (merge(four, four), "old_ids", "chỉ chọn một lần"),
        (merge(four, far), "old_ids", "thuộc các xã, phường khác nhau"),
        (merge(four, ward), "old_ids", "Chỉ chọn tổ, thôn, hoặc chỉ chọn xã, phường"),
        (merge(four, ended), "old_ids", "đã kết thúc từ ngày 01/01/2026"),
        (merge(four, young), "effective_on", "mới có từ ngày 01/11/2026"),
        (merge(four, five, on=date(1000, 1, 1)), "effective_on", "quá xa"),
        (merge(four, five, on=date(9999, 1, 1)), "effective_on", "quá xa"),
        (merge(four, five, into=four), "unit_0", "không thể nhập vào chính nó"),
        (merge(four, into=far), "old_ids", "thuộc các xã, phường khác nhau"),
        (merge(four, into=ward), "unit_0", "không cùng cấp"),
        (merge(four, into=ended), "unit_0", "đã kết thúc"),
        (merge(four, five, name=" "), "name_0", "ghi tên"),
        (merge(four, five, name="a" * 201), "name_0", "Dài quá 200 chữ"),
        (merge(four, five, code=""), "code_0", "Thiếu mã"),
        (merge(four, five, code="TAKEN"), "code_0", "Mã TAKEN đang là của Tổ có mã"),
        (merge(ward, four), "old_ids", "Chỉ chọn"),
        (split(four, "A"), "parts", "ít nhất hai"),
        (split(four, "A", "A"), "name_1", "trùng tên"),
        (replace(split(four, "A", "B"), old_ids=(four.id, five.id)), "old_ids", "Mỗi lần chỉ tách một"),
        (split(ward, "A", "B"), "old_ids", "tách hay chuyển là việc của tổ, thôn"),
        (split(four, "A", "B", rest=2), "rules", "không có trong danh sách"),
        (split(four, "A", "B", rules=(Rule(2, "codes", "1"),)), "rules", "không có trong danh sách"),
        (split(four, "A", "B", rules=(Rule(1, "codes", " "),)), "rules_1", "còn trống"),
        (split(four, "A", "B", rules=(Rule(1, "codes", "9-1"),)), "rules_1", "không phải một dãy mã"),
        (split(four, "A", "B", rules=(Rule(1, "codes", "1-99999999"),)), "rules_1", "không phải một dãy mã"),
        (split(four, "A", "B", rules=(Rule(1, "hand", str(uuid4())),)), "rules_1", "1 hộ chọn bằng tay không ở"),
        (split(four, "A", "B", rules=(Rule(1, "hand", "'; --"),)), "rules_1", "không có trong danh sách"),
        (Draft(TRANSFER, DAY, (four.id,)), "ward_id", "Chọn xã, phường nhận"),
        (Draft(TRANSFER, DAY, (four.id,), ward_id=four.id), "ward_id", "không thể nằm trong chính nó"),
        (Draft(TRANSFER, DAY, (four.id,), ward_id=five.id), "ward_id", "không phải xã, phường"),
        (Draft(TRANSFER, DAY, (four.id,), ward_id=ward.id), "ward_id", "đã thuộc Phường Bắc Kạn"),
        (Draft(UnitChangeKind.RENAME, DAY, (four.id,)), "kind", "Chọn gộp, tách hoặc chuyển"),
    ]  # fmt: skip

    for draft, field, sentence in cases:
        found, told = refused(session, draft)
        assert (found, sentence in told) == (field, True), told


def test_two_plans_for_one_unit_and_a_circle_are_refused(session: Session, ward: Unit) -> None:
    four, five, six = (tier(session, ward, number) for number in (4, 5, 6))
    day = TODAY + timedelta(days=30)
    plans.plan(session, actor=TERMINAL, draft=merge(four, into=five, on=day))
    session.commit()

    assert "vòng tròn" in refused(session, merge(five, into=four, on=day))[1]
    assert "Đã có dự kiến khác" in refused(session, merge(four, six, on=day))[1]
    assert "Đã có dự kiến khác" in refused(session, merge(five, six, on=day))[1]
    other = make_ward(session, "01840", "Phường Đức Xuân")
    assert "Đã có dự kiến khác" in refused(session, merge(ward, into=other, on=day))[1]


def test_a_day_before_another_reorganisation_of_the_unit_is_refused(session: Session, ward: Unit) -> None:
    four, five, six = (tier(session, ward, number) for number in (4, 5, 6))
    carried(session, merge(four, into=five))

    with pytest.raises(Invalid, match="Ngày 01/11/2026 đã có một lần sắp xếp khác"):
        plans.plan(session, actor=TERMINAL, draft=merge(five, six, on=date(2026, 10, 1)))


def test_chats_are_not_merged_in_a_circle_nor_into_one_that_ends(session: Session, ward: Unit) -> None:
    four, five = tier(session, ward, 4), tier(session, ward, 5)
    first, second = chat_of(session, four), chat_of(session, five)
    kept = plans.plan(session, actor=TERMINAL, draft=merge(four, five))
    into = {one.id: Decision(Fate.MERGED, into=other.id) for one, other in ((first, second), (second, first))}

    with pytest.raises(Invalid, match="vòng tròn"):
        plans.decide(session, actor=TERMINAL, plan_id=kept.id, decisions={f"group:{id_}": one for id_, one in into.items()})
    ended = {f"group:{first.id}": into[first.id], f"group:{second.id}": Decision(Fate.ENDED)}
    with pytest.raises(Invalid, match="sẽ kết thúc"):
        plans.decide(session, actor=TERMINAL, plan_id=kept.id, decisions=ended)
    nonsense = {f"group:{uuid4()}": Decision(Fate.ENDED), f"group:{first.id}": Decision(Fate.MOVED, part=7)}
    assert plans.decide(session, actor=TERMINAL, plan_id=kept.id, decisions=nonsense).steps["decisions"] == {}


def test_a_household_is_not_added_to_a_unit_that_ended(session: Session, ward: Unit) -> None:
    four, five = tier(session, ward, 4), tier(session, ward, 5)
    carried(session, merge(four, five))

    with pytest.raises(Invalid, match="đang hoạt động"):
        households.add(session, actor=TERMINAL, unit_id=four.id, values=HouseholdValues("Hoàng Thị Mỷ"))


def test_a_household_that_had_left_does_not_come_back_to_a_unit_that_ended(session: Session, ward: Unit) -> None:
    four, five = tier(session, ward, 4), tier(session, ward, 5)
    gone = make_household(session, unit=four, left_on=DAY - timedelta(days=5))
    rollups.refresh(session, unit_ids=[four.id])
    carried(session, merge(four, five))

    with pytest.raises(Invalid, match="Tổ dân phố 4 đã kết thúc"):
        households.reopen(session, actor=TERMINAL, household_id=gone.id)


def test_other_numbers_than_were_confirmed_move_nothing(session: Session, ward: Unit) -> None:
    four, five = tier(session, ward, 4), tier(session, ward, 5)
    kept = plans.plan(session, actor=TERMINAL, draft=merge(four, five))
    make_household(session, unit=four)

    with pytest.raises(Invalid, match="nay là 7") as refusal:
        plans.carry_out(session, actor=TERMINAL, plan_id=kept.id, confirmed=6)

    assert refusal.value.details["field"] == "confirmed"
    session.rollback()
    assert four.valid_to is None


def test_a_plan_is_carried_out_once_and_dropped_no_more(session: Session, ward: Unit) -> None:
    four, five = tier(session, ward, 4), tier(session, ward, 5)
    kept = plans.plan(session, actor=TERMINAL, draft=merge(four, five))
    session.commit()
    with transaction() as first:
        plans.carry_out(first, actor=TERMINAL, plan_id=kept.id, confirmed=6)

    with pytest.raises(Invalid, match="đã được thực hiện"), transaction() as second:
        plans.carry_out(second, actor=TERMINAL, plan_id=kept.id, confirmed=6)
    with pytest.raises(Invalid, match="đã được thực hiện"), transaction() as third:
        plans.drop(third, actor=TERMINAL, plan_id=kept.id)
    assert len(session.exec(select(UnitChange)).all()) == 1


def test_s20_two_officials_at_the_same_moment_carry_it_out_once(session: Session, ward: Unit) -> None:
    four, five = tier(session, ward, 4), tier(session, ward, 5)
    kept = plans.plan(session, actor=TERMINAL, draft=merge(four, five))
    session.commit()
    together = Barrier(2)

    def press() -> str:
        together.wait(20)
        try:
            with transaction() as own:
                plans.carry_out(own, actor=TERMINAL, plan_id=kept.id, confirmed=6)
        except Invalid as refusal:
            return str(refusal)
        return "done"

    with ThreadPoolExecutor(2) as officials:
        said = sorted(one.result(60) for one in [officials.submit(press), officials.submit(press)])

    session.expire_all()
    assert (said[1], said[0][:31]) == ("done", "Lần sắp xếp này đã được thực hi")
    assert (len(session.exec(select(UnitChange)).all()), len(session.exec(select(HouseholdPast)).all())) == (1, 6)


def test_s19_a_plan_that_fails_halfway_leaves_all_as_it_was(session: Session, ward: Unit) -> None:
    four, five = tier(session, ward, 4), tier(session, ward, 5)
    kept = plans.plan(session, actor=TERMINAL, draft=merge(four, five))
    session.commit()
    before = totals(session, ward, TODAY)
    session.commit()

    def half() -> None:
        with transaction() as broken:
            plans.carry_out(broken, actor=TERMINAL, plan_id=kept.id, confirmed=6)
            raise TimeoutError

    with pytest.raises(TimeoutError):
        half()

    session.expire_all()
    assert (four.valid_to, kept.status, totals(session, ward, TODAY)) == (None, ReorganisationStatus.PLANNED, before)
    assert session.exec(select(HouseholdPast)).all() == []


def test_a_dropped_plan_frees_its_units(session: Session, ward: Unit) -> None:
    four, five = tier(session, ward, 4), tier(session, ward, 5)
    kept = plans.plan(session, actor=TERMINAL, draft=merge(four, five))

    plans.drop(session, actor=TERMINAL, plan_id=kept.id)
    plans.plan(session, actor=TERMINAL, draft=merge(four, five))

    assert [row.plan.status for row in plans.listing(session, actor=TERMINAL)] == [ReorganisationStatus.PLANNED]
    with pytest.raises(Invalid, match="đã bỏ"):
        plans.drop(session, actor=TERMINAL, plan_id=kept.id)


# Rights


@pytest.mark.parametrize("role", [Role.STAFF, Role.LEAD, Role.VIEWER])
def test_only_officials_and_administrators_reorganise(session: Session, ward: Unit, role: Role) -> None:
    four, five = tier(session, ward, 4), tier(session, ward, 5)
    actor = make_actor(session, unit=ward, role=role)
    for act in (
        lambda: plans.look(session, actor=actor, draft=merge(four, five)),
        lambda: plans.plan(session, actor=actor, draft=merge(four, five)),
        lambda: plans.listing(session, actor=actor),
        lambda: plans.get(session, actor=actor, plan_id=uuid4()),
        lambda: plans.drop(session, actor=actor, plan_id=uuid4()),
        lambda: plans.decide(session, actor=actor, plan_id=uuid4(), decisions={}),
        lambda: plans.carry_out(session, actor=actor, plan_id=uuid4(), confirmed=6),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_units_and_plans_elsewhere_are_not_found(session: Session, ward: Unit) -> None:
    four, five = tier(session, ward, 4), tier(session, ward, 5)
    own = make_unit(session)
    stranger = make_actor(session, unit=own, role=Role.OFFICIAL)
    kept = plans.plan(session, actor=TERMINAL, draft=merge(four, five))

    with pytest.raises(NotFound):
        plans.look(session, actor=stranger, draft=merge(four, five))
    official = make_actor(session, unit=ward, role=Role.OFFICIAL)
    with pytest.raises(NotFound):
        plans.look(session, actor=official, draft=Draft(TRANSFER, DAY, (four.id,), ward_id=own.id))
    for act in (plans.get, plans.drop):
        with pytest.raises(NotFound):
            act(session, actor=stranger, plan_id=kept.id)
    assert plans.listing(session, actor=stranger) == []


def test_each_step_is_in_the_audit_without_names(session: Session, ward: Unit) -> None:
    four, five = tier(session, ward, 4), tier(session, ward, 5)
    carried(session, merge(four, five))

    events = session.exec(select(AuditEvent).where(col(AuditEvent.action).startswith("reorganisation"))).all()
    assert [event.action for event in events] == ["reorganisation.planned", "reorganisation.carried_out"]
    assert (events[1].details["households"], events[1].details["memberships"], events[1].details["on"]) == (6, 4, "2026-11-01")
