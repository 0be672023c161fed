"""Every night the counts that figures are read from are counted again from the rows. A difference is an alarm, not mended.

Daily counts are compared over all days, scans by the hour over the day before: their single rows are kept for ninety days.
What boards and curves read is compared over all announcements: households known with the rows of who was told, phones that
opened with the scans by the hour.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import CompoundSelect, Uuid, bindparam, func, literal, select, union_all
from sqlmodel import Session, col
from sqlmodel import select as select_model

from core import clock
from models import FigureCheck, Model
from services import access, rollups
from services.access import Actor, May
from services.figure_sources import between

EXAMPLES = 20
KEPT = timedelta(days=90)

_TABLES = Model.metadata.tables
_SCAN, _HOUR, _LINK, _COUNT, _REACH = (_TABLES[name].c for name in ("scan", "scanhour", "shortlink", "reachcount", "reach"))
_ASKED = bindparam("announcement", type_=Uuid())


def verify(session: Session) -> list[FigureCheck]:
    """Count everything again and keep what was found, by subject; `wrong` is 0 where all is well."""
    yesterday = clock.today() - timedelta(days=1)
    days, now = between(yesterday, yesterday), clock.now()
    checks = [
        _coverage(session), _checked("scans", [_scans(session, *days)]),
        _checked("opens", _heard(session, _opens(), minutes=60)), _checked("known", _heard(session, _known(), minutes=5)),
    ]  # fmt: skip
    for one in checks:
        one.created_at = now  # of one round
    session.add_all(checks)
    session.flush()
    return checks


def forget_old(session: Session) -> int:
    """Checks of more than ninety days ago in which nothing was wrong; how many."""
    old = select_model(FigureCheck).where(FigureCheck.created_at < clock.now() - KEPT, FigureCheck.wrong == 0)
    found = session.exec(old).all()
    for one in found:
        session.delete(one)
    return len(found)


def latest(session: Session, *, actor: Actor) -> list[FigureCheck]:
    """The last check of each subject.

    Raises:
        NotAllowed: the actor may not write.
    """
    access.require(actor, May.STUDY_FIGURES)
    last = select(func.max(FigureCheck.created_at)).scalar_subquery()
    wanted = select_model(FigureCheck).where(col(FigureCheck.created_at) == last)
    return list(session.exec(wanted.order_by(FigureCheck.subject)))


def _coverage(session: Session) -> FigureCheck:
    compared, wrong = rollups.differing(session)
    return FigureCheck(subject="coverage", rows=compared, wrong=len(wrong), examples=[str(one) for one in wrong[:EXAMPLES]])


_Differing = tuple[int, list[list[Any]]]  # how many were compared; which differ: what, kept, counted


def _compared(kept: Mapping[Any, int], counted: Mapping[Any, int]) -> _Differing:
    pairs = {key: (kept.get(key, 0), counted.get(key, 0)) for key in set(kept) | set(counted)}
    return len(pairs), sorted([str(key), *pair] for key, pair in pairs.items() if pair[0] != pair[1])


def _checked(subject: str, parts: Iterable[_Differing]) -> FigureCheck:
    check = FigureCheck(subject=subject, rows=0, wrong=0, examples=[])
    for compared, wrong in parts:
        check.rows += compared
        check.wrong += len(wrong)
        check.examples += wrong[: EXAMPLES - len(check.examples)]
    return check


def _scans(session: Session, start: datetime, end: datetime) -> _Differing:
    """By link and hour: openings, and those that were a phone's first."""
    hours = select(_HOUR.link_id, _HOUR.hour, _HOUR.scans, _HOUR.first_scans).where(_HOUR.hour >= start, _HOUR.hour < end)
    kept, counted = Counter[tuple[Any, ...]](), Counter[tuple[Any, ...]]()
    for link_id, hour, scans, firsts in session.execute(hours):
        kept[link_id, hour], kept[link_id, hour, "first"] = int(scans), int(firsts)
    for link_id, at, is_first in _raw(session, start, end):
        hour = clock.begun(at, 60)
        counted[link_id, hour] += 1
        if is_first:
            counted[link_id, hour, "first"] += 1
    return _compared(kept, counted)


def _raw(session: Session, start: datetime, end: datetime) -> Iterator[tuple[UUID, datetime, bool]]:
    query = select(_SCAN.link_id, _SCAN.at, _SCAN.is_first).where(_SCAN.at >= start, _SCAN.at < end)
    for row in session.execute(query.execution_options(yield_per=10_000)):
        yield row[0], row[1], row[2]


def _heard(session: Session, wanted: CompoundSelect[Any], *, minutes: int) -> Iterator[_Differing]:
    """By group and time, one announcement after another: a single look at each, whoever answers meanwhile."""
    for announcement_id in session.execute(select(_TABLES["announcement"].c.id)).scalars().all():
        kept, counted = Counter[tuple[Any, ...]](), Counter[tuple[Any, ...]]()
        for group_id, at, was, is_now in session.execute(wanted, {"announcement": announcement_id}):
            key = (announcement_id, group_id, clock.begun(at, minutes))
            kept[key] += was
            counted[key] += is_now
        yield _compared(kept, counted)


def _opens() -> CompoundSelect[Any]:
    """Phones that opened an announcement for the first time, as its counter has them and as the links of its groups do."""
    firsts = (
        select(_LINK.group_id, _HOUR.hour, literal(0), _HOUR.first_scans)
        .select_from(_TABLES["scanhour"].join(_TABLES["shortlink"], _LINK.id == _HOUR.link_id))
        .where(_LINK.announcement_id == _ASKED, _LINK.group_id.is_not(None))
    )
    kept = select(_COUNT.group_id, _COUNT.at, _COUNT.opens, literal(0)).where(_COUNT.announcement_id == _ASKED)
    return union_all(kept, firsts)


def _known() -> CompoundSelect[Any]:
    """Households known to have been told, as its counter has them and as there are rows."""
    rows = select(_REACH.group_id, _REACH.told_at, literal(0), literal(1)).where(_REACH.announcement_id == _ASKED)
    kept = select(_COUNT.group_id, _COUNT.at, _COUNT.known, literal(0)).where(_COUNT.announcement_id == _ASKED)
    return union_all(kept, rows)
