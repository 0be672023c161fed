from datetime import timedelta

import pytest
from sqlmodel import Session, col, select
from time_machine import Traveller

from models import Household, OptOut
from services import household_messages
from tests.factories import make_household, make_unit
from tests.web.day import ZALO_PREVIEW, Outline, make_ward, phone


@pytest.fixture
def home(session: Session, clock: Traveller) -> Household:
    place = make_unit(session, parent=make_ward(session))
    return make_household(session, unit=place, phone="+84912345678", head_name="Nguyễn Văn An")


def open_refusals(session: Session) -> int:
    session.rollback()
    found = len(session.exec(select(OptOut).where(col(OptOut.ended_at).is_(None))).all())
    session.rollback()
    return found


def test_looking_says_nothing_not_even_a_program_that_looks_links_up(session: Session, home: Household) -> None:
    path = household_messages.path_of(home.id)

    answers = [phone(agent).get(path).status_code for agent in ("Mozilla/5.0", ZALO_PREVIEW)]
    answers.append(phone().head(path).status_code)
    phone().get(path, params={"do": "stop"})

    assert answers == [200, 200, 200]
    assert open_refusals(session) == 0


def test_a_press_ends_messages_and_another_has_them_come_again(session: Session, home: Household, clock: Traveller) -> None:
    path, mine = household_messages.path_of(home.id), phone()

    pressed = mine.post(path, data={"do": "stop"})
    after = open_refusals(session)
    [button] = Outline(mine.get(path).text).main_buttons
    clock.shift(timedelta(seconds=1))
    mine.post(path, data={"do": "back"})

    assert (pressed.status_code, pressed.headers["location"]) == (303, path)
    assert (after, button["value"], open_refusals(session)) == (2, "back", 0)


def test_another_sites_page_cannot_press(session: Session, home: Household) -> None:
    answer = phone().post(household_messages.path_of(home.id), data={"do": "stop"}, headers={"origin": "https://evil.test"})

    assert (answer.status_code, open_refusals(session)) == (403, 0)


def test_the_name_is_masked_and_the_number_is_not_there(session: Session, home: Household) -> None:
    text = phone().get(household_messages.path_of(home.id)).text

    assert "Nguyễn\xa0V.\xa0A." in text
    assert "345" not in text.split("</style>")[1].split("<footer")[0]


def test_a_household_nobody_can_write_to_has_nothing_to_press(session: Session, home: Household) -> None:
    bare = make_household(session, unit=make_unit(session, parent=make_unit(session)))

    page = phone().get(household_messages.path_of(bare.id)).text
    phone().post(household_messages.path_of(bare.id), data={"do": "stop"})

    assert Outline(page).main_buttons == []
    assert open_refusals(session) == 0


@pytest.mark.parametrize("token", ["x", "0" * 64, "é" * 64])
def test_an_address_that_never_was_says_so(home: Household, token: str) -> None:
    assert phone().get(f"/stop/{token}").status_code == 404
