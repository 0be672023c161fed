"""The ward's rules of reach as a form: order of paths, money, paper, whom to call; and which accounts there are to send by."""

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from models import Channel, Need
from services import reach_rules
from services.reach_rules import Account, Rules, RulesForm
from ui import parts
from ui.forms import Slots
from ui.parts import Column, Text
from ui.words import _, money


@dataclass(frozen=True)
class Filled:
    """The form as it was handed in, and where its refusals are said."""

    values: RulesForm
    version: int  # of the rules it was filled from
    slots: Slots


def accounts(found: Mapping[Channel, Account]) -> None:
    """Which ways have an account: a plan never counts on one that has none."""
    parts.section(_("Đường báo tin"), _("kế hoạch chỉ tính đường đang dùng được"))
    rows: list[tuple[Text, ...]] = [(_(reach_rules.LABELS[Channel.RELAY]), _state(None, is_always=True), money(0))]
    for channel in reach_rules.BY_ACCOUNT:
        account = found.get(channel)
        rows.append((_(reach_rules.LABELS[channel]), _state(account), money(account.price) if account else "–"))
    rows.append((_(reach_rules.LABELS[Channel.DOOR]), _state(None, is_always=True), money(0)))
    parts.table([_("Đường"), Column(_("Tình trạng"), "state"), Column(_("Giá một tin"), "num")], rows, fold=False)


def _state(account: Account | None, *, is_always: bool = False) -> Text:
    if is_always:
        return parts.badge("arrived", _("luôn có"))
    if account is None:
        return parts.badge("unknown", _("chưa có tài khoản"))
    return parts.badge("arrived" if account.works else "waiting", _(account.state.label))


def form(rules: Rules, *, key: str) -> Filled | None:
    """The rules to change; what was typed when it is handed in, else None."""
    if f"{key}_order" not in st.session_state:  # filled anew: from now on it is these rules that are changed
        st.session_state[f"{key}_rules_read"] = rules.version
    with st.form(f"{key}_rules", width=560):
        order = st.multiselect(
            _("Thứ tự đường báo tin"), list(reach_rules.CHOICES), list(rules.order), key=f"{key}_order",
            format_func=lambda channel: _(reach_rules.LABELS[channel]), placeholder=_("Rẻ trước, nhóm của tổ đầu tiên"),
            help=_("Chọn theo thứ tự muốn dùng. Đường không chọn thì không dùng. Không còn đường nào thì gõ cửa."),
        )  # fmt: skip
        slots = {"order": st.empty()}
        budget = st.number_input(
            _("Tối đa cho một thông báo (đồng)"), min_value=0, max_value=reach_rules.BUDGET_MOST, value=rules.budget, step=10_000,
            key=f"{key}_budget", placeholder=_("không giới hạn"), width=300,
            help=_("Hết tiền thì các hộ còn lại đi đường không mất tiền, hoặc gõ cửa."),
        )  # fmt: skip
        slots["budget"] = st.empty()
        print_for = st.multiselect(
            _("Luôn in thêm giấy cho"), list(Need), list(rules.print_for), key=f"{key}_print",
            format_func=lambda need: _(need.label), placeholder=_("không ai"),
        )  # fmt: skip
        duty = st.text_area(
            _("Điện thoại trực, mỗi dòng một người"), reach_rules.as_typed(rules.duty), key=f"{key}_duty", height=110,
            placeholder=_("Hà Thị Minh, 0912 345 678"), help=_("Gọi theo thứ tự này khi tổ trưởng không trả lời."),
        )  # fmt: skip
        slots["duty"] = st.empty()
        is_saved = st.form_submit_button(_("Ghi quy tắc"), type="primary", key=f"{key}_rules_save")
    slots[""] = st.empty()
    if not is_saved:
        return None
    values = RulesForm(tuple(order), int(budget) if budget is not None else None, tuple(print_for), duty or "")
    return Filled(values, st.session_state[f"{key}_rules_read"], slots)


def written(rules: Rules, *, key: str) -> None:
    """The form now stands for these rules."""
    st.session_state[f"{key}_rules_read"] = rules.version
