"""What a province's list says otherwise than before: looked at, taken over with the old text kept, or left."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, func, select

from core import clock
from core.errors import Invalid, NotFound
from core.i18n import N_
from models import DifferenceAnswer, Procedure, ProcedureDifference, ProcedurePast, Unit
from services import access, audit
from services.access import Actor, May, path_range
from services.procedure_values import FIELDS, search_terms, text_from, text_of_procedure

# Of a text's parts, those a reader is shown; a number and its words are one part.
PARTS: dict[str, str] = {
    "name": N_("tên thủ tục"), "field": N_("lĩnh vực"), "level": N_("mức độ trực tuyến"), "documents": N_("thành phần hồ sơ"),
    "days": N_("thời hạn giải quyết"), "fee": N_("phí, lệ phí"), "portal_url": N_("địa chỉ nộp trực tuyến"),
    "desk": N_("nơi tiếp nhận"),
}  # fmt: skip


@dataclass(frozen=True)
class Part:
    """One part of the text, as it stands and as the list has it now: values of `procedure_values.ProcedureText`."""

    name: str
    before: Any
    after: Any
    before_text: str = ""  # in words, where the number alone does not say it
    after_text: str = ""


@dataclass(frozen=True)
class Waiting:
    """A difference that waits for an answer."""

    difference: ProcedureDifference
    procedure: Procedure
    parts: Sequence[Part]


def waiting(session: Session, *, actor: Actor, unit_id: UUID) -> list[Waiting]:
    """What waits in a ward, by code; two queries.

    Raises:
        NotAllowed, NotFound: the actor may not write here.
    """
    access.require(actor, May.KEEP_PROCEDURES)
    ward = access.unit_for(session, actor=actor, unit_id=unit_id)
    found = session.exec(
        select(ProcedureDifference, Procedure)
        .join(Procedure, col(Procedure.id) == ProcedureDifference.procedure_id)
        .where(Procedure.unit_id == ward.id, ProcedureDifference.answer == DifferenceAnswer.WAITING)
        .order_by(Procedure.code)
    )
    return [Waiting(difference, procedure, _parts(difference, procedure)) for difference, procedure in found]


def count(session: Session, *, actor: Actor) -> int:
    """How many wait in the actor's units."""
    wanted = (
        select(func.count())
        .select_from(ProcedureDifference)
        .join(Procedure, col(Procedure.id) == ProcedureDifference.procedure_id)
        .join(Unit, col(Unit.id) == Procedure.unit_id)
        .where(ProcedureDifference.answer == DifferenceAnswer.WAITING, path_range(actor.unit_path))
    )
    return session.exec(wanted).one()


def _parts(difference: ProcedureDifference, procedure: Procedure) -> list[Part]:
    if difference.is_gone:
        return []
    now, new = text_of_procedure(procedure), text_from(difference.text)
    made = [
        Part(name, getattr(now, name), getattr(new, name), getattr(now, f"{name}_text", ""), getattr(new, f"{name}_text", ""))
        for name in PARTS
    ]
    return [one for one in made if (one.before, one.before_text) != (one.after, one.after_text)]


def accept(session: Session, *, actor: Actor, difference_id: UUID) -> Procedure:
    """Take the list's text over from today on; the old one keeps its days. What the ward wrote itself stays.

    Raises:
        NotAllowed, NotFound: the actor may not write here, or there is no such difference.
        Invalid: it has been answered, or a later list says something else.
    """
    difference, procedure = _open(session, actor, difference_id)
    if difference.is_gone:
        procedure.is_active = False
    else:
        session.add(
            ProcedurePast(
                procedure_id=procedure.id, text=text_of_procedure(procedure).told(), stood_since=procedure.stands_since,
                stood_until=clock.today(),
            )
        )  # fmt: skip
        text = text_from(difference.text)
        for name in FIELDS:
            setattr(procedure, name, getattr(text, name))
        procedure.is_active, procedure.stands_since = True, clock.today()
        procedure.search = search_terms(procedure)
    procedure.version += 1
    _answer(session, actor, difference, procedure, DifferenceAnswer.ACCEPTED)
    return procedure


def decline(session: Session, *, actor: Actor, difference_id: UUID) -> Procedure:
    """Leave the text as it is. The same difference is not shown again; another one is.

    Raises:
        NotAllowed, NotFound, Invalid: as `accept`.
    """
    difference, procedure = _open(session, actor, difference_id)
    _answer(session, actor, difference, procedure, DifferenceAnswer.DECLINED)
    return procedure


def _open(session: Session, actor: Actor, difference_id: UUID) -> tuple[ProcedureDifference, Procedure]:
    access.require(actor, May.KEEP_PROCEDURES)
    difference = session.get(ProcedureDifference, difference_id, with_for_update=True)
    procedure = session.get(Procedure, difference.procedure_id) if difference else None
    if difference is None or procedure is None:
        raise NotFound(N_("Không tìm thấy thay đổi này."))
    access.unit_for(session, actor=actor, unit_id=procedure.unit_id)
    if difference.answer is not DifferenceAnswer.WAITING:
        raise Invalid(N_("Thay đổi này đã được trả lời."))
    return difference, procedure


def _answer(
    session: Session, actor: Actor, difference: ProcedureDifference, procedure: Procedure, answer: DifferenceAnswer
) -> None:
    difference.answer, difference.answered_by_id, difference.answered_at = answer, actor.id, clock.now()
    session.flush()
    audit.record(
        session, actor=actor, action=f"procedure.difference_{answer}", subject_kind="procedure", subject_id=procedure.id,
        code=procedure.code, is_gone=difference.is_gone,
    )  # fmt: skip
