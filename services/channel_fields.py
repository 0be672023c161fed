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
    N_("Mỗi chỗ trống một cặp: ward_name=phuong, content=tin:200, link=lien_ket. Bên phải là phuong, tieu_de, tin, han, lien_ket,"
       " ho_ten hoặc tu_choi (đường dẫn từ chối nhận tin); sau dấu hai chấm là số ký tự mẫu cho phép. Để trống: ward_name, title,"
       " content, link."),
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
        AccountField(
            "answer_text_name", N_("Tên tham số nội dung trả lời"),
            N_("Nhà cung cấp gọi webhook khi bà con trả lời: tên tham số mang nội dung, theo tài liệu của họ."), usual="message",
        ),
        AccountField(
            "answer_phone_name", N_("Tên tham số số điện thoại"), N_("Cùng lời gọi ấy: tên tham số mang số của người trả lời."),
            usual="phonenumber",
        ),
    ),
    Channel.EMAIL: (
        AccountField(
            "sender", N_("Địa chỉ gửi"), N_("Thư đi từ địa chỉ này; máy chủ thư đặt ở CAUNOI_SMTP_URL."), is_needed=True
        ),
        AccountField("sender_name", N_("Tên người gửi"), N_("Để trống: tên phường.")),
    ),
}  # fmt: skip


LABELS: Mapping[Channel, str] = {
    Channel.ZALO_OA: N_("Zalo OA: tin tư vấn"), Channel.ZALO_TEMPLATE: N_("Zalo OA: tin theo mẫu"),
    Channel.ZALO_BROADCAST: N_("Zalo OA: bài gửi mọi người quan tâm"), Channel.ZALO_GROUP: N_("Zalo OA: nhóm chat của tài khoản"),
    Channel.ZNS: N_("ZNS: tin mẫu tới số điện thoại"), Channel.ZALO_BOT: N_("Zalo Bot: nhắc cán bộ, tổ trưởng"),
    Channel.FACEBOOK: N_("Trang Facebook"), Channel.SMS: N_("SMS có tên người gửi"), Channel.EMAIL: N_("Thư điện tử"),
}  # fmt: skip
USES: Mapping[Channel, str] = {
    Channel.ZALO_OA: N_("Người đã nhắn cho tài khoản trong 7 ngày. 8 tin đầu trong 48 giờ không mất tiền."),
    Channel.ZALO_TEMPLATE: N_("Người quan tâm tài khoản, bất cứ lúc nào, theo mẫu Zalo đã duyệt."),
    Channel.ZALO_BROADCAST: N_("Một bài mỗi ngày tới mọi người quan tâm, 6 giờ đến 22 giờ. Không chọn được tổ."),
    Channel.ZALO_GROUP: N_("Nhóm chat do tài khoản lập, tối đa 100 người. Mỗi nhóm một gói trả tiền."),
    Channel.ZNS: N_("Số điện thoại có Zalo, theo mẫu đã duyệt. Khoảng 200 đến 300 đồng một tin."),
    Channel.ZALO_BOT: N_("Người đã nhắn cho bot, tối đa 50 người. Hợp để nhắc tổ trưởng, không hợp cho bà con."),
    Channel.FACEBOOK: N_("Đăng lên trang của phường, ai cũng xem được. Không mất tiền."),
    Channel.SMS: N_("Mọi số điện thoại, kể cả máy thường. 400 đến 850 đồng một tin."),
    Channel.EMAIL: N_("Nhóm của cơ quan, đoàn thể nhận bằng thư, khi người soạn chọn ở mục Báo thêm. Không gửi tới hộ dân."),
}  # fmt: skip
ORDER = tuple(FIELDS)
GENERAL = ("price", "reserve", "per_second")  # of every account, beside what its provider asks for
ONCE = ("code", "code_verifier")  # of a consent given in a browser: changed for the first tokens, kept nowhere


def fields_of(channel: Channel, *, has_tokens_elsewhere: bool = False) -> tuple[AccountField, ...]:
    """What is asked of a channel. An official account's tokens are asked once, with whichever of its channels comes first."""
    if channel not in OA or channel is Channel.ZALO_OA or has_tokens_elsewhere:
        return () if channel is Channel.ZALO_OA and has_tokens_elsewhere else FIELDS[channel]
    return (*FIELDS[Channel.ZALO_OA], *FIELDS[channel])
