"""How soon groups post what is sent to them (design §4): those that have not count as still running."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import mean
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlmodel import Session

from core import clock
from models import AnnouncementStatus, Model

Wait = tuple[float, bool]  # minutes, and whether it still runs


@dataclass(frozen=True)
class RelayTime:
    """How long a group took to post an announcement, or has been waiting."""

    announcement_id: UUID
    group_id: UUID
    minutes: float
    is_running: bool


@dataclass(frozen=True)
class RelayTimes:
    """Relay times over all groups of some announcements. A figure that `is_running` is "at least so much"."""

    groups: list[RelayTime]  # the quickest first
    median_minutes: float | None = None
    median_is_running: bool = False
    p90_minutes: float | None = None
    p90_is_running: bool = False

    @property
    def announcements(self) -> int:
        """Of how many announcements, those without a group aside."""
        return len({each.announcement_id for each in self.groups})

    def of(self, announcement_id: UUID) -> "RelayTimes":
        """The same of one of them."""
        return _relay_times([each for each in self.groups if each.announcement_id == announcement_id])


def relay_times(session: Session, *, announcement_ids: Collection[UUID] | Select[Any]) -> RelayTimes:
    """Minutes from sending to posting, per group; median and 90th percentile (nearest rank) over all groups.

    Groups that have not posted count with the time they have been waiting until now. Only of announcements that are sent: in
    one that was withdrawn nobody posts any more. The caller has narrowed by its actor.
    """
    relay, announcement = (Model.metadata.tables[name] for name in ("relay", "announcement"))
    now = clock.now()
    rows = session.execute(
        select(relay.c.announcement_id, relay.c.group_id, relay.c.posted_at, announcement.c.sent_at)
        .join(announcement, announcement.c.id == relay.c.announcement_id)
        .where(
            announcement.c.id.in_(announcement_ids), announcement.c.status == AnnouncementStatus.SENT,
            announcement.c.sent_at.is_not(None),
        )
    )  # fmt: skip
    groups = [RelayTime(row.announcement_id, row.group_id, *took(row.sent_at, row.posted_at, now)) for row in rows]
    return _relay_times(sorted(groups, key=lambda each: (each.is_running, each.minutes)))


def _relay_times(groups: list[RelayTime]) -> RelayTimes:
    if not groups:
        return RelayTimes([])
    return RelayTimes(groups, *pace([(each.minutes, each.is_running) for each in groups]))


def took(start: datetime, end: datetime | None, now: datetime) -> Wait:
    """Minutes to the end, or until now where it still runs, and whether it does."""
    return max(0.0, ((end or now) - start).total_seconds() / 60), end is None


def pace(waits: Sequence[Wait]) -> tuple[float, bool, float, bool]:
    """Median and 90th percentile (nearest rank) of at least one wait, each with whether it still runs.

    A wait is its minutes so far and whether it still runs; those that run come after all that ended (design §4).
    """
    ordered = sorted(waits, key=lambda wait: (wait[1], wait[0]))
    middle = ordered[(len(ordered) - 1) // 2 : len(ordered) // 2 + 1]
    late = ordered[math.ceil(len(ordered) * 0.9) - 1]
    return mean(minutes for minutes, _ in middle), middle[-1][1], late[0], late[1]


def paced(waits: Sequence[Wait], *, ninety: bool = False) -> tuple[float | None, float, bool]:
    """The median or the 90th percentile of any number of waits, of how many, and whether it still runs."""
    if not waits:
        return None, 0, False
    half, half_runs, late, late_runs = pace(waits)
    return (late, len(waits), late_runs) if ninety else (half, len(waits), half_runs)
