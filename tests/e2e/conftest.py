"""The real server and a real browser. Each module has a server of its own, on a database of its own."""

import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect
from sqlalchemy import Engine
from sqlmodel import Session, select

from bench import chromium
from bench.crowded import zone_of_noon
from core import db
from core.settings import settings
from models import User
from services import sessions
from tests.e2e import pace

# How long a look, and an act, may take before a test fails: a machine that many share stands still for a minute now and then.
PATIENCE, LONG_PATIENCE = 60_000, 120_000  # milliseconds
expect.set_options(timeout=PATIENCE)
HOUSE = Path(__file__).parent.parent.parent
FILE = "e2e.db"
DESK: ViewportSize = {"width": 1280, "height": 720}
HERE = re.compile(r"(?:https?|wss?)://(?:localhost|127\.0\.0\.1)[:/]|data:|blob:|about:|chrome")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest way first: at the end all would wait for it."""
    items.sort(key=lambda item: item.path.name != "test_whole_way.py")


@dataclass
class Server:
    """A server process, its address and its database."""

    folder: Path
    port: int
    engine: Engine
    settings: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://localhost:{self.port}"

    @property
    def outside(self) -> Path:
        """Where it is written down when it tried to reach another machine."""
        return self.folder / "outside.txt"

    def env(self) -> dict[str, str]:
        """The settings it runs with."""
        return os.environ | {
            "CAUNOI_DATA_DIR": str(self.folder), "CAUNOI_DATABASE_URL": str(self.engine.url), "CAUNOI_PUBLIC_URL": self.url,
            "CAUNOI_SECRET_KEY": "a key for tests only", "CAUNOI_EMBEDDED_WORKER": "false", "CAUNOI_TIMEZONE": zone_of_noon(),
            "PYTHONPATH": str(HOUSE / "tests" / "guard"), "CAUNOI_TEST_OUTSIDE": str(self.outside),
            "CAUNOI_SECOND_FACTOR": "offered",
        } | self.settings  # fmt: skip

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.begin()
        self.wait()

    def begin(self) -> None:
        """Start it; until it answers takes seconds."""
        env = self.env()
        command = [sys.executable, "-m", "uvicorn", "app:app", "--port", str(self.port), "--no-access-log"]
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(command, cwd=HOUSE, env=env, stdout=log, stderr=log)

    def wait(self) -> None:
        """Until it answers."""
        patience = threading.Event()
        for _ in range(600):
            if self.process is None or self.process.poll() is not None:
                break
            try:
                httpx.get(f"{self.url}/_stcore/health").raise_for_status()
                return
            except httpx.HTTPError:
                patience.wait(0.1)
        raise RuntimeError((self.folder / "server.log").read_text()[-3000:])

    def stop(self) -> None:
        """Stop it as an operator would."""
        if self.process:
            self.process.terminate()
            self.process.wait(PATIENCE / 1000)
            self.process = None

    def restart(self) -> None:
        """Stop and start: what a visitor meets after an update or a power cut."""
        self.stop()
        self.start()

    @contextmanager
    def session(self) -> Iterator[Session]:
        """The server's database, for arranging and asserting."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session
            session.commit()


@pytest.fixture(scope="module", autouse=True)
def _noon() -> Iterator[None]:
    """What a module and its tests arrange and assert by themselves, in the same zone: of the ward's it may be another day."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("CAUNOI_TIMEZONE", zone_of_noon())
        settings.cache_clear()
        yield
    settings.cache_clear()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's Chromium, without windows if there is one, else Playwright's own; it calls nobody by itself."""
    nowhere = "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost , EXCLUDE 127.0.0.1"
    quiet = [
        nowhere,
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--no-first-run",
    ]
    return browser_type_launch_args | {"executable_path": chromium.lightest(), "args": quiet}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """A browser that reads Vietnamese, as those of the ward do."""
    return browser_context_args | {"locale": "vi-VN"}


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database as `manage.py migrate` makes it, with nobody in it: made once, each server has a copy."""
    made = a_server(tmp_path_factory.mktemp("migrated"))
    subprocess.run([sys.executable, "manage.py", "migrate"], cwd=HOUSE, env=made.env(), check=True, stdout=subprocess.DEVNULL)
    made.engine.connect().close()
    made.engine.dispose()  # the last connection leaves a SQLite file without its journal
    return made.folder / FILE


def a_server(folder: Path) -> Server:
    """A server that has not started, on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return Server(folder, port, db.make_engine(f"sqlite:///{folder / FILE}", writes=True))


@pytest.fixture(scope="session")
def coming(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[Callable[[], Server]]:
    """The next server: each starts while the module before it is still at work."""

    def begun() -> Server:
        server = a_server(tmp_path_factory.mktemp("ward"))
        shutil.copy(migrated, server.folder / FILE)
        server.begin()
        return server

    spare = [begun()]

    def take() -> Server:
        spare.append(begun())
        return spare.pop(0)

    yield take
    spare[0].stop()
    spare[0].engine.dispose()


@pytest.fixture(scope="module")
def server(coming: Callable[[], Server]) -> Iterator[Server]:
    """The server, started, with all tables and nobody in them."""
    server = coming()
    server.wait()
    yield server
    server.stop()
    server.engine.dispose()
    tried = server.outside.read_text() if server.outside.exists() else ""
    assert not tried, f"the product tried to reach another machine:\n{tried}"


@pytest.fixture(scope="session")
def fetched() -> list[str]:
    """What pages asked other machines for; nobody follows a link of a ward's out of it by the browser alone."""
    return []


@pytest.fixture(scope="session")
def browser(browser: Browser, fetched: list[str]) -> Browser:
    """One whose pages are watched. They scroll and fade at once: what moves under a hand is missed by it on a busy machine."""
    plain = browser.new_context

    def watched(**options: Any) -> BrowserContext:
        context = plain(**({"reduced_motion": "reduce"} | options))
        context.set_default_timeout(LONG_PATIENCE)
        context.on("request", lambda request: None if HERE.match(request.url) else fetched.append(request.url))
        return context

    browser.new_context = watched  # type: ignore[method-assign]
    return browser


@pytest.fixture(autouse=True)
def _nothing_from_outside(fetched: list[str]) -> Iterator[None]:
    """No page of ours fetches anything from another machine."""
    yield
    asked, fetched[:] = list(fetched), []
    assert not asked


@pytest.fixture
def someone(browser: Browser) -> Iterator[Callable[..., Page]]:
    """A page in a browser that was never here, with the context's options: `someone(user_agent=PHONE)`."""
    contexts: list[BrowserContext] = []

    def arrive(**options: Any) -> Page:
        contexts.append(browser.new_context(**options))
        return pace.listen(contexts[-1].new_page())

    yield arrive
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def used() -> Iterator[dict[str, list[BrowserContext]]]:
    """Browsers that somebody has left, by what makes them differ: whoever comes next finds the screens' scripts loaded."""
    left: dict[str, list[BrowserContext]] = defaultdict(list)
    yield left
    for context in chain.from_iterable(left.values()):
        context.close()


@pytest.fixture
def signed_in(server: Server, browser: Browser, used: dict[str, list[BrowserContext]]) -> Iterator[Callable[..., Page]]:
    """A browser where someone is signed in already, on no page yet: `signed_in("an")`, with the context's options if need be.

    Nothing of whoever used it before is left in it but the files that all load.
    """
    mine: list[tuple[str, BrowserContext]] = []

    def open_for(username: str, *, viewport: Any = None, color_scheme: Any = "light", **options: Any) -> Page:
        with server.session() as session:
            user_id = session.exec(select(User.id).where(User.username == username)).one()
            token = sessions.redeem(session, ticket=sessions.issue_ticket(session, user_id=user_id), device="Chrome, Linux")
        kind = repr(sorted(options.items()))
        context = used[kind].pop() if used[kind] else browser.new_context(base_url=server.url, **options)
        mine.append((kind, context))
        page = context.pages[0] if context.pages else pace.listen(context.new_page())
        forget = {"origin": server.url, "storageTypes": "local_storage,indexeddb,service_workers,cache_storage"}
        context.new_cdp_session(page).send("Storage.clearDataForOrigin", forget)
        context.add_cookies([{"name": sessions.cookie_name(), "value": token or "", "url": server.url, "httpOnly": True}])
        page.set_viewport_size(viewport or DESK)
        page.emulate_media(color_scheme=color_scheme)
        return page

    yield open_for
    for kind, context in mine:
        for page in context.pages[1:]:
            page.close()
        # The window stays, on a page of the house: in a new one, or after a blank, all scripts are read anew, which takes long.
        context.pages[0].goto(f"{server.url}/healthz")
        context.pages[0].evaluate("sessionStorage.clear()")
        context.clear_cookies()
        used[kind].append(context)
