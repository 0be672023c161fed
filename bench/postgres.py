"""A PostgreSQL of one's own, where one is installed: a temporary cluster, removed afterwards.

PostgreSQL refuses to run as root: then it runs as the user `postgres`, or `nobody`.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

USERS = ("postgres", "nobody")
OPTIONS = ("listen_addresses=", "fsync=off", "max_connections=300")


@contextmanager
def cluster(*options: str) -> Iterator[str | None]:
    """The address of a running server that nobody else uses; None where PostgreSQL is not installed."""
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
        start = [*prefix, server, "-D", place, *told]
        with subprocess.Popen(start, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
            try:
                ready = [_tool("pg_isready") or "pg_isready", "-h", folder, "-t", "30", "-q"]
                while subprocess.run(ready, check=False).returncode and process.poll() is None:
                    pass
                yield f"postgresql://caunoi@/postgres?host={folder}"
            finally:
                process.terminate()


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
