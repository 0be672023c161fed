"""Two sides that run in processes of their own, in turns: what each took and needed, and the better of its rounds."""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
Told = dict[str, Any]


def told_by(module: str, folder: str, *words: str) -> Told:
    """What a module of bench/ prints as JSON when it runs by itself, on a SQLite file in a folder."""
    environment = os.environ | {"CAUNOI_DATA_DIR": folder, "CAUNOI_DATABASE_URL": f"sqlite:///{folder}/caunoi.db"}
    command = [sys.executable, "-m", f"bench.{module}", *words]
    answer = subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, timeout=900).stdout
    told: Told = json.loads(answer)
    return told


def peak_mb() -> int:
    """The peak memory of this process plus that of its largest child."""
    kilobytes = sum(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return round(kilobytes / 1024)


def compared(name: str, rounds: Sequence[tuple[Told, Told]], n: int) -> Told:
    """Ours beside the baseline: the best `seconds` of each, the highest `peak_mb`."""
    ours, baseline = (min(side["seconds"] for side in sides) for sides in zip(*rounds, strict=True))
    return {
        "name": name, "ours": round(ours, 2), "baseline": round(baseline, 2), "ratio": round(ours / baseline, 2), "unit": "s",
        "n": n, "peak_mb": max(one["peak_mb"] for one, _ in rounds), "baseline_peak_mb": max(two["peak_mb"] for _, two in rounds),
    }  # fmt: skip
