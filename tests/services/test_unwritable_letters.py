"""What no text of PostgreSQL can hold breaks nothing: not a search, not a form, not a value of JSON."""

import pytest
from sqlalchemy import literal
from sqlmodel import Session, select

from core import clock
from core.unwritable import NUL
from models import Household, Unit
from services import drafts, households, inquiries, inquiry_answers, templates, units
from services.access import Actor
from services.household_search import Filters
from services.household_values import HouseholdValues
from services.units import WardSettings
from tests.factories import make_announcement, make_household, make_inquiry, make_words

pytestmark = pytest.mark.usefixtures("noon")

SPOILT = f"Họp{NUL} tổ\x07 dân\x9b phố"
GOOD = "Họp tổ dân phố"


@pytest.mark.parametrize("words", [f"Lý{NUL} Văn", f"{NUL}Lý Văn{NUL}", NUL])
def test_searches_pass_over_it(session: Session, ward: Unit, writer: Actor, words: str) -> None:
    home = make_household(session, unit=ward, head_name="Lý Văn An")

    found = households.search(session, actor=writer, filters=Filters(words=words))
    inquiries.listing(session, actor=writer, filters=inquiries.Filters(words=words))

    assert [row.id for row in found.rows] == [home.id]


def test_forms_keep_what_was_typed_without_it(session: Session, ward: Unit, place: Unit, admin: Actor, writer: Actor) -> None:
    draft = drafts.write(session, actor=writer, words=make_words(place, title=SPOILT, body=SPOILT, facts={"where": SPOILT}))
    home = households.add(session, actor=writer, unit_id=place.id, values=HouseholdValues(SPOILT, address=SPOILT))
    asked = make_inquiry(session, unit=ward)
    answer = inquiry_answers.answer(session, actor=writer, inquiry_id=asked.id, text=SPOILT, version=asked.version)
    kept = templates.save_from(session, actor=writer, announcement_id=draft.id, name=SPOILT)
    units.change_settings(session, actor=admin, unit_id=ward.id, values=WardSettings(address=SPOILT, office_hours=SPOILT))
    session.commit()

    for row in (draft, home, answer.reply, ward):
        session.refresh(row)
    written = [draft.title, draft.body, draft.facts["where"], home.head_name, home.address, ward.address, ward.office_hours]
    assert {*written, answer.reply.text, kept.name} == {GOOD}


def test_values_that_no_service_has_tidied_are_written_without_it(session: Session, place: Unit) -> None:
    """In a column of text, in one of JSON, its name and its lists too, and in many rows at once."""
    odd = make_announcement(
        session, unit=place, title=f"a{NUL}b", facts={f"x{NUL}": [f"y{NUL}", {"z": NUL}], "\\u0000": "\\u0000"}
    )
    session.add_all(
        [Household(unit_id=place.id, head_name=f"An{NUL}{n}", code=f"x{n}", arrived_on=clock.today()) for n in range(3)]
    )
    session.commit()

    session.refresh(odd)

    assert (odd.title, odd.facts) == ("ab", {"x": ["y", {"z": ""}], "\\u0000": "\\u0000"})
    names = select(Household.head_name).where(Household.head_name.in_([f"An{NUL}0", "An1", "An2"]))  # type: ignore[attr-defined]
    assert sorted(session.exec(names)) == ["An0", "An1", "An2"]
    assert session.execute(select(literal(f"a{NUL}b"))).scalar_one() == "ab"
