"""Ward against ward: coverage ranked so that a small ward is not called best or worst by chance.

Each ward's share is drawn towards that of all, the more the fewer households it has (empirical Bayes: a Beta distribution fitted
to all wards by their mean and the spread beyond chance). The interval holds the ward's own share with nine chances in ten.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, floor, sqrt
from uuid import UUID

from sqlmodel import Session

from core.i18n import N_
from services import access, figures
from services.access import Actor, May
from services.drawing import Drawing
from services.drawing_words import Words, heads, scaled
from services.figures import Coverage

WITHIN = 1.645  # of a standard deviation each way: nine chances in ten
ENDS = 20  # as many of the highest and of the lowest as can be read under each other
LEAST_WEIGHT, MOST_WEIGHT = 10.0, 100_000.0  # households that the share of all stands for
SENTENCE = N_(
    "Nơi ít hộ được kéo về mức chung, vì với ít hộ thì tỷ lệ cao hay thấp có thể chỉ do ngẫu nhiên; đường kẻ là khoảng 90 %."
)


@dataclass(frozen=True)
class Ranked:
    """A ward: its share as it is, as it is ranked, and between which shares it lies."""

    unit_id: UUID | None
    name: str
    households: int
    joined: int
    share: float
    ranked: float
    low: float
    high: float
    everywhere: float  # the share of all

    @property
    def stands_out(self) -> bool:
        """Whether its interval leaves the share of all outside."""
        return not self.low <= self.everywhere <= self.high


def of(session: Session, *, actor: Actor, unit_id: UUID | None = None, on: date | None = None) -> list[Ranked]:
    """The wards of a province on a day (today), the highest first. Wards that an observer does not see are left out.

    Raises:
        NotAllowed: a leader.
        NotFound: the unit lies outside the actor's sight.
    """
    access.require(actor, May.SEE_FIGURES)
    table = figures.coverage(session, actor=actor, unit_id=unit_id, on=on, by="ward")
    rows = table.rows
    if not access.may(actor, May.SEE_SMALL_COUNTS):
        rows = figures.without_small(table, table)[0].rows
    return ranked(rows)


def ranked(rows: Sequence[Coverage]) -> list[Ranked]:
    """The same of counts; places without households have no share and are left out."""
    counted = [row for row in rows if row.households]
    if not counted:
        return []
    everywhere = sum(row.joined for row in counted) / sum(row.households for row in counted)
    weight = _weight(counted, everywhere)
    found = [_one(row, everywhere, weight) for row in counted]
    return sorted(found, key=lambda one: (-one.ranked, one.name))


def clearly_low(places: Iterable[tuple[str, int, int]]) -> list[Ranked]:
    """Of places (name, households in a chat, households) those below all of them by more than chance explains, lowest first."""
    rows = [Coverage(None, "", name, "", 0, households=households, joined=joined) for name, joined, households in places]
    return [one for one in reversed(ranked(rows)) if one.stands_out and one.ranked < one.everywhere]


def lowest_said(places: Sequence[tuple[str, int, int]], w: Words) -> str:
    """Which of some places (as `clearly_low`) is the lowest and how large it is; "" where there are not two to compare."""
    if sum(households > 0 for _name, _joined, households in places) < 2:
        return ""
    if not (low := clearly_low(places)):
        return w.say(N_("Không nơi nào thấp hẳn so với mức chung."))
    one = low[0]
    return w.say(
        N_("Thấp hẳn so với mức chung: {name} {share} ({n} / {all} hộ)."), name=one.name, share=w.share(one.share),
        n=w.number(one.joined), all=w.number(one.households),
    )  # fmt: skip


def _weight(rows: Sequence[Coverage], everywhere: float) -> float:
    """How many households the share of all stands for: few where wards differ by much more than chance explains."""
    chance = everywhere * (1 - everywhere)
    total = sum(row.households for row in rows)
    spread = sum(row.households * (row.joined / row.households - everywhere) ** 2 for row in rows)
    room = total - sum(row.households**2 for row in rows) / total
    if chance <= 0 or room <= 0:
        return MOST_WEIGHT
    between = (spread - (len(rows) - 1) * chance) / room
    return min(MOST_WEIGHT, max(LEAST_WEIGHT, chance / between - 1)) if between > 0 else MOST_WEIGHT


def _one(row: Coverage, everywhere: float, weight: float) -> Ranked:
    a, b = row.joined + everywhere * weight, row.households - row.joined + (1 - everywhere) * weight
    mean = a / (a + b)
    away = WITHIN * sqrt(mean * (1 - mean) / (a + b + 1))
    low, high = max(0.0, mean - away), min(1.0, mean + away)
    share = row.joined / row.households
    return Ranked(
        row.unit_id, row.unit_name, row.households, row.joined, share, mean, low, high, everywhere
    )  # fmt: skip


def drawing(rows: Sequence[Ranked], *, language: str = "vi") -> Drawing:
    """The ranks as a chart: a dot a ward with its interval. Of many both ends are drawn; sentence and table are of all."""
    w = Words(language)
    drawn = rows if len(rows) <= 2 * ENDS else [*rows[:ENDS], *rows[-ENDS:]]
    start = floor(min((one.low for one in drawn), default=0) * 10) / 10
    end = ceil(max((one.high for one in drawn), default=1) * 10) / 10
    spec = {
        "rows": [
            {"name": one.name, "low": scaled(one.low, start, end), "high": scaled(one.high, start, end),
             "value": scaled(one.ranked, start, end), "text": w.share(one.share), "is_usual": not one.stands_out}
            for one in drawn
        ]
    }  # fmt: skip
    sentence = " ".join(filter(None, (w.say(SENTENCE), _standing_out(rows, w))))
    note = w.say(N_("con số: tỷ lệ thật; đậm: khác mức chung"))
    if len(drawn) < len(rows):
        ends = N_("{n} nơi cao nhất, {n} nơi thấp nhất trên {all}; {note}")
        note = w.say(ends, n=w.number(ENDS), all=w.number(len(rows)), note=note)
    return Drawing(
        "ranks", "ranks", w.say(N_("Phường, xã so với nhau")), sentence, note,
        heads(w, N_("Nơi"), N_("Số hộ"), N_("Hộ trong nhóm"), N_("Tỷ lệ"), N_("Tỷ lệ khi xếp hạng"), N_("So với mức chung")),
        [(one.name, one.households, one.joined, round(one.share, 3), round(one.ranked, 3), _against(one, w)) for one in rows],
        spec,
    )  # fmt: skip


def _against(one: Ranked, w: Words) -> str:
    """How a ward stands to all of them, where chance does not explain it."""
    if not one.stands_out:
        return w.say(N_("như mức chung"))
    return w.say(N_("cao hơn")) if one.ranked > one.everywhere else w.say(N_("thấp hơn"))


def _standing_out(rows: Sequence[Ranked], w: Words) -> str:
    off = [one for one in rows if one.stands_out]
    if not off:
        return w.say(N_("Không nơi nào khác hẳn mức chung.")) if rows else ""
    high = sum(one.ranked > one.everywhere for one in off)
    return w.say(
        N_("Khác hẳn mức chung: {high} nơi cao hơn, {low} nơi thấp hơn."), high=w.number(high), low=w.number(len(off) - high)
    )  # fmt: skip
