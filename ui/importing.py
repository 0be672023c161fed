"""The parts of the screen that imports households: what a visit has in hand, what was recognised, what was refused."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import IO, Any
from uuid import UUID

import pandas as pd
import streamlit as st

from core.db import reading, transaction
from core.errors import Refusal
from core.i18n import N_
from models import UnitKind
from services import imports, units, uploads
from services.access import Actor
from services.change_sets import Earlier
from services.import_columns import NEVER, recognise
from services.import_reading import EVERY, ROWS_LOOKED_AT, Tables, is_one_a_unit
from services.import_rows import Spot
from services.imports import FIELDS, ImportResult, Prepared
from services.ports import Sheet
from services.uploads import Upload
from ui import parts
from ui.parts import Column, Figure
from ui.tables import XLSX
from ui.words import _, language, near, number, plain
from ui.work import Tell, Work

STATE = "i_hand"
NOWHERE = ""  # a column that is left out
LETTERS = {
    "utf-8": N_("Unicode (UTF-8)"), "utf-16": N_("Unicode (UTF-16)"), "unicode": N_("Unicode"), "cp1258": N_("Windows-1258"),
    "tcvn3": N_("TCVN3 (ABC, .VnTime)"), "vni": N_("VNI"),
}  # fmt: skip
OLD_LETTERS = ("cp1258", "tcvn3", "vni")
SAMPLES_HIGH = 386  # pixels: ten rows, the others by scrolling
WIDTHS = (64, 150, 320)  # pixels of the editor's own columns: row, column, reason
REFUSED_SHOWN, REFUSED_DRAWN, MENDED_MAX = 8, 200, 200
# The list we offer to fill in. Not translated: it is Vietnamese wards that fill it, and the reader must know each header.
Look = tuple[str, tuple[tuple[str, str], ...]]  # a sheet, and the fields of headers that are to be read otherwise
Wish = tuple[UUID, str, tuple[tuple[str, str], ...]]  # the same, for a unit

Its = tuple[str, str, str]  # the file's name and SHA-256, and what it is for


@dataclass
class Hand:
    """What this visit has in hand: names, counts and refused rows; the file itself lies on the disk."""

    owner: UUID | None
    turn: int = 0  # counts uploaders and editors, so that each begins empty
    upload: Upload | None = None
    sheets: tuple[str, ...] = ()  # the first that holds anything, then the others
    is_one_list: bool = False  # the sheets are of one residential unit each
    letters: tuple[str, ...] = ()  # the likeliest of the file, then the others it could be in; none where there is no doubt
    looks: dict[Look, Prepared | Refusal] = field(default_factory=dict)
    work: Work[ImportResult] | None = None
    wish: Wish | None = None  # what was asked for last
    purpose: str = ""  # of the record of processing
    writes: bool = False
    tried: ImportResult | None = None
    done: ImportResult | None = None
    mending: frozenset[Spot] = frozenset()  # rows under way a second time

    def take(self, content: IO[bytes], *, name: str, size: int) -> None:
        """Keep a file and look into it.

        Raises:
            Invalid: it is too large, or no table we can read.
        """
        upload = uploads.keep(content, name=name, size=size)
        try:
            first = uploads.read(upload)
            self.sheets, self.is_one_list = (first.name, *first.others), is_one_a_unit(first)
            seen = self.looks[first.name if first.others else "", ()] = _seen(first, {})
            self.letters = next((_letters(one) for one in (first, seen) if _letters(one)), ())
        except Refusal:
            uploads.forget(upload)
            raise
        self.upload = upload

    def drop(self) -> None:
        """Begin again with another file."""
        if self.upload:
            uploads.forget(self.upload)
        st.session_state[STATE] = Hand(self.owner, self.turn + 1)

    def settle(self) -> None:
        """Show the work under way until it is done, and keep what came of it.

        Raises:
            Refusal: what the work refused; nothing was written.
        """
        if self.work is None:
            return
        self.work.watch(_("Đang ghi vào sổ hộ") if self.writes else _("Đang đọc thử danh sách, chưa ghi gì"))
        work, self.work = self.work, None
        result = work.result()
        if not self.writes:
            self.tried = result
        elif self.done:
            self.done, self.turn = left_over(self.done, self.mending, result), self.turn + 1
        else:
            self.done = result
            if self.upload:
                uploads.forget(self.upload)


def hand(actor: Actor) -> Hand:
    """What this visit has in hand; nothing of somebody else's."""
    found = st.session_state.get(STATE)
    if not isinstance(found, Hand) or found.owner != actor.id:
        found = st.session_state[STATE] = Hand(actor.id)
    return found


def look(mine: Hand, *, sheet: str, wishes: Mapping[str, str]) -> Prepared | Refusal:
    """What the file holds, or why no list can be seen in it; read once for the same question.

    Raises:
        Invalid: the file cannot be read.
    """
    question = (sheet, tuple(sorted(wishes.items())))
    if question not in mine.looks and mine.upload:
        _look(mine.upload, sheet, wishes, mine.looks)
    return mine.looks[question]


def _look(upload: Upload, sheet: str, wishes: Mapping[str, str], looks: dict[Look, Prepared | Refusal]) -> None:
    looks[sheet, tuple(sorted(wishes.items()))] = _seen(uploads.read_list(upload, sheet=sheet, rows=ROWS_LOOKED_AT), wishes)


def _seen(table: Tables, wishes: Mapping[str, str]) -> Prepared | Refusal:
    try:
        return imports.prepare(table, mapping=wishes)
    except Refusal as refusal:
        return refusal


def _letters(found: Sheet | Prepared | Refusal) -> tuple[str, ...]:
    return () if isinstance(found, Refusal) or not found.other_letters else (found.letters, *found.other_letters)


def letters_choice(mine: Hand) -> None:
    """Which letters the file was taken to be in, and the others, where there are several ways to read it."""
    if not mine.letters or not mine.upload:
        return
    now = mine.upload.letters or mine.letters[0]
    options = [name for name in LETTERS if name in mine.letters]
    chosen = st.selectbox(
        _("Bảng chữ của tệp"), options, index=options.index(now), format_func=lambda name: _(LETTERS[name]),
        key=f"i_letters{mine.turn}", width=320,
        help=_("Nhận ra theo chữ trong tệp. Nếu tên ở các dòng dưới sai dấu, hãy chọn bảng chữ khác."),
    )  # fmt: skip
    if now in OLD_LETTERS:
        parts.hint(
            _("Chữ {letters} được đổi sang Unicode khi đọc. Hãy xem các dòng dưới đây đã đúng dấu chưa.", letters=_(LETTERS[now]))
        )
    if chosen != now:
        mine.upload, mine.wish = replace(mine.upload, letters=chosen), None
        mine.looks.clear()
        st.rerun()


def sheet_choice(mine: Hand) -> str:
    """The sheet to read, where there are several: by itself all together where each is called by a residential unit."""
    if len(mine.sheets) == 1:
        return ""
    options = [*mine.sheets, EVERY]
    words = _("Cả {n} trang, mỗi trang một tổ", n=number(len(mine.sheets))) if mine.is_one_list else _("Tất cả các trang")
    return st.selectbox(
        _("Trang tính"), options, index=len(mine.sheets) if mine.is_one_list else 0,
        format_func=lambda name: words if name == EVERY else name, key=f"i_sheet{mine.turn}", width=320,
    )  # fmt: skip


def place_of(mine: Hand, sheet: str) -> int:
    """A number for a choice of sheet, for keys of widgets."""
    return mine.sheets.index(sheet) if sheet in mine.sheets else len(mine.sheets) if sheet else 0


def targets(actor: Actor) -> dict[UUID, str]:
    """Where a list may be imported: the ward, or one of its residential units; from above, the wards."""
    with reading() as session:
        own = units.by_code(session, actor=actor, code=str(actor.unit_id))
        wards = [unit for unit in units.children(session, actor=actor, unit_id=own.id) if unit.kind is UnitKind.COMMUNE]
        if own.kind is UnitKind.PROVINCE:
            return {ward.id: ward.label for ward in wards}
        places = units.residential(session, actor=actor, unit_id=own.id)
    whole = {} if own.kind is UnitKind.RESIDENTIAL else {own.id: _("Cả {ward}", ward=own.label)}
    return whole | {place.id: place.label for place in places}


def begin(mine: Hand, actor: Actor, wish: Wish, *, writes: bool) -> None:
    """Read the whole list, to tell what would happen or to write it: all that is right in one transaction."""
    unit_id, sheet, wishes = wish
    if mine.upload:
        table = partial(uploads.read_list, mine.upload, sheet=sheet)
        mine.wish, mine.writes = wish, writes
        its = (mine.upload.name, mine.upload.sha256, mine.purpose)
        mine.work = Work(partial(_write if writes else _try, table, actor, unit_id, dict(wishes), its))


def begin_mending(mine: Hand, actor: Actor, typed: Mapping[Spot, Mapping[str, str]]) -> bool:
    """Write the rows that were put right; False where none was. What was typed into the others stays in them."""
    if not mine.done or not mine.wish:
        return False
    mended = imports.mended(mine.done, typed)
    refused_rows = {one.spot for one in mine.done.rejected}
    filled = {Spot(sheet.name, number): row for sheet in mended for number, row in enumerate(sheet.rows, start=1) if row}
    mine.mending = frozenset(filled.keys() & refused_rows)
    kept = [replace(one, cells={**one.cells, **typed.get(one.spot, {})}) for one in mine.done.rejected]
    mine.done = replace(mine.done, rejected=kept)
    if not mine.mending:
        return False
    unit_id, _sheet, wishes = mine.wish
    headers = {cell for spot, row in filled.items() if spot not in refused_rows for cell in row}
    known = {header: name for header, name in wishes if header in headers}
    its = (mine.upload.name if mine.upload else "", "", mine.purpose)  # rows typed over are no longer the file with that hash
    mine.work, mine.writes = Work(partial(_write, lambda: mended, actor, unit_id, known, its)), True
    return True


def _try(
    read: Callable[[], Tables], actor: Actor, unit_id: UUID, wishes: Mapping[str, str], its: Its, tell: Tell
) -> ImportResult:  # fmt: skip
    table = read()
    with reading() as session:
        return imports.run(
            session, actor=actor, unit_id=unit_id, sheet=table, mapping=wishes, dry_run=True,
            progress=lambda done, of: tell(2 * done, of),  # there is no second half, the writing
            file_name=its[0], file_hash=its[1], purpose=its[2],
        )  # fmt: skip


def _write(
    read: Callable[[], Tables], actor: Actor, unit_id: UUID, wishes: Mapping[str, str], its: Its, tell: Tell
) -> ImportResult:  # fmt: skip
    table = read()
    with transaction() as session:
        return imports.run(
            session, actor=actor, unit_id=unit_id, sheet=table, mapping=wishes, progress=tell, file_name=its[0],
            file_hash=its[1], purpose=its[2],
        )  # fmt: skip


def fields_of(seen: Prepared) -> dict[str, str]:
    """Header to field, for every header that may be held; "" where it is left out."""
    return {header: seen.fields.get(header, NOWHERE) for header in seen.headers if recognise(header) != NEVER}


def choose_fields(found: Mapping[str, str], *, key: str) -> dict[str, str]:
    """A box a column, to say what it is; those that say otherwise than what was found."""
    words = {NOWHERE: _("(không nhập)"), **{name: _(label) for name, label in FIELDS.items()}}
    wishes = {}
    for start in range(0, len(found), 3):
        for column, (place, header) in zip(st.columns(3), list(enumerate(found))[start : start + 3], strict=False):
            options = list(words)
            chosen = column.selectbox(
                plain(header), options, index=options.index(found[header]), format_func=words.__getitem__, key=f"{key}_{place}"
            )
            if chosen != found[header]:
                wishes[header] = str(chosen)
    return wishes


def about(seen: Prepared) -> None:
    """What is never held, and what we have no place for, by name."""
    if seen.dropped:
        parts.note(
            "unknown", _("Không lưu: {columns}", columns=", ".join(f"“{title}”" for title in seen.dropped)),
            _("Số căn cước, ngày sinh, dân tộc, tôn giáo không được giữ ở đây. Các cột này bị bỏ ngay khi đọc."),
        )  # fmt: skip
    if seen.ignored:
        parts.hint(_("Không nhập: {columns}.", columns=", ".join(f"“{title}”" for title in seen.ignored)))
    if len(seen.sheets) > 1 and seen.others:
        parts.hint(_("Không đọc các trang: {sheets}.", sheets=", ".join(f"“{name}”" for name in seen.others)))


def samples(seen: Prepared) -> None:
    """The first rows, under the names of the fields they go into."""
    names = {name: (title, *title.split(" + ")) for name, title in seen.columns.items()}
    several = len(seen.sheets) > 1
    rows = [
        ({_("Trang"): sheet} if several else {})
        | {_("Dòng"): row}
        | {_(FIELDS[name]): ", ".join(texts[h] for h in dict.fromkeys(titles) if texts.get(h)) for name, titles in names.items()}
        for sheet, (row, texts) in zip(seen.sample_sheets, seen.samples, strict=True)
    ]
    words = _("{n} dòng đầu của danh sách", n=number(len(rows)))
    narrow = {_("Dòng"): st.column_config.NumberColumn(width=WIDTHS[0])}
    st.dataframe(
        pd.DataFrame(rows), hide_index=True, height=SAMPLES_HIGH, column_config=narrow, alt=words, key="i_rows"
    )  # fmt: skip


def outcome(done: ImportResult) -> None:
    """What came of it in a sentence, and the ways on: to its record, to pairs that may be one."""
    count = done.created + done.updated
    if count or not done.earlier:
        parts.note("arrived", _("Đã ghi {n} hộ vào sổ", n=number(count)))
    else:
        parts.note("unknown", _("Không có gì mới để ghi"), repeated(done.earlier))
    record = done.change_set_id or (done.earlier.change_set_id if done.earlier else None)
    with st.container(horizontal=True, vertical_alignment="center"):
        if record:
            words = _("Xem lần nhập này, quay lại được") if done.change_set_id else _("Xem lần nhập trước")
            st.page_link("pages/imports.py", label=words, icon=":material/history:", query_params={"id": str(record)})
        if done.alike:
            words = _("{n} cặp hộ có thể trùng nhau", n=number(done.alike))
            st.page_link("pages/alike.py", label=words, icon=":material/compare_arrows:")


def repeated(earlier: Earlier) -> str:
    """Who imported the very same file, and when."""
    who = earlier.by or _("người quản trị máy chủ")
    return _("{who} đã nhập chính tệp này lúc {at}. Lần này không ghi thêm gì.", who=who, at=near(earlier.at))


def figures(result: ImportResult) -> None:
    """What an import did, or would do, of how many."""
    of = _("/ {n} dòng", n=number(result.rows))
    groups = _("lập {n} nhóm mới của tổ", n=number(result.groups)) if result.groups else ""
    joined = _("{n} hộ vào nhóm của tổ", n=number(result.joined)) if result.joined else ""
    parts.figures(
        Figure(_("Hộ mới"), number(result.created), of, ", ".join(filter(None, (joined, groups)))),
        Figure(_("Cập nhật"), number(result.updated), of, _("hộ đã có, thay đổi theo danh sách") if result.updated else ""),
        Figure(_("Không đổi"), number(result.unchanged), of),
        Figure(
            _("Chưa đúng"), number(len(result.rejected)), of,
            _("không ghi, xem lý do ở dưới") if result.rejected else "", "overdue" if result.rejected else None,
        ),
    )  # fmt: skip


def refused(result: ImportResult) -> None:
    """Row, column, value and reason of what was refused, and the list to take away."""
    if not result.rejected:
        return
    parts.section(_("{n} dòng chưa đúng", n=number(len(result.rejected))), _("số dòng như trong tệp"))
    several = len(result.sheets) > 1
    rows = [
        (
            *[parts.cell(one.sheet)][:several], number(one.row), one.column or "–",
            parts.cell(one.value) if one.value else "–", one.reason(language()),
        )
        for one in result.rejected[:REFUSED_DRAWN]
    ]  # fmt: skip
    heads: list[Column | str] = [_("Dòng"), _("Cột"), Column(_("Đang ghi"), "wide"), Column(_("Lý do"), "wide")]
    heads = [_("Trang"), *heads] if several else heads
    parts.table(heads, rows, shown=REFUSED_SHOWN, more=_("Xem {n} dòng", n=number(len(rows))))
    st.download_button(
        _("Tải các dòng chưa đúng (Excel)"), partial(imports.refused_xlsx, result, language=language()),
        "dong-chua-dung.xlsx", XLSX,
        key="i_refused", icon=":material/download:", on_click="ignore",
    )  # fmt: skip


def editor(result: ImportResult, *, key: str) -> dict[Spot, dict[str, str]]:
    """The refused rows to be mended in place; what was written over, by row and header."""
    some = replace(result, rejected=result.rejected[:MENDED_MAX])
    headers, rows = imports.refused_rows(some, language=language())
    fixed = headers[: len(imports.own_headers(some))]
    narrow = zip(fixed[-len(WIDTHS) :], WIDTHS, strict=True)
    st.data_editor(
        pd.DataFrame(rows, columns=headers), hide_index=True, disabled=fixed, key=key, on_change="ignore",
        column_config={one: st.column_config.TextColumn(width=wide) for one, wide in narrow},
        alt=_("Các dòng chưa đúng, sửa được ngay trong ô"),
    )  # fmt: skip
    return corrections(some, st.session_state.get(key, {}).get("edited_rows", {}))


def corrections(result: ImportResult, edited: Mapping[Any, Mapping[str, Any]]) -> dict[Spot, dict[str, str]]:
    """What was typed into the editor, whose rows are known by their place."""
    return {
        result.rejected[int(place)].spot: {header: "" if text is None else str(text) for header, text in cells.items()}
        for place, cells in edited.items()
    }


def left_over(before: ImportResult, tried: Collection[Spot], after: ImportResult) -> ImportResult:
    """The result so far, with the rows put right no longer refused."""
    still = [one for one in before.rejected if one.spot not in tried]
    order = {name: place for place, name in enumerate(before.sheets)}
    return replace(
        before, created=before.created + after.created, updated=before.updated + after.updated,
        unchanged=before.unchanged + after.unchanged, joined=before.joined + after.joined, groups=before.groups + after.groups,
        rejected=sorted([*still, *after.rejected], key=lambda one: (order.get(one.sheet, 0), one.row)),
        alike=before.alike + after.alike, change_set_id=before.change_set_id or after.change_set_id,
    )  # fmt: skip
