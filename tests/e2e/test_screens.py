from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from models import Role
from tests.e2e.conftest import Server
from tests.e2e.pace import opened
from tests.factories import make_unit, make_user

pytestmark = pytest.mark.e2e

# What Streamlit itself draws and no setting changes: the file chooser's role, the empty head of a table's index.
KNOWN = {"aria-allowed-role", "empty-table-header"}


@pytest.fixture(scope="module", autouse=True)
def people(server: Server) -> None:
    """A ward with an admin and a leader."""
    with server.session() as session:
        ward = make_unit(session, name="Phường Bắc Kạn")
        group = make_unit(session, parent=ward, short_name="Tổ 13, Sông Cầu")
        make_user(session, unit=ward, role=Role.ADMIN, username="an", display_name="Nguyễn Văn An")
        make_user(session, unit=group, role=Role.LEAD, username="lien", display_name="Trần Thị Liên", must_change_password=True)


def test_a_screen_asks_for_its_server_at_the_root_only(signed_in: Callable[..., Page]) -> None:
    page = signed_in("an")
    asked: list[str] = []
    page.on("request", lambda one: asked.append(urlsplit(one.url).path))

    opened(page, "/people")

    assert page.locator("h1").inner_text() == "Người dùng"
    assert [path for path in asked if path.startswith("/people/")] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("username", "path"),
    [("an", "/account"), ("an", "/people"), ("an", "/new_person"), ("lien", "/new_password"), ("", "/sign_in")],
)
def test_a_screen_can_be_read_by_everyone(signed_in: Callable[..., Page], username: str, path: str, scheme: str) -> None:
    page = signed_in(username or "an", color_scheme=scheme)
    if not username:
        page.context.clear_cookies()

    opened(page, path)

    found = {one["id"]: one["nodes"][0]["html"] for one in Axe().run(page).response["violations"] if one["id"] not in KNOWN}
    assert found == {}
    assert page.evaluate("document.documentElement.lang") == "vi"
