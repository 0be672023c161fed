"""The parts of the screens that make, move and name many codes."""

from collections.abc import Sequence

import streamlit as st

from core.db import reading, transaction
from models import Purpose, ShortLink
from services import link_making, link_moves, link_targets, link_watch, links
from services.access import Actor
from services.link_making import MadeLinks
from services.link_moves import Act, Target
from ui import making_links, parts
from ui.parts import Column
from ui.words import _, day, near, number

ROWS_SHOWN = 20


def where(url: str) -> str:
    """A target as a reader knows it: a page of ours by its path, another without its https."""
    return url if link_targets.is_own_page(url) else url.split("://", 1)[1].rstrip("/")


def choose_target(targets: Sequence[Target]) -> str | None:
    """Which page the codes lead to that are to be moved."""
    codes = {one.url: one.codes for one in targets}
    asked = st.query_params.get("tu", "")
    return st.selectbox(
        _("Mã đang dẫn tới"), list(codes), index=list(codes).index(asked) if asked in codes else 0, key="mv_from",
        format_func=lambda url: _("{where} ({n} mã)", where=where(url), n=number(codes[url])),
    )  # fmt: skip


def choose_codes(rows: Sequence[ShortLink], *, of: str) -> list[ShortLink]:
    """Which of the codes that lead there; all, unless some are left out."""
    by_slug = {link.slug: link for link in rows}
    chosen = st.multiselect(
        _("Những mã được đổi"), list(by_slug), default=list(by_slug), key=f"mv_codes_{of}", placeholder=_("Chọn mã"),
        format_func=lambda slug: f"{by_slug[slug].title} ({by_slug[slug].place or slug})",
    )  # fmt: skip
    return [by_slug[slug] for slug in chosen]


def acts(done: Sequence[Act], *, actor: Actor, key: str) -> int | None:
    """What was moved, by whom and when, each with the way back; how many codes went back, where that was pressed."""
    went = None
    for place, act in enumerate(done):
        title = _("{n} mã: {former} → {target}", n=number(act.codes), former=where(act.former_url), target=where(act.target_url))
        by = parts.joined(act.moved_by, ", ", near(act.at))
        if act.is_undone:
            parts.item("unknown", title, parts.joined(by, ", ", _("đã quay lại")))
            continue
        with parts.line(f"{key}{place}", "arrived", title, by):
            if st.button(_("Quay lại"), key=f"{key}_undo_{act.act_id.hex}", icon=":material/undo:"):
                with transaction() as session:
                    went = link_moves.undo(session, actor=actor, act_id=act.act_id)
    return went


def history(link: ShortLink, *, actor: Actor) -> None:
    """Where one code led, who moved it and when; nothing where it was never moved."""
    with reading() as session:
        done = link_moves.acts(session, actor=actor, link_id=link.id)
    if done:
        with st.expander(_("Đường dẫn đã qua"), key="l_moves"):
            for act in done:
                parts.lines(parts.joined(where(act.former_url), " → ", where(act.target_url)),
                            parts.soft(parts.joined(act.moved_by, ", ", near(act.at))))  # fmt: skip


def name(link: ShortLink, *, actor: Actor) -> bool:
    """A name of the ward's own for a code, set once; True when it was set."""
    if link.purpose in (Purpose.JOIN, Purpose.ANNOUNCEMENT):
        return False
    if link.vanity:
        parts.hint(_("Tên riêng: {name}. Địa chỉ cũ /q/{slug} vẫn dùng được.", name=link.vanity, slug=link.slug))
        return False
    with st.expander(_("Đặt tên riêng"), key="l_name_box"):
        parts.hint(_("Dễ đọc, dễ gõ, ví dụ khai-sinh. Chỉ đặt được một lần, vì tờ in có tên này phải dùng được mãi."))
        typed = st.text_input(_("Tên riêng"), key="l_name", max_chars=40)
        if st.button(_("Đặt tên này"), key="l_name_ok", disabled=not typed.strip()):
            with transaction() as session:
                link_making.set_name(session, actor=actor, link_id=link.id, name=typed)
            return True
    return False


def made(result: MadeLinks) -> None:
    """What came of a list of codes, and the rows refused."""
    parts.note(
        "arrived" if result.made else "unknown", _("Đã làm {n} mã", n=number(len(result.made))),
        _("{n} mã đã có từ trước.", n=number(result.were_there)) if result.were_there else "",
    )  # fmt: skip
    rows = [(link.title, link.place, parts.soft(links.shown_url(link))) for link in result.made]
    if rows:
        heads: list[Column | str] = [_("Tên"), _("Nơi treo"), Column(_("Địa chỉ"), "wide")]
        parts.table(heads, rows, shown=ROWS_SHOWN, more=_("Xem cả {n} mã", n=number(len(rows))))
    making_links.rejected(result.rejected)


def found(link: ShortLink) -> None:
    """What the daily visit found: what is wrong, where the page went, when its certificate ends."""
    if link.trouble:
        words = _("Đổi đường dẫn; tờ đã dán vẫn dùng được.")
        if links.is_dead(link):
            words = _("Ai quét mã này được chỉ gọi phường. Đổi đường dẫn là mã dùng lại được ngay, không phải in lại.")
        parts.note("overdue", _(link.trouble.label).capitalize(), words)
    if link.replaced_by:
        parts.note(
            "waiting", _("Trang tới đã dời hẳn sang địa chỉ mới"), _("Trang ấy tự báo: {url}", url=link.replaced_by)
        )  # fmt: skip
    elif link.leads_on_to:
        parts.hint(_("Trang tới chuyển tiếp tới {where}.", where=where(link.leads_on_to)))
    if link.certificate_ends_on and link_watch.ends_soon(link.certificate_ends_on):
        parts.note(
            "waiting", _("Chứng thư của trang tới hết hạn {day}", day=day(link.certificate_ends_on)),
            _("Hết hạn thì điện thoại báo trang không an toàn. Nên báo cơ quan giữ trang ấy."),
        )  # fmt: skip
    if link.last_checked_at:
        parts.hint(_("Kiểm tra lần cuối: {at}.", at=near(link.last_checked_at)))
