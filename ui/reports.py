"""The parts of the screen of reports: what is kept, each with its two files and its number; making one; two side by side."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from uuid import UUID

import streamlit as st

from core import clock
from core.db import reading, transaction
from models import Report, ReportKind
from services import figure_words, period_days, period_facts, report_files, report_words, reports
from services.access import Actor
from services.figure_register import BY_NAME
from services.reports import Compared, ReportRow
from ui import addressed, leave_for, parts, refusals
from ui.parts import Column, Text
from ui.tables import XLSX
from ui.words import _, day, language, moment, number

PDF = "application/pdf"
HERE = "pages/reports.py"


def listing(rows: Sequence[ReportRow], *, opens: bool) -> None:
    """A line a report, the latest first."""
    lines: list[Sequence[Text]] = [
        (
            parts.cell(_title(row.report, opens=opens), row.unit.name),
            _("{serial}/{year}, lần {issue}", serial=row.report.serial, year=row.report.year, issue=row.report.issue),
            parts.cell(moment(row.report.created_at), row.made_by or _("theo lịch")),
            _("Số {n}/BC-UBND", n=row.report.number) if row.report.number else parts.soft(_("chưa có số")),
        )
        for row in rows
    ]  # fmt: skip
    heads: list[Column | str] = [_("Báo cáo"), Column(_("Trong sổ"), "desk"), Column(_("Lập lúc"), "desk"), _("Số văn bản")]
    parts.table(heads, lines, shown=24, more=_("Xem cả {n} báo cáo", n=number(len(lines))))


def _title(report: Report, *, opens: bool) -> Text:
    return parts.link(name_of(report), "reports", so=str(report.id)) if opens else name_of(report)


def name_of(report: Report) -> str:
    """`báo cáo tháng 10/2026`."""
    if report.kind is ReportKind.MONTH:
        return _("Báo cáo tháng {month}/{year}", month=report.first_on.month, year=report.first_on.year)
    return _("Báo cáo quý {quarter}/{year}", quarter=(report.first_on.month + 2) // 3, year=report.first_on.year)


def make(actor: Actor, unit_id: UUID) -> None:
    """The month or quarter that is over, made by hand: the calendar does it on the first working day."""
    month, quarter = period_days.last_whole_month(clock.today()), period_days.last_whole_quarter(clock.today())
    with st.container(horizontal=True):
        for kind, (first, _last) in ((ReportKind.MONTH, month), (ReportKind.QUARTER, quarter)):
            label = name_of(Report(unit_id=unit_id, kind=kind, first_on=first, last_on=first, year=first.year, serial=1))
            if st.button(
                _("Lập {name}", name=label[:1].lower() + label[1:]), key=f"make_{kind.value}", icon=":material/note_add:"
            ):
                with refusals():
                    with transaction() as session:
                        made = reports.make(session, actor=actor, unit_id=unit_id, kind=kind, first_on=first).id
                    leave_for(HERE, news=_("Đã lập báo cáo."), so=str(made))


def one(actor: Actor, report: Report, rows: Sequence[ReportRow]) -> None:
    """One report: its sentences, its files, its number, and beside another."""
    facts = period_facts.from_json(report.facts)
    parts.lines(*(" ".join([title, words]) for title, words in report_words.body(facts)[:-1]))
    name = f"bao-cao-{report.kind.value}-{report.first_on:%Y-%m}"
    with st.container(horizontal=True):
        st.download_button(
            _("Tải PDF"), partial(_pdf, actor, report.id), f"{name}.pdf", PDF, key="r_pdf", type="primary",
            icon=":material/picture_as_pdf:", on_click="ignore",
        )  # fmt: skip
        st.download_button(
            _("Tải Excel"), partial(report_files.xlsx, facts), f"{name}.xlsx", XLSX, key="r_xlsx", icon=":material/download:",
            on_click="ignore",
        )  # fmt: skip
    _number(actor, report)
    _beside(actor, report, rows)


def _pdf(actor: Actor, report_id: UUID) -> bytes:
    with reading() as session:
        report = reports.get(session, actor=actor, report_id=report_id)
        facts = period_facts.from_json(report.facts)
        paper, annex = reports.paper_of(
            session, actor=actor, unit_id=report.unit_id, facts=facts, kind=report.kind, report=report
        )  # fmt: skip
    return report_files.pdf(paper, annex)


def _number(actor: Actor, report: Report) -> None:
    if report.number is not None:
        parts.lines(_("Số {n}/BC-UBND, ngày {day}", n=report.number, day=day(report.issued_on or date.min, weekday=False)))
        return
    with st.expander(_("Văn thư cấp số"), key="r_number", icon=":material/tag:"), st.form("number", border=False):
        n = st.number_input(_("Số văn bản"), min_value=1, step=1, key="r_n", width=170)
        on = st.date_input(_("Ngày ban hành"), clock.today(), max_value=clock.today(), key="r_on", format="DD/MM/YYYY", width=170)
        if st.form_submit_button(_("Ghi số"), key="r_save"):
            with refusals():
                with transaction() as session:
                    reports.give_number(session, actor=actor, report_id=report.id, number=int(n), issued_on=on)
                leave_for(HERE, news=_("Đã ghi số văn bản."), so=str(report.id))


def _beside(actor: Actor, report: Report, rows: Sequence[ReportRow]) -> None:
    others = {one.id: one for one in reports.beside(report, rows)}
    if not others:
        return
    parts.section(_("So với báo cáo khác"))
    names = {str(id_): _("{name}, lần {issue}", name=name_of(one), issue=one.issue) for id_, one in others.items()}
    other = UUID(addressed.named(_("Báo cáo"), names, key="voi", width=330))
    with reading() as session:
        found = reports.compared(session, actor=actor, report_id=report.id, other_id=other)
    if others[other].kind is not report.kind:
        parts.hint(_("Một báo cáo là của tháng, một là của quý: số cộng trong kỳ không so được với nhau."))
    heads: list[Column | str] = [
        _("Số liệu"), Column(_("Báo cáo này"), "num"), Column(_("Báo cáo kia"), "num desk"), Column(_("Chênh lệch"), "num"),
    ]  # fmt: skip
    parts.table(heads, [_compared(each) for each in found], fold=False)


def _compared(each: Compared) -> Sequence[Text]:
    figure = BY_NAME[each.one.name]
    one, other = (
        figure_words.so_far(line.value, figure.measure, is_running=line.is_running, language=language()) if line else "–"
        for line in (each.one, each.other)
    )
    this = parts.joined(one, parts.on_phone(_("kia {value}", value=other)))  # where there is no room for a column of it
    return _(figure.label), this, other, figure_words.change(each.difference, figure.measure, language=language())
