"""Swaps of duty: a member asks another, or anyone of the team, to stand in; who agrees has the shift from that moment.

Asked and answered on the members' own pages. Nobody of the ward has to approve it: the roster shows it, the audit keeps it.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_
from sqlmodel import Session, col, select

from core import clock
from core.errors import Invalid, NotFound
from core.i18n import N_
from models import DutyPattern, DutyPost, DutyShift, DutySwap, SwapStatus, TeamMember
from services import audit, duty_free, team_members
from services.team_members import Pass


@dataclass(frozen=True)
class Shift:
    """A shift as its member, or one who is asked to take it, sees it."""

    id: UUID
    post: str
    address: str
    starts_at: datetime
    ends_at: datetime
    asked: str = ""  # whom the member asks to stand in; "" where nobody is asked
    asks_anyone: bool = False
    swap_id: UUID | None = None


@dataclass(frozen=True)
class Asked:
    """A swap that waits for this member's answer."""

    swap_id: UUID
    name: str  # who asks
    shift: Shift
    in_return: Shift | None  # of this member, wanted in exchange
    to_anyone: bool


def upcoming(session: Session, *, token: str, limit: int = 60) -> list[Shift]:
    """A member's own shifts that are not over, the next first.

    Raises:
        NotFound: as `team_members.opened`.
    """
    held = team_members.opened(session, token=token)
    return shifts_of(session, held.member.id, limit=limit)


def calendar(session: Session, *, token: str) -> tuple[Pass, list[Shift]]:
    """What a calendar file's address holds: the member's shifts from the last month on.

    Raises:
        NotFound: as `team_members.opened`.
    """
    held = team_members.opened(session, token=token, kind="calendar")
    return held, shifts_of(session, held.member.id, since=clock.now().replace(day=1), limit=400)


def shifts_of(session: Session, member_id: UUID, *, since: datetime | None = None, limit: int) -> list[Shift]:
    """Shifts of a member that end after an instant (now), for services that have checked who asks. Two queries."""
    found = session.exec(
        select(DutyShift, DutyPost, DutySwap)
        .join(DutyPattern, col(DutyPattern.id) == DutyShift.pattern_id)
        .join(DutyPost, col(DutyPost.id) == DutyPattern.post_id)
        .outerjoin(DutySwap, (col(DutySwap.shift_id) == DutyShift.id) & (col(DutySwap.status) == SwapStatus.ASKED))
        .where(DutyShift.member_id == member_id, col(DutyShift.dropped_at).is_(None), DutyShift.ends_at > (since or clock.now()))
        .order_by(col(DutyShift.starts_at))
        .limit(limit)
    ).all()
    to = team_members.names(session, [swap.to_id for _s, _p, swap in found if swap and swap.to_id])
    return [_shown(shift, post, swap, to) for shift, post, swap in found]


def _shown(shift: DutyShift, post: DutyPost, swap: DutySwap | None, names: dict[UUID, str]) -> Shift:
    asked = names.get(swap.to_id, "") if swap and swap.to_id else ""
    is_open = swap is not None and swap.to_id is None
    return Shift(shift.id, post.name, post.address, shift.starts_at, shift.ends_at, asked, is_open, swap.id if swap else None)


def colleagues(session: Session, *, token: str) -> list[TeamMember]:
    """Whom a member can ask: the others of the team, by name.

    Raises:
        NotFound: as `team_members.opened`.
    """
    held = team_members.opened(session, token=token)
    wanted = select(TeamMember).where(TeamMember.ward_id == held.ward.id, TeamMember.id != held.member.id, team_members.is_here())
    return sorted(session.exec(wanted), key=lambda one: team_members.by_name(one.name))


def shifts_in_return(session: Session, *, token: str, shift_id: UUID, to_id: UUID) -> list[Shift]:
    """Shifts of another that a member could take in exchange: those ahead at which the member is free.

    Raises:
        NotFound: as `team_members.opened`, or the shift or the other is not theirs to ask about.
    """
    held = team_members.opened(session, token=token)
    shift, other = _own(session, held, shift_id), _colleague(session, held, to_id)
    ahead = [one for one in shifts_of(session, other.id, limit=20) if one.starts_at > clock.now()]
    return [
        one for one in ahead if duty_free.is_free(session, held.member, one.starts_at, one.ends_at, besides=[shift.id])
    ]  # fmt: skip


# ---- asking and answering


def ask(
    session: Session, *, token: str, shift_id: UUID, to_id: UUID | None = None, return_shift_id: UUID | None = None
) -> DutySwap:  # fmt: skip
    """Ask another (anyone, without `to_id`) to stand in; with `return_shift_id` for that shift of theirs. A new ask replaces one.

    Raises:
        Invalid: the shift has begun, or the other cannot then. NotFound: as `shifts_in_return`.
    """
    held = team_members.opened(session, token=token)
    shift = _own(session, held, shift_id)
    other = _colleague(session, held, to_id) if to_id else None
    duty_free.locked(session, [held.member.id, *([other.id] if other else [])])
    _require_ahead(session, shift, held.member.id)
    back = _of(session, return_shift_id, other.id) if return_shift_id and other else None
    if other is not None:
        _require_possible(session, held.member, shift, other, back)
    duty_free.void_swaps(session, [shift.id])
    swap = DutySwap(
        shift_id=shift.id, from_id=held.member.id, to_id=other.id if other else None, return_shift_id=back.id if back else None
    )
    session.add(swap)
    session.flush()
    _note(session, held, swap, "duty_swap.asked")
    return swap


def withdraw(session: Session, *, token: str, swap_id: UUID) -> None:
    """Ask no more. Answered already, nothing changes.

    Raises:
        NotFound: as `team_members.opened`, or it is not theirs.
    """
    held = team_members.opened(session, token=token)
    swap = _swap(session, swap_id)
    if swap.from_id != held.member.id:
        raise NotFound(N_("Không tìm thấy lời nhờ này."))
    if swap.status is SwapStatus.ASKED:
        _settle(session, held, swap, SwapStatus.WITHDRAWN)


def waiting(session: Session, *, token: str) -> list[Asked]:
    """Swaps that wait for a member's answer: asked of them, or of anyone while they are free; the next first.

    Raises:
        NotFound: as `team_members.opened`.
    """
    held = team_members.opened(session, token=token)
    found = session.exec(
        select(DutySwap, DutyShift, DutyPost, TeamMember)
        .join(DutyShift, col(DutyShift.id) == DutySwap.shift_id)
        .join(DutyPattern, col(DutyPattern.id) == DutyShift.pattern_id)
        .join(DutyPost, col(DutyPost.id) == DutyPattern.post_id)
        .join(TeamMember, col(TeamMember.id) == DutySwap.from_id)
        .where(
            DutySwap.status == SwapStatus.ASKED, TeamMember.ward_id == held.ward.id, TeamMember.id != held.member.id,
            or_(col(DutySwap.to_id) == held.member.id, col(DutySwap.to_id).is_(None)), DutyShift.starts_at > clock.now(),
        )
        .order_by(col(DutyShift.starts_at))
        .limit(30)
    ).all()  # fmt: skip
    is_exchange = any(swap.return_shift_id for swap, _shift, _post, _member in found)
    own = {one.id: one for one in shifts_of(session, held.member.id, limit=100)} if is_exchange else {}
    asked = []
    for swap, shift, post, member in found:
        if swap.to_id is None and not duty_free.is_free(session, held.member, shift.starts_at, shift.ends_at):
            continue
        back = own.get(swap.return_shift_id) if swap.return_shift_id else None
        asked.append(Asked(swap.id, member.name, _shown(shift, post, None, {}), back, swap.to_id is None))
    return asked


def agree(session: Session, *, token: str, swap_id: UUID) -> DutySwap:
    """Stand in: from this moment the shift is this member's, and what was wanted in return the other's. Agreed twice, once.

    Raises:
        Invalid: it is asked no more (another was faster), or one of the two cannot then. NotFound: not asked of this member.
    """
    held = team_members.opened(session, token=token)
    swap = _asked_of(session, held, swap_id)
    duty_free.locked(session, [held.member.id, swap.from_id])
    session.refresh(swap)
    shift = session.get_one(DutyShift, swap.shift_id)
    session.refresh(shift)
    if swap.status is SwapStatus.AGREED and shift.member_id == held.member.id:
        return swap
    if swap.status is not SwapStatus.ASKED:
        raise Invalid(N_("Việc nhờ này đã xong rồi: có người khác nhận, hoặc người nhờ đã thôi."))
    _require_ahead(session, shift, swap.from_id)
    back = _of(session, swap.return_shift_id, held.member.id) if swap.return_shift_id else None
    asker = session.get_one(TeamMember, swap.from_id)
    _require_possible(session, asker, shift, held.member, back)
    _exchange(session, shift, back, asker.id, held.member.id)
    duty_free.void_swaps(session, [shift.id, *([back.id] if back else [])], besides=swap.id)
    swap.to_id = held.member.id
    _settle(session, held, swap, SwapStatus.AGREED)
    return swap


def decline(session: Session, *, token: str, swap_id: UUID) -> None:
    """Not this time. Of a swap that anyone may take nothing is declined: it stays open to the others.

    Raises:
        NotFound: not asked of this member.
    """
    held = team_members.opened(session, token=token)
    swap = _asked_of(session, held, swap_id)
    if swap.status is SwapStatus.ASKED and swap.to_id == held.member.id:
        _settle(session, held, swap, SwapStatus.DECLINED)


def _exchange(session: Session, shift: DutyShift, back: DutyShift | None, from_id: UUID, to_id: UUID) -> None:
    """Two shifts at one hour change hands by way of nobody's: no member has two that begin together for a moment."""
    now = clock.now()
    if back is not None:
        back.dropped_at = now
        session.add(back)
        session.flush()
    shift.member_id = to_id
    session.add(shift)
    session.flush()
    if back is not None:
        back.member_id, back.dropped_at = from_id, None
        session.add(back)
        session.flush()


def _settle(session: Session, held: Pass, swap: DutySwap, status: SwapStatus) -> None:
    swap.status, swap.answered_at = status, clock.now()
    session.add(swap)
    session.flush()
    _note(session, held, swap, f"duty_swap.{status.value}")


def _require_possible(session: Session, asker: TeamMember, shift: DutyShift, other: TeamMember, back: DutyShift | None) -> None:
    """Neither of the two stands elsewhere once it is done."""
    duty_free.require_free(session, other, shift.starts_at, shift.ends_at, besides=[back.id] if back else [])
    if back is not None:
        duty_free.require_free(session, asker, back.starts_at, back.ends_at, besides=[shift.id])


def _require_ahead(session: Session, shift: DutyShift, member_id: UUID) -> None:
    session.refresh(shift)
    if shift.dropped_at is not None or shift.member_id != member_id:
        raise Invalid(N_("Ca này không còn là của người nhờ."))
    if shift.starts_at <= clock.now():
        raise Invalid(N_("Ca này đã bắt đầu."))


def _own(session: Session, held: Pass, shift_id: UUID) -> DutyShift:
    shift = session.get(DutyShift, shift_id)
    if shift is None or shift.member_id != held.member.id:
        raise NotFound(N_("Không tìm thấy ca trực này."))
    return shift


def _of(session: Session, shift_id: UUID, member_id: UUID) -> DutyShift:
    """A shift ahead that is a member's."""
    shift = session.get(DutyShift, shift_id)
    if shift is None:
        raise NotFound(N_("Không tìm thấy ca trực này."))
    _require_ahead(session, shift, member_id)
    return shift


def _colleague(session: Session, held: Pass, member_id: UUID) -> TeamMember:
    wanted = select(TeamMember).where(
        TeamMember.id == member_id, TeamMember.ward_id == held.ward.id, TeamMember.id != held.member.id, team_members.is_here()
    )
    found = session.exec(wanted).first()
    if found is None:
        raise NotFound(N_("Không tìm thấy thành viên này."))
    return found


def _swap(session: Session, swap_id: UUID) -> DutySwap:
    swap = session.get(DutySwap, swap_id)
    if swap is None:
        raise NotFound(N_("Không tìm thấy lời nhờ này."))
    return swap


def _asked_of(session: Session, held: Pass, swap_id: UUID) -> DutySwap:
    swap = _swap(session, swap_id)
    asker = session.get_one(TeamMember, swap.from_id)
    is_theirs = swap.to_id == held.member.id or (swap.to_id is None and asker.id != held.member.id)
    if not is_theirs or asker.ward_id != held.ward.id:
        if swap.to_id is not None and swap.status is SwapStatus.AGREED and asker.ward_id == held.ward.id:
            raise Invalid(N_("Việc nhờ này đã xong rồi: có người khác nhận, hoặc người nhờ đã thôi."))
        raise NotFound(N_("Không tìm thấy lời nhờ này."))
    return swap


def _note(session: Session, held: Pass, swap: DutySwap, action: str) -> None:
    audit.record(
        session, actor=held.actor, action=action, subject_kind="duty_shift", subject_id=swap.shift_id,
        members=[str(swap.from_id), *([str(swap.to_id)] if swap.to_id else [])],
    )  # fmt: skip
