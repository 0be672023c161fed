"""What somebody can do who has got hold of the database itself: change rows that it refuses to change."""

from typing import Any

from sqlalchemy import Executable, text
from sqlmodel import Session

TRIGGERS = ("auditevent_unchanged", "auditevent_undeleted")


def tamper(session: Session, statement: Executable) -> None:
    """Carry it out past the refusal, and commit."""
    if session.get_bind().dialect.name == "postgresql":
        _raw(session, "SET LOCAL session_replication_role = replica")
    else:
        for name in TRIGGERS:
            _raw(session, f"DROP TRIGGER IF EXISTS {name}")
    session.execute(statement)
    session.commit()
    session.expire_all()


def _raw(session: Session, words: str) -> Any:
    return session.execute(text(words))
