"""What the pages of printed codes share: a row of their list, where a code leads, its days as a chart."""

from collections.abc import Mapping, Sequence

import streamlit as st

from core.i18n import N_
from models import LinkTrouble, Purpose
from services import link_targets, links
from services.links import LinkRow, LinkState, shown_url
from services.scans import DayOfScans
from ui import codes, parts, refusals
from ui.chart_kit import Chart, Look, drawn, layer, quantity, text_of, whole_axis, whole_marks
from ui.parts import Figure, Text, Tone
from ui.words import _, number, plain

TONES: Mapping[LinkState, Tone] = {
    LinkState.BROKEN: "overdue", LinkState.EXPIRED: "unknown", LinkState.STOPPED: "unknown", LinkState.UNUSED: "waiting",
    LinkState.WORKING: "arrived",
}  # fmt: skip


def why(row: LinkRow) -> str:
    """What is known about a code that does not simply work."""
    if row.state is LinkState.BROKEN:
        if row.link.trouble and row.link.trouble is not LinkTrouble.STATUS:
            return _(row.link.trouble.label)
        status = row.link.last_status
        return _("trang tới trả lời {status}", status=status) if status else _("đường dẫn không còn được phép")
    return _("treo hơn 30 ngày") if row.state is LinkState.UNUSED else ""


def cells(row: LinkRow) -> tuple[Text, ...]:
    """A line of the list."""
    link = row.link
    name = parts.joined(parts.link(link.title or link.slug, "link", ma=link.slug), parts.small(link.place or row.unit_name))
    detail = why(row)
    stands = parts.badge(TONES[row.state], _(row.state.label))
    return (
        name, parts.joined(stands, parts.small(detail)) if detail else stands, number(row.week), number(row.link.scans),
        parts.soft(shown_url(link)),
    )  # fmt: skip


def alive(rows: Sequence[LinkRow]) -> Figure:
    """How many printed codes lead somewhere and how many are broken, in the words of the first screen."""
    broken = sum(row.state is LinkState.BROKEN for row in rows)
    good = sum(row.state in (LinkState.WORKING, LinkState.UNUSED) for row in rows)
    return Figure(
        _("Mã QR còn dùng"), number(good), _("/ {n} mã", n=number(len(rows))), _("{n} mã hỏng", n=number(broken)),
        "overdue" if broken else None,
    )  # fmt: skip


def mend(row: LinkRow) -> None:
    """A broken code and the way to its mending, in the words of the first screen."""
    place = row.link.place or _("chưa ghi nơi treo")
    parts.action(
        "broken", "overdue", _("Mã QR hỏng: {title}", title=row.link.title or row.link.slug),
        _("{place}: {why}, {n} lượt quét gặp lỗi 7 ngày qua. Chỉ đổi đường dẫn, không phải in lại.",
          place=place, why=why(row), n=number(row.week)),
        _("Đổi đường dẫn"), page="pages/link.py", ma=row.link.slug,
    )  # fmt: skip


def find(rows: Sequence[LinkRow]) -> list[LinkRow]:
    """The codes that are looked for; the words stand in the address, so that the answer can be sent on."""
    words = st.text_input(
        _("Tìm tên, nơi treo, địa chỉ"), key="tim", type="search", live=True, icon=":material/search:", width=358,
        placeholder=_("ví dụ: khai sinh, nha van hoa"), bind="query-params",
    )  # fmt: skip
    return links.matching(rows, words=words or "")


def choose(rows: Sequence[LinkRow]) -> LinkRow:
    """The code that is looked at: the one in the address, else the first. The choice goes into the address."""
    by_slug = {row.link.slug: row for row in rows}
    asked = st.query_params.get("ma", "")

    def remember() -> None:
        st.query_params["ma"] = st.session_state["chosen"]

    slug = st.selectbox(
        _("Xem trước"), list(by_slug), index=list(by_slug).index(asked) if asked in by_slug else 0, key="chosen",
        format_func=lambda one: f"{by_slug[one].link.title} ({by_slug[one].link.place or one})", on_change=remember,
    )  # fmt: skip
    return by_slug[slug]


def asked_page(pages: Mapping[str, str]) -> int | None:
    """Which of our pages the address of this screen names, so that a room can send on to its own code; None: none."""
    asked = st.query_params.get("trang", "")
    return next((place for place, path in enumerate(pages) if path.split("?")[0] == asked), None)


def purpose_of(page: str | None, chosen: Purpose) -> Purpose:
    """What a code is for that leads to a page of ours: the one to ask is told apart, it stands first on boards."""
    return Purpose.ASK if page and page.split("?")[0] == "/ask" else chosen


def take_away(url: str, slug: str) -> None:
    """The code as files."""
    for name, kind, file in (("png", "image/png", codes.png(url)), ("svg", "image/svg+xml", codes.svg(url))):
        st.download_button(name.upper(), file, f"ma-{slug}.{name}", kind, key=name, on_click="ignore", icon=":material/download:")


def ask_target(*, key: str, value: str = "") -> str | None:
    """Ask where a code leads. The address as it will be stored, or None while it is missing, wrong, or not yet confirmed.

    A page outside the ward's trusted hosts needs a second look, and shows its host letter by letter.
    """
    typed = st.text_input(
        _("Đường dẫn tới"), value=value, key=f"{key}_url", placeholder="https://dichvucong.gov.vn/…", live=True,
        max_chars=link_targets.LONGEST,
    )  # fmt: skip
    if not typed.strip():
        return None
    target = None
    with refusals():
        target = link_targets.checked(typed)
    if target is None:
        return None
    host = link_targets.host_of(target)
    if link_targets.completed(typed) != typed.strip():
        parts.hint(_("Đã thêm https:// vào trước: {url}", url=target))
    if link_targets.is_trusted(target):
        parts.hint(_("Mã sẽ dẫn tới {host}.", host=host))
        return target
    parts.note("waiting", _("{host} không phải trang của Nhà nước hay Zalo", host=host), _("Mở thử trang ấy trước khi đồng ý."))
    words = _("Tôi đã mở thử, đúng là {host}", host=plain(host))
    return target if st.checkbox(words, key=f"{key}_{host}") else None


def scans_by_day(days: Sequence[DayOfScans], *, look: Look) -> Chart:
    """Openings a day, of which the dark part are phones that came for the first time."""
    c = look.colours
    rows = [
        {"at": place, "n": one.scans, "first": one.first_scans, "text": look.number(one.scans)} for place, one in enumerate(days)
    ]
    names = [f"{one.day.day}/{one.day.month}" for one in days]
    top = max((one.scans for one in days), default=0)
    peak = next((place for place, one in enumerate(days) if one.scans == top), 0)
    x = {
        "field": "at", "type": "ordinal", "title": None,
        "axis": {"labelExpr": f"{names}[datum.value]", "labelAngle": 0, "grid": False},
    }  # fmt: skip
    most = max(4, top * 1.15)
    axis = whole_axis([mark for mark in whole_marks(0, most) if mark <= most], look)
    y = quantity("n", axis=axis, scale={"domain": [0, most], "nice": False})
    width = {"band": 0.72}
    layers = [
        layer(rows, "bar", {"x": x, "y": y}, width=width, color=c["tint"], cornerRadiusEnd=2),
        layer(rows, "bar", {"x": x, "y": quantity("first")}, width=width, color=c["river"], cornerRadiusEnd=2),
        layer(rows[peak : peak + 1] if top else [], "text", {"x": x, "y": y, "text": text_of()}, dy=-8, fontWeight=600),
    ]
    total, firsts = sum(one.scans for one in days), sum(one.first_scans for one in days)
    alt = look.say(
        N_("{days} ngày qua: {n} lượt quét, {first} lượt là của máy quét lần đầu; nhiều nhất ngày {day}: {most} lượt."),
        days=len(days), n=look.number(total), first=look.number(firsts), day=names[peak] if names else "–",
        most=look.number(top),
    )  # fmt: skip
    return drawn(look, layers, height=170, alt=alt)
