"""What is done only by someone who has just shown a secret again: the list of acts, each tried, and a look for forgotten ones."""

import ast
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session
from time_machine import Traveller

from core import clock as house_clock
from core.ids import new_id
from core.settings import ROOT
from models import Channel, Role, User
from services import (
    accounts,
    api_tokens,
    attendance_figures,
    audit_trail,
    board_list,
    breaches,
    channel_accounts,
    disconnections,
    figure_rows,
    household_export,
    ledger,
    passwords,
    plan_list,
    proofs,
    second_factors,
    sessions,
    step_up,
    subject_erasure,
    subject_files,
)
from services.access import Actor
from services.audit_trail import Filters as AuditFilters
from services.household_search import Filters
from tests.security.conftest import HERE, WORD, code_of, come_in, with_app

Act = Callable[..., object]
NOWHERE: Any = new_id()

# Every act that needs a fresh proof. A new one that takes personal data away, or touches accounts or secrets, belongs here.
GUARDED: dict[Act, dict[str, Any]] = {
    household_export.take: {"filters": Filters()},
    board_list.take: {"announcement_id": NOWHERE, "standing": None},
    ledger.take: {"announcement_id": NOWHERE},
    figure_rows.take: {"name": "coverage", "since": house_clock.today(), "until": house_clock.today()},
    plan_list.take: {"source": None, "path": Channel.PRINT},
    attendance_figures.take: {"announcement_id": NOWHERE},
    subject_files.take: {"subject": None},
    subject_erasure.erase: {"subject": None},
    breaches.register: {"ward_id": NOWHERE},
    audit_trail.take: {"filters": AuditFilters()},
    accounts.create_user: {"username": "moi", "role": Role.STAFF, "unit_id": NOWHERE},
    accounts.change: {"user_id": NOWHERE, "display_name": "A", "role": Role.STAFF, "unit_id": NOWHERE, "phone": None},
    accounts.reset_password: {"user_id": NOWHERE},
    accounts.deactivate: {"user_id": NOWHERE},
    accounts.reactivate: {"user_id": NOWHERE},
    channel_accounts.connect: {"unit_id": NOWHERE, "channel": Channel.ZNS, "form": None},
    channel_accounts.change: {"account_id": NOWHERE, "version": 1, "form": None},
    disconnections.disconnect: {"account_id": NOWHERE, "expected": 0},
    api_tokens.make: {"name": "x", "scope": None, "unit_id": NOWHERE},
    api_tokens.revoke: {"name": "x"},
    second_factors.begin_app: {},
    second_factors.confirm_app: {"code": "1", "name": "", "address": HERE},
    second_factors.new_codes: {},
    second_factors.remove: {"factor_id": NOWHERE},
}


@pytest.fixture
def stale(actor: Actor) -> Actor:
    """Someone who showed a secret a quarter of an hour ago."""
    return replace(actor, proven_at=house_clock.now() - timedelta(minutes=15))


@pytest.mark.parametrize("act", GUARDED, ids=lambda act: f"{act.__module__.split('.')[-1]}.{act.__name__}")
def test_s21_what_would_harm_most_asks_for_a_secret_again(session: Session, stale: Actor, act: Act) -> None:
    with pytest.raises(proofs.Unproven):
        act(session, actor=stale, **GUARDED[act])


def test_s21_resetting_another_s_factors_asks_too(session: Session, an: User, stale: Actor) -> None:
    with pytest.raises(proofs.Unproven):
        second_factors.reset(session, actor=stale, user_id=an.id)


def test_s21_whatever_is_taken_away_is_on_the_list() -> None:
    """Who writes "….exported" or "…_taken" into the audit takes something away: the function must require a proof."""
    forgotten = []
    for path in sorted((ROOT / "services").glob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef):
                words = ast.unparse(node)
                takes = "exported'" in words or "_taken'" in words
                if takes and "action=" in words and "proofs.require(" not in words:
                    forgotten.append(f"{path.name} {node.name}")
    assert forgotten == []


def test_s21_files_of_persons_are_drawn_by_the_button_that_asks() -> None:
    """A screen that has a session looked up for its file hands it to `proving.download`; papers of daily work are named here."""
    plain = {"leader_reports.py", "attendance.py"}  # what leaders report of an event; the list for the door, with short names
    for path in sorted((ROOT / "ui").glob("*.py")):
        words = path.read_text(encoding="utf-8")
        if "sessions.asker(" in words and "download_button(" in words:
            assert path.name in plain, path


def test_s44_a_right_password_proves_this_browser_only(session: Session, an: User, clock: Traveller) -> None:
    here, there = come_in(session, an), come_in(session, an)
    clock.shift(timedelta(minutes=15))
    actor = sessions.session_actor(session, token=here)
    assert actor is not None
    assert not proofs.is_fresh(actor)

    assert showing(session, actor, here, WORD)

    fresh, other = sessions.session_actor(session, token=here), sessions.session_actor(session, token=there)
    assert fresh is not None
    assert other is not None
    assert (proofs.is_fresh(fresh), proofs.is_fresh(other)) == (True, False)


def test_s39_a_wrong_word_proves_nothing_and_the_fifth_locks(session: Session, an: User, actor: Actor) -> None:
    token = come_in(session, an)
    for _ in range(5):
        assert not showing(session, actor, token, "not the word")

    assert not showing(session, actor, token, WORD)


def test_s44_a_code_proves_as_a_password_does(session: Session, an: User, actor: Actor, clock: Traveller) -> None:
    letters = with_app(session, actor)
    waiting = come_in(session, an)
    token = sessions.complete(session, token=waiting, way="totp")
    clock.shift(timedelta(minutes=15))
    assert not showing(session, actor, token, "000000")

    assert showing(session, actor, token, code_of(letters))


def showing(session: Session, actor: Actor, token: str, word: str) -> bool:
    """As the question on a screen does it."""
    asked = step_up.ask(session, actor=actor, word=word, address=HERE)
    is_right = asked.way is not None or (not asked.is_code and passwords.is_right(word, asked.hashed))
    return step_up.settle(session, asked=asked, token=token, is_right=is_right)
