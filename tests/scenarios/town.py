"""A small ward in which an announcement walks from its draft to the last household, and the people who carry it.

Services and web routes are the product's own; the clock stands until a scenario moves it, and what was promised to the engine
is done by `Town.until` at its hour, as the worker does it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Concatenate, ParamSpec, TypeVar, cast
from uuid import UUID

from sqlmodel import Session, col, select
from starlette.testclient import TestClient
from time_machine import Traveller

from core import clock
from core.db import reading, transaction
from models import (
    Announcement,
    Batch,
    Delivery,
    DoorList,
    Group,
    Household,
    PlannedPath,
    Relay,
    Role,
    ShortLink,
    Unit,
    UnitKind,
    User,
)
from services import (
    approvals,
    batches,
    door_addresses,
    door_closing,
    drafts,
    due,
    household_cards,
    messages,
    reach,
    story,
    templates,
    text_checks,
)
from services.access import Actor, actor_of
from services.batches import Hold
from services.chunks import Held, Marked
from services.door_closing import Closing
from services.drafts import Words
from services.due import Piece
from services.reach import Board, BoardRow
from services.senders import Accepted, Message, Outcome, Rejected
from services.story import Story
from services.templates import Answer
from services.text_checks import Finding
from services.written_outcomes import Row
from tests import turns
from tests.factories import make_group, make_household, make_membership, make_unit, make_user
from tests.fakes import FakeEngine
from tests.web.day import phone
from web.scan_recorder import recorder

P = ParamSpec("P")
T = TypeVar("T")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
STREETS = ("Nông Văn Quang", "Trường Chinh", "Hùng Vương", "Bản Áng", "Sông Cầu", "Nguyễn Văn Tố")


def at(day: str, hour: str) -> datetime:
    """An instant as the clocks of the ward show it: `at("2026-11-25", "16:50")`."""
    return datetime.fromisoformat(f"{day}T{hour}+07:00")


def act(service: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Let a service write, in a transaction of its own, as a page does."""
    with transaction() as session:
        return service(session, *args, **kwargs)


def look(service: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Ask a service, as a page does when it is drawn. What phones have opened is written down first."""
    recorder().flush()
    with reading() as session:
        return service(session, *args, **kwargs)


def rows(query: Any) -> list[Any]:
    """Rows as they are in the database now."""
    recorder().flush()
    with reading() as session:
        return list(session.exec(query))


# ---- phones


def page(path: str, client: TestClient | None = None, *, status: int = 200) -> str:
    """What a phone shows at an address, with plain spaces."""
    answer = (client or phone()).get(path)
    assert answer.status_code == status, (path, answer.status_code)
    return str(answer.text).replace("\xa0", " ")


def tap(path: str, client: TestClient, **form: str) -> None:
    """Open a page and press one of its buttons."""
    page(path, client)
    answer = client.post(path, data=form)
    assert answer.status_code == 303, (path, answer.status_code)


def press(path: str, client: TestClient | None = None, **form: str) -> str:
    """Open a page, press one of its buttons, and see what it says then."""
    client = client or phone()
    tap(path, client, **form)
    return page(path, client)


def sentences(found: Sequence[Finding]) -> str:
    """What is pointed out, one sentence a line."""
    return "\n".join(one.message.format(**one.blanks) for one in found)


def numbers_on(html: str) -> dict[str, int]:
    """The number of each household on a door list, by the name of its head."""
    lines = re.findall(r"<li class=sheet id=h(\d+)><p id=w\d+><b>([^<]+)</b>", html)
    return {name: int(number) for number, name in lines}


# ---- the ward


@dataclass(frozen=True)
class Place:
    """A residential unit: its leader and deputy, its chat, the households in the chat and those outside."""

    unit: Unit
    group: Group
    leader: User
    deputy: User
    inside: list[Household]
    outside: list[Household]

    @property
    def homes(self) -> list[Household]:
        """All who live there."""
        return [*self.inside, *self.outside]


@dataclass
class Town:
    """The ward, its staff and its engine."""

    session: Session  # for arranging; never open while others write
    time: Traveller
    engine: FakeEngine
    ward: Unit
    writer: Actor
    chief: Actor
    deputy_chief: Actor
    places: list[Place] = field(default_factory=list)
    _done: set[str] = field(default_factory=set)
    _phones: dict[UUID, TestClient] = field(default_factory=dict)
    _cards: dict[str, str] = field(default_factory=dict)

    # ---- writing

    def filled(self, key: str, answers: Mapping[str, Answer], *places: Place, **more: Any) -> Words:
        """The words of a shipped template with these answers, for these places or the whole ward."""
        pattern = next(one for one in templates.shipped() if one.key == f"{templates.SHIPPED}{key}")
        made = templates.fill(pattern, answers)
        texts = made.pattern.texts
        said: dict[str, Any] = {
            "title": texts["title"], "body": texts["body"], "group_text": texts["group_text"],
            "facts": {name: texts[name] for name in ("when", "where", "who", "bring")}, "kind": pattern.kind,
            "urgency": pattern.urgency, "asks_for": pattern.asks_for, "must_reach_by": pattern.must_reach_by,
            "unit_ids": self.units(*places),
        }  # fmt: skip
        return Words(**(said | more))

    def units(self, *places: Place) -> list[UUID]:
        """The units of these places; the ward where none is named."""
        return [one.unit.id for one in places] or [self.ward.id]

    def written(self, words: Words, by: Actor | None = None) -> Announcement:
        """A draft of these words."""
        return act(drafts.write, actor=by or self.writer, words=words)

    def edited(self, item: Announcement, words: Words) -> Announcement:
        """The draft in other words."""
        now = self.now_of(item)
        return act(drafts.edit, actor=self.writer, announcement_id=item.id, version=now.version, words=words)

    def pointed_out(self, item: Announcement) -> list[Finding]:
        """What a careful colleague would say of its words."""
        known = look(text_checks.known_in, ward=self.ward)
        return text_checks.findings(text_checks.of_announcement(self.now_of(item), known=known))

    def submitted(self, item: Announcement) -> Announcement:
        """Handed on to whoever approves."""
        return act(approvals.submit, actor=self.writer, announcement_id=item.id)

    def approved(self, item: Announcement, by: Actor | None = None, note: str = "") -> Announcement:
        """Approved on a screen, in the version it has now."""
        now = self.now_of(item)
        return act(
            approvals.approve_with_grace, actor=by or self.chief, announcement_id=item.id, version=now.version, note=note
        )  # fmt: skip

    def sent(self, words: Words, by: Actor | None = None, note: str = "") -> Announcement:
        """Written, handed on, approved, and left: at once, or when the ten seconds are over."""
        item = self.submitted(self.written(words))
        self.approved(item, by, note)
        self.later(approvals.GRACE)
        return self.now_of(item)

    # ---- looking

    def now_of(self, item: Announcement) -> Announcement:
        """The announcement as it stands now."""
        found: Announcement = rows(select(Announcement).where(Announcement.id == item.id))[0]
        return found

    def relay(self, item: Announcement, place: Place | Group) -> Relay:
        """The work of a place's group, or of another group."""
        group = place.group if isinstance(place, Place) else place
        found: Relay = rows(select(Relay).where(Relay.announcement_id == item.id, Relay.group_id == group.id))[0]
        return found

    def told_groups(self, item: Announcement) -> set[UUID]:
        """The groups in which it is to be posted."""
        return set(rows(select(Relay.group_id).where(Relay.announcement_id == item.id)))

    def planned(self, item: Announcement) -> set[UUID]:
        """The households that it is for, as written when it left."""
        return set(rows(select(PlannedPath.household_id).where(PlannedPath.announcement_id == item.id)))

    def ledger(self, item: Announcement) -> list[Delivery]:
        """All that left, or waits to leave."""
        return rows(select(Delivery).where(Delivery.announcement_id == item.id))

    def board(self, item: Announcement) -> Board:
        """The reach board."""
        return look(reach.board, actor=self.chief, announcement_id=item.id)

    def row(self, item: Announcement, place: Place) -> BoardRow:
        """A place's line on the board."""
        return next(one for one in self.board(item).rows if one.group_id == place.group.id)

    def closing(self, item: Announcement) -> Closing:
        """How far the loop has closed, of all places together."""
        return look(door_closing.closing, actor=self.chief, announcement_id=item.id)[0]

    def story(self, item: Announcement) -> Story:
        """The page that tells it all."""
        return look(story.of, actor=self.chief, announcement_id=item.id)

    # ---- time

    def until(self, moment: datetime) -> None:
        """Move the clock there; what was promised on the way is done at its hour."""
        while due_now := [one for one in self.engine.promises.values() if one.key not in self._done and one.at <= moment]:
            promise = min(due_now, key=lambda one: one.at)
            self._done.add(promise.key)
            self.time.move_to(max(promise.at, clock.now()))
            act(due.do, Piece(cast(Any, promise.work), UUID(promise.subject_id)))
        self.time.move_to(moment)

    def later(self, span: timedelta) -> None:
        """So much later."""
        self.until(clock.now() + span)

    # ---- the way out

    def leaders_page(self, item: Announcement) -> str:
        """The common link of the leaders' chat."""
        return f"/r/{self.now_of(item).leaders_token}"

    def relay_page(self, item: Announcement, place: Place | Group, *, of_deputy: bool = False) -> str:
        """A leader's own page of an announcement, or the deputy's."""
        relay = self.relay(item, place)
        return f"/r/{relay.deputy_token if of_deputy else relay.token}"

    def page(self, item: Announcement, place: Place | Group | None = None) -> str:
        """The residents' page by a group's own link, or by the ward's."""
        group = place.group if isinstance(place, Place) else place
        wanted = select(ShortLink.slug).where(
            ShortLink.announcement_id == item.id, ShortLink.group_id == (group.id if group else None)
        )
        return f"/a/{rows(wanted)[0]}"

    def doors(self, item: Announcement, place: Place) -> str:
        """A leader's door list."""
        wanted = select(DoorList).where(DoorList.announcement_id == item.id, DoorList.unit_id == place.unit.id)
        listed = rows(wanted)[0]
        return f"/door/{door_addresses.token_of(listed.id, listed.issue)}"

    def post(self, item: Announcement, *places: Place | Group) -> None:
        """Leaders of these places, of all that are asked where none is named, copy the text and say so."""
        every = [one for one in self.places if one.group.id in self.told_groups(item)]
        for place in places or every:
            tap(self.relay_page(item, place), phone(), do="posted")
            assert self.relay(item, place).posted_at == clock.now()

    def deliver(self, item: Announcement, *refused: str) -> dict[str, str]:
        """Its messages leave as the courier sends them; the telephones named are refused. What each receiver was told."""
        said: dict[str, str] = {}
        for batch in rows(select(Batch).where(Batch.announcement_id == item.id, col(Batch.ended_at).is_(None))):
            hold = act(batches.claim, batch_id=batch.id, attempt=batch.attempt + 1, owner="town:1", lease=MINUTE)
            assert hold
            wording = act(
                messages.wording, announcement=item, channel=hold.channel, account_settings={}, longest=459, batch_id=batch.id
            )  # fmt: skip
            settled: list[tuple[Row, Outcome]] = []
            while isinstance(made := act(_turn, hold, settled), Marked) and made.rows:
                settled = []
                for row, message in zip(made.rows, messages.for_rows(None, wording, made.rows), strict=True):
                    assert isinstance(message, Message)
                    said[message.recipient] = message.text
                    is_wrong = message.recipient in refused
                    settled.append((row, Rejected("recipient", "1", "Số sai.") if is_wrong else Accepted(f"id-{message.key}")))
            act(batches.leave, hold)
        return said

    def sweep(self) -> None:
        """What the minute's sweep finds due."""
        for piece in look(due.announcements):
            act(due.do, piece)

    # ---- residents

    def phone_of(self, home: Household) -> TestClient:
        """A phone of this household, tied to it by the card that came with the leader."""
        if home.id not in self._phones:
            self._phones[home.id] = phone()
            tap(self._card_of(home), self._phones[home.id], do="tie")
        return self._phones[home.id]

    def answer(self, item: Announcement, place: Place, *homes: Household, **said: str) -> None:
        """These households open their group's link and answer."""
        path = self.page(item, place)
        for home in homes:
            tap(path, self.phone_of(home), do="answer", **said)

    def _card_of(self, home: Household) -> str:
        """The address on a household's card; all are made at once."""
        if not self._cards:
            homes = [one.id for place in self.places for one in place.homes]
            printed = act(household_cards.issue, actor=self.writer, household_ids=homes)
            self._cards = {card.head_name: card.url.removeprefix("http://ward.test") for one in printed for card in one.cards}
        return self._cards[home.head_name]

    def knock(self, item: Announcement, place: Place, outcomes: Mapping[UUID, str]) -> None:
        """The leader of a place walks from door to door, phone in hand; `outcomes` by household."""
        path = self.doors(item, place)
        numbers = numbers_on(page(path))
        names = {home.id: home.head_name for home in place.homes}
        now = round(clock.now().timestamp() * 1000)
        ticks = [f"{home_id.hex[-12:]}-{now}.{numbers[names[home_id]]}.{outcome}.{now}" for home_id, outcome in outcomes.items()]
        said = phone().post(path, data={"knocks": ";".join(ticks)}).json()
        assert (len(said["kept"]), said["refused"]) == (len(ticks), {})


def _turn(session: Session, hold: Hold, settled: Sequence[tuple[Row, Outcome]]) -> Marked | Held:
    return turns.turn(session, hold, settled=settled, usual_rate=1000.0, dedupes=True)


def make_town(
    session: Session, time: Traveller, engine: FakeEngine, *, places: int = 4, inside: int = 3, outside: int = 1
) -> Town:
    """The ward Bắc Kạn in small: so many residential groups, each with households in its chat and some outside of it.

    Those outside have no telephone.
    """
    province = make_unit(session, name="Tỉnh Thái Nguyên", kind=UnitKind.PROVINCE, subtype="tinh", phone=None)
    ward = make_unit(
        session, parent=province, name="Phường Bắc Kạn", kind=UnitKind.COMMUNE, subtype="phuong", phone="+842093812345",
        address="Số 1 đường Trường Chinh",
    )  # fmt: skip
    writer = make_user(session, unit=ward, role=Role.STAFF, display_name="Lò Thị Mai")
    chief = make_user(session, unit=ward, role=Role.OFFICIAL, display_name="Đào Minh Tú")
    deputy_chief = make_user(session, unit=ward, role=Role.OFFICIAL, display_name="Chu Thị Lan")
    made = [_make_place(session, ward, number, inside, outside) for number in range(1, places + 1)]
    staff = [actor_of(session, one) for one in (writer, chief, deputy_chief)]
    session.commit()
    return Town(session, time, engine, ward, staff[0], staff[1], staff[2], made)


def _make_place(session: Session, ward: Unit, number: int, inside: int, outside: int) -> Place:
    unit = make_unit(session, parent=ward, name=f"Tổ dân phố {number}", short_name=f"Tổ {number}", code=f"01843-SC{number:02}")
    leader = make_user(session, unit=unit, role=Role.LEAD, display_name=f"Hà Thị Minh {number}", phone=f"+84912345{number:03}")
    deputy = make_user(session, unit=unit, role=Role.LEAD, display_name=f"Nông Văn Hải {number}", phone=f"+84987654{number:03}")
    group = make_group(session, unit=unit, leader_id=leader.id, deputy_id=deputy.id)
    street = STREETS[(number - 1) % len(STREETS)]
    homes = [
        make_household(
            session, unit=unit, code=f"{number:02}{n:02}", head_name=f"Ma Văn {number:02}{n:02}",
            address=f"Số {n} đường {street}", phone=f"+849{number:04}{n:04}" if n <= inside else None,
        ) for n in range(1, inside + outside + 1)
    ]  # fmt: skip
    for home in homes[:inside]:
        make_membership(session, household=home, group=group)
    return Place(unit, group, leader, deputy, homes[:inside], homes[inside:])


# ---- what a calendar and a clock give


def day(text: str) -> date:
    """`day("2026-11-28")`."""
    return date.fromisoformat(text)


def hour(text: str) -> time:
    """`hour("18:30")`."""
    return time.fromisoformat(text)
