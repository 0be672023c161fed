"""The province's list comes in: new procedures, differences to accept, rows refused, old texts with their days."""

from datetime import date
from typing import Any

import pytest
from sqlmodel import Session, col, select
from time_machine import Traveller

from core.errors import Invalid, NotAllowed, NotFound
from models import AuditEvent, DifferenceAnswer, Procedure, ProcedureDifference, ProcedurePast, Role, Unit
from services import procedure_differences, procedure_imports, procedures
from services.access import TERMINAL, Actor
from services.ports import Sheet
from services.procedure_imports import ProcedureImport
from tests.factories import make_actor, make_procedure, make_unit

HEADER: list[Any] = ["STT", "Mã TTHC", "Tên thủ tục hành chính", "Mức độ DVC trực tuyến", "Thời hạn giải quyết", "Phí, lệ phí"]
STAY = [1, "1.004194", "Đăng ký tạm trú", "Toàn trình", "3 ngày", "7.000"]
BIRTH = [2, "1.001193", "Đăng ký khai sinh", "Toàn trình", "Trong ngày", "Không"]


def listed(session: Session, ward: Unit, *rows: list[Any], header: list[Any] | None = None, **options: Any) -> ProcedureImport:
    lines: list[list[Any]] = [["DANH MỤC THỦ TỤC HÀNH CHÍNH"], [], header or HEADER, *rows]
    sheet = Sheet("Danh mục", lines)
    made = procedure_imports.run(session, actor=TERMINAL, unit_id=ward.id, sheet=sheet, **options)
    session.flush()
    return made


def named(session: Session, code: str) -> Procedure:
    return session.exec(select(Procedure).where(Procedure.code == code)).one()


def open_differences(session: Session, actor: Actor, ward: Unit) -> list[procedure_differences.Waiting]:
    return procedure_differences.waiting(session, actor=actor, unit_id=ward.id)


def test_a_first_list_comes_in_whole_with_field_headings_and_its_columns_named(session: Session, ward: Unit) -> None:
    made = listed(session, ward, ["I. LĨNH VỰC CƯ TRÚ"], STAY, ["II", "Lĩnh vực: Hộ tịch"], BIRTH, HEADER, ["", "", ""])

    assert (made.rows, made.created, made.updated, made.unchanged, len(made.rejected)) == (2, 2, 0, 0, 0)
    assert made.columns == {
        "code": "Mã TTHC", "name": "Tên thủ tục hành chính", "level": "Mức độ DVC trực tuyến", "days": "Thời hạn giải quyết",
        "fee": "Phí, lệ phí",
    }  # fmt: skip
    stay, birth = named(session, "1.004194"), named(session, "1.001193")
    assert (stay.field, stay.days, stay.fee, stay.level) == ("Cư trú", 3, 7000, "full")
    assert (birth.field, birth.days, birth.fee, birth.events) == ("Hộ tịch", 0, 0, ["birth"])
    assert birth.unit_id == ward.id


def test_rows_that_cannot_be_right_are_named_with_the_spreadsheets_number(session: Session, ward: Unit) -> None:
    made = listed(
        session, ward, STAY, [3, "TTHC 7", "Việc gì đó", "", "", ""], [4, "1.004194", "Lần hai", "", "", ""],
        [5, "1.000001", "", "Toàn trình", "2 ngày", "Không"], [6, "1.000002", "Việc khác", "Mức đặc biệt", "", ""],
    )  # fmt: skip

    assert (made.rows, made.created) == (5, 1)
    assert [(one.row, one.column) for one in made.rejected] == [
        (5, "Mã TTHC"), (6, "Mã TTHC"), (7, "Tên thủ tục hành chính"), (8, "Mức độ DVC trực tuyến"),
    ]  # fmt: skip
    assert "dòng 4" in made.rejected[1].reason("vi")


def test_the_same_list_again_changes_nothing(session: Session, ward: Unit) -> None:
    listed(session, ward, STAY, BIRTH)

    made = listed(session, ward, STAY, BIRTH)

    assert (made.created, made.updated, made.unchanged) == (0, 0, 2)
    assert session.exec(select(ProcedureDifference)).all() == []


def test_what_the_list_says_otherwise_waits_and_the_page_stays_as_it_was(session: Session, ward: Unit, writer: Actor) -> None:
    listed(session, ward, STAY)

    made = listed(session, ward, [1, "1.004194", "Đăng ký tạm trú", "Toàn trình", "5 ngày", "7.000"])

    assert made.updated == 1
    assert named(session, "1.004194").days == 3
    [waiting] = open_differences(session, writer, ward)
    assert [(part.name, part.before, part.after) for part in waiting.parts] == [("days", 3, 5)]
    assert procedure_differences.count(session, actor=writer) == 1


def test_an_accepted_difference_stands_from_today_and_the_old_text_keeps_its_days(
    session: Session, ward: Unit, writer: Actor, clock: Traveller
) -> None:
    listed(session, ward, STAY)
    procedures.write(
        session, actor=writer, procedure_id=named(session, "1.004194").id, version=1,
        words=procedures.WardWords(steps=("Đăng nhập VNeID",), desk="Quầy 3"),
    )  # fmt: skip
    clock.shift(86_400 * 30)
    listed(session, ward, [1, "1.004194", "Đăng ký tạm trú", "Toàn trình", "5 ngày", "7.000"])

    [waiting] = open_differences(session, writer, ward)
    procedure_differences.accept(session, actor=writer, difference_id=waiting.difference.id)

    stay = named(session, "1.004194")
    assert (stay.days, stay.steps, stay.stands_since) == (5, ["Đăng nhập VNeID"], date(2026, 12, 24))
    past = session.exec(select(ProcedurePast)).one()
    assert (past.text["days"], past.stood_since, past.stood_until) == (3, date(2026, 11, 24), date(2026, 12, 24))
    assert open_differences(session, writer, ward) == []


def test_a_list_that_lacks_a_column_leaves_what_the_ward_wrote_there(session: Session, ward: Unit, writer: Actor) -> None:
    header = [*HEADER, "Nơi tiếp nhận"]
    listed(session, ward, [*STAY, "Một cửa"], header=header)

    made = listed(session, ward, STAY)

    assert (made.updated, made.unchanged) == (0, 1)


def test_a_declined_difference_is_not_shown_again_but_another_is(session: Session, ward: Unit, writer: Actor) -> None:
    listed(session, ward, STAY)
    five = [1, "1.004194", "Đăng ký tạm trú", "Toàn trình", "5 ngày", "7.000"]
    listed(session, ward, five)
    [waiting] = open_differences(session, writer, ward)
    procedure_differences.decline(session, actor=writer, difference_id=waiting.difference.id)

    again, other = listed(session, ward, five), listed(session, ward, [*five[:4], "6 ngày", "7.000"])

    assert (again.updated, other.updated) == (0, 1)
    assert named(session, "1.004194").days == 3


def test_a_later_list_overtakes_a_difference_nobody_answered(session: Session, ward: Unit, writer: Actor) -> None:
    listed(session, ward, STAY)
    listed(session, ward, [*STAY[:4], "5 ngày", "7.000"])
    [old] = open_differences(session, writer, ward)

    listed(session, ward, STAY)

    assert open_differences(session, writer, ward) == []
    assert session.get_one(ProcedureDifference, old.difference.id).answer is DifferenceAnswer.OVERTAKEN
    with pytest.raises(Invalid, match="đã được trả lời"):
        procedure_differences.accept(session, actor=writer, difference_id=old.difference.id)


def test_only_a_whole_list_tells_what_is_gone_and_it_is_retired_when_accepted(
    session: Session, ward: Unit, writer: Actor
) -> None:
    listed(session, ward, STAY, BIRTH)

    part, whole = listed(session, ward, STAY), listed(session, ward, STAY, is_whole=True)

    assert (part.gone, whole.gone) == (0, 1)
    [waiting] = open_differences(session, writer, ward)
    assert (waiting.procedure.code, waiting.difference.is_gone) == ("1.001193", True)
    procedure_differences.accept(session, actor=writer, difference_id=waiting.difference.id)
    assert not named(session, "1.001193").is_active


def test_a_procedure_whose_row_is_refused_is_not_taken_for_gone(session: Session, ward: Unit) -> None:
    listed(session, ward, STAY, BIRTH)

    made = listed(session, ward, STAY, [2, "1.001193", "Đăng ký khai sinh", "Mức lạ", "", ""], is_whole=True)

    assert (len(made.rejected), made.gone) == (1, 0)


def test_one_kept_though_gone_is_not_told_again(session: Session, ward: Unit, writer: Actor) -> None:
    listed(session, ward, STAY, BIRTH)
    listed(session, ward, STAY, is_whole=True)
    [waiting] = open_differences(session, writer, ward)
    procedure_differences.decline(session, actor=writer, difference_id=waiting.difference.id)

    assert listed(session, ward, STAY, is_whole=True).gone == 0
    assert named(session, "1.001193").is_active


def test_differences_can_be_taken_over_at_once(session: Session, ward: Unit) -> None:
    listed(session, ward, STAY)

    listed(session, ward, [*STAY[:4], "5 ngày", "7.000"], accepts=True)

    assert named(session, "1.004194").days == 5
    assert session.exec(select(ProcedurePast)).one().text["days"] == 3


def test_a_trial_writes_nothing(session: Session, ward: Unit) -> None:
    made = listed(session, ward, STAY, dry_run=True)

    assert (made.created, made.committed) == (1, False)
    assert session.exec(select(Procedure)).all() == []


def test_a_file_without_code_and_name_is_refused(session: Session, ward: Unit) -> None:
    with pytest.raises(Invalid, match="dòng tiêu đề"):
        listed(session, ward, header=["Họ tên", "Điện thoại"])


def test_a_header_nobody_knows_can_be_told(session: Session, ward: Unit) -> None:
    header = ["Ký hiệu riêng", "Tên thủ tục"]

    made = listed(session, ward, ["1.004194", "Đăng ký tạm trú"], header=header, mapping={"Ký hiệu riêng": "code"})

    assert made.created == 1
    with pytest.raises(Invalid, match="Không có loại cột"):
        listed(session, ward, header=header, mapping={"Ký hiệu riêng": "nonsense"})


@pytest.mark.parametrize("role", [Role.LEAD, Role.VIEWER])
def test_others_may_neither_import_nor_answer(session: Session, ward: Unit, role: Role) -> None:
    actor = make_actor(session, unit=ward, role=role)

    with pytest.raises(NotAllowed):
        procedure_imports.run(session, actor=actor, unit_id=ward.id, sheet=Sheet("", [HEADER]))
    with pytest.raises(NotAllowed):
        procedure_differences.waiting(session, actor=actor, unit_id=ward.id)


def test_another_wards_difference_cannot_be_answered(session: Session, ward: Unit, writer: Actor) -> None:
    foreign = make_procedure(session, unit=make_unit(session))
    difference = ProcedureDifference(procedure_id=foreign.id, is_gone=True)
    session.add(difference)
    session.flush()

    with pytest.raises(NotFound):
        procedure_differences.accept(session, actor=writer, difference_id=difference.id)


def test_who_imported_and_who_accepted_stands_in_the_audit(session: Session, ward: Unit, writer: Actor) -> None:
    listed(session, ward, STAY)
    listed(session, ward, [*STAY[:4], "5 ngày", "7.000"])
    [waiting] = open_differences(session, writer, ward)
    procedure_differences.accept(session, actor=writer, difference_id=waiting.difference.id)

    acts = session.exec(select(AuditEvent.action).order_by(col(AuditEvent.sequence))).all()
    assert acts == ["procedures.imported", "procedures.imported", "procedure.difference_accepted"]


def test_where_the_ward_knows_the_desk_better_a_new_list_does_not_take_it_back(
    session: Session, ward: Unit, writer: Actor
) -> None:
    header = [*HEADER, "Nơi tiếp nhận"]
    listed(session, ward, [*STAY, "Một cửa"], header=header)
    stay = named(session, "1.004194")
    procedures.write(session, actor=writer, procedure_id=stay.id, version=1, words=procedures.WardWords(desk="Quầy 3"))
    listed(session, ward, [*STAY[:4], "5 ngày", "7.000", "Một cửa"], header=header)

    [waiting] = open_differences(session, writer, ward)
    procedure_differences.accept(session, actor=writer, difference_id=waiting.difference.id)

    assert [part.name for part in waiting.parts] == ["days"]
    assert (stay.days, stay.desk) == (5, "Quầy 3")


def test_what_waits_unanswered_is_not_lost_when_a_later_list_changes_more(session: Session, ward: Unit, writer: Actor) -> None:
    listed(session, ward, STAY)
    listed(session, ward, [*STAY[:4], "5 ngày", "7.000"])

    listed(session, ward, [*STAY[:4], "5 ngày", "9.000"])

    [waiting] = open_differences(session, writer, ward)
    assert {part.name: part.after for part in waiting.parts} == {"days": 5, "fee": 9000}
