"""Figures, each against numbers computed by hand."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import Engine, event
from sqlmodel import Session

from core.errors import NotFound
from models import (
    Announcement,
    AnnouncementStatus,
    Channel,
    Delivery,
    Group,
    GroupKind,
    RecipientKind,
    Relay,
    Role,
    Unit,
    UnitChange,
    UnitChangeKind,
    UnitChangeLink,
    UnitKind,
)
from services import figures, relay_pace, rollups
from services.access import TERMINAL
from tests.factories import NOON, make_actor, make_announcement, make_group, make_household, make_link, make_membership, make_unit

TODAY = date(2026, 11, 24)


def settle(session: Session, unit: Unit, *, joined: int, alone: int = 0, **overrides: Any) -> None:
    """Households of 4 people with 1 smartphone, `joined` of them with 2 people in a group of the unit."""
    group = make_group(session, unit=unit)
    for place in range(joined + alone):
        household = make_household(session, unit=unit, **({"people": 4, "smartphones": 1} | overrides))
        if place < joined:
            make_membership(session, household=household, group=group, people=2)
    rollups.refresh(session, unit_ids=[unit.id])
    session.commit()


def make_province(session: Session, **overrides: Any) -> Unit:
    return make_unit(session, kind=UnitKind.PROVINCE, subtype="tinh", **({"code": "19", "name": "Tỉnh Thái Nguyên"} | overrides))


def make_ward(session: Session, province: Unit, **overrides: Any) -> Unit:
    return make_unit(session, parent=province, **({"kind": UnitKind.COMMUNE, "subtype": "phuong"} | overrides))


def test_coverage_depth_and_smartphone_rate_are_ratios_of_sums(session: Session) -> None:
    ward = make_unit(session)
    small = make_unit(session, parent=ward, name="Tổ 1")
    large = make_unit(session, parent=ward, name="Tổ 2")
    settle(session, small, joined=1)
    settle(session, large, joined=2, alone=2)
    make_household(session, unit=large, people=5, smartphones=5)
    rollups.refresh(session, unit_ids=[large.id])

    table = figures.coverage(session, actor=TERMINAL, unit_id=ward.id)

    first, second = table.rows
    assert (first.coverage, first.depth, first.smartphone_rate) == (1.0, 2.0, 0.25)
    assert (second.households, second.joined, second.coverage) == (5, 2, 0.4)
    assert (second.people, second.smartphones, second.smartphone_rate) == (21, 9, 9 / 21)
    assert (table.total.households, table.total.joined, table.total.coverage) == (6, 3, 0.5)  # not the mean of 1 and 0.4
    assert table.total.people_joined == 6
    assert table.total.smartphone_rate == 10 / 25


def test_a_unit_without_households_has_no_coverage(session: Session) -> None:
    unit = make_unit(session, parent=make_unit(session))

    [row] = figures.coverage(session, actor=TERMINAL, unit_id=unit.id).rows

    assert (row.households, row.coverage, row.depth, row.smartphone_rate) == (0, None, None, None)


def test_households_without_people_or_groups_divide_by_nothing(session: Session) -> None:
    unit = make_unit(session, parent=make_unit(session))
    settle(session, unit, joined=0, alone=2, people=0, smartphones=0)

    total = figures.coverage(session, actor=TERMINAL, unit_id=unit.id).total

    assert (total.coverage, total.depth, total.smartphone_rate) == (0.0, None, None)


def test_coverage_of_a_past_day_counts_that_day(session: Session) -> None:
    unit = make_unit(session, parent=make_unit(session))
    group = make_group(session, unit=unit)
    left = make_household(session, unit=unit, arrived_on=date(2026, 1, 1), left_on=date(2026, 6, 1))
    make_household(session, unit=unit, arrived_on=date(2026, 5, 1))
    make_membership(session, household=left, group=group, joined_on=date(2026, 3, 1))
    rollups.refresh(session, unit_ids=[unit.id])

    def counts(on: date) -> tuple[int, int]:
        total = figures.coverage(session, actor=TERMINAL, unit_id=unit.id, on=on).total
        return total.joined, total.households

    assert counts(date(2025, 12, 31)) == (0, 0)
    assert counts(date(2026, 2, 28)) == (0, 1)
    assert counts(date(2026, 3, 1)) == (1, 1)
    assert counts(date(2026, 5, 31)) == (1, 2)
    assert counts(date(2026, 6, 1)) == (0, 1)


@time_machine.travel(NOON, tick=False)
def test_coverage_is_that_of_today_unless_a_day_is_named(session: Session) -> None:
    unit = make_unit(session, parent=make_unit(session))
    make_household(session, unit=unit, arrived_on=TODAY)
    make_household(session, unit=unit, arrived_on=TODAY + timedelta(days=1))
    rollups.refresh(session, unit_ids=[unit.id])

    table = figures.coverage(session, actor=TERMINAL, unit_id=unit.id)

    assert (table.on, table.total.households) == (TODAY, 1)


def test_a_unit_is_shown_and_counted_only_on_the_days_it_is_valid(session: Session) -> None:
    ward = make_unit(session)
    old = make_unit(session, parent=ward, name="Tổ cũ", valid_to=date(2025, 7, 1))
    new = make_unit(session, parent=ward, name="Tổ mới", valid_from=date(2025, 7, 1))
    settle(session, old, joined=1)
    settle(session, new, joined=0, alone=2)

    before = figures.coverage(session, actor=TERMINAL, unit_id=ward.id, on=date(2025, 6, 30))
    after = figures.coverage(session, actor=TERMINAL, unit_id=ward.id, on=date(2025, 7, 1))

    assert [(row.unit_name, row.households) for row in before.rows] == [("Tổ cũ", 1)]
    assert before.total.households == 1
    assert [(row.unit_name, row.households) for row in after.rows] == [("Tổ mới", 2)]
    assert after.total.households == 2


def test_units_stand_by_area_and_then_by_number(session: Session) -> None:
    ward = make_unit(session)
    for area, name in (("Xuất Hóa", "Tổ 1"), ("Đức Xuân", "Tổ 2"), ("Sông Cầu", "Tổ 10"), ("Sông Cầu", "Tổ 9")):
        make_unit(session, parent=ward, area=area, name=name)

    rows = figures.coverage(session, actor=TERMINAL, unit_id=ward.id).rows

    assert [(row.area, row.unit_name) for row in rows] == [
        ("Đức Xuân", "Tổ 2"), ("Sông Cầu", "Tổ 9"), ("Sông Cầu", "Tổ 10"), ("Xuất Hóa", "Tổ 1"),
    ]  # fmt: skip


def test_wards_and_provinces_add_up_their_units(session: Session) -> None:
    province = make_province(session)
    one, other = make_ward(session, province, name="Phường A"), make_ward(session, province, name="Phường B")
    settle(session, make_unit(session, parent=one), joined=1)
    settle(session, make_unit(session, parent=one), joined=1, alone=1)
    settle(session, make_unit(session, parent=other), joined=0, alone=1)

    wards = figures.coverage(session, actor=TERMINAL, by="ward")
    provinces = figures.coverage(session, actor=TERMINAL, by="province")

    assert [(row.unit_name, row.joined, row.households) for row in wards.rows] == [("Phường A", 2, 3), ("Phường B", 0, 1)]
    assert [(row.unit_code, row.joined, row.households) for row in provinces.rows] == [("19", 2, 4)]
    assert (wards.total.joined, wards.total.households) == (provinces.total.joined, provinces.total.households) == (2, 4)


def test_a_ward_with_nothing_below_is_shown_on_its_days(session: Session) -> None:
    province = make_province(session)
    make_ward(session, province, name="Phường cũ", valid_to=date(2025, 7, 1))
    make_ward(session, province, name="Phường mới", valid_from=date(2025, 7, 1))

    table = figures.coverage(session, actor=TERMINAL, by="ward", on=date(2025, 7, 1))

    assert [(row.unit_name, row.coverage) for row in table.rows] == [("Phường mới", None)]


def test_a_past_day_has_the_wards_of_that_day(session: Session) -> None:
    merged_on, first_on = date(2025, 7, 1), date(2021, 1, 1)
    new = make_unit(session, name="Phường Bắc Kạn", valid_from=merged_on)
    old = make_unit(session, name="Phường Sông Cầu", valid_to=merged_on)
    oldest = make_unit(session, name="Xã cũ", valid_to=merged_on)
    came, stayed = make_unit(session, parent=new), make_unit(session, parent=new)
    settle(session, came, joined=1, alone=1)
    settle(session, stayed, joined=1)
    transfer(session, oldest, came, first_on)
    transfer(session, old, came, merged_on)

    def wards(on: date) -> list[tuple[str, int]]:
        rows = figures.coverage(session, actor=TERMINAL, by="ward", on=on).rows
        return [(row.unit_name, row.households) for row in rows if row.households]

    assert wards(merged_on) == [("Phường Bắc Kạn", 3)]
    assert wards(date(2025, 6, 30)) == [("Phường Bắc Kạn", 1), ("Phường Sông Cầu", 2)]
    assert wards(date(2020, 12, 31)) == [("Phường Bắc Kạn", 1), ("Xã cũ", 2)]
    official = make_actor(session, unit=new, role=Role.OFFICIAL)
    seen = figures.coverage(session, actor=official, by="ward", on=date(2025, 6, 30))
    assert [(row.unit_name, row.households) for row in seen.rows] == [("Phường Bắc Kạn", 3)]


def transfer(session: Session, old: Unit, unit: Unit, on: date) -> None:
    change = UnitChange(kind=UnitChangeKind.TRANSFER, effective_on=on)
    session.add(change)
    session.flush()
    session.add(UnitChangeLink(change_id=change.id, old_unit_id=old.id, new_unit_id=unit.id, is_partial=True))
    session.commit()


def test_rows_add_up_to_the_total_though_no_province_is_installed(session: Session) -> None:
    ward = make_unit(session, name="Phường Bắc Kạn")
    settle(session, make_unit(session, parent=ward), joined=1, alone=1)

    table = figures.coverage(session, actor=TERMINAL, by="province")

    assert [(row.unit_name, row.joined, row.households) for row in table.rows] == [("Phường Bắc Kạn", 1, 2)]


def test_a_viewer_of_one_ward_learns_nothing_of_the_next(session: Session) -> None:
    province = make_province(session)
    own, next_door = make_ward(session, province), make_ward(session, province)
    settle(session, make_unit(session, parent=own), joined=1)
    settle(session, make_unit(session, parent=next_door), joined=5)
    viewer = make_actor(session, unit=own, role=Role.VIEWER)

    table = figures.coverage(session, actor=viewer)

    assert (table.total.households, table.total.unit_id) == (1, own.id)
    with pytest.raises(NotFound):
        figures.coverage(session, actor=viewer, unit_id=next_door.id)
    with pytest.raises(NotFound):
        figures.growth(session, actor=viewer, unit_id=next_door.id, days=[TODAY])
    with pytest.raises(NotFound):
        figures.coverage_from_rows(session, actor=viewer, unit_id=next_door.id, on=TODAY)


def test_the_number_of_queries_does_not_grow_with_the_ward(session: Session, engine: Engine) -> None:
    ward = make_unit(session)
    settle(session, make_unit(session, parent=ward), joined=1)
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))

    def queries() -> int:
        asked.clear()
        figures.coverage(session, actor=TERMINAL, unit_id=ward.id, by="ward")
        figures.growth(session, actor=TERMINAL, unit_id=ward.id, days=[TODAY, date(2026, 1, 1)], by="area")
        return len(asked)

    before = queries()
    for _ in range(3):
        settle(session, make_unit(session, parent=ward), joined=2)

    assert queries() == before


def grown(session: Session) -> Unit:
    """A ward of two areas: Sông Cầu with 1 of 2 households joined in March, Xuất Hóa with 1 of 1 joined in May."""
    ward = make_unit(session, name="Phường Bắc Kạn")
    river = make_unit(session, parent=ward, area="Sông Cầu", name="Tổ 1")
    hill = make_unit(session, parent=ward, area="Xuất Hóa", name="Tổ 2")
    for unit, joins in ((river, date(2026, 3, 1)), (hill, date(2026, 5, 1))):
        make_membership(
            session, household=make_household(session, unit=unit), group=make_group(session, unit=unit), joined_on=joins
        )
    make_household(session, unit=river)
    rollups.refresh(session, unit_ids=[river.id, hill.id])
    return ward


DAYS = [date(2026, 5, 1), date(2026, 2, 1), date(2026, 3, 1)]


def test_growth_of_the_whole_is_one_sum_a_day(session: Session) -> None:
    ward = grown(session)

    found = figures.growth(session, actor=TERMINAL, unit_id=ward.id, days=DAYS, by="total")

    assert [(day, label, row.joined, row.households) for day, label, row in found] == [
        (date(2026, 2, 1), "Phường Bắc Kạn", 0, 3),
        (date(2026, 3, 1), "Phường Bắc Kạn", 1, 3),
        (date(2026, 5, 1), "Phường Bắc Kạn", 2, 3),
    ]


def test_growth_by_area_and_by_unit(session: Session) -> None:
    ward = grown(session)

    areas = figures.growth(session, actor=TERMINAL, unit_id=ward.id, days=DAYS[1:], by="area")
    units = figures.growth(session, actor=TERMINAL, unit_id=ward.id, days=DAYS[:1], by="unit")

    assert [(day, label, row.coverage) for day, label, row in areas] == [
        (date(2026, 2, 1), "Sông Cầu", 0.0),
        (date(2026, 2, 1), "Xuất Hóa", 0.0),
        (date(2026, 3, 1), "Sông Cầu", 0.5),
        (date(2026, 3, 1), "Xuất Hóa", 0.0),
    ]
    assert [(label, row.coverage) for _, label, row in units] == [("Tổ 1", 0.5), ("Tổ 2", 1.0)]


def test_growth_before_any_unit_was_valid_is_nothing(session: Session) -> None:
    ward = make_unit(session, name="Phường Bắc Kạn")
    make_unit(session, parent=ward, valid_from=date(2025, 7, 1))

    [(_, label, total)] = figures.growth(session, actor=TERMINAL, unit_id=ward.id, days=[date(2025, 6, 30)], by="total")

    assert (label, total.households, total.coverage) == ("Phường Bắc Kạn", 0, None)


def test_growth_over_more_days_than_one_statement_holds(session: Session) -> None:
    ward = grown(session)
    days = [date(2026, 1, 1) + timedelta(days=number) for number in range(210)]

    found = figures.growth(session, actor=TERMINAL, unit_id=ward.id, days=days, by="total")

    assert [row.joined for _, _, row in found] == [0] * 59 + [1] * 61 + [2] * 90


def make_relay(session: Session, announcement: Announcement, group: Group, posted_after: int | None) -> None:
    delivery = Delivery(
        announcement_id=announcement.id, channel=Channel.RELAY, recipient_kind=RecipientKind.GROUP,
        recipient_id=str(group.id), idempotency_key=f"{announcement.id}{group.id}",
    )  # fmt: skip
    link = make_link(session)
    session.add(delivery)
    session.flush()
    session.add(
        Relay(
            delivery_id=delivery.id,
            announcement_id=announcement.id,
            group_id=group.id,
            link_id=link.id,
            token_expires_at=NOON,
            posted_at=None if posted_after is None else NOON + timedelta(minutes=posted_after),
        )
    )
    session.commit()


def relayed(session: Session, minutes: list[int | None]) -> relay_pace.RelayTimes:
    ward = make_unit(session)
    announcement = make_announcement(session, unit=ward, status=AnnouncementStatus.SENT, sent_at=NOON)
    for number, posted_after in enumerate(minutes):
        make_relay(session, announcement, make_group(session, unit=ward, name=f"Nhóm {number}"), posted_after)
    return relay_pace.relay_times(session, announcement_ids=[announcement.id])


@time_machine.travel(NOON + timedelta(hours=3), tick=False)
def test_relay_times_are_the_median_and_the_90th_percentile_over_all_groups(session: Session) -> None:
    times = relayed(session, [30, 5, 10, 20, 60, 45, 15, 50, 25, 100])

    assert (times.median_minutes, times.median_is_running) == (27.5, False)
    assert (times.p90_minutes, times.p90_is_running) == (60.0, False)
    assert [group.minutes for group in times.groups][:3] == [5.0, 10.0, 15.0]


@time_machine.travel(NOON + timedelta(hours=3), tick=False)
def test_groups_that_have_not_posted_are_still_running(session: Session) -> None:
    times = relayed(session, [10, None, 30, None, 20])

    assert (times.median_minutes, times.median_is_running) == (30.0, False)
    assert (times.p90_minutes, times.p90_is_running) == (180.0, True)
    assert [(group.minutes, group.is_running) for group in times.groups] == [
        (10, False), (20, False), (30, False), (180, True), (180, True),
    ]  # fmt: skip


@time_machine.travel(NOON + timedelta(hours=3), tick=False)
def test_relay_times_of_some_announcements_leave_the_withdrawn_aside(session: Session) -> None:
    ward = make_unit(session)
    group = make_group(session, unit=ward)
    sent, other = (make_announcement(session, unit=ward, status=AnnouncementStatus.SENT, sent_at=NOON) for _ in range(2))
    withdrawn = [
        make_announcement(session, unit=ward, status=AnnouncementStatus.CANCELLED, sent_at=NOON) for _ in range(3)
    ]  # fmt: skip
    make_relay(session, sent, group, 10)
    make_relay(session, other, group, 30)
    for each in withdrawn:
        make_relay(session, each, group, None)

    times = relay_pace.relay_times(session, announcement_ids=[sent.id, other.id, *(each.id for each in withdrawn)])

    assert (times.announcements, times.median_minutes, times.median_is_running) == (2, 20, False)
    assert (times.of(other.id).median_minutes, times.of(withdrawn[0].id).median_minutes) == (30, None)


def test_an_announcement_without_relays_has_no_relay_time(session: Session) -> None:
    times = relayed(session, [])

    assert (times.groups, times.median_minutes, times.p90_minutes) == ([], None, None)


def test_the_definition_skips_groups_that_are_not_for_households(session: Session) -> None:
    unit = make_unit(session, parent=make_unit(session))
    union = make_group(session, unit=unit, kind=GroupKind.ASSOCIATION)
    household = make_household(session, unit=unit)
    make_membership(session, household=household, group=union)

    [row] = figures.coverage_from_rows(session, actor=TERMINAL, unit_id=unit.id, on=TODAY).rows

    assert (row.households, row.joined) == (1, 0)
