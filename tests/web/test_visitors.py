"""Who counts: people on phones do; robots, previews, scripts and whatever is fetched ahead do not."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from core.settings import settings
from models import Device
from tests.app_keys import under
from web import visitors

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
ANDROID = "Mozilla/5.0 (Linux; Android 14; SM-A155F) AppleWebKit/537.36 (KHTML, like Gecko)"
SAMSUNG = f"{ANDROID} SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36"

PEOPLE = [
    (f"{IPHONE} Version/18.5 Mobile/15E148 Safari/604.1", Device.PHONE),
    (SAMSUNG, Device.PHONE),
    (f"{IPHONE} Mobile/15E148 Zalo iOS/685 ZaloTheme/light ZaloLanguage/vn", Device.PHONE),
    (f"{ANDROID} Version/4.0 Chrome/126.0.6478.71 Mobile Safari/537.36 Zalo android/12100697 ZaloTheme/light", Device.PHONE),
    (f"{IPHONE} Mobile/22F76 [FBAN/FBIOS;FBAV/520.0.0.38.101;FBBV/757000001;FBDV/iPhone14,2;FBLC/vi_VN]", Device.PHONE),
    (f"{ANDROID} Version/4.0 Chrome/126.0 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/470.0.0.41.88;]", Device.PHONE),
    ("Mozilla/5.0 (Linux; Android 9; CUBOT X19) AppleWebKit/537.36 Chrome/99.0 Mobile Safari/537.36", Device.PHONE),
    ("Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1", Device.TABLET),
    ("Mozilla/5.0 (Linux; Android 13; SM-X200) AppleWebKit/537.36 Chrome/126.0.0.0 Safari/537.36", Device.TABLET),
    ("Mozilla/5.0 (Windows NT 10.0; Win64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 coc_coc_browser/128", Device.COMPUTER),
    ("Mozilla/5.0 (compatible; MSIE 10.0; Windows NT 6.1)", Device.COMPUTER),
    ("Opera/9.80 (J2ME/MIDP; Opera Mini/7.1.32052/191.308; U; vi) Presto/2.12.423 Version/12.16", Device.PHONE),
]  # fmt: skip

ROBOTS = [
    "", "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", "Facebot/1.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0",
    "TelegramBot (like TwitterBot)", "WhatsApp/2.23.20.0 A", "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Twitterbot/1.0", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    f"{SAMSUNG} (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    f"{IPHONE} Version/17.4 Safari/605.1.15 (Applebot/0.1; +http://www.apple.com/go/applebot)",
    "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)", "Mozilla/5.0 (compatible; coccocbot-web/1.0)",
    "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5", "ZaloBot/1.0", "Mozilla/5.0 (compatible; Zalo)",
    "Mozilla/5.0 (Windows NT 10.0; WOW64) AppleWebKit/537.36 Chrome/87.0 ZaloPC/24.5 Electron/11.4 Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/126.0 Safari/537.36",
    "Mozilla/5.0 (Linux; Android 11) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36 Chrome-Lighthouse",
    "Mozilla/5.0 (Linux; Android 7.0;) AppleWebKit/537.36 (KHTML, like Gecko) Mobile Safari/537.36 (compatible; PetalBot)",
    "curl/8.7.1", "Wget/1.21", "python-requests/2.32", "python-httpx/0.28", "Python/3.11 aiohttp/3.11", "okhttp/4.12.0",
    "Dalvik/2.1.0 (Linux; U; Android 13; SM-A155F)", "Go-http-client/1.1", "axios/1.7", "node", "GoogleOther", "Java/17",
]  # fmt: skip


@pytest.mark.parametrize(("user_agent", "device"), PEOPLE)
def test_people_count_with_the_device_they_hold(user_agent: str, device: Device) -> None:
    assert visitors.device_of(user_agent) is device
    assert visitors.is_person({"user-agent": user_agent}, "GET")


@pytest.mark.parametrize("user_agent", ROBOTS)
def test_robots_previews_and_scripts_do_not_count(user_agent: str) -> None:
    assert visitors.device_of(user_agent) is None
    assert not visitors.is_person({"user-agent": user_agent}, "GET")


def test_a_client_without_a_name_does_not_count() -> None:
    assert not visitors.is_person({}, "GET")


@pytest.mark.parametrize("method", ["HEAD", "POST", "OPTIONS"])
def test_only_a_get_counts(method: str) -> None:
    assert not visitors.is_person({"user-agent": SAMSUNG}, method)


@pytest.mark.parametrize(
    "header",
    [("sec-purpose", "prefetch"), ("sec-purpose", "prefetch;prerender"), ("purpose", "Prefetch"), ("purpose", "preview"),
     ("x-moz", "prefetch"), ("x-purpose", "preview")],
)  # fmt: skip
def test_what_a_browser_fetches_ahead_does_not_count(header: tuple[str, str]) -> None:
    assert not visitors.is_person({"user-agent": SAMSUNG, header[0]: header[1]}, "GET")


@given(
    st.sampled_from([agent for agent, _ in PEOPLE]),
    st.sampled_from(
        ["Googlebot/2.1", "SomeNewBot/0.1", "xyz-crawler", "Superspider/3", "LinkPreview/1", "(+https://who.example)"]
    ),
)
def test_a_robot_in_any_browsers_clothes_is_still_a_robot(agent: str, robot: str) -> None:
    assert visitors.device_of(f"{agent} {robot}") is None


@given(st.text(max_size=40).filter(lambda text: "Mozilla/" not in text and not text.startswith(("Opera/", "UCWEB", "Nokia"))))
def test_what_does_not_call_itself_a_browser_never_counts(user_agent: str) -> None:
    assert visitors.device_of(user_agent) is None


@given(
    system=st.sampled_from(
        ["iPhone; CPU iPhone OS 16_0 like Mac OS X", "Linux; Android 12; RMX3085", "Linux; U; Android 8; vi-vn"]
    ),
    version=st.integers(60, 300),
    app=st.sampled_from(["", " Zalo android/1", " [FBAN/FBIOS;FBAV/1]", " Instagram 300.0", " OPR/80", " GSA/320.0"]),
)
def test_every_phone_counts_whatever_its_browser(system: str, version: int, app: str) -> None:
    agent = f"Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{version}.0 Mobile Safari/537.36{app}"

    assert visitors.device_of(agent) is Device.PHONE


def asked(cookie: str | None) -> Request:
    headers = [] if cookie is None else [(b"cookie", cookie.encode())]
    return Request({"type": "http", "method": "GET", "path": "/", "headers": headers, "query_string": b""})


def test_a_new_phone_is_given_a_cookie_that_scripts_and_other_sites_cannot_use() -> None:
    digest, set_cookie = visitors.visitor_of(asked(None))

    assert set_cookie is not None
    value = set_cookie.split(";")[0].removeprefix("cn_v=")
    assert re.fullmatch(r"[\w-]{22}\.[0-9a-f]{32}", value)
    assert set_cookie.endswith("; Max-Age=31536000; Path=/; HttpOnly; SameSite=Lax")
    assert value.split(".")[0] not in digest
    assert digest not in value  # what the database keeps signs nothing
    assert re.fullmatch(r"[0-9a-f]{32}", digest)


def test_the_cookie_travels_only_by_https_where_the_ward_has_https(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAUNOI_PUBLIC_URL", "https://ward.test")
    settings.cache_clear()

    _, set_cookie = visitors.visitor_of(asked(None))

    assert set_cookie is not None
    assert set_cookie.endswith("; Secure")


def test_a_phone_that_brings_its_cookie_is_the_same_visitor_and_gets_no_other() -> None:
    digest, set_cookie = visitors.visitor_of(asked(None))
    assert set_cookie is not None
    value = set_cookie.split(";")[0]

    assert visitors.visitor_of(asked(f"a=1; {value}; b=2")) == (digest, None)
    assert visitors.visitor_of(asked(value)) == (digest, None)


def test_a_phone_stays_who_it_was_while_the_app_key_of_before_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    digest, set_cookie = visitors.visitor_of(asked(None))
    assert set_cookie is not None

    for before, is_same in (("a key for tests only", True), ("", False)):
        under(monkeypatch, "another", before)
        visitors._known_visitor.cache_clear()
        assert (visitors.visitor_of(asked(set_cookie.split(";")[0]))[0] == digest) is is_same


@pytest.mark.parametrize(
    "cookie",
    ["cn_v=", "cn_v=short", "cn_v=" + "x" * 22, "xcn_v=" + "x" * 22, "cn_v=" + "<" * 22, f"cn_v={'x' * 22}.{'0' * 32}"],
)
def test_a_cookie_that_is_not_ours_is_replaced(cookie: str) -> None:
    _, set_cookie = visitors.visitor_of(asked(cookie))

    assert set_cookie is not None


def test_a_signature_is_good_for_its_own_number_only() -> None:
    _, one = visitors.visitor_of(asked(None))
    _, other = visitors.visitor_of(asked(None))
    assert one is not None
    assert other is not None
    number, signature = one.split(";")[0].split(".")[0], other.split(";")[0].split(".")[1]

    _, set_cookie = visitors.visitor_of(asked(f"{number}.{signature}"))

    assert set_cookie is not None
