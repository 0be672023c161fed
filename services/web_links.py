"""Links in a text: which are there, which look like a swindler's, and how they are written so that nobody can tap them."""

import ipaddress
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from core.i18n import N_
from core.settings import settings

_LINK = re.compile(
    r"(?<![\w@.])(?:https?://[^\s<>\"“”]+|(?:[a-z0-9][a-z0-9-]*\.)+(?:vn|com|net|org|info|me|app|io|ly|gl|cc|xyz|top|click|icu|vip"
    r"|site|online|shop|club|tk|ml|link|live|asia|gd|be|co)(?::\d+)?(?:/[^\s<>\"“”]*)?(?![\w-]))",
    re.IGNORECASE,
)
_AFTER = ".,;:!?)]}…'"  # signs that end a sentence, not an address
_SHORTENERS = frozenset(
    ("bit.ly", "tinyurl.com", "t.co", "goo.gl", "cutt.ly", "is.gd", "rb.gy", "shorturl.at", "t.ly", "ow.ly", "s.id", "by.com.vn")
)
_CHEAP = (".xyz", ".top", ".click", ".icu", ".vip", ".cc", ".tk", ".ml", ".site", ".online", ".shop", ".club", ".live", ".link")
_OFFICIAL = re.compile(r"gov|vneid|dichvucong|congan|bocongan|chinhphu|thue|bhxh|vssid|evn|vietcombank|baohiem|etax")


@dataclass(frozen=True)
class Link:
    """A link as it stands in a text. `odd` says what is suspicious about it, "" where nothing is."""

    start: int
    end: int
    text: str
    url: str
    host: str
    is_trusted: bool
    odd: str


def found_in(text: str) -> Iterator[Link]:
    """The links that a phone would make tappable, in order."""
    for found in _LINK.finditer(text):
        words = found[0].rstrip(_AFTER)
        url = words if "://" in words else f"https://{words}"
        host = _host(url)
        is_trusted = bool(host) and _is_trusted(host) and "@" not in urlsplit(url).netloc
        yield Link(found.start(), found.start() + len(words), words, url, host, is_trusted, "" if is_trusted else _odd(url, host))


def defanged(text: str) -> str:
    """The text with its links outside the trusted hosts written so that no phone makes them tappable: hxxps://lua[.]top."""
    out, last = [], 0
    for link in found_in(text):
        if not link.is_trusted:
            dead = re.sub("^http", "hxxp", link.text, flags=re.IGNORECASE).replace(".", "[.]")
            out += [text[last : link.start], dead]
            last = link.end
    return "".join([*out, text[last:]])


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""


def _is_trusted(host: str) -> bool:
    own = urlsplit(settings().public_url).hostname or ""
    trusted = [own, *(one.strip().lower() for one in settings().trusted_hosts.split(","))]
    return any(host == one or host.endswith(f".{one}") for one in trusted if one)


def _odd(url: str, host: str) -> str:
    """What is suspicious about an address outside the trusted hosts: the first sign that is there."""
    return next((message for is_there, message in _SIGNS if is_there(url.lower(), host)), "")


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host.replace(".", "").isdigit()
    return True


# Signs of a swindler's address, the surest first; each is given the address in small letters and its host.
_SIGNS: tuple[tuple[Callable[[str, str], bool], str], ...] = (
    (
        lambda url, host: not host or "@" in url.split("://", 1)[-1].split("/", 1)[0],
        N_("“{words}” viết để che nơi nó thật sự dẫn tới."),
    ),
    (
        lambda _url, host: _is_number(host) or "xn--" in host,
        N_("“{words}” không mang tên một trang rõ ràng, như cách kẻ lừa đảo hay dùng."),
    ),
    (
        lambda _url, host: host in _SHORTENERS,
        N_("“{words}” là đường dẫn rút gọn, bà con không biết nó dẫn tới đâu. Nên dùng địa chỉ đầy đủ."),
    ),
    (
        lambda _url, host: bool(_OFFICIAL.search(host)),
        N_("“{words}” trông giống trang của cơ quan nhưng không thuộc các trang đã tin cậy."),
    ),
    (
        lambda url, _host: url.split("?")[0].endswith(".apk"),
        N_("“{words}” tải thẳng một ứng dụng về máy. Bà con chỉ nên cài từ kho ứng dụng."),
    ),
    (lambda _url, host: host.endswith(_CHEAP), N_("“{words}” dùng loại tên miền hay gặp trong tin lừa đảo.")),
    (lambda url, _host: url.startswith("http://"), N_("“{words}” không mã hóa (http). Nên dùng địa chỉ https.")),
)
