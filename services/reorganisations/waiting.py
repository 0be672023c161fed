"""What waits in units and groups that end: leaders' terms, requests to join, what leaders proposed. None of it is left hanging.

A request goes with the group that it was made to; where that group is closed and none takes its place, it is closed with it. What
a leader proposed goes to the unit in which its household lives from the day on; a move into the unit in which it then lives has
nothing left to ask.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, func, select

from core import clock
from core.i18n import N_, translate
from models import JoinRequest, Proposal, ProposalKind, Term, UnitChangeKind
from services import audit
from services.access import Actor
from services.reorganisations import sorting
from services.reorganisations.checks import Checked
from services.reorganisations.drafts import Fate
from services.reorganisations.hanging import Hanging
from services.reorganisations.heirs import Heirs
from services.reorganisations.sorting import Stay

ONE_NOW = N_("Hai tổ, thôn này đã thành một khi sắp xếp lại.")


@dataclass(frozen=True)
class Tally:
    """How many go on, and how many end."""

    going_on: int = 0
    ending: int = 0


@dataclass(frozen=True)
class Waiting:
    """What becomes of what waits, counted now."""

    terms: Tally
    requests: Tally
    proposals: Tally


def waiting(session: Session, checked: Checked, things: Hanging) -> Waiting:
    """Counted by what is decided of each group. Three queries, whatever the units hold."""
    fates = {thing.id: thing.decision.fate for thing in things.of("group")}
    terms = _by_group(session, select(Term.group_id, func.count()).where(col(Term.ended_on).is_(None)), Term, fates)
    asked = select(JoinRequest.group_id, func.count()).where(col(JoinRequest.answered_at).is_(None))
    requests = _by_group(session, asked, JoinRequest, fates)
    ids = {unit.id for unit in checked.ending}
    asking = _open_of(session, ids)
    ending = sum(_is_moot(checked, one) for one in asking)
    return Waiting(
        _tally(terms, fates, (Fate.MOVED,)), _tally(requests, fates, (Fate.MOVED, Fate.MERGED)),
        Tally(len(asking) - ending, ending),
    )  # fmt: skip


def proposals(
    session: Session, *, actor: Actor, checked: Checked, heirs: Heirs, found: Sequence[Stay]
) -> None:  # fmt: skip
    """What leaders proposed, and nobody has answered, follows its household; a move into an old unit leads into the new one."""
    rest = checked.draft.rest
    home = {stay.household_id: heirs.of(stay.unit_id, stay.part).id for stay in found if stay.past_id is None}
    for proposal in _open_of(session, set(heirs.units)):
        is_moot = _is_moot(checked, proposal)
        if proposal.unit_id in heirs.units:
            own = home.get(proposal.household_id) if proposal.household_id else None
            part = _part_of_new(checked, proposal)
            proposal.unit_id = own or heirs.of(proposal.unit_id, rest if part is None else part).id
        target = _target(proposal)
        if target in heirs.units:
            proposal.words = proposal.words | {"unit_id": str(heirs.of(target, rest).id)}
        if is_moot:
            _close(session, actor, proposal)
        session.add(proposal)


def _by_group(session: Session, counted: Any, model: Any, group_ids: Iterable[UUID]) -> dict[UUID, int]:
    return dict(session.exec(counted.where(col(model.group_id).in_(list(group_ids))).group_by(col(model.group_id))).all())


def _tally(counts: Mapping[UUID, int], fates: Mapping[UUID, Fate], going_on: Sequence[Fate]) -> Tally:
    on = sum(count for group_id, count in counts.items() if fates[group_id] in going_on)
    return Tally(on, sum(counts.values()) - on)


def _open_of(session: Session, unit_ids: set[UUID]) -> list[Proposal]:
    """Those of these units, and moves into them from wherever."""
    open_ones = select(Proposal).where(col(Proposal.answered_at).is_(None))
    here = list(session.exec(open_ones.where(col(Proposal.unit_id).in_(unit_ids))))
    elsewhere = open_ones.where(Proposal.kind == ProposalKind.MOVED, col(Proposal.unit_id).not_in(unit_ids))
    return here + [one for one in session.exec(elsewhere) if _target(one) in unit_ids]


def _target(proposal: Proposal) -> UUID | None:
    return UUID(proposal.words["unit_id"]) if proposal.kind is ProposalKind.MOVED else None


def _part_of_new(checked: Checked, proposal: Proposal) -> int | None:
    """For a division: the part to which a proposed household's address leads."""
    if checked.draft.kind is not UnitChangeKind.SPLIT or proposal.kind is not ProposalKind.ADD:
        return None
    return sorting.part_of(checked.draft, address=proposal.words.get("address", ""))


def _is_moot(checked: Checked, proposal: Proposal) -> bool:
    """Whether the household will live in the unit to which it is to move: both become one."""
    one = {unit.id for unit in (*checked.old, *checked.kept.values())}
    return checked.draft.kind is UnitChangeKind.MERGE and proposal.unit_id in one and _target(proposal) in one


def _close(session: Session, actor: Actor, proposal: Proposal) -> None:
    proposal.answered_at, proposal.answered_by_id, proposal.is_accepted = clock.now(), actor.id, False
    proposal.reason = translate(ONE_NOW, language="vi")
    audit.record(
        session, actor=actor, action="proposal.declined", subject_kind="proposal", subject_id=proposal.id,
        kind=proposal.kind.value, household_id=str(proposal.household_id or ""), because="reorganised",
    )  # fmt: skip
