"""Biểu đồ: every chart of a period, some at a time; a place that is clicked in one stands out in the others."""

from core import clock
from core.i18n import N_
from services.access import May
from services.figure_words import period
from ui import _, addressed, enter, linked, parts
from ui.kept import seen_by
from ui.words import language

SETS = {
    "nhom": (N_("Hộ trong nhóm"), ("coverage", "phones", "multiples", "moves")),
    "tin": (N_("Tin lan đến đâu"), ("curves", "relays", "relay_months", "heat", "paths")),
    "hoi": (N_("Hỏi đáp và mã QR"), ("topics", "answer_times", "scan_places", "scan_hours")),
    "so": (N_("Công nghệ số và chi phí"), ("help", "phone_months", "months", "costs")),
}
actor = enter(needs=May.SEE_FIGURES.roles)
parts.head(_("Biểu đồ"))
unit_id, since, until = linked.ask(actor, clock.today())
asked = addressed.segments(_("Xem"), {one: _(title) for one, (title, _names) in SETS.items()}, key="xem", usual="nhom")
key = seen_by(actor, unit_id, since, until)
facts = linked.facts_of(key, actor, unit_id, since, until)
of_what = f"{facts.unit_name} · {period(since, until, language=language())}"
linked.charts(actor, key, facts, SETS[asked][1], file_name=f"bieu-do-{until:%Y-%m-%d}", of_what=of_what)
