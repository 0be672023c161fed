"""Scenario 8: a warning of swindlers within sixty minutes. Their link must not live in it, nor the victim's telephone."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlmodel import Session

from core.errors import Invalid
from models import Channel, DeliveryStatus, GroupKind, Purpose, Role
from services import attachments, calls, follow_ups, links, plans, shown_photos, web_links
from services.calls import Why
from services.ports import Area
from services.shown_photos import People
from services.templates import Answer
from tests.factories import make_account, make_group, make_user
from tests.papers import photo
from tests.scenarios.town import MINUTE, Town, act, at, look, page, press, sentences
from tests.web.day import phone

DAY = "2026-11-24"
LINK = "http://vneid-capnhat.top/cai"
ANSWERS: dict[str, Answer] = {
    "thủ đoạn": f"giả danh công an gọi điện, gửi {LINK}", "đòi gì": "cài ứng dụng lạ để cập nhật VNeID",
    "số báo tin": "113 hoặc Công an phường",
}  # fmt: skip
VICTIM = " Bà con thấy số 0912 345 678 gọi đến thì không nghe."


@pytest.mark.usefixtures("documents")
def test_a_warning_of_swindlers_leaves_without_their_link_and_arrives_in_an_hour(
    session: Session, town: Callable[..., Town]
) -> None:
    """Not here: codes pasted over on walls; the official account and the loudspeaker."""
    ward = town(at(DAY, "09:10"), places=4, inside=2)
    one, two, three, four = ward.places
    police = make_user(session, unit=ward.ward, role=Role.LEAD, display_name="Công an phường")
    leaders = make_group(
        session, unit=ward.ward, kind=GroupKind.LEADERS, name="Tổ trưởng dân phố", leader_id=police.id
    )  # fmt: skip
    make_account(session, unit=ward.ward, channel=Channel.ZNS, price=300)

    # No printed code of the ward can be made to lead there, and the text does not go on with a link that lives.
    for target, why in ((LINK, "https"), ("https://dichvucong-gov-vn.top/cap-nhat", "trông giống")):
        with pytest.raises(Invalid, match=why):
            act(links.create, actor=ward.writer, purpose=Purpose.URL, target_url=target)
    words = ward.filled("scam", ANSWERS, must_reach_by=at(DAY, "10:15"), also_groups=[leaders.id])
    draft = ward.written(replace(words, body=words.body + VICTIM))
    said = sentences(ward.pointed_out(draft))
    assert f"“{LINK}” còn bấm được" in said
    assert "“0912 345 678” là số di động" in said
    with pytest.raises(Invalid, match="còn bấm được"):
        ward.submitted(draft)

    # The picture of the swindlers' message goes along without the victim's face and number.
    taken = attachments.store(photo(size=(400, 800)), name="Tin nhắn lừa đảo.jpg")
    shown = attachments.cover(taken, [Area(0.1, 0.05, 0.4, 0.2), Area(0.1, 0.8, 0.9, 0.9)])
    words = replace(words, attachments=[shown | {shown_photos.ANSWERED: People.NOBODY}])

    # Written dead, and without the victim's number, it is a warning.
    title, body, lines = (web_links.defanged(text) for text in (words.title, words.body, words.group_text))
    ward.edited(draft, replace(words, title=title, body=body, group_text=lines))
    assert ward.pointed_out(draft) == []
    ward.until(at(DAY, "09:15"))
    ward.submitted(draft)
    ward.approved(draft)
    ward.later(MINUTE)
    item = ward.now_of(draft)
    assert item.sent_at == at(DAY, "09:15:10")
    for html in (page(ward.page(item, one)), page(ward.relay_page(item, one)), page(ward.doors(item, one))):
        assert "hxxp://vneid-capnhat[.]top/cai" in html
        assert "vneid-capnhat.top" not in html
        assert "0912 345 678" not in html
    picture = phone().get(f"{ward.page(item, one)}/1").content
    assert picture == attachments.path_of(shown["sha256"]).read_bytes()
    assert phone().get(f"{ward.page(item, one)}/2").status_code == 404
    assert f"http://ward.test{ward.leaders_page(item)}" in page(ward.relay_page(item, leaders))

    # Half an hour to post: one passes the work on, two are reminded, one of them is overdue and the deputy posts.
    ward.post(item, one, leaders)
    ward.until(at(DAY, "09:20"))
    press(ward.relay_page(item, two), do="pass_on", why="2")
    assert "Đã đăng lúc" in press(ward.relay_page(item, two, of_deputy=True), do="posted")
    assert "Nông Văn Hải 2 đã đăng lúc 9 giờ 20" in page(ward.relay_page(item, two))
    ward.until(at(DAY, "09:31"))
    reminded = look(calls.to_make, actor=ward.writer, limit=9)
    assert [(call.unit_label, call.why) for call in reminded.rows] == [("Tổ 3", Why.REMINDER), ("Tổ 4", Why.REMINDER)]
    act(calls.called, actor=ward.writer, relay_id=ward.relay(item, three).id)
    ward.post(item, three)
    ward.until(at(DAY, "09:46"))
    late = look(calls.to_make, actor=ward.writer, limit=9)
    assert [(call.unit_label, call.why, call.deputy and call.deputy.name) for call in late.rows] == [
        ("Tổ 4", Why.OVERDUE, four.deputy.display_name)
    ]

    # Residents answer; in the last place, where nobody posts, a paid message goes to those with a telephone: its own approval.
    for place in (one, two, three):
        ward.answer(item, place, *place.inside)
    again = act(follow_ups.draft, actor=ward.writer, announcement_id=item.id, channels=[Channel.ZNS])
    ward.submitted(again)
    plan = look(plans.of_announcement, announcement=ward.now_of(again))
    assert (plan.households, plan.others.get("zns"), plan.door, plan.cost) == (6, 2, 4, 600)
    ward.approved(again)
    ward.later(MINUTE)
    messages = [row for row in ward.ledger(again) if row.channel is Channel.ZNS]
    assert {row.recipient_id for row in messages} == {home.phone for home in four.inside}
    assert {(row.status, row.cost) for row in messages} == {(DeliveryStatus.QUEUED, 300)}

    # Before the hour is over the deputy posts too, doors are knocked at, and everyone is known or has a named reason.
    ward.until(at(DAY, "09:55"))
    press(ward.relay_page(item, four, of_deputy=True), do="posted")
    ward.answer(item, four, *four.inside)
    for place, outcome in ((one, "told"), (two, "told"), (three, "told"), (four, "not_home")):
        ward.knock(item, place, {home.id: outcome for home in place.outside})
    ward.until(at(DAY, "10:15"))
    seen = ward.closing(item)
    assert (seen.households, seen.by_path, seen.at_door, seen.not_home, seen.is_closed) == (12, 8, 3, 1, True)
    board = ward.board(item)
    assert (board.posted, board.known, board.time_to_ninety) == (5, 11, at(DAY, "09:55") - at(DAY, "09:15:10"))
    told = ward.story(item)
    assert (told.is_over, told.missing, told.took) == (True, 1, at(DAY, "10:15") - at(DAY, "09:15:10"))
