"""What leaders report after an event: how many people took part, a line, a few photos; by a day and hour, and late ones too.

One report of each chat the announcement was posted in. It can be mended until the hour that was asked for; after it a first
report is still taken, and stands as it came. To ask is an official's word to leaders, no part of the words that residents read:
it voids no approval. A corrected announcement takes no reports: a new day has an hour of its own, asked for in the correction.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlmodel import Session, col, select

from core import clock
from core.errors import Invalid, NotAllowed, NotFound
from core.i18n import N_
from core.text import clean
from models import Announcement, AnnouncementStatus, Group, GroupKind, LeaderReport, Relay, Unit, User
from services import access, attachments, audit, corrections, drafts, relay_addresses, wards
from services.access import Actor, May
from services.attachments import Attachment
from services.wards import WardCard

PEOPLE_MAX = 2_000
LINE_MAX = 300
PHOTOS_MOST = 5
LATE_FOR = timedelta(days=30)  # after the hour that was asked for a first report is still taken
AHEAD = timedelta(days=120)
Standing = Literal["open", "late", "kept", "over", "corrected", "cancelled"]
WHY_NOT = {
    "kept": N_("Đã qua hạn sửa. Số đã báo giữ nguyên; cần sửa, xin gọi phường."),
    "over": N_("Đã quá lâu sau buổi làm nên không nhận báo cáo ở đây nữa. Xin gọi phường."),
    "corrected": N_("Thông báo này đã có bản đính chính. Xin báo cáo ở trang của bản ấy."),
    "cancelled": N_("Phường đã thu hồi thông báo này nên không cần báo cáo."),
}


@dataclass(frozen=True)
class Asked:
    """That a leader is asked to report, for the page of the work."""

    due_at: datetime
    is_reported: bool


@dataclass(frozen=True)
class ReportPage:
    """What a leader is shown."""

    announcement_title: str
    group_name: str
    unit_label: str
    ward: WardCard
    due_at: datetime
    standing: Standing
    people: int | None  # None: not reported yet
    line: str
    photos: tuple[Attachment, ...]
    is_late: bool

    @property
    def is_open(self) -> bool:
        """Whether what is said now is kept."""
        return self.standing in ("open", "late")


@dataclass(frozen=True)
class ReportRow:
    """One chat for the ward, whether it was reported of or not."""

    group_id: UUID
    group_name: str
    unit_label: str
    leader: str
    leader_phone: str | None
    people: int | None = None
    line: str = ""
    photos: tuple[Attachment, ...] = ()
    reported_at: datetime | None = None
    mended_at: datetime | None = None
    is_late: bool = False
    reported_by: str = ""


@dataclass(frozen=True)
class Reports:
    """All chats of an announcement, whose report is missing first."""

    due_at: datetime | None  # None: nobody is asked
    rows: Sequence[ReportRow] = ()

    @property
    def reported(self) -> int:
        """Chats that were reported of."""
        return sum(row.people is not None for row in self.rows)

    @property
    def people(self) -> int:
        """The sum of all reports; who came with two chats may be in it twice."""
        return sum(row.people or 0 for row in self.rows)

    @property
    def photos(self) -> int:
        """All photos."""
        return sum(len(row.photos) for row in self.rows)


# ---- the ward asks


def ask(session: Session, *, actor: Actor, announcement_id: UUID, due_at: datetime | None) -> None:
    """Leaders are asked to report until then; None: they are not asked. Before it leaves or after; no approval is void.

    Raises:
        Invalid: an hour that has passed or is far off, or there are reports already.
        NotAllowed: the actor may not write, or it was withdrawn. NotFound: it lies outside the actor's sight.
    """
    access.require(actor, May.WATCH)
    announcement = drafts.get(session, actor=actor, announcement_id=announcement_id, for_change=True)
    if announcement.status is AnnouncementStatus.CANCELLED:
        raise NotAllowed(N_("Thông báo này đã thu hồi."))
    now = clock.now()
    if due_at is not None and not now < due_at <= now + AHEAD:
        raise Invalid(N_("Hạn báo cáo phải sau lúc này, trong vòng {days} ngày."), days=AHEAD.days)
    if due_at is None and _has_reports(session, announcement.id):
        raise Invalid(N_("Đã có tổ trưởng báo cáo nên không bỏ được nữa; chỉ đổi hạn."))
    announcement.report_by = due_at
    session.add(announcement)
    audit.record(
        session, actor=actor, action="report.asked", subject_kind="announcement", subject_id=announcement.id,
        due_at=due_at.isoformat() if due_at else None,
    )  # fmt: skip


def enter(session: Session, *, actor: Actor, announcement_id: UUID, group_id: UUID, people: int, line: str = "") -> None:
    """The ward writes down, or mends at any time, what a leader said by telephone. Photos stay as they are.

    Raises:
        Invalid: as `say`. NotAllowed: the actor may not write, or it was withdrawn.
        NotFound: it lies outside the actor's sight, asks for no report, or was not sent to this group.
    """
    access.require(actor, May.WATCH)
    announcement = drafts.get(session, actor=actor, announcement_id=announcement_id)
    wanted = select(Relay).where(Relay.announcement_id == announcement.id, Relay.group_id == group_id)
    relay = session.exec(wanted.with_for_update()).first()
    if relay is None or announcement.report_by is None:
        raise NotFound(N_("Thông báo này không xin nhóm ấy báo cáo."))
    if announcement.status is AnnouncementStatus.CANCELLED:
        raise NotAllowed(WHY_NOT["cancelled"])
    report = _report_of(session, relay)
    _write(session, relay, report, people=_checked(people), line=_tidy(line), photos=_photos_of(report), by=actor.display_name)
    audit.record(
        session, actor=actor, action="report.entered", subject_kind="announcement", subject_id=announcement.id,
        group_id=str(group_id), people=people,
    )  # fmt: skip


def of_announcement(session: Session, *, actor: Actor, announcement_id: UUID) -> Reports:
    """Who has reported, and who is missing. One query, whatever the number of chats; the leaders' own chat does nothing itself.

    Raises:
        NotAllowed: the actor does not write: photos show people. NotFound: it lies outside the actor's sight.
    """
    access.require(actor, May.WATCH)
    announcement = drafts.get(session, actor=actor, announcement_id=announcement_id)
    due_at = announcement.report_by
    if due_at is None:
        return Reports(None)
    found = session.exec(
        select(Group, Unit, User, LeaderReport)
        .join(Relay, col(Relay.group_id) == col(Group.id))
        .join(Unit, col(Unit.id) == Group.unit_id)
        .outerjoin(User, col(User.id) == Group.leader_id)
        .outerjoin(LeaderReport, col(LeaderReport.relay_id) == Relay.id)
        .where(Relay.announcement_id == announcement.id, Group.kind != GroupKind.LEADERS)
        .order_by(col(LeaderReport.id).is_not(None), col(Unit.code), col(Group.name))
    ).all()
    return Reports(due_at, [_row(group, unit, leader, report, due_at) for group, unit, leader, report in found])


def asked_before(session: Session, *, actor: Actor, announcement_id: UUID) -> datetime | None:
    """By when leaders were to report of what this one corrects; None where it asks itself, or nothing was asked.

    Raises:
        NotAllowed, NotFound: as `of_announcement`.
    """
    access.require(actor, May.WATCH)
    announcement = drafts.get(session, actor=actor, announcement_id=announcement_id)
    corrected = session.get(Announcement, announcement.corrects_id) if announcement.corrects_id else None
    return corrected.report_by if corrected and announcement.report_by is None else None


# ---- the leader says


def asked_of(session: Session, *, token: str) -> Asked | None:
    """Whether the leader behind this address is asked to report, and has.

    Raises:
        NotFound: no relay has this token.
    """
    relay = relay_addresses.by_token(session, token=token)
    found = session.exec(
        select(Announcement.report_by, LeaderReport.id)
        .join(Relay, col(Relay.announcement_id) == Announcement.id)
        .join(Group, col(Group.id) == Relay.group_id)
        .outerjoin(LeaderReport, col(LeaderReport.relay_id) == Relay.id)
        .where(Relay.id == relay.id, Announcement.status != AnnouncementStatus.CANCELLED, Group.kind != GroupKind.LEADERS)
    ).first()
    return Asked(found[0], is_reported=found[1] is not None) if found and found[0] else None


def page(session: Session, *, token: str) -> ReportPage:
    """The page of a leader's or deputy's address.

    Raises:
        NotFound: there is no such address, or no report is asked for.
    """
    relay, announcement, due_at = _behind(session, token)
    group = session.get_one(Group, relay.group_id)
    unit = session.get_one(Unit, group.unit_id)
    report = _report_of(session, relay)
    return ReportPage(
        announcement.title, group.name, unit.label, wards.card_of(session, unit=unit), due_at,
        _standing(session, announcement, due_at, report), report.people if report else None, report.line if report else "",
        attachments.shown(_photos_of(report)), is_late=report is not None and report.reported_at > due_at,
    )  # fmt: skip


def say(
    session: Session, *, token: str, people: int, line: str = "", photos: Sequence[Mapping[str, Any]] = (),
    without: Collection[str] = (),
) -> None:  # fmt: skip
    """So many took part. Said again the number and the line are as said last, photos are added, those named in `without` go.

    The same press twice, even at once, is one.

    Raises:
        Invalid: a number that cannot be, a line too long, too many photos. NotAllowed: its time is over. NotFound: as `page`.
    """
    relay, announcement, due_at = _behind(session, token, for_change=True)
    report = _report_of(session, relay)
    kept = {one["sha256"]: one for one in (*photos, *_photos_of(report)) if one["sha256"] not in without}
    if len(kept) > PHOTOS_MOST:
        raise Invalid(N_("Nhiều nhất {most} ảnh một báo cáo."), most=PHOTOS_MOST, field="photos")
    there = {one["sha256"] for one in _photos_of(report)}
    fresh = attachments.checked(one for digest, one in kept.items() if digest not in there)
    said: dict[str, Any] = {
        "people": _checked(people), "line": _tidy(line),
        "photos": [*(one for one in _photos_of(report) if one["sha256"] in kept), *fresh],
    }  # fmt: skip
    if report and all(getattr(report, name) == value for name, value in said.items()):
        return
    if why := WHY_NOT.get(_standing(session, announcement, due_at, report)):
        raise NotAllowed(why)
    _write(session, relay, report, **said, by=relay_addresses.part_of(relay, token=token).value)


def with_old_photos(session: Session, *, before: datetime) -> list[LeaderReport]:
    """Reports with photos, of what was to be reported on before an instant."""
    asked = select(LeaderReport).join(Relay, col(Relay.id) == LeaderReport.relay_id)
    due = asked.join(Announcement, col(Announcement.id) == Relay.announcement_id).where(col(Announcement.report_by) < before)
    return [report for report in session.exec(due) if report.photos]


def forget_photos(session: Session, *, before: datetime) -> int:
    """Photos whose time is over are named no more, so that their files go; how many reports had any. A second time: none."""
    with_photos = with_old_photos(session, before=before)
    for report in with_photos:
        report.photos = []
    session.flush()
    return len(with_photos)


def _behind(session: Session, token: str, *, for_change: bool = False) -> tuple[Relay, Announcement, datetime]:
    relay = relay_addresses.by_token(session, token=token, for_change=for_change)
    announcement = session.get_one(Announcement, relay.announcement_id)
    group = session.get_one(Group, relay.group_id)
    if announcement.report_by is None or group.kind is GroupKind.LEADERS:
        raise NotFound(N_("Đường dẫn này không có, hoặc đã hết hạn."))
    return relay, announcement, announcement.report_by


def _standing(session: Session, announcement: Announcement, due_at: datetime, report: LeaderReport | None) -> Standing:
    now = clock.now()
    if announcement.status is AnnouncementStatus.CANCELLED:
        return "cancelled"
    if corrections.standing_for(session, announcement.id):
        return "corrected"
    if now <= due_at:
        return "open"
    if report is not None:
        return "kept"
    return "late" if now <= due_at + LATE_FOR else "over"


def _report_of(session: Session, relay: Relay) -> LeaderReport | None:
    wanted = select(LeaderReport).where(LeaderReport.relay_id == relay.id)
    return session.exec(wanted.execution_options(populate_existing=True)).first()


def _has_reports(session: Session, announcement_id: UUID) -> bool:
    wanted = select(LeaderReport.id).join(Relay, col(Relay.id) == LeaderReport.relay_id)
    return session.exec(wanted.where(Relay.announcement_id == announcement_id)).first() is not None


def _photos_of(report: LeaderReport | None) -> list[dict[str, Any]]:
    return report.photos if report else []


def _write(
    session: Session, relay: Relay, report: LeaderReport | None, *, people: int, line: str, photos: list[dict[str, Any]], by: str
) -> None:
    if report is None:
        report = LeaderReport(relay_id=relay.id, people=people, reported_at=clock.now())
    else:
        report.mended_at = clock.now()
    report.people, report.line, report.photos, report.reported_by = people, line, photos, by
    session.add(report)
    session.flush()


def _checked(people: int) -> int:
    if not 0 <= people <= PEOPLE_MAX:
        raise Invalid(N_("Số người phải từ 0 đến {most}."), most=PEOPLE_MAX, field="people")
    return people


def _tidy(line: str) -> str:
    tidy = clean(line)
    if len(tidy) > LINE_MAX:
        raise Invalid(N_("Ghi chú dài quá {most} chữ. Xin viết ngắn hơn."), most=LINE_MAX, field="line")
    return tidy


def _row(group: Group, unit: Unit, leader: User | None, report: LeaderReport | None, due_at: datetime) -> ReportRow:
    who = (group.id, group.name, unit.label, leader.display_name if leader else "", leader.phone if leader else None)
    if report is None:
        return ReportRow(*who)
    return ReportRow(
        *who, report.people, report.line, attachments.shown(report.photos), report.reported_at, report.mended_at,
        report.reported_at > due_at, report.reported_by,
    )  # fmt: skip
