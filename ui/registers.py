"""Registers, and what is held about somebody, to take away: made at a press, of which whoever presses is asked who they are."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from core.db import transaction
from services import sessions, subject_files, subject_papers, subject_scope
from services.access import Actor
from services.ports import RegisterPaper, ports
from ui import proving, token

Register = Callable[[Any, Actor], RegisterPaper]  # of a session and whoever presses


def paper(actor: Actor, made: Register, *, label: str, name: str, key: str) -> None:
    """A register, or a file about somebody, as a PDF; who presses is looked up anew."""
    file = partial(_paper, made, token())
    proving.download(actor, label, file, f"{name}.pdf", "application/pdf", key=key, icon=":material/picture_as_pdf:")


def _paper(made: Register, cookie: str) -> bytes:
    with transaction() as session:
        found = made(session, sessions.asker(session, token=cookie))
    return ports().paper.register(found)


def machine_file(actor: Actor, household_id: UUID, *, label: str, key: str) -> None:
    """What is held about a household as JSON; who presses is looked up anew."""
    file = partial(_machine_file, household_id, token())
    proving.download(
        actor, label, file, "du-lieu-ca-nhan.json", "application/json", key=key, icon=":material/data_object:"
    )  # fmt: skip


def _machine_file(household_id: UUID, cookie: str) -> bytes:
    with transaction() as session:
        actor = sessions.asker(session, token=cookie)
        subject = subject_scope.of_household(session, actor=actor, household_id=household_id)
        return subject_papers.as_json(subject_files.take(session, actor=actor, subject=subject))
