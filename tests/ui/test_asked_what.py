"""Every number on a screen that is a figure of the register can be asked what it is."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.settings import ROOT
from models import Role
from services.access import Actor
from services.chair_questions import Question
from services.figure_register import BY_NAME
from ui import asked_what, this_run

ANY = ("*",)
# What is no figure of the register: counts of what is to be done, parts of a plan, what one list or one upload holds.
PLAIN: dict[str, tuple[str, ...]] = {
    "pages/links.py": ("Mã chưa ai quét",),
    "pages/people.py": ANY,  # accounts
    "ui/attendance.py": ANY,  # who comes to one event
    "ui/channels.py": ("Đang dùng", "Cần xem lại"),
    "ui/community.py": ("Dưới {share}", "Hộ trong nhóm"),  # groups to look at; members of a group that is no residential unit's
    "ui/compose.py": ANY,  # the plan of one announcement
    "ui/doors.py": ANY,  # doors of one announcement that are left
    "ui/importing.py": ANY,  # one upload
    "ui/imports.py": ANY,
    "ui/inbox.py": ANY,  # what waits, for whom
    "ui/inbox_rules.py": ("Xong hẳn",),
    "ui/leader_reports.py": ANY,  # what leaders wrote of one event
    "ui/links.py": ("Mã QR còn dùng",),
    "ui/loudspeakers.py": ANY,  # slots to be read
    "ui/phone_surveys.py": ANY,  # one survey's doors
    "ui/procedures.py": ANY,  # the book of procedures
    "ui/reorganise.py": ANY,  # what a change of units takes along
    "ui/review.py": ANY,  # the plan of one announcement
    "ui/roster.py": ANY,  # turns that are filled
    "ui/scans.py": ("Giờ đông nhất", "Bằng điện thoại"),
    "ui/status.py": ANY,  # machines
    "ui/team_figures.py": ("Buổi hướng dẫn",),
    "ui/today.py": ("Mã QR còn dùng",),
    "ui/withdrawn.py": ANY,  # where one announcement is to be taken down
}


def metrics() -> Iterator[tuple[str, str, str]]:
    """File, label and `about` of each `Figure(…)` that is written down."""
    for path in sorted([*(ROOT / "pages").glob("*.py"), *(ROOT / "ui").glob("*.py")]):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("Figure", "parts.Figure"):
                named = {one.arg: one.value for one in node.keywords}
                label = next((one.value for one in ast.walk(node.args[0]) if isinstance(one, ast.Constant)), "")
                about = named.get("about")
                yield str(path.relative_to(ROOT)), str(label), str(about.value) if isinstance(about, ast.Constant) else ""


def test_every_number_is_a_figure_that_can_be_asked_or_a_plain_count_named_here() -> None:
    written = list(metrics())
    silent = [(file, label) for file, label, about in written if not about and Path(file).name != "figure_book.py"]

    assert [one for one in silent if PLAIN.get(one[0]) != ANY and one[1] not in PLAIN.get(one[0], ())] == []
    assert {about for _, _, about in written if about} <= BY_NAME.keys()
    assert PLAIN.keys() <= {file for file, _ in silent}  # nothing is named that is there no more
    assert {name for one in Question for name in one.figures} <= BY_NAME.keys()


@pytest.mark.parametrize(("role", "is_link"), [(Role.VIEWER, True), (Role.LEAD, False)])
def test_who_has_no_page_of_figures_is_told_the_meaning_on_the_spot(role: Role, is_link: bool) -> None:
    this_run.begin(Actor(None, "", "", role, None, ""))
    try:
        said = str(asked_what.name("Hộ trong nhóm", "coverage", {"to": "13"}))
    finally:
        this_run.begin(None)

    assert ('href="/figures?so=coverage&amp;to=13"' in said) is is_link
    assert ("<details><summary>Hộ trong nhóm</summary>Trong 100 hộ" in said) is not is_link
