"""The reach plan: each household by its cheapest path that works, by the ward's rules, within its budget."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event
from sqlmodel import Session, delete, select

from core.errors import NotAllowed, NotFound
from models import (
    AccountState,
    Announcement,
    Audience,
    Channel,
    ChannelAccount,
    Delivery,
    Group,
    Household,
    Membership,
    PlannedPath,
    ReachRules,
    Relay,
    Role,
    ShortLink,
    Unit,
    UnitKind,
    Urgency,
)
from services import paths, plans, sending
from services.plans import Plan
from tests.databases import examples
from tests.factories import (
    make_account,
    make_actor,
    make_announcement,
    make_group,
    make_household,
    make_membership,
    make_rules,
    make_unit,
)

MOBILE, LANDLINE = "+84912345678", "+842093870123"


@pytest.fixture
def place(session: Session, ward: Unit) -> Unit:
    return make_unit(session, parent=ward, code="A1")


def plan(session: Session, unit: Unit, **more: Any) -> Plan:
    return plans.of_audience(session, audience=[Audience(announcement_id=unit.id, unit_id=unit.id)], **more)


def everyone(session: Session, place: Unit) -> dict[str, Household]:
    """One of each: in the chat, following the account, with a mobile, with a landline, with nothing."""
    homes = {
        "chat": make_household(session, unit=place, phone="+84912000001", zalo_user_id="z1"),
        "follower": make_household(session, unit=place, phone="+84912000002", zalo_user_id="z2"),
        "mobile": make_household(session, unit=place, phone=MOBILE),
        "landline": make_household(session, unit=place, phone=LANDLINE),
        "none": make_household(session, unit=place),
    }
    make_membership(session, household=homes["chat"], group=make_group(session, unit=place))
    return homes


def test_without_an_account_there_is_the_chat_and_the_door(session: Session, place: Unit) -> None:
    everyone(session, place)

    found = plan(session, place)

    assert found.paths == {"relay": 1, "zalo_oa": 0, "zns": 0, "sms": 0, "door": 4}
    assert (found.households, found.cost, found.also, found.kept()["unreachable"]) == (5, 0, {}, 0)


def test_each_household_gets_what_costs_least_and_works_for_it(session: Session, ward: Unit, place: Unit) -> None:
    everyone(session, place)
    for channel, price in ((Channel.SMS, 500), (Channel.ZNS, 300), (Channel.ZALO_TEMPLATE, 165)):
        make_account(session, unit=ward, channel=channel, price=price)

    found = plan(session, place)

    assert found.paths == {"relay": 1, "zalo_oa": 0, "zns": 1, "sms": 0, "door": 2, "zalo_template": 1}
    assert (found.cost, found.messages) == (165 + 300, {"zalo_template": 1, "zns": 1})


def test_the_account_of_a_province_serves_its_wards_until_a_ward_pauses_its_own(session: Session) -> None:
    province = make_unit(session, kind=UnitKind.PROVINCE)
    ward = make_unit(session, parent=province, kind=UnitKind.COMMUNE)
    make_household(session, unit=make_unit(session, parent=ward), phone=MOBILE)
    make_account(session, unit=province, channel=Channel.ZNS, price=250)
    before = plan(session, ward)

    make_account(session, unit=ward, channel=Channel.ZNS, price=300, state=AccountState.PAUSED)
    after = plan(session, ward)

    assert (before.paths["zns"], before.cost) == (1, 250)
    assert (after.paths["zns"], after.paths["door"], after.cost) == (0, 1, 0)


def test_a_neighbours_account_is_nobody_elses(session: Session, ward: Unit, place: Unit) -> None:
    make_household(session, unit=place, phone=MOBILE)
    make_account(session, unit=make_unit(session), channel=Channel.ZNS, price=300)

    assert plan(session, ward).paths["door"] == 1


def test_a_ward_orders_its_paths_and_leaves_some_out(session: Session, ward: Unit, place: Unit) -> None:
    everyone(session, place)
    for channel, price in ((Channel.SMS, 500), (Channel.ZNS, 300), (Channel.ZALO_OA, 0)):
        make_account(session, unit=ward, channel=channel, price=price)
    make_rules(session, unit=ward, paths=["sms", "relay"])

    found = plan(session, place)

    assert found.paths == {"relay": 0, "zalo_oa": 0, "zns": 0, "sms": 3, "door": 2}
    assert found.cost == 1500


def test_an_sms_is_paid_for_by_its_segments(session: Session, ward: Unit, place: Unit) -> None:
    make_household(session, unit=place, phone=MOBILE)
    make_account(session, unit=ward, channel=Channel.SMS, price=400)

    assert plan(session, ward, segments=3).cost == 1200
    announcement = make_announcement(session, unit=ward, group_text="Mời bà con đi khám sáng mai. " * 6)
    assert plans.of_announcement(session, announcement=announcement).cost == 800


def test_when_the_money_is_spent_the_rest_is_told_by_what_is_free(session: Session, ward: Unit, place: Unit) -> None:
    homes = [make_household(session, unit=place, phone=f"+8491200000{n}") for n in range(4)]
    make_membership(session, household=homes[3], group=make_group(session, unit=place))
    make_account(session, unit=ward, channel=Channel.ZNS, price=300)
    make_rules(session, unit=ward, paths=["zns", "relay"], budget=700)
    announcement = make_announcement(session, unit=ward)

    found = plans.of_announcement(session, announcement=announcement)
    sending.send(session, announcement=announcement)
    session.commit()

    assert (found.paths["zns"], found.relay, found.door, found.cost) == (2, 1, 1, 600)
    rows = dict(session.exec(select(PlannedPath.household_id, PlannedPath.path)).all())
    assert [rows[home.id] for home in homes] == ["zns", "zns", "door", "relay"]  # the first of the register


def test_the_cheapest_messages_come_first_where_money_is_short(session: Session, ward: Unit, place: Unit) -> None:
    make_household(session, unit=place, phone="+84912000001")
    make_household(session, unit=place, phone="+84912000002", zalo_user_id="z")
    make_account(session, unit=ward, channel=Channel.ZNS, price=300)
    make_account(session, unit=ward, channel=Channel.ZALO_TEMPLATE, price=200)
    make_rules(session, unit=ward, budget=400)

    found = plan(session, ward)

    assert (found.paths["zalo_template"], found.paths["zns"], found.door, found.cost) == (1, 0, 1, 200)


def test_two_households_with_one_telephone_share_its_message(session: Session, ward: Unit, place: Unit) -> None:
    for _ in range(2):
        make_household(session, unit=place, phone=MOBILE)
    make_account(session, unit=ward, channel=Channel.ZNS, price=300)
    make_rules(session, unit=ward, budget=300)
    announcement = make_announcement(session, unit=ward)

    found = plans.of_announcement(session, announcement=announcement)
    sending.send(session, announcement=announcement)

    assert (found.paths["zns"], found.cost) == (2, 300)
    ledger = session.exec(select(Delivery)).all()
    assert [(row.channel, row.recipient_kind, row.recipient_id, row.cost) for row in ledger] == [("zns", "phone", MOBILE, 300)]
    assert MOBILE not in ledger[0].idempotency_key


def test_an_emergency_goes_by_every_way_that_works(session: Session, ward: Unit, place: Unit) -> None:
    everyone(session, place)
    for channel, price in ((Channel.SMS, 500), (Channel.ZNS, 300), (Channel.ZALO_OA, 0)):
        make_account(session, unit=ward, channel=channel, price=price)

    found = plan(session, place, urgency=Urgency.EMERGENCY)

    assert found.paths == {"relay": 1, "zalo_oa": 1, "zns": 1, "sms": 0, "door": 2}
    assert found.also == {"zalo_oa": 1, "zns": 2, "sms": 3}
    assert found.cost == 3 * 300 + 3 * 500
    assert found.households == 5


def test_in_an_emergency_the_first_path_of_each_is_paid_before_the_second_of_any(
    session: Session, ward: Unit, place: Unit
) -> None:
    everyone(session, place)
    for channel, price in ((Channel.SMS, 200), (Channel.ZNS, 300)):
        make_account(session, unit=ward, channel=channel, price=price)
    make_rules(session, unit=ward, paths=["relay", "zns", "sms"], budget=900)

    found = plan(session, place, urgency=Urgency.EMERGENCY)

    assert (found.relay, found.paths["zns"], found.door) == (1, 2, 2)
    assert found.also == {"sms": 1}
    assert found.cost == 2 * 300 + 200


def test_paper_goes_as_well_to_whom_the_ward_says(session: Session, ward: Unit, place: Unit) -> None:
    other = make_unit(session, parent=ward)
    group = make_group(session, unit=place)
    make_membership(session, household=make_household(session, unit=place, needs=["elderly_alone"]), group=group)
    make_household(session, unit=place, needs=["elderly_alone", "disabled"])
    make_household(session, unit=other, needs=["disabled"])
    make_rules(session, unit=ward, print_for=["elderly_alone"])
    announcement = make_announcement(session, unit=ward)

    found = plans.of_announcement(session, announcement=announcement)
    sending.send(session, announcement=announcement)

    assert (found.relay, found.door, found.also) == (1, 2, {"print": 2})
    sheets = session.exec(select(Delivery).where(Delivery.channel == Channel.PRINT)).all()
    assert [(row.recipient_kind, row.recipient_id) for row in sheets] == [("sheet", str(place.id))]


def test_a_household_in_two_chats_goes_by_the_one_it_joined_first_and_counts_in_both(
    session: Session, ward: Unit, place: Unit
) -> None:
    home = make_household(session, unit=place)
    late, early = make_group(session, unit=place, name="A"), make_group(session, unit=place, name="B")
    make_membership(session, household=home, group=late, joined_on=home.arrived_on.replace(year=2024))
    make_membership(session, household=home, group=early)
    announcement = make_announcement(session, unit=ward)

    found = plans.of_announcement(session, announcement=announcement)
    sending.send(session, announcement=announcement)

    assert [(group.name, group.households) for group in found.groups] == [("A", 1), ("B", 1)]
    assert (found.relay, found.households) == (1, 1)
    assert session.exec(select(PlannedPath.group_id)).all() == [early.id]


def test_the_plan_takes_the_same_queries_for_many_households_as_for_few(
    session: Session, ward: Unit, place: Unit, engine: Any
) -> None:
    said: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *words: said.append(words[2]))
    everyone(session, place)
    make_account(session, unit=ward, channel=Channel.ZNS, price=300)
    said.clear()
    plan(session, ward)
    few = len(said)
    for _ in range(3):
        other = make_unit(session, parent=ward)
        make_membership(session, household=make_household(session, unit=other), group=make_group(session, unit=other))
    said.clear()
    plan(session, ward)

    assert len(said) == few


def test_who_composes_sees_the_plan_of_units_in_sight_only(session: Session, ward: Unit, place: Unit) -> None:
    everyone(session, place)
    stranger = make_actor(session, unit=make_unit(session))

    assert plans.preview(session, actor=make_actor(session, unit=ward), unit_ids=[place.id]).households == 5
    with pytest.raises(NotFound):
        plans.preview(session, actor=stranger, unit_ids=[place.id])
    with pytest.raises(NotAllowed):
        plans.preview(session, actor=make_actor(session, unit=ward, role=Role.VIEWER), unit_ids=[place.id])


# -- whatever a ward is like -----------------------------------------------------------------------------------------------

ACCOUNTS = st.dictionaries(
    st.sampled_from([Channel.ZALO_OA, Channel.ZALO_TEMPLATE, Channel.ZNS, Channel.SMS]), st.sampled_from([0, 1, 165, 300, 850])
)
PHONE = st.sampled_from([None, MOBILE, "+84912000001", "+84387000002", LANDLINE])
HOMES = st.lists(
    st.tuples(
        st.sampled_from([(), (0,), (1,), (0, 1)]), st.sampled_from([None, "z1", "z2"]), PHONE,
        st.sampled_from([(), ("elderly_alone",), ("disabled",)]), st.booleans(),
    ),
    min_size=1, max_size=12,
)  # fmt: skip
ORDERS = st.lists(st.sampled_from(["relay", "zalo_oa", "zalo_template", "zns", "sms"]), unique=True)


@settings(max_examples=examples(120), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    accounts=ACCOUNTS, homes=HOMES, order=ORDERS, budget=st.none() | st.integers(0, 3000),
    urgency=st.sampled_from([Urgency.NORMAL, Urgency.EMERGENCY]), is_printed=st.booleans(),
)  # fmt: skip
def test_every_household_has_one_first_path_and_the_money_is_never_overspent(
    session: Session, ward: Unit, accounts: dict[Channel, int], homes: list[Any], order: list[str], budget: int | None,
    urgency: Urgency, is_printed: bool,
) -> None:  # fmt: skip
    tables = (PlannedPath, Relay, Delivery, ShortLink, Audience, Announcement, ChannelAccount, ReachRules)
    for table in (*tables, Membership, Group, Household):
        session.exec(delete(table))
    place = session.exec(select(Unit).where(Unit.parent_id == ward.id)).first() or make_unit(session, parent=ward)
    groups = [make_group(session, unit=place, name=name) for name in "AB"]
    for inside, follower, phone, needs, has_left in homes:
        gone = {"left_on": groups[0].created_at.date().replace(year=2021)} if has_left else {}
        home = make_household(session, unit=place, zalo_user_id=follower, phone=phone, needs=list(needs), **gone)
        for number in inside:
            make_membership(session, household=home, group=groups[number])
    for channel, price in accounts.items():
        make_account(session, unit=ward, channel=channel, price=price)
    make_rules(session, unit=ward, paths=order, budget=budget, print_for=["elderly_alone"] if is_printed else [])
    announcement = make_announcement(session, unit=ward, urgency=urgency, body="Khám.")

    found = plans.of_announcement(session, announcement=announcement)
    sending.send(session, announcement=announcement)
    session.commit()

    present = {home.id for home in session.exec(select(Household)) if home.left_on is None}
    rows = session.exec(select(PlannedPath)).all()
    firsts = [row.household_id for row in rows if row.is_first]
    ledger = [row for row in session.exec(select(Delivery)) if row.channel in (*paths.FOLLOWED, *paths.CALLED)]
    assert sorted(firsts, key=str) == sorted(present, key=str)
    assert sum(found.paths.values()) == found.households == len(present)
    assert {name: n for name, n in found.paths.items() if n} == tally(row.path for row in rows if row.is_first)
    assert dict(found.also) == tally(row.path for row in rows if not row.is_first)
    assert found.cost == sum(row.cost for row in ledger) == sum(accounts[row.channel] for row in ledger)
    assert found.cost == sum(accounts[Channel(path)] * n for path, n in found.messages.items())
    assert budget is None or found.cost <= budget
    assert len({(row.channel, row.recipient_id) for row in ledger}) == len(ledger)
    assert {row.channel for row in ledger} <= set(accounts)
    if urgency is Urgency.NORMAL and not is_printed:
        assert len(rows) == len(present)


def tally(names: Any) -> dict[str, int]:
    found: dict[str, int] = {}
    for name in names:
        found[name.value] = found.get(name.value, 0) + 1
    return found
