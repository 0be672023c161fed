"""Who leads a chat group, and who may be asked to."""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from core.text import vietnamese_key
from models import Group, Role, Unit, User
from services import access
from services.access import Actor


@dataclass(frozen=True)
class Leader:
    """A person with an account, as others of the ward may know them."""

    id: UUID
    name: str
    phone: str | None
    unit_label: str
    is_active: bool


def leader_of(session: Session, *, actor: Actor, group: Group) -> Leader | None:
    """Who leads a group the actor has been given; None where nobody does, or for a viewer."""
    if group.leader_id is None or actor.role not in access.SEES_PEOPLE:
        return None
    found = session.exec(select(User, Unit).join(Unit, col(Unit.id) == col(User.unit_id)).where(User.id == group.leader_id))
    return next((_leader(user, unit) for user, unit in found), None)


def phones_of(session: Session, *, actor: Actor, leader_ids: set[UUID]) -> dict[UUID, str]:
    """The numbers of leaders of groups the actor has been given; none for a viewer."""
    if not leader_ids or actor.role not in access.SEES_PEOPLE:
        return {}
    found = session.exec(select(User.id, User.phone).where(col(User.id).in_(leader_ids), col(User.phone).is_not(None)))
    return {user_id: phone for user_id, phone in found if phone}


def may_lead(session: Session, *, actor: Actor, unit_id: UUID) -> list[Leader]:
    """Who of the actor's units can lead a group of a unit: those of the unit itself first, then by name.

    Raises:
        NotAllowed: the actor may not write.
        NotFound: the unit lies outside the actor's sight.
    """
    access.require(actor, *access.WRITERS)
    unit = access.unit_for(session, actor=actor, unit_id=unit_id)
    above = [UUID(part) for part in unit.path.split("/") if part]
    found = session.exec(
        select(User, Unit)
        .join(Unit, col(Unit.id) == col(User.unit_id))
        .where(col(Unit.id).in_(above), access.path_range(actor.unit_path), col(User.is_active), User.role != Role.VIEWER)
    ).all()
    people = [_leader(user, place) for user, place in found]
    return sorted(people, key=lambda one: (one.unit_label != unit.label, vietnamese_key(one.name), one.id))


def _leader(user: User, unit: Unit) -> Leader:
    return Leader(user.id, user.display_name, user.phone, unit.label, user.is_active)
