"""How an account stands, on every screen that shows one."""

from markupsafe import Markup

from services.accounts import Account
from ui import parts
from ui.words import _


def standing(account: Account) -> Markup:
    """Locked, still on its one-time password, or in use."""
    if not account.is_active:
        return parts.badge("unknown", _("Đã khóa"))
    if account.must_change_password:
        return parts.badge("waiting", _("Mật khẩu một lần"))
    return parts.badge("arrived", _("Đang dùng"))
