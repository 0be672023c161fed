"""subject-export, subject-erase, retention: what is held about somebody, its end, and what goes by itself tonight."""

from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session

from core.db import reading, transaction
from core.errors import Invalid
from core.i18n import N_, translate
from services import access, attachments, retention, subject_erasure, subject_files, subject_papers, subject_scope, units
from services.access import TERMINAL, Actor
from services.ports import ports
from services.subject_scope import Subject
from terminal.files import check_folder, write
from terminal.habits import AsJson, answering, app

Phone = Annotated[str | None, typer.Option(metavar="P", help="A telephone number, written in any usual way.")]
Code = Annotated[str | None, typer.Option(metavar="CODE", help="A household: its code, id, or UNIT/CODE.")]
By = Annotated[str | None, typer.Option(metavar="NAME", help="User name of who asks for it; without, the terminal.")]


@app.command()
def subject_export(
    phone: Phone = None,
    household: Code = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="A .pdf to read or a .json; without, standard output.")] = None,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """What is held about a person or a household, as one file. That it was taken is kept."""
    with answering(as_json=as_json, needs_ports=out is not None) as say:
        if out:
            check_folder(out)
        with transaction() as session:
            actor = _actor(session, by)
            subject = _subject(session, actor, phone, household)
            found = subject_files.take(session, actor=actor, subject=subject)
            ward = units.commune_for(session, actor=actor).name if out else ""
        if out:
            as_pdf = out.suffix.lower() == ".pdf"
            register = subject_papers.on_paper(found, ward=ward)
            write(out, ports().paper.register(register) if as_pdf else subject_papers.as_json(found))
        answer = {"households": found.about, "units": found.units, "rows": found.rows, "made_at": found.made_at}
        say(answer | {"file": out} if out else answer | {"data": found.parts})


@app.command()
def subject_erase(
    phone: Phone = None, household: Code = None, by: By = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Erase what is held about a person or a household, whole or not at all; counts stay, and what else stays is said."""
    with answering(as_json=as_json) as say:
        with transaction() as session:
            actor = _actor(session, by)
            subject = _subject(session, actor, phone, household)
            if dry_run:
                rows = subject_erasure.would_erase(session, actor=actor, subject=subject)
                done = subject_erasure.Erased(0, rows)
            else:
                done = subject_erasure.erase(session, actor=actor, subject=subject)
        if not dry_run:
            with reading() as session:
                attachments.remove_unnamed(session, done.documents)
        answer = {
            "erased": done.erased, "households": done.households, "rows": done.rows,
            "kept": [translate(one, language=actor.language) for one in done.kept],
        }  # fmt: skip
        say(answer | ({"dry_run": True} if dry_run else {}) | ({"already_on": done.already_on} if done.already_on else {}))


@app.command(name="retention")
def retention_tonight(as_json: AsJson = False) -> None:
    """How long each kind of personal data is kept, and how much of it goes tonight."""
    with answering(as_json=as_json) as say, reading() as session:
        say([_told(one) for one in retention.preview(session, actor=TERMINAL)])


def _told(one: retention.Tonight) -> dict[str, str | int]:
    label = translate(one.rule.kind.label, language=TERMINAL.language)
    return {
        "kind": one.rule.kind.name, "label": label, "days": one.rule.days, "tonight": one.rows,
        "held_because": one.rule.held_because,
    }  # fmt: skip


def _actor(session: Session, by: str | None) -> Actor:
    return access.actor_named(session, username=by) if by else TERMINAL


def _subject(session: Session, actor: Actor, phone: str | None, household: str | None) -> Subject:
    if bool(phone) == bool(household):
        raise Invalid(N_("Ghi một trong hai: --phone số điện thoại, hoặc --household mã hộ."))
    if phone:
        return subject_scope.of_phone(session, actor=actor, phone=phone)
    return subject_scope.of_code(session, actor=actor, code=household or "")
