"""Groups and households in a real browser: read by axe, on a desk and on an old phone; a leader's tick from end to end."""

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from models import ChangeSet, ChangeSetKind, Likeness, Proposal, ProposalKind, Role
from services import rollups
from services.household_values import search_text
from tests.e2e.conftest import Server
from tests.e2e.pace import opened, settled
from tests.factories import make_group, make_household, make_membership, make_unit, make_user

pytestmark = pytest.mark.e2e

# What Streamlit itself draws and no setting changes.
KNOWN = {"aria-allowed-role", "empty-table-header", "presentation-role-conflict"}
SCHEMES = ("light", "dark")  # in turns: the colours are the house's, the same on every screen
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
LEAST_TARGET = 44  # CSS pixels (design §10)
SCREENS = [
    "groups", "group", "households", "household", "new_household", "my_group", "cascade", "coverage", "imports", "import",
    "alike", "proposals", "import_households", "household_sheet", "household_cards", "new_group", "reorganise",
]  # fmt: skip
LONG = "Nguyễn-Phạm Thị Hoàng Bảo Thiên Kim Ngọc Trâm Anh Quỳnh Như"


@pytest.fixture(scope="module", autouse=True)
def addresses(server: Server) -> dict[str, str]:
    """A ward of one group: one household in it, one with a long name outside, one to tick."""
    with server.session() as session:
        ward = make_unit(session, name="Phường Bắc Kạn")
        unit = make_unit(session, parent=ward, short_name="Tổ 13, Sông Cầu", area="Sông Cầu")
        make_user(session, unit=ward, role=Role.OFFICIAL, username="tu", display_name="Đào Minh Tú")
        leader = make_user(session, unit=unit, role=Role.LEAD, username="minh", display_name="Hà Thị Minh")
        group = make_group(session, unit=unit, leader_id=leader.id, join_url="https://zalo.me/g/abc123")
        inside = make_household(session, unit=unit, head_name="Bế Văn An", phone="+84912345678", smartphones=2)
        make_membership(session, household=inside, group=group)
        for name in (LONG, "Ma Văn Hùng"):
            make_household(
                session, unit=unit, head_name=name, phone="+84912345679", people=3, search=search_text(name, "", "", None)
            )
        rollups.refresh(session, unit_ids=[unit.id])
        twin = make_household(session, unit=make_unit(session, parent=ward), head_name="Bế Văn An", address=LONG)
        session.add(Likeness(household_id=twin.id, other_id=inside.id, score=90))
        words = {"head_name": LONG, "address": "Số 5"}
        session.add(Proposal(kind=ProposalKind.ADD, unit_id=unit.id, words=words, proposed_by_id=leader.id))
        imported = ChangeSet(kind=ChangeSetKind.IMPORT, unit_id=ward.id, file_name=f"{LONG}.xlsx", rows=3, created=2, rejected=1)
        session.add(imported)
        session.commit()
        return {
            "reorganise": "/reorganise",
            "cascade": "/cascade", "coverage": "/coverage", "imports": "/imports", "import": f"/imports?id={imported.id}",
            "alike": "/alike", "proposals": "/proposals", "import_households": "/import_households",
            "household_sheet": "/household_sheet", "household_cards": "/household_cards",
            "groups": "/groups", "group": f"/group?id={group.id}", "households": "/households", "new_group": "/new_group",
            "household": f"/household?id={inside.id}", "new_household": "/new_household", "my_group": "/my_group",
        }  # fmt: skip


@pytest.mark.parametrize(("name", "scheme"), [(name, SCHEMES[place % 2]) for place, name in enumerate(SCREENS)])
def test_a_screen_can_be_read_by_everyone(
    signed_in: Callable[..., Page], addresses: dict[str, str], name: str, scheme: str
) -> None:
    page = signed_in("minh" if name == "my_group" else "tu", color_scheme=scheme, viewport=DESK)

    opened(page, addresses[name])

    found = {one["id"]: one["nodes"][0]["html"] for one in Axe().run(page).response["violations"] if one["id"] not in KNOWN}
    assert found == {}


@pytest.mark.parametrize("name", SCREENS)
def test_nothing_scrolls_sideways_on_a_phone(signed_in: Callable[..., Page], addresses: dict[str, str], name: str) -> None:
    page = opened(signed_in("minh" if name == "my_group" else "tu", viewport=PHONE), addresses[name])

    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_a_leader_ticks_a_household_and_takes_it_back(signed_in: Callable[..., Page], addresses: dict[str, str]) -> None:
    page = opened(signed_in("minh", viewport=PHONE), addresses["my_group"])
    figure = page.locator(".cn-figs .v").first
    expect(figure).to_have_text(re.compile(r"^1\s*/ 3 hộ$"))
    row = page.locator('[class*="st-key-rec_"]', has_text="Ma Văn Hùng")
    button = row.get_by_role("button", name="Ghi là đã vào")
    box = button.bounding_box()
    assert box
    assert box["height"] >= LEAST_TARGET

    button.click()
    expect(page.locator(".st-key-join_people")).to_be_visible()
    settled(page).locator(".st-key-join_people").get_by_text("2", exact=True).click()
    expect(figure).to_have_text(re.compile(r"^2\s*/ 3 hộ$"))
    expect(row).to_have_count(0)

    settled(page).get_by_role("button", name="Hoàn tác").click()
    expect(figure).to_have_text(re.compile(r"^1\s*/ 3 hộ$"))
    expect(row).to_have_count(1)


def test_a_row_opens_its_household_from_anywhere_and_the_search_is_still_there_on_the_way_back(
    signed_in: Callable[..., Page], addresses: dict[str, str]
) -> None:
    page = opened(signed_in("tu", viewport=DESK), addresses["households"])
    find = page.get_by_label("Tìm chủ hộ, địa chỉ, số điện thoại")
    find.press_sequentially("ma van")
    rows = page.locator('[class*="st-key-rec_"]')
    expect(rows).to_have_count(1)
    settled(page)

    rows.first.click(position={"x": 900, "y": 20})
    expect(page.get_by_role("heading", level=1)).to_have_text("Ma Văn Hùng")
    expect(page).to_have_url(re.compile(r"/household\?id=[0-9a-f-]{36}$"))

    page.go_back()
    expect(rows).to_have_count(1)
    expect(find).to_have_value("ma van")
    expect(page).to_have_url(re.compile(r"/households$"))


def test_the_list_is_taken_away_as_a_workbook(signed_in: Callable[..., Page], addresses: dict[str, str]) -> None:
    page = opened(signed_in("tu", viewport=DESK), addresses["households"])

    with page.expect_download() as taken:
        page.get_by_role("button", name="Tải danh sách (Excel)").click()

    assert taken.value.suggested_filename == "ho-dan.xlsx"
    assert taken.value.path().read_bytes()[:2] == b"PK"
