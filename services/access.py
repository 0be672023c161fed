"""Who may see or do what: every public service function takes the acting user and asks here.

A user has a role at a unit and sees that unit and those below it. What lies outside is "not found", never "forbidden",
so that nobody learns of its existence.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select
from sqlmodel import Session, col, select

from core.errors import NotAllowed, NotFound
from core.i18n import N_
from models import Role, Unit, User, lineage


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

WRITERS = (Role.ADMIN, Role.OFFICIAL, Role.STAFF)
APPROVERS = (Role.ADMIN, Role.OFFICIAL)
SEES_PEOPLE = (Role.ADMIN, Role.OFFICIAL, Role.STAFF, Role.LEAD)


def actor_of(session: Session, user: User) -> Actor:
    """The actor a user is."""
    unit = session.get_one(Unit, user.unit_id)
    return Actor(
        user.id, user.username, user.display_name, user.role, unit.id, unit.path, user.language, user.must_change_password
    )  # fmt: skip


def require(actor: Actor, *roles: Role) -> None:
    """Refuse unless the actor has one of the roles.

    Raises:
        NotAllowed: with the words a person at that screen understands.
    """
    if actor.role not in roles:
        raise NotAllowed(N_("Tài khoản của ông/bà không có quyền làm việc này."))


def path_range(path: str) -> ColumnElement[bool]:
    """Units at or below a path, as one indexed range ("0" follows "/")."""
    if not path:
        return col(Unit.path) >= ""
    return (col(Unit.path) >= path) & (col(Unit.path) < path[:-1] + "0")


def visible_units(actor: Actor) -> Select[Any]:
    """Ids of the units the actor sees, for `column.in_(…)`."""
    return select(Unit.id).where(path_range(actor.unit_path))


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
    return next((rows[i] for i in reversed(ids) if rows[i].kind == "commune"), unit)


def actor_named(session: Session, *, username: str) -> Actor:
    """The actor behind a user name, for the terminal, where whoever types may act for anyone.

    Raises:
        NotFound: there is no such active user.
    """
    user = session.exec(select(User).where(User.username == username.strip().lower(), col(User.is_active))).first()
    if user is None:
        raise NotFound(N_("Không có tài khoản “{name}” đang dùng."), name=username)
    return actor_of(session, user)


def display_name(session: Session, *, user_id: UUID | None) -> str:
    """The name of whoever did something, "" where it was the terminal or is no longer known."""
    user = session.get(User, user_id) if user_id else None
    return user.display_name if user else ""
