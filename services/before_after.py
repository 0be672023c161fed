"""Before and after a change of practice: a figure of some groups for as long before as after, beside the same of similar groups.

Similar are the groups of the ward, not among those changed, whose figure before was nearest. The difference of both differences
is what the change may have brought; whatever happened to everybody stands in both. How far groups in which nothing was changed
moved apart from each other in these days tells how much of it chance alone may bring.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from math import sqrt
from statistics import stdev
from uuid import UUID

from sqlmodel import Session

from core import clock
from core.errors import Invalid
from core.i18n import N_
from services import access, figure_values, figures
from services.access import Actor, May, unit_for
from services.figure_register import Definition, Measure, Span, defined
from services.figure_sources import Period
from services.figure_values import Value

SIMILAR = 5
SHORTEST, LONGEST = 7, 366
LEAST_OTHERS = 5  # unchanged groups that it takes to say how much groups differ by chance
Rows = Sequence[Sequence[Value]]  # of groups, each before and after
NORMAL = 1.645  # of a standard deviation each way: nine chances in ten


@dataclass(frozen=True)
class Side:
    """Some groups before and after: sums of what is counted over sums of what it is out of. Rounded as it is shown, so that what
    is shown can be subtracted."""

    names: list[str]
    before: float | None
    after: float | None
    before_runs: bool = False  # at least so much: groups of it still wait
    after_runs: bool = False

    @property
    def change(self) -> float | None:
        """After less before."""
        return None if self.before is None or self.after is None else _exact(self.after - self.before)


@dataclass(frozen=True)
class BeforeAfter:
    """The comparison."""

    figure: str
    before: Period
    after: Period
    changed: Side
    similar: Side
    by_chance: float | None = None  # the difference may be so much more or less by chance; None where it cannot be said

    @property
    def runs(self) -> bool:
        """Whether what is shown may still grow."""
        return any((self.changed.before_runs, self.changed.after_runs, self.similar.before_runs, self.similar.after_runs))

    @property
    def difference(self) -> float | None:
        """By how much more the changed ones changed."""
        one, other = self.changed.change, self.similar.change
        return None if one is None or other is None else _exact(one - other)

    @property
    def expected(self) -> float | None:
        """Where the changed ones would stand, had they changed as the similar ones did."""
        before, change = self.changed.before, self.similar.change
        return None if before is None or change is None else _exact(before + change)

    @property
    def may_be_chance(self) -> bool | None:
        """Whether the interval of the difference holds zero; None where there is no interval."""
        if self.difference is None or self.by_chance is None:
            return None
        return abs(self.difference) <= _exact(self.by_chance)


def places_of(figure: Definition) -> int:
    """Digits behind the comma with which a side is shown: a mean of counts has one more than a count."""
    return figure.measure.places or (0 if figure.measure in (Measure.MINUTES, Measure.MONEY) else 1)


def is_comparable(figure: Definition) -> bool:
    """Whether it can be compared between groups: it has a meaning below a ward, and is a ratio or adds up over days."""
    return not figure.is_of_wards and (figure.is_ratio or figure.span is Span.FLOW)


def of(
    session: Session, *, actor: Actor, name: str, unit_ids: Collection[UUID], changed_on: date, days: int = 30
) -> BeforeAfter:  # fmt: skip
    """A figure of residential groups of one ward, so many days before a day and as many from it on, as far as they have come.

    Raises:
        NotAllowed: a leader, or who only observes.
        NotFound: the figure or a group is not known, or lies outside the actor's sight.
        Invalid: no groups, groups of several wards, a figure that has no meaning below a ward, or days that cannot be compared.
    """
    access.require(actor, May.STUDY_FIGURES)
    figure = defined(name)
    if not is_comparable(figure):
        raise Invalid(N_("Số liệu này không so được giữa các tổ. Xin chọn tỷ lệ, lượt hoặc thời gian của tổ."))
    if not SHORTEST <= days <= LONGEST:
        raise Invalid(N_("Xin so từ {least} đến {most} ngày trước và sau."), least=SHORTEST, most=LONGEST)
    last = min(changed_on + timedelta(days=days - 1), clock.today())
    if (last - changed_on).days + 1 < SHORTEST:
        raise Invalid(N_("Từ ngày thay đổi chưa đủ {least} ngày để so."), least=SHORTEST)
    units = [unit_for(session, actor=actor, unit_id=id_) for id_ in unit_ids]
    above = {figure_values.above(unit) or unit.path: unit for unit in units}
    wards = {access.commune_of(session, unit).id for unit in above.values()}
    if len(wards) != 1:
        raise Invalid(N_("Xin chọn các tổ, thôn của cùng một phường, xã."))
    one = timedelta(days=1)
    periods = ((changed_on - (last - changed_on) - one, changed_on - one), (changed_on, last))
    ward = wards.pop()
    table = figures.coverage(session, actor=actor, unit_id=ward, on=last)
    ids = [row.unit_id for row in table.rows if row.unit_id]
    told = figure_values.of_places(session, actor=actor, unit_ids=ids, names=[name], periods=periods)
    known = {id_: values[name] for id_, values in zip(ids, told, strict=True)}
    ours = [known[unit.id] for unit in units if unit.id in known]
    changed = _side(ours, figure)
    others = [values for id_, values in known.items() if id_ not in set(unit_ids) and values[0].value is not None]
    near = sorted(others, key=lambda values: (abs((values[0].value or 0) - (changed.before or 0)), values[0].unit_code))[:SIMILAR]
    return BeforeAfter(name, *periods, changed, _side(near, figure), _rounded(_by_chance(ours, near, others), figure))


def _by_chance(ours: Rows, near: Rows, others: Rows) -> float | None:
    """Half of the interval of the difference, nine chances in ten: by how much the changes of unchanged groups differ."""
    changes = _changes(others)
    n, beside = len(_changes(ours)), len(_changes(near))
    if len(changes) < LEAST_OTHERS or not n or not beside or (spread := stdev(changes)) == 0:
        return None
    return _of_few(len(changes) - 1) * spread * sqrt(1 / n + 1 / beside)


def _changes(rows: Rows) -> list[float]:
    return [after.value - before.value for before, after in rows if before.value is not None and after.value is not None]


def _of_few(freedom: int) -> float:
    """Student's quantile for so many degrees of freedom, by Cornish and Fisher: within 0.01 from five on."""
    z = NORMAL
    return z + (z**3 + z) / (4 * freedom) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)


def _side(rows: Rows, figure: Definition) -> Side:
    before, after = ([values[at] for values in rows] for at in (0, 1))
    running = [any(one.is_running for one in some) for some in (before, after)]
    return Side(
        [values[0].unit_name for values in rows],
        _rounded(_together(before), figure),
        _rounded(_together(after), figure),
        *running,
    )


def _rounded(value: float | None, figure: Definition) -> float | None:
    """As it is shown: an interval that ends at what reads as zero holds zero."""
    if value is None:
        return None
    return float(Decimal(repr(value)).quantize(Decimal(1).scaleb(-places_of(figure)), ROUND_HALF_UP))


def _exact(value: float) -> float:
    """Without the dust of binary fractions."""
    return round(value, 6)


def _together(values: Sequence[Value]) -> float | None:
    """Ratios as sum over sum; counts and times as the mean a group."""
    told = [one for one in values if one.value is not None]
    if not told:
        return None
    if defined(told[0].name).span is Span.SPREAD or told[0].denominator is None:
        return sum(one.value or 0 for one in told) / len(told)
    out_of = sum(one.denominator or 0 for one in told)
    return sum(one.numerator or 0 for one in told) / out_of if out_of else None
