"""How the announcements of a period went in some of its places: by the chats there."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session

from core import clock
from models import Model
from services import figure_sources, period_sources
from services.figure_sources import Sending
from services.period_facts import SaidLine
from services.relay_pace import took

_TABLES = Model.metadata.tables
_SAID, _RELAY = _TABLES["announcement"].c, _TABLES["relay"].c


def of(session: Session, *, said: Sequence[SaidLine], within: Sequence[str]) -> list[SaidLine]:
    """The announcements that have a curve and were for a chat at or below one of the paths, counted there, each with its curve.

    Households are those of the chats. How long half of them took is not asked of so few.
    """
    lines = {UUID(one.id): one for one in said if one.curve}
    there = {one.id: one for one in _sendings(session, list(lines), within)}
    curves = period_sources.curves(session, announcements=list(there.values()), within=within)
    return [
        replace(
            lines[id_], households=one.households, known=one.known, estimated=one.estimated,
            posted=sum(not runs for _, runs in one.waits), groups=len(one.waits), minutes=None, is_running=False, half=None,
            half_runs=False, ninety=None, ninety_runs=False, curve=curves[id_],
        )
        for id_ in lines if (one := there.get(id_))
    ]  # fmt: skip


def _sendings(session: Session, ids: Sequence[UUID], within: Sequence[str]) -> list[Sending]:
    chats, now = period_sources.chats(within), clock.now()
    counts = figure_sources.counts_by_chat(session, ids, chats=chats)
    relays = (
        select(_RELAY.announcement_id, _RELAY.group_id, _RELAY.households, _RELAY.posted_at, _SAID.unit_id, _SAID.sent_at)
        .join(_TABLES["announcement"], _SAID.id == _RELAY.announcement_id)
        .where(_RELAY.announcement_id.in_(ids), _RELAY.group_id.in_(chats))
    )  # fmt: skip
    posts = defaultdict[UUID, list[Any]](list)
    for row in session.execute(relays):
        posts[row.announcement_id].append(row)
    found = []
    for id_, rows in posts.items():
        households = sum(row.households for row in rows)
        known, estimated = figure_sources.heard(
            ((row.households, counts.get((id_, row.group_id), figure_sources.NONE)) for row in rows), households=households
        )
        waits = [took(row.sent_at, row.posted_at, now) for row in rows]
        told = {"households": households, "known": known, "estimated": estimated, "waits": waits}
        found.append(Sending(id_, "", rows[0].unit_id, rows[0].sent_at, asks=False, is_there=True, **told))
    return found
