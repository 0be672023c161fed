"""Making cards on screen: for whole residential units, confirmed by their number, the earlier ones closed only on wish."""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlmodel import Session, select
from streamlit.testing.v1 import AppTest

from adapters.codes import QrCodes
from core.errors import Invalid
from models import Household, HouseholdToken, PhoneTie, Role, Unit, User
from services import household_cards, ports
from services.access import actor_of
from services.ports import Card, Ports
from tests.factories import make_household, make_unit, make_user
from tests.fakes import FakeEngine, Nothing
from tests.pages.conftest import Visit, words


class FakePaper:
    """A printer that remembers what it was asked for, or has no paper."""

    def __init__(self) -> None:
        self.asked: list[tuple[list[str], str]] = []
        self.refuses = False

    def household_cards(self, cards: Sequence[Card], *, unit_name: str, ward_name: str, ward_phone: str) -> tuple[bytes, int]:
        if self.refuses:
            raise Invalid("Có ký tự không in được: {labels}.", labels=cards[0].head_name)
        self.asked.append(([card.head_name for card in cards], unit_name))
        return b"%PDF-", 1

    def joined(self, files: Sequence[bytes]) -> bytes:
        return b"".join(files)


@pytest.fixture
def paper(promises: FakeEngine) -> FakePaper:
    nothing: Any = Nothing()
    made: Any = FakePaper()
    ports.provide(Ports(sheets=nothing, paper=made, codes=QrCodes(), engine=promises, tables=nothing))
    return made  # type: ignore[no-any-return]


@pytest.fixture
def unit(session: Session, ward: Unit) -> Unit:
    unit = make_unit(session, parent=ward, short_name="Tổ 13, Sông Cầu")
    make_household(session, unit=unit, head_name="Bế Thị Nghệ", address="Số 10")
    make_household(session, unit=unit, head_name="Ma Văn Hùng", address="Số 2")
    return unit


@pytest.fixture
def clerk(session: Session, ward: Unit) -> User:
    return make_user(session, unit=ward, role=Role.STAFF)


def made(at: AppTest, unit: Unit, *, older: bool = False) -> AppTest:
    """Choose a unit, type the number, press."""
    at.multiselect(key="cards_units").set_value([unit.id]).run()
    if older:
        at.radio(key="cards_older").set_value(True).run()
    count = next(field for field in at.text_input if field.key and field.key.startswith("cards_count_"))
    count.set_value((count.key or "").removeprefix("cards_count_")).run()
    if at.checkbox:
        at.checkbox(key="cards_meant").check().run()
    return at.button(key="cards_make").click().run()


def cards_of(session: Session) -> list[tuple[str, bool]]:
    """Whose, and whether it is good; in the order they were made."""
    session.expire_all()
    rows = session.exec(
        select(Household.head_name, HouseholdToken.revoked_at)
        .join(HouseholdToken, HouseholdToken.household_id == Household.id)  # type: ignore[arg-type]
        .order_by(HouseholdToken.id)  # type: ignore[arg-type]
    ).all()
    session.commit()
    return [(name, revoked_at is None) for name, revoked_at in rows]


def test_a_choice_of_units_shows_their_names_as_they_are_written(
    session: Session, visit: Visit, paper: FakePaper, unit: Unit, clerk: User
) -> None:
    """A box of choices reads no Markdown: what is escaped for it shows its strokes."""
    unit.short_name = "Tổ 13 (khu_A) *mới*"
    session.commit()

    assert visit("household_cards", user=clerk).multiselect(key="cards_units").options == ["Tổ 13 (khu_A) *mới*"]


def test_cards_are_made_by_address_after_the_number_was_typed(
    session: Session, visit: Visit, paper: FakePaper, unit: Unit, clerk: User
) -> None:
    at = made(visit("household_cards", user=clerk), unit)

    assert [error.value for error in at.error] == []
    assert paper.asked == [(["Ma Văn Hùng", "Bế Thị Nghệ"], "Tổ 13, Sông Cầu")]
    assert "Đã làm 2 thẻ" in words(at)
    assert [button.proto.label for button in at.get("download_button")] == ["Tải tờ in (1 trang)"]
    assert sorted(cards_of(session)) == [("Bế Thị Nghệ", True), ("Ma Văn Hùng", True)]


def test_a_wrong_number_makes_nothing(session: Session, visit: Visit, paper: FakePaper, unit: Unit, clerk: User) -> None:
    at = visit("household_cards", user=clerk)
    at.multiselect(key="cards_units").set_value([unit.id]).run()

    at.text_input(key="cards_count_2").set_value("3").run()

    assert "cards_make" not in {button.key for button in at.button}
    assert cards_of(session) == []


@pytest.mark.parametrize(("older", "good"), [(False, [True, True, True, True]), (True, [False, False, True, True])])
def test_earlier_cards_stay_good_or_are_closed_as_was_chosen(
    session: Session, visit: Visit, paper: FakePaper, unit: Unit, clerk: User, older: bool, good: list[bool]
) -> None:
    made(visit("household_cards", user=clerk), unit)

    at = made(visit("household_cards", user=clerk), unit, older=older)

    assert [is_good for _, is_good in cards_of(session)] == good
    assert ("Đã thu hồi 2 thẻ cũ" in words(at)) is older


def test_when_the_paper_cannot_be_made_the_earlier_cards_stay_good(
    session: Session, visit: Visit, paper: FakePaper, unit: Unit, clerk: User
) -> None:
    made(visit("household_cards", user=clerk), unit)
    paper.refuses = True

    at = made(visit("household_cards", user=clerk), unit, older=True)

    assert [error.value for error in at.error] == ["Có ký tự không in được: Ma Văn Hùng."]
    assert [is_good for _, is_good in cards_of(session)] == [True, True, False, False]


@pytest.mark.parametrize("role", [Role.LEAD, Role.VIEWER])
def test_who_may_not_write_makes_no_cards(session: Session, visit: Visit, paper: FakePaper, ward: Unit, role: Role) -> None:
    """S46."""
    at = visit("household_cards", user=make_user(session, unit=ward, role=role))

    assert [error.value for error in at.error] == ["Tài khoản của ông/bà không có quyền xem trang này."]


def test_a_ward_without_units_is_told_where_to_begin(visit: Visit, paper: FakePaper, clerk: User) -> None:
    assert "Chưa có tổ, thôn nào" in words(visit("household_cards", user=clerk))


def test_a_lost_card_is_revoked_on_the_page_of_its_household(
    session: Session, visit: Visit, paper: FakePaper, unit: Unit, clerk: User
) -> None:
    home = session.exec(select(Household).where(Household.head_name == "Bế Thị Nghệ")).one()
    household_cards.issue(session, actor=actor_of(session, clerk), household_ids=[home.id])
    session.add(PhoneTie(household_id=home.id, visitor="x" * 32, consent=household_cards.CONSENT))
    session.commit()
    at = visit("household", user=clerk, id=str(home.id))

    at.checkbox(key="h_cards_untie").check().run()
    at.button(key="h_cards_revoke").click().run()

    assert cards_of(session) == [("Bế Thị Nghệ", False)]
    assert session.exec(select(PhoneTie)).one().untied_at is not None
