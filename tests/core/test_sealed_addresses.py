"""Addresses that are worked out of a row's id and the app's key."""

from uuid import UUID

import pytest

from core import tokens
from core.sealed_addresses import LENGTH, Address, id_in
from core.settings import settings

ID, OTHER = UUID(int=2**127 + 5), UUID(int=2**127 + 6)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def test_an_address_is_the_same_each_time_and_names_its_row() -> None:
    token = Address("ask", ID).token

    assert token == Address("ask", ID).token
    assert (len(token), id_in(token), Address("ask", ID).is_now(token)) == (LENGTH, ID, True)


@pytest.mark.parametrize("other", [Address("ask", OTHER), Address("relay", ID), Address("ask", ID, 2)])
def test_an_address_opens_its_own_row_kind_and_issue_only(other: Address) -> None:
    assert not other.is_now(Address("ask", ID).token)
    assert not Address("ask", ID).is_now(other.token)


def test_a_letter_changed_left_out_or_added_opens_nothing() -> None:
    real = Address("ask", ID)
    token = real.token
    changed = [token[:place] + letter + token[place + 1 :] for place in range(LENGTH) for letter in LETTERS]

    opening = {one for one in [*changed, token[:-1], token[1:], f"{token}A", f"{token}=", f"{token}\n", ""] if real.is_now(one)}

    assert opening == {token}
    assert id_in(token[:-1]) is id_in("é" * LENGTH) is id_in("+" * LENGTH) is None


def test_another_issue_ends_the_one_before_which_is_still_known() -> None:
    first, second = Address("relay", ID), Address("relay", ID, 2)

    assert (second.is_now(first.token), second.was(first.token), first.was(first.token)) == (False, True, False)
    assert not second.was(Address("deputy", ID).token)


def test_an_address_of_before_is_known_by_its_digest_as_the_first_issue() -> None:
    old = tokens.new_token()
    first, second = (Address("relay", ID, issue, tokens.digest(old)) for issue in (1, 2))

    assert (first.is_now(old), first.is_now(old[:-1]), first.was(old)) == (True, False, False)
    assert (second.is_now(old), second.was(old)) == (False, True)
    assert not Address("relay", ID).is_now(old)


def test_a_key_of_before_opens_as_long_as_it_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    given = Address("ask", ID).token
    known = []
    for previous in ("another, a key for tests only", "another"):
        monkeypatch.setenv("CAUNOI_SECRET_KEY", "a new key")
        monkeypatch.setenv("CAUNOI_PREVIOUS_SECRET_KEYS", previous)
        settings.cache_clear()
        known.append(Address("ask", ID).is_now(given))

    assert known == [True, False]
    assert Address("ask", ID).token != given
