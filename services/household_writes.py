"""What every write of a household shares: refused on what one has not seen, told to the audit, a version up."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from core import clock
from core.errors import Invalid, NotFound
from core.i18n import N_, translate
from models import AuditEvent, Household, HouseholdPast, PastCause, Unit, UnitKind
from services import audit
from services.access import Actor
from services.household_search import in_sight
from services.household_values import HouseholdValues, fill

ACTS = {  # what was done to a household, in words
    "household.added": N_("thêm hộ"),
    "household.changed": N_("sửa hộ"),
    "household.changed_from": N_("đổi thông tin từ một ngày"),
    "household.moved": N_("chuyển hộ sang tổ khác"),
    "household.split": N_("tách hộ"),
    "household.split_off": N_("lập hộ tách ra"),
    "household.merged": N_("nhập hộ vào hộ khác"),
    "household.merged_from": N_("nhận một hộ nhập vào"),
    "household.united": N_("ghép với một bản ghi trùng"),
    "household.was_duplicate": N_("là bản ghi trùng, ghép vào hộ khác"),
    "household.undone": N_("quay lại việc sau cùng"),
    "household.ended": N_("ghi hộ chuyển đi"),
    "household.reopened": N_("ghi hộ vẫn ở đây"),
    "household.joined": N_("ghi hộ vào nhóm"),
    "household.left": N_("ghi hộ ra khỏi nhóm"),
}
_FIELDS = {
    "head_name": N_("chủ hộ"), "address": N_("địa chỉ"), "phone": N_("điện thoại"), "people": N_("số người"),
    "smartphones": N_("điện thoại thông minh"), "needs": N_("hoàn cảnh cần lưu ý"), "code": N_("mã hộ"),
    "arrived_on": N_("ngày đến"),
}  # fmt: skip
_ELSEWHERE = N_("thay đổi do nhập danh sách hoặc sắp xếp lại tổ, thôn")


def one(actor: Actor, household_id: UUID) -> Select[Household, Unit]:
    """A household with its unit, where the actor sees it."""
    query = select(Household, Unit).join(Unit, col(Unit.id) == col(Household.unit_id))
    return query.where(Household.id == household_id, in_sight(actor))


def only(session: Session, query: Select[Household, Unit]) -> tuple[Household, Unit]:
    """What a query finds.

    Raises:
        NotFound: nothing.
    """
    found = session.exec(query).first()
    if found is None:
        raise NotFound(N_("Không tìm thấy hộ này."))
    return found


def locked(session: Session, *, actor: Actor, household_id: UUID, version: int | None = None) -> tuple[Household, Unit]:
    """For a write: two of them at once wait for each other (PostgreSQL; SQLite has one writer).

    Raises:
        Invalid: it is no longer the version that the writer has seen: who changed what meanwhile.
        NotAllowed: the actor sees figures only.
        NotFound: it does not exist, or lies outside the actor's sight.
    """
    query = one(actor, household_id).with_for_update(of=Household).execution_options(populate_existing=True)
    household, unit = only(session, query)
    if version is not None and version != household.version:
        raise Invalid(
            N_("Trong lúc ông/bà xem, hộ này đã có thay đổi khác: {changes}. Chưa ghi gì. Xin xem lại rồi hãy ghi."),
            changes=_since(session, actor, household, version), field="version",
        )  # fmt: skip
    return household, unit


def note(session: Session, *, actor: Actor, action: str, household: Household, **details: object) -> AuditEvent:
    """Tell the audit, and raise the version of what was there before: an import that made it cannot be taken back any more."""
    if action not in ("household.added", "household.split_off"):
        household.version += 1
        session.add(household)
    return audit.record(
        session, actor=actor, action=action, subject_kind="household", subject_id=household.id, version=household.version,
        **details,
    )  # fmt: skip


def units_since(session: Session, household: Household, day: date) -> set[UUID]:
    """Where the household lives or lived on `day` and later: counted anew when its groups of that day change."""
    past = select(HouseholdPast.unit_id).where(HouseholdPast.household_id == household.id, HouseholdPast.ended_on > day)
    return {household.unit_id, *session.exec(past)}


def pasts(session: Session, household_id: UUID) -> list[HouseholdPast]:
    """How a household was before, in order."""
    query = select(HouseholdPast).where(HouseholdPast.household_id == household_id)
    return list(session.exec(query.order_by(col(HouseholdPast.started_on))))


def keep_past(session: Session, household: Household, until: date, cause: PastCause) -> HouseholdPast:
    """Keep how a household was until a day."""
    past = HouseholdPast(
        household_id=household.id, unit_id=household.unit_id, code=household.code, head_name=household.head_name,
        address=household.address, people=household.people, smartphones=household.smartphones,
        started_on=household.arrived_on, ended_on=until, cause=cause,
    )  # fmt: skip
    session.add(past)
    session.flush()
    return past


def events_of(session: Session, household_id: UUID) -> list[AuditEvent]:
    """The writes of a household, in order; looks at it are left out."""
    query = select(AuditEvent).where(AuditEvent.subject_kind == "household", AuditEvent.subject_id == str(household_id))
    return [event for event in session.exec(query.order_by(col(AuditEvent.sequence))) if "version" in event.details]


def require_home(unit: Unit, on: date) -> None:
    """Refuse a unit that is no residential one standing on a day and today."""
    if unit.kind is not UnitKind.RESIDENTIAL or not (unit.valid_on(on) and unit.valid_on(clock.today())):
        raise Invalid(N_("{unit} không phải tổ, thôn đang hoạt động vào ngày ấy."), unit=unit.label, field="unit_id")


def fill_in(session: Session, household: Household, unit: Unit, values: HouseholdValues) -> None:
    """Put checked values into a household; the checks ask for other households while this one is half filled."""
    with session.no_autoflush:
        fill(session, household, unit=unit, values=values)
    session.add(household)


def _since(session: Session, actor: Actor, household: Household, version: int) -> str:
    events = [event for event in events_of(session, household.id) if event.details["version"] > version]
    told = [f"{event.actor_name} {_words(event, actor.language)}" for event in events]
    return "; ".join(dict.fromkeys(told)) or translate(_ELSEWHERE, language=actor.language)


def _words(event: AuditEvent, language: str) -> str:
    act = translate(ACTS.get(event.action, event.action), language=language)
    fields: Sequence[str] = event.details.get("fields", [])
    named = ", ".join(translate(_FIELDS[name], language=language) for name in fields if name in _FIELDS)
    return f"{act} ({named})" if named else act
