"""The licence of everything we import: none that would bind what is built on it (GPL, AGPL); LGPL may be imported."""

import sys
from importlib.metadata import Distribution, distributions
from pathlib import Path

FORBIDDEN = ("GPL", "AFFERO", "SSPL", "BUSL")
ALLOWED_NAMES = {"LGPL", "LESSER"}


def licence_of(package: Distribution) -> str:
    """What a package says of its licence, by every way it may say so."""
    meta = package.metadata
    old = (meta.get_all("License") or [""])[0]
    said = [*(meta.get_all("License-Expression") or []), old.splitlines()[0] if old else ""]
    said += [line.rsplit("::", 1)[-1].strip() for line in meta.get_all("Classifier") or [] if line.startswith("License")]
    return "; ".join(dict.fromkeys(part for part in said if part)) or "not stated"


def is_forbidden(licence: str) -> bool:
    """Whether any of the licences it may be taken under is free of GPL is what counts: an `OR` is a choice."""
    choices = licence.upper().replace(" OR ", "|").split("|")
    return all(any(word in choice for word in FORBIDDEN) and not any(ok in choice for ok in ALLOWED_NAMES) for choice in choices)


def main() -> int:
    """List what runs with its licence; 1 if any is forbidden."""
    wanted = {
        line.split("==")[0].partition("[")[0].strip().lower().replace("_", "-")
        for line in Path("requirements.txt").read_text().splitlines()
        if "==" in line and not line.startswith((" ", "#"))
    }
    found = {p.metadata["Name"].lower().replace("_", "-"): licence_of(p) for p in distributions()}
    bad = {name: found[name] for name in sorted(wanted & set(found)) if is_forbidden(found[name])}
    missing = sorted(wanted - set(found))
    sys.stdout.write(f"{len(wanted)} packages, {len(bad)} with a forbidden licence {bad or ''}{missing or ''}\n")
    return 1 if bad or missing else 0


if __name__ == "__main__":
    sys.exit(main())
