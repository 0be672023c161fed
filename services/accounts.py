"""Accounts: who may sign in, with which role at which unit; passwords, locks and sessions meet here.

Only an admin manages accounts, of the own unit and those below it. What changes acts at the next click of the person
concerned, because every run looks the session up.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Subquery, func
from sqlmodel import Session, col, select

from core import clock, phones
from core.errors import Invalid, NotAllowed
from core.i18n import LANGUAGES, N_
from core.text import clean, fold, natural_key, vietnamese_key
from models import Role, Unit, UnitKind, User, lineage
from models import Session as Browser
from services import access, audit, proofs, sessions
from services.access import Actor, May
from services.doors import forget_tries, forget_try, is_locked, network_of, record_wrong_try, reserve_try
from services.passwords import NOBODY, accepted, hash_password, is_right, one_time
from services.sessions import issue_ticket, redeem, session_actor, sign_out

__all__ = [
    "Account", "admit", "change", "change_password", "create_user", "deactivate", "get", "hash_password",
    "is_locked", "issue_ticket", "knock", "listing", "posts", "reactivate", "record_wrong_try", "redeem", "reset_password",
    "session_actor", "set_language", "sign_out", "turn_away",
]  # fmt: skip

USERNAME = re.compile(r"[a-z0-9._-]{2,40}")
ONE_TIME_LIFE = timedelta(days=7)
MOST_NAMES = 40  # wrong tries in fifteen minutes from one address on the internet, for whatever names
WHY_RESIDENTIAL = N_("Tổ trưởng, trưởng thôn thấy mọi hộ và số điện thoại ở đơn vị của mình. Xin chọn một tổ dân phố hoặc thôn.")
# Who has not signed in yet, for the audit.
STRANGER = Actor(None, "", "người chưa đăng nhập", Role.VIEWER, None, "-")


@dataclass(frozen=True)
class Account:
    """An account as an admin sees it."""

    id: UUID
    username: str
    display_name: str
    role: Role
    unit_id: UUID
    unit_name: str
    phone: str | None
    is_active: bool
    must_change_password: bool
    last_seen_at: datetime | None


def create_user(
    session: Session, *, actor: Actor, username: str, role: Role, unit_id: UUID, display_name: str = "",
    phone: str | None = None, password: str | None = None,
) -> tuple[User, str | None]:  # fmt: skip
    """Open an account. Without a password a one-time one is made and given back, to be changed at the first sign-in.

    The one-time password is good for a week and one sign-in (ASVS 6.4.1); it is kept nowhere.

    Raises:
        Invalid: the name is taken or has other letters than a-z 0-9 . _ -, the password is refused, or the role does not fit the
            unit (see `fits`).
        Unproven: the actor must show a secret again. NotAllowed: the actor is no admin.
        NotFound: the unit lies outside the actor's.
    """
    proofs.require(actor)
    access.require(actor, May.KEEP_USERS)
    return open_account(
        session, actor=actor, username=username, role=role, unit_id=unit_id, display_name=display_name, phone=phone,
        password=password,
    )  # fmt: skip


def open_account(
    session: Session, *, actor: Actor, username: str, role: Role, unit_id: UUID, display_name: str = "",
    phone: str | None = None, password: str | None = None,
) -> tuple[User, str | None]:  # fmt: skip
    """What `create_user` does. The caller has seen to it that the actor may give this role.

    Raises:
        Invalid, NotFound: as `create_user`.
    """
    name = username.strip().lower()
    if not USERNAME.fullmatch(name):
        raise Invalid(N_("Tên đăng nhập gồm 2 đến 40 ký tự: chữ thường không dấu, chữ số, dấu chấm, gạch dưới, gạch ngang."))
    made = None if password is not None else one_time()
    hashed = hash_password(made or accepted(password or "", username=name))  # before the transaction takes its lock
    unit = access.unit_for(session, actor=actor, unit_id=unit_id)
    require_fit(actor, unit, role)
    if session.exec(select(User.id).where(User.username == name)).first():
        raise Invalid(N_("Tên đăng nhập {username} đã có người dùng. Xin chọn tên khác."), username=name)
    user = User(
        username=name, display_name=clean(display_name) or name, role=role, unit_id=unit.id, phone=_phone(phone),
        password_hash=hashed, must_change_password=made is not None,
        password_expires_at=clock.now() + ONE_TIME_LIFE if made else None,
    )  # fmt: skip
    session.add(user)
    session.flush()
    _note(session, actor, "user.created", user, role=role.value, unit=unit.code)
    return user, made


# Sign-in


def _door(username: str, address: str) -> str:
    return f"sign-in|{username.strip().lower()}|{address}"


def _front(address: str) -> str:
    """The door of all names at once; "" for a network of many."""
    network = network_of(address)
    return f"sign-in|*|{network}" if network else ""  # no name has a star


@dataclass(frozen=True)
class Knock:
    """A try at the door, counted already: the hash its password must give, and whether a wrong one locks the door."""

    hashed: str
    locks: bool = False


def knock(session: Session, *, username: str, address: str) -> Knock:
    """Count a try and say which hash a password typed for this name must give.

    It is counted before anybody looks at the password, or tries sent at the same moment would all find the door open;
    `admit` forgets it. Commit before the password is checked. The fifth within fifteen minutes locks this name at this
    address for fifteen; an address on the internet is locked by so many tries for whatever names. For a name that does not
    exist, a closed account, a one-time password that is over and a locked door it is a hash that no password gives: the
    answer, its words and its time are the same (ASVS 6.3.8).
    """
    front = _front(address)
    whole = reserve_try(session, door=front, limit=MOST_NAMES) if front else "counted"
    found = reserve_try(session, door=_door(username, address)) if whole != "locked" else "locked"
    locks = "locks" in (found, whole)
    user = session.exec(select(User).where(User.username == username.strip().lower(), col(User.is_active))).first()
    is_over = user is not None and user.password_expires_at is not None and user.password_expires_at <= clock.now()
    if user is None or is_over or found == "locked":
        return Knock(NOBODY, locks)
    return Knock(user.password_hash, locks)


def admit(session: Session, *, username: str, address: str) -> str:
    """The password was right: a ticket to the session, and a clean slate at this door."""
    user = session.exec(select(User).where(User.username == username.strip().lower(), col(User.is_active))).one()
    forget_tries(session, door=_door(username, address))
    if front := _front(address):
        forget_try(session, door=front)
    return issue_ticket(session, user_id=user.id)


def turn_away(session: Session, *, username: str, locks: bool) -> None:
    """The password was wrong; `knock` has counted it. That it locks the door is written down."""
    if locks:
        user = session.exec(select(User).where(User.username == username.strip().lower())).first()
        audit.record(session, actor=STRANGER, action="user.door_locked", subject_kind="user", subject_id=user.id if user else "")


# One's own account


def change_password(session: Session, *, actor: Actor, new: str, token: str, current: str | None = None) -> bool:
    """Change one's own password and end all one's other sessions; False when the current one is wrong.

    Who came with a one-time password is not asked for it again. Five wrong tries lock this for fifteen minutes.

    Raises:
        Invalid: the new password is refused, or is the old one.
    """
    word = accepted(new, username=actor.username)
    hashed = hash_password(word)
    user = session.get_one(User, actor.id)
    if not user.must_change_password:
        door = f"own-password|{user.id}"
        if is_locked(session, door=door) or not is_right(current or "", user.password_hash):
            record_wrong_try(session, door=door)
            return False
    if is_right(word, user.password_hash):
        raise Invalid(N_("Mật khẩu mới phải khác mật khẩu đang dùng."))
    user.password_hash, user.must_change_password, user.password_expires_at = hashed, False, None
    session.add(user)
    ended = sessions.end_all(session, user_id=user.id, but_token=token)
    _note(session, actor, "user.password_changed", user, sessions_ended=ended)
    return True


def set_language(session: Session, *, actor: Actor, language: str) -> None:
    """Choose the language of one's own screens.

    Raises:
        Invalid: we have no such language.
    """
    if language not in LANGUAGES:
        raise Invalid(N_("Chưa có ngôn ngữ này."))
    user = session.get_one(User, actor.id)
    user.language = language
    session.add(user)


# Managing others


def listing(
    session: Session, *, actor: Actor, text: str = "", role: Role | None = None, is_active: bool | None = None
) -> Sequence[Account]:
    """Accounts of the actor's unit and below, open ones first, then by name; `text` is searched without diacritics.

    Raises:
        NotAllowed: the actor is no admin.
    """
    access.require(actor, May.KEEP_USERS)
    last_seen = _last_seen()
    statement = (
        select(User, Unit, last_seen.c.at)
        .join(Unit, col(Unit.id) == col(User.unit_id))
        .outerjoin(last_seen, last_seen.c.user_id == col(User.id))
        .where(access.path_range(actor.unit_path))
    )
    if role:
        statement = statement.where(User.role == role)
    if is_active is not None:
        statement = statement.where(col(User.is_active).is_(is_active))
    wanted = fold(text)
    rows = [_account(*row) for row in session.exec(statement)]
    found = [row for row in rows if wanted in fold(f"{row.display_name} {row.username} {row.unit_name} {phones.show(row.phone)}")]
    return sorted(found, key=lambda row: (not row.is_active, vietnamese_key(row.display_name)))


def posts(session: Session, *, actor: Actor) -> list[Unit]:
    """The units where the actor may give a role: the own one and those below that exist today, nearest to the top first.

    Raises:
        NotAllowed: the actor is no admin.
    """
    access.require(actor, May.KEEP_USERS)
    units = session.exec(select(Unit).where(access.path_range(actor.unit_path), col(Unit.valid_to).is_(None)))
    return sorted(units, key=lambda unit: (unit.path.count("/"), natural_key(unit.area), natural_key(unit.label)))


def fits(unit: Unit, *, role: Role) -> bool:
    """Whether an admin may give a role at a unit: who leads at a whole ward would see all its households, with numbers."""
    return role is not Role.LEAD or unit.kind is UnitKind.RESIDENTIAL


def require_fit(actor: Actor, unit: Unit, role: Role) -> None:
    """The terminal may still give any role anywhere: there it is one person who knows what they do.

    Raises:
        Invalid: a leader would be given more than a residential group.
    """
    if actor.id is not None and not fits(unit, role=role):
        raise Invalid(WHY_RESIDENTIAL, field="unit_id")


def get(session: Session, *, actor: Actor, user_id: UUID) -> Account:
    """One account.

    Raises:
        NotAllowed: the actor is no admin.
        NotFound: it does not exist, or its unit lies outside the actor's.
    """
    user = access.managed_user(session, actor=actor, user_id=user_id)
    at = session.exec(select(func.max(Browser.last_seen_at)).where(Browser.user_id == user.id)).one()
    return _account(user, session.get_one(Unit, user.unit_id), at)


def change(
    session: Session, *, actor: Actor, user_id: UUID, display_name: str, role: Role, unit_id: UUID, phone: str | None
) -> User:
    """Change who someone is here; it acts at that person's next click.

    Raises:
        Invalid: the phone number is none, the name is empty, or the role does not fit the unit (see `fits`).
        Unproven: the actor must show a secret again. NotAllowed: the actor is no admin, or no admin would remain.
        NotFound: the account or the unit lies outside the actor's.
    """
    proofs.require(actor)
    user = access.managed_user(session, actor=actor, user_id=user_id)
    unit = access.unit_for(session, actor=actor, unit_id=unit_id)
    if (role, unit.id) != (user.role, user.unit_id):
        require_fit(actor, unit, role)
        _require_another_admin(session, user)
    name = clean(display_name)
    if not name:
        raise Invalid(N_("Xin ghi họ và tên."))
    old = {"role": user.role.value, "unit_id": str(user.unit_id)}
    user.display_name, user.role, user.unit_id, user.phone = name, role, unit.id, _phone(phone)
    session.add(user)
    session.flush()
    _note(session, actor, "user.changed", user, before=old, role=role.value, unit_id=str(unit.id))
    return user


def reset_password(session: Session, *, actor: Actor, user_id: UUID) -> str:
    """A new one-time password for someone who has lost theirs, shown once; all their sessions end.

    Raises:
        Unproven: the actor must show a secret again. NotAllowed: the actor is no admin.
        NotFound: the account lies outside the actor's units.
    """
    proofs.require(actor)
    made = one_time()
    hashed = hash_password(made)
    user = access.managed_user(session, actor=actor, user_id=user_id)
    user.password_hash, user.must_change_password = hashed, True
    user.password_expires_at = clock.now() + ONE_TIME_LIFE
    session.add(user)
    ended = sessions.end_all(session, user_id=user.id)
    _note(session, actor, "user.password_reset", user, sessions_ended=ended)
    return made


def deactivate(session: Session, *, actor: Actor, user_id: UUID) -> User:
    """Close an account: no sign-in, and every session ends at its next click. What the person did stays.

    Raises:
        Unproven: the actor must show a secret again. NotAllowed: the actor is no admin, or no admin would remain.
        NotFound: the account lies outside the actor's units.
    """
    proofs.require(actor)
    user = access.managed_user(session, actor=actor, user_id=user_id)
    _require_another_admin(session, user)
    return close(session, actor=actor, user=user)


def close(session: Session, *, actor: Actor, user: User) -> User:
    """Close an account. The caller has seen to it that the actor may."""
    user.is_active = False
    session.add(user)
    ended = sessions.end_all(session, user_id=user.id)
    _note(session, actor, "user.deactivated", user, sessions_ended=ended)
    return user


def reactivate(session: Session, *, actor: Actor, user_id: UUID) -> User:
    """Open a closed account again, with the password it had.

    Raises:
        Unproven: the actor must show a secret again. NotAllowed: the actor is no admin.
        NotFound: the account lies outside the actor's units.
    """
    proofs.require(actor)
    user = access.managed_user(session, actor=actor, user_id=user_id)
    user.is_active = True
    session.add(user)
    _note(session, actor, "user.reactivated", user)
    return user


def _require_another_admin(session: Session, user: User) -> None:
    """The unit of an admin who goes must have another at it or above it."""
    if user.role is not Role.ADMIN or not user.is_active:
        return
    path = session.get_one(Unit, user.unit_id).path
    above = lineage(path)
    other = session.exec(
        select(User.id)
        .where(User.role == Role.ADMIN, col(User.is_active), User.id != user.id, col(User.unit_id).in_(above))
        .limit(1)
    ).first()  # fmt: skip
    if other is None:
        raise NotAllowed(N_("Đây là quản trị viên cuối cùng của đơn vị. Hãy cấp quyền quản trị cho một người khác trước."))


def _phone(text: str | None) -> str | None:
    if not text or not text.strip():
        return None
    number = phones.parse(text)
    if number is None:
        raise Invalid(N_("Số điện thoại {phone} không đúng. Ví dụ đúng: 0912 345 678."), phone=clean(text)[:30])
    return number


def _last_seen() -> Subquery:
    return select(Browser.user_id, func.max(Browser.last_seen_at).label("at")).group_by(col(Browser.user_id)).subquery()


def _account(user: User, unit: Unit, last_seen_at: datetime | None) -> Account:
    return Account(
        user.id, user.username, user.display_name, user.role, unit.id, unit.label, user.phone, user.is_active,
        user.must_change_password, last_seen_at,
    )  # fmt: skip


def _note(session: Session, actor: Actor, action: str, user: User, **details: object) -> None:
    audit.record(session, actor=actor, action=action, subject_kind="user", subject_id=user.id, **details)
