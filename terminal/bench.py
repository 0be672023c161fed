"""bench: every benchmark beside its baseline in one run; a JSON line each."""

import importlib
import json
import sys
from typing import Annotated, Any

import typer

from core.errors import Invalid
from core.i18n import N_
from terminal.habits import AsJson, answering, app

# Name of the result → module of bench/ that measures it.
MODULES = {
    "redirect": "redirect", "redirect_public": "redirect", "import": "import_households",
    "import_messy": "import_messy", "coverage": "coverage",
    "coverage_nation": "coverage_nation", "search": "search", "screen": "screens", "screen_load": "screens",
    "screen_flat": "screens", "crowd": "crowd", "plan": "plan", "board": "board", "opens": "opens",
    "fanout": "fanout", "fanout_pg": "fanout_pg", "celery": "celery_tasks", "urgent": "urgent", "sheet": "sheet",
    "procedure": "procedure", "watch": "watch",
    "figures_year": "figures_year", "rollup": "rollup", "report": "report",
    "webhook": "webhook", "inbox": "inbox",
}  # fmt: skip


@app.command()
def bench(
    names: Annotated[list[str] | None, typer.Argument(help="Which ones; none for all.")] = None, as_json: AsJson = False
) -> None:  # fmt: skip
    """Run benchmarks; machines are noisy, so read the ratios."""
    with answering(as_json=as_json, needs_database=False) as say:
        wanted = names or list(MODULES)
        if unknown := [name for name in wanted if name not in MODULES]:
            raise Invalid(N_("Không có phép đo “{name}”. Có: {names}."), name=unknown[0], names=", ".join(MODULES))
        results: list[dict[str, Any]] = []
        for module in dict.fromkeys(MODULES[name] for name in wanted):
            measured = importlib.import_module(f"bench.{module}").run()
            for result in measured if isinstance(measured, list) else [measured]:
                if result["name"] in wanted:
                    results.append(result)
                    sys.stderr.write(json.dumps(result, ensure_ascii=False) + "\n")
        if as_json:
            say(results)
        else:
            for result in results:
                sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")
