"""Carrying a plan out: units, households, memberships, groups and all that hangs on them, in the caller's transaction."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session, col, select

from models import Unit
from services import rollups
from services.access import Actor
from services.reorganisations import door_lists, following, moving, waiting, walls, ward_side
from services.reorganisations.checks import Checked
from services.reorganisations.hanging import Hanging, final
from services.reorganisations.heirs import succeed, tell
from services.reorganisations.sorting import Stay


def carry(session: Session, *, actor: Actor, checked: Checked, found: Sequence[Stay], things: Hanging) -> UUID:
    """Do it; the id of the change that is kept. The caller holds the plan's lock and has checked it just now.

    Raises:
        Invalid: groups are merged in a circle.
    """
    into = final(things)
    units = [*(unit.id for unit in checked.ending), *(unit.id for unit in checked.kept.values())]
    session.exec(select(Unit.id).where(col(Unit.id).in_(units)).order_by(col(Unit.id)).with_for_update()).all()
    heirs = succeed(session, checked)
    change = tell(session, checked, heirs)
    touched = moving.households(session, found=found, heirs=heirs)
    touched |= moving.memberships(session, things=things, into=into, found=found, heirs=heirs)
    following.groups(session, actor=actor, things=things, into=into, heirs=heirs, checked=checked)
    following.links(session, actor=actor, things=things, into=into, heirs=heirs)
    following.users(session, things=things, heirs=heirs)
    following.announcements(session, things=things, heirs=heirs)
    waiting.proposals(session, actor=actor, checked=checked, heirs=heirs, found=found)
    ward_side.follow(session, actor=actor, checked=checked, things=things, heirs=heirs)
    walls.follow(session, old=checked.old, heirs=heirs)
    following.the_rest(session, heirs=heirs, rest=checked.draft.rest)
    session.flush()
    door_lists.follow(session, checked=checked, found=found, heirs=heirs)
    session.flush()
    session.expire_all()
    rollups.refresh(session, unit_ids=heirs.ids() | touched, since=heirs.day)
    return change.id
