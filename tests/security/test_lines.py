"""Every line of the list has a test, and `docs/security-lines.md` names those that are there."""

import ast
import re

from tests.security.sources import HOUSE

LINES = 66
ROW = re.compile(r"\| (S\d\d) \| (.+) \|")
NAMED = re.compile(r"`([\w/]+\.py)::(\w+)`")


def test_each_line_names_tests_that_are_there() -> None:
    rows = ROW.findall((HOUSE / "docs" / "security-lines.md").read_text(encoding="utf-8"))
    named = {line: NAMED.findall(tests) for line, tests in rows}

    assert list(named) == [f"S{number:02}" for number in range(1, LINES + 1)]
    assert [line for line, tests in named.items() if not tests] == []
    there = {file: _tests(file) for file in {file for tests in named.values() for file, _name in tests}}
    assert [(line, name) for line, tests in named.items() for file, name in tests if name not in there[file]] == []


def test_each_test_named_after_a_line_stands_at_its_line() -> None:
    text = (HOUSE / "docs" / "security-lines.md").read_text(encoding="utf-8")
    strange = [
        name
        for line, tests in ROW.findall(text)
        for _file, name in NAMED.findall(tests)
        if re.match(r"test_s\d\d_", name) and not name.startswith(f"test_{line.lower()}_")
    ]

    assert strange == ["test_s03_what_is_searched_for_is_letters"]  # S05 too: what is searched for is no pattern


def _tests(file: str) -> set[str]:
    tree = ast.parse((HOUSE / "tests" / file).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
