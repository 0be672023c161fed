"""Tokens for other systems: made and shown once, kept as a hash, ended by a day or by hand. What they open is their scope."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlmodel import Session, col, select

from core import clock, tokens
from core.errors import Invalid, NotFound
from core.i18n import N_
from core.text import clean
from models import ApiToken, Role, Scope, Unit
from services import access, audit, proofs
from services.access import Actor, May, path_range, unit_for

PREFIX = "cn_"  # so that one that strays into a text is known for what it is
LONGEST_DAYS, USUAL_DAYS = 730, 365
LONGEST_NAME = 80
USED_EVERY = timedelta(hours=1)


def make(
    session: Session, *, actor: Actor, name: str, scope: str, unit_id: UUID, days: int = USUAL_DAYS
) -> tuple[ApiToken, str]:  # fmt: skip
    """A token of a unit and the words that open with it, which nobody can show again.

    Raises:
        Unproven: the actor must show a secret again. NotAllowed: the actor is no admin.
        NotFound: the unit lies outside the actor's sight.
        Invalid: no name or one that is taken, a scope there is none of, or days beyond two years.
    """
    proofs.require(actor)
    access.require(actor, May.KEEP_TOKENS)
    unit = unit_for(session, actor=actor, unit_id=unit_id)
    tidy = clean(name)
    if not tidy or len(tidy) > LONGEST_NAME:
        raise Invalid(N_("Xin đặt tên cho mã truy cập, dài nhất {longest} ký tự."), longest=LONGEST_NAME)
    if scope not in list(Scope):
        raise Invalid(N_("Không có phạm vi “{scope}”. Có: {scopes}."), scope=scope, scopes=", ".join(Scope))
    if not 1 <= days <= LONGEST_DAYS:
        raise Invalid(N_("Mã truy cập dùng được từ 1 đến {most} ngày."), most=LONGEST_DAYS)
    if session.exec(select(ApiToken.id).where(ApiToken.name == tidy)).first():
        raise Invalid(N_("Đã có mã truy cập tên “{name}”. Xin đặt tên khác."), name=tidy)
    words = PREFIX + tokens.new_token()
    made = ApiToken(
        name=tidy, token_hash=tokens.digest(words), scope=Scope(scope), unit_id=unit.id, made_by_id=actor.id,
        expires_at=clock.now() + timedelta(days=days),
    )  # fmt: skip
    session.add(made)
    session.flush()
    audit.record(
        session, actor=actor, action="api_token.made", subject_kind="apitoken", subject_id=made.id, name=tidy, scope=scope,
        unit=unit.code, days=days,
    )  # fmt: skip
    return made, words


def revoke(session: Session, *, actor: Actor, name: str) -> ApiToken:
    """End a token at once; one that has ended stays as it is.

    Raises:
        Unproven: the actor must show a secret again. NotAllowed: the actor is no admin.
        NotFound: there is none of that name in the actor's sight.
    """
    proofs.require(actor)
    access.require(actor, May.KEEP_TOKENS)
    found = next((one for one, _ in listing(session, actor=actor) if one.name == clean(name)), None)
    if found is None:
        raise NotFound(N_("Không có mã truy cập tên “{name}”."), name=name)
    if found.revoked_at is None:
        found.revoked_at = clock.now()
        session.flush()
        audit.record(
            session, actor=actor, action="api_token.revoked", subject_kind="apitoken", subject_id=found.id, name=found.name
        )
    return found


def listing(session: Session, *, actor: Actor) -> Sequence[tuple[ApiToken, Unit]]:
    """The tokens of the actor's units, by name; ended ones too.

    Raises:
        NotAllowed: the actor is no admin.
    """
    access.require(actor, May.KEEP_TOKENS)
    wanted = select(ApiToken, Unit).join(Unit, col(Unit.id) == ApiToken.unit_id).where(path_range(actor.unit_path))
    return list(session.exec(wanted.order_by(ApiToken.name)))


def bearer(session: Session, *, token: str, scope: Scope) -> tuple[Actor, bool] | None:
    """Who asks with a token, an observer of its unit, and whether its use is to be noted; None for one that opens nothing."""
    row = session.exec(
        select(ApiToken, Unit).join(Unit, col(Unit.id) == ApiToken.unit_id).where(ApiToken.token_hash == tokens.digest(token))
    ).first()
    now = clock.now()
    if row is None or row[0].revoked_at is not None or row[0].expires_at <= now or row[0].scope is not scope:
        return None
    found, unit = row
    is_due = found.last_used_at is None or found.last_used_at <= now - USED_EVERY
    return Actor(found.id, f"api:{found.name}", found.name, Role.VIEWER, unit.id, unit.path), is_due


def used(session: Session, *, token: str) -> None:
    """Note that a token is in use; once an hour is enough."""
    found = session.exec(select(ApiToken).where(ApiToken.token_hash == tokens.digest(token))).first()
    if found is not None:
        found.last_used_at = clock.now()
        session.flush()
