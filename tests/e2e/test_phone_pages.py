"""The pages without sign-in in a real browser of a phone: seen, pressed, read by axe."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from sqlmodel import Session
from starlette.applications import Starlette

from core import clock
from core.settings import settings
from models import AnnouncementKind, AnnouncementStatus, AsksFor, JoinRequest, Role, Urgency
from services import household_cards, links, passing_on, tick_lists
from services.access import actor_of
from tests.factories import make_actor, make_household, make_link, make_membership, make_user
from tests.serving import served
from tests.web.day import LEADERS_PHONE, PHONE, TITLE, Day, make_day, make_led_group, make_ward
from web.routes import routes
from web.scan_recorder import recorder

pytestmark = pytest.mark.e2e

PRESSED = "button, .btn, .rows a, .top a, .row-link, .foot a, summary, label:has(input), input:not([type=hidden]), textarea"
LEAST_TARGET = 44  # CSS pixels (design §10)
TOO_SMALL = """([pressed, least]) => [...document.querySelectorAll(pressed)]
  .filter(one => !one.matches('label input') && one.checkVisibility({visibilityProperty: true}))
  .map(one => [one.innerText, one.getBoundingClientRect()])
  .filter(([, box]) => box.width && box.height && Math.min(box.width, box.height) < least)
  .map(([words, box]) => [words, box.width, box.height])"""
SIMPLE: dict[str, Any] = {
    "java_script_enabled": False, "locale": "vi-VN", "user_agent": PHONE, "viewport": {"width": 390, "height": 844}
}  # fmt: skip
LONG_TITLE = "Khám sàng lọc đái tháo đường và tăng huyết áp miễn phí cho người từ bốn mươi tuổi trở lên"
LONG_NAME = "Nguyễn-Phạm Thị Hoàng Bảo Thiên Kim Ngọc Trâm Anh Quỳnh Như"
ORDERS = (
    "Mưa rất to từ 19 giờ. Suối dâng nhanh.\n1. Nhà ven suối đi ngay, mang giấy tờ và thuốc.\n2. Đến Trường Tiểu học Sông Cầu."
)


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """An old phone that speaks Vietnamese."""
    return browser_context_args | {"user_agent": PHONE, "locale": "vi-VN", "viewport": {"width": 390, "height": 844}}


@pytest.fixture
def url(session: Session, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The public routes, served on a port of their own for one test."""
    with served(Starlette(routes=routes), ws="none") as port:
        address = f"http://127.0.0.1:{port}"
        monkeypatch.setenv("CAUNOI_PUBLIC_URL", address)
        settings.cache_clear()
        yield address
    recorder().flush()


@pytest.fixture
def day(session: Session, url: str) -> Day:
    """One announcement sent just now that asks for attendance."""
    return make_day(session, sent_at=clock.now())


@pytest.fixture
def pages(session: Session, url: str) -> dict[str, str]:
    """Every page in every state, by name."""
    ward, now = make_ward(session), clock.now()
    for n in range(1, 13):
        unit, _, group = make_led_group(session, ward, name=f"Thôn {n}", short_name=f"Thôn {n}, Nông Thượng", area="Nông Thượng")
        make_membership(session, household=make_household(session, unit=unit), group=group)
    day = make_day(session, ward=ward, sent_at=now, title=LONG_TITLE, households=14)
    emergency = make_day(
        session, ward=ward, sent_at=now, urgency=Urgency.EMERGENCY, facts={}, body=ORDERS, asks_for=AsksFor.CONFIRMATION
    )
    with time_machine.travel(now - timedelta(hours=2)):
        late = make_day(session, ward=ward, sent_at=clock.now(), urgency=Urgency.VERY_URGENT)
    with time_machine.travel(now - timedelta(days=3)):
        over = make_day(session, ward=ward, sent_at=clock.now())
    corrected = make_day(session, ward=ward, sent_at=now)
    correction = make_day(
        session, ward=ward, sent_at=now, kind=AnnouncementKind.CORRECTION, corrects_id=corrected.announcement.id
    )
    cancelled = make_day(session, ward=ward, sent_at=now, asks_for=AsksFor.NOTHING)
    cancelled.announcement.status = AnnouncementStatus.CANCELLED
    posted = make_day(session, ward=ward, sent_at=now)
    for relay in (cancelled.relay, corrected.relay, posted.relay):
        relay.posted_at = now
    day.group.join_url = "https://zalo.me/g/abcdef"
    session.add_all([cancelled.announcement, cancelled.relay, corrected.relay, posted.relay, day.group])
    for _ in range(8):
        make_household(session, unit=day.unit)
    join = links.join_link(session, group_id=day.group.id)
    closed = links.join_link(session, group_id=late.group.id)
    gone = make_link(session, title="Lịch tiêm chủng tháng 9/2026", place="Nhà văn hóa Tổ 13", is_active=False)
    leaders_list = tick_lists.make(session, actor=actor_of(session, day.leader), group_id=day.group.id).url.removeprefix(url)
    asking = JoinRequest(group_id=day.group.id, name="Chu Thị Cúc", phone="+84987654321", address="Số 5, ngõ 4")
    session.add(asking)
    helped, asked, back = (make_day(session, ward=ward, sent_at=now, title=LONG_TITLE) for _ in range(3))
    for one in (helped, asked, back):
        one.group.deputy_id = make_user(session, unit=one.unit, role=Role.LEAD, display_name=LONG_NAME).id
        session.add(one.group)
    session.flush()
    for one in (asked, back):
        passing_on.pass_on(session, token=one.relay.token, why="Đang bận, đang đi xa")
    passing_on.give_back(session, token=back.relay.deputy_token or "")
    shut = make_day(session, ward=ward, sent_at=now)
    shut.group.closed_on = clock.today()
    session.add(shut.group)
    home = make_household(
        session, unit=day.unit, head_name=LONG_NAME, address="Số 128, đường Nông Văn Quang", phone=LEADERS_PHONE
    )
    (cards,) = household_cards.issue(session, actor=make_actor(session, unit=ward), household_ids=[home.id])
    session.commit()
    return {
        "tick list": leaders_list, "tick list, outside": f"{leaders_list}?show=out", "asking": f"{leaders_list}/ask/{asking.id}",
        "card": cards.cards[0].url.removeprefix(url), "joined": f"/j/{join.slug}?said=noted",
        "announcement": day.page, "emergency": emergency.page, "expired": over.page, "corrected": corrected.page,
        "correction": correction.page, "cancelled": cancelled.page, "relay": day.relay_page, "overdue": late.relay_page,
        "posted": posted.relay_page, "relay cancelled": cancelled.relay_page, "relay corrected": corrected.relay_page,
        "relay over": over.relay_page, "cannot": f"{day.relay_page}/cannot", "leaders": day.leaders_page,
        "leaders over": over.leaders_page, "digits": f"{day.leaders_page}?group={day.group.id}",
        "wrong digits": f"{day.leaders_page}?group={day.group.id}&said=wrong",
        "locked": f"{day.leaders_page}?group={day.group.id}&said=locked", "join": f"/j/{join.slug}",
        "pass on": f"{helped.relay_page}/cannot", "passed on": asked.relay_page, "deputy": f"/r/{asked.relay.deputy_token}",
        "deputy cannot": f"/r/{asked.relay.deputy_token}/cannot", "handed back": back.relay_page,
        "deputy cannot either": f"/r/{back.relay.deputy_token}", "relay closed": shut.relay_page,
        "noted": f"{day.relay_page}?said=noted#note", "note too long": f"{day.relay_page}?said=long#note",
        "no chat": f"/j/{closed.slug}", "gone": f"/q/{gone.slug}", "no code": "/q/nothing2", "not found": "/a/nothing2",
    }  # fmt: skip


def width_of(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth"))


def too_small(page: Page) -> list[Any]:
    """What can be pressed and is too small for a thumb, with its width and height."""
    return list(page.evaluate(TOO_SMALL, [PRESSED, LEAST_TARGET]))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(page: Page, url: str, pages: dict[str, str], scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme)
    axe, found = Axe(), {}

    for name, path in pages.items():
        page.goto(url + path)
        found[name] = [(one["id"], one["nodes"][0]["html"]) for one in axe.run(page).response["violations"]]

    assert {name: violations for name, violations in found.items() if violations} == {}


def test_nothing_scrolls_sideways_on_small_phones_and_in_large_type(page: Page, url: str, pages: dict[str, str]) -> None:
    wide: dict[tuple[str, object], int] = {}

    for name, path in pages.items():
        page.set_viewport_size({"width": 320, "height": 568})
        page.goto(url + path)
        wide[name, 320] = width_of(page)
        page.set_viewport_size({"width": 390, "height": 844})
        wide[name, 390] = width_of(page)
        page.evaluate("document.documentElement.style.setProperty('font-size', '225%')")  # twice our 112.5 %
        wide[name, "390, large type"] = width_of(page)

    assert {key: width for key, width in wide.items() if width > (320 if key[1] == 320 else 390)} == {}


def test_whatever_can_be_pressed_is_large_enough_for_a_thumb(page: Page, url: str, pages: dict[str, str]) -> None:
    small: dict[str, list[Any]] = {}

    for name, path in pages.items():
        page.goto(url + path)
        small[name] = too_small(page)

    assert small == {name: [] for name in pages}


def test_no_page_breaks_its_own_policy(page: Page, url: str, pages: dict[str, str]) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if "status of 4" not in message.text else None)
    page.on("pageerror", lambda error: said.append(str(error)))

    for path in pages.values():
        page.goto(url + path)

    assert said == []


def test_a_leader_copies_the_text_says_posted_and_takes_it_back(page: Page, url: str, day: Day) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.clock.install(time=clock.now())
    page.goto(url + day.relay_page)
    page.clock.pause_at(clock.now() + timedelta(minutes=1))  # what is said for seconds stays

    page.get_by_role("button", name="Sao chép").click()
    expect(page.get_by_role("button", name="Đã sao chép")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    page.get_by_role("button", name="Tôi đã đăng").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cảm ơn, phường đã biết tin đến nhóm")
    page.reload()
    page.get_by_role("button", name="Hoàn tác").click()

    expect(page.get_by_role("button", name="Tôi đã đăng")).to_be_visible()
    assert copied.startswith("Kính gửi bà con Tổ 13, Sông Cầu.\n")
    assert copied.endswith(f"{url}{day.page}")


def test_without_the_clipboard_the_text_is_left_chosen(page: Page, url: str, day: Day) -> None:
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined}); document.execCommand = () => false")
    page.clock.install(time=clock.now())
    page.goto(url + day.relay_page)
    page.clock.pause_at(clock.now() + timedelta(minutes=1))

    page.get_by_role("button", name="Sao chép").click()

    expect(page.get_by_role("button", name="Đã chọn chữ")).to_be_visible()
    assert page.evaluate("getSelection().toString()").startswith("Kính gửi bà con Tổ 13")


def test_sharing_and_reading_aloud_are_offered_only_where_the_phone_has_them(
    someone: Callable[..., Page], url: str, day: Day
) -> None:
    plain, able = (someone(user_agent=PHONE, locale="vi-VN") for _ in range(2))
    plain.add_init_script("delete Navigator.prototype.share; delete window.speechSynthesis; window.speechSynthesis = undefined")
    able.add_init_script("navigator.share = what => { window.shared = what; return Promise.resolve() }")

    plain.goto(url + day.page)
    able.goto(url + day.page)
    able.get_by_role("button", name="Chia sẻ").click()

    expect(plain.get_by_role("button", name="Chia sẻ")).to_be_hidden()
    expect(plain.get_by_role("button", name="Nghe")).to_be_hidden()
    expect(able.get_by_role("button", name="Nghe")).to_be_visible()
    shared = able.wait_for_function("window.shared").json_value()
    assert shared["url"] == url + day.page
    assert shared["text"].startswith(f"{TITLE}. Khi nào: thứ Tư 25/11/2026")


def test_the_phone_reads_title_facts_and_text_aloud_sentence_by_sentence(page: Page, url: str, day: Day) -> None:
    page.add_init_script(
        """window.heard = [];
        Object.defineProperty(window, 'speechSynthesis', {value: {
          speaking: false, getVoices: () => [{lang: 'en-US'}, {lang: 'vi_VN', name: 'An'}],
          speak(words) { window.heard.push([words.text, words.lang, words.voice && words.voice.name]); }, cancel() {},
        }});
        window.SpeechSynthesisUtterance = function (text) { this.text = text; };"""
    )
    page.goto(url + day.page)

    page.get_by_role("button", name="Nghe").click()

    heard = page.evaluate("window.heard")
    assert heard[0] == [f"{TITLE}.", "vi-VN", "An"]
    assert len(heard) > 6
    expect(page.get_by_role("button", name="Dừng đọc")).to_be_visible()


def test_the_time_left_counts_on_by_itself(page: Page, url: str, day: Day) -> None:
    page.clock.install(time=clock.now())
    page.goto(url + day.relay_page)
    expect(page.locator("[data-until]")).to_have_text("Còn 1\u00a0giờ")

    page.clock.fast_forward("20:00")
    expect(page.locator("[data-until]")).to_have_text("Còn 40\u00a0phút")
    page.clock.fast_forward("45:00")

    expect(page.locator("[data-until]")).to_have_text("Quá hạn 5\u00a0phút")


def test_everything_works_without_a_script(someone: Callable[..., Page], url: str, day: Day) -> None:
    page = someone(**SIMPLE)

    page.goto(url + day.leaders_page)
    page.get_by_text("Tổ 13").click()
    page.get_by_role("button", name="Tiếp tục").click()
    page.get_by_label("Bốn số cuối").fill(LEADERS_PHONE[-4:])
    page.get_by_role("button", name="Mở việc của tổ").click()
    expect(page.get_by_text("Chạm giữ vào chữ dưới đây")).to_be_visible()
    page.get_by_role("button", name="Tôi đã đăng").click()
    expect(page.get_by_role("status")).to_contain_text("Đã đăng lúc")
    page.goto(url + day.page)
    page.get_by_label("2 người").check()
    page.get_by_role("button", name="Tôi đã nắm thông tin").click()
    expect(page.get_by_role("status")).to_contain_text("Gia đình có 2 người đi")
    page.get_by_role("link", name="Đổi câu trả lời").click()
    expect(page.get_by_label("2 người")).to_be_checked()
    page.goto(url + day.page)
    page.get_by_role("button", name="Rút câu trả lời").click()

    expect(page.get_by_role("button", name="Tôi đã nắm thông tin")).to_be_visible()


def test_a_leader_finds_the_group_by_typing_without_marks(page: Page, url: str, pages: dict[str, str]) -> None:
    page.goto(url + pages["leaders"])

    page.get_by_placeholder("Gõ số tổ hoặc tên thôn").fill("nong thuong")
    expect(page.get_by_text("Thôn 12")).to_be_visible()
    page.get_by_placeholder("Gõ số tổ hoặc tên thôn").fill("thon 12")

    expect(page.get_by_text("Thôn 12")).to_be_visible()
    expect(page.get_by_text("Thôn 11")).to_be_hidden()
    expect(page.get_by_text("Tổ 13")).to_be_hidden()


def test_without_a_script_a_leader_asks_the_deputy_who_posts_for_both(
    session: Session, someone: Callable[..., Page], url: str, day: Day
) -> None:
    day.group.deputy_id = make_user(session, unit=day.unit, role=Role.LEAD, display_name="Nông Văn Hải").id
    session.add(day.group)
    session.commit()
    page = someone(**SIMPLE)

    page.goto(url + day.relay_page)
    page.get_by_role("link", name="Tôi không đăng được").click()
    page.get_by_label("Đang bận, đang đi xa").check()
    page.get_by_role("button", name="Nhờ Nông Văn Hải đăng").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Đã nhờ Nông Văn Hải đăng thay")
    deputys = page.locator("#text").inner_text().split("”: ")[1]
    page.goto(deputys)
    page.get_by_role("button", name="Tôi đã đăng").click()
    page.goto(url + day.relay_page)
    expect(page.get_by_role("status")).to_contain_text("Nông Văn Hải đã đăng lúc")
    page.get_by_text("Sửa ghi chú cho phường").click()
    expect(page.get_by_label("Chỉ ông/bà và phường thấy")).to_have_value("Đang bận, đang đi xa")
    page.get_by_label("Chỉ ông/bà và phường thấy").fill("Tối mới về")
    page.get_by_role("button", name="Ghi lại").click()

    expect(page.get_by_text("Đã ghi. Phường thấy ghi chú này.")).to_be_visible()


def test_who_heads_two_groups_sees_both_works_and_axe_finds_nothing(session: Session, page: Page, url: str) -> None:
    ward = make_ward(session)
    unit, _, second = make_led_group(session, ward, name="Thôn 12", short_name="Thôn Nà Mạ Nông Thượng", area="Nông Thượng")
    make_membership(session, household=make_household(session, unit=unit), group=second)
    day = make_day(session, ward=ward, sent_at=clock.now(), title=LONG_TITLE)
    second.leader_id = day.leader.id
    session.add(second)
    session.commit()
    page.goto(f"{url}{day.leaders_page}?group={day.group.id}")

    page.get_by_label("Bốn số cuối").fill(LEADERS_PHONE[-4:])
    page.get_by_role("button", name="Mở việc của tổ").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Xin đăng vào 2 nhóm của ông/bà")
    expect(page.locator(".rows a")).to_have_count(2)
    assert [one["id"] for one in Axe().run(page).response["violations"]] == []
    assert width_of(page) <= 390


def test_an_announcement_prints_on_one_page(page: Page, url: str, day: Day) -> None:
    page.goto(url + day.page)
    page.emulate_media(media="print")

    assert page.pdf(format="A4").count(b"/Type /Page\n") == 1
    expect(page.get_by_text("Bản mới nhất")).to_be_visible()
    expect(page.get_by_role("button", name="Tôi đã nắm thông tin")).to_be_hidden()
