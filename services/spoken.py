"""A text for the loudspeaker: at most 45 seconds, with numbers, hours, days and telephones in words."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from core import spelled, written_times
from core.phones import parse
from core.text import clean, clean_lines
from models import Announcement
from services import web_links

SECONDS_MOST = 45.0
# A slow clear voice in the open air: our estimate, to be heard and mended by whoever reads.
SYLLABLES_A_SECOND = 3.3
PAUSE_SENTENCE, PAUSE_COMMA = 0.6, 0.25
_SHORT = {
    "UBND": "ủy ban nhân dân", "HĐND": "hội đồng nhân dân", "MTTQ": "mặt trận tổ quốc", "TDP": "tổ dân phố", "TYT": "trạm y tế",
    "BHYT": "bảo hiểm y tế", "BHXH": "bảo hiểm xã hội", "CCCD": "căn cước", "SĐT": "số điện thoại", "ĐT": "điện thoại",
    "CA": "công an", "BCH": "ban chỉ huy", "PCCC": "phòng cháy chữa cháy", "TP": "thành phố", "KH": "kế hoạch", "VSMT":
    "vệ sinh môi trường", "CCB": "cựu chiến binh", "NCT": "người cao tuổi", "THCS": "trung học cơ sở", "NVH": "nhà văn hóa",
    "THPT": "trung học phổ thông", "ATGT": "an toàn giao thông", "ANTT": "an ninh trật tự", "DVC": "dịch vụ công",
}  # fmt: skip
_WEEKDAYS = ("thứ hai", "thứ ba", "thứ tư", "thứ năm", "thứ sáu", "thứ bảy", "chủ nhật")
_UNITS = {
    "km": "ki lô mét", "m": "mét", "cm": "xăng ti mét", "kg": "ki lô gam", "ml": "mi li lít", "mm": "mi li mét",
    "m2": "mét vuông", "m²": "mét vuông", "ha": "héc ta", "đ": "đồng", "₫": "đồng", "đồng": "đồng", "%": "phần trăm", "h": "giờ",
}  # fmt: skip
_RANGE = re.compile(r"(?<=[\dhgiờ])\s*[-–—]\s*(?=\d)")
_DAYS_RANGE = re.compile(r"(?:(?<=ngày \d)|(?<=ngày \d\d))-(?=\d{1,2}/)", re.IGNORECASE)
_PHONE = re.compile(r"(?<![\d.+])(?:\+84|0)[ .-]?\d(?:[ .-]?\d){7,9}(?!\d)")
_CALL = re.compile(r"\b(gọi|số|tổng đài|đường dây nóng)(\s+(?:số\s+)?)(1\d{2,3}|1[89]00\d{2,4})\b", re.IGNORECASE)
_MONEY = re.compile(r"(?<![\d.,])\d{1,3}(?:\.\d{3})+(?!\d)")
_DECIMAL = re.compile(r"(?<![\d.,])(\d+),(\d+)(?!\d)")
_MEASURE = re.compile(r"(\d)\s?(km|cm|kg|ml|mm|m2|m²|ha|m|đồng|đ|₫|%|h)(?![\w²])")
_INTEGER = re.compile(r"\d+")
_SENTENCE = re.compile(r"[^.!?;\n]+[.!?;]?")
_SIGNS = str.maketrans({"(": ",", ")": ",", "“": "", "”": "", '"': "", "–": ",", "—": ",", "/": " ", "*": "", "•": "", "+": " ",
                        "[": "", "]": "", "_": " ", "#": " ", "…": "."})  # fmt: skip
# Digits of other scripts and small raised ones cannot be read aloud by our rules.
_OTHER_DIGITS = re.compile(r"[^\D0-9]|[²³¹⁰-⁹₀-₉①-⓿]")


@dataclass(frozen=True)
class Script:
    """What is read out, about how long that takes, and the sentences that found no room."""

    text: str
    seconds: float
    left_out: tuple[str, ...] = ()


def script(announcement: Announcement, *, ward_name: str) -> Script:
    """The announcement as a loudspeaker says it: who speaks, what about, the short text, then when and where once more.

    Never longer than `SECONDS_MOST`; a sentence that no longer fits is left out whole and named.
    """
    opening = [_ended(f"{in_words(ward_name)} thông báo"), _ended(in_words(announcement.title))]
    closing = "Xin nhắc lại. " + " ".join(
        _ended(in_words(announcement.facts[name])) for name in ("when", "where") if announcement.facts.get(name)
    )
    told, left_out = [_shortened(" ".join(line for line in opening if len(line) > 1))], []
    for sentence in _sentences(announcement.group_text or announcement.body):
        if seconds_of(" ".join([*told, sentence])) <= SECONDS_MOST:
            told.append(sentence)
        else:
            left_out.append(sentence)
    again = " ".join([*told, closing])
    text = again if closing.strip() != "Xin nhắc lại." and seconds_of(again) <= SECONDS_MOST else " ".join(told)
    return Script(text, seconds_of(text), tuple(left_out))


def in_words(text: str) -> str:
    """A text without a digit, a link or an abbreviation that nobody can read aloud."""
    spoken = _without_links(clean_lines(text))
    for turn in (_days, _phones, _hours, _rest):
        spoken = turn(spoken)
    spoken = re.sub(r"\s*,[\s,]*", ", ", spoken.translate(_SIGNS))
    return clean(re.sub(r"[ ,]+([.;!?])", r"\1", spoken)).strip(" ,")


def seconds_of(text: str) -> float:
    """About how long a text in words takes to read aloud: Vietnamese words are syllables."""
    syllables = len(re.findall(r"\w+", text))
    sentences, commas = len(re.findall(r"[.!?;]+", text)), text.count(",")
    return round(syllables / SYLLABLES_A_SECOND + sentences * PAUSE_SENTENCE + commas * PAUSE_COMMA, 1)


def _sentences(text: str) -> list[str]:
    """A text's sentences in words. Cut first into lines; a point within a number was turned into words before."""
    spoken = [in_words(line) for line in clean_lines(text).split("\n")]
    found = (clean(one) for line in spoken for one in _SENTENCE.findall(line))
    return [_ended(one) for one in found if re.search(r"\w", one)]


def _ended(sentence: str) -> str:
    """A sentence with its capital and its point."""
    begun = sentence[:1].upper() + sentence[1:]
    return begun if not begun or begun[-1] in ".!?;" else f"{begun}."


def _shortened(text: str) -> str:
    """The longest beginning that leaves the time it must keep; a title has at most 200 letters, so this is rare."""
    words = text.split()
    while words and seconds_of(" ".join(words)) > SECONDS_MOST:
        words = words[:-5]
    return " ".join(words)


def _without_links(text: str) -> str:
    out, last = [], 0
    for link in web_links.found_in(text):
        out.append(text[last : link.start])
        last = link.end
    return "".join([*out, text[last:]])


def _replaced(text: str, spans: list[tuple[int, int, str]]) -> str:
    for start, end, words in reversed(spans):
        text = f"{text[:start]}{words}{text[end:]}"
    return text


def _days(text: str) -> str:
    text, spans = _DAYS_RANGE.sub(" đến ", text), []
    for day in written_times.days(text):
        weekday = "" if day.weekday is None else f"{_WEEKDAYS[day.weekday]}, "
        has_said = not weekday and re.search(r"(?:ngày|mùng|mồng|hôm)\s+$", text[: day.start], re.IGNORECASE)
        month = "tư" if day.month == 4 else spelled.number(day.month)
        number = spelled.number(day.day) if day.day > 10 else f"mùng {spelled.number(day.day)}"
        year = f" năm {spelled.number(day.year)}" if day.year else ""
        spans.append((day.start, day.end, f"{weekday}{'' if has_said else 'ngày '}{number} tháng {month}{year}"))
    return _replaced(text, spans)


def _phones(text: str) -> str:
    said = _PHONE.sub(lambda found: _grouped(found[0]) if parse(found[0]) else found[0], text)
    return _CALL.sub(lambda found: f"{found[1]}{found[2]}{spelled.digits(found[3])}", said)


def _grouped(number: str) -> str:
    """Four digits, then three by three, with a breath between."""
    digits = re.sub(r"\D", "", number.replace("+84", "0"))
    return ", ".join(spelled.digits(digits[start:end]) for start, end in ((0, 4), (4, 7), (7, None)))


def _hours(text: str) -> str:
    joined = _RANGE.sub(" đến ", text)
    spans = []
    for hour in written_times.hours(joined):
        words = f"{spelled.number(hour.hour)} giờ"
        if hour.minute:
            is_named = joined[hour.end :].lstrip().startswith("phút")
            words += f" {spelled.number(hour.minute)}" + (" phút" if hour.minute < 10 and not is_named else "")
        spans.append((hour.start, hour.end, words))
    return _replaced(joined, spans)


def _rest(text: str) -> str:
    turns: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
        (_MONEY, lambda found: found[0].replace(".", "")),
        (_MEASURE, lambda found: f"{found[1]} {_UNITS[found[2]]}"),
        (_DECIMAL, lambda found: f"{found[1]} phẩy {found[2] if len(found[2]) < 3 else ' '.join(found[2])}"),
        (_WEEKDAY, lambda found: _WEEKDAYS[int(found[1]) - 2]),
        (_ABBREVIATED, lambda found: _SHORT[found[0]]),
        (_INTEGER, lambda found: f" {spelled.number(int(found[0])) if found[0].isascii() else ''} "),
        (_OTHER_DIGITS, lambda _found: " "),
    )
    for pattern, turn in turns:
        text = pattern.sub(turn, text)
    return re.sub(r" +([,.;!?])", r"\1", text)


_WEEKDAY = re.compile(r"\bthứ\s+([2-7])\b", re.IGNORECASE)
_ABBREVIATED = re.compile(r"\b(?:" + "|".join(_SHORT) + r")\b")
