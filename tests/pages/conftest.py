"""Screens as a visitor sees them: through app.py and its menu, with a cookie or without."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import pytest
import streamlit as st
from sqlalchemy import Engine, event
from sqlmodel import Session
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner.script_cache import ScriptCache
from streamlit.testing.v1 import AppTest

from core import db
from models import Role, TeamMember, Unit, User
from services import access, sessions, team_members
from services.access import Actor
from services.team_members import MemberValues
from tests.factories import make_unit, make_user

APP = Path(__file__).parent.parent.parent / "app.py"


@dataclass
class Browser:
    """What Streamlit knows of a browser. Unpatched, AppTest answers every cookie with something true."""

    cookies: Mapping[str, str] = field(default_factory=dict)
    headers: list[tuple[str, str]] = field(default_factory=list)
    remote_ip: str = "192.0.2.7"


class ThroughTheMenu(PagesManager):
    """AppTest forgets at each run what app.py said, and would run a page of the folder without it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        PagesManager.uses_pages_directory = False
        super().__init__(*args, **kwargs)


class Visit(Protocol):
    """Opens a page."""

    def __call__(self, page: str, *, user: User | None = None, cookies: Mapping[str, str] | None = None, **query: str) -> AppTest:
        """`page` is the file's name without ending; `query` is what its address carries."""


@pytest.fixture(autouse=True, scope="session")
def _installed_components() -> Iterator[None]:
    """Every AppTest reads the metadata of all installed packages anew, which takes longer than our page: once is enough."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests))
        pages = ScriptCache()  # each would compile app.py and the page anew
        patch.setattr("streamlit.testing.v1.local_script_runner.ScriptCache", lambda: pages)
        yield


@pytest.fixture
def visit(session: Session, monkeypatch: pytest.MonkeyPatch) -> Visit:
    """Open a page, signed in as a user or as a stranger."""

    def visit(page: str, *, user: User | None = None, cookies: Mapping[str, str] | None = None, **query: str) -> AppTest:
        browser = Browser(cookies or {})
        if user:
            token = sessions.redeem(session, ticket=sessions.issue_ticket(session, user_id=user.id), device="Firefox, Linux")
            session.commit()
            browser.cookies = {sessions.cookie_name(): token or ""}
        monkeypatch.setattr("streamlit.runtime.context._get_client_context", lambda: browser)
        monkeypatch.setattr("streamlit.testing.v1.app_test.PagesManager", ThroughTheMenu)
        at = AppTest.from_file(APP, default_timeout=30)
        at.query_params.clear()
        at.query_params.update(query)
        return at.switch_page(f"pages/{page}.py").run()

    return visit


@dataclass(frozen=True)
class Offered:
    """A file that a button gives away."""

    label: str
    content: bytes
    name: str
    kind: str


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch) -> list[Offered]:
    """What the buttons for taking a file away hold, in the order drawn: AppTest keeps only an address of it."""
    seen: list[Offered] = []
    button = st.download_button

    def noted(label: str, data: Any, file_name: str, mime: str, **more: Any) -> bool:
        seen.append(Offered(label, data() if callable(data) else data, file_name, mime))
        return button(label, data, file_name, mime, **more)

    monkeypatch.setattr(st, "download_button", noted)
    return seen


@pytest.fixture
def asked(engine: Engine) -> Iterator[list[str]]:
    """The statements that a page sends, in order."""
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        said.append(statement)

    for one in (engine, db.readers()):
        event.listen(one, "before_cursor_execute", note)
    yield said
    for one in (engine, db.readers()):
        event.remove(one, "before_cursor_execute", note)


def words(at: AppTest) -> str:
    """Everything drawn as HTML parts."""
    return " ".join(html.proto.body for html in at.get("html") if not html.proto.body.startswith("<style"))


@pytest.fixture
def ward(session: Session) -> Unit:
    return make_unit(session, name="Phường Bắc Kạn")


@pytest.fixture
def unit(session: Session, ward: Unit) -> Unit:
    return make_unit(session, parent=ward, short_name="Tổ 13, Sông Cầu")


@pytest.fixture
def official(session: Session, ward: Unit) -> User:
    return make_user(session, unit=ward, role=Role.OFFICIAL)


@pytest.fixture
def clerk(session: Session, ward: Unit, unit: Unit) -> User:
    assert unit.parent_id == ward.id
    return make_user(session, unit=ward, role=Role.STAFF)


@pytest.fixture
def actor(session: Session, clerk: User) -> Actor:
    return access.actor_of(session, clerk)


@pytest.fixture
def minh(session: Session, actor: Actor, ward: Unit) -> TeamMember:
    """A member of the ward's digital team."""
    made = team_members.add(session, actor=actor, values=MemberValues("Hà Thị Minh", ward.id))
    session.commit()
    return made


def opened(at: AppTest, *folds: str) -> AppTest:
    """The same page with folds open."""
    for fold in folds:
        at.session_state[fold] = True
    return at.run()
