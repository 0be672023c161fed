"""A copy of a backup that does not arrive is told where an admin looks, and to nobody else."""

from typing import Any

import pytest
from sqlmodel import Session

from adapters.stores import FolderStore
from core import clock
from core.settings import settings
from models import BackupCopy, Role, Unit, User
from services import ports
from services.ports import Ports
from tests.factories import make_user
from tests.fakes import FakeEngine, Nothing
from tests.pages.conftest import Visit, words


@pytest.fixture
def place(promises: FakeEngine) -> str:
    store = FolderStore(settings().data_dir / "elsewhere")
    nothing: Any = Nothing()
    ports.provide(Ports(sheets=nothing, paper=nothing, codes=nothing, engine=promises, tables=nothing, stores=(store,)))
    return store.place


def test_it_stands_on_today_and_on_the_status_page(
    visit: Visit, session: Session, ward: Unit, official: User, place: str
) -> None:
    admin = make_user(session, unit=ward, role=Role.ADMIN)
    session.add(BackupCopy(place=place, failures=2, tried_at=clock.now(), message="Ổ đĩa đầy."))
    session.commit()

    for screen in ("today", "status"):
        seen = words(visit(screen, user=admin))
        assert f"Bản sao lưu chưa tới {place}" in seen
        assert "Ổ đĩa đầy." in seen
    assert "Bản sao lưu" not in words(visit("today", user=official))


def test_one_that_arrived_is_a_quiet_line(visit: Visit, session: Session, ward: Unit, place: str) -> None:
    admin = make_user(session, unit=ward, role=Role.ADMIN)
    session.add(BackupCopy(place=place, file="caunoi-2026-01-05.backup", copied_at=clock.now()))
    session.commit()

    assert f"Bản sao lưu caunoi-2026-01-05.backup đã ở {place}" in words(visit("status", user=admin))
    assert "Bản sao lưu" not in words(visit("today", user=admin))
