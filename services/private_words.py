"""What in a text belongs to one person and not on a public page: citizen numbers, private telephones, names with an illness.

Sources: Luật Bảo vệ dữ liệu cá nhân 2025 (health, poverty and children's data are sensitive); a citizen's number has twelve
digits: province, century and sex, year of birth, six more (Thông tư 59/2021/TT-BCA, Điều 3).
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Literal

from core import phones
from core.errors import Invalid
from core.i18n import N_
from core.text import LOWER, UPPER, fold

BEFORE = 60  # letters before a number or name that tell what it is
NAMES_MANY = 5  # from so many on it is a list of people
_TWELVE = re.compile(r"(?<![\w.-])(?P<digits>\d{3}[ .]?\d{3}[ .]?\d{3}[ .]?\d{3})(?![\w-]|\.\d)")
_NINE = re.compile(r"(?:căn cước|CCCD|CMND|CMT|chứng minh)[^\d\n]{0,25}(?P<digits>\d{9})(?!\d)", re.IGNORECASE)
_NO_CITIZEN = re.compile(r"(?:tài khoản|STK|số TK|mã|hồ sơ|hợp đồng|biên lai|hóa đơn)[^\d\n]{0,30}$", re.IGNORECASE)
_MOBILE = re.compile(r"(?<![\d.+])(?:\+?84|0)[ .-]?[35789](?:[ .-]?\d){8}(?!\d)")
_FAMILY = (
    "Nguyễn|Trần|Lê|Phạm|Hoàng|Huỳnh|Phan|Vũ|Võ|Đặng|Bùi|Đỗ|Hồ|Ngô|Dương|Lý|Nông|Hà|Ma|Triệu|Lương|Đinh|Đàm|Lục|Mã|La|Lộc|Chu|"
    "Đoàn|Mai|Trịnh|Tô|Lâm|Cao|Quách|Vi|Lường|Lò|Giàng|Vàng|Sùng|Thào|Bàn|Phùng|Tạ|Thái|Đào|Cù|Hứa|Trương|Âu|Dư"
)
_GIVEN = rf"(?:[ ]+[{UPPER}][{LOWER}]+){{1,4}}"
_NAME = re.compile(rf"(?<!\w)(?:{_FAMILY}){_GIVEN}(?!\w)")
# Streets, schools, wards and clubs bear names of people as well.
_NO_PERSON = re.compile(
    r"(?:đường|phố|phường|xã|thị trấn|thôn|bản|xóm|tổ(?:\s+\d+)?,?|khu|chợ|cầu|sông|suối|đèo|núi|trường|tiểu học|mầm non"
    r"|trung học(?: cơ sở| phổ thông)?|THCS|THPT|PTDT\S*|bệnh viện|công viên|tượng đài|nhà văn hóa|quận|huyện|tỉnh|thành phố"
    r"|đoàn|đội|ngõ(?:\s+\d+)?|số\s+\S+|(?<!\d)(?<!\d[ .-])\d{1,3})[ ,]+$",
    re.IGNORECASE,
)
_HEALTH = re.compile(
    r"\b(?:HIV|AIDS|lao phổi|ung thư|tâm thần|đái tháo đường|tiểu đường|sốt xuất huyết|sởi|viêm gan|covid\S*|dương tính|mắc bệnh|"
    r"ca bệnh|bệnh nhân|nhiễm bệnh|mang thai|khuyết tật|nghiện|cai nghiện|hộ nghèo|cận nghèo|trợ cấp|xét nghiệm|điều trị)\b",
    re.IGNORECASE,
)
# Where somebody is ill an area is said, never a house; an office's own address tells of nobody.
_CASE = r"(?:ca bệnh|ca mắc|ca dương tính|người bệnh|mắc bệnh|mắc sốt|nhiễm bệnh|ổ dịch)"
_HOUSE = r"(?P<house>(?:số nhà|nhà số)\s*\d+\w?|số\s+\d+\w?,?\s+(?:ngõ|ngách|hẻm|kiệt|đường|phố)\s+[^.,;\n]{1,40})"
_ILL_AT = tuple(
    re.compile(pattern, re.IGNORECASE) for pattern in (rf"{_CASE}[^.\n]{{0,80}}?{_HOUSE}", rf"{_HOUSE}[^.\n]{{0,60}}?{_CASE}")
)
_OFFICE = re.compile(r"(?:trạm y tế|trung tâm|bệnh viện|ủy ban|UBND|trường|nhà văn hóa)[^.;\n]{0,30}$", re.IGNORECASE)


@dataclass(frozen=True)
class Private:
    """Something that belongs to one person: the words, and the sentence that says so."""

    severity: Literal["stop", "warn"]
    message: str
    words: str
    blanks: dict[str, object] = field(default_factory=dict)


def found_in(text: str, *, known: Collection[str] = ()) -> Iterator[Private]:
    """What belongs to one person. `known` are names of places and offices' telephones, which are no secret."""
    yield from _citizens(text)
    yield from _houses(text)
    numbers = mobiles_in(text, known=known)
    names = names_in(text, known=known)
    if len(numbers) >= 2 and len(names) >= 2:
        message = N_("Có {names} tên người kèm {phones} số di động: danh sách như vậy không đưa lên trang hay nhóm chung.")
        yield Private("stop", message, numbers[0], {"names": len(names), "phones": len(numbers)})
    else:
        for number in numbers:
            message = N_("“{words}” là số di động. Nếu là số riêng, xin dùng số của phường hoặc hỏi ý người đó.")
            yield Private("warn", message, number, {"words": number})
    if names and (illness := _HEALTH.search(text)):
        message = N_("“{words}” đứng cùng tên người ({name}). Tin về sức khỏe, hoàn cảnh của từng người không được công khai.")
        yield Private("stop" if len(names) > 1 else "warn", message, illness[0], {"words": illness[0], "name": names[0]})
    elif len(names) >= NAMES_MANY:
        message = N_("Có {n} tên người. Danh sách tên nên giao riêng, không đưa vào tin chung.")
        yield Private("warn", message, names[0], {"n": len(names)})


def expect_none(text: str) -> None:
    """Refuse a text that is to be shown to all and holds what may not be.

    Raises:
        Invalid: the first thing in it that stops it.
    """
    for one in found_in(text):
        if one.severity == "stop":
            raise Invalid(one.message, **one.blanks)


def _houses(text: str) -> Iterator[Private]:
    """The exact address of somebody who is ill."""
    message = N_("“{words}” là địa chỉ nhà đứng cùng tin có người bệnh. Chỉ nêu khu vực, để không lộ nhà người bệnh.")
    for pattern in _ILL_AT:
        if (found := pattern.search(text)) and not _OFFICE.search(text[: found.start("house")]):
            yield Private("warn", message, found["house"], {"words": found["house"]})
            return


def names_in(text: str, *, known: Collection[str] = ()) -> list[str]:
    """What reads like the full names of people, each once."""
    places = " | ".join(fold(one) for one in known)
    found = (one[0] for one in _NAME.finditer(text) if not _NO_PERSON.search(text[max(0, one.start() - BEFORE) : one.start()]))
    return [name for name in dict.fromkeys(found) if fold(name) not in places]


def _citizens(text: str) -> Iterator[Private]:
    message = N_("“{words}” giống số căn cước của một người. Không đưa số căn cước vào thông báo.")
    for found in _TWELVE.finditer(text):
        if _is_citizen(found["digits"]) and not _NO_CITIZEN.search(text[max(0, found.start() - BEFORE) : found.start()]):
            yield Private("stop", message, found[0], {"words": _hidden(found[0])})
    for found in _NINE.finditer(text):
        yield Private("stop", message, found["digits"], {"words": _hidden(found["digits"])})


def _is_citizen(written: str) -> bool:
    digits = re.sub(r"\D", "", written)
    return 1 <= int(digits[:3]) <= 96 and digits[3] in "0123"


def _hidden(digits: str) -> str:
    """Enough to find it again in the text, not enough to keep."""
    return f"{digits[:4]}…{digits[-2:]}"


def mobiles_in(text: str, *, known: Collection[str] = ()) -> list[str]:
    """The mobile numbers written in a text, each once, as they stand there."""
    offices = {number for one in known if (number := phones.parse(one))}
    found = (one[0] for one in _MOBILE.finditer(text))
    return [words for words in dict.fromkeys(found) if (number := phones.parse(words)) and number not in offices]
