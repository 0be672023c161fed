"""links, link-create, link-retarget and qr-sheet: codes on walls, where they lead, and their labels to print."""

import sys
from pathlib import Path
from typing import Annotated, Any

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
from services.print_layouts import Layout
from terminal.files import check_folder, write
from terminal.habits import AsJson, answering, app

PURPOSES = ", ".join(Purpose)


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
    layout: Annotated[
        Layout, typer.Option(metavar="N", help=f"Labels a page: 24, 12, 8; 1 is a poster; or {', '.join(list(Layout)[3:])}.")
    ] = Layout.TINY,
    copies: Annotated[int, typer.Option(metavar="N", min=1, help="Of each code.")] = 1,
    emblem: Annotated[bool, typer.Option("--emblem", help="In the middle of each code.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print codes, each with a number by which it is ordered again, and read back before the file is written."""
    with answering(as_json=as_json, needs_ports=True) as say:
        check_folder(out)
        _warn_of_dead_codes()
        named = [slug for slug in slugs.split(",") if slug.strip()]
        with transaction() as session:
            labels, head = link_labels.numbered(
                session, actor=TERMINAL, layout=layout, slugs=named, purpose=purpose, copies=copies, emblem=emblem
            )  # fmt: skip
        pdf, pages = ports().paper.qr_sheet(labels, layout=layout, head=head)
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
