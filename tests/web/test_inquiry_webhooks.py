"""What people write to the ward's accounts, from the raw body to the inbox and back (contracts/channels.md §2.8, §6, §7)."""

import hashlib
import hmac
import json
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from sqlmodel import Session, col, select
from time_machine import Traveller

from adapters.documents import SiftedDocuments
from adapters.file_fetcher import HttpFileFetcher, origins
from core.db import reading, transaction
from core.errors import Invalid
from core.settings import Settings
from jobs import fetching
from models import (
    AwaitedFile,
    Channel,
    ChannelAccount,
    Delivery,
    Inquiry,
    InquiryChannel,
    InquiryMessage,
    InquiryStatus,
    RecipientKind,
    Role,
    Unit,
    Voice,
    WebhookEvent,
)
from services import attachments, channel_accounts, inquiry_answers, inquiry_files, ports, receipts, webhook_addresses
from services.ports import Ports
from tests.factories import NOON, make_account, make_actor
from tests.fakes import FakeEngine, Nothing
from tests.provider import Provider
from tests.provider.server import running as provider_running
from tests.provider.wire import Answer
from tests.web.day import make_ward, phone

APP, OA, SECRET = "1234567890123456789", "388613280878808645", "oa-secret-demo-key"
PAGE, FB_SECRET = "1000200030004", "fb-app-secret-demo"
CONTRACT = (
    '{"app_id":"1234567890123456789","sender":{"id":"246845883529197922"},"recipient":{"id":"388613280878808645"},'
    '"event_name":"user_send_text","message":{"text":"Phường ơi, mai có tiêm phòng không?","msg_id":"96d3cdf3af150460909"},'
    '"timestamp":"1764000000000"}'
)


@pytest.fixture
def ward(session: Session, clock: Traveller) -> Unit:
    """A ward whose accounts people write to."""
    ward = make_ward(session)
    zalo = make_account(session, unit=ward, channel=Channel.ZALO_OA, settings={"app_id": APP, "oa_id": OA})
    page = make_account(session, unit=ward, channel=Channel.FACEBOOK, settings={"page_id": PAGE})
    make_account(session, unit=ward, channel=Channel.SMS)
    for account, keys in ((zalo, {"oa_secret_key": SECRET}), (page, {"app_secret": FB_SECRET})):
        channel_accounts.keep_tokens(session, account_id=account.id, tokens=keys, good_until=None)
    session.commit()
    return ward


def zalo(text: str, *, number: str, who: str = "7", at: datetime = NOON, name: str = "user_send_text", **message: Any) -> int:
    """Zalo tells that somebody wrote."""
    body = {
        "app_id": APP, "sender": {"id": who}, "recipient": {"id": OA}, "event_name": name,
        "message": {"text": text, "msg_id": number, **message}, "timestamp": str(int(at.timestamp() * 1000)),
    }  # fmt: skip
    raw = json.dumps(body, ensure_ascii=False).encode()
    mac = hashlib.sha256(APP.encode() + raw + f"{body['timestamp']}{SECRET}".encode()).hexdigest()
    return phone().post("/webhooks/zalo", content=raw, headers={"X-ZEvent-Signature": f"mac={mac}"}).status_code  # type: ignore[no-any-return]


def facebook(**entry: Any) -> int:
    """Facebook tells what happened on the page."""
    raw = json.dumps({"object": "page", "entry": [{"id": PAGE, "time": int(NOON.timestamp()), **entry}]}).encode()
    mac = hmac.digest(FB_SECRET.encode(), raw, "sha256").hex()
    return phone().post("/webhooks/facebook", content=raw, headers={"X-Hub-Signature-256": f"sha256={mac}"}).status_code  # type: ignore[no-any-return]


def comment(verb: str, text: str = "", *, number: str = "55_7", who: str = "42") -> dict[str, Any]:
    value = {"item": "comment", "verb": verb, "comment_id": number, "post_id": "55", "message": text,
             "from": {"id": who, "name": "Lan"}}  # fmt: skip
    return {"changes": [{"field": "feed", "value": value}]}


def threads(session: Session) -> list[Inquiry]:
    session.expire_all()
    return list(session.exec(select(Inquiry).order_by(col(Inquiry.asked_at))))


def messages(session: Session, voice: Voice = Voice.ASKED) -> list[str]:
    session.expire_all()
    wanted = select(InquiryMessage.text).where(InquiryMessage.voice == voice).order_by(col(InquiryMessage.at))
    return list(session.exec(wanted))


def test_the_contracts_example_becomes_a_question_in_the_inbox(session: Session, ward: Unit, clock: Traveller) -> None:
    clock.move_to("2025-11-24T16:00:10+00:00")
    mac = "875c8520333a1ce65851e74d20cf0b6b6e66a377a08de553b7654b34faf74c5e"

    answer = phone().post("/webhooks/zalo", content=CONTRACT.encode(), headers={"X-ZEvent-Signature": f"mac={mac}"})

    (asked,) = threads(session)
    assert answer.status_code == 200
    assert (asked.text, asked.channel, asked.from_id, asked.unit_id) == (
        "Phường ơi, mai có tiêm phòng không?", InquiryChannel.ZALO, "246845883529197922", ward.id,
    )  # fmt: skip


def test_told_again_and_in_disorder_it_is_one_thread_in_its_order(session: Session, ward: Unit) -> None:
    later, sooner = NOON, NOON - timedelta(minutes=3)
    for _ in range(2):
        zalo("Cháu hai tuổi ạ", number="m2", at=later)
        zalo("Mai có tiêm không?", number="m1", at=sooner)

    (asked,) = threads(session)
    assert messages(session) == ["Mai có tiêm không?", "Cháu hai tuổi ạ"]
    assert (asked.asked_at, asked.last_at) == (sooner, later)


def image(url: str, kind: str = "image", **payload: str) -> dict[str, Any]:
    """An attachment as both providers tell of it; the thumbnail is nothing anybody asked for."""
    return {"type": kind, "payload": {"thumbnail": f"{url}?small", "url": url, **payload}}


def picture() -> bytes:
    made = BytesIO()
    Image.new("RGB", (40, 30), "teal").save(made, "JPEG")
    return made.getvalue()


@pytest.fixture
def keeper(ward: Unit, promises: FakeEngine) -> Iterator[Provider]:
    """The provider that keeps what people sent, and whoever fetches from it."""
    with provider_running() as provider:
        told = Settings.model_validate({name.removeprefix("CAUNOI_").lower(): url for name, url in provider.urls.items()})
        nothing: Any = Nothing()
        ports.provide(
            Ports(sheets=nothing, paper=nothing, codes=nothing, engine=promises, tables=nothing, documents=SiftedDocuments(),
                  files=HttpFileFetcher(own=origins(told)))
        )  # fmt: skip
        yield provider


def file_of(provider: Provider, name: str) -> str:
    return f"http://127.0.0.1:{provider.port}/files/{name}"


def fetch(promises: FakeEngine) -> None:
    """What the engine was promised, done."""
    for one in [promise for promise in promises.promises.values() if promise.work == inquiry_files.WORK]:
        fetching.fetch_step(one.subject_id)


def photos(session: Session) -> list[int]:
    """How many each message holds."""
    held = session.exec(select(InquiryMessage.photos).where(InquiryMessage.voice == Voice.ASKED)).all()
    session.commit()  # others write next
    return [len(one) for one in held]


def test_a_place_a_link_and_a_sticker_are_told_in_words(session: Session, ward: Unit) -> None:
    place = {"type": "location", "payload": {"coordinates": {"latitude": "22.14", "longitude": "105.83"}}}
    zalo("Chỗ này", number="m1", name="user_send_location", attachments=[place])
    zalo("", number="m2", name="user_send_link", attachments=[image("https://a.vn/b", "link")])
    zalo("", number="m3", name="user_send_sticker", attachments=[image("https://a.vn/s.png", "sticker")])

    assert messages(session) == ["Chỗ này\n22.14, 105.83", "https://a.vn/b", "sticker"]
    assert session.exec(select(AwaitedFile)).all() == []


def test_photos_are_fetched_once_after_the_webhook_and_kept_for_those_who_answer(
    session: Session, keeper: Provider, promises: FakeEngine
) -> None:
    for name in ("1.jpg", "2.jpg", "3.jpg"):
        keeper.desk.files[name] = Answer(picture(), media_type="image/jpeg")
    for _ in range(2):
        zalo("", number="m1", name="user_send_image", attachments=[image(file_of(keeper, "1.jpg"))])
    told = {"sender": {"id": "42"}, "recipient": {"id": PAGE}, "timestamp": int(NOON.timestamp() * 1000)}
    sticker = image(file_of(keeper, "s.png")) | {"payload": {"url": file_of(keeper, "s.png"), "sticker_id": 7}}
    said = {"mid": "m2", "text": "Đèn này", "attachments": [image(file_of(keeper, "2.jpg")), sticker]}
    facebook(messaging=[told | {"message": said}], time=int(NOON.timestamp() * 1000))
    under_a_post = comment("add", "Và đây", number="55_9")
    under_a_post["changes"][0]["value"]["photo"] = file_of(keeper, "3.jpg")
    facebook(**under_a_post)
    assert photos(session) == [0, 0, 0]

    for _ in range(2):
        fetch(promises)

    assert photos(session) == [1, 1, 1]
    assert messages(session) == ["(gửi 1 ảnh hoặc tệp)", "Đèn này\nimage", "Và đây"]
    assert [path for _, path, _ in keeper.desk.calls] == ["/files/1.jpg", "/files/2.jpg", "/files/3.jpg"]
    (kept,) = threads(session)[0].photos
    assert attachments.path_of(kept["sha256"]).stat().st_mode & 0o077 == 0


def test_a_photo_that_is_gone_or_none_ends_in_a_word_and_one_for_later_is_tried_again(
    session: Session, keeper: Provider, promises: FakeEngine, clock: Traveller
) -> None:
    keeper.desk.files["page.jpg"] = Answer(b"<html><script>", media_type="image/jpeg")
    keeper.desk.files["busy.jpg"] = Answer(b"", 503)
    sent = [image(file_of(keeper, name)) for name in ("expired.jpg", "page.jpg", "busy.jpg")]
    zalo("Xem giúp", number="m1", name="user_send_image", attachments=[*sent, image("http://169.254.169.254/latest")])
    fetch(promises)

    notes = messages(session, Voice.NOTE)
    assert [("không còn tải được ở Zalo OA" in note, "không phải PDF hay ảnh" in note) for note in notes] == [
        (True, False), (False, True), (True, False),
    ]  # fmt: skip
    keeper.desk.files["busy.jpg"] = Answer(picture(), media_type="image/jpeg")
    session.commit()
    assert fetching.fetch_due_step() == 0  # not yet
    clock.shift(timedelta(minutes=1))
    assert (fetching.fetch_due_step(), photos(session)) == (1, [1])


def test_what_a_process_without_an_engine_took_in_is_fetched_by_the_next_sweep(session: Session, keeper: Provider) -> None:
    keeper.desk.files["1.jpg"] = Answer(picture(), media_type="image/jpeg")
    outside = ports.ports()
    ports._provided.clear()  # as in the light public process
    zalo("", number="m1", name="user_send_image", attachments=[image(file_of(keeper, "1.jpg"))])
    ports.provide(outside)

    assert (fetching.fetch_due_step(), photos(session)) == (1, [1])


def test_a_provider_that_never_comes_back_is_given_up_after_a_day(
    session: Session, keeper: Provider, promises: FakeEngine, clock: Traveller
) -> None:
    keeper.desk.files["busy.jpg"] = Answer(b"", 503)
    zalo("", number="m1", name="user_send_image", attachments=[image(file_of(keeper, "busy.jpg"))])
    fetch(promises)
    for wait in inquiry_files.WAITS:
        clock.shift(wait)
        fetching.fetch_due_step()

    assert (len(keeper.desk.calls), len(messages(session, Voice.NOTE))) == (5, 1)
    assert session.exec(select(AwaitedFile)).all() == []


def test_what_its_writer_takes_back_is_fetched_no_more(session: Session, keeper: Provider, promises: FakeEngine) -> None:
    told = {"sender": {"id": "42"}, "recipient": {"id": PAGE}, "timestamp": int(NOON.timestamp() * 1000)}
    said = {"mid": "m1", "attachments": [image(file_of(keeper, "1.jpg"))]}
    facebook(messaging=[told | {"message": said}], time=int(NOON.timestamp() * 1000))
    facebook(messaging=[told | {"message": {"mid": "m1", "is_deleted": True}}], time=int(NOON.timestamp() * 1000))
    fetch(promises)

    assert (list(keeper.desk.calls), photos(session), messages(session, Voice.NOTE)) == ([], [0], [])


@pytest.mark.parametrize("text", ["👍👍👍", "<script>alert(1)</script>", "a" * 100_000, "\x00"])
def test_whatever_is_written_is_kept_as_words_or_not_at_all(session: Session, ward: Unit, text: str) -> None:
    assert zalo(text, number="m1") == 200

    assert all(said == text[: len(said)] or "?" in said for said in messages(session))


def test_a_megabyte_is_refused_and_a_wrong_signature_leaves_no_row(session: Session, ward: Unit) -> None:
    assert zalo("a" * 1_000_000, number="m1") == 413
    assert phone().post("/webhooks/zalo", content=CONTRACT.encode(), headers={"X-ZEvent-Signature": "mac=00"}).status_code == 403
    assert session.exec(select(WebhookEvent)).all() == []


def test_a_complaint_by_message_is_answered_with_the_place_and_its_words_are_kept_nowhere(session: Session, ward: Unit) -> None:
    zalo("Tôi tố cáo ông A nhận hối lộ", number="m1")

    (asked,) = threads(session)
    (event,) = session.exec(select(WebhookEvent)).all()
    assert (asked.text, asked.status, messages(session), event.body) == ("", InquiryStatus.CLOSED, [""], {})
    assert "tiếp công dân" in messages(session, Voice.REPLY)[0]
    assert [row.recipient_id for row in session.exec(select(Delivery))] == ["7"]


def test_messages_and_comments_of_the_page_are_threads_of_their_own_and_echoes_are_none(session: Session, ward: Unit) -> None:
    told = {"sender": {"id": "42"}, "recipient": {"id": PAGE}, "timestamp": int(NOON.timestamp() * 1000)}
    facebook(messaging=[told | {"message": {"mid": "m1", "text": "Bao giờ có điện?"}}], time=int(NOON.timestamp() * 1000))
    echo = {"mid": "m2", "text": "Chào", "is_echo": True}
    facebook(messaging=[told | {"sender": {"id": PAGE}, "message": echo}], time=int(NOON.timestamp() * 1000))
    facebook(**comment("add", "Ở đâu vậy ạ?"))
    facebook(**comment("add", "Phường trả lời", who=PAGE, number="55_8"))

    assert {(one.channel, one.text, one.from_name) for one in threads(session)} == {
        (InquiryChannel.FACEBOOK, "Bao giờ có điện?", ""), (InquiryChannel.COMMENT, "Ở đâu vậy ạ?", "Lan"),
    }  # fmt: skip


def test_a_comment_is_answered_under_it(session: Session, ward: Unit) -> None:
    facebook(**comment("add", "Ở đâu vậy ạ?"))
    (asked,) = threads(session)
    clerk = make_actor(session, unit=ward, role=Role.STAFF)

    inquiry_answers.answer(session, actor=clerk, inquiry_id=asked.id, text="Tại Trạm Y tế.")

    row = session.exec(select(Delivery)).one()
    assert (row.channel, row.recipient_kind, row.recipient_id) == (Channel.FACEBOOK, RecipientKind.PAGE, "comment:55_7")


def test_a_deletion_that_is_faster_than_its_comment_waits_for_it(session: Session, ward: Unit) -> None:
    facebook(**comment("remove"))
    facebook(**comment("add", "Số tôi 0912345678"))
    with transaction() as working:
        receipts.work_off(working, again=True)

    assert messages(session) == [""]
    assert [one.status for one in threads(session)] == [InquiryStatus.CLOSED]


def test_a_comment_put_right_is_read_as_it_stands(session: Session, ward: Unit) -> None:
    facebook(**comment("add", "Ơ đâu"))
    read = threads(session)[0].version
    session.rollback()  # nobody else could write
    facebook(**comment("edited", "Ở đâu vậy ạ?"))

    (asked,) = threads(session)
    assert (messages(session), asked.text) == (["Ở đâu vậy ạ?"], "Ở đâu vậy ạ?")
    with pytest.raises(Invalid):  # whoever answers the words of before is told
        inquiry_answers.answer(
            session, actor=make_actor(session, unit=ward, role=Role.STAFF), inquiry_id=asked.id, text="Có.", version=read
        )


def test_a_comment_that_becomes_a_complaint_goes_and_its_writer_is_told_where(session: Session, ward: Unit) -> None:
    facebook(**comment("add", "Ở đâu vậy ạ?"))
    facebook(**comment("edited", "Tôi tố cáo ông A nhận hối lộ"))

    (asked,) = threads(session)
    assert (messages(session), asked.text, asked.status) == ([""], "", InquiryStatus.CLOSED)
    assert "tiếp công dân" in messages(session, Voice.REPLY)[0]
    assert [row.recipient_id for row in session.exec(select(Delivery))] == ["comment:55_7"]


def test_a_comment_that_is_hidden_and_shown_again_is_noted_for_those_who_answer(session: Session, ward: Unit) -> None:
    facebook(**comment("hide"))
    facebook(**comment("add", "Ở đâu vậy ạ?"))
    with transaction() as working:
        receipts.work_off(working, again=True)  # it came before its comment
    for _ in range(2):
        facebook(**comment("unhide"))

    notes = messages(session, Voice.NOTE)
    assert ["bị ẩn" in notes[0], "hiện lại" in notes[1], len(notes)] == [True, True, 2]
    assert (messages(session), threads(session)[0].status) == (["Ở đâu vậy ạ?"], InquiryStatus.NEW)
    assert receipts.unknown(session) == []


def test_an_sms_that_is_no_stop_is_a_question(session: Session, ward: Unit) -> None:
    with reading() as fresh:
        account = fresh.exec(select(ChannelAccount).where(ChannelAccount.channel == Channel.SMS)).one()
    address = f"/webhooks/sms/{webhook_addresses.token_of(account)}"
    for _ in range(2):
        phone().get(address, params={"phonenumber": "0912345678", "message": "Mai co tiem khong?", "id": "9"})
    phone().get(address, params={"phonenumber": "0912345678", "message": "TC", "id": "10"})

    (asked,) = threads(session)
    assert (asked.text, asked.channel, asked.from_id) == ("Mai co tiem khong?", InquiryChannel.SMS, "+84912345678")


@pytest.mark.parametrize("sender", ["", "VIETTEL", "195"])
def test_an_sms_of_a_sender_whom_nobody_could_answer_is_no_question(session: Session, ward: Unit, sender: str) -> None:
    with reading() as fresh:
        account = fresh.exec(select(ChannelAccount).where(ChannelAccount.channel == Channel.SMS)).one()
    told = {"phonenumber": sender, "message": "Mai co tiem khong?", "id": "9"}

    answer = phone().get(f"/webhooks/sms/{webhook_addresses.token_of(account)}", params=told)

    assert (answer.status_code, session.exec(select(WebhookEvent)).all(), threads(session)) == (200, [], [])


def test_events_nobody_knows_are_kept_and_told_of(session: Session, ward: Unit) -> None:
    zalo("", number="m1", name="oa_call_user_new")

    assert receipts.unknown(session) == [("zalo", "oa_call_user_new", 1)]


def test_six_hundred_events_with_repeats_and_disorder_are_each_there_once(session: Session, ward: Unit) -> None:
    """The soak of `make soak` in short."""
    told = [(f"m{n}", f"u{n % 40}", NOON - timedelta(seconds=n)) for n in range(300)]
    shuffled = [*told, *told]
    random.Random(7).shuffle(shuffled)  # noqa: S311
    for number, who, at in shuffled:
        zalo(f"Câu hỏi {number}", number=number, who=who, at=at)

    kept = messages(session)
    assert (len(kept), len(set(kept)), len(threads(session))) == (300, 300, 40)
