"""Letters, by a real mail server (RFC 5321)."""

import pytest

from models import Channel
from services.senders import Accepted, Outcome, Rejected, Unavailable, Unknown
from tests.adapters.channels.desk import KEY, Desk, keys, message
from tests.provider.mail import MailServer, mail_server


def desk(server: MailServer, *, name: str = "") -> Desk:
    return Desk(None, smtp_url=f"smtp://{name}127.0.0.1:{server.port}", provider_first_byte_seconds=1.0)


def written(**changes: str) -> Outcome:
    with mail_server() as server:
        return desk(server).send(Channel.EMAIL, message(Channel.EMAIL, **changes))[0]


def test_a_letter_arrives_as_it_was_written() -> None:
    with mail_server() as server:
        outcome = desk(server).one(Channel.EMAIL, text="Sáng mai\nkhám tiểu đường.\n.\nMời bà con.")

    [letter] = server.letters
    assert outcome == Accepted(f"<{KEY}@example.vn>", cost=0)
    assert (letter["To"], letter["From"]) == ("to@example.vn", "Phường Bắc Kạn <phuong@example.vn>")
    assert letter["Subject"] == "Khám tiểu đường"
    assert letter["Message-ID"] == f"<{KEY}@example.vn>"
    assert letter.get_content().replace("\r\n", "\n").strip() == "Sáng mai\nkhám tiểu đường.\n.\nMời bà con."
    assert [word for word in server.words if "@" in word] == ["mail FROM:<phuong@example.vn>", "rcpt TO:<to@example.vn>"]


def test_a_chunk_of_letters_goes_by_one_connection() -> None:
    with mail_server(says={"<gone@": "550 5.1.1 no such user"}) as server:
        said = [message(Channel.EMAIL, recipient=f"{name}@example.vn") for name in ("a", "gone", "b")]

        outcomes = desk(server).send(Channel.EMAIL, *said)

    assert [type(outcome) for outcome in outcomes] == [Accepted, Rejected, Accepted]
    assert [letter["To"] for letter in server.letters] == ["a@example.vn", "b@example.vn"]
    assert server.connected == 1


@pytest.mark.parametrize(
    ("says", "trouble"),
    [
        ({"RCPT": "550 5.1.1 no such user"}, "recipient"), ({"RCPT": "450 busy"}, "backoff"),
        ({"MAIL": "553 not yours"}, "config"),
        ({"MAIL": "451 later"}, "backoff"), ({"DATA": "554 no"}, "content"), ({"LETTER": "554 spam"}, "content"),
        ({"LETTER": "452 full"}, "backoff"), ({"GREETING": "421 too many"}, "backoff"),
        ({"EHLO": "421 no", "HELO": "421 no"}, "backoff"),
    ],
)  # fmt: skip
def test_a_servers_code_means_what_the_protocol_says(says: dict[str, str], trouble: str) -> None:
    with mail_server(says=says) as server:
        outcome = desk(server).one(Channel.EMAIL)

    assert isinstance(outcome, Rejected | Unavailable)
    assert outcome.trouble == trouble


@pytest.mark.parametrize("word", ["GREETING", "EHLO", "MAIL", "RCPT"])
def test_what_breaks_before_the_letter_was_not_taken(word: str) -> None:
    with mail_server(cuts_after=word) as server:
        outcome = desk(server).one(Channel.EMAIL)

    assert isinstance(outcome, Unavailable)
    assert server.letters == []


def test_what_breaks_after_the_letter_is_unknown_and_the_next_goes_by_a_new_connection() -> None:
    with mail_server(cuts_after="LETTER") as server:
        said = [message(Channel.EMAIL, recipient=f"{name}@example.vn") for name in ("a", "b")]

        outcomes = desk(server).send(Channel.EMAIL, *said)

    assert [type(outcome) for outcome in outcomes] == [Unknown, Unknown]
    assert (server.connected, len(server.letters)) == (2, 2)


@pytest.mark.parametrize(
    "address", ["", "ông Hai", "@example.vn", "a@example", "a@b@example.vn", "a b@example.vn", "a@exa\nmple.vn", "<a@example.vn>",
                "tổ@example.vn", "a@example.vn,b@example.vn"]
)  # fmt: skip
def test_an_address_that_is_none_is_refused(address: str) -> None:
    outcome = written(recipient=address)

    assert isinstance(outcome, Rejected)
    assert outcome.trouble == "recipient"


def test_a_title_of_several_lines_writes_no_header_of_its_own() -> None:
    with mail_server() as server:
        desk(server).one(Channel.EMAIL, title="Mời họp\r\nBcc: other@example.vn")

    [letter] = server.letters
    assert letter["Bcc"] is None
    assert letter["Subject"] == "Mời họp Bcc: other@example.vn"


def test_a_letter_without_words_is_refused() -> None:
    outcome = written(text="  \n")

    assert isinstance(outcome, Rejected)
    assert outcome.trouble == "content"


@pytest.mark.parametrize("sender", ["", "phường"])
def test_a_sender_that_is_no_address_stops_the_account(sender: str) -> None:
    with mail_server() as server:
        outcome = desk(server).one(Channel.EMAIL, account=keys(without="sender", sender=sender))

    assert isinstance(outcome, Rejected)
    assert outcome.trouble == "config"
    assert server.connected == 0


def test_without_a_server_the_account_says_where_to_name_one() -> None:
    outcome, health = Desk(None).one(Channel.EMAIL), Desk(None).check(Channel.EMAIL)

    assert isinstance(outcome, Rejected)
    assert "CAUNOI_SMTP_URL" in outcome.reason
    assert (health.is_well, health.says) == (False, outcome.reason)


def test_where_no_server_listens_no_letter_was_taken() -> None:
    outcome = Desk(None, smtp_url="smtp://127.0.0.1:1").one(Channel.EMAIL)

    assert isinstance(outcome, Unavailable)


def test_a_name_and_password_open_the_server() -> None:
    with mail_server(offers=("AUTH PLAIN",)) as server:
        outcome = desk(server, name="ward:p%40ss@").one(Channel.EMAIL)

    assert isinstance(outcome, Accepted)
    assert "AUTH PLAIN AHdhcmQAcEBzcw==" in server.words  # ward, p@ss


@pytest.mark.parametrize(("offers", "says"), [(("AUTH PLAIN",), {"AUTH": "535 5.7.8 no"}), ((), {})])
def test_a_server_that_does_not_let_us_in_stops_the_account(offers: tuple[str, ...], says: dict[str, str]) -> None:
    with mail_server(offers=offers, says=says) as server:
        outcome, health = desk(server, name="ward:pass@").one(Channel.EMAIL), desk(server, name="ward:pass@").check(Channel.EMAIL)

    assert isinstance(outcome, Rejected)
    assert outcome.trouble == "config"
    assert not health.is_well


def test_a_server_that_is_there_is_well_and_gets_no_letter() -> None:
    with mail_server() as server:
        health = desk(server).check(Channel.EMAIL)

    assert (health.is_well, health.says) == (True, "phuong@example.vn")
    assert "noop" in [word.lower() for word in server.words]
    assert server.letters == []


@pytest.mark.parametrize("says", [{"noop": "421 closing"}, {"GREETING": "554 no"}])
def test_a_server_that_is_not_there_is_not_well(says: dict[str, str]) -> None:
    with mail_server(says=says) as server:
        assert not desk(server).check(Channel.EMAIL).is_well
