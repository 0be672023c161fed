"""What a list may say of a procedure: codes, levels, days and fees as provinces write them; and the words it is found by."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from core import fulltext
from core.errors import Invalid
from core.i18n import N_
from core.settings import ROOT
from core.text import clean, clean_lines, fold
from models import LifeEvent, Procedure, ProcedureLevel
from services import link_targets
from services.import_values import text_of
from services.ports import Cell

# As the national database writes them: 1.004194, with a province's ending 1.000110.000.00.00.H01.
CODE = re.compile(r"\d\.\d{6}(?:\.[0-9A-Za-z.]{1,40})?\Z")
NAME_MAX, SHORT_MAX, LONG_MAX = 400, 200, 6000
DAYS_MAX, FEE_MAX = 3650, 1_000_000_000
_NUMBER = re.compile(r"\d+(?:[.,]\d{3})*(?:[.,]\d+)?")
_SAME_DAY = re.compile(r"(?:ngay )?(?:trong|tai) (?:ngay|cho)\b.*|giai quyet ngay.*|tra ngay.*|ngay(?: khi .*)?|same day")
_PLAIN_DAYS = re.compile(r"(?:toi da |khong qua |trong )?0*(\d{1,4})(?:\.0)? ?(?:ngay(?: lam viec)?|days?)?\Z")
_FREE = re.compile(r"(?:khong(?: co| thu| mat)?(?: (?:phi|le phi|tien))?(?: va le phi| le phi)?|mien(?: phi| le phi)?|free|0)\Z")
_PLAIN_FEE = re.compile(r"(\d{1,3}(?:[.,]\d{3})+|\d+)(?:\.0)? ?(?:dong|d|vnd|₫)?(?: ?/ ?(?:ho so|lan|truong hop|ban))?\Z")
_LEVELS = (
    (ProcedureLevel.FULL, re.compile(r".*\b(?:toan trinh|muc (?:do )?4|full)\b")),
    (ProcedureLevel.PARTIAL, re.compile(r".*\b(?:mot phan|muc (?:do )?3|partial)\b")),
    (
        ProcedureLevel.OFFLINE,
        re.compile(r".*\b(?:truc tiep|tai (?:quay|cho)|thong tin|muc (?:do )?[12]|khong|offline)\b"),
    ),
)


@dataclass(frozen=True)
class ProcedureText:
    """What the province's list says of a procedure."""

    name: str
    field: str = ""
    level: ProcedureLevel = ProcedureLevel.OFFLINE
    documents: str = ""
    days: int | None = None
    days_text: str = ""
    fee: int | None = None
    fee_text: str = ""
    portal_url: str | None = None
    desk: str = ""

    def told(self) -> dict[str, Any]:
        """As it is kept: plain JSON."""
        return asdict(self)


FIELDS = tuple(ProcedureText.__dataclass_fields__)


def text_from(told: Mapping[str, Any]) -> ProcedureText:
    """What `told` kept."""
    return ProcedureText(**{**told, "level": ProcedureLevel(told["level"])})


def text_of_procedure(procedure: Procedure) -> ProcedureText:
    """The text as it stands."""
    return ProcedureText(**{name: getattr(procedure, name) for name in FIELDS})


def lines_of(cell: Cell) -> str:
    """A cell's text with its lines, each without its dash or bullet."""
    lines = clean_lines(cell if isinstance(cell, str) else text_of(cell)).split("\n")
    return "\n".join(tidy for line in lines if (tidy := re.sub(r"^[-+*•–]\s*", "", line).strip(" ;")))


def code_of(cell: Cell) -> str:
    """A procedure's code. A spreadsheet that took it for a number has lost the zeros at its end; they are put back.

    Raises:
        Invalid: it is none.
    """
    code = f"{cell:.6f}" if isinstance(cell, float) else text_of(cell)
    if not CODE.match(code):
        raise Invalid(N_("“{value}” không phải mã thủ tục, ví dụ đúng: 1.004194."), value=code[:40])
    return code


def level_of(cell: Cell) -> ProcedureLevel:
    """How much can be done online; at the desk where nothing is said.

    Raises:
        Invalid: the words say none of the three.
    """
    words = fold(text_of(cell))
    if not words:
        return ProcedureLevel.OFFLINE
    found = next((level for level, said in _LEVELS if said.match(words)), None)
    if found is None:
        raise Invalid(N_("“{value}” không rõ là toàn trình, một phần hay nộp tại quầy."), value=text_of(cell)[:60])
    return found


def days_of(cell: Cell) -> tuple[int | None, str]:
    """Working days, and the list's own words where the number alone would not say it: several cases, or hours.

    Raises:
        Invalid: more days than a procedure can take.
    """
    words = text_of(cell)
    plain = fold(words)
    if _SAME_DAY.fullmatch(plain) and not any(map(str.isdigit, plain)):
        return 0, ""
    found = _PLAIN_DAYS.match(plain)
    if found is None:
        return None, _within(lines_of(cell), SHORT_MAX * 5)
    if int(found[1]) > DAYS_MAX:
        raise Invalid(N_("{value} ngày thì quá dài, xin xem lại."), value=found[1])
    return int(found[1]), ""


def fee_of(cell: Cell) -> tuple[int | None, str]:
    """The fee in đồng, 0 where there is none, and the list's own words where there are several.

    Raises:
        Invalid: below zero, or more than any fee.
    """
    words = text_of(cell)
    plain = fold(words).strip(" .")
    if not plain:
        return None, ""
    if plain.startswith("-") and _NUMBER.match(plain[1:].strip()):
        raise Invalid(N_("Lệ phí không thể là {value}."), value=words[:40])
    if _FREE.match(plain):
        return 0, ""
    found = _PLAIN_FEE.match(plain)
    if found is None:
        return None, _within(lines_of(cell), SHORT_MAX * 5)
    fee = int(re.sub(r"[.,]", "", found[1]))
    if fee > FEE_MAX:
        raise Invalid(N_("Lệ phí không thể là {value}."), value=words[:40])
    return fee, ""


def url_of(cell: Cell) -> str | None:
    """The portal's page, as `link_targets.checked` stores it; None where none is given.

    Raises:
        Invalid: it may not be linked to.
    """
    words = text_of(cell)
    return link_targets.checked(words) if words else None


def short_of(cell: Cell, longest: int = SHORT_MAX) -> str:
    """A line of text.

    Raises:
        Invalid: it is longer than `longest`.
    """
    return _within(clean(text_of(cell)), longest)


def long_of(cell: Cell) -> str:
    """Lines of text.

    Raises:
        Invalid: they are too long to be read on a phone.
    """
    return _within(lines_of(cell), LONG_MAX)


def _within(text: str, longest: int) -> str:
    if len(text) > longest:
        raise Invalid(N_("“{value}…” dài quá {longest} ký tự."), value=text[:40], longest=longest)
    return text


# ---- the words people use


def first_words(name: str) -> tuple[list[str], list[str]]:
    """Events in a life and everyday names for a procedure just come in, by words in its name (`data/procedure-words.toml`)."""
    flat = f" {fulltext.terms(name)} "
    hits = [one for one in _shipped() if f" {fulltext.terms(one['name'])} " in flat]
    events = [event for one in hits for event in one["events"]]
    called = [words for one in hits for words in one["also_called"]]
    return list(dict.fromkeys(events)), list(dict.fromkeys(called))


@cache
def _shipped() -> list[dict[str, Any]]:
    with (ROOT / "data" / "procedure-words.toml").open("rb") as file:
        shipped: list[dict[str, Any]] = tomllib.load(file)["procedure"]
    for one in shipped:
        one["events"] = [LifeEvent(event).value for event in one["events"]]
    return shipped


def search_terms(procedure: Procedure) -> str:
    """Terms of all by which a procedure is found: its name first, then what people call it, its code, field and events."""
    events = [LifeEvent(event).label for event in procedure.events]
    return fulltext.terms(" ".join((procedure.name, *procedure.also_called, procedure.code, procedure.field, *events)))
