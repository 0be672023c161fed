"""Changes of practice that the house itself knows of: a group got a new leader, cards were printed for a whole group.

They are what a comparison of before and after can start from.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from core import clock
from core.text import natural_key
from models import AuditEvent, Group, GroupKind, Part, Term, Unit, UnitKind
from services import access
from services.access import Actor, May, path_range, unit_for
from services.before_after import LONGEST, SHORTEST

MOST = 8
CARDS_ISSUED = "household_card.issued"
_before = aliased(Term)  # once: it costs as much as a small query


class Practice(StrEnum):
    """What was changed."""

    LEADER = "leader"
    CARDS = "cards"


@dataclass(frozen=True)
class PracticeChange:
    """One kind of change on one day."""

    practice: Practice
    on: date
    codes: list[str]  # of the residential units
    names: list[str]
    cards: int = 0


def of(session: Session, *, actor: Actor, unit_id: UUID) -> list[PracticeChange]:
    """The latest of a ward that can be compared: within a year, a week ago at least, and not in all of its groups at once.

    Raises:
        NotAllowed: who may not study figures.
        NotFound: the ward lies outside the actor's sight.
    """
    access.require(actor, May.STUDY_FIGURES)
    ward = unit_for(session, actor=actor, unit_id=unit_id)
    today = clock.today()
    since, until = today - timedelta(days=LONGEST), today - timedelta(days=SHORTEST - 1)
    places = session.exec(
        select(Unit).where(path_range(ward.path), Unit.kind == UnitKind.RESIDENTIAL, col(Unit.valid_to).is_(None))
    ).all()
    units = {one.id: one for one in sorted(places, key=lambda one: (natural_key(one.area), natural_key(one.label)))}
    found = [*_leaders(session, units, since, until), *_cards(session, units, since, until)]
    return sorted((one for one in found if len(one.codes) < len(units)), key=lambda one: (-one.on.toordinal(), one.practice))[
        :MOST
    ]


def _leaders(session: Session, units: dict[UUID, Unit], since: date, until: date) -> list[PracticeChange]:
    """Terms that follow another: the first leader of a group is no change."""
    is_next = select(_before).where(
        col(_before.group_id) == col(Term.group_id), _before.part == Part.LEADER, col(_before.user_id) != col(Term.user_id),
        col(_before.started_on) < col(Term.started_on),
    )  # fmt: skip
    rows = session.exec(
        select(Term, Group.unit_id)
        .join(Group, col(Group.id) == col(Term.group_id))
        .where(
            Term.part == Part.LEADER, Group.kind == GroupKind.HOUSEHOLD, col(Group.unit_id).in_(units),
            col(Term.started_on) > since, col(Term.started_on) <= until, is_next.exists(),
        )
    ).all()  # fmt: skip
    by_day: dict[date, set[UUID]] = defaultdict(set)
    for term, unit_id in rows:
        by_day[term.started_on].add(unit_id)
    return [_change(Practice.LEADER, on, units, ids) for on, ids in by_day.items()]


def _cards(session: Session, units: dict[UUID, Unit], since: date, until: date) -> list[PracticeChange]:
    """Cards printed for several households of a unit at once; a single one replaces what was lost."""
    rows = session.exec(
        select(AuditEvent).where(
            AuditEvent.subject_kind == "unit", col(AuditEvent.subject_id).in_([str(one) for one in units]),
            AuditEvent.action == CARDS_ISSUED,
        )
    ).all()  # fmt: skip
    by_day: dict[date, dict[UUID, int]] = defaultdict(lambda: defaultdict(int))
    for row in rows:
        on = clock.local(row.created_at).date()
        if since < on <= until:
            by_day[on][UUID(row.subject_id)] += int(row.details.get("cards", 0))
    return [_change(Practice.CARDS, on, units, set(counts), sum(counts.values())) for on, counts in by_day.items()]


def _change(practice: Practice, on: date, units: dict[UUID, Unit], ids: set[UUID], cards: int = 0) -> PracticeChange:
    changed = [unit for id_, unit in units.items() if id_ in ids]
    return PracticeChange(practice, on, [one.code for one in changed], [one.label for one in changed], cards)
