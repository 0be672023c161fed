"""What an import wrote is a record, and is taken back wholly while nothing later depends on it."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlmodel import Session, col, select

from core import clock
from core.db import transaction
from core.errors import Invalid, NotAllowed, NotFound
from models import (
    AuditEvent,
    Change,
    ChangeSet,
    ChangeSetKind,
    Group,
    Household,
    HouseholdPast,
    HouseholdToken,
    Likeness,
    Membership,
    Model,
    PastCause,
    PhoneTie,
    Proposal,
    ProposalKind,
    Role,
    Unit,
)
from services import change_sets, household_search, imports, rollups
from services.access import TERMINAL
from services.change_sets import Entry
from services.household_search import Filters
from services.imports import ImportResult
from services.ports import Cell, Sheet
from tests.factories import make_actor, make_group, make_household, make_membership, make_unit
from tests.services.bac_kan import group_of, make_bac_kan

HEADER: list[Cell] = ["Mã hộ", "Họ tên", "Tổ", "Địa chỉ", "Điện thoại", "Số khẩu", "Trong nhóm Zalo"]
AN: list[Cell] = ["H01", "Hoàng Văn An", 12, "Số 5", "0912345678", 4, "x"]
BINH: list[Cell] = ["H02", "Nông Thị Bình", 12, "Số 6", "0987654321", 3, ""]
RECORDS = ("changeset", "change", "auditevent")


@pytest.fixture
def ward(session: Session) -> Unit:
    return make_bac_kan(session)


def imported(session: Session, unit: Unit, *rows: Sequence[Cell], **options: Any) -> ImportResult:
    sheet = Sheet(name="Hộ", rows=[HEADER, *map(list, rows)])
    result = imports.run(session, **{"actor": TERMINAL, "unit_id": unit.id, "sheet": sheet, **options})
    session.commit()
    session.expire_all()
    return result


def undone(session: Session, result: ImportResult, **options: Any) -> ChangeSet:
    assert result.change_set_id
    change_set = change_sets.undo(session, **{"actor": TERMINAL, "change_set_id": result.change_set_id, **options})
    session.commit()
    session.expire_all()
    return change_set


def everything(session: Session, *, but: Sequence[str] = RECORDS) -> dict[str, list[Any]]:
    """Every row of every table, records and versions aside."""
    found = {}
    for table in Model.metadata.sorted_tables:
        if table.name not in but:
            columns = [column for column in table.c if (table.name, column.name) != ("household", "version")]
            rows = session.execute(table.select().with_only_columns(*columns))
            days = table.name in ("unitday", "unittotal")  # counted anew: other ids, the same counts
            found[table.name] = sorted(str(row[2:] if days else row) for row in rows)
    return found


def only(session: Session, name: str) -> Household:
    return session.exec(select(Household).where(Household.head_name == name)).one()


# The record


def test_an_import_is_a_record_of_whose_file_did_what(session: Session, ward: Unit) -> None:
    staff = make_actor(session, unit=ward, role=Role.STAFF, display_name="Trần Thị Mai")
    imported(session, ward, BINH)

    result = imported(
        session, ward, AN, [*BINH[:5], 5, "x"], ["H03", ""], actor=staff, file_name="tổ 12.xlsx", file_hash="ab" * 32
    )  # fmt: skip

    assert result.change_set_id
    record = change_sets.get(session, actor=staff, change_set_id=result.change_set_id)
    kept = record.change_set
    assert (record.by, record.unit_label, kept.kind) == ("Trần Thị Mai", "Phường Bắc Kạn", ChangeSetKind.IMPORT)
    assert (kept.file_name, kept.file_hash) == ("tổ 12.xlsx", "ab" * 32)
    assert (kept.rows, kept.created, kept.updated, kept.unchanged, kept.joined, kept.rejected) == (3, 1, 1, 0, 2, 1)
    assert only(session, "Hoàng Văn An").change_set_id == kept.id
    assert {one.change_set_id for one in session.exec(select(Membership))} == {kept.id}


def test_what_changed_is_kept_as_it_was_and_became(session: Session, ward: Unit) -> None:
    home = make_household(session, unit=group_of(session, "SC12"), code="H01", head_name="Hoàng An", people=2, version=7)

    result = imported(session, ward, AN)

    [touched, joined] = session.exec(select(Change).order_by(col(Change.membership_id).is_not(None))).all()
    assert (touched.household_id, touched.version, joined.version) == (home.id, 8, 8)
    assert touched.before == {"head_name": "Hoàng An", "address": "", "phone": None, "people": 2}
    assert touched.after == {"head_name": "Hoàng Văn An", "address": "Số 5", "phone": "+84912345678", "people": 4}
    assert only(session, "Hoàng Văn An").version == 8
    assert result.change_set_id
    [first, second] = change_sets.changes(session, actor=TERMINAL, change_set_id=result.change_set_id)
    assert (first.head_name, first.changes["people"]) == ("Hoàng Văn An", (2, 4))
    assert second.changes == {"people_joined": (None, 1)}


def test_needs_are_not_told_with_what_changed(session: Session, ward: Unit) -> None:
    make_household(session, unit=group_of(session, "SC12"), code="H01", head_name="An")
    header: list[Cell] = ["Mã hộ", "Họ tên", "Tổ", "Khuyết tật"]

    result = imported(session, ward, sheet=Sheet(name="Hộ", rows=[header, ["H01", "An", 12, "x"]]))

    assert result.change_set_id
    assert only(session, "An").needs == ["disabled"]
    assert [one.changes for one in change_sets.changes(session, actor=TERMINAL, change_set_id=result.change_set_id)] == [{}]


def test_what_changes_nothing_leaves_no_record(session: Session, ward: Unit) -> None:
    imported(session, ward, AN)

    again = imported(session, ward, AN)
    tried = imported(session, ward, BINH, dry_run=True)

    assert (again.change_set_id, tried.change_set_id) == (None, None)
    assert len(session.exec(select(ChangeSet)).all()) == 1


def test_records_are_seen_by_those_who_write_in_their_units(session: Session, ward: Unit) -> None:
    other = make_unit(session)
    result = imported(session, ward, AN)
    assert result.change_set_id
    staff, stranger = make_actor(session, unit=ward), make_actor(session, unit=other)
    leader = make_actor(session, unit=group_of(session, "SC12"), role=Role.LEAD)

    assert [one.change_set.id for one in change_sets.listing(session, actor=staff)] == [result.change_set_id]
    assert change_sets.listing(session, actor=stranger) == []
    with pytest.raises(NotFound):
        change_sets.undo(session, actor=stranger, change_set_id=result.change_set_id)
    for doing in (change_sets.listing, lambda session, actor: undone(session, result, actor=actor)):
        with pytest.raises(NotAllowed):
            doing(session, actor=leader)


def test_records_and_what_they_hold_come_a_page_at_a_time(session: Session, ward: Unit) -> None:
    results = [imported(session, ward, [f"H{i}", f"Hộ Số {i} Én", 12], [f"K{i}", f"Hộ Kia {i} Én", 12]) for i in range(3)]
    ids = [one.change_set_id for one in reversed(results)]

    assert change_sets.count(session, actor=TERMINAL) == 3
    assert [one.change_set.id for one in change_sets.listing(session, actor=TERMINAL, limit=2)] == ids[:2]
    assert [one.change_set.id for one in change_sets.listing(session, actor=TERMINAL, limit=2, skip=2)] == ids[2:]
    assert ids[0]
    assert change_sets.size(session, actor=TERMINAL, change_set_id=ids[0]) == (2, 0)
    [(home, label)] = change_sets.created(session, actor=TERMINAL, change_set_id=ids[0], limit=1, skip=1)
    assert (home.head_name, label) == ("Hộ Kia 2 Én", "Tổ 12, Sông Cầu")


# Undoing


def test_undoing_leaves_everything_as_it_was(session: Session, ward: Unit) -> None:
    imported(session, ward, BINH, ["H03", "Lý Thị Cúc", "Tổ 13 - Sông Cầu", "", "0912345670", 2, "x"])
    before = everything(session)

    result = imported(
        session, ward, AN, [*BINH[:3], "Số 60", "0987654322", 5, 2], ["H03", "Lý Thị Cúc", "Tổ 13 - Sông Cầu", "", "", 2, 2],
        ["", "Nông Thị Bình", 12, "Số 6", "", "", ""],
    )  # fmt: skip
    change_set = undone(session, result)

    assert (result.created, result.updated) == (2, 2)
    assert everything(session) == before
    assert change_set.undone_at is not None
    assert rollups.repair(session) == []
    event = session.exec(select(AuditEvent).where(AuditEvent.action == "change_set.undone")).one()
    assert (event.subject_id, event.details) == (str(change_set.id), {"kind": "import", "removed": 2, "changed": 2})


def test_a_household_that_goes_back_is_found_by_what_it_was(session: Session, ward: Unit) -> None:
    imported(session, ward, AN)
    result = imported(session, ward, ["H01", "Triệu Văn Khác", 12, "", "", "", ""])

    undone(session, result)

    found = household_search.search(session, actor=TERMINAL, filters=Filters(words="hoang van an"))
    assert [row.head_name for row in found.rows] == ["Hoàng Văn An"]
    assert not household_search.search(session, actor=TERMINAL, filters=Filters(words="trieu")).rows


def test_undoing_raises_the_version_so_that_open_forms_are_refused(session: Session, ward: Unit) -> None:
    imported(session, ward, AN)
    result = imported(session, ward, [*AN[:5], 9, "x"])

    undone(session, result)

    assert (only(session, "Hoàng Văn An").people, only(session, "Hoàng Văn An").version) == (4, 3)


def test_undoing_tells_how_far_it_is_from_the_beginning_to_the_end(session: Session, ward: Unit) -> None:
    imported(session, ward, AN)
    told: list[tuple[int, int]] = []

    undone(session, imported(session, ward, [*AN[:5], 5, 3], BINH), progress=lambda done, of: told.append((done, of)))

    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]  # one household goes back, in two steps, and one is removed


def test_undoing_of_many_removes_them_in_parts(session: Session, ward: Unit) -> None:
    result = imported(session, ward, *([f"H{n}", f"Lý Văn {n}", 12, "", "", 1, ""] for n in range(2_003)))
    told: list[tuple[int, int]] = []

    undone(session, result, progress=lambda done, of: told.append((done, of)))

    assert told == [(0, 2_003), (0, 2_003), (2_000, 2_003), (2_003, 2_003)]
    assert session.exec(select(Household)).all() == []


def test_an_undone_import_is_imported_again(session: Session, ward: Unit) -> None:
    undone(session, imported(session, ward, AN))

    again = imported(session, ward, AN)

    assert (again.created, again.joined) == (1, 1)
    assert only(session, "Hoàng Văn An").change_set_id == again.change_set_id


def test_an_import_is_undone_once(session: Session, ward: Unit) -> None:
    result = imported(session, ward, AN)
    undone(session, result)

    with pytest.raises(Invalid, match="đã được quay lại rồi"):
        undone(session, result)


def test_imports_are_undone_one_after_the_other_the_last_first(session: Session, ward: Unit) -> None:
    before = everything(session)
    first, second = imported(session, ward, AN, BINH), imported(session, ward, [*AN[:5], 9, "x"], [*BINH[:6], "x"])

    with pytest.raises(Invalid, match="2 hộ đã có thay đổi khác"):
        undone(session, first)
    session.rollback()
    undone(session, second)
    undone(session, first)

    assert everything(session) == before


def test_the_record_says_who_undid_it(session: Session, ward: Unit) -> None:
    staff = make_actor(session, unit=ward, display_name="Trần Thị Mai")
    result = imported(session, ward, AN)

    undone(session, result, actor=staff)

    assert result.change_set_id
    assert change_sets.get(session, actor=TERMINAL, change_set_id=result.change_set_id).undone_by == "Trần Thị Mai"


# What holds it up


def edited(session: Session, home: Household, ward: Unit) -> None:
    home.version += 1
    session.add(home)


def gone(session: Session, home: Household, ward: Unit) -> None:
    home.left_on = clock.today()
    session.add(home)


def with_past(session: Session, home: Household, ward: Unit) -> None:
    session.add(
        HouseholdPast(
            household_id=home.id, unit_id=home.unit_id, code=home.code, head_name=home.head_name, ended_on=home.arrived_on,
            started_on=home.arrived_on - timedelta(days=1), cause=PastCause.CHANGED,
        )
    )  # fmt: skip


def with_card(session: Session, home: Household, ward: Unit) -> None:
    session.add(HouseholdToken(household_id=home.id, token_hash="a"))


def with_phone(session: Session, home: Household, ward: Unit) -> None:
    session.add(PhoneTie(household_id=home.id, visitor="a", consent="1"))


def proposed(session: Session, home: Household, ward: Unit) -> None:
    session.add(Proposal(kind=ProposalKind.CHANGE, unit_id=home.unit_id, household_id=home.id))


def elsewhere(session: Session, home: Household, ward: Unit) -> None:
    group = make_group(session, unit=ward)
    make_membership(session, household=home, group=group, joined_on=clock.today())


def out(session: Session, home: Household, ward: Unit) -> None:
    stay = session.exec(select(Membership).where(Membership.household_id == home.id)).one()
    stay.left_on = clock.today()
    session.add(stay)


def merged_with(session: Session, home: Household, ward: Unit) -> None:
    make_household(session, unit=ward, merged_into_id=home.id)


def said_same(session: Session, home: Household, ward: Unit) -> None:
    other = make_household(session, unit=ward)
    session.add(Likeness(household_id=home.id, other_id=other.id, score=90, is_same=True))


HOLDING = [
    (edited, "đã được sửa sau đó"), (gone, "đã được sửa sau đó"), (with_past, "đã thay đổi từ một ngày sau đó"),
    (with_card, "đã có thẻ hộ"), (with_phone, "đã gắn với một điện thoại"), (proposed, "đã có đề nghị của tổ trưởng"),
    (elsewhere, "đã vào hoặc ra khỏi nhóm sau đó"), (out, "đã vào hoặc ra khỏi nhóm sau đó"),
    (merged_with, "đã tách hoặc nhập hộ sau đó"), (said_same, "đã ghép với một hộ khác"),
]  # fmt: skip


@pytest.mark.parametrize(("later", "why"), HOLDING, ids=lambda one: getattr(one, "__name__", ""))
def test_what_came_later_holds_it_up_by_name_and_reason(
    session: Session, ward: Unit, later: Callable[[Session, Household, Unit], None], why: str
) -> None:
    result = imported(session, ward, AN, BINH)
    later(session, only(session, "Hoàng Văn An"), ward)
    session.commit()
    before = everything(session)

    with pytest.raises(Invalid) as refused:
        undone(session, result)

    session.rollback()
    assert refused.value.details == {"n": 1, "names": f"Hoàng Văn An ({why})"}
    assert everything(session) == before
    assert result.change_set_id
    held = change_sets.obstacles(session, actor=TERMINAL, change_set_id=result.change_set_id)
    assert (held.total, [(one.head_name, one.code, one.why) for one in held.first]) == (1, [("Hoàng Văn An", "H01", why)])


def test_a_household_changed_since_holds_up_what_changed_it_before(session: Session, ward: Unit) -> None:
    home = make_household(session, unit=group_of(session, "SC12"), code="H01", head_name="An")
    result = imported(session, ward, AN)
    session.refresh(home)
    edited(session, home, ward)
    session.commit()

    with pytest.raises(Invalid, match="Hoàng Văn An"):
        undone(session, result)


def test_a_membership_counted_anew_holds_up_what_counted_it_before(session: Session, ward: Unit) -> None:
    imported(session, ward, AN)
    result = imported(session, ward, [*AN[:6], 3])
    stay = session.exec(select(Membership)).one()
    stay.people = 4
    session.add(stay)
    session.commit()

    with pytest.raises(Invalid, match="đã vào hoặc ra khỏi nhóm"):
        undone(session, result)


def test_four_that_hold_it_up_are_counted_and_three_are_named(session: Session, ward: Unit) -> None:
    result = imported(session, ward, *[[f"H{i}", f"Hộ Số {i} Én", 12] for i in range(4)])
    for home in session.exec(select(Household)):
        edited(session, home, ward)
    session.commit()

    with pytest.raises(Invalid) as refused:
        undone(session, result)

    assert refused.value.details["n"] == 4
    assert str(refused.value.details["names"]).count("Hộ Số") == 3


def test_a_no_of_two_households_holds_nothing_up_and_goes_with_them(session: Session, ward: Unit) -> None:
    result = imported(session, ward, AN)
    other = make_household(session, unit=ward)
    session.add(Likeness(household_id=only(session, "Hoàng Văn An").id, other_id=other.id, score=90, is_same=False))
    session.commit()

    undone(session, result)

    assert session.exec(select(Household.id)).all() == [other.id]
    assert session.exec(select(Likeness)).all() == []


# Groups


def test_a_group_that_it_made_goes_with_it_unless_somebody_uses_it(session: Session, ward: Unit) -> None:
    twelve = imported(session, ward, AN)
    thirteen = imported(session, ward, ["H01", "Lý Thị Cúc", "Tổ 13 - Sông Cầu", "", "", "", "x"])
    group = session.exec(select(Group).where(Group.unit_id == group_of(session, "SC13").id)).one()
    group.join_url = "https://zalo.me/g/abcdef"
    session.add(group)
    session.commit()

    undone(session, twelve)
    undone(session, thirteen)

    assert session.exec(select(Group.id)).all() == [group.id]


def test_a_group_with_a_household_of_its_own_stays(session: Session, ward: Unit) -> None:
    result = imported(session, ward, AN)
    home = make_household(session, unit=group_of(session, "SC12"))
    make_membership(session, household=home, group=session.exec(select(Group)).one())

    undone(session, result)

    assert len(session.exec(select(Group)).all()) == 1


# Other change sets, and two at once


def test_any_change_set_goes_back_the_same_way(session: Session, ward: Unit) -> None:
    home = make_household(session, unit=group_of(session, "SC12"), head_name="An", people=4)
    change_set = change_sets.begin(session, actor=TERMINAL, kind=ChangeSetKind.SHEET, unit_id=ward.id, updated=1)
    home.people, home.version = 6, 2
    session.add(home)
    change_sets.note(session, change_set, [Entry(home.id, 2, {"people": 4}, {"people": 6})])
    session.commit()

    change_sets.undo(session, actor=TERMINAL, change_set_id=change_set.id)

    session.refresh(home)
    assert (home.people, home.version) == (4, 3)
    assert change_sets.listing(session, actor=TERMINAL) == []


def test_two_officials_importing_one_list_at_the_same_moment_end_with_one_import(session: Session, ward: Unit) -> None:
    results: list[ImportResult] = []
    start = Barrier(2)
    rows: list[list[Cell]] = [
        HEADER,
        AN,
        BINH,
        ["", "Lý Thị Cúc", "Tổ 13 - Sông Cầu", "", "0912345670", 2, "x"],
        ["", "Ma Én", "Tổ 13 - Sông Cầu", "", "", 1, ""],
    ]

    def one() -> None:
        start.wait()
        with transaction() as own:
            sheet = Sheet(name="Hộ", rows=rows)
            results.append(imports.run(own, actor=TERMINAL, unit_id=ward.id, sheet=sheet, file_hash="ab" * 32))

    session.commit()
    both = [Thread(target=one) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()

    assert sorted((one.created, one.unchanged) for one in results) == [(0, 4), (4, 0)]
    [first, second] = sorted(results, key=lambda one: -one.created)
    assert session.exec(select(ChangeSet.id)).all() == [first.change_set_id]
    assert (first.earlier, second.earlier and second.earlier.change_set_id) == (None, first.change_set_id)
    assert len(session.exec(select(Household)).all()) == 4


def test_only_an_import_that_stands_counts_as_an_earlier_one_of_the_same_file(session: Session, ward: Unit) -> None:
    first = imported(session, ward, AN, file_hash="ab" * 32)
    undone(session, first)

    again = imported(session, ward, AN, file_hash="ab" * 32)
    other = imported(session, ward, BINH, file_hash="cd" * 32)
    once_more = imported(session, ward, AN, file_hash="ab" * 32, dry_run=True)

    assert (again.earlier, other.earlier) == (None, None)
    assert once_more.earlier
    assert once_more.earlier.change_set_id == again.change_set_id
