"""What a visit has in hand while it imports procedures: the file, kept aside, and what reading it on trial told."""

from dataclasses import dataclass, field
from typing import IO
from uuid import UUID

import streamlit as st

from core.db import reading, transaction
from core.errors import Refusal
from services import procedure_imports, units, uploads
from services.access import Actor
from services.procedure_imports import ProcedureImport
from services.uploads import Upload

STATE = "pi_hand"


@dataclass
class Hand:
    """A file in this visit's keeping; each trial is read once."""

    owner: UUID | None
    upload: Upload
    trials: dict[bool, ProcedureImport | Refusal] = field(default_factory=dict)


def hand(actor: Actor) -> Hand | None:
    """What this visit has in hand; nothing of somebody else's."""
    found = st.session_state.get(STATE)
    return found if isinstance(found, Hand) and found.owner == actor.id else None


def take(actor: Actor, content: IO[bytes], *, name: str, size: int) -> None:
    """Keep a file.

    Raises:
        Invalid: it is too large.
    """
    st.session_state[STATE] = Hand(actor.id, uploads.keep(content, name=name, size=size))


def drop(mine: Hand) -> None:
    """Begin again with another file."""
    uploads.forget(mine.upload)
    st.session_state.pop(STATE, None)


def tried(actor: Actor, mine: Hand, *, is_whole: bool) -> ProcedureImport:
    """What the list would do; read once for the same question.

    Raises:
        Invalid: the file cannot be read, or is no list of procedures.
    """
    if is_whole not in mine.trials:
        try:
            mine.trials[is_whole] = _read(actor, mine, is_whole=is_whole, writes=False)
        except Refusal as refusal:
            mine.trials[is_whole] = refusal
    found = mine.trials[is_whole]
    if isinstance(found, Refusal):
        raise found
    return found


def write(actor: Actor, mine: Hand, *, is_whole: bool) -> ProcedureImport:
    """Write it.

    Raises:
        Invalid: as `tried`; the file may have been swept away meanwhile.
    """
    return _read(actor, mine, is_whole=is_whole, writes=True)


def _read(actor: Actor, mine: Hand, *, is_whole: bool, writes: bool) -> ProcedureImport:
    sheet = uploads.read(mine.upload)
    with transaction() if writes else reading() as session:
        ward = units.commune_for(session, actor=actor)
        return procedure_imports.run(
            session, actor=actor, unit_id=ward.id, sheet=sheet, is_whole=is_whole, dry_run=not writes, file_name=mine.upload.name
        )
