"""Every channel that leaves by an account, with its sender."""

from collections.abc import Mapping

from adapters.channels.facebook import Facebook
from adapters.channels.http import Client
from adapters.channels.mail import Mail
from adapters.channels.sms import Sms
from adapters.channels.zalo import ZaloGroup, ZaloTemplate, ZaloText
from adapters.channels.zalo_bot import ZaloBot
from adapters.channels.zalo_broadcast import ZaloBroadcast
from adapters.channels.zalo_tokens import ZaloTokens
from adapters.channels.zns import Zns
from core.settings import Settings
from models import Channel
from services.senders import Sender, TokenOffice


def client(told: Settings) -> Client:
    """The client of this process."""
    return Client(
        connect_seconds=told.provider_connect_seconds, first_byte_seconds=told.provider_first_byte_seconds,
        whole_seconds=told.provider_whole_seconds,
    )  # fmt: skip


def senders(told: Settings, asks: Client) -> Mapping[Channel, Sender]:
    """A sender a channel, as the settings lead to them."""
    openapi = told.zalo_openapi_base_url
    return {
        Channel.ZALO_OA: ZaloText(asks, base_url=openapi),
        Channel.ZALO_TEMPLATE: ZaloTemplate(asks, base_url=openapi),
        Channel.ZALO_BROADCAST: ZaloBroadcast(asks, base_url=openapi),
        Channel.ZALO_GROUP: ZaloGroup(asks, base_url=openapi),
        Channel.ZNS: Zns(asks, base_url=told.zalo_zns_base_url),
        Channel.ZALO_BOT: ZaloBot(asks, base_url=told.zalo_bot_base_url),
        Channel.FACEBOOK: Facebook(asks, base_url=told.facebook_graph_base_url, version=told.facebook_graph_version),
        Channel.SMS: Sms(asks, base_url=told.sms_base_url),
        Channel.EMAIL: Mail(
            url=told.smtp_url, connect_seconds=told.provider_connect_seconds, answer_seconds=told.provider_first_byte_seconds
        ),
    }  # fmt: skip


def tokens(told: Settings, asks: Client) -> TokenOffice:
    """Who gives out the tokens of Zalo's official accounts."""
    return ZaloTokens(asks, base_url=told.zalo_oauth_base_url)
