"""What the demonstration ward is asked: waiting and late, answered, put together, reported broken and mended, doubted."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from core import clock
from core.fulltext import terms
from models import Inquiry, InquiryChannel, InquiryKind, InquiryMessage, InquiryStatus, PublicAnswer, PublicAnswerDay, Voice
from services import inquiry_rules, inquiry_topics
from services.demo import places
from services.demo.stage import Stage
from services.demo.stage import at as at_hour
from services.demo.ward import Ward
from services.inquiry_intake import search_of
from services.public_answers import LOOKED_AT_EVERY

C, K, S = InquiryChannel, InquiryKind, InquiryStatus

FOUND_EVERY = 9  # days: so often somebody finds a public answer who was about to ask


@dataclass(frozen=True)
class Story:
    """One thread: how long ago it was asked, and after how long answered, in hours."""

    text: str
    channel: InquiryChannel
    ago: float
    answer: str = ""
    after: float = 0.0
    kind: InquiryKind = K.QUESTION
    place: str = ""
    name: str = ""
    helped: bool | None = None
    public: bool = False


STORIES = (
    Story("Tổ 13 Sông Cầu mất điện từ 13 giờ, bao giờ có lại ạ?", C.ZALO, 1.5, name="Lan"),
    Story("Cho hỏi khi nào tổ 13 có điện trở lại, nhà em có người ốm", C.ZALO, 1.2, name="Hùng"),
    Story("Mất điện tổ 13 bao giờ có lại vậy phường?", C.COMMENT, 1.0, name="Nông Thu"),
    Story("Làm giấy ở trọ cho em sinh viên cần mang gì ạ?", C.ZALO, 3.0, name="Minh"),
    Story("Cây đổ chắn ngang ngõ, đứt dây điện, nguy hiểm lắm", C.PHONE, 4.0, kind=K.BROKEN, place="Ngõ 12 đường Trường Chinh"),
    Story("Nghe nói mai ai không đổi VNeID bản mới thì mất trợ cấp, có thật không?", C.FORM, 5.0, kind=K.RUMOUR),
    Story("Thẻ bảo hiểm y tế của mẹ tôi hết hạn thì gia hạn ở đâu?", C.DESK, 26.0, "Gia hạn tại Bảo hiểm xã hội cơ sở, mang theo "
          "thẻ cũ và căn cước. Có thể làm trên VssID.", 2.0, name="Hoàng Thị Sen", helped=True, public=True),
    Story("Lịch thu gom rác tổ 9 có đổi không?", C.ZALO, 50.0, "Vẫn thu thứ Ba và thứ Sáu, trước 7 giờ sáng. Xin để rác ra "
          "trước cửa từ 6 giờ.", 5.0, helped=True, public=True),
    Story("Đèn đường trước nhà văn hóa tổ 5 tắt ba hôm nay", C.FORM, 96.0, "Đã thay bóng tối qua, đèn sáng lại.", 30.0,
          kind=K.BROKEN, place="Nhà văn hóa tổ 5", public=True),
    Story("Cảm ơn cán bộ một cửa hôm qua giúp bố tôi nộp hồ sơ rất tận tình", C.FORM, 20.0, kind=K.THANKS),
    Story("Đăng ký khai sinh cho cháu làm trên mạng được không?", C.FACEBOOK, 30.0, "Được, toàn trình trên Cổng Dịch vụ công. "
          "Cần giấy chứng sinh; có kết quả trong ngày.", 1.0, name="Vi Thị Hoa"),
    Story("Mai co hop to khong?", C.SMS, 8.0, "Co, 19 gio 30 tai nha van hoa to.", 0.5, name=""),
)  # fmt: skip

# What was asked in the weeks before, and is over: every few days something, so that a month has its topics and its times.
DAY = 24
EARLIER = (
    Story(
        "Xác nhận tình trạng hôn nhân cần mang giấy tờ gì?", C.ZALO, 6.2 * DAY,
        "Mang căn cước, không cần đơn; có kết quả trong ba ngày làm việc.", 3.0, helped=True, public=True,
    ),
    Story(
        "Mất nước ở ngõ 8 đường Nông Văn Quang hai hôm nay", C.PHONE, 9.1 * DAY,
        "Công ty nước đã sửa đường ống tối qua, có nước lại.", 21.0, kind=K.BROKEN, place="Ngõ 8 đường Nông Văn Quang",
    ),
    Story(
        "Trợ cấp người cao tuổi tháng này trả ngày nào?", C.DESK, 12.0 * DAY,
        "Từ ngày 5 đến ngày 10, tại bưu điện; ai có tài khoản thì vào tài khoản.", 0.5,
        name="Hà Văn Páo", helped=True, public=True,
    ),
    Story(
        "Trạm y tế tiêm cúm cho trẻ hôm nào ạ?", C.ZALO, 15.4 * DAY,
        "Sáng thứ Năm hằng tuần, từ 7 giờ 30. Xin mang sổ tiêm.", 4.0, helped=True,
    ),
    Story(
        "Thủ tục đăng ký thường trú từ phường khác về làm ở đâu?", C.FORM, 18.3 * DAY,
        "Làm ở Công an phường hoặc trên Cổng Dịch vụ công, có kết quả trong bảy ngày làm việc.", 26.0, helped=True,
    ),
    Story(
        "Quán karaoke cạnh nhà văn hóa tổ 3 mở nhạc to sau 22 giờ", C.FORM, 21.6 * DAY,
        "Công an phường đã nhắc, chủ quán cam kết tắt nhạc lúc 22 giờ.", 120.0, kind=K.BROKEN, place="Nhà văn hóa tổ 3",
    ),
    Story(
        "Gia hạn thẻ bảo hiểm y tế hộ gia đình nộp tiền ở đâu?", C.ZALO, 25.2 * DAY,
        "Nộp ở bưu điện hoặc trên VssID; người thứ hai trong hộ được giảm.", 2.0, helped=True, public=True,
    ),
    Story(
        "Bao giờ thu tiền rác quý này?", C.COMMENT, 29.5 * DAY,
        "Từ ngày 10 đến ngày 20, tổ trưởng thu tại nhà.", 6.0,
    ),
    Story(
        "Đường hỏng, hố ga trước số 40 Trường Chinh mất nắp", C.PHONE, 33.1 * DAY,
        "Đã đậy nắp mới.", 9.0, kind=K.BROKEN, place="Số 40 đường Trường Chinh",
    ),
    Story(
        "Làm khai sinh cho cháu sinh ở Hà Nội được không?", C.ZALO, 36.4 * DAY,
        "Được, ở nơi cư trú của cha hoặc mẹ. Mang giấy chứng sinh.", 1.5, helped=True, public=True,
    ),
    Story(
        "Tổ 5 mất nước từ sáng, bao giờ có?", C.ZALO, 40.2 * DAY,
        "Đang sửa đường ống, 15 giờ có nước lại.", 0.8, helped=True,
    ),
    Story(
        "Rác ứ ở đầu ngõ 21, xe không vào lấy", C.FORM, 43.3 * DAY,
        "Xe nhỏ vào lấy sáng nay, từ tuần này vào thứ Ba.", 18.0, kind=K.BROKEN, place="Đầu ngõ 21",
    ),
    Story(
        "Hộ nghèo xin hỗ trợ sửa nhà làm đơn thế nào?", C.DESK, 46.1 * DAY,
        "Đơn nộp cho trưởng thôn, phường họp xét ngày 25.", 30.0, name="Triệu Thị Mẩy", helped=True,
    ),
    Story(
        "Trạm y tế khám bệnh miễn phí có phải đăng ký trước không?", C.FACEBOOK, 49.5 * DAY,
        "Không cần đăng ký, xin mang thẻ bảo hiểm y tế.", 5.0, helped=True, public=True,
    ),
    Story(
        "Chứng thực bản sao có làm chiều thứ Bảy không?", C.SMS, 52.0 * DAY,
        "Sang thu Bay co lam, chieu nghi.", 12.0,
    ),
    Story(
        "Xe tải chạy qua cầu phường ban đêm, cầu rung lắm", C.PHONE, 55.2 * DAY,
        "Đã đặt biển hạn chế tải trọng và báo Công an.", 70.0, kind=K.BROKEN, place="Cầu phường",
    ),
    Story(
        "Thủ tục cải chính hộ tịch mất bao lâu?", C.ZALO, 58.4 * DAY,
        "Ba ngày làm việc kể từ khi đủ giấy tờ.", 3.5, helped=True,
    ),
    Story(
        "Thôn Nà Bản tối nào cũng mất điện vài phút", C.ZALO, 61.1 * DAY,
        "Điện lực đã thay máy biến áp hôm qua.", 52.0, kind=K.BROKEN, place="Thôn Nà Bản",
    ),
)  # fmt: skip


def ask(session: Session, stage: Stage, ward: Ward) -> int:
    """Write what was asked and answered; how many threads."""
    rules, clerk = inquiry_rules.Rules(), ward.users[places.CLERK]
    keys = stage.keys("inquiry")
    stories = (*STORIES, *EARLIER)
    for n, story in enumerate(stories):
        at = stage.now - timedelta(hours=story.ago) if n < len(STORIES) else _in_office_hours(stage, story, n)
        told = inquiry_topics.suggest(session, ward=ward.unit, text=story.text)
        answered = at + timedelta(hours=story.after) if story.answer else None
        is_done = bool(story.helped or (story.kind is K.BROKEN and story.answer))
        topic = told.topic
        inquiry = Inquiry(
            id=keys.next(), created_at=at, unit_id=ward.unit.id, place_unit_id=told.place_unit_id,
            kind=story.kind, channel=story.channel, from_id=f"demo{n}" if story.channel not in (C.DESK, C.PHONE) else "",
            from_name=story.name, text=story.text, place=story.place, topic=topic, procedure_id=told.procedure_id,
            status=S.CLOSED if is_done else S.ANSWERED if answered else S.NEW, asked_at=at, last_at=at,
            due_at=None if answered or story.kind is K.THANKS else rules.due(topic, since=at), first_answer_at=answered,
            closed_at=answered if is_done else None, has_helped=story.helped, assignee_id=clerk.id if answered else None,
            likeness=inquiry_topics.likeness_of(story.text), done_note=story.answer if story.kind is K.BROKEN else "",
            public_at=answered if story.kind is K.BROKEN and story.public else None,
        )  # fmt: skip
        session.add(inquiry)
        session.flush()
        _say(session, inquiry, keys.next(), Voice.ASKED, story.text, at, None)
        if answered:
            _say(session, inquiry, keys.next(), Voice.REPLY, story.answer, answered, clerk.id)
            if story.public and story.kind is K.QUESTION:
                _publish(session, stage, inquiry, keys, story, clerk.id, n)
    return len(stories)


def _in_office_hours(stage: Stage, story: Story, n: int) -> datetime:
    """When something of the weeks before was asked: on a working day, in the course of it."""
    day = clock.local(stage.now - timedelta(hours=story.ago)).date()
    return at_hour(day - timedelta(days=max(0, day.weekday() - 4)), 8 + n * 5 % 7, n * 17 % 60)


def _say(session: Session, inquiry: Inquiry, id_: Any, voice: Voice, text: str, at: Any, author: Any) -> None:
    session.add(
        InquiryMessage(
            id=id_, created_at=at, inquiry_id=inquiry.id, voice=voice, text=text, at=at, author_id=author,
            search=search_of(inquiry, text),
        )
    )  # fmt: skip


def _publish(session: Session, stage: Stage, inquiry: Inquiry, keys: Any, story: Story, owner: Any, n: int) -> None:
    at, id_ = inquiry.first_answer_at or stage.now, keys.next()
    first, last = (clock.local(moment).date() for moment in (at, stage.now))
    days = [last - timedelta(days=ago) for ago in range(0, (last - first).days + 1, FOUND_EVERY)]
    enough = 7 + n
    session.add(
        PublicAnswer(
            id=id_, created_at=at, unit_id=inquiry.unit_id, inquiry_id=inquiry.id, slug=f"mau{stage.seed}{n:02d}",
            question=story.text, answer=story.answer, owner_id=owner, looked_at=at, look_again_at=at + LOOKED_AT_EVERY,
            search=terms(f"{story.text} {story.answer}"), shown=enough * len(days),
        )
    )  # fmt: skip
    session.flush()
    session.add_all(PublicAnswerDay(id=keys.next(), created_at=at, answer_id=id_, day=day, shown=enough) for day in days)
