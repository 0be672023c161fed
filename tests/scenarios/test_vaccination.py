"""Scenario 4: a vaccination list in an old typeface, with two telephones in a cell and days nobody can read."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, select

from core.errors import Invalid
from models import Household, ListedPerson, PersonOutcome
from services import closed_lists, door_lists, imports, proposals, uploads
from services.access import actor_of
from services.import_reading import tables
from services.templates import Answer
from tests.lists import builders
from tests.scenarios.town import Town, act, at, day, hour, look, numbers_on, page, press, rows, sentences

CAME, DAY, UNTIL = "2026-11-17", "2026-11-18", "2026-11-21"
ANSWERS: dict[str, Answer] = {
    "vắc xin": "vắc xin sởi – rubella", "đối tượng": "trẻ đến lượt", "giờ bắt đầu": hour("07:30"), "giờ kết thúc": hour("16:30"),
    "ngày bắt đầu": day("2026-11-19"), "ngày kết thúc": day(UNTIL), "nơi tiêm": "Trạm Y tế phường",
}  # fmt: skip
LIST = [
    ["Danh sách trẻ đến lượt tiêm", "", "", "", "", "", ""],
    ["Họ và tên chủ hộ", "Tổ", "Địa chỉ", "Điện thoại", "Số khẩu", "Ngày sinh của trẻ", "Ngày vào nhóm Zalo"],
    ["Triệu Quý Đường", "Tổ 1", "Số 21 đường Nông Văn Quang", "0912345678; con trai 0978123456", "4", "02/03/2023", "12/03/2025"],
    ["Hoàng Thị Lượt", "Tổ 2", "Số 22 đường Trường Chinh", "0912345679", "5", "11/25/2022", ""],
    ["Hoàng Thị Lượt", "Tổ 2", "Số 22 đường Trường Chinh", "0912345679", "5", "01/02/2024", ""],
    ["Nông Văn Phúc", "Tổ 2", "Số 23 đường Trường Chinh", "0912345670", "3", "30/02/2023", "03/25/2025"],
]
CHILDREN = [
    ["Họ và tên trẻ", "Họ tên bố mẹ", "Tổ", "Địa chỉ", "Điện thoại", "Ngày sinh"],
    ["Triệu Gia Bảo", "Triệu Quý Đường", "Tổ 1", "Số 21 đường Nông Văn Quang", "0912345678; con trai 0978123456", "02/03/2023"],
    ["Hoàng Minh Châu", "Hoàng Thị Lượt", "Tổ 2", "Số 22 đường Trường Chinh", "0912345679", "11/25/2022"],
    ["Hoàng Minh Châu", "Hoàng Thị Lượt", "Tổ 2", "Số 22 đường Trường Chinh", "0912345679", "25/11/2022"],
    ["Nông Thu Hà", "Nông Văn Phúc", "Tổ 2", "Số 23 đường Trường Chinh", "0912345670", "30/02/2023"],
]
NAMES = "\nDanh sách: Triệu Quý Đường 0912 345 678, Hoàng Thị Lượt 0912 345 679, Nông Văn Phúc 0912 345 670."


@pytest.mark.usefixtures("files")
def test_a_vaccination_is_told_to_all_and_its_list_to_nobody(session: Session, town: Callable[..., Town], tmp_path: Path) -> None:
    """The ward's register takes households of the station's list and no child; the children stand in a closed list."""
    ward = town(at(CAME, "15:00"), places=3, inside=2)
    one, two, three = ward.places
    written = [[builders.in_font(cell, "tcvn3") for cell in row] for row in LIST]
    path = builders.xlsx(tmp_path / "danh sách.xlsx", {"Sheet1": written})

    # The list is read in its old letters; what is a child's is dropped, doubtful days are refused, a family named twice is one.
    tried = act(imports.run, actor=ward.writer, unit_id=ward.ward.id, sheet=tables(path), dry_run=True)
    assert (tried.created, tried.committed, tried.dropped) == (2, False, ("Ngày sinh của trẻ",))
    assert [(one_.row, one_.column) for one_ in tried.rejected] == [(6, "Ngày vào nhóm Zalo")]
    assert "Không rõ là có hay không" in tried.rejected[0].reason("vi")
    assert [(repeat.spot.number, repeat.of.number) for repeat in tried.repeats] == [(5, 4)]
    made = act(imports.run, actor=ward.writer, unit_id=ward.ward.id, sheet=tables(path))
    assert (made.created, made.joined) == (2, 1)
    families = {home.head_name: home for home in rows(select(Household).where(Household.change_set_id == made.change_set_id))}
    assert families["Triệu Quý Đường"].phone == "+84912345678"
    assert families["Triệu Quý Đường"].other_phones == ["+84978123456"]
    again = act(imports.run, actor=ward.writer, unit_id=ward.ward.id, sheet=tables(path))
    assert (again.created, again.updated) == (0, 0)

    # The children themselves come to a closed list: each once, with two telephones, without a day of birth, in old letters too.
    children = builders.xlsx(
        tmp_path / "trẻ đến lượt.xlsx", {"Sheet1": [[builders.in_font(cell, "tcvn3") for cell in row] for row in CHILDREN]}
    )
    listed = act(
        closed_lists.bring, actor=ward.writer, unit_id=ward.ward.id, sheet=uploads.read(uploads.Upload(children, "trẻ.xlsx")),
        title="Tiêm sởi – rubella tháng 11",
    )  # fmt: skip
    assert [person.name for person in listed.read.people] == ["Triệu Gia Bảo", "Hoàng Minh Châu", "Nông Thu Hà"]
    assert (listed.read.repeats, listed.read.dropped) == ([4], ["Ngày sinh"])

    # Pasted into the notice the list does not leave; the general words do.
    ward.until(at(DAY, "10:00"))
    words = ward.filled("vaccination", ANSWERS, must_reach_by=at("2026-11-19", "07:00"))
    draft = ward.written(replace(words, body=words.body + NAMES))
    assert "danh sách như vậy không đưa lên trang hay nhóm chung" in sentences(ward.pointed_out(draft))
    with pytest.raises(Invalid, match="danh sách như vậy"):
        ward.submitted(draft)
    ward.edited(draft, words)
    assert ward.pointed_out(draft) == []
    ward.submitted(draft)
    ward.approved(draft)
    ward.until(at(DAY, "10:15"))
    item = ward.now_of(draft)
    assert item.households == 11
    ward.post(item)
    for place in ward.places:
        text = page(ward.relay_page(item, place)) + page(ward.page(item, place))
        assert [name for name in (*families, *(person.name for person in listed.read.people)) if name in text] == []

    # Collaborators go to the families of the list one by one; a door list tells no one's child, birthday or need.
    for place in ward.places:
        ward.answer(item, place, *place.inside)
    act(door_lists.widen, actor=ward.writer, announcement_id=item.id, in_posted_groups=True)
    html = page(ward.doors(item, two))
    assert set(numbers_on(html)) == {two.outside[0].head_name, "Hoàng Thị Lượt"}
    assert "2022" not in html
    ward.knock(item, one, {one.outside[0].id: "told"})
    number = numbers_on(page(ward.doors(item, one)))["Triệu Quý Đường"]
    press(ward.doors(item, one), k=f"{number}.told", mark="trieu-quy-duong", here="1")
    ward.knock(item, three, {three.outside[0].id: "not_home"})
    ward.knock(item, two, {two.outside[0].id: "told"})
    number = numbers_on(page(ward.doors(item, two)))["Hoàng Thị Lượt"]
    press(ward.doors(item, two), k=f"{number}.moved", mark="hoang-thi-luot", here="1")

    # Each collaborator says of each child of the own place what came of it, and sees no other.
    two_leader = actor_of(session, two.leader)
    mine = [line.person for line in act(closed_lists.opened, actor=two_leader, list_id=listed.list_id).lines]
    assert [(child.name, child.phones) for child in mine] == [
        ("Hoàng Minh Châu", ["+84912345679"]), ("Nông Thu Hà", ["+84912345670"]),
    ]  # fmt: skip
    for child, outcome in zip(mine, (PersonOutcome.MOVED, PersonOutcome.POSTPONED), strict=True):
        act(closed_lists.settle, actor=two_leader, person_id=child.id, outcome=outcome)
    [summary] = look(closed_lists.all_for, actor=ward.writer)
    assert (summary.people, summary.told, summary.settled) == (3, 0, 2)

    # A family that moved away is a named reason, and a proposal for the ward's register.
    seen = ward.closing(item)
    assert (seen.households, seen.by_path, seen.at_door, seen.not_home, seen.moved) == (11, 6, 3, 1, 1)
    assert seen.is_closed
    [said] = look(proposals.waiting, actor=ward.writer)
    assert (said.household and said.household.head_name, said.by) == ("Hoàng Thị Lượt", two.leader.display_name)
    act(proposals.accept, actor=ward.writer, seen={said.proposal.id: said.version})
    assert [home.left_on for home in rows(select(Household).where(Household.id == families["Hoàng Thị Lượt"].id))] == [day(DAY)]
    assert (ward.closing(item).households, ward.closing(item).is_closed) == (10, True)

    # Saturday evening it is over, and the story says who was missed.
    ward.until(at(UNTIL, "16:30"))
    told = ward.story(item)
    assert (told.is_over, told.board.known, told.missing) == (True, 9, 2)
    assert page(ward.page(item, one)).count("Trạm Y tế phường") >= 1

    # After ninety days nothing of the children is left but how many they were.
    ward.time.shift(timedelta(days=91))
    assert act(closed_lists.wipe_ended) == 3
    assert rows(select(ListedPerson)) == []
    [summary] = look(closed_lists.all_for, actor=ward.writer)
    assert (summary.is_wiped, summary.people) == (True, 3)
