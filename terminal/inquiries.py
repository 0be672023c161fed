"""inquiries, inquiry-assign, inquiry-answer: the inbox by terminal."""

from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from core.db import reading, transaction
from core.errors import NotFound
from core.i18n import N_
from models import InquiryStatus
from services import access, inquiry_answers, inquiry_work
from services import inquiries as inbox
from services.inquiries import Box, Filters
from terminal.habits import AsJson, answering, app

MOST = 1_000


@app.command()
def inquiries(
    status: Annotated[InquiryStatus | None, typer.Option(help="Only those that stand so; without it all but spam.")] = None,
    as_json: AsJson = False,
) -> None:
    """What people ask, the latest first."""
    with answering(as_json=as_json) as say, reading() as session:
        box = Box.SPAM if status is InquiryStatus.SPAM else Box.ALL
        wanted = Filters(box, status=status)
        rows, _ = inbox.listing(session, actor=access.TERMINAL, filters=wanted, size=MOST)
        say([_told(row) for row in rows])


@app.command()
def inquiry_assign(
    inquiry_id: Annotated[str, typer.Argument(metavar="ID")],
    to: Annotated[str, typer.Option(metavar="NAME", help="User name of who is to answer.")],
    as_json: AsJson = False,
) -> None:
    """Give what somebody asks to a person."""
    with answering(as_json=as_json) as say, transaction() as session:
        user = access.actor_named(session, username=to)
        inquiry_work.assign(session, actor=access.TERMINAL, inquiry_id=_id_of(inquiry_id), user_id=user.id)
        say(_one(session, inquiry_id))


@app.command()
def inquiry_answer(
    inquiry_id: Annotated[str, typer.Argument(metavar="ID")],
    by: Annotated[str, typer.Option(metavar="NAME", help="User name of who answers.")],
    text_file: Annotated[Path, typer.Option(metavar="F", exists=True, dir_okay=False, help="The answer, in UTF-8.")],
    as_json: AsJson = False,
) -> None:
    """Answer what somebody asks, and all who asked the same; it leaves by the way it came."""
    with answering(as_json=as_json, needs_ports=True) as say:
        text = text_file.read_text(encoding="utf-8", errors="replace")
        with transaction() as session:
            actor = access.actor_named(session, username=by)
            answered = inquiry_answers.answer(session, actor=actor, inquiry_id=_id_of(inquiry_id), text=text)
            told = _one(session, inquiry_id)
        say(told | {"people": answered.people, "leaving": answered.leaving, "way": answered.way})


def _one(session: Any, inquiry_id: str) -> dict[str, Any]:
    thread = inbox.thread(session, actor=access.TERMINAL, inquiry_id=_id_of(inquiry_id))
    return _told(inbox.Row(thread.inquiry, thread.assignee, thread.place, len(thread.alike)))


def _id_of(typed: str) -> UUID:
    try:
        return UUID(typed)
    except ValueError:
        raise NotFound(N_("Không tìm thấy câu hỏi này.")) from None


def _told(row: inbox.Row) -> dict[str, Any]:
    one = row.inquiry
    return {
        "id": one.id, "channel": one.channel, "text": one.text, "topic": one.topic, "status": one.status, "due_at": one.due_at,
        "assignee": row.assignee or None,
    }  # fmt: skip
