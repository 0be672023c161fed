"""Two versions of an announcement side by side: each field that is not as it was, in words a reader knows."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core.i18n import N_
from models import AnnouncementKind, AsksFor, Channel, Need, Urgency
from services.draft_versions import NAMES, TIMES, Difference
from ui import parts
from ui.parts import Column
from ui.words import _, moment, number

_PATHS = {
    Channel.RELAY: N_("nhóm chat"), Channel.ZALO_OA: N_("tài khoản Zalo của phường"), Channel.ZNS: N_("tin ZNS"),
    Channel.SMS: N_("tin SMS"), Channel.DOOR: N_("gõ cửa"),
}  # fmt: skip
_ENUMS: Mapping[str, Any] = {"urgency": Urgency, "kind": AnnouncementKind, "asks_for": AsksFor}


def table(differences: list[Difference], names: Mapping[str, str]) -> None:
    """What it said and what it says; `names` has the units and groups by their ids."""
    rows = [(_capital(_(NAMES[one.name])), _shown(one.name, one.before, names), _shown(one.name, one.after, names))
            for one in differences]  # fmt: skip
    parts.table([_("Chỗ đổi"), Column(_("Trước"), "wide"), Column(_("Bây giờ"), "wide")], rows)


def _shown(name: str, value: Any, names: Mapping[str, str]) -> str:
    if value in (None, "", []):
        return _("(trống)")
    if isinstance(value, list):
        return ", ".join(_member(name, one, names) for one in value)
    if name in TIMES:
        return moment(datetime.fromisoformat(value))
    if name in _ENUMS:
        return _(_ENUMS[name](value).label)
    return number(value) if isinstance(value, int) else str(value)


def _member(name: str, value: Any, names: Mapping[str, str]) -> str:
    """One of several: a unit or a group by its name, a file by its own, a need or a channel by its words."""
    if name in ("units", "also_groups"):
        return names.get(value, "…")
    if name == "attachments":
        return str(value.get("name", "…"))
    return _(Need(value).label) if name == "needs" else _(_PATHS.get(value, value))


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
