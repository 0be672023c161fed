"""links, link-create, link-retarget and qr-sheet: codes on walls, where they lead, and their labels to print."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from core import clock
from core.db import reading, transaction
from core.i18n import N_, translate
from core.settings import settings
from models import Purpose, ShortLink
from services import link_labels, link_moves, link_targets, procedures, units
from services import links as codes
from services.access import TERMINAL
from services.ports import ports
from terminal.files import check_folder, write
from terminal.habits import AsJson, answering, app

PURPOSES = ", ".join(Purpose)


class Layout(StrEnum):
    """Labels an A4 page; 1 is a poster."""

    TINY = "24"
    SMALL = "12"
    LARGE = "8"
    POSTER = "1"


@app.command()
def links(
    purpose: Annotated[Purpose | None, typer.Option(metavar="P", help=PURPOSES)] = None, as_json: AsJson = False
) -> None:  # fmt: skip
    """All codes or those of one purpose: the worst first, then those scanned most this week."""
    with answering(as_json=as_json) as say, reading() as session:
        rows = codes.listing(session, actor=TERMINAL, purposes=[purpose] if purpose else [])
        say([_told(row.link) for row in rows])


@app.command()
def link_create(
    purpose: Annotated[Purpose, typer.Option(metavar="P", help=PURPOSES)],
    target: Annotated[str, typer.Option(metavar="URL", help="A public https page.")] = "",
    title: Annotated[str, typer.Option(metavar="T", help="What stands on the label; without it, the target's host.")] = "",
    place: Annotated[str, typer.Option(metavar="P", help="Where it will hang.")] = "",
    unit: Annotated[str, typer.Option(metavar="CODE")] = "",
    procedure: Annotated[str, typer.Option(metavar="CODE", help="Leads to its page of ours, without --target.")] = "",
    as_json: AsJson = False,
) -> None:
    """Make a code; the answer is the list with this code alone."""
    with answering(as_json=as_json) as say:
        with transaction() as session:
            home = units.by_code(session, actor=TERMINAL, code=unit) if unit else None
            about = procedures.find(session, actor=TERMINAL, code=procedure) if procedure else None
            link = codes.create(
                session, actor=TERMINAL, purpose=purpose, target_url=target or None, title=title, place=place,
                unit_id=home.id if home else None, procedure_id=about.id if about else None,
            )  # fmt: skip
            answer = [_told(link)]
        _tell_completed(target)
        say(answer)


@app.command()
def link_retarget(
    slugs: Annotated[list[str], typer.Argument(metavar="SLUG…")],
    target: Annotated[str, typer.Option(metavar="URL", help="A public https page.")],
    as_json: AsJson = False,
) -> None:
    """Let codes lead elsewhere, all or none; the paper on the wall stays."""
    with answering(as_json=as_json) as say:
        with transaction() as session:
            found = [codes.find(session, actor=TERMINAL, slug=slug) for slug in slugs]
            link_moves.retarget_many(session, actor=TERMINAL, link_ids=[link.id for link in found], target_url=target)
            answer = [_told(link) for link in found]
        _tell_completed(target)
        say(answer)


@app.command()
def links_check(as_json: AsJson = False) -> None:
    """Visit where codes lead, now: every target once; the answer is the list with what was found, the worst first."""
    from jobs import watching  # the engine takes a while to load, and no other command here needs it

    with answering(as_json=as_json, needs_ports=True) as say:
        watching.visit_all(since=clock.now())
        with reading() as session:
            rows = codes.listing(session, actor=TERMINAL, purposes=codes.PRINTED)
            say([_told(row.link) | _found_at(row.link) for row in rows])


@app.command()
def qr_sheet(
    out: Annotated[Path, typer.Option(metavar="FILE.pdf", dir_okay=False)],
    slugs: Annotated[str, typer.Option("--links", metavar="SLUG,…", help="These codes, in this order.")] = "",
    purpose: Annotated[Purpose | None, typer.Option(metavar="P", help=f"All that are in use of: {PURPOSES}")] = None,
    layout: Annotated[Layout, typer.Option(metavar="N", help="Labels a page: 24, 12, 8; 1 is a poster.")] = Layout.TINY,
    as_json: AsJson = False,
) -> None:
    """Print codes on A4. Each is read back from the finished page before the file is written."""
    with answering(as_json=as_json, needs_ports=True) as say:
        check_folder(out)
        _warn_of_dead_codes()
        with reading() as session:
            named = [slug for slug in slugs.split(",") if slug.strip()]
            labels, ward = link_labels.labels(session, actor=TERMINAL, slugs=named, purpose=purpose)
        pdf, pages = ports().paper.qr_sheet(labels, layout=cast(Any, layout.value), unit_name=ward)
        write(out, pdf)
        say({"codes": len(labels), "pages": pages, "file": out, "verified": len(labels)})


def _told(link: ShortLink) -> dict[str, Any]:
    return {
        "slug": link.slug,
        "url": codes.public_url(link),
        "purpose": link.purpose,
        "target": codes.target_of(link) or link.target_url,
        "is_active": link.is_active,
        "last_status": link.last_status,
    }


def _found_at(link: ShortLink) -> dict[str, Any]:
    return {
        "trouble": link.trouble,
        "leads_on_to": link.leads_on_to,
        "replaced_by": link.replaced_by,
        "certificate_ends_on": link.certificate_ends_on,
        "last_checked_at": link.last_checked_at,
    }


def _warn(message: str, **blanks: str) -> None:
    """A sentence beside the answer, which stays one document."""
    sys.stderr.write(translate(message, language=settings().language).format(**blanks) + "\n")


def _warn_of_dead_codes() -> None:
    if link_targets.opens_only_here():
        _warn(
            N_("Địa chỉ {url} chỉ mở được trên máy này hoặc trong mạng này: mã in ra sẽ không mở được trên điện thoại."
               " Đặt CAUNOI_PUBLIC_URL là địa chỉ thật rồi in lại."),
            url=settings().public_url,
        )  # fmt: skip


def _tell_completed(typed: str) -> None:
    if link_targets.completed(typed) != typed.strip():
        _warn(N_("Đã thêm https:// vào trước: {url}"), url=link_targets.checked(typed))
