"""Sheets with codes on walls, by their number: where each hangs, which one took whose place, what must come down."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, or_, select

from core import clock
from core.errors import Invalid, NotFound
from core.i18n import N_
from core.text import clean
from models import Poster, PrintedCode, ShortLink, Unit, User
from services import access, audit, links
from services.access import Actor, May, path_range

TAKEN_DOWN_SHOWN = timedelta(days=7)


@dataclass(frozen=True)
class Hanging:
    """A sheet with its code, who is to take it down ("" nobody named), and the number of the one that took its place."""

    poster: Poster
    link: ShortLink
    down_by: str = ""
    replaced_by: int | None = None

    @property
    def must_come_down(self) -> bool:
        """Whether it still hangs and should not: it was replaced, or its code was switched off or has run out."""
        now = clock.now()
        is_over = not self.link.is_active or (self.link.expires_at is not None and self.link.expires_at <= now)
        return self.poster.down_at is None and (self.poster.down_since is not None or is_over)


def hang(
    session: Session, *, actor: Actor, link_id: UUID, place: str = "", batch: str = "", replaces: int | None = None
) -> Poster:  # fmt: skip
    """Note a sheet that was printed and hung; it gets the ward's next number. The one it replaces must come down.

    Raises:
        NotAllowed, NotFound: the actor may not write there, or no sheet has the number `replaces`.
        Invalid: nobody could tell where it hangs, or the place is too long.
    """
    link = links.for_change(session, actor=actor, link_id=link_id)
    where = clean(place) or link.place
    if not where:
        raise Invalid(N_("Ghi nơi treo, để sau này còn tìm ra mà gỡ."))
    if len(where) > links.LONGEST_TEXT or len(batch) > links.LONGEST_TEXT:
        raise Invalid(N_("Tên và nơi treo dài nhất {longest} ký tự."), longest=links.LONGEST_TEXT)
    ward = _ward_of(session, actor, link)
    old = _numbered(session, ward, replaces) if replaces is not None else None
    last = session.exec(select(func.max(Poster.number)).where(Poster.unit_id == ward.id)).one()
    made = Poster(unit_id=ward.id, number=(last or 0) + 1, link_id=link.id, place=where, batch=clean(batch) or link.batch)
    session.add(made)
    session.flush()
    if old and old.down_at is None:
        old.replaced_by_id, old.down_since = made.id, old.down_since or clock.now()
        session.flush()
    audit.record(
        session, actor=actor, action="poster.hung", subject_kind="poster", subject_id=made.id, number=made.number, slug=link.slug,
        replaces=replaces,
    )  # fmt: skip
    return made


def _ward_of(session: Session, actor: Actor, link: ShortLink) -> Unit:
    unit_id = link.unit_id or actor.unit_id
    if unit_id is None:
        raise Invalid(N_("Mã này chưa thuộc phường nào."))
    return access.commune_of(session, session.get_one(Unit, unit_id))


def _numbered(session: Session, ward: Unit, number: int) -> Poster:
    found = session.exec(select(Poster).where(Poster.unit_id == ward.id, Poster.number == number)).first()
    if found is None:
        raise NotFound(N_("Không có tờ số {number}."), number=number)
    return found


def listing(session: Session, *, actor: Actor) -> list[Hanging]:
    """Every sheet that hangs in the actor's units: those that must come down first, then by number. One query.

    Raises:
        NotAllowed: the actor keeps no codes.
    """
    access.require(actor, May.KEEP_LINKS)
    found = _found(session, actor, col(Poster.down_at).is_(None))
    return sorted(found, key=lambda one: not one.must_come_down)


def taken_down(session: Session, *, actor: Actor) -> list[Hanging]:
    """Sheets that were ticked off within the last days, so that a wrong tick can be taken back. One query.

    Raises:
        NotAllowed: the actor keeps no codes.
    """
    access.require(actor, May.KEEP_LINKS)
    return _found(session, actor, col(Poster.down_at) > clock.now() - TAKEN_DOWN_SHOWN)


def _found(session: Session, actor: Actor, wanted: ColumnElement[bool]) -> list[Hanging]:
    newer = aliased(Poster)
    found = session.exec(
        select(Poster, ShortLink, User.display_name, newer.number)
        .join(ShortLink, col(ShortLink.id) == Poster.link_id)
        .join(Unit, col(Unit.id) == Poster.unit_id)
        .outerjoin(User, col(User.id) == Poster.down_by_id)
        .outerjoin(newer, col(newer.id) == Poster.replaced_by_id)
        .where(path_range(actor.unit_path), wanted)
        .order_by(col(Poster.number))
    )
    return [Hanging(poster, link, name or "", number) for poster, link, name, number in found]


def takers(session: Session, *, actor: Actor) -> dict[UUID, str]:
    """Who may be asked to take a sheet down: everyone with an account in the actor's units, by name.

    Raises:
        NotAllowed: the actor keeps no codes.
    """
    access.require(actor, May.KEEP_LINKS)
    found = session.exec(
        select(User.id, User.display_name, Unit)
        .join(Unit, col(Unit.id) == User.unit_id)
        .where(path_range(actor.unit_path), col(User.is_active))
        .order_by(User.display_name, col(User.id))
    )
    return {id_: f"{name} ({unit.label})" for id_, name, unit in found}


def numbers_beneath(session: Session, *, actor: Actor) -> dict[UUID, list[int]]:
    """The numbers printed beneath the codes of the actor's units, by code: what stands on the paper in one's hand.

    Raises:
        NotAllowed: the actor keeps no codes.
    """
    access.require(actor, May.KEEP_LINKS)
    found = select(PrintedCode.link_id, PrintedCode.number).join(Unit, col(Unit.id) == PrintedCode.ward_id)
    numbers: dict[UUID, list[int]] = {}
    for link_id, number in session.exec(found.where(path_range(actor.unit_path)).order_by(col(PrintedCode.number))):
        numbers.setdefault(link_id, []).append(number)
    return numbers


def to_take_down(session: Session, *, actor: Actor) -> int:
    """How many sheets still hang that should not."""
    now = clock.now()
    is_over = ~col(ShortLink.is_active) | (col(ShortLink.expires_at) <= now)
    return session.exec(
        select(func.count())
        .select_from(Poster)
        .join(ShortLink, col(ShortLink.id) == Poster.link_id)
        .join(Unit, col(Unit.id) == Poster.unit_id)
        .where(path_range(actor.unit_path), col(Poster.down_at).is_(None), or_(col(Poster.down_since).is_not(None), is_over))
    ).one()


def ask_down(session: Session, *, actor: Actor, poster_ids: Sequence[UUID], by_id: UUID | None = None) -> int:
    """Have sheets taken down, by a person of the actor's units where one is named; how many.

    Raises:
        NotAllowed, NotFound: the actor may not write there, or there is no such person.
    """
    if by_id and by_id not in takers(session, actor=actor):
        raise NotFound(N_("Không tìm thấy người này."))
    done = 0
    for poster_id in dict.fromkeys(poster_ids):
        poster = _for_change(session, actor, poster_id)
        if poster.down_at is None:
            poster.down_since, poster.down_by_id = poster.down_since or clock.now(), by_id or poster.down_by_id
            done += 1
            audit.record(
                session, actor=actor, action="poster.asked_down", subject_kind="poster", subject_id=poster.id,
                number=poster.number, by=str(by_id or ""),
            )  # fmt: skip
    session.flush()
    return done


def take_down(session: Session, *, actor: Actor, poster_id: UUID, is_down: bool = True) -> Poster:
    """Tick a sheet off as taken down, or take the tick back.

    Raises:
        NotAllowed, NotFound: the actor may not write there.
    """
    poster = _for_change(session, actor, poster_id)
    if (poster.down_at is not None) is is_down:
        return poster
    poster.down_since = poster.down_since or clock.now()
    poster.down_at = clock.now() if is_down else None
    session.flush()
    action = "poster.taken_down" if is_down else "poster.hangs_again"
    audit.record(session, actor=actor, action=action, subject_kind="poster", subject_id=poster.id, number=poster.number)
    return poster


def _for_change(session: Session, actor: Actor, poster_id: UUID) -> Poster:
    access.require(actor, May.KEEP_LINKS)
    poster = session.get(Poster, poster_id)
    if poster is None:
        raise NotFound(N_("Không tìm thấy tờ này."))
    access.unit_for(session, actor=actor, unit_id=poster.unit_id)
    return poster
