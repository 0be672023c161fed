"""What the team's help adds up to, on screen: the month, the months, procedures, and members by name; never a ranking."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from core.i18n import N_
from services.figures import Coverage
from services.support_figures import OfMember, OfProcedure, Sums, Taught
from ui import addressed, asked_days, charts, parts
from ui.chart_kit import Chart, Look, counted, drawn, in_order, layer, text_of
from ui.charts import GrowthPoint
from ui.parts import Column, Figure
from ui.words import _, number, share


def figures(month: date, sums: Sums, taught: Taught, now: Coverage, before: Coverage) -> None:
    """The month in four figures."""
    per = _("mỗi lượt {n} phút", n=number(round(sums.minutes / sums.supports))) if sums.supports else ""
    parts.figures(
        Figure(_("Lượt hỗ trợ"), number(sums.supports), _("lượt"), per, about="supports"),
        Figure(
            _("Thủ tục làm trực tuyến"), number(sums.online), _("/ {n} lượt", n=number(sums.supports)),
            _("{n} người làm lần đầu", n=number(sums.first_timers)), about="supports_online",
        ),
        Figure(_("Buổi hướng dẫn"), number(taught.lessons), _("buổi"), _("{n} người dự", n=number(taught.people))),
        Figure(
            _("Người có điện thoại thông minh"), share(now.smartphone_rate, 0), "",
            _("một năm trước {share}", share=share(before.smartphone_rate, 0)),
            about="smartphone_rate", of_what=asked_days.last(30),
        ),
        of_what=asked_days.month(month),
    )  # fmt: skip


def months(rows: Sequence[tuple[date, Sums]], look: Look) -> Chart:
    """Help by month: the dark part with a procedure done online."""
    c = look.colours
    names = [f"{first.month}/{first:%y}" for first, _sums in rows]
    values = [
        {"x": name, "all": sums.supports, "online": sums.online, "text": look.number(sums.supports)}
        for name, (_first, sums) in zip(names, rows, strict=True)
    ]
    x = in_order("x", names, axis={"labelAngle": 0})
    top = max((sums.supports for _first, sums in rows), default=0)
    every, online = (counted(name, 0, top, look, steps=3) for name in ("all", "online"))
    layers = [
        layer(values, "bar", {"x": x, "y": every}, color=c["tint"]),
        layer(values, "bar", {"x": x, "y": online}, color=c["river"]),
        layer(values, "text", {"x": x, "y": every, "text": text_of()}, dy=-8, fontWeight=600),
    ]
    told = "; ".join(f"{one['x']}: {one['text']}" for one in values)
    return drawn(look, layers, height=220, alt=look.say(N_("Lượt hỗ trợ theo tháng: {told}."), told=told))


def phones(rows: Sequence[tuple[date, str, Coverage]], look: Look) -> Chart:
    """The share of people with a smartphone, over time."""
    points = [GrowthPoint(label, on, row.smartphone_rate) for on, label, row in rows if row.smartphone_rate is not None]
    chart = charts.growth(points, look=look, columns=1)
    if not points:
        return chart
    first, last = points[0], points[-1]
    words = N_("Người có điện thoại thông minh: từ {start} đến {end}.")
    return replace(chart, alt=look.say(words, start=look.share(first.share), end=look.share(last.share)))


def procedures(rows: Sequence[OfProcedure]) -> None:
    """Which procedures people need help with; where many are sent elsewhere, a lesson or a word on the page would help."""
    heads: list[Column | str] = [
        _("Thủ tục"), Column(_("Lượt"), "num"), Column(_("Phút mỗi lượt"), "num desk"), Column(_("Làm lần đầu"), "num desk"),
        Column(_("Phải sang nơi khác"), "num"),
    ]  # fmt: skip
    cells = [
        (
            parts.link(row.procedure.name, "procedure", ma=row.procedure.code) if row.procedure else _("Việc khác"),
            number(row.sums.supports), number(row.usual_minutes), number(row.sums.first_timers), number(row.sums.elsewhere),
        )
        for row in rows
    ]  # fmt: skip
    parts.table(heads, cells, shown=12, more=_("Xem cả {n} thủ tục", n=number(len(cells))), fold=False)


def members(rows: Sequence[OfMember] | None, shared_from: str) -> None:
    """What each member did, by name; a sentence while that is the team's own."""
    parts.section(_("Từng thành viên"), _("xếp theo tên, để chia việc cho đều"))
    if rows is None:
        parts.hint(
            _(
                "Số của từng người là của tổ trước: mỗi người xem trên điện thoại, tổ trưởng xem ở đây. Từ {day} phường mới xem.",
                day=shared_from,
            )
        )
        return
    heads: list[Column | str] = [
        _("Thành viên"), Column(_("Lượt"), "num"), Column(_("Phút"), "num"), Column(_("Làm lần đầu"), "num desk"),
        Column(_("Phải sang nơi khác"), "num desk"),
    ]  # fmt: skip
    cells = [
        (
            row.member.name, number(row.sums.supports), number(row.sums.minutes), number(row.sums.first_timers),
            number(row.sums.elsewhere),
        )
        for row in rows
    ]  # fmt: skip
    parts.table(heads, cells, shown=20, more=_("Xem cả {n} người", n=number(len(cells))), fold=False)


def month_choice(rows: Sequence[tuple[date, Sums]]) -> date:
    """The month to look at, in the page's address."""
    names = {f"{first:%Y-%m}": first for first, _sums in reversed(rows)}
    words = {key: f"{first.month}/{first.year}" for key, first in names.items()}
    return names[addressed.always(_("Tháng"), words, key="thang", width=160)]
