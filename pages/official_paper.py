"""Văn bản giấy: an announcement as Thông báo or Giấy mời by Nghị định 30/2020, worded, numbered by the clerk, printed."""

import streamlit as st

from core.db import reading
from models import PaperKind
from services import drafts, official_papers
from services.access import May
from ui import _, enter, needed, parts, record_id
from ui import official_paper as drawing

actor = enter(needs=May.PRINT.roles)
with needed(back="pages/print_studio.py"), reading() as session:
    item = drafts.get(session, actor=actor, announcement_id=record_id())
    asked = st.query_params.get("loai", "")
    kind = PaperKind(asked) if asked in set(PaperKind) else official_papers.usual_kind(item)
    state = official_papers.state(session, actor=actor, announcement_id=item.id, kind=kind)
    text = official_papers.text_of(session, actor=actor, announcement_id=item.id, kind=kind)
parts.head(_("Văn bản giấy"), item.title, _("thể thức theo Nghị định 30/2020/NĐ-CP"))
with st.container(horizontal=True):
    for one in PaperKind:
        st.page_link(drawing.HERE, label=_(one.label), disabled=one is kind, query_params={"id": str(item.id), "loai": one.value})
left, right = st.columns([1, 1.1], gap="large")
with left:
    drawing.words_of(item, state, actor)
    drawing.number_of(item, state, actor)
with right:
    drawing.preview(text, state)
drawing.meeting(item, kind, text, actor)
drawing.ordered(item, actor)
st.page_link("pages/print_studio.py", label=_("Về trang in ấn"), icon=":material/arrow_back:")
