"""A ward of five households that a person can count on one hand, and what happened in it during November 2026."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session

from core import clock
from core.tokens import new_token
from models import (
    Announcement,
    AnnouncementStatus,
    AsksFor,
    Channel,
    Delivery,
    DeliveryStatus,
    DoorKnock,
    DoorLine,
    DoorList,
    DoorOutcome,
    Group,
    HelpOutcome,
    Household,
    How,
    Inquiry,
    InquiryChannel,
    InquiryKind,
    InquiryStatus,
    ProcedureLevel,
    PublicAnswer,
    PublicAnswerDay,
    Purpose,
    Reach,
    ReachCount,
    RecipientKind,
    Relay,
    ScanHour,
    ShortLink,
    SupportVisit,
    TeamMember,
    Topic,
    Unit,
)
from services import rollups
from tests.factories import (
    make_announcement,
    make_delivery,
    make_group,
    make_household,
    make_link,
    make_membership,
    make_procedure,
    make_unit,
)

SENT_ON = date(2026, 11, 10)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """An instant by the clocks of the ward."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=clock.zone())


@dataclass
class Five:
    """The ward, its two residential groups, and the people in them.

    Tổ 1: An (4 people, 2 smartphones, in the chat since 2020 with 2), Bình (3, 1, since 5 November with 1), Châu (1, 0, never).
    Tổ 2: Dung (2, 2, since 2020 with 1, left the chat on 20 November), Em (5, 3, since 2020 with 3).
    """

    ward: Unit
    one: Unit
    two: Unit
    homes: dict[str, Household]
    groups: dict[str, Group]
    said: Announcement | None = None


def settle(session: Session, *, code: str = "01843") -> Five:
    """The households and their chats."""
    ward = make_unit(session, code=code, name="Phường Bắc Kạn")
    one, two = (make_unit(session, parent=ward, code=f"{code}-{n}", short_name=f"Tổ {n}") for n in (1, 2))
    people = {"An": (one, 4, 2), "Bình": (one, 3, 1), "Châu": (one, 1, 0), "Dung": (two, 2, 2), "Em": (two, 5, 3)}
    homes = {
        name: make_household(session, unit=unit, code=f"H{n}", head_name=name, people=heads, smartphones=phones)
        for n, (name, (unit, heads, phones)) in enumerate(people.items(), 1)
    }
    groups = {"1": make_group(session, unit=one), "2": make_group(session, unit=two)}
    make_membership(session, household=homes["An"], group=groups["1"], people=2)
    make_membership(session, household=homes["Bình"], group=groups["1"], people=1, joined_on=date(2026, 11, 5))
    make_membership(session, household=homes["Dung"], group=groups["2"], people=1, left_on=date(2026, 11, 20))
    make_membership(session, household=homes["Em"], group=groups["2"], people=3)
    rollups.refresh(session, unit_ids=[one.id, two.id])
    session.commit()
    return Five(ward, one, two, homes, groups)


def announce(session: Session, five: Five) -> Announcement:
    """On 10 November at 8:00 to all five. Tổ 1 posts after 20 minutes, Tổ 2 never.

    Three phones open in Tổ 1, which had 2 households in the chat. Known: An at 8:30, Em at 9:00, Châu at her door at 18:00. Two
    ZNS messages at 300 ₫ leave, one arrives; one SMS at 500 ₫ was refused before it left. A leader knocks twice: Châu is told,
    Dung is out.
    """
    sent = at(SENT_ON, 8)
    said = make_announcement(
        session, unit=five.ward, title="Tiêm vắc xin sởi", status=AnnouncementStatus.SENT, sent_at=sent, households=5,
        asks_for=AsksFor.CONFIRMATION, must_reach_by=sent + timedelta(days=1),
    )  # fmt: skip
    for name, posted, households in (("1", sent + timedelta(minutes=20), 2), ("2", None, 2)):
        _relay(session, said, five.groups[name], posted_at=posted, households=households)
    told = (
        ("An", "1", at(SENT_ON, 8, 30), How.CONFIRMED), ("Em", "2", at(SENT_ON, 9), How.CONFIRMED),
        ("Châu", None, at(SENT_ON, 18), How.DOOR),
    )  # fmt: skip
    for name, group, when, how in told:
        group_id = five.groups[group].id if group else None
        session.add(Reach(announcement_id=said.id, household_id=five.homes[name].id, group_id=group_id, how=how, told_at=when))
        session.add(ReachCount(announcement_id=said.id, group_id=group_id, at=when, known=1))
    session.add(ReachCount(announcement_id=said.id, group_id=five.groups["1"].id, at=at(SENT_ON, 8, 25), opens=3))
    for status, left_at in ((DeliveryStatus.DELIVERED, sent), (DeliveryStatus.REJECTED, sent)):
        make_delivery(session, unit=five.ward, announcement=said, status=status, cost=300, sent_at=left_at)
    make_delivery(session, unit=five.ward, announcement=said, channel=Channel.SMS, status=DeliveryStatus.REJECTED, cost=500)
    _knocks(session, said, five)
    five.said = said
    session.commit()
    return said


def _relay(session: Session, said: Announcement, group: Group, *, posted_at: datetime | None, households: int) -> None:
    link = ShortLink(slug=f"s{group.id.hex[-6:]}", purpose=Purpose.ANNOUNCEMENT, announcement_id=said.id, group_id=group.id)
    delivery = Delivery(
        announcement_id=said.id, channel=Channel.RELAY, recipient_kind=RecipientKind.GROUP, recipient_id=str(group.id),
        idempotency_key=f"{said.id}:{group.id}", sent_at=posted_at,
        status=DeliveryStatus.SENT if posted_at else DeliveryStatus.QUEUED,
    )  # fmt: skip
    session.add_all([link, delivery])
    session.flush()
    session.add(
        Relay(
            delivery_id=delivery.id, announcement_id=said.id, group_id=group.id, link_id=link.id,
            token_expires_at=at(SENT_ON, 8) + timedelta(days=7), posted_at=posted_at, households=households,
        )
    )  # fmt: skip
    session.flush()


def _knocks(session: Session, said: Announcement, five: Five) -> None:
    sheets = {
        unit.id: DoorList(announcement_id=said.id, unit_id=unit.id, token_hash=f"{unit.id}", expires_at=at(SENT_ON, 23))
        for unit in (five.one, five.two)
    }
    session.add_all(sheets.values())
    session.flush()
    for n, (name, outcome) in enumerate((("Châu", DoorOutcome.TOLD), ("Dung", DoorOutcome.NOT_HOME)), 1):
        home = five.homes[name]
        line = DoorLine(
            door_list_id=sheets[home.unit_id].id, household_id=home.id, number=n, outcome=outcome, knocked_at=at(SENT_ON, 18)
        )
        session.add(line)
        session.flush()
        session.add(DoorKnock(door_line_id=line.id, outcome=outcome, key=f"k{n}{said.id}", knocked_at=at(SENT_ON, 18)))


def scan(session: Session, five: Five) -> ShortLink:
    """A code scanned 4 times on the 10th, the last at 23:59; once more at 0:30 of the 11th, which is the 10th in UTC."""
    link = make_link(session, unit_id=five.ward.id, place="Nhà văn hóa", title="Khai sinh")
    for hour, n, firsts in ((at(SENT_ON, 9), 3, 2), (at(SENT_ON, 23), 1, 1), (at(SENT_ON + timedelta(days=1), 0), 1, 0)):
        session.add(ScanHour(link_id=link.id, hour=hour, scans=n, first_scans=firsts))
    session.commit()
    return link


def ask(session: Session, five: Five) -> None:
    """What people asked the ward, in the office hours 7:30-11:30 and 13:30-17:00 of Monday to Friday.

    A paper on the 10th at 9:00, answered at 9:45. Rubbish on the 10th at 11:00, answered on Monday the 16th at 8:00: late by a
    working day. Something else on the 24th at 9:00, which waits. One of October was closed without an answer on the 21st.
    Thanks and spam count nowhere. A public answer was enough four times on the 12th, three times in October.
    """
    asked: tuple[tuple[Topic, datetime, datetime | None, datetime | None], ...] = (
        (Topic.PROCEDURE, at(SENT_ON, 9), at(SENT_ON, 9, 45), None),
        (Topic.ENVIRONMENT, at(SENT_ON, 11), at(date(2026, 11, 16), 8), None),
        (Topic.OTHER, at(date(2026, 11, 24), 9), None, None),
        (Topic.OTHER, at(date(2026, 10, 20), 9), None, at(date(2026, 11, 21), 9)),
    )
    for topic, when, answered, closed in asked:
        _asked(session, five, when, topic=topic, first_answer_at=answered, closed_at=closed)
    _asked(session, five, at(SENT_ON, 9), kind=InquiryKind.THANKS)
    _asked(session, five, at(SENT_ON, 9), status=InquiryStatus.SPAM)
    found = PublicAnswer(
        unit_id=five.ward.id, slug="cau1", question="Bao giờ thu rác?", answer="Thứ Ba.", looked_at=at(SENT_ON, 8),
        look_again_at=at(SENT_ON, 8) + timedelta(days=180),
    )  # fmt: skip
    session.add(found)
    session.flush()
    for day, n in ((date(2026, 11, 12), 4), (date(2026, 10, 30), 3)):
        session.add(PublicAnswerDay(answer_id=found.id, day=day, shown=n))
    session.commit()


def _asked(session: Session, five: Five, when: datetime, **more: Any) -> None:
    fields = {"channel": InquiryChannel.FORM, "text": "Mai có họp không ạ?"} | more
    session.add(Inquiry(unit_id=five.ward.id, asked_at=when, last_at=when, **fields))


def help_people(session: Session, five: Five) -> None:
    """The team helped on the 11th with a procedure that can be done online, a person's first; sent somebody elsewhere with it on
    the 12th; helped with something else at half past midnight of the 13th, still the 12th in UTC. A fourth note was taken back.
    """
    member = TeamMember(
        name="Hà Thị Minh", ward_id=five.ward.id, unit_id=five.ward.id, token_hash=new_token(), calendar_hash=new_token()
    )
    birth = make_procedure(session, unit=five.ward, level=ProcedureLevel.FULL)
    session.add(member)
    session.flush()
    visits: tuple[tuple[datetime, dict[str, Any]], ...] = (
        (at(date(2026, 11, 11), 9), {"procedure_id": birth.id, "is_first_online": True}),
        (at(date(2026, 11, 12), 9), {"procedure_id": birth.id, "outcome": HelpOutcome.SENT_ELSEWHERE}),
        (at(date(2026, 11, 13), 0, 30), {}),
        (at(date(2026, 11, 14), 9), {"taken_back_at": at(date(2026, 11, 14), 10)}),
    )
    for n, (when, fields) in enumerate(visits):
        values: dict[str, Any] = {"minutes": 10, "outcome": HelpOutcome.DONE} | fields
        session.add(SupportVisit(ward_id=five.ward.id, member_id=member.id, helped_at=when, key=f"v{n}", **values))
    session.commit()
