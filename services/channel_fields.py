"""What each provider must be told to let us in, by the names of its own papers, and where a person finds it."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.i18n import N_
from models import Channel


@dataclass(frozen=True)
class AccountField:
    """One thing to be filled in when an account is connected."""

    name: str  # as the provider calls it
    label: str  # to be translated
    hint: str = ""  # where it is found, to be translated
    is_secret: bool = False  # kept sealed, never shown again
    is_needed: bool = False
    is_flag: bool = False  # "1" or "0"
    usual: str = ""  # where nothing is said


_APP_ID = AccountField("app_id", N_("App ID"), N_("developers.zalo.me, mục Ứng dụng, dòng ID ứng dụng."), is_needed=True)
_OA_ID = AccountField(
    "oa_id", N_("OA ID"), N_("oa.zalo.me, mục Quản lý, Thông tin tài khoản: dãy số dưới tên tài khoản."), is_needed=True
)
_TOKENS = (
    AccountField(
        "secret_key", N_("Khóa bí mật của ứng dụng"), N_("developers.zalo.me, mục Ứng dụng, dòng Khóa bí mật của ứng dụng."),
        is_secret=True, is_needed=True,
    ),
    AccountField(
        "refresh_token", N_("Refresh token"),
        N_("developers.zalo.me, mục Công cụ, API Explorer: chọn Official Account, bấm Lấy Access Token. Dùng được một lần, trong"
           " 3 tháng; từ đó hệ thống tự gia hạn."),
        is_secret=True,
    ),
    AccountField(
        "access_token", N_("Access token"), N_("Cùng chỗ với refresh token. Để trống thì hệ thống tự lấy."), is_secret=True
    ),
    AccountField(
        "oa_secret_key", N_("Khóa bí mật của webhook"),
        N_("developers.zalo.me, mục Webhook, dòng OA Secret Key. Để nhận báo đã tới máy, đã xem, bỏ quan tâm."), is_secret=True,
    ),
)  # fmt: skip
_TEMPLATE = AccountField(
    "template_id", N_("Mã mẫu tin"), N_("account.zalo.cloud, mục Quản lý mẫu: mẫu đã được duyệt."), is_needed=True
)
_BLANKS = AccountField(
    "blanks", N_("Các chỗ trống của mẫu"),
    N_("Mỗi chỗ trống một cặp, cách nhau bằng dấu phẩy: ward_name=phuong, noi_dung=tin, link=lien_ket. Bên phải là một trong:"
       " phuong, tieu_de, tin, han, lien_ket, ho_ten."),
)  # fmt: skip

OA = (Channel.ZALO_OA, Channel.ZALO_TEMPLATE, Channel.ZALO_BROADCAST, Channel.ZALO_GROUP, Channel.ZNS)
"""Channels of one official account: its tokens, of which each refresh kills the one before, are kept once."""

FIELDS: Mapping[Channel, tuple[AccountField, ...]] = {
    Channel.ZALO_OA: (_APP_ID, _OA_ID, *_TOKENS),
    Channel.ZALO_TEMPLATE: (_TEMPLATE, _BLANKS),
    Channel.ZALO_BROADCAST: (
        AccountField("author", N_("Tên người viết bài"), N_("Hiện dưới tiêu đề bài, tối đa 50 chữ. Để trống: tên phường.")),
        AccountField("cover_url", N_("Ảnh bìa của bài"), N_("Địa chỉ https của một ảnh, dùng cho mọi bài.")),
    ),
    Channel.ZALO_GROUP: (),
    Channel.ZNS: (_TEMPLATE, _BLANKS),
    Channel.ZALO_BOT: (
        AccountField(
            "access_token", N_("Token của bot"), N_("Ứng dụng Zalo, trò chuyện với Zalo Bot Manager, mục Bot của tôi."),
            is_secret=True, is_needed=True,
        ),
        AccountField(
            "secret_token", N_("Mật khẩu của webhook"), N_("Tự đặt, 8 đến 256 ký tự, rồi khai đúng như vậy khi đặt webhook."),
            is_secret=True,
        ),
    ),
    Channel.FACEBOOK: (
        AccountField(
            "page_id", N_("ID của trang"), N_("Trang Facebook, mục Giới thiệu, Tính minh bạch của trang."), is_needed=True
        ),
        AccountField(
            "access_token", N_("Token của trang"),
            N_("developers.facebook.com, mục Graph API Explorer: token của trang, có quyền pages_manage_posts và"
               " pages_read_engagement."),
            is_secret=True, is_needed=True,
        ),
        AccountField(
            "app_secret", N_("App Secret"), N_("developers.facebook.com, Cài đặt ứng dụng, Thông tin cơ bản."), is_secret=True
        ),
        AccountField(
            "verify_token", N_("Mã xác minh webhook"), N_("Tự đặt, rồi khai đúng như vậy ở mục Webhooks."), is_secret=True
        ),
    ),
    Channel.SMS: (
        AccountField("api_key", N_("API Key"), N_("account.esms.vn, mục Quản lý API."), is_secret=True, is_needed=True),
        AccountField("secret_key", N_("Secret Key"), N_("Cùng trang với API Key."), is_secret=True, is_needed=True),
        AccountField(
            "brandname", N_("Brandname"), N_("Tên người gửi đã đăng ký với các nhà mạng, ví dụ UBND-PHUONG."), is_needed=True
        ),
        AccountField(
            "is_unicode", N_("Gửi có dấu"), N_("Tin có dấu tốn gấp đôi: một tin chỉ 70 ký tự thay vì 160."), is_flag=True,
            usual="0",
        ),
    ),
    Channel.EMAIL: (
        AccountField(
            "sender", N_("Địa chỉ gửi"), N_("Thư đi từ địa chỉ này; máy chủ thư đặt ở CAUNOI_SMTP_URL."), is_needed=True
        ),
        AccountField("sender_name", N_("Tên người gửi"), N_("Để trống: tên phường.")),
    ),
}  # fmt: skip


def fields_of(channel: Channel, *, is_holder: bool) -> tuple[AccountField, ...]:
    """What is asked of a channel. `is_holder`: an official account's tokens are not yet kept with another channel of it."""
    own = FIELDS[channel]
    if channel in OA and channel is not Channel.ZALO_OA and is_holder:
        return (*FIELDS[Channel.ZALO_OA], *own)
    return own
