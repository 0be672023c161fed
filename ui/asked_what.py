"""A figure's name, to be asked what it is: a link to its own page, or for who has no such page its meaning right here."""

from collections.abc import Mapping
from urllib.parse import urlencode

from markupsafe import Markup

from core import clock
from core.db import reading
from models import Announcement, Unit, UnitKind
from services import access
from services.access import Actor, May
from services.figure_register import BY_NAME
from ui import asked_days, this_run
from ui.words import _


def name(label: str, figure: str, of_what: Mapping[str, str]) -> Markup | str:
    """The label of a figure of the register ("" of none), with the place and the days that an address says."""
    if not figure:
        return label
    if this_run.sees(May.SEE_FIGURES):
        address = f"/figures?{urlencode({'so': figure, **of_what})}"
        return Markup('<a href="{}" target="_self">{}</a>').format(address, label)
    return Markup("<details><summary>{}</summary>{}</details>").format(label, _(BY_NAME[figure].definition))


def place(actor: Actor, unit: Unit) -> dict[str, str]:
    """What an address says of a unit, for a reader of more than it."""
    if unit.id == actor.unit_id:
        return {}
    if unit.kind is not UnitKind.RESIDENTIAL:
        return {"xa": unit.code}
    with reading() as session:
        ward = access.commune_of(session, unit)
    return ({} if ward.id == actor.unit_id else {"xa": ward.code}) | {"to": unit.code}


def of_announcement(actor: Actor, item: Announcement) -> dict[str, str]:
    """The ward and the day on which an announcement left it."""
    sent_on = clock.local(item.sent_at or item.created_at).date()
    days = asked_days.over(sent_on, sent_on)
    if item.unit_id == actor.unit_id:
        return days
    with reading() as session:
        return days | place(actor, access.unit_for(session, actor=actor, unit_id=item.unit_id))
