"""Households on screen: found, opened, added, corrected, gone and back; and kept from those who may not see them."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlmodel import Session, select
from streamlit.testing.v1 import AppTest

from models import AuditEvent, GroupKind, Household, Membership, Need, Proposal, Role, Unit, User
from services import households, rollups
from services.household_values import search_text, values_of
from services.needs import Why
from tests.factories import make_actor, make_group, make_household, make_membership, make_unit, make_user
from tests.pages.conftest import Visit, words

PHONE = "+84912345678"
TAG = "<img src=x onerror=alert(1)>\"'"


@pytest.fixture
def clerk(session: Session, ward: Unit) -> User:
    return make_user(session, unit=ward, role=Role.STAFF)


def settle(session: Session, *, unit: Unit, head_name: str, **overrides: Any) -> Household:
    """A household that a search finds."""
    made = make_household(session, unit=unit, head_name=head_name, **overrides)
    made.search = search_text(made.head_name, made.address, made.code, made.phone)
    session.add(made)
    session.commit()
    return made


def names(at: AppTest) -> list[str]:
    """The names that open a household."""
    return [link.proto.label for link in at.get("page_link") if link.proto.query_string.startswith("id=")]


def fresh(session: Session, household: Household) -> Household:
    session.expire_all()
    found = session.exec(select(Household).where(Household.id == household.id)).one()
    session.commit()  # a reader that stays would hold the page's writes up
    return found


def stays(session: Session) -> list[Membership]:
    session.expire_all()
    found = list(session.exec(select(Membership)))
    session.commit()
    return found


def test_the_hardest_to_reach_stand_first(session: Session, visit: Visit, unit: Unit, clerk: User) -> None:
    inside = settle(session, unit=unit, head_name="Bế Văn An", phone=PHONE)
    make_membership(session, household=inside, group=make_group(session, unit=unit))
    settle(session, unit=unit, head_name="Chu Thị Cúc", phone=PHONE)
    settle(session, unit=unit, head_name="Ma Văn Hùng")
    rollups.refresh(session, unit_ids=[unit.id])
    session.commit()

    at = visit("households", user=clerk)

    assert names(at) == ["Ma Văn Hùng", "Chu Thị Cúc", "Bế Văn An"]
    assert "3 hộ, hộ khó tới đứng trước" in words(at)
    assert "1 / 3 hộ trong nhóm" in words(at)


def test_words_without_marks_find_and_stay_out_of_the_address(session: Session, visit: Visit, unit: Unit, clerk: User) -> None:
    """S53: no name, no number in an address."""
    settle(session, unit=unit, head_name="Hoàng Thị Bưởi")
    settle(session, unit=unit, head_name="Ma Văn Hùng")
    at = visit("households", user=clerk)

    at.text_input(key="find").set_value("hoang thi").run()

    assert names(at) == ["Hoàng Thị Bưởi"]
    assert dict(at.query_params) == {}


def test_a_list_is_narrowed_by_its_address(session: Session, visit: Visit, ward: Unit, unit: Unit, clerk: User) -> None:
    inside = settle(session, unit=unit, head_name="Bế Văn An")
    make_membership(session, household=inside, group=make_group(session, unit=unit))
    settle(session, unit=unit, head_name="Ma Văn Hùng")
    settle(session, unit=make_unit(session, parent=ward, short_name="Tổ 1"), head_name="Chu Thị Cúc")

    at = visit("households", user=clerk, to=unit.code, tt="out")

    assert names(at) == ["Ma Văn Hùng"]


def test_those_without_a_number_and_those_with_a_need_are_picked_out(
    session: Session, visit: Visit, unit: Unit, clerk: User
) -> None:
    settle(session, unit=unit, head_name="Bế Văn An", phone=PHONE, needs=[Need.DISABLED.value])
    settle(session, unit=unit, head_name="Ma Văn Hùng")
    at = visit("households", user=clerk)

    at.toggle(key="so").set_value(True).run()
    assert names(at) == ["Ma Văn Hùng"]

    at.toggle(key="so").set_value(False)
    at.pills(key="hc").set_value([Need.DISABLED.value]).run()
    assert names(at) == []
    at.radio(key="hs_needs_why").set_value(Why.DOOR).run()
    at.button(key="hs_needs_see").click().run()
    assert names(at) == ["Bế Văn An"]
    assert "người khuyết tật" in words(at)


def test_a_long_list_has_pages(session: Session, visit: Visit, unit: Unit, clerk: User) -> None:
    for number in range(27):
        settle(session, unit=unit, head_name=f"Bế Văn {number:02}")

    first, second = visit("households", user=clerk), visit("households", user=clerk, trang="2")

    assert len(names(first)) == 25
    assert names(second) == ["Bế Văn 25", "Bế Văn 26"]


def test_an_address_with_nonsense_shows_the_first_page(session: Session, visit: Visit, unit: Unit, clerk: User) -> None:
    settle(session, unit=unit, head_name="Bế Văn An")

    at = visit("households", user=clerk, trang="-1' OR 1=1", to="không có")

    assert names(at) == ["Bế Văn An"]


def test_a_ward_without_households_is_told_how_to_begin(session: Session, visit: Visit, unit: Unit, clerk: User) -> None:
    assert "Chưa có hộ nào" in words(visit("households", user=clerk))


def test_nothing_found_says_what_to_try(session: Session, visit: Visit, unit: Unit, clerk: User) -> None:
    settle(session, unit=unit, head_name="Bế Văn An")
    at = visit("households", user=clerk)

    at.text_input(key="find").set_value("zzz").run()
    assert "Không có hộ nào khớp" in words(at)

    at.button(key="clear").click().run()

    assert names(at) == ["Bế Văn An"]


def test_filters_without_a_hit_are_cleared_with_one_press(session: Session, visit: Visit, unit: Unit, clerk: User) -> None:
    settle(session, unit=unit, head_name="Bế Văn An", phone=PHONE)
    at = visit("households", user=clerk, tt="in", so="true")
    at.pills(key="hc").set_value([Need.DISABLED.value]).run()
    at.radio(key="hs_needs_why").set_value(Why.DOOR).run()
    at.button(key="hs_needs_see").click().run()
    assert names(at) == []

    at.button(key="clear").click().run()

    assert names(at) == ["Bế Văn An"]
    assert dict(at.query_params) == {}


def test_numbers_are_masked_for_the_ward_and_open_for_the_leader(session: Session, visit: Visit, unit: Unit, clerk: User) -> None:
    """S48."""
    settle(session, unit=unit, head_name="Bế Văn An", phone=PHONE)
    leader = make_user(session, unit=unit, role=Role.LEAD)

    assert "0912 xxx 678" in words(visit("households", user=clerk))
    assert PHONE not in words(visit("households", user=clerk))
    assert f'href="tel:{PHONE}"' in words(visit("households", user=leader))


def test_a_viewer_sees_no_household(session: Session, visit: Visit, ward: Unit, unit: Unit) -> None:
    household = settle(session, unit=unit, head_name="Bế Văn An")
    viewer = make_user(session, unit=ward, role=Role.VIEWER)

    for page in ("households", "household", "new_household"):
        at = visit(page, user=viewer, id=str(household.id))

        assert [error.value for error in at.error] == ["Tài khoản của ông/bà không có quyền xem trang này."]
        assert "Bế Văn An" not in words(at)


def test_the_household_of_another_unit_is_not_found(session: Session, visit: Visit, ward: Unit, unit: Unit) -> None:
    household = settle(session, unit=unit, head_name="Bế Văn An")
    leader = make_user(session, unit=make_unit(session, parent=ward), role=Role.LEAD)

    at = visit("household", user=leader, id=str(household.id))

    assert [error.value for error in at.error] == ["Không tìm thấy hộ này."]
    assert "Bế Văn An" not in words(at)


def test_a_name_never_becomes_a_tag_nor_a_picture(session: Session, visit: Visit, unit: Unit, clerk: User) -> None:
    """S01, S07."""
    household = settle(session, unit=unit, head_name=f"{TAG} ![x](http://evil)", address=TAG)

    for at in (visit("households", user=clerk), visit("household", user=clerk, id=str(household.id))):
        assert "<img" not in words(at)
        assert "&lt;img src=x" in words(at)
        for shown in [*(title.value for title in at.title), *names(at)]:
            assert "<img" not in shown.replace("\\<", "")
            assert "![" not in shown.replace("\\[", "")


def test_a_household_is_added_and_opened(session: Session, visit: Visit, unit: Unit, clerk: User) -> None:
    at = visit("new_household", user=clerk)

    at.text_input(key="n_name").set_value("Hoàng Thị Bưởi")
    at.text_input(key="n_phone").set_value("0912 345 678")
    at.number_input(key="n_people").set_value(3)
    at.button(key="n_add").click().run()

    made = session.exec(select(Household).where(Household.head_name == "Hoàng Thị Bưởi")).one()
    assert (made.unit_id, made.phone, made.people) == (unit.id, PHONE, 3)
    assert [title.value for title in at.title] == ["Hoàng Thị Bưởi"]
    assert [message.value for message in at.success] == [f"Đã thêm hộ Hoàng Thị Bưởi, mã {made.code}."]


@pytest.mark.parametrize(("name", "phone"), [("hoang thi buoi", ""), ("Nông Văn Bé", "0912 345 678")])
def test_a_household_like_one_there_is_shown_first_and_added_only_when_said_to_be_new(
    session: Session, visit: Visit, unit: Unit, clerk: User, name: str, phone: str
) -> None:
    settle(session, unit=unit, head_name="Hoàng Thị Bưởi", phone=PHONE)
    settle(session, unit=unit, head_name="Hoàng Thị Bưởng")
    at = visit("new_household", user=clerk)

    at.text_input(key="n_name").set_value(name)
    at.text_input(key="n_phone").set_value(phone)
    at.button(key="n_add").click().run()

    assert "Có thể hộ này đã có trong sổ" in words(at)
    assert names(at) == ["Hoàng Thị Bưởi"]
    assert len(session.exec(select(Household)).all()) == 2
    session.commit()

    at.button(key="n_still").click().run()

    assert len(session.exec(select(Household)).all()) == 3
    assert [title.value for title in at.title] == [name]


def test_what_was_changed_after_the_warning_is_looked_at_anew(session: Session, visit: Visit, unit: Unit, clerk: User) -> None:
    settle(session, unit=unit, head_name="Hoàng Thị Bưởi")
    at = visit("new_household", user=clerk)
    at.text_input(key="n_name").set_value("Hoàng Thị Bưởi")
    at.button(key="n_add").click().run()

    at.text_input(key="n_name").set_value("Hoàng Thị Bưởng")
    at.button(key="n_add").click().run()

    assert [title.value for title in at.title] == ["Hoàng Thị Bưởng"]


def test_a_refusal_stands_at_its_field_and_keeps_what_was_typed(session: Session, visit: Visit, unit: Unit, clerk: User) -> None:
    at = visit("new_household", user=clerk)

    at.text_input(key="n_name").set_value("Hoàng Thị Bưởi")
    at.text_input(key="n_phone").set_value("12")
    at.button(key="n_add").click().run()

    assert [error.value for error in at.error] == ["“12” không phải số điện thoại. Ví dụ đúng: 0912 345 678."]
    assert (at.text_input(key="n_name").value, at.text_input(key="n_phone").value) == ("Hoàng Thị Bưởi", "12")
    assert session.exec(select(Household)).all() == []


def test_where_there_are_several_units_one_must_be_chosen(
    session: Session, visit: Visit, ward: Unit, unit: Unit, clerk: User
) -> None:
    make_unit(session, parent=ward)
    at = visit("new_household", user=clerk)

    at.text_input(key="n_name").set_value("Hoàng Thị Bưởi")
    at.button(key="n_add").click().run()

    assert [error.value for error in at.error] == ["Xin chọn tổ hoặc thôn của hộ."]


def test_a_number_is_shown_by_a_click_that_is_kept(session: Session, visit: Visit, unit: Unit, clerk: User) -> None:
    """S48, S60."""
    household = settle(session, unit=unit, head_name="Bế Văn An", phone=PHONE)
    at = visit("household", user=clerk, id=str(household.id))
    assert "0912 xxx 678" in words(at)
    assert PHONE not in words(at)

    at.button(key="h_show").click().run()

    assert f'href="tel:{PHONE}"' in words(at)
    assert "xem số điện thoại" in words(at)
    wanted = select(AuditEvent.action).where(AuditEvent.subject_kind == "household")
    assert session.exec(wanted).all() == ["household.phone_seen"]


def test_a_household_is_corrected(session: Session, visit: Visit, unit: Unit, clerk: User) -> None:
    household = settle(session, unit=unit, head_name="Bế Văn An")
    key = household.id.hex
    at = visit("household", user=clerk, id=str(household.id))
    at.radio(key=f"h_needs_{key}_why").set_value(Why.RECORD).run()
    at.button(key=f"h_needs_{key}_see").click().run()
    at.button(key="h_edit").click().run()

    at.text_input(key=f"{key}_name").set_value("Bế Văn Anh")
    at.pills(key=f"{key}_needs").set_value([Need.DOOR])
    at.button(key="h_save").click().run()

    assert fresh(session, household).head_name == "Bế Văn Anh"
    assert fresh(session, household).needs == ["door"]
    assert [title.value for title in at.title] == ["Bế Văn Anh"]
    assert [message.value for message in at.success] == ["Đã ghi."]


def test_a_refused_correction_keeps_what_was_typed(session: Session, visit: Visit, unit: Unit, clerk: User) -> None:
    household = settle(session, unit=unit, head_name="Bế Văn An", people=2)
    key = household.id.hex
    at = visit("household", user=clerk, id=str(household.id))
    at.button(key="h_edit").click().run()

    at.number_input(key=f"{key}_smartphones").set_value(5)
    at.button(key="h_save").click().run()

    assert "từ 0 đến số nhân khẩu" in at.error[0].value
    assert at.number_input(key=f"{key}_smartphones").value == 5
    assert fresh(session, household).smartphones == 0


def test_a_correction_can_be_dropped(session: Session, visit: Visit, unit: Unit, clerk: User) -> None:
    household = settle(session, unit=unit, head_name="Bế Văn An")
    at = visit("household", user=clerk, id=str(household.id))
    at.button(key="h_edit").click().run()

    at.text_input(key=f"{household.id.hex}_name").set_value("Ai Đó")
    at.button(key="h_drop").click().run()

    assert fresh(session, household).head_name == "Bế Văn An"
    assert "h_edited" not in at.session_state


def test_a_household_joins_a_group_and_goes_out_of_it(session: Session, visit: Visit, unit: Unit, clerk: User) -> None:
    household = settle(session, unit=unit, head_name="Bế Văn An")
    make_group(session, unit=unit, name="Bà con Tổ 13")
    at = visit("household", user=clerk, id=str(household.id))

    at.number_input(key=f"{household.id.hex}_in").set_value(2)
    at.button(key="h_join").click().run()

    (stay,) = stays(session)
    assert (stay.people, stay.left_on) == (2, None)
    assert "trong nhóm" in words(at)

    at.button(key=f"out_{stay.id.hex}").click().run()

    assert [stay.left_on is None for stay in stays(session)] == [False]
    assert "Hộ này chưa ở trong nhóm nào." in words(at)


def test_no_second_group_is_chosen_for_a_household_that_is_in_its_own(
    session: Session, visit: Visit, ward: Unit, unit: Unit, clerk: User
) -> None:
    household = settle(session, unit=unit, head_name="Bế Văn An")
    own = make_group(session, unit=unit, name="Bà con Tổ 13")
    make_group(session, unit=ward, name="Hội Phụ nữ", kind=GroupKind.ASSOCIATION)
    at = visit("household", user=clerk, id=str(household.id))
    chosen = f"{household.id.hex}_group"
    assert at.selectbox(key=chosen).value == own.id

    at.button(key="h_join").click().run()
    assert (at.selectbox(key=chosen).value, at.selectbox(key=chosen).options) == (None, ["Hội Phụ nữ"])
    at.button(key="h_join").click().run()

    assert [error.value for error in at.error] == ["Xin chọn nhóm."]
    assert [stay.group_id for stay in stays(session)] == [own.id]


def test_a_group_of_an_association_is_never_chosen_beforehand(
    session: Session, visit: Visit, ward: Unit, unit: Unit, clerk: User
) -> None:
    household = settle(session, unit=unit, head_name="Bế Văn An")
    make_group(session, unit=ward, name="Hội Phụ nữ", kind=GroupKind.ASSOCIATION)

    at = visit("household", user=clerk, id=str(household.id))

    assert at.selectbox(key=f"{household.id.hex}_group").value is None


def test_a_household_moves_away_and_it_can_be_taken_back(session: Session, visit: Visit, unit: Unit, clerk: User) -> None:
    household = settle(session, unit=unit, head_name="Bế Văn An")
    at = visit("household", user=clerk, id=str(household.id))

    at.button(key="h_end").click().run()
    assert fresh(session, household).left_on is not None
    assert "chuyển đi" in words(at)

    at.button(key="back").click().run()
    assert fresh(session, household).left_on is None


def test_a_mangled_address_is_answered_calmly(session: Session, visit: Visit, clerk: User) -> None:
    at = visit("household", user=clerk, id="' OR 1=1 --")

    assert [error.value for error in at.error] == ["Địa chỉ này không dẫn tới đâu. Xin mở lại từ danh sách."]


# Over time


def test_needs_are_folded_away_until_someone_says_what_for(session: Session, visit: Visit, unit: Unit, clerk: User) -> None:
    household = settle(session, unit=unit, head_name="Bế Văn An", needs=[Need.DISABLED.value])
    at = visit("household", user=clerk, id=str(household.id))
    assert "người khuyết tật" not in words(at)

    at.radio(key=f"h_needs_{household.id.hex}_why").set_value(Why.RELIEF).run()
    at.button(key=f"h_needs_{household.id.hex}_see").click().run()

    assert "người khuyết tật" in words(at)
    assert "xem nhu cầu hỗ trợ" in words(at)
    assert "người khuyết tật" not in words(visit("households", user=clerk))


def test_a_household_moves_to_another_unit_and_back(session: Session, visit: Visit, ward: Unit, unit: Unit, clerk: User) -> None:
    household = settle(session, unit=unit, head_name="Bế Văn An")
    new = make_unit(session, parent=ward, short_name="Tổ 2")
    make_membership(session, household=household, group=make_group(session, unit=unit, name="Bà con Tổ 13"))
    old_id, new_id = unit.id, new.id
    at = visit("household", user=clerk, id=str(household.id))
    assert "ra khỏi nhóm: Bà con Tổ 13" in words(at)

    at.selectbox(key=f"{household.id.hex}_to").set_value(new_id)
    at.button(key="h_move_ok").click().run()

    assert fresh(session, household).unit_id == new_id
    assert "chuyển tới Tổ 2" in words(at)

    at.button(key="h_undo").click().run()

    assert fresh(session, household).unit_id == old_id
    assert [stay.left_on for stay in stays(session)] == [None]


def test_a_day_before_shows_how_it_was(session: Session, visit: Visit, unit: Unit, clerk: User) -> None:
    household = settle(session, unit=unit, head_name="Bế Văn An", people=4)
    key = household.id.hex
    at = visit("household", user=clerk, id=str(household.id))
    at.text_input(key=f"{key}_cf_name").set_value("Bế Thị Hoa")
    at.number_input(key=f"{key}_cf_people").set_value(3)
    at.button(key="h_from_ok").click().run()
    assert fresh(session, household).head_name == "Bế Thị Hoa"

    at.date_input(key=f"{key}_then").set_value(date(2024, 5, 1)).run()

    assert "Bế Văn An" in words(at)


def test_what_another_wrote_meanwhile_is_told_and_not_written_over(
    session: Session, visit: Visit, ward: Unit, unit: Unit, clerk: User
) -> None:
    household = settle(session, unit=unit, head_name="Bế Văn An", people=4)
    key = household.id.hex
    at = visit("household", user=clerk, id=str(household.id))
    at.button(key="h_edit").click().run()
    other = make_actor(session, unit=ward, display_name="Chu Thị Cúc")
    values = replace(values_of(fresh(session, household)), address="Số 9")
    households.change(session, actor=other, household_id=household.id, values=values)
    session.commit()

    at.number_input(key=f"{key}_people").set_value(5)
    at.button(key="h_save").click().run()

    assert "Chu Thị Cúc sửa hộ (địa chỉ)" in at.error[0].value
    assert (fresh(session, household).people, fresh(session, household).address) == (4, "Số 9")


def test_a_household_is_split_and_merged_again(session: Session, visit: Visit, unit: Unit, clerk: User) -> None:
    household = settle(session, unit=unit, head_name="Bế Văn An", people=4)
    key = household.id.hex
    at = visit("household", user=clerk, id=str(household.id))
    at.text_input(key=f"{key}_sp_name").set_value("Bế Văn Con")
    at.number_input(key=f"{key}_sp_people").set_value(1)
    at.button(key="h_split_ok").click().run()
    made = session.exec(select(Household).where(Household.head_name == "Bế Văn Con")).one()
    session.commit()
    assert (made.people, fresh(session, household).people) == (1, 3)

    at.text_input(key=f"{key}_mg_words").set_value("con").run()

    assert at.selectbox(key=f"{key}_mg_into").options == [f"Bế Văn Con, {made.code}"]


def test_a_leader_proposes_and_the_ward_takes_it_over(session: Session, visit: Visit, unit: Unit, clerk: User) -> None:
    leader = make_user(session, unit=unit, role=Role.LEAD)
    at = visit("new_household", user=leader)
    at.text_input(key="n_name").set_value("Ma Văn Hùng")
    at.button(key="n_add").click().run()
    assert [message.value for message in at.success] == ["Đã đề nghị phường thêm hộ Ma Văn Hùng."]
    assert session.exec(select(Household)).all() == []
    proposal = session.exec(select(Proposal)).one()
    session.commit()

    at = visit("proposals", user=clerk)
    assert "1 đề nghị đang chờ" in words(at)
    at.checkbox(key=f"p_on_{proposal.id.hex}").set_value(True).run()
    at.button(key="p_accept").click().run()
    assert [one.head_name for one in session.exec(select(Household))] == ["Ma Văn Hùng"]
    session.commit()

    at.button(key="p_undo").click().run()
    assert "1 đề nghị đang chờ" in words(at)


def test_a_leader_reads_why_a_proposal_was_declined(session: Session, visit: Visit, unit: Unit, clerk: User) -> None:
    household = settle(session, unit=unit, head_name="Bế Văn An")
    leader = make_user(session, unit=unit, role=Role.LEAD)
    at = visit("household", user=leader, id=str(household.id))
    at.button(key="h_end").click().run()
    assert fresh(session, household).left_on is None
    proposal = session.exec(select(Proposal)).one()
    session.commit()

    at = visit("proposals", user=clerk)
    at.text_input(key=f"p_why_{proposal.id.hex}").set_value("Hộ chỉ đi vắng.")
    at.button(key=f"p_decline_{proposal.id.hex}").click().run()

    assert "Hộ chỉ đi vắng." in words(visit("proposals", user=leader))
