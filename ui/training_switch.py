"""The switch of training mode on the ward's page."""

from models import Unit
from ui import parts
from ui.words import _


def asked(ward: Unit, *, is_practising: bool) -> bool | None:
    """Draw it; on or off where somebody pressed, else None. What is on above the ward is switched off there."""
    parts.section(_("Tập huấn"), _("tập cho cán bộ và tổ trưởng, không làm phiền bà con"))
    if not is_practising:
        detail = _("Soạn, duyệt, gửi, tổ trưởng đăng: làm như thật. Không tin nào ra ngoài, và mọi trang nói rõ là đang tập.")
        return True if parts.action("training", "unknown", _("Đang làm thật"), detail, _("Bật tập huấn")) else None
    if not ward.is_training:
        parts.item("waiting", _("Đang tập huấn"), _("Tỉnh đã bật cho mọi xã, phường; tắt ở đó."))
        return None
    detail = _("Không tin nào ra ngoài. Tin đã giữ lại trong lúc tập không gửi nữa khi tắt.")
    return False if parts.action("training", "waiting", _("Đang tập huấn"), detail, _("Tắt tập huấn")) else None


def news_of(*, turned: bool) -> str:
    """What was done."""
    return _("Đã bật tập huấn.") if turned else _("Đã tắt tập huấn. Từ giờ mọi việc là thật.")
