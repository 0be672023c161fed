"""A draft tried out on one's own phone: the resident's page and the leader's page, exactly as they will be.

The address is signed and good for a day. What is shown comes from a sending to one group that is staged in a transaction
which its caller gives up: nothing is kept, nobody is told, nothing is counted.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from itsdangerous import BadData, URLSafeSerializer
from sqlmodel import Session

from core import clock
from core.errors import NotFound
from core.i18n import N_
from core.ids import new_id
from core.settings import settings
from models import (
    Announcement,
    AnnouncementStatus,
    Audience,
    Channel,
    Delivery,
    DeliveryStatus,
    Group,
    RecipientKind,
    Relay,
)
from services import access, announcements, attachments, drafts, links, plans, relays, sending, shown_photos
from services.access import Actor, May
from services.announcements import PublicAnnouncement
from services.attachments import Attachment
from services.relays import RelayWork

KEPT = timedelta(hours=24)
HOUR = 3600


class GivenUp(Exception):  # no failure: how a trial of any kind ends
    """Raised by whoever has seen enough, so that nothing of it is kept."""


@dataclass(frozen=True)
class Trial:
    """What a phone would get; `work` None where no group would."""

    notice: PublicAnnouncement
    work: RelayWork | None
    url: str


def address(session: Session, *, actor: Actor, announcement_id: UUID) -> str:
    """Where a draft can be tried out for a day, by whoever has the address. The same one within an hour.

    Raises:
        NotAllowed, NotFound: the actor does not write, or it lies outside.
    """
    access.require(actor, May.WRITE)
    draft = drafts.get(session, actor=actor, announcement_id=announcement_id)
    until = int((clock.now() + KEPT).timestamp()) // HOUR
    return _url(_signer().dumps([draft.id.hex, until]))


def files(session: Session, *, token: str) -> tuple[Attachment, ...]:
    """The documents of the draft.

    Raises:
        NotFound: as `staged`.
    """
    return attachments.shown(shown_photos.visible(session, photos=_behind(session, token).attachments))


def staged(session: Session, *, token: str) -> Trial:
    """What the phones will show. The caller's transaction must be given up: raise `GivenUp` in it.

    Raises:
        NotFound: the address is none of ours, its day is over, or the draft was dropped.
    """
    draft = _behind(session, token)
    audience = drafts.audience_of(session, draft.id)
    now = clock.now()
    draft.sent_at, draft.status = draft.send_at or now, AnnouncementStatus.SENT
    draft.expires_at = draft.expires_at if draft.expires_at and draft.expires_at > now else now + KEPT
    group = _first_group(session, audience)
    made = links.for_announcement_groups(
        session, announcement_id=draft.id, unit_id=draft.unit_id, group_ids=[group.id if group else None]
    )
    link = made[group.id if group else None]
    notice, url = announcements.for_slug(session, slug=link.slug), _url(token)
    work = _work(session, draft, group, link.id) if group else None
    if work:
        text = work.text.replace(work.link_url, url)
        work = replace(work, text=text, link_url=url, announcement_url=url)
    return Trial(replace(notice, url=url), work, url)


def _behind(session: Session, token: str) -> Announcement:
    try:
        id_, until = _signer().loads(token)
    except (BadData, ValueError, TypeError):
        id_, until = "", 0
    draft = session.get(Announcement, UUID(id_)) if id_ and clock.now().timestamp() < until * HOUR else None
    if draft is None or (draft.status is AnnouncementStatus.CANCELLED and draft.sent_at is None):
        raise NotFound(N_("Địa chỉ bản thử này đã hết hạn, hoặc bản đó đã bỏ."))
    return draft


def _first_group(session: Session, audience: Sequence[Audience]) -> Group | None:
    groups = plans.of_audience(session, audience=audience).groups
    return session.get(Group, next((one.group_id for one in groups if one.leader_id), groups[0].group_id)) if groups else None


def _work(session: Session, draft: Announcement, group: Group, link_id: UUID) -> RelayWork:
    """The leader's page of one group, as if it had just been handed over."""
    now = clock.now()
    delivery = Delivery(
        announcement_id=draft.id, channel=Channel.RELAY, recipient_kind=RecipientKind.GROUP, recipient_id=str(group.id),
        idempotency_key=f"trial:{new_id()}", status=DeliveryStatus.QUEUED, updated_at=now,
    )  # fmt: skip
    session.add(delivery)
    session.flush()
    relay = Relay(
        delivery_id=delivery.id, announcement_id=draft.id, group_id=group.id, link_id=link_id,
        due_at=sending.due_at(draft, draft.sent_at or now), token_expires_at=draft.expires_at or now + KEPT, households=0,
    )  # fmt: skip
    session.add(relay)
    session.flush()
    return relays.work_for_token(session, token=relay.token)


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(settings().key, salt="trial", signer_kwargs={"digest_method": hashlib.sha256})


def _url(token: str) -> str:
    return f"{settings().public_url}/t/{token}"
