"""An announcement on official paper, as its page words it, shows it and takes the clerk's number."""

from typing import Any

import pytest
from sqlmodel import Session, select

from core import clock
from core.errors import Invalid
from models import Announcement, AnnouncementStatus, OfficialPaper, PrintJob, Role, Unit, UnitKind, User
from services import ports, print_jobs
from services.ports import DoorNotice, DoorSheet, MeetingPaper, PaperText, Ports
from tests.factories import make_announcement, make_household, make_unit, make_user
from tests.fakes import FakeEngine, Nothing, WhitePages
from tests.pages.conftest import Offered, Visit, words

pytestmark = pytest.mark.usefixtures("noon")


class FakePaper(WhitePages):
    """A printer that remembers what it was asked for."""

    def __init__(self) -> None:
        self.papers: list[PaperText] = []
        self.meetings: list[MeetingPaper] = []
        self.packets: list[tuple[bytes, list[str], str]] = []

    def official(self, paper: PaperText) -> bytes:
        self.papers.append(paper)
        return b"%PDF-paper"

    def door_packets(self, paper: bytes, sheets: list[DoorSheet], notice: DoorNotice) -> tuple[bytes, int]:
        self.packets.append((paper, [sheet.unit_name for sheet in sheets], notice.title))
        return b"%PDF-packets", 4

    def invitation_slips(self, meeting: MeetingPaper) -> tuple[bytes, int]:
        self.meetings.append(meeting)
        return b"%PDF-slips", 2


@pytest.fixture
def paper(promises: FakeEngine) -> FakePaper:
    nothing: Any = Nothing()
    made: Any = FakePaper()
    ports.provide(Ports(sheets=nothing, paper=made, codes=nothing, engine=promises, tables=nothing))
    return made  # type: ignore[no-any-return]


@pytest.fixture
def clerk(session: Session, ward: Unit) -> User:
    return make_user(session, unit=ward, role=Role.STAFF)


def submitted(at: Any, label: str) -> Any:
    next(button for button in at.button if button.label == label).click()
    return at.run()


def paper_of(session: Session) -> OfficialPaper:
    session.expire_all()
    found = session.exec(select(OfficialPaper)).one()
    session.rollback()
    return found


def test_a_draft_is_worded_and_shown_as_it_is_printed(
    session: Session, visit: Visit, paper: FakePaper, clerk: User, ward: Unit
) -> None:
    item = make_announcement(session, unit=ward, title="Họp tổ dân phố")
    at = visit("official_paper", user=clerk, id=str(item.id))
    assert paper.papers[-1].subject == "Về việc họp tổ dân phố"

    at.text_area(key="paper_subject").set_value("Về việc họp cuối năm")
    submitted(at, "Lưu nội dung")

    assert paper_of(session).words["subject"] == "Về việc họp cuối năm"
    assert (paper.papers[-1].subject, paper.papers[-1].draft) == ("Về việc họp cuối năm", "Dự thảo lần 1, in ngày 24/11/2026")
    assert not [one for one in at.button if one.label == "Cấp số"]  # not approved yet


def test_the_clerk_gives_the_number_and_the_paper_stands(
    session: Session, visit: Visit, paper: FakePaper, clerk: User, ward: Unit
) -> None:
    item = make_announcement(session, unit=ward, status=AnnouncementStatus.APPROVED)
    at = submitted(visit("official_paper", user=clerk, id=str(item.id), loai="invitation"), "Lưu nội dung")

    at.number_input(key="paper_no").set_value(112)
    submitted(at, "Cấp số")

    kept = paper_of(session)
    assert (kept.number, kept.kind, kept.numbered_by_id) == (112, "invitation", clerk.id)
    assert (paper.papers[-1].symbol, paper.papers[-1].number, paper.papers[-1].draft) == ("GM-UBND", 112, "")
    assert "nội dung không đổi nữa" in words(at)


def test_slips_by_name_are_made_for_one_unit(
    session: Session, visit: Visit, paper: FakePaper, clerk: User, ward: Unit, unit: Unit, offered: list[Offered]
) -> None:
    make_household(session, unit=unit, head_name="Nông Văn Khỏe", address="Số 12")
    make_household(session, unit=unit, head_name="Hà Thị Mẫn", address="Số 3")
    item = make_announcement(session, unit=ward, title="Họp tổ dân phố", facts={"when": "19 giờ 30 phút"})

    visit("official_paper", user=clerk, id=str(item.id)).button(key="paper_slips").click().run()

    (meeting,) = paper.meetings
    assert meeting.people == [("Hà Thị Mẫn", "Số 3"), ("Nông Văn Khỏe", "Số 12")]
    assert (meeting.unit_name, meeting.facts) == ("Tổ 13, Sông Cầu", [("Thời gian", "19 giờ 30 phút")])
    assert [one.content for one in offered if one.name == "giay-moi.pdf"] == [b"%PDF-slips"]


@pytest.fixture
def sent(session: Session, ward: Unit, unit: Unit, other: Unit) -> Announcement:
    for place in (unit, other):
        make_household(session, unit=place)
    return make_announcement(session, unit=ward, title="Họp tổ", status=AnnouncementStatus.SENT, sent_at=clock.now())


@pytest.fixture
def other(session: Session, ward: Unit) -> Unit:
    return make_unit(session, parent=ward, kind=UnitKind.RESIDENTIAL, name="Tổ 14")


def test_each_leader_s_packet_is_made_for_one_unit_or_for_all(
    session: Session, visit: Visit, paper: FakePaper, clerk: User, sent: Announcement, other: Unit
) -> None:
    at = visit("official_paper", user=clerk, id=str(sent.id), loai="invitation")

    at.selectbox(key="paper_unit").set_value(other.id).run()
    at.button(key="paper_doors").click().run()
    for _press in range(2):
        at.button(key="paper_all_doors").click().run()

    job = session.exec(select(PrintJob)).one()
    assert [(made, units) for made, units, _ in paper.packets] == [(b"%PDF-paper", [other.label])]
    assert (job.codes, job.wanted["kind"], job.author_id) == (2, "invitation", clerk.id)


def test_how_many_leaders_packets_are_done_is_seen_and_then_the_file_is_there(
    session: Session, visit: Visit, paper: FakePaper, clerk: User, sent: Announcement, offered: list[Offered]
) -> None:
    visit("official_paper", user=clerk, id=str(sent.id)).button(key="paper_all_doors").click().run()
    job = session.exec(select(PrintJob)).one()
    print_jobs.begin(session, job_id=job.id)
    print_jobs.tell(session, job_id=job.id, pages=1)
    session.commit()
    under_way = words(visit("official_paper", user=clerk, id=str(sent.id)))
    print_jobs.keep(job.id, b"%PDF-all")
    print_jobs.finish(session, job_id=job.id, pages=6)
    session.commit()

    ready = words(visit("official_paper", user=clerk, id=str(sent.id)))

    assert "1 / 2 tổ, thôn" in under_way
    assert "2 tổ, thôn, mã đã đọc lại đúng cả" in ready
    assert [one.content for one in offered if one.name.startswith("go-cua-2")] == [b"%PDF-all"]


def test_packets_that_could_not_be_made_say_why_and_other_announcements_do_not(
    session: Session, visit: Visit, paper: FakePaper, clerk: User, ward: Unit, sent: Announcement
) -> None:
    visit("official_paper", user=clerk, id=str(sent.id)).button(key="paper_all_doors").click().run()
    reason = Invalid("Không còn hộ nào phải báo tận nơi, không có gì để in.")
    print_jobs.refuse(session, job_id=session.exec(select(PrintJob.id)).one(), refusal=reason)
    session.commit()

    here, elsewhere = (
        words(visit("official_paper", user=clerk, id=str(one.id))) for one in (sent, make_announcement(session, unit=ward))
    )

    assert reason.message in here
    assert reason.message not in elsewhere


def test_packets_of_what_is_not_sent_are_refused_on_the_spot(
    session: Session, visit: Visit, paper: FakePaper, clerk: User, ward: Unit, unit: Unit
) -> None:
    item = make_announcement(session, unit=ward)

    at = visit("official_paper", user=clerk, id=str(item.id)).button(key="paper_all_doors").click().run()

    assert "chưa gửi" in at.error[0].value
    assert session.exec(select(PrintJob)).all() == []


def test_another_ward_s_announcement_cannot_be_opened(session: Session, visit: Visit, paper: FakePaper, clerk: User) -> None:
    foreign: Announcement = make_announcement(session, unit=make_unit(session), title="Thông báo nơi khác")

    at = visit("official_paper", user=clerk, id=str(foreign.id))

    assert "Không tìm thấy thông báo này" in at.error[0].value
    assert "nơi khác" not in words(at)
    assert paper.papers == []
