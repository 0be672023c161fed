"""Codes moved together and taken back, made by the hundred, and named once."""

from typing import Any

import pytest
from sqlmodel import Session, select

from core.errors import Invalid, NotAllowed, NotFound
from core.tokens import ALPHABET
from models import LinkMove, Purpose, Role, ShortLink, Unit
from services import link_making, link_moves, link_slugs, links
from services.access import Actor
from services.ports import Sheet
from tests.factories import make_actor, make_link, make_procedure, make_unit

OLD, NEW = "https://dichvucong.gov.vn/old", "https://dichvucong.gov.vn/new"


def hung(session: Session, ward: Unit, many: int = 3, **fields: Any) -> list[ShortLink]:
    return [make_link(session, unit_id=ward.id, **{"target_url": OLD, **fields}) for _ in range(many)]


def test_many_codes_move_as_one_and_go_back_as_one(session: Session, ward: Unit, writer: Actor) -> None:
    codes = hung(session, ward)

    act = link_moves.retarget_many(session, actor=writer, link_ids=[one.id for one in codes], target_url=NEW)
    moved = [one.target_url for one in codes]
    went = link_moves.undo(session, actor=writer, act_id=act)

    assert moved == [NEW] * 3
    assert went == 3
    assert [one.target_url for one in codes] == [OLD] * 3


def test_one_code_that_may_not_move_holds_all_back(session: Session, ward: Unit, writer: Actor) -> None:
    foreign = make_link(session, unit_id=make_unit(session).id, target_url=OLD)

    with pytest.raises(NotFound):
        link_moves.retarget_many(session, actor=writer, link_ids=[hung(session, ward, 1)[0].id, foreign.id], target_url=NEW)


def test_what_was_moved_on_since_stays_where_it_is(session: Session, ward: Unit, writer: Actor) -> None:
    first, second = hung(session, ward, 2)
    act = link_moves.retarget_many(session, actor=writer, link_ids=[first.id, second.id], target_url=NEW)
    link_moves.retarget(session, actor=writer, link_id=second.id, target_url="https://zalo.me/x")

    went = link_moves.undo(session, actor=writer, act_id=act)

    assert (went, first.target_url, second.target_url) == (1, OLD, "https://zalo.me/x")


def test_an_act_is_taken_back_once_and_its_way_back_is_no_act_to_take_back(session: Session, ward: Unit, writer: Actor) -> None:
    act = link_moves.retarget_many(session, actor=writer, link_ids=[one.id for one in hung(session, ward)], target_url=NEW)
    link_moves.undo(session, actor=writer, act_id=act)

    with pytest.raises(Invalid, match="đã được quay lại"):
        link_moves.undo(session, actor=writer, act_id=act)
    assert [one.is_undone for one in link_moves.acts(session, actor=writer)] == [True, True]


def test_the_history_says_who_moved_what_and_how_many(session: Session, ward: Unit, writer: Actor) -> None:
    codes = hung(session, ward)
    link_moves.retarget_many(session, actor=writer, link_ids=[one.id for one in codes], target_url=NEW)

    [act] = link_moves.acts(session, actor=writer, link_id=codes[0].id)

    assert (act.former_url, act.target_url, act.moved_by, act.is_undone) == (OLD, NEW, writer.display_name, False)
    assert [one.codes for one in link_moves.acts(session, actor=writer)] == [3]
    assert link_moves.acts(session, actor=make_actor(session, unit=make_unit(session))) == []


@pytest.mark.parametrize("role", [Role.LEAD, Role.VIEWER])
def test_others_may_not_move_nor_take_back(session: Session, ward: Unit, role: Role) -> None:
    actor, code = make_actor(session, unit=ward, role=role), hung(session, ward, 1)[0]

    with pytest.raises(NotAllowed):
        link_moves.retarget_many(session, actor=actor, link_ids=[code.id], target_url=NEW)
    with pytest.raises(NotAllowed):
        link_moves.undo(session, actor=actor, act_id=code.id)
    with pytest.raises(NotAllowed):
        link_making.set_name(session, actor=actor, link_id=code.id, name="khai-sinh")


@pytest.mark.parametrize(
    "target", ["javascript:alert(1)", "http://dichvucong.gov.vn/", "https://10.0.0.1/", "/p/../admin", "/p/x"]
)
def test_a_target_that_may_not_be_is_refused_for_many_as_for_one(
    session: Session, ward: Unit, writer: Actor, target: str
) -> None:
    codes = hung(session, ward)

    with pytest.raises(Invalid):
        link_moves.retarget_many(session, actor=writer, link_ids=[one.id for one in codes], target_url=target)

    assert session.exec(select(LinkMove)).all() == []


def test_targets_are_listed_by_how_many_codes_lead_there(session: Session, ward: Unit, writer: Actor) -> None:
    hung(session, ward, 2)
    hung(session, ward, 1, target_url=NEW)
    hung(session, ward, 1, target_url=NEW, is_active=False)
    hung(session, make_unit(session), 5)

    assert [(one.url, one.codes) for one in link_moves.targets(session, actor=writer)] == [(OLD, 2), (NEW, 1)]


# ---- making many


def test_each_group_gets_a_code_for_each_procedure_once(session: Session, ward: Unit, writer: Actor) -> None:
    homes = [make_unit(session, parent=ward, short_name=f"Tổ {n}") for n in (1, 2)]
    shelf = [make_procedure(session, unit=ward, code=f"1.00000{n}", name=f"Việc {n}") for n in (1, 2, 3)]
    wanted: dict[str, Any] = {"unit_ids": [one.id for one in homes], "procedure_ids": [one.id for one in shelf]}

    plan = link_making.planned(session, actor=writer, batch="Đợt 1", **wanted)
    made = link_making.for_each(session, actor=writer, batch="Đợt 1", **wanted)
    again = link_making.for_each(session, actor=writer, batch="Đợt 1", **wanted)
    other = link_making.for_each(session, actor=writer, batch="Đợt 2", **wanted)

    assert [(unit.label, procedure.name) for unit, procedure in plan.pairs] == [(one.place, one.title) for one in made.made]
    assert (len(made.made), len(again.made), again.were_there, len(other.made)) == (6, 0, 6, 6)
    first = made.made[0]
    assert (first.title, first.place, first.batch, first.purpose) == ("Việc 1", "Tổ 1", "Đợt 1", Purpose.PROCEDURE)
    assert links.target_of(first) == "http://ward.test/p/1.000001"
    slugs = [one.slug for one in made.made]
    assert len(set(slugs)) == 6
    assert all(set(slug) <= set(ALPHABET) for slug in slugs)


def test_nothing_chosen_or_too_much_is_refused(session: Session, ward: Unit, writer: Actor) -> None:
    with pytest.raises(Invalid, match="ít nhất"):
        link_making.for_each(session, actor=writer, unit_ids=[], procedure_ids=[])


def test_a_list_makes_a_code_a_row_and_names_the_wrong_ones(session: Session, ward: Unit, writer: Actor) -> None:
    home = make_unit(session, parent=ward, short_name="Tổ 5")
    make_procedure(session, unit=ward, code="1.004194", name="Đăng ký tạm trú")
    rows: list[list[Any]] = [
        ["DANH SÁCH MÃ"], ["Tên", "Nơi treo", "Mã thủ tục", "Đường dẫn", "Đơn vị"],
        ["", "Nhà văn hóa Tổ 5", "1.004194", "", home.code], ["Cổng", "Bảng tin", "", "dichvucong.gov.vn", ""],
        ["Xấu", "Chợ", "", "javascript:alert(1)", ""], ["Không có", "Chợ", "1.999999", "", ""], ["", "", "", "", ""],
    ]  # fmt: skip

    made = link_making.from_sheet(session, actor=writer, sheet=Sheet("", rows), batch="Đợt 3")

    assert [(one.title, one.place, one.unit_id, one.batch) for one in made.made] == [
        ("Đăng ký tạm trú", "Nhà văn hóa Tổ 5", home.id, "Đợt 3"), ("Cổng", "Bảng tin", ward.id, "Đợt 3"),
    ]  # fmt: skip
    assert [one.row for one in made.rejected] == [5, 6]


def test_a_list_without_a_place_is_refused(session: Session, writer: Actor) -> None:
    with pytest.raises(Invalid, match="nơi treo"):
        link_making.from_sheet(session, actor=writer, sheet=Sheet("", [["Họ tên", "Điện thoại"]]))


# ---- names


def test_a_name_is_set_once_works_in_any_case_and_the_slug_beside_it(session: Session, ward: Unit, writer: Actor) -> None:
    code = hung(session, ward, 1)[0]

    link_making.set_name(session, actor=writer, link_id=code.id, name=" Khai-Sinh ")

    for typed in ("khai-sinh", "KHAI-SINH", "Khai-Sinh.", code.slug.upper()):
        found = link_slugs.find_slug(session, typed=typed)
        assert found is not None
        assert found.id == code.id
    assert links.public_url(code) == "http://ward.test/q/khai-sinh"
    with pytest.raises(Invalid, match="đã có tên riêng"):
        link_making.set_name(session, actor=writer, link_id=code.id, name="khac")


@pytest.mark.parametrize("name", ["", "ab", "-ab", "ab-", "a--b", "khai sinh", "khai_sinh", "khài", "x" * 41, "../a"])
def test_a_name_that_nobody_could_type_is_refused(session: Session, ward: Unit, writer: Actor, name: str) -> None:
    with pytest.raises(Invalid, match="Tên riêng gồm"):
        link_making.set_name(session, actor=writer, link_id=hung(session, ward, 1)[0].id, name=name)


def test_a_name_that_is_taken_is_refused_also_if_it_is_a_slug(session: Session, ward: Unit, writer: Actor) -> None:
    first, second = hung(session, ward, 2)
    link_making.set_name(session, actor=writer, link_id=first.id, name="khai-sinh")

    for name in ("khai-sinh", first.slug):
        with pytest.raises(Invalid, match="đã dùng"):
            link_making.set_name(session, actor=writer, link_id=second.id, name=name)


def test_a_procedures_code_leads_to_its_page_and_may_be_moved_to_the_portal_and_back(
    session: Session, ward: Unit, writer: Actor
) -> None:
    one = make_procedure(session, unit=ward, code="1.004194", name="Đăng ký tạm trú")
    code = links.create(session, actor=writer, purpose=Purpose.PROCEDURE, procedure_id=one.id)
    at_home = links.resolve(session, slug=code.slug)

    link_moves.retarget(session, actor=writer, link_id=code.id, target_url=NEW)
    away = links.resolve(session, slug=code.slug)
    link_moves.undo_retarget(session, actor=writer, link_id=code.id)

    assert at_home is not None
    assert away is not None
    assert (code.title, at_home.url, away.url) == ("Đăng ký tạm trú", "http://ward.test/p/1.004194", NEW)
    assert links.target_of(code) == "http://ward.test/p/1.004194"
