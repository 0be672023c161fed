"""A leader's proposal on screen: what is beside what would be."""

from services.proposals import Waiting
from ui import parts
from ui.words import _, near


def title(one: Waiting) -> str:
    """Whose household, and what."""
    name = one.household.head_name if one.household else str(one.proposal.words.get("head_name", ""))
    return _("{name}: {what}", name=name, what=_(one.proposal.kind.label))


def sides(one: Waiting) -> None:
    """Before and after, field by field; the leader's note."""
    parts.facts(*((_(side.label), f"{side.before} → {side.after}" if side.before else side.after) for side in one.sides))
    if one.proposal.note:
        parts.hint(_("Tổ trưởng ghi: {note}", note=one.proposal.note))


def who(one: Waiting) -> str:
    """Where, by whom, when."""
    return ", ".join(word for word in (one.unit_label, one.by, near(one.proposal.created_at)) if word)


def answer(one: Waiting) -> parts.Text:
    """How it was answered."""
    if one.proposal.is_accepted:
        return parts.badge("arrived", _("đã nhận"))
    return parts.joined(parts.badge("overdue", _("không nhận")), " ", one.proposal.reason)
