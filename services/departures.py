"""What is written when an announcement leaves: the path of each household, and the ledger's row for each receiver.

Rows for households are made by the database out of its own rows, path by path, in the caller's transaction: a hundred thousand
in seconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Insert,
    Integer,
    Select,
    String,
    Uuid,
    case,
    cast,
    func,
    insert,
    literal,
    null,
    select,
    true,
)
from sqlmodel import Session

from core.bulk import as_json, given
from core.ids import new_id
from core.sql_ids import NewIds
from models import Announcement, Channel, Delivery, DeliveryStatus, Model, RecipientKind, Relay
from models.base import Instant
from services import batches, links, paths
from services.paths import CALLED, ONE_BY_ONE, Question, Way
from services.plans import PlannedGroup

_PLANNED, _HOME, _LEDGER = (Model.metadata.tables[name] for name in ("plannedpath", "household", "delivery"))
WITHOUT_END = timedelta(days=14)  # how long a relay's address leads to work where the announcement has no end


def keep_paths(session: Session, *, announcement: Announcement, question: Question, now: datetime) -> None:
    """Write by which path each household is told; several in an emergency, and paper where the ward wants it."""
    found = paths.rows(session, question).subquery()
    group = case((found.c.path == Channel.RELAY.value, found.c.group_id), else_=null())
    rows = select(
        NewIds(), literal(now, Instant()), literal(announcement.id), found.c.household_id, found.c.path, group, found.c.is_first
    ).order_by(found.c.household_id)  # keys that grow are written at the end of their index
    names = ["id", "created_at", "announcement_id", "household_id", "path", "group_id", "is_first"]
    session.execute(insert(_PLANNED).from_select(names, rows, include_defaults=False))


@dataclass(frozen=True)
class Stretch:
    """The units of one part, by their keys: after one, up to another. All of them where neither is said."""

    after: UUID | None = None
    upto: UUID | None = None

    def holds(self, unit_id: Any) -> ColumnElement[bool]:
        """Of a column of units: it lies within."""
        found: ColumnElement[bool] = true()
        if self.after is not None:
            found = found & (unit_id > self.after)
        return found & (unit_id <= self.upto) if self.upto is not None else found


WHOLE = Stretch()


def queue(
    session: Session, *, announcement: Announcement, question: Question, now: datetime, stretch: Stretch = WHOLE
) -> None:  # fmt: skip
    """Write what waits to leave by the ward's accounts: a row for each receiver, however many households share it.

    Of a part that is not the first, a receiver that is shared with a household of an earlier one has its row already.
    """
    for way in question.ways:
        if way.path in ONE_BY_ONE:
            receivers = _receivers(announcement, way, stretch)
            count = session.execute(select(func.count()).select_from(receivers.subquery())).scalar_one()
            made = batches.begin(session, announcement=announcement, channel=way.path, rows=count)
            if made:
                dialect = session.get_bind().dialect.name
                session.execute(_messages(dialect, announcement, way, now, receivers), {"batches": as_json(enumerate(made))})


def print_sheets(session: Session, *, announcement: Announcement, now: datetime, stretch: Stretch = WHOLE) -> None:
    """A row for the paper of each residential unit in which some household gets it."""
    homes, wanted = _planned(announcement, Channel.PRINT, stretch)
    places = select(_HOME.c.unit_id).select_from(homes).where(wanted).distinct()
    rows = [_row(announcement, Channel.PRINT, RecipientKind.SHEET, unit_id, now) for unit_id in session.scalars(places)]
    if rows:
        session.execute(insert(Delivery), rows)


def hand_over(
    session: Session, *, announcement: Announcement, groups: Sequence[PlannedGroup], now: datetime, due: datetime
) -> None:  # fmt: skip
    """Give every group its relay, with a link of its own and the number of households it stands for."""
    made = links.for_announcement_groups(
        session, announcement_id=announcement.id, unit_id=announcement.unit_id, group_ids=[group.group_id for group in groups]
    )
    deliveries, relays = [], []
    for group in groups:
        delivery = _row(announcement, Channel.RELAY, RecipientKind.GROUP, group.group_id, now)
        deliveries.append(delivery)
        relays.append(
            {
                "id": new_id(), "created_at": now, "delivery_id": delivery["id"], "announcement_id": announcement.id,
                "group_id": group.group_id, "link_id": made[group.group_id].id, "due_at": due,
                "token_expires_at": announcement.expires_at or now + WITHOUT_END, "households": group.households,
            }
        )  # fmt: skip
    if relays:
        session.execute(insert(Delivery), deliveries)
        session.execute(insert(Relay), relays)


def count_of(session: Session, *, announcement_id: UUID) -> int:
    """How many rows the ledger has for an announcement. The caller has narrowed by its actor."""
    of_it = _LEDGER.c.announcement_id == announcement_id
    return int(session.execute(select(func.count()).select_from(_LEDGER).where(of_it)).scalar_one())


def _row(announcement: Announcement, channel: Channel, kind: RecipientKind, recipient: UUID, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(), "created_at": now, "announcement_id": announcement.id, "channel": channel, "recipient_kind": kind,
        "recipient_id": str(recipient), "idempotency_key": f"{announcement.id}:{channel.value}:{recipient}",
        "status": DeliveryStatus.QUEUED, "updated_at": now,
    }  # fmt: skip


def _receivers(announcement: Announcement, way: Way, stretch: Stretch) -> Select[Any]:
    """Whom to write to on a way, each once, with the household that stands for the receiver."""
    is_call = way.path in CALLED
    receiver = _HOME.c.phone if is_call else _HOME.c.zalo_user_id
    homes, wanted = _planned(announcement, way.path, stretch)
    if stretch.after is not None:
        wanted &= ~_has_one(announcement, way, receiver, is_call=is_call)
    household = func.min(cast(_HOME.c.id, String)).label("household")
    by_units = func.coalesce(receiver, "")  # or all telephones are walked through, in their own index's order
    return select(receiver.label("receiver"), household).select_from(homes).where(wanted).group_by(by_units, receiver)


def _messages(dialect: str, announcement: Announcement, way: Way, now: datetime, receivers: Select[Any]) -> Insert:
    """A row for each, in one of the given batches. The key holds the household, never a telephone number."""
    kind = RecipientKind.PHONE if way.path in CALLED else RecipientKind.FOLLOWER
    at = literal(now, Instant())
    each = receivers.subquery()
    turn = func.row_number().over(order_by=each.c.household).label("turn")
    numbered = select(each.c.receiver, each.c.household, turn).subquery()
    batch = given(dialect, "batches", {"place": Integer(), "id": Uuid()})
    rows = select(
        NewIds(), at, literal(announcement.id), literal(way.path.value), literal(kind.value), numbered.c.receiver,
        literal(f"{announcement.id}:{way.path.value}:") + numbered.c.household, literal(DeliveryStatus.QUEUED.value), literal(0),
        literal(way.price), at, batch.c.id,
    ).join_from(numbered, batch, batch.c.place == (numbered.c.turn - 1) // batches.SIZE)  # fmt: skip
    names = [
        "id", "created_at", "announcement_id", "channel", "recipient_kind", "recipient_id", "idempotency_key", "status",
        "attempts", "cost", "updated_at", "batch_id",
    ]  # fmt: skip
    return insert(_LEDGER).from_select(names, rows, include_defaults=False)


def _planned(announcement: Announcement, path: Channel, stretch: Stretch) -> tuple[FromClause, ColumnElement[bool]]:
    """Households to be told by a path. Those of a part are found by their units, however many were planned before."""
    if stretch == WHOLE:
        is_it = (_PLANNED.c.announcement_id == announcement.id) & (_PLANNED.c.path == path)
        return _PLANNED.join(_HOME, _HOME.c.id == _PLANNED.c.household_id), is_it
    return _HOME, stretch.holds(_HOME.c.unit_id) & _is_planned(announcement, path, _HOME)


def _is_planned(announcement: Announcement, path: Channel, home: Any) -> ColumnElement[bool]:
    """Of each household by itself. A plain EXISTS becomes a join, and PostgreSQL, which knows nothing yet of rows that are this
    young, would begin it with all that were planned: each part would cost more than the one before.
    """
    mine = (_PLANNED.c.announcement_id == announcement.id) & (_PLANNED.c.path == path)
    return _is_there(select(literal(1)).where(mine, _PLANNED.c.household_id == home.c.id))


def _is_there(rows: Select[Any]) -> ColumnElement[bool]:
    return rows.limit(1).scalar_subquery().is_not(None)


def _has_one(
    announcement: Announcement, way: Way, receiver: ColumnElement[Any], *, is_call: bool
) -> ColumnElement[bool]:  # fmt: skip
    """Whether a row for the receiver was written with an earlier part, also where its household has moved since.

    Telephones have an index, so each household that shares one is asked for by the name of its row; accounts that are followed
    have none, and are few.
    """
    if not is_call:
        of_it = (_LEDGER.c.announcement_id == announcement.id) & (_LEDGER.c.channel == way.path)
        return receiver.in_(select(_LEDGER.c.recipient_id).where(of_it))
    other = _HOME.alias()
    stands = _LEDGER.c.idempotency_key == literal(f"{announcement.id}:{way.path.value}:") + cast(other.c.id, String)
    return _is_there(select(literal(1)).where(other.c.phone == receiver, _is_there(select(literal(1)).where(stands))))
