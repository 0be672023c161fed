"""Whether a household wants the ward's messages: as it says itself on its page, or as it tells a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from core import clock, sealed_addresses, tokens
from core.errors import Invalid, NotFound
from core.i18n import N_
from core.settings import settings
from models import Channel, Household, OptOut, OptOutCause, Unit
from services import audit, households, opt_outs, wards
from services.access import Actor
from services.masked_names import masked
from services.wards import WardCard

_LENGTH = 32  # hex digits of an id, and of its seal
PATH_LENGTH = len("/stop/") + 2 * _LENGTH


@dataclass(frozen=True)
class Standing:
    """How a household stands with being written to."""

    has_number: bool
    has_account: bool
    refused: tuple[OptOut, ...]  # those that stand, the oldest first

    @property
    def can_be_written_to(self) -> bool:
        """Whether there is anything to refuse."""
        return self.has_number or self.has_account

    @property
    def is_out(self) -> bool:
        """Whether it wants no messages, on some channel at least."""
        return bool(self.refused)


def standing(session: Session, *, actor: Actor, household_id: UUID) -> Standing:
    """How a household in the actor's sight stands with messages.

    Raises:
        NotAllowed: the actor sees figures only.
        NotFound: it lies outside the actor's sight.
    """
    return _standing(session, households.get(session, actor=actor, household_id=household_id).household)


def write_down(session: Session, *, actor: Actor, household_id: UUID, wants_none: bool) -> Standing:
    """Somebody of the household told a person whether they want messages.

    Raises:
        Invalid: nothing is known by which it could be written to.
        NotAllowed: the actor sees figures only.
        NotFound: it lies outside the actor's sight.
    """
    home = households.get(session, actor=actor, household_id=household_id).household
    set_wish(session, household=home, wants_none=wants_none, cause=OptOutCause.STAFF)
    action = "household.messages_refused" if wants_none else "household.messages_wanted"
    audit.record(session, actor=actor, action=action, subject_kind="household", subject_id=home.id)
    return _standing(session, home)


# ---- by the household itself


@dataclass(frozen=True)
class StopPage:
    """What whoever opens the address may see."""

    masked_name: str
    ward: WardCard
    can_be_written_to: bool
    is_out: bool


def path_of(household_id: UUID) -> str:
    """The path of the page on which a household says that it wants no messages: signed with the app key, nothing is stored."""
    return path_of_key(household_id.hex)


def path_of_key(key: str) -> str:
    """As `path_of`, of a household's id in hex digits, as rows of the ledger name it."""
    return f"/stop/{key}{tokens.keyed_digest(settings().key, _sealed(key))}"


def page(session: Session, *, token: str) -> StopPage:
    """What the address shows; looking changes nothing.

    Raises:
        NotFound: the address is none of ours, or the household has left.
    """
    home = behind(session, token=token)
    found = _standing(session, home)
    ward = wards.card_of(session, unit=session.get_one(Unit, home.unit_id))
    return StopPage(masked(home.head_name), ward, found.can_be_written_to, found.is_out)


def is_out(session: Session, *, household: Household) -> bool:
    """Whether a household wants no messages, for services that have checked whose it is."""
    return _standing(session, household).is_out


def set_wish(session: Session, *, household: Household, wants_none: bool, cause: OptOutCause) -> None:
    """Write down whether a household wants messages, for services that have checked who says so. Said twice it is as said once.

    Raises:
        Invalid: nothing is known by which it could be written to.
    """
    ways = _ways(household)
    if not ways:
        raise Invalid(N_("Hộ này chưa có số điện thoại hay tài khoản Zalo nên phường không nhắn tin cho hộ."))
    for channels, recipient in ways:
        if wants_none:
            opt_outs.refuse(session, recipients=[recipient], channels=channels, cause=cause)
        else:
            opt_outs.come_back(session, recipients=[recipient], channels=channels)


def behind(session: Session, *, token: str) -> Household:
    """The household of a page's address.

    Raises:
        NotFound: as `page`.
    """
    key, seal = token[:_LENGTH], token[_LENGTH:]
    is_ours = token.isascii() and sealed_addresses.is_sealed(_sealed(key), seal=seal)
    home = session.get(Household, UUID(hex=key)) if is_ours else None
    if home is None or not home.present_on(clock.today()):
        raise NotFound(N_("Đường dẫn này không có, hoặc đã hết hạn."))
    return home


def _sealed(key: str) -> str:
    return f"stop:{key}"


def _standing(session: Session, home: Household) -> Standing:
    receivers = [recipient for _, recipient in _ways(home)]
    found = session.exec(
        select(OptOut)
        .where(col(OptOut.recipient).in_(receivers), col(OptOut.ended_at).is_(None))
        .order_by(col(OptOut.since), col(OptOut.channel))
    ).all()
    return Standing(bool(home.phone), bool(home.zalo_user_id), tuple(found))


def _ways(home: Household) -> list[tuple[Sequence[Channel], str]]:
    found = [(opt_outs.BY_NUMBER, home.phone), (opt_outs.BY_FOLLOWING, home.zalo_user_id)]
    return [(channels, recipient) for channels, recipient in found if recipient]
