"""A mail server for tests: it speaks as much of RFC 5321 as a client needs, and keeps the letters it took."""

import asyncio
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from tests.provider.server import in_thread

GREETING = "220 post.example ESMTP"


@dataclass
class MailServer:
    """What it was told to answer, and what it took."""

    says: Mapping[str, str] = field(default_factory=dict)  # instead of what it usually says to a word, or to an address
    offers: tuple[str, ...] = ()  # of extensions, as `AUTH PLAIN`
    cuts_after: str = ""  # a word after which it cuts the connection: GREETING, MAIL, RCPT, DATA, LETTER
    encrypts: ssl.SSLContext | None = None  # from the first byte
    port: int = 0
    connected: int = 0
    words: list[str] = field(default_factory=list)  # as they came
    letters: list[EmailMessage] = field(default_factory=list)

    async def open(self) -> None:
        """Listen on any free port."""
        self._listening = await asyncio.start_server(self.serve, "127.0.0.1", 0, ssl=self.encrypts)
        self.port = self._listening.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Listen no longer."""
        self._listening.close()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One client."""
        self.connected += 1
        try:
            await self._talk(reader, writer)
        except (ConnectionError, ssl.SSLError, asyncio.IncompleteReadError):
            pass  # the client has left
        finally:
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._said(writer, "GREETING", self.says.get("GREETING", GREETING)):
            return
        while line := (await reader.readline()).decode().strip():
            word = line.split(" ", 1)[0].upper()
            self.words.append(line)
            if word == "DATA" and self._usual(line).startswith("354"):
                if not self._said(writer, "DATA", self._usual(line)):
                    return
                letter = await reader.readuntil(b"\r\n.\r\n")
                self.letters.append(message_from_bytes(letter[:-5].replace(b"\r\n..", b"\r\n."), policy=policy.default))
                if not self._said(writer, "LETTER", self.says.get("LETTER", "250 taken")):
                    return
            elif not self._said(writer, word, self._usual(line)) or word == "QUIT":
                return

    def _usual(self, line: str) -> str:
        word = line.split(" ", 1)[0].upper()
        told = next((answer for of, answer in self.says.items() if of.lower() in line.lower()), None)
        if told is not None:
            return told
        if word == "EHLO":
            return "\r\n".join(["250-post.example", *(f"250-{name}" for name in self.offers), "250 OK"])
        return {"DATA": "354 go on", "QUIT": "221 bye", "AUTH": "235 welcome", "STARTTLS": "454 no"}.get(word, "250 OK")

    def _said(self, writer: asyncio.StreamWriter, word: str, answer: str) -> bool:
        """Whether the talk goes on."""
        if self.cuts_after == word:
            writer.transport.abort()
            return False
        writer.write(answer.encode() + b"\r\n")
        return True


@contextmanager
def mail_server(
    *, says: Mapping[str, str] | None = None, offers: tuple[str, ...] = (), cuts_after: str = "",
    encrypts: ssl.SSLContext | None = None,
) -> Iterator[MailServer]:  # fmt: skip
    """One that runs for as long as the block lasts, in a thread of its own."""
    server = MailServer(says or {}, offers, cuts_after, encrypts)
    with in_thread(server.open(), server.close()):
        yield server
