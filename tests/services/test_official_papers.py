"""Official papers: worded by whoever writes, numbered by the clerk once the announcement is approved, and never changed after."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from core import clock
from core.errors import Invalid, NotAllowed, NotFound
from models import Announcement, AnnouncementStatus, AuditEvent, OfficialPaper, PaperKind, Role, Unit
from services import official_papers
from services.access import Actor
from services.official_papers import PaperWords
from tests.factories import make_actor, make_announcement, make_unit, make_user

NOTICE = PaperKind.NOTICE
WORDS = PaperWords(
    "Về việc tổng vệ sinh", "Bắc Kạn", ("Các tổ dân phố;", "Lưu: VT."), ("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"), "Hoàng Thị Hữu"
)
pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def ward(session: Session) -> Unit:
    return make_unit(session, name="Phường Bắc Kạn", address="Số 1, đường Trường Chinh")


@pytest.fixture
def clerk(session: Session, ward: Unit) -> Actor:
    return make_actor(session, unit=ward)


def approved(session: Session, ward: Unit, **overrides: Any) -> Announcement:
    return make_announcement(session, unit=ward, status=AnnouncementStatus.APPROVED, **overrides)


def numbered(session: Session, clerk: Actor, announcement: Announcement, number: int, **more: date) -> OfficialPaper:
    official_papers.word(session, actor=clerk, announcement_id=announcement.id, kind=NOTICE, words=WORDS)
    day = more.get("issued_on", clock.today())
    paper = official_papers.give_number(
        session, actor=clerk, announcement_id=announcement.id, kind=NOTICE, number=number, issued_on=day
    )  # fmt: skip
    session.commit()
    return paper


def test_a_paper_is_worded_as_the_ward_usually_does(session: Session, ward: Unit, clerk: Actor) -> None:
    vice_chair = make_user(session, unit=ward, role=Role.OFFICIAL, display_name="Hoàng Thị Hữu")
    announcement = approved(session, ward, title="Khám sàng lọc", approver_id=vice_chair.id)

    words = official_papers.state(session, actor=clerk, announcement_id=announcement.id, kind=NOTICE).words

    assert (words.subject, words.place, words.signer) == ("Về việc khám sàng lọc", "Bắc Kạn", "Hoàng Thị Hữu")
    assert words.recipients[-1] == "Lưu: VT."


def test_a_ward_with_a_number_for_a_name_keeps_its_kind(session: Session) -> None:
    ward = make_unit(session, name="Phường 7")
    announcement = make_announcement(session, unit=ward)
    clerk = make_actor(session, unit=ward)

    assert official_papers.state(session, actor=clerk, announcement_id=announcement.id, kind=NOTICE).words.place == "Phường 7"


def test_a_draft_has_no_number_and_says_which_draft_it_is(session: Session, ward: Unit, clerk: Actor) -> None:
    announcement = make_announcement(session, unit=ward, version=3)

    text = official_papers.text_of(session, actor=clerk, announcement_id=announcement.id, kind=NOTICE)

    assert (text.number, text.issued_on, text.draft) == (None, None, "Dự thảo lần 3, in ngày 24/11/2026")
    assert (text.kind, text.symbol, text.issuer) == ("THÔNG BÁO", "TB-UBND", ("ỦY BAN NHÂN DÂN", "PHƯỜNG BẮC KẠN"))
    assert text.contact == ["Số 1, đường Trường Chinh. Điện thoại: 0209 300 0000"]


def test_the_text_is_the_announcement_s_then_its_facts_and_ends_with_the_mark(session: Session, ward: Unit, clerk: Actor) -> None:
    facts = {"when": "7 giờ, thứ Bảy", "bring": "thẻ bảo hiểm."}
    announcement = make_announcement(session, unit=ward, body="Đoạn một.\n\nĐoạn hai.", facts=facts)

    text = official_papers.text_of(session, actor=clerk, announcement_id=announcement.id, kind=NOTICE)

    assert text.body == [
        ("", "Đoạn một."), ("", "Đoạn hai."), ("1. Thời gian:", "7 giờ, thứ Bảy"), ("2. Chuẩn bị:", "thẻ bảo hiểm./."),
    ]  # fmt: skip


def test_the_clerk_s_number_makes_a_paper_of_a_draft(session: Session, ward: Unit, clerk: Actor) -> None:
    announcement = approved(session, ward)

    numbered(session, clerk, announcement, 15)

    text = official_papers.text_of(session, actor=clerk, announcement_id=announcement.id, kind=NOTICE)
    assert (text.number, text.issued_on, text.draft, text.subject) == (15, date(2026, 11, 24), "", "Về việc tổng vệ sinh")
    assert session.exec(select(AuditEvent.action).where(AuditEvent.action == "paper.numbered")).all() == ["paper.numbered"]
    with pytest.raises(Invalid, match="đã có số"):
        official_papers.word(session, actor=clerk, announcement_id=announcement.id, kind=NOTICE, words=WORDS)
    with pytest.raises(Invalid, match="đã có số"):
        official_papers.give_number(
            session, actor=clerk, announcement_id=announcement.id, kind=NOTICE, number=16, issued_on=clock.today()
        )  # fmt: skip


def test_no_number_before_the_announcement_is_approved(session: Session, ward: Unit, clerk: Actor) -> None:
    with pytest.raises(Invalid, match="chưa được duyệt"):
        numbered(session, clerk, make_announcement(session, unit=ward), 15)


def test_no_number_before_the_paper_is_worded(session: Session, ward: Unit, clerk: Actor) -> None:
    announcement = approved(session, ward)

    with pytest.raises(Invalid, match="lưu nội dung"):
        official_papers.give_number(
            session, actor=clerk, announcement_id=announcement.id, kind=NOTICE, number=1, issued_on=clock.today()
        )  # fmt: skip


def test_a_number_is_given_once_a_year_a_kind_and_a_ward(session: Session, ward: Unit, clerk: Actor) -> None:
    numbered(session, clerk, approved(session, ward), 15)

    with pytest.raises(Invalid, match="Số 15 năm 2026"):
        numbered(session, clerk, approved(session, ward), 15)
    session.rollback()
    assert numbered(session, clerk, approved(session, ward), 15, issued_on=date(2025, 12, 30)).year == 2025
    other = make_unit(session)
    assert numbered(session, make_actor(session, unit=other), approved(session, other), 15).number == 15


@pytest.mark.parametrize(("number", "ahead", "sentence"), [(0, 0, "từ 1 trở lên"), (1, 1, "chưa tới")])
def test_a_number_or_day_that_cannot_be_is_refused(
    session: Session, ward: Unit, clerk: Actor, number: int, ahead: int, sentence: str
) -> None:
    with pytest.raises(Invalid, match=sentence):
        numbered(session, clerk, approved(session, ward), number, issued_on=clock.today() + timedelta(days=ahead))


def test_the_next_number_is_foreseen(session: Session, ward: Unit, clerk: Actor) -> None:
    numbered(session, clerk, approved(session, ward), 41)

    state = official_papers.state(session, actor=clerk, announcement_id=approved(session, ward).id, kind=NOTICE)

    assert (state.next_number, state.may_be_numbered) == (42, True)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"subject": " "}, "trích yếu"),
        ({"place": ""}, "địa danh"),
        ({"subject": "x" * 201}, "200"),
        ({"signing": ("x",) * 13}, "12"),
    ],
)
def test_words_that_cannot_be_are_refused(
    session: Session, ward: Unit, clerk: Actor, wrong: dict[str, object], sentence: str
) -> None:
    announcement = make_announcement(session, unit=ward)
    words = PaperWords(**(WORDS.__dict__ | wrong))

    with pytest.raises(Invalid, match=sentence):
        official_papers.word(session, actor=clerk, announcement_id=announcement.id, kind=NOTICE, words=words)


def test_another_ward_s_paper_is_not_found_and_others_may_not(session: Session, ward: Unit) -> None:
    announcement = make_announcement(session, unit=ward)

    with pytest.raises(NotFound):
        official_papers.text_of(
            session, actor=make_actor(session, unit=make_unit(session)), announcement_id=announcement.id, kind=NOTICE
        )  # fmt: skip
    with pytest.raises(NotAllowed):
        official_papers.state(
            session, actor=make_actor(session, unit=ward, role=Role.LEAD), announcement_id=announcement.id, kind=NOTICE
        )  # fmt: skip
