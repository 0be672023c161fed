"""What a receiver will see, drawn beside the form: the leader's paste, the resident's page."""

from datetime import datetime

from markupsafe import Markup

from core import clock
from models import FACT_LABELS, AsksFor, Urgency
from ui import parts
from ui.words import _, moment, near, span


def stamp_of(urgency: Urgency) -> Markup:
    """The stamp of an urgency as on paper; nothing for the usual one."""
    return parts.stamp(_(urgency.label).upper()) if urgency is not Urgency.NORMAL else Markup("")


def until(must_reach_by: datetime) -> Markup:
    """By when every household must have it, and how long that is."""
    left = must_reach_by - clock.now()
    is_over = left.total_seconds() <= 0
    words = _("đã qua") if is_over else _("còn {span}", span=span(left))
    return parts.deadline("overdue" if is_over else "waiting", _("Đến mọi hộ trước {at},", at=near(must_reach_by)), words)


def button_of(asks_for: AsksFor) -> str:
    """The words on the page's one button; nothing where nothing is asked."""
    return "" if asks_for is AsksFor.NOTHING else _("Tôi đã nắm thông tin")


def paste(text: str) -> None:
    """Exactly what a leader pastes into the chat."""
    parts.html(Markup('<div class="cn-bubble">{}</div>').format(text))


def resident_page(
    *, ward: str, title: str, body: str, facts: dict[str, str], urgency: Urgency, at: datetime, button: str
) -> None:
    """The page behind the link, as a phone shows it."""
    rows = Markup("").join(
        Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(_(FACT_LABELS[name]), value)
        for name, value in facts.items()
        if name in FACT_LABELS
    )
    table = Markup('<dl class="cn-facts">{}</dl>').format(rows) if rows else ""
    press = Markup('<span class="go">{}</span>').format(button) if button else ""
    parts.html(
        Markup(
            '<div class="cn-page"><p class="cn-soft cn-small"><b>{}</b></p><p class="cn-line">{}<span>{}</span></p>'
            '<p class="title">{}</p>{}<p class="cn-text">{}</p>{}</div>'
        ).format(ward, stamp_of(urgency), _("gửi {at}", at=moment(at)), title or _("(chưa có tiêu đề)"), table, body, press)
    )
