"""Sơ đồ truyền tin: through which groups the word reaches every household, and where the chain is broken."""

from collections import Counter

import streamlit as st

from core.db import reading
from services import cascade as service
from services.access import May
from ui import _, cascade, enter, number, parts, places

HERE, LIST = "pages/cascade.py", "pages/groups.py"
actor = enter(needs=May.KEEP_GROUPS.roles)
top = st.container()
ward = places.ward(actor)
with reading() as session:
    seen = service.of(session, actor=actor, unit_id=ward.id)
everyone = list(seen.all())
with top:
    silent = sum(bool(node.troubles) for node in everyone)
    wrong = _("{n} nhóm cần xem lại", n=number(silent)) if silent else ""
    parts.head(_("Sơ đồ truyền tin"), ward.name, _("{n} nhóm", n=number(len(everyone))), wrong)
if not everyone:
    parts.empty(
        _("Chưa có nhóm nào"), _("Lập nhóm tổ trưởng trước, rồi nhóm hộ dân của từng tổ, thôn: tin đi từ phường qua đó."),
        _("Lập nhóm"), page="pages/new_group.py",
    )  # fmt: skip
    st.stop()
counts = Counter(one for node in everyone for one in node.troubles)
trouble = cascade.ask_trouble({one: counts[one] for one in service.Trouble if counts[one]})
cascade.last_move(actor=actor, page=HERE)
cascade.move(seen, actor=actor, page=HERE, ward=ward.name)
if trouble:
    cascade.alone([node for node in everyone if trouble in node.troubles], trouble)
else:
    cascade.tree(seen, ward.name)
with st.container(horizontal=True):
    st.page_link(LIST, label=_("Về danh sách nhóm"), icon=":material/arrow_back:")
    st.page_link("pages/new_group.py", label=_("Lập nhóm"), icon=":material/group_add:")
