"""The screen of participation, as each role sees it."""

from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qsl

import pytest
import time_machine
from sqlmodel import Session
from streamlit.testing.v1 import AppTest

from models import Announcement, AnnouncementStatus, Role, Unit, UnitKind, User
from services import rollups
from tests.factories import NOON, make_announcement, make_group, make_household, make_membership, make_unit, make_user
from tests.pages.conftest import Visit, words

MENU = ("Mức độ tham gia",)


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=True):
        yield


def settle(session: Session, unit: Unit, households: int, *, joined: int) -> None:
    group = make_group(session, unit=unit)
    for place in range(households):
        home = make_household(session, unit=unit, people=4, smartphones=3)
        if place < joined:
            make_membership(session, household=home, group=group, joined_on=NOON.date() - timedelta(days=40))
    rollups.refresh(session, unit_ids=[unit.id])
    session.commit()


@pytest.fixture
def ward(session: Session) -> Unit:
    """Two former wards: 8 of 10 households in a chat, 1 of 4."""
    ward = make_unit(session, name="Phường Bắc Kạn")
    large = make_unit(session, parent=ward, short_name="Tổ 13, Sông Cầu", area="Sông Cầu")
    settle(session, large, 10, joined=8)
    settle(session, make_unit(session, parent=ward, short_name="Thôn Nà Bản", area="Nông Thượng"), 4, joined=1)
    return ward


@pytest.fixture
def chief(session: Session, ward: Unit) -> User:
    return make_user(session, unit=ward, role=Role.OFFICIAL)


@pytest.fixture
def sent(session: Session, ward: Unit) -> Announcement:
    return make_announcement(
        session, unit=ward, title="Tiêm vắc xin sởi", status=AnnouncementStatus.SENT, sent_at=NOON - timedelta(days=3),
        households=14,
    )  # fmt: skip


def drawn(at: AppTest) -> list[Any]:
    return list(at.get("vega_lite_chart")) + list(at.get("arrow_vega_lite_chart"))


def test_an_official_sees_how_the_ward_develops(visit: Visit, chief: User, sent: Announcement) -> None:
    at = visit("participation", user=chief)

    page = words(at)
    assert not at.exception
    assert [title.value for title in at.title] == ["Mức độ tham gia"]
    assert "9 / 14 hộ, đầu kỳ 0,0\xa0%" in page
    assert "9 lượt vào nhóm, 0 lượt rời nhóm" in page
    assert "42 / 56 người" in page
    assert f"announcement?id={sent.id}" in page
    assert len(drawn(at)) == 4
    assert "2 trên 2 nơi dưới mục tiêu 90\xa0%" in page  # what a chart says is read by all, not only by those who cannot see it
    assert "Số hộ trong nhóm 12/25–11/26: +9" in page


def test_a_figure_that_is_asked_what_it_is_keeps_its_place_and_its_days(session: Session, visit: Visit) -> None:
    province = make_unit(session, kind=UnitKind.PROVINCE, name="Tỉnh Thái Nguyên", code="19")
    for code, joined in (("01", 5), ("02", 3)):
        ward = make_unit(session, parent=province, kind=UnitKind.COMMUNE, code=code, name=f"Xã {code}")
        settle(session, make_unit(session, parent=ward, short_name=f"Tổ 1 xã {code}"), 6, joined=joined)
    official = make_user(session, unit=province, role=Role.OFFICIAL)

    page = words(visit("participation", user=official, xa="02", ky="6"))
    asked = dict(parse_qsl(unescape(page.split('href="/figures?so=entered')[1].split('"')[0])))
    book = words(visit("figures", user=official, so="entered", ngay=asked["ngay"], ky=asked["ky"], xa=asked["xa"]))

    assert asked == {"ngay": "2026-11-24", "ky": "177", "xa": "02"}
    assert "3 lượt vào nhóm" in page
    assert "Xã 02" in book
    assert "01/06/2026 – 24/11/2026" in book
    assert 'class="v">3<' in book


def test_every_chart_opens_its_rows_and_gives_them_away(visit: Visit, chief: User, sent: Announcement) -> None:
    at = visit("participation", user=chief)
    assert [button.proto.label for button in at.get("download_button")] == ["Tải toàn bộ số liệu (Excel)"]

    for name in ("t_coverage", "t_growth", "t_moves", "t_phones"):
        at.session_state[name] = True
    at.run()

    page = words(at)
    assert "Thôn Nà Bản</td>" in page
    assert "25,0\xa0%" in page
    assert "10/2026" in page
    labels = [button.proto.label for button in at.get("download_button")]
    assert [labels.count(f"Tải {kind}") for kind in ("Excel", "CSV", "hình PNG", "hình SVG")] == [4, 4, 4, 4]
    assert page.index("Thôn Nà Bản</td>") < page.index("Tổ 13, Sông Cầu</td>")  # the lowest first


def test_the_range_stands_in_the_address(visit: Visit, chief: User) -> None:
    at = visit("participation", user=chief, ky="2020")

    assert "Từ 2020 đến 24/11/2026" in words(at)
    assert not at.exception

    at.button_group(key="ky").set_value("6").run()

    assert "6 tháng đến 24/11/2026" in words(at)


def test_nonsense_in_the_address_is_left_aside(visit: Visit, chief: User) -> None:
    at = visit("participation", user=chief, ky="<script>", xa="Xã không có")

    assert "12 tháng đến 24/11/2026" in words(at)
    assert not at.exception


def test_a_provincial_observer_sees_wards_and_totals_only(session: Session, visit: Visit) -> None:
    province = make_unit(session, kind=UnitKind.PROVINCE, name="Tỉnh Thái Nguyên", code="19")
    for name, size in (("Phường Bắc Kạn", 9), ("Xã Phong Quang", 6)):
        ward = make_unit(session, parent=province, kind=UnitKind.COMMUNE, name=name)
        settle(session, make_unit(session, parent=ward, short_name=f"Tổ 1, {name}"), size, joined=5)
        make_announcement(session, unit=ward, title=f"Tin của {name}", status=AnnouncementStatus.SENT, sent_at=NOON, households=9)
    observer = make_user(session, unit=province, role=Role.VIEWER)

    at = visit("participation", user=observer)
    at.session_state["t_coverage"] = True
    page = words(at.run())

    assert not at.exception
    assert "Tỉnh Thái Nguyên" in page
    assert "Xã Phong Quang</td>" in page
    assert "Tổ 1, " not in page
    assert "Hoàng Văn" not in page
    assert "Tin của Xã Phong Quang" in page
    assert "announcement?id=" not in page

    at.selectbox(key="xa").set_value(ward.code).run()

    assert "Tổ 1, Xã Phong Quang</td>" in words(at)
    assert "Phường Bắc Kạn</td>" not in words(at)


def test_an_observer_is_told_that_small_places_are_hidden(session: Session, visit: Visit, ward: Unit) -> None:
    settle(session, make_unit(session, parent=ward, short_name="Tổ 14, Sông Cầu", area="Sông Cầu"), 20, joined=20)
    observer = make_user(session, unit=ward, role=Role.VIEWER)

    at = visit("participation", user=observer)
    at.session_state["t_coverage"] = True
    page = words(at.run())

    assert "Nơi có dưới 5 hộ không hiện số" in page
    assert "25,0\xa0%" not in page  # Thôn Nà Bản: 4 households
    assert "100,0\xa0%" in page  # Tổ 14


def test_an_empty_ward_is_told_what_to_do(session: Session, visit: Visit) -> None:
    staff = make_user(session, unit=make_unit(session), role=Role.STAFF)

    at = visit("participation", user=staff)

    assert "Chưa có số liệu để xem" in words(at)
    assert not drawn(at)
    assert not at.exception


def test_a_leader_has_a_page_of_their_own(session: Session, visit: Visit, ward: Unit) -> None:
    at = visit("participation", user=make_user(session, unit=ward, role=Role.LEAD))

    assert [error.value for error in at.error] == ["Tài khoản của ông/bà không có quyền xem trang này."]
    assert not drawn(at)
