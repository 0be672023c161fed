"""What of a list was read otherwise than it stands there: told before anything is written, so that a person can put it right."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

from core.i18n import N_
from services.import_values import Doubt

TOLD_MOST = 200  # of each kind; all are counted


class Why(StrEnum):
    """Why a value was not read as it stands."""

    ZERO_ADDED = "zero_added"
    OLD_PREFIX = "old_prefix"
    SEVERAL_NUMBERS = "several_numbers"
    FORMER_UNIT = "former_unit"
    COUNTED = "counted"
    DAY_READ = Doubt.READ.value
    NO_YEAR = Doubt.NO_YEAR.value
    DAY_AHEAD = "day_ahead"
    DAY_TOO_EARLY = "day_too_early"
    BEFORE_GROUP = "before_group"
    BEFORE_LEAVING = "before_leaving"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {
            "zero_added": N_("đã thêm số 0"),
            "old_prefix": N_("đầu số cũ, đã đổi sang đầu số mới"),
            "several_numbers": N_("nhiều số: gọi số di động đầu tiên, giữ các số kia"),
            "former_unit": N_("tên cũ của tổ, thôn"),
            "counted": N_("số người đọc từ chữ"),
            "day_read": N_("ngày đọc từ dạng viết tắt"),
            "no_year": N_("ngày không ghi năm: tính là vào nhóm hôm nay"),
            "day_ahead": N_("ngày còn ở phía trước: tính là vào nhóm hôm nay"),
            "day_too_early": N_("ngày từ trước khi có Zalo: tính là vào nhóm hôm nay"),
            "before_group": N_("ngày trước khi lập nhóm: tính là vào nhóm hôm nay"),
            "before_leaving": N_("ngày trước lần ra khỏi nhóm gần nhất: tính là vào nhóm hôm nay"),
        }[self]


@dataclass(frozen=True, slots=True)
class Remark:
    """A value of a row, what it was taken for ("" where the reason says it), and why."""

    sheet: str
    row: int  # the spreadsheet's number
    column: str
    value: str
    reading: str
    why: Why


@dataclass
class Remarks:
    """All of a list: counted by kind, and the first of each kind."""

    counts: Counter[Why] = field(default_factory=Counter)
    first: list[Remark] = field(default_factory=list)

    def add(self, remark: Remark) -> None:
        """One more."""
        self.counts[remark.why] += 1
        if self.counts[remark.why] <= TOLD_MOST:
            self.first.append(remark)
