"""Keys of rows: UUID version 7 (RFC 9562 §5.7), so that new rows land at the end of an index."""

import os
import time
from uuid import UUID


def new_id() -> UUID:
    """48 bits of milliseconds, then 74 random bits: unguessable enough for a key, never used as a secret."""
    stamp = (time.time_ns() // 1_000_000) & ((1 << 48) - 1)
    tail = int.from_bytes(os.urandom(10))
    value = (stamp << 80) | (0x7 << 76) | (((tail >> 62) & 0xFFF) << 64) | (0b10 << 62) | (tail & ((1 << 62) - 1))
    return UUID(int=value)
