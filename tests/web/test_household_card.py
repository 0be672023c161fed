"""The household card on a phone: tied by one press, untied by another; from then on opening an announcement is known by name."""

from datetime import date, timedelta

import pytest
from sqlmodel import Session, select
from starlette.testclient import TestClient
from time_machine import Traveller

from core.db import reading
from core.tokens import digest
from models import (
    AnnouncementStatus,
    Household,
    HouseholdToken,
    How,
    Need,
    PhoneTie,
    Reach,
    ReachCount,
    Role,
)
from services import household_cards, sessions
from tests.factories import LONG_AGO, make_actor, make_household, make_unit, make_user
from tests.web.day import ZALO_PREVIEW, Day, Outline, phone
from web.scan_recorder import recorder

LARGEST_PAGE = 20_000
SCRIPT = "<img src=x onerror=alert(1)>\"'"


def make_card(session: Session, day: Day, **of_household: object) -> tuple[Household, str]:
    """A household of the day's unit and the address of its card."""
    household = make_household(session, unit=day.unit, **({"head_name": "Nguyễn Văn An"} | of_household))
    return household, card_of(session, day, household)


def card_of(session: Session, day: Day, household: Household) -> str:
    clerk = make_actor(session, unit=day.ward)
    printed = household_cards.issue(session, actor=clerk, household_ids=[household.id])
    session.commit()
    return printed[0].cards[0].url.removeprefix("http://ward.test")


def tied_phone(page: str) -> TestClient:
    """A phone whose owner has agreed."""
    client = phone()
    client.get(page)
    assert client.post(page, data={"do": "tie"}).status_code == 303
    return client


def opened(client: TestClient, page: str) -> str:
    html = client.get(page).text
    recorder().flush()
    return str(html)


def told() -> list[tuple[object, How, int]]:
    """Who was told how, how many come."""
    with reading() as look:
        rows = look.exec(select(Reach).order_by(Reach.told_at)).all()  # type: ignore[arg-type]
    return [(row.household_id, row.how, row.people) for row in rows]


def known() -> int:
    with reading() as look:
        return sum(look.exec(select(ReachCount.known)).all())


def ties() -> list[PhoneTie]:
    with reading() as look:
        return list(look.exec(select(PhoneTie)))


def test_a_card_shows_a_masked_name_what_is_kept_and_the_law(session: Session, day: Day) -> None:
    _, page = make_card(
        session, day, phone="+84987654321", address="Số 12 đường Trường Chinh", needs=[Need.DISABLED.value], code="H-77"
    )

    answer = phone().get(page)

    assert "Hộ ông/bà Nguyễn\u00a0V.\u00a0A." in answer.text
    assert "91/2025/QH15" in answer.text
    assert "Gỡ máy này" in answer.text
    for secret in ("Văn An", "987", "Trường Chinh, ", "Số 12", "khuyết tật", "H-77"):
        assert secret not in answer.text
    assert [button["value"] for button in Outline(answer.text).main_buttons] == ["tie"]
    assert len(answer.content) < LARGEST_PAGE


def test_a_phone_is_tied_once_and_untied_on_the_same_page(session: Session, day: Day) -> None:
    household, page = make_card(session, day)
    client = tied_phone(page)
    client.post(page, data={"do": "tie"})

    after = client.get(page).text
    client.post(page, data={"do": "untie"})
    client.post(page, data={"do": "untie"})

    assert "Máy này đã gắn với hộ" in after
    kept = ties()
    assert [(one.household_id, one.consent) for one in kept] == [(household.id, household_cards.CONSENT)]
    assert kept[0].untied_at is not None
    assert "Đồng ý, gắn máy này" in client.get(page).text


def test_a_phone_tied_to_another_household_is_asked_first(session: Session, day: Day) -> None:
    first, page = make_card(session, day)
    second, other_page = make_card(session, day, head_name="Bế Thị Nghệ")
    client = tied_phone(page)

    asked = client.get(other_page).text
    client.post(other_page, data={"do": "tie"})
    before = [one.household_id for one in ties() if one.untied_at is None]
    client.post(other_page, data={"do": "move"})

    assert "Máy này đang gắn với hộ Nguyễn V. A." in asked
    assert before == [first.id]
    assert [one.household_id for one in ties() if one.untied_at is None] == [second.id]


def test_a_phone_that_was_never_here_agrees_to_nothing(session: Session, day: Day) -> None:
    _, page = make_card(session, day)

    answer = phone().post(page, data={"do": "tie"})

    assert (answer.status_code, answer.headers["location"]) == (303, page)
    assert ties() == []


@pytest.mark.parametrize("client", [phone(ZALO_PREVIEW), phone(**{"sec-purpose": "prefetch"})])
def test_robots_and_what_is_fetched_ahead_get_no_cookie(session: Session, day: Day, client: TestClient) -> None:
    _, page = make_card(session, day)

    assert "set-cookie" not in client.get(page).headers
    assert "set-cookie" not in phone().head(page).headers
    assert ties() == []


def test_opening_an_announcement_makes_the_household_known_once(session: Session, day: Day) -> None:
    household, page = make_card(session, day)
    client, second = tied_phone(page), tied_phone(page)

    for one in (client, client, second):
        opened(one, day.page)

    assert told() == [(household.id, How.OPENED, 0)]
    assert known() == 1


def test_other_phones_robots_and_looks_ahead_make_nobody_known(session: Session, day: Day) -> None:
    _, page = make_card(session, day)
    client = tied_phone(page)

    opened(phone(), day.page)
    client.head(day.page)
    for headers in ({"user-agent": ZALO_PREVIEW}, {"sec-purpose": "prefetch"}):
        client.get(day.page, headers=headers)
    recorder().flush()

    assert told() == []


def test_an_untied_phone_makes_nobody_known(session: Session, day: Day) -> None:
    _, page = make_card(session, day)
    client = tied_phone(page)
    client.post(page, data={"do": "untie"})

    opened(client, day.page)

    assert told() == []


def test_what_is_withdrawn_or_over_tells_nobody(session: Session, day: Day, clock: Traveller) -> None:
    _, page = make_card(session, day)
    client = tied_phone(page)
    day.announcement.status = AnnouncementStatus.CANCELLED
    session.add(day.announcement)
    session.commit()
    opened(client, day.page)
    day.announcement.status = AnnouncementStatus.SENT
    session.add(day.announcement)
    session.commit()
    clock.shift(timedelta(days=2))

    opened(client, day.page)

    assert told() == []


def test_an_answer_of_a_tied_phone_is_the_households_by_name(session: Session, day: Day) -> None:
    household, page = make_card(session, day)
    client, second = tied_phone(page), tied_phone(page)
    opened(client, day.page)

    client.post(day.page, data={"do": "answer", "people": "2"})
    at_the_second = opened(second, day.page)
    second.post(day.page, data={"do": "answer", "people": "3"})

    assert "Gia đình có 2 người đi" in at_the_second
    assert told() == [(household.id, How.ATTENDING, 3)]
    assert known() == 1


def test_an_answer_taken_back_leaves_that_the_household_has_opened_it(session: Session, day: Day) -> None:
    household, page = make_card(session, day)
    client = tied_phone(page)
    opened(client, day.page)
    client.post(day.page, data={"do": "answer", "people": "2"})

    client.post(day.page, data={"do": "take_back"})

    assert told() == [(household.id, How.OPENED, 0)]
    assert known() == 1
    assert "Gia đình có" not in opened(client, day.page)


def test_what_a_phone_answered_before_it_was_tied_becomes_its_households(session: Session, day: Day) -> None:
    household, page = make_card(session, day)
    client, second = phone(), phone()
    for one in (client, second):
        opened(one, day.page)
        one.post(day.page, data={"do": "answer", "people": "1"})
    before = known()
    for one in (client, second):
        one.get(page)
        one.post(page, data={"do": "tie"})
        opened(one, day.page)

    assert before == 2
    assert told() == [(household.id, How.ATTENDING, 1)]
    assert known() == 1


def test_a_phone_that_moved_counts_for_the_new_household_too(session: Session, day: Day) -> None:
    first, page = make_card(session, day)
    second, other_page = make_card(session, day)
    client = tied_phone(page)
    opened(client, day.page)
    client.get(other_page)
    client.post(other_page, data={"do": "move"})

    opened(client, day.page)

    assert {household for household, _, _ in told()} == {first.id, second.id}
    assert known() == 2


def closed_doors(session: Session, day: Day) -> list[str]:
    revoked, revoked_page = make_card(session, day)
    household_cards.revoke(session, actor=make_actor(session, unit=day.ward), household_id=revoked.id)
    gone, gone_page = make_card(session, day)
    gone.left_on = date(2026, 11, 1)
    gone.arrived_on = LONG_AGO
    session.add(gone)
    session.commit()
    _, page = make_card(session, day)
    return [revoked_page, gone_page, page[:-2] + "!!", page + "x", "/h/abc"]


def test_every_closed_door_looks_the_same_and_takes_nothing(session: Session, day: Day) -> None:
    doors = closed_doors(session, day)
    client = phone()
    client.get(day.page)

    answers = [client.get(door) for door in doors] + [client.post(door, data={"do": "tie"}) for door in doors]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    assert ties() == []


def test_the_card_of_a_merged_household_opens_the_one_it_is_now(session: Session, day: Day) -> None:
    old, page = make_card(session, day)
    new = make_household(session, unit=day.unit, head_name="Bế Thị Nghệ")
    old.merged_into_id, old.left_on = new.id, date(2026, 11, 1)
    session.add(old)
    session.commit()

    assert "Bế\u00a0T.\u00a0N." in phone().get(page).text


def test_only_the_hash_of_the_card_is_kept(session: Session, day: Day) -> None:
    """S43."""
    _, page = make_card(session, day)
    token = page.removeprefix("/h/")

    kept = session.exec(select(HouseholdToken)).one()

    assert len(token) >= 22  # 128 bits and more
    assert kept.token_hash == digest(token)
    assert token not in kept.model_dump_json()


def test_a_press_from_another_site_is_refused_and_looking_ties_nothing(session: Session, day: Day) -> None:
    """S26."""
    _, page = make_card(session, day)
    client = phone()
    client.get(page)

    foreign = client.post(page, data={"do": "tie"}, headers={"origin": "https://evil.example"})
    client.get(f"{page}?do=tie")

    assert foreign.status_code == 403
    assert client.put(page).status_code == 405
    assert ties() == []


@pytest.mark.parametrize(
    ("role", "is_near", "opens"),
    [(Role.STAFF, True, True), (Role.OFFICIAL, True, True), (Role.LEAD, False, False), (Role.VIEWER, True, False),
     (Role.STAFF, False, False)],
)  # fmt: skip
def test_staff_who_are_signed_in_get_the_way_to_the_record(
    session: Session, day: Day, role: Role, is_near: bool, opens: bool
) -> None:
    """S46, S47."""
    household, page = make_card(session, day)
    user = make_user(session, unit=day.ward if is_near else make_unit(session, parent=day.ward), role=role)
    token = sessions.redeem(session, ticket=sessions.issue_ticket(session, user_id=user.id), device="Firefox")
    session.commit()
    client = phone()
    client.cookies.set(sessions.cookie_name(), token or "")

    html = client.get(page).text

    assert (f"/household?id={household.id}" in html) is opens
    assert "/household?id=" not in phone().get(page).text


def test_marks_of_html_stay_text(session: Session, day: Day) -> None:
    """S01."""
    _, page = make_card(session, day, head_name=f"{SCRIPT} An")

    html = phone().get(page).text

    assert "<img" not in html
    assert [len(Outline(html).all(tag)) for tag in ("title", "h1")] == [1, 1]


def test_the_household_is_told_that_its_answer_has_a_name(session: Session, day: Day) -> None:
    _, page = make_card(session, day)

    html = tied_phone(page).get(day.page).text

    assert "Máy này gắn với hộ Nguyễn V. A." in html
    assert "không biết là" not in html
    assert "không biết là" in phone().get(day.page).text
