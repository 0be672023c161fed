"""What the sources themselves must not hold. The ids are those of the project's list of requirements (docs/security.md)."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from core.settings import ROOT
from tests import advisories, sbom

ROOMS = ("core", "models", "services", "adapters", "jobs", "web", "ui", "pages", "terminal")
FILES = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))] + [ROOT / "app.py", ROOT / "manage.py"]
SECRET = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY|AKIA[0-9A-Z]{16}|EAA[A-Za-z0-9]{40,}|xox[bp]-[0-9A-Za-z-]{20,}|ghp_[0-9A-Za-z]{30,}|"
    r"AIza[0-9A-Za-z_-]{35}"
)


@cache
def trees() -> dict[Path, ast.Module]:
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in FILES}


def calls() -> Iterator[tuple[Path, ast.Call, str]]:
    for path, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                yield path, node, ast.unparse(node.func)


def keyword(call: ast.Call, name: str) -> object:
    return next((ast.unparse(one.value) for one in call.keywords if one.arg == name), None)


def test_s01_no_html_is_let_through_unescaped() -> None:
    assert [str(path) for path, call, _ in calls() if keyword(call, "unsafe_allow_html") is not None] == []


def test_s04_no_shell_is_built() -> None:
    for path, call, name in calls():
        assert name not in ("os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput"), path
        assert keyword(call, "shell") in (None, "False"), path
        if name.startswith("subprocess."):
            assert isinstance(call.args[0], ast.List), (path, call.lineno)


def test_s14_nothing_is_read_that_could_run() -> None:
    risky = {"eval", "exec", "pickle.load", "pickle.loads", "marshal.loads", "yaml.load", "pd.read_pickle", "dill.loads"}
    assert [(str(path), name) for path, _, name in calls() if name in risky] == []


def test_s32_signatures_are_compared_in_constant_time() -> None:
    """No `==` beside a signature, a digest or a token's hash outside queries."""
    for path, tree in trees().items():
        if path.parent.name not in ("web", "channels"):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq):
                sides = [ast.unparse(one).lower() for one in (node.left, *node.comparators)]
                is_secret = any(re.search(r"signature|hmac|hexdigest|digest\(", one) for one in sides)
                assert not is_secret, (path, node.lineno, sides)


def test_s51_no_token_comes_from_a_plain_generator() -> None:
    """`random` makes examples of the demonstration and waits of their own length, nothing that opens a door."""
    allowed = {"services/demo", "core/jitter.py"}
    users = {
        str(path.relative_to(ROOT))
        for path, tree in trees().items()
        for node in ast.walk(tree)
        if (isinstance(node, ast.Import) and any(one.name == "random" for one in node.names))
        or (isinstance(node, ast.ImportFrom) and node.module == "random")
    }
    assert [one for one in users if not one.startswith(tuple(allowed))] == []


def test_s52_no_secret_lies_in_the_sources() -> None:
    for path in FILES:
        found = SECRET.search(path.read_text(encoding="utf-8"))
        assert found is None, path


def test_s55_nothing_is_fetched_from_another_host() -> None:
    """Templates, styles and scripts name no other origin that a browser would fetch from."""
    fetched = re.compile(r"""(?:src|href)\s*=\s*["'](?:https?:)?//|url\(\s*["']?(?:https?:)?//|@import""", re.IGNORECASE)
    shown = [
        path
        for folder in ("web", "ui", "static")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".html", ".css", ".js")
    ]
    assert shown
    for path in shown:
        found = fetched.search(path.read_text(encoding="utf-8"))
        assert found is None, (path, found and found.group())


def test_s58_the_bill_of_materials_misses_a_pin_that_is_not_in_it() -> None:
    """`make sbom` is part of `make check`; here only that it would tell."""
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    listed = [
        {"name": name, "version": version, "externalReferences": [{"hashes": [1]}]} for name, version in sorted(sbom.pins(text))
    ]

    assert len(listed) > 50
    assert sbom.missing({"components": listed}, text) == set()
    assert sbom.missing({"components": listed[1:]}, text) == {(listed[0]["name"], listed[0]["version"])}


def test_s58_where_no_source_of_advisories_is_reached_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert advisories.main(("127.0.0.1", 9)) == 0

    assert "not looked at" in capsys.readouterr().out


def test_s58_every_pin_has_hashes() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        pins = re.split(r"\n(?=\S)", (ROOT / name).read_text(encoding="utf-8"))
        named = [pin for pin in pins if re.match(r"[A-Za-z0-9]", pin)]
        assert named
        assert [pin.split()[0] for pin in named if "--hash=sha256:" not in pin] == []
