"""What is held about somebody: found whole, handed out, erased whole or not at all; an old list brings nobody back."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from core import clock
from core.errors import Invalid, NotAllowed, NotFound
from models import AuditEvent, Erasure, Household, Inquiry, InquiryMessage, ListedPerson, Membership, Role, Unit, Voice
from services import (
    figures,
    household_history,
    households,
    imports,
    legal_holds,
    retention_rules,
    rollups,
    subject_erasure,
    subject_files,
    subject_papers,
    subject_scope,
)
from services.access import TERMINAL, Actor
from services.household_values import HouseholdValues
from services.ports import Sheet
from tests.app_keys import under
from tests.factories import make_actor, make_household, make_unit
from tests.services.subject_life import NAME, PHONE, STREET, TYPED, leaks, settle

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def ward(session: Session) -> Unit:
    return make_unit(session, code="01843")


@pytest.fixture
def unit(session: Session, ward: Unit) -> Unit:
    return make_unit(session, parent=ward, code="01843-SC13", name="Tổ dân phố 13", short_name="Tổ 13")


@pytest.fixture
def official(session: Session, ward: Unit) -> Actor:
    return make_actor(session, unit=ward, role=Role.OFFICIAL)


@pytest.fixture
def home(session: Session, unit: Unit, ward: Unit) -> Household:
    return settle(session, unit=unit, ward=ward)


def test_the_file_holds_a_trace_of_every_room_and_nothing_of_officials_talk(
    session: Session, home: Household, official: Actor, ward: Unit
) -> None:
    thread = session.exec(select(Inquiry)).one()
    session.add(InquiryMessage(inquiry_id=thread.id, voice=Voice.NOTE, text="cán bộ bàn riêng", at=clock.now()))
    make_household(session, unit=session.get_one(Unit, home.unit_id), head_name="Người Khác", phone="+84987000111")

    file = subject_files.take(session, actor=official, subject=subject_scope.of_phone(session, actor=official, phone=TYPED))

    text = subject_papers.as_json(file).decode()
    assert set(file.parts) >= {
        "households", "earlier", "groups", "refusals", "phones_tied", "attendance", "doors", "sent", "inquiries", "join_requests",
        "home_visits", "closed_lists", "proposals",
    }  # fmt: skip
    assert json.loads(text)["data"]["households"][0]["head_name"] == NAME
    assert "Người Khác" not in text
    assert "bàn riêng" not in text
    assert NAME in str(subject_papers.on_paper(file, ward=ward.name).tables)
    taken = session.exec(select(AuditEvent).where(AuditEvent.action == "subject.exported")).one()
    assert (taken.subject_id, NAME in str(taken.details)) == (str(home.id), False)


def test_erased_nothing_personal_is_left_in_any_table_and_no_figure_changes(
    session: Session, home: Household, official: Actor, unit: Unit
) -> None:
    rollups.refresh(session, unit_ids=[unit.id])
    days = [clock.today(), clock.today() - timedelta(days=30)]
    before = [figures.coverage(session, actor=official, on=day).total for day in days]
    assert len(leaks(session)) > 12

    done = subject_erasure.erase(session, actor=official, subject=subject_scope.of_phone(session, actor=official, phone=TYPED))
    session.commit()

    assert leaks(session) == []
    assert (done.households, done.erased == sum(done.rows.values()), len(done.kept) > 3) == (1, True, True)
    assert [figures.coverage(session, actor=official, on=day).total for day in days] == before
    rollups.refresh(session, unit_ids=[unit.id])
    assert [figures.coverage(session, actor=official, on=day).total for day in days] == before
    assert len(session.exec(select(Membership)).all()) == 1
    told = session.exec(select(AuditEvent).where(AuditEvent.action == "subject.erased")).one()
    assert told.details["rows"] == done.erased


def test_asked_again_the_day_is_told_and_nothing_happens(session: Session, home: Household, official: Actor) -> None:
    subject_erasure.erase(session, actor=official, subject=_of(session, official, home))
    rows = len(session.exec(select(AuditEvent)).all())

    again = subject_erasure.erase(session, actor=official, subject=_of(session, official, home))

    assert (again.erased, again.already_on, len(session.exec(select(AuditEvent)).all())) == (0, "2026-11-24", rows)
    with pytest.raises(NotFound):
        subject_scope.of_phone(session, actor=official, phone=TYPED)


def test_a_try_says_how_much_and_changes_nothing(session: Session, home: Household, official: Actor) -> None:
    before = len(leaks(session))

    rows = subject_erasure.would_erase(session, actor=official, subject=_of(session, official, home))

    assert rows["household"] == rows["inquiry"] == rows["delivery"] == 1
    assert len(leaks(session)) == before
    assert session.exec(select(Erasure)).all() == []


def test_a_household_merged_since_is_erased_with_the_one_it_went_into(
    session: Session, home: Household, official: Actor, unit: Unit
) -> None:
    other = make_household(session, unit=unit, head_name="Lường Văn Quỳnh", phone="+84987654000", people=2)
    household_history.merge(session, actor=official, household_id=home.id, into_id=other.id, on=clock.today())
    session.commit()

    done = subject_erasure.erase(session, actor=official, subject=_of(session, official, home))

    assert done.households == 2
    assert leaks(session) == []


def test_a_number_of_two_households_is_asked_about_and_of_one_of_them_erased_by_its_code(
    session: Session, home: Household, official: Actor, unit: Unit
) -> None:
    second = make_household(session, unit=unit, head_name="Ma Thị Xuân", phone=PHONE, code="044")

    with pytest.raises(Invalid, match=r"2 hộ.*012.*044|2 hộ.*044.*012"):
        subject_erasure.erase(session, actor=official, subject=subject_scope.of_phone(session, actor=official, phone=TYPED))
    subject_erasure.erase(session, actor=official, subject=subject_scope.of_code(session, actor=official, code="01843-SC13/44"))

    session.expire_all()
    assert session.get_one(Household, second.id).head_name == subject_erasure.NAME
    assert session.get_one(Household, home.id).phone == PHONE
    assert session.exec(select(ListedPerson.guardian)).one() == NAME  # the number is still the other's


def test_a_second_number_goes_from_a_household_that_stays(session: Session, official: Actor, unit: Unit) -> None:
    other = make_household(session, unit=unit, other_phones=[PHONE], search=f"hoang van 0{PHONE[3:]} {PHONE[::-1]}")

    done = subject_erasure.erase(session, actor=official, subject=subject_scope.of_phone(session, actor=official, phone=TYPED))

    assert (done.households, done.rows) == (0, {"other_phone": 1})
    session.expire_all()
    assert (other.other_phones, other.search) == ([], "hoang van")


def test_what_must_be_kept_by_law_is_not_erased(session: Session, home: Household, official: Actor) -> None:
    subject = _of(session, official, home)
    legal_holds.begin(session, actor=official, household_id=home.id, document="Công văn 12/CV-CA ngày 20/11/2026")
    session.commit()
    before = len(leaks(session))

    with pytest.raises(Invalid, match="12/CV-CA"):
        subject_erasure.erase(session, actor=official, subject=subject)
    session.rollback()

    assert len(leaks(session)) == before
    legal_holds.end(session, actor=official, household_id=home.id)
    retention_rules.change(session, actor=TERMINAL, kind="inquiries", days=365, held_because="Kết luận thanh tra 5/KL")
    with pytest.raises(Invalid, match="5/KL"):
        subject_erasure.erase(session, actor=official, subject=subject)


@pytest.mark.parametrize("has_new_key", [False, True])
def test_an_old_list_does_not_bring_the_household_back_but_its_own_wish_does(
    session: Session, home: Household, official: Actor, unit: Unit, ward: Unit, monkeypatch: pytest.MonkeyPatch, has_new_key: bool
) -> None:  # fmt: skip
    subject_erasure.erase(session, actor=official, subject=_of(session, official, home))
    if has_new_key:
        under(monkeypatch, "another", "a key for tests only")
    sheet: Any = Sheet(
        "S",
        [
            ["Mã hộ", "Họ tên chủ hộ", "Tổ", "Địa chỉ", "Điện thoại"],
            ["012", NAME.upper(), "Tổ 13", STREET, TYPED],
            ["015", "Hà Văn Mới", "Tổ 13", STREET, TYPED],  # another family with the same number
        ],
    )

    result = imports.run(session, actor=official, unit_id=ward.id, sheet=sheet)

    assert (result.created, [one.row for one in result.rejected]) == (1, [2])
    assert "24/11/2026" in result.rejected[0].reason("vi")
    values = HouseholdValues(head_name=NAME, phone=TYPED, address=STREET)
    households.add(session, actor=official, unit_id=unit.id, values=values)
    assert imports.run(session, actor=official, unit_id=ward.id, sheet=sheet).rejected == []


@pytest.mark.parametrize("role", [Role.STAFF, Role.LEAD, Role.VIEWER])
def test_who_does_not_decide_erases_nothing(session: Session, home: Household, unit: Unit, role: Role) -> None:
    actor = make_actor(session, unit=unit, role=role)

    with pytest.raises(NotAllowed):
        subject_erasure.erase(session, actor=actor, subject=_of(session, TERMINAL, home))


def test_another_wards_people_find_nothing(session: Session, home: Household) -> None:
    stranger = make_actor(session, unit=make_unit(session), role=Role.OFFICIAL)

    with pytest.raises(NotFound):
        subject_scope.of_code(session, actor=stranger, code=str(home.id))
    with pytest.raises(NotFound):
        subject_scope.of_code(session, actor=stranger, code="012")


def _of(session: Session, actor: Actor, home: Household) -> subject_scope.Subject:
    return subject_scope.of_household(session, actor=actor, household_id=home.id)
