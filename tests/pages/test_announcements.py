"""Writing, reviewing, approving and watching an announcement on screen."""

from datetime import time, timedelta

import pytest
import time_machine
from sqlmodel import Session, select
from streamlit.testing.v1 import AppTest

from core import clock
from models import Announcement, AnnouncementStatus, AsksFor, AuditEvent, ReachCount, Relay, Role, Unit, Urgency, User
from services import announcements, approvals, draft_versions, drafts, passing_on, relays, sending
from services.access import actor_of
from services.drafts import Words
from tests.factories import NOON, make_announcement, make_group, make_household, make_membership, make_unit, make_user
from tests.pages.conftest import Visit

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def ward(session: Session) -> Unit:
    """One residential group with a chat, a leader, two households, one of them in the chat."""
    ward = make_unit(session, name="Phường Bắc Kạn", valid_from=None)
    place = make_unit(session, parent=ward, short_name="Tổ 13, Sông Cầu", area="Sông Cầu")
    leader = make_user(session, unit=place, role=Role.LEAD, display_name="Hà Thị Minh")
    group = make_group(session, unit=place, leader_id=leader.id)
    make_membership(session, household=make_household(session, unit=place), group=group)
    make_household(session, unit=place)
    return ward


@pytest.fixture
def writer(session: Session, ward: Unit) -> User:
    return make_user(session, unit=ward, role=Role.STAFF, display_name="Lò Thị Mai")


@pytest.fixture
def chief(session: Session, ward: Unit) -> User:
    return make_user(session, unit=ward, role=Role.OFFICIAL, display_name="Đào Minh Tú")


@pytest.fixture
def waiting(session: Session, ward: Unit, writer: User) -> Announcement:
    """In review."""
    draft = make_announcement(session, unit=ward, title="Tổng vệ sinh sáng thứ Bảy", author_id=writer.id)
    approvals.submit(session, actor=actor_of(session, writer), announcement_id=draft.id)
    session.commit()
    return draft


@pytest.fixture
def sent(session: Session, ward: Unit, writer: User) -> Announcement:
    announcement = make_announcement(session, unit=ward, title="Khám sàng lọc", author_id=writer.id)
    sending.send(session, announcement=announcement)
    session.commit()
    return announcement


def said(at: AppTest) -> str:
    """Everything the page says in its own parts."""
    return "\n".join(block.proto.body for block in at.get("html"))


def test_composing_shows_what_leaders_will_paste_and_who_is_reached(
    session: Session, visit: Visit, ward: Unit, writer: User
) -> None:
    at = visit("compose", user=writer)

    at.text_input(key="c_title").set_value("Tổng vệ sinh")
    at.text_area(key="c_body").set_value("Sáng thứ Bảy, mỗi nhà một người.").run()

    page = said(at)
    assert "Kính gửi bà con Tổ 13, Sông Cầu." in page
    assert "Sáng thứ Bảy, mỗi nhà một người." in page
    assert not at.exception


def test_a_draft_is_submitted_and_waits_for_another(session: Session, visit: Visit, ward: Unit, writer: User) -> None:
    at = visit("compose", user=writer)
    at.text_input(key="c_title").set_value("Tổng vệ sinh")
    at.text_area(key="c_body").set_value("Sáng thứ Bảy.")

    at.button(key="c_submit").click().run()

    draft = session.exec(select(Announcement)).one()
    assert (draft.title, draft.status, draft.author_id) == ("Tổng vệ sinh", AnnouncementStatus.IN_REVIEW, writer.id)
    assert "Đã trình duyệt" in at.success[0].value


def test_a_refusal_keeps_what_was_typed(session: Session, visit: Visit, ward: Unit, writer: User) -> None:
    at = visit("compose", user=writer)
    at.text_input(key="c_title").set_value("Tổng vệ sinh")

    at.button(key="c_submit").click().run()

    assert "Chưa có “Nội dung”" in at.error[0].value
    assert at.text_input(key="c_title").value == "Tổng vệ sinh"
    assert session.exec(select(Announcement.status)).all() == [AnnouncementStatus.DRAFT]  # it keeps itself


def test_the_author_finds_no_button_to_approve(visit: Visit, waiting: Announcement, writer: User) -> None:
    at = visit("review", user=writer, id=str(waiting.id))

    assert "r_ok" not in [button.key for button in at.button]


def test_whoever_approves_sees_all_that_goes_out(visit: Visit, waiting: Announcement, chief: User) -> None:
    page = said(visit("review", user=chief, id=str(waiting.id)))

    heads = ("Tổ trưởng dán vào nhóm", "Bà con mở trên điện thoại", "Tin nhắn SMS", "Tờ thông báo in", "Bài đọc loa")
    assert [head for head in heads if f"<b>{head}</b>" not in page] == []
    assert "Kính gửi bà con Tổ 13, Sông Cầu." in page
    assert "Sang mai, tai Tram Y te." in page
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in page


def test_another_official_approves_and_sees_the_board(session: Session, visit: Visit, waiting: Announcement, chief: User) -> None:
    at = visit("review", user=chief, id=str(waiting.id))

    at.button(key="r_ok").click().run()

    session.refresh(waiting)
    assert (waiting.status, waiting.approver_id) == (AnnouncementStatus.SCHEDULED, chief.id)
    assert "Gửi sau 10 giây" in said(at)
    assert "r_stop" not in [button.key for button in at.button]


def test_within_ten_seconds_a_sending_is_taken_back(session: Session, visit: Visit, waiting: Announcement, chief: User) -> None:
    at = visit("review", user=chief, id=str(waiting.id))
    at.button(key="r_ok").click().run()

    at.button(key="r_undo").click().run()

    session.refresh(waiting)
    assert (waiting.status, waiting.approver_id) == (AnnouncementStatus.IN_REVIEW, None)
    assert "Đã hoàn tác" in at.success[0].value
    assert "r_ok" in [button.key for button in at.button]


def test_after_ten_seconds_the_board_follows(session: Session, visit: Visit, waiting: Announcement, chief: User) -> None:
    at = visit("review", user=chief, id=str(waiting.id))
    at.button(key="r_ok").click().run()
    with time_machine.travel(clock.now() + timedelta(seconds=10), tick=False):
        at.run()
        before = said(at)
        session.expire_all()
        sending.send_scheduled(session, announcement_id=waiting.id)
        session.commit()

        at.run()

    assert "Đang gửi" in before
    assert "Tổ đã đăng" in said(at)


def test_where_nobody_keeps_promises_whoever_looks_sends_it(
    session: Session, visit: Visit, waiting: Announcement, chief: User
) -> None:
    at = visit("review", user=chief, id=str(waiting.id))
    at.button(key="r_ok").click().run()

    with time_machine.travel(clock.now() + timedelta(seconds=14), tick=False):
        at.run()

    session.refresh(waiting)
    assert waiting.status is AnnouncementStatus.SENT


def test_an_emergency_is_handed_over_at_once(session: Session, visit: Visit, waiting: Announcement, chief: User) -> None:
    waiting.urgency = Urgency.EMERGENCY
    session.commit()
    at = visit("review", user=chief, id=str(waiting.id))

    at.button(key="r_ok").click().run()

    assert "Đã giao cho 1 tổ trưởng" in at.success[0].value


def test_at_night_the_button_and_the_page_say_when_it_leaves(
    session: Session, visit: Visit, waiting: Announcement, chief: User
) -> None:
    with time_machine.travel(NOON + timedelta(hours=10), tick=False):  # 22 giờ
        at = visit("review", user=chief, id=str(waiting.id))
        label = at.button(key="r_ok").label
        at.button(key="r_ok").click().run()

    assert label.replace("\xa0", " ") == "Duyệt, gửi 6 giờ, thứ Tư 25/11/2026"
    assert "Sẽ gửi thứ Tư 25/11/2026, 6 giờ" in said(at).replace("\xa0", " ")
    assert "Duyệt trong giờ nghỉ" in said(at)


def test_an_emergency_at_night_asks_why(session: Session, visit: Visit, waiting: Announcement, chief: User) -> None:
    waiting.urgency = Urgency.EMERGENCY
    session.commit()
    with time_machine.travel(NOON + timedelta(hours=10), tick=False):
        at = visit("review", user=chief, id=str(waiting.id))
        at.button(key="r_ok").click().run()
        refused = at.error[0].value
        at.text_input(key="r_note").set_value("Nước lên nhanh.")
        at.button(key="r_ok").click().run()

    session.refresh(waiting)
    assert "vì sao phải gửi lúc này" in refused
    assert waiting.status is AnnouncementStatus.SENT


def test_officials_talk_about_a_draft_where_they_read_it(visit: Visit, waiting: Announcement, writer: User, chief: User) -> None:
    at = visit("review", user=writer, id=str(waiting.id))
    at.text_area(key="r_comment").set_value("Trạm y tế đã xác nhận giờ.")
    next(button for button in at.button if button.label == "Gửi góp ý").click().run()

    at = visit("review", user=chief, id=str(waiting.id))

    assert "Trạm y tế đã xác nhận giờ." in said(at)
    assert "Lò Thị Mai, góp ý" in said(at)


def test_the_approver_sees_what_changed_since_the_last_look(
    session: Session, visit: Visit, waiting: Announcement, writer: User, chief: User
) -> None:
    author = actor_of(session, writer)
    draft_versions.keep(session, actor=author, announcement=waiting)
    session.commit()
    first = said(visit("review", user=chief, id=str(waiting.id)))
    words = Words(title="Tổng vệ sinh sáng Chủ nhật", body=waiting.body, unit_ids=[waiting.unit_id])
    session.expire_all()
    drafts.edit(session, actor=author, announcement_id=waiting.id, version=1, words=words)
    approvals.submit(session, actor=author, announcement_id=waiting.id)
    draft_versions.keep(session, actor=author, announcement=waiting)
    session.commit()

    at = visit("review", user=chief, id=str(waiting.id))
    shown = said(at)
    at.run()

    assert "Đã đổi" not in first
    assert all(words in shown for words in ("từ lần ông/bà xem trước", "Tổng vệ sinh sáng thứ Bảy", "Tổng vệ sinh sáng Chủ nhật"))
    assert "từ lần ông/bà xem trước" in said(at)  # it stays while one reads
    assert "từ lần ông/bà xem trước" not in said(visit("review", user=writer, id=str(waiting.id)))


def test_an_approver_returns_it_with_a_reason(session: Session, visit: Visit, waiting: Announcement, chief: User) -> None:
    at = visit("review", user=chief, id=str(waiting.id))
    at.button(key="r_back").click().run()
    at.text_input(key="r_reason").set_value("Thiếu giờ bắt đầu.")

    at.button(key="r_back_ok").click().run()

    session.refresh(waiting)
    assert (waiting.status, waiting.return_reason) == (AnnouncementStatus.DRAFT, "Thiếu giờ bắt đầu.")


def test_today_shows_what_waits_and_what_is_late(
    session: Session, visit: Visit, waiting: Announcement, sent: Announcement, chief: User
) -> None:
    relay = session.exec(select(Relay)).one()
    relay.due_at = clock.now() - timedelta(minutes=42)
    session.commit()

    at = visit("today", user=chief)

    page = said(at)
    assert "Duyệt: Tổng vệ sinh sáng thứ Bảy" in page
    assert "1 tổ chưa đăng: Khám sàng lọc" in page
    assert not at.exception


def test_the_board_counts_posted_groups_and_the_ward_enters_a_leaders_word(
    session: Session, visit: Visit, sent: Announcement, chief: User
) -> None:
    at = visit("announcement", user=chief, id=str(sent.id))
    relay = session.exec(select(Relay)).one()
    session.commit()  # a reader that holds the write lock would keep the page waiting
    at.selectbox(key="b_relay").set_value(relay.id).run()

    at.button(key="b_enter").click().run()

    session.refresh(relay)
    assert (relay.posted_at is not None, relay.posted_by) == (True, "Đào Minh Tú")
    assert "relay.posted" in session.exec(select(AuditEvent.action)).all()


def test_withdrawing_needs_the_number_of_groups(session: Session, visit: Visit, sent: Announcement, chief: User) -> None:
    at = visit("announcement", user=chief, id=str(sent.id))
    at.button(key="b_stop").click().run()
    assert at.button(key="b_stop_ok").disabled
    at.text_input(key="b_count").set_value("7").run()
    assert at.button(key="b_stop_ok").disabled
    assert "Xin gõ 1" in at.error[0].value
    at.text_input(key="b_count").set_value("1").run()

    at.button(key="b_stop_ok").click().run()

    session.refresh(sent)
    assert sent.status is AnnouncementStatus.CANCELLED


def test_the_question_of_withdrawing_can_be_left(session: Session, visit: Visit, sent: Announcement, chief: User) -> None:
    at = visit("announcement", user=chief, id=str(sent.id))
    at.button(key="b_stop").click().run()

    at.button(key="b_stop_no").click().run()

    session.refresh(sent)
    assert sent.status is AnnouncementStatus.SENT
    assert "b_stop_ok" not in [button.key for button in at.button]


def post_and_withdraw(session: Session, sent: Announcement, chief: User) -> Relay:
    relay = session.exec(select(Relay)).one()
    relays.post(session, token=relay.token)
    announcements.cancel(session, actor=actor_of(session, chief), announcement_id=sent.id)
    session.commit()
    return relay


def test_the_board_of_a_withdrawn_one_says_what_is_left_and_the_ward_enters_who_deleted(
    session: Session, visit: Visit, sent: Announcement, chief: User
) -> None:
    relay = post_and_withdraw(session, sent, chief)
    at = visit("announcement", user=chief, id=str(sent.id))
    before = said(at)
    at.selectbox(key="b_relay").set_value(relay.id).run()

    at.button(key="b_enter").click().run()

    assert "người thu hồi: Đào Minh Tú" in before
    assert "Gọi 1 tổ trưởng chưa báo gỡ bài" in before
    assert not [words for words in ("tất cả đã đăng", "Gõ cửa", "Đường dẫn của phường") if words in before]
    assert "không nhóm nào còn bài" in said(at)
    assert "Gọi 1 tổ trưởng" not in said(at)
    assert "b_stop" not in [button.key for button in at.button]


def test_what_was_withdrawn_before_anyone_posted_asks_for_nothing(
    session: Session, visit: Visit, sent: Announcement, chief: User
) -> None:
    announcements.cancel(session, actor=actor_of(session, chief), announcement_id=sent.id)
    session.commit()

    at = visit("announcement", user=chief, id=str(sent.id))

    assert "Chưa tổ nào đăng" in said(at)
    assert "b_enter" not in [button.key for button in at.button]


def test_the_board_of_a_corrected_one_leads_to_the_correction_and_back(
    session: Session, visit: Visit, ward: Unit, sent: Announcement, chief: User
) -> None:
    correction = make_announcement(session, unit=ward, title="Đính chính giờ khám", corrects_id=sent.id)
    sending.send(session, announcement=correction)
    session.commit()

    old, new = (said(visit("announcement", user=chief, id=str(id_))) for id_ in (sent.id, correction.id))

    assert "Đã đính chính" in old
    assert f'href="/announcement?id={correction.id}"' in old
    assert "Gõ cửa" not in old
    assert f'href="/announcement?id={sent.id}"' in new
    assert "Đã đính chính" in said(visit("announcements", user=chief))


def test_who_posted_is_said_in_the_row(session: Session, visit: Visit, sent: Announcement, chief: User) -> None:
    relay = session.exec(select(Relay)).one()
    relays.post(session, token=relay.token)
    session.commit()
    by_leader = said(visit("announcement", user=chief, id=str(sent.id)))
    relay.posted_by = "Lò Thị Mai"
    session.add(relay)
    session.commit()

    by_ward = said(visit("announcement", user=chief, id=str(sent.id), again="1"))

    assert "tổ trưởng tự báo" in by_leader
    assert "Lò Thị Mai ghi thay" in by_ward or "tổ trưởng tự báo" in by_ward


def test_what_asks_for_nothing_shows_phones_not_a_zero(session: Session, visit: Visit, sent: Announcement, chief: User) -> None:
    sent.asks_for = AsksFor.NOTHING
    session.add(sent)
    session.add(ReachCount(announcement_id=sent.id, group_id=session.exec(select(Relay.group_id)).one(), at=clock.now(), opens=3))
    session.commit()

    board, today, rows = (said(visit(page, user=chief, id=str(sent.id))) for page in ("announcement", "today", "announcements"))

    assert "không hỏi lại bà con" in board
    assert "biết chắc" not in board
    assert "mở trên 3 máy; không hỏi lại" in today
    assert "không hỏi lại" in rows


def test_more_is_known_than_phones_opened_is_said_so(session: Session, visit: Visit, sent: Announcement, chief: User) -> None:
    session.add(ReachCount(announcement_id=sent.id, group_id=None, at=clock.now(), known=2))
    session.commit()

    board, today = (said(visit(page, user=chief, id=str(sent.id))) for page in ("announcement", "today"))

    assert "lấy bằng số biết chắc, vì chỉ mở trên 0 máy" in board
    assert "2 / 2 hộ biết chắc, nhiều hơn số máy đã mở (0)" in today


def test_the_first_screen_shows_three_under_way_and_leads_to_the_others(
    session: Session, visit: Visit, ward: Unit, sent: Announcement, chief: User
) -> None:
    for title, urgency in (("Một", Urgency.NORMAL), ("Hai", Urgency.URGENT), ("Ba", Urgency.NORMAL), ("Bốn", Urgency.NORMAL)):
        sending.send(session, announcement=make_announcement(session, unit=ward, title=title, urgency=urgency))
    session.commit()

    page = said(visit("today", user=chief))
    make_announcement(session, unit=ward, title="Còn là dự thảo")
    rows = said(visit("announcements", user=chief, loc="running"))

    assert page.index(">Hai<") < min(
        page.index(f">{one}<") for one in ("Ba", "Bốn", "Một", "Khám sàng lọc") if f">{one}<" in page
    )
    assert "Còn 2 thông báo đang đi" in page
    assert "/announcements?loc=running" in page
    assert "5 thông báo" in rows
    assert "Còn là dự thảo" not in rows


def test_the_board_asks_for_the_second_look_until_it_was_taken(
    session: Session, visit: Visit, ward: Unit, writer: User, chief: User
) -> None:
    boss = make_user(session, unit=ward, role=Role.OFFICIAL)
    alone = make_announcement(
        session, unit=ward, urgency=Urgency.EMERGENCY, author_id=boss.id, approver_id=boss.id,
        status=AnnouncementStatus.APPROVED,
    )  # fmt: skip
    sending.send(session, announcement=alone)
    session.commit()

    keys = [[button.key for button in visit("announcement", user=who, id=str(alone.id)).button] for who in (boss, writer)]
    at = visit("announcement", user=chief, id=str(alone.id))
    at.text_input(key="b_look_note").set_value("Chủ tịch đã đồng ý qua điện thoại.")
    at.button(key="b_look").click().run()

    session.refresh(alone)
    assert all("b_look" not in some for some in keys)
    assert alone.second_look_id == chief.id
    assert "b_look" not in [button.key for button in at.button]


def test_the_second_look_leads_to_the_text(session: Session, visit: Visit, ward: Unit, chief: User) -> None:
    other = make_user(session, unit=ward, role=Role.OFFICIAL)
    alone = make_announcement(
        session, unit=ward, title="Bão đổ bộ", body="Di dời ngay.", urgency=Urgency.EMERGENCY, author_id=other.id,
        approver_id=other.id, status=AnnouncementStatus.APPROVED,
    )  # fmt: skip
    sending.send(session, announcement=alone)
    session.commit()

    at = visit("today", user=chief)
    links = [link.proto.page for link in at.get("page_link") if "announcement" in link.proto.page]
    board = visit("announcement", user=chief, id=str(alone.id))

    assert "announcement" in links
    assert "Di dời ngay." in said(board)
    at.button(key="look0").click().run()
    session.refresh(alone)
    assert alone.second_look_id == chief.id


def test_what_waits_names_its_author_and_its_households(visit: Visit, waiting: Announcement, chief: User) -> None:
    page = said(visit("today", user=chief))

    assert "Lò Thị Mai soạn, gửi" in page


def test_filters_without_a_hit_can_be_cleared(visit: Visit, waiting: Announcement, chief: User) -> None:
    at = visit("announcements", user=chief, tim="khong co gi", loc="Đã gửi")
    assert "Không có thông báo nào khớp" in said(at)

    at.button(key="clear").click().run()

    assert at.selectbox(key="loc").value == "all"
    assert "Tổng vệ sinh sáng thứ Bảy" in said(at)


def test_a_stranger_to_the_ward_does_not_learn_of_it(session: Session, visit: Visit, sent: Announcement) -> None:
    other = make_user(session, unit=make_unit(session), role=Role.OFFICIAL)

    at = visit("announcement", user=other, id=str(sent.id))

    assert "Không tìm thấy thông báo này." in at.error[0].value
    assert "Khám sàng lọc" not in said(at)


@pytest.mark.parametrize("page", ["compose", "review", "announcement", "today"])
def test_a_viewer_does_not_write(session: Session, visit: Visit, ward: Unit, page: str) -> None:
    viewer = make_user(session, unit=ward, role=Role.VIEWER)

    at = visit(page, user=viewer)

    assert not [button for button in at.button if (button.key or "").startswith(("c_", "r_", "b_"))]


def test_a_name_never_becomes_a_tag(session: Session, visit: Visit, ward: Unit, writer: User) -> None:
    nasty = "<img src=x onerror=alert(1)>\"'"
    draft = make_announcement(session, unit=ward, title=nasty, body=nasty, author_id=writer.id)

    at = visit("review", user=writer, id=str(draft.id))

    page = said(at)
    assert "<img src=x" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page


def test_the_list_filters_by_words_without_marks(
    session: Session, visit: Visit, waiting: Announcement, sent: Announcement, chief: User
) -> None:
    at = visit("announcements", user=chief, tim="tong ve sinh")

    page = said(at)
    assert "Tổng vệ sinh sáng thứ Bảy" in page
    assert "Khám sàng lọc" not in page


def test_relays_of_a_leader_wait_on_the_own_page(session: Session, sent: Announcement) -> None:
    leader = session.exec(select(User).where(User.role == Role.LEAD)).one()

    waiting_now = passing_on.waiting_for(session, actor=actor_of(session, leader))

    assert [one.announcement.title for one in waiting_now] == ["Khám sàng lọc"]


def test_a_draft_edited_after_it_was_read_is_not_approved_by_that_press(
    session: Session, visit: Visit, waiting: Announcement, chief: User, writer: User
) -> None:
    at = visit("review", user=chief, id=str(waiting.id))
    waiting.title, waiting.version = "Đã đổi", waiting.version + 1
    session.add(waiting)
    session.commit()

    at.button(key="r_ok").click().run()
    session.refresh(waiting)
    assert (waiting.status, "đã được sửa" in at.error[0].value) == (AnnouncementStatus.IN_REVIEW, True)
    session.commit()

    at.button(key="r_ok").click().run()
    session.refresh(waiting)
    assert waiting.status is AnnouncementStatus.SCHEDULED


def test_a_schedule_of_which_half_is_missing_is_not_guessed(session: Session, visit: Visit, ward: Unit, writer: User) -> None:
    at = visit("compose", user=writer)
    at.text_input(key="c_title").set_value("Tổng vệ sinh")
    at.text_area(key="c_body").set_value("Sáng thứ Bảy.")
    at.toggle(key="c_later").set_value(True).run()

    at.button(key="c_submit").click().run()

    assert "hãy chọn cả ngày và giờ" in at.error[0].value
    assert session.exec(select(Announcement.status)).all() == [AnnouncementStatus.DRAFT]


def test_an_address_that_leads_to_nothing_says_so_without_breaking(visit: Visit, ward: Unit, writer: User) -> None:
    for page in ("review", "announcement", "compose"):
        at = visit(page, user=writer, id="0190a0b0-0000-7000-8000-000000000000")

        assert [error.value for error in at.error] == ["Không tìm thấy thông báo này."]
        assert not at.exception


@pytest.fixture
def planned(session: Session, waiting: Announcement, chief: User) -> Announcement:
    waiting.send_at = NOON + timedelta(hours=3)
    session.commit()
    approvals.approve(session, actor=actor_of(session, chief), announcement_id=waiting.id, version=1)
    session.commit()
    return waiting


def test_the_calendar_names_hour_zone_and_time_left(visit: Visit, planned: Announcement, writer: User) -> None:
    at = visit("announcements", user=writer, xem="month", thang="2026-11")

    page = said(at).replace("\xa0", " ")
    assert "Tháng 11/2026" in page
    assert "UTC+07:00" in page
    assert "thứ Ba 24/11/2026" in page
    assert "15 giờ" in page
    assert "còn 3 giờ" in page
    assert f"/review?id={planned.id}" in page
    assert "thang=2026-12" in page
    assert "a_move_ok" not in [button.key for button in at.button]


def test_whoever_approves_moves_the_hour_from_the_calendar(
    session: Session, visit: Visit, planned: Announcement, chief: User
) -> None:
    at = visit("announcements", user=chief, xem="month", thang="2026-11")

    at.date_input(key="a_day").set_value(clock.local(NOON).date())
    at.time_input(key="a_hour").set_value(time(16, 30))
    at.button(key="a_move_ok").click().run()

    session.refresh(planned)
    assert (planned.send_at, planned.approver_id) == (NOON + timedelta(hours=4, minutes=30), chief.id)
    assert "Đã đổi giờ" in at.success[0].value
    assert "Tháng 11/2026" in said(at)


def test_a_month_without_announcements_says_so(visit: Visit, ward: Unit, writer: User) -> None:
    at = visit("announcements", user=writer, xem="month", thang="2030-01")

    assert "chưa có thông báo nào" in said(at)
    assert not at.exception
