"""backup and restore: everything in one file."""

from pathlib import Path
from typing import Annotated

import typer

from services import backups
from terminal import upgrading
from terminal.habits import AsJson, answering, app


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="Where to write it.")], as_json: AsJson = False) -> None:
    """One consistent, checked file of database and documents, while everything runs; locked by CAUNOI_BACKUP_PASSPHRASE."""
    with answering(as_json=as_json, needs_ports=True) as say:
        say(backups.make(file))


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A backup.")],
    force: Annotated[bool, typer.Option("--force", help="Replace what is here.")] = False,
    as_json: AsJson = False,
) -> None:
    """Put a backup in an empty place; stop the server first. Nothing is sent until a person lets each account go on."""
    with answering(as_json=as_json, needs_database=False, needs_ports=True) as say:
        say(backups.restore(file, forced=force, knows=upgrading.knows, upgrade=upgrading.upgrade))
