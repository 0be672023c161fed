"""What goes tonight, told ahead and done: of every kind in the table (services.retention_rules) what is older than its days."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, cast, func, or_, update
from sqlmodel import Session, col, delete, select

from core import clock
from core.db import changed
from models import (
    Attendance,
    Change,
    Consent,
    Delivery,
    DoorKnock,
    HomeVisit,
    Household,
    Inquiry,
    InquiryStatus,
    JoinRequest,
    LegalHold,
    PhoneTie,
    Proposal,
    RecipientKind,
    RequestKind,
    Scan,
    SubjectRequest,
    WebhookEvent,
)
from services import (
    access,
    attendance,
    home_visits,
    join_requests,
    leader_reports,
    receipts,
    retention_rules,
    scans,
    subject_erasure,
)
from services.access import Actor, May
from services.opt_outs import ERASED
from services.presence import is_erased
from services.retention_rules import Rule

AT_ONCE = 500  # households or threads of one night: each is several rows
GONE = "–"


@dataclass(frozen=True)
class Tonight:
    """What of a kind goes tonight."""

    rule: Rule
    rows: int


def preview(session: Session, *, actor: Actor) -> list[Tonight]:
    """Every kind with how much of it goes tonight: numbers alone; nothing is touched.

    Raises:
        NotAllowed: the actor may not write.
    """
    access.require(actor, May.KEEP_PRIVACY)
    return [Tonight(rule, 0 if rule.held_because else _count(session, rule)) for rule in retention_rules.rules(session)]


def forget(session: Session, *, kind: str) -> int:
    """Forget what of a kind is too old; how many rows. A second time: none. For the night's work."""
    rule = retention_rules.rule_of(session, kind=kind)
    return 0 if rule.held_because else FORGETS[kind](session, rule.before)


def kinds() -> list[str]:
    """Their names, for the night's work."""
    return list(FORGETS)


def _count(session: Session, rule: Rule) -> int:
    if rule.kind.name == "report_photos":
        return len(leader_reports.with_old_photos(session, before=rule.before))
    model, where = OLD[rule.kind.name]
    found = select(func.count()).select_from(model).where(where(rule.before))
    return min(session.exec(found).one(), AT_ONCE) if rule.kind.name in ("households", "inquiries") else session.exec(found).one()


# ---- what is old


def _door_notes(before: datetime) -> ColumnElement[bool]:
    return (col(DoorKnock.knocked_at) < before) & (col(DoorKnock.note) != "")


def _proposals(before: datetime) -> ColumnElement[bool]:
    has_words = or_(cast(col(Proposal.words), String) != "{}", col(Proposal.note) != "")
    return (col(Proposal.answered_at) < before) & has_words


def _untied(before: datetime) -> ColumnElement[bool]:
    return col(PhoneTie.untied_at) < before


def _inquiries(before: datetime) -> ColumnElement[bool]:
    is_done = col(Inquiry.status).in_((InquiryStatus.ANSWERED, InquiryStatus.CLOSED, InquiryStatus.SPAM))
    has_words = or_(col(Inquiry.text) != "", col(Inquiry.from_name) != "", col(Inquiry.from_id) != "")
    return (col(Inquiry.last_at) < before) & is_done & has_words & col(Inquiry.public_at).is_(None)


def _recipients(before: datetime) -> ColumnElement[bool]:
    is_one = col(Delivery.recipient_kind).in_((RecipientKind.PHONE, RecipientKind.FOLLOWER, RecipientKind.MAIL))
    return (col(Delivery.created_at) < before) & is_one & (col(Delivery.recipient_id) != ERASED)


def _changes(before: datetime) -> ColumnElement[bool]:
    said = (cast(col(Change.before), String), cast(col(Change.after), String))
    named = or_(*(words.contains(f'"{name}"') for words in said for name in sorted(subject_erasure.PERSONAL)))
    return (col(Change.created_at) < before) & named


def _households(before: datetime) -> ColumnElement[bool]:
    held = select(LegalHold.household_id).where(col(LegalHold.ended_at).is_(None))
    return (
        (col(Household.left_on) < clock.local(before).date()) & (col(Household.head_name) != subject_erasure.NAME)
        & col(Household.id).not_in(held) & ~is_erased(col(Household.id))
    )  # fmt: skip


def _consents(before: datetime) -> ColumnElement[bool]:
    return (col(Consent.ended_at) < before) & or_(col(Consent.said_by) != "", col(Consent.evidence) != "")


def _erasure_requests(before: datetime) -> ColumnElement[bool]:
    return (col(SubjectRequest.kind) == RequestKind.ERASE) & _requests_closed(before)


def _requests(before: datetime) -> ColumnElement[bool]:
    return (col(SubjectRequest.kind) != RequestKind.ERASE) & _requests_closed(before)


def _requests_closed(before: datetime) -> ColumnElement[bool]:
    return (col(SubjectRequest.closed_at) < before) & (col(SubjectRequest.asked_by) != GONE)


OLD: dict[str, tuple[Any, Callable[[datetime], ColumnElement[bool]]]] = {
    "scans": (Scan, scans.old),
    "join_requests": (JoinRequest, join_requests.old),
    "guests": (Attendance, attendance.old),
    "home_visits": (HomeVisit, home_visits.old),
    "events": (WebhookEvent, receipts.old),
    "door_notes": (DoorKnock, _door_notes),
    "proposals": (Proposal, _proposals),
    "untied_phones": (PhoneTie, _untied),
    "inquiries": (Inquiry, _inquiries),
    "recipients": (Delivery, _recipients),
    "changes": (Change, _changes),
    "households": (Household, _households),
    "consents": (Consent, _consents),
    "erasure_requests": (SubjectRequest, _erasure_requests),
    "requests": (SubjectRequest, _requests),
}


# ---- what is done with it


def _blanked(kind: str, **values: Any) -> Callable[[Session, datetime], int]:
    def forget_(session: Session, before: datetime) -> int:
        model, where = OLD[kind]
        return changed(session, update(model).where(where(before)).values(**values))

    return forget_


def _forget_threads(session: Session, before: datetime) -> int:
    threads = session.exec(select(Inquiry).where(_inquiries(before)).order_by(col(Inquiry.last_at)).limit(AT_ONCE)).all()
    for thread in threads:
        subject_erasure.blank_thread(session, thread)
    return len(threads)


def _forget_changes(session: Session, before: datetime) -> int:
    rows = session.exec(select(Change).where(_changes(before))).all()
    for change in rows:
        subject_erasure.bare(change)
        session.add(change)
    session.flush()
    return len(rows)


def _forget_households(session: Session, before: datetime) -> int:
    homes = session.exec(select(Household).where(_households(before)).order_by(col(Household.left_on)).limit(AT_ONCE)).all()
    for home in homes:
        subject_erasure.forget_household(session, home)
    session.flush()
    return len(homes)


FORGETS: dict[str, Callable[[Session, datetime], int]] = {
    "scans": lambda session, before: scans.forget_raw(session, before=before),
    "join_requests": lambda session, before: join_requests.forget_old(session, before=before),
    "guests": lambda session, before: attendance.forget_names(session, before=before),
    "home_visits": lambda session, before: home_visits.forget_old(session, before=before),
    "report_photos": lambda session, before: leader_reports.forget_photos(session, before=before),
    "events": lambda session, before: receipts.forget_old(session, before=before),
    "door_notes": _blanked("door_notes", note=""),
    "proposals": _blanked("proposals", words={}, note="", reason=""),
    "untied_phones": lambda session, before: changed(session, delete(PhoneTie).where(_untied(before))),
    "inquiries": _forget_threads,
    "recipients": _blanked("recipients", recipient_id=ERASED),
    "changes": _forget_changes,
    "consents": _blanked("consents", said_by="", evidence=""),
    "erasure_requests": _blanked("erasure_requests", asked_by=GONE, contact="", words="", identity_note=""),
    "requests": _blanked("requests", asked_by=GONE, contact="", words="", identity_note=""),
    "households": _forget_households,  # the last: it takes with it what the others would count
}
