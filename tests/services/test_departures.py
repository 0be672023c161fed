"""What is written when an announcement leaves, and what became of its audience between approval and then."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import time_machine
from sqlmodel import Session, select

from core.db import transaction
from core.errors import Invalid, NotFound
from models import (
    Announcement,
    AnnouncementStatus,
    AuditEvent,
    Channel,
    Delivery,
    DeliveryStatus,
    Group,
    GroupKind,
    Household,
    PlannedPath,
    Relay,
    Role,
    Unit,
    Urgency,
)
from services import also_groups, approvals, drafts, plans, reach, relays, sending
from services.access import TERMINAL, Actor
from services.drafts import Words
from tests.factories import (
    NOON,
    make_account,
    make_actor,
    make_announcement,
    make_group,
    make_household,
    make_membership,
    make_rules,
    make_unit,
)


@pytest.fixture
def place(session: Session, ward: Unit) -> Unit:
    return make_unit(session, parent=ward, code="A1")


@pytest.fixture
def group(session: Session, place: Unit) -> Group:
    group = make_group(session, unit=place, name="Bà con")
    make_membership(session, household=make_household(session, unit=place), group=group)
    return group


@pytest.fixture
def chair(session: Session, ward: Unit) -> Actor:
    return make_actor(session, unit=ward, role=Role.OFFICIAL)


def planned(session: Session, ward: Unit, chair: Actor) -> Announcement:
    """Approved at noon, to be sent an hour later."""
    made = make_announcement(
        session, unit=ward, status=AnnouncementStatus.IN_REVIEW, send_at=NOON + timedelta(hours=1),
        must_reach_by=NOON + timedelta(days=1), expires_at=NOON + timedelta(days=7),
    )  # fmt: skip
    approvals.approve(session, actor=chair, announcement_id=made.id, version=made.version)
    session.commit()
    return made


def first_paths(session: Session) -> list[tuple[str, object]]:
    rows = session.exec(select(PlannedPath).where(PlannedPath.is_first)).all()
    return sorted((row.path.value, row.group_id) for row in rows)


def test_a_household_that_joins_between_approval_and_sending_is_told_and_the_difference_is_shown(
    session: Session, ward: Unit, place: Unit, group: Group, chair: Actor
) -> None:
    with time_machine.travel(NOON, tick=False) as traveller:
        made = planned(session, ward, chair)
        newcomer = make_household(session, unit=place)
        make_membership(session, household=newcomer, group=group)
        make_household(session, unit=place)
        traveller.shift(timedelta(hours=1))
        sending.send_scheduled(session, announcement_id=made.id)
        session.commit()

        board = reach.board(session, actor=chair, announcement_id=made.id)

    assert made.households == 3
    assert board.changed_paths is not None
    assert [(paths["relay"], paths["door"]) for paths in board.changed_paths] == [(1, 0), (2, 1)]
    assert session.exec(select(Relay.households)).all() == [2]


def test_a_group_closed_meanwhile_gets_nothing_and_its_households_a_knock(
    session: Session, ward: Unit, group: Group, chair: Actor
) -> None:
    with time_machine.travel(NOON, tick=False) as traveller:
        made = planned(session, ward, chair)
        group.closed_on = NOON.date()
        session.add(group)
        session.commit()
        traveller.shift(timedelta(hours=1))
        sending.send_scheduled(session, announcement_id=made.id)
        session.commit()

    assert made.status is AnnouncementStatus.SENT
    assert session.exec(select(Relay)).all() == []
    assert first_paths(session) == [("door", None)]


def test_an_audience_that_emptied_goes_back_to_its_author_and_nothing_leaves(
    session: Session, ward: Unit, group: Group, chair: Actor
) -> None:
    with time_machine.travel(NOON, tick=False) as traveller:
        made = planned(session, ward, chair)
        for household in session.exec(select(Household)).all():
            household.left_on = NOON.date()
            session.add(household)
        group.closed_on = NOON.date()
        session.add(group)
        session.commit()
        traveller.shift(timedelta(hours=1))
        is_sent = sending.send_scheduled(session, announcement_id=made.id)
        session.commit()

    assert is_sent is False
    assert (made.status, made.sent_at, made.approver_id) == (AnnouncementStatus.DRAFT, None, None)
    assert made.return_reason.startswith("Đến giờ gửi thì không còn hộ nào")
    assert session.exec(select(Delivery)).all() == []
    assert [event.details for event in session.exec(select(AuditEvent).where(AuditEvent.action == "announcement.return"))] == [
        {"why": "empty_audience"}
    ]


def test_an_empty_audience_is_not_approved(session: Session, ward: Unit, chair: Actor) -> None:
    made = make_announcement(session, unit=ward, status=AnnouncementStatus.IN_REVIEW)

    with pytest.raises(Invalid):
        approvals.approve(session, actor=chair, announcement_id=made.id, version=made.version)


def test_two_who_send_at_once_send_once(session: Session, ward: Unit, group: Group, chair: Actor) -> None:
    with time_machine.travel(NOON, tick=False) as traveller:
        made = planned(session, ward, chair)
        traveller.shift(timedelta(hours=1))
        with transaction() as one:
            first = sending.send_scheduled(one, announcement_id=made.id)
        with transaction() as other:
            second = sending.send_scheduled(other, announcement_id=made.id)
            again = approvals.approve(other, actor=chair, announcement_id=made.id, version=made.version)

    assert (first, second, again.status) == (True, False, AnnouncementStatus.SENT)
    assert len(session.exec(select(Relay)).all()) == len(session.exec(select(PlannedPath)).all()) == 1


def test_two_processes_that_send_at_the_same_moment_send_once(session: Session, ward: Unit, group: Group, chair: Actor) -> None:
    together = Barrier(2)

    def send() -> bool:
        together.wait()
        with transaction() as own:
            return sending.send_scheduled(own, announcement_id=made.id)

    with time_machine.travel(NOON, tick=False) as traveller:
        made = planned(session, ward, chair)
        traveller.shift(timedelta(hours=1))
        with ThreadPoolExecutor(2) as processes:
            done = [processes.submit(send) for _ in range(2)]
            said = sorted(one.result() for one in done)

    assert said == [False, True]
    assert len(session.exec(select(Relay)).all()) == len(session.exec(select(PlannedPath)).all()) == 1


def test_the_ledger_waits_for_every_receiver_of_every_account(session: Session, ward: Unit, place: Unit, group: Group) -> None:
    make_household(session, unit=place, zalo_user_id="z1")
    make_household(session, unit=place, phone="+84912345678")
    make_account(session, unit=ward, channel=Channel.ZALO_OA)
    make_account(session, unit=ward, channel=Channel.ZNS, price=300)
    announcement = make_announcement(session, unit=ward)

    sending.send(session, announcement=announcement)

    ledger = session.exec(select(Delivery).order_by(Delivery.channel)).all()
    assert [(row.channel, row.recipient_kind, row.recipient_id, row.cost) for row in ledger] == [
        ("relay", "group", str(group.id), 0), ("zalo_oa", "follower", "z1", 0), ("zns", "phone", "+84912345678", 300),
    ]  # fmt: skip
    assert all(row.status is DeliveryStatus.QUEUED and row.attempts == 0 and row.updated_at for row in ledger)
    assert len({row.id.version for row in ledger}) == 1
    assert len({row.idempotency_key for row in ledger}) == 3


def test_cancelling_stops_what_waits_on_every_channel(session: Session, ward: Unit, place: Unit, group: Group) -> None:
    make_household(session, unit=place, phone="+84912345678", needs=["disabled"])
    make_account(session, unit=ward, channel=Channel.ZNS, price=300)
    make_rules(session, unit=ward, print_for=["disabled"])
    announcement = make_announcement(session, unit=ward)
    sending.send(session, announcement=announcement)

    stopped = sending.cancel(session, actor=TERMINAL, announcement=announcement)

    assert (stopped.cancelled, stopped.already_sent) == (3, 0)


def test_an_emergency_keeps_every_path_of_a_household(session: Session, ward: Unit, group: Group) -> None:
    [home] = session.exec(select(Household)).all()
    home.phone, home.zalo_user_id = "+84912345678", "z1"
    session.add(home)
    for channel in (Channel.ZALO_OA, Channel.SMS):
        make_account(session, unit=ward, channel=channel, price=0 if channel is Channel.ZALO_OA else 500)
    announcement = make_announcement(session, unit=ward, urgency=Urgency.EMERGENCY)

    sending.send(session, announcement=announcement)

    rows = session.exec(select(PlannedPath)).all()
    assert {(row.path.value, row.is_first) for row in rows} == {("relay", True), ("zalo_oa", False), ("sms", False)}
    assert announcement.plan["sent"]["also"] == {"zalo_oa": 1, "sms": 1}


# -- groups told beside the household groups -------------------------------------------------------------------------------


@pytest.fixture
def others(session: Session, ward: Unit) -> dict[str, Group]:
    made = {
        kind.value: make_group(session, unit=ward, kind=kind, name=kind.value)
        for kind in (GroupKind.LEADERS, GroupKind.SECTOR, GroupKind.ASSOCIATION, GroupKind.FANPAGE)
    }
    made["closed"] = make_group(session, unit=ward, kind=GroupKind.SECTOR, closed_on=NOON.date().replace(year=2020))
    return made


def words(unit: Unit, *chosen: Group) -> Words:
    return Words(title="Khám", body="Sáng mai.", unit_ids=[unit.id], also_groups=[group.id for group in chosen])


def test_groups_in_which_someone_posts_can_be_chosen(
    session: Session, ward: Unit, place: Unit, group: Group, others: dict[str, Group]
) -> None:
    make_group(session, unit=make_unit(session), kind=GroupKind.SECTOR)

    found = also_groups.choices(session, actor=make_actor(session, unit=ward), unit_ids=[place.id])

    assert [one.name for one in found] == ["leaders", "sector", "association"]


def test_a_chosen_group_gets_its_relay_and_counts_no_household(
    session: Session, ward: Unit, group: Group, others: dict[str, Group], chair: Actor
) -> None:
    author = make_actor(session, unit=ward)
    made = drafts.write(session, actor=author, words=words(ward, others["leaders"], others["sector"]))
    approvals.submit(session, actor=author, announcement_id=made.id)
    approvals.approve(session, actor=chair, announcement_id=made.id, version=made.version)
    session.commit()

    found = {one.group_id: one for one in session.exec(select(Relay))}
    assert {id_: one.households for id_, one in found.items()} == {group.id: 1, others["leaders"].id: 0, others["sector"].id: 0}
    assert made.households == 1
    own = relays.work_for_token(session, token=found[others["sector"].id].token)
    assert own.link_url in own.text
    leaders = relays.work_for_token(session, token=found[others["leaders"].id].token)
    assert leaders.text.endswith(f"/r/{made.leaders_token}")
    assert leaders.link_url not in leaders.text


def test_a_chosen_group_that_closed_meanwhile_is_left_out(
    session: Session, ward: Unit, group: Group, others: dict[str, Group]
) -> None:
    announcement = make_announcement(session, unit=ward, also_groups=[str(others["sector"].id)])
    others["sector"].closed_on = NOON.date().replace(year=2020)
    session.add(others["sector"])
    session.commit()

    sending.send(session, announcement=announcement)

    assert session.exec(select(Relay.group_id)).all() == [group.id]


def test_another_wards_group_cannot_be_chosen(session: Session, ward: Unit, others: dict[str, Group]) -> None:
    stranger = make_group(session, unit=make_unit(session), kind=GroupKind.SECTOR)
    author = make_actor(session, unit=ward)

    for wrong in (stranger, others["fanpage"], others["closed"]):
        with pytest.raises(NotFound):
            drafts.write(session, actor=author, words=words(ward, wrong))


def test_the_plan_of_a_draft_names_the_groups_told_beside(session: Session, ward: Unit, others: dict[str, Group]) -> None:
    announcement = make_announcement(session, unit=ward, also_groups=[str(others["sector"].id)])

    assert [group.name for group in also_groups.of(session, announcement=announcement)] == ["sector"]
    assert plans.of_announcement(session, announcement=announcement).groups == []
