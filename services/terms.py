"""Terms: who led a chat group, or was its deputy, from which day until which.

A leader or deputy known only by the group itself has held the office since the group began: the term is written down the
first time it matters.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlmodel import Session, col, select

from core import clock
from core.errors import Invalid
from core.i18n import N_
from models import Group, Part, Term, User
from services import access
from services.access import Actor, May


@dataclass(frozen=True)
class Spell:
    """A term as a page shows it; `ended_on` None while it lasts."""

    name: str
    part: Part
    started_on: date
    ended_on: date | None


def follow(session: Session, *, group: Group, part: Part, user_id: UUID | None, on: date) -> None:
    """From the day `on` this person holds the office, or nobody: the open term ends that day and the next begins.

    Raises:
        Invalid: the day lies ahead, before the group, or before the term that it would end.
    """
    if on > clock.today():
        raise Invalid(N_("Ngày bàn giao không được sau hôm nay."), field="on")
    if group.started_on is not None and on < group.started_on:
        raise Invalid(N_("Ngày bàn giao trước ngày lập nhóm ({day:%d/%m/%Y})."), day=group.started_on, field="on")
    write_down(session, group=group)
    lasting = _open(session, group.id).get(part)
    if lasting is not None:
        if on < lasting.started_on:
            raise Invalid(
                N_("Người đang giữ việc này nhận từ ngày {day:%d/%m/%Y}. Xin chọn ngày sau đó."),
                day=lasting.started_on,
                field="on",
            )
        lasting.ended_on = on
        session.add(lasting)
        session.flush()
    if user_id is not None:
        session.add(Term(group_id=group.id, user_id=user_id, part=part, started_on=on))
        session.flush()


def write_down(session: Session, *, group: Group) -> None:
    """Open the terms that the group itself tells of and no row does yet."""
    lasting = _open(session, group.id)
    for part, user_id in _heads(group):
        if user_id is not None and part not in lasting:
            session.add(Term(group_id=group.id, user_id=user_id, part=part, started_on=_since(group)))
    session.flush()


def end_all(session: Session, *, group: Group, on: date) -> None:
    """The group is no more: its terms end with it, one that began later on its own first day."""
    write_down(session, group=group)
    for term in _open(session, group.id).values():
        term.ended_on = max(on, term.started_on)
        session.add(term)
    session.flush()


def history(session: Session, *, actor: Actor, group: Group) -> list[Spell]:
    """Who held which office of a group the actor has been given, the latest first; nobody for a viewer."""
    if not access.may(actor, May.SEE_PEOPLE):
        return []
    found = session.exec(
        select(Term, User.display_name).join(User, col(User.id) == col(Term.user_id)).where(Term.group_id == group.id)
    ).all()
    spells = [Spell(name, term.part, term.started_on, term.ended_on) for term, name in found]
    written = {term.part for term, _name in found if term.ended_on is None}
    spells += [
        Spell(access.display_name(session, user_id=user_id), part, _since(group), group.closed_on)
        for part, user_id in _heads(group) if user_id is not None and part not in written and group.closed_on is None
    ]  # fmt: skip
    return sorted(spells, key=lambda one: (one.ended_on is None, one.started_on, one.part is Part.LEADER), reverse=True)


def _heads(group: Group) -> tuple[tuple[Part, UUID | None], ...]:
    return (Part.LEADER, group.leader_id), (Part.DEPUTY, group.deputy_id)


def _since(group: Group) -> date:
    return group.started_on or clock.local(group.created_at).date()


def _open(session: Session, group_id: UUID) -> dict[Part, Term]:
    found = session.exec(select(Term).where(Term.group_id == group_id, col(Term.ended_on).is_(None)))
    return {term.part: term for term in found}
