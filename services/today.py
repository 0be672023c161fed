"""What waits for a person now, and how the ward does: the first screen's one look, in a fixed number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select

from core import clock
from models import Announcement, AnnouncementStatus, Group, Relay, ShortLink, Urgency, User
from services import (
    access,
    audiences,
    backup_copies,
    breaches,
    broken_accounts,
    callouts,
    door_closing,
    figures,
    home_visits,
    inquiries,
    likeness,
    link_watch,
    links,
    posters,
    procedure_differences,
    progress,
    roster,
    second_looks,
    subject_requests,
)
from services.access import Actor, May
from services.backup_copies import Standing
from services.broken_accounts import BrokenAccount
from services.callouts import Callout
from services.figures import Coverage, CoverageTable
from services.links import LinkState
from services.presence import stands
from services.progress import Progress
from services.relay_pace import RelayTimes, relay_times
from services.roster import Slot
from services.subject_requests import Waiting

RECENT = timedelta(days=30)
REVIEWS_SHOWN, LATE_SHOWN, BROKEN_SHOWN, RUNNING_SHOWN = 50, 3, 5, 3


@dataclass(frozen=True)
class Review:
    """A draft that waits for this person: to approve it, or to mend it after it came back."""

    announcement: Announcement
    is_returned: bool
    author: str
    households: int  # of its audience, today


@dataclass(frozen=True)
class Late:
    """A sent announcement that some leaders have not posted in time."""

    announcement_id: UUID
    title: str
    urgency: Urgency
    groups: int
    households: int
    due_at: datetime | None
    must_reach_by: datetime | None


@dataclass(frozen=True)
class Today:
    """The whole screen."""

    reviews: list[Review]  # the first of them
    reviews_waiting: int  # how many there are, as for the next two
    second_looks: list[Announcement]
    late: list[Late]
    late_waiting: int
    broken_links: list[ShortLink]
    links_broken: int
    callouts: list[Callout]
    below_target: list[Coverage]
    running: list[Progress]  # the most pressing of what is under way
    running_all: int
    total: Coverage
    month_ago: Coverage
    relay_times: RelayTimes  # of the last month's announcements
    links_alive: int
    links: int
    alike: int = 0  # pairs of households that may be one
    doors: int = 0  # households still to be told at the door
    links_soon: int = 0  # codes whose page has moved for good or soon cannot be trusted
    posters_down: int = 0  # sheets that still hang and should not
    differences: int = 0  # what the province's list of procedures says otherwise
    broken_accounts: Sequence[BrokenAccount] = ()  # by which nothing leaves until somebody mends them
    lost_copies: Sequence[Standing] = ()  # places to which the newest backup has not come; for whoever can mend it
    home_visits: int = 0  # asked for, and nobody chosen
    inquiries: int = 0  # questions that wait for an answer
    inquiries_late: int = 0  # of them past their time
    requests: Waiting = field(default_factory=Waiting)  # about people's own data
    breaches: int = 0  # whose seventy-two hours run
    breach_due: datetime | None = None
    duty_gaps: list[Slot] = field(default_factory=list)  # of the digital team in the week to come

    @property
    def things(self) -> int:
        """How many things wait, listed or not."""
        lists = (
            self.below_target, self.alike, self.doors, self.differences, self.posters_down, self.links_soon, self.duty_gaps,
            self.home_visits, self.inquiries, self.requests.open, self.breaches,
        )  # fmt: skip
        waiting = self.reviews_waiting + len(self.second_looks) + self.late_waiting + self.links_broken
        return waiting + len(self.callouts) + len(self.broken_accounts) + len(self.lost_copies) + sum(map(bool, lists))


def of(session: Session, *, actor: Actor) -> Today:
    """What waits for the actor in the units in sight."""
    access.require(actor, May.SEE_TODAY)
    day, now = clock.today(), clock.now()
    table = figures.coverage(session, actor=actor, on=day)
    before = figures.coverage(session, actor=actor, on=_month_before(day))
    printed = _links(session, actor, now)
    reviews, reviews_waiting = _reviews(session, actor, table)
    running, running_all = progress.most_pressing(session, actor=actor, limit=RUNNING_SHOWN)
    late, late_waiting = _late(session, actor, now)
    asked = inquiries.counts(session, actor=actor)
    clocks, clock_ends = breaches.running(session, actor=actor)
    return Today(
        reviews=reviews, reviews_waiting=reviews_waiting, second_looks=second_looks.waiting(session, actor=actor), late=late,
        late_waiting=late_waiting, broken_links=printed.broken[:BROKEN_SHOWN], links_broken=len(printed.broken),
        callouts=callouts.of(session, actor=actor),
        below_target=[row for row in table.rows if is_below(row)], running=running, running_all=running_all,
        total=table.total, month_ago=before.total, relay_times=_pace(session, actor, now), links_alive=printed.alive,
        links=printed.all, alike=likeness.waiting(session, actor=actor),
        doors=door_closing.waiting(session, actor=actor), differences=procedure_differences.count(session, actor=actor),
        posters_down=posters.to_take_down(session, actor=actor), links_soon=printed.soon,
        broken_accounts=broken_accounts.of(session, actor=actor), duty_gaps=roster.gaps(session, actor=actor),
        lost_copies=backup_copies.failing(session, actor=actor),
        home_visits=home_visits.waiting(session, actor=actor), inquiries=asked.waiting, inquiries_late=asked.late,
        requests=subject_requests.waiting(session, actor=actor), breaches=clocks, breach_due=clock_ends,
    )  # fmt: skip


def is_below(row: Coverage) -> bool:
    """Whether a unit with households is under the coverage its ward wishes for."""
    return row.coverage is not None and row.coverage * 100 < row.target_percent


def _month_before(day: date) -> date:
    return day - timedelta(days=30)


def _reviews(session: Session, actor: Actor, table: CoverageTable) -> tuple[list[Review], int]:
    """What others wait for, then what came back; the first of each, and how many there are of both.

    Asked for apart, so that many drafts of the one never hide the other.
    """
    returned = (
        (col(Announcement.status) == AnnouncementStatus.DRAFT)
        & (col(Announcement.author_id) == actor.id)
        & (col(Announcement.return_reason) != "")
    )
    in_review = (col(Announcement.status) == AnnouncementStatus.IN_REVIEW) & col(Announcement.author_id).is_distinct_from(
        actor.id
    )
    mine, mine_waiting = _most_pressing(session, actor, returned)
    waiting, waiting_all = _most_pressing(session, actor, in_review) if access.may(actor, May.APPROVE) else ([], 0)
    listed = [*waiting, *mine]
    homes = {row.unit_id: row.households for row in table.rows if row.unit_id}
    sizes = audiences.sizes(session, announcement_ids=[item.id for item, _author in listed], homes=homes)
    reviews = [
        Review(item, is_returned=place >= len(waiting), author=author, households=sizes[item.id])
        for place, (item, author) in enumerate(listed)
    ]
    return reviews, waiting_all + mine_waiting


def _most_pressing(session: Session, actor: Actor, wanted: ColumnElement[bool]) -> tuple[list[tuple[Announcement, str]], int]:
    found = session.exec(
        select(Announcement, User.display_name, func.count().over())
        .outerjoin(User, col(User.id) == Announcement.author_id)
        .where(col(Announcement.unit_id).in_(access.visible_units(actor)), wanted)
        .order_by(progress.most_urgent_first(), col(Announcement.must_reach_by).nulls_last(), col(Announcement.id))
        .limit(REVIEWS_SHOWN)
    ).all()
    return [(item, author or "") for item, author, _all in found], found[0][2] if found else 0


def _late(session: Session, actor: Actor, now: datetime) -> tuple[list[Late], int]:
    """The latest few, and how many there are."""
    found = session.exec(
        select(  # type: ignore[call-overload]
            Announcement, func.count(), func.sum(Relay.households), func.min(Relay.due_at), func.count().over()
        )
        .join(Relay, col(Relay.announcement_id) == Announcement.id)
        .join(Group, col(Group.id) == Relay.group_id)
        .where(
            col(Announcement.unit_id).in_(access.visible_units(actor)), Announcement.status == AnnouncementStatus.SENT,
            col(Announcement.sent_at) > now - RECENT, col(Announcement.expires_at) > now, ~progress.is_corrected(),
            col(Relay.posted_at).is_(None), col(Relay.due_at) <= now, stands(clock.local(now).date()),
        )
        .group_by(col(Announcement.id))
        .order_by(col(Announcement.sent_at).desc())
        .limit(LATE_SHOWN)
    ).all()  # fmt: skip
    late = [
        Late(item.id, item.title, item.urgency, groups, int(households or 0), due, item.must_reach_by)
        for item, groups, households, due, _all in found
    ]
    return late, found[0][-1] if found else 0


@dataclass(frozen=True)
class _Links:
    broken: list[ShortLink]  # most scanned first
    alive: int
    all: int
    soon: int


def _links(session: Session, actor: Actor, now: datetime) -> _Links:
    """The printed links of the screen of links, judged by its rule: what is expired or stopped is neither alive nor broken."""
    seen = col(ShortLink.unit_id).in_(access.visible_units(actor)) if actor.unit_path else col(ShortLink.id).is_not(None)
    printed = session.exec(
        select(ShortLink).where(seen, col(ShortLink.purpose).in_(links.PRINTED))
        .order_by(col(ShortLink.scans).desc(), col(ShortLink.id))
    ).all()  # fmt: skip
    states = [links.state_of(link, now) for link in printed]
    broken = [link for link, state in zip(printed, states, strict=True) if state is LinkState.BROKEN]
    standing = [link for link, state in zip(printed, states, strict=True) if state in (LinkState.WORKING, LinkState.UNUSED)]
    return _Links(broken, len(standing), len(printed), sum(map(link_watch.will_be_in_trouble, standing)))


def _pace(session: Session, actor: Actor, now: datetime) -> RelayTimes:
    """Relay times of the announcements of the last month."""
    recent = select(Announcement.id).where(
        col(Announcement.unit_id).in_(access.visible_units(actor)), col(Announcement.sent_at) > now - RECENT
    )
    return relay_times(session, announcement_ids=recent)
