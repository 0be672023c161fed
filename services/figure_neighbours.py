"""What figures of residential units are made of, read once for all units of a ward: what each of them has is its part of it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from uuid import UUID

from sqlmodel import Session

from services import figure_sources, figures
from services.access import Actor
from services.figure_sources import ByDay, Period, Sending, whole
from services.figures import Coverage


@dataclass
class Neighbours:
    """The units of a ward over some periods. The caller has narrowed by its actor."""

    session: Session
    actor: Actor
    id: UUID
    path: str
    periods: Sequence[Period]

    @cached_property
    def moves(self) -> dict[UUID, ByDay]:
        """By unit and day, as `figure_sources.moves`."""
        since, until = whole(self.periods)
        return figure_sources.moves_by_unit(self.session, path=self.path, since=since, until=until)

    @cached_property
    def opens(self) -> dict[UUID, ByDay]:
        """By unit and day, as `figure_sources.opens`."""
        since, until = whole(self.periods)
        return figure_sources.opens_by_unit(self.session, path=self.path, since=since, until=until)

    @cached_property
    def knocks(self) -> dict[UUID, ByDay]:
        """By unit and day, as `figure_sources.knocks`."""
        since, until = whole(self.periods)
        return figure_sources.knocks_by_unit(self.session, path=self.path, since=since, until=until)

    @cached_property
    def _said(self) -> list[Sending]:
        since, until = whole(self.periods)
        return figure_sources.sendings(self.session, path=self.path, wards_path=self.path, since=since, until=until)

    def said(self, path: str) -> list[Sending]:
        """The ward's announcements with the groups of one unit."""
        return [
            replace(one, waits=[wait for wait, at in zip(one.waits, one.wait_paths, strict=True) if at == path])
            for one in self._said
        ]  # fmt: skip

    @cached_property
    def by_day(self) -> dict[date, list[Coverage]]:
        """The counts of all units on the last day of each period."""
        found: dict[date, list[Coverage]] = defaultdict(list)
        days = sorted({last for _, last in self.periods})
        for day, _label, row in figures.growth(self.session, actor=self.actor, unit_id=self.id, days=days, by="unit"):
            found[day].append(row)
        return found

    @cached_property
    def _rows(self) -> dict[tuple[date, UUID | None], Coverage]:
        return {(day, row.unit_id): row for day, rows in self.by_day.items() for row in rows}

    def standing(self, unit_id: UUID) -> list[Coverage]:
        """The counts of a unit on the last day of each period; none of a day on which it is not valid."""
        nobody = Coverage(unit_id, "", "", "", 0)
        return [self._rows.get((last, unit_id), nobody) for _, last in self.periods]

    @cached_property
    def unseen(self) -> set[UUID | None]:
        """What an observer does not see of them on one of these days."""
        return {row.unit_id for rows in self.by_day.values() for row in figures.hidden_of(rows)}
