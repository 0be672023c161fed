"""Reports that are kept: numbered, comparable, made by the calendar, and the same to the digit on paper and in the workbook."""

import shutil
import subprocess
import unicodedata
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlmodel import Session
from time_machine import Traveller

from adapters.paper import TypstPaper
from adapters.table_files import Workbooks
from core.errors import Invalid, NotAllowed, NotFound
from models import ReportKind, Role
from services import figure_words, inquiry_rules, period_facts, ports, report_files, report_words, reports, rollups
from services.access import TERMINAL
from services.figure_register import BY_NAME, FIGURES, Measure
from services.inquiry_rules import Rules
from services.period_facts import FigureLine, PeriodFacts
from services.ports import Ports
from services.reports import Compared
from tests.factories import make_actor, make_household, make_unit
from tests.fakes import FakeEngine, Nothing
from tests.formulas import Reader
from tests.services.five import Five, announce, ask, help_people, scan, settle

NOVEMBER, OCTOBER = date(2026, 11, 1), date(2026, 10, 1)


@pytest.fixture
def five(session: Session, clock: Traveller, promises: FakeEngine) -> Five:
    nothing: Any = Nothing()
    ports.provide(Ports(sheets=nothing, paper=TypstPaper(), codes=nothing, engine=promises, tables=Workbooks()))
    five = settle(session)
    announce(session, five)
    scan(session, five)
    ask(session, five)
    help_people(session, five)
    return five


@pytest.fixture
def november(session: Session, five: Five, clock: Traveller) -> PeriodFacts:
    clock.move_to(_at(2026, 12, 1))
    return reports.facts_of(session, actor=TERMINAL, unit_id=five.ward.id, kind=ReportKind.MONTH, first_on=NOVEMBER)


def _at(year: int, month: int, day: int) -> str:
    return f"{year}-{month:02}-{day:02}T02:00:00+00:00"


def test_a_report_is_kept_with_its_place_in_the_book(session: Session, five: Five, clock: Traveller) -> None:
    clock.move_to(_at(2026, 12, 1))

    made = reports.make(session, actor=TERMINAL, unit_id=five.ward.id, kind=ReportKind.MONTH, first_on=NOVEMBER)
    again = reports.make(session, actor=TERMINAL, unit_id=five.ward.id, kind=ReportKind.MONTH, first_on=NOVEMBER)
    before = reports.make(session, actor=TERMINAL, unit_id=five.ward.id, kind=ReportKind.MONTH, first_on=OCTOBER)

    assert (made.serial, made.issue, made.last_on) == (1, 1, date(2026, 11, 30))
    assert again.id == made.id
    assert before.serial == 2
    assert [row.report.id for row in reports.listing(session, actor=TERMINAL)] == [made.id, before.id]


def test_after_figures_changed_it_is_another_issue_and_the_first_stays(session: Session, five: Five, clock: Traveller) -> None:
    clock.move_to(_at(2026, 12, 1))
    first = reports.make(session, actor=TERMINAL, unit_id=five.ward.id, kind=ReportKind.MONTH, first_on=NOVEMBER)
    make_household(session, unit=five.one, arrived_on=date(2026, 11, 3))
    rollups.refresh(session, unit_ids=[five.one.id])

    second = reports.make(session, actor=TERMINAL, unit_id=five.ward.id, kind=ReportKind.MONTH, first_on=NOVEMBER)

    assert (second.issue, second.serial) == (2, 2)
    told = reports.compared(session, actor=TERMINAL, report_id=first.id, other_id=second.id)
    households = next(one for one in told if one.one.name == "households")
    assert (households.one.value, households.difference) == (5, -1)


def test_a_relay_that_is_still_running_makes_no_other_issue(session: Session, five: Five, clock: Traveller) -> None:
    clock.move_to(_at(2026, 12, 1))
    first = reports.make(session, actor=TERMINAL, unit_id=five.ward.id, kind=ReportKind.MONTH, first_on=NOVEMBER)
    session.commit()
    clock.shift(timedelta(days=3))

    again = reports.make(session, actor=TERMINAL, unit_id=five.ward.id, kind=ReportKind.MONTH, first_on=NOVEMBER)

    assert again.id == first.id


def test_a_month_that_is_not_over_is_looked_at_and_not_kept(session: Session, five: Five) -> None:
    seen = reports.facts_of(session, actor=TERMINAL, unit_id=five.ward.id, kind=ReportKind.MONTH, first_on=NOVEMBER)

    assert seen.until == "2026-11-24"
    with pytest.raises(Invalid, match="01/12/2026"):
        reports.make(session, actor=TERMINAL, unit_id=five.ward.id, kind=ReportKind.MONTH, first_on=NOVEMBER)
    with pytest.raises(Invalid, match="chưa bắt đầu"):
        reports.facts_of(session, actor=TERMINAL, unit_id=five.ward.id, kind=ReportKind.MONTH, first_on=date(2026, 12, 1))
    with pytest.raises(Invalid, match="đầu quý"):
        reports.period_of(ReportKind.QUARTER, date(2026, 11, 1))


@pytest.mark.parametrize(
    ("month", "day"),
    [
        (date(2026, 12, 1), date(2026, 12, 1)),
        (date(2026, 11, 1), date(2026, 11, 2)),  # a Sunday
        (date(2027, 1, 1), date(2027, 1, 4)),  # New Year, then a weekend
        (date(2026, 5, 1), date(2026, 5, 4)),
        (date(2026, 9, 1), date(2026, 9, 3)),
    ],
)
def test_the_first_working_day(month: date, day: date) -> None:
    assert reports.first_working_day(month) == day


def test_a_ward_that_rests_a_day_longer_finds_its_report_a_day_later(session: Session, five: Five, clock: Traveller) -> None:
    official = make_actor(session, unit=five.ward, role=Role.OFFICIAL)
    inquiry_rules.write(session, actor=official, ward_id=five.ward.id, rules=Rules(free_days=["01/12/2026"]))

    asked = []
    for day in (1, 2):
        clock.move_to(_at(2026, 12, day))
        asked.append(len(reports.due(session)))

    assert asked == [0, 1]


def test_the_calendar_asks_for_the_month_and_after_a_quarter_for_it_too(session: Session, five: Five, clock: Traveller) -> None:
    make_unit(session)  # a ward without households is asked for nothing

    clock.move_to(_at(2027, 1, 3))
    assert reports.due(session) == []  # a Sunday

    clock.move_to(_at(2027, 1, 5))
    waiting = reports.due(session)
    assert waiting == [
        (five.ward.id, ReportKind.MONTH, date(2026, 12, 1)), (five.ward.id, ReportKind.QUARTER, date(2026, 10, 1)),
    ]  # fmt: skip
    for unit_id, kind, first in waiting:
        assert reports.make_due(session, unit_id=unit_id, kind=kind, first_on=first)
        assert not reports.make_due(session, unit_id=unit_id, kind=kind, first_on=first)
    assert reports.due(session) == []


def test_the_clerk_gives_the_number_once(session: Session, five: Five, clock: Traveller) -> None:
    clock.move_to(_at(2026, 12, 2))
    made = reports.make(session, actor=TERMINAL, unit_id=five.ward.id, kind=ReportKind.MONTH, first_on=NOVEMBER)

    def paper() -> ports.PaperText:
        facts = period_facts.from_json(made.facts)
        return reports.paper_of(
            session, actor=TERMINAL, unit_id=five.ward.id, facts=facts, kind=made.kind, report=made
        )[0]  # fmt: skip

    assert "Báo cáo 1 trong sổ năm 2026, lần 1" in paper().draft
    reports.give_number(session, actor=TERMINAL, report_id=made.id, number=15, issued_on=date(2026, 12, 2))
    assert (paper().number, paper().draft, paper().symbol) == (15, "", "BC-UBND")
    with pytest.raises(Invalid, match="đã có số"):
        reports.give_number(session, actor=TERMINAL, report_id=made.id, number=16, issued_on=date(2026, 12, 2))


def test_a_number_is_given_once_a_year(session: Session, five: Five, clock: Traveller) -> None:
    clock.move_to(_at(2026, 12, 2))
    one, other = (
        reports.make(session, actor=TERMINAL, unit_id=five.ward.id, kind=ReportKind.MONTH, first_on=first)
        for first in (OCTOBER, NOVEMBER)
    )
    reports.give_number(session, actor=TERMINAL, report_id=one.id, number=15, issued_on=date(2026, 12, 2))

    with pytest.raises(Invalid, match="đã cấp cho báo cáo"):
        reports.give_number(session, actor=TERMINAL, report_id=other.id, number=15, issued_on=date(2026, 12, 2))
    clock.move_to(_at(2027, 1, 5))
    told = reports.give_number(session, actor=TERMINAL, report_id=other.id, number=15, issued_on=date(2027, 1, 5))
    assert (told.number, told.issued_on) == (15, date(2027, 1, 5))


def test_who_may(session: Session, five: Five, clock: Traveller) -> None:
    clock.move_to(_at(2026, 12, 2))
    made = reports.make(session, actor=TERMINAL, unit_id=five.ward.id, kind=ReportKind.MONTH, first_on=NOVEMBER)
    stranger = make_actor(session, unit=make_unit(session), role=Role.OFFICIAL)
    observer = make_actor(session, unit=five.ward, role=Role.VIEWER)

    with pytest.raises(NotFound):
        reports.get(session, actor=stranger, report_id=made.id)
    with pytest.raises(NotAllowed):
        reports.get(session, actor=observer, report_id=made.id)
    assert reports.listing(session, actor=stranger) == []


# ---- the two files


def test_the_workbook_counts_to_the_figures_of_the_report(november: PeriodFacts) -> None:
    book = Reader(report_files.xlsx(november))

    rows = {book.value("Báo cáo", f"A{line}"): line for line in range(5, 5 + len(FIGURES))}
    for figure in FIGURES:
        line, one = rows[figure.label], november.figure(figure.name)
        counted = book.value("Báo cáo", f"B{line}")
        assert counted == ("–" if one.value is None else pytest.approx(one.value)), figure.name
        assert str(book.book["Báo cáo"][f"B{line}"].value).startswith("="), figure.name
        if figure.measure is not Measure.MINUTES and one.denominator is not None:
            assert book.value("Báo cáo", f"D{line}") == one.denominator, figure.name


def test_a_time_that_still_ran_says_so_in_the_workbook(november: PeriodFacts) -> None:
    sheet = load_workbook(BytesIO(report_files.xlsx(november)))["Báo cáo"]

    formats = {sheet[f"A{line}"].value: sheet[f"B{line}"].number_format for line in range(5, 5 + len(FIGURES))}
    for figure in FIGURES:
        assert ("hơn" in formats[figure.label]) == november.figure(figure.name).is_running, figure.name


def line(name: str, value: float | None, *, is_running: bool = False) -> FigureLine:
    return FigureLine(name, value, None, None, is_running, None, None, None)


@pytest.mark.parametrize(
    ("name", "one", "other", "said"),
    [
        ("coverage", line("coverage", 0.687), line("coverage", 0.689), "−0,2 điểm phần trăm"),
        ("relay_median", line("relay_median", 14), line("relay_median", 23), "−9 phút"),
        ("relay_median", line("relay_median", 66_483), line("relay_median", 157_200), "−63 ngày"),  # 46 days less 109, as read
        ("relay_median", line("relay_median", 14, is_running=True), line("relay_median", 5), "–"),
        ("relay_median", line("relay_median", 14), None, "–"),
    ],
)  # fmt: skip
def test_a_difference_is_that_of_the_numbers_as_they_are_read(
    name: str, one: FigureLine, other: FigureLine | None, said: str
) -> None:
    difference = Compared(one, other).difference

    assert figure_words.change(difference, BY_NAME[name].measure, language="vi").replace("\u00a0", " ") == said


def test_a_changed_row_changes_the_figure(november: PeriodFacts) -> None:
    book = Reader(report_files.xlsx(november))
    line = next(line for line in range(5, 60) if book.value("Báo cáo", f"A{line}") == "Hộ trong nhóm")
    before = book.value("Báo cáo", f"B{line}")

    book.book["Theo nơi"]["D2"] = 3

    assert book.value("Báo cáo", f"B{line}") != before


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed here")
@pytest.mark.once
def test_an_independent_program_counts_the_same_as_the_paper(november: PeriodFacts, tmp_path: Path) -> None:
    """LibreOffice counts every formula anew: what was kept beside them is taken out before."""
    book = load_workbook(BytesIO(report_files.xlsx(november)))
    book.save(tmp_path / "bao-cao.xlsx")  # without the values that were kept beside the formulas
    home = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", home, "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(tmp_path / "out")]
    subprocess.run([*command, str(tmp_path / "bao-cao.xlsx")], check=True, capture_output=True, timeout=120)

    counted = load_workbook(tmp_path / "out" / "bao-cao.xlsx", data_only=True)["Báo cáo"]

    rows = {counted[f"A{line}"].value: line for line in range(5, 5 + len(FIGURES))}
    for figure in FIGURES:
        value, one = counted[f"B{rows[figure.label]}"].value, november.figure(figure.name)
        assert value == ("–" if one.value is None else pytest.approx(one.value)), figure.name
        told = None if value == "–" else value
        assert figure_words.so_far(told, figure.measure, is_running=one.is_running, language="vi") == report_words.told(one)


def words_of(pdf: bytes) -> str:
    text = " ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    return " ".join(unicodedata.normalize("NFC", text).split())


def test_the_paper_says_the_same_to_the_digit(session: Session, five: Five, november: PeriodFacts) -> None:
    paper, annex = reports.paper_of(session, actor=TERMINAL, unit_id=five.ward.id, facts=november, kind=ReportKind.MONTH)

    words = words_of(report_files.pdf(paper, annex))

    assert "BÁO CÁO" in words
    assert "Tình hình thông tin đến người dân tháng 11 năm 2026" in words
    assert "3 trên 5 hộ ở trong nhóm, 60,0 %" in words
    for figure in FIGURES:
        one = november.figure(figure.name)
        line = " ".join(f"{figure.label} {report_words.told(one)} {report_words.out_of(one)}".split())
        assert line in words, figure.name
    for title in ("Hộ trong nhóm theo nơi", "Tổ trưởng đăng nhanh đến đâu", "Chi phí mỗi tin tới nơi", "Từng thông báo"):
        assert title in words


def test_a_quarter_is_named_by_its_number(session: Session, five: Five, clock: Traveller) -> None:
    clock.move_to(_at(2027, 1, 5))

    facts = reports.facts_of(session, actor=TERMINAL, unit_id=five.ward.id, kind=ReportKind.QUARTER, first_on=OCTOBER)

    assert report_words.subject(facts) == "Tình hình thông tin đến người dân quý IV năm 2026"
    assert (facts.before_since, facts.before_until) == ("2026-07-01", "2026-09-30")


def test_a_ward_without_data_is_reported_all_the_same(session: Session, five: Five) -> None:
    empty = make_unit(session, name="Phường Trống")
    facts = reports.facts_of(session, actor=TERMINAL, unit_id=empty.id, kind=ReportKind.MONTH, first_on=OCTOBER)

    paper, annex = reports.paper_of(session, actor=TERMINAL, unit_id=empty.id, facts=facts, kind=ReportKind.MONTH)

    assert "Chưa có hộ nào trong sổ." in words_of(report_files.pdf(paper, annex))
    assert Reader(report_files.xlsx(facts)).value("Báo cáo", "B5") == "–"
