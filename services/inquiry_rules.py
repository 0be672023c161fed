"""By when a ward answers what it is asked, and who is asked first; the usual rules until it sets its own."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from uuid import UUID

from sqlmodel import Session, col, select

from core.errors import Invalid
from core.i18n import N_
from core.text import clean, fold
from models import InquiryRules, Topic, Unit, UnitKind, User
from services import access, audit, office_hours
from services.access import Actor, May
from services.office_hours import OfficeHours

MOST_HOURS, MOST_DAYS, WORDS_MOST = 40, 30, 200


@dataclass(frozen=True)
class Rules:
    """A ward's rules as they are asked for."""

    urgent_hours: int = 2
    procedure_days: int = 1
    other_days: int = 3
    opens: str = office_hours.USUAL
    free_days: Sequence[str] = ()
    work_days: Sequence[str] = ()
    duty: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    blocked_words: Sequence[str] = ()

    @cached_property
    def hours(self) -> OfficeHours:
        """When its office is open."""
        return office_hours.read(self.opens, free_days=self.free_days, work_days=self.work_days)

    def due(self, topic: Topic, *, since: datetime) -> datetime:
        """By when something asked at that instant is to be answered."""
        hours = self.hours
        if topic is Topic.URGENT:
            return hours.after(since, self.urgent_hours * 60)
        days = self.procedure_days if topic is Topic.PROCEDURE else self.other_days
        return hours.after(since, days * hours.day_minutes)

    def on_duty(self, topic: Topic, place_unit_id: UUID | None = None) -> UUID | None:
        """Who is asked first: for what is urgent the one named for it, else whoever has the group, else the topic."""
        of_topic, of_place = self.duty.get(topic.value), self.places.get(str(place_unit_id))
        named = (of_topic or of_place) if topic is Topic.URGENT else (of_place or of_topic)
        return UUID(named) if named else None


def of(session: Session, *, ward_id: UUID) -> Rules:
    """The rules of a ward: its own, or the usual ones."""
    return of_wards(session, ward_ids=[ward_id])[ward_id]


def of_wards(session: Session, *, ward_ids: Collection[UUID]) -> dict[UUID, Rules]:
    """The same of several."""
    own = {one.unit_id: one for one in session.exec(select(InquiryRules).where(col(InquiryRules.unit_id).in_(ward_ids)))}
    return {id_: _rules(own[id_]) if id_ in own else Rules() for id_ in ward_ids}


def hours_of_all(session: Session) -> dict[UUID, OfficeHours]:
    """When offices are open, by ward; of those only that have rules of their own."""
    return {one.unit_id: _rules(one).hours for one in session.exec(select(InquiryRules))}


def write(session: Session, *, actor: Actor, ward_id: UUID, rules: Rules) -> Rules:
    """Set a ward's rules.

    Raises:
        Invalid: a time, a day or a person cannot be right.
        NotAllowed, NotFound: the actor does not decide for this ward.
    """
    access.require(actor, May.KEEP_WARD)
    ward = access.unit_for(session, actor=actor, unit_id=ward_id)
    times = ((rules.urgent_hours, MOST_HOURS), (rules.procedure_days, MOST_DAYS), (rules.other_days, MOST_DAYS))
    if any(not 1 <= value <= most for value, most in times):
        raise Invalid(N_("Thời hạn trả lời phải từ 1 đến {hours} giờ, hoặc {days} ngày."), hours=MOST_HOURS, days=MOST_DAYS)
    hours = rules.hours
    _check_duty(session, ward, rules)
    own = session.exec(select(InquiryRules).where(InquiryRules.unit_id == ward_id)).first() or InquiryRules(unit_id=ward_id)
    own.urgent_hours, own.procedure_days, own.other_days = rules.urgent_hours, rules.procedure_days, rules.other_days
    own.opens, own.duty = clean(rules.opens), dict(rules.duty)
    own.places = dict(rules.places)
    own.free_days, own.work_days = ([day.isoformat() for day in sorted(days)] for days in (hours.free_days, hours.work_days))
    own.blocked_words = list(dict.fromkeys(word for one in rules.blocked_words if (word := fold(one))))[:WORDS_MOST]
    session.add(own)
    session.flush()
    audit.record(session, actor=actor, action="inquiry_rules.written", subject_kind="unit", subject_id=ward_id)
    return of(session, ward_id=ward_id)


def _rules(own: InquiryRules) -> Rules:
    return Rules(**{name: getattr(own, name) for name in Rules.__dataclass_fields__})


def _check_duty(session: Session, ward: Unit, rules: Rules) -> None:
    named = {UUID(one) for one in (*rules.duty.values(), *rules.places.values())}
    known = session.exec(
        select(User.id).join(Unit, col(Unit.id) == User.unit_id).where(
            col(User.id).in_(named), col(User.is_active), access.path_range(ward.path),
            col(User.role).in_(May.ANSWER_INQUIRIES.roles),
        )
    ).all()  # fmt: skip
    if len(known) < len(named) or set(rules.duty) - {topic.value for topic in Topic}:
        raise Invalid(N_("Người trực hỏi đáp phải là cán bộ của phường, đang dùng tài khoản."))
    groups = session.exec(select(Unit.id).where(access.path_range(ward.path), Unit.kind == UnitKind.RESIDENTIAL)).all()
    if {UUID(one) for one in rules.places} - set(groups):
        raise Invalid(N_("Xin chọn ít nhất một tổ, thôn của phường."))
