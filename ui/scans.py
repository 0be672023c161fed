"""Scans drawn: by hour and weekday as one grid, by place and by device as lines; codes nobody scans."""

from collections.abc import Sequence
from math import ceil, sqrt

from core.i18n import N_
from models import Device, ShortLink
from services.scan_figures import PlaceScans, ScanFigures
from ui import asked_days, parts, tiles
from ui.chart_kit import Chart, Look, drawn, layer, quantity, text_of
from ui.parts import Column, Figure
from ui.tiles import SHADES, Tile
from ui.words import _, day, number, share

WEEKDAYS = (N_("thứ Hai"), N_("thứ Ba"), N_("thứ Tư"), N_("thứ Năm"), N_("thứ Sáu"), N_("thứ Bảy"), N_("chủ nhật"))
DEVICES = {Device.PHONE: N_("điện thoại"), Device.TABLET: N_("máy tính bảng"), Device.COMPUTER: N_("máy tính")}
PLACES_SHOWN, SILENT_SHOWN = 12, 12


def figures(seen: ScanFigures) -> None:
    """Four numbers of the period."""
    firsts = sum(one.first_scans for one in seen.places)
    busiest = max(range(24), key=seen.hours.__getitem__)
    total = sum(n for _device, n in seen.devices)
    phones = next((n for device, n in seen.devices if device is Device.PHONE), 0)
    parts.figures(
        Figure(_("Lượt quét"), number(seen.scans), "", _("{n} ngày qua", n=number(seen.days)), about="scans"),
        Figure(_("Máy quét lần đầu"), number(firsts), _("/ {n} lượt", n=number(seen.scans)),
               _("{n} lượt quét lại", n=number(max(0, seen.scans - firsts))), about="first_scans"),
        Figure(_("Giờ đông nhất"), _("{n} giờ", n=number(busiest)) if seen.scans else "–", "",
               _("{n} lượt", n=number(seen.hours[busiest]))),
        Figure(_("Bằng điện thoại"), share(phones / total) if total else "–", "",
               ", ".join(f"{_(DEVICES[device])} {number(n)}" for device, n in seen.devices)),
        of_what=asked_days.last(seen.days),
    )  # fmt: skip


def grid(seen: ScanFigures, *, look: Look) -> Chart:
    """Weekdays down, hours across: the darker, the more scans; the number stands in the busiest cells."""
    c = look.colours
    top = max((max(row) for row in seen.grid), default=0)
    names = [look.say(name) for name in WEEKDAYS]
    cells = [
        {"day": f"{place}", "hour": hour, "n": n, "text": look.number(n)}
        for place, row in enumerate(seen.grid) for hour, n in enumerate(row)
    ]  # fmt: skip
    x = {"field": "hour", "type": "ordinal", "title": look.say(N_("giờ trong ngày")), "axis": {"labelAngle": 0}}
    y = {"field": "day", "type": "ordinal", "title": None, "axis": {"labelExpr": f"{names}[datum.value]"}}
    colour = quantity("n", scale={"domain": [0, max(top, 1)], "range": [c["line"], c["river"]]}, legend=None)
    marked = [one for one in cells if top and isinstance(one["n"], int) and one["n"] >= top * 0.75]
    layers = [
        layer(cells, "rect", {"x": x, "y": y, "color": colour}, stroke=c["sheet"], strokeWidth=1),
        layer(marked, "text", {"x": x, "y": y, "text": text_of()}, color=c["sheet"], fontSize=11),
    ]
    busiest = max(cells, key=lambda one: int(str(one["n"])))
    alt = look.say(
        N_("{days} ngày qua: {n} lượt quét. Đông nhất {weekday} lúc {hour} giờ, {most} lượt."),
        days=seen.days, n=look.number(seen.scans), weekday=names[int(str(busiest["day"]))], hour=busiest["hour"],
        most=look.number(top),
    )  # fmt: skip
    return drawn(look, layers, height=230, alt=alt)


def places(rows: Sequence[PlaceScans]) -> None:
    """Where people scan, most first: phones that came for the first time, and those that came again."""
    most = max((one.scans for one in rows), default=0) or 1
    lines = [
        (one.place or _("chưa ghi nơi treo"), parts.bar(one.first_scans / most, one.scans / most), number(one.scans),
         number(one.first_scans), number(one.codes))
        for one in rows
    ]  # fmt: skip
    heads = (_("Nơi treo"), Column(_("đậm: lần đầu, nhạt: quét lại"), "desk"), Column(_("Lượt"), "num"),
             Column(_("Lần đầu"), "num desk"), Column(_("Mã"), "num desk"))  # fmt: skip
    parts.table(heads, lines, shown=PLACES_SHOWN, more=_("Xem cả {n} nơi", n=number(len(lines))))


def places_as_tiles(seen: ScanFigures) -> None:
    """Every place among its neighbours: the darker, the more scans; dashed where nobody scanned.

    Shades go by the root of the number, or the one-stop desk would leave all others alike.
    """
    most = max((one.scans for one in seen.places), default=0) or 1
    for area, rows in seen.areas:
        some = [
            Tile(
                one.place or _("chưa ghi nơi treo"), number(one.scans), ceil(SHADES * sqrt(one.scans / most)), "links", one.place
            )
            for one in rows
        ]
        tiles.draw(area or _("Chung cả phường"), some)


def silent(codes: Sequence[ShortLink]) -> None:
    """Codes that hang and that nobody scanned for a month."""
    rows = [
        (parts.link(code.title or code.slug, "link", ma=code.slug), code.place or _("chưa ghi nơi treo"),
         day(code.created_at.date(), weekday=False), number(code.scans))
        for code in codes
    ]  # fmt: skip
    heads = (_("Mã"), _("Nơi treo"), Column(_("Làm ngày"), "desk"), Column(_("Từ đầu"), "num desk"))
    parts.table(heads, rows, shown=SILENT_SHOWN, more=_("Xem cả {n} mã", n=number(len(rows))))
