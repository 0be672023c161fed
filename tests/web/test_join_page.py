from datetime import date, timedelta

import pytest
from sqlmodel import Session, select
from time_machine import Traveller

from core.db import reading
from models import Group, Scan, Unit
from services import links
from services.link_slugs import find_slug
from tests.factories import LONG_AGO, NOON, make_household, make_membership
from tests.web.day import ZALO_PREVIEW, Outline, make_led_group, make_ward, phone
from web.scan_recorder import recorder

LARGEST_PAGE = 20_000
SCRIPT = "<img src=x onerror=alert(1)>\"'"


def page_of(session: Session, *, joined: int = 0, households: int = 0, **of_group: object) -> str:
    """The address of a group's page, with so many of its households in the chat."""
    unit, _, group = make_led_group(session, make_ward(session))
    for name, value in ({"join_url": "https://zalo.me/g/abcdef"} | of_group).items():
        setattr(group, name, value)
    session.add(group)
    for n in range(households):
        household = make_household(session, unit=unit)
        if n < joined:
            make_membership(session, household=household, group=group)
    link = links.join_link(session, group_id=group.id)
    session.commit()
    return f"/j/{link.slug}"


def test_a_household_sees_who_leads_how_many_are_in_and_where_the_button_leads(session: Session, clock: Traveller) -> None:
    page = page_of(session, joined=7, households=12)

    html = phone().get(page).text

    outline = Outline(html)
    assert "7 / 12 hộ đã vào nhóm" in html
    assert "Hà Thị Minh" in html
    assert "Mở zalo.me" in html
    assert [button["href"] for button in outline.main_buttons] == ["https://zalo.me/g/abcdef"]
    assert [len(outline.all(tag)) for tag in ("title", "h1")] == [1, 1]


def test_who_has_left_the_unit_or_the_group_does_not_count(session: Session, clock: Traveller) -> None:
    page = page_of(session, joined=7, households=12)
    link = find_slug(session, typed=page.removeprefix("/j/"))
    assert link
    assert link.unit_id
    assert link.group_id
    unit, group = session.get_one(Unit, link.unit_id), session.get_one(Group, link.group_id)
    moved = make_household(session, unit=unit, arrived_on=LONG_AGO, left_on=date(2026, 11, 1))
    make_membership(session, household=moved, group=group)
    stayed = make_household(session, unit=unit)
    make_membership(session, household=stayed, group=group, left_on=date(2026, 11, 1))

    assert "7 / 13 hộ đã vào nhóm" in phone().get(page).text


@pytest.mark.parametrize(
    ("joined", "households", "said"),
    [(4, 12, None), (0, 12, None), (8, 12, "Gần như mọi nhà đã vào nhóm"), (7, 12, "7 / 12"), (12, 12, "12 / 12"), (0, 0, None)],
)
def test_counts_that_could_name_a_household_are_not_shown(
    session: Session, clock: Traveller, joined: int, households: int, said: str | None
) -> None:
    html = phone().get(page_of(session, joined=joined, households=households)).text

    if said:
        assert said in html
    else:
        assert "đã vào nhóm" not in html


@pytest.mark.parametrize("url", [None, "javascript:alert(1)", "http://zalo.me/g/x", "https://zalo.me@evil.example/"])
def test_an_address_that_is_none_of_a_chat_gives_no_button(session: Session, clock: Traveller, url: str | None) -> None:
    page = page_of(session, join_url=url)

    html = phone().get(page).text

    assert "Nhóm chưa có đường dẫn vào" in html
    assert [button["href"] for button in Outline(html).main_buttons] == ["tel:+842093000000"]


def test_a_closed_group_says_so(session: Session, clock: Traveller) -> None:
    page = page_of(session, started_on=LONG_AGO, closed_on=date(2026, 11, 24))

    answer = phone().get(page)

    assert answer.status_code == 410
    assert "Nhóm này đã đóng" in answer.text
    assert "zalo.me/g" not in answer.text


def test_a_persons_opening_counts_once_a_request_and_a_previews_never(session: Session, clock: Traveller) -> None:
    page = page_of(session)

    phone(ZALO_PREVIEW).get(page)
    phone().head(page)
    phone().get(page)

    recorder().flush()
    with reading() as look:
        assert len(look.exec(select(Scan.id)).all()) == 1


def test_an_address_of_no_group_is_not_found(session: Session, clock: Traveller) -> None:
    make_ward(session)

    assert phone().get("/j/nothing23").status_code == 404
    assert phone().delete(page_of(session)).status_code == 405


def test_marks_of_html_stay_text_and_the_page_stays_under_20_kb(session: Session, clock: Traveller) -> None:
    page = page_of(session, joined=9, households=20, name=SCRIPT + "Nghiêng " * 12)

    answer = phone().get(page)

    assert "<img" not in answer.text
    assert "&lt;img src=x onerror" in answer.text
    assert len(answer.content) < LARGEST_PAGE


def test_a_link_whose_time_is_over_leads_into_no_group(session: Session, clock: Traveller) -> None:
    page = page_of(session)
    link = find_slug(session, typed=page.removeprefix("/j/"))
    assert link
    link.expires_at = NOON + timedelta(days=1)
    session.add(link)
    session.commit()
    clock.shift(timedelta(days=1))

    assert phone().get(page).status_code == 410
