"""Drawings kept for a moment: what many people look at is read and drawn once, then replayed.

A key holds everything the drawing depends on: who may see what (unit and role), the reader's language and theme, the day,
and the number of the last act in the audit. Whatever is done on a screen writes there, so one's own doing shows at once;
what leaders and residents do on their phones shows within `SECONDS`.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from core import clock
from core.briefly import Briefly
from services.access import Actor
from ui import parts, replay, this_run

SECONDS = 5
_DRAWN = Briefly[replay.Recording](most=500, seconds=SECONDS)
_TOLD = Briefly[Any](most=500, seconds=SECONDS)
T = TypeVar("T")


def seen_by(actor: Actor, *more: Any) -> tuple[Any, ...]:
    """The key of what this actor may see now. Add whatever else the drawing depends on."""
    look = parts.look()
    return (
        str(actor.unit_id),
        actor.unit_path,
        actor.role.value,
        look.language,
        look.is_dark,
        clock.today(),
        this_run.last_act(),
        *map(str, more),
    )


def kept(name: str, key: tuple[Any, ...], draw: Callable[[], None]) -> None:
    """Draw, or replay what was drawn for the same name and key. `draw` reads its own data and holds nothing to press."""
    place = replay.place()
    if place is None:
        draw()
        return
    recording, is_drawn = _DRAWN.of((name, place, key), lambda: replay.record(draw))
    if not is_drawn:
        replay.play(recording)


def read_once(name: str, key: tuple[Any, ...], read: Callable[[], T]) -> T:
    """What `read` tells, or told a moment ago for the same name and key: for parts with something to press.

    It is shared with others: nobody may change it.
    """
    told: T = _TOLD.of((name, key), read)[0]
    return told


def forget() -> None:
    """Everything, as after the seconds are over."""
    _DRAWN.forget()
    _TOLD.forget()
