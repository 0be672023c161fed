"""`manage.py links`, `link-create`, `link-retarget` and `qr-sheet`."""

import json
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from sqlmodel import Session, select
from typer.testing import CliRunner

from core.settings import settings
from models import Purpose, ShortLink, Unit
from services.ports import LinkVisit, Ports
from services.print_layouts import Layout
from terminal.habits import app
from tests.factories import make_link, make_procedure, make_unit
from tests.fakes import FakeVisitor, Nothing

runner = CliRunner()
TARGET = "https://dichvucong.gov.vn/p/home"


@pytest.fixture
def ward(session: Session) -> Unit:
    return make_unit(session, code="01843", name="Phường Bắc Kạn")


def answer(*words: str) -> Any:
    result = runner.invoke(app, [*words, "--json"])
    assert (result.exit_code, result.stderr) == (0, "")
    return json.loads(result.stdout)


def refusal(*words: str) -> str:
    result = runner.invoke(app, [*words, "--json"])
    assert result.exit_code == 1
    sentence = json.loads(result.stdout)["error"]
    assert result.stderr == f"{sentence}\n"
    return str(sentence)


def test_links_are_listed_with_address_target_and_state(session: Session, ward: Unit) -> None:
    make_link(session, unit_id=ward.id, slug="aa2bb3c", target_url=TARGET, last_status=404)
    make_link(session, unit_id=ward.id, slug="dd4ee5f", purpose=Purpose.ASK, target_url=None, is_active=False)

    assert answer("links") == [
        {
            "slug": "aa2bb3c", "url": "http://ward.test/q/aa2bb3c", "purpose": "url", "target": TARGET,
            "is_active": True, "last_status": 404,
        },
        {
            "slug": "dd4ee5f", "url": "http://ward.test/q/dd4ee5f", "purpose": "ask", "target": "http://ward.test/ask",
            "is_active": False, "last_status": None,
        },
    ]  # fmt: skip
    assert [link["slug"] for link in answer("links", "--purpose", "ask")] == ["dd4ee5f"]


def test_without_links_the_list_is_empty(ward: Unit) -> None:
    assert answer("links") == []


def test_a_link_is_made_for_a_unit_with_the_place_where_it_hangs(session: Session, ward: Unit) -> None:
    [made] = answer(
        "link-create", "--purpose", "url", "--target", TARGET, "--place", "Cổng chợ", "--title", "Tạm trú", "--unit", "01843"
    )

    link = session.exec(select(ShortLink)).one()
    assert made == {
        "slug": link.slug, "url": f"http://ward.test/q/{link.slug}", "purpose": "url", "target": TARGET,
        "is_active": True, "last_status": None,
    }  # fmt: skip
    assert (link.title, link.place, link.unit_id, link.target_url) == ("Tạm trú", "Cổng chợ", ward.id, TARGET)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--purpose", "url", "--target", "javascript:alert(1)"], "Đường dẫn phải bắt đầu bằng https://."),
        (["--purpose", "url", "--target", "https://dichvucong.gov.vn.evil.com/"], "trông giống gov.vn"),
        (["--purpose", "url"], "cần một đường dẫn"),
        (["--purpose", "announcement", "--target", TARGET], "ngay tại thông báo"),
        (["--purpose", "url", "--target", TARGET, "--unit", "99999"], "99999"),
    ],
)
def test_a_link_that_may_not_be_is_refused_and_nothing_is_kept(
    session: Session, ward: Unit, words: list[str], sentence: str
) -> None:  # fmt: skip
    assert sentence in refusal("link-create", *words)

    assert session.exec(select(ShortLink)).all() == []


def test_a_printed_code_is_led_elsewhere_however_its_slug_is_typed(session: Session, ward: Unit) -> None:
    link = make_link(session, unit_id=ward.id, slug="aa2bb3c")

    [moved] = answer("link-retarget", "AA2BB3C", "--target", TARGET)

    session.refresh(link)
    assert (moved["slug"], moved["target"]) == ("aa2bb3c", TARGET)
    assert (link.target_url, link.previous_target) == (TARGET, "https://dichvucong.gov.vn/")


def test_an_unknown_code_and_a_wrong_target_are_refused(session: Session, ward: Unit) -> None:
    link = make_link(session, unit_id=ward.id, slug="aa2bb3c")

    assert refusal("link-retarget", "zz9", "--target", TARGET) == "Không tìm thấy mã zz9."
    assert "http://" in refusal("link-retarget", "aa2bb3c", "--target", "http://dichvucong.gov.vn/")

    session.refresh(link)
    assert link.target_url == "https://dichvucong.gov.vn/"


def test_named_codes_are_printed_in_the_order_given(session: Session, ward: Unit, tmp_path: Path) -> None:
    make_link(session, unit_id=ward.id, slug="aa2bb3c", title="Khai sinh")
    make_link(session, unit_id=ward.id, slug="dd4ee5f", title="Tạm trú")
    out = tmp_path / "nhãn.pdf"

    told = answer("qr-sheet", "--links", "dd4ee5f, AA2BB3C", "--layout", "1", "--out", str(out))

    pages = [page.extract_text() for page in PdfReader(out).pages]
    assert told == {"codes": 2, "pages": 2, "file": str(out), "verified": 2}
    assert ["Tạm trú" in pages[0], "Khai sinh" in pages[1], "Phường Bắc Kạn" in pages[0]] == [True] * 3


def test_all_codes_of_a_purpose_are_printed_24_a_page_unless_told(session: Session, ward: Unit, tmp_path: Path) -> None:
    for _ in range(25):
        make_link(session, unit_id=ward.id)
    out = tmp_path / "tem.pdf"

    told = answer("qr-sheet", "--purpose", "url", "--out", str(out))

    assert (told["codes"], told["pages"], told["verified"], len(PdfReader(out).pages)) == (25, 2, 25, 2)


def test_the_file_replaces_an_older_one_and_leaves_nothing_beside_it(session: Session, ward: Unit, tmp_path: Path) -> None:
    make_link(session, unit_id=ward.id, slug="aa2bb3c")
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "tem.pdf").write_text("cũ")

    answer("qr-sheet", "--links", "aa2bb3c", "--out", str(folder / "tem.pdf"))

    assert [path.name for path in folder.iterdir()] == ["tem.pdf"]
    assert (folder / "tem.pdf").read_bytes().startswith(b"%PDF-")


def test_a_sheet_that_is_refused_leaves_the_older_file_alone(session: Session, ward: Unit, tmp_path: Path) -> None:
    make_link(session, unit_id=ward.id, slug="aa2bb3c", title="x" * 60)
    out = tmp_path / "tem.pdf"
    out.write_text("cũ")

    assert "aa2bb3c" in refusal("qr-sheet", "--links", "aa2bb3c", "--out", str(out))

    assert out.read_text() == "cũ"


def test_a_file_that_cannot_be_written_is_said_and_leaves_nothing_beside_it(
    session: Session, ward: Unit, tmp_path: Path
) -> None:  # fmt: skip
    make_link(session, unit_id=ward.id, slug="aa2bb3c")
    folder = tmp_path / "in"
    folder.mkdir()

    sentence = refusal("qr-sheet", "--links", "aa2bb3c", "--out", str(folder / f"{'x' * 300}.pdf"))

    assert sentence.startswith("Không ghi được ")
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--links", "aa2bb3c", "--out", "{folder}/chưa/tem.pdf"], "Không có thư mục {folder}/chưa."),
        (["--links", "zz9", "--out", "{folder}/tem.pdf"], "Không tìm thấy mã zz9."),
        (["--links", "gone222", "--out", "{folder}/tem.pdf"], "Mã gone222 không còn dùng, nên không in."),
        (["--out", "{folder}/tem.pdf"], "Không có mã nào để in."),
        (["--purpose", "join", "--out", "{folder}/tem.pdf"], "Không có mã nào để in."),
    ],
)
def test_what_cannot_be_printed_is_said_in_a_sentence_and_no_file_is_made(
    session: Session, ward: Unit, tmp_path: Path, words: list[str], sentence: str
) -> None:
    make_link(session, unit_id=ward.id, slug="aa2bb3c")
    make_link(session, unit_id=ward.id, slug="gone222", is_active=False)

    assert refusal("qr-sheet", *[word.format(folder=tmp_path) for word in words]) == sentence.format(folder=tmp_path)

    assert list(tmp_path.glob("*.pdf")) == []


def test_a_sheet_that_no_phone_could_open_is_made_with_a_warning_beside_the_answer(
    session: Session, ward: Unit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_link(session, unit_id=ward.id)
    monkeypatch.setenv("CAUNOI_PUBLIC_URL", "http://may-chu.local:8501")
    settings.cache_clear()

    result = runner.invoke(app, ["qr-sheet", "--purpose", "url", "--out", str(tmp_path / "tem.pdf"), "--json"])

    assert (result.exit_code, json.loads(result.stdout)["codes"]) == (0, 1)
    assert "http://may-chu.local:8501 chỉ mở được trên máy này" in result.stderr
    assert "CAUNOI_PUBLIC_URL" in result.stderr


def test_a_target_without_https_is_completed_and_said_beside_the_answer(session: Session, ward: Unit) -> None:
    made = runner.invoke(app, ["link-create", "--purpose", "url", "--target", "dichvucong.gov.vn/x", "--json"])
    slug = json.loads(made.stdout)[0]["slug"]
    moved = runner.invoke(app, ["link-retarget", slug, "--target", "zalo.me/g/a", "--json"])

    assert json.loads(made.stdout)[0]["target"] == "https://dichvucong.gov.vn/x"
    assert made.stderr == "Đã thêm https:// vào trước: https://dichvucong.gov.vn/x\n"
    assert json.loads(moved.stdout)[0]["target"] == "https://zalo.me/g/a"
    assert "https://zalo.me/g/a" in moved.stderr


def test_a_layout_that_is_none_is_a_wrong_use(ward: Unit, tmp_path: Path) -> None:
    result = runner.invoke(app, ["qr-sheet", "--purpose", "url", "--layout", "7", "--out", str(tmp_path / "tem.pdf")])

    assert result.exit_code == 2


def test_several_codes_are_moved_at_once_or_none(session: Session, ward: Unit) -> None:
    for slug in ("aa2bb3c", "dd4ee5f"):
        make_link(session, unit_id=ward.id, slug=slug, target_url=TARGET)

    moved = answer("link-retarget", "aa2bb3c", "DD4EE5F", "--target", "https://zalo.me/x")
    refusal("link-retarget", "aa2bb3c", "zzzzzzz", "--target", TARGET)

    assert [one["target"] for one in moved] == ["https://zalo.me/x"] * 2
    session.expire_all()
    assert set(session.exec(select(ShortLink.target_url))) == {"https://zalo.me/x"}


def test_a_procedures_code_leads_to_its_page(session: Session, ward: Unit) -> None:
    make_procedure(session, unit=ward, code="1.004194", name="Đăng ký tạm trú")

    [made] = answer("link-create", "--purpose", "procedure", "--procedure", "1.004194", "--place", "Một cửa")

    assert made["target"] == "http://ward.test/p/1.004194"


def test_a_check_visits_each_target_and_tells_what_it_found(
    session: Session, ward: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_link(session, unit_id=ward.id, slug="aa2bb3c", target_url=TARGET)
    make_link(session, unit_id=ward.id, slug="dd4ee5f", target_url="https://zalo.me/")
    nothing: Any = Nothing()
    visits = FakeVisitor(LinkVisit(TARGET, "status", 404, replaced_by="https://dichvucong.gov.vn/moi"))
    asked = Ports(sheets=nothing, paper=nothing, codes=nothing, engine=nothing, tables=nothing, visits=visits)
    monkeypatch.setattr("adapters.chooser.live", lambda: asked)

    dead, alive = answer("links-check")

    assert (dead["slug"], dead["last_status"], dead["trouble"]) == ("aa2bb3c", 404, "status")
    assert dead["replaced_by"] == "https://dichvucong.gov.vn/moi"
    assert (alive["slug"], alive["last_status"], alive["trouble"]) == ("dd4ee5f", 200, None)


@pytest.mark.parametrize("layout", list(Layout))
def test_every_layout_is_printed_with_the_number_for_a_new_one(
    session: Session, ward: Unit, tmp_path: Path, layout: Layout
) -> None:
    make_link(session, unit_id=ward.id, slug="aa2bb3c", title="Khai sinh")
    out = tmp_path / "to.pdf"

    told = answer("qr-sheet", "--links", "aa2bb3c", "--layout", layout.value, "--copies", "2", "--out", str(out))

    assert (told["codes"], told["verified"], told["pages"]) == (2, 2, -(-2 // layout.pieces))
    assert "Số 1" in PdfReader(out).pages[0].extract_text().replace("\u00a0", " ")
