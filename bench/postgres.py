"""A PostgreSQL of one's own, where one is installed: a temporary cluster, removed afterwards.

PostgreSQL refuses to run as root: then it runs as the user `postgres`, or `nobody`.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

USERS = ("postgres", "nobody")
OPTIONS = ("listen_addresses=", "fsync=off", "max_connections=300")


@contextmanager
def cluster(*options: str) -> Iterator[str | None]:
    """The address of a running server that nobody else uses; None where PostgreSQL is not installed."""
    with restartable(*options) as server:
        yield server.url if server else None


class Restartable:
    """A server that can be taken away for a while."""

    def __init__(self, folder: str, start: list[str]) -> None:
        self.url = f"postgresql://caunoi@/postgres?host={folder}"
        self._folder, self._start = folder, start
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Answer from now on."""
        self._process = subprocess.Popen(self._start, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        ready = [_tool("pg_isready") or "pg_isready", "-h", self._folder, "-t", "30", "-q"]
        while subprocess.run(ready, check=False).returncode and self._process.poll() is None:
            pass

    def stop(self, *, at_once: bool = False) -> None:
        """Away; `at_once` cuts who is connected (SIGINT), else it waits for them."""
        if self._process:
            self._process.send_signal(signal.SIGINT if at_once else signal.SIGTERM)
            self._process.wait()

    def restart(self, *, after: float) -> None:
        """Away for so many seconds, whoever is connected."""
        self.stop(at_once=True)
        time.sleep(after)
        self.start()


@contextmanager
def restartable(*options: str) -> Iterator[Restartable | None]:
    """As `cluster`, to be restarted."""
    initdb, server = _tool("initdb"), _tool("postgres")
    if not initdb or not server:
        yield None
        return
    prefix = _as_other_user()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o777)
        place = f"{folder}/cluster"
        make = [*prefix, initdb, "-D", place, "-A", "trust", "-U", "caunoi", "-E", "UTF8", "--no-sync"]
        subprocess.run(make, check=True, stdout=subprocess.DEVNULL)
        told = [part for option in (*OPTIONS, f"unix_socket_directories={folder}", *options) for part in ("-c", option)]
        made = Restartable(folder, [*prefix, server, "-D", place, *told])
        made.start()
        try:
            yield made
        finally:
            made.stop(at_once=True)


def _tool(name: str) -> str | None:
    """Where a program of the server lies: beside the newest server, or on the path."""
    servers = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3].split(".")[0]))
    return str(servers[-1]) if servers else shutil.which(name)


def _as_other_user() -> list[str]:
    """A prefix under which PostgreSQL agrees to run."""
    if os.geteuid() != 0:
        return []
    names = {entry.pw_name for entry in pwd.getpwall()}
    return ["setpriv", f"--reuid={next(u for u in USERS if u in names)}", "--clear-groups", "--"]
