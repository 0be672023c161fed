"""Which new units each old one becomes: the old end, the new begin, and both are linked for all days to come."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlmodel import Session, col, select

from core.ids import new_id
from core.text import fold
from models import Unit, UnitChange, UnitChangeKind, UnitChangeLink, UnitKind
from services import unit_names
from services.reorganisations.checks import Checked
from services.reorganisations.drafts import Part


@dataclass
class Heirs:
    """Which new units each old one became, by part."""

    day: date
    units: dict[UUID, list[Unit]] = field(default_factory=dict)

    def of(self, old_id: UUID, part: int = 0) -> Unit:
        """The one that took a part over."""
        some = self.units[old_id]
        return some[part if part < len(some) else 0]

    def ids(self) -> set[UUID]:
        """Old and new ones."""
        return set(self.units) | {unit.id for some in self.units.values() for unit in some}


def succeed(session: Session, checked: Checked) -> Heirs:
    """End the old units and make the new ones: first ends, then beginnings, so that a code can be used again."""
    draft = checked.draft
    for unit in checked.ending:
        unit.valid_to = draft.effective_on
        session.add(unit)
    session.flush()
    heirs = Heirs(draft.effective_on)
    if checked.ward is not None:
        for unit in checked.old:
            heirs.units[unit.id] = [_same(session, unit, checked.ward, draft.effective_on, _parent_of(session, unit))]
        return heirs
    above = session.get(Unit, checked.old[0].parent_id) if checked.old[0].parent_id else None
    new = [
        checked.kept.get(place) or _made(session, part, checked.old, above, draft.effective_on)
        for place, part in enumerate(draft.parts)
    ]
    heirs.units = {unit.id: new for unit in checked.old}
    for unit in checked.below:  # parents stand before what hangs under them
        parent = heirs.of(unit.parent_id) if unit.parent_id in heirs.units else new[0]
        heirs.units[unit.id] = [_same(session, unit, parent, draft.effective_on, _parent_of(session, unit))]
    return heirs


def _parent_of(session: Session, unit: Unit) -> Unit | None:
    return session.get(Unit, unit.parent_id) if unit.parent_id else None


def _made(session: Session, part: Part, old: Sequence[Unit], above: Unit | None, day: date) -> Unit:
    """A new unit after the pattern of those it comes from; the ward's telephone and rules are the first one's."""
    first, id_ = old[0], new_id()
    areas = {unit.area for unit in old}
    area = areas.pop() if len(areas) == 1 else ""
    is_ward = first.kind is UnitKind.COMMUNE
    unit = Unit(
        id=id_, code=part.code, name=part.name, kind=first.kind, subtype=_subtype(part.name, first), area=area,
        short_name="" if is_ward else _short(part.name, area), parent_id=above.id if above else None,
        path=f"{above.path if above else ''}{id_}/", valid_from=day, phone=first.phone, address=first.address,
        office_hours=first.office_hours, target_percent=first.target_percent,
        allows_self_approval=first.allows_self_approval and is_ward, is_training=any(one.is_training for one in old),
    )  # fmt: skip
    session.add(unit)
    session.flush()
    return unit


def _subtype(name: str, first: Unit) -> str:
    kind = fold(name)
    words = {"phuong": "phuong", "xa": "xa", "dac khu": "dac_khu", "thon": "thon", "to dan pho": "to_dan_pho", "ban": "ban"}
    return next((subtype for word, subtype in words.items() if kind.startswith(f"{word} ")), first.subtype)


def _short(name: str, area: str) -> str:
    """ "Tổ 5, Sông Cầu" for "Tổ dân phố 5" where numbers repeat; else the name itself is short enough."""
    for long in ("Tổ dân phố số ", "Tổ dân phố "):
        if name.startswith(long):
            name = f"Tổ {name[len(long) :]}"
    return f"{name}, {area}" if area and fold(area) not in fold(name) else name


def _same(session: Session, old: Unit, above: Unit, day: date, former: Unit | None) -> Unit:
    """The same unit under another ward. Where that ward has one of this name, the former ward's tells them apart."""
    id_, area, short = new_id(), old.area, old.short_name
    former_name = _bare(former.name) if former else ""
    if old.kind is UnitKind.RESIDENTIAL:
        area = area or former_name
        twins = select(Unit.id).where(Unit.parent_id == above.id, col(Unit.valid_to).is_(None))
        has_twin = session.exec(twins.where((Unit.name == old.name) | (Unit.short_name == old.label))).first() is not None
        short = _short(old.label, area) if has_twin else short
    unit = Unit(
        id=id_, code=old.code, name=old.name, short_name=short, area=area, kind=old.kind, subtype=old.subtype,
        parent_id=above.id, path=f"{above.path}{id_}/", valid_from=day, phone=old.phone, address=old.address,
        office_hours=old.office_hours, target_percent=old.target_percent, is_training=old.is_training,
    )  # fmt: skip
    session.add(unit)
    session.flush()
    return unit


def _bare(name: str) -> str:
    """ "Sông Cầu" of "Phường Sông Cầu"."""
    words = len(unit_names.parse(name).bare.split())
    return " ".join(name.split()[-words:])


def tell(session: Session, checked: Checked, heirs: Heirs) -> UnitChange:
    """What happened, for all days to come."""
    draft = checked.draft
    change = UnitChange(kind=draft.kind, effective_on=draft.effective_on, decision_no=draft.decision_no, note=draft.note)
    session.add(change)
    session.flush()
    for old_id, new in heirs.units.items():
        for unit in {unit.id: unit for unit in new}.values():
            is_partial = draft.kind is UnitChangeKind.SPLIT
            session.add(UnitChangeLink(change_id=change.id, old_unit_id=old_id, new_unit_id=unit.id, is_partial=is_partial))
    session.flush()
    return change
