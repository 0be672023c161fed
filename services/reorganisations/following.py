"""What hangs on old units follows: groups and who feeds them, printed codes, accounts, announcements, open questions."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import case, literal
from sqlmodel import Session, col, select, update

from core import clock
from models import (
    LEFT,
    Announcement,
    Attendance,
    Audience,
    ChangeSet,
    Delivery,
    Group,
    GroupKind,
    JoinRequest,
    LeaderDevice,
    LoudspeakerSlot,
    Purpose,
    Reach,
    ReachCount,
    Relay,
    Reorganisation,
    ShortLink,
    Term,
    TickList,
    Unit,
    UnitChangeKind,
    UnitKind,
    User,
    lineage,
)
from services import audit, join_requests, sessions
from services import links as codes
from services.access import Actor
from services.reorganisations.checks import Checked
from services.reorganisations.drafts import Fate
from services.reorganisations.hanging import Hanging
from services.reorganisations.heirs import Heirs


def groups(
    session: Session, *, actor: Actor, things: Hanging, into: Mapping[UUID, UUID], heirs: Heirs, checked: Checked
) -> None:  # fmt: skip
    """Groups that go on hang on the new units; the others close on the day, and what they fed is fed by the one that stays."""
    for thing in things.of("group"):
        group = session.get_one(Group, thing.id)
        if thing.decision.fate is Fate.MOVED:
            group.unit_id = heirs.of(group.unit_id, thing.decision.part).id
            session.add(group)
            continue
        heir = session.get_one(Group, into[group.id]) if group.id in into else None
        _hand_on(session, actor, group, heir)
        _close(session, actor, group, heirs)
    session.flush()
    if checked.draft.kind is UnitChangeKind.TRANSFER or checked.old[0].kind is UnitKind.COMMUNE:
        _feed_again(session, [thing.id for thing in things.of("group") if thing.decision.fate is Fate.MOVED])


def links(session: Session, *, actor: Actor, things: Hanging, into: Mapping[UUID, UUID], heirs: Heirs) -> None:
    """Codes on walls go on working: those of a merged group lead to the one that stays; only what is ended says so."""
    for thing in things.of("link"):
        link = session.get_one(ShortLink, thing.id)
        if thing.decision.fate is Fate.ENDED:
            codes.set_active(session, actor=actor, link_id=link.id, is_active=False)
        if link.unit_id in heirs.units:
            link.unit_id = heirs.of(link.unit_id, thing.decision.part).id
        if link.group_id is not None and link.group_id in into and link.purpose is Purpose.JOIN:
            link.group_id = into[link.group_id]
        session.add(link)
    session.flush()


def users(session: Session, *, things: Hanging, heirs: Heirs) -> None:
    """Accounts go to the new unit, with what they may do there; an ended one signs in no more."""
    for thing in things.of("user"):
        user = session.get_one(User, thing.id)
        user.unit_id = heirs.of(user.unit_id, thing.decision.part).id
        if thing.decision.fate is Fate.ENDED:
            user.is_active = False
            sessions.end_all(session, user_id=user.id)
        session.add(user)
    session.flush()


def announcements(session: Session, *, things: Hanging, heirs: Heirs) -> None:
    """What is not over is for the new units instead; what a ward said is the new ward's to answer for."""
    moved = [thing.id for thing in things.of("announcement") if thing.decision.fate is Fate.MOVED]
    rows = session.exec(select(Audience).where(col(Audience.announcement_id).in_(moved))).all()
    present = {(row.announcement_id, row.unit_id) for row in rows}
    for row in rows:
        for unit in heirs.units.get(row.unit_id, ()):
            if (row.announcement_id, unit.id) not in present:
                present.add((row.announcement_id, unit.id))
                session.add(
                    Audience(
                        announcement_id=row.announcement_id, unit_id=unit.id, needs=row.needs, streets=row.streets,
                        group_kind=row.group_kind,
                    )
                )  # fmt: skip
        if row.unit_id in heirs.units:
            session.delete(row)
    session.flush()
    _everywhere(session, Announcement, heirs)


def the_rest(session: Session, *, heirs: Heirs, rest: int) -> None:
    """What nobody is asked about: closed accounts, codes switched off, plans, imports, what was read out or is to be."""
    for model in (User, ShortLink, Reorganisation, ChangeSet, LoudspeakerSlot):
        _everywhere(session, model, heirs, rest)


def _everywhere(session: Session, model: Any, heirs: Heirs, rest: int = 0) -> None:
    for old_id in heirs.units:
        session.execute(
            update(model).where(col(model.unit_id) == old_id).values(unit_id=heirs.of(old_id, rest).id)
            .execution_options(synchronize_session=False)
        )  # fmt: skip


def _hand_on(session: Session, actor: Actor, group: Group, heir: Group | None) -> None:
    """What a closing group feeds and whom it asks goes to the one that stays, or to the one that fed it."""
    fed_by = heir.id if heir else group.parent_id
    if heir is not None and heir.parent_id == group.id:
        heir.parent_id = group.parent_id
        session.add(heir)
        session.flush()
    session.execute(update(Group).where(col(Group.parent_id) == group.id).values(parent_id=fed_by))
    if heir is None:
        join_requests.end(session, actor=actor, group=group)
    else:
        waiting = update(JoinRequest).where(col(JoinRequest.group_id) == group.id, col(JoinRequest.answered_at).is_(None))
        session.execute(waiting.values(group_id=heir.id))
        _pass_relays_on(session, group, heir)


def _pass_relays_on(session: Session, group: Group, heir: Group) -> None:
    """What was still to be posted in a closing group is to be posted in the one that stays, unless that has it already."""
    theirs = select(Relay.announcement_id).where(Relay.group_id == heir.id)
    waiting = session.exec(
        select(Relay)
        .join(Announcement, col(Announcement.id) == Relay.announcement_id)
        .where(
            Relay.group_id == group.id, col(Relay.posted_at).is_(None), Relay.token_expires_at > clock.now(),
            col(Announcement.status).in_(LEFT), col(Relay.announcement_id).not_in(theirs),
        )
    ).all()  # fmt: skip
    for relay in waiting:
        relay.group_id = heir.id
        session.get_one(ShortLink, relay.link_id).group_id = heir.id
        session.get_one(Delivery, relay.delivery_id).recipient_id = str(heir.id)
        for model in (Reach, ReachCount, Attendance):
            session.execute(
                update(model)
                .where(col(model.announcement_id) == relay.announcement_id, col(model.group_id) == group.id)
                .values(group_id=heir.id)
            )
    session.flush()


def _close(session: Session, actor: Actor, group: Group, heirs: Heirs) -> None:
    """As `groups.close`, but counted once for all at the end: its memberships have ended, now its leaders' ways in do."""
    group.closed_on = max(heirs.day, group.started_on or heirs.day)
    session.add(group)
    session.flush()
    ended = case((col(Term.started_on) > heirs.day, col(Term.started_on)), else_=literal(heirs.day))
    session.execute(update(Term).where(col(Term.group_id) == group.id, col(Term.ended_on).is_(None)).values(ended_on=ended))
    for model in (LeaderDevice, TickList):
        still = (col(model.group_id) == group.id) & col(model.revoked_at).is_(None)
        session.execute(update(model).where(still).values(revoked_at=clock.now()))
    audit.record(
        session, actor=actor, action="group.closed", subject_kind="group", subject_id=group.id, on=group.closed_on.isoformat()
    )


def _feed_again(session: Session, group_ids: Iterable[UUID]) -> None:
    """A group is fed from its own ward: where the feeding group hangs elsewhere now, the new ward's leaders' group feeds it."""
    for id_ in group_ids:
        group = session.get_one(Group, id_)
        path = session.get_one(Unit, group.unit_id).path
        above = session.get(Group, group.parent_id) if group.parent_id else None
        if above is None or path.startswith(session.get_one(Unit, above.unit_id).path):
            continue
        ids = lineage(path)
        leaders = select(Group.id).where(
            col(Group.unit_id).in_(ids), Group.kind == GroupKind.LEADERS, col(Group.closed_on).is_(None)
        )
        group.parent_id = session.exec(leaders.order_by(col(Group.created_at))).first()
        session.add(group)
    session.flush()
