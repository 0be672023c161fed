"""The form of a household: what is typed stays, what cannot be right is said beside its field."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core import clock
from core.errors import Invalid
from core.i18n import N_
from models import Group, GroupKind, Need
from services.access import Actor
from services.household_search import HouseholdRow
from services.household_values import HouseholdValues
from services.households import HouseholdCard
from services.import_values import ADDRESS_MAX, CODE_MAX, NAME_MAX, PEOPLE_MAX
from ui import parts
from ui.forms import Slots
from ui.households import row
from ui.words import _, number


def ask(values: HouseholdValues, *, key: str, with_needs: bool = True) -> tuple[HouseholdValues, Slots]:
    """The fields, with a place under each for what is wrong with it. Stands inside a `st.form`.

    Needs that were not asked for are not shown, and stay as they are.
    """
    slots: dict[str, DeltaGenerator] = {}
    head_name = st.text_input(_("Họ và tên chủ hộ"), values.head_name, key=f"{key}_name", max_chars=NAME_MAX)
    slots["head_name"] = st.empty()
    address = st.text_input(
        _("Địa chỉ"), values.address, key=f"{key}_address", max_chars=ADDRESS_MAX, placeholder=_("ví dụ: số 12, ngõ 4")
    )
    slots["address"] = st.empty()
    phone = st.text_input(
        _("Điện thoại"), values.phone, key=f"{key}_phone", max_chars=20, placeholder=_("bỏ trống nếu không có số")
    )
    slots["phone"] = st.empty()
    with st.container(horizontal=True):
        people = st.number_input(_("Số người"), 0, PEOPLE_MAX, values.people, key=f"{key}_people", width=170)
        smartphones = st.number_input(
            _("Có điện thoại thông minh"), 0, PEOPLE_MAX, values.smartphones, key=f"{key}_smartphones", width=220
        )
    slots["people"] = slots["smartphones"] = st.empty()
    needs = list(values.needs)
    if with_needs:
        needs = st.pills(
            _("Hoàn cảnh cần lưu ý khi báo tin"), list(Need), selection_mode="multi", default=needs,
            format_func=lambda need: _(need.label), key=f"{key}_needs",
        )  # fmt: skip
        slots["needs"] = st.empty()
    with st.container(horizontal=True):
        code = st.text_input(
            _("Mã hộ"), values.code, key=f"{key}_code", max_chars=CODE_MAX, placeholder=_("tự đánh số"), width=170
        )
        arrived_on = st.date_input(
            _("Ở đây từ ngày"), values.arrived_on or clock.today(), min_value="1900-01-01", max_value=clock.today(),
            key=f"{key}_since", format="DD/MM/YYYY", width=220,
        )  # fmt: skip
    slots["code"] = slots["arrived_on"] = st.empty()
    typed = HouseholdValues(
        head_name=head_name, code=code, address=address, phone=phone, people=people, smartphones=smartphones,
        needs=tuple(needs), arrived_on=arrived_on,
    )  # fmt: skip
    return typed, slots


def is_still_new(found: list[HouseholdRow], *, actor: Actor) -> bool:
    """Show the households that may be the one being added, each a press away; True when it is said to be another one."""
    with st.container(width=640):
        parts.note(
            "waiting", _("Có thể hộ này đã có trong sổ"),
            _("{n} hộ trùng tên trong tổ, thôn này hoặc trùng số điện thoại. Chưa ghi gì.", n=number(len(found))),
        )  # fmt: skip
        with st.container(gap=None, key="records"):
            for one in found:
                with row(one, actor=actor, with_unit=True):
                    pass
        return st.button(_("Vẫn thêm hộ mới"), key="n_still")  # the page has its one main button


def choose_group(groups: list[Group], *, card: HouseholdCard) -> tuple[Group | None, Slots]:
    """The groups a household may come into; the one of its unit is chosen beforehand as long as it is in none of those."""
    is_home = any(stay.group.kind is GroupKind.HOUSEHOLD for stay in card.stays if stay.membership.left_on is None)
    first = groups[0]
    is_own = first.kind is GroupKind.HOUSEHOLD and first.unit_id == card.unit.id
    names = {group.id: group.name for group in groups}
    group_id = st.selectbox(
        _("Ghi vào nhóm"), list(names), index=0 if is_own and not is_home else None, format_func=names.__getitem__,
        key=f"{card.household.id.hex}_group", placeholder=_("Chọn nhóm"),
    )  # fmt: skip
    return next((group for group in groups if group.id == group_id), None), {"group_id": st.empty()}


def picked(group: Group | None) -> Group:
    """The group, once there is one.

    Raises:
        Invalid: none was chosen.
    """
    if group is None:
        raise Invalid(N_("Xin chọn nhóm."), field="group_id")
    return group
