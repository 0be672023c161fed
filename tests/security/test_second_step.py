"""The second step over HTTP: a code by a form, a passkey by two calls; from our own pages, once, in the same words. S26, S43."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient
from time_machine import Traveller

from models import Challenge, SecondFactor, User
from services import second_factors, sessions
from services.access import Actor
from tests.security.conftest import code_of, with_app
from tests.security.soft_key import ORIGIN, SoftKey
from web.headers import SecurityHeaders
from web.routes import signing_in


@pytest.fixture
def client(an: User) -> Iterator[TestClient]:
    assert an
    app = Starlette(routes=signing_in, middleware=[Middleware(SecurityHeaders)])
    headers = {"origin": ORIGIN, "sec-fetch-site": "same-origin", "user-agent": "Firefox, Linux"}
    with TestClient(app, base_url=ORIGIN, follow_redirects=False, headers=headers) as client:
        yield client


def password_was_right(session: Session, client: TestClient, user: User, path: str = "/people") -> str:
    """Up to the answer of the route that sets the cookie; where it leads."""
    ticket = sessions.issue_ticket(session, user_id=user.id)
    session.commit()
    return str(client.get(f"/session/{ticket}?next={path}").headers["location"])


def who(session: Session, client: TestClient) -> Actor | None:
    session.expire_all()
    found = sessions.session_actor(session, token=client.cookies.get("caunoi", ""))
    session.commit()  # a look begins a write lock, which the routes would wait for
    return found


def post(client: TestClient, path: str, **body: Any) -> Any:
    return client.post(path, json=body)


def register(client: TestClient, key: SoftKey, **bad: str) -> Any:
    options = post(client, "/passkeys/register/begin").json()
    return post(client, "/passkeys/register/finish", answer=key.register(options, **bad), name="Máy bàn")


def prove(client: TestClient, key: SoftKey, **bad: str) -> Any:
    options = post(client, "/passkeys/prove/begin").json()
    return post(client, "/passkeys/prove/finish", answer=key.prove(options, **bad), next="/people")


def test_s43_a_code_changes_the_waiting_session_into_a_whole_one(
    session: Session, client: TestClient, an: User, actor: Actor, clock: Traveller
) -> None:
    letters = with_app(session, actor)
    clock.shift(timedelta(minutes=1))
    assert password_was_right(session, client, an) == "/second-step?next=%2Fpeople"
    waiting = client.cookies["caunoi"]
    page = client.get("/second-step?next=/people")
    assert "Bước hai" in page.text
    assert "connect-src 'self'" in page.headers["content-security-policy"]

    wrong = client.post("/second-step", data={"code": "000000", "next": "/people"})
    assert (wrong.status_code, who(session, client)) == (303, None)
    assert "không đúng, hoặc đã dùng rồi" in client.get(wrong.headers["location"]).text
    right = client.post("/second-step", data={"code": code_of(letters), "next": "https://evil.example/"})

    assert right.headers["location"] == "/"
    assert client.cookies["caunoi"] != waiting
    found = who(session, client)
    assert found is not None
    assert found.id == an.id


def test_without_a_second_factor_the_ticket_leads_straight_on(session: Session, client: TestClient, an: User) -> None:
    assert password_was_right(session, client, an) == "/people"
    assert client.get("/second-step").status_code == 200  # asked for again at an open screen


def test_a_stranger_meets_the_door(client: TestClient) -> None:
    for path in ("/second-step", "/passkeys/new"):
        assert client.get(path).headers["location"].startswith("/sign_in")
    assert client.post("/second-step", data={"code": "1"}).headers["location"].startswith("/sign_in")
    for step in ("register/begin", "register/finish", "prove/begin", "prove/finish"):
        assert post(client, f"/passkeys/{step}").status_code == 401


def test_a_passkey_is_registered_and_opens_the_second_step(session: Session, client: TestClient, an: User) -> None:
    password_was_right(session, client, an)
    key = SoftKey()

    assert register(client, key).json() == {"next": "/second_factor"}
    client.cookies.clear()
    assert password_was_right(session, client, an) == "/second-step?next=%2Fpeople"
    assert "Dùng khóa truy cập" in client.get("/second-step").text
    assert post(client, "/passkeys/register/begin").status_code == 401  # half in, nothing is added
    assert prove(client, key).json() == {"next": "/people"}

    assert who(session, client) is not None
    kept = session.exec(select(SecondFactor)).one()
    session.commit()
    assert (kept.name, kept.sign_count, kept.is_confirmed) == ("Máy bàn", 1, True)
    assert register(client, SoftKey()).status_code == 403  # the same name of a key, taken already


def test_a_passkey_shown_at_an_open_screen_proves_it_again(
    session: Session, client: TestClient, an: User, clock: Traveller
) -> None:
    password_was_right(session, client, an)
    key = SoftKey()
    register(client, key)
    clock.shift(timedelta(minutes=11))
    assert "Cần xác nhận lại" in client.get("/passkeys/new").text
    assert post(client, "/passkeys/register/begin").status_code == 403

    assert prove(client, key).status_code == 200

    assert post(client, "/passkeys/register/begin").status_code == 200


@pytest.mark.parametrize("bad", [{"origin": "http://evil.example"}, {"origin": "http://ward.test.evil.example"}])
def test_what_was_signed_over_for_another_site_is_worth_nothing(
    session: Session, client: TestClient, an: User, bad: dict[str, str]
) -> None:
    password_was_right(session, client, an)
    assert register(client, SoftKey(), **bad).status_code == 403
    key = SoftKey()
    register(client, key)

    assert prove(client, key, **bad).status_code == 403


def test_a_challenge_is_used_up_by_one_answer_and_by_two_minutes(
    session: Session, client: TestClient, an: User, clock: Traveller
) -> None:
    password_was_right(session, client, an)
    key = SoftKey()
    register(client, key)
    options = post(client, "/passkeys/prove/begin").json()
    answer = key.prove(options)

    assert post(client, "/passkeys/prove/finish", answer=answer).status_code == 200
    assert post(client, "/passkeys/prove/finish", answer=answer).status_code == 403
    late = key.prove(post(client, "/passkeys/prove/begin").json())
    clock.shift(timedelta(minutes=2, seconds=1))
    assert post(client, "/passkeys/prove/finish", answer=late).status_code == 403
    assert len(session.exec(select(Challenge)).all()) <= 2


def test_a_copy_of_a_passkey_betrays_itself_by_its_count(session: Session, client: TestClient, an: User) -> None:
    password_was_right(session, client, an)
    key = SoftKey()
    register(client, key)
    prove(client, key)
    key.count -= 1

    assert prove(client, key).status_code == 403


def test_a_stranger_s_passkey_is_refused_and_the_door_locks(session: Session, client: TestClient, an: User) -> None:
    password_was_right(session, client, an)
    register(client, SoftKey())
    for _ in range(5):
        assert prove(client, SoftKey(id=b"another")).status_code == 403

    assert second_factors.shown(session, user_id=an.id, word="000000", address="testclient") is None


@pytest.mark.parametrize(
    "answer",
    [{}, {"id": 7}, {"id": "YSBrZXkgb2Ygc29mdHdhcmUgb25seQ", "rawId": "x", "type": "public-key", "response": {}},
     {"id": "YSBrZXkgb2Ygc29mdHdhcmUgb25seQ", "rawId": "YSBrZXkgb2Ygc29mdHdhcmUgb25seQ", "type": "public-key",
      "response": {"clientDataJSON": "e30", "attestationObject": "AA", "authenticatorData": "AA", "signature": "AA"}}],
)  # fmt: skip
def test_junk_for_an_answer_is_refused_calmly(session: Session, client: TestClient, an: User, answer: dict[str, Any]) -> None:
    password_was_right(session, client, an)
    register(client, SoftKey())
    for name in ("register", "prove"):
        post(client, f"/passkeys/{name}/begin")
        assert post(client, f"/passkeys/{name}/finish", answer=answer).status_code == 403


def test_s26_only_our_own_script_talks_here(session: Session, client: TestClient, an: User) -> None:
    password_was_right(session, client, an)
    path = "/passkeys/register/begin"

    assert client.post(path, json={}, headers={"origin": "https://evil.example"}).status_code == 403
    assert client.post(path, json={}, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert client.post(path, data={"a": "1"}).status_code == 415
    assert client.post(path, json=[1]).status_code == 400
    assert client.post(path, content=b"[" * 20_000, headers={"content-type": "application/json"}).status_code == 413
    assert client.get(path).status_code == 405
    assert post(client, "/passkeys/other/begin").status_code == 404
