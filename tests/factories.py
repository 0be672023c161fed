"""Ready-made records. Each `make_*` saves a valid one; name only what your test is about."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

from sqlmodel import Session

from core import clock
from core.ids import new_id
from core.text import fold
from core.tokens import new_slug, new_token
from models import (
    Announcement,
    AnnouncementStatus,
    Audience,
    Batch,
    Channel,
    ChannelAccount,
    Delivery,
    DeliveryStatus,
    Group,
    GroupKind,
    Household,
    Inquiry,
    InquiryChannel,
    Membership,
    Procedure,
    Purpose,
    ReachRules,
    RecipientKind,
    Role,
    ShortLink,
    Unit,
    UnitKind,
    Urgency,
    User,
)
from services import batches, inquiry_intake
from services.access import Actor, actor_of
from services.draft_words import Words
from services.inquiry_intake import Asked
from services.procedure_values import search_terms, text_of_procedure

LONG_AGO = date(2020, 1, 1)
Row = TypeVar("Row")
_serials: set[str] = set()
NOON = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)  # 12 giờ in Bắc Kạn, a Tuesday


def _saved(session: Session, row: Row) -> Row:
    session.add(row)
    session.commit()
    return row


def _serial(digits: int) -> str:
    """The last digits of an id, never the same ones twice: a few random ones are the same now and then."""
    while (serial := new_id().hex[-digits:]) in _serials or serial.isdigit():  # plain digits are a real ward's
        pass
    _serials.add(serial)
    return serial


def make_unit(session: Session, *, parent: Unit | None = None, **overrides: Any) -> Unit:
    """A ward without a parent, a residential group below one."""
    kind = UnitKind.RESIDENTIAL if parent else UnitKind.COMMUNE
    id_, serial = new_id(), _serial(5)
    fields: dict[str, Any] = {
        "id": id_, "code": serial, "name": f"Tổ dân phố {serial}" if parent else f"Phường {serial}", "kind": kind,
        "subtype": "to_dan_pho" if parent else "phuong", "parent_id": parent.id if parent else None,
        "path": (parent.path if parent else "") + f"{id_}/", "phone": None if parent else "+842093000000",
    } | overrides  # fmt: skip
    return _saved(session, Unit(**fields))


def make_user(session: Session, *, unit: Unit, role: Role = Role.STAFF, **overrides: Any) -> User:
    """A user; the password hash is none that any password gives."""
    serial = _serial(6)
    fields: dict[str, Any] = {
        "username": f"user{serial}", "display_name": f"Nguyễn Thị {serial}", "role": role, "unit_id": unit.id,
        "password_hash": "!", "phone": "+84912345678",
    } | overrides  # fmt: skip
    return _saved(session, User(**fields))


def make_actor(session: Session, *, unit: Unit, role: Role = Role.STAFF, **overrides: Any) -> Actor:
    """Someone with a role at a unit."""
    return actor_of(session, make_user(session, unit=unit, role=role, **overrides))


def make_household(session: Session, *, unit: Unit, **overrides: Any) -> Household:
    """A household that has lived there for long."""
    serial = _serial(6)
    fields: dict[str, Any] = {
        "unit_id": unit.id,
        "code": serial,
        "head_name": f"Hoàng Văn {serial}",
        "people": 4,
        "arrived_on": LONG_AGO,
    } | overrides
    fields.setdefault("search", fold(f"{fields['head_name']} {fields['code']}"))
    return _saved(session, Household(**fields))


def make_group(session: Session, *, unit: Unit, **overrides: Any) -> Group:
    """A household chat group without a leader."""
    fields: dict[str, Any] = {"name": f"Bà con {unit.label}", "kind": GroupKind.HOUSEHOLD, "unit_id": unit.id} | overrides
    return _saved(session, Group(**fields))


def make_membership(session: Session, *, household: Household, group: Group, **overrides: Any) -> Membership:
    """An open membership since long ago."""
    fields: dict[str, Any] = {"household_id": household.id, "group_id": group.id, "people": 2, "joined_on": LONG_AGO} | overrides
    return _saved(session, Membership(**fields))


def make_announcement(session: Session, *, unit: Unit, units: list[Unit] | None = None, **overrides: Any) -> Announcement:
    """A draft for the whole unit, to be reached within a day."""
    fields: dict[str, Any] = {
        "unit_id": unit.id, "title": "Khám sàng lọc miễn phí", "body": "Sáng mai, tại Trạm Y tế.",
        "status": AnnouncementStatus.DRAFT, "must_reach_by": clock.now() + timedelta(days=1),
        "expires_at": clock.now() + timedelta(days=7),
    } | overrides  # fmt: skip
    announcement = _saved(session, Announcement(**fields))
    for place in units or [unit]:
        _saved(session, Audience(announcement_id=announcement.id, unit_id=place.id))
    return announcement


def make_account(session: Session, *, unit: Unit, channel: Channel, price: int = 0, **overrides: Any) -> ChannelAccount:
    """An account with a provider that works."""
    fields: dict[str, Any] = {"unit_id": unit.id, "channel": channel, "price": price} | overrides
    return _saved(session, ChannelAccount(**fields))


def make_delivery(session: Session, *, unit: Unit, announcement: Announcement | None = None, **overrides: Any) -> Delivery:
    """A message to a telephone that has left."""
    item = announcement or make_announcement(session, unit=unit)
    fields: dict[str, Any] = {
        "announcement_id": item.id, "channel": Channel.ZNS, "recipient_kind": RecipientKind.PHONE,
        "recipient_id": "+84912345678", "idempotency_key": f"{item.id}:zns:{new_id()}", "status": DeliveryStatus.SENT,
        "provider_message_id": "m1",
    } | overrides  # fmt: skip
    return _saved(session, Delivery(**fields))


def make_batch(session: Session, *, account: ChannelAccount, of: Delivery) -> Batch:
    """The batch in which a message leaves by an account."""
    batch = Batch(
        announcement_id=of.announcement_id, channel=of.channel, account_id=account.id, ward_id=account.unit_id,
        priority=batches.BY_URGENCY.index(Urgency.NORMAL) * batches.BAND + 1,
    )  # fmt: skip
    _saved(session, batch)
    of.batch_id = batch.id
    session.flush()
    return batch


def make_rules(session: Session, *, unit: Unit, **overrides: Any) -> ReachRules:
    """Rules a ward has set."""
    return _saved(session, ReachRules(unit_id=unit.id, **overrides))


def make_link(session: Session, **overrides: Any) -> ShortLink:
    """A printed link to a page elsewhere."""
    fields: dict[str, Any] = {
        "slug": new_slug(),
        "purpose": Purpose.URL,
        "target_url": "https://dichvucong.gov.vn/",
        "title": new_token()[:6],
    }
    return _saved(session, ShortLink(**(fields | overrides)))


def make_procedure(session: Session, *, unit: Unit, **overrides: Any) -> Procedure:
    """A procedure of a ward, in use, found by its name."""
    fields: dict[str, Any] = {"code": f"1.{int(new_id().hex[-5:], 16) % 1_000_000:06d}", "name": "Đăng ký khai sinh"}
    fields |= {"unit_id": unit.id, "stands_since": clock.today()} | overrides
    made = Procedure(**fields)
    made.source = made.source or text_of_procedure(made).told()
    made.search = made.search or search_terms(made)
    return _saved(session, made)


def make_words(*units: Unit, **overrides: object) -> Words:
    """What an author says to these units."""
    fields = {"title": "Tổng vệ sinh", "body": "Sáng thứ Bảy.", "unit_ids": [unit.id for unit in units]} | overrides
    return Words(**fields)  # type: ignore[arg-type]


def make_inquiry(session: Session, *, unit: Unit, text: str = "Mai có tiêm phòng không ạ?", **overrides: Any) -> Inquiry:
    """Something a ward was asked by the form just now."""
    fields: dict[str, Any] = {"channel": InquiryChannel.FORM} | overrides
    return _saved(session, inquiry_intake.take_in(session, ward=unit, asked=Asked(text, **fields)))
