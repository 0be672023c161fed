"""The ward's plain text as a page lays it out: paragraphs, numbered orders, facts with their weightiest words first."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from models import FACT_LABELS

_ORDER = re.compile(r"\s*(\d{1,2})[.)]\s+(.+)")
LONGEST_SUMMARY = 160
# The key in `Announcement.facts`, the drawing beside it, its label.
_DRAWINGS = {"when": "calendar", "where": "place", "who": "people", "bring": "bag"}
FACTS = tuple((key, _DRAWINGS[key], label) for key, label in FACT_LABELS.items())
# What weighs most, and where it ends: a day also before its hours; an address has commas of its own.
_ENDS = {"when": ("\n", ", "), "where": ("\n",)}


@dataclass(frozen=True)
class Block:
    """A paragraph of lines, or numbered orders counting from `first`."""

    lines: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    first: int = 1


@dataclass(frozen=True)
class Fact:
    """One answer: when, where, who, what to bring."""

    drawing: str
    label: str
    weighty: str
    rest: str


def blocks_of(body: str) -> list[Block]:
    """Paragraphs part at empty lines; lines that begin `1.`, `2.` … are orders of one list."""
    blocks: list[Block] = []
    for paragraph in re.split(r"\n\s*\n", body.strip()):
        lines: list[str] = []
        steps: list[tuple[int, str]] = []
        for line in paragraph.split("\n"):
            order = _ORDER.fullmatch(line)
            if order and (not steps or int(order[1]) == steps[-1][0] + 1):
                _close(blocks, lines, [])
                lines = []
                steps.append((int(order[1]), order[2]))
            elif line.strip():
                _close(blocks, [], steps)
                steps = []
                lines.append(line.strip())
        _close(blocks, lines, steps)
    return blocks


def _close(blocks: list[Block], lines: list[str], steps: list[tuple[int, str]]) -> None:
    if lines:
        blocks.append(Block(lines=tuple(lines)))
    if steps:
        blocks.append(Block(steps=tuple(words for _, words in steps), first=steps[0][0]))


def facts_of(facts: Mapping[str, str]) -> list[Fact]:
    """The facts that are filled in, in the order people ask; the day and the place set apart."""
    found = []
    for key, drawing, label in FACTS:
        if words := facts.get(key, "").strip():
            weighty, rest = _parted(words, _ENDS[key]) if key in _ENDS else ("", words)
            found.append(Fact(drawing, label, weighty, rest))
    return found


def _parted(words: str, ends: tuple[str, ...]) -> tuple[str, str]:
    lines = re.sub(r"\s*\n\s*", "\n", words)
    first, _, rest = lines.partition(next((end for end in ends if end in lines), "\n"))
    return first, rest.replace("\n", ", ")


def summary_of(facts: Mapping[str, str], body: str) -> str:
    """What a link's card says under the title: the facts, else the text, at most 160 characters."""
    said = [facts.get(key, "").strip() for key, _, _ in FACTS]
    words = " ".join(" · ".join(part for part in said if part).split()) or " ".join(body.split())
    return words if len(words) <= LONGEST_SUMMARY else words[: LONGEST_SUMMARY - 1].rsplit(" ", 1)[0] + "…"


def spoken_of(title: str, facts: Mapping[str, str]) -> str:
    """Title and facts as sentences, to be read aloud before the text, and to be shared."""
    said = [title, *(f"{label}: {facts[key].strip()}" for key, _, label in FACTS if facts.get(key, "").strip())]
    return " ".join(" ".join(words.split()).rstrip(".") + "." for words in said)
