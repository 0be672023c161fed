"""Addresses of relays: the leader's, the deputy's once asked, and the common one of the leaders' chat.

An address is the permission. It is worked out of the row and the app's key (core.sealed_addresses) whenever it is said.
"""

from typing import Literal

from sqlalchemy import ColumnElement
from sqlmodel import Session, select

from core import clock, sealed_addresses
from core.errors import NotFound
from core.i18n import N_
from core.settings import settings
from models import Announcement, Part, Relay


def url_of(token: str) -> str:
    """The address of a leader's page."""
    return f"{settings().public_url}/r/{token}"


def same_hand(relay: Relay, part: Part) -> str:
    """The address of another relay for whoever holds this one: a deputy who was not asked there sees it as the leader does."""
    return (relay.deputy_token if part is Part.DEPUTY else None) or relay.token


def kind_of(session: Session, *, token: str) -> Literal["relay", "leaders"]:
    """Whether a token is one leader's or deputy's, or the common one of the leaders' chat.

    Raises:
        NotFound: it is neither.
    """
    relay = _named(session, token)
    if relay is not None and _opens(relay, token):
        return "relay"
    if announcement_of(session, token=token):
        return "leaders"
    if relay is not None and _was_handed_over(relay, token):
        raise NotFound(N_("Việc của nhóm này đã bàn giao cho người phụ trách mới. Đường dẫn này không dùng nữa."))
    raise NotFound(N_("Đường dẫn này không có, hoặc đã hết hạn."))


def by_token(session: Session, *, token: str, for_change: bool = False) -> Relay:
    """The relay an address leads to; `for_change` makes the other hand, and a withdrawal, wait for this press or go before it.

    Raises:
        NotFound: it leads to none.
    """
    if for_change:  # the announcement first, as a withdrawal does: whoever comes second sees what the first one did
        of_it = select(Relay.announcement_id).where(_is_named(token)).scalar_subquery()
        session.exec(select(Announcement.id).where(Announcement.id == of_it).with_for_update(read=True))
    relay = _named(session, token, for_change=for_change)
    if relay is None or not _opens(relay, token):
        raise NotFound(N_("Đường dẫn này không có, hoặc đã hết hạn."))
    return relay


def part_of(relay: Relay, *, token: str) -> Part:
    """Whose address of a relay a token is."""
    return Part.DEPUTY if relay.is_deputy_asked and relay.deputy_address.is_now(token) else Part.LEADER


def announcement_of(session: Session, *, token: str) -> Announcement | None:
    """The announcement of the common link of a leaders' chat; None where a token is none."""
    is_it = sealed_addresses.is_named(token, Announcement.id, Announcement.leaders_token_hash)
    found = session.exec(select(Announcement).where(is_it)).first()
    return found if found and found.leaders_issue and found.leaders_address.is_now(token) else None


def _named(session: Session, token: str, *, for_change: bool = False) -> Relay | None:
    """The relay of which a token speaks, whether it opens it or not. A page asks several times: it is read once a transaction."""
    if not for_change and (id_ := sealed_addresses.id_in(token)):
        return session.get(Relay, id_)
    wanted = select(Relay).where(_is_named(token)).execution_options(populate_existing=for_change)
    return session.exec(wanted.with_for_update() if for_change else wanted).first()


def _is_named(token: str) -> ColumnElement[bool]:
    return sealed_addresses.is_named(token, Relay.id, Relay.token_hash, Relay.deputy_token_hash)


def _opens(relay: Relay, token: str) -> bool:
    return relay.address.is_now(token) or (relay.is_deputy_asked and relay.deputy_address.is_now(token))


def _was_handed_over(relay: Relay, token: str) -> bool:
    return relay.token_expires_at > clock.now() and (relay.address.was(token) or relay.deputy_address.was(token))
