"""A page that a crowd opens is drawn once in seconds, and nobody sees another's answer, an old text, or goes uncounted."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import Engine, event
from sqlmodel import Session, select
from starlette.applications import Starlette
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send
from time_machine import Traveller

from core.db import readers, reading, transaction
from models import Announcement, AnnouncementStatus, Scan
from services import household_cards
from services.access import TERMINAL
from tests.factories import make_household
from tests.web.day import PHONE, ZALO_PREVIEW, Day, make_day
from web.drawn import KEPT
from web.front import FrontDoor
from web.public import app
from web.routes import routes
from web.scan_recorder import recorder


@contextmanager
def crowd(**headers: str) -> Iterator[TestClient]:
    with TestClient(app, base_url="http://ward.test", follow_redirects=False, headers={"user-agent": PHONE} | headers) as client:
        yield client


@pytest.fixture
def phone(engine: Engine) -> Iterator[TestClient]:
    """A phone at the light front door."""
    with crowd() as client:
        yield client


@contextmanager
def looks() -> Iterator[list[str]]:
    """Every statement that readers send within the block."""
    said: list[str] = []

    def note(*seen: object) -> None:
        said.append(str(seen[2]))

    event.listen(readers(), "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(readers(), "before_cursor_execute", note)


def openings(day: Day) -> list[bool]:
    recorder().flush()
    with reading() as session:
        return sorted(session.exec(select(Scan.is_first).where(Scan.link_id == day.link.id)))


def retitle(day: Day, title: str, *, counts_only: bool = False) -> None:
    with transaction(counts_only=counts_only) as session:
        announcement = session.get_one(Announcement, day.announcement.id)
        announcement.title = title
        session.add(announcement)


def test_the_second_phone_is_answered_without_the_database_with_the_same_page_and_counts(phone: TestClient, day: Day) -> None:
    first = phone.get(day.page)
    phone.cookies.clear()
    with looks() as said:
        second = phone.get(day.page)

    assert said == []
    assert second.content == first.content
    kept = {"content-security-policy", "cache-control", "content-language", "vary", "x-frame-options", "content-length"}
    assert {name: second.headers[name] for name in kept} == {name: first.headers[name] for name in kept}
    assert set(first.headers) == set(second.headers)
    assert openings(day) == [True, True]


def test_the_same_phone_counts_as_the_same(phone: TestClient, day: Day) -> None:
    for _ in range(3):
        phone.get(day.page)

    assert openings(day) == [False, False, True]


def test_each_language_has_its_own_page(phone: TestClient, day: Day) -> None:
    def heading(language: str) -> str:
        return str(phone.get(day.page, headers={"accept-language": language}).headers["content-language"])

    assert [heading(one) for one in ("vi", "en-US,en;q=0.9", "ja", "vi", "en-US,en;q=0.9")] == ["vi", "en", "ja", "vi", "en"]


def test_a_phone_that_answers_sees_its_answer_and_another_never_does(phone: TestClient, day: Day) -> None:
    phone.get(day.page)
    phone.post(day.page, data={"do": "answer", "people": "2"})

    own = phone.get(day.page)
    with crowd() as other:
        others = other.get(day.page)

    assert "take_back" in own.text
    assert "take_back" not in others.text


def test_the_page_of_a_phone_with_an_answer_is_kept_for_nobody(phone: TestClient, day: Day, clock: Traveller) -> None:
    phone.get(day.page)
    phone.post(day.page, data={"do": "answer", "people": "2"})
    clock.shift(timedelta(seconds=5))
    own = phone.get(day.page)

    with crowd() as other, looks() as said:
        first = other.get(day.page)

    assert "take_back" in own.text
    assert said
    assert "take_back" not in first.text


def test_a_phone_tied_by_its_card_is_greeted_by_its_household(phone: TestClient, session: Session, day: Day) -> None:
    household = make_household(session, unit=day.unit)
    [printed] = household_cards.issue(session, actor=TERMINAL, household_ids=[household.id])
    card = printed.cards[0].url
    session.commit()
    phone.get(day.page)
    phone.get(card)
    before = phone.get(day.page)
    phone.post(card, data={"do": "tie"})

    assert phone.get(day.page).content != before.content


def test_what_is_changed_here_is_seen_at_once(phone: TestClient, day: Day) -> None:
    phone.get(day.page)
    retitle(day, "Hoãn buổi khám")

    assert "Hoãn buổi khám" in phone.get(day.page).text


def test_what_another_process_changes_is_seen_within_seconds(phone: TestClient, day: Day, clock: Traveller) -> None:
    phone.get(day.page)
    retitle(day, "Hoãn buổi khám", counts_only=True)  # a commit this process is not told of
    clock.shift(timedelta(seconds=2.1))
    kept = phone.get(day.page).text
    clock.shift(timedelta(seconds=1))

    assert "Hoãn buổi khám" not in kept
    assert "Hoãn buổi khám" in phone.get(day.page).text


def test_late_in_its_time_one_phone_looks_and_the_next_is_served_what_it_found(
    phone: TestClient, day: Day, clock: Traveller
) -> None:
    phone.get(day.page)
    clock.shift(KEPT * 0.9)
    with looks() as said:
        phone.get(day.page)
        looked = len(said)
        phone.get(day.page)

    assert looked
    assert len(said) == looked


def test_a_cancelled_announcement_says_so_to_the_next_phone(phone: TestClient, day: Day) -> None:
    before = phone.get(day.page).text
    with transaction() as session:
        announcement = session.get_one(Announcement, day.announcement.id)
        announcement.status = AnnouncementStatus.CANCELLED
        session.add(announcement)

    assert phone.get(day.page).text != before


def test_a_page_is_not_kept_past_the_end_of_its_announcement(phone: TestClient, day: Day, clock: Traveller) -> None:
    assert day.announcement.expires_at is not None
    clock.move_to(day.announcement.expires_at - timedelta(seconds=0.5))
    before = phone.get(day.page).text
    clock.shift(timedelta(seconds=0.6))

    assert phone.get(day.page).text != before


def test_a_preview_reads_the_kept_page_and_counts_as_nobody(phone: TestClient, day: Day) -> None:
    phone.get(day.page)
    with looks() as said:
        answer = phone.get(day.page, headers={"user-agent": ZALO_PREVIEW})

    assert (said, answer.status_code) == ([], 200)
    assert openings(day) == [True]


def test_an_answer_of_one_phone_does_not_make_all_pages_be_drawn_again(phone: TestClient, session: Session, day: Day) -> None:
    other = make_day(session, ward=day.ward)
    phone.get(other.page)
    phone.get(day.page)
    phone.post(day.page, data={"do": "answer", "people": "2"})

    with crowd() as stranger, looks() as said:
        stranger.get(other.page)

    assert said == []


def test_a_crowd_that_comes_at_once_has_the_page_drawn_once(day: Day) -> None:
    drawings = arrived = 0

    async def crowd_at_once() -> list[int]:
        all_here = asyncio.Event()

        async def drawing(scope: Scope, receive: Receive, send: Send) -> None:
            nonlocal drawings
            drawings += 1
            await all_here.wait()
            await Starlette(routes=routes)(scope, receive, send)

        front = FrontDoor(drawing)

        async def arriving(scope: Scope, receive: Receive, send: Send) -> None:
            nonlocal arrived
            arrived += 1
            if arrived == 30:
                all_here.set()
            await front(scope, receive, send)

        door = httpx.ASGITransport(app=arriving)
        async with httpx.AsyncClient(transport=door, base_url="http://ward.test", headers={"user-agent": PHONE}) as phones:
            answers = await asyncio.gather(*[phones.get(day.page, headers={"cookie": ""}) for _ in range(30)])
        return [answer.status_code for answer in answers]

    assert asyncio.run(crowd_at_once()) == [200] * 30
    assert drawings == 1
    assert openings(day) == [True] * 30


def test_a_crowd_at_an_address_that_never_was_is_told_so(engine: Engine) -> None:
    async def crowd_at_once() -> list[int]:
        door = httpx.ASGITransport(app=FrontDoor(Starlette(routes=routes)))
        async with httpx.AsyncClient(transport=door, base_url="http://ward.test", headers={"user-agent": PHONE}) as phones:
            answers = await asyncio.gather(*[phones.get("/a/never-was") for _ in range(5)])
        return [answer.status_code for answer in answers]

    assert asyncio.run(crowd_at_once()) == [404] * 5
