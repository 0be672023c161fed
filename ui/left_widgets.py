"""What a session keeps of widgets that its screen no longer shows.

Streamlit takes their values away at the end of a run but keeps, for as long as the session lasts, how each was made: what it was
given to choose from, to write it with and to call. A session that has been everywhere held every list it had ever been shown.
"""

from streamlit.runtime.scriptrunner_utils.script_run_context import get_script_run_ctx
from streamlit.runtime.state import session_state
from streamlit.runtime.state.session_state import SessionState

_remove_values = SessionState._remove_stale_widgets  # noqa: SLF001  # tests/ui/test_left_widgets.py holds ours against it


def let_go() -> None:
    """From now on in this process."""
    SessionState._remove_stale_widgets = _remove  # type: ignore[assignment, method-assign]  # noqa: SLF001


def _remove(state: SessionState, active_widget_ids: frozenset[str]) -> None:
    _remove_values(state, active_widget_ids)
    run = get_script_run_ctx()
    if run is None:
        return
    made = state._new_widget_state.widget_metadata  # noqa: SLF001
    of_fragments = run.fragment_ids_this_run
    for id_, one in list(made.items()):
        if session_state._is_stale_widget(one, active_widget_ids, of_fragments):  # noqa: SLF001
            del made[id_]
