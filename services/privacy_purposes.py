"""The record of processing: for what a ward uses personal data, on what ground, which, who sees it, how long.

Law 91/2025/QH15. Duties of the committee rest on the law (Điều 19), not on consent; consent is for extras.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from core import clock
from core.errors import Invalid, NotFound
from core.i18n import N_, translate
from core.text import clean, fold
from models import LegalBasis, ProcessingPurpose, Unit
from services import access, audit
from services.access import Actor, May
from services.ports import PaperTable, RegisterPaper

LINE_MAX, NAME_MAX, MONTHS_MOST = 400, 120, 600
HEADS = (
    N_("Mục đích"), N_("Căn cứ"), N_("Văn bản"), N_("Người có dữ liệu"), N_("Dữ liệu"), N_("Ai xem"), N_("Chuyển cho"),
    N_("Thời hạn lưu"), N_("Lưu ý"),
)  # fmt: skip


@dataclass(frozen=True)
class PurposeForm:
    """A line of the record as a form gives it."""

    name: str
    basis: LegalBasis
    document: str = ""
    subjects: str = ""
    fields: str = ""
    seen_by: str = ""
    receivers: str = ""
    months: int | None = None
    is_sensitive: bool = False
    has_children: bool = False


HOUSEHOLD = "chủ hộ, nhân khẩu trong hộ"
USUAL = (  # as the house works when it is unpacked; a ward changes them. What residents read of them is in the catalogues
    PurposeForm(
        N_("Thông tin, tuyên truyền tới từng hộ"),
        LegalBasis.DUTY,
        "Luật Tổ chức chính quyền địa phương 72/2025/QH15",
        HOUSEHOLD,
        N_("họ tên chủ hộ, địa chỉ, một số điện thoại, số nhân khẩu, số máy thông minh, nhóm của tổ"),
        "cán bộ phường; tổ trưởng của tổ",
    ),
    PurposeForm(
        N_("Cảnh báo khẩn cấp, thiên tai, dịch bệnh"),
        LegalBasis.EMERGENCY,
        "",
        HOUSEHOLD,
        N_("họ tên chủ hộ, địa chỉ, số điện thoại, hoàn cảnh cần giúp"),
        "cán bộ phường; tổ trưởng của tổ",
        is_sensitive=True,
    ),
    PurposeForm(
        N_("Trả lời câu hỏi, phản ánh của người dân"),
        LegalBasis.DUTY,
        "",
        "người hỏi",
        N_("tên, số điện thoại nếu để lại, lời hỏi, ảnh"),
        "cán bộ được giao trả lời",
        months=12,
    ),
    PurposeForm(
        N_("Nhắn tin SMS, Zalo tới số của hộ"),
        LegalBasis.DUTY,
        "",
        HOUSEHOLD,
        N_("số điện thoại, tài khoản Zalo, kết quả gửi"),
        "cán bộ phường",
        receivers=N_("nhà mạng, Zalo (xem sổ bên xử lý)"),
        months=24,
    ),
    PurposeForm(
        N_("Gắn điện thoại với thẻ hộ"),
        LegalBasis.CONSENT,
        "",
        "người có thẻ hộ",
        N_("số ngẫu nhiên của trình duyệt, thông báo đã mở"),
        "cán bộ phường; tổ trưởng của tổ",
    ),
    PurposeForm(
        N_("Khảo sát điện thoại thông minh"),
        LegalBasis.DUTY,
        "",
        HOUSEHOLD,
        N_("số nhân khẩu, số máy thông minh"),
        "tổ công nghệ số; cán bộ phường",
        months=24,
    ),
    PurposeForm(
        N_("Hỗ trợ tại nhà của tổ công nghệ số"),
        LegalBasis.AGREEMENT,
        "",
        "người nhờ hỗ trợ",
        N_("tên, địa chỉ, số điện thoại, việc nhờ"),
        "tổ công nghệ số; cán bộ phường",
        months=3,
    ),
    PurposeForm(
        N_("Danh sách đích danh: tiêm chủng, khám, mời riêng"),
        LegalBasis.DUTY,
        "",
        "người được mời; trẻ em qua cha mẹ",
        N_("họ tên, người nhà, địa chỉ, điện thoại; không ngày sinh, không bệnh"),
        "tổ trưởng của tổ; cán bộ phường",
        months=3,
        is_sensitive=True,
        has_children=True,
    ),
    PurposeForm(
        N_("Đăng ảnh hoạt động"),
        LegalBasis.CONSENT,
        "",
        "người có trong ảnh",
        N_("ảnh"),
        "mọi người",
        has_children=True,
        months=24,
    ),
    PurposeForm(
        "Tài khoản cán bộ và nhật ký",
        LegalBasis.DUTY,
        "Nghị định 85/2016/NĐ-CP",
        "cán bộ, tổ trưởng",
        "họ tên, tên đăng nhập, số điện thoại, việc đã làm",
        "quản trị",
    ),
)


def listing(session: Session, *, actor: Actor, ward_id: UUID) -> list[ProcessingPurpose]:
    """A ward's record, what still holds first.

    Raises:
        NotAllowed: the actor may not write. NotFound: the ward lies outside the actor's sight.
    """
    access.require(actor, May.KEEP_PRIVACY)
    ward = access.unit_for(session, actor=actor, unit_id=ward_id)
    wanted = select(ProcessingPurpose).where(ProcessingPurpose.unit_id == ward.id)
    order = (col(ProcessingPurpose.ended_on).is_not(None), col(ProcessingPurpose.created_at), col(ProcessingPurpose.id))
    return list(session.exec(wanted.order_by(*order)))


def take_usual(session: Session, *, actor: Actor, ward_id: UUID) -> int:
    """Begin the record with what the house does when it is unpacked; what stands there already stays. How many lines.

    Raises:
        NotAllowed, NotFound: the actor does not decide for this ward.
    """
    access.require(actor, May.DECIDE_PRIVACY)
    there = {fold(one.name) for one in listing(session, actor=actor, ward_id=ward_id)}
    new = [form for form in USUAL if fold(form.name) not in there]
    for form in new:
        write(session, actor=actor, ward_id=ward_id, form=form)
    return len(new)


def write(
    session: Session, *, actor: Actor, ward_id: UUID, form: PurposeForm, purpose_id: UUID | None = None,
    version: int | None = None,
) -> ProcessingPurpose:  # fmt: skip
    """Add a line, or change one.

    Raises:
        Invalid: a value is missing or too long, the name is taken, or somebody changed the line meanwhile.
        NotAllowed, NotFound: the actor does not decide for this ward, or the line is not there.
    """
    access.require(actor, May.DECIDE_PRIVACY)
    ward = access.unit_for(session, actor=actor, unit_id=ward_id)
    _check(form)
    name = clean(form.name)
    same = select(ProcessingPurpose).where(ProcessingPurpose.unit_id == ward.id)
    if any(fold(one.name) == fold(name) and one.id != purpose_id for one in session.exec(same)):
        raise Invalid(N_("Đã có mục đích tên này."), field="name")
    made = _of(session, ward, purpose_id) if purpose_id else ProcessingPurpose(unit_id=ward.id, name=name, basis=form.basis)
    if version is not None and made.version != version:
        raise Invalid(N_("Dòng này vừa có người khác sửa. Xin xem lại rồi hãy ghi."))
    made.name, made.basis, made.months = name, form.basis, form.months
    made.document, made.subjects, made.fields = clean(form.document), clean(form.subjects), clean(form.fields)
    made.seen_by, made.receivers = clean(form.seen_by), clean(form.receivers)
    made.is_sensitive, made.has_children = form.is_sensitive, form.has_children
    made.version += 1 if purpose_id else 0
    session.add(made)
    session.flush()
    audit.record(
        session, actor=actor, action="purpose.changed" if purpose_id else "purpose.added", subject_kind="purpose",
        subject_id=made.id, name=name,
    )  # fmt: skip
    return made


def end(session: Session, *, actor: Actor, ward_id: UUID, purpose_id: UUID) -> ProcessingPurpose:
    """The ward does this no more; the line stays in the record with its last day. Ended already, nothing changes.

    Raises:
        NotAllowed, NotFound: as `write`.
    """
    access.require(actor, May.DECIDE_PRIVACY)
    found = _of(session, access.unit_for(session, actor=actor, unit_id=ward_id), purpose_id)
    if found.ended_on is None:
        found.ended_on = clock.today()
        session.add(found)
        audit.record(session, actor=actor, action="purpose.ended", subject_kind="purpose", subject_id=found.id)
    return found


def rows(found: Sequence[ProcessingPurpose], *, language: str = "vi") -> tuple[list[str], list[list[str]]]:
    """Heads and lines of the record in words, for a workbook or paper."""
    heads = [translate(head, language=language) for head in HEADS]
    return heads, [
        [
            one.name, translate(one.basis.label, language=language), one.document, one.subjects, one.fields, one.seen_by,
            one.receivers, _kept(one, language), _marks(one, language),
        ]
        for one in found
    ]  # fmt: skip


def on_paper(session: Session, *, actor: Actor, ward_id: UUID) -> RegisterPaper:
    """The record to print.

    Raises:
        NotAllowed, NotFound: as `listing`.
    """
    found = listing(session, actor=actor, ward_id=ward_id)
    heads, lines = rows(found)
    widths = (1.7, 1.3, 1.2, 1.1, 1.9, 1.4, 1.2, 1.0, 1.1)
    return RegisterPaper(
        title="Sổ ghi hoạt động xử lý dữ liệu cá nhân", ward=session.get_one(Unit, ward_id).name,
        sub="Theo Luật Bảo vệ dữ liệu cá nhân số 91/2025/QH15 và Nghị định số 356/2025/NĐ-CP.",
        foot=f"In ngày {clock.today():%d/%m/%Y}", tables=[PaperTable("", widths, heads, lines)], is_wide=True,
    )  # fmt: skip


def names(session: Session, *, actor: Actor, unit_id: UUID) -> list[str]:
    """What a list may be brought into a unit for: the record of its ward, in its order; the usual lines where there is none yet.

    Raises:
        NotAllowed, NotFound: the actor may not import, or not there.
    """
    access.require(actor, May.IMPORT_HOUSEHOLDS)
    ward = access.commune_of(session, access.unit_for(session, actor=actor, unit_id=unit_id))
    wanted = select(ProcessingPurpose.name).where(ProcessingPurpose.unit_id == ward.id, col(ProcessingPurpose.ended_on).is_(None))
    found = session.exec(wanted.order_by(col(ProcessingPurpose.created_at), col(ProcessingPurpose.id)))
    return list(found) or [form.name for form in USUAL]


def of_list(session: Session, *, actor: Actor, unit_id: UUID, said: str = "") -> str:
    """The purpose a list is brought for, as the record has it; where none is said, the first of the record.

    Raises:
        Invalid: the record has no such purpose. NotAllowed, NotFound: as `names`.
    """
    there = names(session, actor=actor, unit_id=unit_id)
    found = next((name for name in there if fold(name) == fold(said)), None) if clean(said) else there[0]
    if found is None:
        raise Invalid(
            N_("Sổ ghi hoạt động xử lý không có mục đích “{name}”. Trong sổ có: {names}."), name=clean(said),
            names="; ".join(there), field="purpose",
        )  # fmt: skip
    return found


def _of(session: Session, ward: Unit, purpose_id: UUID) -> ProcessingPurpose:
    found = session.get(ProcessingPurpose, purpose_id, with_for_update=True)
    if found is None or found.unit_id != ward.id:
        raise NotFound(N_("Không tìm thấy dòng này trong sổ."))
    return found


def _check(form: PurposeForm) -> None:
    if not clean(form.name) or len(form.name) > NAME_MAX:
        raise Invalid(N_("Xin ghi mục đích, nhiều nhất {most} chữ."), most=NAME_MAX, field="name")
    if not clean(form.fields):
        raise Invalid(N_("Xin ghi những dữ liệu được dùng."), field="fields")
    words = (form.document, form.subjects, form.fields, form.seen_by, form.receivers)
    if any(len(one) > LINE_MAX for one in words):
        raise Invalid(N_("Xin viết ngắn hơn {most} chữ."), most=LINE_MAX, field="fields")
    if form.months is not None and not 1 <= form.months <= MONTHS_MOST:
        raise Invalid(N_("Thời hạn lưu từ 1 đến {most} tháng."), most=MONTHS_MOST, field="months")


def _kept(one: ProcessingPurpose, language: str) -> str:
    if one.months is None:
        return translate(N_("khi hộ còn ở đây"), language=language)
    return translate(N_("{n} tháng"), language=language).format(n=one.months)


def _marks(one: ProcessingPurpose, language: str) -> str:
    marks = []
    if one.is_sensitive:
        marks.append(translate(N_("có dữ liệu nhạy cảm"), language=language))
    if one.has_children:
        marks.append(translate(N_("có dữ liệu trẻ em"), language=language))
    if one.ended_on:
        marks.append(translate(N_("đã thôi từ {day:%d/%m/%Y}"), language=language).format(day=one.ended_on))
    return "; ".join(marks)
