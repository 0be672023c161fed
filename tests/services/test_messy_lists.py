"""Lists as they come: every messy list that the tests make gives what it must, and gives it once."""

from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from core import phones
from models import Household, Model, Unit
from services import imports
from services.access import TERMINAL
from services.import_reading import ROWS_LOOKED_AT, tables
from services.imports import ImportResult
from tests.lists.messy import LISTS, Came, Messy
from tests.services.bac_kan import make_bac_kan

pytestmark = pytest.mark.usefixtures("files")

NAMES = [one.name for one in LISTS]


@pytest.fixture
def ward(session: Session) -> Unit:
    return make_bac_kan(session)


def imported(session: Session, ward: Unit, path: Path) -> ImportResult:
    result = imports.run(session, actor=TERMINAL, unit_id=ward.id, sheet=tables(path))
    session.commit()
    return result


def came(session: Session) -> set[Came]:
    found = session.exec(select(Unit, Household).where(Unit.id == Household.unit_id).order_by(col(Household.id)))
    return {
        (unit.label, one.head_name, ", ".join(map(phones.show, filter(None, (one.phone, *one.other_phones)))), one.people)
        for unit, one in found
    }


def everything(session: Session) -> dict[str, list[str]]:
    return {table.name: sorted(map(str, session.execute(table.select()))) for table in Model.metadata.sorted_tables}


@pytest.mark.parametrize("messy", LISTS, ids=NAMES)
def test_every_messy_list_gives_what_it_must(session: Session, ward: Unit, tmp_path: Path, messy: Messy) -> None:
    path = messy.write(tmp_path / messy.file)

    result = imported(session, ward, path)

    assert came(session) == set(messy.came)
    assert [(one.row, one.column) for one in result.rejected] == list(messy.refused)
    assert [(one.spot.number, one.of.number) for one in result.repeats] == list(messy.repeated)
    assert (result.created, result.dropped, result.joined) == (len(messy.came), messy.dropped, messy.joined)


@pytest.mark.parametrize("messy", LISTS, ids=NAMES)
def test_every_messy_list_changes_nothing_the_second_time(session: Session, ward: Unit, tmp_path: Path, messy: Messy) -> None:
    path = messy.write(tmp_path / messy.file)
    imported(session, ward, path)
    before = everything(session)

    again = imported(session, ward, path)

    assert (again.created, again.updated, again.change_set_id) == (0, 0, None)
    assert everything(session) == before


@pytest.mark.parametrize("messy", LISTS, ids=NAMES)
def test_what_is_looked_at_first_is_what_will_be_read(tmp_path: Path, messy: Messy) -> None:
    seen = imports.prepare(tables(messy.write(tmp_path / messy.file), rows=ROWS_LOOKED_AT))

    title = seen.columns["head_name"]
    names = {texts.get(title, "") for _number, texts in seen.samples}
    assert {head for _unit, head, _phones, _people in messy.came} <= names
    assert set(messy.dropped) == set(seen.dropped)
    assert seen.letters in (messy.letters or "", *(("utf-8", "utf-16") if not messy.letters else ()))
