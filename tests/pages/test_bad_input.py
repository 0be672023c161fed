"""Whatever is wrong on the way out ends in a sentence where a person looks, and the next message leaves all the same."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from models import Announcement, AnnouncementStatus, Channel, ChannelAccount, DeliveryStatus, Role, Unit, User
from services import batches, messages, sending
from services.chunks import Marked
from services.senders import Accepted, Outcome, Rejected
from services.written_outcomes import Row
from tests import turns
from tests.adapters.channels.desk import Desk
from tests.factories import NOON, make_account, make_announcement, make_batch, make_delivery, make_unit, make_user
from tests.pages.conftest import Visit, words
from tests.provider import Faults, Provider, running

LEASE = timedelta(seconds=15)
HTML = "<html><body>Bảo trì hệ thống</body></html>"
NOBODY_KNOWS = "1 tin chưa rõ đã đi hay chưa"


@pytest.fixture
def provider() -> Iterator[Provider]:
    with running() as provider:
        yield provider


@pytest.fixture
def item(session: Session, ward: Unit) -> Announcement:
    return make_announcement(session, unit=ward, status=AnnouncementStatus.SENT, sent_at=NOON)


def end(session: Session, item: Announcement, channel: Channel, outcome: Outcome) -> ChannelAccount:
    """One message of a batch came to this, the next one was taken."""
    ward = session.get_one(Unit, item.unit_id)
    account = make_account(session, unit=ward, channel=channel)
    first = make_delivery(session, unit=ward, announcement=item, channel=channel, status=DeliveryStatus.QUEUED)
    batch = make_batch(session, account=account, of=first)
    make_delivery(session, unit=ward, announcement=item, channel=channel, status=DeliveryStatus.QUEUED, batch_id=batch.id)
    hold = batches.claim(session, batch_id=batch.id, attempt=1, owner="a:1", lease=LEASE)
    assert hold
    marked = turns.turn(session, hold, settled=(), usual_rate=50.0, dedupes=False)
    assert isinstance(marked, Marked)
    settled = list(zip(marked.rows, (outcome, Accepted("m2")), strict=True))
    turns.turn(session, hold, settled=settled, usual_rate=50.0, dedupes=False)
    batches.leave(session, hold)
    session.commit()
    return account


def said(session: Session, item: Announcement, channel: Channel, to: str, *, longest: int = 2000, blanks: str = "") -> Rejected:
    """Why a message cannot be composed."""
    wording = messages.wording(session, announcement=item, channel=channel, account_settings={"blanks": blanks}, longest=longest)
    [made] = messages.for_rows(session, wording, [Row(item.id.hex, to, 1, "a:b:c")])
    assert isinstance(made, Rejected)
    return made


def board(visit: Visit, official: User, item: Announcement) -> str:
    at = visit("announcement", user=official, id=str(item.id))
    assert not at.exception
    return words(at)


@pytest.mark.parametrize(
    ("channel", "to", "longest", "blanks", "sentence"),
    [
        (Channel.ZALO_OA, "42", 40, "", messages.TOO_LONG),
        (Channel.ZNS, "+84912345678", 400, "noi_dung=chuyen_la", messages.BLANK_UNKNOWN),
        (Channel.ZNS, "+84912345678", 400, "noi_dung=tin:3", messages.BLANK_TOO_LONG),
        (Channel.SMS, "không phải số", 459, "", messages.NO_PHONE),
    ],
)
def test_what_cannot_be_said_or_to_nobody_is_a_sentence_on_the_announcements_page(
    session: Session, visit: Visit, item: Announcement, official: User, channel: Channel, to: str, longest: int, blanks: str,
    sentence: str,
) -> None:  # fmt: skip
    end(session, item, channel, said(session, item, channel, to, longest=longest, blanks=blanks))

    shown = board(visit, official, item)

    assert f"1 tin: {sentence}" in shown
    assert "1 đã gửi; 1 không gửi được" in shown


@pytest.mark.parametrize("answer", ["html", "ten megabytes", "never"])
def test_an_answer_that_is_none_waits_for_a_person_on_the_announcements_page(
    session: Session, visit: Visit, item: Announcement, official: User, provider: Provider, answer: str
) -> None:
    desk = Desk(provider, provider_whole_seconds=0.5 if answer == "never" else 10.0)
    if answer == "html":
        desk.script(Channel.ZALO_OA, {"status": 200, "body": HTML})
    else:
        provider.desk.faults = Faults(answer="big" if answer == "ten megabytes" else "never")

    end(session, item, Channel.ZALO_OA, desk.one(Channel.ZALO_OA))

    shown = board(visit, official, item)
    assert NOBODY_KNOWS in shown
    assert "1 đã gửi; 1 chưa rõ" in shown


@pytest.mark.parametrize("wrong", ["token", "address"])
def test_an_account_that_is_wrong_says_so_on_both_pages(
    session: Session, visit: Visit, ward: Unit, item: Announcement, official: User, provider: Provider, wrong: str
) -> None:
    desk = Desk(provider)
    desk.script(Channel.FACEBOOK, {"code": 190} if wrong == "token" else {"status": 404, "body": HTML})
    outcome = desk.one(Channel.FACEBOOK)
    assert isinstance(outcome, Rejected)

    account = end(session, item, Channel.FACEBOOK, outcome)

    shown = board(visit, official, item)
    assert "1 tin chờ: Trang Facebook" in shown
    assert outcome.reason in shown
    admin = make_user(session, unit=ward, role=Role.ADMIN)
    session.commit()
    assert f"Chưa gửi được: {outcome.reason}" in words(visit("channel", user=admin, id=str(account.id)))


def test_nobody_to_be_told_goes_back_to_whoever_wrote_it_with_a_sentence(
    session: Session, visit: Visit, ward: Unit, official: User
) -> None:
    empty = make_unit(session, parent=ward)
    item = make_announcement(
        session, unit=ward, units=[empty], author_id=official.id, status=AnnouncementStatus.SCHEDULED, send_at=NOON
    )
    sending.send_scheduled(session, announcement_id=item.id)
    session.commit()

    at = visit("compose", user=official, id=str(item.id))

    assert session.exec(select(Announcement.status).where(Announcement.id == item.id)).one() == AnnouncementStatus.DRAFT
    everything = " ".join([words(at), *(one.value for one in (*at.warning, *at.info, *at.error))])
    assert "không còn hộ nào trong phạm vi nhận" in everything
