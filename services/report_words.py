"""A report in words: the official paper's paragraphs, the annex's tables, in the language of the ward's papers."""

from collections.abc import Sequence
from datetime import date

from core import formats
from core.i18n import translate
from services import chair_questions, drawings, figure_words
from services.drawing_words import Words
from services.figure_register import BY_NAME, FIGURES, Measure
from services.period_days import whole_months
from services.period_facts import FigureLine, PeriodFacts
from services.ports import Annex, PaperTable

LANGUAGE = "vi"  # of papers
LINES_MOST = 400


def subject(facts: PeriodFacts) -> str:
    """What the report is about."""
    return f"Tình hình thông tin đến người dân {period(facts)}"


def period(facts: PeriodFacts) -> str:
    """`tháng 10 năm 2026`, `quý III năm 2026`, or from a day to another."""
    first, last = facts.days
    months = whole_months(first, last)
    if months == 1:
        return f"tháng {first.month} năm {first.year}"
    if months == 3 and first.month % 3 == 1:
        return f"quý {('I', 'II', 'III', 'IV')[first.month // 3]} năm {first.year}"
    return f"từ ngày {first:%d/%m/%Y} đến ngày {last:%d/%m/%Y}"


def body(facts: PeriodFacts) -> list[tuple[str, str]]:
    """The paragraphs: six questions, each answered in three sentences."""
    answered = chair_questions.answers(facts, language=LANGUAGE)
    found = [
        (f"{place}. {translate(one.question.label, language=LANGUAGE)}", " ".join(one.sentences))
        for place, one in enumerate(answered, 1)
    ]
    return [*found, ("", "Số liệu từng nơi, từng thông báo và các biểu đồ ở phụ lục kèm theo./.")]


def annex(facts: PeriodFacts, *, foot: str) -> Annex:
    """Everything else: figures beside the period before, charts, places, announcements."""
    before = " – ".join(f"{date.fromisoformat(day):%d/%m/%Y}" for day in (facts.before_since, facts.before_until))
    return Annex(
        title=f"Phụ lục. {subject(facts)}", sub=f"{facts.unit_name}. Kỳ trước để so: {before}.", foot=foot,
        figures=_figures(facts),
        note="Tỷ lệ là tổng chia tổng, không phải trung bình các tỷ lệ. “hơn”: nhóm hoặc hộ ở giữa vẫn chưa có tin."
        " Gạch ngang: không có gì để chia.",
        charts_title="Biểu đồ", charts=drawings.of(facts, language=LANGUAGE, names=drawings.told_by(facts)),
        tables=[_places(facts), _said(facts)],
    )  # fmt: skip


def _figures(facts: PeriodFacts) -> PaperTable:
    rows = []
    for figure in (known for known in FIGURES if facts.has(known.name)):
        one = facts.figure(figure.name)
        rows.append(
            (translate(figure.label, language=LANGUAGE), told(one), out_of(one), _before(one))
        )  # fmt: skip
    return PaperTable("Các số liệu", (3.2, 1.3, 1.3, 1.3), ("", "Kỳ này", "Trên tổng số", "Kỳ trước"), rows)


def told(one: FigureLine) -> str:
    """A figure as it is read on paper."""
    return figure_words.so_far(one.value, BY_NAME[one.name].measure, is_running=one.is_running, language=LANGUAGE)


def _before(one: FigureLine) -> str:
    measure = BY_NAME[one.name].measure
    return figure_words.so_far(one.before, measure, is_running=one.before_is_running, language=LANGUAGE)


def out_of(one: FigureLine) -> str:
    """What it is out of."""
    return figure_words.out_of(one, BY_NAME[one.name], language=LANGUAGE)


def _number(value: float) -> str:
    return formats.number(value, language=LANGUAGE)


def _places(facts: PeriodFacts) -> PaperTable:
    w = Words(LANGUAGE)
    rows = [
        (
            one.name, _number(one.households), _number(one.joined), w.share(one.coverage), w.share(one.coverage_before),
            f"+{_number(one.entered)} −{_number(one.left)}", w.share(one.smartphone_rate), f"{one.posted}/{one.relays}",
            _minutes(one.minutes, is_running=one.is_running), _number(one.opens),
        )
        for one in facts.places[:LINES_MOST]
    ]  # fmt: skip
    heads = ("Nơi", "Số hộ", "Trong nhóm", "Tỷ lệ", "Kỳ trước", "Vào, rời", "Có máy", "Đã đăng", "Đăng sau", "Máy mở")
    return PaperTable("Từng nơi, thấp nhất trước", (2.5, 0.9, 1, 1.1, 1.1, 1.1, 1.1, 1, 2.1, 1), heads, rows)


def _minutes(value: float | None, *, is_running: bool) -> str:
    return figure_words.so_far(value, Measure.MINUTES, is_running=is_running and value is not None, language=LANGUAGE)


def _said(facts: PeriodFacts) -> PaperTable:
    w = Words(LANGUAGE)
    rows: Sequence[Sequence[str]] = [
        (
            one.title, w.day(one.on), _number(one.households), _number(one.known) if one.asks else "không hỏi",
            _number(one.estimated), f"{one.posted}/{one.groups}", _minutes(one.minutes, is_running=one.is_running),
        )
        for one in facts.said[:LINES_MOST]
    ]  # fmt: skip
    heads = ("Thông báo", "Gửi ngày", "Số hộ", "Biết chắc", "Ước tính", "Đã đăng", "Đăng sau")
    return PaperTable("Từng thông báo", (4, 1.5, 1, 1.2, 1.2, 1.1, 1.5), heads, rows)
