"""The second door: whoever an identity provider (OpenID Connect) vouches for, if an account here is theirs. It makes nobody.

An account is found by the provider's own name for it (`iss` and `sub`), bound at the first sign-in, before that by the
e-mail address an admin has written down, which the provider must have verified.
"""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from core import clock
from core.errors import Invalid
from core.i18n import N_
from core.settings import settings
from core.tokens import digest
from models import Ticket, User
from services import access, audit, proofs, sessions
from services.access import Actor

FRESH = timedelta(minutes=5)  # what a provider said longer ago signs nobody in
LONGEST = 254  # of an address (RFC 5321 §4.5.3.1.3, less its brackets)
ONE = ("iat", "nonce", "jti", "at_hash")  # by which one ID token differs from the next
STRONG = "mfa"  # RFC 8176 §2: several factors were shown


def admit(session: Session, *, claims: Mapping[str, Any]) -> str | None:
    """A ticket for whom the provider vouches; None for everybody else, whatever the reason.

    The claims are those of an ID token that has been verified. Each opens one session: kept by a browser, it is worth nothing
    later. A second factor is asked for after it, unless the provider says that it did.
    """
    issuer, subject = str(claims.get("iss", "")).rstrip("/"), str(claims.get("sub", ""))
    is_named = bool(subject) and subject.isprintable()
    if not settings().has_second_door or issuer != settings().oidc_issuer or not is_named or not _is_fresh(claims):
        return None
    source = digest(json.dumps(["oidc", issuer, subject, *(str(claims.get(name, "")) for name in ONE)]))
    if session.exec(select(Ticket.id).where(Ticket.source == source)).first():
        return None
    user = _whose(session, f"{issuer} {subject}", claims)
    if user is None or not user.is_active:
        return None
    methods = claims.get("amr")
    is_strong = isinstance(methods, list) and STRONG in methods
    return sessions.issue_ticket(session, user_id=user.id, is_strong=is_strong, source=source)


def email_of(session: Session, *, actor: Actor, user_id: UUID) -> str:
    """The address by which the provider's account of someone is found; "" where none is written down.

    Raises:
        NotAllowed: the actor is no admin. NotFound: the account lies outside the actor's units.
    """
    return access.managed_user(session, actor=actor, user_id=user_id).email or ""


def set_email(session: Session, *, actor: Actor, user_id: UUID, email: str) -> bool:
    """Write down or take away that address; whoever was bound by another one is bound no more. False where nothing changed.

    Raises:
        Unproven: the actor must show a secret again. Invalid: it is no address, or another's.
        NotAllowed, NotFound: as `email_of`.
    """
    user, wanted = access.managed_user(session, actor=actor, user_id=user_id), email.strip().lower() or None
    if wanted == user.email:
        return False
    proofs.require(actor)
    name, at, host = (wanted or "").rpartition("@")
    if wanted and (not name or not at or "." not in host or any(one.isspace() for one in wanted) or len(wanted) > LONGEST):
        raise Invalid(N_("Địa chỉ thư {email} không đúng. Ví dụ đúng: lien.tran@backan.gov.vn."), email=wanted[:60])
    if wanted and session.exec(select(User.id).where(User.email == wanted)).first():
        raise Invalid(N_("Địa chỉ thư {email} đã có người dùng."), email=wanted)
    user.email, user.subject = wanted, None
    session.add(user)
    session.flush()
    audit.record(session, actor=actor, action="user.changed", subject_kind="user", subject_id=user.id, email=bool(wanted))
    return True


def _is_fresh(claims: Mapping[str, Any]) -> bool:
    said = claims.get("iat")
    return isinstance(said, int | float) and abs(clock.now().timestamp() - said) < FRESH.total_seconds()


def _whose(session: Session, subject: str, claims: Mapping[str, Any]) -> User | None:
    bound = session.exec(select(User).where(User.subject == subject)).first()
    if bound is not None:
        return bound
    email = str(claims.get("email", "")).strip().lower()
    if not email or not email.isprintable() or claims.get("email_verified") is not True:
        return None
    user = session.exec(select(User).where(User.email == email, col(User.subject).is_(None), col(User.is_active))).first()
    if user is not None:
        user.subject = subject
        session.add(user)
        session.flush()
        who = access.actor_of(session, user)
        audit.record(session, actor=who, action="user.second_door_bound", subject_kind="user", subject_id=user.id)
    return user
