"""What belongs to wards that end: accounts with providers, rules of reach, own templates, batches that wait for their turn.

Into a ward that stands: its own accounts and rules hold, and it gets of the other only what it lacks. A new ward takes over those
of the first ward in the plan that has any.
"""

from sqlmodel import Session, col, select, update

from models import AccountState, Batch, ChannelAccount, ReachRules, Template, Unit, UnitKind
from services import audit
from services.access import Actor
from services.reorganisations.checks import Checked
from services.reorganisations.drafts import Fate
from services.reorganisations.hanging import Hanging, family
from services.reorganisations.heirs import Heirs
from services.templates import NAME_MAX


def follow(session: Session, *, actor: Actor, checked: Checked, things: Hanging, heirs: Heirs) -> None:
    """All of it; a plan of residential units has none."""
    _accounts(session, actor, things, heirs)
    wards = [unit for unit in checked.old if unit.kind is UnitKind.COMMUNE]
    for ward in wards:
        heir = heirs.of(ward.id)
        _rules(session, ward, heir)
        _templates(session, ward, heir)
        session.execute(update(Batch).where(col(Batch.ward_id) == ward.id).values(ward_id=heir.id))
    session.flush()


def _accounts(session: Session, actor: Actor, things: Hanging, heirs: Heirs) -> None:
    """Accounts that go on belong to the new ward with their secrets and what was sent by them; the others are paused."""
    for thing in things.of("account"):
        first = session.get_one(ChannelAccount, thing.id)
        same = col(ChannelAccount.channel).in_(family(first.channel))
        for account in session.exec(select(ChannelAccount).where(ChannelAccount.unit_id == first.unit_id, same)).all():
            if thing.decision.fate is Fate.MOVED:
                account.unit_id = heirs.of(account.unit_id).id
            elif account.state is AccountState.ACTIVE:
                account.state = AccountState.PAUSED
                audit.record(
                    session, actor=actor, action="channel.paused", subject_kind="channel_account", subject_id=account.id,
                    channel=account.channel.value, because="reorganised",
                )  # fmt: skip
            session.add(account)
    session.flush()


def _rules(session: Session, ward: Unit, heir: Unit) -> None:
    """A ward keeps its own; one that has none takes over those of the first that has."""
    both = {one.unit_id: one for one in session.exec(select(ReachRules).where(col(ReachRules.unit_id).in_([ward.id, heir.id])))}
    if ward.id in both and heir.id not in both:
        both[ward.id].unit_id = heir.id
        session.add(both[ward.id])
        session.flush()


def _templates(session: Session, ward: Unit, heir: Unit) -> None:
    """All go on; of two of one name the ward's name tells the other apart."""
    taken = set(session.exec(select(Template.name).where(Template.unit_id == heir.id)))
    for template in session.exec(select(Template).where(Template.unit_id == ward.id)).all():
        template.name = _free(template.name, ward.name, taken)
        template.unit_id = heir.id
        taken.add(template.name)
        session.add(template)
    session.flush()


def _free(name: str, ward: str, taken: set[str]) -> str:
    if name not in taken:
        return name
    mark, number = f" ({ward})", 2
    wanted = name[: NAME_MAX - len(mark)] + mark
    while wanted in taken:
        mark, number = f" ({ward} {number})", number + 1
        wanted = name[: NAME_MAX - len(mark)] + mark
    return wanted
