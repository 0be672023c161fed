"""How the announcements of a period went in some of its places: by the chats there, and by the paths of who lives there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import Session

from models import Model
from services import period_sources
from services.figure_sources import Sending
from services.period_facts import SaidLine

_TABLES = Model.metadata.tables
_SAID, _RELAY, _COUNT = _TABLES["announcement"].c, _TABLES["relay"].c, _TABLES["reachcount"].c


@dataclass
class _There:
    """An announcement in the chats of the places."""

    unit_id: UUID
    sent_at: datetime
    households: int = 0
    known: int = 0
    estimated: int = 0
    posted: int = 0
    groups: int = 0


def of(session: Session, *, said: Sequence[SaidLine], within: Sequence[str]) -> list[SaidLine]:
    """The announcements that were for a chat at or below one of the paths, counted there, each with its curve where it had one.

    Households are those of the chats, capped by chat as on the board. How long half of them took is not asked of so few.
    """
    ids = [UUID(one.id) for one in said]
    there = _counted(session, ids, within)
    drawn = [
        Sending(id_, "", one.unit_id, one.sent_at, one.households, asks=False, is_there=True)
        for id_, one in there.items() if one.households
    ]  # fmt: skip
    lines = period_sources.curves(session, announcements=drawn, within=within)
    return [
        replace(
            line, households=one.households, known=one.known, estimated=one.estimated, posted=one.posted, groups=one.groups,
            minutes=None, is_running=False, half=None, half_runs=False, ninety=None, ninety_runs=False,
            curve=lines.get(UUID(line.id), []) if line.curve else [],
        )
        for line in said if (one := there.get(UUID(line.id)))
    ]  # fmt: skip


def _counted(session: Session, ids: Sequence[UUID], within: Sequence[str]) -> dict[UUID, _There]:
    in_chats = _COUNT.group_id.in_(period_sources.chats(within))
    keys = (_COUNT.announcement_id, _COUNT.group_id)
    sums = select(*keys, func.sum(_COUNT.opens), func.sum(_COUNT.known)).where(keys[0].in_(ids), in_chats).group_by(*keys)
    counts = {(row[0], row[1]): (int(row[2]), int(row[3])) for row in session.execute(sums)}
    relays = (
        select(
            _RELAY.announcement_id, _RELAY.group_id, _RELAY.households, _RELAY.posted_at, _SAID.unit_id, _SAID.sent_at,
        ).join(_TABLES["announcement"], _SAID.id == _RELAY.announcement_id)
        .where(_RELAY.announcement_id.in_(ids), _RELAY.group_id.in_(period_sources.chats(within)))
    )  # fmt: skip
    there: dict[UUID, _There] = {}
    for row in session.execute(relays):
        one = there.setdefault(row.announcement_id, _There(row.unit_id, row.sent_at))
        opens, known = counts.get((row.announcement_id, row.group_id), (0, 0))
        known = min(known, row.households)
        one.households += row.households
        one.known += known
        one.estimated += max(known, min(opens, row.households))
        one.posted += row.posted_at is not None
        one.groups += 1
    return there
