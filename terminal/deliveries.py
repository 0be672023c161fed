"""deliveries, settle: the ledger of an announcement by terminal, and what a person says of what nobody knows."""

from typing import Annotated, Any

import typer

from core.db import reading, transaction
from core.i18n import translate
from core.settings import settings
from models import DeliveryStatus
from services import access, ledger, unknowns
from services.unknowns import Decision
from terminal.habits import AsJson, answering, app
from terminal.named import announcement_id_of


@app.command()
def deliveries(
    announcement_id: Annotated[str, typer.Argument(metavar="ID")],
    status: Annotated[DeliveryStatus | None, typer.Option(help="Only those that stand so.")] = None,
    as_json: AsJson = False,
) -> None:
    """The ledger of an announcement, one row a delivery."""
    with answering(as_json=as_json) as say, reading() as session:
        id_ = announcement_id_of(announcement_id)
        say([_told(row) for row in ledger.rows(session, actor=access.TERMINAL, announcement_id=id_, status=status)])


@app.command()
def settle(
    announcement_id: Annotated[str, typer.Argument(metavar="ID")],
    decision: Annotated[Decision, typer.Option("--as", help="What became of them, or that they are sent again.")],
    by: Annotated[str, typer.Option(help="User name of who decides.")],
    as_json: AsJson = False,
) -> None:
    """Decide about the deliveries of which nobody knows whether they left."""
    with answering(as_json=as_json, needs_ports=True) as say:
        id_ = announcement_id_of(announcement_id)
        with reading() as session:
            actor = access.actor_named(session, username=by)
            questions = unknowns.to_ask(session, actor=actor, announcement_id=id_)
        found = unknowns.look_back(questions)
        with transaction() as session:
            settled = unknowns.settle(session, actor=actor, announcement_id=id_, decision=decision, found=found)
        say({"settled": settled})


def _told(row: ledger.Row) -> dict[str, Any]:
    return {
        "channel": row.channel, "recipient": row.recipient, "status": row.status, "attempts": row.attempts,
        "provider_message_id": row.provider_message_id or None, "cost": row.cost,
        "error": translate(row.error, language=settings().language) if row.error else None, "updated_at": row.updated_at,
    }  # fmt: skip
