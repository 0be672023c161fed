"""An announcement's story on the screen, and as words for the page that is printed."""

from collections.abc import Mapping
from datetime import timedelta

from core import formats
from core.i18n import N_
from services.ports import StoryPage
from services.story import Missed, PathStory, Story
from ui import parts
from ui.parts import Column, Figure
from ui.previews import stamp_of
from ui.words import _, moment, money, number, share, span

SHOWN, PRINTED = 12, 16
REASON = N_("Tính theo hộ biết chắc đã nhận: bấm trả lời, mở thẻ hộ, được gõ cửa hoặc gọi điện.")


def draw(seen: Story, *, of_what: Mapping[str, str]) -> None:
    """Plan, what happened, how fast, who was missed, what it cost. `of_what`: the ward and the day of sending."""
    item, board = seen.announcement, seen.board
    deadline = _("Hạn {at}", at=moment(item.must_reach_by)) if item.must_reach_by else ""
    parts.head(
        item.title, stamp_of(item.urgency), parts.state(item.status), _("Gửi {at}", at=moment(item.sent_at or item.created_at)),
        deadline, "" if seen.is_over else _("Chưa kết thúc: số liệu đến lúc này"),
    )  # fmt: skip
    everyone = board.households or 1
    known = Figure(
        _("Biết chắc đã nhận"), number(board.known), _("/ {n} hộ", n=number(board.households)),
        _("{share}, {n} hộ tự báo", share=share(board.known / everyone), n=number(board.confirmed)),
        known=board.known / everyone, about="known",
    )  # fmt: skip
    guessed = Figure(
        _("Ước tính theo số máy đã mở"), number(board.estimated), _("/ {n} hộ", n=number(board.households)),
        share(board.estimated / everyone), estimate=board.estimated / everyone, about="estimated",
    )  # fmt: skip
    cost = Figure(
        _("Chi phí"), money(seen.cost), "", _("kế hoạch {cost}", cost=money(seen.planned_cost)) if seen.planned_cost else "",
        about="cost",
    )  # fmt: skip
    posted = Figure(
        _("Tổ đã đăng"), number(board.posted), _("/ {n} tổ", n=number(len(board.rows))), _median(seen.median_minutes),
        about="posted",
    )  # fmt: skip
    parts.figures(posted, known if board.counts_known else guessed, _half(seen), cost, of_what=of_what)
    parts.section(_("Kế hoạch và kết quả"), _("hộ đếm theo đường báo đầu tiên"))
    parts.table(
        [_("Đường báo tin"), Column(_("Kế hoạch"), "num"), Column(_("Biết chắc đã nhận"), "num")],
        [_path(one) for one in seen.paths], fold=False,
    )  # fmt: skip
    if seen.missed:
        parts.section(_("Còn thiếu ở đâu"), _("{n} hộ chưa rõ đã nhận", n=number(seen.missing)))
        heads: list[Column | str] = [_("Tổ, thôn"), Column(_("Hộ chưa rõ"), "num"), Column(_("Trên tổng số hộ"), "num")]
        rows = [_missed(one) for one in seen.missed]
        parts.table(heads, rows, shown=SHOWN, more=_("Xem cả {n} dòng", n=number(len(seen.missed))), fold=False)
    if seen.expected:
        low, high, came = seen.expected
        held = _("đúng trong khoảng") if low <= came <= high else _("ngoài khoảng")
        parts.hint(
            _("Dự báo đầu tiên: {low} đến {high} hộ; đến hạn có {came} hộ, {held}.", low=number(low), high=number(high),
              came=number(came), held=held)
        )  # fmt: skip
    parts.hint(_(REASON))


def _half(seen: Story) -> Figure:
    """When half and nine tenths were reached."""
    half, ninety = seen.board.time_to_half, seen.board.time_to_ninety
    note = _("90 %: {time}", time=span(ninety)) if ninety is not None else _("chưa tới 90 %")
    return Figure(_("Tới một nửa số hộ sau"), span(half) if half is not None else "–", "", note, about="time_to_half")


def _median(minutes: float | None) -> str:
    return _("trung vị {time}", time=span(timedelta(minutes=minutes))) if minutes is not None else ""


def _path(one: PathStory) -> tuple[str, str, str]:
    return _(one.label), number(one.planned), number(one.told) if one.told is not None else "–"


def _missed(one: Missed) -> tuple[str, str, str]:
    return _(one.label), number(one.missing), number(one.households)


def page(seen: Story, *, url: str) -> StoryPage:
    """As it is printed: a ward's papers are in Vietnamese, whatever language its clerk reads."""
    item, board = seen.announcement, seen.board
    everyone = board.households or 1
    told = board.known if board.counts_known else board.estimated
    what = "Biết chắc đã nhận" if board.counts_known else "Ước tính đã mở"
    half = formats.span(board.time_to_half) if board.time_to_half is not None else "–"
    ninety = f"90 %: {formats.span(board.time_to_ninety)}" if board.time_to_ninety is not None else "chưa tới 90 %"
    sent = f"Gửi {formats.moment(item.sent_at or item.created_at)}. Soạn: {board.author or '–'}. Duyệt: {board.approver or '–'}."
    until = f" Hạn {formats.moment(item.must_reach_by)}." if item.must_reach_by else ""
    more = seen.missed[PRINTED:]
    return StoryPage(
        title=item.title, ward=seen.ward.name, sub=sent + until, url=url,
        figures=[
            ("Tổ đã đăng", str(board.posted), f"trên {len(board.rows)} tổ"),
            (what, formats.share(told / everyone), f"{formats.number(told)} / {formats.number(board.households)} hộ"),
            ("Tới một nửa số hộ sau", half, ninety),
            ("Chi phí", formats.money(seen.cost), f"kế hoạch {formats.money(seen.planned_cost)}"),
        ],
        paths=[(one.label, formats.number(one.planned), "–" if one.told is None else formats.number(one.told))
               for one in seen.paths],
        missed=[(one.label, formats.number(one.missing), formats.number(one.households)) for one in seen.missed[:PRINTED]],
        missed_more=f"và {len(more)} nơi khác, {formats.number(sum(one.missing for one in more))} hộ" if more else "",
        note=REASON,
    )  # fmt: skip
