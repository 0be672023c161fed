"""Whether the words can be said on every account that the plan goes by: found while one writes, not after the approval."""

from dataclasses import dataclass

from sqlmodel import Session

from models import Announcement, Channel, ChannelAccount
from services import access, links, messages, reach_rules
from services.access import Actor, May
from services.paths import ONE_BY_ONE
from services.plans import Plan
from services.ports import ports

FOR_ALL = (Channel.ZALO_GROUP, Channel.ZALO_BROADCAST, Channel.FACEBOOK)


@dataclass(frozen=True)
class Unsayable:
    """An account that would refuse the words, why, and how many households would get nothing by it."""

    channel: Channel
    why: str  # to be translated
    households: int


def found_in(session: Session, *, actor: Actor, announcement: Announcement, plan: Plan) -> list[Unsayable]:
    """What the accounts of a plan would refuse in these words, whether they are stored or still being written.

    Raises:
        NotAllowed: the actor writes no announcements. NotFound: the words are of a unit outside the actor's sight.
    """
    access.require(actor, May.WRITE)
    unit = access.unit_for(session, actor=actor, unit_id=announcement.unit_id)
    accounts = reach_rules.accounts(session, ward=access.commune_of(session, unit))
    counts = {channel: plan.others.get(channel, 0) + plan.also.get(channel, 0) for channel in ONE_BY_ONE}
    wanted = [channel for channel in ONE_BY_ONE if counts[channel]] + _for_all(announcement)
    found = []
    for channel in wanted:
        account = accounts.get(channel)
        if account and account.works and (why := _why_not(session, announcement, channel, account)):
            found.append(Unsayable(channel, why, counts.get(channel, 0)))
    return found


def _for_all(announcement: Announcement) -> list[Channel]:
    """What everybody sees leaves where the author named it."""
    return [channel for channel in FOR_ALL if channel.value in announcement.plan.get("channels", [])]


def _why_not(session: Session, announcement: Announcement, channel: Channel, account: reach_rules.Account) -> str:
    sender = ports().senders.get(channel)
    if sender is None:
        return ""
    settings = session.get_one(ChannelAccount, account.id).told
    said = messages.said_with(
        session, announcement=announcement, channel=channel, account_settings=settings, longest=sender.longest,
        link=links.measured_url(),
    )  # fmt: skip
    return said.refusal
