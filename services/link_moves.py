"""Moving a code, or many by one act, to another page, taking an act back, and who moved what when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, func, select

from core.errors import Invalid, NotFound
from core.i18n import N_
from core.ids import new_id
from models import LinkMove, ShortLink, Unit
from services import audit, link_targets, links
from services.access import Actor, May, path_range, require

MOST = 12_000
ACTS_SHOWN = 20


@dataclass(frozen=True)
class Act:
    """Codes that were moved together."""

    act_id: UUID
    codes: int
    former_url: str  # of one of them
    target_url: str
    moved_by: str
    at: datetime
    is_undone: bool


@dataclass(frozen=True)
class Target:
    """A page that codes of the actor's units lead to."""

    url: str
    codes: int


def targets(session: Session, *, actor: Actor) -> list[Target]:
    """Where codes lead that can be moved, those of most codes first.

    Raises:
        NotAllowed: the actor may not move codes.
    """
    require(actor, May.KEEP_LINKS)
    n = func.count()
    wanted = select(ShortLink.target_url, n).where(col(ShortLink.target_url).is_not(None), col(ShortLink.is_active))
    if actor.unit_path:
        wanted = wanted.join(Unit, col(Unit.id) == col(ShortLink.unit_id)).where(path_range(actor.unit_path))
    grouped = wanted.group_by(col(ShortLink.target_url)).order_by(n.desc(), col(ShortLink.target_url))
    return [Target(url, codes) for url, codes in session.exec(grouped) if url]


def retarget(
    session: Session, *, actor: Actor, link_id: UUID, target_url: str, act_id: UUID | None = None
) -> ShortLink:  # fmt: skip
    """Move a printed code to another page; the paper on the wall stays. The former target is kept for `undo_retarget`.

    Moves with one `act_id` belong together.

    Raises:
        NotAllowed, NotFound, Invalid: as in `links.create`; Invalid also for a link whose page is our own.
    """
    link = links.for_change(session, actor=actor, link_id=link_id)
    if link.target_url is None:
        raise Invalid(N_("Mã này dẫn tới trang của phường, không có đường dẫn để đổi."))
    return _move(session, actor, link, target_url, action="link.retargeted", act_id=act_id)


def undo_retarget(session: Session, *, actor: Actor, link_id: UUID) -> ShortLink:
    """Go back to the target before the last move. Done twice, it is as if nothing was done.

    Raises:
        NotAllowed, NotFound: as in `links.create`.
        Invalid: it was never moved, or the former target may no longer be linked to.
    """
    link = links.for_change(session, actor=actor, link_id=link_id)
    if not link.previous_target:
        raise Invalid(N_("Mã này chưa đổi đường dẫn lần nào."))
    return _move(session, actor, link, link.previous_target, action="link.retarget_undone")


def _move(
    session: Session, actor: Actor, link: ShortLink, typed: str, *, action: str, act_id: UUID | None = None
) -> ShortLink:  # fmt: skip
    target = typed if link_targets.is_own_page(typed) else link_targets.checked(typed)
    if target == link.target_url or link.target_url is None:
        return link
    former, link.previous_target, link.target_url = link.target_url, link.target_url, target
    # What was known was of the other page.
    link.last_checked_at = link.last_status = link.trouble = link.leads_on_to = link.replaced_by = None
    link.certificate_ends_on, link.failed_visits = None, 0
    session.add(
        LinkMove(
            act_id=act_id or new_id(), link_id=link.id, former_url=former, target_url=target, moved_by_id=actor.id,
            moved_by=actor.display_name,
        )
    )  # fmt: skip
    session.flush()
    audit.record(
        session, actor=actor, action=action, subject_kind="shortlink", subject_id=link.id,
        slug=link.slug, former=former, target=target, is_trusted=links.is_trusted(target),
    )  # fmt: skip
    return link


def retarget_many(session: Session, *, actor: Actor, link_ids: Sequence[UUID], target_url: str) -> UUID:
    """Move codes to one page as one act; all or none. Those that lead there already stay.

    Raises:
        NotAllowed, NotFound, Invalid: as `retarget`; Invalid also without any code, or with too many.
    """
    if not link_ids:
        raise Invalid(N_("Chưa chọn mã nào."))
    if len(link_ids) > MOST:
        raise Invalid(N_("Mỗi lần đổi được nhiều nhất {most} mã."), most=MOST)
    act_id = new_id()
    for link_id in dict.fromkeys(link_ids):
        retarget(session, actor=actor, link_id=link_id, target_url=target_url, act_id=act_id)
    return act_id


def undo(session: Session, *, actor: Actor, act_id: UUID) -> int:
    """Take an act back: every code that still leads where the act put it goes back; those moved since stay. How many went.

    Raises:
        NotAllowed, NotFound: the actor may not move codes, or there is no such act within sight.
        Invalid: it has been taken back.
    """
    require(actor, May.KEEP_LINKS)
    moves = session.exec(select(LinkMove).where(LinkMove.act_id == act_id).with_for_update()).all()
    if not moves:
        raise NotFound(N_("Không tìm thấy lần đổi này."))
    if all(one.is_undone for one in moves):
        raise Invalid(N_("Lần đổi này đã được quay lại."))
    back = new_id()
    went = 0
    for one in moves:
        link = links.for_change(session, actor=actor, link_id=one.link_id)
        if link.target_url == one.target_url:
            retarget(session, actor=actor, link_id=link.id, target_url=one.former_url, act_id=back)
            went += 1
        one.is_undone = True
    for one in session.exec(select(LinkMove).where(LinkMove.act_id == back)):
        one.is_undone = True  # a way back is no act to take back
    session.flush()
    return went


def acts(session: Session, *, actor: Actor, link_id: UUID | None = None) -> list[Act]:
    """The latest acts on codes of the actor's units, or on one code.

    Raises:
        NotAllowed: the actor may not move codes.
    """
    require(actor, May.KEEP_LINKS)
    at = func.max(col(LinkMove.created_at))
    wanted = (
        select(  # type: ignore[call-overload]
            LinkMove.act_id, func.count(), func.min(LinkMove.former_url), func.min(LinkMove.target_url),
            func.min(LinkMove.moved_by), at, func.count().filter(~col(LinkMove.is_undone)),
        )
        .join(ShortLink, col(ShortLink.id) == LinkMove.link_id)
        .group_by(col(LinkMove.act_id))
        .order_by(at.desc())
        .limit(ACTS_SHOWN)
    )  # fmt: skip
    if actor.unit_path:
        wanted = wanted.join(Unit, col(Unit.id) == col(ShortLink.unit_id)).where(path_range(actor.unit_path))
    if link_id:
        wanted = wanted.where(LinkMove.link_id == link_id)
    return [
        Act(act_id, codes, former, target, by, when, is_undone=standing == 0)
        for act_id, codes, former, target, by, when, standing in session.exec(wanted)
    ]
