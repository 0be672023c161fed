"""How long a text is on each channel, counted by hand."""

import pytest
from sqlmodel import Session

from core.errors import NotAllowed
from models import Announcement, Channel, ChannelAccount, Role, Unit
from services import lengths, links, plans
from services.lengths import Price
from tests.factories import make_actor, make_unit

PRICE = Price(500, is_estimate=False)
LINK = len("\nhttp://ward.test/a/") + links.LONG_SLUG


@pytest.fixture
def ward(session: Session) -> Unit:
    return make_unit(session)


def of(session: Session, ward: Unit, text: str) -> lengths.Lengths:
    actor = make_actor(session, unit=ward, role=Role.STAFF)
    shape = Announcement(unit_id=ward.id, title="Họp", body=text)
    return lengths.measured(session, actor=actor, announcement=shape, ward=ward, unit_label="tổ 13")


@pytest.mark.parametrize(("letters", "segments"), [(160 - LINK, 1), (161 - LINK, 2), (306 - LINK, 2), (307 - LINK, 3)])
def test_a_plain_text_is_counted_by_160_then_by_153(letters: int, segments: int) -> None:
    assert lengths.as_sms("a" * letters, price=PRICE).segments == segments


@pytest.mark.parametrize(("letters", "segments"), [(70 - LINK, 1), (71 - LINK, 2), (134 - LINK, 2), (135 - LINK, 3)])
def test_with_marks_it_is_counted_by_70_then_by_67(letters: int, segments: int) -> None:
    assert lengths.as_sms("ạ" * letters, price=PRICE).segments_with_marks == segments


def test_without_marks_a_text_costs_less_and_says_how_much() -> None:
    measured = lengths.as_sms("Mời bà con dự họp lúc 19 giờ 30 tại nhà văn hóa. " * 3, price=PRICE)

    assert measured.text.startswith("Moi ba con du hop")
    assert (measured.cost, measured.cost_with_marks) == (measured.segments * 500, measured.segments_with_marks * 500)
    assert measured.segments < measured.segments_with_marks


def test_the_meter_counts_what_the_plan_counts(session: Session, ward: Unit) -> None:
    text = "Mời bà con dự họp. " * 12

    assert of(session, ward, text).sms.segments == plans.sms_segments(text)


def test_the_wards_own_price_is_used_and_a_usual_one_is_said_to_be_an_estimate(session: Session, ward: Unit) -> None:
    assert of(session, ward, "Họp.").sms.price == Price(lengths.USUAL[Channel.SMS], is_estimate=True)
    session.add(ChannelAccount(unit_id=ward.id, channel=Channel.SMS, price=420))
    session.flush()

    assert of(session, ward, "Họp.").sms.price == Price(420, is_estimate=False)


def test_the_paste_is_counted_with_its_greeting_and_its_link(session: Session, ward: Unit) -> None:
    measured = of(session, ward, "Một.\nHai.")

    assert measured.chat.lines == 4
    assert not measured.chat.is_long
    assert of(session, ward, "Dòng.\n" * 8).chat.is_long


def test_a_text_too_long_for_a_paid_zalo_message_is_pointed_out(session: Session, ward: Unit) -> None:
    assert (of(session, ward, "a" * 400).zns.is_long, of(session, ward, "a" * 401).zns.is_long) == (False, True)


def test_what_the_official_account_writes_is_counted_whole_and_short(session: Session, ward: Unit) -> None:
    actor = make_actor(session, unit=ward)
    title, rest = "Họp tổ", len("\n\n") * 2 + len(links.measured_url())

    def oa(body: str, short: str = "") -> lengths.OaLength:
        said = Announcement(unit_id=ward.id, title=title, body=body, group_text=short)
        return lengths.measured(session, actor=actor, announcement=said, ward=ward, unit_label="Tổ 1").oa

    fits = oa("a" * (2000 - rest - len(title)))
    cut, refused = oa("a" * 2000, "Ngắn."), oa("a" * 2000)

    assert (fits.letters, fits.is_cut, fits.is_long) == (2000, False, False)
    assert (cut.is_cut, cut.is_long, cut.letters_short) == (True, False, len(title) + rest + len("Ngắn."))
    assert (refused.is_cut, refused.is_long) == (False, True)


def test_only_writers_measure(session: Session, ward: Unit) -> None:
    actor = make_actor(session, unit=ward, role=Role.LEAD)

    with pytest.raises(NotAllowed):
        lengths.measured(
            session, actor=actor, announcement=Announcement(unit_id=ward.id, title="", body=""), ward=ward, unit_label=""
        )
