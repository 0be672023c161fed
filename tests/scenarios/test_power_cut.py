"""Scenario 7: a power cut in two of four places. Telling the wrong ones is the failure; called off at seven in the morning."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlmodel import Session, select

from core import written_times
from core.errors import NotAllowed
from models import GroupKind, Household, Role, ShortLink
from services import announcement_days, announcements, approvals, plans, reviews
from services.templates import Answer
from tests.factories import make_group, make_user
from tests.scenarios.town import Town, act, at, day, hour, look, page, press, rows

SENT, BEFORE, CUT = "2026-08-13", "2026-08-14", "2026-08-15"
ANSWERS: dict[str, Answer] = {
    "khu vực": "đường Nông Văn Quang, tổ 1 và tổ 2", "lý do": "sửa lưới", "giờ bắt đầu": hour("07:30"),
    "giờ kết thúc": hour("11:30"), "ngày cắt": "ngày 15 và 16/8", "nơi hỏi": "Điện lực, số 1900 6769",
}  # fmt: skip


def test_a_power_cut_is_told_where_it_is_and_taken_back_there(session: Session, town: Callable[..., Town]) -> None:
    """Not here: the urgent outage that nobody planned (its walk is the scam's of scenario 8)."""
    ward = town(at(SENT, "09:00"), places=4)
    one, two, three, four = ward.places
    for home in two.homes:  # the street crosses two places
        session.get_one(Household, home.id).address = home.address.replace("Trường Chinh", "Nông Văn Quang")
    keeper = make_user(session, unit=ward.ward, role=Role.LEAD, display_name="Chủ nhà trọ")
    rooms = make_group(session, unit=ward.ward, kind=GroupKind.UNIT, name="Khu nhà trọ", leader_id=keeper.id)

    # Two days in one breath are two days.
    whole = ward.filled("power_cut", ANSWERS, must_reach_by=at(BEFORE, "17:00"))
    found = [one_.near(day(SENT)) for one_ in written_times.days(whole.group_text)]
    assert found == [day(CUT), day("2026-08-16")]

    # Written to the whole ward by mistake: who approves sees twice as many households as the street has, and gives it back.
    draft = ward.submitted(ward.written(whole))
    seen_all = look(plans.of_announcement, announcement=ward.now_of(draft))
    affected = look(plans.preview, actor=ward.writer, unit_ids=ward.units(one, two))
    assert (seen_all.households, affected.households) == (16, 8)
    act(reviews.looked, actor=ward.chief, announcement_id=draft.id, version=ward.now_of(draft).version)
    act(approvals.give_back, actor=ward.chief, announcement_id=draft.id, reason="Chỉ tổ 1 và tổ 2.")
    ward.edited(draft, replace(whole, unit_ids=ward.units(one, two), also_groups=[rooms.id]))
    assert ward.pointed_out(draft) == []
    since = look(reviews.last_look, actor=ward.chief, announcement_id=draft.id)
    changes = look(reviews.changes, actor=ward.chief, announcement_id=draft.id, since=since)
    assert [field.name for field in changes.fields] == ["units", "also_groups"] if changes else False
    ward.submitted(draft)
    ward.approved(draft)
    ward.until(at(SENT, "09:30"))
    item = ward.now_of(draft)
    assert ward.told_groups(item) == {one.group.id, two.group.id, rooms.id}
    assert ward.planned(item) == {home.id for place in (one, two) for home in place.homes}
    links = rows(select(ShortLink.group_id).where(ShortLink.announcement_id == item.id))
    assert {three.group.id, four.group.id}.isdisjoint(links)
    assert [entry.day for entry in look(announcement_days.of_month, actor=ward.chief, month=day(SENT))] == [day(SENT)]

    # Residents take both mornings into their calendars.
    file = page(f"{ward.page(item, one)}/lich.ics")
    assert [f"DTSTART:202608{n}T003000Z" in file and f"DTEND:202608{n}T043000Z" in file for n in (15, 16)] == [True, True]

    # Known everywhere before five in the afternoon of the day before.
    ward.post(item, one, two)
    ward.answer(item, one, *one.inside)
    ward.answer(item, two, *two.inside[:2])
    ward.until(at(BEFORE, "15:00"))
    assert ward.closing(item).unknown == 1
    ward.answer(item, two, two.inside[2])
    for place, outcome in ((one, "told"), (two, "not_home")):
        ward.knock(item, place, {home.id: outcome for home in place.outside})
    closed = ward.closing(item)
    assert (closed.households, closed.by_path, closed.at_door, closed.not_home, closed.is_closed) == (8, 6, 1, 1, True)
    ward.until(at(BEFORE, "17:00"))
    assert [row.group for row in ward.board(item).overdue] == ["Khu nhà trọ"]

    # At seven on the day the company calls it off: pages, leaders and doors say so, and only those that were told.
    ward.until(at(CUT, "07:00"))
    with pytest.raises(NotAllowed):
        act(announcements.cancel, actor=ward.writer, announcement_id=item.id)
    stopped = act(announcements.cancel, actor=ward.chief, announcement_id=item.id)
    assert (stopped.cancelled, stopped.already_sent) == (1, 2)
    assert "Phường đã thu hồi thông báo này" in page(ward.page(item, one))
    assert "Phường đã thu hồi thông báo này" in page(ward.doors(item, two))
    assert page(f"{ward.page(item, one)}/lich.ics").count("STATUS:CANCELLED") == 2
    html = page(ward.relay_page(item, one))
    assert "Phường đã thu hồi thông báo" in html
    assert "Xin bà con không làm theo bản cũ" in html
    assert "không phải làm gì thêm nếu chưa đăng" in page(ward.relay_page(item, rooms))
    for place in (one, two):
        assert "đã báo gỡ bài lúc 7 giờ" in press(ward.relay_page(item, place), do="deleted")
    board = ward.board(item)
    assert (board.is_withdrawn, board.deleted, board.unposted, board.overdue) == (True, 2, 1, [])
    assert board.withdrawal is not None
    assert (board.withdrawal.at, board.withdrawal.by) == (at(CUT, "07:00"), ward.chief.display_name)
    told = ward.story(item)
    assert (told.is_over, told.missing) == (True, 1)
