"""Hôm nay: what waits for me, how is the ward."""

from datetime import timedelta

import streamlit as st

from core import clock
from core.db import reading, transaction
from models import Role
from services import attendance_figures, calls, figures, second_looks, units
from services import today as service
from services.access import May
from services.calls import Calls
from ui import _, attendance, calling, day, drawing, enter, leave_for, parts, refusals, today
from ui.kept import kept, read_once, seen_by

actor = enter(needs=May.SEE_GROUPS.roles)
if actor.role is Role.LEAD:
    st.switch_page("pages/my_group.py")
if actor.role is Role.VIEWER:
    st.switch_page("pages/participation.py")


def head() -> None:
    """The day, the ward, the reader."""
    with reading() as session:
        ward = units.commune_for(session, actor=actor)
    parts.head(_("Hôm nay, {day}", day=day(clock.today())), ward.name, actor.display_name)


def draw() -> None:
    """What waits and how the ward does; nothing to press but links."""
    now = clock.now()
    months = [clock.today() - timedelta(days=30 * back) for back in range(12, -1, -1)]
    with reading() as session:
        seen = service.of(session, actor=actor)
        ward = units.commune_for(session, actor=actor)
        growth = figures.growth(session, actor=actor, days=months, by="area")
        events = attendance_figures.on_day(session, actor=actor, day=clock.today())
    left, right = st.columns([1.12, 1], gap="medium")
    with left, st.container(gap=None):
        today.waiting(seen, ward, now=now)
    with right:
        attendance.today(events)
        if seen.running:
            today.running(seen.running, seen.running_all, now=now)
        today.month(seen)
    parts.chart(_("Tỷ lệ hộ trong nhóm, 12 tháng"), drawing.growth(growth), _("theo xã, phường cũ"))


def to_make() -> Calls:
    """Who is to be telephoned."""
    with reading() as session:
        return calls.to_make(session, actor=actor, limit=calling.SHOWN)


key = seen_by(actor, actor.id)
kept("today.head", key, head)
with reading() as session:
    unseen = second_looks.waiting(session, actor=actor)
for place, item in enumerate(unseen):
    if today.second_look(place, item):
        with refusals():
            with transaction() as session:
                second_looks.look(session, actor=actor, announcement_id=item.id)
            leave_for("pages/today.py", news=_("Đã ghi việc xem lại."))
to_call = read_once("calls", key, to_make)
calling.draw(to_call, actor=actor, names_announcement=True, done=lambda: leave_for("pages/today.py", news=_("Đã ghi cuộc gọi.")))
kept("today", key, draw)
