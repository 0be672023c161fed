"""What came of each knock: from the leader's phone, paper or the terminal. Sent twice it counts once; the later one stands."""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, col, func, select

from core import clock
from core.errors import Invalid, NotFound, Refusal
from core.i18n import N_, translate
from core.settings import settings
from models import Announcement, AuditEvent, DoorKnock, DoorLine, DoorList, DoorOutcome, Household
from services import audiences, audit, door_addresses, door_lists, door_numbers, known_openings, proposals
from services.access import Actor
from services.presence import lives_here

KEY = re.compile(r"[A-Za-z0-9-]{6,60}")
MOST_CALLS = 20  # numbers shown to the holder of one address in a day
FROM_A_KNOCK = N_("Ghi khi đi báo tin tận nhà.")


@dataclass(frozen=True)
class Knock:
    """What was found at the door of a numbered line; `outcome` None takes back what was entered before."""

    number: int
    outcome: DoorOutcome | None
    key: str  # of this knock, made where it was entered: however often it is sent, it is one
    at: datetime | None = None  # when, by the clock of whoever knocked; None: now


@dataclass(frozen=True)
class Taken:
    """What became of knocks, by their keys."""

    kept: list[str] = field(default_factory=list)
    refused: dict[str, Refusal] = field(default_factory=dict)


@dataclass(frozen=True)
class _Book:
    """A list that nobody else can write until the transaction ends."""

    listed: DoorList
    announcement: Announcement
    actor: Actor
    lines: dict[int, DoorLine]


def by_phone(session: Session, *, token: str, knocks: Sequence[Knock]) -> Taken:
    """Take knocks from the page of a list. One that cannot be right is refused by its key, the others are kept.

    What was entered before a withdrawal, or in time but without a connection, is kept all the same: the ward must know whom the
    old words reached.

    Raises:
        NotFound: as `door_addresses.opened`.
    """
    held = door_addresses.opened(session, token=token, is_late=True)
    taken = _enter(session, _book(session, held.listed.id, held.announcement, held.actor), knocks, until=held.listed.expires_at)
    if taken.kept:
        audit.record(
            session, actor=held.actor, action="door.knocked", subject_kind="door_list", subject_id=held.listed.id,
            knocks=len(taken.kept),
        )  # fmt: skip
    return taken


def from_paper(session: Session, *, actor: Actor, list_id: UUID, knocks: Sequence[Knock]) -> Taken:
    """Take knocks that staff enter by the numbers on a sheet: all of them, or none.

    Raises:
        Invalid: one cannot be right; the message names its number. NotAllowed: the actor may not write.
        NotFound: it lies outside the actor's sight.
    """
    listed = session.get(DoorList, list_id)
    if listed is None:
        raise NotFound(N_("Không tìm thấy danh sách gõ cửa này."))
    announcement = door_lists.sent(session, actor=actor, announcement_id=listed.announcement_id)
    taken = _enter(session, _book(session, listed.id, announcement, actor), knocks)
    for refusal in taken.refused.values():
        raise refusal
    audit.record(
        session, actor=actor, action="door.entered", subject_kind="door_list", subject_id=listed.id, knocks=len(taken.kept)
    )  # fmt: skip
    return taken


def told(session: Session, *, actor: Actor, announcement_id: UUID, codes: Sequence[str]) -> int:
    """Households told at the door, by their codes, whether they stand on a list or not; how many were not known to be told.

    Raises:
        Invalid: it is not sent, a code names no household of its audience or several: nothing is written.
        NotAllowed, NotFound: as `door_lists.sent`.
    """
    announcement = door_lists.sent(session, actor=actor, announcement_id=announcement_id)
    homes = [_home_named(session, announcement, code) for code in dict.fromkeys(map(str.strip, codes))]
    door_numbers.prepare(session, announcement=announcement)
    door_numbers.add(session, announcement, col(Household.id).in_([home.id for home in homes]))
    told_now = 0
    for home in homes:
        found = session.exec(
            select(DoorLine, DoorList)
            .join(DoorList, col(DoorList.id) == DoorLine.door_list_id)
            .where(DoorList.announcement_id == announcement.id, DoorLine.household_id == home.id)
            .order_by((col(DoorList.unit_id) == home.unit_id).desc())
        ).first()
        if found is None or found[0].outcome is DoorOutcome.TOLD:
            continue  # told by another path already, or entered before
        line, listed = found
        is_new = not known_openings.is_told(session, announcement_id=announcement.id, household_id=home.id)
        knock = Knock(line.number, DoorOutcome.TOLD, f"told-{line.id.hex}-{clock.now():%Y%m%d%H%M%S%f}")
        _enter(session, _book(session, listed.id, announcement, actor), [knock])
        told_now += is_new
    audit.record(
        session, actor=actor, action="door.told", subject_kind="announcement", subject_id=announcement.id, households=told_now
    )  # fmt: skip
    return told_now


def number_to_call(session: Session, *, token: str, number: int) -> tuple[str, str]:
    """The head and the telephone number (E.164) of one household of the list, on a press that is kept in the audit.

    Raises:
        Invalid: the household has no number, or twenty were shown today. NotFound: no such line, or as `opened`.
    """
    held = door_addresses.opened(session, token=token)
    found = next((one for one in door_lists.lines_of(session, held.listed) if one.number == number), None)
    if found is None or found.is_elsewhere:
        raise NotFound(N_("Danh sách này không còn số {number}."), number=number)
    home = session.get_one(Household, found.household_id)
    if not home.phone:
        raise Invalid(N_("Phường không có số điện thoại của hộ {name}."), name=home.head_name)
    shown = session.exec(
        select(func.count()).select_from(AuditEvent).where(
            AuditEvent.action == "door.phone_seen", AuditEvent.subject_id == str(held.listed.id),
            AuditEvent.created_at >= clock.now() - timedelta(days=1),
        )
    ).one()  # fmt: skip
    if shown >= MOST_CALLS:
        raise Invalid(N_("Hôm nay đã xem {most} số điện thoại của danh sách này. Xin gọi phường."), most=MOST_CALLS)
    audit.record(
        session, actor=held.actor, action="door.phone_seen", subject_kind="door_list", subject_id=held.listed.id,
        household_id=str(home.id),
    )  # fmt: skip
    return home.head_name, home.phone


def _home_named(session: Session, announcement: Announcement, code: str) -> Household:
    wanted = audiences.of_announcement(session, announcement_id=announcement.id)
    named = col(Household.code) == code
    with suppress(ValueError):
        named = col(Household.id) == UUID(code)
    found = session.exec(select(Household).where(named, wanted, lives_here(clock.today()))).all()
    if not found:
        raise Invalid(N_("Không có hộ mã {code} trong phạm vi nhận của thông báo này."), code=code, field="household")
    if len(found) > 1:
        raise Invalid(N_("Có {n} hộ cùng mã {code}. Xin ghi ở màn hình Gõ cửa."), n=len(found), code=code, field="household")
    return found[0]


def _book(session: Session, list_id: UUID, announcement: Announcement, actor: Actor) -> _Book:
    known_openings.take_turns(session, announcement_ids=[announcement.id])
    again = {"populate_existing": True}
    listed = session.exec(select(DoorList).where(DoorList.id == list_id).with_for_update().execution_options(**again)).one()
    lines = session.exec(select(DoorLine).where(DoorLine.door_list_id == list_id).execution_options(**again))
    return _Book(listed, announcement, actor, {line.number: line for line in lines})


def _enter(session: Session, book: _Book, knocks: Sequence[Knock], until: datetime | None = None) -> Taken:
    taken = Taken()
    known = set(session.exec(select(DoorKnock.key).where(col(DoorKnock.key).in_([_key(book, one) for one in knocks]))))
    for knock in knocks:
        key, line = _key(book, knock), book.lines.get(knock.number)
        if key in known:
            taken.kept.append(knock.key)
        elif line is None or not KEY.fullmatch(knock.key):
            taken.refused[knock.key] = Invalid(
                N_("Danh sách không có số {number}."), number=knock.number, field="number"
            )  # fmt: skip
        else:
            known.add(key)
            _note(session, book, line, knock, _when(book, knock, until))
            taken.kept.append(knock.key)
    session.flush()
    return taken


def _key(book: _Book, knock: Knock) -> str:
    """Of this list alone: whoever holds another list's address cannot take its keys."""
    return f"{book.listed.id.hex}.{knock.key}"


def _when(book: _Book, knock: Knock, until: datetime | None) -> datetime:
    """As the phone says, but never before it was sent, nor in time to come, nor after the end of the list."""
    now = clock.now()
    latest = min(now, until) if until else now
    return max(min(knock.at or now, latest), book.announcement.sent_at or latest)


def _note(session: Session, book: _Book, line: DoorLine, knock: Knock, at: datetime) -> None:
    session.add(
        DoorKnock(door_line_id=line.id, outcome=knock.outcome, key=_key(book, knock), knocked_at=at, user_id=book.actor.id)
    )
    if line.knocked_at is not None and at < line.knocked_at:
        return  # an older one that came late
    before, line.outcome, line.knocked_at = line.outcome, knock.outcome, at
    session.add(line)
    if before is not knock.outcome:
        _settle(session, book, line, before, at)


def _settle(session: Session, book: _Book, line: DoorLine, before: DoorOutcome | None, at: datetime) -> None:
    """What follows from another outcome: told or not told, and a household that has moved is proposed to the ward."""
    announcement_id = book.announcement.id
    if line.outcome is DoorOutcome.TOLD:
        known_openings.tell_at_door(
            session, announcement_id=announcement_id, household_id=line.household_id, at=at, by=book.actor.id
        )  # fmt: skip
    elif before is DoorOutcome.TOLD:
        known_openings.take_back(session, announcement_id=announcement_id, household_id=line.household_id)
    if before is DoorOutcome.MOVED:
        said_by = select(DoorKnock.user_id).where(DoorKnock.door_line_id == line.id, DoorKnock.outcome == DoorOutcome.MOVED)
        proposals.take_back_left(
            session, actor=book.actor, household_id=line.household_id, by_ids=[id_ for id_ in session.exec(said_by) if id_]
        )  # fmt: skip
    if line.outcome is DoorOutcome.MOVED:
        note = translate(FROM_A_KNOCK, language=settings().language)
        with suppress(Refusal):  # the ward has ended or moved it meanwhile, or it came today: nothing to propose
            proposals.left(
                session, actor=book.actor, household_id=line.household_id, on=clock.local(at).date(), note=note
            )  # fmt: skip
