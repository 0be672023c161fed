"""What is pointed out in a text before it leaves. The clock stands at a Tuesday, 24/11/2026."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session

from core import clock, formats
from core.errors import Invalid
from models import AnnouncementKind, Unit, Urgency
from services import text_checks, web_links
from services.text_checks import Checked, Finding, findings
from tests.factories import NOON, make_announcement, make_unit

pytestmark = pytest.mark.usefixtures("noon")

CALM = "Mời bà con dự họp ở nhà văn hóa."


def of(text: str, *, place: str = "body", **more: object) -> list[Finding]:
    return findings(Checked({place: text}, **more))  # type: ignore[arg-type]


def sentences(found: list[Finding]) -> list[str]:
    return [one.message.format(**one.blanks) for one in found]


def near(days: int) -> date:
    return clock.local(NOON).date() + timedelta(days=days)


def test_a_calm_text_has_nothing_to_say_against_it() -> None:
    assert of(CALM) == []


@given(st.integers(1, 300), st.integers(1, 6))
def test_a_weekday_that_is_not_that_days_stops_and_the_right_ones_are_named(ahead: int, off: int) -> None:
    day = near(ahead)
    wrong = formats.day(day + timedelta(days=off)).rsplit(" ", 1)[0]

    [found] = of(f"Họp {wrong} {day:%d/%m/%Y}, mời bà con dự.")

    assert found.severity == "stop"
    assert found.blanks["weekday"] == text_checks._WEEKDAYS[day.weekday()]


@given(st.integers(0, 300))
def test_a_right_weekday_is_never_pointed_out(ahead: int) -> None:
    assert of(f"Họp {formats.day(near(ahead))}, mời bà con dự.") == []


def test_the_sentence_names_both_ways_to_mend_a_weekday() -> None:
    found = of("Sáng Chủ nhật 28/11, tổng vệ sinh.")

    assert sentences(found) == ["“Chủ nhật 28/11”: ngày 28/11/2026 là thứ Bảy. Nếu đúng là Chủ nhật thì phải là ngày 29/11/2026."]


def test_a_day_that_no_calendar_has_stops() -> None:
    assert sentences(of("Hạn nộp 30/2.")) == ["Lịch không có ngày “30/2”."]


def test_a_day_that_has_passed_is_pointed_out() -> None:
    [found] = of("Họp ngày 20/11.")

    assert (found.severity, found.message.format(**found.blanks)) == (
        "warn", "“20/11” (thứ Sáu 20/11/2026) đã qua khi tin được gửi.",
    )  # fmt: skip


def test_a_deadline_after_the_day_itself_is_pointed_out() -> None:
    found = of("Họp ngày 25/11.", must_reach_by=NOON + timedelta(days=3))

    assert "có hộ sẽ biết khi việc đã qua" in sentences(found)[0]


def test_a_day_after_the_end_of_the_announcement_is_pointed_out() -> None:
    found = of("Họp ngày 30/11.", expires_at=NOON + timedelta(days=3))

    assert "sau ngày tin hết hiệu lực" in sentences(found)[0]


def test_tomorrow_is_counted_from_the_day_of_sending() -> None:
    text = "Sáng mai, thứ Tư 25/11, khám sàng lọc."

    assert of(text) == []
    assert len(of(text, send_at=NOON + timedelta(days=1))) == 1


@pytest.mark.parametrize("text", ["từ 25h30", "lúc 7h75", "lúc 24 giờ 30"])
def test_an_hour_that_no_clock_shows_stops(text: str) -> None:
    assert [one.severity for one in of(f"Họp {text}.")] == ["stop"]


@pytest.mark.parametrize(
    "text", ["từ 7h30 đến 11h30", "trong 48 giờ", "từ 22 giờ đến 5 giờ", "lúc 7 giờ 30", "trực 24/24 giờ", "trực 24/7"]
)
def test_hours_people_write_are_left_alone(text: str) -> None:
    assert of(f"Trực {text}.") == []


def test_an_end_before_its_beginning_is_pointed_out() -> None:
    assert sentences(of("Cắt điện 11h30 - 7h30.")) == ["“11h30 - 7h30”: giờ kết thúc đứng trước giờ bắt đầu."]


@pytest.mark.parametrize("blank", ["[ngày khám]", "........", "____", "{day}"])
def test_a_blank_left_open_stops(blank: str) -> None:
    [found] = of(f"Khám lúc {blank} tại trạm.")

    assert (found.severity, found.words) == ("stop", blank)


@pytest.mark.parametrize("text", ["căn cước 006201004567", "số 019 185 001 234 của bà", "CMND 095123456"])
def test_a_citizens_number_stops_and_is_not_repeated(text: str) -> None:
    [found] = of(text)

    assert found.severity == "stop"
    assert found.words not in sentences([found])[0]


@pytest.mark.parametrize(
    "text", ["Hồ sơ 000.00.16.H03-260301-0012", "tài khoản 103870123456", "mã 012345678901", "Số 970403123456 in trên máy"]
)
def test_other_long_numbers_are_no_citizens(text: str) -> None:
    assert [one for one in of(text) if one.severity == "stop"] == []


def test_a_list_of_names_with_telephones_stops() -> None:
    found = of("Nguyễn Văn An 0912 345 678\nHà Thị Bé 0987 654 321")

    assert [one.severity for one in found] == ["stop"]


def test_the_end_of_a_telephone_is_no_number_of_a_house_before_a_street_named_after_a_person() -> None:
    found = of("Triệu Quý Đường 0912 345 678, Hoàng Thị Lượt 0912.345.679, Nông Văn Phúc")

    assert [one.blanks for one in found] == [{"names": 3, "phones": 2}]
    assert of("Trạm ở 12, Nguyễn Văn Cừ, khám đái tháo đường.") == []


def test_one_private_telephone_is_pointed_out_and_the_wards_own_is_not() -> None:
    text = "Hỏi số 0912 345 678."

    assert [one.severity for one in of(text)] == ["warn"]
    assert of(text, known=["+84912345678"]) == []


def test_an_illness_beside_names_stops_and_alone_is_fine() -> None:
    assert [one.severity for one in of("Ông Nguyễn Văn An và bà Hà Thị Bé mắc bệnh lao.")] == ["stop"]
    assert of("Khám sàng lọc đái tháo đường miễn phí.") == []


@pytest.mark.parametrize(
    "place", ["đường Nông Văn Quang", "Trường Tiểu học Nguyễn Du", "phường Nguyễn Thị Minh Khai", "tổ 3, 4, 5 Phùng Chí Kiên"]
)
def test_a_place_named_after_a_person_is_no_person(place: str) -> None:
    assert of(f"Khám sàng lọc đái tháo đường tại {place}.") == []


@pytest.mark.parametrize(
    ("text", "house"),
    [
        ("Có ca bệnh sốt xuất huyết ở số 5 đường Hùng Vương, tổ 2.", "số 5 đường Hùng Vương"),
        ("Nhà số 12 tổ 2 có người bệnh, đang phun muỗi.", "Nhà số 12"),
    ],
)  # fmt: skip
def test_the_house_of_somebody_who_is_ill_is_pointed_out(text: str, house: str) -> None:
    [found] = of(text)

    assert (found.severity, found.words) == ("warn", house)
    assert "Chỉ nêu khu vực" in sentences([found])[0]


@pytest.mark.parametrize(
    "text",
    [
        "Có ca bệnh sốt xuất huyết ở khu vực tổ 1, 2, 3.", "Khám tại số 5 đường Hùng Vương. Tuần trước có ca bệnh ở tổ 2.",
        "Ai có người bệnh trong nhà xin báo Trạm Y tế, số 5 đường Hùng Vương.",
    ],
)  # fmt: skip
def test_an_area_and_the_address_of_an_office_tell_of_nobody(text: str) -> None:
    assert of(text) == []


def test_shouting_is_pointed_out_and_abbreviations_are_not() -> None:
    assert [one.severity for one in of("ĐỀ NGHỊ TOÀN THỂ BÀ CON CHÚ Ý")] == ["warn"]
    assert [one.severity for one in of("Mời bà con!!!")] == ["warn"]
    assert of("UBND và HĐND phường mời bà con dự họp.") == []


def test_more_than_five_lines_for_the_group_are_pointed_out_there_only() -> None:
    lines = "\n".join(["Một dòng."] * 6)

    assert [one.severity for one in of(lines, place="group_text")] == ["warn"]
    assert of(lines, place="body") == []


@pytest.mark.parametrize(
    ("link", "part"),
    [
        ("https://bit.ly/abc", "rút gọn"), ("http://203.0.113.9/a", "tên một trang"), ("https://vneid-capnhat.com", "cơ quan"),
        ("https://dichvucong.gov.vn.evil.com/a", "cơ quan"), ("https://dichvucong.gov.vn@evil.com", "che nơi"),
        ("https://tai-ve.com/app.apk", "ứng dụng"), ("qua-tang.top", "lừa đảo"), ("http://bao.com", "http"),
        ("https://bao.com/tin", "tin cậy"),
    ],
)  # fmt: skip
def test_an_odd_link_says_what_is_odd_about_it(link: str, part: str) -> None:
    [found] = of(f"Xem tại {link}.")

    assert (found.words, found.severity) == (link, "warn")
    assert part in sentences([found])[0]


def test_a_link_to_an_authority_is_fine_and_an_address_in_a_letter_is_none() -> None:
    assert of("Nộp tại https://dichvucong.gov.vn/p/1 hoặc thư bac.kan@thainguyen.gov.vn.") == []


def test_a_warning_of_swindlers_may_carry_no_living_link() -> None:
    text = "Kẻ giả danh công an gửi http://vneid.top/cai, không bấm. Trang thật: https://vneid.gov.vn"

    [found] = of(text, kind=AnnouncementKind.WARNING)

    assert (found.severity, found.words) == ("stop", "http://vneid.top/cai")
    assert of(web_links.defanged(text), kind=AnnouncementKind.WARNING) == []
    assert "hxxp://vneid[.]top/cai" in web_links.defanged(text)
    assert "https://vneid.gov.vn" in web_links.defanged(text)


@given(st.text(alphabet="abhtps:/.@ -[]xn0123456789", max_size=60))
def test_no_text_keeps_a_living_link_once_it_is_written_dead(text: str) -> None:
    assert [link for link in web_links.found_in(web_links.defanged(text)) if not link.is_trusted] == []


@given(st.text(max_size=200))
def test_any_text_can_be_checked(text: str) -> None:
    for found in of(text, place="group_text"):
        found.message.format(**found.blanks)


def test_what_cannot_be_right_is_not_handed_on_but_an_emergency_waits_for_blanks_only(session: Session, ward: Unit) -> None:
    wrong = make_announcement(session, unit=ward, body="Chủ nhật 28/11")
    pressing = make_announcement(session, unit=ward, body="Chủ nhật 28/11", urgency=Urgency.EMERGENCY)
    open_ = make_announcement(session, unit=ward, body="Rời nhà trước [giờ]", urgency=Urgency.EMERGENCY)

    with pytest.raises(Invalid, match="là thứ Bảy"):
        text_checks.expect_ready(session, announcement=wrong)
    with pytest.raises(Invalid, match="chưa điền"):
        text_checks.expect_ready(session, announcement=open_)
    text_checks.expect_ready(session, announcement=pressing)


def test_a_place_of_the_ward_is_no_person_beside_an_illness(session: Session, ward: Unit) -> None:
    make_unit(session, parent=ward, name="Tổ dân phố Hoàng Trường Minh", short_name="Hoàng Trường Minh")
    text = "Bà con Hoàng Trường Minh, Nguyễn Thị Lan Anh có ca bệnh sốt xuất huyết."

    with_place = findings(Checked({"body": text}, known=text_checks.known_in(session, ward=ward)))

    assert [one.severity for one in of(text)] == ["stop"]
    assert [one.severity for one in with_place] == ["warn"]
