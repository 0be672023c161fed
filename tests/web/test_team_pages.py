"""A team member's pages on the phone: duty, swaps, absences, the calendar; what residents read of it on /p."""

import re
from datetime import time, timedelta

import pytest
from sqlmodel import Session
from starlette.testclient import TestClient
from time_machine import Traveller

from core import formats
from models import TeamMember, Unit
from services import duty_absences, duty_patterns, duty_swaps, team_members
from services.access import TERMINAL
from services.duty_patterns import PatternForm
from services.team_members import MemberValues, calendar_url_of, url_of
from tests.factories import NOON, make_procedure
from tests.web.day import Outline, make_ward, phone

LARGEST_PAGE = 20_000
SCRIPT = "<img src=x onerror=alert(1)>\"'"
WEDNESDAY = NOON.date() + timedelta(days=1)
pytestmark = pytest.mark.usefixtures("clock")


def path(url: str) -> str:
    return url.removeprefix("http://ward.test")


class Team:
    """A ward whose desk Minh keeps on Wednesday mornings; An is free."""

    def __init__(self, session: Session, *, name: str = "Hà Thị Minh", post: str = "Bộ phận Một cửa") -> None:
        self.session, self.ward = session, make_ward(session)
        self.minh, self.an = self.member(name), self.member("Lý Văn An")
        self.post = duty_patterns.add_post(session, actor=TERMINAL, unit_id=self.ward.id, name=post, address="Số 1 Trường Chinh")
        form = PatternForm(self.post.id, (2, 3, 4), time(7, 30), time(11, 30), member_ids=(self.minh.id,))
        duty_patterns.add(session, actor=TERMINAL, form=form)
        session.commit()

    def member(self, name: str, unit: Unit | None = None) -> TeamMember:
        made = team_members.add(self.session, actor=TERMINAL, values=MemberValues(name, (unit or self.ward).id))
        self.session.commit()
        return made

    def page(self, one: TeamMember) -> str:
        return path(url_of(one))


@pytest.fixture
def team(session: Session) -> Team:
    return Team(session)


def pressed(client: TestClient, at: str, **form: str) -> str:
    """A press, and the page it leads to."""
    return str(client.post(at, data=form, follow_redirects=True).text)


def test_a_member_sees_their_duties_and_nobody_elses(team: Team) -> None:
    html = phone().get(team.page(team.minh)).text

    assert "thứ Tư 25/11/2026, 7" in html
    assert "Bộ phận Một cửa" in html
    assert "Chưa có ca trực nào" in phone().get(team.page(team.an)).text
    assert phone().get("/d/nobodys").status_code == 404


def test_pages_are_small_escape_names_and_need_no_script(session: Session) -> None:
    team = Team(session, name=f"Minh {SCRIPT}"[:60], post=SCRIPT)
    shift = duty_swaps.upcoming(session, token=team_members.token_of(team.minh, "page"))[0]
    duty_swaps.ask(session, token=team_members.token_of(team.minh, "page"), shift_id=shift.id)
    session.commit()

    for at in ("", "/duty", f"/swap?ca={shift.id}", f"/swap?ca={shift.id}&voi={team.an.id}"):
        answer = phone().get(team.page(team.minh) + at)
        assert answer.status_code == 200
        assert len(answer.content) < LARGEST_PAGE
        assert SCRIPT not in answer.text
        assert Outline(answer.text).classes - set(re.findall(r"\.([a-z][\w-]*)", answer.text)) == set()
    assert SCRIPT not in phone().get(team.page(team.an)).text


def test_a_swap_is_asked_on_one_phone_and_agreed_on_another(team: Team) -> None:
    minh, an = phone(), phone()
    html = minh.get(f"{team.page(team.minh)}/duty").text
    swap = re.search(r'href="([^"]*/swap\?ca=[^"]*)"', html)
    assert swap is not None
    assert minh.get(swap[1]).text.count('class="main"') == 1, "one accent a page"
    chosen = minh.get(f"{swap[1]}&voi={team.an.id}").text
    assert "Nhờ Lý\xa0Văn\xa0An trực thay" in chosen
    shift_id = swap[1].rpartition("=")[2]

    said = pressed(minh, swap[1], ca=shift_id, voi=str(team.an.id), doi="", do="ask")
    assert "Đang chờ Lý Văn An trả lời" in said
    waiting = an.get(team.page(team.an)).text
    assert "Hà Thị Minh nhờ trực thay" in waiting
    swap_id = next(one["value"] for one in Outline(waiting).all("input") if one["name"] == "swap")
    assert "Đã nhận ca" in pressed(an, team.page(team.an), swap=swap_id, do="agree")

    assert "thứ Tư 25/11/2026" not in minh.get(team.page(team.minh)).text
    assert "thứ Tư 25/11/2026" in an.get(team.page(team.an)).text


def test_of_many_shifts_the_next_six_show_and_those_somebody_was_asked_to_take(team: Team) -> None:
    token = team_members.token_of(team.minh, "page")
    ahead = duty_swaps.upcoming(team.session, token=token)
    duty_swaps.ask(team.session, token=token, shift_id=ahead[-1].id)
    team.session.commit()

    first, _, rest = phone().get(f"{team.page(team.minh)}/duty").text.partition("Xem thêm 11 ca sau đó")
    main = phone().get(team.page(team.minh)).text

    assert (len(ahead), first.count("/swap?ca="), rest.count("/swap?ca=")) == (18, 6, 11)
    assert "chưa ai nhận" in first
    assert f"7\xa0giờ\xa030{formats.TO}11\xa0giờ\xa030" in main
    assert main.count("báo vắng") == 1


def test_one_who_is_too_late_for_an_open_swap_is_told(team: Team) -> None:
    token = team_members.token_of(team.minh, "page")
    shift = duty_swaps.upcoming(team.session, token=token)[0]
    swap = duty_swaps.ask(team.session, token=token, shift_id=shift.id)
    duty_swaps.agree(team.session, token=team_members.token_of(team.an, "page"), swap_id=swap.id)
    late = team.member("Ma Bình")

    answer = phone().post(team.page(late), data={"swap": str(swap.id), "do": "agree"})

    assert answer.status_code == 422
    assert "có người khác nhận" in answer.text


def test_days_away_are_said_and_taken_back_on_the_phone(team: Team) -> None:
    client, at = phone(), f"{team.page(team.minh)}/duty"
    wrong = client.post(at, data={"do": "away", "first_on": "2026-11-26", "last_on": "2026-11-25"})
    assert wrong.status_code == 422
    assert 'aria-invalid="true"' in wrong.text
    assert client.post(at, data={"do": "away", "first_on": "mai", "last_on": "2026-11-25"}).status_code == 422

    said = pressed(client, at, do="away", first_on="2026-11-25", last_on="2026-11-25", reason="Đi viện")
    assert "1 ca đã bỏ trống" in said
    [away] = duty_absences.absences_of(team.session, token=team_members.token_of(team.minh, "page"))
    team.session.commit()

    assert "thứ Tư 25/11/2026" in pressed(client, at, do="back", absence=str(away.absence.id))


def test_the_calendar_file_follows_the_roster_and_opens_nothing_else(team: Team) -> None:
    at = path(calendar_url_of(team.minh))
    answer = phone().get(at)

    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    text = answer.text.replace("\r\n ", "")
    assert "DTSTART:20261125T003000Z" in text
    assert "SUMMARY:Trực Bộ phận Một cửa" in text
    assert text.count("BEGIN:VEVENT") == text.count("END:VEVENT") == 18
    assert phone().get(at.removesuffix("/lich.ics")).status_code == 404
    assert phone().get(f"{team.page(team.minh)}/lich.ics").status_code == 404

    duty_absences.leave(team.session, actor=TERMINAL, member_id=team.minh.id)
    team.session.commit()
    assert phone().get(at).status_code == 404


def test_residents_read_hours_and_whether_somebody_is_there_today_but_no_names(team: Team, clock: Traveller) -> None:
    procedure = make_procedure(team.session, unit=team.ward)
    clock.shift(timedelta(hours=20))  # Wednesday, 8 giờ
    shelf = phone().get("/p").text
    assert "thứ Tư đến thứ Sáu: 7" in shelf
    assert "có người trực" in shelf
    assert "Hà Thị Minh" not in shelf

    shift = duty_swaps.upcoming(team.session, token=team_members.token_of(team.minh, "page"))[1]
    duty_absences.be_away_oneself(
        team.session, token=team_members.token_of(team.minh, "page"), first_on=shift.starts_at.date(),
        last_on=shift.starts_at.date() + timedelta(days=1),
    )  # fmt: skip
    team.session.commit()
    clock.shift(timedelta(days=1))

    assert "chưa có người, xin gọi phường trước khi tới" in phone().get(f"/p/{procedure.code}").text
