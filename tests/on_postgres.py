"""Run the suite once more on a PostgreSQL of its own, where one is installed."""

import os
import subprocess
import sys

from bench.postgres import cluster

# Whatever builds a query, the engine, every command, and of the routes those that write. Name others to run them here too.
ROOMS = [
    "tests/services", "tests/scenarios", "tests/core/test_small_parts.py", "tests/test_migrations.py", "tests/terminal",
    "tests/jobs/test_engine.py", "tests/web/test_relay_page.py", "tests/web/test_session.py", "tests/web/test_scan_recorder.py",
    "tests/web/test_webhooks.py",
]  # fmt: skip
HOW = ["-m", "not process and not e2e and not once", "-n", "3", "--dist", "loadfile"]


def main() -> int:
    """The exit code of the suite, 0 where there is no PostgreSQL."""
    with cluster() as url:
        if url is None:
            sys.stdout.write("PostgreSQL is not installed: its tests were not run\n")
            return 0
        command = [sys.executable, "-m", "pytest", "-q", *HOW, *(sys.argv[1:] or ROOMS)]
        return subprocess.run(command, check=False, env=os.environ | {"CAUNOI_TEST_DATABASE_URL": url}).returncode


if __name__ == "__main__":
    sys.exit(main())
