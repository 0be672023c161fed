"""Which place a screen of figures is about: the ward, then the residential unit; both stand in the address."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import streamlit as st

from core.db import reading
from models import Unit, UnitKind
from services import units
from services.access import Actor
from ui import addressed
from ui.words import _


@dataclass(frozen=True)
class Place:
    """A place in the reader's sight; None: all of it."""

    unit_id: UUID | None
    is_wide: bool  # of a whole province


def ask(actor: Actor, *, on: date) -> Place:
    """From the province down to the residential unit, as they were on a day."""
    wards = below(actor, actor.unit_id, UnitKind.COMMUNE, on=on)
    ward = one_of(_("Xã, phường"), wards, key="xa") if wards else actor.unit_id
    places = below(actor, ward, UnitKind.RESIDENTIAL, on=on)
    place = one_of(_("Tổ, thôn"), places, key="to") if places else None
    return Place(place or ward, is_wide=bool(wards) and not ward)


def below(actor: Actor, unit_id: UUID | None, kind: UnitKind, *, on: date | None = None) -> list[Unit]:
    """The units of a kind right below one on a day (today)."""
    if unit_id is None:
        return []
    with reading() as session:
        return units.children(session, actor=actor, unit_id=unit_id, on=on, kind=kind)


def ward(actor: Actor) -> Unit:
    """The actor's ward; of several the one chosen, the first where the address names none."""
    listed = {unit.code: unit for unit in below(actor, actor.unit_id, UnitKind.COMMUNE)}
    if len(listed) > 1:
        names = {code: unit.label for code, unit in listed.items()}
        return listed[addressed.always(_("Xã, phường"), names, key="xa", width=320)]
    with reading() as session:
        return units.commune_for(session, actor=actor)


def kept() -> dict[str, str]:
    """What the address says of the place: for a link that leads to the same one, or back to it after a write."""
    return {key: st.query_params[key] for key in ("xa", "to") if key in st.query_params}


def one_of(label: str, listed: Sequence[Unit], *, key: str, placeholder: str = "", width: int = 250, **how: Any) -> UUID | None:
    """One of some places, all of them (None) where the address names none. There it stands by its code."""
    names = {unit.code: unit.label for unit in listed}
    chosen = addressed.select(label, names, key=key, placeholder=placeholder or _("Tất cả"), width=width, **how)
    return next((unit.id for unit in listed if unit.code == chosen), None)
