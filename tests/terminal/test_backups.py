"""`manage.py backup` and `restore`, as an admin rehearses them."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from core.settings import settings
from terminal.habits import app
from tests.databases import POSTGRES
from tests.restore_drill import drill

runner = CliRunner()


def test_a_small_ward_is_lost_and_put_back(tmp_path: Path) -> None:
    place = tmp_path / "ward"
    place.mkdir()

    told = drill(place, POSTGRES or f"sqlite:///{place / 'caunoi.db'}")

    assert told["rows"] > 500


def test_a_file_that_is_none_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "one.backup").write_text("nothing")

    result = runner.invoke(app, ["restore", str(tmp_path / "one.backup"), "--json"])

    assert result.exit_code == 1
    assert "đã hỏng hoặc không phải của Cầu Nối" in json.loads(result.stdout)["error"]


def test_copies_are_made_listed_and_brought_back(engine: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "other"
    for folder in (other, tmp_path / "nights"):
        folder.mkdir()
    monkeypatch.setenv("CAUNOI_BACKUP_DIR", str(tmp_path / "nights"))
    monkeypatch.setenv("CAUNOI_BACKUP_COPY_DIR", str(other))
    settings.cache_clear()
    refused = runner.invoke(app, ["backup-copy", "--json"])
    (tmp_path / "nights" / "caunoi-2026-01-05.backup").write_bytes(b"one")

    copied = runner.invoke(app, ["backup-copy", "--json"])
    listed = runner.invoke(app, ["backup-copies", "--json"])
    fetched = runner.invoke(app, ["backup-fetch", "caunoi-2026-01-05.backup", str(tmp_path / "back"), "--json"])
    other.rename(tmp_path / "gone")
    failed = runner.invoke(app, ["backup-copy", "--json"])
    seen = {one["check"]: one["state"] for one in json.loads(runner.invoke(app, ["doctor", "--json"]).stdout)}

    assert refused.exit_code == 1
    assert "CAUNOI_BACKUP_DIR" in json.loads(refused.stdout)["error"]
    assert [one["bytes"] for one in json.loads(copied.stdout)] == [3]
    assert json.loads(listed.stdout) == [{"place": str(other), "file": "caunoi-2026-01-05.backup"}]
    assert json.loads(fetched.stdout) == {"file": str(tmp_path / "back")}
    assert failed.exit_code == 1
    assert "ổ đĩa ấy đã gắn vào máy chưa" in json.loads(failed.stdout)["error"]
    assert seen[f"backup_copy {other}"] == "fail"
