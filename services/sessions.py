"""Signed-in browsers: the one-time ticket from the form to the cookie, the session, its end.

The cookie holds 192 random bits; the database holds only their digest. A session ends by sign-out, by an hour (idle or
whole), with the account, or when the password changes, and every run of every page looks it up: nothing ends later than
the next click.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam
from sqlalchemy import select as select_columns
from sqlmodel import Session as Database
from sqlmodel import col, delete, select, update

from core import clock
from core.errors import NotAllowed, NotFound
from core.i18n import N_
from core.settings import settings
from core.tokens import digest, new_token
from models import Session, Ticket, Unit, User
from models.base import Instant
from services import audit
from services.access import Actor, actor_of

TICKET_LIFE = timedelta(seconds=60)
IDLE_LIFE = timedelta(hours=12)  # a long working day: closed overnight on the computers of a counter
WHOLE_LIFE = timedelta(days=14)
SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class SignedIn:
    """A browser where someone is signed in, as its owner sees it."""

    id: UUID
    device: str
    since: datetime
    last_seen_at: datetime
    is_here: bool


def cookie_name() -> str:
    """The cookie that holds the token. The prefix binds it to this host, https and the path / (RFC 6265bis §4.1.3.2)."""
    return "__Host-caunoi" if settings().is_https else "caunoi"


def issue_ticket(session: Database, *, user_id: UUID) -> str:
    """A ticket for someone who has just proven who they are: good once, for a minute."""
    ticket = new_token()
    session.exec(delete(Ticket).where(col(Ticket.expires_at) < clock.now() - timedelta(days=1)))
    session.add(Ticket(token_hash=digest(ticket), user_id=user_id, expires_at=clock.now() + TICKET_LIFE))
    session.flush()
    return ticket


def redeem(session: Database, *, ticket: str, device: str) -> str | None:
    """Give a session's token for a ticket; None when it was used, is too old, never was, or its account is closed.

    A one-time password is spent here: signed in once, it opens no second session.
    """
    now = clock.now()
    spent = session.exec(
        update(Ticket)
        .where(col(Ticket.token_hash) == digest(ticket), col(Ticket.used_at).is_(None), col(Ticket.expires_at) > now)
        .values(used_at=now)
    )
    if spent.rowcount != 1:
        return None
    user = session.exec(
        select(User).join(Ticket, col(Ticket.user_id) == col(User.id)).where(Ticket.token_hash == digest(ticket))
    ).one()
    if not user.is_active:
        return None
    if user.must_change_password:
        user.password_expires_at = now
        session.add(user)
    token = new_token()
    session.add(
        Session(
            token_hash=digest(token), user_id=user.id, last_seen_at=now, expires_at=now + WHOLE_LIFE, device=device[:80]
        )
    )  # fmt: skip
    audit.record(session, actor=actor_of(session, user), action="user.signed_in", subject_kind="user", subject_id=user.id,
                 device=device[:80])  # fmt: skip
    return token


# Asked at every run of every screen: put together once, and read without making records of it.
_AT_THE_BROWSER = (
    select_columns(
        col(User.id), col(User.username), col(User.display_name), col(User.role), col(User.unit_id), col(Unit.path),
        col(User.language), col(User.must_change_password),
    )
    .join(Session, col(Session.user_id) == col(User.id))
    .join(Unit, col(Unit.id) == col(User.unit_id))
    .where(
        col(Session.token_hash) == bindparam("digest"), col(Session.expires_at) > bindparam("now", type_=Instant()),
        col(Session.last_seen_at) > bindparam("idle", type_=Instant()), col(Session.ended_at).is_(None), col(User.is_active),
    )
)  # fmt: skip


def session_actor(session: Database, *, token: str) -> Actor | None:
    """Who sits at the browser with this cookie, in one query; None when the session or the account has ended."""
    now = clock.now()
    found = session.execute(_AT_THE_BROWSER, {"digest": digest(token), "now": now, "idle": now - IDLE_LIFE}).first()
    return Actor(*found) if found else None


def asker(session: Database, *, token: str) -> Actor:
    """As `session_actor`, for what is made outside a page's run: who asks is looked up anew.

    Raises:
        NotAllowed: the session or the account has ended.
    """
    actor = session_actor(session, token=token)
    if actor is None:
        raise NotAllowed(N_("Phiên làm việc đã hết. Xin đăng nhập lại."))
    return actor


def seen(session: Database, *, token: str) -> None:
    """Note that the browser is in use; writes at most once a minute however often it is asked."""
    now = clock.now()
    session.exec(
        update(Session)
        .where(col(Session.token_hash) == digest(token), col(Session.last_seen_at) < now - SEEN_EVERY)
        .values(last_seen_at=now)
    )


def sign_out(session: Database, *, token: str) -> None:
    """End this browser's session. Doing it twice is no error."""
    actor = session_actor(session, token=token)
    session.exec(
        update(Session)
        .where(col(Session.token_hash) == digest(token), col(Session.ended_at).is_(None))
        .values(ended_at=clock.now())
    )
    if actor:
        audit.record(session, actor=actor, action="user.signed_out", subject_kind="user", subject_id=actor.id or "")


def mine(session: Database, *, actor: Actor, token: str) -> list[SignedIn]:
    """The browsers where the actor is signed in now, this one first, then the latest seen."""
    now = clock.now()
    rows = session.exec(
        select(Session)
        .where(
            Session.user_id == actor.id, col(Session.ended_at).is_(None), Session.expires_at > now,
            Session.last_seen_at > now - IDLE_LIFE,
        )
        .order_by(col(Session.last_seen_at).desc())
    )  # fmt: skip
    found = [SignedIn(row.id, row.device, row.created_at, row.last_seen_at, row.token_hash == digest(token)) for row in rows]
    return sorted(found, key=lambda one: not one.is_here)


def end_mine(session: Database, *, actor: Actor, session_id: UUID) -> None:
    """Sign out one other browser of one's own.

    Raises:
        NotFound: it is not the actor's.
    """
    ended = session.exec(
        update(Session)
        .where(col(Session.id) == session_id, col(Session.user_id) == actor.id, col(Session.ended_at).is_(None))
        .values(ended_at=clock.now())
    )
    if ended.rowcount != 1:
        raise NotFound(N_("Không tìm thấy thiết bị này, hoặc thiết bị đã đăng xuất."))
    audit.record(session, actor=actor, action="user.signed_out_elsewhere", subject_kind="user", subject_id=actor.id or "")


def end_all(session: Database, *, user_id: UUID, but_token: str = "") -> int:
    """End every session of a user, but for the one with this token; how many ended."""
    statement = update(Session).where(col(Session.user_id) == user_id, col(Session.ended_at).is_(None))
    if but_token:
        statement = statement.where(col(Session.token_hash) != digest(but_token))
    return int(session.exec(statement.values(ended_at=clock.now())).rowcount)
