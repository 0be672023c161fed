"""The second door: only for who has an account here, only for what the provider has just said, each word of it once."""

import tomllib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select
from time_machine import Traveller

from core import clock as house_clock
from core.errors import Invalid
from core.settings import Settings, settings
from models import AuditEvent, User
from services import second_door, sessions
from services.access import Actor
from tests.factories import make_unit, make_user
from tests.security.conftest import with_app
from ui.second_door import written

ISSUER = "https://id.province.test"


@pytest.fixture(autouse=True)
def _provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("CAUNOI_OIDC_ISSUER", f"{ISSUER}/")
    monkeypatch.setenv("CAUNOI_OIDC_CLIENT_ID", "cau-noi")
    monkeypatch.setenv("CAUNOI_OIDC_CLIENT_SECRET", 'a "secret" \\ of two')
    settings.cache_clear()
    yield
    settings.cache_clear()


def claims(**other: Any) -> dict[str, Any]:
    now = int(house_clock.now().timestamp())
    said = {"iss": ISSUER, "sub": "u-1", "iat": now, "nonce": "n", "email": "An@backan.test", "email_verified": True}
    return said | other


@pytest.fixture
def an(session: Session, an: User, actor: Actor) -> User:
    second_door.set_email(session, actor=actor, user_id=an.id, email=" an@backan.test ")
    return an


def test_a_verified_address_binds_the_account_and_its_subject_opens_it_from_then_on(session: Session, an: User) -> None:
    ticket = second_door.admit(session, claims=claims())

    assert ticket
    assert an.subject == f"{ISSUER} u-1"
    assert second_door.admit(session, claims=claims(nonce="m", email="other@backan.test", email_verified=False))
    assert "user.second_door_bound" in [one.action for one in session.exec(select(AuditEvent))]


@pytest.mark.parametrize(
    "other",
    [{"iss": "https://evil.example"}, {"sub": ""}, {"iat": 0}, {"iat": "now"}, {"email_verified": False},
     {"email_verified": "yes"}, {"email": "stranger@backan.test"}, {"email": ""}],
)  # fmt: skip
def test_everybody_else_is_refused_and_nobody_is_made(session: Session, an: User, other: dict[str, Any]) -> None:
    assert second_door.admit(session, claims=claims(**other)) is None
    assert an.subject is None
    assert len(session.exec(select(User)).all()) == 1


def test_what_a_provider_said_opens_one_session(session: Session, an: User) -> None:
    assert an.email
    said = claims()

    assert second_door.admit(session, claims=said)
    assert second_door.admit(session, claims=said) is None


def test_another_subject_with_the_same_address_is_somebody_else(session: Session, an: User) -> None:
    assert second_door.admit(session, claims=claims())

    assert second_door.admit(session, claims=claims(sub="u-2")) is None
    assert an.subject == f"{ISSUER} u-1"


def test_s45_a_locked_account_stays_locked(session: Session, an: User) -> None:
    assert second_door.admit(session, claims=claims())
    an.is_active = False
    session.add(an)

    assert second_door.admit(session, claims=claims(nonce="m")) is None


@pytest.mark.parametrize(("methods", "is_waiting"), [(["pwd", "mfa"], False), (["pwd"], True), ("mfa", True), (None, True)])
def test_a_second_factor_is_asked_for_unless_the_provider_did(
    session: Session, an: User, actor: Actor, methods: object, is_waiting: bool
) -> None:
    with_app(session, actor)
    ticket = second_door.admit(session, claims=claims(amr=methods))
    assert ticket

    token = sessions.redeem(session, ticket=ticket, device="") or ""

    at = sessions.at_the_door(session, token=token)
    assert at is not None
    assert (at.user_id, at.is_waiting) == (an.id, is_waiting)


@pytest.mark.usefixtures("required")
def test_who_showed_two_at_the_provider_needs_no_other_here(session: Session, an: User) -> None:
    assert an.email
    ticket = second_door.admit(session, claims=claims(amr=["mfa"])) or ""

    actor = sessions.session_actor(session, token=sessions.redeem(session, ticket=ticket, device="") or "")

    assert actor is not None
    assert not actor.must_enrol


def test_an_address_is_one_account_s_and_a_new_one_binds_anew(session: Session, an: User, actor: Actor, clock: Traveller) -> None:
    second_door.admit(session, claims=claims())
    other = make_user(session, unit=make_unit(session, parent=None))
    assert other.id != an.id
    clock.shift(timedelta(seconds=1))

    for wrong in ("an", "a b@c.vn", "@c.vn", "a@c"):
        with pytest.raises(Invalid):
            second_door.set_email(session, actor=actor, user_id=an.id, email=wrong)
    assert second_door.set_email(session, actor=actor, user_id=an.id, email="")
    assert (second_door.email_of(session, actor=actor, user_id=an.id), an.subject) == ("", None)
    assert second_door.admit(session, claims=claims(nonce="m")) is None


def test_without_a_provider_the_door_is_shut(session: Session, an: User, monkeypatch: pytest.MonkeyPatch) -> None:
    assert an.email
    monkeypatch.setenv("CAUNOI_OIDC_CLIENT_SECRET", "")
    settings.cache_clear()

    assert second_door.admit(session, claims=claims()) is None


def test_streamlit_is_told_in_its_own_words() -> None:
    told = tomllib.loads(written(settings()))["auth"]

    assert told["client_secret"] == 'a "secret" \\ of two'
    assert told["redirect_uri"] == "http://ward.test/oauth2callback"
    assert told["server_metadata_url"] == f"{ISSUER}/.well-known/openid-configuration"
    assert Settings().has_second_door
