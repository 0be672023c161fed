"""Door lists of announcements that are not over: each goes on in the new unit, under the numbers that stand on paper.

A unit has one list an announcement. Where two units become one, the list of the first goes on and takes in whom the others had
still to tell; those are closed. Where a unit is divided its list stays with one part, and the other parts get lists of their own.
"""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session, col, or_, select

from core import clock
from models import Announcement, DoorLine, DoorList, DoorOutcome, Household
from services import door_addresses, door_numbers
from services.reorganisations.checks import Checked
from services.reorganisations.heirs import Heirs
from services.reorganisations.sorting import Stay


def follow(session: Session, *, checked: Checked, found: Sequence[Stay], heirs: Heirs) -> None:
    """Households, groups and accounts must have moved."""
    open_ones = select(DoorList).where(
        col(DoorList.unit_id).in_(list(heirs.units)), col(DoorList.revoked_at).is_(None), DoorList.expires_at > clock.now()
    )
    lists = session.exec(open_ones.order_by(col(DoorList.announcement_id), col(DoorList.created_at), col(DoorList.id))).all()
    if not lists:
        return
    shares = _shares(found)
    targets = {heirs.of(one.unit_id, shares.get(one.unit_id, checked.draft.rest)).id for one in lists}
    ids = {one.announcement_id for one in lists}
    standing = select(DoorList.announcement_id, DoorList.unit_id).where(
        col(DoorList.announcement_id).in_(ids), col(DoorList.unit_id).in_(targets)
    )
    taken = set(session.exec(standing).all())
    owners = door_addresses.heads_of(session, targets)
    for one in lists:
        target = heirs.of(one.unit_id, shares.get(one.unit_id, checked.draft.rest)).id
        if (one.announcement_id, target) in taken:
            one.revoked_at = clock.now()
        else:
            taken.add((one.announcement_id, target))
            one.unit_id = target
            if one.user_id not in owners.get(target, []):
                door_addresses.reissue(session, one, next(iter(owners.get(target, [])), None))
        session.add(one)
    session.flush()
    for announcement in session.exec(select(Announcement).where(col(Announcement.id).in_(ids)).order_by(col(Announcement.id))):
        _number_again(session, announcement, [one.id for one in lists if one.announcement_id == announcement.id])


def _shares(found: Sequence[Stay]) -> dict[UUID, int]:
    """By unit, the part to which most of its households go."""
    counts: dict[UUID, Counter[int]] = {}
    for stay in found:
        if stay.past_id is None:
            counts.setdefault(stay.unit_id, Counter())[stay.part] += 1
    return {unit_id: parts.most_common(1)[0][0] for unit_id, parts in counts.items()}


def _number_again(session: Session, announcement: Announcement, list_ids: Sequence[UUID]) -> None:
    """Whoever was on one of these lists and is still to be told stands on the list of the unit in which it lives now."""
    still = or_(col(DoorLine.outcome).is_(None), col(DoorLine.outcome) == DoorOutcome.NOT_HOME)
    on_them = select(DoorLine.household_id).where(col(DoorLine.door_list_id).in_(list_ids), still)
    door_numbers.add(session, announcement, col(Household.id).in_(on_them))
