"""The register of figures: each is named and defined here once. Screens, terminal, reports and the API take them from here.

`services.figure_values` computes them over any days, `services.figure_rows` gives the rows each is made of.
"""

from dataclasses import dataclass
from enum import StrEnum

from core.errors import NotFound
from core.i18n import N_


class Measure(StrEnum):
    """In what a figure is told."""

    SHARE = "share"
    HOUSEHOLDS = "households"
    PEOPLE = "people"
    PER_HOUSEHOLD = "per_household"
    MINUTES = "minutes"
    TIMES = "times"
    MONEY = "money"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {
            "share": N_("phần trăm"), "households": N_("hộ"), "people": N_("người"), "per_household": N_("người mỗi hộ"),
            "minutes": N_("phút"), "times": N_("lượt"), "money": N_("đồng"),
        }[self]  # fmt: skip

    @property
    def places(self) -> int:
        """Digits kept behind the comma: shares to a tenth of a per cent, depth to a hundredth, all else whole."""
        return {Measure.SHARE: 3, Measure.PER_HOUSEHOLD: 2}.get(self, 0)


class Span(StrEnum):
    """How a figure of several days comes from theirs."""

    STANDING = "standing"
    FLOW = "flow"
    SPREAD = "spread"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {
            "standing": N_("Như vào ngày cuối của kỳ"),
            "flow": N_("Cộng các ngày trong kỳ; tỷ lệ là tổng chia tổng"),
            "spread": N_("Xếp mọi khoảng thời gian trong kỳ theo thứ tự rồi lấy, không lấy trung bình của các ngày"),
        }[self]


class Source(StrEnum):
    """What a figure's rows are."""

    HOMES = "homes"
    MOVES = "moves"
    RELAYS = "relays"
    ANNOUNCEMENTS = "announcements"
    OPENS = "opens"
    SCANS = "scans"
    MESSAGES = "messages"
    DOORS = "doors"
    QUESTIONS = "questions"
    ANSWERS = "answers"
    HELP = "help"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {
            "homes": N_("từng hộ, theo sổ hộ dân và thành viên nhóm vào ngày ấy"),
            "moves": N_("từng lần một hộ vào hoặc rời nhóm của tổ"),
            "relays": N_("từng nhóm của từng thông báo gửi trong kỳ"),
            "announcements": N_("từng thông báo gửi trong kỳ"),
            "opens": N_("từng thông báo có máy mở đường dẫn của nhóm trong kỳ"),
            "scans": N_("từng mã QR có lượt quét trong kỳ"),
            "messages": N_("từng tin đã đi qua tài khoản, trong sổ gửi"),
            "doors": N_("từng lần gõ cửa đã ghi"),
            "questions": N_("từng câu hỏi gửi phường"),
            "answers": N_("từng câu trả lời chung có người tự tìm thấy"),
            "help": N_("lượt hỗ trợ theo thủ tục; của ai là việc riêng của tổ công nghệ số"),
        }[self]


@dataclass(frozen=True)
class Definition:
    """One figure. `name` never changes: links, scripts and other systems hold it."""

    name: str
    label: str
    measure: Measure
    span: Span
    source: Source
    definition: str
    numerator: str
    denominator: str = ""  # "" for what is no ratio
    is_of_wards: bool = False  # has no meaning below a ward

    @property
    def is_ratio(self) -> bool:
        """Whether it has a denominator; without anything in it there is no value, and never 0."""
        return bool(self.denominator)


_HOUSEHOLDS = N_("hộ đang ở đây vào ngày ấy")
_JOINED = N_("hộ đang ở đây có ít nhất một tư cách thành viên còn hiệu lực trong nhóm Zalo của tổ vào ngày ấy")
_AUDIENCE = N_("hộ thuộc đối tượng của các thông báo ấy, vào ngày gửi")

FIGURES: tuple[Definition, ...] = (
    Definition(
        "coverage", N_("Hộ trong nhóm"), Measure.SHARE, Span.STANDING, Source.HOMES,
        N_("Trong 100 hộ ở đây vào ngày ấy, bao nhiêu hộ có người trong nhóm Zalo của tổ, thôn."), _JOINED, _HOUSEHOLDS,
    ),
    Definition(
        "households", N_("Số hộ"), Measure.HOUSEHOLDS, Span.STANDING, Source.HOMES,
        N_("Hộ có tên trong sổ và đang ở đây vào ngày ấy; ngày chuyển đi thì không còn tính."), _HOUSEHOLDS,
    ),
    Definition(
        "joined", N_("Số hộ trong nhóm"), Measure.HOUSEHOLDS, Span.STANDING, Source.HOMES,
        N_("Hộ ở hai nhóm vẫn tính một lần; nhóm đã đóng không tính."), _JOINED,
    ),
    Definition(
        "people", N_("Nhân khẩu"), Measure.PEOPLE, Span.STANDING, Source.HOMES,
        N_("Tổng số người của các hộ đang ở đây vào ngày ấy."), N_("người của các hộ đang ở đây vào ngày ấy"),
    ),
    Definition(
        "depth", N_("Người mỗi hộ trong nhóm"), Measure.PER_HOUSEHOLD, Span.STANDING, Source.HOMES,
        N_("Trung bình mỗi hộ trong nhóm có bao nhiêu người ở trong đó: càng nhiều người, tin càng khó lỡ."),
        N_("người trong các tư cách thành viên còn hiệu lực"), N_("hộ trong nhóm"),
    ),
    Definition(
        "smartphone_rate", N_("Điện thoại thông minh"), Measure.SHARE, Span.STANDING, Source.HOMES,
        N_("Trong 100 người ở đây vào ngày ấy, bao nhiêu người có điện thoại thông minh."),
        N_("người có điện thoại thông minh"), N_("người của các hộ đang ở đây vào ngày ấy"),
    ),
    Definition(
        "entered", N_("Vào nhóm"), Measure.TIMES, Span.FLOW, Source.MOVES,
        N_("Tính theo từng ngày của từng tổ: một hộ vào và một hộ rời cùng tổ, cùng ngày thì bù nhau."),
        N_("lượt số hộ trong nhóm tăng thêm"),
    ),
    Definition(
        "left", N_("Rời nhóm"), Measure.TIMES, Span.FLOW, Source.MOVES,
        N_("Tính theo từng ngày của từng tổ: một hộ vào và một hộ rời cùng tổ, cùng ngày thì bù nhau."),
        N_("lượt số hộ trong nhóm giảm đi"),
    ),
    Definition(
        "announcements", N_("Thông báo đã gửi"), Measure.TIMES, Span.FLOW, Source.ANNOUNCEMENTS,
        N_("Thông báo rời phường trong kỳ; thông báo đã thu hồi không tính."), N_("thông báo"), is_of_wards=True,
    ),
    Definition(
        "posted", N_("Nhóm đã đăng"), Measure.SHARE, Span.FLOW, Source.RELAYS,
        N_("Trong 100 lần một thông báo được chuyển cho tổ trưởng, bao nhiêu lần đã đăng vào nhóm."),
        N_("lần đã đăng"), N_("lần được chuyển cho tổ trưởng"),
    ),
    Definition(
        "relay_median", N_("Thời gian đăng, một nửa số nhóm"), Measure.MINUTES, Span.SPREAD, Source.RELAYS,
        N_("Số phút từ lúc gửi mà một nửa số nhóm đã đăng. Nhóm chưa đăng vẫn tính, như còn đang chờ."),
        N_("phút từ lúc gửi đến lúc đăng"), N_("nhóm của các thông báo"),
    ),
    Definition(
        "relay_ninety", N_("Thời gian đăng, chín phần mười số nhóm"), Measure.MINUTES, Span.SPREAD, Source.RELAYS,
        N_("Số phút từ lúc gửi mà chín phần mười số nhóm đã đăng. Nhóm chưa đăng vẫn tính, như còn đang chờ."),
        N_("phút từ lúc gửi đến lúc đăng"), N_("nhóm của các thông báo"),
    ),
    Definition(
        "opens", N_("Máy đã mở"), Measure.TIMES, Span.FLOW, Source.OPENS,
        N_("Số máy mở lần đầu đường dẫn của nhóm, không tính máy dò tự động. Là máy, không phải người."),
        N_("máy mở lần đầu"),
    ),
    Definition(
        "known", N_("Biết chắc đã nhận"), Measure.SHARE, Span.FLOW, Source.ANNOUNCEMENTS,
        N_("Của các thông báo có hỏi lại: hộ tự báo, được gõ cửa hoặc gọi điện, trên tổng số hộ phải báo."),
        N_("hộ biết chắc đã nhận"), _AUDIENCE, is_of_wards=True,
    ),
    Definition(
        "estimated", N_("Ước tính đã nhận"), Measure.SHARE, Span.FLOW, Source.ANNOUNCEMENTS,
        N_("Theo số máy đã mở, nhiều nhất bằng số hộ của nhóm, không ít hơn số biết chắc. Không cộng lẫn với số biết chắc."),
        N_("hộ ước tính đã nhận"), _AUDIENCE, is_of_wards=True,
    ),
    Definition(
        "time_to_half", N_("Thời gian đến một nửa số hộ"), Measure.MINUTES, Span.SPREAD, Source.ANNOUNCEMENTS,
        N_("Số phút từ lúc gửi đến khi biết chắc một nửa số hộ đã nhận; của nhiều thông báo thì lấy số ở giữa."),
        N_("phút từ lúc gửi"), N_("thông báo có hỏi lại"), is_of_wards=True,
    ),
    Definition(
        "time_to_ninety", N_("Thời gian đến chín phần mười số hộ"), Measure.MINUTES, Span.SPREAD, Source.ANNOUNCEMENTS,
        N_("Số phút từ lúc gửi đến khi biết chắc chín phần mười số hộ đã nhận; của nhiều thông báo thì lấy số ở giữa."),
        N_("phút từ lúc gửi"), N_("thông báo có hỏi lại"), is_of_wards=True,
    ),
    Definition(
        "messages", N_("Tin gửi qua tài khoản"), Measure.TIMES, Span.FLOW, Source.MESSAGES,
        N_("Tin đã rời phường qua ZNS, SMS, Zalo OA và các tài khoản khác, theo ngày gửi thông báo."), N_("tin đã đi"),
        is_of_wards=True,
    ),
    Definition(
        "cost", N_("Chi phí gửi tin"), Measure.MONEY, Span.FLOW, Source.MESSAGES,
        N_("Số tiền của các tin đã đi, theo ngày gửi thông báo."), N_("đồng của các tin đã đi"), is_of_wards=True,
    ),
    Definition(
        "cost_per_arrival", N_("Chi phí mỗi tin tới nơi"), Measure.MONEY, Span.FLOW, Source.MESSAGES,
        N_("Tiền của các tin đã đi chia cho số tin tới nơi; tin mất tiền mà không tới làm số này cao lên."),
        N_("đồng của các tin đã đi"), N_("tin có phí đã tới nơi"), is_of_wards=True,
    ),
    Definition(
        "scans", N_("Lượt quét mã QR"), Measure.TIMES, Span.FLOW, Source.SCANS,
        N_("Lượt mở các mã in, theo giờ, không tính máy dò tự động."), N_("lượt quét"), is_of_wards=True,
    ),
    Definition(
        "first_scans", N_("Máy quét lần đầu"), Measure.TIMES, Span.FLOW, Source.SCANS,
        N_("Trong số lượt quét, những lượt là lần đầu máy ấy quét mã ấy."), N_("lượt quét lần đầu"), is_of_wards=True,
    ),
    Definition(
        "doors_told", N_("Gõ cửa gặp và báo được"), Measure.SHARE, Span.FLOW, Source.DOORS,
        N_("Trong 100 lần gõ cửa đã ghi, bao nhiêu lần báo được cho hộ."), N_("lần gõ cửa báo được"), N_("lần gõ cửa đã ghi"),
    ),
    Definition(
        "questions", N_("Câu hỏi"), Measure.TIMES, Span.FLOW, Source.QUESTIONS,
        N_("Câu hỏi, tin báo hỏng, tin nghi ngờ gửi phường trong kỳ; tin rác, lời cảm ơn và câu đã rút lại không tính."),
        N_("câu hỏi"), is_of_wards=True,
    ),
    Definition(
        "answered_in_time", N_("Trả lời đúng hạn"), Measure.SHARE, Span.FLOW, Source.QUESTIONS,
        N_("Của các câu hỏi trong kỳ đã trả lời hoặc đã quá hạn, bao nhiêu câu được trả lời lần đầu trong hạn phường đặt."),
        N_("câu trả lời lần đầu trong hạn"), N_("câu đã trả lời hoặc đã quá hạn"), is_of_wards=True,
    ),
    Definition(
        "answer_median", N_("Thời gian trả lời, một nửa số câu hỏi"), Measure.MINUTES, Span.SPREAD, Source.QUESTIONS,
        N_("Số phút làm việc đến câu trả lời đầu tiên của một nửa số câu hỏi trong kỳ. Câu chưa trả lời vẫn tính, như còn chờ."),
        N_("phút làm việc đến câu trả lời đầu tiên"), N_("câu hỏi"), is_of_wards=True,
    ),
    Definition(
        "answer_ninety", N_("Thời gian trả lời, chín phần mười số câu hỏi"), Measure.MINUTES, Span.SPREAD, Source.QUESTIONS,
        N_("Số phút làm việc đến câu trả lời đầu tiên của chín phần mười số câu hỏi. Câu chưa trả lời vẫn tính, như còn chờ."),
        N_("phút làm việc đến câu trả lời đầu tiên"), N_("câu hỏi"), is_of_wards=True,
    ),
    Definition(
        "answer_clock", N_("Thời gian trả lời theo đồng hồ"), Measure.MINUTES, Span.SPREAD, Source.QUESTIONS,
        N_("Số phút theo đồng hồ, kể cả đêm và ngày nghỉ, đến câu trả lời đầu tiên của một nửa số câu hỏi trong kỳ."),
        N_("phút từ lúc hỏi"), N_("câu hỏi"), is_of_wards=True,
    ),
    Definition(
        "questions_open", N_("Câu hỏi còn chờ"), Measure.TIMES, Span.STANDING, Source.QUESTIONS,
        N_("Câu hỏi đến hết ngày ấy chưa được trả lời lần nào và chưa đóng, dù hỏi từ bao giờ."), N_("câu hỏi chưa trả lời"),
        is_of_wards=True,
    ),
    Definition(
        "found_alone", N_("Tự tìm thấy câu trả lời"), Measure.TIMES, Span.FLOW, Source.ANSWERS,
        N_("Lượt người dân định hỏi, gặp câu trả lời chung của phường và không phải hỏi ai nữa."), N_("lượt tự tìm thấy"),
        is_of_wards=True,
    ),
    Definition(
        "supports", N_("Lượt hỗ trợ của tổ công nghệ số"), Measure.TIMES, Span.FLOW, Source.HELP,
        N_("Lượt thành viên tổ công nghệ số giúp người dân; lượt đã rút lại không tính."), N_("lượt hỗ trợ"), is_of_wards=True,
    ),
    Definition(
        "first_timers", N_("Lần đầu làm trực tuyến"), Measure.TIMES, Span.FLOW, Source.HELP,
        N_("Trong số lượt hỗ trợ, những lượt là lần đầu người ấy làm một thủ tục trực tuyến."), N_("lượt làm lần đầu"),
        is_of_wards=True,
    ),
    Definition(
        "supports_online", N_("Hỗ trợ làm trực tuyến"), Measure.SHARE, Span.FLOW, Source.HELP,
        N_("Trong 100 lượt hỗ trợ, bao nhiêu lượt là thủ tục làm được trực tuyến và không phải sang nơi khác."),
        N_("lượt làm trực tuyến"), N_("lượt hỗ trợ"), is_of_wards=True,
    ),
)  # fmt: skip
BY_NAME = {one.name: one for one in FIGURES}
NAMES = tuple(BY_NAME)


def defined(name: str) -> Definition:
    """The figure of a name.

    Raises:
        NotFound: there is none; the sentence names those there are.
    """
    if name not in BY_NAME:
        raise NotFound(N_("Không có số liệu “{name}”. Có: {names}."), name=name, names=", ".join(NAMES))
    return BY_NAME[name]
