"""The short form of `make chaos`: one run of each kind, small."""

import subprocess
import sys

import pytest

from core.settings import ROOT

pytestmark = [pytest.mark.process, pytest.mark.once]


@pytest.mark.parametrize("where", ["sqlite", "postgres", "postgres-restart", "postgres-rolling", "sqlite-token"])
def test_whatever_dies_nothing_is_lost_or_doubled(where: str) -> None:
    """A run that fails prints its seed and what it broke."""
    command = [sys.executable, "-m", "tests.chaos.story", "7", "800", where]

    told = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=400)

    assert told.returncode == 0, told.stdout + told.stderr[-2000:]
