"""Whatever reads what others wrote either returns or says no in the house's own words; no text, no bytes break it.

Each is listed once, so that a new one is added by a line. What needs rows to be read has its properties beside its own tests.
"""

import io
import json
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from adapters.channels import webhooks
from adapters.documents import SiftedDocuments
from adapters.sheets import delimited
from core import addresses, i18n, letters, locked_files, outages, phones, sealed, spelled, streets, text, written_times
from core.errors import Refusal
from core.networks import is_public, network_of
from core.settings import Settings
from services import (
    backup_files,
    bot_links,
    import_columns,
    import_units,
    import_values,
    link_slugs,
    link_targets,
    opt_outs,
    private_words,
    procedure_values,
    web_links,
)
from services.told import BadSignature
from tests.databases import examples
from web import origins, session, visitors

HOUSES_OWN = (Refusal, BadSignature, locked_files.WrongPassphrase, sealed.Unreadable, ValidationError)
# Beside any text at all: what looks like the real thing and is not.
ODD = st.sampled_from(
    [
        "\0",
        "\ud800",
        "0912 345 678 ",
        "+84" * 30,
        "http://[::1",
        "https://a@b:99999/",
        "//\\evil",
        "1/13/2026",
        "9" * 400,
        "٣" * 12,
        "²",
        "½",
        "1e999",
        "ăâđêôơư",
        "a\u0301" * 50,
        "Tổ 12A–13",
        "x,y;z\t|",
        "\u202e",
        "=1+1",
        "' OR 1=1",
        "%s{0}{{}}",
        "\x1b[2J",
        "nan",
        "-0",
        "()" * 40,
    ]
)
WORDS = st.one_of(
    st.text(max_size=120), st.lists(ODD, max_size=4).map(" ".join), st.tuples(ODD, st.text(max_size=30)).map("".join)
)
CELLS = st.one_of(WORDS, st.integers(), st.floats(), st.booleans(), st.none(), st.datetimes(), st.dates())
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS,
    lambda some: (
        st.lists(some, max_size=3)
        | st.dictionaries(st.sampled_from(["message", "sender", "entry", "timestamp", "id", "text"]), some)
    ),
    max_leaves=8,
)
BODIES = st.one_of(
    st.binary(max_size=200), JSON.map(lambda one: json.dumps(one).encode()), st.integers(1, 3000).map(lambda n: b"[" * n)
)

TEXTS: dict[str, Callable[[str], Any]] = {
    "telephone number": phones.parse,
    "mended number": lambda one: phones.mending(one, "+84912345678"),
    "shown number": phones.show,
    "masked number": phones.masked,
    "days in a text": lambda one: list(written_times.days(one)),
    "hours in a text": lambda one: list(written_times.hours(one)),
    "TCVN3": letters.from_tcvn3,
    "VNI": letters.from_vni,
    "letters": letters.vietnamese,
    "digits": spelled.digits,
    "street": streets.street_of,
    "way": streets.walking_key,
    "clean": text.clean,
    "lines": text.clean_lines,
    "folded": text.fold,
    "natural": text.natural_key,
    "vietnamese": text.vietnamese_key,
    "way after sign-in": addresses.safe_path,
    "language": lambda one: i18n.best_language(one, default="vi"),
    "sealed": lambda one: sealed.unseal(one, owner="x"),
    "slug": link_slugs.normalised,
    "target": link_targets.checked,
    "completed target": link_targets.completed,
    "host": link_targets.host_of,
    "trusted": link_targets.is_trusted,
    "links in a text": lambda one: list(web_links.found_in(one)),
    "defanged": web_links.defanged,
    "stop": opt_outs.means_stop,
    "back": opt_outs.means_back,
    "bot's code": bot_links.code_in,
    "private words": lambda one: list(private_words.found_in(one)),
    "names": private_words.names_in,
    "unit": import_units.within,
    "numbered unit": import_units.is_numbered,
    "village": import_units.is_village,
    "code": import_values.code_key,
    "citizen": import_values.is_citizen_number,
    "browser": session.device_of,
    "device": visitors.device_of,
    "cookies": visitors.visitor_in,
    "host header": lambda one: origins.is_our_name(one, ()),
    "caller": lambda one: is_public(network_of(one)),
    "SMS gateway": lambda one: webhooks.sms_callback({"message": one, "phonenumber": one, "SMSID": one, "SendStatus": one}),
    "settings": lambda one: Settings(public_url=one, timezone=one, smtp_url=one, backup_copy_url=one, sms_base_url=one),
    "header of a list": import_columns.recognise,
    "outage": lambda one: outages.of(ValueError(one)),
}
OF_CELLS: dict[str, Callable[[Any], Any]] = {
    name: getattr(import_values, name)
    for name in ("text_of", "name_of", "address_of", "code_of", "count_of", "phones_count_of", "tick_of", "phones_of")
} | {
    f"procedure's {name}": getattr(procedure_values, name)
    for name in ("lines_of", "code_of", "level_of", "days_of", "fee_of", "url_of", "short_of", "long_of")
}
OF_BYTES: dict[str, Callable[[bytes], Any]] = {
    "event": webhooks.read,
    "zalo": lambda body: webhooks.zalo(body, {}, app_id="1", oa_id="2", secret="s"),
    "facebook": lambda body: webhooks.facebook(body, {}, app_secret="s"),
    "bot": lambda body: webhooks.zalo_bot(body, {}, secret="s"),
    "moment": lambda body: webhooks.said_at("zalo", body),
    "table": lambda content: _table(content),
    "backup": lambda content: _backup(content),
    "locked": lambda content: locked_files.unlock(io.BytesIO(locked_files.MARK[:-1] + content), io.BytesIO(), passphrase="x"),
    "document": SiftedDocuments().sifted,
    "picture": SiftedDocuments().sifted,
}


def _table(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "a.csv")
        file.write_bytes(content)
        list(delimited.read(file).rows)


def _backup(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "a")
        file.write_bytes(content)
        with backup_files.opened(file, folder=Path(folder, "place")):
            pass


def either(read: Callable[[Any], Any], given_: Any) -> None:
    """It returns, or refuses."""
    with suppress(*HOUSES_OWN):
        read(given_)


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_is_read_or_refused(name: str) -> None:
    @settings(max_examples=examples(60))
    @given(WORDS)
    def read(words: str) -> None:
        either(TEXTS[name], words)

    read()


@pytest.mark.parametrize("name", OF_CELLS)
def test_a_cell_is_read_or_refused(name: str) -> None:
    @settings(max_examples=examples(60))
    @given(CELLS)
    def read(cell: Any) -> None:
        either(OF_CELLS[name], cell)

    read()


@pytest.mark.parametrize("name", OF_BYTES)
def test_bytes_are_read_or_refused(name: str) -> None:
    begins = {"document": b"%PDF-1.7\n", "picture": b"\x89PNG\r\n\x1a\n", "backup": b"\x1f\x8b"}.get(name, b"")

    @settings(max_examples=examples(45))
    @given(BODIES)
    def read(content: bytes) -> None:
        either(OF_BYTES[name], begins + content)

    read()
