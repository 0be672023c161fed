"""Who must show a second factor, and what is done only by someone who has just shown a secret again."""

from datetime import timedelta

from core import clock
from core.errors import NotAllowed
from core.i18n import N_
from core.settings import settings
from models import Role
from services.access import Actor

REQUIRED_FOR = (Role.ADMIN, Role.OFFICIAL)
LIFE = timedelta(minutes=10)  # of one showing, signing in included


class Unproven(NotAllowed):
    """The act waits until the person at the screen has shown a secret again."""


def is_required(role: Role, *, is_example: bool = False) -> bool:
    """Whether someone of this role works here only with a second factor; accounts of the demonstration never need one."""
    return settings().second_factor == "required" and role in REQUIRED_FOR and not is_example


def is_fresh(actor: Actor) -> bool:
    """Whether a secret was shown in the last ten minutes. Whoever acts from no browser, the terminal for one, has no need."""
    return actor.proven_at is None or clock.now() - actor.proven_at < LIFE


def require(actor: Actor) -> None:
    """For what would harm most if a stranger sat down at an open screen: personal data taken away, secrets, accounts.

    Raises:
        Unproven: the last showing was too long ago.
    """
    if not is_fresh(actor):
        raise Unproven(N_("Việc này cần xác nhận lại là chính ông/bà. Xin xác nhận rồi bấm lại."))
