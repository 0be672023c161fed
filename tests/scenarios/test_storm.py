"""Scenario 1: a storm in thirty minutes. One official with a phone, three leaders without signal, two updates."""

from collections import Counter
from collections.abc import Callable

import pytest
from sqlmodel import Session

from core.errors import Invalid
from models import AnnouncementStatus, Channel, DeliveryStatus, Urgency
from services import calls, door_lists, draft_comments, loudspeakers, relays, second_looks
from services.calls import Why
from services.drafts import Words
from services.loudspeakers import SlotForm
from services.templates import Answer
from tests.factories import make_account, make_rules
from tests.scenarios.town import HOUR, MINUTE, Town, act, at, day, hour, look, page, press
from tests.web.day import phone

DAY = "2026-09-10"
S = DeliveryStatus
ANSWERS: dict[str, Answer] = {
    "Loại thiên tai": "Mưa rất to, lũ quét", "giờ bắt đầu": hour("19:00"), "ngày xảy ra": day(DAY),
    "ai": "Nhà ven suối, dưới taluy ở tổ 1, tổ 2", "giờ phải rời": hour("18:30"), "nơi trú": "Trường Tiểu học Sông Cầu",
    "số trực": "0209 381 2345",
}  # fmt: skip


def test_a_storm_warning_reaches_every_household_and_every_update_its_readers(
    session: Session, town: Callable[..., Town]
) -> None:
    """Not here: what a provider's own server answers (tests/jobs, tests/provider)."""
    ward = town(at(DAY, "16:45"), places=6, inside=2)
    make_account(session, unit=ward.ward, channel=Channel.SMS, price=500)
    make_rules(session, unit=ward.ward, duty=[{"name": "Trực ban chỉ huy", "phone": "+842093812345"}])
    one, two, three, *others = ward.places  # the first two lie by the river; the leaders of all three have no signal

    # A blank left open stops even an emergency; filled, the text says what, where to go and whom to call.
    open_blank = ward.written(ward.filled("storm", ANSWERS | {"số trực": None}), by=ward.chief)
    with pytest.raises(Invalid, match="chưa điền"):
        ward.submitted(open_blank)
    ward.time.move_to(at(DAY, "16:50"))
    words = ward.filled("storm", ANSWERS, must_reach_by=at(DAY, "18:30"))
    assert len(words.group_text) <= 600
    for order in ("rời nhà trước 18 giờ 30", "đến Trường Tiểu học Sông Cầu", "gọi 0209 381 2345"):
        assert order in words.group_text

    # One person writes and approves, by telephone with the chair; it leaves at once, by every path there is.
    first = ward.written(words, by=ward.chief)
    ward.submitted(first)
    ward.approved(first, note="Chủ tịch Nông Văn Bình đồng ý qua điện thoại lúc 16 giờ 49.")
    first = ward.now_of(first)
    assert (first.urgency, first.status, first.sent_at) == (Urgency.EMERGENCY, AnnouncementStatus.SENT, at(DAY, "16:50"))
    [said] = look(draft_comments.of_announcement, actor=ward.chief, announcement_id=first.id)
    assert (said.author, said.at) == ("Đào Minh Tú", at(DAY, "16:50"))
    assert "qua điện thoại lúc 16 giờ 49" in said.text
    assert first.plan["sent"]["paths"] == {"relay": 12, "zalo_oa": 0, "zns": 0, "sms": 0, "door": 6}
    assert first.plan["sent"]["also"] == {"sms": 12}
    waiting = [row for row in ward.ledger(first) if row.channel is Channel.SMS]
    assert [(len(waiting), {row.status for row in waiting})] == [(12, {DeliveryStatus.QUEUED})]

    # The SMS leave at once, at any hour, with the orders in them; one number is wrong, but its chat has the warning too.
    wrong = one.inside[0].phone or ""
    texts = ward.deliver(first, wrong)
    assert len(texts) == 12
    assert all("0209 381 2345" in text and "/a/" in text for text in texts.values())
    ward.sweep()
    assert ward.closing(first).to_knock == 6
    assert Counter(row.status for row in ward.ledger(first) if row.channel is Channel.SMS) == {S.SENT: 11, S.REJECTED: 1}

    # The loudspeakers by the river read it at once, and who read it says so.
    spot = SlotForm(one.unit.id, at(DAY, "16:55"), reader="Nông Văn Lâm")
    slot = act(loudspeakers.book, actor=ward.writer, announcement_id=first.id, form=spot)
    act(loudspeakers.mark_read, actor=ward.writer, slot_id=slot.id)
    [read] = look(loudspeakers.rows, actor=ward.chief, first=day(DAY), last=day(DAY))
    assert (read.stand, read.place, read.seconds <= 45) == ("read", "Tổ 1", True)

    # Three leaders post by the common link and their four digits.
    ward.until(at(DAY, "16:55"))
    for place in others:
        leader = phone()
        form = {"do": "enter", "group": str(place.group.id), "last_four": (place.leader.phone or "")[-4:]}
        own = leader.post(ward.leaders_page(first), data=form).headers["location"]
        assert own == ward.relay_page(first, place)
        assert "Kính gửi bà con Tổ" in page(own, leader)
        assert "Đã đăng lúc 16 giờ 55" in press(own, leader, do="posted")

    # At +15 the other three are overdue: the ward has whom to call. Two answer and the office enters it for them.
    ward.until(at(DAY, "17:05"))
    late = look(calls.to_make, actor=ward.writer, limit=9)
    assert [(call.unit_label, call.why) for call in late.rows] == [(f"Tổ {n}", Why.OVERDUE) for n in (1, 2, 3)]
    assert [call.leader and call.leader.phone for call in late.rows] == [place.leader.phone for place in (one, two, three)]
    assert [(duty.name, duty.phone) for duty in late.duty] == [("Trực ban chỉ huy", "+842093812345")]
    ward.until(at(DAY, "17:08"))
    for place in (one, two):
        relay_id = ward.relay(first, place).id
        act(calls.called, actor=ward.writer, relay_id=relay_id)
        act(relays.enter_for, actor=ward.writer, relay_id=relay_id, is_posted=True)
    assert [ward.row(first, place).posted_by for place in (one, two)] == ["Lò Thị Mai"] * 2

    # At +30 one is silent still: the deputy, who was asked, posts; the leader finds it done and it counts once.
    ward.until(at(DAY, "17:20"))
    [call] = look(calls.to_make, actor=ward.writer, limit=9).rows
    assert (call.unit_label, call.deputy and call.deputy.phone) == ("Tổ 3", three.deputy.phone)
    press(ward.relay_page(first, three, of_deputy=True), do="posted")
    ward.later(5 * MINUTE)
    assert "Nông Văn Hải 3 đã đăng lúc 17 giờ 20" in press(ward.relay_page(first, three), do="posted")
    assert (ward.board(first).posted, look(calls.to_make, actor=ward.writer, limit=9).all) == (6, 0)
    ward.answer(first, others[0], *others[0].inside)
    assert ward.board(first).known == 2

    # Update 2 replaces update 1: to the same groups and households, and the old pages say so.
    ward.until(at(DAY, "17:30"))
    full = ANSWERS | {"nơi trú": "Nhà văn hóa Bản Áng"}
    second = ward.written(
        ward.filled("storm", full, title="Cập nhật số 2: đổi nơi trú", must_reach_by=at(DAY, "18:30"), corrects_id=first.id),
        by=ward.chief,
    )
    ward.submitted(second)
    ward.approved(second)
    assert ward.told_groups(second) == ward.told_groups(first)
    assert ward.planned(second) == ward.planned(first)
    old = page(ward.page(first, one))
    assert "Thông báo này đã được đính chính" in old
    assert "Cập nhật số 2: đổi nơi trú" in old
    assert f'href="http://ward.test{ward.page(second, one)}"' in old
    assert "Đã có bản đính chính" in page(ward.doors(first, one))
    ward.later(5 * MINUTE)
    assert "Nhóm này còn bản cũ" in page(ward.relay_page(second, one))
    ward.post(second)
    assert "đã báo gỡ bài" in press(ward.relay_page(first, one), do="deleted")
    assert "Đã có bản đính chính" in page(ward.relay_page(first, two))
    assert [row.deleted_at is not None for row in ward.board(first).rows] == [True, *[False] * 5]
    assert ward.board(first).overdue == []

    # Everybody in the four dry places answers; by the river each door that is not known is knocked at.
    for place in (three, *others):
        ward.answer(second, place, *place.inside)
        ward.knock(second, place, {home.id: "told" for home in place.outside})
    ward.answer(second, one, one.inside[0])
    rivers = [one.unit.id, two.unit.id]
    added = act(door_lists.widen, actor=ward.chief, announcement_id=second.id, unit_ids=rivers, in_posted_groups=True)
    assert added == 3  # of six, one answered and two were on the lists from the beginning
    ward.until(at(DAY, "18:10"))
    ward.knock(second, one, {home.id: "told" for home in [*one.inside[1:], *one.outside]})
    assert ward.closing(second).to_knock == 3
    outcomes = dict(zip([home.id for home in two.homes], ("told", "refused", "not_home"), strict=True))
    ward.knock(second, two, outcomes)

    # The report of 18:30: each household is known, or has a named reason.
    ward.until(at(DAY, "18:30"))
    seen = ward.closing(second)
    assert (seen.households, seen.by_path, seen.at_door, seen.not_home, seen.refused) == (18, 9, 7, 1, 1)
    assert seen.is_closed
    assert ward.board(second).known == 16

    # The second official looks afterwards, and the end of the alert reaches whoever was warned.
    assert [item.id for item in look(second_looks.waiting, actor=ward.deputy_chief)] == [first.id, second.id]
    for item in (first, second):
        act(second_looks.look, actor=ward.deputy_chief, announcement_id=item.id, note="Đã xem, đúng chỉ đạo.")
    assert look(second_looks.waiting, actor=ward.deputy_chief) == []
    ward.until(at(DAY, "18:30") + 2 * HOUR)
    end = ward.sent(
        Words(title="Hết cảnh báo lũ quét", body="Nước đã rút. Bà con về nhà, kiểm tra điện trước khi bật.",
              unit_ids=ward.units(), corrects_id=second.id)
    )  # fmt: skip
    assert ward.told_groups(end) == ward.told_groups(first)
    for item in (first, second):
        assert "Hết cảnh báo lũ quét" in page(ward.page(item, two))
    told = ward.story(second)
    assert told.is_over
    assert (told.missing, sum(path.planned for path in told.paths), sum(path.told or 0 for path in told.paths)) == (2, 18, 16)
    assert [(missed.label, missed.missing) for missed in told.missed] == [("Tổ 2", 1), ("Hộ ngoài nhóm", 1)]
