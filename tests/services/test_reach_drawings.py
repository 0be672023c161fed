"""Charts of how announcements spread: what is cut is said, what still runs ends now, what is usual was learnt elsewhere."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlmodel import Session

from core import clock
from models import Announcement, AnnouncementStatus, ReachCount, Unit
from services import period_facts, reach_drawings
from services.access import TERMINAL
from services.drawing import Drawing
from services.drawing_words import Words
from services.period_facts import PeriodFacts, SaidLine
from tests.factories import make_announcement, make_unit
from tests.ui.test_drawn import SAID, facts

W = Words()


def waited(*minutes: float, running: int = 0) -> PeriodFacts:
    waits = [[one, 0, "Tổ 1"] for one in sorted(minutes)] + [[9_000.0, 1, "Tổ 2"]] * running
    return replace(facts(2), place_waits=waits)


def test_of_too_many_dots_the_slowest_and_all_that_wait_are_drawn_and_the_note_counts_them() -> None:
    seen = reach_drawings.relays(waited(*range(1, 1_001), running=34), W)

    dots = seen.spec["rows"]
    assert len(dots) == reach_drawings.DOTS_MOST
    assert sum(dot["state"] == "running" for dot in dots) == 34
    assert max(dot["x"] for dot in dots if dot["state"] == "posted") > 0.9
    assert seen.note.endswith("chỉ vẽ 600 lần chậm nhất và chưa đăng trên 1.034")
    assert len(seen.rows) == 1_034


def test_dots_have_a_key_to_what_is_red_and_to_what_lies_beyond_the_edge() -> None:
    quick = reach_drawings.relays(waited(5, 12, 20), W)
    slow = reach_drawings.relays(waited(*[10] * 30, 4_000, running=1), W)

    assert quick.note == "mỗi chấm một nhóm, một thông báo"
    assert (
        slow.note.replace("\u00a0", " ")
        == "mỗi chấm một nhóm, một thông báo; vòng đỏ: chưa đăng; chấm sát mép phải: sau hơn 50 phút"
    )


def told(title: str, *, watched: float | None, share: float = 0.46, asks: bool = True) -> SaidLine:
    return replace(SAID, title=title, watched=watched, asks=asks, curve=[[0, 0], [30, 0.3], [267, share]])


def curves(*said: SaidLine, **more: Any) -> Drawing:
    return reach_drawings.curves(replace(facts(2), said=list(said), **more), W)


def test_a_curve_that_runs_ends_now_and_one_that_ended_goes_on_flat() -> None:
    running, ended, older = curves(
        told("Đang lan", watched=300), told("Đã xong", watched=2_880), told("Kỳ cũ", watched=None)
    ).spec["rows"]  # fmt: skip

    assert (running["points"][-1], running["is_running"]) == ([300 / 360, 0.46], True)
    assert (ended["points"][-1], ended["is_running"]) == ([1, 0.46], False)
    assert (older["points"][-1], older["is_running"]) == ([267 / 360, 0.46], False)  # kept before it was known how long


def test_the_table_says_how_far_each_had_come_and_nothing_of_what_was_not_asked_nor_is_past() -> None:
    seen = curves(told("Đang lan", watched=300), told("Không hỏi", watched=2_880, asks=False))

    table = [dict(zip(seen.heads, row, strict=True)) for row in seen.rows]
    assert [head.replace("\u00a0", " ") for head in seen.heads[-2:]] == ["sau 2 giờ", "sau 4 giờ"]
    assert [row["Biết chắc"] for row in table] == [50, None]
    assert list(table[0].values())[-5:] == [0.0, 0.3, 0.3, 0.3, 0.3]
    just_sent = replace(told("Mới gửi", watched=45), curve=[[0, 0], [30, 0.3]])
    assert curves(just_sent).rows[0][-4:] == (0.0, 0.3, None, None)


def test_shares_beside_curves_of_one_height_are_not_written_over_one_another() -> None:
    rows = curves(*[told(str(n), watched=2_880, share=0.98 + n / 200) for n in range(4)]).spec["rows"]

    beside = [row["beside"] for row in rows]
    assert beside == sorted(beside)
    assert max(beside) <= 1
    assert all(upper - lower > 0.079 for lower, upper in pairwise(beside))


def test_the_grey_band_is_what_was_learnt_and_never_made_of_the_curves_shown() -> None:
    said = [told(str(n), watched=2_880) for n in range(6)]

    assert curves(*said, usual=[], usual_of=3).spec["band"] == []
    assert "chưa đủ thông báo đã kết thúc" in curves(*said, usual=[], usual_of=3).note
    known = curves(*said, usual=[[0.0, 0.0, 0.0], [120.0, 0.2, 0.4], [2_880.0, 0.7, 0.9]], usual_of=12)
    assert known.spec["band"] == [[0, 0, 0], [120 / 360, 0.2, 0.4]]
    assert "khoảng thường thấy của 12 thông báo đã kết thúc" in known.note


def spread(session: Session, ward: Unit, sent_at: datetime, opens: int) -> Announcement:
    said = make_announcement(session, unit=ward, status=AnnouncementStatus.SENT, sent_at=sent_at, households=10)
    session.add(ReachCount(announcement_id=said.id, group_id=None, at=sent_at + timedelta(hours=1), opens=opens))
    session.commit()
    return said


def test_usual_is_what_ended_in_the_year_before_never_what_is_shown_nor_still_runs(session: Session) -> None:
    ward, now = make_unit(session), clock.now()
    for opens in (1, 4, 6, 9):
        spread(session, ward, now - timedelta(days=20 + opens), opens)
    spread(session, ward, now - timedelta(days=400), 10)  # too long ago
    spread(session, ward, now - timedelta(days=3), 10)  # shown
    spread(session, ward, now - timedelta(hours=20), 10)  # shown, and runs
    today = clock.today()

    seen = period_facts.of(session, actor=TERMINAL, unit_id=ward.id, since=today - timedelta(days=5), until=today)

    assert seen.usual_of == 4
    assert {at: pair for at, *pair in seen.usual}[60] == [0.4, 0.6]
    assert [one.watched for one in seen.said] == [pytest.approx(1_200, abs=2), 2_880]
    early = period_facts.of(session, actor=TERMINAL, unit_id=ward.id, since=today - timedelta(days=25), until=today)
    assert (early.usual_of, early.usual) == (2, [])  # two of the four are shown themselves
