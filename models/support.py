"""What the digital team does for people: help with procedures, visits at home, small lessons, the survey of smartphones."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from core.i18n import N_
from models.base import Instant, Model, choice
from models.team import Skill


class HelpOutcome(StrEnum):
    """What came of helping someone."""

    DONE = "done"
    PARTLY = "partly"
    SENT_ELSEWHERE = "sent_elsewhere"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {
            "done": N_("làm xong"), "partly": N_("mới xong một phần"), "sent_elsewhere": N_("phải sang nơi khác"),
        }[self]  # fmt: skip


class HelpPlace(StrEnum):
    """Where somebody was helped."""

    POST = "post"
    HOME = "home"
    ELSEWHERE = "elsewhere"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {"post": N_("nơi trực"), "home": N_("tại nhà"), "elsewhere": N_("nơi khác")}[self]


class SupportVisit(Model, table=True):
    """One time that a member helped somebody. Nobody is named, unless they showed their household's card."""

    __table_args__ = (
        Index("ix_supportvisit_ward_id_helped_at", "ward_id", "helped_at"),
        CheckConstraint("minutes BETWEEN 1 AND 480", name="minutes"),
    )

    ward_id: UUID = Field(foreign_key="unit.id", ondelete="RESTRICT")
    member_id: UUID = Field(foreign_key="teammember.id", ondelete="RESTRICT", index=True)
    procedure_id: UUID | None = Field(default=None, foreign_key="procedure.id", ondelete="SET NULL", index=True)
    minutes: int
    outcome: HelpOutcome = Field(sa_type=choice(HelpOutcome))
    is_first_online: bool = False  # the first time that the person did a procedure online
    place: HelpPlace = Field(default=HelpPlace.ELSEWHERE, sa_type=choice(HelpPlace))
    post_id: UUID | None = Field(default=None, foreign_key="dutypost.id", ondelete="SET NULL")
    household_id: UUID | None = Field(default=None, foreign_key="household.id", ondelete="SET NULL", index=True)
    helped_at: datetime = Field(sa_type=Instant)
    key: str = Field(unique=True)  # made with the page, so that a press sent twice counts once
    taken_back_at: datetime | None = Field(default=None, sa_type=Instant)


class VisitAskedBy(StrEnum):
    """Who asked for a visit at home."""

    PERSON = "person"
    LEADER = "leader"
    DESK = "desk"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {"person": N_("người dân"), "leader": N_("tổ trưởng, trưởng thôn"), "desk": N_("bộ phận một cửa")}[self]


class VisitStatus(StrEnum):
    """How a visit at home stands."""

    ASKED = "asked"
    PLANNED = "planned"
    CLOSED = "closed"
    CALLED_OFF = "called_off"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {
            "asked": N_("chờ xếp người"), "planned": N_("đã hẹn"), "closed": N_("đã đến"), "called_off": N_("đã thôi"),
        }[self]  # fmt: skip


class HomeVisit(Model, table=True):
    """Someone who cannot come asks that a member comes. Name, number and address are forgotten some time after its end."""

    __table_args__ = (
        Index("ix_homevisit_ward_id_status", "ward_id", "status"),
        CheckConstraint("(visit_on IS NULL) = (member_id IS NULL)", name="planned"),
    )

    ward_id: UUID = Field(foreign_key="unit.id", ondelete="RESTRICT")
    unit_id: UUID = Field(foreign_key="unit.id", ondelete="RESTRICT", index=True)  # the group, else the ward
    household_id: UUID | None = Field(default=None, foreign_key="household.id", ondelete="SET NULL", index=True)
    name: str
    phone: str | None = None
    address: str
    words: str = ""  # what it is about, as they said it
    wish: str = ""  # when it suits them
    procedure_id: UUID | None = Field(default=None, foreign_key="procedure.id", ondelete="SET NULL")
    asked_by: VisitAskedBy = Field(sa_type=choice(VisitAskedBy))
    asked_by_id: UUID | None = Field(default=None, foreign_key="user.id", ondelete="SET NULL")
    status: VisitStatus = Field(default=VisitStatus.ASKED, sa_type=choice(VisitStatus))
    member_id: UUID | None = Field(default=None, foreign_key="teammember.id", ondelete="SET NULL", index=True)
    visit_on: date | None = None
    put_off: int = 0  # how often nobody was there
    outcome: HelpOutcome | None = Field(default=None, sa_type=choice(HelpOutcome))
    note: str = ""  # of whoever came
    closed_at: datetime | None = Field(default=None, sa_type=Instant)
    token_hash: str = Field(unique=True)  # of the page on which the person sees how it stands
    forgotten_at: datetime | None = Field(default=None, sa_type=Instant)


class Lesson(Model, table=True):
    """A small lesson: a member shows a few people one thing."""

    __table_args__ = (
        CheckConstraint("minutes BETWEEN 10 AND 480", name="minutes"),
        CheckConstraint("people IS NULL OR people BETWEEN 0 AND 500", name="people"),
        CheckConstraint("first_timers BETWEEN 0 AND 500", name="first_timers"),
    )

    ward_id: UUID = Field(foreign_key="unit.id", ondelete="RESTRICT", index=True)
    unit_id: UUID = Field(foreign_key="unit.id", ondelete="RESTRICT")
    member_id: UUID = Field(foreign_key="teammember.id", ondelete="RESTRICT", index=True)
    topic: Skill = Field(sa_type=choice(Skill))
    place: str
    starts_at: datetime = Field(sa_type=Instant)
    minutes: int = 90
    people: int | None = None  # who came, counted by the member; None: not said yet
    first_timers: int = 0  # of them, who did it for the first time
    called_off_at: datetime | None = Field(default=None, sa_type=Instant)

    @property
    def ends_at(self) -> datetime:
        """When it is over."""
        return self.starts_at + timedelta(minutes=self.minutes)


class LessonGuest(Model, table=True):
    """A household that showed its card at a lesson."""

    __table_args__ = (Index("uq_lessonguest_lesson_id_household_id", "lesson_id", "household_id", unique=True),)

    lesson_id: UUID = Field(foreign_key="lesson.id", ondelete="CASCADE")
    household_id: UUID = Field(foreign_key="household.id", ondelete="CASCADE", index=True)


class PhoneSurvey(Model, table=True):
    """A round from door to door: how many people of each household have a smartphone."""

    __table_args__ = (CheckConstraint("ends_on >= starts_on", name="days"),)

    ward_id: UUID = Field(foreign_key="unit.id", ondelete="RESTRICT", index=True)
    title: str
    starts_on: date
    ends_on: date
    closed_at: datetime | None = Field(default=None, sa_type=Instant)

    def runs_on(self, day: date) -> bool:
        """Whether households are still asked on a day."""
        return self.closed_at is None and self.ends_on >= day


class SurveyResult(StrEnum):
    """What came of asking a household."""

    ANSWERED = "answered"
    NOT_HOME = "not_home"
    DECLINED = "declined"
    MOVED = "moved"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {
            "answered": N_("đã hỏi"), "not_home": N_("vắng nhà"), "declined": N_("không muốn trả lời"),
            "moved": N_("đã chuyển đi"),
        }[self]  # fmt: skip


class SurveyHome(Model, table=True):
    """A household of a survey: who asks it, in which order, and what was said."""

    __table_args__ = (
        Index("uq_surveyhome_survey_id_household_id", "survey_id", "household_id", unique=True),
        Index("ix_surveyhome_member_id_survey_id", "member_id", "survey_id"),
        CheckConstraint("smartphones IS NULL OR smartphones BETWEEN 0 AND 99", name="smartphones"),
    )

    survey_id: UUID = Field(foreign_key="phonesurvey.id", ondelete="CASCADE")
    household_id: UUID = Field(foreign_key="household.id", ondelete="CASCADE", index=True)
    member_id: UUID | None = Field(default=None, foreign_key="teammember.id", ondelete="SET NULL")
    place: int  # in the member's walk, by address
    result: SurveyResult | None = Field(default=None, sa_type=choice(SurveyResult))
    smartphones: int | None = None  # as said
    before: int = 0  # as it was known when it was planned
    asked_at: datetime | None = Field(default=None, sa_type=Instant)
