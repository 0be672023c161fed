"""Figures as tables for other systems: one figure over days, weeks or months, of a place or of each place right below it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from sqlmodel import Session, col, select

from core import clock
from core.errors import Invalid
from core.i18n import N_
from models import Unit, UnitKind
from services import figure_values, presence
from services.access import Actor, unit_for
from services.figure_register import Definition, defined
from services.figure_sources import Period
from services.figure_values import Value

MOST_ROWS = 20_000


class Step(StrEnum):
    """How long a row's days are."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    WHOLE = "whole"


@dataclass(frozen=True)
class FigureTable:
    """A figure and its rows: by place, then by day."""

    figure: Definition
    rows: Sequence[Value]


def periods(since: date, until: date, step: Step) -> list[Period]:
    """The days from the first to the last in steps: weeks from Monday, calendar months; the first and last may be shorter."""
    if step is Step.WHOLE:
        return [(since, until)]
    found, first = [], since
    while first <= until:
        last = min(_end(first, step), until)
        found.append((first, last))
        first = last + timedelta(days=1)
    return found


def _end(first: date, step: Step) -> date:
    if step is Step.DAY:
        return first
    if step is Step.WEEK:
        return first + timedelta(days=6 - first.weekday())
    return clock.month_of(first)[1] - timedelta(days=1)


def of(
    session: Session, *, actor: Actor, name: str, unit_id: UUID | None = None, since: date, until: date, step: Step = Step.DAY,
    below: bool = False,
) -> FigureTable:  # fmt: skip
    """A figure of a place, or with `below` of each residential unit of a ward, each ward of a province.

    Raises:
        NotFound, Invalid: as `figure_values.of_places`; or more rows than one answer holds.
    """
    figure = defined(name)
    if until < since:
        raise Invalid(N_("Ngày cuối của kỳ đứng trước ngày đầu."))
    asked = periods(since, until, step)
    wanted = unit_id or actor.unit_id
    places: Sequence[UUID | None] = _below(session, actor, wanted, until) if below and wanted else [wanted]
    if len(places) * len(asked) > MOST_ROWS:
        raise Invalid(N_("Câu trả lời dài quá {most} dòng. Xin chọn ít ngày hơn hoặc bước dài hơn."), most=MOST_ROWS)
    found = figure_values.of_places(session, actor=actor, unit_ids=places, names=[name], periods=asked)
    return FigureTable(figure, [value for values in found for value in values[name]])


def _below(session: Session, actor: Actor, unit_id: UUID, on: date) -> list[UUID]:
    top = unit_for(session, actor=actor, unit_id=unit_id)
    kind = UnitKind.COMMUNE if top.kind is UnitKind.PROVINCE else UnitKind.RESIDENTIAL
    wanted = select(Unit.id).where(Unit.parent_id == top.id, Unit.kind == kind, presence.valid_on(on))
    return list(session.exec(wanted.order_by(col(Unit.code))))
