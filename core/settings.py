"""Configuration, read once from the environment or `.env`."""

import os
import secrets
from functools import cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo

from pydantic import SecretStr, field_validator
from pydantic_settings import BaseSettings, DotEnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

ROOT = Path(__file__).parent.parent


class _HouseFile(DotEnvSettingsSource):
    """What the house's `.env` says. Files it names without a folder's whole name are the house's, wherever one stands."""

    def __call__(self) -> dict[str, Any]:
        """By the names of settings."""
        said = super().__call__()
        if "data_dir" in said:
            said["data_dir"] = ROOT / said["data_dir"]
        for name in ("backup_dir", "backup_copy_dir"):
            if said.get(name):
                said[name] = ROOT / said[name]
        if "database_url" in said:
            said["database_url"] = _from(ROOT, said["database_url"])
        return said


class Settings(BaseSettings):
    """Every setting of the house, prefix `CAUNOI_`. Each has a value that works on one small computer."""

    model_config = SettingsConfigDict(env_prefix="CAUNOI_", env_file=ROOT / ".env", extra="ignore")

    data_dir: Path = ROOT / "var"
    database_url: str = ""
    secret_key: SecretStr = SecretStr("")
    previous_secret_keys: SecretStr = SecretStr("")  # with commas between; only to read what they sealed, until it is sealed anew
    public_url: str = "http://localhost:8501"
    hosts: str = ""  # other names by which this house is reached, with commas between; numbers and names without a dot always
    trusted_hosts: str = "gov.vn,zalo.me"  # with everything below them: links there need no second look
    timezone: str = "Asia/Ho_Chi_Minh"
    language: Literal["vi", "en", "ja"] = "vi"
    embedded_worker: bool = True
    second_factor: Literal["required", "offered"] = "required"  # of admins and officials
    oidc_issuer: str = ""  # of an identity provider, a second door for who has an account here; with both below, or not at all
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_name: str = ""  # of the provider, on the button
    executor_id: str = "ward-0"
    backup_dir: Path | None = None  # a folder for a backup every night; better on another disk
    backup_keep: int = 14  # nights
    backup_passphrase: SecretStr = SecretStr("")  # locks backups, which then hold the app key too
    backup_copy_dir: Path | None = None  # a folder that is there already, better in another house
    backup_copy_url: str = ""  # of a store that speaks S3: https://host; what goes there must be locked
    backup_copy_bucket: str = ""
    backup_copy_key: SecretStr = SecretStr("")
    backup_copy_secret: SecretStr = SecretStr("")
    backup_copy_region: str = "us-east-1"  # as that store calls its own
    backup_copy_keep: int = 30  # nights, at each of these places
    lease_seconds: float = 15.0  # how long a process may be silent before others take its deliveries over
    zalo_oauth_base_url: str = "https://oauth.zaloapp.com"
    zalo_openapi_base_url: str = "https://openapi.zalo.me"
    zalo_zns_base_url: str = "https://business.openapi.zalo.me"
    zalo_bot_base_url: str = "https://bot-api.zaloplatforms.com"
    facebook_graph_base_url: str = "https://graph.facebook.com"
    facebook_graph_version: str = "v25.0"  # may be empty
    sms_base_url: str = "https://rest.esms.vn"
    smtp_url: str = ""  # smtp://name:password@host:587, or smtps://; without it no letter leaves
    provider_connect_seconds: float = 5.0
    provider_first_byte_seconds: float = 15.0
    provider_whole_seconds: float = 30.0

    @field_validator("timezone")
    @classmethod
    def _zone_exists(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError("no such time zone") from error
        return name

    @field_validator(
        "zalo_oauth_base_url", "zalo_openapi_base_url", "zalo_zns_base_url", "zalo_bot_base_url", "facebook_graph_base_url",
        "sms_base_url",
    )  # fmt: skip
    @classmethod
    def _leads_to_a_host(cls, url: str) -> str:
        """A base URL may carry a path, to which calls are appended."""
        if _parts(url, ("https", "http")) is None:
            raise ValueError("must look like https://host or https://host/path, without a question mark or a name in it")
        return url.rstrip("/")

    @field_validator("backup_copy_url")
    @classmethod
    def _is_a_store(cls, url: str) -> str:
        if url and _parts(url, ("https", "http")) is None:
            raise ValueError("must look like https://host, or be empty")
        return url.rstrip("/")

    @field_validator("smtp_url")
    @classmethod
    def _is_a_mail_server(cls, url: str) -> str:
        parts = _parts(url, ("smtp", "smtps"), may_name=True) if url else None
        if url and (parts is None or parts.path.strip("/")):
            raise ValueError("must look like smtp://name:password@host:587 or smtps://host, or be empty")
        return url

    @field_validator("oidc_issuer")
    @classmethod
    def _is_an_issuer(cls, url: str) -> str:
        if url and _parts(url, ("https", "http")) is None:
            raise ValueError("must look like https://host or https://host/path, or be empty")
        return url.rstrip("/")

    @field_validator("backup_keep", "backup_copy_keep")
    @classmethod
    def _keeps_one(cls, nights: int) -> int:
        if nights < 1:
            raise ValueError("must be at least 1")
        return nights

    @field_validator("lease_seconds")
    @classmethod
    def _is_renewed_in_time(cls, seconds: float) -> float:
        if not 1 <= seconds <= 600:
            raise ValueError("must be at least 1 and at most 600 seconds")
        return seconds

    @field_validator("provider_connect_seconds", "provider_first_byte_seconds", "provider_whole_seconds")
    @classmethod
    def _can_be_waited_for(cls, seconds: float) -> float:
        if not 0 < seconds <= 600:
            raise ValueError("must be more than 0 and at most 600 seconds")
        return seconds

    @field_validator("public_url")
    @classmethod
    def _without_slash(cls, url: str) -> str:
        return url.rstrip("/")

    def model_post_init(self, _context: object) -> None:
        """Fill what follows from other settings. Files have whole names, for a process may go on in another folder."""
        self.data_dir = self.data_dir.absolute()
        self.database_url = _from(Path.cwd(), self.database_url or f"{_SQLITE}{self.data_dir / 'caunoi.db'}")

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource, dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # `_HouseFile` instead
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:  # fmt: skip
        """The environment comes before the house's file."""
        return init_settings, env_settings, _HouseFile(settings_cls), file_secret_settings

    @property
    def has_second_door(self) -> bool:
        """Whether an identity provider is set, wholly."""
        return bool(self.oidc_issuer and self.oidc_client_id and self.oidc_client_secret.get_secret_value())

    @property
    def is_https(self) -> bool:
        """Whether cookies may be marked Secure."""
        return self.public_url.startswith("https://")

    @property
    def key(self) -> str:
        """The app key: the setting, or a random one kept in `data_dir`, readable by its owner only."""
        return self.secret_key.get_secret_value() or kept_key(self.data_dir)

    @property
    def previous_keys(self) -> tuple[str, ...]:
        """App keys of before, the latest first, that still open what they sealed."""
        return tuple(key for key in (part.strip() for part in self.previous_secret_keys.get_secret_value().split(",")) if key)

    @property
    def keys(self) -> tuple[str, ...]:
        """The app key, then those of before: what each of them sealed is still known."""
        return self.key, *self.previous_keys


_SQLITE = "sqlite:///"


def _from(folder: Path, database_url: str) -> str:
    """A SQLite file's address with its whole name, which may have begun at a folder; others, and one in memory, as they are."""
    file = database_url.removeprefix(_SQLITE)
    is_file = database_url.startswith(_SQLITE) and file and not file.startswith((":", "file:"))
    return f"{_SQLITE}{folder.absolute() / file}" if is_file else database_url


def _parts(url: str, schemes: tuple[str, ...], *, may_name: bool = False) -> SplitResult | None:
    """An address of one of these schemes with a host, and nothing that does not belong there; None where it is none."""
    try:
        parts = urlsplit(url)
        is_right = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is none
        return None
    has_more = bool(parts.query or parts.fragment) or (bool(parts.username) and not may_name)
    return parts if is_right and not has_more and not any(letter.isspace() for letter in url) else None


def kept_key(folder: Path) -> str:
    """Read the kept key, making it at first use; two processes starting at once end with the same one."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / "secret.key"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()


@cache
def settings() -> Settings:
    """The settings of this process."""
    return Settings()
