"""`manage.py backup` and `restore`, as an admin rehearses them."""

import json
from pathlib import Path

from typer.testing import CliRunner

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
