"""backup and restore: everything in one file."""

from pathlib import Path
from typing import Annotated

import typer

from core.db import transaction
from core.errors import Invalid
from core.i18n import N_
from services import backup_copies, backups
from services.ports import ports
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


@app.command()
def backup_copy(as_json: AsJson = False) -> None:
    """Copy the newest nightly backup to every place of the settings now, and read it back."""
    with answering(as_json=as_json, needs_ports=True) as say:
        file = backups.newest()
        if file is None or not ports().stores:
            raise Invalid(
                N_("Cần cả CAUNOI_BACKUP_DIR với ít nhất một bản, và CAUNOI_BACKUP_COPY_DIR hoặc CAUNOI_BACKUP_COPY_URL.")
            )
        arrived = [backup_copies.carry(store, file) for store in ports().stores]
        with transaction() as session:
            for one in arrived:
                backup_copies.note(session, one)
        if failed := [one.message for one in arrived if one.message]:
            raise Invalid("{said}", said=" ".join(failed))
        say(arrived)


@app.command(name="backup-copies")
def listing(as_json: AsJson = False) -> None:
    """What lies at each place of the settings, the newest last."""
    with answering(as_json=as_json, needs_database=False, needs_ports=True) as say:
        say([{"place": store.place, "file": name} for store in ports().stores for name in sorted(store.names())])


@app.command()
def backup_fetch(
    name: Annotated[str, typer.Argument(help="As backup-copies names it.")],
    file: Annotated[Path, typer.Argument(help="Where to write it; then: restore.")],
    as_json: AsJson = False,
) -> None:
    """Bring a backup back from the first place that has it."""
    with answering(as_json=as_json, needs_database=False, needs_ports=True) as say:
        say({"file": backup_copies.fetch(name=name, target=file)})
