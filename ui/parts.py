"""The shared parts of the staff screens. Pages hold no HTML: they call these.

What a part gives back is `Markup`; plain strings are escaped wherever they meet HTML, so a name can never become a tag.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Literal, Protocol
from urllib.parse import quote, urlencode

import streamlit as st
from markupsafe import Markup
from streamlit.delta_generator import DeltaGenerator

from core import phones
from core.i18n import N_
from ui import asked_what
from ui.chart_kit import Chart, Look
from ui.scripts import GO, SPEAK
from ui.words import _, language, plain, share

Tone = Literal["arrived", "waiting", "overdue", "unknown"]
Text = str | Markup

HERE = Path(__file__).parent
ICONS = {
    "arrived": '<circle cx="12" cy="12" r="9.2"/><path d="m7.8 12.3 2.9 2.9 5.6-6"/>',
    "waiting": '<circle cx="12" cy="12" r="9.2"/><path d="M12 6.8V12l3.4 2"/>',
    "overdue": '<path d="M12 3 1.8 20.5h20.4z"/><path d="M12 9.5v5M12 17.4v.1"/>',
    "unknown": '<circle cx="12" cy="12" r="9.2"/><path d="M9.3 9.3a2.8 2.8 0 1 1 3.6 2.9c-.6.2-.9.7-.9 1.5M12 16.8v.1"/>',
    "call": '<path d="M6.8 3.2 9.4 8l-2 2c1.2 2.8 3.8 5.4 6.6 6.6l2-2 4.8 2.6c-.2 2.2-1.6 3.6-3.8 3.6C9.8 20.8 3.2 14.2 3.2'
    ' 7c0-2.2 1.4-3.6 3.6-3.8z"/>',
    "down": '<path d="m6 9 6 6 6-6"/>',
}
DRAW = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="#000" stroke-width="2"'
    ' stroke-linecap="round" stroke-linejoin="round">{}</svg>'
)
TONES: Mapping[str, Tone] = {
    "draft": "unknown", "in_review": "waiting", "approved": "waiting", "scheduled": "unknown", "sending": "waiting",
    "sent": "arrived", "cancelled": "unknown", "queued": "waiting", "delivered": "arrived", "read": "arrived",
    "rejected": "overdue", "unavailable": "waiting", "unknown": "unknown",
}  # fmt: skip


class Labelled(Protocol):
    """A status that knows its words."""

    @property
    def value(self) -> str:
        """As it is stored."""

    @property
    def label(self) -> str:
        """For screens, to be translated."""


@dataclass(frozen=True)
class Figure:
    """One number of a figure row: what it counts, the number, of how many, a note, and when it needs a colour."""

    label: str
    value: str
    of: str = ""
    note: str = ""
    tone: Tone | None = None
    known: float | None = None
    estimate: float | None = None
    target: float | None = None
    about: str = ""  # the figure of the register it is: its name becomes a link to what it means
    of_what: Mapping[str, str] = field(default_factory=dict)  # its place and days, as an address says them; the row's where none


NOTHING = ("", "–")


@dataclass(frozen=True)
class Column:
    """A column of a table: its head, and how it folds on a phone."""

    head: str
    # figures, to the right; how a thing stands; a full line on the phone; not on the phone; a full line there and only there
    kind: Literal["", "num", "state", "wide", "desk", "num desk", "wide phone"] = ""


def html(body: Text, *, width: Literal["stretch", "content"] = "stretch") -> None:
    """Put a part on the page; a plain string is escaped."""
    st.html(str(Markup('<div class="cn">{}</div>').format(body)), width=width)


def joined(*pieces: Text) -> Markup:
    """Pieces one after the other; plain strings among them are escaped."""
    return Markup("").join(pieces)


def stacked(*rows: Text) -> Markup:
    """Rows one under the other within a line of a list; plain strings are escaped."""
    return Markup("<br>").join(rows)


def icon(name: str) -> Markup:
    """A drawn sign; the word beside it carries the meaning."""
    return Markup('<i class="ic ic-{}" aria-hidden="true"></i>').format(name)


@cache
def sheet() -> str:
    """The style sheet of all parts. st.html takes SVG elements out, so icons are masks, which also take their text's colour."""
    masks = "".join(f".ic-{name}{{--m:url('data:image/svg+xml,{quote(DRAW.format(path))}')}}" for name, path in ICONS.items())
    return (HERE / "style.css").read_text(encoding="utf-8") + masks


def speak() -> None:
    """The language a screen reader should speak. Called by app.py."""
    # Said at every run: the page begins in the house's language, and the reader may have changed theirs a click ago.
    st.html(f'<span data-speak="{language()}"></span><script>{SPEAK}</script>', unsafe_allow_javascript=True)


def go(path: str) -> None:
    """Send the browser to another address of ours."""
    body = Markup('<span data-go="{}"></span>').format(path)
    st.html(f"{body}<script>{GO}</script>", unsafe_allow_javascript=True)


# Chips and cells


def badge(tone: Tone, words: str) -> Markup:
    """How a thing stands: icon, word, colour."""
    return Markup('<span class="cn-badge {}">{}{}</span>').format(tone, icon(tone), words)


def state(status: Labelled | StrEnum) -> Markup:
    """The badge of a status."""
    return badge(TONES.get(status.value, "unknown"), _(getattr(status, "label", status.value)))


def stamp(words: str) -> Markup:
    """KHẨN, THƯỢNG KHẨN, HỎA TỐC as on paper; nothing for no words."""
    return Markup('<span class="cn-stamp">{}</span>').format(words) if words else Markup("")


def deadline(tone: Tone, when: str, left: str) -> Markup:
    """Until when, and how long that is."""
    return Markup('<span class="cn-due {}">{}<span>{} <b>{}</b></span></span>').format(tone, icon(tone), when, left)


def due_cell(tone: Tone, when: str, left: str) -> Markup:
    """The deadline in a table: how it stands first, the day under it."""
    return Markup('<span class="cn-left {}">{}{}</span><small>{}</small>').format(tone, icon(tone), left, when)


def cell(first: Text, second: Text = "") -> Markup:
    """Two lines of a table cell: the name, and what is worth knowing of it."""
    return Markup("<b>{}</b><small>{}</small>").format(first, second) if second else Markup("<b>{}</b>").format(first)


def soft(words: Text) -> Markup:
    """Words that stand back."""
    return Markup('<span class="cn-soft">{}</span>').format(words)


def on_phone(words: Text) -> Markup:
    """The second line of a cell, on a phone alone: what a column tells that has no room there."""
    return Markup('<small class="phone">{}</small>').format(words)


def small(words: Text) -> Markup:
    """The second line of a cell."""
    return Markup("<small>{}</small>").format(words)


def text(words: str) -> Markup:
    """A body with its line breaks."""
    return Markup('<p class="cn-text">{}</p>').format(words)


def spoken(words: str) -> Markup:
    """A text to be read aloud: large, a sentence a line."""
    lines = Markup("").join(Markup("<p>{}</p>").format(one) for one in re.split(r"(?<=[.!?]) ", words))
    return Markup('<div class="cn-spoken">{}</div>').format(lines)


def card(title: str, note: str, content: Markup, *, kind: str = "") -> Markup:
    """A sheet with its name and what it measures on top."""
    head = Markup("<header><b>{}</b><span>{}</span></header>").format(title, note)
    return Markup('<section class="cn-prev {}">{}<div class="in">{}</div></section>').format(kind, head, content)


def link(words: Text, page: str, **query: str) -> Markup:
    """A link in a table: `link("Tổ 9", "group", id=…)`. Use st.page_link where it stands alone: that one does not reload."""
    address = f"/{page}" + (f"?{urlencode(query)}" if query else "")
    return Markup('<a href="{}" target="_self">{}</a>').format(address, words)


def call(number: str | None) -> Markup:
    """A phone number to tap; nothing where there is none."""
    if not number:
        return Markup("")
    return Markup('<a class="cn-call" href="tel:{}">{}{}</a>').format(number, icon("call"), phones.show(number))


def address(url: str) -> Markup:
    """A web address as a link that opens beside; taken whole by one tap."""
    return Markup('<a class="cn-address" href="{0}" target="_blank" rel="noopener">{0}</a>').format(url) if url else Markup("–")


def anchor(url: str, words: str) -> Markup:
    """An address under a name, opened beside."""
    return Markup('<a href="{}" target="_blank" rel="noopener">{}</a>').format(url, words)


def bar(known: float | None = None, estimate: float | None = None, target: float | None = None, *, says: str = "") -> Markup:
    """Known (dark) in estimated (pale), a tick for the target; shares of 1. `says` is what is read out instead."""
    says = says or ", ".join(
        _(words, share=share(value, 0))
        for words, value in ((N_("biết chắc {share}"), known), (N_("ước tính {share}"), estimate))
        if value is not None
    )
    inner = Markup("").join(
        Markup('<i class="{}" style="width:{:.1f}%"></i>').format(name, min(1.0, value) * 100)
        for value, name in ((estimate, "e"), (known, "k"))
        if value is not None
    )
    tick = Markup('<i class="t" style="left:{:.1f}%"></i>').format(target * 100) if target else Markup("")
    return Markup('<span class="cn-bar" role="img" aria-label="{}">{}{}</span>').format(says, inner, tick)


def bar_key(target: float | None = None) -> Markup:
    """How to read the bars."""
    tick = Markup('<span><i class="t"></i>{}</span>').format(_("mục tiêu {share}", share=share(target, 0))) if target else ""
    return Markup('<p class="cn-key"><span><i class="k"></i>{}</span><span><i class="e"></i>{}</span>{}</p>').format(
        _("biết chắc"), _("ước tính theo số máy đã mở"), tick
    )


# Parts of a page


def head(title: str, *lines: Text) -> None:
    """The page's one title and a line of facts under it (chips or plain text)."""
    with st.container(gap="xsmall"):
        st.title(plain(title), anchor=False)
        shown = [line if isinstance(line, Markup) else Markup("<span>{}</span>").format(line) for line in lines if line]
        if shown:
            html(Markup('<div class="cn-line">{}</div>').format(joined(*shown)))


def band(title: str, words: str) -> None:
    """A strip above everything: the whole page is not meant as it looks."""
    html(Markup('<div class="cn-band" role="note"><b>{}</b><span>{}</span></div>').format(title, words))


def section(title: str, note: str = "", said: str = "") -> None:
    """A heading inside the page, how to read what follows, and what it says."""
    line = Markup('<p class="cn-soft cn-small">{}</p>').format(said) if said else ""
    html(Markup('<div class="cn-h"><h2>{}</h2><span>{}</span></div>{}').format(title, note, line))


def figures(*items: Figure, of_what: Mapping[str, str] | None = None) -> None:
    """A row of one to four big numbers with what they are out of: 2 by 2 on a phone. `of_what`: the place and days of all."""
    drawn = [_figure(item, item.of_what or of_what or {}) for item in items]
    html(Markup('<dl class="cn-figs of{}">{}</dl>').format(len(items), joined(*drawn)))


def _figure(item: Figure, of_what: Mapping[str, str]) -> Markup:
    of = Markup("<small>{}</small>").format(item.of) if item.of else ""
    has_bar = item.known is not None or item.estimate is not None
    line = Markup("<dd>{}</dd>").format(bar(item.known, item.estimate, item.target)) if has_bar else ""
    sign = joined(icon(item.tone), " ") if item.tone else ""
    note = Markup('<dd class="n {}">{}{}</dd>').format(item.tone or "unknown", sign, item.note) if item.note else ""
    kind = "tone overdue" if item.tone == "overdue" else ""
    label = asked_what.name(item.label, item.about, of_what)
    return Markup('<div class="{}"><dt>{}</dt><dd class="v">{}{}</dd>{}{}</div>').format(kind, label, item.value, of, line, note)


def note(tone: Tone, title: str, words: str = "") -> None:
    """One finding that changes what you do."""
    html(Markup('<div class="cn-note {}">{}<div><b>{}</b>{}</div></div>').format(tone, icon(tone), title, words))


def hint(words: str) -> None:
    """A line of help under a form."""
    html(Markup('<p class="cn-soft cn-small">{}</p>').format(words))


def facts(*rows: tuple[str, Text]) -> None:
    """What is known of one record, a line each."""
    lines = (Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(name, value) for name, value in rows)
    html(Markup('<dl class="cn-facts">{}</dl>').format(joined(*lines)))


def item(tone: Tone, title: Text, detail: Text) -> None:
    """One line of a list with nothing to press."""
    words = Markup("<b>{}</b><span>{}</span>").format(title, detail)
    html(Markup('<div class="cn-act {}">{}<div>{}</div></div>').format(tone, icon(tone), words))


@contextmanager
def line(key: str, tone: Tone, title: Text, detail: Text) -> Iterator[None]:
    """One line of a list: why on the left; what stands in the block, a button as a rule, on the right (under it on a phone)."""
    with st.container(horizontal=True, vertical_alignment="center", key=f"act_{key}"):
        item(tone, title, detail)
        yield


def lines(*rows: Text) -> None:
    """Short lines one under the other."""
    html(joined(*(Markup('<div class="cn-row">{}</div>').format(row) for row in rows)))


def action(
    key: str, tone: Tone, title: Text, detail: Text, label: str, *, main: bool = False, page: str = "", **query: str
) -> bool:  # fmt: skip
    """One thing to do now. With `page` it is a link there, else a button; True when pressed."""
    with line(key, tone, title, detail):
        if page:
            st.page_link(page, label=label, query_params=query or None)
            return False
        return st.button(label, key=key, type="primary" if main else "secondary")


def empty(title: str, words: str, label: str = "", *, page: str = "", key: str = "empty", **query: str) -> bool:
    """A page with nothing yet: what it is for, and the button that starts."""
    html(Markup('<div class="cn-empty"><b>{}</b><p>{}</p></div>').format(title, words))
    if label and page:
        st.page_link(page, label=label, query_params=query or None)
        return False
    return bool(label) and st.button(label, key=key, type="primary")


def sign_out_button() -> None:
    """The one form that is no Streamlit's: the route it posts to ends the session and takes the cookie back."""
    form = Markup('<form method="post" action="/sign-out"><button class="cn-button" type="submit">{}</button></form>')
    html(form.format(_("Đăng xuất")), width="content")


def secret(words: str) -> None:
    """A one-time password, large, selected as a whole by one tap."""
    html(Markup('<code class="cn-secret">{}</code>').format(words))


def action_bar() -> DeltaGenerator:
    """The page's last word: stays at the lower edge, in reach of the thumb."""
    return st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center", key="actionbar")


def table(
    columns: Sequence[Column | str], rows: Sequence[Sequence[Text]], *, shown: int | None = None, more: str = "",
    fold: bool = True,
) -> None:  # fmt: skip
    """Up to about forty rows to read, worst first. Folds to two lines a row on a phone; the rest opens on demand."""
    heads = [Column(one) if isinstance(one, str) else one for one in columns]
    kinds = [one.kind.replace("num", "cn-num").replace("state", "cn-state") for one in heads]
    top = joined(
        *(Markup('<th scope="col" class="{}">{}</th>').format(kind, one.head) for one, kind in zip(heads, kinds, strict=True))
    )
    lines = [
        Markup("<tr>{}</tr>").format(
            joined(
                *(
                    Markup('<td class="{}{}">{}</td>').format(kind, _void(value), value)
                    for value, kind in zip(row, kinds, strict=True)
                )
            )
        )
        for row in rows
    ]

    def drawn(some: Sequence[Markup]) -> Markup:
        return Markup('<table class="cn-table{}"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>').format(
            " fold" if fold else "", top, joined(*some)
        )

    rest = lines[shown:] if shown else []
    out = drawn(lines[:shown])
    if rest:
        out += Markup('<details class="cn-more"><summary>{} {}</summary>{}</details>').format(more, icon("down"), drawn(rest))
    html(out)


def _void(value: Text) -> str:
    """A cell that says nothing is left out on the phone."""
    return " void" if value in NOTHING else ""


def look() -> Look:
    """The reader's language and theme, which a chart needs to be told."""
    return Look(language(), st.context.theme.type == "dark")


def chart(title: str, drawn: Chart, note_: str = "", *, key: str | None = None) -> None:
    """A caption that says what to see, then the chart with its sentence for those who cannot see it."""
    section(title, note_)
    st.vega_lite_chart(drawn.spec, theme=None, width="stretch", alt=drawn.alt, key=key)
