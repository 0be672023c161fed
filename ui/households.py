"""Households on screen: how one stands, a list of them whose rows open, a household's facts."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import streamlit as st
from markupsafe import Markup

from core.text import fold
from models import Household, Membership, Need
from services.access import Actor
from services.household_phones import sees_numbers, shown
from services.household_search import HouseholdRow
from ui import parts
from ui.words import _, day, number, plain

PAGE = "pages/household.py"
SIZE = 25


def standing(*, is_joined: bool, has_phone: bool, left_on: date | None = None) -> Markup:
    """How a household is reached: in the chat, by telephone, at the door."""
    if left_on is not None:
        return parts.badge("unknown", _("chuyển đi {day}", day=day(left_on, weekday=False)))
    if is_joined:
        return parts.badge("arrived", _("trong nhóm"))
    return parts.badge("waiting", _("ngoài nhóm")) if has_phone else parts.badge("overdue", _("ngoài nhóm, không số"))


def place_of(address: str, unit_label: str) -> str:
    """Where it lives; a unit the address names already is not said twice."""
    return ", ".join(part for part in (address, "" if fold(unit_label) in fold(address) else unit_label) if part)


def needs_of(needs: tuple[Need, ...]) -> str:
    """What makes it harder to reach, in words."""
    return ", ".join(_(need.label) for need in needs)


@contextmanager
def row(one: HouseholdRow, *, actor: Actor, with_unit: bool, with_standing: bool = True) -> Iterator[None]:
    """One household: its name opens it from anywhere on the row; what stands in the block comes to the right."""
    name = one.id.hex
    with st.container(key=f"rec_{name}", horizontal=True, vertical_alignment="center", wrap=False):
        with st.container(key=f"recin_{name}", horizontal=True, vertical_alignment="center", gap=None):
            st.page_link(PAGE, label=plain(one.head_name), query_params={"id": str(one.id)})
            parts.html(_details(one, actor, with_unit=with_unit, with_standing=with_standing))
        yield


def _details(one: HouseholdRow, actor: Actor, *, with_unit: bool, with_standing: bool) -> Markup:
    place = place_of(one.address, one.unit_label if with_unit else "")
    people = _("{n} người", n=number(one.people))
    in_group = _("{n} trong nhóm", n=number(one.people_joined)) if one.joined else ""
    stands = standing(is_joined=one.joined, has_phone=bool(one.phone), left_on=one.left_on) if with_standing else ""
    is_said = with_standing and not one.joined  # that there is no number
    phone: str | Markup = "" if one.phone or is_said else parts.soft(_("không có số"))
    if one.phone:
        phone = parts.call(one.phone) if sees_numbers(actor) else Markup("<span>{}</span>").format(shown(actor, one.phone))
    needs = needs_of(one.needs)
    return Markup('<div class="cn-rec">{}<span class="at">{}{}</span><span class="few">{}</span>{}</div>').format(
        stands, place, parts.small(needs) if needs else "", ", ".join(part for part in (people, in_group) if part),
        phone,
    )  # fmt: skip


def spell_of(stay: Membership) -> str:
    """With how many people a household was in a group, and when."""
    since = _("{n} người, từ {day}", n=number(stay.people), day=day(stay.joined_on, weekday=False))
    return since if stay.left_on is None else since + _(" đến {day}", day=day(stay.left_on, weekday=False))


def facts(household: Household, *, since: date, unit_label: str, phone: Markup | str) -> None:
    """What is known of one household; its needs are asked for by themselves."""
    place = place_of(household.address, unit_label)
    people = _(
        "{n} người, {phones} người có điện thoại thông minh", n=number(household.people), phones=number(household.smartphones)
    )
    parts.facts(
        (_("Nơi ở"), place), (_("Số người"), people), (_("Điện thoại"), phone or _("không có số")),
        (_("Ở đây từ") if since == household.arrived_on else _("Như hiện nay từ"), day(household.arrived_on, weekday=False)),
    )  # fmt: skip
