"""What stands under the reach board: who comes, what leaders report, the paper, the ledger, what people ask."""

from models import Announcement
from services.access import Actor
from ui import attendance, inquiry_more, leader_reports, ledger, papers


def of(item: Announcement, *, actor: Actor) -> None:
    """All of it; each where there is something of it."""
    attendance.of(item, actor=actor)
    leader_reports.of(item, actor=actor)
    papers.of(item, actor=actor)
    ledger.of(item, actor=actor)
    inquiry_more.about(actor, item.id)
