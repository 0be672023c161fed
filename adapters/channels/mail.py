"""Letters by SMTP (RFC 5321), with the standard library's client in a thread: one connection a chunk."""

import asyncio
import smtplib
import ssl
import unicodedata
from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import formataddr
from urllib.parse import unquote, urlsplit

from adapters.channels.answers import BUSY, LOST, NO_RECIPIENT, NOT_REACHED, NOTHING_SAID
from adapters.channels.keys import BROKEN, key, unwell
from core import clock
from core.i18n import N_
from services.senders import (
    Accepted,
    AccountHealth,
    AccountKeys,
    Message,
    Outcome,
    Rejected,
    Unavailable,
    Unknown,
)  # fmt: skip

NO_SERVER = N_("Chưa đặt máy chủ thư. Đặt CAUNOI_SMTP_URL, ví dụ smtp://ten:mat-khau@may-chu:587.")
NOT_LET_IN = N_("Máy chủ thư không nhận tên hoặc mật khẩu. Kiểm tra CAUNOI_SMTP_URL.")
NO_PRIVACY = N_("Máy chủ thư không có kết nối mã hóa, nên mật khẩu không được gửi đi. Dùng smtps:// hoặc bật STARTTLS.")
SENDER_REFUSED = N_("Máy chủ thư không cho gửi từ địa chỉ này. Kiểm tra địa chỉ gửi.")
NO_SUCH_BOX = N_("Không có hộp thư này, hoặc hộp thư không nhận.")
LETTER_REFUSED = N_("Máy chủ thư không nhận nội dung thư.")
LETTER_TOO_LONG = 200_000


class Mail:
    """A mail server."""

    dedupes = False
    per_second = 10.0
    longest = LETTER_TOO_LONG

    def __init__(self, *, url: str, connect_seconds: float, answer_seconds: float) -> None:
        self._url, self._connect_seconds, self._answer_seconds = url, connect_seconds, answer_seconds

    async def send(self, account: AccountKeys, messages: Sequence[Message]) -> list[Outcome]:
        """Send each; one outcome a message, in their order."""
        return await asyncio.to_thread(self._all, account, messages) if messages else []

    async def look_for(self, account: AccountKeys, message: Message) -> Outcome | None:  # noqa: ARG002  # the port's
        """A mail server cannot be asked."""
        return None

    async def check(self, account: AccountKeys) -> AccountHealth:
        """Whether it lets us in."""
        return await asyncio.to_thread(self._check, account)

    def _check(self, account: AccountKeys) -> AccountHealth:
        opened = self._opened(account)
        if not isinstance(opened, smtplib.SMTP):
            return unwell(opened)
        try:
            code, _ = opened.noop()
        except (smtplib.SMTPException, OSError):
            return unwell(Unavailable("backoff", "", NOT_REACHED))
        finally:
            _leave(opened)
        return AccountHealth(is_well=True, says=key(account, "sender")) if code == 250 else unwell(_busy(code))

    def _all(self, account: AccountKeys, messages: Sequence[Message]) -> list[Outcome]:
        """One connection for all; where it breaks, a new one for what is left, and none where there is none to be had."""
        outcomes: list[Outcome] = []
        server: smtplib.SMTP | Rejected | Unavailable | None = None
        for message in messages:
            if server is None:
                server = self._opened(account)
            if not isinstance(server, smtplib.SMTP):
                outcomes.append(server)
                continue
            letter = _letter(account, message)
            outcomes.append(letter if isinstance(letter, Rejected) else _handed_over(server, letter, message.recipient))
            if isinstance(outcomes[-1], Unknown) or not _is_open(server):
                _leave(server)
                server = None
        if isinstance(server, smtplib.SMTP):
            _leave(server)
        return outcomes

    def _opened(self, account: AccountKeys) -> smtplib.SMTP | Rejected | Unavailable:
        if not self._url:
            return Rejected("config", "", NO_SERVER)
        if not _is_address(key(account, "sender")):
            return Rejected("config", "", SENDER_REFUSED) if key(account, "sender") else BROKEN
        parts = urlsplit(self._url)
        host = parts.hostname or ""
        try:
            if parts.scheme == "smtps":
                server: smtplib.SMTP = smtplib.SMTP_SSL(host, parts.port or 465, timeout=self._connect_seconds, context=_safe())
            else:
                server = smtplib.SMTP(host, parts.port or 587, timeout=self._connect_seconds)
        except smtplib.SMTPResponseException as refused:
            return _busy(refused.smtp_code)
        except (smtplib.SMTPException, OSError):
            return Unavailable("backoff", "", NOT_REACHED)
        if server.sock is not None:
            server.sock.settimeout(self._answer_seconds)
        problem = _signed_in(server, unquote(parts.username or ""), unquote(parts.password or ""))
        if problem is not None:
            _leave(server)
        return problem or server


def _signed_in(server: smtplib.SMTP, name: str, password: str) -> Rejected | Unavailable | None:
    """Why it does not let us in, if it does not. A password never travels in the open, but to this very computer."""
    try:
        server.ehlo_or_helo_if_needed()
        is_private = isinstance(server, smtplib.SMTP_SSL)
        if not is_private and server.has_extn("starttls"):
            server.starttls(context=_safe())
            server.ehlo()
            is_private = True
        if not name:
            return None
        if not is_private and not _is_here(server):
            return Rejected("config", "", NO_PRIVACY)
        server.login(name, password)
    except (smtplib.SMTPAuthenticationError, smtplib.SMTPNotSupportedError) as refused:
        return Rejected("config", str(getattr(refused, "smtp_code", "")), NOT_LET_IN)
    except smtplib.SMTPResponseException as refused:
        return _busy(refused.smtp_code)
    except (smtplib.SMTPException, OSError):
        return Unavailable("backoff", "", NOT_REACHED)
    return None


def _safe() -> ssl.SSLContext:
    """Checks the server's certificate; made only where it is needed, since it reads all of this computer's."""
    return ssl.create_default_context()


def _letter(account: AccountKeys, message: Message) -> EmailMessage | Rejected:
    sender, to = key(account, "sender"), message.recipient.strip()
    if not _is_address(to):
        return Rejected("recipient", "", NO_SUCH_BOX if to else NO_RECIPIENT)
    text = unicodedata.normalize("NFC", message.text).strip()
    if not text:
        return Rejected("content", "", NOTHING_SAID)
    letter = EmailMessage()
    letter["From"] = formataddr((_line(key(account, "sender_name")), sender))
    letter["To"] = to
    letter["Subject"] = _line(message.title) or _line(text)[:120]
    letter["Date"] = clock.now()
    letter["Message-ID"] = f"<{message.key}@{sender.rpartition('@')[2]}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(text)
    return letter


def _handed_over(server: smtplib.SMTP, letter: EmailMessage, to: str) -> Outcome:
    """Up to the letter itself nothing is taken; what breaks after that is unknown."""
    try:
        code, _ = server.mail(letter["From"].addresses[0].addr_spec)
        if code != 250:
            return _reset(server, _judged(code, Rejected("config", str(code), SENDER_REFUSED)))
        code, _ = server.rcpt(to.strip())
        if code not in (250, 251):
            return _reset(server, _judged(code, Rejected("recipient", str(code), NO_SUCH_BOX)))
    except (smtplib.SMTPException, OSError):
        return Unavailable("backoff", "", BUSY)
    try:
        code, _ = server.data(letter.as_bytes(policy=letter.policy.clone(linesep="\r\n")))
    except smtplib.SMTPDataError as refused:
        return _reset(server, _judged(refused.smtp_code, Rejected("content", str(refused.smtp_code), LETTER_REFUSED)))
    except (smtplib.SMTPException, OSError):
        return Unknown(LOST)
    return (
        Accepted(str(letter["Message-ID"]), cost=0)
        if code == 250
        else _judged(code, Rejected("content", str(code), LETTER_REFUSED))
    )


def _judged(code: int, refused: Rejected) -> Outcome:
    """4yz: try again; 5yz: never (RFC 5321 §4.2.1)."""
    return refused if 500 <= code < 600 else _busy(code)


def _busy(code: int) -> Unavailable:
    return Unavailable("backoff", str(code), BUSY)


def _reset(server: smtplib.SMTP, outcome: Outcome) -> Outcome:
    """Ready for the next letter."""
    try:
        server.rset()
    except (smtplib.SMTPException, OSError):
        server.close()
    return outcome


def _is_open(server: smtplib.SMTP) -> bool:
    return server.sock is not None


def _is_here(server: smtplib.SMTP) -> bool:
    return server.sock is not None and str(server.sock.getpeername()[0]) in ("127.0.0.1", "::1")


def _leave(server: smtplib.SMTP) -> None:
    try:
        server.quit()
    except (smtplib.SMTPException, OSError):
        server.close()


def _is_address(text: str) -> bool:
    """Whether it can be written to as it stands; letters beyond ASCII need servers that few have (RFC 6531)."""
    local, _, domain = text.rpartition("@")
    return bool(local) and "." in domain and text.isascii() and not any(s.isspace() or s in '<>,;:"()[]@' for s in local + domain)


def _line(text: str) -> str:
    """On one line: a header takes no other (CWE-93)."""
    return " ".join(unicodedata.normalize("NFC", text).split())
