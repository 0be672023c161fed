"""Two sides that run in processes of their own, in turns: what each took and needed, and the better of its rounds."""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from adapters.sheets.workbook import CHILD

ROOT = Path(__file__).parent.parent
Told = dict[str, Any]
_SMALL = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def told_by(module: str, folder: str, *words: str) -> Told:
    """What a module of bench/ prints as JSON when it runs by itself, on a SQLite file in a folder."""
    environment = os.environ | {"CAUNOI_DATA_DIR": folder, "CAUNOI_DATABASE_URL": f"sqlite:///{folder}/caunoi.db"}
    command = [sys.executable, "-m", f"bench.{module}", *words]
    answer = subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, timeout=900).stdout
    told: Told = json.loads(answer)
    return told


def peak_mb() -> int:
    """The peak memory of this process."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def reader_peak_mb(file: Path, *, sheets: str) -> int:
    """The peak memory of the process that reads a workbook for an import ("" its first sheet, `EVERY` all), run by a small one.

    Linux begins a child's peak with what its parent held when it was made: below the import it would be the import's own.
    """
    reader = [sys.executable, "-I", str(CHILD), str(file), sheets, "0"]
    answer = subprocess.run([sys.executable, "-I", "-c", _SMALL, *reader], check=True, stdout=subprocess.PIPE).stdout
    return round(int(answer) / 1024)


def compared(name: str, rounds: Sequence[tuple[Told, Told]], n: int) -> Told:
    """Ours beside the baseline: the best `seconds` of each, the highest `peak_mb`."""
    ours, baseline = (min(side["seconds"] for side in sides) for sides in zip(*rounds, strict=True))
    return {
        "name": name, "ours": round(ours, 2), "baseline": round(baseline, 2), "ratio": round(ours / baseline, 2), "unit": "s",
        "n": n, "peak_mb": max(one["peak_mb"] for one, _ in rounds), "baseline_peak_mb": max(two["peak_mb"] for _, two in rounds),
    }  # fmt: skip
