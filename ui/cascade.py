"""The cascade on screen: the tree of groups, those in one kind of trouble, and moving groups under another."""

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

import streamlit as st
from markupsafe import Markup
from streamlit.delta_generator import DeltaGenerator

from core.db import reading, transaction
from core.i18n import N_
from services import cascade
from services.access import Actor
from services.cascade import PUBLIC, Cascade, Node, Trouble
from services.figures import Coverage
from ui import addressed, leave_for, parts, refusals
from ui.forms import refusals_at
from ui.parts import Text
from ui.words import _, day, number, share

SHOWN = 12  # groups fed from one and the same; the rest opens on demand
FILTER = "loc"  # the name of the filter in the address: Today links there
ALONE = {
    Trouble.NO_LEADER: N_("{n} nhóm chưa có người phụ trách"), Trouble.NO_LINK: N_("{n} nhóm chưa có đường dẫn vào nhóm"),
    Trouble.SILENT: N_("{n} nhóm im lặng từ 60 ngày"), Trouble.TWO_GROUPS: N_("{n} nhóm có người phụ trách giữ hai nhóm hộ dân"),
}  # fmt: skip
MENDS = {
    Trouble.NO_LEADER: N_("Mở nhóm để chọn người phụ trách."),
    Trouble.NO_LINK: N_("Mở nhóm, mục Sửa nhóm, để thêm đường dẫn Zalo."),
    Trouble.SILENT: N_("Chưa thấy bài đăng, lượt mở hay hộ vào ra. Gọi người phụ trách, hoặc đóng nhóm không dùng nữa."),
    Trouble.TWO_GROUPS: N_("Mở một nhóm để bàn giao cho người khác."),
}


def title_of(trouble: Trouble, count: int) -> str:
    """How many groups are in this trouble, in words."""
    return _(ALONE[trouble], n=number(count))


def ask_trouble(counts: Mapping[Trouble, int]) -> Trouble | None:
    """Which groups to look at: all as a tree, or those in one kind of trouble; it stands in the address."""
    asked = st.query_params.get(FILTER)
    kinds = {one.value: _(one.label) for one in Trouble if one in counts or one.value == asked}
    if not kinds:
        return None
    chosen = addressed.pill(_("Nhóm cần xem lại"), kinds, key=FILTER)
    return Trouble(chosen) if chosen else None


def tree(seen: Cascade, ward: str) -> None:
    """The whole as an outline: the ward, what it feeds, and so on down. Nested lists, so that a screen reader tells the level."""
    total = _counted(seen.total)
    top = Markup('<div class="cn-node"><div class="who"><b>{}</b><span>{}</span></div>{}</div>').format(
        ward, _("gửi thông báo tới các nhóm dưới đây"), total
    )
    parts.html(Markup('<ul class="cn-tree"><li>{}{}</li></ul>').format(top, _below(seen.roots)))


def _below(nodes: Sequence[Node]) -> Markup:
    if not nodes:
        return Markup("")
    lines = [Markup("<li>{}{}</li>").format(_node(node), _below(node.below)) for node in nodes]
    shown = Markup("<ul>{}</ul>").format(parts.joined(*lines[:SHOWN]))
    if len(lines) <= SHOWN:
        return shown
    more = _("Xem thêm {n} nhóm", n=number(len(lines) - SHOWN))
    return shown + Markup('<details class="cn-more"><summary>{} {}</summary><ul>{}</ul></details>').format(
        more, parts.icon("down"), parts.joined(*lines[SHOWN:])
    )


def _node(node: Node) -> Markup:
    """One group: its name, who leads it, what is wrong, how far it reaches, when it last posted."""
    row = node.row
    heads = row.leader and (_("{name}, phó {deputy}", name=row.leader, deputy=node.deputy) if node.deputy else row.leader)
    fed = _("chuyển tin cho {n} nhóm", n=number(len(node.below))) if node.below else ""
    who = ", ".join(part for part in (_(row.kind.label), heads, fed) if part)
    wrong = [parts.badge("overdue", _(one.label)) for one in Trouble if one in node.troubles]
    said = Markup('<div class="how">{}</div>').format(Markup(" ").join(wrong)) if wrong else ""
    return Markup('<div class="cn-node"><div class="who">{}<span>{}</span>{}</div>{}<div class="last">{}</div></div>').format(
        parts.link(row.name, "group", id=str(row.id)), who, said, _reaches(node), _posted(node)
    )


def _reaches(node: Node) -> Markup:
    if node.coverage and node.coverage.households:
        return _counted(node.coverage)
    return Markup('<div class="far">{}</div>').format(_("{n} hộ", n=number(node.row.households)) if node.row.households else "")


def _counted(counts: Coverage) -> Markup:
    if not counts.households:
        return Markup("")
    words = _("{n} / {all} hộ", n=number(counts.joined), all=number(counts.households))
    says = _("{share} hộ trong nhóm", share=share(counts.coverage))
    bar = parts.bar(counts.coverage, target=counts.target_percent / 100, says=says)
    return Markup('<div class="far">{}<span><b>{}</b> {}</span></div>').format(bar, share(counts.coverage), words)


def _posted(node: Node) -> str:
    if node.posted_on:
        return _("đăng gần nhất {day}", day=day(node.posted_on, weekday=False))
    return _("chưa đăng tin nào") if node.coverage else ""


def alone(nodes: Sequence[Node], trouble: Trouble) -> None:
    """The groups in one kind of trouble, and how each is mended."""
    if not nodes:
        parts.note("arrived", _("Không còn nhóm nào như vậy"), _("Bỏ chọn ở trên để xem cả sơ đồ."))
        return
    parts.section(title_of(trouble, len(nodes)), _(MENDS[trouble]))
    lines = parts.joined(*(Markup("<li>{}</li>").format(_node(one)) for one in nodes))
    parts.html(Markup('<ul class="cn-tree">{}</ul>').format(lines))


def move(seen: Cascade, *, actor: Actor, page: str, ward: str) -> None:
    """Who feeds whom: some groups, and where they get the word from now on; and the last move taken back."""
    chats = {node.row.id: node for node in seen.all() if node.row.kind not in PUBLIC}
    slots: dict[str, DeltaGenerator] = {}
    with st.expander(_("Đổi nơi nhận tin"), icon=":material/account_tree:", key="c_move"), st.form("cascade", border=False):
        parts.hint(_("Nhóm được chọn nhận tin từ nơi mới kể từ thông báo sau; hộ và người phụ trách giữ nguyên."))
        chosen = st.multiselect(
            _("Nhóm"), list(chats), key="c_groups", format_func=_called(chats), placeholder=_("Chọn một hay nhiều nhóm"),
        )  # fmt: skip
        slots["group_ids"] = st.empty()
        places: list[UUID | None] = [None, *chats]
        parent_id = st.selectbox(
            _("Nhận tin từ"), places, key="c_parent",
            format_func=lambda one: _called(chats)(one) if one else _("thẳng từ {ward}", ward=ward),
        )  # fmt: skip
        slots["parent_id"] = st.empty()
        if st.form_submit_button(_("Ghi lại"), key="c_ok", type="primary"):
            with refusals_at(slots):
                with transaction() as session:
                    moved = cascade.move(session, actor=actor, group_ids=chosen, parent_id=parent_id)
                leave_for(page, news=_("Đã đổi nơi nhận tin của {n} nhóm.", n=number(moved)), **dict(st.query_params))


def _called(chats: Mapping[UUID, Node]) -> Callable[[UUID], str]:
    return lambda one: f"{chats[one].row.name}, {_(chats[one].row.kind.label)}"


def last_move(*, actor: Actor, page: str) -> None:
    """What this person moved last, with the one button that takes it back."""
    with reading() as session:
        last = cascade.last_move(session, actor=actor)
    if last is None:
        return
    rest = len(last.names) - 3
    names: Text = ", ".join(last.names[:3]) + (_(" và {n} nhóm khác", n=number(rest)) if rest > 0 else "")
    if parts.action("c_back", "arrived", _("Vừa đổi nơi nhận tin"), names, _("Quay lại như cũ")):
        with refusals():
            with transaction() as session:
                count = cascade.take_back(session, actor=actor)
            leave_for(page, news=_("{n} nhóm lại nhận tin như trước.", n=number(count)), **dict(st.query_params))
