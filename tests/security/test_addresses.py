"""S47, S43: every address that opens something: one's own, another's, when it is over, when it is ended, when it is none."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlmodel import Session, select
from starlette.testclient import TestClient
from time_machine import Traveller

from core import clock as house_clock
from core import tokens
from core.ids import new_id
from core.settings import settings
from models import AsksFor, Household, Role, SubjectRequest, Unit
from services import (
    check_in,
    home_visits,
    household_cards,
    household_messages,
    ports,
    sending,
    team_members,
    trials,
)
from services.access import Actor
from services.home_visits import Wish
from services.team_members import MemberValues
from tests.factories import make_actor, make_announcement, make_group, make_household, make_inquiry, make_unit, make_user
from tests.fakes import FakeEngine, Nothing
from tests.security.roles import ROUTES, SECRET
from tests.security.test_routes import PATHS
from tests.web.day import make_ward, phone
from web.public import app

ELSEWHERE = {  # walked by their own tests
    "/api/v1/figures/{name}": "test_roles", "/passkeys/": "test_second_step", "/second-step": "test_second_step",
    "/session/": "web/test_session", "/webhooks/sms/": "web/test_webhooks", "/webhooks/zalo-bot/": "web/test_webhooks",
    "/r/": "test_leaders_pages", "/door/": "test_leaders_pages", "/tick/": "test_leaders_pages",
}  # fmt: skip
OF_TOKENS = ("/r/", "/door/", "/tick/", "/d/", "/visit/", "/h/", "/stop/", "/check-in/", "/t/", "/ask/{token}")
MALFORMED = (
    "x", "A" * 32, "0" * 64, "a" * 3000, "%00", "..%2f..%2fetc", "%ED%A0%80", "%F0%9F%94%91", "a%2Fb", "'%20OR%201=1", "-1",
)  # fmt: skip
YEAR = timedelta(days=400)


@dataclass(frozen=True)
class Opened:
    """An address, a word on its page that is only its own, and how it is ended; None where nothing but time ends it."""

    path: str
    word: str = ""
    end: Callable[[], object] | None = None
    ends_with_time: bool = False


@pytest.fixture
def staff(session: Session, clock: Traveller) -> Actor:
    assert clock
    nothing = Nothing()
    ports.provide(ports.Ports(sheets=nothing, paper=nothing, codes=nothing, engine=FakeEngine(), tables=nothing))  # type: ignore[arg-type]
    return make_actor(session, unit=make_ward(session), role=Role.OFFICIAL)


@pytest.fixture
def two(session: Session, staff: Actor) -> tuple[dict[str, Opened], dict[str, Opened]]:
    """All addresses of two groups of one ward."""
    ward = session.get_one(Unit, staff.unit_id)
    made = _of(session, staff, ward, "Nhất"), _of(session, staff, ward, "Nhì")
    session.commit()
    return made


def _of(session: Session, staff: Actor, ward: Unit, key: str) -> dict[str, Opened]:
    unit = make_unit(session, parent=ward, short_name=f"Tổ {key}", name=f"Tổ {key}")
    make_group(session, unit=unit, name=f"Nhóm {key}", leader_id=make_user(session, unit=unit, role=Role.LEAD).id)
    home = make_household(session, unit=unit, head_name=f"Hoàng Thị {key}", phone="+84977123456")
    member = team_members.add(session, actor=staff, values=MemberValues(f"Bạn {key}", unit.id))
    visit = home_visits.ask_for(session, actor=staff, wish=Wish(f"Cụ {key}", f"Số 9 {key}", unit_id=unit.id))
    card = household_cards.issue(session, actor=staff, household_ids=[home.id])[0].cards[0].url
    event = make_announcement(session, unit=ward, title=f"Hội {key}", asks_for=AsksFor.ATTENDANCE)
    sending.send(session, announcement=event)
    draft = make_announcement(session, unit=ward, units=[unit], title=f"Thảo {key}")
    question = make_inquiry(session, unit=ward, text=f"Hỏi về {key}")
    door = check_in.make(session, actor=staff, announcement_id=event.id).url
    closes = lambda: check_in.revoke_all(session, actor=staff, announcement_id=event.id)  # noqa: E731
    renewed = lambda: team_members.renew(session, actor=staff, member_id=member.id)  # noqa: E731
    page = team_members.url_of(member)
    team = {f"/d/ {part}": Opened(f"{page}/{part}", end=renewed) for part in ("duty", "support", "visits", "survey", "lessons")}
    return team | {
        "/d/": Opened(page, f"Bạn {key}", renewed),
        "/d/ calendar": Opened(team_members.calendar_url_of(member), "BEGIN:VCALENDAR", renewed),
        "/visit/": Opened(visit.url, f"Cụ {key}"),
        "/h/": Opened(card, end=lambda: household_cards.revoke(session, actor=staff, household_id=home.id)),
        "/stop/": Opened(household_messages.path_of(home.id), end=lambda: _leaves(session, home)),
        "/check-in/": Opened(door, f"Hội {key}", closes, ends_with_time=True),
        "/t/": Opened(trials.address(session, actor=staff, announcement_id=draft.id), f"Thảo {key}", ends_with_time=True),
        "/ask/{token}": Opened(f"/ask/{question.token}", f"Hỏi về {key}"),
    }


def _leaves(session: Session, home: Household) -> None:
    home.left_on = house_clock.today()
    session.add(home)


def path_of(opened: Opened) -> str:
    return opened.path.removeprefix(settings().public_url)


def test_every_address_that_opens_something_is_walked(two: tuple[dict[str, Opened], dict[str, Opened]]) -> None:
    secret = {begin for begin, (guard, _who) in ROUTES.items() if guard == SECRET}

    assert secret - set(ELSEWHERE) == {kind.split(" ")[0] if kind != "/ask/{token}" else kind for kind in two[0]}


def test_s47_an_address_shows_its_own_and_nothing_of_the_other(two: tuple[dict[str, Opened], dict[str, Opened]]) -> None:
    client = phone()

    for one, stranger in zip(two, ("Nhì", "Nhất"), strict=True):
        for kind, opened in one.items():
            page = client.get(path_of(opened))
            assert page.status_code == 200, kind
            assert opened.word in page.text, kind
            assert (f"Thảo {stranger}" if kind == "/t/" else stranger) not in page.text, (
                kind
            )  # a trial is of all the ward's groups


def test_s43_an_address_that_was_ended_opens_nothing_and_the_other_s_stays(
    session: Session, two: tuple[dict[str, Opened], dict[str, Opened]]
) -> None:
    mine, other = two
    ends = {id(opened.end): opened.end for opened in mine.values() if opened.end}
    for end in ends.values():
        end()
    session.commit()

    client = phone()
    for kind, opened in mine.items():
        assert client.get(path_of(opened)).status_code == (404 if opened.end else 200), kind
        assert client.get(path_of(other[kind])).status_code == 200, kind


def test_s43_an_address_that_is_over_opens_nothing(two: tuple[dict[str, Opened], dict[str, Opened]], clock: Traveller) -> None:
    clock.shift(YEAR)

    client = phone()
    over = {kind: client.get(path_of(opened)).status_code for kind, opened in two[0].items() if opened.ends_with_time}
    assert over == {"/check-in/": 404, "/t/": 404}


WITH_TOKEN = [path for path in PATHS if "{" in path and path.startswith(tuple(OF_TOKENS))]


@pytest.mark.parametrize("path", WITH_TOKEN)
@pytest.mark.usefixtures("staff")
def test_s47_an_address_that_is_none_is_not_found_whatever_is_in_it(path: str) -> None:
    headers = {"origin": "http://ward.test"}
    client = TestClient(app, base_url="http://ward.test", follow_redirects=False, headers=headers)

    for odd in (*MALFORMED, tokens.new_token()):
        asked = re.sub(r"\{(?:token|card)\}", odd, path).replace("{place}", "1").replace("{request}", str(new_id()))
        asked = re.sub(r"\{[a-z]+(?::int)?\}", "1", asked)
        for method in ("GET", "POST"):
            expected = (
                (404,) if method == "GET" and not path.endswith("/leader/cannot") else (303, 400, 403, 404, 405, 422)
            )  # a form without a press leads back
            assert client.request(method, asked).status_code in expected, (method, asked)


def test_s63_the_sign_of_number_zero_breaks_no_answer(session: Session, staff: Actor) -> None:
    """PostgreSQL takes it in no text: it goes at the door, out of addresses and forms."""
    code = session.get_one(Unit, staff.unit_id).code
    session.commit()
    client = TestClient(app, base_url="http://ward.test", follow_redirects=False, headers={"origin": "http://ward.test"})
    asked = {"kind": "view\0", "name": "A\0n", "contact": "Tổ 7\0", "text": "\0", "phone": "\0", "xa": "\0", "sum": "\0"}

    for path in ("/privacy", "/ask", "/ward", "/p", "/visit", "/ask/rumours", "/p/1.004194%00", "/a/%00", "/j/%00", "/q/%00"):
        for query in ("?xa=%00", f"?xa={code}%00&q=%00a&tt=%00&said=%00"):
            assert client.get(f"{path}{query}").status_code < 500, (path, query)
            assert client.post(f"{path}{query}", data=asked).status_code < 500, (path, query)
    [request] = session.exec(select(SubjectRequest)).all()
    assert (request.asked_by, request.contact) == ("An", "Tổ 7")
