"""Announcements of the demonstration with all that follows from one: relays, links, readers, knocks on doors."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session

from core import clock
from models import (
    Announcement,
    AnnouncementStatus,
    AsksFor,
    Audience,
    Channel,
    Delivery,
    DeliveryStatus,
    Model,
    Purpose,
    RecipientKind,
    Relay,
    ShortLink,
    Unit,
)
from services import links, plans, scans, sending
from services.demo import occasions, places
from services.demo.guests import Guests
from services.demo.neighbours import Heard, Neighbours
from services.demo.occasions import Occasion, Step
from services.demo.openings import Post, Readers, Rows
from services.demo.people import Register
from services.demo.stage import Slugs, Stage, write
from services.demo.ward import Home, Ward

IN_ORDER = ("announcement", "audience", "shortlink", "delivery", "relay", "reachcount", "reach", "attendance", "scanhour", "scan")
# A ward of a hundred times as many households keeps the counters of all readers, but the single rows of so many.
MOST_ROWS = 4000
# Of the late groups of the latest announcement (`neighbours.LATE`): two of their leaders have opened the page.
LATE_BUT_OPENED = ("XH03", "NT07")
DOORS_REMEMBERED_FOR = timedelta(days=120)


@dataclass(frozen=True)
class Said:
    """What was written."""

    ids: list[tuple[Occasion, UUID]]
    relays: int
    answers: int
    links: int


def speak(
    session: Session, stage: Stage, ward: Ward, registers: dict[UUID, Register], slugs: Slugs, readers: Readers
) -> Said:  # fmt: skip
    """Write every announcement, oldest first, so that a correction finds what it corrects."""
    press = _Press(stage, ward, registers, slugs, readers)
    said: list[tuple[Occasion, UUID]] = []
    counts = {"relay": 0, "reach": 0, "shortlink": 0}
    for occasion in occasions.all_of(stage):
        previous = said[-1][1] if occasion.corrects_previous else None
        rows: Rows = {name: [] for name in IN_ORDER}
        said.append((occasion, press.announce(occasion, previous, rows)))
        for name in IN_ORDER:
            write(session, name, rows[name])
        for name in counts:
            counts[name] += len(rows[name])
    return Said(said, counts["relay"], counts["reach"], counts["shortlink"])


class _Press:
    """Makes the rows of one announcement after another."""

    def __init__(
        self, stage: Stage, ward: Ward, registers: dict[UUID, Register], slugs: Slugs, readers: Readers
    ) -> None:  # fmt: skip
        self._stage, self._ward, self._registers, self._slugs = stage, ward, registers, slugs
        self._dice = stage.dice("announcements")
        self._readers, self._guests, self._neighbours = readers, Guests(stage), Neighbours(stage, ward.homes, registers)
        self._keys = {name: stage.keys(name) for name in IN_ORDER[:5]}

    def announce(self, occasion: Occasion, corrects: UUID | None, rows: Rows) -> UUID:
        """Add the rows of one announcement; its key."""
        homes = [home for home in self._ward.homes if _hears(home, occasion)]
        speaker = self._ward.former[occasion.former] if occasion.former else self._ward.unit
        announcement = self._words(occasion, speaker, corrects)
        rows["announcement"].append(announcement)
        units = [home.unit.id for home in homes] if len(homes) < len(self._ward.homes) else [speaker.id]
        rows["audience"] += [
            _row(Audience(id=self._keys["audience"].next(), created_at=occasion.written_at, announcement_id=announcement["id"],
                          unit_id=unit_id)) for unit_id in units
        ]  # fmt: skip
        if occasion.step is not Step.IN_REVIEW:
            self._approve(announcement, occasion, homes)
        if occasion.step in (Step.SENT, Step.LATEST):
            self._send(announcement, occasion, speaker, homes, rows)
        return UUID(str(announcement["id"]))

    def _words(self, occasion: Occasion, speaker: Unit, corrects: UUID | None) -> dict[str, Any]:
        scenario = occasion.scenario
        clerk = self._ward.users[places.CLERK]
        return _row(
            Announcement(
                id=self._keys["announcement"].next(), created_at=occasion.written_at, unit_id=speaker.id,
                title=occasion.says(scenario.title), body=occasion.says(scenario.body), group_text=occasion.says(scenario.lines),
                facts={name: occasion.says(text) for name, text in scenario.facts.items()}, kind=scenario.kind,
                urgency=scenario.urgency, asks_for=scenario.asks_for, status=AnnouncementStatus.IN_REVIEW,
                must_reach_by=occasion.must_reach_by, expires_at=occasion.expires_at,
                author_id=None if occasion.former else clerk.id, corrects_id=corrects,
            )
        )  # fmt: skip

    def _approve(self, announcement: dict[str, Any], occasion: Occasion, homes: Sequence[Home]) -> None:
        is_sent = occasion.step is not Step.SCHEDULED
        day = clock.local(occasion.at).date() if is_sent else self._stage.today
        present = sum(self._registers[home.unit.id].present(day) for home in homes)
        joined = [self._registers[home.unit.id].joined(day) for home in homes]
        people = sum(self._registers[home.unit.id].people for home in homes)
        plan = plans.Plan(
            households=present, people=people, relay=sum(joined), door=present - sum(joined),
            groups=[
                plans.PlannedGroup(home.group.id, home.group.name, home.unit.id, home.unit.label, home.leader.id, households)
                for home, households in sorted(zip(homes, joined, strict=True), key=lambda pair: pair[0].unit.code)
            ],
        )  # fmt: skip
        chair = None if occasion.former else self._ward.users[places.CHAIR].id
        announcement |= {
            "status": AnnouncementStatus.SENT if is_sent else AnnouncementStatus.SCHEDULED,
            "plan": plan.kept() | {"channels": []}, "approver_id": chair,
            "approved_at": occasion.at if is_sent else occasion.written_at + timedelta(minutes=50),
            "send_at": None if is_sent else occasion.at,
        }  # fmt: skip
        if is_sent:
            announcement |= {"sent_at": occasion.at, "households": present, "leaders_issue": 1}

    def _send(self, announcement: dict[str, Any], occasion: Occasion, speaker: Unit, homes: Sequence[Home], rows: Rows) -> None:
        is_latest, asks = occasion.step is Step.LATEST, occasion.scenario.asks_for is not AsksFor.NOTHING
        is_young = self._stage.now - occasion.at < scans.KEPT
        knocks = asks and self._stage.now - occasion.at < DOORS_REMEMBERED_FOR
        due = sending.due_at(Announcement(**announcement), occasion.at)
        lived = self._neighbours.hear(occasion, homes, knocks=knocks)
        for home, heard in zip([*homes, None], lived, strict=True):
            link = self._link(announcement, occasion, speaker, home)
            if home is not None:
                self._relay(announcement, home, link["id"], due, heard, rows)
                rows["reach"] += [self._readers.told(announcement["id"], *knock, home.leader.id) for knock in heard.knocks]
            if heard.posted_at is not None:
                post = Post(
                    announcement["id"], home.group.id if home else None, link["id"], heard.posted_at, heard.readers,
                    heard.stands_for, occasion.scenario.asks_for, None if is_latest else MOST_ROWS // len(homes), is_young,
                )  # fmt: skip
                link["scans"] = self._readers.read(post, rows)
            rows["shortlink"].append(link)
        self._guests.ask(announcement, rows, is_capped=is_latest)
        rows["reachcount"] += self._readers.knocks(announcement["id"], [row for row in rows["reach"] if row["household_id"]])

    def _link(self, announcement: dict[str, Any], occasion: Occasion, speaker: Unit, home: Home | None) -> dict[str, Any]:
        return _row(
            ShortLink(
                id=self._keys["shortlink"].next(), created_at=occasion.at, slug=self._slugs.next(links.LONG_SLUG),
                purpose=Purpose.ANNOUNCEMENT, title=announcement["title"], announcement_id=announcement["id"],
                group_id=home.group.id if home else None, unit_id=speaker.id,
            )
        )  # fmt: skip

    def _relay(
        self, announcement: dict[str, Any], home: Home, link_id: UUID, due: datetime, heard: Heard, rows: Rows
    ) -> None:  # fmt: skip
        sent, posted = announcement["sent_at"], heard.posted_at
        half, late, has_opened = sent + (due - sent) / 2, sent + (due - sent) * 0.75, posted or home.place.code in LATE_BUT_OPENED
        looked = (posted - timedelta(seconds=self._dice.randint(20, 70))) if posted else sent + timedelta(minutes=44)
        by_clerk = posted is not None and posted > due and self._dice.random() < 0.5
        delivery_id = self._keys["delivery"].next()
        rows["delivery"].append(_row(
            Delivery(
                id=delivery_id, created_at=sent, announcement_id=announcement["id"], channel=Channel.RELAY,
                recipient_kind=RecipientKind.GROUP, recipient_id=str(home.group.id),
                idempotency_key=f"{announcement['id']}:relay:{home.group.id}", attempts=1 if posted else 0,
                status=DeliveryStatus.SENT if posted else DeliveryStatus.QUEUED, sent_at=posted, updated_at=posted or sent,
            )
        ))  # fmt: skip
        rows["relay"].append(_row(
            Relay(
                id=self._keys["relay"].next(), created_at=sent, delivery_id=delivery_id, announcement_id=announcement["id"],
                group_id=home.group.id, link_id=link_id, token_expires_at=announcement["expires_at"],
                due_at=due, households=heard.households, opened_at=max(looked, sent) if has_opened else None, posted_at=posted,
                posted_by=(self._ward.users[places.CLERK].display_name if by_clerk else "leader") if posted else "",
                reminded=half if self._missed(posted, half) else None,
                reminded_again=late if self._missed(posted, late) else None,
                escalated_at=due if self._missed(posted, due) else None,
                is_deputy_asked=home.group.deputy_id is not None and self._missed(posted, due),
            )
        ))  # fmt: skip

    def _missed(self, posted: datetime | None, moment: datetime) -> bool:
        return moment <= self._stage.now and (posted is None or posted > moment)


def _hears(home: Home, occasion: Occasion) -> bool:
    if occasion.former:
        return home.place.area.short == occasion.former
    return not occasion.scenario.units or home.place.code.startswith(occasion.scenario.units)


def _row(model: Model) -> dict[str, Any]:
    return model.model_dump()
