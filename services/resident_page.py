"""The words of a resident's page that depend on what is asked and how pressing it is: one place for phone and preview."""

from core.i18n import N_
from models import AsksFor, Unit, Urgency
from services.wards import WardCard

# How many of a household come: more than three is answered as three, which is what the ward plans by.
MOST_ANSWERED = 3
QUESTION = N_("Gia đình mình mấy người đi?")
CHOICES = (("1", N_("1 người")), ("2", N_("2 người")), ("3", N_("Từ 3 người")), ("0", N_("Không đi")))
# Where places are counted the number is a number; more than four are written.
COUNTED = (("1", N_("1 người")), ("2", N_("2 người")), ("3", N_("3 người")), ("4", N_("4 người")), ("0", N_("Không đi")))


def stamp_of(urgency: Urgency) -> str:
    """What is stamped on it, as on paper; nothing on the usual one."""
    return "" if urgency is Urgency.NORMAL else urgency.label


def is_pressing(urgency: Urgency, *, ward: WardCard | Unit) -> bool:
    """Whether calling the ward stands beside the answer."""
    return urgency is Urgency.EMERGENCY and bool(ward.phone)


def choices_of(asks_for: AsksFor, *, is_counted: bool = False) -> tuple[tuple[str, str], ...]:
    """The answers to choose from, as value and words; none where nobody is asked to come. Counted: there is an end of places."""
    if asks_for is not AsksFor.ATTENDANCE:
        return ()
    return COUNTED if is_counted else CHOICES


def button_of(asks_for: AsksFor, urgency: Urgency, *, ward: WardCard | Unit) -> str:
    """The words on the page's one button; nothing where nothing is asked."""
    if asks_for is AsksFor.NOTHING:
        return ""
    return N_("Tôi đã biết") if is_pressing(urgency, ward=ward) else N_("Tôi đã nắm thông tin")
