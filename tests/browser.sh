#!/bin/sh
# A Chromium for the end-to-end tests: the system's without windows where apt has it, else whichever there is, else Playwright's own.
set -eu
if command -v chromium-headless-shell >/dev/null; then exit 0; fi
apt=false
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then apt=true; fi
take() { apt-get install -y -qq --no-install-recommends "$1" >/dev/null 2>&1; }
if $apt && apt-cache show chromium-headless-shell >/dev/null 2>&1 && take chromium-headless-shell; then exit 0; fi
if command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || command -v chromium-headless-shell >/dev/null; then exit 0; fi
if $apt; then
  apt-get update -qq && { take chromium-headless-shell || take chromium; } && exit 0
fi
.venv/bin/playwright install --with-deps chromium || .venv/bin/playwright install chromium
