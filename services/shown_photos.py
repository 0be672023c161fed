"""Photos that everybody may see: nobody can be known in them, or the households of those who can have said yes.

Law 91/2025/QH15: a picture of a person is personal data, and its publication rests on consent. What was answered is kept with
each photo; a yes that is taken back takes the photo off the page.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from core.errors import Invalid
from core.i18n import N_
from models import Extra, Household, Unit
from services import consents, subject_scope
from services.access import Actor
from services.attachments import MARKS
from services.household_search import in_sight

Photo = Mapping[str, Any]
ANSWERED, AGREED, LEFT_OUT = MARKS  # what a kept photo carries: the answer, ids of households, that it stays inside


UNANSWERED = N_(
    "Có ảnh: xin nói trong ảnh có nhận ra ai không. Người ấy chưa đồng ý thì che mặt rồi tải lại, hoặc không đưa ảnh lên."
)


class People(StrEnum):
    """Whether anybody can be known in photos that are to be shown to all."""

    NOBODY = "nobody"
    AGREED = "agreed"
    LEFT_OUT = "left_out"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {
            "nobody": N_("không nhận ra ai, hoặc đã che mặt"), "agreed": N_("nhận ra người, hộ của họ đã đồng ý"),
            "left_out": N_("chưa chắc: không đưa ảnh lên"),
        }[self]  # fmt: skip


def marked(session: Session, *, actor: Actor, photos: Sequence[Photo], people: People | None, codes: str = "") -> list[Photo]:
    """The photos with what was answered; `codes` names the households that agreed, between commas.

    Raises:
        Invalid: nothing is answered, or a household has not agreed: which.
        NotAllowed, NotFound: as `subject_scope.of_code`.
    """
    plain = [{name: value for name, value in photo.items() if name not in MARKS} for photo in photos]
    if not any(_is_photo(photo) for photo in plain):
        return list(plain)
    if people is None:
        raise Invalid(UNANSWERED, field="people")
    mark: dict[str, Any] = {ANSWERED: people.value}
    if people is People.LEFT_OUT:
        mark[LEFT_OUT] = True
    elif people is People.AGREED:
        mark[AGREED] = [str(id_) for id_ in _agreeing(session, actor, codes)]
    return [photo | mark if _is_photo(photo) else photo for photo in plain]


def is_answered(photos: Iterable[Photo]) -> bool:
    """Whether of each photo it was said if anybody can be known in it; documents need no answer."""
    return all(photo.get(ANSWERED) for photo in photos if _is_photo(photo))


def expect_answered(photos: Iterable[Photo]) -> None:
    """Refuse to hand on photos of which nobody has said whether anybody can be known in them.

    Raises:
        Invalid: one is such.
    """
    if not is_answered(photos):
        raise Invalid(UNANSWERED, field="people")


def said_of(session: Session, *, actor: Actor, photos: Sequence[Photo]) -> tuple[People | None, str]:
    """What was answered of all of these photos alike, and the codes of the households that agreed; None where it was not.

    Raises:
        NotAllowed: the actor sees figures only.
    """
    answers = {str(photo.get(ANSWERED, "")) for photo in photos if _is_photo(photo)}
    if len(answers) != 1 or "" in answers:
        return None, ""
    ids = {UUID(id_) for photo in photos for id_ in photo.get(AGREED, ())}
    known = session.exec(
        select(Unit.code, Household.code)
        .join(Unit, col(Unit.id) == col(Household.unit_id))
        .where(col(Household.id).in_(ids), col(Household.merged_into_id).is_(None), in_sight(actor))
        .order_by(Unit.code, Household.code)
    )
    return People(answers.pop()), ", ".join("/".join(pair) for pair in known) if ids else ""


def visible(session: Session, *, photos: Iterable[Photo]) -> list[Photo]:
    """Those that everybody may see now, for pages that show a list of them. One query, none where nobody is in them."""
    found = [photo for photo in photos if not photo.get(LEFT_OUT)]
    asked = {UUID(id_) for photo in found for id_ in photo.get(AGREED, ())}
    agreeing = consents.agreeing(session, household_ids=asked, extra=Extra.PHOTOS) if asked else set()
    return [photo for photo in found if {UUID(id_) for id_ in photo.get(AGREED, ())} <= agreeing]


def _is_photo(document: Photo) -> bool:
    return str(document.get("media_type", "")).startswith("image/")


def _agreeing(session: Session, actor: Actor, codes: str) -> list[UUID]:
    named = [code for code in codes.replace(";", ",").split(",") if code.strip()]
    if not named:
        raise Invalid(N_("Xin ghi mã hộ của người trong ảnh đã đồng ý."), field="codes")
    homes = [home for code in named for home in subject_scope.of_code(session, actor=actor, code=code).households]
    agreed = consents.agreeing(session, household_ids={home.id for home in homes}, extra=Extra.PHOTOS)
    silent = [home.code for home in homes if home.id not in agreed and home.merged_into_id is None]
    if silent:
        raise Invalid(
            N_("Hộ {codes} chưa đồng ý cho đăng ảnh. Che mặt rồi tải lại, hoặc ghi đồng ý ở hồ sơ hộ khi hộ ấy đã nói."),
            codes=", ".join(silent), field="codes",
        )  # fmt: skip
    return sorted(agreed, key=str)
