"""What a leader brings from the chat, and the ward's word on a rumour: from the phone, without script or account."""

import pytest
from sqlmodel import Session, select

from models import Inquiry, InquiryChannel, InquiryKind, InquiryMessage, PublicAnswer, Role, RumourRelay, Voice
from services import inquiry_answers, public_answers, rumour_relays, rumours
from services.access import Actor
from services.handover import Handover, carry_out
from services.inquiry_ways import Way
from tests.factories import make_actor, make_group, make_unit, make_user
from tests.web.day import Day, phone


@pytest.fixture
def clerk(session: Session, day: Day) -> Actor:
    made = make_actor(session, unit=day.ward, role=Role.STAFF)
    session.commit()
    return made


def brought(session: Session) -> Inquiry:
    return session.exec(select(Inquiry)).one()


def test_a_question_from_the_chat_is_answered_once_and_comes_back_as_text_for_it(
    session: Session, day: Day, clerk: Actor
) -> None:
    browser, here = phone(), f"{day.relay_page}/ask"
    assert f'href="{here}"' in browser.get(day.relay_page).text
    for _ in range(2):
        assert browser.post(here, data={"text": "Bao giờ có điện lại?"}).status_code == 303
    assert "phường trả lời trước" in browser.get(f"{here}?said=sent").text

    asked = brought(session)
    ways = [one.way for one in inquiry_answers.ways(session, inquiry=asked)]
    inquiry_answers.answer(session, actor=clerk, inquiry_id=asked.id, text="17 giờ chiều nay.")
    session.commit()

    public = session.exec(select(PublicAnswer)).one()
    assert (asked.channel, asked.group_id, asked.place_unit_id, asked.from_name) == (
        InquiryChannel.LEADER, day.group.id, day.unit.id, day.leader.display_name,
    )  # fmt: skip
    assert ways == [Way.PAGE, Way.CALL, Way.SPOKEN]
    text = f"Bà con hỏi: Bao giờ có điện lại?\nPhường trả lời: 17 giờ chiều nay.\nXem thêm: {public_answers.url_of(public)}"
    assert text in browser.get(here).text
    assert text in browser.get(f"/ask/{asked.token}").text
    assert "1 câu phường vừa trả lời" in browser.get(day.relay_page).text
    assert [one.id for one in public_answers.found(session, ward_id=day.ward.id, words="bao giờ có điện lại")] == [public.id]


def test_an_answer_that_names_somebody_stays_with_the_leader(session: Session, day: Day, clerk: Actor) -> None:
    phone().post(f"{day.relay_page}/ask", data={"text": "Trợ cấp của bà Nguyễn Thị Lan bao giờ có?"})
    asked = brought(session)

    inquiry_answers.answer(session, actor=clerk, inquiry_id=asked.id, text="Ngày 5 hằng tháng.")

    assert session.exec(select(PublicAnswer)).all() == []
    assert len(session.exec(select(InquiryMessage).where(InquiryMessage.voice == Voice.REPLY)).all()) == 1


@pytest.mark.parametrize(
    ("text", "said"), [("  ", "Xin viết điều cần hỏi"), ("Bà con khiếu nại việc thu hồi đất", "tiếp công dân")]
)
def test_what_cannot_be_brought_is_said_at_the_field(session: Session, day: Day, text: str, said: str) -> None:
    answer = phone().post(f"{day.relay_page}/ask", data={"text": text})

    assert (answer.status_code, said in answer.text) == (422, True)
    assert session.exec(select(Inquiry)).all() == []


def judged(session: Session, day: Day, clerk: Actor) -> RumourRelay:
    """A rumour that the leader brought, with the ward's word."""
    phone().post(f"{day.relay_page}/ask", data={"text": "Đồn mai cắt trợ cấp", "kind": "rumour"})
    other = make_unit(session, parent=day.ward, name="Tổ dân phố 6", short_name="Tổ 6")
    make_group(session, unit=other, name="Bà con tổ 6")
    asked = brought(session)
    assert asked.kind is InquiryKind.RUMOUR
    made = rumours.judge(
        session, actor=clerk, inquiry_id=asked.id, verdict="false", question="Mai cắt trợ cấp?", answer="Không có việc đó."
    )
    for _ in range(2):
        rumour_relays.begin(session, actor=clerk, answer_id=made.id)
    relay = session.exec(select(RumourRelay)).one()  # the chat it was seen in, and no other
    session.commit()
    return relay


def test_the_wards_word_is_posted_by_the_leader_of_the_chat_where_the_rumour_was_seen(
    session: Session, day: Day, clerk: Actor
) -> None:
    relay = judged(session, day, clerk)
    browser, here = phone(), f"/r/c/{relay.token}"

    assert here in browser.get(day.relay_page).text
    assert "[SAI] Mai cắt trợ cấp?\nKhông có việc đó." in browser.get(here).text
    for _ in range(2):
        browser.post(here, data={"do": "posted"})
    session.expire_all()
    [row] = rumour_relays.listing(session, actor=clerk, answer_id=relay.answer_id)
    assert (row.group, row.posted_at is not None, row.opened_at is not None) == (day.group.name, True, True)
    slug = session.get_one(PublicAnswer, relay.answer_id).slug
    session.commit()
    assert "1 trên 1 nhóm" in browser.get(f"/ask/a/{slug}").text
    browser.post(here, data={"do": "undo"})
    rumour_relays.enter_for(session, actor=clerk, relay_id=relay.id, is_posted=True)
    assert rumour_relays.counts(session, answer_ids=[relay.answer_id]) == {relay.answer_id: (1, 1)}


def test_a_word_that_was_taken_back_is_posted_by_nobody_and_a_new_leader_has_an_address_of_their_own(
    session: Session, day: Day, clerk: Actor
) -> None:
    relay = judged(session, day, clerk)
    old, browser = f"/r/c/{relay.token}", phone()
    next_one = make_user(session, unit=day.unit, role=Role.LEAD, display_name="Lý Văn Tú", phone="+84912345679")
    carry_out(session, actor=clerk, group_id=day.group.id, handover=Handover(day.leader.id, next_one.id))
    public_answers.withdraw(session, actor=clerk, answer_id=relay.answer_id)
    session.refresh(relay)
    here = f"/r/c/{relay.token}"
    session.commit()
    browser.post(here, data={"do": "posted"})

    assert browser.get(old).status_code == 404
    assert "không cần đăng nữa" in browser.get(here).text
    session.refresh(relay)
    assert relay.posted_at is None
