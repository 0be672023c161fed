"""Reports upward: monthly to the People's Committee, quarterly to the province; made by the calendar or by hand, kept, numbered.

A report keeps its figures as they were. Made again after figures have changed it is another issue; the earlier one stays.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select as sa_select
from sqlalchemy.orm import defer
from sqlmodel import Session, col, func, select

from core import clock
from core.errors import Invalid, NotFound
from core.i18n import N_
from models import Report, ReportKind, Unit, UnitKind, User
from services import access, audit, figure_words, inquiry_rules, official_papers, period_days, period_facts, report_words, wards
from services.access import TERMINAL, Actor, May, path_range, unit_for
from services.figure_register import BY_NAME
from services.office_hours import FARTHEST, OfficeHours
from services.period_facts import FigureLine, PeriodFacts
from services.ports import Annex, PaperText

SYMBOL = "BC-UBND"
RECIPIENTS = {
    ReportKind.MONTH: ("Ủy ban nhân dân phường;", "Lưu: VT."), ReportKind.QUARTER: ("Ủy ban nhân dân tỉnh;", "Lưu: VT."),
}  # fmt: skip


@dataclass(frozen=True)
class ReportRow:
    """A report of the list."""

    report: Report
    unit: Unit
    made_by: str  # "" by the calendar


@dataclass(frozen=True)
class Compared:
    """A figure in two reports; `other` is None where the other knows nothing of it."""

    one: FigureLine
    other: FigureLine | None

    @property
    def difference(self) -> float | None:
        """The one less the other, as both are read; None where there is nothing to subtract, or one still ran."""
        if self.other is None or self.one.value is None or self.other.value is None:
            return None
        if self.one.is_running or self.other.is_running:
            return None
        one, other = (figure_words.as_read(line.value or 0, BY_NAME[line.name].measure) for line in (self.one, self.other))
        return one - other


def period_of(kind: ReportKind, first_on: date) -> tuple[date, date]:
    """First and last day of the month or quarter that begins on a day.

    Raises:
        Invalid: no month or quarter begins on it.
    """
    if first_on.day != 1 or (kind is ReportKind.QUARTER and first_on.month % 3 != 1):
        raise Invalid(N_("Kỳ báo cáo bắt đầu từ ngày đầu tháng hoặc đầu quý."))
    after = first_on
    for _ in range(3 if kind is ReportKind.QUARTER else 1):
        _, after = clock.month_of(after)
    return first_on, after - timedelta(days=1)


def facts_of(session: Session, *, actor: Actor, unit_id: UUID, kind: ReportKind, first_on: date) -> PeriodFacts:
    """The figures of a month or quarter as they are now, up to today where it is not over.

    Raises:
        NotAllowed, NotFound: as `make`.
        Invalid: it has not begun.
    """
    access.require(actor, May.MAKE_REPORTS)
    first, last = period_of(kind, first_on)
    if first > clock.today():
        raise Invalid(N_("Kỳ này chưa bắt đầu, chưa có số liệu để báo cáo."))
    return period_facts.of(session, actor=actor, unit_id=unit_id, since=first, until=period_days.until_today(last))


def make(session: Session, *, actor: Actor, unit_id: UUID, kind: ReportKind, first_on: date) -> Report:
    """Make and keep a report; the one there is, if its figures are still the same.

    Raises:
        NotAllowed: the actor may not write.
        NotFound: the unit lies outside the actor's sight.
        Invalid: the unit is no ward or province, or the period is not over.
    """
    access.require(actor, May.MAKE_REPORTS)
    unit = unit_for(session, actor=actor, unit_id=unit_id)
    first, last = period_of(kind, first_on)
    if last >= clock.today():
        raise Invalid(N_("Kỳ này chưa hết. Báo cáo lập được từ ngày {day}."), day=f"{last + timedelta(days=1):%d/%m/%Y}")
    session.exec(select(Unit.id).where(Unit.id == unit.id).with_for_update()).one()  # two hands, one book
    facts = facts_of(session, actor=actor, unit_id=unit.id, kind=kind, first_on=first)
    kept = period_facts.as_json(facts)
    latest = _latest(session, unit.id, kind, first)
    if latest is not None and _gist(latest.facts) == _gist(kept):
        return latest
    year = clock.today().year
    last_serial = session.exec(select(func.max(Report.serial)).where(Report.unit_id == unit.id, Report.year == year)).one()
    report = Report(
        unit_id=unit.id, kind=kind, first_on=first, last_on=last, year=year, serial=(last_serial or 0) + 1,
        issue=latest.issue + 1 if latest else 1, facts=kept, made_by_id=actor.id,
    )  # fmt: skip
    session.add(report)
    session.flush()
    audit.record(
        session, actor=actor, action="report.made", subject_kind="report", subject_id=report.id, kind=kind.value,
        first_on=first.isoformat(), serial=report.serial, issue=report.issue,
    )  # fmt: skip
    return report


def _gist(kept: Mapping[str, Any]) -> Any:
    """What makes a report another one: all but times that were still running, which grow while nothing is entered."""
    figures = [(one["name"], one["numerator"], one["denominator"]) for one in kept["figures"] if not one["is_running"]]
    places = [{name: value for name, value in one.items() if name != "minutes"} for one in kept["places"]]
    said = [(one["id"], one["known"], one["estimated"], one["posted"]) for one in kept["said"]]
    return figures, places, said, kept["channels"], kept["scan_places"], kept["unit_name"]


def _latest(session: Session, unit_id: UUID, kind: ReportKind, first_on: date) -> Report | None:
    wanted = select(Report).where(Report.unit_id == unit_id, Report.kind == kind, Report.first_on == first_on)
    return session.exec(wanted.order_by(col(Report.issue).desc()).limit(1)).first()


def listing(session: Session, *, actor: Actor) -> list[ReportRow]:
    """The reports of the actor's units, the latest period first, without their figures. One query.

    Raises:
        NotAllowed: a leader.
    """
    access.require(actor, May.SEE_FIGURES)
    wanted = (
        select(Report, Unit, User.display_name)
        .join(Unit, col(Unit.id) == Report.unit_id)
        .outerjoin(User, col(User.id) == col(Report.made_by_id))
        .options(defer(Report.facts))  # type: ignore[arg-type]  # tens of kilobytes each
        .where(path_range(actor.unit_path))
        .order_by(col(Report.last_on).desc(), col(Report.kind), col(Report.serial).desc())
    )
    return [ReportRow(report, unit, name or "") for report, unit, name in session.exec(wanted)]


def get(session: Session, *, actor: Actor, report_id: UUID) -> Report:
    """One report.

    Raises:
        NotAllowed: the actor may not write; a report names places with few households.
        NotFound: it does not exist, or lies outside the actor's sight.
    """
    access.require(actor, May.MAKE_REPORTS)
    report = session.get(Report, report_id)
    unit = session.get(Unit, report.unit_id) if report else None
    if report is None or unit is None or not unit.path.startswith(actor.unit_path):
        raise NotFound(N_("Không tìm thấy báo cáo này."))
    return report


def give_number(session: Session, *, actor: Actor, report_id: UUID, number: int, issued_on: date) -> Report:
    """Number and day of issue, from the clerk's register; once, and for good.

    Raises:
        NotAllowed, NotFound: as `get`.
        Invalid: it has its number, the number or day cannot be, or another report of that year bears it.
    """
    report = get(session, actor=actor, report_id=report_id)
    official_papers.check_number(number, issued_on, given=report.number)
    session.exec(select(Unit.id).where(Unit.id == report.unit_id).with_for_update()).one()  # two hands, one register
    of_year = (col(Report.issued_on) >= date(issued_on.year, 1, 1)) & (col(Report.issued_on) <= date(issued_on.year, 12, 31))
    taken = session.exec(select(Report).where(Report.unit_id == report.unit_id, Report.number == number, of_year)).first()
    if taken is not None:
        raise Invalid(
            N_("Số {n}/{symbol} năm {year} đã cấp cho báo cáo {serial} trong sổ. Xin xem lại sổ văn thư."), n=number,
            symbol=SYMBOL, year=issued_on.year, serial=taken.serial,
        )  # fmt: skip
    report.number, report.issued_on, report.numbered_by_id = number, issued_on, actor.id
    session.flush()
    audit.record(
        session, actor=actor, action="report.numbered", subject_kind="report", subject_id=report.id, number=number,
        issued_on=issued_on.isoformat(),
    )  # fmt: skip
    return report


def compared(session: Session, *, actor: Actor, report_id: UUID, other_id: UUID) -> list[Compared]:
    """The figures of two reports side by side, as each reported them.

    Raises:
        NotAllowed, NotFound: as `get`.
    """
    one, other = (period_facts.from_json(get(session, actor=actor, report_id=id_).facts) for id_ in (report_id, other_id))
    lines = {line.name: line for line in other.figures}
    return [Compared(line, lines.get(line.name)) for line in one.figures]


def beside(report: Report, rows: Sequence[ReportRow]) -> list[Report]:
    """What a report of the list may stand beside: first periods as long, those before it foremost, the nearest first."""
    others = [row.report for row in rows if row.report.id != report.id and row.report.unit_id == report.unit_id]

    def distance(one: Report) -> tuple[bool, bool, timedelta, int]:
        return one.kind is not report.kind, one.last_on > report.last_on, abs(one.last_on - report.last_on), -one.issue

    return sorted(others, key=distance)


# ---- on paper


def paper_of(
    session: Session, *, actor: Actor, unit_id: UUID, facts: PeriodFacts, kind: ReportKind, report: Report | None = None
) -> tuple[PaperText, Annex]:  # fmt: skip
    """A report in words, to be printed: the official paper and its annex. Without a kept report it is a draft.

    Raises:
        NotAllowed: the actor may not write.
        NotFound: the unit lies outside the actor's sight.
    """
    access.require(actor, May.MAKE_REPORTS)
    unit = unit_for(session, actor=actor, unit_id=unit_id)
    card = wards.card_of(session, unit=unit)
    name = unit.name if unit.kind is UnitKind.PROVINCE else card.name
    today = clock.today()
    serial = f"Bản xem, {today:%d/%m/%Y}"
    if report:
        serial = f"Báo cáo {report.serial} trong sổ năm {report.year}, lần {report.issue}"
    is_draft = report is None or report.number is None
    paper = PaperText(
        kind="BÁO CÁO", symbol=SYMBOL, parent=(), issuer=(official_papers.ISSUER, name.upper()),
        place=official_papers.place_of(name), written_on=today, subject=report_words.subject(facts), to="",
        body=report_words.body(facts), recipients=RECIPIENTS[kind], signing=official_papers.SIGNING, signer="",
        contact=official_papers.contact_of(card), draft=serial if is_draft else "",
        number=report.number if report else None, issued_on=report.issued_on if report else None,
    )  # fmt: skip
    return paper, report_words.annex(facts, foot=f"{name} · {serial}")


# ---- by the calendar


def first_working_day(month: date, *, hours: OfficeHours | None = None) -> date:
    """The first day of a month on which offices are open: one ward's, or any that knows the public holidays only."""
    asked = hours or inquiry_rules.Rules().hours
    days = (month.replace(day=1) + timedelta(days=n) for n in range(FARTHEST))
    return next((day for day in days if asked.is_open_on(day)), month)


def due(session: Session) -> Sequence[tuple[UUID, ReportKind, date]]:
    """What the calendar asks for and nobody has made: of each ward with households the month that is over, or the quarter.

    Whoever was away on the first working day finds it on a later one.
    """
    today = clock.today()
    month, month_end = period_days.last_whole_month(today)
    wanted = [(ReportKind.MONTH, month)]
    if today.month % 3 == 1:
        wanted.append((ReportKind.QUARTER, period_days.last_whole_quarter(today)[0]))
    units = [unit.id for unit in sorted(wards.inhabited(session), key=lambda unit: unit.code)]
    own, usual = inquiry_rules.hours_of_all(session), first_working_day(today)
    at_work = [id_ for id_ in units if today >= (first_working_day(today, hours=own[id_]) if id_ in own else usual)]
    table = Report.metadata.tables["report"].c
    known = session.execute(sa_select(table.unit_id, table.kind, table.first_on).where(table.last_on == month_end))
    made = {(unit_id, kind, first) for unit_id, kind, first in known}
    return [(unit_id, kind, first) for unit_id in at_work for kind, first in wanted if (unit_id, kind, first) not in made]


def make_due(session: Session, *, unit_id: UUID, kind: ReportKind, first_on: date) -> bool:
    """Make one of them, unless it was made meanwhile."""
    if _latest(session, unit_id, kind, first_on) is not None:
        return False
    make(session, actor=TERMINAL, unit_id=unit_id, kind=kind, first_on=first_on)
    return True
