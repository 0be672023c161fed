"""Charts of how announcements spread: the reach curves over one another, and how soon leaders post."""

import math
from collections.abc import Sequence
from typing import Any

from core.i18n import N_
from services.drawing import Drawing
from services.drawing_words import Words, apart, heads, nothing, rounded
from services.period_facts import PeriodFacts, SaidLine
from services.period_sources import WATCHED_HOURS
from services.relay_pace import pace

DOTS_MOST = 600
WATCHED = WATCHED_HOURS * 60
LABEL_GAP = 0.08  # of the picture's height, between shares beside the ends of two curves
TOLD_AT = (15, 30, 60, 120, 240, 480, 720, 1_440, WATCHED)  # minutes after which the table says how far each had come


def curves(facts: PeriodFacts, w: Words) -> Drawing:
    """Reach curves of the latest announcements over one another, with the band in which those of the year before mostly lay.

    A curve that still runs ends where it stands now; one that ended goes on as it was.
    """
    shown = [one for one in facts.said if len(one.curve) > 1]
    latest = [point[0] for one in shown for point in one.curve] + [one.watched or 0.0 for one in shown if _runs(one)]
    end = 120.0 * math.ceil(max([*latest, 60.0]) / 120)  # whole hours, halves too
    beside = apart([one.curve[-1][1] for one in shown], LABEL_GAP)
    rows = [
        {"name": one.title, "points": [[minutes / end, share] for minutes, share in _drawn(one, end)],
         "last": w.share(one.curve[-1][1], 0), "beside": height, "is_running": _runs(one)}
        for one, height in zip(shown, beside, strict=True)
    ]  # fmt: skip
    best = max(shown, key=lambda one: one.curve[-1][1], default=None)
    sentence = w.say(
        N_("{n} thông báo gần nhất: nhiều nhất là “{title}”, đến {share} số hộ."), n=w.number(len(shown)), title=best.title,
        share=w.share(best.curve[-1][1]),
    ) if best else nothing(w)  # fmt: skip
    times = [at for at in TOLD_AT if at <= end]
    return Drawing(
        "curves", "curves", w.say(N_("Tin lan đến đâu, theo thời gian")), sentence, _key_to_curves(facts, shown, w),
        [*heads(w, N_("Thông báo"), N_("Ngày"), N_("Số hộ"), N_("Biết chắc"), N_("Ước tính")),
         *(w.say(N_("sau {time}"), time=w.minutes(at)) for at in times)],
        [(one.title, w.day(one.on), one.households, one.known if one.asks else None, one.estimated,
          *(_share_at(one, at) for at in times)) for one in shown],
        {"rows": rows, "band": [[at / end, low, high] for at, low, high in facts.usual if at <= end],
         "xticks": [[0, "0"], [0.5, w.minutes(end / 2)], [1, w.minutes(end)]],
         "yticks": [[0, w.share(0, 0)], [0.5, w.share(0.5, 0)], [1, w.share(1, 0)]]},
    )  # fmt: skip


def _runs(one: SaidLine) -> bool:
    return one.watched is not None and one.watched < WATCHED


def _drawn(one: SaidLine, end: float) -> list[list[float]]:
    """Its points, and its last share as far as that is known to hold: to now, or to the edge where it ended."""
    if one.watched is None:
        return one.curve
    return [*one.curve, [one.watched if _runs(one) else end, one.curve[-1][1]]]


def _share_at(one: SaidLine, at: float) -> float | None:
    """What share it had reached after some minutes; None where that time has not come."""
    if at > (one.curve[-1][0] if one.watched is None else one.watched):
        return None
    return rounded(max((share for minutes, share in one.curve if minutes <= at), default=0.0))


def _key_to_curves(facts: PeriodFacts, shown: Sequence[SaidLine], w: Words) -> str:
    key = [w.say(N_("phần số hộ đã mở hoặc biết chắc"))]
    if any(_runs(one) for one in shown):
        key.append(w.say(N_("vòng tròn: đến lúc này, tin còn đang lan")))
    if facts.usual:
        key.append(
            w.say(
                N_("nền xám: khoảng thường thấy của {n} thông báo đã kết thúc trong một năm trước đó"),
                n=w.number(facts.usual_of or 0),
            )
        )
    elif facts.usual_of is not None:
        key.append(w.say(N_("chưa đủ thông báo đã kết thúc trong một năm trước đó để vẽ khoảng thường thấy")))
    return "; ".join(key)


def relays(facts: PeriodFacts, w: Words) -> Drawing:
    """A dot a group and announcement: how long until it was posted; median and 90th percentile marked."""
    named = facts.place_waits or [[minutes, runs, ""] for minutes, runs in facts.waits]
    waits = [(minutes, bool(runs)) for minutes, runs, _ in named]
    if not waits:
        return Drawing("relays", "dots", w.say(N_("Tổ trưởng đăng nhanh đến đâu")), nothing(w))
    half, half_runs, ninety, ninety_runs = pace(waits)
    ended = [minutes for minutes, runs in waits if not runs]
    edge = max([*ended, 30.0]) if not ended else min(max(ended), sorted(ended)[-1 - len(ended) // 20] * 2 + 30)
    pile: dict[int, int] = {}
    dots = []
    shown = _told_most(named)
    for minutes, runs, name in shown:
        column = 36 if runs or minutes > edge else int(minutes / edge * 35)
        pile[column] = pile.get(column, 0) + 1
        dots.append({"x": column / 36, "level": pile[column], "state": "running" if runs else "posted", "name": name})
    running = len(waits) - len(ended)
    said = w.so_far(half, is_running=half_runs), w.so_far(ninety, is_running=ninety_runs)
    sentence = w.say(
        N_("Trong {all} lần chuyển tin, một nửa đăng sau {half}, chín phần mười sau {ninety}; {n} lần chưa đăng."),
        all=w.number(len(waits)), half=said[0], ninety=said[1], n=w.number(running),
    )  # fmt: skip
    marks = [{"x": min(1.0, minutes / edge * 35 / 36), "text": text} for minutes, text in ((half, said[0]), (ninety, said[1]))]
    return Drawing(
        "relays", "dots", w.say(N_("Tổ trưởng đăng nhanh đến đâu")), sentence, _key_to_dots(shown, len(named), edge, w),
        heads(w, N_("Nơi"), N_("Phút đến khi đăng"), N_("Chưa đăng")),
        [(name or "–", round(m), w.say(N_("chưa")) if runs else "") for m, runs, name in named],
        {"rows": dots, "levels": max(pile.values()), "marks": marks, "xticks": [[0, "0"], [35 / 36, w.minutes(edge)]]},
    )  # fmt: skip


def _told_most(named: Sequence[Sequence[Any]]) -> Sequence[Sequence[Any]]:
    """As many as a picture holds: what was not posted yet and what took longest, the quickest first. They come in that order."""
    return named[-DOTS_MOST:]


def _key_to_dots(shown: Sequence[Sequence[Any]], everything: int, edge: float, w: Words) -> str:
    """What a dot is, and which are not drawn."""
    key = [w.say(N_("mỗi chấm một nhóm, một thông báo"))]
    if any(runs for _, runs, _ in shown):
        key.append(w.say(N_("vòng đỏ: chưa đăng")))
    if any(minutes > edge and not runs for minutes, runs, _ in shown):
        key.append(w.say(N_("chấm sát mép phải: sau hơn {time}"), time=w.minutes(edge)))
    if len(shown) < everything:
        key.append(
            w.say(N_("chỉ vẽ {n} lần chậm nhất và chưa đăng trên {all}"), n=w.number(len(shown)), all=w.number(everything))
        )
    return "; ".join(key)
