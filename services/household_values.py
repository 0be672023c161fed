"""What a form says of a household: checked, then put into the record whole or not at all."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, select

from core import clock, phones
from core.errors import Invalid
from core.fulltext import terms
from core.i18n import N_
from models import Household, Need, Unit
from services.import_values import PEOPLE_MAX, address_of, code_key, code_of, name_of


@dataclass(frozen=True)
class HouseholdValues:
    """What a form says of a household, as typed."""

    head_name: str
    code: str = ""  # "": the next free number of the unit
    address: str = ""
    phone: str = ""
    people: int = 1
    smartphones: int = 0
    needs: tuple[Need, ...] = ()
    arrived_on: date | None = None  # None: today for a new household, else as it was


def search_text(head_name: str, address: str, code: str, *numbers: str | None) -> str:
    """`Household.search`: what a search looks through, as terms.

    Each phone (E.164) stands there as it is dialled here, and backwards, so that its last digits are the beginning of a word.
    """
    dialled = ["0" + number.removeprefix("+84") for number in numbers if number]
    return " ".join([terms(f"{head_name} {address} {code}"), *dialled, *(number[::-1] for number in dialled)])


def values_of(household: Household) -> HouseholdValues:
    """What the form shows of a household."""
    return HouseholdValues(
        household.head_name, household.code, household.address, phones.show(household.phone), household.people,
        household.smartphones, tuple(Need(need) for need in household.needs), household.arrived_on,
    )  # fmt: skip


def fill(session: Session, household: Household, *, unit: Unit, values: HouseholdValues) -> None:
    """Put checked values into a household of a unit.

    Raises:
        Invalid: a value cannot be right; `details["field"]` names it.
    """
    name = _checked("head_name", name_of, values.head_name)
    if not name:
        raise Invalid(N_("Xin ghi họ tên chủ hộ."), field="head_name")
    address = _checked("address", address_of, values.address)
    code = _checked("code", code_of, values.code) or household.code or _next_code(session, unit)
    if code != household.code:
        require_free(session, household, unit, code)
    phone = phones.read(values.phone)
    if not 0 <= values.people <= PEOPLE_MAX:
        raise Invalid(N_("Số nhân khẩu phải từ 0 đến {most}."), most=PEOPLE_MAX, field="people")
    if not 0 <= values.smartphones <= values.people:
        raise Invalid(N_("Số người có điện thoại thông minh phải từ 0 đến số nhân khẩu."), field="smartphones")
    arrived_on = values.arrived_on or household.arrived_on
    not_later(arrived_on, N_("Ngày đến không được sau hôm nay."), "arrived_on")
    if household.left_on is not None and arrived_on > household.left_on:
        raise Invalid(N_("Ngày đến sau ngày hộ chuyển đi ({day:%d/%m/%Y})."), day=household.left_on, field="arrived_on")
    household.head_name, household.address, household.code, household.phone = name, address, code, phone
    household.people, household.smartphones, household.arrived_on = values.people, values.smartphones, arrived_on
    household.needs = _in_order(values.needs)
    household.search = search_text(name, address, code, phone, *household.other_phones)


def _checked(field: str, check: Callable[[str], str], text: str) -> str:
    try:
        return check(text)
    except Invalid as refusal:
        raise Invalid(refusal.message, **refusal.details, field=field) from refusal


def _in_order(needs: Iterable[Need]) -> list[str]:
    return [need.value for need in Need if need in set(needs)]


def require_free(session: Session, household: Household, unit: Unit, code: str) -> None:
    """Refuse a code that another household of the unit has."""
    others = select(Household.code, Household.head_name).where(Household.unit_id == unit.id, Household.id != household.id)
    for taken, name in session.exec(others):
        if code_key(taken) == code_key(code):
            raise Invalid(N_("Mã hộ {code} ở {unit} đã là của hộ {name}."), code=taken, unit=unit.label, name=name, field="code")


def _next_code(session: Session, unit: Unit) -> str:
    taken = {code_key(code) for code in session.exec(select(Household.code).where(Household.unit_id == unit.id))}
    return next(f"{number:03d}" for number in range(len(taken) + 1, 2 * len(taken) + 2) if str(number) not in taken)


def not_later(day: date, message: str, field: str) -> None:
    """Refuse a day after today with a message about a field."""
    if day > clock.today():
        raise Invalid(message, field=field)
