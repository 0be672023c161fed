"""Reading Streamlit's options without its lock must tell what reading them with it tells."""

import threading
from collections.abc import Iterator

import pytest
from streamlit import config
from streamlit.config import CustomThemeCategories
from streamlit.proto.NewSession_pb2 import NewSession
from streamlit.runtime import app_session

from ui import options


@pytest.fixture
def _restored() -> Iterator[None]:
    kept = config.get_option, config.get_options_for_section, app_session._populate_theme_msg
    yield
    vars(config).update(get_option=kept[0], get_options_for_section=kept[1])
    vars(app_session).update(_populate_theme_msg=kept[2])


@pytest.mark.usefixtures("_restored")
def test_every_option_and_section_is_what_it_was() -> None:
    keys = list(config.get_config_options())
    sections = {key.partition(".")[0] for key in keys}
    before = [config.get_option(key) for key in keys], [config.get_options_for_section(one) for one in sections]

    options.read_freely()

    assert ([config.get_option(key) for key in keys], [config.get_options_for_section(one) for one in sections]) == before
    assert len(keys) > 50


@pytest.mark.usefixtures("_restored")
def test_a_reader_does_not_wait_for_whoever_holds_the_lock() -> None:
    options.read_freely()
    said: list[object] = []
    with config._config_lock:
        reader = threading.Thread(target=lambda: said.append(config.get_option("server.port")))
        reader.start()
        reader.join(timeout=20)

    assert said == [config.get_option("server.port")]


@pytest.mark.usefixtures("_restored")
def test_a_name_that_is_none_is_refused() -> None:
    options.read_freely()

    with pytest.raises(RuntimeError, match="not defined"):
        config.get_option("no.such")


@pytest.mark.usefixtures("_restored")
def test_the_theme_in_the_first_message_is_what_it_was() -> None:
    before = _with_theme()

    options.read_freely()

    assert _with_theme() == _with_theme() == before
    assert before.custom_theme.primary_color != before.custom_theme.dark.primary_color != ""


def _with_theme() -> NewSession:
    """As Streamlit fills it: the theme, and below it the sections that have anything."""
    message = NewSession()
    theme = message.custom_theme
    app_session._populate_theme_msg(theme)
    for section in CustomThemeCategories:
        place = theme
        for name in section.value.split("."):
            place = getattr(place, name)
        app_session._populate_theme_msg(place, f"theme.{section.value}")
    return message
