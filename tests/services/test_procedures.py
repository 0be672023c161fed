"""Procedures: found in people's words, completed by the ward, shown to residents."""

import pytest
from sqlmodel import Session

from core import clock
from core.errors import Invalid, NotAllowed, NotFound
from core.settings import settings
from models import Purpose, Role, ScanHour, Unit
from services import links, procedure_pictures, procedure_values, procedures
from services.access import TERMINAL, Actor
from services.procedures import WardWords
from tests.factories import make_actor, make_link, make_procedure, make_unit

NAMES = {
    "1.001193": "Đăng ký khai sinh",
    "1.004873": "Cấp Giấy xác nhận tình trạng hôn nhân",
    "1.012789": "Đăng ký biến động chuyển nhượng quyền sử dụng đất",
    "1.004194": "Đăng ký tạm trú",
    "1.000894": "Đăng ký kết hôn",
    "1.000656": "Đăng ký khai tử",
    "2.000815": "Chứng thực bản sao từ bản chính",
    "1.004772": "Đăng ký khai sinh cho người đã có hồ sơ, giấy tờ cá nhân",
}


@pytest.fixture
def shelf(session: Session, ward: Unit) -> Unit:
    for code, name in NAMES.items():
        events, called = procedure_values.first_words(name)
        make_procedure(session, unit=ward, code=code, name=name, events=events, also_called=called, field="Hộ tịch")
    return ward


def found(session: Session, words: str) -> list[str]:
    return [one.code for one in procedures.listing(session, actor=TERMINAL, words=words)]


@pytest.mark.parametrize(
    ("words", "code"),
    [("làm khai sinh", "1.001193"), ("lam khai sinh", "1.001193"), ("KHAI SINH", "1.001193"), ("giấy độc thân", "1.004873"),
     ("sang tên sổ đỏ", "1.012789"), ("so do", "1.012789"), ("tam tru", "1.004194"), ("1.000656", "1.000656"),
     ("xin giấy kết hôn", "1.000894"), ("sao y", "2.000815"), ("khia sinh", "1.001193"), ("bao tu", "1.000656")],
)  # fmt: skip
def test_a_procedure_is_found_in_the_words_people_use(session: Session, shelf: Unit, words: str, code: str) -> None:
    assert found(session, words)[0] == code


def test_the_plainer_one_of_two_comes_first(session: Session, shelf: Unit) -> None:
    assert found(session, "đăng ký khai sinh") == ["1.001193", "1.004772"]


@pytest.mark.parametrize("words", ["nổ mìn", "(a+)+$", "' OR 1=1 --", "%", "đăng ký kinh khí cầu"])
def test_what_nobody_offers_is_not_found(session: Session, shelf: Unit, words: str) -> None:
    assert found(session, words) == [] or words == "%"


def test_words_the_ward_adds_find_it_from_then_on(session: Session, shelf: Unit, writer: Actor) -> None:
    one = procedures.find(session, actor=writer, code="1.004194")
    assert found(session, "giấy ở nhờ") == []

    procedures.write(
        session,
        actor=writer,
        procedure_id=one.id,
        version=one.version,
        words=WardWords(also_called=("giấy ở nhờ", " giấy ở nhờ")),
    )

    assert found(session, "giay o nho") == ["1.004194"]
    assert one.also_called == ["giấy ở nhờ"]


def test_the_ward_writes_steps_desk_and_hours_and_the_provinces_text_stays(session: Session, ward: Unit, writer: Actor) -> None:
    one = make_procedure(session, unit=ward, documents="Tờ khai", days=3)
    words = WardWords(
        summary="Cho trẻ mới sinh.", steps=(" Đăng nhập ", "", "Nộp"), desk="Quầy 3", desk_hours="7 giờ 30 – 11 giờ 30",
        events=("birth",), portal_url="dichvucong.gov.vn/x",
    )  # fmt: skip

    procedures.write(session, actor=writer, procedure_id=one.id, version=1, words=words)

    assert (one.steps, one.desk, one.desk_hours) == (["Đăng nhập", "Nộp"], "Quầy 3", "7 giờ 30 – 11 giờ 30")
    assert (one.portal_url, one.documents, one.days, one.version) == ("https://dichvucong.gov.vn/x", "Tờ khai", 3, 2)


PICTURE = {"sha256": "a" * 64, "name": "buoc.jpg", "media_type": "image/jpeg", "bytes": 85_000}


def test_a_picture_goes_with_the_words_of_its_step(session: Session, shelf: Unit, writer: Actor) -> None:
    one = procedures.find(session, actor=writer, code="1.004194")
    one.steps = ["Đăng nhập", "Chọn thủ tục", "Nộp"]
    for step in (2, 3):
        procedures.set_picture(
            session, actor=writer, procedure_id=one.id, version=one.version, step=step, picture=PICTURE | {"name": f"{step}.jpg"}
        )  # fmt: skip

    words = WardWords(steps=("Mở trang", "Đăng nhập", "Chọn thủ tục"))
    procedures.write(session, actor=writer, procedure_id=one.id, version=one.version, words=words)

    assert {step: picture.name for step, picture in procedure_pictures.shown(one).items()} == {3: "2.jpg"}


def test_a_step_has_one_picture_and_a_step_that_is_not_there_none(session: Session, shelf: Unit, writer: Actor) -> None:
    one = procedures.find(session, actor=writer, code="1.004194")
    one.steps = ["Đăng nhập"]

    def put(step: int, picture: dict[str, object] | None) -> None:
        procedures.set_picture(session, actor=writer, procedure_id=one.id, version=one.version, step=step, picture=picture)

    put(1, PICTURE)
    put(1, PICTURE | {"name": "moi.jpg"})
    shown = [picture.name for picture in procedure_pictures.shown(one).values()]
    put(1, None)

    assert (shown, one.pictures) == (["moi.jpg"], [])
    with pytest.raises(Invalid, match="không có bước 2"):
        put(2, PICTURE)


def test_a_wards_shelf_is_one_code(session: Session, shelf: Unit, writer: Actor) -> None:
    alone = procedures.shelf_path(session, unit=shelf)
    make_procedure(session, unit=make_unit(session), code="1.001193")
    among_two = procedures.shelf_path(session, unit=make_unit(session, parent=shelf))
    link = links.create(session, actor=writer, purpose=Purpose.PROCEDURE, target_url=among_two, place="Cổng chợ")

    assert (alone, among_two) == ("/p", f"/p?xa={shelf.code}")
    assert links.target_of(link) == f"{settings().public_url}/p?xa={shelf.code}"


def test_two_who_write_at_once_do_not_write_over_each_other(session: Session, ward: Unit, writer: Actor) -> None:
    one = make_procedure(session, unit=ward)
    procedures.write(session, actor=writer, procedure_id=one.id, version=1, words=WardWords(desk="Quầy 1"))

    with pytest.raises(Invalid, match="vừa sửa"):
        procedures.write(session, actor=writer, procedure_id=one.id, version=1, words=WardWords(desk="Quầy 2"))

    assert one.desk == "Quầy 1"


@pytest.mark.parametrize(
    ("words", "field"),
    [(WardWords(portal_url="javascript:alert(1)"), "portal_url"), (WardWords(steps=("x" * 500,)), "steps"),
     (WardWords(steps=tuple(map(str, range(1, 25)))), "steps"), (WardWords(events=("nonsense",)), "events"),
     (WardWords(desk_hours="x" * 300), "desk_hours")],
)  # fmt: skip
def test_a_value_that_cannot_be_is_refused_beside_its_field(
    session: Session, ward: Unit, writer: Actor, words: WardWords, field: str
) -> None:
    one = make_procedure(session, unit=ward)

    with pytest.raises(Invalid) as refusal:
        procedures.write(session, actor=writer, procedure_id=one.id, version=1, words=words)

    assert refusal.value.details["field"] == field


@pytest.mark.parametrize("role", [Role.LEAD, Role.VIEWER])
def test_others_may_not_write(session: Session, ward: Unit, role: Role) -> None:
    one = make_procedure(session, unit=ward)

    with pytest.raises(NotAllowed):
        procedures.write(
            session, actor=make_actor(session, unit=ward, role=role), procedure_id=one.id, version=1, words=WardWords()
        )


def test_another_wards_procedure_is_not_there(session: Session, writer: Actor) -> None:
    foreign = make_procedure(session, unit=make_unit(session), code="1.999999")

    with pytest.raises(NotFound):
        procedures.find(session, actor=writer, code="1.999999")
    with pytest.raises(NotFound):
        procedures.write(session, actor=writer, procedure_id=foreign.id, version=1, words=WardWords())
    assert procedures.listing(session, actor=writer) == []


def test_the_shelf_shows_what_was_scanned_most_this_week(session: Session, shelf: Unit) -> None:
    stay = procedures.find(session, actor=TERMINAL, code="1.004194")
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    for one in (make_link(session, unit_id=shelf.id, procedure_id=stay.id), make_link(session, unit_id=shelf.id)):
        session.add(ScanHour(link_id=one.id, hour=hour, scans=4))
    session.flush()

    seen = procedures.shelf(session)

    assert seen
    assert [one.code for one in seen.popular] == ["1.004194"]
    assert seen.fields == [("Hộ tịch", len(NAMES))]
    assert "birth" in seen.events


def test_two_wards_in_one_house_are_told_apart(session: Session, ward: Unit) -> None:
    other = make_unit(session)
    for unit in (ward, other):
        make_procedure(session, unit=unit, code="1.004194", name=f"Đăng ký tạm trú {unit.code}")

    with pytest.raises(NotFound):
        procedures.page_of(session, code="1.004194")
    assert procedures.shelf(session) is None
    assert procedures.page_of(session, code="1.004194", ward_code=other.code).procedure.unit_id == other.id
    assert {unit.id for unit in procedures.wards_with_procedures(session, code="1.004194")} == {ward.id, other.id}
