"""Leaders and staff whom the ward's Zalo bot may write to: they send it a code of their own, and it learns where they are.

A bot cannot begin a talk (channels.md §5). The code stands on one's own account page; it is made of the app key, so nothing is
kept for it, and it is another one as soon as it was used.
"""

import re
from dataclasses import dataclass

from sqlmodel import Session, col, select

from core.settings import settings
from core.tokens import keyed_digest, same
from models import Channel, Unit, User
from services import access, audit, reach_rules
from services.access import Actor

DIGITS = 10  # 40 bits: nobody finds one by trying
_CODE = re.compile(rf"\b[0-9a-f]{{{DIGITS}}}\b")


def code_in(words: str) -> str:
    """The code somebody has typed or pasted among other words, however it is parted; "" where there is none."""
    found = _CODE.search(words.lower().replace("-", ""))
    return found[0] if found else ""


def shown(code: str) -> str:
    """As people read it: 3f9a-27c1-0b."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


@dataclass(frozen=True)
class Standing:
    """What somebody is to send to the bot, and whether it knows them already."""

    code: str
    is_linked: bool


def standing(session: Session, *, actor: Actor) -> Standing | None:
    """How the actor stands with the ward's bot; None where there is none that works."""
    user = session.get(User, actor.id) if actor.id else None
    if user is None:
        return None
    account = reach_rules.accounts(session, ward=session.get_one(Unit, user.unit_id)).get(Channel.ZALO_BOT)
    return Standing(_code(user), user.bot_chat_id is not None) if account and account.works else None


def link(session: Session, *, code: str, chat_id: str) -> User | None:
    """Somebody has sent their code from this chat: from now on the bot writes there. None where the code is nobody's."""
    for user in session.exec(select(User).where(col(User.is_active))):
        if same(_code(user), code):
            user.bot_chat_id = chat_id
            session.add(user)
            session.flush()
            who = access.actor_of(session, user)
            audit.record(session, actor=who, action="user.bot_linked", subject_kind="user", subject_id=user.id)
            return user
    return None


def unlink(session: Session, *, actor: Actor) -> None:
    """The bot is not to write to the actor any more; doing it twice is no error."""
    user = session.get(User, actor.id) if actor.id else None
    if user is None or user.bot_chat_id is None:
        return
    user.bot_chat_id = None
    session.add(user)
    audit.record(session, actor=actor, action="user.bot_unlinked", subject_kind="user", subject_id=user.id)


def _code(user: User) -> str:
    return keyed_digest(settings().key, f"bot|{user.id}|{user.bot_chat_id or ''}", digits=DIGITS)
