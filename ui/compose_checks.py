"""What is worth a second look while one composes, how long the text is on each channel, and whether its links are alive."""

from collections.abc import Iterable, Mapping, Sequence

import streamlit as st

from core.db import reading
from core.i18n import N_
from models import FACT_LABELS, Announcement, Unit
from services import lengths, link_checks, text_checks, web_links
from services.access import Actor
from services.lengths import Lengths, Price
from services.text_checks import Finding
from ui import parts
from ui.parts import Column, Tone
from ui.words import _, money, number, plain

TEXTS = ("title", "body", "group_text")


def measure(announcement: Announcement, *, actor: Actor, ward: Unit, unit_label: str) -> Lengths:
    """The lengths of what is being composed, drawn as a small table."""
    with reading() as session:
        found = lengths.measured(session, actor=actor, announcement=announcement, ward=ward, unit_label=unit_label)
    sms, chat, zns, oa = found.sms, found.chat, found.zns, found.oa
    parts.section(_("Dài bao nhiêu, tốn bao nhiêu"), _("một hộ nhận"))
    parts.table(
        [_("Kênh"), Column(_("Độ dài"), "wide"), Column(_("Chi phí"), "num")],
        [
            (_("Nhóm chat"), _long(_("{lines} dòng, {letters} chữ", lines=number(chat.lines), letters=number(chat.letters)),
                                   _("hơi dài"), is_long=chat.is_long), money(0)),
            (_("SMS không dấu"), _("{n} tin, {letters} chữ", n=number(sms.segments), letters=number(sms.letters)),
             _cost(sms.cost, sms.price)),
            (_("SMS có dấu"), _("{n} tin", n=number(sms.segments_with_marks)), _cost(sms.cost_with_marks, sms.price)),
            (_("Tài khoản Zalo của phường"), _long(_("{n} / {most} chữ", n=number(oa.letters), most=number(lengths.OA_MOST)),
                                                   _("quá dài") if oa.is_long else _("gửi bản ngắn"),
                                                   is_long=oa.is_long or oa.is_cut), _cost(oa.price.each, oa.price)),
            (_("Tin ZNS"), _long(_("{n} / {most} chữ", n=number(zns.letters), most=number(lengths.ZNS_MOST)), _("quá dài"),
                                 is_long=zns.is_long), _cost(zns.price.each, zns.price)),
        ],
    )  # fmt: skip
    return found


def second_look(announcement: Announcement, *, known: Iterable[str]) -> list[Finding]:
    """Say what is worth a second look, what stops it first; nothing while nothing is written."""
    found = text_checks.findings(text_checks.of_announcement(announcement, known=tuple(known)))
    texts = [text for text in (announcement.title, announcement.body, announcement.group_text) if text]
    if not texts:
        return found
    parts.section(_("Xem lại trước khi trình"), _("{n} điều", n=number(len({_sentence(one) for one in found}))) if found else "")
    if not found:
        parts.item("arrived", _("Không thấy chỗ nào cần sửa"), _("Ngày giờ, chỗ trống, tin riêng và đường dẫn đều ổn."))
    places: dict[tuple[str, str], list[str]] = {}  # by how grave it is and what is said: the fields in which it is so
    for one in found:
        places.setdefault((one.severity, _sentence(one)), []).append(_place(one.place))
    for (severity, sentence), fields in places.items():
        parts.item("overdue" if severity == "stop" else "waiting", sentence, ", ".join(dict.fromkeys(fields)))
    _dead_links(found)
    return found


def links(announcement: Announcement, *, actor: Actor) -> None:
    """A button that asks the text's links whether they are alive, and what was answered; nothing where there are none."""
    texts = {"body": announcement.body, "group_text": announcement.group_text} | announcement.facts
    urls = link_checks.links_of(texts)
    if not urls:
        return
    if st.button(_("Kiểm tra đường dẫn"), key="c_links", icon=":material/link:"):
        with st.spinner(_("Đang hỏi các trang, nhiều nhất vài giây")):
            st.session_state["c_links_found"] = link_checks.check(actor=actor, texts=texts)
    for one in st.session_state.get("c_links_found", ()):
        if one.url in urls:
            tone, words = _STATES[one.state]
            parts.item(tone, one.url, _(words, status=one.status or "–") if "{" in words else _(words))


_STATES: Mapping[str, tuple[Tone, str]] = {
    "alive": ("arrived", N_("Trang mở được.")), "dead": ("overdue", N_("Trang không mở được (mã {status}).")),
    "refused": ("overdue", N_("Địa chỉ không công khai, bà con không mở được.")),
    "unknown": ("unknown", N_("Máy chưa hỏi được trang này.")),
}  # fmt: skip


def stopping(found: Sequence[Finding], announcement: Announcement) -> str:
    """What stops it from being handed on, in a few sentences, where Streamlit reads Markdown; "" where nothing does."""
    return plain(" ".join(dict.fromkeys(_sentence(one) for one in text_checks.stopping(found, announcement.urgency))))


def _sentence(one: Finding) -> str:
    blanks = {
        name: _(value) if isinstance(value, str) and name in ("weekday", "said") else value for name, value in one.blanks.items()
    }
    return _(one.message, **blanks) if blanks else _(one.message)


def _place(name: str) -> str:
    names = {"title": _("Tiêu đề"), "body": _("Nội dung"), "group_text": _("Lời cho nhóm")}
    return names.get(name) or _(FACT_LABELS[name])


def _dead_links(found: Sequence[Finding]) -> None:
    """In a warning of swindlers: one press makes all their links untappable."""
    if any(one.message == text_checks.LIVING for one in found):
        st.button(_("Vô hiệu hóa đường dẫn"), key="c_defang", on_click=_defang)


def _defang() -> None:
    for name in (*TEXTS, *FACT_LABELS):
        st.session_state[f"c_{name}"] = web_links.defanged(st.session_state.get(f"c_{name}", ""))


def _long(words: str, warning: str, *, is_long: bool) -> parts.Text:
    return parts.joined(words, " ", parts.badge("waiting", warning)) if is_long else words


def _cost(dong: int, price: Price) -> str:
    return _("khoảng {cost}", cost=money(dong)) if price.is_estimate else money(dong)
