"""The households behind a number of the board: each stands where it belongs, for whoever may see it."""

from typing import Any

import pytest
from sqlmodel import Session, select

from core import clock
from core.errors import Invalid, NotAllowed, NotFound
from models import Audience, AuditEvent, DoorOutcome, How, Reach, Role, ShortLink
from services import announcements, board_list, door_knocks, needs, reach
from services.board_list import Standing
from services.needs import Why
from tests.factories import make_actor, make_group, make_household, make_membership, make_unit
from tests.services.street import Street, knock, make_street

pytestmark = pytest.mark.usefixtures("noon")
DOORS = ("Số 1", "Số 2", "Số 3", "Số 4", "Số 5")


@pytest.fixture
def street(session: Session) -> Street:
    """Five doors of which four were knocked at, and two households in the chat, one of which has answered by name."""
    planned = dict.fromkeys(DOORS, "door") | {"Ngõ 1": "relay", "Ngõ 2": "relay"}
    street = make_street(session, *DOORS, in_chat=("Ngõ 1", "Ngõ 2"), planned=planned)
    found = (DoorOutcome.TOLD, DoorOutcome.NOT_HOME, DoorOutcome.REFUSED, DoorOutcome.MOVED)
    door_knocks.by_phone(session, token=street.token, knocks=[knock(n, what) for n, what in enumerate(found, start=1)])
    of: dict[str, Any] = {"announcement_id": street.announcement.id, "group_id": street.group.id, "told_at": clock.now()}
    session.add(Reach(household_id=street.homes["Ngõ 1"].id, how=How.CONFIRMED, **of))
    session.add(Reach(visitor="a phone", how=How.CONFIRMED, **of))
    session.commit()
    return street


def addresses(session: Session, street: Street, standing: Standing, **more: object) -> list[str]:
    found = board_list.page(
        session, actor=street.clerk, announcement_id=street.announcement.id, standing=standing, **more  # type: ignore[arg-type]
    )  # fmt: skip
    return sorted(row.address for row in found.rows)


def test_each_household_stands_behind_the_number_that_counts_it(session: Session, street: Street) -> None:
    found = {one: addresses(session, street, one) for one in Standing}

    assert found == {
        Standing.KNOWN: ["Ngõ 1", "Số 1"], Standing.UNTOLD: ["Ngõ 2", "Số 2", "Số 3", "Số 4", "Số 5"],
        Standing.TO_KNOCK: ["Số 5"], Standing.NOT_HOME: ["Số 2"], Standing.REFUSED: ["Số 3"], Standing.MOVED: ["Số 4"],
    }  # fmt: skip


def test_the_counts_are_those_of_the_lists_and_answers_without_a_name_stand_beside(session: Session, street: Street) -> None:
    counts = board_list.counts(session, actor=street.clerk, announcement_id=street.announcement.id)
    of_group = board_list.counts(
        session, actor=street.clerk, announcement_id=street.announcement.id, group_id=street.group.id
    )  # fmt: skip

    assert counts.by_standing == {one: len(addresses(session, street, one)) for one in Standing}
    assert (counts.nameless, of_group.nameless) == (1, 1)
    assert (of_group.by_standing[Standing.KNOWN], of_group.by_standing[Standing.UNTOLD]) == (1, 1)


def test_of_a_group_only_its_households_are_listed(session: Session, street: Street) -> None:
    other = make_group(session, unit=street.unit)

    assert addresses(session, street, Standing.KNOWN, group_id=street.group.id) == ["Ngõ 1"]
    assert addresses(session, street, Standing.UNTOLD, group_id=street.group.id) == ["Ngõ 2"]
    assert addresses(session, street, Standing.UNTOLD, group_id=other.id) == []


def test_a_household_told_after_nobody_opened_the_door_leaves_the_list_of_doors(session: Session, street: Street) -> None:
    session.add(
        Reach(
            announcement_id=street.announcement.id, household_id=street.homes["Số 2"].id, how=How.PHONE, told_at=clock.now()
        )
    )  # fmt: skip
    session.commit()

    assert addresses(session, street, Standing.NOT_HOME) == []
    assert "Số 2" in addresses(session, street, Standing.KNOWN)


def test_only_who_writes_sees_it_and_only_below_the_own_unit(session: Session, street: Street) -> None:
    viewer = make_actor(session, unit=street.ward, role=Role.VIEWER)
    stranger = make_actor(session, unit=make_unit(session))

    for actor, refusal in ((viewer, NotAllowed), (stranger, NotFound)):
        with pytest.raises(refusal):
            board_list.counts(session, actor=actor, announcement_id=street.announcement.id)
        with pytest.raises(refusal):
            board_list.take(session, actor=actor, announcement_id=street.announcement.id, standing=Standing.UNTOLD)


def test_a_long_list_comes_in_pages_and_is_taken_away_whole_which_is_kept(session: Session, street: Street) -> None:
    page = board_list.page(
        session, actor=street.clerk, announcement_id=street.announcement.id, standing=Standing.UNTOLD, page=9, size=2
    )  # fmt: skip
    taken = board_list.take(session, actor=street.clerk, announcement_id=street.announcement.id, standing=Standing.UNTOLD)

    assert (page.page, page.pages, len(page.rows), len(taken)) == (3, 3, 1, 5)
    [event] = session.exec(select(AuditEvent).where(AuditEvent.action == "board.exported"))
    assert event.details == {"standing": "untold", "households": 5}


def test_a_list_of_an_audience_by_needs_tells_needs_and_asks_what_for(session: Session, street: Street) -> None:
    entry = session.exec(select(Audience).where(Audience.announcement_id == street.announcement.id)).one()
    entry.needs = ["disabled"]
    session.add(entry)
    session.commit()

    with pytest.raises(Invalid):
        addresses(session, street, Standing.KNOWN)
    needs.keep(session, actor=street.clerk, why=Why.DOOR)
    assert addresses(session, street, Standing.KNOWN) == ["Ngõ 1", "Số 1"]


def test_a_group_looked_at_alone_has_its_own_curve(session: Session, street: Street) -> None:
    other = make_group(session, unit=make_unit(session, parent=street.ward))
    make_membership(session, household=make_household(session, unit=street.unit), group=other)
    slug = street_slug(session, street)
    announcements.answer(session, slug=slug, visitor="another", how=How.CONFIRMED)
    session.commit()

    row, points = reach.of_group(
        session, actor=street.clerk, announcement_id=street.announcement.id, group_id=street.group.id
    )  # fmt: skip
    nothing = reach.of_group(session, actor=street.clerk, announcement_id=street.announcement.id, group_id=other.id)

    assert row is not None
    assert (row.known, [point.known for point in points]) == (1, [1])
    assert nothing == (None, [])
    assert reach.board(session, actor=street.clerk, announcement_id=street.announcement.id).points[-1].known == 2


def street_slug(session: Session, street: Street) -> str:
    """The link of the unit's own chat."""
    wanted = select(ShortLink.slug).where(
        ShortLink.announcement_id == street.announcement.id, ShortLink.group_id == street.group.id
    )
    return session.exec(wanted).one()
