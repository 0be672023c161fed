"""Whether a plan can be right: each thing that cannot is a sentence at its field."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from sqlmodel import Session, col, select

from core import clock
from core.errors import Invalid
from core.i18n import N_
from core.text import clean, fold
from models import Reorganisation, ReorganisationStatus, Unit, UnitChange, UnitChangeKind, UnitChangeLink, UnitKind
from services import access, training, unit_lists
from services.access import Actor
from services.presence import lasts
from services.reorganisations.drafts import KINDS, Draft, Part, draft_of

AHEAD = timedelta(days=5 * 366)
PARTS_MOST, OLD_MOST = 12, 200


@dataclass(frozen=True)
class Checked:
    """A draft that can be carried out: its old units in the order given, and the units its parts or ward already are."""

    draft: Draft
    old: tuple[Unit, ...]
    kept: dict[int, Unit]  # by part, the unit that stands already
    ward: Unit | None  # of a transfer
    below: tuple[Unit, ...]  # of wards that end: what hangs under them

    @property
    def ending(self) -> list[Unit]:
        """Every unit that ends."""
        return [*self.old, *self.below]


def check(session: Session, *, actor: Actor, draft: Draft, plan_id: UUID | None = None) -> Checked:
    """A draft with its texts put in order.

    Raises:
        Invalid: it cannot be right; `details["field"]` names where: old_ids, effective_on, ward_id, rules, name_0, code_0, …
        NotFound: a unit lies outside the actor's sight.
    """
    if draft.kind not in KINDS:
        raise Invalid(N_("Chọn gộp, tách hoặc chuyển."), field="kind")
    if not draft.old_ids:
        raise Invalid(N_("Chọn đơn vị được sắp xếp."), field="old_ids")
    if len(set(draft.old_ids)) < len(draft.old_ids) or len(draft.old_ids) > OLD_MOST:
        raise Invalid(N_("Mỗi đơn vị chỉ chọn một lần, nhiều nhất {most} đơn vị."), most=OLD_MOST, field="old_ids")
    old = [access.unit_for(session, actor=actor, unit_id=id_) for id_ in draft.old_ids]
    _require_day(draft.effective_on)
    _require_one_level(draft, old)
    for unit in old:
        _require_standing(unit, draft.effective_on, "old_ids")
    _require_one_parent(old)
    ward = _ward(session, actor, draft, old) if draft.kind is UnitChangeKind.TRANSFER else None
    parts, kept = ((), {}) if ward else _parts(session, actor, draft, old)
    _require_one_mode(session, [*old, *kept.values(), *([ward] if ward else [])])
    below = _below(session, old, draft.effective_on)
    _require_no_later_change(session, [*old, *below], draft.effective_on)
    _require_alone(session, [*old, *below], [*kept.values(), *([ward] if ward else [])], plan_id)
    _require_rules(draft, len(parts))
    decision_no, note = clean(draft.decision_no)[:60], clean(draft.note)[:300]
    tidy = replace(draft, parts=tuple(parts), decision_no=decision_no, note=note)
    return Checked(tidy, tuple(old), kept, ward, tuple(below))


def _require_day(day: date) -> None:
    if not date(1945, 9, 2) <= day <= clock.today() + AHEAD:
        raise Invalid(N_("Ngày này quá xa. Ghi ngày có hiệu lực trong quyết định."), field="effective_on")


def _require_one_level(draft: Draft, old: Sequence[Unit]) -> None:
    kinds = {unit.kind for unit in old}
    if kinds == {UnitKind.RESIDENTIAL} or (kinds == {UnitKind.COMMUNE} and draft.kind is UnitChangeKind.MERGE):
        return
    if UnitKind.COMMUNE in kinds and len(kinds) == 1:
        raise Invalid(N_("Xã, phường chỉ nhập được vào nhau; tách hay chuyển là việc của tổ, thôn."), field="old_ids")
    raise Invalid(N_("Chỉ chọn tổ, thôn, hoặc chỉ chọn xã, phường."), field="old_ids")


def _require_standing(unit: Unit, day: date, field: str) -> None:
    if unit.valid_to is not None:
        raise Invalid(N_("{unit} đã kết thúc từ ngày {day:%d/%m/%Y}."), unit=unit.label, day=unit.valid_to, field=field)
    if unit.valid_from is not None and day <= unit.valid_from:
        raise Invalid(
            N_("{unit} mới có từ ngày {day:%d/%m/%Y}; ngày hiệu lực phải sau ngày đó."),
            unit=unit.label, day=unit.valid_from, field="effective_on",
        )  # fmt: skip


def _require_one_parent(old: Sequence[Unit]) -> None:
    if len({unit.parent_id for unit in old}) > 1:
        if old[0].kind is UnitKind.COMMUNE:
            raise Invalid(N_("Các xã, phường này thuộc các tỉnh khác nhau."), field="old_ids")
        raise Invalid(
            N_("Các tổ, thôn này thuộc các xã, phường khác nhau. Chuyển về một phường trước, rồi mới gộp."), field="old_ids"
        )


def _require_one_mode(session: Session, units: Sequence[Unit]) -> None:
    """What is only tried out in training must not begin to leave because its ward goes into another."""
    if len({training.is_on(session, unit=unit) for unit in units}) > 1:
        raise Invalid(N_("Có đơn vị đang ở chế độ tập huấn, có đơn vị không. Đặt cùng một chế độ trước."), field="old_ids")


def _ward(session: Session, actor: Actor, draft: Draft, old: Sequence[Unit]) -> Unit:
    if draft.ward_id is None:
        raise Invalid(N_("Chọn xã, phường nhận."), field="ward_id")
    ward = access.unit_for(session, actor=actor, unit_id=draft.ward_id)
    if any(ward.path.startswith(unit.path) for unit in old):
        raise Invalid(N_("{unit} không thể nằm trong chính nó."), unit=ward.label, field="ward_id")
    if ward.kind is not UnitKind.COMMUNE:
        raise Invalid(N_("{unit} không phải xã, phường."), unit=ward.label, field="ward_id")
    if ward.id == old[0].parent_id:
        raise Invalid(N_("Các tổ, thôn này đã thuộc {ward}."), ward=ward.name, field="ward_id")
    if not ward.valid_on(draft.effective_on) or ward.valid_to is not None:
        raise Invalid(N_("{ward} không có trong ngày này."), ward=ward.name, field="ward_id")
    return ward


def _parts(session: Session, actor: Actor, draft: Draft, old: Sequence[Unit]) -> tuple[list[Part], dict[int, Unit]]:
    fewest = 2 if draft.kind is UnitChangeKind.SPLIT else 1
    if draft.kind is UnitChangeKind.SPLIT and len(old) != 1:
        raise Invalid(N_("Mỗi lần chỉ tách một tổ, thôn."), field="old_ids")
    if not fewest <= len(draft.parts) <= (PARTS_MOST if fewest == 2 else 1):
        raise Invalid(N_("Tách thành ít nhất hai, nhiều nhất {most} tổ, thôn."), most=PARTS_MOST, field="parts")
    kept = {
        place: _kept(access.unit_for(session, actor=actor, unit_id=part.unit_id), draft, old)
        for place, part in enumerate(draft.parts) if part.unit_id
    }  # fmt: skip
    if draft.kind is UnitChangeKind.MERGE and not kept and len(old) < 2:
        raise Invalid(N_("Chọn ít nhất hai đơn vị để gộp, hoặc chọn đơn vị giữ lại."), field="old_ids")
    parts = [part if place in kept else _new(session, draft, old, place, part) for place, part in enumerate(draft.parts)]
    for what in ("name", "code"):
        texts = [fold(getattr(part, what)) for part in parts if part.unit_id is None]
        if twice := next((place for place, text in enumerate(texts) if text in texts[:place]), None):
            raise Invalid(N_("Hai đơn vị mới trùng tên hoặc trùng mã."), field=f"{what}_{twice}")
    return parts, kept


def _kept(unit: Unit, draft: Draft, old: Sequence[Unit]) -> Unit:
    field = "unit_0"
    if draft.kind is UnitChangeKind.SPLIT:
        raise Invalid(N_("Tách thì mọi đơn vị sau khi tách là đơn vị mới; mã và tên cũ dùng lại được."), field=field)
    if any(unit.path.startswith(one.path) for one in old):
        raise Invalid(N_("{unit} không thể nhập vào chính nó."), unit=unit.label, field=field)
    _require_standing(unit, draft.effective_on, field)
    if unit.kind is not old[0].kind:
        raise Invalid(N_("{unit} không cùng cấp với đơn vị nhập vào."), unit=unit.label, field=field)
    _require_one_parent([*old, unit])
    return unit


def _new(session: Session, draft: Draft, old: Sequence[Unit], place: int, part: Part) -> Part:
    name = clean(part.name)
    if not name:
        raise Invalid(N_("Xin ghi tên đơn vị mới."), field=f"name_{place}")
    if len(name) > unit_lists.NAME_MOST:
        raise Invalid(N_("Dài quá {longest} chữ."), longest=unit_lists.NAME_MOST, field=f"name_{place}")
    try:
        code = unit_lists.padded(clean(part.code), kind=old[0].kind)
    except Invalid as refusal:
        raise Invalid(refusal.message, **refusal.details | {"field": f"code_{place}"}) from refusal
    for unit in session.exec(select(Unit).where(Unit.code == code)):
        is_freed = unit.id in draft.old_ids
        if (unit.valid_to is None and not is_freed) or unit.valid_from == draft.effective_on:
            raise Invalid(N_("Mã {code} đang là của {unit}."), code=code, unit=unit.label, field=f"code_{place}")
    return Part(name, code)


def _below(session: Session, old: Sequence[Unit], day: date) -> list[Unit]:
    """What hangs under wards that end, and ends with them."""
    found: list[Unit] = []
    for unit in old:
        if unit.kind is UnitKind.COMMUNE:
            under = select(Unit).where(access.path_range(unit.path), Unit.id != unit.id, lasts(col(Unit.valid_to), day))
            found += session.exec(under.order_by(Unit.path)).all()
    for unit in found:
        _require_standing(unit, day, "effective_on")
    return found


def _require_no_later_change(session: Session, ending: Sequence[Unit], day: date) -> None:
    """A day in the past must not contradict what was done after it."""
    ids = [unit.id for unit in ending]
    later = (
        select(col(UnitChange.effective_on))
        .join(UnitChangeLink, col(UnitChangeLink.change_id) == UnitChange.id)
        .where(col(UnitChangeLink.new_unit_id).in_(ids), UnitChange.effective_on >= day)
        .order_by(col(UnitChange.effective_on).desc())
    )
    if found := session.exec(later).first():
        raise Invalid(
            N_("Ngày {day:%d/%m/%Y} đã có một lần sắp xếp khác; ngày hiệu lực phải sau ngày đó."), day=found, field="effective_on"
        )


def _require_alone(session: Session, ending: Sequence[Unit], staying: Sequence[Unit], plan_id: UUID | None) -> None:
    """No unit is in two plans; no two plans lead in a circle."""
    ours = {unit.id for unit in ending}
    targets = {unit.id for unit in staying}
    for other in planned(session):
        if other.id == plan_id:
            continue
        draft = draft_of(other)
        theirs = _with_below(session, draft.old_ids)
        their_targets = {part.unit_id for part in draft.parts if part.unit_id} | ({draft.ward_id} - {None})
        if targets & theirs and their_targets & ours:
            raise Invalid(
                N_("Dự kiến ngày {day:%d/%m/%Y} nhập theo chiều ngược lại: hai lần nhập thành vòng tròn."),
                day=other.effective_on, field="old_ids",
            )  # fmt: skip
        if theirs & (ours | targets) or their_targets & ours:
            raise Invalid(
                N_("Đã có dự kiến khác cho một trong các đơn vị này, ngày {day:%d/%m/%Y}. Bỏ dự kiến đó trước."),
                day=other.effective_on, field="old_ids",
            )  # fmt: skip


def planned(session: Session) -> Iterable[Reorganisation]:
    """All that is planned, of whatever unit."""
    return session.exec(select(Reorganisation).where(Reorganisation.status == ReorganisationStatus.PLANNED)).all()


def _with_below(session: Session, unit_ids: Sequence[UUID]) -> set[UUID]:
    units = session.exec(select(Unit).where(col(Unit.id).in_(unit_ids))).all()
    wards = [unit for unit in units if unit.kind is UnitKind.COMMUNE]
    below = [session.exec(select(Unit.id).where(access.path_range(ward.path))).all() for ward in wards]
    return set(unit_ids).union(*below)


def _require_rules(draft: Draft, parts: int) -> None:
    if draft.kind is not UnitChangeKind.SPLIT:
        return
    if not 0 <= draft.rest < parts or any(not 0 <= rule.part < parts for rule in draft.rules):
        raise Invalid(N_("Một quy tắc chia hộ dẫn tới đơn vị không có trong danh sách."), field="rules")
