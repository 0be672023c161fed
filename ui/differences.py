"""Two versions of an announcement side by side: each field that is not as it was, in words a reader knows."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any

from markupsafe import Markup

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


def marked(one: str, other: str) -> tuple[Markup, Markup]:
    """Two texts, in each the words marked that the other has not."""
    words, others = one.split(" "), other.split(" ")
    found = SequenceMatcher(None, words, others, autojunk=False).get_opcodes()
    mine = [(words[a:b], kind != "equal") for kind, a, b, _c, _d in found]
    theirs = [(others[c:d], kind != "equal") for kind, _a, _b, c, d in found]
    return _joined(mine), _joined(theirs)


def _joined(pieces: Sequence[tuple[list[str], bool]]) -> Markup:
    kept = ((" ".join(words), is_marked) for words, is_marked in pieces if words)
    return Markup(" ").join(Markup("<mark>{}</mark>").format(words) if is_marked else words for words, is_marked in kept)


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
