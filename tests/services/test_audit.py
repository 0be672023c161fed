from datetime import date, timedelta

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DatabaseError
from sqlmodel import Session, col, select

from core import clock
from core.errors import NotAllowed
from models import AuditEvent, Role, Unit
from services import audit, audit_checks, audit_trail
from services.access import TERMINAL, Actor
from services.audit_trail import Filters
from tests.databases import POSTGRES
from tests.factories import make_actor, make_unit
from tests.tampering import tamper


@pytest.fixture
def three(session: Session) -> None:
    for number in range(3):
        audit.record(session, actor=TERMINAL, action="test", subject_id=str(number), note="Tổ 13")
    session.commit()


@pytest.mark.usefixtures("three")
def test_the_chain_is_whole_and_a_changed_row_is_found(session: Session) -> None:
    session.expire_all()
    assert audit.walk(session).broken is None

    tamper(session, update(AuditEvent).where(col(AuditEvent.sequence) == 2).values(details={"note": "Tổ 14"}))

    assert audit.walk(session).broken == 2


@pytest.mark.usefixtures("three")
def test_a_missing_row_is_found(session: Session) -> None:
    tamper(session, delete(AuditEvent).where(col(AuditEvent.sequence) == 2))

    assert audit.walk(session).broken == 2


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    "statement",
    ["UPDATE auditevent SET action = 'x'", "DELETE FROM auditevent", *(["TRUNCATE auditevent"] if POSTGRES else [])],
)
def test_the_database_refuses_to_change_or_lose_a_row(session: Session, statement: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"):
        session.execute(text(statement))

    session.rollback()
    assert audit.walk(session).rows == 3


@pytest.mark.usefixtures("three")
def test_a_shortened_chain_is_found_by_how_far_it_once_came(session: Session) -> None:
    audit_checks.note(session, audit_checks.verify(session))
    session.commit()

    tamper(session, delete(AuditEvent).where(col(AuditEvent.sequence) >= 3))

    assert audit.walk(session).broken is None  # the rows that are left are whole
    assert audit_checks.verify(session).broken == 3


@pytest.mark.usefixtures("three")
def test_a_chain_written_anew_is_found_by_its_hashes(session: Session) -> None:
    audit_checks.note(session, audit_checks.verify(session))
    session.commit()

    tamper(session, delete(AuditEvent))
    for number in range(5):
        audit.record(session, actor=TERMINAL, action="other", subject_id=str(number))
    session.commit()

    assert audit.walk(session).broken is None
    assert audit_checks.verify(session).broken == 3
    audit_checks.forget()  # a restored backup
    assert audit_checks.verify(session).broken is None


@pytest.mark.usefixtures("three")
def test_every_night_what_was_found_is_kept_and_told_to_admins(session: Session) -> None:
    admin = make_actor(session, unit=make_unit(session), role=Role.ADMIN)
    assert audit_checks.verdict(session, actor=admin) is None

    audit_checks.note(session, audit_checks.verify(session))
    whole = audit_checks.verdict(session, actor=admin)
    tamper(session, update(AuditEvent).where(col(AuditEvent.sequence) == 1).values(action="forged"))
    audit_checks.note(session, audit_checks.verify(session))
    broken = audit_checks.verdict(session, actor=admin)

    assert whole is not None
    assert (whole.rows, whole.broken) == (3, None)
    assert broken is not None
    assert (broken.rows, broken.broken) == (0, 1)
    with pytest.raises(NotAllowed):
        audit_checks.verdict(session, actor=make_actor(session, unit=make_unit(session), role=Role.STAFF))


@pytest.fixture
def ward(session: Session) -> Unit:
    return make_unit(session, parent=make_unit(session), kind="commune")


@pytest.fixture
def admin(session: Session, ward: Unit) -> Actor:
    return make_actor(session, unit=ward, role=Role.ADMIN, display_name="Bế Văn An")


def test_the_trail_is_found_by_person_kind_day_and_words(session: Session, ward: Unit, admin: Actor) -> None:
    staff = make_actor(session, unit=ward, display_name="Hoàng Thị Lan")
    first = audit.record(session, actor=admin, action="link.created", subject_kind="link", subject_id="a_b")
    second = audit.record(session, actor=staff, action="household.changed", subject_kind="household", subject_id="axb")
    today = clock.local(first.created_at).date()

    def found(**filters: str | date) -> list[AuditEvent]:
        return audit_trail.listing(session, actor=admin, filters=Filters(**filters))[0]  # type: ignore[arg-type]

    assert found() == [second, first]
    assert found(who="Hoàng Thị Lan") == [second]
    assert found(kind="link") == [first]
    assert found(words="a_b") == [first]  # no wildcard
    assert found(words="household.") == [second]
    assert found(since=today, until=today) == [second, first]
    assert found(since=today + timedelta(days=1)) == found(until=today - timedelta(days=1)) == []
    assert audit_trail.choices(session, actor=admin).people == ["Bế Văn An", "Hoàng Thị Lan"]
    assert audit_trail.choices(session, actor=admin).kinds == ["household", "link"]


def test_a_wards_admin_sees_what_the_ward_did_and_the_topmost_all(session: Session, ward: Unit, admin: Actor) -> None:
    root = session.get_one(Unit, ward.parent_id)
    sister = make_actor(session, unit=make_unit(session, parent=root, kind="commune"))
    own = audit.record(session, actor=admin, action="own")
    audit.record(session, actor=sister, action="theirs")
    audit.record(session, actor=TERMINAL, action="nights")

    assert audit_trail.listing(session, actor=admin) == ([own], 1)
    top = make_actor(session, unit=root, role=Role.ADMIN)
    assert [one.action for one in audit_trail.listing(session, actor=top)[0]] == ["nights", "theirs", "own"]
    assert audit_trail.listing(session, actor=TERMINAL)[1] == 3


def test_taking_the_trail_away_is_kept_and_is_for_admins_only(session: Session, ward: Unit, admin: Actor) -> None:
    audit.record(session, actor=admin, action="link.created")

    assert len(audit_trail.take(session, actor=admin, filters=Filters())) == 1

    kept = session.exec(select(AuditEvent).order_by(col(AuditEvent.sequence).desc())).first()
    assert kept is not None
    assert (kept.action, kept.details) == ("audit.exported", {"rows": 1, "found": 1})
    official = make_actor(session, unit=ward, role=Role.OFFICIAL)
    for act in (audit_trail.listing, audit_trail.choices):
        with pytest.raises(NotAllowed):
            act(session, actor=official)
