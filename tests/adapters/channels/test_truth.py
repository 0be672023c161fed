"""Whatever goes wrong: what is called taken was taken, what is called not taken was not, and only the lost is unknown."""

import pytest

from models import Channel
from services.senders import Accepted, Rejected, Unavailable, Unknown
from tests.adapters.channels.desk import Desk, keys, message
from tests.adapters.channels.test_tokens import Kept
from tests.provider import Faults, Provider

ROUGH = Faults(
    error_rate=0.15, lost_rate=0.1, vanish_rate=0.05, refuse_rate=0.05, jitter_seconds=0.02, strict_tokens=True, token_uses=150
)
MANY = 300


@pytest.mark.parametrize("seed", range(3))
def test_no_outcome_says_more_than_is_known(seed: int, provider: Provider) -> None:
    provider.desk.faults = ROUGH.with_({"seed": seed})
    desk = Desk(provider)
    kept = Kept(desk)
    names = [f"k{n}" for n in range(MANY)]
    said = [message(Channel.ZNS, key=name) for name in names]

    outcomes = dict(zip(names, desk.send(Channel.ZNS, *said, account=keys(renew=kept.renew)), strict=True))

    taken = set(provider.desk.book.taken)
    called = {kind: {name for name, one in outcomes.items() if isinstance(one, kind)} for kind in (Accepted, Unknown)}
    assert called[Accepted] <= taken <= called[Accepted] | called[Unknown]
    assert len(taken - called[Accepted]) == provider.desk.book.cut > 0
    assert provider.desk.book.doubles == 0
    assert (len(kept.stale), provider.desk.book.refresh_reused) == (1, 0)


@pytest.mark.parametrize("channel", [Channel.ZALO_OA, Channel.ZALO_TEMPLATE, Channel.ZALO_GROUP, Channel.ZALO_BOT, Channel.SMS])
def test_what_was_taken_is_what_is_called_taken_and_what_was_lost(channel: Channel, provider: Provider) -> None:
    provider.desk.faults = ROUGH.with_({"strict_tokens": False})
    said = [message(channel, key=f"k{n}", text=f"Tin {n}", **to(channel, n)) for n in range(MANY)]

    outcomes = Desk(provider).send(channel, *said)

    book = provider.desk.book
    taken = sum(isinstance(one, Accepted) for one in outcomes)
    assert book.accepted == taken + book.cut
    unknown = sum(isinstance(one, Unknown) for one in outcomes)
    assert 0 < book.cut <= unknown  # of the lost some may have been taken, some not
    assert taken + unknown < MANY
    assert any(isinstance(one, Unavailable) for one in outcomes)
    assert any(isinstance(one, Rejected) and one.trouble == "recipient" for one in outcomes)
    assert not any(isinstance(one, Rejected) and one.trouble == "config" for one in outcomes)


def to(channel: Channel, number: int) -> dict[str, str]:
    return {} if channel is Channel.SMS else {"recipient": f"u{number}"}


def test_a_lost_sms_is_sent_again_without_being_doubled(provider: Provider) -> None:
    provider.desk.faults = Faults(lost_rate=0.5, vanish_rate=0.2)
    desk = Desk(provider)
    left = [message(Channel.SMS, key=f"k{n}") for n in range(100)]
    rounds = 0

    while left and rounds < 40:
        outcomes = desk.send(Channel.SMS, *left)
        left = [one for one, outcome in zip(left, outcomes, strict=True) if isinstance(outcome, Unknown)]
        rounds += 1

    assert (left, provider.desk.book.accepted, provider.desk.book.doubles) == ([], 100, 0)
    assert rounds > 1
