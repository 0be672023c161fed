"""screen, screen_load, screen_flat: our real screens in Chromium against an empty page of default Streamlit.

A rerun is the key R pressed in the page (Streamlit's own shortcut) until its script has finished and the page stands
still; a load is an address opened in a warm browser until the same. Medians; both servers take turns in one run.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from statistics import median
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from bench import chromium
from bench.servers import Server, default_streamlit, house

SCREENS = (
    "today", "groups", "announcement", "participation", "coverage", "charts", "charts?xem=tin", "questions", "figures",
    "figures?so=coverage", "figures?so=entered", "reports", "compare",
)  # fmt: skip
RERUNS, LOADS = 15, 7
WARM = 3  # a browser keeps compiled scripts from the second time on that it met them, and reads them from there the third time
SMALL, LARGE = 3_000, 300_000
# Resolves when the script has run and nothing in the page has changed for two frames.
SETTLED = """() => new Promise(done => {
  const app = document.querySelector('[data-testid="stApp"]');
  let last = performance.now();
  const seen = new MutationObserver(() => { last = performance.now(); });
  seen.observe(document.body, {subtree: true, childList: true, attributes: true, characterData: true});
  const look = () => {
    const idle = app.getAttribute('data-test-script-state') === 'notRunning' && performance.now() - last > 120;
    if (idle) { seen.disconnect(); done(last); } else { requestAnimationFrame(look); }
  };
  requestAnimationFrame(look);
})"""
RERUN = """() => new Promise(done => {
  const app = document.querySelector('[data-testid="stApp"]');
  const start = performance.now();
  let last = start, ran = false;
  const seen = new MutationObserver(() => { last = performance.now(); });
  seen.observe(document.body, {subtree: true, childList: true, attributes: true, characterData: true});
  document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'r', code: 'KeyR', keyCode: 82, which: 82, bubbles: true}));
  document.body.dispatchEvent(new KeyboardEvent('keyup', {key: 'r', code: 'KeyR', keyCode: 82, which: 82, bubbles: true}));
  const look = () => {
    const state = app.getAttribute('data-test-script-state');
    if (state !== 'notRunning') { ran = true; }
    const now = performance.now();
    const idle = state === 'notRunning' && now - last > 120 && (ran || last > start);
    if (idle) { seen.disconnect(); done(last - start); }
    else if (now - start > 15000) { seen.disconnect(); done(-1); }
    else { requestAnimationFrame(look); }
  };
  requestAnimationFrame(look);
})"""


@contextmanager
def browser() -> Iterator[Browser]:
    """A headless Chromium that looks nowhere but here."""
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium.installed(), args=quiet)
        yield started
        started.close()


def page_of(started: Browser, server: Server) -> Page:
    """A window in which the server's person is signed in."""
    context = started.new_context(viewport={"width": 1280, "height": 900})
    if server.cookie:
        context.add_cookies([{"name": server.cookie[0], "value": server.cookie[1], "url": server.url}])
    return context.new_page()


def load(page: Page, url: str) -> float:
    """Milliseconds from asking for an address until the page stands still."""
    start = time.perf_counter()
    page.goto(url)
    page.wait_for_selector('[data-testid="stApp"]')
    page.wait_for_selector("h1")
    page.evaluate(SETTLED)
    return (time.perf_counter() - start) * 1000 - 120


def rerun(page: Page) -> float:
    """Milliseconds from the key until the page stands still."""
    took = float(page.evaluate(RERUN))
    if took < 0:
        raise RuntimeError("the page did not rerun")
    return took


def address(page: Page, server: Server, screen: str) -> str:
    """Where a screen is; the board is the newest sent announcement's."""
    if screen != "announcement":
        return f"{server.url}/{screen}"
    load(page, f"{server.url}/announcements?loc=sent")
    link = page.locator('a[href*="announcement?id="]').first.get_attribute("href")
    return f"{server.url}{link}"


def in_turns(places: Mapping[str, tuple[Page, str]]) -> dict[str, tuple[float, float]]:
    """Median rerun and warm load of some pages, milliseconds. They take turns: what the machine does meanwhile it does to all."""
    for _ in range(WARM):
        for page, url in places.values():
            load(page, url)
    loads = [{name: load(page, url) for name, (page, url) in places.items()} for _ in range(LOADS)]
    reruns = [{name: rerun(page) for name, (page, _url) in places.items()} for _ in range(RERUNS + 2)][2:]
    return {name: (median(one[name] for one in reruns), median(one[name] for one in loads)) for name in places}


def line(name: str, ours: float, baseline: float, **more: Any) -> dict[str, Any]:
    """One result beside its baseline."""
    return {
        "name": name,
        "ours": round(ours, 1),
        "baseline": round(baseline, 1),
        "ratio": round(ours / baseline, 3),
        "unit": "ms",
    } | more


def run() -> list[dict[str, Any]]:
    """Reruns and loads at 3,000 households against an empty default page; then 300,000 against 3,000.

    The empty page stands in an app that has pandas and altair loaded, as any with tables and charts has; `bare` is the
    same page in an app that has loaded neither.
    """
    results = []
    with browser() as started:
        with default_streamlit() as plain, default_streamlit(imports="") as nothing, house(households=SMALL) as ward:
            empty, bare = ((page_of(started, one), one.url) for one in (plain, nothing))
            for screen in SCREENS:
                with _at(started, ward, screen) as ours:
                    found = in_turns({"ours": ours, "empty": empty, "bare": bare})
                for at, (name, n) in enumerate((("screen", RERUNS), ("screen_load", LOADS))):
                    more = {"screen": screen, "n": n, "bare": round(found["bare"][at], 1)}
                    results.append(line(name, found["ours"][at], found["empty"][at], **more))
        with house(households=SMALL) as first, house(households=LARGE) as province:
            for screen in SCREENS:
                with _at(started, first, screen) as small, _at(started, province, screen) as large:
                    found = in_turns({"small": small, "large": large})
                more = {"screen": screen, "n": RERUNS, "households": LARGE}
                results.append(line("screen_flat", found["large"][0], found["small"][0], **more))
    return results


@contextmanager
def _at(started: Browser, server: Server, screen: str) -> Iterator[tuple[Page, str]]:
    """A window and the address of a screen; closed afterwards, as a screen that is left open goes on asking."""
    page = page_of(started, server)
    yield page, address(page, server, screen)
    page.context.close()
