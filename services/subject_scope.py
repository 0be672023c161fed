"""Whose data is meant: from a telephone number or a household to every record of the house that is about it.

What is handed out and what is erased are found by the same conditions, so that nothing is erased that was not shown, or kept that
nobody was told of.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, String, cast, false, or_
from sqlmodel import Session, col, select

from core import phones
from core.errors import Invalid, NotFound
from core.i18n import N_
from models import (
    Delivery,
    HomeVisit,
    Household,
    HouseholdPast,
    Inquiry,
    JoinRequest,
    ListedPerson,
    OptOut,
    PhoneTie,
    Proposal,
    SubjectRequest,
    Unit,
)
from services import access
from services.access import Actor, May
from services.household_search import in_sight
from services.import_values import code_key

MERGES = 10  # one into the other that are followed


@dataclass(frozen=True)
class Subject:
    """Records of one household, and by what its people are known elsewhere."""

    households: tuple[Household, ...] = ()  # the one that stands first, then those that were merged into it
    unit_labels: tuple[str, ...] = ()
    phones: frozenset[str] = frozenset()  # E.164
    accounts: frozenset[str] = frozenset()  # of Zalo
    visitors: frozenset[str] = frozenset()  # keyed digests of tied phones
    units: frozenset[UUID] = field(default_factory=frozenset)  # of which records are told apart by ward

    @property
    def ids(self) -> list[UUID]:
        """Of the households."""
        return [home.id for home in self.households]


def of_household(session: Session, *, actor: Actor, household_id: UUID) -> Subject:
    """Everything of a household; merged into another since, of that one.

    Raises:
        NotAllowed: the actor sees figures only. NotFound: it lies outside the actor's sight.
    """
    found = session.exec(_seen(actor).where(Household.id == household_id)).first()
    if found is None:
        raise NotFound(N_("Không tìm thấy hộ này."))
    return _with_all(session, actor, [_standing(session, found)])


def of_phone(session: Session, *, actor: Actor, phone: str) -> Subject:
    """Everything that bears a telephone number: households whose first number it is, and whatever names it without one.

    Raises:
        Invalid: it is no number. NotAllowed: the actor sees figures only.
        NotFound: nothing in the actor's sight bears it.
    """
    number = phones.parse(phone)
    if number is None:
        raise Invalid(N_("“{phone}” không phải số điện thoại. Ví dụ đúng: 0912 345 678."), phone=phone[:40], field="phone")
    homes = session.exec(_seen(actor).where(Household.phone == number).order_by(col(Household.left_on).is_not(None))).all()
    standing = {home.id: home for home in (_standing(session, one) for one in homes)}
    subject = _with_all(session, actor, list(standing.values()), phones_={number})
    if not standing and not _bears(session, subject, number):
        raise NotFound(N_("Phường không giữ gì của số {phone}."), phone=phones.show(number))
    return subject


def of_code(session: Session, *, actor: Actor, code: str) -> Subject:
    """The same by a household's code, id, or code behind its unit's: 01843-SC13/012.

    Raises:
        Invalid: several households have it. NotAllowed: the actor sees figures only. NotFound: none has.
    """
    words = code.strip()
    try:
        return of_household(session, actor=actor, household_id=UUID(words))
    except ValueError:
        unit_code, _sign, own = words.rpartition("/")
    found = [home for home in session.exec(_seen(actor).where(Household.code == own)) if home.merged_into_id is None]
    if not found and own:
        candidates = session.exec(_seen(actor).where(col(Household.code).contains(own.lstrip("0") or own, autoescape=True)))
        found = [home for home in candidates if code_key(home.code) == code_key(own)]
    if unit_code:
        units = set(session.exec(select(Unit.id).where(Unit.code == unit_code)))
        found = [home for home in found if home.unit_id in units]
    if not found:
        raise NotFound(N_("Không có hộ nào mang mã {code}."), code=words[:60])
    if len(found) > 1:
        labels = [session.get_one(Unit, home.unit_id).code for home in found[:5]]
        raise Invalid(
            N_("Có {n} hộ mang mã {code}. Ghi cả mã tổ: {example}."), n=len(found), code=own[:60],
            example=", ".join(f"{label}/{home.code}" for label, home in zip(labels, found, strict=False)),
        )  # fmt: skip
    return _with_all(session, actor, [_standing(session, found[0])])


def names_of(homes: Iterable[Household]) -> str:
    """Households in a sentence: by their codes alone."""
    return ", ".join(home.code for home in homes)


# ---- conditions: which rows of a table are about a subject


def joins(subject: Subject) -> ColumnElement[bool]:
    """Requests to join."""
    numbers, phone = _in(JoinRequest.phone, subject.phones), _in(JoinRequest.visitor, subject.visitors)
    return _any(_in(JoinRequest.household_id, subject.ids), numbers, phone)


def inquiries(subject: Subject) -> ColumnElement[bool]:
    """Threads: by the number left, the account that wrote, the phone that is tied."""
    known = {*subject.phones, *subject.accounts, *subject.visitors}
    return _any(_in(Inquiry.from_phone, subject.phones), _in(Inquiry.from_id, known))


def visits(subject: Subject) -> ColumnElement[bool]:
    """Visits at home."""
    return _any(_in(HomeVisit.household_id, subject.ids), _in(HomeVisit.phone, subject.phones))


def listed(subject: Subject) -> ColumnElement[bool]:
    """Persons of closed lists."""
    numbers = cast(col(ListedPerson.phones), String)
    return _any(*(numbers.contains(f'"{number}"', autoescape=True) for number in sorted(subject.phones)))


def deliveries(subject: Subject) -> ColumnElement[bool]:
    """Rows of the ledger."""
    return _in(Delivery.recipient_id, {*subject.phones, *subject.accounts})


def refusals(subject: Subject) -> ColumnElement[bool]:
    """That messages are not wanted."""
    return _in(OptOut.recipient, {*subject.phones, *subject.accounts})


def requests(subject: Subject) -> ColumnElement[bool]:
    """What was asked about the own data."""
    return _in(SubjectRequest.household_id, subject.ids)


def proposals(session: Session, subject: Subject) -> list[Proposal]:
    """What leaders proposed of the household, and of a new one that has its number."""
    units = _in(Proposal.unit_id, subject.units)
    wanted = select(Proposal).where(_any(_in(Proposal.household_id, subject.ids), units & col(Proposal.household_id).is_(None)))
    return [
        one for one in session.exec(wanted)
        if one.household_id is not None or phones.parse(str(one.words.get("phone", ""))) in subject.phones
    ]  # fmt: skip


def beside(numbers: Iterable[str]) -> ColumnElement[bool]:
    """Households that have one of these as another number than their first."""
    others = cast(col(Household.other_phones), String)
    return _any(*(others.contains(f'"{number}"', autoescape=True) for number in sorted(numbers)))


def _any(*parts: ColumnElement[bool]) -> ColumnElement[bool]:
    return or_(false(), *parts)


def _in(column: Any, values: Iterable[Any]) -> ColumnElement[bool]:
    wanted = list(values)
    return col(column).in_(wanted) if wanted else false()


# ---- from what is known to all of it


def _seen(actor: Actor) -> Any:
    return select(Household).join(Unit, col(Unit.id) == col(Household.unit_id)).where(in_sight(actor))


def _standing(session: Session, home: Household) -> Household:
    for _ in range(MERGES):
        into = session.get(Household, home.merged_into_id) if home.merged_into_id else None
        if into is None:
            break
        home = into
    return home


def _with_all(session: Session, actor: Actor, standing: list[Household], *, phones_: set[str] | None = None) -> Subject:
    access.require(actor, May.SEE_PEOPLE)
    homes = {home.id: home for home in standing}
    frontier = list(homes)
    for _ in range(MERGES):
        merged = session.exec(select(Household).where(_in(Household.merged_into_id, frontier))).all()
        frontier = [home.id for home in merged if home.id not in homes]
        homes |= {home.id: home for home in merged}
        if not frontier:
            break
    numbers = {number for home in homes.values() for number in (home.phone, *home.other_phones) if number}
    numbers -= _of_others(session, numbers, homes)
    elsewhere = select(PhoneTie.visitor).where(col(PhoneTie.untied_at).is_(None), ~_in(PhoneTie.household_id, homes))
    tied = select(PhoneTie.visitor).where(_in(PhoneTie.household_id, homes), col(PhoneTie.visitor).not_in(elsewhere))
    ties = session.exec(tied).all()
    pasts = session.exec(select(HouseholdPast.unit_id).where(_in(HouseholdPast.household_id, homes))).all()
    labels = [session.get_one(Unit, home.unit_id).label for home in homes.values()]
    return Subject(
        households=tuple(homes.values()), unit_labels=tuple(labels), phones=frozenset(numbers | (phones_ or set())),
        accounts=frozenset(home.zalo_user_id for home in homes.values() if home.zalo_user_id), visitors=frozenset(ties),
        units=frozenset({*(home.unit_id for home in homes.values()), *pasts}),
    )  # fmt: skip


def _of_others(session: Session, numbers: set[str], homes: Iterable[UUID]) -> set[str]:
    """Numbers at which another household is called first: what was sent there or asked from there may be that one's."""
    others = select(Household.phone).where(_in(Household.phone, numbers), ~_in(Household.id, homes))
    return {number for number in session.exec(others) if number}


def _bears(session: Session, subject: Subject, number: str) -> bool:
    """Whether anything else names a number."""
    asked: list[tuple[Any, ColumnElement[bool]]] = [
        (Household, beside({number})), (JoinRequest, joins(subject)), (Inquiry, inquiries(subject)),
        (HomeVisit, visits(subject)), (ListedPerson, listed(subject)), (Delivery, deliveries(subject)),
        (OptOut, refusals(subject)),
    ]  # fmt: skip
    return any(session.exec(select(model.id).where(where).limit(1)).first() is not None for model, where in asked)
