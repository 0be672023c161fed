"""How the groups of the demonstration hear: each with its own nature, and what came of one announcement in it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import takewhile
from math import log
from uuid import UUID

from core import clock
from services.demo.life import Life, Nature, News, own_hours
from services.demo.occasions import Occasion, Step
from services.demo.openings import Reader
from services.demo.people import Register
from services.demo.stage import Stage
from services.demo.ward import Home

LIVING = 400  # homes of a group that live their own life at most; in a larger one, each of them for several
ELSEWHERE = 0.015  # of the audience, who open the ward's own link: posted on its channels within minutes
THERE_WITHIN = timedelta(minutes=3)
# The latest announcement: four groups are late, the others have posted within the first hour.
LATE, POSTED_WITHIN = ("SC09", "XH03", "NT03", "NT07"), 52


@dataclass(frozen=True)
class Heard:
    """What came of one announcement in one group; of the ward's own link, without households and doors."""

    posted_at: datetime | None
    stands_for: float  # each reader, homes
    households: int  # in the chat on that day
    readers: Sequence[Reader]
    knocks: Sequence[tuple[UUID, datetime]]  # households told in person, and when


class Neighbours:
    """The groups of the ward, which keep their habits from one announcement to the next."""

    def __init__(self, stage: Stage, homes: Sequence[Home], registers: dict[UUID, Register]) -> None:
        self._now, self._registers = stage.now, registers
        self._dice, dice = stage.dice("life"), stage.dice("habits")
        self._elsewhere = own_hours(dice, LIVING)
        self._natures = {
            home.unit.id: Nature(
                pace=home.place.habit, interest=min(0.74 + 0.25 * home.place.coverage, 0.98),
                dead=max(0.02, (0.8 - home.place.phones) / 4), outside=len(registers[home.unit.id].outside),
                hours=own_hours(dice, min(len(registers[home.unit.id].joins), LIVING)),
            ) for home in homes
        }  # fmt: skip

    def hear(self, occasion: Occasion, homes: Sequence[Home], *, knocks: bool) -> list[Heard]:
        """One life of these groups; last what came of the ward's own link. `knocks`: leaders also go from door to door."""
        day = clock.local(occasion.at).date()
        joined = [self._registers[home.unit.id].joined(day) for home in homes]
        present = sum(self._registers[home.unit.id].present(day) for home in homes)
        natures = [self._nature(home, many, knocks=knocks) for home, many in zip(homes, joined, strict=True)]
        elsewhere = self._elsewhere[: int(present * ELSEWHERE)]
        natures.append(Nature(pace=0, interest=1, dead=0, hours=elsewhere, outside=0))
        life = Life(
            News(occasion.scenario.urgency, occasion.scenario.asks_for, occasion.at, occasion.expires_at), natures, self._dice,
            posts=self._set_by_hand(occasion, homes),
        )  # fmt: skip
        posted, readers, knocks_of = self._told(life, day, homes)
        many = [*joined, present * ELSEWHERE]
        return [
            Heard(
                posted.get(number), many[number] / max(len(nature.hours), 1), joined[number] if number < len(homes) else 0,
                list(readers[number].values()), knocks_of[number],
            ) for number, nature in enumerate(natures)
        ]  # fmt: skip

    def _told(
        self, life: Life, day: date, homes: Sequence[Home]
    ) -> tuple[dict[int, datetime], dict[int, dict[int, Reader]], dict[int, list[tuple[UUID, datetime]]]]:
        """Posts, readers and knocks until now, by group. On the ward's own link nobody answers for a household."""
        posted: dict[int, datetime] = {}
        readers: dict[int, dict[int, Reader]] = defaultdict(dict)
        knocks: dict[int, list[tuple[UUID, datetime]]] = defaultdict(list)
        for event in takewhile(lambda event: event.at <= self._now, life.events):
            if event.what == "post":
                posted[event.group] = event.at
            elif event.what == "open":
                readers[event.group][event.home] = Reader(event.at, None)
            elif event.what == "knock":
                household_id, since = self._registers[homes[event.group].unit.id].outside[event.home]
                if since <= day:
                    knocks[event.group].append((household_id, event.at))
            elif event.group < len(homes):
                readers[event.group][event.home] = Reader(readers[event.group][event.home].at, event.at)
        return posted, readers, knocks

    def _nature(self, home: Home, joined: int, *, knocks: bool) -> Nature:
        own = self._natures[home.unit.id]
        return Nature(own.pace, own.interest, own.dead, own.hours[:joined], own.outside if knocks else 0)

    def _set_by_hand(self, occasion: Occasion, homes: Sequence[Home]) -> dict[int, datetime | None]:
        posts: dict[int, datetime | None] = {len(homes): occasion.at + THERE_WITHIN}
        if occasion.step is Step.LATEST:
            for number, home in enumerate(homes):
                minutes = min(max(self._dice.lognormvariate(log(home.place.habit * 0.8), 0.5), 2), POSTED_WITHIN)
                posts[number] = None if home.place.code in LATE else occasion.at + timedelta(minutes=minutes)
        return posts
