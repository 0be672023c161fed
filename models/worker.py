"""Processes that do durable work, as they say themselves every few seconds."""

from datetime import datetime

from sqlmodel import Field

from models.base import Instant, Model


class Worker(Model, table=True):
    """A process that takes batches and keeps promises. One that stops as it should takes its row away."""

    name: str = Field(unique=True)  # its executor id, which no other running process has
    host: str = ""
    pid: int = 0
    started_at: datetime = Field(sa_type=Instant)
    seen_at: datetime = Field(sa_type=Instant)
