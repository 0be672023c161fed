"""The coverage wished for of many units at once: set in one save; the last save is taken back while nothing has changed since."""

from collections.abc import Mapping
from uuid import UUID

from sqlmodel import Session, col, select

from core.errors import Invalid, NotFound
from core.i18n import N_
from models import AuditEvent, Unit
from services import access, audit
from services.access import Actor, May, path_range, unit_for

SET, UNDONE = "unit.targets_set", "unit.targets_undone"


def save(
    session: Session, *, actor: Actor, unit_id: UUID, targets: Mapping[UUID, int], seen: Mapping[UUID, int]
) -> int:  # fmt: skip
    """Set the targets (per cent) of units at or below one; how many changed. `seen` is what the actor saw before: all or nothing.

    Raises:
        Invalid: a target cannot be right, or someone else has set one meanwhile; the message names the unit.
        NotAllowed: the actor is neither admin nor official.
        NotFound: a unit lies outside.
    """
    access.require(actor, May.KEEP_WARD)
    scope = unit_for(session, actor=actor, unit_id=unit_id)
    wanted = {id_: percent for id_, percent in targets.items() if percent != seen.get(id_)}
    units = _locked(session, scope, list(wanted))
    for id_, percent in wanted.items():
        unit = units[id_]
        if not isinstance(percent, int) or not 0 <= percent <= 100:
            raise Invalid(N_("{unit}: mục tiêu phải từ 0 đến 100 %."), unit=unit.label, field="target_percent")
        if unit.target_percent not in (seen.get(id_), percent):
            raise Invalid(
                N_("{unit}: trong lúc ông/bà sửa, người khác đã đặt mục tiêu {percent} %. Chưa ghi gì."),
                unit=unit.label, percent=unit.target_percent, field="target_percent",
            )  # fmt: skip
    changed = {id_: percent for id_, percent in wanted.items() if units[id_].target_percent != percent}
    before = {id_: units[id_].target_percent for id_ in changed}
    if changed:
        _write(session, units, changed)
        _note(session, actor, SET, scope, before=before, after=changed)
    return len(changed)


def last_save(session: Session, *, actor: Actor, unit_id: UUID) -> AuditEvent | None:
    """The last save of a unit's table that `undo` would take back, if none has been since.

    Raises:
        NotAllowed: the actor is neither admin nor official.
        NotFound: the unit lies outside the actor's sight.
    """
    access.require(actor, May.KEEP_WARD)
    scope = unit_for(session, actor=actor, unit_id=unit_id)
    query = select(AuditEvent).where(
        AuditEvent.subject_kind == "unit", AuditEvent.subject_id == str(scope.id), col(AuditEvent.action).in_((SET, UNDONE))
    )
    event = session.exec(query.order_by(col(AuditEvent.sequence).desc()).limit(1)).first()
    return event if event is not None and event.action == SET else None


def undo(session: Session, *, actor: Actor, unit_id: UUID) -> int:
    """Take the last save back, wholly or not at all; how many targets went back.

    Raises:
        Invalid: there is none, or one of the targets has been set otherwise since.
        NotAllowed: the actor is neither admin nor official.
        NotFound: the unit lies outside the actor's sight.
    """
    event = last_save(session, actor=actor, unit_id=unit_id)
    if event is None:
        raise Invalid(N_("Không có lần đặt mục tiêu nào quay lại được nữa."))
    scope = unit_for(session, actor=actor, unit_id=unit_id)
    before, after = ({UUID(id_): percent for id_, percent in event.details[name].items()} for name in ("before", "after"))
    units = _locked(session, scope, list(before))
    for id_, percent in after.items():
        if units[id_].target_percent != percent:
            raise Invalid(
                N_("{unit}: sau lần ghi ấy mục tiêu đã đổi thành {percent} %. Chưa quay lại gì."),
                unit=units[id_].label, percent=units[id_].target_percent,
            )  # fmt: skip
    _write(session, units, before)
    _note(session, actor, UNDONE, scope, before=after, after=before)
    return len(before)


def _locked(session: Session, scope: Unit, ids: list[UUID]) -> dict[UUID, Unit]:
    query = select(Unit).where(col(Unit.id).in_(ids), path_range(scope.path)).order_by(col(Unit.id)).with_for_update()
    units = {unit.id: unit for unit in session.exec(query.execution_options(populate_existing=True))}
    if units.keys() != set(ids):
        raise NotFound(N_("Không tìm thấy đơn vị này."))
    return units


def _write(session: Session, units: Mapping[UUID, Unit], targets: Mapping[UUID, int]) -> None:
    for id_, percent in targets.items():
        units[id_].target_percent = percent
        session.add(units[id_])


def _note(
    session: Session, actor: Actor, action: str, scope: Unit, *, before: Mapping[UUID, int], after: Mapping[UUID, int]
) -> None:  # fmt: skip
    told = {name: {str(id_): percent for id_, percent in some.items()} for name, some in (("before", before), ("after", after))}
    audit.record(session, actor=actor, action=action, subject_kind="unit", subject_id=scope.id, **told)
