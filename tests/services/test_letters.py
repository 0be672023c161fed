"""Letters go to offices and associations that a group stands for, when whoever writes chooses them."""

import pytest
from sqlmodel import Session, select

from core.errors import Invalid
from models import AccountState, Batch, Channel, Delivery, Group, GroupKind, RecipientKind, Relay, Unit
from services import also_groups, groups, public_posts, sending
from services.access import Actor
from services.groups import GroupValues
from tests.factories import make_account, make_announcement, make_group, make_unit

BOX = "hoiphunu@example.vn"


@pytest.fixture
def office(session: Session, ward: Unit) -> Group:
    return make_group(
        session, unit=ward, kind=GroupKind.ASSOCIATION, name="Hội Phụ nữ", channel=Channel.EMAIL, external_id=BOX
    )  # fmt: skip


def letters(session: Session) -> list[tuple[str, RecipientKind]]:
    found = session.exec(select(Delivery).where(Delivery.channel == Channel.EMAIL))
    return [(row.recipient_id, row.recipient_kind) for row in found]


@pytest.mark.parametrize("state", list(AccountState))
def test_an_office_that_was_chosen_gets_a_letter_and_no_relay(
    session: Session, ward: Unit, place: Unit, office: Group, writer: Actor, state: AccountState
) -> None:
    account = make_account(session, unit=ward, channel=Channel.EMAIL, state=state)
    assert [group.id for group in also_groups.choices(session, actor=writer, unit_ids=[ward.id])] == [office.id]
    announcement = make_announcement(session, unit=ward, units=[place], also_groups=[str(office.id)])

    sending.send(session, announcement=announcement)
    public_posts.publish(session, announcement=announcement)

    assert letters(session) == [(BOX, RecipientKind.MAIL)], "once, and where the account rests it waits"
    assert session.exec(select(Batch.account_id).where(Batch.channel == Channel.EMAIL)).all() == [account.id]
    assert office.id not in session.exec(select(Relay.group_id)).all()


def test_nobody_gets_a_letter_whom_nobody_chose(session: Session, ward: Unit, place: Unit, office: Group) -> None:
    make_account(session, unit=ward, channel=Channel.EMAIL)

    sending.send(session, announcement=make_announcement(session, unit=ward, units=[place, ward]))

    assert letters(session) == []


def test_two_groups_of_one_mailbox_get_one_letter(session: Session, ward: Unit, place: Unit, office: Group) -> None:
    other = make_group(
        session, unit=ward, kind=GroupKind.SECTOR, name="Ngành", channel=Channel.EMAIL, external_id=BOX.upper()
    )  # fmt: skip
    announcement = make_announcement(session, unit=ward, units=[place], also_groups=[str(office.id), str(other.id)])

    sending.send(session, announcement=announcement)

    assert letters(session) == [(BOX, RecipientKind.MAIL)]


@pytest.mark.parametrize(
    ("channel", "address", "is_right"),
    [
        (Channel.EMAIL, BOX, True), (Channel.EMAIL, "", False), (Channel.EMAIL, "hội phụ nữ", False),
        (Channel.ZALO_GROUP, "g.123", True), (Channel.ZALO_GROUP, "", False), (Channel.ZALO_GROUP, "hai từ", False),
        (Channel.RELAY, "", True),
    ],
)  # fmt: skip
def test_a_group_that_an_account_writes_to_has_an_address(
    session: Session, ward: Unit, writer: Actor, channel: Channel, address: str, *, is_right: bool
) -> None:
    values = GroupValues("Nhóm", GroupKind.ASSOCIATION, channel, external_id=address)
    if is_right:
        made = groups.create(session, actor=writer, unit_id=ward.id, values=values)
        assert (made.channel, made.external_id) == (channel, address or None)
        return
    with pytest.raises(Invalid) as refused:
        groups.create(session, actor=writer, unit_id=ward.id, values=values)
    assert refused.value.details["field"] == "external_id"


def test_another_places_office_is_not_written_to(session: Session, ward: Unit, place: Unit, writer: Actor) -> None:
    make_group(
        session, unit=make_unit(session), kind=GroupKind.ASSOCIATION, channel=Channel.EMAIL, external_id=BOX
    )  # fmt: skip

    assert also_groups.choices(session, actor=writer, unit_ids=[ward.id]) == []
