"""The register of breaches: found when, whose data, what was done; seventy-two hours from discovery to tell the authority."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlmodel import Session, col, func, select

from core import clock
from core.errors import Invalid, NotFound
from core.i18n import N_, translate
from core.text import clean, clean_lines
from models import Announcement, AnnouncementKind, AsksFor, Breach, BreachField, BreachLetter, BreachScope, Unit, Urgency
from services import access, audit, breach_letters, breach_scopes, drafts, official_papers, proofs
from services.access import Actor, May
from services.breach_scopes import Touched
from services.draft_words import Words
from services.ports import PaperTable, RegisterPaper

LIMIT = timedelta(hours=72)  # Điều 23, as secondary sources have it; for a legal officer to confirm
TITLE_MAX, WORDS_MAX = 120, 4_000
SHOWN_UNITS = 200


@dataclass(frozen=True)
class BreachForm:
    """What is known of a breach; blanks are filled as one learns more."""

    title: str
    scope: BreachScope
    scope_id: str
    found_at: datetime | None = None  # None: now
    since: datetime | None = None
    until: datetime | None = None
    fields: tuple[BreachField, ...] = ()
    nature: str = ""
    consequences: str = ""
    measures: str = ""


@dataclass(frozen=True)
class BreachRow:
    """A breach with its clock."""

    breach: Breach
    due_at: datetime
    left: timedelta  # to the end of the seventy-two hours; below zero: over
    was_told_in_time: bool | None  # None: not told
    letters: tuple[BreachLetter, ...] = ()  # to the authority, with their numbers

    @property
    def is_running(self) -> bool:
        """Whether the clock still runs."""
        return self.breach.authority_told_at is None and not self.breach.not_told_because and self.breach.closed_at is None

    @property
    def is_late(self) -> bool:
        """Whether it ran out."""
        return self.is_running and self.left < timedelta(0)


def open_(session: Session, *, actor: Actor, ward_id: UUID, form: BreachForm) -> Breach:
    """Write a breach down; the clock runs from the discovery.

    Raises:
        Invalid: a value is missing or cannot be right. NotAllowed, NotFound: the actor does not decide here.
    """
    access.require(actor, May.DECIDE_PRIVACY)
    ward = access.commune_of(session, access.unit_for(session, actor=actor, unit_id=ward_id))
    breach = Breach(unit_id=ward.id, title="", found_at=clock.now(), scope=form.scope, scope_id=form.scope_id, by_id=actor.id)
    _fill(session, actor, breach, form)
    audit.record(
        session, actor=actor, action="breach.opened", subject_kind="breach", subject_id=breach.id, scope=form.scope.value,
        households=breach.households,
    )  # fmt: skip
    return breach


def change(session: Session, *, actor: Actor, breach_id: UUID, form: BreachForm, version: int) -> Breach:
    """More is known; who is touched is counted anew.

    Raises:
        Invalid: closed, or somebody changed it meanwhile; or as `open_`. NotAllowed, NotFound: as `get`.
    """
    breach = _open_one(session, actor, breach_id)
    if breach.version != version:
        raise Invalid(N_("Vụ này vừa có người khác sửa. Xin xem lại rồi hãy ghi."))
    breach.scope, breach.scope_id = form.scope, form.scope_id
    breach.version += 1
    _fill(session, actor, breach, form)
    audit.record(
        session, actor=actor, action="breach.changed", subject_kind="breach", subject_id=breach.id, households=breach.households
    )
    return breach


def listing(session: Session, *, actor: Actor) -> list[BreachRow]:
    """The register in sight: clocks that run first, then the latest.

    Raises:
        NotAllowed: the actor does not decide.
    """
    access.require(actor, May.DECIDE_PRIVACY)
    wanted = select(Breach).where(col(Breach.unit_id).in_(access.visible_units(actor)))
    found = session.exec(wanted.order_by(col(Breach.found_at).desc()).limit(500)).all()
    letters = breach_letters.numbered(session, breach_ids=[one.id for one in found])
    rows = [_row(one, letters.get(one.id, ())) for one in found]
    return sorted(rows, key=lambda row: (not row.is_running, row.left if row.is_running else timedelta(0)))


def get(session: Session, *, actor: Actor, breach_id: UUID) -> BreachRow:
    """One breach.

    Raises:
        NotAllowed: the actor does not decide. NotFound: it lies outside the actor's sight.
    """
    access.require(actor, May.DECIDE_PRIVACY)
    found = session.exec(
        select(Breach).where(Breach.id == breach_id, col(Breach.unit_id).in_(access.visible_units(actor)))
    ).first()
    if found is None:
        raise NotFound(N_("Không tìm thấy vụ này."))
    return _row(found, breach_letters.numbered(session, breach_ids=[found.id]).get(found.id, ()))


def _row(breach: Breach, letters: tuple[BreachLetter, ...]) -> BreachRow:
    """A breach with its clock now."""
    due = breach.found_at + LIMIT
    told = breach.authority_told_at
    return BreachRow(breach, due, due - clock.now(), None if told is None else told <= due, letters)


def running(session: Session, *, actor: Actor) -> tuple[int, datetime | None]:
    """How many clocks run in sight, and when the first ends; for the first screen."""
    if not access.may(actor, May.DECIDE_PRIVACY):
        return 0, None
    found = session.execute(
        select(func.count(), func.min(Breach.found_at)).where(
            col(Breach.unit_id).in_(access.visible_units(actor)), col(Breach.authority_told_at).is_(None),
            col(Breach.closed_at).is_(None), Breach.not_told_because == "",
        )
    ).one()  # fmt: skip
    return int(found[0]), found[1] + LIMIT if found[1] else None


# ---- what is done about it


def give_number(
    session: Session, *, actor: Actor, breach_id: UUID, place: int, number: int, issued_on: date
) -> BreachLetter:  # fmt: skip
    """Number and day of a notice to the authority, from the clerk's register of what goes out; once, and its words stand.

    `place` is which of the breach's: 1 the first, after it those of what was learned later.

    Raises:
        Invalid: it has its number, the one before has none, it says nothing new, the number or day cannot be, or another paper of
            that year bears it.
        NotAllowed, NotFound: as `get`.
    """
    breach = get(session, actor=actor, breach_id=breach_id).breach
    ward = session.exec(select(Unit).where(Unit.id == breach.unit_id).with_for_update()).one()  # two hands, one register
    sent = breach_letters.numbered(session, breach_ids=[breach.id]).get(breach.id, ())
    official_papers.check_number(number, issued_on, given=next((one.number for one in sent if one.place == place), None))
    _check_day(breach, sent, place, issued_on)
    official_papers.check_free(session, ward_id=ward.id, kind=official_papers.LETTERS, number=number, year=issued_on.year)
    body = breach_letters.next_body(session, breach=breach, ward=ward, sent=sent)
    if body is None:
        raise Invalid(N_("Chưa có điều gì mới so với thông báo đã gửi."))
    made = BreachLetter(
        breach_id=breach.id, place=place, unit_id=ward.id, number=number, year=issued_on.year, issued_on=issued_on,
        numbered_by_id=actor.id, body=[list(one) for one in body],
    )  # fmt: skip
    session.add(made)
    session.flush()
    audit.record(
        session, actor=actor, action="breach.letter_numbered", subject_kind="breach", subject_id=breach.id, number=number,
        issued_on=issued_on.isoformat(), place=place,
    )  # fmt: skip
    return made


def _check_day(breach: Breach, sent: Sequence[BreachLetter], place: int, issued_on: date) -> None:
    if place != len(sent) + 1:
        raise Invalid(N_("Thông báo trước chưa có số."))
    if issued_on < clock.local(breach.found_at).date():
        raise Invalid(N_("Ngày ban hành trước ngày phát hiện."))
    if sent and issued_on < sent[-1].issued_on:
        raise Invalid(N_("Ngày ban hành trước ngày của thông báo trước."))


def told_authority(session: Session, *, actor: Actor, breach_id: UUID, at: datetime | None = None) -> Breach:
    """The authority was told. Said once more, the first time stands.

    Raises:
        Invalid: closed, or the hour lies before the discovery or after now. NotAllowed, NotFound: as `get`.
    """
    breach = _open_one(session, actor, breach_id)
    when = at or clock.now()
    if not breach.found_at <= when <= clock.now():
        raise Invalid(N_("Giờ báo phải từ lúc phát hiện đến bây giờ."), field="at")
    if breach.authority_told_at is None:
        breach.authority_told_at = when
        _kept(session, actor, breach, "authority_told")
    return breach


def not_told(session: Session, *, actor: Actor, breach_id: UUID, because: str) -> Breach:
    """It was decided that the authority need not be told; why stays in the register.

    Raises:
        Invalid: closed, told already, or no reason. NotAllowed, NotFound: as `get`.
    """
    breach = _open_one(session, actor, breach_id)
    if breach.authority_told_at is not None:
        raise Invalid(N_("Đã báo cơ quan chuyên trách rồi."))
    if not clean(because):
        raise Invalid(N_("Xin ghi lý do không phải báo."), field="because")
    breach.not_told_because = clean_lines(because)[:WORDS_MAX]
    _kept(session, actor, breach, "not_told")
    return breach


def draft_for_people(session: Session, *, actor: Actor, breach_id: UUID) -> Announcement:
    """A draft announcement to the units whose households are touched; asked again, the one there is.

    Raises:
        Invalid: nobody is touched. NotAllowed, NotFound: as `get`.
    """
    breach = _open_one(session, actor, breach_id)
    if breach.announcement_id and (there := session.get(Announcement, breach.announcement_id)):
        return there
    found = touched(session, actor=actor, breach=breach)
    units = list(dict.fromkeys(one.unit_id for one in found))[:SHOWN_UNITS]
    if not units:
        raise Invalid(N_("Chưa có hộ nào trong phạm vi này."))
    said = breach_letters.for_people(session, breach=breach, ward=session.get_one(Unit, breach.unit_id))
    words = Words(
        title=said.title, body=said.body, unit_ids=units, kind=AnnouncementKind.WARNING, urgency=Urgency.URGENT,
        asks_for=AsksFor.NOTHING, expires_at=clock.now() + timedelta(days=30),
    )  # fmt: skip
    made = drafts.begin(session, actor=actor, words=words)
    breach.announcement_id = made.id
    _kept(session, actor, breach, "people_drafted")
    return made


def told_people(session: Session, *, actor: Actor, breach_id: UUID) -> Breach:
    """The people were told. Said once more, the first time stands.

    Raises:
        Invalid: closed. NotAllowed, NotFound: as `get`.
    """
    breach = _open_one(session, actor, breach_id)
    if breach.people_told_at is None:
        breach.people_told_at = clock.now()
        _kept(session, actor, breach, "people_told")
    return breach


def close(session: Session, *, actor: Actor, breach_id: UUID) -> Breach:
    """The end of it.

    Raises:
        Invalid: closed, the authority was neither told nor need be, or what was done is not written down.
        NotAllowed, NotFound: as `get`.
    """
    breach = _open_one(session, actor, breach_id)
    if breach.authority_told_at is None and not breach.not_told_because:
        raise Invalid(N_("Chưa báo cơ quan chuyên trách, cũng chưa ghi lý do không phải báo."))
    if not breach.measures:
        raise Invalid(N_("Xin ghi đã làm gì để khắc phục."), field="measures")
    breach.closed_at = clock.now()
    _kept(session, actor, breach, "closed")
    return breach


def touched(session: Session, *, actor: Actor, breach: Breach) -> list[Touched]:
    """Whose data got out; that it was looked at is nobody's unmasking: names are masked, no numbers.

    Raises:
        NotAllowed, NotFound: as `breach_scopes.touched`.
    """
    return breach_scopes.touched(session, actor=actor, breach=breach)


def register(session: Session, *, actor: Actor, ward_id: UUID) -> RegisterPaper:
    """The register to print.

    Raises:
        NotAllowed, NotFound: as `listing`. Unproven: as `proofs.require`.
    """
    proofs.require(actor)
    ward = access.unit_for(session, actor=actor, unit_id=ward_id)
    heads = ("Vụ việc", "Phát hiện", "Hộ, người", "Dữ liệu", "Báo cơ quan chuyên trách", "Báo người dân", "Xong")
    rows = [_line(one) for one in listing(session, actor=actor) if one.breach.unit_id == ward.id]
    return RegisterPaper(
        title="Sổ theo dõi vi phạm về dữ liệu cá nhân", ward=ward.name, sub="Theo Luật Bảo vệ dữ liệu cá nhân số 91/2025/QH15.",
        foot=f"In ngày {clock.today():%d/%m/%Y}", is_wide=True,
        tables=[PaperTable("", (2, 1, 0.8, 1.5, 1.6, 1, 1), heads, rows or [("Chưa có vụ nào",) + ("",) * 6])],
    )  # fmt: skip


def _line(one: BreachRow) -> Sequence[str]:
    breach = one.breach

    def said(at: datetime | None) -> str:
        return f"{clock.local(at):%H:%M %d/%m/%Y}" if at else ""

    late = "" if one.was_told_in_time in (True, None) else " (quá 72 giờ)"
    told = f"{said(breach.authority_told_at)}{late}" if breach.authority_told_at else breach.not_told_because
    borne = [f"số {letter.number} ngày {letter.issued_on:%d/%m/%Y}" for letter in one.letters]
    told = ". ".join(filter(None, [told, ", bổ sung ".join(borne).capitalize()]))
    fields = ", ".join(translate(BreachField(field).label, language="vi") for field in breach.fields)
    return (
        breach.title, said(breach.found_at), f"{breach.households} hộ, {breach.people} người", fields, told,
        said(breach.people_told_at), said(breach.closed_at),
    )  # fmt: skip


# ---- within


def _fill(session: Session, actor: Actor, breach: Breach, form: BreachForm) -> None:
    title = clean(form.title)
    if not title or len(title) > TITLE_MAX:
        raise Invalid(N_("Xin đặt tên vụ việc, nhiều nhất {most} chữ."), most=TITLE_MAX, field="title")
    if form.found_at and form.found_at > clock.now():
        raise Invalid(N_("Lúc phát hiện không được sau bây giờ."), field="found_at")
    if form.since and form.until and form.until < form.since:
        raise Invalid(N_("Lúc kết thúc phải sau lúc bắt đầu."), field="until")
    if not form.fields:
        raise Invalid(N_("Xin chọn ít nhất một loại dữ liệu."), field="fields")
    try:
        UUID(form.scope_id)
    except ValueError:
        raise Invalid(N_("Xin chọn dữ liệu lộ ra từ đâu."), field="scope_id") from None
    breach.title, breach.found_at = title, form.found_at or breach.found_at
    breach.since, breach.until, breach.fields = form.since, form.until, [field.value for field in form.fields]
    words = (form.nature, form.consequences, form.measures)
    breach.nature, breach.consequences, breach.measures = (clean_lines(one)[:WORDS_MAX] for one in words)
    found = touched(session, actor=actor, breach=breach)
    breach.households, breach.people = len(found), sum(one.people for one in found)
    session.add(breach)
    session.flush()


def _open_one(session: Session, actor: Actor, breach_id: UUID) -> Breach:
    get(session, actor=actor, breach_id=breach_id)
    breach = session.get_one(Breach, breach_id, with_for_update=True, populate_existing=True)
    if breach.closed_at is not None:
        raise Invalid(N_("Vụ này đã khép lại."))
    return breach


def _kept(session: Session, actor: Actor, breach: Breach, act: str) -> None:
    breach.version += 1
    session.add(breach)
    session.flush()
    audit.record(session, actor=actor, action=f"breach.{act}", subject_kind="breach", subject_id=breach.id)
