"""When the ward spoke, and when it will: eighteen months of scenarios by season, the screening last, what is still planned."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from random import Random

from core import clock, formats
from services.demo import places, scenarios
from services.demo.scenarios import Scenario
from services.demo.stage import Stage, at

MONTHS = 18
SENT_AT = time(16, 30)
QUIET_WEEKS = 0.05
SEASONAL = 5  # what has its days in the year comes so much sooner than what could come at any time
ROMAN = ("I", "II", "III", "IV")


class Step(Enum):
    """How far it has come by the end of the demonstration."""

    SENT = "sent"
    LATEST = "latest"
    SCHEDULED = "scheduled"
    IN_REVIEW = "in_review"


@dataclass(frozen=True)
class Occasion:
    """A scenario on a day."""

    scenario: Scenario
    step: Step
    written_at: datetime
    at: datetime  # sent, to be sent, or of a draft: written
    about: date
    must_reach_by: datetime
    former: str = ""  # the former ward that spoke, before the merger
    corrects_previous: bool = False

    @property
    def expires_at(self) -> datetime:
        """The end of the day it is about, or of the next one."""
        last = max(self.about, clock.local(self.at).date() + timedelta(days=1))
        return at(last, 23, 59)

    def says(self, text: str) -> str:
        """A text of the scenario for this day."""
        quarter = ROMAN[(self.about.month - 1) // 3]
        return text.format(day=formats.day(self.about), quarter=quarter, year=self.about.year)


def all_of(stage: Stage) -> list[Occasion]:
    """Every occasion, oldest first."""
    screened = screening_day(stage)
    return [*_past(stage, screened), _latest(screened), *_planned(stage, screened)]


def screening_day(stage: Stage) -> date:
    """The day on which the screening was announced: the last one whose afternoon has passed."""
    at_hour = at(stage.today, SENT_AT.hour, SENT_AT.minute)
    return stage.today if at_hour <= stage.now else stage.today - timedelta(days=1)


def _latest(day: date) -> Occasion:
    sent = at(day, SENT_AT.hour, SENT_AT.minute)
    return Occasion(
        scenarios.SCREENING, Step.LATEST, sent - timedelta(minutes=38), sent, day + timedelta(days=1), at(day, 20)
    )  # fmt: skip


def _planned(stage: Stage, screened: date) -> list[Occasion]:
    """Two that wait for approval and one that has its hour; their times lie ahead however late the reader looks."""
    cut, saturday = stage.today + timedelta(days=2), stage.today + timedelta(days=(5 - stage.today.weekday() - 2) % 7 + 2)
    morning = at(stage.today, 7)
    while morning <= stage.now:
        morning += timedelta(days=1)
    meeting = clock.local(morning).date() + timedelta(days=scenarios.VOTERS.ahead)
    return [
        Occasion(
            scenarios.VOTERS, Step.SCHEDULED, at(screened, 10, 20), morning, meeting, morning + timedelta(hours=72)
        ),
        Occasion(
            scenarios.CLEANING, Step.IN_REVIEW, at(screened, 15, 5), at(screened, 15, 5), saturday,
            at(saturday - timedelta(days=1), 20),
        ),
        Occasion(
            scenarios.POWER_CUT, Step.IN_REVIEW, at(screened, 16, 50), at(screened, 16, 50), cut,
            at(cut - timedelta(days=1), 20),
        ),
    ]  # fmt: skip


def _past(stage: Stage, screened: date) -> list[Occasion]:
    dice = stage.dice("occasions")
    first = _months_before(stage.today, MONTHS)
    last_used: dict[str, date] = {}
    found: list[Occasion] = []
    monday = first - timedelta(days=first.weekday())
    while monday < screened:
        if dice.random() > QUIET_WEEKS:
            found += _in_week(dice, monday, (first, screened), last_used)
        monday += timedelta(days=7)
    return sorted(found, key=lambda occasion: occasion.at)


def _in_week(dice: Random, monday: date, between: tuple[date, date], last_used: dict[str, date]) -> list[Occasion]:
    first, end = between
    day = monday + timedelta(days=dice.choice((0, 0, 1, 1, 2, 3, 3, 4, 5)))
    possible = [
        scenario for scenario in scenarios.YEARLY
        if day.month in scenario.months and scenario.days[0] <= day.day <= scenario.days[1]
        and last_used.get(scenario.title, date.min) + timedelta(weeks=scenario.not_again_for) <= day
        and not (scenario.units and day < places.MERGED_ON)
    ]  # fmt: skip
    if not possible:
        return []
    weights = [1 if scenario.days == (1, 31) else SEASONAL for scenario in possible]
    scenario = dice.choices(possible, weights)[0]
    if scenario.weekday is not None:
        day = monday + timedelta(days=scenario.weekday)
    if not first <= day < end:
        return []
    last_used[scenario.title] = day
    former = dice.choice(places.AREAS).short if day < places.MERGED_ON else ""
    occasion = _sent(dice, scenario, day, former)
    update = [_sent(dice, scenarios.STORM_UPDATE, day, former, corrects_previous=True)] if scenario.is_replaced else []
    return [occasion, *update]


def _sent(dice: Random, scenario: Scenario, day: date, former: str, *, corrects_previous: bool = False) -> Occasion:
    sent = at(day, *scenario.at) + timedelta(minutes=dice.randint(0, 6), seconds=dice.randint(0, 59))
    written = sent - timedelta(minutes=dice.randint(8, 40))
    return Occasion(
        scenario, Step.SENT, written, sent, day + timedelta(days=scenario.ahead),
        sent + timedelta(hours=scenario.within_hours), former, corrects_previous,
    )  # fmt: skip


def _months_before(day: date, months: int) -> date:
    number = day.year * 12 + day.month - 1 - months
    return date(number // 12, number % 12 + 1, min(day.day, 28))
