"""Erasing what is held about somebody: names, numbers, addresses, needs, notes, pictures and what they wrote go; counts stay.

All in the caller's transaction, whole or not at all. The records stay as bare numbers, so that no figure of a past day changes;
marks without meaning (services.tombstones) keep an old list from bringing the household back.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import delete, update
from sqlmodel import Session, col, select, text

from core import clock
from core.db import changed
from core.errors import Invalid
from core.i18n import N_
from models import (
    Attendance,
    Change,
    Consent,
    Delivery,
    DeliveryStatus,
    DoorKnock,
    DoorLine,
    Erasure,
    HomeVisit,
    Household,
    HouseholdPast,
    HouseholdToken,
    Inquiry,
    InquiryMessage,
    InquiryStatus,
    JoinRequest,
    Likeness,
    ListedPerson,
    OptOut,
    PhoneTie,
    Reach,
    SubjectRequest,
    SupportVisit,
    VisitStatus,
)
from services import access, audit, legal_holds, proofs, retention_rules, subject_scope, tombstones
from services.access import Actor, May
from services.attendance import FORGOTTEN
from services.opt_outs import ERASED
from services.subject_scope import Subject

NAME = "(đã xóa theo yêu cầu)"  # stands for the head of a household that was erased
PERSONAL = frozenset(  # of what a change set keeps of a household
    {"code", "head_name", "address", "phone", "other_phones", "zalo_user_id", "needs", "search", "pasts", "followed"}
)
KEPT = (  # what stays, in words for whoever asks
    N_("số hộ, số nhân khẩu, số máy thông minh, ngày vào và ra nhóm, không kèm tên: để các con số đã báo cáo không đổi"),
    N_("sổ gửi tin: gửi lúc nào, bằng kênh gì, kết quả, giá; người nhận đã được xóa"),
    N_("nhật ký: ai đã làm gì, lúc nào; không có tên, số điện thoại của người dân"),
    N_("dấu băm một chiều của tên kèm số, mã, địa chỉ: chỉ để danh sách cũ không đưa hộ trở lại"),
    N_("câu trả lời chung đã đăng, không ghi tên người hỏi"),
    N_("bản sao lưu cũ, tới khi hết hạn xoay vòng; khôi phục bản cũ thì phải xóa lại"),
)


@dataclass(frozen=True)
class Erased:
    """What an erasure did: rows by kind, what stays and why, and documents whose files nobody may open any more."""

    households: int
    rows: dict[str, int]
    kept: tuple[str, ...] = KEPT
    documents: tuple[str, ...] = ()  # SHA-256 of pictures that were theirs
    already_on: str = ""  # ISO day on which it had been done before

    @property
    def erased(self) -> int:
        """All rows."""
        return sum(self.rows.values())


@dataclass
class _Done:
    rows: dict[str, int] = field(default_factory=dict)

    def count(self, kind: str, many: int) -> None:
        if many:
            self.rows[kind] = self.rows.get(kind, 0) + many


def erase(session: Session, *, actor: Actor, subject: Subject, request_id: UUID | None = None) -> Erased:
    """Erase everything about a subject. Asked again of a household that is erased: the day, and nothing is done.

    Raises:
        Invalid: it must be kept for a matter of law, or the number stands at several households: which.
        NotAllowed: the actor does not decide. NotFound: the request lies outside. Unproven: as `proofs.require`.
    """
    access.require(actor, May.DECIDE_PRIVACY)
    asked = session.get(SubjectRequest, request_id) if request_id else None
    if asked is not None:
        access.unit_for(session, actor=actor, unit_id=asked.unit_id)
    proofs.require(actor)
    _one_at_a_time(session)
    before = _erased_before(session, subject.ids)
    roots = [home for home in subject.households if home.merged_into_id is None]
    if len(roots) > 1:
        raise Invalid(
            N_("Số này đang là số chính của {n} hộ ({codes}). Xin chọn từng hộ theo mã hộ."), n=len(roots),
            codes=subject_scope.names_of(roots),
        )  # fmt: skip
    legal_holds.require_none(session, household_ids=subject.ids)
    done = _Done()
    documents = _inquiries(session, subject, done)
    _elsewhere(session, subject, done)
    _ledger(session, subject, done)
    todo = [home for home in subject.households if home.id not in before]
    for home in todo:
        _household(session, home, done)
    _beside(session, subject.phones, subject.ids, done)
    session.flush()
    if todo:
        _remember(session, actor, todo, done, request_id)
    elif not done.rows:
        return Erased(0, {}, already_on=min(before.values()) if before else "")
    if not todo:
        audit.record(session, actor=actor, action="subject.erased", rows=sum(done.rows.values()))
    return Erased(len(todo), dict(sorted(done.rows.items())), documents=tuple(documents))


def would_erase(session: Session, *, actor: Actor, subject: Subject) -> dict[str, int]:
    """How many rows of what an erasure would touch: done, and taken back.

    Raises:
        Invalid, NotAllowed: as `erase`.
    """
    savepoint = session.begin_nested()
    try:
        return erase(session, actor=actor, subject=subject).rows
    finally:
        savepoint.rollback()
        session.expire_all()


def _one_at_a_time(session: Session) -> None:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(4345)"))
    else:
        session.execute(text("PRAGMA secure_delete=ON"))  # what is written over is written over in the file as well


def _erased_before(session: Session, ids: Sequence[UUID]) -> dict[UUID, str]:
    found = session.exec(select(Erasure.household_id, Erasure.created_at).where(col(Erasure.household_id).in_(ids))).all()
    return {household_id: clock.local(at).date().isoformat() for household_id, at in found}


def _remember(session: Session, actor: Actor, homes: Sequence[Household], done: _Done, request_id: UUID | None) -> None:
    for home in homes:
        made = session.exec(select(Erasure).where(Erasure.household_id == home.id)).one()
        made.request_id, made.by_id, made.rows, made.erased = request_id, actor.id, done.rows, sum(done.rows.values())
        session.add(made)
        audit.record(
            session, actor=actor, action="subject.erased", subject_kind="household", subject_id=home.id,
            rows=sum(done.rows.values()), request_id=str(request_id or ""),
        )  # fmt: skip


# ---- the household itself


def _household(session: Session, home: Household, done: _Done) -> None:
    pasts = session.exec(select(HouseholdPast).where(HouseholdPast.household_id == home.id)).all()
    made = Erasure(household_id=home.id)
    session.add(made)
    session.flush()
    numbers = [number for number in (home.phone, *home.other_phones) if number]
    marks = tombstones.marks_of(
        {home.unit_id, *(past.unit_id for past in pasts)}, code=home.code, head_name=home.head_name, address=home.address,
        numbers=numbers,
    )  # fmt: skip
    tombstones.lay(session, erasure=made, marks=marks)
    done.count("household", 1)
    done.count("household_past", len(pasts))
    _without_name(session, home, pasts, done)


def forget_household(session: Session, home: Household) -> None:
    """A household that left long ago: as erased, but nobody asked for it, and it may come back under its name."""
    pasts = session.exec(select(HouseholdPast).where(HouseholdPast.household_id == home.id)).all()
    _without_name(session, home, pasts, _Done())


def _without_name(session: Session, home: Household, pasts: Sequence[HouseholdPast], done: _Done) -> None:
    code = f"x{home.id.hex[-10:]}"
    home.head_name, home.address, home.code, home.search = NAME, "", code, ""
    home.phone, home.other_phones, home.zalo_user_id, home.needs = None, [], None, []
    home.version += 1
    session.add(home)
    for past in pasts:
        past.head_name, past.address, past.code = NAME, "", code
        session.add(past)
    session.flush()
    own = home.id
    done.count("card", _gone(session, HouseholdToken, HouseholdToken.household_id == own))
    done.count("phone_tie", _gone(session, PhoneTie, PhoneTie.household_id == own))
    done.count("likeness", _gone(session, Likeness, (Likeness.household_id == own) | (Likeness.other_id == own)))
    _door(session, own, done)
    done.count("attendance", _set(session, Attendance, Attendance.household_id == own, name=FORGOTTEN, visitor=None))
    _set(session, Reach, Reach.household_id == own, visitor=None)
    done.count("support_visit", _set(session, SupportVisit, SupportVisit.household_id == own, household_id=None))
    done.count("consent", _set(session, Consent, Consent.household_id == own, said_by="", evidence=""))
    _changes(session, own, done)


def _door(session: Session, household_id: UUID, done: _Done) -> None:
    lines = select(DoorLine.id).where(DoorLine.household_id == household_id)
    noted = col(DoorKnock.door_line_id).in_(lines) & (col(DoorKnock.note) != "")
    done.count("door_note", _set(session, DoorKnock, noted, note=""))
    is_open = (col(DoorLine.household_id) == household_id) & col(DoorLine.outcome).is_(None)
    done.count("door_line", _gone(session, DoorLine, is_open))


def _changes(session: Session, household_id: UUID, done: _Done) -> None:
    """What imports and edits noted of it: the figures stay, what tells who it is goes."""
    for change in session.exec(select(Change).where(Change.household_id == household_id)):
        if bare(change):
            session.add(change)
            done.count("change", 1)


def bare(change: Change) -> bool:
    """Take out of a note what tells who a household is; whether anything was."""
    before, after = _bare(change.before), _bare(change.after)
    is_new = (before, after) != (change.before, change.after)
    change.before, change.after = before, after
    return is_new


def _bare(noted: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in noted.items() if name not in PERSONAL}


def _beside(session: Session, numbers: Iterable[str], ids: Sequence[UUID], done: _Done) -> None:
    """A number that another household has as its second."""
    from_others = subject_scope.beside(numbers)
    for home in session.exec(select(Household).where(from_others, col(Household.id).not_in(ids))).all():
        home.other_phones = [number for number in home.other_phones if number not in set(numbers)]
        home.search = " ".join(
            word for word in home.search.split() if not any(word in _dialled(number) for number in numbers)
        )  # fmt: skip
        home.version += 1
        session.add(home)
        done.count("other_phone", 1)


def _dialled(number: str) -> tuple[str, str]:
    return "0" + number.removeprefix("+84"), number[::-1]


# ---- what they wrote, asked and were sent


def _inquiries(session: Session, subject: Subject, done: _Done) -> list[str]:
    threads = session.exec(select(Inquiry).where(subject_scope.inquiries(subject))).all()
    if threads and retention_rules.held_because(session, kind="inquiries"):
        raise Invalid(
            N_("Câu hỏi, phản ánh đang phải giữ theo {document}. Khi hết phải giữ mới xóa được."),
            document=retention_rules.held_because(session, kind="inquiries"),
        )  # fmt: skip
    documents: list[str] = []
    for thread in threads:
        documents += blank_thread(session, thread)
        done.count("inquiry", 1)
    return documents


def blank_thread(session: Session, thread: Inquiry) -> list[str]:
    """Take words, pictures, name and number out of a thread; its kind, topic and times stay. The pictures that were in it."""
    documents = [one["sha256"] for one in (*thread.photos, *thread.done_photos) if "sha256" in one]
    for said in session.exec(select(InquiryMessage).where(InquiryMessage.inquiry_id == thread.id)):
        documents += [one["sha256"] for one in said.photos if "sha256" in one]
        said.text, said.search, said.photos, said.deleted_at = "", "", [], said.deleted_at or clock.now()
        session.add(said)
    thread.text = thread.from_id = thread.from_name = thread.place = thread.likeness = thread.done_note = ""
    thread.from_phone, thread.photos, thread.done_photos, thread.due_at, thread.public_at = None, [], [], None, None
    if thread.status in (InquiryStatus.NEW, InquiryStatus.ASSIGNED):
        thread.status, thread.closed_at = InquiryStatus.CLOSED, clock.now()
    thread.version += 1
    session.add(thread)
    session.flush()
    return documents


def _elsewhere(session: Session, subject: Subject, done: _Done) -> None:
    waiting = subject_scope.joins(subject) & col(JoinRequest.answered_at).is_(None)
    done.count("join_request", _gone(session, JoinRequest, waiting))
    blank: dict[str, Any] = {"name": "", "phone": None, "address": "", "visitor": None}
    done.count("join_request", _set(session, JoinRequest, subject_scope.joins(subject), **blank))
    visits = subject_scope.visits(subject)
    is_open = visits & col(HomeVisit.status).in_((VisitStatus.ASKED, VisitStatus.PLANNED))
    _set(session, HomeVisit, is_open, status=VisitStatus.CALLED_OFF, closed_at=clock.now())
    blank = {"name": "", "address": "", "words": "", "wish": "", "note": "", "phone": None, "household_id": None}
    done.count("home_visit", _set(session, HomeVisit, visits, forgotten_at=clock.now(), **blank))
    listed = {"name": FORGOTTEN, "guardian": "", "address": "", "phones": []}
    done.count("listed_person", _set(session, ListedPerson, subject_scope.listed(subject), **listed))
    for proposal in subject_scope.proposals(session, subject):
        if not (proposal.words or proposal.note or proposal.reason):
            continue
        proposal.words, proposal.note, proposal.reason = {}, "", ""
        if proposal.answered_at is None:
            proposal.answered_at, proposal.is_accepted = clock.now(), False
        session.add(proposal)
        done.count("proposal", 1)
    # Who asked is forgotten with the request itself, some time after it is closed: the letter has to reach somebody.
    asked = {"words": "", "identity_note": ""}
    theirs = subject_scope.requests(subject) & ((col(SubjectRequest.words) != "") | (col(SubjectRequest.identity_note) != ""))
    done.count("request", _set(session, SubjectRequest, theirs, **asked))


def _ledger(session: Session, subject: Subject, done: _Done) -> None:
    theirs = subject_scope.deliveries(subject)
    waiting = theirs & col(Delivery.status).in_((DeliveryStatus.QUEUED, DeliveryStatus.UNAVAILABLE))
    why = N_("Người nhận đã yêu cầu xóa dữ liệu.")
    _set(session, Delivery, waiting, status=DeliveryStatus.CANCELLED, error=why, updated_at=clock.now())
    done.count("delivery", _set(session, Delivery, theirs, recipient_id=ERASED))
    done.count("opt_out", _gone(session, OptOut, subject_scope.refusals(subject)))


def _gone(session: Session, model: Any, where: Any) -> int:
    return changed(session, delete(model).where(where))


def _set(session: Session, model: Any, where: Any, **values: Any) -> int:
    return changed(session, update(model).where(where).values(**values))
