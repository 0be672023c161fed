"""The terminal's commands, one module a noun. `manage.py` is their front door. Their words and JSON are stable (docs/terminal.md)."""
