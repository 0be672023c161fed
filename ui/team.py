"""The digital team on screen: its members, the form of one, the two addresses each has."""

from collections.abc import Sequence
from uuid import UUID

import streamlit as st

from core import phones
from core.db import transaction
from models import Skill, TeamMember, Unit
from services import team_members
from services.access import Actor
from services.team_members import MemberRow, MemberValues
from ui import leave_for, parts, refusals
from ui.forms import Slots
from ui.parts import Column
from ui.words import _, number

PAGE, MEMBER = "pages/team.py", "pages/member.py"
ROWS_SHOWN = 12


def table(rows: Sequence[MemberRow]) -> None:
    """The members, each a link to their own page."""
    heads: list[Column | str] = [
        _("Thành viên"),
        _("Giúp ở đâu"),
        Column(_("Giúp được gì"), "wide"),
        Column(_("Điện thoại"), "desk"),
    ]
    parts.table(heads, [_cells(row) for row in rows], shown=ROWS_SHOWN, more=_("Xem cả {n} người", n=number(len(rows))))


def _cells(row: MemberRow) -> tuple[parts.Text, ...]:
    one = row.member
    name = parts.joined(
        parts.link(one.name, "member", id=str(one.id)), parts.small(_("tổ trưởng") if one.is_head else row.username or "")
    )
    return name, row.unit_label, skills(one), parts.call(one.phone) or "–"


def skills(member: TeamMember) -> str:
    """What a member can help with, in words."""
    return ", ".join(_(Skill(one).label) for one in member.skills) or "–"


def form(member: TeamMember | None, places: Sequence[Unit], *, username: str = "") -> tuple[MemberValues, Slots] | None:
    """What is known of a member; None until it is saved."""
    key = member.id.hex if member else "new"
    labels = {unit.id: unit.label for unit in places}
    start = list(labels).index(member.unit_id) if member and member.unit_id in labels else 0
    slots: dict[str, st.delta_generator.DeltaGenerator] = {}
    with st.form(f"m_{key}"):
        name = st.text_input(_("Họ và tên"), member.name if member else "", key=f"m_name_{key}", max_chars=team_members.NAME_MAX)
        slots["name"] = st.empty()
        unit_id: UUID | None = st.selectbox(
            _("Giúp ở đâu"), list(labels), index=start, format_func=labels.__getitem__, key=f"m_unit_{key}",
            help=_("Cả phường, hoặc một tổ, thôn: khảo sát và hỗ trợ tại nhà xếp theo nơi này."),
        )  # fmt: skip
        slots["unit_id"] = st.empty()
        phone = st.text_input(_("Điện thoại"), phones.show(member.phone) if member else "", key=f"m_phone_{key}", max_chars=20)
        slots["phone"] = st.empty()
        can = st.pills(
            _("Giúp được gì"), list(Skill), default=[Skill(one) for one in member.skills] if member else [],
            selection_mode="multi", format_func=lambda one: _(one.label), key=f"m_skills_{key}",
        )  # fmt: skip
        account = st.text_input(
            _("Tài khoản, nếu có"),
            username,
            key=f"m_account_{key}",
            help=_("Để trống cũng được: trang trên điện thoại mở bằng đường dẫn riêng."),
        )
        slots["username"] = st.empty()
        is_head = st.toggle(_("Là tổ trưởng tổ công nghệ số"), member.is_head if member else False, key=f"m_head_{key}")
        is_saved = st.form_submit_button(_("Ghi lại") if member else _("Thêm thành viên"), type="primary", key=f"m_save_{key}")
    if not (is_saved and unit_id):
        return None
    return MemberValues(name or "", unit_id, phone or "", tuple(can), is_head, account or ""), slots


def addresses(member: TeamMember, actor: Actor) -> None:
    """The page on the phone and the calendar, to be handed over; and the press that replaces both."""
    parts.section(_("Trang trên điện thoại"), _("gửi riêng cho {name}, không cần đăng nhập", name=member.name))
    parts.facts(
        (_("Trang của thành viên"), parts.address(team_members.url_of(member))),
        (_("Lịch cho điện thoại"), parts.address(team_members.calendar_url_of(member))),
    )  # fmt: skip
    if parts.action(
        "renew", "unknown", _("Mất máy, hay lộ đường dẫn"), _("Hai đường dẫn cũ hết dùng ngay; gửi đường dẫn mới cho người ấy."),
        _("Đổi đường dẫn"),
    ):  # fmt: skip
        with refusals():
            with transaction() as session:
                team_members.renew(session, actor=actor, member_id=member.id)
            leave_for(MEMBER, news=_("Đã đổi. Xin gửi đường dẫn mới."), id=str(member.id))


def own_page(member: TeamMember) -> None:
    """The way of a signed-in member to their own page."""
    with parts.line("own", "arrived", _("Việc của tôi trong tổ công nghệ số"), _("Ca trực, ghi hỗ trợ, đến nhà, khảo sát.")):
        st.link_button(_("Mở trang của tôi"), team_members.url_of(member))


def needed_first() -> None:
    """Nobody is in the team yet who could be chosen: the way to the first member."""
    parts.hint(_("Thêm thành viên tổ công nghệ số trước."))
    st.page_link(MEMBER, label=_("Thêm thành viên"), icon=":material/person_add:")
