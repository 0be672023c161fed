"""Who may see or do what, as one table: every public service function takes the acting user and asks here.

A user has a role at a unit and sees that unit and those below it. What lies outside is "not found", never "forbidden",
so that nobody learns of its existence. `docs/security-roles.md` is this table written out.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, unique
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select
from sqlmodel import Session, col, select

from core.errors import NotAllowed, NotFound
from core.i18n import N_
from models import Role, Unit, UnitKind, User, lineage


@dataclass(frozen=True)
class Actor:
    """Who acts: a signed-in user, or the terminal. `unit_path` "" is the whole country."""

    id: UUID | None
    username: str
    display_name: str
    role: Role
    unit_id: UUID | None
    unit_path: str
    language: str = "vi"
    must_change_password: bool = False
    must_enrol: bool = False  # a second factor, before anything else
    proven_at: datetime | None = None  # when the browser's owner last showed a secret; None where no browser acts

    @property
    def is_held(self) -> bool:
        """Whether something of their own account comes before anything else."""
        return self.must_change_password or self.must_enrol


# Whoever has the machine's terminal and its files has everything already.
TERMINAL = Actor(None, "terminal", "manage.py", Role.ADMIN, None, "")

EVERYONE = tuple(Role)
WRITERS = (Role.ADMIN, Role.OFFICIAL, Role.STAFF)
APPROVERS = (Role.ADMIN, Role.OFFICIAL)
SEES_PEOPLE = (Role.ADMIN, Role.OFFICIAL, Role.STAFF, Role.LEAD)
OBSERVERS = (*WRITERS, Role.VIEWER)
ADMINS = (Role.ADMIN,)
LEADS = (Role.LEAD,)


@dataclass(frozen=True)
class Rule:
    """What is done, by whom at the own unit and below it, and by whom only where it bears the own name."""

    words: str
    roles: tuple[Role, ...]
    own: tuple[Role, ...] = ()  # also these, for groups they lead wherever those lie, and for what they did themselves
    is_whole: bool = False  # it is of the whole installation: by nobody whose sight is narrower


@unique
class May(Enum):
    """The table: action, roles, scope."""

    # announcements
    SEE_SENT = Rule("see what was announced", OBSERVERS)
    SEE_UNSENT = Rule("see announcements before they leave", WRITERS)
    WRITE = Rule("write, plan, try and submit announcements, comment on them", WRITERS)
    WRITE_ABOVE = Rule("write announcements of a unit that is no ward", ADMINS)
    APPROVE = Rule("approve, give back, move, hold, stop and withdraw announcements, look after an emergency", APPROVERS)
    WATCH = Rule("watch an announcement arrive, call, follow up", WRITERS)
    SPEAK_FOR_LEADERS = Rule("enter what a leader said or ticked", WRITERS, own=LEADS)
    SETTLE_UNKNOWN = Rule("settle what no provider answers for", APPROVERS)
    KEEP_EVENTS = Rule("keep who comes to an event, and count there", WRITERS)
    BOOK_LOUDSPEAKERS = Rule("book what loudspeakers read", WRITERS)
    READ_LOUDSPEAKERS = Rule("see what loudspeakers read, and mark it as read", SEES_PEOPLE)
    # people
    SEE_GROUPS = Rule("see groups and their figures", EVERYONE)
    SEE_PEOPLE = Rule("see households, with masked numbers, and say how each is reached", SEES_PEOPLE, own=LEADS)
    SEE_NUMBERS = Rule("see whole telephone numbers on the own lists; others open one by a click that is kept", LEADS)
    WRITE_HOUSEHOLDS = Rule("add, change, join, part and end households", WRITERS)
    PROPOSE = Rule("propose changes of households, and see what came of it", SEES_PEOPLE, own=LEADS)
    ANSWER_PROPOSALS = Rule("answer what leaders propose", WRITERS)
    IMPORT_HOUSEHOLDS = Rule("import lists of households, and take an import back", WRITERS)
    GIVE_CARDS = Rule("give and close household cards", WRITERS)
    KEEP_GROUPS = Rule("keep groups, who leads them and who feeds whom", WRITERS)
    KEEP_LISTS = Rule("bring and wipe lists of named persons", WRITERS)
    WORK_LISTS = Rule("see lists of named persons, and say what came of each", SEES_PEOPLE)
    # codes, procedures, paper
    KEEP_LINKS = Rule("make, move and stop QR codes, mind what hangs where", WRITERS)
    PRINT = Rule("print codes, papers, bulletins and badges", WRITERS)
    KEEP_PROCEDURES = Rule("keep procedures", WRITERS)
    # the way back
    ANSWER_INQUIRIES = Rule("see and answer what people ask, keep public answers", WRITERS)
    # the digital team
    KEEP_TEAM = Rule("keep the team, its duty, lessons, visits and surveys", WRITERS)
    SEE_TEAM = Rule("see the own team", SEES_PEOPLE)
    ASK_FOR_HELP = Rule("ask for a visit at home", SEES_PEOPLE, own=LEADS)
    # figures
    SEE_FIGURES = Rule("see figures and charts", OBSERVERS)
    SEE_SMALL_COUNTS = Rule("see counts of fewer than five households", SEES_PEOPLE)
    STUDY_FIGURES = Rule("compare, look behind figures, see scans and support by month", WRITERS)
    MAKE_REPORTS = Rule("make, number and print reports", WRITERS)
    SEE_TODAY = Rule("see what waits today", WRITERS)
    LEAD_A_GROUP = Rule("see the own group's page", SEES_PEOPLE, own=LEADS)
    # personal data
    KEEP_PRIVACY = Rule("see what is kept about people and why, write down what they ask for and agree to", WRITERS)
    DECIDE_PRIVACY = Rule("decide about personal data: purposes, holds, erasure, breaches", APPROVERS)
    # the house
    KEEP_WARD = Rule("set the ward's rules, hours, targets, emblem, training", APPROVERS)
    REORGANISE = Rule("merge, split and rename units", APPROVERS)
    KEEP_USERS = Rule("keep users", ADMINS)
    KEEP_TOKENS = Rule("make and end tokens of the figures' interface", ADMINS)
    KEEP_CHANNELS = Rule("connect accounts with providers, see use and cost", ADMINS)
    SEE_BROKEN_CHANNELS = Rule("see that an account with a provider is broken", WRITERS)
    SEE_AUDIT = Rule("read, search and take the audit", ADMINS)
    MIND_MACHINES = Rule("see queues, providers and workers", ADMINS)
    KEEP_ACCOUNT = Rule("keep the own account, its sessions and language", EVERYONE)
    IMPORT_UNITS = Rule("import provinces, wards and groups", ADMINS, is_whole=True)
    FILL_DEMO = Rule("fill an empty house with a demonstration ward", ADMINS, is_whole=True)

    @property
    def roles(self) -> tuple[Role, ...]:
        """Who may at the own unit and below."""
        return self.value.roles


def actor_of(session: Session, user: User) -> Actor:
    """The actor a user is."""
    unit = session.get_one(Unit, user.unit_id)
    return Actor(
        user.id, user.username, user.display_name, user.role, unit.id, unit.path, user.language, user.must_change_password
    )  # fmt: skip


def may(actor: Actor, what: May) -> bool:
    """Whether the table lets the actor do it at the own unit and below."""
    return actor.role in what.roles and not (what.value.is_whole and actor.unit_path)


def require(actor: Actor, what: May, *, is_own: bool = False) -> None:
    """Refuse what the table does not let the actor do; `is_own`: it bears the actor's name, as a group that the actor leads.

    Raises:
        NotAllowed: with the words a person at that screen understands.
    """
    if not may(actor, what) and not (is_own and actor.role in what.value.own):
        raise NotAllowed(N_("Tài khoản của ông/bà không có quyền làm việc này."))


def path_range(path: str) -> ColumnElement[bool]:
    """Units at or below a path, as one indexed range ("0" follows "/")."""
    if not path:
        return col(Unit.path) >= ""
    return (col(Unit.path) >= path) & (col(Unit.path) < path[:-1] + "0")


def visible_units(actor: Actor) -> Select[Any]:
    """Ids of the units the actor sees, for `column.in_(…)`."""
    return select(Unit.id).where(path_range(actor.unit_path))


def managed_user(session: Session, *, actor: Actor, user_id: UUID) -> User:
    """An account the actor keeps.

    Raises:
        NotAllowed: the actor keeps no users. NotFound: the account lies outside the actor's units.
    """
    require(actor, May.KEEP_USERS)
    row = session.exec(select(User, Unit.path).join(Unit, col(Unit.id) == col(User.unit_id)).where(User.id == user_id)).first()
    if row is None or not row[1].startswith(actor.unit_path):
        raise NotFound(N_("Không tìm thấy tài khoản này."))
    return row[0]


def unit_for(session: Session, *, actor: Actor, unit_id: UUID) -> Unit:
    """A unit within the actor's sight.

    Raises:
        NotFound: it does not exist, or lies outside.
    """
    unit = session.get(Unit, unit_id)
    if unit is None or not unit.path.startswith(actor.unit_path):
        raise NotFound(N_("Không tìm thấy đơn vị này."))
    return unit


def commune_of(session: Session, unit: Unit) -> Unit:
    """The ward or commune a unit belongs to (itself, if it is one, or the nearest unit above that is)."""
    ids = lineage(unit.path)
    rows = {row.id: row for row in session.exec(select(Unit).where(col(Unit.id).in_(ids)))}
    return next((rows[i] for i in reversed(ids) if rows[i].kind is UnitKind.COMMUNE), unit)


def actor_named(session: Session, *, username: str) -> Actor:
    """The actor behind a user name, for the terminal, where whoever types may act for anyone.

    Raises:
        NotFound: there is no such active user.
    """
    user = session.exec(select(User).where(User.username == username.strip().lower(), col(User.is_active))).first()
    if user is None:
        raise NotFound(N_("Không có tài khoản “{name}” đang dùng."), name=username)
    return actor_of(session, user)


def display_names(session: Session, *, user_ids: Collection[UUID | None]) -> dict[UUID | None, str]:
    """The names of many at once; whoever is not known is not in it. One query."""
    named = session.exec(select(User.id, User.display_name).where(col(User.id).in_([id_ for id_ in user_ids if id_])))
    return dict(named.all())


def display_name(session: Session, *, user_id: UUID | None) -> str:
    """The name of whoever did something, "" where it was the terminal or is no longer known."""
    user = session.get(User, user_id) if user_id else None
    return user.display_name if user else ""
