"""Addresses in the order of a walk."""

from core.streets import walking_key


def test_one_walks_street_by_street_alley_by_alley_house_by_house() -> None:
    walk = [
        "Số 9, ngõ 4",
        "Số 2, đường Nông Văn Quang",
        "số 10 Nông Văn Quang",
        "Số nhà 120/3 phố Nông Văn Quang",
        "Số 9, ngõ 4, Nông Văn Quang",
        "SN 11A ngõ 4 Nông Văn Quang",
        "Số 1, ngõ 12, Nông Văn Quang",
        "Thôn Nà Pèn",
        "12 Trường Chinh",
    ]
    mixed = list(walk)
    mixed.sort(key=len)

    assert sorted(mixed, key=walking_key) == walk


def test_marks_and_case_make_no_other_street() -> None:
    assert walking_key("SỐ 5, ĐƯỜNG TRẦN HƯNG ĐẠO") == walking_key("số 5 Trần Hưng Đạo")
