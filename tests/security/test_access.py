"""S46: every public service function asks who acts, and asks the one table (`services.access.May`)."""

import ast
import re

import pytest

from models import Role
from services.access import May
from tests.security.sources import DOORS, HOUSE, acts, called_from, checked, is_of, modules, reaching, records, services

pytestmark = pytest.mark.no_cover  # the house is read, not run
# What whoever calls it is answered, without being known; each with the reason why that is right.
ASKED_BY_STRANGERS = {
    "access.actor_named": "the terminal says for whom it acts: whoever has it has everything",
    "accounts.admit": "the door: it finds out who comes",
    "accounts.knock": "the door: locks are looked at before anybody is known",
    "accounts.turn_away": "the door: what was wrong is counted",
    "audit.last_at": "the terminal's doctor: an hour",
    "audit.last_sequence": "how many rows there are: by it a screen knows that something changed",
    "audit_checks.verify": "the terminal walks the chain: a count, and where it breaks",
    "demo.holds_anything": "the terminal: whether the house is empty",
    "demo.sign_ins": "the terminal: invented people's sign-ins",
    "departures.count_of": "the terminal, after it sent with its actor: a count",
    "health.is_database_ready": "a monitor: yes or no",
    "health.relay_counts": "a monitor: counts of the whole house",
    "health.revision": "the terminal: the tables' version",
    "links.for_announcement": "the terminal, after it sent with its actor",
    "rollups.repair": "the terminal puts counts right that belong to everybody",
    # public pages: what everybody may know, from rows that are published
    "duty_hours.of_ward": "public: when the desk is open, without names",
    "duty_hours.ward_of": "public: a ward by its code",
    "emblems.of_unit": "public: an emblem",
    "emblems.of_ward": "public: an emblem",
    "home_visits.ask_publicly": "public: somebody asks for help",
    "home_visits.groups_of": "public: names of a ward's groups, to choose one's own",
    "inquiry_intake.take_in": "public: a question is asked",
    "inquiry_page.homes": "public: wards that take questions",
    "inquiry_rules.of": "public: by when a ward answers",
    "privacy_files.notice": "public: what a ward keeps of people",
    "procedures.of_code": "public: a procedure",
    "procedures.page_of": "public: a procedure",
    "procedures.shelf": "public: procedures in use",
    "procedures.wards_with_procedures": "public: wards with a shelf",
    "public_answers.found": "public: published answers",
    "public_answers.most_asked": "public: published answers",
    "reports_done.photo_of": "public: the photo of what was mended, once published",
    "scans.record": "public: an opening is counted, without who",
    "subject_requests.ask": "public: what somebody asks about the own data; the desk finds out who it is",
    "team_members.ward_card": "public: a ward's name and number",
    "team_members.ward_with_a_team": "public: a ward by its code",
    "ward_in_public.of": "public: what everybody may know of a ward",
    "wards.here": "public: the only ward, if it is one",
    "wards.of_unit": "public: a ward's card",
    # secrets other than an address's own
    "household_cards.tied": "the phone's own cookie, 192 bits, of which a digest is kept",
    "join.is_inside": "the household that the phone's own cookie is tied to",
    "receipts.keep": "a webhook whose signature was found good",
    "receipts.work_off": "works off what signed webhooks left",
    "webhook_accounts.of_facebook": "whose secret a signature is tried with",
    "webhook_accounts.of_zalo": "whose secret a signature is tried with",
    "access.display_names": "the names beside records the reader sees",
    "attachments.remove_unnamed": "files that no row names any more, after an erasure that asked",
    "backup_copies.note": "the terminal writes down what it copied",
    "figure_checks.verify": "the terminal counts again what belongs to everybody",
    "kept_forms.keep": "what somebody typed whose session has just ended, for the same account only",
    "legal_holds.standing": "of a household the reader has open",
    "passkeys.ask_to_prove": "the door: the password was right, the second step is not done",
    "passkeys.prove": "the door: the password was right, the second step is not done",
    "public_answers.rumours": "public: published answers",
    "rumour_relays.counts": "public: in how many chats a published answer was posted",
    "shown_photos.visible": "of photos that the page has found: those that everybody may see",
    "second_door.admit": "the door: whom an identity provider vouches for",
    "second_factors.passkeys_of": "the door: the password was right, the second step is not done",
    "second_factors.shown": "the door: the password was right, the second step is not done",
    "wards.inhabited": "wards in which somebody lives, without counts",
    # of a record that the same screen was given by a service that asked
    "access.display_name": "the name beside a record the reader sees",
    "draft_versions.last_author": "of a draft the reader has open",
    "drafts.audience_of": "of a draft the reader has open",
    "forecast.keep": "of a board the reader has open; at most one in ten minutes",
    "household_cards.withdraw": "cards just made by `issue`, which asked, when no paper came of it",
    "inquiry_intake.say_more": "of a thread opened by its token",
    "links.find_join_link": "of a group the reader has open",
    "links.join_link": "of a group the reader has open; the same one each time",
    "printed_codes.foreseen": "of labels from `link_labels.numbered`, which asks",
    "printed_codes.given": "of labels from `link_labels.numbered`, which asks",
    "sending.go_on": "does what was approved and has begun, whoever looks",
    "sending.send_scheduled": "does what was approved and whose hour has come, whoever looks",
    "team_members.card_of": "of a pass opened by its token",
    "trial_messages.note": "of a letter to oneself from `prepare`, which asks",
}
# An actor is taken, and needs no look: only the actor's own account or unit is touched.
OWN_ONLY = {
    "accounts.set_language": "the own account",
    "audit.record": "writes down who did it",
    "bot_links.unlink": "the own account",
    "coverage_day.first_day": "the own unit",
}
SECRETS = {"token", "slug", "ticket", "device_token"}  # of which a digest, or what it names, is looked up
# Who makes an actor out of something else than a session: each narrows to one unit, or observes.
MAKES_ACTORS = {
    f"services.{name}"
    for name in (
        "access", "accounts", "api_tokens", "door_addresses", "figure_values", "groups",
        "inquiry_figures", "join", "phone_surveys", "sessions", "team_members", "tick_lists",
    )
}  # fmt: skip


def at_doors() -> set[str]:
    return {name for room in DOORS for name in called_from(room)}


def naming(words: str) -> set[str]:
    """The services that name something so in their own lines."""
    return {
        name for name, one in services().items()
        if any(re.search(words, getattr(node, "attr", getattr(node, "id", ""))) for node in ast.walk(one.node))
    }  # fmt: skip


def digesting() -> set[str]:
    return naming("digest|is_sealed|^is_named$")


def test_s46_every_service_that_takes_an_actor_looks_at_it() -> None:
    """Ask `access.require(actor, May.…)`, or narrow by `access.visible_units`, `path_range` or `unit_for`."""
    of_doors = [one for one in services().values() if one.is_public and one.name in at_doors() and "actor" in one.blanks]
    blind = {one.short for one in of_doors if one.name not in checked()}

    assert len(of_doors) > 300
    assert sorted(blind ^ OWN_ONLY.keys()) == []


def test_s46_no_door_calls_a_service_that_asks_nobody() -> None:
    """Take the actor and ask; or a secret; or a record that was given by a service that asked; or say why not, in the list."""
    found = set()
    for one in services().values():
        if not one.is_public or one.name not in at_doors() or one.blanks.keys() & {"actor", *SECRETS}:
            continue
        if one.blanks and all(set(re.findall(r"\w+", kind)) & records() for kind in one.blanks.values()):
            continue
        found.add(one.short)

    assert sorted(found ^ ASKED_BY_STRANGERS.keys()) == []


def test_s46_every_line_of_the_table_is_asked_and_only_the_table_is() -> None:
    """No service compares roles by itself: whoever wants to know what a role may reads one page."""
    rooms = [(name, tree) for room in ("services", "pages", "ui") for name, tree in modules(room)]
    said = {
        node.attr
        for _name, tree in rooms
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and "May" in (getattr(node.value, "id", ""), getattr(node.value, "attr", ""))
    }
    compared = [
        f"{name}:{node.lineno}"
        for name, tree in rooms
        if name.startswith("services.") and name != "services.access"
        for node in ast.walk(tree)
        if isinstance(node, ast.Compare) and is_of(node.left, "actor", "role") and "May." not in ast.unparse(node)
    ]

    assert sorted(set(May.__members__) ^ said) == []
    assert compared == []
    assert all(set(one.value.own) <= {Role.LEAD} for one in May)
    assert {act for named in acts().values() for act in named} <= set(May.__members__)


def test_s46_only_a_few_make_an_actor_and_no_screen_acts_as_the_machine() -> None:
    made = set()
    for room in ("services", "web", "pages", "ui", "jobs"):
        for name, tree in modules(room):
            calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
            if any("Actor" in (getattr(node.func, "id", ""), getattr(node.func, "attr", "")) for node in calls):
                made.add(name)
            replaced = [node for node in calls if getattr(node.func, "id", "") == "replace" and node.args]
            if any("actor" in ast.unparse(node.args[0]) for node in replaced):
                made.add(name)
    as_machine = [
        name for room in ("pages", "ui", "web") for name, tree in modules(room)
        if "TERMINAL" in {getattr(node, "attr", getattr(node, "id", "")) for node in ast.walk(tree)}
    ]  # fmt: skip

    assert sorted(made ^ MAKES_ACTORS) == []
    assert as_machine == ["web.health"]  # counts of the whole house, for a monitor


def test_a_secret_is_looked_up_by_its_digest() -> None:
    """S43: whoever reads the database opens no door with it; of an id the seal is looked at. (Names on walls are public.)"""
    by_digest = reaching(digesting())
    plain = {one.short for one in services().values() if one.is_public and "token" in one.blanks} - {
        name.removeprefix("services.") for name in by_digest
    }

    assert plain == set()


def test_whoever_finds_a_row_by_the_id_in_an_address_looks_at_its_seal() -> None:
    """An id alone is no secret: `sealed_addresses.is_named` and `id_in` find a row, `Address.is_now` or `was` opens it."""
    found = {
        name for name, one in services().items()
        if any(is_of(node, "sealed_addresses", act) for node in ast.walk(one.node) for act in ("is_named", "id_in"))
    }  # fmt: skip
    unsealed = {one.short for one in services().values() if one.is_public and one.name in reaching(found)} - {
        name.removeprefix("services.") for name in reaching(naming("^(is_now|was|is_sealed)$"))
    }

    assert len(found) >= 4
    assert unsealed == set()


def test_every_page_opens_by_a_line_of_the_table() -> None:
    wanted = [
        f"{path.name}: {ast.unparse(keyword.value)}"
        for path in sorted((HOUSE / "pages").glob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "enter"
        for keyword in node.keywords
        if keyword.arg == "needs" and not re.fullmatch(r"May\.\w+\.roles", ast.unparse(keyword.value))
    ]

    assert wanted == []
