"""Run the suite once more on a PostgreSQL of its own, where one is installed: a temporary cluster, removed afterwards.

PostgreSQL refuses to run as root: then it runs as the user `postgres`, or `nobody`.
"""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

USERS = ("postgres", "nobody")
# Whatever builds a query, or is given its answer.
ROOMS = ["tests/services", "tests/web", "tests/terminal", "tests/core/test_small_parts.py", "tests/test_migrations.py"]
HOW = ["-m", "not process and not e2e", "-n", "2", "--dist", "loadfile"]


def tool(name: str) -> str | None:
    """Where a program of the server lies: beside the newest server, or on the path."""
    servers = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3].split(".")[0]))
    return str(servers[-1]) if servers else shutil.which(name)


def as_other_user() -> list[str]:
    """A prefix under which PostgreSQL agrees to run."""
    if os.geteuid() != 0:
        return []
    names = {entry.pw_name for entry in pwd.getpwall()}
    return ["setpriv", f"--reuid={next(u for u in USERS if u in names)}", "--clear-groups", "--"]


def main() -> int:
    """The exit code of the suite, 0 where there is no PostgreSQL."""
    initdb, server = tool("initdb"), tool("postgres")
    if not initdb or not server:
        sys.stdout.write("PostgreSQL is not installed: its tests were not run\n")
        return 0
    prefix = as_other_user()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o777)
        place = f"{folder}/cluster"
        subprocess.run(
            [*prefix, initdb, "-D", place, "-A", "trust", "-U", "caunoi", "-E", "UTF8", "--no-sync"],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        options = [
            "-c",
            "listen_addresses=",
            "-c",
            f"unix_socket_directories={folder}",
            "-c",
            "fsync=off",
            "-c",
            "max_connections=300",
        ]
        with subprocess.Popen(
            [*prefix, server, "-D", place, *options], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        ) as process:
            try:
                url = f"postgresql://caunoi@/postgres?host={folder}"
                ready = [tool("pg_isready") or "pg_isready", "-h", folder, "-t", "30", "-q"]
                while subprocess.run(ready, check=False).returncode and process.poll() is None:
                    pass
                command = [sys.executable, "-m", "pytest", "-q", *HOW, *(sys.argv[1:] or ROOMS)]
                return subprocess.run(command, check=False, env=os.environ | {"CAUNOI_TEST_DATABASE_URL": url}).returncode
            finally:
                process.terminate()


if __name__ == "__main__":
    sys.exit(main())
