"""Which threads an actor sees: those of the wards at or below the own unit; from below a ward, those that name the own group.

A ward's threads stand at the ward, so that whoever works for one of its groups would else see none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from models import Inquiry, Unit, UnitKind
from services import access
from services.access import Actor


@dataclass(frozen=True)
class Sight:
    """The wards whose threads an actor sees; with `places`, only those about these groups, or given to the actor."""

    wards: Sequence[UUID]
    places: Sequence[UUID] | None = None
    own_id: UUID | None = None

    @property
    def which(self) -> ColumnElement[bool]:
        """The threads."""
        of_wards = col(Inquiry.unit_id).in_(self.wards)
        if self.places is None:
            return of_wards
        return of_wards & (col(Inquiry.place_unit_id).in_(self.places) | (col(Inquiry.assignee_id) == self.own_id))

    def holds(self, inquiry: Inquiry) -> bool:
        """Whether a thread is one of them."""
        if inquiry.unit_id not in self.wards:
            return False
        is_own = self.own_id is not None and inquiry.assignee_id == self.own_id
        return self.places is None or inquiry.place_unit_id in self.places or is_own


def of(session: Session, *, actor: Actor) -> Sight:
    """What an actor sees; one query, three more from below a ward."""
    below = select(Unit.id).where(access.path_range(actor.unit_path))
    wards = session.exec(below.where(Unit.kind == UnitKind.COMMUNE)).all()
    home = session.get(Unit, actor.unit_id) if actor.unit_id and not wards else None
    if home is None:
        return Sight(wards)
    return Sight([access.commune_of(session, home).id], session.exec(below).all(), actor.id)
