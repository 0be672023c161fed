"""Households that a leader adds from the phone: proposals, until the ward's staff take them over."""

from sqlmodel import Session, col, select

from core import clock
from core.errors import Invalid
from core.i18n import N_
from models import Household, Proposal, ProposalKind, Unit
from services import audit
from services.access import Actor
from services.household_values import HouseholdValues, fill

MOST_WAITING = 30  # by one person in one unit, that nobody has looked at yet


def propose(session: Session, *, actor: Actor, unit: Unit, values: HouseholdValues) -> Proposal:
    """A household that the ward's list lacks. The caller has seen to it that the unit is the actor's.

    The same words twice are one proposal.

    Raises:
        Invalid: a value cannot be right (`details["field"]` names it), or too many wait already.
    """
    checked = Household(unit_id=unit.id, code="", head_name="", arrived_on=clock.today())
    fill(session, checked, unit=unit, values=values)
    words = {
        "head_name": checked.head_name, "address": checked.address, "phone": values.phone.strip(), "people": values.people
    }  # fmt: skip
    earlier = waiting(session, actor=actor, unit=unit)
    for one in earlier:
        if one.words == words:
            return one
    if len(earlier) >= MOST_WAITING:
        raise Invalid(N_("Phường chưa xem {n} hộ ông/bà đã ghi thêm. Xin đợi phường xem xong."), n=len(earlier))
    proposal = Proposal(kind=ProposalKind.ADD, unit_id=unit.id, words=words, proposed_by_id=actor.id)
    session.add(proposal)
    session.flush()
    audit.record(
        session, actor=actor, action="proposal.made", subject_kind="proposal", subject_id=proposal.id, kind="add", unit=unit.code
    )
    return proposal


def waiting(session: Session, *, actor: Actor, unit: Unit) -> list[Proposal]:
    """What this person has added to a unit and nobody has answered."""
    wanted = select(Proposal).where(
        Proposal.unit_id == unit.id, Proposal.kind == ProposalKind.ADD, Proposal.proposed_by_id == actor.id,
        col(Proposal.answered_at).is_(None),
    )  # fmt: skip
    return list(session.exec(wanted))
