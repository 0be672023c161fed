"""The bot learns where it may write: by a code that is good once."""

import json

import pytest
from sqlmodel import Session, col, select

from adapters.channels import webhooks
from models import AccountState, AuditEvent, Channel, Role, Unit, User
from services import bot_links, receipts
from services.access import Actor
from tests.factories import make_account, make_actor, make_unit


@pytest.fixture
def leader(session: Session, ward: Unit) -> Actor:
    return make_actor(session, unit=make_unit(session, parent=ward), role=Role.LEAD)


def chat_of(session: Session, actor: Actor) -> str | None:
    return session.get_one(User, actor.id).bot_chat_id


def sent(text: str) -> bytes:
    message = {
        "from": {"id": "7"}, "chat": {"id": "c7"}, "text": text, "message_id": "m1", "date": 1764000000000,
    }  # fmt: skip
    return json.dumps({"ok": True, "result": {"event_name": "message.text.received", "message": message}}).encode()


def test_whoever_sends_their_code_is_written_to_in_that_chat(session: Session, ward: Unit, leader: Actor) -> None:
    make_account(session, unit=ward, channel=Channel.ZALO_BOT)
    standing = bot_links.standing(session, actor=leader)
    assert standing is not None

    told = webhooks.zalo_bot(
        sent(f"Mã của tôi: {bot_links.shown(standing.code).upper()} ạ"), {"x-bot-api-secret-token": "s"}, secret="s"
    )
    receipts.keep(session, provider="zalo_bot", told=told)
    receipts.work_off(session)

    assert chat_of(session, leader) == "c7"
    after = bot_links.standing(session, actor=leader)
    assert after is not None
    assert after.is_linked
    assert after.code != standing.code
    assert [event.action for event in session.exec(select(AuditEvent).where(col(AuditEvent.action) == "user.bot_linked"))]


def test_a_used_or_made_up_code_is_nobodys(session: Session, ward: Unit, leader: Actor) -> None:
    make_account(session, unit=ward, channel=Channel.ZALO_BOT)
    standing = bot_links.standing(session, actor=leader)
    assert standing is not None
    bot_links.link(session, code=standing.code, chat_id="c7")

    assert bot_links.link(session, code=standing.code, chat_id="thief") is None
    assert bot_links.link(session, code="0123456789", chat_id="thief") is None
    assert chat_of(session, leader) == "c7"


def test_one_may_leave_the_bot_and_twice_is_no_error(session: Session, ward: Unit, leader: Actor) -> None:
    make_account(session, unit=ward, channel=Channel.ZALO_BOT)
    standing = bot_links.standing(session, actor=leader)
    assert standing is not None
    bot_links.link(session, code=standing.code, chat_id="c7")

    bot_links.unlink(session, actor=leader)
    bot_links.unlink(session, actor=leader)

    assert chat_of(session, leader) is None


def test_without_a_bot_that_works_there_is_nothing_to_send(session: Session, ward: Unit, leader: Actor) -> None:
    assert bot_links.standing(session, actor=leader) is None

    make_account(session, unit=ward, channel=Channel.ZALO_BOT, state=AccountState.PAUSED)

    assert bot_links.standing(session, actor=leader) is None


@pytest.mark.parametrize(("words", "code"), [("3F9A-27C1-0B", "3f9a27c10b"), ("xin chào", ""), ("0912345678", "0912345678")])
def test_a_code_is_found_among_words(words: str, code: str) -> None:
    assert bot_links.code_in(words) == code
