"""Sheets made in the background: numbers beneath codes, who may see them, how long they are kept, what a dead worker leaves."""

import os
from datetime import timedelta

import pytest
from sqlmodel import Session, select
from time_machine import Traveller

from core.errors import Invalid, NotAllowed, NotFound
from models import PrintedCode, PrintJob, PrintStatus, Role, Unit
from services import link_labels, print_jobs, printed_codes, staff_badges
from services.access import Actor
from services.link_labels import MOST
from services.ports import Label, SheetHead
from services.print_layouts import Layout
from tests.factories import NOON, make_actor, make_link, make_unit, make_user
from tests.fakes import FakeEngine

LABEL = Label(url="https://ward.test/q/b", title="Tạm trú", place="Tổ 7", shown_url="ward.test/q/b", number="1")


@pytest.fixture
def clerk(session: Session) -> Actor:
    return make_actor(session, unit=make_unit(session, name="Phường Bắc Kạn", office_hours="7:30 – 17:00"))


def asked(session: Session, actor: Actor, *, copies: int = 1, layout: Layout = Layout.TINY) -> PrintJob:
    job = print_jobs.ask(session, actor=actor, layout=layout, labels=[LABEL], head=SheetHead("Phường"), copies=copies)
    session.commit()
    return job


def test_a_link_keeps_its_number_in_a_layout_however_often_it_is_printed(session: Session, clerk: Actor) -> None:
    first, second = (make_link(session, unit_id=clerk.unit_id, slug=slug) for slug in ("aaaa", "bbbb"))

    before, _ = link_labels.numbered(session, actor=clerk, layout=Layout.TINY, slugs=[first.slug])
    both, _ = link_labels.numbered(session, actor=clerk, layout=Layout.TINY, slugs=[second.slug, first.slug])
    poster, _ = link_labels.numbered(session, actor=clerk, layout=Layout.POSTER, slugs=[first.slug])

    assert [label.number for label in [*before, *both, *poster]] == ["1", "2", "1", "3"]


def test_numbers_are_foreseen_without_being_given(session: Session, clerk: Actor) -> None:
    link = make_link(session, unit_id=clerk.unit_id)

    looked, _ = link_labels.numbered(
        session, actor=clerk, layout=Layout.TINY, slugs=[link.slug], numbering=printed_codes.foreseen
    )  # fmt: skip
    assert session.exec(select(PrintedCode)).all() == []
    ordered, _ = link_labels.numbered(session, actor=clerk, layout=Layout.TINY, slugs=[link.slug])

    assert looked == ordered


def test_a_broken_sticker_is_found_again_by_its_number_only_in_its_own_ward(session: Session, clerk: Actor) -> None:
    link = make_link(session, unit_id=clerk.unit_id, title="Đăng ký tạm trú", place="Tổ 7")
    link_labels.numbered(session, actor=clerk, layout=Layout.L7160, slugs=[link.slug])

    found = printed_codes.by_number(session, actor=clerk, number=1)

    assert (found.slug, found.title, found.place, found.layout) == (link.slug, "Đăng ký tạm trú", "Tổ 7", Layout.L7160)
    with pytest.raises(NotFound, match="số 1"):
        printed_codes.by_number(session, actor=make_actor(session, unit=make_unit(session)), number=1)


def test_wards_count_their_codes_apart(session: Session, clerk: Actor) -> None:
    other = make_actor(session, unit=make_unit(session))
    here, there = make_link(session, unit_id=clerk.unit_id), make_link(session, unit_id=other.unit_id)

    numbers = [
        link_labels.numbered(session, actor=actor, layout=Layout.TINY, slugs=[link.slug])[0][0].number
        for actor, link in ((clerk, here), (other, there))
    ]

    assert numbers == ["1", "1"]


def test_the_head_of_a_sheet_is_the_ward_s(session: Session, clerk: Actor) -> None:
    group = make_unit(session, parent=session.get_one(Unit, clerk.unit_id))
    link = make_link(session, unit_id=group.id)

    _, head = link_labels.numbered(session, actor=clerk, layout=Layout.DOOR, slugs=[link.slug], emblem=True)

    assert head == SheetHead("Phường Bắc Kạn", hours="7:30 – 17:00", phone="0209 300 0000", emblem=True)


def test_a_sheet_is_promised_once_and_says_how_much_it_is(session: Session, clerk: Actor, promises: FakeEngine) -> None:
    job = asked(session, clerk, copies=50)

    assert [(one.work, one.subject_id) for one in promises.promises.values()] == [("print_sheet", str(job.id))]
    assert (job.codes, job.pages, job.status) == (50, 3, PrintStatus.QUEUED)


@pytest.mark.parametrize(("copies", "sentence"), [(0, "Không có mã nào"), (100_000, str(MOST))])
def test_no_stickers_and_a_hundred_thousand_are_refused(session: Session, clerk: Actor, copies: int, sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence):
        print_jobs.ask(session, actor=clerk, layout=Layout.TINY, labels=[LABEL], head=SheetHead(""), copies=copies)


@pytest.mark.parametrize("role", [Role.LEAD, Role.VIEWER])
def test_only_those_who_write_may_print(session: Session, role: Role) -> None:
    actor = make_actor(session, unit=make_unit(session), role=role)

    for act in (
        lambda: print_jobs.ask(session, actor=actor, layout=Layout.TINY, labels=[LABEL], head=SheetHead("")),
        lambda: print_jobs.listing(session, actor=actor),
        lambda: staff_badges.wearers(session, actor=actor),
        lambda: printed_codes.by_number(session, actor=actor, number=1),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_a_worker_makes_each_label_as_often_as_was_asked(session: Session, clerk: Actor) -> None:
    job = asked(session, clerk, copies=3, layout=Layout.TENT)

    wanted = print_jobs.begin(session, job_id=job.id)

    assert wanted == print_jobs.ToPrint([LABEL] * 3, Layout.TENT, SheetHead("Phường"))


def test_how_far_a_sheet_is_is_told_and_then_the_file_is_there(session: Session, clerk: Actor) -> None:
    job = asked(session, clerk, copies=50)
    print_jobs.begin(session, job_id=job.id)
    print_jobs.tell(session, job_id=job.id, pages=2)
    (under_way,) = print_jobs.listing(session, actor=clerk)

    print_jobs.keep(job.id, b"%PDF-1")
    print_jobs.finish(session, job_id=job.id, pages=3)
    session.expire_all()

    (ready,) = print_jobs.listing(session, actor=clerk)
    assert (under_way.status, under_way.pages_done, under_way.pages) == (PrintStatus.PRINTING, 2, 3)
    assert (ready.status, ready.pages_done) == (PrintStatus.READY, 3)
    assert print_jobs.file_of(session, actor=clerk, job_id=job.id).read_bytes() == b"%PDF-1"
    assert print_jobs.begin(session, job_id=job.id) is None
    assert print_jobs.path_of(job.id).stat().st_mode & 0o077 == 0


def test_a_sheet_is_given_to_nobody_else(session: Session, clerk: Actor) -> None:
    job = asked(session, clerk)
    print_jobs.keep(job.id, b"%PDF-1")
    print_jobs.finish(session, job_id=job.id, pages=1)
    other = make_actor(session, unit=make_unit(session))

    with pytest.raises(NotFound):
        print_jobs.file_of(session, actor=other, job_id=job.id)
    assert print_jobs.listing(session, actor=other) == []


def test_a_refused_sheet_says_why(session: Session, clerk: Actor) -> None:
    job = asked(session, clerk)

    print_jobs.refuse(session, job_id=job.id, refusal=Invalid("Tên dài quá: {labels}.", labels="Tạm trú"))
    session.expire_all()

    (row,) = print_jobs.listing(session, actor=clerk)
    assert (row.status, row.refusal.format(**row.blanks)) == (PrintStatus.REFUSED, "Tên dài quá: Tạm trú.")
    assert print_jobs.begin(session, job_id=job.id) is None


def test_a_sheet_and_its_file_are_gone_after_a_week(session: Session, clock: Traveller, clerk: Actor) -> None:
    job = asked(session, clerk)
    print_jobs.keep(job.id, b"%PDF-1")
    print_jobs.finish(session, job_id=job.id, pages=1)
    session.commit()

    clock.move_to(NOON + timedelta(days=6))
    assert print_jobs.sweep(session) == 0
    clock.move_to(NOON + timedelta(days=7))
    os.utime(print_jobs.path_of(job.id), (NOON.timestamp(), NOON.timestamp()))
    assert print_jobs.sweep(session) == 1

    assert not print_jobs.path_of(job.id).exists()
    assert print_jobs.sweep(session) == 0


def test_a_sheet_whose_worker_is_gone_is_promised_again_once(
    session: Session, clock: Traveller, clerk: Actor, promises: FakeEngine
) -> None:
    job = asked(session, clerk)
    print_jobs.begin(session, job_id=job.id)
    session.commit()

    clock.move_to(NOON + print_jobs.SILENT)
    assert print_jobs.promise_again(session) == 0
    clock.move_to(NOON + print_jobs.SILENT + timedelta(seconds=1))
    assert print_jobs.promise_again(session) == 1
    session.commit()

    assert print_jobs.promise_again(session) == 0
    assert [one.subject_id for one in promises.promises.values()] == [str(job.id)] * 2


def test_a_badge_bears_a_name_and_what_they_do(session: Session, clerk: Actor) -> None:
    ward = session.get_one(Unit, clerk.unit_id)
    nurse = make_user(session, unit=ward, role=Role.STAFF, display_name="Hoàng Thị Hồng Nhung")
    link = make_link(session, unit_id=ward.id)

    (badge,), _head = staff_badges.labels(session, actor=clerk, user_ids=[nurse.id], slug=link.slug)

    assert (badge.title, badge.place) == ("Hoàng Thị Hồng Nhung", "Cán bộ một cửa · Phường Bắc Kạn")
    assert badge.url.endswith(link.slug)
    with pytest.raises(NotFound):
        staff_badges.labels(
            session, actor=clerk, user_ids=[make_user(session, unit=make_unit(session)).id], slug=link.slug
        )  # fmt: skip
