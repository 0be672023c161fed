"""From what the services give to what the charts draw, in the reader's language and theme."""

from collections.abc import Sequence
from datetime import date, datetime

from services.figures import Coverage, CoverageTable
from services.foresight import Foresight
from services.reach import Board
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
    start = seen.announcement.sent_at or now
    everyone = seen.households or 1
    ends = [point.at for point in seen.points] + ([seen.announcement.must_reach_by] if seen.announcement.must_reach_by else [])
    until = min(now, max(ends, default=now)) if seen.announcement.must_reach_by is None else now
    step = max(1, len(seen.points) // MOST_POINTS)
    kept = [point for place, point in enumerate(seen.points) if place % step == 0 or point is seen.points[-1]]
    points = [ReachPoint(start, known=0 if seen.counts_known else None, estimate=0)]
    points += [
        ReachPoint(
            max(p.at, start), known=p.known / everyone if seen.counts_known else None, estimate=p.estimated / everyone
        )
        for p in kept
    ]  # fmt: skip
    if points[-1].at < until:
        points.append(ReachPoint(until, known=points[-1].known, estimate=points[-1].estimate))
    if ahead is not None:
        points = sorted([*points, *_ahead(ahead, now, everyone)], key=lambda point: point.at)
    return reach_charts.reach(points, deadline=seen.announcement.must_reach_by, target=None, look=parts.look())


def _ahead(ahead: Foresight, now: datetime, everyone: int) -> list[ReachPoint]:
    """The usual band, and the forecast from now to the deadline."""
    points = [ReachPoint(one.at, usual=(one.low, one.high)) for one in ahead.usual]
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
