"""Reorganisations: groups merge, are divided, go to another ward; wards merge. Planned, seen through, carried out once, kept.

Days before the day say what they said: the old units end on it, their households get a past in them, the new ones begin.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from core import clock
from core.errors import Invalid, NotFound
from core.i18n import N_
from models import (
    LEFT,
    Announcement,
    Membership,
    Relay,
    Reorganisation,
    ReorganisationStatus,
    Unit,
)
from services import access, audit
from services.access import TERMINAL, Actor, May
from services.reorganisations.carrying import carry
from services.reorganisations.checks import Checked, check
from services.reorganisations.drafts import KINDS, Decision, Draft, Fate, Part, Rule, draft_of, steps_of
from services.reorganisations.hanging import Hanging, Thing, final, hanging
from services.reorganisations.sorting import Stay, stays, strangers, unmatched
from services.reorganisations.waiting import Tally, Waiting, waiting

__all__ = [
    "KINDS", "Decision", "Draft", "Fate", "Outlook", "Part", "Row", "Rule", "Tally", "Thing", "carry_out", "decide", "draft_of",
    "drop", "due", "get", "listing", "look", "plan",
]  # fmt: skip


@dataclass(frozen=True)
class PartOutlook:
    """What one of the new units will be."""

    name: str
    code: str
    households: int
    people: int


@dataclass(frozen=True)
class Outlook:
    """What a plan does, counted now: what moves, into what, and what becomes of all that hangs on the old units."""

    checked: Checked
    parts: list[PartOutlook]
    households: int
    people: int
    memberships: int  # open ones in groups of the old units
    hanging: Hanging
    relays: int  # still to be posted
    waiting: Waiting
    unmatched: list[Rule]  # rules that fit no household

    @property
    def confirm(self) -> int:
        """The number that is typed before it is carried out: households, or units where there are none."""
        return self.households or len(self.checked.ending)


@dataclass(frozen=True)
class Row:
    """A plan in the list, in words."""

    plan: Reorganisation
    old: str
    new: str
    households: int | None  # of one that is done


def look(session: Session, *, actor: Actor, draft: Draft, plan_id: UUID | None = None) -> Outlook:
    """See through a draft before anything is kept. A fixed number of queries, whatever the units hold.

    Raises:
        Invalid: it cannot be right; `details["field"]` names where.
        NotAllowed: the actor is neither official nor administrator.
        NotFound: a unit lies outside the actor's sight.
    """
    access.require(actor, May.REORGANISE)
    checked = check(session, actor=actor, draft=draft, plan_id=plan_id)
    strangers(session, checked)
    found = stays(session, checked)
    return _outlook(session, checked, found)


def plan(session: Session, *, actor: Actor, draft: Draft) -> Reorganisation:
    """Keep a draft as a plan; nothing moves yet.

    Raises:
        Invalid, NotAllowed, NotFound: as in `look`.
    """
    checked = look(session, actor=actor, draft=draft).checked
    kept = checked.draft
    above = checked.old[0].parent_id
    seen = above if above is not None and _sees(session, actor, above) else checked.old[0].id
    made = Reorganisation(
        kind=kept.kind, effective_on=kept.effective_on, decision_no=kept.decision_no, note=kept.note, unit_id=seen,
        steps=steps_of(kept), planned_by_id=actor.id,
    )  # fmt: skip
    session.add(made)
    session.flush()
    _note(session, actor, "reorganisation.planned", made, kind=made.kind.value, on=made.effective_on.isoformat())
    return made


def decide(session: Session, *, actor: Actor, plan_id: UUID, decisions: Mapping[str, Decision]) -> Reorganisation:
    """Say what becomes of things that hang on the old units; what is not named goes as by default.

    Raises:
        Invalid: it is carried out or dropped, or groups would be merged in a circle.
        NotAllowed, NotFound: as in `get`.
    """
    kept = _planned(session, actor, plan_id)
    draft = draft_of(kept)
    outlook = look(session, actor=actor, draft=replace(draft, decisions=decisions), plan_id=plan_id)
    final(outlook.hanging)
    changed = {key: one for key, one in decisions.items() if one in _choices(outlook, key)}
    kept.steps = steps_of(replace(draft, decisions=changed))
    session.add(kept)
    _note(session, actor, "reorganisation.decided", kept, decisions=len(changed))
    return kept


def drop(session: Session, *, actor: Actor, plan_id: UUID) -> Reorganisation:
    """Give a plan up. What is done is not undone.

    Raises:
        Invalid: it is carried out or dropped already.
        NotAllowed, NotFound: as in `get`.
    """
    kept = _planned(session, actor, plan_id)
    kept.status = ReorganisationStatus.DROPPED
    session.add(kept)
    _note(session, actor, "reorganisation.dropped", kept)
    return kept


def get(session: Session, *, actor: Actor, plan_id: UUID) -> Reorganisation:
    """A plan of the actor's units.

    Raises:
        NotAllowed: the actor is neither official nor administrator.
        NotFound: it does not exist, or lies outside the actor's sight.
    """
    access.require(actor, May.REORGANISE)
    return _found(session, actor, plan_id, locked=False)


def listing(session: Session, *, actor: Actor) -> list[Row]:
    """The plans of the actor's units: what is planned by its day, then what is done, the latest first.

    Raises:
        NotAllowed: the actor is neither official nor administrator.
    """
    access.require(actor, May.REORGANISE)
    query = select(Reorganisation).join(Unit, col(Unit.id) == Reorganisation.unit_id).where(access.path_range(actor.unit_path))
    plans = list(session.exec(query.where(Reorganisation.status != ReorganisationStatus.DROPPED)))
    drafts = [draft_of(one) for one in plans]
    ids = {id_ for draft in drafts for id_ in (*draft.old_ids, draft.ward_id, *(part.unit_id for part in draft.parts)) if id_}
    labels = {unit.id: unit.label for unit in session.exec(select(Unit).where(col(Unit.id).in_(ids)))}
    rows = [
        Row(
            one, ", ".join(labels[id_] for id_ in draft.old_ids),
            ", ".join(labels[part.unit_id] if part.unit_id else part.name for part in draft.parts)
            or (labels[draft.ward_id] if draft.ward_id else ""),
            one.steps.get("done", {}).get("households"),
        ) for one, draft in zip(plans, drafts, strict=True)
    ]  # fmt: skip
    waiting = sorted(
        (row for row in rows if row.plan.status is ReorganisationStatus.PLANNED), key=lambda row: row.plan.effective_on
    )
    rest = [row for row in rows if row.plan.status is not ReorganisationStatus.PLANNED]
    return waiting + sorted(rest, key=lambda row: row.plan.effective_on, reverse=True)


def carry_out(session: Session, *, actor: Actor, plan_id: UUID, confirmed: int) -> Reorganisation:
    """Carry a plan out, whole or not at all; `confirmed` is `Outlook.confirm` as the actor saw and typed it.

    Raises:
        Invalid: its day has not come, it is done already, other numbers would move than were confirmed, or it can no longer be
            right.
        NotAllowed, NotFound: as in `get`.
    """
    kept = _planned(session, actor, plan_id)
    if kept.effective_on > clock.today():
        raise Invalid(N_("Chưa tới ngày {day:%d/%m/%Y}. Đến ngày, hệ thống tự thực hiện."), day=kept.effective_on)
    checked, found = _ready(session, actor, kept)
    outlook = _outlook(session, checked, found)
    if confirmed != outlook.confirm:
        raise Invalid(N_("Con số đã đổi: nay là {n}. Xin xem lại rồi gõ số mới."), n=outlook.confirm, field="confirmed")
    return _do(session, actor, kept, checked, found, outlook)


def due(session: Session) -> list[UUID]:
    """The plans whose day has come, for the nightly job."""
    waiting = select(Reorganisation.id).where(
        Reorganisation.status == ReorganisationStatus.PLANNED, Reorganisation.effective_on <= clock.today()
    )
    return list(session.exec(waiting.order_by(col(Reorganisation.effective_on), col(Reorganisation.created_at))))


def carry_out_due(session: Session, *, plan_id: UUID) -> bool:
    """Carry out a plan whose day has come, as the official who planned it wanted; False where it is done or dropped already.

    Raises:
        Invalid: it can no longer be right; it stays planned, and its page says why.
    """
    kept = session.get(Reorganisation, plan_id, with_for_update=True)
    if kept is None or kept.status is not ReorganisationStatus.PLANNED or kept.effective_on > clock.today():
        return False
    checked, found = _ready(session, TERMINAL, kept)
    _do(session, TERMINAL, kept, checked, found, _outlook(session, checked, found))
    return True


def _ready(session: Session, actor: Actor, kept: Reorganisation) -> tuple[Checked, list[Stay]]:
    checked = check(session, actor=actor, draft=draft_of(kept), plan_id=kept.id)
    strangers(session, checked)
    return checked, stays(session, checked)


def _do(
    session: Session, actor: Actor, kept: Reorganisation, checked: Checked, found: list[Stay], outlook: Outlook
) -> Reorganisation:  # fmt: skip
    kept.change_id = carry(session, actor=actor, checked=checked, found=found, things=outlook.hanging)
    counts: dict[str, Any] = {
        "units": len(checked.ending), "households": outlook.households, "people": outlook.people,
        "memberships": outlook.memberships, "groups": len(outlook.hanging.of("group")),
        "links": len(outlook.hanging.of("link")), "users": len(outlook.hanging.of("user")),
        "terms_ended": outlook.waiting.terms.ending, "requests_closed": outlook.waiting.requests.ending,
        "proposals_moved": outlook.waiting.proposals.going_on, "proposals_closed": outlook.waiting.proposals.ending,
    }  # fmt: skip
    kept.status, kept.done_by_id, kept.done_at = ReorganisationStatus.DONE, actor.id, clock.now()
    kept.steps = kept.steps | {"done": counts}
    session.add(kept)
    _note(session, actor, "reorganisation.carried_out", kept, on=kept.effective_on.isoformat(), **counts)
    return kept


def _outlook(session: Session, checked: Checked, found: list[Stay]) -> Outlook:
    now = [stay for stay in found if stay.past_id is None]
    things = hanging(session, checked, found)
    group_ids = [thing.id for thing in things.of("group")]
    memberships = session.exec(
        select(func.count()).select_from(Membership)
        .where(col(Membership.group_id).in_(group_ids), col(Membership.left_on).is_(None))
    ).one()  # fmt: skip
    relays = session.exec(
        select(func.count()).select_from(Relay).join(Announcement, col(Announcement.id) == Relay.announcement_id)
        .where(
            col(Relay.group_id).in_(group_ids), col(Relay.posted_at).is_(None), Relay.token_expires_at > clock.now(),
            col(Announcement.status).in_(LEFT),
        )
    ).one()  # fmt: skip
    return Outlook(
        checked, _parts(checked, now), len(now), sum(stay.people for stay in now), memberships, things, relays,
        waiting(session, checked, things), unmatched(found, checked.draft.rules),
    )  # fmt: skip


def _parts(checked: Checked, now: list[Stay]) -> list[PartOutlook]:
    if checked.ward is not None:
        return [PartOutlook(checked.ward.name, checked.ward.code, len(now), sum(stay.people for stay in now))]
    return [
        PartOutlook(
            checked.kept[place].label if place in checked.kept else part.name,
            checked.kept[place].code if place in checked.kept else part.code,
            sum(stay.part == place for stay in now), sum(stay.people for stay in now if stay.part == place),
        ) for place, part in enumerate(checked.draft.parts)
    ]  # fmt: skip


def _choices(outlook: Outlook, key: str) -> tuple[Decision, ...]:
    return next((thing.choices for thing in outlook.hanging.things if thing.key == key), ())


def _sees(session: Session, actor: Actor, unit_id: UUID) -> bool:
    unit = session.get(Unit, unit_id)
    return unit is not None and unit.path.startswith(actor.unit_path)


def _found(session: Session, actor: Actor, plan_id: UUID, *, locked: bool) -> Reorganisation:
    query = select(Reorganisation).join(Unit, col(Unit.id) == Reorganisation.unit_id)
    query = query.where(Reorganisation.id == plan_id, access.path_range(actor.unit_path)).execution_options(
        populate_existing=locked
    )
    found = session.exec(query.with_for_update(of=Reorganisation) if locked else query).first()
    if found is None:
        raise NotFound(N_("Không tìm thấy lần sắp xếp này."))
    return found


def _planned(session: Session, actor: Actor, plan_id: UUID) -> Reorganisation:
    """For a write: of two at once, the second sees what the first has done."""
    access.require(actor, May.REORGANISE)
    kept = _found(session, actor, plan_id, locked=True)
    if kept.status is ReorganisationStatus.DONE:
        by = access.display_name(session, user_id=kept.done_by_id)
        raise Invalid(N_("Lần sắp xếp này đã được thực hiện rồi. {name}"), name=by)
    if kept.status is ReorganisationStatus.DROPPED:
        raise Invalid(N_("Dự kiến này đã bỏ."))
    return kept


def _note(session: Session, actor: Actor, action: str, kept: Reorganisation, **details: Any) -> None:
    audit.record(session, actor=actor, action=action, subject_kind="reorganisation", subject_id=kept.id, **details)
