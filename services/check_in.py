"""The door of an event: a secret address for whoever stands there, who is let in by their code, and how many are in.

Nothing here needs a sign-in; names are masked, and the address ends with the event.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, col, select, update

from core import clock, formats, tokens
from core.errors import Invalid, NotFound
from core.i18n import N_
from core.settings import settings
from core.text import fold
from models import Announcement, AsksFor, Attendance, CheckInPass, Household, Unit
from services import access, attendance_places, audit, drafts, relays, wards
from services.access import Actor, May
from services.attendance import takes_answers
from services.attendance_figures import Figures, PartyRow, of_event, rows_of_event
from services.masked_names import masked
from services.ports import GuestLine, GuestSheet
from services.wards import WardCard

LASTS = timedelta(days=14)  # where the announcement has no end
NAMED_MOST = 12


@dataclass(frozen=True)
class MadePass:
    """An address just made. It cannot be shown again."""

    url: str
    expires_at: datetime


@dataclass(frozen=True)
class Door:
    """What an address opens: the announcement it was made for, and the event that holds the places."""

    announcement: Announcement
    event: Announcement
    ward: WardCard
    expires_at: datetime


@dataclass(frozen=True)
class Guest:
    """A party as the door sees it."""

    code: str
    name: str  # masked; "" of a phone without one
    place: str
    people: int
    turn: int  # 0: it has a place
    arrived: int
    arrived_at: datetime | None
    left: int | None  # places nobody has; None where there is no end of them
    absent: int  # people with a place who are not in yet, without this party

    @property
    def lacks(self) -> int:
        """How many places are missing to let the whole party in."""
        needed = 0 if self.turn == 0 or self.left is None else self.people - self.left
        return max(0, needed)


# ---- the address


def make(session: Session, *, actor: Actor, announcement_id: UUID) -> MadePass:
    """A new address for the door, good until the announcement ends. Earlier ones stay good.

    Raises:
        Invalid: it is over or called off. NotAllowed: the actor may not write.
        NotFound: it lies outside the actor's sight, or asks nobody to come.
    """
    announcement = _asked(session, actor, announcement_id)
    if not takes_answers(announcement):
        raise Invalid(N_("Thông báo này đã hết hiệu lực nên không mở cửa được nữa."))
    token, expires_at = tokens.new_token(), announcement.expires_at or clock.now() + LASTS
    session.add(CheckInPass(announcement_id=announcement.id, token_hash=tokens.digest(token), expires_at=expires_at))
    audit.record(
        session, actor=actor, action="check_in.made", subject_kind="announcement", subject_id=announcement.id
    )  # fmt: skip
    return MadePass(f"{settings().public_url}/check-in/{token}", expires_at)


def open_count(session: Session, *, actor: Actor, announcement_id: UUID) -> int:
    """How many addresses of an announcement's door are good now.

    Raises:
        NotAllowed, NotFound: as `make`.
    """
    announcement = _asked(session, actor, announcement_id)
    good = select(CheckInPass.id).where(
        CheckInPass.announcement_id == announcement.id, col(CheckInPass.revoked_at).is_(None),
        CheckInPass.expires_at > clock.now(),
    )  # fmt: skip
    return len(session.exec(good).all())


def revoke_all(session: Session, *, actor: Actor, announcement_id: UUID) -> int:
    """Close every address of an announcement's door; how many were open.

    Raises:
        NotAllowed, NotFound: as `make`.
    """
    announcement = _asked(session, actor, announcement_id)
    standing = update(CheckInPass).where(
        col(CheckInPass.announcement_id) == announcement.id, col(CheckInPass.revoked_at).is_(None)
    )  # fmt: skip
    closed = int(session.exec(standing.values(revoked_at=clock.now())).rowcount)
    if closed:
        audit.record(
            session, actor=actor, action="check_in.revoked", subject_kind="announcement", subject_id=announcement.id,
            passes=closed,
        )  # fmt: skip
    return closed


def opened(session: Session, *, token: str) -> Door:
    """What an address opens.

    Raises:
        NotFound: it never was, is over, revoked, or its announcement is: one sentence for all.
    """
    kept = session.exec(
        select(CheckInPass).where(
            CheckInPass.token_hash == tokens.digest(token), col(CheckInPass.revoked_at).is_(None),
            CheckInPass.expires_at > clock.now(),
        )
    ).first()  # fmt: skip
    announcement = session.get(Announcement, kept.announcement_id) if kept else None
    if kept is None or announcement is None or not takes_answers(announcement):
        raise NotFound(N_("Đường dẫn vào cửa này không có, hoặc đã hết hạn. Xin nhờ phường gửi đường dẫn mới."))
    ward = wards.card_of(session, unit=session.get_one(Unit, announcement.unit_id))
    return Door(announcement, attendance_places.event_of(session, announcement), ward, kept.expires_at)


def _asked(session: Session, actor: Actor, announcement_id: UUID) -> Announcement:
    access.require(actor, May.KEEP_EVENTS)
    announcement = drafts.get(session, actor=actor, announcement_id=announcement_id)
    if announcement.sent_at is None or announcement.asks_for is not AsksFor.ATTENDANCE:
        raise NotFound(N_("Thông báo này không hỏi ai đi."))
    return announcement


# ---- on paper


def sheet(session: Session, *, actor: Actor, announcement_id: UUID) -> tuple[list[GuestLine], GuestSheet]:
    """The list for the door on paper, in Vietnamese: by turn, names masked; kept in the audit.

    Raises:
        NotAllowed, NotFound: as `make`.
    """
    announcement = _asked(session, actor, announcement_id)
    event = attendance_places.event_of(session, announcement)
    rows, seen = with_masks(rows_of_event(session, event=event)), of_event(session, event.id)
    placed, waiting = formats.number(seen.placed), formats.number(seen.waiting)
    said = f"{placed} người có chỗ, {waiting} người chờ. In lúc {formats.moment(clock.now())}."
    when = ", ".join(filter(None, (announcement.facts.get("when", ""), announcement.facts.get("where", ""))))
    audit.record(
        session, actor=actor, action="attendance.printed", subject_kind="announcement", subject_id=announcement.id,
        parties=len(rows),
    )  # fmt: skip
    lines = [
        GuestLine(row.code, row.name, row.place, row.people, f"chờ, thứ {row.turn}" if row.turn else "") for row in rows
    ]  # fmt: skip
    ward = wards.card_of(session, unit=session.get_one(Unit, announcement.unit_id))
    return lines, GuestSheet(announcement.title, when, said, ward.name, relays.general_url(session, announcement.id))


# ---- who stands there


def figures(session: Session, *, token: str) -> Figures:
    """People with a place, in the queue, and in.

    Raises:
        NotFound: as `opened`.
    """
    return of_event(session, opened(session, token=token).event.id)


def guest(session: Session, *, token: str, code: str) -> Guest:
    """The party with a code, as it is typed or read.

    Raises:
        Invalid: no party of this event has it. NotFound: as `opened`.
    """
    event = opened(session, token=token).event
    return _guest(session, event, _row(session, event, code))


def named(session: Session, *, token: str, words: str) -> list[PartyRow]:
    """Parties whose name has all of the words, the first few, names masked: whoever comes without a code.

    Raises:
        Invalid: no word was given. NotFound: as `opened`.
    """
    wanted = fold(words).split()
    if not wanted:
        raise Invalid(N_("Hãy gõ mã, hoặc tên người đến."), field="q")
    rows = rows_of_event(session, event=opened(session, token=token).event)
    found = [row for row in rows if all(any(part.startswith(word) for part in fold(row.name).split()) for word in wanted)]
    return with_masks(found[:NAMED_MOST])


def with_masks(rows: Sequence[PartyRow]) -> list[PartyRow]:
    """The same with names as strangers may see them."""
    return [row.with_name(masked(row.name)) for row in rows]


def let_in(session: Session, *, token: str, code: str, people: int, takes_over: bool = False) -> bool:
    """So many of a party are in; False where it came in before, and nothing changes.

    A party of the queue, or more people than it has places, come in while there are places nobody has. With `takes_over`
    also on places of those who asked last and are not here: they then wait, at the head of the queue.

    Raises:
        Invalid: no such code, a number that cannot be, or too few places. NotFound: as `opened`.
    """
    event = attendance_places.locked(session, opened(session, token=token).event)
    row = _row(session, event, code)
    if row.arrived:
        return False
    if not 1 <= people <= attendance_places.PEOPLE_MAX:
        raise Invalid(N_("Số người phải từ 1 đến {most}."), most=attendance_places.PEOPLE_MAX, field="people")
    more = people - (row.people if row.has_place else 0)
    if event.places is not None and more > 0:
        left = event.places - attendance_places.taken(session, event.id)
        _make_room(session, event, row, more - left, takes_over=takes_over)
    row.people = people if more > 0 or not row.has_place else row.people
    row.has_place, row.arrived, row.arrived_at = True, people, clock.now()
    session.add(row)
    session.flush()
    return True


def put_back(session: Session, *, token: str, code: str) -> None:
    """A party is not in after all; it keeps its places. Done twice, it is as done once.

    Raises:
        Invalid: no such code. NotFound: as `opened`.
    """
    event = attendance_places.locked(session, opened(session, token=token).event)
    row = _row(session, event, code)
    row.arrived, row.arrived_at = 0, None
    session.add(row)
    session.flush()


def _make_room(session: Session, event: Announcement, row: Attendance, lacking: int, *, takes_over: bool) -> None:
    """Free as many places as lack, of parties that are not here, whoever asked last first; all or none."""
    if lacking <= 0:
        return
    absent = select(Attendance).where(
        Attendance.announcement_id == event.id, col(Attendance.has_place), Attendance.arrived == 0, Attendance.id != row.id
    )
    holders = session.exec(absent.order_by(col(Attendance.asked_at).desc(), col(Attendance.id).desc())).all()
    if not takes_over or sum(one.people for one in holders) < lacking:
        raise Invalid(N_("Thiếu {lacking} chỗ: các chỗ còn lại đã có người giữ."), lacking=lacking, field="people")
    for one in holders:
        if lacking <= 0:
            break
        one.has_place = False
        lacking -= one.people
        session.add(one)
    session.flush()


def _row(session: Session, event: Announcement, code: str) -> Attendance:
    wanted = select(Attendance).where(Attendance.announcement_id == event.id, Attendance.code == code.strip().lower())
    row = session.exec(wanted.execution_options(populate_existing=True)).first()
    if row is None:
        raise Invalid(N_("Buổi này không có mã đó. Xin xem lại mã, hoặc tìm theo tên."), field="q")
    return row


def _guest(session: Session, event: Announcement, row: Attendance) -> Guest:
    home = session.get(Household, row.household_id) if row.household_id else None
    unit = session.get(Unit, home.unit_id) if home else None
    seen = of_event(session, event.id)
    away = select(Attendance.people).where(
        Attendance.announcement_id == event.id, col(Attendance.has_place), Attendance.arrived == 0, Attendance.id != row.id
    )
    return Guest(
        code=row.code, name=masked(home.head_name if home else row.name), place=unit.label if unit else "", people=row.people,
        turn=attendance_places.turn_of(session, row), arrived=row.arrived, arrived_at=row.arrived_at,
        left=None if event.places is None else max(0, event.places - seen.placed), absent=sum(session.exec(away)),
    )  # fmt: skip
