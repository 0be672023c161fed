"""Zalo's codes (contracts/channels.md §2.7, §4, §5) and what they mean."""

from adapters.channels.answers import BUSY, NO_PHONE, TOO_FAST, table
from core.i18n import N_

_NIGHT = N_("Loại tin này không gửi từ 22 giờ đến 6 giờ, sẽ gửi sáng mai.")
_OFF = N_("Tài khoản Zalo hoặc ứng dụng chưa được phép gửi loại tin này, hoặc hết tiền. Quản trị viên kiểm tra ở oa.zalo.me.")
_GROUP = N_("Nhóm chat của tài khoản Zalo đã hết hạn hoặc không phải của tài khoản này. Gia hạn ở oa.zalo.me.")
_STALE = N_("Mã truy cập của tài khoản Zalo hết hạn.")

OA = table(
    ("refresh", "-216 -220", _STALE),
    ("backoff", "-32", TOO_FAST, "minute"),
    ("backoff", "-200", BUSY),
    ("later", "-211", N_("Tài khoản Zalo đã dùng hết hạn mức của loại tin này, chờ đợt hạn mức sau.")),
    ("later", "-218", N_("Người này đã nhận đủ số tin của đợt này, chờ đợt sau.")),
    ("later", "-234", _NIGHT, "morning"),
    ("content", "-100", N_("Tệp kèm theo đã hết hạn ở Zalo, phải tải lên lại.")),
    ("content", "-201", N_("Zalo không nhận một trường của tin này.")),
    ("content", "-210", N_("Tin dài hoặc lớn hơn mức Zalo cho phép.")),
    ("content", "-233", N_("Zalo không còn nhận loại tin này.")),
    ("content", "-248", N_("Nội dung vi phạm quy định của Zalo.")),
    ("content", "-249", N_("Mẫu tin này không gửi được theo tài khoản Zalo, chỉ gửi theo số điện thoại.")),
    ("recipient", "-213", N_("Người này không quan tâm tài khoản Zalo của phường.")),
    ("recipient", "-217", N_("Người này đã chặn tài khoản Zalo của phường.")),
    ("recipient", "-227", N_("Tài khoản Zalo của người này bị khóa hoặc lâu không dùng.")),
    ("recipient", "-230 -232", N_("Người này không nhắn cho tài khoản Zalo của phường trong 7 ngày qua.")),
    ("recipient", "-244", N_("Người này không cho tài khoản Zalo của phường nhắn tin.")),
    ("config", "-204 -205 -209 -212 -219 -221 -223 -224 -235 -320 -321", _OFF),
    ("config", "-237 -238 -241 -403", _GROUP),
    ("config", "-240", N_("Zalo đã bỏ cách gửi này. Cần cập nhật Cầu Nối.")),
)  # fmt: skip

ZNS = table(
    ("refresh", "-124", _STALE),
    ("backoff", "-100", BUSY),
    ("backoff", "-32", TOO_FAST, "minute"),
    ("later", "-144 -147", N_("Đã dùng hết hạn mức ZNS trong ngày, sẽ gửi ngày mai.")),
    ("later", "-1441 -1471", N_("Đã đủ số tin của tháng cho mẫu này hoặc người này, chờ đợt sau.")),
    ("later", "-133", _NIGHT, "morning"),
    ("recipient", "-108", NO_PHONE),
    ("recipient", "-118", N_("Số điện thoại này không có Zalo.")),
    ("recipient", "-119 -114", N_("Tài khoản Zalo của số này không nhận được tin ZNS.")),
    ("recipient", "-110", N_("Ứng dụng Zalo của người nhận quá cũ.")),
    ("recipient", "-139 -140 -141", N_("Người nhận đã từ chối nhận tin ZNS.")),
    ("content", "-109 -111 -112 -1121 -1122 -1124 -116 -122 -131 -132 -146",
     N_("Mẫu tin chưa được duyệt, hoặc nội dung không khớp các chỗ trống của mẫu.")),
    ("config", "-101 -102 -103 -104 -105 -115 -117 -120 -125 -135 -1351 -136 -137 -138 -145", _OFF),
)  # fmt: skip

# An approved template to a follower: the official account's codes, and the template's own where they say nothing (§2.3).
TEMPLATE = {**ZNS, **OA}

BOT = table(
    ("content", "400", N_("Zalo không nhận nội dung tin này.")),
    ("config", "401", N_("Token của bot không đúng. Kết nối lại bot.")),
    ("recipient", "403", N_("Người này chưa nhắn cho bot, hoặc đã chặn bot.")),
    ("config", "404", N_("Không có bot này. Kết nối lại bot.")),
    ("later", "429", N_("Bot đã dùng hết số tin của tháng, chờ đợt sau.")),
    ("backoff", "500", BUSY),
)  # fmt: skip
