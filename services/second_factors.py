"""A second factor beside the password: codes of an app (RFC 6238), passkeys, recovery codes; who has which, and its end."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import pyotp
from sqlalchemy import ColumnElement
from sqlmodel import Session, col, delete, func, select, update

from core import clock, sealed
from core.errors import Invalid, NotAllowed, NotFound
from core.i18n import N_
from core.text import clean
from core.tokens import same
from models import FactorKind, RecoveryCode, Role, SecondFactor, Unit, User
from services import access, audit, proofs, recovery_codes, sessions
from services.access import Actor, May
from services.doors import forget_tries, is_locked, reserve_try

ISSUER = "Cầu Nối"
STEP_SECONDS = 30
AROUND = (0, -1, 1)  # half minutes before and after now: clocks of telephones differ
MOST = 10  # factors of one person
PER_USER = 25  # wrong tries an hour from wherever, besides five in fifteen minutes from one network
WHY_LAST = N_("Vai trò của ông/bà cần ít nhất một cách xác nhận. Hãy thêm cách khác trước khi bỏ cách này.")


@dataclass(frozen=True)
class Standing:
    """What someone has beside the password."""

    factors: Sequence[SecondFactor]
    codes_left: int
    is_required: bool


@dataclass(frozen=True)
class NewApp:
    """What an app is told, as the address in its QR code and as letters to be typed."""

    address: str
    letters: str


def standing(session: Session, *, actor: Actor) -> Standing:
    """One's own second factors, the oldest first, and how many recovery codes are left."""
    user = _own(session, actor)
    is_required = proofs.is_required(user.role, is_example=user.is_example)
    return Standing(_confirmed(session, user.id), recovery_codes.left(session, user_id=user.id), is_required)


# An app that makes codes


def begin_app(session: Session, *, actor: Actor) -> NewApp:
    """A new secret for an app. It counts once `confirm_app` has seen a code of it.

    Raises:
        Unproven: the actor must show a secret again. Invalid: there are ten already.
    """
    proofs.require(actor)
    user = _own(session, actor)
    require_room(session, user.id)
    session.exec(delete(SecondFactor).where(col(SecondFactor.user_id) == user.id, ~col(SecondFactor.is_confirmed)))
    factor = SecondFactor(user_id=user.id, kind=FactorKind.TOTP, name="")
    factor.secret = sealed.seal({"secret": pyotp.random_base32()}, owner=_owner(factor))
    session.add(factor)
    session.flush()
    return _told(factor, user)


def begun_app(session: Session, *, actor: Actor) -> NewApp | None:
    """The app that waits for its first code, if there is one."""
    user = _own(session, actor)
    waiting = _waiting(session, user.id)
    return _told(waiting, user) if waiting else None


def drop_begun(session: Session, *, actor: Actor) -> None:
    """The app that waits for its first code is not wanted."""
    mine = col(SecondFactor.user_id) == _own(session, actor).id
    session.exec(delete(SecondFactor).where(mine, ~col(SecondFactor.is_confirmed)))


def confirm_app(session: Session, *, actor: Actor, code: str, name: str, address: str) -> bool:
    """The first code of a new app: from now on it counts. False when the code is wrong.

    Raises:
        Unproven: the actor must show a secret again. NotFound: no app waits.
    """
    proofs.require(actor)
    user = _own(session, actor)
    waiting = _waiting(session, user.id)
    if waiting is None:
        raise NotFound(N_("Mã QR này đã hết hạn. Xin bắt đầu lại."))
    if _is_locked(session, user.id, address) or not _takes(session, waiting, code):
        failed(session, user=user, way="totp", address=address)
        return False
    waiting.is_confirmed, waiting.name = True, clean(name)[:40] or waiting.kind.label
    session.add(waiting)
    added(session, actor=actor, factor=waiting)
    return True


def added(session: Session, *, actor: Actor, factor: SecondFactor) -> None:
    """A factor counts from now on: it is written down. The caller has tried it out."""
    session.flush()
    _note(session, actor, "user.factor_added", kind=factor.kind.value, name=factor.name)


# Showing one


def shown(session: Session, *, user_id: UUID, word: str, address: str) -> str | None:
    """Which factor a typed word is, "totp" or "recovery"; None for neither, or where the door is locked, in the same time.

    A code counts once; five wrong words within fifteen minutes lock this user's second step at this address for fifteen, and
    twenty-five within an hour from anywhere (ASVS 6.3.1).
    """
    user = session.get_one(User, user_id)
    if _is_locked(session, user_id, address):
        return None
    way = None
    if re.fullmatch(r"\d{6}", word.strip()):
        apps = [one for one in _confirmed(session, user_id) if one.kind is FactorKind.TOTP]
        way = "totp" if any(_takes(session, app, word) for app in apps) else None
    elif recovery_codes.use(session, user_id=user_id, typed=word):
        way = "recovery"
        left = recovery_codes.left(session, user_id=user_id)
        _note(session, access.actor_of(session, user), "user.recovery_code_used", left=left)
    if way is None:
        failed(session, user=user, way="code", address=address)
    else:
        forget_tries(session, door=door(user_id, address))
    return way


def failed(session: Session, *, user: User, way: str, address: str) -> None:
    """A second factor was wrong: it counts at the door, and is written down."""
    reserve_try(session, door=door(user.id, address))
    reserve_try(session, door=door(user.id), limit=PER_USER, minutes=60)
    _note(session, access.actor_of(session, user), "user.factor_failed", way=way)


# What becomes of them


def rename(session: Session, *, actor: Actor, factor_id: UUID, name: str) -> None:
    """Call one's factor otherwise.

    Raises:
        NotFound: it is not the actor's. Invalid: no name.
    """
    factor = _mine(session, actor, factor_id)
    wanted = clean(name)[:40]
    if not wanted:
        raise Invalid(N_("Xin ghi một tên để nhận ra thiết bị."))
    factor.name = wanted
    session.add(factor)
    _note(session, actor, "user.factor_renamed", kind=factor.kind.value, name=wanted)


def remove(session: Session, *, actor: Actor, factor_id: UUID) -> None:
    """Take one of one's factors away; with the last one the recovery codes go too.

    Raises:
        Unproven: the actor must show a secret again. NotAllowed: it is the last one, and the role needs one.
        NotFound: it is not the actor's.
    """
    proofs.require(actor)
    factor, user = _mine(session, actor, factor_id), _own(session, actor)
    is_last = len(_confirmed(session, user.id)) == 1
    if is_last and proofs.is_required(user.role, is_example=user.is_example):
        raise NotAllowed(WHY_LAST)
    session.delete(factor)
    if is_last:
        session.exec(delete(RecoveryCode).where(col(RecoveryCode.user_id) == user.id))
    _note(session, actor, "user.factor_removed", kind=factor.kind.value, name=factor.name)


def new_codes(session: Session, *, actor: Actor) -> list[str]:
    """Ten recovery codes in the place of those of before.

    Raises:
        Unproven: the actor must show a secret again. Invalid: there is no factor they could stand in for.
    """
    proofs.require(actor)
    user = _own(session, actor)
    if not _confirmed(session, user.id):
        raise Invalid(N_("Hãy thêm một cách xác nhận trước, rồi mới cần mã khôi phục."))
    _note(session, actor, "user.recovery_codes_made")
    return recovery_codes.make(session, user_id=user.id)


def has(session: Session, *, actor: Actor, user_id: UUID) -> bool:
    """Whether an account has a second factor.

    Raises:
        NotAllowed: the actor is no admin. NotFound: the account lies outside the actor's units.
    """
    return bool(_confirmed(session, access.managed_user(session, actor=actor, user_id=user_id).id))


def reset(session: Session, *, actor: Actor, user_id: UUID) -> None:
    """For someone who has lost them all: everything beside the password goes, and every session of theirs ends.

    Raises:
        Unproven: the actor must show a secret again. NotAllowed: the actor is no admin.
        NotFound: the account lies outside the actor's units.
    """
    access.managed_user(session, actor=actor, user_id=user_id)
    proofs.require(actor)
    for table in (SecondFactor, RecoveryCode):
        session.exec(delete(table).where(col(table.user_id) == user_id))
    ended = sessions.end_all(session, user_id=user_id)
    audit.record(session, actor=actor, action="user.factors_reset", subject_kind="user", subject_id=user_id, sessions_ended=ended)


def lacking(session: Session, *, actor: Actor) -> list[str]:
    """Names of accounts in the actor's sight whose role needs a second factor and that have none yet; none where none is needed.

    Raises:
        NotAllowed: the actor is no admin.
    """
    access.require(actor, May.KEEP_USERS)
    has_one = select(SecondFactor.user_id).where(col(SecondFactor.is_confirmed))
    rows = session.exec(
        select(User)
        .join(Unit, col(Unit.id) == col(User.unit_id))
        .where(access.path_range(actor.unit_path), col(User.is_active), col(User.id).not_in(has_one))
        .order_by(User.username)
    )
    return [user.username for user in rows if proofs.is_required(user.role, is_example=user.is_example)]


def admins(session: Session, *, actor: Actor) -> int:
    """How many admins can sign in, in the actor's sight.

    Raises:
        NotAllowed: the actor is no admin.
    """
    return _count_users(session, actor, col(User.role) == Role.ADMIN)


def examples(session: Session, *, actor: Actor) -> int:
    """How many accounts of the demonstration can sign in: everybody knows their passwords.

    Raises:
        NotAllowed: the actor is no admin.
    """
    return _count_users(session, actor, col(User.is_example).is_(True))


def _count_users(session: Session, actor: Actor, which: ColumnElement[bool]) -> int:
    access.require(actor, May.KEEP_USERS)
    wanted = select(func.count()).select_from(User).join(Unit, col(Unit.id) == col(User.unit_id))
    return session.exec(wanted.where(access.path_range(actor.unit_path), col(User.is_active), which)).one()


def reseal(session: Session, *, actor: Actor) -> int:
    """Seal with today's app key the apps' secrets still sealed with one of before; how many. What no key opens stays as it is.

    Raises:
        NotAllowed: the actor is no admin.
    """
    access.require(actor, May.KEEP_USERS)
    done = 0
    for app in session.exec(select(SecondFactor).where(SecondFactor.kind == FactorKind.TOTP)):
        if (secret := _secret(app)) and not sealed.is_current(app.secret, owner=_owner(app)):
            app.secret = sealed.seal({"secret": secret}, owner=_owner(app))
            session.add(app)
            done += 1
    return done


def passkeys_of(session: Session, *, user_id: UUID) -> list[SecondFactor]:
    """The passkeys of a user. The caller has seen to it that it is the user who asks, or who stands at the door."""
    return [one for one in _confirmed(session, user_id) if one.kind is FactorKind.PASSKEY]


def require_room(session: Session, user_id: UUID) -> None:
    """Nobody needs more than ten.

    Raises:
        Invalid: there are as many.
    """
    if len(_confirmed(session, user_id)) >= MOST:
        raise Invalid(N_("Đã có {n} cách xác nhận. Hãy bỏ một cách không dùng nữa."), n=MOST)


def _confirmed(session: Session, user_id: UUID) -> list[SecondFactor]:
    wanted = select(SecondFactor).where(SecondFactor.user_id == user_id, col(SecondFactor.is_confirmed))
    return list(session.exec(wanted.order_by(col(SecondFactor.created_at), col(SecondFactor.id))))


def _waiting(session: Session, user_id: UUID) -> SecondFactor | None:
    return session.exec(
        select(SecondFactor).where(
            SecondFactor.user_id == user_id, SecondFactor.kind == FactorKind.TOTP, ~col(SecondFactor.is_confirmed)
        )
    ).first()


def _mine(session: Session, actor: Actor, factor_id: UUID) -> SecondFactor:
    factor = session.get(SecondFactor, factor_id)
    if factor is None or factor.user_id != actor.id:
        raise NotFound(N_("Không tìm thấy cách xác nhận này."))
    return factor


def _own(session: Session, actor: Actor) -> User:
    if actor.id is None:
        raise NotAllowed(N_("Chỉ người đăng nhập mới có cách xác nhận của mình."))
    return session.get_one(User, actor.id)


def _takes(session: Session, app: SecondFactor, code: str) -> bool:
    """Whether a code is of this app, now or half a minute around, and later than the last one taken (RFC 6238 §5.2)."""
    secret, typed = _secret(app), code.strip()
    if not secret or not re.fullmatch(r"\d{6}", typed):
        return False
    now, totp = int(clock.now().timestamp()) // STEP_SECONDS, pyotp.TOTP(secret)
    matching = [now + shift for shift in AROUND if same(totp.generate_otp(now + shift), typed)]
    if not matching:
        return False
    taken = session.exec(
        update(SecondFactor)
        .where(col(SecondFactor.id) == app.id, col(SecondFactor.last_step) < matching[0])
        .values(last_step=matching[0], last_used_at=clock.now())
    )
    return bool(taken.rowcount == 1)


def _secret(app: SecondFactor) -> str:
    try:
        return sealed.unseal(app.secret, owner=_owner(app)).get("secret", "")
    except sealed.Unreadable:
        return ""


def _told(factor: SecondFactor, user: User) -> NewApp:
    secret = _secret(factor)
    address = pyotp.TOTP(secret).provisioning_uri(name=user.username, issuer_name=ISSUER)
    return NewApp(address, " ".join(re.findall(".{1,4}", secret)))


def _owner(factor: SecondFactor) -> str:
    return f"second factor {factor.id}"


def door(user_id: UUID, address: str = "anywhere") -> str:
    """The door of a user's second step, as `services.doors` counts tries at it."""
    return f"second-step|{user_id}|{address}"


def _is_locked(session: Session, user_id: UUID, address: str) -> bool:
    is_here = is_locked(session, door=door(user_id, address))
    return is_locked(session, door=door(user_id), limit=PER_USER, minutes=60) or is_here


def _note(session: Session, actor: Actor, action: str, **details: object) -> None:
    audit.record(session, actor=actor, action=action, subject_kind="user", subject_id=actor.id or "", **details)
