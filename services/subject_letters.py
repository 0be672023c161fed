"""The letters of a request about the own data: that it was taken in, that it is put off, what came of it."""

from uuid import UUID

from sqlmodel import Session

from models import RequestKind, RequestStatus, SubjectRequest, Unit
from services import subject_erasure, subject_requests, ward_letters
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


def text_of(session: Session, *, actor: Actor, request_id: UUID) -> PaperText:
    """The letter that is due as the request stands.

    Raises:
        NotAllowed, NotFound: as `subject_requests.get`.
    """
    request = subject_requests.get(session, actor=actor, request_id=request_id).request
    ward = session.get_one(Unit, request.unit_id)
    what = KINDS[request.kind]
    asked = f"Ngày {request.asked_on:%d/%m/%Y}, Ủy ban nhân dân nhận được yêu cầu {what} của ông (bà)."
    paragraphs = [("", LAW), ("", asked), *_told(request, what)]
    subject = f"Về việc {'giải quyết' if request.closed_at else 'tiếp nhận'} yêu cầu {what}"
    return ward_letters.text_of(session, ward=ward, letter=Letter(subject, request.asked_by, paragraphs))


def _told(request: SubjectRequest, what: str) -> list[tuple[str, str]]:
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
    if request.identity == "none":
        found.append(("", "Để bảo vệ dữ liệu của chính ông (bà), xin đến bộ phận một cửa để được xác minh trước khi thực hiện."))
    return found
