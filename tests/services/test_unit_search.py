"""Old names find the new ward: in the country's list, and among the units of a house."""

from datetime import date

import pytest
from sqlmodel import Session

from core.errors import NotFound
from models import Unit, UnitChange, UnitChangeKind, UnitChangeLink, UnitKind
from services import gazetteer, units
from services.access import TERMINAL
from tests.factories import make_actor, make_unit

BAC_KAN = "01843"


def test_the_country_has_its_provinces_and_communes_and_each_old_one_has_a_new_one() -> None:
    wards = gazetteer.wards()

    assert len(wards) == 3321
    assert len({ward.province for ward in wards.values()}) == 34
    assert sum(len(ward.former) for ward in wards.values()) == 10_554
    assert [former.name for former in wards[BAC_KAN].former] == [
        "Phường Sông Cầu", "Phường Phùng Chí Kiên", "Xã Nông Thượng", "Phường Xuất Hóa",
    ]  # fmt: skip
    assert {(former.district, former.province) for former in wards[BAC_KAN].former} == {("Thành phố Bắc Kạn", "Tỉnh Bắc Kạn")}


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("Phường Bắc Kạn", BAC_KAN),
        ("Phùng Chí Kiên", BAC_KAN),
        ("phung chi kien", BAC_KAN),
        ("P. Phùng Chí Kiên", BAC_KAN),
        ("Phùng Chi Kieen", BAC_KAN),
        ("xa nong thuong", BAC_KAN),
        ("Xuất Hoá, TP Bắc Kạn", BAC_KAN),
        ("Sông Cầu, Bắc Kạn", BAC_KAN),
        ("Thị trấn Chợ Rã", "01912"),
        ("Thành phố Bắc Kạn", BAC_KAN),  # of three, the one that kept the name
        ("Phường 1, Quận 4", "27286"),
        ("1843", BAC_KAN),
    ],
)
def test_a_name_of_today_or_of_before_finds_the_commune(words: str, code: str) -> None:
    assert gazetteer.search(words)[0].ward.code == code


def test_what_bears_the_name_comes_before_what_bore_it() -> None:
    found = gazetteer.search("Sông Cầu")

    assert [(one.ward.name, one.by) for one in found[:2]] == [("Phường Sông Cầu", ""), ("Phường Bắc Kạn", "Phường Sông Cầu")]
    assert found[-1].by == "Thị xã Sông Cầu"


def test_an_old_commune_that_was_divided_says_so() -> None:
    found = {one.ward.code: one for one in gazetteer.search("Phường Ngọc Hà, Ba Đình")}

    assert (found["00004"].by, found["00004"].is_partial) == ("Phường Ngọc Hà", True)


@pytest.mark.parametrize("words", ["", "  ", ",", "Không Đâu Có", "99999", "%", "'; DROP TABLE unit; --"])
def test_words_that_mean_nothing_find_nothing(words: str) -> None:
    assert gazetteer.search(words) == []


def test_a_name_that_several_have_is_refused_with_their_codes() -> None:
    with pytest.raises(NotFound, match=r"có thể là: 22051 Phường Sông Cầu .*; 01843 Phường Bắc Kạn"):
        gazetteer.one("Sông Cầu")
    with pytest.raises(NotFound, match="Không có xã, phường nào tên hay mã “Không Đâu Có”"):
        gazetteer.one("Không Đâu Có")
    assert gazetteer.one("Nông Thượng").code == BAC_KAN


@pytest.fixture
def ward(session: Session) -> Unit:
    province = make_unit(session, kind=UnitKind.PROVINCE, code="19", name="Tỉnh Thái Nguyên")
    make_unit(session, parent=province, kind=UnitKind.COMMUNE, code="01840", name="Phường Đức Xuân", valid_from=gazetteer.REFORM)
    return make_unit(
        session, parent=province, kind=UnitKind.COMMUNE, code=BAC_KAN, name="Phường Bắc Kạn", valid_from=gazetteer.REFORM
    )


@pytest.mark.parametrize("words", ["bac kan", "Phùng Chí Kiên", "song cau", "Xuất Hóa, Thái Nguyên", "01843"])
def test_a_ward_of_the_house_is_found_by_its_old_names(session: Session, ward: Unit, words: str) -> None:
    assert [found.unit.id for found in units.find(session, actor=TERMINAL, words=words)][:1] == [ward.id]


def test_the_same_code_on_another_day_means_another_ward(session: Session) -> None:
    make_unit(session, kind=UnitKind.COMMUNE, code=BAC_KAN, name="Phường Phùng Chí Kiên", valid_from=date(2001, 1, 1))

    assert units.find(session, actor=TERMINAL, words="Nông Thượng") == []


def test_a_unit_is_found_by_what_it_took_over_here_however_long_ago(session: Session, ward: Unit) -> None:
    change = UnitChange(kind=UnitChangeKind.MERGE, effective_on=date(2026, 1, 1))
    first, second, third = (make_unit(session, parent=ward, name=name) for name in ("Tổ dân phố 4", "Tổ dân phố 5", "Tổ Mới"))
    session.add(change)
    session.flush()
    for old, new in ((first, second), (second, third)):
        old.valid_to = date(2026, 1, 1)
        session.add(UnitChangeLink(change_id=change.id, old_unit_id=old.id, new_unit_id=new.id, is_partial=old is first))
    session.commit()

    [found] = units.find(session, actor=TERMINAL, words="tổ 4", kinds=(UnitKind.RESIDENTIAL,))

    assert (found.unit.id, found.by, found.is_partial) == (third.id, "Tổ dân phố 4", True)


def test_what_lies_elsewhere_or_is_no_more_is_not_found(session: Session, ward: Unit) -> None:
    stranger = make_actor(session, unit=make_unit(session))
    make_unit(session, code="99999", name="Phường Đã Thôi", valid_to=date(2026, 1, 1))

    assert units.find(session, actor=stranger, words="Bắc Kạn") == []
    assert units.find(session, actor=TERMINAL, words="Đã Thôi") == []
