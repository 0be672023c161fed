"""A ward's rules of reach: who may set them, what is refused, whom to call."""

import pytest
from sqlmodel import Session, select

from core.errors import Invalid, NotAllowed, NotFound
from models import AccountState, AuditEvent, Channel, Need, Role, Unit, UnitKind
from services import reach_rules
from services.access import Actor
from services.reach_rules import Duty, Rules, RulesForm
from tests.factories import make_account, make_actor, make_rules, make_unit

FORM = RulesForm(
    order=(Channel.ZNS, Channel.RELAY), budget=200_000, print_for=(Need.ELDERLY_ALONE,),
    duty="Hà Thị Minh, 0912 345 678\n\nTrực ban, 0209 3870 123",
)  # fmt: skip


@pytest.fixture
def chair(session: Session, ward: Unit) -> Actor:
    return make_actor(session, unit=ward, role=Role.OFFICIAL)


def test_a_ward_that_has_set_nothing_has_the_houses_rules(session: Session, ward: Unit) -> None:
    assert reach_rules.of(session, ward=ward) == Rules()


def test_what_is_set_stands_and_is_kept_in_the_audit_without_names(session: Session, ward: Unit, chair: Actor) -> None:
    reach_rules.change(session, actor=chair, unit_id=ward.id, version=0, values=FORM)

    rules = reach_rules.of(session, ward=ward)
    assert (rules.order, rules.budget, rules.print_for) == ((Channel.ZNS, Channel.RELAY), 200_000, (Need.ELDERLY_ALONE,))
    assert rules.duty == (Duty("Hà Thị Minh", "+84912345678"), Duty("Trực ban", "+842093870123"))
    assert rules.version == 1
    [event] = session.exec(select(AuditEvent)).all()
    assert event.details["fields"] == ["paths", "budget", "print_for", "duty"]
    assert "Minh" not in str(event.details)
    assert "0912" not in str(event.details)


def test_the_same_rules_again_change_nothing(session: Session, ward: Unit, chair: Actor) -> None:
    reach_rules.change(session, actor=chair, unit_id=ward.id, version=0, values=FORM)

    assert reach_rules.change(session, actor=chair, unit_id=ward.id, version=1, values=FORM).version == 1
    assert len(session.exec(select(AuditEvent)).all()) == 1


def test_nobody_writes_over_rules_they_have_not_seen(session: Session, ward: Unit, chair: Actor) -> None:
    reach_rules.change(session, actor=chair, unit_id=ward.id, version=0, values=FORM)

    with pytest.raises(Invalid):
        reach_rules.change(session, actor=chair, unit_id=ward.id, version=0, values=RulesForm())
    assert reach_rules.of(session, ward=ward).budget == 200_000


@pytest.mark.parametrize(
    ("form", "field"),
    [
        (RulesForm(order=(Channel.FACEBOOK,)), "order"),
        (RulesForm(budget=-1), "budget"),
        (RulesForm(budget=2_000_000_000), "budget"),
        (RulesForm(duty="Hà Thị Minh"), "duty"),
        (RulesForm(duty="Hà Thị Minh, 12"), "duty"),
        (RulesForm(duty=", 0912 345 678"), "duty"),
        (RulesForm(duty="An, 0912 345 678\n" * 13), "duty"),
    ],
)
def test_what_cannot_be_right_is_refused_at_its_field(
    session: Session, ward: Unit, chair: Actor, form: RulesForm, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        reach_rules.change(session, actor=chair, unit_id=ward.id, version=0, values=form)

    assert refused.value.details["field"] == field
    assert reach_rules.of(session, ward=ward).version == 0


def test_only_who_approves_sets_rules_and_only_of_a_ward_in_sight(session: Session, ward: Unit, chair: Actor) -> None:
    place = make_unit(session, parent=ward)

    with pytest.raises(NotAllowed):
        reach_rules.change(session, actor=make_actor(session, unit=ward), unit_id=ward.id, version=0, values=FORM)
    with pytest.raises(NotFound):
        reach_rules.change(session, actor=chair, unit_id=make_unit(session).id, version=0, values=FORM)
    with pytest.raises(Invalid):
        reach_rules.change(session, actor=chair, unit_id=place.id, version=0, values=FORM)


def test_whom_to_call_is_the_list_else_the_wards_own_number(session: Session) -> None:
    silent, plain, listed = make_unit(session, phone=None), make_unit(session, name="Phường Bắc Kạn"), make_unit(session)
    make_rules(session, unit=listed, duty=[{"name": "Hà Thị Minh", "phone": "+84912345678"}])

    assert reach_rules.duty_of(session, silent) == []
    assert reach_rules.duty_of(session, plain) == [Duty("Phường Bắc Kạn", "+842093000000")]
    assert reach_rules.duty_of(session, listed) == [Duty("Hà Thị Minh", "+84912345678")]


def test_a_duty_list_reads_back_as_it_was_typed(session: Session, ward: Unit, chair: Actor) -> None:
    rules = reach_rules.change(session, actor=chair, unit_id=ward.id, version=0, values=FORM)

    assert reach_rules.as_typed(rules.duty) == "Hà Thị Minh, 0912 345 678\nTrực ban, 0209 387 0123"


def test_the_nearest_account_is_the_wards(session: Session) -> None:
    province = make_unit(session, kind=UnitKind.PROVINCE)
    ward = make_unit(session, parent=province, kind=UnitKind.COMMUNE)
    for unit, price, state in ((province, 250, AccountState.ACTIVE), (ward, 300, AccountState.BROKEN)):
        make_account(session, unit=unit, channel=Channel.ZNS, price=price, state=state)
    make_account(session, unit=province, channel=Channel.SMS, price=500)

    found = reach_rules.accounts(session, ward=ward)

    assert {channel: (one.price, one.works) for channel, one in found.items()} == {"zns": (300, False), "sms": (500, True)}
