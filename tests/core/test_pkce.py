"""Proof Key for Code Exchange, by the example of the provider's paper (contracts/channels.md §1)."""

from core import pkce


def test_the_challenge_of_the_papers_example() -> None:
    assert pkce.challenge("abcdefghijklmnopqrstuvwxyzABCDEFG0123456789") == "rhJY1k9fP83XwkzyMf_qlDJ3kDC2z8Jk-wrFnvVoeG0"


def test_a_verifier_is_new_each_time_and_of_letters_and_digits() -> None:
    one, other = pkce.verifier(), pkce.verifier()

    assert one != other
    assert (len(one), one.isascii(), one.isalnum()) == (43, True, True)
