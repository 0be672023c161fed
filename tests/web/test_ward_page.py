"""`/ward`: what everybody may know, and that no number of a handful follows from it."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, event, update
from sqlmodel import Session, col
from starlette.testclient import TestClient
from time_machine import Traveller

from models import Unit, UnitDay, UnitTotal
from services import rollups, ward_in_public
from services.figures import Coverage
from services.ward_in_public import PublicPlace, Told
from tests.factories import NOON, make_group, make_household, make_membership, make_unit
from tests.services.five import settle as settle_five
from web.public import app

LARGEST_PAGE = 20_000


@pytest.fixture
def phone(session: Session, clock: Traveller) -> Iterator[TestClient]:
    with TestClient(app, base_url="http://ward.test") as client:
        yield client


def settle(session: Session, unit: Unit, *, joined: int, alone: int) -> None:
    group = make_group(session, unit=unit)
    for place in range(joined + alone):
        home = make_household(session, unit=unit, head_name="Nông Thị Bí Mật")
        if place < joined:
            make_membership(session, household=home, group=group)
    rollups.refresh(session, unit_ids=[unit.id])
    session.commit()


def test_a_ward_tells_about_how_many_and_no_name(phone: TestClient, session: Session) -> None:
    ward = make_unit(session, name="Phường Bắc Kạn")
    settle(session, make_unit(session, parent=ward, short_name="Tổ 1"), joined=52, alone=15)
    settle(session, make_unit(session, parent=ward, short_name="Tổ 2"), joined=9, alone=3)
    settle(session, make_unit(session, parent=ward, short_name="Tổ 3"), joined=1, alone=1)

    answer = phone.get("/ward")

    words = " ".join(re.sub(r"<[^>]+>", " ", answer.text).split()).replace("\u00a0", " ")
    assert answer.status_code == 200
    assert "75 %" in words  # 62 of 81
    assert "khoảng 60 trên 80 hộ" in words
    assert "Tổ 1" in words
    assert "80 % của khoảng 65 hộ" in words
    assert "Tổ 2" not in words  # three households are outside
    assert "Tổ 3" not in words
    assert "2 nơi không nêu số" in words
    assert "Bí Mật" not in answer.text
    assert len(answer.content) < LARGEST_PAGE


def counted(session: Session, ward: Unit, places: int) -> None:
    """Places of a ward as they are counted by day, households left aside."""
    day = date(2020, 1, 1)
    for place in range(places):
        unit = make_unit(session, parent=ward, short_name=f"Tổ dân phố số {place}, Phùng Chí Kiên")
        session.add(UnitDay(unit_id=unit.id, day=day, households=1000 + place, joined=800))
    session.add(UnitTotal(unit_id=ward.id, day=day, households=1000 * places, joined=800 * places))
    session.commit()


def test_many_places_are_told_page_by_page_each_once_and_no_page_is_too_heavy(phone: TestClient, session: Session) -> None:
    ward = make_unit(session, name="Phường Bắc Kạn")
    counted(session, ward, 85)

    answers = [phone.get(f"/ward?xa={ward.code}&trang={page}") for page in (1, 2, 3)]

    names = [name for answer in answers for name in re.findall(r"<dt>(Tổ dân phố số \d+, Phùng Chí Kiên)</dt>", answer.text)]
    assert len(names) == len(set(names)) == 85
    assert max(len(answer.content) for answer in answers) < LARGEST_PAGE
    assert ["trang=4" in answer.text for answer in answers] == [False] * 3
    for odd in ("0", "99", "-1", "²", "x", "99999"):
        assert phone.get(f"/ward?trang={odd}").status_code == 200


def test_a_ward_of_five_households_tells_nothing_of_them(phone: TestClient, session: Session) -> None:
    settle_five(session)

    words = phone.get("/ward").text

    assert "Còn quá ít hộ" in words
    assert "Tổ 1" not in words


def test_several_wards_are_asked_for_by_name_and_none_is_said(phone: TestClient, session: Session) -> None:
    make_unit(session, code="01837")  # nobody lives there
    session.commit()
    assert "chưa có số liệu" in phone.get("/ward").text
    for code, name in (("01843", "Phường Bắc Kạn"), ("01840", "Phường Đức Xuân")):
        ward = make_unit(session, code=code, name=name)
        settle(session, make_unit(session, parent=ward), joined=6, alone=6)

    assert 'href="/ward?xa=01840"' in phone.get("/ward").text
    assert "Phường Đức Xuân" in phone.get("/ward?xa=01840").text
    assert "Phường Bắc Kạn" not in phone.get("/ward?xa=01840").text
    assert phone.get("/ward?xa=<script>").status_code == 200
    assert phone.post("/ward").status_code == 405


def test_who_asks_again_is_told_the_same_and_any_change_at_once(phone: TestClient, session: Session, engine: Engine) -> None:
    settle(session, make_unit(session, parent=make_unit(session, name="Phường Bắc Kạn")), joined=6, alone=6)
    phone.get("/ward")
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))

    again = phone.get("/ward").text
    assert asked == []
    session.exec(update(Unit).where(col(Unit.name) == "Phường Bắc Kạn").values(name="Phường Đức Xuân"))
    session.commit()

    assert "Phường Bắc Kạn" in again
    assert "Phường Đức Xuân" in phone.get("/ward").text


def test_it_stands_for_the_whole_month(phone: TestClient, session: Session, clock: Traveller) -> None:
    ward = make_unit(session)
    unit = make_unit(session, parent=ward)
    settle(session, unit, joined=20, alone=20)
    before = phone.get("/ward").text
    make_household(session, unit=unit, arrived_on=NOON.date())
    rollups.refresh(session, unit_ids=[unit.id])
    session.commit()
    clock.shift(timedelta(days=1))

    assert phone.get("/ward").text == before


# ---- trying to find out what is not told

COUNTS = st.tuples(st.integers(0, 60), st.integers(0, 60))


def row(joined: int, alone: int) -> Any:
    return SimpleNamespace(unit_name="Tổ", households=joined + alone, joined=joined)


def may_be(told: PublicPlace) -> list[tuple[int, int, int]]:
    """Households, joined and alone, all that whoever knows the rules holds possible."""
    found = []
    for households in range(told.households - 2, told.households + 3):
        for joined in range(households + 1):
            counts = (households, joined, households - joined)
            is_told = not any(0 < n < 5 for n in counts) and told.joined in (None, 5 * ((joined + 2) // 5))
            if is_told and -2.5 <= 100 * joined / households - 100 * told.share < 2.5:
                found.append(counts)
    return found


@given(st.lists(COUNTS, min_size=1, max_size=12))
def test_no_count_under_five_follows_by_taking_places_from_the_whole(places: list[tuple[int, int]]) -> None:
    """Whoever knows the rules puts bounds on each count; those of what is left out must leave more than a handful open.

    The pages of groups say the same of the same places: they add nothing to take away.
    """
    shown = [told for one in places if (told := ward_in_public._place(row(*one)))]
    hidden = sum(any(one) for one in places) - len(shown)
    total = Coverage(None, "", "", "", 90, households=sum(map(sum, places)), joined=sum(one for one, _ in places))
    whole = ward_in_public._whole(total, beside=shown, hidden=hidden)
    if whole is None or not hidden:
        return

    for at in range(3):
        low, high = (end(one[at] for one in may_be(whole)) for end in (min, max))
        most, least = (sum(end(one[at] for one in may_be(told)) for told in shown) for end in (max, min))
        assert (high - least) - (low - most) >= 4  # at least five numbers are possible


def test_shares_are_of_the_true_counts_and_rank_by_them() -> None:
    """Of rounded counts they were 90 % and 95 %: the higher place stood below."""
    higher, lower, least = (ward_in_public._place(row(*one)) for one in ((92, 6), (88, 7), (91, 9)))

    assert higher
    assert lower
    assert least
    assert (higher.share, lower.share, least.share) == (0.95, 0.95, 0.9)


def test_of_a_small_ward_the_whole_is_not_told_where_a_place_is_left_out() -> None:
    whole = Coverage(None, "", "", "", 90, households=20, joined=10)
    beside = ward_in_public._place(row(9, 9))

    assert beside
    assert ward_in_public._whole(whole, beside=[], hidden=1) is None  # from 9 to 11 are in the chat
    assert ward_in_public._whole(whole, beside=[beside, beside], hidden=1)
    assert ward_in_public._whole(whole, beside=[beside], hidden=0)


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_the_difference_of_two_views_is_never_a_handful(one: int, other: int) -> None:
    first, second = Told.of(one).count, Told.of(other).count
    if first is not None and second is not None:
        assert abs(first - second) not in range(1, 5)
        assert first % 5 == second % 5 == 0


@given(COUNTS)
def test_no_count_of_a_handful_is_ever_told(counts: tuple[int, int]) -> None:
    shown = ward_in_public._place(row(*counts))
    if shown is not None:
        for true in (sum(counts), counts[0], counts[1]):
            assert true not in range(1, 5)
