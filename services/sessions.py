"""Signed-in browsers: the one-time ticket from the form to the cookie, the session, its end.

The cookie holds 192 random bits; the database holds only their digest. A session ends by sign-out, by time (idle or
whole), with the account, or when the password changes, and every run of every page looks it up: nothing ends later than
the next click. Who has a second factor is first given one that waits for it: until then it opens nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, func
from sqlalchemy import select as select_columns
from sqlmodel import Session as Database
from sqlmodel import col, delete, select, update

from core import clock
from core.errors import NotAllowed, NotFound
from core.i18n import N_
from core.settings import settings
from core.tokens import digest, new_token
from models import SecondFactor, Session, Ticket, Unit, User
from models.base import Instant
from services import audit, proofs
from services.access import Actor, actor_of

TICKET_LIFE = timedelta(seconds=60)
IDLE_LIFE = timedelta(minutes=30)
WHOLE_LIFE = timedelta(hours=12)  # a long working day
WAITING_LIFE = timedelta(minutes=10)  # to fetch the telephone with the codes
SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class SignedIn:
    """A browser where someone is signed in, as its owner sees it."""

    id: UUID
    device: str
    place: str
    since: datetime
    last_seen_at: datetime
    is_here: bool


def cookie_name() -> str:
    """The cookie that holds the token. The prefix binds it to this host, https and the path / (RFC 6265bis §4.1.3.2)."""
    return "__Host-caunoi" if settings().is_https else "caunoi"


def issue_ticket(session: Database, *, user_id: UUID, is_strong: bool = False, source: str | None = None) -> str:
    """A ticket for someone who has just proven who they are: good once, for a minute.

    `is_strong` says that a second factor was shown elsewhere, `source` from what it came: the database takes each only once.
    """
    ticket = new_token()
    session.exec(delete(Ticket).where(col(Ticket.expires_at) < clock.now() - timedelta(days=1)))
    session.add(Ticket(token_hash=digest(ticket), user_id=user_id, expires_at=clock.now() + TICKET_LIFE, is_strong=is_strong,
                       source=source))  # fmt: skip
    session.flush()
    return ticket


def redeem(session: Database, *, ticket: str, device: str, place: str = "") -> str | None:
    """Give a session's token for a ticket; None when it was used, is too old, never was, or its account is closed.

    A one-time password is spent here: signed in once, it opens no second session. `is_waiting` says whether a second factor
    is still to be shown.
    """
    now = clock.now()
    spent = session.exec(
        update(Ticket)
        .where(col(Ticket.token_hash) == digest(ticket), col(Ticket.used_at).is_(None), col(Ticket.expires_at) > now)
        .values(used_at=now)
    )
    if spent.rowcount != 1:
        return None
    user, is_strong = session.exec(
        select(User, Ticket.is_strong)
        .join(Ticket, col(Ticket.user_id) == col(User.id))
        .where(Ticket.token_hash == digest(ticket))
    ).one()
    if not user.is_active:
        return None
    if user.must_change_password:
        user.password_expires_at = now
        session.add(user)
    if not is_strong and _has_factor(session, user.id):
        return _open(session, user, device=device, place=place, life=WAITING_LIFE, is_waiting=True)
    _note_signed_in(session, user, device)
    return _open(session, user, device=device, place=place, is_strong=is_strong)


def _open(
    session: Database, user: User, *, device: str, place: str, life: timedelta = WHOLE_LIFE, is_waiting: bool = False,
    is_strong: bool = False,
) -> str:  # fmt: skip
    now, token = clock.now(), new_token()
    session.add(
        Session(
            token_hash=digest(token), user_id=user.id, last_seen_at=now, expires_at=now + life, device=device[:80],
            place=place[:60], is_waiting=is_waiting, is_strong=is_strong, proven_at=now,
        )
    )  # fmt: skip
    return token


def _note_signed_in(session: Database, user: User, device: str, **details: str) -> None:
    audit.record(session, actor=actor_of(session, user), action="user.signed_in", subject_kind="user", subject_id=user.id,
                 device=device[:80], **details)  # fmt: skip


def _has_factor(session: Database, user_id: UUID) -> bool:
    wanted = select(SecondFactor.id).where(SecondFactor.user_id == user_id, col(SecondFactor.is_confirmed))
    return session.exec(wanted.limit(1)).first() is not None


# The second step


@dataclass(frozen=True)
class AtTheDoor:
    """A browser with a session, complete or waiting for the second factor."""

    session_id: UUID
    user_id: UUID
    username: str
    is_waiting: bool


def at_the_door(session: Database, *, token: str) -> AtTheDoor | None:
    """Whose password was right at this browser, whether or not the second factor is still to come; None when it has ended."""
    now = clock.now()
    row = session.exec(
        select(Session, User.username)
        .join(User, col(User.id) == col(Session.user_id))
        .where(
            Session.token_hash == digest(token), Session.expires_at > now, Session.last_seen_at > now - IDLE_LIFE,
            col(Session.ended_at).is_(None), col(User.is_active),
        )
    ).first()  # fmt: skip
    return AtTheDoor(row[0].id, row[0].user_id, row[1], row[0].is_waiting) if row else None


def complete(session: Database, *, token: str, way: str) -> str:
    """The second factor was right: a waiting session gives way to a whole one with another token; `way` is kept in the audit.

    The caller has checked the factor against the browser of `at_the_door`.
    """
    row = session.exec(select(Session).where(Session.token_hash == digest(token))).one()
    row.ended_at = clock.now()
    user = session.get_one(User, row.user_id)
    _note_signed_in(session, user, row.device, way=way)
    return _open(session, user, device=row.device, place=row.place)


def prove(session: Database, *, token: str, way: str) -> None:
    """Note that who sits at this browser has just shown a secret again. The caller has checked it."""
    row = session.exec(select(Session).where(Session.token_hash == digest(token))).one()
    row.proven_at = clock.now()
    user = session.get_one(User, row.user_id)
    audit.record(session, actor=actor_of(session, user), action="user.proven", subject_kind="user", subject_id=user.id, way=way)


# Asked at every run of every screen: put together once, and read without making records of it.
_AT_THE_BROWSER = (
    select_columns(
        col(User.id), col(User.username), col(User.display_name), col(User.role), col(User.unit_id), col(Unit.path),
        col(User.language), col(User.must_change_password), col(User.is_example), col(Session.is_strong),
        func.coalesce(col(Session.proven_at), col(Session.created_at), type_=Instant()),
        select(SecondFactor.id).where(col(SecondFactor.user_id) == col(User.id), col(SecondFactor.is_confirmed)).correlate(User)
        .exists(),
    )
    .join(Session, col(Session.user_id) == col(User.id))
    .join(Unit, col(Unit.id) == col(User.unit_id))
    .where(
        col(Session.token_hash) == bindparam("digest"), col(Session.expires_at) > bindparam("now", type_=Instant()),
        col(Session.last_seen_at) > bindparam("idle", type_=Instant()), col(Session.ended_at).is_(None), col(User.is_active),
        ~col(Session.is_waiting),
    )
)  # fmt: skip


def session_actor(session: Database, *, token: str, idle: timedelta = IDLE_LIFE) -> Actor | None:
    """Who sits at the browser with this cookie, in one query; None when the session or the account has ended.

    `idle` is how long nobody may have touched it. A screen on a wall, which nobody ever does, gives more.
    """
    now = clock.now()
    found = session.execute(_AT_THE_BROWSER, {"digest": digest(token), "now": now, "idle": now - idle}).first()
    if found is None:
        return None
    id_, username, name, role, unit_id, path, language, is_one_time, is_example, is_strong, proven_at, has_factor = found
    must_enrol = not has_factor and not is_strong and proofs.is_required(role, is_example=is_example)
    return Actor(id_, username, name, role, unit_id, path, language, is_one_time, must_enrol, proven_at)


def owner(session: Database, *, token: str) -> UUID | None:
    """Whose browser this was, even if its session has ended by time; None where nobody signed in with this cookie lately."""
    wanted = select(Session.user_id).where(Session.token_hash == digest(token), col(Session.ended_at).is_(None))
    return session.exec(wanted.where(Session.expires_at > clock.now() - WHOLE_LIFE, ~col(Session.is_waiting))).first()


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
    """Note that the browser is in use; writes at most once a minute however often it is asked, and wakes none that has ended."""
    now, last = clock.now(), col(Session.last_seen_at)
    session.exec(
        update(Session)
        .where(col(Session.token_hash) == digest(token), last < now - SEEN_EVERY, last > now - IDLE_LIFE)
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
            Session.last_seen_at > now - IDLE_LIFE, ~col(Session.is_waiting),
        )
        .order_by(col(Session.last_seen_at).desc())
    )  # fmt: skip
    found = [
        SignedIn(row.id, row.device, row.place, row.created_at, row.last_seen_at, row.token_hash == digest(token)) for row in rows
    ]
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


def end_others(session: Database, *, actor: Actor, token: str) -> int:
    """Sign out every other browser of one's own; how many."""
    ended = end_all(session, user_id=_self(actor), but_token=token)
    audit.record(session, actor=actor, action="user.signed_out_elsewhere", subject_kind="user", subject_id=actor.id or "",
                 sessions_ended=ended)  # fmt: skip
    return ended


def _self(actor: Actor) -> UUID:
    if actor.id is None:
        raise NotAllowed(N_("Chỉ người đăng nhập mới có thiết bị của mình."))
    return actor.id


def end_all(session: Database, *, user_id: UUID, but_token: str = "") -> int:
    """End every session of a user, but for the one with this token; how many ended."""
    statement = update(Session).where(col(Session.user_id) == user_id, col(Session.ended_at).is_(None))
    if but_token:
        statement = statement.where(col(Session.token_hash) != digest(but_token))
    return int(session.exec(statement.values(ended_at=clock.now())).rowcount)
