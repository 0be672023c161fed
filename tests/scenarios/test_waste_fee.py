"""Scenario 3: the fee for waste. Paid until 30 April with reminders on the 20th and 28th; who is exempt is named nowhere."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from core import clock
from core.errors import Invalid
from models import Announcement, AnnouncementStatus, AsksFor
from services import (
    announcement_days,
    approvals,
    attachments,
    copies,
    door_knocks,
    door_lists,
    door_paper,
    door_shorthand,
    follow_ups,
    shown_photos,
)
from services.door_knocks import Knock
from services.drafts import Words
from services.shown_photos import People
from services.templates import Answer
from tests.papers import photo
from tests.scenarios.town import Place, Town, act, at, day, look, page
from tests.web.day import phone

SENT, FIRST, SECOND, LAST = "2027-04-05", "2027-04-20", "2027-04-28", "2027-04-30"
ANSWERS: dict[str, Answer] = {
    "khoản thu": "phí gom rác", "kỳ thu": "quý II", "ngày bắt đầu": day(SENT), "ngày kết thúc": day(LAST),
    "mức thu": "30.000 đồng một hộ một tháng", "văn bản nào": "quyết định của tỉnh", "nơi hỏi": "bộ phận một cửa của phường",
}  # fmt: skip
EXEMPT = "\nMiễn cho hộ nghèo: Nguyễn Văn An, Hà Thị Bé, Nông Văn Cảnh."


def from_paper(ward: Town, item: Announcement, place: Place, typed: str) -> None:
    """What the collector wrote on the sheet of a place, typed in by staff."""
    listed = next(
        one for one in look(door_lists.of_announcement, actor=ward.writer, announcement_id=item.id)
        if one.unit_id == place.unit.id
    )  # fmt: skip
    lines = look(door_lists.lines, actor=ward.writer, list_id=listed.id)
    entries = door_shorthand.read(typed, numbers=[line.number for line in lines])
    knocks = [Knock(one.number, one.outcome, f"paper-{place.unit.code}-{one.number}") for one in entries]
    act(door_knocks.from_paper, actor=ward.writer, list_id=listed.id, knocks=knocks)


def again(words: Words, on: str, hour: str) -> Words:
    """The reminder that leaves at this hour."""
    return replace(
        words, title=f"Nhắc: {words.title}", send_at=at(on, hour), must_reach_by=at(LAST, "17:00"), expires_at=at(LAST, "23:00")
    )


@pytest.mark.usefixtures("documents")
def test_a_fee_is_told_at_every_door_and_said_again_twice(town: Callable[..., Town]) -> None:
    """Not here: what each household has paid (no part of an announcement), questions (the inbox), the board's posters."""
    ward = town(at(SENT, "09:00"), places=4)

    # Names of exempt households are pointed out and stop the text; the account stands as a picture that is stored once.
    picture = photo(size=(300, 300))
    kept = attachments.store(picture, name="Tài khoản của phường.jpg")
    words = ward.filled(
        "fees",
        ANSWERS,
        attachments=[kept | {shown_photos.ANSWERED: People.NOBODY}],
        must_reach_by=at("2027-04-08", "17:00"),
        expires_at=at(LAST, "23:00"),
    )
    draft = ward.written(replace(words, body=words.body + EXEMPT))
    with pytest.raises(Invalid, match="hoàn cảnh của từng người không được công khai"):
        ward.submitted(draft)
    ward.edited(draft, words)
    assert attachments.store(picture, name="gửi lại.jpg")["sha256"] == kept["sha256"]
    assert attachments.store(photo(size=(301, 300)), name="Tài khoản lạ.jpg")["sha256"] != kept["sha256"]
    ward.submitted(draft)
    ward.approved(draft)
    ward.until(at(SENT, "09:10"))
    first = ward.now_of(draft)
    assert (first.status, first.asks_for) == (AnnouncementStatus.SENT, AsksFor.NOTHING)
    ward.post(first)

    # What residents read names nobody, asks nothing, and shows the office's own picture.
    one, two, three, four = ward.places
    html = page(ward.page(first, one))
    assert "30.000 đồng một hộ một tháng" in html
    assert "Phường không thu qua tài khoản cá nhân" in html
    assert 'value="answer"' not in html
    assert [home.head_name for place in ward.places for home in place.homes if home.head_name in html] == []
    shown = phone().get(f"{ward.page(first, one)}/1")
    assert (shown.headers["content-type"], shown.content) == ("image/jpeg", attachments.path_of(kept["sha256"]).read_bytes())
    assert not ward.board(first).counts_known

    # Collectors knock everywhere with paper: in a chat or not, exempt or not, every household is on a sheet of its place.
    added = act(door_lists.widen, actor=ward.writer, announcement_id=first.id, in_posted_groups=True)
    assert added == 12  # four were on the lists from the beginning: those in no chat
    sheets, notice = act(door_paper.sheets, actor=ward.writer, announcement_id=first.id)
    assert [len(sheet.rows) for sheet in sheets] == [4, 4, 4, 4]
    assert ("Khi nào", "Từ thứ Hai 05/04/2027 đến thứ Sáu 30/04/2027") in notice.facts
    with pytest.raises(Invalid, match="Danh sách không có số 9"):
        from_paper(ward, first, one, "1-4, 9 báo")
    from_paper(ward, first, one, "1-4 báo")
    from_paper(ward, first, two, "1-3 báo; 4 vắng")
    from_paper(ward, first, three, "1-4 báo")
    assert ward.closing(first).to_knock == 4
    from_paper(ward, first, four, "1, 2 báo; 3 chuyển; 4 từ chối")
    seen = ward.closing(first)
    assert (seen.at_door, seen.not_home, seen.moved, seen.refused, seen.is_closed) == (13, 1, 1, 1, True)

    # The reminders are the same words with other days: what was of its day is blank, and the hour keeps out of the night.
    reminder = act(copies.make, actor=ward.writer, announcement_id=first.id)
    assert (reminder.facts.get("when"), reminder.must_reach_by, reminder.send_at) == (None, None, None)
    assert copies.days_in([reminder.body]) == ["05/04/2027", "30/04/2027"]
    with pytest.raises(Invalid, match="giờ nghỉ của bà con"):
        ward.edited(reminder, again(words, FIRST, "05:30"))
    ward.edited(reminder, again(words, FIRST, "07:00"))
    last = ward.edited(act(copies.make, actor=ward.writer, announcement_id=first.id), again(words, SECOND, "07:00"))
    for item in (reminder, last):
        ward.submitted(item)
        ward.approved(item)
    month = look(announcement_days.of_month, actor=ward.chief, month=day(SENT))
    assert [(entry.day, entry.is_sent) for entry in month] == [(day(SENT), True), (day(FIRST), False), (day(SECOND), False)]

    # Each leaves at its hour, unless the ward moves it: the 28th goes out at noon.
    act(
        approvals.move_hour, actor=ward.chief, announcement_id=last.id, version=ward.now_of(last).version,
        send_at=at(SECOND, "12:00"),
    )  # fmt: skip
    ward.until(at(FIRST, "06:59"))
    assert ward.told_groups(reminder) == set()
    ward.until(at(FIRST, "07:00"))
    assert len(ward.told_groups(reminder)) == 4
    ward.post(reminder)
    ward.until(at(SECOND, "11:59"))
    assert ward.now_of(last).status is AnnouncementStatus.SCHEDULED
    ward.until(at(SECOND, "12:00"))
    assert ward.now_of(last).sent_at == at(SECOND, "12:00")
    assert clock.local(clock.now()).date() == day(SECOND)
    told = ward.story(first)
    assert (told.is_over, told.cost, told.missing) == (True, 0, 3)
    assert look(follow_ups.of, actor=ward.chief, announcement_id=first.id) == []
