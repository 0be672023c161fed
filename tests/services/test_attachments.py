"""Documents of an announcement: one file each, part of its words, cleared when nothing names them."""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session

from core import clock
from core.errors import Invalid, NotFound
from core.settings import settings
from models import AnnouncementStatus, Role, Unit
from services import approvals, attachments, drafts
from services.access import Actor
from services.draft_words import Words
from services.ports import Area
from tests.factories import make_actor, make_link, make_procedure, make_unit
from tests.papers import pdf, photo

pytestmark = pytest.mark.usefixtures("documents")


def stored() -> list[Path]:
    return [path for path in (settings().data_dir / "attachments").glob("*/*") if path.is_file()]


def words(place: Unit, *kept: object) -> Words:
    return Words(title="Giấy mời", body="Sáng mai.", unit_ids=[place.id], attachments=kept)  # type: ignore[arg-type]


def grow_old(path: Path) -> None:
    long_ago = (clock.now() - attachments.KEPT - timedelta(minutes=1)).timestamp()
    os.utime(path, (long_ago, long_ago))


def test_the_same_document_is_stored_once_under_whatever_name() -> None:
    one = attachments.store(pdf(pages=2), name="Giấy mời 112.pdf")
    other = attachments.store(pdf(pages=2), name="../../giay moi.PDF")

    assert one == {
        "sha256": other["sha256"], "name": "Giấy mời 112.pdf", "media_type": "application/pdf", "bytes": len(pdf(pages=2)),
        "pages": 2,
    }  # fmt: skip
    assert other["name"] == "giay moi.pdf"
    [path] = stored()
    assert (path.name, path.stat().st_mode & 0o777) == (one["sha256"], 0o600)


def test_many_bringing_the_same_at_once_leave_one_whole_file() -> None:
    content = photo()

    with ThreadPoolExecutor(8) as pool:
        kept = list(pool.map(lambda n: attachments.store(content, name=f"{n}.jpg"), range(8)))

    assert len({one["sha256"] for one in kept}) == 1
    [path] = stored()
    assert path.stat().st_size == kept[0]["bytes"]


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("a\r\nSet-Cookie: x=1.pdf", "a Set-Cookie x=1.pdf"),
        ("C:\\Users\\x\\Danh sách tổ 7.docx", "Danh sách tổ 7.pdf"),
        ("...", "tai-lieu.pdf"),
        ("x\u202efdp.exe", "x fdp.pdf"),
        ("a" * 200 + ".pdf", "a" * 96 + ".pdf"),
    ],
)
def test_a_name_is_its_owners_without_what_means_something_elsewhere(given: str, name: str) -> None:
    assert attachments.store(pdf(), name=given)["name"].replace("  ", " ") == name


def test_another_document_after_the_approval_voids_it(session: Session, ward: Unit, place: Unit, writer: Actor) -> None:
    chief = make_actor(session, unit=ward, role=Role.OFFICIAL)
    at = clock.local(clock.now() + timedelta(days=2)).replace(hour=9)
    kept = attachments.store(pdf(), name="a.pdf")
    draft = drafts.write(
        session, actor=writer, words=Words(title="A", body="B", unit_ids=[place.id], send_at=at, attachments=[kept])
    )
    approvals.submit(session, actor=writer, announcement_id=draft.id)
    approvals.approve(session, actor=chief, announcement_id=draft.id, version=draft.version)
    assert draft.status is AnnouncementStatus.SCHEDULED

    drafts.edit(
        session, actor=writer, announcement_id=draft.id, version=draft.version,
        words=Words(title="A", body="B", unit_ids=[place.id], send_at=at, attachments=[]),
    )  # fmt: skip

    assert (draft.status, draft.approved_at, draft.attachments) == (AnnouncementStatus.DRAFT, None, [])


def test_a_form_that_does_not_speak_of_documents_leaves_them(session: Session, place: Unit, writer: Actor) -> None:
    kept = attachments.store(pdf(), name="a.pdf")
    draft = drafts.write(session, actor=writer, words=words(place, kept))

    drafts.edit(session, actor=writer, announcement_id=draft.id, version=1, words=Words(title="A", body="B", unit_ids=[place.id]))

    assert draft.attachments == [kept]


def test_a_document_that_is_not_there_or_one_too_many_is_refused(session: Session, place: Unit, writer: Actor) -> None:
    kept = [attachments.store(pdf(title=str(n)), name="a.pdf") for n in range(attachments.MOST + 1)]

    with pytest.raises(Invalid, match="không còn trên máy"):
        drafts.write(session, actor=writer, words=words(place, kept[0] | {"sha256": "0" * 64}))
    with pytest.raises(Invalid, match="không còn trên máy"):
        drafts.write(session, actor=writer, words=words(place, kept[0] | {"sha256": "../../secret.key"}))
    with pytest.raises(Invalid, match="Nhiều nhất 5 tệp"):
        drafts.write(session, actor=writer, words=words(place, *kept))


def test_what_nothing_names_is_cleared_after_a_week_and_nothing_else(session: Session, place: Unit, writer: Actor) -> None:
    used, replaced, forgotten, fresh = (attachments.store(pdf(title=n), name=f"{n}.pdf") for n in "abcd")
    draft = drafts.write(session, actor=writer, words=words(place, replaced))
    drafts.edit(session, actor=writer, announcement_id=draft.id, version=1, words=words(place, used))
    for one in (used, replaced, forgotten):
        grow_old(attachments.path_of(one["sha256"]))

    assert attachments.sweep(session) == 1

    assert {path.name for path in stored()} == {used["sha256"], replaced["sha256"], fresh["sha256"]}
    assert attachments.sweep(session) == 0


def test_pictures_of_procedures_and_places_are_kept_and_no_pdf_is_one(session: Session, ward: Unit) -> None:
    step, place = (attachments.store_photo(photo(quality=quality), name="x.jpg") for quality in (50, 60))
    make_procedure(session, unit=ward, steps=["Nộp"], pictures=[step | {"step": 1}])
    make_link(session, unit_id=ward.id, photo=place)
    for path in stored():
        grow_old(path)

    assert attachments.sweep(session) == 0
    with pytest.raises(Invalid, match="không phải PDF"):
        attachments.store_photo(pdf(), name="x.pdf")


def test_what_is_brought_again_is_not_cleared(session: Session) -> None:
    kept = attachments.store(pdf(), name="a.pdf")
    grow_old(attachments.path_of(kept["sha256"]))

    attachments.store(pdf(), name="a.pdf")

    assert attachments.sweep(session) == 0


def test_there_is_no_document_before_the_first_or_after_the_last() -> None:
    documents = attachments.shown([attachments.store(pdf(), name="a.pdf")])

    assert attachments.nth(documents, 1)[0].name == "a.pdf"
    for place in (0, 2):
        with pytest.raises(NotFound):
            attachments.nth(documents, place)


def test_a_picture_with_covered_areas_takes_the_place_of_the_first_which_is_cleared_when_nothing_names_it(
    session: Session,
) -> None:
    first = attachments.store(photo(size=(400, 300)), name="chụp màn hình.jpg")

    covered = attachments.cover(first, [Area(0.1, 0.1, 0.5, 0.4)])

    assert covered["sha256"] != first["sha256"]
    assert (covered["name"], {path.name for path in stored()}) == (first["name"], {first["sha256"], covered["sha256"]})
    for path in stored():
        grow_old(path)
    ward = make_unit(session)
    drafts.write(session, actor=make_actor(session, unit=ward, role=Role.STAFF), words=words(ward, covered))
    assert (attachments.sweep(session), [path.name for path in stored()]) == (1, [covered["sha256"]])


@pytest.mark.parametrize("area", [Area(0.2, 0.2, 0.2, 0.9), Area(1.1, 0, 1.4, 1), Area(0, 0, 0, 0)])
def test_an_area_that_holds_nothing_of_the_picture_is_refused(area: Area) -> None:
    kept = attachments.store(photo(size=(400, 300)), name="ảnh.jpg")

    with pytest.raises(Invalid, match="vùng"):
        attachments.cover(kept, [area])


def test_a_picture_that_is_gone_or_a_pdf_cannot_be_covered() -> None:
    paper = attachments.store(pdf(), name="Giấy mời.pdf")
    gone = attachments.store(photo(size=(40, 30)), name="ảnh.jpg")
    attachments.path_of(gone["sha256"]).unlink()

    for kept, sentence in ((paper, "PDF"), (gone, "không còn")):
        with pytest.raises(Invalid, match=sentence):
            attachments.cover(kept, [Area(0, 0, 1, 1)])
