"""The record of imports on screen: the list, one opened, and taking one back."""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlmodel import Session, col, select
from streamlit.runtime import context
from streamlit.testing.v1 import AppTest

from adapters.sheets import CalamineSheets
from adapters.table_files import Workbooks
from core.db import reading, transaction
from core.errors import Invalid
from models import ChangeSet, Household, Role, Unit, User
from services import households, imports, ports
from services.access import Actor, actor_of
from services.household_values import HouseholdValues
from services.imports import ImportResult
from services.ports import Cell, Ports, Sheet
from services.privacy_purposes import USUAL
from tests.factories import make_unit, make_user
from tests.fakes import FakeEngine, Nothing
from tests.pages.conftest import Visit, words
from ui.work import Tell, Work

HEADER: list[Cell] = ["Mã hộ", "Họ tên", "Tổ", "Địa chỉ", "Điện thoại", "Số khẩu", "Trong nhóm Zalo"]
AN: list[Cell] = ["H01", "Hoàng Văn An", "Tổ 13", "Số 5", "0912345678", 4, "x"]
BINH: list[Cell] = ["H02", "Nông Thị Bình", "Tổ 13", "Số 6", "0987654321", 3, ""]


@pytest.fixture
def ward(session: Session) -> Unit:
    ward = make_unit(session, name="Phường Bắc Kạn")
    make_unit(session, parent=ward, name="Tổ dân phố 13", short_name="Tổ 13")
    return ward


@pytest.fixture
def staff(session: Session, ward: Unit) -> User:
    return make_user(session, unit=ward, role=Role.STAFF, display_name="Trần Thị Mai")


def imported(session: Session, actor: Actor, *rows: Sequence[Cell], name: str = "tổ 13.xlsx") -> ImportResult:
    session.rollback()
    sheet = Sheet(name="Hộ", rows=[HEADER, *map(list, rows)])
    assert actor.unit_id
    with transaction() as own:
        return imports.run(
            own, actor=actor, unit_id=actor.unit_id, sheet=sheet, file_name=name, file_hash="ab12" * 16
        )  # fmt: skip


def names(session: Session) -> list[str]:
    session.rollback()
    with reading() as looking:
        return list(looking.exec(select(Household.head_name).order_by(col(Household.head_name))))


def test_without_imports_the_page_says_what_it_is_for(visit: Visit, staff: User) -> None:
    at = visit("imports", user=staff)

    assert not at.exception
    assert "Chưa nhập danh sách nào" in words(at)


def test_the_list_says_who_imported_what_and_when(session: Session, visit: Visit, staff: User) -> None:
    imported(session, actor_of(session, staff), AN, BINH, ["H03", "Lý Thị Cúc", "Tổ 99"])

    at = visit("imports", user=staff)

    page = words(at)
    assert "1 lần nhập" in page
    for told in ("tổ 13.xlsx", "Trần Thị Mai", "Phường Bắc Kạn", "đang giữ"):
        assert told in page
    assert "2 hộ mới, 0 cập nhật, 0 không đổi, 1 chưa đúng" in page


def test_what_an_import_changed_is_shown_before_beside_after(session: Session, visit: Visit, staff: User, ward: Unit) -> None:
    actor = actor_of(session, staff)
    imported(session, actor, AN)
    result = imported(session, actor, [*AN[:3], "Số 50", "0912345699", 9, 3], BINH)

    at = visit("imports", user=staff, id=str(result.change_set_id))

    page = words(at)
    assert not at.exception
    assert at.title[0].value == "tổ 13.xlsx"
    assert "dấu vân tay của tệp ab12ab12ab12" in page
    assert 'số nhân khẩu:</span> <span class="cn-soft">4</span> → 9' in page
    assert 'số người trong nhóm:</span> <span class="cn-soft">1</span> → 3' in page
    assert 'địa chỉ:</span> <span class="cn-soft">Số 5</span> → Số 50' in page
    assert "Nông Thị Bình" in page
    assert "1 hộ mới được bỏ khỏi sổ, 1 hộ đã có trở lại như trước" in page


def test_numbers_of_households_stay_masked_in_the_record(session: Session, visit: Visit, staff: User) -> None:
    actor = actor_of(session, staff)
    imported(session, actor, AN)
    result = imported(session, actor, [*AN[:4], "0912345699", 4, ""])

    page = words(visit("imports", user=staff, id=str(result.change_set_id)))

    assert "điện thoại:" in page
    for digits in ("0912345678", "0912 345 678", "0912345699", "0912 345 699"):
        assert digits not in page


def test_an_import_is_taken_back_once_its_households_are_counted(session: Session, visit: Visit, staff: User) -> None:
    result = imported(session, actor_of(session, staff), AN, BINH)
    at = visit("imports", user=staff, id=str(result.change_set_id))
    [count] = at.text_input
    assert not [button for button in at.button if button.key == "imp_undo"]
    count.set_value("3").run()
    assert "Xin gõ 2" in at.error[0].value

    at.text_input[0].set_value("2").run()
    at.button(key="imp_undo").click().run()

    assert not at.exception
    assert names(session) == []
    assert "Đã quay lại" in at.success[0].value
    assert "Đã quay lại, sổ hộ như trước lần nhập" in words(at)
    assert not at.text_input
    assert session.exec(select(ChangeSet.undone_by_id)).one() == staff.id


def test_an_undoing_under_way_is_shown_and_what_it_refuses_is_told_on_the_page(
    session: Session, visit: Visit, staff: User
) -> None:
    result = imported(session, actor_of(session, staff), AN)
    assert result.change_set_id

    def refuse(tell: Tell) -> None:
        tell(1, 2)
        raise Invalid("Không quay lại được.")

    at = visit("imports", user=staff, id=str(result.change_set_id))
    at.session_state[f"imp_work_{result.change_set_id.hex}"] = Work(refuse)
    at.run()

    assert not at.exception
    assert [error.value for error in at.error] == ["Không quay lại được."]
    assert "Quay lại lần nhập này" in [one.label for one in at.expander]
    assert names(session) == ["Hoàng Văn An"]

    at.run()
    assert not at.error


def test_what_stands_in_the_way_is_named_with_who_did_it(session: Session, visit: Visit, staff: User) -> None:
    actor = actor_of(session, staff)
    result = imported(session, actor, AN, BINH)
    home_id = session.exec(select(Household.id).where(Household.code == "H01")).one()
    session.rollback()
    with transaction() as own:
        households.change(own, actor=actor, household_id=home_id, values=HouseholdValues("Hoàng Văn An", people=5))

    at = visit("imports", user=staff, id=str(result.change_set_id))

    page = words(at)
    assert "Chưa quay lại được: 1 hộ đã có thay đổi sau lần nhập này" in page
    assert "đã được sửa sau đó, Trần Thị Mai" in page
    assert not at.text_input
    assert len(names(session)) == 2


def test_a_later_import_in_the_way_is_named_and_opened_from_there(session: Session, visit: Visit, staff: User) -> None:
    actor = actor_of(session, staff)
    first = imported(session, actor, AN)
    later = imported(session, actor, [*AN[:5], 6, "x"], name="bản sửa.xlsx")

    page = words(visit("imports", user=staff, id=str(first.change_set_id)))

    assert f'<a href="/imports?id={later.change_set_id}" target="_self">lần nhập bản sửa.xlsx</a>' in page


def test_an_import_of_another_ward_is_not_found(session: Session, visit: Visit, staff: User) -> None:
    other = make_unit(session)
    make_unit(session, parent=other, name="Tổ dân phố 13", short_name="Tổ 13")
    result = imported(session, actor_of(session, make_user(session, unit=other)), AN)

    at = visit("imports", user=staff, id=str(result.change_set_id))

    assert "Không tìm thấy lần ghi này" in at.error[0].value
    assert "1 lần nhập" not in words(visit("imports", user=staff))


@pytest.mark.parametrize("role", [Role.LEAD, Role.VIEWER])
def test_leaders_and_viewers_do_not_see_imports(session: Session, visit: Visit, ward: Unit, role: Role) -> None:
    at = visit("imports", user=make_user(session, unit=ward, role=role))

    assert "không có quyền" in at.error[0].value


# From the import to its record


@pytest.fixture
def _with_files() -> None:
    nothing: Any = Nothing()
    ports.provide(Ports(sheets=CalamineSheets(), paper=nothing, codes=nothing, engine=FakeEngine(), tables=Workbooks()))


def workbook(*rows: Sequence[Any]) -> bytes:
    return Workbooks().xlsx([("Hộ", [str(one) for one in HEADER], rows)])


def uploaded(at: AppTest, file: bytes) -> AppTest:
    at.file_uploader[0].upload("tổ 13.xlsx", file)
    at.run()
    at.selectbox(key="i_for").select_index(0).run()
    return at.button(key="i_try").click().run()


@pytest.mark.usefixtures("_with_files")
def test_an_import_on_screen_is_a_record_of_its_file(session: Session, visit: Visit, staff: User) -> None:
    at = uploaded(visit("import_households", user=staff), workbook(AN))

    at.button(key="i_write").click().run()

    session.rollback()
    kept = session.exec(select(ChangeSet)).one()
    assert (kept.file_name, len(kept.file_hash), kept.user_id) == ("tổ 13.xlsx", 64, staff.id)
    assert kept.purpose == USUAL[0].name
    [record] = [link.proto for link in at.get("page_link") if link.proto.page == "imports"]
    assert (record.label, record.query_string) == ("Xem lần nhập này, quay lại được", f"id={kept.id}")


@pytest.mark.usefixtures("_with_files")
def test_the_second_of_two_officials_with_one_file_is_told_that_it_is_in(
    session: Session, visit: Visit, staff: User, ward: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_user(session, unit=ward, role=Role.OFFICIAL, display_name="Ma Văn Én")
    file = workbook(AN, BINH)
    hers = uploaded(visit("import_households", user=staff), file)
    her_browser = context._get_client_context
    his = uploaded(visit("import_households", user=other), file)
    his_browser = context._get_client_context
    assert hers.button(key="i_write").label == his.button(key="i_write").label == "Ghi 2 hộ"

    for at, browser in ((hers, her_browser), (his, his_browser)):
        monkeypatch.setattr(context, "_get_client_context", browser)
        at.button(key="i_write").click().run()

    assert not his.exception
    assert "Trần Thị Mai đã nhập chính tệp này lúc" in words(his)
    assert "Đã ghi" not in words(his)
    assert len(names(session)) == 2
    assert session.exec(select(ChangeSet.user_id)).all() == [staff.id]


@pytest.mark.usefixtures("_with_files")
def test_a_list_that_is_in_already_says_so_before_it_is_written(session: Session, visit: Visit, staff: User) -> None:
    file = workbook(AN)
    at = uploaded(visit("import_households", user=staff), file)
    at.button(key="i_write").click().run()
    at.button(key="i_again").click().run()

    uploaded(at, file)

    assert at.button(key="i_write").disabled
    assert "Trần Thị Mai đã nhập chính tệp này lúc" in words(at)
