"""Announcements with blanks: those the house ships and a ward's own. What is left blank stays visible, and is never sent.

A blank is a name in square brackets. Filling is replacing names by words: nothing in a template is ever run or formatted.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any, Literal
from uuid import UUID

from sqlmodel import Session, col, select

from core import clock, formats
from core.errors import Invalid, NotFound
from core.i18n import N_
from core.settings import ROOT
from core.text import clean, clean_lines, natural_key
from models import AnnouncementKind, AsksFor, Template, Urgency
from services import access, audit, drafts, quiet_hours, units
from services.access import Actor, May
from services.draft_words import FACTS, TEXTS

NAME_MAX, ANSWER_MAX, OWN_MOST = 60, 200, 100
_BLANK = re.compile(r"\[(?!\.\])([^\[\]\n]{1,60})\]")
SHIPPED = "shipped:"
Sort = Literal["day", "hour", "words"]
Answer = str | date | time | None


@dataclass(frozen=True)
class Blank:
    """A blank: its name, how it is asked for, and what might stand there."""

    name: str
    sort: Sort
    example: str = ""


@dataclass(frozen=True)
class Pattern:
    """An announcement with blanks. `texts` holds title, body, group_text and the facts."""

    key: str  # `shipped:…`, or the id of a ward's own
    name: str
    texts: Mapping[str, str]
    kind: AnnouncementKind
    urgency: Urgency
    asks_for: AsksFor
    within_hours: int | None = None
    examples: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_own(self) -> bool:
        """Whether the ward wrote it, and may change it."""
        return not self.key.startswith(SHIPPED)

    @property
    def blanks(self) -> list[Blank]:
        """Its blanks, each once, in the order one reads them."""
        text = "\n".join(self.texts.get(name, "") for name in (*TEXTS, *FACTS))
        names = dict.fromkeys(found[1] for found in _BLANK.finditer(text))
        return [Blank(name, _sort(name), self.examples.get(name, "")) for name in names]

    @property
    def must_reach_by(self) -> datetime | None:
        """A deadline to suggest: so long from now, and not in the night unless minutes count."""
        if self.within_hours is None:
            return None
        at = clock.now() + timedelta(hours=self.within_hours)
        at = at if self.urgency is Urgency.EMERGENCY or not quiet_hours.is_quiet(at) else quiet_hours.after(at)
        return clock.begun(at, 15)


@dataclass(frozen=True)
class Filled:
    """A pattern with its blanks filled as far as they were answered, and the names of those that were not."""

    pattern: Pattern
    unfilled: tuple[str, ...]


@cache
def shipped() -> tuple[Pattern, ...]:
    """The templates that come with the house."""
    with (ROOT / "data" / "templates.toml").open("rb") as file:
        return tuple(_pattern(f"{SHIPPED}{one['key']}", one["name"], one) for one in tomllib.load(file)["template"])


def all_for(session: Session, *, actor: Actor) -> list[Pattern]:
    """The ward's own by name, then those the house ships.

    Raises:
        NotAllowed: the actor writes no announcements.
    """
    access.require(actor, May.WRITE)
    ward = units.commune_for(session, actor=actor)
    own = session.exec(select(Template).where(Template.unit_id == ward.id)).all()
    return [*(_own(row) for row in sorted(own, key=lambda row: natural_key(row.name))), *shipped()]


def fill(pattern: Pattern, answers: Mapping[str, Answer]) -> Filled:
    """Put answers where the blanks are: days with their weekday, hours as people say them. What has no answer stays a blank."""
    said = {name: words for name, answer in answers.items() if (words := _said(answer))}
    texts = {name: "\n".join(_line(line, said) for line in text.split("\n")) for name, text in pattern.texts.items()}
    unfilled = tuple(blank.name for blank in pattern.blanks if blank.name not in said)
    return Filled(replace(pattern, texts=texts), unfilled)


def save_from(session: Session, *, actor: Actor, announcement_id: UUID, name: str) -> Pattern:
    """Keep the words of a draft or of something sent as a template of the ward, under a name that is not taken.

    Raises:
        Invalid: the name is missing, too long or taken, or there are too many.
        NotFound: the announcement lies outside the actor's sight.
    """
    access.require(actor, May.WRITE)
    source = drafts.get(session, actor=actor, announcement_id=announcement_id)
    taken = session.exec(select(Template.name).where(Template.unit_id == source.unit_id)).all()
    if len(taken) >= OWN_MOST:
        raise Invalid(N_("Đã có {n} mẫu. Xin xóa bớt mẫu không dùng."), n=OWN_MOST)
    made = Template(unit_id=source.unit_id, name=_checked(name, taken), author_id=actor.id)
    kind = AnnouncementKind.NOTICE if source.kind is AnnouncementKind.CORRECTION else source.kind
    made.words = {
        "title": source.title, "body": source.body, "group_text": source.group_text, "facts": dict(source.facts),
        "kind": kind.value, "urgency": source.urgency.value, "asks_for": source.asks_for.value,
    }  # fmt: skip
    session.add(made)
    session.flush()
    audit.record(session, actor=actor, action="template.save", subject_kind="template", subject_id=made.id)
    return _own(made)


def rename(session: Session, *, actor: Actor, template_id: UUID, name: str) -> Pattern:
    """Give a ward's own template another name.

    Raises:
        Invalid: as `save_from`. NotFound: it is not there, or another ward's.
    """
    row = _get(session, actor=actor, template_id=template_id)
    others = select(Template.name).where(Template.unit_id == row.unit_id, col(Template.id) != row.id)
    row.name = _checked(name, session.exec(others).all())
    session.flush()
    audit.record(session, actor=actor, action="template.rename", subject_kind="template", subject_id=row.id)
    return _own(row)


def drop(session: Session, *, actor: Actor, template_id: UUID) -> None:
    """Take a ward's own template away; announcements made from it stay as they are.

    Raises:
        NotFound: it is not there, or another ward's.
    """
    row = _get(session, actor=actor, template_id=template_id)
    session.delete(row)
    audit.record(session, actor=actor, action="template.drop", subject_kind="template", subject_id=row.id)


def _get(session: Session, *, actor: Actor, template_id: UUID) -> Template:
    access.require(actor, May.WRITE)
    row = session.get(Template, template_id)
    if row is None or row.unit_id != units.commune_for(session, actor=actor).id:
        raise NotFound(N_("Không tìm thấy mẫu này."))
    return row


def _checked(name: str, taken: Any) -> str:
    tidy = clean(name)
    if not tidy:
        raise Invalid(N_("Xin đặt tên cho mẫu."), field="name")
    if len(tidy) > NAME_MAX:
        raise Invalid(N_("Tên mẫu dài {n} chữ, tối đa {limit}."), n=len(tidy), limit=NAME_MAX, field="name")
    if tidy.casefold() in {one.casefold() for one in taken}:
        raise Invalid(N_("Đã có mẫu tên “{name}”. Xin đặt tên khác."), name=tidy, field="name")
    return tidy


def _own(row: Template) -> Pattern:
    return _pattern(str(row.id), row.name, row.words)


def _pattern(key: str, name: str, words: Mapping[str, Any]) -> Pattern:
    facts = words.get("facts", {})
    texts = {one: clean_lines(words.get(one, "")) for one in TEXTS} | {one: clean(facts.get(one, "")) for one in FACTS}
    return Pattern(
        key=key, name=name, texts=texts, kind=AnnouncementKind(words["kind"]), urgency=Urgency(words["urgency"]),
        asks_for=AsksFor(words["asks_for"]), within_hours=words.get("within_hours"), examples=words.get("examples", {}),
    )  # fmt: skip


def _sort(name: str) -> Sort:
    first = name.split()[0].lower() if name.split() else ""
    return "day" if first == "ngày" else "hour" if first == "giờ" else "words"


def _said(answer: Answer) -> str:
    """Square brackets in an answer would open a new blank: they become round ones."""
    if isinstance(answer, date):
        return formats.day(answer)
    if isinstance(answer, time):
        return f"{answer.hour} giờ {answer.minute:02d}" if answer.minute else f"{answer.hour} giờ"
    return clean(answer or "")[:ANSWER_MAX].translate(str.maketrans("[]", "()"))


def _line(line: str, said: Mapping[str, str]) -> str:
    """A line with its answers; one that begins with an answer begins with a capital."""
    filled = _BLANK.sub(lambda blank: said.get(blank[1], blank[0]), line)
    return filled[:1].upper() + filled[1:] if line.startswith("[") else filled
