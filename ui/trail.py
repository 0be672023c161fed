"""The audit on the screen: what the nightly look found, an act in words, and taking the list away."""

import json
from functools import partial

from core.db import transaction
from core.i18n import N_
from models import AuditEvent
from services import audit_trail
from services.access import Actor
from services.audit_checks import Verdict
from services.audit_trail import MOST, Filters
from services.ports import ports
from ui import acts, parts, proving
from ui.tables import CSV
from ui.words import _, near, number

KINDS = {
    "announcement": N_("thông báo"),
    "household": N_("hộ dân"),
    "group": N_("nhóm"),
    "link": N_("mã QR"),
    "user": N_("người dùng"),
    "unit": N_("đơn vị"),
    "channel_account": N_("tài khoản gửi tin"),
    "procedure": N_("thủ tục"),
    "change_set": N_("lần nhập danh sách"),
    "door_list": N_("danh sách gõ cửa"),
    "template": N_("mẫu thông báo"),
    "cascade": N_("sơ đồ truyền tin"),
}


def verdict(found: Verdict | None) -> None:
    """Whether all of it is still as it was written."""
    if found is None:
        parts.note("unknown", _("Chưa kiểm tra lần nào"), _("Mỗi đêm lúc 3 giờ nhật ký được kiểm tra từng dòng."))
    elif found.broken is None:
        words = _("Kiểm tra {at}: {n} dòng, mỗi dòng khớp với dòng trước nó.", at=near(found.at), n=number(found.rows))
        parts.note("arrived", _("Nhật ký còn nguyên"), words)
    else:
        words = _(
            "Kiểm tra {at}: dòng {row} đã bị sửa hoặc mất. Giữ nguyên máy này, so với bản sao lưu, báo người phụ trách.",
            at=near(found.at), row=number(found.broken),
        )  # fmt: skip
        parts.note("overdue", _("Nhật ký không còn nguyên"), words)


def kind_name(kind: str) -> str:
    """What an act was about, in words."""
    return _(KINDS.get(kind, kind))


def rows(event: AuditEvent) -> str:
    """What else is kept of an act: the record, then its details."""
    about = f"{kind_name(event.subject_kind)} {event.subject_id}".strip()
    details = ", ".join(f"{name}: {_value(value)}" for name, value in event.details.items())
    return " · ".join(one for one in (about, details) if one)


def _value(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def export(actor: Actor, filters: Filters, total: int) -> None:
    """The button that takes away what is found, as a text that every program reads."""
    if total > MOST:
        parts.hint(_("Tệp tải về có {n} dòng mới nhất; chọn khoảng ngày ngắn hơn để lấy phần còn lại.", n=number(MOST)))
    proving.download(actor, _("Tải nhật ký đang xem"), partial(_file, actor, filters), "nhat-ky.csv", CSV, key="take")


def _file(actor: Actor, filters: Filters) -> bytes:
    with transaction() as session:
        found = audit_trail.take(session, actor=actor, filters=filters)
        heads = [_("Số"), _("Lúc"), _("Người làm"), _("Việc"), _("Mã việc"), _("Loại"), _("Mã bản ghi"), _("Chi tiết"), "hash"]
        lines = [
            (
                one.sequence, one.created_at.isoformat(), one.actor_name, acts.named(one),
                one.action, one.subject_kind, one.subject_id, json.dumps(one.details, ensure_ascii=False), one.hash,
            )
            for one in found
        ]  # fmt: skip
    return ports().tables.csv(heads, lines)
