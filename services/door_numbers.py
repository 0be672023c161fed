"""Which households of a sent announcement are told at the door, by residential unit, each with a number that stays.

Here lists are made and grow; who may ask for that is checked by the callers.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, insert, true
from sqlmodel import Session, col, func, select

from core import clock, tokens
from core.db import upsert
from core.ids import new_id
from core.streets import walking_key
from core.text import vietnamese_key
from models import (
    Announcement,
    Channel,
    DoorLine,
    DoorList,
    Household,
    Membership,
    Model,
    PlannedPath,
    Reach,
    Relay,
)
from services import audiences
from services.door_addresses import responsible, token_of
from services.presence import is_member, lives_here
from services.untold import still_missing

LASTS = timedelta(days=14)  # after sending, where the announcement has no end
_TABLES = Model.metadata.tables


def prepare(session: Session, *, announcement: Announcement, within: ColumnElement[bool] | None = None) -> int:
    """Make the lists of an announcement that is sent, or add the households that lack a number; how many were added.

    For callers that have checked who asks. A second call adds nothing. `within` narrows to some households: those of whole units.
    """
    wanted = _planned_for_the_door(session, announcement)
    return add(session, announcement, wanted & (true() if within is None else within))


def untold(session: Session, *, announcement_id: UUID, in_posted_groups: bool) -> ColumnElement[bool]:
    """Everybody of the audience; those in a chat where it is posted only if asked: who of them has read it is an estimate.

    Of a follow-up, whoever what it follows has not told.
    """
    follows_id = session.get_one(Announcement, announcement_id).follows_id
    wanted = audiences.of_announcement(session, announcement_id=announcement_id)
    wanted = wanted & still_missing(session, follows_id=follows_id)
    if in_posted_groups:
        return wanted
    posted = _in_its_groups(announcement_id).where(col(Relay.posted_at).is_not(None))
    return wanted & col(Household.id).not_in(posted)


def walking(head_name: str, address: str, id_: UUID) -> tuple[Any, ...]:
    """As one walks: by address, those without one last, then by name."""
    return (not address, walking_key(address), vietnamese_key(head_name), id_)


def _planned_for_the_door(session: Session, announcement: Announcement) -> ColumnElement[bool]:
    """By the paths written when it left; of one from before there were any: who of its audience is in none of its chats."""
    planned = select(PlannedPath.household_id).where(PlannedPath.announcement_id == announcement.id)
    if session.exec(planned.limit(1)).first():
        return col(Household.id).in_(planned.where(PlannedPath.path == Channel.DOOR))
    asked = audiences.of_announcement(session, announcement_id=announcement.id)
    return asked & col(Household.id).not_in(_in_its_groups(announcement.id))


def _in_its_groups(announcement_id: UUID) -> Any:
    return (
        select(Membership.household_id)
        .join(Relay, col(Relay.group_id) == Membership.group_id)
        .where(Relay.announcement_id == announcement_id, is_member(clock.today()))
    )


def add(session: Session, announcement: Announcement, wanted: ColumnElement[bool]) -> int:
    """Number the households of `wanted` that have no line yet and are not told, in the order in which one walks."""
    missing = _missing(session, announcement.id, wanted)
    if not missing:
        return 0
    lists = _lists_of(session, announcement, {home.unit_id for home in missing})
    missing = _missing(session, announcement.id, wanted)  # again, now that nobody else can write these lists
    numbered = select(DoorLine.door_list_id, func.max(DoorLine.number)).group_by(col(DoorLine.door_list_id))
    last = dict(session.exec(numbered.where(col(DoorLine.door_list_id).in_([one.id for one in lists.values()]))).all())
    rows = []
    for home in sorted(missing, key=lambda one: walking(one.head_name, one.address, one.id)):
        list_id = lists[home.unit_id].id
        last[list_id] = last.get(list_id, 0) + 1
        rows.append(
            {"id": new_id(), "created_at": clock.now(), "door_list_id": list_id, "household_id": home.id, "number": last[list_id]}
        )
    if rows:
        session.execute(insert(DoorLine), rows)
    return len(rows)


def _missing(session: Session, announcement_id: UUID, wanted: ColumnElement[bool]) -> list[Household]:
    has_line = (
        select(DoorLine.id)
        .join(DoorList, col(DoorList.id) == DoorLine.door_list_id)
        .where(
            DoorList.announcement_id == announcement_id, DoorList.unit_id == Household.unit_id,
            DoorLine.household_id == Household.id,
        )
        .exists()
    )  # fmt: skip
    is_told = select(Reach.id).where(Reach.announcement_id == announcement_id, Reach.household_id == Household.id).exists()
    return list(session.exec(select(Household).where(wanted, lives_here(clock.today()), ~has_line, ~is_told)))


def _lists_of(session: Session, announcement: Announcement, unit_ids: set[UUID]) -> dict[UUID, DoorList]:
    """The lists of these units, made where there are none, locked until the transaction ends."""
    owners = responsible(session, unit_ids)
    ends = announcement.expires_at or (announcement.sent_at or clock.now()) + LASTS
    rows = []
    for unit_id in unit_ids:
        id_ = new_id()
        rows.append(
            {
                "id": id_, "created_at": clock.now(), "announcement_id": announcement.id, "unit_id": unit_id,
                "user_id": owners.get(unit_id), "issue": 1, "token_hash": tokens.digest(token_of(id_, 1)), "expires_at": ends,
            }
        )  # fmt: skip
    upsert(session, _TABLES["doorlist"], rows, key=["announcement_id", "unit_id"])
    found = session.exec(
        select(DoorList)
        .where(DoorList.announcement_id == announcement.id, col(DoorList.unit_id).in_(unit_ids))
        .order_by(col(DoorList.id))
        .with_for_update()
    )
    return {listed.unit_id: listed for listed in found}
