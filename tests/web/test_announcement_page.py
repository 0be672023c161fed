import base64
import hashlib
import html
import re
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select
from starlette.testclient import TestClient
from time_machine import Traveller

from core.clock import now
from core.db import reading
from models import AnnouncementKind, AnnouncementStatus, AsksFor, How, Purpose, Reach, ReachCount, Scan, ShortLink, Urgency
from tests.factories import make_announcement
from tests.web.day import PHONE, TITLE, ZALO_PREVIEW, Day, Outline, make_day, make_ward, phone, send
from web import limits
from web.scan_recorder import recorder

LARGEST_PAGE = 20_000
SCRIPT = "<img src=x onerror=alert(1)>\"'"
LONG = "Nghiêng " * 30


def openings_of(day: Day) -> list[bool]:
    """One an opening: whether it was the phone's first."""
    recorder().flush()
    with reading() as session:
        return sorted(session.exec(select(Scan.is_first).where(Scan.link_id == day.link.id)))


def answers_of(day: Day) -> list[tuple[How, int]]:
    with reading() as session:
        rows = session.exec(select(Reach).where(Reach.announcement_id == day.announcement.id))
        return [(row.how, row.people) for row in rows]


def known_in(day: Day) -> int:
    with reading() as session:
        return sum(session.exec(select(ReachCount.known).where(ReachCount.announcement_id == day.announcement.id)))


def test_a_resident_reads_what_when_where_who_and_what_to_bring(day: Day) -> None:
    answer = phone().get(day.page)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    for words in (TITLE, "Khi nào", "<b>thứ Tư 25/11/2026</b>", "Ở đâu", "Dành cho ai", "Chuẩn bị", "không thu tiền"):
        assert words in answer.text
    assert "gửi bà con Tổ 13, Sông Cầu" in answer.text
    assert "Không muốn phường nhắn tin về máy nữa?" in answer.text, "an SMS leads here and has no room for it"


def test_signs_of_markdown_stand_as_they_were_written(session: Session, clock: Traveller) -> None:
    signs = "*đậm* _nghiêng_ # Tổ 7 <thôn> giá $5 và $6 [đây](https://x.vn) `mã` \\* & &amp;"
    day = make_day(session, title=signs, body=f"{signs}\n\n1. {signs}")

    page = html.unescape(phone().get(day.page).text)

    assert f">{signs}</h1>" in page
    assert f">{signs}</p>" in page
    assert f"{signs}</span></li>" in page


def test_a_chat_shows_a_card_with_the_wards_name_and_the_facts(day: Day) -> None:
    answer = phone(ZALO_PREVIEW).get(day.page)

    said = {found["property"]: found["content"] for found in Outline(answer.text).all("meta") if "property" in found}
    assert said["og:title"] == TITLE
    assert said["og:site_name"] == "Phường Bắc Kạn"
    assert said["og:description"].startswith("Phường Bắc Kạn: thứ Tư 25/11/2026, từ 7 giờ đến 11 giờ 30 · Trạm Y tế phường")
    assert said["og:url"] == f"http://ward.test{day.page}"
    assert phone().get(said["og:image"]).headers["content-type"] == "image/png"


def test_one_person_opening_twice_is_one_phone(day: Day) -> None:
    client = phone()

    client.get(day.page)
    client.get(day.page)

    assert openings_of(day) == [False, True]
    with reading() as session:
        assert session.exec(select(ReachCount.opens)).one() == 1


@pytest.mark.parametrize(
    ("agent", "headers"),
    [
        (ZALO_PREVIEW, {}),
        ("facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", {}),
        (PHONE, {"sec-purpose": "prefetch"}),
        (PHONE, {"purpose": "prefetch"}),
    ],
)
def test_previews_and_prefetches_do_not_count_and_get_no_cookie(day: Day, agent: str, headers: dict[str, str]) -> None:
    answer = phone(agent).get(day.page, headers=headers)

    assert answer.status_code == 200
    assert openings_of(day) == []
    assert "set-cookie" not in answer.headers


def test_a_head_request_is_answered_and_does_not_count(day: Day) -> None:
    answer = phone().head(day.page)

    assert (answer.status_code, answer.content) == (200, b"")
    assert openings_of(day) == []


def test_who_has_understood_says_so_and_a_second_press_counts_once(day: Day) -> None:
    client = phone()
    client.get(day.page)

    answers = [client.post(day.page, data={"do": "answer"}) for _ in range(2)]

    assert [(answer.status_code, answer.headers["location"]) for answer in answers] == [(303, day.page)] * 2
    assert answers_of(day) == [(How.CONFIRMED, 0)]
    assert known_in(day) == 1
    assert "Đã ghi nhận" in client.get(day.page).text


def test_an_answer_is_shown_to_the_phone_that_gave_it_and_to_no_other(day: Day) -> None:
    client = phone()
    client.get(day.page)

    client.post(day.page, data={"do": "answer", "people": "2"})

    assert "Gia đình có 2 người đi. Ghi lúc 12\u00a0giờ." in client.get(day.page).text
    assert "Đã ghi nhận" not in phone().get(day.page).text


def test_an_answer_can_be_changed_and_is_then_still_one(day: Day) -> None:
    client = phone()
    client.get(day.page)
    client.post(day.page, data={"do": "answer", "people": "2"})

    form = client.get(f"{day.page}?change=1")
    client.post(day.page, data={"do": "answer", "people": "3"})

    assert Outline(form.text).all("input", value="2", checked="")
    assert answers_of(day) == [(How.ATTENDING, 3)]
    assert "Gia đình có từ 3 người đi" in client.get(day.page).text


def test_an_answer_can_be_taken_back(day: Day) -> None:
    client = phone()
    client.get(day.page)
    client.post(day.page, data={"do": "answer", "people": "1"})

    answers = [client.post(day.page, data={"do": "take_back"}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert (answers_of(day), known_in(day)) == ([], 0)
    assert "Tôi đã nắm thông tin" in client.get(day.page).text


def test_not_coming_still_tells_the_ward_that_the_household_knows(day: Day) -> None:
    client = phone()
    client.get(day.page)

    client.post(day.page, data={"do": "answer", "people": "0"})

    assert answers_of(day) == [(How.CONFIRMED, 0)]
    assert "không báo có người đi" in client.get(day.page).text


@pytest.mark.parametrize("form", [{"do": "answer", "people": "40"}, {"do": "answer", "people": "x"}, {"do": "drop"}, {}])
def test_what_the_page_does_not_offer_is_refused(day: Day, form: dict[str, str]) -> None:
    answer = phone().post(day.page, data=form)

    assert answer.status_code == 422
    assert "Hãy chọn lại trên trang" in answer.text
    assert answers_of(day) == []


@pytest.mark.parametrize(
    "headers",
    [{"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}],
)
def test_an_answer_sent_by_another_site_is_refused(day: Day, headers: dict[str, str]) -> None:
    answer = phone().post(day.page, data={"do": "answer"}, headers=headers)

    assert answer.status_code == 403
    assert answers_of(day) == []


def test_an_answer_sent_by_our_own_page_is_taken(day: Day) -> None:
    ours = {"origin": "http://ward.test", "sec-fetch-site": "same-origin"}

    client = phone()
    client.get(day.page)

    answer = client.post(day.page, data={"do": "answer"}, headers=ours)

    assert answer.status_code == 303
    assert len(answers_of(day)) == 1


@pytest.mark.parametrize("cookie", ["", "cn_v=" + "x" * 22, f"cn_v={'x' * 22}.{'0' * 32}"])
def test_who_has_not_been_on_the_page_is_led_to_it_and_does_not_count(day: Day, cookie: str) -> None:
    answers = [phone().post(day.page, data={"do": "answer"}, headers={"cookie": cookie}) for _ in range(10)]

    assert [(answer.status_code, answer.headers["location"]) for answer in answers] == [(303, day.page)] * 10
    assert all(answer.headers["set-cookie"].startswith("cn_v=") for answer in answers)
    assert (answers_of(day), known_in(day)) == ([], 0)


def test_a_phone_that_was_led_to_the_page_counts_at_its_next_press(day: Day) -> None:
    client = phone()

    for _ in range(2):
        client.post(day.page, data={"do": "answer"})

    assert known_in(day) == 1


def test_one_address_cannot_answer_for_a_whole_ward(day: Day, clock: Traveller) -> None:
    app = phone().app
    caller = {"type": "http", "client": ("203.1.113.8", 4), "headers": []}
    assert all(limits.may_answer(caller, day.announcement.id, now()) for _ in range(190))
    statuses = []
    for _ in range(40):
        client = TestClient(app, base_url="http://ward.test", client=("203.1.113.8", 4), follow_redirects=False)
        client.get(day.page, headers={"user-agent": PHONE})
        statuses.append(client.post(day.page, data={"do": "answer"}).status_code)
        clock.shift(timedelta(seconds=0.4))  # slowly enough for the pace of all presses

    assert statuses.count(429) > 0
    assert known_in(day) == statuses.count(303) < 30


def test_a_form_over_8_kb_or_of_another_kind_is_refused(day: Day) -> None:
    too_large = phone().post(day.page, data={"do": "answer", "more": "x" * 9000})
    no_form = phone().post(day.page, json={"do": "answer"})
    too_many = phone().post(day.page, data={f"field{n}": "1" for n in range(30)})

    assert [answer.status_code for answer in (too_large, no_form, too_many)] == [413, 415, 413]
    assert answers_of(day) == []


def test_one_address_cannot_press_without_end(day: Day) -> None:
    from_one_address = TestClient(phone().app, base_url="http://ward.test", client=("203.1.113.7", 4), follow_redirects=False)

    statuses = [from_one_address.post(day.page, data={"do": "answer"}).status_code for _ in range(100)]

    assert (statuses[:60].count(303), statuses[60:].count(429)) == (60, 40)


def test_looking_changes_nothing_whatever_the_address_asks(day: Day) -> None:
    client = phone()

    client.get(f"{day.page}?do=answer&people=2")
    client.get(f"{day.page}?do=take_back")

    assert answers_of(day) == []


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_only_looking_and_answering_are_possible(day: Day, method: str) -> None:
    answer = phone().request(method, day.page)

    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, POST")


def test_an_unknown_address_and_a_draft_are_not_found(session: Session, day: Day) -> None:
    draft = make_announcement(session, unit=day.ward)
    link = ShortLink(slug="draft2345", purpose=Purpose.ANNOUNCEMENT, announcement_id=draft.id)
    session.add(link)
    session.commit()

    answers = [phone().get("/a/nothing23"), phone().get("/a/draft2345"), phone().post("/a/nothing23", data={"do": "answer"})]

    assert [answer.status_code for answer in answers] == [404] * 3
    assert all("Không có trang này" in answer.text and "0209 300 0000" in answer.text for answer in answers)
    assert draft.title not in answers[1].text


def test_after_its_time_the_page_says_so_and_takes_no_answer(day: Day, clock: Traveller) -> None:
    clock.shift(timedelta(days=2))

    client = phone()

    shown, refused = client.get(day.page), client.post(day.page, data={"do": "answer"})

    assert "Việc này đã qua" in shown.text
    assert "Hết hiệu lực lúc 12\u00a0giờ, thứ Tư 25/11/2026" in shown.text
    assert Outline(shown.text).main_buttons == []
    assert refused.status_code == 422
    assert answers_of(day) == []


def test_a_withdrawn_announcement_warns_before_anything_else(session: Session, day: Day) -> None:
    day.announcement.status = AnnouncementStatus.CANCELLED
    session.add(day.announcement)
    session.commit()

    answer = phone().get(day.page)

    assert answer.text.index("Phường đã thu hồi thông báo này") < answer.text.index(f">{TITLE}</h1>")
    assert Outline(answer.text).main_buttons == []


def test_a_corrected_announcement_leads_to_its_correction_and_back(session: Session, day: Day) -> None:
    correction = make_announcement(
        session, unit=day.ward, title="Đổi nơi khám", kind=AnnouncementKind.CORRECTION, corrects_id=day.announcement.id
    )
    new = send(session, correction, day.ward, day.unit, day.leader, day.group)

    old_page, new_page = phone().get(day.page), phone().get(new.page)

    assert "Thông báo này đã được đính chính" in old_page.text
    assert [button["href"] for button in Outline(old_page.text).main_buttons] == [f"http://ward.test{new.page}"]
    assert "Đây là bản đính chính" in new_page.text
    assert Outline(new_page.text).all("a", href=f"http://ward.test{day.page}")


@pytest.mark.parametrize(
    ("of_it", "expected"),
    [
        ({}, ["Tôi đã nắm thông tin"]),
        ({"asks_for": AsksFor.CONFIRMATION}, ["Tôi đã nắm thông tin"]),
        ({"asks_for": AsksFor.CONFIRMATION, "urgency": Urgency.EMERGENCY, "facts": {}}, ["Tôi đã biết"]),
        ({"asks_for": AsksFor.NOTHING}, []),
    ],
)
def test_a_page_asks_for_one_thing_at_most(
    session: Session, clock: Traveller, of_it: dict[str, Any], expected: list[str]
) -> None:
    day = make_day(session, **of_it)

    html = phone().get(day.page).text

    outline = Outline(html)
    assert len(outline.main_buttons) == len(expected)
    assert all(words in html for words in expected)
    assert [len(outline.all(tag)) for tag in ("title", "h1")] == [1, 1]
    assert outline.all("html", lang="vi")


def test_numbered_orders_become_steps(session: Session, clock: Traveller) -> None:
    day = make_day(session, facts={}, body="Mưa rất to.\n1. Rời nhà ven suối.\n2. Đến trường.\nGọi phường.")

    html = phone().get(day.page).text

    assert '<ol class="steps sheet"><li><span>Rời nhà ven suối.</span></li><li><span>Đến trường.</span></li></ol>' in html
    assert "<p>Gọi phường.</p>" in html


def test_marks_of_html_in_any_text_stay_text(session: Session, clock: Traveller) -> None:
    ward = make_ward(session)
    ward.name, ward.address, ward.office_hours = SCRIPT, SCRIPT, SCRIPT
    session.add(ward)
    facts = dict.fromkeys(("when", "where", "who", "bring"), SCRIPT)
    day = make_day(session, ward=ward, title=SCRIPT, body=f"{SCRIPT}\n1. {SCRIPT}", facts=facts)
    day.unit.short_name = SCRIPT
    session.add(day.unit)
    session.commit()

    html = phone().get(day.page).text

    assert "<img" not in html
    assert html.count("&lt;img src=x onerror=alert(1)&gt;&#34;&#39;") >= 12
    assert not [name for _, found in Outline(html).elements for name in found if name.startswith("on")]


def test_the_fullest_page_stays_under_20_kb(session: Session, clock: Traveller) -> None:
    facts = dict.fromkeys(("when", "where", "who", "bring"), f"{LONG[:60]}, {LONG[:60]}")
    ward = make_ward(session)
    old = make_day(session, ward=ward)
    day = make_day(
        session, ward=ward, title=LONG[:120], facts=facts, body=f"{LONG}\n\n1. {LONG}\n2. {LONG}", corrects_id=old.announcement.id
    )
    client = phone()
    client.get(day.page)
    client.post(day.page, data={"do": "answer", "people": "3"})

    pages = [client.get(day.page), client.get(f"{day.page}?change=1")]

    assert max(len(page.content) for page in pages) < LARGEST_PAGE


def test_the_policy_lets_in_our_style_our_files_and_nothing_else(day: Day) -> None:
    answer = phone().get(day.page)

    style = re.search(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policy = answer.headers["content-security-policy"]
    assert f"style-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cache-control"] == "no-store"
    outside = [value for _, found in Outline(answer.text).elements for name, value in found.items() if name in ("src", "style")]
    assert all(value.startswith("/assets/") for value in outside)


def test_a_phone_set_to_english_is_spoken_to_in_english_and_hears_the_text_in_vietnamese(day: Day) -> None:
    answer = phone().get(day.page, headers={"accept-language": "en-GB,en;q=0.9"})

    outline = Outline(answer.text)
    assert outline.all("html", lang="en")
    assert outline.all("h1", lang="vi")
    assert outline.all("div", id="notice", lang="vi")
