"""`/q/{slug}`: what a phone gets for a printed code, through the light front door."""

from collections.abc import Iterator
from datetime import timedelta
from time import sleep
from uuid import uuid4

import pytest
import time_machine
from sqlalchemy import Engine, event, update
from sqlmodel import Session, col, select
from starlette.testclient import TestClient

from core import clock
from core.db import readers, transaction
from core.ids import new_id
from core.networks import is_public
from models import LinkTrouble, Purpose, Scan, ScanHour, ShortLink
from services import link_moves, links
from services.access import TERMINAL
from tests.factories import NOON, make_link, make_unit
from web.limits import Allowance, address_of, may_count
from web.public import app
from web.scan_recorder import recorder

PHONE = "Mozilla/5.0 (Linux; Android 14; SM-A155F) AppleWebKit/537.36 Chrome/121.0.0.0 Mobile Safari/537.36"
LARGEST_PAGE = 20_000


@pytest.fixture
def phone(engine: Engine) -> Iterator[TestClient]:
    """A phone at the light front door; the server stops cleanly after the test."""
    with TestClient(app, base_url="http://ward.test", follow_redirects=False, headers={"user-agent": PHONE}) as client:
        yield client


def slug() -> str:
    """A slug no other test has: resolved links are remembered a second."""
    return uuid4().hex[:12]


def led_to(phone: TestClient, link: ShortLink) -> str:
    """Where the code leads a moment from now."""
    sleep(0.01)
    return str(phone.get(f"/q/{link.slug}").headers["location"])


def linked(session: Session, **overrides: object) -> ShortLink:
    link = make_link(session, **{"slug": slug(), **overrides})
    session.rollback()
    return link


def scanned(session: Session, link: ShortLink) -> tuple[int, int]:
    recorder().flush()
    rows = session.exec(select(ScanHour.scans, ScanHour.first_scans).where(ScanHour.link_id == link.id)).all()
    session.rollback()
    return sum(row[0] for row in rows), sum(row[1] for row in rows)


def test_a_code_redirects_to_its_target_and_is_never_stored_on_the_way(phone: TestClient, session: Session) -> None:
    link = linked(session, target_url="https://dichvucong.gov.vn/p?ma=1#x")

    answers = [phone.get(f"/q/{link.slug}") for _ in range(2)]  # from the database, then from memory

    for answer in answers:
        assert (answer.status_code, answer.headers["location"]) == (302, "https://dichvucong.gov.vn/p?ma=1#x")
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.content == b""
    assert "set-cookie" in answers[0].headers
    assert "set-cookie" not in answers[1].headers


def test_a_phone_that_scans_twice_counts_two_scans_and_one_first(phone: TestClient, session: Session) -> None:
    link = linked(session)

    phone.get(f"/q/{link.slug}")
    phone.get(f"/q/{link.slug}")
    phone.cookies.clear()
    phone.get(f"/q/{link.slug}")

    assert scanned(session, link) == (3, 2)


def test_no_address_and_no_cookie_is_kept_of_a_scan(phone: TestClient, session: Session) -> None:
    link = linked(session)

    phone.get(f"/q/{link.slug}")

    recorder().flush()
    kept = session.exec(select(Scan)).one()
    assert kept.visitor != phone.cookies["cn_v"]
    assert set(Scan.model_fields) == {"id", "created_at", "link_id", "at", "device", "visitor", "is_first"}


@pytest.mark.parametrize(
    "headers",
    [{"user-agent": "facebookexternalhit/1.1"}, {"user-agent": ""}, {"user-agent": "ZaloBot"}, {"sec-purpose": "prefetch"},
     {"purpose": "prefetch"}, {"user-agent": "curl/8"}],
)  # fmt: skip
def test_robots_and_prefetches_are_redirected_but_neither_counted_nor_marked(
    phone: TestClient, session: Session, headers: dict[str, str]
) -> None:
    link = linked(session)

    answers = [phone.get(f"/q/{link.slug}", headers=headers) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert not any("set-cookie" in answer.headers for answer in answers)
    assert scanned(session, link) == (0, 0)


def test_a_head_request_tells_where_a_code_leads_and_does_not_count(phone: TestClient, session: Session) -> None:
    link = linked(session)

    answers = [phone.head(f"/q/{link.slug}") for _ in range(2)]

    assert [(answer.status_code, answer.headers["location"]) for answer in answers] == [(302, "https://dichvucong.gov.vn/")] * 2
    assert scanned(session, link) == (0, 0)


@pytest.mark.parametrize("typed", [str.upper, str.title, "{}.".format, "{}%20".format])
def test_a_slug_typed_from_a_wall_is_understood(phone: TestClient, session: Session, typed: object) -> None:
    link = linked(session)

    assert callable(typed)
    assert phone.get(f"/q/{typed(link.slug)}").status_code == 302


def test_a_stopped_code_says_what_was_here(phone: TestClient, session: Session) -> None:
    link = linked(session, title="Lịch tiêm chủng tháng 9", place="Nhà văn hóa Tổ 13", is_active=False)

    answer = phone.get(f"/q/{link.slug}")

    assert answer.status_code == 410
    assert "Lịch tiêm chủng tháng 9" in answer.text
    assert "Nhà văn hóa Tổ 13" in answer.text
    assert scanned(session, link) == (0, 0)


def test_a_code_that_never_was_is_not_found_and_warns(phone: TestClient) -> None:
    answer = phone.get("/q/zzzzzzz")

    assert answer.status_code == 404
    assert "ward.test/q/" in answer.text


def test_the_title_of_a_stopped_code_is_shown_as_text(phone: TestClient, session: Session) -> None:
    link = linked(session, title="<img src=x onerror=alert(1)>", is_active=False)

    answer = phone.get(f"/q/{link.slug}")

    assert "<img src=x" not in answer.text
    assert "&lt;img src=x" in answer.text


@pytest.mark.parametrize(
    "url", ["https://dichvucong.gov.vn@evil.com/", "javascript:alert(1)", "//evil.com", "https://zalo.me.evil.com/"]
)
def test_a_bad_target_in_the_database_is_not_followed(phone: TestClient, session: Session, url: str) -> None:
    link = linked(session, target_url=url)

    answer = phone.get(f"/q/{link.slug}")

    assert answer.status_code == 410
    assert "location" not in answer.headers


def test_neither_the_query_nor_the_host_header_moves_a_redirect(phone: TestClient, session: Session) -> None:
    link, ask = linked(session), linked(session, purpose=Purpose.ASK, target_url=None)

    for _ in range(2):
        answer = phone.get(f"/q/{link.slug}?to=https://evil.com", headers={"x-forwarded-host": "evil.com"})
        own = phone.get(f"/q/{ask.slug}", headers={"x-forwarded-host": "evil.com"})
        assert answer.headers["location"] == "https://dichvucong.gov.vn/"
        assert own.headers["location"] == "http://ward.test/ask"
        stranger = phone.get(f"/q/{ask.slug}", headers={"host": "evil.com"})
        assert stranger.headers.get("location", "http://ward.test/ask") == "http://ward.test/ask"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_other_methods_are_refused(phone: TestClient, session: Session, method: str) -> None:
    link = linked(session)
    phone.get(f"/q/{link.slug}")

    answer = phone.request(method, f"/q/{link.slug}")

    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"


def test_a_retarget_in_this_process_is_seen_at_the_next_scan(phone: TestClient, session: Session) -> None:
    link = linked(session)
    phone.get(f"/q/{link.slug}")

    with transaction() as own:
        link_moves.retarget(own, actor=TERMINAL, link_id=link.id, target_url="https://zalo.me/new")

    assert phone.get(f"/q/{link.slug}").headers["location"] == "https://zalo.me/new"


def test_a_switch_off_in_this_process_is_seen_at_the_next_scan(phone: TestClient, session: Session) -> None:
    link = linked(session)
    phone.get(f"/q/{link.slug}")

    with transaction() as own:
        links.set_active(own, actor=TERMINAL, link_id=link.id, is_active=False)

    assert phone.get(f"/q/{link.slug}").status_code == 410


def test_a_change_made_by_another_process_is_seen_within_a_second(phone: TestClient, session: Session) -> None:
    link = linked(session)
    with time_machine.travel(NOON, tick=False) as time:
        phone.get(f"/q/{link.slug}")
        session.exec(select(ShortLink).where(ShortLink.id == link.id)).one().target_url = "https://zalo.me/new"
        session.commit()

        time.shift(timedelta(seconds=1))

        assert phone.get(f"/q/{link.slug}").headers["location"] == "https://zalo.me/new"


def test_late_in_its_time_a_code_is_answered_at_once_and_looked_up_meanwhile(
    phone: TestClient, session: Session, engine: Engine
) -> None:
    link = linked(session, target_url="https://zalo.me/old")
    with time_machine.travel(NOON, tick=False) as time:
        phone.get(f"/q/{link.slug}")
        with engine.begin() as elsewhere:
            elsewhere.execute(update(ShortLink).where(col(ShortLink.id) == link.id).values(target_url="https://zalo.me/new"))
        time.shift(timedelta(seconds=0.9))

        first = phone.get(f"/q/{link.slug}").headers["location"]
        later = next((to for _ in range(500) if (to := led_to(phone, link)) != first), first)

    assert (first, later) == ("https://zalo.me/old", "https://zalo.me/new")


def test_a_code_ends_at_its_instant_even_while_remembered(phone: TestClient, session: Session) -> None:
    with time_machine.travel(NOON, tick=False) as time:
        link = linked(session, expires_at=clock.now() + timedelta(seconds=0.2))
        first = phone.get(f"/q/{link.slug}")

        time.shift(timedelta(seconds=0.2))

        assert (first.status_code, phone.get(f"/q/{link.slug}").status_code) == (302, 410)


def test_a_remembered_code_is_answered_without_the_database(phone: TestClient, session: Session) -> None:
    link = linked(session)
    with time_machine.travel(NOON, tick=False):
        phone.get(f"/q/{link.slug}")
        statements: list[str] = []
        event.listen(readers(), "before_cursor_execute", lambda *seen: statements.append(seen[2]))

        for _ in range(5):
            phone.get(f"/q/{link.slug}", headers={"user-agent": "curl/8"})

    assert statements == []


def test_a_code_of_an_announcement_leads_to_its_page_which_counts_for_itself(phone: TestClient, session: Session) -> None:
    join = linked(session, purpose=Purpose.JOIN, target_url=None)

    answers = [phone.get(f"/q/{join.slug}") for _ in range(2)]

    assert {answer.headers["location"] for answer in answers} == {f"http://ward.test/j/{join.slug}"}
    assert scanned(session, join) == (0, 0)


def test_whoever_tries_slugs_by_the_hundred_is_asked_to_wait_while_real_codes_go_on_working(session: Session) -> None:
    link = linked(session)
    with (
        time_machine.travel(NOON, tick=False),
        TestClient(app, client=("113.161.0.77", 5000), follow_redirects=False, headers={"user-agent": PHONE}) as script,
    ):
        answers = [script.get(f"/q/{new_id().hex[-9:]}").status_code for _ in range(70)]
        real = script.get(f"/q/{link.slug}").status_code

    assert answers == [404] * 60 + [429] * 10
    assert real == 302


def test_every_answer_that_is_no_redirect_is_small_enough_for_a_slow_phone(session: Session) -> None:
    stopped = linked(
        session, title="Lịch tiêm chủng tháng 9 cho trẻ em dưới năm tuổi", place="Nhà văn hóa Tổ 13", is_active=False
    )
    with (
        time_machine.travel(NOON, tick=False),
        TestClient(app, client=("113.161.0.78", 5000), follow_redirects=False, headers={"user-agent": PHONE}) as script,
    ):
        answers = [script.get(f"/q/{stopped.slug}"), *(script.get(f"/q/{new_id().hex[-9:]}") for _ in range(61))]

    assert {answer.status_code for answer in answers} == {410, 404, 429}
    assert max(len(answer.content) for answer in answers) < LARGEST_PAGE


def test_a_clean_stop_writes_every_scan(engine: Engine, session: Session) -> None:
    link = linked(session)
    with TestClient(app, follow_redirects=False, headers={"user-agent": PHONE}) as client:
        for _ in range(20):
            client.get(f"/q/{link.slug}")

    assert session.exec(select(ShortLink.scans).where(ShortLink.id == link.id)).one() == 20


def test_every_scan_of_a_busy_hour_lands_in_the_hour_it_was_made(phone: TestClient, session: Session) -> None:
    make_unit(session)
    link = linked(session)
    with time_machine.travel(NOON.replace(minute=59), tick=False) as time:
        phone.get(f"/q/{link.slug}")
        time.shift(timedelta(minutes=2))
        phone.get(f"/q/{link.slug}")
        recorder().flush()

    hours = session.exec(select(ScanHour.hour, ScanHour.scans).order_by(col(ScanHour.hour))).all()
    assert hours == [(NOON, 1), (NOON + timedelta(hours=1), 1)]


def test_one_public_address_moves_a_links_figures_only_so_fast_and_a_proxy_of_ours_at_any_speed() -> None:
    link_id = new_id()
    script = {"type": "http", "client": ("113.161.0.9", 1)}
    proxy = {"type": "http", "client": ("127.0.0.1", 1)}

    counts = [may_count(script, link_id, NOON) for _ in range(310)]
    later = [may_count(script, link_id, NOON + timedelta(seconds=2)) for _ in range(5)]

    assert (sum(counts), sum(later)) == (300, 4)
    assert all(may_count(proxy, link_id, NOON) for _ in range(400))


@pytest.mark.parametrize(
    ("host", "key"),
    [
        ("113.161.0.9", "113.161.0.9"),
        ("2001:ee0:1:2:3:4:5:6", "2001:ee0:1:2::"),
        ("::ffff:1.2.3.4", "1.2.3.4"),
        ("socket", "socket"),
    ],
)
def test_an_address_stands_for_one_caller(host: str, key: str) -> None:
    assert address_of({"type": "http", "client": (host, 1)}) == key
    assert address_of({"type": "http", "client": None}) == ""


def test_an_allowance_forgets_everyone_rather_than_grow_without_end() -> None:
    allowance = Allowance(burst=1, per_second=0, most=3)

    assert [allowance.take(n, NOON) for n in (1, 2, 3, 1, 4, 1)] == [True, True, True, False, True, True]
    assert [is_public(host) for host in ("127.0.0.1", "::ffff:192.168.1.4", "8.8.8.8", "x")] == [False, False, True, False]


def test_a_code_whose_target_is_dead_leads_to_the_ward_and_counts(phone: TestClient, session: Session) -> None:
    make_unit(session, name="Phường Bắc Kạn")
    link = linked(
        session, title="Đăng ký khai sinh", place="Một cửa", trouble=LinkTrouble.STATUS, last_status=404, failed_visits=1,
        target_url="https://dichvucong.gov.vn/mat",
    )  # fmt: skip

    answer = phone.get(f"/q/{link.slug}")

    assert answer.status_code == 410
    assert "location" not in answer.headers
    for words in ("Đăng ký khai sinh", "Một cửa", 'href="tel:+842093000000"', 'href="https://dichvucong.gov.vn/mat"'):
        assert words in answer.text
    assert len(answer.content) < LARGEST_PAGE
    assert scanned(session, link) == (1, 1)


def test_where_wards_share_a_house_a_dead_code_names_the_telephone_of_its_own(phone: TestClient, session: Session) -> None:
    make_unit(session, phone="+842093111111")
    home = make_unit(session, parent=make_unit(session, phone="+842093222222"))
    dead = make_link(session, unit_id=home.id, trouble=LinkTrouble.STATUS, last_status=404)
    off = make_link(session, unit_id=home.id, is_active=False)

    answers = [phone.get(f"/q/{link.slug}") for link in (dead, off)]

    assert [(one.status_code, 'href="tel:+842093222222"' in one.text) for one in answers] == [(410, True), (410, True)]


def test_a_dead_code_leads_on_as_soon_as_it_is_moved(phone: TestClient, session: Session) -> None:
    link = linked(session, trouble=LinkTrouble.STATUS, last_status=404, failed_visits=1)
    first = phone.get(f"/q/{link.slug}").status_code
    with transaction() as own:
        link_moves.retarget(own, actor=TERMINAL, link_id=link.id, target_url="https://zalo.me/new")

    answer = phone.get(f"/q/{link.slug}")

    assert (first, answer.status_code, answer.headers["location"]) == (410, 302, "https://zalo.me/new")


def test_a_wards_own_name_is_understood_in_any_case(phone: TestClient, session: Session) -> None:
    name = f"ten-{slug()}"
    linked(session, vanity=name)

    assert phone.get(f"/q/{name.upper()}").status_code == 302
    assert phone.get(f"/q/{name}").status_code == 302
