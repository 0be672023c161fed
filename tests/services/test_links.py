"""Short links: what they may lead to, how a typed slug is found, how they move, who may touch them."""

from datetime import timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from core import clock
from core.errors import Invalid, NotAllowed, NotFound
from core.settings import settings
from core.tokens import ALPHABET
from models import AuditEvent, Purpose, Role, ScanHour, ShortLink
from services import link_labels, link_moves, link_slugs, link_targets, links
from services.access import TERMINAL
from services.links import LinkState
from tests.factories import NOON, make_actor, make_announcement, make_group, make_link, make_unit

REFUSED = [
    "javascript:alert(1)", " JaVaScRiPt:alert(1)", "data:text/html,x", "file:///etc/passwd", "ftp://dichvucong.gov.vn/",
    "vbscript:x", "//evil.com", "https:evil.com", "https:///evil.com", "https:\\\\evil.com", "https://evil.com\\@gov.vn",
    "http://dichvucong.gov.vn/", "https://a@b.vn/", "https://dichvucong.gov.vn@evil.com/", "https://u:p@zalo.me/",
    "https://dichvucong.gov.vn.evil.com/", "https://dichvucong-gov-vn.com/", "https://zalo.me.evil.com/", "https://zal0.me/",
    "https://dichvucong.g0v.vn/", "https://dichvucong.góv.vn/", "https://dіchvucong.gov.vn/", "https://ｄichvucong.gov.vn/",
    "https://xn--80ak6aa92e.com/", "https://127.0.0.1/", "https://[::1]/", "https://2130706433/", "https://0x7f.1/",
    "https://localhost/", "https://may-chu/", "https://nas.local/", "https://zalo.me:8443/", "https://zalo.me:x/",
    "https://a.com/\nSet-Cookie: x", "https://a b.vn/", "https://a.vn/b c", "https://a\u202e.vn/", "https://-a.vn/",
    "https://a..vn/", "https://.vn/", "https://%67ov.vn/", "https://" + "a" * 64 + ".vn/", "https://a.vn/" + "x" * 2000, "", "https://",
]  # fmt: skip


@pytest.mark.parametrize("url", REFUSED)
def test_a_target_that_is_no_public_https_page_under_its_own_name_is_refused(url: str) -> None:
    with pytest.raises(Invalid):
        link_targets.checked(url)


@pytest.mark.parametrize(
    ("url", "stored"),
    [
        ("https://dichvucong.gov.vn", "https://dichvucong.gov.vn/"),
        ("  HTTPS://DichVuCong.GOV.VN/p/home?ma=1.004194#x ", "https://dichvucong.gov.vn/p/home?ma=1.004194#x"),
        ("https://zalo.me:443/g/abc", "https://zalo.me/g/abc"),
        ("https://bắckạn.vn/đăng-ký", "https://xn--bckn-7q5apd.vn/%C4%91%C4%83ng-k%C3%BD"),
        ("https://báo.vn/%C4%91?q=a%20b", "https://xn--bo-mia.vn/%C4%91?q=a%20b"),
        ('https://a.vn/"><script>', "https://a.vn/%22%3E%3Cscript%3E"),
    ],
)
def test_a_target_is_stored_in_one_form(url: str, stored: str) -> None:
    assert link_targets.checked(url) == stored


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("dichvucong.gov.vn", "https://dichvucong.gov.vn/"),
        (" DichVuCong.gov.vn/p/home?ma=1 ", "https://dichvucong.gov.vn/p/home?ma=1"),
        ("zalo.me:443/g/abc", "https://zalo.me/g/abc"),
        ("báo.vn", "https://xn--bo-mia.vn/"),
    ],
)
def test_an_address_typed_without_its_beginning_is_taken_as_https(typed: str, stored: str) -> None:
    assert link_targets.checked(typed) == stored


@pytest.mark.parametrize(
    "typed", ["khai sinh", "dichvucong", "an@backan.vn", "0912345678", "192.168.1.5", "zalo.me:8443/", "a.b c.d"]
)
def test_what_is_no_address_is_still_refused(typed: str) -> None:
    with pytest.raises(Invalid):
        link_targets.checked(typed)


def test_http_is_neither_taken_nor_made_https_unasked() -> None:
    assert link_targets.completed("http://dichvucong.gov.vn/") == "http://dichvucong.gov.vn/"
    with pytest.raises(Invalid, match="http://"):
        link_targets.checked("http://dichvucong.gov.vn/")


def test_what_was_stored_without_https_is_not_completed_behind_anyones_back() -> None:
    assert link_targets.safe("dichvucong.gov.vn/") is None


@pytest.mark.parametrize(
    ("url", "is_dead"),
    [("http://localhost:8501", True), ("http://127.0.0.1:8501", True), ("http://127.0.1.1", True), ("http://may-chu.local", True),
     ("http://may-chu", True), ("http://[::1]:8501", True), ("http://0.0.0.0:8501", True), ("http://x.localhost", True),
     ("https://backan.thainguyen.gov.vn", False), ("https://localhost.vn", False), ("http://ward.test", False)],
)  # fmt: skip
def test_an_address_that_no_phone_elsewhere_opens_is_known(monkeypatch: pytest.MonkeyPatch, url: str, is_dead: bool) -> None:
    monkeypatch.setenv("CAUNOI_PUBLIC_URL", url)
    settings.cache_clear()

    assert link_targets.opens_only_here() is is_dead


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", 3),
        ("khai sinh", 1),
        ("KHAI mot cua", 1),
        ("to 5", 1),
        ("tiem chung", 1),
        ("zalo.me", 1),
        ("kk2sh3", 1),
        ("khai to 5", 0),
    ],
)
def test_codes_are_found_by_name_place_slug_and_target_without_marks(session: Session, words: str, found: int) -> None:
    ward = make_unit(session)
    make_link(session, unit_id=ward.id, slug="kk2sh3x", title="Đăng ký khai sinh", place="Một cửa")
    make_link(session, unit_id=ward.id, slug="aa2aa2a", title="Tạm trú", place="Tổ 5", target_url="https://zalo.me/g/a")
    make_link(session, unit_id=ward.id, slug="bb2bb2b", title="Lịch tiêm chủng", place="Trạm Y tế")
    rows = links.listing(session, actor=make_actor(session, unit=ward))

    assert len(links.matching(rows, words=words)) == found


def test_a_link_to_another_code_of_ours_is_refused_as_a_circle() -> None:
    with pytest.raises(Invalid, match="mã của phường"):
        link_targets.checked("https://ward.test/q/abc")


@given(st.text(max_size=60) | st.from_regex(r"https://[a-z0-9.@:\\/%ạđ-]{1,30}", fullmatch=True))
def test_what_is_accepted_is_plain_ascii_https_and_accepted_again_unchanged(url: str) -> None:
    stored = link_targets.safe(url)

    if stored is not None:
        assert stored.isascii()
        assert stored.startswith("https://")
        assert "@" not in stored.split("/")[2]
        assert "\\" not in stored
        assert link_targets.checked(stored) == stored


@given(st.sampled_from(["javascript", "data", "file", "ftp", "blob", "intent", "zalo", "http"]), st.text(max_size=20))
def test_no_scheme_but_https_is_ever_accepted(scheme: str, rest: str) -> None:
    assert link_targets.safe(f"{scheme}:{rest}") is None
    assert link_targets.safe(f" {scheme.upper()}://{rest}") is None


@pytest.mark.parametrize(
    ("url", "is_trusted"),
    [("https://dichvucong.gov.vn/", True), ("https://zalo.me/g/x", True), ("https://ward.test/p/1", True),
     ("https://baobackan.vn/", False), ("https://egov.vn/", False)],
)  # fmt: skip
def test_only_government_zalo_and_our_own_hosts_are_trusted_unasked(url: str, is_trusted: bool) -> None:
    assert link_targets.is_trusted(link_targets.checked(url)) is is_trusted


def test_a_link_belongs_to_its_makers_ward_and_its_making_is_recorded(session: Session) -> None:
    ward = make_unit(session)
    clerk = make_actor(session, unit=ward)

    link = links.create(session, actor=clerk, purpose=Purpose.URL, target_url="https://dichvucong.gov.vn", place=" Một  cửa ")

    assert (link.unit_id, link.place, link.title) == (ward.id, "Một cửa", "dichvucong.gov.vn")
    assert len(link.slug) == 7
    assert set(link.slug) <= set(ALPHABET)
    event = session.exec(select(AuditEvent)).one()
    assert (event.action, event.details["slug"], event.details["is_trusted"]) == ("link.created", link.slug, True)


def test_the_terminal_gives_a_link_to_the_only_ward(session: Session) -> None:
    ward = make_unit(session)
    make_unit(session, parent=ward)

    link = links.create(session, actor=TERMINAL, purpose=Purpose.URL, target_url="https://dichvucong.gov.vn")

    assert link.unit_id == ward.id


@pytest.mark.parametrize("role", [Role.LEAD, Role.VIEWER])
def test_leaders_and_viewers_neither_make_nor_move_links(session: Session, role: Role) -> None:
    ward = make_unit(session)
    actor = make_actor(session, unit=ward, role=role)
    link = make_link(session, unit_id=ward.id)

    with pytest.raises(NotAllowed):
        links.create(session, actor=actor, purpose=Purpose.URL, target_url="https://zalo.me/")
    with pytest.raises(NotAllowed):
        link_moves.retarget(session, actor=actor, link_id=link.id, target_url="https://zalo.me/")
    with pytest.raises(NotAllowed):
        links.set_active(session, actor=actor, link_id=link.id, is_active=False)


def test_a_link_of_another_ward_is_not_found(session: Session) -> None:
    clerk = make_actor(session, unit=make_unit(session))
    foreign = make_link(session, unit_id=make_unit(session).id)

    with pytest.raises(NotFound):
        links.find(session, actor=clerk, slug=foreign.slug)
    with pytest.raises(NotFound):
        link_moves.retarget(session, actor=clerk, link_id=foreign.id, target_url="https://zalo.me/")
    with pytest.raises(NotFound):
        link_labels.labels(session, actor=clerk, slugs=[foreign.slug])
    assert links.listing(session, actor=clerk) == []


@pytest.mark.parametrize("typed", ["ab2cd", "AB2CD", " ab2cd. ", "ab2cd/", '"\r ab2cd .)'])
def test_a_slug_is_found_in_any_case_and_without_what_clings_to_it(session: Session, typed: str) -> None:
    link = make_link(session, slug="ab2cd")

    found = links.resolve(session, slug=typed)

    assert found is not None
    assert found.link_id == link.id


def test_look_alike_letters_are_forgiven_while_one_link_fits(session: Session) -> None:
    link = make_link(session, slug="to1-hoi")

    assert getattr(links.resolve(session, slug="t0l-h0i"), "link_id", None) == link.id

    make_link(session, slug="tol-hoi")
    assert links.resolve(session, slug="t0l-h0i") is None
    assert getattr(links.resolve(session, slug="to1-hoi"), "link_id", None) == link.id


@given(typed=st.text(max_size=80))
def test_any_typed_word_is_one_lower_case_slug_or_none(typed: str) -> None:
    word = link_slugs.normalised(typed)

    assert word == link_slugs.normalised(word)
    assert word == word.lower()


def test_a_stopped_or_expired_link_is_gone_and_tells_what_it_was(session: Session) -> None:
    make_link(session, slug="off", is_active=False, title="Lịch tiêm chủng")
    make_link(session, slug="old", expires_at=clock.now() - timedelta(seconds=1))

    off, old = links.resolve(session, slug="off"), links.resolve(session, slug="old")

    assert off is not None
    assert old is not None
    assert (off.kind, off.url, off.title) == ("gone", "", "Lịch tiêm chủng")
    assert old.kind == "gone"
    assert links.resolve(session, slug="never") is None


@pytest.mark.parametrize("url", ["https://dichvucong.gov.vn@evil.com/", "javascript:alert(1)", "//evil.com", "https://zal0.me/"])
def test_a_bad_target_that_slipped_into_the_database_is_never_followed(session: Session, url: str) -> None:
    make_link(session, slug="bad", target_url=url)

    found = links.resolve(session, slug="bad")

    assert found is not None
    assert (found.kind, found.url) == ("gone", "")


def test_announcements_chats_and_questions_lead_to_our_own_pages(session: Session) -> None:
    ward = make_unit(session)
    group = make_group(session, unit=make_unit(session, parent=ward))
    announcement = make_announcement(session, unit=ward)

    told = links.for_announcement(session, announcement_id=announcement.id, unit_id=ward.id, group_id=group.id)
    joined = links.join_link(session, group_id=group.id)
    asked = links.create(session, actor=TERMINAL, purpose=Purpose.ASK, title="Hỏi phường")

    ends = [getattr(links.resolve(session, slug=link.slug), "url", None) for link in (told, joined, asked)]
    assert ends == [f"http://ward.test/a/{told.slug}", f"http://ward.test/j/{joined.slug}", "http://ward.test/ask"]
    assert links.public_url(told) == f"http://ward.test/a/{told.slug}"
    assert links.shown_url(asked) == f"ward.test/q/{asked.slug}"
    assert len(told.slug) == 9


def test_an_announcement_has_one_link_a_group_and_one_of_the_ward_however_often_asked(session: Session) -> None:
    ward = make_unit(session)
    groups = [make_group(session, unit=make_unit(session, parent=ward)) for _ in range(3)]
    announcement = make_announcement(session, unit=ward, title="Bão số 9")
    ids = [group.id for group in groups]

    once = links.for_announcement_groups(session, announcement_id=announcement.id, unit_id=ward.id, group_ids=ids)
    again = links.for_announcement_groups(session, announcement_id=announcement.id, unit_id=ward.id, group_ids=ids)

    assert set(once) == {*ids, None}
    assert {key: link.id for key, link in once.items()} == {key: link.id for key, link in again.items()}
    assert {link.title for link in once.values()} == {"Bão số 9"}


def test_a_group_keeps_its_one_join_link(session: Session) -> None:
    group = make_group(session, unit=make_unit(session))

    assert links.join_link(session, group_id=group.id).id == links.join_link(session, group_id=group.id).id


def test_a_retarget_keeps_the_former_target_and_undo_brings_it_back(session: Session) -> None:
    ward = make_unit(session)
    clerk = make_actor(session, unit=ward)
    link = make_link(session, unit_id=ward.id, target_url="https://dichvucong.gov.vn/a", last_status=404)

    link_moves.retarget(session, actor=clerk, link_id=link.id, target_url="https://dichvucong.gov.vn/b")
    assert (link.target_url, link.previous_target, link.last_status) == (
        "https://dichvucong.gov.vn/b", "https://dichvucong.gov.vn/a", None,
    )  # fmt: skip

    link_moves.undo_retarget(session, actor=clerk, link_id=link.id)
    assert (link.target_url, link.previous_target) == ("https://dichvucong.gov.vn/a", "https://dichvucong.gov.vn/b")
    actions = session.exec(select(AuditEvent.action).order_by(col(AuditEvent.sequence))).all()
    assert actions == ["link.retargeted", "link.retarget_undone"]


def test_a_retarget_to_the_same_page_changes_nothing(session: Session) -> None:
    ward = make_unit(session)
    link = make_link(session, unit_id=ward.id)

    link_moves.retarget(session, actor=make_actor(session, unit=ward), link_id=link.id, target_url="https://DICHVUCONG.gov.vn")

    assert link.previous_target is None
    assert session.exec(select(AuditEvent)).all() == []


def test_undo_refuses_a_link_that_never_moved_and_a_former_target_no_longer_allowed(session: Session) -> None:
    ward = make_unit(session)
    clerk = make_actor(session, unit=ward)
    still = make_link(session, unit_id=ward.id)
    bad = make_link(session, unit_id=ward.id, previous_target="http://old.gov.vn/")

    with pytest.raises(Invalid, match="chưa đổi"):
        link_moves.undo_retarget(session, actor=clerk, link_id=still.id)
    with pytest.raises(Invalid, match="https"):
        link_moves.undo_retarget(session, actor=clerk, link_id=bad.id)


def test_the_list_shows_the_worst_first_then_the_most_scanned(session: Session) -> None:
    ward = make_unit(session)
    clerk = make_actor(session, unit=ward)
    with time_machine.travel(NOON, tick=False):
        old = NOON - timedelta(days=40)
        make_link(session, unit_id=ward.id, slug="quiet", title="b", scans=4)
        busy = make_link(session, unit_id=ward.id, slug="busy", title="a", scans=9)
        make_link(session, unit_id=ward.id, slug="unused", created_at=old)
        make_link(session, unit_id=ward.id, slug="stopped", is_active=False)
        make_link(session, unit_id=ward.id, slug="over", expires_at=old)
        make_link(session, unit_id=ward.id, slug="dead", last_status=404, scans=2)
        session.add(ScanHour(link_id=busy.id, hour=NOON.replace(minute=0), scans=3))
        session.add(ScanHour(link_id=busy.id, hour=NOON.replace(minute=0) - timedelta(days=6), scans=2))
        session.add(ScanHour(link_id=busy.id, hour=NOON.replace(minute=0) - timedelta(days=8), scans=4))
        session.commit()

        rows = links.listing(session, actor=clerk)

    assert [row.link.slug for row in rows] == ["dead", "over", "stopped", "unused", "busy", "quiet"]
    assert rows[0].state is LinkState.BROKEN
    assert (rows[4].week, rows[4].week_before, rows[4].url) == (5, 4, "http://ward.test/q/busy")


def test_the_list_can_be_narrowed_to_purposes_and_to_a_unit_below(session: Session) -> None:
    ward = make_unit(session)
    hamlet = make_unit(session, parent=ward)
    clerk = make_actor(session, unit=ward)
    make_link(session, unit_id=ward.id, slug="ward")
    make_link(session, unit_id=hamlet.id, slug="hamlet")
    make_link(session, unit_id=ward.id, slug="ask", purpose=Purpose.ASK, target_url=None)

    assert {row.link.slug for row in links.listing(session, actor=clerk, purposes=[Purpose.URL])} == {"ward", "hamlet"}
    assert [row.link.slug for row in links.listing(session, actor=clerk, unit_id=hamlet.id)] == ["hamlet"]


def test_labels_are_made_for_named_links_in_the_order_asked_each_as_often_as_asked(session: Session) -> None:
    ward = make_unit(session, name="Phường Bắc Kạn")
    clerk = make_actor(session, unit=ward)
    make_link(session, unit_id=ward.id, slug="aa2", title="Khai sinh", place="Một cửa")
    make_link(session, unit_id=ward.id, slug="bb3", title="Tạm trú")

    labels, ward_name = link_labels.labels(session, actor=clerk, slugs=["BB3", "aa2"], copies=2)

    assert [label.title for label in labels] == ["Tạm trú", "Tạm trú", "Khai sinh", "Khai sinh"]
    assert (labels[2].url, labels[2].shown_url, labels[2].place) == ("http://ward.test/q/aa2", "ward.test/q/aa2", "Một cửa")
    assert ward_name == "Phường Bắc Kạn"


def test_labels_of_a_purpose_leave_out_what_is_gone_and_a_named_gone_link_is_refused(session: Session) -> None:
    ward = make_unit(session)
    clerk = make_actor(session, unit=ward)
    make_link(session, unit_id=ward.id, slug="aa2")
    make_link(session, unit_id=ward.id, slug="bb3", is_active=False)

    labels, _ = link_labels.labels(session, actor=clerk, purpose=Purpose.URL)

    assert [label.shown_url for label in labels] == ["ward.test/q/aa2"]
    with pytest.raises(Invalid, match="bb3"):
        link_labels.labels(session, actor=clerk, slugs=["bb3"])
    with pytest.raises(Invalid, match="Không có mã nào"):
        link_labels.labels(session, actor=clerk, purpose=Purpose.JOIN)


def test_a_link_past_its_day_or_with_a_text_too_long_is_refused(session: Session) -> None:
    clerk = make_actor(session, unit=make_unit(session))

    with pytest.raises(Invalid, match="đã qua"):
        links.create(session, actor=clerk, purpose=Purpose.URL, target_url="https://zalo.me/", expires_at=clock.now())
    with pytest.raises(Invalid, match="120"):
        links.create(session, actor=clerk, purpose=Purpose.URL, target_url="https://zalo.me/", title="x" * 121)
    assert session.exec(select(ShortLink)).all() == []


def test_switching_a_link_off_and_on_is_recorded_once_each(session: Session) -> None:
    ward = make_unit(session)
    clerk = make_actor(session, unit=ward)
    link = make_link(session, unit_id=ward.id, slug="aa2")

    for is_active in (False, False, True):
        links.set_active(session, actor=clerk, link_id=link.id, is_active=is_active)

    actions = session.exec(select(AuditEvent.action).order_by(col(AuditEvent.sequence))).all()
    assert actions == ["link.stopped", "link.started"]
    assert getattr(links.resolve(session, slug="aa2"), "kind", "") == "live"
