"""Streamlit's options, read without waiting.

Streamlit asks for an option at every message to a browser, each time under one lock of the whole process. Whoever is made to
pause while holding it holds all others up: when 150 people's scripts ran, six in ten of those that waited stood there (0011).
Options are parsed before the first visitor, and looking into a dictionary needs no lock.
"""

from typing import Any

from streamlit import config


def read_freely() -> None:
    """From now on in this process. Changes of options go on as they do, and are seen at once."""
    config.get_config_options()
    vars(config).update(get_option=_option, get_options_for_section=_section)


def _option(key: str) -> Any:
    options = config.get_config_options()
    if key not in options:
        raise RuntimeError(f'Config key "{key}" not defined.')
    return options[key].value


def _section(section: str) -> dict[str, Any]:
    return {one.name: one.value for one in list(config.get_config_options().values()) if one.section == section}
