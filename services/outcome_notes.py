"""What is worth noting of a chunk's answers beside the ledger: the log's line for each that was not taken, and who blocks us.

The log names deliveries and announcements by their ids, never a receiver, a text or a key.
"""

from collections.abc import Iterable
from uuid import UUID

import structlog
from sqlmodel import Session

from models import Channel, OptOutCause
from services import opt_outs
from services.senders import Accepted, Outcome, Rejected, Unknown

# Codes by which a person says no: they have blocked the official account (channels.md §2.7), or refused ZNS (§4).
BLOCKED = {Channel.ZALO_OA: frozenset({"-217"}), Channel.ZALO_TEMPLATE: frozenset({"-217"}),
           Channel.ZNS: frozenset({"-139", "-140", "-141"})}  # fmt: skip
log = structlog.get_logger()


def note(
    session: Session, *, announcement_id: UUID | None, channel: Channel, outcomes: Iterable[tuple[UUID, str, Outcome]]
) -> None:  # fmt: skip
    """Note what became of deliveries (id, receiver, outcome). Noted twice it stands in the log twice, elsewhere once."""
    blocking = []
    for delivery_id, recipient, outcome in outcomes:
        if isinstance(outcome, Accepted):
            continue
        trouble, code = ("unknown", "") if isinstance(outcome, Unknown) else (outcome.trouble, outcome.code)
        log.info(
            "delivery.not_taken", announcement_id=str(announcement_id or ""), delivery_id=str(delivery_id), channel=channel.value,
            outcome=type(outcome).__name__.lower(), trouble=trouble, code=code,
        )  # fmt: skip
        if isinstance(outcome, Rejected) and outcome.code in BLOCKED.get(channel, ()):
            blocking.append(recipient)
    if blocking:  # who refuses ZNS in Zalo's own settings has not refused an SMS, which is the next way (§4)
        refused = opt_outs.BY_FOLLOWING if channel in opt_outs.BY_FOLLOWING else (channel,)
        opt_outs.refuse(session, recipients=blocking, channels=refused, cause=OptOutCause.BLOCKED)
