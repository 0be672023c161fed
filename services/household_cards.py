"""The household card: a printed secret by which a phone is tied to its household, and by which the counter finds the household.

The database keeps the secret's hash. A tie is made by whoever holds the card, with the consent text before them, and ends on the
same page. Law 91/2025/QH15 on the protection of personal data: consent that can be shown, for one purpose, taken back as easily.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select, update

from core import clock, tokens
from core.errors import Invalid, NotFound
from core.i18n import N_
from core.settings import settings
from core.text import natural_key, vietnamese_key
from models import ConsentWay, Extra, Household, HouseholdToken, PhoneTie, Unit
from services import access, attendance_places, audit, consents, wards
from services.access import Actor, May
from services.consents import Said
from services.households import in_sight
from services.masked_names import masked
from services.ports import Card
from services.presence import is_erased, lives_here
from services.wards import WardCard

CONSENT = "2026-11"  # the wording on the page; change it with the words
MOST_AT_ONCE = 5_000
HOPS = 5  # from a household to the one it was merged into, and on


@dataclass(frozen=True)
class Printed:
    """Cards just made, in the order in which someone walks through one residential unit."""

    unit: Unit
    ward: WardCard
    cards: list[Card]
    token_ids: list[UUID]


@dataclass(frozen=True)
class Tied:
    """The household that a phone is tied to."""

    household_id: UUID
    unit_id: UUID
    masked_name: str


@dataclass(frozen=True)
class CardPage:
    """What whoever scans a card may see, and what of it is this phone's."""

    household_id: UUID
    masked_name: str
    unit_label: str
    ward: WardCard
    is_tied: bool  # this phone, to this household
    other: str  # the masked name of another household this phone is tied to
    is_refused: bool = False  # the household wants no phone tied


# ---- printing


def count(session: Session, *, actor: Actor, unit_ids: Sequence[UUID]) -> int:
    """How many households of these units would get a card.

    Raises:
        NotAllowed: the actor may not write.
    """
    return len(household_ids_of(session, actor=actor, unit_ids=unit_ids))


def household_ids_of(session: Session, *, actor: Actor, unit_ids: Sequence[UUID]) -> list[UUID]:
    """The households of these units that live there today, as far as the actor sees them.

    Raises:
        NotAllowed: the actor may not write.
    """
    access.require(actor, May.GIVE_CARDS)
    wanted = (
        select(Household.id)
        .join(Unit, col(Unit.id) == col(Household.unit_id))
        .where(col(Unit.id).in_(unit_ids), in_sight(actor), lives_here(clock.today()), ~is_erased(col(Household.id)))
    )
    return list(session.exec(wanted))


def issue(session: Session, *, actor: Actor, household_ids: Sequence[UUID]) -> list[Printed]:
    """A new card for each of these households, by residential unit, in each by address. The secrets cannot be had again.

    Earlier cards stay good: `revoke_older` closes them once the new ones are on paper.

    Raises:
        Invalid: none, or too many.
        NotAllowed: the actor may not write.
        NotFound: one of them has left, or lies outside the actor's sight.
    """
    access.require(actor, May.GIVE_CARDS)
    if not household_ids:
        raise Invalid(N_("Chưa chọn hộ nào để làm thẻ."))
    if len(household_ids) > MOST_AT_ONCE:
        raise Invalid(N_("Mỗi lần làm được nhiều nhất {most} thẻ."), most=MOST_AT_ONCE)
    found = session.exec(
        select(Household, Unit)
        .join(Unit, col(Unit.id) == col(Household.unit_id))
        .where(col(Household.id).in_(household_ids), in_sight(actor), lives_here(clock.today()))
    ).all()
    if len(found) != len(set(household_ids)):
        raise NotFound(N_("Không tìm thấy hộ này."))
    by_unit: dict[UUID, tuple[Unit, list[Household]]] = {}
    for household, unit in found:
        by_unit.setdefault(unit.id, (unit, []))[1].append(household)
    ordered = sorted(by_unit.values(), key=lambda pair: (natural_key(pair[0].area), natural_key(pair[0].label)))
    return [_issued(session, actor, unit, homes) for unit, homes in ordered]


def _issued(session: Session, actor: Actor, unit: Unit, homes: list[Household]) -> Printed:
    homes.sort(key=lambda one: (not one.address, natural_key(one.address), vietnamese_key(one.head_name), one.id))
    cards, ids = [], []
    for home in homes:
        token = tokens.new_token()
        kept = HouseholdToken(household_id=home.id, token_hash=tokens.digest(token))
        session.add(kept)
        ids.append(kept.id)
        cards.append(Card(f"{settings().public_url}/h/{token}", home.head_name, home.address))
    one = len(homes) == 1
    audit.record(
        session, actor=actor, action="household_card.issued", subject_kind="household" if one else "unit",
        subject_id=homes[0].id if one else unit.id, cards=len(homes),
    )  # fmt: skip
    return Printed(unit, wards.card_of(session, unit=unit), cards, ids)


def revoke_older(session: Session, *, actor: Actor, printed: Sequence[Printed]) -> int:
    """Close the earlier cards of households whose new ones are printed; how many. Phones stay tied.

    Raises:
        NotAllowed: the actor may not write.
    """
    access.require(actor, May.GIVE_CARDS)
    new = [token_id for one in printed for token_id in one.token_ids]
    homes = select(HouseholdToken.household_id).where(col(HouseholdToken.id).in_(new))
    closed = _close(session, col(HouseholdToken.household_id).in_(homes), col(HouseholdToken.id).not_in(new))
    for one in printed:
        audit.record(
            session, actor=actor, action="household_card.older_revoked", subject_kind="unit", subject_id=one.unit.id
        )  # fmt: skip
    return closed


def withdraw(session: Session, *, printed: Sequence[Printed]) -> None:
    """Close cards that were made but could not be printed: nobody has them."""
    _close(session, col(HouseholdToken.id).in_([token_id for one in printed for token_id in one.token_ids]))


# ---- a lost card


@dataclass(frozen=True)
class Standing:
    """How many cards of a household are good, and how many phones are tied to it."""

    cards: int
    phones: int


def standing(session: Session, *, actor: Actor, household_id: UUID) -> Standing:
    """The cards and ties of a household.

    Raises:
        NotAllowed: the actor sees figures only.
        NotFound: it lies outside the actor's sight.
    """
    home = _seen(session, actor, household_id)
    cards = select(HouseholdToken.id).where(HouseholdToken.household_id == home.id, col(HouseholdToken.revoked_at).is_(None))
    ties = select(PhoneTie.id).where(PhoneTie.household_id == home.id, col(PhoneTie.untied_at).is_(None))
    return Standing(len(session.exec(cards).all()), len(session.exec(ties).all()))


def revoke(session: Session, *, actor: Actor, household_id: UUID, unties: bool = False) -> Standing:
    """A lost card: every card of the household is closed, and with `unties` every phone let go, for the finder may have used it.

    Returns what was closed and let go.

    Raises:
        NotAllowed: the actor may not write.
        NotFound: it lies outside the actor's sight.
    """
    access.require(actor, May.GIVE_CARDS)
    home = _seen(session, actor, household_id)
    closed = _close(session, col(HouseholdToken.household_id) == home.id)
    let_go = 0
    if unties:
        ties = update(PhoneTie).where(col(PhoneTie.household_id) == home.id, col(PhoneTie.untied_at).is_(None))
        let_go = int(session.exec(ties.values(untied_at=clock.now())).rowcount)
    if closed or let_go:
        audit.record(
            session, actor=actor, action="household_card.revoked", subject_kind="household", subject_id=home.id, cards=closed,
            phones=let_go,
        )  # fmt: skip
    return Standing(closed, let_go)


def _close(session: Session, *which: object) -> int:
    statement = update(HouseholdToken).where(*which, col(HouseholdToken.revoked_at).is_(None))  # type: ignore[arg-type]
    return int(session.exec(statement.values(revoked_at=clock.now())).rowcount)


def _seen(session: Session, actor: Actor, household_id: UUID) -> Household:
    query = select(Household).join(Unit, col(Unit.id) == col(Household.unit_id))
    found = session.exec(query.where(Household.id == household_id, in_sight(actor))).first()
    if found is None:
        raise NotFound(N_("Không tìm thấy hộ này."))
    return found


# ---- the phone


def page(session: Session, *, token: str, visitor: str) -> CardPage:
    """What a card shows to a phone.

    Raises:
        NotFound: it never was, is revoked, or its household has left: one sentence for all.
    """
    home, unit = _behind(session, token)
    tie = tied(session, visitor=visitor)
    is_own = tie is not None and tie.household_id == home.id
    return CardPage(
        household_id=home.id, masked_name=masked(home.head_name), unit_label=unit.label, ward=wards.card_of(session, unit=unit),
        is_tied=is_own, other=tie.masked_name if tie and not is_own else "",
        is_refused=consents.is_refused(session, household_id=home.id, extra=Extra.CARD),
    )  # fmt: skip


def tied(session: Session, *, visitor: str) -> Tied | None:
    """The household a phone is tied to, if it still lives here."""
    found = session.exec(
        select(Household)
        .join(PhoneTie, col(PhoneTie.household_id) == col(Household.id))
        .where(PhoneTie.visitor == visitor, col(PhoneTie.untied_at).is_(None), lives_here(clock.today()))
    ).first()
    return Tied(found.id, found.unit_id, masked(found.head_name)) if found else None


def tie(session: Session, *, token: str, visitor: str, moves: bool = False) -> None:
    """Tie a phone to the card's household. Tied already, nothing changes; to another one, only where the owner `moves` it.

    Raises:
        Invalid: the phone is tied to another household, and nobody has said that it moves; or the household wants no phone tied.
        NotFound: as `page`.
    """
    home, _ = _behind(session, token)
    earlier = _tie_of(session, visitor)
    if earlier is not None and earlier.household_id == home.id:
        return
    consents.require(session, household_id=home.id, extra=Extra.CARD)
    if earlier is not None:
        if not moves and tied(session, visitor=visitor) is not None:
            raise Invalid(N_("Máy này đang gắn với hộ khác. Xin chọn có chuyển sang hộ này không."))
        earlier.untied_at = clock.now()
        session.add(earlier)
        session.flush()
    session.add(PhoneTie(household_id=home.id, visitor=visitor, consent=CONSENT))
    session.flush()
    consents.say(
        session, household=home, extra=Extra.CARD, said=Said(is_given=True, way=ConsentWay.PAGE, wording=CONSENT)
    )  # fmt: skip
    attendance_places.tied(session, household_id=home.id, visitor=visitor)


def untie(session: Session, *, token: str, visitor: str) -> None:
    """Let this phone go, whichever household it is tied to. Done twice, it is as done once.

    Raises:
        NotFound: as `page`.
    """
    _behind(session, token)
    forget_phone(session, visitor=visitor)


def forget_phone(session: Session, *, visitor: str) -> None:
    """The same for a phone without its card."""
    earlier = _tie_of(session, visitor)
    if earlier is not None:
        earlier.untied_at = clock.now()
        session.add(earlier)


def household_for_staff(session: Session, *, actor: Actor, token: str) -> UUID | None:
    """The household of a card that is scanned at the counter; None for whoever may not open it.

    Raises:
        NotFound: as `page`.
    """
    if not access.may(actor, May.SEE_PEOPLE):
        return None
    home, unit = _behind(session, token)
    return home.id if session.exec(select(Unit.id).where(Unit.id == unit.id, in_sight(actor))).first() else None


def behind(session: Session, *, token: str) -> tuple[Household, Unit]:
    """The household of a card and its unit, for services that have checked who scans it.

    Raises:
        NotFound: as `page`.
    """
    return _behind(session, token)


def _behind(session: Session, token: str) -> tuple[Household, Unit]:
    """The household of a card as it stands now: merged into another, that one."""
    kept = session.exec(
        select(HouseholdToken).where(HouseholdToken.token_hash == tokens.digest(token), col(HouseholdToken.revoked_at).is_(None))
    ).first()
    home = session.get(Household, kept.household_id) if kept else None
    for _ in range(HOPS):
        if home is None or home.merged_into_id is None:
            break
        home = session.get(Household, home.merged_into_id)
    if home is None or not home.present_on(clock.today()):
        raise NotFound(N_("Thẻ này không có, hoặc đã ngừng dùng. Xin hỏi tổ trưởng hoặc bộ phận một cửa của phường."))
    return home, session.get_one(Unit, home.unit_id)


def _tie_of(session: Session, visitor: str) -> PhoneTie | None:
    return session.exec(select(PhoneTie).where(PhoneTie.visitor == visitor, col(PhoneTie.untied_at).is_(None))).first()
