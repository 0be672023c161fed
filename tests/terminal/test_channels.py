"""`manage.py channels`, `channel-…` and `training`."""

import json
from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import Session, select
from typer.testing import CliRunner

from adapters import chooser
from core.settings import settings
from models import AccountState, Channel, ChannelAccount, DeliveryStatus, Unit
from services import channel_accounts, training
from services.access import TERMINAL
from services.senders import Rejected
from terminal.habits import app
from tests.factories import make_account, make_batch, make_delivery, make_unit
from tests.fake_sender import FakeSender

runner = CliRunner()
KEYS = json.dumps({"api_key": "khoa", "secret_key": "mat"})
CONNECT = ("channel-connect", "sms", "--unit", "01843", "--set", "brandname=UBND-PHUONG", "--secrets-stdin")


@pytest.fixture
def ward(session: Session) -> Unit:
    return make_unit(session, code="01843", name="Phường Bắc Kạn")


@pytest.fixture
def sender(monkeypatch: pytest.MonkeyPatch) -> FakeSender:
    """The outside world a command connects itself to."""
    sender, live = FakeSender(), chooser.live
    monkeypatch.setattr(chooser, "live", lambda: replace(live(), senders={Channel.SMS: sender}))
    return sender


def answer(*words: str, stdin: str | None = None) -> Any:
    result = runner.invoke(app, [*words, "--json"], input=stdin)
    assert (result.exit_code, result.stderr) == (0, "")
    return json.loads(result.stdout)


def refusal(*words: str, stdin: str | None = None) -> str:
    result = runner.invoke(app, [*words, "--json"], input=stdin)
    assert result.exit_code == 1
    sentence = json.loads(result.stdout)["error"]
    assert result.stderr == f"{sentence}\n"
    return str(sentence)


def kept(session: Session) -> ChannelAccount:
    session.expire_all()
    found = session.exec(select(ChannelAccount)).one()
    session.commit()
    return found


def test_without_any_account_the_list_is_empty(ward: Unit) -> None:
    assert answer("channels") == []


def test_an_account_is_connected_with_secrets_from_standard_input(session: Session, ward: Unit, sender: FakeSender) -> None:
    made = answer(*CONNECT, "--set", "price=500", "--set", "reserve=1", stdin=KEYS)

    assert made == [
        {"channel": "sms", "unit_code": "01843", "state": "active", "quota_left": None, "cost_this_month": 0, "message": ""}
    ]
    assert answer("channels", "--unit", "01843") == made
    account = kept(session)
    assert channel_accounts.keys(session, account=account).secrets == {"api_key": "khoa", "secret_key": "mat"}
    assert (account.price, account.reserve) == (500, 1)


@pytest.mark.parametrize(
    ("words", "stdin", "says"),
    [
        (("channel-connect", "fax", "--unit", "01843"), None, "Kênh fax không có"),
        (("channel-connect", "relay", "--unit", "01843"), None, "không cần tài khoản"),
        (("channel-connect", "sms", "--unit", "99999"), None, "Không có đơn vị mã 99999"),
        (("channel-connect", "sms", "--unit", "01843"), None, "Còn thiếu brandname"),
        (("channel-connect", "sms", "--unit", "01843", "--set", "brandname"), None, "Viết như: app_id=123"),
        (CONNECT, "no json", "một đối tượng JSON"),
        (CONNECT, '["khoa"]', "một đối tượng JSON"),
        (CONNECT, '{"api_key": {}}', "một đối tượng JSON"),
        (("channel-pause", "sms", "--unit", "01843"), None, "chưa có tài khoản sms"),
        (("training", "maybe", "--unit", "01843"), None, "Viết on để bật"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(
    ward: Unit, sender: FakeSender, words: tuple[str, ...], stdin: str | None, says: str
) -> None:
    assert says in refusal(*words, stdin=stdin)


def test_a_message_to_oneself(session: Session, ward: Unit, sender: FakeSender) -> None:
    answer(*CONNECT, stdin=KEYS)

    [row] = answer("channel-test", "sms", "--unit", "01843", "--to", "0912345678")

    assert row["message"] == "Nhà cung cấp đã nhận tin. Xem máy của người nhận."
    assert sender.sent[0].recipient == "+84912345678"
    sender.outcome = Rejected("config", "103", "Hết tiền.")
    assert refusal("channel-test", "sms", "--unit", "01843", "--to", "0912345678") == "Hết tiền."
    assert kept(session).state is AccountState.BROKEN


def test_pause_and_resume(session: Session, ward: Unit) -> None:
    make_account(session, unit=ward, channel=Channel.SMS)

    assert answer("channel-pause", "sms", "--unit", "01843")[0]["state"] == "paused"
    assert kept(session).state is AccountState.PAUSED
    assert answer("channel-resume", "sms", "--unit", "01843")[0]["state"] == "active"


def test_an_account_is_disconnected_by_saying_how_many_may_be_stopped(session: Session, ward: Unit) -> None:
    account = make_account(session, unit=ward, channel=Channel.SMS)
    row = make_delivery(session, unit=ward, channel=Channel.SMS, status=DeliveryStatus.QUEUED)
    make_batch(session, account=account, of=row)
    session.commit()

    assert "--stops 1" in refusal("channel-disconnect", "sms", "--unit", "01843")
    assert answer("channel-disconnect", "sms", "--unit", "01843", "--stops", "1") == {
        "channel": "sms", "unit_code": "01843", "stopped": 1,
    }  # fmt: skip
    assert answer("channels") == []


def test_training_is_switched(session: Session, ward: Unit) -> None:
    assert answer("training", "on", "--unit", "01843") == {"unit_code": "01843", "training": True}
    assert training.is_on_at(session, unit_id=ward.id)
    session.commit()
    assert answer("training", "off", "--unit", "01843") == {"unit_code": "01843", "training": False}


def test_a_new_app_key(session: Session, ward: Unit, sender: FakeSender, monkeypatch: pytest.MonkeyPatch) -> None:
    answer(*CONNECT, stdin=KEYS)
    monkeypatch.setenv("CAUNOI_SECRET_KEY", "moi")
    monkeypatch.setenv("CAUNOI_PREVIOUS_SECRET_KEYS", "a key for tests only")
    settings.cache_clear()

    assert answer("channel-reseal") == {"resealed": 1}


def test_doctor_names_each_account_that_needs_somebody(session: Session, ward: Unit) -> None:
    make_account(session, unit=ward, channel=Channel.SMS, state=AccountState.BROKEN, message="Hết tiền.")
    make_account(session, unit=ward, channel=Channel.ZNS, state=AccountState.PAUSED)
    make_account(session, unit=ward, channel=Channel.EMAIL)
    training.switch(session, actor=TERMINAL, unit_id=ward.id, is_on=True)
    session.commit()

    found = {row["check"]: row for row in answer("doctor")}

    assert found["channels"]["state"] == "ok"
    assert "3 tài khoản" in found["channels"]["message"]
    assert (found["channels sms 01843"]["state"], found["channels zns 01843"]["state"]) == ("fail", "warn")
    assert "Hết tiền." in found["channels sms 01843"]["message"]
    assert "chưa kiểm tra" in found["channels email 01843"]["message"]
    assert found["training"]["state"] == "warn"
