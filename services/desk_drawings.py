"""Charts of what people ask and of what the digital team helps with."""

from core.i18n import N_
from models import Topic
from services.drawing import Drawing
from services.drawing_words import Words, heads, month_name, nothing
from services.period_facts import PeriodFacts
from services.period_sources import TopicLine


def topics(facts: PeriodFacts, w: Words) -> Drawing:
    """Questions by topic, and how many of them were answered in time."""
    shown = [one for one in facts.topics if one.asked]
    top = max((one.asked for one in shown), default=1)
    names = {one.name: w.say(Topic(one.name).label) for one in shown}
    rows = [
        {"name": names[one.name], "one": one.asked / top, "two": one.in_time / top,
         "mark": one.judged / top if one.judged else None, "text": _in_time_of(one, w)}
        for one in shown
    ]  # fmt: skip
    asked, judged, in_time = (sum(getattr(one, name) for one in shown) for name in ("asked", "judged", "in_time"))
    if not shown:
        sentence = nothing(w)
    elif not judged:
        sentence = w.say(
            N_("Hỏi nhiều nhất về {topic}: {n} trên {all} câu; chưa câu nào đến hạn."), topic=names[shown[0].name],
            n=w.number(shown[0].asked), all=w.number(asked),
        )  # fmt: skip
    else:
        sentence = w.say(
            N_("Hỏi nhiều nhất về {topic}: {n} trên {all} câu; trả lời đúng hạn {share}."), topic=names[shown[0].name],
            n=w.number(shown[0].asked), all=w.number(asked), share=w.share(in_time / judged),
        )  # fmt: skip
    return Drawing(
        "topics", "pairs", w.say(N_("Người dân hỏi về việc gì")), sentence,
        w.say(N_("nhạt: đã hỏi; vạch: đã trả lời hoặc quá hạn; đậm: đúng hạn trên số đó")),
        heads(w, N_("Việc"), N_("Đã hỏi"), N_("Đã trả lời hoặc quá hạn"), N_("Đúng hạn"), N_("Còn chờ")),
        [(names[one.name], one.asked, one.judged, one.in_time, one.waiting) for one in shown], {"rows": rows},
    )  # fmt: skip


def _in_time_of(one: TopicLine, w: Words) -> str:
    if not one.judged:
        return w.say(N_("{asked} câu"), asked=w.number(one.asked))
    return w.say(
        N_("{n}/{due} · {asked} câu"), n=w.number(one.in_time), due=w.number(one.judged), asked=w.number(one.asked)
    )  # fmt: skip


def answer_times(facts: PeriodFacts, w: Words) -> Drawing:
    """How long until the first answer, by topic: a dot for half of the questions, a line to nine tenths."""
    told = [(one, one.half, one.ninety) for one in facts.topics if one.half is not None and one.ninety is not None]
    shown = sorted(told, key=lambda row: (-int(row[0].half_runs), -row[1], row[0].name))
    top = max([ninety for _, _, ninety in shown] + [1.0])
    rows = [
        {"name": w.say(Topic(one.name).label), "value": half / top, "low": half / top, "high": max(half, ninety) / top,
         "text": w.so_far(half, is_running=one.half_runs)}
        for one, half, ninety in shown
    ]  # fmt: skip
    median = facts.figure("answer_median") if shown else None
    sentence = w.say(
        N_("Một nửa số câu hỏi được trả lời sau {half}, tính giờ làm việc; lâu nhất là {topic}: {time}."),
        half=w.so_far(median.value or 0, is_running=median.is_running), topic=rows[0]["name"], time=rows[0]["text"],
    ) if median else nothing(w)  # fmt: skip
    return Drawing(
        "answer_times", "ranks", w.say(N_("Trả lời sau bao lâu, theo việc")), sentence,
        w.say(N_("chấm và số: một nửa số câu hỏi; đường kẻ: đến chín phần mười; tính giờ làm việc")),
        heads(w, N_("Việc"), N_("Câu hỏi"), N_("Phút, một nửa"), N_("Phút, chín phần mười")),
        [(row["name"], one.asked, round(half), round(ninety)) for row, (one, half, ninety) in zip(rows, shown, strict=True)],
        {"rows": rows},
    )  # fmt: skip


def help_(facts: PeriodFacts, w: Words) -> Drawing:
    """Help of the digital team by month; of it, people who did something online for the first time."""
    top = max([one.supports for one in facts.months] + [1])
    rows = [
        {"name": month_name(one.first), "one": one.supports / top, "two": one.first_timers / top, "text": w.number(one.supports)}
        for one in facts.months
    ]
    supports, firsts = sum(one.supports for one in facts.months), sum(one.first_timers for one in facts.months)
    sentence = w.say(
        N_("12 tháng: {n} lượt hỗ trợ, {firsts} lượt là lần đầu người ấy làm trực tuyến."), n=w.number(supports),
        firsts=w.number(firsts),
    ) if supports else nothing(w)  # fmt: skip
    return Drawing(
        "help", "tally", w.say(N_("Tổ công nghệ số giúp bao nhiêu lượt")), sentence, w.say(N_("mỗi tháng; đậm: làm lần đầu")),
        heads(w, N_("Tháng"), N_("Lượt hỗ trợ"), N_("Lần đầu")),
        [(month_name(one.first), one.supports, one.first_timers) for one in facts.months] if supports else [], {"rows": rows},
    )  # fmt: skip
