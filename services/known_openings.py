"""Households known by name to have been told: a phone that is tied by the household card opened the page, or answered on it.

Openings are counted first and tell a household then, answers and knocks the other way round: on PostgreSQL, where many write at
once, whoever does either takes turns at the announcement (`take_turns`), or two of one household would wait for each other.
"""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Date, Executable, Select, String, Uuid, bindparam, cast, func, or_
from sqlalchemy import select as columns
from sqlalchemy.dialects import postgresql
from sqlmodel import Session, col, select

from core import clock
from core.bulk import named_ids, told_ids
from core.db import upsert
from core.ids import new_id
from core.one_way import Question
from models import LEFT, Announcement, Household, How, Model, PhoneTie, Reach, Scan, ShortLink
from services.household_cards import Tied
from services.presence import lives_here

ANSWERS = (How.CONFIRMED, How.ATTENDING)
_TABLES = Model.metadata.tables


def take_turns(session: Session, *, announcement_ids: Iterable[UUID]) -> None:
    """Wait until nobody else writes whom of these announcements was told, before anything of it is written here."""
    if session.get_bind().dialect.name == "postgresql":
        for key in sorted({int(id_.hex[-15:], 16) for id_ in announcement_ids}):
            session.exec(select(func.pg_advisory_xact_lock(key)))


def turns(session: Session, *, link_ids: Collection[UUID]) -> list[Question]:
    """What to ask before openings are written: `take_turns` at the announcements of these links, in one order.

    SQLite, which has one writer, is asked nothing.
    """
    dialect = session.get_bind().dialect.name
    return [Question(_turns(), {"links": told_ids(dialect, link_ids)})] if dialect == "postgresql" else []


@cache
def _turns() -> Select[Any]:
    link = _TABLES["shortlink"].c
    named = link.id.in_(named_ids("postgresql", "links"))
    digits = func.right(func.replace(cast(link.announcement_id, String), "-", ""), 15)
    key = cast(cast(func.concat("x", digits), postgresql.BIT(60)), BigInteger).label("key")
    keys = columns(key).where(named, link.announcement_id.is_not(None)).distinct().order_by(key).subquery().c
    return columns(func.pg_advisory_xact_lock(keys.key))


def by_ties(*, first_id: UUID, last_id: UUID) -> Question:
    """Whose phones opened an announcement among the openings whose ids lie between two: for `note`."""
    return Question(_by_ties(), {"first": first_id, "last": last_id, "today": clock.today()})


def note(session: Session, *, opened: Iterable[Any]) -> None:
    """Each household whose phone opened an announcement (the rows of `by_ties`) was told.

    Once an announcement and household, whatever the number of its phones and openings. What is withdrawn or over tells nobody.
    """
    for announcement_id, household_id, visitor, group_id, at in opened:
        tell(
            session, announcement_id=announcement_id, group_id=group_id, household_id=household_id, visitor=visitor,
            at=at.astimezone(UTC),
        )  # fmt: skip


@cache
def _by_ties() -> Executable:
    found = (col(ShortLink.announcement_id), col(PhoneTie.household_id), col(Scan.visitor), col(ShortLink.group_id))
    at = func.min(col(Scan.at))
    return (
        columns(*found, at)
        .join(Scan, col(Scan.link_id) == col(ShortLink.id))
        .join(PhoneTie, (col(PhoneTie.visitor) == col(Scan.visitor)) & col(PhoneTie.untied_at).is_(None))
        .join(Household, col(Household.id) == col(PhoneTie.household_id))
        .join(Announcement, col(Announcement.id) == col(ShortLink.announcement_id))
        .where(
            col(Scan.id).between(bindparam("first", type_=Uuid()), bindparam("last", type_=Uuid())),
            lives_here(bindparam("today", type_=Date())),
            or_(*[col(Announcement.status) == status for status in LEFT]),
            or_(col(Announcement.expires_at).is_(None), col(Announcement.expires_at) > col(Scan.at)),
        )
        .group_by(*found)
        .order_by(at)
    )


def tell(
    session: Session, *, announcement_id: UUID, group_id: UUID | None, household_id: UUID, visitor: str | None, at: datetime
) -> Reach:
    """The row of a household that was told by this phone: the one there is, the phone's own from before the tie, or a new one.

    Without a phone it spoke to the ward itself.

    The board's counter stays the number of rows.
    """
    take_turns(session, announcement_ids=[announcement_id])
    own = _row(session, announcement_id, col(Reach.visitor) == visitor) if visitor else None
    home = _row(session, announcement_id, col(Reach.household_id) == household_id)
    if own is not None and own.household_id is None:
        if home is None:
            own.household_id = household_id
            session.add(own)
            session.flush()
            return own
        if home.how not in ANSWERS:
            home.how, home.people = own.how, own.people
        session.delete(own)
        session.flush()
        count(session, announcement_id=announcement_id, group_id=own.group_id, at=own.told_at, by=-1)
    if home is not None:
        return home
    return _made(
        session, announcement_id=announcement_id, group_id=group_id, household_id=household_id,
        visitor=None if own else visitor, how=How.OPENED, at=at,
    )  # fmt: skip


def tell_at_door(session: Session, *, announcement_id: UUID, household_id: UUID, at: datetime, by: UUID | None) -> Reach:
    """The row of a household that was told at its door: the one there is, or a new one, which counts in no group."""
    take_turns(session, announcement_ids=[announcement_id])
    home = _row(session, announcement_id, col(Reach.household_id) == household_id)
    return home or _made(
        session, announcement_id=announcement_id, group_id=None, household_id=household_id, visitor=None, how=How.DOOR, at=at,
        by=by,
    )  # fmt: skip


def is_told(session: Session, *, announcement_id: UUID, household_id: UUID) -> bool:
    """Whether a household is known by name to have been told."""
    return _row(session, announcement_id, col(Reach.household_id) == household_id) is not None


def take_back(session: Session, *, announcement_id: UUID, household_id: UUID) -> None:
    """It was not told at its door after all. A household whose phone has opened the page stays told, by that."""
    take_turns(session, announcement_ids=[announcement_id])
    home = _row(session, announcement_id, col(Reach.household_id) == household_id)
    if home is None or home.how is not How.DOOR:
        return
    if _has_opened(session, announcement_id, household_id):
        home.how, home.told_by = How.OPENED, None
        session.add(home)
        return
    session.delete(home)
    session.flush()
    count(session, announcement_id=announcement_id, group_id=home.group_id, at=home.told_at, by=-1)


def _has_opened(session: Session, announcement_id: UUID, household_id: UUID) -> bool:
    by_its_phone = (
        select(Scan.id)
        .join(ShortLink, col(ShortLink.id) == Scan.link_id)
        .join(PhoneTie, col(PhoneTie.visitor) == Scan.visitor)
        .where(
            ShortLink.announcement_id == announcement_id, PhoneTie.household_id == household_id,
            col(PhoneTie.untied_at).is_(None),
        )
    )  # fmt: skip
    return session.exec(by_its_phone.limit(1)).first() is not None


def _made(
    session: Session, *, announcement_id: UUID, group_id: UUID | None, household_id: UUID, visitor: str | None, how: How,
    at: datetime, by: UUID | None = None,
) -> Reach:  # fmt: skip
    """A new row, counted once even where two are made at the same moment."""
    row: dict[str, Any] = {
        "id": new_id(), "created_at": clock.now(), "announcement_id": announcement_id, "group_id": group_id,
        "household_id": household_id, "visitor": visitor, "how": how, "people": 0, "told_at": at, "told_by": by,
    }  # fmt: skip
    upsert(session, _TABLES["reach"], [row], key=["announcement_id", "household_id"])
    made = session.exec(select(Reach).where(Reach.announcement_id == announcement_id, Reach.household_id == household_id)).one()
    if made.id == row["id"]:
        count(session, announcement_id=announcement_id, group_id=group_id, at=at, by=1)
    return made


def answer_of(session: Session, *, announcement_id: UUID, visitor: str, tie: Tied | None) -> Reach | None:
    """What this phone, or its household, answered; having opened the page is no answer."""
    who = col(Reach.visitor) == visitor
    if tie:
        who = or_(who, col(Reach.household_id) == tie.household_id)
    wanted = select(Reach).where(Reach.announcement_id == announcement_id, who, col(Reach.how).in_(ANSWERS))
    return session.exec(wanted.order_by(col(Reach.household_id).is_(None))).first()


def count(session: Session, *, announcement_id: UUID, group_id: UUID | None, at: datetime, by: int) -> None:
    """Keep the board's counter in step with Reach rows that came or went."""
    row = {
        "id": new_id(), "created_at": clock.now(), "announcement_id": announcement_id, "group_id": group_id,
        "at": clock.begun(at, 5), "opens": 0, "known": by,
    }  # fmt: skip
    upsert(session, _TABLES["reachcount"], [row], key=["announcement_id", "group_id", "at"], add=["known"])


def _row(session: Session, announcement_id: UUID, who: Any) -> Reach | None:
    return session.exec(select(Reach).where(Reach.announcement_id == announcement_id, who)).first()
