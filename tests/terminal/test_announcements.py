"""An announcement by terminal alone, from the ward's list to the board; and every answer as the contract says."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine
from sqlmodel import Session, select
from typer.testing import CliRunner

from core.db import transaction
from core.i18n import translate
from core.settings import ROOT, settings
from jobs import engine as durable
from models import Announcement, Batch, Channel, Household, Membership, Model, Relay, Role, Unit
from services import audit, batches, relays
from services.access import TERMINAL
from services.chunks import Held
from terminal.habits import app
from tests import turns
from tests.factories import NOON, make_account, make_group, make_household, make_membership, make_unit, make_user

Run = Callable[..., Any]


@pytest.fixture
def run(session: Session) -> Run:
    """Run a command with `--json`; its document, or the error when it is refused."""
    runner = CliRunner()
    config = Config(str(ROOT / "alembic.ini"))
    config.set_main_option("script_location", str(ROOT / "migrations"))
    command.stamp(config, "head")
    durable.prepare()

    def run(*words: str, code: int = 0) -> Any:
        session.commit()
        result = runner.invoke(app, [*words, "--json"])
        assert result.exit_code == code, result.output + result.stderr
        return json.loads(result.stdout)

    return run


@pytest.fixture
def ward(session: Session, tmp_path: Path) -> Unit:
    """A ward with one group of two households, one of them in the chat, an author and an approver; a text to send."""
    ward = make_unit(session, code="01843")
    place = make_unit(session, parent=ward, code="01843-SC13")
    leader = make_user(session, unit=place, role=Role.LEAD, username="to13", display_name="Hà Thị Minh")
    group = make_group(session, unit=place, leader_id=leader.id, name="Bà con Tổ 13")
    make_membership(session, household=make_household(session, unit=place), group=group)
    make_household(session, unit=place)
    make_user(session, unit=ward, role=Role.STAFF, username="mai")
    make_user(session, unit=ward, role=Role.OFFICIAL, username="tu")
    (tmp_path / "body.txt").write_text("Sáng mai, tại Trạm Y tế.\n", encoding="utf-8")
    return ward


def words(tmp_path: Path, *more: str) -> list[str]:
    return [
        "announce",
        "--title",
        "Khám",
        "--body-file",
        str(tmp_path / "body.txt"),
        "--units",
        "01843",
        "--author",
        "mai",
        *more,
    ]


def test_approved_by_terminal_at_night_nothing_rings_before_the_morning(
    run: Run, ward: Unit, session: Session, tmp_path: Path
) -> None:
    make_account(session, unit=ward, channel=Channel.SMS, price=500)
    make_household(session, unit=session.exec(select(Unit).where(Unit.code == "01843-SC13")).one(), phone="+84912345678")
    with time_machine.travel(NOON + timedelta(hours=10), tick=False):  # 22 giờ
        answer = run(*words(tmp_path, "--approver", "tu"))
        batch = session.exec(select(Batch)).one()
        hold = batches.claim(session, batch_id=batch.id, attempt=1, owner="a:1", lease=timedelta(seconds=15))
        assert hold
        held = turns.turn(session, hold, settled=(), usual_rate=50.0, dedupes=False)

    assert answer["status"] == "sent"
    assert held == Held(NOON + timedelta(hours=18))  # 6 giờ
    due = session.exec(select(Relay.due_at)).one()
    assert due
    assert due >= NOON + timedelta(hours=19)  # 7 giờ


def test_a_dry_run_prints_the_plan_and_writes_nothing(run: Run, ward: Unit, tmp_path: Path) -> None:
    answer = run(*words(tmp_path, "--dry-run"))

    assert answer["plan"] == {
        "households": 2, "paths": {"relay": 1, "zalo_oa": 0, "zns": 0, "sms": 0, "door": 1}, "cost": 0, "unreachable": 0,
    }  # fmt: skip
    assert answer["deliveries"] == 0


def test_a_dry_run_counts_by_the_accounts_and_the_urgency_it_would_go_by(
    run: Run, ward: Unit, session: Session, tmp_path: Path
) -> None:
    for household in session.exec(select(Household)).all():
        household.phone = "+84912345678" if session.exec(
            select(Membership).where(Membership.household_id == household.id)
        ).first() else "+84912345679"  # fmt: skip
        session.add(household)
    make_account(session, unit=ward, channel=Channel.ZNS, price=300)

    usual = run(*words(tmp_path, "--dry-run"))["plan"]
    pressing = run(*words(tmp_path, "--dry-run", "--urgency", "emergency"))["plan"]
    by_hand = run(*words(tmp_path, "--dry-run", "--channel", "relay"))["plan"]

    assert usual == {
        "households": 2, "paths": {"relay": 1, "zalo_oa": 0, "zns": 1, "sms": 0, "door": 0}, "cost": 300, "unreachable": 0,
    }  # fmt: skip
    assert (pressing["paths"], pressing["cost"]) == (usual["paths"], 600)
    assert (by_hand["paths"]["door"], by_hand["cost"]) == (1, 0)
    assert session.exec(select(Announcement)).all() == []


def test_a_dry_run_says_what_an_account_would_refuse(run: Run, ward: Unit, session: Session, tmp_path: Path) -> None:
    make_account(session, unit=ward, channel=Channel.ZNS, price=250, settings={"blanks": "noi_dung=tin:5"})
    make_household(session, unit=session.exec(select(Unit).where(Unit.code == "01843-SC13")).one(), phone="+84912345678")

    answer = run(*words(tmp_path, "--dry-run"))

    [refused] = answer["refused"]
    assert (refused["channel"], refused["households"]) == ("zns", 1)
    assert "dài hơn chỗ trống" in refused["message"]


def test_a_dry_run_for_people_is_a_table(run: Run, ward: Unit, session: Session, tmp_path: Path) -> None:
    session.commit()

    said = CliRunner().invoke(app, words(tmp_path, "--dry-run")).stdout

    lines = {line.split()[0]: line.split()[1:] for line in said.splitlines() if line.strip()}
    assert lines["path"] == ["households", "also", "messages"]
    assert (lines["relay"], lines["door"], lines["unreachable:"]) == (["1", "0", "0"], ["1", "0", "0"], ["0"])
    assert "Bà con Tổ 13" in said


def test_every_row_of_the_ledger_is_a_delivery(run: Run, ward: Unit, session: Session, tmp_path: Path) -> None:
    for number, household in enumerate(session.exec(select(Household)).all()):
        household.phone = f"+8491234567{number}"
        session.add(household)
    make_account(session, unit=ward, channel=Channel.SMS, price=400)

    sent = run(*words(tmp_path, "--approver", "tu", "--urgency", "emergency"))

    assert (sent["status"], sent["deliveries"], sent["plan"]["cost"]) == ("sent", 3, 800)


def test_without_an_approver_it_stays_a_draft(run: Run, ward: Unit, tmp_path: Path) -> None:
    answer = run(*words(tmp_path))

    assert (answer["status"], answer["deliveries"]) == ("draft", 0)
    assert answer["slug"]


def test_with_an_approver_it_is_sent_posted_and_seen(run: Run, ward: Unit, session: Session, tmp_path: Path) -> None:
    sent = run(*words(tmp_path, "--approver", "tu", "--must-reach-by", "2099-01-01T10:00"))
    [relay] = run("relays", sent["id"])
    with transaction() as writing:
        relays.post(writing, token=relay["url"].rsplit("/", 1)[1])
    status = run("status", sent["id"])

    assert (sent["status"], sent["deliveries"]) == ("sent", 1)
    assert relay["url"].startswith("http://ward.test/r/")
    assert (relay["leader"], relay["posted_at"]) == ("Hà Thị Minh", None)
    assert status["relays"] == {"waiting": 0, "posted": 1, "overdue": 0}
    assert status["deliveries"]["sent"] == 1
    assert status["reach"] == {"households": 2, "known": 0, "share": 0.0, "time_to_half_s": None}
    assert [(g["group"], g["opens"], g["households"], g["known"]) for g in status["groups"]] == [("Bà con Tổ 13", 0, 1, 0)]
    assert status["groups"][0]["posted_at"].endswith("+07:00")


def test_cancelling_says_what_was_stopped(run: Run, ward: Unit, tmp_path: Path) -> None:
    sent = run(*words(tmp_path, "--approver", "tu"))

    assert run("cancel", sent["id"], "--by", "tu") == {"cancelled": 1, "already_sent": 0}
    assert run("status", sent["id"])["status"] == "cancelled"


def test_the_author_cannot_approve(run: Run, ward: Unit, session: Session, tmp_path: Path) -> None:
    answer = run(*[word if word != "mai" else "tu" for word in words(tmp_path, "--approver", "tu")], code=1)

    assert "không tự duyệt" in answer["error"]
    assert session.exec(select(Relay)).all() == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (["--units", "nowhere"], "nowhere"),
        (["--author", "nobody"], "nobody"),
        (["--body-file", "missing.txt"], "missing.txt"),
        (["--must-reach-by", "tomorrow"], "tomorrow"),
        (["--must-reach-by", "2001-01-01"], "Hạn"),
        (["--title", " "], "Tiêu đề"),
    ],
)
def test_what_cannot_be_gets_one_sentence(run: Run, ward: Unit, tmp_path: Path, change: list[str], says: str) -> None:
    assert says in run(*words(tmp_path), *change, code=1)["error"]


def test_an_id_that_is_none_is_not_found(run: Run, ward: Unit) -> None:
    assert "Không tìm thấy" in run("status", "abc", code=1)["error"]


def test_a_wrong_command_line_exits_with_two() -> None:
    assert CliRunner().invoke(app, ["announce", "--json"]).exit_code == 2


def test_an_absent_database_is_said(engine: object) -> None:

    Model.metadata.drop_all(engine)  # type: ignore[arg-type]
    result = CliRunner().invoke(app, ["relays", "x", "--json"])

    assert result.exit_code == 1
    assert "manage.py migrate" in json.loads(result.stdout)["error"]


def test_doctor_looks_at_everything_and_says_what_to_do(run: Run) -> None:
    found = {check["check"]: check for check in run("doctor")}

    assert {"database", "migrations", "engine", "fonts", "channels", "clock", "disk", "public_url"} <= set(found)
    assert found["migrations"]["state"] == "ok"
    assert found["public_url"]["state"] == "warn"


def test_doctor_counts_admins_and_names_who_lacks_a_second_factor(
    session: Session, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_user(session, unit=make_unit(session), role=Role.ADMIN, username="mot")
    monkeypatch.setenv("CAUNOI_SECOND_FACTOR", "required")
    monkeypatch.setenv("CAUNOI_OIDC_ISSUER", "https://id.province.test")
    settings.cache_clear()

    found = {check["check"]: check for check in run("doctor")}

    assert (found["admins"]["state"], found["second_factor"]["state"], found["oidc"]["state"]) == ("warn", "warn", "fail")
    assert "mot" in found["second_factor"]["message"]
    assert "CAUNOI_OIDC_CLIENT_SECRET" in found["oidc"]["message"]

    make_user(session, unit=make_unit(session), role=Role.ADMIN, username="hai")
    session.commit()
    assert {check["check"]: check["state"] for check in run("doctor")}["admins"] == "ok"


def test_doctor_warns_of_a_clock_that_is_earlier_than_the_newest_audit_row(session: Session, run: Run) -> None:
    with time_machine.travel(NOON, tick=False) as time:
        audit.record(session, actor=TERMINAL, action="test")
        at_once = {check["check"]: check for check in run("doctor")}["clock"]
        time.shift(timedelta(seconds=-1))
        set_back = {check["check"]: check for check in run("doctor")}["clock"]

    assert at_once["state"] == "ok"
    assert set_back["state"] == "warn"
    assert "chậm hơn dòng nhật ký mới nhất" in set_back["message"]


def test_doctor_misses_the_engines_tables_and_says_how_to_make_them(engine: Engine) -> None:
    config = Config(str(ROOT / "alembic.ini"))
    config.set_main_option("script_location", str(ROOT / "migrations"))
    command.stamp(config, "head")

    result = CliRunner().invoke(app, ["doctor", "--json"])

    found = {check["check"]: check for check in json.loads(result.stdout)}
    assert (found["migrations"]["state"], found["engine"]["state"]) == ("ok", "fail")
    assert "manage.py migrate" in found["engine"]["message"]


def test_doctor_finds_an_absent_database_and_has_no_quarrel_with_the_clock(engine: Engine) -> None:
    Model.metadata.drop_all(engine)

    result = CliRunner().invoke(app, ["doctor", "--json"])

    found = {check["check"]: check for check in json.loads(result.stdout)}
    assert (found["migrations"]["state"], found["clock"]["state"]) == ("fail", "ok")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "vi",
            "còn ",
        ),
        ("en", " MB left"),
        ("ja", "空き "),
    ],
)
def test_doctor_speaks_the_language_of_the_house(run: Run, monkeypatch: pytest.MonkeyPatch, language: str, words: str) -> None:
    monkeypatch.setenv("CAUNOI_LANGUAGE", language)
    settings.cache_clear()

    found = {check["check"]: check["message"] for check in run("doctor")}

    assert words in found["disk"]
    assert translate("đủ, đi kèm bản cài", language=language) == found["fonts"]


def test_settings_that_cannot_be_get_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAUNOI_TIMEZONE", "Mars/Olympus")
    settings.cache_clear()

    result = CliRunner().invoke(app, ["doctor", "--json"])

    assert result.exit_code == 1
    assert "CAUNOI_TIMEZONE" in json.loads(result.stdout)["error"]
