"""Which Chromium drives the screens, in measurements and in end-to-end tests."""

import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome")  # as tests/browser.sh looks for them


def installed() -> str | None:
    """Where the system's Chromium is, by whatever name it goes; None where Playwright's own is to be taken."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)
