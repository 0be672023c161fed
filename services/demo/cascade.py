"""The cascade beside its main line: who stands in for whom, a leader before this one, and what a ward has to mend."""

from datetime import timedelta

from sqlmodel import Session, col, select

from models import Group, GroupKind, Household, Part, Proposal, ProposalKind, Role, Term, User
from services import passwords
from services.demo import names, places
from services.demo.stage import Stage, at, digest
from services.demo.ward import Home, Ward

# Deputies have an account and no password: they are told on screens, nobody signs in as one.
DEPUTIES = (("SC13", "pho13", "Lèng Văn Thịnh"), ("SC09", "pho9", "Đàm Văn Quyết"))
HANDED_OVER = 260  # days ago, in group 9: its leader of then is the deputy of now
INTERNAL = "Đảng ủy, bí thư chi bộ, tổ trưởng phường Bắc Kạn"
BEGUN = 24  # days ago: Nà Kẹn's second group, with the same leader and no way in yet
# The sector's and the associations' groups, and who of the office looks after them. One still waits for somebody.
LOOKED_AFTER = {
    "Tổ công nghệ số cộng đồng": places.CLERK, "Hội Liên hiệp Phụ nữ phường Bắc Kạn": places.SECOND,
    "Hội Người cao tuổi phường Bắc Kạn": places.SECOND,
}  # fmt: skip


def entrust(session: Session, stage: Stage, ward: Ward) -> None:
    """Write deputies, terms, one more group, and what two leaders propose; households are there."""
    homes = {home.place.code: home for home in ward.homes}
    for group in session.exec(select(Group).where(col(Group.name).in_(LOOKED_AFTER))):
        group.leader_id = ward.users[LOOKED_AFTER[group.name]].id
    deputies = _deputies(session, stage, homes)
    for code, deputy in deputies.items():
        homes[code].group.deputy_id = deputy.id
    _terms(session, stage, homes, deputies)
    _more_groups(session, stage, ward, homes["NT02"])
    _proposals(session, stage, homes["SC13"], homes["SC09"])
    session.flush()


def _deputies(session: Session, stage: Stage, homes: dict[str, Home]) -> dict[str, User]:
    keys = stage.keys("deputy")
    found = {
        code: User(
            id=keys.next(), created_at=at(homes[code].place.started, 12), username=username, display_name=name, role=Role.LEAD,
            unit_id=homes[code].unit.id, password_hash=passwords.NOBODY, phone=f"{names.LEADER_PREFIX}{600_101 + 37 * number}",
        ) for number, (code, username, name) in enumerate(DEPUTIES)
    }  # fmt: skip
    session.add_all(found.values())
    session.flush()
    return found


def _terms(session: Session, stage: Stage, homes: dict[str, Home], deputies: dict[str, User]) -> None:
    keys, day = stage.keys("term"), stage.today - timedelta(days=HANDED_OVER)
    nine, thirteen = homes["SC09"], homes["SC13"]
    spells = (
        (nine, deputies["SC09"], Part.LEADER, nine.place.started, day), (nine, nine.leader, Part.LEADER, day, None),
        (nine, deputies["SC09"], Part.DEPUTY, day, None),
        (thirteen, thirteen.leader, Part.LEADER, thirteen.place.started, None),
        (thirteen, deputies["SC13"], Part.DEPUTY, thirteen.place.started, None),
    )  # fmt: skip
    session.add_all(
        Term(
            id=keys.next(), created_at=at(begun, 12), group_id=home.group.id, user_id=user.id, part=part, started_on=begun,
            ended_on=ended,
        ) for home, user, part, begun, ended in spells
    )  # fmt: skip


def _more_groups(session: Session, stage: Stage, ward: Ward, home: Home) -> None:
    """A village's second chat, and the ward's own: party committee, cell secretaries, heads of groups and villages."""
    keys, begun = stage.keys("more_groups"), stage.today - timedelta(days=BEGUN)
    address = f"https://zalo.me/g/{digest(stage.dice('more_groups'))[:9]}"
    session.add_all(
        [
            Group(
                id=keys.next(), created_at=at(begun, 12), name=f"Xóm trên, {home.within_a_sentence}", kind=GroupKind.HOUSEHOLD,
                unit_id=home.unit.id, started_on=begun, parent_id=home.group.parent_id, leader_id=home.leader.id,
            ),
            Group(
                id=keys.next(), created_at=at(places.MERGED_ON, 12), name=INTERNAL, kind=GroupKind.INTERNAL, unit_id=ward.unit.id,
                started_on=places.MERGED_ON, join_url=address, leader_id=ward.users[places.CHAIR].id,
            ),
        ]
    )  # fmt: skip


def _proposals(session: Session, stage: Stage, thirteen: Home, nine: Home) -> None:
    """A household that came, and one that is said to have gone; neither is answered."""
    keys, gone_on = stage.keys("proposal"), stage.today - timedelta(days=2)
    staying = select(Household.id).where(
        Household.unit_id == nine.unit.id, col(Household.left_on).is_(None), col(Household.arrived_on) < gone_on
    )
    gone_id = session.exec(staying.order_by(col(Household.code)).limit(1)).first()
    dice = stage.dice("proposal")
    came = {"head_name": names.person(dice), "address": names.address(dice, thirteen.place.streets), "phone": "", "people": 3}
    session.add(
        Proposal(
            id=keys.next(), created_at=stage.now - timedelta(hours=20), kind=ProposalKind.ADD,
            unit_id=thirteen.unit.id, words=came, proposed_by_id=thirteen.leader.id,
        )
    )  # fmt: skip
    if gone_id:
        session.add(
            Proposal(
                id=keys.next(), created_at=stage.now - timedelta(hours=7), kind=ProposalKind.LEFT, unit_id=nine.unit.id,
                household_id=gone_id, words={"on": gone_on.isoformat()}, note="Chủ nhà trọ báo đã trả phòng.",
                proposed_by_id=nine.leader.id,
            )
        )  # fmt: skip
