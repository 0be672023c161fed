"""Scenario 5: cleaning on Saturday. Rain on Friday evening, the same families in two chats, and reports with photos on Monday."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image
from sqlmodel import Session

from adapters.documents import SiftedDocuments
from core.errors import Invalid, NotAllowed
from models import AnnouncementStatus, GroupKind, Role, Urgency
from services import attachments, attendance_figures, calls, drafts, leader_reports, ports, spoken
from services.calls import Why
from services.templates import Answer
from tests.factories import make_group, make_membership, make_user
from tests.papers import GPS, photo
from tests.scenarios.town import Town, act, at, day, hour, look, page, press, sentences
from tests.web.day import phone

WEDNESDAY, FRIDAY, SATURDAY, NEXT, MONDAY = "2026-11-25", "2026-11-27", "2026-11-28", "2026-12-05", "2026-12-07"
ANSWERS: dict[str, Answer] = {
    "ngày làm": day(SATURDAY), "giờ bắt đầu": hour("06:00"), "giờ kết thúc": hour("08:00"),
    "nơi tập trung": "nhà văn hóa tổ", "dụng cụ": "chổi, xẻng, găng tay", "nơi để rác": "đầu ngõ",
}  # fmt: skip


def test_a_cleaning_day_is_put_off_and_whoever_was_told_knows(session: Session, town: Callable[..., Town]) -> None:
    """Not here: hours of the loudspeaker."""
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


def test_leaders_report_with_photos_on_monday_of_the_day_that_took_place(session: Session, town: Callable[..., Town]) -> None:
    ward = town(at(WEDNESDAY, "14:00"), places=4, inside=1)
    ports.provide(replace(ports.ports(), documents=SiftedDocuments()))
    one, two, three, four = ward.places
    youth = make_group(session, unit=ward.ward, kind=GroupKind.ASSOCIATION, name="Đoàn Thanh niên", leader_id=one.leader.id)
    session.commit()
    words = ward.filled("cleaning", ANSWERS, also_groups=[youth.id], must_reach_by=at(FRIDAY, "20:00"))
    first = ward.sent(words)
    act(leader_reports.ask, actor=ward.writer, announcement_id=first.id, due_at=at("2026-11-30", "10:00"))
    ward.post(first, *ward.places, youth)

    # Rain: the new day has its own hour, and the old pages take nothing any more.
    ward.until(at(FRIDAY, "20:00"))
    off = replace(
        ward.filled("cleaning", ANSWERS | {"ngày làm": day(NEXT)}), corrects_id=first.id, must_reach_by=at(SATURDAY, "05:45"),
        title="Hoãn tổng vệ sinh vì mưa, chuyển sang thứ Bảy 05/12/2026", urgency=Urgency.VERY_URGENT,
    )  # fmt: skip
    second = ward.sent(off)
    act(leader_reports.ask, actor=ward.writer, announcement_id=second.id, due_at=at(MONDAY, "10:00"))
    ward.post(second, *ward.places, youth)
    assert "Xin báo cáo ở trang của bản ấy" in page(f"{ward.relay_page(first, one)}/report")

    # Sunday: photos as telephones take them; one leader presses twice, another mends a number.
    ward.until(at("2026-12-06", "19:00"))
    shots = [photo(size=(2400, 1800), quality=quality) for quality in (80, 90, 95)]
    for _ in range(2):
        report(ward.relay_page(second, one), "31", *shots)
    report(ward.relay_page(second, youth), "12")
    report(ward.relay_page(second, two), "250", photo(size=(640, 480)))
    report(ward.relay_page(second, two), "25", line="còn một đống rác ở ngõ 3")

    # Monday at ten one is missing; the late one counts, and is said to be late.
    ward.until(at(MONDAY, "10:01"))
    seen = look(leader_reports.of_announcement, actor=ward.writer, announcement_id=second.id)
    assert [row.unit_label for row in seen.rows if row.people is None] == ["Tổ 3", "Tổ 4"]
    report(ward.relay_page(second, three), "18")
    act(leader_reports.enter, actor=ward.writer, announcement_id=second.id, group_id=four.group.id, people=9)
    seen = look(leader_reports.of_announcement, actor=ward.writer, announcement_id=second.id)
    assert (seen.reported, seen.people, seen.photos) == (5, 31 + 12 + 25 + 18 + 9, 4)
    assert {row.unit_label for row in seen.rows if row.is_late} == {"Tổ 3", "Tổ 4"}
    assert look(leader_reports.of_announcement, actor=ward.writer, announcement_id=first.id).reported == 0
    for kept in (one for row in seen.rows for one in row.photos):
        content = attachments.path_of(kept.sha256).read_bytes()
        assert GPS not in Image.open(BytesIO(content)).getexif()
        assert len(content) < len(shots[0])


def report(path: str, people: str, *photos: bytes, line: str = "") -> None:
    """Send the form of a leader's page as a telephone does."""
    files = [("photos", (f"IMG_{place}.jpg", content, "image/jpeg")) for place, content in enumerate(photos)]
    nothing = [("photos", ("", b"", "application/octet-stream"))]
    answer = phone().post(f"{path}/report", data={"people": people, "line": line}, files=files or nothing)
    assert answer.status_code == 303, answer.text
