"""The parts of the status page: what waits, how providers are, who works."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from core.i18n import N_
from models import AccountState, FigureCheck
from services.backup_copies import Standing
from services.channel_fields import LABELS
from services.engine_health import Engine, Provider, Queue
from services.workers import AtWork
from ui import parts
from ui.parts import Column, Figure, Text, Tone
from ui.words import _, near, number, span

MINUTE = timedelta(minutes=1)  # less is not told
MENDED = "coverage"  # what `manage.py recount` counts anew
COUNTED = {
    "coverage": N_("hộ và hộ trong nhóm"),
    "scans": N_("lượt mở đường dẫn"),
    "opens": N_("máy mở thông báo"),
    "known": N_("hộ biết tin"),
}
LONG = timedelta(minutes=10)  # so long nothing that may leave should wait


def figures(seen: Engine, *, now: datetime) -> None:
    """How much waits, how fast it goes, what a person has to do, who is there."""
    waited = now - seen.oldest_at if seen.oldest_at else None
    silent = len(seen.workers) - seen.at_work
    longest = _("lâu nhất đã chờ {span}", span=span(max(waited, MINUTE))) if waited else ""
    parts.figures(
        Figure(
            _("Chưa gửi"), number(seen.waiting), _("tin"), longest,
            "overdue" if waited and waited > LONG else None,
        ),
        Figure(_("Đang đi"), number(seen.per_minute), _("tin mỗi phút"), _("tính trong 5 phút vừa qua")),
        Figure(
            _("Chờ quyết định"), number(seen.unknown), _("tin"),
            _("chưa rõ đã đi hay chưa, xem ở trang của thông báo") if seen.unknown else "",
        ),
        Figure(
            _("Tiến trình đang chạy"), number(seen.at_work), "",
            _("{n} tiến trình im lặng", n=number(silent)) if silent else "", "overdue" if not seen.at_work else None,
        ),
    )  # fmt: skip


def queues(rows: Sequence[Queue], *, now: datetime) -> None:
    """A line a channel."""
    parts.section(_("Hàng chờ"))
    if not rows:
        parts.hint(_("Không có tin nào đang chờ hay đang đi."))
        return
    heads: list[Column | str] = [
        _("Kênh"), Column(_("Đã chờ"), "state"), Column("", "wide phone"), Column(_("Chờ lượt"), "num desk"),
        Column(_("Đang gửi"), "num desk"), Column(_("Sẽ thử lại"), "num desk"), Column(_("Chưa rõ"), "num desk"),
        Column(_("Mỗi phút"), "num desk"),
    ]  # fmt: skip
    parts.table(heads, [_queue(one, now) for one in rows])


def _queue(one: Queue, now: datetime) -> Sequence[Text]:
    held = _("{n} đang giữ lại", n=number(one.held)) if one.held else ""
    name = parts.cell(_(LABELS.get(one.channel, one.channel.value)), held)
    counts = (one.waiting, one.sending, one.later, one.unknown)
    in_words = "; ".join(
        words
        for n, words in zip(
            counts,
            (
                _("{n} chờ lượt", n=number(one.waiting)), _("{n} đang gửi", n=number(one.sending)),
                _("{n} sẽ thử lại", n=number(one.later)), _("{n} chưa rõ", n=number(one.unknown)),
            ),
            strict=True,
        )
        if n
    )  # fmt: skip
    waited = now - one.oldest_at if one.oldest_at else None
    stands: Text = "–"
    if waited is not None:
        stands = parts.badge("overdue" if waited > LONG else "waiting", span(max(waited, MINUTE)))
    shown = [number(n) if n else "–" for n in counts]
    return name, stands, parts.small(in_words), *shown, number(one.per_minute) if one.sent_lately else "–"


def providers(rows: Sequence[Provider]) -> None:
    """A line an account, what is wrong first."""
    parts.section(_("Nhà cung cấp"))
    if not rows:
        parts.hint(_("Phường chưa nối tài khoản nào. Tin vẫn đi qua nhóm của tổ, giấy và gõ cửa."))
        return
    heads: list[Column | str] = [
        _("Tài khoản"), Column(_("Tình trạng"), "state"), Column(_("Còn lại"), "num"), Column(_("Kiểm tra lúc"), "num desk"),
    ]  # fmt: skip
    parts.table(heads, [_provider(one) for one in rows], shown=24, more=_("Xem cả {n} dòng", n=number(len(rows))))


def _provider(one: Provider) -> Sequence[Text]:
    label = _(LABELS.get(one.channel, one.channel.value))
    name = parts.joined(parts.cell(label, one.unit_name), parts.small(why) if (why := _why(one)) else "")
    return name, _well(one), _quota(one), near(one.checked_at) if one.checked_at else "–"


def _well(one: Provider) -> Text:
    if one.state is AccountState.ACTIVE and one.rests:
        return parts.badge("waiting", _("đang nghỉ"))
    tones: dict[AccountState, Tone] = {AccountState.BROKEN: "overdue", AccountState.PAUSED: "unknown"}
    return parts.badge(tones.get(one.state, "arrived"), _(one.state.label))


def _why(one: Provider) -> str:
    if one.state is AccountState.BROKEN:
        return _(one.message) if one.message else ""
    if one.state is AccountState.ACTIVE and one.rests and one.open_until:
        return _("{n} lần hỏng liền, thử lại {at}", n=number(one.failures), at=near(one.open_until))
    return ""


def _quota(one: Provider) -> Text:
    if one.quota_left is None:
        return "–"
    of = _("/ {n} tin", n=number(one.quota_total)) if one.quota_total else _("tin")
    kept = parts.small(_("để dành {n}", n=number(one.reserve))) if one.reserve else ""
    return parts.joined(f"{number(one.quota_left)} ", parts.soft(of), kept)


def at_work(rows: Sequence[AtWork], *, events: int, now: datetime) -> None:
    """A line a process, the silent ones first; and what providers told that is not worked off."""
    parts.section(_("Tiến trình"))
    if not rows:
        words = _("Tin và lời nhắc không đi cho tới khi có một tiến trình. Khởi động lại máy chủ, hoặc chạy manage.py worker.")
        parts.note("overdue", _("Không có tiến trình nào đang chạy"), words)
    else:
        heads: list[Column | str] = [
            _("Tên"), Column(_("Tình trạng"), "state"), Column(_("Đang giữ"), "num"), Column(_("Chạy từ"), "num desk"),
        ]  # fmt: skip
        parts.table(heads, [_worker(one, now) for one in rows])
    if events:
        parts.hint(_("{n} báo nhận từ nhà cung cấp đang chờ xử lý.", n=number(events)))


def _worker(one: AtWork, now: datetime) -> Sequence[Text]:
    silent = _("im lặng {span}", span=span(max(now - one.seen_at, MINUTE)))
    stands = parts.badge("overdue", silent) if one.is_silent else parts.badge("arrived", _("đang chạy"))
    batches = _("{n} lô", n=number(one.batches)) if one.batches else "–"
    return parts.cell(one.name, f"{one.host}, {one.pid}"), stands, batches, near(one.started_at)


def figures_verified(checks: Sequence[FigureCheck], *, now: datetime) -> None:
    """Whether the counts that figures are read from are those of the rows; a difference is said in red."""
    wrong = sum(one.wrong for one in checks)
    if wrong:
        subjects = ", ".join(_(COUNTED[one.subject]) for one in checks if one.wrong)
        if any(one.wrong for one in checks if one.subject == MENDED):
            words = _(
                "Ở {subjects}. Số liệu trên màn hình có thể sai. Máy không tự sửa: xin báo người cài máy xem nhật ký, rồi chạy "
                "lệnh manage.py recount.", subjects=subjects,
            )  # fmt: skip
        else:
            words = _(
                "Ở {subjects}. Số liệu trên màn hình có thể sai. Máy không tự sửa: xin báo người cài máy xem nhật ký.",
                subjects=subjects,
            )
        parts.note("overdue", _("{n} số đếm sẵn khác với đếm lại", n=number(wrong)), words)
    elif checks and now - checks[0].created_at < timedelta(days=2):
        parts.hint(
            _(
                "Số liệu đã đếm lại {when}: {n} số đếm sẵn đều khớp.",
                when=near(checks[0].created_at),
                n=number(sum(one.rows for one in checks)),
            )
        )


def backup_copies(places: Sequence[Standing]) -> None:
    """Where the newest backup lies beside this machine; nothing where no place is set."""
    for one in places:
        if one.is_late:
            words = one.message or _("Chưa có bản nào tới đó trong một ngày qua.")
            again = _("Tự thử lại. Bản mới nhất ở đó: {at}.", at=near(one.copied_at) if one.copied_at else "–")
            parts.note("overdue", _("Bản sao lưu chưa tới {place}", place=one.place), f"{words} {again}")
        elif one.copied_at:
            parts.hint(_("Bản sao lưu {file} đã ở {place} từ {at}.", file=one.file, place=one.place, at=near(one.copied_at)))


def unknown_events(found: Sequence[tuple[str, str, int]]) -> None:
    """What providers told that means nothing here; nothing where all is known."""
    if found:
        parts.section(_("Loại tin chưa biết"), _("giữ lại, không làm gì"))
        rows = [(provider, name, number(n)) for provider, name, n in found]
        parts.table((_("Nhà cung cấp"), _("Loại tin"), Column(_("Số lần"), "num")), rows, shown=5, more=_("Xem cả"))
