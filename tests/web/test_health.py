from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient
from time_machine import Traveller

from core import db
from core.settings import settings
from models import AnnouncementStatus, Batch, Channel, DeliveryStatus, Model
from services import workers
from tests.factories import NOON, make_account, make_announcement, make_delivery, make_unit
from tests.web.day import Day, phone
from web import health
from web.metrics import Measured
from web.routes import routes


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> dict[str, bool]:
    """What the process watches besides the database, by name: a test sets whether it is ready."""
    states: dict[str, bool] = {"engine": True}
    monkeypatch.setattr(health, "_watched", {})
    health.watch("engine", lambda: states["engine"])
    return states


def near() -> TestClient:
    """A monitor on this machine, in front of a measured house."""
    app = Starlette(routes=routes, middleware=[Middleware(Measured)])
    return TestClient(app, base_url="http://ward.test", client=("127.0.0.1", 40000), follow_redirects=False)


def numbers() -> dict[str, float]:
    lines = near().get("/metrics").text.splitlines()
    return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in lines if not line.startswith("#")}


def test_alive_says_so_without_asking_anything() -> None:
    answer = phone().get("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert answer.headers["cache-control"] == "no-store"


def test_ready_means_database_and_engine(engine: Engine, watched: dict[str, bool]) -> None:
    answer = phone().get("/readyz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "database": "ok", "engine": "ok"})


def test_an_engine_that_is_down_is_named(engine: Engine, watched: dict[str, bool]) -> None:
    watched["engine"] = False

    answer = phone().get("/readyz")

    assert answer.status_code == 503
    assert answer.json() == {"status": "unavailable", "database": "ok", "engine": "down"}


def test_a_database_without_our_tables_is_not_ready(engine: Engine, watched: dict[str, bool]) -> None:
    Model.metadata.drop_all(engine)

    answer = phone().get("/readyz")

    assert (answer.status_code, answer.json()["database"]) == (503, "down")


def test_a_database_that_cannot_be_opened_is_not_ready(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CAUNOI_DATABASE_URL", f"sqlite:///{tmp_path}")  # a folder
    settings.cache_clear()
    db.readers.cache_clear()

    answer = phone().get("/readyz")

    db.readers.cache_clear()
    assert (answer.status_code, answer.json()["database"]) == (503, "down")


def test_relays_are_counted_by_how_they_stand(day: Day, clock: Traveller) -> None:
    waiting = numbers()
    clock.shift(timedelta(hours=2))
    overdue = numbers()
    phone().post(day.relay_page, data={"do": "posted"})
    posted = numbers()

    states = ("waiting", "overdue", "posted")
    assert [[seen[f'caunoi_relays{{state="{state}"}}'] for state in states] for seen in (waiting, overdue, posted)] == [
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
    ]


def test_relays_of_a_withdrawn_announcement_are_nobodys_work(day: Day, session: Session) -> None:
    day.announcement.status = AnnouncementStatus.CANCELLED
    session.add(day.announcement)
    session.commit()

    seen = numbers()

    assert {seen[f'caunoi_relays{{state="{state}"}}'] for state in ("waiting", "overdue", "posted")} == {0}


def test_requests_are_counted_by_route_and_never_by_address(day: Day) -> None:
    name = 'caunoi_http_requests_total{method="GET",route="/r",status="200"}'
    before = numbers().get(name, 0)

    near().get(day.relay_page, headers={"user-agent": "Mozilla/5.0 Firefox/130.0"})

    after = numbers()
    assert after[name] == before + 1
    assert not [key for key in after if day.relay.token in key]
    assert any(key.startswith('caunoi_http_request_seconds_bucket{le="0.05",route="/r"') for key in after)


def test_numbers_are_for_the_machines_own_network_only(engine: Engine) -> None:
    app = Starlette(routes=routes)

    seen = {
        host: TestClient(app, client=(host, 4)).get("/metrics", headers={"x-forwarded-for": "127.0.0.1"}).status_code
        for host in ("127.0.0.1", "192.168.1.9", "::1", "203.1.113.7", "nowhere")
    }

    assert seen == {"127.0.0.1": 200, "192.168.1.9": 200, "::1": 200, "203.1.113.7": 404, "nowhere": 404}


def test_numbers_are_shown_even_while_the_database_is_down(engine: Engine) -> None:
    Model.metadata.drop_all(engine)

    seen = numbers()

    assert not [name for name in seen if name.startswith("caunoi_relays{")]


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_monitors_may_only_look(engine: Engine, path: str) -> None:
    assert near().post(path).status_code == 405
    assert near().head(path).status_code == 200


def test_the_sending_is_counted_by_channel_and_state(session: Session, clock: Traveller) -> None:
    ward = make_unit(session, code="01843")
    item = make_announcement(session, unit=ward, status=AnnouncementStatus.SENT, sent_at=NOON)
    batch = Batch(announcement_id=item.id, channel=Channel.SMS, ward_id=ward.id, size=3)
    session.add(batch)
    session.flush()
    for status in (DeliveryStatus.QUEUED, DeliveryStatus.QUEUED, DeliveryStatus.UNKNOWN, DeliveryStatus.SENT):
        make_delivery(
            session, unit=ward, announcement=item, channel=Channel.SMS, status=status, batch_id=batch.id,
            created_at=NOON - timedelta(seconds=90), sent_at=NOON if status is DeliveryStatus.SENT else None,
        )  # fmt: skip
    make_account(session, unit=ward, channel=Channel.SMS, quota_left=7, failures=11, open_until=NOON + timedelta(minutes=1))
    workers.here(session, name="ward-0", host="pc", pid=1, started_at=NOON)
    session.commit()

    seen = numbers()

    wanted = {
        'caunoi_deliveries{channel="sms",state="waiting"}': 2,
        'caunoi_deliveries{channel="sms",state="unknown"}': 1,
        'caunoi_delivery_oldest_seconds{channel="sms"}': 90,
        'caunoi_deliveries_per_second{channel="sms"}': 1 / 300,
        'caunoi_account_state{channel="sms",state="resting",unit="01843"}': 1,
        'caunoi_account_failures{channel="sms",unit="01843"}': 11,
        'caunoi_account_quota_left{channel="sms",unit="01843"}': 7,
        'caunoi_workers{state="working"}': 1,
        'caunoi_workers{state="silent"}': 0,
        'caunoi_worker_batches{worker="ward-0"}': 0,
        'caunoi_worker_silent_seconds{worker="ward-0"}': 0,
        "caunoi_webhook_events_waiting": 0,
    }
    assert {name: seen.get(name) for name in wanted} == pytest.approx(wanted)
    told = near().get("/metrics").text
    assert [secret for secret in ("84912345678", item.title, item.body, str(item.id), ward.name) if secret in told] == []


def test_what_is_over_is_no_longer_counted(session: Session, clock: Traveller) -> None:
    before = [name for name in numbers() if name.startswith("caunoi_deliveries{")]

    assert before == []
