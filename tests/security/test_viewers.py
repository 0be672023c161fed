"""S48: who only sees figures meets no name and no number of anybody, on no screen; nor does anyone a whole number by looking."""

from collections.abc import Iterator
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from models import Role
from tests.pages.conftest import Visit
from tests.security.roles import FREE, page_roles
from tests.security.town import NAMES, PHONES, Town
from ui.menu import ROOMS

WAYS_OF_A_NUMBER = (PHONES, "0" + PHONES[3:], "0977 123 456", "0977.123.456")


def drawn(node: Any) -> Iterator[bytes]:
    """Everything a screen sends to the browser, tables and charts with it."""
    if hasattr(node, "proto") and node.proto is not None:
        yield node.proto.SerializeToString()
    for child in getattr(node, "children", {}).values():
        yield from drawn(child)


def sent(at: AppTest, page: str, **query: str) -> bytes:
    at.query_params.clear()
    at.query_params.update(query)
    return b" ".join(drawn(at.switch_page(f"pages/{page}.py").run()._tree))


def seen_by(town: Town, visit: Visit, role: Role) -> dict[str, bytes]:
    user = town.user(role)
    records = {"group": town.of("Group", "child"), "household": town.of("Household", "child")}
    town.session.commit()
    at = visit("account", user=user)
    return {
        room.path: sent(at, room.path, **({"id": str(records[room.path].id)} if room.path in records else {}))
        for room in ROOMS
        if room.path not in {*FREE, "new_password"} and role in page_roles(room.path)
    }


def test_s48_a_viewer_meets_no_name_and_no_number_on_any_screen(town: Town, visit: Visit) -> None:
    seen = seen_by(town, visit, Role.VIEWER)

    assert len(seen) >= 10
    told = [page for page, bytes_ in seen.items() for words in (NAMES, *WAYS_OF_A_NUMBER) if words.encode() in bytes_]
    assert told == []


@pytest.mark.parametrize("role", [Role.STAFF])
def test_s48_staff_meet_names_where_they_work_and_no_whole_number_before_a_click(town: Town, visit: Visit, role: Role) -> None:
    seen = seen_by(town, visit, role)

    assert NAMES.encode() in seen["household"]
    assert [page for page, bytes_ in seen.items() for words in WAYS_OF_A_NUMBER if words.encode() in bytes_] == []
