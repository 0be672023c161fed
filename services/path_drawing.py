"""The chart of paths as a flow: by which path households were to be told on the left, what is known of them on the right.

Nodes and ribbons are parts of the picture, from 0 at its top to 1 at its bottom; both columns share one scale.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from core.i18n import N_
from models import How
from services.drawing import Drawing
from services.drawing_words import Words, heads, nothing
from services.period_facts import PeriodFacts
from services.period_sources import NOT_KNOWN, UNKNOWN, FlowCount
from services.story import PATH_LABELS

CHANNELS = PATH_LABELS | {
    "facebook": N_("Fanpage"), "email": N_("Thư điện tử"), "zalo_broadcast": N_("Zalo OA, bài gửi chung"),
    "zalo_bot": N_("Zalo bot"), "loudspeaker": N_("Loa truyền thanh"),
}  # fmt: skip
SLOT, BARS = 38, 170  # pixels of a screen: for the words above a node, for all nodes of a column together
TOLD = "told"  # without saying how, as older reports have it
Ends = dict[str, tuple[float, float]]


def paths(facts: PeriodFacts, w: Words) -> Drawing:
    """From the path that was planned to how households are known to have been told, or that nobody knows."""
    flows = facts.flows or _of_older(facts)
    planned, ends = _sums(flows)
    told = sum(one.households for one in flows if one.is_known)
    names = {one: w.say(CHANNELS.get(one, one)) for one in planned}
    outcomes = {one: _outcome(one, w) for one in ends}
    title = w.say(N_("Kế hoạch và kết quả theo đường báo tin"))
    if not planned:
        return Drawing("paths", "flow", title, nothing(w))
    sentence = w.say(
        N_("Theo kế hoạch báo {planned} lượt hộ, biết chắc đã tới {told}. Đường nhiều nhất: {path}."),
        planned=w.number(planned.total()), told=w.number(told), path=names[next(iter(planned))],
    )  # fmt: skip
    amounts = {(one.path, one.how): one.households for one in flows}
    return Drawing(
        "paths", "flow", title, sentence, w.say(N_("trái: lượt hộ theo kế hoạch; phải: điều đã biết")),
        [*heads(w, N_("Đường báo tin"), N_("Kế hoạch")), *outcomes.values()],
        [(names[path], n, *(amounts.get((path, how), 0) for how in ends)) for path, n in planned.items()],
        _picture(amounts, planned, ends, names, outcomes, w),
    )  # fmt: skip


def _of_older(facts: PeriodFacts) -> list[FlowCount]:
    """What reports kept before the ways of knowing were counted can tell: known or not."""
    both = [(one.name, ((TOLD, min(one.two, one.one)), (UNKNOWN, max(0, one.one - one.two)))) for one in facts.paths]
    return [FlowCount(path, how, n) for path, counts in both for how, n in counts if n]


def _sums(flows: Sequence[FlowCount]) -> tuple[Counter[str], Counter[str]]:
    """Both columns from the top: what is more stands higher, what nobody knows at the bottom."""
    left, right = Counter[str](), Counter[str]()
    for one in flows:
        left[one.path] += one.households
        right[one.how] += one.households
    known = sorted(right.items(), key=lambda pair: (_foot(pair[0]), -pair[1], pair[0]))
    return Counter(dict(sorted(left.items(), key=lambda pair: (-pair[1], pair[0])))), Counter(dict(known))


def _foot(how: str) -> int:
    return NOT_KNOWN.index(how) + 1 if how in NOT_KNOWN else 0


def _outcome(how: str, w: Words) -> str:
    if how in NOT_KNOWN:
        return w.say(N_("Chưa biết") if how == UNKNOWN else N_("Không hỏi lại"))
    words = w.say(N_("biết chắc") if how == TOLD else How(how).label)
    return words[:1].upper() + words[1:]


def _picture(
    amounts: dict[tuple[str, str], int], planned: Counter[str], ends: Counter[str], names: dict[str, str],
    outcomes: dict[str, str], w: Words,
) -> dict[str, Any]:  # fmt: skip
    pixels = SLOT * max(len(planned), len(ends)) + BARS
    left, right = _column(planned, pixels), _column(ends, pixels)
    part = BARS / pixels / planned.total()
    used_left, used_right = ({one: top for one, (top, _) in column.items()} for column in (left, right))
    ribbons = []
    for path, how in ((path, how) for path in planned for how in ends if (path, how) in amounts):
        thick = amounts[path, how] * part
        ribbons.append({
            "from": [used_left[path], used_left[path] + thick], "to": [used_right[how], used_right[how] + thick],
            "is_known": how not in NOT_KNOWN,
            "text": f"{names[path]} → {outcomes[how]}: {w.number(amounts[path, how])}",
        })  # fmt: skip
        used_left[path] += thick
        used_right[how] += thick
    return {
        "pixels": pixels, "ribbons": ribbons,
        "left": [_node(left[one], names[one], n, planned.total(), w) for one, n in planned.items()],
        "right": [
            _node(right[one], outcomes[one], n, planned.total(), w) | {"is_known": one not in NOT_KNOWN}
            for one, n in ends.items()
        ],
    }  # fmt: skip


def _column(counts: Counter[str], pixels: int) -> Ends:
    """Top and bottom of each node; the column with fewer stands in the middle."""
    top = (pixels - SLOT * len(counts) - BARS) / 2
    found: Ends = {}
    for name, n in counts.items():
        top += SLOT
        found[name] = (top / pixels, (top + n / counts.total() * BARS) / pixels)
        top += n / counts.total() * BARS
    return found


def _node(ends: tuple[float, float], name: str, n: int, total: int, w: Words) -> dict[str, Any]:
    return {
        "name": name, "top": ends[0], "bottom": ends[1],
        "text": w.say(N_("{n} lượt hộ, {share}"), n=w.number(n), share=w.share(n / total, 0)),
    }  # fmt: skip
