from datetime import date, timedelta

import pytest
from sqlmodel import Session, select
from time_machine import Traveller

from core.db import reading
from models import Group, Scan, Unit, UnitKind
from services import links, rollups
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
    rollups.refresh(session, unit_ids=[unit.id])
    link = links.join_link(session, group_id=group.id)
    session.commit()
    return f"/j/{link.slug}"


def test_a_household_sees_who_leads_about_how_many_are_in_and_where_the_button_leads(session: Session, clock: Traveller) -> None:
    page = page_of(session, joined=7, households=12)

    html = phone().get(page).text

    outline = Outline(html)
    assert "Khoảng 60 % số hộ của" in html.replace("\u00a0", " ")  # 7 of 12
    assert "Hà Thị Minh" in html
    assert "Mở zalo.me" in html
    assert [button["href"] for button in outline.main_buttons] == ["https://zalo.me/g/abcdef"]
    assert [len(outline.all(tag)) for tag in ("title", "h1")] == [1, 1]


def test_counts_are_those_of_the_wards_own_page_and_stand_for_the_month(session: Session, clock: Traveller) -> None:
    page = page_of(session, joined=21, households=27)
    [unit] = session.exec(select(Unit).where(Unit.kind == UnitKind.RESIDENTIAL)).all()
    [group] = session.exec(select(Group)).all()
    for _ in range(3):  # this month: whoever looks every day learns nothing of them
        make_membership(
            session, household=make_household(session, unit=unit, arrived_on=NOON.date()), group=group, joined_on=NOON.date()
        )
    rollups.refresh(session, unit_ids=[unit.id])
    session.commit()

    told, of_ward = phone().get(page).text, phone().get("/ward").text

    assert "Khoảng 80 % số hộ" in told.replace("\u00a0", " ")
    assert "Của khoảng 25 hộ, đến hết tháng 10/2026." in told
    assert f"<dt>{unit.short_name}</dt><dd>80 % <span" in of_ward
    assert "của khoảng 25 hộ" in of_ward


@pytest.mark.parametrize(("joined", "households"), [(4, 12), (0, 12), (8, 12), (0, 0)])
def test_counts_that_could_name_a_household_are_not_shown(
    session: Session, clock: Traveller, joined: int, households: int
) -> None:
    assert "đã vào nhóm" not in phone().get(page_of(session, joined=joined, households=households)).text


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
