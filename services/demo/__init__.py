"""The demonstration ward: Bắc Kạn as it could be, made from a seed, with not one real person in it."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import exists, func, literal, select
from sqlmodel import Session, col

from core.errors import Invalid
from core.i18n import N_
from models import AuditEvent, Group, Household, Model, Unit, User
from services import access, audit, rollups
from services.access import TERMINAL, Actor, May
from services.demo import (
    aftermath,
    announcements,
    cascade,
    inquiries,
    links,
    paid,
    people,
    places,
    planned,
    procedures,
    province,
    team,
)
from services.demo.announcements import Said
from services.demo.occasions import Step
from services.demo.openings import Readers
from services.demo.stage import Slugs, Stage, stage_for
from services.demo.ward import SignIn, Ward, everyone, found

__all__ = ["FEWEST", "MOST", "Demo", "SignIn", "fill", "holds_anything", "sign_ins"]

FILLED = "demo.filled"  # the last row of the audit

FEWEST, MOST = 62, 600_000  # two households a unit; as many telephone numbers as there are


@dataclass(frozen=True)
class Demo:
    """What the demonstration holds."""

    units: int
    households: int  # living there today
    groups: int
    users: list[SignIn]
    announcements: int
    relays: int
    answers: int  # households known to have been told, over all announcements
    links: int
    inquiries: int
    seed: int


def holds_anything(session: Session) -> bool:
    """Whether any table of the house has a row."""
    return _first_taken(session) is not None


def sign_ins(session: Session) -> list[SignIn]:
    """How to get into a database that holds the demonstration ward; empty for any other.

    Whoever has changed their password is left out: then the hash is no longer the one shared by all of a kind.
    """
    is_demo = session.execute(select(exists(select(literal(1)).where(col(AuditEvent.action) == FILLED)))).scalar_one()
    if not is_demo:
        return []
    hashes: dict[str, str] = {row[0]: row[1] for row in session.execute(select(col(User.username), col(User.password_hash)))}
    shared = Counter(hashes.values())
    return [person for person in everyone() + province.sign_ins(province.MOST) if shared[hashes.get(person.username, "")] > 1]


def fill(
    session: Session, *, actor: Actor = TERMINAL, households: int = 3000, seed: int = 1, wards: int = 1
) -> Demo:  # fmt: skip
    """Fill an empty database. The same seed on the same day gives the same rows with the same keys.

    With more `wards` than one, others of the province stand beside it: households and chats, to be counted and compared.

    (But for salts of passwords and the keys of daily counts, which others make.) Everything is relative to the last of
    two hours of the day, `stage.PRESENTS`. No durable work is promised: relays are marked as their work would have, and
    what is scheduled is found by `services.due`.

    Raises:
        NotAllowed: the actor is no administrator.
        Invalid: the database holds anything, or so many households or wards cannot be.
    """
    access.require(actor, May.FILL_DEMO)
    if not 1 <= wards <= province.MOST + 1:
        raise Invalid(N_("Số xã, phường phải từ 1 đến {most}."), most=province.MOST + 1)
    in_all = households * (people.OF_ALL + province.weight(wards - 1)) // people.OF_ALL
    if households < FEWEST or in_all > MOST:
        raise Invalid(N_("Số hộ phải từ {fewest} đến {most}."), fewest=FEWEST, most=MOST)
    if (taken := _first_taken(session)) is not None:
        raise Invalid(N_("Cơ sở dữ liệu đã có dữ liệu (bảng {table}). Dữ liệu mẫu chỉ ghi vào cơ sở dữ liệu trống."), table=taken)
    stage = stage_for(seed)
    ward = found(session, stage)
    beside = province.stand_beside(session, stage, ward, count=wards - 1)
    registers = people.settle(session, stage, ward, households=households, beside=beside)
    cascade.entrust(session, stage, ward)
    slugs, readers = Slugs(stage.dice("slugs")), Readers(stage)
    said = announcements.speak(session, stage, ward, registers, slugs, readers)
    planned.keep(session, stage)
    paid.send(session, stage)
    aftermath.come(session, stage, ward)
    shelf = procedures.fill(session, stage, ward)
    printed = links.hang(session, stage, ward, slugs, readers, shelf)
    team.fill(session, stage, ward, shelf)
    asked = inquiries.ask(session, stage, ward)
    rollups.refresh(session, unit_ids=[home.unit.id for one in (ward, *beside) for home in one.homes])
    _note(session, stage, ward, said, actor)
    return Demo(
        units=_count(session, Unit), households=_present(session), groups=_count(session, Group),
        users=everyone() + province.sign_ins(wards - 1),
        announcements=len(said.ids), relays=said.relays, answers=said.answers, links=printed + said.links,
        inquiries=asked, seed=seed,
    )  # fmt: skip


def _first_taken(session: Session) -> str | None:
    tables = Model.metadata.sorted_tables
    found_rows = session.execute(select(*[exists(select(literal(1)).select_from(table)) for table in tables])).one()
    return next((table.name for table, is_taken in zip(tables, found_rows, strict=True) if is_taken), None)


def _count(session: Session, model: type[Model]) -> int:
    return int(session.execute(select(func.count()).select_from(model)).scalar_one())


def _present(session: Session) -> int:
    staying = select(func.count()).select_from(Household).where(col(Household.left_on).is_(None))
    return int(session.execute(staying).scalar_one())


def _note(session: Session, stage: Stage, ward: Ward, said: Said, actor: Actor) -> None:
    """The last acts of the ward's people as the audit would hold them, and that none of it is real."""
    clerk, chair = ward.users[places.CLERK], ward.users[places.CHAIR]
    acts = []
    for occasion, id_ in said.ids[-8:]:
        acts.append((occasion.written_at, clerk, "announcement.write", id_))
        acts.append((occasion.written_at + timedelta(minutes=2), clerk, "announcement.submit", id_))
        if occasion.step is not Step.IN_REVIEW:
            approved = occasion.at if occasion.step is not Step.SCHEDULED else occasion.written_at + timedelta(minutes=50)
            acts.append((approved, chair, "announcement.approve", id_))
    keys = stage.keys("auditevent")
    rows = [
        AuditEvent(
            id=keys.next(), created_at=moment, actor_id=user.id, actor_name=user.display_name, action=action,
            subject_kind="announcement", subject_id=str(subject), sequence=0, previous_hash="", hash="",
        )
        for moment, user, action, subject in sorted(acts, key=lambda act: act[0])
    ]  # fmt: skip
    rows.append(
        AuditEvent(
            id=keys.next(), created_at=stage.now, actor_id=actor.id, actor_name=actor.display_name, action=FILLED,
            details={"seed": stage.seed}, sequence=0, previous_hash="", hash="",
        )
    )  # fmt: skip
    previous = audit.FIRST
    for sequence, event in enumerate(rows, start=1):
        event.sequence, event.previous_hash = sequence, previous
        event.hash = previous = audit.seal(event)
    session.add_all(rows)
    session.flush()
