"""What is noted beside the ledger: logs by ids only, and who has blocked the official account."""

import logging
import re

import pytest
from sqlmodel import Session, col, select
from structlog.testing import capture_logs

from models import AnnouncementStatus, Batch, Channel, Delivery, DeliveryStatus, OptOut, Unit
from services import channel_accounts, outcome_notes, receipts, webhook_addresses
from services.senders import Accepted, Outcome, Rejected, Unavailable, Unknown
from tests.factories import NOON, make_account, make_announcement, make_delivery, make_household
from tests.services.test_receipts import told
from tests.web.day import phone

PHONE, USER, SECRET = "+84912345678", "246845883529197922", "oa-secret-demo-key"
TEXT = "Sáng mai, tại Trạm Y tế"


@pytest.fixture
def rows(session: Session, ward: Unit) -> list[Delivery]:
    item = make_announcement(session, unit=ward, body=TEXT, status=AnnouncementStatus.SENT, sent_at=NOON)
    return [
        make_delivery(session, unit=ward, announcement=item, channel=channel, recipient_id=to, provider_message_id=None)
        for channel, to in ((Channel.ZNS, PHONE), (Channel.ZALO_OA, USER))
    ]


def note(session: Session, row: Delivery, outcome: Outcome) -> None:
    outcome_notes.note(
        session, announcement_id=row.announcement_id, channel=row.channel, outcomes=[(row.id, row.recipient_id, outcome)]
    )  # fmt: skip


def test_each_that_was_not_taken_is_named_by_its_ids(session: Session, rows: list[Delivery]) -> None:
    zns, _ = rows

    with capture_logs() as seen:
        for outcome in (
            Accepted("m1"),
            Rejected("recipient", "-118", "Không có Zalo."),
            Unavailable("later", "-144", ""),
            Unknown(""),
        ):
            note(session, zns, outcome)

    assert [(one["outcome"], one["trouble"], one["code"]) for one in seen] == [
        ("rejected", "recipient", "-118"),
        ("unavailable", "later", "-144"),
        ("unknown", "unknown", ""),
    ]
    assert {(one["announcement_id"], one["delivery_id"]) for one in seen} == {(str(zns.announcement_id), str(zns.id))}


def test_who_has_blocked_the_account_is_written_to_no_more(session: Session, rows: list[Delivery]) -> None:
    zns, follower = rows

    note(session, zns, Rejected("recipient", "-217", ""))  # of another provider: the same number means something else
    note(session, follower, Rejected("recipient", "-213", ""))
    before = session.exec(select(OptOut)).all()
    note(session, follower, Rejected("recipient", "-217", ""))
    note(session, follower, Rejected("recipient", "-217", ""))

    found = session.exec(select(OptOut).where(col(OptOut.ended_at).is_(None))).all()
    assert before == []
    assert {(one.channel.value, one.recipient, one.cause.value) for one in found} == {
        ("zalo_oa", USER, "blocked"),
        ("zalo_template", USER, "blocked"),
    }


@pytest.mark.parametrize(
    ("code", "refused"), [("-139", {"zns"}), ("-140", {"zns"}), ("-141", {"zns"}), ("-118", set()), ("-119", set())]
)
def test_who_has_refused_zns_gets_none_and_falls_to_an_sms(
    session: Session, rows: list[Delivery], code: str, refused: set[str]
) -> None:
    zns, follower = rows

    note(session, zns, Rejected("recipient", code, ""))
    note(session, follower, Rejected("recipient", code, ""))  # of another provider: the same number means something else

    found = session.exec(select(OptOut).where(col(OptOut.ended_at).is_(None))).all()
    assert {one.channel.value for one in found} == refused
    assert {one.recipient for one in found} <= {PHONE}


def test_s61_no_log_holds_a_receiver_a_text_or_a_key(
    session: Session, ward: Unit, rows: list[Delivery], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    zns, follower = rows
    home = make_household(session, unit=ward, phone=PHONE, zalo_user_id=USER, head_name="Hà Thị Minh")
    account = make_account(session, unit=ward, channel=Channel.SMS)
    channel_accounts.keep_tokens(session, account_id=account.id, tokens={"secret_key": SECRET}, good_until=None)
    session.add(Batch(announcement_id=zns.announcement_id, channel=Channel.SMS, ward_id=ward.id, account_id=account.id))
    session.commit()
    token = webhook_addresses.token_of(account)

    with capture_logs() as seen:
        note(session, zns, Rejected("recipient", "-118", f"{PHONE} không có Zalo"))
        note(session, follower, Rejected("recipient", "-217", USER))
        receipts.keep(session, provider="zalo", told=[told(DeliveryStatus.READ, delivery_key=zns.id.hex, recipient=PHONE)])
        receipts.work_off(session)
        session.commit()
        phone().get(f"/webhooks/sms/{token}", params={"phonenumber": PHONE, "message": "STOP"})
        phone().post("/webhooks/zalo", content=f'{{"sender":{{"id":"{USER}"}},"text":"{TEXT}"}}'.encode())
        phone().get(f"/webhooks/sms/{token}x", params={"phonenumber": PHONE, "message": TEXT})

    ours = [one for one in caplog.records if one.name != "httpx"]  # that is the phone of this test
    written = " ".join([*map(repr, seen), *(one.getMessage() for one in ours)])
    assert {one["event"] for one in seen} >= {"delivery.not_taken", "delivery.receipt", "webhook.refused"}
    assert all({"announcement_id", "delivery_id"} <= one.keys() for one in seen if one["event"].startswith("delivery."))
    for private in (PHONE, PHONE[3:], USER, TEXT, SECRET, token, home.head_name):
        assert private not in written
    assert not re.search(r"(\+84|\b0)\d{9}\b", written)
