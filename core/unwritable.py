"""The letter that no text of PostgreSQL can hold, NUL: left out of whatever a statement brings, on both databases alike.

A browser can send it from any field. Nobody types it on purpose: it is dropped where all texts pass, not refused at each field.
"""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Engine, event

NUL = "\0"
_ESCAPED = "\\u0000"


def keep_out(engine: Engine) -> None:
    """From now on statements of this engine bring no NUL: not in a value to be written, nor in one that is looked for."""
    event.listen(engine, "before_cursor_execute", _without, retval=True)


def dumped(value: Any) -> str:
    """JSON for a column, without the letter, which PostgreSQL refuses there once it is read as text."""
    written = json.dumps(value)
    return json.dumps(_cleaned(value)) if _ESCAPED in written else written


def _without(_connection: Any, _cursor: Any, statement: str, given: Any, _context: Any, _many: Any) -> tuple[str, Any]:
    return statement, _cleaned(given) if _has(given) else given


def _has(value: Any) -> bool:
    if isinstance(value, str):
        return NUL in value
    if isinstance(value, dict):
        return any(map(_has, value.values()))
    return isinstance(value, list | tuple) and any(map(_has, value))


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace(NUL, "")
    if isinstance(value, Mapping):
        return {_cleaned(name): _cleaned(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_cleaned(one) for one in value]
    return tuple(map(_cleaned, value)) if isinstance(value, tuple) else value
