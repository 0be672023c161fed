"""What a household says yes or no to, one thing at a time: said as easily taken back as given, and obeyed where it is done.

Law 91/2025/QH15: consent is for extras, can be shown, is never the default, and silence is none. What the committee does by duty
(Điều 19) goes on without it; a household may still say that it wants no messages and no survey.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from core import clock
from core.errors import Invalid, NotFound
from core.i18n import N_
from core.text import clean
from models import Consent, ConsentWay, Extra, Household, OptOutCause, PhoneTie, User
from services import access, audit, household_messages
from services.access import Actor, May
from services.household_writes import one, only

WORDING = "2026-11"  # of the sentences people have before them; change it with the words
NEEDS_YES = frozenset({Extra.CARD, Extra.PHOTOS})  # nothing before somebody agreed; the others until somebody says no
LINE_MAX = 200


@dataclass(frozen=True)
class Said:
    """What somebody of a household says, and how."""

    is_given: bool
    way: ConsentWay
    said_by: str = ""
    evidence: str = ""
    wording: str = WORDING


@dataclass(frozen=True)
class Switch:
    """How a household stands to one extra."""

    extra: Extra
    is_on: bool  # whether it is done
    consent: Consent | None  # what was said last; None: nothing yet
    recorder: str = ""  # who wrote it down


def switches(session: Session, *, actor: Actor, household_id: UUID) -> list[Switch]:
    """How a household in the actor's sight stands to each extra.

    Raises:
        NotAllowed: the actor sees figures only.
        NotFound: it lies outside the actor's sight.
    """
    home, _unit = only(session, one(actor, household_id))
    return of(session, household=home)


def of(session: Session, *, household: Household) -> list[Switch]:
    """The same for a page that has checked whose it is."""
    found = session.exec(
        select(Consent, User.display_name)
        .outerjoin(User, col(User.id) == col(Consent.recorded_by_id))
        .where(Consent.household_id == household.id, col(Consent.ended_at).is_(None))
    ).all()
    said = {consent.extra: (consent, name or "") for consent, name in found}
    is_out = household_messages.is_out(session, household=household)
    made = []
    for extra in Extra:
        consent, recorder = said.get(extra, (None, ""))
        is_on = consent.is_given if consent else extra not in NEEDS_YES
        made.append(Switch(extra, is_on and not (extra is Extra.MESSAGES and is_out), consent, recorder))
    return made


def write_down(session: Session, *, actor: Actor, household_id: UUID, extra: Extra, said: Said) -> Consent:
    """Somebody of the household told a person; said once more, the same stands.

    Raises:
        Invalid: who said so or where the paper lies is missing.
        NotAllowed, NotFound: as `switches`.
    """
    access.require(actor, May.SEE_PEOPLE)
    home, _unit = only(session, one(actor, household_id))
    if said.way is ConsentWay.PAPER and not clean(said.evidence):
        raise Invalid(N_("Xin ghi giấy có chữ ký đang để ở đâu."), field="evidence")
    if not clean(said.said_by):
        raise Invalid(N_("Xin ghi ai trong hộ đã nói."), field="said_by")
    kept = say(session, household=home, extra=extra, said=said, by_id=actor.id)
    audit.record(
        session, actor=actor, action="consent.given" if said.is_given else "consent.withdrawn", subject_kind="household",
        subject_id=home.id, extra=extra.value, way=said.way.value, wording=said.wording,
    )  # fmt: skip
    return kept


def say(
    session: Session, *, household: Household, extra: Extra, said: Said, by_id: UUID | None = None, at: datetime | None = None
) -> Consent:  # fmt: skip
    """Keep what was said, and do it: for services and pages that know who says it. The same words twice are one record.

    A no lets tied phones go and stops messages; a yes lets messages come again.
    """
    now = at or clock.now()
    session.exec(select(Household.id).where(Household.id == household.id).with_for_update()).one()
    last = _last(session, household.id, extra)
    if last is None or last.is_given is not said.is_given or last.wording != said.wording:
        if last is not None:
            last.ended_at = max(now, last.said_at)
            session.add(last)
            session.flush()
        last = Consent(
            household_id=household.id, extra=extra, is_given=said.is_given, wording=said.wording, way=said.way,
            said_by=clean(said.said_by)[:LINE_MAX], evidence=clean(said.evidence)[:LINE_MAX], recorded_by_id=by_id, said_at=now,
        )  # fmt: skip
        session.add(last)
        session.flush()
    _do(session, household, extra, said)
    return last


def is_against(extra: Extra, household_id: Any) -> ColumnElement[bool]:
    """Of a column of households: somebody there said no, and nothing else since."""
    said = (Consent.extra == extra, col(Consent.is_given).is_(False), col(Consent.ended_at).is_(None))
    refused: ColumnElement[bool] = household_id.in_(select(Consent.household_id).where(*said))
    return refused


def is_refused(session: Session, *, household_id: UUID, extra: Extra) -> bool:
    """Whether a household has said no to something, for services that have checked whose it is."""
    last = _last(session, household_id, extra)
    return last is not None and not last.is_given


def agreeing(session: Session, *, household_ids: Collection[UUID], extra: Extra) -> set[UUID]:
    """Those of some households that said yes and nothing else since, for services that have checked whose they are."""
    said = (Consent.extra == extra, col(Consent.is_given).is_(True), col(Consent.ended_at).is_(None))
    return set(session.exec(select(Consent.household_id).where(col(Consent.household_id).in_(household_ids), *said)))


def require(session: Session, *, household_id: UUID, extra: Extra) -> None:
    """Refuse what a household has said no to.

    Raises:
        Invalid: it has.
    """
    if is_refused(session, household_id=household_id, extra=extra):
        raise Invalid(N_("Hộ này đã nói không với việc này. Muốn đổi, xin báo phường hoặc bấm lại trên trang của hộ."))


def carry_over(session: Session, *, from_id: UUID, to_id: UUID) -> int:
    """Two households are one from now on: a no of either stands, a yes of the other is not taken over. How many."""
    taken = 0
    refused = select(Consent).where(
        Consent.household_id == from_id, col(Consent.ended_at).is_(None), col(Consent.is_given).is_(False)
    )
    for consent in session.exec(refused).all():
        last = _last(session, to_id, consent.extra)
        if last is not None and not last.is_given:
            continue
        home = session.get_one(Household, to_id)
        said = Said(is_given=False, way=consent.way, said_by=consent.said_by, evidence=consent.evidence, wording=consent.wording)
        say(session, household=home, extra=consent.extra, said=said, by_id=consent.recorded_by_id)
        taken += 1
    return taken


def of_token(session: Session, *, token: str, extra: str, is_given: bool) -> None:
    """A press on the household's own page (`/stop/{token}`): one thing, on or off; pressed twice it is as pressed once.

    Raises:
        NotFound: the address is none of ours, or there is no such thing to say.
        Invalid: nothing is known by which the household could be written to.
    """
    home = household_messages.behind(session, token=token)
    if extra not in set(Extra):
        raise NotFound(N_("Đường dẫn này không có, hoặc đã hết hạn."))
    say(session, household=home, extra=Extra(extra), said=Said(is_given=is_given, way=ConsentWay.PAGE))


def _last(session: Session, household_id: UUID, extra: Extra) -> Consent | None:
    wanted = select(Consent).where(
        Consent.household_id == household_id, Consent.extra == extra, col(Consent.ended_at).is_(None)
    )  # fmt: skip
    return session.exec(wanted).first()


def _do(session: Session, household: Household, extra: Extra, said: Said) -> None:
    if extra is Extra.MESSAGES and (household.phone or household.zalo_user_id):
        cause = OptOutCause.PAGE if said.way is ConsentWay.PAGE else OptOutCause.STAFF
        household_messages.set_wish(session, household=household, wants_none=not said.is_given, cause=cause)
    elif extra is Extra.CARD and not said.is_given:
        for tie in session.exec(select(PhoneTie).where(PhoneTie.household_id == household.id, col(PhoneTie.untied_at).is_(None))):
            tie.untied_at = clock.now()
            session.add(tie)
        session.flush()
