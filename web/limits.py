"""How often one address may do a thing: a bucket that fills again with time, in this process's memory only."""

from datetime import datetime
from uuid import UUID

from starlette.types import Scope

from core.networks import is_public, network_of


class Allowance:
    """`burst` at once, then `per_second`. Remembers at most `most` addresses; past that all begin anew."""

    def __init__(self, *, burst: int, per_second: float, most: int = 20_000) -> None:
        self.burst, self.per_second, self.most = burst, per_second, most
        self._left: dict[object, tuple[float, datetime]] = {}

    def is_left(self, key: object, now: datetime) -> bool:
        """Whether one more would be allowed."""
        return self._count(key, now) >= 1

    def take(self, key: object, now: datetime) -> bool:
        """Whether one more is allowed at this instant; if so, it is used up."""
        left = self._count(key, now)
        is_allowed = left >= 1
        if key not in self._left and len(self._left) >= self.most:
            self._left.clear()
        self._left[key] = (left - 1 if is_allowed else left, now)
        return is_allowed

    def _count(self, key: object, now: datetime) -> float:
        left, since = self._left.get(key, (float(self.burst), now))
        return min(float(self.burst), left + self.per_second * max(0.0, (now - since).total_seconds()))


def address_of(scope: Scope) -> str:
    """Who calls, as a key for an allowance; "" where the server does not say. Never stored."""
    client = scope.get("client")
    return network_of(client[0]) if client else ""


def is_within(bucket: Allowance, scope: Scope, now: datetime, *about: object) -> bool:
    """Whether an address on the internet has one more left in a bucket, about a thing; other addresses always have."""
    address = address_of(scope)
    return not is_public(address) or bucket.take((address, *about), now)


# A full market hall behind one address may open a link at once; a script may not count for ever. It is served all the same.
_counted = Allowance(burst=300, per_second=2)


def may_count(scope: Scope, link_id: UUID, now: datetime) -> bool:
    """Whether one more opening of a link from this address moves its figures."""
    return is_within(_counted, scope, now, link_id)


# Answers to one announcement: a neighbourhood behind one address at once, then ten a minute.
_answered = Allowance(burst=200, per_second=1 / 6)


def may_answer(scope: Scope, announcement_id: UUID, now: datetime) -> bool:
    """Whether one more answer to an announcement is taken from this address."""
    return is_within(_answered, scope, now, announcement_id)


# Households that say they join a group: a meeting of a residential group behind one address at once; one phone seldom twice.
_joined = Allowance(burst=60, per_second=1 / 30)
_joined_by_phone = Allowance(burst=5, per_second=1 / 600)


def may_join(scope: Scope, link_id: UUID, visitor: str, now: datetime) -> bool:
    """Whether one more household is taken in from this phone, and from its address."""
    return is_within(_joined, scope, now, link_id) and _joined_by_phone.take(visitor, now)


# Questions: a phone seldom has more than a few at once; behind one address a whole group may ask after a power cut.
_asked, _asked_by_phone = Allowance(burst=30, per_second=1 / 60), Allowance(burst=3, per_second=1 / 900)
_asked_at_all, _asked_at_all_by_phone = Allowance(burst=120, per_second=1 / 20), Allowance(burst=12, per_second=1 / 300)


def may_ask(scope: Scope, visitor: str, now: datetime) -> bool:
    """Whether one more question is taken at all from this phone, and from its address."""
    return is_within(_asked_at_all, scope, now) and _asked_at_all_by_phone.take(visitor, now)


def asks_seldom(scope: Scope, visitor: str, now: datetime) -> bool:
    """Whether so few questions come from this phone and its address that nobody need show to be a person."""
    is_seldom = is_within(_asked, scope, now)
    return _asked_by_phone.take(visitor, now) and is_seldom


# Looks into public answers while somebody types: a few a minute from one phone, a waiting room from one address.
_looked, _looked_by_phone = Allowance(burst=120, per_second=2), Allowance(burst=20, per_second=1 / 3)
# "That helped": once a day from one phone and answer; an address is not believed without end.
_helped, _helped_by_phone = Allowance(burst=30, per_second=1 / 120), Allowance(burst=1, per_second=1 / 86_400)


def may_look(scope: Scope, visitor: str, now: datetime) -> bool:
    """Whether answers are looked up once more for this phone, and for its address."""
    return is_within(_looked, scope, now) and _looked_by_phone.take(visitor, now)


def counts_as_help(scope: Scope, visitor: str, slug: str, now: datetime) -> bool:
    """Whether one more word that an answer helped moves its figure."""
    return _helped_by_phone.take((visitor, slug), now) and is_within(_helped, scope, now)


# Events that nobody signed rightly: a provider whose secret was just changed tries for a while, a guesser for ever.
_unsigned = Allowance(burst=120, per_second=0.5)


def may_tell(scope: Scope, now: datetime) -> bool:
    """Whether an event from this address is still looked at."""
    address = address_of(scope)
    return not is_public(address) or _unsigned.is_left(address, now)


def told_falsely(scope: Scope, now: datetime) -> None:
    """One from this address was not signed rightly."""
    _unsigned.take(address_of(scope), now)
