"""The reach board's table of groups and its charts: until when a group has time, how many doors are done, the deadline."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select
from streamlit.testing.v1 import AppTest

from models import DoorOutcome, Relay, Role
from services import door_knocks
from tests.factories import NOON, make_user
from tests.pages.conftest import Visit, words
from tests.services.street import Street, knock, make_street
from ui import kept
from ui.chart_kit import Look

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def street(session: Session) -> Street:
    """Four doors to knock at, one household in the chat; every household is to know by four in the afternoon."""
    kept.forget()
    street = make_street(
        session, *[f"Số {n}" for n in range(1, 5)], in_chat=("Số 9",), must_reach_by=NOON + timedelta(hours=4)
    )  # fmt: skip
    session.commit()
    return street


def board(visit: Visit, street: Street) -> AppTest:
    user = make_user(street.session, unit=street.ward, role=Role.STAFF)
    at = visit("announcement", user=user, id=str(street.announcement.id))
    assert not at.exception
    return at


def due(street: Street, minutes: int) -> None:
    relay = street.session.exec(select(Relay)).one()
    relay.due_at = NOON + timedelta(minutes=minutes)
    street.session.commit()


def plain(at: AppTest) -> str:
    return words(at).replace("\xa0", " ")


def charts(at: AppTest) -> list[dict[str, Any]]:
    """Each chart's picture, as it is sent to the browser."""
    return [json.loads(one.proto.spec) for one in at.get("arrow_vega_lite_chart") or at.get("vega_lite_chart")]


def test_a_group_that_still_has_time_says_until_when(visit: Visit, street: Street) -> None:
    due(street, 150)

    assert "đang chờ</span><small>hạn 14 giờ 30</small>" in plain(board(visit, street))


def test_a_group_whose_time_is_over_has_no_time_left_to_name(visit: Visit, street: Street) -> None:
    due(street, -42)

    shown = plain(board(visit, street))

    assert "quá 42 phút" in shown
    assert "<small>hạn " not in shown


def test_knocked_doors_are_counted_in_the_row_of_their_group(session: Session, visit: Visit, street: Street) -> None:
    assert "gõ cửa 0 / 4" in plain(board(visit, street))

    knocks = [knock(1, DoorOutcome.TOLD), knock(2, DoorOutcome.TOLD), knock(3, DoorOutcome.NOT_HOME)]
    door_knocks.by_phone(session, token=street.token, knocks=knocks)
    session.commit()
    kept.forget()

    assert "gõ cửa 2 / 4" in plain(board(visit, street))


def test_the_curve_is_drawn_with_a_red_rule_at_the_deadline(visit: Visit, street: Street) -> None:
    at = board(visit, street)

    assert "Tỷ lệ hộ đã nhận" in plain(at)
    curve, _pace = charts(at)
    red = Look().colours["red"]
    rules = [one["data"]["values"] for one in curve["layer"] if one["mark"]["type"] == "rule" and one["mark"].get("color") == red]
    assert [row for rows in rules for row in rows] == [{"at": 16}]
