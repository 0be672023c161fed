"""Which places lie off what their share of smartphones lets expect, by more than chance explains.

A straight line through all places, each as heavy as it has households; those far off it weigh less, so that they do not bend it
(Huber's weights). A place stands out where its households would stray so far from the line by chance in one ward of ten at most
that has as many places.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist, median

from services.figures import SMALL

LEAST, NAMED = 4, 3  # places that make a trend; of those that stand out, the furthest off
BY_CHANCE = 0.1  # that any place of a ward is named that is as all others
NEVER_SURE = 0.01  # no place is expected nearer to none or to all
ROUNDS, USUAL = 8, 1.5  # times the line is drawn; standard deviations from it within which a place weighs in full
DEVIATION = 1.4826  # standard deviations in the median distance


@dataclass(frozen=True)
class Spot:
    """A place: its households, what share of its people has a smartphone, what share of its households is in a chat."""

    households: int
    phones: float
    rate: float


def standing_out(spots: Sequence[Spot]) -> dict[int, float]:
    """At which places in the order given which lie how far off, the furthest first; none of a handful of households."""
    counted = {at: one for at, one in enumerate(spots) if one.households >= SMALL}
    if len(counted) < LEAST:
        return {}
    slope, base = trend(list(counted.values()))
    sure = NormalDist().inv_cdf(1 - BY_CHANCE / 2 / len(counted))
    off: dict[int, float] = {}
    for at, one in counted.items():
        usual = min(max(base + slope * one.phones, NEVER_SURE), 1 - NEVER_SURE)
        if abs(one.rate - usual) > sure * sqrt(usual * (1 - usual) / one.households):
            off[at] = one.rate - usual
    return dict(sorted(off.items(), key=lambda pair: -abs(pair[1]))[:NAMED])


def trend(spots: Sequence[Spot]) -> tuple[float, float]:
    """Slope and base of the straight line through the places; a flat one where all have the same share of smartphones."""
    weights = [float(one.households) for one in spots]
    slope, base = _line(spots, weights)
    for _ in range(ROUNDS):
        away = [abs(one.rate - base - slope * one.phones) for one in spots]
        within = USUAL * DEVIATION * median(away) if away else 0.0
        if within < 1e-9:
            break
        weights = [one.households * min(1.0, within / by) if by else one.households for one, by in zip(spots, away, strict=True)]
        slope, base = _line(spots, weights)
    return slope, base


def _line(spots: Sequence[Spot], weights: Sequence[float]) -> tuple[float, float]:
    total = sum(weights)
    if not total:
        return 0.0, 0.0
    pairs = list(zip(spots, weights, strict=True))
    x, y = sum(by * one.phones for one, by in pairs) / total, sum(by * one.rate for one, by in pairs) / total
    wide = sum(by * (one.phones - x) ** 2 for one, by in pairs)
    slope = sum(by * (one.phones - x) * (one.rate - y) for one, by in pairs) / wide if wide > 1e-12 else 0.0
    return slope, y - slope * x
