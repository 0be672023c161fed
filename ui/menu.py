"""Every screen in the menu, and the visit of one: what Streamlit runs for every visitor and every click."""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import PurePath
from typing import Literal

import streamlit as st

from core.i18n import N_
from models import Role
from services import access
from services.access import Actor, May
from ui import _, arrive, parts, plain

OWN = "own"  # the section with the reader's own name


@dataclass(frozen=True)
class Room:
    """A screen: its file, its name in the menu, the section it stands in, who has it in the menu.

    Rooms without roles are opened from another screen. The menu only shows; the page and the services refuse.
    """

    file: str
    title: str
    section: str = ""
    roles: Sequence[Role] = ()

    @cached_property
    def path(self) -> str:
        """Its address."""
        return PurePath(self.file).stem


ROOMS = (
    Room("pages/home.py", N_("Trang đầu")),
    Room("pages/today.py", N_("Hôm nay"), "", May.SEE_TODAY.roles),
    Room("pages/my_group.py", N_("Tổ của tôi"), "", access.LEADS),
    Room("pages/announcements.py", N_("Thông báo"), "", May.SEE_SENT.roles),
    Room("pages/compose.py", N_("Soạn thông báo"), "", May.WRITE.roles),
    Room("pages/announcement.py", N_("Bảng theo dõi")),
    Room("pages/behind.py", N_("Hộ đằng sau con số")),
    Room("pages/wall.py", N_("Màn hình văn phòng")),
    Room("pages/story.py", N_("Tổng kết thông báo")),
    Room("pages/doors.py", N_("Gõ cửa")),
    Room("pages/review.py", N_("Xem và duyệt")),
    Room("pages/groups.py", N_("Nhóm và tổ dân phố"), N_("Cộng đồng"), access.OBSERVERS),
    Room("pages/group.py", N_("Nhóm")),
    Room("pages/new_group.py", N_("Lập nhóm")),
    Room("pages/cascade.py", N_("Sơ đồ truyền tin")),
    Room("pages/households.py", N_("Hộ dân"), N_("Cộng đồng"), May.SEE_PEOPLE.roles),
    Room("pages/household.py", N_("Hộ dân")),
    Room("pages/import_households.py", N_("Nhập danh sách hộ")),
    Room("pages/imports.py", N_("Những lần nhập danh sách")),
    Room("pages/alike.py", N_("Có thể trùng nhau")),
    Room("pages/new_household.py", N_("Thêm hộ")),
    Room("pages/household_sheet.py", N_("Sửa nhanh")),
    Room("pages/proposals.py", N_("Đề nghị của tổ trưởng")),
    Room("pages/household_cards.py", N_("Thẻ hộ gia đình")),
    Room("pages/closed_lists.py", N_("Danh sách đích danh"), N_("Cộng đồng"), May.WORK_LISTS.roles),
    Room("pages/closed_list.py", N_("Danh sách đích danh")),
    Room("pages/loudspeaker.py", N_("Loa truyền thanh"), N_("Cộng đồng"), May.READ_LOUDSPEAKERS.roles),
    Room("pages/links.py", N_("Mã QR"), N_("QR và thủ tục"), May.KEEP_LINKS.roles),
    Room("pages/print_studio.py", N_("In ấn"), N_("QR và thủ tục"), May.PRINT.roles),
    Room("pages/posters.py", N_("Tờ đang treo"), N_("QR và thủ tục"), May.KEEP_LINKS.roles),
    Room("pages/scans.py", N_("Lượt quét"), N_("QR và thủ tục"), May.STUDY_FIGURES.roles),
    Room("pages/procedures.py", N_("Thủ tục"), N_("QR và thủ tục"), May.KEEP_PROCEDURES.roles),
    Room("pages/procedure.py", N_("Thủ tục")),
    Room("pages/import_procedures.py", N_("Nhập danh mục thủ tục")),
    Room("pages/link.py", N_("Mã QR")),
    Room("pages/new_link.py", N_("Làm mã")),
    Room("pages/new_links.py", N_("Làm nhiều mã")),
    Room("pages/move_links.py", N_("Đổi đường dẫn nhiều mã")),
    Room("pages/official_paper.py", N_("Văn bản giấy")),
    Room("pages/bulletin.py", N_("Bảng tin tháng")),
    Room("pages/inbox.py", N_("Hỏi đáp"), N_("Hỏi đáp"), May.ANSWER_INQUIRIES.roles),
    Room("pages/public_answers.py", N_("Câu trả lời chung"), N_("Hỏi đáp"), May.ANSWER_INQUIRIES.roles),
    Room("pages/inbox_rules.py", N_("Thời hạn và số liệu trả lời"), N_("Hỏi đáp"), May.ANSWER_INQUIRIES.roles),
    Room("pages/inquiry.py", N_("Câu hỏi")),
    Room("pages/new_inquiry.py", N_("Ghi câu hỏi")),
    Room("pages/team.py", N_("Tổ công nghệ số"), N_("Tổ công nghệ số"), May.SEE_TEAM.roles),
    Room("pages/member.py", N_("Thành viên")),
    Room("pages/roster.py", N_("Lịch trực"), N_("Tổ công nghệ số"), May.KEEP_TEAM.roles),
    Room("pages/duty_posts.py", N_("Nơi trực và giờ trực")),
    Room("pages/home_visits.py", N_("Hỗ trợ tại nhà"), N_("Tổ công nghệ số"), May.KEEP_TEAM.roles),
    Room("pages/phone_survey.py", N_("Khảo sát điện thoại"), N_("Tổ công nghệ số"), May.KEEP_TEAM.roles),
    Room("pages/lessons.py", N_("Buổi hướng dẫn"), N_("Tổ công nghệ số"), May.KEEP_TEAM.roles),
    Room("pages/participation.py", N_("Mức độ tham gia"), N_("Số liệu"), May.SEE_FIGURES.roles),
    Room("pages/coverage.py", N_("Độ phủ"), N_("Số liệu"), May.SEE_FIGURES.roles),
    Room("pages/questions.py", N_("Câu hỏi của lãnh đạo"), N_("Số liệu"), May.SEE_FIGURES.roles),
    Room("pages/charts.py", N_("Biểu đồ"), N_("Số liệu"), May.SEE_FIGURES.roles),
    Room("pages/compare.py", N_("Trước và sau"), N_("Số liệu"), May.STUDY_FIGURES.roles),
    Room("pages/reports.py", N_("Báo cáo"), N_("Số liệu"), May.SEE_FIGURES.roles),
    Room("pages/figures.py", N_("Sổ số liệu"), N_("Số liệu"), May.SEE_FIGURES.roles),
    Room("pages/people.py", N_("Người dùng"), N_("Quản trị"), May.KEEP_USERS.roles),
    Room("pages/our_ward.py", N_("Phường"), N_("Quản trị"), May.KEEP_WARD.roles),
    Room("pages/personal_data.py", N_("Dữ liệu cá nhân"), N_("Quản trị"), May.KEEP_PRIVACY.roles),
    Room("pages/purposes.py", N_("Sổ ghi hoạt động xử lý")),
    Room("pages/processors.py", N_("Sổ bên xử lý, nơi nhận dữ liệu")),
    Room("pages/retention.py", N_("Thời hạn lưu")),
    Room("pages/subject_requests.py", N_("Yêu cầu về dữ liệu cá nhân")),
    Room("pages/subject_request.py", N_("Yêu cầu về dữ liệu cá nhân")),
    Room("pages/breaches.py", N_("Sổ vi phạm")),
    Room("pages/breach.py", N_("Sổ vi phạm")),
    Room("pages/channels.py", N_("Kênh gửi"), N_("Quản trị"), May.KEEP_CHANNELS.roles),
    Room("pages/channel.py", N_("Kênh gửi")),
    Room("pages/audit.py", N_("Nhật ký"), N_("Quản trị"), May.SEE_AUDIT.roles),
    Room("pages/status.py", N_("Trạng thái"), N_("Quản trị"), May.MIND_MACHINES.roles),
    Room("pages/reorganise.py", N_("Sắp xếp tổ, thôn, phường")),
    Room("pages/new_person.py", N_("Thêm người dùng")),
    Room("pages/person.py", N_("Người dùng")),
    Room("pages/account.py", N_("Tài khoản của tôi"), OWN, May.KEEP_ACCOUNT.roles),
    Room("pages/sign_in.py", N_("Đăng nhập")),
    Room("pages/new_password.py", N_("Đặt mật khẩu")),
    Room("pages/second_factor.py", N_("Xác nhận hai bước")),
)
# The first screen's address is "/": Streamlit knows no page under its name, and would say so.
SCREENS = [room.path for room in ROOMS if room.path != "home"]


@cache
def _page(room: Room, title: str, *, is_shown: bool) -> st.Page:
    """Made once: Streamlit looks for the file each time, which for all rooms takes longer than drawing one."""
    visibility: Literal["visible", "hidden"] = "visible" if is_shown else "hidden"
    return st.Page(room.file, title=title, url_path=room.path, default=room.path == "home", visibility=visibility)


def menu(actor: Actor | None) -> dict[str, list[st.Page]]:
    """Every room by section. All are known, so that a link to any opens; the menu shows those of the reader's role."""
    sections: dict[str, list[st.Page]] = {"": []}
    for room in ROOMS:
        is_shown = actor is not None and not actor.is_held and actor.role in room.roles
        section = plain(actor.display_name) if actor and room.section == OWN else _(room.section)
        page = copy(_page(room, _(room.title), is_shown=is_shown))  # a page remembers whether it may run
        sections.setdefault(section if is_shown and room.section else "", []).append(page)
    return sections


def visit() -> None:
    """One visit or click."""
    actor = arrive()
    st.set_page_config(page_icon="static/icon.svg", layout="wide")
    st.logo("static/logo.svg", size="large")
    shown = st.navigation(menu(actor), position="top" if actor and not actor.is_held else "hidden")
    st.set_page_config(page_title=f"{shown.title} · Cầu Nối")
    st.session_state["here"] = shown.url_path or "home"
    parts.speak()
    shown.run()
