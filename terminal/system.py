"""migrate, serve, worker, doctor: the house itself."""

import os
import shutil
import signal
import sys
import threading
from dataclasses import dataclass
from typing import Annotated, Literal

import typer
from sqlalchemy import inspect, text
from sqlalchemy.exc import SQLAlchemyError

from core import clock
from core.db import engine, is_sqlite, reading, transaction
from core.errors import Invalid
from core.i18n import LANGUAGES, N_, catalogue, translate
from core.settings import ROOT, settings
from models import AccountState, Role
from services import audit, channel_accounts, channel_usage, link_targets, training
from services.access import TERMINAL
from services.channel_usage import AccountCard
from terminal.habits import AsJson, answering, app

FREE_MB_WARN, FREE_MB_FAIL = 2_000, 200
FONTS = ("BeVietnamPro-Regular.ttf", "Tinos-Regular.ttf")


@dataclass(frozen=True)
class Migrated:
    """From which revision to which."""

    before: str | None
    after: str | None


def upgrade() -> Migrated:
    """Bring the database, and the engine's own tables in it, to this version.

    Raises:
        Invalid: the database cannot be opened, or is newer than this program.
    """
    from alembic import command
    from alembic.config import Config
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory
    from alembic.util.exc import CommandError

    from jobs import engine as durable

    config = Config(str(ROOT / "alembic.ini"))
    config.set_main_option("script_location", str(ROOT / "migrations"))
    head = ScriptDirectory.from_config(config).get_current_head()

    def revision() -> str | None:
        with engine().connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()

    try:
        before = revision()
        if before != head:
            command.upgrade(config, "head")
        durable.prepare()
    except CommandError as error:
        raise Invalid(N_("Cơ sở dữ liệu này thuộc bản phần mềm mới hơn. Hãy dùng bản mới hơn của Cầu Nối.")) from error
    except (SQLAlchemyError, OSError) as error:
        raise Invalid(N_("Không mở được cơ sở dữ liệu: {error}."), error=type(error).__name__) from error
    return Migrated(before, revision())


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
    options = ["--host", host, "--port", str(port), "--no-access-log", "--log-level", "warning", "--no-server-header"]
    options += ["--ws-per-message-deflate", "false"]  # packing each message takes a quarter of a click's work
    os.chdir(ROOT)
    os.execv(sys.executable, [sys.executable, "-m", "uvicorn", "app:app", *options])  # noqa: S606


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
        durable.start(executor_id=executor_id, queues=[name for name in queues.split(",") if name])
        told = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: told.set())
        told.wait()
        durable.stop()


def _fill_if_empty() -> None:
    from services import demo

    with reading() as session:
        is_filled = demo.holds_anything(session)
    if not is_filled:
        sys.stdout.write("Lần đầu: đang dựng phường mẫu (khoảng 10 giây)…\n")
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
        lines.append("  Tài khoản của phường mẫu (người và số liệu đều bịa):")
        lines += [f"    {p.username:<9} {p.password:<20} {translate(p.role.label, language='vi')}, {p.name}" for p in desk]
    if leaders:
        one = next((person for person in leaders if person.username == "to13"), leaders[0])
        lines.append(
            f"    {one.username:<9} {one.password:<20} tổ trưởng, {one.name} (và {len(leaders) - 1} tổ trưởng nữa, cùng mật khẩu)"
        )
    sys.stdout.write("\n".join([*lines, "", "  Dừng: Ctrl+C", ""]) + "\n")


State = Literal["ok", "warn", "fail"]


@dataclass(frozen=True)
class Check:
    """One thing doctor looked at, and what to do about it."""

    check: str
    state: State
    message: str


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Look at settings, database, engine, fonts, channels, clock, disk and the public address."""
    with answering(as_json=as_json, needs_database=False) as say:
        found = [*_database(), _secret(), _fonts(), _catalogues(), *_channels(), _clock(), _disk(), _public_url()]
        say(found)


def _database() -> list[Check]:
    url = settings().database_url
    kind = "SQLite" if is_sqlite(url) else "PostgreSQL"
    try:
        with engine().connect() as connection:
            seen = inspect(connection)
            tables = set(seen.get_table_names())
            has_engine = "workflow_status" in tables if is_sqlite(url) else seen.has_table("workflow_status", schema="dbos")
            connection.execute(text("SELECT 1"))
            if is_sqlite(url):
                mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar()
                kind = f"SQLite, {mode}"
    except (SQLAlchemyError, OSError) as error:
        return [Check("database", "fail", f"không mở được ({type(error).__name__}): xem CAUNOI_DATABASE_URL")]
    if "unit" not in tables:
        return [Check("database", "ok", kind), Check("migrations", "fail", "chưa có bảng: chạy manage.py migrate")]
    current, head = _revisions()
    state: State = "ok" if current == head else "fail"
    words = f"{current}" if current == head else f"{current} ≠ {head}: chạy manage.py migrate"
    return [
        Check("database", "ok", kind),
        Check("migrations", state, words),
        Check("engine", "ok" if has_engine else "fail", "sẵn sàng" if has_engine else "chưa có bảng: chạy manage.py migrate"),
    ]


def _revisions() -> tuple[str | None, str | None]:
    from alembic.config import Config
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    config = Config(str(ROOT / "alembic.ini"))
    config.set_main_option("script_location", str(ROOT / "migrations"))
    with engine().connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    return current, ScriptDirectory.from_config(config).get_current_head()


def _secret() -> Check:
    if settings().secret_key.get_secret_value():
        return Check("secret_key", "ok", "lấy từ cài đặt")
    path = settings().data_dir / "secret.key"
    if not path.exists():
        return Check("secret_key", "warn", "sẽ được tạo ở lần chạy đầu; nên đặt CAUNOI_SECRET_KEY")
    if path.stat().st_mode & 0o077:
        return Check("secret_key", "fail", f"người khác đọc được {path.name}: chmod 600 {path}")
    return Check("secret_key", "ok", "giữ trong DATA_DIR, chỉ chủ đọc được")


def _fonts() -> Check:
    folder = ROOT / "adapters" / "paper" / "fonts"
    missing = [name for name in FONTS if not (folder / name).exists()]
    return Check("fonts", "fail" if missing else "ok", f"thiếu {', '.join(missing)}" if missing else "đủ, đi kèm bản cài")


def _catalogues() -> Check:
    empty = [code for code in LANGUAGES if code != "vi" and not catalogue(code)]
    return Check("languages", "warn" if empty else "ok", f"thiếu {', '.join(empty)}" if empty else ", ".join(LANGUAGES))


def _channels() -> list[Check]:
    """One line for all, and one for each account that needs somebody."""
    try:
        with reading() as session:
            cards = channel_usage.listing(session, actor=TERMINAL)
            practising = training.names(session, actor=TERMINAL)
    except (SQLAlchemyError, OSError):  # said by the checks of the database
        cards, practising = [], []
    found = [Check("channels", "ok", f"relay: người đăng tay, không cần tài khoản; {len(cards)} tài khoản nhà cung cấp")]
    found += [Check(f"channels {card.account.channel} {card.unit_code}", *worst) for card in cards if (worst := _wrong(card))]
    if practising:
        words = f"{training.listed(practising)}: không gì gửi ra ngoài; tắt: manage.py training off --unit CODE"
        found.append(Check("training", "warn", words))
    return found


def _wrong(card: AccountCard) -> tuple[State, str] | None:
    """What somebody must do about an account; None where it is well."""
    account = card.account
    if account.secrets and not card.secrets:
        return "fail", translate(channel_accounts.UNREADABLE, language="vi")
    if account.state is AccountState.BROKEN:
        return "fail", f"{translate(account.message, language='vi')} Sửa rồi chạy: manage.py channel-resume"
    if account.state is AccountState.PAUSED:
        return "warn", "đang tạm dừng; dùng lại: manage.py channel-resume"
    if card.is_resting:
        return "warn", "nhà cung cấp vừa lỗi nhiều lần, đang nghỉ rồi tự thử lại"
    if card.free_quota == 0:
        return "warn", f"hết hạn mức (còn {account.quota_left}, để dành {account.reserve})"
    return None if card.is_checked else ("warn", "chưa kiểm tra lần nào: bấm Kiểm tra ở trang Kênh gửi, hoặc channel-test")


def _clock() -> Check:
    now = clock.now()
    words = f"{clock.local(now).isoformat(timespec='seconds')} {settings().timezone}"
    try:
        with reading() as session:
            last = audit.last_at(session)
    except (SQLAlchemyError, OSError):  # said by the checks of the database
        last = None
    if last is not None and last > now:
        return Check(
            "clock",
            "warn",
            f"{words}: chậm hơn dòng nhật ký mới nhất ({clock.local(last).isoformat(timespec='seconds')}); chỉnh giờ máy (NTP)",
        )
    return Check("clock", "ok", words)


def _disk() -> Check:
    folder = settings().data_dir
    folder = folder if folder.exists() else folder.parent
    free = shutil.disk_usage(folder).free // 1_000_000
    state: State = "fail" if free < FREE_MB_FAIL else "warn" if free < FREE_MB_WARN else "ok"
    return Check("disk", state, f"còn {free} MB")


def _public_url() -> Check:
    url = settings().public_url
    if link_targets.opens_only_here():
        return Check("public_url", "warn", f"{url}: điện thoại không mở được; đặt CAUNOI_PUBLIC_URL là địa chỉ thật")
    if not settings().is_https:
        return Check("public_url", "warn", f"{url}: nên dùng https")
    return Check("public_url", "ok", url)
