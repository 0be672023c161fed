import unicodedata
from typing import Any

import jwt
import pytest
from sqlmodel import Session, select
from streamlit.testing.v1 import AppTest

from models import Attempt, Ticket
from services.passwords import hash_password
from tests.factories import make_unit, make_user
from tests.pages.conftest import Visit
from ui.door import COOKIE_NAME

WORD = "song cau qua cau"
WRONG = "Tên đăng nhập hoặc mật khẩu không đúng. Sai năm lần thì đợi mười lăm phút rồi thử lại."


def make_an(session: Session, **overrides: Any) -> None:
    make_user(session, unit=make_unit(session), username="an", password_hash=hash_password(WORD), **overrides)


def sign_in(at: AppTest, username: str, password: str) -> AppTest:
    at.text_input[0].set_value(username)
    at.text_input[1].set_value(password)
    return at.button[0].click().run()


def redirect_of(at: AppTest) -> str:
    return next((html.proto.body for html in at.get("html") if 'data-go="' in html.proto.body), "")


def test_a_stranger_meets_the_door_at_every_page(session: Session, visit: Visit) -> None:
    at = visit("people")

    assert [title.value for title in at.title] == ["Đăng nhập"]
    assert at.query_params == {"next": "/people"}


def test_the_right_password_leads_to_the_session_and_back_to_where_one_was_going(session: Session, visit: Visit) -> None:
    make_an(session)
    at = visit("sign_in", next="/people")

    sign_in(at, "an", WORD)

    assert session.exec(select(Ticket)).one().used_at is None
    assert 'data-go="/session/' in redirect_of(at)
    assert "?next=%2Fpeople" in redirect_of(at)
    assert not at.error


def test_a_wrong_password_is_refused_in_words_that_tell_nothing(session: Session, visit: Visit) -> None:
    make_an(session)

    known = sign_in(visit("sign_in"), "an", "not the word")
    unknown = sign_in(visit("sign_in"), "nobody", "not the word")

    assert [error.value for error in known.error] == [error.value for error in unknown.error] == [WRONG]
    assert session.exec(select(Ticket)).all() == []


def test_the_right_password_at_a_locked_door_is_refused_in_the_same_words(session: Session, visit: Visit) -> None:
    make_an(session)
    at = visit("sign_in")
    for _ in range(5):
        at = sign_in(at, "an", "not the word")

    at = sign_in(at, "an", WORD)

    assert [error.value for error in at.error] == [WRONG]
    assert redirect_of(at) == ""
    assert len(session.exec(select(Attempt)).all()) == 5


def test_a_closed_account_gets_the_words_of_a_wrong_password(session: Session, visit: Visit) -> None:
    make_an(session, is_active=False)

    at = sign_in(visit("sign_in"), "an", WORD)

    assert [error.value for error in at.error] == [WRONG]


def test_a_password_typed_in_pieces_of_letters_is_the_same_password(session: Session, visit: Visit) -> None:
    word = "mưa trên sông Cầu"
    make_user(session, unit=make_unit(session), username="an", password_hash=hash_password(word))

    at = sign_in(visit("sign_in"), " AN ", unicodedata.normalize("NFD", word))

    assert 'data-go="/session/' in redirect_of(at)


def test_nothing_typed_counts_as_no_try(session: Session, visit: Visit) -> None:
    at = sign_in(visit("sign_in"), "an", "")

    assert not at.error
    assert session.exec(select(Attempt)).all() == []


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
def test_a_cookie_of_the_librarys_own_making_opens_nothing(session: Session, visit: Visit) -> None:
    """streamlit-authenticator believes a cookie signed with its default key, even with its cookie switched off."""
    make_an(session)
    forged = jwt.encode({"username": "an", "exp_date": 4102444800.0}, "some_key", algorithm="HS256")

    at = visit("sign_in", cookies={"some_cookie_name": forged, COOKIE_NAME: forged})

    assert [title.value for title in at.title] == ["Đăng nhập"]
    assert redirect_of(at) == ""


def test_who_is_signed_in_already_is_led_on(session: Session, visit: Visit) -> None:
    user = make_user(session, unit=make_unit(session))

    at = visit("sign_in", user=user)

    assert [title.value for title in at.title] != ["Đăng nhập"]


def test_the_door_speaks_three_languages(session: Session, visit: Visit) -> None:
    at = visit("sign_in")

    at.segmented_control(key="lang").set_value("en").run()

    assert at.session_state["language"] == "en"
