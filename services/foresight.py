"""What a board knows of the time ahead: the forecast, what usually happens, and what would raise the share most."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import ColumnElement, distinct, func
from sqlmodel import Session, col, select

from core import clock
from models import Announcement, Channel, Delivery, Household, Model, Relay, Unit
from services import access, drafts, forecast, past_reach, paths, plans, reach_rules, untold, usual_reach
from services.access import Actor, May
from services.forecast import Expected, Score
from services.past_reach import Past
from services.presence import is_joined
from services.reach_rules import Account

BAND_POINTS = 24
ARRIVES = 0.9  # of messages to a telephone, told
AT_HOME = 0.8  # of doors, within a day
_HOME = Model.metadata.tables["household"].c
PAID = (Channel.ZNS, Channel.SMS)


@dataclass(frozen=True)
class Usual:
    """At an instant after sending, between which shares earlier announcements mostly were."""

    at: datetime
    low: float
    high: float


@dataclass(frozen=True)
class Raise:
    """One thing that could be done: by what, for how many leaders or households, at what cost, how many more it tells."""

    kind: Literal["call", "message", "door"]
    count: int
    gain: int
    cost: int = 0
    channel: Channel | None = None

    @property
    def channels(self) -> list[Channel]:
        """What a follow-up that does it is limited to."""
        return [self.channel] if self.channel else []


@dataclass(frozen=True)
class Foresight:
    """All of it; empty where too little is past or nothing lies ahead."""

    is_of_known: bool
    expected: Expected | None = None
    deadline: datetime | None = None
    usual: list[Usual] = field(default_factory=list)
    raises: list[Raise] = field(default_factory=list)
    score: Score = field(default_factory=lambda: Score(0, 0))


def of(session: Session, *, actor: Actor, announcement_id: UUID) -> Foresight:
    """For a sent announcement in the actor's sight.

    Raises:
        NotFound: it does not exist, or lies outside.
    """
    access.require(actor, May.WRITE)
    announcement = drafts.get(session, actor=actor, announcement_id=announcement_id)
    if announcement.sent_at is None:
        return Foresight(past_reach.counts_known(announcement))
    past = past_reach.like(session, announcement)
    until, now = forecast.deadline_of(announcement), clock.now()
    said = forecast.expected(session, announcement=announcement, past=past)
    raises = []
    if said is not None and until is not None:
        this = past_reach.of(session, [announcement])[0]
        raises = _raises(session, announcement, past, this, said, until)
    return Foresight(
        past_reach.counts_known(announcement), said, until if said else None,
        _band(past, announcement.sent_at, _ends(announcement.sent_at, until or now), None), raises,
        forecast.score(session, actor=actor),
    )  # fmt: skip


def of_group(session: Session, *, actor: Actor, announcement_id: UUID, group_id: UUID) -> list[Usual]:
    """What one group usually does with an announcement like this, from its sending on; empty where too few went before it.

    Raises:
        NotFound: as `of`.
    """
    access.require(actor, May.WRITE)
    announcement = drafts.get(session, actor=actor, announcement_id=announcement_id)
    if announcement.sent_at is None:
        return []
    past = past_reach.like(session, announcement)
    until = forecast.deadline_of(announcement) or clock.now()
    return _band(past, announcement.sent_at, _ends(announcement.sent_at, until), group_id)


def _ends(sent_at: datetime, ends: datetime) -> datetime:
    return max(ends, sent_at + timedelta(hours=1))


def _band(past: Sequence[Past], sent_at: datetime, ends: datetime, group_id: UUID | None) -> list[Usual]:
    """The middle of what earlier announcements had reached after the same time."""
    step = (ends - sent_at) / BAND_POINTS
    found = []
    for place in range(BAND_POINTS + 1):
        after = step * place
        between = usual_reach.band(_shares(past, after.total_seconds() / 60, group_id))
        if between:
            found.append(Usual(sent_at + after, *between))
    return found


def _shares(past: Sequence[Past], after: float, group_id: UUID | None) -> list[float]:
    if group_id is None:
        return [one.reached_by(one.sent + after) / one.households for one in past]
    posts = [post for one in past for post in one.posts if post.group_id == group_id and post.households]
    return [post.told_by(post.sent + after) / post.households for post in posts]


def _raises(
    session: Session, announcement: Announcement, past: Sequence[Past], this: Past, said: Expected, until: datetime
) -> list[Raise]:  # fmt: skip
    """What tells most first."""
    now, ends = past_reach.minutes(clock.now()), past_reach.minutes(until)
    unposted = session.exec(
        select(func.count()).select_from(Relay).where(Relay.announcement_id == announcement.id, col(Relay.posted_at).is_(None))
    ).one()
    found = []
    if unposted:
        gain = forecast.by_calling(past, this, now, ends)
        found.append(Raise("call", unposted, gain))
    outside = _missing(session, announcement, ~is_joined(_HOME.id, clock.today()))
    if outside:
        found.append(Raise("door", outside, _at_most(said, announcement, round(outside * AT_HOME))))
    account = _account(session, announcement)
    if account:
        is_mobile = paths.is_mobile(col(Household.phone))
        called = _missing(session, announcement, is_mobile)
        phones = func.count(distinct(col(Household.phone)))  # who shares one shares the message
        messages = _missing(session, announcement, is_mobile, phones)
        each = account.price * (plans.segments_of(announcement) if account.channel is Channel.SMS else 1)
        gain = _at_most(said, announcement, round(ARRIVES * called * forecast.by_message(past, this, now, ends)))
        found.append(Raise("message", called, gain, messages * each, account.channel))
    return sorted((one for one in found if one.count and one.gain), key=lambda one: -one.gain)


def _at_most(said: Expected, announcement: Announcement, gain: int) -> int:
    return max(0, min(gain, announcement.households - said.middle))


def _missing(
    session: Session, announcement: Announcement, narrowed: ColumnElement[bool], counted: ColumnElement[int] | None = None
) -> int:  # fmt: skip
    """Households of the audience that nobody knows to have been told, and that are in no chat where it was posted."""
    missing = untold.of_announcement(session, announcement_id=announcement.id)
    what = func.count() if counted is None else counted
    return session.exec(select(what).select_from(Household).where(missing, narrowed)).one()


def _account(session: Session, announcement: Announcement) -> Account | None:
    """The cheapest account the ward can send messages to telephones by, unless it was used already."""
    ward = session.get_one(Unit, announcement.unit_id)
    used = session.exec(select(Delivery.channel).where(Delivery.announcement_id == announcement.id).distinct()).all()
    found = reach_rules.accounts(session, ward=ward).values()
    ready = [one for one in found if one.works and one.channel in PAID and one.channel not in used]
    return min(ready, key=lambda one: one.price, default=None)
