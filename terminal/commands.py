"""Which commands there are, read from this folder's files without running them; a command's module is imported when it is called.

All modules together take seconds to import, which a script that calls one command after another would pay each time.
"""

import ast
import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import typer.main
from typer.core import TyperCommand, TyperGroup

FOLDER = Path(__file__).parent
# In the order of the help.
NOUNS = (
    "system", "doctor", "demo", "users", "tokens", "units", "households", "groups", "coverage", "figures", "reports",
    "announcements", "deliveries", "doors", "links", "procedures", "inquiries", "channels", "checks", "privacy",
    "backups", "bench",
)  # fmt: skip


@dataclass(frozen=True)
class Known:
    """A command before its module is imported."""

    noun: str
    promise: str


@cache
def known() -> dict[str, Known]:
    """Every command by its name."""
    return {name: Known(noun, promise) for noun in NOUNS for name, promise in _commands_in(FOLDER / f"{noun}.py")}


def _commands_in(file: Path) -> Iterator[tuple[str, str]]:
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if not isinstance(node, ast.FunctionDef):
            continue
        for mark in node.decorator_list:
            if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "app.command":
                given = [ast.literal_eval(one.value) for one in mark.keywords if one.arg == "name"]
                yield (given[0] if given else node.name.replace("_", "-")), ast.get_docstring(node) or ""


class Commands(TyperGroup):
    """All commands by name and promise; the one that is called as its module has it."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = {name: TyperCommand(name, help=one.promise) for name, one in known().items()} | dict(self.commands)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """As a group does, once the module of the command is there."""
        if one := known().get(args[0]):
            module = importlib.import_module(f"terminal.{one.noun}")
            self.commands[args[0]] = typer.main.get_group(module.app).commands[args[0]]
        return super().resolve_command(ctx, args)
