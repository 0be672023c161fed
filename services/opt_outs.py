"""Who wants no messages: written down at once, obeyed before every sending, and ended when they come back by themselves.

A telephone number that says no gets neither SMS nor ZNS; a Zalo account that says no gets nothing from the official account. The
household then falls to the next way that works, in the end to the knock on the door.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, update
from sqlmodel import Session, col, select

from core import clock
from core.db import changed, upsert
from core.i18n import N_
from core.ids import new_id
from core.text import fold
from models import Channel, Consent, Delivery, DeliveryStatus, Extra, Household, Model, OptOut, OptOutCause
from services import access, audit

BY_NUMBER = (Channel.SMS, Channel.ZNS)
BY_FOLLOWING = (Channel.ZALO_OA, Channel.ZALO_TEMPLATE)
ERASED = "erased"  # in the ledger, in place of whoever demanded to be forgotten
MARKS_KEPT = timedelta(days=1)  # longer than any provider goes on repeating what it has told
# What people answer to a message they want no more of, folded; and what they answer to have them again.
STOP_WORDS = frozenset(
    {"stop", "tc", "tu choi", "huy", "huy tin", "dung", "dung nhan", "ngung", "khong nhan", "khong nhan tin", "unsubscribe"}
)
BACK_WORDS = frozenset({"start", "nhan", "nhan lai", "nhan tin", "dang ky"})


def means_stop(words: str) -> bool:
    """Whether a whole answer says no. A sentence that only holds such a word is a question for the ward."""
    return _bare(words) in STOP_WORDS


def means_back(words: str) -> bool:
    """Whether a whole answer says yes again."""
    return _bare(words) in BACK_WORDS


def refuse(
    session: Session, *, recipients: Iterable[str], channels: Sequence[Channel], cause: OptOutCause, at: datetime | None = None
) -> int:  # fmt: skip
    """Write down that these receivers want nothing more on these channels; how many new refusals that makes.

    What is told late does not undo a coming back that was later; told twice it is written once.
    """
    since = at or clock.now()
    rows: list[dict[str, Any]] = []
    for channel, one, standing, back in _known(session, recipients, channels):
        if standing is not None:
            standing.since = max(standing.since, since)
        elif back is None or (back.ended_at or since) <= since:
            rows.append(_row(channel, one, cause, since))
    upsert(session, Model.metadata.tables["optout"], rows, key=())
    return len(rows)


def come_back(
    session: Session, *, recipients: Iterable[str], channels: Sequence[Channel], at: datetime | None = None
) -> int:  # fmt: skip
    """They want messages again, since an instant; how many refusals that ends.

    A mark stays for a day where nothing was refused, so that a refusal said before and told after does not stand.
    """
    since, ended = at or clock.now(), 0
    marks: list[dict[str, Any]] = []
    for channel, one, standing, back in _known(session, recipients, channels):
        if standing is not None:
            if standing.since < since:
                standing.ended_at, ended = since, ended + 1
        elif back is None:
            marks.append(_row(channel, one, OptOutCause.UNFOLLOWED, since) | {"ended_at": since})
        elif back.ended_at is not None and back.ended_at < since:
            back.since = since if back.since == back.ended_at else back.since
            back.ended_at = since
    upsert(session, Model.metadata.tables["optout"], marks, key=())
    _take_back_no(session, recipients, since)
    return ended


def _take_back_no(session: Session, recipients: Iterable[str], since: datetime) -> None:
    """A household that had said no by its page or to a person, and now asks for messages from the phone or account itself."""
    wanted = sorted({one for one in recipients if one})
    homes = select(Household.id).where(col(Household.phone).in_(wanted) | col(Household.zalo_user_id).in_(wanted))
    said_no = (
        (col(Consent.extra) == Extra.MESSAGES) & col(Consent.is_given).is_(False) & col(Consent.ended_at).is_(None)
        & (col(Consent.said_at) <= since) & col(Consent.household_id).in_(homes)
    )  # fmt: skip
    if wanted:
        session.execute(update(Consent).where(said_no).values(ended_at=since))


def is_out(channels: Sequence[Channel], recipient: ColumnElement[Any]) -> ColumnElement[bool]:
    """Of a column of receivers: they want nothing on one of these channels."""
    return recipient.in_(select(col(OptOut.recipient)).where(col(OptOut.channel).in_(channels), col(OptOut.ended_at).is_(None)))


def forget(session: Session, *, user_id: str) -> int:
    """Erase a Zalo account that demands it: from households, the ledger and the list of refusals; the counts stay.

    What waits to leave for it is stopped. How many rows knew it.
    """
    homes = list(session.exec(select(Household.id).where(Household.zalo_user_id == user_id)))
    known = changed(session, update(Household).where(col(Household.id).in_(homes)).values(zalo_user_id=None))
    theirs = col(Delivery.recipient_id) == user_id
    waiting = theirs & col(Delivery.status).in_((DeliveryStatus.QUEUED, DeliveryStatus.UNAVAILABLE))
    stopped = {
        "status": DeliveryStatus.CANCELLED, "error": N_("Người nhận đã yêu cầu xóa dữ liệu."), "updated_at": clock.now(),
    }  # fmt: skip
    session.execute(update(Delivery).where(waiting).values(stopped))
    known += changed(session, update(Delivery).where(theirs).values(recipient_id=ERASED))
    known += changed(session, delete(OptOut).where(col(OptOut.recipient) == user_id))
    for home in homes:
        audit.record(
            session, actor=access.TERMINAL, action="household.account_erased", subject_kind="household", subject_id=home
        )  # fmt: skip
    return known


def clear_marks(session: Session) -> int:
    """Forget who came and had never refused; how many."""
    is_mark = col(OptOut.ended_at).is_not(None) & (col(OptOut.since) == col(OptOut.ended_at))
    return changed(session, delete(OptOut).where(is_mark, col(OptOut.ended_at) < clock.now() - MARKS_KEPT))


Known = tuple[Channel, str, OptOut | None, OptOut | None]


def _known(session: Session, recipients: Iterable[str], channels: Sequence[Channel]) -> list[Known]:
    """Of each channel and receiver the refusal that stands, and the last one that was ended."""
    wanted = sorted({one for one in recipients if one})
    if not wanted:
        return []
    found = session.exec(
        select(OptOut)
        .where(col(OptOut.recipient).in_(wanted), col(OptOut.channel).in_(channels))
        .order_by(col(OptOut.ended_at))
        .with_for_update()
    ).all()
    standing = {(one.channel, one.recipient): one for one in found if one.ended_at is None}
    backs = {(one.channel, one.recipient): one for one in found if one.ended_at is not None}  # the last one stays
    return [(channel, one, standing.get((channel, one)), backs.get((channel, one))) for one in wanted for channel in channels]


def _row(channel: Channel, recipient: str, cause: OptOutCause, since: datetime) -> dict[str, Any]:
    return {
        "id": new_id(), "created_at": clock.now(), "channel": channel, "recipient": recipient, "cause": cause,
        "since": since, "ended_at": None,
    }  # fmt: skip


def _bare(words: str) -> str:
    return " ".join("".join(letter if letter.isalnum() else " " for letter in fold(words)).split())
