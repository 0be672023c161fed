"""Two households that may be one, on screen: side by side, answered, taken back, looked for."""

import pytest
from sqlmodel import Session, select
from streamlit.testing.v1 import AppTest

from core import clock
from core.db import reading, transaction
from models import Household, Likeness, Role, Unit, User
from services import households
from services.access import actor_of
from services.household_values import HouseholdValues
from tests.factories import make_household, make_unit, make_user
from tests.pages.conftest import Visit, words


@pytest.fixture
def place(session: Session, ward: Unit) -> Unit:
    return make_unit(session, parent=ward, name="Tổ dân phố 13", short_name="Tổ 13")


@pytest.fixture
def staff(session: Session, ward: Unit) -> User:
    return make_user(session, unit=ward, role=Role.STAFF)


@pytest.fixture
def pair(session: Session, place: Unit) -> Likeness:
    old = make_household(session, unit=place, code="H01", head_name="Hoàng Văn An", address="Số 5", phone="+84912345678")
    new = make_household(session, unit=place, code="H77", head_name="Hoàng Văn Ân", address="Số 5", arrived_on=clock.today())
    pair = Likeness(household_id=new.id, other_id=old.id, score=98)
    session.add(pair)
    session.commit()
    return pair


def press(at: AppTest, key: str) -> AppTest:
    return at.button(key=key).click().run()


def living(session: Session) -> list[str]:
    session.rollback()
    with reading() as looking:
        return sorted(looking.exec(select(Household.head_name).where(Household.left_on == None)))  # noqa: E711


def test_with_nothing_to_ask_the_page_says_where_pairs_come_from(visit: Visit, staff: User, place: Unit) -> None:
    at = visit("alike", user=staff)

    assert not at.exception
    assert "Không có cặp hộ nào chờ trả lời" in words(at)
    assert at.button(key="al_find")


@pytest.mark.usefixtures("pair")
def test_both_stand_beside_each_other_with_what_differs(visit: Visit, staff: User) -> None:
    at = visit("alike", user=staff)

    page = words(at)
    assert not at.exception
    assert "còn 1 cặp hộ chờ trả lời" in page
    assert "tên và địa chỉ giống 98 / 100" in page
    assert "<b>Hoàng Văn An</b></td>" in page
    assert "<b>Hoàng Văn Ân</b></td>" in page
    assert '<td class="">Số 5</td><td class="">Số 5</td>' in page  # the same: not marked
    assert "0912 345 678" not in page
    assert [one.label for one in at.button][:4] == [
        "Là một hộ, giữ bên trái", "Là một hộ, giữ bên phải", "Không phải", "Để sau",
    ]  # fmt: skip
    assert [one.proto.shortcut for one in at.button][:4] == ["1", "2", "3", "4"]


@pytest.mark.usefixtures("pair")
@pytest.mark.parametrize(("digit", "name"), [("1", "Hoàng Văn An"), ("2", "Hoàng Văn Ân")])
def test_one_household_is_left_with_the_values_chosen(session: Session, visit: Visit, staff: User, digit: str, name: str) -> None:
    at = press(visit("alike", user=staff), f"al_{digit}")

    assert not at.exception
    assert at.success[0].value == f"Đã ghép thành hộ {name}."
    assert living(session) == [name]
    assert "là một hộ" in words(at)

    press(at, "al_0")

    assert living(session) == ["Hoàng Văn An", "Hoàng Văn Ân"]
    assert "còn 1 cặp hộ chờ trả lời" in words(at)


@pytest.mark.usefixtures("pair")
def test_two_households_are_not_asked_about_again(session: Session, visit: Visit, staff: User) -> None:
    at = press(visit("alike", user=staff), "al_3")

    assert "Đã ghi là hai hộ khác nhau" in at.success[0].value
    assert "Không có cặp hộ nào chờ trả lời" in words(at)
    assert "Không thấy thêm cặp nào" in press(at, "al_find").success[0].value


@pytest.mark.usefixtures("pair")
def test_a_pair_put_off_comes_again_when_asked_for(visit: Visit, staff: User) -> None:
    at = press(visit("alike", user=staff), "al_4")
    assert "Các cặp còn lại đều để sau" in words(at)

    press(at, "al_again")

    assert "Hai hộ này có phải là một?" in words(at)


def test_the_next_pair_follows(session: Session, visit: Visit, staff: User, place: Unit, pair: Likeness) -> None:
    third = make_household(session, unit=place, head_name="Lý Thị Cúc")
    session.add(Likeness(household_id=third.id, other_id=pair.other_id, score=80))
    session.commit()

    at = press(visit("alike", user=staff), "al_3")

    assert "<b>Lý Thị Cúc</b></td>" in words(at)


def test_what_changed_meanwhile_is_told_and_nothing_is_joined(
    session: Session, visit: Visit, staff: User, pair: Likeness
) -> None:
    at = visit("alike", user=staff)
    other_id, actor = pair.other_id, actor_of(session, staff)
    session.rollback()
    with transaction() as own:
        households.change(own, actor=actor, household_id=other_id, values=HouseholdValues("Hoàng Văn Anh", "H01"))

    press(at, "al_1")

    assert "hộ này đã có thay đổi khác" in at.error[0].value
    assert len(living(session)) == 2


def test_a_press_is_about_the_pair_that_was_looked_at(
    session: Session, visit: Visit, staff: User, place: Unit, pair: Likeness
) -> None:
    at = visit("alike", user=staff)
    third = make_household(session, unit=place, head_name="Lý Thị Cúc")
    session.add(Likeness(household_id=third.id, other_id=pair.other_id, score=100, has_same_phone=True))  # now comes first
    session.commit()

    press(at, "al_1")

    assert at.success[0].value == "Đã ghép thành hộ Hoàng Văn An."
    assert living(session) == ["Hoàng Văn An", "Lý Thị Cúc"]


def test_a_pair_that_another_answered_meanwhile_is_not_pressed(
    session: Session, visit: Visit, staff: User, pair: Likeness
) -> None:
    at = visit("alike", user=staff)
    pair.is_same, pair.answered_at = False, clock.now()
    session.add(pair)
    session.commit()

    press(at, "al_1")

    assert not at.exception
    assert len(living(session)) == 2
    assert "Không có cặp hộ nào chờ trả lời" in words(at)


def test_households_of_the_book_are_looked_through_on_demand(session: Session, visit: Visit, staff: User, place: Unit) -> None:
    for name in ("Ma Văn Én", "Ma Văn En"):
        make_household(session, unit=place, head_name=name, address="Số 9")

    at = press(visit("alike", user=staff), "al_find")

    assert at.success[0].value == "Thấy thêm 1 cặp hộ giống nhau."
    assert "<b>Ma Văn Én</b></td>" in words(at)


@pytest.mark.usefixtures("pair")
def test_today_says_how_many_wait(visit: Visit, staff: User) -> None:
    page = words(visit("today", user=staff))

    assert "1 cặp hộ có thể trùng nhau" in page


@pytest.mark.usefixtures("pair")
@pytest.mark.parametrize("role", [Role.LEAD, Role.VIEWER])
def test_leaders_and_viewers_are_not_asked(session: Session, visit: Visit, ward: Unit, role: Role) -> None:
    at = visit("alike", user=make_user(session, unit=ward, role=role))

    assert "không có quyền" in at.error[0].value
