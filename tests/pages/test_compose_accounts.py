"""Composing where the ward has accounts: what they would refuse, what is sent to oneself, whom the words are narrowed to."""

import pytest
from sqlmodel import Session, select
from streamlit.testing.v1 import AppTest

from adapters.codes import QrCodes
from models import AccountState, Audience, Channel, Need, Role, Unit, User
from services import approvals, channel_accounts, ports
from services.access import TERMINAL, actor_of
from services.channel_values import AccountForm
from services.ports import Ports
from tests.factories import make_account, make_announcement, make_household, make_unit, make_user
from tests.fakes import FakeEngine, FakeLinks, FakeSender, Nothing
from tests.pages.conftest import Visit, words

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def sms() -> FakeSender:
    return FakeSender()


@pytest.fixture
def ward(session: Session, promises: FakeEngine, sms: FakeSender) -> Unit:
    """One household outside any chat, which has a telephone."""
    nothing: object = Nothing()
    ports.provide(
        Ports(
            sheets=nothing, paper=nothing, codes=QrCodes(), engine=promises, tables=nothing, links=FakeLinks(),  # type: ignore[arg-type]
            senders={Channel.ZNS: FakeSender(), Channel.SMS: sms},
        )
    )  # fmt: skip
    ward = make_unit(session, name="Phường Bắc Kạn", valid_from=None)
    make_household(session, unit=make_unit(session, parent=ward, short_name="Tổ 13"), phone="+84912345678")
    return ward


@pytest.fixture
def writer(session: Session, ward: Unit) -> User:
    return make_user(session, unit=ward, role=Role.STAFF)


def plain(at: AppTest) -> str:
    assert not at.exception
    return words(at).replace("\xa0", " ")


def test_a_template_too_small_for_the_words_is_said_while_writing_and_to_who_approves(
    visit: Visit, session: Session, ward: Unit, writer: User
) -> None:
    make_account(session, unit=ward, channel=Channel.ZNS, price=250, settings={"blanks": "noi_dung=tin:10"})
    draft = make_announcement(session, unit=ward, body="Chúng ta họp tổ tối nay.", author_id=writer.id)
    approvals.submit(session, actor=actor_of(session, writer), announcement_id=draft.id)
    session.commit()

    writing = plain(visit("compose", user=writer, id=str(draft.id)))
    reviewing = plain(visit("review", user=make_user(session, unit=ward, role=Role.OFFICIAL), id=str(draft.id)))

    for shown in (writing, reviewing):
        assert "Nội dung dài hơn chỗ trống của mẫu tin" in shown
        assert "1 hộ sẽ không nhận được bằng đường này" in shown


def test_a_draft_is_sent_to_the_own_telephone_from_the_screen(
    visit: Visit, session: Session, ward: Unit, writer: User, sms: FakeSender
) -> None:
    form = AccountForm({"brandname": "UBND-PHUONG"}, {"api_key": "khoa", "secret_key": "mat"})
    channel_accounts.connect(session, actor=TERMINAL, unit_id=ward.id, channel=Channel.SMS, form=form).state = AccountState.ACTIVE
    draft = make_announcement(session, unit=ward, body="Chúng ta họp tổ tối nay.", author_id=writer.id)
    session.commit()

    at = visit("review", user=writer, id=str(draft.id)).toggle(key="c_trial").set_value(True).run()
    at = at.button(key="c_trial_sms").click().run()

    assert "Đã gửi thử" in plain(at)
    assert [one.recipient for one in sms.sent] == [writer.phone]


def test_an_audience_is_narrowed_by_needs_and_its_list_opens_to_who_says_what_for(
    visit: Visit, session: Session, ward: Unit, writer: User
) -> None:
    place = make_unit(session, parent=ward, short_name="Tổ 14")
    make_household(session, unit=place, head_name="Lý Thị Sim", needs=[Need.ELDERLY_ALONE.value])
    make_household(session, unit=place)

    at = visit("compose", user=writer)
    at.text_input(key="c_title").set_value("Khám tại nhà")
    at.text_area(key="c_body").set_value("Cán bộ y tế tới khám.").run()
    everybody = plain(at)
    at.multiselect(key="c_needs").set_value([Need.ELDERLY_ALONE]).run()
    narrowed = plain(at)
    at.button(key="c_save").click().run()

    [entry] = session.exec(select(Audience)).all()
    reviewed = plain(visit("review", user=writer, id=str(entry.announcement_id)))
    assert '<dt>Hộ nhận</dt><dd class="v">3<' in everybody
    assert '<dt>Hộ nhận</dt><dd class="v">1<' in narrowed
    assert entry.needs == ["elderly_alone"]
    assert "người già sống một mình" in reviewed
    assert "Lý Thị Sim" not in reviewed
