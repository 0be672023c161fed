"""From what the services give to what the charts draw, in the reader's language and theme."""

from collections.abc import Sequence
from datetime import date, datetime

from models import Announcement
from services.figures import Coverage, CoverageTable
from services.foresight import Foresight, Usual
from services.reach import Board, BoardRow, Point
from services.sending import due_at
from ui import charts, parts, reach_charts
from ui.chart_kit import Chart
from ui.charts import GrowthPoint, Place
from ui.reach_charts import ReachPoint, RelayTime

MOST_POINTS = 240


def growth(series: Sequence[tuple[date, str, Coverage]], *, columns: int = 4) -> Chart:
    """Coverage by area over time; days on which an area had no households are left out."""
    points = [GrowthPoint(label, on, row.coverage) for on, label, row in series if row.coverage is not None]
    return charts.growth(points, look=parts.look(), columns=columns)


def places(table: CoverageTable, *, before: CoverageTable | None = None) -> list[Place]:
    """The rows of a table as dots and bars, with their share earlier where it is known."""
    earlier = {row.unit_id: row.coverage for row in before.rows} if before else {}
    return [
        Place(row.unit_name, row.joined, row.households, earlier.get(row.unit_id), row.smartphone_rate)
        for row in table.rows
        if row.households
    ]  # fmt: skip


def reach(seen: Board, *, now: datetime, ahead: Foresight | None = None) -> Chart:
    """The board's curve from sending until now or the deadline, thinned to what a screen can show; what is usual and expected."""
    everyone = seen.households or 1
    points = _curve(seen.announcement, seen.points, everyone, now=now, counts_known=seen.counts_known)
    if ahead is not None:
        points = sorted([*points, *_ahead(ahead, now, everyone)], key=lambda point: point.at)
    return reach_charts.reach(points, deadline=seen.announcement.must_reach_by, target=None, look=parts.look())


def reach_of_group(seen: Board, row: BoardRow, curve: Sequence[Point], usual: Sequence[Usual], *, now: datetime) -> Chart:
    """One group's curve, in shares of its own households, over what it usually does."""
    points = _curve(seen.announcement, curve, row.households or 1, now=now, counts_known=seen.counts_known)
    points = sorted([*points, *_band(usual)], key=lambda point: point.at)
    return reach_charts.reach(points, deadline=seen.announcement.must_reach_by, target=None, look=parts.look())


def _curve(
    item: Announcement, curve: Sequence[Point], everyone: int, *, now: datetime, counts_known: bool
) -> list[ReachPoint]:  # fmt: skip
    """Shares from sending on; where no deadline is set the curve ends with what came last."""
    start = item.sent_at or now
    until = min(now, max((point.at for point in curve), default=now)) if item.must_reach_by is None else now
    step = max(1, len(curve) // MOST_POINTS)
    kept = [point for place, point in enumerate(curve) if place % step == 0 or point is curve[-1]]
    points = [ReachPoint(start, known=0 if counts_known else None, estimate=0)]
    points += [
        ReachPoint(max(p.at, start), known=p.known / everyone if counts_known else None, estimate=p.estimated / everyone)
        for p in kept
    ]
    if points[-1].at < until:
        points.append(ReachPoint(until, known=points[-1].known, estimate=points[-1].estimate))
    return points


def _band(usual: Sequence[Usual]) -> list[ReachPoint]:
    return [ReachPoint(one.at, usual=(one.low, one.high)) for one in usual]


def _ahead(ahead: Foresight, now: datetime, everyone: int) -> list[ReachPoint]:
    """The usual band, and the forecast from now to the deadline."""
    points = _band(ahead.usual)
    if ahead.expected and ahead.deadline:
        said = ahead.expected
        points.append(ReachPoint(now, forecast=(said.reached / everyone,) * 3))
        points.append(ReachPoint(ahead.deadline, forecast=(said.low / everyone, said.middle / everyone, said.high / everyone)))
    return points


def relay_times(seen: Board, *, now: datetime) -> Chart:
    """A dot a group: minutes until it was posted."""
    start = seen.announcement.sent_at or now
    dots = [RelayTime(row.unit_label, minutes) for row, minutes in zip(seen.rows, seen.minutes_to_post, strict=False)]
    due = (due_at(seen.announcement, start) - start).total_seconds() / 60
    return reach_charts.relay_times(dots, due=due, now=(now - start).total_seconds() / 60, look=parts.look())
