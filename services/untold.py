"""Households nobody knows to have been told: the condition by which a follow-up is narrowed."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, true
from sqlmodel import Session, col, select

from core import clock
from models import Announcement, Audience, Household, Membership, Reach, Relay
from services import audiences
from services.presence import is_member, lives_here

DEPTH = 10  # follow-ups of follow-ups


def followed(session: Session, audience: Sequence[Audience]) -> list[UUID]:
    """What the announcement of an audience says again, the newest first; nothing where it follows none."""
    ids = {one.announcement_id for one in audience}
    follows = session.exec(select(Announcement.follows_id).where(col(Announcement.id).in_(ids))).first() if ids else None
    return lineage(session, follows) if follows else []


def still_missing(session: Session, *, follows_id: UUID | None) -> ColumnElement[bool]:
    """Of `Household`: as `missing_after` what is followed, and what that followed."""
    return missing_after(lineage(session, follows_id) if follows_id else [])


def missing_after(before: Sequence[UUID]) -> ColumnElement[bool]:
    """Of `Household`: neither known by name to have been told by one of these announcements, nor in a chat in which one of them
    was posted: who answers there is known by group only.

    True for every household where there are none.
    """
    if not before:
        return true()
    told = select(Reach.id).where(col(Reach.household_id) == col(Household.id), col(Reach.announcement_id).in_(before))
    in_chat = (
        select(Membership.id)
        .join(Relay, col(Relay.group_id) == Membership.group_id)
        .where(
            col(Membership.household_id) == col(Household.id), is_member(clock.today()), col(Relay.announcement_id).in_(before),
            col(Relay.posted_at).is_not(None),
        )
    )  # fmt: skip
    return ~told.correlate(Household).exists() & ~in_chat.correlate(Household).exists()


def lineage(session: Session, announcement_id: UUID) -> list[UUID]:
    """An announcement and what it follows, the newest first."""
    found = [announcement_id]
    while len(found) < DEPTH:
        before = session.exec(select(Announcement.follows_id).where(Announcement.id == found[-1])).first()
        if before is None or before in found:
            break
        found.append(before)
    return found


def of_announcement(session: Session, *, announcement_id: UUID) -> ColumnElement[bool]:
    """Of `Household`: in its audience today and still missing. The caller has narrowed by its actor."""
    asked = audiences.of_announcement(session, announcement_id=announcement_id)
    return asked & lives_here(clock.today()) & still_missing(session, follows_id=announcement_id)
