"""What people ask about the own data: taken in with its days, answered, put off once, done or refused with a reason; a letter."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import case
from sqlmodel import Session, col, func, select

from core import clock
from core.errors import Invalid, NotFound
from core.i18n import N_
from core.text import clean, clean_lines
from models import (
    Consent,
    ConsentWay,
    Erasure,
    Extra,
    Household,
    IdentityCheck,
    RequestKind,
    RequestStatus,
    SubjectRequest,
    Unit,
    User,
)
from services import access, audit, consents, inquiry_rules, subject_days, subject_erasure, subject_scope
from services.access import Actor, May
from services.accounts import STRANGER
from services.consents import Said
from services.household_writes import one, only
from services.subject_erasure import Erased

LINE_MAX, WORDS_MAX = 200, 2_000
OPEN = (RequestStatus.NEW, RequestStatus.ANSWERED)
NEED_IDENTITY = (RequestKind.VIEW, RequestKind.COPY, RequestKind.CORRECT, RequestKind.ERASE)
STOPPED = (Extra.MESSAGES, Extra.SURVEYS, Extra.CARD)  # what a restriction turns off


@dataclass(frozen=True)
class RequestForm:
    """What a desk writes down."""

    kind: RequestKind
    asked_by: str
    contact: str = ""
    words: str = ""
    way: ConsentWay = ConsentWay.DESK
    asked_on: date | None = None  # None: today
    household_id: UUID | None = None
    identity: IdentityCheck = IdentityCheck.NONE
    identity_note: str = ""
    has_processor: bool = False


@dataclass(frozen=True)
class RequestRow:
    """A request as a list shows it."""

    request: SubjectRequest
    household_code: str
    handler: str
    days_left: int | None  # to the next of its days; below zero: late; None: closed
    needs_answer: bool  # within the two working days

    @property
    def is_late(self) -> bool:
        """Whether a day of the law has passed."""
        return self.days_left is not None and self.days_left < 0


@dataclass(frozen=True)
class Waiting:
    """What the first screen says."""

    open: int = 0
    late: int = 0
    next_on: date | None = None


def take_in(session: Session, *, actor: Actor, ward_id: UUID, form: RequestForm) -> SubjectRequest:
    """Write a request down. The same household asking the same again while the first is open gets that one.

    Raises:
        Invalid: a value is missing or cannot be right (`details["field"]`).
        NotAllowed: the actor may not write. NotFound: ward or household lie outside the actor's sight.
    """
    access.require(actor, May.KEEP_PRIVACY)
    ward = access.commune_of(session, access.unit_for(session, actor=actor, unit_id=ward_id))
    asked_on = form.asked_on or clock.today()
    _check(form, asked_on)
    if form.household_id is not None:
        home, _unit = only(session, one(actor, form.household_id).with_for_update())
        if same := _same(session, form, home.id):
            return same
    made = _written(session, ward, form, asked_on, by_id=actor.id)
    _note(session, actor, "taken_in", made, kind=form.kind.value, due_on=made.due_on.isoformat())
    return made


def ask(session: Session, *, ward: Unit, form: RequestForm) -> SubjectRequest:
    """Somebody asks on the ward's public page: whose record is meant, and who asks, the desk finds out. Sent twice it is one.

    Raises:
        Invalid: a value is missing or too long (`details["field"]`).
    """
    today = clock.today()
    plain = RequestForm(form.kind, form.asked_by, form.contact, form.words, ConsentWay.PAGE)
    if not clean(plain.contact):
        raise Invalid(N_("Xin ghi phường trả lời ông/bà ở đâu."), field="contact")
    _check(plain, today)
    same = select(SubjectRequest).where(
        SubjectRequest.unit_id == ward.id, SubjectRequest.kind == plain.kind, SubjectRequest.way == ConsentWay.PAGE,
        SubjectRequest.asked_by == clean(plain.asked_by), SubjectRequest.contact == clean(plain.contact),
        col(SubjectRequest.status).in_(OPEN),
    )  # fmt: skip
    if there := session.exec(same).first():
        return there
    made = _written(session, ward, plain, today, by_id=None)
    _note(session, STRANGER, "asked", made, kind=plain.kind.value, way=plain.way.value, due_on=made.due_on.isoformat())
    return made


def _written(session: Session, ward: Unit, form: RequestForm, asked_on: date, *, by_id: UUID | None) -> SubjectRequest:
    made = SubjectRequest(
        unit_id=ward.id, household_id=form.household_id, kind=form.kind, asked_by=clean(form.asked_by),
        contact=clean(form.contact), words=clean_lines(form.words), way=form.way, asked_on=asked_on, identity=form.identity,
        identity_note=clean(form.identity_note), has_processor=form.has_processor,
        answer_by=subject_days.answer_by(asked_on, hours=inquiry_rules.of(session, ward_id=ward.id).hours),
        due_on=subject_days.due_on(asked_on, form.kind, has_processor=form.has_processor), handled_by_id=by_id,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def listing(session: Session, *, actor: Actor, is_open: bool = True) -> list[RequestRow]:
    """Requests in sight: the open ones with the nearest day first, or those closed, the latest first.

    Raises:
        NotAllowed: the actor may not write.
    """
    access.require(actor, May.KEEP_PRIVACY)
    state = col(SubjectRequest.status).in_(OPEN)
    order = (col(SubjectRequest.due_on), col(SubjectRequest.created_at)) if is_open else (col(SubjectRequest.closed_at).desc(),)
    found = session.exec(_seen(actor).where(state if is_open else ~state).order_by(*order).limit(300)).all()
    rows = [_row(*row) for row in found]
    return sorted(rows, key=lambda row: row.days_left or 0) if is_open else rows


def get(session: Session, *, actor: Actor, request_id: UUID) -> RequestRow:
    """One request.

    Raises:
        NotAllowed: the actor may not write. NotFound: it lies outside the actor's sight.
    """
    access.require(actor, May.KEEP_PRIVACY)
    found = session.exec(_seen(actor).where(SubjectRequest.id == request_id)).first()
    if found is None:
        raise NotFound(N_("Không tìm thấy yêu cầu này."))
    return _row(*found)


def waiting(session: Session, *, actor: Actor) -> Waiting:
    """How many are open and late in sight, and the next day; for the first screen. One query."""
    next_day = case((col(SubjectRequest.status) == RequestStatus.NEW, SubjectRequest.answer_by), else_=SubjectRequest.due_on)
    found = session.execute(
        select(
            func.count(), func.count().filter(next_day < clock.today()), func.min(next_day)
        )
        .select_from(SubjectRequest)
        .where(col(SubjectRequest.status).in_(OPEN), col(SubjectRequest.unit_id).in_(access.visible_units(actor)))
    ).one()  # fmt: skip
    return Waiting(int(found[0]), int(found[1]), found[2])


# ---- its way


def check_identity(
    session: Session, *, actor: Actor, request_id: UUID, identity: IdentityCheck, note: str = "", household_id: UUID | None = None
) -> SubjectRequest:  # fmt: skip
    """How it was made sure who asks, and whose record is meant. No number and no picture of a paper.

    Raises:
        Invalid: it is closed, or the note holds a number of a paper. NotAllowed, NotFound: as `get`.
    """
    request = _open_one(session, actor, request_id)
    if sum(letter.isdigit() for letter in note) >= 9:
        raise Invalid(N_("Không ghi số giấy tờ: chỉ ghi đã xem giấy gì, ai xem."), field="identity_note")
    if household_id is not None:
        request.household_id = only(session, one(actor, household_id))[0].id
    request.identity, request.identity_note = identity, clean(note)[:LINE_MAX]
    return _kept(session, actor, "identity_checked", request, identity=identity.value)


def answer(session: Session, *, actor: Actor, request_id: UUID) -> SubjectRequest:
    """It was answered that the request is taken in. Answered already, nothing changes.

    Raises:
        Invalid: it is closed. NotAllowed, NotFound: as `get`.
    """
    request = _open_one(session, actor, request_id)
    if request.status is RequestStatus.ANSWERED:
        return request
    request.status, request.answered_at = RequestStatus.ANSWERED, clock.now()
    return _kept(session, actor, "answered", request)


def extend(session: Session, *, actor: Actor, request_id: UUID, until: date, reason: str) -> SubjectRequest:
    """Put the day off, once, by fifteen days at most, and say why; the letter tells whoever asked.

    Raises:
        Invalid: it is closed, was put off before, the day is out of bounds, or no reason is given.
        NotAllowed, NotFound: as `get`.
    """
    request = _open_one(session, actor, request_id)
    if request.extended_from is not None:
        raise Invalid(N_("Yêu cầu này đã gia hạn một lần, luật không cho gia hạn nữa."))
    if not request.due_on < until <= subject_days.furthest(request.due_on):
        raise Invalid(
            N_("Chỉ gia hạn được đến {day:%d/%m/%Y}."), day=subject_days.furthest(request.due_on), field="until"
        )  # fmt: skip
    if not clean(reason):
        raise Invalid(N_("Xin ghi lý do."), field="reason")
    request.extended_from, request.due_on, request.extension_reason = request.due_on, until, clean(reason)[:LINE_MAX]
    return _kept(session, actor, "extended", request, until=until.isoformat())


def carry_out(session: Session, *, actor: Actor, request_id: UUID, extras: Sequence[Extra] = STOPPED) -> Erased | list[Consent]:
    """Do what is asked: erase; or turn off what is to be stopped. What a person must do (show, correct) is done on its page.

    Raises:
        Invalid: whose record is meant is not said, or who asks is not checked; or as `subject_erasure.erase`.
        NotAllowed: the actor does not decide. NotFound: as `get`.
    """
    access.require(actor, May.DECIDE_PRIVACY)
    request = _open_one(session, actor, request_id)
    _require_known(request)
    home = session.get_one(Household, request.household_id)
    if request.kind is RequestKind.ERASE:
        subject = subject_scope.of_household(session, actor=actor, household_id=home.id)
        return subject_erasure.erase(session, actor=actor, subject=subject, request_id=request.id)
    if request.kind not in (RequestKind.RESTRICT, RequestKind.OBJECT, RequestKind.WITHDRAW):
        raise Invalid(N_("Việc này làm ở hồ sơ hộ hoặc bằng nút tải tệp."))
    said = Said(is_given=False, way=request.way, said_by=request.asked_by, evidence=f"{request.kind.value} {request.asked_on}")
    done = [consents.write_down(session, actor=actor, household_id=home.id, extra=extra, said=said) for extra in extras]
    _kept(session, actor, "carried_out", request, extras=[extra.value for extra in extras])
    return done


def close(session: Session, *, actor: Actor, request_id: UUID, is_done: bool, outcome: str) -> SubjectRequest:
    """The end of it: done, or refused with a reason. Closed by somebody meanwhile, nothing changes.

    Raises:
        Invalid: no outcome is told, who asked was not checked, or nothing was erased yet. NotAllowed, NotFound: as `get`.
    """
    request = _open_one(session, actor, request_id)
    if not clean(outcome):
        raise Invalid(N_("Xin ghi kết quả, hoặc lý do từ chối."), field="outcome")
    if is_done and request.kind in NEED_IDENTITY:
        _require_known(request)
    if is_done and request.kind is RequestKind.ERASE and not _is_erased(session, request):
        raise Invalid(N_("Chưa xóa. Bấm Xóa dữ liệu trước, rồi mới ghi là đã thực hiện."))
    request.status = RequestStatus.DONE if is_done else RequestStatus.REFUSED
    request.closed_at, request.outcome, request.handled_by_id = clock.now(), clean_lines(outcome)[:WORDS_MAX], actor.id
    return _kept(session, actor, "closed", request, status=request.status.value)


# ---- within


def _check(form: RequestForm, asked_on: date) -> None:
    if not clean(form.asked_by):
        raise Invalid(N_("Xin ghi tên người yêu cầu."), field="asked_by")
    if any(len(line) > LINE_MAX for line in (form.asked_by, form.contact, form.identity_note)) or len(form.words) > WORDS_MAX:
        raise Invalid(N_("Xin viết ngắn hơn {most} chữ."), most=LINE_MAX, field="words")
    if asked_on > clock.today():
        raise Invalid(N_("Ngày này không được sau hôm nay."), field="asked_on")
    if sum(letter.isdigit() for letter in form.identity_note) >= 9:
        raise Invalid(N_("Không ghi số giấy tờ: chỉ ghi đã xem giấy gì, ai xem."), field="identity_note")


def _same(session: Session, form: RequestForm, household_id: UUID) -> SubjectRequest | None:
    wanted = select(SubjectRequest).where(
        SubjectRequest.household_id == household_id, SubjectRequest.kind == form.kind, col(SubjectRequest.status).in_(OPEN)
    )  # fmt: skip
    return session.exec(wanted).first()


def _seen(actor: Actor):  # type: ignore[no-untyped-def]
    return (
        select(SubjectRequest, Household.code, User.display_name)
        .join(Unit, col(Unit.id) == SubjectRequest.unit_id)
        .outerjoin(Household, col(Household.id) == col(SubjectRequest.household_id))
        .outerjoin(User, col(User.id) == col(SubjectRequest.handled_by_id))
        .where(access.path_range(actor.unit_path))
    )


def _row(request: SubjectRequest, code: str | None, handler: str | None) -> RequestRow:
    needs_answer = request.status is RequestStatus.NEW
    day = request.answer_by if needs_answer else request.due_on
    left = (day - clock.today()).days if request.status in OPEN else None
    return RequestRow(request, code or "", handler or "", left, needs_answer)


def _open_one(session: Session, actor: Actor, request_id: UUID) -> SubjectRequest:
    get(session, actor=actor, request_id=request_id)
    request = session.get_one(SubjectRequest, request_id, with_for_update=True, populate_existing=True)
    if request.status not in OPEN:
        raise Invalid(N_("Yêu cầu này đã xong ngày {day:%d/%m/%Y}."), day=clock.local(request.closed_at or clock.now()).date())
    return request


def _require_known(request: SubjectRequest) -> None:
    if request.household_id is None:
        raise Invalid(N_("Xin chọn hộ mà yêu cầu này nói tới."), field="household_id")
    if request.identity is IdentityCheck.NONE:
        raise Invalid(N_("Chưa ghi đã xác minh người yêu cầu thế nào."), field="identity")


def _is_erased(session: Session, request: SubjectRequest) -> bool:
    return session.exec(select(Erasure.id).where(Erasure.household_id == request.household_id)).first() is not None


def _kept(session: Session, actor: Actor, act: str, request: SubjectRequest, **details: object) -> SubjectRequest:
    request.version += 1
    session.add(request)
    session.flush()
    _note(session, actor, act, request, **details)
    return request


def _note(session: Session, actor: Actor, act: str, request: SubjectRequest, **details: object) -> None:
    audit.record(
        session, actor=actor, action=f"subject_request.{act}", subject_kind="subject_request", subject_id=request.id, **details
    )  # fmt: skip
