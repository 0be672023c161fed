"""Every figure of the register, computed by hand from a ward of five households; and the edges of time and place."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event
from sqlmodel import Session, select

from core.errors import Invalid, NotAllowed, NotFound
from models import AnnouncementStatus, AuditEvent, ReachCount, Role, UnitChange, UnitChangeKind, UnitChangeLink
from services import figure_rows, figure_values, period_sources, rollups
from services.access import TERMINAL
from services.figure_register import BY_NAME, FIGURES, NAMES
from services.figure_values import Value
from tests.factories import make_actor, make_announcement, make_household, make_unit
from tests.services.five import Five, at

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 24)
NOW_IN_MINUTES = 14 * 24 * 60 + 4 * 60  # from 8:00 of the 10th to noon of the 24th


def told(found: dict[str, Value]) -> dict[str, tuple[float | None, float | None, float | None]]:
    return {name: (one.value, one.numerator, one.denominator) for name, one in found.items()}


def test_every_figure_of_five_households(session: Session, five: Five) -> None:
    found = figure_values.of_period(session, actor=TERMINAL, unit_id=five.ward.id, since=FIRST, until=LAST)

    assert told(found) == {
        "coverage": (3 / 5, 3, 5),  # An, Bình, Em; Dung has left the chat
        "households": (5, 5, None),
        "joined": (3, 3, None),
        "people": (15, 15, None),
        "depth": (2.0, 6, 3),  # 2 + 1 + 3
        "smartphone_rate": (8 / 15, 8, 15),
        "entered": (1, 1, None),  # Bình
        "left": (1, 1, None),  # Dung
        "announcements": (1, 1, None),
        "posted": (1 / 2, 1, 2),
        "relay_median": ((20 + NOW_IN_MINUTES) / 2, (20 + NOW_IN_MINUTES) / 2, 2),
        "relay_ninety": (NOW_IN_MINUTES, NOW_IN_MINUTES, 2),
        "opens": (3, 3, None),
        "known": (3 / 5, 3, 5),
        "estimated": (3 / 5, 3, 5),  # three phones of a group with two households, and never fewer than are known
        "time_to_half": (600, 600, 1),  # the third of five, at 18:00
        "time_to_ninety": (NOW_IN_MINUTES, NOW_IN_MINUTES, 1),
        "messages": (2, 2, None),
        "cost": (600, 600, None),
        "cost_per_arrival": (600, 600, 1),  # what was lost costs as well
        "scans": (5, 5, None),
        "first_scans": (3, 3, None),
        "doors_told": (1 / 2, 1, 2),
        "questions": (3, 3, None),  # the one of October, thanks and spam are not among them
        "answered_in_time": (1 / 2, 1, 2),  # the third has time until the 27th
        "answer_median": (1620, 1620, 3),  # 240 of Tuesday, three days of 450, 30 of Monday
        "answer_ninety": (0, 0, 3),  # the one that waits since 9:00 of 24 November, a public holiday
        "answer_clock": (8460, 8460, 3),  # five days and 21 hours
        "questions_open": (1, 1, None),
        "found_alone": (4, 4, None),
        "supports": (3, 3, None),
        "first_timers": (1, 1, None),
        "supports_online": (1 / 3, 1, 3),  # one went elsewhere, one was no procedure
    }
    running = ["relay_median", "relay_ninety", "time_to_ninety", "answer_ninety"]
    assert [name for name, one in found.items() if one.is_running] == running
    assert set(found) == set(NAMES)


def test_a_residential_group_has_what_is_its_own_and_no_figure_of_the_ward(session: Session, five: Five) -> None:
    found = figure_values.of_period(session, actor=TERMINAL, unit_id=five.one.id, since=FIRST, until=LAST)

    numbers = told(found)
    assert numbers["coverage"] == (2 / 3, 2, 3)
    assert numbers["relay_median"] == (20, 20, 1)
    assert numbers["opens"] == (3, 3, None)
    assert numbers["doors_told"] == (1, 1, 1)
    assert {name for name, one in numbers.items() if one == (None, None, None)} == {
        one.name for one in FIGURES if one.is_of_wards
    }


def test_each_day_counts_by_the_clocks_of_the_ward_and_not_by_utc(session: Session, five: Five) -> None:
    make_announcement(
        session, unit=five.ward, status=AnnouncementStatus.SENT, sent_at=at(date(2026, 11, 12), 0, 30), households=5
    )
    names = ["scans", "announcements", "entered", "coverage", "supports", "questions_open"]

    found = figure_values.series(
        session, actor=TERMINAL, unit_id=five.ward.id, names=names, since=date(2026, 11, 4), until=date(2026, 11, 13)
    )

    by_name = {name: {one.day.day: one.value for one in found if one.name == name and one.value} for name in names}
    assert by_name["scans"] == {10: 4, 11: 1}  # half past midnight is the new day
    assert by_name["announcements"] == {10: 1, 12: 1}
    assert by_name["entered"] == {5: 1}
    assert by_name["coverage"] == {4: 3 / 5} | dict.fromkeys(range(5, 14), 4 / 5)
    assert by_name["supports"] == {11: 1, 12: 1, 13: 1}
    assert by_name["questions_open"] == dict.fromkeys(range(4, 10), 1) | dict.fromkeys(range(10, 14), 2)


def test_a_month_is_the_sum_of_its_days(session: Session, five: Five) -> None:
    flows = ["entered", "left", "opens", "scans", "first_scans", "announcements", "messages", "cost", "questions",
             "found_alone", "supports", "first_timers"]  # fmt: skip

    month = figure_values.of_period(session, actor=TERMINAL, unit_id=five.ward.id, names=flows, since=FIRST, until=LAST)
    days = figure_values.series(session, actor=TERMINAL, unit_id=five.ward.id, names=flows, since=FIRST, until=LAST)

    for name in flows:
        assert month[name].value == sum(one.value or 0 for one in days if one.name == name), name


def test_nothing_to_divide_by_is_no_value_and_never_nought(session: Session, noon: None) -> None:
    ward = make_unit(session)
    make_unit(session, parent=ward)

    found = figure_values.of_period(session, actor=TERMINAL, unit_id=ward.id, since=FIRST, until=LAST)

    for one in FIGURES:
        is_number = not one.is_ratio
        assert found[one.name].value == (0 if is_number else None), one.name


def test_one_household_is_a_ward_like_any_other(session: Session, noon: None) -> None:
    ward = make_unit(session)
    make_household(session, unit=(unit := make_unit(session, parent=ward)), people=1, smartphones=1)
    rollups.refresh(session, unit_ids=[unit.id])

    found = figure_values.of_period(session, actor=TERMINAL, unit_id=ward.id, since=LAST, until=LAST)

    assert told(found)["coverage"] == (0.0, 0, 1)
    assert told(found)["smartphone_rate"] == (1.0, 1, 1)
    assert found["depth"].value is None


def test_before_the_first_day_there_is_nobody(session: Session, five: Five) -> None:
    found = figure_values.of_period(
        session, actor=TERMINAL, unit_id=five.ward.id, since=date(2019, 12, 30), until=date(2019, 12, 31)
    )

    assert (found["households"].value, found["coverage"].value) == (0, None)


@pytest.mark.parametrize(
    ("since", "until", "sentence"),
    [
        (LAST, LAST + timedelta(days=1), "chưa tới"),
        (LAST, FIRST, "đứng trước"),
        (date(2010, 1, 1), LAST, "nhiều nhất 10 năm"),
    ],
)
def test_days_that_cannot_be_are_refused_in_a_sentence(
    session: Session, five: Five, since: date, until: date, sentence: str
) -> None:  # fmt: skip
    with pytest.raises(Invalid, match=sentence):
        figure_values.series(session, actor=TERMINAL, unit_id=five.ward.id, since=since, until=until)


def test_a_leap_day_is_a_day(session: Session, five: Five) -> None:
    found = figure_values.series(
        session, actor=TERMINAL, unit_id=five.ward.id, names=["coverage"], since=date(2024, 2, 28), until=date(2024, 3, 1)
    )

    assert [one.day.isoformat() for one in found] == ["2024-02-28", "2024-02-29", "2024-03-01"]
    assert {one.value for one in found} == {3 / 5}


def test_a_unit_that_merged_has_its_own_days_and_its_successor_the_others(session: Session, five: Five) -> None:
    merged_on = date(2026, 11, 15)
    new = make_unit(session, parent=five.ward, valid_from=merged_on)
    five.one.valid_to = merged_on
    change = UnitChange(kind=UnitChangeKind.MERGE, effective_on=merged_on)
    session.add(change)
    session.flush()
    session.add(UnitChangeLink(change_id=change.id, old_unit_id=five.one.id, new_unit_id=new.id))
    make_household(session, unit=new, arrived_on=merged_on)
    rollups.refresh(session, unit_ids=[five.one.id, new.id])

    def households(unit_id: object, day: date) -> float | None:
        found = figure_values.of_period(session, actor=TERMINAL, unit_id=unit_id, names=["households"], since=day, until=day)  # type: ignore[arg-type]
        return found["households"].value

    before, after = merged_on - timedelta(days=1), merged_on
    assert [households(five.one.id, day) for day in (before, after)] == [3, 0]
    assert [households(new.id, day) for day in (before, after)] == [0, 1]
    assert [households(five.ward.id, day) for day in (before, after)] == [5, 3]


def test_who_observes_sees_no_place_of_a_handful_nor_the_one_that_gives_it_away(session: Session, five: Five) -> None:
    observer = make_actor(session, unit=five.ward, role=Role.VIEWER)

    of_one, of_two, of_all = (
        figure_values.of_period(session, actor=observer, unit_id=unit.id, since=LAST, until=LAST)
        for unit in (five.one, five.two, five.ward)
    )

    assert (of_one["coverage"].is_hidden, of_one["coverage"].numerator) == (True, None)
    assert of_two["coverage"].is_hidden
    assert of_all["coverage"].value == 3 / 5


@pytest.mark.parametrize("role", [Role.OFFICIAL, Role.VIEWER])
def test_places_asked_for_together_say_what_each_says_alone(session: Session, five: Five, role: Role) -> None:
    actor = make_actor(session, unit=five.ward, role=role)
    ids = [five.one.id, five.two.id, five.ward.id, None]
    periods = [(FIRST, date(2026, 11, 10)), (date(2026, 11, 11), LAST)]

    together = figure_values.of_places(session, actor=actor, unit_ids=ids, periods=periods)

    alone = [figure_values.of_periods(session, actor=actor, unit_id=id_, periods=periods) for id_ in ids]
    assert together == alone


def test_more_places_ask_no_more_questions_of_the_database(session: Session, five: Five) -> None:
    names = ["coverage", "entered", "relay_median", "opens", "doors_told"]
    more = [make_unit(session, parent=five.ward).id for _ in range(6)]

    def asked(unit_ids: list[UUID]) -> int:
        seen: list[str] = []

        def note(*given: Any) -> None:
            seen.append(given[2])

        session.commit()
        event.listen(session.get_bind(), "before_cursor_execute", note)
        figure_values.of_places(session, actor=TERMINAL, unit_ids=unit_ids, names=names, periods=[(FIRST, LAST)])
        event.remove(session.get_bind(), "before_cursor_execute", note)
        return len(seen)

    two = [five.one.id, five.two.id]
    assert asked([*two, *more]) == asked(two) > 4


def test_hours_of_the_week_and_openings_count_the_same(session: Session, five: Five) -> None:
    """A group that belongs to no place of the ward is in neither, nor an opening of no group."""
    said = make_announcement(session, unit=five.ward, status=AnnouncementStatus.SENT, sent_at=at(LAST, 7), households=5)
    session.add(ReachCount(announcement_id=said.id, group_id=None, at=at(LAST, 8), opens=9))
    session.commit()

    found = figure_values.of_period(session, actor=TERMINAL, unit_id=five.ward.id, names=["opens"], since=FIRST, until=LAST)
    grid = period_sources.opens_grid(session, path=five.ward.path, since=FIRST, until=LAST)

    assert sum(map(sum, grid)) == found["opens"].value == 3


def test_an_unknown_figure_and_a_foreign_place_are_refused(session: Session, five: Five) -> None:
    stranger = make_actor(session, unit=make_unit(session), role=Role.OFFICIAL)

    with pytest.raises(NotFound, match="happiness"):
        figure_values.of_period(session, actor=TERMINAL, names=["happiness"], since=LAST, until=LAST)
    with pytest.raises(NotFound, match="đơn vị"):
        figure_values.of_period(session, actor=stranger, unit_id=five.ward.id, since=LAST, until=LAST)


def test_the_rows_of_every_figure_add_up_to_it(session: Session, five: Five) -> None:
    official = make_actor(session, unit=five.ward, role=Role.OFFICIAL)
    found = figure_values.of_period(session, actor=official, since=FIRST, until=LAST)

    for name, value in found.items():
        rows = figure_rows.of(session, actor=official, name=name, since=FIRST, until=LAST).rows
        if BY_NAME[name].measure == "minutes":
            assert len(rows) == value.denominator, name
            continue
        assert sum(row.numerator for row in rows) == value.numerator, name
        if value.denominator is not None:
            assert sum(row.denominator or 0 for row in rows) == value.denominator, name


def test_the_screen_has_the_missing_first_and_the_file_has_all(session: Session, five: Five) -> None:
    official = make_actor(session, unit=five.ward, role=Role.OFFICIAL)
    asked: dict[str, Any] = {"actor": official, "since": FIRST, "until": LAST}
    coverage = figure_values.of_period(session, names=["coverage"], **asked)["coverage"]

    shown = figure_rows.of(session, name="coverage", most=2, **asked)
    groups = figure_rows.of(session, name="relay_median", **asked).rows
    doors = figure_rows.of(session, name="doors_told", **asked).rows
    all_of_them = figure_rows.take(session, name="coverage", **asked)

    assert ([row.title for row in shown.rows], shown.all) == (["Châu · H3", "Dung · H4"], 5)
    assert sum(row.numerator for row in all_of_them.rows) == coverage.numerator == 3
    assert [(row.place, row.is_running) for row in groups] == [("Tổ 2", True), ("Tổ 1", False)]
    assert [row.title for row in doors] == ["Dung · H4", "Châu · H3"]
    [event] = session.exec(select(AuditEvent).where(AuditEvent.action == "figure.exported"))
    assert (event.subject_id, event.details["rows"]) == (str(five.ward.id), 5)


def test_an_announcement_still_being_sent_has_no_row_among_times_as_it_has_none_in_the_figure(
    session: Session, five: Five
) -> None:
    assert five.said
    five.said.status = AnnouncementStatus.SENDING
    session.add(five.said)
    session.commit()

    asked: dict[str, Any] = {"actor": TERMINAL, "unit_id": five.ward.id, "since": FIRST, "until": LAST}

    assert not figure_values.of_period(session, names=["relay_median"], **asked)["relay_median"].denominator
    assert figure_rows.of(session, name="relay_median", **asked).rows == []
    assert len(figure_rows.of(session, name="posted", **asked).rows) == 2


def test_rows_of_coverage_name_the_households_for_those_who_may_see_them(session: Session, five: Five) -> None:
    leader = make_actor(session, unit=five.one, role=Role.LEAD)
    observer = make_actor(session, unit=five.ward, role=Role.VIEWER)

    rows = figure_rows.of(session, actor=leader, name="coverage", since=LAST, until=LAST).rows

    assert [(row.title, row.numerator) for row in rows] == [("Châu · H3", 0), ("An · H1", 1), ("Bình · H2", 1)]
    with pytest.raises(NotAllowed):
        figure_rows.of(session, actor=observer, name="coverage", since=LAST, until=LAST)
    with pytest.raises(NotFound):
        figure_rows.of(session, actor=leader, name="coverage", unit_id=five.ward.id, since=LAST, until=LAST)
