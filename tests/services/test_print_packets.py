"""All leaders' packets made in the background: asked for once, read when they are made, refused with the reason."""

import json
from datetime import timedelta

import pytest
from sqlmodel import Session, select
from time_machine import Traveller

from core.errors import Invalid, NotAllowed, NotFound, Refusal
from models import AuditEvent, DoorOutcome, PaperKind, PrintJob, PrintStatus, Role, User
from services import access, door_addresses, door_knocks, door_paper, print_jobs, print_packets
from services.print_jobs import Packets
from tests.factories import NOON, make_actor, make_announcement, make_household, make_unit
from tests.fakes import FakeEngine
from tests.services.street import Street, knock, make_street

NOTICE = PaperKind.NOTICE


@pytest.fixture
def street(session: Session) -> Street:
    return make_street(session, "Số 1", "Số 2")


def asked(street: Street, kind: PaperKind = NOTICE) -> PrintJob:
    job = print_packets.ask(street.session, actor=street.clerk, announcement_id=street.announcement.id, kind=kind)
    street.session.commit()
    return job


def knocked(street: Street, *outcomes: DoorOutcome | None) -> None:
    knocks = [knock(number, outcome) for number, outcome in enumerate(outcomes, 1) if outcome]
    door_knocks.from_paper(street.session, actor=street.clerk, list_id=street.list().id, knocks=knocks)
    street.session.commit()


def gathered(street: Street, job: PrintJob) -> print_packets.Gathered:
    wanted = print_jobs.begin(street.session, job_id=job.id)
    assert isinstance(wanted, Packets)
    return print_packets.gather(street.session, job_id=job.id, wanted=wanted)


def test_they_are_promised_for_each_leader_who_has_anybody_to_tell(
    session: Session, street: Street, promises: FakeEngine
) -> None:
    make_household(session, unit=make_unit(session, parent=street.ward))
    make_unit(session, parent=street.ward)  # without a household

    job = asked(street)

    (row,) = print_jobs.listing(session, actor=street.clerk)
    assert [one.subject_id for one in promises.promises.values() if one.work == print_jobs.WORK] == [str(job.id)]
    assert (row.codes, row.status, row.layout, row.announcement_id) == (2, PrintStatus.QUEUED, None, street.announcement.id)
    assert row.title == street.announcement.title


def test_pressed_twice_it_is_the_same_work_until_that_is_ready(session: Session, street: Street, promises: FakeEngine) -> None:
    first, second, other = asked(street), asked(street), asked(street, PaperKind.INVITATION)
    print_jobs.finish(session, job_id=first.id, pages=4)

    later = asked(street)

    assert first.id == second.id
    assert len({first.id, other.id, later.id}) == 3
    assert len([one for one in promises.promises.values() if one.work == print_jobs.WORK]) == 3


def test_what_changed_meanwhile_is_printed_as_it_is(session: Session, street: Street) -> None:
    also = make_unit(session, parent=street.ward, name="Tổ 14", short_name="Tổ 14")
    make_household(session, unit=also, address="Số 7")
    job = asked(street)
    knocked(street, DoorOutcome.TOLD, DoorOutcome.TOLD)
    make_household(session, unit=also, address="Số 8")

    found = gathered(street, job)

    assert [[row.address for row in sheet.rows] for sheet in found.sheets] == [["Số 7", "Số 8"]]
    assert (found.notice.title, job.codes) == (street.announcement.title, 1)
    assert session.exec(select(AuditEvent.actor_id).where(AuditEvent.action == "door_list.printed")).all() == [street.clerk.id]


@pytest.mark.parametrize(
    "outcomes",
    [
        (None, None),
        (DoorOutcome.TOLD, None),
        (DoorOutcome.NOT_HOME, DoorOutcome.TOLD),
        (DoorOutcome.NOT_HOME, DoorOutcome.NOT_HOME),
        (DoorOutcome.MOVED, DoorOutcome.REFUSED),
        (DoorOutcome.TOLD, DoorOutcome.TOLD),
    ],
)
def test_as_many_leaders_are_counted_as_have_a_sheet(
    session: Session, street: Street, outcomes: tuple[DoorOutcome | None, ...]
) -> None:
    knocked(street, *outcomes)
    ask = {"actor": street.clerk, "announcement_id": street.announcement.id}

    assert door_paper.leaders(session, **ask) == len(door_paper.sheets(session, **ask)[0])  # type: ignore[arg-type]


def test_where_nobody_is_left_to_be_told_nothing_is_promised(session: Session, street: Street, promises: FakeEngine) -> None:
    knocked(street, DoorOutcome.TOLD, DoorOutcome.TOLD)

    with pytest.raises(Invalid, match="không có gì để in"):
        asked(street)
    assert [one for one in promises.promises.values() if one.work == print_jobs.WORK] == []


def test_what_is_not_sent_has_no_packets(session: Session, street: Street) -> None:
    draft = make_announcement(session, unit=street.ward)

    with pytest.raises(Invalid, match="chưa gửi"):
        print_packets.ask(session, actor=street.clerk, announcement_id=draft.id, kind=NOTICE)


def test_no_leader_s_address_is_kept_in_the_table_and_what_is_ready_still_has_its_name(session: Session, street: Street) -> None:
    job = asked(street)
    token = door_addresses.token_of(street.list().id, street.list().issue)
    kept = json.dumps(job.wanted)

    print_jobs.finish(session, job_id=job.id, pages=2)

    (row,) = print_jobs.listing(session, actor=street.clerk)
    assert token not in kept
    assert (row.title, row.pages, row.status) == (street.announcement.title, 2, PrintStatus.READY)


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": Role.VIEWER}])
def test_whoever_may_not_print_any_more_gets_nothing(session: Session, street: Street, change: dict[str, object]) -> None:
    job = asked(street)
    session.get_one(User, street.clerk.id).sqlmodel_update(change)
    session.flush()

    with pytest.raises(NotAllowed):
        gathered(street, job)


def test_others_may_not_have_them_made(session: Session, street: Street) -> None:
    actors: list[tuple[access.Actor, type[Refusal]]] = [
        (make_actor(session, unit=make_unit(session)), NotFound),
        (make_actor(session, unit=street.ward, role=Role.VIEWER), NotAllowed),
        (make_actor(session, unit=street.unit, role=Role.LEAD), NotAllowed),
        (access.TERMINAL, Invalid),
    ]

    for actor, refused in actors:
        with pytest.raises(refused):
            print_packets.ask(session, actor=actor, announcement_id=street.announcement.id, kind=NOTICE)


def test_when_their_worker_is_gone_they_are_promised_again(
    session: Session, clock: Traveller, street: Street, promises: FakeEngine
) -> None:
    job = asked(street)
    gathered(street, job)
    print_jobs.tell(session, job_id=job.id, pages=1)
    session.commit()

    clock.move_to(NOON + print_jobs.SILENT + timedelta(minutes=1))
    again = print_jobs.promise_again(session)

    assert again == 1
    assert [sheet.unit_name for sheet in gathered(street, job).sheets] == ["Tổ 13"]
    assert job.pages_done == 0
