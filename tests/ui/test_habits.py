from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlmodel import Session, select
from streamlit.testing.v1 import AppTest

from core.db import reading
from models import Session as SignedInBrowser
from services import sessions
from tests.factories import NOON, make_unit, make_user
from tests.pages.conftest import Browser


def refused() -> None:
    import streamlit as st  # noqa: PLC0415  # AppTest runs this as a script of its own

    from core.errors import Invalid  # noqa: PLC0415
    from ui import refusals  # noqa: PLC0415

    st.text_input("Tên", key="name")
    with refusals():
        raise Invalid("Nhóm {name} đã có {n} hộ.", name="**A** [x](javascript:alert(1))", n=1234)


def lost() -> None:
    import streamlit as st  # noqa: PLC0415

    from ui import failed  # noqa: PLC0415

    st.session_state["here"] = "groups"
    st.session_state["is_told"] = failed(RuntimeError("0912345678 is the cause"))


def away() -> None:
    import sqlite3  # noqa: PLC0415

    from sqlalchemy.exc import OperationalError  # noqa: PLC0415

    from ui import failed  # noqa: PLC0415

    failed(OperationalError("SELECT secret", {}, sqlite3.OperationalError("unable to open database file")))


def asked() -> None:
    import streamlit as st  # noqa: PLC0415

    from ui import confirmed_by_count  # noqa: PLC0415

    st.session_state["is_sure"] = confirmed_by_count(2690, "Gõ số hộ để xác nhận", key="sure")


def stayed() -> None:
    import streamlit as st  # noqa: PLC0415

    from ui import stay  # noqa: PLC0415

    st.session_state["username"] = stay().username


def arrived() -> None:
    from ui import arrive  # noqa: PLC0415

    arrive()


def run(script: Callable[..., Any]) -> AppTest:
    return AppTest.from_function(script).run()


def test_a_refusal_is_a_sentence_and_the_words_of_others_in_it_stay_words() -> None:
    at = run(refused)

    assert not at.exception
    assert at.error[0].value == r"Nhóm \*\*A\*\* \[x\](javascript\:alert(1)) đã có 1.234 hộ."
    assert at.text_input(key="name").value == ""


def test_a_broken_page_says_so_with_the_number_under_which_the_cause_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    at = run(lost)

    assert at.session_state["is_told"] is True
    reference = at.error[0].value.rsplit("mã ", 1)[1].rstrip(".")
    assert len(reference) == 8
    assert "0912345678" not in at.error[0].value
    written = capsys.readouterr()
    assert reference in written.out + written.err
    assert "groups" in written.out + written.err


def test_a_page_whose_database_is_away_says_calmly_that_nothing_was_written() -> None:
    said = run(away).error[0].value

    assert "Cơ sở dữ liệu đang tạm nghỉ. Chưa có gì được ghi" in said
    assert "secret" not in said


def test_an_open_board_that_renews_itself_does_not_keep_the_session_awake(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = make_user(session, unit=make_unit(session))
    with time_machine.travel(NOON, tick=False):
        token = sessions.redeem(session, ticket=sessions.issue_ticket(session, user_id=user.id), device="Firefox")
        session.commit()
    browser = Browser({sessions.cookie_name(): token or ""})
    monkeypatch.setattr("streamlit.runtime.context._get_client_context", lambda: browser)

    def seen_at() -> datetime:
        with reading() as look:
            return look.exec(select(SignedInBrowser.last_seen_at)).one()

    with time_machine.travel(NOON + timedelta(minutes=20), tick=False):
        renewed, after_renewal = run(stayed), seen_at()
        run(arrived)

    assert not renewed.exception
    assert after_renewal == NOON
    assert seen_at() == NOON + timedelta(minutes=20)  # a page that is opened does


@pytest.mark.parametrize(("typed", "is_sure"), [("2690", True), ("2.690", True), ("2691", False), ("", False), ("26900", False)])
def test_what_cannot_be_taken_back_wants_its_number_typed(typed: str, is_sure: bool) -> None:
    at = run(asked)

    at.text_input(key="sure").set_value(typed).run()

    assert at.session_state["is_sure"] is is_sure
    wrong = [] if is_sure or not typed else ["Số vừa gõ chưa đúng. Xin gõ 2.690."]
    assert [error.value for error in at.error] == wrong
