"""What waits, and what belongs to wards, when units are reorganised: terms, requests, proposals, door lists, accounts, rules."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

import pytest
import time_machine
from sqlmodel import Session, col, select

from core import clock
from core.errors import Invalid
from models import (
    AccountState,
    AnnouncementStatus,
    AuditEvent,
    Batch,
    Channel,
    ChannelAccount,
    DoorLine,
    DoorList,
    DoorOutcome,
    Group,
    Household,
    JoinRequest,
    LoudspeakerSlot,
    Poster,
    PrintedCode,
    Proposal,
    ProposalKind,
    ReachRules,
    Role,
    Template,
    Term,
    Unit,
    User,
)
from models import Part as Office
from services import door_addresses, door_lists, door_numbers, groups, procedures, proposals, training
from services import reorganisations as plans
from services.access import TERMINAL
from services.reorganisations import Decision, Draft, Fate, Rule, Tally
from services.reorganisations.hanging import OFFICIAL_ACCOUNT
from tests.factories import LONG_AGO, NOON, make_account, make_announcement, make_link, make_procedure, make_user
from tests.services.reorganising import carried, chat_of, make_ward, merge, split, tier

Row = TypeVar("Row")
MOVED, ENDED = Decision(Fate.MOVED), Decision(Fate.ENDED)


@pytest.fixture(autouse=True)
def noon() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def ward(session: Session) -> Unit:
    return make_ward(session, "01843", "Phường Bắc Kạn")


@pytest.fixture
def other(session: Session) -> Unit:
    return make_ward(session, "01840", "Phường Đức Xuân")


def ask(session: Session, group: Group) -> JoinRequest:
    return saved(session, JoinRequest(group_id=group.id, name="Hoàng Thị Mỷ", phone="+84912345678", visitor="v"))


def saved(session: Session, row: Row) -> Row:
    session.add(row)
    session.commit()
    return row


def led(session: Session, unit: Unit) -> User:
    """The leader of the unit's chat, with a term."""
    leader, chat = make_user(session, unit=unit, role=Role.LEAD), chat_of(session, unit)
    chat.leader_id = leader.id
    saved(session, Term(group_id=chat.id, user_id=leader.id, part=Office.LEADER, started_on=LONG_AGO))
    return leader


def look(session: Session, draft: Draft) -> plans.Outlook:
    return plans.look(session, actor=TERMINAL, draft=draft)


# Terms and requests


def test_how_many_terms_and_requests_go_on_and_end_is_seen_before(session: Session, ward: Unit) -> None:
    four, five = tier(session, ward, 4), tier(session, ward, 5, homes=5)
    for unit in (four, five):
        led(session, unit)
        ask(session, chat_of(session, unit))
    draft = merge(four, five)

    merged = look(session, draft).waiting
    ended = look(session, replace(draft, decisions={f"group:{chat_of(session, four).id}": ENDED})).waiting

    assert (merged.terms, merged.requests) == (Tally(1, 1), Tally(2, 0))  # the smaller chat is merged into the larger
    assert (ended.terms, ended.requests) == (Tally(1, 1), Tally(1, 1))


def test_a_request_to_a_group_that_ends_is_closed_and_who_asked_is_forgotten(session: Session, ward: Unit) -> None:
    four, five = tier(session, ward, 4), tier(session, ward, 5, homes=5)
    small = chat_of(session, four)
    waits, stays = ask(session, small), ask(session, chat_of(session, five))

    carried(session, replace(merge(four, five), decisions={f"group:{small.id}": ENDED}))

    assert (waits.is_accepted, waits.answered_at, waits.name, waits.phone, waits.visitor) == (False, clock.now(), "", None, None)
    assert (stays.answered_at, stays.name) == (None, "Hoàng Thị Mỷ")
    [event] = session.exec(select(AuditEvent).where(AuditEvent.action == "join_request.declined")).all()
    assert (event.subject_id, event.details["reason"], event.details["requests"]) == (str(small.id), "group_closed", 1)


def test_closing_a_group_by_itself_closes_its_requests_too(session: Session, ward: Unit) -> None:
    chat = chat_of(session, tier(session, ward, 4))
    waits = ask(session, chat)

    groups.close(session, actor=TERMINAL, group_id=chat.id)

    assert (waits.is_accepted, waits.name) == (False, "")


# Proposals


def propose(session: Session, unit: Unit, kind: ProposalKind, household: Household | None = None, **words: str) -> Proposal:
    household_id = household.id if household else None
    return saved(session, Proposal(kind=kind, unit_id=unit.id, household_id=household_id, words=words))


def home(session: Session, unit: Unit, code: str) -> Household:
    return session.exec(select(Household).where(Household.unit_id == unit.id, Household.code == code)).one()


def test_a_proposal_goes_where_its_household_goes_and_a_new_one_where_its_address_leads(session: Session, ward: Unit) -> None:
    old = tier(session, ward, 4)
    changed = propose(session, old, ProposalKind.CHANGE, home(session, old, "002"), head_name="Lý Thị Cúc")
    near = propose(session, old, ProposalKind.ADD, head_name="Ma Văn Én", address="Số 7, ngõ 2, phố 4")
    far = propose(session, old, ProposalKind.ADD, head_name="Ma Văn Tú", address="Số 1, ngõ 9")
    draft = split(old, "4A", "4B", rules=(Rule(1, "address", "ngõ 2"), Rule(0, "codes", "002")))

    assert look(session, draft).waiting.proposals == Tally(3, 0)
    carried(session, draft)

    labels = {one.id: session.get_one(Unit, one.unit_id).name for one in (changed, near, far)}
    assert labels == {changed.id: "Tổ dân phố 4B", near.id: "Tổ dân phố 4B", far.id: "Tổ dân phố 4A"}


def test_a_move_into_a_unit_that_ends_leads_into_the_new_one_and_can_be_accepted(session: Session, ward: Unit) -> None:
    four, five, six = (tier(session, ward, number) for number in (4, 5, 6))
    moving = home(session, six, "001")
    proposal = propose(session, six, ProposalKind.MOVED, moving, on="2026-11-20", unit_id=str(four.id))

    assert look(session, merge(four, five)).waiting.proposals == Tally(1, 0)
    new = carried(session, merge(four, five))

    assert proposal.words["unit_id"] == str(new.id)
    proposals.accept(session, actor=TERMINAL, seen={proposal.id: moving.version})
    assert moving.unit_id == new.id


def test_a_move_between_two_that_become_one_is_answered_with_the_reason(session: Session, ward: Unit) -> None:
    four, five = tier(session, ward, 4), tier(session, ward, 5)
    proposal = propose(session, four, ProposalKind.MOVED, home(session, four, "001"), on="2026-11-20", unit_id=str(five.id))

    assert look(session, merge(four, five)).waiting.proposals == Tally(0, 1)
    carried(session, merge(four, five))

    assert (proposal.is_accepted, proposal.answered_at) == (False, clock.now())
    assert proposal.reason == "Hai tổ, thôn này đã thành một khi sắp xếp lại."


# Door lists


def listed(session: Session, ward: Unit, *units: Unit) -> dict[Any, DoorList]:
    """A sent announcement whose door lists hold the household of each unit that is in no chat."""
    announcement = make_announcement(session, unit=ward, units=list(units), status=AnnouncementStatus.SENT, sent_at=clock.now())
    door_numbers.add(session, announcement, col(Household.code).in_(["001", "002"]))
    session.commit()
    return {one.unit_id: one for one in session.exec(select(DoorList)).all()}


def still_open(session: Session, one: DoorList) -> list[tuple[int, str]]:
    return [(line.number, line.address) for line in door_lists.lines_of(session, one) if line.is_open]


def test_of_two_door_lists_one_goes_on_with_its_numbers_and_takes_in_the_other(session: Session, ward: Unit) -> None:
    four, five = tier(session, ward, 4), tier(session, ward, 5, homes=5)
    leader, gone = led(session, five), led(session, four)
    lists = listed(session, ward, four, five)
    told = session.exec(select(DoorLine).where(DoorLine.household_id == home(session, four, "002").id)).one()
    told.outcome = DoorOutcome.TOLD
    saved(session, told)
    before = {lists[unit.id].id: still_open(session, lists[unit.id]) for unit in (four, five)}
    assert list(before.values()) == [[(1, "Ngõ 1, phố 4")], [(1, "Ngõ 1, phố 5"), (2, "Ngõ 2, phố 5")]]

    new = carried(session, merge(five, four))

    [goes_on] = session.exec(select(DoorList).where(col(DoorList.revoked_at).is_(None))).all()
    assert goes_on.unit_id == new.id
    assert set(before[goes_on.id]) <= set(still_open(session, goes_on))
    assert sorted(address for _number, address in still_open(session, goes_on)) == [
        "Ngõ 1, phố 4", "Ngõ 1, phố 5", "Ngõ 2, phố 5",
    ]  # fmt: skip
    assert (goes_on.user_id, door_addresses.is_good(session, goes_on)) == (leader.id, True)
    assert gone.id not in door_addresses.heads_of(session, {new.id})[new.id]


def test_the_list_of_a_divided_unit_stays_with_one_part_and_the_other_gets_its_own(session: Session, ward: Unit) -> None:
    old = tier(session, ward, 4, homes=5)
    led(session, old)
    [kept] = listed(session, ward, old).values()

    carried(session, split(old, "4A", "4B", rules=(Rule(1, "codes", "002"),)))

    lists = session.exec(select(DoorList)).all()
    names = {session.get_one(Unit, one.unit_id).name: still_open(session, one) for one in lists}
    assert names == {"Tổ dân phố 4A": [(1, "Ngõ 1, phố 4")], "Tổ dân phố 4B": [(1, "Ngõ 2, phố 4")]}
    assert session.get_one(Unit, kept.unit_id).name == "Tổ dân phố 4A"


def test_when_a_ward_goes_into_another_its_leaders_addresses_lead_on(session: Session, ward: Unit, other: Unit) -> None:
    four = tier(session, ward, 4)
    led(session, four)
    [one] = listed(session, ward, four).values()
    token = door_addresses.token_of(one.id, one.issue)

    carried(session, merge(ward, into=other))

    opened = door_addresses.opened(session, token=token)
    assert (opened.unit.name, opened.unit.parent_id) == ("Tổ dân phố 4", other.id)
    assert still_open(session, one) == [(1, "Ngõ 1, phố 4"), (2, "Ngõ 2, phố 4")]


# What belongs to wards


def accounts(session: Session) -> set[tuple[str, Channel, AccountState]]:
    rows = session.exec(select(ChannelAccount, Unit.name).join(Unit, col(Unit.id) == col(ChannelAccount.unit_id)))
    return {(name, one.channel, one.state) for one, name in rows}


def test_a_ward_that_stands_gets_the_accounts_it_lacks_and_keeps_its_own(session: Session, ward: Unit, other: Unit) -> None:
    make_account(session, unit=other, channel=Channel.SMS)
    for channel in (Channel.SMS, Channel.ZALO_OA, Channel.ZNS):
        make_account(session, unit=ward, channel=channel)
    draft = merge(ward, into=other)
    decisions = {thing.detail: (thing.decision, thing.choices) for thing in look(session, draft).hanging.of("account")}
    assert decisions == {"SMS có tên người gửi": (ENDED, (ENDED,)), OFFICIAL_ACCOUNT: (MOVED, (MOVED, ENDED))}

    carried(session, draft)

    active, paused = AccountState.ACTIVE, AccountState.PAUSED
    assert accounts(session) == {
        (other.name, Channel.SMS, active), (other.name, Channel.ZALO_OA, active), (other.name, Channel.ZNS, active),
        (ward.name, Channel.SMS, paused),
    }  # fmt: skip


def test_a_new_ward_has_one_account_a_channel_the_first_wards_unless_it_is_said_otherwise(
    session: Session, ward: Unit, other: Unit
) -> None:
    mine, theirs = (make_account(session, unit=unit, channel=Channel.SMS) for unit in (ward, other))
    draft = merge(ward, other, name="Phường Sông Cầu", code="01999")
    assert [thing.decision for thing in look(session, draft).hanging.of("account")] == [MOVED, ENDED]
    both = replace(draft, decisions={f"account:{theirs.id}": MOVED})
    kept = plans.plan(session, actor=TERMINAL, draft=draft)
    with pytest.raises(Invalid, match="một tài khoản"):
        plans.decide(session, actor=TERMINAL, plan_id=kept.id, decisions=both.decisions)
    plans.drop(session, actor=TERMINAL, plan_id=kept.id)

    new = carried(session, replace(both, decisions={**both.decisions, f"account:{mine.id}": ENDED}))

    assert accounts(session) == {(ward.name, Channel.SMS, AccountState.PAUSED), (new.name, Channel.SMS, AccountState.ACTIVE)}


def test_rules_of_reach_go_to_a_ward_that_has_none(session: Session, ward: Unit, other: Unit) -> None:
    third = make_ward(session, "01855", "Phường Xuất Hóa")
    saved(session, ReachRules(unit_id=ward.id, budget=50_000))
    saved(session, ReachRules(unit_id=third.id, budget=1_000))

    carried(session, merge(ward, into=other))
    carried(session, merge(third, into=other, on=clock.today()))

    budgets = {one.unit_id: one.budget for one in session.exec(select(ReachRules))}
    assert budgets == {other.id: 50_000, third.id: 1_000}


def test_templates_slots_imports_and_batches_of_a_ward_go_with_it(session: Session, ward: Unit, other: Unit) -> None:
    for unit in (ward, other):
        saved(session, Template(unit_id=unit.id, name="Tổng vệ sinh"))
    said = make_announcement(session, unit=ward)
    slot = saved(session, LoudspeakerSlot(announcement_id=said.id, unit_id=ward.id, read_from=clock.now() + timedelta(hours=3)))
    batch = saved(session, Batch(announcement_id=said.id, channel=Channel.SMS, ward_id=ward.id))

    carried(session, merge(ward, into=other))

    names = set(session.exec(select(Template.name).where(Template.unit_id == other.id)))
    assert names == {"Tổng vệ sinh", "Tổng vệ sinh (Phường Bắc Kạn)"}
    assert (slot.unit_id, batch.ward_id, said.unit_id) == (other.id, other.id, other.id)


def test_a_ward_in_training_goes_into_none_that_is_not(session: Session, ward: Unit, other: Unit) -> None:
    ward.is_training = True
    saved(session, ward)
    with pytest.raises(Invalid, match="chế độ tập huấn"):
        look(session, merge(ward, into=other))

    other.is_training = True
    saved(session, other)
    new = carried(session, merge(ward, other, name="Phường Sông Cầu", code="01999"))

    assert training.is_on(session, unit=new)


def test_procedures_and_their_codes_follow_a_ward_that_goes_into_another(session: Session, ward: Unit, other: Unit) -> None:
    only, both = (make_procedure(session, unit=ward, code=code) for code in ("1.004194", "1.001193"))
    theirs = make_procedure(session, unit=other, code="1.001193", desk="Quầy 5")
    path = procedures.path_of(session, procedure=both)
    link = make_link(session, unit_id=ward.id, procedure_id=both.id, target_url=path)
    sheet, twin = (saved(session, Poster(unit_id=unit.id, number=1, link_id=link.id, place="Chợ")) for unit in (ward, other))
    printed = saved(session, PrintedCode(ward_id=ward.id, number=7, link_id=link.id, layout="24"))

    carried(session, merge(ward, into=other))

    assert path == f"/p/1.001193?xa={ward.code}"
    assert procedures.page_of(session, code="1.001193", ward_code=ward.code).procedure.desk == "Quầy 5"
    assert procedures.page_of(session, code="1.004194", ward_code=ward.code).ward.name == other.name
    assert (only.unit_id, both.unit_id, link.procedure_id) == (other.id, ward.id, theirs.id)
    assert ((twin.number, sheet.number, sheet.unit_id), printed.ward_id) == ((1, 2, other.id), other.id)
