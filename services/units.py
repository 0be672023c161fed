"""Units: finding them, listing them in the order people expect, importing and creating them, the settings of a ward."""

from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from core import clock
from core.errors import NotFound
from core.i18n import N_
from core.text import natural_key, vietnamese_key
from models import Unit, UnitKind
from services.access import Actor, commune_of, path_range, unit_for


@lru_cache(maxsize=20_000)
def place_key(area: str, name: str) -> tuple[Any, ...]:
    """Sort key of units: by area in the order of the alphabet, then "Tổ 2" before "Tổ 10"."""
    return vietnamese_key(area), natural_key(name), vietnamese_key(name)


def by_code(session: Session, *, actor: Actor, code: str, on: date | None = None) -> Unit:
    """The unit of a code (or an id) on a day; codes are reused with another meaning over time.

    Raises:
        NotFound: there is none that day, or it lies outside the actor's sight.
    """
    day = on or clock.today()
    wanted = code.strip()
    key: ColumnElement[bool]
    try:
        key = col(Unit.id) == UUID(wanted)
    except ValueError:
        key = col(Unit.code) == wanted
    starts = col(Unit.valid_from).is_(None) | (col(Unit.valid_from) <= day)
    ends = col(Unit.valid_to).is_(None) | (col(Unit.valid_to) >= day)
    found = session.exec(select(Unit).where(key, starts, ends, path_range(actor.unit_path))).first()
    if found is None:
        raise NotFound(N_("Không tìm thấy đơn vị có mã “{code}”."), code=wanted)
    return found


def residential(session: Session, *, actor: Actor, unit_id: UUID | None = None) -> list[Unit]:
    """The residential units of today in the actor's sight (below `unit_id`), by area, then by number."""
    path = unit_for(session, actor=actor, unit_id=unit_id).path if unit_id else actor.unit_path
    is_open = col(Unit.valid_to).is_(None) | (col(Unit.valid_to) >= clock.today())
    found = session.exec(select(Unit).where(path_range(path), col(Unit.kind) == UnitKind.RESIDENTIAL, is_open)).all()
    return sorted(found, key=lambda unit: place_key(unit.area, unit.label))


def commune_for(session: Session, *, actor: Actor) -> Unit:
    """The ward or commune the actor works in; for someone above, the first of theirs.

    Raises:
        NotFound: there is no ward in the actor's sight.
    """
    own = session.get(Unit, actor.unit_id) if actor.unit_id else None
    ward = commune_of(session, own) if own else None
    if ward is None or ward.kind is not UnitKind.COMMUNE:
        is_open = col(Unit.valid_to).is_(None)
        wards = select(Unit).where(path_range(actor.unit_path), col(Unit.kind) == UnitKind.COMMUNE, is_open)
        ward = session.exec(wards.order_by(col(Unit.code))).first()
    if ward is None:
        raise NotFound(N_("Chưa có phường, xã nào. Hãy nhập danh mục đơn vị trước."))
    return ward
