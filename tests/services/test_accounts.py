import unicodedata
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlmodel import Session, select

from core.db import transaction
from core.errors import Invalid, NotAllowed, NotFound
from models import Attempt, AuditEvent, Role, Ticket, Unit, UnitKind, User
from models import Session as Browser
from services import accounts, doors, passwords, sessions
from services.access import TERMINAL, Actor, actor_of
from services.passwords import NOBODY, accepted, hash_password, is_right, normal, one_time
from tests.conftest import ROUNDS
from tests.factories import NOON, make_actor, make_unit, make_user

WORD = "song cau qua cau"
HOME, ELSEWHERE, OUTSIDE = "192.0.2.7", "192.0.2.8", "113.161.0.9"


def make_an(session: Session, **overrides: Any) -> User:
    return make_user(session, unit=make_unit(session), username="an", password_hash=hash_password(WORD), **overrides)


def sign_in(session: Session, user: User) -> str:
    token = sessions.redeem(session, ticket=sessions.issue_ticket(session, user_id=user.id), device="")
    assert token
    return token


def create(session: Session, actor: Actor, unit: Unit, **overrides: Any) -> tuple[User, str | None]:
    fields: dict[str, Any] = {"username": "lien", "role": Role.LEAD, "unit_id": unit.id} | overrides
    return accounts.create_user(session, actor=actor, **fields)


# Opening an account


def test_a_new_account_gets_a_one_time_password(session: Session) -> None:
    ward = make_unit(session)

    user, password = create(
        session, TERMINAL, ward, username=" Lien.Tran ", display_name="  Trần  Thị Liên ", phone="0912 345 678"
    )

    assert password
    assert is_right(password, user.password_hash)
    assert user.must_change_password
    assert (user.username, user.display_name, user.phone) == ("lien.tran", "Trần Thị Liên", "+84912345678")


def test_a_given_password_need_not_be_changed(session: Session) -> None:
    user, password = create(session, TERMINAL, make_unit(session), password=WORD)

    assert password is None
    assert not user.must_change_password
    assert user.password_expires_at is None


@pytest.mark.parametrize("name", ["a", "", "trần", "an mai", "an@phuong", "x" * 41, "an/mai", "<b>"])
def test_a_username_is_plain(session: Session, name: str) -> None:
    with pytest.raises(Invalid, match="Tên đăng nhập"):
        create(session, TERMINAL, make_unit(session), username=name)


def test_a_username_is_taken_once(session: Session) -> None:
    ward = make_unit(session)
    create(session, TERMINAL, ward, username="lien")

    with pytest.raises(Invalid, match="đã có người dùng"):
        create(session, TERMINAL, ward, username="LIEN")


def test_a_phone_that_is_none_is_refused(session: Session) -> None:
    with pytest.raises(Invalid, match="12345"):
        create(session, TERMINAL, make_unit(session), phone="12345")


@pytest.mark.parametrize("role", [Role.OFFICIAL, Role.STAFF, Role.LEAD, Role.VIEWER])
def test_only_an_admin_manages_accounts(session: Session, role: Role) -> None:
    ward = make_unit(session)
    actor, other = make_actor(session, unit=ward, role=role), make_user(session, unit=ward)

    for attempt in (
        lambda: create(session, actor, ward), lambda: accounts.listing(session, actor=actor),
        lambda: accounts.get(session, actor=actor, user_id=other.id), lambda: accounts.posts(session, actor=actor),
        lambda: accounts.reset_password(session, actor=actor, user_id=other.id),
        lambda: accounts.deactivate(session, actor=actor, user_id=other.id),
        lambda: accounts.reactivate(session, actor=actor, user_id=other.id),
        lambda: accounts.change(
            session, actor=actor, user_id=other.id, display_name="X", role=Role.ADMIN, unit_id=ward.id, phone=None
        ),
    ):  # fmt: skip
        with pytest.raises(NotAllowed):
            attempt()


def test_an_admin_manages_the_own_unit_and_below_and_nothing_else(session: Session) -> None:
    province = make_unit(session)
    ward = make_unit(session, parent=province)
    below, beside = make_unit(session, parent=ward), make_unit(session, parent=province)
    admin = make_actor(session, unit=ward, role=Role.ADMIN)
    theirs = make_user(session, unit=beside)

    made, _ = create(session, admin, below)

    assert made.unit_id == below.id
    with pytest.raises(NotFound):
        create(session, admin, beside, username="x2")
    with pytest.raises(NotFound):
        create(session, admin, province, username="x3", role=Role.ADMIN)
    for managing in (accounts.get, accounts.reset_password, accounts.deactivate, accounts.reactivate):
        with pytest.raises(NotFound):
            managing(session, actor=admin, user_id=theirs.id)
    with pytest.raises(NotFound):
        accounts.change(
            session, actor=admin, user_id=made.id, display_name="X", role=Role.ADMIN, unit_id=province.id, phone=None
        )  # fmt: skip
    assert {unit.id for unit in accounts.posts(session, actor=admin)} == {ward.id, below.id}


@pytest.mark.parametrize("kind", [UnitKind.PROVINCE, UnitKind.COMMUNE, UnitKind.OFFICE])
def test_only_the_terminal_makes_a_leader_of_more_than_a_residential_group(session: Session, kind: UnitKind) -> None:
    place = make_unit(session, kind=kind)
    admin = make_actor(session, unit=place, role=Role.ADMIN)
    staff, _ = create(session, admin, place, role=Role.STAFF)

    with pytest.raises(Invalid, match="thấy mọi hộ"):
        create(session, admin, place, username="x2")
    with pytest.raises(Invalid, match="thấy mọi hộ"):
        accounts.change(
            session, actor=admin, user_id=staff.id, display_name="X", role=Role.LEAD, unit_id=place.id, phone=None
        )  # fmt: skip
    made, _ = create(session, TERMINAL, place, username="x3")
    accounts.change(session, actor=admin, user_id=made.id, display_name="Y", role=Role.LEAD, unit_id=place.id, phone=None)

    assert (made.role, made.display_name) == (Role.LEAD, "Y")


# Passwords


@pytest.mark.parametrize(
    "word",
    ["", "1234567", "ngắn", "password", "matkhau123", "MatKhau123", "Mật khẩu", "anhyeuem", "aaaaaaaaaaaa", "abababab", "đ" * 40,
     "lien.tran", "lientran12", "a\0bcdefghij"],
)  # fmt: skip
def test_a_password_that_is_guessed_or_does_not_fit_is_refused(word: str) -> None:
    with pytest.raises(Invalid):
        accepted(word, username="lien.tran")


@pytest.mark.parametrize("word", ["cầu bắc qua sông", "x7#kQ2m!", "tatca chu thuong", "L" + "0123456789abcdef" * 4, "8 chữ cái!"])
def test_a_password_may_be_of_any_letters(word: str) -> None:
    assert accepted(word) == word


def test_a_password_is_the_same_in_one_letter_or_in_pieces() -> None:
    composed = "Mưa trên sông Cầu"
    pieces = unicodedata.normalize("NFD", composed)
    hashed = hash_password(composed)

    assert composed != pieces
    assert normal(f" {pieces} ") == composed
    assert is_right(pieces, hashed)
    assert not is_right("mưa trên sông Cầu", hashed)


def test_a_password_is_kept_as_bcrypt_of_twelve_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "ROUNDS", ROUNDS)

    assert hash_password(WORD).startswith("$2b$12$")


def test_an_account_without_a_password_hash_lets_nobody_in() -> None:
    assert not is_right("!", "!")
    assert not is_right("-", NOBODY)


def test_one_time_passwords_are_long_random_and_readable() -> None:
    made = {one_time() for _ in range(200)}

    assert len(made) == 200
    assert all(len(word) == 17 and not set(word) & set("01oliuv") for word in made)


# The door


def test_wrong_right_unknown_and_closed_look_alike_to_who_asks(session: Session) -> None:
    make_an(session)
    make_user(session, unit=make_unit(session), username="closed", password_hash=hash_password(WORD), is_active=False)

    given = [accounts.knock(session, username=name, address=HOME).hashed for name in (" AN ", "nobody", "closed")]

    assert is_right(WORD, given[0])
    assert given[1:] == [NOBODY, NOBODY]


def test_five_wrong_tries_lock_that_name_at_that_address_for_fifteen_minutes(session: Session) -> None:
    user = make_an(session)
    with time_machine.travel(NOON, tick=False) as now:
        for minute in range(5):
            now.move_to(NOON + timedelta(minutes=2 * minute))
            assert accounts.knock(session, username="an", address=HOME).hashed == user.password_hash

        assert accounts.knock(session, username="AN", address=HOME).hashed == NOBODY
        assert accounts.knock(session, username="an", address=ELSEWHERE).hashed == user.password_hash
        now.move_to(NOON + timedelta(minutes=8 + 14, seconds=59))
        assert accounts.knock(session, username="an", address=HOME).hashed == NOBODY
        now.move_to(NOON + timedelta(minutes=8 + 15))
        assert accounts.knock(session, username="an", address=HOME).hashed == user.password_hash


def test_tries_made_at_the_same_moment_are_counted_before_any_is_answered(session: Session) -> None:
    user = make_an(session)
    session.commit()

    def knock(_: int) -> accounts.Knock:
        with transaction() as own:
            return accounts.knock(own, username="an", address=HOME)

    with ThreadPoolExecutor(8) as many:
        knocks = list(many.map(knock, range(8)))

    assert sorted(one.hashed == user.password_hash for one in knocks) == [False] * 3 + [True] * 5
    assert [one.locks for one in knocks].count(True) == 1


def test_the_right_password_at_the_fifth_try_opens_and_locks_nothing(session: Session) -> None:
    user = make_an(session)
    fifth = [accounts.knock(session, username="an", address=HOME) for _ in range(5)][-1]
    assert (fifth.hashed, fifth.locks) == (user.password_hash, True)

    accounts.admit(session, username="an", address=HOME)

    assert accounts.knock(session, username="an", address=HOME) == accounts.Knock(user.password_hash)


def test_five_wrong_tries_in_more_than_fifteen_minutes_lock_nothing(session: Session) -> None:
    with time_machine.travel(NOON, tick=False) as now:
        for minute in (0, 4, 8, 12, 16):
            now.move_to(NOON + timedelta(minutes=minute))
            doors.record_wrong_try(session, door="d")

        assert not doors.is_locked(session, door="d")


def test_many_names_tried_from_one_address_on_the_internet_lock_it_for_all(session: Session) -> None:
    user = make_an(session)
    for _ in range(accounts.MOST_NAMES * 2):  # those who come in are not counted
        assert accounts.knock(session, username="an", address=OUTSIDE).hashed == user.password_hash
        accounts.admit(session, username="an", address=OUTSIDE)

    locks = [accounts.knock(session, username=f"guess{n}", address=OUTSIDE).locks for n in range(accounts.MOST_NAMES)]

    assert locks == [False] * (accounts.MOST_NAMES - 1) + [True]
    assert accounts.knock(session, username="an", address=OUTSIDE) == accounts.Knock(NOBODY)
    assert accounts.knock(session, username="an", address="113.161.0.10").hashed == user.password_hash


def test_many_names_tried_from_the_wards_own_network_lock_nobody_else_out(session: Session) -> None:
    user = make_an(session)
    for n in range(accounts.MOST_NAMES + 1):
        accounts.knock(session, username=f"guess{n}", address="127.0.0.1")

    assert accounts.knock(session, username="an", address="127.0.0.1").hashed == user.password_hash


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("113.161.0.9", "113.161.0.9"),
        ("203.0.113.9", ""),
        ("::ffff:10.0.0.7", ""),
        ("2001:ee0:4f00:1:a:b:c:d", "2001:ee0:4f00:1::"),
        ("192.168.1.4", ""),
        ("local", ""),
    ],
)
def test_an_address_on_the_internet_stands_for_one_caller(address: str, network: str) -> None:
    assert doors.network_of(address) == network


def test_trying_at_a_locked_door_does_not_keep_it_locked(session: Session) -> None:
    with time_machine.travel(NOON, tick=False) as now:
        locks = [doors.record_wrong_try(session, door="d") for _ in range(9)]
        assert locks == [False] * 4 + [True] + [False] * 4

        now.move_to(NOON + timedelta(minutes=15))
        assert not doors.is_locked(session, door="d")


def test_a_door_may_have_other_limits(session: Session) -> None:
    for _ in range(3):
        doors.record_wrong_try(session, door="d", limit=3, minutes=60)

    assert doors.is_locked(session, door="d", limit=3, minutes=60)
    assert not doors.is_locked(session, door="d")
    assert not doors.is_locked(session, door="e", limit=3, minutes=60)


def test_the_right_password_wipes_the_slate(session: Session) -> None:
    make_an(session)
    for _ in range(4):
        accounts.knock(session, username="an", address=HOME)

    accounts.admit(session, username="an", address=HOME)

    assert session.exec(select(Attempt)).all() == []


def test_who_tried_and_from_where_is_not_kept(session: Session) -> None:
    accounts.knock(session, username="an", address=HOME)

    door = session.exec(select(Attempt.door)).one()
    assert "an" not in door.split("|")
    assert HOME not in door
    assert len(door) == 32


def test_old_tries_are_swept_away(session: Session) -> None:
    with time_machine.travel(NOON, tick=False) as now:
        doors.record_wrong_try(session, door="d")
        now.move_to(NOON + timedelta(days=2))
        doors.record_wrong_try(session, door="e")

    assert len(session.exec(select(Attempt)).all()) == 1


def test_a_lock_is_written_down_without_the_name_that_was_typed(session: Session) -> None:
    user = make_an(session)
    for _ in range(6):
        tried = accounts.knock(session, username="an", address=HOME)
        accounts.turn_away(session, username="an", locks=tried.locks)

    events = session.exec(select(AuditEvent)).all()
    assert [(event.action, event.subject_id) for event in events] == [("user.door_locked", str(user.id))]
    assert HOME not in str(events[0].details)


def test_a_one_time_password_is_good_for_a_week_and_one_sign_in(session: Session) -> None:
    with time_machine.travel(NOON, tick=False) as now:
        user, password = create(session, TERMINAL, make_unit(session))
        now.move_to(NOON + timedelta(days=6, hours=23))
        assert is_right(password or "", accounts.knock(session, username="lien", address=HOME).hashed)

        sign_in(session, user)
        assert accounts.knock(session, username="lien", address=HOME).hashed == NOBODY

        password = accounts.reset_password(session, actor=TERMINAL, user_id=user.id)
        assert is_right(password, accounts.knock(session, username="lien", address=HOME).hashed)
        now.move_to(NOON + timedelta(days=14))
        assert accounts.knock(session, username="lien", address=HOME).hashed == NOBODY


# Sessions


def test_tickets_of_yesterday_are_swept_away(session: Session) -> None:
    user = make_an(session)
    with time_machine.travel(NOON, tick=False) as now:
        sessions.issue_ticket(session, user_id=user.id)
        now.move_to(NOON + timedelta(days=2))
        sessions.issue_ticket(session, user_id=user.id)

    assert len(session.exec(select(Ticket)).all()) == 1


def test_a_session_is_known_by_the_digest_of_its_token_only(session: Session) -> None:
    user = make_an(session)

    token = sign_in(session, user)

    kept = session.exec(select(Browser)).one()
    assert len(token) >= 32  # 192 bits
    assert token not in str(kept.model_dump()) + str(session.exec(select(Ticket)).one().model_dump())
    assert sessions.session_actor(session, token=token) == replace(actor_of(session, user), proven_at=kept.proven_at)
    assert sessions.session_actor(session, token=kept.token_hash) is None
    assert sessions.session_actor(session, token="") is None


def test_a_session_ends_half_an_hour_after_it_was_last_seen(session: Session) -> None:
    with time_machine.travel(NOON, tick=False) as now:
        token = sign_in(session, make_an(session))
        now.move_to(NOON + timedelta(minutes=29))
        sessions.seen(session, token=token)

        now.move_to(NOON + timedelta(minutes=58))
        assert sessions.session_actor(session, token=token)
        now.move_to(NOON + timedelta(minutes=60))
        sessions.seen(session, token=token)  # being looked at then wakes it no more
        assert sessions.session_actor(session, token=token) is None


def test_a_session_ends_after_twelve_hours_however_busy(session: Session) -> None:
    with time_machine.travel(NOON, tick=False) as now:
        token = sign_in(session, make_an(session))
        for quarter in range(1, 48):
            now.move_to(NOON + timedelta(minutes=15 * quarter))
            sessions.seen(session, token=token)
        assert sessions.session_actor(session, token=token)

        now.move_to(NOON + timedelta(hours=12, seconds=1))
        assert sessions.session_actor(session, token=token) is None


def test_being_seen_is_written_at_most_once_a_minute(session: Session) -> None:
    with time_machine.travel(NOON, tick=False) as now:
        token = sign_in(session, make_an(session))
        now.move_to(NOON + timedelta(seconds=59))
        sessions.seen(session, token=token)
        assert session.exec(select(Browser.last_seen_at)).one() == NOON

        now.move_to(NOON + timedelta(seconds=61))
        sessions.seen(session, token=token)
        assert session.exec(select(Browser.last_seen_at)).one() == NOON + timedelta(seconds=61)


def test_closing_an_account_ends_its_sessions_and_its_tickets(session: Session) -> None:
    user = make_an(session)
    token, ticket = sign_in(session, user), sessions.issue_ticket(session, user_id=user.id)

    accounts.deactivate(session, actor=TERMINAL, user_id=user.id)

    assert sessions.session_actor(session, token=token) is None
    assert sessions.redeem(session, ticket=ticket, device="") is None
    accounts.reactivate(session, actor=TERMINAL, user_id=user.id)
    assert sessions.session_actor(session, token=token) is None
    assert is_right(WORD, accounts.knock(session, username="an", address=HOME).hashed)


def test_a_new_role_and_unit_act_at_the_next_click(session: Session) -> None:
    ward = make_unit(session)
    group = make_unit(session, parent=ward)
    user = make_user(session, unit=ward, role=Role.OFFICIAL)
    token = sign_in(session, user)

    accounts.change(
        session, actor=TERMINAL, user_id=user.id, display_name="Trần Thị Liên", role=Role.LEAD, unit_id=group.id, phone=""
    )  # fmt: skip

    actor = sessions.session_actor(session, token=token)
    assert actor
    assert (actor.role, actor.unit_path, actor.display_name) == (Role.LEAD, group.path, "Trần Thị Liên")


def test_a_reset_ends_every_session_and_gives_a_new_one_time_password(session: Session) -> None:
    user = make_an(session)
    token = sign_in(session, user)

    made = accounts.reset_password(session, actor=TERMINAL, user_id=user.id)

    assert sessions.session_actor(session, token=token) is None
    assert is_right(made, user.password_hash)
    assert user.must_change_password


def test_changing_ones_password_keeps_only_this_browser(session: Session) -> None:
    user = make_an(session)
    here, there = sign_in(session, user), sign_in(session, user)

    done = accounts.change_password(session, actor=actor_of(session, user), current=WORD, new="cầu bắc qua sông", token=here)

    assert done
    assert sessions.session_actor(session, token=here)
    assert sessions.session_actor(session, token=there) is None


def test_ones_password_changes_only_with_the_right_current_one(session: Session) -> None:
    user = make_an(session)
    actor, token = actor_of(session, user), sign_in(session, user)

    def tried(current: str) -> bool:
        return accounts.change_password(session, actor=actor, current=current, new="cầu bắc qua sông", token=token)

    assert [tried("wrong") for _ in range(5)] == [False] * 5
    assert not tried(WORD)  # locked
    assert is_right(WORD, user.password_hash)


def test_the_new_password_must_be_another(session: Session) -> None:
    user = make_an(session, must_change_password=True)

    with pytest.raises(Invalid, match="khác"):
        accounts.change_password(session, actor=actor_of(session, user), new=WORD, token=sign_in(session, user))


def test_one_sees_and_ends_ones_own_browsers_only(session: Session) -> None:
    user, other = make_an(session), make_user(session, unit=make_unit(session))
    here, there = sign_in(session, user), sign_in(session, user)
    sign_in(session, other)
    actor = actor_of(session, user)

    mine = sessions.mine(session, actor=actor, token=here)

    assert [one.is_here for one in mine] == [True, False]
    sessions.end_mine(session, actor=actor, session_id=mine[1].id)
    assert sessions.session_actor(session, token=there) is None
    theirs = session.exec(select(Browser.id).where(Browser.user_id == other.id)).one()
    with pytest.raises(NotFound):
        sessions.end_mine(session, actor=actor, session_id=theirs)


# Who remains


def test_the_last_admin_of_a_place_can_neither_go_nor_step_down(session: Session) -> None:
    ward = make_unit(session)
    admin = make_user(session, unit=ward, role=Role.ADMIN)
    make_user(session, unit=make_unit(session, parent=ward), role=Role.ADMIN)  # below: has no say here
    make_user(session, unit=ward, role=Role.ADMIN, is_active=False)

    with pytest.raises(NotAllowed, match="cuối cùng"):
        accounts.deactivate(session, actor=TERMINAL, user_id=admin.id)
    with pytest.raises(NotAllowed, match="cuối cùng"):
        accounts.change(
            session, actor=TERMINAL, user_id=admin.id, display_name="X", role=Role.STAFF, unit_id=ward.id, phone=None
        )  # fmt: skip


def test_an_admin_may_go_while_another_remains_here_or_above(session: Session) -> None:
    province = make_unit(session)
    ward = make_unit(session, parent=province)
    first, second = (make_user(session, unit=ward, role=Role.ADMIN) for _ in range(2))

    accounts.deactivate(session, actor=TERMINAL, user_id=first.id)
    make_user(session, unit=province, role=Role.ADMIN)
    accounts.deactivate(session, actor=TERMINAL, user_id=second.id)

    assert not first.is_active
    assert not second.is_active


def test_the_list_is_searched_without_marks_and_shows_who_came(session: Session) -> None:
    ward = make_unit(session)
    admin = make_actor(session, unit=ward, role=Role.ADMIN, display_name="Đỗ Văn An")
    lien = make_user(session, unit=make_unit(session, parent=ward, short_name="Tổ 13, Sông Cầu"), display_name="Trần Thị Liên",
                     role=Role.LEAD)  # fmt: skip
    make_user(session, unit=ward, display_name="Ánh", is_active=False)
    sign_in(session, lien)

    everyone = accounts.listing(session, actor=admin)

    assert [one.display_name for one in everyone] == ["Đỗ Văn An", "Trần Thị Liên", "Ánh"]
    assert [one.last_seen_at is not None for one in everyone] == [False, True, False]
    assert [one.id for one in accounts.listing(session, actor=admin, text="tran thi")] == [lien.id]
    assert [one.id for one in accounts.listing(session, actor=admin, text="to 13")] == [lien.id]
    assert [one.id for one in accounts.listing(session, actor=admin, role=Role.LEAD)] == [lien.id]
    assert [one.display_name for one in accounts.listing(session, actor=admin, is_active=False)] == ["Ánh"]


def test_what_is_done_to_accounts_is_written_down(session: Session) -> None:
    ward = make_unit(session)
    user, _ = create(session, TERMINAL, ward, role=Role.STAFF)
    token = sign_in(session, user)
    accounts.change(
        session, actor=TERMINAL, user_id=user.id, display_name="Liên", role=Role.LEAD, unit_id=ward.id, phone="0912345678"
    )  # fmt: skip
    accounts.reset_password(session, actor=TERMINAL, user_id=user.id)
    accounts.deactivate(session, actor=TERMINAL, user_id=user.id)
    accounts.reactivate(session, actor=TERMINAL, user_id=user.id)
    again = sign_in(session, user)
    sessions.sign_out(session, token=again)
    sessions.sign_out(session, token=token)

    events = session.exec(select(AuditEvent).order_by(AuditEvent.sequence)).all()  # type: ignore[arg-type]  # a column
    assert [event.action for event in events] == [
        "user.created", "user.signed_in", "user.changed", "user.password_reset", "user.deactivated", "user.reactivated",
        "user.signed_in", "user.signed_out",
    ]  # fmt: skip
    told = str([event.details for event in events])
    assert "912345678" not in told
    assert token not in told


def test_a_language_we_do_not_have_is_refused(session: Session) -> None:
    actor = make_actor(session, unit=make_unit(session))

    with pytest.raises(Invalid):
        accounts.set_language(session, actor=actor, language="fr")
    accounts.set_language(session, actor=actor, language="ja")
    assert session.get_one(User, actor.id).language == "ja"


def test_there_is_no_account_from_the_start(session: Session) -> None:
    assert session.exec(select(User)).all() == []
    assert accounts.knock(session, username="admin", address=HOME).hashed == NOBODY
