"""The streets of a ward as its addresses are written: units have no coordinates, so who lives near is chosen by address."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, or_, select

from core import clock
from core.streets import street_of, walking_key
from models import Household
from models import Unit as Place
from services import access
from services.access import Actor, May
from services.presence import lives_here

MOST = 400  # to choose among: those with the most households


def written(session: Session, *, actor: Actor, unit_ids: Sequence[UUID]) -> dict[str, int]:
    """Households of today by street, of these units and all below them; in the order in which one walks.

    Raises:
        NotAllowed: the actor writes no announcements. NotFound: a unit lies outside the actor's sight.
    """
    access.require(actor, May.WRITE)
    units = [access.unit_for(session, actor=actor, unit_id=unit_id) for unit_id in dict.fromkeys(unit_ids)]
    if not units:
        return {}
    below = select(Place.id).where(or_(*[access.path_range(unit.path) for unit in units]))
    counts = (
        select(Household.address, func.count())
        .where(col(Household.unit_id).in_(below), lives_here(clock.today()), Household.address != "")
        .group_by(col(Household.address))
    )
    found: Counter[str] = Counter()
    for address, many in session.exec(counts):
        found[street_of(address)] += many
    return dict(sorted(found.most_common(MOST), key=lambda one: walking_key(one[0])))
