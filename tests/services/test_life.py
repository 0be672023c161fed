"""The life that the demonstration, tests and benches share: what is decided of it before it happens."""

from datetime import timedelta
from random import Random

from core import clock
from models import AsksFor, Urgency
from services.demo.life import FORGOTTEN, Life, Nature, News, own_hours
from tests.factories import NOON

DAYS = timedelta(days=3)


def lived(
    groups: int = 1, *, urgency: Urgency = Urgency.URGENT, asks_for: AsksFor = AsksFor.CONFIRMATION, **more: object
) -> Life:
    dice = Random(7)  # noqa: S311 - made to repeat, guards nothing
    natures = [
        Nature(pace=20, interest=0.9, dead=0.1, hours=own_hours(dice, 40), outside=2) for _ in range(groups)
    ]  # fmt: skip
    return Life(News(Urgency.URGENT, asks_for, NOON, NOON + DAYS), natures, dice, **more)  # type: ignore[arg-type]


def test_nobody_opens_before_the_post_and_nobody_answers_before_opening() -> None:
    life = lived(30)

    posted = {event.group: event.at for event in life.events if event.what == "post"}
    opened = {(event.group, event.home): event.at for event in life.events if event.what == "open"}
    answered = {(event.group, event.home): event.at for event in life.events if event.what == "answer"}
    assert opened
    assert all(posted[group] < at for (group, _), at in opened.items())
    assert answered.keys() < opened.keys()
    assert all(opened[home] < at for home, at in answered.items())


def test_now_and_then_a_leader_forgets_it_and_then_nobody_of_the_group_reads() -> None:
    life = lived(400)

    silent = set(range(400)) - {event.group for event in life.events if event.what == "post"}
    assert 0 < len(silent) < 400 * FORGOTTEN * 3
    assert silent.isdisjoint(event.group for event in life.events if event.what in ("open", "answer"))


def test_a_dead_phone_and_a_home_without_interest_never_open() -> None:
    life = lived(30)

    homes = {(event.group, event.home) for event in life.events if event.what == "open"}
    assert 0.55 < len(homes) / (30 * 40) < 0.9


def test_nobody_posts_or_reads_in_the_small_hours() -> None:
    hours = [clock.local(event.at).hour for event in lived(60).events if event.what in ("post", "open")]

    assert sum(hour < 5 for hour in hours) < len(hours) / 200


def test_posts_that_are_known_beforehand_stand_as_they_are_known() -> None:
    noon_and_a_bit = NOON + timedelta(minutes=7)

    life = lived(2, posts={0: noon_and_a_bit, 1: None})

    assert [(event.at, event.group) for event in life.events if event.what == "post"] == [(noon_and_a_bit, 0)]


def test_where_nothing_is_asked_nobody_answers() -> None:
    events = lived(5, asks_for=AsksFor.NOTHING).events

    assert {event.what for event in events} == {"post", "open", "knock"}
