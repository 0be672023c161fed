"""What every command shares: one answer, as a table for people or one JSON document; refusals in one sentence."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass, replace
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table
from sqlalchemy import inspect
from sqlalchemy.exc import SQLAlchemyError

from core.db import engine
from core.errors import Invalid, Refusal
from core.i18n import N_, translate
from core.plainly import plainly
from core.settings import settings
from terminal.commands import Commands

AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]
app = typer.Typer(cls=Commands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="Cầu Nối")


@app.callback(help="Cầu Nối")
def front() -> None:
    """With a callback a command keeps its name even where it is the only one registered."""


def plain(value: Any) -> Any:
    """A value as JSON knows it: instants as ISO 8601 with the local offset."""
    if is_dataclass(value) and not isinstance(value, type):
        value = asdict(value)
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    return plainly(value)


@contextmanager
def answering(*, as_json: bool, needs_database: bool = True, needs_ports: bool = False) -> Iterator[Callable[[Any], None]]:
    """Give the command a `say`; turn a refusal into one sentence and exit code 1."""

    def say(answer: Any) -> None:
        if as_json:
            sys.stdout.write(json.dumps(plain(answer), ensure_ascii=False) + "\n")
        else:
            show(plain(answer))

    try:
        if needs_database:
            _require_database()
        if needs_ports:
            provide_live()
        yield say
    except Refusal as refusal:
        words = translate(refusal.message, language=settings().language).format(**refusal.details)
        if as_json:
            sys.stdout.write(json.dumps({"error": words}, ensure_ascii=False) + "\n")
        sys.stderr.write(words + "\n")
        raise typer.Exit(1) from None
    except ValidationError as error:  # settings that cannot be; they may not even say in which language
        wrong = ", ".join(f"CAUNOI_{str(one['loc'][0]).upper()}" for one in error.errors() if one["loc"])
        words = N_("Cài đặt không đúng: {names}. Xem lại môi trường hoặc tệp .env.").format(names=wrong)
        if as_json:
            sys.stdout.write(json.dumps({"error": words}, ensure_ascii=False) + "\n")
        sys.stderr.write(words + "\n")
        raise typer.Exit(1) from None


def provide_live() -> None:
    """Connect this process to the outside world. Imported here: most commands need none of it."""
    from adapters import chooser
    from jobs import renewing
    from services import ports

    ports.provide(replace(chooser.live(), renewing=renewing.by_itself))


def _require_database() -> None:
    try:
        with engine().connect() as connection:
            is_there = inspect(connection).has_table("unit")
    except (SQLAlchemyError, OSError) as error:
        raise Invalid(N_("Không mở được cơ sở dữ liệu: {error}."), error=type(error).__name__) from error
    if not is_there:
        raise Invalid(N_("Chưa có cơ sở dữ liệu. Chạy trước: manage.py migrate"))


def mapping_of(pairs: Sequence[str]) -> dict[str, str]:
    """What `--map HEADER=FIELD` says, header by header.

    Raises:
        BadParameter: a pair is none.
    """
    mapping = {}
    for pair in pairs:
        header, sign, name = pair.rpartition("=")
        if not sign or not header.strip():
            raise typer.BadParameter(f"{pair!r}: write HEADER=FIELD, as in --map 'Họ tên=head_name'")
        mapping[header.strip()] = name.strip()
    return mapping


def show(answer: Any) -> None:
    """A list of objects as a table, one object as lines."""
    console = Console(soft_wrap=True)
    if isinstance(answer, Sequence) and not isinstance(answer, str) and answer and isinstance(answer[0], Mapping):
        table = Table(*[str(name) for name in answer[0]], box=None, header_style="bold")
        for row in answer:
            table.add_row(*["" if cell is None else str(cell) for cell in row.values()])
        console.print(table)
    elif isinstance(answer, Mapping):
        for name, value in answer.items():
            if isinstance(value, list) and value and isinstance(value[0], Mapping):
                console.print(f"[bold]{name}[/bold]")
                show(value)
            else:
                console.print(f"{name}: {value}", highlight=False)
    elif answer != []:
        console.print(answer)
