from datetime import date

import pytest
from sqlmodel import Session, select

from models import AuditEvent, Role, User
from services import audit, audit_checks
from services.access import TERMINAL
from services.audit import Walk
from tests.factories import make_unit, make_user
from tests.pages.conftest import Offered, Visit, words


@pytest.fixture
def admin(session: Session) -> User:
    return make_user(session, unit=make_unit(session), role=Role.ADMIN)


def test_what_was_done_is_listed_and_narrowed(session: Session, visit: Visit, admin: User) -> None:
    audit.record(session, actor=TERMINAL, action="link.created", subject_kind="link", subject_id="abc", note="Tổ 13")
    audit.record(session, actor=TERMINAL, action="group.closed", subject_kind="group", subject_id="def")
    session.commit()

    at = visit("audit", user=admin)
    assert "làm mã" in words(at)
    assert "note: Tổ 13" in words(at)
    assert "đóng nhóm" in words(at)

    at.selectbox(key="ve").set_value("link").run()
    assert "đóng nhóm" not in words(at)
    at.date_input(key="until").set_value(date(2020, 1, 1)).run()
    assert "Không có việc nào khớp" in words(at)
    at.button(key="clear").click().run()
    assert "đóng nhóm" in words(at)


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (None, "Chưa kiểm tra lần nào"),
        (Walk(3, None, "f" * 64), "Nhật ký còn nguyên"),
        (Walk(1, 2, "f" * 64), "dòng 2 đã bị sửa hoặc mất"),
    ],
)
def test_the_nightly_look_is_told(session: Session, visit: Visit, admin: User, found: Walk | None, says: str) -> None:
    if found:
        audit_checks.note(session, found)
        session.commit()

    assert says in words(visit("audit", user=admin))


@pytest.mark.usefixtures("files")
def test_taking_it_away_is_kept(session: Session, visit: Visit, offered: list[Offered], admin: User) -> None:
    audit.record(session, actor=TERMINAL, action="link.created", note="=1+1")
    session.commit()

    visit("audit", user=admin)

    assert [one.name for one in offered] == ["nhat-ky.csv"]
    assert "làm mã,link.created" in offered[0].content.decode("utf-8-sig")
    assert "audit.exported" in session.exec(select(AuditEvent.action)).all()
