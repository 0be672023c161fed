"""What a chair asks of a ward's figures, and the answers: three sentences each, made from the figures by the rules here.

A rule says more only where the numbers bear it: a place with a handful of households is never called best or worst.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from core import formats
from core.i18n import N_
from models import Topic
from services import drawings
from services.cost_drawing import price_of, way
from services.drawing_words import Words
from services.drawings import WEEKDAYS
from services.figures import SMALL
from services.path_drawing import CHANNELS
from services.period_facts import FigureLine, PeriodFacts, PlaceLine
from services.ward_ranks import clearly_low

POINT = 0.0005  # of a share: what is less than a tenth of a per cent is no change
SOME = 3


class Question(StrEnum):
    """The six."""

    REACHING = "reaching"
    LEFT_OUT = "left_out"
    HELP = "help"
    FASTER = "faster"
    ASKING = "asking"
    WORTH = "worth"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {
            "reaching": N_("Tin có đến được người dân không?"), "left_out": N_("Ai còn bị bỏ sót?"),
            "help": N_("Tổ, thôn nào cần giúp?"), "faster": N_("Có nhanh hơn không?"),
            "asking": N_("Người dân hỏi gì?"), "worth": N_("Có đáng tiền không?"),
        }[self]  # fmt: skip

    @property
    def charts(self) -> tuple[str, str]:
        """The two drawings of its page."""
        return {
            "reaching": ("curves", "months"), "left_out": ("coverage", "moves"), "help": ("phones", "multiples"),
            "faster": ("relay_months", "relays"), "asking": ("topics", "answer_times"), "worth": ("paths", "costs"),
        }[self]  # fmt: skip

    @property
    def figures(self) -> tuple[str, ...]:
        """The figures of the register its sentences are made of."""
        return {
            "reaching": ("coverage", "known", "announcements"),
            "left_out": ("coverage", "smartphone_rate", "doors_told"),
            "help": ("coverage", "smartphone_rate", "relay_median"),
            "faster": ("relay_median", "relay_ninety", "time_to_half"),
            "asking": ("questions", "questions_open", "answered_in_time", "answer_median", "found_alone", "scans"),
            "worth": ("cost", "messages", "cost_per_arrival"),
        }[self]


@dataclass(frozen=True)
class Answer:
    """A question and what the figures say to it."""

    question: Question
    sentences: tuple[str, str, str]


def answer(facts: PeriodFacts, question: Question, *, language: str = "vi") -> Answer:
    """Three sentences in a language. Nothing of a person, whoever reads."""
    words = Words(language)
    first, second, third = (rule(facts, words) for rule in _RULES[question])
    return Answer(question, (first, second, third))


def answers(facts: PeriodFacts, *, language: str = "vi") -> list[Answer]:
    """All six, in their order."""
    return [answer(facts, question, language=language) for question in Question]


# ---- are we reaching people


def _coverage(facts: PeriodFacts, w: Words) -> str:
    one = facts.figure("coverage")
    if not one.denominator:
        return w.say(N_("Chưa có hộ nào trong sổ."))
    told = w.say(
        N_("{n} trên {all} hộ ở trong nhóm, {share}"), n=w.number(one.numerator or 0), all=w.number(one.denominator),
        share=w.share(one.value),
    )  # fmt: skip
    return w.say(N_("{told}; {change}."), told=told, change=_change(one, w))


def _change(one: FigureLine, w: Words) -> str:
    if one.before is None or one.value is None:
        return w.say(N_("kỳ trước chưa có số liệu"))
    gained = one.value - one.before
    if abs(gained) < POINT:
        return w.say(N_("không đổi so với kỳ trước"))
    words = N_("tăng {n} điểm phần trăm so với kỳ trước") if gained > 0 else N_("giảm {n} điểm phần trăm so với kỳ trước")
    return w.say(words, n=formats.number(abs(gained) * 100, language=w.language, places=1))


def _known(facts: PeriodFacts, w: Words) -> str:
    one, sent = facts.figure("known"), facts.figure("announcements")
    if not sent.value:
        return w.say(N_("Kỳ này không gửi thông báo nào."))
    if not one.denominator:
        return w.say(
            N_("Đã gửi {n} thông báo, không thông báo nào hỏi lại, nên không biết chắc hộ nào đã nhận."), n=w.number(sent.value)
        )
    asking = sum(line.asks for line in facts.said)
    return w.say(
        N_("Của {n} thông báo có hỏi lại, biết chắc {share} số hộ đã nhận ({known} / {all} lượt hộ)."), n=w.number(asking),
        share=w.share(one.value), known=w.number(one.numerator or 0), all=w.number(one.denominator),
    )  # fmt: skip


def _targets(facts: PeriodFacts, w: Words) -> str:
    counted = _counted(facts)
    if not counted:
        return w.say(N_("Chưa có tổ, thôn nào đủ {n} hộ để so với mục tiêu."), n=SMALL)
    reaching = sum(one.joined * 100 >= one.target_percent * one.households for one in counted)
    if reaching == len(counted):
        return w.say(N_("Nơi nào cũng đạt mục tiêu {target}."), target=w.share(facts.target_percent / 100, 0))
    return w.say(
        N_("{n} trên {all} nơi đạt mục tiêu {target}."), n=w.number(reaching), all=w.number(len(counted)),
        target=w.share(facts.target_percent / 100, 0),
    )  # fmt: skip


def _counted(facts: PeriodFacts) -> list[PlaceLine]:
    return [one for one in facts.places if one.households >= SMALL]


# ---- who is left out


def _outside(facts: PeriodFacts, w: Words) -> str:
    one = facts.figure("coverage")
    missing = int((one.denominator or 0) - (one.numerator or 0))
    if not missing:
        return w.say(N_("Không còn hộ nào ở ngoài nhóm.")) if one.denominator else w.say(N_("Chưa có hộ nào trong sổ."))
    ordered = sorted(_counted(facts), key=lambda place: (place.joined - place.households, place.name))
    half, names = 0, list[str]()
    for place in ordered:
        if half * 2 >= missing:
            break
        half += place.households - place.joined
        names.append(place.name)
    if not names or half * 2 < missing or len(names) > SOME:
        return w.say(N_("{n} hộ chưa ở nhóm nào."), n=w.number(missing))
    return w.say(
        N_("{n} hộ chưa ở nhóm nào; ít nhất một nửa số ấy ở {places}."), n=w.number(missing), places=", ".join(names)
    )  # fmt: skip


def _without_phone(facts: PeriodFacts, w: Words) -> str:
    one = facts.figure("smartphone_rate")
    without = (one.denominator or 0) - (one.numerator or 0)
    if one.value is None:
        return w.say(N_("Chưa biết bao nhiêu người có điện thoại thông minh."))
    return w.say(
        N_("{share} nhân khẩu chưa có điện thoại thông minh ({n} người): báo cho họ bằng đường khác."),
        share=w.share(1 - one.value), n=w.number(without),
    )  # fmt: skip


def _doors(facts: PeriodFacts, w: Words) -> str:
    one = facts.figure("doors_told")
    if not one.denominator:
        return w.say(N_("Kỳ này chưa ghi lần gõ cửa nào."))
    return w.say(
        N_("Đã gõ cửa {all} lần, báo được {n} lần ({share})."), all=w.number(one.denominator), n=w.number(one.numerator or 0),
        share=w.share(one.value),
    )  # fmt: skip


# ---- which groups need help


def _lowest(facts: PeriodFacts, w: Words) -> str:
    under = {one.name for one in _counted(facts) if one.joined * 100 < one.target_percent * one.households}
    if not under:
        return w.say(N_("Không nơi nào dưới mục tiêu."))
    if sum(one.households > 0 for one in facts.places) == 1:
        return w.say(N_("{name} còn dưới mục tiêu."), name=under.pop())
    low = clearly_low((one.name, one.joined, one.households) for one in facts.places)
    named = [one for one in low if one.name in under][:SOME]
    if not named:
        return w.say(N_("{n} nơi dưới mục tiêu, không nơi nào thấp hẳn so với mức chung."), n=w.number(len(under)))
    places = "; ".join(w.say(N_("{name} {share}"), name=one.name, share=w.share(one.share)) for one in named)
    return w.say(N_("Thấp nhất là {places}."), places=places)


def _not_asked(facts: PeriodFacts, w: Words) -> str:
    shown = [one for one in _counted(facts) if one.smartphone_rate is not None]
    off = [one for one, by in drawings.standing_out(shown).items() if by < 0]
    if not off:
        return w.say(N_("Không nơi nào có nhiều máy mà ít hộ vào nhóm."))
    return w.say(
        N_("Ở {name}, {phones} nhân khẩu có điện thoại thông minh nhưng chỉ {share} số hộ vào nhóm: nên mời trước."),
        name=off[0].name, phones=w.share(off[0].smartphone_rate), share=w.share(off[0].coverage),
    )  # fmt: skip


def _slowest(facts: PeriodFacts, w: Words) -> str:
    told = [one for one in _counted(facts) if one.minutes is not None and one.relays >= SOME]
    if not told:
        return w.say(N_("Chưa đủ tin chuyển qua tổ trưởng để nói nơi nào đăng chậm."))
    slowest = max(told, key=lambda one: (one.is_running, one.minutes or 0))
    if slowest.is_running:
        return w.say(
            N_("{name} đăng chậm nhất: quá nửa số tin chưa đăng ({posted} / {all})."), name=slowest.name,
            posted=w.number(slowest.posted), all=w.number(slowest.relays),
        )  # fmt: skip
    time = w.minutes(slowest.minutes or 0)
    return w.say(N_("{name} đăng chậm nhất: một nửa số tin sau {time}."), name=slowest.name, time=time)


# ---- are we getting faster


def _faster(name: str, words: str) -> Callable[[PeriodFacts, Words], str]:
    def rule(facts: PeriodFacts, w: Words) -> str:
        one = facts.figure(name)
        what = w.say(words)
        if one.value is None:
            return w.say(N_("{what}: kỳ này chưa có số liệu."), what=what)
        now = w.so_far(one.value, is_running=one.is_running)
        if one.before is None:
            return w.say(N_("{what}: {now}."), what=what, now=now)
        if one.is_running or one.before_is_running:
            then = w.so_far(one.before, is_running=one.before_is_running)
            return w.say(N_("{what}: {now}; kỳ trước {then}."), what=what, now=now, then=then)
        gained = one.before - one.value
        if abs(gained) < 1:
            return w.say(N_("{what}: {now}, như kỳ trước."), what=what, now=now)
        compared = N_("{what}: {now}, nhanh hơn kỳ trước {n}.") if gained > 0 else N_("{what}: {now}, chậm hơn kỳ trước {n}.")
        return w.say(compared, what=what, now=now, n=w.minutes(abs(gained)))

    return rule


# ---- what do people ask


def _asked(facts: PeriodFacts, w: Words) -> str:
    if not facts.has("questions"):
        return _scanned(facts, w)
    asked, waiting = facts.figure("questions"), facts.figure("questions_open")
    if not asked.value:
        return w.say(N_("Kỳ này không ai gửi câu hỏi nào cho phường."))
    first, *others = facts.topics
    if others and others[0].asked == first.asked:  # none is asked about most
        return w.say(N_("{n} câu hỏi; còn {open} câu chờ trả lời."), n=w.number(asked.value), open=w.number(waiting.value or 0))
    return w.say(
        N_("{n} câu hỏi, nhiều nhất về {topic} ({most}); còn {open} câu chờ trả lời."), n=w.number(asked.value),
        topic=w.say(Topic(first.name).label), most=w.number(first.asked), open=w.number(waiting.value or 0),
    )  # fmt: skip


def _answered(facts: PeriodFacts, w: Words) -> str:
    if not facts.has("questions"):
        return _most_scanned(facts, w)
    one, half = facts.figure("answered_in_time"), facts.figure("answer_median")
    if half.value is None:
        return w.say(N_("Không có câu hỏi nào để tính thời gian trả lời."))
    time = w.so_far(half.value, is_running=half.is_running)
    if not one.denominator:
        return w.say(N_("Chưa câu nào đến hạn; một nửa được trả lời sau {time}, tính giờ làm việc."), time=time)
    return w.say(
        N_("Đúng hạn {share} ({n} / {all} câu); một nửa được trả lời sau {time}, tính giờ làm việc."), share=w.share(one.value),
        n=w.number(one.numerator or 0), all=w.number(one.denominator), time=time,
    )  # fmt: skip


def _found(facts: PeriodFacts, w: Words) -> str:
    if not facts.has("questions"):
        return _busiest(facts, w)
    alone, scans = facts.figure("found_alone").value or 0, facts.figure("scans").value or 0
    if not alone and not scans:
        return w.say(N_("Chưa có lượt nào tự tìm thấy câu trả lời hoặc quét mã QR."))
    return w.say(
        N_("{n} lượt tự tìm thấy câu trả lời, không phải hỏi ai; {scans} lượt quét mã QR."), n=w.number(alone),
        scans=w.number(scans),
    )  # fmt: skip


def _scanned(facts: PeriodFacts, w: Words) -> str:
    one, firsts = facts.figure("scans"), facts.figure("first_scans")
    if not one.value:
        return w.say(N_("Kỳ này không ai quét mã QR nào."))
    return w.say(
        N_("{n} lượt quét mã QR, {firsts} lượt là lần đầu của một máy."),
        n=w.number(one.value),
        firsts=w.number(firsts.value or 0),
    )


def _most_scanned(facts: PeriodFacts, w: Words) -> str:
    named = [one for one in facts.scan_places if one.name]
    if not named:
        return w.say(N_("Chưa biết nơi nào có nhiều người quét."))
    return w.say(N_("Nhiều người quét nhất ở {place}: {n} lượt."), place=named[0].name, n=w.number(named[0].one))


def _busiest(facts: PeriodFacts, w: Words) -> str:
    cells = [(n, -day, -hour) for day, row in enumerate(facts.opens) for hour, n in enumerate(row)]
    most, day, hour = max(cells, default=(0, 0, 0))
    if not most:
        return w.say(N_("Kỳ này không máy nào mở tin."))
    return w.say(N_("Người dân mở tin nhiều nhất vào {weekday} lúc {hour} giờ."), weekday=w.say(WEEKDAYS[-day]), hour=-hour)


# ---- is it worth its cost


def _cost(facts: PeriodFacts, w: Words) -> str:
    cost, sent = facts.figure("cost"), facts.figure("messages")
    if not sent.value:
        return w.say(N_("Kỳ này không tin nào gửi qua tài khoản, không mất tiền."))
    money = formats.money(int(cost.value or 0), language=w.language)
    before = formats.money(int(cost.before or 0), language=w.language)
    return w.say(N_("Chi {money} cho {n} tin; kỳ trước {before}."), money=money, n=w.number(sent.value), before=before)


def _dearest(facts: PeriodFacts, w: Words) -> str:
    if not facts.reached:
        return _dearest_message(facts, w)
    paid = sorted(((price, one) for one in facts.reached if one.two and (price := price_of(one))), key=lambda pair: -pair[0])
    if paid:
        price, dearest = paid[0]
        return w.say(
            N_("Đắt nhất là {channel}: {price} mỗi hộ biết chắc đã nhận."), channel=way(dearest, w),
            price=formats.money(round(price), language=w.language),
        )  # fmt: skip
    if lost := [one for one in facts.reached if one.two]:
        money = formats.money(sum(one.two for one in lost), language=w.language)
        return w.say(
            N_("Đã chi {money} cho {channel} mà chưa biết chắc hộ nào đã nhận qua đó."), money=money,
            channel=", ".join(way(one, w) for one in lost),
        )  # fmt: skip
    most = sorted(facts.reached, key=lambda one: -one.one)[:SOME]
    ways = "; ".join(w.say(N_("{name} {n} lượt hộ"), name=way(one, w), n=w.number(one.one)) for one in most)
    return w.say(N_("Đường nào cũng 0 ₫ mỗi hộ biết chắc đã nhận: {ways}."), ways=ways)


def _dearest_message(facts: PeriodFacts, w: Words) -> str:
    priced = sorted(((one.two / one.three, one.name) for one in facts.channels if one.three), reverse=True)
    if not priced:
        return w.say(N_("Chưa có tin mất tiền nào tới nơi để tính mỗi tin bao nhiêu."))
    price, name = priced[0]
    channel = w.say(CHANNELS.get(name, name))
    return w.say(
        N_("Đắt nhất là {channel}: {price} mỗi tin tới nơi."),
        channel=channel,
        price=formats.money(round(price), language=w.language),
    )


def _for_nothing(facts: PeriodFacts, w: Words) -> str:
    planned = sum(one.one for one in facts.paths)
    if not planned:
        return w.say(N_("Kỳ này không có kế hoạch báo tin nào để so."))
    free = sum(one.one for one in facts.paths if one.name in ("relay", "door", "print", "loudspeaker"))
    return w.say(
        N_("{share} lượt hộ được báo qua nhóm, gõ cửa, giấy hoặc loa: không mất tiền."), share=w.share(free / planned)
    )  # fmt: skip


_RULES: dict[Question, Sequence[Callable[[PeriodFacts, Words], str]]] = {
    Question.REACHING: (_coverage, _known, _targets),
    Question.LEFT_OUT: (_outside, _without_phone, _doors),
    Question.HELP: (_lowest, _not_asked, _slowest),
    Question.FASTER: (
        _faster("relay_median", N_("Một nửa số nhóm đăng sau")), _faster("relay_ninety", N_("Chín phần mười số nhóm đăng sau")),
        _faster("time_to_half", N_("Biết chắc một nửa số hộ đã nhận sau")),
    ),
    Question.ASKING: (_asked, _answered, _found),
    Question.WORTH: (_cost, _dearest, _for_nothing),
}  # fmt: skip
