"""A post is looked for before anybody posts again (contracts/channels.md §6)."""

import pytest

from models import Channel
from services.senders import Accepted, Rejected, Unavailable, Unknown
from tests.adapters.channels.desk import Desk
from tests.provider import Faults, Provider


def test_a_post_whose_answer_was_lost_is_found_on_the_page(provider: Provider) -> None:
    provider.desk.faults = Faults(lost_rate=1.0)
    desk = Desk(provider)

    lost, found = desk.one(Channel.FACEBOOK), desk.look_for(Channel.FACEBOOK)

    assert isinstance(lost, Unknown)
    assert found == Accepted("1000200030004_1", cost=0)


def test_a_post_is_found_however_its_blanks_came_back(desk: Desk, provider: Provider) -> None:
    provider.desk.posts["1000200030004"] = [{"id": "7", "message": "Sáng mai\r\nkhám  tiểu đường.  "}, {"id": "6"}]

    found = desk.look_for(Channel.FACEBOOK, text="Sáng mai\n\nkhám tiểu đường.")

    assert found == Accepted("7", cost=0)


def test_a_post_that_waits_for_its_time_is_found(desk: Desk, provider: Provider) -> None:
    provider.script({"body": '{"data": []}'}, {"body": '{"data": [{"id": "8", "message": "Sáng mai khám tiểu đường."}]}'})

    assert desk.look_for(Channel.FACEBOOK) == Accepted("8", cost=0)


def test_a_post_that_is_not_there_may_be_sent(desk: Desk, provider: Provider) -> None:
    desk.one(Channel.FACEBOOK, text="Một bài khác.")

    assert isinstance(desk.look_for(Channel.FACEBOOK), Unavailable)
    assert [call[1].rsplit("/", 1)[1] for call in provider.desk.calls if call[0] == "GET"] == ["feed", "scheduled_posts"] * 2


@pytest.mark.parametrize("how", [{"status": 502}, {"fate": "cut"}, {"code": 1}, {"body": '{"hello": 1}'}, {"code": 190}])
def test_a_page_that_cannot_be_read_tells_nothing(how: dict[str, object], desk: Desk, provider: Provider) -> None:
    provider.script(how, how)  # what is only read may be asked twice

    assert isinstance(desk.look_for(Channel.FACEBOOK), Unknown)


def test_a_post_is_not_posted_again_where_it_stands_already(provider: Provider) -> None:
    provider.desk.faults = Faults(lost_rate=1.0)
    desk = Desk(provider)

    lost, again = desk.one(Channel.FACEBOOK), desk.one(Channel.FACEBOOK)

    assert isinstance(lost, Unknown)
    assert again == Accepted("1000200030004_1", cost=0)
    assert (provider.desk.book.accepted, provider.desk.book.doubles) == (1, 0)


@pytest.mark.parametrize("how", [{"status": 502}, {"fate": "cut"}, {"code": 2}])
def test_nothing_is_posted_on_a_page_that_cannot_be_looked_through(
    how: dict[str, object], desk: Desk, provider: Provider
) -> None:
    provider.script(how, how)

    assert isinstance(desk.one(Channel.FACEBOOK), Unavailable)
    assert provider.desk.book.asked.total() == 0


def test_a_page_that_does_not_let_us_look_stops_the_account(desk: Desk, provider: Provider) -> None:
    provider.script({"code": 10})

    outcome = desk.one(Channel.FACEBOOK)

    assert isinstance(outcome, Rejected)
    assert outcome.trouble == "config"


def test_a_duplicate_that_stands_on_the_page_counts_as_posted(desk: Desk, provider: Provider) -> None:
    desk.script(Channel.FACEBOOK, {"code": 506})
    provider.script({"body": '{"data": [{"id": "9", "message": "Sáng mai khám tiểu đường."}]}'})

    assert desk.one(Channel.FACEBOOK) == Accepted("9", cost=0)


def test_a_duplicate_that_stands_nowhere_is_refused(desk: Desk) -> None:
    desk.script(Channel.FACEBOOK, {"code": 506})

    outcome = desk.one(Channel.FACEBOOK)

    assert isinstance(outcome, Rejected)
    assert (outcome.trouble, outcome.code) == ("content", "506")


def test_a_duplicate_of_which_nobody_can_tell_is_unknown(desk: Desk, provider: Provider) -> None:
    desk.script(Channel.FACEBOOK, {"code": 506})
    provider.script({"status": 502})

    assert isinstance(desk.one(Channel.FACEBOOK), Unknown)


def test_an_answer_to_one_person_is_a_message_and_under_a_comment_a_comment(desk: Desk, provider: Provider) -> None:
    to_person = desk.one(Channel.FACEBOOK, recipient="42", text="Sáng mai, 7 giờ.")
    to_comment = desk.one(Channel.FACEBOOK, recipient="comment:55_7", text="Tại Trạm Y tế.")

    assert (to_person, to_comment) == (Accepted("m_1", cost=0), Accepted("m_2", cost=0))
    (_, talk, asked), (_, under, said) = provider.desk.calls
    assert talk.endswith("/1000200030004/messages")
    assert asked == {"recipient": {"id": "42"}, "messaging_type": "RESPONSE", "message": {"text": "Sáng mai, 7 giờ."}}
    assert (under.rpartition("/v")[2].partition("/")[2], said) == ("55_7/comments", {"message": "Tại Trạm Y tế."})
    assert desk.look_for(Channel.FACEBOOK, recipient="42") is None


def test_an_answer_after_the_window_is_refused_for_good_and_says_so(desk: Desk) -> None:
    outcome = desk.one(Channel.FACEBOOK, recipient="closed", text="Có.")

    assert isinstance(outcome, Rejected)
    assert (outcome.trouble, "24 giờ" in outcome.reason) == ("recipient", True)
