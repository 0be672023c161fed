"""The charts of participation as files: the same places, days and months as on the screen."""

from dataclasses import replace
from datetime import date

import pytest

from adapters.paper import TypstPaper
from services import participation_drawings
from services.figures import Coverage, CoverageTable
from services.participation import MonthMoves, Overview

TODAY, BEFORE = date(2026, 11, 24), date(2025, 11, 30)


def row(name: str, joined: int, households: int, phones: int = 0) -> Coverage:
    return Coverage(None, name, name, "", 90, households=households, joined=joined, people=4 * households, smartphones=phones)


def overview() -> Overview:
    rows = [row("Tổ 1", 8, 10, 30), row("Tổ 2", 1, 4, 8), row("Tổ 3", 0, 0)]
    whole = row("Phường Bắc Kạn", 9, 14, 38)
    areas = [(BEFORE, "Sông Cầu", row("", 2, 10)), (TODAY, "Sông Cầu", row("", 8, 10)), (TODAY, "", row("", 1, 4))]
    return Overview(
        by="unit", since=BEFORE, table=CoverageTable(TODAY, rows, whole), before=CoverageTable(BEFORE, [], whole),
        growth=[(BEFORE, whole.unit_name, row("", 2, 14)), (TODAY, whole.unit_name, whole), *areas],
        moves=[MonthMoves(date(2026, 10, 1), 6, 0), MonthMoves(date(2026, 11, 1), 2, 1)], reached=[], hidden=[], told={},
    )  # fmt: skip


def test_the_places_are_the_lowest_first_without_those_where_nobody_lives() -> None:
    drawn = participation_drawings.drawing(overview(), "coverage")

    assert [(one["name"], one["value"]) for one in drawn.spec["rows"]] == [("Tổ 2", 0.25), ("Tổ 1", 0.8)]


def test_growth_is_a_picture_an_area_and_a_line_where_there_is_one() -> None:
    seen = overview()

    areas, line = (
        participation_drawings.drawing(one, "growth") for one in (seen, replace(seen, growth=seen.growth[:2]))
    )  # fmt: skip

    assert [(one["name"], one["last"]) for one in areas.spec["rows"]] == [
        ("Tất cả", "64\u00a0%"), ("Sông Cầu", "80\u00a0%"), ("Nơi khác", "25\u00a0%"),
    ]  # fmt: skip
    assert (line.kind, line.spec["texts"]) == ("line", ["14,3\u00a0%", "64,3\u00a0%"])


def test_moves_of_many_years_are_drawn_by_year() -> None:
    many = [MonthMoves(date(2020 + n // 12, n % 12 + 1, 1), 1, 0) for n in range(30)]

    short, long = (participation_drawings.drawing(one, "moves").spec for one in (overview(), replace(overview(), moves=many)))

    assert [one["text"] for one in short["rows"]] == ["+6", "+1"]
    assert [(one["name"], one["text"]) for one in long["rows"]] == [("2020", "+12"), ("2021", "+12"), ("2022", "+6")]


@pytest.mark.parametrize("name", ["coverage", "growth", "moves", "phones"])
def test_each_is_a_picture(name: str) -> None:
    assert TypstPaper().chart(participation_drawings.drawing(overview(), name), kind="svg").startswith(b"<svg")
