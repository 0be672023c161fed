"""The style of each phone page: only the sections it uses, and its hash for the content policy."""

import base64
import hashlib
import re
from dataclasses import dataclass

from web import files

_RELAY = ("stamp", "state", "tools", "ready", "rows")
_NOTICE = ("stamp", "state", "facts", "tools")
SECTIONS: dict[str, tuple[str, ...]] = {
    "announcement.html": (*_NOTICE, "duo", "pick", "field", "ticket", "prose", "steps", "rows", "print"),
    "relay.html": (*_RELAY, "meter", "more", "field"),
    "relay_posted.html": ("state", "facts", "ready", "rows", "more", "field"),
    "relay_passed.html": (*_RELAY, "more", "field"),
    "relay_pass_on.html": ("stamp", "pick"),
    "relay_over.html": ("state", "tools", "ready", "rows"),
    "relay_cannot.html": ("stamp", "steps"),
    "leaders.html": ("stamp", "state", "pick", "field", "areas", "more"),
    "leaders_mine.html": ("stamp", "state", "rows"),
    "leaders_digits.html": ("stamp", "state", "field"),
    "join.html": ("state", "meter", "facts", "more", "field"),
    "household_card.html": ("state", "facts", "rows"),
    "stop.html": ("state", "facts"),
    "privacy.html": ("state", "facts", "pick", "field", "rows", "more"),
    "door.html": ("stamp", "state", "meter", "tools", "more", "doors"),
    "door_call.html": (),
    "tick_ask.html": ("state", "facts", "pick", "more"),
    "tick_list.html": ("state", "meter", "rows", "more", "field", "ticks"),
    "leader_count.html": ("state", "facts", "field"),
    "leader_ask.html": ("state", "pick", "field", "tools", "ready", "talk"),
    "rumour_relay.html": ("state", "tools", "ready", "rows", "more"),
    "leader_report.html": ("state", "pick", "ticked", "field", "talk"),
    "check_in.html": ("state", "meter", "rows", "field"),
    "ask.html": ("state", "pick", "field", "rows", "more"),
    "asked.html": ("state", "field", "rows", "tools", "ready", "talk"),
    "answer.html": ("state", "prose", "rows", "tools", "print"),
    "done.html": ("state", "rows", "talk"),
    "rumours.html": ("state", "rows"),
    "procedure.html": ("state", "facts", "bring", "tools", "steps", "rows", "more", "print"),
    "procedures.html": ("state", "facts", "rows", "field", "find"),
    "team.html": ("state", "rows", "facts", "duo", "ready"),
    "team_duty.html": ("state", "tools", "more", "field", "doors"),
    "team_support.html": ("state", "rows", "field", "find", "doors"),
    "team_outcome.html": ("state", "pick", "ticked"),
    "team_visits.html": ("state", "tools", "field", "pick", "ticked", "more", "doors"),
    "visit.html": ("field", "chosen"),
    "visit_state.html": ("state", "facts"),
    "team_survey.html": ("state", "meter", "rows", "pick", "field", "tools", "doors"),
    "team_lessons.html": ("state", "field", "more", "doors"),
    "team_swap.html": ("state", "pick"),
    "ward.html": ("state", "meter", "facts", "places", "rows"),
    "gone.html": ("state",),
    "down.html": ("state", "rows"),
    "notfound.html": ("state",),
    "trouble.html": ("state",),
    "second_step.html": ("state", "field"),
    "new_passkey.html": ("state", "field"),
}


@dataclass(frozen=True)
class Style:
    """The rules of one page, as they stand in its one style element."""

    css: str
    source: str  # as a content policy names it


def _sections() -> dict[str, str]:
    parts = re.split(r"/\* == (\w+) == \*/", (files.FOLDER / "base.css").read_text())
    return {name: _dense(rules) for name, rules in zip(parts[1::2], parts[2::2], strict=True)}


def _dense(css: str) -> str:
    dense = re.sub(r"\s*\n\s*", "", files.small(css))
    return dense.replace(";}", "}")


def _tokens() -> str:
    css = _dense((files.FOLDER / "tokens.css").read_text())
    return re.sub(r"url\(([\w.-]+)\)", lambda found: f"url({files.address(found[1])})", css)


def _made() -> dict[str, Style]:
    sections, tokens = _sections(), _tokens()
    styles = {}
    for template, names in SECTIONS.items():
        css = tokens + "".join(sections[name] for name in ("page", *names))
        digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
        styles[template] = Style(css, f"'sha256-{digest}'")
    return styles


STYLES = _made()
