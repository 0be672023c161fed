"""Values as plain text and numbers, for what other programs read."""

from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Any
from uuid import UUID

from core import clock


def plainly(value: Any) -> Any:
    """A day or an instant by ISO 8601 in the house's zone, a choice by its name, an id or a path as text; all else as it is."""
    if isinstance(value, datetime):
        return clock.local(value).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    return str(value) if isinstance(value, (UUID, Path)) else value
