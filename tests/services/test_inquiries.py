"""What people ask: taken in, guessed at, put into threads, found again, worked."""

from datetime import time, timedelta

import pytest
from sqlmodel import Session, select
from time_machine import Traveller

from core import clock as house_clock
from core.errors import Invalid, NotAllowed, NotFound
from models import InquiryChannel, InquiryKind, InquiryMessage, InquiryStatus, Role, Topic, Unit
from services import (
    access,
    duty_patterns,
    inquiries,
    inquiry_intake,
    inquiry_page,
    inquiry_rules,
    inquiry_topics,
    inquiry_work,
    team_members,
)
from services.access import Actor
from services.duty_patterns import PatternForm
from services.inquiries import Box, Filters
from services.inquiry_intake import Asked, NotOurs
from services.inquiry_rules import Rules
from services.team_members import MemberValues
from tests.factories import make_actor, make_inquiry, make_procedure, make_unit, make_user

ZALO = {"channel": InquiryChannel.ZALO, "from_id": "2512523625412515"}


def texts(session: Session, actor: Actor, **filters: object) -> list[str]:
    rows, _ = inquiries.listing(session, actor=actor, filters=Filters(**filters))  # type: ignore[arg-type]
    return [row.inquiry.text for row in rows]


def test_words_tell_topic_procedure_and_group(session: Session, clock: Traveller, ward: Unit) -> None:
    group = make_unit(session, parent=ward, name="Tổ dân phố 13", short_name="Tổ 13, Sông Cầu", area="Sông Cầu")
    make_unit(session, parent=ward, name="Tổ dân phố 3", short_name="Tổ 3, Sông Cầu", area="Sông Cầu")
    stay = make_procedure(session, unit=ward, name="Đăng ký tạm trú", also_called=["giấy ở trọ"])

    asked = make_inquiry(session, unit=ward, text="Em ở tổ 13, xin hỏi giấy ở trọ cần gì ạ?")

    assert (asked.topic, asked.procedure_id, asked.place_unit_id) == (Topic.PROCEDURE, stay.id, group.id)


def test_a_number_that_two_groups_have_names_neither(session: Session, clock: Traveller, ward: Unit) -> None:
    make_unit(session, parent=ward, name="Tổ dân phố 3", short_name="Tổ 3, Sông Cầu", area="Sông Cầu")
    other = make_unit(session, parent=ward, name="Tổ dân phố 3", short_name="Tổ 3, Xuất Hóa", area="Xuất Hóa")

    assert make_inquiry(session, unit=ward, text="Tổ 3 mất điện").place_unit_id is None
    assert make_inquiry(session, unit=ward, text="Tổ 3 Xuất Hóa mất điện").place_unit_id == other.id


@pytest.mark.parametrize(
    ("text", "topic", "due"),
    [
        ("Đứt dây điện ngoài ngõ, nguy hiểm lắm", Topic.URGENT, "25 09:30"),  # asked on a holiday
        ("Làm giấy khai sinh cần gì", Topic.PROCEDURE, "25 17:00"),
        ("Bao giờ có điện? Mất điện từ sáng", Topic.UTILITIES, "27 17:00"),
        ("👍👍", Topic.OTHER, "27 17:00"),
    ],
)
def test_the_time_to_answer_follows_the_topic_in_office_hours(
    session: Session, clock: Traveller, ward: Unit, text: str, topic: Topic, due: str
) -> None:
    asked = make_inquiry(session, unit=ward, text=text)

    assert asked.topic is topic
    assert asked.due_at
    assert f"{house_clock.local(asked.due_at):%d %H:%M}" == due


@pytest.mark.parametrize("text", ["Tôi muốn khiếu nại việc thu hồi đất", "Đơn tố cáo ông A nhận tiền"])
def test_a_complaint_is_sent_on_and_nothing_of_it_is_kept(session: Session, ward: Unit, text: str) -> None:
    ward.address = "Số 1 đường Trường Chinh"

    with pytest.raises(NotOurs, match=r"tiếp công dân.*Trường Chinh"):
        inquiry_intake.take_in(session, ward=ward, asked=Asked(text, InquiryChannel.FORM))

    assert session.exec(select(InquiryMessage)).all() == []


def test_a_channel_that_tells_the_person_makes_one_thread_and_others_are_never_merged(session: Session, ward: Unit) -> None:
    first = make_inquiry(session, unit=ward, text="Mai có tiêm không?", **ZALO)
    again = make_inquiry(session, unit=ward, text="Cháu hai tuổi ạ", **ZALO)
    other = make_inquiry(session, unit=ward, text="Mai có tiêm không?", channel=InquiryChannel.ZALO, from_id="77")
    one, two = (make_inquiry(session, unit=ward, text="Mai có tiêm không?", from_id="v1") for _ in range(2))

    assert first.id == again.id
    assert len({first.id, other.id, one.id, two.id}) == 4


def test_the_same_message_told_again_is_the_same_row(session: Session, ward: Unit) -> None:
    for _ in range(3):
        make_inquiry(session, unit=ward, provider_id="zalo:m1", **ZALO)

    assert len(session.exec(select(InquiryMessage)).all()) == 1


def test_who_writes_again_after_an_answer_waits_again(session: Session, clock: Traveller, ward: Unit, writer: Actor) -> None:
    asked = make_inquiry(session, unit=ward, **ZALO)
    inquiry_work.close(session, actor=writer, inquiry_id=asked.id)
    clock.shift(timedelta(days=2))

    again = make_inquiry(session, unit=ward, text="Vẫn chưa thấy ạ", **ZALO)

    assert (again.id, again.status, again.due_at is not None) == (asked.id, InquiryStatus.NEW, True)


def test_a_deleted_message_takes_its_words_with_it(session: Session, clock: Traveller, ward: Unit, writer: Actor) -> None:
    asked = make_inquiry(session, unit=ward, text="Số tôi là 0912345678", provider_id="zalo:m1", **ZALO)

    assert inquiry_intake.take_back(session, provider_id="zalo:m1", at=house_clock.now())
    assert not inquiry_intake.take_back(session, provider_id="zalo:never", at=house_clock.now())

    said = session.exec(select(InquiryMessage)).one()
    assert (said.text, asked.text, asked.status) == ("", "", InquiryStatus.CLOSED)
    assert texts(session, writer, box=Box.ALL, words="0912345678") == []


def test_who_demands_it_is_forgotten(session: Session, ward: Unit) -> None:
    asked = make_inquiry(session, unit=ward, text="Tôi tên Lan", name="Lan", phone="0912345678", **ZALO)

    assert inquiry_intake.forget(session, channel=InquiryChannel.ZALO, from_id=str(ZALO["from_id"])) == 1

    assert (asked.text, asked.from_id, asked.from_name, asked.from_phone) == ("", "", "", None)
    assert session.exec(select(InquiryMessage)).one().text == ""


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (Asked("  ", InquiryChannel.FORM), "text"),
        (Asked("a" * 4_001, InquiryChannel.FORM), "text"),
        (Asked("Hỏi", InquiryChannel.FORM, phone="12"), "phone"),
        (Asked("Hỏng", InquiryChannel.FORM, kind=InquiryKind.BROKEN), "place"),
    ],
)
def test_what_cannot_be_answered_is_refused_by_name(session: Session, ward: Unit, asked: Asked, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        inquiry_intake.take_in(session, ward=ward, asked=asked)

    assert refusal.value.details["field"] == field


def test_advertisements_and_blocked_people_go_to_the_spam_box(session: Session, ward: Unit, writer: Actor) -> None:
    official = make_actor(session, unit=ward, role=Role.OFFICIAL)
    inquiry_rules.write(session, actor=official, ward_id=ward.id, rules=Rules(blocked_words=["Vay nóng"]))
    links = make_inquiry(session, unit=ward, text="http://a.vn http://b.vn http://c.vn")
    loan = make_inquiry(session, unit=ward, text="cho VAY NÓNG lãi thấp")
    rude = make_inquiry(session, unit=ward, text="tin nhắn quấy rối", **ZALO)
    inquiry_work.mark_spam(session, actor=writer, inquiry_id=rude.id, block_days=7)
    again = make_inquiry(session, unit=ward, text="lại là tôi", **ZALO)

    assert {links.status, loan.status, rude.status, again.status} == {InquiryStatus.SPAM}
    assert texts(session, writer) == []
    assert len(texts(session, writer, box=Box.SPAM)) == 4

    for row in inquiry_work.blocks(session, actor=writer):
        inquiry_work.unblock(session, actor=writer, block_id=row.block.id)
    assert make_inquiry(session, unit=ward, text="xin hỏi thật", **ZALO).status is InquiryStatus.NEW


def test_a_block_ends_with_its_day(session: Session, clock: Traveller, ward: Unit, writer: Actor) -> None:
    rude = make_inquiry(session, unit=ward, text="tin nhắn quấy rối", **ZALO)
    inquiry_work.mark_spam(session, actor=writer, inquiry_id=rude.id, block_days=7)

    seen = []
    for days in (6, 2):
        clock.shift(timedelta(days=days))
        seen.append(make_inquiry(session, unit=ward, text="xin hỏi thật", **ZALO).status)

    assert seen == [InquiryStatus.SPAM, InquiryStatus.NEW]


def test_the_inbox_is_filtered_and_searched_and_shows_the_most_pressing_first(
    session: Session, clock: Traveller, ward: Unit, writer: Actor
) -> None:
    make_inquiry(session, unit=ward, text="Bao giờ thu gom rác?")
    clock.shift(timedelta(minutes=1))
    make_inquiry(session, unit=ward, text="Cháy nhà ở ngõ 5!")
    make_inquiry(session, unit=make_unit(session), text="Rác ở phường khác")

    assert texts(session, writer) == ["Cháy nhà ở ngõ 5!", "Bao giờ thu gom rác?"]
    assert texts(session, writer, words="thu gom rac") == ["Bao giờ thu gom rác?"]
    assert texts(session, writer, words="rac khac") == []
    assert texts(session, writer, topic=Topic.URGENT) == ["Cháy nhà ở ngõ 5!"]
    assert inquiries.counts(session, actor=writer).waiting == 2


def test_words_of_years_ago_are_found_behind_those_of_today(
    session: Session, clock: Traveller, ward: Unit, writer: Actor
) -> None:  # fmt: skip
    for days in (0, 1, 70, 400, 2_000):
        make_inquiry(session, unit=ward, text=f"Mất điện {days} ngày", at=house_clock.now() - timedelta(days=days))

    assert texts(session, writer, box=Box.ALL, words="mat dien") == [f"Mất điện {days} ngày" for days in (0, 1, 70, 400, 2_000)]
    assert texts(session, writer, box=Box.ALL, words="2000 ngay") == ["Mất điện 2000 ngày"]
    assert texts(session, writer, box=Box.ALL, words="khongcodau") == []


def test_what_rests_comes_back_and_what_is_late_is_counted(session: Session, clock: Traveller, ward: Unit, writer: Actor) -> None:
    asked = make_inquiry(session, unit=ward, text="Cháy nhà")
    inquiry_work.snooze(session, actor=writer, inquiry_id=asked.id, until=house_clock.now() + timedelta(hours=1))

    assert (texts(session, writer), texts(session, writer, box=Box.SNOOZED)) == ([], ["Cháy nhà"])
    clock.shift(timedelta(days=1))
    assert (texts(session, writer), inquiries.counts(session, actor=writer).late) == (["Cháy nhà"], 1)


def test_a_thread_is_given_to_colleagues_only_and_others_see_who_looks(session: Session, ward: Unit, writer: Actor) -> None:
    asked = make_inquiry(session, unit=ward)
    colleague = make_user(session, unit=ward, role=Role.STAFF, display_name="Lý Văn Tú")
    stranger = make_user(session, unit=make_unit(session), role=Role.STAFF)

    inquiry_work.assign(session, actor=writer, inquiry_id=asked.id, user_id=colleague.id)
    with pytest.raises(Invalid):
        inquiry_work.assign(session, actor=writer, inquiry_id=asked.id, user_id=stranger.id)
    inquiry_work.note(session, actor=writer, inquiry_id=asked.id, text="Hỏi trạm y tế")
    inquiry_work.look(session, actor=access.actor_of(session, colleague), inquiry_id=asked.id)

    thread = inquiries.thread(session, actor=writer, inquiry_id=asked.id)
    assert (thread.assignee, thread.looking, thread.inquiry.status) == ("Lý Văn Tú", ["Lý Văn Tú"], InquiryStatus.ASSIGNED)
    theirs = inquiries.thread(session, actor=access.actor_of(session, colleague), inquiry_id=asked.id)
    assert (thread.is_looked_at, theirs.is_looked_at, theirs.looking) == (False, True, [])
    seen = inquiry_page.of_token(session, token=asked.token)
    assert [said.text for said in seen.messages] == [asked.text]  # no note


def test_only_who_answers_here_reads_the_inbox(session: Session, ward: Unit) -> None:
    asked = make_inquiry(session, unit=ward)

    with pytest.raises(NotAllowed):
        inquiries.listing(session, actor=make_actor(session, unit=ward, role=Role.VIEWER), filters=Filters())
    with pytest.raises(NotFound):
        inquiries.thread(session, actor=make_actor(session, unit=make_unit(session), role=Role.STAFF), inquiry_id=asked.id)


def test_who_works_for_a_group_has_its_wards_questions_of_that_group(session: Session, ward: Unit) -> None:
    group, other = (make_unit(session, parent=ward, short_name=name, name=name) for name in ("Tổ 13", "Tổ 7"))
    ours, theirs = (make_inquiry(session, unit=ward, text=f"{place} mất điện") for place in ("Tổ 13", "Tổ 7"))
    helper = make_actor(session, unit=group, role=Role.STAFF)
    typed = inquiry_intake.type_in(
        session, actor=helper, ward_id=ward.id, asked=Asked("Xin lịch đổ rác", InquiryChannel.PHONE)
    )  # fmt: skip

    assert {ours.place_unit_id, theirs.place_unit_id, typed.place_unit_id} == {group.id, other.id}
    assert set(texts(session, helper, box=Box.ALL)) == {ours.text, typed.text}
    assert texts(session, helper, box=Box.ALL, words="mat dien") == [ours.text]
    assert inquiries.counts(session, actor=helper).waiting == 2
    with pytest.raises(NotFound):
        inquiries.thread(session, actor=helper, inquiry_id=theirs.id)
    theirs.assignee_id = helper.id
    assert inquiries.thread(session, actor=helper, inquiry_id=theirs.id).inquiry is theirs
    with pytest.raises(NotFound):
        inquiry_intake.type_in(session, actor=helper, ward_id=make_unit(session).id, asked=Asked("Gì", InquiryChannel.PHONE))


def test_who_is_on_duty_for_a_topic_gets_its_questions(session: Session, ward: Unit) -> None:
    official, clerk = make_actor(session, unit=ward, role=Role.OFFICIAL), make_user(session, unit=ward, role=Role.STAFF)
    duty = {Topic.ENVIRONMENT.value: str(clerk.id)}

    inquiry_rules.write(session, actor=official, ward_id=ward.id, rules=Rules(duty=duty))

    assert make_inquiry(session, unit=ward, text="Bao giờ thu gom rác?").assignee_id == clerk.id
    assert make_inquiry(session, unit=ward, text="Việc khác").assignee_id is None


def test_who_looks_after_a_group_gets_its_questions_but_not_what_is_urgent(session: Session, ward: Unit) -> None:
    official = make_actor(session, unit=ward, role=Role.OFFICIAL)
    clerk, chief = (make_user(session, unit=ward, role=Role.STAFF) for _ in range(2))
    group = make_unit(session, parent=ward, name="Tổ 13", short_name="Tổ 13")
    rules = Rules(duty={"environment": str(chief.id), "urgent": str(chief.id)}, places={str(group.id): str(clerk.id)})

    inquiry_rules.write(session, actor=official, ward_id=ward.id, rules=rules)

    asked = [make_inquiry(session, unit=ward, text=text).assignee_id for text in (
        "Tổ 13 bao giờ thu gom rác?", "Bao giờ thu gom rác?", "Cháy nhà ở tổ 13!")]  # fmt: skip
    assert asked == [clerk.id, chief.id, chief.id]
    with pytest.raises(Invalid):
        inquiry_rules.write(session, actor=official, ward_id=ward.id, rules=Rules(places={str(ward.id): str(clerk.id)}))


def test_a_question_about_a_procedure_goes_to_who_stands_at_the_desk(
    session: Session, clock: Traveller, ward: Unit, writer: Actor
) -> None:  # fmt: skip
    clerk = make_user(session, unit=ward, role=Role.STAFF)
    values = MemberValues("Lý Văn An", ward.id, username=clerk.username)
    member = team_members.add(session, actor=writer, values=values)
    post = duty_patterns.add_post(session, actor=writer, unit_id=ward.id, name="Bộ phận Một cửa")
    form = PatternForm(post.id, (1,), time(13, 30), time(17), member_ids=(member.id,))
    duty_patterns.add(session, actor=writer, form=form)

    early = make_inquiry(session, unit=ward, text="Làm giấy khai sinh cần gì")  # noon
    clock.shift(timedelta(hours=2))
    asked = [make_inquiry(session, unit=ward, text=text).assignee_id for text in ("Đăng ký khai sinh cần gì?", "Rác đầy đường")]

    assert (early.assignee_id, asked) == (None, [clerk.id, None])


def test_questions_in_other_words_tell_the_same() -> None:
    alike = {inquiry_topics.likeness_of(text) for text in ("Bao giờ có điện ạ?", "Cho em hỏi khi nào có điện trở lại vậy?")}

    assert alike == {"", "dien lai tro"}
