"""Streamlit's options, read without waiting.

Streamlit asks for an option at every message to a browser, each time under one lock of the whole process. Whoever is made to
pause while holding it holds all others up: when 150 people's scripts ran, six in ten of those that waited stood there (0011).
Options are parsed before the first visitor, and looking into a dictionary needs no lock. Of the theme, which stands in the first
message of every run, the message itself is kept: spelling it out of sixty options took a third of a run.
"""

from functools import cache
from typing import Any

from streamlit import config
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session

_spell_out = app_session._populate_theme_msg  # noqa: SLF001  # tests/ui/test_options.py holds ours against it


def read_freely() -> None:
    """From now on in this process. Changes of options are seen at once, but those of the theme."""
    config.get_config_options()
    vars(config).update(get_option=_option, get_options_for_section=_section)
    vars(app_session).update(_populate_theme_msg=_paint)


def _paint(message: CustomThemeConfig, section: str = "theme") -> None:
    if (theme := _theme(section)).ListFields():
        message.MergeFrom(theme)


@cache
def _theme(section: str) -> CustomThemeConfig:
    theme = CustomThemeConfig()
    _spell_out(theme, section)
    return theme


def _option(key: str) -> Any:
    options = config.get_config_options()
    if key not in options:
        raise RuntimeError(f'Config key "{key}" not defined.')
    return options[key].value


def _section(section: str) -> dict[str, Any]:
    return {one.name: one.value for one in list(config.get_config_options().values()) if one.section == section}
