"""What was done to a record is told in words."""

import re
from pathlib import Path

from ui.acts import WORDS

SERVICES = Path(__file__).parents[2] / "services"
KINDS = "inquiry|inquiry_rules|public_answer|rumour|duty_post|duty_pattern|home_visit|lesson|phone_survey|loudspeaker"


def test_whatever_is_done_about_questions_and_by_the_team_has_words() -> None:
    done = {
        act for path in SERVICES.glob("*.py") if "audit" in (code := path.read_text())
        for act in re.findall(rf'"((?:{KINDS})\.[a-z_]+)"', code)
    }  # fmt: skip

    assert len(done) > 20
    assert done - WORDS.keys() == set()
