"""Charts before anybody draws them: what stands where, in words and in shares of the picture, with the table and the sentence.

The screens draw them by Vega-Lite, paper and pictures by Typst: the same numbers both times. Names of places are data only.
"""

import math
from collections.abc import Callable, Sequence

from core import formats
from core.i18n import N_
from services import desk_drawings, off_trend, reach_drawings
from services.cost_drawing import costs
from services.drawing import Drawing
from services.drawing_words import Words, apart, heads, month_name, nothing, rounded, scaled
from services.figures import SMALL
from services.off_trend import Spot
from services.pace_drawing import relay_months
from services.path_drawing import paths
from services.period_facts import PeriodFacts, PlaceLine, TrendLine
from services.ward_ranks import lowest_said

BARS_MOST, SCANS_MOST, MULTIPLES_MOST = 40, 15, 36
NAME_GAP = 0.07  # of the picture's height, between names beside two points
OF_THE_DESK = ("topics", "answer_times", "help", "phone_months")  # charts of figures that came later than the first reports
WEEKDAYS = (N_("thứ Hai"), N_("thứ Ba"), N_("thứ Tư"), N_("thứ Năm"), N_("thứ Sáu"), N_("thứ Bảy"), N_("chủ nhật"))


def of(facts: PeriodFacts, *, language: str = "vi", names: Sequence[str] = ()) -> list[Drawing]:
    """The charts named (all) of a period, in a language."""
    words = Words(language)
    return [DRAWN[name](facts, words) for name in names or DRAWN]


def told_by(facts: PeriodFacts) -> list[str]:
    """The charts that the facts of a period can fill: what was kept long ago knows nothing of questions and help."""
    return [name for name in DRAWN if facts.has("questions") or name not in OF_THE_DESK]


def coverage(facts: PeriodFacts, w: Words) -> Drawing:
    """Households in a chat by place, the lowest first; a tick for the share before, a rule for the target."""
    counted = [one for one in facts.places if one.coverage is not None]
    shown = counted[:BARS_MOST]
    target = facts.target_percent / 100
    rows = [
        {"name": one.name, "value": one.coverage, "text": w.share(one.coverage), "mark": one.coverage_before,
         "note": f"{w.number(one.joined)}/{w.number(one.households)}", "is_short": (one.coverage or 0) < target}
        for one in shown
    ]  # fmt: skip
    short = sum((one.coverage or 0) < target for one in counted)
    sentence = w.say(
        N_("Tỷ lệ hộ trong nhóm theo nơi, thấp nhất trước: {n} trên {all} nơi dưới mục tiêu {target}. {lowest}"),
        n=w.number(short), all=w.number(len(counted)), target=w.share(target, 0),
        lowest=lowest_said([(one.name, one.joined, one.households) for one in counted], w),
    ).strip() if shown else nothing(w)  # fmt: skip
    note = w.say(N_("vạch đứng: {day}; nét đứt: mục tiêu {goal}"), day=w.day(facts.before_until), goal=w.share(target, 0))
    if len(counted) > len(shown):
        note = f"{_lowest_drawn(len(shown), len(counted), w)}; {note}"
    return Drawing(
        "coverage", "bars", w.say(N_("Hộ trong nhóm theo nơi")), sentence, note,
        heads(w, N_("Nơi"), N_("Số hộ"), N_("Hộ trong nhóm"), N_("Tỷ lệ"), N_("Kỳ trước")),
        [(one.name, one.households, one.joined, rounded(one.coverage), rounded(one.coverage_before)) for one in counted],
        {"rows": rows, "rule": target},
    )  # fmt: skip


def _lowest_drawn(n: int, everything: int, w: Words) -> str:
    return w.say(N_("hình chỉ vẽ {n} nơi thấp nhất trên {all}"), n=w.number(n), all=w.number(everything))


def months(facts: PeriodFacts, w: Words) -> Drawing:
    """Coverage at the ends of twelve months."""
    counts = [(one.joined, one.households) for one in facts.months]
    names = (N_("Tháng"), N_("Số hộ"), N_("Hộ trong nhóm"), N_("Tỷ lệ"))
    return _over_months(
        "months", facts, w, counts, title=N_("Tỷ lệ hộ trong nhóm, 12 tháng"), names=names,
        sentence=N_("Tỷ lệ hộ trong nhóm từ {start} ({then}) đến {end} ({now})."),
    )  # fmt: skip


def phone_months(facts: PeriodFacts, w: Words) -> Drawing:
    """People with a smartphone at the ends of twelve months."""
    counts = [(one.smartphones, one.people) for one in facts.months]
    names = (N_("Tháng"), N_("Nhân khẩu"), N_("Người có điện thoại thông minh"), N_("Tỷ lệ"))
    return _over_months(
        "phone_months", facts, w, counts, title=N_("Người có điện thoại thông minh, 12 tháng"), names=names,
        sentence=N_("Tỷ lệ người có điện thoại thông minh từ {start} ({then}) đến {end} ({now})."),
    )  # fmt: skip


def _over_months(
    name: str, facts: PeriodFacts, w: Words, counts: Sequence[tuple[int, int]], *, title: str, sentence: str, names: Sequence[str]
) -> Drawing:
    values = [some / all_ if all_ else None for some, all_ in counts]
    labels = [month_name(one.first) for one in facts.months]
    told = [(label, value) for label, value in zip(labels, values, strict=True) if value is not None]
    said = w.say(
        sentence, start=told[0][0], then=w.share(told[0][1]), end=told[-1][0], now=w.share(told[-1][1])
    ) if told else nothing(w)  # fmt: skip
    low = max(0.0, math.floor((min((value for _, value in told), default=0) - 0.04) * 10) / 10)
    rows = [(label, all_, some, rounded(value)) for label, (some, all_), value in zip(labels, counts, values, strict=True)]
    return Drawing(
        name, "line", w.say(title), said, w.say(N_("cuối mỗi tháng")), heads(w, *names), rows if told else [],
        {"labels": labels, "values": [scaled(value, low, 1) for value in values], "texts": [w.share(value) for value in values],
         "ticks": [[0, w.share(low, 0)], [1, w.share(1, 0)]]},
    )  # fmt: skip


def multiples(facts: PeriodFacts, w: Words) -> Drawing:
    """Coverage over time, one small picture a place, the lowest of them where there are many."""
    shown = facts.trends[:MULTIPLES_MOST]
    known = [value for line in shown for value in line.shares if value is not None]
    low = max(0.0, math.floor((min(known, default=0) - 0.04) * 10) / 10)
    labels = [month_name(one.first) for one in facts.months]
    rows = [
        {"name": line.name, "values": [scaled(value, low, 1) for value in line.shares], "last": w.share(line.shares[-1], 0)}
        for line in shown
    ]  # fmt: skip
    note = [w.say(N_("thấp nhất trước")), w.say(N_("mỗi khung từ {low} đến {high}"), low=w.share(low, 0), high=w.share(1, 0))]
    if len(shown) < len(facts.trends):
        note[0] = _lowest_drawn(len(shown), len(facts.trends), w)
    if labels:
        note.append(w.say(N_("từ {start} đến {end}"), start=labels[0], end=labels[-1]))
    return Drawing(
        "multiples", "multiples", w.say(N_("Từng nơi qua 12 tháng")), _rising(facts.trends, w), "; ".join(note),
        [w.say(N_("Nơi")), *labels], [(line.name, *map(rounded, line.shares)) for line in facts.trends], {"rows": rows},
    )  # fmt: skip


def _rising(trends: Sequence[TrendLine], w: Words) -> str:
    """How many rose over the months of which they have figures; those of one month alone cannot have."""
    lines = [[value for value in line.shares if value is not None] for line in trends]
    told = [line for line in lines if len(line) > 1]
    if not lines:
        return nothing(w)
    if not told:
        return w.say(N_("Mới có số liệu của một tháng (dấu chấm): từ tháng sau mới thấy nơi nào tăng."))
    sentence = w.say(
        N_("Tỷ lệ hộ trong nhóm của {all} nơi qua 12 tháng: {n} nơi tăng."), all=w.number(len(told)),
        n=w.number(sum(line[-1] > line[0] for line in told)),
    )  # fmt: skip
    if len(told) < len(lines):
        sentence += " " + w.say(N_("{n} nơi mới có số liệu của một tháng (dấu chấm)."), n=w.number(len(lines) - len(told)))
    return sentence


def moves(facts: PeriodFacts, w: Words) -> Drawing:
    """Joined above, left below, by month."""
    top = max([one.entered for one in facts.months] + [one.left for one in facts.months] + [1])
    rows = [
        {"name": month_name(one.first), "up": one.entered / top, "down": one.left / top,
         "text": formats.signed(one.entered - one.left, language=w.language)}
        for one in facts.months
    ]  # fmt: skip
    entered, left = sum(one.entered for one in facts.months), sum(one.left for one in facts.months)
    is_any = bool(entered or left)
    sentence = w.say(
        N_("Trong 12 tháng có {entered} lượt vào nhóm, {left} lượt rời nhóm."), entered=w.number(entered), left=w.number(left)
    ) if is_any else nothing(w)  # fmt: skip
    return Drawing(
        "moves", "columns", w.say(N_("Vào nhóm và rời nhóm")), sentence, w.say(N_("lượt hộ mỗi tháng, số trên cột là hiệu số")),
        heads(w, N_("Tháng"), N_("Lượt vào"), N_("Lượt rời")),
        [(month_name(one.first), one.entered, one.left) for one in facts.months] if is_any else [],
        {"rows": rows, "up": w.say(N_("Vào nhóm")), "down": w.say(N_("Rời nhóm")), "top": w.number(top),
         "deep": max((one.left for one in facts.months), default=0) / top},
    )  # fmt: skip


def phones(facts: PeriodFacts, w: Words) -> Drawing:
    """Smartphones against coverage; up to three that stand out by more than chance explains are named."""
    shown = [one for one in facts.places if one.coverage is not None and one.smartphone_rate is not None]
    off = standing_out(shown)
    xs, ys = [one.smartphone_rate or 0 for one in shown], [one.coverage or 0 for one in shown]
    (x0, x1), (y0, y1) = _ends(xs), _ends(ys)
    largest = max((one.households for one in shown), default=1)
    beside = dict(zip(off, apart([scaled(one.coverage or 0, y0, y1) or 0.0 for one in off], NAME_GAP), strict=True))
    rows = [
        {"name": one.name, "x": scaled(x, x0, x1), "y": scaled(y, y0, y1), "size": one.households / largest,
         "beside": beside.get(one, scaled(y, y0, y1)), "tone": "usual" if one not in off else "low" if off[one] < 0 else "high",
         "text": w.say(
             N_("{name}: {share} hộ trong nhóm, {phones} người có máy"), name=one.name, share=w.share(y), phones=w.share(x)
         )}
        for one, x, y in zip(shown, xs, ys, strict=True)
    ]  # fmt: skip
    named = "; ".join(str(row["text"]) for row in rows if row["tone"] != "usual")
    if named:
        sentence = w.say(N_("Nơi lệch nhiều nhất so với xu hướng: {places}."), places=named)
    elif sum(one.households >= SMALL for one in shown) >= off_trend.LEAST:
        sentence = w.say(N_("Không nơi nào lệch so với xu hướng quá mức ngẫu nhiên có thể giải thích."))
    else:
        sentence = w.say(N_("Chưa đủ nơi để nói nơi nào lệch so với xu hướng.")) if shown else nothing(w)
    return Drawing(
        "phones", "scatter", w.say(N_("Hộ trong nhóm so với điện thoại thông minh")), sentence,
        w.say(N_("mỗi chấm một nơi; tam giác: nhiều máy, ít hộ vào nhóm")),
        heads(w, N_("Nơi"), N_("Số hộ"), N_("Người có điện thoại thông minh"), N_("Hộ trong nhóm")),
        [(one.name, one.households, rounded(x), rounded(y)) for one, x, y in zip(shown, xs, ys, strict=True)],
        {"rows": rows, "x": w.say(N_("Người có điện thoại thông minh")), "y": w.say(N_("Hộ trong nhóm")),
         "xticks": [[0, w.share(x0, 0)], [1, w.share(x1, 0)]], "yticks": [[0, w.share(y0, 0)], [1, w.share(y1, 0)]]},
    )  # fmt: skip


def standing_out(places: Sequence[PlaceLine]) -> dict[PlaceLine, float]:
    """Up to three that lie off what their share of smartphones lets expect by more than chance explains, with how far."""
    spots = [Spot(one.households, one.smartphone_rate or 0.0, one.coverage or 0.0) for one in places]
    return {places[at]: by for at, by in off_trend.standing_out(spots).items()}


def heat(facts: PeriodFacts, w: Words) -> Drawing:
    """When people open, by weekday and hour."""
    return _heat("heat", facts.opens, w, w.say(N_("Người dân mở tin lúc nào")), N_("lượt mở"))


def scan_hours(facts: PeriodFacts, w: Words) -> Drawing:
    """When codes are scanned, by weekday and hour."""
    return _heat("scan_hours", facts.scans, w, w.say(N_("Quét mã QR lúc nào")), N_("lượt quét"))


def _heat(name: str, grid: Sequence[Sequence[int]], w: Words, title: str, what: str) -> Drawing:
    top = max((max(row) for row in grid), default=0)
    days = [w.say(one) for one in WEEKDAYS]
    if not top:
        return Drawing(name, "heat", title, nothing(w))
    weekday, hour = max(((day, hour) for day in range(7) for hour in range(24)), key=lambda at: grid[at[0]][at[1]])
    sentence = w.say(
        N_("Đông nhất {weekday} lúc {hour} giờ: {n} trên {all} {what}."), weekday=days[weekday], hour=hour, n=w.number(top),
        all=w.number(sum(map(sum, grid))), what=w.say(what),
    )  # fmt: skip
    return Drawing(
        name, "heat", title, sentence, w.say(N_("càng đậm càng đông")), [w.say(N_("Ngày")), *map(str, range(24))],
        [(day, *row) for day, row in zip(days, grid, strict=True)],
        {"grid": [[n / top for n in row] for row in grid], "days": days, "top": w.number(top)},
    )  # fmt: skip


def scan_places(facts: PeriodFacts, w: Words) -> Drawing:
    """Where codes are scanned, most first."""
    top = max((one.one for one in facts.scan_places), default=1)
    names = [one.name or w.say(N_("chưa ghi nơi treo")) for one in facts.scan_places]
    rows = [
        {"name": name, "value": one.one / top, "text": w.number(one.one), "mark": None,
         "note": w.say(N_("{n} máy mới"), n=w.number(one.two)), "is_short": False}
        for name, one in list(zip(names, facts.scan_places, strict=True))[:SCANS_MOST]
    ]  # fmt: skip
    sentence = w.say(
        N_("Quét nhiều nhất ở {name}: {n} trên {all} lượt."), name=rows[0]["name"], n=rows[0]["text"],
        all=w.number(sum(one.one for one in facts.scan_places)),
    ) if rows else nothing(w)  # fmt: skip
    note = w.say(N_("lượt quét; bên phải: máy quét lần đầu"))
    if len(rows) < len(names):
        note += "; " + w.say(N_("hình chỉ vẽ {n} nơi nhiều nhất trên {all}"), n=w.number(len(rows)), all=w.number(len(names)))
    return Drawing(
        "scan_places", "bars", w.say(N_("Quét mã QR ở đâu")), sentence, note,
        heads(w, N_("Nơi treo"), N_("Lượt quét"), N_("Lần đầu")),
        [(name, one.one, one.two) for name, one in zip(names, facts.scan_places, strict=True)],
        {"rows": rows, "rule": None},
    )  # fmt: skip


DRAWN: dict[str, Callable[[PeriodFacts, Words], Drawing]] = {
    "coverage": coverage, "months": months, "multiples": multiples, "moves": moves, "phones": phones,
    "curves": reach_drawings.curves, "relays": reach_drawings.relays, "heat": heat, "paths": paths, "costs": costs,
    "scan_places": scan_places, "scan_hours": scan_hours, "topics": desk_drawings.topics,
    "answer_times": desk_drawings.answer_times, "help": desk_drawings.help_, "phone_months": phone_months,
    "relay_months": relay_months,
}  # fmt: skip


def _ends(values: Sequence[float]) -> tuple[float, float]:
    """Round ends a little beyond the values."""
    return max(0.0, math.floor((min(values, default=0) - 0.02) * 20) / 20), min(
        1.0, math.ceil((max(values, default=1) + 0.02) * 20) / 20
    )
