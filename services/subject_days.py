"""By when a request about the own data is answered and done, by the law's days.

Nghị định 356/2025/NĐ-CP, as summaries of it have it: an answer within two working days; to withdraw, restrict or object fifteen
days, twenty where somebody outside must act as well; to see, copy and correct ten, to erase twenty; put off once, by fifteen.
"""

from datetime import date, timedelta

from models import RequestKind
from services.office_hours import OfficeHours

ANSWER_WORKING_DAYS = 2
LONGER_WITH_OTHERS = 20
EXTENSION_MOST = 15
_DAYS = {
    RequestKind.VIEW: 10, RequestKind.COPY: 10, RequestKind.CORRECT: 10, RequestKind.RESTRICT: 15, RequestKind.OBJECT: 15,
    RequestKind.WITHDRAW: 15, RequestKind.ERASE: 20,
}  # fmt: skip
_LONGER = (RequestKind.RESTRICT, RequestKind.OBJECT, RequestKind.WITHDRAW)


def answer_by(asked_on: date, *, hours: OfficeHours) -> date:
    """The second working day after the one on which it was asked."""
    day, left = asked_on, ANSWER_WORKING_DAYS
    for _ in range(366):
        day += timedelta(days=1)
        left -= hours.is_open_on(day)
        if left == 0:
            break
    return day


def due_on(asked_on: date, kind: RequestKind, *, has_processor: bool) -> date:
    """The last day on which it is done in time."""
    days = LONGER_WITH_OTHERS if has_processor and kind in _LONGER else _DAYS[kind]
    return asked_on + timedelta(days=days)


def furthest(due: date) -> date:
    """How far it may be put off, once."""
    return due + timedelta(days=EXTENSION_MOST)
