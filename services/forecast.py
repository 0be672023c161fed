"""The forecast: what share of an audience will be reached at the deadline, with an interval that is honest.

The middle comes from what groups usually do (`usual_reach`), moved by how this announcement has begun. The interval comes
from the errors that the same sum would have made with earlier announcements at the same moment: no assumption is in it but
that this one is like those.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import sqrt
from statistics import fmean
from uuid import UUID

from sqlmodel import Session, col, func, select

from core import clock
from models import Announcement, AnnouncementStatus, Forecast, Unit
from services import access, past_reach, usual_reach
from services.access import Actor, May
from services.past_reach import Past
from services.usual_reach import Usual

LEAST_PAST = 4  # earlier announcements, below which nothing is said
EVERY = timedelta(minutes=10)
TAIL = 0.05  # of the errors on each side that the interval leaves out
DRIFT = 0.03  # variance of the beginning against the rest of one announcement, beyond chance
SCORED = 200  # the latest forecasts that the score is of


@dataclass(frozen=True)
class Expected:
    """Households at the deadline; `reached` are known now."""

    reached: int
    low: int
    middle: int
    high: int


@dataclass(frozen=True)
class Score:
    """How many earlier forecasts held what came within their interval."""

    held: int
    of: int

    @property
    def in_ten(self) -> int:
        """Of ten."""
        return round(10 * self.held / self.of) if self.of else 0


def deadline_of(announcement: Announcement) -> datetime | None:
    """The instant a forecast of it speaks of."""
    return announcement.must_reach_by if announcement.sent_at else None


def expected(session: Session, *, announcement: Announcement, past: Sequence[Past] | None = None) -> Expected | None:
    """What to expect now; None where there is no deadline ahead or too little past. The caller has narrowed by its actor.

    `past` is `past_reach.like` where the caller has it already.
    """
    until, now = deadline_of(announcement), clock.now()
    if until is None or until <= now or announcement.status is not AnnouncementStatus.SENT or not announcement.households:
        return None
    past = past_reach.like(session, announcement) if past is None else past
    if len(past) < LEAST_PAST:
        return None
    return foreseen(past, past_reach.of(session, [announcement])[0], past_reach.minutes(now), past_reach.minutes(until))


def foreseen(past: Sequence[Past], this: Past, now: float, until: float) -> Expected:
    """The middle and the interval, from at least one earlier announcement."""
    usual = learnt(past)
    reached = this.reached_by(now)
    gain = _gain(usual, past, this, now, until)
    low, high = _errors(usual, past, now - this.sent, until - this.sent)
    room = _scale(gain, this.households)
    chance = 1.3 * sqrt(gain + 1)
    middle = min(max(reached + round(gain), reached), this.households)
    lowest = min(reached + gain + low * room, reached + gain - chance)
    highest = max(reached + gain + high * room, reached + gain + chance)
    return Expected(
        reached, min(max(round(lowest), reached), middle), middle, max(middle, min(round(highest), this.households))
    )  # fmt: skip


def learnt(past: Sequence[Past]) -> Usual:
    """What the groups of these announcements usually do."""
    return usual_reach.learn([post for one in past for post in one.posts])


def by_calling(past: Sequence[Past], this: Past, now: float, until: float) -> int:
    """Households that would be told until the deadline beyond the forecast if every group that has not posted did so now."""
    usual = learnt(past)
    called = replace(this, posts=[post if post.posted is not None else replace(post, posted=now) for post in this.posts])
    return max(0, round(_gain(usual, past, called, now, until) - _gain(usual, past, this, now, until)))


def by_message(past: Sequence[Past], this: Past, now: float, until: float) -> float:
    """What share of households would follow until the deadline if a text reached them now, as they do in a chat."""
    usual = learnt(past)
    return min(1.0, usual.share(now, now, until) * _pull(usual, this, now))


def _scale(gain: float, households: int) -> float:
    """What an error is measured by: the gain, never less than one household in fifty, for a small gain is missed by much."""
    return gain + households / 50


def _gain(usual: Usual, past: Sequence[Past], this: Past, now: float, until: float) -> float:
    """Households that will be told between now and the deadline."""
    pull = _pull(usual, this, now)
    total = 0.0
    for post in this.posts:
        level, seen = usual.factor(post.group_id) * pull, post.told_by(now)
        if post.posted is not None and post.posted <= now:
            share = usual.share(post.posted, now, until)
        else:
            share = _share_of_unposted(usual, post.group_id, now - this.sent, this.sent, until)
        total += min(post.households * level * share, max(post.households - seen, 0))
    since, to = now - this.sent, until - this.sent
    shares = [_elsewhere(one, since, to) / one.households for one in past if one.end - one.sent >= min(to, one.end - one.sent)]
    return total + (fmean(shares) * this.households if shares else 0.0)


def _share_of_unposted(usual: Usual, group_id: UUID, passed: float, sent: float, until: float) -> float:
    """As the mean over the delays that are still possible."""
    waits = usual.waits(group_id, passed)
    if not waits:  # later than anybody ever was
        return usual.share(sent + passed, sent + passed, until) / 4
    return fmean(usual.share(sent + wait, sent + wait, until) if wait < until - sent else 0.0 for wait in waits)


def _pull(usual: Usual, this: Past, now: float) -> float:
    """How much more than usual this announcement is followed, as far as its beginning tells."""
    seen = expected_ = 0.0
    for post in this.posts:
        if post.posted is not None and post.posted <= now:
            seen += post.told_by(now)
            expected_ += post.households * usual.factor(post.group_id) * usual.share(post.posted, post.posted, now)
    if expected_ <= 0:
        return 1.0
    trust = usual.spread / (usual.spread + 1 / expected_ + DRIFT)
    return min(max(1 + trust * (seen / expected_ - 1), 0.2), 3.0)


def _elsewhere(one: Past, since: float, to: float) -> int:
    return sum(n for at, n in one.elsewhere if since < at - one.sent <= to)


def _errors(usual: Usual, past: Sequence[Past], since: float, to: float) -> tuple[float, float]:
    """The lowest and the highest usual error of this sum, as shares of `_scale`, over the earlier announcements."""
    found = []
    for one in past:
        now, until = one.sent + since, min(one.sent + to, one.end)
        if until <= now:
            continue
        others = [other for other in past if other is not one]
        gain = _gain(usual, others, one, now, until)
        came = one.reached_by(until) - one.reached_by(now)
        found.append((came - gain) / _scale(gain, one.households))
    if len(found) < LEAST_PAST:
        return -0.7, 0.7
    found.sort()
    place = int(TAIL * (len(found) + 1))
    wider = 1 + 3 / len(found)  # the few one has seen are never the worst there are
    low, high = found[max(place - 1, 0)], found[min(len(found) - place, len(found) - 1)]
    return min(low, 0.0) * wider, max(high, 0.0) * wider


# Kept, and held against what came


def latest(session: Session, *, announcement_id: UUID) -> Forecast | None:
    """The last one made. The caller has narrowed by its actor."""
    return session.exec(
        select(Forecast).where(Forecast.announcement_id == announcement_id).order_by(col(Forecast.made_at).desc()).limit(1)
    ).first()


def is_due(session: Session, *, announcement: Announcement) -> bool:
    """Whether a look at the board should make a new one: none in ten minutes, and the deadline lies ahead."""
    until, now = deadline_of(announcement), clock.now()
    if until is None or until <= now or announcement.status is not AnnouncementStatus.SENT:
        return False
    last = latest(session, announcement_id=announcement.id)
    return last is None or last.made_at <= now - EVERY


def keep(session: Session, *, announcement_id: UUID) -> Forecast | None:
    """Make one and keep it, unless one was made within ten minutes. The caller has narrowed by its actor."""
    announcement = session.get(Announcement, announcement_id, with_for_update=True)
    if announcement is None or not is_due(session, announcement=announcement):
        return None
    made = expected(session, announcement=announcement)
    if made is None or announcement.must_reach_by is None:
        return None
    kept = Forecast(
        announcement_id=announcement.id, made_at=clock.now(), for_at=announcement.must_reach_by, low=made.low,
        middle=made.middle, high=made.high,
    )  # fmt: skip
    session.add(kept)
    session.flush()
    return kept


def due(session: Session) -> list[UUID]:
    """Announcements whose half time is over and that have no forecast since: a promise for whoever looks later."""
    now = clock.now()
    open_ = (col(Announcement.status) == AnnouncementStatus.SENT) & (col(Announcement.must_reach_by) > now)
    made = func.max(Forecast.made_at)
    query = (
        select(Announcement.id, Announcement.sent_at, Announcement.must_reach_by, made)
        .outerjoin(Forecast, col(Forecast.announcement_id) == Announcement.id)
        .where(open_, col(Announcement.sent_at).is_not(None))
        .group_by(col(Announcement.id), col(Announcement.sent_at), col(Announcement.must_reach_by))
    )
    waiting = []
    for id_, sent_at, until, last in session.exec(query):
        if sent_at and until:
            half = sent_at + (until - sent_at) / 2
            if half <= now and (last is None or last < half):
                waiting.append(id_)
    return waiting


def score_ended(session: Session) -> int:
    """Write beside every forecast whose instant has passed what had come by then; how many. A second call writes nothing."""
    now = clock.now()
    open_ = session.exec(
        select(Forecast.announcement_id, Forecast.for_at).where(col(Forecast.came).is_(None), Forecast.for_at <= now).distinct()
    ).all()
    done = 0
    for announcement_id, for_at in open_:
        announcement = session.get_one(Announcement, announcement_id)
        [this] = past_reach.of(session, [announcement])
        is_its = (col(Forecast.announcement_id) == announcement_id) & (col(Forecast.for_at) == for_at)
        came = this.reached_by(past_reach.minutes(for_at))
        for one in session.exec(select(Forecast).where(is_its, col(Forecast.came).is_(None))):
            one.came = came
            session.add(one)
            done += 1
    session.flush()
    return done


def score(session: Session, *, actor: Actor) -> Score:
    """How the latest forecasts in the actor's sight have done."""
    access.require(actor, May.WATCH)
    rows = session.exec(
        select(Forecast.low, Forecast.high, Forecast.came)
        .join(Announcement, col(Announcement.id) == Forecast.announcement_id)
        .join(Unit, col(Unit.id) == Announcement.unit_id)
        .where(access.path_range(actor.unit_path), col(Forecast.came).is_not(None))
        .order_by(col(Forecast.for_at).desc(), col(Forecast.made_at).desc())
        .limit(SCORED)
    ).all()
    return Score(sum(low <= (came or 0) <= high for low, high, came in rows), len(rows))
