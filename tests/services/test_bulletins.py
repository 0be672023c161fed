"""The month's sheet for a notice board: what was said to everyone there, on its day, and nothing else."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlmodel import Session, select

from core.errors import Invalid, NotFound, Refusal
from models import Announcement, AnnouncementStatus, Audience, Purpose, Role, Unit, UnitKind
from services import bulletins
from services.access import Actor, actor_of
from tests.factories import make_announcement, make_group, make_link, make_unit, make_user

DECEMBER = date(2026, 12, 1)
SENT = datetime(2026, 11, 24, 9, tzinfo=UTC)


@pytest.fixture
def ward(session: Session) -> Unit:
    return make_unit(session, name="Phường Bắc Kạn", phone="+842093812345")


@pytest.fixture
def unit(session: Session, ward: Unit) -> Unit:
    return make_unit(session, parent=ward, kind=UnitKind.RESIDENTIAL, name="Tổ 7")


@pytest.fixture
def clerk(session: Session, ward: Unit) -> Actor:
    return actor_of(session, make_user(session, unit=ward, role=Role.STAFF))


def said(session: Session, ward: Unit, title: str, when: str = "7 giờ 30 ngày 12/12/2026", **overrides: Any) -> Announcement:
    fields: dict[str, Any] = {
        "title": title, "status": AnnouncementStatus.SENT, "sent_at": SENT, "facts": {"when": when, "where": "Nhà văn hóa"},
    }  # fmt: skip
    return make_announcement(session, unit=ward, **(fields | overrides))


def titles(session: Session, clerk: Actor, unit: Unit, month: date = DECEMBER) -> list[tuple[int, str]]:
    found = bulletins.happenings(session, actor=clerk, unit_id=unit.id, month=month)
    return [(one.day.day, one.title) for one in found]


def test_each_day_that_was_named_stands_in_its_month(session: Session, ward: Unit, unit: Unit, clerk: Actor) -> None:
    said(session, ward, "Tiêm sởi", "ngày 30/11/2026 và ngày 2/12/2026")
    said(session, ward, "Tổng vệ sinh")

    assert titles(session, clerk, unit) == [(2, "Tiêm sởi"), (12, "Tổng vệ sinh")]
    assert titles(session, clerk, unit, date(2026, 11, 1)) == [(30, "Tiêm sởi")]
    (_, cleaning) = bulletins.happenings(session, actor=clerk, unit_id=unit.id, month=DECEMBER)
    assert cleaning.detail.replace("\u00a0", " ") == "7 giờ 30; Nhà văn hóa"


def test_only_what_was_said_to_everyone_there_is_hung_up(session: Session, ward: Unit, unit: Unit, clerk: Actor) -> None:
    other = make_unit(session, parent=ward, kind=UnitKind.RESIDENTIAL, name="Tổ 8")
    said(session, ward, "Cho tổ khác", units=[other])
    said(session, ward, "Cho tổ này", units=[unit])
    needy = said(session, ward, "Cho người già neo đơn")
    session.exec(select(Audience).where(Audience.announcement_id == needy.id)).one().needs = ["elderly_alone"]
    street = said(session, ward, "Cho đường Hùng Vương")
    session.exec(select(Audience).where(Audience.announcement_id == street.id)).one().streets = ["đường Hùng Vương"]
    said(session, ward, "Mới soạn", status=AnnouncementStatus.DRAFT, sent_at=None)
    said(session, ward, "Đã thu hồi", status=AnnouncementStatus.CANCELLED)
    old = said(session, ward, "Sai ngày")
    said(session, ward, "Đúng ngày", corrects_id=old.id)
    session.flush()

    assert [title for _, title in titles(session, clerk, unit)] == ["Cho tổ này", "Đúng ngày"]
    assert [title for _, title in titles(session, clerk, ward)] == ["Cho tổ khác", "Cho tổ này", "Đúng ngày"]


def test_the_sheet_has_what_was_chosen_and_what_the_clerk_adds_by_day(
    session: Session, ward: Unit, unit: Unit, clerk: Actor
) -> None:
    said(session, ward, "Tổng vệ sinh")
    said(session, ward, "Không chọn")
    join = make_link(session, unit_id=ward.id, title="Vào nhóm Tổ 7")
    session.expire_all()
    keys = [one.key for one in bulletins.happenings(session, actor=clerk, unit_id=unit.id, month=DECEMBER)][-1:]

    sheet = bulletins.of_month(
        session, actor=clerk, unit_id=unit.id, month=DECEMBER, keys=keys, more="05/12: Họp tổ | 19 giờ 30\n\n20 Nộp phí rác",
        slugs=[join.slug],
    )  # fmt: skip

    assert (sheet.ward_name, sheet.unit_name, sheet.month) == ("Phường Bắc Kạn", unit.label, "Tháng 12/2026")
    assert [(one.day, one.weekday, one.title, one.detail.replace("\u00a0", " ")) for one in sheet.events] == [
        ("05", "thứ Bảy", "Họp tổ", "19 giờ 30"), ("12", "thứ Bảy", "Tổng vệ sinh", "7 giờ 30; Nhà văn hóa"),
        ("20", "chủ nhật", "Nộp phí rác", ""),
    ]  # fmt: skip
    assert [(code.title, code.note) for code in sheet.codes] == [("Vào nhóm Tổ 7", bulletins.NOTES[Purpose(join.purpose)])]
    assert sheet.figures == [("2", "thông báo của phường", "trong tháng 11")]
    assert sheet.phones[0] == ("Phường Bắc Kạn", "0209 381 2345")


@pytest.mark.parametrize(
    ("more", "slugs", "sentence"),
    [
        ("", (), "chưa có việc nào"),
        ("Họp tổ", (), "bắt đầu bằng ngày.*Họp tổ"),
        ("32 Họp tổ", (), "bắt đầu bằng ngày"),
        ("5/11 Họp tổ", (), "bắt đầu bằng ngày"),
        ("5 " + "x" * 200, (), "dài nhất 160"),
        ("\n".join(f"{day} Việc" for day in range(1, 11)), (), "chỗ cho 9 việc"),
        ("5 Họp tổ", ("a", "b", "c", "d"), "chỗ cho 3 mã"),
    ],
)
def test_what_cannot_stand_on_a_board_is_said(
    session: Session, unit: Unit, clerk: Actor, more: str, slugs: tuple[str, ...], sentence: str
) -> None:
    with pytest.raises(Invalid, match=sentence):
        bulletins.of_month(session, actor=clerk, unit_id=unit.id, month=DECEMBER, keys=[], more=more, slugs=slugs)


def test_others_boards_are_not_found_and_leaders_may_not(session: Session, ward: Unit, unit: Unit, clerk: Actor) -> None:
    lead = actor_of(session, make_user(session, unit=unit, role=Role.LEAD))

    with pytest.raises(NotFound):
        bulletins.happenings(session, actor=clerk, unit_id=make_unit(session).id, month=DECEMBER)
    for act in (
        lambda: bulletins.happenings(session, actor=lead, unit_id=unit.id, month=DECEMBER),
        lambda: bulletins.usual_codes(session, actor=lead, unit_id=unit.id),
    ):
        with pytest.raises(Refusal):
            act()


def test_a_unit_s_own_codes_to_join_and_to_ask_come_first(session: Session, ward: Unit, unit: Unit, clerk: Actor) -> None:
    for purpose, title in ((Purpose.URL, "Cổng"), (Purpose.ASK, "Hỏi")):
        make_link(session, unit_id=ward.id, purpose=purpose, title=title)
    group = make_group(session, unit=unit)
    make_link(session, unit_id=unit.id, purpose=Purpose.JOIN, target_url=None, group_id=group.id, title="Vào nhóm")

    for board, expected in ((ward, ["Hỏi", "Cổng", "Vào nhóm"]), (unit, ["Vào nhóm", "Hỏi", "Cổng"])):
        assert [title for _, title in bulletins.usual_codes(session, actor=clerk, unit_id=board.id)] == expected
