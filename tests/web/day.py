"""A ward on the day it sends an announcement: what the phone pages show, with the longest names they meet."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

from sqlalchemy import event
from sqlmodel import Session, select
from starlette.applications import Starlette
from starlette.testclient import TestClient

from core.db import engine
from models import Announcement, AsksFor, Group, Relay, Role, ShortLink, Unit, UnitKind, Urgency, User
from services import links, sending
from services.ports import Ports, provide
from tests.factories import NOON, make_announcement, make_group, make_household, make_membership, make_unit, make_user
from tests.fakes import FakeEngine, Nothing
from web.routes import routes

PHONE = "Mozilla/5.0 (Linux; Android 9; SM-J415F) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/96.0.4664.45 Mobile Safari/537.36"
ZALO_PREVIEW = "Mozilla/5.0 (compatible; ZaloBot/1.0)"
LEADERS_PHONE = "+84912345678"
TITLE = "Khám sàng lọc đái tháo đường miễn phí sáng mai"
FACTS = {
    "when": "thứ Tư 25/11/2026, từ 7 giờ đến 11 giờ 30",
    "where": "Trạm Y tế phường, số 5 đường Nông Văn Quang",
    "who": "Người từ 40 tuổi, người có bố mẹ hoặc anh chị em bị đái tháo đường",
    "bring": "Nhịn ăn sáng, mang thẻ bảo hiểm y tế hoặc căn cước",
}
BODY = """Trạm Y tế phường Bắc Kạn cùng Trung tâm Y tế khám sàng lọc đái tháo đường cho người dân, không thu tiền.

Mỗi người được đo huyết áp, đo đường huyết mao mạch và nghe bác sĩ tư vấn, khoảng 20 phút.

Người đang uống thuốc đái tháo đường vẫn uống nước lọc bình thường, mang theo đơn thuốc. Người khó đi lại, xin báo tổ trưởng."""
GROUP_TEXT = """Sáng mai, thứ Tư 25/11, từ 7 giờ đến 11 giờ 30, Trạm Y tế khám đái tháo đường miễn phí cho người từ 40 tuổi.
Bà con nhịn ăn sáng, mang theo thẻ bảo hiểm y tế hoặc căn cước."""


@dataclass(frozen=True)
class Day:
    """Everything a test of the phone pages may want to name."""

    ward: Unit
    unit: Unit
    leader: User
    group: Group
    announcement: Announcement
    relay: Relay
    link: ShortLink  # the group's own

    @property
    def page(self) -> str:
        return f"/a/{self.link.slug}"

    @property
    def relay_page(self) -> str:
        return f"/r/{self.relay.token}"

    @property
    def leaders_page(self) -> str:
        return f"/r/{self.announcement.leaders_token}"


def make_ward(session: Session) -> Unit:
    province = make_unit(session, name="Tỉnh Thái Nguyên", kind=UnitKind.PROVINCE, subtype="tinh", phone=None)
    return make_unit(
        session,
        parent=province,
        name="Phường Bắc Kạn",
        kind=UnitKind.COMMUNE,
        subtype="phuong",
        phone="+842093000000",
        address="Số 1 đường Trường Chinh",
        office_hours="thứ Hai đến thứ Sáu, 7 giờ 30 – 11 giờ 30, 13 giờ 30 – 17 giờ",
    )


def make_led_group(session: Session, ward: Unit, **of_unit: Any) -> tuple[Unit, User, Group]:
    """A residential unit with its leader and its chat."""
    fields: dict[str, Any] = {"name": "Tổ dân phố 13", "short_name": "Tổ 13, Sông Cầu", "area": "Sông Cầu"} | of_unit
    unit = make_unit(session, parent=ward, **fields)
    leader = make_user(session, unit=unit, role=Role.LEAD, display_name="Hà Thị Minh", phone=LEADERS_PHONE)
    group = make_group(session, unit=unit, name=f"Bà con {unit.short_name}", leader_id=leader.id)
    return unit, leader, group


def make_day(session: Session, *, households: int = 1, sent_at: Any = NOON, ward: Unit | None = None, **of_it: Any) -> Day:
    """An announcement sent at noon to a ward of one group. Stop the clock at or after `sent_at` to read it."""
    provide(Ports(sheets=Nothing(), paper=Nothing(), codes=Nothing(), engine=FakeEngine(), tables=Nothing()))  # type: ignore[arg-type]
    ward = ward or make_ward(session)
    unit, leader, group = make_led_group(session, ward)
    for _ in range(households):
        make_membership(session, household=make_household(session, unit=unit), group=group)
    fields: dict[str, Any] = {
        "title": TITLE, "body": BODY, "facts": FACTS, "group_text": GROUP_TEXT, "urgency": Urgency.URGENT,
        "asks_for": AsksFor.ATTENDANCE, "must_reach_by": sent_at + timedelta(hours=4),
        "expires_at": sent_at + timedelta(days=1),
    } | of_it  # fmt: skip
    announcement = make_announcement(session, unit=ward, **fields)
    return send(session, announcement, ward, unit, leader, group)


def send(session: Session, announcement: Announcement, ward: Unit, unit: Unit, leader: User, group: Group) -> Day:
    """Send it, and gather what came into being."""
    sending.send(session, announcement=announcement)
    session.commit()
    relay = session.exec(select(Relay).where(Relay.announcement_id == announcement.id, Relay.group_id == group.id)).one()
    link = links.for_announcement(session, announcement_id=announcement.id, unit_id=ward.id, group_id=group.id)
    session.commit()
    return Day(ward, unit, leader, group, announcement, relay, link)


def phone(user_agent: str = PHONE, **headers: str) -> TestClient:
    """A phone that follows no redirect by itself and keeps its cookies."""
    app = Starlette(routes=routes)
    return TestClient(app, base_url="http://ward.test", follow_redirects=False, headers={"user-agent": user_agent, **headers})


@contextmanager
def writes_begun() -> Iterator[list[object]]:
    """One for each time the writers' lock was asked for within the block."""
    begun: list[object] = []

    def note(connection: object) -> None:
        begun.append(connection)

    event.listen(engine(), "begin", note)
    try:
        yield begun
    finally:
        event.remove(engine(), "begin", note)


class Outline(HTMLParser):
    """What a page is made of, as far as tests ask."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def all(self, tag: str, **wanted: str) -> list[dict[str, str]]:
        """Attributes of the elements with this tag and these attributes."""
        return [found for name, found in self.elements if name == tag and wanted.items() <= found.items()]

    @property
    def main_buttons(self) -> list[dict[str, str]]:
        """The filled buttons: the one thing a page asks for."""
        return [found for name, found in self.elements if name in ("a", "button") and "main" in found.get("class", "").split()]

    @property
    def classes(self) -> set[str]:
        """Every class in use."""
        return {name for _, found in self.elements for name in found.get("class", "").split()}
