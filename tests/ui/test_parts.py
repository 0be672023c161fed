import pytest
from markupsafe import Markup
from streamlit.testing.v1 import AppTest

from models import AnnouncementStatus
from ui import parts
from ui.words import plain

NASTY = "<img src=x onerror=alert(1)>\"'"
ESCAPED = "&lt;img src=x onerror=alert(1)&gt;&#34;&#39;"


@pytest.mark.parametrize(
    "made",
    [
        parts.badge("arrived", NASTY), parts.stamp(NASTY), parts.deadline("waiting", NASTY, NASTY),
        parts.due_cell("overdue", NASTY, NASTY), parts.cell(NASTY), parts.cell(NASTY, NASTY), parts.soft(NASTY),
        parts.small(NASTY), parts.text(NASTY), parts.link(NASTY, "group", id=NASTY), parts.joined(NASTY, NASTY),
    ],
)  # fmt: skip
def test_a_name_never_becomes_a_tag(made: Markup) -> None:
    assert isinstance(made, Markup)
    assert "<img" not in made
    assert made.count("onerror=") == made.count(ESCAPED)


def everything_with_a_nasty_name() -> None:
    from ui import parts  # noqa: PLC0415  # AppTest runs this as a script of its own
    from ui.parts import Column, Figure  # noqa: PLC0415

    nasty = "<img src=x onerror=alert(1)>\"'"
    parts.speak()
    parts.head(nasty, nasty, parts.badge("arrived", nasty))
    parts.section(nasty, nasty)
    parts.figures(Figure(nasty, nasty, nasty, nasty, "overdue", known=0.5, estimate=0.7, target=0.9))
    parts.note("waiting", nasty, nasty)
    parts.hint(nasty)
    parts.facts((nasty, nasty))
    parts.action("a", "unknown", nasty, nasty, "OK")
    parts.item("unknown", nasty, nasty)
    parts.empty(nasty, nasty)
    parts.table([nasty, Column(nasty, "num")], [(nasty, parts.cell(nasty, nasty))] * 3, shown=1, more=nasty)
    parts.secret(nasty)
    parts.html(nasty)
    parts.go(nasty)


def test_no_part_lets_a_name_become_a_tag() -> None:
    at = AppTest.from_function(everything_with_a_nasty_name).run()

    assert not at.exception
    drawn = "".join(html.proto.body for html in at.get("html") if not html.proto.body.startswith("<style"))
    assert "<img" not in drawn
    assert drawn.count("onerror=alert(1)") == drawn.count(ESCAPED) > 25
    assert at.title[0].value == r"\<img src=x onerror=alert(1)\>" + "\"'"


@pytest.mark.parametrize(
    "text",
    [
        "**đậm**",
        "[x](javascript:alert(1))",
        "![](http://evil.example/a.png)",
        ":red[đỏ]",
        "$x$",
        "`x`",
        "<b>",
        "a | b",
        "&lt;",
        "# x",
    ],
)
def test_words_of_others_stay_as_they_were_typed(text: str) -> None:
    marks = set("\\`*_{}[]<>$~|:&#")

    assert plain(text).replace("\\", "") == text
    assert all(plain(text)[at - 1] == "\\" for at, sign in enumerate(plain(text)) if sign in marks - {"\\"})


def test_a_bar_never_runs_over_its_end() -> None:
    made = parts.bar(known=0.25, estimate=1.7, target=0.9)

    assert "width:25.0%" in made
    assert "width:100.0%" in made
    assert "left:90.0%" in made
    assert 'aria-label="biết chắc 25\xa0%, ước tính 170\xa0%"' in made


@pytest.mark.parametrize("status", list(AnnouncementStatus))
def test_every_status_has_a_word_beside_its_colour(status: AnnouncementStatus) -> None:
    assert status.label in parts.state(status)


def test_a_number_that_is_none_cannot_be_called() -> None:
    assert parts.call(None) == ""
    assert "0912 345 678" in parts.call("+84912345678")
    assert 'href="tel:+84912345678"' in parts.call("+84912345678")


def test_the_sheet_draws_every_icon() -> None:
    assert all(f".ic-{name}{{--m:url(" in parts.sheet() for name in parts.ICONS)


def a_table_with_a_gap() -> None:
    from ui import parts  # noqa: PLC0415  # AppTest runs this as a script of its own
    from ui.parts import Column  # noqa: PLC0415

    heads: list[Column | str] = ["Mã", Column("Tình trạng", "state"), Column("Hộ", "num"), Column("Hạn", "wide")]
    parts.table(heads, [("A", parts.badge("arrived", "đạt"), "–", ""), ("B", parts.badge("waiting", "chờ"), "12", "mai")])


def test_a_state_stands_to_the_left_and_a_cell_that_says_nothing_can_be_left_out() -> None:
    at = AppTest.from_function(a_table_with_a_gap).run()

    (drawn,) = (html.proto.body for html in at.get("html"))
    assert '<th scope="col" class="cn-state">Tình trạng</th>' in drawn
    assert drawn.count('<td class="cn-state"><span class="cn-badge') == 2
    assert '<td class="cn-num void">–</td><td class="wide void"></td>' in drawn
    assert '<td class="cn-num">12</td><td class="wide">mai</td>' in drawn
