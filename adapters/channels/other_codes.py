"""Codes of Facebook and of the SMS gateway (contracts/channels.md §6, §7) and what they mean."""

from adapters.channels.answers import BUSY, LOST, NO_PHONE, TOO_FAST, Meaning, table
from core.i18n import N_

NOT_POSTED = N_("Bài chưa có trên trang.")
SAME_AS_LAST = N_("Facebook cho là bài này trùng với bài ngay trước.")
_PERMISSION = N_("Facebook không cho đăng lên trang này. Kết nối lại trang, cấp quyền pages_manage_posts.")

POST = table(
    ("config", "190 102 104", N_("Facebook không còn nhận token của trang. Kết nối lại trang.")),
    ("unknown", "1 2", LOST),
    ("backoff", "4 17 32 341", TOO_FAST, "minutes"),
    ("config", "10 " + " ".join(str(code) for code in range(200, 300)), _PERMISSION),
    ("content", "100 324 1609005", N_("Facebook không nhận nội dung hoặc liên kết của bài này.")),
    ("config", "368", N_("Facebook tạm khóa việc đăng bài của trang vì vi phạm quy định.")),
    ("content", "506", SAME_AS_LAST),
)  # fmt: skip
READ = {**POST, **dict.fromkeys(("1", "2"), Meaning("backoff", BUSY))}  # reading again does no harm

SMS = table(
    ("config", "103", N_("Tài khoản SMS hết tiền. Nạp tiền ở nhà cung cấp.")),
    ("config", "101", N_("Nhà cung cấp SMS không nhận API Key hoặc Secret Key. Kết nối lại tài khoản.")),
    ("config", "102", N_("Tài khoản SMS bị khóa. Hỏi nhà cung cấp.")),
    ("config", "104", N_("Brandname chưa đăng ký hoặc đã khóa. Kiểm tra ở nhà cung cấp.")),
    ("config", "140", N_("Nhà cung cấp SMS không cho máy chủ này gửi. Đăng ký địa chỉ IP của máy chủ.")),
    ("config", "177", N_("Brandname chưa đăng ký với một nhà mạng. Kiểm tra ở nhà cung cấp.")),
    ("recipient", "99", N_("Số điện thoại này chặn tin nhắn có tên người gửi.")),
    ("recipient", "108", NO_PHONE),
    ("content", "110 118 300", N_("Nhà cung cấp SMS không nhận nội dung tin này.")),
    ("content", "146", N_("Lời tin chưa đăng ký với nhà mạng cho brandname này.")),
)  # fmt: skip
NOT_FINISHED = N_("Nhà cung cấp SMS chưa gửi xong tin này.")
NOT_RECEIVED = N_("Tin không tới được máy này.")
