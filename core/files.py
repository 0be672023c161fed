"""Files of ours on disk: whole or not at all, for this account only."""

import os
from pathlib import Path

from core.tokens import new_token


def write_whole(path: Path, content: bytes) -> None:
    """Write a file, with its folder; whoever reads it meanwhile finds the old one or the new one, also after a crash."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = path.with_name(f".{new_token()}")
    try:
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except OSError:  # a full disk must not be filled by what is of no use
        aside.unlink(missing_ok=True)
        raise
