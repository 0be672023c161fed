"""Charts of how announcements spread: what is cut is said, what still runs ends now, what is usual was learnt elsewhere."""

from dataclasses import replace

from services import reach_drawings
from services.drawing_words import Words
from services.period_facts import PeriodFacts
from tests.ui.test_drawn import facts

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
