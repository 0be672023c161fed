"""A small ward in which everything that a route can open is there, and the secrets that open it are known."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import Table, update
from sqlmodel import Session, col, select

from core import clock, sealed, tokens
from models import (
    Announcement,
    ApiToken,
    AsksFor,
    Channel,
    ChannelAccount,
    CheckInPass,
    Group,
    GroupKind,
    Household,
    HouseholdToken,
    Inquiry,
    Model,
    Procedure,
    PublicAnswer,
    Relay,
    Role,
    Scope,
    ShortLink,
    TeamMember,
    TickList,
    Unit,
    UnitKind,
    User,
)
from services import demo, household_messages, sessions, team_members, webhook_addresses

HOUSEHOLDS = 62  # the smallest demonstration
SECRETS = {"oa_secret_key": "fuzz", "app_secret": "fuzz", "api_key": "fuzz", "secret_key": "fuzz", "access_token": "fuzz"}
ZALO_APP, ZALO_OA = "4242", "7777"


@dataclass
class Ward:
    """What opens what: by the beginning of a path, the values of its blanks; cookies and tokens of those who have a right."""

    values: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    cookies: list[str] = field(default_factory=list)
    api_tokens: list[str] = field(default_factory=list)


def settle(session: Session) -> Ward:
    """The demonstration, and one address of each kind that it leaves unmade or keeps only a hash of."""
    demo.fill(session, households=HOUSEHOLDS, seed=1)
    session.flush()
    ward = Ward()
    _what_is_missing(session)
    for path, table in {"/h": "householdtoken", "/door": "doorlist", "/tick": "ticklist", "/check-in": "checkinpass",
                        "/visit": "homevisit", "api": "apitoken", "/session": "ticket"}.items():  # fmt: skip
        ward.values[path] += _known(session, Model.metadata.tables[table], path)
    _by_rows(session, ward)
    ward.api_tokens = ward.values.pop("api")
    for role in (Role.ADMIN, Role.STAFF, Role.LEAD):
        person = session.exec(select(User).where(User.role == role).order_by(col(User.username))).first()
        if person:
            token = sessions.redeem(session, ticket=sessions.issue_ticket(session, user_id=person.id), device="Chrome, Linux")
            ward.cookies.append(f"{sessions.cookie_name()}={token}")
    for name, path in {"cn_door": "/check-in", "cn_team": "/d"}.items():
        ward.cookies += [f"{name}={one}" for one in ward.values[path]]
    return ward


def _what_is_missing(session: Session) -> None:
    place = session.exec(select(Unit).where(Unit.kind == UnitKind.COMMUNE)).first()
    group = session.exec(select(Group).where(Group.kind == GroupKind.HOUSEHOLD, col(Group.leader_id).is_not(None))).first()
    home = session.exec(select(Household)).first()
    coming = session.exec(
        select(Announcement).where(Announcement.asks_for == AsksFor.ATTENDANCE).order_by(col(Announcement.expires_at).desc())
    ).first()
    assert place
    assert group
    assert group.leader_id
    assert home
    later = clock.now() + timedelta(days=30)
    session.add_all([
        HouseholdToken(household_id=home.id, token_hash="h"),
        TickList(group_id=group.id, user_id=group.leader_id, token_hash="t", expires_at=later),
        ApiToken(name="fuzz", token_hash="a", scope=Scope.FIGURES_READ, unit_id=place.id, expires_at=later),
    ])  # fmt: skip
    if coming:
        session.add(CheckInPass(announcement_id=coming.id, token_hash="c", expires_at=later))
    for channel in (Channel.ZALO_OA, Channel.FACEBOOK, Channel.SMS, Channel.ZALO_BOT):
        account = ChannelAccount(
            unit_id=place.id, channel=channel, settings={"app_id": ZALO_APP, "oa_id": ZALO_OA, "page_id": ZALO_OA}
        )
        account.secrets = sealed.seal(SECRETS, owner=f"channel account {account.id}")
        session.add(account)
    session.flush()


def _known(session: Session, table: Table, path: str) -> list[str]:
    """The newest rows open by secrets that we choose."""
    ids = session.execute(select(table.c.id).order_by(table.c.created_at.desc()).limit(3)).scalars().all()
    found = []
    for n, id_ in enumerate(ids):
        secret = f"known-{path.strip('/')}-{n}"
        changes: dict[str, Any] = {"token_hash": tokens.digest(secret)}
        if "expires_at" in table.c:
            changes["expires_at"] = clock.now() + timedelta(days=30)
        session.execute(update(table).where(table.c.id == id_).values(**changes))
        found.append(secret)
    return found


def _by_rows(session: Session, ward: Ward) -> None:
    values = ward.values
    now = clock.now()
    sent = session.exec(
        select(Relay, ShortLink.slug, Announcement)
        .join(ShortLink, col(ShortLink.id) == Relay.link_id)
        .join(Announcement, col(Announcement.id) == Relay.announcement_id)
        .where(Relay.token_expires_at > now)
    ).all()
    for relay, slug, item in sent[:: max(1, len(sent) // 12)]:
        values["/r"] += [one for one in (relay.token, relay.deputy_token, item.leaders_token) if one]
        values["/a"].append(slug)
        values["/q"].append(slug)
    for link in session.exec(select(ShortLink).order_by(col(ShortLink.scans).desc()).limit(12)):
        values["/q"].append(link.slug)
    links = session.exec(select(ShortLink)).all()
    for purpose in {link.purpose for link in links}:
        some = [link.slug for link in links if link.purpose == purpose][:4]
        values["/q"] += some
        values["/j"] += some
    values["/p"] += session.exec(select(Procedure.code)).all()
    values["/ask"] += [one.token for one in session.exec(select(Inquiry))]
    values["/ask/a"] += session.exec(select(PublicAnswer.slug)).all()
    values["/ask/done"] += [str(id_) for id_ in session.exec(select(Inquiry.id)).all()]
    for member in session.exec(select(TeamMember).limit(3)):
        values["/d"] += [team_members.token_of(member, kind) for kind in ("page", "calendar")]
    for home in session.exec(select(Household).limit(3)):
        values["/stop"].append(household_messages.path_of(home.id).removeprefix("/stop/"))
    for account in session.exec(select(ChannelAccount)):
        values["/webhooks"].append(webhook_addresses.token_of(account))
