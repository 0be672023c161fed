"""The loudspeaker's text: in words, and short enough for its slot."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ids import new_id
from models import Announcement
from services import spoken


def announcement(**words: object) -> Announcement:
    return Announcement(**({"unit_id": new_id(), "title": "Họp", "body": "Mời bà con dự."} | words))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Sáng thứ Bảy 28/11, từ 6h đến 8h30", "Sáng thứ bảy, ngày hai mươi tám tháng mười một, từ sáu giờ đến tám giờ ba mươi"),
        ("ngày 05/3/2026", "ngày mùng năm tháng ba năm hai nghìn không trăm hai mươi sáu"),
        ("ngày 15-16/8", "ngày mười lăm tháng tám đến ngày mười sáu tháng tám"),
        ("CN 4-4-2027", "chủ nhật, ngày mùng bốn tháng tư năm hai nghìn không trăm hai mươi bảy"),
        ("7 giờ 30 phút", "bảy giờ ba mươi phút"), ("lúc 7h05", "lúc bảy giờ năm phút"),
        ("7h30-11h30", "bảy giờ ba mươi đến mười một giờ ba mươi"),
        ("0209 3870 115", "không hai không chín, ba tám bảy, không một một năm"),
        ("gọi 0912 345 678", "gọi không chín một hai, ba bốn năm, sáu bảy tám"), ("gọi 113", "gọi một một ba"),
        ("30.000 đồng", "ba mươi nghìn đồng"), ("50.000đ", "năm mươi nghìn đồng"), ("85,5%", "tám mươi lăm phẩy năm phần trăm"),
        ("tổ 13", "tổ mười ba"), ("200 m", "hai trăm mét"), ("họp thứ 4", "họp thứ tư"), ("trẻ 5 tuổi", "trẻ năm tuổi"),
        ("UBND phường", "ủy ban nhân dân phường"), ("xem https://a.gov.vn/b nhé", "xem nhé"),
        ("(mang BHYT)", "mang bảo hiểm y tế"),
    ],
)  # fmt: skip
def test_what_is_written_is_said_in_words(written: str, said: str) -> None:
    assert spoken.in_words(written) == said


def test_who_speaks_comes_first_and_when_and_where_are_said_once_more() -> None:
    made = spoken.script(
        announcement(group_text="Mời bà con dự họp.", facts={"when": "19h30, thứ Bảy 28/11", "where": "Nhà văn hóa tổ 13"}),
        ward_name="UBND phường Bắc Kạn",
    )

    assert made.text == (
        "Ủy ban nhân dân phường Bắc Kạn thông báo. Họp. Mời bà con dự họp. Xin nhắc lại. "
        "Mười chín giờ ba mươi, thứ bảy, ngày hai mươi tám tháng mười một. Nhà văn hóa tổ mười ba."
    )
    assert made.left_out == ()


def test_a_sentence_without_room_is_left_out_whole_and_named() -> None:
    long = "Mời bà con đi dọn đường ngõ rãnh nước của tổ mình cho sạch đẹp trước ngày lễ lớn sắp tới nhé. " * 6

    made = spoken.script(announcement(group_text=long + "Câu cuối."), ward_name="Phường Bắc Kạn")

    assert 30 < made.seconds <= spoken.SECONDS_MOST
    assert made.left_out
    assert all(sentence not in made.text or made.text.count(sentence) < 6 for sentence in made.left_out)


def test_a_minute_of_speech_is_about_two_hundred_syllables() -> None:
    assert 55 <= spoken.seconds_of(" ".join(["mời"] * 200)) <= 65


@given(st.text(max_size=200), st.text(max_size=900), st.text(max_size=80))
def test_no_text_takes_longer_than_its_slot_or_holds_a_digit(title: str, body: str, when: str) -> None:
    made = spoken.script(announcement(title=title, body=body, facts={"when": when}), ward_name="Phường Bắc Kạn")

    assert made.seconds <= spoken.SECONDS_MOST
    assert not any(letter.isdigit() for letter in made.text)
