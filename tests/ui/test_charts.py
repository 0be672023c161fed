import ast
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from core.formats import number
from core.i18n import LANGUAGES
from services.relay_pace import pace
from tests.factories import NOON
from ui import charts, reach_charts
from ui.chart_kit import Chart, Look
from ui.charts import GrowthPoint, Move, Place
from ui.reach_charts import ReachPoint, RelayTime

LOOK = Look()
PLACES = [
    Place("Tổ 1", 90, 100, before=0.85, smartphones=0.7),
    Place("Tổ 2", 40, 50, smartphones=0.8),
    Place("Thôn Nà Bản", 0, 0),
    Place("Thôn Nà Nàng", 30, 60, before=0.5, smartphones=0.5),
    Place("Tổ 9", 61, 100, smartphones=0.75),
]


def values(chart: Chart, mark: str) -> list[list[dict[str, Any]]]:
    """The rows of each layer with this mark."""
    return [layer["data"]["values"] for layer in chart.spec["layer"] if layer["mark"]["type"] == mark]


def test_coverage_stands_lowest_first_and_leaves_out_places_without_households() -> None:
    chart = charts.coverage(PLACES, target=0.9, look=LOOK)

    (rows,) = values(chart, "bar")
    assert [(row["name"], row["label"], row["of"], row["is_short"]) for row in rows] == [
        ("Thôn Nà Nàng", "50,0\xa0%", "30/60", True), ("Tổ 9", "61,0\xa0%", "61/100", True), ("Tổ 2", "80,0\xa0%", "40/50", True),
        ("Tổ 1", "90,0\xa0%", "90/100", False),
    ]  # fmt: skip
    assert [row["name"] for row in values(chart, "tick")[0]] == ["Thôn Nà Nàng", "Tổ 1"]
    assert chart.alt.replace("\xa0", " ") == (
        "Tỷ lệ hộ trong nhóm theo nơi, thấp nhất trước: 3 trên 4 nơi dưới mục tiêu 90 %."
        " Thấp hẳn so với mức chung: Thôn Nà Nàng 50,0 % (30 / 60 hộ)."
    )  # fmt: skip


def test_a_place_of_a_few_households_is_not_called_the_lowest_and_places_not_drawn_are_counted() -> None:
    places = [*[Place(f"Tổ {n}", 90 + n, 120) for n in range(5)], Place("Xóm Mới", 5, 9)]

    chart = charts.coverage(places, target=0.9, look=LOOK, most=3)

    (rows,) = values(chart, "bar")
    assert [row["name"] for row in rows] == ["Xóm Mới", "Tổ 0", "Tổ 1"]
    assert chart.alt.replace("\xa0", " ") == (
        "Tỷ lệ hộ trong nhóm theo nơi, thấp nhất trước: 6 trên 6 nơi dưới mục tiêu 90 %."
        " Không nơi nào thấp hẳn so với mức chung."
    )  # fmt: skip


def test_growth_tells_from_where_to_where_each_area_went() -> None:
    points = [GrowthPoint("Sông Cầu", date(2026, 1, 1), 0.7), GrowthPoint("Sông Cầu", date(2026, 2, 1), 0.8),
              GrowthPoint("Xuất Hóa", date(2026, 1, 1), 0.9), GrowthPoint("Xuất Hóa", date(2026, 2, 1), 0.6)]  # fmt: skip

    chart = charts.growth(points, look=LOOK)

    assert chart.alt == (
        "Tỷ lệ hộ trong nhóm 1/26–2/26: Sông Cầu từ 70\xa0% lên 80\xa0%; Xuất Hóa từ 90\xa0% xuống 60\xa0%."
    )  # fmt: skip
    (line,) = values(chart, "line")
    assert [round(row["y"], 3) for row in line if row["area"] == "Sông Cầu"] == [0.4, 0.6]


def test_the_group_with_many_phones_and_few_in_the_chat_is_named() -> None:
    along = [Place(f"Tổ {n}", 30 + 5 * n, 100, smartphones=0.3 + n / 20) for n in range(1, 9)]
    off = [
        Place("Tổ 9", 40, 100, smartphones=0.75),
        Place("Tổ 10", 95, 100, smartphones=0.5),
        Place("Một hộ", 0, 1, smartphones=1.0),
    ]

    chart = charts.phones_against_coverage([*along, *off], look=LOOK)

    (dots,) = values(chart, "point")
    assert {row["name"]: row["tone"] for row in dots}["Tổ 9"] == "low"
    assert {row["name"]: row["tone"] for row in dots}["Tổ 10"] == "high"
    assert "Tổ 9 40,0\xa0% hộ trong nhóm, 75,0\xa0% có điện thoại thông minh" in chart.alt
    assert [row["name"] for row in dots if row["tone"] != "usual"] == ["Tổ 9", "Tổ 10"]


def test_the_reach_curve_counts_hours_of_this_place() -> None:
    points = [ReachPoint(NOON + timedelta(minutes=30 * at), known=at / 10, estimate=at / 5) for at in range(5)]

    chart = reach_charts.reach(points, deadline=NOON + timedelta(hours=4), target=0.95, look=LOOK)

    (line,) = values(chart, "line")
    assert [row["at"] for row in line] == [12, 12.5, 13, 13.5, 14]
    assert '"16": "16\xa0giờ"' in chart.spec["layer"][-1]["encoding"]["x"]["axis"]["labelExpr"]
    assert chart.alt == "Đến lúc này ước tính 80\xa0% hộ đã mở, biết chắc 40\xa0%; mục tiêu 95\xa0%."


@pytest.mark.parametrize(("deadline", "rules"), [(NOON + timedelta(hours=4), [{"at": 16}]), (None, [])])
def test_a_red_rule_stands_where_the_deadline_is(deadline: datetime | None, rules: list[dict[str, float]]) -> None:
    points = [ReachPoint(NOON, known=0, estimate=0), ReachPoint(NOON + timedelta(hours=1), known=0.3, estimate=0.5)]

    chart = reach_charts.reach(points, deadline=deadline, target=0.95, look=LOOK)

    red = LOOK.colours["red"]
    drawn = [layer for layer in chart.spec["layer"] if layer["mark"]["type"] == "rule" and layer["mark"].get("color") == red]
    assert [row for layer in drawn for row in layer["data"]["values"]] == rules
    assert ("hạn" in words(chart)) is bool(rules)


def test_a_relay_still_running_stands_at_the_edge() -> None:
    groups = [RelayTime("Tổ 1", 4), RelayTime("Tổ 2", 12), RelayTime("Tổ 3", 40), RelayTime("Tổ 4", None)]

    chart = reach_charts.relay_times(groups, due=28, now=70, look=LOOK)

    dots = {row["name"]: (row["m"], row["state"], row["took"]) for rows in values(chart, "point") for row in rows}
    assert dots["Tổ 3"] == (40, "late", "40 phút")
    assert dots["Tổ 4"] == (pytest.approx(54), "running", "chưa đăng")  # a third beyond the slowest, however late it is
    assert chart.alt == "Thời gian đăng của 4 tổ: trung vị 26 phút; 1 tổ chưa đăng."


def words(chart: Chart) -> list[str]:
    """What stands in a chart, each once."""
    return list(dict.fromkeys(row["text"] for rows in values(chart, "text") for row in rows))


@pytest.mark.parametrize("minutes", [(12, 41), (12, 43), (4, 12, 41, 90)])
def test_between_two_groups_the_chart_rounds_as_every_screen_does(minutes: tuple[int, ...]) -> None:
    median, *_ = pace([(one, False) for one in minutes])

    chart = reach_charts.relay_times([RelayTime(f"Tổ {one}", one) for one in minutes], due=60, now=100, look=LOOK)

    assert median % 1 == 0.5
    assert f"trung vị {number(median, language='vi')} phút" in words(chart)


def test_a_median_that_still_runs_is_said_to_be_more() -> None:
    groups = [RelayTime("Tổ 1", 4), RelayTime("Tổ 2", 12), RelayTime("Tổ 3", None), RelayTime("Tổ 4", None)]

    chart = reach_charts.relay_times(groups, due=60, now=70, look=LOOK)

    assert "trung vị hơn 41 phút" in words(chart)  # between 12 and the 70 one has waited so far


def test_many_who_have_not_posted_are_a_number_and_no_heap_of_dots() -> None:
    groups = [RelayTime("Tổ 1", 4), *(RelayTime(f"Tổ {n}", None) for n in range(2, 33))]

    chart = reach_charts.relay_times(groups, due=60, now=5, look=LOOK)

    assert [row["name"] for rows in values(chart, "point") for row in rows] == ["Tổ 1"]
    assert "31 tổ chưa đăng" in words(chart)


def test_dots_of_one_minute_stand_on_one_another_without_touching() -> None:
    chart = reach_charts.relay_times([RelayTime(f"Tổ {n}", 4) for n in range(31)], due=60, now=70, look=LOOK)

    (points,) = (layer for layer in chart.spec["layer"] if layer["mark"]["type"] == "point")
    top = points["encoding"]["y"]["scale"]["domain"][1]
    assert [row["y"] for row in points["data"]["values"]] == list(range(1, 32))
    assert points["mark"]["size"] ** 0.5 < chart.spec["height"] / top


def test_shares_of_the_first_minutes_are_written_one_above_the_other() -> None:
    points = [ReachPoint(NOON, known=0, estimate=0), ReachPoint(NOON + timedelta(minutes=3), known=0.003, estimate=0.01)]

    chart = reach_charts.reach(points, deadline=NOON + timedelta(hours=6), target=None, look=LOOK)

    texts = {
        layer["data"]["values"][0]["text"]: layer["mark"] for layer in chart.spec["layer"] if layer["mark"]["type"] == "text"
    }
    estimate, known = texts["ước tính 1\xa0%"], texts["biết chắc 0\xa0%"]
    assert (estimate["align"], estimate["dx"]) == (known["align"], known["dx"]) == ("left", 8)
    assert estimate["dy"] <= known["dy"] - 14 < known["dy"] < 0


def test_moves_show_the_net_of_each_month() -> None:
    months = [Move(date(2026, 2, 1), joined=5, left=9), Move(date(2026, 1, 1), joined=30, left=10), Move(date(2026, 3, 1), 0, 0)]

    chart = charts.moves(months, look=LOOK)

    assert [(row["m"], row["text"]) for row in values(chart, "text")[0]] == [("1/26", "+20"), ("2/26", "−4"), ("3/26", "0")]
    assert chart.spec["layer"][0]["encoding"]["color"]["legend"]["offset"] > 16  # the highest net stands below the key
    assert chart.alt == "Số hộ trong nhóm 1/26–3/26: +16; thấp nhất tháng 2/26: −4 hộ."


@pytest.mark.parametrize(
    ("joined", "left", "marks", "said"),
    [(1, 0, [0, 1], ["0", "1"]), (0, 1, [-1, 0], ["1", "0"]), (0, 0, [0, 1], ["0", "1"]),
     (6_200, 1_900, [-2000, 0, 2000, 4000, 6000, 8000], ["2.000", "0", "2.000", "4.000", "6.000", "8.000"])],
)  # fmt: skip
def test_an_axis_of_households_has_whole_marks_written_as_here(joined: int, left: int, marks: list[int], said: list[str]) -> None:
    chart = charts.moves([Move(date(2026, 1, 1), joined, left)], look=LOOK)

    axis = chart.spec["layer"][0]["encoding"]["y"]["axis"]
    words = ast.literal_eval(axis["labelExpr"].removesuffix("[datum.value]"))
    assert axis["values"] == marks
    assert [words[str(mark)] for mark in marks] == said


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("is_dark", [False, True])
def test_nothing_to_show_is_no_crash(language: str, is_dark: bool) -> None:  # a parameter of the test
    look = Look(language, is_dark)

    for chart in (
        charts.coverage([], target=0.9, look=look), charts.growth([], look=look), charts.phones_against_coverage([], look=look),
        charts.moves([], look=look), reach_charts.relay_times([], due=28, now=0, look=look),
        reach_charts.reach([ReachPoint(NOON)], deadline=None, target=None, look=look),
        charts.phones_against_coverage([Place("Tổ 1", 1, 2, smartphones=0.5)] * 2, look=look),
    ):  # fmt: skip
        assert chart.spec["layer"]
        assert chart.alt


def test_a_name_is_data_and_never_an_expression() -> None:
    name = "'];alert(1);['"

    chart = charts.coverage([Place(name, 1, 2)], target=0.9, look=LOOK)

    assert name not in str([layer["mark"] for layer in chart.spec["layer"]])
    assert name not in str(chart.spec["config"])
    assert all(name not in str(layer["encoding"].get("x", "")) for layer in chart.spec["layer"])


def test_moves_of_many_years_are_told_by_year() -> None:
    years = [Move(date(2025, 1, 1), joined=30, left=10), Move(date(2026, 1, 1), joined=5, left=9)]

    chart = charts.moves(years, look=LOOK, by="year")

    assert [(row["m"], row["text"]) for row in values(chart, "text")[0]] == [("2025", "+20"), ("2026", "−4")]
    assert chart.alt == "Số hộ trong nhóm 2025–2026: +16; thấp nhất năm 2026: −4 hộ."


def test_counts_of_a_province_have_room_beside_its_bars() -> None:
    small, large = (
        charts.coverage([Place("Bắc Kạn", households // 2, households)], target=0.9, look=LOOK) for households in (100, 300_000)
    )

    room = {chart.spec["layer"][0]["encoding"]["x"]["scale"]["range"][1]["expr"] for chart in (small, large)}
    assert room == {"width < 300 ? width - 50 : width - 122", "width < 300 ? width - 50 : width - 172"}


def test_a_first_share_near_the_floor_stands_above_its_line() -> None:
    points = [GrowthPoint("Xuất Hóa", date(2026, 1, 1), 0.0), GrowthPoint("Xuất Hóa", date(2026, 2, 1), 0.9)]

    chart = charts.growth(points, look=LOOK)

    texts = [layer for layer in chart.spec["layer"] if layer["mark"]["type"] == "text"]
    assert [layer["mark"]["dy"] for layer in texts if layer["data"]["values"][0]["text"] == "0\xa0%"] == [-9]
