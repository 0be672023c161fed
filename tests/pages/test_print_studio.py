"""The print studio: what is chosen is looked at first, then made in the background and taken away."""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlmodel import Session, select

from core.errors import Invalid
from core.settings import settings
from models import PrintJob, Role, User
from services import ports, print_jobs
from services.ports import Label, Ports, SheetHead
from services.print_layouts import Layout
from tests.factories import make_link, make_unit, make_user
from tests.fakes import FakeEngine, Nothing, WhitePages
from tests.pages.conftest import Offered, Visit, words


class FakePaper(WhitePages):
    """A printer that remembers what it was asked for, and refuses a title it was told to."""

    def __init__(self) -> None:
        self.asked: list[tuple[list[str], Layout, SheetHead]] = []
        self.refuses = ""

    def qr_sheet(self, labels: Sequence[Label], *, layout: Layout, head: SheetHead) -> tuple[bytes, int]:
        if any(label.title == self.refuses for label in labels):
            raise Invalid("Tên dài quá, không vừa nhãn: {labels}. Xin rút gọn, hoặc chọn nhãn lớn hơn.", labels=self.refuses)
        self.asked.append(([f"{label.title} {label.number}" for label in labels], layout, head))
        return b"%PDF-", 1


@pytest.fixture
def paper(promises: FakeEngine) -> FakePaper:
    nothing: Any = Nothing()
    made: Any = FakePaper()
    ports.provide(Ports(sheets=nothing, paper=made, codes=nothing, engine=promises, tables=nothing))
    return made  # type: ignore[no-any-return]


@pytest.fixture
def clerk(session: Session) -> User:
    return make_user(session, unit=make_unit(session, name="Phường Bắc Kạn"), role=Role.STAFF)


def test_a_ward_without_codes_is_led_to_making_one(session: Session, visit: Visit, paper: FakePaper, clerk: User) -> None:
    assert "Chưa có mã nào để in" in words(visit("print_studio", user=clerk))


@pytest.mark.parametrize("role", [Role.LEAD, Role.VIEWER])
def test_others_are_told_that_it_is_not_for_them(session: Session, visit: Visit, role: Role) -> None:
    at = visit("print_studio", user=make_user(session, unit=make_unit(session), role=role))

    assert [error.value for error in at.error] == ["Tài khoản của ông/bà không có quyền xem trang này."]


def test_the_first_page_is_shown_as_it_will_be_printed(session: Session, visit: Visit, paper: FakePaper, clerk: User) -> None:
    link = make_link(session, unit_id=clerk.unit_id, title="Đăng ký tạm trú")

    at = visit("print_studio", user=clerk, ma=link.slug, kho="8")
    at.number_input(key="studio_copies").set_value(20).run()

    titles, layout, head = paper.asked[-1]
    assert (titles, layout, head.unit_name) == (["Đăng ký tạm trú 1"] * 8, Layout.LARGE, "Phường Bắc Kạn")
    assert "Trang 1 / 3; cả tờ có 20 mã." in words(at)


def test_an_ordered_sheet_is_promised_with_its_number_and_stands_in_the_list(
    session: Session, visit: Visit, paper: FakePaper, clerk: User, promises: FakeEngine
) -> None:
    link = make_link(session, unit_id=clerk.unit_id, title="Đăng ký tạm trú")
    at = visit("print_studio", user=clerk, ma=link.slug, kho="tent")

    at.button(key="studio_order").click().run()

    job = session.exec(select(PrintJob)).one()
    assert (job.layout, job.codes, job.wanted["labels"][0]["number"]) == ("tent", 1, "1")
    assert [one.subject_id for one in promises.promises.values()] == [str(job.id)]
    assert "0 / 1 trang" in words(at)


def test_a_sheet_of_codes_that_no_phone_opens_is_made_only_for_who_confirms_it(
    session: Session, visit: Visit, paper: FakePaper, clerk: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAUNOI_PUBLIC_URL", "http://localhost:8501")
    settings.cache_clear()
    at = visit("print_studio", user=clerk, ma=make_link(session, unit_id=clerk.unit_id).slug)
    is_held = at.button(key="studio_order").disabled

    at.checkbox(key="studio_meant").check().run()

    assert is_held
    assert "chỉ mở được trên máy này" in words(at)
    assert not at.button(key="studio_order").disabled


def test_what_cannot_be_printed_is_named_and_cannot_be_ordered(
    session: Session, visit: Visit, paper: FakePaper, clerk: User
) -> None:
    link = make_link(session, unit_id=clerk.unit_id, title="Tên rất dài")
    paper.refuses = "Tên rất dài"

    at = visit("print_studio", user=clerk, ma=link.slug)

    assert "không vừa nhãn: Tên rất dài" in at.error[0].value
    assert at.button(key="studio_order").disabled


def test_too_many_stickers_are_refused_before_anything_is_made(
    session: Session, visit: Visit, paper: FakePaper, clerk: User
) -> None:
    make_link(session, unit_id=clerk.unit_id)
    make_link(session, unit_id=clerk.unit_id)
    at = visit("print_studio", user=clerk)
    at.checkbox(key="studio_all").check().run()
    before = len(paper.asked)

    at.number_input(key="studio_copies").set_value(12_000).run()

    assert "nhiều nhất 12000 mã" in at.error[0].value.replace(".", "")
    assert len(paper.asked) == before


def test_a_broken_sticker_is_ordered_again_by_its_number(session: Session, visit: Visit, paper: FakePaper, clerk: User) -> None:
    link = make_link(session, unit_id=clerk.unit_id, title="Đăng ký tạm trú")
    make_link(session, unit_id=clerk.unit_id, title="Mã khác")
    first = visit("print_studio", user=clerk, ma=link.slug, kho="L7160")
    first.button(key="studio_order").click().run()

    at = visit("print_studio", user=clerk)
    at.number_input(key="studio_number").set_value(1)
    next(button for button in at.button if button.label == "Tìm").click()
    at.run()

    assert paper.asked[-1][:2] == (["Đăng ký tạm trú 1"], Layout.L7160)


def test_a_badge_needs_a_wearer_and_a_code(session: Session, visit: Visit, paper: FakePaper, clerk: User) -> None:
    link = make_link(session, unit_id=clerk.unit_id, title="Hỏi phường")
    at = visit("print_studio", user=clerk, kho="badge")
    assert at.button(key="studio_order").disabled

    at.multiselect(key="studio_people").set_value([clerk.id])
    at.selectbox(key="studio_code").set_value(link.slug).run()

    assert paper.asked[-1][0] == [f"{clerk.display_name} 1"]


def test_a_finished_sheet_is_taken_away_and_a_refused_one_says_why(
    session: Session, visit: Visit, paper: FakePaper, clerk: User, offered: list[Offered]
) -> None:
    link = make_link(session, unit_id=clerk.unit_id)
    for _sheet in range(2):
        visit("print_studio", user=clerk, ma=link.slug).button(key="studio_order").click().run()
    ready, refused = session.exec(select(PrintJob).order_by("created_at")).all()
    print_jobs.keep(ready.id, b"%PDF-made")
    print_jobs.finish(session, job_id=ready.id, pages=1)
    print_jobs.refuse(session, job_id=refused.id, refusal=Invalid("Mã in ra không đọc lại được: {labels}.", labels="**x**"))
    session.commit()

    at = visit("print_studio", user=clerk)

    assert [one.content for one in offered if one.name.startswith("to-in-")] == [b"%PDF-made"]
    assert "đã đọc lại đúng cả" in words(at)
    assert "Mã in ra không đọc lại được: **x**." in words(at)
