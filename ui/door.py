"""The sign-in form: streamlit-authenticator's, fed with one user at a time, trusting nothing but our own session.

Imported by the sign-in page only: the library takes 0.4 s to load and registers a component when it does.
"""

import secrets
from dataclasses import dataclass
from typing import Any

import streamlit as st
import streamlit_authenticator as stauth
from streamlit_authenticator.controllers import AuthenticationController

from core.db import transaction
from services import accounts, passwords
from ui.words import _

# The library believes a cookie signed with its default key under its default name, even with its cookie switched off:
# both are random in each process, and the controller below believes none at all.
COOKIE_NAME = f"none-{secrets.token_hex(8)}"
COOKIE_KEY = secrets.token_hex(32)


@dataclass(frozen=True)
class Tried:
    """A name and a password were given."""

    username: str
    address: str
    locks: bool  # a wrong password was the last of five
    is_right: bool


class Controller(AuthenticationController):  # type: ignore[misc]  # the library has no types
    """Loads the one user asked for just in time; a name that is none is checked against a hash that none gives."""

    tried: tuple[str, str, bool] | None = None

    def login(self, username: str | None = None, password: str | None = None, *rest: Any, **more: Any) -> bool | None:
        """The library's check of a password. Its own cookie, given as `token`, is never believed."""
        if not username or not password:
            return None
        name, address = username.strip().lower(), st.context.ip_address or "local"
        with transaction() as session:
            knock = accounts.knock(session, username=name, address=address)
        self.authentication_model.credentials["usernames"] = {name: {"name": name, "password": knock.hashed}}
        self.tried = (name, address, knock.locks)
        word = passwords.normal(password)
        return bool(super().login(name, word if passwords.fits(word) else "-", *rest, **more))


def ask() -> Tried | None:
    """Draw the form; what was tried, once it was sent."""
    with st.container(key="nowhere"):  # the library mounts a frame for its cookie: we have none
        nowhere = st.empty()
    with nowhere:
        form = stauth.Authenticate(
            {"usernames": {}}, cookie_name=COOKIE_NAME, cookie_key=COOKIE_KEY, cookie_expiry_days=0, auto_hash=False,
            login_sleep_time=0,
        )  # fmt: skip
    nowhere.empty()
    form.authentication_controller = controller = Controller({"usernames": {}}, auto_hash=False, secret_key=COOKIE_KEY)
    st.session_state["authentication_status"] = None  # only what is tried now counts
    form.login(
        key="sign_in",
        fields={
            "Form name": _("Đăng nhập"), "Username": _("Tên đăng nhập"), "Password": _("Mật khẩu"), "Login": _("Đăng nhập"),
        },
    )  # fmt: skip
    is_right = st.session_state["authentication_status"] is True
    for name in ("authentication_status", "username", "name", "email", "roles"):
        st.session_state[name] = None
    return Tried(*controller.tried, is_right) if controller.tried else None
