"""Waits that are never the same for two who wait."""

import random


def spread(value: float, *, by: float) -> float:
    """A value somewhere within a share of itself, `by` each way. No secret: anybody may guess it."""
    return value * random.uniform(1 - by, 1 + by)  # noqa: S311
