"""Ward against ward, and before against after: by hand."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
import time_machine
from sqlmodel import Session, select

from core.errors import Invalid, NotAllowed
from models import Group, Part, Role, Term, Unit, UnitKind
from services import audit, before_after, before_after_drawing, period_facts, practice_changes, rollups, ward_ranks
from services.before_after import BeforeAfter, Side
from services.drawing_words import Words
from services.figure_register import BY_NAME
from services.figures import Coverage
from services.period_facts import PeriodFacts
from services.practice_changes import Practice, PracticeChange
from tests.factories import NOON, make_actor, make_group, make_household, make_membership, make_unit, make_user

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


def test_a_ward_of_three_groups_cannot_say_what_is_chance(session: Session, groups: list[Unit]) -> None:
    official = make_actor(session, unit=session.get_one(Unit, groups[0].parent_id), role=Role.OFFICIAL)

    found = before_after.of(session, actor=official, name="coverage", unit_ids=[groups[0].id], changed_on=CHANGED_ON)

    assert (found.by_chance, found.may_be_chance) == (None, None)
    assert "Chưa đủ nơi khác" in before_after_drawing.drawing(found).sentence


def test_the_difference_lies_between_ends_that_unchanged_groups_set(session: Session, noon: None) -> None:
    """Six groups of ten at 5 that gain 0 to 2 by themselves; one changed that gains 4, and, asked alone, one that gains 2."""
    top = make_unit(session)
    gains = (4, 2, 0, 1, 1, 0, 2, 1)
    units = [make_unit(session, parent=top, short_name=f"Tổ {n}") for n in range(len(gains))]
    for unit, gain in zip(units, gains, strict=True):
        chat = make_group(session, unit=unit)
        for at in range(10):
            home = make_household(session, unit=unit)
            if at < 5 + gain:
                joined = date(2020, 1, 1) if at < 5 else CHANGED_ON + timedelta(days=3)
                make_membership(session, household=home, group=chat, joined_on=joined)
    rollups.refresh(session, unit_ids=[one.id for one in units])
    session.commit()
    official = make_actor(session, unit=top, role=Role.OFFICIAL)

    much, little = (
        before_after.of(session, actor=official, name="coverage", unit_ids=[units[at].id], changed_on=CHANGED_ON) for at in (0, 1)
    )

    assert much.changed.after == 0.9
    # the changes of the seven others: 2 0 1 1 0 2 1 tenths, a standard deviation of 0.0816; Student's 1.943 of six
    assert much.by_chance == pytest.approx(1.943 * 0.08165 * (1 + 1 / 5) ** 0.5, abs=0.002)
    assert (much.may_be_chance, little.may_be_chance) == (False, True)
    assert "không có số 0" in before_after_drawing.drawing(much).sentence
    assert "có thể chỉ do ngẫu nhiên" in before_after_drawing.drawing(little).sentence
    expected = before_after_drawing.drawing(much).spec["rows"][2]
    assert expected["high"] - expected["value"] == pytest.approx(expected["value"] - expected["low"])
    assert before_after_drawing.drawing(much).spec["rows"][1]["value"] > expected["high"]


def test_what_is_shown_can_be_subtracted() -> None:
    period = (TODAY, TODAY)
    minutes = BeforeAfter("relay_median", period, period, Side([], 14, 6), Side([], 10, 11))
    shares = BeforeAfter("coverage", period, period, Side([], 0.689, 0.687), Side([], 0.5, 0.5))

    shown = [
        before_after_drawing.signed(one.changed.change or 0, BY_NAME[one.figure], language="vi").replace("\u00a0", " ")
        for one in (minutes, shares)
    ]

    assert shown == ["−8 phút", "−0,2 điểm phần trăm"]
    assert minutes.difference == -9
    ends = [replace(minutes, by_chance=one) for one in (9, 8)]
    assert [one.may_be_chance for one in ends] == [True, False]
    assert "đến 0 phút, có cả số 0" in before_after_drawing.drawing(ends[0]).sentence.replace("\u00a0", " ")
    assert "đến −1 phút, không có số 0" in before_after_drawing.drawing(ends[1]).sentence.replace("\u00a0", " ")


def test_what_still_runs_is_at_least_so_much() -> None:
    period = (TODAY, TODAY)
    found = BeforeAfter("relay_median", period, period, Side([], 14, 6, after_runs=True), Side([], 10, 11))

    drawn = before_after_drawing.drawing(found)

    texts = [row["text"].replace("\u00a0", " ") for row in drawn.spec["rows"]]
    assert texts == ["14 phút", "hơn 6 phút", "15 phút", "10 phút", "11 phút"]
    assert "chênh lệch này tính đến lúc này" in drawn.sentence
    assert "lúc này" not in before_after_drawing.drawing(replace(found, changed=Side([], 14, 6))).sentence


def test_sides_are_rounded_as_they_are_shown(session: Session, groups: list[Unit]) -> None:
    official = make_actor(session, unit=session.get_one(Unit, groups[0].parent_id), role=Role.OFFICIAL)
    for at in range(3):  # 13 households of which 4 and 8 are in
        make_household(session, unit=groups[0], code=f"X{at}")
    rollups.refresh(session, unit_ids=[groups[0].id])
    session.commit()

    found = before_after.of(session, actor=official, name="coverage", unit_ids=[groups[0].id], changed_on=CHANGED_ON)

    assert (found.changed.before, found.changed.after, found.changed.change) == (0.308, 0.615, 0.307)


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


# ---- what to begin with


def test_new_leaders_and_printed_cards_are_what_to_begin_with(session: Session, groups: list[Unit]) -> None:
    top = session.get_one(Unit, groups[0].parent_id)
    official, by_unit = (
        make_actor(session, unit=top, role=Role.OFFICIAL),
        {one.unit_id: one for one in session.exec(select(Group))},
    )
    chats = [by_unit[one.id] for one in groups]
    started = [(CHANGED_ON - timedelta(days=3), chats[0]), (TODAY - timedelta(days=2), chats[1]), (CHANGED_ON, chats[2])]
    for on, chat in started[:2]:  # the second lately; the third had nobody before
        make_term(session, group=chat, on=date(2020, 1, 1), until=on)
    for on, chat in started:
        make_term(session, group=chat, on=on)
    for unit, cards in ((groups[1], 40), (groups[2], 30)):
        audit.record(
            session, actor=official, action="household_card.issued", subject_kind="unit", subject_id=unit.id, cards=cards
        )

    now = practice_changes.of(session, actor=official, unit_id=top.id)
    with time_machine.travel(NOON + timedelta(days=10), tick=False):
        later = practice_changes.of(session, actor=official, unit_id=top.id)

    leader = PracticeChange(Practice.LEADER, CHANGED_ON - timedelta(days=3), [groups[0].code], ["Tổ 1"])
    assert now == [leader]
    assert later[0] == PracticeChange(Practice.CARDS, TODAY, [one.code for one in groups[1:]], ["Tổ 2", "Tổ 3"], 70)
    assert [one.names for one in later[1:]] == [["Tổ 2"], ["Tổ 1"]]
    with pytest.raises(NotAllowed):
        practice_changes.of(session, actor=make_actor(session, unit=top, role=Role.VIEWER), unit_id=top.id)


def make_term(session: Session, *, group: Group, on: date, until: date | None = None) -> None:
    user = make_user(session, unit=session.get_one(Unit, group.unit_id), role=Role.LEAD)
    session.add(Term(group_id=group.id, user_id=user.id, part=Part.LEADER, started_on=on, ended_on=until))
    session.commit()


def test_what_changed_everywhere_has_nothing_to_be_compared_with(session: Session, groups: list[Unit]) -> None:
    official = make_actor(session, unit=session.get_one(Unit, groups[0].parent_id), role=Role.OFFICIAL)
    for chat in session.exec(select(Group)).all():
        make_term(session, group=chat, on=date(2020, 1, 1), until=CHANGED_ON)
        make_term(session, group=chat, on=CHANGED_ON)

    assert practice_changes.of(session, actor=official, unit_id=official.unit_id or groups[0].id) == []
