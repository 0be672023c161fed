"""A second factor: what it takes, once; what it refuses, in the same words; where it is required. S38 to S45."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import Session, col, select
from time_machine import Traveller

from core import clock as house_clock
from core import sealed
from core.errors import NotAllowed, NotFound
from core.settings import settings
from models import AuditEvent, RecoveryCode, Role, SecondFactor, Unit, User
from services import proofs, recovery_codes, second_factors, sessions
from services.access import Actor, actor_of
from tests.factories import NOON, make_unit, make_user
from tests.security.conftest import HERE, code_of, come_in, with_app

STEP = timedelta(seconds=second_factors.STEP_SECONDS)


def acts(session: Session) -> list[str]:
    return [one.action for one in session.exec(select(AuditEvent).order_by(col(AuditEvent.sequence)))]


def shown(session: Session, user: User, word: str, address: str = HERE) -> str | None:
    return second_factors.shown(session, user_id=user.id, word=word, address=address)


def test_s43_a_password_alone_opens_nothing_where_there_is_a_second_factor(session: Session, an: User, actor: Actor) -> None:
    letters = with_app(session, actor)

    token = come_in(session, an)

    at = sessions.at_the_door(session, token=token)
    assert at is not None
    assert at.is_waiting
    assert sessions.session_actor(session, token=token) is None
    assert sessions.mine(session, actor=actor, token=token) == []
    whole = sessions.complete(session, token=token, way=str(shown(session, an, code_of(letters, step=1))))
    assert whole != token
    assert sessions.session_actor(session, token=token) is None
    found = sessions.session_actor(session, token=whole)
    assert found is not None
    assert found.id == an.id
    assert acts(session)[-1] == "user.signed_in"


def test_s42_a_code_counts_once_and_half_a_minute_around(session: Session, an: User, actor: Actor, clock: Traveller) -> None:
    letters = with_app(session, actor)
    assert shown(session, an, code_of(letters)) is None  # the one it was set up with

    clock.shift(4 * STEP)
    late, now, soon, next_one = (code_of(letters, step=step) for step in (-2, 0, 1, 2))

    assert shown(session, an, late) is None
    assert shown(session, an, next_one) is None
    assert shown(session, an, now) == "totp"
    assert shown(session, an, now) is None
    assert shown(session, an, soon) == "totp"
    assert shown(session, an, now) is None


def test_s39_five_wrong_codes_lock_the_second_step_and_the_right_one_with_it(
    session: Session, an: User, actor: Actor, clock: Traveller
) -> None:
    letters = with_app(session, actor)
    clock.shift(4 * STEP)
    for _ in range(5):
        assert shown(session, an, "000000") is None

    assert shown(session, an, code_of(letters)) is None
    assert shown(session, an, code_of(letters), address="198.51.100.9") == "totp"
    clock.shift(timedelta(minutes=16))
    assert shown(session, an, code_of(letters)) == "totp"
    assert acts(session).count("user.factor_failed") == 5


def test_s39_guessing_from_many_networks_locks_it_too(session: Session, an: User, actor: Actor, clock: Traveller) -> None:
    letters = with_app(session, actor)
    clock.shift(4 * STEP)
    for number in range(second_factors.PER_USER):
        assert shown(session, an, "000000", address=f"198.51.100.{number}") is None

    assert shown(session, an, code_of(letters)) is None


def test_s42_recovery_codes_are_ten_random_kept_as_digests_and_good_once(session: Session, an: User, actor: Actor) -> None:
    with_app(session, actor)
    made = second_factors.new_codes(session, actor=actor)

    assert len(set(made)) == recovery_codes.HOW_MANY == 10
    kept = " ".join(str(one.model_dump()) for one in session.exec(select(RecoveryCode)))
    assert not any(code.replace("-", "") in kept for code in made)
    assert shown(session, an, made[0].upper().replace("-", " ")) == "recovery"
    assert shown(session, an, made[0]) is None
    assert second_factors.standing(session, actor=actor).codes_left == 9
    again = second_factors.new_codes(session, actor=actor)
    assert shown(session, an, made[1]) is None
    assert shown(session, an, again[1]) == "recovery"
    assert {"user.factor_added", "user.recovery_codes_made", "user.recovery_code_used"} <= set(acts(session))


def test_s42_a_code_of_somebody_else_is_none(session: Session, ward: Unit, an: User, actor: Actor) -> None:
    with_app(session, actor)
    made = second_factors.new_codes(session, actor=actor)
    other = make_user(session, unit=ward, role=Role.ADMIN)

    assert shown(session, other, made[0]) is None
    assert shown(session, an, made[0]) == "recovery"


def test_s13_the_secret_of_an_app_lies_sealed_and_can_be_sealed_anew(
    session: Session, an: User, actor: Actor, monkeypatch: pytest.MonkeyPatch, clock: Traveller
) -> None:
    letters = with_app(session, actor)
    factor = session.exec(select(SecondFactor)).one()
    assert letters.replace(" ", "") not in str(factor.model_dump())
    monkeypatch.setenv("CAUNOI_PREVIOUS_SECRET_KEYS", settings().key)
    monkeypatch.setenv("CAUNOI_SECRET_KEY", "another key")
    settings.cache_clear()

    assert second_factors.reseal(session, actor=actor) == 1

    assert sealed.is_current(factor.secret, owner=f"second factor {factor.id}")
    clock.shift(2 * STEP)
    assert shown(session, an, code_of(letters)) == "totp"


@pytest.mark.usefixtures("required")
def test_s45_who_needs_a_second_factor_is_held_until_there_is_one(session: Session, ward: Unit, an: User, actor: Actor) -> None:
    held = sessions.session_actor(session, token=come_in(session, an))
    assert held is not None
    assert (held.must_enrol, held.is_held) == (True, True)
    clerk = make_user(session, unit=ward, role=Role.STAFF)
    free = sessions.session_actor(session, token=come_in(session, clerk))
    example = make_user(session, unit=ward, role=Role.OFFICIAL, is_example=True)
    shown_around = sessions.session_actor(session, token=come_in(session, example))
    assert free is not None
    assert shown_around is not None
    assert (free.must_enrol, shown_around.must_enrol) == (False, False)
    assert second_factors.lacking(session, actor=actor) == ["an"]

    with_app(session, actor)

    assert second_factors.lacking(session, actor=actor) == []
    with pytest.raises(NotAllowed, match="ít nhất một cách"):
        second_factors.remove(session, actor=actor, factor_id=second_factors.standing(session, actor=actor).factors[0].id)


def test_the_last_factor_takes_the_recovery_codes_along(session: Session, actor: Actor) -> None:
    with_app(session, actor)
    second_factors.new_codes(session, actor=actor)
    factor = second_factors.standing(session, actor=actor).factors[0]
    second_factors.rename(session, actor=actor, factor_id=factor.id, name=" Máy bàn ")
    assert factor.name == "Máy bàn"

    second_factors.remove(session, actor=actor, factor_id=factor.id)

    assert second_factors.standing(session, actor=actor) == second_factors.Standing([], 0, False)


def test_s47_nobody_touches_the_factors_of_another(session: Session, ward: Unit, actor: Actor) -> None:
    with_app(session, actor)
    factor = second_factors.standing(session, actor=actor).factors[0]
    other = actor_of(session, make_user(session, unit=ward, role=Role.ADMIN))

    with pytest.raises(NotFound):
        second_factors.remove(session, actor=other, factor_id=factor.id)
    with pytest.raises(NotFound):
        second_factors.rename(session, actor=other, factor_id=factor.id, name="x")


def test_an_admin_clears_the_factors_of_who_has_lost_them_and_ends_the_sessions(
    session: Session, ward: Unit, an: User, actor: Actor
) -> None:
    with_app(session, actor)
    token = come_in(session, an)
    chief = actor_of(session, make_user(session, unit=ward, role=Role.ADMIN))
    stranger = actor_of(session, make_user(session, unit=make_unit(session), role=Role.ADMIN))
    with pytest.raises(NotFound):
        second_factors.reset(session, actor=stranger, user_id=an.id)

    second_factors.reset(session, actor=chief, user_id=an.id)

    assert sessions.at_the_door(session, token=token) is None
    assert not second_factors.has(session, actor=chief, user_id=an.id)
    assert acts(session)[-1] == "user.factors_reset"


def test_s44_a_session_that_waits_for_its_second_step_ends_after_ten_minutes(
    session: Session, an: User, actor: Actor, clock: Traveller
) -> None:
    with_app(session, actor)
    token = come_in(session, an)
    clock.shift(timedelta(minutes=11))

    assert sessions.at_the_door(session, token=token) is None


def test_s44_a_showing_is_good_for_ten_minutes(actor: Actor, clock: Traveller) -> None:
    assert proofs.is_fresh(actor)
    clock.shift(timedelta(minutes=10))
    assert not proofs.is_fresh(actor)
    assert proofs.is_fresh(replace(actor, proven_at=None))
    assert house_clock.now() == NOON + timedelta(minutes=10)
