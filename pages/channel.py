"""Một kênh gửi: connect it, see whether it works, try it on oneself, pause it."""

from uuid import UUID

import streamlit as st

from core.db import reading, transaction
from core.errors import NotFound
from models import AccountState, Channel
from services import channel_accounts, channel_checks, channel_consents, channel_usage, proofs, units
from services.access import May
from services.channel_fields import FIELDS, USES
from ui import N_, _, channels, disconnecting, enter, leave_for, needed, parts, record_id, refusals
from ui.forms import refusals_at

HERE, LIST = "pages/channel.py", "pages/channels.py"


def wanted() -> Channel:
    """The channel in the address of a new account."""
    try:
        channel = Channel(st.query_params.get("kenh", ""))
    except ValueError:
        channel = Channel.RELAY
    if channel not in FIELDS:
        raise NotFound(N_("Địa chỉ này không dẫn tới đâu. Xin mở lại từ danh sách."))
    return channel


def back(account_id: UUID, news: str) -> None:
    """Draw the account again and say what was done."""
    leave_for(HERE, id=str(account_id), news=news)


actor = enter(needs=May.KEEP_CHANNELS.roles)
with needed(back=LIST):
    is_new = "id" not in st.query_params
    with reading() as session:
        card = None if is_new else channel_usage.one(session, actor=actor, account_id=record_id())
        channel = card.account.channel if card else wanted()
        unit = (
            units.by_code(session, actor=actor, code=st.query_params.get("xa", ""))
            if card is None and "xa" in st.query_params
            else units.commune_for(session, actor=actor)
        )
        unit_id = card.account.unit_id if card else unit.id
        holder = channel_accounts.holder(session, actor=actor, unit_id=unit_id) if channels.has_shared_tokens(channel) else None
        kept = channel_consents.known(session, actor=actor, unit_id=unit_id, channel=channel)
parts.head(
    channels.name_of(channel), channels.stands(card) if card else "", card.unit_name if card else unit.name, _(USES[channel])
)  # fmt: skip
if card and card.account.state is AccountState.BROKEN:
    parts.note(
        "overdue", _("Chưa gửi được: {why}", why=_(card.account.message)), _("Sửa ở dưới hoặc ở nhà cung cấp, rồi kiểm tra.")
    )
left, right = st.columns([1.4, 1], gap="medium")
with left:
    is_elsewhere = holder is not None and (card is None or holder.id != card.account.id)
    filled = channels.form(channel, card, has_tokens_elsewhere=is_elsewhere)
    if filled:
        with refusals_at(filled.slots):
            proofs.require(actor)  # before a code for tokens is spent at the provider
            with st.spinner(_("Đang hỏi nhà cung cấp…")):
                form = channel_consents.with_tokens(filled.form, kept)
            with transaction() as session:
                if card:
                    saved = channel_accounts.change(
                        session, actor=actor, account_id=card.account.id, version=filled.version, form=form
                    )  # fmt: skip
                else:
                    saved = channel_accounts.connect(session, actor=actor, unit_id=unit_id, channel=channel, form=form)
            channels.written(saved)
            back(saved.id, _("Đã lưu. Bấm Kiểm tra để hỏi nhà cung cấp xem tài khoản có dùng được không."))
if card:
    with right:
        channels.known(card)
        channels.webhook(card.account)
        if st.button(_("Kiểm tra"), key="c_check", icon=":material/network_check:"):
            with refusals():
                with reading() as session:
                    asked = channel_checks.question(session, actor=actor, account_id=card.account.id)
                with st.spinner(_("Đang hỏi nhà cung cấp…")):
                    health = channel_checks.ask(asked)
                with transaction() as session:
                    channel_checks.note(session, actor=actor, account_id=card.account.id, opening=asked.opening, health=health)
                back(card.account.id, channels.news_of(health))
        if channel not in channel_checks.PUBLIC:
            with st.form("try", border=False):
                to = st.text_input(_("Gửi thử một tin tới chính mình"), key="c_to", autocomplete="off", max_chars=200,
                                   placeholder=channels.receiver_of(channel))  # fmt: skip
                is_tried = st.form_submit_button(_("Gửi thử"), key="c_try")
            if is_tried:
                with refusals():
                    with reading() as session:
                        asked = channel_checks.question(session, actor=actor, account_id=card.account.id)
                        message = channel_checks.message_to(session, actor=actor, account_id=card.account.id, recipient=to)
                    with st.spinner(_("Đang gửi…")):
                        outcome = channel_checks.send(asked, message)
                    with transaction() as session:
                        tried = channel_checks.note_trial(
                            session, actor=actor, account_id=card.account.id, opening=asked.opening, outcome=outcome
                        )
                    (st.success if tried.is_sent else st.error)(_(tried.says))
        is_used = card.account.state is AccountState.ACTIVE
        turn = channel_accounts.pause if is_used else channel_accounts.resume
        if st.button(_("Tạm dừng") if is_used else _("Dùng lại"), key="c_turn", icon=":material/pause:" if is_used else None):
            with refusals():
                with transaction() as session:
                    turn(session, actor=actor, account_id=card.account.id)
                back(card.account.id, _("Đã tạm dừng: tin chờ vẫn chờ.") if is_used else _("Đã dùng lại: tin chờ đi tiếp."))
        disconnecting.box(card, actor, back=LIST)
st.page_link(LIST, label=_("Về các kênh gửi"), icon=":material/arrow_back:")
