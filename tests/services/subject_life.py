"""A household with a trace of itself in every room of the house."""

from datetime import timedelta
from typing import Any

from sqlmodel import Session

from core import clock
from models import (
    Attendance,
    Change,
    ChangeSet,
    ChangeSetKind,
    Channel,
    ClosedList,
    Delivery,
    DoorKnock,
    DoorLine,
    DoorList,
    HomeVisit,
    Household,
    HouseholdPast,
    InquiryChannel,
    JoinRequest,
    ListedPerson,
    Model,
    OptOut,
    OptOutCause,
    PastCause,
    PhoneTie,
    Proposal,
    ProposalKind,
    RecipientKind,
    Unit,
    VisitAskedBy,
)
from services import inquiry_intake
from services.household_values import search_text
from services.inquiry_intake import Asked
from tests.factories import LONG_AGO, make_announcement, make_group, make_household, make_membership

NAME, PHONE, ACCOUNT, STREET = "Lường Thị Quỳnh", "+84912345987", "zalo-follower-77", "Số 21 đường Nông Văn Quang"
TYPED = "0912 345 987"


def settle(session: Session, *, unit: Unit, ward: Unit, **overrides: Any) -> Household:
    """The household, in a group, told at the door, on lists, in threads and in the ledger."""
    home = make_household(
        session, unit=unit, head_name=NAME, address=STREET, phone=PHONE, zalo_user_id=ACCOUNT, needs=["elderly_alone"],
        code="012", search=search_text(NAME, STREET, "012", PHONE), arrived_on=clock.today() - timedelta(days=1), **overrides,
    )  # fmt: skip
    group = make_group(session, unit=unit)
    make_membership(session, household=home, group=group)
    item = make_announcement(session, unit=ward, units=[unit])
    door = DoorList(announcement_id=item.id, unit_id=unit.id, token_hash=f"d{home.id}", expires_at=clock.now())
    change_set = ChangeSet(kind=ChangeSetKind.IMPORT, unit_id=unit.id)
    listed = ClosedList(unit_id=ward.id, title="Tiêm sởi", kept_until=clock.today(), people=1)
    session.add_all([door, change_set, listed])
    session.flush()
    line = DoorLine(door_list_id=door.id, household_id=home.id, number=1)
    session.add(line)
    session.flush()
    said = {"head_name": NAME, "phone": PHONE, "people": 3}
    past = HouseholdPast(
        household_id=home.id, unit_id=unit.id, code="011", head_name=NAME, address=STREET, started_on=LONG_AGO,
        ended_on=clock.today() - timedelta(days=1), cause=PastCause.CHANGED, people=4,
    )  # fmt: skip
    session.add_all(
        [
            past,
            DoorKnock(door_line_id=line.id, key=f"k{home.id}", knocked_at=clock.now(), note=f"Gặp {NAME}"),
            Change(change_set_id=change_set.id, household_id=home.id, before=said, after={"people": 4, "address": STREET}),
            Attendance(
                announcement_id=item.id, household_id=home.id, name=NAME, visitor="v-quynh", asked_at=clock.now(), code="ab12"
            ),
            PhoneTie(household_id=home.id, visitor="v-quynh", consent="2026-11"),
            Proposal(kind=ProposalKind.CHANGE, unit_id=unit.id, household_id=home.id, words=said, note=f"hộ {NAME}"),
            Proposal(kind=ProposalKind.ADD, unit_id=unit.id, words={"head_name": NAME, "phone": TYPED}),
            JoinRequest(group_id=group.id, name=NAME, phone=PHONE, address=STREET),
            HomeVisit(
                ward_id=ward.id, unit_id=unit.id, household_id=home.id, name=NAME, phone=PHONE, address=STREET, words="VNeID",
                asked_by=VisitAskedBy.PERSON, token_hash=f"v{home.id}",
            ),
            ListedPerson(
                closed_list_id=listed.id, unit_id=unit.id, name="Lường Gia Bảo", guardian=NAME, address=STREET, phones=[PHONE]
            ),
            Delivery(
                announcement_id=item.id, channel=Channel.ZNS, recipient_kind=RecipientKind.PHONE, recipient_id=PHONE,
                idempotency_key=f"z{home.id}",
            ),
            OptOut(channel=Channel.SMS, recipient=PHONE, cause=OptOutCause.SMS, since=clock.now()),
        ]
    )  # fmt: skip
    asked = Asked(f"Nhà {NAME} mất nước", InquiryChannel.FORM, from_id="v-quynh", name=NAME, phone=TYPED, place=STREET)
    inquiry_intake.take_in(session, ward=ward, asked=asked)
    session.commit()
    return home


def everything(session: Session) -> str:
    """Every value of every table, as one text."""
    session.expire_all()
    return "\n".join(
        f"{name}: {tuple(row)}"
        for name, table in Model.metadata.tables.items()
        for row in session.connection().execute(table.select())
    )


def leaks(session: Session, *words: str) -> list[str]:
    """Rows in which any of these stands."""
    wanted = words or (NAME, PHONE, PHONE.removeprefix("+84"), ACCOUNT, "Nông Văn Quang", "Lường", "quynh")
    return [row for row in everything(session).split("\n") if any(word in row for word in wanted)]
