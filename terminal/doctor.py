"""doctor: whether the house is well, and what to do where it is not."""

import shutil
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from sqlalchemy import inspect, text
from sqlalchemy.exc import SQLAlchemyError

from core import clock
from core.db import engine, is_sqlite, reading
from core.i18n import LANGUAGES, N_, SOURCE, catalogue, translate
from core.settings import ROOT, settings
from models import AccountState
from services import (
    audit,
    backup_copies,
    backups,
    channel_accounts,
    channel_usage,
    figure_checks,
    link_targets,
    second_factors,
    training,
)
from services.access import TERMINAL
from services.channel_usage import AccountCard
from terminal import upgrading
from terminal.habits import AsJson, answering, app

FREE_MB_WARN, FREE_MB_FAIL = 2_000, 200
BACKUP_EVERY = timedelta(hours=26)
MIN_ADMINS = 2
FONTS = ("BeVietnamPro-Regular.ttf", "Tinos-Regular.ttf")
MISSING = N_("thiếu {names}")
NO_TABLES = N_("chưa có bảng: chạy manage.py migrate")
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
    with answering(as_json=as_json, needs_database=False, needs_ports=True) as say:
        found = [
            *_database(), _secret(), *_accounts(), *_second_door(), _fonts(), _catalogues(), *_channels(), *_figures(), _clock(),
            _disk(), _backup(), *_copies(),
            _public_url(),
        ]  # fmt: skip
        say(found)


def _say(words: str, **blanks: Any) -> str:
    return translate(words, language=settings().language).format(**blanks)


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
        words = _say(N_("không mở được ({error}): xem CAUNOI_DATABASE_URL"), error=type(error).__name__)
        return [Check("database", "fail", words)]
    if "unit" not in tables:
        return [Check("database", "ok", kind), Check("migrations", "fail", _say(NO_TABLES))]
    current, head = upgrading.revision(), upgrading.head()
    is_newest = current == head
    words = str(current) if is_newest else _say(N_("{current} ≠ {head}: chạy manage.py migrate"), current=current, head=head)
    return [
        Check("database", "ok", kind),
        Check("migrations", "ok" if is_newest else "fail", words),
        Check("engine", "ok" if has_engine else "fail", _say(N_("sẵn sàng") if has_engine else NO_TABLES)),
    ]


def _secret() -> Check:
    if settings().secret_key.get_secret_value():
        return Check("secret_key", "ok", _say(N_("lấy từ cài đặt")))
    path = settings().data_dir / "secret.key"
    if not path.exists():
        return Check("secret_key", "warn", _say(N_("sẽ được tạo ở lần chạy đầu; nên đặt CAUNOI_SECRET_KEY")))
    if path.stat().st_mode & 0o077:
        words = _say(N_("người khác đọc được {name}: chmod 600 {path}"), name=path.name, path=path)
        return Check("secret_key", "fail", words)
    return Check("secret_key", "ok", _say(N_("giữ trong DATA_DIR, chỉ chủ đọc được")))


def _accounts() -> list[Check]:
    """Whether somebody else could put things right, and whether a password alone opens what it should not."""
    try:
        with reading() as session:
            admins, lacking = second_factors.admins(session, actor=TERMINAL), second_factors.lacking(session, actor=TERMINAL)
            examples = second_factors.examples(session, actor=TERMINAL)
    except (SQLAlchemyError, OSError):  # said by the checks of the database
        return []
    found = [Check("admins", "ok" if admins >= MIN_ADMINS else "warn", _say(
        N_("{n} quản trị viên") if admins >= MIN_ADMINS else
        N_("{n} quản trị viên: trước khi dùng thật cần ít nhất hai, manage.py create-user NAME --role admin"), n=admins,
    ))]  # fmt: skip
    if settings().second_factor == "offered":
        found.append(Check("second_factor", "warn", _say(N_("không bắt buộc: đặt CAUNOI_SECOND_FACTOR=required khi dùng thật"))))
    elif lacking:
        words = N_("{names}: chưa có xác nhận hai bước, sẽ phải thiết lập ở lần đăng nhập tới")
        found.append(Check("second_factor", "warn", _say(words, names=", ".join(lacking[:10]))))
    elif examples:
        words = N_("{n} tài khoản của phường mẫu không cần xác nhận hai bước: đừng ghi dữ liệu thật vào đây")
        found.append(Check("second_factor", "warn", _say(words, n=examples)))
    else:
        found.append(Check("second_factor", "ok", _say(N_("bắt buộc với quản trị và lãnh đạo, ai cũng đã có"))))
    return found


def _second_door() -> list[Check]:
    own = settings()
    given = [bool(one) for one in (own.oidc_issuer, own.oidc_client_id, own.oidc_client_secret.get_secret_value())]
    if not any(given):
        return []
    if not all(given):
        words = N_("thiếu: đặt cả CAUNOI_OIDC_ISSUER, CAUNOI_OIDC_CLIENT_ID và CAUNOI_OIDC_CLIENT_SECRET, hoặc bỏ cả ba")
        return [Check("oidc", "fail", _say(words))]
    if not own.oidc_issuer.startswith("https://"):
        return [Check("oidc", "fail", _say(N_("{url}: nhà cung cấp danh tính phải dùng https"), url=own.oidc_issuer))]
    if not own.is_https:
        return [Check("oidc", "warn", _say(N_("CAUNOI_PUBLIC_URL chưa là https: nhà cung cấp thường không chịu")))]
    return [Check("oidc", "ok", own.oidc_issuer)]


def _fonts() -> Check:
    folder = ROOT / "adapters" / "paper" / "fonts"
    missing = [name for name in FONTS if not (folder / name).exists()]
    if missing:
        return Check("fonts", "fail", _say(MISSING, names=", ".join(missing)))
    return Check("fonts", "ok", _say(N_("đủ, đi kèm bản cài")))


def _catalogues() -> Check:
    empty = [code for code in LANGUAGES if code != SOURCE and not catalogue(code)]
    if empty:
        return Check("languages", "warn", _say(MISSING, names=", ".join(empty)))
    return Check("languages", "ok", ", ".join(LANGUAGES))


def _channels() -> list[Check]:
    """One line for all, and one for each account that needs somebody."""
    try:
        with reading() as session:
            cards = channel_usage.listing(session, actor=TERMINAL)
            practising = training.names(session, actor=TERMINAL)
    except (SQLAlchemyError, OSError):  # said by the checks of the database
        cards, practising = [], []
    words = _say(N_("relay: người đăng tay, không cần tài khoản; {n} tài khoản nhà cung cấp"), n=len(cards))
    found = [Check("channels", "ok", words)]
    found += [Check(f"channels {card.account.channel} {card.unit_code}", *worst) for card in cards if (worst := _wrong(card))]
    if practising:
        words = _say(
            N_("{wards}: không gì gửi ra ngoài; tắt: manage.py training off --unit CODE"), wards=training.listed(practising)
        )
        found.append(Check("training", "warn", words))
    return found


def _wrong(card: AccountCard) -> tuple[State, str] | None:
    """What somebody must do about an account; None where it is well."""
    account = card.account
    if account.secrets and not card.secrets:
        return "fail", _say(channel_accounts.UNREADABLE)
    if account.state is AccountState.BROKEN:
        return "fail", _say(N_("{trouble} Sửa rồi chạy: manage.py channel-resume"), trouble=_say(account.message))
    if account.state is AccountState.PAUSED:
        return "warn", _say(N_("đang tạm dừng; dùng lại: manage.py channel-resume"))
    return _not_ready(card)


def _not_ready(card: AccountCard) -> tuple[State, str] | None:
    if card.is_resting:
        return "warn", _say(N_("nhà cung cấp vừa lỗi nhiều lần, đang nghỉ rồi tự thử lại"))
    if card.free_quota == 0:
        return "warn", _say(
            N_("hết hạn mức (còn {left}, để dành {reserve})"), left=card.account.quota_left, reserve=card.account.reserve
        )
    if not card.is_checked:
        return "warn", _say(N_("chưa kiểm tra lần nào: bấm Kiểm tra ở trang Kênh gửi, hoặc channel-test"))
    return None


def _figures() -> list[Check]:
    try:
        with reading() as session:
            found = [(one.rows, one.wrong) for one in figure_checks.latest(session, actor=TERMINAL)]
    except SQLAlchemyError:
        return []  # `database` says why
    if not found:
        return [Check("figures", "ok", _say(N_("chưa đếm lại lần nào, sẽ đếm lúc 3 giờ sáng")))]
    rows, wrong = (sum(one[at] for one in found) for at in (0, 1))
    if wrong:
        return [
            Check(
                "figures",
                "fail",
                _say(N_("{wrong} trên {rows} số đếm sẵn khác với đếm lại: xem nhật ký"), wrong=wrong, rows=rows),
            )
        ]
    return [Check("figures", "ok", _say(N_("{rows} số đếm sẵn khớp với đếm lại"), rows=rows))]


def _clock() -> Check:
    now = clock.now()
    words = f"{clock.local(now).isoformat(timespec='seconds')} {settings().timezone}"
    try:
        with reading() as session:
            last = audit.last_at(session)
    except (SQLAlchemyError, OSError):  # said by the checks of the database
        last = None
    if last is not None and last > now:
        late = _say(
            N_("{now}: chậm hơn dòng nhật ký mới nhất ({last}); chỉnh giờ máy (NTP)"),
            now=words,
            last=clock.local(last).isoformat(timespec="seconds"),
        )
        return Check("clock", "warn", late)
    return Check("clock", "ok", words)


def _disk() -> Check:
    folder = settings().data_dir
    folder = folder if folder.exists() else folder.parent
    free = shutil.disk_usage(folder).free // 1_000_000
    state: State = "fail" if free < FREE_MB_FAIL else "warn" if free < FREE_MB_WARN else "ok"
    return Check("disk", state, _say(N_("còn {free} MB"), free=free))


def _backup() -> Check:
    folder = settings().backup_dir
    if folder is None:
        return Check("backup", "warn", _say(N_("chưa sao lưu hằng đêm: đặt CAUNOI_BACKUP_DIR là một thư mục ở ổ đĩa khác")))
    last = backups.latest()
    if last is None or clock.now() - last > BACKUP_EVERY:
        since = clock.local(last).isoformat(timespec="seconds") if last else "–"
        words = N_("bản sao lưu mới nhất trong {folder}: {since}; mỗi đêm lúc 3 giờ phải có một bản")
        return Check("backup", "fail" if last else "warn", _say(words, folder=folder, since=since))
    return Check("backup", "ok", f"{folder}, {clock.local(last).isoformat(timespec='seconds')}")


def _copies() -> list[Check]:
    """A line a place; none where none is set."""
    try:
        with reading() as session:
            found = backup_copies.standing(session, actor=TERMINAL)
    except (SQLAlchemyError, OSError):  # said by the checks of the database
        return []
    return [Check(f"backup_copy {one.place}", *_copy(one)) for one in found]


def _copy(one: backup_copies.Standing) -> tuple[State, str]:
    at = clock.local(one.copied_at).isoformat(timespec="seconds") if one.copied_at else "–"
    if one.message:
        return "fail", _say(N_("chưa chép được, sẽ tự thử lại: {why} Bản mới nhất ở đó: {at}."), why=one.message, at=at)
    if one.is_late or one.copied_at is None:
        return "warn", _say(N_("chưa có bản nào trong một ngày qua; chép ngay: manage.py backup-copy"))
    return "ok", f"{one.file}, {at}"


def _public_url() -> Check:
    url = settings().public_url
    if link_targets.opens_only_here():
        words = _say(N_("{url}: điện thoại không mở được; đặt CAUNOI_PUBLIC_URL là địa chỉ thật"), url=url)
        return Check("public_url", "warn", words)
    if not settings().is_https:
        return Check("public_url", "warn", _say(N_("{url}: nên dùng https"), url=url))
    return Check("public_url", "ok", url)
