"""`manage.py serve` as whoever has just unpacked the house meets it: in an empty folder, up to a clean stop."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from sqlmodel import Session, col, select

from core import process
from core.db import make_engine
from core.settings import ROOT
from models import Announcement, AnnouncementStatus, Purpose, ShortLink, User
from services import sessions

pytestmark = [pytest.mark.process, pytest.mark.once]
PATIENCE_SECONDS = 300  # the demonstration ward is made first, on a busy machine
# The rooms of a process that has started, as it sees its own interpreter; then it tells itself to stop.
LOOKING = """
import gc, os, runpy, signal, sys, threading
def look():
    while not gc.get_freeze_count():
        threading.Event().wait(0.05)
    threading.Event().wait(0.5)
    print(gc.get_freeze_count(), *gc.get_threshold(), sys.getswitchinterval())
    os.kill(os.getpid(), signal.SIGTERM)
threading.Thread(target=look, daemon=True).start()
"""


@dataclass
class House:
    """A house that is being served."""

    process: "subprocess.Popen[str]"
    address: str
    folder: Path

    def is_up(self) -> bool:
        try:
            return httpx.get(f"{self.address}/readyz").status_code == 200
        except httpx.HTTPError:
            return False


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def bare(folder: Path) -> dict[str, str]:
    """An environment that says nothing of the house but where its files go: a folder, from where one stands."""
    return {name: value for name, value in os.environ.items() if not name.startswith("CAUNOI_")} | {
        "CAUNOI_DATA_DIR": str(folder)
    }


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Served from nothing, and up: by someone who stands in another folder and names the one for its files from there."""
    folder = tmp_path / "của phường" / "dữ liệu"
    folder.mkdir(parents=True)
    port = free_port()
    with subprocess.Popen(
        [sys.executable, str(ROOT / "manage.py"), "serve", "--port", str(port)],
        cwd=folder.parent, env=bare(Path(folder.name)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    ) as process:  # fmt: skip
        served = House(process, f"http://localhost:{port}", folder)
        patience = threading.Event()
        for _ in range(PATIENCE_SECONDS * 4):
            if process.poll() is not None or served.is_up():
                break
            patience.wait(0.25)
        try:
            yield served
        finally:
            process.kill()


def test_from_an_empty_folder_to_a_screen_a_residents_page_and_a_clean_stop(house: House) -> None:
    engine = make_engine(f"sqlite:///{house.folder / 'caunoi.db'}", writes=True)
    with Session(engine) as session:
        announcement, slug = session.exec(
            select(Announcement, ShortLink.slug)
            .join(ShortLink, col(ShortLink.announcement_id) == Announcement.id)
            .where(Announcement.status == AnnouncementStatus.SENT, ShortLink.purpose == Purpose.ANNOUNCEMENT)
            .order_by(col(Announcement.created_at).desc(), ShortLink.slug)
        ).first() or pytest.fail("the demonstration ward has sent nothing")
        ticket = sessions.issue_ticket(session, user_id=session.exec(select(User.id).where(User.username == "mai")).one())
        title = announcement.title
        session.commit()
    engine.dispose()

    with httpx.Client(base_url=house.address) as browser:
        screen = browser.get("/")
        resident = browser.get(f"/a/{slug}")
        signed_in = browser.get(f"/session/{ticket}")
    house.process.send_signal(signal.SIGTERM)
    said, _ = house.process.communicate(timeout=60)

    assert (screen.status_code, resident.status_code, signed_in.status_code) == (200, 200, 303)
    assert "Cầu Nối" in screen.text
    assert title in resident.text
    assert "HttpOnly" in signed_in.headers["set-cookie"]
    assert house.process.returncode == 0
    assert house.address in said
    assert "mai       cau-noi-dung-thu" in said
    assert "Traceback" not in said
    assert "Exception" not in said


def looked_at(code: str, folder: Path) -> list[float]:
    """What the process saw: objects put away, three thresholds, the turn. It has ended well."""
    done = subprocess.run(
        [sys.executable, "-c", LOOKING + code], cwd=ROOT, env=bare(folder), capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return [float(word) for word in done.stdout.splitlines()[-1].split()]


def test_a_process_of_screens_and_a_worker_keep_what_they_have_loaded(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "manage.py", "migrate"], cwd=ROOT, env=bare(tmp_path), check=True, stdout=subprocess.DEVNULL)

    screens = looked_at(
        f"sys.argv[1:] = ['127.0.0.1', '{free_port()}']; runpy.run_module('terminal.serving', run_name='__main__')", tmp_path
    )
    worker = looked_at("sys.argv[:] = ['manage.py', 'worker']; runpy.run_path('manage.py', run_name='__main__')", tmp_path)

    assert screens[0] > 200_000
    assert worker[0] > 50_000
    assert screens[1:] == worker[1:] == [*process.THRESHOLDS, process.TURN]
