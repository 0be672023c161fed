"""What the figures of five households say to a chair's questions: every sentence as it stands, and each rule at its edge."""

import json
from dataclasses import replace
from datetime import date

import pytest
from sqlmodel import Session

from adapters.table_files import Workbooks
from core.errors import Invalid, NotAllowed
from models import Channel, PlannedPath, Role
from services import chair_questions, drawings, period_days, period_facts, report_words
from services.access import TERMINAL
from services.chair_questions import Question
from services.period_facts import FigureLine, MonthLine, PeriodFacts, PlaceLine
from services.period_sources import NamedCount, TopicLine
from tests.factories import make_actor, make_unit
from tests.formulas import Reader
from tests.services.five import Five


@pytest.fixture
def facts(session: Session, five: Five) -> PeriodFacts:
    return period_facts.of(session, actor=TERMINAL, unit_id=five.ward.id, since=date(2026, 11, 1), until=date(2026, 11, 24))


def test_the_answers_of_five_households(facts: PeriodFacts) -> None:
    said = {one.question: [words.replace("\u00a0", " ") for words in one.sentences] for one in chair_questions.answers(facts)}

    assert said == {
        Question.REACHING: [
            "3 trên 5 hộ ở trong nhóm, 60,0 %; không đổi so với kỳ trước.",
            "Của 1 thông báo có hỏi lại, biết chắc 60,0 % số hộ đã nhận (3 / 5 lượt hộ).",
            "Chưa có tổ, thôn nào đủ 5 hộ để so với mục tiêu.",
        ],
        Question.LEFT_OUT: [
            "2 hộ chưa ở nhóm nào.",
            "46,7 % nhân khẩu chưa có điện thoại thông minh (7 người): báo cho họ bằng đường khác.",
            "Đã gõ cửa 2 lần, báo được 1 lần (50,0 %).",
        ],
        Question.HELP: [
            "Không nơi nào dưới mục tiêu.",
            "Không nơi nào có nhiều máy mà ít hộ vào nhóm.",
            "Chưa đủ tin chuyển qua tổ trưởng để nói nơi nào đăng chậm.",
        ],
        Question.FASTER: [
            "Một nửa số nhóm đăng sau: hơn 7 ngày.",
            "Chín phần mười số nhóm đăng sau: hơn 14 ngày.",
            "Biết chắc một nửa số hộ đã nhận sau: 10 giờ.",
        ],
        Question.ASKING: [
            "3 câu hỏi; còn 1 câu chờ trả lời.",
            "Đúng hạn 50,0 % (1 / 2 câu); một nửa được trả lời sau 27 giờ, tính giờ làm việc.",
            "4 lượt tự tìm thấy câu trả lời, không phải hỏi ai; 5 lượt quét mã QR.",
        ],
        Question.WORTH: [
            "Chi 600 ₫ cho 2 tin; kỳ trước 0 ₫.",
            "Đắt nhất là ZNS: 600 ₫ mỗi tin tới nơi.",
            "Kỳ này không có kế hoạch báo tin nào để so.",
        ],
    }


def test_an_empty_ward_is_answered_too(session: Session, noon: None) -> None:
    ward = make_unit(session)

    facts = period_facts.of(session, actor=TERMINAL, unit_id=ward.id, since=date(2026, 11, 1), until=date(2026, 11, 24))

    for language in ("vi", "en", "ja"):
        for one in chair_questions.answers(facts, language=language):
            assert all(one.sentences), one.question
        assert all(one.is_empty and one.sentence for one in drawings.of(facts, language=language))


def with_figure(facts: PeriodFacts, name: str, **values: object) -> PeriodFacts:
    figures: list[FigureLine] = [replace(one, **values) if one.name == name else one for one in facts.figures]  # type: ignore[arg-type]
    return replace(facts, figures=figures)


@pytest.mark.parametrize(
    ("before", "words"),
    [(0.5, "tăng 10,0 điểm"), (0.7, "giảm 10,0 điểm"), (0.6004, "không đổi"), (None, "kỳ trước chưa có số liệu")],
)
def test_a_change_is_told_from_a_tenth_of_a_per_cent_on(facts: PeriodFacts, before: float | None, words: str) -> None:
    seen = with_figure(facts, "coverage", value=0.6, before=before)

    assert words in chair_questions.answer(seen, Question.REACHING).sentences[0]


@pytest.mark.parametrize(
    ("before", "words"), [(30, "nhanh hơn kỳ trước 10"), (10, "chậm hơn kỳ trước 10"), (20, "như kỳ trước"), (None, "20")]
)
def test_faster_is_less_time(facts: PeriodFacts, before: float | None, words: str) -> None:
    seen = with_figure(facts, "relay_median", value=20, before=before, is_running=False)

    assert words in chair_questions.answer(seen, Question.FASTER).sentences[0].replace("\u00a0", " ")


def month(first: str, minutes: float | None, **more: bool) -> MonthLine:
    return MonthLine(first, 5, 3, 0, 0, minutes, 0, 0, **more)


def test_whether_it_gets_faster_is_seen_over_the_months(facts: PeriodFacts) -> None:
    months = [
        month("2026-08-01", 40),
        month("2026-09-01", None),
        month("2026-10-01", 15),
        month("2026-11-01", 30, minutes_run=True),
    ]

    drawn = drawings.of(replace(facts, months=months), names=[Question.FASTER.charts[0]])[0]
    alone = drawings.of(replace(facts, months=months[:1]), names=["relay_months"])[0]

    assert drawn.spec["values"] == [40 / 60, None, 15 / 60, 30 / 60]
    assert drawn.sentence.replace("\u00a0", " ") == (
        "11/26: một nửa số nhóm đăng sau hơn 30 phút; 8/26: 40 phút; nhanh nhất là 10/26: 15 phút."
    )
    assert [row[1] for row in drawn.rows] == [40, None, 15, 30]
    assert alone.sentence.endswith("chưa có tháng khác để so.")


def test_months_know_that_the_middle_group_has_not_posted(facts: PeriodFacts) -> None:
    assert (facts.months[-1].minutes_run, facts.figure("relay_median").is_running) == (True, True)


def place(name: str, joined: int, households: int, **more: object) -> PlaceLine:
    counts = dict.fromkeys(
        ("people", "people_joined", "smartphones", "before_households", "before_joined", "entered", "left", "posted", "relays",
         "opens", "doors_told", "doors"), 0
    )  # fmt: skip
    fields = {"unit_code": name, "target_percent": 90, "minutes": None, "is_running": False} | counts | more
    return PlaceLine(name=name, joined=joined, households=households, **fields)  # type: ignore[arg-type]


def test_the_lowest_are_named_but_not_for_what_chance_explains_nor_with_a_handful_of_households(facts: PeriodFacts) -> None:
    usual = [place("Tổ 9", 0, 4), place("Tổ 8", 7, 9), *[place(f"Tổ {n}", 150, 160) for n in (3, 4, 5)]]
    seen = replace(facts, places=[*usual, place("Tổ 1", 50, 100), place("Tổ 2", 60, 100)])

    first, _, _ = chair_questions.answer(seen, Question.HELP).sentences
    alike, _, _ = chair_questions.answer(replace(facts, places=usual), Question.HELP).sentences

    assert first.replace("\u00a0", " ") == "Thấp nhất là Tổ 1 50,0 %; Tổ 2 60,0 %."
    alone, _, _ = chair_questions.answer(
        replace(facts, places=[place("Tổ 8", 7, 9), place("Tổ 7", 0, 0)]), Question.HELP
    ).sentences
    assert alone == "Tổ 8 còn dưới mục tiêu."
    assert alike == "1 nơi dưới mục tiêu, không nơi nào thấp hẳn so với mức chung."


def test_half_of_those_outside_are_placed_where_three_places_hold_them(facts: PeriodFacts) -> None:
    seen = with_figure(facts, "coverage", numerator=80, denominator=100)
    seen = replace(seen, places=[place("Tổ 1", 40, 50), place("Tổ 2", 48, 50)])

    first, _, _ = chair_questions.answer(seen, Question.LEFT_OUT).sentences

    assert first == "20 hộ chưa ở nhóm nào; ít nhất một nửa số ấy ở Tổ 1."


def planned(session: Session, five: Five, *paths: tuple[str, Channel]) -> PeriodFacts:
    assert five.said is not None
    for name, path in paths:
        session.add(PlannedPath(announcement_id=five.said.id, household_id=five.homes[name].id, path=path))
    session.commit()
    return period_facts.of(session, actor=TERMINAL, unit_id=five.ward.id, since=date(2026, 11, 1), until=date(2026, 11, 24))


def test_a_reached_household_costs_what_its_way_cost_and_chats_and_doors_nothing(session: Session, five: Five) -> None:
    """An in her chat; Em by ZNS, of which two at 300 ₫ left; Châu, planned by SMS, at her door."""
    facts = planned(
        session, five, ("An", Channel.RELAY), ("Em", Channel.ZNS), ("Châu", Channel.SMS), ("Dung", Channel.ZNS),
    )  # fmt: skip

    (drawn,) = drawings.of(facts, names=["costs"])
    _, dearest, _ = chair_questions.answer(facts, Question.WORTH).sentences

    assert [list(row) for row in drawn.rows] == [["ZNS", 1, 600, 600], ["Gõ cửa", 1, 0, 0], ["Nhóm của tổ, thôn", 1, 0, 0]]
    assert [row["value"] for row in drawn.spec["rows"]] == [1, 0, 0]
    said = "Chi 600 ₫ cho 3 lượt hộ biết chắc đã nhận, 200 ₫ mỗi lượt hộ; 2 lượt hộ không mất tiền."
    assert drawn.sentence.replace("\u00a0", " ") == said
    assert dearest.replace("\u00a0", " ") == "Đắt nhất là ZNS: 600 ₫ mỗi hộ biết chắc đã nhận."


def test_where_all_was_free_and_where_money_reached_nobody(facts: PeriodFacts) -> None:
    free = replace(facts, reached=[NamedCount("relay", 40, 0), NamedCount("door", 2, 0)])
    lost = replace(facts, reached=[NamedCount("sms", 0, 900)])

    said = [drawings.of(seen, names=["costs"])[0].sentence.replace("\u00a0", " ") for seen in (free, lost)]
    second = [chair_questions.answer(seen, Question.WORTH).sentences[1].replace("\u00a0", " ") for seen in (free, lost)]

    assert said == [
        "42 lượt hộ biết chắc đã nhận mà không mất tiền, nhiều nhất: Nhóm của tổ, thôn.",
        "Đã chi 900 ₫ mà chưa biết chắc hộ nào đã nhận.",
    ]  # fmt: skip
    assert second == [
        "Đường nào cũng 0 ₫ mỗi hộ biết chắc đã nhận: Nhóm của tổ, thôn 40 lượt hộ; Gõ cửa 2 lượt hộ.",
        "Đã chi 900 ₫ cho SMS mà chưa biết chắc hộ nào đã nhận qua đó.",
    ]  # fmt: skip
    assert drawings.of(lost, names=["costs"])[0].spec["rows"][0]["text"] == "–"


def test_the_slowest_has_posted_at_least_three_times_or_not(facts: PeriodFacts) -> None:
    often = place("Tổ 1", 9, 10, minutes=90, relays=3, posted=3)
    seen = replace(facts, places=[often, place("Tổ 2", 9, 10, minutes=900, relays=2, posted=2)])

    assert chair_questions.answer(seen, Question.HELP).sentences[2].startswith("Tổ 1 đăng chậm nhất: một nửa số tin sau 1")
    silent = place("Tổ 3", 9, 10, minutes=10, is_running=True, relays=4, posted=1)
    seen = replace(facts, places=[often, silent])
    assert chair_questions.answer(seen, Question.HELP).sentences[2] == "Tổ 3 đăng chậm nhất: quá nửa số tin chưa đăng (1 / 4)."


def topic(name: str, asked: int, **more: object) -> TopicLine:
    fields = {"judged": asked, "in_time": asked, "waiting": 0, "half": 30, "half_runs": False, "ninety": 60, "ninety_runs": False}
    return TopicLine(name=name, asked=asked, **(fields | more))  # type: ignore[arg-type]


def test_the_topic_asked_about_most_is_named(facts: PeriodFacts) -> None:
    seen = replace(facts, topics=[topic("procedure", 3), topic("health", 1)])

    first, _, _ = chair_questions.answer(seen, Question.ASKING).sentences

    assert first == "3 câu hỏi, nhiều nhất về thủ tục, giấy tờ (3); còn 1 câu chờ trả lời."


def test_where_nothing_was_asked_and_where_nothing_is_due_yet(facts: PeriodFacts) -> None:
    nothing = with_figure(facts, "questions", value=0)
    none_due = with_figure(facts, "answered_in_time", value=None, denominator=0)

    assert chair_questions.answer(nothing, Question.ASKING).sentences[0] == "Kỳ này không ai gửi câu hỏi nào cho phường."
    assert chair_questions.answer(none_due, Question.ASKING).sentences[1].startswith("Chưa câu nào đến hạn")


def test_a_report_of_before_these_figures_says_what_it_said(facts: PeriodFacts) -> None:
    """Kept in spring: no questions among its figures, none of the fields that came later."""
    kept = json.loads(json.dumps(period_facts.as_json(facts)))
    names = {"questions", "answered_in_time", "answer_median", "found_alone", "questions_open"}
    kept["figures"] = [one for one in kept["figures"] if one["name"] not in names]
    for name in ("topics", "answers", "answers_by_clock", "found", "helped", "place_waits", "reached"):
        del kept[name]
    for month in kept["months"]:
        for name in ("people", "smartphones", "supports", "first_timers"):
            del month[name]

    old = period_facts.from_json(kept)

    assert chair_questions.answer(old, Question.ASKING).sentences[0].startswith("5 lượt quét mã QR")
    assert set(drawings.told_by(old)) == set(drawings.DRAWN) - {"topics", "answer_times", "help", "phone_months"}
    assert report_words.annex(old, foot="").figures.rows
    assert Reader(Workbooks().report(old, title="Báo cáo")).value("Báo cáo", "B5") == 0.6


def test_what_was_kept_is_what_was(facts: PeriodFacts) -> None:

    assert period_facts.from_json(json.loads(json.dumps(period_facts.as_json(facts)))) == facts


@pytest.mark.parametrize(
    ("since", "until", "before"),
    [
        (date(2026, 10, 1), date(2026, 10, 31), (date(2026, 9, 1), date(2026, 9, 30))),
        (date(2026, 7, 1), date(2026, 9, 30), (date(2026, 4, 1), date(2026, 6, 30))),
        (date(2024, 2, 1), date(2024, 2, 29), (date(2024, 1, 1), date(2024, 1, 31))),
        (date(2026, 11, 10), date(2026, 11, 19), (date(2026, 10, 31), date(2026, 11, 9))),
        (date(2026, 1, 1), date(2026, 1, 1), (date(2025, 12, 31), date(2025, 12, 31))),
    ],
)
def test_the_period_before_is_as_long_and_of_months_as_many_months(since: date, until: date, before: tuple[date, date]) -> None:
    assert period_days.period_before(since, until) == before


def test_facts_are_of_wards_and_not_for_leaders(session: Session, five: Five) -> None:
    leader = make_actor(session, unit=five.one, role=Role.LEAD)
    since, until = date(2026, 11, 1), date(2026, 11, 24)

    with pytest.raises(NotAllowed):
        period_facts.of(session, actor=leader, since=since, until=until)
    with pytest.raises(Invalid, match="phường"):
        period_facts.of(session, actor=TERMINAL, unit_id=five.one.id, since=since, until=until)


def test_who_observes_gets_no_row_of_a_handful(session: Session, five: Five) -> None:
    observer = make_actor(session, unit=five.ward, role=Role.VIEWER)

    seen = period_facts.of(session, actor=observer, since=date(2026, 11, 1), until=date(2026, 11, 24))

    assert seen.places == []
    assert seen.trends == []
    assert seen.figure("coverage").numerator == 3
