"""`manage.py subject-export`, `subject-erase`, `retention`: one document, whole or not at all, refusals in a sentence."""

import json
from pathlib import Path

import pytest
from sqlmodel import Session
from typer.testing import CliRunner, Result

from models import Household
from services import attachments
from terminal.habits import app
from tests.factories import make_unit
from tests.services.subject_life import NAME, TYPED, leaks, settle

runner = CliRunner()
pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def home(session: Session) -> Household:
    ward = make_unit(session, code="01843", name="Phường Bắc Kạn")
    return settle(session, unit=make_unit(session, parent=ward, code="01843-SC13"), ward=ward)


def left(session: Session) -> list[str]:
    """What is still there; the session lets go, for the command writes by another connection."""
    found = leaks(session)
    session.rollback()
    return found


def run(*words: str) -> Result:
    return runner.invoke(app, [*words, "--json"])


def test_what_is_held_comes_as_one_document_or_as_a_file(home: Household, tmp_path: Path) -> None:
    said = json.loads(run("subject-export", "--household", "01843-SC13/012").stdout)
    pdf, plain = tmp_path / "a.pdf", tmp_path / "a.json"
    for out in (pdf, plain):
        assert run("subject-export", "--phone", TYPED, "--out", str(out)).exit_code == 0

    assert (said["households"], said["data"]["households"][0]["head_name"]) == (["012"], NAME)
    assert pdf.read_bytes().startswith(b"%PDF")
    assert json.loads(plain.read_text())["data"]["inquiries"][0]["from_name"] == NAME


def test_erased_it_says_how_many_and_what_stays(session: Session, home: Household) -> None:
    home_id = str(home.id)
    tried = json.loads(run("subject-erase", "--phone", TYPED, "--dry-run").stdout)
    assert left(session) != []

    done = json.loads(run("subject-erase", "--phone", TYPED).stdout)
    again = json.loads(run("subject-erase", "--household", home_id).stdout)

    assert (done["erased"], done["households"], len(done["kept"]) > 3) == (tried["erased"], 1, True)
    assert (again["erased"], again["already_on"]) == (0, "2026-11-24")
    assert left(session) == []


def test_pictures_that_were_theirs_are_gone_and_shared_ones_stay(
    session: Session, home: Household, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = "a" * 64
    path = attachments.path_of(gone)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"x")

    assert attachments.remove_unnamed(session, [gone, "../../etc/passwd"]) == 1
    assert not path.exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["subject-export"], "--phone"), (["subject-erase", "--phone", "12"], "12"),
        (["subject-erase", "--phone", "0987 654 321"], "0987 654 321"), (["subject-export", "--household", "9-9"], "9-9"),
        (["subject-erase", "--phone", TYPED, "--household", "012"], "--phone"),
    ],
)  # fmt: skip
def test_a_wrong_name_is_one_sentence_and_nothing_happens(session: Session, home: Household, words: list[str], said: str) -> None:
    before = len(left(session))

    result = run(*words)

    assert (result.exit_code, said in json.loads(result.stdout)["error"]) == (1, True)
    assert len(left(session)) == before


def test_tonight_is_told_kind_by_kind(home: Household) -> None:
    found = {one["kind"]: one for one in json.loads(run("retention").stdout)}

    assert (found["scans"]["days"], found["scans"]["tonight"], found["inquiries"]["days"]) == (90, 0, 365)
