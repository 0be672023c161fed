"""Every drawing as Vega-Lite: read back by Altair against its schema, in light and dark, empty and full, for 400 groups too."""

from dataclasses import replace

import altair as alt
import pytest

from services import drawings
from services.drawing import Drawing
from services.period_facts import FigureLine, MonthLine, PeriodFacts, PlaceLine, SaidLine, TrendLine
from services.period_sources import FlowCount, NamedCount, TopicLine
from ui import drawn
from ui.chart_kit import Look

GRID = [[day * hour for hour in range(24)] for day in range(7)]
SAID = SaidLine(
    "id", "Tiêm vắc xin <b>sởi</b>", "2026-11-10", 100, True, 50, 60, 3, 4, 12, False, 30, False, None, True,
    [[0, 0], [30, 0.4], [60, 0.6]],
)  # fmt: skip


TOPICS = [TopicLine("procedure", 9, 8, 6, 1, 45.0, False, 600.0, False), TopicLine("other", 4, 1, 1, 3, 90.0, True, 90.0, True)]
FIGURES = [
    FigureLine("coverage", 0.5, 50, 100, False, 0.4, 40, 100), FigureLine("answer_median", 60, 60, 13, False, None, None, None),
]  # fmt: skip


FLOWS = [
    FlowCount("relay", "confirmed", 50), FlowCount("relay", "door", 10), FlowCount("relay", "", 30),
    FlowCount("door", "door", 5), FlowCount("door", "", 5),
]  # fmt: skip


def place(n: int) -> PlaceLine:
    share = n % 100
    return PlaceLine(f"T{n}", f"Tổ {n}", 90, 100, share, 300, share, 100 + n, 90, n % 90, 1, 0, 3, 4, 12, False, 5, 1, 2)


def facts(places: int) -> PeriodFacts:
    return PeriodFacts(
        "01843", "Phường Bắc Kạn", 90, "2026-11-01", "2026-11-24", "2026-10-08", "2026-10-31",
        figures=FIGURES, places=[place(n) for n in range(places)],
        months=[MonthLine(f"2026-{n:02}-01", 100, 50 + n, n, 1, 20, 10, 20, 300, 150 + n, 2 * n, n) for n in range(1, 12)],
        trends=[TrendLine(f"Tổ {n}", [None, *([n / 100] * 10)]) for n in range(places)],
        said=[SAID, replace(SAID, title="Khác")] * 2, waits=[[5.0, 0], [12.0, 0], [90.0, 0], [300.0, 1]],
        channels=[NamedCount("zns", 10, 3000, 9)], paths=[NamedCount("relay", 90, 60), NamedCount("door", 10, 5)],
        flows=FLOWS, reached=[NamedCount("relay", 50, 0), NamedCount("zns", 9, 3000)],
        topics=TOPICS, place_waits=[[5.0, 0, "Tổ 3"], [12.0, 0, "Tổ 4"], [300.0, 1, "Tổ 3"]],
        opens=GRID, scans=GRID, scan_places=[NamedCount("Nhà văn hóa", 30, 20), NamedCount("", 3, 1)],
    )  # fmt: skip


def every() -> list[Drawing]:
    return drawings.of(facts(31))


@pytest.mark.parametrize("is_dark", [False, True])
@pytest.mark.parametrize("name", list(drawings.DRAWN))
def test_altair_reads_it_back(name: str, is_dark: bool) -> None:
    one = drawings.of(facts(31), names=[name])[0]

    chart = drawn.chart(one, look=Look("vi", is_dark), chosen=["Tổ 3"])

    read = alt.Chart.from_dict(chart.spec, validate=True).to_dict(validate=True)
    assert len(read["layer"]) == len(chart.spec["layer"])
    assert chart.alt.endswith(".")


@pytest.mark.parametrize("name", list(drawings.DRAWN))
def test_four_hundred_groups_stay_a_picture(name: str) -> None:
    one = drawings.of(facts(400), names=[name])[0]

    chart = drawn.chart(one, look=Look())

    assert sum(len(layer.get("data", {}).get("values", [])) for layer in chart.spec["layer"]) < 1200


@pytest.mark.parametrize("name", ["coverage", "phones", "costs", "multiples", "relays"])
def test_a_click_on_a_mark_names_its_place(name: str) -> None:
    spec = drawn.pickable(drawn.chart(drawings.of(facts(31), names=[name])[0], look=Look()).spec)

    alt.Chart.from_dict(spec, validate=True)

    views = spec["params"][0]["views"]
    marked = [layer for layer in spec["layer"] if layer.get("name") in views]
    assert len(marked) == len(views) >= 1
    assert all("name" in row for layer in marked for row in layer["data"]["values"])


def test_dots_of_the_chosen_group_stand_out_among_the_others() -> None:
    chart = drawn.chart(drawings.of(facts(31), names=["relays"])[0], look=Look(), chosen=["Tổ 3"])

    tones = [row["tone"] for layer in chart.spec["layer"] if layer.get("name") for row in layer["data"]["values"]]
    assert sorted(tones) == [0, 1, 1]


def test_a_table_stands_behind_each_with_shares_as_shares() -> None:
    for one in every():
        table = drawn.table_of(one)
        assert all(len(row) == len(table.fields) for row in table.rows), one.name
    kinds = {field.head: field.kind for field in drawn.table_of(drawings.of(facts(3), names=["coverage"])[0]).fields}
    assert (kinds["Số hộ"], kinds["Tỷ lệ"], kinds["Nơi"]) == ("count", "share", "text")


def test_names_are_data_and_never_part_of_an_expression() -> None:
    spec = drawn.chart(drawings.of(facts(31), names=["curves"])[0], look=Look()).spec

    found = str([layer["encoding"] for layer in spec["layer"]])
    assert "labelExpr" in found
    assert "<b>" not in str([v for layer in spec["layer"] for v in layer["encoding"].get("x", {}).get("axis", {}).values()])
