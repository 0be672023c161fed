"""Run what reaches a database once more, on a PostgreSQL of its own, where one is installed."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from bench.postgres import cluster

# Whatever builds a query, the engine, every command, and of the routes those that write. Name others to run them here too.
ROOMS = [
    "tests/services", "tests/scenarios", "tests/core/test_small_parts.py", "tests/test_migrations.py", "tests/terminal",
    "tests/jobs/test_engine.py", "tests/web/test_relay_page.py", "tests/web/test_session.py", "tests/web/test_scan_recorder.py",
    "tests/web/test_webhooks.py",
]  # fmt: skip
HOW = ["-m", "not process and not e2e and not once", "-n", "3", "--dist", "loadfile", "--no-loadscope-reorder"]
KILLED = [
    "-m",
    "process",
    "-k",
    "sent_at or first_reminder or (parts and relay)",
    "tests/jobs/test_survives_kill.py",
]  # real workers


def main() -> int:
    """The exit code of the suite, 0 where there is no PostgreSQL."""
    with cluster("synchronous_commit=off", "full_page_writes=off") as url:
        if url is None:
            sys.stdout.write("PostgreSQL is not installed: its tests were not run\n")
            return 0
        if sys.argv[1:]:
            return pytest(url, *HOW, *sys.argv[1:]).returncode
        with ThreadPoolExecutor(1) as beside:  # what waits for real workers to start and die
            killed = beside.submit(pytest, url, *KILLED, is_quiet=True)
            code = pytest(url, *HOW, *ROOMS).returncode
        sys.stdout.write(killed.result().stdout)
        return max(code, killed.result().returncode)


def pytest(url: str, *how: str, is_quiet: bool = False) -> "subprocess.CompletedProcess[str]":
    """A run of the suite on this server; what a quiet one said is in its end."""
    env = os.environ | {"CAUNOI_TEST_DATABASE_URL": url}
    return subprocess.run([sys.executable, "-m", "pytest", "-q", *how], check=False, env=env, text=True, capture_output=is_quiet)


if __name__ == "__main__":
    sys.exit(main())
