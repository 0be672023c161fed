"""Which unit a list means, however it is written."""

import unicodedata
from datetime import date

import pytest
from sqlmodel import Session

from core import clock
from core.errors import Invalid
from models import Unit, UnitChangeKind
from services import reorganisations
from services.access import TERMINAL
from services.import_units import UnitFinder, starts_like_unit, within
from services.reorganisations import Draft, Part
from tests.factories import make_unit
from tests.services.bac_kan import group_of, make_bac_kan


@pytest.fixture
def ward(session: Session) -> Unit:
    ward = make_bac_kan(session)
    make_unit(session, parent=ward, code="01843-NT12", name="Thôn 12", area="Nông Thượng")
    return ward


@pytest.fixture
def finder(session: Session, ward: Unit) -> UnitFinder:
    return UnitFinder(session, unit=ward, on=clock.today())


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Tổ 12", "Tổ 12, Sông Cầu"),
        ("TDP số 12", "Tổ 12, Sông Cầu"),
        ("Tổ dân phố 12", "Tổ 12, Sông Cầu"),
        ("Tổ dân phố số 12", "Tổ 12, Sông Cầu"),
        ("TDP12", "Tổ 12, Sông Cầu"),
        ("to 12", "Tổ 12, Sông Cầu"),
        ("TỔ 012", "Tổ 12, Sông Cầu"),
        (unicodedata.normalize("NFD", "Tổ 12"), "Tổ 12, Sông Cầu"),
        ("01843-sc12", "Tổ 12, Sông Cầu"),
        ("Tổ 13 (Sông Cầu cũ)", "Tổ 13, Sông Cầu"),
        ("Tổ 13 - Sông Cầu", "Tổ 13, Sông Cầu"),
        ("Tổ 13, Sông Cầu", "Tổ 13, Sông Cầu"),
        ("Sông Cầu 13", "Tổ 13, Sông Cầu"),
        ("Tổ dân phố Sông Cầu 13", "Tổ 13, Sông Cầu"),
        ("Tổ 13, Phường Sông Cầu (cũ), Phường Bắc Kạn, Thái Nguyên", "Tổ 13, Sông Cầu"),
        ("Tổ 13 P. Phùng Chí Kiên", "Tổ 13, Phùng Chí Kiên"),
        ("TỔ 13 PHƯỜNG SÔNG CẦU NĂM 2026", "Tổ 13, Sông Cầu"),
        ("Thôn Bản Pò", "Thôn Bản Pò"),
        ("Bản Pò", "Thôn Bản Pò"),
        ("thon nam yen", "Thôn Nam Yên"),
        ("Thôn 12", "Thôn 12"),
        ("Xuất Hoá 4", "Tổ dân phố Xuất Hóa 4"),
        ("Tổ 4", "Tổ dân phố Xuất Hóa 4"),
    ],
)
def test_a_unit_is_known_by_what_people_call_it(finder: UnitFinder, text: str, label: str) -> None:
    assert finder.find(text).label == label


def test_a_number_that_several_have_is_refused_with_the_choice(finder: UnitFinder) -> None:
    with pytest.raises(Invalid, match="“Tổ 13” có ở nhiều nơi: Tổ 13, Phùng Chí Kiên; Tổ 13, Sông Cầu"):
        finder.find("Tổ 13")
    with pytest.raises(Invalid, match="có ở nhiều nơi: Thôn 12; Tổ 12, Sông Cầu"):
        finder.find("12")


@pytest.mark.parametrize("area", ["Sông Cầu", "Phường Sông Cầu (cũ)", "song cau"])
def test_the_former_ward_beside_it_decides(finder: UnitFinder, area: str) -> None:
    assert finder.find("13", area).label == "Tổ 13, Sông Cầu"


def test_the_ward_of_today_beside_it_decides_nothing(finder: UnitFinder) -> None:
    assert finder.find("Tổ 12", "Phường Bắc Kạn").label == "Tổ 12, Sông Cầu"
    with pytest.raises(Invalid, match="nhiều nơi"):
        finder.find("Tổ 13", "Phường Bắc Kạn")


def test_a_former_ward_without_such_a_group_has_none(finder: UnitFinder) -> None:
    with pytest.raises(Invalid, match="Phường Bắc Kạn không có “Tổ 12, Phùng Chí Kiên”"):
        finder.find("Tổ 12", "Phùng Chí Kiên")
    with pytest.raises(Invalid, match="không có “Tổ 12 Phùng Chí Kiên”"):
        finder.find("Tổ 12 Phùng Chí Kiên")


@pytest.mark.parametrize("text", ["Tổ 99", "Tổ", "Phường Bắc Kạn", "Thôn Nà Chuông", "13B", "…"])
def test_what_is_not_there_is_refused(finder: UnitFinder, text: str) -> None:
    with pytest.raises(Invalid, match="không có"):
        finder.find(text)


def test_a_slip_of_the_pen_is_told_what_is_like_it(finder: UnitFinder) -> None:
    with pytest.raises(Invalid, match="Gần giống: Thôn Nam Yên"):
        finder.find("Thôn Nam Yê")


def test_a_list_for_one_unit_may_name_it_or_its_ward_but_no_other(session: Session, finder: UnitFinder) -> None:
    group = finder.find("01843-SC13")
    one = UnitFinder(session, unit=session.get_one(Unit, group.id), on=clock.today())

    assert {one.find(text).id for text in ("Tổ 13", "13", "Phường Bắc Kạn", "Sông Cầu")} == {group.id}
    with pytest.raises(Invalid, match="nhập cho Tổ 13, Sông Cầu, dòng này lại ghi “Tổ 12”"):
        one.find("Tổ 12")


def test_units_of_another_day_are_not_there(session: Session, ward: Unit) -> None:
    make_unit(session, parent=ward, name="Tổ dân phố 40", valid_to=date(2026, 1, 1))
    make_unit(session, parent=ward, name="Tổ dân phố 41", valid_from=date(2026, 1, 1))
    before, after = (UnitFinder(session, unit=ward, on=day) for day in (date(2025, 12, 31), date(2026, 1, 1)))

    assert (before.named("Tổ 40") is None, before.named("Tổ 41") is None) == (False, True)
    assert (after.named("Tổ 40") is None, after.named("Tổ 41") is None) == (True, False)


@pytest.mark.parametrize(
    "text", ["Tô Văn Mười", "Bàn Thị Năm", "Tống Khu", "Khương Văn Tổ", "Tổ trưởng", "Tổ công nghệ số cộng đồng"]
)
def test_names_of_people_and_bodies_are_no_units(text: str) -> None:
    assert not starts_like_unit(text)


def test_a_title_may_hold_the_unit() -> None:
    assert within("DANH SÁCH HỘ GIA ĐÌNH TỔ 13 PHƯỜNG SÔNG CẦU") == "TỔ 13 PHƯỜNG SÔNG CẦU"
    assert within("DANH SÁCH HỘ GIA ĐÌNH") is None


def test_lists_may_go_on_naming_a_group_that_was_merged(session: Session, ward: Unit) -> None:
    twelve, thirteen = group_of(session, "SC12"), group_of(session, "SC13")
    draft = Draft(
        UnitChangeKind.MERGE, clock.today(), (twelve.id, thirteen.id), (Part("Tổ dân phố Đức Xuân", "01843-DX"),)
    )  # fmt: skip
    kept = reorganisations.plan(session, actor=TERMINAL, draft=draft)
    reorganisations.carry_out(session, actor=TERMINAL, plan_id=kept.id, confirmed=2)
    finder = UnitFinder(session, unit=ward, on=clock.today())

    assert {finder.find(text).label for text in ("Tổ 13 Sông Cầu", "TDP số 13, Sông Cầu", "Đức Xuân")} == {
        "Tổ Đức Xuân, Sông Cầu"
    }
    assert finder.find("Tổ 12, Sông Cầu").label == "Tổ Đức Xuân, Sông Cầu"
    assert finder.find("Tổ 13").label == "Tổ 13, Phùng Chí Kiên"  # it bears the name, the other bore it
    assert finder.find("Tổ 5 Sông Cầu").label == "Tổ 5, Sông Cầu"
