"""S43: the database alone opens no page: no address that the house says again stands in it."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select as sa_select
from sqlmodel import Session, select

from core.errors import NotFound
from core.settings import settings
from models import DoorList, Household, InquiryKind, Model, Relay, Role, RumourRelay, TeamMember
from services import (
    door_addresses,
    door_lists,
    household_messages,
    inquiry_page,
    passing_on,
    relay_addresses,
    reminders,
    rumour_relays,
    rumours,
    team_members,
    tick_lists,
)
from services.access import Actor
from services.team_members import MemberValues
from tests.app_keys import under
from tests.factories import NOON, make_actor, make_announcement, make_household, make_inquiry, make_user
from tests.web.day import Day, make_led_group, make_ward, phone, send

OPENING: dict[str, Callable[..., object]] = {
    "/r": relay_addresses.kind_of, "/ask": inquiry_page.find, "/r/c": rumour_relays.work, "/door": door_addresses.opened,
    "/d": team_members.opened, "/tick": tick_lists.opened, "/stop": household_messages.behind,
}  # fmt: skip


@pytest.fixture
def day(session: Session, clock: object) -> Day:
    """A group with leader and deputy, and a household in no chat, at which somebody knocks."""
    ward = make_ward(session)
    unit, leader, group = make_led_group(session, ward)
    group.deputy_id = make_user(session, unit=unit, role=Role.LEAD, display_name="Nông Văn Hải").id
    make_household(session, unit=unit)
    item = make_announcement(session, unit=ward, expires_at=NOON + timedelta(days=1), must_reach_by=NOON + timedelta(hours=4))
    return send(session, item, ward, unit, leader, group)


@pytest.fixture
def paths(session: Session, day: Day) -> list[str]:
    """One of each address that the house makes for people, after all that is said of them again."""
    clerk = make_actor(session, unit=day.ward, role=Role.OFFICIAL)
    passing_on.pass_on(session, token=day.relay.token, why="Đang bận")
    reminders.remind(session, announcement_id=day.announcement.id)
    reminders.escalate(session, announcement_id=day.announcement.id)
    door_lists.make(session, actor=clerk, announcement_id=day.announcement.id)
    asked = make_inquiry(session, unit=day.ward, text="Đồn mai cắt trợ cấp", kind=InquiryKind.RUMOUR)
    urls = [_door(session), tick_lists.make(session, actor=clerk, group_id=day.group.id).url, *_team(session, day)]
    rumour = _rumour(session, clerk, asked.id)
    session.refresh(day.relay)
    home = session.exec(select(Household).limit(1)).one()
    session.commit()
    return [
        day.relay_page, f"/r/{day.relay.deputy_token}", day.leaders_page, f"/ask/{asked.token}", f"/r/c/{rumour.token}",
        household_messages.path_of(home.id), *(one.removeprefix(settings().public_url) for one in urls),
    ]  # fmt: skip


def _door(session: Session) -> str:
    return door_addresses.url_of(session.exec(select(DoorList)).one())


def _team(session: Session, day: Day) -> list[str]:
    member = team_members.add(session, actor=make_actor(session, unit=day.ward), values=MemberValues("Lý Văn An", day.ward.id))
    return [team_members.url_of(member), team_members.calendar_url_of(member)]


def _rumour(session: Session, clerk: Actor, inquiry_id: Any) -> RumourRelay:
    made = rumours.judge(
        session, actor=clerk, inquiry_id=inquiry_id, verdict="false", question="Mai cắt trợ cấp?", answer="Không có."
    )
    rumour_relays.begin(session, actor=clerk, answer_id=made.id)
    return session.exec(select(RumourRelay)).one()


def everything(session: Session) -> Iterator[str]:
    """Every cell of every table, as text."""
    for table in Model.metadata.sorted_tables:
        for row in session.execute(sa_select(table)):
            yield from (str(cell) for cell in row if cell is not None)


def test_s43_each_address_opens_and_none_stands_in_the_database(session: Session, paths: list[str]) -> None:
    client = phone()
    assert [path for path in paths if client.get(path).status_code != 200] == []

    held = "\n".join(everything(session))

    secrets = [re.sub(r"^/(r/c|[a-z]+)/|/lich\.ics$", "", path) for path in paths]
    assert len({len(one) for one in secrets}) > 1
    assert [path for path, one in zip(paths, secrets, strict=True) if one in held] == []


def test_s43_nothing_that_stands_in_the_database_is_an_address(session: Session, paths: list[str]) -> None:
    found = set(re.findall(r"[\w-]{20,}", "\n".join(everything(session))))
    assert len(found) > 30

    for path, opened in OPENING.items():
        for word in sorted(found | {one.replace("-", "") for one in found}):
            with pytest.raises(NotFound):
                opened(session, token=word), pytest.fail(f"{path}/{word}")


def test_s43_another_app_key_ends_no_address_while_the_one_before_is_known(
    session: Session, paths: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    under(monkeypatch, "another", "one between", "a key for tests only")
    member, listed = session.exec(select(TeamMember)).one(), session.exec(select(DoorList)).one()
    own = [team_members.url_of(member), team_members.calendar_url_of(member), door_addresses.url_of(listed)]
    session.commit()
    assert {one.removeprefix(settings().public_url) for one in own} < set(paths)
    assert [path for path in paths if phone().get(path).status_code != 200] == []

    under(monkeypatch, "another")
    assert door_addresses.url_of(listed).removeprefix(settings().public_url) not in paths


@pytest.mark.parametrize("way", ["another seal", "another kind", "another row", "cut off"])
def test_s43_a_forged_address_leads_nowhere(session: Session, day: Day, paths: list[str], way: str) -> None:
    other = make_inquiry(session, unit=day.ward, text="Bao giờ có điện lại?")
    session.commit()
    relay, deputy, leaders, ask, rumour = (path.rsplit("/", 1) for path in paths[:5])
    forged = {
        "another seal": [f"{room}/{one[:30]}{one[42:29:-1]}" for room, one in (relay, deputy, leaders, ask, rumour)],
        "another kind": [f"/ask/{relay[1]}", f"/r/{ask[1]}", f"/r/c/{relay[1]}", f"/r/{rumour[1]}"],
        "another row": [f"/ask/{other.token[:22]}{ask[1][22:]}", f"/r/{ask[1][:22]}{relay[1][22:]}"],
        "cut off": [f"{room}/{one[:-1]}" for room, one in (relay, deputy, leaders, ask, rumour)],
    }[way]

    assert {phone().get(path).status_code for path in forged} == {404}


def test_s61_an_address_is_in_no_log(
    paths: list[str], capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", logger="caunoi")
    client = phone()

    for path in paths:
        client.get(path)
        client.post(path, data={"anything": "1"})

    said = "".join(capfd.readouterr()) + caplog.text
    assert [path for path in paths if path.rsplit("/", 1)[1] in said] == []


def test_s43_a_relay_is_asked_of_the_deputy_only_by_who_was_asked(session: Session, day: Day) -> None:
    relay = session.get_one(Relay, day.relay.id)
    unasked = f"/r/{relay.deputy_address.token}"

    assert (relay.deputy_token, phone().get(unasked).status_code) == (None, 404)
