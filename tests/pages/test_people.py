from typing import Any

from sqlmodel import Session, select

from core.db import transaction
from models import Role, Unit, UnitKind, User
from services import accounts, gazetteer
from services.access import actor_of
from services.passwords import is_right
from tests.factories import make_unit, make_user
from tests.pages.conftest import Visit, words
from ui.accounts import SEARCHED_FROM


def make_admin(session: Session, **overrides: Any) -> User:
    return make_user(session, unit=make_unit(session, name="Phường Bắc Kạn"), role=Role.ADMIN, **overrides)


def test_an_admin_sees_the_accounts_of_the_ward(session: Session, visit: Visit) -> None:
    admin = make_admin(session, display_name="Nguyễn Văn An")
    make_user(session, unit=make_unit(session), display_name="Người Nơi Khác")

    at = visit("people", user=admin)

    assert "Nguyễn Văn An" in words(at)
    assert "Người Nơi Khác" not in words(at)


def test_the_list_is_narrowed_by_its_address(session: Session, visit: Visit) -> None:
    admin = make_admin(session, display_name="Nguyễn Văn An")
    make_user(session, unit=session.get_one(Unit, admin.unit_id), role=Role.LEAD, display_name="Trần Thị Liên")

    at = visit("people", user=admin, vai=Role.LEAD.value)

    assert "Trần Thị Liên" in words(at)
    assert "person?id=" in words(at)
    assert "Nguyễn Văn An</a>" not in words(at)


def test_filters_without_a_hit_are_cleared_with_one_press(session: Session, visit: Visit) -> None:
    admin = make_admin(session, display_name="Bế Văn An")
    at = visit("people", user=admin, vai="tổ trưởng")
    at.text_input(key="find").set_value("zzz").run()
    assert "Không tìm thấy ai" in words(at)

    at.button(key="clear").click().run()

    assert "Bế Văn An" in words(at)
    assert at.selectbox(key="vai").value is None


def test_others_are_told_that_it_is_not_for_them(session: Session, visit: Visit) -> None:
    official = make_user(session, unit=make_unit(session), role=Role.OFFICIAL)

    for page in ("people", "person", "new_person"):
        at = visit(page, user=official)

        assert [error.value for error in at.error] == ["Tài khoản của ông/bà không có quyền xem trang này."]


def test_a_new_person_gets_a_password_that_is_shown_once(session: Session, visit: Visit) -> None:
    admin = make_admin(session)
    group = make_unit(session, parent=session.get_one(Unit, admin.unit_id), kind=UnitKind.RESIDENTIAL)
    at = visit("new_person", user=admin)

    at.text_input(key="display_name").set_value("Trần Thị Liên")
    at.text_input(key="username").set_value("lien.tran")
    at.selectbox(key="unit_lead").set_value(group.id)
    at.button(key="create").click().run()

    made = session.exec(select(User).where(User.username == "lien.tran")).one()
    assert [title.value for title in at.title] == ["Trần Thị Liên"]
    assert [message.value for message in at.success] == ["Đã thêm Trần Thị Liên."]
    shown = words(at).split('<code class="cn-secret">')[1].split("</code>")[0]
    assert is_right(shown, made.password_hash)
    assert "cn-secret" not in words(visit("person", user=admin, id=str(made.id)))


def test_a_leader_belongs_to_a_group_not_to_the_whole_ward(session: Session, visit: Visit) -> None:
    admin = make_admin(session)
    ward = session.get_one(Unit, admin.unit_id)
    make_unit(session, parent=ward, kind=UnitKind.RESIDENTIAL, name="Tổ dân phố 13")
    at = visit("new_person", user=admin)

    at.text_input(key="username").set_value("lien.tran")
    at.button(key="create").click().run()

    assert at.selectbox(key="unit_lead").options == ["Tổ dân phố 13"]
    assert [error.value for error in at.error] == [accounts.WHY_RESIDENTIAL]
    assert session.exec(select(User).where(User.username == "lien.tran")).first() is None

    at.selectbox(key="role").set_value(Role.STAFF).run()

    assert at.selectbox(key="unit_staff").value == ward.id


def a_province(session: Session) -> User:
    """The admin of a province with Bắc Kạn, its group 13 of the former Sông Cầu, and many other places."""
    province = make_unit(session, kind=UnitKind.PROVINCE, code="19", name="Tỉnh Thái Nguyên")
    ward = make_unit(
        session, parent=province, kind=UnitKind.COMMUNE, code="01843", name="Phường Bắc Kạn", valid_from=gazetteer.REFORM
    )
    for area in ("Xuất Hóa", "Sông Cầu"):
        make_unit(session, parent=ward, short_name=f"Tổ 13, {area}", area=area)
    for number in range(SEARCHED_FROM):
        make_unit(session, parent=province, kind=UnitKind.COMMUNE, name=f"Xã Thử {number}")
    return make_user(session, unit=province, role=Role.ADMIN)


def test_an_old_name_finds_the_ward_where_a_person_is_to_work(session: Session, visit: Visit) -> None:
    at = visit("new_person", user=a_province(session))
    at.selectbox(key="role").set_value(Role.STAFF).run()

    at.text_input(key="unit_words").set_value("song cau").run()

    box = at.selectbox(key="unit_staff3")
    assert box.options == ["Phường Bắc Kạn, trước là Phường Sông Cầu", "Tổ 13, Sông Cầu", "Tổ 13, Xuất Hóa"]
    box.select_index(0)
    at.text_input(key="display_name").set_value("Trần Thị Liên")
    at.text_input(key="username").set_value("lien.tran")
    at.button(key="create").click().run()
    made = session.exec(select(User).where(User.username == "lien.tran")).one()
    assert session.get_one(Unit, made.unit_id).name == "Phường Bắc Kạn"


def test_words_that_find_nothing_leave_all_to_choose_from(session: Session, visit: Visit) -> None:
    at = visit("new_person", user=a_province(session))
    at.selectbox(key="role").set_value(Role.STAFF).run()

    at.text_input(key="unit_words").set_value("không đâu có").run()

    assert "Không có đơn vị nào như thế" in words(at)
    assert len(at.selectbox(key="unit_staff").options) == SEARCHED_FROM + 4


def test_a_leader_without_a_telephone_is_pointed_out(session: Session, visit: Visit) -> None:
    admin = make_admin(session)
    leader = make_user(session, unit=session.get_one(Unit, admin.unit_id), role=Role.LEAD, phone=None)

    assert "Chưa có số điện thoại" in words(visit("person", user=admin, id=str(leader.id)))


def test_a_refusal_keeps_what_was_typed(session: Session, visit: Visit) -> None:
    admin = make_admin(session, username="an")
    at = visit("new_person", user=admin)

    at.text_input(key="display_name").set_value("Trần Thị Liên")
    at.text_input(key="username").set_value("an")
    at.selectbox(key="role").set_value(Role.STAFF).run()
    at.button(key="create").click().run()

    assert [error.value for error in at.error] == ["Tên đăng nhập an đã có người dùng. Xin chọn tên khác."]
    assert at.text_input(key="display_name").value == "Trần Thị Liên"


def test_closing_an_account_ends_what_its_owner_is_looking_at(session: Session, visit: Visit) -> None:
    """`st.session_state` still holds the visit; the database does not (ASVS 7.4.1)."""
    ward = make_unit(session)
    admin, other = (make_user(session, unit=ward, role=Role.ADMIN) for _ in range(2))
    theirs = visit("account", user=other)
    assert [title.value for title in theirs.title] == [other.display_name]

    with transaction() as writing:
        accounts.deactivate(writing, actor=actor_of(session, admin), user_id=other.id)
    theirs.run()

    assert [title.value for title in theirs.title] == ["Đăng nhập"]


def test_an_account_is_closed_and_opened_again(session: Session, visit: Visit) -> None:
    admin = make_admin(session)
    person = make_user(session, unit=session.get_one(Unit, admin.unit_id))
    at = visit("person", user=admin, id=str(person.id))

    at.button(key="close").click().run()
    session.refresh(person)
    assert not person.is_active
    session.commit()

    at.button(key="open").click().run()
    session.refresh(person)
    assert person.is_active


def test_the_last_admin_stays(session: Session, visit: Visit) -> None:
    admin = make_admin(session)
    at = visit("person", user=admin, id=str(admin.id))

    at.button(key="close").click().run()

    assert "quản trị viên cuối cùng" in at.error[0].value


def test_someone_elses_account_is_not_found(session: Session, visit: Visit) -> None:
    stranger = make_user(session, unit=make_unit(session))
    admin = make_admin(session)

    at = visit("person", user=admin, id=str(stranger.id))

    assert [error.value for error in at.error] == ["Không tìm thấy tài khoản này."]
    assert [title.value for title in at.title] == ["Không mở được trang này"]


def test_a_mangled_address_is_answered_calmly(session: Session, visit: Visit) -> None:
    at = visit("person", user=make_admin(session), id="' OR 1=1 --")

    assert [error.value for error in at.error] == ["Địa chỉ này không dẫn tới đâu. Xin mở lại từ danh sách."]


def test_a_name_never_becomes_a_tag(session: Session, visit: Visit) -> None:
    admin = make_admin(session, display_name="<img src=x onerror=alert(1)>\"'")

    at = visit("people", user=admin)

    assert "<img" not in words(at)
    assert "&lt;img src=x onerror=alert(1)&gt;&#34;&#39;" in words(at)
