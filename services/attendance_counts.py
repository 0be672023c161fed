"""A leader's count of who comes from a chat, without names: kept beside the answers of its phones, never added to them.

What a group is prepared for is the greater of the two; a count gives nobody a place (docs/decisions/0021).
"""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from core.errors import Invalid, NotFound
from core.i18n import N_
from models import Announcement, AsksFor, Group, Relay, Unit
from services import access, attendance_figures, attendance_places, audit, drafts, relay_addresses, wards
from services.access import Actor, May
from services.attendance import takes_answers
from services.attendance_figures import Figures
from services.wards import WardCard

COUNT_MAX = 2_000


@dataclass(frozen=True)
class CountPage:
    """What a leader is shown."""

    announcement_title: str
    group_name: str
    unit_label: str
    ward: WardCard
    counted: int | None
    answered: Figures  # of the group's phones
    is_open: bool


def page(session: Session, *, token: str) -> CountPage:
    """The page of a leader's or deputy's address.

    Raises:
        NotFound: there is no such address, or nobody is asked to come.
    """
    relay, announcement = _behind(session, token)
    group = session.get_one(Group, relay.group_id)
    unit = session.get_one(Unit, group.unit_id)
    event = attendance_places.event_of(session, announcement)
    return CountPage(
        announcement.title, group.name, unit.label, wards.card_of(session, unit=unit), relay.attending,
        attendance_figures.of_event(session, event.id, group_id=group.id), takes_answers(announcement),
    )  # fmt: skip


def say(session: Session, *, token: str, people: int | None) -> None:
    """So many come from the chat, None: not counted. Said again it is said once.

    Raises:
        Invalid: a number that cannot be, or it is over. NotFound: as `page`.
    """
    relay, announcement = _behind(session, token)
    _count(session, relay, announcement, people)


def enter(session: Session, *, actor: Actor, announcement_id: UUID, group_id: UUID, people: int | None) -> None:
    """The same by the ward, for a leader who telephones.

    Raises:
        Invalid: as `say`. NotAllowed: the actor may not write.
        NotFound: it lies outside the actor's sight, asks nobody to come, or was not sent to this group.
    """
    access.require(actor, May.KEEP_EVENTS)
    announcement = drafts.get(session, actor=actor, announcement_id=announcement_id)
    wanted = select(Relay).where(Relay.announcement_id == announcement.id, Relay.group_id == group_id)
    relay = session.exec(wanted).first()
    if relay is None or announcement.asks_for is not AsksFor.ATTENDANCE:
        raise NotFound(N_("Thông báo này không hỏi ai đi."))
    _count(session, relay, announcement, people)
    audit.record(
        session, actor=actor, action="attendance.counted", subject_kind="announcement", subject_id=announcement.id,
        group_id=str(group_id), people=people,
    )  # fmt: skip


def groups_of(session: Session, *, actor: Actor, announcement_id: UUID) -> list[tuple[UUID, str, int | None]]:
    """The groups it was sent to, by name, each with its leader's count.

    Raises:
        NotAllowed, NotFound: as `enter`.
    """
    access.require(actor, May.KEEP_EVENTS)
    announcement = drafts.get(session, actor=actor, announcement_id=announcement_id)
    sent = select(Group.id, Group.name, Relay.attending).join(Relay, col(Relay.group_id) == col(Group.id))
    return [
        (id_, name, counted)
        for id_, name, counted in session.exec(sent.where(Relay.announcement_id == announcement.id).order_by(col(Group.name)))
    ]


def _count(session: Session, relay: Relay, announcement: Announcement, people: int | None) -> None:
    if people is not None and not 0 <= people <= COUNT_MAX:
        raise Invalid(N_("Số người phải từ 0 đến {most}."), most=COUNT_MAX, field="people")
    if not takes_answers(announcement):
        raise Invalid(N_("Thông báo này đã hết hiệu lực nên không nhận câu trả lời nữa."))
    relay.attending = people
    session.add(relay)
    session.flush()


def _behind(session: Session, token: str) -> tuple[Relay, Announcement]:
    relay = relay_addresses.by_token(session, token=token)
    announcement = session.get_one(Announcement, relay.announcement_id)
    if announcement.asks_for is not AsksFor.ATTENDANCE:
        raise NotFound(N_("Đường dẫn này không có, hoặc đã hết hạn."))
    return relay, announcement
