import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from models import Role
from services.passwords import hash_password
from tests.e2e.conftest import Server
from tests.e2e.pace import answered, opened, settled
from tests.factories import make_unit, make_user

pytestmark = pytest.mark.e2e

WORD = "song cau qua cau"
WRONG = "Tên đăng nhập hoặc mật khẩu không đúng"


@pytest.fixture(scope="module", autouse=True)
def people(server: Server) -> None:
    """A ward with one of each kind this file needs."""
    hashed = hash_password(WORD)
    with server.session() as session:
        ward = make_unit(session, name="Phường Bắc Kạn")
        for name in ("an", "binh", "chi", "dung", "giang"):
            make_user(
                session, unit=ward, role=Role.ADMIN, username=name, display_name=f"Nguyễn {name.title()}", password_hash=hashed
            )
        make_user(session, unit=ward, username="moi", display_name="Người Mới", password_hash=hashed, must_change_password=True)


@pytest.fixture
def door(server: Server, someone: Callable[..., Page]) -> Page:
    """A browser that was never here."""
    return someone(base_url=server.url)


def sign_in(page: Page, username: str, password: str) -> None:
    expect(page.get_by_label("Tên đăng nhập")).to_be_visible()
    settled(page)
    page.get_by_label("Tên đăng nhập").fill(username)
    page.get_by_label("Mật khẩu", exact=True).fill(password)
    page.get_by_role("button", name="Đăng nhập").click()


def cookie(page: Page) -> dict[str, object]:
    return next((dict(one) for one in page.context.cookies() if one.get("name") == "caunoi"), {})


def test_a_wrong_password_says_so_and_the_right_one_opens(door: Page) -> None:
    door.goto("/sign_in")
    sign_in(door, "an", "not the word")
    expect(door.get_by_role("alert")).to_contain_text(WRONG)

    sign_in(door, "an", WORD)

    expect(door).not_to_have_url(re.compile("sign_in"))
    expect(door.get_by_text("Nguyễn An").first).to_be_visible()


def test_a_deep_link_opens_after_the_door_and_an_unknown_address_is_not_found(door: Page) -> None:
    failed: list[str] = []
    door.on("response", lambda answer: failed.append(answer.url) if answer.status >= 400 else None)
    door.goto("/people?x=1")
    sign_in(door, "an", WORD)
    expect(door.get_by_role("heading", name="Người dùng")).to_be_visible()
    assert [url for url in failed if "/_stcore/" not in url] == []

    answer = door.goto("/p/x")

    assert answer is not None
    assert answer.status == 404
    expect(door.get_by_role("heading", level=1)).to_be_visible()
    expect(door.locator("#root")).to_have_count(0)  # our page, not the one that carries the screens


def test_the_cookie_cannot_be_read_by_a_script(door: Page) -> None:
    door.goto("/sign_in?next=/account")
    sign_in(door, "an", WORD)
    expect(door.get_by_role("heading", name="Nguyễn An")).to_be_visible()

    assert cookie(door)["httpOnly"] is True
    assert cookie(door)["sameSite"] == "Lax"
    assert "caunoi" not in door.evaluate("document.cookie")


def test_after_five_wrong_tries_the_right_password_gets_the_same_words(door: Page) -> None:
    door.goto("/sign_in")
    for tried in range(5):
        with answered(door):
            sign_in(door, "binh", f"not the word {tried}")
        expect(door.get_by_role("alert")).to_contain_text(WRONG)

    with answered(door):
        sign_in(door, "binh", WORD)

    expect(door.get_by_role("alert")).to_contain_text(WRONG)
    assert cookie(door) == {}


def test_a_visit_survives_a_reload_and_a_restart(server: Server, signed_in: Callable[..., Page]) -> None:
    page = signed_in("chi")
    page.goto("/account")
    expect(page.get_by_role("heading", name="Nguyễn Chi")).to_be_visible()

    page.reload()
    expect(page.get_by_role("heading", name="Nguyễn Chi")).to_be_visible()

    server.restart()
    page.goto("/people")
    expect(page.get_by_role("heading", name="Người dùng")).to_be_visible()


def test_a_deep_link_right_after_a_restart_meets_the_door_and_comes_back(server: Server, door: Page) -> None:
    server.restart()

    door.goto("/people?tt=on")
    expect(door.get_by_role("heading", name="Đăng nhập", level=1)).to_be_visible()
    assert "Nguyễn" not in door.content()
    sign_in(door, "an", WORD)

    expect(door.get_by_role("heading", name="Người dùng")).to_be_visible()
    expect(door).to_have_url(re.compile(r"/people\?tt=on$"))


def test_signing_out_ends_it_here_and_leaves_no_way_back(signed_in: Callable[..., Page]) -> None:
    page = signed_in("dung")
    page.goto("/account")
    page.get_by_role("button", name="Đăng xuất").first.click()
    expect(page.get_by_text("Đã đăng xuất khỏi thiết bị này.")).to_be_visible()
    assert cookie(page) == {}

    page.goto("/people")

    expect(page.get_by_role("heading", name="Đăng nhập", level=1)).to_be_visible()


def test_what_ends_elsewhere_ends_here_at_the_next_click(signed_in: Callable[..., Page]) -> None:
    """Two browsers of one person: the open page of one still holds its visit when the other ends it."""
    here, there = signed_in("giang"), signed_in("giang")
    for page in (here, there):
        page.goto("/account")
    expect(there.get_by_role("heading", name="Nguyễn Giang")).to_be_visible()
    here.get_by_role("button", name="Đăng xuất").nth(1).click()
    expect(here.get_by_text("Đã đăng xuất thiết bị đó.")).to_be_visible()

    there.get_by_label("Mật khẩu đang dùng").fill(WORD)
    there.get_by_role("button", name="Đổi mật khẩu").click()

    expect(there.get_by_role("heading", name="Đăng nhập", level=1)).to_be_visible()


def test_a_one_time_password_is_changed_before_anything_else(door: Page) -> None:
    door.goto("/sign_in?next=/account")
    sign_in(door, "moi", WORD)
    expect(door.get_by_role("heading", name="Đặt mật khẩu")).to_be_visible()
    door.goto("/account")
    expect(door.get_by_role("heading", name="Đặt mật khẩu")).to_be_visible()

    door.get_by_label("Mật khẩu mới", exact=True).fill("cầu bắc qua sông")
    door.get_by_label("Nhập lại mật khẩu mới").fill("cầu bắc qua sông")
    door.get_by_role("button", name="Đặt mật khẩu").click()

    expect(door.get_by_role("heading", name="Người Mới")).to_be_visible()


def test_the_screens_add_no_error_and_call_nobody_outside(server: Server, signed_in: Callable[..., Page]) -> None:
    page = signed_in("an")
    said: list[str] = []
    called: list[str] = []
    # Streamlit looks for itself below the page's own address first, and finds nothing there.
    page.on("console", lambda one: said.append(one.text) if one.type == "error" and "404" not in one.text else None)
    page.on("request", lambda one: called.append(one.url))

    for path in ("/account", "/people", "/new_person"):
        opened(page, path)

    assert said == []
    assert [url for url in called if not url.startswith((server.url, "data:", "blob:"))] == []


@pytest.mark.parametrize("path", ["/sign_in", "/account", "/people", "/new_person"])
def test_nothing_scrolls_sideways_on_a_phone(signed_in: Callable[..., Page], door: Page, path: str) -> None:
    phone = {"width": 390, "height": 844}
    page = door if path == "/sign_in" else signed_in("an", viewport=phone, has_touch=True)
    page.set_viewport_size({"width": 390, "height": 844})

    opened(page, path)

    assert page.evaluate("document.documentElement.scrollWidth") == 390
    small = page.evaluate(
        "[...document.querySelectorAll('.stMain button, .stMain .stPageLink a')].filter(e => e.offsetParent"
        " && !e.closest('[data-testid=stTextInputRootElement], [role=group], [data-testid=stTooltipIcon]')"
        " && e.getBoundingClientRect().height < 40).map(e => e.outerHTML.slice(0, 120))"
    )
    assert small == []
