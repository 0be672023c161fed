"""Scenario 2: a health screening tomorrow. A list of patients that must not leave, slots by group, a change of place at night."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlmodel import Session, select

from core.errors import Invalid
from models import AnnouncementStatus, Attendance, GroupKind, Household, Role
from services import attendance, attendance_figures, check_in
from services.templates import Answer
from tests.factories import make_group, make_user
from tests.scenarios.town import MINUTE, Town, act, at, day, hour, look, page, press, rows, sentences

DAY, NEXT = "2026-11-24", "2026-11-25"
ANSWERS: dict[str, Answer] = {
    "nội dung khám": "sức khỏe người cao tuổi", "ngày khám": day(NEXT), "giờ bắt đầu": hour("07:30"),
    "giờ kết thúc": hour("11:30"), "nơi khám": "Trạm Y tế phường", "ai nên đi": "người từ 60 tuổi",
    "cần mang gì": "thẻ bảo hiểm y tế, nhịn ăn sáng",
}  # fmt: skip
PATIENTS = """
Danh sách: ông Nguyễn Văn An, đái tháo đường, 0912 345 678;
bà Hà Thị Bé, ung thư, 0987 654 321."""
SLOTS = "\nTổ 1: từ 7 giờ 30 đến 8 giờ 30. Tổ 2: từ 8 giờ 30 đến 9 giờ 30. Tổ 3: từ 9 giờ 30 đến 10 giờ 30."


def test_a_screening_fills_its_places_and_the_new_place_reaches_the_same_people(
    session: Session, town: Callable[..., Town]
) -> None:
    """Not here: the official account and ZNS, by which some of those outside the chats could be told."""
    ward = town(at(DAY, "15:40"), places=4)
    one, two, three = ward.places[:3]
    elders = make_group(
        session, unit=ward.ward, kind=GroupKind.ASSOCIATION, name="Hội Người cao tuổi",
        leader_id=make_user(session, unit=ward.ward, role=Role.LEAD, display_name="Bàn Văn Páo").id,
    )  # fmt: skip
    alone = session.get_one(Household, one.outside[0].id)
    alone.phone = "+842093870123"
    session.commit()

    # The station's list was pasted into the text: it is pointed out, and does not go on.
    words = ward.filled("screening", ANSWERS, one, two, three, also_groups=[elders.id], places=12,
                        must_reach_by=at(DAY, "20:30"))  # fmt: skip
    draft = ward.written(replace(words, body=words.body + PATIENTS))
    said = sentences(ward.pointed_out(draft))
    assert "danh sách như vậy không đưa lên trang hay nhóm chung" in said
    assert "sức khỏe, hoàn cảnh của từng người không được công khai" in said
    with pytest.raises(Invalid, match="danh sách như vậy"):
        ward.submitted(draft)

    # With slots by group only it goes on; the first day's groups and the association are told, nobody else.
    ward.edited(draft, replace(words, body=words.body + SLOTS))
    assert ward.pointed_out(draft) == []
    ward.submitted(draft)
    ward.approved(draft)
    ward.later(10 * MINUTE)
    first = ward.now_of(draft)
    assert first.sent_at == at(DAY, "15:40:10")
    assert ward.told_groups(first) == {one.group.id, two.group.id, three.group.id, elders.id}
    assert ward.planned(first) == {home.id for place in (one, two, three) for home in place.homes}
    assert "Nguyễn Văn An" not in page(ward.page(first, one))
    ward.post(first, one, two, three, elders)

    # Twelve places: two families of each slot fill them, the next waits its turn, and gets the place that another gives up.
    for place in (one, two):
        ward.answer(first, place, *place.inside, people="2")
    ward.answer(first, three, three.inside[0], people="1")
    assert "Đang chờ, thứ 1" in page(ward.page(first, three), ward.phone_of(three.inside[0]))
    act(attendance.enter, actor=ward.writer, announcement_id=first.id, people=1, household_id=alone.id)
    coming = look(attendance_figures.coming, actor=ward.writer, announcement_id=first.id)
    assert coming is not None
    assert (coming.total.placed, coming.total.waiting) == (12, 2)
    ward.answer(first, one, one.inside[0], people="0")
    assert "Có chỗ: 1 người" in page(ward.page(first, three), ward.phone_of(three.inside[0]))

    # Leaders say by eight how many come from their chat; it stands beside the answers and is not added to them.
    ward.until(at(DAY, "19:50"))
    press(f"{ward.relay_page(first, two)}/coming", people="9")
    coming = look(attendance_figures.coming, actor=ward.writer, announcement_id=first.id)
    assert coming is not None
    assert {of.name: (of.figures.placed, of.counted, of.expected) for of in coming.groups if of.name == two.group.name} == {
        two.group.name: (6, 9, 9)
    }

    # At nine in the evening the place changes. By night nothing leaves and nobody is asked; at six the same groups get it.
    ward.until(at(DAY, "21:05"))
    moved = replace(
        ward.filled("screening", ANSWERS | {"nơi khám": "Nhà văn hóa tổ 2"}, one), corrects_id=first.id, places=12,
        must_reach_by=at(NEXT, "06:45"),
    )  # fmt: skip
    second = ward.submitted(ward.written(moved))
    ward.approved(second)
    waiting = ward.now_of(second)
    assert (waiting.status, waiting.leaves_at) == (AnnouncementStatus.SCHEDULED, at(NEXT, "06:00"))
    ward.until(at(NEXT, "05:59"))
    assert ward.told_groups(second) == set()
    assert "đính chính" not in page(ward.page(first, one))
    ward.until(at(NEXT, "06:00"))
    assert ward.told_groups(second) == ward.told_groups(first)
    assert ward.planned(second) == ward.planned(first)
    assert "Thông báo này đã được đính chính" in page(ward.page(first, elders))
    assert "Nhà văn hóa tổ 2" in page(ward.page(second, elders))
    ward.post(second, one, two, three, elders)
    press(ward.relay_page(first, elders), do="deleted")
    assert [ward.relay(second, place).due_at for place in (one, elders)] == [at(NEXT, "06:45")] * 2

    # Who had said to come need not say it again: opening the new page is enough to be known.
    for place in (one, two, three):
        for home in place.inside:
            html = page(ward.page(second, place), ward.phone_of(home))
            assert "Đây là bản đính chính" in html
    coming = look(attendance_figures.coming, actor=ward.writer, announcement_id=second.id)
    assert coming is not None
    assert (coming.total.placed, coming.total.waiting) == (12, 0)
    assert "Vẫn đi thì không phải báo lại" in page(ward.page(second, two), ward.phone_of(two.inside[0]))

    # The rest by the door, before the first slot.
    for place, outcome in ((one, "told"), (two, "told"), (three, "not_home")):
        ward.knock(second, place, {home.id: outcome for home in place.outside})
    seen = ward.closing(second)
    assert (seen.households, seen.by_path, seen.at_door, seen.not_home, seen.is_closed) == (12, 9, 2, 1, True)

    # At the door of the screening each code is let in once.
    ward.until(at(NEXT, "07:30"))
    door = act(check_in.make, actor=ward.writer, announcement_id=second.id).url.removeprefix("http://ward.test")
    code = rows(select(Attendance.code).where(Attendance.household_id == two.inside[0].id))[0]
    for _ in range(2):
        press(door, do="in", code=code, people="2")
    assert look(check_in.figures, token=door.rsplit("/", 1)[1]).arrived == 2
    told = ward.story(second)
    assert (told.is_over, told.missing, [missed.label for missed in told.missed]) == (True, 1, ["Hộ ngoài nhóm"])
