"""The month on one sheet for a notice board: what happens on which day, codes to scan, figures, whom to call.

A board hangs in the street, so nothing stands on it that was not said to everyone who lives there.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from core import clock, formats
from core.errors import Invalid
from core.i18n import N_
from core.text import clean
from models import LEFT, Announcement, Audience, Purpose, ShortLink, Unit, UnitKind
from services import access, event_days, figures, link_labels, links, wards
from services.access import Actor, May, require
from services.ports import Bulletin, BulletinCode, BulletinEvent

MOST_EVENTS, MOST_CODES, LONGEST_LINE = 9, 3, 160
AHEAD = timedelta(days=120)  # no announcement names a day further off
ALWAYS = (("Công an", "113"), ("Chữa cháy", "114"), ("Cấp cứu", "115"), ("Tìm kiếm cứu nạn", "112"))
NOTES = {
    Purpose.JOIN: "Nhận tin của phường ngay khi đăng", Purpose.ASK: "Gửi câu hỏi, không cần đến phường",
    Purpose.PROCEDURE: "Giấy tờ cần mang, lệ phí, nơi nộp", Purpose.ANNOUNCEMENT: "Bản mới nhất",
    Purpose.URL: "Mở trên điện thoại",
}  # fmt: skip
_LINE = re.compile(r"(\d{1,2})(?:/(\d{1,2}))?\s*[:.\-–]?\s+(.+)")


@dataclass(frozen=True)
class Happening:
    """A day of an announcement that was said to everyone."""

    announcement_id: UUID
    day: date
    title: str
    detail: str

    @property
    def key(self) -> str:
        """By which a clerk chooses it."""
        return f"{self.day:%d}-{self.announcement_id}"


def happenings(session: Session, *, actor: Actor, unit_id: UUID, month: date) -> list[Happening]:
    """What announcements say happens in that month to all in a unit, by day; what was corrected stands only as corrected.

    One query beside the unit's.

    Raises:
        NotAllowed, NotFound: the unit is not the actor's.
    """
    require(actor, May.PRINT)
    unit = access.unit_for(session, actor=actor, unit_id=unit_id)
    ward = access.commune_of(session, unit)
    first, following = clock.month_of(month)
    since, until = clock.midnight(first - AHEAD), clock.midnight(following)
    found = session.exec(
        select(Announcement, Audience, Unit.path)
        .join(Audience, col(Audience.announcement_id) == Announcement.id)
        .join(Unit, col(Unit.id) == Audience.unit_id)
        .where(
            Announcement.unit_id == ward.id, col(Announcement.status).in_(LEFT), col(Announcement.sent_at) >= since,
            col(Announcement.sent_at) < until,
        )
        .order_by(col(Announcement.sent_at), col(Announcement.id))
    ).all()  # fmt: skip
    announcements = {announcement.id: announcement for announcement, _, _ in found}
    reaches: dict[UUID, list[tuple[Audience, str]]] = defaultdict(list)
    for announcement, audience, path in found:
        reaches[announcement.id].append((audience, path))
    corrected = {one.corrects_id for one in announcements.values()}
    said = [
        one for one in announcements.values() if one.id not in corrected and _concerns(reaches[one.id], unit, ward)
    ]  # fmt: skip
    listed = [_happening(one, day) for one in said for day in event_days.days_of(one) if first <= day < following]
    return sorted(listed, key=lambda one: (one.day, one.title))


def of_month(
    session: Session, *, actor: Actor, unit_id: UUID, month: date, keys: Sequence[str], more: str = "", slugs: Sequence[str] = ()
) -> Bulletin:  # fmt: skip
    """The sheet of a unit: the happenings chosen, the clerk's own lines, up to three codes, what is known of the unit.

    A unit of very few households shows no figure of theirs.

    Raises:
        NotAllowed, NotFound: the unit or a code is not the actor's.
        Invalid: nothing to print, too much, or a line that names no day of that month; it is named.
    """
    known = {one.key: one for one in happenings(session, actor=actor, unit_id=unit_id, month=month)}
    unit = access.unit_for(session, actor=actor, unit_id=unit_id)
    events = [(one.day, one.title, one.detail) for key in keys if (one := known.get(key))]
    events += [_line(line, month) for line in more.splitlines() if line.strip()]
    if not events:
        raise Invalid(N_("Tháng này chưa có việc nào để in. Xin chọn một việc, hoặc ghi thêm."))
    if len(events) > MOST_EVENTS:
        raise Invalid(N_("Bảng tin có chỗ cho {most} việc, xin bỏ bớt."), most=MOST_EVENTS)
    if len(slugs) > MOST_CODES:
        raise Invalid(N_("Bảng tin có chỗ cho {most} mã, xin bỏ bớt."), most=MOST_CODES)
    card = wards.card_of(session, unit=unit)
    return Bulletin(
        ward_name=card.name, unit_name=unit.label if unit.kind is UnitKind.RESIDENTIAL else "",
        month=f"Tháng {month.month}/{month.year}", events=[_event(*one) for one in sorted(events)],
        codes=_codes(session, actor, slugs), figures=_figures(session, actor, unit, month),
        phones=[*([(card.name, card.shown_phone)] if card.phone else []), *ALWAYS], printed=f"{clock.today():%d/%m/%Y}",
    )  # fmt: skip


def _concerns(reach: Sequence[tuple[Audience, str]], unit: Unit, ward: Unit) -> bool:
    """Whether it was said to all who live in the unit, or, on the ward's own board, to all somewhere in the ward."""
    if any(audience.is_of_some or audience.group_kind for audience, _ in reach):
        return False
    return any(unit.path.startswith(path) or (unit.id == ward.id and path.startswith(ward.path)) for _, path in reach)


def _happening(announcement: Announcement, day: date) -> Happening:
    hours = next((one.starts for one in event_days.of(announcement) if one.day == day), None)
    facts = announcement.facts
    parts = [formats.hour(hours) if hours else "", facts.get("where", ""), facts.get("bring", "")]
    return Happening(announcement.id, day, clean(announcement.title), "; ".join(clean(part) for part in parts if part))


def _line(line: str, month: date) -> tuple[date, str, str]:
    """`12 Họp tổ cuối năm | 19 giờ 30, nhà văn hóa`."""
    found = _LINE.fullmatch(clean(line))
    day = int(found[1]) if found else 0
    first, following = clock.month_of(month)
    is_there = 1 <= day <= (following - first).days and (not found or not found[2] or int(found[2]) == month.month)
    if found is None or not is_there:
        raise Invalid(
            N_("Mỗi dòng bắt đầu bằng ngày trong tháng, ví dụ: 12 Họp tổ | 19 giờ 30. Xin xem lại: {line}"), line=line[:80]
        )
    if len(line) > LONGEST_LINE:
        raise Invalid(N_("Mỗi dòng dài nhất {longest} ký tự."), longest=LONGEST_LINE)
    title, _, detail = found[3].partition("|")
    return first.replace(day=day), title.strip(), detail.strip()


def _event(day: date, title: str, detail: str) -> BulletinEvent:
    return BulletinEvent(f"{day:%d}", formats.day(day).rsplit(" ", 1)[0], title, detail)


def _codes(session: Session, actor: Actor, slugs: Sequence[str]) -> list[BulletinCode]:
    if not slugs:
        return []
    labels, _ward = link_labels.labels(session, actor=actor, slugs=slugs)
    purposes = dict(session.exec(select(ShortLink.slug, ShortLink.purpose).where(col(ShortLink.slug).in_(slugs))).all())
    return [
        BulletinCode(label.title, NOTES[Purpose(purposes[slug])], label.url, label.shown_url)
        for slug, label in zip(slugs, labels, strict=True)
    ]  # fmt: skip


def _figures(session: Session, actor: Actor, unit: Unit, month: date) -> list[tuple[str, str, str]]:
    total = figures.coverage(session, actor=actor, unit_id=unit.id).total
    found = []
    if total.coverage is not None and not figures.is_few(total.households):
        of = f"{formats.number(total.joined)} / {formats.number(total.households)} hộ"
        where = "trong tổ" if unit.kind is UnitKind.RESIDENTIAL else "trong phường"
        found.append((formats.share(total.coverage, places=0), f"hộ {where} đã vào nhóm Zalo", of))
    last, first = clock.month_of(month - timedelta(days=month.day))
    since, until = clock.midnight(last), clock.midnight(first)
    sent = select(func.count()).where(
        Announcement.unit_id == access.commune_of(session, unit).id, col(Announcement.status).in_(LEFT),
        col(Announcement.sent_at) >= since, col(Announcement.sent_at) < until,
    )  # fmt: skip
    if many := session.exec(sent).one():
        found.append((formats.number(many), "thông báo của phường", f"trong tháng {last.month}"))
    return found


def usual_codes(session: Session, *, actor: Actor, unit_id: UUID) -> list[tuple[str, str]]:
    """Slug and title of the codes that may stand on a board, the unit's own to join and to ask first, others' to join last.

    Raises:
        NotAllowed: the actor may not print.
    """
    require(actor, May.PRINT)
    good = [row for row in links.listing(session, actor=actor, purposes=links.PRINTED) if row.may_be_printed]
    order = {Purpose.JOIN: 0, Purpose.ASK: 1, Purpose.PROCEDURE: 2}

    def rank(link: ShortLink) -> int:
        is_others = link.purpose is Purpose.JOIN and link.unit_id != unit_id
        return 4 if is_others else order.get(link.purpose, 3)

    good.sort(key=lambda row: (rank(row.link), row.link.title))
    return [(row.link.slug, row.link.title or row.link.slug) for row in good]
