"""The six questions of a chair and the reports, as each role sees them."""

import re
from collections.abc import Iterator
from datetime import date

import pytest
import time_machine
from sqlmodel import Session

from models import ReportKind, Role
from services import reports
from services.access import TERMINAL
from services.chair_questions import Question
from tests.factories import make_unit, make_user
from tests.pages.conftest import Visit, words
from tests.services.five import Five, announce, scan, settle

NOW = "2026-12-02T05:00:00+00:00"


@pytest.fixture(autouse=True)
def _december() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def five(session: Session) -> Five:
    five = settle(session)
    announce(session, five)
    scan(session, five)
    return five


def test_each_question_is_answered_by_three_sentences_and_two_charts(session: Session, visit: Visit, five: Five) -> None:
    chief = make_user(session, unit=five.ward, role=Role.OFFICIAL)

    for one in Question:
        at = visit("questions", user=chief, hoi=one.value)
        assert not at.exception, one
        assert [title.value for title in at.title] == [one.label]
        assert words(at).count("cn-row") >= 3, one
        assert words(at).count("<h2>") == 2, one


def test_the_place_that_is_chosen_stands_in_the_address(session: Session, visit: Visit, five: Five) -> None:
    at = visit("questions", user=make_user(session, unit=five.ward, role=Role.OFFICIAL), hoi="left_out", noi="01843-1")

    assert "Đang chọn Tổ 1: 2 / 3 hộ trong nhóm" in words(at)
    at.button(key="q_none").click().run()
    assert "noi" not in at.query_params


def test_nonsense_in_the_address_is_left_aside(session: Session, visit: Visit, five: Five) -> None:
    at = visit(
        "questions", user=make_user(session, unit=five.ward), hoi="<b>", ky="0", ngay="2026-13-40", noi="<i>lạ</i>", xa="x"
    )

    assert not at.exception
    assert "<i>lạ" not in words(at)


def test_an_observer_reads_the_answers_without_places_of_a_handful(session: Session, visit: Visit, five: Five) -> None:
    at = visit("questions", user=make_user(session, unit=five.ward, role=Role.VIEWER), hoi="left_out")

    assert not at.exception
    assert "Tổ 1" not in words(at)


def test_a_ward_without_data_is_answered_too(session: Session, visit: Visit) -> None:
    at = visit("questions", user=make_user(session, unit=make_unit(session)))

    assert not at.exception
    assert "Chưa có hộ nào trong sổ" in words(at)


def test_a_report_is_made_by_hand_opened_and_numbered(session: Session, visit: Visit, five: Five) -> None:
    chief = make_user(session, unit=five.ward, role=Role.OFFICIAL)
    at = visit("reports", user=chief)
    assert "Chưa có báo cáo nào" in words(at)

    at.button(key="make_month").click().run()

    made = reports.listing(session, actor=TERMINAL)[0].report
    assert (made.kind, made.first_on, made.made_by_id) == (ReportKind.MONTH, date(2026, 11, 1), chief.id)
    at = visit("reports", user=chief, so=str(made.id))
    assert "3 trên 5 hộ ở trong nhóm" in words(at)
    assert [button.proto.label for button in at.get("download_button")] == ["Tải PDF", "Tải Excel"]
    at.number_input(key="r_n").set_value(15)
    next(button for button in at.button if button.label == "Ghi số").click().run()
    session.expire_all()
    assert reports.listing(session, actor=TERMINAL)[0].report.number == 15


def test_the_address_names_the_report_beside(session: Session, visit: Visit, five: Five) -> None:
    september, october, november = (
        str(reports.make(session, actor=TERMINAL, unit_id=five.ward.id, kind=ReportKind.MONTH, first_on=date(2026, month, 1)).id)
        for month in (9, 10, 11)
    )
    session.commit()
    chief = make_user(session, unit=five.ward)

    at = visit("reports", user=chief, so=november)

    assert not at.exception
    assert "Báo cáo kia" in words(at)
    assert at.query_params["voi"] == october  # the address says it, so that a link shows the same when there are more
    at.selectbox(key="voi").set_value(september).run()
    assert at.query_params["voi"] == september
    assert visit("reports", user=chief, so=november, voi=september).selectbox(key="voi").value == september
    assert visit("reports", user=chief, so=november, voi="lạ").selectbox(key="voi").value == october


def test_two_reports_stand_side_by_side(session: Session, visit: Visit, five: Five) -> None:
    """A month beside the month before, not beside a quarter; what still ran is said to, and is not subtracted."""
    kinds = ((ReportKind.MONTH, date(2026, 10, 1)), (ReportKind.QUARTER, date(2026, 7, 1)), (ReportKind.MONTH, date(2026, 11, 1)))
    for kind, first in kinds:
        made = reports.make(session, actor=TERMINAL, unit_id=five.ward.id, kind=kind, first_on=first)
    session.commit()

    at = visit("reports", user=make_user(session, unit=five.ward), so=str(made.id))

    assert not at.exception
    assert at.selectbox(key="voi").options[0] == "Báo cáo tháng 10/2026, lần 1"
    cells = [re.sub("<[^>]+>", " ", row).split() for row in words(at).replace("\u00a0", " ").split("</tr>")]
    said = [" ".join(row) for row in cells]
    assert "Thời gian đăng, chín phần mười số nhóm hơn 22 ngày kia – – –" in said
    assert "Chi phí gửi tin 600 ₫ kia 0 ₫ 0 ₫ +600 ₫" in said


def test_an_observer_sees_the_list_and_opens_none(session: Session, visit: Visit, five: Five) -> None:
    made = reports.make(session, actor=TERMINAL, unit_id=five.ward.id, kind=ReportKind.MONTH, first_on=date(2026, 11, 1))
    session.commit()

    at = visit("reports", user=make_user(session, unit=five.ward, role=Role.VIEWER), so=str(made.id))

    assert not at.exception
    assert "Báo cáo tháng 11/2026" in words(at)
    assert not at.get("download_button")
