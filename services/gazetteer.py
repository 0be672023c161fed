"""The country's provinces and communes as they ship, with what they were before 1 July 2025: an old name finds the new ward."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from core.errors import NotFound
from core.i18n import N_
from core.text import clean, fold
from services import unit_names
from services.unit_names import Entry

REFORM = date(2025, 7, 1)  # since when the codes of `wards` mean these communes
DATA = Path(__file__).parent.parent / "data"
NAMED = 6
Line = dict[str, str]


@dataclass(frozen=True)
class Former:
    """A commune of before, with the district and province it lay in."""

    name: str
    district: str
    province: str
    is_partial: bool  # it was divided between several


@dataclass(frozen=True)
class Ward:
    """A commune of today, and what it was made of."""

    code: str
    name: str
    province: str
    former: tuple[Former, ...]


@dataclass(frozen=True)
class Found:
    """A commune that fits, and by which name: its own ("") or one of before."""

    ward: Ward
    by: str = ""
    is_partial: bool = False


@cache
def wards() -> dict[str, Ward]:
    """Every commune of today by its code."""
    lines = list(_lines("units.csv"))
    provinces = {line["code"]: line for line in lines if line["kind"] == "province"}
    above = {(line["kind"], line["code"]): line["name"] for line in _lines("districts-before-2025-07.csv")}
    former: dict[str, list[Former]] = {}
    for line in _lines("units-before-2025-07.csv"):
        district, province = above["district", line["old_district_code"]], above["province", line["old_province_code"]]
        former.setdefault(line["new_code"], []).append(Former(line["old_name"], district, province, line["partly"] == "1"))
    found = {}
    for line in lines:
        if line["kind"] == "commune":
            upper = provinces[line["parent_code"]]
            found[line["code"]] = Ward(line["code"], line["name"], upper["name"], tuple(former.get(line["code"], ())))
    return found


@cache
def entries() -> dict[str, tuple[Entry[str], ...]]:
    """The names of each commune, by its code: its own first."""
    return {code: tuple(_entries(ward)) for code, ward in wards().items()}


def search(words: str, *, limit: int = 12) -> list[Found]:
    """The communes that fit a name of today or of before, a commune's or a district's; the surest first.

    "Sông Cầu, Bắc Kạn" asks for one that lies or lay there. A code of today finds its own.
    """
    text = clean(words)
    if text.isdecimal() and (own := wards().get(text.zfill(5))):
        return [Found(own)]
    hits = unit_names.matching(text, (entry for some in entries().values() for entry in some))
    return [Found(wards()[hit.of], hit.said, hit.is_partial) for hit in hits[:limit]]


def one(words: str) -> Ward:
    """The one commune that a code or a name means.

    Raises:
        NotFound: there is none, or there are several (they are named with their codes).
    """
    found, text = search(words), clean(words)
    if not found:
        raise NotFound(N_("Không có xã, phường nào tên hay mã “{text}”."), text=text)
    if len(found) > 1:
        names = "; ".join(f"{each.ward.code} {each.ward.name} ({each.ward.province})" for each in found[:NAMED])
        raise NotFound(N_("“{text}” có thể là: {names}. Hãy ghi mã."), text=text, names=names)
    return found[0].ward


def _lines(name: str) -> Iterator[Line]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _entries(ward: Ward) -> Iterator[Entry[str]]:
    own = fold(f"{ward.name} {ward.province}")
    yield Entry(ward.code, ward.name, unit_names.parse(ward.name), own)
    districts = set()
    for former in ward.former:
        around = f"{own} {fold(f'{former.district} {former.province}')}"
        yield Entry(ward.code, ward.name, unit_names.parse(former.name), around, former.name, age=1, is_partial=former.is_partial)
        if former.district not in districts:
            districts.add(former.district)
            yield Entry(ward.code, ward.name, unit_names.parse(former.district), around, former.district, age=2)
