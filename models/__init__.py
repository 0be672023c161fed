"""Every table, so that importing `models` is enough for Alembic to see them all."""

from models.announcement import FACT_LABELS, Announcement, AnnouncementKind, AnnouncementStatus, AsksFor, Audience, Urgency
from models.audit import AuditEvent
from models.base import Model
from models.change_set import Change, ChangeSet, ChangeSetKind
from models.delivery import Delivery, DeliveryStatus, RecipientKind, Relay
from models.group import Channel, Group, GroupKind, JoinRequest, Membership, MembershipSource, Part, Term, TickList
from models.household import (
    Household,
    HouseholdPast,
    HouseholdToken,
    Likeness,
    Need,
    PastCause,
    PhoneTie,
    Proposal,
    ProposalKind,
)
from models.link import Device, Purpose, Scan, ScanHour, ShortLink
from models.reach import How, Reach, ReachCount
from models.unit import (
    Reorganisation,
    ReorganisationStatus,
    Unit,
    UnitChange,
    UnitChangeKind,
    UnitChangeLink,
    UnitDay,
    UnitKind,
    UnitTotal,
)
from models.user import Attempt, LeaderDevice, Role, Session, Ticket, User

__all__ = [
    "FACT_LABELS",
    "Announcement",
    "AnnouncementKind",
    "AnnouncementStatus",
    "AsksFor",
    "Attempt",
    "Audience",
    "AuditEvent",
    "Change",
    "ChangeSet",
    "ChangeSetKind",
    "Channel",
    "Delivery",
    "DeliveryStatus",
    "Device",
    "Group",
    "GroupKind",
    "Household",
    "HouseholdPast",
    "HouseholdToken",
    "How",
    "JoinRequest",
    "LeaderDevice",
    "Likeness",
    "Membership",
    "MembershipSource",
    "Model",
    "Need",
    "Part",
    "PastCause",
    "PhoneTie",
    "Proposal",
    "ProposalKind",
    "Purpose",
    "Reach",
    "ReachCount",
    "RecipientKind",
    "Relay",
    "Reorganisation",
    "ReorganisationStatus",
    "Role",
    "Scan",
    "ScanHour",
    "Session",
    "ShortLink",
    "Term",
    "TickList",
    "Ticket",
    "Unit",
    "UnitChange",
    "UnitChangeKind",
    "UnitChangeLink",
    "UnitDay",
    "UnitKind",
    "UnitTotal",
    "Urgency",
    "User",
    "lineage",
]  # fmt: skip
