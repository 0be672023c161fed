"""Stand-ins for the outside world: real objects with a memory, no mocks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Literal
from uuid import UUID

from PIL import Image
from sqlmodel import Session

from services.ports import BatchRun, LinkState, LinkVisit
from services.senders import Accepted, AccountHealth, AccountKeys, Message, Outcome


@dataclass(frozen=True)
class Promise:
    """What the engine was asked to do later."""

    work: str
    key: str
    at: datetime
    subject_id: str


class FakeEngine:
    """An engine that remembers what it was asked, once a key, and does nothing."""

    def __init__(self) -> None:
        self.promises: dict[str, Promise] = {}
        self.runs: dict[tuple[UUID, int, str], BatchRun] = {}

    def promise(self, session: Session, *, work: str, key: str, at: datetime, subject_id: str) -> None:
        self.promises.setdefault(key, Promise(work, key, at, subject_id))

    def deliver(self, session: Session, runs: Sequence[BatchRun]) -> None:
        for run in runs:
            self.runs.setdefault((run.batch_id, run.attempt, run.again), run)

    def unbegun(self, runs: Sequence[BatchRun]) -> list[BatchRun]:
        return [run for run in runs if (run.batch_id, run.attempt, run.again) not in self.runs]


class Nothing:
    """A part of the outside world that a test has not provided: using it fails the test by name."""

    def __getattr__(self, name: str) -> None:
        raise AssertionError(f"this test provided no port for .{name}")


class FakeLinks:
    """A checker of links that remembers what it was asked and answers as it was told; what it was not told of is alive."""

    def __init__(self, states: Mapping[str, Literal["alive", "dead", "refused", "unknown"]] | None = None) -> None:
        self.urls: list[str] = []
        self._states = states or {}

    def check(self, urls: Sequence[str]) -> list[LinkState]:
        self.urls += urls
        return [LinkState(url, self._states.get(url, "alive")) for url in urls]


class FakeSender:
    """A provider that remembers what it was sent and answers as told: one answer for all, or one a receiver."""

    def __init__(self, *answers: Outcome, dedupes: bool = False, per_second: float = 1_000_000.0) -> None:
        self.dedupes, self.per_second, self.longest = dedupes, per_second, 2000
        self.sent: list[Message] = []
        self.by_recipient: dict[str, Outcome] = {}
        self.looked: Outcome | None = None
        self.asked: list[Message] = []  # what became of them
        self.health = AccountHealth(is_well=True, says="")
        self._answers = list(answers)

    async def send(self, account: AccountKeys, messages: Sequence[Message]) -> list[Outcome]:
        self.sent += messages
        usual = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0] if self._answers else None
        return [self.by_recipient.get(one.recipient) or usual or Accepted(f"id-{one.key}") for one in messages]

    async def look_for(self, account: AccountKeys, message: Message) -> Outcome | None:
        self.asked.append(message)
        return self.looked

    async def check(self, account: AccountKeys) -> AccountHealth:
        return self.health


class FakeVisitor:
    """Finds of targets what a test says, by address; all is well with the others. Remembers whom it visited."""

    def __init__(self, *found: LinkVisit) -> None:
        self.found = {one.url: one for one in found}
        self.visited: list[str] = []

    def visit(self, urls: Sequence[str]) -> list[LinkVisit]:
        self.visited += urls
        return [self.found.get(url, LinkVisit(url, status=200)) for url in urls]


class WhitePages:
    """A printer whose pages look white."""

    def picture(self, pdf: bytes, *, page: int = 0, dpi: int = 80) -> bytes:
        out = BytesIO()
        Image.new("L", (8, 8), 255).save(out, "PNG")
        return out.getvalue()
