"""groups and group-create: chat groups, who leads them, how many households they hold."""

from typing import Annotated, Any
from uuid import UUID

import typer
from sqlmodel import Session

from core.db import reading, transaction
from core.errors import NotFound
from core.i18n import N_
from models import Channel, GroupKind
from services import access, group_leaders, units
from services import groups as rooms
from services.access import TERMINAL
from services.groups import GroupRow, GroupValues
from terminal.habits import AsJson, answering, app


@app.command()
def groups(
    unit: Annotated[str, typer.Option(metavar="CODE", help="Without it, all there are.")] = "", as_json: AsJson = False
) -> None:  # fmt: skip
    """The open groups, with their open memberships today."""
    with answering(as_json=as_json) as say, reading() as session:
        place = units.by_code(session, actor=TERMINAL, code=unit) if unit else None
        say([_told(row) for row in rooms.listing(session, actor=TERMINAL, unit_id=place.id if place else None)])


@app.command()
def group_create(
    name: Annotated[str, typer.Option(metavar="N")],
    kind: Annotated[GroupKind, typer.Option(metavar="K", help=", ".join(GroupKind))],
    unit: Annotated[str, typer.Option(metavar="CODE")],
    parent: Annotated[str, typer.Option(metavar="ID", help="The group it is fed from.")] = "",
    leader: Annotated[str, typer.Option(metavar="USERNAME")] = "",
    join_url: Annotated[str, typer.Option(metavar="U", help="The https address that leads into the chat.")] = "",
    channel: Annotated[Channel, typer.Option(metavar="C", help=", ".join(Channel))] = Channel.RELAY,
    address: Annotated[str, typer.Option(metavar="A", help="Of zalo_group the provider's id, of email the mailbox.")] = "",
    as_json: AsJson = False,
) -> None:
    """Make a group; the answer is the list with this group alone."""
    with answering(as_json=as_json) as say:
        with transaction() as session:
            place = units.by_code(session, actor=TERMINAL, code=unit)
            values = GroupValues(name, kind, channel, _group_id(parent), join_url, address)
            made = rooms.create(session, actor=TERMINAL, unit_id=place.id, values=values)
            if leader:
                group_leaders.set_leader(session, actor=TERMINAL, group_id=made.id, leader_id=_user_id(session, leader))
            rows = rooms.listing(session, actor=TERMINAL, unit_id=place.id)
            answer = [_told(row) for row in rows if row.id == made.id]
        say(answer)


def _group_id(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise NotFound(N_("Không tìm thấy nhóm này.")) from None


def _user_id(session: Session, username: str) -> UUID | None:
    return access.actor_named(session, username=username).id


def _told(row: GroupRow) -> dict[str, Any]:
    return {
        "id": row.id, "name": row.name, "kind": row.kind, "unit_code": row.unit_code, "channel": row.channel,
        "leader": row.leader, "join_url": row.join_url, "households": row.households, "people": row.people,
    }  # fmt: skip
