"""What a receiver will see, drawn beside the form: the leader's paste, the resident's page."""

from datetime import datetime

from markupsafe import Markup

from core import clock
from models import FACT_LABELS, Announcement, Unit, Urgency
from services import resident_page
from ui import parts
from ui.words import _, moment, near, span


def stamp_of(urgency: Urgency) -> Markup:
    """The stamp of an urgency as on paper, filled for the highest; nothing for the usual one."""
    words = resident_page.stamp_of(urgency)
    if urgency is Urgency.EMERGENCY:
        return Markup('<span class="cn-stamp max">{}</span>').format(_(words))
    return parts.stamp(_(words) if words else "")


def until(must_reach_by: datetime) -> Markup:
    """By when every household must have it, and how long that is."""
    left = must_reach_by - clock.now()
    is_over = left.total_seconds() <= 0
    words = _("đã qua") if is_over else _("còn {span}", span=span(left))
    return parts.deadline("overdue" if is_over else "waiting", _("Đến mọi hộ trước {at},", at=near(must_reach_by)), words)


def paste(text: str) -> None:
    """Exactly what a leader pastes into the chat."""
    parts.html(Markup('<div class="cn-bubble">{}</div>').format(text))


def page_of(announcement: Announcement, *, ward: Unit, unit_label: str) -> None:
    """The page behind the link, as a phone of that group shows it; `unit_label` may be empty."""
    at = moment(announcement.sent_at or announcement.send_at or clock.now())
    to = Markup("{}<br>").format(_("gửi bà con {unit}", unit=unit_label)) if unit_label else ""
    table, asked = _facts(announcement), _question(announcement)
    body = Markup('<p class="cn-text">{}</p>').format(announcement.body)
    parts.html(
        Markup(
            '<div class="cn-page"><p class="cn-soft cn-small"><b>{}</b></p><p class="cn-line">{}<span>{}{}</span></p>'
            '<p class="title">{}</p>{}{}</div>'
        ).format(
            ward.name, stamp_of(announcement.urgency), to, at, announcement.title or _("(chưa có tiêu đề)"),
            parts.joined(table, asked, body) if table else parts.joined(body, asked), _buttons(announcement, ward),
        )
    )  # fmt: skip


def _facts(announcement: Announcement) -> Markup:
    rows = [
        Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(_(label), announcement.facts[name])
        for name, label in FACT_LABELS.items()
        if announcement.facts.get(name)
    ]
    return Markup('<dl class="cn-facts">{}</dl>').format(parts.joined(*rows)) if rows else Markup("")


def _question(announcement: Announcement) -> Markup:
    choices = resident_page.choices_of(announcement.asks_for, is_counted=bool(announcement.places))
    if not choices:
        return Markup("")
    boxes = (Markup('<span class="other">{}</span>').format(_(words)) for _value, words in choices)
    return Markup('<p class="ask"><b>{}</b></p><div class="pick">{}</div>').format(
        _(resident_page.QUESTION), parts.joined(*boxes)
    )


def _buttons(announcement: Announcement, ward: Unit) -> Markup:
    words = resident_page.button_of(announcement.asks_for, announcement.urgency, ward=ward)
    if not words:
        return Markup("")
    calls = resident_page.is_pressing(announcement.urgency, ward=ward)
    call = Markup('<span class="other">{}</span>').format(_("Gọi phường")) if calls else ""
    return Markup('<div class="bar">{}<span class="go">{}</span></div>').format(call, _(words))
