"""Nothing is told to a server that cannot show who it is."""

from pathlib import Path

import pytest

from models import Channel
from services.senders import Accepted, Rejected, Unavailable
from tests.adapters.channels.desk import Desk
from tests.provider.certificate import certificate
from tests.provider.mail import mail_server

URLS = ["zalo_openapi_base_url", "zalo_zns_base_url", "zalo_bot_base_url", "facebook_graph_base_url", "sms_base_url"]
HTTP = [Channel.ZALO_OA, Channel.ZNS, Channel.ZALO_BOT, Channel.FACEBOOK, Channel.SMS]


@pytest.mark.parametrize("channel", HTTP)
def test_a_provider_whose_certificate_nobody_trusts_gets_nothing(channel: Channel, tmp_path: Path) -> None:
    _, context = certificate(tmp_path)
    with mail_server(encrypts=context) as server:  # whatever it speaks: it comes to no word
        outcome = Desk(None, **dict.fromkeys(URLS, f"https://127.0.0.1:{server.port}")).one(channel)

    assert isinstance(outcome, Unavailable)
    assert server.words == []


def test_a_mail_server_whose_certificate_nobody_trusts_gets_nothing(tmp_path: Path) -> None:
    _, context = certificate(tmp_path)
    with mail_server(encrypts=context) as server:
        outcome = Desk(None, smtp_url=f"smtps://ward:pass@127.0.0.1:{server.port}").one(Channel.EMAIL)

    assert isinstance(outcome, Unavailable)
    assert server.words == []


def test_a_mail_server_that_is_trusted_gets_the_letter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown, context = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(shown))
    with mail_server(encrypts=context, offers=("AUTH PLAIN",)) as server:
        outcome = Desk(None, smtp_url=f"smtps://ward:pass@127.0.0.1:{server.port}").one(Channel.EMAIL)

    assert isinstance(outcome, Accepted)
    assert len(server.letters) == 1


def test_a_server_that_breaks_off_encryption_gets_no_password() -> None:
    with mail_server(offers=("STARTTLS", "AUTH PLAIN"), says={"STARTTLS": "454 not now"}) as server:
        outcome = Desk(None, smtp_url=f"smtp://ward:pass@127.0.0.1:{server.port}").one(Channel.EMAIL)

    assert isinstance(outcome, Unavailable | Rejected)
    assert not [word for word in server.words if word.upper().startswith("AUTH")]
