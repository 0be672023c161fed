"""The rows behind the charts of participation."""

from services.coverage_day import CoverageDay
from services.participation import Overview
from ui.community import hidden_words
from ui.tables import Field, Table
from ui.words import _, day


def of(seen: Overview) -> dict[str, Table]:
    """A table a chart, by its name, and the one of announcements."""
    return {
        "coverage": places(seen, _("Hộ trong nhóm")), "growth": _growth(seen), "moves": _moves(seen), "phones": _phones(seen),
        "reached": _reached(seen),
    }  # fmt: skip


def label(seen: Overview, name: str) -> str:
    """The name of a line of growth."""
    return _("Tất cả") if name == seen.table.total.unit_name else name or _("Nơi khác")


def _place(seen: Overview | CoverageDay) -> Field:
    return Field(_("Tổ, thôn") if seen.by == "unit" else _("Xã, phường"))


def _hidden(seen: Overview | CoverageDay) -> str:
    return hidden_words() if seen.hidden else ""


def places(seen: Overview | CoverageDay, title: str) -> Table:
    """Each place on the day, the lowest first, beside the day it is compared with; one without households has no coverage."""
    earlier = {row.unit_id: row.coverage for row in seen.before.rows}
    fields = [
        _place(seen), Field(_("Số hộ"), "count"), Field(_("Hộ trong nhóm"), "count", on_phone=False), Field(_("Tỷ lệ"), "share"),
        Field(_("Tỷ lệ {day}", day=day(seen.since, weekday=False)), "share", on_phone=False),
        Field(_("Mục tiêu"), "share", on_phone=False),
    ]  # fmt: skip
    rows = [
        (row.unit_name, row.households, row.joined, row.coverage, earlier.get(row.unit_id), row.target_percent / 100)
        for row in sorted(seen.table.rows, key=lambda row: (row.coverage is None, row.coverage or 0))
    ]
    without = [(row.unit_name, *(None,) * (len(fields) - 1)) for row in seen.hidden]
    return Table(title, fields, [*rows, *without], _hidden(seen))


def _growth(seen: Overview) -> Table:
    fields = [
        Field(_("Ngày"), "day"), Field(_("Nơi")), Field(_("Số hộ"), "count", on_phone=False),
        Field(_("Hộ trong nhóm"), "count", on_phone=False), Field(_("Tỷ lệ"), "share"),
    ]  # fmt: skip
    latest_first = sorted(seen.growth, key=lambda point: -point[0].toordinal())
    rows = [(on, label(seen, name), row.households, row.joined, row.coverage) for on, name, row in latest_first]
    return Table(_("Qua thời gian"), fields, rows)


def _moves(seen: Overview) -> Table:
    fields = [
        Field(_("Tháng"), "month"), Field(_("Lượt vào"), "count"), Field(_("Lượt rời"), "count"), Field(_("Hiệu số"), "count"),
    ]  # fmt: skip
    rows = [(one.month, one.joined, one.left, one.joined - one.left) for one in reversed(seen.moves)]
    note = _("Tính theo từng ngày của từng tổ: một hộ vào và một hộ rời cùng tổ, cùng ngày thì bù nhau.")
    return Table(_("Vào và rời nhóm"), fields, rows, note)


def _phones(seen: Overview) -> Table:
    fields = [
        _place(seen), Field(_("Nhân khẩu"), "count", on_phone=False),
        Field(_("Người có điện thoại thông minh"), "count", on_phone=False, short=_("Có máy")),
        Field(_("Tỷ lệ người có điện thoại thông minh"), "share", short=_("Tỷ lệ có máy")),
        Field(_("Tỷ lệ hộ trong nhóm"), "share", short=_("Hộ trong nhóm")),
    ]  # fmt: skip
    ordered = sorted(seen.table.rows, key=lambda row: (row.coverage is None, row.coverage or 0))
    rows = [(row.unit_name, row.people, row.smartphones, row.smartphone_rate, row.coverage) for row in ordered]
    return Table(_("Điện thoại thông minh"), fields, rows, _hidden(seen))


def _reached(seen: Overview) -> Table:
    fields = [
        Field(_("Thông báo")), Field(_("Gửi lúc"), "moment"), Field(_("Số hộ"), "count"), Field(_("Hộ biết chắc"), "count"),
        Field(_("Hộ ước tính"), "count"), Field(_("Tổ đã đăng"), "count"), Field(_("Số tổ"), "count"),
        Field(_("Phút đến khi đăng, trung vị"), "count"), Field(_("Trung vị còn đang chờ")),
    ]  # fmt: skip
    rows = [
        (one.title, one.sent_at, one.households, one.known, one.estimated, one.posted, one.groups,
         None if one.minutes is None else round(one.minutes), _("còn chờ") if one.is_running else "")
        for one in seen.reached
    ]  # fmt: skip
    return Table(_("Thông báo"), fields, rows)
