"""The screens of accounts and sending in a real browser, full of what can be wrong: on a phone by day, on a desk in the dark."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page
from sqlmodel import Session

from core import clock
from models import (
    AccountState,
    AnnouncementStatus,
    Channel,
    ChannelAccount,
    DeliveryStatus,
    LoudspeakerSlot,
    Role,
    Trouble,
    Unit,
    Worker,
)
from services import channel_accounts, chunks
from services.access import TERMINAL
from services.channel_values import AccountForm
from tests.e2e.conftest import Server
from tests.e2e.test_desk_screens import PLACES, fits_and_can_be_read
from tests.factories import make_account, make_announcement, make_batch, make_delivery, make_household, make_unit, make_user

pytestmark = pytest.mark.e2e
SCREENS = ["channels", "channel", "broken", "new", "status", "loudspeaker", "reading", "announcement"]
TITLE = "Khám sức khỏe người cao tuổi, tiêm phòng cúm và đo đường huyết miễn phí tại Trạm Y tế phường"
OA = AccountForm({"app_id": "123456789", "oa_id": "388613280878808645"}, {"secret_key": "khoa", "refresh_token": "mot-lan"})
SMS = AccountForm({"brandname": "UBND-PHUONG"}, {"api_key": "khoa", "secret_key": "mat"}, price=550, reserve=20)


def arranged(session: Session) -> dict[str, str]:
    """A ward with every account, one of them broken, paused, resting or nearly empty; messages in every state; readings."""
    ward = make_unit(session, name="Phường Bắc Kạn", code="01843")
    place = make_unit(session, parent=ward, short_name="Tổ 13, Sông Cầu", area="Sông Cầu")
    for role, name in ((Role.ADMIN, "an"), (Role.OFFICIAL, "tu")):
        make_user(session, unit=ward, role=role, username=name, display_name="Nguyễn Văn An")
    oa = channel_accounts.connect(session, actor=TERMINAL, unit_id=ward.id, channel=Channel.ZALO_OA, form=OA)
    oa.told_per_second, oa.checked_at = 100 / 60, clock.now() - timedelta(hours=2)
    sms = channel_accounts.connect(session, actor=TERMINAL, unit_id=ward.id, channel=Channel.SMS, form=SMS)
    sms.state, sms.message = AccountState.BROKEN, "Tài khoản SMS hết tiền. Nạp thêm ở account.esms.vn rồi bấm Kiểm tra."
    more: dict[Channel, dict[str, Any]] = {
        Channel.ZNS: {"quota_left": 24, "quota_total": 500, "reserve": 20, "price": 300, "settings": {"template_id": "100001"}},
        Channel.ZALO_TEMPLATE: {"failures": 12, "open_until": clock.now() + timedelta(minutes=8)},
        Channel.FACEBOOK: {"state": AccountState.PAUSED}, Channel.ZALO_BOT: {"quota_left": 2_980, "quota_total": 3_000},
        Channel.EMAIL: {},
    }  # fmt: skip
    accounts = {channel: make_account(session, unit=ward, channel=channel, **values) for channel, values in more.items()}
    item = _sent(session, ward, place, accounts | {Channel.SMS: sms, Channel.ZALO_OA: oa})
    session.add_all(
        Worker(name=name, host="may-chu-phuong", pid=pid, started_at=clock.now() - timedelta(hours=5), seen_at=seen)
        for name, pid, seen in (("worker-0", 4112, clock.now()), ("worker-1", 4113, clock.now() - timedelta(minutes=6)))
    )
    slots = _readings(session, ward, item)
    session.flush()
    return {name: f"/{name}" for name in SCREENS} | {
        "channel": f"/channel?id={oa.id}", "broken": f"/channel?id={sms.id}", "new": f"/channel?kenh=zns&xa={ward.code}",
        "announcement": f"/announcement?id={item}", "reading": f"/loudspeaker?luot={slots[1].id}",
    }  # fmt: skip


def _sent(session: Session, ward: Unit, place: Unit, accounts: dict[Channel, ChannelAccount]) -> Any:
    """An announcement with messages in every state."""
    item = make_announcement(
        session, unit=ward, units=[place], title=TITLE, status=AnnouncementStatus.SENT, sent_at=clock.now() - timedelta(hours=1)
    )
    stands: dict[Channel, list[tuple[DeliveryStatus, Trouble | None, str | None]]] = {
        Channel.SMS: [(DeliveryStatus.UNAVAILABLE, Trouble.CONFIG, "Tài khoản SMS hết tiền.")] * 6,
        Channel.ZNS: [
            (DeliveryStatus.DELIVERED, None, None), (DeliveryStatus.READ, None, None),
            (DeliveryStatus.REJECTED, Trouble.RECIPIENT, "Số điện thoại này không có Zalo."),
            (DeliveryStatus.REJECTED, Trouble.RECIPIENT, chunks.OPTED_OUT), (DeliveryStatus.UNKNOWN, Trouble.UNKNOWN, None),
            (DeliveryStatus.UNKNOWN, Trouble.UNKNOWN, None), (DeliveryStatus.QUEUED, None, None),
        ],
        Channel.ZALO_OA: [*[(DeliveryStatus.SENT, None, None)] * 4, (DeliveryStatus.SENDING, None, None)],
        Channel.FACEBOOK: [(DeliveryStatus.UNKNOWN, Trouble.UNKNOWN, None)],
    }  # fmt: skip
    for channel, rows in stands.items():
        for number, (status, trouble, error) in enumerate(rows):
            home = make_household(session, unit=place, phone=f"+8491200{number:04}", head_name="Hoàng Thị Lan")
            row = make_delivery(
                session, unit=ward, announcement=item, channel=channel, status=status, trouble=trouble, error=error, cost=300,
                idempotency_key=f"{item.id}:{channel.value}:{home.id.hex}", recipient_id=home.phone, updated_at=clock.now(),
                sent_at=clock.now() - timedelta(minutes=3) if status in (DeliveryStatus.SENT, DeliveryStatus.READ) else None,
            )  # fmt: skip
            make_batch(session, account=accounts[channel], of=row)
    return item.id


def _readings(session: Session, ward: Unit, item: Any) -> list[LoudspeakerSlot]:
    """One that was read, one that nobody has marked, one to come."""
    now = clock.now()
    slots = [
        LoudspeakerSlot(
            announcement_id=item, unit_id=ward.id, read_from=now + timedelta(hours=hours), reader=reader, read_at=read_at
        )
        for hours, reader, read_at in (
            (-6, "Lò Thị Mai", now - timedelta(hours=6)),
            (-2, "", None),
            (5, "Nguyễn-Phạm Bảo Ngọc", None),
        )
    ]
    session.add_all(slots)
    return slots


@pytest.fixture(scope="module", autouse=True)
def addresses(server: Server) -> dict[str, str]:
    with server.session() as session:
        return arranged(session)


@pytest.mark.parametrize(("width", "height", "scheme"), PLACES, ids=["phone", "desk"])
@pytest.mark.parametrize("name", SCREENS)
def test_a_screen_of_sending_fits_and_can_be_read_by_everyone(
    signed_in: Callable[..., Page], addresses: dict[str, str], name: str, width: int, height: int, scheme: str
) -> None:
    who = "tu" if name == "announcement" else "an"
    page = signed_in(who, color_scheme=scheme, viewport={"width": width, "height": height})
    fits_and_can_be_read(page, addresses[name], width=width)
