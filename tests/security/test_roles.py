"""S46, S47: every screen, route, command and path of the interface as every role, and as nobody; held to the table."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest
from time_machine import Traveller
from typer.testing import CliRunner

from models import Role, User
from services import api_tokens, sessions
from services.access import TERMINAL, May
from terminal.commands import known
from terminal.habits import app as terminal
from tests.pages.conftest import Visit
from tests.security import roles
from tests.security.roles import EVERYBODY, FREE, page_roles, route_guard
from tests.security.sources import HOUSE
from tests.security.test_routes import PATHS, filled
from tests.security.town import Town
from ui.menu import ROOMS, menu
from web.public import app

pytestmark = pytest.mark.no_cover  # every screen again, where its own tests have been
NOT_THERE = ("Không tìm thấy", "Không có đơn vị")
MAY_NOT = "Tài khoản của ông/bà không có quyền"
# Screens that show one record, by what in their address names it.
RECORDS = {
    "story": ("id", "Announcement"), "announcement": ("id", "Announcement"), "review": ("id", "Announcement"),
    "official_paper": ("id", "Announcement"), "group": ("id", "Group"), "household": ("id", "Household"),
    "inquiry": ("id", "Inquiry"), "member": ("id", "TeamMember"), "person": ("id", "User"), "closed_list": ("id", "ClosedList"),
    "channel": ("id", "ChannelAccount"), "phone_survey": ("id", "PhoneSurvey"), "loudspeaker": ("luot", "LoudspeakerSlot"),
    "imports": ("id", "ChangeSet"), "link": ("ma", "ShortLink"), "procedure": ("ma", "Procedure"),
}  # fmt: skip


def came_of(at: AppTest) -> str:
    """What somebody sees of a screen: it, a sentence that they may not, the sign-in page, or that there is no such record."""
    if at.exception:
        return "broken"
    errors = " ".join(error.value for error in at.error)
    if MAY_NOT in errors:
        return "refused"
    if at.session_state["here"] == "sign_in":
        return "sign-in"
    return "not found" if errors else "shown"


def open_(at: AppTest, page: str, **query: str) -> str:
    at.query_params.clear()
    at.query_params.update(query)
    return came_of(at.switch_page(f"pages/{page}.py").run())


@pytest.mark.parametrize("role", list(Role))
def test_every_screen_opens_for_whom_the_table_names_and_refuses_others(town: Town, visit: Visit, role: Role) -> None:
    user = town.user(role, "child" if role is Role.LEAD else "own")
    town.session.commit()
    at = visit("account", user=user)
    actor = town.actor(role, "child" if role is Role.LEAD else "own")

    seen = {room.path: open_(at, room.path) for room in ROOMS if room.path not in {*FREE, "new_password"}}
    for page in [page for page, outcome in seen.items() if outcome == "broken"]:  # AppTest alone takes boxes to the next screen
        seen[page] = came_of(visit(page, user=user))

    assert {page for page, outcome in seen.items() if outcome == "refused"} == {
        page for page in seen if role not in page_roles(page)
    }
    assert [page for page, outcome in seen.items() if outcome in ("sign-in", "broken")] == []
    listed = {page.url_path or "home" for pages in menu(actor).values() for page in pages if page.visibility == "visible"}
    assert listed == {room.path for room in ROOMS if role in room.roles}
    assert all(role in page_roles(page) for page in listed), "nothing stands in a menu that refuses"


@pytest.mark.parametrize("who", ["signed out", "expired", "closed"])
def test_every_screen_leads_whoever_is_not_signed_in_to_the_door(town: Town, visit: Visit, clock: Traveller, who: str) -> None:
    user = town.user(Role.ADMIN)
    token = sessions.redeem(town.session, ticket=sessions.issue_ticket(town.session, user_id=user.id), device="") or ""
    town.session.commit()
    if who == "expired":
        clock.shift(sessions.WHOLE_LIFE + timedelta(minutes=1))
    if who == "closed":
        user.is_active = False
        town.session.add(user)
        town.session.commit()
    at = visit("account", cookies={} if who == "signed out" else {sessions.cookie_name(): token})

    seen = {room.path: open_(at, room.path) for room in ROOMS if room.path not in FREE}

    assert set(seen.values()) == {"sign-in"}


@pytest.mark.parametrize("role", [Role.ADMIN, Role.STAFF, Role.LEAD, Role.VIEWER])
def test_a_record_of_another_unit_is_not_found_at_its_address(town: Town, visit: Visit, role: Role) -> None:
    where = "child" if role is Role.LEAD else "own"
    user = town.user(role, where)
    named = {
        (page, place): str(getattr(town.of(kind, place), {"ShortLink": "slug", "Procedure": "code"}.get(kind, "id")))
        for page, (_key, kind) in RECORDS.items() for place in town.units
    }  # fmt: skip
    town.session.commit()
    at = visit("account", user=user)

    seen = {
        (page, place): open_(at, page, **{RECORDS[page][0]: name})
        for (page, place), name in named.items()
        if role in page_roles(page) and place in ("sister", "niece", "parent", "child")
    }

    outside = {one for one, outcome in seen.items() if one[1] != "child" and outcome != "not found"}
    assert outside == set()
    assert [one for one, outcome in seen.items() if one[1] == "child" and outcome == "shown"] or role is Role.VIEWER


# ---- routes


@pytest.fixture
def client(engine: Engine) -> Iterator[TestClient]:
    with TestClient(app, base_url="http://ward.test", raise_server_exceptions=False, follow_redirects=False) as client:
        yield client


def test_no_sign_in_opens_a_route_and_no_guessed_secret_does(town: Town, client: TestClient) -> None:
    states = {"nobody": ""}
    for role in Role:
        ticket = sessions.issue_ticket(town.session, user_id=town.user(role).id)
        states[role] = sessions.redeem(town.session, ticket=ticket, device="") or ""
    town.session.commit()

    for path in PATHS:
        answers = {}
        for who, token in states.items():
            if path == "/sign-out":
                continue
            headers = {"cookie": f"{sessions.cookie_name()}={token}"} if token else {}
            answers[who] = client.get(filled(path, "Gu3ssedGu3ssedGu3ssed777"), headers=headers).status_code
        assert len(set(answers.values())) <= 1, (path, answers)
        if route_guard(path)[0] != EVERYBODY:
            assert set(answers.values()) <= {303, 401, 403, 404, 405, 410}, (path, answers)


def test_the_interface_tells_a_token_of_its_own_unit_and_below_only(town: Town, client: TestClient, clock: Traveller) -> None:
    made = {
        name: api_tokens.make(town.session, actor=TERMINAL, name=name, scope="figures:read", unit_id=town.units["own"].id)[1]
        for name in ("good", "ended")
    }
    api_tokens.revoke(town.session, actor=TERMINAL, name="ended")
    town.session.commit()

    def status(token: str, unit: str = "own") -> int:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return int(client.get(f"/api/v1/figures/coverage?unit={town.units[unit].code}", headers=headers).status_code)

    assert {unit: status(made["good"], unit) for unit in town.units} == {
        "own": 200, "child": 200, "sister": 404, "niece": 404, "parent": 404,
    }  # fmt: skip
    assert [status(made["ended"]), status("guessed"), status("")] == [401, 401, 401]
    clock.shift(timedelta(days=4000))
    assert status(made["good"]) == 401


# ---- terminal


@pytest.mark.parametrize(
    ("command", "act"),
    [("announce", May.WRITE), ("cancel", May.WRITE), ("settle", May.SETTLE_UNKNOWN), ("inquiry-answer", May.ANSWER_INQUIRIES)],
)
def test_a_command_for_somebody_does_what_that_person_may(town: Town, tmp_path: Path, command: str, act: May) -> None:
    words = tmp_path / "words.txt"
    words.write_text("Sáng thứ Bảy.")
    of = {name: str(town.of(name, "own").id) for name in ("Announcement", "Inquiry")}
    people: dict[str, User] = {role.value: town.user(role) for role in reversed(Role)} | {
        "sister": town.user(Role.ADMIN, "sister")
    }
    town.session.commit()
    said = {
        "announce": ["--title", "Tin", "--body-file", str(words), "--units", town.units["own"].code, "--dry-run", "--author"],
        "cancel": [of["Announcement"], "--by"],
        "settle": [of["Announcement"], "--as", "sent", "--by"],
        "inquiry-answer": [of["Inquiry"], "--text-file", str(words), "--by"],
    }[command]

    refused = set()
    for who, person in people.items():
        answer = CliRunner().invoke(terminal, [command, *said, person.username, "--json"])
        if any(words in answer.output for words in (MAY_NOT, *NOT_THERE)):
            refused.add(who)

    assert refused == {role.value for role in Role if role not in act.roles} | {"sister"}


# ---- the page


def test_the_table_is_written_down_as_it_is() -> None:
    """Run `python -m tests.security.roles > docs/security-roles.md`."""
    assert (HOUSE / "docs" / "security-roles.md").read_text(encoding="utf-8") == roles.written()
    assert {name for name in known() if roles.acting(name)} == {"announce", "cancel", "settle", "told", "inquiry-answer"}
