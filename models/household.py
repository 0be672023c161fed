"""Households: who lives where, how they may be reached. Never a citizen number, birth date, ethnicity or religion."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Index
from sqlmodel import Field

from core import fulltext
from core.i18n import N_
from models.base import Instant, Model, choice, index_where


class Need(StrEnum):
    """What makes a household harder to reach; seen only by those who need it for a task."""

    ELDERLY_ALONE = "elderly_alone"
    DISABLED = "disabled"
    NO_PHONE = "no_phone"
    OTHER_LANGUAGE = "other_language"
    DOOR = "door"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {
            "elderly_alone": N_("người già sống một mình"),
            "disabled": N_("người khuyết tật"),
            "no_phone": N_("không có điện thoại"),
            "other_language": N_("nói tiếng khác"),
            "door": N_("cần báo tận nhà"),
        }[self]


class Household(Model, table=True):
    """A household of a residential unit. It ends (`left_on`), it is not deleted."""

    __table_args__ = (
        Index("uq_household_unit_id_code", "unit_id", "code", unique=True),
        Index(
            "ix_household_unit_id_days", "unit_id", "arrived_on", "left_on", "people", "smartphones", "id"
        ),  # all a count needs
        Index("ix_household_phone_id", "phone", "id"),  # read whole to find a part of a number
        CheckConstraint("people BETWEEN 0 AND 99", name="people"),
        CheckConstraint("smartphones BETWEEN 0 AND people", name="smartphones"),
        CheckConstraint("left_on IS NULL OR left_on >= arrived_on", name="left_on"),
    )

    unit_id: UUID = Field(foreign_key="unit.id", ondelete="RESTRICT")
    code: str
    head_name: str
    address: str = ""
    phone: str | None = None
    other_phones: list[str] = Field(default_factory=list, sa_type=JSON)
    people: int = 1
    smartphones: int = 0
    zalo_user_id: str | None = None
    needs: list[str] = Field(default_factory=list, sa_type=JSON)
    arrived_on: date  # the first day of what stands here; earlier days are in HouseholdPast
    left_on: date | None = None
    version: int = Field(
        default=1, sa_column_kwargs={"server_default": "1"}
    )  # goes up with every change, so that nobody writes over what they have not seen
    split_from_id: UUID | None = Field(default=None, foreign_key="household.id", ondelete="SET NULL", index=True)
    merged_into_id: UUID | None = Field(default=None, foreign_key="household.id", ondelete="SET NULL", index=True)
    change_set_id: UUID | None = Field(default=None, foreign_key="changeset.id", ondelete="SET NULL", index=True)  # that made it
    search: str = ""  # terms of head, address, code and phones, kept by services.household_values

    def present_on(self, day: date) -> bool:
        """Whether it counts on a day; on the day it leaves it no longer does."""
        return self.arrived_on <= day and (self.left_on is None or day < self.left_on)


fulltext.index(Household.metadata.tables["household"], "search")


class PastCause(StrEnum):
    """Why a household is not any more as it was."""

    CHANGED = "changed"
    MOVED = "moved"
    SPLIT = "split"
    MERGED = "merged"
    REORGANISED = "reorganised"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {
            "changed": N_("đổi thông tin"),
            "moved": N_("chuyển tổ"),
            "split": N_("tách hộ"),
            "merged": N_("nhập hộ"),
            "reorganised": N_("sắp xếp lại tổ"),
        }[self]


class HouseholdPast(Model, table=True):
    """How a household was from a day until the day before another, where that differs from how it is now.

    The record itself says how it is since `arrived_on`; its pasts lie before that day and never overlap. A correction of what was
    always so makes no past.
    """

    __table_args__ = (
        Index("ix_householdpast_unit_id_days", "unit_id", "started_on", "ended_on", "people", "smartphones", "household_id"),
        Index("uq_householdpast_household_id_started_on", "household_id", "started_on", unique=True),
        CheckConstraint("people BETWEEN 0 AND 99", name="people"),
        CheckConstraint("smartphones BETWEEN 0 AND people", name="smartphones"),
        CheckConstraint("ended_on > started_on", name="ended_on"),
    )

    household_id: UUID = Field(foreign_key="household.id", ondelete="CASCADE")
    unit_id: UUID = Field(foreign_key="unit.id", ondelete="RESTRICT")
    code: str
    head_name: str
    address: str = ""
    people: int = 1
    smartphones: int = 0
    started_on: date
    ended_on: date  # the first day on which it was no longer so
    cause: PastCause = Field(sa_type=choice(PastCause))


class Likeness(Model, table=True):
    """Two households that may be one; `household_id` came later. A person says, and is not asked again."""

    __table_args__ = (
        Index("uq_likeness_household_id_other_id", "household_id", "other_id", unique=True),
        CheckConstraint("household_id <> other_id", name="two"),
        CheckConstraint("score BETWEEN 0 AND 100", name="score"),
    )

    household_id: UUID = Field(foreign_key="household.id", ondelete="CASCADE")
    other_id: UUID = Field(foreign_key="household.id", ondelete="CASCADE", index=True)
    score: int  # 100: the same name and address
    has_same_phone: bool = False
    is_same: bool | None = None  # None: nobody has said
    answered_by_id: UUID | None = Field(default=None, foreign_key="user.id", ondelete="SET NULL")
    answered_at: datetime | None = Field(default=None, sa_type=Instant)


class ProposalKind(StrEnum):
    """What a leader proposes about a household."""

    ADD = "add"
    CHANGE = "change"
    LEFT = "left"
    MOVED = "moved"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {
            "add": N_("thêm hộ"),
            "change": N_("sửa thông tin"),
            "left": N_("đã chuyển đi"),
            "moved": N_("chuyển sang tổ khác"),
        }[self]


class Proposal(Model, table=True):
    """What a leader says of a household, until the ward's staff take it over or decline it with a reason."""

    __table_args__ = (
        Index("ix_proposal_unit_id_answered_at", "unit_id", "answered_at"),
        CheckConstraint("kind = 'add' OR household_id IS NOT NULL", name="household"),
    )

    kind: ProposalKind = Field(sa_type=choice(ProposalKind))
    unit_id: UUID = Field(foreign_key="unit.id", ondelete="RESTRICT")
    household_id: UUID | None = Field(default=None, foreign_key="household.id", ondelete="CASCADE", index=True)
    words: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)  # the fields proposed, as typed
    note: str = ""
    proposed_by_id: UUID | None = Field(default=None, foreign_key="user.id", ondelete="SET NULL")
    answered_by_id: UUID | None = Field(default=None, foreign_key="user.id", ondelete="SET NULL")
    answered_at: datetime | None = Field(default=None, sa_type=Instant)
    is_accepted: bool | None = None
    reason: str = ""  # of a refusal


class HouseholdToken(Model, table=True):
    """The secret of a printed household card. Only its hash is kept; a lost card is revoked."""

    household_id: UUID = Field(foreign_key="household.id", ondelete="CASCADE", index=True)
    token_hash: str = Field(unique=True)
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)


class PhoneTie(Model, table=True):
    """A phone that its owner tied to a household by the household's card, until it is untied."""

    __table_args__ = (
        index_where("uq_phonetie_visitor_open", "visitor", where="untied_at IS NULL", unique=True),
    )  # fmt: skip

    household_id: UUID = Field(foreign_key="household.id", ondelete="CASCADE", index=True)
    visitor: str  # keyed digest of the phone's first-party cookie
    consent: str  # which wording was agreed to
    untied_at: datetime | None = Field(default=None, sa_type=Instant)
