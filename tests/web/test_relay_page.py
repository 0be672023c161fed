from datetime import timedelta

import pytest
from sqlmodel import Session, select
from time_machine import Traveller

from core.db import reading
from models import AnnouncementStatus, Delivery, DeliveryStatus, Relay, Role, Unit, Urgency, User
from services import reminders, sending
from tests.factories import NOON, make_announcement, make_group, make_unit, make_user
from tests.web.day import GROUP_TEXT, PHONE, TITLE, ZALO_PREVIEW, Day, Outline, make_day, make_ward, phone, send, writes_begun
from web.scan_recorder import recorder

LARGEST_PAGE = 20_000
SCRIPT = "<img src=x onerror=alert(1)>\"'"
LONG = "Nghiêng " * 30


def relay_of(day: Day) -> tuple[bool, bool, str]:
    """Whether it was opened, whether it is posted, and what the ledger says."""
    with reading() as session:
        opened_at, posted_at, status = session.exec(
            select(Relay.opened_at, Relay.posted_at, Delivery.status)
            .join(Delivery, Delivery.id == Relay.delivery_id)  # type: ignore[arg-type]
            .where(Relay.id == day.relay.id)
        ).one()
        return opened_at is not None, posted_at is not None, status


def withdraw(session: Session, day: Day) -> None:
    day.announcement.status = AnnouncementStatus.CANCELLED
    session.add(day.announcement)
    session.commit()


@pytest.fixture
def deputy(session: Session, day: Day) -> User:
    return stand_in(session, day)


def stand_in(session: Session, day: Day, name: str = "Nông Văn Hải") -> User:
    """Someone who stands in for the leader of the day's group."""
    deputy = make_user(session, unit=day.unit, role=Role.LEAD, display_name=name)
    day.group.deputy_id = deputy.id
    session.add(day.group)
    session.commit()
    return deputy


def deputys_page(day: Day) -> str:
    with reading() as session:
        return f"/r/{session.get_one(Relay, day.relay.id).deputy_token}"


def test_a_leader_finds_the_ready_text_the_time_left_and_one_button(day: Day, clock: Traveller) -> None:
    clock.shift(timedelta(minutes=18))

    html = phone().get(day.relay_page).text

    assert "Xin đăng vào nhóm Zalo trước 13\u00a0giờ" in html
    assert "Còn 42\u00a0phút</b>" in html
    assert f"Kính gửi bà con Tổ 13, Sông Cầu.\n{GROUP_TEXT}\nChi tiết và báo có đi: http://ward.test{day.page}" in html
    outline = Outline(html)
    assert [button["value"] for button in outline.main_buttons] == ["posted"]
    assert (outline.all("progress")[0]["value"], outline.all("progress")[0]["max"]) == ("18", "60")
    assert [len(outline.all(tag)) for tag in ("title", "h1")] == [1, 1]


def test_looking_notes_that_a_person_has_looked_and_nothing_else(day: Day) -> None:
    client = phone()

    for _ in range(2):
        client.get(f"{day.relay_page}?do=posted")

    assert relay_of(day) == (True, False, DeliveryStatus.QUEUED)


def test_only_the_first_look_waits_for_the_writers_lock(day: Day) -> None:
    client = phone()

    with writes_begun() as first:
        client.get(day.relay_page)
    with writes_begun() as later:
        client.get(day.relay_page)

    assert (len(first), len(later)) == (1, 0)


@pytest.mark.parametrize("agent", [ZALO_PREVIEW, "facebookexternalhit/1.1", "curl/8.5.0"])
def test_a_preview_of_the_leaders_link_opens_nothing(day: Day, agent: str) -> None:
    answer = phone(agent).get(day.relay_page)

    assert answer.status_code == 200
    assert relay_of(day) == (False, False, DeliveryStatus.QUEUED)


def test_a_head_request_and_a_prefetch_open_nothing(day: Day) -> None:
    assert phone().head(day.relay_page).status_code == 200
    assert phone().get(day.relay_page, headers={"sec-purpose": "prefetch"}).status_code == 200

    assert relay_of(day) == (False, False, DeliveryStatus.QUEUED)


def test_posted_is_said_once_however_often_it_is_pressed(day: Day, clock: Traveller) -> None:
    client = phone()
    client.get(day.relay_page)

    first = client.post(day.relay_page, data={"do": "posted"})
    clock.shift(timedelta(minutes=5))
    client.post(day.relay_page, data={"do": "posted"})

    assert (first.status_code, first.headers["location"]) == (303, day.relay_page)
    assert relay_of(day) == (True, True, DeliveryStatus.SENT)
    html = client.get(day.relay_page).text
    assert "Đã đăng lúc 12\u00a0giờ" in html
    assert "Trước hạn 1\u00a0giờ" in html


def test_posted_late_is_thanked_for_too(day: Day, clock: Traveller) -> None:
    clock.shift(timedelta(hours=1, minutes=5))

    phone().post(day.relay_page, data={"do": "posted"})

    assert "Sau hạn 5\u00a0phút" in phone().get(day.relay_page).text


def test_after_posting_the_leader_sees_how_many_phones_have_opened(session: Session, clock: Traveller) -> None:
    day = make_day(session, households=3)
    phone().post(day.relay_page, data={"do": "posted"})
    for _ in range(2):
        resident = phone()
        resident.get(day.page)
        resident.post(day.page, data={"do": "answer"})
    recorder().flush()

    html = phone().get(day.relay_page).text

    assert "2 máy" in html
    assert "2 trong 3 hộ" in html
    full_text = Outline(html).main_buttons[0]["href"]
    assert full_text.startswith("http://ward.test/a/")
    assert full_text != f"http://ward.test{day.page}"  # the group's own link would count the leader among its phones


def test_a_press_by_mistake_can_be_undone(day: Day) -> None:
    client = phone()
    client.post(day.relay_page, data={"do": "posted"})

    answers = [client.post(day.relay_page, data={"do": "undo"}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert relay_of(day)[1:] == (False, DeliveryStatus.QUEUED)
    assert "Tôi đã đăng" in client.get(day.relay_page).text


def test_past_its_time_the_page_is_red_and_says_by_how_much(day: Day, clock: Traveller) -> None:
    clock.shift(timedelta(hours=1, minutes=6))

    html = phone().get(day.relay_page).text

    assert "Quá hạn 6\u00a0phút</b>" in html
    assert 'class="state overdue"' in html
    assert [button["value"] for button in Outline(html).main_buttons] == ["posted"]


def test_a_withdrawn_announcement_is_not_to_be_posted(session: Session, day: Day) -> None:
    withdraw(session, day)

    pressed = phone().post(day.relay_page, data={"do": "posted"})

    html = phone().get(day.relay_page).text
    assert pressed.status_code == 303
    assert relay_of(day)[1] is False
    assert "không cần đăng" in html
    assert "data-copy" not in html


def test_who_has_posted_what_is_withdrawn_gets_the_words_to_say_so(session: Session, day: Day) -> None:
    phone().post(day.relay_page, data={"do": "posted"})
    withdraw(session, day)

    html = phone().get(day.relay_page).text

    assert f"Phường đã thu hồi thông báo “{TITLE}”" in html
    assert "data-copy" in html


def test_a_corrected_text_leads_the_leader_to_the_correction_to_post(session: Session, day: Day) -> None:
    phone().post(day.relay_page, data={"do": "posted"})
    correction = make_announcement(session, unit=day.ward, title="Đổi nơi khám", corrects_id=day.announcement.id)
    new = send(session, correction, day.ward, day.unit, day.leader, day.group)

    html = phone().get(day.relay_page).text

    assert "xin đừng đăng bản cũ nữa" in html
    assert "Bản đúng: Đổi nơi khám. Xin mở bản này và đăng vào nhóm." in html
    assert [button["href"] for button in Outline(html).main_buttons] == [f"http://ward.test{new.relay_page}"]
    assert "data-copy" not in html  # one thing to post: the correction's own words


def test_who_has_posted_the_correction_is_not_asked_again(session: Session, day: Day) -> None:
    correction = make_announcement(session, unit=day.ward, title="Đổi nơi khám", corrects_id=day.announcement.id)
    new = send(session, correction, day.ward, day.unit, day.leader, day.group)
    phone().post(new.relay_page, data={"do": "posted"})

    html = phone().get(day.relay_page).text

    assert "Ông/bà đã đăng bản này lúc 12\u00a0giờ" in html
    assert "Mở bản đính chính để đăng" not in html


def test_the_correction_is_found_in_another_group_of_the_same_leader_and_in_no_ones_else(session: Session, day: Day) -> None:
    other = make_group(session, unit=make_unit(session, parent=day.ward), leader_id=day.leader.id)
    strange = make_group(session, unit=make_unit(session, parent=day.ward))
    correction = make_announcement(
        session, unit=day.ward, units=[session.get_one(Unit, strange.unit_id), session.get_one(Unit, other.unit_id)],
        title="Đổi nơi khám", corrects_id=day.announcement.id,
    )  # fmt: skip
    day.group.closed_on = NOON.date()
    sending.send(session, announcement=correction)
    session.commit()
    theirs = session.exec(select(Relay).where(Relay.group_id == other.id)).one().token
    session.commit()

    html = phone().get(day.relay_page).text

    assert [button["href"] for button in Outline(html).main_buttons] == [f"http://ward.test/r/{theirs}"]


def test_a_leader_whose_group_was_closed_before_the_correction_gets_the_words_to_say_so(session: Session, day: Day) -> None:
    phone().post(day.relay_page, data={"do": "posted"})
    elsewhere = make_unit(session, parent=day.ward)
    make_group(session, unit=elsewhere)
    correction = make_announcement(
        session, unit=day.ward, units=[elsewhere], title="Đổi nơi khám", corrects_id=day.announcement.id
    )
    day.group.closed_on = NOON.date()
    sending.send(session, announcement=correction)
    session.commit()

    html = phone().get(day.relay_page).text

    assert "Bản đúng: Đổi nơi khám. Bản này không gửi qua nhóm của ông/bà." in html
    assert f"Xin bà con xem bản đúng: http://ward.test{day.page}" in html


def test_past_its_life_the_page_asks_for_nothing(day: Day, clock: Traveller) -> None:
    clock.shift(timedelta(days=2))

    pressed = phone().post(day.relay_page, data={"do": "posted"})

    assert pressed.status_code == 303
    assert relay_of(day)[1] is False
    assert "Việc này đã qua" in phone().get(day.relay_page).text


def test_who_cannot_post_learns_what_to_try_and_whom_to_call(day: Day) -> None:
    html = phone().get(f"{day.relay_page}/cannot").text

    assert [button["href"] for button in Outline(html).main_buttons] == ["tel:+842093000000"]
    assert "Quay lại, tôi đăng được" in html
    assert relay_of(day) == (False, False, DeliveryStatus.QUEUED)


def test_without_a_ward_phone_the_way_back_is_the_button(session: Session, clock: Traveller) -> None:
    ward = make_ward(session)
    ward.phone = None
    session.add(ward)
    day = make_day(session, ward=ward)

    html = phone().get(f"{day.relay_page}/cannot").text

    assert [button["href"] for button in Outline(html).main_buttons] == [day.relay_page]
    assert "tel:" not in html


def test_a_press_sent_by_another_site_is_refused(day: Day) -> None:
    answer = phone().post(day.relay_page, data={"do": "posted"}, headers={"origin": "https://evil.example"})

    assert answer.status_code == 403
    assert relay_of(day)[1] is False


def test_an_unknown_token_is_not_found(day: Day) -> None:
    answers = [phone().get("/r/nothing"), phone().get("/r/nothing/cannot"), phone().post("/r/nothing", data={"do": "posted"})]

    assert [answer.status_code for answer in answers] == [404] * 3


@pytest.mark.parametrize("method", ["PUT", "DELETE", "TRACE"])
def test_only_declared_methods_are_taken(day: Day, method: str) -> None:
    answers = [phone().request(method, day.relay_page), phone().request(method, f"{day.relay_page}/cannot")]

    assert [(answer.status_code, answer.headers["allow"]) for answer in answers] == [(405, "GET, HEAD, POST"), (405, "GET, HEAD")]


def test_marks_of_html_stay_text_and_every_state_stays_under_20_kb(session: Session, clock: Traveller) -> None:
    ward = make_ward(session)
    day = make_day(
        session, ward=ward, title=f"{SCRIPT} {LONG[:90]}", group_text=f"{SCRIPT}\n{LONG}\n{LONG}", urgency=Urgency.EMERGENCY
    )
    day.group.name, day.unit.short_name, day.leader.display_name = f"{SCRIPT}{LONG[:60]}", f"{SCRIPT}{LONG[:60]}", SCRIPT
    session.add_all([day.group, day.unit, day.leader])
    session.commit()
    client = phone()

    pages = [client.get(day.relay_page), client.get(f"{day.relay_page}/cannot")]
    client.post(day.relay_page, data={"do": "posted"})
    pages.append(client.get(day.relay_page))
    withdraw(session, day)
    pages.append(client.get(day.relay_page))

    assert [page.status_code for page in pages] == [200] * 4
    for page in pages:
        assert "<img" not in page.text
        assert "&lt;img src=x onerror" in page.text
        assert len(page.content) < LARGEST_PAGE
        assert not [name for _, found in Outline(page.text).elements for name in found if name.startswith("on")]


def test_a_page_of_a_leader_is_not_stored_nor_named_to_other_sites(day: Day) -> None:
    answer = phone(PHONE).get(day.relay_page)

    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["x-robots-tag"] == "noindex"


def test_a_leader_who_was_reminded_reads_when(session: Session, clock: Traveller) -> None:
    day = make_day(session, households=3)
    reminders.remind(session, announcement_id=day.announcement.id)
    session.commit()

    assert "Phường nhắc lúc" in phone().get(day.relay_page).text


def test_a_leader_asks_the_deputy_who_posts_on_a_page_of_their_own(day: Day, deputy: User) -> None:
    client = phone()
    asking = client.get(f"{day.relay_page}/cannot").text

    pressed = client.post(day.relay_page, data={"do": "pass_on", "why": "2"})

    assert "Nhờ tổ phó đăng thay" in asking
    assert [button["value"] for button in Outline(asking).main_buttons] == ["pass_on"]
    assert (pressed.status_code, pressed.headers["location"]) == (303, day.relay_page)
    passed, theirs = client.get(day.relay_page).text, phone().get(deputys_page(day)).text
    assert "Đã nhờ Nông Văn Hải đăng thay" in passed
    assert f"vào nhóm “{day.group.name}”: http://ward.test{deputys_page(day)}" in passed
    assert "Tổ trưởng Hà Thị Minh không đăng được, nhờ ông/bà đăng thay lúc 12\u00a0giờ." in theirs
    assert "Kính gửi Tổ phó" in theirs
    assert GROUP_TEXT in theirs

    phone().post(deputys_page(day), data={"do": "posted"})

    assert relay_of(day)[1:] == (True, DeliveryStatus.SENT)
    assert "Nông Văn Hải đã đăng lúc 12\u00a0giờ" in client.get(day.relay_page).text
    assert "<b>Đã đăng lúc 12\u00a0giờ" in phone().get(deputys_page(day)).text


def test_the_deputy_hands_it_back_and_the_leader_reads_so(day: Day, deputy: User) -> None:
    phone().post(day.relay_page, data={"do": "pass_on"})
    cannot = phone().get(f"{deputys_page(day)}/cannot").text

    phone().post(deputys_page(day), data={"do": "give_back"})

    assert 'value="give_back"' in cannot
    assert "Trả lại tổ trưởng, báo phường" in cannot
    assert "Nông Văn Hải báo không đăng được lúc 12\u00a0giờ" in phone().get(day.relay_page).text
    assert "Ông/bà đã báo không đăng được" in phone().get(deputys_page(day)).text


def test_the_leader_can_take_it_back(day: Day, deputy: User) -> None:
    phone().post(day.relay_page, data={"do": "pass_on"})

    phone().post(day.relay_page, data={"do": "give_back"})

    assert [button["value"] for button in Outline(phone().get(day.relay_page).text).main_buttons] == ["posted"]


def test_a_group_without_a_deputy_says_so_and_gives_the_wards_phone(day: Day) -> None:
    pressed = phone().post(day.relay_page, data={"do": "pass_on"})

    html = phone().get(f"{day.relay_page}/cannot").text
    assert pressed.status_code == 303
    assert "Nhóm này chưa có tổ phó, nên xin gọi phường." in html
    assert [button["href"] for button in Outline(html).main_buttons] == ["tel:+842093000000"]


def test_what_is_posted_or_over_has_nothing_to_pass_on(day: Day, deputy: User) -> None:
    phone().post(day.relay_page, data={"do": "posted"})

    answer = phone().get(f"{day.relay_page}/cannot")

    assert (answer.status_code, answer.headers["location"]) == (303, day.relay_page)


def test_a_note_for_the_ward_is_kept_escaped_and_bounded(day: Day) -> None:
    client = phone()

    noted = client.post(day.relay_page, data={"do": "note", "note": f"{SCRIPT}\nMất sóng"})
    too_long = client.post(day.relay_page, data={"do": "note", "note": "a" * 301})

    assert "Đã ghi. Phường thấy ghi chú này." in client.get(noted.headers["location"]).text
    html = client.get(too_long.headers["location"]).text
    assert "dài quá 300 chữ" in html
    assert "&lt;img src=x onerror" in html
    assert "<img" not in html
    with reading() as session:
        assert session.exec(select(Relay.note)).one() == f"{SCRIPT}\nMất sóng"


def test_a_closed_group_is_not_posted_into(session: Session, day: Day) -> None:
    day.group.closed_on = NOON.date()
    session.add(day.group)
    session.commit()

    pressed = phone().post(day.relay_page, data={"do": "posted"})

    html = phone().get(day.relay_page).text
    assert pressed.status_code == 303
    assert relay_of(day)[1] is False
    assert "Nhóm này đã đóng, không cần đăng nữa" in html
    assert "data-copy" not in html


def test_a_long_name_and_marks_of_html_stay_harmless_on_the_deputys_pages(session: Session, clock: Traveller) -> None:
    day = make_day(session, title=f"{SCRIPT} {LONG[:90]}", group_text=f"{SCRIPT}\n{LONG}\n{LONG}", urgency=Urgency.EMERGENCY)
    stand_in(session, day, name=f"{SCRIPT}{LONG[:60]}")
    client = phone()

    pages = [client.get(f"{day.relay_page}/cannot")]
    client.post(day.relay_page, data={"do": "pass_on"})
    client.post(day.relay_page, data={"do": "note", "note": LONG[:300]})
    pages += [client.get(day.relay_page), client.get(deputys_page(day)), client.get(f"{deputys_page(day)}/cannot")]

    assert [page.status_code for page in pages] == [200] * 4
    for page in pages:
        assert "<img" not in page.text
        assert len(page.content) < LARGEST_PAGE
