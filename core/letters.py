"""Vietnamese letters of before Unicode: TCVN3 (ABC) and VNI, and how Vietnamese a text reads."""

import re
import unicodedata
from functools import lru_cache
from typing import Final, Literal

Letters = Literal["tcvn3", "vni"]

# One byte a letter, shown by the .VnTime typefaces (TCVN 5712:1993, VN3); read as Latin-1.
_TCVN3 = str.maketrans(
    "µ¶·¸¹¨»¼½¾Æ©ÇÈÉÊËÌÎÏÐÑªÒÓÔÕÖ×ØÜÝÞßáâãä«åæçèé¬êëìíîïñòóô\xadõö÷øùúûüýþ®¡¢£¤¥¦§",
    "àảãáạăằẳẵắặâầẩẫấậèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵđĂÂÊÔƠƯĐ",
)
# A letter, then a sign for its hat and tone, shown by the VNI typefaces; read as Latin-1.
_HATS: Final = {
    **dict.fromkeys("âáàåãä", "\u0302"),  # â, and with a tone
    **dict.fromkeys("êéèúüë", "\u0306"),  # ă
}
_TONES: Final = {
    **dict.fromkeys("ùáé", "\u0301"), **dict.fromkeys("øàè", "\u0300"), **dict.fromkeys("ûåú", "\u0309"),
    **dict.fromkeys("õãü", "\u0303"), **dict.fromkeys("ïäë", "\u0323"),
}  # fmt: skip
_ALONE: Final = dict(zip("æóòîñôö", "ỉĩịỵđơư", strict=True))  # í and ì are themselves
_BASES: Final = {"a": "âêù", "e": "âù", "o": "âù", "u": "ù", "y": "ù", "ô": "ù", "ö": "ù"}
_OF_FIRST: Final = {"â": "âáàåãä", "ê": "êéèúüë", "ù": "ùøûõï"}


def _vni_pairs() -> dict[str, str]:
    pairs = dict(_ALONE)
    for base, firsts in _BASES.items():
        for sign in "".join(_OF_FIRST[first] for first in firsts):
            letter = _ALONE.get(base, base) + _HATS.get(sign, "") + _TONES.get(sign, "")
            pairs[base + sign] = unicodedata.normalize("NFC", letter)
    upper = {signs.upper(): letter.upper() for signs, letter in pairs.items()}
    mixed = {signs[0].upper() + signs[1:]: letter.upper() for signs, letter in pairs.items() if len(signs) > 1}
    return pairs | upper | mixed


_VNI = _vni_pairs()
_VNI_SIGNS = re.compile("|".join(sorted(map(re.escape, _VNI), key=len, reverse=True)))
_UNICODE_ONLY = re.compile("[\u0102\u0103\u0110\u0111\u01a0\u01a1\u01af\u01b0\u0300-\u036f\u1ea0-\u1ef9]")

# What a syllable may be, its tone taken off. Not what is a word: what can be read aloud.
_ONSET = "ngh|ng|nh|th|tr|ch|ph|kh|gh|gi|qu|[bcdđghklmnpqrstvx]"
_RHYME = (
    "(?:[aăâeêioôơuưy]|ia|iê|ya|yê|ua|uô|ưa|ươ|oa|oă|oe|uê|uơ|uâ|uy|uya|uyê|oo)(?:ng|nh|ch|[cmnpt])?"
    "|ai|ao|au|ay|âu|ây|eo|êu|iu|iêu|yêu|oi|oai|oay|oao|oeo|ôi|ơi|ui|uôi|ưi|ươi|ưu|ươu|uây|uyu"
)
_SYLLABLE = re.compile(f"(?:{_ONSET})?(?:{_RHYME})")
_STOPPED = re.compile(r"(?:ch|[cpt])$")
_WORD = re.compile("(?:[^\\W\\d_]|[\x80-\x9f\xa1-\xbf])+")  # with the signs that old letters stand in for
_TONE_MARKS = frozenset("\u0300\u0301\u0303\u0309\u0323")
_STOPPED_TONES = frozenset(("\u0301", "\u0323"))


def from_tcvn3(text: str) -> str:
    """A text typed for the .VnTime typefaces in Unicode; one that holds letters of Unicode only stays as it is."""
    return text if _UNICODE_ONLY.search(text) else text.translate(_TCVN3)


def from_vni(text: str) -> str:
    """A text typed for the VNI typefaces in Unicode; one that holds letters of Unicode only stays as it is."""
    return text if _UNICODE_ONLY.search(text) else _VNI_SIGNS.sub(lambda found: _VNI[found[0]], text)


TURN: Final = {"tcvn3": from_tcvn3, "vni": from_vni}


def vietnamese(text: str) -> int:
    """How Vietnamese a text reads: its words with marks that can be read aloud, less twice those that cannot.

    Words of plain letters say nothing, since they are the same in all the old letters; 0 for a text of nothing else.
    """
    score = 0
    for word in _WORD.findall(unicodedata.normalize("NFC", text)):
        if not word.isascii():
            score += 1 if _can_be_read(word) else -2
    return score


@lru_cache(maxsize=4_096)
def _can_be_read(word: str) -> bool:
    if not (word.islower() or word.isupper() or word.istitle()):
        return False
    taken = unicodedata.normalize("NFD", word.lower())
    tones = [mark for mark in taken if mark in _TONE_MARKS]
    bare = unicodedata.normalize("NFC", "".join(mark for mark in taken if mark not in _TONE_MARKS))
    if len(tones) > 1 or not _SYLLABLE.fullmatch(bare):
        return False
    return not (_STOPPED.search(bare) and tones and tones[0] not in _STOPPED_TONES)
