"""The chart of before and after: both sides as dots, and between which ends the changed ones would stand by chance alone."""

from dataclasses import dataclass
from math import ceil, floor

from core.i18n import N_
from services import figure_words
from services.before_after import BeforeAfter, places_of
from services.drawing import Drawing
from services.drawing_words import Words, heads, scaled
from services.figure_register import BY_NAME, Definition, Measure


@dataclass(frozen=True)
class _Dot:
    name: str
    value: float
    is_changed: bool
    away: float = 0.0  # each way, by chance
    runs: bool = False


def drawing(found: BeforeAfter, *, language: str = "vi") -> Drawing:
    """Five dots; the sentence says what the change may have brought, and whether that may be chance."""
    w, figure = Words(language), BY_NAME[found.figure]
    dots = _dots(found, w)
    low, high = _ends([one.value + sign * one.away for one in dots for sign in (-1, 1)], figure)
    note = N_("đậm: nơi đã thay đổi; đường kẻ: khoảng 90 % do ngẫu nhiên") if found.by_chance else N_("đậm: nơi đã thay đổi")
    spec = [
        {"name": one.name, "low": scaled(max(low, one.value - one.away), low, high),
         "high": scaled(min(high, one.value + one.away), low, high), "value": scaled(one.value, low, high),
         "is_usual": not one.is_changed, "text": amount(one.value, figure, language=language, runs=one.runs)}
        for one in dots
    ]  # fmt: skip
    return Drawing(
        "before_after", "ranks", w.say(N_("Trước và sau: {figure}"), figure=w.say(figure.label)),
        sentence(found, language=language), w.say(note), heads(w, N_("Nơi"), N_("Số liệu")),
        [(one.name, one.value) for one in dots], {"rows": spec},
    )  # fmt: skip


def _dots(found: BeforeAfter, w: Words) -> list[_Dot]:
    """None where one of them is missing: there is nothing to compare."""
    changed, similar = found.changed, found.similar
    told = (
        (N_("Đã thay đổi, trước"), changed.before, True, 0.0, changed.before_runs),
        (N_("Đã thay đổi, sau"), changed.after, True, 0.0, changed.after_runs),
        (N_("Nếu đổi như nơi tương tự"), found.expected, False, found.by_chance or 0.0, False),
        (N_("Tương tự, trước"), similar.before, False, 0.0, similar.before_runs),
        (N_("Tương tự, sau"), similar.after, False, 0.0, similar.after_runs),
    )
    dots = [_Dot(w.say(name), value, is_changed, away, runs) for name, value, is_changed, away, runs in told if value is not None]
    return dots if len(dots) == len(told) else []


def _ends(values: list[float], figure: Definition) -> tuple[float, float]:
    """Where the scale begins and ends: shares at tenths, everything else at zero; nothing lies below zero."""
    if figure.measure is Measure.SHARE:
        return max(0.0, floor(min(values, default=0) * 10) / 10), min(1.0, ceil(max(values, default=1) * 10) / 10)
    return 0.0, max([*values, 1.0])


def sentence(found: BeforeAfter, *, language: str = "vi") -> str:
    """What the change may have brought, and whether chance alone may have."""
    w, figure = Words(language), BY_NAME[found.figure]
    if found.difference is None:
        return w.say(N_("Chưa đủ số liệu ở cả hai bên để nói thay đổi mang lại gì."))
    told = [
        w.say(
            N_("So với nơi tương tự, nơi đã thay đổi chênh {n}; việc chung cho mọi nơi đã trừ ra."),
            n=signed(found.difference, figure, language=language),
        )
    ]
    if found.runs:
        told.append(w.say(N_("Còn việc chưa xong ở số ghi “hơn”: chênh lệch này tính đến lúc này.")))
    if found.by_chance is None:
        return " ".join([*told, w.say(N_("Chưa đủ nơi khác để nói chênh lệch ấy có phải do ngẫu nhiên hay không."))])
    low, high = (signed(found.difference + sign * found.by_chance, figure, language=language) for sign in (-1, 1))
    words = (
        N_("Khoảng 90 %: từ {low} đến {high}, có cả số 0, nên chênh lệch ấy có thể chỉ do ngẫu nhiên.") if found.may_be_chance
        else N_("Khoảng 90 %: từ {low} đến {high}, không có số 0: đó là phần có thể do thay đổi, khó chỉ do ngẫu nhiên.")
    )  # fmt: skip
    return " ".join([*told, w.say(words, low=low, high=high)])


def amount(value: float | None, figure: Definition, *, language: str, runs: bool = False) -> str:
    """A side as it is shown."""
    return figure_words.so_far(value, figure.measure, is_running=runs, language=language, places=places_of(figure))


def signed(value: float, figure: Definition, *, language: str) -> str:
    """A change as it is shown: `+3,1 điểm phần trăm`, `−9 phút`."""
    places = places_of(figure)
    return figure_words.change(round(value, places), figure.measure, language=language, places=places)
