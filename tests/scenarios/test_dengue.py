"""Scenario 9: dengue. Three places are sprayed within two days, then all are told; a second round for closed rooms."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlmodel import Session

from core.errors import NotAllowed
from models import AnnouncementKind, AnnouncementStatus, AsksFor, Household, Urgency
from services import announcements, approvals, copies, follow_ups, plans, streets, templates
from services.drafts import Words
from services.templates import Answer
from tests.scenarios.town import Town, act, at, day, hour, look, page, sentences

SENT, SPRAYED, SECOND_SENT, SECOND = "2026-08-27", "2026-08-29", "2026-09-03", "2026-09-05"
BODY = """Có ca bệnh sốt xuất huyết trong khu vực [khu vực]. Trạm Y tế phun hóa chất diệt muỗi.
Thời gian: từ [giờ bắt đầu] đến [giờ kết thúc], [ngày phun]. Bà con ra khỏi nhà, đậy kín nước và thức ăn; trẻ nhỏ và người hen \
suyễn về sau khi phun một giờ.
Phòng trọ đóng cửa xin chủ nhà mở giúp."""


def own_template(ward: Town) -> Words:
    """The ward's own template of a spraying, with blanks."""
    return Words(
        title="Phun hóa chất diệt muỗi [khu vực] [ngày phun]", body=BODY, unit_ids=ward.units(), urgency=Urgency.URGENT,
        kind=AnnouncementKind.NOTICE, asks_for=AsksFor.CONFIRMATION,
        group_text="Phun muỗi [khu vực]: từ [giờ bắt đầu] đến [giờ kết thúc], [ngày phun].\nBà con ra khỏi nhà, đậy kín thức ăn.",
        facts={"when": "[ngày phun], từ [giờ bắt đầu] đến [giờ kết thúc]", "where": "[khu vực]"},
    )  # fmt: skip


def test_a_spraying_comes_to_three_places_then_to_all_and_again_to_closed_rooms(
    session: Session, town: Callable[..., Town]
) -> None:
    """Units have no coordinates: within two hundred metres is what the ward names, its places or its streets. Not here: schools,
    leaflets.
    """
    ward = town(at(SENT, "14:00"), places=5, inside=2, outside=2)
    near, others = ward.places[:3], ward.places[3:]
    draft = ward.written(own_template(ward))
    act(templates.save_from, actor=ward.writer, announcement_id=draft.id, name="Phun muỗi")
    act(announcements.cancel, actor=ward.writer, announcement_id=draft.id)
    pattern = look(templates.all_for, actor=ward.writer)[0]
    assert (pattern.name, {blank.name for blank in pattern.blanks}) == (
        "Phun muỗi", {"khu vực", "giờ bắt đầu", "giờ kết thúc", "ngày phun"},
    )  # fmt: skip

    # The patient's house is pointed out; the area is enough.
    answers: dict[str, Answer] = {"khu vực": "tổ 1, 2, 3", "giờ bắt đầu": hour("06:00"), "giờ kết thúc": hour("09:00")}
    filled = templates.fill(pattern, answers | {"ngày phun": day(SPRAYED)})
    assert filled.unfilled == ()
    texts = filled.pattern.texts
    words = replace(
        own_template(ward), title=texts["title"], body=texts["body"], group_text=texts["group_text"],
        facts={"when": texts["when"], "where": texts["where"]}, unit_ids=ward.units(*near),
        must_reach_by=at("2026-08-28", "20:00"),
    )  # fmt: skip
    house = "ở nhà ông Nguyễn Văn An, số 5 đường Hùng Vương"
    named = replace(words, body=words.body.replace("trong khu vực", f"{house}, trong khu vực"))
    item = ward.written(named)
    said = sentences(ward.pointed_out(item))
    assert "đứng cùng tên người (Nguyễn Văn An)" in said
    assert "“số 5 đường Hùng Vương” là địa chỉ nhà đứng cùng tin có người bệnh" in said
    ward.edited(item, words)
    assert ward.pointed_out(item) == []
    ward.submitted(item)
    ward.approved(item)
    ward.until(at(SENT, "14:15"))
    first = ward.now_of(item)
    assert ward.told_groups(first) == {place.group.id for place in near}
    ward.post(first)

    # Of a place that only borders on it, one street is near: whoever lives there, and nobody else of that place.
    border, street = others[0], "đường Hùng Vương"
    named_there = look(streets.written, actor=ward.writer, unit_ids=ward.units(border))
    for home in border.homes[2:]:
        session.get_one(Household, home.id).address = f"Số 9 {street}"
    session.commit()
    assert street not in named_there
    assert look(streets.written, actor=ward.writer, unit_ids=ward.units(border))[street] == 2
    edge = ward.written(replace(words, unit_ids=ward.units(border), streets=[street]))
    assert look(plans.of_announcement, announcement=edge).households == 2
    act(announcements.cancel, actor=ward.writer, announcement_id=edge.id)

    # Then all, without a day of spraying: the three hear of it too, the two others hear of nothing else.
    general = ward.sent(
        Words(title="Phòng sốt xuất huyết", body="Mỗi nhà lật úp chum, vại, thau nước mỗi tuần một lần.", unit_ids=ward.units(),
              must_reach_by=at("2026-08-29", "17:00"))
    )  # fmt: skip
    assert ward.told_groups(general) == {place.group.id for place in ward.places}
    ward.post(general)
    assert "Phun hóa chất" not in page(ward.page(general, others[0]))

    # Household by household: sprayed, not at home, refused; closed rented rooms are a named reason.
    one, two, three = near
    for place in near:
        ward.answer(first, place, *place.inside)
    ward.knock(first, one, {one.outside[0].id: "told", one.outside[1].id: "not_home"})
    ward.knock(first, two, {two.outside[0].id: "refused", two.outside[1].id: "not_home"})
    ward.knock(first, three, {home.id: "told" for home in three.outside})
    seen = ward.closing(first)
    assert (seen.households, seen.by_path, seen.at_door, seen.not_home, seen.refused) == (12, 6, 3, 2, 1)
    assert seen.is_closed

    # Again before the morning, to those three doors alone.
    ward.until(at("2026-08-28", "08:00"))
    again = act(follow_ups.draft, actor=ward.writer, announcement_id=first.id)
    plan = look(plans.of_announcement, announcement=again)
    assert (plan.households, plan.door, plan.relay) == (3, 3, 0)
    ward.submitted(again)
    ward.approved(again)
    ward.until(at("2026-08-28", "18:00"))
    assert ward.told_groups(again) == set()  # it stands in their chats already
    assert ward.planned(again) == {one.outside[1].id, *(home.id for home in two.outside)}
    ward.knock(again, one, {one.outside[1].id: "told"})
    ward.knock(again, two, {two.outside[0].id: "refused", two.outside[1].id: "not_home"})
    assert (ward.closing(again).households, ward.closing(again).at_door, ward.closing(again).is_closed) == (3, 1, True)

    # The second round is the same words for another day; a copy holds nothing of the first one's day.
    ward.until(at(SECOND_SENT, "06:30"))
    second = act(copies.make, actor=ward.writer, announcement_id=first.id)
    assert (second.facts.get("when"), second.must_reach_by, ward.now_of(first).follows_id) == (None, None, None)
    assert copies.days_in([second.body]) == ["29/08/2026"]
    assert "đã qua khi tin được gửi" in sentences(ward.pointed_out(second))
    new_day = templates.fill(pattern, answers | {"ngày phun": day(SECOND)}).pattern.texts
    ward.edited(second, replace(
        words, title=f"Đợt hai: {new_day['title']}", body=new_day["body"], group_text=new_day["group_text"],
        facts={"when": new_day["when"], "where": new_day["where"]}, send_at=at(SECOND_SENT, "07:00"),
        must_reach_by=at("2026-09-04", "20:00"),
    ))  # fmt: skip
    assert ward.pointed_out(second) == []
    ward.submitted(second)
    ward.approved(second)
    with pytest.raises(NotAllowed, match="không còn ở bước đó"):
        act(approvals.submit, actor=ward.writer, announcement_id=second.id)
    ward.until(at(SECOND_SENT, "07:00"))
    assert ward.now_of(second).status is AnnouncementStatus.SENT
    assert ward.told_groups(second) == ward.told_groups(first)
    ward.post(second)
    for place in near:
        ward.answer(second, place, *place.inside)
        ward.knock(second, place, {home.id: "told" for home in place.outside})
    closed = ward.closing(second)
    assert (closed.households, closed.told, closed.is_closed) == (12, 12, True)
    ward.until(at(SECOND, "09:00"))
    assert (ward.story(first).missing, ward.story(second).missing) == (3, 0)
