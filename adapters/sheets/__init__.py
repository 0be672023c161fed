"""Tables that people made: workbooks and CSV files, read with suspicion and without running out of memory."""

from collections.abc import Iterator
from pathlib import Path

from adapters.sheets import delimited, limits, workbook
from services.ports import Sheet


class CalamineSheets:
    """Implements `services.ports.Sheets`."""

    def read(self, path: Path, *, sheet: str | None = None) -> Sheet:
        """The first sheet that holds anything, hidden or not, or the one named; a CSV has only one.

        Raises:
            Invalid: it is no table, empty, encrypted, damaged or larger than 50 MB, in one sentence.
        """
        reader = workbook.read if limits.check(path) == "workbook" else delimited.read
        return reader(path, sheet)

    def read_all(self, path: Path, *, rows: int | None = None) -> Iterator[Sheet]:
        """Every sheet that holds anything, in order; asking for the next lets go what is left of the one before.

        Raises:
            Invalid: as `read`.
        """
        if limits.check(path) == "workbook":
            yield from workbook.read_all(path, rows=rows)
        else:
            yield delimited.read(path)
