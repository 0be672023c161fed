"""A leader's tick list: thirty households a page, ticks that only write what differs, one page for every closed door."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select
from starlette.testclient import TestClient
from time_machine import Traveller

from core import tokens
from core.db import reading
from models import (
    AuditEvent,
    Group,
    Household,
    JoinRequest,
    Membership,
    MembershipSource,
    Need,
    Proposal,
    Role,
    TickList,
    Unit,
    User,
)
from services import rollups, tick_lists
from services.access import actor_of
from tests.factories import LONG_AGO, NOON, make_household, make_membership, make_user
from tests.web.day import Outline, make_led_group, make_ward, phone

LARGEST_PAGE = 20_000
SCRIPT = "<img src=x onerror=alert(1)>\"'"
LONG_NAME = "Nguyễn-Phạm Thị Hoàng Bảo Thiên Kim Ngọc Trâm Anh Quỳnh Như"
LONG_ADDRESS = "Số nhà 128/45/12 ngõ 8 đường Nông Văn Quang, gần trạm biến áp cũ"


class Evening:
    """A group of a ward, its leader and the address of the list."""

    def __init__(self, session: Session, *, households: int = 3, joined: int = 0, **of_each: object) -> None:
        self.session = session
        self.ward: Unit = make_ward(session)
        self.unit, self.leader, self.group = make_led_group(session, self.ward)
        self.households: list[Household] = []
        for n in range(households):
            fields = {"head_name": f"Ma Văn {n:03}", "address": f"Số {n + 1}", "phone": "+84912345678"} | of_each
            self.households.append(make_household(session, unit=self.unit, **fields))
            if n < joined:
                make_membership(session, household=self.households[n], group=self.group)
        rollups.refresh(session, unit_ids=[self.unit.id])
        self.page = self.make()

    def make(self) -> str:
        made = tick_lists.make(self.session, actor=actor_of(self.session, self.leader), group_id=self.group.id)
        self.session.commit()
        return made.url.removeprefix("http://ward.test")

    def inside(self) -> dict[str, int]:
        """Names in the group, with how many people."""
        with reading() as look:
            rows = look.exec(
                select(Household.head_name, Membership.people)
                .join(Membership, Membership.household_id == Household.id)  # type: ignore[arg-type]
                .where(Membership.left_on == None)  # noqa: E711
            ).all()
        return dict(rows)


def fields_of(html: str, **changes: str | None) -> dict[str, str]:
    """The form as a browser would send it, with changes; None takes a tick away."""
    form: dict[str, str] = {}
    for one in Outline(html).all("input"):
        if one.get("type") != "checkbox" or "checked" in one:
            form[one["name"]] = one.get("value", "on")
    for name, value in changes.items():
        if value is None:
            form.pop(name, None)
        else:
            form[name] = value
    return {name: value for name, value in form.items() if name != "skip"}


def press(client: TestClient, page: str, **changes: str | None) -> str:
    """Open the page, change the form, press; the page it leads to."""
    form = fields_of(client.get(page).text, **changes)
    answer = client.post(page.partition("?")[0], data={"do": "save"} | form)
    assert answer.status_code == 303, answer.text
    return str(client.get(answer.headers["location"]).text)


def test_a_tick_joins_the_household_with_its_people_and_the_coverage_rises(session: Session, clock: Traveller) -> None:
    evening = Evening(session, households=4, joined=1)

    html = press(phone(), evening.page, t1="on", p1="3")

    assert "1 hộ vào nhóm" in html
    assert "2 / 4 hộ đã vào nhóm" in html
    assert evening.inside() == {"Ma Văn 000": 2, "Ma Văn 001": 3}
    stay = session.exec(select(Membership).where(Membership.household_id == evening.households[1].id)).one()
    assert (stay.source, stay.joined_on) == (MembershipSource.LEADER, date(2026, 11, 24))


def test_a_tick_taken_away_ends_the_membership_and_earlier_days_keep_it(session: Session, clock: Traveller) -> None:
    evening = Evening(session, joined=2)

    html = press(phone(), evening.page, t0=None)

    assert "1 hộ ra khỏi nhóm" in html
    assert evening.inside() == {"Ma Văn 001": 2}
    left = session.exec(select(Membership).where(Membership.household_id == evening.households[0].id)).one()
    assert (left.joined_on, left.left_on) == (LONG_AGO, date(2026, 11, 24))


def test_another_number_of_people_holds_from_today(session: Session, clock: Traveller) -> None:
    evening = Evening(session, joined=1)

    html = press(phone(), evening.page, p0="4")
    again = press(phone(), evening.page, p0="1")

    assert "1 hộ đổi số người" in html
    assert "1 hộ đổi số người" in again
    stays = session.exec(select(Membership).order_by(Membership.joined_on)).all()  # type: ignore[arg-type]
    assert [(stay.people, stay.left_on) for stay in stays] == [(2, date(2026, 11, 24)), (1, None)]


def test_the_same_press_twice_writes_once(session: Session, clock: Traveller) -> None:
    evening = Evening(session)
    client = phone()
    form = {"do": "save"} | fields_of(client.get(evening.page).text, t0="on", p0="2")

    answers = [client.post(evening.page, data=form) for _ in range(2)]

    assert [client.get(answer.headers["location"]).text.count("Không có gì thay đổi") for answer in answers] == [0, 1]
    assert evening.inside() == {"Ma Văn 000": 2}


def test_a_page_overtaken_by_another_change_does_not_undo_it(session: Session, clock: Traveller) -> None:
    evening = Evening(session, joined=1)
    old, other = phone(), phone()
    drawn = old.get(evening.page).text
    press(other, evening.page, t0=None, t1="on", p1="4")

    answer = old.post(evening.page, data={"do": "save"} | fields_of(drawn, t2="on"))

    assert answer.status_code == 303
    assert evening.inside() == {"Ma Văn 001": 4, "Ma Văn 002": 1}


def test_what_two_pages_both_changed_keeps_the_first(session: Session, clock: Traveller) -> None:
    evening = Evening(session, joined=1)
    old = phone()
    drawn = old.get(evening.page).text
    press(phone(), evening.page, t0=None)
    press(phone(), evening.page, t1="on", p1="4")

    old.post(evening.page, data={"do": "save"} | fields_of(drawn, p0="3", t1="on", p1="2"))

    assert evening.inside() == {"Ma Văn 001": 4}


def test_households_of_other_units_are_neither_shown_nor_written(session: Session, clock: Traveller) -> None:
    """S47."""
    evening = Evening(session)
    other, _, _ = make_led_group(session, evening.ward, short_name="Tổ 14, Sông Cầu")
    stranger = make_household(session, unit=other, head_name="Người Tổ Khác")

    shown = phone().get(evening.page).text
    answer = phone().post(evening.page, data={"do": "save", "was": f"{stranger.id.hex}-0", "t0": "on", "p0": "1"})

    assert "Người Tổ Khác" not in shown
    assert answer.status_code == 303
    assert evening.inside() == {}


def test_numbers_are_shown_by_their_end_and_needs_never(session: Session, clock: Traveller) -> None:
    """S48."""
    evening = Evening(session, households=1, needs=[Need.ELDERLY_ALONE.value])

    html = phone().get(evening.page).text

    assert "…678" in html
    assert "912345678" not in html.replace(" ", "")
    assert "già" not in html


def test_households_stand_by_address_then_by_name(session: Session, clock: Traveller) -> None:
    evening = Evening(session, households=0)
    for address, name in (("Số 10", "Ất"), ("Số 2", "Bính"), ("", "Đinh"), ("Số 2", "Ân")):
        make_household(session, unit=evening.unit, head_name=name, address=address)

    html = phone().get(evening.page).text

    assert re.findall(r"<b>(Ất|Bính|Đinh|Ân)</b>", html) == ["Ân", "Bính", "Ất", "Đinh"]


def test_a_hundred_and_twenty_households_come_in_pages_under_20_kb(session: Session, clock: Traveller) -> None:
    evening = Evening(session, households=120, joined=60, head_name=LONG_NAME, address=LONG_ADDRESS)
    client = phone()

    last = int(re.findall(r"Trang 1 / (\d+)", client.get(evening.page).text)[0])
    drawn = [client.get(f"{evening.page}?page={n}") for n in range(1, last + 1)]

    assert max(len(answer.content) for answer in drawn) < LARGEST_PAGE
    assert sum(answer.text.count("<input type=checkbox") for answer in drawn) == 120
    assert fields_of(client.get(f"{evening.page}?page=99").text)["was"] == fields_of(drawn[-1].text)["was"]


def test_usual_names_stand_nearly_thirty_a_page(session: Session, clock: Traveller) -> None:
    evening = Evening(session, households=60, head_name="Nông Thị Hương", address="Số 12, ngõ 4")

    assert phone().get(evening.page).text.count("<input type=checkbox") == 26


def test_turning_the_page_keeps_what_was_ticked(session: Session, clock: Traveller) -> None:
    evening = Evening(session, households=40)
    client = phone()

    form = fields_of(client.get(evening.page).text, t0="on", p0="2")
    answer = client.post(evening.page, data=form | {"page": "2"})

    assert "page=2" in answer.headers["location"]
    assert "Trang 2 / 2" in client.get(answer.headers["location"]).text
    assert evening.inside() == {"Ma Văn 000": 2}


def test_only_those_outside_can_be_looked_at(session: Session, clock: Traveller) -> None:
    evening = Evening(session, joined=2)
    client = phone()

    form = fields_of(client.get(evening.page).text)
    answer = client.post(evening.page, data=form | {"show": "out"})
    html = client.get(answer.headers["location"]).text

    assert html.count("<input type=checkbox") == 1
    assert "Ma Văn 002" in html
    assert "Ma Văn 000" in press(client, answer.headers["location"], show="all")


def test_a_household_that_is_missing_becomes_a_proposal_once_and_ticks_are_kept(session: Session, clock: Traveller) -> None:
    evening = Evening(session)
    client = phone()
    new = {"name": "Chu Thị Cúc", "address": "Số 9", "phone": "0987 654 321", "people": "3"}

    html = press(client, evening.page, t0="on", do="add", **new)
    press(client, evening.page, do="add", **new)

    assert "Hộ ghi thêm đã gửi phường xem" in html
    proposal = session.exec(select(Proposal)).one()
    assert (proposal.unit_id, proposal.proposed_by_id) == (evening.unit.id, evening.leader.id)
    assert proposal.words == {"head_name": "Chu Thị Cúc", "address": "Số 9", "phone": "0987 654 321", "people": 3}
    session.commit()
    assert evening.inside() == {"Ma Văn 000": 1}
    assert len(session.exec(select(Household)).all()) == 3


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "", "Xin ghi họ tên chủ hộ"), ("name", "A" * 3000, "Dài quá"), ("phone", "0123", "không phải số điện thoại"),
        ("phone", "+1 202 555 0142", "không phải số điện thoại"), ("people", "-4", "Xin ghi một số từ 1 đến 99"),
        ("people", "1000", "Xin ghi một số từ 1 đến 99"),
    ],
)  # fmt: skip
def test_what_cannot_be_right_is_said_at_the_field_and_what_was_typed_stays(
    session: Session, clock: Traveller, field: str, value: str, said: str
) -> None:
    evening = Evening(session)
    client = phone()
    new = {"name": "Chu Thị Cúc", "address": "Số 9", "phone": "", "people": "3"} | {field: value}

    answer = client.post(evening.page, data=fields_of(client.get(evening.page).text, t1="on") | new | {"do": "add"})

    assert answer.status_code == 422
    assert said in answer.text
    assert [one["name"] for one in Outline(answer.text).all("input") if "aria-invalid" in one] == [field]
    assert Outline(answer.text).all("input", name="address", value="Số 9")
    assert session.exec(select(Proposal)).all() == []
    session.commit()
    assert evening.inside() == {"Ma Văn 001": 1}


@pytest.mark.parametrize("was", ["nothing", "a-1", "00000000000000000000000000000000-x"])
def test_a_form_that_is_not_ours_is_answered_with_a_sentence(session: Session, clock: Traveller, was: str) -> None:
    evening = Evening(session)

    answer = phone().post(evening.page, data={"do": "save", "was": was, "t0": "on", "p0": "1"})

    assert answer.status_code == 422
    assert "Chưa ghi được" in answer.text


@pytest.mark.parametrize("people", ["0", "100", "-1", "x"])
def test_a_number_of_people_that_cannot_be_writes_nothing(session: Session, clock: Traveller, people: str) -> None:
    evening = Evening(session)
    client = phone()

    answer = client.post(evening.page, data=fields_of(client.get(evening.page).text, t0="on", p0=people, t1="on"))

    assert answer.status_code == (303 if people == "0" else 422)
    assert "Ma Văn 000" not in evening.inside()


def closed_doors(session: Session, evening: Evening) -> dict[str, str]:
    """Addresses that open nothing, each for another reason."""
    owner, group = session.get_one(User, evening.leader.id), session.get_one(Group, evening.group.id)
    revoked = evening.make()
    row = session.exec(select(TickList).where(TickList.token_hash == tokens.digest(revoked.removeprefix("/tick/")))).one()
    row.revoked_at = NOON
    other = make_user(session, unit=evening.unit, role=Role.LEAD)
    session.add_all([row, owner, group])
    session.add(
        TickList(group_id=group.id, user_id=other.id, token_hash=tokens.digest("other"), expires_at=NOON + timedelta(days=1))
    )
    session.add(
        TickList(group_id=group.id, user_id=owner.id, token_hash=tokens.digest("over"), expires_at=NOON - timedelta(hours=1))
    )
    session.commit()
    return {
        "revoked": revoked, "no leader of this group": "/tick/other", "over": "/tick/over", "garbled": evening.page[:-3] + "!!!",
        "never was": "/tick/abc",
    }  # fmt: skip


def test_every_closed_door_looks_the_same_and_takes_nothing(session: Session, clock: Traveller) -> None:
    evening = Evening(session)
    doors = closed_doors(session, evening)
    form = {"do": "save", "was": f"{evening.households[0].id.hex}-0", "t0": "on", "p0": "1"}

    looks = [phone().get(door) for door in doors.values()]
    presses = [phone().post(door, data=form) for door in doors.values()]

    assert {answer.status_code for answer in (*looks, *presses)} == {404}
    assert len({answer.text for answer in (*looks, *presses)}) == 1
    assert evening.inside() == {}


def test_the_list_ends_after_fourteen_days(session: Session, clock: Traveller) -> None:
    evening = Evening(session)

    clock.shift(timedelta(days=14) - timedelta(seconds=1))
    before = phone().get(evening.page).status_code
    clock.shift(timedelta(seconds=1))

    assert (before, phone().get(evening.page).status_code) == (200, 404)


def test_only_the_hash_of_the_address_is_kept(session: Session, clock: Traveller) -> None:
    """S43."""
    evening = Evening(session)
    token = evening.page.removeprefix("/tick/")

    kept = session.exec(select(TickList)).one()

    assert len(token) >= 22  # 128 bits and more
    assert token not in kept.model_dump_json()
    assert kept.token_hash == tokens.digest(token)


def test_a_press_from_another_site_is_refused(session: Session, clock: Traveller) -> None:
    """S26."""
    evening = Evening(session)
    form = {"do": "save", "was": f"{evening.households[0].id.hex}-0", "t0": "on", "p0": "1"}

    foreign = phone(origin="https://evil.example").post(evening.page, data=form)
    across = phone(**{"sec-fetch-site": "cross-site"}).post(evening.page, data=form)

    assert (foreign.status_code, across.status_code) == (403, 403)
    assert evening.inside() == {}


def test_other_methods_are_refused_and_looking_changes_nothing(session: Session, clock: Traveller) -> None:
    """S26."""
    evening = Evening(session)

    answer = phone().delete(evening.page)
    looked = phone().get(f"{evening.page}?do=save&t0=on&p0=1&was={evening.households[0].id.hex}-0")

    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, POST")
    assert looked.status_code == 200
    assert evening.inside() == {}


def test_marks_of_html_stay_text(session: Session, clock: Traveller) -> None:
    """S01."""
    evening = Evening(session, households=1, head_name=SCRIPT, address=SCRIPT)
    client = phone()

    html = client.get(f"{evening.page}?said={SCRIPT}").text
    form = fields_of(html) | {"name": "", "address": SCRIPT, "do": "add"}
    again = client.post(evening.page, data=form).text

    assert "<img" not in html + again
    assert "&lt;img src=x onerror" in html
    assert [len(Outline(html).all(tag)) for tag in ("title", "h1")] == [1, 1]
    assert len(Outline(html).main_buttons) == 1


# ---- who asks to come in


def ask(evening: Evening, **fields: Any) -> str:
    """Someone waits; the address of the leader's page for it."""
    values: dict[str, Any] = {"group_id": evening.group.id, "name": "Chu Cúc", "phone": "+84987654321", "people": 2} | fields
    request = JoinRequest(**values)
    evening.session.add(request)
    evening.session.commit()
    return f"{evening.page}/ask/{request.id}"


def answered() -> list[tuple[bool | None, str, str | None]]:
    with reading() as look:
        rows = look.exec(select(JoinRequest)).all()
    return [(row.is_accepted, row.name, row.phone) for row in rows]


def test_the_likeliest_household_stands_first_and_yes_lets_it_in(session: Session, clock: Traveller) -> None:
    evening = Evening(session, households=30)
    meant = make_household(session, unit=evening.unit, head_name="Chu Thị Cúc", address="Số 99")
    page, client = ask(evening), phone()

    listed, shown = client.get(evening.page), client.get(page)
    homes = Outline(shown.text).all("input", name="home")
    answer = client.post(page, data={"do": "yes", "home": homes[0]["value"]})

    assert "1 nhà xin vào nhóm" in listed.text
    assert page in listed.text
    assert (homes[0]["value"], homes[-1]["value"], len(homes)) == (meant.id.hex, "new", 21)
    assert "ba số cuối 321" in shown.text
    assert "987654321" not in shown.text
    assert len(shown.content) < LARGEST_PAGE
    assert answer.headers["location"] == evening.page
    assert evening.inside() == {"Chu Thị Cúc": 2}
    assert answered() == [(True, "", None)]
    assert "xin vào nhóm" not in client.get(evening.page).text


def test_a_household_the_ward_does_not_know_is_proposed(session: Session, clock: Traveller) -> None:
    evening = Evening(session)

    phone().post(ask(evening, address="Số 5"), data={"do": "yes", "home": "new"})

    proposal = session.exec(select(Proposal)).one()
    session.commit()
    assert proposal.words == {"head_name": "Chu Cúc", "address": "Số 5", "phone": "0987 654 321", "people": 2}
    assert answered() == [(True, "", None)]
    assert evening.inside() == {}


def test_no_is_kept_with_its_reason_and_without_the_name(session: Session, clock: Traveller) -> None:
    evening = Evening(session)

    phone().post(ask(evening), data={"do": "no", "reason": "not_ours"})

    event = session.exec(select(AuditEvent).where(AuditEvent.action == "join_request.declined")).one()
    session.commit()
    assert event.details == {"reason": "not_ours"}
    assert answered() == [(False, "", None)]


def test_answering_twice_changes_nothing_and_nonsense_is_told(session: Session, clock: Traveller) -> None:
    evening = Evening(session)
    page = ask(evening)

    wrong = phone().post(page, data={"do": "yes", "home": "nothing"})
    phone().post(page, data={"do": "no", "reason": "twice"})
    again = phone().post(page, data={"do": "yes", "home": evening.households[0].id.hex})

    assert (wrong.status_code, again.status_code) == (422, 404)
    assert evening.inside() == {}


def test_requests_and_households_of_other_groups_are_out_of_reach(session: Session, clock: Traveller) -> None:
    """S47."""
    evening = Evening(session)
    other, _, group = make_led_group(session, evening.ward, short_name="Tổ 14, Sông Cầu")
    group.leader_id = evening.leader.id
    session.add(group)
    stranger = make_household(session, unit=other)
    theirs, mine = ask(evening, group_id=group.id), ask(evening)

    looked = phone().get(theirs)
    pressed = phone().post(mine, data={"do": "yes", "home": stranger.id.hex})

    assert (looked.status_code, pressed.status_code) == (404, 404)
    assert evening.inside() == {}
