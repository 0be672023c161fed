"""What each channel says, and what cannot be said."""

import unicodedata
from uuid import UUID, uuid4

import pytest
from sqlmodel import Session, select

from core.ids import new_id
from models import Announcement, Batch, Channel, Delivery, DeliveryStatus, GroupKind, RecipientKind, Relay, Unit
from services import household_messages, leader_messages, leader_texts, messages, public_posts, sending
from services.senders import Message, Rejected
from services.written_outcomes import Row
from tests.factories import (
    make_account,
    make_announcement,
    make_group,
    make_household,
    make_membership,
    make_unit,
    make_user,
)

PHONE = "+84912345678"


@pytest.fixture
def ward(session: Session) -> Unit:
    return make_unit(session, name="Phường Bắc Kạn")


def said(
    session: Session, announcement: Announcement, channel: Channel, *, longest: int = 2000, **settings: str
) -> messages.Wording:  # fmt: skip
    return messages.wording(session, announcement=announcement, channel=channel, account_settings=settings, longest=longest)


def one(session: Session, wording: messages.Wording, to: str = PHONE) -> Message | Rejected:
    [made] = messages.for_rows(session, wording, [Row(uuid4().hex, to, 1, "a:sms:b")])
    return made


def test_an_sms_says_the_short_text_with_the_link_and_without_marks(session: Session, ward: Unit) -> None:
    announcement = make_announcement(session, unit=ward, group_text="Sáng mai khám miễn phí.")

    made = one(session, said(session, announcement, Channel.SMS))

    assert isinstance(made, Message)
    text, _, link = made.text.partition("\n")
    assert text == "Sang mai kham mien phi."
    assert link.startswith("http://ward.test/a/")
    assert (made.recipient, made.link, len(made.key)) == (PHONE, link, 32)


def test_an_account_that_takes_marks_keeps_them_in_one_form(session: Session, ward: Unit) -> None:
    announcement = make_announcement(session, unit=ward, body=unicodedata.normalize("NFD", "Sáng mai."))

    made = one(session, said(session, announcement, Channel.SMS, is_unicode="1"))

    assert isinstance(made, Message)
    assert made.text.startswith("Sáng mai.\n")
    assert unicodedata.is_normalized("NFC", made.text)


def test_the_official_account_says_all_of_it_and_less_where_that_is_too_long(session: Session, ward: Unit) -> None:
    announcement = make_announcement(session, unit=ward, title="Họp tổ", body="Dài. " * 50, group_text="Ngắn.")

    whole, short = (said(session, announcement, Channel.ZALO_OA, longest=n) for n in (2000, 250))
    never = said(session, announcement, Channel.ZALO_OA, longest=20)

    assert "Dài." in whole.text
    assert short.text.startswith("Họp tổ\n\nNgắn.\n\nhttp")
    assert one(session, never, "42") == Rejected("content", "", messages.TOO_LONG)


def of_home(session: Session, wording: messages.Wording, home: UUID, to: str = "u1", *, name: str = "") -> Message:
    row = Row(uuid4().hex, to, 1, name or f"{new_id()}:{wording.channel.value}:{home.hex}")
    [made] = messages.for_rows(session, wording, [row])
    assert isinstance(made, Message)
    return made


def test_a_text_to_one_person_ends_in_the_address_at_which_that_household_says_no(session: Session, ward: Unit) -> None:
    home = make_household(session, unit=make_unit(session, parent=ward), zalo_user_id="u1")
    wording = said(session, make_announcement(session, unit=ward), Channel.ZALO_OA)

    made = of_home(session, wording, home.id)
    dashed = of_home(session, wording, home.id, name=f"a:zalo_oa:{home.id}")  # as PostgreSQL writes a key

    _, _, address = made.text.rpartition(messages.STOP)
    assert address.strip() == f"http://ward.test{household_messages.path_of(home.id)}"
    assert dashed.text == made.text
    token = address.strip().rpartition("/")[2]
    assert household_messages.page(session, token=token).can_be_written_to
    assert one(session, wording).text.endswith(wording.link), "a row that stands for no household has no such address"  # type: ignore[union-attr]


@pytest.mark.parametrize("channel", [Channel.SMS, Channel.ZALO_GROUP, Channel.FACEBOOK, Channel.ZALO_BOT])
def test_what_is_registered_or_for_everybody_says_nothing_of_it(session: Session, ward: Unit, channel: Channel) -> None:
    wording = said(session, make_announcement(session, unit=ward), channel)

    assert "/stop/" not in of_home(session, wording, new_id(), PHONE).text


def test_the_longest_text_still_has_room_for_that_address(session: Session, ward: Unit) -> None:
    longest = 600
    fits = make_announcement(session, unit=ward, title="Họp", body="a" * 450, group_text="Ngắn.")

    made = of_home(session, said(session, fits, Channel.ZALO_OA, longest=longest), new_id())

    assert "Ngắn." in made.text
    assert "/stop/" in made.text
    assert len(made.text) <= longest


def test_a_template_may_have_a_blank_for_it(session: Session, ward: Unit) -> None:
    home = make_household(session, unit=make_unit(session, parent=ward), phone=PHONE)
    wording = said(session, make_announcement(session, unit=ward), Channel.ZNS, blanks="title=tieu_de, stop=tu_choi")

    made = of_home(session, wording, home.id, PHONE)

    assert made.blanks["stop"] == f"http://ward.test{household_messages.path_of(home.id)}"


def test_a_letter_says_how_to_have_no_more_of_them(session: Session, ward: Unit) -> None:
    wording = said(session, make_announcement(session, unit=ward), Channel.EMAIL)

    assert wording.text.endswith(messages.STOP_MAIL)


def test_a_template_is_filled_by_its_blanks(session: Session, ward: Unit) -> None:
    announcement = make_announcement(session, unit=ward, title="Họp tổ", group_text="Tối nay,\n19 giờ.")
    make_household(session, unit=make_unit(session, parent=ward), phone=PHONE, head_name="Hà Thị Minh")
    blanks = "ward=phuong, noi_dung=tin:20, link=lien_ket; ten=ho_ten"

    made = one(session, said(session, announcement, Channel.ZNS, blanks=blanks))

    assert isinstance(made, Message)
    assert {name: made.blanks[name] for name in ("ward", "noi_dung", "ten")} == {
        "ward": "Phường Bắc Kạn", "noi_dung": "Tối nay, 19 giờ.", "ten": "Hà Thị Minh",
    }  # fmt: skip
    assert made.blanks["link"].startswith("http://ward.test/a/")


@pytest.mark.parametrize(
    ("blanks", "why"),
    [
        ("noi_dung=tin:5", messages.BLANK_TOO_LONG),
        ("noi_dung=chuyen_la", messages.BLANK_UNKNOWN),
        ("=tin", messages.BLANK_UNKNOWN),
        ("han=han", messages.BLANK_EMPTY),
    ],
)
def test_a_template_that_does_not_fit_its_blanks_is_refused_in_a_sentence(
    session: Session, ward: Unit, blanks: str, why: str
) -> None:  # fmt: skip
    announcement = make_announcement(session, unit=ward, must_reach_by=None, expires_at=None)

    assert one(session, said(session, announcement, Channel.ZNS, blanks=blanks)) == Rejected("content", "", why)


@pytest.mark.parametrize("to", ["", "abc", "+8421234", "+842093000000", "+849123456789", "0912345678"])
def test_a_receiver_who_is_no_mobile_is_refused_alone(session: Session, ward: Unit, to: str) -> None:
    wording = said(session, make_announcement(session, unit=ward), Channel.SMS)
    rows = [Row(uuid4().hex, each, 1, "a:sms:b") for each in (to, PHONE)]

    bad, good = messages.for_rows(session, wording, rows)

    assert bad == Rejected("recipient", "", messages.NO_PHONE)
    assert isinstance(good, Message)


def test_a_reminder_holds_its_leaders_own_address(session: Session, ward: Unit) -> None:
    make_account(session, unit=ward, channel=Channel.SMS)
    place = make_unit(session, parent=ward)
    leader = make_user(session, unit=ward)
    group = make_group(session, unit=place, leader_id=leader.id, name="Bà con Tổ 1")
    make_membership(session, household=make_household(session, unit=place), group=group)
    announcement = make_announcement(session, unit=ward, title="Họp tổ")
    sending.send(session, announcement=announcement)
    relay = session.exec(select(Relay)).one()
    leader_messages.to_holders(session, announcement=announcement, relays=[relay], step="remind")
    session.flush()
    row = session.exec(select(Delivery).where(Delivery.channel == Channel.SMS)).one()
    assert row.batch_id

    wording = messages.wording(
        session, announcement=announcement, channel=Channel.SMS, account_settings={}, longest=459, batch_id=row.batch_id
    )
    [made] = messages.for_rows(session, wording, [Row(row.id.hex, row.recipient_id, 1, row.idempotency_key)])

    assert isinstance(made, Message)
    assert "Hop to" in made.text
    assert made.text.endswith(f"/r/{relay.token}")
    assert leader_texts.of_batch(session, announcement=announcement, batch_id=new_id()) == {}


def test_what_everybody_sees_leaves_once_and_only_where_it_was_named(session: Session, ward: Unit) -> None:
    place = make_unit(session, parent=ward)
    make_household(session, unit=place)
    for channel in (Channel.FACEBOOK, Channel.ZALO_BROADCAST, Channel.ZALO_GROUP):
        make_account(session, unit=ward, channel=channel)
    make_group(session, unit=place, kind=GroupKind.HOUSEHOLD, channel=Channel.ZALO_GROUP, external_id="g1")
    make_group(session, unit=place, kind=GroupKind.HOUSEHOLD, channel=Channel.ZALO_GROUP)  # not connected
    make_group(session, unit=make_unit(session, parent=make_unit(session)), channel=Channel.ZALO_GROUP, external_id="g2")
    named = make_announcement(session, unit=ward, plan={"channels": ["facebook", "relay"]})
    usual = make_announcement(session, unit=ward)

    for announcement in (named, usual):
        sending.send(session, announcement=announcement)
        assert public_posts.publish(session, announcement=announcement) == 0

    rows = {
        one.id: [
            (row.channel, row.recipient_kind, row.recipient_id, row.status)
            for row in session.exec(select(Delivery).where(Delivery.announcement_id == one.id))
            if row.channel in (Channel.FACEBOOK, Channel.ZALO_BROADCAST, Channel.ZALO_GROUP)
        ]
        for one in (named, usual)
    }
    assert rows[named.id] == [(Channel.FACEBOOK, RecipientKind.PAGE, "*", DeliveryStatus.QUEUED)]
    assert rows[usual.id] == [(Channel.ZALO_GROUP, RecipientKind.GROUP, "g1", DeliveryStatus.QUEUED)]
    assert len(session.exec(select(Batch)).all()) == 2
    post = one(session, said(session, named, Channel.FACEBOOK), "*")
    assert isinstance(post, Message)
    assert post.recipient == ""
