"""The page by which a household joins its residential group's chat. It is public: it counts as the ward's own page does."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit
from uuid import UUID

from sqlmodel import Session, col, select

from core import clock
from core.errors import NotFound
from core.i18n import N_
from models import Group, GroupKind, Membership, Purpose, Role, ShortLink, Unit, User
from services import link_targets, links, relays, ward_in_public, wards
from services.access import Actor
from services.link_slugs import find_slug
from services.presence import is_member
from services.ward_in_public import PublicPlace
from services.wards import WardCard


@dataclass(frozen=True)
class JoinPage:
    """A chat group as a stranger may see it. `place` and the day it counts until: what the ward's page says of its unit."""

    link_id: UUID
    url: str
    group_name: str
    unit_label: str
    unit_name: str
    leader_name: str
    leader_title: str
    place: PublicPlace | None
    counted_until: date
    is_closed: bool
    join_url: str | None
    ward: WardCard
    takes_in: bool = False  # whether a household can say here that it joins

    @property
    def host(self) -> str:
        """The site the button leads to."""
        return urlsplit(self.join_url).netloc if self.join_url else ""


def for_slug(session: Session, *, slug: str) -> JoinPage:
    """The page behind a join link. A fixed number of queries, whatever the size of the group.

    Raises:
        NotFound: there is no such link.
    """
    link, group, unit = _behind(session, slug)
    leader = session.get(User, group.leader_id) if group.leader_id else None
    place, until = ward_in_public.of_place(session, unit=unit)
    is_closed = _is_closed(link, group)
    return JoinPage(
        link_id=link.id, url=links.public_url(link), group_name=group.name, unit_label=unit.label, unit_name=unit.name,
        leader_name=leader.display_name if leader and leader.is_active else "", leader_title=relays.title_of(unit),
        place=place if group.kind is GroupKind.HOUSEHOLD else None, counted_until=until,
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
