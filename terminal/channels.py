"""channels, channel-connect, -test, -pause, -resume, -disconnect, -reseal, training: accounts with providers."""

import json
import sys
from typing import Annotated, Any

import typer

from core.db import reading, transaction
from core.errors import Invalid
from core.i18n import N_, translate
from core.settings import settings
from models import Channel, ChannelAccount
from services import (
    channel_accounts,
    channel_checks,
    channel_consents,
    channel_usage,
    channel_values,
    disconnections,
    second_factors,
    units,
)
from services import training as training_mode
from services.access import TERMINAL
from services.channel_fields import FIELDS
from services.channel_usage import AccountCard
from terminal.habits import AsJson, answering, app

Unit = Annotated[str, typer.Option(metavar="CODE", help="The ward or province it belongs to.")]
Name = Annotated[str, typer.Argument(metavar="CHANNEL", help=", ".join(FIELDS))]


@app.command()
def channels(
    unit: Annotated[str, typer.Option(metavar="CODE", help="Those this unit can send by.")] = "", as_json: AsJson = False
) -> None:
    """Accounts with providers: how each stands, what is left of its quota, what it has cost this month."""
    with answering(as_json=as_json) as say, reading() as session:
        place = units.by_code(session, actor=TERMINAL, code=unit) if unit else None
        cards = channel_usage.listing(session, actor=TERMINAL, unit_id=place.id if place else None)
        say([_told(card) for card in cards])


@app.command()
def channel_connect(
    channel: Name,
    unit: Unit,
    values: Annotated[list[str], typer.Option("--set", metavar="KEY=VALUE", help="As the provider names it; also price, reserve,"
                      " per_second.")] = [],  # noqa: B006  # typer copies it
    secrets_stdin: Annotated[bool, typer.Option("--secrets-stdin", help="Tokens and keys as one JSON object.")] = False,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Connect an account, or say anew what has changed; the answer is the list with this account alone.

    Of an official account, secrets may hold `code` and `code_verifier` of a consent in place of a refresh token.
    """
    with answering(as_json=as_json, needs_ports=True) as say:
        name = _channel(channel)
        form = channel_values.form_of(values, _secrets() if secrets_stdin else {})
        with reading() as session:
            place = units.by_code(session, actor=TERMINAL, code=unit)
            kept = channel_consents.known(session, actor=TERMINAL, unit_id=place.id, channel=name)
        form = channel_consents.with_tokens(form, kept)
        with transaction() as session:
            account = channel_accounts.connect(session, actor=TERMINAL, unit_id=place.id, channel=name, form=form)
            answer = _one(session, account)
        say(answer)


@app.command()
def channel_test(
    channel: Name,
    unit: Unit,
    to: Annotated[str, typer.Option(metavar="RECIPIENT", help="A telephone, an account's id, an address: yourself.")],
    as_json: AsJson = False,
) -> None:
    """Ask the provider how the account stands, and send one message; refused with what the provider says."""
    with answering(as_json=as_json, needs_ports=True) as say:
        with reading() as session:
            account = _account(session, channel, unit)
            asked = channel_checks.question(session, actor=TERMINAL, account_id=account.id)
            message = channel_checks.message_to(session, actor=TERMINAL, account_id=account.id, recipient=to)
        outcome = channel_checks.send(asked, message)
        with transaction() as session:
            tried = channel_checks.note_trial(
                session, actor=TERMINAL, account_id=asked.account_id, opening=asked.opening, outcome=outcome
            )
            answer = _one(session, _account(session, channel, unit))
        if not tried.is_sent:
            raise Invalid(tried.says)
        say([row | {"message": translate(tried.says, language=settings().language)} for row in answer])


@app.command()
def channel_pause(channel: Name, unit: Unit, as_json: AsJson = False) -> None:
    """Let nothing leave by an account until it is resumed; what waits goes on waiting."""
    _turn(channel_accounts.pause, channel, unit, as_json=as_json)


@app.command()
def channel_resume(channel: Name, unit: Unit, as_json: AsJson = False) -> None:
    """Use an account again."""
    _turn(channel_accounts.resume, channel, unit, as_json=as_json)


@app.command()
def channel_disconnect(
    channel: Name,
    unit: Unit,
    stops: Annotated[int, typer.Option(metavar="N", help="How many waiting messages may be stopped by it.")] = 0,
    as_json: AsJson = False,
) -> None:
    """End an account: its secrets are wiped, what waits is stopped, the ledger stays."""
    with answering(as_json=as_json) as say:
        with transaction() as session:
            account = _account(session, channel, unit)
            found = disconnections.look(session, actor=TERMINAL, account_id=account.id)
            if found.waiting > stops and not found.leans_on_it:
                raise Invalid(
                    N_("Còn {n} tin của {all} thông báo đang chờ tài khoản này. Để dừng chúng, chạy lại với --stops {n}."),
                    n=found.waiting, all=found.announcements,
                )  # fmt: skip
            name = account.channel
            stopped = disconnections.disconnect(session, actor=TERMINAL, account_id=account.id, expected=stops)
        say({"channel": name, "unit_code": unit, "stopped": stopped})


@app.command()
def channel_reseal(as_json: AsJson = False) -> None:
    """After a change of the app key: seal anew what CAUNOI_PREVIOUS_SECRET_KEYS still opens. Then take the old key out."""
    with answering(as_json=as_json) as say:
        with transaction() as session:
            done = channel_accounts.reseal(session, actor=TERMINAL) + second_factors.reseal(session, actor=TERMINAL)
        say({"resealed": done})


@app.command()
def training(
    turn: Annotated[str, typer.Argument(metavar="on|off")],
    unit: Annotated[str, typer.Option(metavar="CODE")],
    as_json: AsJson = False,
) -> None:
    """Training mode of a ward: everything works, nothing leaves."""
    with answering(as_json=as_json) as say:
        if turn not in ("on", "off"):
            raise Invalid(N_("Viết on để bật tập huấn, off để tắt."))
        with transaction() as session:
            place = units.by_code(session, actor=TERMINAL, code=unit)
            training_mode.switch(session, actor=TERMINAL, unit_id=place.id, is_on=turn == "on")
        say({"unit_code": place.code, "training": place.is_training})


def _turn(act: Any, channel: str, unit: str, *, as_json: bool) -> None:
    with answering(as_json=as_json, needs_ports=True) as say:
        with transaction() as session:
            account = act(session, actor=TERMINAL, account_id=_account(session, channel, unit).id)
            answer = _one(session, account)
        say(answer)


def _account(session: Any, channel: str, unit: str) -> ChannelAccount:
    place = units.by_code(session, actor=TERMINAL, code=unit)
    return channel_accounts.of_unit(session, actor=TERMINAL, unit_id=place.id, channel=_channel(channel))


def _one(session: Any, account: ChannelAccount) -> list[dict[str, Any]]:
    return [_told(channel_usage.one(session, actor=TERMINAL, account_id=account.id))]


def _told(card: AccountCard) -> dict[str, Any]:
    account = card.account
    return {
        "channel": account.channel, "unit_code": card.unit_code, "state": account.state, "quota_left": account.quota_left,
        "cost_this_month": card.cost,
        "message": translate(account.message, language=settings().language) if account.message else "",
    }  # fmt: skip


def _channel(text: str) -> Channel:
    try:
        return Channel(text.strip().lower())
    except ValueError:
        raise Invalid(
            N_("Kênh {channel} không có. Chọn một trong: {known}."), channel=text, known=", ".join(FIELDS)
        ) from None  # fmt: skip


def _secrets() -> dict[str, object]:
    try:
        given = json.loads(sys.stdin.read() or "{}")
    except ValueError:
        given = None
    if not isinstance(given, dict) or not all(isinstance(value, str | int) for value in given.values()):
        raise Invalid(N_("Khóa và token phải là một đối tượng JSON, ví dụ {example}."), example='{"access_token": "…"}')
    return given
