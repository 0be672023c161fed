"""What was done to a record, by whom, in words."""

from collections.abc import Sequence

import streamlit as st

from core.i18n import N_
from models import AuditEvent
from services.household_writes import ACTS
from ui import parts
from ui.words import _, near

WORDS = ACTS | {
    "group.created": N_("lập nhóm"),
    "group.changed": N_("sửa nhóm"),
    "group.closed": N_("đóng nhóm"),
    "group.leader_set": N_("đổi người phụ trách"),
    "group.deputy_set": N_("đổi phó"),
    "link.created": N_("làm mã"),
    "link.retargeted": N_("đổi đường dẫn"),
    "link.retarget_undone": N_("quay lại đường dẫn cũ"),
    "link.stopped": N_("tắt mã"),
    "link.started": N_("bật lại mã"),
    "link.described": N_("sửa tên, nơi treo, ngày hết hạn"),
    "link.photo_set": N_("thêm ảnh nơi treo"),
    "link.photo_taken_away": N_("bỏ ảnh nơi treo"),
    "link.named": N_("đặt tên riêng cho mã"),
    "procedure.written": N_("sửa phần phường ghi thêm"),
    "procedure.picture_set": N_("thêm ảnh cho một bước"),
    "procedure.picture_taken_away": N_("bỏ ảnh của một bước"),
    "procedure.difference_accepted": N_("nhận bản mới của tỉnh"),
    "procedure.difference_declined": N_("giữ bản đang dùng"),
    "household.recounted": N_("đổi số người trong nhóm"),
    "household_card.issued": N_("làm thẻ hộ gia đình"),
    "household_card.revoked": N_("thu hồi thẻ hộ gia đình"),
    "tick_list.made": N_("làm đường dẫn đánh dấu trên điện thoại"),
    "tick_list.revoked": N_("thu hồi đường dẫn đánh dấu"),
    "join_request.made": N_("có hộ xin vào nhóm"),
    "join_request.accepted": N_("nhận hộ xin vào nhóm"),
    "join_request.declined": N_("không nhận hộ xin vào nhóm"),
    "door_list.widened": N_("thêm hộ vào danh sách gõ cửa"),
    "door_list.printed": N_("in danh sách gõ cửa"),
    "door_list.renewed": N_("đổi đường dẫn danh sách gõ cửa"),
    "door.entered": N_("ghi phiếu gõ cửa"),
    "door.told": N_("ghi hộ đã báo tận nơi"),
    "team_member.added": N_("thêm vào tổ công nghệ số"),
    "team_member.changed": N_("sửa thông tin thành viên"),
    "team_member.renewed": N_("đổi đường dẫn riêng"),
    "team_member.left": N_("ghi thôi tham gia tổ"),
    "duty.assigned": N_("xếp vào ca trực"),
    "duty.taken_out": N_("bỏ khỏi ca trực"),
    "duty.away": N_("báo vắng"),
    "duty.back": N_("bỏ báo vắng"),
    "support.logged": N_("ghi lượt hỗ trợ có quét thẻ"),
    "household.needs_seen": N_("xem nhu cầu hỗ trợ"),
    "household.phone_seen": N_("xem số điện thoại"),
}


def of(events: Sequence[AuditEvent], *, key: str) -> None:
    """Folded away until asked for; nothing where nothing was done."""
    if not events:
        return
    with st.expander(_("Ai đã ghi gì"), key=key):
        parts.lines(
            *(
                parts.joined(_(WORDS.get(one.action, one.action)), ", ", one.actor_name, ", ", parts.soft(near(one.created_at)))
                for one in events
            )
        )
