"""What one run of the script has found out already: whoever asks again in the same run is told the same.

A page and the fragments on it run one after the other at a click: who sits at the browser, and what was done last, is asked of
the database once, not once each. A fragment that runs by itself is a run of its own.
"""

from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass

from streamlit.runtime.scriptrunner_utils.script_run_context import get_script_run_ctx

from core import db
from services import audit
from services.access import Actor, May


@dataclass
class Run:
    """Who it is for, what of theirs is in training; the number of the last act, with this process's commits when it was asked."""

    actor: Actor | None
    training: Sequence[str] = ()  # names of units
    last: tuple[int, int] | None = None


_RUN: ContextVar[Run | None] = ContextVar("run", default=None)


def begin(actor: Actor | None, *, training: Sequence[str] = ()) -> Run:
    """A page, or a fragment that runs by itself, has found out who sits at the browser."""
    run = Run(actor, training)
    _RUN.set(run)
    return run


def of_page() -> Run | None:
    """The run of the whole page that goes on now; None where a fragment runs by itself, or nobody has begun."""
    context = get_script_run_ctx(suppress_warning=True)
    return None if context is None or context.fragment_ids_this_run else _RUN.get()


def sees(right: May) -> bool:
    """Whether whoever this run is for may open what needs a right; yes where nobody has begun: the page itself decides."""
    run = _RUN.get()
    return run is None or run.actor is None or run.actor.role in right.roles


def last_act() -> int:
    """The number of the last act in the audit, asked for once unless this process has written meanwhile."""
    run, commits = _RUN.get(), db.commits()
    if run is not None and run.last is not None and run.last[0] == commits:
        return run.last[1]
    with db.reading() as session:
        found = audit.last_sequence(session)
    if run is not None:
        run.last = commits, found
    return found
