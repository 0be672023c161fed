"""The words that exist: the database keeps them whoever writes, and to ask for these alone finds what to ask for all would."""

import re
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import column, delete, event, select, table, text, update
from sqlmodel import Session, col

from core import vocabulary
from core.db import make_engine
from core.fulltext import Holds, in_bulk, near, terms
from core.settings import settings as house
from models import Household, Unit
from services import household_search
from services.access import TERMINAL
from services.household_search import Filters
from services.household_values import search_text
from tests.databases import POSTGRES, examples
from tests.factories import make_household, make_unit

HOUSEHOLDS = Household.metadata.tables["household"]
WORDS = table("household_term", column("term"))
SYLLABLES = ("an", "ha", "hoa", "hoan", "hoang", "hang", "thi", "thanh", "than", "tha", "lan", "tdp1", "to12b", "7")
NAME = st.lists(st.sampled_from(SYLLABLES), min_size=1, max_size=4).map(" ".join)
SLIPS = ("hoagn", "thnah", "hoa ng", "thha", "xuan", "tdp", "to1")
TYPED = st.lists(st.sampled_from((*SYLLABLES, *SLIPS)), min_size=1, max_size=3).map(" ".join)
PHONES = ("+84912345678", "+84590123456", "+842093812345", "+842590123456", "+84845901234")
DIALLED = (*PHONES, *("0" + phone.removeprefix("+84") for phone in PHONES), "84590123456", "00000")


def in_groups(number: str, begin: int, length: int, size: int) -> str:
    """A part of a number as people write it."""
    part = number[begin : begin + length]
    return " ".join(part[place : place + size] for place in range(0, len(part), size))


NUMBER = st.builds(
    in_groups, st.sampled_from(DIALLED), st.integers(0, 4), st.integers(1, 12), st.sampled_from((3, 4, 12))
)  # fmt: skip


@pytest.fixture
def unit(session: Session) -> Unit:
    """A residential group."""
    return make_unit(session, parent=make_unit(session))


def words(session: Session) -> list[str]:
    """All that is written down."""
    return sorted(session.execute(select(WORDS.c.term)).scalars())


def test_the_words_of_whoever_writes_are_kept(session: Session, unit: Unit) -> None:
    home = make_household(session, unit=unit, search="hoang lan 12 0912345678 tdp3 to12b lan")
    with in_bulk(session, HOUSEHOLDS, "search"):
        make_household(session, unit=unit, search="nong lan so2")
    session.execute(update(Household).where(col(Household.id) == home.id).values(search="le lan"))

    assert words(session) == ["hoang", "lan", "le", "nong", "so*", "tdp*", "to*"]


def test_what_a_transaction_took_back_is_not_kept_and_what_fell_out_of_use_may_stay(session: Session, unit: Unit) -> None:
    make_household(session, unit=unit, search="hoang")
    session.execute(delete(Household))
    session.commit()
    session.add(Household(unit_id=unit.id, code="2", head_name="Lê", arrived_on=unit.created_at.date(), search="le"))
    session.flush()
    session.rollback()

    assert words(session) == ["hoang"]


@pytest.mark.parametrize("odd", ['quote" and \\', "Đỗ Văn", "", "it's [a], {b}"])
def test_a_text_that_is_no_terms_is_written_all_the_same(session: Session, unit: Unit, odd: str) -> None:
    make_household(session, unit=unit, search=odd)

    assert session.execute(select(col(Household.search))).scalar_one() == odd


def test_beginnings_that_no_term_has_are_not_asked_for(session: Session, unit: Unit) -> None:
    make_household(session, unit=unit, search="hoang hoa tdp3 12a 0912345678")

    def asked(*forms: str) -> list[set[str]]:
        return [set(told) for way in vocabulary.existing(session, "household", [[list(forms)]]) for told in way]

    assert asked("hoan", "hoam", "lan") == ([{"hoang"}] if POSTGRES else [{"hoan*"}])
    assert asked("td") == ([{"tdp*"}] if POSTGRES else [{"td*"}])
    assert asked("09", "12a", "a12", "tdp3") == [{"09*", "12a*", "a12*", "tdp3*"}]  # with digits: asked for as they are
    assert asked("lan") == asked("hoanga") == []


def test_many_terms_that_begin_alike_are_asked_for_together(session: Session, unit: Unit) -> None:
    letters = "abcdefgh"
    make_household(session, unit=unit, search=" ".join(f"x{one}{two}" for one in letters for two in letters))

    [[forms]] = vocabulary.existing(session, "household", [[["x"]]])

    assert forms == ["x*"]


def test_where_nothing_can_be_found_no_household_is_asked_for(session: Session, unit: Unit) -> None:
    make_household(session, unit=unit, search="hoang lan")
    session.commit()
    asked: list[str] = []
    engine: Any = session.get_bind()
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))

    page = household_search.search(session, actor=TERMINAL, filters=Filters(words="hoang xuan"))

    assert page.total == 0
    assert not [one for one in asked if "membership" in one and "ORDER BY" in one]


def test_a_number_in_groups_is_one_number_or_groups_that_all_begin_something(session: Session, unit: Unit) -> None:
    for code, address, phone in (
        ("whole", "", "+84912345678"), ("apart", "Số 345, ngõ 678", "+84912000111"), ("other", "Số 345, ngõ 678", "+84987000111"),
        ("backwards", "", "+84358765432"), ("begun", "Số 345", "+84912000222"),
    ):  # fmt: skip
        make_household(session, unit=unit, code=code, phone=phone, search=search_text("An", address, "", phone))

    def found(words: str) -> set[str]:
        page = household_search.search(session, actor=TERMINAL, filters=Filters(words=words))
        return {row.code for row in page.rows}

    assert found("0912 345 678") == {"whole", "apart"}
    assert found("0358 765 432") == found("035 876 5432") == {"backwards"}
    assert found("0912 345") == {"whole", "apart", "begun"}
    assert found("0234 567 853") == set()


@pytest.mark.skipif(not POSTGRES, reason="SQLite has one writer at a time")
def test_two_who_write_the_same_new_words_do_not_wait_for_each_other(session: Session, unit: Unit) -> None:
    make_household(session, unit=unit, search="")
    other = make_engine(house().database_url, writes=True)
    with Session(other) as second:
        for one, code, both in ((session, "A", ("hoang", "lan")), (second, "B", ("lan", "hoang"))):
            one.execute(text("SET LOCAL lock_timeout = '2s'"))
            for number, word in enumerate(both):
                one.execute(insert_of(unit, f"{code}{number}", word))
        second.commit()
        session.commit()
    other.dispose()

    assert set(words(session)) == {"hoang", "lan"}


def insert_of(unit: Unit, code: str, search: str) -> Any:
    """One household more, as a statement."""
    household = make_values(unit, code, search)
    return HOUSEHOLDS.insert().values(household)


def make_values(unit: Unit, code: str, search: str) -> dict[str, Any]:
    """The columns of a household."""
    return Household(
        unit_id=unit.id, code=code, head_name=search, arrived_on=unit.created_at.date(), search=search
    ).model_dump()  # fmt: skip


def is_inside(digits: str, phone: str) -> bool:
    """Whether digits are part of a number; nine and more within it, or from the country's code on."""
    if not digits or len(digits) < 9:
        return digits != "" and digits in phone
    return digits in phone.removeprefix("+84") or phone.startswith(f"+{digits}")


def as_it_is_told(typed: str, homes: Sequence[Household]) -> set[str]:
    """The model: the codes of the households that a question finds, told from their terms one by one."""
    asked, digits = terms(typed).split(), re.sub(r"[\s.\-()]+", "", typed)
    dialled = re.sub(r"^(\+84|0084|84(?=\d{9}$))0?", "0", digits).lstrip("+") if re.fullmatch(r"\+?\d{4,}", digits) else ""

    def found(*, is_forgiving: bool) -> set[str]:
        ends = [[word[::-1]] if word.isdecimal() and len(word) > 2 else [] for word in asked]
        forms = [[word, *end, *(near(word) if is_forgiving else [])] for word, end in zip(asked, ends, strict=True)]
        ways = [forms, [[dialled, dialled[::-1]]]] if dialled else [forms]
        codes = set()
        for home in homes:
            its = home.search.split()
            holds = any(all(any(term.startswith(tuple(one)) for term in its) for one in way) for way in ways if way)
            codes |= {home.code} if holds or (is_forgiving and is_inside(dialled.lstrip("0"), home.phone or "")) else set()
        return codes

    return found(is_forgiving=False) or found(is_forgiving=True)


@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    homes=st.lists(st.tuples(NAME, st.sampled_from((None, *PHONES))), min_size=1, max_size=5),
    questions=st.lists(TYPED | NUMBER, min_size=6, max_size=10),
)
def test_a_question_finds_what_its_words_say(
    session: Session, unit: Unit, homes: list[tuple[str, str | None]], questions: list[str]
) -> None:
    session.execute(delete(Household))
    for number, (name, phone) in enumerate(homes):
        search = search_text(name, "", str(number), phone)
        session.add(Household(**make_values(unit, str(number), search) | {"phone": phone}))
    session.flush()
    stand = list(session.execute(select(Household)).scalars())

    for one in questions:
        page = household_search.search(session, actor=TERMINAL, filters=Filters(words=one))
        assert {row.code for row in page.rows} == as_it_is_told(one, stand), one
    session.rollback()


@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(NAME, min_size=1, max_size=6), typed=TYPED)
def test_a_question_of_words_that_exist_finds_what_the_whole_question_finds(
    session: Session, unit: Unit, names: list[str], typed: str
) -> None:
    session.execute(delete(Household))
    for number, name in enumerate(names):
        session.add(Household(**make_values(unit, str(number), terms(name))))
    session.flush()
    way = [[word, *near(word)] for word in typed.split()]

    def found(ways: Sequence[Any]) -> set[str]:
        query = select(col(Household.code)).where(Holds(HOUSEHOLDS.c.search, *ways)) if ways else None
        return set() if query is None else set(session.execute(query).scalars())

    assert found(vocabulary.existing(session, "household", [way])) == found([[[f"{form}*" for form in forms] for forms in way]])
    session.rollback()
