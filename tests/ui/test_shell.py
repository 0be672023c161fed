import tomllib
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from ui import parts, streamlits
from ui.scripts import GO, SPEAK, hashes
from ui.shell import INDEX, Shell, page, style_address
from web.headers import SecurityHeaders

HOUSE = Path(__file__).parent.parent.parent


def inner(_: object) -> PlainTextResponse:
    return PlainTextResponse("inner")


def client() -> TestClient:
    routes = [Route("/{rest:path}", inner, methods=["GET", "HEAD", "POST"])]
    middleware = [Middleware(SecurityHeaders, scripts=hashes()), Middleware(Shell, paths=["people"])]
    return TestClient(Starlette(routes=routes, middleware=middleware))


def test_streamlits_page_is_made_our_own() -> None:
    made = page(INDEX.read_text(encoding="utf-8"), language="vi").decode()

    assert '<html lang="vi">' in made
    assert "<title>Cầu Nối</title>" in made
    assert "./app/static/icon.svg" in made
    assert "SourceSans" not in made
    assert "<script>" not in made  # nothing inline: the policy names no hash for it
    assert f'<script src="./{streamlits.address()}">' in made
    assert '<script type="module"' in made
    assert '<div id="root">' in made
    assert "<noscript>Trang này cần JavaScript." in made


def test_the_screens_get_the_shell_and_all_else_passes() -> None:
    house = client()

    assert "Cầu Nối" in house.get("/").text
    assert "Cầu Nối" in house.get("/people?id=1").text
    assert house.head("/people").status_code == 200
    assert house.get("/people").headers["cache-control"] == "no-cache"
    assert house.get("/q/abc").text == "inner"
    assert house.post("/people").text == "inner"


def test_the_script_of_our_words_comes_from_the_shell_and_may_be_kept() -> None:
    answer = client().get(f"/{streamlits.address()}")

    assert answer.content == streamlits.script()
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "immutable" in answer.headers["cache-control"]


def test_the_sheet_of_our_parts_stands_behind_streamlits_rules_and_may_be_kept() -> None:
    made = page(INDEX.read_text(encoding="utf-8"), language="vi").decode()
    answer = client().get(f"/{style_address()}")

    assert made.index("</head>") < made.index(f'<link rel="stylesheet" href="./{style_address()}" />') < made.index("</body>")
    assert answer.text == parts.sheet()
    assert answer.headers["content-type"].startswith("text/css")
    assert "immutable" in answer.headers["cache-control"]


def test_the_policy_of_the_shell_names_our_two_scripts_and_no_more() -> None:
    policy = client().get("/").headers["content-security-policy"]

    script_src = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert script_src.split()[1:] == ["'self'", *(f"'{one}'" for one in hashes())]
    assert len(hashes()) == 3
    assert "{" not in GO + SPEAK  # constants: nothing is ever put into them


def test_the_settings_we_ship_are_closed() -> None:
    """S31, S52, S55: no details of an error, no figures to anyone, the protections on."""
    config = tomllib.loads((HOUSE / ".streamlit" / "config.toml").read_text(encoding="utf-8"))

    assert config["client"]["showErrorDetails"] == "none"
    assert config["client"]["showErrorLinks"] is False
    assert config["client"]["toolbarMode"] == "minimal"
    assert config["browser"]["gatherUsageStats"] is False
    assert config["server"]["enableXsrfProtection"] is True
    assert config["server"]["enableCORS"] is True
    assert config["server"]["maxUploadSize"] == 50


def test_the_typeface_is_served_by_us_with_its_licence() -> None:
    config = tomllib.loads((HOUSE / ".streamlit" / "config.toml").read_text(encoding="utf-8"))

    files = [HOUSE / face["url"].removeprefix("app/") for face in config["theme"]["fontFaces"]]
    assert len(files) == 3
    assert all(file.read_bytes()[:4] == b"wOF2" for file in files)
    assert "SIL OPEN FONT LICENSE" in (HOUSE / "static" / "be-vietnam-pro-OFL.txt").read_text().upper()
