"""An audience of some streets: whose address says so, and nobody else, in every figure of the announcement."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select
from time_machine import Traveller

from core.streets import street_of
from models import Channel, Household, PlannedPath, Role, Unit
from services import audiences, copies, drafts, plan_list, plans, sending, streets
from services.access import Actor
from services.drafts import Words
from services.plan_list import Source
from tests.factories import NOON, make_actor, make_group, make_household, make_unit

pytestmark = pytest.mark.usefixtures("promises")
HUNG_VUONG, BY_RIVER = "đường Hùng Vương", "đường Bờ Sông"


@pytest.fixture(autouse=True)
def _still(clock: Traveller) -> None:
    """Noon."""


@pytest.fixture
def ward(session: Session) -> Unit:
    """Two units that the same street crosses."""
    ward = make_unit(session)
    for number, addresses in enumerate((("Số 5 đường Hùng Vương", "Số 9 đường Bờ Sông"), ("Số 40A, đường Hùng Vương", "")), 1):
        place = make_unit(session, parent=ward, short_name=f"Tổ {number}")
        make_group(session, unit=place)
        for address in addresses:
            make_household(session, unit=place, address=address)
    return ward


@pytest.fixture
def staff(session: Session, ward: Unit) -> Actor:
    return make_actor(session, unit=ward, role=Role.STAFF)


def words(ward: Unit, *only: str) -> Words:
    return Words(
        title="Cắt điện đường Hùng Vương", body="Từ 7 giờ 30.", unit_ids=[ward.id], streets=only,
        must_reach_by=NOON + timedelta(hours=5),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("address", "street"),
    [
        ("Số 5 đường Hùng Vương", HUNG_VUONG), ("12/3A, đường Hùng Vương", HUNG_VUONG),
        ("số nhà 7, ngõ 4, phố Cũ", "ngõ 4, phố Cũ"),
        ("thôn Nà Kẹn", "thôn Nà Kẹn"), ("Số 9", "Số 9"), ("", ""),
    ],
)  # fmt: skip
def test_the_street_of_an_address_is_what_stands_behind_the_number(address: str, street: str) -> None:
    assert street_of(address) == street


def test_streets_to_choose_among_are_those_of_the_units_with_their_households(session: Session, ward: Unit, staff: Actor) -> None:
    first = session.exec(select(Unit).where(Unit.short_name == "Tổ 1")).one()

    assert streets.written(session, actor=staff, unit_ids=[ward.id]) == {BY_RIVER: 1, HUNG_VUONG: 2}
    assert streets.written(session, actor=staff, unit_ids=[first.id]) == {BY_RIVER: 1, HUNG_VUONG: 1}
    assert streets.written(session, actor=staff, unit_ids=[]) == {}


def test_of_a_street_every_figure_counts_the_same_households(session: Session, ward: Unit, staff: Actor) -> None:
    draft = drafts.write(session, actor=staff, words=words(ward, HUNG_VUONG))

    plan = plans.preview(session, actor=staff, unit_ids=[ward.id], streets=[HUNG_VUONG])
    kept = plans.of_announcement(session, announcement=draft)
    sizes = audiences.sizes(session, announcement_ids=[draft.id], homes={})
    page = plan_list.page(session, actor=staff, source=Source(unit_ids=(ward.id,), streets=(HUNG_VUONG,)), path=Channel.DOOR)

    assert (plan.households, kept.households, sizes[draft.id], page.total) == (2, 2, 2, 2)


def test_when_it_leaves_only_those_of_the_street_are_written_down(session: Session, ward: Unit, staff: Actor) -> None:
    draft = drafts.write(session, actor=staff, words=words(ward, HUNG_VUONG))

    sending.send(session, announcement=draft)

    told = session.exec(
        select(Household.address).join(PlannedPath).where(PlannedPath.announcement_id == draft.id, PlannedPath.is_first)
    ).all()
    assert sorted(told) == ["Số 40A, đường Hùng Vương", "Số 5 đường Hùng Vương"]


def test_a_street_that_was_taken_out_is_a_difference_and_a_copy_keeps_streets(session: Session, ward: Unit, staff: Actor) -> None:
    draft = drafts.write(session, actor=staff, words=words(ward, HUNG_VUONG, BY_RIVER))
    copied = copies.make(session, actor=staff, announcement_id=draft.id)

    drafts.edit(session, actor=staff, announcement_id=draft.id, version=draft.version, words=words(ward))

    kept = [audiences.streets_of(drafts.audience_of(session, one.id)) for one in (draft, copied)]
    assert kept == [[], sorted([HUNG_VUONG, BY_RIVER])]
