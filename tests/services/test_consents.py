"""Yes and no, one thing at a time: kept with wording, time, way and who; obeyed by whoever sends, asks and ties."""

from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from core import clock
from core.errors import Invalid, NotAllowed, NotFound
from models import Consent, ConsentWay, Extra, Household, OptOut, PhoneTie, Role, Unit
from services import consents, duplicates, household_cards, household_messages, opt_outs, phone_surveys
from services.access import Actor
from services.consents import Said
from services.phone_surveys import SurveyForm
from services.team_members import MemberValues, add, token_of
from tests.factories import make_actor, make_household, make_unit

pytestmark = pytest.mark.usefixtures("noon")
NO = Said(is_given=False, way=ConsentWay.DESK, said_by="Bà Lan")
YES = Said(is_given=True, way=ConsentWay.DESK, said_by="Bà Lan")


@pytest.fixture
def ward(session: Session) -> Unit:
    return make_unit(session)


@pytest.fixture
def unit(session: Session, ward: Unit) -> Unit:
    return make_unit(session, parent=ward)


@pytest.fixture
def staff(session: Session, ward: Unit) -> Actor:
    return make_actor(session, unit=ward)


@pytest.fixture
def home(session: Session, unit: Unit) -> Household:
    return make_household(session, unit=unit, phone="+84912345678")


def test_silence_is_no_consent_and_the_wards_duties_go_on(session: Session, staff: Actor, home: Household) -> None:
    found = {one.extra: one.is_on for one in consents.switches(session, actor=staff, household_id=home.id)}

    assert found == {Extra.MESSAGES: True, Extra.SURVEYS: True, Extra.CARD: False, Extra.PHOTOS: False}


def test_what_is_said_is_kept_with_its_wording_time_way_and_who_and_both_ways_alike(
    session: Session, staff: Actor, home: Household
) -> None:
    for said in (YES, YES, NO, YES):
        consents.write_down(session, actor=staff, household_id=home.id, extra=Extra.PHOTOS, said=said)

    wanted = select(Consent).where(Consent.household_id == home.id)
    rows = session.exec(wanted.order_by(col(Consent.said_at).desc(), col(Consent.id).desc())).all()
    assert [(one.is_given, one.ended_at is None) for one in rows] in (
        [(True, True), (False, False), (True, False)], [(True, True), (True, False), (False, False)],
    )  # fmt: skip
    assert {(one.wording, one.way, one.said_by, one.recorded_by_id) for one in rows} == {
        (consents.WORDING, ConsentWay.DESK, "Bà Lan", staff.id)
    }


def test_a_no_to_messages_stops_them_follows_a_new_number_and_ends_by_the_phones_own_word(
    session: Session, staff: Actor, home: Household
) -> None:
    consents.write_down(session, actor=staff, household_id=home.id, extra=Extra.MESSAGES, said=NO)
    assert household_messages.standing(session, actor=staff, household_id=home.id).is_out
    home.phone = "+84987654321"
    session.add(home)
    session.flush()

    said_no = select(Household.id).where(consents.is_against(Extra.MESSAGES, Household.id))
    assert session.exec(said_no).all() == [home.id]
    later = clock.now() + timedelta(minutes=1)
    opt_outs.come_back(session, recipients=["+84987654321"], channels=opt_outs.BY_NUMBER, at=later)

    assert session.exec(said_no).all() == []


def test_a_no_to_surveys_keeps_the_household_off_the_walk_and_out_of_one_that_runs(
    session: Session, staff: Actor, home: Household, unit: Unit, ward: Unit
) -> None:
    other = make_household(session, unit=unit)
    made = add(session, actor=staff, values=MemberValues(name="Nông Thị Hà", unit_id=ward.id))
    token = token_of(made, "page")
    form = SurveyForm("Đợt 1", (unit.id,), (made.id,), clock.today() + timedelta(days=9))
    phone_surveys.begin(session, actor=staff, form=form)
    assert phone_surveys.left(session, token=token) == 2

    consents.write_down(session, actor=staff, household_id=home.id, extra=Extra.SURVEYS, said=NO)

    assert [door.head_name for door in phone_surveys.doors(session, token=token)] == [other.head_name]
    second = phone_surveys.begin(session, actor=staff, form=form)
    assert sum(share.homes for share in phone_surveys.shares(session, actor=staff, survey_id=second.id)) == 1


def test_a_no_to_the_card_lets_phones_go_and_ties_none_until_a_yes(session: Session, staff: Actor, home: Household) -> None:
    token = household_cards.issue(session, actor=staff, household_ids=[home.id])[0].cards[0].url.rsplit("/", 1)[-1]
    household_cards.tie(session, token=token, visitor="v1")
    assert session.exec(select(Consent.extra, Consent.way)).one() == (Extra.CARD, ConsentWay.PAGE)

    consents.write_down(session, actor=staff, household_id=home.id, extra=Extra.CARD, said=NO)

    assert session.exec(select(PhoneTie.untied_at)).one() is not None
    with pytest.raises(Invalid):
        household_cards.tie(session, token=token, visitor="v2")
    assert household_cards.page(session, token=token, visitor="v2").is_refused
    stop = household_messages.path_of(home.id).rsplit("/", 1)[-1]
    consents.of_token(session, token=stop, extra="card", is_given=True)
    household_cards.tie(session, token=token, visitor="v2")
    with pytest.raises(NotFound):
        consents.of_token(session, token=stop, extra="everything", is_given=True)


def test_of_two_records_that_are_one_household_the_no_stands(session: Session, staff: Actor, home: Household, unit: Unit) -> None:
    other = make_household(session, unit=unit, head_name=home.head_name)
    consents.write_down(session, actor=staff, household_id=other.id, extra=Extra.SURVEYS, said=NO)
    consents.write_down(session, actor=staff, household_id=other.id, extra=Extra.PHOTOS, said=YES)

    into, _ = duplicates.unite(session, actor=staff, ids=(home.id, other.id), keep_id=home.id)

    found = consents.switches(session, actor=staff, household_id=into.id)
    assert [one.extra for one in found if one.consent and not one.consent.is_given] == [Extra.SURVEYS]
    assert not next(one for one in found if one.extra is Extra.PHOTOS).is_on


def test_paper_says_where_it_lies_and_a_strangers_words_are_nobodys(session: Session, staff: Actor, home: Household) -> None:
    paper = Said(is_given=True, way=ConsentWay.PAPER, said_by="Bà Lan")
    with pytest.raises(Invalid):
        consents.write_down(session, actor=staff, household_id=home.id, extra=Extra.PHOTOS, said=paper)
    viewer = make_actor(session, unit=make_unit(session), role=Role.VIEWER)
    with pytest.raises(NotAllowed):
        consents.write_down(session, actor=viewer, household_id=home.id, extra=Extra.PHOTOS, said=YES)
    with pytest.raises(NotFound):
        consents.write_down(
            session, actor=make_actor(session, unit=make_unit(session)), household_id=home.id, extra=Extra.PHOTOS, said=YES
        )
    assert (session.exec(select(Consent)).first(), session.exec(select(OptOut)).first()) == (None, None)
