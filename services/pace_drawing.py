"""The chart of how fast leaders post, month by month: the median of all groups, and that it still runs where it does."""

from bisect import bisect_left

from core.i18n import N_
from services.drawing import Drawing
from services.drawing_words import Words, heads, month_name, nothing, scaled
from services.period_facts import MonthLine, PeriodFacts

TOPS = (10, 30, 60, 120, 240, 480, 960, 1440, 2880)  # minutes, ends of the scale that read well


def relay_months(facts: PeriodFacts, w: Words) -> Drawing:
    """Minutes until half of a month's groups had posted, over twelve months."""
    told = [one for one in facts.months if one.minutes is not None]
    highest = max((one.minutes or 0 for one in told), default=0)
    at = bisect_left(TOPS, highest)
    top = TOPS[at] if at < len(TOPS) else highest
    labels = [month_name(one.first) for one in facts.months]
    rows = [(month_name(one.first), one.minutes, w.say(N_("còn chờ")) if one.minutes_run else "") for one in facts.months]
    return Drawing(
        "relay_months", "line", w.say(N_("Một nửa số nhóm đăng sau bao lâu, 12 tháng")), _sentence(told, w),
        w.say(N_("phút; thấp hơn là nhanh hơn")),
        heads(w, N_("Tháng"), N_("Phút đến khi một nửa số nhóm đăng"), N_("Trung vị còn đang chờ")), rows if told else [],
        {"labels": labels, "values": [scaled(one.minutes, 0, top) for one in facts.months],
         "texts": [_time(one, w) for one in facts.months],
         "ticks": [[0, "0"], [0.5, w.number(top / 2)], [1, w.number(top)]]},
    )  # fmt: skip


def _time(one: MonthLine, w: Words) -> str:
    return "–" if one.minutes is None else w.so_far(one.minutes, is_running=one.minutes_run)


def _sentence(told: list[MonthLine], w: Words) -> str:
    if not told:
        return nothing(w)
    last = told[-1]
    now = w.say(N_("{month}: một nửa số nhóm đăng sau {time}"), month=month_name(last.first), time=_time(last, w))
    if len(told) == 1:
        return w.say(N_("{now}; chưa có tháng khác để so."), now=now)
    quickest = min(told, key=lambda one: (one.minutes_run, one.minutes or 0))
    return w.say(
        N_("{now}; {first}: {then}; nhanh nhất là {best}: {least}."), now=now, first=month_name(told[0].first),
        then=_time(told[0], w), best=month_name(quickest.first), least=_time(quickest, w),
    )  # fmt: skip
