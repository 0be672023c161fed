"""Where a short link may lead: a public https page under its true name. Asked when it is saved, and when it is used."""

import re
import unicodedata
from functools import lru_cache
from urllib.parse import quote, urlsplit

from core.errors import Invalid
from core.i18n import N_
from core.settings import settings
from core.text import fold

LONGEST = 2000  # a longer address is no longer one that every phone and browser takes
_STRANGE = re.compile(r"[\x00-\x20\x7f-\xa0\\\u00ad\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\Z")
_NUMERIC = re.compile(r"(?:[0-9]+|0x[0-9a-f]*)\Z")  # a last label that browsers read as an IPv4 address (WHATWG URL §3.5)
_PRIVATE = ("localhost", "local", "internal", "intranet", "lan", "home", "corp", "private", "arpa", "onion", "invalid")
_TONES = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
VIETNAMESE = frozenset(
    unicodedata.normalize("NFC", letter + tone) for letter in "aăâeêioôơuưy" for tone in _TONES
) | frozenset("abcdefghijklmnopqrstuvwxyzđ0123456789-")  # fmt: skip
_BARE = re.compile(r"[^/:?#@]+\.[^/:?#@]+(?:[:/?#]|\Z)")  # a host and what may follow it, as people say an address
_OWN_PAGE = re.compile(r"/(?:p(?:/\d\.\d{6}[0-9A-Za-z.]*)?|ask|privacy|ward)(?:\?xa=[0-9A-Za-z-]{1,20})?\Z")
_LOOK_ALIKES = str.maketrans({"0": "o", "1": "l", "i": "l", "5": "s", "3": "e"})


def completed(url: str) -> str:
    """What was typed, with https:// before it where only that is missing. Nothing is ever made http."""
    text = unicodedata.normalize("NFC", url).strip()
    return f"https://{text}" if _BARE.match(text) else text


def checked(url: str) -> str:
    """The address as it is stored and sent: https, host in lower case and punycode, path escaped.

    Only https: a page fetched by http can be altered on its way, phones mark it as unsafe, and every public portal
    offers https. So http is refused for *.gov.vn too. An address typed without its beginning is taken as https (`completed`).

    Raises:
        Invalid: another scheme, a name and password, a port, an address inside a network, a name that imitates a
            trusted one, letters that only look like ours, or a code of our own (it would lead in a circle).
    """
    text = completed(url)
    if len(text) > LONGEST:
        raise Invalid(N_("Đường dẫn dài quá {longest} ký tự."), longest=LONGEST)
    if _STRANGE.search(text):
        raise Invalid(N_("Đường dẫn có khoảng trắng hoặc ký tự lạ. Xin chép lại từ thanh địa chỉ của trình duyệt."))
    if text.lower().startswith("http://"):
        raise Invalid(N_("Đường dẫn phải bắt đầu bằng https://. Trang http:// có thể bị người khác sửa giữa đường."))
    if not text.lower().startswith("https://"):
        raise Invalid(N_("Đường dẫn phải bắt đầu bằng https://."))
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise Invalid(N_("Đường dẫn này không đọc được. Xin chép lại từ thanh địa chỉ của trình duyệt.")) from error
    if "@" in parts.netloc:
        raise Invalid(N_("Đường dẫn có tên đăng nhập trước dấu @. Xin bỏ phần đó."))
    if port not in (None, 443):
        raise Invalid(N_("Đường dẫn có số cổng :{port}. Xin dùng địa chỉ không có số cổng."), port=port)
    name = _public_name(host)
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = "?" + quote(parts.query, safe="/?%:@!$&'()*+,;=~-._") if parts.query else ""
    fragment = "#" + quote(parts.fragment, safe="/?%:@!$&'()*+,;=~-._") if parts.fragment else ""
    if name == own_host() and path.startswith("/q/"):
        raise Invalid(N_("Đường dẫn này lại là một mã của phường. Xin dùng địa chỉ của trang cần tới."))
    return f"https://{name}{path}{query}{fragment}"


def safe(url: str | None) -> str | None:
    """The address if it may still be used, else None: what was saved under older rules, or past them, leads nowhere."""
    try:
        return checked(url) if url and url.strip().lower().startswith("https://") else None
    except Invalid:
        return None


def is_own_page(target: str) -> bool:
    """Whether a stored target is a page of ours that everybody may read, kept without our host, which may change."""
    return _OWN_PAGE.match(target) is not None


def host_of(url: str) -> str:
    """The host of a checked address, in punycode where it has marks, so that no letter can pose as another."""
    return urlsplit(url).hostname or ""


def is_trusted(url: str) -> bool:
    """Whether the address lies at a host the ward trusts without asking (setting `TRUSTED_HOSTS`, and our own)."""
    return _is_trusted_name(host_of(url))


def own_host() -> str:
    """Our own host, from the setting, never from a request."""
    return urlsplit(settings().public_url).hostname or ""


def opens_only_here() -> bool:
    """Whether our own address is one that no phone elsewhere can open, so that what is printed now would be dead."""
    host = own_host()
    return "." not in host or host.startswith("127.") or host == "0.0.0.0" or host.endswith((".localhost", ".local"))  # noqa: S104


def trusted_names() -> tuple[str, ...]:
    """Names that are trusted with everything below them."""
    return tuple(name.strip().lower().removeprefix("*.") for name in settings().trusted_hosts.split(",") if name.strip())


def _is_trusted_name(name: str) -> bool:
    return name == own_host() or any(name == base or name.endswith("." + base) for base in trusted_names())


def _public_name(host: str) -> str:
    """The host as it is stored; refuses what is no public name, or not the one it seems."""
    shown = host.removesuffix(".")
    labels = shown.split(".")
    if len(labels) < 2 or ":" in shown or _NUMERIC.match(labels[-1]) or labels[-1] in _PRIVATE:
        raise Invalid(N_("Đường dẫn phải tới một trang công khai trên mạng, không phải {host}."), host=shown or "?")
    spoken, stored = _both_forms(labels, shown)
    name = ".".join(stored)
    if len(name) > 253:
        raise Invalid(N_("Tên miền {host} không đúng."), host=shown[:60])
    if not _is_trusted_name(name) and (base := _imitated(".".join(spoken))):
        raise Invalid(N_("Tên miền {host} trông giống {trusted} nhưng không phải. Xin kiểm tra lại."), host=name, trusted=base)
    return name


def _both_forms(labels: list[str], shown: str) -> tuple[list[str], list[str]]:
    """Each label as people read it and as the network does."""
    spoken, stored = [], []
    for label in labels:
        try:
            word = label.encode("ascii").decode("idna") if label.startswith("xn--") else label
            if not VIETNAMESE.issuperset(word):
                raise Invalid(N_("Tên miền {host} có chữ lạ, dễ nhầm với chữ khác. Xin kiểm tra lại."), host=shown)
            code = word.encode("idna").decode("ascii") if word else ""
        except UnicodeError as error:
            raise Invalid(N_("Tên miền {host} không đúng."), host=shown[:60]) from error
        if not _LABEL.match(code) or (label.startswith("xn--") and code != label):
            raise Invalid(N_("Tên miền {host} không đúng."), host=shown[:60])
        spoken.append(word)
        stored.append(code)
    return spoken, stored


def _imitated(name: str) -> str | None:
    """The trusted name that an untrusted one contains or resembles: gov.vn.example.com, dichvucong-gov-vn.com, zal0.me."""
    parts = _skeleton(name)
    return next((base for base in trusted_names() if _contains(parts, _skeleton(base))), None)


@lru_cache(maxsize=1024)
def _skeleton(name: str) -> tuple[str, ...]:
    return tuple(fold(name).translate(_LOOK_ALIKES).replace("-", ".").split("."))


def _contains(parts: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    return any(parts[at : at + len(wanted)] == wanted for at in range(len(parts) - len(wanted) + 1))
