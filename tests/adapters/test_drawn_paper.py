"""Charts as paper draws them."""

import pytest

from adapters.paper import TypstPaper
from services import path_drawing
from services.drawing_words import Words
from tests.ui.test_drawn import FLOWS, facts


@pytest.mark.parametrize("language", ["vi", "ja"])
def test_a_flow_has_a_ribbon_for_each_way_a_household_went(language: str) -> None:
    drawing = path_drawing.paths(facts(3), Words(language))

    picture = TypstPaper().chart(drawing, kind="svg").decode()

    see_through = "#0a6a6466", "#7a878366"  # of the known and of those nobody knows
    assert sum(picture.count(colour) for colour in see_through) == len(FLOWS)
