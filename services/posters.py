"""Sheets with codes on walls, by their number: where each hangs, which one took whose place, what must come down."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, func, or_, select

from core import clock
from core.errors import Invalid, NotFound
from core.i18n import N_
from core.text import clean
from models import Poster, ShortLink, Unit, User
from services import access, audit, links
from services.access import Actor, path_range


@dataclass(frozen=True)
class Hanging:
    """A sheet with its code, and who is to take it down ("" nobody named)."""

    poster: Poster
    link: ShortLink
    down_by: str = ""

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
    access.require(actor, *access.WRITERS)
    found = session.exec(
        select(Poster, ShortLink, User.display_name)
        .join(ShortLink, col(ShortLink.id) == Poster.link_id)
        .join(Unit, col(Unit.id) == Poster.unit_id)
        .outerjoin(User, col(User.id) == Poster.down_by_id)
        .where(path_range(actor.unit_path), col(Poster.down_at).is_(None))
        .order_by(col(Poster.number))
    )
    rows = [Hanging(poster, link, name or "") for poster, link, name in found]
    return sorted(rows, key=lambda one: not one.must_come_down)


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


def ask_down(session: Session, *, actor: Actor, poster_ids: Sequence[UUID], by: str = "") -> int:
    """Have sheets taken down, by a user of that name where one is given; how many.

    Raises:
        NotAllowed, NotFound: the actor may not write there, or there is no such user.
    """
    user = access.actor_named(session, username=by) if by else None
    done = 0
    for poster_id in dict.fromkeys(poster_ids):
        poster = _for_change(session, actor, poster_id)
        if poster.down_at is None:
            poster.down_since, poster.down_by_id = poster.down_since or clock.now(), user.id if user else poster.down_by_id
            done += 1
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
    access.require(actor, *access.WRITERS)
    poster = session.get(Poster, poster_id)
    if poster is None:
        raise NotFound(N_("Không tìm thấy tờ này."))
    access.unit_for(session, actor=actor, unit_id=poster.unit_id)
    return poster
