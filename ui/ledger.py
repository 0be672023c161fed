"""The ledger on an announcement's board: what its accounts have sent, what is to be decided, what may be held back."""

from collections.abc import Mapping, Sequence
from functools import partial
from uuid import UUID

import streamlit as st

from core.db import reading, transaction
from core.i18n import N_, translate
from models import LEFT, AccountState, Announcement, Channel, DeliveryStatus
from services import access, holding, ledger, sessions, unknowns
from services.access import Actor, May
from services.channel_fields import LABELS
from services.household_phones import shown
from services.ledger import Ledger, Line, Reason, Row, Standstill
from services.ports import Shown, ports
from services.unknowns import Decision
from ui import board, confirmed_by_count, leave_for, parts, proving, refusals, stay, token
from ui.kept import read_once, seen_by
from ui.parts import Column, Text, Tone
from ui.tables import XLSX
from ui.words import _, language, money, near, number

CSV = "text/csv"
HERE = "pages/announcement.py"
HEADS = (
    N_("Kênh"), N_("Mã hộ"), N_("Chủ hộ"), N_("Tổ, thôn"), N_("Người nhận"), N_("Tình trạng"), N_("Lý do"), N_("Số lần thử"),
    N_("Tiền (đồng)"), N_("Gửi lúc"), N_("Tới máy lúc"), N_("Xem lúc"),
)  # fmt: skip
# The same counts in words, for a phone.
IN_WORDS = (
    N_("{n} chưa gửi"), N_("{n} đã gửi"), N_("{n} đã tới máy"), N_("{n} đã xem"), N_("{n} không gửi được"), N_("{n} chưa rõ"),
)  # fmt: skip
REASONS_SHOWN, EVERY = 6, "all"
S = DeliveryStatus


def of(item: Announcement, *, actor: Actor) -> None:
    """Everything of it that leaves by accounts; nothing where nothing does."""
    seen = _seen(actor, item.id)
    if not seen.total:
        return
    _live(item.id)
    if seen.unknown:
        _to_decide(item, seen, actor)
    with st.container(horizontal=True):
        _holding(item, seen, actor)
        _files(item.id, actor)
    if st.session_state.get("l_stopping") == item.id:
        st.dialog(_("Dừng tin chưa gửi"), on_dismiss=_forget)(partial(_stop, item, seen, actor))()


@st.fragment(run_every=10)
def _live(announcement_id: UUID) -> None:
    """What moves, drawn again every ten seconds."""
    seen = _seen(stay(), announcement_id)
    parts.section(_("Tin gửi qua tài khoản"), _("{n} tin", n=number(seen.total)))
    if seen.paused_at is not None:
        words = _("{n} tin chưa gửi đang được giữ lại. Bấm Gửi tiếp để tin đi.", n=number(seen.stoppable))
        parts.note("waiting", _("Đang tạm dừng từ {at}", at=near(seen.paused_at)), words)
    for one in seen.standstills:
        _standstill(one)
    _table(seen)
    _reasons(seen.reasons)


def _standstill(one: Standstill) -> None:
    """What an account holds up, and what to do."""
    title = _("{n} tin chờ: {channel}", n=number(one.count), channel=_(LABELS[one.channel]))
    again = _("Tự thử lại {at}.", at=near(one.until)) if one.until else ""
    tone: Tone = "overdue" if one.state is AccountState.BROKEN else "waiting"
    parts.note(tone, title, " ".join(words for words in (_(one.why) if one.why else "", again) if words))


def _seen(actor: Actor, announcement_id: UUID) -> Ledger:
    """As it was seconds ago at most; whatever is done on a screen shows at once."""
    return read_once("board.ledger", seen_by(actor, announcement_id), partial(_read, actor, announcement_id))


def _read(actor: Actor, announcement_id: UUID) -> Ledger:
    with reading() as session:
        return ledger.of_announcement(session, actor=actor, announcement_id=announcement_id)


# ---- how it stands


def _table(seen: Ledger) -> None:
    heads: list[Column | str] = [
        _("Kênh"), Column(_("Tình trạng"), "state"), Column("", "wide phone"), Column(_("Chưa gửi"), "num desk"),
        Column(_("Đã gửi"), "num desk"), Column(_("Đã tới máy"), "num desk"), Column(_("Đã xem"), "num desk"),
        Column(_("Không gửi được"), "num desk"), Column(_("Chưa rõ"), "num desk"), Column(_("Tiền"), "num desk"),
    ]  # fmt: skip
    stuck = {one.channel for one in seen.standstills}
    is_paused = seen.paused_at is not None
    parts.table(heads, [_row(line, is_paused=is_paused, is_stuck=line.channel in stuck) for line in seen.lines])


def _row(line: Line, *, is_paused: bool, is_stuck: bool) -> Sequence[Text]:
    counts = (
        line.waiting, line.count(*ledger.ARRIVED), line.count(S.DELIVERED, S.READ), line.count(S.READ), line.count(S.REJECTED),
        line.count(S.UNKNOWN),
    )  # fmt: skip
    count = _("{n} tin", n=number(line.total))
    what = _("nhắc tổ trưởng") if line.is_to_leaders else _("báo thu hồi, {n}", n=count) if line.takes_back else count
    name = parts.cell(_(LABELS[line.channel]), what)
    in_words = "; ".join(_(words, n=number(n)) for words, n in zip(IN_WORDS, counts, strict=True) if n)
    stands = _stands(line, is_paused=is_paused, is_stuck=is_stuck)
    return name, stands, parts.small(in_words), *(number(n) if n else "–" for n in counts), money(line.cost)


def _stands(line: Line, *, is_paused: bool, is_stuck: bool) -> Text:
    tone, words = _tone(line, is_paused=is_paused, is_stuck=is_stuck)
    stopped = line.count(S.CANCELLED)
    more = [_("{n} tin đã dừng", n=number(stopped))] if stopped else []
    if line.next_at is not None and not is_paused:
        more.append(_("thử lại {at}", at=near(line.next_at)))
    return parts.joined(parts.badge(tone, words), *(parts.small(one) for one in more))


def _tone(line: Line, *, is_paused: bool, is_stuck: bool) -> tuple[Tone, str]:
    if line.count(S.UNKNOWN):
        return "unknown", _("Chờ quyết định")
    if line.waiting and is_stuck and not is_paused:
        return "waiting", _("Chờ tài khoản")
    if line.waiting:
        return "waiting", _("Đang giữ lại") if is_paused else _("Đang gửi")
    if not line.count(*ledger.ARRIVED):
        return ("overdue", _("Không gửi được")) if line.count(S.REJECTED) else ("unknown", _("Đã dừng"))
    return "arrived", _("Đã gửi xong")


def _reasons(reasons: Sequence[Reason]) -> None:
    """Why, in words, most first, whichever the channel. Of what nobody knows there is a note of its own."""
    joined: dict[tuple[DeliveryStatus, str], list[Reason]] = {}
    for one in reasons:
        if one.status is not S.UNKNOWN:
            joined.setdefault((one.status, one.error), []).append(one)
    ordered = sorted(joined.values(), key=lambda same: -sum(one.count for one in same))
    with st.container(gap=None):
        for place, same in enumerate(ordered[:REASONS_SHOWN]):
            first = same[0]
            tone: Tone = "overdue" if first.status is S.REJECTED else "waiting" if first.status in ledger.WAITING else "unknown"
            kind = _(first.trouble.label if first.trouble else first.status.label)
            where = ", ".join(dict.fromkeys(_(LABELS[one.channel]) for one in same))
            title = _("{n} tin: {why}", n=number(sum(one.count for one in same)), why=_(first.error))
            board.thing(f"why{place}", tone, title, f"{where}: {kind}")


# ---- what a person decides


def _to_decide(item: Announcement, seen: Ledger, actor: Actor) -> None:
    """Of what nobody knows: how it is to be taken, once for all that stand so."""
    by_channel = {line.channel: n for line in seen.lines if (n := line.count(S.UNKNOWN))}
    title = _("{n} tin chưa rõ đã đi hay chưa", n=number(seen.unknown))
    parts.note(
        "unknown", title, _("Mất câu trả lời của nhà cung cấp giữa chừng. Máy không tự gửi lại, để không ai nhận hai lần.")
    )
    if not access.may(actor, May.SETTLE_UNKNOWN):
        parts.hint(_("Lãnh đạo phường quyết định."))
        return
    with st.container(key="l_deciding"):
        channels = _channels(by_channel)
        count = sum(by_channel[channel] for channel in channels) if channels else seen.unknown
        decision = st.radio(
            _("Quyết định cho {n} tin này", n=number(count)), list(Decision), index=None, key="l_decision",
            format_func=lambda one: _(one.label), captions=[_(_MEANING[one]) for one in Decision],
        )  # fmt: skip
        if decision is None:
            return
        is_sure = confirmed_by_count(count, _("Gõ số {n}, là số tin", n=number(count)), key="l_count")
        if st.button(_(decision.label), key="l_settle", type="primary", disabled=not is_sure):
            _settle(item, actor, decision, channels, count)


def _channels(by_channel: Mapping[Channel, int]) -> list[Channel]:
    """Which of several channels the decision is for; none where it is for all."""
    if len(by_channel) < 2:
        return []
    chosen = st.segmented_control(
        _("Kênh"), [EVERY, *by_channel], default=EVERY, key="l_channel", required=True,
        format_func=lambda one: _("Tất cả") if one == EVERY else _(LABELS[Channel(one)]),
    )  # fmt: skip
    return [] if chosen == EVERY else [Channel(chosen)]


_MEANING = {
    Decision.SENT: N_("Không gửi lại. Ai chưa nhận thì tổ trưởng tới báo."),
    Decision.FAILED: N_("Không gửi lại, và tính là không gửi được."),
    Decision.RESEND: N_("Có người có thể nhận hai lần. Bài Facebook được tìm trên trang trước khi đăng lại."),
}


def _settle(item: Announcement, actor: Actor, decision: Decision, channels: Sequence[Channel], count: int) -> None:
    with refusals():
        with reading() as session:
            questions = unknowns.to_ask(session, actor=actor, announcement_id=item.id)
        found = unknowns.look_back([one for one in questions if not channels or one.channel in channels])
        with transaction() as session:
            settled = unknowns.settle(
                session, actor=actor, announcement_id=item.id, decision=decision, channels=channels, expected=count, found=found
            )
        leave_for(HERE, id=str(item.id), news=_("Đã ghi quyết định cho {n} tin.", n=number(settled)))


# ---- holding back


def _holding(item: Announcement, seen: Ledger, actor: Actor) -> None:
    """Rest, go on, or stop for good."""
    if not access.may(actor, May.APPROVE) or item.status not in LEFT or not seen.stoppable:
        return
    is_paused = seen.paused_at is not None
    label, icon = (_("Gửi tiếp"), "play_arrow") if is_paused else (_("Tạm dừng gửi"), "pause")
    if st.button(label, key="l_hold", icon=f":material/{icon}:", type="primary" if is_paused else "secondary"):
        with refusals():
            with transaction() as session:
                (holding.go_on if is_paused else holding.pause)(session, actor=actor, announcement_id=item.id)
            news = _("Tin lại được gửi.") if is_paused else _("Đã tạm dừng. Tin đang trên đường thì vẫn đi.")
            leave_for(HERE, id=str(item.id), news=news)
    words = _("Dừng {n} tin chưa gửi", n=number(seen.stoppable))
    if st.button(words, key="l_stop", icon=":material/stop_circle:"):
        st.session_state["l_stopping"] = item.id
        st.rerun()


def _stop(item: Announcement, seen: Ledger, actor: Actor) -> None:
    """The question, and what follows from yes."""
    count = seen.stoppable
    parts.hint(_("Tin đã gửi không lấy lại được. Tổ trưởng vẫn đăng và vẫn gõ cửa như thường; các hộ này cần báo cách khác."))
    is_sure = confirmed_by_count(count, _("Gõ số {n}, là số tin chưa gửi", n=number(count)), key="l_stop_count")
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button(_("Thôi"), key="l_stop_no"):
            _forget()
            st.rerun()
        if st.button(_("Dừng hẳn"), key="l_stop_ok", type="primary", disabled=not is_sure):
            with refusals():
                with transaction() as session:
                    stopped = holding.stop_rest(session, actor=actor, announcement_id=item.id, expected=count)
                _forget()
                leave_for(HERE, id=str(item.id), news=_("Đã dừng {n} tin chưa gửi.", n=number(stopped)))


def _forget() -> None:
    """The question is closed."""
    st.session_state.pop("l_stopping", None)


# ---- to take away


def _files(announcement_id: UUID, actor: Actor) -> None:
    for kind, mime, label in (("xlsx", XLSX, _("Tải sổ gửi (Excel)")), ("csv", CSV, _("Tải sổ gửi (CSV)"))):
        made = partial(_file, announcement_id, kind, token(), language())
        proving.download(actor, label, made, f"so-gui.{kind}", mime, key=f"l_{kind}")


def _file(announcement_id: UUID, kind: str, cookie: str, speaks: str) -> bytes:
    """Made outside the page's run: who asks is looked up anew, the language is handed in."""
    with transaction() as session:
        actor = sessions.asker(session, token=cookie)
        found = ledger.take(session, actor=actor, announcement_id=announcement_id)
    heads = [translate(head, language=speaks) for head in HEADS]
    table = [_line(one, actor, speaks) for one in found]
    if kind == "csv":
        return ports().tables.csv(heads, table)
    return ports().tables.xlsx([(translate(N_("Sổ gửi"), language=speaks), heads, table)])


def _line(one: Row, actor: Actor, speaks: str) -> list[Shown]:
    return [
        translate(LABELS[one.channel], language=speaks), one.household_code, one.household, one.unit,
        _recipient(one, actor), translate(one.status.label, language=speaks),
        translate(one.error, language=speaks) if one.error else "", one.attempts, one.cost, one.sent_at, one.delivered_at,
        one.read_at,
    ]  # fmt: skip


def _recipient(one: Row, actor: Actor) -> str:
    """A telephone number as lists show it to this person; what is none, as the provider names it."""
    return shown(actor, one.recipient) if one.recipient.startswith("+") else one.recipient
