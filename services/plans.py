"""The reach plan: by which path each household of an audience will be told, and what that costs."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, distinct, func, literal, true
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from core import clock, sms
from models import Announcement, Audience, Channel, Group, Household, Membership, Unit, Urgency
from services import access, corrections, links, paths
from services.access import Actor, May
from services.paths import Question
from services.presence import is_member

PATHS = ("relay", "zalo_oa", "zns", "sms", "door")  # those that every answer names


@dataclass(frozen=True)
class PlannedGroup:
    """A chat group the plan goes through, and how many households of the audience are in it."""

    group_id: UUID
    name: str
    unit_id: UUID
    unit_label: str
    leader_id: UUID | None
    households: int


@dataclass(frozen=True)
class Plan:
    """How an audience will be reached. Whoever has no other path gets a knock, so nobody is unreachable."""

    households: int
    people: int
    relay: int
    door: int
    cost: int = 0  # đồng
    groups: list[PlannedGroup] = field(default_factory=list)
    others: Mapping[str, int] = field(default_factory=dict)  # households by the paths that need an account
    also: Mapping[str, int] = field(default_factory=dict)  # households told by a second path as well, and those given paper
    messages: Mapping[str, int] = field(default_factory=dict)  # paid messages by path: a telephone that two share gets one
    costs: Mapping[str, int] = field(default_factory=dict)  # đồng by path
    budget: int | None = None  # what the ward allows

    @property
    def leaderless(self) -> int:
        """Groups of the plan in which nobody is there to post."""
        return sum(group.leader_id is None for group in self.groups)

    @property
    def paths(self) -> dict[str, int]:
        """Households by their first path; together they are all households. Paths without an account stay at zero."""
        return dict.fromkeys(PATHS, 0) | dict(self.others) | {"relay": self.relay, "door": self.door}

    def kept(self) -> dict[str, Any]:
        """What is stored beside the announcement, to be laid next to what happened."""
        summary = {"households": self.households, "people": self.people, "paths": self.paths, "cost": self.cost, "unreachable": 0}
        more = {"also": dict(self.also), "messages": dict(self.messages), "costs": dict(self.costs), "budget": self.budget}
        return (
            summary
            | {name: value for name, value in more.items() if value}
            | {"groups": [asdict(g) | {k: str(v) for k, v in asdict(g).items() if isinstance(v, UUID)} for g in self.groups]}
        )


def of_audience(
    session: Session, *, audience: Sequence[Audience], channels: Sequence[Channel] = (), on: date | None = None,
    urgency: Urgency = Urgency.NORMAL, segments: int = 1,
) -> Plan:  # fmt: skip
    """The plan for an audience on a day (today), by its ward's rules and the accounts that work. A fixed number of queries.

    `channels` limits it to those (the knock is always there); `segments` is how many an SMS of the text is paid for.
    """
    day = on or clock.today()
    return answer(session, paths.ask(session, audience=audience, day=day, channels=channels, urgency=urgency, segments=segments))


def of_announcement(session: Session, *, announcement: Announcement) -> Plan:
    """The plan of an announcement as it stands today. The caller has narrowed by its actor."""
    return answer(session, question_of(session, announcement=announcement))


def question_of(session: Session, *, announcement: Announcement) -> Question:
    """Whom an announcement is for today, and by which ways. The caller has narrowed by its actor."""
    audience = session.exec(select(Audience).where(Audience.announcement_id == announcement.id)).all()
    channels = [Channel(name) for name in announcement.plan.get("channels", [])]
    asked = paths.ask(
        session, audience=audience, day=clock.today(), channels=channels, urgency=announcement.urgency,
        segments=segments_of(announcement),
    )  # fmt: skip
    return replace(asked, had=corrections.heard_before(session, announcement))


def segments_of(announcement: Announcement) -> int:
    """How many segments an SMS of its short text with the link to its page takes, without diacritics."""
    return sms_segments(announcement.group_text or announcement.body)


def sms_segments(text: str) -> int:
    """How many segments an SMS of these words with a link takes, without diacritics."""
    return sms.segments(sms.as_sent(f"{text}\n{links.measured_url()}"))


def preview(
    session: Session, *, actor: Actor, unit_ids: Sequence[UUID], needs: Sequence[str] = (), streets: Sequence[str] = (),
    channels: Sequence[Channel] = (), urgency: Urgency = Urgency.NORMAL, segments: int = 1, draft: Announcement | None = None,
) -> Plan:  # fmt: skip
    """The plan for units not yet written into any announcement: how many and who, while one still composes.

    What is composed is another form of `draft`, if one is given: a follow-up goes only to whom is missing, a correction also to
    whoever got what it corrects.

    Raises:
        NotFound: a unit outside the actor's sight.
    """
    audience = audience_of(session, actor=actor, unit_ids=unit_ids, needs=needs, streets=streets)
    if draft is None:
        return of_audience(session, audience=audience, channels=channels, urgency=urgency, segments=segments)
    for entry in audience:
        entry.announcement_id = draft.id
    asked = paths.ask(session, audience=audience, day=clock.today(), channels=channels, urgency=urgency, segments=segments)
    return answer(session, replace(asked, had=corrections.heard_before(session, draft)))


def audience_of(
    session: Session, *, actor: Actor, unit_ids: Sequence[UUID], needs: Sequence[str] = (), streets: Sequence[str] = ()
) -> list[Audience]:  # fmt: skip
    """Units as an audience that is written nowhere.

    Raises:
        NotAllowed: the actor may not write announcements. NotFound: a unit outside the actor's sight.
    """
    access.require(actor, May.WRITE)
    units = [access.unit_for(session, actor=actor, unit_id=unit_id) for unit_id in dict.fromkeys(unit_ids)]
    return [Audience(announcement_id=unit.id, unit_id=unit.id, needs=list(needs), streets=list(streets)) for unit in units]


def answer(session: Session, question: Question) -> Plan:
    """The plan that answers a question: totals by path, what it costs, the chats it goes through."""
    found = paths.rows(session, question).subquery()
    first, also = case((found.c.is_first, 1), else_=0), case((found.c.is_first, 0), else_=1)
    messages = func.count(distinct(found.c.recipient)) if any(way.price for way in question.ways) else literal(0)
    counted = session.execute(
        sa_select(
            found.c.path, func.sum(first), func.sum(also), func.sum(first * found.c.people), messages, func.max(found.c.price)
        ).group_by(found.c.path)
    ).all()
    firsts = {path: int(n) for path, n, *_ in counted if n}
    paid = {path: (int(sent), int(price)) for path, _, _, _, sent, price in counted if price}
    costs = {path: sent * price for path, (sent, price) in paid.items()}
    return Plan(
        households=sum(firsts.values()), people=sum(int(people) for _, _, _, people, *_ in counted),
        relay=firsts.pop(Channel.RELAY.value, 0), door=firsts.pop(Channel.DOOR.value, 0),
        cost=sum(costs.values()), costs=costs, groups=groups(session, question), others=firsts,
        also={path: int(n) for path, _, n, *_ in counted if n}, messages={path: sent for path, (sent, _) in paid.items()},
        budget=question.rules.budget,
    )  # fmt: skip


def groups(session: Session, question: Question, *, within: ColumnElement[bool] | None = None) -> list[PlannedGroup]:
    """The chats in which it is to be posted, each with its households of the audience: one may be in two.

    `within` narrows to some of the chats.
    """
    if not question.goes_by_chat:
        return []
    asked = paths.chats(question) & (true() if within is None else within)
    inside = (
        select(Membership.group_id, func.count().label("households"))
        .join(Household, col(Household.id) == Membership.household_id)
        .join(Group, col(Group.id) == Membership.group_id)
        .where(is_member(question.day), paths.present(question), asked)
        .group_by(col(Membership.group_id))
        .subquery()
    )
    query = (
        sa_select(
            col(Group.id), col(Group.name), col(Unit.id), func.coalesce(func.nullif(Unit.short_name, ""), Unit.name),
            col(Group.leader_id), func.coalesce(inside.c.households, 0),
        )
        .join(Unit, col(Unit.id) == Group.unit_id)
        .outerjoin(inside, inside.c.group_id == Group.id)
        .where(asked)
        .order_by(col(Unit.code), col(Group.name))
    )  # fmt: skip
    return [PlannedGroup(*row) for row in session.execute(query)]
