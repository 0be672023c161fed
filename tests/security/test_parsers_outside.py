"""S13, S15, S32, S35: files, providers, browsers, settings, damaged in every way: read, or refused in the house's own words."""

import asyncio
import hashlib
import io
import json
import tarfile
import tempfile
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from sqlmodel import Session, select
from time_machine import Traveller

from adapters.channels import switchboard, zalo
from adapters.channels.connections import Lost, Reply
from adapters.channels.http import Answer, _answer
from adapters.channels.sms import _money
from adapters.documents import SiftedDocuments
from adapters.link_visitor import _text, is_soft_404
from adapters.sheets import CalamineSheets, limits
from core import clock as house_clock
from core.errors import Invalid, Refusal
from core.settings import Settings
from core.settings import settings as house_settings
from core.typed import number
from models import Channel, SecondFactor, User
from services import (
    attachments,
    backup_files,
    channel_values,
    closed_list_reading,
    door_shorthand,
    import_reading,
    office_hours,
    passkeys,
    procedure_reading,
    second_door,
    sessions,
    templates,
)
from services.access import Actor
from services.import_units import UnitFinder
from services.ports import Sheet
from services.senders import AccountBroken, NotNow, Outcome
from tests.adapters.channels.desk import keys, message
from tests.databases import examples
from tests.factories import make_unit
from tests.lists import builders
from tests.papers import pdf, photo
from tests.security.soft_key import SoftKey
from tests.security.test_parsers import BODIES, CELLS, WORDS
from tests.web.day import make_day, phone
from web.turning import asked as page_of

ROWS = [["Họ và tên", "Địa chỉ", "Điện thoại", "Tổ"], ["Nguyễn Văn An", "Số 7", "0912345678", "Tổ 7"]]
FITTING = settings(max_examples=examples(45), suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
FEW = settings(FITTING, max_examples=examples(15))
HEADERS = st.lists(
    st.sampled_from(["Họ và tên", "Tên thủ tục", "Mã thủ tục", "Địa chỉ", "Điện thoại", "Tổ", "Đơn vị", "Lệ phí"]) | CELLS
)


def damaged(content: bytes) -> st.SearchStrategy[bytes]:
    """Real content with some of its bytes changed, cut anywhere, with something behind it."""

    def spoilt(changes: Sequence[tuple[int, int]], end: int, more: bytes) -> bytes:
        spoiled = bytearray(content)
        for place, byte in changes:
            spoiled[place % len(content)] = byte
        return bytes(spoiled[: end or None]) + more

    changes = st.lists(st.tuples(st.integers(0, 8000), st.integers(0, 255)), max_size=12)
    return st.builds(spoilt, changes, st.just(0) | st.integers(1, 8000), st.binary(max_size=8))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A list in each kind of workbook, a PDF, a photo."""
    folder = tmp_path_factory.mktemp("made")
    books = {kind: getattr(builders, kind)(folder / f"a.{kind}", {"Danh sách": ROWS}) for kind in ("xlsx", "ods", "xls")}
    return {kind: path.read_bytes() for kind, path in books.items()} | {
        "pdf": pdf(pages=2), **{kind: photo(kind.upper(), size=(64, 48)) for kind in ("jpeg", "png", "webp")},
    }  # fmt: skip


@pytest.mark.parametrize(("kind", "looks"), [("xlsx", 90), ("ods", 60), ("xls", 60)])
def test_s13_a_damaged_workbook_is_looked_at_and_read_or_refused(
    made: dict[str, bytes], tmp_path: Path, kind: str, looks: int
) -> None:
    file = tmp_path / f"a.{kind}"

    def tried(read: Callable[[], object], content: bytes) -> None:
        file.write_bytes(content)
        with suppress(Invalid):
            read()

    @settings(FITTING, max_examples=examples(looks))
    @given(damaged(made[kind]))
    def looked(content: bytes) -> None:
        tried(lambda: limits.check(file), content)

    @settings(FITTING, max_examples=5)  # each in a process of its own
    @given(damaged(made[kind]))
    def whole(content: bytes) -> None:
        tried(lambda: [list(one.rows) for one in CalamineSheets().read_all(file)], content)

    looked()
    whole()


@pytest.mark.parametrize("kind", ["pdf", "jpeg", "png", "webp"])
def test_s37_a_damaged_document_is_sifted_or_refused(made: dict[str, bytes], kind: str) -> None:
    @FITTING
    @given(damaged(made[kind]))
    def sifted(content: bytes) -> None:
        with suppress(Invalid), warnings.catch_warnings(action="ignore"):
            SiftedDocuments().sifted(content)

    sifted()


@pytest.mark.parametrize("kind", ["households", "procedures", "closed list"])
def test_s15_a_sheet_of_any_cells_is_a_list_or_refused(session: Session, kind: str) -> None:
    ward = make_unit(session)
    finder = UnitFinder(session, unit=ward, on=house_clock.today())
    readers: dict[str, Callable[[Sheet], object]] = {
        "households": import_reading.prepare, "procedures": procedure_reading.read,
        "closed list": lambda sheet: closed_list_reading.read(sheet, units=finder),
    }  # fmt: skip

    @FITTING
    @given(st.lists(HEADERS, max_size=3), st.lists(st.lists(CELLS, max_size=6), max_size=4), WORDS)
    def seen(heads: list[list[Any]], rows: list[list[Any]], name: str) -> None:
        with suppress(Refusal):
            readers[kind](Sheet(name, [*heads, *rows]))

    seen()


TEXTS: dict[str, Callable[[str], Any]] = {
    "doors of a paper": lambda one: door_shorthand.read(one, numbers=range(1, 40)),
    "office hours": lambda one: office_hours.read(one, free_days=[one], work_days=[one]),
    "answer in a template": lambda one: [templates.fill(pattern, {"ngày": one, "nơi": one}) for pattern in templates.shipped()],
    "pairs of an account": lambda one: channel_values.form_of([one, f"price={one}", f"per_second={one}"], {"api_key": one}),
    "typed number": lambda one: number(one, digits=4),
    "page of a list": page_of,
    "soft 404": is_soft_404,
    "count of a provider": zalo.number,
    "money of a gateway": _money,
    "wait of a provider": lambda one: _answer(Reply(429, {b"retry-after": one, b"x-ratelimit-limit": one}, b"", is_whole=True)),
}


@pytest.mark.parametrize("name", TEXTS)
def test_s15_what_somebody_typed_is_read_or_refused(name: str) -> None:
    @FITTING
    @given(WORDS)
    def read(words: str) -> None:
        with suppress(Refusal):
            TEXTS[name](words)

    read()


@FITTING
@given(st.binary(max_size=60), st.sampled_from(["utf-16", "x", "\xff", "idna", "hex", "utf-7", "undefined", "rot13", ""]))
def test_s11_a_page_in_any_letters_is_read(raw: bytes, letters: str) -> None:
    assert isinstance(_text(f'<meta charset="{letters}">'.encode("latin-1") + raw), str)


# ---- who sends for us


class Saying:
    """Stands for the wire: whatever is asked, it answers so."""

    def __init__(self, answer: Answer | None) -> None:
        self._answer = answer

    async def post(self, *_asked: object, **_headers: object) -> Answer:
        if self._answer is None:
            raise Lost
        return self._answer

    post_form = get = post


NAMED = (
    "error", "message", "data", "CodeResult", "CodeResponse", "SMSID", "ok", "result", "id", "access_token", "refresh_token",
    "expires_in", "Balance", "SendStatus", "TotalPrice", "quota", "remain", "total", "remainingQuota", "dailyQuota", "name",
)  # fmt: skip
ODD: st.SearchStrategy[Any] = st.sampled_from([0, 0, -1, "0", "100", "124", "5", "²", "-²", None, True, 1e308, 10**30, [], {}])
PARTS = st.dictionaries(st.sampled_from(NAMED), ODD, max_size=4)
WHOLES = st.dictionaries(st.sampled_from(NAMED), ODD | PARTS | st.lists(PARTS) | PARTS.map(lambda one: {"quota": one}))
ANSWERS = st.none() | st.builds(
    Answer, st.sampled_from([200, 200, 200, 201, 302, 400, 401, 403, 429, 500, 503, 999]),
    BODIES | st.builds(lambda one, code: json.dumps(one | code).encode(), WHOLES, st.sampled_from([{}, {"error": 0}])),
    is_whole=st.sampled_from([True, True, False]), retry_after=st.none() | st.just(1e9),
)  # fmt: skip


BY_HTTP = [one for one in switchboard.senders(Settings(), cast(Any, Saying(None))) if one is not Channel.EMAIL]


@pytest.mark.parametrize("channel", BY_HTTP)
def test_s32_whatever_a_provider_answers_has_an_outcome(channel: Any) -> None:
    async def asked(answer: Answer | None) -> tuple[list[Outcome], object, object]:
        sender = switchboard.senders(Settings(), cast(Any, Saying(answer)))[channel]
        one = message(channel, provider_id="d533")
        return await sender.send(keys(), [one]), await sender.look_for(keys(), one), await sender.check(keys())

    @FITTING
    @given(ANSWERS)
    def told(answer: Answer | None) -> None:
        outcomes, _found, health = asyncio.run(asked(answer))
        assert len(outcomes) == 1
        assert health is not None

    told()


@FITTING
@given(ANSWERS)
def test_s32_whatever_answers_for_a_token_is_a_pair_or_says_what_to_do(answer: Answer | None) -> None:
    office = switchboard.tokens(Settings(), cast(Any, Saying(answer)))

    for asking in (office.renewed(keys()), office.first(keys(), code="c", verifier="v")):
        with suppress(AccountBroken, NotNow):
            assert asyncio.run(asking).access_token


# ---- who comes in


def at_the_door(session: Session, user: User) -> sessions.AtTheDoor:
    token = sessions.redeem(session, ticket=sessions.issue_ticket(session, user_id=user.id), device="Firefox", place="192.0.2.7")
    found = sessions.at_the_door(session, token=token or "")
    assert found
    return found


def test_s43_a_passkey_that_answers_anything_opens_nothing(session: Session, an: User, actor: Actor) -> None:
    at, key = at_the_door(session, an), SoftKey()
    options = json.loads(passkeys.ask_to_register(session, actor=actor, at=at))
    assert passkeys.register(session, actor=actor, at=at, answer=key.register(options), name="Máy")
    known = session.exec(select(SecondFactor)).one().credential_id
    parts = ("clientDataJSON", "attestationObject", "authenticatorData", "signature")

    @FEW
    @given(st.data())
    def tried(data: st.DataObject) -> None:
        again = json.loads(passkeys.ask_to_register(session, actor=actor, at=at))
        good = data.draw(st.sampled_from([SoftKey(id=b"another").register(again), {"id": known, "response": {}}]))
        bad = _spoilt(data, good, parts)
        assert passkeys.register(session, actor=actor, at=at, answer=bad, name="x") in (True, False)
        asked = json.loads(passkeys.ask_to_prove(session, at=at) or "{}")
        shown = _spoilt(data, key.prove(asked), parts)
        assert passkeys.prove(session, at=at, answer=shown, address="192.0.2.7") in (True, False)

    tried()


def _spoilt(data: st.DataObject, good: Mapping[str, Any], parts: Sequence[str]) -> dict[str, Any]:
    """An answer with one part damaged, replaced or gone."""
    from webauthn.helpers import base64url_to_bytes, bytes_to_base64url  # noqa: PLC0415

    response = dict(good["response"])
    name = data.draw(st.sampled_from([*response, *parts]))
    if name in response and data.draw(st.booleans()):
        response[name] = bytes_to_base64url(data.draw(damaged(base64url_to_bytes(response[name]))))
    else:
        response[name] = data.draw(WORDS | st.none() | st.integers() | st.just("A" * 5))
    other = data.draw(st.sampled_from(["", "id", "rawId", "type", "response"]))
    return {**good, "response": response} | ({other: data.draw(WORDS | st.none() | st.just([]))} if other else {})


def test_s43_a_provider_of_identity_that_says_anything_lets_nobody_else_in(
    session: Session, an: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAUNOI_OIDC_ISSUER", "https://id.province.test")
    monkeypatch.setenv("CAUNOI_OIDC_CLIENT_ID", "cau-noi")
    monkeypatch.setenv("CAUNOI_OIDC_CLIENT_SECRET", "x")
    house_settings.cache_clear()
    odd: st.SearchStrategy[Any] = WORDS | st.none() | st.booleans() | st.integers() | st.floats() | st.just([]) | st.just({})
    now = house_clock.now().timestamp()
    claim = st.fixed_dictionaries(
        {"iss": st.just("https://id.province.test"), "sub": st.just("u-1") | WORDS | odd, "iat": st.just(now) | odd},
        optional={"email": odd, "email_verified": odd, "amr": odd | st.just(["mfa"]), "nonce": odd, "jti": odd},
    )

    @FITTING
    @given(claim)
    def said(claims: dict[str, Any]) -> None:
        assert second_door.admit(session, claims=claims) is None  # nobody has that address

    said()
    house_settings.cache_clear()
    assert an.subject is None


def test_s52_an_env_file_of_any_text_is_read_or_refused_by_name(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    names = [f"CAUNOI_{name.upper()}" for name in Settings.model_fields if name != "data_dir"]
    line = st.tuples(
        st.sampled_from(names), WORDS | st.sampled_from(["9" * 30, "'", '"', "${HOME}", "true", "-1", "https://[::1"])
    )

    @FITTING
    @given(st.lists(line, max_size=4), st.binary(max_size=30))
    def read(lines: list[tuple[str, str]], more: bytes) -> None:
        text = "\n".join(f"{name}={value}" for name, value in lines).encode("utf-8", "replace")
        file.write_bytes(text + (b"\n# " + more.replace(b"\n", b" ").decode("utf-8", "replace").encode()))
        with suppress(ValidationError):
            Settings(_env_file=file)

    read()


def packed(listed: bytes, parts: Mapping[str, bytes]) -> bytes:
    """A backup with this list of parts."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, content in {backup_files.MANIFEST: listed, **parts}.items():
            head = tarfile.TarInfo(name)
            head.size = len(content)
            tar.addfile(head, io.BytesIO(content))
    return out.getvalue()


GOOD = {"format": 1, "made_at": "", "database": "sqlite", "revision": "", "counts": {}}
SUMS = {"sums": {backup_files.DATABASE: hashlib.sha256(b"rows").hexdigest()}}
BACKUP = packed(json.dumps(GOOD | SUMS).encode(), {backup_files.DATABASE: b"rows"})
ANYTHING: st.SearchStrategy[Any] = WORDS | st.none() | st.integers() | st.just([]) | st.just({})
LISTS = st.dictionaries(st.sampled_from([*GOOD, "sums", "more"]), ANYTHING)


@FITTING
@given(damaged(BACKUP) | LISTS.map(lambda one: packed(json.dumps(GOOD | SUMS | one).encode(), {backup_files.DATABASE: b"rows"})))
def test_s66_a_backup_damaged_anywhere_is_refused_or_the_same(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "b")
        file.write_bytes(content)
        with suppress(Invalid), backup_files.opened(file, folder=Path(folder)) as (_listed, place):
            assert (place / backup_files.DATABASE).read_bytes() == b"rows"


@pytest.mark.usefixtures("documents")
def test_s30_any_range_and_any_tag_of_a_document_is_answered(session: Session, clock: Traveller) -> None:
    assert clock
    day = make_day(session, attachments=[attachments.store(pdf(), name="Giấy mời.pdf")])
    client = phone()
    odd = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40)
    ranges = odd | st.lists(st.tuples(odd, st.integers(0, 10**20)), max_size=3).map(
        lambda some: "bytes=" + ",".join(f"{first[:3]}-{last}" for first, last in some)
    )

    @FEW
    @given(ranges | st.sampled_from(["bytes=9-1", "bytes=-0", "bytes=0-0,1-1", "bytes=" + "0-," * 500]), odd)
    def fetched(part: str, tag: str) -> None:
        answer = client.get(f"{day.page}/1", headers={"Range": part, "If-None-Match": tag, "If-Range": tag})
        assert answer.status_code in (200, 206, 304, 400, 416)

    fetched()
