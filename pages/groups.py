"""Nhóm và tổ dân phố: who can be reached, where is the gap."""

from datetime import timedelta
from typing import Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core import clock
from core.db import reading
from models import GroupKind, Role, UnitKind
from services import access, figures, group_leaders, groups
from services.access import May
from ui import _, charts, community, day, drawing, enter, number, parts, places, share
from ui.kept import kept, read_once, seen_by

actor = enter(needs=May.SEE_GROUPS.roles)
top = st.container()
today = clock.today()
seen = seen_by(actor, *([actor.id] if actor.role is Role.LEAD else []))


wards = read_once("groups.wards", seen, lambda: places.below(actor, actor.unit_id, UnitKind.COMMUNE))
chosen = places.one_of(_("Xã, phường"), wards, key="xa", width=320) if len(wards) > 1 else None
is_by_ward = len(wards) > 1 and not chosen
scope = None if is_by_ward else chosen or next((unit.id for unit in wards), None)
by: Literal["unit", "ward"] = "ward" if is_by_ward else "unit"


def draw(top: DeltaGenerator | None = None) -> None:
    """Everything below the choice of a ward."""
    with reading() as session:
        table = figures.coverage(session, actor=actor, unit_id=scope, by=by)
        month_ago = figures.coverage(session, actor=actor, unit_id=scope, on=today - timedelta(days=30), by=by)
        months = [*groups.month_ends(today, 12), today]
        growth = figures.growth(session, actor=actor, unit_id=scope, days=months, by="total" if is_by_ward else "area")
        listed = [] if is_by_ward else groups.listing(session, actor=actor, unit_id=scope)
        phones = group_leaders.phones_of(session, actor=actor, leader_ids={row.leader_id for row in listed if row.leader_id})
    homes = sum(row.kind is GroupKind.HOUSEHOLD for row in listed)
    sorts = _("{n} xã, phường", n=number(len(table.rows))) if is_by_ward else _("{n} tổ, thôn", n=number(len(table.rows)))
    counted = sorts if is_by_ward else f"{sorts}, " + _("{n} nhóm", n=number(homes))
    with top or st.container():
        parts.head(_("Nhóm và tổ dân phố"), table.total.unit_name, counted, _("tính đến {day}", day=day(today)))
    if not table.rows:
        parts.empty(
            _("Chưa có tổ dân phố, thôn nào"), _("Quản trị nhập danh sách tổ, thôn của phường trước; rồi đến hộ dân và nhóm.")
        )
        return
    least = 0
    if not access.may(actor, May.SEE_SMALL_COUNTS):
        least = figures.SMALL
        table, month_ago, hidden = figures.without_small(table, month_ago)
        growth = [] if any(figures.is_small(row) for _day, _label, row in growth) else growth
        listed = [row for row in listed if row.unit_id not in {row.unit_id for row in hidden}]
        if hidden and not table.rows:
            parts.empty(_("Chưa có số liệu để xem"), community.hidden_words())
            return
        if hidden:
            parts.hint(community.hidden_words())
    can_write = access.may(actor, May.KEEP_GROUPS)
    community.figures(table, before=month_ago.total, places=sorts)
    dots = drawing.places(table, before=month_ago)
    goal = table.total.target_percent / 100

    left, right = st.columns([1.55, 1], gap="medium")
    with left:
        if not is_by_ward:
            with st.container(gap=None):
                community.things_to_do(table, listed, dots, can_write=can_write)
        with st.container(horizontal=True, vertical_alignment="center"):
            parts.section(_("Từng xã, phường") if is_by_ward else _("Từng tổ, thôn"), _("thấp nhất đứng trước"))
            if can_write and not is_by_ward:
                st.page_link("pages/cascade.py", label=_("Sơ đồ truyền tin"), icon=":material/account_tree:")
                st.page_link("pages/new_group.py", label=_("Lập nhóm"), icon=":material/group_add:")
        if is_by_ward:
            community.wards(table, page="groups")
        else:
            community.units(table, listed, phones=phones, shows_leaders=access.may(actor, May.SEE_PEOPLE))
            community.others(listed, least=least)
    with right:
        if dots:
            parts.chart(
                _("Hộ trong nhóm theo tổ"), charts.coverage(dots, target=goal, look=parts.look()),
                _("đậm: đạt {share}. Vạch đen: tháng trước", share=share(goal, 0)), key="by_unit",
            )  # fmt: skip
            parts.chart(
                _("Hộ trong nhóm so với điện thoại thông minh"), charts.phones_against_coverage(dots, look=parts.look()),
                _("mỗi điểm một nơi"), key="phones",
            )  # fmt: skip
        if any(row.households for _day, _label, row in growth):
            parts.chart(_("12 tháng, theo xã, phường cũ"), drawing.growth(growth, columns=2), key="growth")


if len(wards) > 1:
    draw(top)
else:
    kept("groups", seen, draw)
