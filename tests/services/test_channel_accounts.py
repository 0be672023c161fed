"""Accounts with providers: who may connect one, what is refused, what is kept and never shown."""

import json
from dataclasses import replace

import pytest
from sqlmodel import Session, col, select

from core.errors import Invalid, NotAllowed, NotFound
from models import AccountState, AuditEvent, Channel, ChannelAccount, Role, Unit, UnitKind
from services import channel_accounts, channel_values
from services.access import TERMINAL, Actor
from services.channel_values import AccountForm
from services.senders import AccountBroken
from tests.app_keys import under
from tests.factories import make_actor, make_unit

OA = AccountForm({"app_id": "123456", "oa_id": "388613"}, {"secret_key": "khoa-ung-dung", "refresh_token": "mot-lan"})
SMS = AccountForm({"brandname": "UBND-PHUONG"}, {"api_key": "khoa", "secret_key": "mat"}, price=500, reserve=2, per_second=20)


def connected(session: Session, admin: Actor, ward: Unit, channel: Channel, form: AccountForm) -> ChannelAccount:
    account = channel_accounts.connect(session, actor=admin, unit_id=ward.id, channel=channel, form=form)
    session.commit()
    return account


def test_what_is_connected_opens_for_a_sender_and_is_nowhere_in_clear(session: Session, ward: Unit, admin: Actor) -> None:
    account = connected(session, admin, ward, Channel.SMS, SMS)

    keys = channel_accounts.keys(session, account=account)
    assert (keys.account_id, keys.settings["brandname"]) == (account.id, "UBND-PHUONG")
    assert keys.secrets == {"api_key": "khoa", "secret_key": "mat"}
    assert keys.settings["is_unicode"] == "0", "without diacritics, unless somebody wants them"
    assert (account.price, account.reserve, account.per_second, account.state) == (500, 2, 20.0, AccountState.ACTIVE)
    kept = json.dumps([account.model_dump(mode="json"), *[e.model_dump(mode="json") for e in session.exec(select(AuditEvent))]])
    assert "khoa" not in kept
    assert "khoa" not in repr(keys)
    [event] = session.exec(select(AuditEvent)).all()
    assert (event.action, event.details["channel"]) == ("channel.connected", "sms")
    assert {"api_key", "secret_key", "brandname", "price"} <= set(event.details["fields"])


def test_the_tokens_of_one_official_account_are_kept_once(session: Session, ward: Unit, admin: Actor) -> None:
    oa = connected(session, admin, ward, Channel.ZALO_OA, OA)
    zns = connected(session, admin, ward, Channel.ZNS, AccountForm({"template_id": "100001"}))

    keys = channel_accounts.keys(session, account=zns)

    assert keys.account_id == oa.id, "renewed at one would lock the other out"
    assert keys.secrets["refresh_token"] == "mot-lan"
    assert (keys.settings["oa_id"], keys.settings["template_id"]) == ("388613", "100001")
    assert zns.secrets == ""
    channel_accounts.keep_tokens(session, account_id=oa.id, tokens={"access_token": "a2", "refresh_token": "r2"}, good_until=None)
    assert channel_accounts.keys(session, account=zns).secrets == {
        "secret_key": "khoa-ung-dung", "refresh_token": "r2", "access_token": "a2",
    }  # fmt: skip


def test_whichever_channel_of_an_official_account_comes_first_is_asked_for_its_tokens(
    session: Session, ward: Unit, admin: Actor
) -> None:  # fmt: skip
    with pytest.raises(Invalid, match="app_id"):
        channel_accounts.connect(
            session, actor=admin, unit_id=ward.id, channel=Channel.ZNS, form=AccountForm({"template_id": "100001"})
        )
    zns = connected(
        session, admin, ward, Channel.ZNS, replace(OA, settings={**OA.settings, "template_id": "100001"})
    )  # fmt: skip
    oa = connected(session, admin, ward, Channel.ZALO_OA, AccountForm())

    assert channel_accounts.keys(session, account=oa).account_id == zns.id


def test_connecting_again_keeps_what_is_not_said_anew(session: Session, ward: Unit, admin: Actor) -> None:
    account = connected(session, admin, ward, Channel.SMS, SMS)
    account.state, account.message = AccountState.BROKEN, "hết tiền"
    session.commit()

    again = connected(session, admin, ward, Channel.SMS, AccountForm({}, {"api_key": "moi"}, price=600))
    assert (again.reserve, again.per_second) == (2, 20.0)

    assert again.id == account.id
    assert channel_accounts.keys(session, account=again).secrets == {"api_key": "moi", "secret_key": "mat"}
    assert (again.settings["brandname"], again.price, again.version) == ("UBND-PHUONG", 600, 2)
    assert (again.state, again.message) == (AccountState.ACTIVE, ""), "mended, so far as anybody knows"


def test_a_new_refresh_token_forgets_the_access_token_of_the_old_one(session: Session, ward: Unit, admin: Actor) -> None:
    account = connected(session, admin, ward, Channel.ZALO_OA, OA)
    channel_accounts.keep_tokens(session, account_id=account.id, tokens={"access_token": "cu"}, good_until=None)

    connected(session, admin, ward, Channel.ZALO_OA, AccountForm({}, {"refresh_token": "moi"}))

    assert "access_token" not in channel_accounts.keys(session, account=account).secrets


def test_nobody_writes_over_what_they_have_not_seen(session: Session, ward: Unit, admin: Actor) -> None:
    account = connected(session, admin, ward, Channel.SMS, SMS)
    channel_accounts.change(session, actor=admin, account_id=account.id, version=1, form=replace(SMS, price=700))

    with pytest.raises(Invalid, match="Người khác vừa đổi"):
        channel_accounts.change(session, actor=admin, account_id=account.id, version=1, form=SMS)
    assert account.price == 700


@pytest.mark.parametrize(
    ("channel", "form", "field"),
    [
        (Channel.SMS, replace(SMS, settings={}), "brandname"),
        (Channel.SMS, replace(SMS, settings={"brandname": "Ủy ban"}), "brandname"),
        (Channel.SMS, replace(SMS, settings={"brandname": "UBND", "page_id": "1"}), "page_id"),
        (Channel.SMS, replace(SMS, settings={"brandname": "UBND", "is_unicode": "có"}), "is_unicode"),
        (Channel.SMS, replace(SMS, secrets={"api_key": "khoa"}), "secret_key"),
        (Channel.SMS, replace(SMS, secrets={"api_key": "hai chữ", "secret_key": "m"}), "api_key"),
        (Channel.SMS, replace(SMS, secrets={"api_key": "k" * 5_000, "secret_key": "m"}), "api_key"),
        (Channel.SMS, replace(SMS, secrets={**SMS.secrets, "password": "m"}), "password"),
        (Channel.SMS, replace(SMS, price=-1), "price"),
        (Channel.SMS, replace(SMS, reserve=-1), "reserve"),
        (Channel.SMS, replace(SMS, per_second=-1), "per_second"),
        (Channel.ZALO_OA, replace(OA, settings={"app_id": "abc", "oa_id": "388613"}), "app_id"),
        (Channel.ZALO_OA, replace(OA, secrets={"secret_key": "k"}), "refresh_token"),
        (Channel.EMAIL, AccountForm({"sender": "phuong"}), "sender"),
        (Channel.FACEBOOK, AccountForm({"page_id": "10002000"}), "access_token"),
        (Channel.ZALO_BROADCAST, replace(OA, settings={**OA.settings, "cover_url": "http://anh"}), "cover_url"),
        (Channel.ZNS, replace(OA, settings={**OA.settings, "template_id": "100001", "blanks": "ten"}), "blanks"),
        (Channel.ZNS, replace(OA, settings={**OA.settings, "template_id": "100001", "blanks": "ten=luong"}), "blanks"),
    ],
)
def test_what_cannot_be_right_is_refused_at_its_field_and_nothing_is_written(
    session: Session, ward: Unit, admin: Actor, channel: Channel, form: AccountForm, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        channel_accounts.connect(session, actor=admin, unit_id=ward.id, channel=channel, form=form)

    assert refused.value.details["field"] == field
    session.rollback()
    assert session.exec(select(ChannelAccount)).all() == []


def test_what_people_do_themselves_needs_no_account(session: Session, ward: Unit, place: Unit, admin: Actor) -> None:
    with pytest.raises(Invalid, match="không cần tài khoản"):
        channel_accounts.connect(session, actor=admin, unit_id=ward.id, channel=Channel.RELAY, form=AccountForm())
    with pytest.raises(Invalid, match="của phường, xã hoặc tỉnh"):
        channel_accounts.connect(session, actor=admin, unit_id=place.id, channel=Channel.SMS, form=SMS)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_only_an_admin_may(session: Session, ward: Unit, admin: Actor, role: Role) -> None:
    account = connected(session, admin, ward, Channel.SMS, SMS)
    other = make_actor(session, unit=ward, role=role)

    for attempt in (
        lambda: channel_accounts.connect(session, actor=other, unit_id=ward.id, channel=Channel.SMS, form=SMS),
        lambda: channel_accounts.change(session, actor=other, account_id=account.id, version=1, form=SMS),
        lambda: channel_accounts.pause(session, actor=other, account_id=account.id),
        lambda: channel_accounts.resume(session, actor=other, account_id=account.id),
        lambda: channel_accounts.get(session, actor=other, account_id=account.id),
        lambda: channel_accounts.reseal(session, actor=other),
    ):
        with pytest.raises(NotAllowed):
            attempt()


def test_another_wards_account_is_not_there(session: Session, ward: Unit, admin: Actor) -> None:
    account = connected(session, admin, ward, Channel.SMS, SMS)
    stranger = make_actor(session, unit=make_unit(session), role=Role.ADMIN)

    with pytest.raises(NotFound):
        channel_accounts.get(session, actor=stranger, account_id=account.id)
    with pytest.raises(NotFound):
        channel_accounts.connect(session, actor=stranger, unit_id=ward.id, channel=Channel.SMS, form=SMS)


def test_a_pause_ends_by_resuming_and_twice_is_no_error(session: Session, ward: Unit, admin: Actor) -> None:
    account = connected(session, admin, ward, Channel.SMS, SMS)

    paused = [channel_accounts.pause(session, actor=admin, account_id=account.id).state for _ in range(2)]
    resumed = [channel_accounts.resume(session, actor=admin, account_id=account.id).state for _ in range(2)]

    assert (paused, resumed) == ([AccountState.PAUSED] * 2, [AccountState.ACTIVE] * 2)
    actions = [event.action for event in session.exec(select(AuditEvent).order_by(col(AuditEvent.sequence)))]
    assert actions == ["channel.connected", "channel.paused", "channel.resumed"]


def test_a_new_app_key_seals_everything_anew(
    session: Session, ward: Unit, admin: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    account = connected(session, admin, ward, Channel.SMS, SMS)
    under(monkeypatch, "moi", "a key for tests only")

    assert channel_accounts.reseal(session, actor=TERMINAL) == 1
    assert channel_accounts.reseal(session, actor=TERMINAL) == 0
    session.commit()
    under(monkeypatch, "moi")

    assert channel_accounts.keys(session, account=account).secrets["api_key"] == "khoa"


def test_a_lost_app_key_says_what_to_do(session: Session, ward: Unit, admin: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    account = connected(session, admin, ward, Channel.SMS, SMS)
    under(monkeypatch, "moi")

    with pytest.raises(AccountBroken, match="Nhập lại khóa"):
        channel_accounts.keys(session, account=account)
    with pytest.raises(Invalid, match="PREVIOUS_SECRET_KEYS"):
        channel_accounts.reseal(session, actor=TERMINAL)
    assert channel_accounts.secret_names(account) == frozenset()
    connected(session, admin, ward, Channel.SMS, SMS)
    assert channel_accounts.keys(session, account=account).secrets["api_key"] == "khoa"


def test_a_form_is_read_from_the_terminals_words() -> None:
    form = channel_values.form_of(["brandname=UBND=1", "price=500", "reserve=3", "per_second=2.5"], {"api_key": "k"})

    assert form == AccountForm({"brandname": "UBND=1"}, {"api_key": "k"}, 500, 3, 2.5)
    for wrong in (["brandname"], ["price=nhiều"], ["per_second=nan"]):
        with pytest.raises(Invalid):
            channel_values.form_of(wrong, {})


def test_blanks_of_a_template_say_what_fills_them() -> None:
    assert channel_values.blanks_of({"blanks": "ward_name=phuong, noi_dung = tin,"}) == {"ward_name": "phuong", "noi_dung": "tin"}
    assert channel_values.blanks_of({}) == {}


def test_a_province_connects_for_its_wards(session: Session) -> None:
    province = make_unit(session, kind=UnitKind.PROVINCE)
    admin = make_actor(session, unit=province, role=Role.ADMIN)

    account = channel_accounts.connect(session, actor=admin, unit_id=province.id, channel=Channel.SMS, form=SMS)

    assert account.unit_id == province.id
