"""Nhập danh sách hộ: what is in the file, what would happen, then write it; mend what was refused."""

import streamlit as st

from core.errors import Refusal
from services.access import May
from ui import _, enter, import_start, importing, needed, number, parts, refusals, said
from ui.import_remarks import remarks
from ui.import_repeats import repeats

HERE, LIST = "pages/import_households.py", "pages/households.py"
actor = enter(needs=May.IMPORT_HOUSEHOLDS.roles)
mine = importing.hand(actor)
parts.head(_("Nhập danh sách hộ"), mine.upload.name if mine.upload else _("từ bảng tính Excel hoặc CSV, tối đa 50 MB"))
with refusals():
    mine.settle()

if mine.done:
    done = mine.done
    importing.outcome(done)
    importing.figures(done)
    importing.refused(done)
    repeats(done)
    if done.rejected:
        most = importing.MENDED_MAX
        note = _("{n} dòng đầu; còn lại sửa trong tệp tải về", n=number(most)) if len(done.rejected) > most else ""
        parts.section(_("Sửa tại chỗ"), note or _("bấm đúp vào ô bị sai, gõ lại, rồi nhập"))
        typed = importing.editor(done, key=f"i_mend{mine.turn}")
        if st.button(_("Nhập các dòng đã sửa"), key="i_mend", type="primary", icon=":material/done_all:"):
            if importing.begin_mending(mine, actor, typed):
                st.rerun()
            st.warning(_("Chưa có dòng nào được sửa ở ô bị sai."))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.page_link(LIST, label=_("Xem sổ hộ"), icon=":material/home:")
        if st.button(_("Nhập tệp khác"), key="i_again", icon=":material/upload_file:"):
            mine.drop()
            st.rerun()
    st.stop()

if not mine.upload:
    left, right = st.columns([1.4, 1], gap="medium")
    with left:
        if given := import_start.uploader(mine.turn):
            with refusals():
                mine.take(given, name=given.name, size=given.size)
                st.rerun()
    with right:
        import_start.promises()
        st.page_link("pages/imports.py", label=_("Những lần nhập trước"), icon=":material/history:")
        import_start.template()
    st.stop()

wanted = importing.sheet_choice(mine)
importing.letters_choice(mine)
with needed(back=HERE):
    found = importing.look(mine, sheet=wanted, wishes={})
wishes: dict[str, str] = {}
seen = found
rows = st.container()
if not isinstance(found, Refusal):
    fields = importing.fields_of(found)
    words = _("Cột nào nhận nhầm? Đổi ở đây")
    with st.expander(words, expanded="head_name" not in found.columns, icon=":material/view_column:", key=f"i_cols{mine.turn}"):
        wishes = importing.choose_fields(fields, key=f"i_col{mine.turn}_{importing.place_of(mine, wanted)}")
    with needed(back=HERE):
        seen = importing.look(mine, sheet=wanted, wishes=wishes)
tried = None
if isinstance(seen, Refusal):
    rows.error(said(seen))
else:
    with rows:
        of = _("nhận ra {n} trên {all} cột, tiêu đề ở dòng {row}", n=number(len(seen.columns)), all=number(len(seen.headers)),
               row=number(seen.header_row))  # fmt: skip
        parts.section(_("{n} dòng đầu, dưới tên trường sẽ ghi vào", n=number(len(seen.samples))), of)
        importing.samples(seen)
        importing.about(seen)
        if "head_name" not in seen.columns:
            parts.note("waiting", _("Chưa rõ cột nào là họ tên chủ hộ"), _("Hãy chỉ ra ở dưới, rồi mới xem thử được."))
    places = importing.targets(actor)
    unit_id = st.selectbox(_("Nhập vào"), list(places), format_func=places.__getitem__, key="i_unit", width=420)
    if "unit" not in seen.columns and unit_id == next(iter(places)):
        parts.hint(_("Danh sách không có cột tổ, thôn. Nếu tiêu đề trong tệp cũng không ghi, hãy chọn một tổ ở trên."))
    mine.purpose = import_start.purpose(actor, unit_id)
    wish = (unit_id, wanted, tuple(sorted(wishes.items())))
    tried = mine.tried if mine.wish == wish else None
    if tried:
        parts.section(_("Nếu ghi, danh sách này sẽ"), _("chưa ghi gì cả"))
        if tried.earlier and not (tried.created or tried.updated):
            parts.note("unknown", _("Không có gì mới để ghi"), importing.repeated(tried.earlier))
        importing.figures(tried)
        importing.refused(tried)
        remarks(tried)
        repeats(tried)
        if not mine.purpose:
            parts.note("waiting", _("Chưa ghi được"), _("Xin chọn ở trên: danh sách này dùng để làm gì."))

with parts.action_bar():
    if st.button(_("Chọn tệp khác"), key="i_drop"):
        mine.drop()
        st.rerun()
    if tried:
        count = tried.created + tried.updated
        label = _("Ghi {n} hộ", n=number(count)) if count else _("Không có gì mới để ghi")
        if st.button(label, key="i_write", type="primary", disabled=not (count and mine.purpose)):
            importing.begin(mine, actor, wish, writes=True)
            st.rerun()
    elif not isinstance(seen, Refusal) and st.button(
        _("Xem thử kết quả"), key="i_try", type="primary", disabled="head_name" not in seen.columns
    ):  # fmt: skip
        importing.begin(mine, actor, wish, writes=False)
        st.rerun()
