"""The work of a group goes to the deputy and back, and counts once whoever does it."""

from datetime import timedelta

import pytest
import time_machine
from sqlmodel import Session, select

from core.errors import Invalid, NotAllowed, NotFound
from models import Announcement, Delivery, DeliveryStatus, Group, Part, Relay, Role, Unit, User
from services import group_leaders, passing_on, relay_addresses, relays, sending
from services.access import TERMINAL, actor_of
from tests.factories import LONG_AGO, NOON, make_actor, make_announcement, make_group, make_unit, make_user

SOON = NOON + timedelta(minutes=10)


@pytest.fixture
def place(session: Session, ward: Unit) -> Unit:
    return make_unit(session, parent=ward)


@pytest.fixture
def deputy(session: Session, place: Unit) -> User:
    return make_user(session, unit=place, role=Role.LEAD, display_name="Nông Văn Hải")


@pytest.fixture
def group(session: Session, place: Unit, deputy: User) -> Group:
    leader = make_user(session, unit=place, role=Role.LEAD, display_name="Hà Thị Minh")
    return make_group(session, unit=place, leader_id=leader.id, deputy_id=deputy.id, started_on=LONG_AGO)


@pytest.fixture
def relay(session: Session, ward: Unit, group: Group) -> Relay:
    with time_machine.travel(NOON, tick=False):
        sending.send(session, announcement=make_announcement(session, unit=ward))
        session.commit()
    return session.exec(select(Relay)).one()


@pytest.fixture
def asked(session: Session, relay: Relay) -> Relay:
    with time_machine.travel(SOON, tick=False):
        passing_on.pass_on(session, token=relay.token, why="Đang bận")
        session.commit()
    return relay


def of_deputy(relay: Relay) -> str:
    assert relay.deputy_token
    return relay.deputy_token


@time_machine.travel(SOON, tick=False)
def test_the_deputy_gets_an_address_of_the_same_work(session: Session, asked: Relay) -> None:
    theirs = relays.work_for_token(session, token=of_deputy(asked))
    leaders = relays.work_for_token(session, token=asked.token)

    assert theirs.text == leaders.text
    assert (theirs.part, theirs.title, theirs.leader_name) == (Part.DEPUTY, "Tổ phó", "Hà Thị Minh")
    assert (leaders.part, leaders.passed_on_at, leaders.deputy_name) == (Part.LEADER, SOON, "Nông Văn Hải")
    assert leaders.deputy_url.endswith(of_deputy(asked))
    assert passing_on.text_for_deputy(leaders).endswith(leaders.deputy_url)
    assert relay_addresses.kind_of(session, token=of_deputy(asked)) == "relay"


def test_asking_twice_keeps_the_address_and_the_first_moment(session: Session, asked: Relay) -> None:
    before = asked.deputy_token
    with time_machine.travel(SOON + timedelta(minutes=5), tick=False):
        passing_on.pass_on(session, token=asked.token)

    assert (asked.deputy_token, asked.passed_on_at) == (before, SOON)


@time_machine.travel(SOON, tick=False)
def test_the_deputys_post_counts_once_and_both_see_who_it_was(session: Session, asked: Relay) -> None:
    relays.post(session, token=of_deputy(asked))
    relays.post(session, token=asked.token)

    assert [relays.work_for_token(session, token=one).posted_by for one in (asked.token, of_deputy(asked))] == ["deputy"] * 2
    assert session.exec(select(Delivery.status)).all() == [DeliveryStatus.SENT]


@time_machine.travel(SOON, tick=False)
def test_a_deputy_who_cannot_either_hands_it_back(session: Session, asked: Relay) -> None:
    passing_on.give_back(session, token=of_deputy(asked))

    leaders = relays.work_for_token(session, token=asked.token)
    assert (leaders.passed_on_at, leaders.handed_back_at) == (None, SOON)
    assert relays.post(session, token=of_deputy(asked)).posted_by == "deputy"  # the address stays good


@time_machine.travel(SOON, tick=False)
def test_a_leader_who_takes_it_back_says_nothing_of_the_deputy(session: Session, asked: Relay) -> None:
    passing_on.give_back(session, token=asked.token)

    assert (asked.passed_on_at, asked.handed_back_at) == (None, None)


@time_machine.travel(SOON, tick=False)
def test_what_is_posted_is_neither_passed_on_nor_given_back(session: Session, asked: Relay) -> None:
    passing_on.give_back(session, token=asked.token)
    relays.post(session, token=asked.token)

    passing_on.pass_on(session, token=asked.token)
    passing_on.give_back(session, token=of_deputy(asked))

    assert (asked.passed_on_at, asked.handed_back_at) == (None, None)


@time_machine.travel(SOON, tick=False)
def test_without_anyone_to_stand_in_the_work_stays(session: Session, group: Group, relay: Relay) -> None:
    group.deputy_id = None
    session.flush()

    with pytest.raises(NotAllowed, match="chưa có tổ phó"):
        passing_on.pass_on(session, token=relay.token)


@time_machine.travel(SOON, tick=False)
def test_a_deputy_whose_account_is_closed_is_not_asked(session: Session, deputy: User, relay: Relay) -> None:
    deputy.is_active = False
    session.flush()

    with pytest.raises(NotAllowed):
        passing_on.pass_on(session, token=relay.token)
    assert relays.work_for_token(session, token=relay.token).deputy_name == ""


@time_machine.travel(SOON, tick=False)
def test_the_deputy_cannot_pass_it_on(session: Session, asked: Relay) -> None:
    passing_on.give_back(session, token=asked.token)

    passing_on.pass_on(session, token=of_deputy(asked))

    assert asked.passed_on_at is None


@time_machine.travel(SOON, tick=False)
@pytest.mark.parametrize("act", ["withdrawn", "closed"])
def test_what_nobody_is_to_post_any_more_is_not_passed_on(
    session: Session, ward: Unit, group: Group, relay: Relay, act: str
) -> None:
    if act == "withdrawn":
        sending.cancel(session, actor=TERMINAL, announcement=session.get_one(Announcement, relay.announcement_id))
    else:
        group.closed_on = SOON.date()
    session.flush()

    with pytest.raises(NotAllowed, match=r"thu hồi|đã đóng"):
        passing_on.pass_on(session, token=relay.token)


@time_machine.travel(SOON, tick=False)
def test_the_leaders_note_is_kept_short_and_is_not_the_deputys(session: Session, asked: Relay) -> None:
    passing_on.note(session, token=asked.token, words="  Nhóm   toàn người trẻ,\r\nxin gọi loa. ")
    with pytest.raises(Invalid, match="quá 300 chữ"):
        passing_on.note(session, token=asked.token, words="a" * 301)
    with pytest.raises(NotAllowed):
        passing_on.note(session, token=of_deputy(asked), words="x")

    assert asked.note == "Nhóm toàn người trẻ,\nxin gọi loa."
    assert relays.work_for_token(session, token=of_deputy(asked)).note == ""


@time_machine.travel(SOON, tick=False)
def test_why_becomes_the_note_only_where_there_is_none(session: Session, relay: Relay) -> None:
    passing_on.note(session, token=relay.token, words="Mất sóng")

    passing_on.pass_on(session, token=relay.token, why="Đang bận")

    assert relay.note == "Mất sóng"


@time_machine.travel(SOON, tick=False)
def test_another_deputy_is_asked_in_turn_and_the_old_address_ends(
    session: Session, ward: Unit, place: Unit, group: Group, asked: Relay
) -> None:
    old, staff = of_deputy(asked), make_actor(session, unit=ward)
    other = make_user(session, unit=place, role=Role.LEAD)

    group_leaders.set_deputy(session, actor=staff, group_id=group.id, deputy_id=other.id)

    assert relays.work_for_token(session, token=of_deputy(asked)).deputy_name == other.display_name
    with pytest.raises(NotFound, match="bàn giao cho người phụ trách mới"):
        relay_addresses.kind_of(session, token=old)


@time_machine.travel(SOON, tick=False)
def test_without_a_deputy_any_more_the_work_is_the_leaders_again(
    session: Session, ward: Unit, group: Group, asked: Relay
) -> None:
    group_leaders.set_deputy(session, actor=make_actor(session, unit=ward), group_id=group.id, deputy_id=None)

    work = relays.work_for_token(session, token=asked.token)

    assert (work.passed_on_at, work.deputy_url, asked.deputy_token) == (None, "", None)


@time_machine.travel(SOON, tick=False)
def test_a_deputy_who_becomes_leader_has_the_leaders_address(
    session: Session, ward: Unit, group: Group, deputy: User, asked: Relay
) -> None:
    group_leaders.set_leader(session, actor=make_actor(session, unit=ward), group_id=group.id, leader_id=deputy.id)

    assert (asked.deputy_token, asked.passed_on_at) == (None, None)
    assert relays.work_for_token(session, token=asked.token).leader_name == "Nông Văn Hải"


@time_machine.travel(SOON, tick=False)
def test_signed_in_each_finds_the_work_at_the_own_address(session: Session, group: Group, deputy: User, relay: Relay) -> None:
    leader = session.get_one(User, group.leader_id)
    unasked = passing_on.waiting_for(session, actor=actor_of(session, deputy))

    passing_on.pass_on(session, token=relay.token)
    session.flush()

    [theirs] = passing_on.waiting_for(session, actor=actor_of(session, deputy))
    [own] = passing_on.waiting_for(session, actor=actor_of(session, leader))
    assert unasked == []
    assert (theirs.part, theirs.url) == (Part.DEPUTY, relay_addresses.url_of(of_deputy(relay)))
    assert (own.part, own.url) == (Part.LEADER, relay_addresses.url_of(relay.token))


@time_machine.travel(SOON, tick=False)
def test_a_closed_group_asks_nobody(session: Session, group: Group, deputy: User, asked: Relay) -> None:
    group.closed_on = SOON.date()
    session.flush()

    assert passing_on.waiting_for(session, actor=actor_of(session, deputy)) == []
