"""Models and migrations say the same, on whichever database the suite runs."""

from datetime import date

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, func, inspect, select, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session
from time_machine import Traveller

from core.errors import NotFound
from core.settings import ROOT
from models import (
    ChangeSet,
    ChangeSetKind,
    Channel,
    Delivery,
    Group,
    GroupKind,
    InquiryKind,
    Model,
    Part,
    RecipientKind,
    Role,
    RumourRelay,
    Trouble,
    UnitKind,
    UnitTotal,
)
from services import group_leaders, inquiry_page, passing_on, relay_addresses, rollups, rumour_relays, rumours
from services.access import TERMINAL
from tests.factories import make_announcement, make_group, make_household, make_inquiry, make_unit, make_user
from tests.web.day import make_day


@pytest.fixture
def config(engine: Engine) -> Config:
    """Alembic on a database from which the tables have been taken again."""
    Model.metadata.drop_all(engine)
    return _config()


def _config() -> Config:
    config = Config(str(ROOT / "alembic.ini"))
    config.set_main_option("script_location", str(ROOT / "migrations"))
    return config


def test_the_migrations_make_what_the_models_say(config: Config) -> None:
    command.upgrade(config, "head")

    command.check(config)  # raises when they differ


def test_the_way_down_leaves_nothing(config: Config, engine: Engine) -> None:
    command.upgrade(config, "head")

    command.downgrade(config, "base")

    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}


def test_an_upgrade_keeps_every_row_and_every_check(config: Config, engine: Engine) -> None:
    command.upgrade(config, "0001")
    with engine.begin() as connection:
        for statement in _WARD_OF_0001:
            connection.exec_driver_sql(statement.replace("ONE", _ONE).replace("NOW", _NOW))

    command.upgrade(config, "head")

    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT people FROM membership").scalars().all() == [2]
        assert connection.exec_driver_sql("SELECT version, people FROM household").all() == [(1, 4)]
    for broken in _BROKEN:
        with pytest.raises(IntegrityError), engine.begin() as connection:
            connection.exec_driver_sql(broken)


def test_an_upgrade_adds_up_the_totals_there_were_not(config: Config, engine: Engine) -> None:
    command.upgrade(config, "head")
    with Session(engine) as session:
        province = make_unit(session, kind=UnitKind.PROVINCE, subtype="tinh")
        ward = make_unit(session, parent=province, kind=UnitKind.COMMUNE, subtype="phuong")
        for end in (None, date(2026, 6, 1)):
            unit = make_unit(session, parent=ward, valid_to=end)
            for month in (1, 3):
                make_household(session, unit=unit, arrived_on=date(2026, month, 1))
            rollups.refresh(session, unit_ids=[unit.id])
        session.commit()

    command.downgrade(config, "0003")
    command.upgrade(config, "head")

    with Session(engine) as session:
        assert session.execute(select(func.count()).select_from(UnitTotal)).scalar_one() == 6
        assert rollups.repair(session) == []


def test_an_upgrade_writes_down_the_words_that_stand_and_keeps_them_as_a_new_database_does(engine: Engine) -> None:
    made = _what_keeps_words(engine)
    Model.metadata.drop_all(engine)
    command.upgrade(_config(), "head")
    with Session(engine) as session:
        make_household(session, unit=make_unit(session), search="hoang lan tdp3 12 0912345678")
    command.downgrade(_config(), "0010")

    command.upgrade(_config(), "head")

    with Session(engine) as session:
        make_household(session, unit=make_unit(session), search="nong lan")
        kept = session.execute(text("SELECT term FROM household_term ORDER BY 1")).scalars().all()
    assert kept == ["hoang", "lan", "nong", "tdp*"]
    assert _what_keeps_words(engine) == made != []
    command.downgrade(_config(), "0010")
    assert _what_keeps_words(engine) == []


def _what_keeps_words(engine: Engine) -> list[str]:
    """The table, triggers and functions, as the database tells them."""
    told = {
        "sqlite": ["SELECT sql FROM sqlite_master WHERE name LIKE 'household_term%' ORDER BY name"],
        "postgresql": [
            "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname LIKE 'household_term%' ORDER BY proname",
            "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname LIKE 'household_term%' ORDER BY tgname",
            "SELECT indexdef FROM pg_indexes WHERE tablename = 'household_term'",
            "SELECT collation_name FROM information_schema.columns WHERE table_name = 'household_term'",
        ],
    }
    with engine.connect() as connection:
        return [one for query in told[engine.dialect.name] for one in connection.execute(text(query)).scalars()]


def test_every_kind_can_be_written_after_an_upgrade(config: Config, engine: Engine) -> None:
    command.upgrade(config, "head")

    with Session(engine) as session:
        unit = make_unit(session)
        for kind in GroupKind:
            make_group(session, unit=unit, kind=kind)
        session.add_all(ChangeSet(kind=kind, unit_id=unit.id) for kind in ChangeSetKind)
        notice = make_announcement(session, unit=unit)
        session.add_all(
            Delivery(
                announcement_id=notice.id, channel=Channel.SMS, recipient_kind=kind, recipient_id="1", idempotency_key=kind.value,
                trouble=Trouble.LATER,
            )
            for kind in RecipientKind
        )  # fmt: skip
        session.commit()

        assert session.execute(select(func.count()).select_from(Group)).scalar_one() == len(GroupKind)
        assert session.execute(select(func.count()).select_from(ChangeSet)).scalar_one() == len(ChangeSetKind)
        assert session.execute(select(func.count()).select_from(Delivery)).scalar_one() == len(RecipientKind)


def test_a_downgrade_keeps_every_row_and_every_check(config: Config, engine: Engine) -> None:
    command.upgrade(config, "0001")
    with engine.begin() as connection:
        for statement in _WARD_OF_0001:
            connection.exec_driver_sql(statement.replace("ONE", _ONE).replace("NOW", _NOW))

    command.upgrade(config, "head")
    command.downgrade(config, "0001")

    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT people FROM membership").scalars().all() == [2]
    for broken in _BROKEN:
        with pytest.raises(IntegrityError), engine.begin() as connection:
            connection.exec_driver_sql(broken)


def test_addresses_handed_out_before_they_were_sealed_go_on_opening(engine: Engine, clock: Traveller) -> None:
    config = _config()
    command.stamp(config, "head")
    with Session(engine) as session:
        day = make_day(session)
        deputy, heir = (make_user(session, unit=day.unit, role=Role.LEAD) for _ in range(2))
        day.group.deputy_id = deputy.id
        passing_on.pass_on(session, token=day.relay.token)
        unasked = make_day(session).relay.id
        answer = make_inquiry(session, unit=day.ward, text="Đồn mai cắt trợ cấp", kind=InquiryKind.RUMOUR)
        made = rumours.judge(session, actor=TERMINAL, inquiry_id=answer.id, verdict="false", question="Thật?", answer="Không.")
        session.add(RumourRelay(answer_id=made.id, group_id=day.group.id))
        group_id, relay_id, heir_id = day.group.id, day.relay.id, heir.id
        session.commit()

    command.downgrade(config, "0039")
    with engine.connect() as connection:
        told = connection.exec_driver_sql("SELECT token, deputy_token FROM relay ORDER BY id").all()
        leaders_token = connection.exec_driver_sql("SELECT leaders_token FROM announcement ORDER BY id").scalars().all()[0]
        askers = connection.exec_driver_sql("SELECT token FROM inquiry").scalar_one()
        words = connection.exec_driver_sql("SELECT token FROM rumourrelay").scalar_one()
    command.upgrade(config, "head")

    (leaders, deputys), (others, none) = told
    with Session(engine) as session:
        seen = {one: relay_addresses.by_token(session, token=one) for one in (leaders, deputys, others)}
        assert [one.id for one in seen.values()] == [relay_id, relay_id, unasked]
        parts = [relay_addresses.part_of(one, token=token) for token, one in seen.items()]
        assert parts == [Part.LEADER, Part.DEPUTY, Part.LEADER]
        assert (none, seen[others].deputy_token, seen[leaders].is_deputy_asked) == (None, None, True)
        assert [relay_addresses.kind_of(session, token=one) for one in (leaders, leaders_token)] == ["relay", "leaders"]
        assert inquiry_page.find(session, token=askers).text == "Đồn mai cắt trợ cấp"
        assert rumour_relays.work(session, token=words).question == "Thật?"
        assert relay_addresses.by_token(session, token=seen[leaders].token) is seen[leaders]
        group_leaders.set_leader(session, actor=TERMINAL, group_id=group_id, leader_id=heir_id)
        with pytest.raises(NotFound, match="đã bàn giao"):
            relay_addresses.kind_of(session, token=leaders)
        with pytest.raises(NotFound):
            rumour_relays.work(session, token=words)
        assert relay_addresses.kind_of(session, token=deputys) == "relay"


_ONE, _NOW = "00000000000000000000000000000001", "2026-11-01 00:00:00+00:00"
_WARD_OF_0001 = (
    """INSERT INTO unit (id, created_at, code, name, short_name, area, kind, subtype, path, address, office_hours,
    target_percent, allows_self_approval)
    VALUES ('ONE', 'NOW', '1', 'Tổ 1', '', '', 'residential', '', '1/', '', '', 90, false)""",
    """INSERT INTO household (id, created_at, unit_id, code, head_name, address, other_phones, people, smartphones, needs,
    arrived_on, search) VALUES ('ONE', 'NOW', 'ONE', '1', 'Hoàng Thị Lan', '', '[]', 4, 1, '[]', '2020-01-01', '')""",
    """INSERT INTO chat_group (id, created_at, name, kind, unit_id, channel)
    VALUES ('ONE', 'NOW', 'Bà con tổ 1', 'household', 'ONE', 'relay')""",
    """INSERT INTO membership (id, created_at, household_id, group_id, people, joined_on, source)
    VALUES ('ONE', 'NOW', 'ONE', 'ONE', 2, '2021-01-01', 'leader')""",
)
_BROKEN = (
    """INSERT INTO membership (id, created_at, household_id, group_id, people, joined_on, source)
    SELECT '00000000000000000000000000000002', created_at, household_id, group_id, people, joined_on, source FROM membership""",
    "UPDATE chat_group SET kind = 'nonsense'",
    "UPDATE chat_group SET channel = 'nonsense'",
    "UPDATE chat_group SET started_on = '2026-02-02', closed_on = '2026-02-01'",
    "UPDATE household SET people = -1",
    "UPDATE household SET smartphones = 5",
    "UPDATE household SET left_on = '2019-12-31'",
    "UPDATE membership SET people = 0",
    "UPDATE membership SET source = 'nonsense'",
    "UPDATE membership SET left_on = '2019-12-31'",
)
