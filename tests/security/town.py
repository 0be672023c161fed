"""Two wards of one province, each with a group, and in each unit one of everything that is kept: for whoever tries doors."""

import inspect
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import Any
from uuid import UUID

from sqlmodel import Session

import models
from core import clock, ids, tokens
from models import (
    Announcement,
    Group,
    Household,
    Model,
    Role,
    Unit,
    UnitKind,
    User,
)
from services import rollups
from services.access import Actor, actor_of
from tests.factories import (
    make_announcement,
    make_delivery,
    make_group,
    make_household,
    make_inquiry,
    make_link,
    make_membership,
    make_procedure,
    make_unit,
    make_user,
)

NAMES, PHONES = "Đặng Thị Riêng Tư", "+84977123456"  # of people of every household
# What a blank of a service means, where its name does not say it.
KINDS = {
    "ward": "Unit", "group": "Group", "link": "ShortLink", "member": "TeamMember", "list": "ClosedList", "visit": "HomeVisit",
    "slot": "LoudspeakerSlot", "survey": "PhoneSurvey", "account": "ChannelAccount", "request": "JoinRequest",
    "plan": "Reorganisation", "job": "PrintJob", "answer": "PublicAnswer", "difference": "ProcedureDifference",
    "pattern": "DutyPattern", "person": "ListedPerson", "post": "DutyPost", "shift": "DutyShift", "absence": "DutyAbsence",
    "into": "Household", "keep": "Household", "leader": "User", "parent": "Group", "template": "Template", "from": "TeamMember",
    "to": "TeamMember", "other": "Report", "place_unit": "Unit", "draft": "Announcement", "by": "TeamMember", "but": "Group",
    "purpose": "ProcessingPurpose", "hold": "LegalHold", "factor": "SecondFactor",
    "act": "LinkMove", "block": "InquiryBlock", "attendance": "Attendance", "procedure": "Procedure",
}  # fmt: skip


@dataclass
class Town:
    """The units by what they are to the ward whose people try the doors, and what lies in each."""

    session: Session
    units: dict[str, Unit]  # own, child, sister, niece, parent
    kept: dict[tuple[str, str], Model] = field(default_factory=dict)

    def actor(self, role: Role, where: str = "own") -> Actor:
        """Somebody with a role at a unit."""
        return actor_of(self.session, self.user(role, where))

    def user(self, role: Role, where: str = "own") -> User:
        """The account behind it."""
        found = self.kept.get((where, f"user {role}"))
        if not isinstance(found, User):
            found = make_user(self.session, unit=self.units[where], role=role)
            self.kept[where, f"user {role}"] = found
        return found

    def of(self, kind: str, where: str) -> Model:
        """One record of a kind that lies in a unit."""
        if (kind, where) not in self.kept:
            self.kept[kind, where] = self._made(kind, where)
        return self.kept[kind, where]

    def _made(self, kind: str, where: str) -> Model:
        unit = self.units[where]
        makers: Mapping[str, Any] = {
            "Unit": lambda: unit,
            "Household": lambda: make_household(self.session, unit=unit, head_name=NAMES, phone=PHONES, address="Số 9"),
            "Group": lambda: make_group(self.session, unit=unit),
            "Announcement": lambda: make_announcement(self.session, unit=unit),
            "ShortLink": lambda: make_link(self.session, unit_id=unit.id),
            "Procedure": lambda: make_procedure(self.session, unit=unit),
            "Inquiry": lambda: make_inquiry(self.session, unit=unit),
            "User": lambda: make_user(self.session, unit=unit, role=Role.LEAD),
            "Delivery": lambda: make_delivery(self.session, unit=unit, announcement=self._announcement(where)),
            "Attendance": lambda: self._blank(models.Attendance, where, name=NAMES),
            "DutyPattern": lambda: self._blank(models.DutyPattern, where, ends=time(9)),
            "Message": lambda: self._blank(models.InquiryMessage, where),  # as services call it
            "Likeness": lambda: self._blank(models.Likeness, where, other_id=make_household(self.session, unit=unit).id),
        }
        return makers.get(kind, lambda: self._blank(getattr(models, kind), where))()  # type: ignore[no-any-return]

    def _announcement(self, where: str) -> Announcement:
        found = self.of("Announcement", where)
        assert isinstance(found, Announcement)
        return found

    def _blank(self, kind: type[Model], where: str, **values: Any) -> Model:
        """A row with whatever fits, and everything it hangs on in the same unit."""
        hints = typing.get_type_hints(kind)
        for column in kind.__table__.columns:  # type: ignore[attr-defined]
            if column.name in ("id", "created_at", *values):
                continue
            if column.foreign_keys:
                [key] = column.foreign_keys
                other = next(one for one in _tables() if one.__tablename__ == key.column.table.name)
                if other is not kind and (not column.nullable or other is Unit):
                    values[column.name] = self.of(other.__name__, where).id
            elif not column.nullable and kind.model_fields[column.name].is_required():
                values[column.name] = some(hints[column.name])
        row = kind(**values)
        self.session.add(row)
        self.session.flush()
        return row


def _tables() -> list[type[Model]]:
    return [one for one in vars(models).values() if inspect.isclass(one) and issubclass(one, Model) and hasattr(one, "__table__")]


def some(kind: Any) -> Any:
    """A value of a type."""
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        kind = typing.get_args(kind)[0]
    kind = typing.get_origin(kind) or kind
    if inspect.isclass(kind) and issubclass(kind, Enum):
        return next(iter(kind))
    ready = {
        str: tokens.new_token(), time: time(8), int: 1,
         bool: False, float: 1.0, date: clock.today(), datetime: clock.now() + timedelta(hours=1),
        UUID: ids.new_id(), list: [], dict: {}, bytes: b"x",
    }  # fmt: skip
    return ready.get(kind)


def settle(session: Session) -> Town:
    """The town, with two households in a chat each."""
    province = make_unit(session, kind=UnitKind.PROVINCE, name="Tỉnh Thái Nguyên")
    units = {"parent": province}
    for ward, child in (("own", "child"), ("sister", "niece")):
        units[ward] = make_unit(session, parent=province, kind=UnitKind.COMMUNE, name=f"Phường {ward}")
        units[child] = make_unit(session, parent=units[ward], short_name=f"Tổ {child}")
    town = Town(session, units)
    for where in ("child", "niece"):
        home = town.of("Household", where)
        group = town.of("Group", where)
        assert isinstance(home, Household)
        assert isinstance(group, Group)
        make_membership(session, household=home, group=group)
    rollups.refresh(session, unit_ids=[units["child"].id, units["niece"].id])
    session.commit()
    return town
