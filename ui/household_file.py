"""A list of households as a workbook, made when the button is pressed."""

from functools import partial

from core.db import transaction
from core.i18n import N_, translate
from services import household_export, sessions
from services.access import Actor
from services.household_phones import shown
from services.household_search import Filters, HouseholdRow
from services.ports import Shown, ports
from ui import proving, token
from ui.tables import XLSX
from ui.words import _, language

HEADS = (
    N_("Mã hộ"), N_("Chủ hộ"), N_("Tổ, thôn"), N_("Địa chỉ"), N_("Điện thoại"), N_("Số người"), N_("Có điện thoại thông minh"),
    N_("Người trong nhóm"), N_("Hoàn cảnh cần lưu ý"),
)  # fmt: skip


def button(actor: Actor, filters: Filters, *, key: str) -> None:
    """Takes away what is listed, all pages of it."""
    made = partial(_workbook, filters, token(), language())
    proving.download(actor, _("Tải danh sách (Excel)"), made, "ho-dan.xlsx", XLSX, key=key)


def _workbook(filters: Filters, cookie: str, speaks: str) -> bytes:
    """Made outside the page's run: who asks is looked up anew, the language is handed in."""
    with transaction() as session:
        actor = sessions.asker(session, token=cookie)
        found = household_export.take(session, actor=actor, filters=filters)
    heads = [translate(head, language=speaks) for head in HEADS]
    return ports().tables.xlsx([(translate(N_("Hộ dân"), language=speaks), heads, [_row(one, actor, speaks) for one in found])])


def _row(one: HouseholdRow, actor: Actor, speaks: str) -> list[Shown]:
    needs = ", ".join(translate(need.label, language=speaks) for need in one.needs)
    return [
        one.code, one.head_name, one.unit_label, one.address, shown(actor, one.phone), one.people, one.smartphones,
        one.people_joined, needs,
    ]  # fmt: skip
