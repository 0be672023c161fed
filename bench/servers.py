"""Real servers for the benchmarks: ours on a demonstration ward of any size, and a default Streamlit beside it."""

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HOUSE = Path(__file__).parent.parent
EMPTY_PAGE = 'import streamlit as st\n\nst.title("Empty")\nst.button("Press", key="press")\n'
# What an app with tables and charts has loaded, and what the collector then walks over after every run of a default Streamlit.
USUAL_IMPORTS = "import altair\nimport pandas\n"


@dataclass(frozen=True)
class Server:
    """A running server: its address, the cookie of a signed-in person, its process."""

    url: str
    cookie: tuple[str, str] | None
    pid: int


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running(command: list[str], *, url: str, ready: str, cwd: Path, env: dict[str, str] | None = None) -> Iterator[int]:
    """A process that answers at `url + ready`, ended with the block."""
    with subprocess.Popen(command, cwd=cwd, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            for _ in range(600):
                with contextlib.suppress(urllib.error.URLError, OSError), urllib.request.urlopen(url + ready, timeout=5):
                    break
                time.sleep(0.1)
            else:
                raise RuntimeError(f"{command} did not answer at {url}{ready}")
            yield process.pid
        finally:
            process.terminate()
            process.wait(timeout=20)


@contextlib.contextmanager
def house(*, households: int, folder: Path | None = None) -> Iterator[Server]:
    """Our one process on a demonstration ward of that size, with a vice chair signed in."""
    with tempfile.TemporaryDirectory() as made:
        place = folder or Path(made)
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        env = os.environ | {"CAUNOI_DATA_DIR": str(place), "CAUNOI_PUBLIC_URL": url, "CAUNOI_SECRET_KEY": "bench"}
        env.pop("CAUNOI_DATABASE_URL", None)
        manage = [sys.executable, "manage.py"]
        if not (place / "caunoi.db").exists():
            subprocess.run([*manage, "migrate"], cwd=HOUSE, env=env, check=True, stdout=subprocess.DEVNULL)
            command = [*manage, "demo", "--households", str(households)]
            subprocess.run(command, cwd=HOUSE, env=env, check=True, stdout=subprocess.DEVNULL)
        script = [sys.executable, "-m", "bench.sign_in"]
        said = subprocess.run(script, cwd=HOUSE, env=env, check=True, capture_output=True, text=True).stdout.split()
        with running([*manage, "serve", "--port", str(port)], url=url, ready="/readyz", cwd=HOUSE, env=env) as pid:
            yield Server(url, (said[0], said[1]), pid)


@contextlib.contextmanager
def default_streamlit(imports: str = USUAL_IMPORTS) -> Iterator[Server]:
    """An empty page (a title and a button) under `streamlit run` with every setting as it comes, in an app with those imports."""
    with tempfile.TemporaryDirectory() as made:
        (Path(made) / "page.py").write_text(imports + EMPTY_PAGE)
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        options = ["--server.headless", "true", "--server.port", str(port), "--browser.gatherUsageStats", "false"]
        command = [sys.executable, "-m", "streamlit", "run", "page.py", *options]
        with running(command, url=url, ready="/_stcore/health", cwd=Path(made)) as pid:
            yield Server(url, None, pid)
