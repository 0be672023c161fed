"""A provider with a memory, in the same process: what it was asked, and what it answers."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from services.senders import Accepted, AccountHealth, AccountKeys, Message, Outcome

WELL = AccountHealth(is_well=True, says="UBND phường Bắc Kạn", quota_left=480, quota_total=500)


@dataclass
class FakeSender:
    """Answers every message alike; keeps what it was sent and with which keys."""

    outcome: Outcome = field(default_factory=Accepted)
    health: AccountHealth = WELL
    dedupes: bool = False
    per_second: float = 10.0
    longest: int = 2_000
    sent: list[Message] = field(default_factory=list)
    keys: list[AccountKeys] = field(default_factory=list)

    async def send(self, account: AccountKeys, messages: Sequence[Message]) -> list[Outcome]:
        self.keys.append(account)
        self.sent += messages
        return [self.outcome for _ in messages]

    async def look_for(self, account: AccountKeys, message: Message) -> Outcome | None:
        return None

    async def check(self, account: AccountKeys) -> AccountHealth:
        self.keys.append(account)
        return self.health
