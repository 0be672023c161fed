"""The ledger as a person reads it, what is held back, and what is decided about what nobody knows."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from core import clock
from core.errors import Invalid, NotAllowed, NotFound
from core.ids import new_id
from models import (
    AccountState,
    Announcement,
    AnnouncementStatus,
    Batch,
    Channel,
    Delivery,
    DeliveryStatus,
    PlannedPath,
    RecipientKind,
    Role,
    Trouble,
    Unit,
)
from services import audit, circuits, holding, ledger, unknowns
from services.access import TERMINAL, Actor
from services.ports import Ports, provide
from services.senders import Accepted, Outcome, Rejected, Unavailable, Unknown
from services.unknowns import Decision
from tests.factories import (
    NOON,
    make_account,
    make_actor,
    make_announcement,
    make_batch,
    make_delivery,
    make_household,
    make_unit,
)
from tests.fakes import FakeEngine, FakeSender, Nothing

S = DeliveryStatus


@pytest.fixture
def official(session: Session, ward: Unit) -> Actor:
    return make_actor(session, unit=ward, role=Role.OFFICIAL)


@pytest.fixture
def item(session: Session, ward: Unit) -> Announcement:
    now = clock.now()
    return make_announcement(
        session, unit=ward, status=AnnouncementStatus.SENT, sent_at=now, expires_at=now + timedelta(days=1)
    )  # fmt: skip


def make_rows(session: Session, item: Announcement, *statuses: DeliveryStatus, **more: Any) -> list[Delivery]:
    ward = session.get_one(Unit, item.unit_id)
    return [
        make_delivery(session, unit=ward, announcement=item, status=status, provider_message_id=None, **more)
        for status in statuses
    ]  # fmt: skip


def statuses(session: Session) -> list[str]:
    session.flush()
    session.expire_all()
    return sorted(row.status.value for row in session.exec(select(Delivery)))


# ---- reading it


def test_counts_by_channel_with_what_has_left_and_what_it_cost(session: Session, item: Announcement, writer: Actor) -> None:
    make_rows(session, item, S.QUEUED, S.SENDING, S.SENT, S.DELIVERED, S.READ, S.REJECTED, S.UNKNOWN, S.CANCELLED, cost=300)
    make_rows(session, item, S.SENT, S.SENT, channel=Channel.SMS, cost=500)
    make_rows(session, item, S.QUEUED, channel=Channel.RELAY)

    seen = ledger.of_announcement(session, actor=writer, announcement_id=item.id)

    assert [(line.channel, line.total, line.waiting, line.cost) for line in seen.lines] == [
        (Channel.ZNS, 8, 2, 900),
        (Channel.SMS, 2, 0, 1000),
    ]
    assert (seen.total, seen.stoppable, seen.unknown) == (10, 1, 1)


def test_reminders_to_leaders_stand_in_a_line_of_their_own(session: Session, item: Announcement, writer: Actor) -> None:
    make_rows(session, item, S.SENT, channel=Channel.SMS)
    make_rows(session, item, S.QUEUED, channel=Channel.SMS, idempotency_key=f"{item.id}:remind:{new_id()}")

    seen = ledger.of_announcement(session, actor=writer, announcement_id=item.id)

    assert [(line.is_to_leaders, line.total) for line in seen.lines] == [(False, 1), (True, 1)]


def test_why_in_words_most_first(session: Session, item: Announcement, writer: Actor) -> None:
    make_rows(session, item, S.REJECTED, S.REJECTED, error="Số này không có Zalo.", trouble=Trouble.RECIPIENT)
    make_rows(session, item, S.UNAVAILABLE, error="Hết hạn mức.", trouble=Trouble.LATER, next_at=clock.now())
    make_rows(session, item, S.SENT, error="", trouble=None)

    seen = ledger.of_announcement(session, actor=writer, announcement_id=item.id)

    assert [(one.error, one.count, one.trouble) for one in seen.reasons] == [
        ("Số này không có Zalo.", 2, Trouble.RECIPIENT),
        ("Hết hạn mức.", 1, Trouble.LATER),
    ]
    assert seen.lines[0].next_at is not None


@pytest.mark.parametrize(
    ("stands", "why", "is_told"),
    [
        ({"state": AccountState.BROKEN, "message": "Hết tiền."}, "Hết tiền.", True),
        ({"state": AccountState.PAUSED}, ledger.PAUSED, True),
        ({"open_until": NOON + timedelta(days=1), "failures": 12}, "", True),
        ({"quota_left": 5, "reserve": 5}, circuits.NO_QUOTA, True),
        ({"quota_left": 6, "reserve": 5}, "", False),
        ({"open_until": NOON - timedelta(days=1)}, "", False),
    ],
)
def test_what_waits_for_an_account_says_so(
    session: Session, ward: Unit, item: Announcement, writer: Actor, stands: dict[str, Any], why: str, *, is_told: bool
) -> None:
    account = make_account(session, unit=ward, channel=Channel.SMS, **stands)
    for status in (DeliveryStatus.QUEUED, DeliveryStatus.UNAVAILABLE, DeliveryStatus.SENT):
        row = make_delivery(session, unit=ward, announcement=item, channel=Channel.SMS, status=status)
        make_batch(session, account=account, of=row)

    found = ledger.of_announcement(session, actor=writer, announcement_id=item.id).standstills

    assert [(one.channel, one.count, one.why) for one in found] == ([(Channel.SMS, 2, why)] if is_told else [])


def test_each_row_names_the_household_it_is_for(session: Session, item: Announcement, place: Unit, writer: Actor) -> None:
    home = make_household(session, unit=place, head_name="Hà Thị Minh", phone="+84912345678")
    session.add(PlannedPath(announcement_id=item.id, household_id=home.id, path=Channel.ZNS, is_first=True))
    make_rows(session, item, S.SENT, idempotency_key=f"{item.id}:zns:{home.id}")
    make_rows(session, item, S.SENT, idempotency_key=f"{item.id}:zns:{home.id.hex}x")

    rows = list(ledger.rows(session, actor=writer, announcement_id=item.id))

    assert [(row.household, row.household_code, row.unit) for row in rows] == [
        ("Hà Thị Minh", home.code, place.label),
        ("", "", ""),
    ]


def test_only_those_that_stand_so(session: Session, item: Announcement) -> None:
    make_rows(session, item, S.SENT, S.UNKNOWN)
    make_rows(session, item, S.UNKNOWN, channel=Channel.RELAY)

    rows = list(ledger.rows(session, actor=TERMINAL, announcement_id=item.id, status=S.UNKNOWN))

    assert [(row.channel, row.status) for row in rows] == [(Channel.RELAY, S.UNKNOWN), (Channel.ZNS, S.UNKNOWN)]


def test_that_it_was_taken_away_is_kept(session: Session, item: Announcement, writer: Actor) -> None:
    make_rows(session, item, S.SENT, S.SENT)

    taken = ledger.take(session, actor=writer, announcement_id=item.id)

    [event] = audit.history(session, subject_kind="announcement", subject_id=item.id)
    assert (event.action, event.details, len(taken)) == ("announcement.ledger_taken", {"rows": 2}, 2)


def test_it_is_for_those_who_write_and_within_their_sight(session: Session, item: Announcement, ward: Unit) -> None:
    viewer = make_actor(session, unit=ward, role=Role.VIEWER)
    stranger = make_actor(session, unit=make_unit(session), role=Role.OFFICIAL)

    for read in (ledger.of_announcement, ledger.take, unknowns.count):
        with pytest.raises(NotAllowed):
            read(session, actor=viewer, announcement_id=item.id)
        with pytest.raises(NotFound):
            read(session, actor=stranger, announcement_id=item.id)


# ---- holding back


def test_paused_it_rests_and_gone_on_its_batches_are_woken(
    session: Session, item: Announcement, ward: Unit, official: Actor, promises: FakeEngine
) -> None:
    session.add(Batch(announcement_id=item.id, channel=Channel.ZNS, ward_id=ward.id, size=1))
    session.flush()

    paused = [holding.pause(session, actor=official, announcement_id=item.id) for _ in range(2)]
    at = item.paused_at
    gone_on = [holding.go_on(session, actor=official, announcement_id=item.id) for _ in range(2)]

    assert (paused, gone_on, at is not None, item.paused_at) == ([True, False], [True, False], True, None)
    assert len(promises.runs) == 1
    actions = [event.action for event in audit.history(session, subject_kind="announcement", subject_id=item.id)]
    assert actions == ["announcement.went_on", "announcement.paused"]


def test_yesterdays_news_does_not_go_on(session: Session, item: Announcement, official: Actor) -> None:
    holding.pause(session, actor=official, announcement_id=item.id)
    item.expires_at = clock.now() - timedelta(hours=1)

    with pytest.raises(Invalid):
        holding.go_on(session, actor=official, announcement_id=item.id)


def test_the_rest_is_stopped_and_what_has_left_or_goes_by_hand_is_not(
    session: Session, item: Announcement, official: Actor
) -> None:
    make_rows(session, item, S.QUEUED, S.UNAVAILABLE, S.SENDING, S.SENT, S.UNKNOWN)
    make_rows(session, item, S.QUEUED, channel=Channel.RELAY)
    make_rows(session, item, S.QUEUED, channel=Channel.SMS, idempotency_key=f"{item.id}:remind:{new_id()}")

    stopped = holding.stop_rest(session, actor=official, announcement_id=item.id, expected=2)

    assert stopped == 2
    assert statuses(session) == ["cancelled", "cancelled", "queued", "queued", "sending", "sent", "unknown"]
    assert item.status is AnnouncementStatus.SENT


def test_more_than_the_person_saw_are_not_stopped(session: Session, item: Announcement, official: Actor) -> None:
    make_rows(session, item, S.QUEUED, S.QUEUED)

    with pytest.raises(Invalid, match="2 tin"):
        holding.stop_rest(session, actor=official, announcement_id=item.id, expected=1)


def test_who_does_not_approve_holds_nothing_back(session: Session, item: Announcement, writer: Actor) -> None:
    for act in (holding.pause, holding.go_on, holding.stop_rest):
        with pytest.raises(NotAllowed):
            act(session, actor=writer, announcement_id=item.id)


def test_what_is_withdrawn_is_not_held_back_any_more(session: Session, item: Announcement, official: Actor) -> None:
    item.status = AnnouncementStatus.CANCELLED

    with pytest.raises(NotAllowed):
        holding.pause(session, actor=official, announcement_id=item.id)


# ---- what nobody knows


@pytest.mark.parametrize(("decision", "after"), [(Decision.SENT, "sent"), (Decision.FAILED, "rejected")])
def test_a_person_decides_once_for_all(
    session: Session, item: Announcement, official: Actor, decision: Decision, after: str
) -> None:
    make_rows(session, item, S.UNKNOWN, S.UNKNOWN, S.QUEUED, trouble=Trouble.UNKNOWN, error="Mất câu trả lời.")

    counts = unknowns.count(session, actor=official, announcement_id=item.id)
    settled = [unknowns.settle(session, actor=official, announcement_id=item.id, decision=decision, expected=2) for _ in range(2)]

    assert (counts, settled) == ({Channel.ZNS: 2}, [2, 0])
    assert statuses(session) == sorted([after, after, "queued"])
    [event] = audit.history(session, subject_kind="announcement", subject_id=item.id)
    assert event.details == {"decision": decision.value, "settled": 2, "channels": []}


def test_sent_again_they_wait_in_new_batches(session: Session, item: Announcement, official: Actor, promises: FakeEngine) -> None:
    rows = make_rows(session, item, *[S.UNKNOWN] * 3)
    rows += make_rows(session, item, S.UNKNOWN, channel=Channel.SMS)

    settled = unknowns.settle(session, actor=official, announcement_id=item.id, decision=Decision.RESEND)

    assert (settled, statuses(session)) == (4, ["queued"] * 4)
    batches = {batch.id: batch for batch in session.exec(select(Batch))}
    assert sorted(batch.size for batch in batches.values()) == [1, 3]
    assert {batches[row.batch_id].channel for row in rows if row.batch_id} == {Channel.ZNS, Channel.SMS}
    assert {run.batch_id for run in promises.runs.values()} == set(batches)


def test_of_one_channel_only(session: Session, item: Announcement, official: Actor) -> None:
    make_rows(session, item, S.UNKNOWN)
    make_rows(session, item, S.UNKNOWN, channel=Channel.SMS)

    unknowns.settle(session, actor=official, announcement_id=item.id, decision=Decision.SENT, channels=[Channel.SMS])

    assert statuses(session) == ["sent", "unknown"]


def test_more_than_the_person_saw_are_not_decided_about(session: Session, item: Announcement, official: Actor) -> None:
    make_rows(session, item, S.UNKNOWN, S.UNKNOWN)

    with pytest.raises(Invalid, match="2 tin"):
        unknowns.settle(session, actor=official, announcement_id=item.id, decision=Decision.SENT, expected=1)


def test_nothing_is_sent_again_of_what_is_over(session: Session, item: Announcement, official: Actor) -> None:
    make_rows(session, item, S.UNKNOWN)
    item.expires_at = clock.now() - timedelta(hours=1)

    with pytest.raises(Invalid):
        unknowns.settle(session, actor=official, announcement_id=item.id, decision=Decision.RESEND)


def test_who_does_not_approve_does_not_decide(session: Session, item: Announcement, writer: Actor) -> None:
    with pytest.raises(NotAllowed):
        unknowns.settle(session, actor=writer, announcement_id=item.id, decision=Decision.SENT)


# ---- the page's own post


@pytest.mark.parametrize(
    ("answer", "after"),
    [
        (Accepted("page_1"), "sent"),
        (Rejected("content", "100", "Bài không hợp lệ."), "rejected"),
        (Unavailable("backoff", "", "Không có bài nào như vậy."), "queued"),
        (Unknown("Chưa biết."), "unknown"),
        (None, "unknown"),
    ],
)
def test_a_lost_post_is_looked_for_before_it_is_posted_again(
    session: Session, item: Announcement, ward: Unit, official: Actor, answer: Outcome | None, after: str
) -> None:
    nothing: Any = Nothing()
    page = FakeSender()
    page.looked = answer
    provide(
        Ports(
            sheets=nothing, paper=nothing, codes=nothing, engine=FakeEngine(), tables=nothing,
            senders={Channel.FACEBOOK: page},
        )
    )  # fmt: skip
    account = make_account(session, unit=ward, channel=Channel.FACEBOOK)
    batch = Batch(announcement_id=item.id, channel=Channel.FACEBOOK, ward_id=ward.id, size=1, account_id=account.id)
    session.add(batch)
    session.flush()
    [row] = make_rows(
        session, item, S.UNKNOWN, channel=Channel.FACEBOOK, recipient_kind=RecipientKind.PAGE, recipient_id="page",
        batch_id=batch.id,
    )  # fmt: skip

    found = unknowns.look_back(unknowns.to_ask(session, actor=official, announcement_id=item.id))
    session.commit()
    try:
        unknowns.settle(session, actor=official, announcement_id=item.id, decision=Decision.RESEND, found=found)
    except Invalid:
        session.rollback()

    session.expire_all()
    after_row = session.get_one(Delivery, row.id)
    assert after_row.status.value == after
    assert [message.key for message in page.asked] == [row.id.hex]
    assert after_row.provider_message_id == ("page_1" if after == "sent" else None)
