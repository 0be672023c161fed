"""`/api/v1/figures`: by token, in JSON and CSV, with a version; never a count of a handful of households."""

import csv
import io
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlmodel import Session, select
from starlette.testclient import TestClient
from time_machine import Traveller

from core.errors import Invalid, NotAllowed
from models import ApiToken, Role
from services import api_tokens, rollups
from services.access import TERMINAL
from tests.factories import NOON, make_actor, make_household, make_unit
from tests.services.five import Five, announce, settle
from web.public import app

FROM_TO = "from=2026-11-04&to=2026-11-05"


@pytest.fixture
def five(session: Session, clock: Traveller) -> Five:
    five = settle(session)
    announce(session, five)
    return five


@pytest.fixture
def caller(session: Session, five: Five) -> Iterator[TestClient]:
    """Another system with a token of the ward."""
    _, token = api_tokens.make(session, actor=TERMINAL, name="tỉnh", scope="figures:read", unit_id=five.ward.id)
    session.commit()
    with TestClient(app, base_url="http://ward.test", headers={"Authorization": f"Bearer {token}"}) as client:
        yield client


def test_a_series_in_json(caller: TestClient) -> None:
    answer = caller.get(f"/api/v1/figures/coverage?{FROM_TO}")

    assert answer.status_code == 200
    told = answer.json()
    assert told["figure"]["name"] == "coverage"
    assert "bao nhiêu hộ" in told["figure"]["definition"]
    assert [(row["day"], row["value"], row["numerator"], row["denominator"]) for row in told["rows"]] == [
        ("2026-11-04", 0.6, 3, 5), ("2026-11-05", 0.8, 4, 5),
    ]  # fmt: skip
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "Authorization" in answer.headers["vary"]


@pytest.mark.parametrize("way", [".csv?", "?format=csv&"])
def test_the_same_in_csv(caller: TestClient, way: str) -> None:
    answer = caller.get(f"/api/v1/figures/coverage{way}{FROM_TO}")

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["day"], row["value"]) for row in rows] == [("2026-11-04", "0.6"), ("2026-11-05", "0.8")]


def test_who_has_it_already_is_told_so(caller: TestClient, session: Session, five: Five) -> None:
    tag = caller.get("/api/v1/figures/households?step=month").headers["etag"]

    for held in (f'W/{tag}, "x"', "*"):
        again = caller.get("/api/v1/figures/households?step=month", headers={"If-None-Match": held})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)

    make_household(session, unit=five.one, arrived_on=NOON.date())
    rollups.refresh(session, unit_ids=[five.one.id])
    session.commit()
    assert caller.get("/api/v1/figures/households?step=month", headers={"If-None-Match": tag}).status_code == 200


def test_places_below_hide_what_says_something_of_persons(caller: TestClient) -> None:
    rows = caller.get("/api/v1/figures/coverage?by=below&step=whole").json()["rows"]

    assert [(row["unit_code"], row["value"], row["numerator"], row["is_hidden"]) for row in rows] == [
        ("01843-1", None, None, True), ("01843-2", None, None, True),
    ]  # fmt: skip


def test_a_month_in_weeks_begins_on_mondays(caller: TestClient) -> None:
    rows = caller.get("/api/v1/figures/entered?from=2026-11-01&to=2026-11-20&step=week").json()["rows"]

    assert [(row["from"], row["day"], row["value"]) for row in rows] == [
        ("2026-11-01", "2026-11-01", 0), ("2026-11-02", "2026-11-08", 1), ("2026-11-09", "2026-11-15", 0),
        ("2026-11-16", "2026-11-20", 0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/api/v1/figures/luck", 404, "luck"),
        ("/api/v1/figures/coverage?unit=99999", 404, "99999"),
        ("/api/v1/figures/coverage?from=24/11/2026", 422, "2026-11-24"),
        ("/api/v1/figures/coverage?to=2027-01-01", 422, "chưa tới"),
        ("/api/v1/figures/coverage?step=hour", 422, "day, week, month, whole"),
        ("/api/v1/figures/coverage?from=2026-11-20&to=2026-11-01", 422, "đứng trước"),
        ("/api/v1/figures/coverage?from=1900-01-01", 422, "20000"),
    ],
)
def test_what_cannot_be_answered_is_one_sentence(caller: TestClient, path: str, status: int, words: str) -> None:
    answer = caller.get(path)

    assert answer.status_code == status
    assert words in answer.json()["error"].replace(".", "") or words in answer.json()["error"]


def test_without_a_token_nothing_opens(caller: TestClient) -> None:
    for said in ("", "Bearer", "Bearer wrong", "Basic dTpw"):
        answer = caller.get("/api/v1/figures/coverage", headers={"Authorization": said})

        assert answer.status_code == 401, said
        assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_token_ends_by_its_day_and_by_hand(caller: TestClient, session: Session, clock: Traveller) -> None:
    clock.move_to(NOON + timedelta(days=364))
    assert caller.get("/api/v1/figures/households").status_code == 200

    clock.move_to(NOON + timedelta(days=365))
    assert caller.get("/api/v1/figures/households").status_code == 401

    clock.move_to(NOON)
    api_tokens.revoke(session, actor=TERMINAL, name="tỉnh")
    session.commit()
    assert caller.get("/api/v1/figures/households").status_code == 401


def test_only_the_hash_of_a_token_is_kept_and_its_use_noted(caller: TestClient, session: Session) -> None:
    words = caller.headers["authorization"].removeprefix("Bearer ")

    caller.get("/api/v1/figures/households")

    session.expire_all()
    kept = session.exec(select(ApiToken)).one()
    assert words not in str(kept.model_dump())
    assert kept.last_used_at == NOON


def test_what_each_figure_is_needs_no_token_and_follows_the_language(caller: TestClient) -> None:
    answer = caller.get("/api/v1/figures", headers={"Authorization": "", "Accept-Language": "en"})

    told = {one["name"]: one for one in answer.json()["figures"]}
    assert answer.headers["content-language"] == "en"
    assert told["coverage"]["unit"] == "share"
    assert told["coverage"]["label"] != "Hộ trong nhóm"


def test_the_description_names_every_figure_and_every_column(caller: TestClient) -> None:
    told = caller.get("/api/v1/openapi.json").json()

    assert told["openapi"].startswith("3.1")
    one = told["paths"]["/api/v1/figures/{name}"]["get"]
    assert "coverage" in one["parameters"][0]["schema"]["enum"]
    row = caller.get("/api/v1/figures/coverage").json()["rows"][0]
    assert set(row) == set(told["components"]["schemas"]["Row"]["required"])


def test_only_reading_is_allowed(caller: TestClient) -> None:
    assert caller.post("/api/v1/figures/coverage").status_code == 405
    assert caller.head(f"/api/v1/figures/coverage?{FROM_TO}").status_code == 200


def test_a_token_is_made_by_an_admin_with_a_name_and_an_end(session: Session, five: Five) -> None:
    official = make_actor(session, unit=five.ward, role=Role.OFFICIAL)
    other = make_actor(session, unit=make_unit(session), role=Role.ADMIN)

    with pytest.raises(NotAllowed):
        api_tokens.make(session, actor=official, name="x", scope="figures:read", unit_id=five.ward.id)
    for wrong in ({"name": " "}, {"scope": "all"}, {"days": 0}, {"days": 800}):
        given = {"name": "x", "scope": "figures:read", "days": 10} | wrong
        with pytest.raises(Invalid):
            api_tokens.make(session, actor=TERMINAL, unit_id=five.ward.id, **given)  # type: ignore[arg-type]
    api_tokens.make(session, actor=TERMINAL, name="x", scope="figures:read", unit_id=five.ward.id)
    with pytest.raises(Invalid, match="tên khác"):
        api_tokens.make(session, actor=TERMINAL, name="x", scope="figures:read", unit_id=five.ward.id)
    assert api_tokens.listing(session, actor=other) == []
