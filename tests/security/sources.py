"""Who calls whom among the services, and from which rooms, read from the sources."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HOUSE = Path(__file__).parent.parent.parent
DOORS = ("pages", "ui", "web", "terminal")
ASKS = {f"services.access.{name}" for name in ("require", "may", "path_range", "visible_units", "unit_for", "actor_named")}


@dataclass(frozen=True)
class Service:
    """A function of a service, by its full name."""

    name: str
    module: str
    node: ast.FunctionDef

    @property
    def blanks(self) -> dict[str, str]:
        """Its arguments but the session, with what they are."""
        args = [*self.node.args.posonlyargs, *self.node.args.args, *self.node.args.kwonlyargs]
        return {one.arg: ast.unparse(one.annotation) if one.annotation else "" for one in args if one.arg != "session"}

    @property
    def short(self) -> str:
        """Its name as callers say it."""
        return self.name.removeprefix("services.")

    @property
    def is_public(self) -> bool:
        """Whether others may call it, with a session."""
        is_of_module = self.name.count(".") == self.module.count(".") + 1
        return is_of_module and "_" not in {part[0] for part in self.name.split(".")} and "session" in ast.unparse(self.node.args)


def modules(room: str) -> Iterator[tuple[str, ast.Module]]:
    """The modules of a room by name."""
    yield from _read(room)


@cache
def _read(room: str) -> list[tuple[str, ast.Module]]:
    found = []
    for path in sorted((HOUSE / room).rglob("*.py")):
        parts = path.relative_to(HOUSE).with_suffix("").parts
        found.append((".".join(parts[:-1] if parts[-1] == "__init__" else parts), ast.parse(path.read_text(encoding="utf-8"))))
    return found


def _brought(tree: ast.AST) -> dict[str, str]:
    """What a module's names of services are in full."""
    return {
        name.asname or name.name: f"{node.module}.{name.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "services"
        for name in node.names
    }


def _called(node: ast.AST, names: Mapping[str, str], own: str = "") -> set[str]:
    found = set()
    for one in ast.walk(node):
        if isinstance(one, ast.Name) and one.id in names:
            found.add(names[one.id])
        elif isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name):
            found |= {f"{names[one.value.id]}.{one.attr}"} if one.value.id in names else set()
            found |= {f"{own}.{one.attr}"} if one.value.id == "self" else set()
    return found


@cache
def _passed_on() -> dict[str, str]:
    """Names that a service offers as its own and has from another."""
    found = {f"{module}.{own}": name for module, tree in modules("services") for own, name in _brought(tree).items()}
    return {own: name for own, name in found.items() if own != name}


def _meant(name: str) -> str:
    """Where a name is at home."""
    while name in _passed_on():
        name = _passed_on()[name]
    return name


@cache
def services() -> dict[str, Service]:
    """All functions and methods of the services."""
    found = {}
    for module, tree in modules("services"):
        for node in tree.body:
            inside = node.body if isinstance(node, ast.ClassDef) else [node]
            within = f"{module}.{node.name}" if isinstance(node, ast.ClassDef) else module
            for one in inside:
                if isinstance(one, ast.FunctionDef):
                    found[f"{within}.{one.name}"] = Service(f"{within}.{one.name}", module, one)
    return found


@cache
def calls() -> dict[str, set[str]]:
    """By service, the services it calls; a class that is named is called wholly."""
    everything, found = services(), {}
    for module, tree in modules("services"):
        names = _brought(tree)
        names |= {one.name: f"{module}.{one.name}" for one in tree.body if isinstance(one, ast.FunctionDef | ast.ClassDef)}
        for name, service in everything.items():
            if service.module != module:
                continue
            called = {_meant(one) for one in _called(service.node, names, name.rsplit(".", 1)[0])}
            methods = {other for other in everything if other.rsplit(".", 1)[0] in called}
            found[name] = (called | methods) & everything.keys()
    return found


def reaching(ends: set[str], *, besides: frozenset[str] = frozenset()) -> set[str]:
    """The services that come to one of `ends`, directly or through others; `besides` are no way there."""
    callers: dict[str, set[str]] = {}
    for caller, called in calls().items():
        for one in called - besides:
            callers.setdefault(one, set()).add(caller)
    found, ahead = set(ends), list(ends)
    while ahead:
        new = callers.get(ahead.pop(), set()) - found
        found |= new
        ahead += new
    return found


def is_of(node: ast.AST, name: str, attribute: str) -> bool:
    """Whether a node is `name.attribute`."""
    return isinstance(node, ast.Attribute) and node.attr == attribute and getattr(node.value, "id", "") == name


@cache
def narrowing() -> frozenset[str]:
    """The services that look at the actor themselves: at the unit, or whether something is the actor's own."""
    found = set()
    for name, service in services().items():
        for node in ast.walk(service.node):
            is_own = isinstance(node, ast.Compare) and any(is_of(one, "actor", "id") for one in ast.walk(node))
            if is_own or is_of(node, "actor", "unit_path"):
                found.add(name)
    return frozenset(found)


@cache
def checked() -> frozenset[str]:
    """The services that come to a look at the actor."""
    return frozenset(reaching(ASKS | narrowing(), besides=frozenset({"services.audit.record"})))


@cache
def called_from(room: str) -> frozenset[str]:
    """The services that a room calls."""
    named = {_meant(name) for _module, tree in modules(room) for name in _called(tree, _brought(tree))}
    return frozenset(named & services().keys())


@cache
def records() -> frozenset[str]:
    """The names of what the database keeps."""
    return frozenset(node.name for _module, tree in modules("models") for node in tree.body if isinstance(node, ast.ClassDef))


@cache
def acts() -> dict[str, set[str]]:
    """By service, the lines of the table that it asks, itself or through others."""
    asked: dict[str, set[str]] = {}
    for name, service in services().items():
        said = {
            node.attr for node in ast.walk(service.node) if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "May"
        }
        for one in said:
            asked.setdefault(one, set()).add(name)
    found: dict[str, set[str]] = {}
    for act, ends in asked.items():
        for name in reaching(ends, besides=frozenset({"services.audit.record"})):
            found.setdefault(name, set()).add(act)
    return found
