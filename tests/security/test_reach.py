"""S46, S47: every service that takes ids is tried by every role at a ward, with ids of wards beside it, below and above."""

import ast
import importlib
import inspect
import re
import typing
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import GeneratorType
from typing import Any

import pytest
from sqlalchemy.exc import ArgumentError
from sqlmodel import Session

from core.clock import today
from core.errors import NotAllowed, Refusal
from models import Role, UnitChangeKind
from services.access import Actor, May
from services.home_visits import Wish
from services.household_values import HouseholdValues
from services.reorganisations import Draft
from tests.factories import make_words
from tests.security import town as towns
from tests.security.sources import DOORS, Service, called_from, is_of, services
from tests.security.town import KINDS, Town

# These answer with nothing, or nothing of another's, where others say "not found".
ANSWERS_NOTHING = {
    "bulletins.usual_codes": "codes of the own ward; the unit only puts them in order",
    "calls.of_announcement": "no calls",
    "figure_values.of_periods": "no periods were asked for",
    "group_leaders.phones_of": "no numbers",
    "household_cards.count": "0",
    "household_cards.household_ids_of": "no households",
    "household_search.alike": "no households",
    "inquiries.about": "no questions",
    "join_requests.waiting": "no requests",
    "link_moves.acts": "no acts",
    "needs.has_looked": "whether the actor looked: no",
    "needs.keep": "writes down that the actor looks, and shows nothing",
    "rumour_relays.listing": "no chats",
    "scans.by_day": "zeros",
}
NO_RECORD = {"audit.record": "writes down who did it"}


@dataclass(frozen=True)
class Tried:
    """A service that takes ids."""

    service: Service
    call: Callable[..., Any]

    @property
    def ids(self) -> list[str]:
        return [name for name, kind in self.service.blanks.items() if re.search(r"_ids?$", name) and "UUID" in kind]

    def kind(self, blank: str) -> str:
        stem = re.sub(r"_ids?$", "", blank)
        if stem == "list" and "door" in self.service.module:
            return "DoorList"
        if stem == "request" and "subject" in self.service.module:
            return "SubjectRequest"
        return KINDS.get(stem) or "".join(part.title() for part in stem.split("_"))

    def said(self, town: Town, where: str) -> dict[str, Any]:
        """What it is called with: every id of a unit, whatever fits for the rest."""
        hints, parameters = typing.get_type_hints(self.call), inspect.signature(self.call).parameters
        examples = {
            "Words": make_words(town.units["own"]), "Wish": Wish("Tên", "Số 9"), "HouseholdValues": HouseholdValues("Tên"),
            "Draft": Draft(UnitChangeKind.MERGE, today(), (town.units["niece"].id, town.units["sister"].id)),
        }  # fmt: skip
        said: dict[str, Any] = {}
        for name, kind in self.service.blanks.items():
            if name in self.ids:
                one = town.of(self.kind(name), where).id
                said[name] = {one} if kind.startswith("set") else [one] if name.endswith("s") else one
            elif name != "actor" and parameters[name].default is inspect.Parameter.empty:
                said[name] = examples.get(kind, towns.some(hints[name]))
        if self.service.short == "household_history.merge":
            said["into_id"] = town.of("Household", "child").id
        if self.service.short == "reports.facts_of":
            said["first_on"] = today().replace(day=1)
        return said


def tried() -> Iterator[Tried]:
    at_doors = {name for room in DOORS for name in called_from(room)}
    for one in services().values():
        if one.is_public and one.name in at_doors and "actor" in one.blanks and one.short not in NO_RECORD:
            found = Tried(one, getattr(importlib.import_module(one.module), one.short.rsplit(".", 1)[1]))
            if found.ids:
                yield found


def came_of(session: Session, one: Tried, town: Town, role: Role, where: str) -> str:
    """What it says to a role at a ward, or at a group of it, of things that lie somewhere."""
    said = one.said(town, where)
    actor = town.actor(role, "child" if role is Role.LEAD else "own")
    held = session.begin_nested()
    try:
        answer = one.call(session, actor=actor, **said)
        if isinstance(answer, GeneratorType):
            next(answer, None)
    except Refusal as refusal:
        return type(refusal).__name__
    except (AttributeError, TypeError, LookupError, ValueError) as error:  # something that fits was not enough
        return f"went on: {error!r}"
    else:
        return "answered"
    finally:
        held.rollback()


@pytest.fixture
def town(session: Session) -> Town:
    return towns.settle(session)


def test_s47_what_lies_outside_is_not_found_whatever_is_asked_and_whoever_asks(session: Session, town: Town) -> None:
    every = list(tried())
    for one in every:
        for blank in one.ids:
            for where in town.units:
                town.of(one.kind(blank), where)
    session.commit()
    tries = [(Role.ADMIN, where) for where in ("sister", "niece", "parent")]
    tries += [(role, "niece") for role in Role if role is not Role.ADMIN]

    wrong = [
        f"{one.service.short} as {role} of {where}: {outcome}"
        for one in every
        if one.service.short not in ANSWERS_NOTHING
        for role, where in tries
        if (outcome := came_of(session, one, town, role, where)) not in ("NotFound", "NotAllowed")
    ]

    assert len(every) > 280
    assert wrong == []


def test_s47_what_lies_inside_is_found(session: Session, town: Town) -> None:
    """Else the test above could not fail. (Some wait for more than a record: for an approval, a sheet that was printed.)"""
    found = [
        one.service.short
        for one in tried()
        if any(came_of(session, one, town, Role.ADMIN, where) not in ("NotFound", "NotAllowed") for where in ("own", "child"))
    ]

    assert len(found) > 250


def test_s46_a_role_that_the_table_does_not_name_is_refused_before_anything_is_read(town: Town) -> None:
    """Every service that begins by asking the table, given nobody but the actor: all it could touch besides is None."""
    actors = {role: town.actor(role) for role in Role}
    asking = {one.short: act for one in services().values() if one.is_public and (act := first_asked(one))}

    wrong = [
        f"{short} as {role}"
        for short, act in asking.items()
        for role, actor in actors.items()
        if goes_on(services()[f"services.{short}"], actor) is not (role in May[act].roles and not May[act].value.is_whole)
    ]

    assert len(asking) > 150
    assert wrong == []


def first_asked(one: Service) -> str:
    """The line of the table by which a service begins, "" where it begins otherwise."""
    lines = [line for line in one.node.body if not (isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant))]
    asked = [node.attr for node in ast.walk(lines[0]) if isinstance(node, ast.Attribute) and is_of(node, "May", node.attr)]
    return asked[0] if asked and re.match(r"(access\.)?require\(actor, ", ast.unparse(lines[0])) else ""


def goes_on(one: Service, actor: Actor) -> bool:
    """Whether a service lets somebody in; it then comes to grief, for it gets nothing to work with."""
    blanks = dict.fromkeys(one.blanks) | {"actor": actor}
    call = getattr(importlib.import_module(one.module), one.node.name)
    try:
        answer = call(None, **blanks)
        next(answer, None) if isinstance(answer, GeneratorType) else None
    except NotAllowed:
        return False
    except (Refusal, AttributeError, TypeError, ValueError, KeyError, ArgumentError):
        return True
    return True
