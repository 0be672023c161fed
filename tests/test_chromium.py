"""The browser that tests/browser.sh is content with is the one the tests start."""

import re
from pathlib import Path

import pytest

from bench import chromium

SCRIPT = Path(__file__).parent / "browser.sh"


@pytest.mark.parametrize(
    ("there", "taken"),
    [
        (["chromium", "google-chrome"], "chromium"),
        (["google-chrome", "chromium-browser"], "chromium-browser"),
        (["chromium-headless-shell", "google-chrome"], "google-chrome"),
        (["chromium-headless-shell"], "chromium-headless-shell"),
        (["firefox"], None),
    ],
)
def test_the_systems_chromium_is_found_by_any_of_its_names_in_one_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: list[str], taken: str | None
) -> None:
    for name in there:
        (tmp_path / name).touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert chromium.installed() == (taken and str(tmp_path / taken))


def test_tests_take_the_one_without_windows_before_any_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "chromium").touch(mode=0o755)
    assert chromium.lightest() == str(tmp_path / "chromium")

    (tmp_path / chromium.WINDOWLESS).touch(mode=0o755)

    assert chromium.lightest() == str(tmp_path / chromium.WINDOWLESS)


def test_the_script_looks_for_the_same_names() -> None:
    [line] = [line for line in SCRIPT.read_text().splitlines() if line.startswith("if command -v chromium >")]

    assert tuple(re.findall("command -v ([a-z-]+)", line)) == chromium.NAMES
