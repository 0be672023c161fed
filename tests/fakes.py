"""Stand-ins for the outside world: real objects with a memory, no mocks."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session


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

    def promise(self, session: Session, *, work: str, key: str, at: datetime, subject_id: str) -> None:
        self.promises.setdefault(key, Promise(work, key, at, subject_id))


class Nothing:
    """A part of the outside world that a test has not provided: using it fails the test by name."""

    def __getattr__(self, name: str) -> None:
        raise AssertionError(f"this test provided no port for .{name}")
