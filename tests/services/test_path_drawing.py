"""Paths as a flow: what was planned on the left, what is known on the right, to the household."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session

from models import Announcement, AnnouncementStatus, AsksFor, Channel, Group, How, PlannedPath, Reach, Unit
from services import path_drawing, period_sources, plan_outcome
from services.access import TERMINAL
from services.drawing_words import Words
from services.period_sources import FlowCount, NamedCount
from tests.factories import NOON, make_announcement, make_group, make_household
from tests.ui.test_drawn import facts

VI = Words("vi")


@pytest.fixture
def said(session: Session, ward: Unit) -> Announcement:
    """Three homes in one chat, one in another, one at the door; more phones answered in the second chat than it has homes."""
    item = make_announcement(session, unit=ward, status=AnnouncementStatus.SENT, sent_at=NOON)
    large, small = make_group(session, unit=ward), make_group(session, unit=ward)
    homes = [_planned(session, item, group) for group in (large, large, large, small, None)]
    _told(session, item, how=How.PHONE, household_id=homes[0])
    _told(session, item, how=How.CONFIRMED, group_id=large.id, visitor="a")
    _told(session, item, how=How.ATTENDING, group_id=small.id, visitor="b")
    _told(session, item, how=How.CONFIRMED, group_id=small.id, visitor="c")
    _told(session, item, how=How.DOOR, household_id=homes[4])
    session.flush()
    return item


def _planned(session: Session, item: Announcement, group: Group | None) -> UUID:
    home = make_household(session, unit=session.get_one(Unit, item.unit_id))
    path, group_id = (Channel.RELAY, group.id) if group else (Channel.DOOR, None)
    session.add(PlannedPath(announcement_id=item.id, household_id=home.id, path=path, group_id=group_id))
    return home.id


def _told(session: Session, item: Announcement, **how: Any) -> None:
    session.add(Reach(announcement_id=item.id, told_at=NOON, **how))


def test_whoever_answered_without_a_name_counts_in_no_chat_more_than_were_planned(session: Session, said: Announcement) -> None:
    found = period_sources.flows(session, announcement_ids=[said.id])

    assert found == [
        FlowCount("door", "door", 1), FlowCount("relay", "", 1), FlowCount("relay", "attending", 1),
        FlowCount("relay", "confirmed", 1), FlowCount("relay", "phone", 1),
    ]  # fmt: skip


def test_of_what_asked_for_no_answer_nobody_is_said_to_be_unknown(session: Session, said: Announcement) -> None:
    said.asks_for = AsksFor.NOTHING
    session.flush()

    found = period_sources.flows(session, announcement_ids=[said.id])

    assert [(one.path, one.how) for one in found if not one.is_known] == [("relay", "unasked")]


def test_by_path_it_says_what_the_announcements_own_page_says(session: Session, said: Announcement) -> None:
    own = plan_outcome.of(session, actor=TERMINAL, announcement_id=said.id)

    found = period_sources.paths(period_sources.flows(session, announcement_ids=[said.id]))

    assert found == [NamedCount("relay", 4, 3), NamedCount("door", 1, 1)]
    assert found == [NamedCount(one.path.value, one.planned, one.reached) for one in own.paths]


def _thickness(one: dict[str, list[float]], end: str) -> float:
    return one[end][1] - one[end][0]


def _gaps(nodes: list[dict[str, float]]) -> Iterator[float]:
    return (lower["top"] - upper["bottom"] for upper, lower in pairwise(nodes))


def test_ribbons_fill_their_nodes_and_words_have_their_place() -> None:
    drawing = path_drawing.paths(facts(3), VI)

    spec = drawing.spec
    for side, end in (("left", "from"), ("right", "to")):
        nodes = sum(node["bottom"] - node["top"] for node in spec[side])
        assert sum(_thickness(one, end) for one in spec["ribbons"]) == pytest.approx(nodes)
        assert all(gap * spec["pixels"] == pytest.approx(path_drawing.SLOT) for gap in _gaps(spec[side]))
    assert all(_thickness(one, "from") == pytest.approx(_thickness(one, "to")) for one in spec["ribbons"])
    assert [(node["name"], node["text"]) for node in spec["right"]] == [
        ("Báo đã nắm", "50 lượt hộ, 50\xa0%"), ("Gõ cửa", "15 lượt hộ, 15\xa0%"), ("Chưa biết", "35 lượt hộ, 35\xa0%"),
    ]  # fmt: skip


def test_its_table_has_a_column_for_what_became_of_each_path() -> None:
    drawing = path_drawing.paths(facts(3), VI)

    assert list(drawing.heads) == ["Đường báo tin", "Kế hoạch", "Báo đã nắm", "Gõ cửa", "Chưa biết"]
    assert list(drawing.rows) == [("Nhóm của tổ, thôn", 90, 50, 10, 30), ("Gõ cửa", 10, 0, 5, 5)]
    assert drawing.sentence == "Theo kế hoạch báo 100 lượt hộ, biết chắc đã tới 65. Đường nhiều nhất: Nhóm của tổ, thôn."


def test_a_report_kept_before_ways_of_knowing_were_counted_still_flows() -> None:
    drawing = path_drawing.paths(replace(facts(3), flows=[]), VI)

    assert list(drawing.rows) == [("Nhóm của tổ, thôn", 90, 60, 30), ("Gõ cửa", 10, 5, 5)]
    assert [node["name"] for node in drawing.spec["right"]] == ["Biết chắc", "Chưa biết"]


def test_a_period_without_announcements_says_so() -> None:
    drawing = path_drawing.paths(replace(facts(3), flows=[], paths=[]), VI)

    assert drawing.is_empty
    assert drawing.sentence == "Kỳ này chưa có số liệu."
