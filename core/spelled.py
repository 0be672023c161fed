"""Numbers in Vietnamese words, as they are read aloud."""

_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_SCALES = ("", "nghìn", "triệu", "tỷ", "nghìn tỷ", "triệu tỷ")
MOST = 10 ** (3 * len(_SCALES)) - 1


def number(value: int) -> str:
    """`21` as "hai mươi mốt", `105` as "một trăm linh năm", `1.005` as "một nghìn không trăm linh năm".

    Beyond `MOST` digit by digit.
    """
    if value < 0:
        return f"âm {number(-value)}"
    if value > MOST:
        return digits(str(value))
    groups: list[int] = []
    while value or not groups:
        value, rest = divmod(value, 1000)
        groups.append(rest)
    words = []
    for place in range(len(groups) - 1, -1, -1):
        if groups[place] or len(groups) == 1:
            is_inner = place < len(groups) - 1
            words.append(f"{_hundreds(groups[place], is_inner=is_inner)} {_SCALES[place]}".strip())
    return " ".join(words)


def digits(text: str) -> str:
    """Each digit by itself, as telephone numbers are read."""
    return " ".join(_DIGITS[int(letter)] for letter in text if letter.isascii() and letter.isdigit())


def _hundreds(value: int, *, is_inner: bool) -> str:
    hundreds, rest = divmod(value, 100)
    words = [f"{_DIGITS[hundreds]} trăm"] if hundreds or is_inner else []
    tens, ones = divmod(rest, 10)
    if tens == 0:
        words += ["linh", _DIGITS[ones]] if words and ones else [] if words else [_DIGITS[ones]]
    elif tens == 1:
        words += ["mười", *_last(ones, after_ten=True)]
    else:
        words += [_DIGITS[tens], "mươi", *_last(ones, after_ten=False)]
    return " ".join(words)


def _last(ones: int, *, after_ten: bool) -> list[str]:
    """The last digit after a ten: lăm, and after twenty also mốt and tư."""
    if ones == 0:
        return []
    if ones == 5:
        return ["lăm"]
    if not after_ten and ones in (1, 4):
        return ["mốt" if ones == 1 else "tư"]
    return [_DIGITS[ones]]
