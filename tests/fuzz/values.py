"""What requests by chance are made of: names that routes ask for, and what nobody should ever send."""

import io
import zipfile

from PIL import Image

OTHERS = ["HEAD", "POST", "GET", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "QUERY"]
# Names that routes of ours ask for in forms and addresses.
_FIELDS = """
do people result xa voi tt q photos note name first code ca visit text swap still show reason phone outcome
minutes lesson key home ho here group doi why was unit tb sum smartphones shown place page mark many line
last_on last_four kind first_on description address absence said change choose to from by unit_code day format
next done hub.verify_token hub.mode hub.challenge message phonenumber id SMSID SendStatus status knocks ticks
"""
NAMES = _FIELDS.split()
STRANGE = [
    "",
    " ",
    "0",
    "1",
    "-1",
    "7",
    "00000000000000000001",
    "1e9",
    "9" * 40,
    "½",
    "٣",
    "1.5",
    "NaN",
    "true",
    "None",
    "null",
    "\0",
    "a\0b",
    "\r\nSet-Cookie: x=1",
    "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
    "\u202e",
    "\ufeff",
    "Nguyễn Văn An",
    "Nguye\u0302\u0303n",
    "'",
    "' OR 1=1 --",
    "%",
    "_",
    "<script>alert(1)</script>",
    "{{7*7}}",
    "{0.__class__}",
    "${x}",
    "../../etc/passwd",
    "//evil.test",
    "https://evil.test/",
    "javascript:alert(1)",
    "0912345678",
    "+84912345678",
    "2026-02-30",
    "2026-11-30",
    "0001-01-01",
    "9999-12-31",
    "2026-11-30T25:61",
    "24:00",
    "a" * 300,
    "ă" * 3000,
    "(" * 200,
    "[" * 500,
    "018f0000-0000-7000-8000-000000000000",
    "f" * 32,
    "g" * 32,
    "\U0010ffff",
    "\x7f\x1b[31m",
    "=HYPERLINK(1)",
    ",",
    ";",
    "&",
    "a=b",
]
BYTES = [b"\xff\xfe", b"\xc3\x28", b"\xed\xa0\x80", b"%", b"%zz", b"%00", b"%ff", b"%c0%af", b"%2e%2e%2f", b"\x80abc"]
AGENTS = [
    b"",
    b"curl/8",
    b"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148",
    b"Mozilla/5.0 (Linux; Android 14; SM-A155F) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36 Zalo android/12100697",
    b"Mozilla/5.0 (compatible; Googlebot/2.1)",
    b"\xff\xfe",
    b"x" * 5000,
]
LANGUAGES = [
    b"vi-VN,vi;q=0.9",
    b"en",
    b"ja;q=1",
    b"*",
    b"",
    b"xx-yy;q=abc",
    b"en;q=",
    b",,,;;;",
    b"vi;q=-1,en;q=99999999999999",
    b"\xff",
    b"a" * 9000,
]
CLIENTS = ["127.0.0.1"] * 6 + ["192.168.1.20", "113.161.0.9", "2001:ee0:4f00::1", "::ffff:113.161.0.9", "testclient", ""]


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 30)) -> bytes:
    """A small real one."""
    held = io.BytesIO()
    Image.new("RGB", size, (90, 120, 150)).save(held, kind)
    return held.getvalue()


def packed() -> bytes:
    """A workbook's wrapping with nothing of one in it."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("xl/workbook.xml", "<!DOCTYPE x [<!ENTITY y 'y'>]><x>&y;</x>")
    return held.getvalue()


FILES = [
    picture(),
    picture("PNG"),
    picture("WEBP"),
    picture("GIF"),
    picture()[:200],
    b"\x89PNG\r\n\x1a\n" + b"\0" * 40,
    packed(),
    b"%PDF-1.7\n",
    b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    b"<html><script>1</script></html>",
    b"MZ\x90\0",
    b"",
    b"\0" * 200_000,
    b"BM" + b"\xff" * 60,
    b"II*\0" + b"\xff" * 60,
    b"\0\0\0\x1cftypheic" + b"\xff" * 60,
]
