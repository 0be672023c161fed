"""Badges of those who serve residents: their name, what they do, and a code that leads to where one asks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlmodel import Session, col, select

from core.errors import NotFound
from core.i18n import N_, translate
from core.settings import settings
from models import Role, Unit, User
from services import link_labels, printed_codes
from services.access import Actor, May, path_range, require
from services.ports import Label, SheetHead
from services.print_layouts import Layout
from services.printed_codes import Numbering

WORN = (Role.OFFICIAL, Role.STAFF, Role.LEAD)


@dataclass(frozen=True)
class Wearer:
    """Someone who can have a badge."""

    id: UUID
    name: str
    role: Role
    unit_label: str


def wearers(session: Session, *, actor: Actor) -> list[Wearer]:
    """Those in the actor's units who meet residents, by name. One query.

    Raises:
        NotAllowed: the actor may not print.
    """
    require(actor, May.PRINT)
    wanted = (
        select(User, Unit)
        .join(Unit, col(Unit.id) == col(User.unit_id))
        .where(path_range(actor.unit_path), col(User.is_active), col(User.role).in_(WORN))
        .order_by(col(User.display_name), col(User.id))
    )
    return [Wearer(user.id, user.display_name, user.role, unit.label) for user, unit in session.exec(wanted)]


def labels(
    session: Session, *, actor: Actor, user_ids: Sequence[UUID], slug: str, numbering: Numbering = printed_codes.given
) -> tuple[list[Label], SheetHead]:  # fmt: skip
    """A badge each, with the code of one link, in the ward's language.

    Raises:
        NotAllowed, NotFound, Invalid: as `link_labels.numbered`; NotFound also for someone who is not the actor's.
    """
    known = {one.id: one for one in wearers(session, actor=actor)}
    if any(user_id not in known for user_id in user_ids):
        raise NotFound(N_("Không tìm thấy người này."))
    (code,), head = link_labels.numbered(session, actor=actor, layout=Layout.BADGE, slugs=[slug], numbering=numbering)
    language = settings().language
    made = []
    for user_id in dict.fromkeys(user_ids):
        one = known[user_id]
        role = translate(one.role.label, language=language)
        made.append(replace(code, title=one.name, place=f"{role[:1].upper()}{role[1:]} · {one.unit_label}"))
    return made, head
