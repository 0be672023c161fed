"""Where backups are copied to, and how far that has come."""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field

from models.base import Instant, Model


class BackupCopy(Model, table=True):
    """A place to which every nightly backup is copied."""

    place: str = Field(unique=True)  # as people call it: a folder, or bucket and host
    file: str = ""  # the newest that lies there and was read back
    written_at: datetime | None = Field(default=None, sa_type=Instant)  # that file, here: written anew it goes again
    sha256: str = ""
    bytes: int = Field(default=0, sa_type=BigInteger)
    copied_at: datetime | None = Field(default=None, sa_type=Instant)
    tried_at: datetime | None = Field(default=None, sa_type=Instant)
    failures: int = 0  # since one arrived
    message: str = ""  # why the last one did not, in the house's language
