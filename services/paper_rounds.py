"""Paper of an announcement: which unit's sheets were printed, and which were handed out. The ledger keeps both.

A row waits (`queued`), is printed (`sent`), and has been handed out (`delivered`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from core import clock
from core.errors import Invalid
from core.i18n import N_
from models import Channel, Delivery, DeliveryStatus, RecipientKind, Unit
from services import access, audit, drafts, units
from services.access import Actor, May

STEPS = (DeliveryStatus.QUEUED, DeliveryStatus.SENT, DeliveryStatus.DELIVERED)


@dataclass(frozen=True)
class PaperRow:
    """The paper of one residential unit."""

    delivery_id: UUID
    unit_label: str
    status: DeliveryStatus
    printed_at: datetime | None
    handed_at: datetime | None


def listing(session: Session, *, actor: Actor, announcement_id: UUID) -> list[PaperRow]:
    """Units that get paper, in their order; none where the plan has no paper. Two queries.

    Raises:
        NotAllowed, NotFound: as `drafts.get`.
    """
    drafts.get(session, actor=actor, announcement_id=announcement_id)
    found = session.exec(
        select(Delivery).where(
            Delivery.announcement_id == announcement_id, Delivery.channel == Channel.PRINT,
            Delivery.recipient_kind == RecipientKind.SHEET, Delivery.status != DeliveryStatus.CANCELLED,
        )
    ).all()  # fmt: skip
    ids = [UUID(one.recipient_id) for one in found]
    homes = {str(unit.id): unit for unit in session.exec(select(Unit).where(col(Unit.id).in_(ids)))} if ids else {}
    ordered = sorted(found, key=lambda one: units.place_key(homes[one.recipient_id].area, homes[one.recipient_id].name))
    return [
        PaperRow(one.id, homes[one.recipient_id].label, one.status, one.sent_at, one.delivered_at) for one in ordered
    ]  # fmt: skip


def mark(
    session: Session, *, actor: Actor, announcement_id: UUID, delivery_ids: Sequence[UUID], status: DeliveryStatus
) -> int:  # fmt: skip
    """Say how far the paper of some units has come, forward or back; how many rows have changed.

    Raises:
        Invalid: paper knows no such step, or there is no such row. NotAllowed, NotFound: as `drafts.get`.
    """
    access.require(actor, May.WATCH)
    drafts.get(session, actor=actor, announcement_id=announcement_id)
    if status not in STEPS:
        raise Invalid(N_("Tờ in chỉ có: chờ in, đã in, đã phát."))
    wanted = select(Delivery).where(
        Delivery.announcement_id == announcement_id, Delivery.channel == Channel.PRINT, col(Delivery.id).in_(delivery_ids),
        Delivery.status != DeliveryStatus.CANCELLED,
    )  # fmt: skip
    rows = session.exec(wanted.with_for_update()).all()
    if len(rows) != len(set(delivery_ids)):
        raise Invalid(N_("Có tờ in không còn trong danh sách. Hãy tải lại trang."))
    now, changed = clock.now(), 0
    for row in rows:
        if row.status is status:
            continue
        row.status, row.updated_at = status, now
        row.sent_at = None if status is DeliveryStatus.QUEUED else row.sent_at or now
        row.delivered_at = now if status is DeliveryStatus.DELIVERED else None
        session.add(row)
        changed += 1
    if changed:
        audit.record(
            session, actor=actor, action="paper.marked", subject_kind="announcement", subject_id=announcement_id,
            status=status.value, units=changed,
        )  # fmt: skip
    return changed
