"""The ward itself: units and what became of them in July 2025, who works there, its chat groups.

The residential units keep one row throughout, below the ward they belong to today: a household never moved. That they
belonged to another ward before is told by one transfer for each former ward, which links it to its residential units, and
by `area`; the merger links the four former wards to the new one.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlmodel import Session

from models import (
    Channel,
    Group,
    GroupKind,
    Role,
    Unit,
    UnitChange,
    UnitChangeKind,
    UnitChangeLink,
    UnitKind,
    User,
)
from services import passwords
from services.demo import names, places
from services.demo.places import Area, Place
from services.demo.stage import Keys, Stage, at, digest

FOUNDED = datetime(2025, 7, 1, 1, 0, tzinfo=UTC)
WARD_PHONE = "+842093000000"
OFFICE_HOURS = "thứ Hai đến thứ Sáu, 7 giờ 30 – 11 giờ 30, 13 giờ 30 – 17 giờ"


@dataclass(frozen=True)
class SignIn:
    """How someone of the demonstration gets in."""

    username: str
    role: Role
    password: str
    name: str
    unit: str


def everyone() -> list[SignIn]:
    """Everyone of the demonstration: the office first, then the leaders as their units stand."""
    desks = [
        SignIn(desk.username, desk.role, places.DESK_SECRET, desk.name, (places.PROVINCE if desk.is_above else places.WARD)[1])
        for desk in places.DESKS
    ]
    leaders = [
        SignIn(place.username, Role.LEAD, places.LEADER_SECRET, place.leader, place.short_name) for place in places.PLACES
    ]  # fmt: skip
    return desks + leaders


@dataclass(frozen=True)
class Home:
    """A residential unit with the chat of its households."""

    place: Place
    unit: Unit
    group: Group
    leader: User

    @property
    def within_a_sentence(self) -> str:
        """Its label where no capital stands: "thôn Nà Kẹn"."""
        return within_a_sentence(self.place)


def within_a_sentence(place: Place) -> str:
    """The label of a residential unit where no capital stands."""
    return f"t{place.short_name[1:]}" if place.is_village else place.short_name


@dataclass(frozen=True)
class Ward:
    """What the rest of the demonstration hangs on."""

    unit: Unit
    former: dict[str, Unit]  # former wards by the short name of their area
    users: dict[str, User]
    homes: list[Home]
    women: Group


def found(session: Session, stage: Stage) -> Ward:
    """Write units, users and groups."""
    desk_hash, leader_hash = (passwords.hash_password(word) for word in (places.DESK_SECRET, places.LEADER_SECRET))
    keys = stage.keys("unit")
    province = unit_of(keys, *places.PROVINCE, UnitKind.PROVINCE, "tinh", None)
    old_province = unit_of(keys, *places.FORMER_PROVINCE, UnitKind.PROVINCE, "tinh", None, valid_to=places.MERGED_ON)
    ward = unit_of(keys, *places.WARD, UnitKind.COMMUNE, "phuong", province, valid_from=places.MERGED_ON)
    ward.phone, ward.office_hours = WARD_PHONE, OFFICE_HOURS
    ward.address = "Số 7, đường Trần Hưng Đạo, phường Bắc Kạn, tỉnh Thái Nguyên"
    former = {
        area.short: unit_of(keys, area.code, area.name, UnitKind.COMMUNE, area.subtype, old_province, valid_to=places.MERGED_ON)
        for area in places.AREAS
    }
    residential = {place.code: _residential(keys, place, ward) for place in places.PLACES}
    session.add_all([province, old_province, ward, *former.values(), *residential.values()])
    session.flush()
    _tell_the_merger(session, stage, (old_province, province), ward, former, residential)
    users = _users(session, stage, province, ward, residential, desk_hash, leader_hash)
    homes, women = _groups(session, stage, ward, residential, users)
    return Ward(ward, former, users, homes, women)


def unit_of(
    keys: Keys, code: str, name: str, kind: UnitKind, subtype: str, parent: Unit | None, *,
    valid_from: date | None = None, valid_to: date | None = None,
) -> Unit:  # fmt: skip
    """A unit below its parent, not yet written."""
    id_ = keys.next()
    return Unit(
        id=id_, created_at=FOUNDED, code=code, name=name, kind=kind, subtype=subtype, parent_id=parent.id if parent else None,
        path=(parent.path if parent else "") + f"{id_}/", valid_from=valid_from, valid_to=valid_to,
    )  # fmt: skip


def _residential(keys: Keys, place: Place, ward: Unit) -> Unit:
    subtype = "thon" if place.is_village else "to_dan_pho"
    unit = unit_of(keys, f"{ward.code}-{place.code}", place.name, UnitKind.RESIDENTIAL, subtype, ward)
    unit.short_name, unit.area = place.short_name, place.area.short
    return unit


def _tell_the_merger(
    session: Session,
    stage: Stage,
    provinces: tuple[Unit, Unit],
    ward: Unit,
    former: dict[str, Unit],
    residential: dict[str, Unit],
) -> None:
    keys = stage.keys("unitchange")
    links: list[tuple[UnitChange, Unit, Unit, bool]] = []

    def change(kind: UnitChangeKind, decision_no: str, note: str) -> UnitChange:
        return UnitChange(
            id=keys.next(), created_at=FOUNDED, kind=kind, effective_on=places.MERGED_ON, decision_no=decision_no, note=note
        )

    merged = change(UnitChangeKind.MERGE, places.PROVINCES_DECISION, "Tỉnh Bắc Kạn hợp nhất vào tỉnh Thái Nguyên")
    links.append((merged, *provinces, False))
    made = change(
        UnitChangeKind.MERGE, places.COMMUNES_DECISION,
        "Phường Bắc Kạn thành lập từ các phường Sông Cầu, Phùng Chí Kiên, Xuất Hóa và xã Nông Thượng",
    )  # fmt: skip
    links += [(made, old, ward, False) for old in former.values()]
    for area in places.AREAS:
        moved = change(
            UnitChangeKind.TRANSFER, places.COMMUNES_DECISION, f"Tổ dân phố, thôn của {_lower(area)} thuộc phường Bắc Kạn"
        )
        links += [
            (moved, former[area.short], unit, True) for unit in residential.values() if unit.area == area.short
        ]  # fmt: skip
    session.add_all({id(entry): entry for entry, *_ in links}.values())
    session.flush()
    link_keys = stage.keys("unitchangelink")
    session.add_all(
        UnitChangeLink(
            id=link_keys.next(), created_at=FOUNDED, change_id=entry.id, old_unit_id=old.id, new_unit_id=new.id,
            is_partial=is_partial,
        )
        for entry, old, new, is_partial in links
    )  # fmt: skip
    session.flush()


def _lower(area: Area) -> str:
    return area.name[0].lower() + area.name[1:]


def _users(
    session: Session, stage: Stage, province: Unit, ward: Unit, residential: dict[str, Unit], desk_hash: str, leader_hash: str
) -> dict[str, User]:
    keys = stage.keys("user")
    users = [
        User(
            id=keys.next(), created_at=FOUNDED, username=desk.username, display_name=desk.name, role=desk.role,
            unit_id=province.id if desk.is_above else ward.id, password_hash=desk_hash, is_example=True,
        )
        for desk in places.DESKS
    ] + [
        User(
            id=keys.next(), created_at=FOUNDED, username=place.username, display_name=place.leader, role=Role.LEAD,
            unit_id=residential[place.code].id, password_hash=leader_hash, is_example=True,
            phone=f"{names.LEADER_PREFIX}{300_101 + 37 * number}",
        )
        for number, place in enumerate(places.PLACES)
    ]  # fmt: skip
    session.add_all(users)
    session.flush()
    return {user.username: user for user in users}


def _groups(
    session: Session, stage: Stage, ward: Unit, residential: dict[str, Unit], users: dict[str, User]
) -> tuple[list[Home], Group]:
    keys, dice = stage.keys("chat_group"), stage.dice("chat_group")

    def group(name: str, kind: GroupKind, unit: Unit, started: date, **more: Any) -> Group:
        return Group(
            id=keys.next(), created_at=at(started, 12), name=name, kind=kind, unit_id=unit.id, started_on=started, **more
        )  # fmt: skip

    def invitation() -> str:
        return f"https://zalo.me/g/{digest(dice)[:9]}"

    leaders = group(
        "Tổ trưởng, trưởng thôn phường Bắc Kạn", GroupKind.LEADERS, ward, places.MERGED_ON,
        join_url=invitation(), leader_id=users[places.CHAIR].id,
    )  # fmt: skip
    women = group(
        "Hội Liên hiệp Phụ nữ phường Bắc Kạn", GroupKind.ASSOCIATION, ward, date(2025, 7, 5), join_url=invitation()
    )  # fmt: skip
    others = [
        women,
        group("Tổ công nghệ số cộng đồng", GroupKind.SECTOR, ward, date(2025, 7, 8), join_url=invitation()),
        group("Đoàn Thanh niên phường Bắc Kạn", GroupKind.ASSOCIATION, ward, date(2025, 7, 12), join_url=invitation()),
        group("Hội Người cao tuổi phường Bắc Kạn", GroupKind.ASSOCIATION, ward, date(2025, 8, 3), join_url=invitation()),
        group("Phường Bắc Kạn", GroupKind.FANPAGE, ward, date(2025, 7, 1), channel=Channel.FACEBOOK),
        group("Phường Bắc Kạn, tỉnh Thái Nguyên", GroupKind.OFFICIAL_ACCOUNT, ward, date(2025, 7, 15), channel=Channel.ZALO_OA),
    ]
    session.add_all([leaders, *others])
    session.flush()
    homes = []
    for place in places.PLACES:
        unit, leader = residential[place.code], users[place.username]
        chat = group(
            f"Bà con {within_a_sentence(place)}", GroupKind.HOUSEHOLD, unit, place.started,
            parent_id=leaders.id, join_url=invitation(), leader_id=leader.id,
        )  # fmt: skip
        homes.append(Home(place, unit, chat, leader))
    session.add_all([home.group for home in homes])
    session.flush()
    return homes, women
