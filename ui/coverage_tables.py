"""The rows behind the screen of coverage, to read and to take away."""

from core import clock
from services.coverage_day import CoverageDay
from ui.participation_tables import places
from ui.tables import Field, Table
from ui.words import _, day


def of(seen: CoverageDay) -> dict[str, Table]:
    """A table a part of the screen, by its name; those with nothing in them are left out."""
    found = {"places": places(seen, _("Độ phủ")), "trend": _trend(seen)}
    if seen.changes and seen.changes.rows is not None:
        found["changes"] = changes(seen)
    if seen.groups:
        found["groups"] = groups(seen)
    if seen.needs:
        found["needs"] = needs(seen)
    return found


def _trend(seen: CoverageDay) -> Table:
    fields = [Field(_("Ngày"), "day"), Field(_("Số hộ"), "count"), Field(_("Hộ trong nhóm"), "count"), Field(_("Tỷ lệ"), "share")]
    rows = [(on, row.households, row.joined, row.coverage) for on, row in reversed(seen.trend)]
    return Table(_("Qua thời gian"), fields, rows)


def changes(seen: CoverageDay) -> Table:
    """From the counts a month earlier, reason by reason, to those of the day."""
    told = seen.changes
    fields = [Field(_("Lý do")), Field(_("Số hộ"), "count"), Field(_("Hộ trong nhóm"), "count"), Field(_("Tỷ lệ"), "share")]
    if told is None or told.rows is None:
        return Table(_("Vì sao thay đổi"), fields, [])
    rows = [
        (day(told.since, weekday=False), told.before.households, told.before.joined, told.before.coverage),
        *((_(row.reason.label), row.households, row.joined, None) for row in told.rows),
        (day(told.until, weekday=False), told.now.households, told.now.joined, told.now.coverage),
    ]
    return Table(_("Vì sao thay đổi"), fields, rows)


def groups(seen: CoverageDay) -> Table:
    """Each chat, with how many of the households it is for are in it."""
    fields = [
        Field(_("Nhóm")), Field(_("Loại")), Field(_("Nơi")), Field(_("Hộ trong nhóm"), "count"),
        Field(_("Người trong nhóm"), "count"), Field(_("Số hộ"), "count"), Field(_("Tỷ lệ"), "share"),
    ]  # fmt: skip
    rows = [
        (one.name, _(one.kind.label), one.unit_label, one.joined, one.people, one.households, one.share)
        for one in seen.groups or []
    ]
    return Table(_("Theo nhóm"), fields, rows)


def needs(seen: CoverageDay) -> Table:
    """Each need, with how many of the households that have it are in a chat: counts, never names."""
    fields = [Field(_("Hoàn cảnh")), Field(_("Số hộ"), "count"), Field(_("Hộ trong nhóm"), "count"), Field(_("Tỷ lệ"), "share")]
    rows = [(_(one.need.label), one.households, one.joined, one.coverage) for one in seen.needs or []]
    return Table(_("Theo hoàn cảnh (sổ hôm nay)") if needs_are_of_today(seen) else _("Theo hoàn cảnh"), fields, rows)


def needs_are_of_today(seen: CoverageDay) -> bool:
    """Whether the day is past, and the needs are not of that day (docs/decisions/0037)."""
    return seen.on != clock.today()
