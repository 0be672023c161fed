"""Household cards: who makes them, in which order, what is kept, what a lost one costs."""

import pytest
from sqlmodel import Session, select

from core.errors import Invalid, NotAllowed, NotFound
from models import AuditEvent, Household, HouseholdToken, PhoneTie, Role, Unit
from services import household_cards
from services.access import Actor
from services.household_cards import Standing
from services.masked_names import masked
from tests.factories import LONG_AGO, make_actor, make_household, make_unit


@pytest.fixture
def ward(session: Session) -> Unit:
    return make_unit(session, name="Phường Bắc Kạn")


@pytest.fixture
def unit(session: Session, ward: Unit) -> Unit:
    return make_unit(session, parent=ward, short_name="Tổ 2, Sông Cầu", area="Sông Cầu")


@pytest.fixture
def clerk(session: Session, ward: Unit) -> Actor:
    return make_actor(session, unit=ward)


def test_cards_come_by_unit_and_by_address_as_one_walks(session: Session, ward: Unit, unit: Unit, clerk: Actor) -> None:
    far = make_unit(session, parent=ward, short_name="Tổ 10, Sông Cầu", area="Sông Cầu")
    lived = ((far, "E", "Số 1"), (unit, "C", "Số 10"), (unit, "D", ""), (unit, "B", "Số 2"), (unit, "A", "Số 2"))
    homes = [make_household(session, unit=place, head_name=name, address=address) for place, name, address in lived]

    printed = household_cards.issue(session, actor=clerk, household_ids=[home.id for home in homes])

    assert [(one.unit.label, [card.head_name for card in one.cards]) for one in printed] == [
        ("Tổ 2, Sông Cầu", ["A", "B", "C", "D"]), ("Tổ 10, Sông Cầu", ["E"]),
    ]  # fmt: skip
    assert {one.ward.name for one in printed} == {"Phường Bắc Kạn"}


def test_secrets_differ_and_only_their_hashes_are_kept(session: Session, unit: Unit, clerk: Actor) -> None:
    """S43, S51, S61."""
    homes = [make_household(session, unit=unit) for _ in range(20)]

    (printed,) = household_cards.issue(session, actor=clerk, household_ids=[home.id for home in homes])
    secrets = {card.url.rsplit("/", 1)[1] for card in printed.cards}

    assert len(secrets) == 20
    kept = " ".join(row.model_dump_json() for row in session.exec(select(HouseholdToken)))
    audited = " ".join(row.model_dump_json() for row in session.exec(select(AuditEvent)))
    assert not [secret for secret in secrets if secret in kept + audited]


@pytest.mark.parametrize("role", list(Role))
def test_only_the_wards_staff_make_and_revoke_cards(session: Session, ward: Unit, unit: Unit, role: Role) -> None:
    """S46."""
    home, actor = make_household(session, unit=unit), make_actor(session, unit=ward, role=role)

    if role in (Role.ADMIN, Role.OFFICIAL, Role.STAFF):
        assert household_cards.issue(session, actor=actor, household_ids=[home.id])
        assert household_cards.revoke(session, actor=actor, household_id=home.id) == Standing(1, 0)
    else:
        for refused in (
            lambda: household_cards.issue(session, actor=actor, household_ids=[home.id]),
            lambda: household_cards.revoke(session, actor=actor, household_id=home.id),
        ):
            with pytest.raises(NotAllowed):
                refused()


def test_households_elsewhere_or_gone_get_no_card_nor_does_anyone_with_them(session: Session, unit: Unit, clerk: Actor) -> None:
    """S47, S19."""
    home = make_household(session, unit=unit)
    elsewhere = make_household(session, unit=make_unit(session, parent=make_unit(session)))
    gone = make_household(session, unit=unit, left_on=LONG_AGO)

    for other in (elsewhere, gone):
        with pytest.raises(NotFound):
            household_cards.issue(session, actor=clerk, household_ids=[home.id, other.id])
    with pytest.raises(NotFound):
        household_cards.standing(session, actor=clerk, household_id=elsewhere.id)

    assert session.exec(select(HouseholdToken)).all() == []
    assert household_cards.count(session, actor=clerk, unit_ids=[unit.id, elsewhere.unit_id]) == 1


def test_none_and_too_many_are_refused(session: Session, unit: Unit, clerk: Actor) -> None:
    with pytest.raises(Invalid, match="Chưa chọn hộ nào"):
        household_cards.issue(session, actor=clerk, household_ids=[])
    with pytest.raises(Invalid, match="nhiều nhất 5000"):
        household_cards.issue(session, actor=clerk, household_ids=[make_household(session, unit=unit).id] * 5001)


def token_of(session: Session, clerk: Actor, home: Household) -> str:
    return household_cards.issue(session, actor=clerk, household_ids=[home.id])[0].cards[0].url.rsplit("/", 1)[1]


def test_a_lost_card_is_revoked_and_the_phones_stay_or_go_as_was_asked(session: Session, unit: Unit, clerk: Actor) -> None:
    home = make_household(session, unit=unit)
    token = token_of(session, clerk, home)
    household_cards.tie(session, token=token, visitor="phone")

    first = household_cards.revoke(session, actor=clerk, household_id=home.id)
    still = household_cards.tied(session, visitor="phone")
    second = household_cards.revoke(session, actor=clerk, household_id=home.id, unties=True)
    third = household_cards.revoke(session, actor=clerk, household_id=home.id, unties=True)

    assert (first, second, third) == (Standing(1, 0), Standing(0, 1), Standing(0, 0))
    assert still is not None
    assert still.household_id == home.id
    assert household_cards.tied(session, visitor="phone") is None
    with pytest.raises(NotFound):
        household_cards.tie(session, token=token, visitor="another")
    actions = [event.action for event in session.exec(select(AuditEvent).where(AuditEvent.subject_id == str(home.id)))]
    assert actions == ["household_card.issued", "household_card.revoked", "household_card.revoked"]


def test_new_cards_close_only_the_older_ones_of_the_same_households(session: Session, unit: Unit, clerk: Actor) -> None:
    home, neighbour = make_household(session, unit=unit), make_household(session, unit=unit)
    old, others = token_of(session, clerk, home), token_of(session, clerk, neighbour)
    printed = household_cards.issue(session, actor=clerk, household_ids=[home.id])

    closed = household_cards.revoke_older(session, actor=clerk, printed=printed)

    new = printed[0].cards[0].url.rsplit("/", 1)[1]
    assert closed == 1
    for token in (new, others):
        household_cards.page(session, token=token, visitor="phone")
    with pytest.raises(NotFound):
        household_cards.page(session, token=old, visitor="phone")


def test_a_tie_to_a_household_that_has_left_holds_nobody(session: Session, unit: Unit, clerk: Actor) -> None:
    home, next_home = make_household(session, unit=unit), make_household(session, unit=unit)
    household_cards.tie(session, token=token_of(session, clerk, home), visitor="phone")
    home.left_on = LONG_AGO
    session.add(home)

    before = household_cards.tied(session, visitor="phone")
    household_cards.tie(session, token=token_of(session, clerk, next_home), visitor="phone")

    assert before is None
    assert len(session.exec(select(PhoneTie).where(PhoneTie.untied_at == None)).all()) == 1  # noqa: E711


@pytest.mark.parametrize(
    ("name", "shown"),
    [("Nguyễn Văn An", "Nguyễn V. A."), ("Bế", "Bế"), ("", ""), ("Nguyễn-Phạm Thị Ân", "Nguyễn-Phạm T. Â.")],
)
def test_a_name_is_masked_to_its_initials(name: str, shown: str) -> None:
    assert masked(name) == shown
