"""A ward that lives as that of the demonstration does (`services.demo.life`), for benches and tests.

A life is first a list of events with their instants (`Life.events`), and then either happens through the real services and
web routes (`happen`), or is written down in the counters that these would leave (`written_down`): some hundred
announcements a minute, for what needs many of them.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import log
from random import Random
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import insert
from sqlmodel import Session, col, select

from core import clock
from core.db import transaction, upsert
from core.ids import new_id
from models import (
    Announcement,
    AsksFor,
    Audience,
    Device,
    DoorLine,
    DoorList,
    DoorOutcome,
    Group,
    GroupKind,
    Household,
    How,
    Membership,
    Model,
    Relay,
    Role,
    ShortLink,
    Unit,
    UnitKind,
    Urgency,
    User,
)
from services import announcements, door_addresses, door_knocks, relays, scans, sending
from services.demo.life import Event, Nature, News, own_hours
from services.demo.life import Life as LifeOfNews
from services.door_knocks import Knock
from services.scans import Opening

LONG_AGO = timedelta(days=900)
_COUNTS, _REACH = Model.metadata.tables["reachcount"], Model.metadata.tables["reach"]


@dataclass(frozen=True)
class Place:
    """A residential group with its chat, and what it is like."""

    group_id: UUID
    unit_id: UUID
    inside: int  # households in the chat
    outside: list[UUID]
    nature: Nature


@dataclass
class Ward:
    """A ward and its groups."""

    unit: Unit
    places: list[Place]
    dice: Random


def settle(session: Session, *, seed: int, groups: int = 12, households: int = 25) -> Ward:
    """A ward with its households, three in four of them or more in their group's chat."""
    dice = Random(f"ward life {seed}")
    ward_id = new_id()
    unit = Unit(
        id=ward_id, code=f"w{seed:04d}", name=f"Phường {seed}", kind=UnitKind.COMMUNE, subtype="phuong", path=f"{ward_id}/",
        phone="+842093000000",
    )  # fmt: skip
    session.add(unit)
    session.flush()
    places = [_place(session, dice, unit, number, households) for number in range(1, groups + 1)]
    session.flush()
    return Ward(unit, places, dice)


def _place(session: Session, dice: Random, ward: Unit, number: int, households: int) -> Place:
    since = (clock.now() - LONG_AGO).date()
    unit_id, group_id, leader_id = new_id(), new_id(), new_id()
    unit = Unit(
        id=unit_id, code=f"{ward.code}-{number:02d}", name=f"Tổ dân phố {number}", short_name=f"Tổ {number}",
        kind=UnitKind.RESIDENTIAL, subtype="to_dan_pho", parent_id=ward.id, path=f"{ward.path}{unit_id}/",
    )  # fmt: skip
    session.add(unit)
    session.flush()
    session.add(
        User(
            id=leader_id, username=f"{unit.code}", display_name=f"Tổ trưởng {number}", role=Role.LEAD, unit_id=unit_id,
            password_hash="!", phone="+84912345678",
        )
    )  # fmt: skip
    session.flush()
    group = Group(id=group_id, name=f"Bà con tổ {number}", kind=GroupKind.HOUSEHOLD, unit_id=unit_id, leader_id=leader_id)
    session.add(group)
    size = max(4, round(households * dice.uniform(0.6, 1.4)))
    inside = round(size * dice.uniform(0.76, 0.96))
    ids = [new_id() for _ in range(size)]
    session.add_all(
        Household(
            id=id_, unit_id=unit_id, code=f"{unit.code}-{place:03d}", head_name=f"Hộ {place}", people=4, arrived_on=since,
            search=f"ho {place}",
        ) for place, id_ in enumerate(ids)
    )  # fmt: skip
    session.flush()
    session.add_all(Membership(household_id=id_, group_id=group_id, people=2, joined_on=since) for id_ in ids[:inside])
    nature = Nature(
        pace=dice.lognormvariate(log(25), 0.7), interest=dice.uniform(0.75, 0.98), dead=dice.uniform(0.02, 0.12),
        hours=own_hours(dice, inside), outside=size - inside,
    )  # fmt: skip
    return Place(group_id, unit_id, inside, ids[inside:], nature)


def announce(
    session: Session, ward: Ward, *, urgency: Urgency = Urgency.URGENT, asks_for: AsksFor = AsksFor.CONFIRMATION,
    within: timedelta = timedelta(hours=24), title: str = "Khám sàng lọc miễn phí",
) -> Announcement:  # fmt: skip
    """An announcement to the whole ward, sent now by the real service. Needs ports."""
    now = clock.now()
    made = Announcement(
        unit_id=ward.unit.id, title=title, body="Sáng mai, tại Trạm Y tế.", urgency=urgency, asks_for=asks_for,
        must_reach_by=now + within, expires_at=now + max(within, timedelta(hours=30)) + timedelta(hours=12),
    )  # fmt: skip
    session.add(made)
    session.flush()
    session.add(Audience(announcement_id=made.id, unit_id=ward.unit.id))
    session.flush()
    sending.send(session, announcement=made)
    session.flush()
    return made


class Life(LifeOfNews):
    """What happens to one announcement in one ward, decided by a seed before anything of it has happened."""

    def __init__(self, ward: Ward, announcement: Announcement, *, seed: int) -> None:
        if announcement.sent_at is None or announcement.expires_at is None:
            raise ValueError("only what was sent has a life")
        self.ward, self.announcement = ward, announcement
        news = News(announcement.urgency, announcement.asks_for, announcement.sent_at, announcement.expires_at)
        super().__init__(news, [place.nature for place in ward.places], Random(f"life {ward.unit.code} {seed}"))

    def phone(self, event: Event) -> str:
        """The phone with which a home of the chat opens and answers."""
        return f"{self.announcement.id.hex[-12:]}{event.group:02d}{event.home:03d}"


def written_down(session: Session, life: Life, *, since: datetime | None = None, until: datetime | None = None) -> None:
    """The rows that the services would have left of everything up to an instant (and after another), in a few statements."""
    happened = [e for e in life.events if (until is None or e.at <= until) and (since is None or e.at > since)]
    relays = _relays(session, life.announcement)
    for event in happened:
        if event.what == "post":
            relay = relays[life.ward.places[event.group].group_id]
            relay.opened_at, relay.posted_at, relay.posted_by = event.at, event.at, "leader"
    counts: Counter[tuple[UUID | None, datetime, str]] = Counter()
    for event in happened:
        group_id = life.ward.places[event.group].group_id
        if event.what == "open":
            counts[group_id, _five(event.at), "opens"] += 1
        elif event.what == "answer":
            counts[group_id, _five(event.at), "known"] += 1
        elif event.what == "knock":
            counts[None, _five(event.at), "known"] += 1
    rows = [
        {
            "id": new_id(), "created_at": at, "announcement_id": life.announcement.id, "group_id": group_id, "at": at,
            "opens": counts[group_id, at, "opens"], "known": counts[group_id, at, "known"],
        } for group_id, at in dict.fromkeys((group_id, at) for group_id, at, _ in counts)
    ]  # fmt: skip
    upsert(session, _COUNTS, rows, key=["announcement_id", "group_id", "at"], add=["opens", "known"])
    told = [_told(life, event) for event in happened if event.what in ("answer", "knock")]
    if told:
        session.execute(insert(_REACH), told)
    session.flush()


def _told(life: Life, event: Event) -> dict[str, Any]:
    place, is_knock = life.ward.places[event.group], event.what == "knock"
    return {
        "id": new_id(), "created_at": event.at, "announcement_id": life.announcement.id, "people": 0, "told_at": event.at,
        "group_id": None if is_knock else place.group_id, "how": How.DOOR if is_knock else How.CONFIRMED,
        "household_id": place.outside[event.home] if is_knock else None, "visitor": None if is_knock else life.phone(event),
    }  # fmt: skip


def _relays(session: Session, announcement: Announcement) -> dict[UUID, Relay]:
    found = session.exec(select(Relay).where(Relay.announcement_id == announcement.id))
    return {relay.group_id: relay for relay in found}


def _five(at: datetime) -> datetime:
    return at.replace(minute=at.minute - at.minute % 5, second=0, microsecond=0)


class Phones(Protocol):
    """What residents and leaders do, by whatever way."""

    def post(self, token: str) -> None:
        """The leader says that it is posted."""

    def open(self, slug: str, link_id: UUID, phone: str) -> None:
        """A phone opens the page."""

    def answer(self, slug: str, phone: str) -> None:
        """A phone says that its household knows."""

    def knock(self, token: str, number: int, key: str) -> None:
        """The leader ticks a household of the door list: told."""


def happen(life: Life, phones: Sequence[Phones], move_to: Callable[[datetime], None], *, until: datetime | None = None) -> int:
    """Let everything happen in its order, each at its instant, by one of the ways in turn; how many events.

    `move_to` moves the clock. Nothing of the ward may be open in the caller: every event has its own transaction.
    """
    with transaction() as session:
        links, leaders = addresses(session, life.announcement), tokens(session, life.announcement)
        doors = door_lines(session, life.announcement)
    done = 0
    for event in life.events:
        if until is not None and event.at > until:
            break
        move_to(event.at)
        group_id = life.ward.places[event.group].group_id
        way = phones[event.home % len(phones)] if event.what in ("open", "answer") else phones[0]
        if event.what == "post":
            way.post(leaders[group_id])
        elif event.what == "open":
            way.open(*links[group_id], life.phone(event))
        elif event.what == "answer":
            way.answer(links[group_id][0], life.phone(event))
        else:
            home_id = life.ward.places[event.group].outside[event.home]
            way.knock(*doors[home_id], f"{home_id.hex}-told")
        done += 1
    return done


class ByServices:
    """Straight through the services, as the routes call them."""

    def post(self, token: str) -> None:
        """The leader says that it is posted."""
        with transaction() as session:
            relays.post(session, token=token)

    def open(self, slug: str, link_id: UUID, phone: str) -> None:  # noqa: ARG002 - by a route it is the slug that counts
        """A phone opens the page."""
        with transaction() as session:
            scans.record(session, [Opening(link_id, clock.now(), Device.PHONE, phone)])

    def answer(self, slug: str, phone: str) -> None:
        """A phone says that its household knows."""
        with transaction() as session:
            announcements.answer(session, slug=slug, visitor=phone, how=How.CONFIRMED)

    def knock(self, token: str, number: int, key: str) -> None:
        """The leader ticks a household of the door list: told."""
        with transaction() as session:
            door_knocks.by_phone(session, token=token, knocks=[Knock(number, DoorOutcome.TOLD, key)])


def addresses(session: Session, announcement: Announcement) -> dict[UUID, tuple[str, UUID]]:
    """By group, the slug and the id of its own link."""
    found: Sequence[ShortLink] = session.exec(
        select(ShortLink).where(ShortLink.announcement_id == announcement.id, col(ShortLink.group_id).is_not(None))
    ).all()
    return {link.group_id: (link.slug, link.id) for link in found if link.group_id}


def tokens(session: Session, announcement: Announcement) -> dict[UUID, str]:
    """By group, the token of its leader's page."""
    return {group_id: relay.token for group_id, relay in _relays(session, announcement).items()}


def door_lines(session: Session, announcement: Announcement) -> dict[UUID, tuple[str, int]]:
    """By household to be told at its door, the token of its leader's list and its number there."""
    found = session.exec(
        select(DoorLine, DoorList)
        .join(DoorList, col(DoorList.id) == DoorLine.door_list_id)
        .where(DoorList.announcement_id == announcement.id)
    )
    return {line.household_id: (door_addresses.token_of(listed.id, listed.issue), line.number) for line, listed in found}
