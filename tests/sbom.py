"""`make sbom`: what the house is built of, by name, version, hash and licence, as CycloneDX in var/sbom.json; each pin is in it.

It follows from the pins and is made when somebody asks for it: beside them in the repository it would only be a second truth.
"""

import json
import re
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from core.settings import ROOT
from tests.licences import licence_of

PINS, PIN = "requirements.txt", re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)


def pins(text: str) -> set[tuple[str, str]]:
    """Name and version of every pin, names as they are compared."""
    return {(plain(name), version) for name, version in PIN.findall(text)}


def plain(name: str) -> str:
    """PEP 503."""
    return re.sub(r"[-_.]+", "-", name).lower()


def made(file: Path) -> dict[str, Any]:
    """The bill of a file of pins, without the lines it was read from, with the licence of what is installed."""
    tool = str(Path(sys.executable).parent / "cyclonedx-py")
    how = ["--pyproject", str(ROOT / "pyproject.toml"), "--of", "JSON", "--output-reproducible", "-o", "-"]
    done = subprocess.run([tool, "requirements", str(file), *how], check=True, capture_output=True, text=True)
    bill: dict[str, Any] = json.loads(done.stdout)
    licences = {plain(one.metadata["Name"]): licence_of(one) for one in distributions()}
    for one in bill["components"]:
        one.pop("description", None)
        one["licenses"] = [{"license": {"name": licences.get(plain(one["name"]), "not installed here")}}]
        for reference in one.get("externalReferences", []):
            reference["url"] = f"pkg:pypi/{plain(one['name'])}@{one['version']}"  # wherever it is fetched from
    return bill


def missing(bill: dict[str, Any], text: str) -> set[tuple[str, str]]:
    """Pins that are not in it with a hash, and components that are no pins."""
    hashed = {
        (plain(one["name"]), one["version"])
        for one in bill["components"]
        if any(reference.get("hashes") for reference in one.get("externalReferences", []))
    }
    return hashed ^ pins(text)


def main() -> int:
    """0 where every pin is in it."""
    bill = made(ROOT / PINS)
    wrong = missing(bill, (ROOT / PINS).read_text(encoding="utf-8"))
    target = ROOT / "var" / "sbom.json"
    target.parent.mkdir(exist_ok=True, mode=0o700)
    target.write_text(json.dumps(bill, indent=1, ensure_ascii=False), encoding="utf-8")
    sys.stdout.write(f"{len(bill['components'])} components in {target.relative_to(ROOT)} {sorted(wrong) or ''}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
