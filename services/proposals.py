"""What leaders propose of their households, and the ward's staff take over or decline with a reason.

A leader corrects telephone, people and smartphones of the own households directly: they are known at the door, and a wrong one
changes no count of households. Who is a household, since when and where is the ward's to say (docs/decisions/0017).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from core import clock
from core.errors import Invalid, NotFound, Refusal
from core.i18n import N_
from models import Household, Proposal, ProposalKind, Unit, UnitKind, User
from services import access, added_households, audit, household_history, households
from services.access import Actor, May, commune_of
from services.household_search import in_sight
from services.household_values import HouseholdValues, fill, not_later, values_of
from services.household_writes import locked
from services.presence import valid_on
from services.units import place_key

NOTE_MOST, MINE_SHOWN = 500, 20
BY_LEADERS = ("phone", "people", "smartphones", "needs")  # what a leader corrects without asking
FIELDS = {"head_name": N_("Chủ hộ"), "address": N_("Địa chỉ"), "code": N_("Mã hộ"), "arrived_on": N_("Ở đây từ ngày")}
ADDED = {"phone": N_("Điện thoại"), "people": N_("Số người")}


@dataclass(frozen=True)
class Side:
    """One line of a proposal: what is, and what would be. The label is to be translated."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Waiting:
    """A proposal with all that is needed to answer it."""

    proposal: Proposal
    unit_label: str
    household: Household | None
    by: str
    sides: list[Side]

    @property
    def version(self) -> int | None:
        """Of the household, as it is shown beside the proposal."""
        return self.household.version if self.household else None


def add(session: Session, *, actor: Actor, unit_id: UUID, values: HouseholdValues, note: str = "") -> Proposal:
    """Propose a household that the ward's list lacks.

    Raises:
        Invalid: a value cannot be right; `details["field"]` names it.
        NotAllowed: the actor sees figures only.
        NotFound: the unit lies outside the actor's sight.
    """
    unit = session.exec(select(Unit).where(Unit.id == unit_id, in_sight(actor))).first()
    if unit is None or unit.kind is not UnitKind.RESIDENTIAL:
        raise NotFound(N_("Không tìm thấy đơn vị này."))
    proposal = added_households.propose(session, actor=actor, unit=unit, values=values)
    proposal.note = _noted(note)
    session.add(proposal)
    return proposal


def change(
    session: Session, *, actor: Actor, household_id: UUID, values: HouseholdValues, note: str = "", version: int | None = None
) -> Proposal | None:
    """Correct what a leader may, and propose the rest; None where nothing was left to propose.

    Raises:
        Invalid: a value cannot be right, or it is no longer the version seen.
        NotAllowed: the actor sees figures only.
        NotFound: it lies outside the actor's sight.
    """
    household, unit = locked(session, actor=actor, household_id=household_id, version=version)
    checked = Household(**household.model_dump())
    with session.no_autoflush:
        fill(session, checked, unit=unit, values=values)
    wanted = {name: _said(getattr(checked, name)) for name in FIELDS if getattr(checked, name) != getattr(household, name)}
    own = replace(values_of(household), **{name: getattr(values, name) for name in BY_LEADERS})
    households.change(session, actor=actor, household_id=household_id, values=own)
    return _propose(session, actor, ProposalKind.CHANGE, household, wanted, note) if wanted else None


def left(session: Session, *, actor: Actor, household_id: UUID, on: date, note: str = "") -> Proposal:
    """Say that a household has moved away.

    Raises:
        Invalid, NotAllowed, NotFound: as `change`.
    """
    household, _unit = locked(session, actor=actor, household_id=household_id)
    _require_day(household, on)
    return _propose(session, actor, ProposalKind.LEFT, household, {"on": on.isoformat()}, note)


def take_back_left(session: Session, *, actor: Actor, household_id: UUID, by_ids: Sequence[UUID]) -> None:
    """What these people said of a household that has moved away was wrong: forgotten, unless it is answered already."""
    said = (Proposal.household_id == household_id, Proposal.kind == ProposalKind.LEFT, col(Proposal.proposed_by_id).in_(by_ids))
    for proposal in session.exec(select(Proposal).where(*said, _open())).all():
        _note(session, actor, "proposal.withdrawn", proposal)
        session.delete(proposal)
    session.flush()


def moved(session: Session, *, actor: Actor, household_id: UUID, unit_id: UUID, on: date, note: str = "") -> Proposal:
    """Say that a household lives in another unit of the ward now.

    Raises:
        Invalid, NotAllowed, NotFound: as `change`.
    """
    household, _unit = locked(session, actor=actor, household_id=household_id)
    _require_day(household, on)
    targets = {unit.id for unit in destinations(session, actor=actor, household_id=household_id)}
    if unit_id not in targets:
        raise Invalid(N_("Xin chọn tổ, thôn khác của phường."), field="unit_id")
    return _propose(session, actor, ProposalKind.MOVED, household, {"on": on.isoformat(), "unit_id": str(unit_id)}, note)


def destinations(session: Session, *, actor: Actor, household_id: UUID) -> list[Unit]:
    """The other residential units of the household's ward, by name: names only, a leader sees nothing else of them.

    Raises:
        NotAllowed, NotFound: as `change`.
    """
    unit = households.get(session, actor=actor, household_id=household_id).unit
    ward = commune_of(session, unit)
    query = select(Unit).where(
        Unit.kind == UnitKind.RESIDENTIAL, access.path_range(ward.path), valid_on(clock.today()), Unit.id != unit.id
    )
    return sorted(session.exec(query), key=lambda one: place_key(one.area, one.label))


def waiting_count(session: Session, actor: Actor) -> int:
    """How many proposals wait for the actor; 0 for who does not answer any."""
    if not access.may(actor, May.ANSWER_PROPOSALS):
        return 0
    query = select(func.count()).select_from(Proposal).join(Unit, col(Unit.id) == col(Proposal.unit_id))
    return session.exec(query.where(_open(), access.path_range(actor.unit_path))).one()


def waiting(session: Session, *, actor: Actor, limit: int = 50) -> list[Waiting]:
    """What waits for the actor, the oldest first.

    Raises:
        NotAllowed: the actor is not of the ward's staff.
    """
    access.require(actor, May.ANSWER_PROPOSALS)
    query = _all().where(_open(), access.path_range(actor.unit_path))
    return _shown(session, query.order_by(col(Proposal.created_at), col(Proposal.id)).limit(limit))


def answered(session: Session, *, actor: Actor, limit: int = MINE_SHOWN) -> list[Waiting]:
    """What has been answered lately, the latest first: to staff all of it, to a leader the own ones with the reasons.

    Raises:
        NotAllowed: the actor sees figures only.
    """
    access.require(actor, May.PROPOSE)
    mine = (
        col(Proposal.proposed_by_id) == actor.id
        if not access.may(actor, May.ANSWER_PROPOSALS)
        else access.path_range(actor.unit_path)
    )
    query = _all().where(col(Proposal.answered_at).is_not(None), mine)
    return _shown(session, query.order_by(col(Proposal.answered_at).desc(), col(Proposal.id)).limit(limit))


def accept(session: Session, *, actor: Actor, seen: Mapping[UUID, int | None]) -> list[Proposal]:
    """Take proposals over, all or none, each on the version of its household that was seen beside it.

    Raises:
        Invalid: one cannot be taken over; the message says which and why.
        NotAllowed: the actor is not of the ward's staff.
        NotFound: one does not exist, or lies outside the actor's sight.
    """
    found = [_to_answer(session, actor, proposal_id) for proposal_id in seen]
    if not found:
        raise Invalid(N_("Xin chọn ít nhất một đề nghị."))
    for proposal in sorted(found, key=lambda one: (one.created_at, one.id)):
        try:
            _apply(session, actor, proposal, seen[proposal.id])
        except Refusal as refusal:
            raise Invalid(
                N_("Chưa nhận được đề nghị về hộ {name}: {why}"), name=_name_of(session, proposal), why=str(refusal)
            ) from refusal
        _close(session, actor, proposal, is_accepted=True)
    return found


def decline(session: Session, *, actor: Actor, proposal_id: UUID, reason: str) -> Proposal:
    """Say no, and why: the leader sees it.

    Raises:
        Invalid: there is no reason, or it is answered already.
        NotAllowed, NotFound: as `accept`.
    """
    proposal = _to_answer(session, actor, proposal_id)
    if not reason.strip():
        raise Invalid(N_("Xin ghi lý do, tổ trưởng sẽ thấy."), field="reason")
    proposal.reason = _noted(reason, "reason")
    _close(session, actor, proposal, is_accepted=False)
    return proposal


def undo(session: Session, *, actor: Actor, proposal_id: UUID) -> Proposal:
    """Take an answer back: the proposal waits again, and what taking it over wrote is as before.

    Raises:
        Invalid: it is not answered, or something has happened to the household since.
        NotAllowed, NotFound: as `accept`.
    """
    proposal = _locked(session, actor, proposal_id)
    if proposal.answered_at is None:
        raise Invalid(N_("Đề nghị này chưa được trả lời."))
    if proposal.is_accepted:
        _take_back(session, actor, proposal)
    proposal.answered_at = proposal.answered_by_id = proposal.is_accepted = None
    proposal.reason = ""
    proposal.words = {name: value for name, value in proposal.words.items() if name not in ("before", "version")}
    session.add(proposal)
    _note(session, actor, "proposal.undone", proposal)
    return proposal


# ---- proposing


def _noted(text: str, field: str = "note") -> str:
    if len(text.strip()) > NOTE_MOST:
        raise Invalid(N_("Xin ghi không quá {most} chữ cái."), most=NOTE_MOST, field=field)
    return text.strip()


def _said(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _require_day(household: Household, on: date) -> None:
    not_later(on, N_("Ngày này không được sau hôm nay."), "on")
    if household.left_on is not None:
        raise Invalid(N_("Hộ này đã chuyển đi ngày {day:%d/%m/%Y}."), day=household.left_on, field="on")
    if on <= household.arrived_on:
        raise Invalid(N_("Xin chọn một ngày sau ngày {day:%d/%m/%Y}."), day=household.arrived_on, field="on")


def _propose(
    session: Session, actor: Actor, kind: ProposalKind, household: Household, words: dict[str, Any], note: str
) -> Proposal:
    """The same kind twice of one household is one proposal, in its last words."""
    same = select(Proposal).where(
        Proposal.household_id == household.id, Proposal.kind == kind, Proposal.proposed_by_id == actor.id, _open()
    )
    proposal = session.exec(same).first() or Proposal(
        kind=kind, unit_id=household.unit_id, household_id=household.id, proposed_by_id=actor.id
    )
    proposal.words, proposal.note = words, _noted(note)
    session.add(proposal)
    session.flush()
    _note(session, actor, "proposal.made", proposal)
    return proposal


# ---- looking


def _open() -> ColumnElement[bool]:
    return col(Proposal.answered_at).is_(None)


def _all() -> Any:
    return (
        select(Proposal, Unit, Household, User)
        .join(Unit, col(Unit.id) == col(Proposal.unit_id))
        .outerjoin(Household, col(Household.id) == col(Proposal.household_id))
        .outerjoin(User, col(User.id) == col(Proposal.proposed_by_id))
    )


def _shown(session: Session, query: Any) -> list[Waiting]:
    rows = session.exec(query).all()
    to = {UUID(row[0].words["unit_id"]) for row in rows if "unit_id" in row[0].words}
    labels = {unit.id: unit.label for unit in session.exec(select(Unit).where(col(Unit.id).in_(to)))} if to else {}
    return [
        Waiting(proposal, unit.label, home, user.display_name if user else "", _sides(proposal, unit, home, labels))
        for proposal, unit, home, user in rows
    ]


def _sides(proposal: Proposal, unit: Unit, home: Household | None, labels: Mapping[UUID, str]) -> list[Side]:
    words = proposal.words
    if proposal.kind is ProposalKind.ADD:
        return [Side(label, "", str(words[name])) for name, label in (FIELDS | ADDED).items() if words.get(name)]
    day = Side(N_("Từ ngày"), "", f"{date.fromisoformat(words['on']):%d/%m/%Y}") if "on" in words else None
    if proposal.kind is ProposalKind.MOVED:
        sides = [Side(N_("Tổ, thôn"), unit.label, labels.get(UUID(words["unit_id"]), ""))]
    else:
        sides = [Side(FIELDS[name], _plain(getattr(home, name)), _plain(words[name])) for name in FIELDS if name in words]
    return [*sides, day] if day else sides


def _plain(value: Any) -> str:
    return f"{value:%d/%m/%Y}" if isinstance(value, date) else str(value)


# ---- answering


def _locked(session: Session, actor: Actor, proposal_id: UUID) -> Proposal:
    access.require(actor, May.ANSWER_PROPOSALS)
    query = select(Proposal).join(Unit, col(Unit.id) == col(Proposal.unit_id))
    query = query.where(Proposal.id == proposal_id, access.path_range(actor.unit_path)).with_for_update(of=Proposal)
    found = session.exec(query).first()
    if found is None:
        raise NotFound(N_("Không tìm thấy đề nghị này."))
    return found


def _to_answer(session: Session, actor: Actor, proposal_id: UUID) -> Proposal:
    proposal = _locked(session, actor, proposal_id)
    if proposal.answered_at is not None:
        raise Invalid(N_("Đề nghị này đã được trả lời rồi."))
    return proposal


def _close(session: Session, actor: Actor, proposal: Proposal, *, is_accepted: bool) -> None:
    proposal.answered_at, proposal.answered_by_id, proposal.is_accepted = clock.now(), actor.id, is_accepted
    session.add(proposal)
    _note(session, actor, "proposal.accepted" if is_accepted else "proposal.declined", proposal)


def _apply(session: Session, actor: Actor, proposal: Proposal, version: int | None) -> None:
    words, now = proposal.words, proposal.household_id
    if now is None:
        made = households.add(session, actor=actor, unit_id=proposal.unit_id, values=_added(words))
        proposal.household_id, proposal.words = made.id, words | {"version": made.version}
        return
    home, _unit = locked(session, actor=actor, household_id=now, version=version)
    if proposal.kind is ProposalKind.CHANGE:
        before = {name: _said(getattr(home, name)) for name in FIELDS if name in words}
        households.change(session, actor=actor, household_id=now, values=replace(values_of(home), **_fields(words)))
        proposal.words = words | {"before": before}
    elif proposal.kind is ProposalKind.LEFT:
        households.end(session, actor=actor, household_id=now, on=date.fromisoformat(words["on"]))
    else:
        household_history.move(
            session, actor=actor, household_id=now, unit_id=UUID(words["unit_id"]), on=date.fromisoformat(words["on"])
        )
    proposal.words = proposal.words | {"version": home.version}


def _take_back(session: Session, actor: Actor, proposal: Proposal) -> None:
    if proposal.household_id is None:
        raise Invalid(N_("Hộ này không còn nữa."))
    home, _unit = locked(session, actor=actor, household_id=proposal.household_id)
    if home.version != proposal.words.get("version"):
        raise Invalid(N_("Không quay lại được: hộ này đã có thay đổi sau đó."))
    if proposal.kind is ProposalKind.ADD:
        households.end(session, actor=actor, household_id=home.id, on=home.arrived_on)  # it never counted
        proposal.household_id = None
    elif proposal.kind is ProposalKind.CHANGE:
        values = replace(values_of(home), **_fields(proposal.words["before"]))
        households.change(session, actor=actor, household_id=home.id, values=values)
    else:
        household_history.undo_last(session, actor=actor, household_id=home.id)


def _added(words: Mapping[str, Any]) -> HouseholdValues:
    return HouseholdValues(
        words["head_name"], address=words.get("address", ""), phone=words.get("phone", ""), people=words.get("people", 1)
    )  # fmt: skip


def _fields(words: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: words[name] for name in FIELDS if name in words}
    return found | ({"arrived_on": date.fromisoformat(found["arrived_on"])} if "arrived_on" in found else {})


def _name_of(session: Session, proposal: Proposal) -> str:
    home = session.get(Household, proposal.household_id) if proposal.household_id else None
    return home.head_name if home else str(proposal.words.get("head_name", ""))


def _note(session: Session, actor: Actor, action: str, proposal: Proposal) -> None:
    audit.record(
        session, actor=actor, action=action, subject_kind="proposal", subject_id=proposal.id, kind=proposal.kind.value,
        household_id=str(proposal.household_id or ""),
    )  # fmt: skip
