"""Lines of the list about what people write: shown as letters, searched as letters, filled in as letters, refused by services."""

import ast
import csv
import io
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlmodel import Session, select
from time_machine import Traveller

from adapters.paper import TypstPaper
from adapters.table_files import Workbooks
from core import clock as house_clock
from core.errors import Invalid, NotAllowed, NotFound
from models import (
    Announcement,
    AuditEvent,
    GroupKind,
    Household,
    Purpose,
    RequestStatus,
    Role,
    ShortLink,
    SubjectRequest,
    Unit,
)
from services import approvals, drafts, groups, household_phones, households, link_targets, links, procedure_values, templates
from services.access import Actor
from services.drafts import Words
from services.groups import GroupValues
from services.household_search import Filters
from services.household_values import HouseholdValues
from services.import_values import phones_of
from tests.adapters.test_official_paper import NOTICE
from tests.factories import make_actor, make_announcement, make_household, make_unit
from tests.security.sources import modules
from tests.web.day import make_day, phone

MARKUP = "<img src=x onerror=alert(1)>\"'"


def test_s01_markup_in_any_name_is_letters_on_every_page(session: Session, clock: Traveller) -> None:
    assert clock
    day = make_day(session, title=MARKUP, body=MARKUP, group_text=MARKUP)
    day.group.name = day.unit.name = day.unit.short_name = day.leader.display_name = MARKUP
    session.commit()
    client = phone()

    calendar = client.get(f"{day.page}/lich.ics")
    assert calendar.headers["content-type"].startswith("text/calendar")
    assert sum(line.startswith("SUMMARY") for line in calendar.text.split("\r\n")) == 1
    for path in (day.page, day.relay_page, day.leaders_page, f"/j/{_join(session, day.group.id)}"):
        text = client.get(path).text
        assert "<img src=x" not in text, path
        assert "onerror=alert(1)>" not in text, path


def _join(session: Session, group_id: Any) -> str:
    link = links.join_link(session, group_id=group_id)
    session.commit()
    return link.slug


SCHEMES = ("javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", " JaVaScRiPt:alert(1)", "https://a@b", "vbscript:x")


@pytest.mark.parametrize("url", SCHEMES)
def test_s02_no_service_keeps_an_address_that_could_act(session: Session, official: Actor, url: str) -> None:
    group = GroupValues("Nhóm", GroupKind.HOUSEHOLD, join_url=url)
    for keep in (
        lambda: link_targets.checked(url),
        lambda: procedure_values.url_of(url),
        lambda: groups.create(session, actor=official, unit_id=_unit(session, official).id, values=group),
    ):
        with pytest.raises(Invalid):
            keep()


@pytest.mark.parametrize("words", ["' OR 1=1 --", "%", "_", "(a+)+$", "*", "\\"])
def test_s03_what_is_searched_for_is_letters(session: Session, official: Actor, words: str) -> None:
    unit = _unit(session, official)
    for name in ("Hoàng Văn An", "Lý Thị Bình"):
        households.add(session, actor=official, unit_id=unit.id, values=HouseholdValues(name))

    def found(typed: str) -> list[str]:
        rows = households.search(session, actor=official, filters=Filters(words=typed)).rows
        return [row.head_name for row in rows]

    letters = "".join(one if one.isalnum() else " " for one in words)
    assert found(words) == (found(letters) if letters.strip() else [])
    assert found("hoang") == ["Hoàng Văn An"]


FORMULAS = ("=HYPERLINK(1)", "+84912345678", "-1", "@x", "\t=1", "\0=1", "＝1", '"a,b\nc"')


def test_s06_no_table_we_give_out_holds_a_formula_and_a_number_is_read_again() -> None:
    rows = [[one] for one in FORMULAS]
    book: Any = load_workbook(io.BytesIO(Workbooks().xlsx([("Hộ", ["Tên"], rows)])))
    text = Workbooks().csv(["Tên"], rows).decode("utf-8-sig")

    assert {cell.data_type for row in book.active.iter_rows() for cell in row} == {"s"}
    written = [row[0] for row in csv.reader(io.StringIO(text))][1:]
    assert not [one for one in written if one[:1] in "=+-@\t\r\0＝＋－＠"]
    assert '"a,b' in written[-1]
    assert phones_of(written[1]) == ("+84912345678",)


def test_s07_no_screen_reads_markdown_out_of_a_text_of_people() -> None:
    """Texts go through `ui.words.plain` or into `Markup`; Streamlit's readers of Markdown and HTML are not called at all."""
    called = [
        f"{name}:{node.lineno}"
        for room in ("pages", "ui")
        for name, tree in modules(room)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("st.markdown", "st.write", "st.latex", "st.write_stream")
    ]

    assert called == []


@pytest.mark.parametrize("words", ["{{ ''.__class__ }}", "{0.__class__}", "${x}", "%(a)s", "{% for x in y %}", "#{7*7}"])
def test_s12_a_template_is_filled_by_letters_only(words: str) -> None:
    pattern = templates.shipped()[0]
    blank = next(one for one in pattern.blanks if templates.fill(pattern, {one.name: "x"}).pattern != pattern)

    filled = templates.fill(pattern, {blank.name: words})

    assert any(words.replace("[", "(") in text for text in filled.pattern.texts.values())


def test_s16_services_refuse_what_a_form_would_never_send(session: Session, official: Actor) -> None:
    unit = _unit(session, official)
    bad: list[Mapping[str, Any]] = [
        {"head_name": ""}, {"head_name": "An", "phone": "0912"}, {"head_name": "An", "people": -1},
        {"head_name": "An", "people": 10**9}, {"head_name": "An", "arrived_on": house_clock.today() + timedelta(days=400)},
        {"head_name": "An", "code": "x" * 500},
    ]  # fmt: skip

    for values in bad:
        with pytest.raises(Invalid):
            households.add(session, actor=official, unit_id=unit.id, values=HouseholdValues(**values))
    assert session.exec(select(Household)).all() == []


def test_s17_what_contradicts_itself_is_refused(session: Session, official: Actor) -> None:
    now, unit, strange = house_clock.now(), _unit(session, official), make_unit(session, parent=make_unit(session))
    good: dict[str, Any] = {"title": "Họp", "body": "Mời họp.", "unit_ids": [unit.id]}
    before = now - timedelta(hours=1)
    others: list[dict[str, Any]] = [{"expires_at": before}, {"must_reach_by": before}, {"unit_ids": []}]
    for other in others:
        with pytest.raises(Invalid):
            drafts.write(session, actor=official, words=Words(**good | other))
    with pytest.raises((Invalid, NotFound)):
        drafts.write(session, actor=official, words=Words(**good | {"unit_ids": [unit.id, strange.id]}))
    assert session.exec(select(Announcement)).all() == []


def test_s18_nothing_is_approved_that_was_not_handed_on(session: Session, official: Actor) -> None:
    draft = make_announcement(session, unit=session.get_one(Unit, official.unit_id))

    with pytest.raises(NotAllowed):
        approvals.approve(session, actor=official, announcement_id=draft.id, version=draft.version)
    assert draft.sent_at is None


BAD_HOSTS = (
    "https://dichvucong.gov.vn.evil.com/", "https://dichvucong.gov.vn@evil.com/", "//evil.com", "https://evil.com\\@gov.vn",
    "https://dіchvucong.gov.vn/", "https://zal0.me/",
)  # fmt: skip


@pytest.mark.parametrize("url", BAD_HOSTS)
def test_s27_a_look_alike_is_refused_when_saved_and_when_scanned(session: Session, official: Actor, url: str) -> None:
    with pytest.raises(Invalid):
        link_targets.checked(url)
    slipped = ShortLink(slug="abcde", purpose=Purpose.URL, target_url=url, title="x", unit_id=official.unit_id)
    session.add(slipped)
    session.commit()

    answer = phone().get("/q/abcde?to=https://evil.com")
    assert "evil" not in answer.headers.get("location", "")
    assert answer.status_code != 302


def test_s49_fields_that_no_form_has_are_ignored(session: Session, clock: Traveller) -> None:
    assert clock
    make_unit(session, code="01843")
    more = {"status": "done", "household_id": "1", "role": "admin", "unit_id": "2", "identity": "papers", "version": "9"}

    phone(origin="http://ward.test").post("/privacy?xa=01843", data={"kind": "view", "name": "An", "contact": "Tổ 7"} | more)

    request = session.exec(select(SubjectRequest)).one()
    assert (request.status, request.household_id, request.identity.value, request.version) == (RequestStatus.NEW, None, "none", 1)


def test_s60_each_look_at_a_whole_number_is_one_line_without_the_number(session: Session, official: Actor) -> None:
    home = make_household(session, unit=_unit(session, official), phone="+84912345678")

    household_phones.reveal(session, actor=official, household_id=home.id)

    [line] = session.exec(select(AuditEvent)).all()
    assert (line.actor_id, line.action, line.subject_id) == (official.id, "household.phone_seen", str(home.id))
    assert line.created_at.tzinfo is not None
    assert "912345678" not in line.model_dump_json()


READ = ("file:///etc/passwd", '<img src="http://evil.test/x.png">', '#image("/etc/passwd")', '#read("/etc/passwd")', "$e^x$")


@pytest.mark.parametrize("words", READ)
def test_s64_paper_takes_a_text_for_a_text(words: str) -> None:
    reader = PdfReader(io.BytesIO(TypstPaper().official(replace(NOTICE, body=(("", words), ("", "Hết./."))))))

    said = "".join(page.extract_text() for page in reader.pages)
    assert "root:" not in said
    assert "".join(words.split())[:12] in "".join(said.split())
    assert reader.metadata is None or reader.metadata.author is None
    with pytest.raises(Invalid):
        TypstPaper().official(replace(NOTICE, body=(("", "chữ " * 250_000),)))


@pytest.fixture
def official(session: Session, clock: Traveller) -> Actor:
    assert clock
    return make_actor(session, unit=make_unit(session), role=Role.OFFICIAL)


def _unit(session: Session, official: Actor) -> Unit:
    return make_unit(session, parent=session.get_one(Unit, official.unit_id))
