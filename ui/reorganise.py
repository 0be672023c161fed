"""Planning a reorganisation on one page: the form, what moves, and what becomes of each thing that hangs on an old unit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core import clock
from core.db import reading
from core.i18n import N_
from core.text import fold
from models import Reorganisation, Unit, UnitChangeKind, UnitKind
from services import households, unit_names, units
from services.access import Actor
from services.households import Filters
from services.reorganisations import Decision, Draft, Fate, Outlook, Part, Row, Rule, Tally, Thing
from ui import parts
from ui.parts import Column, Figure
from ui.words import _, day, moment, number, plain

HERE = "pages/reorganise.py"
KINDS = {
    "gop": N_("Gộp tổ, thôn"), "tach": N_("Tách tổ, thôn"), "chuyen": N_("Chuyển sang phường khác"),
    "nhap": N_("Nhập phường, xã"),
}  # fmt: skip
WORDS = {
    UnitChangeKind.MERGE: N_("Gộp"), UnitChangeKind.SPLIT: N_("Tách"), UnitChangeKind.TRANSFER: N_("Chuyển"),
    UnitChangeKind.RENAME: N_("Đổi tên"),
}  # fmt: skip
SORTS = {
    "group": N_("Nhóm"), "link": N_("Mã QR và đường dẫn đã in"), "user": N_("Tài khoản"),
    "announcement": N_("Thông báo còn hiệu lực"), "account": N_("Tài khoản kênh gửi tin"),
}  # fmt: skip
OPEN_UP_TO = 8  # things of one sort that are shown without being asked for
PARTS_MOST = 12
NEW = "new"


@dataclass(frozen=True)
class Form:
    """What the form says so far, and the places for what is wrong with it."""

    draft: Draft
    slots: Mapping[str, DeltaGenerator]
    is_ready: bool


def listing(rows: Sequence[Row]) -> None:
    """The plans, what waits first."""
    lines = []
    for row in rows:
        title = f"{_(WORDS[row.plan.kind])}: {row.old} → {row.new}"
        moved = _("{n} hộ", n=number(row.households)) if row.households is not None else ""
        state = parts.badge("arrived" if row.plan.done_at else "waiting", _(row.plan.status.label))
        lines.append(
            (parts.link(title, "reorganise", id=str(row.plan.id)), state, day(row.plan.effective_on, weekday=False), moved)
        )
    parts.table(
        [Column(_("Sắp xếp"), "wide"), Column(_("Tình trạng"), "state"), _("Từ ngày"), Column(_("Đã chuyển"), "num desk")],
        lines,
        shown=40,
    )


def kinds(actor: Actor) -> list[str]:
    """What this account can plan: wards only from above them."""
    with reading() as session:
        ward = units.commune_for(session, actor=actor)
    is_above = ward.path.startswith(actor.unit_path) and ward.path != actor.unit_path
    return list(KINDS) if is_above else list(KINDS)[:2]


def choose_ward(actor: Actor, label: str, *, key: str) -> Unit | None:
    """A ward by any name it has or had."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        words = st.text_input(
            _("Tìm, tên cũ cũng được"), key=f"{key}_words", type="search", placeholder=_("ví dụ: song cau"), width=260
        )  # fmt: skip
        with reading() as session:
            found = units.find(session, actor=actor, words=words or "") if (words or "").strip() else []
            everywhere = [] if words else units.children(session, actor=actor, unit_id=actor.unit_id) if actor.unit_id else []
        options = {one.unit.id: one.unit for one in found} | {one.id: one for one in everywhere if one.kind is UnitKind.COMMUNE}
        was = {one.unit.id: one.by for one in found if one.by}
        chosen = st.selectbox(
            label, list(options), index=0 if len(found) == 1 else None, key=f"{key}_{len(options)}_{fold(words or '')}",
            placeholder=_("Chọn xã, phường"), width=320,
            format_func=lambda id_: options[id_].name + (_(", trước là {name}", name=was[id_]) if id_ in was else ""),
        )  # fmt: skip
    if words and not found:
        parts.hint(_("Không có xã, phường nào như thế trong phạm vi của tài khoản này."))
    return options.get(chosen) if chosen else None


def ask(actor: Actor, kind: str) -> Form:
    """The form of one kind. Nothing is kept before it is saved."""
    slots: dict[str, DeltaGenerator] = {}
    ward = None
    if kind == "nhap" or len(kinds(actor)) > 2:
        ward = choose_ward(actor, _("Phường, xã bị nhập") if kind == "nhap" else _("Phường, xã"), key=f"r_{kind}_ward")
        if ward is None:
            return Form(Draft(UnitChangeKind.MERGE, clock.today(), ()), slots, is_ready=False)
    with reading() as session:
        home = ward or units.commune_for(session, actor=actor)
        places = {unit.id: unit for unit in units.residential(session, actor=actor, unit_id=home.id)}
    with st.container(horizontal=True):
        effective_on = st.date_input(
            _("Có hiệu lực từ ngày"), next_month(), key="r_day", format="DD/MM/YYYY", min_value="1945-09-03", width=200,
            max_value=clock.today() + timedelta(days=5 * 365),
        )  # fmt: skip
        decision_no = st.text_input(_("Số quyết định"), key="r_no", max_chars=60, placeholder=_("ví dụ: 125/QĐ-UBND"), width=220)
    slots["effective_on"] = st.empty()
    on = effective_on if isinstance(effective_on, date) else clock.today()
    made = _ask_kind(actor, kind, home, places, slots)
    draft = Draft(
        made.kind, on, made.old_ids, made.parts, made.ward_id, made.rules, made.rest, decision_no or "",
    )  # fmt: skip
    named = all(part.unit_id or (part.name.strip() and part.code.strip()) for part in draft.parts)
    return Form(draft, slots, is_ready=bool(draft.old_ids) and named and bool(draft.parts or draft.ward_id))


def _ask_kind(
    actor: Actor, kind: str, home: Unit, places: Mapping[UUID, Unit], slots: dict[str, DeltaGenerator]
) -> Draft:  # fmt: skip
    today = clock.today()
    if kind == "nhap":
        slots["old_ids"] = st.empty()
        target = choose_ward(actor, _("Nhập vào"), key="r_into")
        part = Part(unit_id=target.id) if target else _ask_part(home, 0, slots, hint=_("Hoặc lập phường, xã mới"))
        return Draft(UnitChangeKind.MERGE, today, (home.id,), (part,))
    if kind == "tach":
        old = st.selectbox(
            _("Tổ, thôn được tách"), list(places), index=None, format_func=lambda id_: places[id_].label, key="r_old", width=320,
            placeholder=_("Chọn tổ hoặc thôn"),
        )  # fmt: skip
        slots["old_ids"] = st.empty()
        return _ask_split(actor, home, old, slots)
    chosen = st.multiselect(
        _("Các tổ, thôn được gộp") if kind == "gop" else _("Các tổ, thôn được chuyển"), list(places), key=f"r_{kind}_old",
        format_func=lambda id_: places[id_].label, placeholder=_("Chọn tổ hoặc thôn"),
    )  # fmt: skip
    slots["old_ids"] = st.empty()
    if kind == "chuyen":
        ward = choose_ward(actor, _("Phường, xã nhận"), key="r_to")
        slots["ward_id"] = st.empty()
        return Draft(UnitChangeKind.TRANSFER, today, tuple(chosen), ward_id=ward.id if ward else None)
    options = [NEW, *(id_ for id_ in places if id_ not in chosen)]
    into = st.selectbox(
        _("Thành"), options, key="r_kept", width=320,
        format_func=lambda id_: _("một đơn vị mới") if id_ == NEW else _("nhập vào {unit}", unit=places[id_].label),
    )  # fmt: skip
    slots["unit_0"] = st.empty()
    part = Part(unit_id=into) if isinstance(into, UUID) else _ask_part(home, 0, slots)
    return Draft(UnitChangeKind.MERGE, today, tuple(chosen), (part,))


def _ask_part(home: Unit, place: int, slots: dict[str, DeltaGenerator], *, hint: str = "") -> Part:
    with st.container(horizontal=True):
        name = st.text_input(
            hint or _("Tên mới"), key=f"r_name_{place}", max_chars=200, placeholder=_("ví dụ: Tổ dân phố 5"), width=320
        )
        guess = "" if hint else suggested(home.code, name or "")
        code = st.text_input(
            _("Mã"),
            key=f"r_code_{place}",
            max_chars=30,
            placeholder=guess or (_("5 chữ số") if hint else _("theo tên")),
            width=170,
        )
    slots[f"name_{place}"] = slots[f"code_{place}"] = st.empty()
    return Part(name or "", code.strip() or guess)


def _ask_split(actor: Actor, home: Unit, old: UUID | None, slots: dict[str, DeltaGenerator]) -> Draft:
    count = st.number_input(_("Tách thành mấy tổ, thôn"), 2, PARTS_MOST, 2, key="r_count", width=220)
    slots["parts"] = st.empty()
    made, rules = [], []
    people = _people(actor, old) if old else {}
    for place in range(int(count)):
        with st.container(border=True, key=f"r_part_{place}"):
            made.append(_ask_part(home, place, slots))
            address = st.text_input(
                _("Hộ có địa chỉ chứa"), key=f"r_address_{place}", placeholder=_("ví dụ: ngõ 4; phố Đức Xuân"), max_chars=500
            )
            codes = st.text_input(_("Hộ có mã"), key=f"r_codes_{place}", placeholder=_("ví dụ: 001-120; 131"), max_chars=500)
            hand = st.multiselect(
                _("Hộ chọn từng hộ"),
                list(people),
                key=f"r_hand_{place}",
                format_func=people.__getitem__,
                placeholder=_("Không có"),
            )
            slots[f"rules_{place}"] = st.empty()
            rules += [Rule(place, "hand", ",".join(map(str, hand)))] if hand else []
            rules += [Rule(place, "address", address)] if (address or "").strip() else []
            rules += [Rule(place, "codes", codes)] if (codes or "").strip() else []
    rest = st.selectbox(
        _("Các hộ còn lại về"), range(int(count)), key="r_rest", width=320,
        format_func=lambda place: made[place].name or _("đơn vị thứ {n}", n=place + 1),
    )  # fmt: skip
    slots["rules"] = st.empty()
    return Draft(UnitChangeKind.SPLIT, clock.today(), (old,) if old else (), tuple(made), rules=tuple(rules), rest=rest or 0)


def _people(actor: Actor, unit_id: UUID) -> dict[UUID, str]:
    with reading() as session:
        found = households.search(session, actor=actor, filters=Filters(unit_id=unit_id, order="name"), page=1, size=2000)
    return {row.id: f"{row.code} {row.head_name}" for row in found.rows}


def next_month() -> date:
    """The first of the month to come: most decisions take effect on such a day."""
    return clock.month_of(clock.today())[1]


def suggested(ward_code: str, name: str) -> str:
    """ "01843-T5" for Tổ dân phố 5, "01843-BP" for Thôn Bản Pò."""
    bare = unit_names.parse(name).bare
    if not bare:
        return ""
    letters = "".join(word if word.isdigit() else word[0] for word in bare.split() if word[0].isalnum())
    return f"{ward_code}-{'T' if letters.isdigit() else ''}{letters.upper()}"[:30]


def show(outlook: Outlook) -> None:
    """What moves, into what."""
    things = outlook.hanging
    waiting = outlook.relays + len(things.of("announcement"))
    parts.figures(
        Figure(_("Hộ chuyển theo"), number(outlook.households), _("hộ"), _("{n} người", n=number(outlook.people))),
        Figure(_("Đang trong nhóm"), number(outlook.memberships), _("lượt hộ"), _("{n} nhóm", n=number(len(things.of("group"))))),
        Figure(_("Mã QR đã in"), number(len(things.of("link"))), _("mã"), _("quét vẫn chạy")),
        Figure(
            _("Tài khoản"), number(len(things.of("user"))), _("người"), _("{n} thông báo, việc đăng còn mở", n=number(waiting)),
            "waiting" if waiting else None,
        ),
    )  # fmt: skip
    _waiting(outlook)
    if len(outlook.parts) > 1:
        rows = [(part.name, part.code, number(part.households), number(part.people)) for part in outlook.parts]
        parts.table([_("Đơn vị mới"), Column(_("Mã"), "desk"), Column(_("Hộ"), "num"), Column(_("Người"), "num")], rows)
    for rule in outlook.unmatched:
        if rule.by != "hand":
            parts.note("waiting", _("Không hộ nào khớp: {words}", words=rule.words), _("Xem lại cách viết, hoặc bỏ dòng này."))
    empty = [part.name for part in outlook.parts if not part.households and len(outlook.parts) > 1]
    if empty:
        parts.note("waiting", _("Chưa có hộ nào về {units}", units=", ".join(empty)))


def _waiting(outlook: Outlook) -> None:
    """Terms, and what waits for an answer: how many go on, how many end."""
    said = outlook.waiting
    lines = [
        (_("Nhiệm kỳ người phụ trách"), said.terms, _("kết thúc cùng nhóm")),
        (_("Yêu cầu vào nhóm chờ trả lời"), said.requests, _("đóng lại, trả lời là không nhận")),
        (_("Đề nghị của tổ trưởng chờ duyệt"), said.proposals, _("đóng lại vì hai tổ đã thành một")),
    ]
    shown = [(name, _tallied(tally, words)) for name, tally, words in lines if tally.going_on or tally.ending]
    if shown:
        parts.facts(*shown)


def _tallied(tally: Tally, words: str) -> str:
    going_on = _("{n} chuyển theo", n=number(tally.going_on))
    ending = f"{number(tally.ending)} {words}" if tally.ending else ""
    return ", ".join(filter(None, (going_on if tally.going_on else "", ending)))


def done(plan: Reorganisation) -> None:
    """What a plan did that is carried out."""
    counts = plan.steps.get("done", {})
    if plan.done_at is None:
        return
    more = {
        "terms_ended": N_("Nhiệm kỳ kết thúc"), "requests_closed": N_("Yêu cầu vào nhóm đóng lại"),
        "proposals_moved": N_("Đề nghị chuyển theo"), "proposals_closed": N_("Đề nghị đóng lại"),
    }  # fmt: skip
    parts.facts(
        (_("Thực hiện lúc"), moment(plan.done_at)),
        (_("Đã chuyển"), _("{n} hộ, {people} người", n=number(counts["households"]), people=number(counts["people"]))),
        (_("Đơn vị kết thúc"), number(counts["units"])), (_("Nhóm"), number(counts["groups"])),
        (_("Mã QR đã in"), number(counts["links"])), (_("Tài khoản"), number(counts["users"])),
        *((_(words), number(counts[name])) for name, words in more.items() if counts.get(name)),
    )  # fmt: skip
    parts.hint(_("Số liệu trước ngày này vẫn tính theo đơn vị cũ. Việc đã thực hiện không quay lại được."))


def decide(outlook: Outlook, *, key: str) -> dict[str, Decision]:
    """What becomes of each thing, with what is usual chosen already. Stands inside a `st.form`."""
    chosen: dict[str, Decision] = {}
    for sort, title in SORTS.items():
        some = [thing for thing in outlook.hanging.things if thing.sort == sort]
        if not some:
            continue
        with st.expander(f"{_(title)} ({number(len(some))})", expanded=len(some) <= OPEN_UP_TO, key=f"{key}_{sort}"):
            if sort == "group" and any(choice.fate is Fate.MERGED for thing in some for choice in thing.choices):
                parts.hint(_("Gộp vào: từ ngày đó các hộ được ghi sang nhóm kia, mã vào nhóm đã in cũng dẫn tới nhóm kia."))
            if sort == "account":
                parts.hint(_("Mỗi phường một tài khoản mỗi kênh. Nơi nhận đã có thì tài khoản ở đây tạm dừng, không gửi gì nữa."))
            for thing in some:
                chosen[thing.key] = _fate(outlook, thing, key=f"{key}_{thing.key}")
    return chosen


def _fate(outlook: Outlook, thing: Thing, *, key: str) -> Decision:
    members = _("{n} hộ", n=number(thing.members)) if thing.sort == "group" else _(thing.detail) if thing.detail else ""
    label = ", ".join(piece for piece in (plain(thing.title), thing.unit_label, members) if piece)
    choice = st.selectbox(
        label, thing.choices, index=thing.choices.index(thing.decision), key=key,
        format_func=lambda one: _said(outlook, thing, one), disabled=len(thing.choices) == 1, width=560,
    )  # fmt: skip
    return choice or thing.decision


def _said(outlook: Outlook, thing: Thing, one: Decision) -> str:
    if one.fate is Fate.MERGED and one.into:
        return _("gộp vào {group}", group=outlook.hanging.targets[one.into])
    if one.fate is Fate.ENDED:
        return {
            "user": _("khóa tài khoản"),
            "link": _("tắt mã"),
            "announcement": _("để nguyên ở đơn vị cũ"),
            "account": _("tạm dừng"),
        }.get(thing.sort, _("đóng nhóm"))
    name = outlook.parts[one.part].name if one.part < len(outlook.parts) else ""
    return _("sang {unit}", unit=name)
