"""The inbox and one thread on screen: who waits, answering, what a second person sees, what becomes everybody's."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select
from streamlit.testing.v1 import AppTest

from core import clock as house_clock
from models import (
    AnnouncementStatus,
    Channel,
    Delivery,
    DeliveryStatus,
    Inquiry,
    InquiryChannel,
    InquiryKind,
    InquiryLook,
    InquiryMessage,
    InquiryStatus,
    PublicAnswer,
    Role,
    Topic,
    Unit,
    User,
    Voice,
)
from services import access, inquiry_answers, public_answers, rumour_relays, rumours
from tests.factories import make_account, make_announcement, make_group, make_inquiry, make_procedure, make_unit, make_user
from tests.pages.conftest import Visit, words


@pytest.fixture
def clerk(session: Session, ward: Unit) -> User:
    return make_user(session, unit=ward, role=Role.STAFF, display_name="Lý Văn Tú")


def replies(session: Session) -> list[str]:
    session.expire_all()
    found = list(session.exec(select(InquiryMessage.text).where(InquiryMessage.voice == Voice.REPLY)))
    session.rollback()  # nobody else could write
    return found


def now(session: Session) -> Inquiry:
    session.expire_all()
    return session.exec(select(Inquiry)).one()


def mains(at: AppTest) -> list[str | None]:
    """The buttons that bear the screen's accent."""
    return [button.key for button in at.button if button.proto.type == "primary"]


def test_an_empty_inbox_says_what_comes_here(visit: Visit, clerk: User) -> None:
    assert "Không câu hỏi nào chờ trả lời" in words(visit("inbox", user=clerk))


@pytest.mark.parametrize("page", ["inbox", "inquiry", "new_inquiry", "public_answers"])
@pytest.mark.parametrize("role", [Role.LEAD, Role.VIEWER])
def test_others_are_told_that_it_is_not_for_them(session: Session, visit: Visit, page: str, role: Role) -> None:
    at = visit(page, user=make_user(session, unit=make_unit(session), role=role))

    assert [error.value for error in at.error] == ["Tài khoản của ông/bà không có quyền xem trang này."]


def test_the_list_is_narrowed_by_its_address(session: Session, visit: Visit, clerk: User, ward: Unit) -> None:
    of_it, same_name = (make_unit(session, parent=ward, name="Tổ 13", short_name="Tổ 13") for _ in range(2))
    make_inquiry(session, unit=ward, text="Bao giờ thu gom rác?").place_unit_id = of_it.id
    make_inquiry(session, unit=ward, text="<b>Cháy nhà</b>")
    session.commit()

    everything = words(visit("inbox", user=clerk))
    narrowed = [words(visit("inbox", user=clerk, tim="thu gom rac")), words(visit("inbox", user=clerk, to=of_it.code))]
    ofsame_name = words(visit("inbox", user=clerk, to=same_name.code))

    assert "&lt;b&gt;Cháy nhà" in everything
    assert [("thu gom rác?" in found, "Cháy nhà" in found) for found in narrowed] == [(True, False), (True, False)]
    assert "Không câu hỏi nào khớp" in ofsame_name


def test_filters_stand_in_the_address_by_their_codes_and_nonsense_is_left_aside(
    session: Session, visit: Visit, clerk: User, ward: Unit
) -> None:
    make_inquiry(session, unit=ward, text="Rác đầu ngõ", channel=InquiryChannel.PHONE).topic = Topic.ENVIRONMENT
    make_inquiry(session, unit=ward, text="Xin giấy khai sinh", channel=InquiryChannel.DESK).topic = Topic.PROCEDURE
    session.commit()

    sent = visit("inbox", user=clerk, viec="environment", kenh="phone", loai="question")
    others = [visit("inbox", user=clerk, ngan="spam"), visit("inbox", user=clerk, viec="Môi trường", kenh="?", ngan="Thư rác")]

    assert [said in words(sent) for said in ("Rác đầu ngõ", "khai sinh")] == [True, False]
    assert [popover.proto.popover.label for popover in sent.get("popover")] == ["Lọc (3)"]
    assert ["Rác đầu ngõ" in words(at) for at in others] == [False, True]
    assert (others[1].query_params, [popover.proto.popover.label for popover in others[1].get("popover")]) == ({}, ["Lọc"])
    sent.segmented_control(key="ngan").set_value("all").run()
    assert sent.query_params["ngan"] == "all"


def test_what_came_by_telephone_is_typed_in_and_opened(session: Session, visit: Visit, clerk: User) -> None:
    at = visit("new_inquiry", user=clerk)
    at.text_area(key="ask_text").set_value("Mai có họp tổ không?")
    at.button(key="ask_save").click().run()

    assert at.exception == []
    assert (now(session).text, now(session).channel) == ("Mai có họp tổ không?", "phone")


def test_a_thread_is_answered_from_the_procedures_text(session: Session, visit: Visit, clerk: User, ward: Unit) -> None:
    make_procedure(session, unit=ward, name="Đăng ký tạm trú", documents="Tờ khai")
    asked = make_inquiry(session, unit=ward, text="Đăng ký tạm trú cần gì?")
    session.commit()
    at = visit("inquiry", user=clerk, id=str(asked.id))
    key = f"reply_{asked.id.hex}"

    at.selectbox(key=f"{key}_ready").select_index(0).run()
    at.button(key=f"{key}_send").click().run()

    assert at.exception == []
    assert "Cần chuẩn bị: Tờ khai." in replies(session)[0]
    assert now(session).status is InquiryStatus.ANSWERED


def test_a_second_answer_is_held_back_and_its_words_stay(session: Session, visit: Visit, clerk: User, ward: Unit) -> None:
    asked = make_inquiry(session, unit=ward)
    session.commit()
    at = visit("inquiry", user=clerk, id=str(asked.id))
    other = make_user(session, unit=ward, role=Role.STAFF, display_name="Nông Thu")
    inquiry_answers.answer(session, actor=access.actor_of(session, other), inquiry_id=asked.id, text="Có tiêm.")
    session.commit()
    key = f"reply_{asked.id.hex}"

    at.text_area(key=key).set_value("Không tiêm.")
    at.button(key=f"{key}_send").click().run()

    assert "Nông Thu đã trả lời" in at.error[0].value
    assert "Có tiêm." in words(at)
    assert at.text_area(key=key).value == "Không tiêm."
    assert replies(session) == ["Có tiêm."]
    at.button(key=f"{key}_send").click().run()
    assert replies(session) == ["Có tiêm.", "Không tiêm."]


def test_an_answer_is_made_everybodys_and_a_name_in_it_is_pointed_at(
    session: Session, visit: Visit, clerk: User, ward: Unit
) -> None:
    asked = make_inquiry(session, unit=ward)
    inquiry_answers.answer(session, actor=access.actor_of(session, clerk), inquiry_id=asked.id, text="Gặp chị Nguyễn Thị Lan.")
    session.commit()
    at = visit("inquiry", user=clerk, id=str(asked.id))
    key = f"pub_{asked.id.hex}"

    assert "Xin bỏ: Nguyễn Thị Lan." in words(at)
    at.text_area(key=f"{key}_a").set_value("Có, tại Trạm Y tế.")
    at.button(key=f"{key}_go").click().run()

    assert session.exec(select(PublicAnswer)).one().answer == "Có, tại Trạm Y tế."


def test_a_public_answer_is_put_right_and_taken_down(session: Session, visit: Visit, clerk: User, ward: Unit) -> None:
    made = public_answers.publish(session, actor=access.actor_of(session, clerk), question="Bao giờ thu rác?", answer="Thứ Ba.")
    session.commit()
    at = visit("public_answers", user=clerk)
    assert "Lý Văn Tú" in words(at)
    at.text_area(key=f"a_{made.id.hex}").set_value("Thứ Sáu.")
    at.button(key="save").click().run()
    session.refresh(made)
    assert made.answer == "Thứ Sáu."
    session.rollback()

    visit("public_answers", user=clerk).button(key="withdraw").click().run()

    session.refresh(made)
    assert made.withdrawn_at


@pytest.mark.parametrize(("days", "said"), [(6, "để nhắn qua Zalo OA"), (8, "Hết thời gian nhắn qua Zalo OA")])
def test_the_time_a_channel_leaves_to_reply_is_counted_down(
    session: Session, visit: Visit, clerk: User, ward: Unit, days: int, said: str
) -> None:
    make_account(session, unit=ward, channel=Channel.ZALO_OA)
    asked = make_inquiry(
        session, unit=ward, channel=InquiryChannel.ZALO, from_id="7", at=house_clock.now() - timedelta(days=days)
    )  # fmt: skip
    session.commit()

    assert said in words(visit("inquiry", user=clerk, id=str(asked.id)))


def test_the_number_of_who_asked_is_noted_so_that_they_can_be_called(
    session: Session, visit: Visit, clerk: User, ward: Unit
) -> None:
    asked = make_inquiry(session, unit=ward, text="Gọi em số 0912 345 678", channel=InquiryChannel.ZALO, from_id="7")
    session.commit()
    at = visit("inquiry", user=clerk, id=str(asked.id))
    key = f"sort_{asked.id.hex}_{asked.version}"

    assert at.text_input(key=f"{key}_phone").placeholder == "trong lời hỏi có: 0912 345 678"
    at.text_input(key=f"{key}_phone").set_value("0912345678")
    at.button(key=f"{key}_save").click().run()

    assert now(session).from_phone == "+84912345678"
    assert "0912 345 678" in words(visit("inquiry", user=clerk, id=str(asked.id)))


def test_questions_about_an_announcement_stand_on_its_board(session: Session, visit: Visit, clerk: User, ward: Unit) -> None:
    item = make_announcement(session, unit=ward, status=AnnouncementStatus.SENT, sent_at=house_clock.now())
    make_inquiry(session, unit=ward, text="Khám có phải nhịn ăn không?", announcement_id=item.id)
    session.commit()

    assert "Khám có phải nhịn ăn không?" in words(visit("announcement", user=clerk, id=str(item.id)))


def test_a_doubtful_message_is_judged_and_gives_the_text_for_the_chats(
    session: Session, visit: Visit, clerk: User, ward: Unit
) -> None:
    asked = make_inquiry(session, unit=ward, text="Mai cắt trợ cấp ai không có VNeID?", kind=InquiryKind.RUMOUR)
    session.commit()
    at = visit("inquiry", user=clerk, id=str(asked.id))
    key = f"judge_{asked.id.hex}"
    assert mains(at) == [f"{key}_go"]

    at.text_area(key=f"{key}_a").set_value("Không có quy định này.")
    at.button(key=f"{key}_go").click().run()
    assert at.error  # no verdict chosen

    assert session.exec(select(PublicAnswer)).all() == []


def test_what_was_put_together_is_taken_apart_again(session: Session, visit: Visit, clerk: User, ward: Unit) -> None:
    first, *others = (make_inquiry(session, unit=ward, text=f"Bao giờ có điện {n}") for n in range(3))
    inquiry_answers.put_together(
        session, actor=access.actor_of(session, clerk), inquiry_id=first.id, others=[one.id for one in others]
    )
    session.commit()

    visit("inquiry", user=clerk, id=str(first.id)).button(key=f"apart_{others[0].id.hex}").click().run()
    visit("inquiry", user=clerk, id=str(others[1].id)).button(key="apart").click().run()

    session.expire_all()
    assert [one.same_as_id for one in others] == [None, None]


def test_an_answer_that_has_not_left_is_stopped(session: Session, visit: Visit, clerk: User, ward: Unit) -> None:
    make_account(session, unit=ward, channel=Channel.ZALO_OA)
    asked = make_inquiry(session, unit=ward, channel=InquiryChannel.ZALO, from_id="2512523625412515")
    sent = inquiry_answers.answer(session, actor=access.actor_of(session, clerk), inquiry_id=asked.id, text="Có tiêm.")
    session.commit()

    visit("inquiry", user=clerk, id=str(asked.id)).button(key=f"stop_{sent.reply.id.hex}").click().run()

    session.expire_all()
    assert session.exec(select(Delivery.status)).all() == [DeliveryStatus.CANCELLED]


def test_a_screen_drawn_again_writes_no_second_look(session: Session, visit: Visit, clerk: User, ward: Unit) -> None:
    asked = make_inquiry(session, unit=ward)
    session.commit()
    at = visit("inquiry", user=clerk, id=str(asked.id))
    first = session.exec(select(InquiryLook.seen_at)).one()
    session.rollback()

    at.run()

    assert session.exec(select(InquiryLook.seen_at)).one() == first


def test_the_chats_that_have_the_wards_word_are_counted_on_its_card(
    session: Session, visit: Visit, clerk: User, ward: Unit
) -> None:
    actor = access.actor_of(session, clerk)
    make_group(session, unit=make_unit(session, parent=ward), name="Bà con tổ 5")
    asked = make_inquiry(session, unit=ward, text="Mai cắt trợ cấp?", kind=InquiryKind.RUMOUR)
    made = rumours.judge(session, actor=actor, inquiry_id=asked.id, verdict="false", question="Cắt trợ cấp?", answer="Không.")
    session.commit()
    at = visit("inquiry", user=clerk, id=str(asked.id))
    assert mains(at) == [f"reply_{asked.id.hex}_send"]
    at.button(key="ask_leaders").click().run()

    at = visit("inquiry", user=clerk, id=str(asked.id))
    [row] = rumour_relays.listing(session, actor=actor, answer_id=made.id)
    session.commit()
    assert "0 trên 1 nhóm đã đăng" in words(at)
    at.button(key=f"posted_{row.relay_id.hex}").click().run()

    assert rumour_relays.counts(session, answer_ids=[made.id]) == {made.id: (1, 1)}


def test_something_broken_is_mended_and_shown_to_all(session: Session, visit: Visit, clerk: User, ward: Unit) -> None:
    asked = make_inquiry(session, unit=ward, text="Đèn tắt", kind=InquiryKind.BROKEN, place="Ngõ 12")
    session.commit()
    at = visit("inquiry", user=clerk, id=str(asked.id))
    assert mains(at) == [f"reply_{asked.id.hex}_send"]
    key = f"done_{asked.id.hex}"

    at.text_area(key=f"{key}_note").set_value("Đã thay bóng.")
    at.button(key=f"{key}_go").click().run()

    done = now(session)
    assert (done.status, done.done_note, done.public_at is not None) == (InquiryStatus.CLOSED, "Đã thay bóng.", True)
    assert replies(session) == ["Đã thay bóng."]


def test_rubbish_goes_to_its_box_and_comes_back(session: Session, visit: Visit, clerk: User, ward: Unit) -> None:
    asked = make_inquiry(session, unit=ward, from_id="v1")
    session.commit()
    at = visit("inquiry", user=clerk, id=str(asked.id))
    at.button(key="spam").click().run()
    assert now(session).status is InquiryStatus.SPAM

    at = visit("inquiry", user=clerk, id=str(asked.id))
    at.button(key="unspam").click().run()
    assert now(session).status is InquiryStatus.NEW


def test_rules_are_set_by_officials_and_the_months_figures_are_shown(
    session: Session, visit: Visit, official: User, clerk: User, ward: Unit
) -> None:
    make_inquiry(session, unit=ward, text="Bao giờ thu gom rác?")
    session.commit()
    at = visit("inbox_rules", user=official)

    at.text_input(key="r_opens").set_value("07:00-11:30, 13:30-17:00")
    at.selectbox(key="r_environment").set_value(str(clerk.id))
    at.button(key="r_save").click().run()

    assert at.exception == []
    assert "1 câu còn mở" in words(visit("inbox_rules", user=clerk))
    assert make_inquiry(session, unit=ward, text="Rác đầy đường").assignee_id == clerk.id
