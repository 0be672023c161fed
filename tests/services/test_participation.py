"""The screen of participation, each number against one computed by hand."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Engine, event
from sqlmodel import Session

from core.errors import NotAllowed, NotFound
from models import (
    Announcement,
    AnnouncementStatus,
    AsksFor,
    Channel,
    Delivery,
    Group,
    Household,
    ReachCount,
    RecipientKind,
    Relay,
    Role,
    Unit,
    UnitKind,
)
from services import figure_values, participation, reach, rollups
from services.access import TERMINAL
from services.participation import MonthMoves
from tests.factories import NOON, make_actor, make_announcement, make_group, make_household, make_link, make_membership, make_unit

pytestmark = pytest.mark.usefixtures("noon")

TODAY = date(2026, 11, 24)


def settle(session: Session, unit: Unit, households: int, *, joined: int = 0, on: date = date(2026, 1, 15)) -> list[Household]:
    """Households there since 2020, some of them in a group since a day."""
    group = make_group(session, unit=unit)
    homes = [make_household(session, unit=unit) for _ in range(households)]
    for home in homes[:joined]:
        make_membership(session, household=home, group=group, joined_on=on)
    rollups.refresh(session, unit_ids=[unit.id])
    session.commit()
    return homes


def make_ward(session: Session) -> tuple[Unit, Unit]:
    ward = make_unit(session)
    return ward, make_unit(session, parent=ward, short_name="Tổ 1")


def send(session: Session, ward: Unit, *groups: tuple[Group, int, timedelta | None], sent_at: datetime = NOON) -> Announcement:
    """A sent announcement with a relay a group: its households, and after how long it was posted."""
    item = make_announcement(
        session, unit=ward, status=AnnouncementStatus.SENT, sent_at=sent_at, households=sum(size for _, size, _ in groups)
    )
    for group, size, took in groups:
        delivery = Delivery(
            announcement_id=item.id, channel=Channel.RELAY, recipient_kind=RecipientKind.GROUP, recipient_id=str(group.id),
            idempotency_key=f"{item.id}{group.id}",
        )  # fmt: skip
        session.add(delivery)
        session.flush()
        session.add(
            Relay(
                delivery_id=delivery.id, announcement_id=item.id, group_id=group.id, link_id=make_link(session).id,
                token_expires_at=NOON, households=size,
                posted_at=None if took is None else sent_at + took,
            )
        )  # fmt: skip
    session.commit()
    return item


def test_moves_are_what_coverage_gained_and_lost_by_month(session: Session) -> None:
    ward, first = make_ward(session)
    second = make_unit(session, parent=ward)
    homes = settle(session, first, 6)
    other = settle(session, second, 2)
    group = make_group(session, unit=first)
    for home, joined_on, left_on in (
        (homes[0], date(2025, 11, 30), None),  # before the range
        (homes[1], date(2025, 12, 1), date(2026, 2, 28)),
        (homes[2], date(2026, 2, 1), None),
        (homes[3], date(2026, 2, 1), date(2026, 11, 24)),
        (homes[4], date(2026, 11, 25), None),  # tomorrow
        (other[0], date(2026, 2, 28), None),  # in another unit on the day one left: both count
    ):
        make_membership(session, household=home, group=group, joined_on=joined_on, left_on=left_on)
    rollups.refresh(session, unit_ids=[first.id, second.id])
    session.commit()

    seen = participation.overview(session, actor=TERMINAL, unit_id=ward.id, months=12)

    assert [move.month for move in seen.moves] == [date(2025, 12, 1), *(date(2026, month, 1) for month in range(1, 12))]
    assert [move for move in seen.moves if move.joined or move.left] == [
        MonthMoves(date(2025, 12, 1), 1, 0), MonthMoves(date(2026, 2, 1), 3, 1), MonthMoves(date(2026, 11, 1), 0, 1),
    ]  # fmt: skip
    assert sum(move.joined - move.left for move in seen.moves) == seen.table.total.joined - seen.before.total.joined == 2


def test_one_who_joins_and_one_who_leaves_the_same_unit_on_a_day_are_no_move(session: Session) -> None:
    ward, unit = make_ward(session)
    homes = settle(session, unit, 2)
    group = make_group(session, unit=unit)
    make_membership(session, household=homes[0], group=group, left_on=date(2026, 11, 3))
    make_membership(session, household=homes[1], group=group, joined_on=date(2026, 11, 3))
    rollups.refresh(session, unit_ids=[unit.id])

    seen = participation.overview(session, actor=TERMINAL, unit_id=ward.id, months=6)

    assert seen.moves[-1] == MonthMoves(date(2026, 11, 1), 0, 0)


def test_a_household_that_moves_away_leaves_its_group(session: Session) -> None:
    ward, unit = make_ward(session)
    [home, *_] = settle(session, unit, 2, joined=2)
    home.left_on = date(2026, 10, 31)
    session.add(home)
    session.flush()
    rollups.refresh(session, unit_ids=[unit.id])

    seen = participation.overview(session, actor=TERMINAL, unit_id=ward.id, months=6)

    assert seen.moves[-2:] == [MonthMoves(date(2026, 10, 1), 0, 1), MonthMoves(date(2026, 11, 1), 0, 0)]


def test_the_range_is_compared_with_the_last_day_before_it(session: Session) -> None:
    ward, unit = make_ward(session)
    settle(session, unit, 4, joined=3, on=date(2026, 6, 1))

    half, whole = (participation.overview(session, actor=TERMINAL, unit_id=ward.id, months=months) for months in (6, None))

    assert (half.since, half.before.total.joined, half.before.total.households) == (date(2026, 5, 31), 0, 4)
    assert [day for day, _, _ in half.growth] == [date(2026, month, 1) - timedelta(days=1) for month in range(6, 12)] + [TODAY]
    assert [row.joined for _, _, row in half.growth] == [0, 3, 3, 3, 3, 3, 3]
    assert whole.since == date(2019, 12, 31)
    assert (len(whole.moves), whole.moves[0].month) == (83, date(2020, 1, 1))
    assert {day.month for day, _, _ in whole.growth} == {3, 6, 9, 12, 11}  # by quarters, and today
    assert len({day for day, _, _ in whole.growth}) == 29


def test_growth_shows_the_whole_before_its_former_wards(session: Session) -> None:
    ward = make_unit(session, name="Phường Bắc Kạn")
    for area, households, joined in (("Xuất Hóa", 4, 1), ("Sông Cầu", 6, 5), ("", 2, 2)):
        settle(session, make_unit(session, parent=ward, area=area), households, joined=joined)

    seen = participation.overview(session, actor=TERMINAL, unit_id=ward.id)

    last = {label: (row.joined, row.households) for day, label, row in seen.growth if day == TODAY}
    assert last == {"Phường Bắc Kạn": (8, 12), "": (2, 2), "Sông Cầu": (5, 6), "Xuất Hóa": (1, 4)}
    assert seen.growth[0][1] == "Phường Bắc Kạn"


def test_one_former_ward_is_the_whole(session: Session) -> None:
    ward = make_unit(session, name="Phường Bắc Kạn")
    settle(session, make_unit(session, parent=ward, area="Sông Cầu"), 3)

    seen = participation.overview(session, actor=TERMINAL, unit_id=ward.id)

    assert {label for _, label, _ in seen.growth} == {"Phường Bắc Kạn"}


def test_above_a_ward_the_rows_are_wards(session: Session) -> None:
    province = make_unit(session, kind=UnitKind.PROVINCE, code="19", name="Tỉnh Thái Nguyên")
    for name, households, joined in (("Phường Bắc Kạn", 5, 4), ("Xã Phong Quang", 10, 1)):
        ward = make_unit(session, parent=province, kind=UnitKind.COMMUNE, name=name)
        settle(session, make_unit(session, parent=ward), households, joined=joined)
    viewer = make_actor(session, unit=province, role=Role.VIEWER)

    seen = participation.overview(session, actor=viewer)

    assert (seen.by, seen.hidden) == ("ward", [])
    assert [(row.unit_name, row.joined, row.households) for row in seen.table.rows] == [
        ("Phường Bắc Kạn", 4, 5), ("Xã Phong Quang", 1, 10),
    ]  # fmt: skip
    assert seen.table.total.coverage == 5 / 15


def test_an_observer_sees_no_count_of_few_households_nor_one_that_follows(session: Session) -> None:
    """S65: taking the others from the total must not give the hidden one away."""
    ward = make_unit(session)
    for name, households in (("Tổ 1", 4), ("Tổ 2", 9), ("Tổ 3", 30), ("Tổ 4", 0), ("Tổ 5", 5)):
        settle(session, make_unit(session, parent=ward, short_name=name), households, joined=min(households, 2))
    viewer, official = (make_actor(session, unit=ward, role=role) for role in (Role.VIEWER, Role.OFFICIAL))

    theirs, ours = (participation.overview(session, actor=actor) for actor in (viewer, official))

    assert [row.unit_name for row in ours.table.rows] == ["Tổ 1", "Tổ 2", "Tổ 3", "Tổ 4", "Tổ 5"]
    assert [row.unit_name for row in theirs.table.rows] == ["Tổ 2", "Tổ 3", "Tổ 4"]
    assert {row.unit_name for row in theirs.before.rows} == {"Tổ 2", "Tổ 3", "Tổ 4"}
    assert [(row.unit_name, row.households, row.joined) for row in theirs.hidden] == [("Tổ 1", 0, 0), ("Tổ 5", 0, 0)]
    assert theirs.table.total == ours.table.total


def test_several_small_units_hide_each_other(session: Session) -> None:
    ward = make_unit(session)
    for name, households in (("Tổ 1", 4), ("Tổ 2", 3), ("Tổ 3", 30)):
        settle(session, make_unit(session, parent=ward, short_name=name), households)

    seen = participation.overview(session, actor=make_actor(session, unit=ward, role=Role.VIEWER))

    assert [row.unit_name for row in seen.table.rows] == ["Tổ 3"]


def test_small_former_wards_are_not_told_apart_to_an_observer(session: Session) -> None:
    ward = make_unit(session, name="Phường Bắc Kạn")
    for area, households in (("Sông Cầu", 20), ("Xuất Hóa", 4)):
        settle(session, make_unit(session, parent=ward, area=area), households)

    seen = participation.overview(session, actor=make_actor(session, unit=ward, role=Role.VIEWER))

    assert {label for _, label, _ in seen.growth} == {"Phường Bắc Kạn"}


def test_a_ward_of_four_households_shows_an_observer_nothing(session: Session) -> None:
    ward, unit = make_ward(session)
    settle(session, unit, 4, joined=2)
    send(session, ward, (make_group(session, unit=unit), 4, timedelta(minutes=1)))

    seen = participation.overview(session, actor=make_actor(session, unit=ward, role=Role.VIEWER))

    assert (seen.table.total.households, seen.table.rows, seen.growth, seen.moves, seen.reached) == (0, [], [], [], [])


def test_reach_is_what_the_board_of_each_announcement_says(session: Session) -> None:
    ward, unit = make_ward(session)
    fast, slow, still = (make_group(session, unit=unit) for _ in range(3))
    item = send(
        session, ward, (fast, 10, timedelta(minutes=4)), (slow, 20, timedelta(minutes=20)), (still, 5, None),
        sent_at=NOON - timedelta(hours=1),
    )  # fmt: skip
    for group_id, opens, known in ((fast.id, 14, 3), (slow.id, 6, 6), (still.id, 0, 9), (None, 0, 2)):
        session.add(ReachCount(announcement_id=item.id, group_id=group_id, at=NOON, opens=opens, known=known))
    session.commit()
    official = make_actor(session, unit=ward, role=Role.OFFICIAL)

    [seen] = participation.overview(session, actor=official).reached

    assert (seen.known, seen.estimated, seen.households) == (3 + 6 + 5 + 2, 10 + 6, 35)
    assert (seen.posted, seen.groups, seen.minutes, seen.is_running) == (2, 3, 20, False)
    board = reach.board(session, actor=official, announcement_id=item.id)
    assert (seen.known, seen.estimated) == (board.known, board.estimated)


def test_what_asks_for_nothing_does_not_count_as_unknown(session: Session) -> None:
    ward, unit = make_ward(session)
    group = make_group(session, unit=unit)
    asking, telling = (send(session, ward, (group, size, timedelta(minutes=1))) for size in (20, 60))
    telling.asks_for = AsksFor.NOTHING
    session.add(telling)
    for item, opens, known in ((asking, 10, 5), (telling, 30, 0)):
        session.add(ReachCount(announcement_id=item.id, group_id=group.id, at=NOON, opens=opens, known=known))
    session.commit()

    seen = participation.overview(session, actor=TERMINAL, unit_id=ward.id)

    assert (seen.told["known"].value, seen.told["estimated"].value) == (5 / 20, 40 / 80)
    assert {one.asks for one in seen.reached} == {True, False}


def test_what_is_known_is_the_registers_figure_over_the_whole_range(session: Session) -> None:
    ward, unit = make_ward(session)
    group = make_group(session, unit=unit)
    for age in range(12):
        sent_at = NOON - timedelta(days=age)
        item = send(session, ward, (group, 10, timedelta(minutes=1)), sent_at=sent_at)
        known = 10 if age > 9 else 2  # the two oldest went better
        session.add(ReachCount(announcement_id=item.id, group_id=group.id, at=sent_at, opens=10, known=known))
    session.commit()

    seen = participation.overview(session, actor=TERMINAL, unit_id=ward.id)
    first, last = seen.days
    book = figure_values.of_period(session, actor=TERMINAL, unit_id=ward.id, since=first, until=last)

    assert len(seen.reached) == 10
    assert (seen.told["known"].value, seen.told["announcements"].value) == (40 / 120, 12)
    assert {name: book[name] for name in seen.told} == seen.told
    assert book["entered"].value == sum(one.joined for one in seen.moves)


def test_where_most_groups_wait_the_time_is_at_least_so_much(session: Session) -> None:
    ward, unit = make_ward(session)
    one, other = (make_group(session, unit=unit) for _ in range(2))
    send(session, ward, (one, 5, timedelta(minutes=10)), (other, 5, None), sent_at=NOON - timedelta(hours=1))

    [seen] = participation.overview(session, actor=TERMINAL, unit_id=ward.id).reached

    assert (seen.minutes, seen.is_running) == (35, True)  # between 10 and 60 so far


def test_the_latest_ten_of_the_range_are_shown(session: Session) -> None:
    ward, _ = make_ward(session)
    for age in [*range(11), 400]:
        make_announcement(
            session, unit=ward, title=f"{age}", status=AnnouncementStatus.SENT, sent_at=NOON - timedelta(days=age), households=9
        )
    make_announcement(session, unit=ward, status=AnnouncementStatus.CANCELLED, sent_at=NOON, households=9)
    make_announcement(session, unit=make_unit(session), status=AnnouncementStatus.SENT, sent_at=NOON, households=9)
    viewer = make_actor(session, unit=ward, role=Role.VIEWER)

    seen = participation.overview(session, actor=viewer, months=6).reached

    assert [one.title for one in seen] == [f"{age}" for age in range(10)]
    assert (seen[0].minutes, seen[0].groups) == (None, 0)


def test_an_empty_ward_divides_by_nothing(session: Session) -> None:
    seen = participation.overview(session, actor=make_actor(session, unit=make_unit(session)))

    assert (seen.table.rows, seen.table.total.coverage, seen.reached) == ([], None, [])
    assert (seen.told["known"].value, seen.told["estimated"].value) == (None, None)
    assert {(move.joined, move.left) for move in seen.moves} == {(0, 0)}


def test_other_wards_are_not_found_and_leaders_have_their_own_page(session: Session) -> None:
    ward, other = make_unit(session), make_unit(session)

    with pytest.raises(NotFound):
        participation.overview(session, actor=make_actor(session, unit=ward), unit_id=other.id)
    with pytest.raises(NotAllowed):
        participation.overview(session, actor=make_actor(session, unit=ward, role=Role.LEAD))


def test_the_number_of_queries_does_not_depend_on_the_size(session: Session, engine: Engine) -> None:
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))

    def queries(units: int) -> int:
        ward = make_unit(session)
        for place in range(units):
            unit = make_unit(session, parent=ward, area=f"Nơi cũ {place}")
            settle(session, unit, 2, joined=1)
            send(session, ward, (make_group(session, unit=unit), 2, timedelta(minutes=3)))
        actor = make_actor(session, unit=ward)
        session.commit()
        session.expunge_all()
        asked.clear()
        participation.overview(session, actor=actor)
        return len(asked)

    few, many = queries(2), queries(6)

    assert few == many
    assert not [statement for statement in asked if "FROM household" in statement or "JOIN household" in statement]
