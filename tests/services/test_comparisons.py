"""Ward against ward, and before against after: by hand."""

from datetime import date, timedelta

import pytest
from sqlmodel import Session

from core.errors import Invalid, NotAllowed
from models import Role, Unit, UnitKind
from services import before_after, period_facts, rollups, ward_ranks
from services.drawing_words import Words
from services.figures import Coverage
from services.period_facts import PeriodFacts
from tests.factories import NOON, make_actor, make_group, make_household, make_membership, make_unit

TODAY = NOON.date()


def ward(name: str, joined: int, households: int) -> Coverage:
    return Coverage(None, name, name, "", 90, households=households, joined=joined)


def test_a_small_ward_is_drawn_towards_all_and_a_large_one_hardly() -> None:
    large = [ward(f"Phường {n}", 1600 + 20 * n, 2000) for n in range(8)]

    rows = {one.name: one for one in ward_ranks.ranked([*large, ward("Xã nhỏ", 9, 9)])}

    assert rows["Xã nhỏ"].share == 1.0
    assert rows["Xã nhỏ"].ranked < 0.92
    assert not rows["Xã nhỏ"].stands_out
    assert abs(rows["Phường 7"].ranked - rows["Phường 7"].share) < 0.01
    assert next(iter(ward_ranks.ranked([*large, ward("Xã nhỏ", 9, 9)]))).name != "Xã nhỏ"


def test_a_ward_far_off_stands_out_and_the_share_lies_in_the_interval() -> None:
    rows = ward_ranks.ranked([*[ward(f"P{n}", 800 + n, 1000) for n in range(9)], ward("Xa", 300, 1000)])

    last = rows[-1]
    drawn = ward_ranks.drawing(rows)
    assert (drawn.rows[-1][-1], drawn.spec["rows"][-1]["is_usual"]) == ("thấp hơn", False)
    assert "1 nơi thấp hơn" in drawn.sentence
    assert (last.name, last.stands_out) == ("Xa", True)
    assert all(one.low <= one.ranked <= one.high for one in rows)


def test_of_more_wards_than_can_be_read_both_ends_are_drawn_and_all_are_told() -> None:
    rows = ward_ranks.ranked([ward(f"P{n:02}", 500 + 5 * n, 1000) for n in range(86)])

    drawn = ward_ranks.drawing(rows)

    names = [one["name"] for one in drawn.spec["rows"]]
    assert (names[:20], names[20:]) == ([f"P{n:02}" for n in range(85, 65, -1)], [f"P{n:02}" for n in range(19, -1, -1)])
    assert "20 nơi cao nhất, 20 nơi thấp nhất trên 86" in drawn.note
    assert [row[0] for row in drawn.rows] == [one.name for one in rows]
    high, low = (sum(row[-1] == word for row in drawn.rows) for word in ("cao hơn", "thấp hơn"))
    assert f"{high} nơi cao hơn, {low} nơi thấp hơn" in drawn.sentence
    assert min(high, low) > 20


def test_the_lowest_is_one_that_chance_does_not_explain_and_its_size_is_said() -> None:
    usual, w = [("Xã nhỏ", 5, 9), *[(f"P{n}", 800 + n, 1000) for n in range(9)]], Words("vi")

    said = [ward_ranks.lowest_said(rows, w).replace("\xa0", " ") for rows in ([*usual, ("Xa", 300, 1000)], usual, usual[:1], [])]

    assert said == [
        "Thấp hẳn so với mức chung: Xa 30,0 % (300 / 1.000 hộ).", "Không nơi nào thấp hẳn so với mức chung.", "", "",
    ]  # fmt: skip


@pytest.mark.parametrize("rows", [[], [ward("A", 0, 0)], [ward("A", 5, 10)], [ward("A", 10, 10), ward("B", 7, 7)]])
def test_one_ward_none_and_all_alike_are_ranked_without_a_fall(rows: list[Coverage]) -> None:
    found = ward_ranks.ranked(rows)

    assert len(found) == sum(one.households > 0 for one in rows)
    assert all(0 <= one.low <= one.high <= 1 for one in found)


def test_wards_of_a_province_are_ranked_for_who_sees_them(session: Session, noon: None) -> None:
    province = make_unit(session, kind=UnitKind.PROVINCE)
    for households in (6, 12):
        place = make_unit(session, parent=make_unit(session, parent=province, kind=UnitKind.COMMUNE))
        for _ in range(households):
            make_household(session, unit=place)
        rollups.refresh(session, unit_ids=[place.id])

    rows = ward_ranks.of(session, actor=make_actor(session, unit=province, role=Role.VIEWER))

    assert sorted(one.households for one in rows) == [6, 12]
    assert len(ward_ranks.drawing(rows).rows) == 2
    with pytest.raises(NotAllowed):
        ward_ranks.of(session, actor=make_actor(session, unit=province, role=Role.LEAD))


def test_wards_are_followed_over_the_months_and_an_observer_sees_none_of_a_handful(session: Session, noon: None) -> None:
    province = make_unit(session, kind=UnitKind.PROVINCE)
    for households in (2, 7, 12):
        top = make_unit(session, parent=province, kind=UnitKind.COMMUNE, name=f"Xã {households}")
        place = make_unit(session, parent=top)
        for _ in range(households):
            make_household(session, unit=place, arrived_on=date(2020, 1, 1))
        rollups.refresh(session, unit_ids=[place.id])

    seen = {
        role: [line.name for line in facts(session, province, role).trends] for role in (Role.OFFICIAL, Role.VIEWER)
    }  # fmt: skip

    assert seen[Role.OFFICIAL] == ["Xã 12", "Xã 2", "Xã 7"]
    assert seen[Role.VIEWER] == ["Xã 12"]  # 7 would tell the 2


def facts(session: Session, unit: Unit, role: Role) -> PeriodFacts:
    actor = make_actor(session, unit=unit, role=role)
    return period_facts.of(session, actor=actor, unit_id=unit.id, since=TODAY - timedelta(days=29), until=TODAY)


# ---- before and after

CHANGED_ON = TODAY - timedelta(days=20)


@pytest.fixture
def groups(session: Session, noon: None) -> list[Unit]:
    """Three groups of ten: the first goes from 4 to 8 after the change, the second from 4 to 5, the third stays at 10."""
    top = make_unit(session)
    made = []
    for n, (then, now) in enumerate(((4, 8), (4, 5), (10, 10))):
        unit = make_unit(session, parent=top, short_name=f"Tổ {n + 1}")
        chat = make_group(session, unit=unit)
        for place in range(10):
            home = make_household(session, unit=unit)
            if place < now:
                joined = date(2020, 1, 1) if place < then else CHANGED_ON + timedelta(days=3)
                make_membership(session, household=home, group=chat, joined_on=joined)
        rollups.refresh(session, unit_ids=[unit.id])
        made.append(unit)
    session.commit()
    return made


def test_what_changed_more_than_in_similar_groups(session: Session, groups: list[Unit]) -> None:
    official = make_actor(session, unit=session.get_one(Unit, groups[0].parent_id), role=Role.OFFICIAL)

    found = before_after.of(session, actor=official, name="coverage", unit_ids=[groups[0].id], changed_on=CHANGED_ON)

    assert found.after == (CHANGED_ON, TODAY)  # as far as it has come
    assert found.before == (CHANGED_ON - timedelta(days=21), CHANGED_ON - timedelta(days=1))
    assert (found.changed.before, found.changed.after) == (0.4, 0.8)
    assert found.similar.names == ["Tổ 2", "Tổ 3"]
    assert (found.similar.before, found.similar.after) == (14 / 20, 15 / 20)
    assert found.difference == pytest.approx(0.4 - 0.05)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": "cost"}, "không so được"),
        ({"days": 3}, "7"),
        ({"changed_on": TODAY}, "chưa đủ"),
        ({"unit_ids": []}, "cùng một"),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_is_refused(session: Session, groups: list[Unit], change: dict[str, object], words: str) -> None:
    official = make_actor(session, unit=session.get_one(Unit, groups[0].parent_id), role=Role.OFFICIAL)
    asked = {"name": "coverage", "unit_ids": [groups[0].id], "changed_on": CHANGED_ON, "days": 30} | change

    with pytest.raises(Invalid, match=words):
        before_after.of(session, actor=official, **asked)  # type: ignore[arg-type]
