"""migrate, serve, worker: the house itself."""

import os
import signal
import sys
import threading
from typing import Annotated

import typer

from core import process
from core.db import reading, transaction
from core.i18n import N_, translate
from core.settings import ROOT, settings
from models import Role
from terminal.habits import AsJson, answering, app
from terminal.upgrading import upgrade


@app.command()
def migrate(as_json: AsJson = False) -> None:
    """Create or upgrade the database."""
    with answering(as_json=as_json, needs_database=False) as say:
        done = upgrade()
        say({"from": done.before, "to": done.after})


@app.command()
def serve(
    port: Annotated[int, typer.Option(help="Port of pages and public routes.")] = 8501,
    host: Annotated[str, typer.Option(help="0.0.0.0 opens it to the local network.")] = "127.0.0.1",
) -> None:
    """Migrate, fill an empty database with the demonstration ward, and start everything."""
    if "public_url" not in settings().model_fields_set:  # neither the environment nor .env says where phones find us
        os.environ["CAUNOI_PUBLIC_URL"] = f"http://localhost:{port}"
        settings.cache_clear()
    with answering(as_json=False, needs_database=False):
        upgrade()
        _fill_if_empty()
    _welcome(settings().public_url)
    sys.stdout.flush()
    # The server stands in the house, where Streamlit finds its settings: files are named whole, or it would look for others.
    os.environ["CAUNOI_DATA_DIR"], os.environ["CAUNOI_DATABASE_URL"] = str(settings().data_dir), settings().database_url
    os.chdir(ROOT)
    os.execv(sys.executable, [sys.executable, "-m", "terminal.serving", host, str(port)])  # noqa: S606


@app.command()
def worker(
    queues: Annotated[str, typer.Option(help="Only these queues, separated by commas (all).")] = "",
    executor_id: Annotated[str, typer.Option(help="A name no other running process has.")] = "worker-0",
) -> None:
    """Do durable work until told to stop (SIGTERM): scheduled sending, reminders, overdue marks."""
    from core.logs import set_up
    from jobs import engine as durable

    with answering(as_json=False, needs_ports=True):
        set_up()
        process.take_short_turns()
        durable.start(executor_id=executor_id, queues=[name for name in queues.split(",") if name])
        process.keep_what_is_loaded()
        told = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: told.set())
        told.wait()
        durable.stop()


def _say(line: str) -> str:
    return translate(line, language=settings().language)


def _fill_if_empty() -> None:
    from services import demo

    with reading() as session:
        is_filled = demo.holds_anything(session)
    if not is_filled:
        sys.stdout.write(_say(N_("Lần đầu: đang dựng phường mẫu (khoảng 10 giây)…")) + "\n")
        sys.stdout.flush()
        with transaction() as session:
            demo.fill(session)


def _welcome(address: str) -> None:
    from services import demo

    lines = ["", f"  Cầu Nối:  {address}", ""]
    with reading() as session:
        people = demo.sign_ins(session)
    desk = [person for person in people if person.role is not Role.LEAD]
    leaders = [person for person in people if person.role is Role.LEAD]
    if desk:
        lines.append("  " + _say(N_("Tài khoản của phường mẫu (người và số liệu đều bịa):")))
        lines += [f"    {p.username:<9} {p.password:<20} {_say(p.role.label)}, {p.name}" for p in desk]
    if leaders:
        one = next((person for person in leaders if person.username == "to13"), leaders[0])
        words = _say(N_("tổ trưởng, {name} (và {others} tổ trưởng nữa, cùng mật khẩu)"))
        lines.append(f"    {one.username:<9} {one.password:<20} {words.format(name=one.name, others=len(leaders) - 1)}")
    sys.stdout.write("\n".join([*lines, "", "  " + _say(N_("Dừng: Ctrl+C")), ""]) + "\n")
