"""Other wards and communes of the province beside the demonstration ward: enough of each to be counted and compared.

The places exist; their residential units are numbered, and how many are in the chats is set by hand, so that there are a few that
stand out and one so small that its figure says little.
"""

from datetime import date

from sqlmodel import Session

from models import Group, GroupKind, Role, Unit, UnitKind, User
from services import passwords
from services.demo import names, places
from services.demo.places import Area, Place
from services.demo.stage import Keys, Stage, at, digest
from services.demo.ward import FOUNDED, Home, SignIn, Ward, unit_of, within_a_sentence

_STREETS = ("đường Hùng Vương", "đường Trường Chinh", "đường Nông Quốc Chấn")
# letters of its units' codes, which ward or commune, and of each unit: households of 3,000, coverage
_OTHERS: tuple[tuple[str, Area, tuple[tuple[int, float], ...]], ...] = (
    ("DX", Area("01840", "Phường Đức Xuân", "phuong", "Đức Xuân", _STREETS),
     ((118, 0.93), (104, 0.91), (96, 0.95), (110, 0.88), (92, 0.90))),
    ("PQ", Area("01849", "Xã Phong Quang", "xa", "Phong Quang", ()), ((64, 0.61), (58, 0.55), (71, 0.66), (49, 0.58))),
    ("NP", Area("01936", "Xã Nà Phặc", "xa", "Nà Phặc", ()), ((74, 0.78), (69, 0.74), (82, 0.80))),
    ("BB", Area("01906", "Xã Ba Bể", "xa", "Ba Bể", ()), ((60, 0.47), (52, 0.41), (66, 0.52), (45, 0.44))),
    ("CR", Area("01912", "Xã Chợ Rã", "xa", "Chợ Rã", ()), ((77, 0.83), (68, 0.79), (81, 0.86))),
    ("DP", Area("01933", "Xã Đồng Phúc", "xa", "Đồng Phúc", ()), ((14, 0.93),)),
)  # fmt: skip
MOST = len(_OTHERS)


def weight(count: int) -> int:
    """Households of so many others, where the demonstration ward has 3,000."""
    return sum(households for _letters, _area, units in _OTHERS[:count] for households, _coverage in units)


def sign_ins(count: int) -> list[SignIn]:
    """An official of each."""
    return [
        SignIn(_official(letters), Role.OFFICIAL, places.DESK_SECRET, _title(area), area.name)
        for letters, area, _units in _OTHERS[:count]
    ]  # fmt: skip


def stand_beside(session: Session, stage: Stage, ward: Ward, *, count: int) -> list[Ward]:
    """Write units, officials and groups of so many others."""
    desk_hash = passwords.hash_password(places.DESK_SECRET) if count else ""
    province = session.get_one(Unit, ward.unit.parent_id)
    return [_found(session, stage, province, other, desk_hash) for other in _OTHERS[:count]]


def _found(
    session: Session, stage: Stage, province: Unit, other: tuple[str, Area, tuple[tuple[int, float], ...]], desk_hash: str
) -> Ward:
    letters, area, figures = other
    dice, keys = stage.dice(f"province/{letters}"), stage.keys(f"province/{letters}")
    unit = unit_of(keys, area.code, area.name, UnitKind.COMMUNE, area.subtype, province, valid_from=places.MERGED_ON)
    listed = [_place(letters, area, number, *each, names.person(dice)) for number, each in enumerate(figures, start=1)]
    below = [_residential(unit, place, keys=keys) for place in listed]
    session.add_all([unit, *below])
    session.flush()
    official = User(
        id=keys.next(), created_at=FOUNDED, username=_official(letters), display_name=_title(area), role=Role.OFFICIAL,
        unit_id=unit.id, password_hash=desk_hash, is_example=True,
    )  # fmt: skip
    leaders = [
        User(
            id=keys.next(), created_at=FOUNDED, username=place.username, display_name=place.leader, role=Role.LEAD,
            unit_id=home.id, password_hash="", is_example=True,
        )
        for place, home in zip(listed, below, strict=True)
    ]  # fmt: skip
    session.add_all([official, *leaders])
    session.flush()

    def group(name: str, kind: GroupKind, of: Unit, started: date, parent: Group | None, leader: User | None) -> Group:
        return Group(
            id=keys.next(), created_at=at(started, 12), name=name, kind=kind, unit_id=of.id, started_on=started,
            parent_id=parent.id if parent else None, leader_id=leader.id if leader else None,
            join_url=f"https://zalo.me/g/{digest(dice)[:9]}",
        )  # fmt: skip

    inner = f"{area.name[0].lower()}{area.name[1:]}"
    chain = group(f"Tổ trưởng, trưởng thôn {inner}", GroupKind.LEADERS, unit, places.MERGED_ON, None, official)
    women = group(f"Hội Liên hiệp Phụ nữ {inner}", GroupKind.ASSOCIATION, unit, date(2025, 7, 5), None, None)
    session.add_all([chain, women])
    session.flush()
    homes = [
        Home(
            place, home,
            group(f"Bà con {within_a_sentence(place)}", GroupKind.HOUSEHOLD, home, place.started, chain, leader), leader,
        )
        for place, home, leader in zip(listed, below, leaders, strict=True)
    ]  # fmt: skip
    session.add_all([home.group for home in homes])
    session.flush()
    return Ward(unit, {}, {official.username: official}, homes, women)


def _place(letters: str, area: Area, number: int, households: int, coverage: float, leader: str) -> Place:
    is_village = area.subtype == "xa"
    name, short = (f"Thôn {number}", "Thôn") if is_village else (f"Tổ dân phố {number}", "Tổ")
    return Place(
        f"{letters}{number:02}", area, name, f"{short} {number}, {area.short}", leader, households, coverage,
        depth=1.8 if is_village else 2.6, phones=0.6 if is_village else 0.74, started=date(2021, 2 + number, 7),
        midpoint=0.5, habit=20,
    )  # fmt: skip


def _residential(ward: Unit, place: Place, *, keys: Keys) -> Unit:
    unit = unit_of(
        keys, f"{ward.code}-{place.code}", place.name, UnitKind.RESIDENTIAL, "thon" if place.is_village else "to_dan_pho", ward
    )  # fmt: skip
    unit.short_name = place.short_name
    return unit


def _official(letters: str) -> str:
    return f"phuong-{letters.lower()}" if letters == "DX" else f"xa-{letters.lower()}"


def _title(area: Area) -> str:
    return f"Lãnh đạo {area.name[0].lower()}{area.name[1:]}"
