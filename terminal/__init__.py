"""The terminal's commands, one module a noun. `manage.py` is their front door; docs/terminal.md has the contract."""
