"""An official account's consent: a code is changed for tokens, once."""

from dataclasses import dataclass, field, replace

import pytest
from sqlmodel import Session

from core import clock
from core.errors import Invalid
from models import Channel, Unit
from services import channel_accounts, channel_consents, ports
from services.access import TERMINAL
from services.channel_values import AccountForm
from services.senders import AccountBroken, AccountKeys, NotNow, TokenPair

FORM = AccountForm(
    {"app_id": "123456", "oa_id": "388613"}, {"secret_key": "khoa", "code": "ma", "code_verifier": "v" * 43}, price=55
)  # fmt: skip


@dataclass
class FakeOffice:
    """Gives one pair of tokens, and keeps for whom."""

    refusal: Exception | None = None
    asked: list[tuple[AccountKeys, str, str]] = field(default_factory=list)

    async def first(self, account: AccountKeys, *, code: str, verifier: str) -> TokenPair:
        self.asked.append((account, code, verifier))
        if self.refusal:
            raise self.refusal
        return TokenPair("a1", "r1", 90_000)

    async def renewed(self, account: AccountKeys) -> TokenPair:
        raise AssertionError("a consent renews nothing")


@pytest.fixture
def office() -> FakeOffice:
    office = FakeOffice()
    ports.provide(replace(ports.ports(), tokens=office))
    return office


def kept(session: Session, ward: Unit) -> AccountKeys:
    return channel_consents.known(session, actor=TERMINAL, unit_id=ward.id, channel=Channel.ZALO_OA)


@pytest.mark.usefixtures("noon")
def test_a_code_becomes_tokens_that_are_kept_and_the_code_is_not(session: Session, ward: Unit, office: FakeOffice) -> None:
    form = channel_consents.with_tokens(FORM, kept(session, ward))
    account = channel_accounts.connect(session, actor=TERMINAL, unit_id=ward.id, channel=Channel.ZALO_OA, form=form)

    [(asked, code, verifier)] = office.asked
    assert (asked.settings["app_id"], asked.secrets["secret_key"], code, verifier) == ("123456", "khoa", "ma", "v" * 43)
    keys = channel_accounts.keys(session, account=account)
    assert keys.secrets == {"secret_key": "khoa", "access_token": "a1", "refresh_token": "r1"}
    assert account.token_until is not None
    assert (account.token_until - clock.now()).total_seconds() == 90_000


def test_consenting_again_needs_only_the_code(session: Session, ward: Unit, office: FakeOffice) -> None:
    form = channel_consents.with_tokens(FORM, kept(session, ward))
    channel_accounts.connect(session, actor=TERMINAL, unit_id=ward.id, channel=Channel.ZALO_OA, form=form)

    again = AccountForm({}, {"code": "moi", "code_verifier": "w" * 43})
    channel_consents.with_tokens(again, kept(session, ward))

    assert office.asked[1][0].secrets["secret_key"] == "khoa"


def test_without_a_code_nobody_is_asked(session: Session, ward: Unit, office: FakeOffice) -> None:
    form = AccountForm({}, {"refresh_token": "r"})

    assert channel_consents.with_tokens(form, kept(session, ward)) is form
    assert office.asked == []


@pytest.mark.parametrize("refusal", [AccountBroken("Mã đã dùng."), NotNow("Zalo không trả lời.")])
def test_what_is_refused_is_said_at_the_code(session: Session, ward: Unit, office: FakeOffice, refusal: Exception) -> None:
    office.refusal = refusal

    with pytest.raises(Invalid, match=str(refusal)) as refused:
        channel_consents.with_tokens(FORM, kept(session, ward))
    assert refused.value.details["field"] == "code"


def test_a_code_without_its_verifier_is_refused(session: Session, ward: Unit, office: FakeOffice) -> None:
    with pytest.raises(Invalid, match="code_verifier"):
        channel_consents.with_tokens(replace(FORM, secrets={"code": "ma"}), kept(session, ward))
