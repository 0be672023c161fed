"""A ward's own emblem in the middle of its codes, on paper and on screens, and the colour of those on a screen."""

import re
from uuid import UUID

from sqlmodel import Session, select

from core.errors import Invalid
from core.i18n import N_
from models import Unit, UnitKind, WardEmblem
from services import access, audit, links
from services.access import Actor, May, require
from services.ports import Emblem, ports

BYTES_MAX = 5_000_000
USUAL_COLOUR = "#0b6470"
LEAST_CONTRAST = 4.5  # to white: WCAG 2.2 §1.4.3, and what a camera in poor light still tells apart
_COLOUR = re.compile(r"#[0-9a-f]{6}")


def of_ward(session: Session, *, ward_id: UUID) -> Emblem | None:
    """The ward's own emblem; None where it uses ours. One query."""
    found = _kept(session, ward_id)
    return Emblem(found.png, found.colour) if found else None


def of_unit(session: Session, *, unit_id: UUID | None) -> Emblem | None:
    """The emblem of the ward that a unit belongs to."""
    unit = session.get(Unit, unit_id) if unit_id else None
    return of_ward(session, ward_id=access.commune_of(session, unit).id) if unit else None


def change(session: Session, *, actor: Actor, unit_id: UUID, content: bytes | None, colour: str) -> Emblem:
    """Set a ward's emblem from a picture that somebody brings, or only its colour where none is brought.

    Raises:
        NotAllowed, NotFound: the ward is not the actor's.
        Invalid: no picture, a colour too pale for a code, or codes with it in their middle cannot be read.
    """
    require(actor, May.KEEP_WARD)
    ward = access.unit_for(session, actor=actor, unit_id=unit_id)
    if ward.kind is not UnitKind.COMMUNE:
        raise Invalid(N_("Biểu tượng là của phường, xã."))
    kept = _kept(session, ward.id)
    if content is None and kept is None:
        raise Invalid(N_("Xin chọn ảnh biểu tượng."))
    if content is not None and len(content) > BYTES_MAX:
        raise Invalid(N_("Tệp nặng hơn {most} MB."), most=BYTES_MAX // 1_000_000)
    png = ports().documents.emblem(content) if content is not None else kept.png if kept else b""
    own = Emblem(png, _checked(colour))
    ports().codes.emblem_png(links.sample_url(), own=own)
    kept = kept or WardEmblem(unit_id=ward.id, png=b"", colour="")
    kept.png, kept.colour = own.png, own.colour
    session.add(kept)
    session.flush()
    audit.record(session, actor=actor, action="emblem.changed", subject_kind="unit", subject_id=ward.id, colour=own.colour)
    return own


def remove(session: Session, *, actor: Actor, unit_id: UUID) -> None:
    """Go back to our emblem. A second time does nothing.

    Raises:
        NotAllowed, NotFound: the ward is not the actor's.
    """
    require(actor, May.KEEP_WARD)
    ward = access.unit_for(session, actor=actor, unit_id=unit_id)
    kept = _kept(session, ward.id)
    if kept is None:
        return
    session.delete(kept)
    session.flush()
    audit.record(session, actor=actor, action="emblem.removed", subject_kind="unit", subject_id=ward.id)


def contrast(colour: str) -> float:
    """How much a colour stands out from white, from 1 to 21; from luminance, which is what a mono printer prints."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels]
    return float(1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05))


def _kept(session: Session, ward_id: UUID) -> WardEmblem | None:
    return session.exec(select(WardEmblem).where(WardEmblem.unit_id == ward_id)).first()


def _checked(colour: str) -> str:
    tidy = colour.strip().lower()
    if not _COLOUR.fullmatch(tidy):
        raise Invalid(N_("Màu phải ghi như #0b6470."))
    if contrast(tidy) < LEAST_CONTRAST:
        raise Invalid(N_("Màu này nhạt quá, máy ảnh không đọc được mã. Xin chọn màu đậm hơn."))
    return tidy
