"""Making many codes at once, and giving one a name of the ward's own."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from uuid import UUID

from sqlmodel import Session, col, select

from core.errors import Invalid, Refusal
from core.i18n import N_
from core.text import clean, fold
from models import Procedure, Purpose, ShortLink, Unit
from services import access, audit, links, procedures, units, wards
from services.access import Actor, May
from services.import_columns import HEADER_ROWS
from services.import_rows import Rejected
from services.import_values import text_of
from services.ports import Cell, Sheet

MOST = 12_000
NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{1,38})[a-z0-9]\Z")
# Headers of a list of codes, on the folded words.
_HEADERS = {
    "title": re.compile(r"ten(?: (?:in tren )?ma)?|tieu de|title|name"),
    "place": re.compile(r"noi (?:treo|dan)|dia diem|vi tri|place"),
    "target": re.compile(r"duong dan.*|dia chi(?: trang)?|link|url|target|trang toi"),
    "procedure": re.compile(r"(?:ma )?(?:thu tuc|tthc)|procedure"),
    "unit": re.compile(r"(?:ma )?(?:don vi|to(?: dan pho)?|thon)|unit"),
}


@dataclass(frozen=True)
class MadeLinks:
    """What became of a list of codes."""

    made: Sequence[ShortLink]
    rejected: Sequence[Rejected] = field(default_factory=tuple)
    were_there: int = 0


@dataclass(frozen=True)
class Planned:
    """What `for_each` would do: a unit and a procedure for each code, and how many pairs have one already."""

    pairs: Sequence[tuple[Unit, Procedure]]
    were_there: int


def planned(
    session: Session, *, actor: Actor, unit_ids: Sequence[UUID], procedure_ids: Sequence[UUID], batch: str = ""
) -> Planned:  # fmt: skip
    """One code for each unit and procedure, to hang in that unit; a pair that has a code in use in this batch gets none.

    Raises:
        NotAllowed, NotFound: the actor may not make codes there.
        Invalid: nothing is chosen, or more than a ward can hang.
    """
    access.require(actor, May.KEEP_LINKS)
    pairs = [(unit_id, procedure_id) for unit_id in dict.fromkeys(unit_ids) for procedure_id in dict.fromkeys(procedure_ids)]
    if not pairs:
        raise Invalid(N_("Chọn ít nhất một tổ và một thủ tục."))
    if len(pairs) > MOST:
        raise Invalid(N_("Mỗi lần làm được nhiều nhất {most} mã."), most=MOST)
    named = _batch(batch)
    homes = {unit_id: access.unit_for(session, actor=actor, unit_id=unit_id) for unit_id, _procedure in pairs}
    shelf = {id_: procedures.find(session, actor=actor, code=str(id_)) for id_ in dict.fromkeys(procedure_ids)}
    there = session.exec(
        select(ShortLink.unit_id, ShortLink.procedure_id).where(
            col(ShortLink.procedure_id).in_(set(procedure_ids)), ShortLink.batch == named, col(ShortLink.is_active)
        )
    ).all()
    have = set(there)
    new = [(homes[unit_id], shelf[procedure_id]) for unit_id, procedure_id in pairs if (unit_id, procedure_id) not in have]
    return Planned(new, were_there=len(pairs) - len(new))


def public_pages(session: Session, *, unit: Unit) -> dict[str, str]:
    """Targets and titles of our pages that everybody may read; where several wards share this house, with the ward's code."""
    ward = access.commune_of(session, unit)
    of_ward = "" if wards.here(session) else f"?xa={ward.code}"
    return {page + of_ward: title for page, title in links.PUBLIC_PAGES.items()}


def for_each(
    session: Session, *, actor: Actor, unit_ids: Sequence[UUID], procedure_ids: Sequence[UUID], batch: str = ""
) -> MadeLinks:  # fmt: skip
    """Make what is `planned`.

    Raises:
        NotAllowed, NotFound, Invalid: as `planned`.
    """
    plan = planned(session, actor=actor, unit_ids=unit_ids, procedure_ids=procedure_ids, batch=batch)
    named = _batch(batch)
    made = [
        links.create(
            session, actor=actor, purpose=Purpose.PROCEDURE, procedure_id=procedure.id, unit_id=unit.id, place=unit.label
        )
        for unit, procedure in plan.pairs
    ]  # fmt: skip
    for link in made:
        link.batch = named
    session.flush()
    return MadeLinks(made, were_there=plan.were_there)


def from_sheet(session: Session, *, actor: Actor, sheet: Sheet, batch: str = "") -> MadeLinks:
    """One code a row: its name, where it will hang, its unit, and a procedure's code or an address. Wrong rows are named.

    Raises:
        NotAllowed: the actor may not make codes.
        Invalid: no row has headers for a place and for where the code leads, or there are too many rows.
    """
    access.require(actor, May.KEEP_LINKS)
    named, rows = _batch(batch), iter(sheet.rows)
    first = list(islice(rows, HEADER_ROWS))
    header, places = _header(first)
    made: list[ShortLink] = []
    rejected: list[Rejected] = []
    for number, row in enumerate([*first[header + 1 :], *islice(rows, MOST + 1)], header + 2):
        cells = {name: text_of(row[place]) if place < len(row) else "" for name, place in places.items()}
        if not any(cells.values()):
            continue
        if len(made) >= MOST:
            raise Invalid(N_("Mỗi lần làm được nhiều nhất {most} mã."), most=MOST)
        try:
            made.append(_one(session, actor, cells))
        except Refusal as refusal:
            shown = cells.get("procedure") or cells.get("target", "")
            rejected.append(Rejected(number, "", shown, refusal.message, refusal.details, cells))
    for link in made:
        link.batch = named
    session.flush()
    return MadeLinks(made, tuple(rejected))


def _header(rows: Sequence[Sequence[Cell]]) -> tuple[int, dict[str, int]]:
    for number, row in enumerate(rows):
        places: dict[str, int] = {}
        for place, cell in enumerate(row):
            words = fold(text_of(cell))
            name = next((name for name, rule in _HEADERS.items() if rule.fullmatch(words)), None)
            if name:
                places.setdefault(name, place)
        if "place" in places and places.keys() & {"target", "procedure"}:
            return number, places
    raise Invalid(N_("Cần dòng tiêu đề có nơi treo, và đường dẫn hoặc mã thủ tục."))


def _one(session: Session, actor: Actor, cells: dict[str, str]) -> ShortLink:
    unit = units.by_code(session, actor=actor, code=cells["unit"]) if cells.get("unit") else None
    procedure: Procedure | None = None
    if code := cells.get("procedure"):
        procedure = procedures.find(session, actor=actor, code=code)
    return links.create(
        session, actor=actor, purpose=Purpose.PROCEDURE if procedure else Purpose.URL, title=cells.get("title", ""),
        place=cells.get("place", ""), target_url=cells.get("target") or None, unit_id=unit.id if unit else None,
        procedure_id=procedure.id if procedure else None,
    )  # fmt: skip


def _batch(typed: str) -> str:
    tidy = clean(typed)
    if len(tidy) > links.LONGEST_TEXT:
        raise Invalid(N_("Tên đợt in dài nhất {longest} ký tự."), longest=links.LONGEST_TEXT)
    return tidy


def set_name(session: Session, *, actor: Actor, link_id: UUID, name: str) -> ShortLink:
    """Give a code a name of the ward's own, once: what is printed with it must go on to work. The slug works beside it.

    Raises:
        NotAllowed, NotFound: the actor may not change the code.
        Invalid: it has a name, the name has other signs than letters, digits and hyphens, or it is taken.
    """
    link = links.for_change(session, actor=actor, link_id=link_id)
    if link.vanity:
        raise Invalid(N_("Mã này đã có tên riêng {name}, không đổi được nữa."), name=link.vanity)
    wanted = name.strip().lower()
    if not NAME.match(wanted) or "--" in wanted:
        raise Invalid(N_("Tên riêng gồm 3 đến 40 chữ không dấu, số hoặc gạch nối, ví dụ khai-sinh."))
    taken = (col(ShortLink.slug) == wanted) | (col(ShortLink.vanity) == wanted)
    if session.exec(select(ShortLink.id).where(taken)).first():
        raise Invalid(N_("Tên {name} đã dùng cho mã khác."), name=wanted)
    link.vanity = wanted
    session.flush()
    audit.record(
        session, actor=actor, action="link.named", subject_kind="shortlink", subject_id=link.id, slug=link.slug, name=wanted
    )
    return link
