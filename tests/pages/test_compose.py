"""Composing: what is missing is said at once and in sight, what an edit undoes, what a dropped draft is still good for."""

from datetime import date, time, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select
from streamlit.testing.v1 import AppTest

from core import clock, formats
from models import Announcement, AnnouncementKind, AnnouncementStatus, AsksFor, Role, Template, Unit, Urgency, User
from services import announcements, approvals, drafts, ports, sending
from services.access import actor_of
from services.ports import Ports
from tests.factories import NOON, make_announcement, make_group, make_household, make_unit, make_user
from tests.fakes import FakeEngine, FakeLinks, Nothing
from tests.pages.conftest import Visit

pytestmark = pytest.mark.usefixtures("noon")  # what is to leave in three hours must not fall into the night


@pytest.fixture
def ward(session: Session, promises: FakeEngine) -> Unit:
    """One residential group with a chat and a household."""
    ward = make_unit(session, name="Phường Bắc Kạn", valid_from=None)
    place = make_unit(session, parent=ward, short_name="Tổ 13, Sông Cầu")
    make_household(session, unit=place)
    make_group(session, unit=place)
    return ward


@pytest.fixture
def writer(session: Session, ward: Unit) -> User:
    return make_user(session, unit=ward, role=Role.STAFF)


@pytest.fixture
def chief(session: Session, ward: Unit) -> User:
    return make_user(session, unit=ward, role=Role.OFFICIAL)


@pytest.fixture
def waiting(session: Session, ward: Unit, writer: User) -> Announcement:
    """In review."""
    draft = make_announcement(session, unit=ward, title="Tổng vệ sinh", author_id=writer.id)
    approvals.submit(session, actor=actor_of(session, writer), announcement_id=draft.id)
    session.commit()
    return draft


@pytest.fixture
def planned(session: Session, ward: Unit, waiting: Announcement, chief: User) -> Announcement:
    """Approved, and to leave in three hours."""
    waiting.send_at = clock.now() + timedelta(hours=3)
    approvals.approve(session, actor=actor_of(session, chief), announcement_id=waiting.id, version=waiting.version)
    session.commit()
    return waiting


def said(at: AppTest) -> str:
    """Everything the page says in its own parts."""
    return "\n".join(block.proto.body for block in at.get("html"))


def errors(at: AppTest) -> list[str]:
    return [error.value for error in at.error]


def in_the_bar(at: AppTest) -> list[str]:
    """What is refused where it is in sight, at the lower edge."""
    waiting: list[Any] = [at.main]
    while waiting:
        block = waiting.pop()
        if getattr(block.proto, "id", "").endswith("actionbar"):
            return [error.value for error in block.get("error")]
        waiting += [child for child in block.children.values() if hasattr(child, "children")]
    return []


def keys(at: AppTest) -> set[str | None]:
    return {button.key for button in at.button}


def test_all_that_is_missing_is_named_at_once_in_the_bar_and_beside_each_field(
    session: Session, visit: Visit, ward: Unit, writer: User
) -> None:
    at = visit("compose", user=writer)
    at.multiselect(key="c_units").set_value([])

    at.button(key="c_submit").click().run()

    assert in_the_bar(at) == ["Còn thiếu: tiêu đề, nội dung, nơi nhận."]
    assert {"Chưa có “Tiêu đề”.", "Chưa có “Nội dung”.", "Hãy chọn ít nhất một đơn vị nhận."} <= set(errors(at))
    assert session.exec(select(Announcement)).all() == []


def test_what_has_been_mended_is_no_longer_missing_before_the_next_press(visit: Visit, ward: Unit, writer: User) -> None:
    at = visit("compose", user=writer)
    at.button(key="c_save").click().run()

    at.text_input(key="c_title").set_value("Tổng vệ sinh").run()

    assert errors(at) == ["Chưa có “Nội dung”.", "Còn thiếu: nội dung."]


def test_nothing_is_missing_before_anything_was_pressed(visit: Visit, ward: Unit, writer: User) -> None:
    at = visit("compose", user=writer)

    at.text_input(key="c_title").set_value("Tổng vệ sinh").run()

    assert errors(at) == []


def test_half_an_hour_and_an_empty_text_are_said_together(visit: Visit, ward: Unit, writer: User) -> None:
    at = visit("compose", user=writer)
    at.text_input(key="c_title").set_value("Tổng vệ sinh")
    at.toggle(key="c_later").set_value(True).run()

    at.button(key="c_submit").click().run()

    assert "Còn thiếu: nội dung, ngày và giờ gửi." in errors(at)


def test_an_hour_of_the_night_is_moved_to_the_morning_after_by_one_press(visit: Visit, writer: User) -> None:
    at = visit("compose", user=writer)
    at.toggle(key="c_later").set_value(True).run()
    at.date_input(key="c_send_day").set_value(NOON.date())
    at.time_input(key="c_send_hour").set_value(time(16, 0)).run()
    by_day = [button.key for button in at.button]
    at.time_input(key="c_send_hour").set_value(time(22, 30)).run()

    at.button(key="c_morning").click().run()

    assert "c_morning" not in by_day
    assert (at.date_input(key="c_send_day").value, at.time_input(key="c_send_hour").value) == (date(2026, 11, 25), time(6, 0))
    assert "c_morning" not in [button.key for button in at.button]


def test_an_emergency_may_leave_at_night_and_nothing_is_proposed(visit: Visit, writer: User) -> None:
    at = visit("compose", user=writer)
    at.selectbox(key="c_urgency").set_value(Urgency.EMERGENCY)
    at.toggle(key="c_later").set_value(True).run()
    at.date_input(key="c_send_day").set_value(NOON.date())

    at.time_input(key="c_send_hour").set_value(time(23, 0)).run()

    assert "c_morning" not in [button.key for button in at.button]


def test_who_edits_what_waits_for_approval_reads_what_that_undoes_before_and_after(
    session: Session, visit: Visit, waiting: Announcement, writer: User
) -> None:
    at = visit("compose", user=writer, id=str(waiting.id))
    assert "Bản này đang chờ duyệt" in said(at)
    assert "phải trình duyệt lại" in said(at)

    at.button(key="c_save").click().run()

    session.refresh(waiting)
    assert waiting.status is AnnouncementStatus.DRAFT
    assert at.success[0].value == "Đã lưu dự thảo, không còn chờ duyệt nữa; cần trình duyệt lại."


@pytest.mark.parametrize(
    ("press", "status", "news"),
    [
        ("c_save", AnnouncementStatus.DRAFT, "Lần duyệt trước không còn giá trị, máy không tự gửi nữa"),
        ("c_submit", AnnouncementStatus.IN_REVIEW, "Đã trình duyệt lại. Lần duyệt trước không còn giá trị"),
    ],
)
def test_who_edits_what_is_approved_reads_that_the_approval_is_void_before_and_after(
    session: Session, visit: Visit, planned: Announcement, writer: User, press: str, status: AnnouncementStatus, news: str
) -> None:
    at = visit("compose", user=writer, id=str(planned.id))
    assert "Bản này đã duyệt, hẹn gửi" in said(at)
    assert "lần duyệt đó không còn giá trị" in said(at)

    at.button(key=press).click().run()

    session.refresh(planned)
    assert (planned.status, planned.approver_id, planned.approved_at) == (status, None, None)
    assert news in at.success[0].value


def test_a_draft_can_be_edited_twice_from_one_browser(session: Session, visit: Visit, ward: Unit, writer: User) -> None:
    draft = make_announcement(session, unit=ward, author_id=writer.id)
    at = visit("compose", user=writer, id=str(draft.id))
    for title in ("Lần một", "Lần hai"):
        at.text_input(key="c_title").set_value(title)
        at.button(key="c_save").click().run()
        at.switch_page("pages/review.py").run()
        at.switch_page("pages/compose.py").run()

    session.refresh(draft)
    assert draft.title == "Lần hai"
    assert at.text_input(key="c_title").value == "Lần hai"
    assert errors(at) == []


def test_what_was_sent_says_before_typing_that_it_cannot_be_edited(
    session: Session, visit: Visit, ward: Unit, writer: User
) -> None:
    gone = make_announcement(session, unit=ward, author_id=writer.id)
    sending.send(session, announcement=gone)
    session.commit()

    at = visit("compose", user=writer, id=str(gone.id))

    assert "Bản này không sửa được nữa" in said(at)


def test_a_dropped_draft_is_taken_up_in_a_new_one_with_all_its_words(
    session: Session, visit: Visit, ward: Unit, writer: User
) -> None:
    place = session.exec(select(Unit).where(Unit.parent_id == ward.id)).one()
    dropped = make_announcement(
        session, unit=ward, units=[place], author_id=writer.id, title="Tổng vệ sinh", group_text="Sáng mai.",
        facts={"where": "Nhà văn hóa"}, urgency=Urgency.URGENT, asks_for=AsksFor.ATTENDANCE,
    )  # fmt: skip
    announcements.cancel(session, actor=actor_of(session, writer), announcement_id=dropped.id)
    session.commit()
    at = visit("review", user=writer, id=str(dropped.id))

    at.button(key="r_again").click().run()
    at.switch_page("pages/compose.py").run()  # where the press has led
    at.button(key="c_save").click().run()

    made = session.exec(select(Announcement).where(Announcement.status == AnnouncementStatus.DRAFT)).one()
    assert made.id != dropped.id
    for name in ("title", "body", "group_text", "facts", "urgency", "asks_for", "must_reach_by"):
        kept = getattr(dropped, name)
        assert getattr(made, name) == (kept.replace(second=0, microsecond=0) if name == "must_reach_by" else kept)
    assert [entry.unit_id for entry in drafts.audience_of(session, made.id)] == [place.id]


def test_only_what_was_dropped_before_it_left_is_taken_up(visit: Visit, waiting: Announcement, writer: User) -> None:
    at = visit("compose", user=writer, again=str(waiting.id))

    assert errors(at) == ["Chỉ dùng lại được bản đã bỏ khi chưa gửi."]


def test_dropping_asks_once_in_the_bar_and_has_a_way_back(
    session: Session, visit: Visit, waiting: Announcement, writer: User
) -> None:
    at = visit("review", user=writer, id=str(waiting.id))

    at.button(key="r_stop").click().run()

    session.refresh(waiting)
    assert waiting.status is AnnouncementStatus.IN_REVIEW
    session.commit()
    assert "Bỏ “Tổng vệ sinh”?" in said(at)
    assert "1 hộ không nhận được tin" in said(at)
    assert keys(at) & {"r_no", "r_stop_ok", "r_edit", "r_stop"} == {"r_no", "r_stop_ok"}
    at.button(key="r_no").click().run()
    assert "r_edit" in keys(at)
    assert "r_stop_ok" not in keys(at)


def test_what_is_dropped_says_so_and_offers_to_take_it_up(
    session: Session, visit: Visit, waiting: Announcement, writer: User
) -> None:
    at = visit("review", user=writer, id=str(waiting.id))
    at.button(key="r_stop").click().run()

    at.button(key="r_stop_ok").click().run()

    session.refresh(waiting)
    assert waiting.status is AnnouncementStatus.CANCELLED
    assert at.success[0].value == "Đã bỏ, chưa có gì gửi đi."
    assert "r_again" in keys(at)


def test_stopping_a_planned_one_names_its_hour_and_those_who_will_not_hear(
    session: Session, visit: Visit, planned: Announcement, chief: User
) -> None:
    at = visit("review", user=chief, id=str(planned.id))

    at.button(key="r_stop").click().run()

    assert "Dừng gửi “Tổng vệ sinh”?" in said(at)
    assert "1 hộ, 1 nhóm không nhận được tin, lần duyệt không còn giá trị" in said(at)


def test_who_may_not_stop_a_planned_one_finds_no_button(visit: Visit, planned: Announcement, writer: User) -> None:
    at = visit("review", user=writer, id=str(planned.id))

    assert "r_stop" not in keys(at)


def test_returning_without_a_reason_is_refused_and_keeps_asking(
    session: Session, visit: Visit, waiting: Announcement, chief: User
) -> None:
    at = visit("review", user=chief, id=str(waiting.id))
    at.button(key="r_back").click().run()

    at.button(key="r_back_ok").click().run()

    assert in_the_bar(at) == ["Hãy ghi lý do trả lại, để người soạn biết sửa chỗ nào."]
    assert "r_ok" not in keys(at)
    at.button(key="r_no").click().run()
    assert "r_ok" in keys(at)


@pytest.mark.parametrize(
    ("asks_for", "urgency", "shown", "hidden"),
    [
        (AsksFor.CONFIRMATION, Urgency.NORMAL, ["Tôi đã nắm thông tin"], ["cn-stamp", "mấy người đi"]),
        (AsksFor.CONFIRMATION, Urgency.EMERGENCY, ["Tôi đã biết", "Gọi phường", "Hỏa tốc"], ["Tôi đã nắm thông tin"]),
        (AsksFor.ATTENDANCE, Urgency.URGENT, ["Gia đình mình mấy người đi?", "Từ 3 người", "Khẩn"], ["Tôi đã biết"]),
        (AsksFor.NOTHING, Urgency.NORMAL, [], ["Tôi đã"]),
    ],
)
def test_the_preview_asks_in_the_words_of_the_phone(
    session: Session, visit: Visit, ward: Unit, writer: User, asks_for: AsksFor, urgency: Urgency, shown: list[str],
    hidden: list[str],
) -> None:  # fmt: skip
    draft = make_announcement(session, unit=ward, author_id=writer.id, asks_for=asks_for, urgency=urgency)

    at = visit("compose", user=writer, id=str(draft.id))

    [page] = [block.proto.body for block in at.get("html") if 'class="cn-page"' in block.proto.body]
    assert [words for words in shown if words not in page] == []
    assert [words for words in hidden if words in page] == []


def test_a_template_puts_its_words_into_the_form_with_the_weekday_of_each_day(
    session: Session, visit: Visit, ward: Unit, writer: User
) -> None:
    day = clock.today() + timedelta(days=3)
    at = visit("compose", user=writer)
    at.session_state["c_from_template"] = True
    at.run()
    at.selectbox(key="c_template").set_value("shipped:cleaning").run()
    at.date_input(key="c_blank_shipped:cleaning_0").set_value(day).run()

    at.button(key="c_use_template").click().run()

    assert at.text_input(key="c_title").value == f"Tổng vệ sinh môi trường {formats.day(day)}"
    assert at.selectbox(key="c_asks").value is AsksFor.ATTENDANCE
    assert "“[dụng cụ]” là chỗ trống chưa điền." in said(at)


def test_a_blank_left_open_is_kept_but_never_handed_on(session: Session, visit: Visit, ward: Unit, writer: User) -> None:
    at = visit("compose", user=writer)
    at.text_input(key="c_title").set_value("Họp tổ")
    at.text_area(key="c_body").set_value("Mời bà con họp [ngày họp].").run()

    at.button(key="c_submit").click().run()

    assert in_the_bar(at) == ["Chưa trình được. “\\[ngày họp\\]” là chỗ trống chưa điền."]
    assert all(one.status is AnnouncementStatus.DRAFT for one in session.exec(select(Announcement)))


def test_a_draft_becomes_a_template_of_the_ward(session: Session, visit: Visit, ward: Unit, writer: User) -> None:
    draft = make_announcement(session, unit=ward, title="Họp tổ", author_id=writer.id)
    session.commit()
    at = visit("compose", user=writer, id=str(draft.id))
    at.session_state["c_from_template"] = True
    at.run()
    at.text_input(key="c_keep_name").set_value("Họp tổ hằng tháng").run()

    at.button(key="c_keep_ok").click().run()

    assert [one.name for one in session.exec(select(Template))] == ["Họp tổ hằng tháng"]
    assert "Họp tổ hằng tháng (mẫu của phường)" in at.selectbox(key="c_template").options


def test_all_five_ways_to_meet_it_are_shown_side_by_side(visit: Visit, ward: Unit, writer: User) -> None:
    at = visit("compose", user=writer)
    at.text_input(key="c_title").set_value("Họp tổ")

    at.text_area(key="c_body").set_value("Mời bà con họp lúc 19 giờ 30.").run()

    seen = said(at)
    assert "Kính gửi bà con Tổ 13, Sông Cầu." in seen
    assert "Moi ba con hop luc 19 gio 30." in seen
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in seen
    assert "Mời bà con họp lúc mười chín giờ ba mươi." in seen
    assert "1 tin, khoảng 600\u00a0₫ một hộ" in seen


def test_a_warning_of_swindlers_loses_its_living_links_by_one_press(visit: Visit, ward: Unit, writer: User) -> None:
    at = visit("compose", user=writer)
    at.selectbox(key="c_kind").set_value(AnnouncementKind.WARNING)
    at.text_area(key="c_body").set_value("Kẻ giả danh gửi http://vneid.top/cai, không bấm.").run()

    at.button(key="c_defang").click().run()

    assert at.text_area(key="c_body").value == "Kẻ giả danh gửi hxxp://vneid[.]top/cai, không bấm."
    assert "c_defang" not in keys(at)


def test_links_are_asked_only_when_one_presses(visit: Visit, ward: Unit, writer: User, promises: FakeEngine) -> None:
    asked = FakeLinks({"https://gone.example.com/a": "dead"})
    nothing: Any = Nothing()
    ports.provide(Ports(sheets=nothing, paper=nothing, codes=nothing, engine=promises, tables=nothing, links=asked))
    at = visit("compose", user=writer)
    at.text_area(key="c_body").set_value("Xem https://gone.example.com/a nhé.").run()
    assert asked.urls == []

    at.button(key="c_links").click().run()

    assert asked.urls == ["https://gone.example.com/a"]
    assert "Trang không mở được" in said(at)
