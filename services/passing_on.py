"""The work of one group goes from hand to hand: to the deputy, back again, to whoever leads the group next.

The leader's own address leads to the work whoever holds it; the deputy's is made the moment the deputy is asked.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from core import clock
from core.errors import Invalid, NotAllowed
from core.i18n import N_
from core.text import clean_lines
from models import LEFT, Announcement, Group, Part, Relay
from services import relay_addresses, relays
from services.access import Actor
from services.presence import stands
from services.relays import RelayWork

NOTE_MOST = 300


@dataclass(frozen=True)
class Waiting:
    """Work of a person that is not posted yet, and the address of that person's own page of it."""

    relay: Relay
    announcement: Announcement
    group: Group
    part: Part
    url: str


def pass_on(session: Session, *, token: str, why: str = "") -> None:
    """The leader cannot post: the deputy is asked and gets an address. A second time, or once it is posted, changes nothing.

    `why` becomes the leader's note where there is none yet.

    Raises:
        NotAllowed: nobody stands in for the leader, or there is nothing to post any more.
        NotFound: no relay has this token.
    """
    relay = relay_addresses.by_token(session, token=token, for_change=True)
    if relay.posted_at or relay_addresses.part_of(relay, token=token) is Part.DEPUTY:
        return
    relays.require_open(session, relay)
    if not ask_deputy(session, relay):
        raise NotAllowed(N_("Nhóm này chưa có tổ phó. Xin gọi phường."))
    if relay.passed_on_at is None:
        relay.passed_on_at, relay.handed_back_at = clock.now(), None
    relay.note = relay.note or clean_lines(why)[:NOTE_MOST]


def text_for_deputy(work: RelayWork) -> str:
    """What the leader sends to the deputy: which work, and the deputy's own address of it. In the ward's language, always."""
    return (
        f"Nhờ {work.deputy_name} đăng giúp thông báo “{work.announcement_title}” vào nhóm “{work.group_name}”: {work.deputy_url}"
    )


def give_back(session: Session, *, token: str) -> None:
    """The leader takes the work back, or the deputy cannot do it either, which the ward is told. Twice is once.

    Raises:
        NotAllowed: there is nothing to post any more.
        NotFound: no relay has this token.
    """
    relay = relay_addresses.by_token(session, token=token, for_change=True)
    if relay.posted_at:
        return
    relays.require_open(session, relay)
    relay.passed_on_at = None
    if relay_addresses.part_of(relay, token=token) is Part.DEPUTY:
        relay.handed_back_at = relay.handed_back_at or clock.now()


def note(session: Session, *, token: str, words: str) -> None:
    """What the leader wants the ward to know of this work; empty takes it back.

    Raises:
        Invalid: it is longer than three hundred letters.
        NotAllowed: it is the deputy's address.
        NotFound: no relay has this token.
    """
    relay = relay_addresses.by_token(session, token=token, for_change=True)
    if relay_addresses.part_of(relay, token=token) is Part.DEPUTY:
        raise NotAllowed(N_("Chỉ người phụ trách ghi chú ở đây."))
    wanted = clean_lines(words)
    if len(wanted) > NOTE_MOST:
        raise Invalid(N_("Ghi chú dài quá {most} chữ. Xin viết ngắn hơn."), most=NOTE_MOST, field="note")
    relay.note = wanted


def ask_deputy(session: Session, relay: Relay) -> bool:
    """Give the deputy an address to the work, once; False where nobody stands in for the leader."""
    if relays.deputy_of(session, session.get_one(Group, relay.group_id)) is None:
        return False
    relay.is_deputy_asked = True
    return True


# ---- who holds what


def waiting_for(session: Session, *, actor: Actor) -> list[Waiting]:
    """What a signed-in leader, or a deputy who was asked, still has to post, most pressing first."""
    is_leader = col(Group.leader_id) == actor.id
    is_asked = (col(Group.deputy_id) == actor.id) & col(Relay.is_deputy_asked)
    found = session.exec(
        select(Relay, Announcement, Group)
        .join(Announcement, col(Announcement.id) == Relay.announcement_id)
        .join(Group, col(Group.id) == Relay.group_id)
        .where(
            is_leader | is_asked, col(Relay.posted_at).is_(None), col(Announcement.status).in_(LEFT),
            Relay.token_expires_at > clock.now(), stands(clock.today()),
        )
        .order_by(col(Relay.due_at))
    ).all()  # fmt: skip
    return [_waiting(*row, part=Part.LEADER if row[2].leader_id == actor.id else Part.DEPUTY) for row in found]


def _waiting(relay: Relay, announcement: Announcement, group: Group, *, part: Part) -> Waiting:
    return Waiting(relay, announcement, group, part, relay_addresses.url_of(relay_addresses.same_hand(relay, part)))


# ---- another leads, or stands in


def open_count(session: Session, *, group_id: UUID) -> int:
    """How many of a group's relays still lead to work."""
    return len(_open(session, group_id))


def hand_over(session: Session, *, group: Group) -> int:
    """Another leads the group: every leader's address that still leads to work is replaced; how many were."""
    waiting = _open(session, group.id)
    for relay in waiting:
        relay.issue += 1
        if group.deputy_id is None:  # who stood in leads now, or nobody does
            relay.is_deputy_asked, relay.passed_on_at = False, None
            relay.deputy_issue += 1
        session.add(relay)
    session.flush()
    return len(waiting)


def change_deputy(session: Session, *, group: Group) -> None:
    """Another stands in for the leader, or nobody: the address of the one before ends, and the next is asked in turn."""
    for relay in _open(session, group.id):
        is_asked = group.deputy_id is not None and (relay.is_deputy_asked or relay.passed_on_at or relay.escalated_at)
        relay.is_deputy_asked = bool(is_asked)
        relay.deputy_issue += 1
        relay.handed_back_at = None
        session.add(relay)
    session.flush()


def _open(session: Session, group_id: UUID) -> list[Relay]:
    found = session.exec(select(Relay).where(Relay.group_id == group_id, col(Relay.token_expires_at) > clock.now()))
    return list(found)
