"""Before a database is brought up: whether this Python can keep durable work in its SQLite."""

import pytest

from core.errors import Invalid
from terminal.upgrading import check_sqlite


@pytest.mark.parametrize(("python", "sqlite"), [((3, 11), (3, 40)), ((3, 12), (3, 42)), ((3, 13), (3, 45))])
def test_a_python_with_a_sqlite_that_fits_goes_on(python: tuple[int, int], sqlite: tuple[int, int]) -> None:
    assert check_sqlite(python=python, sqlite=sqlite) is None  # type: ignore[func-returns-value]


@pytest.mark.parametrize("python", [(3, 12), (3, 13)])
def test_a_newer_python_with_an_older_sqlite_is_refused_with_what_to_do(python: tuple[int, int]) -> None:
    with pytest.raises(Invalid) as refused:
        check_sqlite(python=python, sqlite=(3, 40))

    said = refused.value.message.format(**refused.value.details)
    assert "SQLite 3.40" in said
    assert "3.42" in said
