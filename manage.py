"""The terminal's front door: `python manage.py COMMAND`. The commands live in `terminal/`, one module a noun."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from terminal.habits import app

if __name__ == "__main__":
    app()
