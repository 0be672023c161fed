"""Importing a province's list of procedures: new ones come in; what it says otherwise than before waits for a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from sqlmodel import Session, col, select

from core import clock
from core.errors import Invalid
from core.i18n import N_
from models import DifferenceAnswer, Procedure, ProcedureDifference, Unit, UnitKind
from services import access, audit, procedure_differences, procedure_reading
from services.access import Actor, May
from services.import_rows import Rejected
from services.ports import Sheet
from services.procedure_reading import ProcedureList
from services.procedure_values import FIELDS, ProcedureText, first_words, search_terms, text_from, text_of_procedure


@dataclass(frozen=True)
class ProcedureImport:
    """What an import did, or would do."""

    rows: int  # that are procedures, refused ones with them
    created: int = 0
    updated: int = 0  # whose text in the list differs from what it said before
    unchanged: int = 0
    gone: int = 0  # that a whole list has no more
    rejected: Sequence[Rejected] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    committed: bool = False


@dataclass
class _Plan:
    new: dict[str, ProcedureText] = field(default_factory=dict)
    differs: list[tuple[Procedure, ProcedureText, ProcedureText]] = field(default_factory=list)  # its list, and what to take over
    settled: list[tuple[Procedure, ProcedureText]] = field(default_factory=list)  # says again what stands here
    same: int = 0
    gone: list[Procedure] = field(default_factory=list)


def run(
    session: Session, *, actor: Actor, unit_id: UUID, sheet: Sheet, mapping: Mapping[str, str] | None = None,
    is_whole: bool = False, accepts: bool = False, dry_run: bool = False, file_name: str = "",
) -> ProcedureImport:  # fmt: skip
    """Read a list into a ward. Everything that is right comes in; rows that cannot be right are refused whole.

    A procedure that is there is not changed: what the list says otherwise than the list before is kept as a difference, to be
    accepted or declined, or with `accepts` taken over at once. Columns the list lacks say nothing. `is_whole` says that the
    list is all there is, so that what it lacks is a difference too.

    Raises:
        NotAllowed, NotFound: the actor may not write here.
        Invalid: no header is found, or the unit is no ward.
    """
    access.require(actor, May.KEEP_PROCEDURES)
    ward = access.commune_of(session, access.unit_for(session, actor=actor, unit_id=unit_id))
    if ward.kind is not UnitKind.COMMUNE:
        raise Invalid(N_("Danh mục thủ tục nhập vào một phường, xã."))
    found = procedure_reading.read(sheet, mapping=mapping)
    plan = _planned(session, ward, found, is_whole=is_whole)
    result = ProcedureImport(
        rows=len(found.texts) + len(found.rejected), created=len(plan.new), updated=len(plan.differs),
        unchanged=plan.same + len(plan.settled), gone=len(plan.gone), rejected=tuple(found.rejected), columns=found.columns,
    )  # fmt: skip
    if dry_run:
        return result
    _write(session, actor, ward, plan, accepts=accepts, file_name=file_name)
    audit.record(
        session, actor=actor, action="procedures.imported", subject_kind="unit", subject_id=ward.id, file=file_name,
        created=result.created, updated=result.updated, gone=result.gone, rejected=len(result.rejected),
    )  # fmt: skip
    return replace(result, committed=True)


def _planned(session: Session, ward: Unit, found: ProcedureList, *, is_whole: bool) -> _Plan:
    plan = _Plan()
    known = {one.code: one for one in session.exec(select(Procedure).where(Procedure.unit_id == ward.id))}
    waiting = {one.procedure_id: text_from(one.text) for one in _waiting(session, ward) if not one.is_gone}
    for code, text in found.texts.items():
        there = known.get(code)
        if there is None:
            plan.new[code] = text
            continue
        before = text_from(there.source)
        now = _with_what_it_says(before, text, found.said)
        if now == before and there.is_active:
            plan.same += 1
            continue
        proposed = _proposed(there, before, now, waiting.get(there.id))
        if proposed == text_of_procedure(there) and there.is_active:
            plan.settled.append((there, now))
        else:
            plan.differs.append((there, now, proposed))
    if is_whole:
        refused = {one.cells.get(found.columns["code"], "") for one in found.rejected}  # there, only not readable
        here = found.texts.keys() | refused
        kept = _kept(session, ward)
        plan.gone = [one for one in known.values() if one.is_active and one.code not in here and one.id not in kept]
    return plan


def _waiting(session: Session, ward: Unit) -> Sequence[ProcedureDifference]:
    wanted = select(ProcedureDifference).join(Procedure, col(Procedure.id) == ProcedureDifference.procedure_id)
    mine = Procedure.unit_id == ward.id, ProcedureDifference.answer == DifferenceAnswer.WAITING
    return session.exec(wanted.where(*mine)).all()


def _proposed(
    there: Procedure, before: ProcedureText, now: ProcedureText, waiting: ProcedureText | None
) -> ProcedureText:  # fmt: skip
    """The text as it would stand: of the list what it says otherwise than before, of the rest what stands, the ward's desk too.

    What an unanswered difference wanted and the list still says is wanted on.
    """
    stands = text_of_procedure(there)
    changed = {name: getattr(now, name) for name in FIELDS if getattr(now, name) != getattr(before, name)}
    still = {name: getattr(waiting, name) for name in FIELDS if waiting and getattr(waiting, name) == getattr(now, name)}
    return replace(stands, **(still | changed))


def _kept(session: Session, ward: Unit) -> set[UUID]:
    """Procedures that the ward keeps though the list had them no more."""
    declined = (
        select(ProcedureDifference.procedure_id)
        .join(Procedure, col(Procedure.id) == ProcedureDifference.procedure_id)
        .where(Procedure.unit_id == ward.id, ProcedureDifference.is_gone, ProcedureDifference.answer == DifferenceAnswer.DECLINED)
    )
    return set(session.exec(declined))


def _with_what_it_says(before: ProcedureText, text: ProcedureText, said: set[str]) -> ProcedureText:
    """Of a list that has not every column, the others are as the list before had them."""
    names = {*said - {"code"}, *(f"{name}_text" for name in ("days", "fee") if name in said)}
    if text.field:
        names.add("field")
    return replace(before, **{name: getattr(text, name) for name in names})


def _write(session: Session, actor: Actor, ward: Unit, plan: _Plan, *, accepts: bool, file_name: str) -> None:
    today = clock.today()
    for code, text in plan.new.items():
        events, called = first_words(text.name)
        made = Procedure(
            unit_id=ward.id, code=code, stands_since=today, source=text.told(), events=events, also_called=called,
            **{name: getattr(text, name) for name in FIELDS},
        )  # fmt: skip
        made.search = search_terms(made)
        session.add(made)
    said = [(one, text) for one, text, _proposal in plan.differs] + plan.settled
    _overtake(session, [one.id for one, _text in said] + [one.id for one in plan.gone])
    for one, text in said:
        one.source = text.told()
    made_now = [
        ProcedureDifference(procedure_id=one.id, text=proposal.told(), file_name=file_name)
        for one, _text, proposal in plan.differs
    ] + [ProcedureDifference(procedure_id=one.id, is_gone=True, file_name=file_name) for one in plan.gone]  # fmt: skip
    session.add_all(made_now)
    session.flush()
    if accepts:
        for difference in made_now:
            procedure_differences.accept(session, actor=actor, difference_id=difference.id)


def _overtake(session: Session, procedure_ids: Sequence[UUID]) -> None:
    """Differences nobody has answered are no longer what the list says."""
    waiting = select(ProcedureDifference).where(
        col(ProcedureDifference.procedure_id).in_(procedure_ids), ProcedureDifference.answer == DifferenceAnswer.WAITING
    )
    for one in session.exec(waiting):
        one.answer, one.answered_at = DifferenceAnswer.OVERTAKEN, clock.now()
    session.flush()
