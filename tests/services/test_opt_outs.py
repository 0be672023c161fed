from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlmodel import Session, col, delete, select

from core import clock
from core.db import transaction
from core.errors import Invalid, NotAllowed, NotFound
from models import Channel, Delivery, DeliveryStatus, OptOut, OptOutCause, RecipientKind, Role, Unit, Urgency
from services import audit, consents, household_messages, opt_outs, paths, plans
from services.access import Actor
from tests.factories import NOON, make_account, make_actor, make_announcement, make_household, make_unit

PHONE = "+84912345678"


def refused(session: Session) -> set[tuple[str, str]]:
    return {(one.channel.value, one.recipient) for one in session.exec(select(OptOut).where(col(OptOut.ended_at).is_(None)))}


@pytest.mark.parametrize("words", ["STOP", "stop.", "Từ chối", "TU CHOI", " tc ", "Không nhận!", "Hủy"])
def test_a_whole_answer_says_no(words: str) -> None:
    assert opt_outs.means_stop(words)


@pytest.mark.parametrize("words", ["Đừng dừng ở đây", "", "Bao giờ tiêm?", "stop at tổ 7", "Nhận lại"])
def test_a_sentence_that_only_holds_such_a_word_does_not(words: str) -> None:
    assert not opt_outs.means_stop(words)


def test_said_twice_it_is_written_once(session: Session) -> None:
    made = [
        opt_outs.refuse(session, recipients=[PHONE, PHONE, ""], channels=opt_outs.BY_NUMBER, cause=OptOutCause.SMS)
        for _ in range(2)
    ]

    assert made == [2, 0]
    assert refused(session) == {("sms", PHONE), ("zns", PHONE)}


@given(
    said=some.lists(some.tuples(some.booleans(), some.integers(0, 5)), min_size=1, max_size=6),
    order=some.randoms(use_true_random=False),
)
def test_in_any_order_and_however_often_what_was_said_last_stands(said: list[tuple[bool, int]], order: object) -> None:
    told = said * 2
    order.shuffle(told)  # type: ignore[attr-defined]
    with transaction() as session:
        session.execute(delete(OptOut))
        for is_no, hour in told:
            at = NOON + timedelta(hours=hour)
            if is_no:
                opt_outs.refuse(
                    session, recipients=["7"], channels=[Channel.ZALO_OA], cause=OptOutCause.UNFOLLOWED, at=at
                )  # fmt: skip
            else:
                opt_outs.come_back(session, recipients=["7"], channels=[Channel.ZALO_OA], at=at)
            session.flush()
            session.expire_all()
        stands = bool(refused(session))

    last_no = max((hour for is_no, hour in said if is_no), default=-1)
    last_yes = max((hour for is_no, hour in said if not is_no), default=-1)
    assert stands == (last_no >= last_yes)


@pytest.fixture(autouse=True)
def _tables(session: Session) -> None:
    """The property above opens sessions of its own."""


def test_who_only_ever_came_is_forgotten_after_a_day(session: Session) -> None:
    opt_outs.come_back(session, recipients=["7"], channels=[Channel.ZALO_OA], at=clock.now() - timedelta(days=2))
    opt_outs.refuse(session, recipients=["8"], channels=[Channel.ZALO_OA], cause=OptOutCause.UNFOLLOWED)

    assert opt_outs.clear_marks(session) == 1
    assert [one.recipient for one in session.exec(select(OptOut))] == ["8"]


def test_a_household_that_says_no_falls_to_the_next_way_in_the_end_to_the_door(session: Session, ward: Unit, place: Unit) -> None:
    home = make_household(session, unit=place, phone=PHONE, zalo_user_id="7")
    for channel in (Channel.ZALO_TEMPLATE, Channel.SMS):
        make_account(session, unit=ward, channel=channel, price=100)

    def path() -> str:
        audience = plans.question_of(session, announcement=make_announcement(session, unit=ward)).audience
        question = paths.ask(session, audience=audience, day=clock.today())
        found = {row.household_id: row.path for row in session.execute(paths.rows(session, question)) if row.is_first}
        return str(found[home.id])

    before = path()
    opt_outs.refuse(session, recipients=["7"], channels=opt_outs.BY_FOLLOWING, cause=OptOutCause.UNFOLLOWED)
    without_zalo = path()
    opt_outs.refuse(session, recipients=[PHONE], channels=opt_outs.BY_NUMBER, cause=OptOutCause.SMS)
    without_both = path()
    opt_outs.come_back(session, recipients=["7"], channels=opt_outs.BY_FOLLOWING, at=clock.now() + timedelta(seconds=1))

    assert (before, without_zalo, without_both, path()) == ("zalo_template", "sms", "door", "zalo_template")


def test_an_emergency_obeys_too(session: Session, ward: Unit, place: Unit) -> None:
    home = make_household(session, unit=place, phone=PHONE)
    make_account(session, unit=ward, channel=Channel.SMS, price=100)
    opt_outs.refuse(session, recipients=[PHONE], channels=opt_outs.BY_NUMBER, cause=OptOutCause.SMS)

    audience = plans.question_of(session, announcement=make_announcement(session, unit=ward)).audience
    question = paths.ask(session, audience=audience, day=clock.today(), urgency=Urgency.EMERGENCY)

    assert {row.path for row in session.execute(paths.rows(session, question)) if row.household_id == home.id} == {"door"}


def test_who_demands_it_is_forgotten_and_the_counts_stay(session: Session, ward: Unit, place: Unit) -> None:
    home = make_household(session, unit=place, zalo_user_id="7", phone=PHONE)
    item = make_announcement(session, unit=ward)
    for status in (DeliveryStatus.READ, DeliveryStatus.QUEUED):
        session.add(
            Delivery(
                announcement_id=item.id, channel=Channel.ZALO_OA, recipient_kind=RecipientKind.FOLLOWER, recipient_id="7",
                idempotency_key=status.value, status=status,
            )
        )  # fmt: skip
    opt_outs.refuse(session, recipients=["7"], channels=opt_outs.BY_FOLLOWING, cause=OptOutCause.UNFOLLOWED)
    session.flush()

    opt_outs.forget(session, user_id="7")
    session.flush()
    session.expire_all()

    rows = session.exec(select(Delivery)).all()
    assert {(row.recipient_id, row.status.value) for row in rows} == {("erased", "read"), ("erased", "cancelled")}
    assert (home.zalo_user_id, home.phone) == (None, PHONE)
    assert session.exec(select(OptOut)).all() == []
    assert not [event for event in audit.history(session, subject_kind="household", subject_id=home.id) if "7" in event.details]


# ---- a household's own page, and what staff write down


def token_of(path: str) -> str:
    return path.rsplit("/", 1)[1]


def press(session: Session, token: str, *, wants_none: bool) -> None:
    consents.of_token(session, token=token, extra="messages", is_given=not wants_none)


def test_a_households_page_refuses_for_its_number_and_its_account(session: Session, place: Unit) -> None:
    home = make_household(session, unit=place, phone=PHONE, zalo_user_id="7", head_name="Nguyễn Văn An")
    token = token_of(household_messages.path_of(home.id))

    press(session, token, wants_none=True)
    press(session, token, wants_none=True)
    seen = household_messages.page(session, token=token)

    assert (seen.masked_name, seen.is_out) == ("Nguyễn V. A.", True)
    assert refused(session) == {("sms", PHONE), ("zns", PHONE), ("zalo_oa", "7"), ("zalo_template", "7")}


def test_it_comes_back_by_the_same_page(session: Session, place: Unit) -> None:
    home = make_household(session, unit=place, phone=PHONE)
    token = token_of(household_messages.path_of(home.id))

    press(session, token, wants_none=True)
    press(session, token, wants_none=False)

    assert refused(session) == set()


@pytest.mark.parametrize(
    "change", [lambda t: t[:-1] + ("0" if t[-1] != "0" else "1"), lambda t: t[:-1], lambda _: "", lambda _: "é" * 64]
)
def test_an_address_that_is_not_ours_opens_nothing(session: Session, place: Unit, change: object) -> None:
    home = make_household(session, unit=place, phone=PHONE)
    token = token_of(household_messages.path_of(home.id))

    with pytest.raises(NotFound):
        household_messages.page(session, token=change(token))  # type: ignore[operator]


def test_staff_write_down_what_they_were_told(session: Session, ward: Unit, place: Unit, writer: Actor) -> None:
    home = make_household(session, unit=place, phone=PHONE)

    after = household_messages.write_down(session, actor=writer, household_id=home.id, wants_none=True)
    events = audit.history(session, subject_kind="household", subject_id=home.id)

    assert {one.cause for one in after.refused} == {OptOutCause.STAFF}
    assert events[0].action == "household.messages_refused"
    assert PHONE not in str(events[0].details)


def test_only_within_sight_and_only_where_there_is_something_to_refuse(session: Session, place: Unit, writer: Actor) -> None:
    bare = make_household(session, unit=place)
    elsewhere = make_household(session, unit=make_unit(session, parent=make_unit(session)), phone=PHONE)
    viewer = make_actor(session, unit=place, role=Role.VIEWER)

    with pytest.raises(Invalid):
        household_messages.write_down(session, actor=writer, household_id=bare.id, wants_none=True)
    with pytest.raises(NotFound):
        household_messages.write_down(session, actor=writer, household_id=elsewhere.id, wants_none=True)
    with pytest.raises(NotAllowed):
        household_messages.standing(session, actor=viewer, household_id=bare.id)
