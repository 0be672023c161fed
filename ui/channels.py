"""The accounts with providers on screen: a card each, the form, what is known of one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st
from markupsafe import Markup

from core import clock, pkce
from core.i18n import N_
from models import AccountState, Channel, ChannelAccount
from services import webhook_addresses
from services.channel_fields import LABELS, OA, USES, AccountField, fields_of
from services.channel_usage import AccountCard
from services.channel_values import MOST_PER_SECOND, MOST_PRICE, MOST_RESERVE, AccountForm
from services.senders import AccountHealth
from ui import asked_days, parts
from ui.forms import Slots
from ui.parts import Figure, Text, Tone
from ui.words import _, money, near, number

STATES: Mapping[AccountState, Tone] = {
    AccountState.ACTIVE: "arrived", AccountState.PAUSED: "waiting", AccountState.BROKEN: "overdue",
}  # fmt: skip
VERIFIER = "channel_verifier"
WORDS = {
    Channel.FACEBOOK: N_("Mã xác minh (Verify Token):"), Channel.ZALO_BOT: N_("Mật khẩu (secret_token) khi đặt webhook:"),
}  # fmt: skip
LONGEST = 4_000


@dataclass(frozen=True)
class Filled:
    """The form as it was handed in, and where its refusals are said."""

    form: AccountForm
    version: int  # of the account it was filled from
    slots: Slots


def name_of(channel: Channel) -> str:
    """What a channel is called."""
    return _(LABELS[channel])


def figures(cards: Sequence[AccountCard], waiting: Sequence[AccountCard]) -> None:
    """How many can be used, what left this month and what it cost, how many need somebody."""
    working = sum(card.account.state is AccountState.ACTIVE for card in cards)
    parts.figures(
        Figure(_("Đang dùng"), number(working), _("/ {n} tài khoản", n=number(len(cards)))),
        Figure(_("Tin đã gửi tháng này"), number(sum(card.used for card in cards)), _("tin"), about="messages"),
        Figure(_("Chi tháng này"), money(sum(card.cost for card in cards)), about="cost"),
        Figure(_("Cần xem lại"), number(len(waiting)), _("tài khoản"), tone="overdue" if waiting else None),
        of_what=asked_days.month(clock.today()),
    )


def stands(card: AccountCard) -> Markup:
    """How an account stands: its state, resting, never asked."""
    if card.account.state is AccountState.ACTIVE and card.is_resting:
        return parts.badge("waiting", _("nghỉ, sẽ tự thử lại"))
    if card.account.state is AccountState.ACTIVE and card.is_low:
        return parts.badge("waiting", _("hết hạn mức") if card.free_quota == 0 else _("sắp hết hạn mức"))
    if card.account.state is AccountState.ACTIVE and not card.is_checked:
        return parts.badge("unknown", _("chưa kiểm tra"))
    return parts.badge(STATES[card.account.state], _(card.account.state.label))


def draw_card(card: AccountCard) -> None:
    """One account: state, quota with reserve, cost, last check, what is wrong; the way to its page."""
    account = card.account
    with st.container(border=True, key=f"card_{account.id.hex}"):
        owner = "" if card.is_own else _("của {unit}, phường dùng chung", unit=card.unit_name)
        parts.html(
            Markup('<div class="cn-line">{}{}{}</div>').format(
                Markup("<b>{}</b>").format(name_of(account.channel)), stands(card), owner
            )
        )
        if account.state is AccountState.BROKEN and account.message:
            parts.note("overdue", _("Chưa gửi được"), _(account.message))
        quota = quota_of(card)
        if quota:
            parts.facts((_("Hạn mức"), quota))
        parts.hint(_("Tháng này: {month}. Kiểm tra: {checked}.", month=month_of(card), checked=checked(card)))
        if card.is_own:
            st.page_link("pages/channel.py", label=_("Mở"), query_params={"id": str(account.id)}, icon=":material/tune:")


def quota_of(card: AccountCard) -> Text:
    """What is left of it, with what is kept for an emergency; nothing where the provider tells none."""
    account = card.account
    if account.quota_left is None:
        kept = _("nhà cung cấp không báo hạn mức; để dành {n} tin cho việc khẩn", n=number(account.reserve))
        return kept if account.reserve else ""
    words = _("còn {n} tin", n=number(account.quota_left))
    if account.quota_total:
        words = _("còn {n} / {all} tin", n=number(account.quota_left), all=number(account.quota_total))
    if account.reserve:
        words += ", " + _("để dành {n} cho việc khẩn", n=number(account.reserve))
    if not account.quota_total:
        return words
    used = 1 - min(1.0, account.quota_left / account.quota_total)
    tick = max(0.0, 1 - account.reserve / account.quota_total) if account.reserve else None
    return parts.joined(words, parts.bar(used, target=tick, says=words))


def month_of(card: AccountCard) -> str:
    """What left this month and what it cost."""
    words = _("{n} tin, {money}", n=number(card.used), money=money(card.cost))
    return f"{words}, " + _("{n} tin chưa rõ", n=number(card.unknown)) if card.unknown else words


def checked(card: AccountCard) -> str:
    """When its provider was last asked, and what it said."""
    if card.account.checked_at is None:
        return _("chưa lần nào")
    said = _(card.account.message) if card.account.message and card.account.state is not AccountState.BROKEN else ""
    return ", ".join(part for part in (near(card.account.checked_at), said) if part)


def offers(left: Sequence[Channel], *, ward: str) -> None:
    """Channels that could be connected: what each is good for, and the way there."""
    parts.section(_("Kết nối thêm"), _("chỉ cần kênh nào phường dùng"))
    for channel in left:
        parts.action(
            f"add_{channel.value}", "unknown", name_of(channel), _(USES[channel]), _("Kết nối"), page="pages/channel.py",
            kenh=channel.value, xa=ward,
        )  # fmt: skip


def form(channel: Channel, card: AccountCard | None, *, has_tokens_elsewhere: bool) -> Filled | None:
    """What its provider must be told; what was typed when it is handed in, else None. Secrets are never filled in."""
    key = card.account.id.hex if card else channel.value
    if f"{key}_price" not in st.session_state:  # filled anew: from now on it is this version that is changed
        st.session_state[f"{key}_read"] = card.account.version if card else 0
    asked = fields_of(channel, has_tokens_elsewhere=has_tokens_elsewhere)
    is_consented = any(field.name == "refresh_token" for field in asked)
    slots: dict[str, st.delta_generator.DeltaGenerator] = {}
    settings: dict[str, str] = {}
    secrets: dict[str, str] = {}
    with st.form(f"{key}_account", width=620):
        if has_tokens_elsewhere:
            parts.hint(_("Khóa và token dùng chung với kênh Zalo OA đã kết nối, không phải nhập lại."))
        for one in asked:
            into = secrets if one.is_secret else settings
            into[one.name] = _ask(one, card, key)
            slots[one.name] = st.empty()
        if is_consented:
            secrets |= _ask_consent(key)
            slots["code"] = st.empty()
        numbers = _ask_numbers(card, key, slots)
        is_saved = st.form_submit_button(_("Ghi lại") if card else _("Kết nối"), type="primary", key=f"{key}_save")
    if not is_saved:
        return None
    price, reserve, per_second = numbers
    said = AccountForm(settings, secrets, price=price, reserve=reserve, per_second=per_second)
    return Filled(said, st.session_state[f"{key}_read"], slots)


def written(account: ChannelAccount) -> None:
    """The form now stands for what was written; what was typed of secrets is forgotten."""
    key = account.id.hex
    for name in [name for name in st.session_state if str(name).startswith((f"{key}_", f"{account.channel.value}_"))]:
        del st.session_state[name]


def _ask(one: AccountField, card: AccountCard | None, key: str) -> str:
    """One field, with where a person finds its value written under it: on a phone nothing can be hovered over."""
    label = _(one.label) if one.is_needed or one.is_flag else _("{label} (không bắt buộc)", label=_(one.label))
    name = f"{key}_{one.name}"
    now = str(card.account.settings.get(one.name, one.usual)) if card else one.usual
    with st.container(gap="xxsmall"):
        if one.is_flag:
            said = "1" if st.toggle(label, now == "1", key=name) else "0"
        elif one.is_secret:
            is_kept = card is not None and one.name in card.secrets
            said = st.text_input(
                label, key=name, type="password", max_chars=LONGEST, autocomplete="off",
                placeholder=_("đã lưu; để trống thì giữ nguyên") if is_kept else "",
            )  # fmt: skip
        else:
            said = st.text_input(label, now, key=name, max_chars=500, autocomplete="off")
        if one.hint:
            parts.hint(_(one.hint))
    return said


def _ask_consent(key: str) -> dict[str, str]:
    """The other way to the first tokens: an administrator of the account consents in a browser."""
    verifier = st.session_state.setdefault(VERIFIER, pkce.verifier())
    with st.expander(_("Không có refresh token? Lấy bằng cách đồng ý trên trình duyệt"), key=f"{key}_consent"):
        parts.hint(_("1. Ở developers.zalo.me, mục Official Account, Thiết lập chung, dán mã này vào ô Code Challenge:"))
        st.code(pkce.challenge(verifier), language=None)
        parts.hint(_("2. Chép đường dẫn xin phép ở đó, mở bằng tài khoản quản trị của OA, bấm đồng ý."))
        parts.hint(_("3. Chép phần sau chữ code= trong địa chỉ hiện ra. Mã dùng được 10 phút; giữ trang này mở."))
        code = st.text_input(_("Mã sau khi đồng ý"), key=f"{key}_code", type="password", max_chars=LONGEST, autocomplete="off")
    return {"code": code, "code_verifier": verifier} if code.strip() else {}


def _ask_numbers(
    card: AccountCard | None, key: str, slots: dict[str, st.delta_generator.DeltaGenerator]
) -> tuple[int, int, float]:  # fmt: skip
    account = card.account if card else None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        price = st.number_input(
            _("Giá một tin (đồng)"), 0, MOST_PRICE, account.price if account else 0, 10, key=f"{key}_price", width=180,
            help=_("Để tính kế hoạch và chi phí. SMS: giá một đoạn 160 ký tự."),
        )  # fmt: skip
        reserve = st.number_input(
            _("Để dành cho việc khẩn (tin)"), 0, MOST_RESERVE, account.reserve if account else 1, 1, key=f"{key}_reserve",
            width=210, help=_("Số tin cuối của hạn mức chỉ tin hỏa tốc được dùng."),
        )  # fmt: skip
        per_second = st.number_input(
            _("Tối đa mỗi giây (tin)"), 0.0, MOST_PER_SECOND, account.per_second or 0.0 if account else 0.0, 1.0,
            key=f"{key}_per_second", width=180, format="%g", help=_("0: như kênh thường cho phép."),
        )  # fmt: skip
    for name in ("price", "reserve", "per_second"):
        slots[name] = st.empty()
    return int(price), int(reserve), float(per_second)


def known(card: AccountCard) -> None:
    """What is known of one account, without any secret."""
    quota = quota_of(card)
    address = webhook_addresses.to_enter(card.account)
    holds = _("ở tài khoản Zalo OA của đơn vị này") if card.tokens_at else _("{n} khóa đã lưu", n=number(len(card.secrets)))
    parts.facts(
        *([(_("Hạn mức"), quota)] if quota else []),
        (_("Tháng này"), month_of(card)),
        (_("Kiểm tra"), checked(card)),
        *([(_("Nhịp gửi"), pace)] if (pace := pace_of(card.account)) else []),
        (_("Khóa"), _("đã lưu, không hiện lại") if card.secrets else holds),
        *([(_("Webhook, khai ở nhà cung cấp"), address)] if address else []),
    )


def pace_of(account: ChannelAccount) -> str:
    """How many messages a second its provider allows; nothing where it does not tell."""
    if account.told_per_second is None:
        return ""
    return _("nhà cung cấp cho tối đa {n} tin mỗi phút", n=number(round(account.told_per_second * 60)))


def webhook(account: ChannelAccount) -> None:
    """What is entered at the provider so that it reports to us; nothing where it never does, or is told with each message."""
    address = webhook_addresses.address_of(account)
    if not address or account.channel is Channel.SMS:
        return
    with st.expander(_("Khai ở nhà cung cấp để nhận báo đã tới, đã xem"), key="c_webhook"):
        parts.hint(_("Địa chỉ webhook:"))
        st.code(address, language=None, wrap_lines=True)
        if account.channel in WORDS:
            parts.hint(_(WORDS[account.channel]))
            st.code(webhook_addresses.token_of(account), language=None, wrap_lines=True)


def news_of(health: AccountHealth) -> str:
    """What a check found; nothing where the page itself says what is wrong."""
    if not health.is_well:
        return ""
    return _("Dùng được: {says}", says=_(health.says)) if health.says else _("Dùng được.")


def receiver_of(channel: Channel) -> str:
    """How a receiver of a message to oneself is named."""
    if channel in (Channel.SMS, Channel.ZNS):
        return _("số di động, ví dụ 0912 345 678")
    if channel is Channel.EMAIL:
        return _("địa chỉ thư")
    return _("mã nhóm") if channel is Channel.ZALO_GROUP else _("mã người dùng (user_id) mà Zalo cấp")


def has_shared_tokens(channel: Channel) -> bool:
    """Whether a channel is one of an official account's."""
    return channel in OA
