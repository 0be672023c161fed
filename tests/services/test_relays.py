from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from sqlmodel import Session, select

from core.errors import NotAllowed, NotFound
from models import Announcement, AsksFor, Delivery, DeliveryStatus, Group, LeaderDevice, Relay, Role, Unit, Urgency
from services import leaders, relay_addresses, relays, sending
from services.access import TERMINAL
from tests.factories import NOON, make_actor, make_announcement, make_group, make_household, make_membership, make_unit, make_user


@pytest.fixture
def ward(session: Session) -> Unit:
    return make_unit(session, name="Phường Bắc Kạn")


@pytest.fixture
def group(session: Session, ward: Unit) -> Group:
    place = make_unit(session, parent=ward, name="Tổ dân phố 13", short_name="Tổ 13, Sông Cầu", area="Sông Cầu")
    leader = make_user(session, unit=place, role=Role.LEAD, display_name="Hà Thị Minh", phone="+84912345678")
    group = make_group(session, unit=place, leader_id=leader.id)
    make_membership(session, household=make_household(session, unit=place), group=group)
    return group


@pytest.fixture
def sent(session: Session, ward: Unit, group: Group) -> Announcement:
    with time_machine.travel(NOON, tick=False):
        announcement = make_announcement(
            session,
            unit=ward,
            urgency=Urgency.URGENT,
            group_text="Sáng mai khám miễn phí.",
            must_reach_by=NOON + timedelta(hours=4),
        )
        sending.send(session, announcement=announcement)
        session.commit()
    return announcement


@pytest.fixture
def relay(session: Session, sent: Announcement) -> Relay:
    return session.exec(select(Relay)).one()


@time_machine.travel(NOON + timedelta(minutes=10), tick=False)
def test_the_leader_finds_the_ready_text_with_the_groups_own_link(session: Session, relay: Relay) -> None:
    work = relays.work_for_token(session, token=relay.token)

    assert (
        work.text
        == f"Kính gửi bà con Tổ 13, Sông Cầu.\nSáng mai khám miễn phí.\nChi tiết và báo đã nắm thông tin: {work.link_url}"
    )
    assert work.link_url.startswith("http://ward.test/a/")
    assert (work.status, work.leader_name, work.households) == ("waiting", "Hà Thị Minh", 1)


@time_machine.travel(NOON + timedelta(minutes=10), tick=False)
def test_posting_is_recorded_in_the_ledger_and_twice_changes_nothing(session: Session, relay: Relay) -> None:
    relays.post(session, token=relay.token)
    first = relay.posted_at

    work = relays.post(session, token=relay.token)

    assert (work.status, work.posted_at, relay.posted_by) == ("posted", first, "leader")
    assert session.exec(select(Delivery.status)).one() is DeliveryStatus.SENT


@time_machine.travel(NOON + timedelta(minutes=10), tick=False)
def test_posting_can_be_undone(session: Session, relay: Relay) -> None:
    relays.post(session, token=relay.token)

    work = relays.undo(session, token=relay.token)

    assert (work.status, work.posted_at) == ("waiting", None)
    assert session.exec(select(Delivery.status)).one() is DeliveryStatus.QUEUED


@time_machine.travel(NOON + timedelta(minutes=61), tick=False)
def test_past_its_time_a_relay_is_overdue(session: Session, relay: Relay) -> None:
    assert relays.work_for_token(session, token=relay.token).status == "overdue"


@time_machine.travel(NOON + timedelta(days=30), tick=False)
def test_an_expired_relay_cannot_be_posted(session: Session, relay: Relay) -> None:
    with pytest.raises(NotAllowed, match="hết hiệu lực"):
        relays.post(session, token=relay.token)


@time_machine.travel(NOON + timedelta(minutes=10), tick=False)
def test_a_withdrawn_announcement_is_not_posted(session: Session, sent: Announcement, relay: Relay) -> None:
    sending.cancel(session, actor=TERMINAL, announcement=sent)

    with pytest.raises(NotAllowed, match="thu hồi"):
        relays.post(session, token=relay.token)
    assert relays.work_for_token(session, token=relay.token).status == "cancelled"


def test_a_guessed_token_finds_nothing(session: Session, relay: Relay) -> None:
    with pytest.raises(NotFound):
        relays.work_for_token(session, token=relay.token[:-1])
    with pytest.raises(NotFound):
        relay_addresses.kind_of(session, token="")


@time_machine.travel(NOON + timedelta(minutes=10), tick=False)
def test_the_ward_enters_it_for_a_leader_and_another_ward_cannot(session: Session, ward: Unit, relay: Relay) -> None:
    staff = make_actor(session, unit=ward, display_name="Lò Thị Mai")
    stranger = make_actor(session, unit=make_unit(session))

    with pytest.raises(NotFound):
        relays.enter_for(session, actor=stranger, relay_id=relay.id, is_posted=True)
    relays.enter_for(session, actor=staff, relay_id=relay.id, is_posted=True)

    assert relay.posted_by == "Lò Thị Mai"


@time_machine.travel(NOON + timedelta(minutes=10), tick=False)
def test_the_common_link_offers_the_groups_by_area(session: Session, sent: Announcement, group: Group) -> None:
    work = leaders.work(session, token=sent.leaders_token or "")

    assert [(area.name, [(choice.group_id, choice.label) for choice in area.choices]) for area in work.areas] == [
        ("Sông Cầu", [(group.id, "Tổ 13")])
    ]
    assert relay_addresses.kind_of(session, token=sent.leaders_token or "") == "leaders"


@time_machine.travel(NOON + timedelta(minutes=10), tick=False)
def test_four_right_digits_make_this_phone_the_leaders(session: Session, sent: Announcement, group: Group, relay: Relay) -> None:
    token = sent.leaders_token or ""

    device = leaders.enter(session, token=token, group_id=group.id, last_four="5678")
    session.flush()

    assert device
    assert [one.token for one in leaders.known(session, token=token, device_token=device).works] == [relay.token]
    assert device not in session.exec(select(LeaderDevice.token_hash)).one()


@time_machine.travel(NOON + timedelta(minutes=10), tick=False)
def test_five_wrong_tries_lock_the_groups_door_for_fifteen_minutes(session: Session, sent: Announcement, group: Group) -> None:
    token = sent.leaders_token or ""
    with time_machine.travel(NOON + timedelta(minutes=10), tick=False) as traveller:
        for _ in range(5):
            assert leaders.enter(session, token=token, group_id=group.id, last_four="0000") is None
            session.commit()

        with pytest.raises(leaders.DoorLocked):
            leaders.enter(session, token=token, group_id=group.id, last_four="5678")
        traveller.shift(timedelta(minutes=16))
        assert leaders.enter(session, token=token, group_id=group.id, last_four="5678")


@time_machine.travel(NOON + timedelta(minutes=10), tick=False)
def test_a_new_leader_makes_the_old_phone_a_stranger(session: Session, sent: Announcement, group: Group) -> None:
    token = sent.leaders_token or ""
    device = leaders.enter(session, token=token, group_id=group.id, last_four="5678") or ""
    session.flush()
    group.leader_id = make_user(session, unit=session.get_one(Unit, group.unit_id), role=Role.LEAD).id
    session.flush()

    assert leaders.known(session, token=token, device_token=device).works == []


@time_machine.travel(NOON + timedelta(minutes=10), tick=False)
def test_a_leader_without_a_number_is_sent_to_the_ward(session: Session, sent: Announcement, group: Group) -> None:
    group.leader_id = make_user(session, unit=session.get_one(Unit, group.unit_id), role=Role.LEAD, phone=None).id
    session.flush()

    with pytest.raises(leaders.WrongDigits, match="gọi phường"):
        leaders.enter(session, token=sent.leaders_token or "", group_id=group.id, last_four="")


@pytest.mark.parametrize(
    ("asks_for", "words"),
    [
        ("nothing", "Chi tiết: "),
        ("confirmation", "Chi tiết và báo đã nắm thông tin: "),
        ("attendance", "Chi tiết và báo có đi: "),
    ],
)
def test_the_last_line_says_what_the_link_is_for(asks_for: str, words: str) -> None:
    announcement = Announcement(unit_id=uuid4(), title="Khám", body="Mai.", asks_for=AsksFor(asks_for))

    assert relays.ready_text(announcement, unit_label="Tổ 13", url="u").splitlines()[-1] == f"{words}u"


def test_a_correction_says_so_in_the_chat() -> None:
    announcement = Announcement(unit_id=uuid4(), title="Đổi giờ khám", body="8 giờ.", corrects_id=uuid4())

    assert relays.ready_text(announcement, unit_label="Tổ 13", url="u").splitlines()[1] == "Đính chính: Đổi giờ khám."


def right_digits(session: Session, sent: Announcement, group: Group, last_four: str = "5678") -> leaders.Known:
    """What a phone finds that has shown these digits."""
    token = sent.leaders_token or ""
    device = leaders.enter(session, token=token, group_id=group.id, last_four=last_four)
    session.flush()
    assert device
    return leaders.known(session, token=token, device_token=device, writes=True)


@time_machine.travel(NOON + timedelta(minutes=10), tick=False)
def test_two_phones_with_the_right_digits_share_the_work_and_the_first_post_counts(
    session: Session, sent: Announcement, group: Group, relay: Relay
) -> None:
    first, second = (right_digits(session, sent, group) for _ in range(2))

    assert [one.token for known in (first, second) for one in known.works] == [relay.token] * 2
    assert len(session.exec(select(LeaderDevice)).all()) == 2


@time_machine.travel(NOON + timedelta(minutes=10), tick=False)
def test_the_deputys_digits_open_the_deputys_own_page(session: Session, sent: Announcement, group: Group, relay: Relay) -> None:
    group.deputy_id = make_user(session, unit=session.get_one(Unit, group.unit_id), role=Role.LEAD, phone="+84987654321").id
    session.flush()

    [work] = right_digits(session, sent, group, "4321").works

    assert (work.part, work.token) == ("deputy", relay.deputy_token)
    assert work.token != relay.token


@time_machine.travel(NOON + timedelta(minutes=10), tick=False)
def test_where_leader_and_deputy_have_the_same_digits_it_is_the_leaders_page(
    session: Session, sent: Announcement, group: Group, relay: Relay
) -> None:
    group.deputy_id = make_user(session, unit=session.get_one(Unit, group.unit_id), role=Role.LEAD, phone="+84387995678").id
    session.flush()

    [work] = right_digits(session, sent, group).works

    assert (work.part, work.token) == ("leader", relay.token)


@time_machine.travel(NOON + timedelta(minutes=10), tick=False)
def test_a_phone_of_someone_who_is_deputy_no_more_is_a_strangers(
    session: Session, sent: Announcement, group: Group, relay: Relay
) -> None:
    place = session.get_one(Unit, group.unit_id)
    group.deputy_id = make_user(session, unit=place, role=Role.LEAD, phone="+84987654321").id
    session.flush()
    device = leaders.enter(session, token=sent.leaders_token or "", group_id=group.id, last_four="4321") or ""
    group.deputy_id = make_user(session, unit=place, role=Role.LEAD).id
    session.flush()

    assert leaders.known(session, token=sent.leaders_token or "", device_token=device).works == []


@time_machine.travel(NOON + timedelta(minutes=10), tick=False)
def test_a_closed_group_is_no_choice(session: Session, sent: Announcement, group: Group) -> None:
    group.closed_on = NOON.date()
    session.flush()

    assert leaders.work(session, token=sent.leaders_token or "").areas == []
