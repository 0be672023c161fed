"""The numbers beneath printed codes. A link keeps its number in a layout, however often it is printed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from core.errors import Invalid, NotFound
from core.i18n import N_
from models import PrintedCode, ShortLink, Unit
from services.access import Actor, May, path_range, require
from services.print_layouts import Layout


@dataclass(frozen=True)
class Numbered:
    """What a number stands for."""

    slug: str
    title: str
    place: str
    layout: Layout


Numbering = Callable[[Session, UUID, Sequence[UUID], Layout], dict[UUID, int]]


def given(session: Session, ward_id: UUID, link_ids: Sequence[UUID], layout: Layout) -> dict[UUID, int]:
    """The number of each link in a layout, given now where there is none. A fixed number of queries.

    The ward's row is locked: two who print at once never give the same number.
    """
    session.exec(select(Unit.id).where(Unit.id == ward_id).with_for_update()).one()
    numbers, new = _known_and_next(session, ward_id, link_ids, layout)
    session.add_all(
        [PrintedCode(ward_id=ward_id, number=numbers[link_id], link_id=link_id, layout=layout.value) for link_id in new]
    )
    session.flush()
    return numbers


def foreseen(session: Session, ward_id: UUID, link_ids: Sequence[UUID], layout: Layout) -> dict[UUID, int]:
    """The numbers that `given` would give, for looking at a sheet before it is ordered. Nothing is written."""
    return _known_and_next(session, ward_id, link_ids, layout)[0]


def _known_and_next(
    session: Session, ward_id: UUID, link_ids: Sequence[UUID], layout: Layout
) -> tuple[dict[UUID, int], list[UUID]]:  # fmt: skip
    have = select(PrintedCode).where(col(PrintedCode.link_id).in_(link_ids), PrintedCode.layout == layout.value)
    known = {row.link_id: row.number for row in session.exec(have)}
    last = session.exec(select(func.max(PrintedCode.number)).where(PrintedCode.ward_id == ward_id)).one() or 0
    new = [link_id for link_id in dict.fromkeys(link_ids) if link_id not in known]
    return known | {link_id: last + place for place, link_id in enumerate(new, 1)}, new


def by_number(session: Session, *, actor: Actor, number: int) -> Numbered:
    """What a broken sticker of the actor's ward was, from the number beneath its code.

    Raises:
        NotAllowed: the actor may not print.
        NotFound: no such number.
        Invalid: it was printed in a layout that is no longer made.
    """
    require(actor, May.PRINT)
    wanted = (
        select(PrintedCode, ShortLink)
        .join(ShortLink, col(ShortLink.id) == PrintedCode.link_id)
        .join(Unit, col(Unit.id) == PrintedCode.ward_id)
        .where(PrintedCode.number == number)
    )
    if actor.unit_path:
        wanted = wanted.where(path_range(actor.unit_path))
    found = session.exec(wanted.limit(1)).first()
    if found is None:
        raise NotFound(N_("Không có mã nào mang số {number}."), number=str(number))
    printed, link = found
    if printed.layout not in set(Layout):
        raise Invalid(N_("Khổ in của số {number} không còn dùng."), number=str(number))
    return Numbered(link.slug, link.title, link.place, Layout(printed.layout))
