"""Households edited as a sheet: each row by itself, never over someone else's change, and taken back as a whole."""

from typing import Any

import pytest
from sqlmodel import Session

from core.errors import Invalid, NotAllowed, NotFound
from models import Household, Role, Unit
from services import household_sheet, households, rollups
from services.access import Actor
from services.household_sheet import Edit, SheetRow
from services.household_values import values_of
from tests.factories import make_actor, make_household, make_unit


@pytest.fixture
def unit(session: Session, ward: Unit) -> Unit:
    return make_unit(session, parent=ward, short_name="Tổ 1")


@pytest.fixture
def clerk(session: Session, ward: Unit) -> Actor:
    return make_actor(session, unit=ward)


@pytest.fixture
def homes(session: Session, unit: Unit) -> list[Household]:
    made = [
        make_household(session, unit=unit, code=f"{number:03d}", head_name=f"Hoàng Văn {name}", phone="+84912345678")
        for number, name in enumerate(("An", "Bình", "Chi"), start=1)
    ]
    rollups.refresh(session, unit_ids=[unit.id])
    return made


def rows(session: Session, clerk: Actor, unit: Unit) -> list[SheetRow]:
    return household_sheet.page(session, actor=clerk, unit_id=unit.id).rows


def edit(row: SheetRow, **typed: Any) -> Edit:
    return Edit(row, typed)


def test_a_page_shows_who_lives_here_by_code_and_hides_numbers(
    session: Session, clerk: Actor, unit: Unit, homes: list[Household]
) -> None:
    make_household(session, unit=unit, code="000", left_on=homes[0].arrived_on)
    make_household(session, unit=make_unit(session, parent=unit))
    make_household(session, unit=unit, code="10", phone=None)

    first, beyond = (household_sheet.page(session, actor=clerk, unit_id=unit.id, page=at, size=3) for at in (1, 9))

    assert [row.shown["code"] for row in first.rows] == ["10", "001", "002"]
    assert (first.total, first.pages, beyond.page) == (4, 2, 2)
    assert [row.shown["phone"] for row in first.rows] == ["", "0912 xxx 678", "0912 xxx 678"]


def test_what_cannot_be_right_is_told_at_its_field_and_the_other_rows_stand(
    session: Session, clerk: Actor, unit: Unit, homes: list[Household]
) -> None:
    one, two, three = rows(session, clerk, unit)

    saved = household_sheet.save(
        session, actor=clerk, unit_id=unit.id,
        edits=[edit(one, people=6, phone="0987 654 321"), edit(two, phone="12", people=3), edit(three, people=None)],
    )  # fmt: skip

    assert saved.written == 1
    assert [(one.edit.row.id, one.field) for one in saved.refused] == [(two.id, "phone"), (three.id, "people")]
    assert (homes[0].people, homes[0].phone, homes[1].people) == (6, "+84987654321", 4)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"head_name": " "}, "head_name"), ({"head_name": "A" * 10_000}, "head_name"), ({"address": "x" * 10_000}, "address"),
        ({"people": -1}, "people"), ({"people": 100}, "people"), ({"people": 2.5}, "people"), ({"smartphones": 5}, "smartphones"),
        ({"code": ""}, "code"), ({"code": "2"}, "code"), ({"phone": "+1 202 555 0143 9"}, "phone"),
        ({"phone": "0912 xxx 679"}, "phone"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_at_its_field(
    session: Session, clerk: Actor, unit: Unit, homes: list[Household], typed: dict[str, Any], field: str
) -> None:
    row = rows(session, clerk, unit)[0]

    saved = household_sheet.save(session, actor=clerk, unit_id=unit.id, edits=[Edit(row, typed)])

    assert (saved.written, [one.field for one in saved.refused]) == (0, [field])
    assert homes[0].version == 1


def test_a_number_that_is_left_as_it_stands_stays(session: Session, clerk: Actor, unit: Unit, homes: list[Household]) -> None:
    row = rows(session, clerk, unit)[0]

    household_sheet.save(session, actor=clerk, unit_id=unit.id, edits=[edit(row, head_name="Hoàng Văn Ân")])

    assert (homes[0].head_name, homes[0].phone) == ("Hoàng Văn Ân", "+84912345678")


def test_someone_elses_change_is_shown_and_not_written_over(
    session: Session, clerk: Actor, unit: Unit, homes: list[Household], ward: Unit
) -> None:
    row = rows(session, clerk, unit)[0]
    other = make_actor(session, unit=ward, display_name="Trần Thị Hoa")
    values = values_of(homes[0])
    households.change(session, actor=other, household_id=homes[0].id, values=type(values)(**(vars(values) | {"people": 7})))

    saved = household_sheet.save(session, actor=clerk, unit_id=unit.id, edits=[edit(row, head_name="Hoàng Văn Ân", people=5)])

    [conflict] = saved.conflicts
    assert (saved.written, homes[0].people, homes[0].head_name) == (0, 7, "Hoàng Văn An")
    assert conflict.fields == ["head_name", "people"]
    assert conflict.now.shown["people"] == 7
    assert "Trần Thị Hoa" in str(conflict.said)

    again = household_sheet.save(session, actor=clerk, unit_id=unit.id, edits=[Edit(conflict.now, conflict.edit.typed)])

    assert (again.written, homes[0].people, homes[0].head_name) == (1, 5, "Hoàng Văn Ân")


def test_the_last_save_is_taken_back_as_a_whole(session: Session, clerk: Actor, unit: Unit, homes: list[Household]) -> None:
    one, two, _three = rows(session, clerk, unit)
    household_sheet.save(
        session, actor=clerk, unit_id=unit.id, edits=[edit(one, people=6, phone=""), edit(two, head_name="Lý Văn Bình")]
    )

    undone = household_sheet.undo(session, actor=clerk, unit_id=unit.id)

    assert undone == 2
    session.expire_all()
    assert (homes[0].people, homes[0].phone, homes[1].head_name) == (4, "+84912345678", "Hoàng Văn Bình")
    assert household_sheet.last_save(session, actor=clerk, unit_id=unit.id) is None
    assert rollups.repair(session) == []
    with pytest.raises(Invalid):
        household_sheet.undo(session, actor=clerk, unit_id=unit.id)


def test_a_save_is_not_taken_back_once_a_household_has_changed(
    session: Session, clerk: Actor, unit: Unit, homes: list[Household]
) -> None:
    household_sheet.save(session, actor=clerk, unit_id=unit.id, edits=[edit(rows(session, clerk, unit)[0], people=6)])
    household_sheet.save(
        session, actor=make_actor(session, unit=unit), unit_id=unit.id, edits=[edit(rows(session, clerk, unit)[0], people=7)]
    )

    with pytest.raises(Invalid, match="Hoàng Văn An"):
        household_sheet.undo(session, actor=clerk, unit_id=unit.id)


def test_codes_may_be_passed_on_in_one_save_and_go_back(
    session: Session, clerk: Actor, unit: Unit, homes: list[Household]
) -> None:  # fmt: skip
    one, two, three = rows(session, clerk, unit)

    saved = household_sheet.save(
        session, actor=clerk, unit_id=unit.id, edits=[edit(one, code="002"), edit(two, code="003"), edit(three, code="009")]
    )
    after = [home.code for home in homes]
    household_sheet.undo(session, actor=clerk, unit_id=unit.id)
    session.expire_all()

    assert (saved.written, after) == (3, ["002", "003", "009"])
    assert [home.code for home in homes] == ["001", "002", "003"]


def test_a_code_that_is_another_households_by_now_holds_the_undoing_up(
    session: Session, clerk: Actor, unit: Unit, homes: list[Household]
) -> None:
    household_sheet.save(session, actor=clerk, unit_id=unit.id, edits=[edit(rows(session, clerk, unit)[0], code="009")])
    make_household(session, unit=unit, code="001")

    with pytest.raises(Invalid, match="001"):
        household_sheet.undo(session, actor=clerk, unit_id=unit.id)


def test_a_sheet_is_for_the_wards_staff_and_their_units(session: Session, clerk: Actor, unit: Unit) -> None:
    elsewhere = make_unit(session, parent=make_unit(session))

    for role in (Role.LEAD, Role.VIEWER):
        with pytest.raises(NotAllowed):
            household_sheet.page(session, actor=make_actor(session, unit=unit, role=role), unit_id=unit.id)
    with pytest.raises(NotFound):
        household_sheet.page(session, actor=clerk, unit_id=elsewhere.id)
    stranger = make_household(session, unit=elsewhere)
    forged = SheetRow(stranger.id, 1, {})
    assert [one.field for one in household_sheet.save(
        session, actor=clerk, unit_id=unit.id, edits=[Edit(forged, {"people": 1})]).refused] == [""]  # fmt: skip
