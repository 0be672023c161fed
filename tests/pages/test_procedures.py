"""Procedures on screen: the list, what the province changed, the ward's own words, a new list read in."""

import io
from typing import Any

import pytest
import xlsxwriter
from sqlmodel import Session, select

from adapters.codes import QrCodes
from adapters.documents import SiftedDocuments
from adapters.sheets import CalamineSheets
from adapters.table_files import Workbooks
from models import Procedure, ProcedureDifference, Role, User
from services import ports
from services.ports import Ports
from services.procedure_values import text_of_procedure
from tests.factories import make_procedure, make_unit, make_user
from tests.fakes import FakeEngine, Nothing
from tests.pages.conftest import Visit, words
from tests.papers import pdf, photo


@pytest.fixture(autouse=True)
def _outside(promises: FakeEngine) -> None:
    """Real codes, real spreadsheets and real photos."""
    nothing: Any = Nothing()
    ports.provide(
        Ports(
            sheets=CalamineSheets(), paper=nothing, codes=QrCodes(), engine=promises, tables=Workbooks(),
            documents=SiftedDocuments(),
        )
    )  # fmt: skip


@pytest.fixture
def clerk(session: Session) -> User:
    return make_user(session, unit=make_unit(session, name="Phường Bắc Kạn"), role=Role.STAFF)


def stay(session: Session, clerk: User, **overrides: Any) -> Procedure:
    fields = {"code": "1.004194", "name": "Đăng ký tạm trú", "days": 3, "also_called": ["ở trọ"]} | overrides
    ward = session.get_one(type(make_unit(session)), clerk.unit_id)
    return make_procedure(session, unit=ward, **fields)


def changed(session: Session, one: Procedure, **texts: Any) -> None:
    told = text_of_procedure(one).told() | texts
    session.add(ProcedureDifference(procedure_id=one.id, text=told))
    session.commit()


def now(session: Session) -> Procedure:
    session.expire_all()
    return session.exec(select(Procedure)).one()


def workbook(*rows: tuple[Any, ...]) -> bytes:
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made)
    sheet = book.add_worksheet("Danh mục")
    for number, row in enumerate((("Mã TTHC", "Tên thủ tục", "Thời hạn"), *rows)):
        sheet.write_row(number, 0, row)
    book.close()
    return made.getvalue()


def test_a_ward_without_procedures_is_told_how_to_begin(session: Session, visit: Visit, clerk: User) -> None:
    assert "Chưa có thủ tục nào" in words(visit("procedures", user=clerk))


@pytest.mark.parametrize("page", ["procedures", "procedure", "import_procedures"])
@pytest.mark.parametrize("role", [Role.LEAD, Role.VIEWER])
def test_others_are_told_that_it_is_not_for_them(session: Session, visit: Visit, page: str, role: Role) -> None:
    at = visit(page, user=make_user(session, unit=make_unit(session), role=role))

    assert [error.value for error in at.error] == ["Tài khoản của ông/bà không có quyền xem trang này."]


def test_the_list_is_searched_in_everyday_words(session: Session, visit: Visit, clerk: User) -> None:
    stay(session, clerk)
    stay(session, clerk, code="1.001193", name="Đăng ký khai sinh", also_called=[])

    shown = words(visit("procedures", user=clerk, tim="o tro"))

    assert "Đăng ký tạm trú</a>" in shown
    assert "Đăng ký khai sinh</a>" not in shown


def test_the_list_is_narrowed_to_a_field_and_an_event_in_a_life(session: Session, visit: Visit, clerk: User) -> None:
    stay(session, clerk, field="Cư trú", events=["moving"])
    stay(session, clerk, code="1.001193", name="Đăng ký khai sinh", field="Hộ tịch", events=["birth"])
    stay(session, clerk, code="1.000656", name="Đăng ký khai tử", field="Hộ tịch", events=["death"])
    at = visit("procedures", user=clerk)

    at.selectbox(key="pr_field").set_value("Hộ tịch").run()
    of_field = words(at)
    at.selectbox(key="pr_event").set_value("death").run()

    assert ("khai sinh</a>" in of_field, "tạm trú</a>" in of_field) == (True, False)
    assert ("khai tử</a>" in words(at), "khai sinh</a>" in words(at)) == (True, False)


def test_a_difference_is_shown_beside_what_stands_and_taken_over(session: Session, visit: Visit, clerk: User) -> None:
    changed(session, stay(session, clerk), days=5)
    at = visit("procedures", user=clerk)
    shown = words(at)

    next(button for button in at.button if button.label == "Nhận bản mới").click()
    at.run()

    assert "3 ngày làm việc" in shown
    assert "5 ngày làm việc" in shown
    assert now(session).days == 5
    assert "Đã nhận bản mới." in at.success[0].value


def test_a_difference_is_left_aside(session: Session, visit: Visit, clerk: User) -> None:
    changed(session, stay(session, clerk), days=5)
    at = visit("procedures", user=clerk)

    next(button for button in at.button if button.label == "Giữ bản đang dùng").click()
    at.run()

    assert now(session).days == 3
    assert "Danh mục của tỉnh đã khác" not in words(at)


def test_the_ward_writes_its_own_words(session: Session, visit: Visit, clerk: User) -> None:
    stay(session, clerk)
    at = visit("procedure", user=clerk, ma="1.004194")

    desk, _summary, steps, called = at.text_area
    desk.set_value("Quầy 3, Công an phường")
    steps.set_value("Đăng nhập VNeID\nNộp hồ sơ")
    called.set_value("ở trọ\nthuê nhà")
    next(button for button in at.button if button.label == "Ghi lại").click()
    at.run()

    written = now(session)
    assert (written.desk, written.steps) == ("Quầy 3, Công an phường", ["Đăng nhập VNeID", "Nộp hồ sơ"])
    assert written.also_called == ["ở trọ", "thuê nhà"]


def test_a_step_gets_a_picture_and_loses_it_again(session: Session, visit: Visit, clerk: User) -> None:
    stay(session, clerk, steps=["Đăng nhập", "Nộp hồ sơ"], pictures=[])
    at = visit("procedure", user=clerk, ma="1.004194")

    at.selectbox(key="sp_step_0").set_value(2)
    at.file_uploader(key="sp_file_0").upload("van ban.jpg", pdf(), "image/jpeg").run()
    refused = at.error[0].value
    at.file_uploader(key="sp_file_0").upload("man hinh.png", photo("PNG", size=(300, 200)), "image/png").run()
    [kept] = now(session).pictures
    session.rollback()
    at.button(key="sp_drop_2").click().run()

    assert "không phải PDF" in refused
    assert (kept["step"], kept["name"].split(".")[0]) == (2, "man hinh")
    assert now(session).pictures == []


def test_a_wrong_address_is_said_and_nothing_is_written(session: Session, visit: Visit, clerk: User) -> None:
    stay(session, clerk)
    at = visit("procedure", user=clerk, ma="1.004194")

    at.text_input[1].set_value("javascript:alert(1)")
    next(button for button in at.button if button.label == "Ghi lại").click()
    at.run()

    assert "https://" in at.error[0].value
    assert now(session).portal_url is None


def test_another_wards_procedure_cannot_be_opened(session: Session, visit: Visit, clerk: User) -> None:
    make_procedure(session, unit=make_unit(session), code="1.999999", name="Của nơi khác")

    at = visit("procedure", user=clerk, ma="1.999999")

    assert "Không tìm thấy thủ tục" in at.error[0].value
    assert "Của nơi khác" not in words(at)


def test_names_never_become_tags(session: Session, visit: Visit, clerk: User) -> None:
    one = stay(session, clerk, name="<img src=x onerror=alert(1)>", desk="<b>x")
    changed(session, one, documents="<script>alert(1)</script>")

    for at in (visit("procedures", user=clerk), visit("procedure", user=clerk, ma="1.004194")):
        assert "<img src=x" not in words(at)
        assert "<script>alert" not in words(at)


def test_a_list_is_tried_and_then_written(session: Session, visit: Visit, clerk: User) -> None:
    at = visit("import_procedures", user=clerk)

    at.file_uploader[0].upload("tthc.xlsx", workbook(("1.004194", "Đăng ký tạm trú", 3), ("sai", "Việc sai", 1)), "x")
    at.run()
    seen = words(at)
    untouched = session.exec(select(Procedure)).all()
    session.rollback()
    at.button(key="pi_write").click()
    at.run()

    assert "Thủ tục mới" in seen
    assert "không phải mã thủ tục" in seen
    assert untouched == []
    assert now(session).name == "Đăng ký tạm trú"


def test_a_file_that_is_no_list_is_refused_with_the_way_back(session: Session, visit: Visit, clerk: User) -> None:
    at = visit("import_procedures", user=clerk)

    at.file_uploader[0].upload("ghi.csv", "họ tên,điện thoại\nAn,0912345678\n".encode(), "text/csv")
    at.run()

    assert "dòng tiêu đề" in at.error[0].value
    assert at.button(key="pi_write").disabled
