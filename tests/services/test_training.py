"""Training mode: where it holds, who switches it, what says so."""

import pytest
from sqlmodel import Session, select

from core.errors import Invalid, NotAllowed, NotFound
from models import AuditEvent, Role, Unit, UnitKind
from services import training, wards
from services.access import TERMINAL
from tests.factories import make_actor, make_unit


def test_it_holds_for_everything_below_and_nothing_beside(session: Session) -> None:
    province = make_unit(session, kind=UnitKind.PROVINCE)
    ward, other = (make_unit(session, parent=province, kind=UnitKind.COMMUNE) for _ in range(2))
    place = make_unit(session, parent=ward)

    training.switch(session, actor=TERMINAL, unit_id=ward.id, is_on=True)
    assert [training.is_on(session, unit=unit) for unit in (province, ward, place, other)] == [False, True, True, False]
    assert training.is_on_at(session, unit_id=place.id)

    training.switch(session, actor=TERMINAL, unit_id=ward.id, is_on=False)
    training.switch(session, actor=TERMINAL, unit_id=province.id, is_on=True)
    assert [training.is_on(session, unit=unit) for unit in (province, ward, place, other)] == [True, True, True, True]


def test_it_is_kept_in_the_audit_once_a_change(session: Session, ward: Unit) -> None:
    chair = make_actor(session, unit=ward, role=Role.OFFICIAL)

    for is_on in (True, True, False):
        training.switch(session, actor=chair, unit_id=ward.id, is_on=is_on)

    assert [event.action for event in session.exec(select(AuditEvent))] == ["training.begun", "training.ended"]


def test_who_may_switch_it_and_for_what(session: Session, ward: Unit, place: Unit) -> None:
    for role in (Role.STAFF, Role.LEAD, Role.VIEWER):
        with pytest.raises(NotAllowed):
            training.switch(session, actor=make_actor(session, unit=ward, role=role), unit_id=ward.id, is_on=True)
    with pytest.raises(Invalid):
        training.switch(session, actor=TERMINAL, unit_id=place.id, is_on=True)
    stranger = make_actor(session, unit=make_unit(session), role=Role.ADMIN)
    with pytest.raises(NotFound):
        training.switch(session, actor=stranger, unit_id=ward.id, is_on=True)


def test_everyone_it_concerns_is_told_its_name(session: Session) -> None:
    province = make_unit(session, kind=UnitKind.PROVINCE)
    ward = make_unit(session, parent=province, kind=UnitKind.COMMUNE, name="Phường Bắc Kạn")
    other = make_unit(session, parent=province, kind=UnitKind.COMMUNE)
    place = make_unit(session, parent=ward)
    training.switch(session, actor=TERMINAL, unit_id=ward.id, is_on=True)

    told = {
        unit.name: training.names(session, actor=make_actor(session, unit=unit, role=Role.LEAD))
        for unit in (province, ward, place, other)
    }

    assert told == {province.name: [ward.name], ward.name: [ward.name], place.name: [ward.name], other.name: []}
    assert training.listed(["a", "b", "c", "d"]) == "a, b, c (+1)"


def test_a_residents_page_knows(session: Session, ward: Unit, place: Unit) -> None:
    assert not wards.card_of(session, unit=place).is_training

    training.switch(session, actor=TERMINAL, unit_id=ward.id, is_on=True)

    assert wards.card_of(session, unit=place).is_training


def test_a_text_that_a_leader_carries_into_a_chat_says_itself_that_it_is_no_news(
    session: Session, ward: Unit, place: Unit
) -> None:
    training.switch(session, actor=TERMINAL, unit_id=ward.id, is_on=True)
    practising = wards.card_of(session, unit=place)
    training.switch(session, actor=TERMINAL, unit_id=ward.id, is_on=False)
    in_earnest = wards.card_of(session, unit=place)

    assert training.marked("Kính gửi bà con.", practising) == "[TẬP HUẤN, không phải tin thật]\nKính gửi bà con."
    assert training.marked("Kính gửi bà con.", in_earnest) == "Kính gửi bà con."
