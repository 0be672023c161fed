"""The story of an announcement on one page: what was planned, what happened, how fast, who was missed, what it cost."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from core import clock
from core.i18n import N_
from models import Announcement, Delivery, Forecast, Unit
from services import drafts, plan_outcome, reach, wards
from services.access import Actor
from services.plan_outcome import Outcome
from services.reach import Board
from services.relay_pace import pace
from services.wards import WardCard

PATH_LABELS = {
    "relay": N_("Nhóm của tổ, thôn"), "door": N_("Gõ cửa"), "sms": N_("SMS"), "zns": N_("ZNS"), "zalo_oa": N_("Zalo OA"),
    "zalo_template": N_("Zalo OA, mẫu tin"), "zalo_group": N_("Nhóm Zalo OA"), "print": N_("Giấy"),
}  # fmt: skip


@dataclass(frozen=True)
class PathStory:
    """One path: households it was to tell first, and those known to have been told; None where nothing tells."""

    label: str
    planned: int
    told: int | None


@dataclass(frozen=True)
class Missed:
    """A group, or those outside all groups, with the households nobody knows to have been told."""

    label: str
    households: int
    told: int

    @property
    def missing(self) -> int:
        """Households not known to have been told."""
        return self.households - self.told


@dataclass(frozen=True)
class Story:
    """All of the page."""

    board: Board
    ward: WardCard
    is_over: bool  # its time, its deadline, or the ward has ended it
    paths: list[PathStory]
    missed: list[Missed]  # those with somebody missing, the most first
    cost: int  # đồng, of what has left
    planned_cost: int
    median_minutes: float | None  # until a group posted
    expected: tuple[int, int, int] | None  # low, high, came: the first forecast that was scored

    @property
    def announcement(self) -> Announcement:
        """What was sent."""
        return self.board.announcement

    @property
    def missing(self) -> int:
        """Households nobody knows to have been told."""
        return self.board.households - self.board.known

    @property
    def took(self) -> timedelta | None:
        """From sending to the deadline."""
        sent, until = self.announcement.sent_at, self.announcement.must_reach_by
        return until - sent if sent and until else None


def of(session: Session, *, actor: Actor, announcement_id: UUID) -> Story:
    """The story of a sent announcement in the actor's sight, so far as it has been told.

    Raises:
        NotFound: it does not exist, or lies outside.
    """
    announcement = drafts.get(session, actor=actor, announcement_id=announcement_id)
    seen = reach.board(session, actor=actor, announcement_id=announcement_id)
    outcome = plan_outcome.of(session, actor=actor, announcement_id=announcement_id)
    waits = [(minutes, False) for minutes in seen.minutes_to_post if minutes is not None]
    cost = session.exec(
        select(func.coalesce(func.sum(Delivery.cost), 0)).where(
            Delivery.announcement_id == announcement_id, col(Delivery.sent_at).is_not(None)
        )
    ).one()  # fmt: skip
    return Story(
        board=seen, ward=wards.card_of(session, unit=session.get_one(Unit, announcement.unit_id)),
        is_over=_is_over(seen, clock.now()), paths=_paths(seen, outcome), missed=_missed(seen, outcome), cost=int(cost),
        planned_cost=int(announcement.plan.get("sent", announcement.plan).get("cost", 0)),
        median_minutes=pace(waits)[0] if waits else None, expected=_expected(session, announcement_id),
    )  # fmt: skip


def _is_over(seen: Board, now: datetime) -> bool:
    until = seen.announcement.must_reach_by
    return seen.is_withdrawn or seen.is_expired or seen.correction is not None or (until is not None and until <= now)


def _expected(session: Session, announcement_id: UUID) -> tuple[int, int, int] | None:
    found = session.exec(
        select(Forecast)
        .where(Forecast.announcement_id == announcement_id, col(Forecast.came).is_not(None))
        .order_by(col(Forecast.made_at))
        .limit(1)
    ).first()
    return (found.low, found.high, found.came or 0) if found else None


def _paths(seen: Board, outcome: Outcome) -> list[PathStory]:
    """By first path, as it was written when it left; of what left before that was written, as the plan was kept."""
    found: list[tuple[str, int, int | None]] = [
        (one.path.value, one.planned, one.reached) for one in outcome.paths if one.planned
    ]
    if not found:
        answered = sum(row.known for row in seen.rows)  # in the groups, by name or without
        planned = sorted(((path, count) for path, count in seen.paths.items() if count), key=lambda one: -one[1])
        found = [(path, count, min(count, answered) if path == "relay" else None) for path, count in planned]
    return [PathStory(PATH_LABELS.get(path, path), planned, told if seen.counts_known else None) for path, planned, told in found]


def _missed(seen: Board, outcome: Outcome) -> list[Missed]:
    """Group by group, a household of a chat that was told at its door among those told.

    Of what left before paths were written, what is known in no group counts for those outside.
    """
    if not seen.counts_known:
        return []
    if groups := outcome.groups:
        labels = {row.group_id: row.unit_label for row in seen.rows}
        rows = [Missed(labels[one.group_id], one.planned, one.reached) for one in groups if one.group_id in labels]
        others = [one for one in groups if one.group_id not in labels]
        outside, told = sum(one.planned for one in others), sum(one.reached for one in others) + outcome.elsewhere
    else:
        rows = [Missed(row.unit_label, row.households, row.known) for row in seen.rows]
        outside, told = max(0, seen.households - sum(row.households for row in seen.rows)), seen.known_elsewhere
    if outside:
        rows.append(Missed(N_("Hộ ngoài nhóm"), outside, min(outside, told)))
    return sorted((one for one in rows if one.missing > 0), key=lambda one: -one.missing)
