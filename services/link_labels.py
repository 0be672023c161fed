"""What to print for a set of links."""

import base64
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session, col, select

from core import clock
from core.errors import Invalid, NotFound
from core.i18n import N_
from models import Purpose, ShortLink, Unit
from services import emblems, links, printed_codes, wards
from services.access import Actor, May, commune_of, path_range, require
from services.link_slugs import normalised
from services.ports import Label, SheetHead
from services.print_layouts import Layout
from services.printed_codes import Numbering

MOST = 12_000  # 500 pages of 24: more than a ward ever prints at once


def labels(
    session: Session, *, actor: Actor, slugs: Sequence[str] = (), purpose: Purpose | None = None, copies: int = 1
) -> tuple[list[Label], str]:
    """The labels of links, each `copies` times, and the name of the ward they belong to. A fixed number of queries.

    Of a purpose, those are left out that lead nowhere now; one that is named must lead somewhere.

    Raises:
        NotFound: a slug is not there or not the actor's; it is named.
        Invalid: nothing to print, too much of it, or a named link that is gone.
    """
    printed = _chosen(session, actor, slugs, purpose, copies)
    made = [_label(link) for link in printed for _ in range(copies)]
    ward = _ward(session, printed, actor)
    return made, ward.name if ward else ""


def numbered(
    session: Session, *, actor: Actor, layout: Layout, slugs: Sequence[str] = (), purpose: Purpose | None = None, copies: int = 1,
    emblem: bool = False, numbering: Numbering = printed_codes.given,
) -> tuple[list[Label], SheetHead]:  # fmt: skip
    """The same for paper that will hang: each label with the number by which it is ordered again, and what stands above all.

    A link of no ward has no number.

    Raises:
        NotAllowed: the actor may not print.
        NotFound, Invalid: as `labels`.
    """
    require(actor, May.PRINT)
    printed = _chosen(session, actor, slugs, purpose, copies)
    ward = _ward(session, printed, actor)
    numbers = numbering(session, ward.id, [link.id for link in printed], layout) if ward else {}
    made = [replace(_label(link), number=str(numbers.get(link.id, ""))) for link in printed for _ in range(copies)]
    return made, head_of(session, ward, emblem=emblem)


def head_of(session: Session, ward: Unit | None, *, emblem: bool = False) -> SheetHead:
    """What stands above the codes of a ward."""
    if ward is None:
        return SheetHead("", emblem=emblem)
    card = wards.card_of(session, unit=ward)
    own = emblems.of_ward(session, ward_id=ward.id) if emblem else None
    return SheetHead(
        card.name, hours=card.office_hours, phone=card.shown_phone, emblem=emblem,
        own_emblem=base64.b64encode(own.png).decode() if own else "",
    )  # fmt: skip


def _chosen(
    session: Session, actor: Actor, slugs: Sequence[str], purpose: Purpose | None, copies: int
) -> list[ShortLink]:  # fmt: skip
    chosen = _named(session, actor, slugs)
    now = clock.now()
    gone = {link.id for link in chosen if _is_gone(link, now)}
    if gone:
        raise Invalid(N_("Mã {slug} không còn dùng, nên không in."), slug=next(x.slug for x in chosen if x.id in gone))
    if purpose:
        rows = [row.link for row in links.listing(session, actor=actor, purposes=[purpose])]
        chosen += sorted((x for x in rows if not _is_gone(x, now)), key=lambda x: (x.place, x.title, x.slug))
    printed = list({link.id: link for link in chosen}.values())
    if not printed:
        raise Invalid(N_("Không có mã nào để in."))
    if not 1 <= copies <= MOST or len(printed) * copies > MOST:
        raise Invalid(N_("Mỗi lần in được nhiều nhất {most} mã."), most=MOST)
    return printed


def _named(session: Session, actor: Actor, slugs: Sequence[str]) -> list[ShortLink]:
    words = list(dict.fromkeys(normalised(slug) for slug in slugs))
    if len(words) > MOST:
        raise Invalid(N_("Mỗi lần in được nhiều nhất {most} mã."), most=MOST)
    wanted = select(ShortLink).where(col(ShortLink.slug).in_(words))
    if actor.unit_path:
        wanted = wanted.join(Unit, col(Unit.id) == col(ShortLink.unit_id)).where(path_range(actor.unit_path))
    found = {link.slug: link for link in session.exec(wanted)} if words else {}
    if missing := [word for word in words if word not in found]:
        raise NotFound(N_("Không tìm thấy mã {slug}."), slug=missing[0])
    return [found[word] for word in words]


def _is_gone(link: ShortLink, now: datetime) -> bool:
    return not links.may_be_printed(link, links.state_of(link, now))


def _label(link: ShortLink) -> Label:
    shown = links.shown_url(link)
    return Label(url=links.public_url(link), title=link.title or shown, place=link.place, shown_url=shown)


def _ward(session: Session, printed: Sequence[ShortLink], actor: Actor) -> Unit | None:
    unit_id = next((link.unit_id for link in printed if link.unit_id), actor.unit_id)
    unit = session.get(Unit, unit_id) if unit_id else None
    return commune_of(session, unit) if unit else None
