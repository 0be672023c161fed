"""Who may what, written out: `python -m tests.security.roles` prints what `docs/security-roles.md` holds."""

import ast
import sys
from collections.abc import Iterator, Sequence
from functools import cache

from models import Role
from services.access import May, Rule
from terminal.commands import FOLDER, known
from tests.security.sources import HOUSE
from tests.security.test_routes import PATHS
from ui.menu import ROOMS

EVERYBODY, SECRET, PROVIDER = "everybody", "secret", "provider"
# Who opens a route: by the longest beginning that fits. A route of no line fails the walk.
ROUTES = {
    "/a/": (EVERYBODY, "everybody, by the announcement's address"),
    "/api/v1/figures": (EVERYBODY, "everybody: what each figure is"),
    "/api/v1/figures/{name}": (SECRET, "a token of the interface: as an observer of the token's unit"),
    "/api/v1/openapi.json": (EVERYBODY, "everybody"),
    "/ask": (EVERYBODY, "everybody"),
    "/ask/{token}": (SECRET, "who asked"),
    "/assets/": (EVERYBODY, "everybody"),
    "/check-in/": (SECRET, "who counts at the door, by a pass that can be ended"),
    "/d/": (SECRET, "a member of the digital team"),
    "/door/": (SECRET, "the leader of the list"),
    "/h/": (SECRET, "who holds the household's card"),
    "/healthz": (EVERYBODY, "everybody: alive or not"),
    "/j/": (EVERYBODY, "everybody, by the group's code"),
    "/metrics": (EVERYBODY, "a monitor: counts of the whole house"),
    "/p": (EVERYBODY, "everybody"),
    "/passkeys/": (SECRET, "who is signed in, or has given the right password: the browser's own keys"),
    "/privacy": (EVERYBODY, "everybody"),
    "/q/": (EVERYBODY, "everybody, by a printed code"),
    "/r/": (SECRET, "the leader of the relay, or the deputy asked"),
    "/readyz": (EVERYBODY, "everybody: ready or not"),
    "/second-step": (SECRET, "who has just given the right password, within ten minutes"),
    "/session/": (SECRET, "who has just signed in: once, within a minute"),
    "/sign-out": (EVERYBODY, "everybody: ends the own session"),
    "/stop/": (SECRET, "the household that got the message"),
    "/t/": (SECRET, "whoever tries an announcement, by its trial's address"),
    "/tick/": (SECRET, "the leader of the list"),
    "/visit": (EVERYBODY, "everybody"),
    "/visit/": (SECRET, "who asked for the visit"),
    "/ward": (EVERYBODY, "everybody"),
    "/webhooks/": (PROVIDER, "a provider, by its signature"),
    "/webhooks/sms/": (SECRET, "a provider, by the address it was given"),
    "/webhooks/zalo-bot/": (SECRET, "a provider, by the address it was given and its signature"),
}
SIGNED_IN = Rule("be signed in", tuple(Role))  # of pages that need no line of the table
FREE = {"sign_in"}
NAMES = ("admin", "official", "staff", "lead", "viewer")


@cache
def page_needs(page: str) -> str:
    """The line of the table a page opens by, "" where being signed in is enough."""
    tree = ast.parse((HOUSE / "pages" / f"{page}.py").read_text(encoding="utf-8"))
    needed = [
        keyword.value for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "enter"
        for keyword in node.keywords if keyword.arg == "needs"
    ]  # fmt: skip
    return ast.unparse(needed[0]).split(".")[1] if needed else ""


def page_roles(page: str) -> tuple[Role, ...]:
    """Who opens a page when its address is typed."""
    return May[page_needs(page)].roles if page_needs(page) else SIGNED_IN.roles


def route_guard(path: str) -> tuple[str, str]:
    """What opens a route, and whom it is for."""
    fitting = [begin for begin in ROUTES if f"{path}/".startswith(begin if begin.endswith("/") else f"{begin}/")]
    return ROUTES[max(fitting, key=len)]


@cache
def acting(command: str) -> str:
    """The options by which a command is told who acts; "" where it acts as whoever holds the machine."""
    tree = ast.parse((FOLDER / f"{known()[command].noun}.py").read_text(encoding="utf-8"))
    [function] = [
        node for node in tree.body if isinstance(node, ast.FunctionDef)
        and (node.name.replace("_", "-") == command or f"name='{command}'" in ast.unparse(node))
    ]  # fmt: skip
    named = [arg.arg for arg in function.args.args if arg.annotation and "User name of who" in ast.unparse(arg.annotation)]
    return ", ".join(f"--{name}" for name in named if name != "to")


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _head(*cells: str) -> list[str]:
    return [_row(*cells), _row(*("---" for _ in cells))]


def _of_actions() -> Iterator[str]:
    yield from _head("action", *NAMES, "scope")
    for act in May:
        rule = act.value
        marks = ["yes" if Role(name) in rule.roles else "own" if Role(name) in rule.own else "–" for name in NAMES]
        scope = "the whole house" if rule.is_whole else "own unit and below" + (", and groups one leads" if rule.own else "")
        yield _row(f"{act.name}: {rule.words}", *marks, scope)


def _of_pages() -> Iterator[str]:
    yield from _head("screen", *NAMES, "by")
    for room in ROOMS:
        if room.path in FREE:
            yield _row(room.path, *("opens" for _ in NAMES), "everybody")
            continue
        roles = page_roles(room.path)
        marks = [("menu" if Role(name) in room.roles else "opens") if Role(name) in roles else "–" for name in NAMES]
        yield _row(room.path, *marks, page_needs(room.path) or "being signed in")


def _of_routes() -> Iterator[str]:
    yield from _head("route", "who")
    for path in PATHS:
        yield _row(f"`{path}`", route_guard(path)[1])


def _of_commands() -> Iterator[str]:
    yield from _head("command", "acts as")
    for name in known():
        yield _row(f"`{name}`", f"the user named by `{acting(name)}`, with that user's rights" if acting(name) else "the machine")


def written() -> str:
    """The whole page."""
    parts: Sequence[tuple[str, str, Iterator[str]]] = (
        ("Actions", (
            "`services.access.May`, which every service asks. A user has a role at a unit: `yes` is there and in the units below;"
            " what lies elsewhere, above or beside, is not found. `own`: only where it bears the own name."
        ), _of_actions()),
        ("Screens", (
            "`menu`: stands in the menu; `opens`: opens by its address or from another screen; `–`: a sentence that the account"
            " may not. Who is not signed in, whose session is over or whose account is closed comes to the sign-in page."
        ), _of_pages()),
        ("Routes", (
            "A sign-in opens none of them: what opens a route is in its address, its signature or its token."
        ), _of_routes()),
        ("Terminal", "Whoever has the machine's terminal and its files has everything already.", _of_commands()),
    )  # fmt: skip
    lines = [
        "# Who may what",
        "",
        "Written by `python -m tests.security.roles`; `tests/security/test_roles.py` walks it and holds it to what is so.",
    ]
    for title, words, rows in parts:
        lines += ["", f"## {title}", "", words, "", *rows]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(written())
