"""Two households that may be one, side by side: what each says, where they differ."""

from dataclasses import dataclass
from uuid import UUID

import streamlit as st

from core.i18n import N_
from services.access import Actor
from services.household_phones import shown
from services.imports import FIELDS
from services.likeness import COMPARED, Answer, Pair, Side
from ui import parts
from ui.parts import Column, Text
from ui.words import _, day, near, number

LABELS = {
    "head_name": FIELDS["head_name"], "address": FIELDS["address"], "phone": FIELDS["phone"], "people": FIELDS["people"],
    "code": FIELDS["code"], "unit": FIELDS["unit"], "since": N_("trong sổ từ"), "groups": N_("đang ở nhóm"),
}  # fmt: skip


@dataclass(frozen=True)
class Seen:
    """The pair that a reader looked at when a button was pressed: the next one may be another already."""

    id: UUID
    versions: dict[UUID, int]  # of the left one, then of the right one
    names: dict[UUID, str]


def seen(pair: Pair | None) -> Seen | None:
    """What was on the screen when something was pressed; called once a run, with what will be on it now."""
    sides = [side.household for side in pair.sides] if pair else []
    now = Seen(pair.id, {one.id: one.version for one in sides}, {one.id: one.head_name for one in sides}) if pair else None
    before = st.session_state.get("al_seen") or now
    st.session_state["al_seen"] = now
    return before if isinstance(before, Seen) else None


def beside(pair: Pair, actor: Actor) -> None:
    """A line a field: those that differ first to the eye, in words as well."""
    differing = pair.differing
    heads: list[Column | str] = ["", _("Bên trái, ghi trước"), _("Bên phải, ghi sau")]
    rows: list[list[Text]] = []
    for name in COMPARED:
        said_as, differs = _(LABELS[name]), name in differing
        label = said_as[:1].upper() + said_as[1:]
        first: Text = parts.joined(label, parts.small(_("khác nhau"))) if differs else label
        rows.append(
            [first, *(parts.cell(words) if differs else words for words in (_said(one, name, actor) for one in pair.sides))]
        )
    opened = (parts.link(_("Mở trang hộ"), "household", id=str(one.household.id)) for one in pair.sides)
    parts.table(heads, [*rows, ["", *opened]], fold=False)


def why(pair: Pair) -> str:
    """Because of what they are asked about."""
    alike = _("tên và địa chỉ giống {n} / 100", n=number(pair.score))
    return _("cùng số điện thoại, {alike}", alike=alike) if pair.has_same_phone else alike


def answered(answer: Answer) -> tuple[str, str]:
    """What was said last, and when."""
    first, second = answer.names
    words = _("{first} và {second} là một hộ") if answer.is_same else _("{first} và {second} là hai hộ khác nhau")
    return _("Vừa trả lời: {words}", words=words.format(first=first, second=second)), near(answer.at)


def _said(side: Side, name: str, actor: Actor) -> str:
    home = side.household
    if name == "phone":
        numbers = [shown(actor, one) for one in (home.phone, *home.other_phones) if one]
        return ", ".join(numbers) or _("không có số")
    words = {
        "people": number(home.people), "unit": side.unit_label, "since": day(side.since, weekday=False),
        "groups": ", ".join(side.groups) or _("chưa ở nhóm nào"), "address": home.address or "–",
    }  # fmt: skip
    return words.get(name) or str(getattr(home, name))
