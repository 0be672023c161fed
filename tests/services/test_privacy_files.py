"""The record of processing, who outside gets data, and the alarm where nobody wrote it down."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from core import clock
from core.errors import Invalid, NotAllowed, NotFound
from models import Channel, ChannelAccount, LegalBasis, Role, Unit
from services import privacy_files, privacy_purposes
from services.access import Actor
from services.privacy_files import FileForm, ProcessorForm
from services.privacy_purposes import USUAL, PurposeForm
from tests.factories import make_actor, make_unit

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def ward(session: Session) -> Unit:
    return make_unit(session)


@pytest.fixture
def official(session: Session, ward: Unit) -> Actor:
    return make_actor(session, unit=ward, role=Role.OFFICIAL)


def test_the_usual_lines_are_taken_once_changed_and_ended_and_stay_in_the_record(
    session: Session, official: Actor, ward: Unit
) -> None:
    first, again = (privacy_purposes.take_usual(session, actor=official, ward_id=ward.id) for _ in range(2))
    one = privacy_purposes.listing(session, actor=official, ward_id=ward.id)[0]
    changed = PurposeForm(one.name, LegalBasis.DUTY, fields="họ tên", months=24, is_sensitive=True)
    privacy_purposes.write(session, actor=official, ward_id=ward.id, form=changed, purpose_id=one.id, version=1)
    with pytest.raises(Invalid, match="người khác sửa"):
        privacy_purposes.write(session, actor=official, ward_id=ward.id, form=changed, purpose_id=one.id, version=1)
    privacy_purposes.end(session, actor=official, ward_id=ward.id, purpose_id=one.id)

    paper = privacy_purposes.on_paper(session, actor=official, ward_id=ward.id)
    assert (first, again, len(paper.tables[0].rows)) == (len(USUAL), 0, len(USUAL))
    assert "có dữ liệu nhạy cảm; đã thôi từ 24/11/2026" in str(paper.tables[0].rows)
    assert one.name not in privacy_purposes.names(session, actor=official, unit_id=ward.id)


@pytest.mark.parametrize(
    "form",
    [
        PurposeForm("", LegalBasis.DUTY, fields="a"), PurposeForm("A", LegalBasis.DUTY),
        PurposeForm(USUAL[0].name, LegalBasis.DUTY, fields="a"),
        PurposeForm("A", LegalBasis.DUTY, fields="x" * 500), PurposeForm("A", LegalBasis.DUTY, fields="a", months=0),
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_is_refused(session: Session, official: Actor, ward: Unit, form: PurposeForm) -> None:
    privacy_purposes.take_usual(session, actor=official, ward_id=ward.id)
    with pytest.raises(Invalid):
        privacy_purposes.write(session, actor=official, ward_id=ward.id, form=form)


def test_an_account_that_sends_outside_is_red_until_somebody_stands_for_it(session: Session, official: Actor, ward: Unit) -> None:
    session.add(ChannelAccount(unit_id=ward.id, channel=Channel.ZNS))
    session.flush()
    assert [one.channel for one in privacy_files.alarms(session, actor=official, ward_id=ward.id)] == [Channel.ZNS]

    form = ProcessorForm("Zalo", country="vn", channels=(Channel.ZNS,))
    made = privacy_files.write_processor(session, actor=official, ward_id=ward.id, form=form)
    assert (privacy_files.alarms(session, actor=official, ward_id=ward.id), made.is_abroad) == ([], False)
    privacy_files.end_processor(session, actor=official, ward_id=ward.id, processor_id=made.id)
    assert len(privacy_files.alarms(session, actor=official, ward_id=ward.id)) == 1
    for wrong in (ProcessorForm(""), ProcessorForm("A", country="Việt Nam")):
        with pytest.raises(Invalid):
            privacy_files.write_processor(session, actor=official, ward_id=ward.id, form=wrong)


def test_the_file_of_a_ward_is_checked_and_decided_by_its_officials(session: Session, official: Actor, ward: Unit) -> None:
    today = clock.today()
    for form in (
        FileForm(phone="12"), FileForm(email="a b"), FileForm(notice="x" * 5000),
        FileForm(assessed_on=today, look_again_on=today - timedelta(days=1)),
    ):  # fmt: skip
        with pytest.raises(Invalid):
            privacy_files.write(session, actor=official, ward_id=ward.id, form=form)
    assert privacy_files.write(session, actor=official, ward_id=ward.id, form=FileForm(officer="Bà Thu")).notice_on == today
    with pytest.raises(NotAllowed):
        privacy_files.write(session, actor=make_actor(session, unit=ward), ward_id=ward.id, form=FileForm())
    with pytest.raises(NotFound):
        privacy_files.of(session, actor=official, ward_id=make_unit(session).id)
