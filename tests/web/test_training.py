"""Pages of leaders and residents while their ward is in training."""

from sqlmodel import Session

from services import training
from services.access import TERMINAL
from tests.web.day import Day, phone

SAYS = "Nội dung trang này không phải thông báo thật."


def test_leaders_and_residents_read_that_it_is_no_news(session: Session, day: Day) -> None:
    pages = (day.relay_page, day.page)
    assert all(SAYS not in phone().get(page).text for page in pages)

    training.switch(session, actor=TERMINAL, unit_id=day.announcement.unit_id, is_on=True)
    session.commit()

    assert all(SAYS in phone().get(page).text for page in pages)
    assert "[TẬP HUẤN, không phải tin thật]" in phone().get(day.relay_page).text
