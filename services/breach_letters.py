"""The drafts of a breach: the notice to the authority within seventy-two hours, what is learned later, what the people are told.

Nature, numbers, consequences, measures and contact, as summaries of Law 91/2025/QH15, Điều 23, have it. The clerk gives the
number; a legal officer reads it first.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from core import clock, phones
from core.i18n import translate
from models import Breach, BreachField, BreachLetter, PrivacyFile, Unit
from services import ward_letters
from services.ports import PaperText
from services.ward_letters import Letter

AUTHORITY = "Cơ quan chuyên trách bảo vệ dữ liệu cá nhân, Bộ Công an (A05)"
BLANK = "(đang xác minh)"


@dataclass(frozen=True)
class ForPeople:
    """An announcement's words."""

    title: str
    body: str


def numbered(session: Session, *, breach_ids: Sequence[UUID]) -> dict[UUID, tuple[BreachLetter, ...]]:
    """The notices to the authority that went out, by their breach, the first one first. The caller has checked who asks."""
    wanted = select(BreachLetter).where(col(BreachLetter.breach_id).in_(breach_ids))
    found: dict[UUID, tuple[BreachLetter, ...]] = {}
    for one in session.exec(wanted.order_by(col(BreachLetter.place))):
        found[one.breach_id] = (*found.get(one.breach_id, ()), one)
    return found


def to_authority(session: Session, *, breach: Breach, ward: Unit) -> list[PaperText]:
    """The notices to the authority, as official papers. The caller has checked who asks.

    Those that went out stand as they did, with their numbers; after them the draft of the next, where there is anything new.
    """
    sent = numbered(session, breach_ids=[breach.id]).get(breach.id, ())
    letters = [
        replace(_letter(one.place, [(run, words) for run, words in one.body]), number=one.number, issued_on=one.issued_on)
        for one in sent
    ]
    if body := next_body(session, breach=breach, ward=ward, sent=sent):
        letters.append(_letter(len(sent) + 1, body))
    return [ward_letters.text_of(session, ward=ward, letter=one) for one in letters]


def next_body(
    session: Session, *, breach: Breach, ward: Unit, sent: Sequence[BreachLetter]
) -> list[tuple[str, str]] | None:  # fmt: skip
    """What the next notice says as the breach is known now; None where the last one said it. The caller has checked who asks."""
    facts = _facts(session, breach=breach, ward=ward)
    if not sent:
        return [
            ("", "Căn cứ Luật Bảo vệ dữ liệu cá nhân số 91/2025/QH15 và Nghị định số 356/2025/NĐ-CP."),
            ("", f"Ủy ban nhân dân {_inner(ward.name)} thông báo vi phạm về dữ liệu cá nhân như sau:"), *facts,
        ]  # fmt: skip
    last = sent[-1]
    if [(run, words) for run, words in last.body if run] == facts:
        return None
    follows = f"Tiếp theo Thông báo số {last.number}/{ward_letters.SYMBOL} ngày {last.issued_on:%d/%m/%Y}"
    return [("", f"{follows}, Ủy ban nhân dân {_inner(ward.name)} thông báo bổ sung những điều đã biết đến nay:"), *facts]


def _letter(place: int, paragraphs: Sequence[tuple[str, str]]) -> Letter:
    subject = "Về việc vi phạm về dữ liệu cá nhân" if place == 1 else "Về việc bổ sung thông báo vi phạm về dữ liệu cá nhân"
    return Letter(subject, AUTHORITY, paragraphs, ("Như trên;", "Lưu: VT."), urgency="urgent")


def _facts(session: Session, *, breach: Breach, ward: Unit) -> list[tuple[str, str]]:
    return [
        ("1. Thời điểm:", f"phát hiện lúc {_said(breach.found_at)}; xảy ra {_span(breach)}."),
        ("2. Tính chất:", _words(breach.nature)),
        ("3. Dữ liệu:", f"{_fields(breach)}."),
        ("4. Số người:", f"{breach.households} hộ, {breach.people} người."),
        ("5. Hậu quả có thể xảy ra:", _words(breach.consequences)),
        ("6. Biện pháp đã và đang làm:", _words(breach.measures)),
        ("7. Liên hệ:", _contact(session, ward)),
    ]


def for_people(session: Session, *, breach: Breach, ward: Unit) -> ForPeople:
    """What those whose data it is are told, in plain words, ready to become an announcement. The caller has checked who asks."""
    lines = [
        f"Lúc {_said(breach.found_at)}, {_inner(ward.name)} phát hiện một số dữ liệu của hộ có thể đã lộ ra ngoài.",
        f"Dữ liệu: {_fields(breach)}. Xảy ra {_span(breach)}.",
        f"Có thể gặp: {_words(breach.consequences)}",
        f"Phường đã làm: {_words(breach.measures)}",
        "Bà con không đọc mã, không chuyển tiền, không cài ứng dụng theo cuộc gọi tự xưng là cán bộ.",
        "Nghi ngờ thì gọi 113 hoặc gọi phường.",
        f"Hỏi thêm: {_contact(session, ward)}",
    ]
    return ForPeople("Về việc dữ liệu cá nhân của một số hộ", "\n".join(lines))


def paper_for_people(session: Session, *, breach: Breach, ward: Unit) -> PaperText:
    """The same as an official paper, to be hung up or brought to a door. The caller has checked who asks."""
    said = for_people(session, breach=breach, ward=ward)
    paragraphs = [("", line) for line in said.body.split("\n")]
    return ward_letters.text_of(
        session, ward=ward, letter=Letter("Về việc dữ liệu cá nhân của một số hộ", "Các hộ có liên quan", paragraphs)
    )  # fmt: skip


def _inner(name: str) -> str:
    return name[:1].lower() + name[1:]


def _said(at: datetime) -> str:
    return f"{clock.local(at):%H} giờ {clock.local(at):%M} ngày {clock.local(at):%d/%m/%Y}"


def _span(breach: Breach) -> str:
    if breach.since and breach.until:
        return f"từ {_said(breach.since)} đến {_said(breach.until)}"
    return f"từ {_said(breach.since)}" if breach.since else f"trước {_said(breach.until or breach.found_at)}"


def _fields(breach: Breach) -> str:
    return ", ".join(translate(BreachField(field).label, language="vi") for field in breach.fields) or BLANK


def _words(text: str) -> str:
    words = " ".join(text.split()).rstrip(" .")
    return f"{words or BLANK}."


def _contact(session: Session, ward: Unit) -> str:
    own = session.exec(select(PrivacyFile).where(PrivacyFile.unit_id == ward.id)).first()
    known = [own.officer, phones.show(own.phone or ward.phone), own.email] if own else ["", phones.show(ward.phone), ""]
    return f"{', '.join(one for one in known if one) or ward.address or BLANK}."
