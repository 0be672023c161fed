"""A figure over its days: a scale that reads, what still runs told from what is over, every day in the table."""

from datetime import date, timedelta

import pytest

from services import figure_drawing
from services.figure_register import BY_NAME, Measure
from services.figure_values import Value
from services.figure_words import amount

FIRST = date(2026, 11, 1)


def made(name: str, *values: tuple[float | None, bool]) -> list[Value]:
    days = [FIRST + timedelta(days=n) for n in range(len(values))]
    return [
        Value(name, None, "", "", day, day, value, value, 1, is_running=runs)
        for day, (value, runs) in zip(days, values, strict=True)
    ]


@pytest.mark.parametrize(
    ("values", "measure", "said"),
    [
        ((0.781, 0.783), Measure.SHARE, ["78\xa0%", "80\xa0%", "82\xa0%", "84\xa0%"]),
        ((0.2, 1.0), Measure.SHARE, ["20\xa0%", "40\xa0%", "60\xa0%", "80\xa0%", "100\xa0%"]),
        ((5, 27_000), Measure.MINUTES, ["0\xa0phút", "5\xa0ngày", "10\xa0ngày", "15\xa0ngày", "20\xa0ngày"]),
        ((4, 271), Measure.MINUTES, ["0\xa0phút", "2\xa0giờ", "4\xa0giờ", "6\xa0giờ"]),
        ((0, 1), Measure.TIMES, ["0", "1"]),
        ((0, 2_742), Measure.HOUSEHOLDS, ["0", "1.000", "2.000", "3.000"]),
        ((0, 0), Measure.MONEY, ["0\xa0₫", "1\xa0₫"]),
    ],
)
def test_the_marks_of_a_scale_are_round_and_read_in_the_figures_own_unit(
    values: tuple[float, float], measure: Measure, said: list[str]
) -> None:
    marks = figure_drawing.scale(values, measure)
    name = next(one.name for one in BY_NAME.values() if one.measure is measure)

    drawing = figure_drawing.of(BY_NAME[name], made(name, *((value, False) for value in values)), language="vi")

    assert marks[0] <= min(values)
    assert marks[-1] >= max(values)
    assert [words for _, words in drawing.spec["yticks"]] == said


def test_what_still_runs_is_at_least_so_much_and_drawn_apart() -> None:
    figure = BY_NAME["relay_median"]

    drawing = figure_drawing.of(figure, made("relay_median", (30, False), (None, False), (271, True)), language="vi")

    assert [(one["text"], one["is_running"]) for one in drawing.spec["points"]] == [
        ("30\xa0phút", False), ("–", False), ("hơn 4\xa0giờ 31\xa0phút", True),
    ]  # fmt: skip
    assert "đến hơn 4\xa0giờ 31\xa0phút, thấp nhất 30\xa0phút, cao nhất hơn 4\xa0giờ 31\xa0phút." in drawing.sentence
    assert drawing.note == "mỗi điểm một ngày; chấm rỗng: còn đang chờ, ít nhất chừng ấy"
    assert drawing.heads[:3] == ["Ngày", "Thời gian đăng, một nửa số nhóm (phút)", "Còn đang chờ"]
    assert list(drawing.rows[0]) == [FIRST + timedelta(days=2), 271, "còn chờ", 1]


def test_where_there_is_nothing_to_tell_nothing_is_drawn() -> None:
    drawing = figure_drawing.of(BY_NAME["coverage"], made("coverage", (None, False)), language="en")

    assert drawing.is_empty
    assert drawing.sentence == "There are no figures for this period."
    assert amount(None, Measure.SHARE, language="en") == "–"
