"""Lists as wards send them, made here rather than kept: each with what must come out of it."""
