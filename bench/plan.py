"""plan: the reach plan of a province's 300,000 households by six paths, beside one SELECT that joins the same tables and counts.

Households in 3,000 residential units of 100 wards, most of them in a chat, some followers of the account, some with a telephone,
some with nothing; accounts for all four paid paths, on SQLite. Ours gives households, people and messages by path, the cost, and
the households of each chat; with a budget it also chooses who is paid for.
"""

import random
import tempfile
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text
from sqlmodel import Session

from bench.coverage import FROM, ROWS_AT_A_TIME, TODAY, _group, _in_turns, _units, _write
from core.db import make_engine
from core.ids import new_id
from models import Audience, Channel, ChannelAccount, Group, Household, Membership, Model, ReachRules, Unit
from services import plans

PRICES = {Channel.ZALO_OA: 0, Channel.ZALO_TEMPLATE: 165, Channel.ZNS: 300, Channel.SMS: 500}
COUNT = """
SELECT count(*), count(g.id), count(h.zalo_user_id), count(h.phone), sum(h.people), count(a.id)
FROM household h
JOIN unit u ON u.id = h.unit_id
LEFT JOIN membership m ON m.household_id = h.id AND m.joined_on <= :day AND (m.left_on IS NULL OR m.left_on > :day)
LEFT JOIN chat_group g ON g.id = m.group_id AND g.kind = 'household' AND g.channel = 'relay'
  AND (g.closed_on IS NULL OR g.closed_on > :day)
LEFT JOIN channelaccount a ON a.unit_id = :province AND a.channel = 'zns' AND h.phone IS NOT NULL
WHERE u.path >= :low AND u.path < :high AND h.arrived_on <= :day AND (h.left_on IS NULL OR h.left_on > :day)
"""


def run(scale: int = 300_000) -> dict[str, Any]:
    """Milliseconds of ours and the baseline's, median of several looks in turns."""
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{Path(folder) / 'province.db'}", writes=False)
        Model.metadata.create_all(engine)
        with Session(engine) as session:
            province = build(session, scale)
        with Session(engine) as session, engine.connect() as connection:
            found, counted = look(session, province), count(connection, province)
            ours, baseline = _in_turns(lambda: look(session, province), lambda: count(connection, province))
            session.add(ReachRules(unit_id=province.id, budget=found.cost // 2))
            session.flush()
            (within,) = _in_turns(lambda: look(session, province))
            held = look(session, province)
        engine.dispose()
    return {
        "name": "plan", "ours": round(ours, 1), "baseline": round(baseline, 1), "ratio": round(ours / baseline, 2), "unit": "ms",
        "n": scale, "agree": found.households == counted[0] == sum(found.paths.values()), "paths": found.paths,
        "cost": found.cost, "with_budget_ms": round(within, 1), "with_budget_ratio": round(within / baseline, 2),
        "with_budget_kept": held.cost <= found.cost // 2,
    }  # fmt: skip


def look(session: Session, province: Any) -> plans.Plan:
    """The whole plan, as the composing page asks for it."""
    return plans.of_audience(session, audience=[Audience(announcement_id=province.id, unit_id=province.id)], on=TODAY)


def count(connection: Connection, province: Any) -> Any:
    """One pass over the same tables."""
    bounds = {"low": province.path, "high": province.path[:-1] + "0", "day": TODAY.isoformat(), "province": province.id.hex}
    return connection.execute(text(COUNT), bounds).one()


def build(session: Session, scale: int) -> Any:
    """A province of households that can be told in six ways, or rather in fewer each."""
    chance = random.Random(1)
    units = _units(session, max(1, scale // 100))
    groups = {unit_id: new_id() for unit_id, _, _ in units}
    _write(session, Group, [_group(group_id, unit_id) for unit_id, group_id in groups.items()])
    for start in range(0, scale, ROWS_AT_A_TIME):
        numbers = range(start, min(scale, start + ROWS_AT_A_TIME))
        homes = [_household(chance, units[number % len(units)][0], number) for number in numbers]
        joined = [_membership(home, groups[home["unit_id"]]) for home in homes if chance.random() < 0.7]
        _write(session, Household, homes)
        _write(session, Membership, joined)
    province_id = units[0][2]
    session.add_all([ChannelAccount(unit_id=province_id, channel=channel, price=price) for channel, price in PRICES.items()])
    session.commit()
    session.execute(text("ANALYZE"))
    session.commit()
    return session.get_one(Unit, province_id)


def _household(chance: random.Random, unit_id: Any, number: int) -> dict[str, Any]:
    people = chance.randint(1, 6)
    return {
        "id": new_id(), "unit_id": unit_id, "code": str(number), "head_name": "Nguyễn Văn An", "address": "Số 12",
        "phone": f"+849{number:08d}" if chance.random() < 0.8 else None, "other_phones": [], "people": people,
        "smartphones": chance.randint(0, people), "zalo_user_id": f"z{number}" if chance.random() < 0.2 else None,
        "needs": ["elderly_alone"] if chance.random() < 0.05 else [], "arrived_on": FROM, "left_on": None,
        "search": "nguyen van an so 12",
    }  # fmt: skip


def _membership(home: dict[str, Any], group_id: Any) -> dict[str, Any]:
    return {
        "id": new_id(), "household_id": home["id"], "group_id": group_id, "people": min(home["people"], 2), "joined_on": FROM,
        "left_on": None, "source": "leader",
    }  # fmt: skip


if __name__ == "__main__":
    import json

    print(json.dumps(run()))
