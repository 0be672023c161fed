"""The digital team of the demonstration: thirteen people nobody is, their roster, their log, visits and a survey under way."""

from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from core import tokens
from core.text import natural_key
from models import (
    DutyPattern,
    DutyPost,
    HelpOutcome,
    HelpPlace,
    Household,
    Skill,
    SurveyResult,
    TeamMember,
    VisitAskedBy,
    VisitStatus,
)
from services import team_members
from services.demo import names, places
from services.demo.procedures import SHELF
from services.demo.stage import Keys, Stage, at, digest, write
from services.demo.ward import Home, Ward
from services.duty_patterns import AHEAD, days_of, hours_on

FOUNDED = date(2025, 8, 4)
DESK, HALLS = 5, 3  # members of the whole ward; groups with a hall that is kept
MORNING, AFTERNOON, EVENING = (time(7, 30), time(11, 30)), (time(13, 30), time(17)), (time(19), time(21))
OFTEN = ("Đăng ký tạm trú", "Đăng ký khai sinh", "Trợ cấp hưu trí xã hội", "Chứng thực bản sao từ bản chính")
WISHES = (
    ("Làm lại thẻ VNeID, chân đau không đi được", "buổi sáng"), ("Nộp hồ sơ trợ cấp hưu trí xã hội", "chiều thứ Ba"),
    ("Cài Zalo vào nhóm của tổ", ""), ("Xác nhận thông tin cư trú", "sau 17 giờ"), ("Lương hưu chuyển vào tài khoản", ""),
)  # fmt: skip


class _Team:
    """What the parts of the team hang on."""

    def __init__(self, stage: Stage, ward: Ward) -> None:
        self.stage, self.ward = stage, ward
        self.dice = stage.dice("team")
        self.phones = names.Phones(stage.dice("team/phones"))
        self.members: list[TeamMember] = []
        self.patterns: list[tuple[DutyPattern, DutyPost, list[UUID]]] = []
        self.shifts: list[dict[str, Any]] = []


def fill(session: Session, stage: Stage, ward: Ward, shelf: dict[str, UUID]) -> None:
    """Write the team; on a small ward as on a large one."""
    team = _Team(stage, ward)
    _join(session, team)
    _keep_posts(session, team)
    _stand(session, team)
    _help(session, team, shelf)
    _ask(session, team, shelf)
    _survey(session, team)
    _teach(session, team)


def _join(session: Session, team: _Team) -> None:
    keys, ward = team.stage.keys("teammember"), team.ward
    clerk = ward.users[places.CLERK]
    homes = ward.homes[: DESK + HALLS]
    units = [ward.unit] * DESK + [home.unit for home in homes]
    for number, unit in enumerate(units):
        skills = [skill.value for skill in Skill if team.dice.random() < 0.45] or [Skill.VNEID.value]
        member = TeamMember(
            id=keys.next(), created_at=at(FOUNDED, 9), ward_id=ward.unit.id, unit_id=unit.id, name=names.person(team.dice),
            phone=team.phones.next(), skills=skills, is_head=number == 0, token_hash="", calendar_hash="",
        )  # fmt: skip
        if number == 1:
            member.name, member.user_id = clerk.display_name, clerk.id
        member.token_hash = tokens.digest(team_members.token_of(member, "page"))
        member.calendar_hash = tokens.digest(team_members.token_of(member, "calendar"))
        team.members.append(member)
    write(session, "teammember", [one.model_dump() for one in team.members])


def _keep_posts(session: Session, team: _Team) -> None:
    keys = team.stage.keys("dutypost")
    desk = DutyPost(
        id=keys.next(), created_at=at(FOUNDED, 9), ward_id=team.ward.unit.id, unit_id=team.ward.unit.id, name="Bộ phận Một cửa",
        address="Số 7, đường Trần Hưng Đạo",
    )  # fmt: skip
    halls = [
        DutyPost(
            id=keys.next(), created_at=at(FOUNDED, 9), ward_id=team.ward.unit.id, unit_id=home.unit.id,
            name=f"Nhà văn hóa {home.within_a_sentence}",
        )
        for home in team.ward.homes[:HALLS]
    ]  # fmt: skip
    write(session, "dutypost", [one.model_dump() for one in (desk, *halls)])
    of_ward = [one.id for one in team.members[:DESK]]
    for weekday in range(5):
        _pattern(team, desk, weekday, MORNING, [of_ward[weekday], of_ward[(weekday + 1) % DESK]], people=2)
        _pattern(team, desk, weekday, AFTERNOON, [of_ward[(weekday + 2) % DESK]])
    for number, hall in enumerate(halls):
        _pattern(team, hall, 1 + number, EVENING, [team.members[DESK + number].id])
    write(session, "dutypattern", [one.model_dump() for one, _post, _members in team.patterns])
    regular = team.stage.keys("dutyregular")
    write(
        session, "dutyregular",
        [
            {"id": regular.next(), "created_at": at(FOUNDED, 9), "pattern_id": one.id, "member_id": member_id}
            for one, _post, members in team.patterns
            for member_id in members
        ],
    )  # fmt: skip


def _pattern(
    team: _Team, post: DutyPost, weekday: int, hours: tuple[time, time], members: list[UUID], *, people: int = 1
) -> None:
    id_ = team.stage.keys(f"dutypattern/{post.id}/{weekday}/{hours[0]}").next()
    pattern = DutyPattern(
        id=id_, created_at=at(FOUNDED, 9), post_id=post.id, weekday=weekday, starts=hours[0], ends=hours[1], people=people,
        first_on=FOUNDED, planned_until=team.stage.today + AHEAD,
    )  # fmt: skip
    team.patterns.append((pattern, post, members))


def _stand(session: Session, team: _Team) -> None:
    """Shifts of the last months and the weeks ahead; two people are away next week, and one asks for a stand-in."""
    today, now = team.stage.today, team.stage.now
    keys, absences, swaps = (team.stage.keys(name) for name in ("dutyshift", "dutyabsence", "dutyswap"))
    away = {team.members[2].id: (today + timedelta(days=1), today + timedelta(days=3), "Tập huấn ở tỉnh"),
            team.members[DESK].id: (today + timedelta(days=2), today + timedelta(days=9), "Việc gia đình")}  # fmt: skip
    ids = {member_id: absences.next() for member_id in away}
    write(
        session, "dutyabsence",
        [
            {
                "id": ids[who], "created_at": now, "member_id": who, "first_on": first, "last_on": last, "reason": why,
                "taken_back_at": None,
            }
            for who, (first, last, why) in away.items()
        ],
    )  # fmt: skip
    for pattern, post, members in team.patterns:
        for day in days_of(pattern, today - timedelta(days=200), today + AHEAD):
            for member_id in members:
                starts_at, ends_at = hours_on(pattern, day)
                first, last, _why = away.get(member_id, (date.max, date.max, ""))
                is_away = first <= day <= last
                team.shifts.append(
                    {
                        "id": keys.next(), "created_at": at(FOUNDED, 9), "pattern_id": pattern.id, "member_id": member_id,
                        "day": day, "starts_at": starts_at, "ends_at": ends_at, "dropped_at": now if is_away else None,
                        "absence_id": ids[member_id] if is_away else None, "post_id": post.id,
                    }
                )  # fmt: skip
    write(session, "dutyshift", [{name: row[name] for name in row if name != "post_id"} for row in team.shifts])
    asked = next(
        row for row in team.shifts if row["member_id"] == team.members[1].id and row["starts_at"] > now + timedelta(days=4)
    )
    write(
        session, "dutyswap",
        [
            {
                "id": swaps.next(), "created_at": now, "shift_id": asked["id"], "from_id": team.members[1].id,
                "to_id": team.members[3].id, "return_shift_id": None, "status": "asked", "answered_at": None,
            }
        ],
    )  # fmt: skip


def _help(session: Session, team: _Team, shelf: dict[str, UUID]) -> None:
    """More every month, as it gets about; whoever did it once online needs less help the next time."""
    keys, rows = team.stage.keys("supportvisit"), []
    for row in team.shifts:
        if row["dropped_at"] is not None or row["ends_at"] > team.stage.now:
            continue
        grown = 1 - (team.stage.today - row["day"]).days / 260
        many = team.dice.choices(range(6), (4, 6, 6, 4, 2, 1))[0] if team.dice.random() < 0.35 + 0.6 * grown else 0
        rows += [_visit(team, keys, shelf, row) for _n in range(many)]
    write(session, "supportvisit", rows)


def _visit(team: _Team, keys: Keys, shelf: dict[str, UUID], row: dict[str, Any]) -> dict[str, Any]:
    dice: Random = team.dice
    name = dice.choices((*OFTEN, *SHELF_NAMES, None), (9, 7, 6, 5, *(1 for _name in SHELF_NAMES), 6))[0]
    outcome = dice.choices(list(HelpOutcome), (78, 14, 8))[0]
    length = int((row["ends_at"] - row["starts_at"]).total_seconds() // 60)
    helped_at = row["starts_at"] + timedelta(minutes=dice.randrange(length))
    return {
        "id": keys.next(), "created_at": helped_at, "ward_id": team.ward.unit.id, "member_id": row["member_id"],
        "procedure_id": shelf[name] if name else None, "minutes": dice.choices((5, 10, 20, 40), (3, 6, 4, 1))[0],
        "outcome": outcome, "is_first_online": dice.random() < 0.34, "place": HelpPlace.POST, "post_id": row["post_id"],
        "household_id": None, "helped_at": helped_at, "key": digest(dice), "taken_back_at": None,
    }  # fmt: skip


SHELF_NAMES = tuple(sorted({text.name for text in SHELF.values()} - set(OFTEN)))


def _ask(session: Session, team: _Team, shelf: dict[str, UUID]) -> None:
    """Visits at home: two nobody is chosen for, two planned, one closed."""
    keys, now, today = team.stage.keys("homevisit"), team.stage.now, team.stage.today
    rows = []
    for number, (words, wish) in enumerate(WISHES):
        home = team.ward.homes[number * 3 % len(team.ward.homes)]
        asked_at = now - timedelta(hours=5 + 19 * number)
        status = (VisitStatus.ASKED, VisitStatus.ASKED, VisitStatus.PLANNED, VisitStatus.PLANNED, VisitStatus.CLOSED)[number]
        is_planned = status is not VisitStatus.ASKED
        rows.append(
            {
                "id": keys.next(), "created_at": asked_at, "ward_id": team.ward.unit.id, "unit_id": home.unit.id,
                "household_id": None, "name": names.person(team.dice), "phone": team.phones.next(),
                "address": names.address(team.dice, home.place.streets),
                "words": words, "wish": wish, "procedure_id": shelf[OFTEN[2]] if number == 1 else None,
                "asked_by": list(VisitAskedBy)[number % 3], "asked_by_id": None, "status": status,
                "member_id": team.members[number].id if is_planned else None,
                "visit_on": today + timedelta(days=1 if status is VisitStatus.PLANNED else -2) if is_planned else None,
                "put_off": 0,
                "outcome": HelpOutcome.DONE if status is VisitStatus.CLOSED else None,
                "note": "Đã cài VNeID mức 2 và chỉ cách xem lương hưu" if status is VisitStatus.CLOSED else "",
                "closed_at": now - timedelta(days=2) if status is VisitStatus.CLOSED else None,
                "token_hash": tokens.digest(digest(team.dice)), "forgotten_at": None,
            }
        )  # fmt: skip
    write(session, "homevisit", rows)


def _survey(session: Session, team: _Team) -> None:
    """One survey in two groups that have members of their own, some two thirds asked; the answers are in the records already."""
    today, keys, survey = team.stage.today, team.stage.keys("surveyhome"), team.stage.keys("phonesurvey").next()
    began = today - timedelta(days=12)
    write(
        session, "phonesurvey",
        [
            {
                "id": survey, "created_at": at(began, 8), "ward_id": team.ward.unit.id,
                "title": f"Điện thoại thông minh {today.month}/{today.year}", "starts_on": began,
                "ends_on": today + timedelta(days=18), "closed_at": None,
            }
        ],
    )  # fmt: skip
    rows = []
    for number, home in enumerate(team.ward.homes[:2]):
        staying = select(Household).where(Household.unit_id == home.unit.id, col(Household.left_on).is_(None))
        found = sorted(session.exec(staying), key=lambda one: (natural_key(one.address), one.code))
        rows += [_asked(team, keys, survey, one, place, team.members[DESK + number]) for place, one in enumerate(found)]
    write(session, "surveyhome", rows)


def _asked(team: _Team, keys: Keys, survey: UUID, home: Household, place: int, member: TeamMember) -> dict[str, Any]:
    result = team.dice.choices((SurveyResult.ANSWERED, SurveyResult.NOT_HOME, None), (62, 8, 30))[0]
    is_told = result is SurveyResult.ANSWERED
    when: datetime = team.stage.now - timedelta(hours=team.dice.randrange(3, 250))
    return {
        "id": keys.next(), "created_at": team.stage.now - timedelta(days=12), "survey_id": survey, "household_id": home.id,
        "member_id": member.id, "place": place, "result": result, "smartphones": home.smartphones if is_told else None,
        "before": max(0, home.smartphones - (is_told and team.dice.random() < 0.2)), "asked_at": when if result else None,
    }  # fmt: skip


def _teach(session: Session, team: _Team) -> None:
    """Two lessons held, one to come."""
    keys, today = team.stage.keys("lesson"), team.stage.today
    wanted = ((-9, Skill.VNEID, 14, 6), (-3, Skill.SAFETY, 21, 9), (4, Skill.PORTAL, None, 0))
    rows = []
    for number, (days, topic, people, first) in enumerate(wanted):
        home: Home = team.ward.homes[number]
        rows.append(
            {
                "id": keys.next(), "created_at": at(today - timedelta(days=14), 9), "ward_id": team.ward.unit.id,
                "unit_id": home.unit.id, "member_id": team.members[DESK + number].id, "topic": topic,
                "place": f"Nhà văn hóa {home.within_a_sentence}", "starts_at": at(today + timedelta(days=days), 19, 30),
                "minutes": 90, "people": people, "first_timers": first, "called_off_at": None,
            }
        )  # fmt: skip
    write(session, "lesson", rows)
