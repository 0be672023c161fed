"""Scenario 5: cleaning on Saturday. Rain on Friday evening, and the same families in two chats."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlmodel import Session

from core.errors import Invalid, NotAllowed
from models import AnnouncementStatus, GroupKind, Role, Urgency
from services import attendance_figures, calls, drafts, spoken
from services.calls import Why
from services.templates import Answer
from tests.factories import make_group, make_membership, make_user
from tests.scenarios.town import Town, act, at, day, hour, look, page, press, sentences

WEDNESDAY, FRIDAY, SATURDAY, NEXT = "2026-11-25", "2026-11-27", "2026-11-28", "2026-12-05"
ANSWERS: dict[str, Answer] = {
    "ngày làm": day(SATURDAY), "giờ bắt đầu": hour("06:00"), "giờ kết thúc": hour("08:00"),
    "nơi tập trung": "nhà văn hóa tổ", "dụng cụ": "chổi, xẻng, găng tay", "nơi để rác": "đầu ngõ",
}  # fmt: skip


def test_a_cleaning_day_is_put_off_and_whoever_was_told_knows(session: Session, town: Callable[..., Town]) -> None:
    """Not here: the reports with photos on Monday, hours of the loudspeaker."""
    ward = town(at(WEDNESDAY, "14:00"), places=3, inside=2)
    one, two, three = ward.places
    chats = []
    for name in ("Đoàn Thanh niên", "Hội Phụ nữ"):
        leader = make_user(session, unit=ward.ward, role=Role.LEAD, display_name=f"Phụ trách {name}")
        chats.append(make_group(session, unit=ward.ward, kind=GroupKind.ASSOCIATION, name=name, leader_id=leader.id))
    youth, women = chats
    make_membership(session, household=one.inside[0], group=youth)

    # A weekday that is not that day's stops the text, and both ways to mend it are named.
    words = ward.filled("cleaning", ANSWERS, also_groups=[youth.id, women.id], must_reach_by=at(FRIDAY, "20:00"))
    draft = ward.written(replace(words, body=words.body.replace("thứ Bảy 28/11/2026", "Chủ nhật 28/11/2026")))
    assert "ngày 28/11/2026 là thứ Bảy. Nếu đúng là Chủ nhật thì phải là ngày 29/11/2026" in sentences(ward.pointed_out(draft))
    with pytest.raises(Invalid, match="là thứ Bảy"):
        ward.submitted(draft)

    # Who has put a hand to the words does not approve them: another official does.
    act(drafts.edit, actor=ward.chief, announcement_id=draft.id, version=ward.now_of(draft).version, words=words)
    ward.submitted(draft)
    with pytest.raises(NotAllowed, match="Người soạn không tự duyệt"):
        ward.approved(draft, by=ward.chief)
    ward.approved(draft, by=ward.deputy_chief)
    ward.until(at(WEDNESDAY, "14:10"))
    first = ward.now_of(draft)
    assert (first.status, first.approver_id) == (AnnouncementStatus.SENT, ward.deputy_chief.id)
    said = spoken.script(first, ward_name=ward.ward.name)
    assert said.seconds <= spoken.SECONDS_MOST
    assert "sáu giờ" in said.text

    # One leader posts twice, and the youth's chat gets it as well: each chat counts once, a family in both counts once.
    for _ in range(2):
        press(ward.relay_page(first, one), do="posted")
    ward.post(first, two, three, youth, women)
    ward.answer(first, one, *one.inside, people="2")
    press(ward.page(first, youth), ward.phone_of(one.inside[0]), do="answer", people="3")
    ward.answer(first, two, *two.inside, people="1")
    ward.answer(first, three, three.inside[0])
    board = ward.board(first)
    assert (board.posted, len(board.rows), board.known) == (5, 5, 5)
    press(f"{ward.relay_page(first, three)}/coming", people="7")
    coming = look(attendance_figures.coming, actor=ward.writer, announcement_id=first.id)
    assert coming is not None
    assert (coming.total.placed, coming.expected) == (7, 14)

    # Rain on Friday at eight: the new day is checked too, and leaves before nine.
    ward.until(at(FRIDAY, "20:00"))
    off = replace(
        ward.filled("cleaning", ANSWERS | {"ngày làm": day(NEXT)}),
        title="Hoãn tổng vệ sinh vì mưa, chuyển sang thứ Bảy 05/12/2026", corrects_id=first.id,
        must_reach_by=at(SATURDAY, "05:45"), urgency=Urgency.VERY_URGENT,
    )  # fmt: skip
    second = ward.written(replace(off, title=off.title.replace("thứ Bảy 05", "thứ Bảy 06")))
    with pytest.raises(Invalid, match="06/12/2026 là Chủ nhật"):
        ward.submitted(second)
    ward.edited(second, off)
    ward.submitted(second)
    ward.approved(second)
    ward.until(at(FRIDAY, "20:05"))
    assert ward.now_of(second).sent_at == at(FRIDAY, "20:00:10")
    assert ward.told_groups(second) == ward.told_groups(first)
    assert ward.planned(second) == ward.planned(first)
    old = page(ward.page(first, youth))
    assert "Hoãn tổng vệ sinh vì mưa" in old
    assert 'value="answer"' not in old

    # Leaders are told to replace the old post; who is silent is reminded before the night, and telephoned.
    ward.post(second, one, two, youth, women)
    press(ward.relay_page(first, youth), do="deleted")
    ward.until(at(FRIDAY, "20:59"))
    late = look(calls.to_make, actor=ward.writer, limit=9)
    assert [(call.unit_label, call.announcement_id, call.why) for call in late.rows] == [("Tổ 3", second.id, Why.OVERDUE)]
    act(calls.called, actor=ward.writer, relay_id=ward.relay(second, three).id)
    ward.post(second, three)
    assert look(calls.to_make, actor=ward.writer, limit=9).all == 0

    # In the morning nobody stands in the rain: everyone is known, or has a named reason.
    for place in ward.places:
        for home in place.inside:
            page(ward.page(second, place), ward.phone_of(home))
    ward.until(at(SATURDAY, "05:40"))
    for place, outcome in ((one, "told"), (two, "told"), (three, "refused")):
        ward.knock(second, place, {home.id: outcome for home in place.outside})
    seen = ward.closing(second)
    assert (seen.households, seen.by_path, seen.at_door, seen.refused, seen.is_closed) == (9, 6, 2, 1, True)
    coming = look(attendance_figures.coming, actor=ward.writer, announcement_id=second.id)
    assert coming is not None
    assert coming.total.placed == 7
    ward.until(at(NEXT, "08:00"))
    told = ward.story(second)
    assert (told.is_over, told.missing, told.board.corrects and told.board.corrects.id) == (True, 1, first.id)
