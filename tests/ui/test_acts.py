"""What was done to a record is told in words."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from ui.acts import WORDS

HOUSE = Path(__file__).parents[2]
NO_ACTS = {"procedure.difference_", "templates.toml"}  # the beginning of several, and a file's name


def acts() -> Iterator[str]:
    """Whatever looks like one in a module that writes to the audit."""
    for room in ("services", "jobs", "terminal", "web", "pages"):
        for path in (HOUSE / room).rglob("*.py"):
            if "audit.record" not in (code := path.read_text()):
                continue
            for node in ast.walk(ast.parse(code)):
                if isinstance(node, ast.Constant) and re.fullmatch(r"[a-z_]+\.[a-z_]+", str(node.value)):
                    yield str(node.value)


def test_whatever_is_done_has_words() -> None:
    done = {*acts()} - NO_ACTS

    assert len(done) > 150
    assert done - WORDS.keys() == set()
