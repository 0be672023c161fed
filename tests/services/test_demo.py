"""The demonstration ward: made once for this module at a stopped hour, looked at from many sides, never changed."""

import unicodedata
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import time_machine
from sqlalchemy import Engine
from sqlmodel import Session, col, func, select

from core import clock, db, phones
from core.errors import Invalid, NotAllowed
from models import (
    Announcement,
    AnnouncementStatus,
    Delivery,
    DeliveryStatus,
    Group,
    GroupKind,
    Household,
    Membership,
    Model,
    Part,
    PlannedPath,
    Purpose,
    Reach,
    ReachCount,
    Relay,
    ReportKind,
    Role,
    Scan,
    ScanHour,
    ShortLink,
    Unit,
    UnitChange,
    UnitChangeKind,
    UnitChangeLink,
    UnitKind,
    User,
)
from services import (
    access,
    audit,
    callouts,
    cascade,
    demo,
    drawings,
    due,
    figure_checks,
    link_targets,
    passwords,
    reports,
    rollups,
    scans,
    terms,
)
from services.access import TERMINAL
from services.cascade import Trouble
from services.demo import people, places, stage
from tests.databases import empty_database
from tests.factories import make_actor, make_unit
from tests.fakes import FakeEngine

EVENING = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)  # 18 giờ
HOUSEHOLDS = 420
# Salts are random, the keys of daily counts are made by whoever counts, addresses of door lists follow from the app's key.
NOT_FROM_THE_SEED = {
    "user": {"password_hash"},
    "doorlist": {"token_hash"},
    "teammember": {"token_hash", "calendar_hash"},
    "unitday": {"id", "created_at"},
    "unittotal": {"id", "created_at"},
}
Row = dict[str, Any]


@contextmanager
def database(folder: Path) -> Iterator[Engine]:
    """An empty database beside that of the single test, to be kept for longer."""
    with empty_database(folder / "demo.db") as url:
        engine = db.make_engine(url, writes=True)
        yield engine
        engine.dispose()


def filled(engine: Engine, *, seed: int = 1) -> demo.Demo:
    """The database with the ward in it, as on that evening."""
    with time_machine.travel(EVENING, tick=False), Session(engine) as session, session.begin():
        return demo.fill(session, households=HOUSEHOLDS, seed=seed)


def rows_of(engine: Engine, *names: str) -> dict[str, list[Row]]:
    """Every row of the tables named, or of every table, in an order that follows from its content."""
    found: dict[str, list[Row]] = {}
    with engine.connect() as connection:
        for table in [Model.metadata.tables[name] for name in names] or Model.metadata.sorted_tables:
            dropped = NOT_FROM_THE_SEED.get(table.name, set())
            rows = [{k: v for k, v in row.items() if k not in dropped} for row in connection.execute(table.select()).mappings()]
            found[table.name] = sorted(rows, key=repr)
    return found


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Engine, demo.Demo]]:
    with database(tmp_path_factory.mktemp("demo")) as engine:
        yield engine, filled(engine)


@pytest.fixture
def answer(made: tuple[Engine, demo.Demo]) -> demo.Demo:
    return made[1]


@pytest.fixture
def ward(made: tuple[Engine, demo.Demo]) -> Iterator[Session]:
    """A look at the demonstration ward that evening; what a test changes is forgotten."""
    with time_machine.travel(EVENING, tick=False), Session(made[0]) as session:
        yield session
        session.rollback()


def residential(session: Session) -> list[Unit]:
    return list(session.exec(select(Unit).where(Unit.kind == UnitKind.RESIDENTIAL)))


def counts(session: Session, unit: Unit) -> tuple[int, int, int]:
    """Households present, households in the chat, people in the chat, counted from the rows."""
    homes = set(session.exec(select(Household.id).where(Household.unit_id == unit.id, col(Household.left_on).is_(None))).all())
    spells = session.exec(
        select(Membership)
        .join(Group, col(Group.id) == Membership.group_id)
        .where(Group.unit_id == unit.id, Group.kind == GroupKind.HOUSEHOLD, col(Membership.left_on).is_(None))
    ).all()
    inside = [spell for spell in spells if spell.household_id in homes]
    return len(homes), len({spell.household_id for spell in inside}), sum(spell.people for spell in inside)


def screening(session: Session) -> Announcement:
    sent = col(Announcement.title).startswith("Khám sàng lọc") & col(Announcement.sent_at).is_not(None)
    return session.exec(select(Announcement).where(sent)).one()


# ---- the province


@pytest.mark.parametrize("wards", [0, 8])
def test_more_wards_than_there_are_are_refused(session: Session, wards: int) -> None:
    with pytest.raises(Invalid, match="1 đến 7"):
        demo.fill(session, wards=wards)


# ---- the seed


@pytest.mark.once
def test_the_same_seed_gives_the_same_ward_row_by_row(made: tuple[Engine, demo.Demo], tmp_path: Path) -> None:
    with database(tmp_path) as other:
        again = filled(other)

        assert again == made[1]
        assert rows_of(other) == rows_of(made[0])


def test_what_was_sent_lately_has_one_first_path_for_every_household_of_its_audience(made: tuple[Engine, demo.Demo]) -> None:
    since = EVENING - timedelta(days=62)
    with Session(made[0]) as session:
        sent = session.exec(select(Announcement).where(col(Announcement.sent_at) > since)).all()
        rows = session.exec(select(PlannedPath).where(PlannedPath.is_first)).all()

    kept = Counter((row.announcement_id, row.path.value) for row in rows)
    assert sent
    for announcement in sent:
        assert {
            path: kept[announcement.id, path] for path in ("relay", "door")
        } == {path: announcement.plan["paths"][path] for path in ("relay", "door")}  # fmt: skip
    assert {row.announcement_id for row in rows} == {announcement.id for announcement in sent}


def test_no_chart_of_the_month_that_is_over_is_empty(ward: Session, answer: demo.Demo) -> None:
    unit_id = ward.exec(select(Announcement.unit_id).order_by(col(Announcement.sent_at).desc()).limit(1)).one()

    facts = reports.facts_of(ward, actor=TERMINAL, unit_id=unit_id, kind=ReportKind.MONTH, first_on=date(2026, 10, 1))

    drawn = {one.name: one for one in drawings.of(facts, language="vi", names=drawings.told_by(facts))}
    assert [name for name, one in drawn.items() if not one.rows] == []
    told = {name: facts.figure(name).value for name in ("questions", "answer_median", "doors_told", "messages", "cost")}
    assert all(told.values()), told
    assert len(facts.topics) >= 4
    assert {one.path for one in facts.flows} == {"relay", "door"}


@pytest.mark.once
def test_another_seed_gives_other_households_in_the_same_units(made: tuple[Engine, demo.Demo], tmp_path: Path) -> None:
    with database(tmp_path) as other:
        filled(other, seed=2)
        first, second = (rows_of(each, "household", "unit") for each in (made[0], other))

    assert {row["head_name"] for row in first["household"]} != {row["head_name"] for row in second["household"]}
    assert {row["id"] for row in first["household"]}.isdisjoint(row["id"] for row in second["household"])
    assert {row["code"] for row in first["unit"]} == {row["code"] for row in second["unit"]}


def test_a_database_that_holds_anything_is_refused_and_left_alone(session: Session) -> None:
    make_unit(session, name="Phường có thật")

    with pytest.raises(Invalid, match="unit"):
        demo.fill(session, households=HOUSEHOLDS)

    assert session.exec(select(Unit.name)).all() == ["Phường có thật"]
    assert demo.holds_anything(session)


def test_an_empty_database_holds_nothing_and_has_no_sign_ins(session: Session) -> None:
    assert not demo.holds_anything(session)
    assert demo.sign_ins(session) == []


@pytest.mark.parametrize("households", [demo.FEWEST - 1, demo.MOST + 1])
def test_a_ward_of_impossible_size_is_refused(session: Session, households: int) -> None:
    with pytest.raises(Invalid):
        demo.fill(session, households=households)


def test_only_an_administrator_fills(session: Session) -> None:
    clerk = make_actor(session, unit=make_unit(session))

    with pytest.raises(NotAllowed):
        demo.fill(session, actor=clerk)


# ---- units


def test_there_are_31_residential_units_whose_numbers_repeat(ward: Session) -> None:
    units = residential(ward)

    assert len(units) == 31
    assert Counter(unit.area for unit in units) == {"Sông Cầu": 14, "Phùng Chí Kiên": 6, "Xuất Hóa": 4, "Nông Thượng": 7}
    assert Counter(unit.name for unit in units)["Tổ dân phố 1"] == 3
    assert len({unit.label for unit in units}) == 31
    group13 = next(unit for unit in units if unit.code == "01843-SC13")
    assert (group13.name, group13.label) == ("Tổ dân phố 13", "Tổ 13, Sông Cầu")


def test_the_merger_of_july_2025_is_in_the_history(ward: Session) -> None:
    merger = ward.exec(
        select(UnitChange, Unit)
        .join(UnitChangeLink, col(UnitChangeLink.change_id) == UnitChange.id)
        .join(Unit, col(Unit.id) == UnitChangeLink.old_unit_id)
        .where(UnitChange.kind == UnitChangeKind.MERGE, Unit.kind == UnitKind.COMMUNE)
    ).all()

    assert {unit.code for _, unit in merger} == {"01837", "01843", "01852", "01855"}
    assert {(change.effective_on, unit.valid_to) for change, unit in merger} == {(date(2025, 7, 1), date(2025, 7, 1))}
    new = ward.exec(select(Unit).where(Unit.code == "01843", col(Unit.valid_to).is_(None))).one()
    assert (new.name, new.valid_from) == ("Phường Bắc Kạn", date(2025, 7, 1))


def test_every_residential_unit_came_from_the_former_ward_of_its_area(ward: Session) -> None:
    units = {unit.id: unit for unit in ward.exec(select(Unit))}
    links = ward.exec(
        select(UnitChangeLink)
        .join(UnitChange, col(UnitChange.id) == UnitChangeLink.change_id)
        .where(UnitChange.kind == UnitChangeKind.TRANSFER)
    ).all()

    moves = {units[link.new_unit_id].code: (units[link.old_unit_id].name, units[link.new_unit_id].area) for link in links}
    assert len(moves) == 31
    assert all(name.endswith(area) for name, area in moves.values())


# ---- households and the chat


def test_as_many_households_live_there_as_were_asked_for(ward: Session, answer: demo.Demo) -> None:
    living = ward.exec(select(func.count()).select_from(Household).where(col(Household.left_on).is_(None))).one()

    assert living == answer.households == HOUSEHOLDS


@pytest.mark.parametrize("total", [demo.FEWEST, 100, 401, 500, 3000, 9973])
def test_the_sizes_of_the_units_add_up(total: int) -> None:
    assert sum(people.sizes(total).values()) == total


def test_group_13_of_song_cau_has_nine_in_ten_with_two_to_three_people_each(ward: Session) -> None:
    group13 = next(unit for unit in residential(ward) if unit.code == "01843-SC13")

    households, joined, inside = counts(ward, group13)

    assert 0.87 <= joined / households <= 0.93
    assert 2 <= inside / joined <= 3


def test_no_unit_lies_outside_35_to_97_percent_and_they_differ(ward: Session) -> None:
    rates = {unit.code: joined / households for unit in residential(ward) for households, joined, _ in [counts(ward, unit)]}

    assert all(0.35 <= rate <= 0.97 for rate in rates.values())
    assert min(rates.values()) < 0.5 < 0.9 < max(rates.values())
    assert rates["01843-SC09"] < 0.6  # many phones, rented rooms
    assert rates["01843-NT03"] > 0.85  # few phones, a diligent head of village


def test_the_first_groups_started_in_2020_and_nobody_joined_before_its_group_or_the_own_arrival(ward: Session) -> None:
    groups = ward.exec(select(Group).where(Group.kind == GroupKind.HOUSEHOLD)).all()
    spells = ward.exec(
        select(Membership, Household, Group)
        .join(Household, col(Household.id) == Membership.household_id)
        .join(Group, col(Group.id) == Membership.group_id)
    ).all()

    assert sum(group.started_on is not None and group.started_on.year == 2020 for group in groups) >= 20
    for spell, household, group in spells:
        assert group.started_on is not None
        assert group.started_on <= spell.joined_on <= clock.today()
        assert household.arrived_on <= spell.joined_on
        assert household.left_on is None or (spell.left_on is not None and spell.left_on <= household.left_on)
        assert spell.people <= household.smartphones <= household.people


def test_coverage_grows_from_year_to_year(ward: Session) -> None:
    spells = ward.exec(
        select(Membership).join(Group, col(Group.id) == Membership.group_id).where(Group.kind == GroupKind.HOUSEHOLD)
    ).all()
    days = [date(year, 11, 1) for year in range(2020, 2027)]
    inside = [sum(s.joined_on <= day and (s.left_on is None or day < s.left_on) for s in spells) for day in days]

    assert inside == sorted(inside)
    assert 0 < inside[0] < inside[-1] / 3


def test_every_household_group_is_fed_from_the_leaders_chat_and_led_by_its_leader(ward: Session) -> None:
    leaders = ward.exec(select(Group).where(Group.kind == GroupKind.LEADERS)).one()
    groups = ward.exec(
        select(Group, User).join(User, col(User.id) == Group.leader_id).where(Group.kind == GroupKind.HOUSEHOLD)
    ).all()

    assert len(groups) == 31 + 1  # Nà Kẹn's leader has two
    assert all(group.parent_id == leaders.id and group.unit_id == leader.unit_id for group, leader in groups)


def test_the_cascade_shows_a_group_of_each_kind_a_ward_has(ward: Session) -> None:
    seen = cascade.of(ward, actor=access.actor_named(ward, username="tu"))

    kinds = [node.row.kind for node in seen.roots]
    assert set(kinds) == set(GroupKind) - {GroupKind.UNIT, GroupKind.HOUSEHOLD}
    assert kinds[:3] == [GroupKind.LEADERS, GroupKind.INTERNAL, GroupKind.SECTOR]
    assert {node.row.kind for node in seen.roots[0].below} == {GroupKind.HOUSEHOLD}
    assert [(node.row.leader, node.troubles) for node in seen.roots if node.row.kind is GroupKind.INTERNAL] == [
        ("Đào Minh Tú", frozenset())
    ]


def test_the_cascade_has_something_of_each_kind_to_mend_and_a_handover_to_read(ward: Session) -> None:
    official = access.actor_named(ward, username="tu")
    nine = ward.exec(select(Group).where(Group.name == "Bà con Tổ 9, Sông Cầu")).one()

    wrong = {one.about: one.count for one in callouts.of(ward, actor=official)}

    assert wrong["proposals"] == 2
    assert (wrong[Trouble.NO_LEADER], wrong[Trouble.NO_LINK], wrong[Trouble.TWO_GROUPS]) == (1, 1, 2)
    told = [(one.part, one.name, one.ended_on is None) for one in terms.history(ward, actor=official, group=nine)]
    assert told == [
        (Part.LEADER, "Ma Thị Huệ", True), (Part.DEPUTY, "Đàm Văn Quyết", True), (Part.LEADER, "Đàm Văn Quyết", False),
    ]  # fmt: skip


def test_no_telephone_number_is_given_twice_and_all_have_a_valid_shape(ward: Session) -> None:
    homes = ward.exec(select(Household)).all()
    numbers = [number for home in homes for number in [home.phone, *home.other_phones] if number]
    numbers += [number for number in ward.exec(select(User.phone)) if number]

    assert len(numbers) == len(set(numbers)) > HOUSEHOLDS / 2
    assert all(phones.parse(number) == number and phones.is_mobile(number) for number in numbers)
    assert all(number.startswith(("+84590", "+84591")) for number in numbers)


def test_every_text_is_nfc(made: tuple[Engine, demo.Demo]) -> None:
    def texts(value: object) -> Iterator[str]:
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            for item in value.values():
                yield from texts(item)
        elif isinstance(value, list):
            for item in value:
                yield from texts(item)

    found = [text for rows in rows_of(made[0]).values() for row in rows for text in texts(row)]

    assert any("Nông" in text for text in found)
    assert all(unicodedata.is_normalized("NFC", text) for text in found)


def test_the_daily_counts_are_those_of_the_rows(ward: Session) -> None:
    assert rollups.repair(ward) == []


# ---- announcements


def test_eighteen_months_of_announcements_end_with_the_screening_of_tomorrow(ward: Session) -> None:
    sent = ward.exec(select(Announcement).where(Announcement.status == AnnouncementStatus.SENT)).all()
    moments = sorted(announcement.sent_at for announcement in sent if announcement.sent_at)

    assert 60 <= len(sent) <= 90
    assert timedelta(days=500) < moments[-1] - moments[0] < timedelta(days=560)
    assert {announcement.urgency.value for announcement in sent} == {"normal", "urgent", "very_urgent", "emergency"}
    latest = screening(ward)
    assert latest.sent_at == moments[-1] == stage.at(date(2026, 11, 24), 16, 30)
    assert latest.facts["when"] == "thứ Tư 25/11/2026, từ 7 giờ đến 11 giờ 30"
    assert set(latest.facts) == {"when", "where", "who", "bring"}


def test_the_screening_stands_in_27_groups_and_is_overdue_in_four(ward: Session) -> None:
    relays = ward.exec(select(Relay, Delivery).join(Delivery).where(Relay.announcement_id == screening(ward).id)).all()

    posted = [relay for relay, _ in relays if relay.posted_at]
    late = [relay for relay, _ in relays if relay.posted_at is None and relay.escalated_at]
    assert (len(relays), len(posted), len(late)) == (31, 27, 4)
    assert Counter(delivery.status for _, delivery in relays) == {DeliveryStatus.SENT: 27, DeliveryStatus.QUEUED: 4}
    assert sum(relay.opened_at is not None for relay in late) == 2


def test_nothing_was_posted_before_it_was_sent_nor_opened_before_it_was_posted_nor_in_the_future(ward: Session) -> None:
    relays = ward.exec(select(Relay, Announcement).join(Announcement)).all()
    first_open: dict[tuple[UUID, UUID], datetime] = {}
    for count in ward.exec(select(ReachCount).where(col(ReachCount.group_id).is_not(None))):
        assert count.group_id
        key = count.announcement_id, count.group_id
        first_open[key] = min(first_open.get(key, count.at), count.at)

    for relay, announcement in relays:
        opened = first_open.get((announcement.id, relay.group_id))
        if relay.posted_at is None:
            assert opened is None
            continue
        assert announcement.sent_at is not None
        assert announcement.sent_at <= relay.posted_at <= min(clock.now(), relay.token_expires_at)
        assert opened is None or relay.posted_at <= opened <= clock.now()


def test_no_group_reaches_more_households_than_it_has(ward: Session) -> None:
    households: dict[tuple[UUID, UUID | None], int] = {
        (relay.announcement_id, relay.group_id): relay.households for relay in ward.exec(select(Relay))
    }
    sums = ward.exec(
        select(ReachCount.announcement_id, ReachCount.group_id, func.sum(ReachCount.opens), func.sum(ReachCount.known))
        .where(col(ReachCount.group_id).is_not(None))
        .group_by(col(ReachCount.announcement_id), col(ReachCount.group_id))
    ).all()

    assert len(sums) > 1000
    assert all(known <= opens <= households[announcement, group] for announcement, group, opens, known in sums)


def test_the_counters_of_a_board_are_those_of_its_rows(ward: Session) -> None:
    counted = ward.exec(
        select(ReachCount.announcement_id, func.sum(ReachCount.opens), func.sum(ReachCount.known)).group_by(
            col(ReachCount.announcement_id)
        )
    ).all()
    answers = dict(ward.exec(select(Reach.announcement_id, func.count()).group_by(col(Reach.announcement_id))).all())
    firsts = dict(
        ward.exec(
            select(ShortLink.announcement_id, func.sum(ScanHour.first_scans))
            .join(ScanHour, col(ScanHour.link_id) == ShortLink.id)
            .where(col(ShortLink.group_id).is_not(None), ShortLink.purpose == Purpose.ANNOUNCEMENT)
            .group_by(col(ShortLink.announcement_id))
        ).all()
    )

    assert {id_: known for id_, _, known in counted if known} == answers
    assert {id_: opens for id_, opens, _ in counted if opens} == firsts
    assert {one.subject: one.wrong for one in figure_checks.verify(ward)} == dict.fromkeys(
        ("coverage", "scans", "opens", "known"), 0
    )


def test_readers_sleep_at_night_and_come_most_in_the_evening(ward: Session) -> None:
    opens = Counter[int]()
    for count in ward.exec(select(ReachCount)):
        opens[clock.local(count.at).hour] += count.opens

    night, evening = sum(opens[hour] for hour in range(4)), sum(opens[hour] for hour in range(18, 22))
    assert night < evening / 20


def test_a_household_is_told_at_its_door_only_after_the_sending_and_while_it_lives_there(ward: Session) -> None:
    told = ward.exec(
        select(Reach, Household, Announcement)
        .join(Household, col(Household.id) == Reach.household_id)
        .join(Announcement, col(Announcement.id) == Reach.announcement_id)
    ).all()

    assert told
    for reach, household, announcement in told:
        assert announcement.sent_at is not None
        assert announcement.sent_at < reach.told_at <= clock.now()
        assert household.present_on(clock.local(reach.told_at).date())


def test_before_the_merger_the_former_wards_spoke(ward: Session) -> None:
    merged = stage.at(places.MERGED_ON, 0)
    spoken = ward.exec(
        select(Announcement, Unit).join(Unit, col(Unit.id) == Announcement.unit_id).where(col(Announcement.sent_at).is_not(None))
    ).all()

    early = {unit.valid_to for announcement, unit in spoken if announcement.sent_at and announcement.sent_at < merged}
    late = {unit.valid_to for announcement, unit in spoken if announcement.sent_at and announcement.sent_at >= merged}
    assert early == {date(2025, 7, 1)}
    assert late == {None}


def test_a_storm_is_updated_by_a_second_announcement_that_names_the_first(ward: Session) -> None:
    pairs = [
        (ward.get_one(Announcement, later.corrects_id), later)
        for later in ward.exec(select(Announcement).where(col(Announcement.corrects_id).is_not(None)))
        if later.corrects_id
    ]

    assert pairs
    for first, later in pairs:
        assert first.sent_at is not None
        assert later.sent_at is not None
        assert timedelta(0) < later.sent_at - first.sent_at < timedelta(hours=3)
        assert first.unit_id == later.unit_id


@pytest.mark.once
@pytest.mark.parametrize("hour", [0, 23])
def test_what_waits_for_approval_can_still_be_approved_whatever_the_hour(session: Session, hour: int) -> None:
    with time_machine.travel(datetime(2026, 11, 24, hour, 50, tzinfo=clock.zone()), tick=False):
        demo.fill(session, households=demo.FEWEST)
        waiting = session.exec(select(Announcement).where(Announcement.status == AnnouncementStatus.IN_REVIEW)).all()
        planned = session.exec(select(Announcement).where(Announcement.status == AnnouncementStatus.SCHEDULED)).one()

        assert {announcement.title for announcement in waiting} == {
            "Tổng vệ sinh môi trường sáng thứ Bảy", "Cắt điện các tổ 3, 4, 5 Phùng Chí Kiên",
        }  # fmt: skip
        assert all(announcement.must_reach_by and announcement.must_reach_by > clock.now() for announcement in waiting)
        assert planned.send_at is not None
        assert planned.send_at > clock.now()
        latest = screening(session)
        assert latest.sent_at is not None
        assert latest.sent_at < clock.now() < latest.sent_at + timedelta(hours=26)
        assert latest.expires_at is not None
        assert latest.expires_at > clock.now()


def test_no_work_is_promised_and_none_is_found_undone(ward: Session, promises: FakeEngine) -> None:
    assert promises.promises == {}
    assert due.announcements(ward) == []


# ---- links, people, audit


def test_of_about_sixty_printed_codes_one_is_dead_and_some_were_never_scanned(ward: Session) -> None:
    links = ward.exec(select(ShortLink).where(col(ShortLink.purpose).in_([Purpose.URL, Purpose.JOIN]))).all()

    assert 55 <= len(links) <= 65
    assert [link.title for link in links if link.last_status == 404] == ["Đăng ký khai sinh"]
    assert any(link.scans == 0 for link in links)
    assert all(link_targets.checked(link.target_url) == link.target_url for link in links if link.target_url)


def test_the_scans_of_a_link_are_the_sum_of_its_hours_and_raw_rows_live_ninety_days(ward: Session) -> None:
    hours = dict(ward.exec(select(ScanHour.link_id, func.sum(ScanHour.scans)).group_by(col(ScanHour.link_id))).all())
    oldest, newest = ward.exec(select(func.min(Scan.at), func.max(Scan.at))).one()

    assert {link.id: link.scans for link in ward.exec(select(ShortLink)) if link.scans} == hours
    assert clock.now() - scans.KEPT - timedelta(hours=1) <= oldest
    assert newest <= clock.now()


def test_the_sign_ins_work_and_a_changed_password_is_no_longer_told(ward: Session, answer: demo.Demo) -> None:
    by_name = {person.username: person for person in answer.users}
    stored = {user.username: user for user in ward.exec(select(User))}

    assert set(stored) - set(by_name) == {"pho9", "pho13"}  # nobody signs in as a deputy
    assert Counter(person.role for person in answer.users) == {
        Role.ADMIN: 1, Role.OFFICIAL: 2, Role.STAFF: 1, Role.VIEWER: 1, Role.LEAD: 31,
    }  # fmt: skip
    for name in ("mai", "to13"):
        assert passwords.is_right(by_name[name].password, stored[name].password_hash)
    assert demo.sign_ins(ward) == answer.users
    stored["mai"].password_hash = "another"
    ward.flush()
    assert {person.username for person in demo.sign_ins(ward)} == set(by_name) - {"mai"}


def test_the_leader_of_group_13_sees_that_group_only(ward: Session) -> None:
    leader = ward.exec(select(User).where(User.username == "to13")).one()

    assert (leader.role, ward.get_one(Unit, leader.unit_id).code) == (Role.LEAD, "01843-SC13")


def test_the_audit_chain_of_the_demonstration_holds(ward: Session) -> None:
    assert audit.walk(ward).broken is None
