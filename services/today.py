"""What waits for a person now, and how the ward does: the first screen's one look, in a fixed number of queries."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import case, func
from sqlmodel import Session, col, select

from core import clock
from models import Announcement, AnnouncementStatus, Purpose, Relay, Role, ShortLink, Urgency
from services import access, figures
from services.access import Actor
from services.figures import Coverage, RelayTimes

RECENT = timedelta(days=30)
HTTP_ERROR = 400


@dataclass(frozen=True)
class Review:
    """A draft that waits for this person: to approve it, or to mend it after it came back."""

    announcement: Announcement
    is_returned: bool


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
class Running:
    """The announcement on its way that the ward looks at first."""

    announcement: Announcement
    relays: int
    posted: int


@dataclass(frozen=True)
class Today:
    """The whole screen."""

    reviews: list[Review]
    second_looks: list[Announcement]
    late: list[Late]
    broken_links: list[ShortLink]
    below_target: list[Coverage]
    running: Running | None
    total: Coverage
    month_ago: Coverage
    relay_times: RelayTimes  # of the last month's announcements
    links_alive: int
    links: int

    @property
    def things(self) -> int:
        """How many things wait."""
        waiting = len(self.reviews) + len(self.second_looks) + len(self.late) + len(self.broken_links)
        return waiting + bool(self.below_target)


def of(session: Session, *, actor: Actor) -> Today:
    """What waits for the actor in the units in sight."""
    access.require(actor, *access.WRITERS)
    day, now = clock.today(), clock.now()
    table = figures.coverage(session, actor=actor, on=day)
    before = figures.coverage(session, actor=actor, on=_month_before(day))
    broken, alive, links = _links(session, actor)
    return Today(
        reviews=_reviews(session, actor), second_looks=second_looks(session, actor=actor), late=_late(session, actor, now),
        broken_links=broken, below_target=[row for row in table.rows if is_below(row)], running=_running(session, actor, now),
        total=table.total, month_ago=before.total, relay_times=_pace(session, actor, now), links_alive=alive, links=links,
    )  # fmt: skip


def is_below(row: Coverage) -> bool:
    """Whether a unit with households is under the coverage its ward wishes for."""
    return row.coverage is not None and row.coverage * 100 < row.target_percent


def _month_before(day: date) -> date:
    return day - timedelta(days=30)


def _reviews(session: Session, actor: Actor) -> list[Review]:
    found = session.exec(
        select(Announcement)
        .where(
            col(Announcement.unit_id).in_(access.visible_units(actor)),
            col(Announcement.status).in_((AnnouncementStatus.IN_REVIEW, AnnouncementStatus.DRAFT)),
        )
        .order_by(
            case({urgency.value: place for place, urgency in enumerate(reversed(Urgency))}, value=Announcement.urgency),
            col(Announcement.must_reach_by),
        )
        .limit(50)
    ).all()  # fmt: skip
    mine = [Review(item, is_returned=True) for item in found if item.return_reason and item.author_id == actor.id]
    if actor.role not in access.APPROVERS:
        return mine
    waiting = [item for item in found if item.status is AnnouncementStatus.IN_REVIEW and item.author_id != actor.id]
    return [Review(item, is_returned=False) for item in waiting] + mine


def second_looks(session: Session, *, actor: Actor) -> list[Announcement]:
    """Emergencies that their author sent alone and nobody else has looked at yet."""
    if actor.role not in access.APPROVERS:
        return []
    return list(
        session.exec(
            select(Announcement).where(
                col(Announcement.unit_id).in_(access.visible_units(actor)), Announcement.urgency == Urgency.EMERGENCY,
                col(Announcement.sent_at) > clock.now() - RECENT, col(Announcement.second_look_id).is_(None),
                Announcement.author_id == Announcement.approver_id, col(Announcement.approver_id) != actor.id,
            )
        )
    )  # fmt: skip


def _late(session: Session, actor: Actor, now: datetime) -> list[Late]:
    found = session.exec(
        select(Announcement, func.count(), func.sum(Relay.households), func.min(Relay.due_at))
        .join(Relay, col(Relay.announcement_id) == Announcement.id)
        .where(
            col(Announcement.unit_id).in_(access.visible_units(actor)), Announcement.status == AnnouncementStatus.SENT,
            col(Announcement.sent_at) > now - RECENT, col(Announcement.expires_at) > now,
            col(Relay.posted_at).is_(None), col(Relay.due_at) <= now,
        )
        .group_by(col(Announcement.id))
        .order_by(col(Announcement.sent_at).desc())
        .limit(3)
    ).all()  # fmt: skip
    return [
        Late(item.id, item.title, item.urgency, groups, int(households or 0), due, item.must_reach_by)
        for item, groups, households, due in found
    ]


def _running(session: Session, actor: Actor, now: datetime) -> Running | None:
    """The latest sent one whose deadline is still to come, or was today."""
    found = session.exec(
        select(Announcement)
        .where(
            col(Announcement.unit_id).in_(access.visible_units(actor)), Announcement.status == AnnouncementStatus.SENT,
            col(Announcement.sent_at) > now - timedelta(days=7), col(Announcement.expires_at) > now,
        )
        .order_by(col(Announcement.sent_at).desc())
    ).first()  # fmt: skip
    if found is None:
        return None
    relays, posted = session.exec(
        select(func.count(), func.count(col(Relay.posted_at))).where(Relay.announcement_id == found.id)
    ).one()  # fmt: skip
    return Running(found, relays, posted)


def _links(session: Session, actor: Actor) -> tuple[list[ShortLink], int, int]:
    """Printed links that lead into nothing, how many live, how many there are."""
    if actor.role is Role.VIEWER:
        return [], 0, 0
    printed = (
        (col(ShortLink.unit_id).in_(access.visible_units(actor)) if actor.unit_path else col(ShortLink.id).is_not(None))
        & (col(ShortLink.purpose) != Purpose.ANNOUNCEMENT)
        & col(ShortLink.is_active)
    )
    is_broken = col(ShortLink.last_status) >= HTTP_ERROR
    total = session.exec(select(func.count()).select_from(ShortLink).where(printed)).one()
    broken = list(session.exec(select(ShortLink).where(printed, is_broken).order_by(col(ShortLink.scans).desc()).limit(5)))
    count = session.exec(select(func.count()).select_from(ShortLink).where(printed, is_broken)).one()
    return broken, total - count, total


def _pace(session: Session, actor: Actor, now: datetime) -> RelayTimes:
    """Relay times of the announcements of the last month."""
    recent = select(Announcement.id).where(
        col(Announcement.unit_id).in_(access.visible_units(actor)), col(Announcement.sent_at) > now - RECENT
    )
    return figures.relay_times(session, announcement_ids=recent)
