"""Charts as paper draws them."""

from datetime import date

import pytest

from adapters.paper import TypstPaper
from services import figure_drawing, path_drawing
from services.drawing_words import Words
from services.figure_register import BY_NAME
from services.figure_values import Value
from tests.ui.test_drawn import FLOWS, facts


@pytest.mark.parametrize("language", ["vi", "ja"])
def test_a_flow_has_a_ribbon_for_each_way_a_household_went(language: str) -> None:
    drawing = path_drawing.paths(facts(3), Words(language))

    picture = TypstPaper().chart(drawing, kind="svg").decode()

    see_through = "#0a6a6466", "#7a878366"  # of the known and of those nobody knows
    assert sum(picture.count(colour) for colour in see_through) == len(FLOWS)


def test_days_that_still_run_are_hollow() -> None:
    day = date(2026, 11, 24)
    values = [
        Value("relay_median", None, "", "", day, day, 30, 30, 1),
        Value("relay_median", None, "", "", day, day, 9, 9, 1, True),
    ]

    picture = TypstPaper().chart(figure_drawing.of(BY_NAME["relay_median"], values, language="vi"), kind="svg").decode()

    assert picture.count('fill="#ffffff"') == 2  # the sheet and the second day
