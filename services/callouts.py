"""Call-outs: what of the ward's own books wants mending, by count. Each leads to a list of just these."""

from dataclasses import dataclass
from typing import Literal

from sqlmodel import Session

from services import cascade, proposals
from services.access import Actor
from services.cascade import Trouble


@dataclass(frozen=True)
class Callout:
    """One kind of thing to mend, and how many of it there are."""

    about: Trouble | Literal["proposals"]
    count: int


def of(session: Session, *, actor: Actor) -> list[Callout]:
    """What there is in the units in sight, the most pressing kind first; two queries, whatever the ward's size.

    Raises:
        NotAllowed: the actor may not write.
    """
    waiting = proposals.waiting_count(session, actor)
    groups = cascade.trouble_counts(session, actor=actor)
    found = [Callout("proposals", waiting), *(Callout(trouble, count) for trouble, count in groups.items())]
    return [one for one in found if one.count]
