"""Announcements of the demonstration with all that follows from one: relays, links, readers, knocks on doors."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import log
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
    Urgency,
)
from services import links, plans, scans, sending
from services.demo import occasions, places
from services.demo.guests import Guests
from services.demo.occasions import Occasion, Step
from services.demo.openings import Post, Readers, Rows
from services.demo.people import Register
from services.demo.stage import Slugs, Stage, at, token, write
from services.demo.ward import Home, Ward

IN_ORDER = ("announcement", "audience", "shortlink", "delivery", "relay", "reachcount", "reach", "attendance", "scanhour", "scan")
# A ward of a hundred times as many households keeps the counters of all readers, but the single rows of so many.
MOST_ROWS = 4000
# Of the phones that open, so many answer where an answer is asked for.
ANSWERING = {AsksFor.NOTHING: (0.0, 0.0), AsksFor.CONFIRMATION: (0.5, 0.92), AsksFor.ATTENDANCE: (0.32, 0.6)}
PACE = {Urgency.NORMAL: 1.6, Urgency.URGENT: 0.8, Urgency.VERY_URGENT: 0.5, Urgency.EMERGENCY: 0.35}
# The latest announcement: four groups are late, two of their leaders have opened the page.
LATE, LATE_BUT_OPENED = ("SC09", "XH03", "NT03", "NT07"), ("XH03", "NT07")
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
        self._dice, self._deputies = stage.dice("announcements"), stage.dice("deputies")
        self._readers, self._guests = readers, Guests(stage)
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
            announcement |= {"sent_at": occasion.at, "households": present, "leaders_token": token(self._dice)}

    def _send(self, announcement: dict[str, Any], occasion: Occasion, speaker: Unit, homes: Sequence[Home], rows: Rows) -> None:
        is_pressing = occasion.scenario.urgency is not Urgency.NORMAL
        interest = self._dice.uniform(0.86, 0.99) if is_pressing else self._dice.uniform(0.72, 0.94)
        known = self._dice.uniform(*ANSWERING[occasion.scenario.asks_for])
        is_young = self._stage.now - occasion.at < scans.KEPT
        due = sending.due_at(Announcement(**announcement), occasion.at)
        day = clock.local(occasion.at).date()
        is_latest = occasion.step is Step.LATEST
        for home in [*homes, None]:
            link = self._link(announcement, occasion, speaker, home)
            posted: datetime | None = occasion.at + timedelta(minutes=3)
            readers = announcement["households"] * 0.015
            if home is not None:
                households = self._registers[home.unit.id].joined(day)
                posted = self._posted_at(occasion, home)
                self._relay(announcement, home, link["id"], due, posted, households, rows)
                readers = households * interest * self._dice.uniform(0.86, 1.03)
            if posted is not None:
                post = Post(
                    announcement["id"], home.group.id if home else None, link["id"], posted, occasion.expires_at, int(readers),
                    known if home else 0.0, occasion.scenario.asks_for, is_pressing,
                    None if is_latest else MOST_ROWS // len(homes), is_young,
                )  # fmt: skip
                link["scans"] = self._readers.read(post, rows)
            rows["shortlink"].append(link)
        self._guests.ask(announcement, rows, is_capped=is_latest)
        if known and self._stage.now - occasion.at < DOORS_REMEMBERED_FOR:
            self._knock(announcement["id"], occasion, homes, rows)
            told = [row for row in rows["reach"] if row["household_id"]]
            rows["reachcount"] += self._readers.knocks(announcement["id"], told)

    def _link(self, announcement: dict[str, Any], occasion: Occasion, speaker: Unit, home: Home | None) -> dict[str, Any]:
        return _row(
            ShortLink(
                id=self._keys["shortlink"].next(), created_at=occasion.at, slug=self._slugs.next(links.LONG_SLUG),
                purpose=Purpose.ANNOUNCEMENT, title=announcement["title"], announcement_id=announcement["id"],
                group_id=home.group.id if home else None, unit_id=speaker.id,
            )
        )  # fmt: skip

    def _posted_at(self, occasion: Occasion, home: Home) -> datetime | None:
        """When the leader posts: by habit and urgency, now and then much later, never at night but in an emergency."""
        dice, habit = self._dice, home.place.habit
        if occasion.step is Step.LATEST:
            if home.place.code in LATE:
                return None
            return occasion.at + timedelta(minutes=min(max(dice.lognormvariate(log(habit * 0.8), 0.5), 2), 52))
        minutes = habit * PACE[occasion.scenario.urgency] * dice.lognormvariate(0, 0.7)
        if dice.random() < 0.025:
            minutes *= 9
        posted = occasion.at + timedelta(seconds=round(max(minutes, 1.5) * 60))
        local = clock.local(posted)
        if occasion.scenario.urgency is Urgency.EMERGENCY or (5, 30) <= (local.hour, local.minute) < (21, 30):
            return min(posted, occasion.expires_at - timedelta(hours=1))
        morning = local.date() + timedelta(days=1 if local.hour >= 12 else 0)
        return min(at(morning, 6, dice.randint(0, 59)), occasion.expires_at - timedelta(hours=1))

    def _relay(
        self, announcement: dict[str, Any], home: Home, link_id: UUID, due: datetime, posted: datetime | None, households: int,
        rows: Rows,
    ) -> None:  # fmt: skip
        sent = announcement["sent_at"]
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
                group_id=home.group.id, link_id=link_id, token=token(self._dice), token_expires_at=announcement["expires_at"],
                due_at=due, households=households, opened_at=max(looked, sent) if has_opened else None, posted_at=posted,
                posted_by=(self._ward.users[places.CLERK].display_name if by_clerk else "leader") if posted else "",
                reminded=half if self._missed(posted, half) else None,
                reminded_again=late if self._missed(posted, late) else None,
                escalated_at=due if self._missed(posted, due) else None,
                deputy_token=token(self._deputies) if home.group.deputy_id and self._missed(posted, due) else None,
            )
        ))  # fmt: skip

    def _missed(self, posted: datetime | None, moment: datetime) -> bool:
        return moment <= self._stage.now and (posted is None or posted > moment)

    def _knock(self, announcement_id: UUID, occasion: Occasion, homes: Sequence[Home], rows: Rows) -> None:
        """Leaders tell some households outside the chat in the hours after, never before they moved in."""
        for home in homes:
            for household_id, since in self._registers[home.unit.id].outside:
                told = occasion.at + timedelta(minutes=self._dice.randint(25, 600))
                is_day = 6 <= clock.local(told).hour < 21
                if self._dice.random() < 0.4 and told <= self._stage.now and is_day and since <= clock.local(occasion.at).date():
                    rows["reach"].append(self._readers.told(announcement_id, household_id, told, home.leader.id))


def _hears(home: Home, occasion: Occasion) -> bool:
    if occasion.former:
        return home.place.area.short == occasion.former
    return not occasion.scenario.units or home.place.code.startswith(occasion.scenario.units)


def _row(model: Model) -> dict[str, Any]:
    return model.model_dump()
