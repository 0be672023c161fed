"""A ward with many telephones and an account with a provider, for benchmarks and chaos of the delivery engine."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, exists, func, insert, select
from sqlmodel import Session

from core import clock, sealed
from core.bulk import batches as parts
from core.db import engine, readers, transaction
from core.ids import new_id
from jobs import engine as durable
from models import (
    Announcement,
    AnnouncementStatus,
    Audience,
    Channel,
    ChannelAccount,
    DeliveryStatus,
    Model,
    ReachRules,
    Unit,
    UnitKind,
    Urgency,
)
from services import sending

PLACE = 100  # households of a residential unit
FAST = 1_000_000.0  # messages a second: the account holds nobody up
SECRETS = {"api_key": "bench", "secret_key": "bench", "access_token": "access-10001-0", "refresh_token": "refresh-10001-0"}
SETTINGS = {Channel.SMS: {"brandname": "UBND"}, Channel.ZNS: {"app_id": "10001", "oa_id": "20002", "template_id": "30003"}}
LONG_AGO = date(2020, 1, 1)


@cache
def zone_of_noon() -> str:
    """A time zone in which it is about noon, the same for all of a run: by night nothing leaves."""
    return f"Etc/GMT{datetime.now(UTC).hour - 12:+d}"


def tables() -> None:
    """All of them, the engine's as well."""
    Model.metadata.create_all(engine())
    durable.prepare()


def ward(homes: int, *, channel: Channel = Channel.SMS, per_second: float | None = FAST, first: int = 0) -> UUID:
    """A ward with so many telephones, told by that account only."""
    with transaction() as session:
        made = Unit(code=f"W{first}", name="Phường Đông Dân", kind=UnitKind.COMMUNE, path="")
        made.path = f"{made.id}/"
        session.add(made)
        session.flush()
        account = ChannelAccount(unit_id=made.id, channel=channel, price=500, per_second=per_second, settings=SETTINGS[channel])
        account.secrets = sealed.seal(SECRETS, owner=f"channel account {account.id}")
        session.add_all([account, ReachRules(unit_id=made.id, paths=[channel.value])])
        for numbers in parts(range(first, first + homes), PLACE):
            _place(session, made, numbers)
        return made.id


def _place(session: Session, above: Unit, numbers: Sequence[int]) -> None:
    place = Unit(code=f"P{numbers[0]}", name="Tổ dân phố", kind=UnitKind.RESIDENTIAL, parent_id=above.id, path="")
    place.path = f"{above.path}{place.id}/"
    session.add(place)
    session.flush()
    now = clock.now()
    homes: list[dict[str, Any]] = [
        {
            "id": new_id(), "created_at": now, "unit_id": place.id, "code": str(number), "head_name": f"Hoàng Văn {number}",
            "address": "", "people": 4, "phone": f"+849{number:08}", "arrived_on": LONG_AGO,
        }
        for number in numbers
    ]  # fmt: skip
    session.execute(insert(Model.metadata.tables["household"]), homes)


def announcement(ward_id: UUID, *, urgency: Urgency = Urgency.NORMAL) -> UUID:
    """An approved announcement for all of a ward."""
    with transaction() as session:
        made = Announcement(
            unit_id=ward_id, title="Khám sàng lọc miễn phí", body="Sáng mai, từ 7 giờ, tại Trạm Y tế. Mang theo thẻ bảo hiểm.",
            status=AnnouncementStatus.APPROVED, urgency=urgency,
        )  # fmt: skip
        session.add(made)
        session.flush()
        session.add(Audience(announcement_id=made.id, unit_id=ward_id))
        return made.id


def start(announcement_id: UUID) -> None:
    """What happens when the seconds are over in which a send can be taken back."""
    with transaction() as session:
        sending.start(session, announcement=session.get_one(Announcement, announcement_id))


def is_done(announcement_id: UUID) -> bool:
    """Whether everything was handed over and every batch has ended. Asked often beside a measurement: it costs little."""
    with readers().connect() as connection:
        return not connection.execute(_LEFT, {"said": announcement_id}).scalar_one()


_SAID, _BATCH, _LEDGER = (Model.metadata.tables[name] for name in ("announcement", "batch", "delivery"))
_OF_IT = bindparam("said", type_=Uuid())
_LEFT = select(
    exists().where(_BATCH.c.announcement_id == _OF_IT, _BATCH.c.ended_at.is_(None))
    | exists().where(_SAID.c.id == _OF_IT, _SAID.c.status != AnnouncementStatus.SENT)
)


def statuses(channel: Channel = Channel.SMS) -> dict[str, int]:
    """How many rows of the ledger stand how."""
    counted = select(_LEDGER.c.status, func.count()).where(_LEDGER.c.channel == channel).group_by(_LEDGER.c.status)
    with readers().connect() as connection:
        return {DeliveryStatus(status).value: int(count) for status, count in connection.execute(counted)}
