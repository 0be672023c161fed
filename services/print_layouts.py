"""The sheets of codes that the print studio makes, by the names the terminal knows."""

from dataclasses import dataclass
from enum import StrEnum

from core.i18n import N_


class Layout(StrEnum):
    """What one sheet is cut, folded or hung up as. Numbers are labels an A4 page; 1 is a poster."""

    TINY = "24"
    SMALL = "12"
    LARGE = "8"
    L7159 = "L7159"
    L7160 = "L7160"
    L7162 = "L7162"
    L7163 = "L7163"
    L7165 = "L7165"
    POSTER = "1"
    POSTER_A3 = "A3"
    DOOR = "door"
    TENT = "tent"
    BADGE = "badge"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return _FACTS[self].label

    @property
    def pieces(self) -> int:
        """How many different codes a page holds."""
        return _FACTS[self].pieces

    @property
    def reads_from_cm(self) -> int:
        """From how far a phone must be able to read it."""
        return _FACTS[self].reads_from_cm

    @property
    def is_outdoors(self) -> bool:
        """Whether rain, sun and nails get at it: the strongest correction that the reading distance allows is taken."""
        return _FACTS[self].is_outdoors


@dataclass(frozen=True)
class _Facts:
    label: str
    pieces: int
    reads_from_cm: int
    is_outdoors: bool = False


_FACTS = {
    Layout.TINY: _Facts(N_("24 tem nhỏ (70 × 37 mm)"), 24, 20),
    Layout.SMALL: _Facts(N_("12 tem (105 × 48 mm)"), 12, 30),
    Layout.LARGE: _Facts(N_("8 tem lớn (105 × 74 mm)"), 8, 30),
    Layout.L7159: _Facts(N_("24 tem Avery L7159 (63,5 × 33,9 mm)"), 24, 20),
    Layout.L7160: _Facts(N_("21 tem Avery L7160 (63,5 × 38,1 mm)"), 21, 20),
    Layout.L7162: _Facts(N_("16 tem Avery L7162 (99,1 × 33,9 mm)"), 16, 20),
    Layout.L7163: _Facts(N_("14 tem Avery L7163 (99,1 × 38,1 mm)"), 14, 20),
    Layout.L7165: _Facts(N_("8 tem Avery L7165 (99,1 × 67,7 mm)"), 8, 25),
    Layout.POSTER: _Facts(N_("Tờ dán tường A4"), 1, 80, is_outdoors=True),
    Layout.POSTER_A3: _Facts(N_("Tờ dán tường A3"), 1, 120, is_outdoors=True),
    Layout.DOOR: _Facts(N_("Biển cửa phòng, quầy (A4 ngang)"), 1, 60, is_outdoors=True),
    Layout.TENT: _Facts(N_("Biển để bàn (A4 gấp đôi)"), 1, 50),
    Layout.BADGE: _Facts(N_("Thẻ đeo cán bộ (85 × 54 mm)"), 10, 20),
}
