"""What is held about somebody, as one file a person can read and a machine can: whose it is, where it came from, who looked.

Law 91/2025/QH15: to see and to have a copy of the own data. Nothing of other households is in it; what officials say to each
other in a thread is not the person's data and stays in the house.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session, col, select

from core import clock
from core.i18n import N_
from models import (
    Announcement,
    Attendance,
    AuditEvent,
    ClosedList,
    Consent,
    Delivery,
    DoorKnock,
    DoorLine,
    DoorList,
    Group,
    HomeVisit,
    HouseholdPast,
    Inquiry,
    InquiryMessage,
    JoinRequest,
    LessonGuest,
    ListedPerson,
    Membership,
    Need,
    OptOut,
    PhoneTie,
    PlannedPath,
    Reach,
    SubjectRequest,
    SupportVisit,
    SurveyHome,
    Unit,
    Voice,
)
from services import access, audit, proofs, subject_scope
from services.access import Actor, May
from services.subject_scope import Subject

Rows = list[dict[str, Any]]
MOST = 20_000  # rows of one kind

LABELS = {
    "households": N_("hồ sơ hộ"), "earlier": N_("hồ sơ trước đây"), "groups": N_("nhóm đã vào, đã ra"),
    "consents": N_("đồng ý, từ chối"), "refusals": N_("từ chối tin nhắn"), "phones_tied": N_("máy đã gắn với thẻ"),
    "told": N_("thông báo đã nhận"), "planned": N_("đường đưa tin đã chọn"), "attendance": N_("báo có đi"),
    "doors": N_("gõ cửa"), "sent": N_("tin đã gửi"), "inquiries": N_("câu hỏi, phản ánh"),
    "join_requests": N_("lời xin vào nhóm"), "home_visits": N_("hỗ trợ tại nhà"), "helped": N_("lượt được hỗ trợ"),
    "lessons": N_("buổi hướng dẫn đã dự"), "surveys": N_("khảo sát"), "closed_lists": N_("danh sách đích danh"),
    "proposals": N_("đề nghị của tổ trưởng"), "requests": N_("yêu cầu về dữ liệu"), "looked_at": N_("ai đã xem, đã sửa"),
}  # fmt: skip


@dataclass(frozen=True)
class SubjectFile:
    """What is held: by kind, in plain values."""

    made_at: str
    about: tuple[str, ...]  # codes of the households
    units: tuple[str, ...]
    parts: dict[str, Rows] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """All rows."""
        return sum(len(rows) for rows in self.parts.values())


def take(session: Session, *, actor: Actor, subject: Subject) -> SubjectFile:
    """Everything about a subject, for handing out; that it was taken is kept, by whom and when.

    Raises:
        NotAllowed: the actor may not write. Unproven: as `proofs.require`.
    """
    proofs.require(actor)
    found = read(session, actor=actor, subject=subject)
    for home in subject.households or (None,):
        audit.record(
            session, actor=actor, action="subject.exported", subject_kind="household" if home else "",
            subject_id=home.id if home else "", rows=found.rows,
        )  # fmt: skip
    return found


def read(session: Session, *, actor: Actor, subject: Subject) -> SubjectFile:
    """The same to look at.

    Raises:
        NotAllowed: the actor may not write.
    """
    access.require(actor, May.KEEP_PRIVACY)
    parts = {name: part(session, subject) for name, part in PARTS.items()}
    return SubjectFile(
        made_at=clock.local(clock.now()).isoformat(timespec="seconds"), about=tuple(home.code for home in subject.households),
        units=subject.unit_labels, parts={name: rows for name, rows in parts.items() if rows},
    )  # fmt: skip


# ---- the parts, each as rows of plain values


def _plain(row: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _of(model: Any, *names: str) -> Callable[[Session, Subject], Rows]:
    def part(session: Session, subject: Subject) -> Rows:
        wanted = select(model).where(col(model.household_id).in_(subject.ids)).order_by(col(model.created_at)).limit(MOST)
        return [_plain(row, *names) for row in session.exec(wanted)]

    return part


def _where(model: Any, where: Callable[[Subject], Any], *names: str) -> Callable[[Session, Subject], Rows]:
    def part(session: Session, subject: Subject) -> Rows:
        wanted = select(model).where(where(subject)).order_by(col(model.created_at)).limit(MOST)
        return [_plain(row, *names) for row in session.exec(wanted)]

    return part


def _households(_session: Session, subject: Subject) -> Rows:
    names = (
        "code", "head_name", "address", "phone", "other_phones", "people", "smartphones", "zalo_user_id", "arrived_on", "left_on",
        "created_at",
    )  # fmt: skip
    return [
        _plain(home, *names) | {"unit": label, "needs": [Need(need).value for need in home.needs]}
        for home, label in zip(subject.households, subject.unit_labels, strict=True)
    ]


def _earlier(session: Session, subject: Subject) -> Rows:
    names = ("code", "head_name", "address", "people", "smartphones", "started_on", "ended_on", "cause")
    wanted = (
        select(HouseholdPast, Unit)
        .join(Unit, col(Unit.id) == HouseholdPast.unit_id)
        .where(col(HouseholdPast.household_id).in_(subject.ids))
        .order_by(col(HouseholdPast.started_on))
    )
    return [_plain(past, *names) | {"unit": unit.label} for past, unit in session.exec(wanted)]


def _groups(session: Session, subject: Subject) -> Rows:
    wanted = (
        select(Membership, Group.name)
        .join(Group, col(Group.id) == Membership.group_id)
        .where(col(Membership.household_id).in_(subject.ids))
        .order_by(col(Membership.joined_on))
    )
    return [{"group": name} | _plain(stay, "people", "joined_on", "left_on", "source") for stay, name in session.exec(wanted)]


def _about_announcements(model: Any, *names: str) -> Callable[[Session, Subject], Rows]:
    def part(session: Session, subject: Subject) -> Rows:
        wanted = (
            select(model, Announcement.title)
            .join(Announcement, col(Announcement.id) == model.announcement_id)
            .where(col(model.household_id).in_(subject.ids))
            .order_by(col(model.created_at))
            .limit(MOST)
        )
        return [{"announcement": title} | _plain(row, *names) for row, title in session.exec(wanted)]

    return part


def _doors(session: Session, subject: Subject) -> Rows:
    wanted = (
        select(DoorKnock, Announcement.title)
        .join(DoorLine, col(DoorLine.id) == DoorKnock.door_line_id)
        .join(DoorList, col(DoorList.id) == DoorLine.door_list_id)
        .join(Announcement, col(Announcement.id) == DoorList.announcement_id)
        .where(col(DoorLine.household_id).in_(subject.ids))
        .order_by(col(DoorKnock.knocked_at))
    )
    return [{"announcement": title} | _plain(knock, "knocked_at", "outcome", "note") for knock, title in session.exec(wanted)]


def _sent(session: Session, subject: Subject) -> Rows:
    wanted = (
        select(Delivery, Announcement.title)
        .outerjoin(Announcement, col(Announcement.id) == Delivery.announcement_id)
        .where(subject_scope.deliveries(subject))
        .order_by(col(Delivery.created_at))
        .limit(MOST)
    )
    names = ("channel", "recipient_id", "status", "sent_at", "delivered_at", "read_at")
    return [{"announcement": title or ""} | _plain(row, *names) for row, title in session.exec(wanted)]


def _inquiries(session: Session, subject: Subject) -> Rows:
    found: Rows = []
    for thread in session.exec(select(Inquiry).where(subject_scope.inquiries(subject)).order_by(col(Inquiry.asked_at))):
        said = session.exec(
            select(InquiryMessage)
            .where(InquiryMessage.inquiry_id == thread.id, InquiryMessage.voice != Voice.NOTE)
            .order_by(col(InquiryMessage.at))
        ).all()
        names = ("kind", "channel", "asked_at", "from_name", "from_phone", "text", "place", "topic", "status")
        photos = sum(len(one.photos) for one in said) or len(thread.photos)
        messages = [_plain(one, "at", "voice", "text") for one in said]
        found.append(_plain(thread, *names) | {"photos": photos, "messages": messages})
    return found


def _closed_lists(session: Session, subject: Subject) -> Rows:
    wanted = (
        select(ListedPerson, ClosedList.title)
        .join(ClosedList, col(ClosedList.id) == ListedPerson.closed_list_id)
        .where(subject_scope.listed(subject))
    )
    names = ("name", "guardian", "address", "phones", "outcome", "settled_at")
    return [{"list": title} | _plain(person, *names) for person, title in session.exec(wanted)]


def _proposals(session: Session, subject: Subject) -> Rows:
    names = ("created_at", "kind", "words", "note", "answered_at", "is_accepted")
    return [_plain(one, *names) for one in subject_scope.proposals(session, subject)]


def _looked_at(session: Session, subject: Subject) -> Rows:
    ids = [str(home.id) for home in subject.households]
    wanted = (
        select(AuditEvent)
        .where(AuditEvent.subject_kind == "household", col(AuditEvent.subject_id).in_(ids))
        .order_by(col(AuditEvent.sequence))
        .limit(MOST)
    )
    return [{"at": event.created_at, "who": event.actor_name, "what": event.action} for event in session.exec(wanted)]


PARTS: Mapping[str, Callable[[Session, Subject], Rows]] = {
    "households": _households,
    "earlier": _earlier,
    "groups": _groups,
    "consents": _of(Consent, "extra", "is_given", "wording", "way", "said_by", "evidence", "said_at", "ended_at"),
    "refusals": _where(OptOut, subject_scope.refusals, "channel", "recipient", "cause", "since", "ended_at"),
    "phones_tied": _of(PhoneTie, "created_at", "consent", "untied_at"),
    "told": _about_announcements(Reach, "how", "told_at", "people"),
    "planned": _about_announcements(PlannedPath, "path", "is_first"),
    "attendance": _about_announcements(Attendance, "people", "asked_at", "has_place", "arrived"),
    "doors": _doors,
    "sent": _sent,
    "inquiries": _inquiries,
    "join_requests": _where(
        JoinRequest, subject_scope.joins, "created_at", "name", "phone", "address", "people", "answered_at", "is_accepted"
    ),
    "home_visits": _where(
        HomeVisit, subject_scope.visits, "created_at", "name", "phone", "address", "words", "wish", "status", "visit_on", "note"
    ),
    "helped": _of(SupportVisit, "helped_at", "minutes", "outcome"),
    "lessons": _of(LessonGuest, "created_at"),
    "surveys": _of(SurveyHome, "result", "smartphones", "asked_at"),
    "closed_lists": _closed_lists,
    "proposals": _proposals,
    "requests": _where(SubjectRequest, subject_scope.requests, "kind", "asked_by", "asked_on", "status", "due_on", "outcome"),
    "looked_at": _looked_at,
}


def flat(rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Rows as name and value, for paper; what is within a row is written out, blanks are left out."""
    lines: list[tuple[str, str]] = []
    for row in rows:
        for name, value in row.items():
            if isinstance(value, list) and value and isinstance(value[0], Mapping):
                lines += flat(value)
            elif value not in (None, "", [], {}):
                lines.append((name, _said(value)))
    return lines


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "có" if value else "không"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if hasattr(value, "tzinfo"):
        return f"{clock.local(value):%H:%M %d/%m/%Y}"
    return f"{value:%d/%m/%Y}" if hasattr(value, "isoformat") else str(value)
