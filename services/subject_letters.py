"""The letters of a request about the own data: that it was taken in, that it is put off, what came of it; their numbers."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from sqlmodel import Session, col, select

from core.errors import Invalid
from core.i18n import N_
from models import IdentityCheck, LetterStage, RequestKind, RequestStatus, SubjectLetter, SubjectRequest, Unit
from services import audit, official_papers, subject_erasure, subject_requests, ward_letters
from services.access import Actor
from services.ports import PaperText
from services.ward_letters import Letter

LAW = "Căn cứ Luật Bảo vệ dữ liệu cá nhân số 91/2025/QH15 và Nghị định số 356/2025/NĐ-CP."
KINDS = {
    RequestKind.VIEW: "xem dữ liệu cá nhân", RequestKind.COPY: "cung cấp bản sao dữ liệu cá nhân",
    RequestKind.CORRECT: "chỉnh sửa dữ liệu cá nhân", RequestKind.RESTRICT: "hạn chế xử lý dữ liệu cá nhân",
    RequestKind.OBJECT: "phản đối xử lý dữ liệu cá nhân", RequestKind.WITHDRAW: "rút lại sự đồng ý",
    RequestKind.ERASE: "xóa dữ liệu cá nhân",
}  # fmt: skip
ABOUT = {
    LetterStage.TAKEN_IN: "tiếp nhận", LetterStage.EXTENDED: "gia hạn giải quyết", LetterStage.CLOSED: "giải quyết",
}  # fmt: skip


def stage_of(request: SubjectRequest) -> LetterStage:
    """Which letter is due as a request stands."""
    if request.closed_at is not None:
        return LetterStage.CLOSED
    return LetterStage.TAKEN_IN if request.extended_from is None else LetterStage.EXTENDED


def sent(session: Session, *, actor: Actor, request_id: UUID) -> list[SubjectLetter]:
    """The letters of a request that have their number, the oldest first.

    Raises:
        NotAllowed, NotFound: as `subject_requests.get`.
    """
    subject_requests.get(session, actor=actor, request_id=request_id)
    theirs = select(SubjectLetter).where(SubjectLetter.request_id == request_id)
    return list(session.exec(theirs.order_by(col(SubjectLetter.issued_on), col(SubjectLetter.number))))


def give_number(session: Session, *, actor: Actor, request_id: UUID, number: int, issued_on: date) -> SubjectLetter:
    """Number and day of the letter that is due, from the clerk's register of what goes out; once, and for good.

    Raises:
        Invalid: it has its number, the number or day cannot be, or another paper of that year bears it.
        NotAllowed, NotFound: as `subject_requests.get`.
    """
    request = subject_requests.get(session, actor=actor, request_id=request_id).request
    session.exec(select(Unit.id).where(Unit.id == request.unit_id).with_for_update()).one()  # two hands, one register
    due = stage_of(request)
    standing = _numbered(session, request, due)
    official_papers.check_number(number, issued_on, given=standing.number if standing else None)
    if issued_on < request.asked_on:
        raise Invalid(N_("Ngày ban hành trước ngày nhận yêu cầu."))
    official_papers.check_free(
        session, ward_id=request.unit_id, kind=official_papers.LETTERS, number=number, year=issued_on.year
    )  # fmt: skip
    made = SubjectLetter(
        request_id=request.id, unit_id=request.unit_id, stage=due, number=number, year=issued_on.year, issued_on=issued_on,
        numbered_by_id=actor.id, asks_to_come=request.identity is IdentityCheck.NONE,
    )  # fmt: skip
    session.add(made)
    session.flush()
    audit.record(
        session, actor=actor, action="subject_request.letter_numbered", subject_kind="subject_request", subject_id=request.id,
        stage=due.value, number=number, issued_on=issued_on.isoformat(),
    )  # fmt: skip
    return made


def text_of(session: Session, *, actor: Actor, request_id: UUID) -> PaperText:
    """The letter that is due as the request stands; without a number of the register its place is left open, for the hand.

    Raises:
        NotAllowed, NotFound: as `subject_requests.get`.
    """
    request = subject_requests.get(session, actor=actor, request_id=request_id).request
    ward = session.get_one(Unit, request.unit_id)
    standing = _numbered(session, request, stage_of(request))
    asks_to_come = standing.asks_to_come if standing else request.identity is IdentityCheck.NONE
    what = KINDS[request.kind]
    asked = f"Ngày {request.asked_on:%d/%m/%Y}, Ủy ban nhân dân nhận được yêu cầu {what} của ông (bà)."
    paragraphs = [("", LAW), ("", asked), *_told(request, what, asks_to_come=asks_to_come)]
    letter = Letter(f"Về việc {ABOUT[stage_of(request)]} yêu cầu {what}", request.asked_by, paragraphs)
    if standing:
        letter = replace(letter, number=standing.number, issued_on=standing.issued_on)
    return ward_letters.text_of(session, ward=ward, letter=letter)


def _numbered(session: Session, request: SubjectRequest, stage: LetterStage) -> SubjectLetter | None:
    wanted = select(SubjectLetter).where(SubjectLetter.request_id == request.id, SubjectLetter.stage == stage)
    return session.exec(wanted).first()


def _told(request: SubjectRequest, what: str, *, asks_to_come: bool) -> list[tuple[str, str]]:
    rights = "Không đồng ý với việc giải quyết này, ông (bà) có quyền khiếu nại theo quy định của pháp luật."
    if request.status is RequestStatus.DONE:
        done = [("", f"Yêu cầu {what} đã được thực hiện. {request.outcome}")]
        if request.kind is RequestKind.ERASE:
            kept = [(f"{place}.", words) for place, words in enumerate(subject_erasure.KEPT, 1)]
            done += [("", "Những gì còn giữ lại, không còn gắn với tên của ông (bà):"), *kept]
        return [*done, ("", rights)]
    if request.status is RequestStatus.REFUSED:
        return [("", f"Yêu cầu này không thực hiện được. Lý do: {request.outcome}"), ("", rights)]
    found = [("", f"Yêu cầu đã được tiếp nhận và sẽ được thực hiện chậm nhất ngày {request.due_on:%d/%m/%Y}.")]
    if request.extended_from is not None:
        put_off = f"Thời hạn ngày {request.extended_from:%d/%m/%Y} được gia hạn một lần đến ngày {request.due_on:%d/%m/%Y}."
        found = [("", f"{put_off} Lý do: {request.extension_reason}")]
    if asks_to_come:
        found.append(("", "Để bảo vệ dữ liệu của chính ông (bà), xin đến bộ phận một cửa để được xác minh trước khi thực hiện."))
    return found
