from datetime import timedelta

from sqlmodel import Session, select
from starlette.testclient import TestClient
from time_machine import Traveller

from core.db import reading
from models import Attempt, LeaderDevice, Role
from tests.factories import NOON, make_announcement, make_household, make_membership, make_user
from tests.web.day import (
    LEADERS_PHONE,
    ZALO_PREVIEW,
    Day,
    Outline,
    make_day,
    make_led_group,
    make_ward,
    phone,
    send,
    writes_begun,
)

LARGEST_PAGE = 20_000
RIGHT, WRONG = LEADERS_PHONE[-4:], "0000"


def digits(client: TestClient, day: Day, last_four: str) -> str:
    """Send four digits; where the answer leads."""
    answer = client.post(day.leaders_page, data={"do": "enter", "group": str(day.group.id), "last_four": last_four})
    assert answer.status_code == 303
    return str(answer.headers["location"])


def next_announcement(session: Session, day: Day) -> Day:
    return send(session, make_announcement(session, unit=day.ward), day.ward, day.unit, day.leader, day.group)


def test_a_leader_picks_the_group_shows_four_digits_and_is_on_the_own_page(day: Day) -> None:
    client = phone()

    groups = client.get(day.leaders_page)
    asked = client.get(f"{day.leaders_page}?group={day.group.id}")
    where = digits(client, day, RIGHT)

    assert "Tổ 13" in groups.text
    assert Outline(groups.text).all("input", value=str(day.group.id))
    assert Outline(asked.text).all("input", name="last_four", inputmode="numeric", pattern="[0-9]{4}")
    assert where == day.relay_page


def test_the_phone_is_remembered_for_the_next_announcement(session: Session, day: Day) -> None:
    client = phone()
    digits(client, day, RIGHT)

    later = next_announcement(session, day)
    answer = client.get(later.leaders_page)

    assert (answer.status_code, answer.headers["location"]) == (303, later.relay_page)
    assert phone().get(later.leaders_page).status_code == 200


def test_a_known_phone_is_noted_as_seen_once_a_minute_and_writes_nothing_in_between(day: Day, clock: Traveller) -> None:
    client = phone()
    digits(client, day, RIGHT)

    with writes_begun() as at_once:
        where = client.get(day.leaders_page).headers["location"]
    clock.shift(timedelta(minutes=1))
    with writes_begun() as later:
        client.get(day.leaders_page)
        client.get(day.leaders_page)

    assert where == day.relay_page
    assert (len(at_once), len(later)) == (0, 1)
    with reading() as session:
        assert session.exec(select(LeaderDevice.last_seen_at)).one() == NOON + timedelta(minutes=1)


def test_the_cookie_is_kept_from_scripts_and_from_other_sites(day: Day) -> None:
    answer = phone().post(day.leaders_page, data={"do": "enter", "group": str(day.group.id), "last_four": RIGHT})

    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("cn_leader=")
    assert {"HttpOnly", "Max-Age=31536000", "Path=/r", "SameSite=lax"} <= set(cookie.split("; "))
    with reading() as session:
        kept = session.exec(select(LeaderDevice.token_hash)).one()
    assert kept not in cookie


def test_choosing_a_group_alone_opens_nothing(day: Day) -> None:
    answer = phone().get(f"{day.leaders_page}?group={day.group.id}")

    assert day.relay.token not in answer.text
    assert "set-cookie" not in answer.headers


def test_wrong_digits_are_told_and_counted(day: Day) -> None:
    client = phone()

    where = digits(client, day, WRONG)

    assert "chưa đúng" in client.get(where).text
    assert client.cookies.get("cn_leader") is None
    with reading() as session:
        assert len(session.exec(select(Attempt.id)).all()) == 1


def test_five_wrong_tries_lock_the_groups_door_for_fifteen_minutes(day: Day, clock: Traveller) -> None:
    for _ in range(5):
        digits(phone(), day, WRONG)  # from five phones: the door is the group's

    locked = digits(phone(), day, RIGHT)
    clock.shift(timedelta(minutes=16))

    assert "Xin đợi 15 phút" in phone().get(locked).text
    assert Outline(phone().get(locked).text).main_buttons[0]["href"] == "tel:+842093000000"
    assert digits(phone(), day, RIGHT) == day.relay_page


def test_a_reload_after_wrong_digits_is_no_further_try(day: Day) -> None:
    client = phone()
    where = digits(client, day, WRONG)

    for _ in range(6):
        client.get(where)

    assert digits(client, day, RIGHT) == day.relay_page


def test_a_new_leader_ends_the_memory_of_the_old_leaders_phone(session: Session, day: Day) -> None:
    client = phone()
    digits(client, day, RIGHT)
    new = make_user(session, unit=day.unit, role=Role.LEAD, phone="+84987654321")
    day.group.leader_id = new.id
    session.add(day.group)
    session.commit()

    answer = client.get(day.leaders_page)

    assert answer.status_code == 200
    assert "Ông/bà phụ trách tổ nào?" in answer.text


def test_a_phone_can_be_forgotten_from_the_leaders_page(day: Day) -> None:
    client = phone()
    digits(client, day, RIGHT)
    assert "quên máy này" in client.get(day.relay_page).text

    answer = client.post(day.relay_page, data={"do": "forget"})

    assert answer.status_code == 303
    assert "quên máy này" not in client.get(day.relay_page).text
    with reading() as session:
        assert session.exec(select(LeaderDevice.revoked_at)).one() is not None


def test_a_group_without_a_number_sends_its_leader_to_the_ward(session: Session, day: Day) -> None:
    day.leader.phone = None
    session.add(day.leader)
    session.commit()

    where = digits(phone(), day, RIGHT)

    assert "Phường chưa có số điện thoại" in phone().get(where).text


def test_what_is_no_group_of_this_announcement_is_refused(session: Session, day: Day) -> None:
    client = phone()
    _, _, stranger = make_led_group(session, day.ward, name="Tổ dân phố 2", short_name="Tổ 2, Sông Cầu")

    nonsense = client.post(day.leaders_page, data={"group": "nonsense", "last_four": RIGHT})
    elsewhere = client.post(day.leaders_page, data={"group": str(stranger.id), "last_four": RIGHT})

    assert "Xin chọn một tổ" in client.get(nonsense.headers["location"]).text
    assert elsewhere.status_code == 404
    assert client.get(f"{day.leaders_page}?group={stranger.id}").text.count("last_four") == 0


def test_after_its_time_the_common_link_asks_for_nothing(day: Day, clock: Traveller) -> None:
    clock.shift(timedelta(days=2))

    html = phone().get(day.leaders_page).text

    assert "Việc này đã xong" in html
    assert not Outline(html).all("input")


def test_digits_sent_by_another_site_are_refused_and_not_counted(day: Day) -> None:
    answer = phone().post(
        day.leaders_page, data={"group": str(day.group.id), "last_four": WRONG}, headers={"sec-fetch-site": "cross-site"}
    )

    assert answer.status_code == 403
    with reading() as session:
        assert session.exec(select(Attempt.id)).all() == []


def test_equal_numbers_of_former_wards_stand_apart_and_a_full_ward_fits_in_20_kb(session: Session, clock: Traveller) -> None:
    ward = make_ward(session)
    areas = {"Sông Cầu": 14, "Phùng Chí Kiên": 6, "Xuất Hóa": 4, "Nông Thượng với tên rất dài": 8}
    for area, groups in areas.items():
        for n in range(1, groups + 1):
            unit, _, group = make_led_group(session, ward, name=f"Tổ {n}", short_name=f"Tổ {n}, {area}", area=area)
            make_membership(session, household=make_household(session, unit=unit), group=group)
    day = make_day(session, ward=ward, title="Nghiêng " * 15)

    answer = phone().get(day.leaders_page)

    outline = Outline(answer.text)
    assert len(outline.all("details")) == 4
    assert len(outline.all("input", name="group")) == 33
    assert len(answer.content) < LARGEST_PAGE
    assert len(outline.main_buttons) == 1


def test_a_preview_shows_the_card_and_not_the_groups_page(day: Day) -> None:
    answer = phone(ZALO_PREVIEW).get(day.leaders_page)

    assert answer.status_code == 200
    assert Outline(answer.text).all("meta", property="og:title")


def test_who_leads_two_groups_finds_both_works_at_once(session: Session, clock: Traveller) -> None:
    ward = make_ward(session)
    unit, _, second = make_led_group(session, ward, name="Tổ dân phố 2", short_name="Tổ 2, Sông Cầu")
    make_membership(session, household=make_household(session, unit=unit), group=second)
    day = make_day(session, ward=ward)
    second.leader_id = day.leader.id
    session.add(second)
    session.commit()
    client = phone()

    where = digits(client, day, RIGHT)
    html = client.get(where).text

    assert where == day.leaders_page
    assert "Xin đăng vào 2 nhóm của ông/bà" in html
    links = [one["href"] for one in Outline(html).all("a") if one["href"].startswith("/r/") and "?" not in one["href"]]
    assert day.relay_page in links
    assert len(links) == 2
    for link in links:
        client.post(link, data={"do": "posted"})
    assert "các nhóm của ông/bà đều đã đăng" in client.get(day.leaders_page).text


def test_a_deputys_phone_is_remembered_for_the_next_announcement(session: Session, day: Day) -> None:
    day.group.deputy_id = make_user(session, unit=day.unit, role=Role.LEAD, phone="+84987654321").id
    session.add(day.group)
    session.commit()
    client = phone()
    first = digits(client, day, "4321")

    later = next_announcement(session, day)
    answer = client.get(later.leaders_page)

    assert "Kính gửi Tổ phó" in client.get(first).text
    assert answer.status_code == 303
    assert answer.headers["location"] not in (later.relay_page, first)
    assert "Kính gửi Tổ phó" in client.get(answer.headers["location"]).text
