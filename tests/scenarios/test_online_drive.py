"""Scenario 10: ten days for procedures online. Codes on walls whose target moves, scans counted, small cells hidden."""

from collections.abc import Callable
from typing import Any

from sqlmodel import Session

from models import GroupKind, Purpose, Role, ShortLink
from services import link_checks, link_moves, links, participation, ports, rollups, scans
from services.drafts import Words
from services.links import LinkState
from services.ports import Ports
from tests.factories import make_actor, make_group, make_household, make_membership, make_unit, make_user
from tests.fakes import FakeEngine, FakeLinks, Nothing
from tests.scenarios.town import DAY, Town, act, at, day, look, page
from tests.web.day import ZALO_PREVIEW, phone

START, MIDDLE, END = "2026-11-10", "2026-11-14", "2026-11-20"
OLD, NEW = "https://dichvucong.gov.vn/p/home/cu.html?ma=1", "https://dichvucong.gov.vn/p/home/moi.html?ma=1"


def test_a_drive_keeps_its_printed_codes_and_counts_without_naming_anyone(
    session: Session, town: Callable[..., Town], promises: FakeEngine
) -> None:
    """Not here: sheets of codes (the print shop), whom the digital team helped and the goal of sixty per cent (its own part)."""
    ward = town(at(START, "08:00"), places=3, inside=3, outside=2)
    one, two, three = ward.places
    team = make_group(
        session, unit=ward.ward, kind=GroupKind.SECTOR, name="Tổ công nghệ số",
        leader_id=make_user(session, unit=ward.ward, role=Role.LEAD, display_name="Đoàn Văn Số").id,
    )  # fmt: skip
    tiny = make_unit(session, parent=ward.ward, name="Thôn Khuổi Lặng", short_name="Khuổi Lặng", subtype="thon", code="01843-KL")
    chat = make_group(session, unit=tiny)
    make_membership(session, household=make_household(session, unit=tiny, head_name="Bàn Thị Ghển"), group=chat)
    viewer = make_actor(session, unit=ward.ward, role=Role.VIEWER)
    session.commit()
    act(rollups.refresh, unit_ids={tiny.id, *(place.unit.id for place in ward.places)})
    nothing: Any = Nothing()
    checker = FakeLinks({OLD: "dead"})
    ports.provide(Ports(sheets=nothing, paper=nothing, codes=nothing, engine=promises, tables=nothing, links=checker))

    # A code a procedure and wall, each with a slug of its own.
    walls = [
        act(links.create, actor=ward.writer, purpose=Purpose.URL, target_url=OLD, title=title, place=place.unit.name,
            unit_id=place.unit.id)
        for title in ("Đăng ký tạm trú", "Khai sinh") for place in ward.places
    ]  # fmt: skip
    assert len({link.slug for link in walls}) == 6

    # The portal's old page is dead: asked for its life, the link in the text says so; the living one has nothing against it.
    def words(target: str) -> Words:
        return Words(
            title="10 ngày cao điểm dịch vụ công trực tuyến", unit_ids=ward.units(one, two, three), also_groups=[team.id],
            body=f"Tổ công nghệ số giúp bà con tại nhà văn hóa, 19 giờ đến 21 giờ, đến hết thứ Sáu 20/11/2026.\nXem: {target}",
            group_text="Tối nào cũng có người giúp làm dịch vụ công, 19 giờ đến 21 giờ, tại nhà văn hóa.",
            must_reach_by=at(START, "20:00"), expires_at=at(END, "21:30"),
        )  # fmt: skip

    draft = ward.written(words(OLD))
    [state] = link_checks.check(actor=ward.writer, texts={"body": draft.body})
    assert (state.url, state.state) == (OLD, "dead")
    ward.edited(draft, words(NEW))
    [state] = link_checks.check(actor=ward.writer, texts={"body": ward.now_of(draft).body})
    assert (state.url, state.state) == (NEW, "alive")
    assert ward.pointed_out(draft) == []
    ward.submitted(draft)
    ward.approved(draft)
    ward.until(at(START, "08:15"))
    item = ward.now_of(draft)
    assert ward.told_groups(item) == {one.group.id, two.group.id, three.group.id, team.id}
    ward.post(item, one, two, three, team)

    # Residents answer, doors are knocked at: known, or a named reason, on the first evening.
    for place in ward.places:
        ward.answer(item, place, *place.inside)
    ward.until(at(START, "19:30"))
    for place, outcomes in ((one, ("told", "told")), (two, ("told", "moved")), (three, ("told", "not_home"))):
        ward.knock(item, place, dict(zip([home.id for home in place.outside], outcomes, strict=True)))
    seen = ward.closing(item)
    assert (seen.households, seen.told, seen.reasons, seen.is_closed) == (15, 13, 2, True)

    # People scan the wall; a preview and the same phone again are no further phones.
    wall = walls[0]
    scanner = phone()
    for client in (scanner, scanner, phone(), phone(ZALO_PREVIEW)):
        assert client.get(f"/q/{wall.slug}").headers["location"] == OLD
    assert scan_sums(ward, wall) == (3, 2)

    # In the middle of the drive the page moves: the paper stays, the target changes, and a swindler's is refused.
    ward.until(at(MIDDLE, "09:00"))
    session.get_one(ShortLink, wall.id).last_status = 404
    session.commit()
    assert states(ward)[wall.id] is LinkState.BROKEN
    for link in walls[:3]:
        act(link_moves.retarget, actor=ward.writer, link_id=link.id, target_url=NEW)
    assert states(ward)[wall.id] is LinkState.WORKING
    for link in walls[:3]:
        assert phone().get(f"/q/{link.slug}").headers["location"] == NEW
    assert phone().get(f"/q/{walls[3].slug}").headers["location"] == OLD
    assert scan_sums(ward, wall) == (4, 3)
    days = look(scans.by_day, actor=ward.chief, link_id=wall.id, days=5)
    assert [(one_.day, one_.scans, one_.first_scans) for one_ in days if one_.scans] == [
        (day(START), 3, 2), (day(MIDDLE), 1, 1),
    ]  # fmt: skip

    # Who only observes sees no count of a place with a handful of households; the ward's own people do.
    ours = look(participation.overview, actor=ward.chief)
    theirs = look(participation.overview, actor=viewer)
    assert "Khuổi Lặng" in {row.unit_name for row in ours.table.rows}
    shown = {row.unit_name for row in theirs.table.rows}
    assert "Khuổi Lặng" not in shown
    assert {row.unit_name for row in theirs.hidden} >= {"Khuổi Lặng"}
    assert len(theirs.hidden) >= 2  # the total would give a single one away

    # When the drive is over the announcement is, and the codes live on.
    ward.until(at(END, "21:30") + DAY)
    assert "Việc này đã qua" in page(ward.page(item, one))
    assert phone().get(f"/q/{wall.slug}").status_code == 302
    told = ward.story(item)
    assert (told.is_over, told.missing, sum(missed.missing for missed in told.missed)) == (True, 2, 2)


def scan_sums(ward: Town, link: ShortLink) -> tuple[int, int]:
    """Openings of a code, and phones that opened it first."""
    days = look(scans.by_day, actor=ward.chief, link_id=link.id)
    return sum(one.scans for one in days), sum(one.first_scans for one in days)


def states(ward: Town) -> dict[object, LinkState]:
    """How the ward's printed codes do."""
    listed = look(links.listing, actor=ward.chief, purposes=[Purpose.URL])
    return {row.link.id: row.state for row in listed}
