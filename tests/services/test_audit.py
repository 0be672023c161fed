from sqlmodel import Session, select

from models import AuditEvent
from services import audit
from services.access import TERMINAL


def test_the_chain_is_whole_and_a_changed_row_is_found(session: Session) -> None:
    for number in range(3):
        audit.record(session, actor=TERMINAL, action="test", subject_id=str(number), note="Tổ 13")
    session.commit()
    session.expire_all()
    assert audit.first_broken(session) is None

    second = session.exec(select(AuditEvent).where(AuditEvent.sequence == 2)).one()
    second.details = {"note": "Tổ 14"}
    session.commit()

    assert audit.first_broken(session) == 2


def test_a_missing_row_is_found(session: Session) -> None:
    for _ in range(3):
        audit.record(session, actor=TERMINAL, action="test")
    session.commit()

    session.delete(session.exec(select(AuditEvent).where(AuditEvent.sequence == 2)).one())
    session.commit()

    assert audit.first_broken(session) == 2
