"""Habits every page shares: its language, its door, its news, its refusals, and what is said when something breaks.

A page's first line is `actor = enter(_("Title"), needs=(Role.STAFF,))`; its forms end in `with refusals():` and
`leave_for("pages/…", news=…)`. Reads stand in `with reading() as session:`, writes in `with transaction() as session:`.
"""

import urllib.parse
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import PurePath
from typing import NoReturn
from uuid import UUID

import streamlit as st
import structlog
from markupsafe import Markup

from core import clock, outages
from core.db import reading, transaction
from core.errors import NotFound, Refusal
from core.i18n import N_, translate
from core.tokens import new_slug
from models import Role
from services import sessions, training
from services.access import Actor
from services.proofs import Unproven
from ui import addressed, kept_forms, parts, proving, this_run
from ui.words import _, day, hour, language, moment, money, near, number, plain, read_by, share, span

__all__ = [
    "N_", "_", "arrive", "confirmed_by_count", "day", "enter", "failed", "hour", "language", "leave_for", "moment",
    "money", "near", "needed", "number", "plain", "record_id", "refusals", "share", "span", "stay", "token",
]  # fmt: skip

HOME = "pages/home.py"
SIGN_IN = "pages/sign_in.py"
NEW_PASSWORD = "pages/new_password.py"  # noqa: S105  # a page, not a secret
SECOND_FACTOR = "pages/second_factor.py"
EMPTIED = "emptied"  # where fields wait that are to be drawn empty


def token() -> str:
    """The token in this browser's cookie, as it was when the page was opened; empty for a stranger."""
    return st.context.cookies.get(sessions.cookie_name(), "")


def arrive() -> Actor | None:
    """Look the session up, first of all at every run, for the menu, the page and its fragments alike.

    What ended elsewhere ends here at the next click.
    """
    return _arrived().actor


def _arrived() -> this_run.Run:
    run = _look_up()
    if run.actor:
        _note_seen(token())
    return run


def _look_up(idle: timedelta = sessions.IDLE_LIFE) -> this_run.Run:
    found, practising = None, list[str]()
    if cookie := token():
        with reading() as session:
            found = sessions.session_actor(session, token=cookie, idle=idle)
            practising = training.names(session, actor=found) if found else []
    read_by(found.language if found else None)
    if found:
        st.session_state["language"] = found.language
    return this_run.begin(found, training=practising)


def _note_seen(cookie: str) -> None:
    last = st.session_state.get("seen_at")
    if last is None or clock.now() - last >= sessions.SEEN_EVERY:
        st.session_state["seen_at"] = clock.now()
        with transaction() as session:
            sessions.seen(session, token=cookie)


def enter(title: str = "", *, needs: Sequence[Role] = (), lines: Sequence[str | Markup] = ()) -> Actor:
    """Open a page: check the door, show what happened on the page before, then title and line of facts.

    A stranger is led to the sign-in page, which comes back here; who holds a one-time password must change it first. A page
    whose title is in its record calls `enter(needs=…)` and then `parts.head(…)`. Hiding is not the control: the services
    check the actor again.
    """
    run = this_run.of_page() or _arrived()
    actor = run.actor
    if actor is None:
        _meet_the_door()
    where = _way_back().get("next", "/")
    if actor.must_change_password and _here() != "new_password":
        st.switch_page(NEW_PASSWORD, query_params=_way_back())
    if actor.must_enrol and _here() not in ("new_password", "second_factor"):
        st.switch_page(SECOND_FACTOR, query_params=_way_back())
    proving.answer(actor, where)
    for key, value in st.session_state.pop(EMPTIED, {}).items():
        st.session_state[key] = value
    is_given_back = kept_forms.give_back(actor, _here(), where)
    if run.training:
        parts.band(
            _("TẬP HUẤN"), _("{units}: mọi việc làm như thật, không gì gửi ra ngoài.", units=training.listed(run.training))
        )  # fmt: skip
    if needs and actor.role not in needs:
        parts.head(title or _("Trang này dành cho việc khác"))
        st.error(_("Tài khoản của ông/bà không có quyền xem trang này."))
        st.page_link(HOME, label=_("Về trang đầu"))
        st.stop()
    if news := st.session_state.pop("news", None):
        st.success(news)
    if title:
        parts.head(title, *lines)
    if is_given_back:
        parts.note("arrived", _("Những gì đang viết trước khi hết giờ vẫn còn đây"), _("Xin đọc lại rồi ghi."))
    return actor


def stay(idle: timedelta = sessions.IDLE_LIFE) -> Actor:
    """For a fragment, which runs without its page: look the session up again; at the door again if it has ended.

    A fragment may run by itself every few seconds: that nobody touches the screen must still end the session (S44), so
    being looked up here is not being seen. Run together with its page it believes what the page has just found. `idle` is
    longer for a screen that is only looked at and shows nothing of a person.
    """
    actor = (this_run.of_page() or _look_up(idle)).actor
    if actor is None:
        st.rerun()  # the whole page, which then leads to the door
    return actor


def _here() -> str:
    return str(st.session_state.get("here", ""))


def _way_back() -> dict[str, str]:
    """Where the reader wanted to go, as a query for the pages that stand before it."""
    query = {name: value for name in st.query_params if (value := st.query_params.get_all(name))}
    path = f"/{_here()}" + (f"?{urllib.parse.urlencode(query, doseq=True)}" if query else "")
    return {} if path in ("/", "/home") else {"next": path}


def _meet_the_door() -> NoReturn:
    """Where time has ended the session, what was being typed is kept, and the door says so."""
    back = _way_back()
    ended = kept_forms.keep(token(), _here(), back.get("next", "/"))
    st.switch_page(SIGN_IN, query_params=back | ({"again": ended} if ended else {}))


def emptied(fields: Mapping[str, object]) -> None:
    """What stood in these fields, by key, is written: they hold this when the page is drawn next.

    Else a browser keeps on the same page what was typed, and a second press writes it twice.
    """
    st.session_state[EMPTIED] = dict(fields)


def leave_for(page: str, *, news: str = "", **query: str) -> NoReturn:
    """After a write, go elsewhere and say what happened there (Post/Redirect/Get). Never inside a transaction.

    Who stays on the same page, and its record, finds its choices as they were.
    """
    if news:
        st.session_state["news"] = plain(news)
    if PurePath(page).stem == _here() and query.get("id", "") == st.query_params.get("id", ""):
        query = addressed.written() | query
    st.switch_page(page, query_params=query or None)


@contextmanager
def refusals() -> Generator[None]:
    """Show a refusal as a sentence; what was typed stays. Where a secret must be shown again, ask for it."""
    try:
        yield
    except Unproven:
        proving.ask()
    except Refusal as refusal:
        st.error(said(refusal))


@contextmanager
def needed(back: str = HOME) -> Generator[None]:
    """For what a page cannot do without, its record for one: a refusal is shown with the way back, and the page ends."""
    try:
        yield
    except Refusal as refusal:
        parts.head(_("Không mở được trang này"))
        st.error(said(refusal))
        st.page_link(back, label=_("Quay lại"), icon=":material/arrow_back:")
        st.stop()


def record_id(name: str = "id") -> UUID:
    """The record in the address of a page that shows one.

    Raises:
        NotFound: there is none, or it was mangled on its way here.
    """
    try:
        return UUID(st.query_params.get(name, ""))
    except ValueError:
        raise NotFound(N_("Địa chỉ này không dẫn tới đâu. Xin mở lại từ danh sách.")) from None


def said(refusal: Refusal) -> str:
    """A refusal in the reader's language, where Streamlit reads Markdown: the words of others in it stay as they are."""
    return _filled(refusal, plain)


def sentence(refusal: Refusal) -> str:
    """A refusal in the reader's language as it is written, for `ui.parts` and tables: HTML is escaped there, Markdown unknown."""
    return _filled(refusal, str)


def _filled(refusal: Refusal, made_harmless: Callable[[str], str]) -> str:
    blanks = {
        name: value if isinstance(value, date) else made_harmless(_value(value)) for name, value in refusal.details.items()
    }  # fmt: skip
    return translate(refusal.message, language=language()).format(**blanks)


def _value(value: object) -> str:
    return number(value) if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def failed(error: Exception) -> bool:
    """What is shown when a page breaks: a calm sentence with the number under which the cause is in the log.

    Given to `st.App(on_script_error=…)`; True keeps Streamlit's own English text away.
    """
    reference = new_slug(8)
    structlog.get_logger().error("page failed", reference=reference, page=_here(), exc_info=error)
    if outage := outages.of(error):
        st.error(_(outage.sentence))
        return True
    st.error(
        _("Trang này gặp lỗi, việc vừa làm có thể chưa được ghi. Xin tải lại trang; nếu vẫn lỗi, báo mã {code}.", code=reference)
    )
    return True


def confirmed_by_count(count: int, words: str, *, key: str) -> bool:
    """Ask for the number of things concerned before what cannot be taken back; True when it was typed right."""
    typed = st.text_input(words, key=key, placeholder=_("gõ số {n}", n=number(count)), autocomplete="off")
    is_right = "".join(filter(str.isdigit, typed)) == str(count)
    if typed.strip() and not is_right:
        st.error(_("Số vừa gõ chưa đúng. Xin gõ {n}.", n=number(count)))
    return is_right
