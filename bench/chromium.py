"""Which Chromium drives the screens, in measurements and in end-to-end tests."""

import shutil

WINDOWLESS = "chromium-headless-shell"  # draws no windows of its own: a new browser costs it a third, pages are the same
NAMES = ("chromium", "chromium-browser", "google-chrome", WINDOWLESS)  # as tests/browser.sh looks for them


def installed() -> str | None:
    """Where the system's Chromium is, by whatever name it goes; None where Playwright's own is to be taken."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def lightest() -> str | None:
    """The one for tests: without windows, where there is one, else as `installed`. Measurements are taken with the whole one."""
    return shutil.which(WINDOWLESS) or installed()
