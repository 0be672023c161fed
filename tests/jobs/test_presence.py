"""A working process says that it is there, and that it is gone."""

import threading

from sqlalchemy import Engine

from core.db import reading
from jobs.presence import Presence
from models import Worker
from services import workers


def seen() -> list[str]:
    with reading() as session:
        return [one.name for one in workers.at_work(session)]


def wait_for(names: list[str]) -> None:
    pause = threading.Event()
    for _ in range(400):
        if seen() == names:
            return
        pause.wait(0.02)
    raise AssertionError(seen())


def test_a_process_is_there_until_it_stops(engine: Engine) -> None:
    presence = Presence("ward-7")

    presence.start()
    wait_for(["ward-7"])
    presence.stop()

    assert seen() == []


def test_a_database_that_is_away_breaks_nothing(engine: Engine) -> None:
    table = Worker.metadata.tables["worker"]
    table.drop(engine)
    presence = Presence("ward-7")

    presence.start()
    presence.stop()

    table.create(engine)
    assert seen() == []
