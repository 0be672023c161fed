"""An account whose token is wrong, as each provider says so: it stands still and a person is told; all others go on.

Through real sockets. What waited leaves once the token is mended, each message once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session, select

from adapters.channels import switchboard
from bench.crowded import zone_of_noon
from core import sealed
from core.settings import Settings, settings
from jobs.courier import Courier
from models import AccountState, Batch, Channel, ChannelAccount, Delivery, RecipientKind, Role, Unit
from services import broken_accounts, channel_accounts, ledger, ports
from services.channel_fields import fields_of
from services.channel_values import AccountForm
from services.ports import Ports
from tests.factories import make_account, make_actor, make_announcement, make_batch, make_delivery, make_unit
from tests.fakes import FakeEngine, Nothing
from tests.provider import Provider, running
from tests.provider.mail import MailServer, mail_server

pytestmark = pytest.mark.process
SETTINGS = {
    "app_id": "1234567890", "oa_id": "388613280878808645", "template_id": "100001", "page_id": "1000200030004",
    "brandname": "UBND", "sender": "phuong@example.vn",
}  # fmt: skip
SECRETS = {"secret_key": "app-secret", "access_token": "access-app-0", "api_key": "sms-key"}
MENDED = {"access_token": "access-app-1", "api_key": "another-key"}
FOLLOWERS = (Channel.ZALO_OA, Channel.ZALO_TEMPLATE, Channel.ZALO_BOT)
# As the contract has it: what each provider answers to a token that is not good, to how many calls of three messages.
REFUSALS = [
    (Channel.ZALO_OA, [{"code": "-216"}] * 3), (Channel.ZALO_TEMPLATE, [{"code": "-220"}] * 3),
    (Channel.ZALO_GROUP, [{"code": "-216"}] * 3), (Channel.ZALO_BROADCAST, [{"code": "-216"}]),
    (Channel.ZNS, [{"code": "-124"}] * 3), (Channel.ZALO_BOT, [{"code": "401"}] * 3), (Channel.SMS, [{"code": "101"}] * 3),
    (Channel.FACEBOOK, [{"code": "190"}]),
]  # fmt: skip
MANY = {Channel.FACEBOOK: 1, Channel.ZALO_BROADCAST: 1}  # one post, one article


def given(channel: Channel, values: dict[str, str], *, is_secret: bool) -> dict[str, str]:
    """Those that the channel's form asks for."""
    return {one.name: values[one.name] for one in fields_of(channel) if one.is_secret is is_secret and one.name in values}


@dataclass
class World:
    """A process that sends, to providers that answer."""

    session: Session
    provider: Provider
    post: MailServer
    engine: FakeEngine
    courier: Courier

    def ward(self, channel: Channel, *, messages: int = 3) -> tuple[ChannelAccount, UUID]:
        """One with an account, and a batch that waits to leave by it."""
        ward = make_unit(self.session)
        settings = given(channel, SETTINGS, is_secret=False)
        account = make_account(self.session, unit=ward, channel=channel, settings=settings, per_second=1000.0)
        account.secrets = sealed.seal(given(channel, SECRETS, is_secret=True), owner=f"channel account {account.id}")
        said = make_announcement(self.session, unit=ward, units=[ward])
        first = self._row(ward, said, channel, 0)
        batch = make_batch(self.session, account=account, of=first)
        for place in range(1, messages):
            self._row(ward, said, channel, place).batch_id = batch.id
        self.session.commit()
        return account, batch.id

    def _row(self, ward: Unit, said: Any, channel: Channel, place: int) -> Delivery:
        kind = RecipientKind.FOLLOWER if channel in FOLLOWERS else RecipientKind.PHONE
        to = f"25125236254125{place}"
        if channel in (Channel.SMS, Channel.ZNS):
            to = f"+8491200000{place}"
        if channel is Channel.EMAIL:
            to = f"to{place}@example.vn"
        if channel in (Channel.FACEBOOK, Channel.ZALO_BROADCAST):
            kind, to = RecipientKind.PAGE, "*"
        return make_delivery(
            self.session, unit=ward, announcement=said, channel=channel, recipient_kind=kind, recipient_id=to, status="queued",
            idempotency_key=f"{said.id}:{channel.value}:{place}", provider_message_id=None,
        )  # fmt: skip

    def deliver(self, batch_id: UUID) -> None:
        """As the engine does with the latest attempt it was promised."""
        batch = self.session.get_one(Batch, batch_id, populate_existing=True)
        attempt = batch.attempt + 1
        self.session.rollback()
        self.courier.deliver(batch_id=batch_id, attempt=attempt)

    def statuses(self, batch_id: UUID) -> set[str]:
        self.session.expire_all()
        found = {str(one) for one in self.session.exec(select(Delivery.status).where(Delivery.batch_id == batch_id))}
        self.session.rollback()
        return found


@pytest.fixture
def world(session: Session, monkeypatch: pytest.MonkeyPatch, promises: FakeEngine) -> Iterator[World]:
    monkeypatch.setenv("CAUNOI_TIMEZONE", zone_of_noon())
    with running() as provider, mail_server() as post:
        for name, url in provider.urls.items():
            monkeypatch.setenv(name, url)
        monkeypatch.setenv("CAUNOI_SMTP_URL", f"smtp://127.0.0.1:{post.port}")
        settings.cache_clear()
        told = Settings()
        client = switchboard.client(told)
        nothing: Any = Nothing()
        ports.provide(
            Ports(
                sheets=nothing, paper=nothing, codes=nothing, engine=promises, tables=nothing,
                senders=switchboard.senders(told, client), tokens=switchboard.tokens(told, client),
            )
        )  # fmt: skip
        courier = Courier(executor="one")
        courier.start()
        yield World(session, provider, post, promises, courier)
        courier.stop()


@pytest.mark.parametrize(("channel", "refusals"), REFUSALS, ids=[channel.value for channel, _ in REFUSALS])
def test_a_wrong_token_stops_its_account_only_and_what_waits_leaves_once_it_is_mended(
    world: World, channel: Channel, refusals: list[dict[str, str]]
) -> None:
    account, batch = world.ward(channel, messages=MANY.get(channel, 3))
    _, others = world.ward(Channel.ZNS if channel is Channel.SMS else Channel.SMS)
    world.provider.script(*refusals)

    world.deliver(batch)
    world.deliver(others)

    session = world.session
    session.refresh(account)
    assert account.state is AccountState.BROKEN
    assert account.message
    assert world.statuses(batch) == {"unavailable"}
    assert world.statuses(others) == {"sent"}
    told(session, account, world.session.get_one(Batch, batch))

    admin = make_actor(session, unit=session.get_one(Unit, account.unit_id), role=Role.ADMIN)
    form = AccountForm(settings=account.settings, secrets=given(channel, SECRETS | MENDED, is_secret=True))
    channel_accounts.change(session, actor=admin, account_id=account.id, version=account.version, form=form)
    session.commit()
    assert any(run.batch_id == batch and run.at is None and run.again for run in world.engine.runs.values())
    world.deliver(batch)

    assert world.statuses(batch) == {"sent"}
    session.refresh(account)
    assert (account.state, account.message) == (AccountState.ACTIVE, "")
    assert world.provider.desk.book.doubles == 0
    assert broken_accounts.of(session, actor=admin) == []


def test_a_mail_server_that_lets_the_ward_send_nothing_stops_letters_only(world: World) -> None:
    account, batch = world.ward(Channel.EMAIL)
    _, others = world.ward(Channel.SMS)
    world.post.says = {"MAIL": "530 5.7.0 authentication required"}

    world.deliver(batch)
    world.deliver(others)

    session = world.session
    session.refresh(account)
    assert account.state is AccountState.BROKEN
    assert (world.statuses(batch), world.statuses(others)) == ({"unavailable"}, {"sent"})
    told(session, account, session.get_one(Batch, batch))

    world.post.says = {}
    admin = make_actor(session, unit=session.get_one(Unit, account.unit_id), role=Role.ADMIN)
    channel_accounts.resume(session, actor=admin, account_id=account.id)
    session.commit()
    world.deliver(batch)

    assert world.statuses(batch) == {"sent"}
    assert len(world.post.letters) == 3


def told(session: Session, account: ChannelAccount, batch: Batch) -> None:
    """On the first screen, and on the announcement's own."""
    ward = session.get_one(Unit, account.unit_id)
    [first] = broken_accounts.of(session, actor=make_actor(session, unit=ward, role=Role.ADMIN))
    assert (first.account_id, first.why, first.may_mend) == (account.id, account.message, True)
    assert first.waiting == MANY.get(account.channel, 3)
    assert batch.announcement_id
    page = ledger.of_announcement(
        session, actor=make_actor(session, unit=ward, role=Role.OFFICIAL), announcement_id=batch.announcement_id
    )
    [still] = page.standstills
    assert (still.channel, still.count, still.why) == (account.channel, first.waiting, account.message)
    session.rollback()
