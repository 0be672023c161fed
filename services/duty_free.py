"""Whether a member of the digital team is free: nobody stands at two places at once, whoever plans it and when.

Whoever gives a member a shift has locked the member first, so that of two who plan at the same moment one waits, looks, and is
refused (docs/decisions/0045).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select, update

from core import clock
from core.errors import Invalid
from core.i18n import N_
from models import DutyAbsence, DutyPattern, DutyPost, DutyShift, DutySwap, Lesson, SwapStatus, TeamMember

LONGEST_LESSON = timedelta(hours=8)


class Absent(Invalid):
    """They cannot come that day."""


def locked(session: Session, member_ids: Iterable[UUID]) -> list[TeamMember]:
    """Members, for this transaction alone to give shifts to or take them from; always in one order.

    On SQLite there is one writer anyway.
    """
    wanted = select(TeamMember).where(col(TeamMember.id).in_(set(member_ids))).order_by(col(TeamMember.id))
    return list(session.exec(wanted.with_for_update().execution_options(populate_existing=True)))


def require_free(
    session: Session, member: TeamMember, starts_at: datetime, ends_at: datetime, *, besides: Sequence[UUID] = ()
) -> None:
    """Refuse hours at which a locked member stands elsewhere, is absent, or belongs to the team no more.

    `besides`: shifts they give away in the same act.

    Raises:
        Absent: they are absent, or gone. Invalid: they stand somewhere, or teach.
    """
    day = clock.local(starts_at).date()
    if member.left_on is not None and member.left_on <= day:
        raise Absent(N_("{name} không còn trong tổ công nghệ số từ ngày {day:%d/%m/%Y}."), name=member.name, day=member.left_on)
    away = select(DutyAbsence.id).where(
        DutyAbsence.member_id == member.id, col(DutyAbsence.taken_back_at).is_(None), DutyAbsence.first_on <= day,
        DutyAbsence.last_on >= day,
    )  # fmt: skip
    if session.exec(away).first() is not None:
        raise Absent(N_("{name} đã báo vắng ngày {day:%d/%m/%Y}."), name=member.name, day=day)
    _require_no_lesson(session, member, starts_at, ends_at)
    other = session.exec(
        select(DutyShift, DutyPost)
        .join(DutyPattern, col(DutyPattern.id) == DutyShift.pattern_id)
        .join(DutyPost, col(DutyPost.id) == DutyPattern.post_id)
        .where(
            DutyShift.member_id == member.id, col(DutyShift.dropped_at).is_(None), DutyShift.starts_at < ends_at,
            DutyShift.ends_at > starts_at, col(DutyShift.id).not_in(besides),
        )
        .limit(1)
    ).first()  # fmt: skip
    if other is not None:
        shift, post = other
        raise Invalid(
            N_("{name} đã trực ở {post} ngày {day:%d/%m/%Y}, từ {since} đến {until}."), name=member.name, post=post.name,
            day=shift.day, since=f"{clock.local(shift.starts_at):%H:%M}", until=f"{clock.local(shift.ends_at):%H:%M}",
            field="member_id",
        )  # fmt: skip


def is_free(
    session: Session, member: TeamMember, starts_at: datetime, ends_at: datetime, *, besides: Sequence[UUID] = ()
) -> bool:  # fmt: skip
    """Whether `require_free` refuses nothing."""
    try:
        require_free(session, member, starts_at, ends_at, besides=besides)
    except Invalid:
        return False
    return True


def _require_no_lesson(session: Session, member: TeamMember, starts_at: datetime, ends_at: datetime) -> None:
    near = select(Lesson).where(
        Lesson.member_id == member.id, col(Lesson.called_off_at).is_(None), Lesson.starts_at < ends_at,
        Lesson.starts_at > starts_at - LONGEST_LESSON,
    )  # fmt: skip
    for lesson in session.exec(near):
        if lesson.ends_at > starts_at:
            raise Invalid(
                N_("{name} có buổi hướng dẫn lúc {since} ngày {day:%d/%m/%Y}."), name=member.name,
                since=f"{clock.local(lesson.starts_at):%H:%M}", day=clock.local(lesson.starts_at).date(), field="member_id",
            )  # fmt: skip


def drop(session: Session, which: ColumnElement[bool], *, absence_id: UUID | None = None) -> int:
    """Take members out of shifts that have not begun, with the swaps asked for them; how many shifts."""
    now = clock.now()
    ahead = select(DutyShift.id).where(which, col(DutyShift.dropped_at).is_(None), DutyShift.starts_at > now)
    ids = list(session.exec(ahead))
    if ids:
        session.exec(
            update(DutyShift).where(col(DutyShift.id).in_(ids)).values(dropped_at=now, absence_id=absence_id)
        )  # fmt: skip
        void_swaps(session, ids)
    return len(ids)


def void_swaps(session: Session, shift_ids: Sequence[UUID], *, besides: UUID | None = None) -> None:
    """Swaps that ask for these shifts, or want them in return, are asked no more; `besides`: the one that is being settled."""
    touched = col(DutySwap.shift_id).in_(shift_ids) | col(DutySwap.return_shift_id).in_(shift_ids)
    session.exec(
        update(DutySwap).where(touched, col(DutySwap.status) == SwapStatus.ASKED, col(DutySwap.id).is_distinct_from(besides))
        .values(status=SwapStatus.WITHDRAWN, answered_at=clock.now())
    )  # fmt: skip
