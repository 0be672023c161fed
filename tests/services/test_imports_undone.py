"""Whatever a list does, taking it back gives exactly the rows there were: households, stays in groups, their history, counts."""

from datetime import timedelta
from typing import Any

import time_machine
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from core import clock
from core.errors import Refusal
from models import Household, Likeness, Membership, Unit
from services import change_sets, household_history, households, imports, likeness, rollups
from services.access import TERMINAL, Actor
from services.household_history import FromDay
from services.imports import ImportResult
from services.ports import Cell, Sheet
from tests.databases import examples
from tests.factories import NOON, make_actor, make_unit
from tests.services.test_change_sets import everything

HEADER: list[Cell] = ["Mã hộ", "Họ tên", "Tổ", "Địa chỉ", "Điện thoại", "Số khẩu", "Trong nhóm Zalo", "Khuyết tật"]
ROW = st.tuples(  # few of everything, so that lists meet the same households again
    st.sampled_from(["H1", "H2", ""]), st.sampled_from(["Hoàng Văn An", "Hoàng Văn Ân", "Ma Én"]),
    st.sampled_from(["Tổ 1", "Tổ 1", "Tổ 2"]), st.sampled_from(["", "Số 5", "Số 6"]),
    st.sampled_from(["", "0912345678", "0912345678; 0987654321", "0987654321"]), st.sampled_from(["", 3, 4]),
    st.sampled_from(["", 1, 2, 3]), st.sampled_from(["", "x"]),
)  # fmt: skip
ROWS = st.lists(ROW, min_size=1, max_size=5)
LATER = st.lists(st.tuples(st.sampled_from(["leave", "end", "change", "move"]), st.integers(0, 5)), max_size=4)


def imported(session: Session, actor: Actor, ward: Unit, rows: list[tuple[Cell, ...]]) -> ImportResult:
    sheet = Sheet(name="Hộ", rows=[HEADER, *map(list, rows)])
    result = imports.run(session, actor=actor, unit_id=ward.id, sheet=sheet)
    session.commit()
    session.expire_all()
    return result


def lived(session: Session, actor: Actor, places: list[Unit], verb: str, which: int) -> None:
    """Something that happened to one of the households; what is refused has not happened."""
    path = places[0].path.rpartition(f"{places[0].id}/")[0]
    query = select(Household).join(Unit, col(Unit.id) == col(Household.unit_id)).where(col(Unit.path).startswith(path))
    homes = session.exec(query.order_by(col(Household.created_at), col(Household.id))).all()
    if not homes:
        return
    home, on = homes[which % len(homes)], clock.today()
    other = next(place for place in places if place.id != home.unit_id)
    stay = session.exec(select(Membership).where(Membership.household_id == home.id).order_by(col(Membership.id))).first()
    acts: dict[str, Any] = {
        "end": lambda: households.end(session, actor=actor, household_id=home.id),
        "change": lambda: household_history.change_from(
            session, actor=actor, household_id=home.id, values=FromDay("Triệu Văn Khác", "Số 9", 5, 1), on=on
        ),
        "move": lambda: household_history.move(session, actor=actor, household_id=home.id, unit_id=other.id, on=on),
        "leave": lambda: stay and households.leave(session, actor=actor, household_id=home.id, group_id=stay.group_id),
    }
    try:
        acts[verb]()
        session.commit()
    except Refusal:
        session.rollback()


@settings(
    max_examples=examples(15), deadline=None, derandomize=True, phases=[Phase.generate], database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(first=ROWS, happened=LATER, second=ROWS, third=ROWS)
def test_importing_lists_and_undoing_them_gives_back_exactly_the_rows_there_were(
    session: Session,
    first: list[tuple[Cell, ...]],
    happened: list[tuple[str, int]],
    second: list[tuple[Cell, ...]],
    third: list[tuple[Cell, ...]],
) -> None:
    ward = make_unit(session, name="Phường Thử")
    places = [make_unit(session, parent=ward, name=f"Tổ dân phố {n}", short_name=f"Tổ {n}") for n in (1, 2)]
    actor = make_actor(session, unit=ward)
    with time_machine.travel(NOON - timedelta(days=9), tick=False):
        imported(session, actor, ward, first)
    with time_machine.travel(NOON - timedelta(days=4), tick=False):
        for verb, which in happened:
            lived(session, actor, places, verb, which)
    rollups.refresh(session, unit_ids=[place.id for place in places])
    session.commit()

    stood = [everything(session)]
    done: list[ImportResult] = []
    for hours, rows in enumerate((second, third)):
        with time_machine.travel(NOON + timedelta(hours=hours), tick=False):
            done.append(imported(session, actor, ward, rows))
            for pair in session.exec(select(Likeness.id).where(col(Likeness.is_same).is_(None))).all()[:1]:
                likeness.part(session, actor=TERMINAL, likeness_id=pair)  # that they are two holds nothing up
                session.commit()
            stood.append(everything(session))

    with time_machine.travel(NOON + timedelta(hours=3), tick=False):
        for result, before in zip(reversed(done), reversed(stood[:-1]), strict=True):
            if result.change_set_id:
                change_sets.undo(session, actor=actor, change_set_id=result.change_set_id)
                session.commit()
                session.expire_all()
            assert without_answers(everything(session)) == without_answers(before)
    assert rollups.repair(session) == []


def without_answers(rows: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """An answer about a pair that stood before is a person's own doing, and stays."""
    return rows | {"likeness": [str(row)[:80] for row in rows["likeness"]]}
