"""How long each kind is kept: told ahead, done at night, within bounds, held where a paper demands it."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from core import clock
from core.errors import Invalid, NotAllowed
from models import (
    Consent,
    ConsentWay,
    Delivery,
    Extra,
    Household,
    IdentityCheck,
    Inquiry,
    InquiryMessage,
    InquiryStatus,
    PhoneTie,
    RequestKind,
    RequestStatus,
    Role,
    Scan,
    SubjectRequest,
    Unit,
)
from models.link import Device
from services import legal_holds, retention, retention_rules
from services.access import TERMINAL, Actor
from tests.factories import make_actor, make_link, make_unit
from tests.services.subject_life import NAME, PHONE, leaks, settle

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def ward(session: Session) -> Unit:
    return make_unit(session)


@pytest.fixture
def official(session: Session, ward: Unit) -> Actor:
    return make_actor(session, unit=ward, role=Role.OFFICIAL)


@pytest.fixture
def aged(session: Session, ward: Unit) -> Household:
    """A household that moved away six years ago, with what it left behind, as old."""
    home = settle(session, unit=make_unit(session, parent=ward), ward=ward)
    old = clock.now() - timedelta(days=2200)
    home.arrived_on, home.left_on = old.date(), old.date()
    for model in (Inquiry, InquiryMessage, Delivery, PhoneTie):
        for row in session.exec(select(model)):
            _age(row, old)
            session.add(row)
    session.add(
        Consent(
            household_id=home.id, extra=Extra.CARD, is_given=True, wording="1", way=ConsentWay.DESK, said_by=NAME, said_at=old,
            ended_at=old,
        )
    )  # fmt: skip
    session.add(
        SubjectRequest(
            unit_id=ward.id, kind=RequestKind.ERASE, asked_by=NAME, contact=PHONE, way=ConsentWay.DESK, asked_on=old.date(),
            identity=IdentityCheck.PAPERS, status=RequestStatus.DONE, answer_by=old.date(), due_on=old.date(), closed_at=old,
        )
    )  # fmt: skip
    link = make_link(session)
    for days in (1, 91):
        at = clock.now() - timedelta(days=days)
        session.add(Scan(link_id=link.id, at=at, device=Device.PHONE, visitor=str(days)))
    session.commit()
    return home


def _age(row: Any, old: Any) -> None:
    row.created_at = old
    if isinstance(row, Inquiry):
        row.status, row.last_at, row.asked_at = InquiryStatus.CLOSED, old, old
    if isinstance(row, PhoneTie):
        row.untied_at = old


def test_s56_what_is_told_ahead_is_what_goes_and_then_nothing_more(session: Session, aged: Household, official: Actor) -> None:
    told = {one.rule.kind.name: one.rows for one in retention.preview(session, actor=official) if one.rows}

    done = {kind: many for kind in retention.kinds() if (many := retention.forget(session, kind=kind))}
    session.commit()

    assert told == done
    assert {"scans", "inquiries", "recipients", "households", "untied_phones", "consents", "erasure_requests"} <= set(done)
    assert (done["scans"], session.get_one(Household, aged.id).people) == (1, 4)
    assert [kind for kind in retention.kinds() if retention.forget(session, kind=kind)] == []
    kept = {row.split(":")[0] for row in leaks(session)}
    assert kept & {"household", "inquiry", "inquirymessage", "delivery", "subjectrequest", "consent", "phonetie"} == set()


def test_s56_what_is_held_stays_whatever_its_age(session: Session, aged: Household, official: Actor) -> None:
    legal_holds.begin(session, actor=official, household_id=aged.id, document="Công văn 9")
    retention_rules.change(session, actor=official, kind="inquiries", days=365, held_because="Kết luận 5/KL")

    assert retention.forget(session, kind="inquiries") == retention.forget(session, kind="households") == 0
    assert {one.rows for one in retention.preview(session, actor=official) if one.rule.held_because} == {0}


def test_days_stay_within_their_bounds_and_belong_to_whoever_sees_every_ward(session: Session, official: Actor) -> None:
    with pytest.raises(Invalid, match=r"30 đến 365|90 đến 1825"):
        retention_rules.change(session, actor=official, kind="inquiries", days=3000)
    assert retention_rules.change(session, actor=official, kind="scans", days=30).days == 30
    make_unit(session)
    with pytest.raises(NotAllowed):
        retention_rules.change(session, actor=official, kind="scans", days=60)
    assert retention_rules.change(session, actor=TERMINAL, kind="scans", days=60).days == 60


def test_every_kind_of_the_table_has_its_work() -> None:
    assert set(retention.kinds()) == {kind.name for kind in retention_rules.KINDS}
    assert all(kind.least <= kind.usual <= kind.most for kind in retention_rules.KINDS)
