"""What a person typed about an account, read and checked: each refusal names its field."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import isfinite

from core.errors import Invalid
from core.i18n import N_
from core.text import clean
from models import Channel
from services.channel_fields import GENERAL, ONCE, AccountField, fields_of

LONGEST_SETTING, LONGEST_SECRET = 500, 4_000
MOST_PRICE, MOST_RESERVE, MOST_PER_SECOND = 100_000, 1_000_000, 1_000.0
_DIGITS = re.compile(r"[0-9]{4,30}\Z")
_MAIL = re.compile(r"[^\s@<>,;:\"]+@[^\s@<>,;:\"]+\.[^\s@<>,;:\"]{2,}\Z")
_PARAMETER = re.compile(r"[A-Za-z0-9_.-]{1,40}\Z")
_BRAND = re.compile(r"[A-Za-z0-9 ._-]{3,11}\Z")
_PAIR = re.compile(r"\s*([A-Za-z0-9_]{1,64})\s*=\s*([a-z_]{1,20})\s*(?::\s*[0-9]{1,5}\s*)?\Z")
_BETWEEN = re.compile(r"[,;\n]")
BLANKS = ("phuong", "tieu_de", "tin", "han", "lien_ket", "ho_ten", "tu_choi")  # what a template's blanks may be filled with


@dataclass(frozen=True)
class AccountForm:
    """What a person says of an account. A secret left out or blank stays as it is."""

    settings: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    price: int | None = None  # đồng a message; None: as it is
    reserve: int | None = None
    per_second: float | None = None  # 0: as many as the channel usually does
    good_until: datetime | None = None  # of an access token among the secrets


def form_of(pairs: Sequence[str], secrets: Mapping[str, object]) -> AccountForm:
    """A form as the terminal gives it: KEY=VALUE each, and the secrets.

    Raises:
        Invalid: a pair without `=`, or a number that is none.
    """
    split = [(pair, *pair.partition("=")) for pair in pairs]
    for pair, _, sign, _ in split:
        if not sign:
            raise Invalid(N_("“{pair}” chưa đúng. Viết như: app_id=123."), pair=pair)
    told = {name.strip(): value for _, name, _, value in split}
    general = {name: told.pop(name) for name in GENERAL if name in told}
    return AccountForm(
        told, {str(name): str(value) for name, value in secrets.items()}, _whole(general, "price"), _whole(general, "reserve"),
        _number(general, "per_second"),
    )  # fmt: skip


def checked_settings(channel: Channel, values: Mapping[str, str], *, has_tokens_elsewhere: bool) -> dict[str, str]:
    """What is no secret, as it is kept.

    Raises:
        Invalid: a name the channel does not know, one that is missing, or a value that cannot be right.
    """
    known = {one.name: one for one in fields_of(channel, has_tokens_elsewhere=has_tokens_elsewhere) if not one.is_secret}
    _refuse_strangers(values, known)
    kept = {}
    for name, one in known.items():
        value = clean(values.get(name, "")) or one.usual
        if len(value) > LONGEST_SETTING:
            raise Invalid(N_("{name}: dài quá, tối đa {most} ký tự."), name=name, most=LONGEST_SETTING, field=name)
        if not value and one.is_needed:
            raise Invalid(N_("Còn thiếu {name}."), name=name, field=name)
        _check(name, value)
        if value:
            kept[name] = value
    return kept


def checked_secrets(
    channel: Channel, values: Mapping[str, str], *, kept: Mapping[str, str], has_tokens_elsewhere: bool
) -> dict[str, str]:  # fmt: skip
    """The secrets that were given now; what was kept before need not be given again.

    Raises:
        Invalid: a name the channel does not know, one that is missing, or one that cannot be right.
    """
    known = {one.name: one for one in fields_of(channel, has_tokens_elsewhere=has_tokens_elsewhere) if one.is_secret}
    _refuse_strangers({name: value for name, value in values.items() if name not in ONCE}, known)
    given = {name: value.strip() for name, value in values.items() if value.strip() and name in known}
    for name, value in given.items():
        if len(value) > LONGEST_SECRET or not value.isprintable() or " " in value:
            raise Invalid(N_("{name}: chưa đúng. Chép lại nguyên dòng, không có dấu cách."), name=name, field=name)
    for name, one in known.items():
        if one.is_needed and name not in given and not kept.get(name):
            raise Invalid(N_("Còn thiếu {name}."), name=name, field=name)
    if "refresh_token" in known and not any(name in given or kept.get(name) for name in ("refresh_token", "access_token")):
        raise Invalid(N_("Còn thiếu refresh_token, hoặc mã đồng ý (code) cùng code_verifier."), field="refresh_token")
    return given


def check_numbers(form: AccountForm) -> None:
    """Price, reserve and pace.

    Raises:
        Invalid: one of them cannot be.
    """
    if not 0 <= (form.price or 0) <= MOST_PRICE:
        raise Invalid(N_("Giá một tin phải từ 0 đến {most} đồng."), most=MOST_PRICE, field="price")
    if not 0 <= (form.reserve or 0) <= MOST_RESERVE:
        raise Invalid(N_("Số tin để dành phải từ 0 đến {most}."), most=MOST_RESERVE, field="reserve")
    if not 0 <= (form.per_second or 0) <= MOST_PER_SECOND:
        raise Invalid(
            N_("Số tin mỗi giây phải từ 0 đến {most}; 0 là như kênh thường cho phép."),
            most=int(MOST_PER_SECOND),
            field="per_second",
        )


def blanks_of(settings: Mapping[str, str]) -> dict[str, str]:
    """Which blank of a template is filled with what (one of `BLANKS`)."""
    found = (_PAIR.match(pair) for pair in _BETWEEN.split(settings.get("blanks", "")) if pair.strip())
    return {pair[1]: pair[2] for pair in found if pair}


def is_mail(value: str) -> bool:
    """Whether it looks like the address of a mailbox."""
    return bool(_MAIL.match(value))


def _refuse_strangers(values: Mapping[str, str], known: Mapping[str, AccountField]) -> None:
    if strangers := [name for name in values if name not in known]:
        raise Invalid(
            N_("Kênh này không dùng {name}. Dùng được: {known}."), name=", ".join(strangers), known=", ".join(known) or "–",
            field=strangers[0],
        )  # fmt: skip


def _check(name: str, value: str) -> None:
    """One setting that was given."""
    if not value:
        return
    if name in ("app_id", "oa_id", "page_id", "template_id") and not _DIGITS.match(value):
        raise Invalid(N_("{name}: chỉ gồm chữ số, như nơi cấp đã ghi."), name=name, field=name)
    if name == "brandname" and not _BRAND.match(value):
        raise Invalid(N_("Brandname có 3 đến 11 ký tự, không dấu."), field=name)
    if name == "sender" and not is_mail(value):
        raise Invalid(N_("“{value}” không phải địa chỉ thư. Ví dụ đúng: phuong@example.vn."), value=value, field=name)
    if name == "cover_url" and not value.startswith("https://"):
        raise Invalid(N_("Địa chỉ ảnh phải bắt đầu bằng https://."), field=name)
    if name in ("answer_text_name", "answer_phone_name") and not _PARAMETER.match(value):
        raise Invalid(N_("{name}: tên tham số chỉ gồm chữ, số, dấu gạch, không có dấu cách."), name=name, field=name)
    if name == "is_unicode" and value not in ("0", "1"):
        raise Invalid(N_("{name}: chỉ 0 hoặc 1."), name=name, field=name)
    if name == "blanks":
        _check_blanks(value)


def _check_blanks(value: str) -> None:
    for pair in _BETWEEN.split(value):
        found = _PAIR.match(pair)
        if pair.strip() and (found is None or found[2] not in BLANKS):
            raise Invalid(
                N_("Chỗ trống “{pair}” chưa đúng. Viết như: noi_dung=tin. Bên phải là một trong: {known}."), pair=pair.strip(),
                known=", ".join(BLANKS), field="blanks",
            )  # fmt: skip


def _whole(values: Mapping[str, str], name: str) -> int | None:
    number = _number(values, name)
    return None if number is None else int(number)


def _number(values: Mapping[str, str], name: str) -> float | None:
    text = values.get(name, "").strip()
    if not text:
        return None
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not isfinite(number):
        raise Invalid(N_("{name}: “{value}” không phải một số."), name=name, value=text, field=name)
    return number
