"""What a code says of itself: name, place, photo, last day."""

from datetime import date, timedelta

import pytest
from sqlmodel import Session
from time_machine import Traveller

from core.errors import Invalid, NotAllowed, NotFound
from models import Role, Unit
from services import attachments, link_details, links
from services.access import Actor
from services.links import LinkState
from tests.factories import NOON, make_actor, make_link, make_unit
from tests.papers import photo


def test_a_code_leads_on_through_its_last_day_and_no_longer(
    session: Session, ward: Unit, writer: Actor, clock: Traveller
) -> None:
    link = make_link(session, unit_id=ward.id)

    link_details.describe(
        session, actor=writer, link_id=link.id, title="Tiêm chủng", place="Trạm Y tế", last_day=date(2026, 11, 26)
    )
    clock.move_to(NOON + timedelta(days=2))
    on_the_day = links.state_of(link, NOON + timedelta(days=2))
    after = links.state_of(link, NOON + timedelta(days=2, hours=12))

    assert (link.title, link.place, link_details.last_day_of(link)) == ("Tiêm chủng", "Trạm Y tế", date(2026, 11, 26))
    assert (on_the_day, after) == (LinkState.WORKING, LinkState.EXPIRED)


def test_a_day_that_is_over_stays_but_is_not_set(session: Session, ward: Unit, writer: Actor, clock: Traveller) -> None:
    link = make_link(session, unit_id=ward.id, expires_at=link_details.end_of(date(2026, 11, 20)))

    link_details.describe(session, actor=writer, link_id=link.id, title="Cũ", place="Chợ", last_day=date(2026, 11, 20))

    assert link.title == "Cũ"
    with pytest.raises(Invalid, match="đã qua"):
        link_details.describe(session, actor=writer, link_id=link.id, title="Cũ", place="Chợ", last_day=date(2026, 11, 21))
    with pytest.raises(Invalid, match="cái tên"):
        link_details.describe(session, actor=writer, link_id=link.id, title=" ", place="Chợ")
    with pytest.raises(Invalid, match="120"):
        link_details.describe(session, actor=writer, link_id=link.id, title="Mã", place="x" * 121)


@pytest.mark.usefixtures("documents")
def test_a_place_has_a_photo_for_whoever_must_find_it(session: Session, ward: Unit, writer: Actor) -> None:
    link = make_link(session, unit_id=ward.id)
    kept = attachments.store_photo(photo(), name="nhà văn hóa.jpg")

    link_details.set_photo(session, actor=writer, link_id=link.id, photo=kept)
    file = link_details.photo_file(link)
    link_details.set_photo(session, actor=writer, link_id=link.id, photo=None)

    assert file == attachments.path_of(kept["sha256"])
    assert link_details.photo_file(link) is None


def test_others_and_other_wards_may_not(session: Session, ward: Unit) -> None:
    link = make_link(session, unit_id=ward.id)

    with pytest.raises(NotAllowed):
        link_details.set_photo(session, actor=make_actor(session, unit=ward, role=Role.LEAD), link_id=link.id, photo=None)
    with pytest.raises(NotFound):
        link_details.describe(session, actor=make_actor(session, unit=make_unit(session)), link_id=link.id, title="x", place="y")
