"""Handover: one leader goes, another comes. The history stays, and every way in that the old one had ends."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import or_
from sqlmodel import Session, col, func, select

from core import clock, phones
from core.errors import Invalid
from core.i18n import N_
from core.text import clean
from models import Group, LeaderDevice, Role, TickList, Unit, User
from services import access, accounts, door_addresses, group_leaders, groups, passing_on
from services.access import Actor, May

__all__ = ["Handover", "Revoked", "carry_out", "would_revoke"]


@dataclass(frozen=True)
class Handover:
    """What the form says. The new leader has an account already, or is named with a telephone number; neither: nobody leads."""

    before_id: UUID | None  # who led when the form was opened
    leader_id: UUID | None = None
    name: str = ""
    phone: str = ""
    deputy_id: UUID | None = None
    on: date | None = None
    locks_account: bool = False  # the account of who goes, where that person leads no group any more


@dataclass(frozen=True)
class Revoked:
    """Ways in that end when another leads the group."""

    phones: int
    tick_lists: int
    relays: int  # addresses of announcements under way; the new leader gets others
    doors: int = 0  # addresses of door lists, which whoever is responsible then gets anew

    @property
    def all(self) -> int:
        """How many in all."""
        return self.phones + self.tick_lists + self.relays + self.doors


def would_revoke(session: Session, *, actor: Actor, group_id: UUID) -> Revoked:
    """What a change of leader would end, by count.

    Raises:
        NotAllowed: the actor may not write.
        NotFound: the group lies outside the actor's sight.
    """
    access.require(actor, May.KEEP_GROUPS)
    group = groups.get(session, actor=actor, group_id=group_id)
    now = clock.now()
    of_phones = (col(LeaderDevice.group_id) == group.id) & col(LeaderDevice.revoked_at).is_(None)
    of_lists = (col(TickList.group_id) == group.id) & col(TickList.revoked_at).is_(None) & (TickList.expires_at > now)
    return Revoked(
        session.exec(select(func.count()).select_from(LeaderDevice).where(of_phones)).one(),
        session.exec(select(func.count()).select_from(TickList).where(of_lists)).one(),
        passing_on.open_count(session, group_id=group.id),
        door_addresses.open_count(session, unit_id=group.unit_id),
    )


def carry_out(session: Session, *, actor: Actor, group_id: UUID, handover: Handover) -> Group:
    """Let another lead the group, and name the deputy; who led before keeps the history and loses the links.

    Raises:
        Invalid: someone else has named a leader meanwhile, or a value cannot be right; `details["field"]` names it.
        NotAllowed: the actor may not write.
        NotFound: the group lies outside the actor's sight.
    """
    access.require(actor, May.KEEP_GROUPS)
    group = groups.get(session, actor=actor, group_id=group_id)
    session.refresh(group, with_for_update=True)
    before_id = group.leader_id
    if before_id != handover.before_id:
        now = access.display_name(session, user_id=before_id)
        if not now:
            raise Invalid(N_("Người khác vừa ghi nhóm này chưa có ai phụ trách. Xin xem lại."), field="leader_id")
        raise Invalid(N_("Người khác vừa ghi {name} là người phụ trách. Xin xem lại."), name=now, field="leader_id")
    leader_id = handover.leader_id or _newcomer(session, actor, group, handover)
    if handover.deputy_id is not None and handover.deputy_id == leader_id:
        raise Invalid(N_("Phó phải là người khác với người phụ trách."), field="deputy_id")
    if group.deputy_id != handover.deputy_id:  # first, so that a deputy can become leader, or the leader deputy
        group_leaders.set_deputy(session, actor=actor, group_id=group.id, deputy_id=None, on=handover.on)
    group_leaders.set_leader(session, actor=actor, group_id=group.id, leader_id=leader_id, on=handover.on)
    group_leaders.set_deputy(session, actor=actor, group_id=group.id, deputy_id=handover.deputy_id, on=handover.on)
    if handover.locks_account and before_id not in (None, leader_id):
        _lock(session, actor, before_id)
    return group


def _newcomer(session: Session, actor: Actor, group: Group, handover: Handover) -> UUID | None:
    """The account of someone known by name and number until now: a leader of the group's own unit, and no more."""
    name = clean(handover.name)
    if not name and not handover.phone.strip():
        return None
    if not name:
        raise Invalid(N_("Xin ghi họ và tên."), field="name")
    number = phones.parse(handover.phone)
    if number is None:
        raise Invalid(N_("Số điện thoại chưa đúng. Ví dụ đúng: 0912 345 678."), field="phone")
    unit = session.get_one(Unit, group.unit_id)
    if not accounts.fits(unit, role=Role.LEAD):
        raise Invalid(N_("Nhóm chung của phường do người đã có tài khoản phụ trách. Xin chọn trong danh sách."), field="name")
    known = select(User.display_name).join(Unit, col(Unit.id) == col(User.unit_id))
    taken = session.exec(known.where(User.phone == number, col(User.is_active), access.path_range(actor.unit_path))).first()
    if taken:
        raise Invalid(N_("Số này là của {name}, đã có tài khoản. Xin chọn trong danh sách."), name=taken, field="phone")
    made, _one_time = accounts.open_account(
        session, actor=actor, username=number.removeprefix("+"), role=Role.LEAD, unit_id=unit.id,
        display_name=name, phone=number,
    )  # fmt: skip
    return made.id


def _lock(session: Session, actor: Actor, user_id: UUID | None) -> None:
    """Close the account of a leader of a unit who heads no open group any more, and end its sessions."""
    user = session.get_one(User, user_id)
    heads = or_(col(Group.leader_id) == user.id, col(Group.deputy_id) == user.id) & col(Group.closed_on).is_(None)
    if user.role is not Role.LEAD or session.exec(select(Group.id).where(heads)).first():
        return
    accounts.close(session, actor=actor, user=user)
