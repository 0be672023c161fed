"""The watch over printed codes: which targets are due for their daily visit, what was found, whose certificate ends soon."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, case, update
from sqlmodel import Session, col, or_, select

from core import clock
from models import LinkTrouble, Model, ShortLink
from services import link_targets
from services.links import LinkRow, LinkState
from services.ports import LinkVisit

AGAIN_AFTER = timedelta(hours=20)  # a pass is daily; one that was broken off goes on where it was
APART = timedelta(hours=1)  # two failures closer together are one
ENDS_SOON = timedelta(days=14)
AT_A_TIME = 500
_LINK = Model.metadata.tables["shortlink"]
_FOUND = ("last_checked_at", "last_status", "trouble", "leads_on_to", "replaced_by", "certificate_ends_on")


def due(session: Session, *, since: datetime, limit: int = AT_A_TIME) -> list[str]:
    """Targets of codes in use that were not visited since, each once, those longest not visited first.

    Pages of ours and addresses that may no longer be linked to are no visit's business.
    """
    now = clock.now()
    is_live = col(ShortLink.is_active) & or_(col(ShortLink.expires_at).is_(None), col(ShortLink.expires_at) > now)
    is_due = or_(col(ShortLink.last_checked_at).is_(None), col(ShortLink.last_checked_at) < since)
    found = session.exec(
        select(ShortLink.target_url)
        .where(col(ShortLink.target_url).like("https://%"), is_live, is_due)
        .distinct()
        .order_by(ShortLink.target_url)
        .limit(limit)
    )
    return [url for url in found if url]


def start(now: datetime) -> datetime:
    """Since when a target must have been visited to be left out of a pass that begins now."""
    return now - AGAIN_AFTER


def write(session: Session, *, visits: Sequence[LinkVisit]) -> int:
    """Keep what was found at every code that leads there still; how many codes. Written twice in a row it counts once.

    One reading and two statements, by the codes' keys: no table is gone through once a target.
    """
    now, by_url = clock.now(), {one.url: one for one in visits}
    rows = session.exec(select(ShortLink.id, ShortLink.target_url).where(col(ShortLink.target_url).in_(by_url))).all()
    found = [_found(by_url[url], now) | {"this": id_} for id_, url in rows if url]
    is_new = (_LINK.c.last_checked_at.is_(None)) | (_LINK.c.last_checked_at < now - APART) | (_LINK.c.failed_visits == 0)
    more: Any = case((is_new, _LINK.c.failed_visits + 1), else_=_LINK.c.failed_visits)
    for some, failures in (
        ([one for one in found if one["trouble"] is None], 0), ([one for one in found if one["trouble"] is not None], more),
    ):  # fmt: skip
        if some:
            named: dict[str, Any] = {name: bindparam(f"new_{name}") for name in _FOUND}
            changes = update(_LINK).where(_LINK.c.id == bindparam("this")).values(failed_visits=failures, **named)
            session.execute(changes, [{"this": one["this"], **{f"new_{name}": one[name] for name in _FOUND}} for one in some])
    return len(found)


def _found(visit: LinkVisit, now: datetime) -> dict[str, Any]:
    return {
        "last_checked_at": now, "last_status": visit.status or None,
        "trouble": LinkTrouble(visit.trouble) if visit.trouble else None,
        "leads_on_to": visit.leads_on_to[: link_targets.LONGEST] or None,
        "replaced_by": link_targets.safe(visit.replaced_by), "certificate_ends_on": visit.certificate_ends_on,
    }  # fmt: skip


@dataclass(frozen=True)
class Trouble:
    """A page in trouble, or that will be, and the codes that lead to it."""

    url: str
    links: Sequence[ShortLink]

    @property
    def trouble(self) -> LinkTrouble | None:
        """What is wrong with it now."""
        return self.links[0].trouble

    @property
    def replaced_by(self) -> str:
        """The address the site itself names, "" where it names none."""
        return next((link.replaced_by for link in self.links if link.replaced_by), "")

    @property
    def certificate_ends_on(self) -> date | None:
        """The last day of its certificate, where it is known."""
        return self.links[0].certificate_ends_on


def troubles(rows: Iterable[LinkRow]) -> list[Trouble]:
    """The pages of codes in use that are in trouble or will be: dead ones first, then those of the most scanned codes."""
    used = [row.link for row in rows if row.state not in (LinkState.STOPPED, LinkState.EXPIRED)]
    wrong = [link for link in used if link.trouble is not None or will_be_in_trouble(link)]
    by_url: dict[str, list[ShortLink]] = {}
    for link in sorted(wrong, key=lambda link: (-link.scans, link.id)):
        by_url.setdefault(link.target_url or "", []).append(link)
    found = [Trouble(url, links) for url, links in by_url.items()]
    return sorted(found, key=lambda one: one.trouble is None)


def will_be_in_trouble(link: ShortLink) -> bool:
    """Whether its page stands, but has moved for good or loses its certificate within days."""
    is_moving = link.replaced_by is not None or ends_soon(link.certificate_ends_on)
    return link.is_active and link.trouble is None and is_moving


def ends_soon(last_day: date | None) -> bool:
    """Whether a certificate with this last day, where it is known, ends within days."""
    return last_day is not None and last_day <= clock.today() + ENDS_SOON
