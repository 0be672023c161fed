"""What time ends, and what it does not take: idle and absolute ends, drafts, the screen on the wall. S44."""

from datetime import timedelta

from sqlmodel import Session, select
from time_machine import Traveller

from models import KeptForm, User
from services import kept_forms, sessions
from services.access import Actor
from tests.pages.conftest import Visit, visit, words  # noqa: F401  # a fixture
from tests.security.conftest import come_in

WRITTEN = "Sáng mai mời bà con tới nhà văn hóa."


def test_s44_half_an_hour_untouched_ends_it_and_what_was_typed_comes_back(
    session: Session,
    visit: Visit,  # noqa: F811
    an: User,
    clock: Traveller,
) -> None:
    at = visit("new_inquiry", user=an)
    clock.shift(timedelta(minutes=31))
    at.text_area(key="ask_text").set_value(WRITTEN)
    at.button(key="ask_save").click().run()
    assert [title.value for title in at.title] == ["Đăng nhập"]
    assert at.query_params == {"next": "/new_inquiry", "again": "kept"}
    assert "Những gì đang viết vẫn giữ" in words(at)
    kept = session.exec(select(KeptForm)).one()
    assert WRITTEN not in kept.sealed
    session.commit()

    at = visit("new_inquiry", user=an)

    assert at.text_area(key="ask_text").value == WRITTEN
    assert "vẫn còn đây" in words(at)
    assert "vẫn còn đây" not in words(visit("new_inquiry", user=an))


def test_s44_a_stranger_leaves_nothing(session: Session, visit: Visit, an: User, clock: Traveller) -> None:  # noqa: F811
    assert an
    at = visit("account", cookies={sessions.cookie_name(): "made up"})

    assert at.query_params == {"next": "/account"}
    assert session.exec(select(KeptForm)).all() == []
    assert clock


def test_s44_what_is_kept_is_for_one_person_a_day(session: Session, an: User, actor: Actor, clock: Traveller) -> None:
    assert kept_forms.keep(session, user_id=an.id, page="/compose", values={"c_body": WRITTEN})
    assert not kept_forms.keep(session, user_id=an.id, page="/compose", values={"c_body": "x" * 70_000})

    clock.shift(timedelta(hours=25))

    assert kept_forms.take(session, actor=actor, page="/compose") == {}


def test_s44_a_wall_nobody_touches_goes_on_until_the_whole_life_ends(session: Session, an: User, clock: Traveller) -> None:
    token = come_in(session, an)
    clock.shift(timedelta(hours=11, minutes=59))
    assert sessions.session_actor(session, token=token) is None
    assert sessions.session_actor(session, token=token, idle=sessions.WHOLE_LIFE) is not None

    clock.shift(timedelta(minutes=2))

    assert sessions.session_actor(session, token=token, idle=sessions.WHOLE_LIFE) is None
