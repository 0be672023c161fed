"""Procedures of a ward: looked up by its staff, completed in the ward's own words, shown to residents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, func, select

from core import clock
from core.errors import Invalid, NotFound
from core.i18n import N_
from core.settings import settings
from core.text import clean, clean_lines
from models import LifeEvent, Procedure, ProcedurePast, ScanHour, ShortLink, Unit, UnitKind
from services import access, audit, link_targets, procedure_pictures, procedure_search, wards
from services.access import Actor, May, path_range
from services.attachments import Attachment
from services.procedure_values import LONG_MAX, SHORT_MAX, search_terms
from services.wards import WardCard

STEPS_MOST, STEP_MAX, CALLED_MOST = 20, 400, 40
POPULAR = 5  # on the shelf, before anything is looked for
POPULAR_FOR = timedelta(days=7)


@dataclass(frozen=True)
class WardWords:
    """What a ward writes of a procedure itself, and where it says otherwise than the province."""

    summary: str = ""
    steps: tuple[str, ...] = ()
    desk: str = ""
    desk_hours: str = ""
    events: tuple[str, ...] = ()
    also_called: tuple[str, ...] = ()
    portal_url: str = ""
    is_active: bool = True


@dataclass(frozen=True)
class ProcedurePage:
    """A procedure as a resident reads it."""

    procedure: Procedure
    ward: WardCard
    url: str
    documents: tuple[str, ...]
    portal_host: str  # "" where nothing is handed in online
    pictures: Mapping[int, Attachment]  # by step, from one


@dataclass(frozen=True)
class Shelf:
    """The ward's procedures as a resident looks for one: those found, or by fields, with those many people need."""

    ward: WardCard
    found: Sequence[Procedure]
    popular: Sequence[Procedure]
    fields: Sequence[tuple[str, int]]
    events: Sequence[LifeEvent]  # that have procedures
    every: int
    unit_id: UUID | None = None  # the ward


# ---- for the desk


def find(session: Session, *, actor: Actor, code: str, unit_id: UUID | None = None) -> Procedure:
    """A procedure of the actor's ward, or of a unit within the actor's sight, by code or id.

    Raises:
        NotFound: there is none.
    """
    wanted = select(Procedure).join(Unit, col(Unit.id) == Procedure.unit_id).where(path_range(actor.unit_path))
    if unit_id:
        wanted = wanted.where(Procedure.unit_id == access.unit_for(session, actor=actor, unit_id=unit_id).id)
    try:
        wanted = wanted.where(Procedure.id == UUID(code))
    except ValueError:
        wanted = wanted.where(Procedure.code == clean(code))
    found = session.exec(wanted.limit(2)).all()
    if len(found) != 1:
        raise NotFound(N_("Không tìm thấy thủ tục {code}."), code=code[:60])
    return found[0]


def listing(
    session: Session, *, actor: Actor, unit_id: UUID | None = None, words: str = "", is_active: bool | None = None
) -> list[Procedure]:
    """Procedures of the actor's units, or of one, by field and name; of those found by words, the likeliest first."""
    path = access.unit_for(session, actor=actor, unit_id=unit_id).path if unit_id else actor.unit_path
    wanted = select(Procedure).join(Unit, col(Unit.id) == Procedure.unit_id).where(path_range(path))
    if is_active is not None:
        wanted = wanted.where(Procedure.is_active == is_active)
    rows = session.exec(wanted.order_by(Procedure.field, Procedure.name, Procedure.code)).all()
    return procedure_search.matching(rows, words)


def pasts(session: Session, *, procedure: Procedure) -> list[ProcedurePast]:
    """The texts of a procedure that stood before, the latest first."""
    wanted = select(ProcedurePast).where(ProcedurePast.procedure_id == procedure.id)
    return list(session.exec(wanted.order_by(col(ProcedurePast.stood_until).desc(), col(ProcedurePast.id).desc())))


def words_of(procedure: Procedure) -> WardWords:
    """What the ward has written."""
    return WardWords(
        summary=procedure.summary, steps=tuple(procedure.steps), desk=procedure.desk, desk_hours=procedure.desk_hours,
        events=tuple(procedure.events), also_called=tuple(procedure.also_called), portal_url=procedure.portal_url or "",
        is_active=procedure.is_active,
    )  # fmt: skip


def write(session: Session, *, actor: Actor, procedure_id: UUID, version: int, words: WardWords) -> Procedure:
    """Set the ward's words; the province's text is not touched, but for desk and address, which the ward knows better.

    Raises:
        NotAllowed, NotFound: the actor may not write here.
        Invalid: somebody else has written meanwhile (`version`), a text is too long, or the address may not be linked to;
            `details["field"]` names it.
    """
    procedure = for_change(session, actor=actor, procedure_id=procedure_id, version=version)
    tidy = _tidied(words)
    if tidy == words_of(procedure):
        return procedure
    changed = [name for name in WardWords.__dataclass_fields__ if getattr(tidy, name) != getattr(words_of(procedure), name)]
    procedure.pictures = _carried(procedure.pictures, procedure.steps, tidy.steps)
    procedure.summary, procedure.desk, procedure.desk_hours = tidy.summary, tidy.desk, tidy.desk_hours
    procedure.steps, procedure.events, procedure.also_called = list(tidy.steps), list(tidy.events), list(tidy.also_called)
    procedure.portal_url, procedure.is_active = tidy.portal_url or None, tidy.is_active
    procedure.search, procedure.version = search_terms(procedure), procedure.version + 1
    session.flush()
    audit.record(
        session, actor=actor, action="procedure.written", subject_kind="procedure", subject_id=procedure.id,
        code=procedure.code, changed=changed,
    )  # fmt: skip
    return procedure


def set_picture(
    session: Session, *, actor: Actor, procedure_id: UUID, version: int, step: int, picture: dict[str, Any] | None
) -> Procedure:  # fmt: skip
    """Put a picture (as `attachments.store_photo` keeps it) to a step counted from one, in the place of the one before; None
    takes it away.

    Raises:
        NotAllowed, NotFound: the actor may not write here.
        Invalid: the steps have been written anew meanwhile, or there is no such step.
    """
    procedure = for_change(session, actor=actor, procedure_id=procedure_id, version=version)
    procedure.pictures = procedure_pictures.with_picture(procedure, step=step, picture=picture)
    session.flush()
    action = "procedure.picture_set" if picture else "procedure.picture_taken_away"
    audit.record(
        session, actor=actor, action=action, subject_kind="procedure", subject_id=procedure.id, code=procedure.code, step=step
    )
    return procedure


def for_change(session: Session, *, actor: Actor, procedure_id: UUID, version: int) -> Procedure:
    """A procedure the actor may write to, locked.

    Raises:
        NotAllowed, NotFound: the actor may not write here.
        Invalid: somebody else has written meanwhile.
    """
    access.require(actor, May.KEEP_PROCEDURES)
    procedure = session.get(Procedure, procedure_id, with_for_update=True)
    if procedure is None:
        raise NotFound(N_("Không tìm thấy thủ tục {code}."), code=str(procedure_id))
    access.unit_for(session, actor=actor, unit_id=procedure.unit_id)
    if procedure.version != version:
        raise Invalid(N_("Có người vừa sửa thủ tục này. Xin mở lại trang rồi sửa tiếp."))
    return procedure


def _carried(pictures: Sequence[dict[str, Any]], before: Sequence[str], after: Sequence[str]) -> list[dict[str, Any]]:
    """Pictures go with their step's words; where these changed they stay with the place, and end with it."""
    made: dict[int, dict[str, Any]] = {}
    for one in pictures:
        words = before[one["step"] - 1] if one["step"] <= len(before) else ""
        step = after.index(words) + 1 if words in after else one["step"]
        if step <= len(after):
            made.setdefault(step, one | {"step": step})
    return [made[step] for step in sorted(made)]


def _tidied(words: WardWords) -> WardWords:
    steps = tuple(step for one in words.steps if (step := clean(one)))
    called = tuple(dict.fromkeys(word for one in words.also_called if (word := clean(one).strip(" ,;"))))
    for name, text, longest in (
        ("summary", words.summary, SHORT_MAX * 3), ("desk", words.desk, LONG_MAX), ("desk_hours", words.desk_hours, SHORT_MAX),
        *(("steps", step, STEP_MAX) for step in steps), *(("also_called", one, SHORT_MAX) for one in called),
    ):  # fmt: skip
        if len(text) > longest:
            raise Invalid(N_("“{value}…” dài quá {longest} ký tự."), value=text[:40], longest=longest, field=name)
    if len(steps) > STEPS_MOST:
        raise Invalid(N_("Nhiều nhất {most} bước."), most=STEPS_MOST, field="steps")
    if len(called) > CALLED_MOST:
        raise Invalid(N_("Nhiều nhất {most} tên gọi."), most=CALLED_MOST, field="also_called")
    try:
        url = link_targets.checked(words.portal_url) if words.portal_url.strip() else ""
        events = tuple(LifeEvent(event).value for event in dict.fromkeys(words.events))
    except Invalid as refusal:
        raise Invalid(refusal.message, **refusal.details, field="portal_url") from refusal
    except ValueError:
        raise Invalid(N_("Không có việc trong đời này."), field="events") from None
    return replace(
        words, summary=clean_lines(words.summary), steps=steps, desk=clean_lines(words.desk), desk_hours=clean(words.desk_hours),
        events=events, also_called=called, portal_url=url,
    )  # fmt: skip


# ---- for residents


def of_code(session: Session, *, ward_id: UUID, code: str) -> Procedure | None:
    """The active procedure of a ward with a code; None where there is none. Public."""
    wanted = select(Procedure).where(Procedure.unit_id == ward_id, Procedure.code == code, Procedure.is_active)
    return session.exec(wanted).first() if code else None


def public_url(procedure: Procedure) -> str:
    """The address to print."""
    return f"{settings().public_url}/p/{procedure.code}"


def path_of(session: Session, *, procedure: Procedure) -> str:
    """The page's path within our address; where several wards have the procedure, with the ward's code."""
    homes = wards_with_procedures(session, code=procedure.code)
    ward = next((unit for unit in homes if unit.id == procedure.unit_id), None)
    return f"/p/{procedure.code}" + (f"?xa={ward.code}" if ward and len(homes) > 1 else "")


def wards_with_procedures(session: Session, *, code: str = "") -> list[Unit]:
    """Wards that have any, or the one of a code, by name: several may share an installation."""
    have = select(Procedure.unit_id).where(Procedure.code == code if code else Procedure.is_active)
    wanted = select(Unit).where(Unit.kind == UnitKind.COMMUNE, col(Unit.valid_to).is_(None), col(Unit.id).in_(have))
    return list(session.exec(wanted.order_by(Unit.name, Unit.code)))


def shelf_path(session: Session, *, unit: Unit) -> str:
    """The shelf of the ward a unit belongs to, within our address; where several wards have one, with the ward's code."""
    ward = access.commune_of(session, unit)
    return "/p" + (f"?xa={ward.code}" if len(wards_with_procedures(session)) > 1 else "")


def page_of(session: Session, *, code: str, ward_code: str = "") -> ProcedurePage:
    """What a resident reads of a procedure; of a ward, where several have it. A ward that ended leads to the one it went into.

    Raises:
        NotFound: no ward has it, or several have and none is named.
    """
    wanted = select(Procedure, Unit).join(Unit, col(Unit.id) == Procedure.unit_id).where(Procedure.code == code)
    if ward_code:
        wanted = wanted.where(col(Unit.id).in_([unit.id for unit in wards.by_code(session, code=ward_code)]))
    found = session.exec(wanted.where(col(Unit.valid_to).is_(None)).limit(2)).all()
    if len(found) != 1:
        raise NotFound(N_("Không tìm thấy thủ tục {code}."), code=code[:60])
    procedure, unit = found[0]
    target = link_targets.safe(procedure.portal_url)
    return ProcedurePage(
        procedure, wards.card_of(session, unit=unit), public_url(procedure),
        documents=tuple(procedure.documents.split("\n")) if procedure.documents else (),
        portal_host=link_targets.host_of(target) if target else "", pictures=procedure_pictures.shown(procedure),
    )  # fmt: skip


def shelf(session: Session, *, ward_code: str = "", words: str = "", event: str = "", field: str | None = None) -> Shelf | None:
    """A ward's shelf (of one field, where given); None where several wards have one and none is named, or nobody has."""
    homes = wards_with_procedures(session)
    if ward_code:
        meant = {unit.id for unit in wards.by_code(session, code=ward_code)}
        homes = [unit for unit in homes if unit.id in meant]
    if len(homes) != 1:
        return None
    rows = session.exec(
        select(Procedure).where(Procedure.unit_id == homes[0].id, Procedure.is_active).order_by(Procedure.name, Procedure.code)
    ).all()
    asked = [one for one in rows if (not event or event in one.events) and (field is None or one.field == field)]
    is_asked = bool(words.strip() or event or field is not None)
    fields: dict[str, int] = {}
    for one in rows:
        fields[one.field] = fields.get(one.field, 0) + 1
    have = {name for one in rows for name in one.events}
    return Shelf(
        wards.card_of(session, unit=homes[0]), found=procedure_search.matching(asked, words) if is_asked else (),
        popular=() if is_asked else _popular(session, rows), fields=sorted(fields.items()),
        events=[one for one in LifeEvent if one.value in have], every=len(rows),
        unit_id=homes[0].id,
    )  # fmt: skip


def _popular(session: Session, rows: Sequence[Procedure]) -> list[Procedure]:
    """Those whose codes were scanned most these days; none nobody scanned."""
    by_id = {one.id: one for one in rows}
    scans = func.sum(ScanHour.scans)
    found = session.exec(
        select(ShortLink.procedure_id, scans)
        .join(ScanHour, col(ScanHour.link_id) == ShortLink.id)
        .where(col(ShortLink.procedure_id).in_(by_id), ScanHour.hour >= clock.now() - POPULAR_FOR)
        .group_by(col(ShortLink.procedure_id))
        .order_by(scans.desc())
        .limit(POPULAR)
    )
    return [by_id[id_] for id_, _n in found if id_ in by_id]
