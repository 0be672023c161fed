"""Figures of answers, counted by hand; what was done about reports; the word on rumours; questions about an announcement."""

from datetime import timedelta

import pytest
from sqlmodel import Session
from time_machine import Traveller

from core import clock as house_clock
from core.errors import Invalid, NotFound
from models import InquiryChannel, InquiryKind, InquiryStatus, Unit
from services import inquiries, inquiry_answers, inquiry_figures, public_answers, reports_done, rumours
from services.access import Actor
from tests.factories import NOON, make_announcement, make_group, make_inquiry, make_unit


def test_a_percentile_counts_what_is_open_as_the_longest() -> None:
    told = [(10.0, False), (20.0, False), (30.0, False), (5.0, True), (7.0, True)]

    assert inquiry_figures.speed(told) == inquiry_figures.Speed(5, 3, 30, 7, median_runs=False, ninetieth_runs=True)
    assert inquiry_figures.speed([]) == inquiry_figures.Speed(0, 0, None, None)


def test_answer_time_is_told_in_office_hours_and_by_the_clock(
    session: Session, clock: Traveller, ward: Unit, writer: Actor
) -> None:
    clock.shift(timedelta(days=1))  # noon of a working day; the office opens at 13:30
    quick = make_inquiry(session, unit=ward, text="Bao giờ thu gom rác?")
    make_inquiry(session, unit=ward, text="Còn mở", channel=InquiryChannel.SMS, from_id="+84912345678")
    make_inquiry(session, unit=ward, text="Cảm ơn", kind=InquiryKind.THANKS)
    clock.shift(timedelta(hours=2))  # 14:00
    inquiry_answers.answer(session, actor=writer, inquiry_id=quick.id, text="Thứ Ba.", closes=True)
    made = public_answers.publish(session, actor=writer, question="Rác?", answer="Thứ Ba.")
    public_answers.note_that_it_was_enough(session, slug=made.slug)

    seen = inquiry_figures.of(session, actor=writer, since=NOON, until=house_clock.now())

    assert (seen.first.asked, seen.first.answered, seen.first.median, seen.first.median_runs) == (2, 1, 30, True)
    assert [(one.name, one.speed.median, one.speed.median_runs) for one in seen.by_topic] == [
        ("environment", 30, False), ("other", 30, True),
    ]  # fmt: skip
    assert [(one.name, one.speed.asked) for one in seen.by_channel] == [("form", 1), ("sms", 1)]
    assert [one.name for one in seen.by_hour] == ["12"]
    assert seen.first_by_clock.answered == seen.solved.answered == 1
    assert seen.share_without_a_person == pytest.approx(1 / 3)
    clock.shift(timedelta(days=40))
    later = inquiry_figures.of(session, actor=writer, since=house_clock.now() - timedelta(days=30), until=house_clock.now())
    assert later.without_a_person == 0
    assert inquiry_figures.messages_by_person(session, actor=writer, since=NOON) == [(writer.display_name, 1)]


def test_waits_are_told_by_group_too(session: Session, clock: Traveller, ward: Unit, writer: Actor) -> None:
    make_unit(session, parent=ward, name="Tổ dân phố 13", short_name="Tổ 13")
    for text in ("Tổ 13 mất điện", "Tổ 13 bao giờ thu gom rác?", "Mất nước từ sáng"):
        make_inquiry(session, unit=ward, text=text)

    seen = inquiry_figures.of(session, actor=writer, since=NOON, until=house_clock.now() + timedelta(minutes=1))

    assert [(one.name, one.speed.asked) for one in seen.by_unit] == [("Tổ 13", 2)]


def test_a_mended_report_is_told_and_shown_without_who_reported_it(session: Session, ward: Unit, writer: Actor) -> None:
    fields = {"kind": InquiryKind.BROKEN, "place": "Ngõ 12"}
    asked = make_inquiry(session, unit=ward, text="Đèn tắt", name="Nguyễn Thị Lan", **fields)
    waiting = make_inquiry(session, unit=ward, text="Rác đầy", **fields)

    reports_done.finish(session, actor=writer, inquiry_id=asked.id, note="Đã thay bóng.")
    page = reports_done.page_of(session, unit=ward)

    assert [(one.text, one.place, one.note) for one in page.rows] == [("Đèn tắt", "Ngõ 12", "Đã thay bóng.")]
    assert (page.under_way, "Lan" in str(page.rows), asked.status) == (1, False, InquiryStatus.CLOSED)
    reports_done.hide(session, actor=writer, inquiry_id=asked.id)
    assert reports_done.page_of(session, unit=ward).rows == []
    with pytest.raises(NotFound):
        reports_done.photo_of(session, inquiry_id=waiting.id)


def test_only_a_report_is_mended_and_a_list_of_people_is_never_shown(session: Session, ward: Unit, writer: Actor) -> None:
    question = make_inquiry(session, unit=ward)
    report = make_inquiry(session, unit=ward, text="Hỏng", kind=InquiryKind.BROKEN, place="Ngõ 12")

    with pytest.raises(Invalid):
        reports_done.finish(session, actor=writer, inquiry_id=question.id, note="Đã xong.")
    with pytest.raises(Invalid):
        reports_done.finish(
            session, actor=writer, inquiry_id=report.id, note="Nguyễn Thị Lan 0912345678, Trần Văn Bình 0987654321"
        )


def test_the_wards_word_on_a_rumour_goes_back_to_the_chats_where_it_was_seen(session: Session, ward: Unit, writer: Actor) -> None:
    here = make_unit(session, parent=ward, name="Tổ dân phố 5", short_name="Tổ 5")
    make_group(session, unit=here, name="Bà con tổ 5")
    make_group(session, unit=make_unit(session, parent=ward, name="Tổ dân phố 6", short_name="Tổ 6"), name="Bà con tổ 6")
    asked = make_inquiry(session, unit=ward, text="Nhóm tổ 5 đồn mai cắt trợ cấp, thật không?", kind=InquiryKind.RUMOUR)

    made = rumours.judge(
        session, actor=writer, inquiry_id=asked.id, verdict="false", question="Mai cắt trợ cấp?", answer="Không có việc đó."
    )
    card = rumours.card_of(session, actor=writer, answer_id=made.id)

    assert card.text.startswith("[SAI] Mai cắt trợ cấp?\nKhông có việc đó.\n")
    assert public_answers.url_of(made) in card.text
    assert [group.name for group in card.groups] == ["Bà con tổ 5"]
    assert asked.status is InquiryStatus.CLOSED
    assert [one.id for one in public_answers.rumours(session, ward_id=ward.id)] == [made.id]
    with pytest.raises(Invalid):
        rumours.judge(session, actor=writer, inquiry_id=asked.id, verdict="maybe", question="?", answer="?")


def test_questions_about_an_announcement_stand_together_on_its_board(session: Session, ward: Unit, writer: Actor) -> None:
    item = make_announcement(session, unit=ward)
    for text in ("Khám có phải nhịn ăn không?", "Khám có phải nhịn ăn không ạ?", "Trẻ em có khám không?"):
        make_inquiry(session, unit=ward, text=text, announcement_id=item.id)

    asked = inquiries.about(session, actor=writer, announcement_id=item.id)

    assert [(one.text, n) for one, n in asked] == [("Khám có phải nhịn ăn không?", 2), ("Trẻ em có khám không?", 1)]
    made = public_answers.publish(
        session, actor=writer, question="Nhịn ăn không?", answer="Có.", inquiry_id=asked[0][0].id, announcement_id=item.id
    )
    assert [one.id for one in public_answers.of_announcement(session, announcement_id=item.id)] == [made.id]
