"""What the demonstration ward is asked: waiting and late, answered, put together, reported broken and mended, doubted."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlmodel import Session

from core import clock
from core.fulltext import terms
from models import Inquiry, InquiryChannel, InquiryKind, InquiryMessage, InquiryStatus, PublicAnswer, PublicAnswerDay, Voice
from services import inquiry_rules, inquiry_topics
from services.demo import places
from services.demo.stage import Stage
from services.demo.ward import Ward
from services.inquiry_intake import search_of
from services.public_answers import LOOKED_AT_EVERY

C, K, S = InquiryChannel, InquiryKind, InquiryStatus


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


def ask(session: Session, stage: Stage, ward: Ward) -> int:
    """Write what was asked and answered; how many threads."""
    rules, clerk = inquiry_rules.Rules(), ward.users[places.CLERK]
    keys = stage.keys("inquiry")
    for n, story in enumerate(STORIES):
        at = stage.now - timedelta(hours=story.ago)
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
    return len(STORIES)


def _say(session: Session, inquiry: Inquiry, id_: Any, voice: Voice, text: str, at: Any, author: Any) -> None:
    session.add(
        InquiryMessage(
            id=id_, created_at=at, inquiry_id=inquiry.id, voice=voice, text=text, at=at, author_id=author,
            search=search_of(inquiry, text),
        )
    )  # fmt: skip


def _publish(session: Session, stage: Stage, inquiry: Inquiry, keys: Any, story: Story, owner: Any, n: int) -> None:
    at, id_ = inquiry.first_answer_at or stage.now, keys.next()
    enough = 7 + n
    session.add(
        PublicAnswer(
            id=id_, created_at=at, unit_id=inquiry.unit_id, inquiry_id=inquiry.id, slug=f"mau{stage.seed}{n:02d}",
            question=story.text, answer=story.answer, owner_id=owner, looked_at=at, look_again_at=at + LOOKED_AT_EVERY,
            search=terms(f"{story.text} {story.answer}"), shown=enough,
        )
    )  # fmt: skip
    session.flush()
    day = clock.local(stage.now).date()
    session.add(PublicAnswerDay(id=keys.next(), created_at=at, answer_id=id_, day=day, shown=enough))
