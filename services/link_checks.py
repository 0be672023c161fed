"""Whether the links of a text are alive: asked when a person presses, never while one types."""

from collections.abc import Mapping

from services import access, web_links
from services.access import Actor, May
from services.ports import LinkState, ports

LINKS_MOST = 5  # asked at one press


def links_of(texts: Mapping[str, str]) -> list[str]:
    """The addresses in some texts, each once, in order."""
    found = (link.url for text in texts.values() for link in web_links.found_in(text))
    return list(dict.fromkeys(found))[:LINKS_MOST]


def check(*, actor: Actor, texts: Mapping[str, str]) -> list[LinkState]:
    """How the links in these texts stand now. Takes seconds: never within a transaction.

    Raises:
        NotAllowed: the actor writes no announcements.
    """
    access.require(actor, May.KEEP_LINKS)
    return ports().links.check(links_of(texts))
