"""What is sent again must be what was sent, in its place, and leave the next place to whoever comes after."""

from streamlit.testing.v1 import AppTest

from ui import kept, replay

TWICE = """
import altair
import streamlit as st
from ui import replay

def draw():
    st.header("Nhóm")
    left, right = st.columns(2)
    with left, st.container(border=True):
        st.html("<p>một</p>")
    right.altair_chart(altair.Chart(altair.Data(values=[{"x": 1}])).mark_bar().encode(x="x:Q"))
    st.caption("hai")

if "first" not in st.session_state:
    st.session_state["first"] = replay.record(draw), replay.place()
else:
    first, next_place = st.session_state["first"]
    again = replay.record(lambda: replay.play(first))
    st.session_state["is_same"] = again == first and replay.place() == next_place
st.write("sau cùng")
"""

PRESSING = """
import streamlit as st
from ui import replay
replay.record(lambda: st.button("Gửi", key="send"))
"""

SHARED = """
import streamlit as st
from ui.kept import kept

def draw():
    st.session_state["drawn"] = st.session_state.get("drawn", 0) + 1
    st.caption("một")

kept("caption", ("key",), draw)
if "lower" in st.session_state:
    kept("caption", ("key",), draw)
"""


def test_a_drawing_that_is_sent_again_is_the_same_in_the_same_place() -> None:
    app = AppTest.from_string(TWICE).run()
    drawn = str(app.main)

    app.run()

    assert app.session_state["is_same"] is True
    assert str(app.main) == drawn
    assert app.header[0].value == "Nhóm"
    assert [text.value for text in app.markdown] == ["sau cùng"]


def test_something_to_press_in_a_kept_drawing_is_refused() -> None:
    app = AppTest.from_string(PRESSING).run()

    assert len(app.exception) == 2  # Streamlit's own word for it, and ours, which ends the run


def test_what_is_kept_is_drawn_once_and_anew_elsewhere_or_when_forgotten() -> None:
    kept.forget()
    app = AppTest.from_string(SHARED).run().run()
    assert (app.session_state["drawn"], [one.value for one in app.caption]) == (1, ["một"])

    app.session_state["lower"] = True
    app.run().run()
    assert (app.session_state["drawn"], len(app.caption)) == (2, 2)

    kept.forget()
    app.run()
    assert app.session_state["drawn"] == 4


def test_outside_a_visit_there_is_no_place() -> None:
    assert replay.place() is None
