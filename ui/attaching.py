"""The official documents of an announcement: brought on the composing page, shown where it is read before it goes."""

from collections.abc import Sequence
from typing import Any

import streamlit as st
from markupsafe import Markup

from core.db import reading
from core.errors import Refusal
from models import Announcement
from services import attachments, shown_photos, trials
from services.access import Actor
from services.attachments import BYTES_MAX, MARKS, MOST, Attachment
from services.shown_photos import People
from ui import covering, parts, said, sentence
from ui.forms import PICTURES, name_file_button
from ui.words import _, number, plain, weight

ENDINGS = ["pdf", *PICTURES]


def ask(actor: Actor) -> list[dict[str, Any]]:
    """The documents of the form, with the place to bring more; what is brought is looked at and stored at once.

    Of photos it is asked whether anybody can be known in them, anew whenever there are others.
    """
    kept: list[dict[str, Any]] = st.session_state.setdefault("c_attachments", [])
    for document in attachments.shown(kept):
        with st.container(horizontal=True, vertical_alignment="center"):
            parts.html(parts.joined(document.name, " ", parts.soft(weighs(document))), width="stretch")
            covering.of(document)
            st.button(_("Bỏ tệp này"), key=f"c_drop_{document.sha256[:12]}", on_click=_drop, args=(document.sha256,))
    covering.opened(kept)
    if len(kept) < MOST:
        _bring(kept)
    if trouble := st.session_state.pop("c_files_trouble", ""):
        st.error(trouble)
    return _people(actor, st.session_state["c_attachments"])


def _people(actor: Actor, kept: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    photos = [one for one in kept if one["media_type"].startswith("image/")]
    if not photos:
        return list(kept)
    key = "c_people_" + "".join(one["sha256"][:8] for one in photos)  # other photos are another question
    with reading() as session:
        before, codes = shown_photos.said_of(session, actor=actor, photos=photos)
    options = list(People)
    people = st.radio(
        _("Trong ảnh có nhận ra ai không"), options, index=None if before is None else options.index(before), key=key,
        format_func=lambda one: _(one.label),
    )  # fmt: skip
    if people is People.AGREED:
        codes = st.text_input(
            _("Mã các hộ đã đồng ý, cách nhau bằng dấu phẩy"), codes, key=f"{key}_codes", max_chars=200, width=420
        )
        if not codes.strip():
            parts.hint(_("Xin ghi mã hộ của người trong ảnh đã đồng ý."))
            people = None
    elif people is People.LEFT_OUT:
        parts.hint(_("Ảnh ở lại trong dự thảo, bà con không thấy, tới khi chọn khác."))
    try:
        with reading() as session:
            marked = shown_photos.marked(session, actor=actor, photos=kept, people=people, codes=codes)
    except Refusal as refusal:
        if people is not None:
            st.error(said(refusal))
        return [{name: value for name, value in one.items() if name not in MARKS} for one in kept]
    return [dict(one) for one in marked]


def unanswered(documents: Sequence[dict[str, Any]]) -> str:
    """Why documents cannot be handed on: a sentence, "" where they can."""
    return "" if shown_photos.is_answered(documents) else _(shown_photos.UNANSWERED)


def weighs(document: Attachment) -> str:
    """What it is and what it costs a phone to fetch: `PDF, 1,2 MB, 3 trang`."""
    pages = [_("{n} trang", n=number(document.pages))] if document.pages else []
    return ", ".join([_(document.kind), weight(document.size), *pages])


def listed(actor: Actor, item: Announcement) -> None:
    """The documents of a draft, each to be opened; nothing where it has none."""
    if not item.attachments:
        return
    with reading() as session:
        documents = attachments.shown(shown_photos.visible(session, photos=item.attachments))
        at = trials.address(session, actor=actor, announcement_id=item.id)
    parts.section(_("Văn bản kèm theo"), _("bà con mở được ở trang thông báo"))
    parts.lines(*(_opened(f"{at}/{place}", document) for place, document in enumerate(documents, 1)))
    if kept_back := len(item.attachments) - len(documents):
        parts.hint(_("{n} ảnh không đưa lên: người trong ảnh chưa đồng ý.", n=number(kept_back)))


def _opened(url: str, document: Attachment) -> Markup:
    return parts.joined(parts.anchor(url, document.name), " ", parts.soft(weighs(document)))


def _bring(kept: Sequence[dict[str, Any]]) -> None:
    turn = st.session_state.setdefault("c_files_turn", 0)  # a box that was emptied is another box
    name_file_button()
    brought = st.file_uploader(
        _("Văn bản, ảnh kèm theo"), type=ENDINGS, accept_multiple_files=True, key=f"c_files_{turn}",
        max_upload_size=BYTES_MAX // 1_000_000,
        help=_("PDF dưới 10 MB, hoặc ảnh. Ảnh được thu nhỏ và bỏ vị trí nơi chụp. Bà con thấy dung lượng trước khi mở."),
    )  # fmt: skip
    if not brought:
        return
    found, troubles = list(kept), []
    for file in brought:
        try:
            found = attachments.checked([*found, attachments.store(file.getvalue(), name=file.name)])
        except Refusal as refusal:
            troubles.append(f"{file.name}: {sentence(refusal)}")
    st.session_state.update({"c_attachments": found, "c_files_turn": turn + 1, "c_files_trouble": plain(" ".join(troubles))})
    st.rerun()


def _drop(sha256: str) -> None:
    st.session_state["c_attachments"] = [one for one in st.session_state["c_attachments"] if one["sha256"] != sha256]
