"""Whose data got out: the households behind a unit, an account, a list taken away or a leader's page, within a span of time."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, select

from core import clock
from core.errors import NotFound
from core.i18n import N_
from models import (
    AuditEvent,
    Batch,
    Breach,
    BreachScope,
    ChannelAccount,
    Delivery,
    Group,
    GroupKind,
    Household,
    Membership,
    Unit,
    User,
)
from services import access
from services.access import Actor, May
from services.masked_names import masked
from services.presence import is_erased

EXPORTS = (
    "household.exported", "subject.exported", "attendance.exported", "board.exported", "plan.exported", "figure.exported",
)  # fmt: skip
LOOKED_BACK = timedelta(days=180)  # for lists that were taken away
MOST = 20_000


@dataclass(frozen=True)
class Choice:
    """Something a breach may be about."""

    id: str
    label: str


@dataclass(frozen=True)
class Touched:
    """A household whose data got out, as the screen shows it."""

    id: UUID
    code: str
    masked_name: str
    unit_id: UUID
    unit_label: str
    people: int
    has_phone: bool


def choices(session: Session, *, actor: Actor, scope: BreachScope) -> list[Choice]:
    """What there is of a scope in the actor's sight.

    Raises:
        NotAllowed: the actor does not decide.
    """
    access.require(actor, May.DECIDE_PRIVACY)
    here = access.path_range(actor.unit_path)
    if scope is BreachScope.UNIT:
        units = session.exec(select(Unit).where(here, col(Unit.valid_to).is_(None)).order_by(col(Unit.path)).limit(500))
        return [Choice(str(unit.id), unit.label) for unit in units]
    if scope is BreachScope.ACCOUNT:
        accounts = session.exec(select(ChannelAccount, Unit).join(Unit, col(Unit.id) == ChannelAccount.unit_id).where(here))
        return [Choice(str(account.id), f"{account.channel.value} · {unit.label}") for account, unit in accounts]
    if scope is BreachScope.LEADER_PAGE:
        led = select(Group, Unit).join(Unit, col(Unit.id) == Group.unit_id).where(here, Group.kind == GroupKind.HOUSEHOLD)
        return [Choice(str(group.id), f"{group.name} · {unit.label}") for group, unit in session.exec(led.limit(500))]
    taken = session.exec(_exports(actor).order_by(col(AuditEvent.sequence).desc()).limit(200))
    return [Choice(str(one.id), f"{clock.local(one.created_at):%H:%M %d/%m/%Y} · {one.actor_name}") for one in taken]


def touched(session: Session, *, actor: Actor, breach: Breach) -> list[Touched]:
    """The households behind a breach, erased ones left out, by unit and code. Three queries at most.

    Raises:
        NotAllowed: the actor does not decide. NotFound: what it is about lies outside the actor's sight.
    """
    access.require(actor, May.DECIDE_PRIVACY)
    where = _WHERE[breach.scope](session, actor, breach)
    found = session.exec(
        select(Household, Unit)
        .join(Unit, col(Unit.id) == col(Household.unit_id))
        .where(access.path_range(actor.unit_path), where, ~is_erased(col(Household.id)))
        .order_by(col(Unit.path), col(Household.code))
        .limit(MOST)
    ).all()
    return [
        Touched(home.id, home.code, masked(home.head_name), unit.id, unit.label, home.people, bool(home.phone))
        for home, unit in found
    ]  # fmt: skip


# ---- conditions


def _days(breach: Breach) -> tuple[date, date]:
    since = clock.local(breach.since).date() if breach.since else date(2000, 1, 1)
    return since, clock.local(breach.until or breach.found_at).date()


def _there(breach: Breach) -> ColumnElement[bool]:
    """In the book at some time of the span; whoever left before it began may still stand in a file, and counts."""
    _since, until = _days(breach)
    return col(Household.arrived_on) <= until


def _of_unit(session: Session, actor: Actor, breach: Breach) -> ColumnElement[bool]:
    unit = access.unit_for(session, actor=actor, unit_id=UUID(breach.scope_id))
    return access.path_range(unit.path) & _there(breach)


def _of_account(session: Session, actor: Actor, breach: Breach) -> ColumnElement[bool]:
    account = session.get(ChannelAccount, UUID(breach.scope_id))
    if account is None:
        raise NotFound(N_("Không tìm thấy tài khoản gửi tin này."))
    access.unit_for(session, actor=actor, unit_id=account.unit_id)
    sent = select(Delivery.recipient_id).join(Batch, col(Batch.id) == Delivery.batch_id).where(Batch.account_id == account.id)
    sent = sent.where(*_within(Delivery.created_at, breach))
    return or_(col(Household.phone).in_(sent), col(Household.zalo_user_id).in_(sent))


def _of_page(session: Session, actor: Actor, breach: Breach) -> ColumnElement[bool]:
    group = session.get(Group, UUID(breach.scope_id))
    if group is None:
        raise NotFound(N_("Không tìm thấy nhóm này."))
    unit = access.unit_for(session, actor=actor, unit_id=group.unit_id)
    since, until = _days(breach)
    inside = select(Membership.household_id).where(
        Membership.group_id == group.id, col(Membership.joined_on) <= until,
        or_(col(Membership.left_on).is_(None), col(Membership.left_on) >= since),
    )  # fmt: skip
    return (col(Household.id).in_(inside) | (col(Household.unit_id) == unit.id)) & _there(breach)


def _of_export(session: Session, actor: Actor, breach: Breach) -> ColumnElement[bool]:
    """Everything whoever took the list could see in the unit it was taken of: what stood in it is not kept."""
    event: AuditEvent | None = session.exec(_exports(actor).where(AuditEvent.id == UUID(breach.scope_id))).first()
    if event is None:
        raise NotFound(N_("Không tìm thấy lần tải này."))
    if event.subject_kind == "household":
        return col(Household.id) == UUID(event.subject_id)
    owner = session.get(User, event.actor_id) if event.actor_id else None
    own = session.get(Unit, owner.unit_id) if owner else None
    unit = session.get(Unit, UUID(event.subject_id)) if event.subject_kind == "unit" and event.subject_id else own
    path = unit.path if unit else actor.unit_path
    is_old = col(Household.created_at) <= event.created_at
    return access.path_range(path) & is_old


def _exports(actor: Actor) -> Any:
    of_people = select(User.id).join(Unit, col(Unit.id) == User.unit_id).where(access.path_range(actor.unit_path))
    return select(AuditEvent).where(
        col(AuditEvent.action).in_(EXPORTS), col(AuditEvent.created_at) > clock.now() - LOOKED_BACK,
        or_(col(AuditEvent.actor_id).in_(of_people), col(AuditEvent.actor_id).is_(None)),
    )  # fmt: skip


def _within(column: Any, breach: Breach) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [col(column) <= (breach.until or breach.found_at)]
    if breach.since:
        found.append(col(column) >= breach.since)
    return found


_WHERE = {
    BreachScope.UNIT: _of_unit, BreachScope.ACCOUNT: _of_account, BreachScope.EXPORT: _of_export,
    BreachScope.LEADER_PAGE: _of_page,
}  # fmt: skip
