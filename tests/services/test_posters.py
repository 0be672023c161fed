"""Sheets on walls: numbered, replaced, taken down until ticked; and where and when they are scanned."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session
from time_machine import Traveller

from core import clock as time
from core.errors import Invalid, NotAllowed, NotFound
from models import Device, Role, Scan, ScanHour, ShortLink, Unit
from services import posters, printed_codes, scan_figures
from services.access import Actor
from services.print_layouts import Layout
from tests.factories import make_actor, make_link, make_unit, make_user


def code(session: Session, ward: Unit, **fields: Any) -> ShortLink:
    return make_link(session, unit_id=ward.id, **{"title": "Khai sinh", "place": "Một cửa", **fields})


def test_sheets_are_numbered_within_their_ward(session: Session, ward: Unit, writer: Actor) -> None:
    other = make_unit(session)
    first, second = (posters.hang(session, actor=writer, link_id=code(session, ward).id) for _ in range(2))
    theirs = posters.hang(session, actor=make_actor(session, unit=other), link_id=code(session, other).id, place="Chợ")

    assert [first.number, second.number, theirs.number] == [1, 2, 1]
    assert first.place == "Một cửa"


def test_a_replaced_sheet_must_come_down_until_it_is_ticked(session: Session, ward: Unit, writer: Actor) -> None:
    link = code(session, ward)
    old = posters.hang(session, actor=writer, link_id=link.id)
    new = posters.hang(session, actor=writer, link_id=link.id, replaces=old.number)

    before = [(one.poster.number, one.must_come_down) for one in posters.listing(session, actor=writer)]
    waiting = posters.to_take_down(session, actor=writer)
    posters.take_down(session, actor=writer, poster_id=old.id)

    assert (before, waiting) == ([(1, True), (2, False)], 1)
    assert old.replaced_by_id == new.id
    assert [one.poster.number for one in posters.listing(session, actor=writer)] == [2]
    assert posters.to_take_down(session, actor=writer) == 0


def test_a_tick_can_be_taken_back(session: Session, ward: Unit, writer: Actor) -> None:
    sheet = posters.hang(session, actor=writer, link_id=code(session, ward).id)
    posters.take_down(session, actor=writer, poster_id=sheet.id)

    posters.take_down(session, actor=writer, poster_id=sheet.id, is_down=False)

    assert posters.to_take_down(session, actor=writer) == 1


def test_sheets_of_a_code_that_was_switched_off_must_come_down_by_themselves(session: Session, ward: Unit, writer: Actor) -> None:
    link = code(session, ward)
    posters.hang(session, actor=writer, link_id=link.id)

    link.is_active = False
    session.flush()

    assert posters.to_take_down(session, actor=writer) == 1
    assert posters.listing(session, actor=writer)[0].must_come_down


def test_it_is_said_who_takes_a_sheet_down(session: Session, ward: Unit, writer: Actor) -> None:
    person = make_user(session, unit=ward, display_name="Lò Thị Mai")
    sheet = posters.hang(session, actor=writer, link_id=code(session, ward).id)

    asked = posters.ask_down(session, actor=writer, poster_ids=[sheet.id], by_id=person.id)

    [row] = posters.listing(session, actor=writer)
    assert (asked, row.must_come_down, row.down_by) == (1, True, "Lò Thị Mai")
    stranger = make_user(session, unit=make_unit(session))
    people = posters.takers(session, actor=writer)
    assert (person.id in people, stranger.id in people) == (True, False)
    with pytest.raises(NotFound, match="người này"):
        posters.ask_down(session, actor=writer, poster_ids=[sheet.id], by_id=stranger.id)


def test_a_replaced_sheet_names_the_one_in_its_place_and_a_wrong_tick_is_found_again(
    session: Session, ward: Unit, writer: Actor, clock: Traveller
) -> None:
    link = code(session, ward)
    old = posters.hang(session, actor=writer, link_id=link.id)
    posters.hang(session, actor=writer, link_id=link.id, replaces=old.number)
    [replaced] = [one for one in posters.listing(session, actor=writer) if one.must_come_down]
    posters.take_down(session, actor=writer, poster_id=old.id)

    ticked = [one.poster.number for one in posters.taken_down(session, actor=writer)]
    clock.shift(timedelta(days=8))

    assert (replaced.replaced_by, ticked, posters.taken_down(session, actor=writer)) == (2, [1], [])


def test_the_numbers_on_paper_lead_to_their_code(session: Session, ward: Unit, writer: Actor) -> None:
    sister = make_unit(session)
    link, theirs = code(session, ward), code(session, sister)
    printed_codes.given(session, ward.id, [link.id], Layout.TINY)
    printed_codes.given(session, ward.id, [link.id], Layout.LARGE)
    printed_codes.given(session, sister.id, [theirs.id], Layout.TINY)

    assert posters.numbers_beneath(session, actor=writer) == {link.id: [1, 2]}


def test_a_sheet_nobody_could_find_again_is_refused(session: Session, ward: Unit, writer: Actor) -> None:
    with pytest.raises(Invalid, match="nơi treo"):
        posters.hang(session, actor=writer, link_id=code(session, ward, place="").id)
    with pytest.raises(NotFound, match="số 9"):
        posters.hang(session, actor=writer, link_id=code(session, ward).id, replaces=9)


def test_others_and_other_wards_may_not(session: Session, ward: Unit, writer: Actor) -> None:
    sheet = posters.hang(session, actor=writer, link_id=code(session, ward).id)

    with pytest.raises(NotAllowed):
        posters.take_down(session, actor=make_actor(session, unit=ward, role=Role.LEAD), poster_id=sheet.id)
    with pytest.raises(NotFound):
        posters.take_down(session, actor=make_actor(session, unit=make_unit(session)), poster_id=sheet.id)
    with pytest.raises(NotAllowed):
        posters.listing(session, actor=make_actor(session, unit=ward, role=Role.VIEWER))


# ---- scans


def scanned(session: Session, link: ShortLink, at: datetime, scans: int, firsts: int) -> None:
    session.add(ScanHour(link_id=link.id, hour=at, scans=scans, first_scans=firsts))
    session.flush()


def test_scans_are_told_by_place_hour_weekday_and_device(session: Session, ward: Unit, writer: Actor, clock: Traveller) -> None:
    desk, wall = code(session, ward), code(session, ward, place="Chợ")
    scanned(session, desk, datetime(2026, 11, 23, 1, 0, tzinfo=UTC), 5, 3)  # a Monday, 8 giờ here
    scanned(session, desk, datetime(2026, 11, 22, 18, 0, tzinfo=UTC), 2, 2)  # already Monday, 1 giờ here
    scanned(session, wall, datetime(2026, 11, 21, 1, 0, tzinfo=UTC), 4, 1)  # a Saturday
    scanned(session, wall, datetime(2026, 9, 1, 1, 0, tzinfo=UTC), 100, 100)  # too long ago
    scanned(session, code(session, make_unit(session)), datetime(2026, 11, 23, 1, 0, tzinfo=UTC), 50, 50)
    for number, device in enumerate((Device.PHONE, Device.PHONE, Device.COMPUTER)):
        session.add(Scan(link_id=desk.id, at=time.now(), device=device, visitor=f"v{number}"))
    session.flush()

    seen = scan_figures.of(session, actor=writer)

    assert [(one.place, one.codes, one.scans, one.first_scans, one.again) for one in seen.places] == [
        ("Một cửa", 1, 7, 5, 2), ("Chợ", 1, 4, 1, 3),
    ]  # fmt: skip
    assert (seen.scans, seen.hours[8], seen.hours[1]) == (11, 9, 2)
    assert list(seen.weekdays) == [7, 0, 0, 0, 0, 4, 0]
    assert seen.grid[5][8] == 4
    assert list(seen.devices) == [(Device.PHONE, 2), (Device.COMPUTER, 1)]


def test_places_lie_beside_their_neighbours_by_area(session: Session, ward: Unit, writer: Actor, clock: Traveller) -> None:
    homes = [make_unit(session, parent=ward, area=area) for area in ("Sông Cầu", "Dương Quang")]
    for unit, place in ((homes[0], "Tổ 10"), (homes[0], "Tổ 2"), (homes[1], "Thôn Nà Bản"), (ward, "Một cửa")):
        code(session, unit, place=place)
    scanned(session, code(session, homes[0], place="Tổ 10"), time.now(), 6, 4)

    areas = scan_figures.of(session, actor=writer).areas

    assert [(area, [(one.place, one.codes, one.scans) for one in places]) for area, places in areas] == [
        ("", [("Một cửa", 1, 0)]), ("Dương Quang", [("Thôn Nà Bản", 1, 0)]), ("Sông Cầu", [("Tổ 2", 1, 0), ("Tổ 10", 2, 6)]),
    ]  # fmt: skip


def test_codes_nobody_scanned_for_a_month_are_named(session: Session, ward: Unit, writer: Actor, clock: Traveller) -> None:
    long_ago = time.now() - timedelta(days=40)
    still = code(session, ward, created_at=long_ago)
    once = code(session, ward, created_at=long_ago)
    scanned(session, once, time.now() - timedelta(days=35), 3, 3)
    alive = code(session, ward, created_at=long_ago)
    scanned(session, alive, time.now() - timedelta(days=2), 1, 1)
    code(session, ward)
    code(session, ward, created_at=long_ago, is_active=False)
    code(session, make_unit(session), created_at=long_ago)

    silent = scan_figures.of(session, actor=writer).silent

    assert {one.id for one in silent} == {still.id, once.id}
