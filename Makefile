# Cầu Nối: everything starts here. `make run` to use it, `make test` to check it.
PYTHON ?= python3
PORT ?= 8501
BIN := .venv/bin
unexport PYTHONDONTWRITEBYTECODE  # what is compiled once serves every worker, server and command of the tests
# Files as they come, and those of many short tests not first: few long ones would be left for the end, for one core.
SPREAD := --dist loadfile --no-loadscope-reorder
# What goes side by side says it in whole lines, where make can hold them back.
WHOLE := $(if $(filter output-sync,$(.FEATURES)),--output-sync=line)

.PHONY: run test check beside compiled lint types layers unit killed thorough e2e postgres browser licences catalogues lock bench chaos soak fuzz load sbom advisories restore-drill clean help

help:
	@sed -n 's/^## //p' $(MAKEFILE_LIST)

## make run     start everything on http://localhost:8501 (first time: install, migrate, fill the demonstration ward)
run: .venv
	@$(BIN)/python manage.py serve --port $(PORT)

.venv: .venv/installed
.venv/installed: requirements.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { echo "Python 3.11 or newer with venv is needed: apt install python3-venv"; exit 1; }
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed"; exit 1; }
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/tools: .venv/installed requirements-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

## make test    every check and every test, with all its own set-up (a browser included)
test: .venv/tools
	@$(MAKE) --no-print-directory -j 2 beside
	@$(MAKE) --no-print-directory -j 3 $(WHOLE) killed types unit
	@$(MAKE) --no-print-directory e2e postgres
	@echo "all checks passed"

## make check   the same, and whether the tests go everywhere: branch coverage of at least 90 %, a quarter longer
check:
	@$(MAKE) --no-print-directory test COVERAGE="--cov --cov-report=term:skip-covered --cov-fail-under=90"

# What needs one core each, two at a time; the types, which take the longest, go beside what waits for processes to die.
beside: compiled lint layers licences sbom browser

# What is wrong there is told by the tests.
compiled: .venv/tools
	-@$(BIN)/python -m pytest -qq --collect-only >/dev/null 2>&1

lint: .venv/tools
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/tools
	$(BIN)/mypy .

layers: .venv/tools
	$(BIN)/lint-imports

licences: .venv/tools
	$(BIN)/python -m tests.licences

browser: .venv/tools
	@sh tests/browser.sh

## make unit    all tests but the browser's and those that kill processes, on SQLite
unit: .venv/tools
	$(BIN)/python -m pytest -q -n 2 $(SPREAD) --ignore=tests/e2e -m "not process" $(COVERAGE)

## make killed  the tests that start real processes and kill them: they mostly wait
killed: .venv/tools
	$(BIN)/python -m pytest -q -n 2 $(SPREAD) --ignore=tests/e2e -m process

## make e2e     the tests that drive a real browser
e2e: .venv/tools browser
	$(BIN)/python -m pytest -q -n 2 $(SPREAD) tests/e2e

## make postgres the tests again on PostgreSQL, where it is installed
postgres: .venv/tools
	@$(BIN)/python -m tests.on_postgres

## make thorough the property tests with every example and other seeds each time; what fails is printed to be repeated
thorough: .venv/tools
	CAUNOI_TEST_THOROUGH=1 $(BIN)/python -m pytest -q -n 2 $(SPREAD) -m hypothesis $(or $(TESTS),tests --ignore=tests/e2e)

## make bench   every benchmark beside its baseline, one JSON line each
bench: .venv/tools browser
	@$(BIN)/python manage.py bench

## make soak    sixty thousand webhook events with repeats, disorder and kills: none lost, none doubled
soak: .venv/tools
	@$(BIN)/python -m tests.soak

## make chaos   deliveries while everything fails: 20 seeded runs on SQLite, 20 on PostgreSQL, one with PostgreSQL restarted, one rolling restart, one lost token
chaos: .venv/tools
	@$(BIN)/python -m tests.chaos

## make sbom    what the house is built of, with versions, hashes and licences, as CycloneDX: var/sbom.json
sbom: .venv/tools
	@$(BIN)/python -m tests.sbom

## make advisories  whether anything is known against it, where a source of advisories can be reached; else says that it was not
advisories: .venv/tools
	@$(BIN)/python -m tests.advisories

## make fuzz    twenty thousand requests by chance to every route and the API, from a seed: none may end in an error of ours
fuzz: .venv/tools
	@$(BIN)/python -m tests.fuzz --requests $(or $(REQUESTS),20000) --seed $(or $(SEED),1)

## make load    300 staff sessions and 2,000 residents a minute for five minutes: errors, waits, memory
load: .venv/tools
	@$(BIN)/python -m bench.staff_and_residents $(or $(SECONDS),300)

## make restore-drill  a small ward is backed up, lost and put back, on SQLite and PostgreSQL, every row compared
restore-drill: .venv/tools
	@$(BIN)/python -m tests.restore_drill

catalogues: .venv/tools
	$(BIN)/pybabel -q extract -F babel.cfg -k N_ -k _ --no-location --sort-output --no-wrap -o locales/messages.pot .
	for language in en ja; do $(BIN)/pybabel -q update -N --no-wrap -i locales/messages.pot -d locales -l $$language; done

lock: .venv/installed
	$(BIN)/pip install --quiet pip-tools
	$(BIN)/pip-compile -q --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --generate-hashes --no-strip-extras -o requirements.txt pyproject.toml
	$(BIN)/pip-compile -q --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --generate-hashes --no-strip-extras --extra dev -c requirements.txt -o requirements-dev.txt pyproject.toml

clean:
	rm -rf .venv .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage*
