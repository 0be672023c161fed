"""Rows of a list that are households whose data was erased: an old list does not bring them back."""

from sqlmodel import Session

from core.errors import Invalid
from core.i18n import N_
from services import tombstones
from services.import_matching import Plan
from services.import_reading import Reading


def refuse(session: Session, plan: Plan, *, reader: Reading) -> None:
    """Move what would come back from the new rows to the refused ones; one look at the marks, whatever the list's length."""
    marks = tombstones.all_marks(session)
    if not marks:
        return
    staying = []
    for row, code in plan.new:
        own = tombstones.marks_of(
            {row.place.id}, code=row.code, head_name=row.name, address=row.address, numbers=row.phones
        )  # fmt: skip
        erased = [marks[mark] for mark in own if mark in marks]
        if not erased:
            staying.append((row, code))
            continue
        why = Invalid(
            N_("Hộ này đã xóa dữ liệu theo yêu cầu ngày {day}. Chỉ ghi lại ở trang Thêm hộ, khi chính hộ muốn."),
            day=f"{max(erased):%d/%m/%Y}",
        )  # fmt: skip
        plan.rejected.append(reader.refusal(row, why, "head_name"))
    plan.new = staying
