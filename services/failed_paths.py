"""Households whose every message was refused (a wrong number, a block): they come to the list of doors by themselves.

A household that has a chat, or another message that may still arrive, is not among them.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, cast, exists, func, or_, select
from sqlmodel import Session, col

from core import clock
from models import LEFT, Announcement, Channel, DeliveryStatus, Household, Model, PlannedPath
from services import corrections, door_numbers
from services.paths import CALLED, ONE_BY_ONE

_LEDGER = Model.metadata.tables["delivery"]


def to_look_at(session: Session, *, now: datetime) -> Sequence[UUID]:
    """Announcements under way of which some message was refused and whose deadline is still to come.

    Without deadline or end they are looked at as long as their list of doors can be opened: `door_numbers.LASTS`.
    """
    ends = func.coalesce(col(Announcement.must_reach_by), col(Announcement.expires_at))
    is_young = col(Announcement.sent_at) > now - door_numbers.LASTS
    refused = exists().where(
        _LEDGER.c.announcement_id == col(Announcement.id), _LEDGER.c.status == DeliveryStatus.REJECTED,
        _LEDGER.c.channel.in_(ONE_BY_ONE),
    )  # fmt: skip
    under_way = col(Announcement.status).in_(LEFT) & or_(ends > now, ends.is_(None) & is_young)
    return list(session.scalars(select(col(Announcement.id)).where(under_way, refused)))


def to_the_doors(session: Session, *, announcement_id: UUID) -> int:
    """Put them on their unit's list of doors; how many. Those on it stay as they are, those told are left out.

    What is withdrawn, corrected or past its deadline asks nobody to knock.
    """
    announcement = session.get(Announcement, announcement_id)
    now = clock.now()
    if announcement is None or announcement.status not in LEFT or announcement.has_expired(now):
        return 0
    if _is_over(announcement, now):
        return 0
    if corrections.standing_for(session, announcement.id):
        return 0
    return door_numbers.add(session, announcement, are_left(announcement.id))


def _is_over(announcement: Announcement, now: datetime) -> bool:
    if announcement.must_reach_by or announcement.expires_at:
        return announcement.must_reach_by is not None and announcement.must_reach_by <= now
    return announcement.sent_at is not None and announcement.sent_at <= now - door_numbers.LASTS


def are_left(announcement_id: UUID) -> ColumnElement[bool]:
    """Of `Household`: a message to it was refused, and by the paths of its plan no other way is open."""
    planned = (col(PlannedPath.announcement_id) == announcement_id) & (col(PlannedPath.household_id) == col(Household.id))
    failed = or_(*[(col(PlannedPath.path) == channel) & _is_refused(announcement_id, channel) for channel in ONE_BY_ONE])
    is_message = col(PlannedPath.path).in_((Channel.RELAY, *ONE_BY_ONE))
    has_failed = exists().where(planned, failed).correlate(Household)
    has_another = exists().where(planned, is_message, ~failed).correlate(Household)
    return _was_refused(announcement_id) & has_failed & ~has_another


def _was_refused(announcement_id: UUID) -> ColumnElement[bool]:
    """The few that are looked at closely, found by their telephones."""
    return or_(*[_is_refused(announcement_id, channel) for channel in ONE_BY_ONE])


def _is_refused(announcement_id: UUID, channel: Channel) -> ColumnElement[bool]:
    """By the receiver that the household shares or still has, or by its own name in the ledger where that has changed since."""
    receiver: Any = col(Household.phone) if channel in CALLED else col(Household.zalo_user_id)
    before = f"{announcement_id}:{channel.value}:"
    own = cast(func.substr(_LEDGER.c.idempotency_key, len(before) + 1), Uuid())
    is_named: ColumnElement[bool] = col(Household.id).in_(_refused(own, announcement_id, channel, before))
    shares_one: ColumnElement[bool] = receiver.in_(_refused(_LEDGER.c.recipient_id, announcement_id, channel, before))
    return is_named | shares_one


def _refused(what: Any, announcement_id: UUID, channel: Channel, before: str) -> Select[Any]:
    """Of the announcement itself: reminders to leaders begin otherwise."""
    return select(what).where(
        _LEDGER.c.announcement_id == announcement_id, _LEDGER.c.status == DeliveryStatus.REJECTED, _LEDGER.c.channel == channel,
        _LEDGER.c.idempotency_key.startswith(before, autoescape=True),
    )  # fmt: skip
