"""The digital team of a ward: its members, and the two secret addresses each has: a page on the phone, and a calendar file.

The addresses are worked out of the app's key, so that they can be shown again while the database holds their hashes only. Both
end when they are replaced, and at once when the member leaves.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy import ColumnElement, inspect
from sqlmodel import Session, col, select

from core import clock, phones, sealed_addresses, tokens
from core.errors import Invalid, NotFound
from core.i18n import N_
from core.settings import settings
from core.text import clean, vietnamese_key
from models import Role, Skill, TeamMember, Unit, UnitKind, User
from services import access, audit, units, wards
from services.access import Actor, May
from services.presence import lasts
from services.wards import WardCard

NAME_MAX = 80
Kind = Literal["page", "calendar"]
_OPENED = "team_member_opened"


@dataclass(frozen=True)
class MemberValues:
    """What a form says of a member, as typed."""

    name: str
    unit_id: UUID
    phone: str = ""
    skills: tuple[Skill, ...] = ()
    is_head: bool = False
    username: str = ""  # of an account, where the member has one


@dataclass(frozen=True)
class MemberRow:
    """A member with the name of where they help and of their account."""

    member: TeamMember
    unit_label: str
    username: str


@dataclass(frozen=True)
class Pass:
    """What a member's address opens: their own work, and no more."""

    member: TeamMember
    unit: Unit
    ward: Unit
    actor: Actor  # as the audit names them


def listing(session: Session, *, actor: Actor) -> list[MemberRow]:
    """Today's members of the wards in sight, the head first, then by name.

    Raises:
        NotAllowed: the actor may not write.
    """
    access.require(actor, May.KEEP_TEAM)
    found = session.exec(
        select(TeamMember, Unit, User)
        .join(Unit, col(Unit.id) == TeamMember.unit_id)
        .outerjoin(User, col(User.id) == TeamMember.user_id)
        .where(access.path_range(actor.unit_path), is_here())
    )
    rows = [MemberRow(member, unit.label, user.username if user else "") for member, unit, user in found]
    return sorted(rows, key=lambda row: (not row.member.is_head, by_name(row.member.name), row.member.id))


def row(session: Session, *, actor: Actor, member_id: UUID) -> MemberRow:
    """One member with where they help and their account; also one who has left.

    Raises:
        NotAllowed: the actor may not write. NotFound: outside the actor's sight.
    """
    member = get(session, actor=actor, member_id=member_id)
    user = session.get(User, member.user_id) if member.user_id else None
    return MemberRow(member, session.get_one(Unit, member.unit_id).label, user.username if user else "")


def of_ward(session: Session, *, actor: Actor, ward: Unit) -> list[TeamMember]:
    """Today's members of one ward in sight, in the order of `listing`: who can be chosen there.

    Raises:
        NotAllowed: the actor may not write.
    """
    return [row.member for row in listing(session, actor=actor) if row.member.ward_id == ward.id]


def by_name(name: str) -> tuple[object, ...]:
    """As lists of people are ordered here: by the given name, which stands last."""
    words = name.split() or [""]
    return vietnamese_key(words[-1]), vietnamese_key(name)


def is_here() -> ColumnElement[bool]:
    """Whether a member belongs to the team today."""
    return lasts(col(TeamMember.left_on), clock.today())


def get(session: Session, *, actor: Actor, member_id: UUID) -> TeamMember:
    """A member of a ward in sight.

    Raises:
        NotAllowed: the actor may not write. NotFound: outside the actor's sight.
    """
    access.require(actor, May.KEEP_TEAM)
    return seen(session, actor, member_id)


def seen(session: Session, actor: Actor, member_id: UUID) -> TeamMember:
    """A member whose ward the actor sees, for services that have checked the role.

    Raises:
        NotFound: outside the actor's sight.
    """
    query = select(TeamMember).join(Unit, col(Unit.id) == TeamMember.unit_id).where(TeamMember.id == member_id)
    found = session.exec(query.where(access.path_range(actor.unit_path))).first()
    if found is None:
        raise NotFound(N_("Không tìm thấy thành viên này."))
    return found


def places(session: Session, *, actor: Actor, ward: Unit) -> list[Unit]:
    """Where members help and posts stand: the ward, then its residential units as `services.units` orders them.

    Raises:
        NotAllowed: the actor may not write.
    """
    access.require(actor, May.KEEP_TEAM)
    return [ward, *units.residential(session, actor=actor, unit_id=ward.id)]


def place(session: Session, *, actor: Actor, unit_id: UUID) -> Unit:
    """Where a member helps or a post stands: a ward, or a residential unit that there is today.

    Raises:
        Invalid: it is neither. NotAllowed: the actor may not write. NotFound: outside the actor's sight.
    """
    access.require(actor, May.KEEP_TEAM)
    unit = access.unit_for(session, actor=actor, unit_id=unit_id)
    if unit.kind not in (UnitKind.COMMUNE, UnitKind.RESIDENTIAL) or not unit.valid_on(clock.today()):
        raise Invalid(N_("Hãy chọn phường hoặc một tổ, thôn đang hoạt động."), field="unit_id")
    return unit


# ---- coming, changing, going


def add(session: Session, *, actor: Actor, values: MemberValues) -> TeamMember:
    """A new member, with addresses of their own.

    Raises:
        Invalid: a value cannot be right; `details["field"]` names it. NotAllowed: the actor may not write.
        NotFound: the unit lies outside the actor's sight.
    """
    access.require(actor, May.KEEP_TEAM)
    unit = place(session, actor=actor, unit_id=values.unit_id)
    member = TeamMember(ward_id=access.commune_of(session, unit).id, unit_id=unit.id, name="", token_hash="", calendar_hash="")
    _fill(session, member, values)
    _address(member)
    session.add(member)
    session.flush()
    _note(session, actor, member, "team_member.added")
    return member


def change(session: Session, *, actor: Actor, member_id: UUID, values: MemberValues) -> TeamMember:
    """Correct what is known of a member.

    Raises:
        Invalid, NotFound: as `add`.
    """
    member = get(session, actor=actor, member_id=member_id)
    unit = place(session, actor=actor, unit_id=values.unit_id)
    if access.commune_of(session, unit).id != member.ward_id:
        raise Invalid(N_("Thành viên chỉ giúp trong phường của mình."), field="unit_id")
    member.unit_id = unit.id
    _fill(session, member, values)
    session.add(member)
    session.flush()
    _note(session, actor, member, "team_member.changed")
    return member


def renew(session: Session, *, actor: Actor, member_id: UUID) -> TeamMember:
    """Other addresses in place of those there are: lost, or seen by others.

    Raises:
        NotAllowed, NotFound: as `get`.
    """
    member = get(session, actor=actor, member_id=member_id)
    member.issue += 1
    _address(member)
    session.add(member)
    session.flush()
    _note(session, actor, member, "team_member.renewed")
    return member


def _fill(session: Session, member: TeamMember, values: MemberValues) -> None:
    name = clean(values.name)
    if not name or len(name) > NAME_MAX:
        raise Invalid(N_("Xin ghi họ tên, nhiều nhất {most} chữ."), most=NAME_MAX, field="name")
    phone = phones.read(values.phone)
    member.name, member.phone, member.is_head = name, phone, values.is_head
    member.skills = [skill.value for skill in Skill if skill in values.skills]
    member.user_id = _account(session, member, values.username)


def _account(session: Session, member: TeamMember, username: str) -> UUID | None:
    if not username.strip():
        return None
    user = session.exec(select(User).where(User.username == username.strip().lower(), col(User.is_active))).first()
    home = session.get(Unit, user.unit_id) if user else None
    if user is None or home is None or user.role is Role.VIEWER or access.commune_of(session, home).id != member.ward_id:
        raise Invalid(N_("Phường không có tài khoản “{name}” đang dùng."), name=username.strip(), field="username")
    taken = select(TeamMember.id).where(TeamMember.user_id == user.id, TeamMember.id != member.id, is_here())
    if session.exec(taken).first() is not None:
        raise Invalid(N_("Tài khoản “{name}” đã là của thành viên khác."), name=username.strip(), field="username")
    return user.id


def _note(session: Session, actor: Actor, member: TeamMember, action: str) -> None:
    audit.record(session, actor=actor, action=action, subject_kind="team_member", subject_id=member.id)


# ---- the addresses


def _address(member: TeamMember) -> None:
    member.token_hash, member.calendar_hash = (tokens.digest(token_of(member, kind)) for kind in ("page", "calendar"))


def token_of(member: TeamMember, kind: Kind) -> str:
    """The secret of one of a member's addresses: 128 bits that only the app's key gives."""
    kept = member.token_hash if kind == "page" else member.calendar_hash
    return sealed_addresses.said(f"team|{kind}|{member.id}|{member.issue}", digest=kept)


def url_of(member: TeamMember) -> str:
    """The page on the member's phone."""
    return f"{settings().public_url}/d/{token_of(member, 'page')}"


def calendar_url_of(member: TeamMember) -> str:
    """The calendar file of the member's shifts, to be fetched again and again."""
    return f"{settings().public_url}/d/{token_of(member, 'calendar')}/lich.ics"


def own(session: Session, *, actor: Actor) -> TeamMember | None:
    """The member a signed-in user is."""
    if actor.id is None:
        return None
    return session.exec(select(TeamMember).where(TeamMember.user_id == actor.id, is_here())).first()


def opened(session: Session, *, token: str, kind: Kind = "page") -> Pass:
    """What an address opens. A page asks several services with the same one: it is looked up once a transaction.

    Raises:
        NotFound: it never was, was replaced, or its owner has left: one sentence for all.
    """
    digest = tokens.digest(token)
    known: Pass | None = session.info.get(_OPENED)
    if known is not None and _still_opens(known, digest, kind):
        return known
    column = TeamMember.token_hash if kind == "page" else TeamMember.calendar_hash
    member = session.exec(select(TeamMember).where(column == digest, is_here())).first()
    unit = session.get(Unit, member.unit_id) if member else None
    if member is None or unit is None:
        raise NotFound(N_("Đường dẫn này không có, hoặc đã được thay. Xin nhờ tổ trưởng tổ công nghệ số gửi lại."))
    ward = session.get_one(Unit, member.ward_id)
    actor = Actor(member.user_id, "", member.name, Role.LEAD, unit.id, unit.path)
    held = session.info[_OPENED] = Pass(member, unit, ward, actor)
    return held


def _still_opens(held: Pass, digest: str, kind: Kind) -> bool:
    """Whether an address opened before is this one and stands; rows that may have changed since are read anew."""
    if any(inspect(row).expired for row in (held.member, held.unit, held.ward)):
        return False
    one = held.member
    stays = one.left_on is None or one.left_on > clock.today()
    return stays and one.unit_id == held.unit.id and digest == (one.token_hash if kind == "page" else one.calendar_hash)


def card_of(session: Session, *, held: Pass) -> WardCard:
    """The ward as the head of a member's page names it."""
    return wards.card_of(session, unit=held.ward)


def names(session: Session, member_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Names of members, for services that have checked who asks."""
    found = session.exec(select(TeamMember.id, TeamMember.name).where(col(TeamMember.id).in_(member_ids)))
    return {id_: name for id_, name in found}  # noqa: C416 (pairs of a row)


def ward_with_a_team(session: Session, *, code: str = "") -> UUID | None:
    """The ward whose team a public page is about, as `wards.meant` finds it among those that have one."""
    return wards.meant(session, among=select(TeamMember.ward_id).where(is_here()), code=code)


def ward_card(session: Session, *, ward_id: UUID) -> WardCard:
    """The ward as the head of a public page names it."""
    return wards.card_of(session, unit=session.get_one(Unit, ward_id))
