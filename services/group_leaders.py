"""Who leads a chat group or stands in for its leader, who may be asked to, and how the office passes on."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlmodel import Session, col, select

from core import clock
from core.errors import Invalid
from core.i18n import N_
from core.text import vietnamese_key
from models import Group, Part, Role, Unit, User, lineage
from services import access, audit, door_addresses, groups, passing_on, rumour_relays, terms
from services.access import Actor, May


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
    return _known(session, actor, group.leader_id)


def deputy_of(session: Session, *, actor: Actor, group: Group) -> Leader | None:
    """Who stands in for the leader of a group the actor has been given; None where nobody does, or for a viewer."""
    return _known(session, actor, group.deputy_id)


def _known(session: Session, actor: Actor, user_id: UUID | None) -> Leader | None:
    if user_id is None or not access.may(actor, May.SEE_PEOPLE):
        return None
    found = session.exec(select(User, Unit).join(Unit, col(Unit.id) == col(User.unit_id)).where(User.id == user_id))
    return next((_leader(user, unit) for user, unit in found), None)


def phones_of(session: Session, *, actor: Actor, leader_ids: set[UUID]) -> dict[UUID, str]:
    """The numbers of those of them who lead a group in the actor's sight; none for a viewer."""
    if not leader_ids or not access.may(actor, May.SEE_PEOPLE):
        return {}
    found = session.exec(
        select(User.id, User.phone)
        .join(Group, col(Group.leader_id) == col(User.id))
        .join(Unit, col(Unit.id) == col(Group.unit_id))
        .where(col(User.id).in_(leader_ids), access.path_range(actor.unit_path) | (col(User.id) == actor.id))
    )
    return {user_id: phone for user_id, phone in found if phone}


def may_lead(session: Session, *, actor: Actor, unit_id: UUID) -> list[Leader]:
    """Who of the actor's units can lead a group of a unit: those of the unit itself first, then by name.

    Raises:
        NotAllowed: the actor may not write.
        NotFound: the unit lies outside the actor's sight.
    """
    access.require(actor, May.KEEP_GROUPS)
    unit = access.unit_for(session, actor=actor, unit_id=unit_id)
    above = lineage(unit.path)
    found = session.exec(
        select(User, Unit)
        .join(Unit, col(Unit.id) == col(User.unit_id))
        .where(col(Unit.id).in_(above), access.path_range(actor.unit_path), col(User.is_active), User.role != Role.VIEWER)
    ).all()
    people = [_leader(user, place) for user, place in found]
    return sorted(people, key=lambda one: (one.unit_label != unit.label, vietnamese_key(one.name), one.id))


def set_leader(
    session: Session, *, actor: Actor, group_id: UUID, leader_id: UUID | None, on: date | None = None
) -> Group:  # fmt: skip
    """Name who leads a group from the day `on` (today), or nobody; a deputy who becomes leader is deputy no more.

    Phones that came in as the leader before must prove it again, tick lists, open relays and door lists get other addresses.

    Raises:
        Invalid: the group is closed, this person cannot lead it, or the day cannot be right.
        NotAllowed: the actor may not write.
        NotFound: it lies outside the actor's sight.
    """
    group = _to_lead(session, actor, group_id, leader_id, field="leader_id")
    if leader_id == group.leader_id:
        return group
    day = on or clock.today()
    if leader_id is not None and leader_id == group.deputy_id:
        terms.follow(session, group=group, part=Part.DEPUTY, user_id=None, on=day)
        group.deputy_id = None
    _entrust(session, actor, group, Part.LEADER, leader_id, day)
    groups.forget_phones(session, group)
    passing_on.hand_over(session, group=group)
    rumour_relays.hand_over(session, group=group)
    door_addresses.hand_over(session, unit_id=group.unit_id)
    return group


def set_deputy(
    session: Session, *, actor: Actor, group_id: UUID, deputy_id: UUID | None, on: date | None = None
) -> Group:  # fmt: skip
    """Name who stands in for the leader from the day `on` (today), or nobody.

    Raises:
        Invalid: as for the leader, or the leader is named again.
        NotAllowed: the actor may not write.
        NotFound: it lies outside the actor's sight.
    """
    group = _to_lead(session, actor, group_id, deputy_id, field="deputy_id")
    if deputy_id == group.deputy_id:
        return group
    if deputy_id is not None and deputy_id == group.leader_id:
        raise Invalid(N_("Phó phải là người khác với người phụ trách."), field="deputy_id")
    had_one = group.deputy_id is not None
    _entrust(session, actor, group, Part.DEPUTY, deputy_id, on or clock.today())
    passing_on.change_deputy(session, group=group)
    if had_one:  # who knew the door lists' addresses knows them no more
        door_addresses.hand_over(session, unit_id=group.unit_id)
    return group


def _entrust(session: Session, actor: Actor, group: Group, part: Part, user_id: UUID | None, on: date) -> Group:
    """From the day on this person holds the office: the term, the group and the audit say so."""
    terms.follow(session, group=group, part=part, user_id=user_id, on=on)
    setattr(group, f"{part.value}_id", user_id)
    session.add(group)
    said = {f"{part.value}_id": str(user_id or "")}
    audit.record(
        session, actor=actor, action=f"group.{part.value}_set", subject_kind="group", subject_id=group.id, on=on.isoformat(),
        **said,
    )  # fmt: skip
    return group


def _to_lead(session: Session, actor: Actor, group_id: UUID, user_id: UUID | None, *, field: str) -> Group:
    """An open group the actor may write, locked until the transaction ends, for a person who may lead it."""
    access.require(actor, May.KEEP_GROUPS)
    group = groups.get(session, actor=actor, group_id=group_id)
    session.refresh(group, with_for_update=True)
    if group.closed_on is not None:
        raise Invalid(N_("Nhóm {name} đã đóng ngày {day:%d/%m/%Y}."), name=group.name, day=group.closed_on)
    if user_id is not None:
        _require_fit(session, user_id, session.get_one(Unit, group.unit_id), field=field)
    return group


def _require_fit(session: Session, leader_id: UUID, unit: Unit, *, field: str) -> None:
    found = session.exec(select(User, Unit).join(Unit, col(Unit.id) == col(User.unit_id)).where(User.id == leader_id)).first()
    if found is None or not unit.path.startswith(found[1].path):
        raise Invalid(N_("Người phụ trách phải có tài khoản ở {unit} hoặc cấp trên."), unit=unit.label, field=field)
    if not found[0].is_active or found[0].role is Role.VIEWER:
        raise Invalid(N_("Tài khoản của {name} không thể phụ trách nhóm."), name=found[0].display_name, field=field)


def _leader(user: User, unit: Unit) -> Leader:
    return Leader(user.id, user.display_name, user.phone, unit.label, user.is_active)
