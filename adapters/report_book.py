"""A report as a workbook: every figure a live formula over the data sheets beside it, so that whoever doubts it can follow it.

The values a program shows before it counts are written too: the same as on paper. No text in it can be taken for a formula.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from core.i18n import translate
from core.safe_text import safe
from models import Topic
from services.figure_register import FIGURES, Definition, Measure, Span
from services.figure_words import NONE
from services.period_facts import FigureLine, PeriodFacts, PlaceLine

LANGUAGE = "vi"  # of papers
SUMMARY, PLACES, MONTHS, SAID, TIMES, CHANNELS, CODES, TOPICS, FOUND, HELPED = (
    "Báo cáo", "Theo nơi", "Theo tháng", "Thông báo", "Thời gian", "Kênh", "Mã QR", "Hỏi đáp", "Tự tìm thấy", "Hỗ trợ",
)  # fmt: skip
PLACE_HEADS = (
    "Mã", "Nơi", "Số hộ", "Hộ trong nhóm", "Nhân khẩu", "Người trong nhóm", "Người có điện thoại thông minh", "Số hộ kỳ trước",
    "Hộ trong nhóm kỳ trước", "Lượt vào", "Lượt rời", "Máy mở", "Gõ cửa báo được", "Lần gõ cửa",
)  # fmt: skip
MONTH_HEADS = (
    "Tháng", "Số hộ", "Hộ trong nhóm", "Lượt vào", "Lượt rời", "Phút đến khi đăng, trung vị", "Hộ biết chắc", "Hộ được hỏi",
)  # fmt: skip
SAID_HEADS = (
    "Thông báo", "Gửi ngày", "Đếm", "Số hộ", "Hộ được hỏi", "Hộ biết chắc (của thông báo có hỏi)", "Hộ ước tính", "Nhóm đã đăng",
    "Nhóm",
)  # fmt: skip
TIME_HEADS = (
    "Phút đến khi đăng", "Đang chờ", "Phút đến một nửa số hộ", "Đang chờ", "Phút đến chín phần mười số hộ", "Đang chờ",
    "Phút làm việc đến câu trả lời", "Đang chờ", "Phút theo đồng hồ đến câu trả lời", "Đang chờ",
)  # fmt: skip
CHANNEL_HEADS = ("Kênh", "Tin đã đi", "Đồng", "Tin có phí tới nơi")
CODE_HEADS = ("Nơi treo", "Lượt quét", "Lần đầu")
TOPIC_HEADS = ("Việc", "Đã hỏi", "Đã trả lời hoặc quá hạn", "Đúng hạn", "Còn chờ")
FOUND_HEADS = ("Câu trả lời chung", "Lượt tự tìm thấy")
HELPED_HEADS = ("Thủ tục", "Lượt hỗ trợ", "Làm trực tuyến", "Lần đầu")
# Sums: of a figure, the sheet and column above and below the line.
SUMS: Mapping[str, tuple[tuple[str, int], tuple[str, int] | None]] = {
    "coverage": ((PLACES, 3), (PLACES, 2)), "households": ((PLACES, 2), None), "joined": ((PLACES, 3), None),
    "people": ((PLACES, 4), None), "depth": ((PLACES, 5), (PLACES, 3)), "smartphone_rate": ((PLACES, 6), (PLACES, 4)),
    "entered": ((PLACES, 9), None), "left": ((PLACES, 10), None), "opens": ((PLACES, 11), None),
    "doors_told": ((PLACES, 12), (PLACES, 13)), "announcements": ((SAID, 2), None), "posted": ((SAID, 7), (SAID, 8)),
    "known": ((SAID, 5), (SAID, 4)), "estimated": ((SAID, 6), (SAID, 3)), "messages": ((CHANNELS, 1), None),
    "cost": ((CHANNELS, 2), None), "cost_per_arrival": ((CHANNELS, 2), (CHANNELS, 3)), "scans": ((CODES, 1), None),
    "first_scans": ((CODES, 2), None), "questions": ((TOPICS, 1), None), "answered_in_time": ((TOPICS, 3), (TOPICS, 2)),
    "questions_open": ((TOPICS, 4), None), "found_alone": ((FOUND, 1), None), "supports": ((HELPED, 1), None),
    "first_timers": ((HELPED, 3), None), "supports_online": ((HELPED, 2), (HELPED, 1)),
}  # fmt: skip
SPREADS = {"relay_median": (0, False), "relay_ninety": (0, True), "time_to_half": (2, False), "time_to_ninety": (4, False),
           "answer_median": (6, False), "answer_ninety": (6, True), "answer_clock": (8, False)}  # fmt: skip


@dataclass(frozen=True)
class _Looks:
    head: Any
    share: Any
    number: Any
    running: Any  # a time of which the middle one is still waited for
    title: Any


def written(facts: PeriodFacts, *, title: str) -> bytes:
    """The workbook of a period."""
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(file, options) as book:
        looks = _Looks(
            book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}),
            book.add_format({"num_format": "0.0%"}),
            book.add_format({"num_format": "#,##0.##"}), book.add_format({"num_format": '"hơn "#,##0'}),
            book.add_format({"bold": True, "font_size": 14}),
        )  # fmt: skip
        summary = book.add_worksheet(SUMMARY)
        sheets = _data(facts)
        for name, (heads, rows) in sheets.items():
            _sheet(book.add_worksheet(name), heads, rows, looks, has_rate=name == PLACES)
        _summary(summary, facts, title, {name: len(rows) for name, (_, rows) in sheets.items()}, looks)
    return file.getvalue()


def _data(facts: PeriodFacts) -> dict[str, tuple[Sequence[str], Sequence[Sequence[Any]]]]:
    months = [
        (one.first, one.households, one.joined, one.entered, one.left, one.minutes, one.known, one.asked) for one in facts.months
    ]
    said = [
        (
            one.title, one.on, 1, one.households, one.households if one.asks else 0, one.known if one.asks else 0, one.estimated,
            one.posted, one.groups,
        )
        for one in facts.said
    ]  # fmt: skip
    return {
        PLACES: (PLACE_HEADS, [*map(_place, facts.places), *_rest(facts)]),
        MONTHS: (MONTH_HEADS, months),
        SAID: (SAID_HEADS, said),
        TIMES: (TIME_HEADS, _times(facts)),
        CHANNELS: (CHANNEL_HEADS, [(one.name, one.one, one.two, one.three) for one in facts.channels]),
        CODES: (CODE_HEADS, [(one.name or NONE, one.one, one.two) for one in facts.scan_places]),
        TOPICS: (TOPIC_HEADS, [(_topic(one.name), one.asked, one.judged, one.in_time, one.waiting) for one in facts.topics]),
        FOUND: (FOUND_HEADS, [(one.name, one.one) for one in facts.found]),
        HELPED: (HELPED_HEADS, [(one.name or "Việc khác", one.one, one.two, one.three) for one in facts.helped]),
    }


def _topic(name: str) -> str:
    return translate(Topic(name).label, language=LANGUAGE)


def _times(facts: PeriodFacts) -> list[Sequence[Any]]:
    """Minutes, and 1 where they still run, five lists side by side; those that ended first."""
    halves = sorted((int(one.half_runs), one.half) for one in facts.said if one.half is not None)
    nineties = sorted((int(one.ninety_runs), one.ninety) for one in facts.said if one.ninety is not None)
    lists = (
        facts.waits, [(half, runs) for runs, half in halves], [(ninety, runs) for runs, ninety in nineties], facts.answers,
        facts.answers_by_clock,
    )  # fmt: skip
    return [[cell for pair in row for cell in pair] for row in zip_longest(*lists, fillvalue=(None, None))]


def _place(one: PlaceLine) -> Sequence[Any]:
    return (
        one.unit_code, one.name, one.households, one.joined, one.people, one.people_joined, one.smartphones,
        one.before_households, one.before_joined, one.entered, one.left, one.opens, one.doors_told, one.doors,
    )  # fmt: skip


def _rest(facts: PeriodFacts) -> list[Sequence[Any]]:
    """What belongs to no place of the list (a chat of the ward itself, places beyond it), so that the sums are the ward's."""
    names = (
        "households", "joined", "people", "depth", "smartphone_rate", "", "", "entered", "left", "opens", "doors_told",
    )  # fmt: skip
    numerators = {name: column for column, name in enumerate(names, 2) if name}
    wanted = {column: facts.figure(name).numerator or 0 for name, column in numerators.items()}
    wanted[13] = facts.figure("doors_told").denominator or 0
    rows = [_place(one) for one in facts.places]
    rest = [wanted[column] - sum(row[column] for row in rows) if column in wanted else 0 for column in range(14)]
    return [("", "Nơi khác", *rest[2:])] if any(rest) else []


def _sheet(sheet: Any, heads: Sequence[str], rows: Sequence[Sequence[Any]], looks: _Looks, *, has_rate: bool) -> None:
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, len(heads), 14)
    for column, head in enumerate([*heads, *(["Tỷ lệ"] if has_rate else [])]):
        sheet.write_string(0, column, head, looks.head)
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            _write(sheet, number, column, value)
        if has_rate:
            share = row[3] / row[2] if row[2] else NONE
            sheet.write_formula(
                number, len(heads), f'=IF(C{number + 1}=0,"{NONE}",D{number + 1}/C{number + 1})', looks.share, share
            )


def _write(sheet: Any, row: int, column: int, value: Any) -> None:
    if isinstance(value, int | float):
        sheet.write_number(row, column, value)
    elif value:
        sheet.write_string(row, column, safe(str(value)))


def _summary(sheet: Any, facts: PeriodFacts, title: str, sizes: Mapping[str, int], looks: _Looks) -> None:
    sheet.set_column(0, 0, 38)
    sheet.set_column(1, 5, 14)
    sheet.set_column(6, 6, 90)
    sheet.write_string(0, 0, safe(f"{title}, {facts.unit_name}"), looks.title)
    sheet.write_string(1, 0, f"{facts.since} – {facts.until}; kỳ trước {facts.before_since} – {facts.before_until}")
    for column, head in enumerate(("Số liệu", "Giá trị", "Đếm được", "Trên tổng số", "Kỳ trước", "Đơn vị", "Là gì")):
        sheet.write_string(3, column, head, looks.head)
    for row, figure in enumerate((one for one in FIGURES if facts.has(one.name)), 4):
        one = facts.figure(figure.name)
        for column, text in ((0, figure.label), (5, figure.measure.label), (6, figure.definition)):
            sheet.write_string(row, column, translate(text, language=LANGUAGE))
        usual = looks.share if figure.measure is Measure.SHARE else looks.number
        look, before = (looks.running if runs else usual for runs in (one.is_running, one.before_is_running))
        for column, (formula, value) in enumerate(_formulas(figure, one, row + 1, sizes), 1):
            if formula:
                told = NONE if value is None else value
                sheet.write_formula(row, column, formula, look if column == 1 else looks.number, told)
        if one.before is not None:
            sheet.write_number(row, 4, one.before, before)
    sheet.freeze_panes(4, 1)


def _formulas(figure: Definition, one: FigureLine, row: int, sizes: Mapping[str, int]) -> list[tuple[str, float | None]]:
    """Of the value, of what is counted, of what it is out of; each with what it comes to."""
    if figure.span is Span.SPREAD:
        column, is_ninety = SPREADS[figure.name]
        times = _range(TIMES, column, sizes)
        return [(_spread(times, is_ninety=is_ninety), one.value), ("", None), (f"=COUNT({times})", one.denominator)]
    above, below = SUMS[figure.name]
    counted = (f"=SUM({_range(*above, sizes)})", one.numerator)
    if below is None:
        return [(f"=C{row}", one.value), counted]
    return [
        (f'=IF(D{row}=0,"{NONE}",ROUND(C{row}/D{row},{figure.measure.places}))', one.value), counted,
        (f"=SUM({_range(*below, sizes)})", one.denominator),
    ]  # fmt: skip


def _spread(times: str, *, is_ninety: bool) -> str:
    """Those that ended come first, in their order: the middle one (or the mean of two), or the one at nine tenths."""
    n = f"COUNT({times})"
    middle = f"(INDEX({times},INT(({n}+1)/2))+INDEX({times},INT({n}/2)+1))/2"
    return f'=IF({n}=0,"{NONE}",ROUND({f"INDEX({times},ROUNDUP({n}*0.9,0))" if is_ninety else middle},0))'


def _range(sheet: str, column: int, sizes: Mapping[str, int]) -> str:
    name = xl_col_to_name(column)
    return f"'{sheet}'!${name}$2:${name}${max(2, sizes[sheet] + 1)}"
