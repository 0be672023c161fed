"""Charts of coverage: files hold every place, the picture says which it draws, and nobody is named for what chance explains."""

from dataclasses import replace

from services import desk_drawings, drawings
from services.drawing_words import Words
from services.period_facts import PeriodFacts, PlaceLine, TrendLine
from services.period_sources import NamedCount, TopicLine
from tests.ui.test_drawn import facts, place

W = Words()


def of_phones(places: list[PlaceLine]) -> PeriodFacts:
    return replace(facts(0), places=places)


def home(name: str, households: int, joined: int, phones: int = 150) -> PlaceLine:
    return replace(place(1), unit_code=name, name=name, households=households, joined=joined, people=300, smartphones=phones)


def test_of_four_hundred_places_the_lowest_are_drawn_and_all_stand_in_the_table() -> None:
    seen = drawings.coverage(facts(400), W)

    assert (len(seen.spec["rows"]), len(seen.rows)) == (40, 400)
    assert seen.note == "hình chỉ vẽ 40 nơi thấp nhất trên 400; vạch đứng: 31/10/2026; nét đứt: mục tiêu 90\u00a0%"


def test_of_four_hundred_small_pictures_the_sentence_speaks_of_all() -> None:
    trends = [TrendLine(f"Tổ {n}", [0.2, 0.3 if n < 300 else 0.2]) for n in range(400)]

    seen = drawings.multiples(replace(facts(0), trends=trends), W)

    assert (len(seen.spec["rows"]), len(seen.rows)) == (36, 400)
    assert seen.sentence == "Tỷ lệ hộ trong nhóm của 400 nơi qua 12 tháng: 300 nơi tăng."
    assert seen.note == "hình chỉ vẽ 36 nơi thấp nhất trên 400; mỗi khung từ 10\u00a0% đến 100\u00a0%; từ 1/26 đến 11/26"


def test_places_of_a_single_month_are_said_to_be_new_and_do_not_count_as_flat() -> None:
    new, older = TrendLine("Tổ 1", [None, None, 0.4]), TrendLine("Tổ 2", [None, 0.3, 0.5])

    alone = drawings.multiples(replace(facts(0), trends=[new]), W)
    both = drawings.multiples(replace(facts(0), trends=[new, older]), W)

    assert alone.sentence.startswith("Mới có số liệu của một tháng")
    assert both.sentence == (
        "Tỷ lệ hộ trong nhóm của 1 nơi qua 12 tháng: 1 nơi tăng. 1 nơi mới có số liệu của một tháng (dấu chấm)."
    )


def test_a_handful_of_households_never_stands_out_and_a_large_place_that_is_far_off_does() -> None:
    usual = [home(f"Tổ {n}", 100, 58 + n % 5, 120 + 6 * n) for n in range(10)]
    odd = [home("Một hộ", 1, 1), home("Bảy hộ", 7, 1), home("Tám hộ", 8, 2)]

    chance = drawings.phones(of_phones([*usual, *odd]), W)
    real = drawings.phones(of_phones([*usual, *odd, home("Tổ xa", 120, 12, 160)]), W)

    assert chance.sentence == "Không nơi nào lệch so với xu hướng quá mức ngẫu nhiên có thể giải thích."
    assert [row["name"] for row in real.spec["rows"] if row["tone"] != "usual"] == ["Tổ xa"]
    assert drawings.phones(of_phones(odd), W).sentence == "Chưa đủ nơi để nói nơi nào lệch so với xu hướng."


def test_names_beside_points_of_one_height_are_not_written_over_one_another() -> None:
    usual = [home(f"Tổ {n}", 100, 80, 120 + n) for n in range(40)]
    low = [home(f"Xa {n}", 200, 20, 130 + n) for n in range(3)]

    rows = drawings.phones(of_phones([*usual, *low]), W).spec["rows"]

    beside = sorted(row["beside"] for row in rows if row["tone"] != "usual")
    assert len(beside) == 3
    assert min(beside[1] - beside[0], beside[2] - beside[1]) > 0.069


def test_moves_stand_on_one_scale_up_and_down() -> None:
    spec = drawings.moves(facts(0), W).spec

    assert (spec["top"], spec["deep"]) == ("11", 1 / 11)  # of eleven that joined in the last month, one that left in each


def test_topics_lay_what_was_in_time_beside_what_was_due() -> None:
    first, second = (
        TopicLine("procedure", 9, 8, 6, 1, 45.0, False, 60.0, False),
        TopicLine("other", 4, 0, 0, 4, 9.0, True, 9.0, True),
    )

    rows = desk_drawings.topics(replace(facts(0), topics=[first, second]), W).spec["rows"]

    assert [(row["text"], row["two"], row["mark"]) for row in rows] == [("6/8 · 9 câu", 6 / 9, 8 / 9), ("4 câu", 0, None)]


def test_of_many_codes_the_most_scanned_are_drawn_and_all_stand_in_the_table() -> None:
    places = [NamedCount(f"Nơi {n}", 100 - n, 1) for n in range(20)]

    seen = drawings.scan_places(replace(facts(0), scan_places=places), W)

    assert (len(seen.spec["rows"]), len(seen.rows)) == (15, 20)
    assert seen.note.endswith("hình chỉ vẽ 15 nơi nhiều nhất trên 20")
