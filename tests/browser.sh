#!/bin/sh
# A Chromium for the end-to-end tests: the system's where there is one, else apt's when root (the one without windows, if it has
# that), else Playwright's own.
set -eu
if command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || command -v chromium-headless-shell >/dev/null; then exit 0; fi
take() { apt-get install -y -qq --no-install-recommends "$1" >/dev/null; }
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  apt-get update -qq && { take chromium-headless-shell 2>/dev/null || take chromium; } && exit 0
fi
.venv/bin/playwright install --with-deps chromium || .venv/bin/playwright install chromium
