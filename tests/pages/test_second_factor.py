import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import Session, select
from time_machine import Traveller

from adapters.codes import QrCodes
from models import Role, SecondFactor, Unit, User
from services import ports
from services.access import actor_of
from tests.factories import make_household, make_unit, make_user
from tests.pages.conftest import Visit, words
from tests.security.conftest import code_of, with_app
from tests.security.conftest import required as required


@pytest.fixture
def an(session: Session, clock: Traveller) -> User:
    assert clock
    ports.provide(replace(ports.ports(), codes=QrCodes()))
    return make_user(session, unit=make_unit(session), role=Role.ADMIN, display_name="Nguyễn Văn An")


@pytest.mark.usefixtures("required")
def test_an_admin_sets_up_a_second_factor_before_anything_else(session: Session, visit: Visit, an: User) -> None:
    at = visit("people", user=an)
    assert [title.value for title in at.title] == ["Xác nhận hai bước"]
    assert at.query_params == {"next": "/people"}

    at = visit("second_factor", user=an, next="/people")
    at.button(key="f_app").click().run()
    letters = at.code[0].value
    at.text_input(key="f_code").set_value("000000")
    at.button(key="f_confirm").click().run()
    assert "Mã không đúng" in at.error[0].value
    at.text_input(key="f_code").set_value(code_of(letters))
    at.text_input(key="f_new_name").set_value("Điện thoại")
    at.button(key="f_confirm").click().run()

    assert [message.value for message in at.success] == ["Đã thêm. Từ lần đăng nhập sau sẽ hỏi mã."]
    assert len(re.findall(r"^\w{5}-\w{5}$", at.code[0].value, re.MULTILINE)) == 10
    assert session.exec(select(SecondFactor.name)).one() == "Điện thoại"
    at.button(key="f_put_away").click().run()
    assert not at.code
    assert "Còn 10 mã chưa dùng" in words(at)
    assert at.button(key="on")


def test_a_factor_is_renamed_and_taken_away(session: Session, visit: Visit, an: User) -> None:
    with_app(session, actor_of(session, an))
    factor = session.exec(select(SecondFactor)).one()
    factor.is_confirmed = False
    session.commit()
    at = visit("account", user=an)  # a browser that needed no second step
    assert "Chưa bật" in words(at)
    factor.is_confirmed = True
    session.add(factor)
    session.commit()

    at = at.switch_page("pages/second_factor.py").run()
    at.text_input(key=f"f_name_{factor.id.hex}").set_value("Máy bàn")
    at.button(key=f"f_rename_{factor.id.hex}").click().run()
    assert "Máy bàn" in words(at)
    at.button(key=f"f_remove_{factor.id.hex}").click().run()

    assert session.exec(select(SecondFactor)).all() == []


def test_an_act_that_needs_it_asks_for_a_secret_and_keeps_what_was_typed(
    session: Session, visit: Visit, an: User, clock: Traveller
) -> None:
    at = visit("new_person", user=an)
    at.selectbox(key="role").set_value(Role.STAFF).run()
    at.text_input(key="display_name").set_value("Trần Thị Liên")
    at.text_input(key="username").set_value("lien.tran")
    clock.shift(timedelta(minutes=12))

    at.button(key="create").click().run()

    assert at.session_state["proof_asked"]
    assert at.text_input(key="display_name").value == "Trần Thị Liên"
    assert session.exec(select(User).where(User.username == "lien.tran")).first() is None


def test_a_list_of_households_is_given_only_to_who_has_just_shown_a_secret(
    session: Session, visit: Visit, an: User, clock: Traveller
) -> None:
    make_household(session, unit=make_unit(session, parent=session.get_one(Unit, an.unit_id)))
    at = visit("households", user=an)
    assert "take_asks" not in [button.key for button in at.button]
    clock.shift(timedelta(minutes=12))

    at.run()
    at.button(key="take_asks").click().run()

    assert at.session_state["proof_asked"]
