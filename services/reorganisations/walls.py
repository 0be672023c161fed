"""What hangs on the walls of wards that end, and what it leads to: procedures, sheets by their number, numbers beneath codes."""

from collections.abc import Sequence

from sqlmodel import Session, col, func, select, update

from models import Poster, PrintedCode, Procedure, ShortLink, Unit, UnitKind
from services.reorganisations.heirs import Heirs


def follow(session: Session, *, old: Sequence[Unit], heirs: Heirs) -> None:
    """All of it, for wards; residential units have none of their own.

    Of a procedure that both wards have, the text of the one that stands holds, and codes of the other lead to it.
    """
    for ward in old:
        if ward.kind is UnitKind.COMMUNE:
            heir = heirs.of(ward.id)
            _procedures(session, ward, heir)
            _sheets(session, ward, heir)
            _numbers(session, ward, heir)
    session.flush()


def _procedures(session: Session, ward: Unit, heir: Unit) -> None:
    there = {one.code: one.id for one in session.exec(select(Procedure).where(Procedure.unit_id == heir.id))}
    for one in session.exec(select(Procedure).where(Procedure.unit_id == ward.id)).all():
        if one.code not in there:
            one.unit_id = heir.id
            continue
        codes = update(ShortLink).where(col(ShortLink.procedure_id) == one.id)
        session.execute(codes.values(procedure_id=there[one.code]).execution_options(synchronize_session=False))
    session.flush()


def _sheets(session: Session, ward: Unit, heir: Unit) -> None:
    """Each keeps its number, or gets the next where a sheet of the other ward has it."""
    taken = set(session.exec(select(Poster.number).where(Poster.unit_id == heir.id)))
    last = max([*taken, session.exec(select(func.max(Poster.number)).where(Poster.unit_id == ward.id)).one() or 0], default=0)
    for one in session.exec(select(Poster).where(Poster.unit_id == ward.id).order_by(col(Poster.number))).all():
        if one.number in taken:
            last = one.number = last + 1
        one.unit_id = heir.id
    session.flush()


def _numbers(session: Session, ward: Unit, heir: Unit) -> None:
    """A number on paper cannot change: one that both wards gave stays with the ward that gave it."""
    taken = select(PrintedCode.number).where(PrintedCode.ward_id == heir.id)
    moved = update(PrintedCode).where(col(PrintedCode.ward_id) == ward.id, col(PrintedCode.number).not_in(taken))
    session.execute(moved.values(ward_id=heir.id).execution_options(synchronize_session=False))
