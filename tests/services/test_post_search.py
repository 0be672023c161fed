"""Where a person may be given a role is found by any name the place has or had."""

import pytest
from sqlmodel import Session

from core.errors import NotAllowed
from models import Role, Unit, UnitKind
from services import gazetteer, post_search
from services.access import TERMINAL, Actor
from tests.factories import make_actor, make_unit


@pytest.fixture
def province(session: Session) -> Unit:
    province = make_unit(session, kind=UnitKind.PROVINCE, code="19", name="Tỉnh Thái Nguyên")
    ward = make_unit(
        session, parent=province, kind=UnitKind.COMMUNE, code="01843", name="Phường Bắc Kạn", valid_from=gazetteer.REFORM
    )
    for short_name, area in (("Tổ 13, Xuất Hóa", "Xuất Hóa"), ("Tổ 13, Sông Cầu", "Sông Cầu"), ("Tổ 2, Sông Cầu", "Sông Cầu")):
        make_unit(session, parent=ward, name=short_name.split(",")[0], short_name=short_name, area=area)
    make_unit(session, parent=province, kind=UnitKind.COMMUNE, code="01840", name="Phường Đức Xuân")
    return province


@pytest.fixture
def admin(session: Session, province: Unit) -> Actor:
    return make_actor(session, unit=province, role=Role.ADMIN)


def labels(session: Session, actor: Actor, words: str) -> list[tuple[str, str]]:
    return [(post.unit.label, post.by) for post in post_search.find(session, actor=actor, words=words)]


def test_an_old_name_finds_the_ward_and_its_own_groups_before_the_others(session: Session, admin: Actor) -> None:
    assert labels(session, admin, "Phường Sông Cầu") == [
        ("Phường Bắc Kạn", "Phường Sông Cầu"), ("Tổ 2, Sông Cầu", ""), ("Tổ 13, Sông Cầu", ""), ("Tổ 13, Xuất Hóa", ""),
    ]  # fmt: skip


def test_a_group_is_found_by_its_own_name_within_an_old_ward(session: Session, admin: Actor) -> None:
    assert labels(session, admin, "tổ 13, sông cầu") == [("Tổ 13, Sông Cầu", "")]


def test_a_name_of_today_or_a_code_finds_its_own(session: Session, admin: Actor) -> None:
    assert labels(session, admin, "duc xuan") == labels(session, admin, "01840") == [("Phường Đức Xuân", "")]


def test_only_an_admin_looks_and_only_within_sight(session: Session, province: Unit) -> None:
    elsewhere = make_actor(session, unit=make_unit(session), role=Role.ADMIN)

    assert post_search.find(session, actor=elsewhere, words="Sông Cầu") == []
    assert post_search.find(session, actor=TERMINAL, words="không đâu có") == []
    with pytest.raises(NotAllowed):
        post_search.find(session, actor=make_actor(session, unit=province, role=Role.STAFF), words="Sông Cầu")
