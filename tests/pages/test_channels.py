"""Accounts with providers on screen; training mode and its band."""

from dataclasses import replace

import pytest
from sqlmodel import Session, select

from adapters.codes import QrCodes
from core import clock
from models import AccountState, Channel, ChannelAccount, Delivery, DeliveryStatus, Role, Unit, UnitKind, User
from services import channel_accounts, ports, training
from services.access import TERMINAL
from services.channel_values import AccountForm
from services.senders import AccountHealth
from tests.factories import make_account, make_batch, make_delivery, make_unit, make_user
from tests.fake_sender import FakeSender
from tests.pages.conftest import Visit, words


@pytest.fixture
def admin(session: Session, ward: Unit) -> User:
    return make_user(session, unit=ward, role=Role.ADMIN)


@pytest.fixture
def sender() -> FakeSender:
    sender = FakeSender()
    ports.provide(replace(ports.ports(), senders={Channel.SMS: sender}))
    return sender


def sms_of(session: Session, ward: Unit) -> ChannelAccount:
    account = channel_accounts.connect(
        session, actor=TERMINAL, unit_id=ward.id, channel=Channel.SMS,
        form=AccountForm({"brandname": "UBND-PHUONG"}, {"api_key": "khoa-mot", "secret_key": "khoa-hai"}, price=500),
    )  # fmt: skip
    session.commit()
    return account


def kept(session: Session) -> ChannelAccount:
    session.expire_all()
    found = session.exec(select(ChannelAccount)).one()
    session.commit()
    return found


def test_a_ward_without_accounts_reads_that_it_works_all_the_same(visit: Visit, admin: User) -> None:
    at = visit("channels", user=admin)

    assert "phường vẫn làm việc được" in words(at)
    assert any("kenh=sms" in link.proto.query_string for link in at.get("page_link"))


def test_above_one_ward_there_is_nothing_to_choose_above_two_the_choice_goes_along(session: Session, visit: Visit) -> None:
    province = make_unit(session, kind=UnitKind.PROVINCE)
    wards = [make_unit(session, parent=province, kind=UnitKind.COMMUNE, name=name) for name in ("Phường A", "Phường B")]
    chief = make_user(session, unit=province, role=Role.ADMIN)

    alone = visit("channels", user=make_user(session, unit=wards[0], role=Role.ADMIN))
    of_two = visit("channels", user=chief, xa=wards[1].code)
    wards[0].valid_to = clock.today()
    session.commit()
    of_one = visit("channels", user=chief)

    assert ([box.key for box in alone.selectbox], [box.key for box in of_one.selectbox]) == ([], [])
    assert "Phường B" in words(of_one)
    assert of_two.selectbox(key="xa").value == wards[1].code
    assert any(link.proto.query_string == f"xa={wards[1].code}" for link in of_two.get("page_link"))


def test_only_an_admin_sees_them(visit: Visit, official: User) -> None:
    for page in ("channels", "channel"):
        assert [error.value for error in visit(page, user=official).error] == [
            "Tài khoản của ông/bà không có quyền xem trang này."
        ]


def test_each_account_shows_what_is_left_what_it_cost_and_what_is_wrong(
    session: Session, visit: Visit, admin: User, ward: Unit
) -> None:  # fmt: skip
    make_account(session, unit=ward, channel=Channel.ZNS, quota_left=40, quota_total=500, reserve=10)
    make_account(session, unit=ward, channel=Channel.SMS, state=AccountState.BROKEN, message="Hết tiền.")

    shown = words(visit("channels", user=admin))

    assert "còn 40 / 500 tin, để dành 10 cho việc khẩn" in shown
    assert "Hết tiền." in shown
    assert shown.index("SMS có tên người gửi") < shown.index("ZNS: tin mẫu"), "what needs somebody comes first"


def test_an_account_is_connected_from_its_form(session: Session, visit: Visit, admin: User, ward: Unit) -> None:
    at = visit("channel", user=admin, kenh="sms", xa=ward.code)
    at.text_input(key="sms_brandname").set_value("UBND-PHUONG")
    at.text_input(key="sms_api_key").set_value("khoa")
    at.number_input(key="sms_price").set_value(500)
    at.button(key="sms_save").click().run()
    assert [error.value for error in at.error] == [r"Còn thiếu secret\_key."], "said under its field, and nothing is lost"

    at.text_input(key="sms_secret_key").set_value("mat")
    at.button(key="sms_save").click().run()

    account = kept(session)
    assert (account.unit_id, account.price) == (ward.id, 500)
    assert channel_accounts.keys(session, account=account).secrets == {"api_key": "khoa", "secret_key": "mat"}


def test_secrets_are_never_shown_again(session: Session, visit: Visit, admin: User, ward: Unit) -> None:
    account = sms_of(session, ward)

    at = visit("channel", user=admin, id=str(account.id))

    box = at.text_input(key=f"{account.id.hex}_api_key")
    assert (box.value, box.placeholder) == ("", "đã lưu; để trống thì giữ nguyên")
    assert at.text_input(key=f"{account.id.hex}_brandname").value == "UBND-PHUONG"
    assert "khoa-mot" not in str(at)
    at.number_input(key=f"{account.id.hex}_price").set_value(600)
    at.button(key=f"{account.id.hex}_save").click().run()
    assert channel_accounts.keys(session, account=kept(session)).secrets["api_key"] == "khoa-mot"
    assert kept(session).price == 600


def test_a_check_a_trial_and_a_pause(session: Session, visit: Visit, admin: User, ward: Unit, sender: FakeSender) -> None:
    account = sms_of(session, ward)
    at = visit("channel", user=admin, id=str(account.id))

    at.button(key="c_check").click().run()
    assert kept(session).quota_left == 480
    at = visit("channel", user=admin, id=str(account.id))
    at.text_input(key="c_to").set_value("0912345678")
    at.button(key="c_try").click().run()
    assert [message.recipient for message in sender.sent] == ["+84912345678"]
    at.button(key="c_turn").click().run()
    assert kept(session).state is AccountState.PAUSED


def test_an_account_is_disconnected_on_its_page_once_the_number_of_what_waits_is_typed(
    session: Session, visit: Visit, admin: User, ward: Unit
) -> None:
    account = sms_of(session, ward)
    row = make_delivery(session, unit=ward, channel=Channel.SMS, status=DeliveryStatus.QUEUED)
    make_batch(session, account=account, of=row)
    session.commit()
    at = visit("channel", user=admin, id=str(account.id))
    assert "1 tin đang chờ sẽ dừng" in words(at)
    assert at.button(key="c_end").disabled

    at.text_input(key="c_ending_count").set_value("1").run()
    at.button(key="c_end").click().run()

    session.expire_all()
    assert session.exec(select(ChannelAccount)).all() == []
    assert session.exec(select(Delivery.status)).one() == DeliveryStatus.REJECTED


def test_a_check_that_fails_says_why_on_the_page(
    session: Session, visit: Visit, admin: User, ward: Unit, sender: FakeSender
) -> None:  # fmt: skip
    account = sms_of(session, ward)
    sender.health = AccountHealth(is_well=False, says="Khóa không đúng.", code="101")

    visit("channel", user=admin, id=str(account.id)).button(key="c_check").click().run()

    assert "Chưa gửi được: Khóa không đúng." in words(visit("channel", user=admin, id=str(account.id)))


def test_an_official_account_of_several_channels_is_asked_for_its_tokens_once(
    session: Session, visit: Visit, admin: User, ward: Unit
) -> None:  # fmt: skip
    channel_accounts.connect(
        session, actor=TERMINAL, unit_id=ward.id, channel=Channel.ZALO_OA,
        form=AccountForm({"app_id": "123456", "oa_id": "388613"}, {"secret_key": "k", "refresh_token": "r"}),
    )  # fmt: skip
    session.commit()

    at = visit("channel", user=admin, kenh="zns", xa=ward.code)

    assert [box.key for box in at.text_input] == ["zns_template_id", "zns_blanks"]


def test_an_address_that_leads_nowhere_says_so(visit: Visit, admin: User) -> None:
    assert "không dẫn tới đâu" in visit("channel", user=admin, kenh="relay").error[0].value
    assert visit("channel", user=admin, id="x").error


@pytest.fixture
def _codes(promises: object) -> None:
    """The ward's page shows its emblem in a code."""
    ports.provide(replace(ports.ports(), codes=QrCodes()))


@pytest.mark.usefixtures("_codes")
def test_training_is_switched_on_the_wards_page_and_every_page_says_so(
    session: Session, visit: Visit, official: User, ward: Unit
) -> None:  # fmt: skip
    assert "cn-band" not in words(visit("today", user=official))

    visit("our_ward", user=official).button(key="training").click().run()

    session.expire_all()
    assert training.is_on(session, unit=ward)
    session.commit()
    for page in ("today", "announcements", "our_ward"):
        assert "Phường Bắc Kạn: mọi việc làm như thật, không gì gửi ra ngoài." in words(visit(page, user=official))
    visit("our_ward", user=official).button(key="training").click().run()
    session.expire_all()
    assert not training.is_on(session, unit=ward)


@pytest.mark.usefixtures("_codes")
def test_what_the_province_switched_on_is_switched_off_there(session: Session, visit: Visit) -> None:
    province = make_unit(session, kind=UnitKind.PROVINCE)
    ward = make_unit(session, parent=province, kind=UnitKind.COMMUNE)
    training.switch(session, actor=TERMINAL, unit_id=province.id, is_on=True)
    session.commit()

    at = visit("our_ward", user=make_user(session, unit=ward, role=Role.OFFICIAL))

    assert "Tỉnh đã bật cho mọi xã, phường; tắt ở đó." in words(at)
    assert "training" not in [button.key for button in at.button]
