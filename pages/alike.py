"""Có thể trùng nhau: two households that may be one, side by side; a person says, and is not asked again."""

from services import access
from ui import _, enter, parts

actor = enter(_("Có thể trùng nhau"), needs=access.WRITERS)
parts.empty(_("Không có cặp hộ nào để xem"), _("Hộ giống nhau trong danh sách nhập vào sẽ hiện ở đây."))
