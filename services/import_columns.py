"""Which column of a list is what: headers as wards write them, in Vietnamese or English, wherever the header row stands.

Citizen-card numbers, days of birth, ethnicity and religion are never held (Luật 91/2025/QH15: no more than is needed):
their columns are recognised in order to be dropped and named.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from core.errors import Invalid
from core.i18n import N_
from core.letters import TURN, vietnamese
from core.text import fold
from services.import_values import in_unicode, text_of
from services.ports import Cell

HEADER_ROWS = 40  # a header further down is none
COLUMNS_MAX = 200
SURE_SCORE = 6  # of a header: four fields, the name among them
ROWS_AFTER = 3  # below such a header that are looked at still: it may go on
NEVER = "never"
IGNORED = "-"

# What a column may be, with the words for a screen.
FIELDS: dict[str, str] = {
    "code": N_("mã hộ"),
    "head_name": N_("họ tên chủ hộ"),
    "unit": N_("tổ dân phố, thôn"),
    "area": N_("phường, xã cũ"),
    "address": N_("địa chỉ"),
    "phone": N_("điện thoại"),
    "people": N_("số nhân khẩu"),
    "smartphones": N_("số người có điện thoại thông minh"),
    "group": N_("đã vào nhóm Zalo"),
    "group_people": N_("số người trong nhóm Zalo"),
    "door": N_("cần báo tận nhà"),
    "elderly_alone": N_("người già sống một mình"),
    "disabled": N_("người khuyết tật"),
    "no_phone": N_("không có điện thoại"),
    "other_language": N_("nói tiếng khác"),
    "relation": N_("quan hệ với chủ hộ"),
    "member": N_("họ tên người trong hộ, chỉ để đếm"),
}
ALIASES = {"in_group": "group", "name": "head_name", "phones": "phone", "household_code": "code", "members": "people"}

_UNIT_WORD = r"(?:to|tdp|kp|dan pho|nhan dan|thon|ban|xom|lang|ap|khom|buon|bon|doi|khu|khu pho|khu dan cu|cum dan cu)"
# Tried in this order on the folded header without signs and brackets; the first that matches the whole of it wins.
_RULES: tuple[tuple[str, str], ...] = (
    (NEVER, r".*\b(?:cccd|cmnd|cmtnd|cmt|ddcn|can cuoc|chung minh(?: thu| nhan dan)?|ho chieu)\b.*"),
    (NEVER, r".*\b(?:so dinh danh|dinh danh ca nhan)\b.*|ma dinh danh"),
    (NEVER, r".*\b(?:citizen|identity|id card|id number|national id|passport|personal id)\b.*"),
    (NEVER, r".*\b(?:ngay|nam|thang)(?: \w+){0,3} sinh\b(?! hoat| song).*|sinh (?:nam|ngay).*|n s|ns|ntns|(?:do )?tuoi"),
    (NEVER, r".*\b(?:birth|birthday|birthdate|dob|born|age|ethnic|ethnicity|religion)\b.*"),
    (NEVER, r"(?:thanh phan )?dan toc.*|ton giao.*|(?:ngay|noi) cap.*"),
    (IGNORED, r"stt|tt|so tt|so thu tu|thu tu|no|nr|index|ghi chu.*|notes?|remarks?|ky (?:ten|nhan).*|.*\be?mail\b.*"),
    (IGNORED, r"(?:to|thon|tdp) cu|(?:co )?(?:dung|su dung|cai|tai khoan|biet dung) (?:.*)?zalo|co zalo"),
    ("relation", r"(?:moi )?quan he.*|qh (?:voi )?chu ho|relation.*"),
    ("elderly_alone", r".*\b(?:mot minh|neo don|co don|don than|don chiec)\b.*|elderly.*|.*lives? alone"),
    ("disabled", r".*\b(?:khuyet tat|tan tat|nkt)\b.*|disab.*"),
    ("no_phone", r"(?:ho )?(?:khong|chua)(?: co)? (?:dien thoai|dt|sdt|phone)|no phone.*"),
    ("other_language", r".*\b(?:khong|chua) (?:noi|biet|hieu)(?: duoc)? tieng.*|.*\btieng (?:khac|dan toc)\b.*|other language.*"),
    ("door", r"(?:can )?(?:bao|thong bao|di|den)? ?(?:tan|tai|den) (?:nha|cua)|go cua|door.*|needs? door.*"),
    (
        "phone",
        r"(?:so )?(?:dien thoai|dt|sdt|di dong)(?: di dong)? (?:co |dung |dang ky )*zalo|so zalo|zalo phone|zalo (?:sdt|dt)",
    ),
    ("group_people", r"(?:tong )?so (?:nguoi|thanh vien|khau|nhan khau|nk|tv|luong|luong nguoi)\b.*\b(?:zalo|nhom)\b.*"),
    ("group_people", r"(?:zalo |group |joined )(?:people|members)|people (?:joined|in (?:the )?(?:chat |zalo )?group)"),
    (IGNORED, r".*\b(?:ten|link|duong dan|truong|ma|loai|lanh dao) (?:nhom|zalo)\b.*|nhom (?:tuoi|doi tuong|mau|nghe).*"),
    ("group", r".*\bzalo\b.*|(?:da |dang |co |chua )?(?:vao|trong|tham gia|o trong|o) nhom.*|ngay (?:vao|tham gia) nhom|nhom"),
    ("group", r"(?:is |member )?(?:in|of) (?:the )?(?:chat )?group|chat group|joined(?: group)?|group member"),
    ("smartphones", r".*\b(?:thong minh|smart ?phones?|dttm)\b.*"),
    (IGNORED, r".*\b(?:to truong|truong thon|can bo|cong an|nguoi than|to pho|bi thu|khan cap)\b.*"),
    ("phone", r".*\b(?:dien thoai|sdt|so dt|dtdd|di dong|phones?|mobile|telephone|tel|cell|hotline)\b.*|dt|d t|so dd"),
    ("phone", r"(?:so )?(?:lien he|lien lac)|thong tin lien (?:he|lac)|contact(?: number)?"),
    (
        "people",
        r"(?:tong )?(?:so |so luong )?(?:nhan )?khau(?: (?:trong )?(?:ho|gia dinh))*(?: thuc te| hien co| tong so| tong)?",
    ),
    (
        "people",
        r"(?:tong )?(?:so )?nhan khau thuong tru|(?:tong )?so (?:nguoi|thanh vien|nk)(?: (?:trong |cua )?(?:ho|gia dinh|nha))*",
    ),
    (
        "people",
        r"nk|persons?|household size|size|(?:number|no) of (?:people|members|persons)|residents|so nguoi tong so",
    ),
    ("code", r"(?:ma(?: so)?|so|so hieu|ky hieu) (?:ho(?: gia dinh| dan)?|hgd)|ma|ma so|ma dinh danh ho(?: gia dinh)?|id"),
    ("code", r"household (?:code|id|no|number)|hh (?:code|id)|house ?code"),
    ("family_name", r"ho(?: va)?(?: (?:ten|chu))? (?:dem|lot)|ho|last name|family name|surname"),
    ("given_name", r"ten|first name|given name"),
    (
        "member",
        r"(?:ho (?:va )?ten |hoten |ten )?(?:cac |tung )?(?:thanh vien|nguoi)(?: (?:khac|trong|cua|thuoc))* (?:ho|nha|gia dinh)",
    ),
    (
        "member",
        r"(?:(?:ho (?:va )?ten|hoten|ten) (?:cac |tung )?(?:thanh vien|nhan khau)|thanh vien)(?: khac)?|member name",
    ),
    (
        "head_name",
        r"(?:ho (?:va )?ten|hoten|ten)? ?(?:nguoi )?chu (?:ho|nha)(?: gia dinh)?(?: ho (?:va )?ten)?(?: (?:nguoi )?dai dien.*)?",
    ),
    (
        "head_name",
        r"(?:ho va ten|ho ten|hoten|ten) ?(?:nguoi )?(?:dai dien)?(?: cua)?(?: ho)?(?: gia dinh)?|(?:nguoi )?dai dien(?: ho)?",
    ),
    ("head_name", r"(?:full |head |household head |householder )?name|head(?: of)?(?: the)?(?: household| family)?|householder"),
    ("head_name", r"household head|head of household name|name of (?:the )?(?:household )?head(?: of household)?"),
    ("unit", rf"(?:ten |thuoc |so |o )?{_UNIT_WORD}(?: (?:so |va )?{_UNIT_WORD})*(?: so)?(?: moi| hien nay| hien tai)?"),
    (
        "unit",
        r"don vi(?: dan cu)?|dia ban|residential (?:unit|group)|unit (?:code|name)|village|neighbou?rhood(?: group)?|hamlet",
    ),
    ("area", r"(?:thuoc )?(?:phuong|xa|phuong xa|xa phuong|don vi|dia ban)(?: truoc sap nhap)?(?: cu)?|khu vuc"),
    ("area", r"(?:former|old) (?:ward|commune|unit)|ward|commune"),
    ("address", r"(?:dia chi|noi o|cho o|noi cu tru|noi thuong tru|ho khau thuong tru|noi dang ky thuong tru|residence).*"),
    ("address", r"current address|home address"),
    ("house_number", r"so nha|nha so|house(?: number| no)?"),
    (
        "street",
        r"(?:ten )?(?:duong|pho|ngo|ngach|duong pho|duong ngo|duong pho ngo|ngo ngach|street(?: name)?)|so nha (?:duong|ngo).*",
    ),
)
_COMPILED = tuple((name, re.compile(rule)) for name, rule in _RULES)
_NOWADAYS = re.compile(r"\b(?:hien (?:nay|tai)|current)\b")
_WORDS_MAX = 100  # a longer text is no header
_BRACKETS = re.compile(r"[(\[（].*?[)\]）]")
_SIGNS = re.compile(r"[^\w]+|_+")


@lru_cache(maxsize=4096)
def recognise(header: str) -> str | None:
    """The field a header names, `NEVER`, `IGNORED`, or None for words we do not know."""
    folded = fold(header)
    if len(folded) > _WORDS_MAX:
        return None
    underscored = _SIGNS.sub("_", folded).strip("_")
    if underscored in FIELDS or underscored in ALIASES:
        return ALIASES.get(underscored, underscored)
    for wording in (_BRACKETS.sub(" ", folded), folded):
        words = " ".join(_SIGNS.sub(" ", wording).split())
        found = next((name for name, rule in _COMPILED if words and rule.fullmatch(words)), None)
        if found:
            return found
    return None


@dataclass(frozen=True)
class Columns:
    """The header row found: which columns hold which field."""

    row: int  # the spreadsheet's number of the last row of the header
    depth: int  # rows of the header, one or two
    places: dict[str, tuple[int, ...]]  # columns from 0, by field; several only for parts of a name or address, and phones
    titles: dict[int, str]  # the header's words as in the file, by column
    dropped: tuple[str, ...] = ()  # headers of what is never held
    ignored: tuple[str, ...] = ()  # headers of what we have no place for
    letters: str = ""  # of before Unicode, in which its rows are typed: tcvn3, vni
    header_letters: str = ""  # and its header

    def title(self, name: str) -> str:
        """The header's words for a field, as in the file; empty where the list has no such column."""
        return " + ".join(dict.fromkeys(self.titles[place] for place in self.places.get(name, ())))

    def said(self) -> dict[str, str]:
        """Field to header, in the order of the columns."""
        return {name: self.title(name) for name in sorted(self.places, key=lambda name: self.places[name])}


@dataclass(frozen=True)
class _Candidate:
    """A row, or two rows together, that may be the header."""

    row: int
    depth: int
    titles: dict[int, str]
    names: dict[int, str]  # what each column is, where it is known

    @property
    def score(self) -> float:
        known = set(self.names.values())
        fields = known - {NEVER, IGNORED}
        has_head = bool(fields & {"head_name", "given_name"})
        return len(fields) + 2 * has_head + 0.5 * len(known & {NEVER, IGNORED})

    @property
    def is_header(self) -> bool:
        known = set(self.names.values())
        return len(known) >= 2 or (len(self.titles) == 1 and "head_name" in known)  # a list of nothing but names


def find(
    rows: Sequence[Sequence[Cell]], *, merged: Sequence[tuple[int, int, int, int]] = (), mapping: Mapping[str, str] | None = None,
    letters: str = "",
) -> Columns | None:  # fmt: skip
    """The columns of a list from its first rows; None where no row looks like a header.

    A header may stand over two rows, with joined cells. `mapping` gives the field of a header (or "" to leave it out)
    against what we would have read. Old letters are looked for, in the header and below it, unless `letters` are known.

    Raises:
        Invalid: the mapping names a header or a field that is none, or a column that is never held.
    """
    wishes = _wishes(mapping or {})
    best, way = _best(_texts(rows, ""), merged, wishes), ""
    if not letters and (best is None or vietnamese(" ".join(best.titles.values())) < 0):
        for old in TURN:
            other = _best(_texts(rows, old), merged, wishes)
            if other and (best is None or other.score > best.score):
                best, way = other, old
    if best is None:
        return None
    _require_headers(best, mapping or {})
    in_rows = way if letters or way else _letters(rows[best.row : HEADER_ROWS])
    return _columns(best, merged, wishes, letters=in_rows, header_letters=way)


def _best(
    texts: list[list[str]], merged: Sequence[tuple[int, int, int, int]], wishes: Mapping[str, str]
) -> _Candidate | None:  # fmt: skip
    """The likeliest header, the first of equals; the rows far below one that leaves no doubt are not looked at."""
    best: _Candidate | None = None
    for one in _candidates(texts, merged, wishes):
        if best and best.score >= SURE_SCORE and one.row > best.row + ROWS_AFTER:
            break
        if one.is_header and (best is None or one.score > best.score):
            best = one
    return best


def _texts(rows: Sequence[Sequence[Cell]], letters: str) -> list[list[str]]:
    return [[text_of(in_unicode(cell, letters)) for cell in row[:COLUMNS_MAX]] for row in rows[:HEADER_ROWS]]


def _letters(below: Sequence[Sequence[Cell]]) -> str:
    """The letters of rows whose header is in ours: old ones only where the rows cannot be read aloud otherwise."""
    texts = [cell for row in below for cell in row[:COLUMNS_MAX] if isinstance(cell, str) and not cell.isascii()]
    if vietnamese("\n".join(texts)) >= 0:
        return ""
    read = {way: vietnamese("\n".join(map(turn, texts))) for way, turn in TURN.items()}
    best = max(read, key=lambda way: read[way])
    return best if read[best] > 0 else ""


def _wishes(mapping: Mapping[str, str]) -> dict[str, str]:
    wishes = {}
    for header, wish in mapping.items():
        name = ALIASES.get(wish.strip(), wish.strip()) or IGNORED
        if name not in FIELDS and name != IGNORED:
            raise Invalid(N_("Không có trường “{name}”. Các trường: {names}."), name=wish, names=", ".join(FIELDS))
        if recognise(header) == NEVER and name != IGNORED:
            raise Invalid(N_("Cột “{header}” là thông tin không được lưu nên không nhập được."), header=header)
        wishes[fold(header)] = name
    return wishes


def _candidates(
    texts: list[list[str]], merged: Sequence[tuple[int, int, int, int]], wishes: Mapping[str, str]
) -> Iterator[_Candidate]:
    upper = [dict(enumerate(row)) for row in texts]
    for top, left, _bottom, right in merged:
        if top < len(texts) and left in upper[top]:
            upper[top] |= dict.fromkeys(range(left, min(right, COLUMNS_MAX) + 1), upper[top][left])
    for index, row in enumerate(texts):
        yield _candidate(index + 1, 1, {place: [text] for place, text in enumerate(row) if text}, wishes)
        if index:
            above = upper[index - 1]
            places = {place for place, text in above.items() if text} | {place for place, text in enumerate(row) if text}
            wordings = {place: _wordings(above.get(place, ""), row, place) for place in sorted(places)}
            yield _candidate(index + 1, 2, wordings, wishes)


def _wordings(above: str, row: Sequence[str], place: int) -> list[str]:
    """How a header of two rows may be read in one column: both together, then the lower alone."""
    below = row[place] if place < len(row) else ""
    return [f"{above} {below}", below] if above and below else [above or below]


def _candidate(row: int, depth: int, wordings: Mapping[int, list[str]], wishes: Mapping[str, str]) -> _Candidate:
    titles, names = {}, {}
    for place, ways in wordings.items():
        known = {way: name for way in ways if (name := wishes.get(fold(way)) or recognise(way))}
        titles[place] = ways[-1]
        if known:
            names[place] = next(iter(known.values()))
            titles[place] = next(way for way in reversed(known) if known[way] == names[place])  # the shorter, where it is enough
    return _Candidate(row, depth, titles, names)


def _require_headers(found: _Candidate, mapping: Mapping[str, str]) -> None:
    there = {fold(title) for title in found.titles.values()}
    for header in mapping:
        if fold(header) not in there:
            headers = ", ".join(f"“{title}”" for title in found.titles.values())
            raise Invalid(N_("Không thấy cột “{header}”. Các cột trong tệp: {headers}."), header=header, headers=headers)


def _columns(
    found: _Candidate, merged: Sequence[tuple[int, int, int, int]], wishes: Mapping[str, str], *, letters: str,
    header_letters: str,
) -> Columns:  # fmt: skip
    by_name: dict[str, list[int]] = {}
    for place, name in found.names.items():
        by_name.setdefault(name, []).append(place)
    for name in set(wishes.values()) - {IGNORED}:  # a wish is stronger than what we would have read
        by_name[name] = [place for place in by_name.get(name, []) if wishes.get(fold(found.titles[place])) == name]
    never, _ignored = by_name.pop(NEVER, []), by_name.pop(IGNORED, [])
    places = _places(by_name, found.titles, merged, found.row - 1)
    used = {place for group in places.values() for place in group} | set(never)
    return Columns(
        row=found.row,
        depth=found.depth,
        places=places,
        titles=found.titles,
        dropped=tuple(dict.fromkeys(found.titles[place] for place in never)),
        ignored=tuple(title for place, title in found.titles.items() if place not in used),
        letters=letters,
        header_letters=header_letters,
    )


def _places(
    by_name: dict[str, list[int]], titles: Mapping[int, str], merged: Sequence[tuple[int, int, int, int]], row: int
) -> dict[str, tuple[int, ...]]:
    """One column a field, but for names and addresses in parts and for several phones."""
    family, given = by_name.pop("family_name", []), by_name.pop("given_name", [])
    number, street = by_name.pop("house_number", []), by_name.pop("street", [])
    places: dict[str, tuple[int, ...]] = {name: (found[0],) for name, found in by_name.items() if found}
    if len(by_name.get("phone", [])) > 1:
        places["phone"] = tuple(by_name["phone"])
    if heads := by_name.get("head_name"):
        first = next((place for place in heads if "chu ho" in fold(titles[place])), heads[0])
        places["head_name"] = _joined(first, merged, row)
        persons = [place for place in heads if place not in places["head_name"] and "chu ho" not in fold(titles[place])]
        if "chu ho" in fold(titles[first]) and persons:
            places.setdefault("member", (persons[0],))  # beside the head of household: whoever lives there
    elif given or family:
        places["head_name"] = (*family[:1], *given[:1])
    if addresses := by_name.get("address"):
        places["address"] = (next((place for place in addresses if _NOWADAYS.search(fold(titles[place]))), addresses[0]),)
    elif number or street:
        places["address"] = (*number[:1], *street[:1])
    return places


def _joined(place: int, merged: Sequence[tuple[int, int, int, int]], row: int) -> tuple[int, ...]:
    """The columns under a header cell joined sideways: family name in one, given name in the next."""
    wide = next((area for area in merged if area[0] <= row <= area[2] and area[1] == place and area[3] > place), None)
    return tuple(range(place, min(wide[3], place + 2) + 1)) if wide else (place,)
