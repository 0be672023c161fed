"""Scenario 6: voters meet their deputies at three halls, told five days before. One hall changes, one notice is late."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlmodel import Session

from core.errors import Invalid
from models import Announcement, AnnouncementStatus, Channel, Household, Need
from services import approvals, attendance_figures, sending
from services.drafts import Words
from services.templates import Answer
from tests.factories import make_rules
from tests.scenarios.town import Place, Town, act, at, day, hour, look, page, press, sentences

SENT, FIVE_BEFORE, MEETING, LATER = "2026-11-30", "2026-12-03", "2026-12-08", "2026-12-10"
HALLS = ("Hội trường phường", "Nhà văn hóa tổ 3", "Trường Tiểu học Sông Cầu")


def invitation(ward: Town, hall: str, *places: Place, on: str = MEETING, by: str = FIVE_BEFORE) -> Words:
    """The invitation to one hall."""
    answers: dict[str, Answer] = {
        "cấp nào": "tỉnh và phường", "trước hay sau": "trước", "giờ họp": hour("14:00"), "ngày họp": day(on), "nơi họp": hall,
        "ngày gửi ý kiến": day("2026-12-06"),
    }  # fmt: skip
    return ward.filled("voters", answers, *places, must_reach_by=at(by, "17:00"))


def test_three_halls_each_tell_their_own_five_days_before(session: Session, town: Callable[..., Town]) -> None:
    """Not here: the questions themselves, by field and with who answers (the inbox); the ward's website and its boards."""
    ward = town(at(SENT, "08:00"), places=6, inside=1)
    one, two, three, four, five, six = ward.places
    make_rules(session, unit=ward.ward, print_for=[Need.ELDERLY_ALONE])
    for home in (one.outside[0], one.inside[0], four.outside[0]):
        session.get_one(Household, home.id).needs = [Need.ELDERLY_ALONE]
    session.commit()

    # A deadline after the meeting is pointed out: some would hear of it when it is over.
    words = invitation(ward, HALLS[0], one, two)
    draft = ward.written(replace(words, must_reach_by=at("2026-12-09", "17:00")))
    assert "có hộ sẽ biết khi việc đã qua" in sentences(ward.pointed_out(draft))
    ward.edited(draft, words)
    assert ward.pointed_out(draft) == []

    # Two go out a week before, each to the groups of its hall; the elderly who live alone get paper as well.
    ward.submitted(draft)
    ward.approved(draft)
    second = ward.sent(invitation(ward, HALLS[1], three, four))
    first = ward.now_of(draft)
    assert ward.told_groups(first) == {one.group.id, two.group.id}
    assert ward.told_groups(second) == {three.group.id, four.group.id}
    assert [row.recipient_id for row in ward.ledger(first) if row.channel is Channel.PRINT] == [str(one.unit.id)]
    assert first.plan["sent"]["also"] == {"print": 2}
    assert [row.recipient_id for row in ward.ledger(second) if row.channel is Channel.PRINT] == [str(four.unit.id)]

    # The third lay too long: what cannot be told five days before goes back, and comes again with a later day.
    third = ward.submitted(ward.written(invitation(ward, HALLS[2], five, six)))
    for item in (first, second):
        ward.post(item)
    ward.until(at(FIVE_BEFORE, "18:00"))
    with pytest.raises(Invalid, match="Hạn đến mọi hộ đã qua"):
        ward.approved(third)
    act(approvals.give_back, actor=ward.chief, announcement_id=third.id, reason="Không còn đủ năm ngày, xin dời buổi họp.")
    assert ward.now_of(third).return_reason == "Không còn đủ năm ngày, xin dời buổi họp."
    ward.edited(third, invitation(ward, HALLS[2], five, six, on=LATER, by="2026-12-05"))
    ward.submitted(third)
    ward.approved(third)
    ward.until(at(FIVE_BEFORE, "18:10"))
    assert ward.now_of(third).status is AnnouncementStatus.SENT
    ward.post(third)

    # Voters answer; leaders say how many come and note how many questions were given to them.
    for item, places in ((first, (one, two)), (second, (three, four)), (third, (five, six))):
        for place in places:
            ward.answer(item, place, *place.inside, people="1")
    press(f"{ward.relay_page(first, one)}/coming", people="5")
    press(ward.relay_page(first, one), do="note", note="3 ý kiến: đường ngõ, rác, học phí.")
    assert ward.relay(first, one).note == "3 ý kiến: đường ngõ, rác, học phí."
    coming = look(attendance_figures.coming, actor=ward.writer, announcement_id=first.id)
    assert coming is not None
    assert (coming.total.placed, coming.expected) == (2, 6)

    # One hall changes: its own groups are told, the other halls' pages stay as they are.
    ward.until(at("2026-12-05", "09:00"))
    moved = ward.sent(
        replace(invitation(ward, "Nhà văn hóa tổ 2", one, two), corrects_id=first.id, must_reach_by=at("2026-12-07", "17:00"))
    )
    assert ward.told_groups(moved) == ward.told_groups(first)
    assert "đã được đính chính" in page(ward.page(first, one))
    assert "đã được đính chính" not in page(ward.page(second, three))
    assert "Vẫn đi thì không phải báo lại" in page(ward.page(moved, one), ward.phone_of(one.inside[0]))
    assert ward.relay(moved, one).due_at == sending.due_at(moved, at("2026-12-05", "09:00"))
    ward.post(moved)

    # Every household of every hall is known, or has a named reason.
    for place in (one, two):
        for home in place.inside:
            page(ward.page(moved, place), ward.phone_of(home))
    outcomes = {two.unit.id: "refused", five.unit.id: "not_home"}
    halls: list[tuple[Announcement, tuple[Place, Place]]] = [
        (moved, (one, two)), (second, (three, four)), (third, (five, six)),
    ]  # fmt: skip
    for item, places in halls:
        for place in places:
            ward.knock(item, place, {home.id: outcomes.get(place.unit.id, "told") for home in place.outside})
    seen = [ward.closing(item) for item, _places in halls]
    assert [(one_.households, one_.told, one_.reasons) for one_ in seen] == [(4, 3, 1), (4, 4, 0), (4, 3, 1)]
    assert all(one_.is_closed for one_ in seen)
    ward.until(at(LATER, "17:00"))
    assert [ward.story(item).missing for item, _places in halls] == [1, 0, 1]
