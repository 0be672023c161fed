"""The book of figures: what each is, and which rows it is made of."""

from collections.abc import Iterator

import pytest
import time_machine
from sqlmodel import Session

from models import Household, Role, Unit
from services import rollups, sessions
from tests.factories import LONG_AGO, NOON, make_group, make_membership, make_unit, make_user
from tests.pages.conftest import Visit, words
from tests.services.five import Five, announce, settle
from ui import figure_lines


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=True):
        yield


@pytest.fixture
def five(session: Session) -> Five:
    five = settle(session)
    announce(session, five)
    return five


def test_every_figure_stands_in_the_book_with_its_meaning(session: Session, visit: Visit, five: Five) -> None:
    at = visit("figures", user=make_user(session, unit=five.ward, role=Role.OFFICIAL))

    page = words(at)
    assert not at.exception
    assert "60,0\xa0%" in page
    assert "3 / 5" in page
    assert "Trong 100 hộ ở đây vào ngày ấy" in page
    assert "figures?so=relay_median" in page


def test_one_figure_tells_what_it_is_and_which_rows(session: Session, visit: Visit, five: Five) -> None:
    at = visit("figures", user=make_user(session, unit=five.ward, role=Role.OFFICIAL), so="coverage")

    page = words(at)
    assert not at.exception
    assert [title.value for title in at.title] == ["Hộ trong nhóm"]
    assert "hộ đang ở đây vào ngày ấy" in page
    assert "household?id=" in page
    assert "Châu · H3" in page
    assert len(at.get("vega_lite_chart") or at.get("arrow_vega_lite_chart")) == 1


def test_a_figure_over_time_is_taken_away_as_picture_and_as_table(session: Session, visit: Visit, five: Five) -> None:
    at = visit(
        "figures", user=make_user(session, unit=five.ward, role=Role.OFFICIAL), so="relay_median", ngay="2026-11-10", ky="1"
    )
    at.session_state["c_days_box"] = True
    page = words(at.run())

    labels = [button.proto.label for button in at.get("download_button")]
    assert {"Tải Excel", "Tải CSV", "Tải hình SVG", "Tải hình PNG"} <= set(labels)
    assert "chấm rỗng: còn đang chờ" in page
    assert "hơn 14\xa0ngày" in page  # the row of the group that has not posted
    assert "20\xa0phút" in page


def test_more_rows_than_a_screen_holds_are_said_and_the_file_has_every_one(session: Session, visit: Visit, files: None) -> None:
    ward = make_unit(session)
    unit = make_unit(session, parent=ward)
    homes = [Household(unit_id=unit.id, code=f"{n:03}", head_name="Hà", people=1, arrived_on=LONG_AGO) for n in range(501)]
    session.add_all(homes)
    session.flush()
    make_membership(session, household=homes[0], group=make_group(session, unit=unit))
    rollups.refresh(session, unit_ids=[unit.id])
    session.commit()
    chief = make_user(session, unit=ward, role=Role.OFFICIAL)

    at = visit("figures", user=chief, so="coverage")
    ticket = sessions.issue_ticket(session, user_id=chief.id)
    cookie = sessions.redeem(session, ticket=ticket, device="Firefox, Linux") or ""
    session.commit()
    asked = figure_lines.Asked("coverage", None, NOON.date(), NOON.date())
    taken = figure_lines.file(asked, "csv", cookie, "vi").decode().splitlines()[1:]

    assert "500 dòng đầu trên 501" in words(at)
    assert words(at).index("Hà · 001") < words(at).index("Hà · 002")
    assert "Hà · 000" not in words(at)  # the only one in a chat
    assert [button.proto.label for button in at.get("download_button")][-2:] == ["Tải mọi dòng (Excel)", "Tải mọi dòng (CSV)"]
    assert (len(taken), sum(",1,1" in line for line in taken)) == (501, 1)


def test_each_screen_asks_about_its_own_place_and_days(session: Session, visit: Visit, five: Five) -> None:
    chief = make_user(session, unit=five.ward, role=Role.OFFICIAL)
    leader = make_user(session, unit=five.one, role=Role.LEAD)
    five.groups["1"].leader_id = leader.id
    session.add(five.groups["1"])
    session.commit()
    assert five.said

    board = words(visit("announcement", user=chief, id=str(five.said.id)))
    group = words(visit("group", user=chief, id=str(five.groups["1"].id)))
    own = words(visit("my_group", user=leader))

    assert "/figures?so=posted&amp;ngay=2026-11-10&amp;ky=1" in board
    assert "/figures?so=depth&amp;ngay=2026-11-24&amp;ky=30&amp;to=01843-1" in group
    assert "<details><summary>Hộ trong nhóm</summary>Trong 100 hộ" in own
    assert "/figures?" not in own


def test_every_single_figure_opens(session: Session, visit: Visit, five: Five) -> None:
    chief = make_user(session, unit=five.ward, role=Role.OFFICIAL)

    for name in ("relay_ninety", "known", "cost_per_arrival", "scans", "doors_told", "entered"):
        assert not visit("figures", user=chief, so=name, ky="365").exception, name


def test_an_observer_reads_what_it_is_and_no_rows(session: Session, visit: Visit, five: Five) -> None:
    at = visit("figures", user=make_user(session, unit=five.ward, role=Role.VIEWER), so="coverage", to="01843-1")

    page = words(at)
    assert not at.exception
    assert "không hiện" in page
    assert "Châu" not in page


def test_nonsense_in_the_address_is_left_aside(session: Session, visit: Visit, five: Five) -> None:
    at = visit("figures", user=make_user(session, unit=five.ward), so="<b>", ky="9", ngay="31/02/2026", to="Tổ 99")

    assert not at.exception
    assert "60,0\xa0%" in words(at)


def test_a_ward_without_data_has_a_dash_for_every_ratio(session: Session, visit: Visit) -> None:
    empty: Unit = make_unit(session)

    at = visit("figures", user=make_user(session, unit=empty), so="coverage")

    assert not at.exception
    assert "–" in words(at)
