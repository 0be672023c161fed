"""Who sends what, as a front door finds it."""

from adapters import chooser
from services.channel_fields import FIELDS
from tests.adapters.channels.desk import Desk
from tests.provider import Provider


def test_every_channel_that_can_be_connected_has_a_sender() -> None:
    assert set(chooser.live().senders) == set(FIELDS)


def test_every_sender_says_how_fast_and_how_long(desk: Desk, provider: Provider) -> None:
    assert all(sender.per_second > 0 and sender.longest > 0 for sender in desk.senders.values())
    assert provider.connected == 0
