"""Keeping what is being written: by itself while one types, and without losing what somebody else writes in the same draft."""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import streamlit as st
from markupsafe import Markup
from streamlit.delta_generator import DeltaGenerator

from core import clock
from core.db import reading, transaction
from core.errors import Refusal
from core.ids import new_id
from models import Announcement, AnnouncementStatus, Audience
from services import access, draft_versions, drafts
from services.access import Actor
from services.draft_versions import Clash, Clashing
from services.draft_words import Words, kept, says_something, words_from
from ui import compose, differences, draft_fields, parts, said, stay
from ui.words import _, hour, plain

EVERY = 5  # seconds between two looks at what others write
TO_CHOOSE = "c-clash"  # the place on the page where one chooses
AT_MOST_EVERY = timedelta(seconds=3)  # between two writings


def asked() -> tuple[UUID | None, UUID | None]:
    """The draft in the page's address, and what a new one takes up again.

    A draft that began a moment ago counts although the browser does not say its address yet: what it sends meanwhile, the next
    field for one, still comes from the old one.
    """
    draft_id, begun = compose.asked_for("id"), st.session_state.get("c_begun")
    if draft_id is None and begun is not None and "c_title" in st.session_state:
        st.query_params["id"] = str(begun)
        return begun, None
    st.session_state["c_begun"] = None
    return draft_id, compose.asked_for("again")


def begin(draft: Announcement | None, audience: Sequence[Audience]) -> None:
    """Remember what the screen shows where it has just been filled: changes are told from that."""
    if st.session_state.get("c_base") is None:
        st.session_state["c_base"] = draft_versions.words_of(draft, audience) if draft else {}
        st.session_state.update({"c_clashes": (), "c_saved_at": None, "c_trouble": "", "c_pull": False, "c_new_id": new_id()})
    st.session_state["c_draft_id"] = draft.id if draft else None


def store(actor: Actor, draft: Announcement | None, words: Words) -> tuple[Announcement, tuple[str, ...]]:
    """Write a whole draft, with what others changed meanwhile; the names of those fields too.

    Raises:
        Refusal: as `drafts.write` and `drafts.save`.
    """
    base = st.session_state["c_base"]
    with transaction() as session:
        if draft is None:
            return drafts.write(session, actor=actor, words=words, draft_id=st.session_state["c_new_id"]), ()
        saved = drafts.save(session, actor=actor, announcement_id=draft.id, version=draft.version, words=words, base=base)
    return saved.announcement, saved.others


def joined_news(others: Sequence[str]) -> str:
    """What is said where a draft was kept together with another author's changes and must be read once more."""
    return _(
        "Đã lưu, ghép với chỗ người khác vừa sửa ({fields}). Xin đọc lại bản ghép rồi trình duyệt.",
        fields=draft_fields.named(others),
    )


@contextmanager
def clashes_asked() -> Generator[None]:
    """Where two changed the same field, come back to the page and let its author choose."""
    try:
        yield
    except Clashing as clashing:
        st.session_state["c_clashes"] = clashing.clashes
    else:
        return
    st.rerun()


def choices(actor: Actor, draft: Announcement | None, words: Words, places: Mapping[UUID, str], *, place: DeltaGenerator) -> None:
    """For each field that two have changed, both texts to choose from, in `place`. Nothing is kept before that."""
    clashes: tuple[Clash, ...] = st.session_state["c_clashes"]
    if not clashes or draft is None:
        return
    who, names = _other(draft.id), {str(id_): label for id_, label in places.items()}
    with place:
        parts.html(Markup('<span id="{}"></span>').format(TO_CHOOSE))
        parts.note(
            "overdue", _("{who} vừa sửa cùng một chỗ với ông/bà", who=who),
            _("Chưa có gì bị ghi đè. Hãy chọn giữ lời nào ở từng chỗ, rồi bấm “Dùng lời đã chọn”."),
        )  # fmt: skip
        picked = {clash.name: _picked(clash, who, names) for clash in clashes}
        if st.button(_("Dùng lời đã chọn"), key="c_settle", type="primary"):
            _settle(actor, draft, words, clashes, picked)


def _picked(clash: Clash, who: str, names: Mapping[str, str]) -> Any:
    """Both texts side by side, with the words marked that only one of them has, and which of them stays."""
    options = {"mine": clash.mine, "theirs": clash.theirs}
    labels = {"mine": _("Của tôi"), "theirs": _("Của {who}", who=who)}
    texts = [draft_fields.written(clash.name, value, places=names) for value in options.values()]
    name = draft_fields.named([clash.name]).capitalize()
    parts.section(name)
    for column, label, text in zip(st.columns(2, gap="small"), labels.values(), differences.marked(*texts), strict=True):
        with column:
            parts.html(parts.card(label, "", parts.text(text)))
    chosen = st.radio(
        name, list(options), format_func=lambda one: plain(labels[one]), key=f"c_pick_{clash.name}", horizontal=True,
        label_visibility="collapsed",
    )  # fmt: skip
    return options[chosen or "mine"]


def line(actor: Actor, draft: Announcement | None, words: Words, *, place: DeltaGenerator) -> None:
    """Keep what was typed, and say when, in `place`; looks again every few seconds, also for what others write."""
    with place:
        if draft is None or draft.status is AnnouncementStatus.DRAFT:
            _line(words)
        elif drafts.may_edit(draft, actor=actor):
            parts.hint(_("Máy chỉ tự lưu dự thảo. Bản này đã trình duyệt: bấm “Lưu dự thảo” thì thay đổi mới được lưu."))


@st.fragment(run_every=EVERY)
def _line(words: Words) -> None:
    actor = stay()
    if not st.session_state["c_clashes"]:
        _keep(actor, words)
    others, who = _changed_by_others(actor, words)
    if clashes := st.session_state["c_clashes"]:
        fields = draft_fields.named(clash.name for clash in clashes)
        why, there = _("Chưa lưu: có người vừa sửa cùng chỗ ({fields}).", fields=fields), _("Chọn giữ lời nào")
        st.warning(f"{why} [{there}](#{TO_CHOOSE})")
    elif trouble := st.session_state["c_trouble"]:
        st.warning(trouble)
    elif others:
        parts.hint(_("{who} vừa sửa: {fields}. Không chỗ nào bị ghi đè.", who=who, fields=draft_fields.named(others)))
    elif saved_at := st.session_state["c_saved_at"]:
        parts.hint(_("Đã lưu lúc {at}", at=hour(saved_at)))
    else:
        parts.hint(_("Máy tự lưu dự thảo mỗi khi ông/bà viết xong một ô."))
    if (others and st.button(_("Hiện chỗ vừa sửa"), key="c_show_others")) or st.session_state["c_pull"]:
        st.session_state["c_pull"] = False
        compose.left()  # the page is filled anew, with both authors' words
        st.rerun()


def _keep(actor: Actor, words: Words) -> None:
    """One call that writes nothing where nothing changed."""
    base, mine, draft_id = st.session_state["c_base"], kept(words), st.session_state["c_draft_id"]
    last = st.session_state["c_saved_at"]
    is_new = draft_id is None and says_something(words)
    is_changed = draft_id is not None and any(not draft_versions.is_same(name, mine[name], base.get(name)) for name in mine)
    if not (is_new or is_changed) or (last and clock.now() - last < AT_MOST_EVERY):
        return
    try:
        with transaction() as session:
            new = st.session_state["c_new_id"]  # a click may begin the next run while this one still writes
            saved = drafts.autosave(session, actor=actor, announcement_id=draft_id, words=words, base=base, draft_id=new)
    except Clashing as clashing:
        st.session_state["c_clashes"] = clashing.clashes
        st.rerun()
    except Refusal as refusal:
        st.session_state["c_trouble"] = said(refusal)
        return
    if saved is None:
        return
    unasked = {name: value for name, value in saved.words.items() if name not in mine}
    if draft_id is None:
        _begun(saved.announcement.id)
    st.session_state.update({"c_base": base | mine | unasked, "c_saved_at": clock.now(), "c_trouble": ""})
    if draft_id is None:
        st.query_params.pop("again", None)
        st.query_params["id"] = str(saved.announcement.id)


def _begun(draft_id: UUID) -> None:
    """From its first words on a draft has an address: a reload, or a lost connection, finds it again."""
    st.session_state["c_draft_id"] = st.session_state["c_begun"] = draft_id
    compose.is_shown(draft_id, asked=st.query_params.get("corrects", ""))


def _changed_by_others(actor: Actor, words: Words) -> tuple[list[str], str]:
    """Fields that say otherwise in the draft than on this screen though nobody typed them here, and whose words those are."""
    draft_id, base, mine = st.session_state["c_draft_id"], st.session_state["c_base"], kept(words)
    if draft_id is None or st.session_state["c_clashes"]:
        return [], ""
    with reading() as session:
        draft = drafts.get(session, actor=actor, announcement_id=draft_id)
        there = draft_versions.words_of(draft, drafts.audience_of(session, draft_id))
    others = [
        one.name for one in draft_versions.changed(base, there)
        if one.name in mine and draft_versions.is_same(one.name, mine[one.name], base.get(one.name))
    ]  # fmt: skip
    return others, _other(draft_id) if others else ""


def _other(draft_id: UUID) -> str:
    with reading() as session:
        author_id = draft_versions.last_author(session, announcement_id=draft_id)
        return access.display_name(session, user_id=author_id) or _("Người khác")


def _settle(actor: Actor, draft: Announcement, words: Words, clashes: Sequence[Clash], picked: Mapping[str, Any]) -> None:
    """Keep what was chosen over what stands by now; the page is then filled anew from the draft."""
    base = st.session_state["c_base"] | {clash.name: clash.theirs for clash in clashes}
    chosen = words_from(base | kept(words) | picked)
    try:
        with transaction() as session:
            if draft.status is AnnouncementStatus.DRAFT:
                drafts.autosave(session, actor=actor, announcement_id=draft.id, words=chosen, base=base)
            else:
                drafts.save(session, actor=actor, announcement_id=draft.id, version=draft.version, words=chosen, base=base)
    except Clashing as clashing:  # once more meanwhile
        st.session_state.update({"c_base": base, "c_clashes": clashing.clashes})
    except Refusal as refusal:
        st.error(said(refusal))
        return
    else:
        compose.left()
    st.rerun()
