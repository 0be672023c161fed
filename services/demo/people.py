"""Households and who of them is in the chat: people who arrive and leave, groups that grow from 2020 on along an S."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import ceil, exp, floor, log
from random import Random
from typing import Any
from uuid import UUID

from sqlmodel import Session

from models import MembershipSource, Need
from services.demo import names, places
from services.demo.places import Place
from services.demo.stage import Keys, Stage, at, write
from services.demo.ward import Home, Ward
from services.households import search_text

BOOKS_OPENED = date(2020, 1, 1)  # who lived here before is written with this day
SIZES = (9, 19, 26, 25, 12, 6, 2, 1)  # households of 1 to 8 people, of 100: 3.4 people each
LOWEST, HIGHEST = 0.35, 0.97  # coverage of any unit
AT_ONCE = 0.2  # who joined in the first month, when the leader went from door to door
STEEPNESS = 6.0
OF_ALL = 3_000  # households of which a place's weight is its part
KNOCKED_AT = 12  # households outside the chat that a leader's rounds are remembered for


@dataclass
class Register:
    """What the rest must know of a residential unit's households: how many on which day, who is outside the chat."""

    people: int = 0  # of the households present today
    arrivals: list[int] = field(default_factory=list)
    departures: list[int] = field(default_factory=list)
    joins: list[int] = field(default_factory=list)
    leaves: list[int] = field(default_factory=list)
    outside: list[tuple[UUID, date]] = field(default_factory=list)  # some of them, and since when they live here

    def close(self) -> None:
        """Ready to be asked."""
        for days in (self.arrivals, self.departures, self.joins, self.leaves):
            days.sort()

    def present(self, day: date) -> int:
        """Households on a day."""
        return bisect_right(self.arrivals, day.toordinal()) - bisect_right(self.departures, day.toordinal())

    def joined(self, day: date) -> int:
        """Households in the chat on a day."""
        return bisect_right(self.joins, day.toordinal()) - bisect_right(self.leaves, day.toordinal())


def sizes(total: int) -> dict[str, int]:
    """Households of each place, adding up to `total`: by weight, largest remainders first.

    Group 13 of Sông Cầu gets one more where nine in ten of its households would be no whole number close by.
    """
    weights = {place.code: place.weight for place in places.PLACES}
    scale = total / sum(weights.values())
    found = {code: max(1, floor(weight * scale)) for code, weight in weights.items()}
    by_rest = sorted(weights, key=lambda code: found[code] - weights[code] * scale)
    for number in range(total - sum(found.values())):
        found[by_rest[number % len(by_rest)]] += 1
    while abs(round(0.9 * found["SC13"]) / found["SC13"] - 0.9) > 0.03 and found["SC12"] > 1:
        found["SC13"] += 1
        found[max(found, key=lambda code: found[code] if code != "SC13" else 0)] -= 1
    return found


def settle(
    session: Session, stage: Stage, ward: Ward, *, households: int, beside: Sequence[Ward] = ()
) -> dict[UUID, Register]:  # fmt: skip
    """Write households and memberships, a unit at a time; the register of each unit of the ward. Those beside it come after."""
    desk = _Desk(stage)
    count = sizes(households)
    found = {home.unit.id: _settle_unit(session, desk, ward, home, count[home.place.code]) for home in ward.homes}
    for other in beside:
        for home in other.homes:
            _settle_unit(session, desk, other, home, max(2, round(home.place.weight * households / OF_ALL)))
    return found


class _Desk:
    """What all units draw from."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.today = stage.today
        self.household_keys: Keys = stage.keys("household")
        self.membership_keys: Keys = stage.keys("membership")
        self.phones = names.Phones(stage.dice("phones"))


def _settle_unit(session: Session, desk: _Desk, ward: Ward, home: Home, present: int) -> Register:
    dice = desk.stage.dice(f"people/{home.place.code}")
    homes = _households(desk, dice, home, present)
    staying = [row for row in homes if row["left_on"] is None]
    inside = _choose_joined(dice, home.place, staying)
    spells = _spells(desk, dice, home, homes, inside)
    write(session, "household", homes)
    write(session, "membership", spells + [_in_the_union(desk, dice, ward, home, row) for row in inside if dice.random() < 0.07])
    return _register(staying, homes, spells, inside)


def _households(desk: _Desk, dice: Random, home: Home, present: int) -> list[dict[str, Any]]:
    gone = round(present * 0.06)
    rows = [_household(desk, dice, home, number) for number in range(1, present + gone + 1)]
    for row in dice.sample(rows, gone):
        first = max(row["arrived_on"], BOOKS_OPENED) + timedelta(days=20)
        if first < desk.today:
            row["left_on"] = first + timedelta(days=dice.randrange((desk.today - first).days))
        else:
            row["arrived_on"], row["created_at"] = BOOKS_OPENED, at(BOOKS_OPENED, 9)
            row["left_on"] = desk.today - timedelta(days=dice.randint(0, 200))
    return rows


def _household(desk: _Desk, dice: Random, home: Home, number: int) -> dict[str, Any]:
    place = home.place
    people = dice.choices(range(1, 9), SIZES)[0]
    smartphones = sum(dice.random() < place.phones for _ in range(people))
    is_rented = place.code == "SC09" and dice.random() < 0.45
    arrived = BOOKS_OPENED
    if dice.random() < (0.55 if is_rented else 0.14):
        arrived += timedelta(days=dice.randint(1, (desk.today - BOOKS_OPENED).days))
    phone = desk.phones.next() if smartphones or dice.random() < 0.35 else None
    row: dict[str, Any] = {
        "id": desk.household_keys.next(), "created_at": at(arrived, 9), "unit_id": home.unit.id,
        "code": f"{place.code}-{number:03d}", "head_name": names.person(dice),
        "address": names.rented_room(dice, place.streets) if is_rented else names.address(dice, place.streets),
        "phone": phone, "other_phones": [desk.phones.next()] if phone and dice.random() < 0.06 else [],
        "people": people, "smartphones": smartphones, "zalo_user_id": None, "needs": _needs(dice, place, people, phone),
        "arrived_on": arrived, "left_on": None,
    }  # fmt: skip
    row["search"] = search_text(row["head_name"], row["address"], row["code"], phone)
    return row


def _needs(dice: Random, place: Place, people: int, phone: str | None) -> list[str]:
    needs = []
    if people == 1 and dice.random() < 0.4:
        needs.append(Need.ELDERLY_ALONE.value)
    if dice.random() < 0.03:
        needs.append(Need.DISABLED.value)
    if phone is None:
        needs.append(Need.NO_PHONE.value)
    if place.is_village and dice.random() < 0.05:
        needs.append(Need.OTHER_LANGUAGE.value)
    return needs


def _choose_joined(dice: Random, place: Place, staying: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Exactly as many as the unit's coverage says; whoever has no smartphone comes last."""
    target = place.coverage + (0 if place.code == "SC13" else dice.uniform(-0.015, 0.015))
    wanted = round(min(max(target, LOWEST), HIGHEST) * len(staying))
    wanted = max(min(wanted, floor(HIGHEST * len(staying))), ceil(LOWEST * len(staying)))
    ranked = sorted(staying, key=lambda row: dice.random() + (2 if not row["smartphones"] else 0))
    return ranked[:wanted]


def _people_inside(dice: Random, place: Place, row: dict[str, Any]) -> int:
    """How many of a household are in the chat; each has a smartphone, so at least so many are counted as having one."""
    wanted = floor(place.depth) + (dice.random() < place.depth % 1)
    if place.code != "SC13":  # elsewhere some come alone and some with the whole family
        wanted = max(1, wanted + dice.choices((-1, 0, 1), (2, 6, 2))[0])
        wanted = min(wanted, max(1, row["smartphones"]))
    people = min(wanted, int(row["people"]))
    row["smartphones"] = max(row["smartphones"], people)
    return people


def _joined_on(dice: Random, place: Place, today: date) -> date:
    """A day of the first month, or on the S that runs from the group's start to today."""
    if dice.random() < AT_ONCE:
        return min(place.started + timedelta(days=int(dice.expovariate(1 / 9))), today)
    first, last = (1 / (1 + exp(-STEEPNESS * (x - place.midpoint))) for x in (0.0, 1.0))
    height = first + (last - first) * dice.random()
    share = place.midpoint - log(1 / height - 1) / STEEPNESS
    return place.started + timedelta(days=min(max(share, 0.0), 1.0) * (today - place.started).days)


def _spells(
    desk: _Desk, dice: Random, home: Home, homes: list[dict[str, Any]], inside: list[dict[str, Any]]
) -> list[dict[str, Any]]:  # fmt: skip
    chosen = {row["id"] for row in inside}
    spells = []
    for row in homes:
        joined = max(_joined_on(dice, home.place, desk.today), row["arrived_on"])
        if joined == row["arrived_on"] != BOOKS_OPENED:  # new households are asked within weeks
            joined = min(joined + timedelta(days=dice.randint(0, 60)), desk.today)
        is_inside, left = row["id"] in chosen, row["left_on"]
        if left is not None and (joined >= left or dice.random() > 0.7):
            continue
        if left is None and not is_inside:
            if dice.random() > 0.1 or joined >= desk.today or not row["smartphones"]:
                continue
            left = joined + timedelta(days=dice.randint(1, (desk.today - joined).days))
        people, source = _people_inside(dice, home.place, row), _source(dice, home.place, joined)
        spells.append(_membership(desk, home, row, people, joined, left, source))
    return spells


def _source(dice: Random, place: Place, joined: date) -> MembershipSource:
    if joined < place.started + timedelta(days=30):
        return MembershipSource.IMPORT
    return MembershipSource.SELF if joined.year >= 2023 and dice.random() < 0.45 else MembershipSource.LEADER


def _membership(
    desk: _Desk, home: Home, row: dict[str, Any], people: int, joined: date, left: date | None, source: MembershipSource
) -> dict[str, Any]:  # fmt: skip
    return {
        "id": desk.membership_keys.next(), "created_at": at(joined, 20), "household_id": row["id"], "group_id": home.group.id,
        "people": people, "joined_on": joined, "left_on": left, "source": source,
    }  # fmt: skip


def _in_the_union(desk: _Desk, dice: Random, ward: Ward, home: Home, row: dict[str, Any]) -> dict[str, Any]:
    """A woman of the household is in the chat of the Women's Union."""
    first = max(ward.women.started_on or desk.today, row["arrived_on"])
    joined = min(first + timedelta(days=dice.randint(0, 200)), desk.today)
    return _membership(desk, home, row, 1, joined, None, MembershipSource.LEADER) | {"group_id": ward.women.id}


def _register(
    staying: list[dict[str, Any]], homes: list[dict[str, Any]], spells: list[dict[str, Any]], inside: list[dict[str, Any]]
) -> Register:  # fmt: skip
    chosen = {row["id"] for row in inside}
    outside = [(row["id"], row["arrived_on"]) for row in staying if row["id"] not in chosen]
    register = Register(
        people=sum(row["people"] for row in staying),
        arrivals=[row["arrived_on"].toordinal() for row in homes],
        departures=[row["left_on"].toordinal() for row in homes if row["left_on"]],
        joins=[row["joined_on"].toordinal() for row in spells],
        leaves=[row["left_on"].toordinal() for row in spells if row["left_on"]],
        outside=outside[:KNOCKED_AT],
    )
    register.close()
    return register
