"""The month's sheet on screen: chosen, looked at as it is printed, taken away."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlmodel import Session
from time_machine import Traveller

from models import AnnouncementStatus, Role, User
from services import ports
from services.ports import Bulletin, Ports
from tests.factories import make_announcement, make_unit, make_user
from tests.fakes import FakeEngine, Nothing, WhitePages
from tests.pages.conftest import Offered, Visit, words


class FakePaper(WhitePages):
    """A printer that remembers what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[Bulletin] = []

    def bulletin(self, month: Bulletin) -> bytes:
        self.asked.append(month)
        return b"%PDF-month"


@pytest.fixture
def paper(promises: FakeEngine) -> FakePaper:
    nothing: Any = Nothing()
    made: Any = FakePaper()
    ports.provide(Ports(sheets=nothing, paper=made, codes=nothing, engine=promises, tables=nothing))
    return made  # type: ignore[no-any-return]


@pytest.fixture
def clerk(session: Session) -> User:
    return make_user(session, unit=make_unit(session, name="Phường Bắc Kạn"), role=Role.STAFF)


def test_the_month_s_happenings_and_the_clerk_s_own_lines_stand_on_one_sheet(
    session: Session, visit: Visit, paper: FakePaper, clerk: User, clock: Traveller, offered: list[Offered]
) -> None:
    clock.move_to(datetime(2026, 11, 25, 3, tzinfo=UTC))
    ward = make_unit(session, name="Phường Đức Xuân")
    clerk.unit_id = ward.id
    make_announcement(
        session, unit=ward, title="Tổng vệ sinh", status=AnnouncementStatus.SENT, sent_at=datetime(2026, 11, 24, tzinfo=UTC),
        facts={"when": "ngày 5/12/2026"},
    )  # fmt: skip
    at = visit("bulletin", user=clerk)

    at.text_area[0].set_value("12 Họp tổ | 19 giờ 30").run()

    assert [(one.day, one.title) for one in paper.asked[-1].events] == [("05", "Tổng vệ sinh"), ("12", "Họp tổ")]
    assert (offered[-1].name, offered[-1].content) == ("bang-tin-2026-12.pdf", b"%PDF-month")


def test_an_empty_month_and_a_line_without_a_day_are_said(session: Session, visit: Visit, paper: FakePaper, clerk: User) -> None:
    at = visit("bulletin", user=clerk)
    empty = at.error[0].value

    at.text_area[0].set_value("Họp tổ").run()

    assert "chưa có việc nào" in empty
    assert "bắt đầu bằng ngày" in at.error[0].value
    assert paper.asked == []


@pytest.mark.parametrize("role", [Role.LEAD, Role.VIEWER])
def test_others_are_told_that_it_is_not_for_them(session: Session, visit: Visit, role: Role) -> None:
    at = visit("bulletin", user=make_user(session, unit=make_unit(session), role=role))

    assert "không có quyền" in words(at) + "".join(error.value for error in at.error)
