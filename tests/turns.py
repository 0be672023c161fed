"""A turn of a chunk in one go, as the courier makes it in two halves (docs/decisions/0058)."""

from collections.abc import Sequence

from sqlmodel import Session

from services import chunks
from services.batches import Hold
from services.chunks import Held, Marked
from services.written_outcomes import Settled


def turn(
    session: Session, hold: Hold, *, settled: Sequence[Settled], usual_rate: float, dedupes: bool, most: int = 0
) -> Marked | Held:  # fmt: skip
    """Outcomes of the last chunk written and the next one marked; raises `Fenced` as `chunks.begin`."""
    begun = chunks.begin(session, hold, settled=settled, usual_rate=usual_rate, dedupes=dedupes, most=most)
    return chunks.finish(session, begun, usual_rate=usual_rate)
