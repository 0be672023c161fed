"""`rollup`: joins, opens and scans with the counts that figures are read from kept in step, beside inserting those events alone.

1,000 events a round (a tenth joins, half opens, the rest scans), written as a busy ward writes them: openings in the groups that
the recorder makes of as many a second, joins ten a transaction. The lag is how long the last event of a round waits until a
figure shows it. At the end all is counted again.
"""

import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, delete, insert, text
from sqlmodel import Session, col, select

from bench.coverage import build
from bench.postgres import cluster
from core import clock
from core.db import make_engine
from core.ids import new_id
from models import Announcement, Device, Group, Household, Membership, MembershipSource, Model, Purpose, ShortLink, Unit, UnitKind
from services import following, rollups, scans
from web.scan_recorder import EVERY_SECONDS

EVENTS, ROUNDS = 1_000, 5
JOINS, GROUP = 100, round(900 * EVERY_SECONDS)  # of a thousand a second; what the recorder writes at a time
DAY = date(2030, 1, 1)  # after all that the households of the bench will do: nobody enters in the house what is yet to come
OURS, BARE = MembershipSource.SELF, MembershipSource.IMPORT  # the baseline's are nowhere counted, and taken out at the end


def run(scale: int = 30_000) -> list[dict[str, Any]]:
    """Events a second on each database, median of the rounds, which take turns."""
    results = []
    for name, engine in databases(writes=True):
        with Session(engine) as session:
            build(session, scale)
            links = _links(session)
            inside = set(session.exec(select(Membership.household_id)))
            homes = [row for row in session.exec(select(Household.id, Household.unit_id)) if row[0] not in inside]
            groups = {unit_id: id_ for id_, unit_id in session.exec(select(Group.id, Group.unit_id))}
            session.execute(text("ANALYZE"))  # as either server does by itself when it has been quiet for a minute
            session.commit()
        ours, bare = list[float](), list[float]()
        for turn in range(ROUNDS + 1):
            for is_ours, taken in ((True, ours), (False, bare)):
                at = (turn * 2 + is_ours) * (JOINS)
                taken.append(_round(engine, links, homes[at : at + JOINS], groups, is_ours=is_ours))
        with Session(engine) as session:
            session.execute(delete(Membership).where(col(Membership.source) == BARE))
            wrong = len(rollups.differing(session)[1])
        results.append(_told(name, ours[1:], bare[1:]) | {"counts_wrong": wrong})
    return results


def databases(*, writes: bool) -> Iterator[tuple[str, Engine]]:
    """A new database with all tables on SQLite, then one on PostgreSQL where that is installed."""
    with tempfile.TemporaryDirectory() as folder, cluster() as server:
        urls = {"sqlite": f"sqlite:///{Path(folder) / 'ward.db'}"} | ({"postgresql": server} if server else {})
        for name, url in urls.items():
            engine = make_engine(url, writes=writes)
            Model.metadata.create_all(engine)
            yield name, engine
            engine.dispose()


def _told(database: str, ours: list[float], bare: list[float]) -> dict[str, Any]:
    seconds, baseline = statistics.median(ours), statistics.median(bare)
    return {
        "name": "rollup", "database": database, "ours": round(EVENTS / seconds), "baseline": round(EVENTS / baseline),
        "ratio": round(baseline / seconds, 2), "unit": "events/s", "n": EVENTS * ROUNDS, "lag_s": round(max(ours), 2),
    }  # fmt: skip


def _links(session: Session) -> list[Any]:
    ward = session.exec(select(Unit).where(Unit.kind == UnitKind.COMMUNE)).first()
    assert ward
    said = Announcement(unit_id=ward.id, title="Tin", body="Tin", households=100)
    session.add(said)
    session.flush()
    groups = list(session.exec(select(Group.id).limit(20)))
    links = [
        ShortLink(slug=new_id().hex[-9:], purpose=Purpose.ANNOUNCEMENT, announcement_id=said.id, group_id=id_, unit_id=ward.id)
        for id_ in groups
    ]
    links += [ShortLink(slug=new_id().hex[-9:], purpose=Purpose.ASK, unit_id=ward.id) for _ in range(20)]
    session.add_all(links)
    session.flush()
    return [one.id for one in links]


def _round(engine: Any, links: list[Any], homes: list[Any], groups: dict[Any, Any], *, is_ours: bool) -> float:
    now = clock.now()
    opened = [
        scans.Opening(links[n % len(links)], now - timedelta(seconds=n % 60), Device.PHONE, new_id().hex)
        for n in range(EVENTS - len(homes))
    ]
    start = time.perf_counter()
    for first in range(0, len(opened), GROUP):
        with Session(engine) as session:
            if is_ours:
                scans.record(session, openings=opened[first : first + GROUP])
            else:
                _insert(session, "scan", [_scan(one) for one in opened[first : first + GROUP]])
            session.commit()
    for first in range(0, len(homes), 10):
        some = homes[first : first + 10]
        rows = [_membership(home_id, groups[unit_id], OURS if is_ours else BARE) for home_id, unit_id in some]
        with Session(engine) as session:
            if is_ours:
                with following.changes(session, household_ids=[home_id for home_id, _ in some]):
                    _insert(session, "membership", rows)
            else:
                _insert(session, "membership", rows)
            session.commit()
    return time.perf_counter() - start


def _insert(session: Session, table: str, rows: list[dict[str, Any]]) -> None:
    session.execute(insert(Model.metadata.tables[table]), rows)


def _scan(one: scans.Opening) -> dict[str, Any]:
    made = {"id": new_id(), "created_at": clock.now()}
    return made | {"link_id": one.link_id, "at": one.at, "device": one.device, "visitor": one.visitor, "is_first": True}


def _membership(home_id: Any, group_id: Any, source: MembershipSource) -> dict[str, Any]:
    made = {"id": new_id(), "created_at": clock.now(), "source": source}
    return made | {"household_id": home_id, "group_id": group_id, "people": 1, "joined_on": DAY}
