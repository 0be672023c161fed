"""Photos and papers that came by an account: fetched from where the provider keeps them, drawn anew, kept privately.

Providers keep them for days only. What cannot be had any more ends in a note in the thread. A row of `AwaitedFile` is there as
long as a file is awaited: whoever keeps a file takes the row away in the same transaction, so that twice is once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, delete, select

from core import clock
from core.errors import Invalid
from core.i18n import N_, translate
from core.settings import settings
from models import AwaitedFile, Inquiry, InquiryMessage, Voice
from services import attachments
from services.ports import is_provided, ports

WORK = "fetch_files"
MOST = attachments.MOST  # of one message
WAITS = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))  # then it is given up
IN_HAND = timedelta(minutes=5)  # nobody else begins with what somebody fetches
AT_ONCE = 20  # files in a round of the sweep
NAME = "anh"
GONE = N_("Một ảnh, tệp gửi kèm không còn tải được ở {channel} (hết hạn hoặc đã bị gỡ). Nếu cần, xin người hỏi gửi lại.")
NOT_TAKEN = N_("Một tệp gửi kèm qua {channel} không nhận được: {why}")


@dataclass(frozen=True)
class Awaited:
    """A file that is to be fetched."""

    id: UUID
    url: str


@dataclass(frozen=True)
class Brought:
    """What came of it: what a message keeps of it, or why it cannot be had; neither: it may come later."""

    id: UUID
    kept: dict[str, Any] | None = None
    refusal: Invalid | None = None
    is_gone: bool = False


def wait_for(session: Session, *, message: InquiryMessage, urls: Sequence[str]) -> None:
    """Await what came with a message, and promise its fetching in the caller's transaction.

    A process that can promise nothing leaves it to the next sweep.
    """
    now, wanted, promises = clock.now(), list(dict.fromkeys(urls))[:MOST], is_provided()
    for url in wanted:
        session.add(AwaitedFile(message_id=message.id, url=url, next_at=now + IN_HAND if promises else now))
    session.flush()
    if wanted and promises:
        ports().engine.promise(session, work=WORK, key=f"files:{message.id}", at=now, subject_id=str(message.id))


def want_no_more(session: Session, *, message_ids: Sequence[UUID]) -> None:
    """Whoever sent them has taken them back."""
    session.exec(delete(AwaitedFile).where(col(AwaitedFile.message_id).in_(message_ids)))


def of_message(session: Session, *, message_id: UUID) -> list[Awaited]:
    """What a message still awaits."""
    rows = session.exec(select(AwaitedFile).where(AwaitedFile.message_id == message_id).order_by(col(AwaitedFile.id)))
    return [Awaited(one.id, one.url) for one in rows]


def due(session: Session) -> list[Awaited]:
    """What is to be tried again, or was promised and never begun; for the sweep. Others leave it alone for a while."""
    now = clock.now()
    wanted = select(AwaitedFile).where(AwaitedFile.next_at <= now).order_by(col(AwaitedFile.next_at)).limit(AT_ONCE)
    rows = session.exec(wanted.with_for_update(skip_locked=True)).all()
    for one in rows:
        one.next_at = now + IN_HAND
    return [Awaited(one.id, one.url) for one in rows]


def bring(awaited: Awaited) -> Brought:
    """Fetch it and store what may be stored, outside any transaction. Never raises for what is at the other end."""
    found = ports().files.fetch(awaited.url)
    if found.outcome != "taken":
        return Brought(awaited.id, is_gone=found.outcome == "gone")
    try:
        return Brought(awaited.id, kept=attachments.store(found.content, name=NAME))
    except Invalid as refusal:
        return Brought(awaited.id, refusal=refusal)


def keep(session: Session, *, brought: Brought) -> bool:
    """Write down what came: a photo to its message, a note where it cannot be had, else another try; whether that settles it.

    What somebody else has kept meanwhile, or nobody wants any more, changes nothing.
    """
    row = session.get(AwaitedFile, brought.id, with_for_update=True, populate_existing=True)
    if row is None:
        return False
    is_over = brought.kept or brought.refusal or brought.is_gone or row.tries >= len(WAITS)
    if not is_over:
        row.next_at, row.tries = clock.now() + WAITS[row.tries], row.tries + 1
        return False
    message = session.get_one(InquiryMessage, row.message_id, with_for_update=True, populate_existing=True)
    _settle(session, message, brought)
    session.delete(row)
    session.flush()
    return True


def _settle(session: Session, message: InquiryMessage, one: Brought) -> None:
    thread = session.get_one(Inquiry, message.inquiry_id, with_for_update=True, populate_existing=True)
    if one.kept:
        is_first = message.at <= thread.asked_at
        message.photos = [*message.photos, one.kept]
        thread.photos = [*thread.photos, one.kept] if is_first else thread.photos
        session.add(thread)
        session.add(message)
        return
    language = settings().language
    channel = translate(thread.channel.label, language=language)
    words = translate(GONE, language=language).format(channel=channel)
    if one.refusal:
        why = translate(one.refusal.message, language=language).format(**one.refusal.details)
        words = translate(NOT_TAKEN, language=language).format(channel=channel, why=why)
    session.add(InquiryMessage(inquiry_id=thread.id, voice=Voice.NOTE, text=words, at=clock.now()))
