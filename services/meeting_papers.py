"""Paper for a meeting that an announcement calls to: who of a residential unit is invited, by name."""

from uuid import UUID

from sqlmodel import Session, col, select

from core import clock
from core.settings import settings
from core.text import natural_key, vietnamese_key
from models import Household, Unit
from services import audit, drafts, relays, wards
from services.access import Actor, May, require, unit_for
from services.households import in_sight
from services.official_papers import FACTS
from services.ports import MeetingPaper
from services.presence import lives_here


def of_unit(session: Session, *, actor: Actor, announcement_id: UUID, unit_id: UUID) -> MeetingPaper:
    """The households of one residential unit, in the order of a walk. That they were printed is kept in the audit.

    Raises:
        NotAllowed, NotFound: the announcement or the unit is not the actor's.
    """
    require(actor, May.PRINT)
    announcement = drafts.get(session, actor=actor, announcement_id=announcement_id)
    unit = unit_for(session, actor=actor, unit_id=unit_id)
    wanted = select(Household.head_name, Household.address).where(
        Household.unit_id == unit.id, in_sight(actor), lives_here(clock.today())
    )
    homes = [(name, address) for name, address in session.exec(wanted.join(Unit, col(Unit.id) == col(Household.unit_id)))]
    homes.sort(key=lambda home: (natural_key(home[1]), vietnamese_key(home[0])))
    audit.record(
        session, actor=actor, action="meeting.printed", subject_kind="announcement", subject_id=announcement.id,
        unit=unit.code, households=len(homes),
    )  # fmt: skip
    ward = wards.card_of(session, unit=session.get_one(Unit, announcement.unit_id))
    facts = [(name, announcement.facts[key]) for key, name in FACTS.items() if announcement.facts.get(key)]
    return MeetingPaper(
        title=announcement.title, ward_name=ward.name, unit_name=unit.label, facts=facts,
        url=relays.general_url(session, announcement.id) or settings().public_url, people=homes,
    )  # fmt: skip
