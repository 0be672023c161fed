from sqlmodel import Session, select

from models import Role, User
from models import Session as Browser
from services.passwords import hash_password, is_right
from tests.factories import make_unit, make_user
from tests.pages.conftest import Visit

WORD = "song cau qua cau"


def make_an(session: Session, **overrides: object) -> User:
    fields = {"username": "an", "display_name": "Nguyễn Văn An", "password_hash": hash_password(WORD)} | overrides
    return make_user(session, unit=make_unit(session), role=Role.STAFF, **fields)


def test_a_one_time_password_must_be_changed_before_anything_else(session: Session, visit: Visit) -> None:
    at = visit("account", user=make_an(session, must_change_password=True))

    assert [title.value for title in at.title] == ["Đặt mật khẩu của ông/bà"]
    assert at.query_params == {"next": "/account"}


def test_the_own_password_opens_the_house(session: Session, visit: Visit) -> None:
    user = make_an(session, must_change_password=True)
    at = visit("new_password", user=user, next="//evil.example/")

    at.text_input(key="new").set_value("cầu bắc qua sông")
    at.text_input(key="again").set_value("cầu bắc qua sông")
    at.button(key="set").click().run()

    session.refresh(user)
    assert is_right("cầu bắc qua sông", user.password_hash)
    assert not user.must_change_password
    assert [html.proto.body.split('"')[1] for html in at.get("html") if 'data-go="' in html.proto.body] == ["/"]


def test_two_different_entries_change_nothing(session: Session, visit: Visit) -> None:
    user = make_an(session, must_change_password=True)
    at = visit("new_password", user=user)

    at.text_input(key="new").set_value("cầu bắc qua sông")
    at.text_input(key="again").set_value("cầu bắc qua suối")
    at.button(key="set").click().run()

    assert [error.value for error in at.error] == ["Hai lần nhập không giống nhau."]
    session.refresh(user)
    assert user.must_change_password


def test_a_weak_password_is_refused_with_the_way_to_a_better_one(session: Session, visit: Visit) -> None:
    at = visit("new_password", user=make_an(session, must_change_password=True))

    at.text_input(key="new").set_value("matkhau123")
    at.text_input(key="again").set_value("matkhau123")
    at.button(key="set").click().run()

    assert "nhiều người dùng" in at.error[0].value


def test_changing_the_password_ends_the_other_browsers(session: Session, visit: Visit) -> None:
    user = make_an(session)
    elsewhere = visit("account", user=user)
    at = visit("account", user=user)

    at.text_input(key="current").set_value(WORD)
    at.text_input(key="new").set_value("cầu bắc qua sông")
    at.text_input(key="again").set_value("cầu bắc qua sông")
    at.button(key="change").click().run()

    assert [message.value for message in at.success] == ["Đã đổi mật khẩu. Các thiết bị khác đã được đăng xuất."]
    assert len(session.exec(select(Browser).where(Browser.ended_at == None)).all()) == 1  # noqa: E711  # SQL's IS NULL
    assert elsewhere.title[0].value == "Nguyễn Văn An"


def test_a_wrong_current_password_changes_nothing(session: Session, visit: Visit) -> None:
    user = make_an(session)
    at = visit("account", user=user)

    at.text_input(key="current").set_value("not the word")
    at.text_input(key="new").set_value("cầu bắc qua sông")
    at.text_input(key="again").set_value("cầu bắc qua sông")
    at.button(key="change").click().run()

    assert "không đúng" in at.error[0].value
    session.refresh(user)
    assert is_right(WORD, user.password_hash)


def test_the_language_is_kept_with_the_account(session: Session, visit: Visit) -> None:
    user = make_an(session)
    at = visit("account", user=user)

    at.selectbox(key="language_choice").set_value("ja").run()

    session.refresh(user)
    assert user.language == "ja"
    assert at.session_state["language"] == "ja"


def test_another_browser_of_mine_can_be_signed_out(session: Session, visit: Visit) -> None:
    user = make_an(session)
    visit("account", user=user)
    at = visit("account", user=user)

    at.button[-2].click().run()

    assert [message.value for message in at.success] == ["Đã đăng xuất thiết bị đó."]
    assert len(session.exec(select(Browser).where(Browser.ended_at == None)).all()) == 1  # noqa: E711  # SQL's IS NULL


def test_all_other_browsers_of_mine_can_be_signed_out(session: Session, visit: Visit) -> None:
    user = make_an(session)
    for _ in range(2):
        visit("account", user=user)
    at = visit("account", user=user)

    at.button(key="end_others").click().run()

    assert [message.value for message in at.success] == ["Đã đăng xuất mọi thiết bị khác."]
    assert len(session.exec(select(Browser).where(Browser.ended_at == None)).all()) == 1  # noqa: E711  # SQL's IS NULL
