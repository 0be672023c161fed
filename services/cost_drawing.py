"""The chart of costs: đồng for each household known to have been told, by the way that told it; what was free stands at 0."""

from core import formats
from core.i18n import N_
from models import How
from services.drawing import Drawing
from services.drawing_words import Words, heads, nothing
from services.path_drawing import CHANNELS
from services.period_facts import PeriodFacts
from services.period_sources import NamedCount

WAYS = CHANNELS | {How.PHONE.value: N_("Gọi điện")}


def costs(facts: PeriodFacts, w: Words) -> Drawing:
    """By way of telling, the dearest first. What the plan does not know is told by messages that arrived."""
    if not facts.reached:
        return _by_message(facts, w)
    ordered = sorted(facts.reached, key=lambda one: (-(price_of(one) or 0), -one.one))
    top = max((price_of(one) or 0 for one in ordered), default=0) or 1
    rows = [
        {"name": way(one, w), "value": (price_of(one) or 0) / top, "text": _priced(one, w), "mark": None,
         "note": w.number(one.one), "is_short": False}
        for one in ordered
    ]  # fmt: skip
    heads_ = heads(w, N_("Đường báo tin"), N_("Lượt hộ biết chắc đã nhận"), N_("Đồng"), N_("Đồng mỗi lượt hộ"))
    return Drawing(
        "costs", "bars", w.say(N_("Chi phí mỗi hộ biết chắc đã nhận")), _sentence(facts, w),
        w.say(N_("của thông báo có kế hoạch và có hỏi lại; bên phải: lượt hộ")), heads_,
        [(way(one, w), one.one, one.two, None if (price := price_of(one)) is None else round(price)) for one in ordered],
        {"rows": rows, "rule": None},
    )  # fmt: skip


def price_of(one: NamedCount) -> float | None:
    """Đồng for each household; None where none is known to have been told."""
    return one.two / one.one if one.one else None


def way(one: NamedCount, w: Words) -> str:
    """The name of a way of telling."""
    return w.say(WAYS.get(one.name, one.name))


def _priced(one: NamedCount, w: Words) -> str:
    price = price_of(one)
    return "–" if price is None else formats.money(round(price), language=w.language)


def _sentence(facts: PeriodFacts, w: Words) -> str:
    households, spent = sum(one.one for one in facts.reached), sum(one.two for one in facts.reached)
    free = [one for one in facts.reached if not one.two]
    without = w.number(sum(one.one for one in free))
    if not spent:
        return w.say(
            N_("{n} lượt hộ biết chắc đã nhận mà không mất tiền, nhiều nhất: {name}."), n=without,
            name=way(max(free, key=lambda one: one.one), w),
        )  # fmt: skip
    money = formats.money(spent, language=w.language)
    if not households:
        return w.say(N_("Đã chi {money} mà chưa biết chắc hộ nào đã nhận."), money=money)
    return w.say(
        N_("Chi {money} cho {all} lượt hộ biết chắc đã nhận, {price} mỗi lượt hộ; {n} lượt hộ không mất tiền."), money=money,
        all=w.number(households), price=formats.money(round(spent / households), language=w.language), n=without,
    )  # fmt: skip


def _by_message(facts: PeriodFacts, w: Words) -> Drawing:
    """Đồng for each message that arrived, by channel."""
    priced = [(one, one.two / one.three) for one in facts.channels if one.three]
    top = max((price for _, price in priced), default=1)
    rows = [
        {"name": w.say(CHANNELS.get(one.name, one.name)), "value": price / top,
         "text": formats.money(round(price), language=w.language), "mark": None, "note": w.number(one.three), "is_short": False}
        for one, price in priced
    ]  # fmt: skip
    total = formats.money(sum(one.two for one in facts.channels), language=w.language)
    dearest = rows[[price for _, price in priced].index(top)] if rows else {}
    sentence = w.say(
        N_("Chi {total} cho tin qua tài khoản; đắt nhất mỗi tin tới nơi là {name}, {price}."), total=total,
        name=dearest["name"], price=dearest["text"],
    ) if rows else nothing(w)  # fmt: skip
    return Drawing(
        "costs", "bars", w.say(N_("Chi phí mỗi tin tới nơi")), sentence, w.say(N_("bên phải: số tin tới nơi")),
        heads(w, N_("Kênh"), N_("Tin đã đi"), N_("Đồng"), N_("Tin có phí tới nơi"), N_("Đồng mỗi tin tới nơi")),
        [(row["name"], one.one, one.two, one.three, round(price)) for row, (one, price) in zip(rows, priced, strict=True)],
        {"rows": rows, "rule": None},
    )  # fmt: skip
