"""What tries of doors share: a browser, a town to try them in, and somebody who needs a second factor."""

from collections.abc import Iterator
from dataclasses import replace

import pyotp
import pytest
from sqlmodel import Session
from time_machine import Traveller

from adapters.codes import QrCodes
from core import clock as house_clock
from core.settings import settings
from models import Role, Unit, User
from services import ports, second_factors, sessions
from services.access import Actor, actor_of
from services.passwords import hash_password
from services.second_factors import STEP_SECONDS
from tests.factories import make_unit, make_user
from tests.pages.conftest import _installed_components as _installed_components
from tests.pages.conftest import visit as visit
from tests.security import town as towns
from tests.security.town import Town

WORD = "song cau qua cau"
HERE = "192.0.2.7"


@pytest.fixture
def town(session: Session) -> Town:
    """Two wards of one province, settled; codes can be drawn."""
    ports.provide(replace(ports.ports(), codes=QrCodes()))
    return towns.settle(session)


@pytest.fixture
def required(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The house as it is shipped: admins and officials need a second factor."""
    monkeypatch.setenv("CAUNOI_SECOND_FACTOR", "required")
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture
def ward(session: Session, clock: Traveller) -> Unit:
    assert clock
    return make_unit(session, name="Phường Bắc Kạn")


@pytest.fixture
def an(session: Session, ward: Unit) -> User:
    return make_user(
        session, unit=ward, role=Role.ADMIN, username="an", display_name="Nguyễn Văn An", password_hash=hash_password(WORD)
    )


@pytest.fixture
def actor(session: Session, an: User) -> Actor:
    return replace(actor_of(session, an), proven_at=house_clock.now())


def code_of(letters: str, *, step: int = 0) -> str:
    """What an app shows now, or so many half minutes later."""
    now = int(house_clock.now().timestamp()) // STEP_SECONDS
    return pyotp.TOTP(letters.replace(" ", "")).generate_otp(now + step)


def with_app(session: Session, actor: Actor) -> str:
    """An app that counts; its letters."""
    begun = second_factors.begin_app(session, actor=actor)
    code = code_of(begun.letters)
    assert second_factors.confirm_app(session, actor=actor, code=code, name="Điện thoại", address=HERE)
    return begun.letters


def come_in(session: Session, user: User) -> str:
    """The password was right: the browser's token."""
    token = sessions.redeem(session, ticket=sessions.issue_ticket(session, user_id=user.id), device="Firefox, Linux", place=HERE)
    assert token
    return token
