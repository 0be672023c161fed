"""What a ward tells its households in a year: real sorts of news, made-up days. Blanks are filled by `calendar`."""

from dataclasses import dataclass, field

from models import AnnouncementKind, AsksFor, Urgency

NOTICE, INVITATION, CAMPAIGN, WARNING, CORRECTION = AnnouncementKind
NORMAL, URGENT, VERY_URGENT, EMERGENCY = Urgency
NOTHING, CONFIRMATION, ATTENDANCE = AsksFor
ANY_MONTH = frozenset(range(1, 13))
XUAT_HOA, NONG_THUONG = ("XH",), ("NT",)


@dataclass(frozen=True)
class Scenario:
    """One sort of announcement. `{day}` is the day it is about, `{quarter}` and `{year}` those of that day."""

    title: str
    body: str
    lines: str  # what leaders paste
    kind: AnnouncementKind = NOTICE
    urgency: Urgency = NORMAL
    asks_for: AsksFor = CONFIRMATION
    months: frozenset[int] = ANY_MONTH
    days: tuple[int, int] = (1, 31)  # sent between these days of the month
    weekday: int | None = None  # sent on this day of the week
    at: tuple[int, int] = (8, 0)
    ahead: int = 1  # days from sending to the day it is about
    within_hours: int = 24  # to reach every household
    not_again_for: int = 24  # weeks
    units: tuple[str, ...] = ()  # places whose code begins so; all where empty
    facts: dict[str, str] = field(default_factory=dict)
    is_replaced: bool = False  # a second one follows, which corrects it


SCREENING = Scenario(
    title="Khám sàng lọc đái tháo đường miễn phí sáng mai",
    body=(
        "Trạm Y tế phường Bắc Kạn cùng Trung tâm Y tế khám sàng lọc đái tháo đường cho người dân, không thu tiền.\n"
        "Mỗi người được đo huyết áp, đo đường huyết mao mạch và nghe bác sĩ tư vấn, khoảng 20 phút. Kết quả trả ngay và chỉ đưa "
        "cho người khám.\n"
        "Người đang uống thuốc đái tháo đường vẫn uống nước lọc bình thường, mang theo đơn thuốc. Người khó đi lại, xin báo tổ "
        "trưởng, trưởng thôn để được đo tại nhà."
    ),
    lines=(
        "Sáng mai, {day}, từ 7 giờ đến 11 giờ 30, Trạm Y tế phường khám sàng lọc đái tháo đường miễn phí cho người từ 40 tuổi. "
        "Bà con nhịn ăn sáng, mang theo thẻ bảo hiểm y tế hoặc căn cước."
    ),
    kind=INVITATION, urgency=URGENT, asks_for=ATTENDANCE, at=(16, 30),
    facts={
        "when": "{day}, từ 7 giờ đến 11 giờ 30",
        "where": "Trạm Y tế phường, số 5 đường Nông Văn Quang",
        "who": "Người từ 40 tuổi, người có bố mẹ hoặc anh chị em bị đái tháo đường",
        "bring": "Nhịn ăn sáng, mang thẻ bảo hiểm y tế hoặc căn cước",
    },
)  # fmt: skip

POWER_CUT = Scenario(
    title="Cắt điện các tổ 3, 4, 5 Phùng Chí Kiên",
    body=(
        "Điện lực ngừng cấp điện để sửa lưới từ 7 giờ 30 đến 11 giờ 30, {day}. Điện có thể có lại sớm hơn, bà con vẫn coi dây "
        "dẫn như đang có điện. Hộ có máy thở, tủ thuốc lạnh xin báo tổ trưởng để được giúp."
    ),
    lines=(
        "Từ 7 giờ 30 đến 11 giờ 30, {day}, cắt điện các tổ 3, 4, 5 Phùng Chí Kiên để sửa lưới. Bà con sạc "
        "sẵn điện thoại, đèn."
    ),
    urgency=URGENT, at=(16, 50), within_hours=4, not_again_for=15, units=("PCK03", "PCK04", "PCK05"),
    facts={"when": "{day}, từ 7 giờ 30 đến 11 giờ 30", "where": "Tổ 3, 4, 5 Phùng Chí Kiên"},
)  # fmt: skip

CLEANING = Scenario(
    title="Tổng vệ sinh môi trường sáng thứ Bảy",
    body=(
        "Mỗi hộ cử ít nhất một người dọn đường, ngõ, rãnh nước của tổ, từ 6 giờ đến 8 giờ, {day}. Đoàn Thanh niên và Hội Phụ nữ "
        "tập trung ở nhà văn hóa. Nếu mưa, phường báo hoãn trước 20 giờ hôm trước."
    ),
    lines=(
        "Sáng {day}, từ 6 giờ đến 8 giờ, mời mỗi hộ cử một người tổng vệ sinh đường ngõ của tổ. Mang theo "
        "chổi, xẻng, găng tay."
    ),
    kind=CAMPAIGN, asks_for=ATTENDANCE, weekday=2, at=(14, 0), ahead=3, within_hours=48, not_again_for=7,
    facts={"when": "{day}, từ 6 giờ đến 8 giờ", "where": "Tập trung tại nhà văn hóa tổ, thôn", "bring": "Chổi, xẻng, găng tay"},
)  # fmt: skip

VOTERS = Scenario(
    title="Tiếp xúc cử tri trước kỳ họp Hội đồng nhân dân",
    body=(
        "Đại biểu Hội đồng nhân dân tỉnh và phường gặp cử tri từ 8 giờ, {day}. Bà con có thể gửi ý kiến trước cho tổ trưởng, "
        "trưởng thôn chậm nhất hai ngày trước buổi gặp, để được trả lời đầy đủ."
    ),
    lines="Mời bà con dự buổi đại biểu gặp cử tri, từ 8 giờ, {day}. Ý kiến xin gửi trước cho tổ trưởng, trưởng thôn.",
    kind=INVITATION, asks_for=ATTENDANCE, months=frozenset({4, 6, 10, 11}), at=(7, 0), ahead=4, within_hours=72, not_again_for=10,
    facts={"when": "{day}, từ 8 giờ", "where": "Hội trường Ủy ban nhân dân phường", "who": "Cử tri của phường"},
)  # fmt: skip

STORM_UPDATE = Scenario(
    title="Mưa lũ, bản số 2: nhà ven suối rời đi trước 18 giờ 30",
    body=(
        "Bản này thay bản số 1. Mưa rất to từ 19 giờ tối nay, suối dâng nhanh. Nhà ven suối, dưới taluy rời nhà trước 18 giờ 30, "
        "đến Trường Tiểu học Sông Cầu, có chỗ nghỉ và nước nóng. Không qua ngầm. Cần giúp, gọi phường, có người trực suốt đêm."
    ),
    lines=(
        "Bản số 2, thay bản trước. Nhà ven suối, dưới taluy: rời nhà trước 18 giờ 30, đến Trường Tiểu học Sông Cầu. "
        "Không qua ngầm. Cần giúp, gọi phường, có người trực suốt đêm."
    ),
    kind=CORRECTION, urgency=EMERGENCY, at=(17, 5), ahead=0, within_hours=1,
    facts={"when": "Trước 18 giờ 30 hôm nay", "where": "Trường Tiểu học Sông Cầu", "bring": "Giấy tờ, thuốc, đèn pin"},
)  # fmt: skip

YEARLY = (
    CLEANING,
    VOTERS,
    POWER_CUT,
    Scenario(
        title="Mưa lũ tối nay: chuẩn bị rời nhà ven suối",
        body=(
            "Mưa to đến rất to từ tối nay. Nhà ven suối, dưới taluy chuẩn bị giấy tờ, thuốc, đèn pin và đưa vật nuôi lên cao. "
            "Theo dõi tin tiếp theo của phường trước 17 giờ 30."
        ),
        lines=(
            "Tối nay mưa rất to. Nhà ven suối, dưới taluy chuẩn bị giấy tờ, thuốc, đèn pin. Xem tin tiếp theo "
            "trước 17 giờ 30."
        ),
        kind=WARNING, urgency=EMERGENCY, months=frozenset({6, 7, 8, 9}), at=(15, 40), ahead=0, within_hours=2, not_again_for=9,
        facts={"when": "Tối nay, từ 19 giờ", "who": "Nhà ven suối, dưới taluy", "bring": "Giấy tờ, thuốc, đèn pin"},
        is_replaced=True,
    ),
    Scenario(
        title="Cảnh báo giả danh công an cập nhật VNeID",
        body=(
            "Có người gọi điện tự xưng công an, yêu cầu cài ứng dụng lạ để cập nhật VNeID. Công an không làm việc này qua điện "
            "thoại. Bà con không cài ứng dụng từ đường dẫn lạ, không đọc mã cho ai. Nghi ngờ, gọi 113 hoặc công an phường."
        ),
        lines="Có kẻ giả danh công an gọi điện yêu cầu cài ứng dụng. Bà con không cài, không đọc mã, gọi 113 khi nghi ngờ.",
        kind=WARNING, urgency=VERY_URGENT, at=(9, 15), ahead=0, within_hours=6, not_again_for=16,
        facts={"who": "Mọi gia đình, nhất là người lớn tuổi"},
    ),
    Scenario(
        title="Thu phí gom rác quý {quarter}",
        body=(
            "Người thu phí đến từng hộ từ nay đến {day}. Mức thu theo quyết định của tỉnh, dán tại nhà văn hóa. Hộ được miễn vẫn "
            "được miễn như quý trước, không phải làm gì. Phường không thu qua tài khoản cá nhân."
        ),
        lines="Thu phí gom rác quý {quarter} từ nay đến {day}, người thu đến từng hộ. Phường không thu qua tài khoản cá nhân.",
        asks_for=NOTHING, months=frozenset({2, 4, 7, 11}), at=(8, 0), ahead=21, within_hours=36, not_again_for=10,
        facts={"when": "Từ nay đến {day}", "who": "Mọi hộ, trừ hộ được miễn"},
    ),
    Scenario(
        title="Tiêm vắc xin sởi – rubella cho trẻ",
        body=(
            "Trạm Y tế tiêm cho trẻ theo lịch, từ 7 giờ 30 đến 16 giờ 30, từ {day}, trong ba ngày. Cộng tác viên báo riêng từng "
            "nhà có trẻ đến lượt. Trẻ đang sốt thì hoãn và báo lại cho trạm."
        ),
        lines="Từ {day}, trong ba ngày, Trạm Y tế tiêm sởi – rubella cho trẻ đến lượt. Mang theo sổ tiêm chủng.",
        urgency=URGENT, months=frozenset({3, 9, 10}), at=(14, 30), ahead=2, within_hours=30,
        facts={"when": "Từ {day}, 7 giờ 30 đến 16 giờ 30", "where": "Trạm Y tế phường", "bring": "Sổ tiêm chủng"},
    ),
    Scenario(
        title="Phun thuốc phòng sốt xuất huyết",
        body=(
            "Có ca sốt xuất huyết trong khu vực. Trạm Y tế phun thuốc từ 6 giờ đến 9 giờ, {day}, và phun lần hai sau bảy ngày. "
            "Bà con ra khỏi nhà khi phun, che bể nước, bát đũa, đưa vật nuôi đi chỗ khác, lật úp vật chứa nước."
        ),
        lines=(
            "Sáng {day}, từ 6 giờ đến 9 giờ, phun thuốc phòng sốt xuất huyết. Xin ra khỏi nhà khi phun, che bể "
            "nước, bát đũa."
        ),
        kind=WARNING, urgency=URGENT, months=frozenset({7, 8, 9, 10}), at=(10, 0), ahead=1, within_hours=10, not_again_for=8,
        units=("SC", "XH"),
        facts={"when": "{day}, từ 6 giờ đến 9 giờ", "where": "Các tổ của Sông Cầu và Xuất Hóa"},
    ),
    Scenario(
        title="Mười ngày cao điểm làm thủ tục trực tuyến",
        body=(
            "Từ {day}, Tổ công nghệ số cộng đồng trực ở nhà văn hóa từ 19 giờ đến 21 giờ, giúp bà con định danh "
            "mức độ 2 và nộp hồ "
            "sơ trên Cổng Dịch vụ công. Không mất tiền, không cần hẹn."
        ),
        lines="Từ {day}, mười tối liền, 19 giờ đến 21 giờ, Tổ công nghệ số giúp bà con làm thủ tục trực tuyến tại nhà văn hóa.",
        kind=CAMPAIGN, asks_for=NOTHING, months=frozenset({3, 5, 8, 10}), at=(15, 0), ahead=2, within_hours=48,
        facts={"when": "Từ {day}, 19 giờ đến 21 giờ", "where": "Nhà văn hóa tổ, thôn", "bring": "Căn cước, điện thoại"},
    ),
    Scenario(
        title="Khám sức khỏe người cao tuổi",
        body=(
            "Trạm Y tế khám cho người từ 60 tuổi từ 7 giờ, {day}, chia giờ theo tổ, thôn. Người khó đi lại xin báo tổ trưởng, "
            "trưởng thôn để được khám tại nhà."
        ),
        lines="Mời các cụ từ 60 tuổi đến Trạm Y tế khám sức khỏe, từ 7 giờ, {day}. Mang thẻ bảo hiểm y tế, nhịn ăn sáng.",
        kind=INVITATION, urgency=URGENT, asks_for=ATTENDANCE, months=frozenset({5, 6, 10}), at=(15, 45), ahead=1, within_hours=5,
        facts={"when": "{day}, từ 7 giờ", "where": "Trạm Y tế phường", "who": "Người từ 60 tuổi", "bring": "Thẻ bảo hiểm y tế"},
    ),
    Scenario(
        title="Treo cờ Tổ quốc mừng Quốc khánh 2/9",
        body="Bà con treo cờ Tổ quốc trước nhà từ {day} đến hết ngày 3/9. Cờ cũ, rách xin thay cờ mới trước khi treo.",
        lines="Mời bà con treo cờ Tổ quốc từ {day} đến hết ngày 3/9. Cờ cũ, rách xin thay trước khi treo.",
        days=(24, 29), months=frozenset({8}), at=(7, 0), ahead=4, within_hours=48, not_again_for=40,
    ),
    Scenario(
        title="Treo cờ mừng ngày 30/4 và 1/5",
        body="Bà con treo cờ Tổ quốc trước nhà từ {day} đến hết ngày 1/5.",
        lines="Mời bà con treo cờ Tổ quốc từ {day} đến hết ngày 1/5.",
        asks_for=NOTHING, days=(21, 27), months=frozenset({4}), at=(7, 30), ahead=3, within_hours=48, not_again_for=40,
    ),
    Scenario(
        title="Ngày hội Đại đoàn kết toàn dân tộc",
        body="Khu dân cư tổ chức ngày hội tại nhà văn hóa, từ 8 giờ, {day}. Có văn nghệ, trò chơi và bữa cơm chung.",
        lines="Mời bà con dự Ngày hội Đại đoàn kết tại nhà văn hóa, từ 8 giờ, {day}.",
        kind=INVITATION, asks_for=ATTENDANCE, days=(7, 14), months=frozenset({11}), at=(9, 0), ahead=4, within_hours=60,
        not_again_for=40,
        facts={"when": "{day}, từ 8 giờ", "where": "Nhà văn hóa tổ, thôn"},
    ),
    Scenario(
        title="Hiến máu tình nguyện",
        body=(
            "Điểm hiến máu mở từ 7 giờ 30 đến 11 giờ, {day}, tại hội trường phường. Người từ 18 đến 60 tuổi, "
            "khỏe mạnh đều hiến được."
        ),
        lines="Mời bà con hiến máu tình nguyện, từ 7 giờ 30, {day}, tại hội trường phường. Ăn nhẹ trước khi đến.",
        kind=CAMPAIGN, asks_for=ATTENDANCE, months=frozenset({2, 6, 12}), at=(10, 0), ahead=5, within_hours=72,
        facts={"when": "{day}, từ 7 giờ 30 đến 11 giờ", "where": "Hội trường phường", "who": "Người từ 18 đến 60 tuổi"},
    ),
    Scenario(
        title="Tiêm phòng dại cho chó, mèo",
        body="Thú y phường tiêm phòng dại tại nhà văn hóa từ 7 giờ, {day}. Chó phải có rọ mõm và dây dắt khi đưa đến.",
        lines="Sáng {day}, từ 7 giờ, tiêm phòng dại cho chó, mèo tại nhà văn hóa. Chó xin rọ mõm, có dây dắt.",
        months=frozenset({3, 4, 9}), at=(14, 0), ahead=3, within_hours=48,
        facts={"when": "{day}, từ 7 giờ", "where": "Nhà văn hóa tổ, thôn"},
    ),
    Scenario(
        title="Nguy cơ cháy rừng cấp IV",
        body=(
            "Trời hanh khô kéo dài. Không đốt nương, không đốt ong, không vứt tàn thuốc trong rừng đến hết "
            "{day}. Thấy khói, gọi 114."
        ),
        lines="Nguy cơ cháy rừng cấp IV đến hết {day}. Bà con không đốt nương, không dùng lửa trong rừng. Thấy khói, gọi 114.",
        kind=WARNING, urgency=URGENT, months=frozenset({2, 3, 12}), at=(8, 30), ahead=10, within_hours=8, not_again_for=12,
        units=("NT", "XH"),
        facts={"when": "Đến hết {day}", "where": "Rừng của Nông Thượng và Xuất Hóa"},
    ),
    Scenario(
        title="Đăng ký nghĩa vụ quân sự lần đầu",
        body=(
            "Công dân nam đủ 17 tuổi trong năm {year} đến Ban Chỉ huy Quân sự phường đăng ký, trong giờ làm "
            "việc, đến hết {day}."
        ),
        lines="Công dân nam đủ 17 tuổi trong năm {year} đến Ban Chỉ huy Quân sự phường đăng ký đến hết {day}.",
        months=frozenset({4}), at=(8, 0), ahead=14, within_hours=72, not_again_for=40,
        facts={"when": "Đến hết {day}, giờ làm việc", "where": "Ban Chỉ huy Quân sự phường", "bring": "Căn cước"},
    ),
    Scenario(
        title="Tuyển sinh vào lớp 1",
        body="Các trường tiểu học nhận hồ sơ trực tuyến từ {day}. Nhà chưa quen làm trên mạng, đến trường để được giúp.",
        lines="Từ {day}, nộp hồ sơ vào lớp 1 trên mạng. Nhà chưa quen, đến trường để được giúp.",
        months=frozenset({6, 7}), at=(9, 0), ahead=7, within_hours=72, not_again_for=40,
        facts={"when": "Từ {day}", "where": "Trường tiểu học theo nơi ở"},
    ),
    Scenario(
        title="Rét đậm, rét hại: giữ ấm người và vật nuôi",
        body=(
            "Từ đêm nay nhiệt độ xuống dưới 10 độ. Giữ ấm cho người già, trẻ nhỏ; không sưởi than trong phòng "
            "kín; che chuồng trại."
        ),
        lines="Từ đêm nay rét đậm dưới 10 độ. Giữ ấm người già, trẻ nhỏ, che chuồng trại, không sưởi than trong phòng kín.",
        kind=WARNING, urgency=URGENT, asks_for=NOTHING, months=frozenset({12, 1, 2}), at=(14, 10), ahead=0, within_hours=6,
        not_again_for=6,
    ),
    Scenario(
        title="Nguy cơ sạt lở đất tại Nông Thượng",
        body=(
            "Mưa nhiều ngày, đất đã no nước. Nhà dưới taluy không ngủ lại đêm nay, đến nhà văn hóa thôn. Không "
            "đi qua chỗ có vết nứt."
        ),
        lines="Đất đã no nước, có thể sạt lở. Nhà dưới taluy đêm nay đến nhà văn hóa thôn, không ngủ lại nhà.",
        kind=WARNING, urgency=VERY_URGENT, months=frozenset({7, 8, 9}), at=(13, 20), ahead=0, within_hours=4, units=NONG_THUONG,
        not_again_for=10,
        facts={"when": "Đêm nay", "where": "Nhà văn hóa thôn", "who": "Nhà dưới taluy"},
    ),
    Scenario(
        title="Cắt nước để sửa đường ống",
        body="Nhà máy nước ngừng cấp từ 22 giờ, {day}, đến 5 giờ hôm sau. Bà con trữ nước đủ dùng một ngày.",
        lines="Cắt nước từ 22 giờ, {day}, đến 5 giờ hôm sau. Bà con trữ nước đủ dùng.",
        urgency=URGENT, asks_for=NOTHING, at=(10, 30), ahead=1, within_hours=10, not_again_for=18, units=("SC", "PCK"),
        facts={"when": "Từ 22 giờ, {day}, đến 5 giờ hôm sau", "where": "Sông Cầu và Phùng Chí Kiên"},
    ),
    Scenario(
        title="Cắt điện các tổ của Xuất Hóa",
        body="Điện lực ngừng cấp điện từ 8 giờ đến 15 giờ, {day}, để thay dây. Vẫn coi dây dẫn như đang có điện.",
        lines="Từ 8 giờ đến 15 giờ, {day}, cắt điện các tổ của Xuất Hóa để thay dây.",
        asks_for=NOTHING, at=(9, 40), ahead=2, within_hours=30, not_again_for=16, units=XUAT_HOA,
        facts={"when": "{day}, từ 8 giờ đến 15 giờ", "where": "Các tổ của Xuất Hóa"},
    ),
    Scenario(
        title="Nộp thuế sử dụng đất phi nông nghiệp",
        body=(
            "Hạn nộp là {day}. Nộp trên ứng dụng của ngành thuế hoặc tại ngân hàng, không qua người thu lẻ. Cần "
            "giúp, đến quầy 2."
        ),
        lines="Hạn nộp thuế đất phi nông nghiệp là {day}. Nộp trên mạng hoặc tại ngân hàng, không qua người thu lẻ.",
        months=frozenset({9, 10}), at=(8, 20), ahead=25, within_hours=72, not_again_for=30,
        facts={"when": "Chậm nhất {day}", "where": "Trên mạng, tại ngân hàng, hoặc quầy 2"},
    ),
    Scenario(
        title="Gia hạn bảo hiểm y tế hộ gia đình",
        body=(
            "Thẻ của nhiều hộ hết hạn cuối tháng. Gia hạn tại Bưu điện hoặc trên Cổng Dịch vụ công trước {day} "
            "để không gián đoạn."
        ),
        lines="Bà con xem lại hạn thẻ bảo hiểm y tế, gia hạn trước {day} tại Bưu điện hoặc trên mạng.",
        months=frozenset({1, 5, 8, 12}), at=(10, 15), ahead=9, within_hours=72, not_again_for=30,
        facts={"when": "Trước {day}", "where": "Bưu điện hoặc Cổng Dịch vụ công", "bring": "Căn cước"},
    ),
    Scenario(
        title="Tết trồng cây đầu xuân",
        body="Phường phát động trồng cây từ 7 giờ, {day}, ven sông và ở nhà văn hóa các tổ, thôn. Cây giống có sẵn.",
        lines="Mời bà con trồng cây đầu xuân, từ 7 giờ, {day}. Cây giống có sẵn, xin mang cuốc, xẻng.",
        kind=CAMPAIGN, asks_for=ATTENDANCE, days=(19, 28), months=frozenset({2}), at=(8, 0), ahead=3, within_hours=48,
        not_again_for=40,
        facts={"when": "{day}, từ 7 giờ", "where": "Ven sông, nhà văn hóa tổ, thôn", "bring": "Cuốc, xẻng"},
    ),
    Scenario(
        title="Giấy tờ ghi tên phường cũ vẫn dùng được",
        body=(
            "Từ ngày 1/7/2025 các phường Sông Cầu, Phùng Chí Kiên, Xuất Hóa và xã Nông Thượng là phường Bắc Kạn, "
            "tỉnh Thái Nguyên. "
            "Giấy tờ ghi tên cũ vẫn dùng được, bà con không phải đi đổi. Trụ sở làm việc và số điện thoại ghi ở cuối trang này."
        ),
        lines="Giấy tờ ghi tên phường, xã cũ vẫn dùng được, bà con không phải đi đổi. Trụ sở mới của phường xem ở đường dẫn.",
        days=(1, 20), months=frozenset({7}), at=(8, 0), ahead=0, within_hours=72, not_again_for=200,
    ),
    Scenario(
        title="Họp tổ dân phố, họp thôn cuối năm",
        body="Họp bàn việc của tổ, thôn và bình xét gia đình văn hóa từ 19 giờ 30, {day}, tại nhà văn hóa.",
        lines="Mời mỗi hộ một người dự họp cuối năm tại nhà văn hóa, từ 19 giờ 30, {day}.",
        kind=INVITATION, asks_for=ATTENDANCE, days=(1, 16), months=frozenset({12}), at=(9, 30), ahead=4, within_hours=60,
        not_again_for=40,
        facts={"when": "{day}, từ 19 giờ 30", "where": "Nhà văn hóa tổ, thôn", "who": "Mỗi hộ một người"},
    ),
    Scenario(
        title="Không mua bán, đốt pháo nổ dịp Tết",
        body="Tàng trữ, mua bán, đốt pháo nổ bị xử phạt. Bà con nhắc con em, thấy người bán pháo thì báo công an phường.",
        lines="Không mua bán, đốt pháo nổ. Bà con nhắc con em trong nhà, thấy người bán pháo thì báo công an phường.",
        asks_for=CONFIRMATION, months=frozenset({12, 1}), at=(16, 0), ahead=0, within_hours=48, not_again_for=40,
    ),
    Scenario(
        title="Phòng dịch tả lợn châu Phi",
        body=(
            "Có lợn chết ở xã bên. Không mua lợn không rõ nguồn, không vứt xác ra suối. Lợn bỏ ăn, sốt, báo ngay "
            "thú y phường."
        ),
        lines="Có dịch tả lợn ở xã bên. Không mua lợn không rõ nguồn, không vứt xác ra suối, báo thú y khi lợn bỏ ăn.",
        kind=WARNING, urgency=URGENT, months=frozenset({6, 7, 8, 9}), at=(11, 0), ahead=0, within_hours=8, not_again_for=14,
        units=("NT", "XH"),
    ),
    Scenario(
        title="Vui Trung thu cho các cháu",
        body="Tổ dân phố, thôn tổ chức Trung thu từ 19 giờ, {day}, tại nhà văn hóa. Phường có quà cho mọi cháu dưới 15 tuổi.",
        lines="Mời các cháu vui Trung thu tại nhà văn hóa, từ 19 giờ, {day}. Mọi cháu dưới 15 tuổi đều có quà.",
        kind=INVITATION, asks_for=ATTENDANCE, days=(18, 30), months=frozenset({9}), at=(15, 30), ahead=3, within_hours=48,
        not_again_for=40,
        facts={"when": "{day}, từ 19 giờ", "where": "Nhà văn hóa tổ, thôn"},
    ),
    Scenario(
        title="Cấm xe qua cầu để sửa mặt cầu",
        body="Cầu Sông Cầu đóng từ 21 giờ, {day}, đến 5 giờ hôm sau. Xe máy đi vòng đường Hùng Vương.",
        lines="Cầu Sông Cầu đóng từ 21 giờ, {day}, đến 5 giờ hôm sau. Bà con đi vòng đường Hùng Vương.",
        asks_for=NOTHING, at=(16, 20), ahead=1, within_hours=20, not_again_for=26,
        facts={"when": "Từ 21 giờ, {day}", "where": "Cầu Sông Cầu"},
    ),
    Scenario(
        title="Lấy ý kiến về quy hoạch đường ven sông",
        body=(
            "Bản vẽ treo tại nhà văn hóa và trụ sở phường đến hết {day}. Bà con góp ý tại chỗ, hoặc gửi qua tổ "
            "trưởng, trưởng thôn."
        ),
        lines="Mời bà con xem và góp ý bản vẽ đường ven sông tại nhà văn hóa, đến hết {day}.",
        months=frozenset({3, 5, 11}), at=(9, 0), ahead=14, within_hours=72, not_again_for=40,
        facts={"when": "Đến hết {day}", "where": "Nhà văn hóa và trụ sở phường"},
    ),
    Scenario(
        title="Chi trả trợ cấp xã hội tháng này",
        body="Người nhận qua tài khoản được chuyển từ {day}. Ai chưa có tài khoản, nhận tại Bưu điện, mang theo căn cước.",
        lines="Trợ cấp xã hội tháng này chuyển từ {day}. Ai nhận tiền mặt, đến Bưu điện, mang theo căn cước.",
        asks_for=NOTHING, at=(8, 45), ahead=1, within_hours=48, not_again_for=12,
        facts={"when": "Từ {day}", "where": "Qua tài khoản, hoặc tại Bưu điện", "bring": "Căn cước"},
    ),
)  # fmt: skip
