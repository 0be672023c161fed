"""Large sheets in parts, each made by a fresh process, then joined."""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

from pypdf import PdfReader, PdfWriter

PART_PAGES = 100  # 2,400 labels: about 340 MB while they are made
WORKERS = 2
PATIENCE_SECONDS = 180  # a part takes about 3; a process that hangs is ended
REFUSED = 3


@dataclass(frozen=True)
class Order:
    """A sheet to print: a template, what holds for the whole sheet, and one item a code."""

    template: str
    sheet: Mapping[str, Any]
    items: Sequence[Mapping[str, Any]]
    per_page: int
    tags: bool  # reading order for screen readers; labels are cut apart and have none
    codes: Mapping[str, Any] = field(default_factory=dict)  # how fine they may be, how strong, how often on their page
    kind: str = "pdf"  # or svg, png: one page
    part_pages: int = PART_PAGES  # fewer where somebody wants to hear of them sooner


class Refused(Exception):
    """What is wrong with an order, in one word, the items it concerns, and the letters that cannot be printed."""

    def __init__(self, wrong: str, items: Sequence[int], letters: str = "") -> None:
        super().__init__(wrong)
        self.wrong, self.items, self.letters = wrong, list(items), letters


Tell = Callable[[int], None]


def printed(order: Order, *, tell: Tell = lambda _pages: None) -> bytes:
    """The PDF, every code in it read back. The calling process keeps nothing of the work. `tell` hears of pages that are done.

    Raises:
        Refused: the template or the reading back said no.
    """
    step = _pages_of_part(-(-len(order.items) // order.per_page), order.part_pages) * order.per_page
    parts = []
    with ThreadPoolExecutor(WORKERS) as workers:
        for part in workers.map(lambda first: _part(order, first, first + step), range(0, max(1, len(order.items)), step)):
            parts.append(part)
            tell(-(-min(len(order.items), len(parts) * step) // order.per_page))
    return parts[0] if len(parts) == 1 else joined(parts)


def _pages_of_part(pages: int, most: int) -> int:
    """So many that every worker has as many parts as the others: none waits while the last one is made."""
    parts = -(-pages // most)
    if parts > 1:
        parts = -(-parts // WORKERS) * WORKERS
    return -(-pages // max(1, parts)) or 1


def _part(order: Order, first: int, end: int) -> bytes:
    wanted = {
        "template": order.template, "sheet": dict(order.sheet), "items": [dict(item) for item in order.items[first:end]],
        "per_page": order.per_page, "tags": order.tags, "codes": dict(order.codes),
        "kind": order.kind,
    }  # fmt: skip
    done = _run(json.dumps(wanted).encode())
    if done.returncode == REFUSED:
        answer = json.loads(done.stdout)
        raise Refused(answer["wrong"], [first + at for at in answer["items"]], answer["letters"])
    if done.returncode:
        raise RuntimeError(f"a part was not made: {done.stderr.decode(errors='replace')[-2000:]}")
    return done.stdout


def picture(pdf: bytes, *, page: int, dpi: int) -> bytes:
    """One page of a sheet as a PNG, drawn by a process of its own."""
    done = _run(pdf, "picture", str(page), str(dpi))
    if done.returncode:
        raise RuntimeError(f"a page was not drawn: {done.stderr.decode(errors='replace')[-2000:]}")
    return done.stdout


def _run(given: bytes, *words: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(  # noqa: S603 - our own program, the order comes as data
        [sys.executable, "-I", str(Path(__file__).with_name("part.py")), *words],
        input=given, capture_output=True, timeout=PATIENCE_SECONDS, check=False,
    )  # fmt: skip


def pages(pdf: bytes) -> int:
    """How many pages a file has."""
    return len(PdfReader(BytesIO(pdf)).pages)


def behind_each(before: bytes, whole: bytes, lengths: Sequence[int]) -> bytes:
    """The pages of `whole` in pieces of so many, the pages of `before` ahead of each piece; what they share is stored once."""
    first, rest = PdfReader(BytesIO(before)), iter(PdfReader(BytesIO(whole)).pages)
    made = PdfWriter()
    for length in lengths:
        for page in (*first.pages, *(next(rest) for _ in range(length))):
            made.add_page(page)
    made.add_metadata(first.metadata or {})
    out = BytesIO()
    made.write(out)
    return out.getvalue()


def joined(parts: Sequence[bytes]) -> bytes:
    """One file; the first part gives it its title and settings."""
    whole = PdfWriter(clone_from=BytesIO(parts[0]))
    for part in parts[1:]:
        whole.append(BytesIO(part), import_outline=False)
    out = BytesIO()
    whole.write(out)
    return out.getvalue()
