"""`make chaos`: twenty seeded runs of 10,000 messages on SQLite, twenty on PostgreSQL; one with PostgreSQL restarted, one with
workers that are told to stop and started anew, one after the other; one whose provider loses a new token.

The seed of a run that fails is printed; `python -m tests.chaos.story SEED 10000 sqlite` replays it.
"""

import argparse
import subprocess
import sys

from core.settings import ROOT

ONCE = ("postgres-restart", "postgres-rolling", "sqlite-token")


def main() -> int:
    """How many runs failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--where", nargs="*", default=["sqlite", "postgres", *ONCE])
    told = parser.parse_args()
    failed = 0
    for where in told.where:
        for seed in range(told.first_seed, told.first_seed + (1 if where in ONCE else told.runs)):
            command = [sys.executable, "-m", "tests.chaos.story", str(seed), str(told.messages), where]
            failed += subprocess.run(command, cwd=ROOT, check=False).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
