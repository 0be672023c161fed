"""Tables that people made: workbooks and CSV files, read with suspicion and without running out of memory."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from adapters.sheets import delimited, limits, workbook
from core.letters import TURN
from services.ports import Cell, Sheet


class CalamineSheets:
    """Implements `services.ports.Sheets`."""

    def read(self, path: Path, *, sheet: str | None = None, letters: str = "") -> Sheet:
        """The first sheet that holds anything, hidden or not, or the one named; a CSV has only one, read in letters.

        Raises:
            Invalid: it is no table, empty, encrypted, damaged or larger than 50 MB, in one sentence.
        """
        if limits.check(path) == "workbook":
            return _lettered(workbook.read(path, sheet), letters)
        return delimited.read(path, letters=letters)

    def read_all(self, path: Path, *, rows: int | None = None, letters: str = "") -> Iterator[Sheet]:
        """Every sheet that holds anything, in order; asking for the next lets go what is left of the one before.

        Raises:
            Invalid: as `read`.
        """
        if limits.check(path) == "workbook":
            yield from (_lettered(sheet, letters) for sheet in workbook.read_all(path, rows=rows))
        else:
            yield delimited.read(path, letters=letters)


def _lettered(sheet: Sheet, letters: str) -> Sheet:
    """A sheet read in the letters that a person says it is typed in; as it is where nobody says."""
    turn = TURN.get(letters)
    if not turn:
        return replace(sheet, letters=letters)
    return replace(sheet, letters=letters, rows=_turned(iter(sheet.rows), turn))


def _turned(rows: Iterator[list[Cell]], turn: Callable[[str], str]) -> Iterator[list[Cell]]:
    with closing(rows):  # type: ignore[type-var]
        for row in rows:
            yield [turn(cell) if isinstance(cell, str) else cell for cell in row]
