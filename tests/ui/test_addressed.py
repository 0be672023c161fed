"""Choices that stand in the address by a code, whatever the words."""

from streamlit.testing.v1 import AppTest

WORDS = {"a": "Tổ 1", "b": "Tổ 2", "c": "Tổ 2"}


def page(words: dict[str, str]) -> None:
    import streamlit as st  # noqa: PLC0415  # the page is run by itself

    from ui import addressed  # noqa: PLC0415

    one = addressed.select("Nơi", words, key="to", placeholder="Tất cả")
    first = addressed.always("Xã", words, key="xa")
    span = addressed.segments("Kỳ", {"30": "30 ngày", "90": "90 ngày"}, key="ky", usual="30")
    some = addressed.several("Những nơi", words, key="noi", placeholder="Chọn")
    st.text(f"{one} {first} {span} {' '.join(some)}")


def opened(query: dict[str, str], words: dict[str, str] = WORDS) -> AppTest:
    at = AppTest.from_function(page, args=(words,))
    at.query_params.update(query)
    return at.run()


def said(at: AppTest) -> str:
    assert not at.exception
    return str(at.text[0].value)


def test_a_link_says_the_same_to_whoever_reads_other_words() -> None:
    link = {"to": "a", "xa": "b", "ky": "90", "noi": "a,c"}

    assert said(opened(link)) == said(opened(link, {"a": "Group 1", "b": "Group 2", "c": "Group 3"})) == "a b 90 a c"


def test_what_is_usual_needs_no_words_in_the_address_and_nonsense_leaves_it() -> None:
    at = opened({"to": "Tổ 1", "xa": "?", "ky": "<b>", "noi": "x,b"})

    assert said(at) == "None a 30 b"
    assert at.query_params == {"noi": "b"}


def test_a_choice_goes_into_the_address_and_back_in_the_browser_is_back() -> None:
    at = opened({"xa": "b"})
    at.selectbox(key="to").set_value("c").run()
    assert at.query_params == {"to": "c", "xa": "b"}

    del at.query_params["to"]
    assert said(at.run()) == "None b 30"


def test_who_comes_back_to_a_page_finds_what_its_address_says() -> None:
    link = {"to": "a", "noi": "b"}
    at = AppTest.from_function(page, args=(WORDS,))
    at.session_state["addressed"] = link | {"xa": "", "ky": ""}  # written here before; Streamlit has forgotten the choices
    at.query_params.update(link)

    assert said(at.run()) == "a a 30 b"
    assert at.query_params == link


def test_what_will_be_chosen_is_known_before_it_is_drawn() -> None:
    at = AppTest.from_function(before, args=(WORDS,))
    at.query_params.update({"to": "b", "xa": "?"})

    assert said(at.run()) == "b None"
    at.selectbox(key="to").set_value("c").run()
    assert said(at) == "c None"


def before(words: dict[str, str]) -> None:
    import streamlit as st  # noqa: PLC0415  # the page is run by itself

    from ui import addressed  # noqa: PLC0415

    st.text(f"{addressed.asked('to', words)} {addressed.asked('xa', words)}")
    addressed.select("Nơi", words, key="to", placeholder="Tất cả")


def test_two_that_are_called_the_same_are_told_apart() -> None:
    assert opened({}).selectbox(key="to").options == ["Tổ 1", "Tổ 2 (b)", "Tổ 2 (c)"]


def test_of_several_those_that_are_no_choice_any_more_go() -> None:
    at = opened({"noi": "a,c"})
    at.session_state["noi"] = ["a", "gone"]

    assert said(at.run()) == "None a 30 a"
    assert at.query_params == {"noi": "a"}
