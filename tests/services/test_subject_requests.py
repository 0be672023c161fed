"""Requests about the own data: the law's days over Tết, an answer, one extension, the end, and the letter that is due."""

from datetime import date, timedelta

import pytest
from sqlmodel import Session, select

from core import clock
from core.errors import Invalid, NotAllowed, NotFound
from models import (
    ConsentWay,
    Extra,
    Household,
    IdentityCheck,
    LetterStage,
    PaperKind,
    RequestKind,
    RequestStatus,
    Role,
    SubjectRequest,
    Unit,
)
from services import consents, office_hours, official_papers, subject_days, subject_letters, subject_requests
from services.access import Actor
from services.ports import PaperText
from services.subject_requests import RequestForm
from tests.factories import make_actor, make_household, make_unit
from tests.services.subject_life import NAME, leaks, settle

pytestmark = pytest.mark.usefixtures("noon")
USUAL = office_hours.read(office_hours.USUAL)


@pytest.fixture
def ward(session: Session) -> Unit:
    return make_unit(session)


@pytest.fixture
def official(session: Session, ward: Unit) -> Actor:
    return make_actor(session, unit=ward, role=Role.OFFICIAL)


@pytest.fixture
def home(session: Session, ward: Unit) -> Household:
    return settle(session, unit=make_unit(session, parent=ward), ward=ward)


def taken_in(session: Session, actor: Actor, ward: Unit, kind: RequestKind, **fields: object) -> SubjectRequest:
    form = RequestForm(kind, "Lường Thị Quỳnh", **fields)  # type: ignore[arg-type]
    return subject_requests.take_in(session, actor=actor, ward_id=ward.id, form=form)


@pytest.mark.parametrize(
    ("asked", "answer"),
    [("2026-11-24", "2026-11-26"), ("2026-11-27", "2026-12-01"), ("2026-02-13", "2026-02-24"), ("2026-04-29", "2026-05-05")],
)
def test_two_working_days_pass_over_weekends_and_tet(asked: str, answer: str) -> None:
    assert subject_days.answer_by(date.fromisoformat(asked), hours=USUAL) == date.fromisoformat(answer)


@pytest.mark.parametrize(
    ("kind", "others", "days"),
    [
        (RequestKind.VIEW, False, 10), (RequestKind.CORRECT, True, 10), (RequestKind.WITHDRAW, False, 15),
        (RequestKind.RESTRICT, True, 20), (RequestKind.ERASE, False, 20),
    ],
)  # fmt: skip
def test_each_kind_has_its_days(kind: RequestKind, others: bool, days: int) -> None:
    assert subject_days.due_on(date(2026, 11, 24), kind, has_processor=others) == date(2026, 11, 24) + timedelta(days=days)


def test_it_is_put_off_once_by_fifteen_days_with_a_reason(session: Session, official: Actor, ward: Unit) -> None:
    request = taken_in(session, official, ward, RequestKind.VIEW)
    last = request.due_on + timedelta(days=15)
    for until, reason in ((last + timedelta(days=1), "chờ"), (last, "")):
        with pytest.raises(Invalid):
            subject_requests.extend(session, actor=official, request_id=request.id, until=until, reason=reason)

    subject_requests.extend(session, actor=official, request_id=request.id, until=last, reason="chờ nhà mạng")

    assert "gia hạn một lần" in str(subject_letters.text_of(session, actor=official, request_id=request.id).body)
    with pytest.raises(Invalid):
        subject_requests.extend(session, actor=official, request_id=request.id, until=last, reason="nữa")


def test_the_first_screen_counts_what_is_late(session: Session, official: Actor, ward: Unit) -> None:
    request = taken_in(session, official, ward, RequestKind.VIEW, asked_on=clock.today() - timedelta(days=9))
    taken_in(session, official, ward, RequestKind.ERASE)

    assert (subject_requests.waiting(session, actor=official).open, subject_requests.waiting(session, actor=official).late) == (
        2,
        1,
    )
    subject_requests.answer(session, actor=official, request_id=request.id)
    waiting = subject_requests.waiting(session, actor=official)
    assert (waiting.late, waiting.next_on) == (0, clock.today() + timedelta(days=1))
    rows = subject_requests.listing(session, actor=official)
    assert [row.days_left for row in rows] == [1, 2]


def test_the_same_asked_twice_is_one_and_closed_once(session: Session, official: Actor, ward: Unit, home: Household) -> None:
    first = taken_in(session, official, ward, RequestKind.WITHDRAW, household_id=home.id)
    again = taken_in(session, official, ward, RequestKind.WITHDRAW, household_id=home.id)

    subject_requests.close(session, actor=official, request_id=first.id, is_done=False, outcome="không phải chủ hộ")

    assert again.id == first.id
    with pytest.raises(Invalid, match="đã xong"):
        subject_requests.close(session, actor=official, request_id=first.id, is_done=True, outcome="khác")
    assert "không phải chủ hộ" in str(subject_letters.text_of(session, actor=official, request_id=first.id).body)


def test_the_clerk_s_number_stands_on_each_letter_once_and_is_shared_with_the_ward_s_other_papers(
    session: Session, official: Actor, ward: Unit
) -> None:
    request = taken_in(session, official, ward, RequestKind.VIEW)
    today = clock.today()

    def number(typed: int, day: date = today) -> None:
        subject_letters.give_number(session, actor=official, request_id=request.id, number=typed, issued_on=day)

    def letter() -> PaperText:
        return subject_letters.text_of(session, actor=official, request_id=request.id)

    assert (letter().number, letter().issued_on, letter().draft[:7]) == (None, None, "Dự thảo")
    for typed, day in ((0, today), (7, today + timedelta(days=1)), (7, today - timedelta(days=1))):
        with pytest.raises(Invalid):
            number(typed, day)

    number(7)
    told = letter()
    subject_requests.check_identity(session, actor=official, request_id=request.id, identity=IdentityCheck.PAPERS)
    assert (told.number, told.issued_on, told.draft, told.symbol) == (7, today, "", "TB-UBND")
    assert letter() == told  # a letter that is out keeps its words

    later = request.due_on + timedelta(days=3)
    subject_requests.extend(session, actor=official, request_id=request.id, until=later, reason="chờ nhà mạng")
    assert (letter().number, letter().subject) == (None, "Về việc gia hạn giải quyết yêu cầu xem dữ liệu cá nhân")
    with pytest.raises(Invalid, match="đã cấp"):
        number(7)
    number(8)
    with pytest.raises(Invalid, match="đã có số"):
        number(9)

    stages = [one.stage for one in subject_letters.sent(session, actor=official, request_id=request.id)]
    assert stages == [LetterStage.TAKEN_IN, LetterStage.EXTENDED]
    with pytest.raises(Invalid, match="Số 8 năm"):
        official_papers.check_free(session, ward_id=ward.id, kind=PaperKind.NOTICE, number=8, year=today.year)
    official_papers.check_free(session, ward_id=ward.id, kind=PaperKind.INVITATION, number=8, year=today.year)


def test_nothing_is_shown_or_erased_for_whoever_was_not_checked(
    session: Session, official: Actor, ward: Unit, home: Household
) -> None:
    request = taken_in(session, official, ward, RequestKind.ERASE, household_id=home.id)
    with pytest.raises(Invalid, match="xác minh"):
        subject_requests.carry_out(session, actor=official, request_id=request.id)
    with pytest.raises(Invalid, match="số giấy tờ"):
        subject_requests.check_identity(
            session, actor=official, request_id=request.id, identity=IdentityCheck.PAPERS, note="CCCD 019180001234"
        )
    subject_requests.check_identity(session, actor=official, request_id=request.id, identity=IdentityCheck.PAPERS)
    with pytest.raises(Invalid, match="Chưa xóa"):
        subject_requests.close(session, actor=official, request_id=request.id, is_done=True, outcome="xong")

    subject_requests.carry_out(session, actor=official, request_id=request.id)
    done = subject_requests.close(session, actor=official, request_id=request.id, is_done=True, outcome="Đã xóa")
    session.commit()

    letter = subject_letters.text_of(session, actor=official, request_id=request.id)
    assert (done.status, letter.to, "còn giữ lại" in str(letter.body)) == (RequestStatus.DONE, NAME, True)
    assert {row.split(":")[0] for row in leaks(session)} == {"subjectrequest"}  # until its own days are over


def test_a_restriction_turns_off_what_the_house_obeys(session: Session, official: Actor, ward: Unit, home: Household) -> None:
    request = taken_in(session, official, ward, RequestKind.RESTRICT, household_id=home.id, identity=IdentityCheck.CARD)

    subject_requests.carry_out(session, actor=official, request_id=request.id)

    found = consents.switches(session, actor=official, household_id=home.id)
    assert [one.extra for one in found if one.consent and not one.consent.is_given] == [Extra.MESSAGES, Extra.SURVEYS, Extra.CARD]


def test_bad_words_and_wrong_hands_are_refused(session: Session, official: Actor, ward: Unit) -> None:
    for form in (
        RequestForm(RequestKind.VIEW, " "), RequestForm(RequestKind.VIEW, "A", words="x" * 3000),
        RequestForm(RequestKind.VIEW, "A", asked_on=clock.today() + timedelta(days=1)),
    ):  # fmt: skip
        with pytest.raises(Invalid):
            subject_requests.take_in(session, actor=official, ward_id=ward.id, form=form)
    made = taken_in(session, official, ward, RequestKind.VIEW, way=ConsentWay.PAPER)
    lead = make_actor(session, unit=ward, role=Role.LEAD)
    with pytest.raises(NotAllowed):
        subject_requests.get(session, actor=lead, request_id=made.id)
    with pytest.raises(NotFound):
        subject_requests.get(session, actor=make_actor(session, unit=make_unit(session)), request_id=made.id)
    assert make_household(session, unit=make_unit(session, parent=ward)).id not in session.exec(
        select(SubjectRequest.household_id)
    )
