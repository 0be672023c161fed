"""The log of help: which procedure, how long, what came of it, for the first time online or not. In two taps on a phone.

Nobody is named. Whoever shows the household's card lets the household be noted: that is their own press on the counter's phone.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlmodel import Session, col, func, select

from core import clock
from core.errors import Invalid, NotFound
from core.i18n import N_
from models import (
    DutyPattern,
    DutyPost,
    DutyShift,
    HelpOutcome,
    HelpPlace,
    Household,
    Procedure,
    SupportVisit,
    Unit,
)
from services import audit, household_cards, procedure_search, procedures, team_members
from services.masked_names import masked
from services.team_members import Pass

MINUTES = (5, 10, 20, 40)
USUAL_MINUTES, MINUTES_MAX = 10, 480
OFFERED, FOUND_MOST, KEY_MAX = 8, 12, 64
LATELY = timedelta(days=90)
UNDONE_WITHIN = timedelta(hours=12)  # a slip is taken back the same day; later it is counted


@dataclass(frozen=True)
class Help:
    """What was done, as the page says it. `key` is the page's own: pressed twice, it counts once."""

    key: str
    outcome: HelpOutcome
    procedure_id: UUID | None = None
    minutes: int = USUAL_MINUTES
    is_first_online: bool = False


@dataclass(frozen=True)
class Given:
    """One line of a member's own log."""

    visit: SupportVisit
    procedure: str  # "" where it was none of the ward's
    may_undo: bool


def offered(session: Session, *, token: str, words: str = "") -> list[Procedure]:
    """The procedures a member chooses from: those the team helped with most of late, then by name; with `words`, those found.

    Raises:
        NotFound: as `team_members.opened`.
    """
    held = team_members.opened(session, token=token)
    active = select(Procedure).where(Procedure.unit_id == held.ward.id, Procedure.is_active)
    rows = session.exec(active.order_by(Procedure.name, Procedure.code)).all()
    if words.strip():
        return list(procedure_search.matching(rows, words))[:FOUND_MOST]
    since = clock.now() - LATELY
    often = dict(
        session.exec(
            select(SupportVisit.procedure_id, func.count())
            .where(
                SupportVisit.ward_id == held.ward.id, SupportVisit.helped_at >= since, col(SupportVisit.taken_back_at).is_(None)
            )
            .group_by(col(SupportVisit.procedure_id))
        ).all()
    )
    return sorted(rows, key=lambda one: -often.get(one.id, 0))[:OFFERED]


def procedure_of(session: Session, *, token: str, code: str) -> Procedure:
    """The active procedure of the member's ward with a code.

    Raises:
        NotFound: there is none, or as `team_members.opened`.
    """
    held = team_members.opened(session, token=token)
    found = procedures.of_code(session, ward_id=held.ward.id, code=code)
    if found is None:
        raise NotFound(N_("Không tìm thấy thủ tục {code}."), code=code[:60])
    return found


def log(session: Session, *, token: str, help_: Help, card: str = "") -> SupportVisit:
    """Note that a member helped; with `card`, for the household whose card was scanned. The same key twice is one.

    Raises:
        Invalid: a value cannot be right. NotFound: as `team_members.opened`; the card is not good, or of another ward.
    """
    held = team_members.opened(session, token=token)
    household_id = household_of_card(session, held=held, card=card) if card else None
    return note(session, held=held, help_=help_, household_id=household_id)


def note(
    session: Session, *, held: Pass, help_: Help, household_id: UUID | None = None, place: HelpPlace | None = None
) -> SupportVisit:  # fmt: skip
    """As `log`, for services that have opened the member's address."""
    if not help_.key or len(help_.key) > KEY_MAX:
        raise Invalid(N_("Trang này đã cũ. Xin mở lại từ trang đầu của tổ."))
    known = session.exec(select(SupportVisit).where(SupportVisit.key == help_.key)).first()
    if known is not None:
        return known
    if not 1 <= help_.minutes <= MINUTES_MAX:
        raise Invalid(N_("Số phút phải từ 1 đến {most}."), most=MINUTES_MAX, field="minutes")
    if help_.procedure_id is not None:
        procedure = session.get(Procedure, help_.procedure_id)
        if procedure is None or procedure.unit_id != held.ward.id:
            raise NotFound(N_("Không tìm thấy thủ tục này."))
    post_id = _standing_at(session, held.member.id)
    where = place or (HelpPlace.POST if post_id else HelpPlace.ELSEWHERE)
    made = SupportVisit(
        ward_id=held.ward.id, member_id=held.member.id, procedure_id=help_.procedure_id, minutes=help_.minutes,
        outcome=help_.outcome, is_first_online=help_.is_first_online, place=where,
        post_id=post_id if where is HelpPlace.POST else None, household_id=household_id, helped_at=clock.now(), key=help_.key,
    )  # fmt: skip
    session.add(made)
    session.flush()
    if household_id:
        audit.record(session, actor=held.actor, action="support.logged", subject_kind="household", subject_id=household_id)
    return made


def undo(session: Session, *, token: str, visit_id: UUID) -> None:
    """A member takes a slip of today back. Done twice, nothing changes.

    Raises:
        Invalid: it is too long ago. NotFound: as `team_members.opened`, or it is not theirs.
    """
    held = team_members.opened(session, token=token)
    visit = session.get(SupportVisit, visit_id, with_for_update=True)
    if visit is None or visit.member_id != held.member.id:
        raise NotFound(N_("Không tìm thấy lượt hỗ trợ này."))
    if visit.taken_back_at is not None:
        return
    if clock.now() - visit.helped_at > UNDONE_WITHIN:
        raise Invalid(N_("Lượt này ghi đã lâu, không bỏ được nữa."))
    visit.taken_back_at = clock.now()
    session.add(visit)


def given(session: Session, *, token: str, limit: int = 10) -> list[Given]:
    """What a member noted last, the latest first.

    Raises:
        NotFound: as `team_members.opened`.
    """
    held = team_members.opened(session, token=token)
    found = session.exec(
        select(SupportVisit, Procedure)
        .outerjoin(Procedure, col(Procedure.id) == SupportVisit.procedure_id)
        .where(SupportVisit.member_id == held.member.id, col(SupportVisit.taken_back_at).is_(None))
        .order_by(col(SupportVisit.helped_at).desc(), col(SupportVisit.id).desc())
        .limit(limit)
    )
    now = clock.now()
    return [
        Given(visit, procedure.name if procedure else "", now - visit.helped_at <= UNDONE_WITHIN) for visit, procedure in found
    ]


@dataclass(frozen=True)
class Scanned:
    """The household of a card, as little of it as whoever helps needs to see."""

    masked_name: str
    unit_label: str


def scanned(session: Session, *, token: str, card: str) -> Scanned:
    """Whose card a member has before them.

    Raises:
        NotFound: as `log`.
    """
    held = team_members.opened(session, token=token)
    household = session.get_one(Household, household_of_card(session, held=held, card=card))
    return Scanned(masked(household.head_name), session.get_one(Unit, household.unit_id).label)


def household_of_card(session: Session, *, held: Pass, card: str) -> UUID:
    """The household of a card in the member's ward, for services that have opened the member's address.

    Raises:
        NotFound: the card is not good, or of another ward.
    """
    household, unit = household_cards.behind(session, token=card)
    if not unit.path.startswith(held.ward.path):
        raise NotFound(N_("Thẻ này của phường khác."))
    return household.id


def _standing_at(session: Session, member_id: UUID) -> UUID | None:
    """The post at which a member has duty now, half an hour early or late."""
    now, margin = clock.now(), timedelta(minutes=30)
    return session.exec(
        select(DutyPost.id)
        .join(DutyPattern, col(DutyPattern.post_id) == DutyPost.id)
        .join(DutyShift, col(DutyShift.pattern_id) == DutyPattern.id)
        .where(
            DutyShift.member_id == member_id, col(DutyShift.dropped_at).is_(None), DutyShift.starts_at <= now + margin,
            DutyShift.ends_at >= now - margin,
        )
        .order_by(col(DutyShift.starts_at))
        .limit(1)
    ).first()  # fmt: skip
