"""S47, S43, S61: an address in a leader's hand shows what it names and no more, ends with the leader, and stays out of logs."""

import re
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlmodel import Session, col, select
from starlette.testclient import TestClient
from time_machine import Traveller

from core import tokens
from core.settings import settings
from models import DoorList, Group, Household, Relay, Role, Unit
from services import door_addresses, door_lists, group_leaders, tick_lists
from services.access import Actor
from tests.factories import make_actor, make_announcement, make_group, make_household, make_unit, make_user
from tests.security.test_routes import PATHS, filled
from tests.web.day import make_ward, phone, send
from web.public import app

NAMES = {"one": "Nguyễn Văn Nhất Riêng", "other": "Trần Thị Hai Riêng"}


@dataclass
class Leader:
    """A group, whoever leads it, and the addresses in that person's hand."""

    group: Group
    addresses: dict[str, str]


@pytest.fixture
def ward(session: Session) -> Unit:
    return make_ward(session)


@pytest.fixture
def staff(session: Session, ward: Unit) -> Actor:
    return make_actor(session, unit=ward, role=Role.OFFICIAL)


@pytest.fixture
def leaders(session: Session, ward: Unit, staff: Actor) -> dict[str, Leader]:
    """Two leaders of one ward, each with a household in no chat, an announcement to post, doors to knock at, names to tick."""
    groups = {}
    for key, name in NAMES.items():
        unit = make_unit(session, parent=ward, short_name=f"Tổ {key}")
        person = make_user(session, unit=unit, role=Role.LEAD, display_name=f"Tổ trưởng {key}")
        groups[key] = make_group(session, unit=unit, leader_id=person.id)
        make_household(session, unit=unit, head_name=name, address=f"Số 7 {key}", phone="+84977123456")
    item = make_announcement(session, unit=ward)
    first = groups["one"]
    unit = session.get_one(Unit, first.unit_id)
    send(session, item, ward, unit, make_user(session, unit=unit, role=Role.LEAD), first)
    door_lists.make(session, actor=staff, announcement_id=item.id)
    made = {}
    for key, group in groups.items():
        relay = session.exec(select(Relay).where(Relay.group_id == group.id)).one()
        listed = session.exec(select(DoorList).where(DoorList.unit_id == group.unit_id)).one()
        ticks = tick_lists.make(session, actor=staff, group_id=group.id)
        made[key] = Leader(group, {
            "relay": f"/r/{relay.token}", "door": door_addresses.url_of(listed).removeprefix(settings().public_url),
            "tick": ticks.url.removeprefix(settings().public_url),
        })  # fmt: skip
    session.commit()
    return made


def test_s47_an_address_shows_its_own_group_and_nothing_of_another(leaders: dict[str, Leader]) -> None:
    client = phone()

    for key, leader in leaders.items():
        other = "other" if key == "one" else "one"
        for kind, address in leader.addresses.items():
            page = client.get(address)
            assert page.status_code == 200, (kind, page.status_code)
            assert f"Tổ {key}" in page.text or NAMES[key] in page.text, kind
            assert NAMES[other] not in page.text, kind
            assert f"Tổ {other}" not in page.text, kind
        assert NAMES[key] in client.get(leader.addresses["door"]).text


def test_s47_a_press_on_ones_own_list_touches_no_household_of_another(session: Session, leaders: dict[str, Leader]) -> None:
    strangers = session.exec(select(Household).where(Household.unit_id == leaders["other"].group.unit_id)).one()
    session.commit()
    client = phone(origin="http://ward.test")

    for address in (leaders["one"].addresses["door"], leaders["one"].addresses["tick"]):
        answer = client.post(address, data={f"home-{strangers.id}": "in", f"{strangers.id}": "told", "home": str(strangers.id)})
        assert answer.status_code < 500, address

    session.expire_all()
    after = session.exec(select(Household).where(col(Household.id) == strangers.id)).one()
    assert after.version == strangers.version
    assert NAMES["other"] not in client.get(leaders["one"].addresses["door"]).text


@pytest.mark.parametrize("way", ["another leads", "over", "guessed", "half guessed"])
def test_s43_an_address_ends_with_its_leader_and_its_time(
    session: Session, leaders: dict[str, Leader], staff: Actor, clock: Traveller, way: str
) -> None:
    leader = leaders["one"]
    if way == "another leads":
        unit = session.get_one(Unit, leader.group.unit_id)
        heir = make_user(session, unit=unit, role=Role.LEAD, display_name="Người kế")
        group_leaders.set_leader(session, actor=staff, group_id=leader.group.id, leader_id=heir.id)
        session.commit()
    if way == "over":
        clock.shift(timedelta(days=400))
    for kind, address in leader.addresses.items():
        asked = re.sub(r"[^/]+$", tokens.new_token(), address) if way == "guessed" else address
        asked = f"{address[:-20]}{address[-10:]}{address[-20:-10]}" if way == "half guessed" else asked
        page = phone().get(asked)
        assert page.status_code in (403, 404, 410) or NAMES["one"] not in page.text, (kind, page.status_code)
        assert kind == "relay" or page.status_code in (404, 410), (kind, page.status_code)


def test_s61_an_address_is_in_no_log_and_goes_to_no_other_site(
    leaders: dict[str, Leader], capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    client = phone()
    caplog.set_level("DEBUG", logger="caunoi")

    secrets = [address.rsplit("/", 1)[1] for leader in leaders.values() for address in leader.addresses.values()]
    for leader in leaders.values():
        for address in leader.addresses.values():
            client.get(address)
            client.post(address, data={"anything": "1"})

    said = "".join(capfd.readouterr()) + caplog.text
    assert not [secret for secret in secrets if secret in said]
    with TestClient(app, base_url="http://ward.test", follow_redirects=False, raise_server_exceptions=False) as whole:
        policies = {whole.get(filled(path)).headers.get("referrer-policy") for path in PATHS}
    assert policies <= {"same-origin", "no-referrer"}


def test_s43_secrets_are_of_128_bits_or_more() -> None:
    made = [tokens.new_token() for _ in range(200)]

    assert len(set(made)) == 200
    assert all(len(re.sub(r"[^A-Za-z0-9_-]", "", one)) * 6 >= 192 for one in made)
    assert len(tokens.keyed_digest("key", "value")) * 4 >= 128
