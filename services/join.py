"""The page by which a household joins its residential group's chat. It is public: no small count is shown."""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from core import clock
from core.errors import NotFound
from core.i18n import N_
from models import Group, GroupKind, Household, Membership, Purpose, Role, ShortLink, Unit, User
from services import link_targets, links, relays, wards
from services.access import Actor
from services.link_slugs import find_slug
from services.presence import is_member, lives_here
from services.wards import WardCard

# Fewer households than this could be told apart by name (contracts on security, S65).
SMALLEST_SHOWN = 5


@dataclass(frozen=True)
class JoinPage:
    """A chat group as a stranger may see it. `joined` and `households` are 0 where they may not be shown."""

    link_id: UUID
    url: str
    group_name: str
    unit_label: str
    unit_name: str
    leader_name: str
    leader_title: str
    households: int
    joined: int
    is_nearly_full: bool
    is_closed: bool
    join_url: str | None
    ward: WardCard
    takes_in: bool = False  # whether a household can say here that it joins

    @property
    def host(self) -> str:
        """The site the button leads to."""
        return urlsplit(self.join_url).netloc if self.join_url else ""


def for_slug(session: Session, *, slug: str) -> JoinPage:
    """The page behind a join link. Seven queries, whatever the size of the group.

    Raises:
        NotFound: there is no such link.
    """
    link, group, unit = _behind(session, slug)
    leader = session.get(User, group.leader_id) if group.leader_id else None
    households, joined = _counts(session, group)
    is_closed = _is_closed(link, group)
    missing = households - joined
    is_shown = joined >= SMALLEST_SHOWN and (missing <= 0 or missing >= SMALLEST_SHOWN)
    return JoinPage(
        link_id=link.id, url=links.public_url(link), group_name=group.name, unit_label=unit.label, unit_name=unit.name,
        leader_name=leader.display_name if leader and leader.is_active else "", leader_title=relays.title_of(unit),
        households=households if is_shown else 0, joined=joined if is_shown else 0,
        is_nearly_full=joined >= SMALLEST_SHOWN and 0 < missing < SMALLEST_SHOWN,
        is_closed=is_closed, takes_in=group.kind is GroupKind.HOUSEHOLD and not is_closed,
        join_url=link_targets.safe(group.join_url), ward=wards.card_of(session, unit=unit),
    )  # fmt: skip


def open_group(session: Session, *, slug: str) -> tuple[Group, Unit]:
    """The group of households that a link takes in, and its unit.

    Raises:
        NotFound: there is no such link, the group is closed, or it is none of a unit's households.
    """
    link, group, unit = _behind(session, slug)
    if _is_closed(link, group) or group.kind is not GroupKind.HOUSEHOLD:
        raise NotFound(N_("Nhóm này không còn nhận hộ mới. Xin gọi phường."))
    return group, unit


def is_inside(session: Session, *, link_id: UUID, household_id: UUID) -> bool:
    """Whether a household is in the group of a join link today, for the phone that is tied to it."""
    wanted = (
        select(Membership.id)
        .join(ShortLink, col(ShortLink.group_id) == col(Membership.group_id))
        .where(ShortLink.id == link_id, Membership.household_id == household_id, is_member(clock.today()))
    )
    return session.exec(wanted).first() is not None


def resident_of(unit: Unit) -> Actor:
    """Whoever joins by the group's page: nobody with a name, and allowed nothing beyond this unit."""
    return Actor(None, "resident", N_("người dân tự ghi"), Role.LEAD, unit.id, unit.path)


def _behind(session: Session, slug: str) -> tuple[ShortLink, Group, Unit]:
    link = find_slug(session, typed=slug)
    if link is None or link.purpose is not Purpose.JOIN or link.group_id is None:
        raise NotFound(N_("Không có nhóm nào ở địa chỉ này."))
    group = session.get_one(Group, link.group_id)
    return link, group, session.get_one(Unit, group.unit_id)


def _is_closed(link: ShortLink, group: Group) -> bool:
    is_over = not link.is_active or (link.expires_at is not None and link.expires_at <= clock.now())
    return is_over or (group.closed_on is not None and group.closed_on <= clock.today())


def _counts(session: Session, group: Group) -> tuple[int, int]:
    """Households of the group's unit today, and those of them that were in this very group at the end of last week and still are.

    Not those of this week: whoever types a number on the page must not learn from the count whether it was known.
    """
    today = clock.today()
    last_sunday = today - timedelta(days=today.weekday() + 1)
    present = (col(Household.unit_id) == group.unit_id) & lives_here(today)
    joined = select(Membership.household_id).where(
        col(Membership.group_id) == group.id, is_member(today), col(Membership.joined_on) <= last_sunday
    )
    households = session.exec(select(func.count()).select_from(Household).where(present)).one()
    inside = session.exec(select(func.count()).select_from(Household).where(present, col(Household.id).in_(joined))).one()
    return households, inside
