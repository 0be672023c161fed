"""Passkeys in a real browser with a device of its own making, and the second door at a provider over real sockets."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import select

from models import Role, SecondFactor, User
from models import Session as SignedIn
from services.passwords import hash_password
from tests import oidc
from tests.e2e.conftest import FILE, Server, a_server
from tests.e2e.pace import settled
from tests.factories import make_unit, make_user
from tests.oidc import Provider

pytestmark = pytest.mark.e2e

WORD = "song cau qua cau"


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with oidc.running() as provider:
        yield provider


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, migrated: Path, provider: Provider) -> Iterator[Server]:
    """As shipped: admins need a second factor; and with a provider."""
    server = a_server(tmp_path_factory.mktemp("ward"))
    (server.folder / FILE).write_bytes(migrated.read_bytes())
    server.settings |= {
        "CAUNOI_SECOND_FACTOR": "required", "CAUNOI_OIDC_ISSUER": provider.issuer, "CAUNOI_OIDC_CLIENT_ID": oidc.CLIENT,
        "CAUNOI_OIDC_CLIENT_SECRET": oidc.SECRET, "CAUNOI_OIDC_NAME": "tài khoản tỉnh",
    }  # fmt: skip
    server.start()
    yield server
    server.stop()
    server.engine.dispose()


@pytest.fixture(scope="module", autouse=True)
def people(server: Server) -> None:
    hashed = hash_password(WORD)
    with server.session() as session:
        ward = make_unit(session, name="Phường Bắc Kạn")
        make_user(session, unit=ward, role=Role.ADMIN, username="an", display_name="Nguyễn Văn An", password_hash=hashed)
        make_user(
            session, unit=ward, role=Role.STAFF, username="chi", display_name="Lý Thị Chi", password_hash=hashed,
            email="chi@backan.test",
        )  # fmt: skip


@pytest.fixture
def door(server: Server, someone: Callable[..., Page]) -> Page:
    return someone(base_url=server.url, locale="vi-VN")


def sign_in(page: Page, username: str) -> None:
    expect(page.get_by_label("Tên đăng nhập")).to_be_visible()
    settled(page)
    page.get_by_label("Tên đăng nhập").fill(username)
    page.get_by_label("Mật khẩu", exact=True).fill(WORD)
    page.get_by_role("button", name="Đăng nhập", exact=True).click()


def with_a_device(page: Page) -> None:
    """A passkey device that says yes to everything (Chrome DevTools Protocol, WebAuthn domain)."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_a_passkey_is_set_up_before_anything_else_and_signs_in_from_then_on(server: Server, door: Page) -> None:
    with_a_device(door)
    door.goto("/people")
    sign_in(door, "an")
    expect(door.get_by_role("heading", name="Xác nhận hai bước", level=1)).to_be_visible()
    door.get_by_role("button", name="Dùng khóa truy cập của máy").click()
    door.get_by_label("Tên để nhận ra").fill("Máy phòng một cửa")
    door.get_by_role("button", name="Thêm khóa").click()
    expect(door.get_by_text("Máy phòng một cửa")).to_be_visible()
    door.get_by_role("button", name="Lấy mã khôi phục").click()
    door.get_by_role("button", name="Tôi đã cất các mã này").click()
    expect(door.get_by_text("Còn 10 mã chưa dùng")).to_be_visible()

    door.goto("/account")
    door.get_by_role("button", name="Đăng xuất").first.click()
    expect(door.get_by_text("Đã đăng xuất khỏi thiết bị này.")).to_be_visible()
    door.goto("/people")
    sign_in(door, "an")
    door.get_by_role("button", name="Dùng khóa truy cập của máy").click()

    expect(door.get_by_role("heading", name="Người dùng", level=1)).to_be_visible()
    with server.session() as session:
        assert session.exec(select(SecondFactor.is_confirmed)).all() == [True]


def test_the_second_door_opens_for_who_has_an_account_and_for_nobody_else(server: Server, door: Page, provider: Provider) -> None:
    provider.claims = {"sub": "u-1", "email": "stranger@backan.test", "email_verified": True}
    door.goto("/sign_in")
    door.get_by_role("button", name="Đăng nhập bằng tài khoản tỉnh").click()
    expect(door.get_by_text("Tài khoản ấy chưa dùng được ở đây.")).to_be_visible()

    provider.claims = {"sub": "u-2", "email": "Chi@backan.test", "email_verified": True}
    door.get_by_role("button", name="Đăng nhập bằng tài khoản tỉnh").click()
    expect(door.get_by_text("Lý Thị Chi").first).to_be_visible()

    assert {one.get("name", "") for one in door.context.cookies()} & {"_streamlit_user", "_streamlit_user_tokens"} == set()
    assert (server.folder / "streamlit-secrets.toml").stat().st_mode & 0o077 == 0
    with server.session() as session:
        chi = session.exec(select(User).where(User.username == "chi")).one()
        assert chi.subject == f"{provider.issuer} u-2"
        assert len(session.exec(select(SignedIn).where(SignedIn.user_id == chi.id)).all()) == 1
        assert len(session.exec(select(User)).all()) == 2
