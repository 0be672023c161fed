"""A breach: whose data, seventy-two hours from discovery, drafts of both notices, a register that keeps why."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from sqlmodel import Session, select

from core import clock
from core.errors import Invalid, NotAllowed, NotFound
from models import (
    AuditEvent,
    Breach,
    BreachField,
    BreachScope,
    Channel,
    ChannelAccount,
    Household,
    PaperKind,
    Role,
    Unit,
)
from services import breach_letters, breach_scopes, breaches, household_export, official_papers
from services.access import Actor
from services.breaches import BreachForm
from services.household_search import Filters
from tests.factories import (
    NOON,
    make_actor,
    make_batch,
    make_delivery,
    make_group,
    make_household,
    make_membership,
    make_unit,
)

FIELDS = (BreachField.NAMES, BreachField.PHONES)


@pytest.fixture
def ward(session: Session) -> Unit:
    return make_unit(session, name="Phường Bắc Kạn")


@pytest.fixture
def unit(session: Session, ward: Unit) -> Unit:
    return make_unit(session, parent=ward)


@pytest.fixture
def official(session: Session, ward: Unit) -> Actor:
    return make_actor(session, unit=ward, role=Role.OFFICIAL)


@pytest.fixture
def homes(session: Session, unit: Unit, ward: Unit) -> list[Household]:
    inside = [make_household(session, unit=unit, people=n) for n in (3, 5)]
    return [*inside, make_household(session, unit=make_unit(session, parent=ward), people=7)]


def opened(session: Session, actor: Actor, ward: Unit, scope: BreachScope, scope_id: object, **fields: Any) -> Breach:
    form = BreachForm("Gửi nhầm danh sách", scope, str(scope_id), fields=FIELDS, **fields)
    return breaches.open_(session, actor=actor, ward_id=ward.id, form=form)


@pytest.mark.usefixtures("noon")
def test_each_scope_finds_the_households_behind_it(
    session: Session, official: Actor, ward: Unit, unit: Unit, homes: list[Household]
) -> None:
    account = ChannelAccount(unit_id=ward.id, channel=Channel.ZNS)
    session.add(account)
    homes[0].phone = "+84912345678"
    session.add(homes[0])
    make_batch(session, account=account, of=make_delivery(session, unit=ward))
    group = make_group(session, unit=unit)
    make_membership(session, household=homes[2], group=group)
    household_export.take(session, actor=official, filters=Filters(unit_id=unit.id))
    taken = session.exec(select(AuditEvent).where(AuditEvent.action == "household.exported")).one()

    found = {
        scope: (made.households, made.people)
        for scope, scope_id in (
            (BreachScope.UNIT, unit.id), (BreachScope.ACCOUNT, account.id), (BreachScope.LEADER_PAGE, group.id),
            (BreachScope.EXPORT, taken.id),
        )
        for made in [opened(session, official, ward, scope, scope_id)]
    }  # fmt: skip

    assert found == {
        BreachScope.UNIT: (2, 8), BreachScope.ACCOUNT: (1, 3), BreachScope.LEADER_PAGE: (3, 15), BreachScope.EXPORT: (2, 8),
    }  # fmt: skip
    for scope in BreachScope:
        assert breach_scopes.choices(session, actor=official, scope=scope) != []


def test_the_clock_runs_seventy_two_hours_from_discovery(session: Session, official: Actor, ward: Unit, unit: Unit) -> None:
    with time_machine.travel(NOON, tick=False):
        first, second = (opened(session, official, ward, BreachScope.UNIT, unit.id) for _ in range(2))
    with time_machine.travel(NOON + timedelta(hours=71, minutes=59), tick=False):
        assert [row.is_late for row in breaches.listing(session, actor=official)] == [False, False]
        breaches.told_authority(session, actor=official, breach_id=first.id)
    with time_machine.travel(NOON + timedelta(hours=72, minutes=1), tick=False):
        assert breaches.running(session, actor=official) == (1, NOON + timedelta(hours=72))
        assert breaches.get(session, actor=official, breach_id=second.id).is_late
        breaches.told_authority(session, actor=official, breach_id=second.id)
        told = [breaches.get(session, actor=official, breach_id=one.id).was_told_in_time for one in (first, second)]
        register = breaches.register(session, actor=official, ward_id=ward.id)

    assert told == [True, False]
    assert "quá 72 giờ" in str(register.tables)


@pytest.mark.usefixtures("noon")
def test_the_drafts_say_nature_numbers_consequences_measures_and_contact(
    session: Session, official: Actor, ward: Unit, unit: Unit, homes: list[Household]
) -> None:
    said = {"nature": "Tệp gửi nhầm nhóm", "consequences": "Cuộc gọi lừa đảo", "measures": "Đã xóa tệp"}
    breach = opened(session, official, ward, BreachScope.UNIT, unit.id, **said)

    [paper] = breach_letters.to_authority(session, breach=breach, ward=ward)
    draft = breaches.draft_for_people(session, actor=official, breach_id=breach.id)
    again = breaches.draft_for_people(session, actor=official, breach_id=breach.id)

    text = " ".join(words for _run, words in paper.body)
    assert all(one in text for one in ("Tệp gửi nhầm nhóm", "2 hộ, 8 người", "Cuộc gọi lừa đảo", "Đã xóa tệp", "số điện thoại"))
    assert (paper.kind, "A05" in paper.to, paper.body[-1][1].endswith("./.")) == ("THÔNG BÁO", True, True)
    assert (draft.id, homes[0].head_name in draft.body, "phường Bắc Kạn" in draft.body) == (again.id, False, True)


@pytest.mark.usefixtures("noon")
def test_the_clerk_s_number_stands_on_the_notice_once_and_from_then_on_its_words_do_too(
    session: Session, official: Actor, ward: Unit, unit: Unit
) -> None:
    breach = opened(session, official, ward, BreachScope.UNIT, unit.id, measures="Đã xóa tệp")
    today = clock.today()

    def number(typed: int, day: date = today, to: Breach = breach) -> None:
        breaches.give_number(session, actor=official, breach_id=to.id, place=1, number=typed, issued_on=day)

    [before] = breach_letters.to_authority(session, breach=breach, ward=ward)
    for typed, day in ((0, today), (7, today + timedelta(days=1)), (7, today - timedelta(days=1))):
        with pytest.raises(Invalid):
            number(typed, day)
    number(7)
    [sent] = breach_letters.to_authority(session, breach=breach, ward=ward)
    breach.measures = "Đã xóa tệp, đổi mật khẩu"

    assert (before.number, before.draft[:7], sent.number, sent.issued_on, sent.draft) == (None, "Dự thảo", 7, today, "")
    assert sent.body == before.body
    assert breach_letters.to_authority(session, breach=breach, ward=ward)[0] == sent
    with pytest.raises(Invalid, match="đã có số"):
        number(8)
    with pytest.raises(Invalid, match="Số 7 năm"):
        number(7, to=opened(session, official, ward, BreachScope.UNIT, unit.id))
    with pytest.raises(Invalid, match="Số 7 năm"):
        official_papers.check_free(session, ward_id=ward.id, kind=PaperKind.NOTICE, number=7, year=today.year)
    official_papers.check_free(session, ward_id=ward.id, kind=PaperKind.INVITATION, number=7, year=today.year)


def test_what_is_learned_later_goes_out_in_notices_with_numbers_of_their_own(
    session: Session, official: Actor, ward: Unit, unit: Unit
) -> None:
    with time_machine.travel(NOON, tick=False):
        breach = opened(session, official, ward, BreachScope.UNIT, unit.id, measures="Đã xóa tệp")

    def number(typed: int, *, place: int, day: date) -> None:
        breaches.give_number(session, actor=official, breach_id=breach.id, place=place, number=typed, issued_on=day)

    first_day, second_day = NOON.date(), NOON.date() + timedelta(days=1)
    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        with pytest.raises(Invalid, match="trước chưa có số"):
            number(7, place=2, day=second_day)
        number(7, place=1, day=first_day)
        with pytest.raises(Invalid, match="Chưa có điều gì mới"):
            number(9, place=2, day=second_day)
        breach.measures = "Đã xóa tệp, đổi mật khẩu"
        first, draft = breach_letters.to_authority(session, breach=breach, ward=ward)
        for typed, day, why in ((7, second_day, "Số 7 năm"), (9, first_day - timedelta(days=1), "trước")):
            with pytest.raises(Invalid, match=why):
                number(typed, place=2, day=day)
        number(9, place=2, day=second_day)
        sent = breach_letters.to_authority(session, breach=breach, ward=ward)
        with pytest.raises(Invalid, match="đã có số"):
            number(10, place=2, day=second_day)
        breach.households = 5
        third = breach_letters.to_authority(session, breach=breach, ward=ward)[2]
        register = breaches.register(session, actor=official, ward_id=ward.id)
        [row] = breaches.listing(session, actor=official)

    assert (first.number, draft.number, draft.draft[:7]) == (7, None, "Dự thảo")
    assert draft.subject == "Về việc bổ sung thông báo vi phạm về dữ liệu cá nhân"
    assert f"Tiếp theo Thông báo số 7/TB-UBND ngày {first_day:%d/%m/%Y}" in draft.body[0][1]
    assert [(one.number, one.issued_on, one.draft) for one in sent] == [(7, first_day, ""), (9, second_day, "")]
    assert sent[1].body == draft.body
    assert "số 9/TB-UBND" in third.body[0][1]
    assert f"Số 7 ngày {first_day:%d/%m/%Y}, bổ sung số 9 ngày {second_day:%d/%m/%Y}" in str(register.tables)
    assert [one.number for one in row.letters] == [7, 9]


@pytest.mark.usefixtures("noon")
def test_only_who_decides_here_gives_the_notice_its_number(session: Session, official: Actor, ward: Unit, unit: Unit) -> None:
    breach = opened(session, official, ward, BreachScope.UNIT, unit.id)
    others = {
        NotAllowed: make_actor(session, unit=ward, role=Role.STAFF),
        NotFound: make_actor(session, unit=make_unit(session), role=Role.OFFICIAL),
    }

    for refusal, actor in others.items():
        with pytest.raises(refusal):
            breaches.give_number(session, actor=actor, breach_id=breach.id, place=1, number=7, issued_on=clock.today())


@pytest.mark.usefixtures("noon")
def test_it_is_closed_only_with_a_notice_or_a_reason_and_what_was_done(
    session: Session, official: Actor, ward: Unit, unit: Unit
) -> None:
    breach = opened(session, official, ward, BreachScope.UNIT, unit.id)
    with pytest.raises(Invalid, match="Chưa báo"):
        breaches.close(session, actor=official, breach_id=breach.id)
    with pytest.raises(Invalid):
        breaches.not_told(session, actor=official, breach_id=breach.id, because=" ")
    breaches.not_told(session, actor=official, breach_id=breach.id, because="Tệp không mở được, đã thu hồi sau 1 phút")
    assert breaches.running(session, actor=official) == (0, None)
    with pytest.raises(Invalid, match="khắc phục"):
        breaches.close(session, actor=official, breach_id=breach.id)
    form = BreachForm("Gửi nhầm", BreachScope.UNIT, str(unit.id), fields=FIELDS, measures="Đã thu hồi")
    with pytest.raises(Invalid, match="người khác sửa"):
        breaches.change(session, actor=official, breach_id=breach.id, form=form, version=1)
    breaches.change(session, actor=official, breach_id=breach.id, form=form, version=breach.version)

    assert breaches.close(session, actor=official, breach_id=breach.id).closed_at == clock.now()
    with pytest.raises(Invalid, match="khép lại"):
        breaches.told_people(session, actor=official, breach_id=breach.id)


@pytest.mark.usefixtures("noon")
def test_bad_words_and_wrong_hands_are_refused(session: Session, official: Actor, ward: Unit, unit: Unit) -> None:
    later = clock.now() + timedelta(hours=1)
    for fields in ({"found_at": later}, {"since": clock.now(), "until": clock.now() - timedelta(days=1)}):
        with pytest.raises(Invalid):
            opened(session, official, ward, BreachScope.UNIT, unit.id, **fields)
    with pytest.raises(Invalid):
        opened(session, official, ward, BreachScope.UNIT, "")
    with pytest.raises(NotFound):
        opened(session, official, ward, BreachScope.UNIT, make_unit(session).id)
    with pytest.raises(NotAllowed):
        opened(session, make_actor(session, unit=ward), ward, BreachScope.UNIT, unit.id)
    made = opened(session, official, ward, BreachScope.UNIT, unit.id)
    stranger = make_actor(session, unit=make_unit(session), role=Role.OFFICIAL)
    with pytest.raises(NotFound):
        breaches.get(session, actor=stranger, breach_id=made.id)
