"""How a field of a draft is written for people: its name, and its value as versions keep it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from models import AnnouncementKind, AsksFor, Channel, Need, Urgency
from services.draft_versions import NAMES, TIMES
from ui.words import _, moment, number, weight

_LABELLED: Mapping[str, Any] = {
    "urgency": Urgency, "kind": AnnouncementKind, "asks_for": AsksFor, "needs": Need, "channels": Channel,
}  # fmt: skip


def named(names: Iterable[str]) -> str:
    """Fields in the order a form asks, as they stand within a sentence."""
    wanted = set(names)
    return ", ".join(_(label) for name, label in NAMES.items() if name in wanted)


def written(name: str, value: Any, *, places: Mapping[str, str] | None = None) -> str:
    """A value in words; `places` names units and groups by their id. "–" where nothing is said."""
    if value is None or value in ("", []):
        return "–"
    if name in TIMES:
        return moment(datetime.fromisoformat(value))
    if kind := _LABELLED.get(name):
        return ", ".join(_(kind(one).label) for one in (value if isinstance(value, list) else [value]))
    if name in ("units", "also_groups"):
        known = [places[one] for one in value if places and one in places]
        return ", ".join([*known, *([_("{n} nơi khác", n=number(len(value) - len(known)))] if len(known) < len(value) else [])])
    if name == "attachments":
        return ", ".join(f"{one['name']} ({weight(one['bytes'])})" for one in value)
    return "; ".join(value) if name == "streets" else str(value)
