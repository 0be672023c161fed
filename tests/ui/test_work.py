"""Work of several seconds, beside the script."""

import pytest
from streamlit.testing.v1 import AppTest

from core.errors import Invalid
from ui.work import Tell, Work


def test_the_result_comes_when_it_is_done() -> None:
    def do(tell: Tell) -> str:
        tell(5, 10)
        return "đã ghi"

    work = Work(do)

    assert work.result() == "đã ghi"
    assert work.share == 0.5


def test_how_far_it_is_never_leaves_its_bounds() -> None:
    def do(tell: Tell) -> None:
        tell(30, 20)

    work, unknown = Work(do), Work(lambda tell: tell(30, 0))
    work.result()
    unknown.result()

    assert (work.share, unknown.share) == (1.0, 0.0)


def test_a_refusal_is_raised_where_the_result_is_asked_for() -> None:
    def do(_tell: Tell) -> None:
        raise Invalid("Tệp trống.")

    work = Work(do)

    with pytest.raises(Invalid, match="Tệp trống"):
        work.result()


def test_looking_again_does_not_do_it_again() -> None:
    """What a click in the meantime does: the script begins anew, the work goes on."""
    done: list[int] = []

    def do(_tell: Tell) -> int:
        done.append(1)
        return len(done)

    def script() -> None:
        import streamlit as st  # noqa: PLC0415 - the script is taken out of this file

        st.session_state["work"].watch("Đang ghi")
        st.text(st.session_state["work"].result())

    at = AppTest.from_function(script)
    at.session_state["work"] = Work(do)
    at.run()
    at.run()

    assert [text.value for text in at.text] == ["1"]
    assert done == [1]
