"""Trạng thái: is the sending well. What waits, how fast it leaves, how the providers are, who works."""

import streamlit as st

from core import clock
from core.db import reading
from models import FigureCheck
from services import backup_copies, engine_health, figure_checks
from services.access import May
from services.backup_copies import Standing
from services.engine_health import Engine
from ui import _, enter, status, stay
from ui.kept import read_once, seen_by

actor = enter(
    _("Trạng thái"), needs=May.MIND_MACHINES.roles, lines=[_("Hàng chờ, nhà cung cấp, tiến trình. Tự vẽ lại mỗi 10 giây.")]
)


def read() -> Engine:
    """How it stands now."""
    with reading() as session:
        return engine_health.look(session, actor=stay())


def verified() -> list[FigureCheck]:
    """What the last recount of figures found."""
    with reading() as session:
        return figure_checks.latest(session, actor=stay())


def copies() -> list[Standing]:
    """Where backups have come to."""
    with reading() as session:
        return backup_copies.standing(session, actor=stay())


@st.fragment(run_every=10)
def live() -> None:
    """Draw it again every ten seconds."""
    seen, now = read_once("status", seen_by(stay()), read), clock.now()
    status.figures(seen, now=now)
    status.queues(seen.queues, now=now)
    status.providers(seen.providers)
    status.figures_verified(read_once("figure_checks", seen_by(stay()), verified), now=now)
    status.backup_copies(read_once("backup_copies", seen_by(stay()), copies))
    status.at_work(seen.workers, events=seen.events_waiting, now=now)
    status.unknown_events(seen.events_unknown)


live()
