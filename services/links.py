"""Short links: made, found from what a person typed, moved to another target, switched off."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import case, func
from sqlmodel import Session, col, select

from core import clock
from core.errors import Invalid, NotFound
from core.i18n import N_, translate
from core.settings import settings
from core.text import clean, fold
from core.tokens import new_slug
from models import Announcement, Group, Procedure, Purpose, ScanHour, ShortLink, Unit, UnitKind
from services import audit, link_targets, procedures
from services.access import Actor, May, path_range, require, unit_for
from services.link_slugs import find_slug

# 29^9 is 2^43: nobody finds a group's link by trying. Printed ones are shorter, lead to public pages, and tries are limited.
LONG_SLUG, PRINTED_SLUG = 9, 7
LONGEST_TEXT = 120
FAILED_VISITS = 2  # one may fall into a night's repair of the other side
UNUSED_AFTER = timedelta(days=30)
PRINTED = (Purpose.URL, Purpose.PROCEDURE, Purpose.JOIN, Purpose.ASK)  # what hangs on walls
_SHELF = N_("Thủ tục của phường")
PUBLIC_PAGES = {
    "/ask": N_("Hỏi phường"), "/privacy": N_("Phường giữ gì của bà con"), "/ward": N_("Phường đang làm được gì"),
}  # fmt: skip
_OWN_PAGES = {Purpose.ANNOUNCEMENT: "a", Purpose.JOIN: "j"}


@dataclass(frozen=True)
class Resolved:
    """What a slug means now. `url` is empty when the link is gone; of one whose target is dead it is where it would lead."""

    link_id: UUID
    slug: str
    kind: Literal["live", "gone", "dead"]
    url: str
    purpose: Purpose
    title: str
    place: str
    unit_id: UUID | None
    expires_at: datetime | None

    @property
    def counts_at_landing(self) -> bool:
        """Whether the page it leads to counts the opening itself, so that the redirect must not."""
        return self.purpose in _OWN_PAGES


class LinkState(StrEnum):
    """How a link does, worst first."""

    BROKEN = "broken"
    EXPIRED = "expired"
    STOPPED = "stopped"
    UNUSED = "unused"
    WORKING = "working"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {
            "broken": N_("Hỏng"), "expired": N_("Hết hạn"), "stopped": N_("Đã tắt"), "unused": N_("Chưa ai quét"),
            "working": N_("Còn dùng"),
        }[self]  # fmt: skip


@dataclass(frozen=True)
class LinkRow:
    """A link as a list shows it: `week` counts today and the six days before, `week_before` the seven before those."""

    link: ShortLink
    state: LinkState
    unit_name: str
    week: int
    week_before: int

    @property
    def url(self) -> str:
        """The address to print."""
        return public_url(self.link)

    @property
    def may_be_printed(self) -> bool:
        """Whether whoever scans it is led somewhere."""
        return may_be_printed(self.link, self.state)


# ---- finding


def resolve(session: Session, *, slug: str) -> Resolved | None:
    """Where a slug leads now; None if it never was. A target that is no longer allowed makes the link gone."""
    link = find_slug(session, typed=slug)
    if link is None:
        return None
    is_over = not link.is_active or (link.expires_at is not None and link.expires_at <= clock.now())
    url = None if is_over else target_of(link)
    kind: Literal["live", "gone", "dead"] = ("dead" if is_dead(link) else "live") if url else "gone"
    return Resolved(
        link_id=link.id, slug=link.slug, kind=kind, url=url or "", purpose=link.purpose,
        title=link.title, place=link.place, unit_id=link.unit_id, expires_at=link.expires_at,
    )  # fmt: skip


def is_dead(link: ShortLink) -> bool:
    """Whether nobody should be sent to a target: it is gone by its own word, or did not stand at two visits in a row."""
    return link.trouble is not None and (link.failed_visits >= FAILED_VISITS or link.last_status in (404, 410))


def target_of(link: ShortLink) -> str | None:
    """Where a link leads, its days and switch aside; None when its target may not be linked to."""
    base = settings().public_url
    if link.purpose in _OWN_PAGES:
        return f"{base}/{_OWN_PAGES[link.purpose]}/{link.slug}"
    if link.target_url and link_targets.is_own_page(link.target_url):
        return base + link.target_url
    if link.purpose is Purpose.ASK:
        return f"{base}/ask"
    return link_targets.safe(link.target_url)


def sample_url() -> str:
    """The shape of a group's link before there is one, for previews."""
    return f"{settings().public_url}/a/…"


def measured_url() -> str:
    """An address as long as a group's, for measuring before there is one."""
    return f"{settings().public_url}/a/{'x' * LONG_SLUG}"


def public_url(link: ShortLink) -> str:
    """The address to print or send, from the setting `PUBLIC_URL`. Announcements and chats are addressed without a redirect."""
    own = _OWN_PAGES.get(link.purpose)
    return f"{settings().public_url}/{own or 'q'}/{link.slug if own else link.vanity or link.slug}"


def shown_url(link: ShortLink) -> str:
    """The address as people type it."""
    return public_url(link).split("://", 1)[1]


def find(session: Session, *, actor: Actor, slug: str) -> ShortLink:
    """A link within the actor's sight.

    Raises:
        NotFound: it does not exist, or belongs to another unit.
    """
    link = find_slug(session, typed=slug)
    if link is None or not _sees(session, actor, link):
        raise NotFound(N_("Không tìm thấy mã {slug}."), slug=slug)
    return link


def _sees(session: Session, actor: Actor, link: ShortLink) -> bool:
    if link.unit_id is None:
        return not actor.unit_path
    return session.exec(select(Unit.id).where(Unit.id == link.unit_id, path_range(actor.unit_path))).first() is not None


def listing(session: Session, *, actor: Actor, purposes: Collection[Purpose] = (), unit_id: UUID | None = None) -> list[LinkRow]:
    """Links of the actor's units (or of one unit and those below it), worst first, then those scanned most this week.

    Two queries, however many links there are. Without `purposes`, links of every purpose.

    Raises:
        NotFound: the unit is not the actor's.
    """
    path = unit_for(session, actor=actor, unit_id=unit_id).path if unit_id else actor.unit_path
    wanted = select(ShortLink, Unit).outerjoin(Unit, col(Unit.id) == col(ShortLink.unit_id))
    if path:
        wanted = wanted.where(path_range(path))
    if purposes:
        wanted = wanted.where(col(ShortLink.purpose).in_(purposes))
    found = session.exec(wanted).all()
    weeks = _weeks(session, wanted.with_only_columns(col(ShortLink.id)))
    now = clock.now()
    rows = [
        LinkRow(link, state_of(link, now), unit.label if unit else "", *weeks.get(link.id, (0, 0))) for link, unit in found
    ]  # fmt: skip
    worst = list(LinkState)
    return sorted(rows, key=lambda row: (worst.index(row.state), -row.week, -row.link.scans, row.link.title))


def matching(rows: Sequence[LinkRow], *, words: str) -> list[LinkRow]:
    """Those in whose title, place, unit, slug or target every word occurs; marks and capitals aside. All, without words."""
    wanted = fold(words).split()
    return [row for row in rows if all(word in _said_of(row) for word in wanted)]


def _said_of(row: LinkRow) -> str:
    link = row.link
    return fold(f"{link.title} {link.place} {row.unit_name} {link.slug} {link.target_url or ''}")


def _weeks(session: Session, ids: Any) -> dict[UUID, tuple[int, int]]:
    """Scans of the last seven days and of the seven before, by link."""
    midnight = clock.midnight(clock.today())
    since, before = midnight - timedelta(days=6), midnight - timedelta(days=13)
    this_week = case((col(ScanHour.hour) >= since, col(ScanHour.scans)), else_=0)
    sums = (
        select(ScanHour.link_id, func.sum(this_week), func.sum(col(ScanHour.scans)))
        .where(col(ScanHour.hour) >= before, col(ScanHour.link_id).in_(ids))
        .group_by(col(ScanHour.link_id))
    )
    return {link_id: (int(week), int(both) - int(week)) for link_id, week, both in session.exec(sums)}


def state_of(link: ShortLink, now: datetime) -> LinkState:
    """How a link does at an instant."""
    if not link.is_active:
        return LinkState.STOPPED
    if link.expires_at is not None and link.expires_at <= now:
        return LinkState.EXPIRED
    if link.trouble or (link.last_status or 0) >= 400 or target_of(link) is None:
        return LinkState.BROKEN
    if not link.scans and link.created_at < now - UNUSED_AFTER:
        return LinkState.UNUSED
    return LinkState.WORKING


def may_be_printed(link: ShortLink, state: LinkState) -> bool:
    """Whether whoever scans it is led somewhere: it is on, its days are not over, its target may be linked to."""
    return state not in (LinkState.STOPPED, LinkState.EXPIRED) and target_of(link) is not None


# ---- making


def create(
    session: Session, *, actor: Actor, purpose: Purpose, target_url: str | None = None, title: str = "", place: str = "",
    unit_id: UUID | None = None, expires_at: datetime | None = None, procedure_id: UUID | None = None,
) -> ShortLink:  # fmt: skip
    """Make a link to print. Without `unit_id` it belongs to the actor's unit; for the terminal, to the only ward there is.

    A procedure's link leads to its page of ours where no target is given; a target may be such a page, or the shelf of all.

    Raises:
        NotAllowed: the actor may not write here.
        NotFound: the unit is not the actor's.
        Invalid: the target may not be linked to (see `link_targets.checked`), a text is too long, or the day is past.
    """
    require(actor, May.KEEP_LINKS)
    if purpose in _OWN_PAGES:
        raise Invalid(N_("Mã của thông báo và của nhóm được làm ngay tại thông báo, tại nhóm."))
    procedure = procedures.find(session, actor=actor, code=str(procedure_id)) if procedure_id else None
    target = procedures.path_of(session, procedure=procedure) if procedure and not target_url else None
    if not target and (target_url or purpose is not Purpose.ASK):
        if not target_url:
            raise Invalid(N_("Mã này cần một đường dẫn để tới."))
        target = target_url if link_targets.is_own_page(target_url) else link_targets.checked(target_url)
    if expires_at and expires_at <= clock.now():
        raise Invalid(N_("Ngày hết hạn đã qua."))
    if unit_id:
        unit_for(session, actor=actor, unit_id=unit_id)
    link = ShortLink(
        slug=new_slug(PRINTED_SLUG), purpose=purpose, target_url=target, expires_at=expires_at,
        title=short(title) or _title_of(procedure, target), place=short(place),
        unit_id=unit_id or actor.unit_id or _only_commune(session), procedure_id=procedure_id,
    )  # fmt: skip
    session.add(link)
    session.flush()
    audit.record(
        session, actor=actor, action="link.created", subject_kind="shortlink", subject_id=link.id,
        slug=link.slug, target=target, is_trusted=is_trusted(target),
    )  # fmt: skip
    return link


def _title_of(procedure: Procedure | None, target: str | None) -> str:
    if procedure:
        return procedure.name[:LONGEST_TEXT]
    if target and link_targets.is_own_page(target):
        return translate(PUBLIC_PAGES.get(target.split("?")[0], _SHELF), language=settings().language)
    return link_targets.host_of(target) if target else ""


def is_trusted(target: str | None) -> bool:
    """Whether a stored target is a page of ours or lies at a host the ward trusts."""
    return target is not None and (link_targets.is_own_page(target) or link_targets.is_trusted(target))


def short(text: str) -> str:
    """A name or a place as it is kept.

    Raises:
        Invalid: it is too long for a label.
    """
    tidy = clean(text)
    if len(tidy) > LONGEST_TEXT:
        raise Invalid(N_("Tên và nơi treo dài nhất {longest} ký tự."), longest=LONGEST_TEXT)
    return tidy


def _only_commune(session: Session) -> UUID | None:
    ids = session.exec(select(Unit.id).where(Unit.kind == UnitKind.COMMUNE, col(Unit.valid_to).is_(None)).limit(2)).all()
    return ids[0] if len(ids) == 1 else None


def for_announcement_groups(
    session: Session, *, announcement_id: UUID, unit_id: UUID, group_ids: Sequence[UUID | None]
) -> dict[UUID | None, ShortLink]:
    """An announcement's links: one for each group, and under None the ward's own. Asking again gives the same ones."""
    have = session.exec(select(ShortLink).where(ShortLink.announcement_id == announcement_id)).all()
    made: dict[UUID | None, ShortLink] = {link.group_id: link for link in have}
    missing = [group_id for group_id in dict.fromkeys([*group_ids, None]) if group_id not in made]
    if missing:
        title = session.exec(select(Announcement.title).where(Announcement.id == announcement_id)).one()
        for group_id in missing:
            made[group_id] = ShortLink(
                slug=new_slug(LONG_SLUG), purpose=Purpose.ANNOUNCEMENT, title=title, announcement_id=announcement_id,
                group_id=group_id, unit_id=unit_id,
            )  # fmt: skip
        session.add_all([made[group_id] for group_id in missing])
        session.flush()
    return made


def for_announcement(session: Session, *, announcement_id: UUID, unit_id: UUID, group_id: UUID | None = None) -> ShortLink:
    """An announcement's link for one group, or the ward's own."""
    made = for_announcement_groups(session, announcement_id=announcement_id, unit_id=unit_id, group_ids=[group_id])
    return made[group_id]


def find_join_link(session: Session, *, group_id: UUID) -> ShortLink | None:
    """The link by which households join a group, if it has been asked for before."""
    wanted = select(ShortLink).where(ShortLink.group_id == group_id, ShortLink.purpose == Purpose.JOIN)
    return session.exec(wanted.order_by(col(ShortLink.created_at))).first()


def join_link(session: Session, *, group_id: UUID) -> ShortLink:
    """The link by which households join a group; made at first use.

    Raises:
        NotFound: there is no such group.
    """
    if link := find_join_link(session, group_id=group_id):
        return link
    group = session.get(Group, group_id)
    if group is None:
        raise NotFound(N_("Không tìm thấy nhóm này."))
    link = ShortLink(
        slug=new_slug(LONG_SLUG), purpose=Purpose.JOIN, title=group.name[:LONGEST_TEXT], group_id=group.id, unit_id=group.unit_id
    )
    session.add(link)
    session.flush()
    return link


# ---- changing


def set_active(session: Session, *, actor: Actor, link_id: UUID, is_active: bool) -> ShortLink:
    """Switch a link off, so that it says what was here, or on again.

    Raises:
        NotAllowed, NotFound: as in `create`.
    """
    link = for_change(session, actor=actor, link_id=link_id)
    if link.is_active is not is_active:
        link.is_active = is_active
        session.flush()
        action = "link.started" if is_active else "link.stopped"
        audit.record(session, actor=actor, action=action, subject_kind="shortlink", subject_id=link.id, slug=link.slug)
    return link


def for_change(session: Session, *, actor: Actor, link_id: UUID) -> ShortLink:
    """A link the actor may change.

    Raises:
        NotAllowed, NotFound: as in `create`.
    """
    require(actor, May.KEEP_LINKS)
    link = session.get(ShortLink, link_id)
    if link is None or not _sees(session, actor, link):
        raise NotFound(N_("Không tìm thấy mã {slug}."), slug=str(link_id))
    return link
