"""Answers: once to all who asked, through the ledger, by a way that is open; reminded and told on in time."""

from datetime import timedelta

import pytest
from sqlmodel import Session, col, select
from time_machine import Traveller

from core import clock as house_clock
from core.errors import Invalid
from models import (
    Batch,
    Channel,
    Delivery,
    DeliveryStatus,
    Inquiry,
    InquiryChannel,
    InquiryKind,
    InquiryMessage,
    InquiryStatus,
    Role,
    Unit,
    Voice,
)
from services import (
    batches,
    inquiries,
    inquiry_answers,
    inquiry_failures,
    inquiry_reminders,
    inquiry_replies,
    inquiry_work,
    public_answers,
    reports_done,
)
from services.access import Actor
from services.chunks import Held, Marked
from services.inquiry_ways import Way
from tests import turns
from tests.factories import make_account, make_actor, make_inquiry, make_procedure, make_unit, make_user

ZALO = {"channel": InquiryChannel.ZALO, "from_id": "2512523625412515"}


def ledger(session: Session) -> list[Delivery]:
    return list(session.exec(select(Delivery).order_by(col(Delivery.recipient_id))))


def test_an_answer_leaves_once_by_the_way_it_came(session: Session, clock: Traveller, ward: Unit, writer: Actor) -> None:
    account = make_account(session, unit=ward, channel=Channel.ZALO_OA)
    asked = make_inquiry(session, unit=ward, **ZALO)

    done = inquiry_answers.answer(session, actor=writer, inquiry_id=asked.id, text="Sáng mai, 7 giờ.", version=asked.version)

    (row,) = ledger(session)
    batch = session.exec(select(Batch)).one()
    assert (done.way, done.leaving, row.recipient_id, row.message_id) == (Way.ZALO, 1, ZALO["from_id"], done.reply.id)
    assert (batch.account_id, batch.announcement_id, row.announcement_id) == (account.id, None, None)
    said = inquiry_replies.wording(session, batch_id=batch.id, account_settings={}, longest=2_000)
    assert said.by_name[row.idempotency_key] == "Sáng mai, 7 giờ."
    assert (asked.status, asked.due_at, asked.first_answer_at) == (InquiryStatus.ANSWERED, None, house_clock.now())
    assert inquiry_replies.send(session, ward=ward, replies=[(done.reply, inquiry_answers.ways(session, inquiry=asked)[0])]) == 0


@pytest.mark.parametrize(("channel", "holds"), [(InquiryChannel.ZALO, False), (InquiryChannel.SMS, True)])
def test_at_night_an_answer_leaves_where_people_talk_and_waits_where_a_phone_would_ring(
    session: Session, clock: Traveller, ward: Unit, writer: Actor, channel: InquiryChannel, holds: bool
) -> None:
    make_account(session, unit=ward, channel=Channel.ZALO_OA if channel is InquiryChannel.ZALO else Channel.SMS)
    asked = make_inquiry(session, unit=ward, channel=channel, from_id="+84912345678")
    clock.move_to("2026-11-24T15:30:00+00:00")  # 22:30 here
    inquiry_answers.answer(session, actor=writer, inquiry_id=asked.id, text="Có.")
    batch = session.exec(select(Batch)).one()

    hold = batches.claim(session, batch_id=batch.id, attempt=1, owner="me", lease=timedelta(minutes=1))
    assert hold
    turn = turns.turn(session, hold, settled=(), usual_rate=10, dedupes=False)

    assert isinstance(turn, Held if holds else Marked)


def test_who_answers_second_is_shown_the_first_answer(session: Session, ward: Unit, writer: Actor) -> None:
    asked = make_inquiry(session, unit=ward)
    read = asked.version
    other = make_actor(session, unit=ward, role=Role.STAFF)
    inquiry_answers.answer(session, actor=writer, inquiry_id=asked.id, text="Có tiêm.", version=read)

    with pytest.raises(Invalid, match=writer.display_name):
        inquiry_answers.answer(session, actor=other, inquiry_id=asked.id, text="Không tiêm.", version=read)

    replies = session.exec(select(InquiryMessage.text).where(InquiryMessage.voice == Voice.REPLY)).all()
    assert replies == ["Có tiêm."]


def test_forty_seven_who_ask_the_same_are_answered_at_once(session: Session, clock: Traveller, ward: Unit, writer: Actor) -> None:
    make_account(session, unit=ward, channel=Channel.ZALO_OA)
    first = make_inquiry(session, unit=ward, text="Tổ 13 mất điện đến bao giờ?", **ZALO)
    others = [
        make_inquiry(session, unit=ward, text="Mất điện tổ 13 bao giờ có ạ?", channel=InquiryChannel.ZALO, from_id=f"{n}")
        for n in range(46)
    ]
    make_inquiry(session, unit=ward, text="Mất nước tổ 5 từ sáng")

    alike = inquiry_answers.alike(session, actor=writer, inquiry_id=first.id)
    inquiry_answers.put_together(session, actor=writer, inquiry_id=first.id, others=[one.id for one in alike])
    done = inquiry_answers.answer(session, actor=writer, inquiry_id=first.id, text="17 giờ có điện lại.")

    assert {one.id for one in alike} == {one.id for one in others}
    assert (done.people, done.leaving, len({row.recipient_id for row in ledger(session)})) == (47, 47, 47)
    assert inquiries.counts(session, actor=writer).waiting == 1


def test_whoever_was_put_to_a_question_goes_with_it_to_another(session: Session, ward: Unit, writer: Actor) -> None:
    first, second, third = (make_inquiry(session, unit=ward, text="Bao giờ thu gom rác?") for _ in range(3))

    inquiry_answers.put_together(session, actor=writer, inquiry_id=second.id, others=[third.id])
    put = inquiry_answers.put_together(session, actor=writer, inquiry_id=first.id, others=[second.id])
    done = inquiry_answers.answer(session, actor=writer, inquiry_id=first.id, text="Thứ Ba.")

    assert (put, done.people, third.status) == (2, 3, InquiryStatus.ANSWERED)


def test_who_asked_the_same_by_telephone_waits_until_somebody_calls(session: Session, ward: Unit, writer: Actor) -> None:
    first = make_inquiry(session, unit=ward, text="Bao giờ thu gom rác?")
    called = make_inquiry(session, unit=ward, channel=InquiryChannel.PHONE, phone="0912 345 678")
    inquiry_answers.put_together(session, actor=writer, inquiry_id=first.id, others=[called.id])

    done = inquiry_answers.answer(session, actor=writer, inquiry_id=first.id, text="Thứ Ba.")

    notes = session.exec(select(InquiryMessage.text).where(InquiryMessage.voice == Voice.NOTE)).all()
    assert (done.people, done.waiting, called.status, called.due_at is None) == (1, 1, InquiryStatus.NEW, False)
    assert [note.endswith("nói trực tiếp: Thứ Ba.") for note in notes] == [True]


@pytest.mark.parametrize(
    ("text", "is_alike"),
    [
        ("Tổ 13 bao giờ có nước lại? Mất nước từ sáng", False), ("Mất điện tổ 5 đến khi nào ạ", False),
        ("Mất điện bao giờ có lại ạ", True), ("Tổ 13 mất điện lâu quá", True),
    ],
)  # fmt: skip
def test_what_is_asked_of_another_thing_or_place_is_not_the_same(
    session: Session, ward: Unit, writer: Actor, text: str, is_alike: bool
) -> None:
    for name in ("Tổ 13", "Tổ 5"):
        make_unit(session, parent=ward, name=name, short_name=name)
    first = make_inquiry(session, unit=ward, text="Tổ 13 mất điện đến bao giờ?")
    make_inquiry(session, unit=ward, text=text)

    assert len(inquiry_answers.alike(session, actor=writer, inquiry_id=first.id)) == is_alike


def test_when_no_way_is_open_what_was_done_is_kept_as_not_told_until_the_person_writes_again(
    session: Session, clock: Traveller, ward: Unit, writer: Actor
) -> None:
    make_account(session, unit=ward, channel=Channel.ZALO_OA)
    asked = make_inquiry(session, unit=ward, text="Đèn tắt", kind=InquiryKind.BROKEN, **ZALO)
    clock.shift(timedelta(days=8))

    reports_done.finish(session, actor=writer, inquiry_id=asked.id, note="Đã thay bóng.")

    said = session.exec(select(InquiryMessage).where(InquiryMessage.voice == Voice.REPLY)).one()
    assert (said.way, ledger(session), asked.status, asked.first_answer_at) == (Way.UNTOLD, [], InquiryStatus.CLOSED, None)
    again = make_inquiry(session, unit=ward, text="Sao lâu vậy?", **ZALO)
    assert inquiry_answers.ways(session, inquiry=again)[0].reaches


def test_a_number_that_is_noted_opens_the_ways_of_a_telephone(session: Session, ward: Unit, writer: Actor) -> None:
    make_account(session, unit=ward, channel=Channel.SMS)
    asked = make_inquiry(session, unit=ward, **ZALO)
    before = [one.way for one in inquiry_answers.ways(session, inquiry=asked)]

    inquiry_work.note_phone(session, actor=writer, inquiry_id=asked.id, phone="0912 345 678")

    assert before == [Way.UNTOLD, Way.SPOKEN]
    assert [one.way for one in inquiry_answers.ways(session, inquiry=asked)] == [Way.SMS, Way.CALL]
    with pytest.raises(Invalid):
        inquiry_work.note_phone(session, actor=writer, inquiry_id=asked.id, phone="12")


def test_when_the_window_has_closed_the_other_way_is_offered(
    session: Session, clock: Traveller, ward: Unit, writer: Actor
) -> None:
    make_account(session, unit=ward, channel=Channel.ZALO_OA)
    make_account(session, unit=ward, channel=Channel.SMS)
    asked = make_inquiry(session, unit=ward, phone="0912 345 678", **ZALO)
    clock.shift(timedelta(days=7, minutes=1))

    ways = inquiry_answers.ways(session, inquiry=asked)
    assert [(one.way, one.is_closed) for one in ways] == [(Way.ZALO, True), (Way.SMS, False), (Way.CALL, False)]
    with pytest.raises(Invalid, match="tin SMS, gọi điện"):
        inquiry_answers.answer(session, actor=writer, inquiry_id=asked.id, text="Có.", way=Way.ZALO)
    inquiry_answers.answer(session, actor=writer, inquiry_id=asked.id, text="Có tiêm.")

    (row,) = ledger(session)
    said = inquiry_replies.wording(session, batch_id=session.exec(select(Batch.id)).one(), account_settings={}, longest=1_000)
    assert (row.channel, row.recipient_id) == (Channel.SMS, "+84912345678")
    assert f"/ask/{asked.token}" in said.by_name[row.idempotency_key]
    assert "Co tiem." in said.by_name[row.idempotency_key]


def test_an_answer_nobody_knows_of_is_settled_by_a_person(session: Session, ward: Unit, writer: Actor) -> None:
    make_account(session, unit=ward, channel=Channel.ZALO_OA)
    asked = make_inquiry(session, unit=ward, **ZALO)
    inquiry_answers.answer(session, actor=writer, inquiry_id=asked.id, text="Có.")
    (row,) = ledger(session)
    row.status = DeliveryStatus.UNKNOWN
    session.commit()

    inquiry_replies.settle(session, actor=writer, delivery_id=row.id, has_arrived=False)
    assert (row.status, len(session.exec(select(Batch)).all())) == (DeliveryStatus.QUEUED, 2)
    with pytest.raises(Invalid):
        inquiry_replies.settle(session, actor=writer, delivery_id=row.id, has_arrived=True)
    assert inquiry_replies.stop(session, actor=writer, message_id=row.message_id or row.id) == 1


@pytest.mark.parametrize("status", [DeliveryStatus.REJECTED, DeliveryStatus.UNKNOWN])
def test_an_answer_that_did_not_arrive_has_its_question_wait_again_once_with_the_reason(
    session: Session, clock: Traveller, ward: Unit, writer: Actor, status: DeliveryStatus
) -> None:
    make_account(session, unit=ward, channel=Channel.ZALO_OA)
    asked, well = (make_inquiry(session, unit=ward, channel=InquiryChannel.ZALO, from_id=name) for name in ("1", "2"))
    for one in (asked, well):
        inquiry_answers.answer(session, actor=writer, inquiry_id=one.id, text="Có.")
    row = ledger(session)[0]
    row.status, row.error, row.attempts, row.updated_at = status, "Người này đã chặn tài khoản.", 1, house_clock.now()
    session.commit()

    done = [inquiry_failures.call_back(session) for _ in range(2)]

    (note,) = session.exec(select(InquiryMessage.text).where(InquiryMessage.voice == Voice.NOTE)).all()
    assert (done, asked.status, asked.due_at is not None) == ([1, 0], InquiryStatus.ASSIGNED, True)
    assert ("đã chặn" in note, well.status) == (status is DeliveryStatus.REJECTED, InquiryStatus.ANSWERED)
    if status is DeliveryStatus.UNKNOWN:
        inquiry_replies.settle(session, actor=writer, delivery_id=row.id, has_arrived=True)
    else:
        inquiry_answers.answer(session, actor=writer, inquiry_id=asked.id, text="Đã gọi.", way=Way.SPOKEN)
    assert (asked.status, asked.due_at, inquiry_failures.call_back(session)) == (InquiryStatus.ANSWERED, None, 0)


def test_in_training_an_answer_stays_in_the_house(session: Session, ward: Unit, writer: Actor) -> None:
    make_account(session, unit=ward, channel=Channel.ZALO_OA)
    ward.is_training = True
    asked = make_inquiry(session, unit=ward, **ZALO)

    answered = inquiry_answers.answer(session, actor=writer, inquiry_id=asked.id, text="Có.")

    assert ([row.status for row in ledger(session)], answered.leaving) == ([DeliveryStatus.CANCELLED], 0)
    assert session.exec(select(Batch)).all() == []


@pytest.mark.parametrize("text", ["", "   \n", "a" * 2_001])
def test_an_answer_that_no_channel_takes_is_refused(session: Session, ward: Unit, writer: Actor, text: str) -> None:
    asked = make_inquiry(session, unit=ward)

    with pytest.raises(Invalid):
        inquiry_answers.answer(session, actor=writer, inquiry_id=asked.id, text=text)


def test_the_procedures_own_text_is_ready_with_its_address(session: Session, ward: Unit, writer: Actor) -> None:
    stay = make_procedure(session, unit=ward, name="Đăng ký tạm trú", days=3, fee=7_000, documents="Tờ khai\nCăn cước")
    asked = make_inquiry(session, unit=ward, text="Đăng ký tạm trú cần gì?", language="en")

    first = inquiry_answers.ready_texts(session, actor=writer, inquiry_id=asked.id)[0]

    assert first.name == "Đăng ký tạm trú"
    assert "What to bring: Tờ khai; Căn cước." in first.text  # in the language of whoever asked
    assert first.text.endswith(f"See it all: http://ward.test/p/{stay.code}")


def test_what_is_public_on_the_same_question_is_ready_too(session: Session, ward: Unit, writer: Actor) -> None:
    made = public_answers.publish(session, actor=writer, question="Bao giờ thu gom rác?", answer="Thứ Ba.")
    public_answers.publish(session, actor=writer, question="Cắt trợ cấp?", answer="SAI. Không có.", is_rumour=True)
    rubbish = make_inquiry(session, unit=ward, text="Cho hỏi lịch thu gom rác")
    rumour = make_inquiry(session, unit=ward, text="Cắt trợ cấp thật không?")

    ready = [inquiry_answers.ready_texts(session, actor=writer, inquiry_id=one.id)[0] for one in (rubbish, rumour)]

    assert (ready[0].name, ready[0].text) == ("Trả lời chung: Bao giờ thu gom rác?", f"Thứ Ba.\n{public_answers.url_of(made)}")
    assert ready[1].name == "Tin đang lan: Cắt trợ cấp?"


def test_whoever_has_it_is_reminded_and_officials_are_told_when_it_is_late(
    session: Session, clock: Traveller, ward: Unit, writer: Actor
) -> None:
    make_account(session, unit=ward, channel=Channel.ZALO_BOT)
    for chat in ("chat-7", "chat-8"):
        make_user(session, unit=ward, role=Role.OFFICIAL, bot_chat_id=chat)
    clerk = make_user(session, unit=ward, role=Role.STAFF, bot_chat_id="chat-9")
    clock.shift(timedelta(days=1))  # noon of a working day
    asked = make_inquiry(session, unit=ward, text="Cháy nhà ở ngõ 5")
    inquiry_work.assign(session, actor=writer, inquiry_id=asked.id, user_id=clerk.id)
    steps = []
    for at in ("06:40", "08:10", "08:10", "09:00"):  # 13:40, 15:10, 16:00 here; due 15:30
        clock.move_to(f"2026-11-25T{at}:00+00:00")
        steps.append(inquiry_reminders.remind_and_escalate(session))

    assert steps == [0, 1, 0, 1]
    noted = select(InquiryMessage.text).where(InquiryMessage.voice == Voice.NOTE).order_by(col(InquiryMessage.at))
    notes = session.exec(noted).all()
    assert [note.partition(" (")[0].partition(" từ")[0] for note in notes] == ["Sắp tới hạn trả lời", "Quá hạn trả lời"]
    assert [row.recipient_id for row in ledger(session)] == ["chat-7", "chat-8", "chat-9", "chat-9"]  # the clerk both times
    inquiry_work.close(session, actor=writer, inquiry_id=asked.id)
    assert inquiry_reminders.remind_and_escalate(session) == 0


def test_an_answer_becomes_everybodys_unless_it_names_somebody(session: Session, ward: Unit, writer: Actor) -> None:
    asked = make_inquiry(session, unit=ward)
    with pytest.raises(Invalid):
        public_answers.publish(
            session, actor=writer, question="Có tiêm không?", inquiry_id=asked.id,
            answer="Chị Nguyễn Thị Lan 0912345678, anh Trần Văn Bình 0987654321",
        )  # fmt: skip

    made = public_answers.publish(
        session, actor=writer, question="Mai có tiêm phòng không?", answer="Có, từ 7 giờ.", inquiry_id=asked.id
    )

    assert [one.id for one in public_answers.found(session, ward_id=ward.id, words="mai co tiem phong khong a")] == [made.id]
    assert public_answers.found(session, ward_id=ward.id, words="khai sinh cần gì") == []
    assert public_answers.found(session, ward_id=ward.id, words="Tổ 7 mất nước từ sáng, bao giờ có lại?") == []  # "từ 7 giờ"
    public_answers.withdraw(session, actor=writer, answer_id=made.id)
    assert public_answers.most_asked(session, ward_id=ward.id) == []


def test_a_public_answer_is_to_be_looked_at_again_after_half_a_year(
    session: Session, clock: Traveller, ward: Unit, writer: Actor
) -> None:
    made = public_answers.publish(session, actor=writer, question="Rác thu lúc nào?", answer="7 giờ sáng.")
    newer = public_answers.publish(session, actor=writer, question="A còn mới?", answer="Còn.")
    clock.shift(timedelta(days=181))
    public_answers.confirm(session, actor=writer, answer_id=newer.id)

    listed = public_answers.listing(session, actor=writer)

    assert [one.id for one in listed] == [made.id, newer.id]
    assert listed[0].look_again_at < house_clock.now() < listed[1].look_again_at
    assert session.exec(select(Inquiry)).all() == []
