"""Groups and wards to reorganise in tests, and what is counted of them."""

from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from models import Group, Household, Membership, Unit, UnitChangeKind, UnitChangeLink, UnitKind
from services import figures, rollups
from services import reorganisations as plans
from services.access import TERMINAL
from services.reorganisations import Draft, Part, Rule
from tests.factories import make_group, make_household, make_membership, make_unit

MERGE, SPLIT, TRANSFER = UnitChangeKind.MERGE, UnitChangeKind.SPLIT, UnitChangeKind.TRANSFER
TODAY = date(2026, 11, 24)
DAY = date(2026, 11, 1)


def make_ward(session: Session, code: str, name: str) -> Unit:
    """A ward; all of a test are in one province."""
    province = session.exec(select(Unit).where(Unit.kind == UnitKind.PROVINCE)).first()
    province = province or make_unit(session, kind=UnitKind.PROVINCE, code="19", name="Tỉnh Thái Nguyên")
    return make_unit(
        session, parent=province, kind=UnitKind.COMMUNE, code=code, name=name, phone="+842093000000", subtype="phuong"
    )


def tier(session: Session, ward: Unit, number: int, homes: int = 3, **overrides: Any) -> Unit:
    """Group number so-and-so with a chat in which all households but one are."""
    unit = make_unit(session, parent=ward, code=f"{ward.code}-T{number}", name=f"Tổ dân phố {number}", **overrides)
    chat = make_group(session, unit=unit, name=f"Bà con tổ {number}")
    for place in range(homes):
        household = make_household(session, unit=unit, code=f"{place + 1:03d}", address=f"Ngõ {place + 1}, phố {number}")
        if place:
            make_membership(session, household=household, group=chat)
    rollups.refresh(session, unit_ids=[unit.id])
    session.commit()
    return unit


def merge(*old: Unit, into: Unit | None = None, on: date = DAY, name: str = "Tổ dân phố Mới", code: str = "MOI") -> Draft:
    return Draft(MERGE, on, tuple(unit.id for unit in old), (Part(unit_id=into.id) if into else Part(name, code),))


def split(old: Unit, *parts: str, rules: tuple[Rule, ...] = (), on: date = DAY, **overrides: Any) -> Draft:
    made = tuple(Part(f"Tổ dân phố {name}", f"S-{name}") for name in parts)
    return Draft(SPLIT, on, (old.id,), made, rules=rules, **overrides)


def carried(session: Session, draft: Draft) -> Unit:
    """Plan and carry out; the first new unit."""
    kept = plans.plan(session, actor=TERMINAL, draft=draft)
    outlook = plans.look(session, actor=TERMINAL, draft=draft, plan_id=kept.id)
    plans.carry_out(session, actor=TERMINAL, plan_id=kept.id, confirmed=outlook.confirm)
    session.commit()
    assert rollups.repair(session) == []
    session.commit()
    link = select(UnitChangeLink).where(UnitChangeLink.change_id == kept.change_id).order_by(col(UnitChangeLink.created_at))
    return session.get_one(Unit, session.exec(link).all()[0].new_unit_id)


def totals(session: Session, unit: Unit | None, on: date) -> tuple[int, int, int]:
    total = figures.coverage(session, actor=TERMINAL, unit_id=unit.id if unit else None, on=on).total
    assert total == figures.coverage_from_rows(session, actor=TERMINAL, unit_id=unit.id if unit else None, on=on).total
    return total.households, total.joined, total.people


def living(session: Session, unit: Unit) -> list[str]:
    return sorted(session.exec(select(Household.code).where(Household.unit_id == unit.id)).all())


def members(session: Session, group: Group, on: date = TODAY) -> int:
    spells = session.exec(select(Membership).where(Membership.group_id == group.id)).all()
    return sum(spell.joined_on <= on and (spell.left_on is None or on < spell.left_on) for spell in spells)


def chat_of(session: Session, unit: Unit) -> Group:
    return session.exec(select(Group).where(Group.unit_id == unit.id)).one()
