"""Call-outs of the first screen: how many there are of each kind, why it matters, the way to the list of just these."""

from collections.abc import Sequence

from core.i18n import N_
from services.callouts import Callout
from services.cascade import Trouble
from ui import cascade, parts
from ui.words import _, number

WHY = {
    Trouble.NO_LEADER: N_("Thông báo không có ai đăng vào nhóm này."),
    Trouble.NO_LINK: N_("Hộ quét mã mời nhưng chưa có nút vào nhóm."),
    Trouble.SILENT: N_("Chưa thấy bài đăng, lượt mở hay hộ vào ra: tin có thể không tới."),
    Trouble.TWO_GROUPS: N_("Người ấy bận thì hai nhóm cùng lỡ tin. Nên có người thứ hai."),
}


def draw(callouts: Sequence[Callout]) -> None:
    """One line a kind; nothing here but links."""
    for one in callouts:
        if isinstance(one.about, Trouble):
            tone: parts.Tone = "overdue" if one.about is Trouble.NO_LEADER else "waiting"
            parts.action(
                one.about.value, tone, cascade.title_of(one.about, one.count), _(WHY[one.about]), _("Xem"),
                page="pages/cascade.py", loc=one.about.value,
            )  # fmt: skip
        else:
            parts.action(
                "proposals", "waiting", _("{n} đề nghị của tổ trưởng đang chờ", n=number(one.count)),
                _("Hộ mới đến, chuyển đi hay đổi số: nhận hoặc trả lời lý do."), _("Xem"), page="pages/proposals.py",
            )  # fmt: skip
