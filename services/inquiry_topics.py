"""What somebody writes about, guessed from the words: topic, procedure, residential group; complaints, which are not ours.

Complaints and denunciations are legal procedures of their own (Luật Khiếu nại 2011, Luật Tố cáo 2018, Luật Tiếp công dân 2013):
the house tells where they are received and keeps nothing of them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from core.fulltext import terms
from core.text import clean
from models import Procedure, Topic, Unit, UnitKind
from services import access
from services.procedure_search import FILLING

_NOT_OURS = re.compile(r"\b(?:khiếu nại|khiếu tố|tố cáo|tố giác|đơn tố|khiếu kiện)\b", re.IGNORECASE)
_NUMBERED = re.compile(r"\b(?:to dan pho|tdp|to|khu pho|khu)(?: so)? 0*(\d{1,3})\b")
# As terms; the first topic with a word that is there.
WORDS: tuple[tuple[Topic, tuple[str, ...]], ...] = (
    (Topic.URGENT, ("chay nha", "dang chay", "cap cuu", "sat lo", "lu quet", "ngap nang", "day dien dut", "dut day dien",
                    "ro gas", "mat tich", "duoi nuoc", "do cay", "cay do")),
    (Topic.UTILITIES, ("mat dien", "co dien", "co nuoc", "cat dien", "cup dien", "mat nuoc", "cat nuoc", "nuoc sach", "den duong",
                       "o ga",
                       "duong hong", "mat duong", "cong thoat nuoc", "ngap duong", "ngap", "dien luc", "song dien thoai")),
    (Topic.ENVIRONMENT, ("do rac", "thu gom rac", "rac thai", "rac", "mui hoi", "o nhiem", "khoi bui", "dot rac", "nuoc thai")),
    (Topic.SECURITY, ("trom", "danh nhau", "gay roi", "on ao", "karaoke", "lua dao", "cho tha rong", "danh bac", "ma tuy")),
    (Topic.HEALTH, ("tiem chung", "tiem phong", "vac xin", "kham benh", "tram y te", "sot xuat huyet", "bao hiem y te", "bhyt")),
    (Topic.SUPPORT, ("tro cap", "ho ngheo", "can ngheo", "bao tro", "nguoi cao tuoi", "khuyet tat", "luong huu", "chinh sach")),
    (Topic.PROCEDURE, ("thu tuc", "giay to", "ho so", "dich vu cong", "khai sinh", "khai tu", "ket hon", "tam tru", "thuong tru",
                       "chung thuc", "sao y", "can cuoc", "vneid", "giay phep", "so do", "sang ten", "xac nhan")),
)  # fmt: skip
# Said in any question, so that they tell none from another.
_SAID_ANYWAY = frozenset(
    terms(
        "ạ dạ ơi thưa kính anh chị em cô chú bác ông bà phường xã ubnd cho mình hỏi với nhé vậy thế là có không bao giờ khi nào"
        " mấy sao được bị và thì mà ở tại này kia các những nhà tôi em cháu bao lâu nữa bao nhiêu"
    ).split()
)
# Letters beyond which a text says nothing more of its topic.
LOOKED_AT = 2_000


@dataclass(frozen=True)
class Suggestion:
    """What a text seems to be about; a person may say otherwise."""

    topic: Topic = Topic.OTHER
    procedure_id: UUID | None = None
    place_unit_id: UUID | None = None


def is_not_ours(text: str) -> bool:
    """Whether somebody complains or denounces, in the law's sense."""
    return _NOT_OURS.search(clean(text)) is not None


def suggest(session: Session, *, ward: Unit, text: str) -> Suggestion:
    """What a text sent to a ward seems to be about. Two queries."""
    told = f" {terms(text[:LOOKED_AT])} "
    procedure_id = _procedure(session, ward, told)
    topic = topic_of(told)
    if procedure_id and topic is not Topic.URGENT:
        topic = Topic.PROCEDURE
    return Suggestion(topic, procedure_id, _place(session, ward, told))


def topic_of(told: str) -> Topic:
    """The topic of a text in terms, with a space before and behind."""
    return next((topic for topic, words in WORDS if any(f" {word} " in told for word in words)), Topic.OTHER)


def likeness_of(text: str) -> str:
    """The words that tell what a text asks, in order: equal for what is asked alike; "" where they are too few to say."""
    told = sorted(telling(text))
    return " ".join(told)[:200] if len(told) >= 2 else ""


def telling(text: str) -> set[str]:
    """The words of a text, as terms, that not every question has."""
    return {word for word in terms(text[:LOOKED_AT]).split() if word not in FILLING and word not in _SAID_ANYWAY}


def _procedure(session: Session, ward: Unit, told: str) -> UUID | None:
    """The procedure with the longest of its names in the text."""
    rows = session.execute(
        select(Procedure.id, Procedure.name, Procedure.also_called).where(Procedure.unit_id == ward.id, col(Procedure.is_active))
    )
    found = [
        (len(name), id_) for id_, own, also in rows for name in _names(own, also) if f" {name} " in told
    ]  # fmt: skip
    return max(found)[1] if found else None


def _names(name: str, also_called: Sequence[str]) -> list[str]:
    whole = terms(name)
    telling = " ".join(word for word in whole.split() if word not in FILLING)
    return [one for one in (whole, telling, *map(terms, also_called)) if len(one.split()) >= 2]


def _place(session: Session, ward: Unit, told: str) -> UUID | None:
    """The residential group or village that is named, where only one can be meant."""
    rows = session.execute(
        select(Unit.id, Unit.name, Unit.short_name, Unit.area).where(
            access.path_range(ward.path), Unit.kind == UnitKind.RESIDENTIAL, col(Unit.valid_to).is_(None)
        )
    ).all()
    numbers = set(_NUMBERED.findall(told))
    meant = [(id_, area) for id_, name, short, area in rows if _is_named(terms(short or name), numbers, told)]
    here = [id_ for id_, area in meant if area and f" {terms(area)} " in told] or [id_ for id_, _ in meant]
    return here[0] if len(here) == 1 else None


def _is_named(name: str, numbers: set[str], told: str) -> bool:
    found = _NUMBERED.search(name)
    if found:
        return found[1] in numbers
    return len(name.split()) >= 2 and f" {name} " in told
