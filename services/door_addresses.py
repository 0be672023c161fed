"""Addresses of door lists: the permission of a unit's leader or deputy, without sign-in.

An address is worked out of the app's key, so that it can be shown again while the database holds no more than its hash. It ends
with the announcement, when it is replaced, and at once when its owner neither leads in the unit nor is deputy there any more.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from core import clock, sealed_addresses, tokens
from core.errors import NotFound
from core.i18n import N_
from core.settings import settings
from models import Announcement, DoorList, Group, GroupKind, Role, Unit, User
from services.access import Actor, actor_of

GRACE = timedelta(days=2)  # ticks made in time without a connection are taken so much later


@dataclass(frozen=True)
class Pass:
    """What an address opens: the list of one unit, for the leader or deputy it was made for."""

    listed: DoorList
    announcement: Announcement
    unit: Unit
    actor: Actor  # a leader of this unit alone


def token_of(list_id: UUID, issue: int, *, digest: str = "") -> str:
    """The secret of a list's address: 128 bits that only the app's key gives; `digest` is what is kept of it once handed out."""
    return sealed_addresses.said(f"door|{list_id}|{issue}", digest=digest)


def url_of(listed: DoorList) -> str:
    """The address of a list's page."""
    return f"{settings().public_url}/door/{token_of(listed.id, listed.issue, digest=listed.token_hash)}"


def opened(session: Session, *, token: str, is_late: bool = False) -> Pass:
    """What an address opens; `is_late`: also for two days after its end, for ticks that were made in time.

    Raises:
        NotFound: it never was, is over, revoked, or its owner is not responsible any more: one sentence for all.
    """
    now = clock.now() - GRACE if is_late else clock.now()
    found = session.exec(
        select(DoorList, Announcement, Unit, User)
        .join(Announcement, col(Announcement.id) == DoorList.announcement_id)
        .join(Unit, col(Unit.id) == DoorList.unit_id)
        .join(User, col(User.id) == DoorList.user_id)
        .where(DoorList.token_hash == tokens.digest(token), col(DoorList.revoked_at).is_(None), DoorList.expires_at > now)
    ).first()
    if found is None or found[3].id not in heads_of(session, {found[2].id}).get(found[2].id, []):
        raise NotFound(N_("Danh sách này đã đóng, hoặc đường dẫn không đúng. Xin nhờ phường gửi đường dẫn mới."))
    listed, announcement, unit, owner = found
    actor = replace(actor_of(session, owner), role=Role.LEAD, unit_id=unit.id, unit_path=unit.path)
    return Pass(listed, announcement, unit, actor)


def is_good(session: Session, listed: DoorList) -> bool:
    """Whether a list's address leads to it now."""
    heads = heads_of(session, {listed.unit_id}).get(listed.unit_id, [])
    return listed.user_id in heads and listed.revoked_at is None and listed.expires_at > clock.now()


def hand_over(session: Session, *, unit_id: UUID) -> int:
    """Another leads in this unit: every open address is replaced by one for whoever is responsible now; how many were.

    For a service that has checked who asks.
    """
    owner_id = responsible(session, {unit_id}).get(unit_id)
    found = session.exec(select(DoorList).where(_is_open(unit_id)).with_for_update()).all()
    for listed in found:
        reissue(session, listed, owner_id)
    return len(found)


def open_count(session: Session, *, unit_id: UUID) -> int:
    """How many addresses of door lists a change of leader in this unit replaces. For a service that has checked who asks."""
    held = _is_open(unit_id) & col(DoorList.user_id).is_not(None)
    return session.exec(select(func.count()).select_from(DoorList).where(held)).one()


def _is_open(unit_id: UUID) -> ColumnElement[bool]:
    return (col(DoorList.unit_id) == unit_id) & col(DoorList.revoked_at).is_(None) & (col(DoorList.expires_at) > clock.now())


def reissue(session: Session, listed: DoorList, owner_id: UUID | None) -> None:
    """Another address for this owner; the one before leads nowhere from now on."""
    listed.issue += 1
    listed.user_id, listed.token_hash = owner_id, tokens.digest(token_of(listed.id, listed.issue))
    session.add(listed)
    session.flush()


def responsible(session: Session, unit_ids: set[UUID]) -> dict[UUID, UUID]:
    """Whose page the list of each unit is: the leader of its household group, else the deputy; of several the first by name."""
    return {unit_id: heads[0] for unit_id, heads in heads_of(session, unit_ids).items() if heads}


def heads_of(session: Session, unit_ids: set[UUID]) -> dict[UUID, list[UUID]]:
    """Leaders, then deputies, of the open household groups of units: those with an account that may lead."""
    found = session.exec(
        select(Group.unit_id, Group.leader_id, Group.deputy_id)
        .where(col(Group.unit_id).in_(unit_ids), Group.kind == GroupKind.HOUSEHOLD, col(Group.closed_on).is_(None))
        .order_by(col(Group.name), col(Group.id))
    ).all()
    ids = {id_ for _unit, *both in found for id_ in both if id_}
    able = {user.id for user in session.exec(select(User).where(col(User.id).in_(ids))) if _may_own(user)}
    heads: dict[UUID, list[UUID]] = {}
    asked = [(unit_id, leader_id) for unit_id, leader_id, _ in found] + [(unit_id, deputy_id) for unit_id, _, deputy_id in found]
    for unit_id, user_id in asked:
        if user_id in able and user_id is not None:
            heads.setdefault(unit_id, []).append(user_id)
    return heads


def _may_own(user: User) -> bool:
    return user.is_active and user.role is not Role.VIEWER
