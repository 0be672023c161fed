"""How long a text is as an SMS: what is paid for is its segments (3GPP TS 23.038 §6.1, TS 23.040 §9.2.3.24)."""

from core.text import unmarked

# The alphabet of seven bits; signs of the second line take two places.
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_TWICE = frozenset("\f^{}\\[~]|€")
_ALONE, _JOINED = {True: 160, False: 70}, {True: 153, False: 67}  # letters of one segment, and of each of several
_MENDED = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "…": "...", "\u00a0": " ", "₫": "d"})


def as_sent(text: str) -> str:
    """A text as it goes out: without marks, with plain signs for printed ones, which halves its price."""
    return unmarked(text).translate(_MENDED)


def is_plain(text: str) -> bool:
    """Whether it fits the alphabet of seven bits; one letter that does not makes all of it dear."""
    return all(letter in _BASIC or letter in _TWICE for letter in text)


def length(text: str) -> int:
    """In the places a network counts: two for a sign of the second alphabet, UTF-16 units where it is not plain."""
    if is_plain(text):
        return sum(2 if letter in _TWICE else 1 for letter in text)
    return len(text.encode("utf-16-le")) // 2


def segments(text: str) -> int:
    """How many messages a network counts; an empty text counts as one."""
    plain, places = is_plain(text), length(text)
    return 1 if places <= _ALONE[plain] else -(-places // _JOINED[plain])
