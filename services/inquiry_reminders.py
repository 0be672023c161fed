"""What waits too long: whoever has it is reminded in time, and when the time is over the ward's officials are told.

Done by the sweep of the engine, every minute, each step once a thread: run again it finds nothing to do.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from core import clock
from core.i18n import N_, translate
from core.settings import settings
from models import Channel, Inquiry, InquiryMessage, RecipientKind, Unit, User, Voice
from services import access, inquiry_replies, inquiry_rules, reach_rules
from services.inquiry_intake import search_of
from services.inquiry_ways import Open, Way
from services.office_hours import OfficeHours

LAST_PART = 0.25  # of the office time given: then whoever has it is reminded
AT_ONCE = 200
SOON = N_("Sắp tới hạn trả lời ({when}): {text}")
LATE = N_("Quá hạn trả lời từ {when}: {text}")
SHOWN = 160


def remind_and_escalate(session: Session) -> int:
    """Remind whoever has what is soon due, tell officials of what is late; how many threads. Idempotent."""
    now = clock.now()
    is_late = col(Inquiry.due_at) <= now
    is_awake = col(Inquiry.snoozed_until).is_(None) | (col(Inquiry.snoozed_until) <= now)
    waits = select(Inquiry).where(
        col(Inquiry.due_at).is_not(None), col(Inquiry.due_at) < now + timedelta(days=3), col(Inquiry.escalated_at).is_(None),
        is_late | (is_awake & col(Inquiry.reminded_at).is_(None)),
    )  # fmt: skip
    rows = session.exec(waits.order_by(col(Inquiry.due_at)).limit(AT_ONCE).with_for_update(skip_locked=True)).all()
    rules = inquiry_rules.of_wards(session, ward_ids={row.unit_id for row in rows})
    return sum(_look(session, row, row.due_at, rules[row.unit_id].hours) for row in rows if row.due_at)


def _look(session: Session, inquiry: Inquiry, due_at: datetime, hours: OfficeHours) -> int:
    now = clock.now()
    if due_at <= now:
        inquiry.escalated_at = now
        _say(session, inquiry, LATE, [*_holder(session, inquiry), *_officials(session, inquiry)])
    elif hours.between(now, due_at) <= hours.between(inquiry.last_at, due_at) * LAST_PART:
        inquiry.reminded_at = now
        _say(session, inquiry, SOON, _holder(session, inquiry))
    else:
        return 0
    session.add(inquiry)
    return 1


def _holder(session: Session, inquiry: Inquiry) -> Sequence[User]:
    user = session.get(User, inquiry.assignee_id) if inquiry.assignee_id else None
    return [user] if user and user.is_active else _officials(session, inquiry)


def _officials(session: Session, inquiry: Inquiry) -> Sequence[User]:
    ward = session.get_one(Unit, inquiry.unit_id)
    wanted = (
        select(User)
        .join(Unit, col(Unit.id) == User.unit_id)
        .where(access.path_range(ward.path), col(User.role).in_(access.APPROVERS), col(User.is_active))
    )
    return session.exec(wanted.order_by(col(User.username))).all()


def _say(session: Session, inquiry: Inquiry, words: str, people: Sequence[User]) -> None:
    """A note in the thread, and to each of them who has written to the ward's bot a message as well, once."""
    here = clock.local(inquiry.due_at or clock.now())
    text = translate(words, language=settings().language).format(when=f"{here:%H:%M %d/%m}", text=inquiry.text[:SHOWN])
    note = InquiryMessage(inquiry_id=inquiry.id, voice=Voice.NOTE, text=text, at=clock.now(), search=search_of(inquiry, text))
    session.add(note)
    session.flush()
    ward = session.get_one(Unit, inquiry.unit_id)
    account = reach_rules.accounts(session, ward=ward).get(Channel.ZALO_BOT)
    if account and account.works:
        chats = dict.fromkeys(one.bot_chat_id for one in people if one.bot_chat_id)
        ways = [Open(Way.SPOKEN, Channel.ZALO_BOT, RecipientKind.FOLLOWER, chat) for chat in chats]
        inquiry_replies.send(session, ward=ward, replies=[(note, way) for way in ways])
