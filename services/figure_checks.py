"""Every night the counts that figures are read from are counted again from the rows. A difference is an alarm, not mended.

Daily counts are compared over all days, openings and scans over the day before: their single rows are kept for ninety days.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
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
_SCAN, _HOUR, _LINK, _COUNT = (_TABLES[name].c for name in ("scan", "scanhour", "shortlink", "reachcount"))


def verify(session: Session) -> list[FigureCheck]:
    """Count everything again and keep what was found, by subject; `wrong` is 0 where all is well."""
    yesterday = clock.today() - timedelta(days=1)
    days, now = between(yesterday, yesterday), clock.now()
    checks = [_coverage(session), _compared("scans", *_scans(session, *days)), _compared("opens", *_opens(session, *days))]
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


def _compared(subject: str, kept: Mapping[Any, int], counted: Mapping[Any, int]) -> FigureCheck:
    keys = set(kept) | set(counted)
    pairs = {key: (kept.get(key, 0), counted.get(key, 0)) for key in keys}
    wrong = sorted((str(key), *pair) for key, pair in pairs.items() if pair[0] != pair[1])
    return FigureCheck(subject=subject, rows=len(keys), wrong=len(wrong), examples=[list(one) for one in wrong[:EXAMPLES]])


def _scans(session: Session, start: datetime, end: datetime) -> tuple[Mapping[Any, int], Mapping[Any, int]]:
    """By link and hour, as kept and as counted."""
    kept = {
        (row[0], row[1]): int(row[2])
        for row in session.execute(select(_HOUR.link_id, _HOUR.hour, _HOUR.scans).where(_HOUR.hour >= start, _HOUR.hour < end))
    }
    counted: Counter[tuple[UUID, datetime]] = Counter()
    for link_id, at in _raw(session, start, end):
        counted[link_id, at.replace(minute=0, second=0, microsecond=0)] += 1
    return {key: n for key, n in kept.items() if n}, counted


def _raw(session: Session, start: datetime, end: datetime) -> Iterator[tuple[UUID, datetime]]:
    query = select(_SCAN.link_id, _SCAN.at).where(_SCAN.at >= start, _SCAN.at < end)
    for row in session.execute(query.execution_options(yield_per=10_000)):
        yield row[0], row[1]


def _opens(session: Session, start: datetime, end: datetime) -> tuple[Mapping[Any, int], Mapping[Any, int]]:
    """By announcement and group, phones that opened for the first time."""
    keys = (_COUNT.announcement_id, _COUNT.group_id)
    sums = select(*keys, func.sum(_COUNT.opens)).where(_COUNT.at >= start, _COUNT.at < end, _COUNT.opens > 0).group_by(*keys)
    kept = {(row[0], row[1]): int(row[2]) for row in session.execute(sums)}
    links = (_LINK.announcement_id, _LINK.group_id)
    firsts = (
        select(*links, func.count())
        .select_from(_TABLES["scan"].join(_TABLES["shortlink"], _LINK.id == _SCAN.link_id))
        .where(_SCAN.at >= start, _SCAN.at < end, _SCAN.is_first, links[0].is_not(None), links[1].is_not(None))
        .group_by(*links)
    )
    return kept, {(row[0], row[1]): int(row[2]) for row in session.execute(firsts)}
