"""Những lần nhập danh sách: which lists came in, what each changed, and taking one back while nothing depends on it."""

import streamlit as st

from core.db import reading
from models import ChangeSetKind
from services import change_sets
from services.access import May
from services.change_records import SHOWN
from ui import _, confirmed_by_count, enter, imports, leave_for, near, needed, number, parts, record_id, refusals
from ui.paging import asked, turn

HERE, IMPORT = "pages/imports.py", "pages/import_households.py"
NEW, CHANGED = "moi", "sua"  # pages of the households that came by it, and of those it changed
actor = enter(needs=May.IMPORT_HOUSEHOLDS.roles)

if "id" not in st.query_params:
    parts.head(_("Những lần nhập danh sách"), _("mỗi lần nhập là một bản ghi: ai nhập, tệp nào, đổi những gì; nhầm thì quay lại"))
    with reading() as session:
        total = change_sets.count(session, actor=actor)
        page = min(asked(), max(1, -(-total // SHOWN)))
        records = change_sets.listing(session, actor=actor, skip=(page - 1) * SHOWN)
    if records:
        parts.section(_("{n} lần nhập", n=number(total)), _("mới nhất đứng trước"))
        imports.listed(records, "imports")
        turn(-(-total // SHOWN))
        with st.container(horizontal=True):
            st.page_link(IMPORT, label=_("Nhập danh sách"), icon=":material/upload_file:")
            st.page_link("pages/alike.py", label=_("Có thể trùng nhau"), icon=":material/compare_arrows:")
    else:
        parts.empty(
            _("Chưa nhập danh sách nào"), _("Mỗi danh sách nhập vào sổ hộ sẽ hiện ở đây, xem lại và quay lại được."),
            _("Nhập danh sách hộ"), page=IMPORT,
        )  # fmt: skip
    st.stop()

with needed(back=HERE):
    id_ = record_id()
    with reading() as session:
        record = change_sets.get(session, actor=actor, change_set_id=id_, kind=ChangeSetKind.IMPORT)
kept = record.change_set
parts.head(
    imports.name_of(kept), imports.state(kept), record.unit_label, imports.by(record.by), near(kept.created_at), kept.purpose,
    _("dấu vân tay của tệp {digits}", digits=kept.file_hash[: imports.HASH_SHOWN]) if kept.file_hash else "",
)  # fmt: skip
with refusals():
    if imports.undoing(id_):
        leave_for(HERE, news=_("Đã quay lại, sổ hộ như trước lần nhập."), id=str(id_))
with reading() as session:
    created, changed = change_sets.size(session, actor=actor, change_set_id=id_)
    made = change_sets.created(session, actor=actor, change_set_id=id_, skip=(asked(NEW) - 1) * SHOWN)
    touched = change_sets.changes(session, actor=actor, change_set_id=id_, skip=(asked(CHANGED) - 1) * SHOWN)
    held = change_sets.obstacles(session, actor=actor, change_set_id=id_)
imports.figures(kept)
if kept.undone_at:
    who = _("{who}, {at}. Bản ghi này được giữ lại.", who=imports.by(record.undone_by), at=near(kept.undone_at))
    parts.note("unknown", _("Đã quay lại, sổ hộ như trước lần nhập"), who)
else:
    with st.expander(_("Quay lại lần nhập này"), key="imp_back", icon=":material/undo:"):
        if held.total:
            imports.held(held, "imports")
        else:
            count = kept.created + kept.updated
            parts.hint(
                _(
                    "{new} hộ mới được bỏ khỏi sổ, {old} hộ đã có trở lại như trước, kể cả nhóm của hộ.",
                    new=number(kept.created), old=number(kept.updated),
                )
            )  # fmt: skip
            asks = _("Việc này đụng tới {n} hộ. Gõ số hộ để chắc chắn.", n=number(count))
            with st.container(width=420):
                is_sure = confirmed_by_count(count, asks, key=f"imp_count_{id_.hex}")
            if is_sure and st.button(_("Quay lại lần nhập này"), key="imp_undo", type="primary", icon=":material/undo:"):
                imports.begin_undoing(actor, id_)
                st.rerun()
if touched:
    parts.section(_("Hộ đã có, nay khác đi"), _("trước → sau"))
    imports.changed(touched, actor)
    turn(-(-changed // SHOWN), CHANGED)
if made:
    parts.section(_("Hộ mới vào sổ"), _("{n} hộ", n=number(created)))
    imports.made(made)
    turn(-(-created // SHOWN), NEW)
st.page_link(HERE, label=_("Những lần nhập khác"), icon=":material/arrow_back:")
