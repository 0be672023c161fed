"""The rules of the house that no linter knows. Each failure says what to do instead."""

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

HOUSE = Path(__file__).parent.parent
ROOMS = ("core", "models", "services", "adapters", "jobs", "web", "ui", "pages", "terminal")
SOURCES = [path for room in ROOMS for path in sorted((HOUSE / room).rglob("*.py"))]
PAGES = [path for path in sorted((HOUSE / "pages").glob("*.py")) if path.name != "__init__.py"]
DANGEROUS = {"eval", "exec", "pickle.loads", "pickle.load", "yaml.load", "os.system", "pd.read_pickle"}


def named(path: Path) -> str:
    return str(path.relative_to(HOUSE))


@cache
def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(text_of(path))


def for_each(paths: Sequence[Path]) -> Callable[[Callable[[Path], None]], Callable[[], None]]:
    """One test of all files, that names each which fails: thousands of tests of one file each would take minutes to set up."""

    def test_of(rule: Callable[[Path], None]) -> Callable[[], None]:
        def test() -> None:
            failed = []
            for path in paths:
                try:
                    rule(path)
                except AssertionError as error:
                    failed.append(f"{named(path)}: {error}")
            assert failed == []

        test.__doc__ = rule.__doc__
        return test

    return test_of


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def inside_transactions(path: Path) -> Iterator[ast.Call]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.With) and any("transaction()" in ast.unparse(item) for item in node.items):
            for line in node.body:
                yield from calls(line)


@for_each(SOURCES)
def test_transactions_hold_database_work_only(path: Path) -> None:
    """`st.rerun()` inside one would roll it back; a slow provider would hold it open."""
    strangers = [ast.unparse(call.func) for call in inside_transactions(path)]
    assert not [name for name in strangers if name.startswith(("st.", "channel.", "leave_for", "ports()."))]


@for_each([p for p in SOURCES if p.parts[-2:] != ("core", "turns.py")])
def test_only_the_transaction_commits(path: Path) -> None:
    """Services add and flush; `core.db.transaction` commits. `core.turns` is what a connection does then."""
    assert ".commit(" not in text_of(path)


@for_each(PAGES)
def test_a_page_fits_on_two_screens(path: Path) -> None:
    """Move rules to `services/` and repeated widgets to `ui/`."""
    assert len(text_of(path).splitlines()) <= 120


@for_each([p for p in SOURCES if "templates" not in p.parts])
def test_a_module_is_one_room(path: Path) -> None:
    """Over 400 lines it is two rooms: split it by noun."""
    assert len(text_of(path).splitlines()) <= 400


@for_each(PAGES)
def test_every_page_is_on_the_menu(path: Path) -> None:
    assert f'"pages/{path.name}"' in (HOUSE / "ui" / "menu.py").read_text()


@for_each(PAGES)
def test_a_page_meets_the_door_first(path: Path) -> None:
    """The first call of a page is `enter()`, or it is a page of the door itself."""
    if path.stem in ("sign_in", "new_password"):
        return
    first = next(call for node in tree_of(path).body for call in calls(node) if isinstance(node, ast.Expr | ast.Assign))
    entered = next(
        node for node in tree_of(path).body if not isinstance(node, ast.Import | ast.ImportFrom) and "enter(" in ast.unparse(node)
    )
    drawn = [node for node in tree_of(path).body if re.search(r"\b(st|parts)\.\w+\(", ast.unparse(node))]
    assert first is not None
    assert not drawn or drawn[0].lineno >= entered.lineno


@for_each(PAGES)
def test_pages_hold_no_html(path: Path) -> None:
    assert not re.search(r"unsafe_allow_html|st\.html\(|<(div|span|p|b|small|table)\b", text_of(path))


@for_each(PAGES)
def test_every_widget_has_a_key(path: Path) -> None:
    widgets = {"button", "text_input", "text_area", "selectbox", "multiselect", "toggle", "checkbox", "radio", "date_input",
               "time_input", "number_input", "file_uploader", "pills", "segmented_control", "slider", "data_editor"}  # fmt: skip
    keyless = [
        f"{path.name}:{call.lineno}"
        for call in calls(tree_of(path))
        if isinstance(call.func, ast.Attribute) and call.func.attr in widgets and not any(k.arg == "key" for k in call.keywords)
    ]
    assert keyless == []


@for_each([path for path in SOURCES if path.parts[-2] in ("pages", "ui")])
def test_addresses_hold_codes_and_no_words(path: Path) -> None:
    bound = [call for call in calls(tree_of(path)) if {"bind", "format_func"} <= {word.arg for word in call.keywords}]
    assert [call.lineno for call in bound] == [], "Streamlit would write the words: ask through ui.addressed"


@for_each(SOURCES)
def test_nothing_dangerous_is_called(path: Path) -> None:
    """S04, S14: no shell built from input, no unsafe deserialisation."""
    tree = tree_of(path)
    assert not [ast.unparse(c.func) for c in calls(tree) if ast.unparse(c.func) in DANGEROUS]
    assert not [c.lineno for c in calls(tree) for k in c.keywords if k.arg == "shell" and ast.unparse(k.value) == "True"]
    assert not [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Import) and any(a.name in ("pickle", "marshal") for a in node.names)
    ]


@for_each(SOURCES)
def test_sql_is_never_built_from_strings(path: Path) -> None:
    """S03: parameters, always."""
    built = [
        call.lineno
        for call in calls(tree_of(path))
        if ast.unparse(call.func).rsplit(".", 1)[-1] in ("text", "exec_driver_sql")
        and call.args
        and isinstance(call.args[0], ast.JoinedStr | ast.BinOp)
        and "sqlalchemy" in text_of(path)
        and not path.match("core/db.py")
    ]
    assert built == []


@for_each([*SOURCES, HOUSE / "app.py"])
def test_the_interpreter_is_set_in_one_place(path: Path) -> None:
    """Turns of threads and the collector are one for the whole process: two rooms would undo each other. See core/process.py."""
    set_here = {ast.unparse(call.func) for call in calls(tree_of(path))}
    assert path.match("core/process.py") or not set_here & {
        "sys.setswitchinterval",
        "gc.freeze",
        "gc.set_threshold",
        "gc.disable",
    }


@for_each([p for p in SOURCES if p.parts[-2] in ("services", "core", "models")])
def test_public_functions_say_what_they_promise(path: Path) -> None:
    undocumented = [
        node.name
        for node in tree_of(path).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_") and not ast.get_docstring(node)
    ]
    assert undocumented == []


@for_each(SOURCES)
def test_no_text_hides_in_another(path: Path) -> None:
    """Whoever gathers texts for translation reads an f-string as one string: say the text before it."""
    outer = [node for node in ast.walk(tree_of(path)) if isinstance(node, ast.JoinedStr)]
    hidden = [
        ast.unparse(call) for node in outer for call in calls(node)
        if isinstance(call.func, ast.Name) and call.func.id in ("_", "N_") and isinstance(call.args[0], ast.Constant)
    ]  # fmt: skip
    assert hidden == []


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_text_is_translated(language: str) -> None:
    """Run `make catalogues`, then translate what is new."""
    used = {
        message
        for _, _, message, _, _ in extract_from_dir(
            HOUSE, [(f"{room}/**.py", "python") for room in ROOMS] + [("web/templates/**.html", "jinja2"), ("app.py", "python")],
            keywords={"_": None, "N_": None, "gettext": None}, options_map={},
            directory_filter=lambda folder: Path(folder).name in (*ROOMS, "templates", "sheets", "paper", "demo"),
        )
        if isinstance(message, str)
    }  # fmt: skip
    with (HOUSE / "locales" / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        known = {m.id for m in read_po(file, locale=language) if m.id and m.string and not m.fuzzy}

    assert sorted(used - known) == []


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_translation_keeps_its_blanks(language: str) -> None:
    with (HOUSE / "locales" / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        wrong = [
            m.id
            for m in read_po(file, locale=language)
            if m.string and set(re.findall(r"\{\w*\}", str(m.id))) != set(re.findall(r"\{\w*\}", str(m.string)))
        ]
    assert wrong == []
