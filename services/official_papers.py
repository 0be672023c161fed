"""An announcement as an official paper by Nghị định 30/2020/NĐ-CP. The clerk (văn thư) alone gives the number, once, in order."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Subquery, func, literal, union_all
from sqlmodel import Session, select

from core import clock
from core.errors import Invalid
from core.i18n import N_
from core.text import clean
from models import (
    LEFT,
    Announcement,
    AnnouncementKind,
    AnnouncementStatus,
    BreachLetter,
    OfficialPaper,
    PaperKind,
    SubjectLetter,
    Unit,
    User,
)
from services import audit, drafts, relays, wards
from services.access import Actor, May, require
from services.ports import PaperText
from services.wards import WardCard

SYMBOL_BODY = "UBND"
NAMES = {PaperKind.NOTICE: "THÔNG BÁO", PaperKind.INVITATION: "GIẤY MỜI"}
ISSUER = "ỦY BAN NHÂN DÂN"
LETTERS = PaperKind.NOTICE  # the symbol under which letters about personal data go out
SIGNING = ("TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH")
RECIPIENTS = {
    PaperKind.NOTICE: ("Các tổ dân phố, thôn;", "Lưu: VT."),
    PaperKind.INVITATION: ("Như trên;", "Lưu: VT."),
}
FACTS = {"when": "Thời gian", "where": "Địa điểm", "who": "Thành phần", "bring": "Chuẩn bị"}
SETTLED = (AnnouncementStatus.APPROVED, AnnouncementStatus.SCHEDULED, *LEFT)
LONGEST_LINE, MOST_LINES = 200, 12
END = "./."  # the decree's mark behind the last word of the text
_KIND_OF_WARD = re.compile(r"^(phường|xã|đặc khu)\s+(?=\D)", re.IGNORECASE)  # a ward with a number for a name keeps its kind
_LINES = re.compile(r"\n+")


@dataclass(frozen=True)
class PaperWords:
    """What a clerk may word: everything else is the announcement's and the decree's."""

    subject: str
    place: str
    recipients: tuple[str, ...]
    signing: tuple[str, ...]
    signer: str = ""
    to: str = ""
    has_code: bool = True


@dataclass(frozen=True)
class PaperState:
    """A paper as its page shows it."""

    kind: PaperKind
    words: PaperWords
    number: int | None
    issued_on: date | None
    next_number: int
    may_be_numbered: bool  # its announcement is approved


def state(session: Session, *, actor: Actor, announcement_id: UUID, kind: PaperKind) -> PaperState:
    """The paper of an announcement: as it was worded last, or as the ward usually words it.

    Raises:
        NotAllowed, NotFound: the announcement is not the actor's.
    """
    require(actor, May.PRINT)
    announcement = drafts.get(session, actor=actor, announcement_id=announcement_id)
    paper = _find(session, announcement, kind)
    words = _read(paper) if paper else _usual(session, announcement, kind)
    borne = _borne(announcement.unit_id, kind, clock.today().year)
    last = session.exec(select(func.max(borne.c.number))).one()
    return PaperState(
        kind, words, paper.number if paper else None, paper.issued_on if paper else None, (last or 0) + 1,
        announcement.status in SETTLED,
    )  # fmt: skip


def word(
    session: Session, *, actor: Actor, announcement_id: UUID, kind: PaperKind, words: PaperWords
) -> OfficialPaper:  # fmt: skip
    """Keep how a draft is worded.

    Raises:
        NotAllowed, NotFound: as `state`.
        Invalid: it has its number already, or a line is missing or too long.
    """
    require(actor, May.PRINT)
    announcement = drafts.get(session, actor=actor, announcement_id=announcement_id, for_change=True)
    paper = _find(session, announcement, kind)
    if paper is not None and paper.number is not None:
        raise Invalid(N_("Văn bản đã có số, không sửa được nữa."))
    kept = asdict(_checked(words))
    if paper is None:
        paper = OfficialPaper(
            announcement_id=announcement.id, unit_id=announcement.unit_id, kind=kind, year=clock.today().year, words=kept
        )
        session.add(paper)
    paper.words = kept
    session.flush()
    return paper


def give_number(
    session: Session, *, actor: Actor, announcement_id: UUID, kind: PaperKind, number: int, issued_on: date
) -> OfficialPaper:  # fmt: skip
    """Number and day of issue, from the clerk's register; from then on the paper stands.

    Raises:
        NotAllowed, NotFound: as `state`.
        Invalid: the announcement is not approved, the paper is not worded, has a number, or the number is taken this year.
    """
    require(actor, May.PRINT)
    announcement = drafts.get(session, actor=actor, announcement_id=announcement_id, for_change=True)
    session.exec(select(Unit.id).where(Unit.id == announcement.unit_id).with_for_update()).one()  # two clerks, one register
    paper = _find(session, announcement, kind)
    if announcement.status not in SETTLED:
        raise Invalid(N_("Thông báo chưa được duyệt, chưa cấp số được."))
    if paper is None:
        raise Invalid(N_("Xin lưu nội dung văn bản trước khi cấp số."))
    check_number(number, issued_on, given=paper.number)
    check_free(session, ward_id=paper.unit_id, kind=kind, number=number, year=issued_on.year)
    paper.number, paper.issued_on, paper.year, paper.numbered_by_id = number, issued_on, issued_on.year, actor.id
    session.flush()
    audit.record(
        session, actor=actor, action="paper.numbered", subject_kind="announcement", subject_id=announcement.id,
        kind=kind.value, number=number, issued_on=issued_on.isoformat(),
    )  # fmt: skip
    return paper


def check_number(number: int, issued_on: date, *, given: int | None) -> None:
    """Whether a paper can take a number and a day of issue.

    Raises:
        Invalid: it has its number already, or the number or day cannot be.
    """
    if given is not None:
        raise Invalid(N_("Văn bản đã có số, không sửa được nữa."))
    if number < 1:
        raise Invalid(N_("Số văn bản phải từ 1 trở lên."))
    if issued_on > clock.today():
        raise Invalid(N_("Ngày ban hành chưa tới."))


def check_free(session: Session, *, ward_id: UUID, kind: PaperKind, number: int, year: int) -> None:
    """Whether a number of a ward's register is free: papers and letters of one symbol share it. The caller holds the ward's row.

    Raises:
        Invalid: it stands on another paper or letter of that year.
    """
    borne = _borne(ward_id, kind, year)
    if session.exec(select(borne.c.number).where(borne.c.number == number)).first():
        raise Invalid(N_("Số {number} năm {year} đã cấp cho văn bản khác."), number=str(number), year=str(year))


def text_of(session: Session, *, actor: Actor, announcement_id: UUID, kind: PaperKind, to: str = "") -> PaperText:
    """The paper in words, to be printed; a draft until it has its number. `to` names one of several it is for.

    Raises:
        NotAllowed, NotFound: as `state`.
    """
    require(actor, May.PRINT)
    announcement = drafts.get(session, actor=actor, announcement_id=announcement_id)
    paper = _find(session, announcement, kind)
    words = _read(paper) if paper else _usual(session, announcement, kind)
    ward = wards.card_of(session, unit=session.get_one(Unit, announcement.unit_id))
    is_draft = paper is None or paper.number is None
    return PaperText(
        kind=NAMES[kind], symbol=f"{kind.abbreviation}-{SYMBOL_BODY}", parent=(), issuer=(ISSUER, ward.name.upper()),
        place=words.place, written_on=clock.today(), subject=words.subject, to=to or words.to, body=_body(announcement),
        recipients=words.recipients, signing=words.signing, signer=words.signer,
        contact=contact_of(ward), urgency=announcement.urgency.value,
        draft=f"Dự thảo lần {announcement.version}, in ngày {clock.today():%d/%m/%Y}" if is_draft else "",
        number=None if paper is None else paper.number, issued_on=None if paper is None else paper.issued_on,
        url=(relays.general_url(session, announcement.id) or "") if words.has_code else "",
    )  # fmt: skip


def contact_of(ward: WardCard) -> list[str]:
    """The line at a paper's foot: address and telephone, as far as the ward has told them."""
    known = [part for part in (ward.address, f"Điện thoại: {ward.shown_phone}" if ward.shown_phone else "") if part]
    return [". ".join(known)] if known else []


def _borne(ward_id: UUID, kind: PaperKind, year: int) -> Subquery:
    """The numbers of a year that papers bear, and letters of the same symbol."""
    papers = select(OfficialPaper.number).where(
        OfficialPaper.unit_id == ward_id, OfficialPaper.kind == kind, OfficialPaper.year == year
    )  # fmt: skip
    letters = [
        select(one.number).where(one.unit_id == ward_id, one.year == year, literal(kind is LETTERS))
        for one in (SubjectLetter, BreachLetter)
    ]  # fmt: skip
    return union_all(papers, *letters).subquery()


def _body(announcement: Announcement) -> list[tuple[str, str]]:
    """The announcement's own paragraphs, then its facts, numbered; the last one ends with the decree's mark."""
    found = [("", paragraph) for line in _LINES.split(announcement.body) if (paragraph := clean(line))]
    facts = [(name, clean(announcement.facts[key])) for key, name in FACTS.items() if announcement.facts.get(key)]
    found += [(f"{place}. {name}:", words) for place, (name, words) in enumerate(facts, 1)]
    run, last = found[-1] if found else ("", announcement.title)
    return [*found[:-1], (run, last if last.endswith(END) else last.rstrip(" .;") + END)]


def _find(session: Session, announcement: Announcement, kind: PaperKind) -> OfficialPaper | None:
    wanted = select(OfficialPaper).where(OfficialPaper.announcement_id == announcement.id, OfficialPaper.kind == kind)
    return session.exec(wanted).first()


def _usual(session: Session, announcement: Announcement, kind: PaperKind) -> PaperWords:
    ward = session.get_one(Unit, announcement.unit_id)
    signer = session.get(User, announcement.approver_id) if announcement.approver_id else None
    about = announcement.title[:1].lower() + announcement.title[1:]
    return PaperWords(
        subject=f"Về việc {about}" if kind is PaperKind.NOTICE else announcement.title,
        place=place_of(ward.name), recipients=RECIPIENTS[kind], signing=SIGNING,
        signer=signer.display_name if signer else "", to="" if kind is PaperKind.NOTICE else "Ông (bà)",
    )  # fmt: skip


def place_of(name: str) -> str:
    """Where a ward's papers are written: "Bắc Kạn" of "Phường Bắc Kạn"."""
    return _KIND_OF_WARD.sub("", name)


def usual_kind(announcement: Announcement) -> PaperKind:
    """Which paper an announcement most likely is."""
    return PaperKind.INVITATION if announcement.kind is AnnouncementKind.INVITATION else PaperKind.NOTICE


def _read(paper: OfficialPaper) -> PaperWords:
    kept = paper.words
    return PaperWords(**(kept | {"recipients": tuple(kept["recipients"]), "signing": tuple(kept["signing"])}))


def _checked(words: PaperWords) -> PaperWords:
    tidy = PaperWords(
        clean(words.subject), clean(words.place), _lines(words.recipients), _lines(words.signing), clean(words.signer),
        clean(words.to), words.has_code,
    )  # fmt: skip
    if not tidy.subject:
        raise Invalid(N_("Xin ghi trích yếu."))
    if not tidy.place:
        raise Invalid(N_("Xin ghi địa danh."))
    if any(len(line) > LONGEST_LINE for line in (tidy.subject, tidy.place, tidy.signer, tidy.to)):
        raise Invalid(N_("Mỗi dòng dài nhất {longest} ký tự."), longest=LONGEST_LINE)
    return tidy


def _lines(given: Sequence[str]) -> tuple[str, ...]:
    found = tuple(line for one in given if (line := clean(one)))
    if len(found) > MOST_LINES or any(len(line) > LONGEST_LINE for line in found):
        raise Invalid(N_("Nhiều nhất {most} dòng, mỗi dòng dài nhất {longest} ký tự."), most=MOST_LINES, longest=LONGEST_LINE)
    return found
