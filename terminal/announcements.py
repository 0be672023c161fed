"""announce, status, cancel, relays: an announcement by terminal, and how far it has come."""

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from sqlmodel import Session

from core import clock
from core.db import reading, transaction
from core.errors import Invalid
from core.i18n import N_, translate
from core.settings import settings
from models import Announcement, Channel, Urgency
from services import (
    access,
    announcements,
    approvals,
    departures,
    drafts,
    links,
    plans,
    reach,
    relays,
    sayable,
    sending,
    units,
)
from services.access import Actor
from services.drafts import Words
from services.plans import Plan
from terminal.habits import AsJson, answering, app
from terminal.named import announcement_id_of

BODY_BYTES_MAX = 100_000


@app.command()
def announce(
    title: Annotated[str, typer.Option()],
    body_file: Annotated[Path, typer.Option()],
    units_: Annotated[str, typer.Option("--units", help="Codes of units, separated by commas.")],
    author: Annotated[str, typer.Option(help="User name of who writes.")],
    channel: Annotated[list[Channel] | None, typer.Option(help="Limit the plan to these channels.")] = None,
    urgency: Annotated[Urgency, typer.Option()] = Urgency.NORMAL,
    must_reach_by: Annotated[str, typer.Option(help="ISO 8601; without offset: the ward's own clock.")] = "",
    send_at: Annotated[str, typer.Option()] = "",
    expires_at: Annotated[str, typer.Option()] = "",
    approver: Annotated[str, typer.Option(help="User name of who approves; then it is sent.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the reach plan only.")] = False,
    as_json: AsJson = False,
) -> None:
    """Draft an announcement; with --approver approve it and send it."""
    with answering(as_json=as_json, needs_ports=True) as say:
        body = _body(body_file)
        with reading() as session:
            writer = access.actor_named(session, username=author)
            approving = access.actor_named(session, username=approver) if approver else None
            codes = [code.strip() for code in units_.split(",") if code.strip()]
            places = [units.by_code(session, actor=writer, code=code) for code in codes]
            channels = channel or []
            if not places:
                raise Invalid(N_("Hãy chọn ít nhất một đơn vị nhận."))
            if dry_run:
                plan = plans.preview(
                    session, actor=writer, unit_ids=[place.id for place in places], channels=channels, urgency=urgency,
                    segments=plans.sms_segments(body),
                )  # fmt: skip
                said = Announcement(
                    unit_id=places[0].id, title=title, body=body, must_reach_by=_instant(must_reach_by),
                    expires_at=_instant(expires_at), plan={"channels": [one.value for one in channels]},
                )  # fmt: skip
                refused = _refused(session, writer, said, plan)
                answer = {"id": None, "slug": None, "status": "draft", "plan": _plan(plan), "deliveries": 0}
                say((answer if as_json else _to_read(plan)) | refused)
                return
        words = Words(
            title=title, body=body, unit_ids=[place.id for place in places], urgency=urgency,
            must_reach_by=_instant(must_reach_by), send_at=_instant(send_at), expires_at=_instant(expires_at),
            channels=channels,
        )  # fmt: skip
        with transaction() as session:
            made = drafts.write(session, actor=writer, words=words)
            if approving:
                approvals.submit(session, actor=writer, announcement_id=made.id)
                approvals.approve(session, actor=approving, announcement_id=made.id, version=made.version)
        _hand_over(made.id)
        with transaction() as session:
            answer = _announced(session, session.get_one(Announcement, made.id))
        say(answer)


@app.command()
def status(announcement_id: Annotated[str, typer.Argument(metavar="ID")], as_json: AsJson = False) -> None:
    """Where an announcement stands."""
    with answering(as_json=as_json) as say, reading() as session:
        board = reach.board(session, actor=access.TERMINAL, announcement_id=announcement_id_of(announcement_id))
        say(
            {
                "id": board.announcement.id,
                "status": board.announcement.status,
                "deliveries": board.deliveries,
                "relays": {"waiting": board.waiting, "posted": board.posted, "overdue": len(board.overdue)},
                "reach": {
                    "households": board.households,
                    "known": board.known,
                    "share": round(board.known / board.households, 4) if board.households else None,
                    "time_to_half_s": board.time_to_half.total_seconds() if board.time_to_half is not None else None,
                },
                "groups": [
                    {"group": r.group, "posted_at": r.posted_at, "opens": r.opens, "households": r.households, "known": r.known}
                    for r in board.rows
                ],
            }
        )


@app.command()
def cancel(
    announcement_id: Annotated[str, typer.Argument(metavar="ID")],
    by: Annotated[str, typer.Option(help="User name of who cancels.")],
    as_json: AsJson = False,
) -> None:
    """Stop what has not left."""
    with answering(as_json=as_json) as say:
        with transaction() as session:
            actor = access.actor_named(session, username=by)
            stopped = announcements.cancel(session, actor=actor, announcement_id=announcement_id_of(announcement_id))
        say({name: count for name, count in asdict(stopped).items() if count or name != "not_handed"})


@app.command(name="relays")
def relays_command(announcement_id: Annotated[str, typer.Argument(metavar="ID")], as_json: AsJson = False) -> None:
    """Every relay of an announcement with its link."""
    with answering(as_json=as_json) as say, reading() as session:
        rows = relays.of_announcement(session, actor=access.TERMINAL, announcement_id=announcement_id_of(announcement_id))
        say([{"group": row.group, "leader": row.leader, "url": row.url, "posted_at": row.posted_at} for row in rows])


def _hand_over(announcement_id: UUID) -> None:
    """A large audience gets it here and now, part by part, whether a worker runs or not."""
    is_left = True
    while is_left:
        with transaction() as session:
            is_left = sending.go_on(session, announcement_id=announcement_id)


def _announced(session: Session, made: Announcement) -> dict[str, Any]:
    general = links.for_announcement(session, announcement_id=made.id, group_id=None, unit_id=made.unit_id)
    plan = made.plan if "paths" in made.plan else plans.of_announcement(session, announcement=made).kept()
    kept = {name: plan[name] for name in ("households", "paths", "cost", "unreachable")}
    count = departures.count_of(session, announcement_id=made.id)
    return {"id": made.id, "slug": general.slug, "status": made.status, "plan": kept, "deliveries": count}


def _refused(session: Session, writer: Actor, said: Announcement, plan: Plan) -> dict[str, Any]:
    """What accounts of the plan would refuse in the words; nothing where all can be said."""
    found = sayable.found_in(session, actor=writer, announcement=said, plan=plan)
    rows = [
        {"channel": one.channel, "households": one.households, "message": translate(one.why, language=settings().language)}
        for one in found
    ]
    return {"refused": rows} if rows else {}


def _plan(plan: Plan) -> dict[str, Any]:
    return {"households": plan.households, "paths": plan.paths, "cost": plan.cost, "unreachable": 0}


def _to_read(plan: Plan) -> dict[str, Any]:
    """The whole plan for people: totals, a row a path, a row a chat."""
    names = dict.fromkeys([*plan.paths, *plan.also])
    return {
        "households": plan.households, "people": plan.people, "cost": plan.cost,
        "budget": "–" if plan.budget is None else plan.budget, "unreachable": 0,
        "paths": [
            {
                "path": name, "households": plan.paths.get(name, 0), "also": plan.also.get(name, 0),
                "messages": plan.messages.get(name, 0),
            } for name in names
        ],
        "groups": [
            {
                "group": group.name, "unit": group.unit_label, "households": group.households,
                "leader": "" if group.leader_id else translate(N_("chưa có người phụ trách"), language=settings().language),
            } for group in plan.groups
        ],
    }  # fmt: skip


def _body(path: Path) -> str:
    try:
        if path.stat().st_size > BODY_BYTES_MAX:
            raise Invalid(N_("Tệp nội dung lớn hơn 100 KB. Hãy rút gọn."))
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Invalid(N_("Không đọc được tệp {name}: {error}."), name=str(path), error=error.strerror) from error
    except UnicodeDecodeError as error:
        raise Invalid(N_("Tệp {name} không phải chữ UTF-8."), name=str(path)) from error


def _instant(text: str) -> datetime | None:
    if not text:
        return None
    try:
        value = datetime.fromisoformat(text)
    except ValueError as error:
        raise Invalid(N_("Không hiểu thời điểm “{text}”. Viết như 2026-11-28T07:00+07:00."), text=text) from error
    return value if value.tzinfo else value.replace(tzinfo=clock.zone())
