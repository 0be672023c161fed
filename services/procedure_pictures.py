"""Pictures of a procedure's steps, one a step: taken from the portal's screen, made small, shown when a reader asks for it."""

from typing import Any

from core.errors import Invalid
from core.i18n import N_
from models import Procedure
from services import attachments
from services.attachments import Attachment


def shown(procedure: Procedure) -> dict[int, Attachment]:
    """The picture of each step that has one, by the step counted from one."""
    documents = attachments.shown(procedure.pictures)
    return {one["step"]: document for one, document in zip(procedure.pictures, documents, strict=True)}


def with_picture(procedure: Procedure, *, step: int, picture: dict[str, Any] | None) -> list[dict[str, Any]]:
    """The procedure's pictures with that of a step put in the place of the one before, or taken away.

    Raises:
        Invalid: there is no such step.
    """
    if not 1 <= step <= len(procedure.steps):
        raise Invalid(N_("Thủ tục này không có bước {step}. Ghi các bước trước, rồi thêm ảnh."), step=step)
    others = [one for one in procedure.pictures if one["step"] != step]
    mine = [{**picture, "step": step}] if picture else []
    return sorted([*others, *mine], key=lambda one: one["step"])
