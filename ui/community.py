"""The parts of the screen of groups: what to do, one row a residential unit, the other groups of the ward."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import streamlit as st
from markupsafe import Markup

from models import GroupKind
from services.figures import Coverage, CoverageTable
from services.groups import GroupOverview, GroupRow
from services.today import is_below
from ui import asked_days, charts, codes, narrowed, parts
from ui.charts import Place
from ui.parts import Column, Figure
from ui.words import _, number, share

NAMED = 3  # so many are called by name, the rest counted
UNUSUAL = 0.08  # coverage this far off what smartphones let expect is worth a look
SHOWN = 12


def figures(table: CoverageTable, *, before: Coverage, places: str) -> None:
    """Coverage, units below the target, depth, smartphones; each with what it is out of."""
    total = table.total
    below = [row for row in table.rows if is_below(row)]
    missing = total.households - total.joined
    gap = sum(row.households - row.joined for row in below)
    note = _("{gap} trong {missing} hộ còn thiếu", gap=number(gap), missing=number(missing)) if below else _("đều đạt mục tiêu")
    if not total.households:
        note = _("chưa có hộ nào")
    parts.figures(
        Figure(
            _("Hộ trong nhóm"), number(total.joined), _("/ {n} hộ", n=number(total.households)),
            _("{now}, tháng trước {then}", now=share(total.coverage), then=share(before.coverage)) if total.households else "",
            about="coverage",
        ),
        Figure(
            _("Dưới {share}", share=share(total.target_percent / 100, 0)), number(len(below)), f"/ {places}",
            note, "waiting" if below else "arrived" if total.households else None,
        ),
        Figure(
            _("Người mỗi hộ trong nhóm"), number(total.depth, 1) if total.depth else "–", _("người"),
            _("{people} người / {n} hộ", people=number(total.people_joined), n=number(total.joined)), about="depth",
        ),
        Figure(
            _("Điện thoại thông minh"), share(total.smartphone_rate, 0), _("người"),
            _("{n} / {all} người", n=number(total.smartphones), all=number(total.people)), about="smartphone_rate",
        ),
        of_what=asked_days.last(30),
    )  # fmt: skip


def things_to_do(table: CoverageTable, groups: Sequence[GroupRow], places: Sequence[Place], *, can_write: bool) -> None:
    """What is missing before anyone can be reached, then what is unusual."""
    of_unit = by_unit(groups)
    alone = [row for row in table.rows if row.unit_id not in of_unit and row.households]
    homes = [group for group in groups if group.kind is GroupKind.HOUSEHOLD]
    lost = [group for group in homes if group.leader_id is None]
    closed = [group for group in homes if not group.join_url]
    off = charts.off_trend(places)
    usual = table.total.smartphone_rate or 0
    low = min((one for one in off if (one.smartphones or 0) > usual), key=off.__getitem__, default=None)
    high = max((one for one in off if (one.smartphones or 0) < usual), key=off.__getitem__, default=None)
    parts.section(_("Việc nên làm"))
    if not table.total.households:
        _todo("nobody", _("Chưa có hộ nào"), [_("Nhập danh sách hộ của từng tổ, thôn từ bảng tính.")], _("Nhập"),
              page="pages/import_households.py" if can_write else "")  # fmt: skip
    elif not (alone or lost or closed):
        with parts.line(
            "fine", "arrived", _("Tổ nào cũng có nhóm"), _("Nhóm nào cũng có người phụ trách, có đường dẫn vào nhóm.")
        ):
            pass
    if alone:
        _todo("alone", _("{n} tổ, thôn chưa có nhóm", n=number(len(alone))), [row.unit_name for row in alone], _("Lập nhóm"),
              page="pages/new_group.py" if can_write else "", unit=alone[0].unit_code)  # fmt: skip
    if lost:
        _todo("lost", _("{n} nhóm chưa có người phụ trách", n=number(len(lost))), [one.unit_label for one in lost],
              _("Chọn người"), page="pages/group.py" if can_write else "", id=str(lost[0].id))  # fmt: skip
    if closed:
        _todo("closed", _("{n} nhóm chưa có đường dẫn vào nhóm", n=number(len(closed))), [one.unit_label for one in closed],
              _("Thêm"), page="pages/group.py" if can_write else "", id=str(closed[0].id))  # fmt: skip
    for place, tone, title in (
        (low, "overdue", _("{name}: nhiều điện thoại, ít hộ vào nhóm")),
        (high, "arrived", _("{name}: ít điện thoại, vẫn nhiều hộ vào nhóm")),
    ):
        if place and (off[place] <= -UNUSUAL if tone == "overdue" else off[place] >= UNUSUAL):
            words = _(
                "{joined} hộ trong nhóm, {phones} người có điện thoại thông minh; tổ khác cùng mức thường {usual}.",
                joined=share(place.rate), phones=share(place.smartphones, 0), usual=share(place.rate - off[place], 0),
            )  # fmt: skip
            group = next((one for one in homes if one.unit_label == place.name), None)
            _line(tone, title.format(name=place.name), words, group)


def _todo(key: str, title: str, names: Sequence[str], label: str, *, page: str, **query: str) -> None:
    rest = len(names) - NAMED
    words = "; ".join(names[:NAMED]) + (_(" và {n} nơi khác", n=number(rest)) if rest > 0 else "")
    if page:
        parts.action(key, "overdue", title, words, label, main=False, page=page, **query)
    else:
        parts.item("overdue", title, words)


def _line(tone: str, title: str, words: str, group: GroupRow | None) -> None:
    known: parts.Tone = "arrived" if tone == "arrived" else "overdue"
    if group:
        parts.action(f"off_{tone}", known, title, words, _("Mở"), page="pages/group.py", id=str(group.id))
    else:
        parts.item(known, title, words)


def by_unit(groups: Sequence[GroupRow]) -> dict[UUID | None, list[GroupRow]]:
    """Household groups by their unit."""
    found: dict[UUID | None, list[GroupRow]] = {}
    for group in groups:
        if group.kind is GroupKind.HOUSEHOLD:
            found.setdefault(group.unit_id, []).append(group)
    return found


def units(table: CoverageTable, groups: Sequence[GroupRow], *, phones: dict[UUID, str], shows_leaders: bool) -> None:
    """One row a residential unit, the lowest coverage first; its name opens its group."""
    of_unit = by_unit(groups)
    rows = [
        _row(row, of_unit.get(row.unit_id, []), phones, shows_leaders=shows_leaders)
        for row in sorted(table.rows, key=lambda row: (row.coverage is None, row.coverage or 0, -row.households))
    ]
    name, state = _("Tổ, thôn và người phụ trách") if shows_leaders else _("Tổ, thôn"), Column(_("Tình trạng"), "state")
    bar, count = Column(_("Hộ trong nhóm"), "wide"), Column(_("Trên số hộ"), "num")
    heads: list[Column | str] = [name, state, bar, count, Column(_("Gọi"), "num")] if shows_leaders else [name, state, count, bar]
    parts.table(heads, rows, shown=SHOWN, more=_("Xem cả {n} tổ, thôn", n=number(len(rows))))


def _row(row: Coverage, groups: Sequence[GroupRow], phones: dict[UUID, str], *, shows_leaders: bool) -> list[str | Markup]:
    group = groups[0] if groups else None
    more = _("{n} nhóm", n=number(len(groups))) if len(groups) > 1 else ""
    leader = (group.leader or _("chưa có người phụ trách")) if group and shows_leaders else ""
    name = parts.link(row.unit_name, "group", id=str(group.id)) if group else row.unit_name
    says = _("{share} hộ trong nhóm", share=share(row.coverage))
    bar = parts.bar(row.coverage, target=row.target_percent / 100, says=says) if row.households else ""
    count = parts.joined(share(row.coverage), parts.small(_("{n} / {all}", n=number(row.joined), all=number(row.households))))
    known = [parts.cell(name, ", ".join(part for part in (leader, more) if part)), _stands(row, group)]
    if not shows_leaders:
        return [*known, count, bar]
    return [*known, bar, count, parts.call(phones.get(group.leader_id)) if group and group.leader_id else ""]


def _stands(row: Coverage, group: GroupRow | None) -> Markup:
    if not row.households:
        return parts.badge("unknown", _("chưa có hộ nào"))
    if group is None:
        return parts.badge("overdue", _("chưa có nhóm"))
    if is_below(row):
        goal = -(-row.households * row.target_percent // 100)
        return parts.badge("waiting", _("thiếu {n} hộ", n=number(goal - row.joined)))
    return parts.badge("arrived", _("đạt"))


def wards(table: CoverageTable, *, page: str) -> None:
    """One row a ward or commune, the lowest first; its name opens its residential units."""
    rows = [
        (
            parts.cell(parts.link(row.unit_name, page, xa=row.unit_code)),
            parts.bar(row.coverage, target=row.target_percent / 100, says=share(row.coverage)) if row.households else "",
            parts.joined(share(row.coverage), parts.small(_("{n} / {all}", n=number(row.joined), all=number(row.households)))),
        )
        for row in sorted(table.rows, key=lambda row: (row.coverage is None, row.coverage or 0))
    ]
    heads: list[Column | str] = [_("Xã, phường"), Column(_("Hộ trong nhóm"), "wide"), Column(_("Trên số hộ"), "num")]
    parts.table(heads, rows, shown=SHOWN, more=_("Xem cả {n} xã, phường", n=number(len(rows))))


def hidden_words() -> str:
    """Why an observer misses the counts of some places."""
    return _("Nơi có dưới 5 hộ không hiện số với người xem; có khi ẩn thêm một nơi để không tính ngược lại được.")


def others(groups: Sequence[GroupRow], *, least: int = 0) -> None:
    """The leaders' group, associations, channels: what is no residential unit's own. Counts below `least` are not told."""
    rest = [group for group in groups if group.kind is not GroupKind.HOUSEHOLD]
    if not rest:
        return
    parts.section(_("Nhóm khác"), _("tổ trưởng, đoàn thể, kênh chung"))
    rows = [
        (
            parts.cell(parts.link(one.name, "group", id=str(one.id)), one.leader), _(one.kind.label),
            _("{n} hộ", n=number(one.households)) if one.households and one.households >= least else "–",
        )
        for one in rest
    ]  # fmt: skip
    parts.table(
        [_("Nhóm"), Column(_("Loại"), "state"), Column(_("Hộ trong nhóm"), "desk")], rows, shown=SHOWN, more=_("Xem tất cả")
    )


def group_figures(seen: GroupOverview, *, of_what: Mapping[str, str]) -> None:
    """How far one group reaches: a residential unit's against the target, any other's members. `of_what`: the unit's address."""
    counts = seen.coverage
    if seen.group.kind is not GroupKind.HOUSEHOLD:
        if seen.members:
            parts.figures(
                Figure(_("Hộ trong nhóm"), number(seen.members), _("hộ"), _("{n} người", n=number(seen.people))),
            )  # fmt: skip
        return
    missing = counts.households - counts.joined
    parts.figures(
        Figure(
            _("Hộ trong nhóm"), number(counts.joined), _("/ {n} hộ", n=number(counts.households)),
            _("{share}, mục tiêu {goal}", share=share(counts.coverage), goal=share(counts.target_percent / 100, 0)),
            "waiting" if is_below(counts) else "arrived" if counts.households else None, about="coverage",
        ),
        Figure(_("Hộ ngoài nhóm"), number(missing), _("hộ"), _("mời vào nhóm, hoặc tới báo") if missing else _("đủ cả tổ"),
               about="coverage"),
        Figure(
            _("Người mỗi hộ trong nhóm"), number(counts.depth, 1) if counts.depth else "–", _("người"),
            _("{people} người / {n} hộ", people=number(counts.people_joined), n=number(counts.joined)), about="depth",
        ),
        Figure(
            _("Điện thoại thông minh"), share(counts.smartphone_rate, 0), _("người"),
            _("{n} / {all} người", n=number(counts.smartphones), all=number(counts.people)), about="smartphone_rate",
        ),
        of_what={**asked_days.last(30), **of_what},
    )  # fmt: skip


def nothing_listed(*, state: str, usual: str, words: str = "") -> None:
    """A group's list with nothing in it, and the way back where a filter is why; `usual` is the state it opens with."""
    if words:
        narrowed.nothing(_("Không có hộ nào khớp"), _("Thử gõ ít chữ hơn, không cần dấu."), find="", tt=usual)
    elif state == "out":
        parts.empty(_("Không còn hộ nào ngoài nhóm"), _("Hộ mới đến sẽ hiện ở đây."))
    elif state != usual:
        narrowed.nothing(_("Chưa có hộ nào"), _("Ghi hộ vào nhóm ở danh sách chưa vào nhóm."), tt=usual)
    else:
        parts.empty(_("Chưa có hộ nào"), _("Ghi hộ vào nhóm ở danh sách chưa vào nhóm."))


def door(*, link_url: str, join_url: str | None, can_write: bool) -> None:
    """The address by which households join, as a link and as a code to show on a phone or a wall."""
    parts.section(_("Mời vào nhóm"), _("dán ở nhà văn hóa, gửi cho hàng xóm"))
    codes.warn()
    if not join_url:
        how = _("Thêm ở mục Sửa nhóm.") if can_write else _("Nhờ phường thêm.")
        parts.note("overdue", _("Chưa có đường dẫn Zalo"), _("Trang mời đã có, nhưng chưa có nút vào nhóm. {how}", how=how))
    with st.container(horizontal=True, vertical_alignment="center"):
        codes.show(link_url)
        with st.container(width=260):
            parts.lines(parts.address(link_url))
            parts.hint(_("Bà con quét mã hoặc mở địa chỉ này để vào nhóm của tổ."))
