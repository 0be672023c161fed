"""Visits at home for people who cannot come: asked for by themselves, their leader or the desk; planned, closed, forgotten.

Name, number and address stand here for the one who goes there, and for nobody else: they are forgotten ninety days after the end.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, update
from sqlmodel import Session, col, func, select

from core import clock, phones, tokens
from core.db import changed
from core.errors import Invalid, NotFound
from core.i18n import N_
from core.settings import settings
from core.streets import walking_key
from core.text import clean, natural_key
from models import HelpPlace, HomeVisit, Household, TeamMember, Unit, UnitKind, VisitAskedBy, VisitStatus
from services import access, audit, supports, team_members, wards
from services.access import Actor, May
from services.households import in_sight
from services.presence import lives_here, valid_on
from services.supports import Help
from services.wards import WardCard

NAME_MAX, ADDRESS_MAX, WORDS_MAX, NOTE_MAX = 80, 160, 300, 300
MOST_OPEN = 3  # of one telephone number at a time
AHEAD = timedelta(days=60)
OPEN = (VisitStatus.ASKED, VisitStatus.PLANNED)


@dataclass(frozen=True)
class Wish:
    """Who asks, where, what for, as typed."""

    name: str
    address: str
    phone: str = ""
    words: str = ""
    wish: str = ""  # when it suits
    unit_id: UUID | None = None  # of the residential unit, where they say it
    procedure_id: UUID | None = None


@dataclass(frozen=True)
class Made:
    """A visit just asked for, and the address under which the person sees how it stands; it cannot be shown again."""

    visit: HomeVisit
    url: str


@dataclass(frozen=True)
class Row:
    """A visit with where it is and who goes there."""

    visit: HomeVisit
    unit_label: str
    member: str


# ---- asking


def ask_publicly(session: Session, *, ward_id: UUID, wish: Wish) -> Made:
    """A person asks for themselves or for someone at home. The number is needed, to be called back.

    Raises:
        Invalid: a value cannot be right (`details["field"]`), or too many of this number wait already.
        NotFound: there is no such ward.
    """
    ward = session.get(Unit, ward_id)
    if ward is None or ward.kind is not UnitKind.COMMUNE or not ward.valid_on(clock.today()):
        raise NotFound(N_("Không tìm thấy đơn vị này."))
    if not wish.phone.strip():
        raise Invalid(N_("Xin ghi số điện thoại để tổ công nghệ số gọi hẹn giờ."), field="phone")
    visit, token = _made(session, ward, wish, VisitAskedBy.PERSON)
    waiting = select(func.count()).select_from(HomeVisit).where(
        HomeVisit.ward_id == ward.id, HomeVisit.phone == visit.phone, col(HomeVisit.status).in_(OPEN)
    )  # fmt: skip
    if session.exec(waiting).one() >= MOST_OPEN:
        raise Invalid(N_("Số này đang có {most} lời hẹn chưa xong. Xin gọi phường nếu cần thêm."), most=MOST_OPEN, field="phone")
    session.add(visit)
    session.flush()
    return Made(visit, f"{settings().public_url}/visit/{token}")


def ask_for(session: Session, *, actor: Actor, wish: Wish, household_id: UUID | None = None) -> Made:
    """The desk asks for someone, or a leader for a household of the own group (`household_id`).

    Raises:
        Invalid: a value cannot be right. NotAllowed: the actor sees figures only. NotFound: outside the actor's sight.
    """
    access.require(actor, May.ASK_FOR_HELP)
    is_staff = access.may(actor, May.KEEP_TEAM)
    unit_id = wish.unit_id or actor.unit_id
    if household_id is not None:
        home = session.exec(
            select(Household).join(Unit, col(Unit.id) == Household.unit_id)
            .where(Household.id == household_id, in_sight(actor), lives_here(clock.today()))
        ).first()  # fmt: skip
        if home is None:
            raise NotFound(N_("Không tìm thấy hộ này."))
        unit_id = home.unit_id
    if unit_id is None:
        raise Invalid(N_("Hãy chọn phường hoặc một tổ, thôn đang hoạt động."), field="unit_id")
    unit = session.get_one(Unit, unit_id) if household_id else access.unit_for(session, actor=actor, unit_id=unit_id)
    ward = access.commune_of(session, unit)
    visit, token = _made(session, ward, wish, VisitAskedBy.DESK if is_staff else VisitAskedBy.LEADER)
    visit.unit_id, visit.household_id, visit.asked_by_id = unit.id, household_id, actor.id
    session.add(visit)
    session.flush()
    audit.record(session, actor=actor, action="home_visit.asked", subject_kind="home_visit", subject_id=visit.id)
    return Made(visit, f"{settings().public_url}/visit/{token}")


def _made(session: Session, ward: Unit, wish: Wish, by: VisitAskedBy) -> tuple[HomeVisit, str]:
    name, address, words, when = clean(wish.name), clean(wish.address), clean(wish.words), clean(wish.wish)
    if not name or len(name) > NAME_MAX:
        raise Invalid(N_("Xin ghi họ tên, nhiều nhất {most} chữ."), most=NAME_MAX, field="name")
    if not address or len(address) > ADDRESS_MAX:
        raise Invalid(N_("Xin ghi địa chỉ nhà, nhiều nhất {most} chữ."), most=ADDRESS_MAX, field="address")
    for field, text in (("words", words), ("wish", when)):
        if len(text) > WORDS_MAX:
            raise Invalid(N_("Xin viết ngắn hơn {most} chữ."), most=WORDS_MAX, field=field)
    phone = phones.read(wish.phone)
    unit_id = _place(session, ward, wish.unit_id)
    token = tokens.new_token()
    visit = HomeVisit(
        ward_id=ward.id, unit_id=unit_id, name=name, phone=phone, address=address, words=words, wish=when,
        procedure_id=wish.procedure_id, asked_by=by, token_hash=tokens.digest(token),
    )  # fmt: skip
    return visit, token


def _place(session: Session, ward: Unit, unit_id: UUID | None) -> UUID:
    unit = session.get(Unit, unit_id) if unit_id else None
    if unit is None or unit.parent_id != ward.id:
        return ward.id
    return unit.id


def groups_of(session: Session, *, ward_id: UUID) -> Sequence[Unit]:
    """The residential units a person may say they live in. Public."""
    wanted = select(Unit).where(Unit.parent_id == ward_id, Unit.kind == UnitKind.RESIDENTIAL, valid_on(clock.today()))
    return sorted(session.exec(wanted), key=lambda unit: natural_key(f"{unit.area} {unit.label}"))


# ---- how it stands, for the person


@dataclass(frozen=True)
class Standing:
    """What the person who asked sees."""

    visit: HomeVisit
    member: str  # who comes; "" while nobody is chosen
    ward: WardCard


def standing(session: Session, *, token: str) -> Standing:
    """How a visit stands, by the address that was given when it was asked for.

    Raises:
        NotFound: there is none, or it is long over.
    """
    visit = _by_token(session, token)
    member = session.get(TeamMember, visit.member_id) if visit.member_id else None
    ward = session.get_one(Unit, visit.ward_id)
    return Standing(visit, member.name if member else "", wards.card_of(session, unit=ward))


def need_no_more(session: Session, *, token: str) -> None:
    """The person calls it off. Closed already, nothing changes.

    Raises:
        NotFound: as `standing`.
    """
    visit = _by_token(session, token)
    if visit.status in OPEN:
        _end(session, visit, VisitStatus.CALLED_OFF)


def _by_token(session: Session, token: str) -> HomeVisit:
    visit = session.exec(
        select(HomeVisit).where(HomeVisit.token_hash == tokens.digest(token), col(HomeVisit.forgotten_at).is_(None))
    ).first()
    if visit is None:
        raise NotFound(N_("Lời hẹn này không có, hoặc đã xong từ lâu. Xin gọi phường nếu cần."))
    return visit


# ---- planning, at the desk


def listing(session: Session, *, actor: Actor, which: Sequence[VisitStatus] = OPEN, limit: int = 200) -> list[Row]:
    """Visits in sight: those nobody is chosen for first, then by day, then by group and address, as one walks.

    Raises:
        NotAllowed: the actor may not write.
    """
    access.require(actor, May.KEEP_TEAM)
    rows = _rows(session, access.path_range(actor.unit_path) & col(HomeVisit.status).in_(which), limit)
    return sorted(rows, key=_as_one_walks)


def _as_one_walks(row: Row) -> tuple[object, ...]:
    one = row.visit
    return one.visit_on is not None, one.visit_on or date.min, natural_key(row.unit_label), walking_key(one.address), one.id


def _rows(session: Session, which: ColumnElement[bool], limit: int) -> list[Row]:
    found = session.exec(
        select(HomeVisit, Unit, TeamMember)
        .join(Unit, col(Unit.id) == HomeVisit.unit_id)
        .outerjoin(TeamMember, col(TeamMember.id) == HomeVisit.member_id)
        .where(which, col(HomeVisit.forgotten_at).is_(None))
        .order_by(col(HomeVisit.created_at).desc())
        .limit(limit)
    )
    return [Row(visit, unit.label, member.name if member else "") for visit, unit, member in found]


def waiting(session: Session, *, actor: Actor) -> int:
    """How many visits nobody is chosen for.

    Raises:
        NotAllowed: the actor may not write.
    """
    access.require(actor, May.KEEP_TEAM)
    wanted = select(func.count()).select_from(HomeVisit).join(Unit, col(Unit.id) == HomeVisit.unit_id)
    return session.exec(wanted.where(access.path_range(actor.unit_path), HomeVisit.status == VisitStatus.ASKED)).one()


def get(session: Session, *, actor: Actor, visit_id: UUID) -> HomeVisit:
    """One visit.

    Raises:
        NotAllowed: the actor may not write. NotFound: outside the actor's sight, or forgotten.
    """
    access.require(actor, May.KEEP_TEAM)
    query = select(HomeVisit).join(Unit, col(Unit.id) == HomeVisit.unit_id)
    found = session.exec(
        query.where(HomeVisit.id == visit_id, access.path_range(actor.unit_path), col(HomeVisit.forgotten_at).is_(None))
        .with_for_update(of=HomeVisit)
    ).first()  # fmt: skip
    if found is None:
        raise NotFound(N_("Không tìm thấy lời hẹn này."))
    return found


def plan(session: Session, *, actor: Actor, visit_ids: Sequence[UUID], member_id: UUID, visit_on: date) -> int:
    """One member goes to these on a day; how many. Planned before, they are planned anew.

    Raises:
        Invalid: the day cannot be right, the member has left, or one of them is closed. NotAllowed: the actor may not write.
        NotFound: the member or a visit lies outside the actor's sight.
    """
    access.require(actor, May.KEEP_TEAM)
    member = team_members.seen(session, actor, member_id)
    if not clock.today() <= visit_on <= clock.today() + AHEAD:
        raise Invalid(N_("Ngày đến phải từ hôm nay, trong {n} ngày tới."), n=AHEAD.days, field="visit_on")
    if member.left_on is not None and member.left_on <= visit_on:
        raise Invalid(
            N_("{name} không còn trong tổ công nghệ số từ ngày {day:%d/%m/%Y}."), name=member.name, day=member.left_on,
            field="member_id",
        )  # fmt: skip
    for visit_id in sorted(set(visit_ids)):
        visit = get(session, actor=actor, visit_id=visit_id)
        if visit.status not in OPEN or visit.ward_id != member.ward_id:
            raise Invalid(N_("Lời hẹn của {name} đã xong hoặc đã thôi."), name=visit.name)
        visit.member_id, visit.visit_on, visit.status = member.id, visit_on, VisitStatus.PLANNED
        session.add(visit)
        session.flush()
        audit.record(session, actor=actor, action="home_visit.planned", subject_kind="home_visit", subject_id=visit.id)
    return len(set(visit_ids))


def call_off(session: Session, *, actor: Actor, visit_id: UUID, note: str = "") -> None:
    """The desk calls it off: not needed any more, or helped otherwise. Closed already, nothing changes.

    Raises:
        NotAllowed, NotFound: as `get`.
    """
    visit = get(session, actor=actor, visit_id=visit_id)
    if visit.status in OPEN:
        visit.note = clean(note)[:NOTE_MAX]
        _end(session, visit, VisitStatus.CALLED_OFF)
        audit.record(session, actor=actor, action="home_visit.called_off", subject_kind="home_visit", subject_id=visit.id)


# ---- on the member's phone


def of_member(session: Session, *, token: str) -> list[Row]:
    """The visits a member is to make, by day, then as one walks. Nobody else's.

    Raises:
        NotFound: as `team_members.opened`.
    """
    held = team_members.opened(session, token=token)
    mine = (col(HomeVisit.member_id) == held.member.id) & (col(HomeVisit.status) == VisitStatus.PLANNED)
    return sorted(_rows(session, mine, 100), key=_as_one_walks)


def close(session: Session, *, token: str, visit_id: UUID, help_: Help, note: str = "") -> HomeVisit:
    """The member was there: what came of it, noted in the log of help too. Said twice, once.

    Raises:
        Invalid: a value cannot be right. NotFound: not the member's visit.
    """
    held = team_members.opened(session, token=token)
    visit = _own(session, held.member.id, visit_id)
    words = clean(note)
    if len(words) > NOTE_MAX:
        raise Invalid(N_("Xin viết ngắn hơn {most} chữ."), most=NOTE_MAX, field="note")
    if visit.status is VisitStatus.CLOSED:
        return visit
    wanted = Help(help_.key, help_.outcome, help_.procedure_id or visit.procedure_id, help_.minutes, help_.is_first_online)
    supports.note(session, held=held, help_=wanted, household_id=visit.household_id, place=HelpPlace.HOME)
    visit.outcome, visit.note = help_.outcome, words
    _end(session, visit, VisitStatus.CLOSED)
    audit.record(session, actor=held.actor, action="home_visit.closed", subject_kind="home_visit", subject_id=visit.id)
    return visit


def not_home(session: Session, *, token: str, visit_id: UUID) -> HomeVisit:
    """Nobody was there: it waits for another day to be chosen.

    Raises:
        NotFound: not the member's visit.
    """
    held = team_members.opened(session, token=token)
    visit = _own(session, held.member.id, visit_id)
    if visit.status is VisitStatus.PLANNED:
        visit.put_off += 1
        visit.status, visit.member_id, visit.visit_on = VisitStatus.ASKED, None, None
        session.add(visit)
        session.flush()
        audit.record(session, actor=held.actor, action="home_visit.not_home", subject_kind="home_visit", subject_id=visit.id)
    return visit


def let_go(session: Session, *, member_id: UUID) -> int:
    """A member leaves: their visits wait for someone else, for a service that has checked who asks; how many."""
    theirs = (col(HomeVisit.member_id) == member_id) & (col(HomeVisit.status) == VisitStatus.PLANNED)
    return changed(session, update(HomeVisit).where(theirs).values(member_id=None, visit_on=None, status=VisitStatus.ASKED))


def _own(session: Session, member_id: UUID, visit_id: UUID) -> HomeVisit:
    visit = session.get(HomeVisit, visit_id, with_for_update=True)
    if visit is None or visit.member_id != member_id or visit.forgotten_at is not None:
        raise NotFound(N_("Không tìm thấy lời hẹn này."))
    return visit


def _end(session: Session, visit: HomeVisit, status: VisitStatus) -> None:
    visit.status, visit.closed_at = status, clock.now()
    session.add(visit)
    session.flush()


def old(before: datetime) -> ColumnElement[bool]:
    """Visits that ended before an instant, with a name still in them."""
    return (col(HomeVisit.closed_at) < before) & col(HomeVisit.forgotten_at).is_(None)


def forget_old(session: Session, *, before: datetime) -> int:
    """Names, numbers, addresses and words of visits that ended long ago; how many. What was helped with stays in the log."""
    blank = {"name": "", "address": "", "words": "", "wish": "", "note": "", "phone": None, "household_id": None}
    return changed(session, update(HomeVisit).where(old(before)).values(forgotten_at=clock.now(), **blank))
