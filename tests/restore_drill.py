"""`make restore-drill`: a small ward is backed up, lost, and put back, by the terminal as an admin would; every row is compared.

On SQLite, and on PostgreSQL where it is installed.
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, inspect, select, table, text
from sqlalchemy import column as named

from bench.postgres import cluster
from core.db import make_engine
from core.settings import ROOT

# What a restore changes on purpose, and the engine's own.
OTHERS = {"session", "auditevent", "alembic_version"}


def main() -> int:
    """Both drills; 0 where all rows are there again."""
    with tempfile.TemporaryDirectory() as folder:
        sys.stdout.write(json.dumps({"on": "sqlite", **drill(Path(folder), f"sqlite:///{folder}/caunoi.db")}) + "\n")
    with cluster() as url:
        if url is None:
            sys.stdout.write("PostgreSQL is not installed: no drill on it\n")
            return 0
        with tempfile.TemporaryDirectory() as folder:
            sys.stdout.write(json.dumps({"on": "postgresql", **drill(Path(folder), url)}) + "\n")
    return 0


def drill(folder: Path, url: str) -> dict[str, int]:
    """Back up, lose, restore: how many tables and rows are as before.

    Raises:
        AssertionError: something is not as before.
    """
    env = {name: value for name, value in os.environ.items() if not name.startswith("CAUNOI_")} | {
        "CAUNOI_DATA_DIR": str(folder), "CAUNOI_DATABASE_URL": url, "CAUNOI_BACKUP_PASSPHRASE": "rehearsal",
        "CAUNOI_PUBLIC_URL": "http://ward.test",
    }  # fmt: skip
    manage(env, "demo", "--households", "80")
    (folder / "secret.key").write_text("a key of this rehearsal")
    document = folder / "attachments" / "ab" / ("ab" * 32)
    document.parent.mkdir(parents=True)
    document.write_bytes(b"%PDF-1.7 a document")
    before = sums(make_engine(url, writes=False))
    made = manage(env, "backup", str(folder / "out" / "one.backup"))

    document.unlink()
    (folder / "secret.key").unlink()
    lose(url)
    restored = manage(env, "restore", str(folder / "out" / "one.backup"), "--force")

    after = sums(make_engine(url, writes=False))
    assert after == before, {name for name in before if before[name] != after.get(name)}
    assert document.read_bytes() == b"%PDF-1.7 a document"
    assert (folder / "secret.key").read_text() == "a key of this rehearsal"
    assert restored["sha256"] == made["sha256"]
    assert manage(env, "audit-verify")["ok"]
    return {"tables": len(before), "rows": sum(count for count, _ in before.values()), "bytes": int(made["bytes"])}


def manage(env: dict[str, str], *words: str) -> dict[str, str | int]:
    """A command, as a process of its own."""
    done = subprocess.run(
        [sys.executable, "manage.py", *words, "--json"], cwd=ROOT, env=env, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def lose(url: str) -> None:
    """The database is gone, or as good as."""
    if url.startswith("sqlite"):
        for one in Path(url.removeprefix("sqlite:///")).parent.glob("caunoi.db*"):
            one.unlink()
        return
    with make_engine(url, writes=True).begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))


def sums(engine: Engine) -> dict[str, tuple[int, str]]:
    """How many rows each table has, and one sum over them in their order."""
    found = {}
    with engine.connect() as connection:
        for name in inspect(connection).get_table_names():
            if name in OTHERS or name.startswith(("household_fts", "household_term")):
                continue
            columns: list[Any] = [named(one["name"]) for one in inspect(connection).get_columns(name)]
            rows = sorted(str(tuple(row)) for row in connection.execute(select(*columns).select_from(table(name))))
            found[name] = (len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest())
    engine.dispose()
    return found


if __name__ == "__main__":
    sys.exit(main())
