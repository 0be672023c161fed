"""What comes after a sending: lists of doors with ticks on them, forecasts and how they did, a draft that says it again."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import case
from sqlmodel import Session, col, select

from core import clock, tokens
from models import (
    Announcement,
    AnnouncementStatus,
    Audience,
    Channel,
    DoorOutcome,
    Household,
    How,
    PlannedPath,
    Reach,
)
from services import door_addresses, door_numbers, forecast, past_reach
from services.demo import places, planned
from services.demo.stage import Stage, digest, write
from services.demo.ward import Ward
from services.past_reach import Past

FORESEEN = 2  # whose forecast was kept and scored
TICKED_AFTER = (30, 540)  # minutes after the sending
# What came of a knock where nobody was told; where it is just begun, or seldom done, most doors are still to come.
FOUND: Sequence[tuple[DoorOutcome | None, float, float]] = (
    (None, 0.6, 0.9), (DoorOutcome.NOT_HOME, 0.32, 0.09), (DoorOutcome.REFUSED, 0.06, 0.01), (DoorOutcome.MOVED, 0.02, 0.0),
)  # fmt: skip
DRAFTED = timedelta(minutes=12)  # ago


def come(session: Session, stage: Stage, ward: Ward) -> None:
    """Write all of it for what was sent lately."""
    sent = col(Announcement.sent_at) > stage.now - planned.FOR
    latest = session.exec(select(Announcement).where(sent).order_by(col(Announcement.sent_at).desc())).all()
    _doors(session, stage, ward, latest)
    _forecasts(session, stage, latest)
    _follow_up(session, stage, ward, latest[0])


def _doors(session: Session, stage: Stage, ward: Ward, latest: Sequence[Announcement]) -> None:
    dice = stage.dice("doors")
    keys = {name: stage.keys(name) for name in ("doorlist", "doorline", "doorknock")}
    leaders = {home.unit.id: home.leader.id for home in ward.homes}
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in keys}
    for item in latest:
        homes = _at_the_door(session, item)
        sent_at = item.sent_at or stage.now
        is_begun = item is latest[0] or not any(told_at for _, told_at in homes)
        lists: dict[UUID, UUID] = {}
        numbers: dict[UUID, int] = {}
        for home, told_at in homes:
            if home.unit_id not in lists:
                lists[home.unit_id] = id_ = keys["doorlist"].next()
                rows["doorlist"].append({
                    "id": id_, "created_at": sent_at, "announcement_id": item.id, "unit_id": home.unit_id,
                    "user_id": leaders[home.unit_id], "issue": 1, "token_hash": tokens.digest(door_addresses.token_of(id_, 1)),
                    "expires_at": item.expires_at or sent_at + door_numbers.LASTS, "revoked_at": None,
                })  # fmt: skip
            numbers[home.unit_id] = number = numbers.get(home.unit_id, 0) + 1
            outcome, at = (DoorOutcome.TOLD, told_at) if told_at else _found(dice, sent_at, stage.now, is_begun=is_begun)
            line_id = keys["doorline"].next()
            rows["doorline"].append({
                "id": line_id, "created_at": sent_at, "door_list_id": lists[home.unit_id], "household_id": home.id,
                "number": number, "outcome": outcome, "knocked_at": at,
            })  # fmt: skip
            if outcome is not None:
                rows["doorknock"].append({
                    "id": keys["doorknock"].next(), "created_at": at, "door_line_id": line_id, "outcome": outcome,
                    "key": digest(dice), "knocked_at": at, "user_id": leaders[home.unit_id], "note": "",
                })  # fmt: skip
    for name, some in rows.items():
        write(session, name, some)


def _at_the_door(session: Session, item: Announcement) -> list[tuple[Household, datetime | None]]:
    """Households that were to be told at their door, in the order in which one walks, with when they were."""
    at_door = case((col(Reach.how) == How.DOOR, col(Reach.told_at)))
    found = session.exec(
        select(Household, Reach.id, at_door)
        .join(PlannedPath, col(PlannedPath.household_id) == Household.id)
        .outerjoin(Reach, (col(Reach.household_id) == Household.id) & (col(Reach.announcement_id) == item.id))
        .where(PlannedPath.announcement_id == item.id, PlannedPath.path == Channel.DOOR, col(Household.left_on).is_(None))
    ).all()
    told = [(home, at) for home, reach_id, at in found if at is not None or reach_id is None]  # by telephone: no knock needed
    return sorted(told, key=lambda one: door_numbers.walking(one[0].head_name, one[0].address, one[0].id))


def _found(dice: Random, sent_at: datetime, now: datetime, *, is_begun: bool) -> tuple[DoorOutcome | None, datetime | None]:
    outcome = dice.choices([one for one, *_ in FOUND], [lately if is_begun else then for _, then, lately in FOUND])[0]
    at = sent_at + timedelta(minutes=dice.randint(*TICKED_AFTER))
    is_day = 6 <= clock.local(at).hour < 21
    return (outcome, at) if outcome and is_day and at <= now else (None, None)


def _forecasts(session: Session, stage: Stage, latest: Sequence[Announcement]) -> None:
    """As they would have been made at half time, by what was known then; scored as every forecast is."""
    keys = stage.keys("forecast")
    rows: list[dict[str, Any]] = []
    for item in latest[1:]:
        until = item.must_reach_by
        if len(rows) == FORESEEN or item.sent_at is None or until is None or until >= stage.now:
            continue
        past = past_reach.like(session, item)
        if len(past) < forecast.LEAST_PAST:
            continue
        made_at = item.sent_at + (until - item.sent_at) / 2
        [whole] = past_reach.of(session, [item])
        half, end = past_reach.minutes(made_at), past_reach.minutes(until)
        said = forecast.foreseen(past, _until(whole, half), half, end)
        rows.append({
            "id": keys.next(), "created_at": made_at, "announcement_id": item.id, "made_at": made_at, "for_at": until,
            "low": said.low, "middle": said.middle, "high": said.high, "came": None,
        })  # fmt: skip
    write(session, "forecast", rows)
    forecast.score_ended(session)


def _until(whole: Past, at: float) -> Past:
    """What was known of it at an instant."""
    posts = [
        replace(
            post, end=min(post.end, at), posted=post.posted if post.posted is not None and post.posted <= at else None,
            told=[one for one in post.told if one[0] <= at],
        ) for post in whole.posts
    ]  # fmt: skip
    return replace(whole, end=min(whole.end, at), posts=posts, elsewhere=[one for one in whole.elsewhere if one[0] <= at])


def _follow_up(session: Session, stage: Stage, ward: Ward, first: Announcement) -> None:
    """The clerk has begun to say the latest again, to whoever is not known to have it."""
    id_, written_at = stage.keys("follow_up").next(), stage.now - DRAFTED
    again = first.model_dump() | {
        "id": id_, "created_at": written_at, "status": AnnouncementStatus.DRAFT, "sent_at": None, "households": 0,
        "follows_id": first.id, "approver_id": None, "approved_at": None, "leaders_issue": None, "places": None,
        "author_id": ward.users[places.CLERK].id, "plan": {"channels": []}, "also_groups": [],
    }  # fmt: skip
    write(session, "announcement", [again])
    entries = session.exec(select(Audience).where(Audience.announcement_id == first.id).order_by(col(Audience.id))).all()
    keys = stage.keys("follow_up_audience")
    write(
        session, "audience",
        [one.model_dump() | {"id": keys.next(), "created_at": written_at, "announcement_id": id_} for one in entries],
    )  # fmt: skip
