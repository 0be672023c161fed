"""Figures read from totals say what the residential units below say, on every day, whoever looks."""

from datetime import date, timedelta

from sqlmodel import Session

from models import Unit, UnitChange, UnitChangeKind, UnitChangeLink, UnitKind
from services import figures, rollups
from services.access import TERMINAL
from tests.factories import make_actor, make_group, make_household, make_membership, make_unit

SPRING, SUMMER = date(2026, 3, 1), date(2026, 7, 1)
DAYS = [SPRING + timedelta(days=number) for number in range(-1, 130)]


def settle(session: Session, province: Unit, *, households: int) -> tuple[Unit, Unit]:
    """A ward with a residential unit; a household comes every tenth day, joins three days later and leaves after fifty."""
    ward = make_unit(session, parent=province, kind=UnitKind.COMMUNE, subtype="phuong")
    unit = make_unit(session, parent=ward)
    group = make_group(session, unit=unit)
    for number in range(households):
        came = SPRING + timedelta(days=10 * number)
        home = make_household(session, unit=unit, people=number + 1, smartphones=1, arrived_on=came)
        if number % 3:
            left = came + timedelta(days=50) if number % 2 else None
            make_membership(session, household=home, group=group, joined_on=came + timedelta(days=3), left_on=left)
    rollups.refresh(session, unit_ids=[unit.id])
    return ward, unit


def test_the_trend_of_all_there_is_adds_up_its_units_each_day(session: Session) -> None:
    provinces = [make_unit(session, kind=UnitKind.PROVINCE, subtype="tinh") for _ in range(2)]
    for province, households in zip(provinces * 2, (3, 5, 7, 4), strict=True):
        settle(session, province, households=households)

    for scope in (None, provinces[0].id, provinces[1].id):
        trend = figures.growth(session, actor=TERMINAL, unit_id=scope, days=DAYS)
        tables = [figures.coverage(session, actor=TERMINAL, unit_id=scope, on=day) for day in DAYS]
        assert [row for _, _, row in trend] == [table.total for table in tables]
        assert [day for day, _, _ in trend] == DAYS
    assert trend[-1][2].households == 9


def test_a_trend_of_a_few_days_starts_from_what_stood_before(session: Session) -> None:
    province = make_unit(session, kind=UnitKind.PROVINCE, subtype="tinh")
    ward, _ = settle(session, province, households=6)
    days = [DAYS[100], DAYS[25], DAYS[100]]

    trend = figures.growth(session, actor=make_actor(session, unit=ward), days=days)

    assert [(day, row.households, row.joined) for day, _, row in trend] == [(DAYS[25], 3, 2), (DAYS[100], 6, 3)]
    assert figures.growth(session, actor=make_actor(session, unit=ward), days=[]) == []


def test_a_unit_that_changed_wards_counts_by_ward_where_it_was_that_day(session: Session) -> None:
    province = make_unit(session, kind=UnitKind.PROVINCE, subtype="tinh")
    (ward, unit), (other, _) = settle(session, province, households=4), settle(session, province, households=2)
    change = UnitChange(kind=UnitChangeKind.TRANSFER, effective_on=SUMMER)
    session.add(change)
    session.flush()
    session.add(UnitChangeLink(change_id=change.id, old_unit_id=other.id, new_unit_id=unit.id))
    session.flush()

    def households(on: date) -> dict[str, int]:
        table = figures.coverage(session, actor=TERMINAL, unit_id=province.id, on=on, by="ward")
        assert sum(row.households for row in table.rows) == table.total.households == 6
        return {row.unit_code: row.households for row in table.rows}

    assert households(SUMMER) == {ward.code: 4, other.code: 2}
    assert households(SUMMER - timedelta(days=1)) == {ward.code: 0, other.code: 6}


def test_what_hangs_right_below_the_province_is_in_a_row_of_its_own(session: Session) -> None:
    province = make_unit(session, kind=UnitKind.PROVINCE, subtype="tinh")
    ward, _ = settle(session, province, households=4)
    stray = make_unit(session, parent=province)
    make_household(session, unit=stray, arrived_on=SPRING)
    rollups.refresh(session, unit_ids=[stray.id])

    table = figures.coverage(session, actor=TERMINAL, on=SUMMER, by="ward")

    assert {row.unit_id: row.households for row in table.rows} == {ward.id: 4, province.id: 1}
    assert table.total.households == 5
