"""Which commands there are, and that calling one imports its module alone."""

import os
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from core.settings import ROOT
from terminal import commands
from terminal.habits import app

# `manage.py` as it is called, then the rooms it has opened on standard error.
CALL = """
import runpy, sys
sys.argv = ["manage.py", *sys.argv[1:]]
try:
    runpy.run_path("manage.py", run_name="__main__")
finally:
    print(*sorted(name for name in sys.modules if name.startswith("terminal.") or name in ("dbos", "streamlit")), file=sys.stderr)
"""
SHARED = {"terminal.commands", "terminal.habits"}


def opened_by(*words: str) -> tuple[str, set[str]]:
    """What the command says, and the modules it has imported."""
    done = subprocess.run([sys.executable, "-c", CALL, *words], cwd=ROOT, env=dict(os.environ), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout, set(done.stderr.splitlines()[-1].split())


def test_the_help_names_every_command_and_imports_none() -> None:
    said, opened = opened_by("--help")

    assert opened == SHARED
    assert [name for name in commands.known() if f" {name} " not in said] == []


@pytest.mark.parametrize(
    ("words", "noun"),
    [
        (("doctor", "--json"), "doctor"),
        (("settle", "--help"), "deliveries"),
        (("demo", "--help"), "demo"),
        (("told", "--help"), "doors"),
    ],
)
def test_a_command_imports_its_module_and_no_other(words: tuple[str, ...], noun: str) -> None:
    _, opened = opened_by(*words)

    others = {f"terminal.{other}" for other in commands.NOUNS if other != noun}
    assert f"terminal.{noun}" in opened
    assert opened & others == set()
    assert "streamlit" not in opened


def test_every_file_with_commands_is_in_the_help() -> None:
    found = {file.stem for file in commands.FOLDER.glob("*.py") if "@app.command" in file.read_text()}

    assert found - {"commands"} == set(commands.NOUNS)


def test_every_command_promises_something_and_is_read_as_its_module_has_it() -> None:
    for name, one in commands.known().items():
        called = CliRunner().invoke(app, [name, "--help"])

        assert called.exit_code == 0, name
        assert one.promise, name
        assert " ".join(one.promise.split())[:40] in " ".join(called.output.split()), name


def test_a_slip_is_told_with_what_was_meant() -> None:
    result = CliRunner().invoke(app, ["docter"])

    assert result.exit_code == 2
    assert "doctor" in result.stderr
