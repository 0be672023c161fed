"""Who comes to what the demonstration ward invites to: of those who said so, whoever asked first has a place."""

from typing import Any

from models import AsksFor, Attendance, How
from services import attendance, attendance_places
from services.demo.openings import Rows
from services.demo.stage import Keys, Slugs, Stage

OF_ALL = 0.9  # so many places for the latest, of the people who would come


class Guests:
    """Writes the parties of one event after another, of those that phones are not forgotten of."""

    def __init__(self, stage: Stage) -> None:
        self._now, self._dice = stage.now, stage.dice("guests")
        self._keys: Keys = stage.keys("attendance")

    def ask(self, announcement: dict[str, Any], rows: Rows, *, is_capped: bool) -> None:
        """Add a party for each answer that somebody comes; capped, the last tenth waits."""
        if announcement["asks_for"] is not AsksFor.ATTENDANCE or announcement["expires_at"] <= self._now - attendance.KEPT:
            return
        said = sorted((row for row in rows["reach"] if row["how"] is How.ATTENDING), key=lambda row: row["told_at"])
        people = sum(row["people"] for row in said)
        if is_capped and people:
            announcement["places"] = max(attendance_places.PEOPLE_MAX, round(people * OF_ALL / 10) * 10)
        slugs = Slugs(self._dice)
        left = announcement["places"]
        for row in said:
            left = None if left is None else left - row["people"]
            rows["attendance"].append(self._party(row, slugs, has_place=left is None or left >= 0))

    def _party(self, row: dict[str, Any], slugs: Slugs, *, has_place: bool) -> dict[str, Any]:
        return Attendance(
            id=self._keys.next(), created_at=row["told_at"], announcement_id=row["announcement_id"], group_id=row["group_id"],
            visitor=row["visitor"], people=row["people"], asked_at=row["told_at"], has_place=has_place,
            code=slugs.next(attendance_places.CODE_LETTERS),
        ).model_dump()  # fmt: skip
