"""Files of ours on disk: whole or not at all, for this account only."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from core.tokens import new_token


@contextmanager
def whole(path: Path, *, aside: Path) -> Iterator[BinaryIO]:
    """Write a file beside where it belongs, and put it there when the block ends; where that breaks, nothing is left.

    Whoever reads it meanwhile finds the old one or the new one, also after a crash.
    """
    aside.unlink(missing_ok=True)  # of a process that was killed
    try:
        with os.fdopen(os.open(aside, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)  # a full disk must not be filled by what is of no use


def write_whole(path: Path, content: bytes) -> None:
    """Write a file, with its folder; as `whole`."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with whole(path, aside=path.with_name(f".{new_token()}")) as file:
        file.write(content)
