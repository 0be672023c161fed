"""Groups that are told beside the household groups: of sectors, associations and offices, and the leaders' own chat."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from core import clock
from core.errors import NotFound
from core.i18n import N_
from models import Announcement, Channel, Group, GroupKind, Unit
from services import access
from services.access import Actor, May
from services.plans import PlannedGroup
from services.presence import stands

KINDS = (GroupKind.LEADERS, GroupKind.INTERNAL, GroupKind.SECTOR, GroupKind.ASSOCIATION, GroupKind.UNIT)


def choices(session: Session, *, actor: Actor, unit_ids: Sequence[UUID]) -> list[Group]:
    """The groups of the wards these units belong to that may be told as well, the leaders' first. Someone posts in each by hand,
    or it gets a letter.

    Raises:
        NotAllowed: the actor may not write. NotFound: a unit lies outside the actor's sight.
    """
    access.require(actor, May.WRITE)
    units = [access.unit_for(session, actor=actor, unit_id=unit_id) for unit_id in dict.fromkeys(unit_ids)]
    wards = {ward.id: ward for ward in (access.commune_of(session, unit) for unit in units)}
    found: list[Group] = []
    for ward in wards.values():  # an announcement is one ward's
        chats = select(Group).join(Unit, col(Unit.id) == col(Group.unit_id)).where(
            access.path_range(ward.path), access.path_range(actor.unit_path), _can_be_told()
        )  # fmt: skip
        found += session.exec(chats)
    return sorted(found, key=lambda one: (KINDS.index(one.kind), one.name))


def checked(session: Session, *, actor: Actor, unit_ids: Sequence[UUID], group_ids: Sequence[UUID]) -> list[str]:
    """Chosen groups as an announcement keeps them.

    Raises:
        NotFound: one of them is none of the choices.
    """
    if not group_ids:
        return []
    known = {group.id for group in choices(session, actor=actor, unit_ids=unit_ids)}
    if not known.issuperset(group_ids):
        raise NotFound(N_("Có nhóm nhận thêm không còn dùng được. Hãy chọn lại."), field="also_groups")
    return [str(group_id) for group_id in dict.fromkeys(group_ids)]


def of(session: Session, *, announcement: Announcement) -> list[PlannedGroup]:
    """The chosen groups that still stand, as a plan shows them: no household is counted by them. One query."""
    return named(session, group_ids=[UUID(group_id) for group_id in announcement.also_groups])


def named(session: Session, *, group_ids: Sequence[UUID]) -> list[PlannedGroup]:
    """Groups told beside the others, by their ids; those closed meanwhile are left out. The caller has narrowed by its actor."""
    if not group_ids:
        return []
    chats = select(Group, Unit).join(Unit, col(Unit.id) == col(Group.unit_id)).where(col(Group.id).in_(group_ids), _can_be_told())
    return [
        PlannedGroup(group.id, group.name, unit.id, unit.label, group.leader_id, 0)
        for group, unit in session.exec(chats.order_by(col(Group.name), col(Group.id)))
    ]


def mailboxes(session: Session, *, announcement: Announcement) -> dict[str, UUID]:
    """Of the chosen groups that still stand those that get a letter: each address once, with its group."""
    chosen = [UUID(group_id) for group_id in announcement.also_groups]
    if not chosen:
        return {}
    wanted = select(Group).where(col(Group.id).in_(chosen), _can_be_told(), col(Group.channel) == Channel.EMAIL)
    found = session.exec(wanted.order_by(col(Group.name), col(Group.id)))
    return {group.external_id.lower(): group.id for group in found if group.external_id}


def _can_be_told() -> ColumnElement[bool]:
    by_letter = (col(Group.channel) == Channel.EMAIL) & col(Group.external_id).is_not(None)
    is_open = stands(clock.today()) & ((col(Group.channel) == Channel.RELAY) | by_letter)
    return is_open & col(Group.kind).in_(KINDS)
