"""Màn hình văn phòng: what is under way, for a screen on the wall that nobody touches. No names of residents, no telephones."""

from core import clock
from core.db import reading
from models import Announcement
from services import progress, reach, sessions
from services.access import Actor, May
from ui import enter, foresight, stay, wall
from ui.kept import kept, seen_by

MOST = 6  # announcements that take turns
TURN_SECONDS = 20

actor = enter(needs=May.WATCH.roles)


def draw(me: Actor, turn: int) -> None:
    """One announcement, as large as the screen lets it."""
    with reading() as session:
        running, _all = progress.most_pressing(session, actor=me, limit=MOST)
        if not running:
            wall.nothing()
            return
        shown: Announcement = running[turn % len(running)].announcement
        seen = reach.board(session, actor=me, announcement_id=shown.id)
    wall.draw(seen, foresight.of(me, seen), now=clock.now(), place=turn % len(running), of=len(running))


@wall.redrawn
def live() -> None:
    """By itself, the next one at each turn; screens of one ward that look at the same time share one drawing."""
    me = stay(sessions.WHOLE_LIFE)  # nobody touches it all day; another page asks anew
    turn = int(clock.now().timestamp()) // TURN_SECONDS
    kept("wall", seen_by(me, turn), lambda: draw(me, turn))


live()
