"""The terminal's front door: `python manage.py COMMAND`. The commands live in `terminal/`, one module a noun."""

import importlib
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from terminal.habits import app

NOUNS = (
    "system", "demo", "users", "units", "households", "groups", "coverage", "announcements", "deliveries", "doors", "links",
    "procedures", "channels", "checks", "bench",
)  # fmt: skip

for noun in NOUNS:
    importlib.import_module(f"terminal.{noun}")

if __name__ == "__main__":
    app()
