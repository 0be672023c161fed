"""A large audience on screen: progress from the first second, until all have it, or until it is stopped."""

from datetime import timedelta

import pytest
import time_machine
from sqlmodel import Session, select
from streamlit.testing.v1 import AppTest

from models import Announcement, AnnouncementStatus, Relay, Role, Unit, Urgency, User
from services import approvals, dispatch, sending
from services.access import actor_of
from tests.factories import NOON, make_announcement, make_group, make_household, make_membership, make_unit, make_user
from tests.pages.conftest import Visit, words

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two households are many."""
    monkeypatch.setattr(dispatch, "AT_ONCE", 1)
    monkeypatch.setattr(dispatch, "PART", 1)


@pytest.fixture
def ward(session: Session) -> Unit:
    """Three units with a chat and a household each."""
    ward = make_unit(session, name="Phường Bắc Kạn")
    for _ in range(3):
        place = make_unit(session, parent=ward)
        make_membership(session, household=make_household(session, unit=place), group=make_group(session, unit=place))
    return ward


@pytest.fixture
def chief(session: Session, ward: Unit) -> User:
    return make_user(session, unit=ward, role=Role.OFFICIAL)


@pytest.fixture
def leaving(session: Session, ward: Unit) -> Announcement:
    made = make_announcement(session, unit=ward, title="Bão số 9")
    sending.start(session, announcement=made)
    sending.go_on(session, announcement_id=made.id)
    session.commit()
    return made


def test_who_approves_sees_at_once_that_it_is_being_handed_over(session: Session, visit: Visit, ward: Unit, chief: User) -> None:
    author = make_user(session, unit=ward)
    item = make_announcement(session, unit=ward, author_id=author.id, urgency=Urgency.EMERGENCY)
    approvals.submit(session, actor=actor_of(session, author), announcement_id=item.id)
    session.commit()
    at = visit("review", user=chief, id=str(item.id))

    at.button(key="r_ok").click().run()

    assert "Đang giao 0 / 3 hộ" in words(at)


def test_it_shows_how_far_it_has_come(visit: Visit, leaving: Announcement, chief: User) -> None:
    assert "Đang giao 1 / 3 hộ" in words(visit("announcement", user=chief, id=str(leaving.id)))


def test_where_nobody_keeps_promises_whoever_looks_does_until_it_is_done(
    session: Session, visit: Visit, leaving: Announcement, chief: User
) -> None:
    def looked(seconds: int) -> AppTest:
        with time_machine.travel(NOON + timedelta(seconds=seconds), tick=False):
            return visit("announcement", user=chief, id=str(leaving.id))

    looked(10)
    looked(20)
    done = looked(30)

    session.refresh(leaving)
    assert leaving.status is AnnouncementStatus.SENT
    assert "Đang giao" not in words(done)
    assert len(session.exec(select(Relay)).all()) == 3


def test_it_can_be_stopped_meanwhile_and_the_board_says_how_far_it_came(
    session: Session, visit: Visit, leaving: Announcement, chief: User
) -> None:
    at = visit("announcement", user=chief, id=str(leaving.id))
    at.button(key="h_stop").click().run()

    at.button(key="b_stop_ok").click().run()

    session.refresh(leaving)
    assert leaving.status is AnnouncementStatus.CANCELLED
    assert "Dừng khi mới giao 1 / 3 hộ" in words(at)
    assert "2 hộ chưa được giao" in at.success[0].value
