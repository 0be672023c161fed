"""Passkeys (WebAuthn Level 2) as a second factor: registering one, and having it sign a challenge.

A challenge belongs to one browser's session and one purpose, lives two minutes and is used up by whatever answers it. What
a device signs over is the ward's own address, from the settings: a page of somebody else gets nothing that is of use here.
"""

import json
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

from sqlmodel import Session, col, delete, select, update
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from core import clock
from core.settings import settings
from core.text import clean
from models import CeremonyKind, Challenge, FactorKind, SecondFactor, User
from services import access, audit, proofs, second_factors
from services.access import Actor
from services.doors import forget_tries
from services.second_factors import ISSUER
from services.sessions import AtTheDoor

LIFE = timedelta(minutes=2)
# What the library raises for an answer that is malformed: its own, and those of the parts it decodes with.
_REFUSED = (WebAuthnException, ValueError, KeyError, TypeError, AttributeError, IndexError)


def ask_to_register(session: Session, *, actor: Actor, at: AtTheDoor) -> str:
    """What the browser hands to the device that is to become a passkey, as JSON (`PublicKeyCredentialCreationOptions`).

    Raises:
        Unproven: the actor must show a secret again. Invalid: there are ten factors already.
    """
    proofs.require(actor)
    second_factors.require_room(session, at.user_id)
    user = session.get_one(User, at.user_id)
    options = generate_registration_options(
        rp_id=_here(), rp_name=ISSUER, user_name=user.username, user_id=user.id.bytes, user_display_name=user.display_name,
        timeout=_milliseconds(), exclude_credentials=_descriptors(session, user.id),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.PREFERRED
        ),
    )  # fmt: skip
    _keep(session, at, CeremonyKind.REGISTER, options.challenge)
    return options_to_json(options)


def register(session: Session, *, actor: Actor, at: AtTheDoor, answer: Mapping[str, object], name: str) -> bool:
    """Take a new passkey in; False where its answer is not as it must be.

    Raises:
        Unproven: the actor must show a secret again.
    """
    proofs.require(actor)
    challenge = _spend(session, at, CeremonyKind.REGISTER)
    if challenge is None:
        return False
    try:
        made = verify_registration_response(
            credential=json.dumps(answer), expected_challenge=base64url_to_bytes(challenge), expected_rp_id=_here(),
            expected_origin=_origin(),
        )  # fmt: skip
    except _REFUSED:
        _refused(session, at, "register")
        return False
    credential_id = bytes_to_base64url(made.credential_id)
    if session.exec(select(SecondFactor.id).where(SecondFactor.credential_id == credential_id)).first():
        _refused(session, at, "register")
        return False
    factor = SecondFactor(
        user_id=at.user_id, kind=FactorKind.PASSKEY, name=clean(name)[:40] or FactorKind.PASSKEY.label, is_confirmed=True,
        credential_id=credential_id, public_key=bytes_to_base64url(made.credential_public_key), sign_count=made.sign_count,
    )  # fmt: skip
    session.add(factor)
    second_factors.added(session, actor=actor, factor=factor)
    return True


def ask_to_prove(session: Session, *, at: AtTheDoor) -> str | None:
    """What the browser hands to the device that is to show a passkey; None where this user has none."""
    known = _descriptors(session, at.user_id)
    if not known:
        return None
    options = generate_authentication_options(
        rp_id=_here(), timeout=_milliseconds(), allow_credentials=known, user_verification=UserVerificationRequirement.PREFERRED
    )
    _keep(session, at, CeremonyKind.PROVE, options.challenge)
    return options_to_json(options)


def prove(session: Session, *, at: AtTheDoor, answer: Mapping[str, object], address: str) -> bool:
    """Whether a passkey of this user has signed this browser's challenge.

    A count of signatures that does not grow tells of a copy: it is refused and written down (WebAuthn §6.1.1).
    """
    challenge = _spend(session, at, CeremonyKind.PROVE)
    factor = _named(session, at.user_id, answer)
    if challenge is None or factor is None:
        _refused(session, at, "passkey", address)
        return False
    try:
        seen = verify_authentication_response(
            credential=json.dumps(answer), expected_challenge=base64url_to_bytes(challenge), expected_rp_id=_here(),
            expected_origin=_origin(), credential_public_key=base64url_to_bytes(factor.public_key),
            credential_current_sign_count=factor.sign_count,
        )  # fmt: skip
    except _REFUSED:
        _refused(session, at, "passkey", address)
        return False
    factor.sign_count, factor.last_used_at = seen.new_sign_count, clock.now()
    session.add(factor)
    forget_tries(session, door=second_factors.door(at.user_id, address))
    return True


def _named(session: Session, user_id: UUID, answer: Mapping[str, object]) -> SecondFactor | None:
    mine = second_factors.passkeys_of(session, user_id=user_id)
    return next((one for one in mine if one.credential_id == answer.get("id")), None)


def _refused(session: Session, at: AtTheDoor, way: str, address: str = "") -> None:
    user = session.get_one(User, at.user_id)
    if way == "register":
        audit.record(session, actor=access.actor_of(session, user), action="user.factor_failed", subject_kind="user",
                     subject_id=user.id, way=way)  # fmt: skip
    else:
        second_factors.failed(session, user=user, way=way, address=address)


def _keep(session: Session, at: AtTheDoor, kind: CeremonyKind, challenge: bytes) -> None:
    session.exec(delete(Challenge).where(col(Challenge.expires_at) < clock.now()))
    session.exec(delete(Challenge).where(col(Challenge.session_id) == at.session_id, col(Challenge.kind) == kind))
    session.add(
        Challenge(
            session_id=at.session_id, kind=kind, challenge=bytes_to_base64url(challenge), expires_at=clock.now() + LIFE
        )
    )  # fmt: skip
    session.flush()


def _spend(session: Session, at: AtTheDoor, kind: CeremonyKind) -> str | None:
    now = clock.now()
    mine = (col(Challenge.session_id) == at.session_id, col(Challenge.kind) == kind, col(Challenge.used_at).is_(None))
    challenge = session.exec(select(Challenge.challenge).where(*mine, Challenge.expires_at > now)).first()
    spent = session.exec(update(Challenge).where(*mine).values(used_at=now))
    return challenge if spent.rowcount == 1 else None


def _descriptors(session: Session, user_id: UUID) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(id=base64url_to_bytes(one.credential_id or ""))
        for one in second_factors.passkeys_of(session, user_id=user_id)
    ]


def _here() -> str:
    return urlsplit(settings().public_url).hostname or "localhost"


def _origin() -> str:
    parts = urlsplit(settings().public_url)
    return f"{parts.scheme}://{parts.netloc}"


def _milliseconds() -> int:
    return int(LIFE.total_seconds() * 1000)
