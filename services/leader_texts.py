"""What a message says that goes to whoever spreads an announcement: each has a link of its own. In the ward's language."""

from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from core.settings import settings
from models import Announcement, Delivery, Group, Relay
from services import leader_messages, relay_addresses


def of_batch(session: Session, *, announcement: Announcement, batch_id: UUID) -> dict[str, str]:
    """The text of each row of a batch of such messages, by the row's name; empty for a batch of the announcement itself."""
    named = select(col(Delivery.idempotency_key)).where(col(Delivery.batch_id) == batch_id)
    one = session.scalars(named.limit(1)).first() or ""  # a batch holds the one or the other
    if one.partition(":")[2].partition(":")[0] not in leader_messages.STEPS:
        return {}
    names = list(session.scalars(named.where(leader_messages.are_of(announcement.id))))
    wanted = {name.rpartition(":")[2] for name in names if name.split(":")[1] != "duty"}
    found = session.execute(
        select(Relay, col(Group.name))
        .join(Group, col(Group.id) == col(Relay.group_id))
        .where(col(Relay.id).in_([UUID(id_) for id_ in wanted]))
    )
    by_id = {str(relay.id): (relay, group) for relay, group in found}
    return {name: _text(announcement, name, by_id) for name in names}


def _text(announcement: Announcement, name: str, by_id: dict[str, tuple[Relay, str]]) -> str:
    _, step, about = name.split(":", 2)
    if step == "duty":
        return f"Thông báo “{announcement.title}”: đã quá giờ mà còn nhóm chưa đăng. Xem ai cần gọi: {settings().public_url}"
    relay, group = by_id[about]
    if step == "escalate" and relay.deputy_token:
        return f"Nhờ đăng giúp thông báo “{announcement.title}” vào nhóm {group}: {relay_addresses.url_of(relay.deputy_token)}"
    token = relay.deputy_token if relay.passed_on_at and relay.deputy_token else relay.token
    url = relay_addresses.url_of(token)
    return f"Nhắc: thông báo “{announcement.title}” chưa được đăng vào nhóm {group}. Mở trang này để đăng: {url}"
