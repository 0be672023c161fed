"""Closed lists: what is taken over of a file, who sees whom, and that they end."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select
from time_machine import Traveller

from core.errors import Invalid, NotAllowed, NotFound
from core.letters import TURN
from models import AuditEvent, ClosedList, ListedPerson, PersonOutcome, Role, Unit
from services import closed_lists
from services.access import Actor
from services.closed_lists import Brought
from services.ports import Sheet
from tests.factories import make_actor, make_unit
from tests.lists import builders

HEAD = ["STT", "Họ và tên trẻ", "Họ tên bố mẹ", "Tổ", "Địa chỉ", "Điện thoại", "Ngày sinh"]
ROWS = [
    ["1", "Triệu Gia Bảo", "Triệu Quý Đường", "Tổ 1", "Số 21 đường Nông Văn Quang", "0912345678; 0978123456", "02/03/2023"],
    ["2", "Hoàng Minh Châu", "Hoàng Thị Lượt", "Tổ 2", "Số 22 đường Trường Chinh", "", "11/25/2022"],
    ["3", "hoàng minh châu", "Hoàng Thị Lượt", "tổ 2", "số 22 đường trường chinh", "0912345679", "25/11/2022"],
    ["4", "Nông Thu Hà", "Nông Văn Phúc", "Tổ 9", "", "", ""],
    ["5", "Ma Đức Anh", "Ma Văn Kiên", "Tổ 2", "Số 5 đường Trường Chinh", "không rõ 12", ""],
]


@pytest.fixture
def ward(session: Session) -> Unit:
    ward = make_unit(session, name="Phường Bắc Kạn")
    for number in (1, 2):
        make_unit(session, parent=ward, name=f"Tổ dân phố {number}", short_name=f"Tổ {number}")
    return ward


@pytest.fixture
def staff(session: Session, ward: Unit) -> Actor:
    return make_actor(session, unit=ward, role=Role.STAFF)


def sheet(rows: list[list[str]] = ROWS, letters: str = "") -> Sheet:
    top = [["Trạm Y tế phường", "", "", "", "", "", ""], HEAD, *rows]
    written: Any = [[builders.in_font(cell, letters) for cell in row] for row in top] if letters else top
    return Sheet("Sheet1", written)


def brought(session: Session, staff: Actor, **more: Any) -> Brought:
    asked = {"unit_id": staff.unit_id, "sheet": sheet(), "title": "Tiêm sởi"} | more
    return closed_lists.bring(session, actor=staff, **asked)


def leader_of(session: Session, name: str) -> Actor:
    return make_actor(session, unit=session.exec(select(Unit).where(Unit.short_name == name)).one(), role=Role.LEAD)


@pytest.mark.parametrize("letters", ["", *TURN])
def test_of_a_file_each_person_is_taken_once_and_what_is_unclear_is_named(session: Session, staff: Actor, letters: str) -> None:
    found = brought(session, staff, sheet=sheet(letters=letters)).read

    assert [one.name for one in found.people] == ["Triệu Gia Bảo", "Hoàng Minh Châu", "Ma Đức Anh"]
    assert found.people[0].phones == ("+84912345678", "+84978123456")
    assert found.repeats == [5]
    assert [(doubt.row, doubt.is_left_out) for doubt in found.doubts] == [(6, True), (7, False)]


def test_a_day_of_birth_is_left_in_the_file(session: Session, staff: Actor) -> None:
    found = brought(session, staff).read

    assert found.dropped == ["STT", "Ngày sinh"]
    kept = " ".join(str(row.model_dump(mode="json", exclude={"id", "created_at"})) for row in session.exec(select(ListedPerson)))
    assert "Triệu Gia Bảo" in kept
    assert [day for day in ("02/03", "03-02", "11/25", "11-25") if day in kept] == []


def test_a_leader_sees_those_of_the_own_unit_alone_and_says_what_came_of_it(session: Session, staff: Actor) -> None:
    made = brought(session, staff)
    one, two = leader_of(session, "Tổ 1"), leader_of(session, "Tổ 2")

    names = [
        [line.person.name for line in closed_lists.opened(session, actor=who, list_id=made.list_id).lines] for who in (one, two)
    ]

    assert names == [["Triệu Gia Bảo"], ["Hoàng Minh Châu", "Ma Đức Anh"]]
    [own] = [line.person for line in closed_lists.opened(session, actor=one, list_id=made.list_id).lines]
    closed_lists.settle(session, actor=one, person_id=own.id, outcome=PersonOutcome.TOLD)
    with pytest.raises(NotFound):
        closed_lists.settle(session, actor=two, person_id=own.id, outcome=PersonOutcome.MOVED)
    figures = [(seen.people, seen.told, seen.settled) for who in (one, two, staff)
               for seen in closed_lists.all_for(session, actor=who)]  # fmt: skip
    assert figures == [(1, 1, 1), (2, 0, 0), (3, 1, 1)]


def test_who_is_settled_goes_below_and_comes_back_when_it_was_a_slip(session: Session, staff: Actor) -> None:
    made = brought(session, staff)
    first = closed_lists.opened(session, actor=staff, list_id=made.list_id).lines[0].person

    closed_lists.settle(session, actor=staff, person_id=first.id, outcome=PersonOutcome.ABSENT)
    last = closed_lists.opened(session, actor=staff, list_id=made.list_id).lines[-1].person
    closed_lists.settle(session, actor=staff, person_id=first.id, outcome=None)

    assert last.id == first.id
    assert closed_lists.opened(session, actor=staff, list_id=made.list_id).lines[0].person.settled_at is None


def test_after_its_last_day_the_persons_are_gone_and_the_figures_stay(session: Session, staff: Actor, clock: Traveller) -> None:
    made = brought(session, staff, days=90)
    first = closed_lists.opened(session, actor=staff, list_id=made.list_id).lines[0].person
    closed_lists.settle(session, actor=staff, person_id=first.id, outcome=PersonOutcome.TOLD)
    clock.shift(timedelta(days=90))

    on_the_last_day = closed_lists.wipe_ended(session)
    clock.shift(timedelta(days=1))
    the_day_after = closed_lists.wipe_ended(session), closed_lists.wipe_ended(session)

    assert (on_the_last_day, the_day_after) == (0, (3, 0))
    assert session.exec(select(ListedPerson)).all() == []
    [left] = closed_lists.all_for(session, actor=staff)
    assert (left.is_wiped, left.people, left.told) == (True, 3, 1)
    assert closed_lists.opened(session, actor=staff, list_id=made.list_id).lines == []


def test_staff_may_wipe_a_list_before_its_time_and_a_leader_may_not(session: Session, staff: Actor) -> None:
    made = brought(session, staff)

    with pytest.raises(NotAllowed):
        closed_lists.forget(session, actor=leader_of(session, "Tổ 1"), list_id=made.list_id)

    assert closed_lists.forget(session, actor=staff, list_id=made.list_id) == 3
    assert session.exec(select(ListedPerson)).all() == []


def test_an_observer_and_another_ward_see_nothing(session: Session, ward: Unit, staff: Actor) -> None:
    made = brought(session, staff)
    observer = make_actor(session, unit=ward, role=Role.VIEWER)
    stranger = make_actor(session, unit=make_unit(session, name="Phường khác"), role=Role.OFFICIAL)

    with pytest.raises(NotAllowed):
        closed_lists.all_for(session, actor=observer)
    assert closed_lists.all_for(session, actor=stranger) == []
    with pytest.raises(NotFound):
        closed_lists.opened(session, actor=stranger, list_id=made.list_id)
    with pytest.raises(NotAllowed):
        brought(session, leader_of(session, "Tổ 1"))


def test_that_a_list_was_looked_at_is_kept_once_in_ten_minutes_without_names(
    session: Session, staff: Actor, clock: Traveller
) -> None:
    made = brought(session, staff)

    for minutes in (0, 5, 6):
        clock.shift(timedelta(minutes=minutes))
        closed_lists.opened(session, actor=staff, list_id=made.list_id)

    events = session.exec(select(AuditEvent).where(AuditEvent.subject_kind == "closed_list")).all()
    assert [event.action for event in events] == ["closed_list.brought", closed_lists.SEEN, closed_lists.SEEN]
    assert "Triệu" not in " ".join(str(event.details) for event in events)


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"title": " "}, "tên danh sách"), ({"days": 91}, "từ 1 đến"), ({"days": 0}, "từ 1 đến"),
        ({"sheet": Sheet("S", [["Tên", "Giá"], ["a", "b"]])}, "hàng tiêu đề"), ({"sheet": sheet([])}, "dòng nào"),
        ({"sheet": sheet([ROWS[3]])}, "từ 1 đến"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_list_is_refused_in_a_sentence_and_nothing_is_kept(
    session: Session, staff: Actor, more: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(Invalid) as refused:
        brought(session, staff, **more)

    assert sentence in str(refused.value.message)
    assert session.exec(select(ClosedList)).all() == []
