"""Every table, so that importing `models` is enough for Alembic to see them all."""

from models.announcement import FACT_LABELS, Announcement, AnnouncementKind, AnnouncementStatus, AsksFor, Audience, Urgency
from models.audit import AuditEvent
from models.base import Model
from models.delivery import Delivery, DeliveryStatus, RecipientKind, Relay
from models.group import Channel, Group, GroupKind, Membership, MembershipSource
from models.household import Household, Need
from models.link import Device, Purpose, Scan, ScanHour, ShortLink
from models.reach import How, Reach, ReachCount
from models.unit import Unit, UnitChange, UnitChangeKind, UnitChangeLink, UnitDay, UnitKind
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
    "Channel",
    "Delivery",
    "DeliveryStatus",
    "Device",
    "Group",
    "GroupKind",
    "Household",
    "How",
    "LeaderDevice",
    "Membership",
    "MembershipSource",
    "Model",
    "Need",
    "Purpose",
    "Reach",
    "ReachCount",
    "RecipientKind",
    "Relay",
    "Role",
    "Scan",
    "ScanHour",
    "Session",
    "ShortLink",
    "Ticket",
    "Unit",
    "UnitChange",
    "UnitChangeKind",
    "UnitChangeLink",
    "UnitDay",
    "UnitKind",
    "Urgency",
    "User",
]  # fmt: skip
