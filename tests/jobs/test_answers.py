"""Answers to what people asked, by the real senders over real sockets: in the ledger once each, their outcome known."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from adapters.channels import switchboard
from bench.crowded import zone_of_noon
from core import clock, sealed
from core.settings import Settings, settings
from jobs.courier import Courier
from models import Batch, Channel, Delivery, DeliveryStatus, Inquiry, InquiryChannel, InquiryMessage, Role, Unit, Voice
from services import inquiry_answers, ports, receipts
from services.access import Actor
from services.inquiry_ways import Way
from services.ports import Ports
from services.told import Told
from tests.factories import make_account, make_actor, make_inquiry, make_unit
from tests.fakes import FakeEngine, Nothing
from tests.jobs.test_wrong_tokens import SECRETS, SETTINGS, given
from tests.provider import Provider, running

pytestmark = pytest.mark.process
LONG = "Cần mang: " + "tờ khai, căn cước, giấy xác nhận; " * 20
CHANNELS = (Channel.ZALO_OA, Channel.ZNS, Channel.SMS)


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch, engine: object, promises: FakeEngine) -> Iterator[Provider]:
    """Every channel of a provider that runs, at an hour at which phones may ring."""
    monkeypatch.setenv("CAUNOI_TIMEZONE", zone_of_noon())
    with running() as provider:
        for name, url in provider.urls.items():
            monkeypatch.setenv(name, url)
        settings.cache_clear()
        told, nothing = Settings(), Nothing()
        client = switchboard.client(told)
        outside: Any = {"sheets": nothing, "paper": nothing, "codes": nothing, "engine": promises, "tables": nothing}
        ports.provide(Ports(**outside, senders=switchboard.senders(told, client), tokens=switchboard.tokens(told, client)))
        yield provider


@pytest.fixture
def courier(provider: Provider) -> Iterator[Courier]:
    courier = Courier(executor="one")
    courier.start()
    yield courier
    courier.stop()


@pytest.fixture
def ward(session: Session, provider: Provider) -> Unit:
    ward = make_unit(session, name="Phường Bắc Kạn")
    for channel in CHANNELS:
        told = given(channel, SETTINGS, is_secret=False)
        if channel is Channel.ZNS:
            told["blanks"] = "ward_name=phuong, content=tin, link=lien_ket"
        account = make_account(session, unit=ward, channel=channel, settings=told)
        account.secrets = sealed.seal(given(channel, SECRETS, is_secret=True), owner=f"channel account {account.id}")
    return ward


@pytest.fixture
def clerk(session: Session, ward: Unit) -> Actor:
    return make_actor(session, unit=ward, role=Role.STAFF)


def asked_long_ago(session: Session, ward: Unit) -> Inquiry:
    """By Zalo, a week and a day ago: the window has closed, and a number was left."""
    at = clock.now() - timedelta(days=8)
    fields: dict[str, Any] = {"channel": InquiryChannel.ZALO, "from_id": "2512523625412515", "phone": "0912 345 678", "at": at}
    return make_inquiry(session, unit=ward, **fields)


def leave(session: Session, courier: Courier) -> Delivery:
    """Everything that waits leaves; the one row of the ledger."""
    session.commit()
    for batch in session.exec(select(Batch.id)).all():
        session.rollback()
        for attempt in (1, 2):  # promised twice
            courier.deliver(batch_id=batch, attempt=attempt)
    session.expire_all()
    return session.exec(select(Delivery)).one()


@pytest.mark.parametrize("text", ["Có, từ 7 giờ.", LONG], ids=["short", "too long for a template"])
def test_when_zalos_window_has_closed_the_answer_goes_by_template_and_its_receipt_is_known(
    session: Session, courier: Courier, provider: Provider, ward: Unit, clerk: Actor, text: str
) -> None:
    asked = asked_long_ago(session, ward)

    done = inquiry_answers.answer(session, actor=clerk, inquiry_id=asked.id, text=text)
    row = leave(session, courier)

    [(_, _, sent)] = provider.desk.calls
    assert (done.way, row.channel, row.status, row.attempts) == (Way.ZNS, Channel.ZNS, DeliveryStatus.SENT, 1)
    assert (sent["phone"], sent["template_id"]) == ("84912345678", SETTINGS["template_id"])
    blanks = sent["template_data"]
    assert blanks["link"].endswith(f"/ask/{asked.token}")
    assert ("trả lời: Có, từ 7 giờ." in blanks["content"]) is (text != LONG)
    told = Told(
        "user_received_message", "d1", clock.now(), DeliveryStatus.DELIVERED, delivery_key=sent["tracking_id"]
    )  # fmt: skip
    receipts.keep(session, provider="zalo", told=[told])
    receipts.work_off(session)
    session.refresh(row)
    assert row.status is DeliveryStatus.DELIVERED


@pytest.mark.parametrize("text", ["Có, từ 7 giờ.", LONG], ids=["short", "too long for a message"])
def test_by_sms_the_answer_leads_to_the_askers_own_page(
    session: Session, courier: Courier, provider: Provider, ward: Unit, clerk: Actor, text: str
) -> None:
    asked = asked_long_ago(session, ward)

    inquiry_answers.answer(session, actor=clerk, inquiry_id=asked.id, text=text, way=Way.SMS)
    row = leave(session, courier)

    [(_, _, sent)] = provider.desk.calls
    assert (row.channel, row.status, sent["Phone"]) == (Channel.SMS, DeliveryStatus.SENT, "0912345678")
    assert f"/ask/{asked.token}" in sent["Content"]
    assert ("Co, tu 7 gio." in sent["Content"]) is (text != LONG)


def test_who_is_telephoned_has_the_answer_noted_with_its_way_and_nothing_leaves(
    session: Session, ward: Unit, clerk: Actor
) -> None:
    asked = asked_long_ago(session, ward)

    done = inquiry_answers.answer(session, actor=clerk, inquiry_id=asked.id, text="Đã nói qua điện thoại.", way=Way.CALL)

    reply = session.exec(select(InquiryMessage).where(InquiryMessage.voice == Voice.REPLY)).one()
    assert (done.leaving, reply.way, session.exec(select(Delivery)).all()) == (0, "call", [])
