"""Keys of rows: UUID version 7 (RFC 9562 §5.7), so that new rows land at the end of an index, in the order they were made."""

import os
import time
from threading import Lock
from uuid import UUID

_AT_ONCE = 10 << 12  # so far (10 ms) ids may run ahead of a clock that stands or was set back a little
_lock = Lock()
_last = 0


def new_id() -> UUID:
    """60 bits of time, then 62 random bits: unguessable enough for a key, never used as a secret.

    The time is in 1/4096 of a millisecond (§6.2, method 3), and one made later in this process is greater.
    """
    global _last
    now = time.time_ns() * 4096 // 1_000_000
    with _lock:
        _last = stamp = _last + 1 if now <= _last < now + _AT_ONCE else now
    tail = int.from_bytes(os.urandom(8)) & ((1 << 62) - 1)
    return UUID(int=((stamp >> 12) & ((1 << 48) - 1)) << 80 | 0x7 << 76 | (stamp & 0xFFF) << 64 | 0b10 << 62 | tail)
