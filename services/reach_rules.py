"""A ward's rules of reach: which path before which, what an announcement may cost, who is told twice, whom to call at night.

A ward that has set nothing is served as the house ships it: the chat first, then what costs least, and no limit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from core import phones
from core.errors import Invalid
from core.i18n import N_
from core.text import clean
from models import AccountState, Channel, ChannelAccount, Need, ReachRules, Unit, UnitKind, lineage
from services import access, audit
from services.access import Actor, May

# The ways to one household, as the house tries them where they cost the same. The knock on the door comes after all, always.
CHOICES = (Channel.RELAY, Channel.ZALO_OA, Channel.ZALO_TEMPLATE, Channel.ZNS, Channel.SMS)
BY_ACCOUNT = CHOICES[1:]
BUDGET_MOST = 1_000_000_000
DUTY_MOST, DUTY_NAME_MOST = 12, 60
LABELS = {
    Channel.RELAY: N_("Nhóm của tổ"), Channel.ZALO_OA: N_("Tài khoản Zalo của phường"),
    Channel.ZALO_TEMPLATE: N_("Tin mẫu Zalo cho người quan tâm"), Channel.ZNS: N_("Tin ZNS tới số điện thoại"),
    Channel.SMS: N_("Tin nhắn SMS"), Channel.DOOR: N_("Gõ cửa"), Channel.PRINT: N_("Tờ in"),
}  # fmt: skip


@dataclass(frozen=True)
class Duty:
    """Someone to call when a leader does not answer."""

    name: str
    phone: str  # E.164


@dataclass(frozen=True)
class Rules:
    """What a ward has decided. `order` is empty where the house's order stands; `version` is 0 where nothing was set."""

    order: tuple[Channel, ...] = ()
    budget: int | None = None  # đồng an announcement
    print_for: tuple[Need, ...] = ()
    duty: tuple[Duty, ...] = ()
    version: int = 0


@dataclass(frozen=True)
class Account:
    """The account a ward sends by on a channel: its own, else the nearest above it."""

    channel: Channel
    unit_id: UUID
    state: AccountState
    price: int  # đồng a message, of an SMS a segment
    id: UUID

    @property
    def works(self) -> bool:
        """Whether anything can be sent by it now."""
        return self.state is AccountState.ACTIVE


@dataclass(frozen=True)
class RulesForm:
    """Rules as a form gives them; of the duty list one line a person: name, comma, telephone."""

    order: Sequence[Channel] = ()
    budget: int | None = None
    print_for: Sequence[Need] = ()
    duty: str = ""


def of(session: Session, *, ward: Unit) -> Rules:
    """The rules of a ward. What it kept and the house no longer knows is left out."""
    row = session.exec(select(ReachRules).where(ReachRules.unit_id == ward.id)).first()
    if row is None:
        return Rules()
    order = tuple(channel for channel in CHOICES if channel.value in row.paths)
    return Rules(
        order=tuple(sorted(order, key=lambda channel: row.paths.index(channel.value))), budget=row.budget,
        print_for=tuple(need for need in Need if need.value in row.print_for), duty=_duty(row.duty), version=row.version,
    )  # fmt: skip


def duty_of(session: Session, ward: Unit) -> list[Duty]:
    """Whom to call in a ward, in order; the ward's own telephone where it has no list, nobody where it has neither."""
    if listed := of(session, ward=ward).duty:
        return list(listed)
    return [Duty(ward.name, ward.phone)] if ward.phone else []


def accounts(session: Session, *, ward: Unit) -> dict[Channel, Account]:
    """The accounts a ward can count on, whatever their state. One of its own hides one above it: paused means paused."""
    above = lineage(ward.path)
    found = session.exec(select(ChannelAccount).where(col(ChannelAccount.unit_id).in_(above))).all()
    nearest_last = sorted(found, key=lambda one: above.index(one.unit_id))
    return {one.channel: Account(one.channel, one.unit_id, one.state, one.price, one.id) for one in nearest_last}


def change(session: Session, *, actor: Actor, unit_id: UUID, version: int, values: RulesForm) -> Rules:
    """Set a ward's rules; `version` is that of the rules the form was filled from.

    Raises:
        Invalid: a value cannot be right (`details["field"]` names it), or someone else changed the rules meanwhile.
        NotAllowed: the actor does not approve announcements.
        NotFound: the unit lies outside the actor's sight.
    """
    access.require(actor, May.KEEP_WARD)
    ward = access.unit_for(session, actor=actor, unit_id=unit_id)
    if ward.kind is UnitKind.RESIDENTIAL:
        raise Invalid(N_("Quy tắc đưa tin là của phường, xã."))
    wanted = _checked(values)
    session.exec(select(Unit.id).where(Unit.id == ward.id).with_for_update())  # two who set the first rules take turns
    row = session.exec(select(ReachRules).where(ReachRules.unit_id == ward.id)).first()
    if (row.version if row else 0) != version:
        raise Invalid(N_("Người khác vừa đổi quy tắc này. Hãy tải lại trang để xem bản mới rồi sửa tiếp."))
    row = row or ReachRules(unit_id=ward.id, version=0)
    changed = [name for name, value in wanted.items() if getattr(row, name) != value]
    if not changed:
        return of(session, ward=ward)
    for name in changed:
        setattr(row, name, wanted[name])
    row.version += 1
    session.add(row)
    session.flush()
    told = {name: wanted[name] for name in changed if name != "duty"}  # names and numbers stay out of the audit
    audit.record(
        session, actor=actor, action="reach_rules.changed", subject_kind="unit", subject_id=ward.id, fields=changed, **told
    )  # fmt: skip
    return of(session, ward=ward)


def as_typed(duty: Sequence[Duty]) -> str:
    """A duty list as its form shows it."""
    return "\n".join(f"{one.name}, {phones.show(one.phone)}" for one in duty)


def _checked(values: RulesForm) -> dict[str, Any]:
    if any(channel not in CHOICES for channel in values.order):
        raise Invalid(N_("Có đường báo tin không dùng được ở đây."), field="order")
    if values.budget is not None and not 0 <= values.budget <= BUDGET_MOST:
        raise Invalid(N_("Số tiền phải từ 0 đến {most} đồng."), most=BUDGET_MOST, field="budget")
    return {
        "paths": [channel.value for channel in dict.fromkeys(values.order)],
        "budget": values.budget,
        "print_for": [need.value for need in Need if need in values.print_for],
        "duty": [{"name": one.name, "phone": one.phone} for one in _read(values.duty)],
    }


def _read(text: str) -> list[Duty]:
    lines = [line for line in (clean(line) for line in text.splitlines()) if line]
    if len(lines) > DUTY_MOST:
        raise Invalid(N_("Danh sách trực có {n} người, tối đa {most}."), n=len(lines), most=DUTY_MOST, field="duty")
    return [_one(line, place) for place, line in enumerate(lines, 1)]


def _one(line: str, place: int) -> Duty:
    name, _, number = (part.strip() for part in line.rpartition(","))
    phone = phones.parse(number)
    if not name or len(name) > DUTY_NAME_MOST or phone is None:
        raise Invalid(
            N_("Dòng {n} của danh sách trực chưa đúng. Viết như: Hà Thị Minh, 0912 345 678."), n=place, field="duty"
        )  # fmt: skip
    return Duty(name, phone)


def _duty(rows: Sequence[Mapping[str, Any]]) -> tuple[Duty, ...]:
    return tuple(Duty(str(row["name"]), str(row["phone"])) for row in rows if row.get("name") and row.get("phone"))
