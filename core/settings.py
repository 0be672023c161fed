"""Configuration, read once from the environment or `.env`."""

import os
import secrets
from functools import cache
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).parent.parent


class Settings(BaseSettings):
    """Every setting of the house, prefix `CAUNOI_`. Each has a value that works on one small computer."""

    model_config = SettingsConfigDict(env_prefix="CAUNOI_", env_file=".env", extra="ignore")

    data_dir: Path = ROOT / "var"
    database_url: str = ""
    secret_key: SecretStr = SecretStr("")
    previous_secret_keys: SecretStr = SecretStr("")  # with commas between; only to read what they sealed, until it is sealed anew
    public_url: str = "http://localhost:8501"
    trusted_hosts: str = "gov.vn,zalo.me"  # with everything below them: links there need no second look
    timezone: str = "Asia/Ho_Chi_Minh"
    language: Literal["vi", "en", "ja"] = "vi"
    embedded_worker: bool = True
    executor_id: str = "ward-0"

    @field_validator("timezone")
    @classmethod
    def _zone_exists(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError("no such time zone") from error
        return name

    @field_validator("public_url")
    @classmethod
    def _without_slash(cls, url: str) -> str:
        return url.rstrip("/")

    def model_post_init(self, _context: object) -> None:
        """Fill what follows from other settings."""
        if not self.database_url:
            self.database_url = f"sqlite:///{(self.data_dir / 'caunoi.db').absolute()}"

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
