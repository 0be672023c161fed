"""deliveries and settle, as contracts/cli.md says."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session
from typer.testing import CliRunner

from adapters import chooser
from core import clock
from models import Announcement, AnnouncementStatus, Channel, DeliveryStatus, Role, Trouble
from services import ports
from terminal import deliveries
from terminal.habits import app
from tests.factories import make_announcement, make_delivery, make_unit, make_user

Run = Callable[..., Any]
assert deliveries


@pytest.fixture
def run(session: Session, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command with `--json`; its document, or the error when it is refused."""
    here = ports.ports()
    monkeypatch.setattr(chooser, "live", lambda: here)

    def run(*words: str, code: int = 0) -> Any:
        session.commit()
        result = CliRunner().invoke(app, [*words, "--json"])
        assert result.exit_code == code, result.output + result.stderr
        return json.loads(result.stdout)

    return run


@pytest.fixture
def item(session: Session) -> Announcement:
    ward = make_unit(session, code="01843")
    make_user(session, unit=ward, role=Role.OFFICIAL, username="tu")
    make_user(session, unit=ward, role=Role.STAFF, username="mai")
    now = clock.now()
    item = make_announcement(
        session, unit=ward, status=AnnouncementStatus.SENT, sent_at=now, expires_at=now + timedelta(days=1)
    )  # fmt: skip
    make_delivery(session, unit=ward, announcement=item, cost=300, attempts=1, updated_at=now)
    make_delivery(
        session, unit=ward, announcement=item, status=DeliveryStatus.UNKNOWN, provider_message_id=None,
        error="Nhà mạng báo không tới được máy này.", trouble=Trouble.UNKNOWN, channel=Channel.SMS,
    )  # fmt: skip
    return item


def test_the_ledger_is_a_row_a_delivery(run: Run, item: Announcement, session: Session) -> None:
    rows = run("deliveries", str(item.id))

    assert [list(row) for row in rows] == [
        ["channel", "recipient", "status", "attempts", "provider_message_id", "cost", "error", "updated_at"]
    ] * 2
    by_channel = {row["channel"]: row for row in rows}
    assert by_channel["zns"]["updated_at"].endswith("+07:00")
    assert (by_channel["zns"]["status"], by_channel["zns"]["cost"], by_channel["zns"]["error"]) == ("sent", 300, None)
    assert (by_channel["sms"]["status"], by_channel["sms"]["provider_message_id"]) == ("unknown", None)
    assert by_channel["sms"]["error"] == "Nhà mạng báo không tới được máy này."


def test_only_those_that_stand_so(run: Run, item: Announcement) -> None:
    assert [row["channel"] for row in run("deliveries", str(item.id), "--status", "unknown")] == ["sms"]


def test_a_person_settles_what_nobody_knows(run: Run, item: Announcement) -> None:
    settled = [run("settle", str(item.id), "--as", "failed", "--by", "tu") for _ in range(2)]

    assert settled == [{"settled": 1}, {"settled": 0}]
    assert sorted(row["status"] for row in run("deliveries", str(item.id))) == ["rejected", "sent"]


def test_who_may_not_is_told_so(run: Run, item: Announcement) -> None:
    assert "quyền" in run("settle", str(item.id), "--as", "sent", "--by", "mai", code=1)["error"]
    assert "nobody" in run("settle", str(item.id), "--as", "sent", "--by", "nobody", code=1)["error"]
    assert "Không tìm thấy" in run("deliveries", "abc", code=1)["error"]


def test_another_word_is_a_wrong_command_line(item: Announcement) -> None:
    assert CliRunner().invoke(app, ["settle", str(item.id), "--as", "maybe", "--by", "tu"]).exit_code == 2
