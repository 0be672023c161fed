"""Totals of wards and provinces: they never differ from the sums of the residential units below, whatever happens to those."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, delete, select

from models import Group, Household, Membership, Unit, UnitDay, UnitKind, UnitTotal
from services import rollups, totals
from services.access import TERMINAL
from services.units import import_units
from tests.databases import examples
from tests.factories import make_group, make_household, make_membership, make_unit

MAY = date(2026, 5, 1)
LAST = 24


def day(number: int) -> date:
    return MAY + timedelta(days=number)


def rows_of(session: Session, unit: Unit) -> list[tuple[date, int, int]]:
    rows = session.exec(select(UnitTotal).where(UnitTotal.unit_id == unit.id).order_by(col(UnitTotal.day))).all()
    return [(row.day, row.households, row.joined) for row in rows]


@pytest.fixture
def province(session: Session) -> Unit:
    return make_unit(session, kind=UnitKind.PROVINCE, subtype="tinh", code="19", name="Tỉnh Thái Nguyên")


def make_ward(session: Session, province: Unit) -> Unit:
    return make_unit(session, parent=province, kind=UnitKind.COMMUNE, subtype="phuong")


def test_a_ward_and_its_province_add_up_what_hangs_below_them(session: Session, province: Unit) -> None:
    ward, other = make_ward(session, province), make_ward(session, province)
    units = [make_unit(session, parent=parent) for parent in (ward, ward, other)]
    group = make_group(session, unit=units[0])
    for number, unit in enumerate(units):
        home = make_household(session, unit=unit, arrived_on=day(number))
    make_membership(session, household=home, group=group, joined_on=day(5))

    rollups.refresh(session, unit_ids=[unit.id for unit in units])

    assert rows_of(session, ward) == [(day(0), 1, 0), (day(1), 2, 0)]
    assert rows_of(session, other) == [(day(2), 1, 0), (day(5), 1, 1)]
    assert rows_of(session, province) == [(day(0), 1, 0), (day(1), 2, 0), (day(2), 3, 0), (day(5), 3, 1)]


def test_a_total_counts_units_on_the_days_they_are_valid(session: Session, province: Unit) -> None:
    ward = make_ward(session, province)
    old = make_unit(session, parent=ward, valid_to=day(6))
    new = make_unit(session, parent=ward, valid_from=day(8))
    for unit in (old, new, new):
        make_household(session, unit=unit, arrived_on=day(0))

    rollups.refresh(session, unit_ids=[old.id, new.id])

    assert rows_of(session, ward) == rows_of(session, province) == [(day(0), 1, 0), (day(6), 0, 0), (day(8), 2, 0)]


def test_a_unit_that_ends_is_taken_out_of_the_totals_from_that_day_on(session: Session, province: Unit) -> None:
    unit = make_unit(session, parent=make_ward(session, province))
    make_household(session, unit=unit, arrived_on=day(0))
    rollups.refresh(session, unit_ids=[unit.id])
    unit.valid_to = day(9)
    session.add(unit)

    rollups.refresh(session, unit_ids=[unit.id], since=day(9))

    assert rows_of(session, province) == [(day(0), 1, 0), (day(9), 0, 0)]
    assert rollups.repair(session) == []


def test_a_unit_hung_under_another_ward_takes_its_counts_along(session: Session, province: Unit) -> None:
    elsewhere = make_unit(session, kind=UnitKind.PROVINCE, subtype="tinh", code="20", name="Tỉnh Lạng Sơn")
    ward, other = make_ward(session, province), make_ward(session, elsewhere)
    unit, stays = make_unit(session, parent=ward), make_unit(session, parent=ward)
    for place in (unit, stays):
        make_household(session, unit=place, arrived_on=day(0))
    rollups.refresh(session, unit_ids=[unit.id, stays.id])

    row = {"code": unit.code, "name": unit.name, "kind": "residential", "parent_code": other.code}
    done = import_units(session, actor=TERMINAL, rows=[row])

    assert done.rejected == []
    assert [rows_of(session, place) for place in (ward, province)] == [[(day(0), 1, 0)]] * 2
    assert [rows_of(session, place) for place in (other, elsewhere)] == [[(day(0), 1, 0)]] * 2
    assert rollups.repair(session) == []


def test_repair_puts_wrong_totals_right_and_names_their_units(session: Session, province: Unit) -> None:
    ward = make_ward(session, province)
    unit = make_unit(session, parent=ward)
    make_household(session, unit=unit, arrived_on=day(0))
    rollups.refresh(session, unit_ids=[unit.id])
    session.exec(delete(UnitTotal).where(col(UnitTotal.unit_id) == ward.id))
    session.add(UnitTotal(unit_id=unit.id, day=day(1), households=3))

    wrong = rollups.repair(session)

    assert set(wrong) == {ward.id, unit.id}
    assert rows_of(session, ward) == rows_of(session, province) == [(day(0), 1, 0)]
    assert rows_of(session, unit) == []
    assert rollups.repair(session) == []


# Steps: which of six units, what happens, on which day, and the first day that is refreshed is that day.
acts = st.sampled_from(["arrives", "joins", "leaves", "begins", "ends", "hangs"])
steps = st.lists(st.tuples(st.integers(0, 5), acts, st.integers(0, LAST)), min_size=1, max_size=14)


@pytest.fixture
def country(session: Session) -> list[Unit]:
    """Two provinces; wards of one, one and none; six residential units, one of them right below its province."""
    north, south = (make_unit(session, kind=UnitKind.PROVINCE, subtype="tinh") for _ in range(2))
    wards = [make_ward(session, place) for place in (north, north, south)]
    return [make_unit(session, parent=parent) for parent in (*wards, wards[0], north, wards[2])]


@settings(
    max_examples=examples(25), deadline=None, phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(steps=steps)
def test_totals_are_the_sums_of_what_stands_below_on_every_day(
    session: Session, country: list[Unit], steps: list[tuple[int, str, int]]
) -> None:
    for table in (Membership, Group, Household, UnitDay, UnitTotal):
        session.exec(delete(table))
    for unit in country:
        unit.valid_from = unit.valid_to = None
    homes: dict[int, list[Household]] = {number: [] for number in range(len(country))}

    for number, act, on in steps:
        _happens(session, country, homes, number, act, on)

    units = session.exec(select(Unit)).all()
    for upper in (unit for unit in units if unit.kind is not UnitKind.RESIDENTIAL):
        below = [unit for unit in units if unit.path.startswith(upper.path) and unit.kind is UnitKind.RESIDENTIAL]
        for on in range(-1, LAST + 2):
            valid = [unit for unit in below if unit.valid_on(day(on))]
            assert _standing(session, UnitTotal, upper, day(on)) == [
                sum(each) for each in zip((0, 0), *(_standing(session, UnitDay, unit, day(on)) for unit in valid), strict=True)
            ]
    assert totals.repair(session) == []


def _happens(session: Session, country: list[Unit], homes: dict[int, list[Household]], number: int, act: str, on: int) -> None:
    unit, since = country[number], day(on)
    if act == "arrives":
        homes[number].append(make_household(session, unit=unit, arrived_on=day(on)))
    elif act == "joins" and homes[number]:
        group = make_group(session, unit=unit)
        make_membership(session, household=homes[number][-1], group=group, joined_on=day(on))
    elif act == "leaves" and homes[number]:
        home = homes[number].pop()
        home.left_on = max(home.arrived_on, day(on))
        since = home.arrived_on
    elif act == "begins" and unit.valid_to is None:
        since = min(since, unit.valid_from or date(2020, 1, 1))
        unit.valid_from = day(on)
    elif act == "ends" and (unit.valid_from or day(0)) <= day(on):
        since = min(since, unit.valid_to or since)
        unit.valid_to = day(on)
    elif act == "hangs":
        _hang(session, unit, country)
    session.add_all([unit, *homes[number]])
    rollups.refresh(session, unit_ids=[unit.id], since=since)


def _hang(session: Session, unit: Unit, country: list[Unit]) -> None:
    """Under the ward of the next one."""
    before, after = unit.parent_id, country[(country.index(unit) + 1) % len(country)].parent_id
    assert before is not None
    assert after is not None
    unit.parent_id, unit.path = after, f"{session.get_one(Unit, after).path}{unit.id}/"
    session.add(unit)
    session.flush()
    totals.recount(session, unit_ids=[before, after])


def _standing(session: Session, table: type[UnitDay | UnitTotal], unit: Unit, on: date) -> list[int]:
    row: Any = session.exec(
        select(table).where(table.unit_id == unit.id, table.day <= on).order_by(col(table.day).desc())
    ).first()
    return [row.households, row.joined] if row else [0, 0]
