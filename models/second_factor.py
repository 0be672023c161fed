"""What someone shows beside a password: codes of an app, passkeys, recovery codes; challenges; a form kept over a signing out."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, false
from sqlmodel import Field

from core.i18n import N_
from models.base import Instant, Model, choice


class FactorKind(StrEnum):
    """What a second factor is."""

    TOTP = "totp"
    PASSKEY = "passkey"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {"totp": N_("ứng dụng tạo mã"), "passkey": N_("khóa truy cập")}[self]


class SecondFactor(Model, table=True):
    """One second factor of a user. It counts once it has been tried out."""

    user_id: UUID = Field(foreign_key="user.id", ondelete="CASCADE", index=True)
    kind: FactorKind = Field(sa_type=choice(FactorKind))
    name: str  # given by its owner
    secret: str = ""  # of an app, sealed with the app key
    last_step: int = Field(
        default=0, sa_type=BigInteger
    )  # of an app: the half minute of the last code, none before it counts again
    credential_id: str | None = Field(default=None, unique=True)  # of a passkey, base64url
    public_key: str = ""
    sign_count: int = Field(default=0, sa_type=BigInteger)
    is_confirmed: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    last_used_at: datetime | None = Field(default=None, sa_type=Instant)


class RecoveryCode(Model, table=True):
    """A code that stands in for a lost second factor, once. Only its keyed digest is kept."""

    user_id: UUID = Field(foreign_key="user.id", ondelete="CASCADE", index=True)
    code_hash: str = Field(unique=True)
    used_at: datetime | None = Field(default=None, sa_type=Instant)


class CeremonyKind(StrEnum):
    """What a passkey was asked for."""

    REGISTER = "register"
    PROVE = "prove"


class Challenge(Model, table=True):
    """What a passkey is asked to sign: of one browser, for one purpose, for two minutes, once."""

    session_id: UUID = Field(foreign_key="session.id", ondelete="CASCADE", index=True)
    kind: CeremonyKind = Field(sa_type=choice(CeremonyKind))
    challenge: str  # base64url
    expires_at: datetime = Field(sa_type=Instant)
    used_at: datetime | None = Field(default=None, sa_type=Instant)


class KeptForm(Model, table=True):
    """What someone was typing when they were signed out; given back at the same page, sealed until then."""

    user_id: UUID = Field(foreign_key="user.id", ondelete="CASCADE", index=True)
    page: str  # with its query
    sealed: str  # what was typed, by the keys of its fields
    expires_at: datetime = Field(sa_type=Instant)
